#include "reports/runs.h"

#include "base/diag.h"
#include "reports/csv.h"
#include "reports/json_util.h"
#include "reports/md.h"
#include "reports/summary.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <string.h>

enum { TOP = 20 };

static const cJSON *
member(const cJSON *o, const char *name)
{
	return cJSON_GetObjectItemCaseSensitive(o, name);
}

static const char *
text(const cJSON *o, const char *name)
{
	const char *s = cJSON_GetStringValue(member(o, name));

	return s != NULL ? s : "";
}

static uint64_t
count(const cJSON *o, const char *name)
{
	uint64_t v = 0;

	json_read_count(member(o, name), &v);
	return v;
}

/* "filter/INPUT#4", "filter/INPUT policy", or why nobody decided. */
static void
put_decider(struct sbuf *b, const cJSON *decision)
{
	const cJSON *d = member(decision, "decider");

	if (!cJSON_IsObject(d)) {
		for (int i = 0; i < N_REASONS; i++)
			if (strcmp(reason_names[i], text(decision,
			    "reason")) == 0)
				sbuf_puts(b, reason_texts[i]);
		return;
	}
	sbuf_printf(b, "%s/%s", text(d, "table"), text(d, "chain"));
	if (cJSON_IsNumber(member(d, "rule")))
		sbuf_printf(b, "#%" PRIu64, count(d, "rule"));
	else
		sbuf_puts(b, " policy");
	if (*text(d, "file") != '\0')
		sbuf_printf(b, "  %s:%" PRIu64, text(d, "file"), count(d,
		    "line"));
}

/* ---- text ---- */

static void
put_counts(struct sbuf *b, const char *name, const cJSON *o)
{
	sbuf_printf(b, "  %-11s %11" PRIu64 " %15" PRIu64, name,
	    count(o, "packets"), count(o, "bytes"));
}

static void
put_lines(struct sbuf *b, const cJSON *json)
{
	const cJSON *flows = member(json, "flows"), *i;
	unsigned n = 0;

	sbuf_puts(b, "verdict          packets           bytes\n");
	cJSON_ArrayForEach(i, member(json, "verdicts")) {
		put_counts(b, i->string, i);
		sbuf_putc(b, '\n');
	}
	put_counts(b, "all", json);
	sbuf_puts(b, "\n\ndecided by\n");
	cJSON_ArrayForEach(i, member(json, "decisions")) {
		if (n++ == TOP)
			break;
		put_counts(b, text(i, "disposition"), i);
		sbuf_puts(b, "  ");
		put_decider(b, i);
		sbuf_putc(b, '\n');
	}
	sbuf_printf(b, "\nflows  %" PRIu64 ", of which %" PRIu64 " had "
	    "packets that did not get through\n", count(flows, "seen"),
	    count(flows, "lost"));
	n = 0;
	cJSON_ArrayForEach(i, member(flows, "list")) {
		if (n++ == TOP)
			break;
		put_counts(b, text(i, "disposition"), i);
		sbuf_printf(b, "  %s %s\n", text(i, "in"), text(i, "flow"));
	}
}

/* What is missing, or is not what one run would have found. */
static void
put_state(struct sbuf *b, const cJSON *json)
{
	const cJSON *shard = member(json, "shard");
	const cJSON *shared = member(shard != NULL ? shard : json, shard !=
	    NULL ? "shared" : "approximate"), *i;

	if (shard != NULL)
		sbuf_printf(b, "%d of %" PRIu64 " parts\n",
		    cJSON_GetArraySize(member(shard, "parts")), count(shard,
		    "of"));
	if (cJSON_GetArraySize(shared) != 0)
		sbuf_puts(b, "added up of shards that share what rules "
		    "remember: one run may decide otherwise\n");
	cJSON_ArrayForEach(i, shared)
		sbuf_printf(b, "  %s/%s#%" PRIu64 "  %s\n", text(i, "table"),
		    text(i, "chain"), count(i, "rule"), text(i, "why"));
}

void
run_text(const struct cJSON *json, FILE *file)
{
	const cJSON *input = member(json, "input"), *i;
	struct sbuf b = SBUF_INIT;

	sbuf_puts(&b, "replayed");
	cJSON_ArrayForEach(i, member(input, "captures"))
		sbuf_printf(&b, " %s", i->valuestring);
	sbuf_printf(&b, "\n  %" PRIu64 " frames, %" PRIu64 " bytes\n",
	    count(input, "frames"), count(input, "frame_bytes"));
	put_state(&b, json);
	sbuf_putc(&b, '\n');
	put_lines(&b, json);
	sbuf_printf(&b, "\nconnections at the end  %" PRIu64 "\n",
	    count(json, "connections"));
	fwrite(b.text, 1, b.len, file);
	sbuf_free(&b);
}

void
run_json(const struct cJSON *json, FILE *file)
{
	json_print(cJSON_Duplicate(json, true), true, file);
}

/* ---- Markdown and CSV ---- */

void
run_md(const struct cJSON *json, FILE *file)
{
	const cJSON *i;
	struct sbuf b = SBUF_INIT, who = SBUF_INIT;
	unsigned n = 0;

	sbuf_printf(&b, "## nfwalk merge: %" PRIu64 " packets, %" PRIu64
	    " flows\n\n", count(json, "packets"), count(member(json,
	    "flows"), "seen"));
	put_state(&who, json);
	if (who.len != 0) {
		md_text(&b, who.text);
		sbuf_puts(&b, "\n\n");
	}
	md_header(&b, "verdict|packets|bytes|decided by");
	cJSON_ArrayForEach(i, member(json, "decisions")) {
		if (n++ >= MD_MANY)
			continue;
		md_cell(&b);
		sbuf_puts(&b, text(i, "disposition"));
		md_cell(&b);
		sbuf_putu(&b, count(i, "packets"));
		md_cell(&b);
		sbuf_putu(&b, count(i, "bytes"));
		md_cell(&b);
		sbuf_clear(&who);
		put_decider(&who, i);
		md_text(&b, sbuf_text(&who));
		md_row(&b);
	}
	md_more(&b, n > MD_MANY ? n - MD_MANY : 0, "of these");
	fwrite(b.text, 1, b.len, file);
	sbuf_free(&b);
	sbuf_free(&who);
}

void
run_csv(const struct cJSON *json, FILE *file)
{
	struct csv c = CSV_INIT(file);
	const cJSON *i;

	csv_header(&c, "disposition,reason,family,table,chain,rule,file,line,"
	    "packets,bytes,text");
	cJSON_ArrayForEach(i, member(json, "decisions")) {
		const cJSON *d = member(i, "decider");

		csv_text(&c, text(i, "disposition"));
		csv_text(&c, text(i, "reason"));
		csv_count(&c, cJSON_IsObject(d), count(d, "family"));
		csv_text(&c, text(d, "table"));
		csv_text(&c, text(d, "chain"));
		if (cJSON_IsNumber(member(d, "rule")))
			csv_count(&c, true, count(d, "rule"));
		else
			csv_text(&c, text(d, "rule"));
		csv_text(&c, text(d, "file"));
		csv_count(&c, member(d, "line") != NULL, count(d, "line"));
		csv_count(&c, true, count(i, "packets"));
		csv_count(&c, true, count(i, "bytes"));
		csv_text(&c, text(d, "text"));
		csv_end(&c);
	}
	csv_free(&c);
}

#include "reports/replay_csv.h"

#include "model/community.h"
#include "reports/csv.h"
#include "reports/ref.h"

#include <stdlib.h>

/* ---- counters ---- */

static void
put_line(struct csv *c, const struct save_format *f, const struct rule *r,
    const struct chain *chain)
{
	struct sbuf text = SBUF_INIT;
	uint64_t v[2];

	if (r != NULL) {
		save_rule_counters(f, r, v);
		save_rule(r, &text);
	} else {
		save_chain_counters(f, chain, v);
		sbuf_printf(&text, "-P %s %s", chain->name,
		    chain->policy == V_DROP ? "DROP" : "ACCEPT");
	}
	csv_place(c, r, chain);
	csv_count(c, true, v[0]);
	csv_count(c, true, v[1]);
	csv_text(c, sbuf_text(&text));
	csv_end(c);
	sbuf_free(&text);
}

static void
put_ruleset(struct csv *c, const struct save_format *f,
    const struct ruleset *rs)
{
	for (unsigned i = 0; i < rs->n_tables; i++)
		for (const struct chain *ch = rs->tables[rs->order[i]].chains;
		    ch != NULL; ch = ch->next) {
			for (unsigned k = 0; k < ch->n; k++)
				put_line(c, f, ch->rules[k], NULL);
			if (ch->hook != HOOK_NONE)
				put_line(c, f, NULL, ch);
		}
}

void
csv_counters(const struct ruleset *const rules[2],
    const struct save_counters *after, FILE *file)
{
	struct save_format f = { .counters = true, .from = after,
	    .table = -1 };
	struct csv c = CSV_INIT(file);

	csv_header(&c, CSV_PLACE ",packets,bytes,text");
	for (unsigned i = 0; i < 2; i++)
		if (rules[i] != NULL)
			put_ruleset(&c, &f, rules[i]);
	csv_free(&c);
}

/* ---- flows ---- */

static void
put_time(struct csv *c, int64_t ns)
{
	struct sbuf b = SBUF_INIT;

	time_print(ns, &b);
	csv_text(c, sbuf_text(&b));
	sbuf_free(&b);
}

static void
put_end(struct csv *c, const struct flow_key *k, bool source)
{
	struct sbuf b = SBUF_INIT;

	addr_print(&b, k->family, source ? &k->src : &k->dst);
	csv_text(c, sbuf_text(&b));
	csv_count(c, k->has_ports, source ? k->sport : k->dport);
	sbuf_free(&b);
}

static void
put_key(struct csv *c, const struct flow_key *k)
{
	const char *proto = proto_name(k->proto);
	char text[COMMUNITY_ID_SIZE];

	snprintf(text, sizeof(text), "%u", k->proto);
	csv_text(c, proto != NULL ? proto : text);
	put_end(c, k, true);
	put_end(c, k, false);
	community_id(k, text);
	csv_text(c, text);
}

static void
put_flow(struct csv *c, const struct history_flow *f)
{
	put_time(c, f->first);
	put_time(c, f->last);
	csv_text(c, f->in != NULL ? f->in->name : "local");
	put_key(c, &f->key);
	csv_text(c, f->translated);
	csv_text(c, f->state);
	csv_count(c, true, f->all.packets);
	csv_count(c, true, f->all.bytes);
	csv_count(c, true, f->lost.packets);
	csv_count(c, true, f->lost.bytes);
	csv_text(c, disposition_names[f->disposition]);
	csv_text(c, reason_names[f->reason]);
	csv_place(c, f->rule, f->chain);
	csv_end(c);
}

static int
by_number(const void *a, const void *b)
{
	const struct history_flow *x = *(struct history_flow *const *)a;
	const struct history_flow *y = *(struct history_flow *const *)b;

	return (x->number > y->number) - (x->number < y->number);
}

void
csv_flows(struct history *h, FILE *file)
{
	struct csv c = CSV_INIT(file);
	unsigned n;
	const struct history_flow *const *all = history_flows(h, &n);
	const struct history_flow **f = mem_alloc(n + 1, sizeof(*f));

	if (n != 0)
		memcpy(f, all, n * sizeof(*f));
	qsort(f, n, sizeof(*f), by_number);
	csv_header(&c, "first,last,in,protocol,source,source_port,destination,"
	    "destination_port,community_id,translated,state,packets,bytes,"
	    "lost_packets,lost_bytes,verdict,reason," CSV_PLACE);
	for (unsigned i = 0; i < n; i++)
		put_flow(&c, f[i]);
	csv_free(&c);
	free(f);
}

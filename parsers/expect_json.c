/* Expectations as JSON: the same parts, named. */
#include "parsers/expectread.h"
#include "parsers/json_place.h"

#include <cjson/cJSON.h>

static struct loc
place(const struct expect_reader *r, const cJSON *v)
{
	return json_place(&(struct json_text){ r->src, 0 }, v);
}

/* ---- values ---- */

static bool
error(struct expect_reader *r, const cJSON *at, const char *what)
{
	return expect_error(r, place(r, at), "%s", what);
}

static const cJSON *
member(const cJSON *o, const char *name)
{
	return cJSON_GetObjectItemCaseSensitive(o, name);
}

/* A string as a word; where it has no escapes its place is the text's. */
static bool
word(struct expect_reader *r, const cJSON *v, struct expect_word *w)
{
	*w = (struct expect_word){ .loc = place(r, v) };
	if (!cJSON_IsString(v))
		return error(r, v, "expected a string");
	w->text = v->valuestring;
	w->len = strlen(w->text);
	if (w->loc.len == w->len + 2) {
		w->loc.off++;
		w->loc.len = (uint32_t)w->len;
	} else {
		w->quoted = true;
	}
	return true;
}

/* A member that nobody asks for is a mistake. */
static bool
only(struct expect_reader *r, const cJSON *o, const char *const *names)
{
	const cJSON *i;

	if (!cJSON_IsObject(o))
		return error(r, o, "expected an object in braces");
	cJSON_ArrayForEach(i, o) {
		const char *const *n = names;

		while (*n != NULL && strcmp(*n, i->string) != 0)
			n++;
		if (*n == NULL)
			return expect_error(r, place(r, i),
			    "unknown member \"%s\"", i->string);
	}
	return true;
}

/* Calls 'each' with the elements of a list, or with the one value. */
static bool
each(struct expect_reader *r, const cJSON *v, void *out,
    bool (*read)(struct expect_reader *, const cJSON *, void *))
{
	const cJSON *i;
	bool ok = true;

	if (!cJSON_IsArray(v))
		return read(r, v, out);
	cJSON_ArrayForEach(i, v)
		ok = read(r, i, out) && ok;
	return ok;
}

/* ---- a line ---- */

static bool
read_verdict(struct expect_reader *r, const cJSON *v, void *out)
{
	struct expect_word w;

	return word(r, v, &w) && expect_verdicts(r, &w, out);
}

static bool
read_end(struct expect_reader *r, const cJSON *v, void *out)
{
	struct expect_word w = { .loc = place(r, v) };

	if (!cJSON_IsNumber(v))
		return word(r, v, &w) && expect_end(r, &w, out);
	w.text = r->src->text + w.loc.off;
	w.len = w.loc.len;
	return expect_end(r, &w, out);
}

/* Null or "none", one end, or a list of those that are allowed. */
static bool
read_nat(struct expect_reader *r, const cJSON *v, struct expect_nat *nat)
{
	if (v == NULL)
		return true;
	nat->said = true;
	nat->loc = place(r, v);
	nat->set = cJSON_IsArray(v);
	nat->none = cJSON_IsNull(v) || (cJSON_IsString(v) &&
	    strcmp(v->valuestring, "none") == 0);
	if (nat->set && v->child == NULL)
		return error(r, v, "an empty set allows nothing");
	return nat->none || each(r, v, nat, read_end);
}

static bool
read_log(struct expect_reader *r, const cJSON *v, void *out)
{
	static const char *const names[] = { "prefix", "count", NULL };
	const cJSON *prefix, *count;
	struct expect_word w;
	struct expect_log *log;

	if (cJSON_IsNull(v)) {
		expect_log(r, out, NULL, place(r, v));
		return true;
	}
	if (!only(r, v, names))
		return false;
	prefix = member(v, "prefix");
	count = member(v, "count");
	if (prefix == NULL)
		return error(r, v, "which lines? \"prefix\" is missing");
	if (!word(r, prefix, &w))
		return false;
	log = expect_log(r, out, &w, place(r, v));
	if (count == NULL)
		return true;
	if (!cJSON_IsNumber(count) || !(count->valuedouble >= 0 &&
	    count->valuedouble <= 1e9))
		return error(r, count, "expected a number of lines");
	log->counted = true;
	log->count = (uint32_t)count->valuedouble;
	return true;
}

/* The packet's text is read where it stands if it stands there as it is. */
static bool
read_packet(struct expect_reader *r, const cJSON *v, struct expect_line *l)
{
	const struct source *text;
	struct diags inner;
	struct expect_word w;

	if (!word(r, v, &w))
		return false;
	l->loc = w.loc;
	l->words = arena_strndup(r->arena, w.text, w.len);
	if (!w.quoted)
		return pktspec_parse_set(r->src, w.loc.off, w.loc.len,
		    &l->packet, r->arena, r->diags);
	diag_init(&inner, r->arena);
	text = source_text(r->src->name, l->words, r->arena);
	return pktspec_parse_set(text, 0, text->size, &l->packet, r->arena,
	    &inner) || expect_error(r, w.loc, "%s", inner.first->text);
}

static bool
read_flow(struct expect_reader *r, const cJSON *o)
{
	static const char *const names[] = { "flow", NULL };
	struct expect_line *l;

	if (!only(r, o, names))
		return false;
	l = expect_add_line(r);
	l->flow = true;
	return read_packet(r, member(o, "flow"), l) && expect_check(r, l);
}

static bool
read_line(struct expect_reader *r, const cJSON *o, void *out)
{
	static const char *const names[] = { "packet", "verdict", "by",
	    "dnat", "snat", "redirect", "log", NULL };
	const cJSON *verdict = member(o, "verdict"), *by = member(o, "by");
	const cJSON *log = member(o, "log");
	struct expect_line *l;
	struct expect_word w;

	(void)out;
	if (member(o, "flow") != NULL)
		return read_flow(r, o);
	if (!only(r, o, names))
		return false;
	if (member(o, "packet") == NULL || verdict == NULL)
		return error(r, o, "a line has a \"packet\" and a "
		    "\"verdict\", or it is a \"flow\"");
	l = expect_add_line(r);
	l->verdict_loc = place(r, verdict);
	return read_packet(r, member(o, "packet"), l) &&
	    each(r, verdict, &l->verdicts, read_verdict) &&
	    (l->verdicts != 0 || error(r, verdict, "no verdict is allowed")) &&
	    (by == NULL || (word(r, by, &w) && expect_by(r, &w, &l->by))) &&
	    read_nat(r, member(o, "dnat"), &l->dnat) &&
	    read_nat(r, member(o, "snat"), &l->snat) &&
	    read_nat(r, member(o, "redirect"), &l->redirect) &&
	    (log == NULL || each(r, log, l, read_log)) && expect_check(r, l);
}

/* ---- the file ---- */

static bool
read_test(struct expect_reader *r, const cJSON *o, void *out)
{
	static const char *const names[] = { "name", "lines", NULL };
	const cJSON *lines = member(o, "lines"), *name = member(o, "name");
	struct expect_word w;

	(void)out;
	if (!only(r, o, names))
		return false;
	if (name == NULL || lines == NULL)
		return error(r, o, "a test has a \"name\" and \"lines\"");
	if (!word(r, name, &w))
		return false;
	expect_add_test(r, &w, place(r, o));
	return each(r, lines, NULL, read_line);
}

static bool
read_rules(struct expect_reader *r, const cJSON *v, void *out)
{
	static const char *const names[] = { "file", "family", NULL };
	const cJSON *family = member(v, "family"), *file = v;
	struct expect_word w, f = { .len = 0 };

	(void)out;
	if (cJSON_IsObject(v)) {
		file = member(v, "file");
		if (!only(r, v, names))
			return false;
		if (file == NULL)
			return error(r, v, "which \"file\"?");
		if (family != NULL && !word(r, family, &f))
			return false;
	}
	if (!word(r, file, &w))
		return false;
	if (family != NULL && strcmp(f.text, "ipv4") != 0 &&
	    strcmp(f.text, "ipv6") != 0)
		return error(r, family, "\"family\" is \"ipv4\" or \"ipv6\"");
	expect_add_rules(r, &w, family == NULL ? 0 : f.text[3] == '6' ?
	    AF_INET6 : AF_INET);
	return true;
}

static bool
read_root(struct expect_reader *r, const cJSON *root)
{
	static const char *const names[] = { "ruleset", "context", "tests",
	    NULL };
	const cJSON *rules = member(root, "ruleset");
	const cJSON *context = member(root, "context");
	const cJSON *tests = member(root, "tests");
	struct expect_word w;
	bool ok = only(r, root, names);

	if (rules != NULL)
		ok = each(r, rules, NULL, read_rules) && ok;
	if (context != NULL)
		ok = word(r, context, &w) && expect_set_context(r, &w) && ok;
	if (tests != NULL)
		ok = each(r, tests, NULL, read_test) && ok;
	return ok;
}

bool
expect_read_json(struct expect_reader *r)
{
	const char *end = r->src->text;
	cJSON *root = cJSON_ParseWithLengthOpts(r->src->text, r->src->size + 1,
	    &end, true);
	size_t off = (size_t)(end - r->src->text);
	bool ok;

	if (root == NULL)
		return expect_error(r, loc_at(r->src, off < r->src->size ?
		    off : r->src->size, 1), "not JSON from here on");
	json_mark(root, &(struct json_text){ r->src, 0 });
	ok = read_root(r, root);
	cJSON_Delete(root);
	return ok;
}

/* Replays added up: parts of one run, and runs of other captures through the
 * same rules. */
#include "merge.h"

#include "base/map.h"
#include "reports/json_util.h"
#include "reports/summary.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* A run, or those of its parts that have been there. */
struct run {
	struct run *next;
	cJSON *json;
	const char *where;		/* the first result of it */
	struct map decisions, unknowns;	/* members of the lists, by key */
};

struct replays {
	struct arena *arena;
	struct run *parts, *whole, **last_part, **last_whole;
	const char *rules, *rules_where;	/* the first's: all have them */
	struct diags *diags;		/* while something is added */
	struct loc loc;			/* ... and where that is */
};

struct replays *
replays_new(struct arena *arena)
{
	struct replays *r = mem_alloc(1, sizeof(*r));

	*r = (struct replays){ .arena = arena };
	r->last_part = &r->parts;
	r->last_whole = &r->whole;
	return r;
}

void
replays_free(struct replays *r)
{
	if (r == NULL)
		return;
	for (struct run *i = r->parts; i != NULL; i = i->next)
		cJSON_Delete(i->json);
	for (struct run *i = r->whole; i != NULL; i = i->next)
		cJSON_Delete(i->json);
	free(r);
}

static cJSON *
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

/* ---- numbers ---- */

static uint64_t
count(const cJSON *o, const char *name)
{
	uint64_t v = 0;

	json_read_count(member(o, name), &v);
	return v;
}

/* Puts the number in the place of the one that was there. */
static void
set_count(cJSON *o, const char *name, uint64_t v)
{
	cJSON box = { .type = cJSON_Object }, *item;

	json_count(&box, name, v);
	item = cJSON_DetachItemViaPointer(&box, box.child);
	cJSON_ReplaceItemInObjectCaseSensitive(o, name, item);
}

static void
add_count(struct replays *r, cJSON *a, const cJSON *b, const char *name)
{
	uint64_t sum;

	if (__builtin_add_overflow(count(a, name), count(b, name), &sum)) {
		diag_error(r->diags, r->loc, "\"%s\": the sum is beyond 2^64",
		    name);
		return;
	}
	set_count(a, name, sum);
}

static void
add_counts(struct replays *r, cJSON *a, const cJSON *b)
{
	add_count(r, a, b, "packets");
	add_count(r, a, b, "bytes");
}

/* Nanoseconds of "1700000000.000000000". */
static bool
read_time(const char *s, int64_t *out)
{
	bool minus = *s == '-';
	uint64_t v = 0;

	for (s += minus; *s != '\0'; s++) {
		if (*s == '.')
			continue;
		if (v > (uint64_t)INT64_MAX / 10 - 1)
			return false;
		v = v * 10 + (uint64_t)(*s - '0');
	}
	*out = minus ? -(int64_t)v : (int64_t)v;
	return true;
}

/* Numbers as the schema cannot say it of them; times that are none. */
static bool
check_numbers(const cJSON *v, const struct result *r, struct diags *d)
{
	static const char *const times[] = { "first", "last", "first_time" };
	static const char *const counts[] = { "packets", "bytes", "times",
	    "seen", "lost", "frames", "frame_bytes", "local", "copies",
	    "forwarded_copies", "other_link", "connections" };
	uint64_t n;
	int64_t t;
	bool ok = true;

	for (unsigned i = 0; v->string != NULL && i < sizeof(times) /
	    sizeof(*times); i++)
		if (strcmp(v->string, times[i]) == 0 && cJSON_IsString(v) &&
		    !read_time(v->valuestring, &t))
			ok = false;
	for (unsigned i = 0; v->string != NULL && i < sizeof(counts) /
	    sizeof(*counts); i++)
		if (strcmp(v->string, counts[i]) == 0 &&
		    !json_read_count(v, &n))
			ok = false;
	if (!ok)
		diag_error(d, json_place(&r->text, v), "\"%s\": nfwalk does "
		    "not write such a number", v->string);
	for (const cJSON *i = v->child; i != NULL; i = i->next)
		ok = check_numbers(i, r, d) && ok;
	return ok;
}

/* ---- keys ---- */

/* Where a rule stands; the same in all results, as their rules are. */
static void
put_place(struct sbuf *b, const cJSON *o)
{
	const cJSON *rule = member(o, "rule");

	if (!cJSON_IsObject(o)) {
		sbuf_putc(b, '-');
		return;
	}
	sbuf_printf(b, "%" PRIu64 "\t%s\t%s\t", count(o, "family"),
	    text(o, "table"), text(o, "chain"));
	if (cJSON_IsNumber(rule))
		sbuf_printf(b, "%.0f", rule->valuedouble);
	else
		sbuf_puts(b, "policy");
}

static void
decision_key(struct sbuf *b, const cJSON *o)
{
	sbuf_printf(b, "%s\t%s\t", text(o, "disposition"), text(o, "reason"));
	put_place(b, member(o, "decider"));
}

static void
unknown_key(struct sbuf *b, const cJSON *o)
{
	put_place(b, o);
}

typedef void key_fn(struct sbuf *, const cJSON *);

/* The member of this key; enters 'o' if there is none. */
static cJSON *
find(struct replays *r, struct map *map, key_fn *key, cJSON *o)
{
	struct sbuf b = SBUF_INIT;
	cJSON *found;

	key(&b, o);
	found = map_get(map, b.text, b.len);
	if (found == NULL)
		map_set(map, r->arena, arena_strndup(r->arena, b.text, b.len),
		    b.len, o);
	sbuf_free(&b);
	return found;
}

/* Of two names of one rule in files of different names that of the first
 * file. */
static void
choose_file(cJSON *a, cJSON *b)
{
	static const char *const names[] = { "file", "line", "text" };
	int order = strcmp(text(b, "file"), text(a, "file"));

	if (order == 0)
		order = count(b, "line") < count(a, "line") ? -1 :
		    count(b, "line") > count(a, "line");
	if (order == 0)
		order = strcmp(text(b, "text"), text(a, "text"));
	if (order >= 0)
		return;
	for (unsigned i = 0; i < 3; i++) {
		cJSON *m = cJSON_Duplicate(member(b, names[i]), true);

		cJSON_DeleteItemFromObjectCaseSensitive(a, names[i]);
		if (m != NULL)
			cJSON_AddItemToObject(a, names[i], m);
	}
}

static void
add_decision(struct replays *r, cJSON *a, cJSON *b)
{
	add_counts(r, a, b);
	choose_file(member(a, "decider"), member(b, "decider"));
}

static void
add_unknown(struct replays *r, cJSON *a, cJSON *b)
{
	add_count(r, a, b, "times");
	choose_file(a, b);
}

/* ---- lists ---- */

/* Moves all members of list 'b' behind those of 'a'. */
static void
move_all(cJSON *a, cJSON *b)
{
	cJSON *i;

	while ((i = b->child) != NULL)
		cJSON_AddItemToArray(a, cJSON_DetachItemViaPointer(b, i));
}

/* Members of 'b' that 'a' has are added up, others moved. */
static void
unite(struct replays *r, struct map *map, key_fn *key, cJSON *a, cJSON *b,
    void (*add)(struct replays *, cJSON *, cJSON *))
{
	cJSON *i;

	while ((i = b->child) != NULL) {
		cJSON *had = find(r, map, key, i);

		cJSON_DetachItemViaPointer(b, i);
		if (had == NULL) {
			cJSON_AddItemToArray(a, i);
			continue;
		}
		add(r, had, i);
		cJSON_Delete(i);
	}
}

/* A list of texts of both: as it is if it is the same, else sorted. */
static void
unite_texts(cJSON *a, cJSON *b)
{
	if (cJSON_Compare(a, b, true))
		return;
	move_all(a, b);
	json_sort_texts(a);
}

static bool
share_texts(const cJSON *a, const cJSON *b, const char **which)
{
	const cJSON *i, *j;

	cJSON_ArrayForEach(i, a)
		cJSON_ArrayForEach(j, b)
			if (strcmp(i->valuestring, j->valuestring) == 0) {
				*which = i->valuestring;
				return true;
			}
	return false;
}

static int
by_number(const void *a, const void *b)
{
	double x = (*(cJSON *const *)a)->valuedouble;
	double y = (*(cJSON *const *)b)->valuedouble;

	return x < y ? -1 : x > y;
}

/* ---- two become one ---- */

static void
unite_time(cJSON *a, const cJSON *b, const char *name, bool later)
{
	int64_t x, y;
	const cJSON *had = member(a, name), *new = member(b, name);

	if (new == NULL)
		return;
	if (had == NULL) {
		cJSON_AddItemToObject(a, name, cJSON_Duplicate(new, true));
		return;
	}
	if (read_time(had->valuestring, &x) &&
	    read_time(new->valuestring, &y) && (later ? y > x : y < x))
		cJSON_ReplaceItemInObjectCaseSensitive(a, name,
		    cJSON_Duplicate(new, true));
}

static void
unite_inputs(struct replays *r, cJSON *a, const cJSON *b)
{
	static const char *const counts[] = { "frames", "frame_bytes", "local",
	    "copies", "forwarded_copies", "other_link" };

	for (unsigned i = 0; i < sizeof(counts) / sizeof(*counts); i++)
		add_count(r, a, b, counts[i]);
	unite_texts(member(a, "captures"), member(b, "captures"));
	unite_texts(member(a, "rules"), member(b, "rules"));
	unite_time(a, b, "first", false);
	unite_time(a, b, "last", true);
}

static void
unite_rulesets(cJSON *a, const cJSON *b)
{
	cJSON *i = a->child;

	for (const cJSON *j = b->child; i != NULL && j != NULL;
	    i = i->next, j = j->next)
		unite_texts(member(i, "files"), member(j, "files"));
}

static void
unite_verdicts(struct replays *r, cJSON *a, cJSON *b)
{
	cJSON *i;

	while ((i = b->child) != NULL) {
		cJSON *had = member(a, i->string);

		cJSON_DetachItemViaPointer(b, i);
		if (had == NULL) {
			cJSON_AddItemToObject(a, i->string, i);
			continue;
		}
		add_counts(r, had, i);
		cJSON_Delete(i);
	}
}

static int
by_print(const void *a, const void *b)
{
	char *x = cJSON_PrintUnformatted(*(cJSON *const *)a);
	char *y = cJSON_PrintUnformatted(*(cJSON *const *)b);
	int order = x != NULL && y != NULL ? strcmp(x, y) : 0;

	cJSON_free(x);
	cJSON_free(y);
	return order;
}

/* What several say is shared; in the order of the rules if all say the same,
 * as shards of one run do. */
static void
unite_shared(cJSON *a, cJSON *b)
{
	if (cJSON_Compare(a, b, true))
		return;
	move_all(a, b);
	json_sort(a, by_print);
	for (cJSON *i = a->child; i != NULL; i = i->next)
		while (i->next != NULL && by_print(&i, &i->next) == 0)
			cJSON_Delete(cJSON_DetachItemViaPointer(a, i->next));
}

static void
unite_shards(cJSON *a, cJSON *b)
{
	move_all(member(a, "parts"), member(b, "parts"));
	json_sort(member(a, "parts"), by_number);
	unite_shared(member(a, "shared"), member(b, "shared"));
	if (!cJSON_IsTrue(member(b, "safe")))
		cJSON_ReplaceItemInObjectCaseSensitive(a, "safe",
		    cJSON_CreateFalse());
}

static void
unite_approximate(cJSON *a, cJSON *b)
{
	cJSON *had = member(a, "approximate"), *new = member(b, "approximate");

	if (new == NULL)
		return;
	if (had == NULL)
		cJSON_AddItemToObject(a, "approximate",
		    cJSON_Duplicate(new, true));
	else
		unite_shared(had, new);
}

/* Takes from 'b' what it needs. */
static void
unite_runs(struct replays *r, struct run *to, cJSON *b)
{
	cJSON *a = to->json, *x = member(a, "flows"), *y = member(b, "flows");

	unite_rulesets(member(a, "rulesets"), member(b, "rulesets"));
	unite_inputs(r, member(a, "input"), member(b, "input"));
	if (member(a, "shard") != NULL && member(b, "shard") != NULL)
		unite_shards(member(a, "shard"), member(b, "shard"));
	unite_approximate(a, b);
	add_counts(r, a, b);
	unite_verdicts(r, member(a, "verdicts"), member(b, "verdicts"));
	unite(r, &to->decisions, decision_key, member(a, "decisions"),
	    member(b, "decisions"), add_decision);
	add_count(r, x, y, "seen");
	add_count(r, x, y, "lost");
	move_all(member(x, "list"), member(y, "list"));
	unite(r, &to->unknowns, unknown_key, member(a, "unknowns"),
	    member(b, "unknowns"), add_unknown);
	add_count(r, a, b, "connections");
	unite_texts(member(a, "assumptions"), member(b, "assumptions"));
}

/* ---- what is added ---- */

static const char *
rules_of(struct replays *r, const cJSON *json)
{
	struct sbuf b = SBUF_INIT;
	const cJSON *i;
	const char *all;

	cJSON_ArrayForEach(i, member(json, "rulesets"))
		sbuf_printf(&b, "%sIPv%" PRIu64 " %.12s", b.len ? ", " : "",
		    count(i, "family"), text(i, "sha256"));
	all = arena_strdup(r->arena, b.len != 0 ? b.text : "none");
	sbuf_free(&b);
	return all;
}

/* All are of the same rules. */
static bool
same_rules(struct replays *r, const struct result *result)
{
	const char *rules = rules_of(r, result->json);

	if (r->rules == NULL) {
		r->rules = rules;
		r->rules_where = result->where;
	}
	if (strcmp(rules, r->rules) == 0)
		return true;
	diag_error(r->diags, json_place(&result->text, member(result->json,
	    "rulesets")), "of other rules (%s) than %s (%s)", rules,
	    r->rules_where, r->rules);
	return false;
}

/* Parts are below 'of', in their order, and each is there once. */
static bool
parts_are_right(struct replays *r, const struct result *result)
{
	const cJSON *shard = member(result->json, "shard"), *i;

	cJSON_ArrayForEach(i, member(shard, "parts")) {
		bool order = i->next == NULL || by_number(&i, &i->next) < 0;

		if (order && i->valuedouble < member(shard, "of")->valuedouble)
			continue;
		diag_error(r->diags, json_place(&result->text, order ? i :
		    i->next), "%s", order ? "there is no such part" :
		    "parts are not in their order");
		return false;
	}
	return true;
}

static bool
same_part(struct replays *r, const struct run *run,
    const struct result *result)
{
	const cJSON *i = member(member(result->json, "shard"), "parts")->child;
	const cJSON *j = member(member(run->json, "shard"), "parts")->child;

	while (i != NULL && j != NULL) {
		int order = by_number(&i, &j);

		if (order == 0) {
			diag_error(r->diags, json_place(&result->text, i),
			    "part %.0f of these captures is there already: "
			    "the first of them is %s", i->valuedouble,
			    run->where);
			return true;
		}
		i = order < 0 ? i->next : i;
		j = order > 0 ? j->next : j;
	}
	return false;
}

/* The run that a part belongs to: of the same captures in as many parts. */
static struct run *
run_of(struct replays *r, const cJSON *json)
{
	for (struct run *i = r->parts; i != NULL; i = i->next)
		if (cJSON_Compare(member(member(i->json, "input"), "captures"),
		    member(member(json, "input"), "captures"), true) &&
		    count(member(i->json, "shard"), "of") ==
		    count(member(json, "shard"), "of"))
			return i;
	return NULL;
}

/* Enters what the first result has. */
static void
take_list(struct replays *r, struct run *run, struct map *map, key_fn *key,
    const char *name, void (*add)(struct replays *, cJSON *, cJSON *))
{
	cJSON *all = member(run->json, name), list = *all;

	all->child = NULL;
	unite(r, map, key, all, &list, add);
}

static struct run *
begin_run(struct replays *r, struct result *result, struct run ***last)
{
	struct run *run = arena_new(r->arena, struct run);

	run->json = result->json;
	run->where = result->where;
	result->json = NULL;
	take_list(r, run, &run->decisions, decision_key, "decisions",
	    add_decision);
	take_list(r, run, &run->unknowns, unknown_key, "unknowns",
	    add_unknown);
	**last = run;
	*last = &run->next;
	return run;
}

void
replays_add(struct replays *r, struct result *result, struct diags *diags)
{
	struct run *run;

	r->diags = diags;
	r->loc = json_place(&result->text, result->json);
	if (!check_numbers(result->json, result, diags) ||
	    !same_rules(r, result) || !parts_are_right(r, result))
		return;
	result_in_order(result->json);
	if (member(result->json, "shard") == NULL) {
		begin_run(r, result, &r->last_whole);
		return;
	}
	run = run_of(r, result->json);
	if (run == NULL)
		begin_run(r, result, &r->last_part);
	else if (!same_part(r, run, result))
		unite_runs(r, run, result->json);
}

/* ---- the end ---- */

static bool
is_complete(const struct run *run)
{
	const cJSON *shard = member(run->json, "shard");

	return (double)cJSON_GetArraySize(member(shard, "parts")) >=
	    member(shard, "of")->valuedouble;
}

/* All parts of a run are a run. */
static void
complete(struct run *run)
{
	cJSON *shard = cJSON_DetachItemFromObjectCaseSensitive(run->json,
	    "shard");

	if (!cJSON_IsTrue(member(shard, "safe")))
		cJSON_AddItemToObject(run->json, "approximate",
		    cJSON_DetachItemFromObjectCaseSensitive(shard, "shared"));
	cJSON_Delete(shard);
}

static void
put_missing(struct sbuf *b, const struct run *run)
{
	const cJSON *shard = member(run->json, "shard");
	const cJSON *part = member(shard, "parts")->child;
	uint64_t of = count(shard, "of"), n = 0;

	for (uint64_t i = 0; i < of; i++) {
		if (part != NULL && part->valuedouble <= (double)i) {
			part = part->next;
			continue;
		}
		if (n++ < 8)
			sbuf_printf(b, "%s%" PRIu64, n > 1 ? ", " : "", i);
	}
	if (n > 8)
		sbuf_printf(b, " and %" PRIu64 " more", n - 8);
	sbuf_printf(b, " of %" PRIu64, of);
}

static void
tell_missing(const struct run *run, enum diag_level level, const char *more,
    struct diags *d)
{
	struct sbuf b = SBUF_INIT;

	put_missing(&b, run);
	diag_add(d, level, (struct loc){ 0 }, "%s: parts are missing: %s%s",
	    run->where, b.text, more);
	sbuf_free(&b);
}

/* Runs of all their parts are whole; others can only be there alone. */
static bool
settle_parts(struct replays *r, struct diags *d)
{
	struct run *next;
	bool ok = true;

	for (struct run *i = r->parts; i != NULL; i = next) {
		next = i->next;
		if (!is_complete(i)) {
			bool alone = r->parts == i && next == NULL &&
			    r->whole == NULL;

			tell_missing(i, alone ? DIAG_WARNING : DIAG_ERROR,
			    alone ? "" : "; they are not added to other runs "
			    "without", d);
			ok = ok && alone;
			if (alone)
				return true;
			continue;
		}
		complete(i);
		if (r->parts == i)
			r->parts = next;
		i->next = NULL;
		*r->last_whole = i;
		r->last_whole = &i->next;
	}
	return ok;
}

/* Other captures through the same rules. */
static bool
add_whole(struct replays *r, struct run *to, struct run *from,
    struct diags *d)
{
	const char *which;

	if (share_texts(member(member(to->json, "input"), "captures"),
	    member(member(from->json, "input"), "captures"), &which)) {
		diag_error(d, (struct loc){ 0 }, "%s: capture %s is in %s, "
		    "too: it would count twice", from->where, which,
		    to->where);
		return false;
	}
	r->loc = (struct loc){ 0 };
	r->diags = d;
	unite_runs(r, to, from->json);
	return d->errors == 0;
}

/* ---- order ---- */

static int
index_in(const char *const *names, int n, const char *name)
{
	for (int i = 0; i < n; i++)
		if (strcmp(names[i], name) == 0)
			return i;
	return n;
}

/* As reports/summary.c has it (by_place). */
static int
by_place(const cJSON *a, const cJSON *b)
{
	uint64_t x = count(a, "rule"), y = count(b, "rule");
	int order;

	if (!cJSON_IsObject(a) || !cJSON_IsObject(b))
		return cJSON_IsObject(a) ? -1 : cJSON_IsObject(b) ? 1 : 0;
	if (count(a, "family") != count(b, "family"))
		return count(a, "family") < count(b, "family") ? -1 : 1;
	order = index_in(table_names, N_TABLES, text(a, "table")) -
	    index_in(table_names, N_TABLES, text(b, "table"));
	if (order == 0)
		order = strcmp(text(a, "chain"), text(b, "chain"));
	return order != 0 ? order : x < y ? -1 : x > y;
}

static int
by_count(const cJSON *a, const cJSON *b, const char *name)
{
	uint64_t x = count(a, name), y = count(b, name);

	return x > y ? -1 : x < y;
}

static int
decision_order(const void *a, const void *b)
{
	const cJSON *x = *(cJSON *const *)a, *y = *(cJSON *const *)b;
	int order = by_count(x, y, "packets");

	if (order == 0)
		order = by_place(member(x, "decider"), member(y, "decider"));
	if (order == 0)
		order = index_in(reason_names, N_REASONS, text(x, "reason")) -
		    index_in(reason_names, N_REASONS, text(y, "reason"));
	return order != 0 ? order : strcmp(text(x, "disposition"),
	    text(y, "disposition"));
}

static int
unknown_order(const void *a, const void *b)
{
	const cJSON *x = *(cJSON *const *)a, *y = *(cJSON *const *)b;
	int order = by_count(x, y, "times");

	return order != 0 ? order : by_place(x, y);
}

struct flow_row {
	cJSON *item;
	uint64_t packets;
	int64_t time;
	uint64_t file, frame;
};

static int
flow_by_time(const void *a, const void *b)
{
	const struct flow_row *x = a, *y = b;

	if (x->time != y->time)
		return x->time < y->time ? -1 : 1;
	if (x->file != y->file)
		return x->file < y->file ? -1 : 1;
	if (x->frame != y->frame)
		return x->frame < y->frame ? -1 : 1;
	return strcmp(text(x->item, "flow"), text(y->item, "flow"));
}

static int
flow_by_packets(const void *a, const void *b)
{
	const struct flow_row *x = a, *y = b;

	if (x->packets != y->packets)
		return x->packets > y->packets ? -1 : 1;
	return flow_by_time(a, b);
}

static uint64_t
file_index(const cJSON *captures, const char *name)
{
	uint64_t n = 0;
	const cJSON *i;

	cJSON_ArrayForEach(i, captures) {
		if (strcmp(i->valuestring, name) == 0)
			break;
		n++;
	}
	return n;
}

/* Keeps the earliest ones, as one run does. */
static void
order_flows(cJSON *list, const cJSON *captures)
{
	size_t n = (size_t)cJSON_GetArraySize(list), i = 0;
	struct flow_row *rows = mem_alloc(n + 1, sizeof(*rows));

	while (list->child != NULL) {
		cJSON *f = cJSON_DetachItemViaPointer(list, list->child);

		rows[i] = (struct flow_row){ .item = f, .packets = count(f,
		    "packets"), .file = file_index(captures, text(f,
		    "capture")), .frame = count(f, "first_frame") };
		read_time(text(f, "first_time"), &rows[i++].time);
	}
	qsort(rows, n, sizeof(*rows), flow_by_time);
	while (n > MAX_LOST_FLOWS)
		cJSON_Delete(rows[--n].item);
	qsort(rows, n, sizeof(*rows), flow_by_packets);
	for (i = 0; i < n; i++)
		cJSON_AddItemToArray(list, rows[i].item);
	free(rows);
}

static void
order_run(cJSON *json)
{
	json_sort(member(json, "decisions"), decision_order);
	json_sort(member(json, "unknowns"), unknown_order);
	json_sort_texts(member(json, "assumptions"));
	order_flows(member(member(json, "flows"), "list"), member(member(json,
	    "input"), "captures"));
	result_in_order(json);
}

cJSON *
replays_end(struct replays *r, struct diags *d)
{
	struct run *first;
	cJSON *json;

	if (d->errors != 0 || !settle_parts(r, d))
		return NULL;
	first = r->whole != NULL ? r->whole : r->parts;
	for (struct run *i = first->next; i != NULL; i = i->next)
		if (!add_whole(r, first, i, d))
			return NULL;
	json = first->json;
	first->json = NULL;
	order_run(json);
	return json;
}

void
run_free(struct cJSON *json)
{
	cJSON_Delete(json);
}

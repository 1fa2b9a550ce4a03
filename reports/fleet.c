#include "reports/fleet.h"

#include <stdlib.h>
#include <string.h>

/* ---- adding ---- */

struct fleet_host *
fleet_host_find(const struct fleet *f, const char *name)
{
	return map_get(&f->host_names, name, strlen(name));
}

struct fleet_host *
fleet_host_add(struct fleet *f, const char *name, const char *rules,
    const char *result, const char *where)
{
	struct fleet_host *h = arena_new(f->arena, struct fleet_host);

	*h = (struct fleet_host){ .name = name, .rules = rules,
	    .result = result, .where = where };
	map_set(&f->host_names, f->arena, name, strlen(name), h);
	vec_room(f->hosts, f->n_hosts, f->room_hosts);
	f->hosts[f->n_hosts++] = h;
	return h;
}

static const char *
or_none(const char *s)
{
	return s != NULL ? s : "";
}

/* What makes it another finding. */
static void
put_key(struct sbuf *b, const struct fleet_finding *f)
{
	sbuf_printf(b, "%s\t%s\t%d\t%d\t%u\t%s\t%s\t%s", f->key, f->id,
	    (int)f->severity, f->possible, f->family, or_none(f->table),
	    or_none(f->chain), or_none(f->suppressed));
}

static struct fleet_finding *
finding_of(struct fleet *all, const struct fleet_finding *like)
{
	struct fleet_finding *f;
	struct sbuf b = SBUF_INIT;

	put_key(&b, like);
	f = map_get(&all->finding_keys, b.text, b.len);
	if (f == NULL) {
		f = arena_new(all->arena, struct fleet_finding);
		*f = *like;
		f->example = NULL;
		f->example_of = NULL;
		f->places = NULL;
		f->n = f->room = f->n_hosts = 0;
		map_set(&all->finding_keys, all->arena, arena_strndup(
		    all->arena, b.text, b.len), b.len, f);
		vec_room(all->findings, all->n_findings, all->room_findings);
		all->findings[all->n_findings++] = f;
	}
	sbuf_free(&b);
	return f;
}

struct cJSON **
fleet_finding_add(struct fleet *all, const struct fleet_finding *like,
    const struct fleet_place *place)
{
	struct fleet_finding *f = finding_of(all, like);

	vec_room(f->places, f->n, f->room);
	f->places[f->n++] = *place;
	if (f->example_of != NULL &&
	    strcmp(place->host->name, f->example_of->name) >= 0)
		return NULL;
	fleet_example_free(f->example);
	f->example = NULL;
	f->example_of = place->host;
	f->text = like->text;
	f->message = like->message;
	return &f->example;
}

void
fleet_assumption_add(struct fleet *all, const char *text,
    struct fleet_host *host)
{
	struct fleet_assumption *a = map_get(&all->assumption_texts, text,
	    strlen(text));

	if (a == NULL) {
		a = arena_new(all->arena, struct fleet_assumption);
		a->text = text;
		map_set(&all->assumption_texts, all->arena, text,
		    strlen(text), a);
		vec_room(all->assumptions, all->n_assumptions,
		    all->room_assumptions);
		all->assumptions[all->n_assumptions++] = a;
	}
	vec_room(a->hosts, a->n, a->room);
	a->hosts[a->n++] = host;
}

void
fleet_free(struct fleet *f)
{
	if (f == NULL)
		return;
	for (unsigned i = 0; i < f->n_findings; i++) {
		fleet_example_free(f->findings[i]->example);
		free(f->findings[i]->places);
	}
	for (unsigned i = 0; i < f->n_assumptions; i++)
		free(f->assumptions[i]->hosts);
	free(f->hosts);
	free(f->findings);
	free(f->assumptions);
}

/* ---- order ---- */

static int
host_by_name(const void *a, const void *b)
{
	return strcmp((*(struct fleet_host *const *)a)->name,
	    (*(struct fleet_host *const *)b)->name);
}

static int
more_first(unsigned a, unsigned b)
{
	return a > b ? -1 : a < b;
}

static int
less_first(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

static int
place_order(const void *a, const void *b)
{
	const struct fleet_place *x = a, *y = b;
	int order = less_first(x->host->number, y->host->number);

	if (order == 0)
		order = strcmp(or_none(x->file), or_none(y->file));
	if (order == 0)
		order = less_first(x->line, y->line);
	if (order == 0)
		order = less_first(x->column, y->column);
	return order != 0 ? order : less_first(x->rule, y->rule);
}

static int
finding_order(const void *a, const void *b)
{
	const struct fleet_finding *x = *(struct fleet_finding *const *)a;
	const struct fleet_finding *y = *(struct fleet_finding *const *)b;
	struct sbuf s = SBUF_INIT, t = SBUF_INIT;
	int order = more_first(x->n_hosts, y->n_hosts);

	if (order == 0)
		order = more_first(x->severity, y->severity);
	if (order == 0)
		order = strcmp(x->id, y->id);
	if (order == 0) {
		put_key(&s, x);
		put_key(&t, y);
		order = strcmp(s.text, t.text);
		sbuf_free(&s);
		sbuf_free(&t);
	}
	return order;
}

static int
assumption_order(const void *a, const void *b)
{
	const struct fleet_assumption *x = *(struct fleet_assumption *const *)a;
	const struct fleet_assumption *y = *(struct fleet_assumption *const *)b;
	int order = more_first(x->n, y->n);

	return order != 0 ? order : strcmp(x->text, y->text);
}

static void
sort(void *list, unsigned n, size_t size,
    int (*compare)(const void *, const void *))
{
	if (n != 0)
		qsort(list, n, size, compare);
}

static void
order_all(struct fleet *f)
{
	sort(f->hosts, f->n_hosts, sizeof(*f->hosts), host_by_name);
	for (unsigned i = 0; i < f->n_hosts; i++)
		f->hosts[i]->number = i;
	for (unsigned i = 0; i < f->n_findings; i++) {
		struct fleet_finding *x = f->findings[i];

		sort(x->places, x->n, sizeof(*x->places), place_order);
		for (unsigned k = 0; k < x->n; k++)
			x->n_hosts += k == 0 || x->places[k].host !=
			    x->places[k - 1].host;
	}
	sort(f->findings, f->n_findings, sizeof(*f->findings), finding_order);
	for (unsigned i = 0; i < f->n_assumptions; i++)
		sort(f->assumptions[i]->hosts, f->assumptions[i]->n,
		    sizeof(struct fleet_host *), host_by_name);
	sort(f->assumptions, f->n_assumptions, sizeof(*f->assumptions),
	    assumption_order);
}

/* ---- groups ---- */

/* "web" of "web-0931", "web.example.net" of "web12.example.net": the first
 * label without digits at its end and what sets them off.  A name of digits
 * alone is its own. */
static const char *
group_name(struct fleet *f, const char *host)
{
	size_t label = strcspn(host, "."), n = label;

	while (n > 0 && host[n - 1] >= '0' && host[n - 1] <= '9')
		n--;
	while (n < label && n > 0 && (host[n - 1] == '-' ||
	    host[n - 1] == '_'))
		n--;
	if (n == 0)
		return host;
	return arena_printf(f->arena, "%.*s%s", (int)n, host, host + label);
}

static int
variant_order(const void *a, const void *b)
{
	const struct fleet_variant *x = a, *y = b;
	int order = more_first(x->n, y->n);

	return order != 0 ? order : less_first(x->hosts[0]->number,
	    y->hosts[0]->number);
}

static int
host_by_rules(const void *a, const void *b)
{
	const struct fleet_host *x = *(struct fleet_host *const *)a;
	const struct fleet_host *y = *(struct fleet_host *const *)b;
	int order = strcmp(x->rules, y->rules);

	return order != 0 ? order : less_first(x->number, y->number);
}

/* The group of 'n' hosts: sorted by their rules, cut where these change. */
static void
make_group(struct fleet *f, struct fleet_group *g, struct fleet_host **hosts,
    unsigned n)
{
	g->n_hosts = n;
	g->variants = arena_alloc(f->arena, n * sizeof(*g->variants));
	sort(hosts, n, sizeof(*hosts), host_by_rules);
	for (unsigned i = 0; i < n; i++) {
		if (i == 0 || strcmp(hosts[i]->rules, hosts[i - 1]->rules))
			g->variants[g->n_variants++] = (struct fleet_variant){
			    hosts[i]->rules, &hosts[i], 0 };
		g->variants[g->n_variants - 1].n++;
	}
	sort(g->variants, g->n_variants, sizeof(*g->variants), variant_order);
	for (unsigned v = 0; v < g->n_variants; v++)
		for (unsigned i = 0; i < g->variants[v].n; i++) {
			g->variants[v].hosts[i]->group = g;
			g->variants[v].hosts[i]->variant = &g->variants[v];
			f->n_differ += v != 0;
		}
}

struct named { const char *group; struct fleet_host *host; };

static int
by_group(const void *a, const void *b)
{
	const struct named *x = a, *y = b;
	int order = strcmp(x->group, y->group);

	return order != 0 ? order : less_first(x->host->number,
	    y->host->number);
}

static void
make_groups(struct fleet *f)
{
	struct named *all = mem_alloc(f->n_hosts + 1, sizeof(*all));
	struct fleet_host **hosts = arena_alloc(f->arena, (f->n_hosts + 1) *
	    sizeof(*hosts));
	unsigned from = 0;

	for (unsigned i = 0; i < f->n_hosts; i++)
		all[i] = (struct named){ group_name(f, f->hosts[i]->name),
		    f->hosts[i] };
	sort(all, f->n_hosts, sizeof(*all), by_group);
	f->groups = arena_alloc(f->arena, (f->n_hosts + 1) *
	    sizeof(*f->groups));
	for (unsigned i = 0; i < f->n_hosts; i++) {
		hosts[i] = all[i].host;
		if (i + 1 < f->n_hosts && strcmp(all[i].group,
		    all[i + 1].group) == 0)
			continue;
		f->groups[f->n_groups].name = all[i].group;
		make_group(f, &f->groups[f->n_groups++], hosts + from,
		    i + 1 - from);
		from = i + 1;
	}
	free(all);
}

static void
count_rulesets(struct fleet *f)
{
	struct fleet_host **hosts = mem_alloc(f->n_hosts + 1, sizeof(*hosts));

	for (unsigned i = 0; i < f->n_hosts; i++)
		hosts[i] = f->hosts[i];
	sort(hosts, f->n_hosts, sizeof(*hosts), host_by_rules);
	for (unsigned i = 0; i < f->n_hosts; i++)
		f->n_rulesets += i == 0 || strcmp(hosts[i]->rules,
		    hosts[i - 1]->rules) != 0;
	free(hosts);
}

/* ---- who differs ---- */

static void
push(struct fleet *f, struct fleet_finding ***list, unsigned *n,
    struct fleet_finding *x)
{
	if ((*n & (*n - 1)) == 0) {	/* room is a power of two */
		struct fleet_finding **grown = arena_alloc(f->arena,
		    (*n != 0 ? 2 * *n : 1) * sizeof(*grown));

		if (*n != 0)
			memcpy(grown, *list, *n * sizeof(*grown));
		*list = grown;
	}
	(*list)[(*n)++] = x;
}

static bool
differs(const struct fleet_host *h)
{
	return h->variant != &h->group->variants[0];
}

/* Counts, in each group, the hosts of the first variant that have it. */
static void
count_usual(struct fleet_finding *x, unsigned stamp, unsigned *has)
{
	for (unsigned k = 0; k < x->n; k++) {
		struct fleet_host *h = x->places[k].host;

		if (has[h->number] == stamp)
			continue;
		has[h->number] = stamp;
		if (h->group->stamp != stamp)
			h->group->usual = 0;
		h->group->stamp = stamp;
		h->group->usual += !differs(h);
	}
}

static void
find_differences(struct fleet *f)
{
	/* By host: the number of the finding that it had last. */
	unsigned *has = mem_alloc(f->n_hosts + 1, sizeof(*has));

	for (unsigned i = 0; f->n_differ != 0 && i < f->n_findings; i++) {
		if (f->findings[i]->suppressed != NULL)
			continue;
		count_usual(f->findings[i], i + 1, has);
		for (unsigned k = 0; k < f->n_hosts; k++) {
			struct fleet_host *h = f->hosts[k];
			unsigned usual = h->group->stamp == i + 1 ?
			    h->group->usual : 0;

			if (!differs(h))
				continue;
			if (has[k] == i + 1 && usual == 0)
				push(f, &h->more, &h->n_more, f->findings[i]);
			else if (has[k] != i + 1 &&
			    usual == h->group->variants[0].n)
				push(f, &h->fewer, &h->n_fewer,
				    f->findings[i]);
		}
	}
	free(has);
}

static bool
same_list(struct fleet_finding *const *a, unsigned n,
    struct fleet_finding *const *b, unsigned m)
{
	return n == m && (n == 0 || memcmp(a, b, n * sizeof(*a)) == 0);
}

bool
fleet_differ_alike(const struct fleet_host *a, const struct fleet_host *b)
{
	return same_list(a->more, a->n_more, b->more, b->n_more) &&
	    same_list(a->fewer, a->n_fewer, b->fewer, b->n_fewer);
}

/* ---- ids ---- */

static int
id_order(const void *a, const void *b)
{
	const struct fleet_id *x = a, *y = b;
	int order = more_first(x->n_hosts, y->n_hosts);

	if (order == 0)
		order = more_first(x->severity, y->severity);
	return order != 0 ? order : strcmp(x->id, y->id);
}

static void
id_of(struct fleet *f, const char *id)
{
	unsigned i = 0;

	while (i < f->n_ids && strcmp(f->ids[i].id, id) != 0)
		i++;
	if (i == f->n_ids)
		f->ids[f->n_ids++].id = id;
}

static void
count_hosts(const struct fleet *f, struct fleet_id *id, unsigned stamp,
    unsigned *seen)
{
	for (unsigned i = 0; i < f->n_findings; i++) {
		const struct fleet_finding *x = f->findings[i];

		if (x->suppressed != NULL || strcmp(x->id, id->id) != 0)
			continue;
		if (x->severity > id->severity)
			id->severity = x->severity;
		for (unsigned k = 0; k < x->n; k++) {
			unsigned *host = &seen[x->places[k].host->number];

			id->n_hosts += *host != stamp;
			*host = stamp;
		}
	}
}

static void
count_ids(struct fleet *f)
{
	unsigned *seen = mem_alloc(f->n_hosts + 1, sizeof(*seen));

	f->ids = arena_alloc(f->arena, (f->n_findings + 1) * sizeof(*f->ids));
	for (unsigned i = 0; i < f->n_findings; i++)
		if (f->findings[i]->suppressed == NULL)
			id_of(f, f->findings[i]->id);
	for (unsigned i = 0; i < f->n_ids; i++)
		count_hosts(f, &f->ids[i], i + 1, seen);
	sort(f->ids, f->n_ids, sizeof(*f->ids), id_order);
	free(seen);
}

void
fleet_view(struct fleet *f)
{
	order_all(f);
	make_groups(f);
	count_rulesets(f);
	find_differences(f);
	count_ids(f);
}

/* ---- names ---- */

/* The hash of a family's ruleset, or "". */
static const char *
hash_of(const struct fleet_host *h, char family, size_t *len)
{
	const char *s = h->rules;

	while (*s != '\0' && *s != family) {
		s += strcspn(s, " ");
		s += *s == ' ';
	}
	*len = strcspn(s, " ");
	return s;
}

bool
fleet_diff_files(const struct fleet_host *h, const char *files[2])
{
	const struct fleet_host *like = h->group->variants[0].hosts[0];

	for (unsigned i = 0; i < 2; i++) {
		size_t n, m;
		const char *a = hash_of(like, i == 0 ? '4' : '6', &n);
		const char *b = hash_of(h, i == 0 ? '4' : '6', &m);

		files[0] = like->file[i];
		files[1] = h->file[i];
		if ((n != m || memcmp(a, b, n) != 0) && files[0] != NULL &&
		    files[1] != NULL && strcmp(files[0], files[1]) != 0)
			return true;
	}
	return false;
}

void
fleet_variant_name(const struct fleet_host *h, struct sbuf *b)
{
	size_t n = (size_t)(h->variant - h->group->variants) + 1;
	char name[16];
	unsigned at = sizeof(name) - 1;

	name[at] = '\0';
	for (; n > 0; n = (n - 1) / 26)
		name[--at] = (char)('A' + (n - 1) % 26);
	sbuf_puts(b, name + at);
}

void
fleet_finding_place(const struct fleet_finding *f, struct sbuf *b)
{
	if (f->family == 6)
		sbuf_puts(b, "IPv6 ");
	if (f->table != NULL)
		sbuf_puts(b, f->table);
	if (f->chain != NULL)
		sbuf_printf(b, "%s%s", f->table != NULL ? "/" : "", f->chain);
}

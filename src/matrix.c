#include "matrix.h"

#include "told.h"

#include <netinet/in.h>
#include <stdlib.h>

enum { MATRIX_BOXES = 20000, NAMES_TOLD = 4 };

struct matrix {
	struct arena *arena;
	struct env *env;
	const struct ruleset *rules;
	struct analysis *an;
	const struct hs_space *space;
	struct query base;		/* the packets, wherever they go */
	const char **named;		/* by rules: "eth0", "br-+" */
	unsigned n_named, room_named;
	struct matrix_zone **zones;
	unsigned n_zones, room_zones;
	struct matrix_cell *cells;
	unsigned n_cells;
	/* Of the cell at hand: what becomes of a class of protocols and one of
	 * their ports or types. */
	unsigned n_protos;
	struct fate { int dim; uint32_t n; uint8_t *what; } *fates;
	struct point witness;
	const struct chain *entry;
	bool any, certain;
	uint64_t work, limit;		/* regions and boxes met; 0: any */
	bool leaf;			/* one service is asked for */
	bool again;			/* a region has too many boxes to list */
};
enum { ACCEPTED = 1, REFUSED = 2 };

/* ---- zones ---- */

struct texts { struct arena *arena; const char **v; unsigned n, room; };

static void
keep_text(const char *text, void *arg)
{
	struct texts *t = arg;

	vec_room(t->v, t->n, t->room);
	t->v[t->n++] = arena_strdup(t->arena, text);
}

static void
add_name(struct matrix *m, const struct ifmatch *i)
{
	const char *name;

	if (i == NULL)
		return;
	name = arena_printf(m->arena, "%s%s", i->name, i->wild ? "+" : "");
	for (unsigned k = 0; k < m->n_named; k++)
		if (strcmp(m->named[k], name) == 0)
			return;
	vec_room(m->named, m->n_named, m->room_named);
	m->named[m->n_named++] = name;
}

static void
find_names(struct matrix *m)
{
	const struct chain *c = m->rules->tables[TABLE_FILTER].chains;

	for (; c != NULL; c = c->next)
		for (unsigned i = 0; i < c->n; i++) {
			add_name(m, c->rules[i]->in);
			add_name(m, c->rules[i]->out);
		}
}

/* Does the name that a rule has stand for this interface? */
static bool
stands_for(const char *named, const char *iface)
{
	size_t len = strlen(named);

	if (len > 0 && named[len - 1] == '+')
		return strncmp(named, iface, len - 1) == 0;
	return strcmp(named, iface) == 0;
}

static bool
same_to_rules(const struct matrix *m, const char *a, const char *b)
{
	for (unsigned i = 0; i < m->n_named; i++)
		if (stands_for(m->named[i], a) != stands_for(m->named[i], b))
			return false;
	return true;
}

static struct matrix_zone *
add_zone(struct matrix *m, const char *name)
{
	struct matrix_zone *z = arena_new(m->arena, struct matrix_zone);

	z->name = name;
	z->ifaces = arena_alloc(m->arena, sizeof(*z->ifaces));
	vec_room(m->zones, m->n_zones, m->room_zones);
	return m->zones[m->n_zones++] = z;
}

/* "eth0", "veth1, veth2 and 7 more" */
static const char *
zone_name(const struct matrix *m, const struct matrix_zone *z)
{
	struct sbuf b = SBUF_INIT;
	const char *text;

	for (unsigned i = 0; i < z->n && i < NAMES_TOLD; i++)
		sbuf_printf(&b, "%s%s", i ? ", " : "", z->ifaces[i]);
	if (z->n > NAMES_TOLD)
		sbuf_printf(&b, " and %u more", z->n - NAMES_TOLD);
	text = arena_strdup(m->arena, sbuf_text(&b));
	sbuf_free(&b);
	return text;
}

/* The interface 'first' and those after it that are the same to the rules. */
static void
snapshot_zone(struct matrix *m, const struct iface *first)
{
	struct matrix_zone *z = add_zone(m, NULL);
	struct texts t = { .arena = m->arena };

	for (const struct iface *i = first; i != NULL; i = i->next)
		if (i != m->env->lo && same_to_rules(m, first->name, i->name))
			keep_text(i->name, &t);
	z->n = t.n;
	z->ifaces = arena_copy(m->arena, t.v, t.n * sizeof(*t.v));
	z->name = zone_name(m, z);
	free(t.v);
}

static void
snapshot_zones(struct matrix *m)
{
	for (const struct iface *i = m->env->ifaces; i != NULL; i = i->next) {
		unsigned k = 0;

		while (k < m->n_zones && !same_to_rules(m, i->name,
		    m->zones[k]->ifaces[0]))
			k++;
		if (k == m->n_zones && i != m->env->lo)
			snapshot_zone(m, i);
	}
}

static void
find_zones(struct matrix *m)
{
	find_names(m);
	if (m->env->has_addrs) {
		snapshot_zones(m);
		return;
	}
	for (unsigned i = 0; i < m->n_named; i++)
		if (strcmp(m->named[i], "lo") != 0) {
			struct matrix_zone *z = add_zone(m, m->named[i]);

			z->ifaces[z->n++] = z->name;
		}
	add_zone(m, "other");
}

/* Packets of the zone: of a prefix those that no rule names more closely. */
static void
zone_tests(const struct matrix *m, const struct matrix_zone *z,
    enum field f, struct query *q)
{
	const char *name = z->n != 0 ? z->ifaces[0] : "";
	size_t len = strlen(name);
	bool wild = len > 0 && name[len - 1] == '+';

	query_iface(q, f, name, z->n == 0);
	for (unsigned i = 0; i < m->n_named; i++)
		if (z->n == 0 || (wild && strcmp(m->named[i], name) != 0 &&
		    strncmp(m->named[i], name, len - 1) == 0))
			query_iface(q, f, m->named[i], true);
}

/* ---- services ---- */

static uint32_t
classes(const struct matrix *m, int dim)
{
	return dim < 0 ? 1 : m->space->dims[dim].n;
}

static bool
has_ports(unsigned p)
{
	return p == IPPROTO_TCP || p == IPPROTO_UDP || p == IPPROTO_SCTP ||
	    p == IPPROTO_DCCP || p == IPPROTO_UDPLITE;
}

/* Ports or types, if all protocols of the class have such; -1: neither. */
static int
detail_of(const struct matrix *m, uint32_t class)
{
	const struct hs_dim *d = &m->space->dims[m->space->of_field[F_PROTO]];
	unsigned icmp = m->space->family == AF_INET ? IPPROTO_ICMP :
	    IPPROTO_ICMPV6;
	bool ports = true, types = true;

	for (unsigned p = 0; p < 256; p++)
		if (d->of[p] == class) {
			ports &= has_ports(p);
			types &= p == icmp;
		}
	return ports ? m->space->of_field[F_DPORT] :
	    types ? m->space->of_field[F_ICMP] : -1;
}

static void
make_fates(struct matrix *m)
{
	int dim = m->space->of_field[F_PROTO];

	m->n_protos = classes(m, dim);
	m->fates = mem_alloc(m->n_protos, sizeof(*m->fates));
	for (uint32_t p = 0; p < m->n_protos; p++) {
		struct fate *f = &m->fates[p];

		f->dim = dim < 0 ? -1 : detail_of(m, p);
		f->n = classes(m, f->dim);
		f->what = mem_alloc(f->n, 1);
	}
}

static void
free_fates(struct matrix *m)
{
	for (uint32_t p = 0; p < m->n_protos; p++)
		free(m->fates[p].what);
	free(m->fates);
}

static bool
in_cell(const struct matrix *m, const hs_cell *box, int dim, uint32_t class)
{
	return dim < 0 || cell_has(&m->space->dims[dim], box[dim], class);
}

static void
note_box(struct matrix *m, const hs_cell *box, uint8_t what)
{
	for (uint32_t p = 0; p < m->n_protos; p++) {
		struct fate *f = &m->fates[p];

		if (!in_cell(m, box, m->space->of_field[F_PROTO], p))
			continue;
		for (uint32_t k = 0; k < f->n; k++)
			if (in_cell(m, box, f->dim, k))
				f->what[k] |= what;
	}
}

static bool
is_too_much(const struct matrix *m)
{
	return m->limit != 0 && m->work > m->limit;
}

static bool
note_region(const struct region *r, void *arg)
{
	struct matrix *m = arg;
	bool accept = r->verdict == V_ACCEPT;
	uint8_t what = !accept ? REFUSED : r->possible ?
	    ACCEPTED | REFUSED : ACCEPTED;

	m->work += r->set->n + 1;
	if (is_too_much(m))
		return false;
	if (!r->complete && !m->leaf) {
		m->again = true;
		return true;
	}
	for (unsigned i = 0; i < r->set->n; i++)
		note_box(m, hs_box(m->space, r->set, i), what);
	if (accept && (!m->any || (!m->certain && !r->possible))) {
		m->witness = r->witness;
		usual_witness(m->space, r->set, r->complete, &m->witness);
		m->any = true;
		m->certain = !r->possible;
	}
	return true;
}

/* ---- telling them ---- */

/* The classes of a dimension for which want[class] is 'want', in words, and
 * as values. */
static void
tell_classes(const struct matrix *m, int dim, const uint8_t *has,
    uint8_t want, struct sbuf *words, struct box_field *out)
{
	const struct hs_dim *d = &m->space->dims[dim];
	struct texts t = { .arena = m->arena };
	const char *sep = "";
	hs_cell bits = 0;

	for (uint32_t k = 0, end; k < d->n; k = end) {
		end = k + 1;
		if (has[k] != want)
			continue;
		if (d->bits) {
			bits |= (hs_cell)1 << k;
			continue;
		}
		while (end < d->n && has[end] == want)
			end++;
		sbuf_puts(words, sep);
		sep = ",";
		hs_dim_words(m->space, (unsigned)dim, cell_range(k, end - 1),
		    words);
		hs_dim_values(m->space, (unsigned)dim, cell_range(k, end - 1),
		    keep_text, &t);
	}
	if (d->bits) {
		hs_dim_words(m->space, (unsigned)dim, bits, words);
		hs_dim_values(m->space, (unsigned)dim, bits, keep_text, &t);
	}
	*out = (struct box_field){ hs_dim_name(m->space, (unsigned)dim),
	    arena_copy(m->arena, t.v, t.n * sizeof(*t.v)), t.n };
	free(t.v);
}

/* Is 'what' the fate of all, of some, of none? */
static enum tri
how_much(const struct fate *f, uint8_t what)
{
	uint32_t n = 0;

	for (uint32_t k = 0; k < f->n; k++)
		n += f->what[k] == what;
	return n == f->n ? TRI_YES : n == 0 ? TRI_NO : TRI_UNKNOWN;
}

/* Have the two classes of protocols the same ports or types of this fate? */
static bool
alike(const struct fate *a, const struct fate *b, uint8_t what)
{
	enum tri much = how_much(a, what);

	if (much != how_much(b, what))
		return false;
	if (much != TRI_UNKNOWN)
		return true;
	if (a->dim != b->dim)
		return false;
	for (uint32_t k = 0; k < a->n; k++)
		if ((a->what[k] == what) != (b->what[k] == what))
			return false;
	return true;
}

/* One service: protocols that are alike, from 'first' on. */
static void
tell_service(const struct matrix *m, uint32_t first, uint8_t what,
    uint8_t *told, struct matrix_service *out)
{
	int dim = m->space->of_field[F_PROTO];
	struct sbuf words = SBUF_INIT;
	uint8_t *now = mem_alloc(m->n_protos, 1);
	const struct fate *f = &m->fates[first];
	bool all = true;

	for (uint32_t p = 0; p < m->n_protos; p++) {
		if (alike(f, &m->fates[p], what))
			told[p] = now[p] = 1;
		all &= now[p];
	}
	*out = (struct matrix_service){ .partly = what != ACCEPTED };
	if (dim < 0 || all)
		sbuf_puts(&words, "all");
	else
		tell_classes(m, dim, now, 1, &words, &out->protos);
	if (how_much(f, what) == TRI_UNKNOWN) {
		sbuf_putc(&words, ' ');
		tell_classes(m, f->dim, f->what, what, &words, &out->details);
	}
	out->words = arena_strdup(m->arena, sbuf_text(&words));
	sbuf_free(&words);
	free(now);
}

static void
tell_services(const struct matrix *m, struct matrix_cell *c)
{
	static const uint8_t wanted[] = { ACCEPTED, ACCEPTED | REFUSED };
	uint8_t *told = mem_alloc(m->n_protos, 1);

	c->services = arena_alloc(m->arena, 2 * m->n_protos *
	    sizeof(*c->services));
	for (unsigned i = 0; i < 2; i++) {
		memset(told, 0, m->n_protos);
		for (uint32_t p = 0; p < m->n_protos; p++)
			if (!told[p] &&
			    how_much(&m->fates[p], wanted[i]) != TRI_NO)
				tell_service(m, p, wanted[i], told,
				    &c->services[c->n++]);
	}
	free(told);
}

/* ---- cells ---- */

static void
copy_tests(const struct query *from, struct query *to)
{
	for (unsigned i = 0; i < from->n; i++) {
		vec_room(to->tests, to->n, to->room);
		to->tests[to->n++] = from->tests[i];
	}
}

/* Notes what becomes of the packets of 'q'.  True: not of all, there are too
 * many boxes to list.  Of a leaf it is enough to know that there is a packet:
 * none of the boxes around is of another service. */
static bool
ask(struct matrix *m, const struct query *q, bool leaf)
{
	m->leaf = leaf;
	m->again = false;
	if (is_too_much(m))
		return false;
	analysis_regions(m->an, m->entry, q, leaf ? 0 : MATRIX_BOXES,
	    m->arena, note_region, m);
	return m->again;
}

/* The protocols of one class: not those of the others. */
static void
proto_tests(const struct matrix *m, uint32_t class, struct query *q)
{
	int dim = m->space->of_field[F_PROTO];
	const uint16_t *of = dim < 0 ? NULL : m->space->dims[dim].of;

	for (unsigned p = 0, end; of != NULL && p < 256; p = end) {
		for (end = p + 1; end < 256 &&
		    (of[end] == class) == (of[p] == class); end++)
			;
		if (of[p] != class)
			query_range(q, F_PROTO, p, end - 1, true);
	}
}

/* Of packets of one class of protocols, those with a port (or type) of the
 * classes from 'first' to 'last'; by halves while there are too many. */
static void
ask_details(struct matrix *m, const struct query *q, int dim, uint32_t first,
    uint32_t last)
{
	const struct hs_dim *d = dim < 0 ? NULL : &m->space->dims[dim];
	uint32_t mid = first + (last - first) / 2;
	struct query part = { 0 };
	bool again;

	copy_tests(q, &part);
	if (d != NULL)
		query_range(&part, (enum field)d->field, d->starts[first],
		    d->starts[last + 1] - 1, false);
	again = ask(m, &part, first == last);
	query_free(&part);
	if (!again)
		return;
	ask_details(m, q, dim, first, mid);
	ask_details(m, q, dim, mid + 1, last);
}

/* All at once; if that is too much, by protocols and ports. */
static void
ask_all(struct matrix *m, const struct query *q)
{
	bool again = ask(m, q, false);

	for (uint32_t p = 0; p < m->n_protos && again; p++) {
		struct query one = { 0 };

		copy_tests(q, &one);
		proto_tests(m, p, &one);
		ask_details(m, &one, m->fates[p].dim, 0, m->fates[p].n - 1);
		query_free(&one);
	}
}

/* From one zone to another; null is this host. */
static void
add_cell(struct matrix *m, const struct matrix_zone *from,
    const struct matrix_zone *to)
{
	enum hook hook = to == NULL ? HOOK_INPUT : from == NULL ? HOOK_OUTPUT :
	    HOOK_FORWARD;
	struct matrix_cell *c = &m->cells[m->n_cells++];
	struct query q = { 0 };

	m->entry = m->rules->tables[TABLE_FILTER].builtin[hook];
	m->any = m->certain = false;
	*c = (struct matrix_cell){ .from = from, .to = to };
	copy_tests(&m->base, &q);
	if (from != NULL)
		zone_tests(m, from, F_IN, &q);
	if (to != NULL)
		zone_tests(m, to, F_OUT, &q);
	make_fates(m);
	ask_all(m, &q);
	tell_services(m, c);
	if (m->any)
		c->witness = witness_text(&m->witness, m->entry, m->env,
		    m->arena);
	free_fates(m);
	query_free(&q);
}

/* A new connection's first packet, as far as it has one. */
static void
base_tests(struct matrix *m, const struct query *asked)
{
	copy_tests(asked, &m->base);
	query_masked(&m->base, F_CT, FCT_NEW, FCT_STATE, false);
	query_masked(&m->base, F_TCPFLAGS, 0x02, 0x17, false);
	query_range(&m->base, F_FRAG, 0, 0, false);
}

static void
make_analysis(struct matrix *m)
{
	const struct query *all[2] = { &m->base };
	struct query zones = { 0 };

	/* What tells zones apart must be told apart; it is never asked. */
	for (unsigned i = 0; i < m->n_zones; i++) {
		zone_tests(m, m->zones[i], F_IN, &zones);
		zone_tests(m, m->zones[i], F_OUT, &zones);
	}
	all[1] = &zones;
	m->an = analysis_new(&m->rules, 1, m->env, all, 2, m->arena);
	m->space = analysis_space(m->an);
	query_free(&zones);
}

bool
matrix_family(const struct ruleset *rules, struct env *env,
    const struct query *asked, uint64_t work, struct arena *arena,
    struct progress *progress, struct matrix_family *out)
{
	struct matrix *m = mem_alloc(1, sizeof(*m));
	bool done;

	*m = (struct matrix){ .arena = arena, .env = env, .rules = rules,
	    .limit = work };
	progress_phase(progress, "who reaches what", PROGRESS_COUNT, 0);
	find_zones(m);
	base_tests(m, asked);
	make_analysis(m);
	m->cells = arena_alloc(arena, (m->n_zones + 1) * (m->n_zones + 1) *
	    sizeof(*m->cells));
	for (unsigned i = 0; i < m->n_zones; i++) {
		progress_at(progress, i, m->n_zones + 1);
		add_cell(m, m->zones[i], NULL);
		for (unsigned k = 0; k < m->n_zones; k++)
			add_cell(m, m->zones[i], m->zones[k]);
	}
	for (unsigned k = 0; k < m->n_zones; k++)
		add_cell(m, NULL, m->zones[k]);
	*out = (struct matrix_family){ rules->family, m->cells, m->n_cells };
	done = !is_too_much(m);
	analysis_free(m->an);
	query_free(&m->base);
	free(m->named);
	free(m->zones);
	free(m);
	return done;
}

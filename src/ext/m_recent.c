/* -m recent: lists of addresses and when they were seen, shared by name.
 * Kernel: xt_recent.c.
 *
 * A list keeps 100 addresses, in the order of their last stamp; a new one
 * pushes the oldest out.  Each has a ring of stamps: as many as the largest
 * --hitcount of the rules with its name, rounded up to a power of two, or
 * 32. */
#include "ext/host.h"
#include "ext/rate.h"
#include "ext/store.h"

enum {
	OP_CHECK = 1 << 0, OP_SET = 1 << 1, OP_UPDATE = 1 << 2,
	OP_REMOVE = 1 << 3, OP_TTL = 1 << 4, OP_REAP = 1 << 5,
	ANY_OP = OP_CHECK | OP_SET | OP_UPDATE | OP_REMOVE
};
enum { MAX_HITS = 65535, DEFAULT_STAMPS = 32, MAX_ENTRIES = 100,
    NAME_LEN = 199 };

struct recent {
	uint32_t seconds, hits;
	uint8_t ops, invert, dest;
	const char *name;
	const union addr *mask;		/* null: all of the address */
};

static void
init(void *data, int family)
{
	(void)family;
	((struct recent *)data)->name = "DEFAULT";
}

enum { O_SET, O_RCHECK, O_UPDATE, O_REMOVE, O_SECONDS, O_REAP, O_HITCOUNT,
    O_RTTL, O_NAME, O_RSOURCE, O_RDEST, O_MASK, O_END };
#define B(option) (UINT64_C(1) << (option))
#define ANY (B(O_SET) | B(O_RCHECK) | B(O_UPDATE) | B(O_REMOVE))

static bool
read_op(struct opt_arg *a)
{
	static const uint8_t ops[O_END] = { [O_SET] = OP_SET,
	    [O_RCHECK] = OP_CHECK, [O_UPDATE] = OP_UPDATE,
	    [O_REMOVE] = OP_REMOVE, [O_REAP] = OP_REAP, [O_RTTL] = OP_TTL };
	struct recent *r = a->data;

	r->ops |= ops[a->opt - a->ext->opts];
	return true;
}

/* Cut where the kernel's field ends. */
static bool
read_name(struct opt_arg *a)
{
	((struct recent *)a->data)->name = arena_strndup(a->arena, a->text,
	    strnlen(a->text, NAME_LEN));
	return true;
}

static bool
read_side(struct opt_arg *a)
{
	((struct recent *)a->data)->dest = a->opt - a->ext->opts == O_RDEST;
	return true;
}

/* Any address may be a mask. */
static bool
read_mask(struct opt_arg *a)
{
	union addr mask;

	if (!host_read(a->text, strlen(a->text), a->family, &mask))
		return opt_error(a, "bad mask \"%s\"", a->text);
	((struct recent *)a->data)->mask = arena_copy(a->arena, &mask,
	    sizeof(mask));
	return true;
}

#define OP(option, text)						\
	[option] = { .name = text, .flags = OPT_INVERT, .read = read_op,	\
	    .inv_offset = offsetof(struct recent, invert), .inv_bit = 1,	\
	    .excludes = ANY }
static const struct opt opts[] = {
	OP(O_SET, "--set"),
	OP(O_RCHECK, "--rcheck"),
	OP(O_UPDATE, "--update"),
	OP(O_REMOVE, "--remove"),
	[O_SECONDS] = { .name = "--seconds", .args = 1, .read = opt_u32,
	    .offset = offsetof(struct recent, seconds), .min = 1 },
	[O_REAP] = { .name = "--reap", .read = read_op },
	[O_HITCOUNT] = { .name = "--hitcount", .args = 1, .read = opt_u32,
	    .offset = offsetof(struct recent, hits) },
	[O_RTTL] = { .name = "--rttl", .read = read_op,
	    .excludes = B(O_SET) | B(O_REMOVE) },
	[O_NAME] = { .name = "--name", .args = 1, .read = read_name },
	[O_RSOURCE] = { .name = "--rsource", .read = read_side },
	[O_RDEST] = { .name = "--rdest", .read = read_side },
	[O_MASK] = { .name = "--mask", .args = 1, .read = read_mask },
	[O_END] = { .name = NULL }
};
#undef OP

static bool
refuse(struct ext_check *c, const char *why)
{
	diag_error(c->diags, c->loc, "recent: %s", why);
	return false;
}

/* recent_check of libxt_recent.c, then recent_mt_check of the kernel. */
static bool
check(struct ext_check *c)
{
	const struct recent *r = c->data;

	if (!(r->ops & ANY_OP))
		return refuse(c, "you must specify one of `--set', "
		    "`--rcheck' `--update' or `--remove'");
	if ((r->ops & OP_REAP) && r->seconds == 0)
		return refuse(c, "option \"--reap\" also requires "
		    "\"--seconds\"");
	if ((r->ops & (OP_SET | OP_REMOVE)) && (r->seconds != 0 ||
	    r->hits != 0 || (r->ops & (OP_TTL | OP_REAP))))
		return refuse(c, "the kernel refuses --seconds, --hitcount "
		    "and --reap with --set and --remove");
	if (r->hits > MAX_HITS)
		return refuse(c, "the kernel refuses a --hitcount above 65535");
	/* xt_check_proc_name: it becomes a file in /proc. */
	if (*r->name == '\0' || strcmp(r->name, ".") == 0 ||
	    strcmp(r->name, "..") == 0 || strchr(r->name, '/') != NULL)
		return refuse(c, "the kernel refuses this --name");
	return true;
}

/* ---- printing ---- */

static void
print_mask(const struct recent *r, int family, struct sbuf *out)
{
	union addr all;

	addr_mask(&all, family, family_bits(family));
	addr_print(out, family, r->mask ? r->mask : &all);
}

/* Numbers as %d: a large one comes out negative. */
static void
save(const void *data, const struct ext_print *p, struct sbuf *out)
{
	const struct recent *r = data;

	if (r->invert)
		sbuf_puts(out, " !");
	if (r->ops & OP_SET)
		sbuf_puts(out, " --set");
	if (r->ops & OP_CHECK)
		sbuf_puts(out, " --rcheck");
	if (r->ops & OP_UPDATE)
		sbuf_puts(out, " --update");
	if (r->ops & OP_REMOVE)
		sbuf_puts(out, " --remove");
	if (r->seconds != 0)
		sbuf_printf(out, " --seconds %d", (int)r->seconds);
	if (r->ops & OP_REAP)
		sbuf_puts(out, " --reap");
	if (r->hits != 0)
		sbuf_printf(out, " --hitcount %d", (int)r->hits);
	if (r->ops & OP_TTL)
		sbuf_puts(out, " --rttl");
	sbuf_printf(out, " --name %s --mask ", r->name);
	print_mask(r, p->family, out);
	sbuf_puts(out, r->dest ? " --rdest" : " --rsource");
}

static void
list(const void *data, const struct ext_print *p, struct sbuf *out)
{
	const struct recent *r = data;

	sbuf_puts(out, r->invert ? " ! recent:" : " recent:");
	if (r->ops & OP_SET)
		sbuf_puts(out, " SET");
	if (r->ops & OP_CHECK)
		sbuf_puts(out, " CHECK");
	if (r->ops & OP_UPDATE)
		sbuf_puts(out, " UPDATE");
	if (r->ops & OP_REMOVE)
		sbuf_puts(out, " REMOVE");
	if (r->seconds != 0)
		sbuf_printf(out, " seconds: %d", (int)r->seconds);
	if (r->ops & OP_REAP)
		sbuf_puts(out, " reap");
	if (r->hits != 0)
		sbuf_printf(out, " hit_count: %d", (int)r->hits);
	if (r->ops & OP_TTL)
		sbuf_puts(out, " TTL-Match");
	sbuf_printf(out, " name: %s side: %s mask: ", r->name,
	    r->dest ? "dest" : "source");
	print_mask(r, p->family, out);
}

/* ---- running ---- */

struct entry {
	struct key { union addr addr; uint64_t family; } key;
	uint32_t older, newer;		/* store_number + 1; 0: none */
	uint32_t index, n_stamps;
	uint8_t ttl;
	uint64_t stamps[];
};

struct seen {				/* a list */
	struct store entries;
	union addr mask;
	uint32_t oldest, newest;	/* as in struct entry */
	uint32_t n_stamps;		/* of each ring */
};

/* All families share the lists, unlike hashlimit's tables. */
static void *
memory(const void *data, int family, struct memory *m)
{
	const struct recent *r = data;
	char *key = arena_printf(m->arena, "recent/%s", r->name);
	struct seen *s = map_get(&m->names, key, strlen(key));
	uint32_t n = r->hits == 0 ? DEFAULT_STAMPS : r->hits <= 1 ? 1 :
	    2u << (31 - __builtin_clz(r->hits - 1));

	if (s == NULL) {
		s = arena_new(m->arena, struct seen);
		map_set(&m->names, m->arena, key, strlen(key), s);
		/* The first rule's mask is the list's; without one it is all
		 * ones, and the one of IPv4 leaves IPv6's rest out. */
		memset(&s->mask, 0xff, sizeof(s->mask));
		if (r->mask != NULL)
			s->mask = *r->mask;
	}
	(void)family;
	if (n > s->n_stamps) {
		s->n_stamps = n;
		store_init(&s->entries, m->arena, sizeof(struct key),
		    (uint32_t)(sizeof(struct entry) + n * sizeof(uint64_t)));
	}
	return s;
}

static void
unlink_entry(struct seen *s, struct entry *e)
{
	struct entry *older = e->older ?
	    store_entry(&s->entries, e->older - 1) : NULL;
	struct entry *newer = e->newer ?
	    store_entry(&s->entries, e->newer - 1) : NULL;

	*(older ? &older->newer : &s->oldest) = e->newer;
	*(newer ? &newer->older : &s->newest) = e->older;
}

static void
link_newest(struct seen *s, struct entry *e)
{
	uint32_t me = store_number(&s->entries, e) + 1;

	e->older = s->newest;
	e->newer = 0;
	if (s->newest != 0)
		((struct entry *)store_entry(&s->entries,
		    s->newest - 1))->newer = me;
	else
		s->oldest = me;
	s->newest = me;
}

static void
forget(struct seen *s, struct entry *e)
{
	unlink_entry(s, e);
	store_remove(&s->entries, e);
}

static void
add(struct seen *s, const struct key *key, uint8_t ttl, uint64_t now)
{
	struct entry *e;

	if (s->entries.n >= MAX_ENTRIES)
		forget(s, store_entry(&s->entries, s->oldest - 1));
	e = store_add(&s->entries, key);
	e->ttl = ttl;
	e->stamps[0] = now;
	e->n_stamps = e->index = 1;
	link_newest(s, e);
}

static void
stamp(struct seen *s, struct entry *e, uint8_t ttl, uint64_t now)
{
	e->index &= s->n_stamps - 1;
	e->stamps[e->index++] = now;
	if (e->index > e->n_stamps)
		e->n_stamps = e->index;
	unlink_entry(s, e);
	link_newest(s, e);
	e->ttl = ttl;
}

static bool
seen_enough(const struct recent *r, const struct entry *e, uint64_t since)
{
	uint32_t hits = 0;

	for (unsigned i = 0; i < e->n_stamps; i++) {
		if (r->seconds != 0 && jiffies_after(since, e->stamps[i]))
			continue;
		if (r->hits == 0 || ++hits >= r->hits)
			return true;
	}
	return false;
}

/* The TTL as it came in: forwarding has taken one off where an output
 * device is known, unless a socket of this host made the packet. */
static uint8_t
ttl_of(const struct packet *p)
{
	uint8_t ttl = p->data[p->family == AF_INET ? 8 : 7];

	return (p->out != NULL || p->out_unknown) && !p->local ?
	    (uint8_t)(ttl + 1) : ttl;
}

static void
key_of(const struct recent *r, const struct seen *s, const struct packet *p,
    struct key *key)
{
	if (r->dest)
		pkt_dst(p, &key->addr);
	else
		pkt_src(p, &key->addr);
	key->addr.q[0] &= s->mask.q[0];
	key->addr.q[1] &= s->mask.q[1];
	key->family = p->family;
}

static struct entry *
find(const struct recent *r, const struct seen *s, const struct packet *p,
    const struct key *key)
{
	struct entry *e = store_find(&s->entries, key);
	uint8_t ttl = ttl_of(p);

	/* A TTL of 0 on either side is any. */
	if (e == NULL || !(r->ops & OP_TTL) || ttl == 0 || e->ttl == 0 ||
	    e->ttl == ttl)
		return e;
	return NULL;
}

static enum tri
eval(const void *data, struct ctx *ctx)
{
	const struct recent *r = data;
	struct seen *s = ctx->memory;
	uint64_t now = jiffies_of(ctx), since;
	bool yes = r->invert, update;
	struct entry *e, *oldest;
	struct key key;

	key_of(r, s, ctx->pkt, &key);
	e = find(r, s, ctx->pkt, &key);
	if (e == NULL) {
		if (!(r->ops & OP_SET))
			return tri_of(yes);
		add(s, &key, ttl_of(ctx->pkt), now);
		return tri_of(!yes);
	}
	if (r->ops & OP_REMOVE) {
		forget(s, e);
		return tri_of(!yes);
	}
	since = now - (uint64_t)r->seconds * ctx->env->hz;
	if ((r->ops & OP_SET) || seen_enough(r, e, since))
		yes = !yes;
	update = (r->ops & OP_SET) || ((r->ops & OP_UPDATE) && yes);
	if (r->ops & OP_REAP) {
		oldest = store_entry(&s->entries, s->oldest - 1);
		/* Not the one that is about to be updated. */
		if (!(oldest == e && update) && jiffies_after(since,
		    oldest->stamps[oldest->index - 1]))
			forget(s, oldest);
	}
	if (update)
		stamp(s, e, ttl_of(ctx->pkt), now);
	return tri_of(yes);
}

static void
explain(const void *data, struct ctx *ctx, struct sbuf *out)
{
	const struct recent *r = data;
	const struct seen *s = ctx->memory;
	struct key key;
	const struct entry *e;
	uint64_t now = jiffies_of(ctx), last = 0;

	key_of(r, s, ctx->pkt, &key);
	e = store_find(&s->entries, &key);
	addr_print(out, ctx->pkt->family, &key.addr);
	sbuf_printf(out, " is %son the list %s", e ? "" : "not ", r->name);
	if (e == NULL)
		return;
	for (unsigned i = 0; i < e->n_stamps; i++)
		if (e->stamps[i] > last)
			last = e->stamps[i];
	sbuf_printf(out, ": seen %u times of at most %u kept, the last one "
	    "%.3f s ago", e->n_stamps, s->n_stamps,
	    (double)(now - last) / ctx->env->hz);
	if (r->ops & OP_TTL)
		sbuf_printf(out, ", with TTL %u (the packet's is %u)", e->ttl,
		    ttl_of(ctx->pkt));
	if (r->seconds != 0 || r->hits != 0)
		sbuf_printf(out, "; rule wants %u within %u s (0: ever)",
		    r->hits != 0 ? r->hits : 1, r->seconds);
}

static const char *
shared(const void *data, int family)
{
	(void)data;
	(void)family;
	return "one list for all packets";
}

const struct ext ext_m_recent = {
	.name = "recent",
	.traits = EXT_STATEFUL | EXT_SIDE_EFFECT,
	.size = sizeof(struct recent),
	.opts = opts,
	.init = init,
	.check = check,
	.save = save,
	.list = list,
	.memory = memory,
	.eval = eval,
	.explain = explain,
	.shared = shared,
};

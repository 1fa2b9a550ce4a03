/* -j SET: adds what the packet has to an address set, deletes it, or takes
 * the packet's mark and priority from it (xt_set.c, revision 3). */
#include "ext/ipset.h"

enum { O_ADD, O_DEL, O_EXIST, O_TIMEOUT, O_MAP, O_MAP_MARK, O_MAP_PRIO,
    O_MAP_QUEUE };
enum { MAP_ANY = 1 << O_MAP_MARK | 1 << O_MAP_PRIO | 1 << O_MAP_QUEUE };

struct set_use {
	const char *name;		/* null: not given */
	struct ipset_ask ask;
};

struct set_target {
	struct set_use add, del, map;
	uint32_t timeout;
	uint16_t given;			/* bits 1 << O_x */
};

struct set_memory { struct ipset *add, *del, *map; };

static bool
read_set(struct opt_arg *a)
{
	struct set_use *s = (struct set_use *)(void *)((char *)a->data +
	    a->opt->offset);

	if (strlen(a->text) >= IPSET_NAME_SIZE)
		return opt_error(a, "setname '%s' too long, max %d "
		    "characters", a->text, IPSET_NAME_SIZE - 1);
	if (!ipset_read_dirs(&s->ask, a->text2))
		return opt_error(a, "wants a list of at most %d 'src' or "
		    "'dst' behind the set", IPSET_MAX_DIMENSION);
	s->name = arena_strdup(a->arena, a->text);
	return true;
}

static bool
read_timeout(struct opt_arg *a)
{
	struct set_target *t = a->data;
	const char *s = a->text;
	uint64_t n;

	if (!read_number(&s, UINT32_MAX - 1, &n) || *s != '\0')
		return opt_error(a, "bad timeout, or out of range 0-%u",
		    UINT32_MAX - 1);
	t->timeout = (uint32_t)n;
	return true;
}

static const struct opt opts[] = {
	[O_ADD] = { .name = "--add-set", .args = 2, .read = read_set,
	    .offset = offsetof(struct set_target, add) },
	[O_DEL] = { .name = "--del-set", .args = 2, .read = read_set,
	    .offset = offsetof(struct set_target, del) },
	[O_EXIST] = { .name = "--exist", .flags = OPT_MULTI },
	[O_TIMEOUT] = { .name = "--timeout", .args = 1, .flags = OPT_MULTI,
	    .read = read_timeout },
	[O_MAP] = { .name = "--map-set", .args = 2, .read = read_set,
	    .offset = offsetof(struct set_target, map) },
	[O_MAP_MARK] = { .name = "--map-mark", .flags = OPT_MULTI },
	[O_MAP_PRIO] = { .name = "--map-prio", .flags = OPT_MULTI },
	[O_MAP_QUEUE] = { .name = "--map-queue", .flags = OPT_MULTI },
	{ .name = NULL }
};

static const char *
wrong(uint64_t seen, enum table_id table)
{
	bool map = (seen & 1 << O_MAP) != 0;

	if (!(seen & (1 << O_ADD | 1 << O_DEL | 1 << O_MAP)))
		return "one of --add-set, --del-set and --map-set is required";
	if (!(seen & 1 << O_ADD) && (seen & (1 << O_EXIST | 1 << O_TIMEOUT)))
		return "--exist and --timeout go with --add-set only";
	if (!map && (seen & MAP_ANY))
		return "--map-mark, -prio and -queue go with --map-set only";
	if (map && !(seen & MAP_ANY))
		return "--map-set needs --map-mark, --map-prio or --map-queue";
	if (map && table != TABLE_MANGLE)
		return "--map-set is only usable in table mangle";
	return NULL;
}

static bool
check(struct ext_check *c)
{
	struct set_target *t = c->data;
	const char *text = wrong(c->seen, c->table);

	if (text != NULL) {
		diag_error(c->diags, c->loc, "SET: %s", text);
		return false;
	}
	t->given = (uint16_t)c->seen;
	if (c->seen & 1 << O_EXIST)
		t->add.ask.flags |= IPSET_EXIST;
	if (c->seen & 1 << O_TIMEOUT) {
		t->add.ask.has_timeout = true;
		t->add.ask.timeout = t->timeout;
	}
	return true;
}

static uint8_t
use_hooks(const void *data, int family)
{
	const struct set_target *t = data;

	(void)family;
	return t->given & (1 << O_MAP_PRIO | 1 << O_MAP_QUEUE) ?
	    1 << HOOK_FORWARD | 1 << HOOK_OUTPUT | 1 << HOOK_POSTROUTING :
	    0x1f;
}

static void
print_set(const struct set_use *s, const char *dashes, const char *name,
    struct sbuf *out)
{
	if (s->name == NULL)
		return;
	sbuf_printf(out, " %s%s %s", dashes, name, s->name);
	ipset_print_dirs(&s->ask, out);
}

static void
print_options(const struct set_target *t, const char *dashes,
    struct sbuf *out)
{
	print_set(&t->add, dashes, "add-set", out);
	if (t->given & 1 << O_EXIST)
		sbuf_printf(out, " %sexist", dashes);
	if (t->given & 1 << O_TIMEOUT)
		sbuf_printf(out, " %stimeout %u", dashes, t->timeout);
	print_set(&t->del, dashes, "del-set", out);
	print_set(&t->map, dashes, "map-set", out);
	for (unsigned o = O_MAP_MARK; o <= O_MAP_QUEUE; o++)
		if (t->given & 1 << o)
			sbuf_printf(out, " %s%s", dashes, opts[o].name + 2);
}

static void
save(const void *data, const struct ext_print *print, struct sbuf *out)
{
	(void)print;
	print_options(data, "--", out);
}

static void
list(const void *data, const struct ext_print *print, struct sbuf *out)
{
	(void)print;
	print_options(data, "", out);
}

static struct ipset *
live(struct memory *memory, const struct set_use *s)
{
	return s->name != NULL ? ipset_live(memory, s->name) : NULL;
}

static void *
make_memory(const void *data, int family, struct memory *memory)
{
	const struct set_target *t = data;
	struct set_memory *m = arena_new(memory->arena, struct set_memory);

	(void)family;
	m->add = live(memory, &t->add);
	m->del = live(memory, &t->del);
	m->map = live(memory, &t->map);
	return m;
}

static void
map(const struct set_target *t, struct ipset *set, struct ctx *ctx)
{
	struct ipset_ask ask = t->map.ask;
	struct packet *pkt = ctx->pkt;

	if (ipset_test(set, ctx, &ask) != TRI_YES)
		return;
	if (t->given & 1 << O_MAP_MARK)
		pkt->mark = (pkt->mark & ~ask.skbmask) ^ ask.skbmark;
	if (t->given & 1 << O_MAP_PRIO)
		pkt->priority = ask.skbprio;
}

static enum verdict
act(const void *data, struct ctx *ctx)
{
	const struct set_target *t = data;
	const struct set_memory *m = ctx->memory;
	struct ipset_ask ask;

	if (m->add != NULL) {
		ask = t->add.ask;
		ipset_packet_add(m->add, ctx, &ask);
	}
	if (m->del != NULL) {
		ask = t->del.ask;
		ipset_packet_del(m->del, ctx, &ask);
	}
	if (m->map != NULL)
		map(t, m->map, ctx);
	return V_CONTINUE;
}

static const char *
shared(const void *data, int family)
{
	(void)data;
	(void)family;
	return "it changes a set that others look into";
}

const struct ext ext_t_SET = {
	.name = "SET",
	.kind = EXT_TARGET,
	.traits = EXT_SIDE_EFFECT,
	.size = sizeof(struct set_target),
	.opts = opts,
	.check = check,
	.use_hooks = use_hooks,
	.save = save,
	.list = list,
	.memory = make_memory,
	.act = act,
	.shared = shared,
};

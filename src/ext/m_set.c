/* -m set: is the packet's address, port ... in a set of ipset?  Kernel:
 * xt_set.c, revision 4. */
#include "base/diag.h"
#include "ext/ipset.h"
#include "ext/l4.h"

struct set_match {
	const char *name;		/* null: not given */
	struct ipset_ask ask;
	uint8_t invert;
};

/* ---- reading ---- */

static bool
read_set(struct opt_arg *a)
{
	struct set_match *s = a->data;

	if (s->name != NULL)
		return opt_error(a, "--match-set can be specified only once");
	if (strlen(a->text) >= IPSET_NAME_SIZE)
		return opt_error(a, "setname `%s' too long, max %d "
		    "characters.", a->text, IPSET_NAME_SIZE - 1);
	if (!ipset_read_dirs(&s->ask, a->text2))
		return opt_error(a, "You must specify (the comma separated "
		    "list of at most %d) 'src' or 'dst'.",
		    IPSET_MAX_DIMENSION);
	s->name = arena_strdup(a->arena, a->text);
	return true;
}

static bool
read_nomatch(struct opt_arg *a)
{
	((struct set_match *)a->data)->ask.flags |= IPSET_RETURN_NOMATCH;
	return true;
}

/* Only "! --update-counters" says anything. */
static bool
read_update(struct opt_arg *a)
{
	if (a->negate)
		((struct set_match *)a->data)->ask.flags |=
		    IPSET_SKIP_COUNTER_UPDATE;
	return true;
}

static bool
read_subupdate(struct opt_arg *a)
{
	if (a->negate)
		((struct set_match *)a->data)->ask.flags |=
		    IPSET_SKIP_SUBCOUNTER_UPDATE;
	return true;
}

static bool
read_compare(struct opt_arg *a)
{
	struct ipset_compare *c = (struct ipset_compare *)(void *)
	    ((char *)a->data + a->opt->offset);
	const char *kind = strrchr(a->opt->name, '-'), *s = a->text;

	if (c->op != IPSET_ANY)
		return opt_error(a, "only one of the --%.*s-[eq|lt|gt] is "
		    "allowed", (int)(kind - a->opt->name - 2),
		    a->opt->name + 2);
	if (!read_number(&s, UINT64_MAX, &c->value) || *s != '\0')
		return opt_error(a, "Cannot parse %s as a counter value",
		    a->text);
	c->op = kind[1] == 'l' ? IPSET_LT : kind[1] == 'g' ? IPSET_GT :
	    a->negate ? IPSET_NE : IPSET_EQ;
	return true;
}

#define COMPARE(option, member, flag)					\
	{ .name = option, .args = 1, .flags = flag, .read = read_compare,	\
	    .offset = offsetof(struct set_match, ask.member) }
static const struct opt opts[] = {
	{ .name = "--match-set", .alias = "--set", .args = 2,
	    .flags = OPT_INVERT | OPT_MULTI, .read = read_set,
	    .inv_offset = offsetof(struct set_match, invert), .inv_bit = 1 },
	{ .name = "--return-nomatch", .flags = OPT_MULTI,
	    .read = read_nomatch },
	{ .name = "--update-counters", .flags = OPT_INVERT | OPT_MULTI,
	    .read = read_update },
	{ .name = "--update-subcounters", .flags = OPT_INVERT | OPT_MULTI,
	    .read = read_subupdate },
	COMPARE("--packets-eq", packets, OPT_INVERT | OPT_MULTI),
	COMPARE("--packets-lt", packets, OPT_MULTI),
	COMPARE("--packets-gt", packets, OPT_MULTI),
	COMPARE("--bytes-eq", bytes, OPT_INVERT | OPT_MULTI),
	COMPARE("--bytes-lt", bytes, OPT_MULTI),
	COMPARE("--bytes-gt", bytes, OPT_MULTI),
	{ .name = NULL }
};
#undef COMPARE

static bool
check(struct ext_check *c)
{
	if (((struct set_match *)c->data)->name != NULL)
		return true;
	diag_error(c->diags, c->loc, "set: You must specify `--match-set' "
	    "with proper arguments");
	return false;
}

/* ---- printing ---- */

static void
print_compare(const struct ipset_compare *c, const char *prefix,
    const char *name, struct sbuf *out)
{
	static const char *const ops[] = { [IPSET_EQ] = "eq",
	    [IPSET_NE] = "eq", [IPSET_LT] = "lt", [IPSET_GT] = "gt" };

	if (c->op != IPSET_ANY)
		sbuf_printf(out, "%s %s%s-%s %llu", c->op == IPSET_NE ?
		    " !" : "", prefix, name, ops[c->op],
		    (unsigned long long)c->value);
}

static void
print(const struct set_match *s, const char *prefix, struct sbuf *out)
{
	sbuf_printf(out, "%s %smatch-set %s", s->invert ? " !" : "", prefix,
	    s->name);
	ipset_print_dirs(&s->ask, out);
	if (s->ask.flags & IPSET_RETURN_NOMATCH)
		sbuf_printf(out, " %sreturn-nomatch", prefix);
	if (s->ask.flags & IPSET_SKIP_COUNTER_UPDATE)
		sbuf_printf(out, " ! %supdate-counters", prefix);
	if (s->ask.flags & IPSET_SKIP_SUBCOUNTER_UPDATE)
		sbuf_printf(out, " ! %supdate-subcounters", prefix);
	print_compare(&s->ask.packets, prefix, "packets", out);
	print_compare(&s->ask.bytes, prefix, "bytes", out);
}

static void
save(const void *data, const struct ext_print *p, struct sbuf *out)
{
	(void)p;
	print(data, "--", out);
}

static void
list(const void *data, const struct ext_print *p, struct sbuf *out)
{
	(void)p;
	print(data, "", out);
}

/* ---- running ---- */

struct live {
	struct ipset *set;		/* null: it was not supplied */
	const char *need;
};

static void *
memory(const void *data, int family, struct memory *m)
{
	const struct set_match *s = data;
	struct live *l = arena_new(m->arena, struct live);
	struct sbuf need = SBUF_INIT;

	(void)family;
	l->set = ipset_live(m, s->name);
	sbuf_puts(&need, "the content of set ");
	sbuf_safe(&need, s->name, strlen(s->name));
	l->need = arena_strdup(m->arena, sbuf_text(&need));
	sbuf_free(&need);
	return l;
}

static enum tri
eval(const void *data, struct ctx *ctx)
{
	const struct set_match *s = data;
	const struct live *l = ctx->memory;
	struct ipset_ask ask = s->ask;
	enum tri in;

	if (l == NULL || l->set == NULL)
		return unknown(ctx, l ? l->need : "the content of a set");
	in = ipset_test(l->set, ctx, &ask);
	return in == TRI_UNKNOWN ? in : tri_of((in == TRI_YES) != s->invert);
}

static void
print_found(struct sbuf *out, const struct packet *p, unsigned i, bool src)
{
	union addr a;

	if (i > 0) {
		sbuf_puts(out, src ? " src" : " dst");
		return;
	}
	if (src)
		pkt_src(p, &a);
	else
		pkt_dst(p, &a);
	sbuf_putc(out, ' ');
	addr_print(out, p->family, &a);
}

static void
explain(const void *data, struct ctx *ctx, struct sbuf *out)
{
	const struct set_match *s = data;
	const struct live *l = ctx->memory;
	const struct ipset_def *d;

	if (l == NULL || l->set == NULL) {
		sbuf_printf(out, "set %s was not supplied", s->name);
		return;
	}
	d = ipset_def(l->set);
	sbuf_printf(out, "set %s (%s, %u elements) is asked for", s->name,
	    ipset_type_names[d->type], ipset_count(l->set));
	for (unsigned i = 0; i < s->ask.dim; i++)
		print_found(out, ctx->pkt, i, s->ask.src >> i & 1);
	if (s->ask.dim < ipset_dimension(l->set))
		sbuf_printf(out, ", but has %u dimensions: it never matches",
		    ipset_dimension(l->set));
	else if (d->family != AF_UNSPEC && d->family != ctx->pkt->family)
		sbuf_puts(out, ", but is of the other address family");
	sbuf_printf(out, "; rule wants it %s", s->invert ? "not in it" :
	    "in it");
}

/* ---- as fields ---- */

/* What its counters are, is memory. */
static unsigned
use_traits(const void *data)
{
	const struct set_match *s = data;

	return EXT_SIDE_EFFECT | (s->ask.packets.op != IPSET_ANY ||
	    s->ask.bytes.op != IPSET_ANY ? EXT_STATEFUL : 0);
}

static bool
lower(const void *data, struct lower *l)
{
	const struct set_match *s = data;
	struct set_match plain = *s;
	struct sbuf key = SBUF_INIT;

	if (use_traits(data) & EXT_STATEFUL)
		return false;
	if (ipset_lower(s->name, &s->ask, s->invert, l))
		return true;
	plain.invert = 0;
	plain.ask.flags &= IPSET_RETURN_NOMATCH;
	sbuf_puts(&key, "-m set");
	print(&plain, "--", &key);
	lower_opaque(l, sbuf_text(&key), s->invert);
	sbuf_free(&key);
	return true;
}

static const char *
shared(const void *data, int family)
{
	(void)family;
	return use_traits(data) & EXT_STATEFUL ?
	    "one set's counters for all packets" : NULL;
}

const struct ext ext_m_set = {
	.name = "set",
	.traits = EXT_STATEFUL | EXT_SIDE_EFFECT,
	.use_traits = use_traits,
	.size = sizeof(struct set_match),
	.opts = opts,
	.check = check,
	.save = save,
	.list = list,
	.memory = memory,
	.eval = eval,
	.explain = explain,
	.lower = lower,
	.shared = shared,
};

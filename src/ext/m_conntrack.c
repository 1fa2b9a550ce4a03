/* -m conntrack: anything of the packet's connection.  Kernel:
 * xt_conntrack.c; the options are those of revision 3. */
#include "ext/ctstate.h"
#include "ext/host.h"
#include "ext/l4.h"

#include <arpa/inet.h>
#include <strings.h>

/* Criteria, in the order in which iptables prints them. */
enum criterion {
	C_STATE, C_PROTO, C_ORIGSRC, C_ORIGDST, C_REPLSRC, C_REPLDST,
	C_ORIGSRC_PORT, C_ORIGDST_PORT, C_REPLSRC_PORT, C_REPLDST_PORT,
	C_STATUS, C_EXPIRE, C_DIR
};
static const char *const names[] = {
	"ctstate", "ctproto", "ctorigsrc", "ctorigdst", "ctreplsrc",
	"ctrepldst", "ctorigsrcport", "ctorigdstport", "ctreplsrcport",
	"ctrepldstport", "ctstatus", "ctexpire", "ctdir"
};
enum { N_CRITERIA = sizeof(names) / sizeof(names[0]) };

enum { ORIGSRC, ORIGDST, REPLSRC, REPLDST, N_SIDES };

/* What few rules have. */
struct details {
	union addr addr[N_SIDES], mask[N_SIDES];
	uint16_t port[N_SIDES][2];
	uint32_t expires[2];
	uint8_t proto;
};

struct conntrack {
	uint16_t given, invert;		/* bits 1 << enum criterion */
	uint8_t state;			/* enum ctstate */
	uint8_t status;			/* enum ct_status, low bits */
	struct details *more;		/* null: none of it is asked */
};

static bool
has(unsigned bits, unsigned c)
{
	return bits >> c & 1;
}

/* ---- reading ---- */

/* The options stand in the table in the order of enum criterion. */
static enum criterion criterion_of(const struct opt_arg *);

static struct details *
details(struct opt_arg *a)
{
	struct conntrack *c = a->data;

	if (c->more == NULL)
		c->more = arena_new(a->arena, struct details);
	return c->more;
}

static void
note(struct opt_arg *a)
{
	struct conntrack *c = a->data;

	c->given |= (uint16_t)(1 << criterion_of(a));
	if (a->negate)
		c->invert |= (uint16_t)(1 << criterion_of(a));
}

static bool
read_state(struct opt_arg *a)
{
	struct conntrack *c = a->data;

	note(a);
	c->state = (uint8_t)ctstate_read(a->text, 0xff);
	return c->state != 0 || opt_error(a, "Bad ctstate \"%s\"", a->text);
}

static bool
read_proto(struct opt_arg *a)
{
	struct conntrack *c = a->data;
	int proto = proto_parse(a->text, strlen(a->text));

	if (proto < 0)
		return opt_error(a, "unknown protocol \"%s\" specified",
		    a->text);
	/* libxt_conntrack.c looks at a bit that --ctstatus owns. */
	if (proto == 0 && has(c->invert, C_STATUS))
		return opt_error(a, "rule would never match protocol");
	note(a);
	details(a)->proto = (uint8_t)proto;
	return true;
}

/* A mask that is not a prefix becomes a full one in iptables (xtoptions.c,
 * xtopt_parse_plenmask). */
static bool
read_addr(struct opt_arg *a)
{
	unsigned side = (unsigned)criterion_of(a) - C_ORIGSRC;
	const char *slash = strchr(a->text, '/');
	size_t len = slash ? (size_t)(slash - a->text) : strlen(a->text);
	struct details *d = details(a);
	unsigned plen = family_bits(a->family);

	if (!host_read(a->text, len, a->family, &d->addr[side]))
		return opt_error(a, "bad address \"%s\"", a->text);
	if (slash != NULL && !plen_read(slash + 1, a->family, &plen))
		return opt_error(a, "bad mask \"%s\"", slash + 1);
	addr_mask(&d->mask[side], a->family, plen);
	note(a);
	return true;
}

static bool
read_ports(struct opt_arg *a)
{
	struct opt_arg into = *a;

	into.data = details(a)->port[criterion_of(a) - C_ORIGSRC_PORT];
	if (!opt_ports_any(&into))
		return false;
	note(a);
	return true;
}

static const struct { const char *name; uint8_t bit; } statuses[] = {
	{ "NONE", 0 }, { "EXPECTED", CTS_EXPECTED },
	{ "SEEN_REPLY", CTS_SEEN_REPLY }, { "ASSURED", CTS_ASSURED },
	{ "CONFIRMED", CTS_CONFIRMED }
};
enum { N_STATUSES = sizeof(statuses) / sizeof(statuses[0]) };

static bool
read_status(struct opt_arg *a)
{
	struct conntrack *c = a->data;

	note(a);
	c->status = 0;
	for (const char *s = a->text;; s++) {
		size_t len = strcspn(s, ",");
		unsigned i = 0;

		while (i < N_STATUSES &&
		    strncasecmp(statuses[i].name, s, len) != 0)
			i++;
		if (len == 0 || i == N_STATUSES)
			return opt_error(a, "Bad ctstatus \"%s\"", s);
		c->status |= statuses[i].bit;
		s += len;
		if (*s == '\0')
			return true;
	}
}

static bool
read_expire(struct opt_arg *a)
{
	struct opt_arg into = *a;

	into.data = details(a)->expires;
	if (!opt_u32range(&into))
		return false;
	note(a);
	return true;
}

static bool
read_dir(struct opt_arg *a)
{
	struct conntrack *c = a->data;
	bool reply = strcasecmp(a->text, "REPLY") == 0;

	if (!reply && strcasecmp(a->text, "ORIGINAL") != 0)
		return opt_error(a, "Bad value for \"--ctdir\" option: \"%s\"",
		    a->text);
	note(a);
	if (reply)
		c->invert |= 1 << C_DIR;
	return true;
}

#define OPTION(text, reader)						\
	{ .name = "--" text, .args = 1, .flags = OPT_INVERT, .read = reader }
static const struct opt opts[] = {
	OPTION("ctstate", read_state),
	OPTION("ctproto", read_proto),
	OPTION("ctorigsrc", read_addr),
	OPTION("ctorigdst", read_addr),
	OPTION("ctreplsrc", read_addr),
	OPTION("ctrepldst", read_addr),
	OPTION("ctorigsrcport", read_ports),
	OPTION("ctorigdstport", read_ports),
	OPTION("ctreplsrcport", read_ports),
	OPTION("ctrepldstport", read_ports),
	OPTION("ctstatus", read_status),
	OPTION("ctexpire", read_expire),
	{ .name = "--ctdir", .args = 1, .read = read_dir },
	{ .name = NULL }
};
#undef OPTION

static enum criterion
criterion_of(const struct opt_arg *a)
{
	return (enum criterion)(a->opt - opts);
}

static bool
check(struct ext_check *c)
{
	if (c->seen != 0)
		return true;
	diag_error(c->diags, c->loc, "conntrack: At least one option is "
	    "required");
	return false;
}

/* ---- printing ---- */

static void
print_status(const struct conntrack *c, struct sbuf *out)
{
	const char *sep = " ";

	for (unsigned i = 1; i < N_STATUSES; i++)
		if (c->status & statuses[i].bit) {
			sbuf_printf(out, "%s%s", sep, statuses[i].name);
			sep = ",";
		}
	if (c->status == 0)
		sbuf_puts(out, " NONE");
}

static void
print_addr(const struct details *d, unsigned side, int family,
    struct sbuf *out)
{
	unsigned prefix = (unsigned)addr_prefix(&d->mask[side], family);

	sbuf_putc(out, ' ');
	addr_print(out, family, &d->addr[side]);
	if (prefix != family_bits(family))
		sbuf_printf(out, "/%u", prefix);
}

/* An upper end of 0 is not printed: "5:0" becomes "5". */
static void
print_ports(const uint16_t port[2], struct sbuf *out)
{
	sbuf_printf(out, " %u", port[0]);
	if (port[1] != 0 && port[1] != port[0])
		sbuf_printf(out, ":%u", port[1]);
}

static void
print_expire(const uint32_t expires[2], struct sbuf *out)
{
	sbuf_printf(out, " %u", expires[0]);
	if (expires[1] != expires[0])
		sbuf_printf(out, ":%u", expires[1]);
}

static void
print_wanted(const struct conntrack *c, enum criterion what, int family,
    struct sbuf *out)
{
	const struct details *d = c->more;

	switch (what) {
	case C_STATE:
		sbuf_putc(out, ' ');
		ctstate_print(out, c->state);
		break;
	case C_PROTO:
		sbuf_printf(out, " %u", d->proto);
		break;
	case C_ORIGSRC: case C_ORIGDST: case C_REPLSRC: case C_REPLDST:
		print_addr(d, (unsigned)what - C_ORIGSRC, family, out);
		break;
	case C_ORIGSRC_PORT: case C_ORIGDST_PORT:
	case C_REPLSRC_PORT: case C_REPLDST_PORT:
		print_ports(d->port[what - C_ORIGSRC_PORT], out);
		break;
	case C_STATUS:
		print_status(c, out);
		break;
	case C_EXPIRE:
		print_expire(d->expires, out);
		break;
	case C_DIR:
		sbuf_puts(out, has(c->invert, C_DIR) ? " REPLY" :
		    " ORIGINAL");
		break;
	}
}

static void
print(const struct conntrack *c, const struct ext_print *p,
    const char *prefix, struct sbuf *out)
{
	for (unsigned i = 0; i < N_CRITERIA; i++) {
		if (!has(c->given, i))
			continue;
		if (i != C_DIR && has(c->invert, i))
			sbuf_puts(out, " !");
		sbuf_printf(out, " %s%s", prefix, names[i]);
		print_wanted(c, (enum criterion)i, p->family, out);
	}
}

static void
save(const void *data, const struct ext_print *p, struct sbuf *out)
{
	print(data, p, "--", out);
}

static void
list(const void *data, const struct ext_print *p, struct sbuf *out)
{
	print(data, p, "", out);
}

/* ---- running ---- */

static uint16_t
tuple_port(const struct ct *ct, unsigned side)
{
	const struct tuple *t = &ct->tuple[side >= REPLSRC];

	return ntohs(side == ORIGSRC || side == REPLSRC ? t->sport : t->dport);
}

static const union addr *
tuple_addr(const struct ct *ct, unsigned side)
{
	const struct tuple *t = &ct->tuple[side >= REPLSRC];

	return side == ORIGSRC || side == REPLSRC ? &t->src : &t->dst;
}

/* xt_conntrack.c asks nf_ct_expires(), which an unconfirmed entry has not
 * got yet. */
static uint32_t
expires(const struct ct *ct, int64_t now)
{
	return ct->status & CTS_CONFIRMED ? ct_remaining(ct, now) : 0;
}

/* Does one criterion hold, before inversion? The packet has a ct unless
 * 'what' is C_STATE. */
static bool
holds(const struct conntrack *c, enum criterion what, const struct ctx *ctx)
{
	const struct packet *p = ctx->pkt;
	const struct details *d = c->more;
	unsigned side;

	switch (what) {
	case C_STATE:
		return (ctstate_of(p) & c->state) != 0;
	case C_PROTO:
		return p->ct->tuple[CT_ORIGINAL].proto == d->proto;
	case C_ORIGSRC: case C_ORIGDST: case C_REPLSRC: case C_REPLDST:
		side = (unsigned)what - C_ORIGSRC;
		return addr_equal_masked(tuple_addr(p->ct, side),
		    &d->addr[side], &d->mask[side]);
	case C_ORIGSRC_PORT: case C_ORIGDST_PORT:
	case C_REPLSRC_PORT: case C_REPLDST_PORT:
		side = (unsigned)what - C_ORIGSRC_PORT;
		return in_range(tuple_port(p->ct, side), d->port[side][0],
		    d->port[side][1]);
	case C_STATUS:
		return (p->ct->status & c->status) != 0;
	case C_EXPIRE:
		return in_range(expires(p->ct, ctx->now), d->expires[0],
		    d->expires[1]);
	case C_DIR:
		return ctinfo_dir((enum ctinfo)p->ctinfo) == CT_ORIGINAL;
	}
	return false;
}

/* The criterion that fails; N_CRITERIA: none does. */
static unsigned
failing(const struct conntrack *c, const struct ctx *ctx)
{
	for (unsigned i = 0; i < N_CRITERIA; i++)
		if (has(c->given, i) &&
		    holds(c, (enum criterion)i, ctx) == has(c->invert, i))
			return i;
	return N_CRITERIA;
}

static enum tri
eval(const void *data, struct ctx *ctx)
{
	const struct conntrack *c = data;

	/* Without a connection the state alone decides, whatever else was
	 * asked. */
	if (ctx->pkt->ct == NULL)
		return tri_of(has(c->given, C_STATE) &&
		    holds(c, C_STATE, ctx) != has(c->invert, C_STATE));
	return tri_of(failing(c, ctx) == N_CRITERIA);
}

static void
print_found(const struct packet *p, enum criterion what, int64_t now,
    struct sbuf *out)
{
	const struct conntrack found = {
		.status = (uint8_t)(p->ct != NULL ? p->ct->status & 15 : 0),
	};

	switch (what) {
	case C_STATE:
		ctstate_print(out, ctstate_of(p));
		break;
	case C_PROTO:
		sbuf_putu(out, p->ct->tuple[CT_ORIGINAL].proto);
		break;
	case C_ORIGSRC: case C_ORIGDST: case C_REPLSRC: case C_REPLDST:
		addr_print(out, p->family, tuple_addr(p->ct,
		    (unsigned)what - C_ORIGSRC));
		break;
	case C_ORIGSRC_PORT: case C_ORIGDST_PORT:
	case C_REPLSRC_PORT: case C_REPLDST_PORT:
		sbuf_putu(out, tuple_port(p->ct,
		    (unsigned)what - C_ORIGSRC_PORT));
		break;
	case C_STATUS:
		print_status(&found, out);
		break;
	case C_EXPIRE:
		sbuf_putu(out, expires(p->ct, now));
		break;
	case C_DIR:
		sbuf_puts(out, ctinfo_dir((enum ctinfo)p->ctinfo) ==
		    CT_ORIGINAL ? "ORIGINAL" : "REPLY");
		break;
	}
}

static void
explain(const void *data, struct ctx *ctx, struct sbuf *out)
{
	const struct conntrack *c = data;
	unsigned i;

	if (ctx->pkt->ct == NULL && !has(c->given, C_STATE)) {
		sbuf_printf(out, "the packet is %s: it has no connection",
		    ctx->pkt->untracked ? "UNTRACKED" : "INVALID");
		return;
	}
	i = ctx->pkt->ct != NULL ? failing(c, ctx) : C_STATE;
	if (i == N_CRITERIA)
		i = (unsigned)__builtin_ctz(c->given);
	sbuf_printf(out, "%s is ", names[i]);
	print_found(ctx->pkt, (enum criterion)i, ctx->now, out);
	sbuf_printf(out, ", rule wants%s", i != C_DIR && has(c->invert, i) ?
	    " not" : "");
	print_wanted(c, (enum criterion)i, ctx->pkt->family, out);
}

/* Only --ctexpire looks at the clock. */
static unsigned
use_traits(const void *data)
{
	const struct conntrack *c = data;

	return EXT_NEEDS_CT | (has(c->given, C_EXPIRE) ? EXT_STATEFUL : 0);
}

/* ---- as fields ---- */

static void
lower_addr(const struct details *d, unsigned side, bool negate,
    struct lower *l)
{
	static const enum field fields[N_SIDES] = {
		[ORIGSRC] = F_CT_ORIGSRC, [ORIGDST] = F_CT_ORIGDST,
		[REPLSRC] = F_CT_REPLSRC, [REPLDST] = F_CT_REPLDST,
	};
	unsigned bits = family_bits(l->family);
	unsigned prefix = (unsigned)addr_prefix(&d->mask[side], l->family);
	u128 rest = prefix == 0 ? ~(u128)0 >> (128 - bits) :
	    ((u128)1 << (bits - prefix)) - 1;
	u128 addr = addr_number(&d->addr[side], l->family);

	lower_range(l, fields[side], addr & ~rest, addr | rest, negate);
}

static void
lower_ports(const struct details *d, unsigned side, bool negate,
    struct lower *l)
{
	static const enum field fields[N_SIDES] = {
		[ORIGSRC] = F_CT_ORIGSPORT, [ORIGDST] = F_CT_ORIGDPORT,
		[REPLSRC] = F_CT_REPLSPORT, [REPLDST] = F_CT_REPLDPORT,
	};

	lower_range(l, fields[side], d->port[side][0], d->port[side][1],
	    negate);
}

/* Any of these bits. */
static void
lower_status(unsigned status, bool negate, struct lower *l)
{
	unsigned mask = (status & CTS_EXPECTED ? FCT_EXPECTED : 0) |
	    (status & CTS_SEEN_REPLY ? FCT_SEEN_REPLY : 0) |
	    (status & CTS_ASSURED ? FCT_ASSURED : 0) |
	    (status & CTS_CONFIRMED ? FCT_CONFIRMED : 0);

	lower_masked(l, F_CT, 0, mask, !negate);
}

static void
lower_criterion(const struct conntrack *c, enum criterion what,
    struct lower *l)
{
	const struct details *d = c->more;
	bool negate = has(c->invert, what);

	switch (what) {
	case C_STATE:
		lower_ctstate(l, c->state, negate);
		break;
	case C_PROTO:
		lower_range(l, F_CT_PROTO, d->proto, d->proto, negate);
		break;
	case C_ORIGSRC: case C_ORIGDST: case C_REPLSRC: case C_REPLDST:
		lower_addr(d, (unsigned)what - C_ORIGSRC, negate, l);
		break;
	case C_ORIGSRC_PORT: case C_ORIGDST_PORT:
	case C_REPLSRC_PORT: case C_REPLDST_PORT:
		lower_ports(d, (unsigned)what - C_ORIGSRC_PORT, negate, l);
		break;
	case C_STATUS:
		lower_status(c->status, negate, l);
		break;
	case C_DIR:
		lower_masked(l, F_CT, 0, FCT_REPLY, negate);
		break;
	case C_EXPIRE:			/* that is its memory */
		break;
	}
}

/* It has a connection and all hold; it has none and the state holds. */
static bool
lower(const void *data, struct lower *l)
{
	static const unsigned without = CTST_INVALID | CTST_UNTRACKED;
	const struct conntrack *c = data;
	unsigned states = has(c->invert, C_STATE) ? ~(unsigned)c->state :
	    c->state;

	if (c->given == 1 << C_STATE) {
		lower_criterion(c, C_STATE, l);
		return true;
	}
	lower_has_ct(l, true);
	for (unsigned i = 0; i < N_CRITERIA; i++)
		if (has(c->given, i))
			lower_criterion(c, (enum criterion)i, l);
	if (has(c->given, C_STATE) && states & without) {
		lower_or(l);
		lower_has_ct(l, false);
		lower_criterion(c, C_STATE, l);
	}
	return true;
}

const struct ext ext_m_conntrack = {
	.name = "conntrack",
	.traits = EXT_NEEDS_CT,
	.use_traits = use_traits,
	.size = sizeof(struct conntrack),
	.opts = opts,
	.check = check,
	.save = save,
	.list = list,
	.eval = eval,
	.explain = explain,
	.lower = lower,
};

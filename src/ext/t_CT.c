/* -j CT: how conntrack is to treat the packet, decided before it sees it:
 * not at all, in a zone, with a helper (xt_CT.c). */
#include "ext/ext.h"

#include <strings.h>

enum { HELPER_MAX = 15, TIMEOUT_MAX = 31 };
enum zone_flags { ZONE_ORIG = 1, ZONE_REPLY = 2, ZONE_MARK = 4 };

struct ct_target {
	const char *helper, *timeout;	/* null: none */
	uint16_t ctevents, expevents;
	uint16_t zone;
	uint8_t zone_flags;
	uint8_t helper_id;		/* enum ct_helper */
	bool notrack;
};

/* In the order of their bits (IPCT_x), which is that of printing. */
static const struct event_name { const char *name; uint16_t bit; } events[] = {
	{ "new", 1 << 0 }, { "related", 1 << 1 }, { "destroy", 1 << 2 },
	{ "reply", 1 << 3 }, { "assured", 1 << 4 }, { "protoinfo", 1 << 5 },
	{ "helper", 1 << 6 }, { "mark", 1 << 7 }, { "natseqinfo", 1 << 8 },
	{ "secmark", 1 << 9 }
};
enum { N_EVENT_NAMES = sizeof(events) / sizeof(events[0]), N_EXP_NAMES = 1 };

static bool
read_events(struct opt_arg *a, unsigned n, uint16_t *bits)
{
	const char *s = a->text;

	for (;;) {
		size_t len = strcspn(s, ",");
		unsigned i = 0;

		while (i < n && (strncmp(events[i].name, s, len) != 0 ||
		    events[i].name[len] != '\0'))
			i++;
		if (i == n)
			return opt_error(a, "unknown event type \"%.*s\"",
			    (int)len, s);
		*bits |= events[i].bit;
		if (s[len] == '\0')
			return true;
		s += len + 1;
	}
}

static bool
read_ctevents(struct opt_arg *a)
{
	struct ct_target *t = a->data;

	t->ctevents = 0;
	return read_events(a, N_EVENT_NAMES, &t->ctevents);
}

static bool
read_expevents(struct opt_arg *a)
{
	struct ct_target *t = a->data;

	t->expevents = 0;
	return read_events(a, N_EXP_NAMES, &t->expevents);
}

static bool
read_name(struct opt_arg *a)
{
	struct ct_target *t = a->data;
	bool helper = a->opt->max == HELPER_MAX;
	size_t len = strnlen(a->text, (size_t)a->opt->max);

	*(helper ? &t->helper : &t->timeout) = len == 0 ? NULL :
	    arena_strndup(a->arena, a->text, len);
	return true;
}

/* The last one given sets the number; each its direction. */
static bool
read_zone(struct opt_arg *a)
{
	struct ct_target *t = a->data;
	const char *s = a->text;
	uint64_t n;

	t->zone_flags |= (uint8_t)a->opt->min;
	t->zone = 0;
	if (strcasecmp(s, "mark") == 0) {
		t->zone_flags |= ZONE_MARK;
		return true;
	}
	if (!read_number(&s, UINT16_MAX, &n) || *s != '\0')
		return opt_error(a, "cannot parse %s as a zone ID", a->text);
	t->zone = (uint16_t)n;
	return true;
}

static bool
read_notrack(struct opt_arg *a)
{
	struct ct_target *t = a->data;

	t->notrack = true;
	return true;
}

static const struct opt opts[] = {
	{ .name = "--notrack", .read = read_notrack },
	{ .name = "--helper", .args = 1, .read = read_name,
	    .max = HELPER_MAX },
	{ .name = "--timeout", .args = 1, .read = read_name,
	    .max = TIMEOUT_MAX },
	{ .name = "--ctevents", .args = 1, .read = read_ctevents },
	{ .name = "--expevents", .args = 1, .read = read_expevents },
	{ .name = "--zone-orig", .args = 1, .read = read_zone,
	    .min = ZONE_ORIG },
	{ .name = "--zone-reply", .args = 1, .read = read_zone,
	    .min = ZONE_REPLY },
	{ .name = "--zone", .args = 1, .read = read_zone },
	{ .name = NULL }
};

static bool
check(struct ext_check *c)
{
	struct ct_target *t = c->data;
	unsigned proto = c->rule->invert & INV_PROTO ? 0 : c->rule->proto;

	if (t->notrack || (t->helper == NULL && t->timeout == NULL))
		return true;
	if (proto == 0) {
		diag_error(c->diags, c->loc, "CT: --helper and --timeout need "
		    "a protocol (-p) that is not inverted");
		return false;
	}
	if (t->helper != NULL) {
		t->helper_id = (uint8_t)ct_helper_find(t->helper, c->family,
		    proto);
		if (t->helper_id == CT_HELPER_NONE)
			diag_warn(c->diags, c->loc, "CT: the kernel has no "
			    "helper \"%s\" for this protocol", t->helper);
	}
	if (t->timeout != NULL)
		diag_warn(c->diags, c->loc, "CT: timeout policy \"%s\" is not "
		    "known; the usual timeouts are used", t->timeout);
	return true;
}

static void
print_events(const char *dashes, const char *name, unsigned bits, unsigned n,
    struct sbuf *out)
{
	const char *sep = "";

	if (bits == 0)
		return;
	sbuf_printf(out, " %s%s ", dashes, name);
	for (unsigned i = 0; i < n; i++)
		if (bits & events[i].bit) {
			sbuf_printf(out, "%s%s", sep, events[i].name);
			sep = ",";
		}
}

static void
print_zone(const struct ct_target *t, const char *dashes, struct sbuf *out)
{
	unsigned dir = t->zone_flags & (ZONE_ORIG | ZONE_REPLY);

	if (t->zone == 0 && !(t->zone_flags & ZONE_MARK))
		return;
	sbuf_printf(out, " %szone%s", dashes, dir == ZONE_ORIG ? "-orig" :
	    dir == ZONE_REPLY ? "-reply" : "");
	if (t->zone_flags & ZONE_MARK)
		sbuf_puts(out, " mark");
	else
		sbuf_printf(out, " %u", t->zone);
}

static void
print_options(const struct ct_target *t, const char *dashes, struct sbuf *out)
{
	if (t->notrack)
		sbuf_printf(out, " %snotrack", dashes);
	if (t->helper != NULL)
		sbuf_printf(out, " %shelper %s", dashes, t->helper);
	if (t->timeout != NULL)
		sbuf_printf(out, " %stimeout %s", dashes, t->timeout);
	print_events(dashes, "ctevents", t->ctevents, N_EVENT_NAMES, out);
	print_events(dashes, "expevents", t->expevents, N_EXP_NAMES, out);
	print_zone(t, dashes, out);
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
	sbuf_puts(out, " CT");
	print_options(data, "", out);
}

static unsigned
use_traits(const void *data)
{
	const struct ct_target *t = data;

	return t->notrack ? 0 : EXT_NEEDS_CT;
}

static void
set_zone(const struct ct_target *t, struct packet *pkt)
{
	uint16_t zone = t->zone_flags & ZONE_MARK ? 1 : t->zone;
	unsigned dir = t->zone_flags & (ZONE_ORIG | ZONE_REPLY);

	pkt->zone_set = true;
	pkt->zone_mark = (t->zone_flags & ZONE_MARK) != 0;
	pkt->zone_orig = dir == ZONE_REPLY ? 0 : zone;
	pkt->zone_reply = dir == ZONE_ORIG ? 0 : zone;
}

/* Only the first word counts: a packet that has a connection, is untracked
 * or has its template already is left alone. */
static enum verdict
act(const void *data, struct ctx *ctx)
{
	const struct ct_target *t = data;
	struct packet *pkt = ctx->pkt;

	if (pkt->ct != NULL || pkt->untracked || pkt->zone_set)
		return V_CONTINUE;
	if (t->notrack) {
		pkt->untracked = true;
		pkt->ctinfo = CTI_UNTRACKED;
		return V_CONTINUE;
	}
	set_zone(t, pkt);
	pkt->tmpl_helper = t->helper_id;
	pkt->ct = ctx->memory;
	pkt->ctinfo = pkt->ct != NULL ? CTI_NEW : CTI_UNTRACKED;
	return V_CONTINUE;
}

/* The template: to the rules behind this one the packet has a connection,
 * with an empty tuple and a mark that all packets of this rule share. */
static void *
memory(const void *data, int family, struct memory *m)
{
	const struct ct_target *t = data;
	struct ct *ct;

	(void)family;
	if (t->notrack)
		return NULL;
	ct = arena_new(m->arena, struct ct);
	ct->status = CTS_TEMPLATE | CTS_CONFIRMED;
	return ct;
}

static void
explain(const void *data, struct ctx *ctx, struct sbuf *out)
{
	const struct ct_target *t = data;

	if (t->notrack)
		sbuf_puts(out, ctx->pkt->untracked ?
		    "connection tracking will skip the packet" :
		    "nothing, the packet has its connection already");
	else if (t->helper != NULL)
		sbuf_printf(out, "a new connection gets helper %s", t->helper);
}

static void
change(const void *data, struct changes *c)
{
	const struct ct_target *t = data;

	if (t->notrack)
		c->set(c, F_CT, 0x3ff, FCT_UNTRACKED);
}

const struct ext ext_t_CT = {
	.name = "CT",
	.kind = EXT_TARGET,
	.traits = EXT_NEEDS_CT,
	.use_traits = use_traits,
	.tables = 1 << TABLE_RAW,
	.size = sizeof(struct ct_target),
	.opts = opts,
	.check = check,
	.save = save,
	.list = list,
	.memory = memory,
	.act = act,
	.explain = explain,
	.change = change,
};

/* -j REJECT: an answer, then the packet is dropped (ipt_REJECT.c). */
#include "ext/ext.h"

#include <netinet/in.h>
#include <strings.h>

/* In the order in which a shortened name is looked for. */
struct answer { const char *name, *alias; uint32_t how; };

static const struct answer answers4[] = {
	{ "icmp-net-unreachable", "net-unreach", 3 << 8 | 0 },
	{ "icmp-host-unreachable", "host-unreach", 3 << 8 | 1 },
	{ "icmp-proto-unreachable", "proto-unreach", 3 << 8 | 2 },
	{ "icmp-port-unreachable", "port-unreach", 3 << 8 | 3 },
	{ "icmp-net-prohibited", "net-prohib", 3 << 8 | 9 },
	{ "icmp-host-prohibited", "host-prohib", 3 << 8 | 10 },
	{ "tcp-reset", "tcp-rst", REJECT_RST },
	{ "icmp-admin-prohibited", "admin-prohib", 3 << 8 | 13 },
	{ NULL, NULL, 0 }
};

static const struct answer answers6[] = {
	{ "icmp6-no-route", "no-route", 1 << 8 | 0 },
	{ "icmp6-adm-prohibited", "adm-prohibited", 1 << 8 | 1 },
	{ "icmp6-addr-unreachable", "addr-unreach", 1 << 8 | 3 },
	{ "icmp6-port-unreachable", "port-unreach", 1 << 8 | 4 },
	{ "tcp-reset", "tcp-reset", REJECT_RST },
	{ "icmp6-policy-fail", "policy-fail", 1 << 8 | 5 },
	{ "icmp6-reject-route", "reject-route", 1 << 8 | 6 },
	{ NULL, NULL, 0 }
};

struct reject { const struct answer *answer; };

static const struct answer *
answers(int family)
{
	return family == AF_INET ? answers4 : answers6;
}

static bool
read_with(struct opt_arg *a)
{
	struct reject *r = a->data;
	size_t len = strlen(a->text);

	for (r->answer = answers(a->family); r->answer->name != NULL;
	    r->answer++)
		if (strncasecmp(r->answer->name, a->text, len) == 0 ||
		    strncasecmp(r->answer->alias, a->text, len) == 0)
			return true;
	return opt_error(a, "unknown reject type \"%s\"", a->text);
}

static const struct opt opts[] = {
	{ .name = "--reject-with", .args = 1, .read = read_with },
	{ .name = NULL }
};

static void
init(void *data, int family)
{
	struct reject *r = data;

	r->answer = &answers(family)[3];	/* port unreachable */
}

static bool
check(struct ext_check *c)
{
	const struct reject *r = c->data;

	if (r->answer->how != REJECT_RST || (c->rule->proto == IPPROTO_TCP &&
	    !(c->rule->invert & INV_PROTO)))
		return true;
	diag_error(c->diags, c->loc, "REJECT: --reject-with tcp-reset needs "
	    "-p tcp");
	return diag_id(c->diags, "FW1006");
}

static void
save(const void *data, const struct ext_print *print, struct sbuf *out)
{
	const struct reject *r = data;

	(void)print;
	sbuf_printf(out, " --reject-with %s", r->answer->name);
}

static void
list(const void *data, const struct ext_print *print, struct sbuf *out)
{
	const struct reject *r = data;

	(void)print;
	sbuf_printf(out, " reject-with %s", r->answer->name);
}

static enum verdict
act(const void *data, struct ctx *ctx)
{
	const struct reject *r = data;

	ctx->svc->reject(ctx->sim, ctx->pkt, ctx->hook, r->answer->how);
	return V_DROP;
}

const struct ext ext_t_REJECT = {
	.name = "REJECT",
	.kind = EXT_TARGET,
	.ends = V_DROP,
	.traits = EXT_SIDE_EFFECT,
	.tables = 1 << TABLE_FILTER,
	.hooks = 1 << HOOK_INPUT | 1 << HOOK_FORWARD | 1 << HOOK_OUTPUT,
	.size = sizeof(struct reject),
	.opts = opts,
	.init = init,
	.check = check,
	.save = save,
	.list = list,
	.act = act,
};

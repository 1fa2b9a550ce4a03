/* -j TEE: a copy to another host on a local network; goes on. */
#include "ext/ext.h"
#include "ext/host.h"

struct tee {
	union addr gateway;
	char oif[IFNAME_SIZE];		/* "": whatever the route says */
};

static bool
read_gateway(struct opt_arg *a)
{
	struct tee *t = a->data;

	return host_read(a->text, strlen(a->text), a->family,
	    &t->gateway) || opt_error(a, "'%s' is not an address", a->text);
}

static bool
read_oif(struct opt_arg *a)
{
	struct tee *t = a->data;
	size_t len = strnlen(a->text, IFNAME_SIZE - 1);

	memcpy(t->oif, a->text, len);
	return true;
}

static const struct opt opts[] = {
	{ .name = "--gateway", .args = 1, .flags = OPT_REQUIRED,
	    .read = read_gateway },
	{ .name = "--oif", .args = 1, .read = read_oif },
	{ .name = NULL }
};

static bool
check(struct ext_check *c)
{
	const struct tee *t = c->data;

	if (!addr_is_zero(&t->gateway))
		return true;
	diag_error(c->diags, c->loc, "TEE: the gateway is no host");
	return false;
}

static void
save(const void *data, const struct ext_print *print, struct sbuf *out)
{
	const struct tee *t = data;

	sbuf_puts(out, " --gateway ");
	addr_print(out, print->family, &t->gateway);
	if (t->oif[0] != '\0')
		sbuf_printf(out, " --oif %s", t->oif);
}

static void
list(const void *data, const struct ext_print *print, struct sbuf *out)
{
	const struct tee *t = data;

	sbuf_puts(out, " TEE gw:");
	addr_print(out, print->family, &t->gateway);
	if (t->oif[0] != '\0')
		sbuf_printf(out, " oif=%s", t->oif);
}

static enum verdict
act(const void *data, struct ctx *ctx)
{
	const struct tee *t = data;
	const struct iface *oif = NULL;

	if (t->oif[0] != '\0') {
		oif = env_iface(ctx->env, t->oif, strlen(t->oif));
		if (oif == NULL)	/* no such device: no copy */
			return V_CONTINUE;
	}
	ctx->svc->tee(ctx->sim, ctx->pkt, ctx->hook, &t->gateway, oif);
	return V_CONTINUE;
}

const struct ext ext_t_TEE = {
	.name = "TEE",
	.kind = EXT_TARGET,
	.traits = EXT_SIDE_EFFECT,
	.size = sizeof(struct tee),
	.opts = opts,
	.check = check,
	.save = save,
	.list = list,
	.act = act,
};

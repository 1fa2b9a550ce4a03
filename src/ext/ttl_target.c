#include "ext/ttl_target.h"

#include "ext/dsfield.h"

bool
ttl_target_read(struct opt_arg *a)
{
	struct ttl_target *t = a->data;

	t->action = (uint8_t)(a->opt - a->ext->opts);
	return opt_u8(a);
}

bool
ttl_target_check(struct ext_check *c)
{
	if (c->seen != 0)
		return true;
	diag_error(c->diags, c->loc, "wants one of -set, -dec, -inc");
	return false;
}

void
ttl_target_save(const struct ttl_target *t, const char *name,
    struct sbuf *out)
{
	static const char *const words[] = { [TTL_SET] = "set",
	    [TTL_DEC] = "dec", [TTL_INC] = "inc" };

	sbuf_printf(out, " --%s-%s %u", name, words[t->action], t->value);
}

void
ttl_target_list(const struct ttl_target *t, const char *name,
    struct sbuf *out)
{
	static const char *const words[] = { [TTL_SET] = "set to",
	    [TTL_DEC] = "decrement by", [TTL_INC] = "increment by" };

	sbuf_printf(out, " %s %s %u", name, words[t->action], t->value);
}

enum verdict
ttl_target_act(const void *data, struct ctx *ctx)
{
	const struct ttl_target *t = data;
	int v = pkt_ttl(ctx->pkt);

	if (t->action == TTL_SET)
		v = t->value;
	else if (t->action == TTL_DEC)
		v = v > t->value ? v - t->value : 0;
	else
		v = v + t->value < 255 ? v + t->value : 255;
	pkt_set_ttl(ctx->pkt, (uint8_t)v);
	return V_CONTINUE;
}

void
ttl_target_explain(const void *data, struct ctx *ctx, struct sbuf *out)
{
	(void)data;
	sbuf_printf(out, "the %s is now %u", ctx->pkt->family == AF_INET ?
	    "time to live" : "hop limit", pkt_ttl(ctx->pkt));
}

void
ttl_target_change(const void *data, struct changes *c)
{
	const struct ttl_target *t = data;

	if (t->action == TTL_SET)
		c->set(c, F_TTL, 0xff, t->value);
	else
		change_unknown(c, F_TTL);
}

/* -j TCPMSS: lowers the maximum segment size that a SYN announces, or adds
 * the option (xt_TCPMSS.c). */
#include "ext/ext.h"

#include <netinet/in.h>
#include <stddef.h>

enum { CLAMP = 0xffff };		/* XT_TCPMSS_CLAMP_PMTU */
enum { KIND_NOP = 1, KIND_MSS = 2, MSS_LEN = 4, TCP_MAX = 60 };

struct tcpmss { uint16_t mss; };

static bool
read_mss(struct opt_arg *a)
{
	struct tcpmss *t = a->data;
	uint64_t n, max = a->family == AF_INET ? 65535 - 20 : 65535 - 40;
	const char *s = a->text;

	if (!read_number(&s, max, &n) || *s != '\0')
		return opt_error(a, "bad value, or out of range (0-%u)",
		    (unsigned)max);
	t->mss = (uint16_t)n;
	return true;
}

static bool
read_clamp(struct opt_arg *a)
{
	struct tcpmss *t = a->data;

	t->mss = CLAMP;
	return true;
}

/* Both may be given: the last one counts. */
static const struct opt opts[] = {
	{ .name = "--set-mss", .args = 1, .read = read_mss },
	{ .name = "--clamp-mss-to-pmtu", .read = read_clamp },
	{ .name = NULL }
};

/* Does "-m tcp" as it is saved ask for SYN (find_syn_match)? */
static bool
asks_syn(const char *saved)
{
	const char *p = strstr(saved, " --tcp-flags "), *comp, *syn;

	if (p == NULL || (p >= saved + 2 && memcmp(p - 2, " !", 2) == 0))
		return false;
	comp = strchr(p + strlen(" --tcp-flags "), ' ');
	if (comp == NULL)
		return false;
	syn = strstr(++comp, "SYN");
	return syn != NULL && syn < comp + strcspn(comp, " ");
}

static bool
has_syn_match(const struct ext_check *c)
{
	struct ext_print print = { .family = c->family, .rule = c->rule };
	struct sbuf saved = SBUF_INIT;
	bool found = false;

	for (unsigned i = 0; i < c->rule->n_matches && !found; i++) {
		const struct use *u = &c->rule->matches[i];

		if (u->ext == NULL || strcmp(u->ext->name, "tcp") != 0 ||
		    u->ext->save == NULL)
			continue;
		sbuf_clear(&saved);
		u->ext->save(u->data, &print, &saved);
		found = asks_syn(sbuf_text(&saved));
	}
	sbuf_free(&saved);
	return found;
}

static bool
check(struct ext_check *c)
{
	if (c->seen == 0) {
		diag_error(c->diags, c->loc, "TCPMSS: at least one parameter "
		    "is required");
		return false;
	}
	if (!has_syn_match(c)) {
		diag_error(c->diags, c->loc, "TCPMSS: only works on TCP SYN "
		    "packets: -m tcp must ask for SYN");
		return false;
	}
	return true;
}

static uint8_t
use_hooks(const void *data, int family)
{
	const struct tcpmss *t = data;

	(void)family;
	return t->mss == CLAMP ? 1 << HOOK_FORWARD | 1 << HOOK_OUTPUT |
	    1 << HOOK_POSTROUTING : 0x1f;
}

static void
save(const void *data, const struct ext_print *print, struct sbuf *out)
{
	const struct tcpmss *t = data;

	(void)print;
	if (t->mss == CLAMP)
		sbuf_puts(out, " --clamp-mss-to-pmtu");
	else
		sbuf_printf(out, " --set-mss %u", t->mss);
}

static void
list(const void *data, const struct ext_print *print, struct sbuf *out)
{
	const struct tcpmss *t = data;

	(void)print;
	if (t->mss == CLAMP)
		sbuf_puts(out, " TCPMSS clamp to PMTU");
	else
		sbuf_printf(out, " TCPMSS set %u", t->mss);
}

/* ---- acting ---- */

static unsigned
smaller(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* The MTU of the way out, or of the way back to the sender if that is
 * smaller. */
static unsigned
path_mtu(struct ctx *ctx)
{
	struct route_query q = { .family = ctx->pkt->family };
	struct route_answer a = { .type = 0 };
	unsigned mtu = 65535;

	if (ctx->pkt->mtu != 0)
		mtu = smaller(mtu, ctx->pkt->mtu);
	pkt_src(ctx->pkt, &q.dst);
	ctx->svc->route(ctx->sim, &q, &a);
	if ((a.type == ROUTE_UNICAST || a.type == ROUTE_LOCAL ||
	    a.type == ROUTE_BROADCAST || a.type == ROUTE_MULTICAST ||
	    a.type == ROUTE_ANYCAST) && a.mtu != 0)
		mtu = smaller(mtu, a.mtu);
	return mtu;
}

/* The MSS option among the 'size' bytes of header, or null. */
static uint8_t *
find_mss(uint8_t *th, unsigned size)
{
	unsigned i = 20;

	while (i + MSS_LEN <= size) {
		if (th[i] == KIND_MSS && th[i + 1] == MSS_LEN)
			return th + i;
		i += th[i] <= KIND_NOP || th[i + 1] == 0 ? 1 : th[i + 1];
	}
	return NULL;
}

/* Puts an option before the others; the packet has no payload. */
static void
insert_mss(struct packet *pkt, uint8_t *th, unsigned size, unsigned mss)
{
	static const uint8_t zero[4];
	uint8_t *opt = th + 20, *check = th + 16, old[2], new[2];
	unsigned at = pkt->family == AF_INET ? 2 : 4;

	memmove(opt + MSS_LEN, opt, size - 20);
	put16(old, size);
	put16(new, size + MSS_LEN);
	csum_update(check, old, new, 2);	/* the pseudo-header's length */
	opt[0] = KIND_MSS;
	opt[1] = MSS_LEN;
	put16(opt + 2, mss);
	csum_update(check, zero, opt, 4);
	memcpy(old, th + 12, 2);
	th[12] = (uint8_t)(th[12] + (MSS_LEN / 4 << 4));
	csum_update(check, old, th + 12, 2);
	pkt->len += MSS_LEN;
	pkt->have += MSS_LEN;
	memcpy(old, pkt->data + at, 2);
	put16(pkt->data + at, get16(old) + MSS_LEN);
	if (pkt->family == AF_INET)
		csum_update(pkt->data + 10, old, pkt->data + at, 2);
	pkt_decode(pkt);
}

static enum verdict
set_mss(struct packet *pkt, uint8_t *th, unsigned size, unsigned mss)
{
	uint8_t *opt = find_mss(th, size), old[2];

	if (opt != NULL) {
		if (get16(opt + 2) > mss) {	/* never raised */
			memcpy(old, opt + 2, 2);
			put16(opt + 2, mss);
			csum_update(th + 16, old, opt + 2, 2);
		}
		return V_CONTINUE;
	}
	if (pkt->len - pkt->l4 > size || size >= TCP_MAX)
		return V_CONTINUE;
	insert_mss(pkt, th, size, smaller(mss, pkt->family == AF_INET ? 536 :
	    1220));
	return V_CONTINUE;
}

static enum verdict
act(const void *data, struct ctx *ctx)
{
	const struct tcpmss *t = data;
	struct packet *pkt = ctx->pkt;
	unsigned mss = t->mss, mtu, size, both = 20;
	uint8_t *th = pkt->data + pkt->l4;

	if (pkt->proto_bad)
		return V_DROP;
	if (pkt->frag != 0)
		return V_CONTINUE;
	pkt_pull(pkt, pkt->len);
	if (pkt->len < pkt->l4 + 20u)
		return V_DROP;
	if (pkt->have < pkt->l4 + 20u)
		return V_CONTINUE;
	size = (th[12] >> 4) * 4u;
	if (size < 20 || pkt->len < pkt->l4 + size)
		return V_DROP;
	if (pkt->have < pkt->l4 + size)
		return V_CONTINUE;
	both += pkt->family == AF_INET ? 20 : 40;
	if (mss == CLAMP) {
		mtu = path_mtu(ctx);
		if (mtu <= both)
			return V_DROP;
		mss = mtu - both;
	}
	return set_mss(pkt, th, size, mss);
}

static void
explain(const void *data, struct ctx *ctx, struct sbuf *out)
{
	struct packet *pkt = ctx->pkt;
	unsigned size = pkt->have >= pkt->l4 + 20u ?
	    (pkt->data[pkt->l4 + 12] >> 4) * 4u : 0;
	uint8_t *opt = NULL;

	(void)data;
	if (size >= 20 && pkt->have >= pkt->l4 + size)
		opt = find_mss(pkt->data + pkt->l4, size);
	if (opt != NULL)
		sbuf_printf(out, "the MSS is now %u", get16(opt + 2));
}

static void
change(const void *data, struct changes *c)
{
	(void)data;
	change_unknown(c, F_MSS);
}

const struct ext ext_t_TCPMSS = {
	.name = "TCPMSS",
	.kind = EXT_TARGET,
	.protos = { IPPROTO_TCP },
	.size = sizeof(struct tcpmss),
	.opts = opts,
	.check = check,
	.use_hooks = use_hooks,
	.save = save,
	.list = list,
	.act = act,
	.explain = explain,
	.change = change,
};

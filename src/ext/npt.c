#include "ext/npt.h"

#include <netinet/in.h>
#include <stddef.h>

#include "ext/host.h"

enum { IP6_HEADER = 40, ICMP_HEADER = 8, AT_SRC = 8, AT_DST = 24 };

static bool
read_prefix(struct opt_arg *a)
{
	struct npt *n = a->data;
	bool from = a->opt->min == 0;
	union addr mask;
	int len;

	if (!hostmask_read(a->text, a->family, from ? &n->from : &n->to,
	    &mask))
		return opt_error(a, "'%s' is not a prefix", a->text);
	len = addr_prefix(&mask, a->family);
	if (len < 0 || len > 64)
		return opt_error(a, "a prefix has at most 64 bits");
	*(from ? &n->from_len : &n->to_len) = (uint8_t)len;
	return true;
}

const struct opt npt_opts[] = {
	{ .name = "--src-pfx", .args = 1, .flags = OPT_REQUIRED,
	    .read = read_prefix, .min = 0 },
	{ .name = "--dst-pfx", .args = 1, .flags = OPT_REQUIRED,
	    .read = read_prefix, .min = 1 },
	{ .name = NULL }
};

static bool
has_rest(const union addr *a, unsigned len)
{
	union addr mask;

	addr_mask(&mask, AF_INET6, len);
	return ((a->q[0] & ~mask.q[0]) | (a->q[1] & ~mask.q[1])) != 0;
}

bool
npt_check(struct ext_check *c)
{
	const struct npt *n = c->data;

	if (!has_rest(&n->from, n->from_len) && !has_rest(&n->to, n->to_len))
		return true;
	diag_error(c->diags, c->loc, "a prefix has bits set behind its "
	    "length");
	return false;
}

static void
print_prefix(const union addr *a, unsigned len, struct sbuf *out)
{
	addr_print(out, AF_INET6, a);
	sbuf_printf(out, "/%u", len);
}

void
npt_save(const void *data, const struct ext_print *print, struct sbuf *out)
{
	const struct npt *n = data;

	(void)print;
	if (!addr_is_zero(&n->from) || n->from_len != 0) {
		sbuf_puts(out, " --src-pfx ");
		print_prefix(&n->from, n->from_len, out);
	}
	if (!addr_is_zero(&n->to) || n->to_len != 0) {
		sbuf_puts(out, " --dst-pfx ");
		print_prefix(&n->to, n->to_len, out);
	}
}

void
npt_list(const struct npt *n, const char *name, struct sbuf *out)
{
	sbuf_printf(out, " %s src-pfx ", name);
	print_prefix(&n->from, n->from_len, out);
	sbuf_puts(out, " dst-pfx ");
	print_prefix(&n->to, n->to_len, out);
}

/* Adds 'a', or its complement, to a running sum. */
static uint32_t
add_addr(uint32_t sum, const union addr *a, bool complement)
{
	uint8_t b[16];

	for (unsigned i = 0; i < 16; i++)
		b[i] = complement ? (uint8_t)~a->b[i] : a->b[i];
	return csum_add(sum, b, 16);
}

/* False: no word of the host part can take up the difference. */
static bool
map(const struct npt *n, uint8_t *addr)
{
	unsigned len = n->from_len > n->to_len ? n->from_len : n->to_len;
	unsigned word = 3;
	union addr mask;
	uint16_t sum;

	addr_mask(&mask, AF_INET6, len);
	for (unsigned i = 0; i < 16; i++)
		addr[i] = (uint8_t)((addr[i] & ~mask.b[i]) |
		    (n->to.b[i] & mask.b[i]));
	if (len > 48)
		for (word = 4; word < 8; word++)
			if (get16(addr + word * 2) != 0xffff)
				break;
	if (word == 8)
		return false;
	sum = (uint16_t)~csum_fold(csum_add(add_addr(add_addr(0, &n->from,
	    false), &n->to, true), addr + word * 2, 2));
	put16(addr + word * 2, sum == 0xffff ? 0 : sum);
	return true;
}

static void
map_quoted(const struct npt *n, struct packet *pkt, unsigned at)
{
	uint32_t inner = IP6_HEADER + ICMP_HEADER;
	uint8_t *addr = pkt->data + inner + at;
	union addr a, mask;

	if (pkt->data[6] != IPPROTO_ICMPV6 || pkt->have < inner + IP6_HEADER ||
	    pkt->data[IP6_HEADER] < 1 || pkt->data[IP6_HEADER] > 4)
		return;
	memcpy(a.b, addr, 16);
	addr_mask(&mask, AF_INET6, n->from_len);
	if (addr_equal_masked(&a, &n->from, &mask))
		map(n, addr);
}

enum verdict
npt_act(const struct npt *n, struct ctx *ctx, unsigned at)
{
	struct packet *pkt = ctx->pkt;

	if (pkt->have < IP6_HEADER)
		return V_CONTINUE;
	if (!map(n, pkt->data + at)) {
		ctx->svc->icmp(ctx->sim, pkt, 4, 0, at);
		return V_DROP;
	}
	map_quoted(n, pkt, at == AT_SRC ? AT_DST : AT_SRC);
	return V_CONTINUE;
}

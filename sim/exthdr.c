#include "sim/exthdr.h"

#include <netinet/in.h>

#include "sim/internal.h"

enum { IP6_HEADER = 40, FRAG_HEADER = 8 };
enum { PARAM_PROBLEM = 4 };
enum {
	BAD_FIELD = 0, UNKNOWN_HEADER = 1, UNKNOWN_OPTION = 2,
	INCOMPLETE_CHAIN = 3
};
enum { OPT_PAD1 = 0, OPT_PADN = 1, OPT_ROUTER_ALERT = 5, OPT_JUMBO = 0xc2 };

static bool
problem(struct sim *sim, struct packet *p, unsigned code, uint32_t at)
{
	answer_icmp(sim, p, PARAM_PROBLEM, code, at);
	return false;
}

/* ip6_tlvopt_unknown: the two highest bits say what to do. */
static bool
unknown_option(struct sim *sim, struct packet *p, uint32_t at)
{
	unsigned how = p->data[at] >> 6;

	if (how == 0)
		return true;
	if (how == 1 || (how == 3 && p->data[24] == 0xff))
		return false;
	return problem(sim, p, UNKNOWN_OPTION, at);
}

/* ipv6_hop_jumbo; a jumbogram is longer than any packet of ours. */
static bool
jumbo(struct sim *sim, struct packet *p, uint32_t at)
{
	const uint8_t *o = p->data + at;

	if (o[1] != 4 || (at & 3) != 2)
		return false;
	if (get32(o + 2) <= 65535)
		return problem(sim, p, BAD_FIELD, at + 2);
	if (get16(p->data + 4) != 0)
		return problem(sim, p, BAD_FIELD, at);
	return false;
}

static bool
option(struct sim *sim, struct packet *p, uint32_t at, bool hop_by_hop)
{
	if (hop_by_hop && p->data[at] == OPT_ROUTER_ALERT)
		return p->data[at + 1] == 2;
	if (hop_by_hop && p->data[at] == OPT_JUMBO)
		return jumbo(sim, p, at);
	return unknown_option(sim, p, at);
}

static bool
is_zero(const uint8_t *p, uint32_t n)
{
	while (n > 0 && *p == 0)
		p++, n--;
	return n == 0;
}

/* ip6_parse_tlv, for the 'n' bytes of options at 'at'. */
static bool
options(struct sim *sim, struct packet *p, uint32_t at, uint32_t n,
    bool hop_by_hop)
{
	long left = env_sysctl(sim->env, hop_by_hop ?
	    "net.ipv6.max_hbh_opts_number" : "net.ipv6.max_dst_opts_number",
	    8);
	uint32_t end = at + n, size, pad = 0;

	for (; at < end; at += size) {
		if (p->data[at] == OPT_PAD1) {
			size = 1;
			if (++pad > 7)
				return false;
			continue;
		}
		if (end - at < 2 || p->data[at + 1] + 2u > end - at)
			return false;
		size = p->data[at + 1] + 2u;
		if (p->data[at] == OPT_PADN) {
			pad += size;
			if (pad > 7 || !is_zero(p->data + at + 2, size - 2))
				return false;
			continue;
		}
		if (left-- <= 0 || !option(sim, p, at, hop_by_hop))
			return false;
		pad = 0;
	}
	return true;
}

/* The length of the header at 'at'; 0: it runs over the packet's end, or
 * over what is known of it (then *cut). */
static uint32_t
header_size(const struct packet *p, uint32_t at, bool *cut)
{
	const uint8_t *h = pkt_at(p, at, 8, cut);
	uint32_t size;

	if (h == NULL)
		return 0;
	size = (h[1] + 1u) * 8;
	return pkt_at(p, at, size, cut) != NULL ? size : 0;
}

bool
exthdr_arrived(struct sim *sim, struct packet *p)
{
	bool cut = false;
	uint32_t size;

	p->hop_options = p->data[6] == IPPROTO_HOPOPTS;
	if (!p->hop_options)
		return true;
	size = header_size(p, IP6_HEADER, &cut);
	if (size == 0)
		return cut;
	return options(sim, p, IP6_HEADER + 2, size - 2, true);
}

/* ipv6_rthdr_rcv: type 2 and segment routing are for those who configured
 * them; other routes are not followed. */
static bool
routing(struct sim *sim, struct packet *p, uint32_t at)
{
	const uint8_t *h = p->data + at;

	if (p->data[24] == 0xff || p->type != PKT_HOST)
		return false;
	if (h[2] == 2 || h[2] == 3 || h[2] == 4)
		return false;
	return h[3] == 0 || problem(sim, p, BAD_FIELD, at + 2);
}

/* ipv6frag_thdr_truncated: a first fragment has the whole chain. */
static bool
is_incomplete(const struct packet *p)
{
	uint32_t size = p->proto == IPPROTO_TCP ? 20 :
	    p->proto == IPPROTO_UDP || p->proto == IPPROTO_ICMPV6 ? 8 : 1;

	return p->frag == 0 && !p->proto_bad && p->l4 + size > p->len;
}

/* ipv6_frag_rcv, ip6_frag_queue: what is wrong with one fragment.  That it
 * waits for the others, nothing that comes later can see. */
static bool
fragment(struct sim *sim, struct packet *p, uint32_t at)
{
	uint32_t field = get16(p->data + at + 2), end;
	uint32_t plen = get16(p->data + 4);

	if (is_incomplete(p))
		return problem(sim, p, INCOMPLETE_CHAIN, 0);
	end = (field & 0xfff8) + IP6_HEADER + plen - (at + FRAG_HEADER);
	if (end > 65535)
		return problem(sim, p, BAD_FIELD, at + 2);
	if ((field & 1) != 0 && (end & 7) != 0)
		return problem(sim, p, BAD_FIELD, 4);
	return true;
}

bool
exthdr_delivered(struct sim *sim, struct packet *p)
{
	unsigned next = p->data[6];
	uint32_t at = IP6_HEADER, told = 6, size;
	bool cut = false, good = true, whole = p->max_frag != 0;

	for (; good; at += size) {
		if (next == IPPROTO_HOPOPTS && (at != IP6_HEADER ||
		    !p->hop_options))
			return problem(sim, p, UNKNOWN_HEADER, told);
		if (next != IPPROTO_DSTOPTS && next != IPPROTO_ROUTING &&
		    next != IPPROTO_FRAGMENT && next != IPPROTO_HOPOPTS)
			return true;
		size = header_size(p, at, &cut);
		if (next == IPPROTO_FRAGMENT && pkt_at(p, at, 8, &cut) != NULL)
			size = FRAG_HEADER;
		if (size == 0)
			return cut;
		if (next == IPPROTO_FRAGMENT) {
			/* A second one, or one in a jumbogram. */
			if (whole || get16(p->data + 4) == 0)
				return problem(sim, p, BAD_FIELD, at);
			if ((get16(p->data + at + 2) & 0xfff9) != 0)
				return fragment(sim, p, at);
			whole = true;
		}
		if (next == IPPROTO_DSTOPTS)
			good = options(sim, p, at + 2, size - 2, false);
		else if (next == IPPROTO_ROUTING)
			good = routing(sim, p, at);
		next = p->data[at];
		told = at;
	}
	return good;
}

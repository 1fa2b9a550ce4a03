/* What a packet has of each field; the matches' eval reads the same. */
#include "model/field.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

#include "model/lower.h"
#include "model/packet.h"

/* 'n' bytes at L3 offset 'off' as a number. */
static bool
bytes(const struct packet *p, uint32_t off, unsigned n, u128 *v)
{
	const uint8_t *b = pkt_at(p, off, n, NULL);

	for (*v = 0; b != NULL && n > 0; n--)
		*v = *v << 8 | *b++;
	return b != NULL;
}

static bool
known_proto(const struct packet *p)
{
	return !p->proto_cut && !p->proto_bad;
}

/* ---- IP ---- */

static bool
read_src(const struct packet *p, u128 *v)
{
	return p->family == AF_INET ? bytes(p, 12, 4, v) : bytes(p, 8, 16, v);
}

static bool
read_dst(const struct packet *p, u128 *v)
{
	return p->family == AF_INET ? bytes(p, 16, 4, v) : bytes(p, 24, 16, v);
}

static bool
read_proto(const struct packet *p, u128 *v)
{
	*v = p->proto;
	return known_proto(p);
}

static bool
read_frag(const struct packet *p, u128 *v)
{
	*v = p->frag != 0;
	return !p->proto_cut;
}

static bool
read_length(const struct packet *p, u128 *v)
{
	*v = p->len;
	return true;
}

static bool
read_ttl(const struct packet *p, u128 *v)
{
	return bytes(p, p->family == AF_INET ? 8 : 7, 1, v);
}

static bool
read_tos(const struct packet *p, u128 *v)
{
	if (p->family == AF_INET)
		return bytes(p, 1, 1, v);
	if (!bytes(p, 0, 2, v))
		return false;
	*v = *v >> 4 & 0xff;
	return true;
}

/* ---- L4 ---- */

static bool
has_header(const struct packet *p)
{
	return known_proto(p) && p->frag == 0;
}

static bool
read_port(const struct packet *p, unsigned off, u128 *v)
{
	static const uint8_t protos[] = { IPPROTO_TCP, IPPROTO_UDP,
	    IPPROTO_UDPLITE, IPPROTO_SCTP, IPPROTO_DCCP };

	return has_header(p) && memchr(protos, p->proto, sizeof(protos)) &&
	    bytes(p, p->l4 + off, 2, v);
}

static bool
read_sport(const struct packet *p, u128 *v)
{
	return read_port(p, 0, v);
}

static bool
read_dport(const struct packet *p, u128 *v)
{
	return read_port(p, 2, v);
}

static bool
read_icmp(const struct packet *p, u128 *v)
{
	return has_header(p) && (p->proto == IPPROTO_ICMP ||
	    p->proto == IPPROTO_ICMPV6) && bytes(p, p->l4, 2, v);
}

static bool
read_spi(const struct packet *p, u128 *v)
{
	if (!has_header(p))
		return false;
	return p->proto == IPPROTO_ESP ? bytes(p, p->l4, 4, v) :
	    p->proto == IPPROTO_AH && bytes(p, p->l4 + 4U, 4, v);
}

/* The matches look for the header in later fragments too. */
static bool
is_tcp(const struct packet *p)
{
	return known_proto(p) && p->proto == IPPROTO_TCP &&
	    p->len >= p->l4 + 20U;
}

static bool
read_tcpflags(const struct packet *p, u128 *v)
{
	return is_tcp(p) && bytes(p, p->l4 + 13U, 1, v);
}

static bool
read_mss(const struct packet *p, u128 *v)
{
	const uint8_t *options;
	unsigned size;
	int mss;

	if (!is_tcp(p) || !bytes(p, p->l4 + 12U, 1, v))
		return false;
	size = (unsigned)(*v >> 4) * 4;
	if (size < 20)
		return false;
	options = pkt_at(p, p->l4 + 20U, size - 20, NULL);
	if (options == NULL)
		return false;
	mss = tcp_mss(options, size - 20);
	*v = mss < 0 ? MSS_NONE : (unsigned)mss;
	return true;
}

/* ---- what comes with the packet ---- */

static bool
read_mark(const struct packet *p, u128 *v)
{
	*v = p->mark;
	return true;
}

static bool
read_pkttype(const struct packet *p, u128 *v)
{
	*v = pkt_type_seen(p);
	return true;
}

static bool
read_mac(const struct packet *p, u128 *v)
{
	const struct iface *in = p->in != NULL ? p->in : p->rcv;

	*v = MAC_NONE;
	if (in == NULL || in->kind != IFK_ETHER)
		return true;
	if (!p->has_mac || p->ll == NULL || p->ll_len < 14)
		return false;
	*v = (u128)get16(p->ll + 6) << 32 | get32(p->ll + 8);
	return true;
}

static bool
read_owner(const struct packet *p, uint32_t id, u128 *v)
{
	*v = !pkt_has_socket(p) ? OWNER_NONE :
	    p->kernel_made ? OWNER_KERNEL : id;
	return *v > UINT32_MAX || p->kernel_made || p->has_owner;
}

static bool
read_uid(const struct packet *p, u128 *v)
{
	return read_owner(p, p->uid, v);
}

static bool
read_gid(const struct packet *p, u128 *v)
{
	return read_owner(p, p->gid, v);
}

static bool
read_srctype(const struct packet *p, u128 *v)
{
	*v = p->src_type;
	return *v != 0;
}

static bool
read_dsttype(const struct packet *p, u128 *v)
{
	*v = p->dst_type;
	return *v != 0;
}

/* ---- its connection ---- */

static bool
read_ct(const struct packet *p, u128 *v)
{
	static const uint8_t states[] = {
		[CTI_ESTABLISHED] = FCT_ESTABLISHED,
		[CTI_RELATED] = FCT_RELATED, [CTI_NEW] = FCT_NEW,
		[CTI_ESTABLISHED_REPLY] = FCT_ESTABLISHED,
		[CTI_RELATED_REPLY] = FCT_RELATED,
	};
	static const struct { unsigned status, bit; } bits[] = {
		{ CTS_EXPECTED, FCT_EXPECTED },
		{ CTS_SEEN_REPLY, FCT_SEEN_REPLY },
		{ CTS_ASSURED, FCT_ASSURED }, { CTS_CONFIRMED, FCT_CONFIRMED },
		{ CTS_SRC_NAT, FCT_SRC_NAT }, { CTS_DST_NAT, FCT_DST_NAT },
	};

	if (p->ct == NULL) {
		*v = p->untracked ? FCT_UNTRACKED : FCT_INVALID;
		return true;
	}
	*v = states[p->ctinfo];
	if (ctinfo_dir((enum ctinfo)p->ctinfo) == CT_REPLY)
		*v |= FCT_REPLY;
	for (unsigned i = 0; i < sizeof(bits) / sizeof(bits[0]); i++)
		if (p->ct->status & bits[i].status)
			*v |= bits[i].bit;
	return true;
}

static bool
read_connmark(const struct packet *p, u128 *v)
{
	*v = p->ct != NULL ? p->ct->mark : 0;
	return true;
}

static bool
read_ct_proto(const struct packet *p, u128 *v)
{
	*v = p->ct != NULL ? p->ct->tuple[CT_ORIGINAL].proto : 0;
	return p->ct != NULL;
}

#define TUPLE_ADDR(name, dir, member)					\
static bool								\
name(const struct packet *p, u128 *v)					\
{									\
	if (p->ct != NULL)						\
		*v = addr_number(&p->ct->tuple[dir].member, p->family);	\
	return p->ct != NULL;						\
}
TUPLE_ADDR(read_orig_src, CT_ORIGINAL, src)
TUPLE_ADDR(read_orig_dst, CT_ORIGINAL, dst)
TUPLE_ADDR(read_repl_src, CT_REPLY, src)
TUPLE_ADDR(read_repl_dst, CT_REPLY, dst)
#undef TUPLE_ADDR

#define TUPLE_PORT(name, dir, member)					\
static bool								\
name(const struct packet *p, u128 *v)					\
{									\
	if (p->ct != NULL)						\
		*v = ntohs(p->ct->tuple[dir].member);			\
	return p->ct != NULL;						\
}
TUPLE_PORT(read_orig_sport, CT_ORIGINAL, sport)
TUPLE_PORT(read_orig_dport, CT_ORIGINAL, dport)
TUPLE_PORT(read_repl_sport, CT_REPLY, sport)
TUPLE_PORT(read_repl_dport, CT_REPLY, dport)
#undef TUPLE_PORT

/* ---- all of them ---- */

static bool (*const readers[N_FIELDS])(const struct packet *, u128 *) = {
	[F_SRC] = read_src, [F_DST] = read_dst, [F_PROTO] = read_proto,
	[F_SPORT] = read_sport, [F_DPORT] = read_dport, [F_ICMP] = read_icmp,
	[F_CT] = read_ct, [F_FRAG] = read_frag, [F_TCPFLAGS] = read_tcpflags,
	[F_LENGTH] = read_length, [F_TTL] = read_ttl, [F_TOS] = read_tos,
	[F_MARK] = read_mark, [F_CONNMARK] = read_connmark,
	[F_PKTTYPE] = read_pkttype, [F_MAC] = read_mac,
	[F_SRCTYPE] = read_srctype, [F_DSTTYPE] = read_dsttype,
	[F_UID] = read_uid, [F_GID] = read_gid, [F_MSS] = read_mss, [F_SPI] = read_spi,
	[F_CT_PROTO] = read_ct_proto, [F_CT_ORIGSRC] = read_orig_src,
	[F_CT_ORIGDST] = read_orig_dst, [F_CT_REPLSRC] = read_repl_src,
	[F_CT_REPLDST] = read_repl_dst, [F_CT_ORIGSPORT] = read_orig_sport,
	[F_CT_ORIGDPORT] = read_orig_dport, [F_CT_REPLSPORT] = read_repl_sport,
	[F_CT_REPLDPORT] = read_repl_dport,
};

/* Not known: the port of a packet that came in by a bridge, and where one
 * leaves if there are no routes. */
static bool
read_iface(const struct packet *p, enum field f, char *name)
{
	const struct iface *devs[] = { p->in, p->out, p->physin, p->physout };
	const struct iface *dev = devs[field_iface(f)];
	const struct iface *in = p->in != NULL ? p->in : p->rcv;

	memset(name, 0, IFNAME_SIZE);
	if (dev != NULL) {
		memcpy(name, dev->name, IFNAME_SIZE);
		return true;
	}
	if (f == F_OUT)
		return !p->out_unknown;
	return f == F_IN || p->physin != NULL || p->physout != NULL ||
	    in == NULL || !in->bridge;
}

bool
field_read(const struct packet *p, enum field f, u128 *value, char *name)
{
	if (field_info[f].kind == FIELD_IFACE)
		return read_iface(p, f, name);
	return readers[f](p, value);
}

#include "witness.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>

/* When it comes: as 'nfwalk trace' has it (2026-01-01 12:00 UTC). */
#define WITNESS_TIME	INT64_C(1767268800000000000)

enum { FRAGMENT_AT = 1480, FRAGMENT_DATA = 32, USUAL_SPORT = 49152,
    USUAL_DPORT = 80 };

static bool
asks(const struct point *p, enum field f)
{
	return p->asked >> f & 1;
}

static bool refuse(struct witness *, const char *, ...)
    __attribute__((format(printf, 2, 3)));

static bool
refuse(struct witness *w, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(w->why, sizeof(w->why), fmt, ap);
	va_end(ap);
	return false;
}

/* The value, or this one where it is not asked for. */
static uint64_t
value(const struct point *p, enum field f, uint64_t usual)
{
	return asks(p, f) ? (uint64_t)p->value[f] : usual;
}

/* ---- where it is ---- */

static bool
names_iface(const struct point *p, enum field f)
{
	return asks(p, f) && p->iface[field_iface(f)][0] != '\0';
}

static bool
has_owner(const struct point *p)
{
	return value(p, F_UID, OWNER_NONE) != OWNER_NONE ||
	    value(p, F_GID, OWNER_NONE) != OWNER_NONE;
}

/* Of a user chain: the hook that fits the interfaces best. */
static enum hook
hook_of(const struct point *p, const struct chain *entry)
{
	static const enum hook through[] = { HOOK_FORWARD, HOOK_PREROUTING },
	    in[] = { HOOK_INPUT, HOOK_PREROUTING },
	    out[] = { HOOK_OUTPUT, HOOK_POSTROUTING };
	bool leaves = names_iface(p, F_OUT) || has_owner(p);
	const enum hook *h = !leaves ? in : names_iface(p, F_IN) ? through :
	    out;
	unsigned hooks = table_hooks[entry->table->id];

	if (entry->hook != HOOK_NONE)
		return entry->hook;
	return hooks >> h[0] & 1 ? h[0] : h[1];
}

/* One that is there, or is likely. */
static void
usual_iface(const struct env *env, const char *other, char name[IFNAME_SIZE])
{
	const struct iface *i = env->ifaces;

	while (i != NULL && (i->kind != IFK_ETHER ||
	    strncmp(i->name, other, IFNAME_SIZE) == 0))
		i = i->next;
	memset(name, 0, IFNAME_SIZE);
	if (i != NULL)
		memcpy(name, i->name, IFNAME_SIZE);
	else
		memcpy(name, strcmp(other, "eth0") == 0 ? "eth1" : "eth0", 4);
}

static void
set_iface(const struct point *p, enum field f, bool has,
    const struct env *env, const char *other, char name[IFNAME_SIZE])
{
	memset(name, 0, IFNAME_SIZE);
	if (asks(p, f))
		memcpy(name, p->iface[field_iface(f)], IFNAME_SIZE - 1);
	else if (has)
		usual_iface(env, other, name);
}

static void
set_place(struct witness *w, const struct point *p, const struct env *env)
{
	struct pktspec *s = &w->spec;
	enum hook h = w->hook;
	bool in = h == HOOK_PREROUTING || h == HOOK_INPUT ||
	    h == HOOK_FORWARD;

	set_iface(p, F_IN, in, env, asks(p, F_OUT) ?
	    p->iface[field_iface(F_OUT)] : "", s->in);
	if (in && !asks(p, F_IN) && value(p, F_MAC, 0) == MAC_NONE)
		memcpy(s->in, "tun0", sizeof("tun0"));	/* no Ethernet */
	set_iface(p, F_OUT, h != HOOK_PREROUTING && h != HOOK_INPUT, env,
	    s->in, s->out);
	/* What is forwarded has lost the first one at POSTROUTING. */
	s->local = !in && s->in[0] == '\0' && !(h == HOOK_POSTROUTING &&
	    asks(p, F_UID) && !has_owner(p));
}

/* ---- what it is ---- */

static uint8_t
proto_of(const struct point *p)
{
	uint8_t usual = asks(p, F_ICMP) && !asks(p, F_DPORT) ?
	    p->family == AF_INET ? IPPROTO_ICMP : IPPROTO_ICMPV6 :
	    asks(p, F_SPI) && !asks(p, F_DPORT) ? IPPROTO_ESP : IPPROTO_TCP;

	return (uint8_t)value(p, F_PROTO, usual);
}

static void
set_address(const struct point *p, enum field f, const char *usual,
    union addr *a)
{
	if (asks(p, f))
		number_addr(p->value[f], p->family, a);
	else
		addr_parse(a, p->family, usual, strlen(usual));
}

static void
set_addresses(struct pktspec *s, const struct point *p)
{
	bool v4 = p->family == AF_INET;
	enum field other = asks(p, F_SRC) ? F_DST : F_SRC;
	union addr *a = other == F_SRC ? &s->src : &s->dst;

	set_address(p, F_SRC, v4 ? "203.0.113.7" : "2001:db8::7", &s->src);
	set_address(p, F_DST, v4 ? "198.51.100.1" : "2001:db8:1::1", &s->dst);
	if (!asks(p, other) && addr_equal(&s->src, &s->dst))
		a->b[v4 ? 3 : 15] ^= 1;
	s->has |= SPEC_SRC | SPEC_DST;
}

static void
set_tcp(struct pktspec *s, const struct point *p)
{
	uint64_t mss = value(p, F_MSS, MSS_NONE);

	s->tcp_flags = (uint8_t)value(p, F_TCPFLAGS, s->established ?
	    TCPF_ACK : TCPF_SYN);
	s->has |= SPEC_FLAGS;
	if (mss != MSS_NONE) {
		s->mss = (uint16_t)mss;
		s->has |= SPEC_MSS;
	}
}

static void
set_icmp(struct pktspec *s, const struct point *p)
{
	uint64_t usual = s->proto == IPPROTO_ICMP ? 8 << 8 : 128 << 8;
	uint64_t v = value(p, F_ICMP, usual);

	s->icmp_type = (uint8_t)(v >> 8);
	s->icmp_code = (uint8_t)v;
	s->has |= SPEC_ICMP;
}

static void
set_transport(struct pktspec *s, const struct point *p)
{
	s->sport = (uint16_t)value(p, F_SPORT, USUAL_SPORT);
	s->dport = (uint16_t)value(p, F_DPORT, USUAL_DPORT);
	s->has |= SPEC_SPORT | SPEC_DPORT;
	if (s->proto == IPPROTO_TCP)
		set_tcp(s, p);
	if (s->proto == IPPROTO_ICMP || s->proto == IPPROTO_ICMPV6)
		set_icmp(s, p);
	if (s->proto == IPPROTO_ESP || s->proto == IPPROTO_AH)
		s->spi = (uint32_t)value(p, F_SPI, 256);
}

/* A later fragment.  Some matches look for a TCP header there, too: it has
 * one then. */
static void
set_fragment(struct pktspec *s, const struct point *p, struct arena *arena)
{
	uint64_t mss = value(p, F_MSS, MSS_NONE);
	uint8_t *data = arena_alloc(arena, FRAGMENT_DATA);

	s->frag = FRAGMENT_AT;
	s->payload = data;
	s->payload_len = FRAGMENT_DATA;
	if (s->proto != IPPROTO_TCP || !(asks(p, F_MSS) ||
	    asks(p, F_TCPFLAGS)))
		return;
	s->payload_len = mss == MSS_NONE ? 20 : 24;
	data[12] = (uint8_t)(s->payload_len / 4 << 4);
	data[13] = (uint8_t)value(p, F_TCPFLAGS, TCPF_ACK);
	if (mss != MSS_NONE) {
		data[20] = 2;
		data[21] = 4;
		put16(data + 22, (unsigned)mss);
	}
}

static void
set_mac(struct pktspec *s, const struct point *p)
{
	uint64_t mac = value(p, F_MAC, MAC_NONE);

	if (mac == MAC_NONE)
		return;
	put16(s->mac, (unsigned)(mac >> 32));
	put32(s->mac + 2, (uint32_t)mac);
	s->has |= SPEC_MAC;
}

/* In table raw no packet has a state yet: there it goes without saying. */
static void
set_state(struct pktspec *s, const struct point *p, enum table_id table)
{
	unsigned v = (unsigned)value(p, F_CT, FCT_NEW), state = v & FCT_STATE;
	uint32_t mark = (uint32_t)value(p, F_CONNMARK, 0);

	s->established = state == FCT_ESTABLISHED;
	s->reply = s->established && v & FCT_REPLY;
	s->untracked = state == FCT_UNTRACKED;
	if (state == FCT_INVALID && table != TABLE_RAW)
		s->ct_said = CTSAID_INVALID;
	if (state == FCT_RELATED)
		s->ct_said = CTSAID_RELATED;
	if (s->established && mark != 0) {
		s->connmark = mark;
		s->has |= SPEC_CONNMARK;
	}
}

/* What such a frame is, if nobody says anything. */
static enum pkt_type
usual_type(const struct pktspec *s)
{
	static const union addr all = { .w = { UINT32_MAX } };

	if (s->local || s->in[0] == '\0')
		return PKT_HOST;
	if (s->family == AF_INET6 ? s->dst.b[0] == 0xff :
	    s->dst.b[0] >> 4 == 14)
		return PKT_MULTICAST;
	return s->family == AF_INET && addr_equal(&s->dst, &all) ?
	    PKT_BROADCAST : PKT_HOST;
}

static void
set_said(struct pktspec *s, const struct point *p)
{
	unsigned type = (unsigned)value(p, F_PKTTYPE, usual_type(s));

	if (type != usual_type(s) && !s->local && type <= PKT_OTHERHOST) {
		s->pkttype = (uint8_t)type;
		s->has |= SPEC_PKTTYPE;
	}
	if (has_owner(p)) {
		s->uid = (uint32_t)value(p, F_UID, 0);
		s->gid = (uint32_t)value(p, F_GID, 0);
		s->has |= SPEC_OWNER;
	}
	s->src_type = (uint8_t)value(p, F_SRCTYPE, 0);
	s->dst_type = (uint8_t)value(p, F_DSTTYPE, 0);
	if (names_iface(p, F_PHYSIN))
		memcpy(s->physin, p->iface[field_iface(F_PHYSIN)],
		    IFNAME_SIZE);
}

static void
set_spec(struct witness *w, const struct point *p, enum table_id table,
    const struct env *env, struct arena *arena)
{
	struct pktspec *s = &w->spec;

	*s = (struct pktspec){ .family = p->family, .window = 64240,
	    .echo_id = 1, .echo_seq = 1, .count = 1, .has = SPEC_PROTO |
	    SPEC_NUMBER };
	set_place(w, p, env);
	set_addresses(s, p);
	s->proto = proto_of(p);
	set_state(s, p, table);
	s->ttl = (uint8_t)value(p, F_TTL, 64);
	s->tos = (uint8_t)value(p, F_TOS, 0);
	s->mark = (uint32_t)value(p, F_MARK, 0);
	s->length = (uint32_t)value(p, F_LENGTH, 0);
	if (value(p, F_FRAG, 0) != 0)
		set_fragment(s, p, arena);
	else
		set_transport(s, p);
	set_mac(s, p);
	set_said(s, p);
}

/* ---- as a packet ---- */

static const struct iface *
device(struct env *env, const char *name)
{
	return name[0] == '\0' ? NULL :
	    env_add_iface(env, name, strnlen(name, IFNAME_SIZE));
}

#define BIT(f)	(UINT64_C(1) << (f))
/* Of the headers behind the IP header, and of connections: a packet of
 * another kind has none, and no rule asks it for one.  The types of addresses
 * nobody reads. */
static const uint64_t l4_fields = BIT(F_SPORT) | BIT(F_DPORT) | BIT(F_ICMP) |
    BIT(F_TCPFLAGS) | BIT(F_MSS) | BIT(F_SPI);
static const uint64_t may_lack = BIT(F_SPORT) | BIT(F_DPORT) | BIT(F_ICMP) |
    BIT(F_TCPFLAGS) | BIT(F_MSS) | BIT(F_SPI) | BIT(F_SRCTYPE) |
    BIT(F_DSTTYPE) | BIT(F_CT_PROTO) | BIT(F_CT_ORIGSRC) |
    BIT(F_CT_ORIGDST) | BIT(F_CT_REPLSRC) | BIT(F_CT_REPLDST) |
    BIT(F_CT_ORIGSPORT) | BIT(F_CT_ORIGDPORT) | BIT(F_CT_REPLSPORT) |
    BIT(F_CT_REPLDPORT);
#undef BIT

/* Copies the bytes to where the packet has room before and behind them. */
static bool
set_bytes(struct witness *w, const struct point *p, struct arena *arena)
{
	struct packet *pkt = &w->packet;
	uint8_t *data = w->buf + PKT_HEADROOM;
	uint32_t len, least;
	const uint8_t *bytes;

	bytes = pktspec_build(&w->spec, arena, &len);
	least = pktspec_header(&w->spec, (p->asked & l4_fields) != 0 &&
	    (w->spec.frag == 0 || w->spec.payload_len < FRAGMENT_DATA));
	if (len < least || len > UINT16_MAX)
		return refuse(w, "its headers have %u bytes, it may have %u",
		    least, w->spec.length);
	memcpy(data, bytes, len);
	*pkt = (struct packet){ .data = data, .len = len, .have = len,
	    .number = 1, .ctinfo = CTI_UNTRACKED };
	pkt_decode(pkt);
	return true;
}

/* The frame it came in; where it is from nobody asks of the receiver. */
static void
set_link(struct witness *w)
{
	const struct pktspec *s = &w->spec;

	if (!(s->has & SPEC_MAC))
		return;
	memset(w->ll, 0, sizeof(w->ll));
	if (w->packet.in != NULL && w->packet.in->has_mac)
		memcpy(w->ll, w->packet.in->mac, 6);
	memcpy(w->ll + 6, s->mac, 6);
	put16(w->ll + 12, s->family == AF_INET ? 0x0800 : 0x86dd);
	w->packet.ll = w->ll;
	w->packet.ll_len = sizeof(w->ll);
	w->packet.has_mac = true;
}

static void
set_metadata(struct witness *w, const struct point *p, struct env *env)
{
	struct packet *pkt = &w->packet;
	const struct pktspec *s = &w->spec;

	pkt->in = pkt->rcv = device(env, s->in);
	pkt->out = pkt->route_dev = device(env, s->out);
	pkt->physin = device(env, s->physin);
	if (asks(p, F_PHYSOUT))
		pkt->physout = device(env, p->iface[field_iface(F_PHYSOUT)]);
	pkt->mark = s->mark;
	pkt->local = s->local;
	pkt->type = (uint8_t)value(p, F_PKTTYPE, usual_type(s));
	pkt->src_type = s->src_type;
	pkt->dst_type = s->dst_type;
	pkt->has_owner = has_owner(p);
	pkt->uid = s->uid;
	pkt->gid = s->gid;
	pkt->no_socket = (asks(p, F_UID) || asks(p, F_GID)) && !has_owner(p);
	set_link(w);
}

static struct tuple
tuple_of(const struct pktspec *s, bool reply)
{
	uint16_t from = htons(s->sport), to = htons(s->dport);
	struct tuple t = { .src = reply ? s->dst : s->src,
	    .dst = reply ? s->src : s->dst, .proto = s->proto,
	    .family = (uint8_t)s->family };

	if (s->has & SPEC_ICMP) {
		t.id = htons(s->echo_id);
		t.type = s->icmp_type;
		t.code = s->icmp_code;
	} else if (s->frag == 0) {
		t.sport = reply ? to : from;
		t.dport = reply ? from : to;
	}
	return t;
}

static void
ask_tuple(struct tuple *t, const struct point *p, enum field src,
    enum field dst, enum field sport, enum field dport)
{
	if (asks(p, src))
		number_addr(p->value[src], p->family, &t->src);
	if (asks(p, dst))
		number_addr(p->value[dst], p->family, &t->dst);
	if (asks(p, sport))
		t->sport = htons((uint16_t)p->value[sport]);
	if (asks(p, dport))
		t->dport = htons((uint16_t)p->value[dport]);
	t->proto = (uint8_t)value(p, F_CT_PROTO, t->proto);
}

static uint32_t
status_of(unsigned ct)
{
	static const struct { unsigned bit, status; } bits[] = {
		{ FCT_EXPECTED, CTS_EXPECTED },
		{ FCT_SEEN_REPLY, CTS_SEEN_REPLY },
		{ FCT_ASSURED, CTS_ASSURED }, { FCT_CONFIRMED, CTS_CONFIRMED },
		{ FCT_SRC_NAT, CTS_SRC_NAT }, { FCT_DST_NAT, CTS_DST_NAT },
	};
	uint32_t status = 0;

	for (size_t i = 0; i < sizeof(bits) / sizeof(bits[0]); i++)
		if (ct & bits[i].bit)
			status |= bits[i].status;
	return status;
}

static void
set_ct(struct witness *w, const struct point *p, enum table_id table)
{
	static const uint8_t infos[][2] = {
		[FCT_NEW] = { CTI_NEW, CTI_NEW },
		[FCT_RELATED] = { CTI_RELATED, CTI_RELATED_REPLY },
		[FCT_ESTABLISHED] = { CTI_ESTABLISHED, CTI_ESTABLISHED_REPLY },
	};
	unsigned v = (unsigned)value(p, F_CT, table == TABLE_RAW ?
	    FCT_INVALID : FCT_NEW);
	unsigned state = v & FCT_STATE;
	bool reply = (v & FCT_REPLY) != 0;
	struct ct *ct = &w->ct;

	w->packet.untracked = state == FCT_UNTRACKED;
	if (state == FCT_INVALID || state >= FCT_UNTRACKED)
		return;
	*ct = (struct ct){ .status = status_of(v),
	    .mark = (uint32_t)value(p, F_CONNMARK, 0) };
	for (unsigned d = 0; d < N_CT_DIRS; d++) {
		ct->tuple[d] = tuple_of(&w->spec, reply != (d == CT_REPLY));
		ct->tuple[d].dir = (uint8_t)d;
	}
	ask_tuple(&ct->tuple[CT_ORIGINAL], p, F_CT_ORIGSRC, F_CT_ORIGDST,
	    F_CT_ORIGSPORT, F_CT_ORIGDPORT);
	ask_tuple(&ct->tuple[CT_REPLY], p, F_CT_REPLSRC, F_CT_REPLDST,
	    F_CT_REPLSPORT, F_CT_REPLDPORT);
	w->packet.ct = ct;
	w->packet.ctinfo = infos[state][reply];
}

/* Some matches look for a TCP header in later fragments, too: in IPv6 at the
 * place of the IP header. */
static bool
may_be_without(const struct packet *pkt, enum field f)
{
	bool tcp = f == F_TCPFLAGS || f == F_MSS;

	return (may_lack >> f & 1) && !(tcp && pkt->proto == IPPROTO_TCP);
}

/* Has the packet all that was asked for? */
static bool
is_so(struct witness *w, const struct point *p)
{
	char name[IFNAME_SIZE];
	u128 v;

	for (enum field f = 0; f < N_FIELDS; f++) {
		bool so;

		if (!asks(p, f))
			continue;
		if (!field_read(&w->packet, f, &v, name))
			so = may_be_without(&w->packet, f);
		else if (field_info[f].kind == FIELD_IFACE)
			so = strncmp(name, p->iface[field_iface(f)],
			    IFNAME_SIZE) == 0;
		else
			so = v == p->value[f];
		if (!so)
			return refuse(w, "with the rest of it no packet has "
			    "this %s", field_info[f].name);
	}
	return true;
}

bool
witness_packet(struct witness *w, const struct point *p,
    const struct chain *entry, struct env *env, struct arena *arena)
{
	w->point = p;
	w->built = false;
	w->hook = hook_of(p, entry);
	set_spec(w, p, entry->table->id, env, arena);
	if (!set_bytes(w, p, arena))
		return false;
	set_metadata(w, p, env);
	set_ct(w, p, entry->table->id);
	w->packet.time = WITNESS_TIME;
	w->built = true;
	return is_so(w, p);
}

/* ---- in words ---- */

/* What words cannot say, one after the other. */
struct rest { struct sbuf *out; bool any; };

static void rest_say(struct rest *, const char *, ...)
    __attribute__((format(printf, 2, 3)));

static void
rest_say(struct rest *r, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	if (r->out != NULL) {
		if (r->out->len != 0)
			sbuf_puts(r->out, ", ");
		sbuf_vprintf(r->out, fmt, ap);
	}
	va_end(ap);
	r->any = true;
}

/* How far the connection came shows in no word: "established" is as good. */
static void
rest_ct(struct rest *r, const struct witness *w)
{
	static const struct { unsigned bit; const char *name; } bits[] = {
		{ FCT_EXPECTED, "an expected connection" },
		{ FCT_SRC_NAT, "a connection with SNAT" },
		{ FCT_DST_NAT, "a connection with DNAT" },
	};
	const struct point *p = w->point;
	const struct pktspec *s = &w->spec;
	unsigned v = (unsigned)value(p, F_CT, 0);
	uint32_t mark = (uint32_t)value(p, F_CONNMARK, 0);

	for (size_t i = 0; i < sizeof(bits) / sizeof(bits[0]); i++)
		if ((v & bits[i].bit) && !(bits[i].bit == FCT_EXPECTED &&
		    s->ct_said == CTSAID_RELATED))
			rest_say(r, "%s", bits[i].name);
	if ((v & FCT_REPLY) && !s->reply)
		rest_say(r, "in the reply direction");
	if (mark != 0 && !(s->has & SPEC_CONNMARK) && !s->untracked &&
	    s->ct_said != CTSAID_INVALID)
		rest_say(r, "connmark %u", mark);
}

/* Ends of the connection that are not those of the packet. */
static void
rest_tuple(struct rest *r, const struct witness *w)
{
	struct packet usual = w->packet;
	struct ct ct = w->ct;
	u128 is, was;

	if (w->packet.ct == NULL)
		return;
	usual.ct = &ct;
	for (unsigned d = 0; d < N_CT_DIRS; d++)
		ct.tuple[d] = tuple_of(&w->spec, w->spec.reply !=
		    (d == CT_REPLY));
	for (enum field f = F_CT_PROTO; f < N_FIELDS; f++) {
		union addr a;

		if (!asks(w->point, f) || !field_read(&usual, f, &was, NULL))
			continue;
		is = w->point->value[f];
		if (is == was)
			continue;
		if (field_info[f].kind == FIELD_ADDR) {
			struct sbuf text = SBUF_INIT;

			number_addr(is, w->point->family, &a);
			addr_print(&text, w->point->family, &a);
			rest_say(r, "%s %s", field_info[f].name,
			    sbuf_text(&text));
			sbuf_free(&text);
		} else {
			rest_say(r, "%s %u", field_info[f].name,
			    (unsigned)is);
		}
	}
}

bool
witness_words(const struct witness *w, struct sbuf *words, struct sbuf *rest)
{
	struct rest r = { .out = rest };
	const struct point *p = w->point;
	const struct pktspec *s = &w->spec;
	unsigned type = (unsigned)value(p, F_PKTTYPE, usual_type(s));

	pktspec_print(s, words);
	rest_ct(&r, w);
	rest_tuple(&r, w);
	if (type != usual_type(s) && !(s->has & SPEC_PKTTYPE))
		rest_say(&r, "packet type %u", type);
	if (names_iface(p, F_PHYSOUT))
		rest_say(&r, "leaves by bridge port %s",
		    p->iface[field_iface(F_PHYSOUT)]);
	if ((asks(p, F_UID) || asks(p, F_GID)) && !has_owner(p) && s->local)
		rest_say(&r, "from no socket");
	if (p->also != NULL)
		rest_say(&r, "%s", p->also);
	return !r.any;
}

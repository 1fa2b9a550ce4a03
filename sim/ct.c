#include "sim/ct_track.h"

#include <assert.h>
#include <stdlib.h>

#include "model/words.h"
#include "sim/expect.h"
#include "sim/helper.h"

enum {
	SLAB_BITS = 13, SLAB_SIZE = 1 << SLAB_BITS,	/* 2 MiB each */
	FIRST_BITS = 10,		/* of the slots at the start */
	SWEEP_STEP = 2,			/* entries looked at per new one */
	EVICTION_RANGE = 8		/* NF_CT_EVICTION_RANGE */
};

#define SECOND INT64_C(1000000000)

/* One tuple of a confirmed entry. */
struct slot {
	uint32_t hash;
	uint32_t ref;			/* (id << 1 | dir) + 1; 0: empty */
};

struct ct_table {
	struct ct_settings set;
	struct slot *slots;
	unsigned bits;			/* there are 1 << bits slots */
	uint32_t used;			/* slots taken */
	struct ct **slabs;
	uint32_t n_slabs, room_slabs;
	uint32_t n_ids;			/* entries ever handed out */
	struct ct *free;
	uint32_t count;			/* alive, unconfirmed ones included */
	uint32_t hand;			/* where the sweep goes on */
	struct ct **pending;		/* to look at when the frame ends */
	uint32_t n_pending, room_pending;
	int64_t now, tick;
	int64_t next_full_sweep;
	struct expects expects;
};

/* ---- settings ---- */

static int64_t
seconds(const struct env *env, const char *name, long fallback)
{
	char full[96];

	snprintf(full, sizeof(full), "net.netfilter.nf_conntrack_%s", name);
	return env_sysctl(env, full, fallback) * SECOND;
}

static long
number(const struct env *env, const char *name, long fallback)
{
	return (long)(seconds(env, name, fallback) / SECOND);
}

static void
read_tcp(struct ct_settings *s, const struct env *env)
{
	static const struct { const char *name; int fallback; } row[] = {
		[TCP_CT_SYN_SENT] = { "syn_sent", 120 },
		[TCP_CT_SYN_RECV] = { "syn_recv", 60 },
		[TCP_CT_ESTABLISHED] = { "established", 432000 },
		[TCP_CT_FIN_WAIT] = { "fin_wait", 120 },
		[TCP_CT_CLOSE_WAIT] = { "close_wait", 60 },
		[TCP_CT_LAST_ACK] = { "last_ack", 30 },
		[TCP_CT_TIME_WAIT] = { "time_wait", 120 },
		[TCP_CT_CLOSE] = { "close", 10 },
	};
	char name[64];

	for (unsigned i = TCP_CT_SYN_SENT; i <= TCP_CT_CLOSE; i++) {
		snprintf(name, sizeof(name), "tcp_timeout_%s", row[i].name);
		s->tcp[i] = seconds(env, name, row[i].fallback);
	}
	s->tcp[TCP_CT_NONE] = 120 * SECOND;
	s->tcp[TCP_CT_SYN_SENT2] = 120 * SECOND;	/* has no sysctl */
	s->tcp_retrans = seconds(env, "tcp_timeout_max_retrans", 300);
	s->tcp_unack = seconds(env, "tcp_timeout_unacknowledged", 300);
	s->tcp_max_retrans = (unsigned)number(env, "tcp_max_retrans", 3);
	s->tcp_loose = number(env, "tcp_loose", 1) != 0;
	s->tcp_liberal = number(env, "tcp_be_liberal", 0) != 0;
	s->tcp_ignore_invalid_rst = number(env, "tcp_ignore_invalid_rst", 0)
	    != 0;
}

static void
read_sctp(struct ct_settings *s, const struct env *env)
{
	static const struct { const char *name; int fallback; } row[] = {
		[SCTP_CT_CLOSED] = { "closed", 10 },
		[SCTP_CT_COOKIE_WAIT] = { "cookie_wait", 3 },
		[SCTP_CT_COOKIE_ECHOED] = { "cookie_echoed", 3 },
		[SCTP_CT_ESTABLISHED] = { "established", 210 },
		[SCTP_CT_SHUTDOWN_SENT] = { "shutdown_sent", 3 },
		[SCTP_CT_SHUTDOWN_RECD] = { "shutdown_recd", 3 },
		[SCTP_CT_SHUTDOWN_ACK_SENT] = { "shutdown_ack_sent", 3 },
		[SCTP_CT_HEARTBEAT_SENT] = { "heartbeat_sent", 30 },
	};
	char name[64];

	for (unsigned i = SCTP_CT_CLOSED; i < N_SCTP_CT_STATES; i++) {
		snprintf(name, sizeof(name), "sctp_timeout_%s", row[i].name);
		s->sctp[i] = seconds(env, name, row[i].fallback);
	}
	s->sctp[SCTP_CT_NONE] = 10 * SECOND;
}

static void
read_settings(struct ct_settings *s, const struct env *env)
{
	read_tcp(s, env);
	read_sctp(s, env);
	s->udp = seconds(env, "udp_timeout", 30);
	s->udp_stream = seconds(env, "udp_timeout_stream", 120);
	s->gre = seconds(env, "gre_timeout", 30);
	s->gre_stream = seconds(env, "gre_timeout_stream", 180);
	s->icmp = seconds(env, "icmp_timeout", 30);
	s->icmpv6 = seconds(env, "icmpv6_timeout", 30);
	s->generic = seconds(env, "generic_timeout", 600);
	s->checksum = number(env, "checksum", 1) != 0;
	s->max = (unsigned)number(env, "max", 262144);
	s->buckets = (unsigned)number(env, "buckets", 262144);
	if (s->buckets == 0)
		s->buckets = 1;
}

/* ---- tuples ---- */

bool
tuple_equal(const struct tuple *a, const struct tuple *b)
{
	return addr_equal(&a->src, &b->src) && addr_equal(&a->dst, &b->dst) &&
	    a->sport == b->sport && a->dport == b->dport &&
	    a->proto == b->proto && a->family == b->family;
}

bool
tuple_invert(struct tuple *out, const struct tuple *in)
{
	*out = (struct tuple){ .src = in->dst, .dst = in->src,
	    .proto = in->proto, .family = in->family,
	    .dir = in->dir == CT_REPLY ? CT_ORIGINAL : CT_REPLY };
	if (in->proto == IPPROTO_ICMP)
		return ct_icmp_invert(out, in);
	if (in->proto == IPPROTO_ICMPV6)
		return ct_icmpv6_invert(out, in);
	out->sport = in->dport;
	out->dport = in->sport;
	return true;
}

/* ipv4_get_l4proto. */
static bool
find_l4_v4(const struct packet *pkt, uint32_t l3, uint32_t *l4, uint8_t *proto)
{
	const uint8_t *ip = ct_bytes(pkt, l3, 20);

	if (ip == NULL || (get16(ip + 6) & 0x1fff) != 0)
		return false;
	*l4 = l3 + (ip[0] & 15u) * 4;
	*proto = ip[9];
	return *l4 <= pkt->len;
}

/* ipv6_get_l4proto, ipv6_skip_exthdr. */
static bool
find_l4_v6(const struct packet *pkt, uint32_t l3, uint32_t *l4, uint8_t *proto)
{
	const uint8_t *ip = ct_bytes(pkt, l3, 40), *h;
	uint32_t off = l3 + 40;
	uint8_t next;

	if (ip == NULL)
		return false;
	for (next = ip[6];; next = h[0]) {
		switch (next) {
		case IPPROTO_HOPOPTS:
		case IPPROTO_ROUTING:
		case IPPROTO_DSTOPTS:
			if ((h = ct_bytes(pkt, off, 2)) == NULL)
				return false;
			off += (h[1] + 1u) * 8;
			break;
		case IPPROTO_AH:
			if ((h = ct_bytes(pkt, off, 2)) == NULL)
				return false;
			off += (h[1] + 2u) * 4;
			break;
		case IPPROTO_FRAGMENT:
			h = ct_bytes(pkt, off, 8);
			if (h == NULL || (get16(h + 2) & ~7u) != 0)
				return false;
			off += 8;
			break;
		case IPPROTO_NONE:
			return false;
		default:
			*l4 = off;
			*proto = next;
			return true;
		}
	}
}

static bool
find_l4(const struct packet *pkt, uint32_t l3, int family, uint32_t *l4,
    uint8_t *proto)
{
	return family == AF_INET ? find_l4_v4(pkt, l3, l4, proto) :
	    find_l4_v6(pkt, l3, l4, proto);
}

/* gre_pkt_to_tuple; there are no PPTP key maps. */
static bool
gre_tuple(const struct packet *pkt, uint32_t l4, struct tuple *t)
{
	const uint8_t *h = ct_bytes(pkt, l4, 4);

	if (h == NULL || (h[1] & 7) != 1)
		return true;
	if (ct_bytes(pkt, l4, 8) == NULL)
		return true;
	if (get16(h + 2) != 0x880b)
		return false;
	memcpy(&t->dstkey, h + 6, 2);
	return true;
}

/* nf_ct_get_tuple. */
static bool
make_tuple(const struct packet *pkt, uint32_t l3, int family, uint32_t l4,
    uint8_t proto, struct tuple *t)
{
	const uint8_t *h, *ip = pkt->data + l3;

	*t = (struct tuple){ .proto = proto, .family = (uint8_t)family };
	if (family == AF_INET) {
		memcpy(&t->src, ip + 12, 4);
		memcpy(&t->dst, ip + 16, 4);
	} else {
		memcpy(&t->src, ip + 8, 16);
		memcpy(&t->dst, ip + 24, 16);
	}
	switch (proto) {
	case IPPROTO_TCP:
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
	case IPPROTO_SCTP:
		if ((h = ct_bytes(pkt, l4, 4)) == NULL)
			return false;
		memcpy(&t->sport, h, 2);
		memcpy(&t->dport, h + 2, 2);
		return true;
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		if ((h = ct_bytes(pkt, l4, 8)) == NULL)
			return false;
		t->type = h[0];
		t->code = h[1];
		memcpy(&t->id, h + 4, 2);
		return true;
	case IPPROTO_GRE:
		return gre_tuple(pkt, l4, t);
	default:
		return true;
	}
}

bool
ct_tuple_quoted(const struct packet *pkt, uint32_t l3, int family,
    struct tuple *t, uint32_t *l4)
{
	uint32_t off;
	uint8_t proto;

	if (!find_l4(pkt, l3, family, &off, &proto))
		return false;
	if (l4 != NULL)
		*l4 = off;
	return make_tuple(pkt, l3, family, off, proto, t);
}

bool
ct_tuple(const struct packet *pkt, struct tuple *t)
{
	return ct_tuple_quoted(pkt, 0, pkt->family, t, NULL);
}

/* ---- the hash table ---- */

static inline uint64_t
mix(uint64_t a, uint64_t b)
{
	__extension__ unsigned __int128 m = (unsigned __int128)a * b;

	return (uint64_t)m ^ (uint64_t)(m >> 64);
}

static inline uint32_t
hash_tuple(const struct tuple *t, uint16_t zone)
{
	uint64_t rest = (uint64_t)t->sport << 48 | (uint64_t)t->dport << 32 |
	    (uint64_t)zone << 16 | (uint64_t)t->proto << 8 | t->family;
	uint64_t h;

	if (t->family == AF_INET)
		h = (uint64_t)t->src.w[0] << 32 | t->dst.w[0];
	else
		h = mix(t->src.q[0] ^ UINT64_C(0xa0761d6478bd642f),
		    t->src.q[1] ^ UINT64_C(0xe7037ed1a0b428db)) ^
		    mix(t->dst.q[0] ^ UINT64_C(0x8ebc6af09c88c6e3),
		    t->dst.q[1] ^ UINT64_C(0x589965cc75374cc3));
	h = mix(h ^ UINT64_C(0x2d358dccaa6c78a5),
	    rest ^ UINT64_C(0x8bb84b93962eacc9));
	return (uint32_t)(h ^ h >> 32);
}

static inline struct ct *
ct_by_id(const struct ct_table *t, uint32_t id)
{
	return &t->slabs[id >> SLAB_BITS][id & (SLAB_SIZE - 1)];
}

static inline uint32_t
slot_home(const struct ct_table *t, uint32_t hash)
{
	return hash >> (32 - t->bits);
}

static inline uint32_t
slot_mask(const struct ct_table *t)
{
	return ((uint32_t)1 << t->bits) - 1;
}

static void
slot_put(struct ct_table *t, struct slot s)
{
	uint32_t i = slot_home(t, s.hash);

	while (t->slots[i].ref != 0)
		i = (i + 1) & slot_mask(t);
	t->slots[i] = s;
}

static void
slots_new(struct ct_table *t)
{
	size_t size = sizeof(*t->slots) << t->bits;

	t->slots = memset(mem_big(size), 0, size);
}

/* Doubles the table.  Slots of one hash keep their order: it starts behind
 * an empty one. */
static void
slots_grow(struct ct_table *t)
{
	struct slot *old = t->slots;
	uint32_t size = (uint32_t)1 << t->bits, start = 0;

	while (old[start].ref != 0)
		start++;
	t->bits++;
	slots_new(t);
	for (uint32_t n = 0; n < size; n++) {
		struct slot s = old[(start + n) & (size - 1)];

		if (s.ref != 0)
			slot_put(t, s);
	}
	free(old);
}

static void
slot_insert(struct ct_table *t, const struct ct *ct, enum ct_dir dir)
{
	if (t->used >= (uint32_t)1 << (t->bits - 1))
		slots_grow(t);
	slot_put(t, (struct slot){ hash_tuple(&ct->tuple[dir], ct->zone[dir]),
	    (ct->id << 1 | dir) + 1 });
	t->used++;
}

static void
slot_remove(struct ct_table *t, const struct ct *ct, enum ct_dir dir)
{
	uint32_t mask = slot_mask(t), ref = (ct->id << 1 | dir) + 1;
	uint32_t i = slot_home(t, hash_tuple(&ct->tuple[dir], ct->zone[dir]));

	while (t->slots[i].ref != ref) {
		assert(t->slots[i].ref != 0);
		i = (i + 1) & mask;
	}
	for (uint32_t j = (i + 1) & mask; t->slots[j].ref != 0;
	    j = (j + 1) & mask) {
		uint32_t home = slot_home(t, t->slots[j].hash);

		if (((j - home) & mask) >= ((j - i) & mask)) {
			t->slots[i] = t->slots[j];
			i = j;
		}
	}
	t->slots[i].ref = 0;
	t->used--;
}

static inline void
fetch_lines(const struct ct *ct)
{
	const char *line = (const char *)ct;

	__builtin_prefetch(line);
	__builtin_prefetch(line + 64);
	__builtin_prefetch(line + 128);
	__builtin_prefetch(line + 192);
}

/* ____nf_conntrack_find: by one of the two hashes that the zones give. */
static struct ct *
find_hash(struct ct_table *t, const struct tuple *tuple, uint32_t hash,
    const uint16_t zone[N_CT_DIRS], enum ct_dir *dir)
{
	uint32_t mask = slot_mask(t);

	for (uint32_t i = slot_home(t, hash); t->slots[i].ref != 0;
	    i = (i + 1) & mask) {
		struct slot s = t->slots[i];
		struct ct *ct;

		if (s.hash != hash)
			continue;
		ct = ct_by_id(t, (s.ref - 1) >> 1);
		fetch_lines(ct);
		*dir = (s.ref - 1) & 1 ? CT_REPLY : CT_ORIGINAL;
		if (!tuple_equal(tuple, &ct->tuple[*dir]) ||
		    ct->zone[*dir] != zone[*dir])
			continue;
		if (ct->timeout > t->now)
			return ct;
		ct_kill(t, ct);
		return NULL;
	}
	return NULL;
}

uint32_t
ct_foresee(const struct ct_table *t, const uint8_t *l3, uint32_t have)
{
	/* Nothing is written through 'data'. */
	struct packet pkt = { .len = have, .have = have };
	struct tuple tuple;
	uint32_t hash;

	memcpy(&pkt.data, &l3, sizeof(pkt.data));
	if (have == 0)
		return 0;
	pkt.family = l3[0] >> 4 == 6 ? AF_INET6 : AF_INET;
	if (!ct_tuple(&pkt, &tuple))
		return 0;
	hash = hash_tuple(&tuple, 0);
	__builtin_prefetch(&t->slots[slot_home(t, hash)]);
	return hash;
}

void
ct_fetch(const struct ct_table *t, uint32_t hash)
{
	uint32_t mask = slot_mask(t);

	for (uint32_t i = slot_home(t, hash); t->slots[i].ref != 0;
	    i = (i + 1) & mask)
		if (t->slots[i].hash == hash) {
			fetch_lines(ct_by_id(t, (t->slots[i].ref - 1) >> 1));
			return;
		}
}

struct ct *
ct_find_zones(struct ct_table *t, const struct tuple *tuple,
    const uint16_t zone[N_CT_DIRS], enum ct_dir *dir)
{
	struct ct *ct = find_hash(t, tuple, hash_tuple(tuple,
	    zone[CT_ORIGINAL]), zone, dir);

	if (ct == NULL && zone[CT_ORIGINAL] != zone[CT_REPLY])
		ct = find_hash(t, tuple, hash_tuple(tuple, zone[CT_REPLY]),
		    zone, dir);
	return ct;
}

struct ct *
ct_find(struct ct_table *t, const struct tuple *tuple, uint16_t zone,
    enum ct_dir *dir)
{
	uint16_t zones[N_CT_DIRS] = { zone, zone };

	return ct_find_zones(t, tuple, zones, dir);
}

bool
ct_taken(struct ct_table *t, const struct tuple *tuple, const struct ct *me)
{
	enum ct_dir dir;
	struct ct *ct = find_hash(t, tuple, hash_tuple(tuple,
	    me->zone[CT_REPLY]), me->zone, &dir);

	/* The same original tuple is the same flow. */
	return ct != NULL && ct != me &&
	    !(tuple_equal(&me->tuple[CT_ORIGINAL], &ct->tuple[CT_ORIGINAL]) &&
	    me->zone[CT_ORIGINAL] == ct->zone[CT_ORIGINAL]);
}

void
ct_alter_reply(struct ct_table *t, struct ct *ct, const struct tuple *want)
{
	(void)t;
	assert((ct->status & CTS_CONFIRMED) == 0);
	tuple_invert(&ct->tuple[CT_REPLY], want);
	ct->tuple[CT_REPLY].dir = CT_REPLY;
}

/* ---- life of an entry ---- */

static void
ct_release(struct ct_table *t, struct ct *ct)
{
	struct ct *master = ct->master;

	ct_nat_unlink(ct);
	help_end(&t->expects, ct);
	if (ct->slaves != 0)
		return;			/* the last of them releases it */
	ct->status = 0;
	ct->master = NULL;
	ct->nat_next = t->free;
	t->free = ct;
	t->count--;
	if (master != NULL && --master->slaves == 0 &&
	    master->status & CTS_DYING && !master->pending)
		ct_release(t, master);
}

static void
ct_defer(struct ct_table *t, struct ct *ct)
{
	if (ct->pending)
		return;
	ct->pending = true;
	vec_room(t->pending, t->n_pending, t->room_pending);
	t->pending[t->n_pending++] = ct;
}

/* No packet is under way: what was never confirmed or is dying goes. */
static void
ct_reap(struct ct_table *t)
{
	for (uint32_t i = 0; i < t->n_pending; i++) {
		struct ct *ct = t->pending[i];

		ct->pending = false;
		if (ct->status & CTS_DYING ||
		    (ct->status & CTS_CONFIRMED) == 0)
			ct_release(t, ct);
	}
	t->n_pending = 0;
}

void
ct_kill(struct ct_table *t, struct ct *ct)
{
	if (ct->status & CTS_DYING)
		return;
	ct->status |= CTS_DYING;
	if (ct->status & CTS_CONFIRMED) {
		slot_remove(t, ct, CT_ORIGINAL);
		slot_remove(t, ct, CT_REPLY);
	}
	expect_remove_all(&t->expects, ct);
	ct_defer(t, ct);
}

static bool
is_over(const struct ct_table *t, const struct ct *ct)
{
	return (ct->status & (CTS_CONFIRMED | CTS_DYING)) == CTS_CONFIRMED &&
	    ct->timeout <= t->now;
}

static void
sweep_some(struct ct_table *t)
{
	for (unsigned i = 0; i < SWEEP_STEP && t->n_ids != 0; i++) {
		struct ct *ct;

		if (t->hand >= t->n_ids)
			t->hand = 0;
		ct = ct_by_id(t, t->hand++);
		if (is_over(t, ct))
			ct_kill(t, ct);
	}
}

static void
sweep_all(struct ct_table *t)
{
	for (uint32_t id = 0; id < t->n_ids; id++) {
		struct ct *ct = ct_by_id(t, id);

		if (is_over(t, ct))
			ct_kill(t, ct);
	}
}

/* What counts against the limit: the pending dead do not. */
static uint32_t
live_count(const struct ct_table *t)
{
	uint32_t dead = 0;

	for (uint32_t i = 0; i < t->n_pending; i++)
		if (t->pending[i]->status & CTS_DYING)
			dead++;
	return t->count - dead;
}

unsigned
ct_count(struct ct_table *t)
{
	sweep_all(t);
	return live_count(t);
}

/* early_drop_list: kills what is not assured in one of the kernel's hash
 * buckets, that is in one range of hashes. */
static bool
drop_bucket(struct ct_table *t, uint32_t bucket)
{
	uint64_t lo = ((uint64_t)bucket << 32) / t->set.buckets;
	uint64_t hi = ((uint64_t)(bucket + 1) << 32) / t->set.buckets;
	uint32_t first = slot_home(t, (uint32_t)lo);
	uint32_t span = slot_home(t, (uint32_t)(hi - 1)) - first;
	struct ct *victims[64];
	unsigned n = 0;

	for (uint32_t i = 0; n < 64; i++) {
		struct slot s = t->slots[(first + i) & slot_mask(t)];
		struct ct *ct;

		if (s.ref == 0 && i >= span)
			break;
		if (s.ref == 0 || s.hash < lo || s.hash >= hi)
			continue;
		ct = ct_by_id(t, (s.ref - 1) >> 1);
		if ((ct->status & CTS_ASSURED) == 0)
			victims[n++] = ct;
	}
	for (unsigned k = 0; k < n; k++)
		ct_kill(t, victims[k]);
	return n != 0;
}

static bool
early_drop(struct ct_table *t, uint32_t hash)
{
	uint32_t bucket = (uint32_t)((uint64_t)hash * t->set.buckets >> 32);

	for (unsigned i = 0; i < EVICTION_RANGE; i++) {
		if (drop_bucket(t, bucket))
			return true;
		bucket = (bucket + 1) % t->set.buckets;
	}
	return false;
}

static bool
has_room(struct ct_table *t, uint32_t hash)
{
	if (t->count + 1 <= t->set.max)
		return true;
	/* As gc_worker at most once a second. */
	if (t->now >= t->next_full_sweep) {
		t->next_full_sweep = t->now + SECOND;
		sweep_all(t);
	}
	return live_count(t) + 1 <= t->set.max || early_drop(t, hash);
}

static struct ct *
ct_alloc(struct ct_table *t)
{
	struct ct *ct = t->free;
	uint32_t id;

	sweep_some(t);
	if (ct != NULL) {
		t->free = ct->nat_next;
		id = ct->id;
	} else {
		id = t->n_ids++;
		if (id >> SLAB_BITS == t->n_slabs) {
			vec_room(t->slabs, t->n_slabs, t->room_slabs);
			t->slabs[t->n_slabs++] =
			    mem_big(SLAB_SIZE * sizeof(*ct));
		}
		ct = ct_by_id(t, id);
	}
	memset(ct, 0, sizeof(*ct));
	ct->id = id;
	t->count++;
	return ct;
}

/* Into the table; the timeout starts to run. */
static void
ct_insert(struct ct_table *t, struct ct *ct)
{
	ct->timeout += t->tick;
	/* A tuple that is its own inverse is found as the reply: the kernel
	 * has the one inserted last first in its chain. */
	slot_insert(t, ct, CT_REPLY);
	slot_insert(t, ct, CT_ORIGINAL);
	ct->status |= CTS_CONFIRMED;
}

/* Is one of the entry's tuples in the table already? */
static bool
clashes(struct ct_table *t, const struct ct *ct)
{
	enum ct_dir dir;

	for (unsigned d = 0; d < N_CT_DIRS; d++)
		if (find_hash(t, &ct->tuple[d], hash_tuple(&ct->tuple[d],
		    ct->zone[d]), ct->zone, &dir) != NULL)
			return true;
	return false;
}

/* ---- a packet's pass ---- */

static bool
left_to_hardware(const struct ct_pass *p, uint32_t sum, uint32_t field)
{
	const uint8_t *h = p->pkt->data + p->l4;
	uint16_t bare = (uint16_t)(csum_fold(sum) ^ 0xffff);

	return field != 0 && get16(h + field) == bare;
}

bool
ct_checksum_ok(const struct ct_pass *p, unsigned pseudo, uint32_t cover,
    uint32_t field)
{
	struct packet *pkt = p->pkt;
	uint32_t sum;

	if (p->hook != HOOK_PREROUTING || !p->set->checksum ||
	    pkt->trust == CSUM_TRUST || pkt->have < pkt->len)
		return true;
	sum = pseudo ? csum_pseudo(pkt, pseudo, ct_l4_len(p)) : 0;
	if (csum_fold(csum_add(sum, pkt->data + p->l4, cover)) == 0) {
		pkt->trust = CSUM_TRUST;	/* skb->csum_valid */
		return true;
	}
	return left_to_hardware(p, sum, field);
}

/* The template of -j CT is used up by the first lookup, nf_ct_zone_tmpl. */
static void
take_template(struct ct_pass *p)
{
	struct packet *pkt = p->pkt;
	uint16_t mark = (uint16_t)pkt->mark;

	p->zone_both = true;
	p->helper = pkt->tmpl_helper;
	pkt->tmpl_helper = CT_HELPER_NONE;
	if (!pkt->zone_set)
		return;
	pkt->zone_set = false;
	p->zone_both = pkt->zone_orig != 0 && pkt->zone_reply != 0;
	p->zone[CT_ORIGINAL] = pkt->zone_mark && pkt->zone_orig ? mark :
	    pkt->zone_orig;
	p->zone[CT_REPLY] = pkt->zone_mark && pkt->zone_reply ? mark :
	    pkt->zone_reply;
}

/* A connection that was expected takes after its master; the template has no
 * say then. */
static void
take_after(struct ct_pass *p, const struct expect *e)
{
	struct ct *ct = p->ct;

	ct->status |= CTS_EXPECTED;
	ct->master = e->master;
	ct->master->slaves++;
	ct->mark = e->master->mark;
	if (e->follow)
		nat_follow_master(p->sim, ct, e);
}

static void
take_helper(struct ct_pass *p)
{
	struct ct *ct = p->ct;

	ct->helper = p->helper;
	ct->status |= CTS_HELPER;
	help_new(&p->table->expects, ct);
}

/* init_conntrack.  Null: the table is full (*full), or there is no way to
 * tell what a reply would look like. */
static struct ct *
create(struct ct_pass *p, const struct tuple *tuple, bool *full)
{
	struct ct_table *t = p->table;
	const struct expect *e = NULL;
	struct tuple reply;
	struct ct *ct;

	if (!tuple_invert(&reply, tuple)) {
		p->why = "no connection can begin with this type";
		return NULL;
	}
	if (!has_room(t, hash_tuple(tuple, p->zone[CT_ORIGINAL]))) {
		*full = true;
		return NULL;
	}
	ct = ct_alloc(t);
	ct->tuple[CT_ORIGINAL] = *tuple;
	ct->tuple[CT_REPLY] = reply;
	memcpy(ct->zone, p->zone, sizeof(ct->zone));
	ct->zone_both = p->zone_both;
	ct->acct = p->acct;
	if (t->expects.n != 0)
		e = expect_meet(&t->expects, tuple, expect_zone(p->zone));
	p->ct = ct;
	if (e != NULL)
		take_after(p, e);
	else if (p->helper != CT_HELPER_NONE)
		take_helper(p);
	return ct;
}

static enum ctinfo
info_of(const struct ct *ct, enum ct_dir dir)
{
	if (dir == CT_REPLY)
		return CTI_ESTABLISHED_REPLY;
	if (ct->status & CTS_SEEN_REPLY)
		return CTI_ESTABLISHED;
	return ct->status & CTS_EXPECTED ? CTI_RELATED : CTI_NEW;
}

/* nf_conntrack_handle_packet. */
static enum track
run_tracker(struct ct_pass *p)
{
	switch (p->proto) {
	case IPPROTO_TCP:
		return ct_track_tcp(p);
	case IPPROTO_UDP:
		return ct_track_udp(p);
	case IPPROTO_ICMP:
		return ct_track_icmp(p);
	case IPPROTO_ICMPV6:
		return ct_track_icmpv6(p);
	case IPPROTO_UDPLITE:
		return ct_track_udplite(p);
	case IPPROTO_SCTP:
		return ct_track_sctp(p);
	case IPPROTO_GRE:
		return ct_track_gre(p);
	default:
		return ct_track_generic(p);
	}
}

/* resolve_normal_ct and what follows it. */
static enum verdict
track(struct ct_pass *p)
{
	struct packet *pkt = p->pkt;
	enum track answer;
	struct tuple tuple;
	bool full = false;

	if (!make_tuple(pkt, 0, pkt->family, p->l4, p->proto, &tuple)) {
		p->why = "too short for its ports";
		return V_ACCEPT;
	}
	do {
		p->dir = CT_ORIGINAL;
		p->ct = ct_find_zones(p->table, &tuple, p->zone, &p->dir);
		if (p->ct == NULL) {
			p->dir = CT_ORIGINAL;
			p->ct = create(p, &tuple, &full);
		}
		if (p->ct == NULL)
			return full ? V_DROP : V_ACCEPT;
		p->info = info_of(p->ct, p->dir);
		p->was = ct_state(p->ct);
		answer = run_tracker(p);
	} while (answer == TRACK_REPEAT);
	if (answer == TRACK_INVALID) {
		if ((p->ct->status & CTS_CONFIRMED) == 0)
			ct_release(p->table, p->ct);
		p->ct = NULL;
		return V_ACCEPT;
	}
	if (p->info == CTI_ESTABLISHED_REPLY)
		p->ct->status |= CTS_SEEN_REPLY;
	if ((p->ct->status & CTS_CONFIRMED) == 0)
		ct_defer(p->table, p->ct);
	return V_ACCEPT;
}

/* nf_conntrack_in. */
static enum verdict
pass(struct ct_pass *p)
{
	struct packet *pkt = p->pkt;
	enum icmp_kind kind = ICMP_KIND_NORMAL;

	if (!find_l4(pkt, 0, pkt->family, &p->l4, &p->proto)) {
		p->why = "no transport header can be found";
		return V_ACCEPT;
	}
	if (p->proto == IPPROTO_ICMP && pkt->family == AF_INET)
		kind = ct_icmp_error(p);
	else if (p->proto == IPPROTO_ICMPV6 && pkt->family == AF_INET6)
		kind = ct_icmpv6_error(p);
	if (kind == ICMP_KIND_NORMAL)
		return track(p);
	if (kind == ICMP_KIND_UNTRACKED)
		ct_notrack(pkt);
	return V_ACCEPT;
}

static const char *
state_name(unsigned proto, unsigned state)
{
	return proto == IPPROTO_TCP ? ct_tcp_names[state] :
	    proto == IPPROTO_SCTP ? ct_sctp_names[state] : NULL;
}

/* Why it is RELATED. */
static void
describe_master(const struct ct *master, struct sbuf *b)
{
	const struct tuple *t = &master->tuple[CT_ORIGINAL];

	sbuf_printf(b, "; expected by helper %s of ",
	    ct_helper_names[master->helper]);
	endpoint_print(t->family, &t->src, ntohs(t->sport), true, b);
	sbuf_puts(b, " > ");
	endpoint_print(t->family, &t->dst, ntohs(t->dport), true, b);
}

/* "new entry, tcp SYN_SENT"; "reply direction, tcp SYN_SENT -> SYN_RECV". */
static void
describe(const struct ct_pass *p, struct sbuf *b)
{
	const struct ct *ct = p->ct;
	unsigned proto = ct->tuple[CT_ORIGINAL].proto;
	const char *name = proto_name(proto);
	const char *now = state_name(proto, ct_state(ct));
	const char *was = state_name(proto, p->was);

	sbuf_puts(b, (ct->status & CTS_CONFIRMED) == 0 ? "new entry" :
	    p->dir == CT_REPLY ? "reply direction" : "original direction");
	if (name != NULL)
		sbuf_printf(b, ", %s", name);
	else
		sbuf_printf(b, ", protocol %u", proto);
	if (now != NULL && was != now && ct->status & CTS_CONFIRMED)
		sbuf_printf(b, " %s -> %s", was, now);
	else if (now != NULL)
		sbuf_printf(b, " %s", now);
	if (ct->status & CTS_DYING)
		sbuf_puts(b, ", and over");
	if (p->info == CTI_RELATED && ct->master != NULL &&
	    p->proto == proto)
		describe_master(ct->master, b);
}

/* What became of the packet, for who listens. */
static void
tell_pass(struct sim *sim, const struct ct_pass *p)
{
	static const char *const words[] = {
		[CTI_ESTABLISHED] = "ESTABLISHED", [CTI_RELATED] = "RELATED",
		[CTI_NEW] = "NEW", [CTI_ESTABLISHED_REPLY] = "ESTABLISHED",
		[CTI_RELATED_REPLY] = "RELATED",
	};
	struct sbuf b = SBUF_INIT;

	sbuf_puts(&b, p->ct != NULL ? words[p->info] :
	    p->pkt->untracked ? "UNTRACKED" : "INVALID");
	if (p->ct != NULL) {
		sbuf_puts(&b, ": ");
		describe(p, &b);
	}
	if (p->why != NULL)
		sbuf_printf(&b, "%s%s", p->ct != NULL ? "; " : ": ", p->why);
	sim_emit(sim, &(struct event){ .kind = EV_CT, .packet = p->pkt,
	    .hook = p->hook, .ct = p->ct, .text = sbuf_text(&b) });
	sbuf_free(&b);
}

/* ipv4_conntrack_local: what a raw socket with IP_NODEFRAG sends. */
static bool
is_fragment(const struct packet *pkt)
{
	return pkt->family == AF_INET && (get16(pkt->data + 6) & 0x3fff) != 0;
}

enum verdict
ct_in(struct sim *sim, struct packet *pkt, enum hook hook)
{
	struct ct_table *t = sim->ct;
	struct ct_pass p = { .sim = sim, .table = t, .set = &t->set, .pkt = pkt,
	    .hook = hook, .acct = sim->acct, .tick = t->tick };
	enum verdict v;

	if (pkt->ct != NULL && pkt->ct->status & CTS_TEMPLATE) {
		pkt->ct = NULL;
		pkt->ctinfo = CTI_UNTRACKED;
	}
	if (pkt->ct != NULL || pkt->untracked)
		return V_ACCEPT;
	take_template(&p);
	if (hook == HOOK_OUTPUT && is_fragment(pkt))
		return V_ACCEPT;
	v = pkt->ct_said == CTSAID_INVALID ? V_ACCEPT : pass(&p);
	if (pkt->ct_said != CTSAID_NOTHING)
		p.why = "so it was said";
	if (p.ct != NULL && p.info == CTI_NEW &&
	    pkt->ct_said == CTSAID_RELATED) {
		p.info = CTI_RELATED;
		p.ct->status |= CTS_EXPECTED;
	}
	if (p.ct != NULL) {
		pkt->ct = p.ct;
		pkt->ctinfo = (uint8_t)p.info;
	}
	if (sim->cfg.sink != NULL && v == V_ACCEPT)
		tell_pass(sim, &p);
	if (v == V_DROP)
		sim_end(sim, pkt, DISP_DROP, REASON_CT_TABLE_FULL, NULL, NULL);
	return v;
}

enum verdict
ct_confirm(struct sim *sim, struct packet *pkt, enum hook hook)
{
	struct ct_table *t = sim->ct;
	struct ct *ct = pkt->ct;

	if (ct == NULL)
		return V_ACCEPT;
	if (ct->help != 0 && help_packet(sim, pkt, hook) != V_ACCEPT) {
		sim_end(sim, pkt, DISP_DROP, REASON_CT_HELPER, NULL, NULL);
		return V_DROP;
	}
	if (ct->status & CTS_CONFIRMED ||
	    ctinfo_dir(pkt->ctinfo) != CT_ORIGINAL)
		return V_ACCEPT;
	/* A clash needs a second packet under way, or a translation for which
	 * nothing was free: then the reply tuple is the other's alone, which
	 * nf_ct_resolve_clash drops for every protocol. */
	if (ct->status & CTS_DYING || clashes(t, ct))
		return V_DROP;
	ct_insert(t, ct);
	return V_ACCEPT;
}

void
ct_put(struct sim *sim, struct packet *pkt)
{
	pkt->ct = NULL;
	if (sim->ct->n_pending != 0 && sim->nesting <= 1 &&
	    sim->looped == NULL)
		ct_reap(sim->ct);
}

void
ct_notrack(struct packet *pkt)
{
	pkt->ct = NULL;
	pkt->ctinfo = CTI_UNTRACKED;
	pkt->untracked = true;
}

void
ct_attach(struct packet *answer, const struct packet *cause)
{
	if (cause->ct == NULL) {
		/* Untracked: a state without a connection, so that -j CT has
		 * no say any more. */
		answer->zone_set = cause->untracked;
		return;
	}
	answer->ct = cause->ct;
	answer->ctinfo = ctinfo_dir(cause->ctinfo) == CT_ORIGINAL ?
	    CTI_RELATED_REPLY : CTI_RELATED;
}

/* nf_conntrack_tcp_set_closing. */
void
ct_set_closing(struct ct_table *t, struct ct *ct)
{
	if ((ct->status & CTS_CONFIRMED) == 0 ||
	    ct->tuple[CT_ORIGINAL].proto != IPPROTO_TCP)
		return;
	if (ct->tcp.state != TCP_CT_CLOSE &&
	    (ct->status & CTS_FIXED_TIMEOUT) == 0)
		ct->timeout = t->tick + t->set.tcp[TCP_CT_CLOSE];
	ct->tcp.state = TCP_CT_CLOSE;
}

/* ---- the table as a whole ---- */

struct ct_table *
ct_table_new(const struct env *env)
{
	struct ct_table *t = mem_alloc(1, sizeof(*t));

	read_settings(&t->set, env);
	expects_init(&t->expects, env);
	t->bits = FIRST_BITS;
	slots_new(t);
	return t;
}

void
ct_table_free(struct ct_table *t)
{
	if (t == NULL)
		return;
	for (uint32_t i = 0; i < t->n_slabs; i++)
		free(t->slabs[i]);
	free(t->slots);
	free(t->slabs);
	free(t->pending);
	expects_free(&t->expects);
	free(t);
}

void
ct_clock(struct ct_table *t, int64_t now)
{
	t->now = now;
	t->tick = ct_tick(now);
	t->expects.now = t->now;
	t->expects.tick = t->tick;
}

struct expects *
ct_expects(struct ct_table *t)
{
	return &t->expects;
}

void
ct_each(struct ct_table *t, bool (*each)(struct ct *, void *), void *arg)
{
	for (uint32_t id = 0; id < t->n_ids; id++) {
		struct ct *ct = ct_by_id(t, id);

		if ((ct->status & (CTS_CONFIRMED | CTS_DYING)) ==
		    CTS_CONFIRMED && ct->timeout > t->now && !each(ct, arg))
			return;
	}
}

/* What the line of a listing does not tell of the tracker's state. */
static void
guess_state(struct ct *ct, int64_t tick)
{
	switch (ct->tuple[CT_ORIGINAL].proto) {
	case IPPROTO_TCP:
		ct_tcp_adopt(ct);
		break;
	case IPPROTO_SCTP:
		ct_sctp_adopt(ct);
		break;
	default:
		/* Assured: it was a stream already. */
		ct->udp_stream = ct->status & CTS_ASSURED ? tick - CT_TICK :
		    tick + 2 * SECOND;
	}
}

/* NAT bits are in the tuples: where the reply is not the inverse. */
static uint32_t
nat_status(const struct ct *ct)
{
	const struct tuple *r = &ct->tuple[CT_REPLY];
	struct tuple want;
	uint32_t status = 0;

	if (!tuple_invert(&want, &ct->tuple[CT_ORIGINAL]))
		return 0;
	if (!addr_equal(&want.dst, &r->dst) || want.dport != r->dport)
		status |= CTS_SRC_NAT;
	if (!addr_equal(&want.src, &r->src) || want.sport != r->sport)
		status |= CTS_DST_NAT;
	return status;
}

struct ct *
ct_add(struct ct_table *t, const struct ct *proto, int64_t now)
{
	struct ct *ct = ct_alloc(t);
	uint32_t id = ct->id;

	ct_clock(t, now);
	*ct = *proto;
	ct->id = id;
	ct->master = NULL;
	ct->slaves = 0;
	ct->pending = false;
	ct->help = 0;
	ct->nat_next = NULL;
	ct->nat_prev = NULL;
	ct->status &= ~(uint32_t)(CTS_CONFIRMED | CTS_DYING |
	    CTS_SEQ_ADJUST);
	ct->status |= nat_status(ct) | CTS_SRC_NAT_DONE | CTS_DST_NAT_DONE;
	guess_state(ct, t->tick);
	if (clashes(t, ct)) {
		ct_release(t, ct);
		return NULL;
	}
	ct_insert(t, ct);
	if (ct->helper != CT_HELPER_NONE) {
		help_new(&t->expects, ct);
		help_adopt(&t->expects, ct);
	}
	return ct;
}

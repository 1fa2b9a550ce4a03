/* Fragments.  A datagram being put together is a queue: its fragments by
 * offset, and the runs that they form, which tell a duplicate from an
 * overlap (inet_fragment.c).  What was put together remembers the sizes it
 * came in, since the kernel keeps the fragments in a list and sends them as
 * they were if they still fit. */
#include "sim/internal.h"

#include <netinet/in.h>
#include <stdlib.h>

enum { IP4_HEADER = 20, IP6_HEADER = 40, FRAG_HEADER = 8, IP_MAX = 65535 };
enum { N_BUCKETS = 1024, HEADER_MAX = 512 };
enum { FRAG_DF = 0x4000, FRAG_MF = 0x2000, FRAG_OFFSET = 0x1fff };
enum { PIECE_OVERHEAD = 640 };		/* about what an skb costs besides */

struct piece {				/* payload of one fragment */
	uint32_t off, len, have;
	uint8_t *data;
};

struct run { uint32_t start, end; };

/* inetpeer.h: how many fragments came from a host, while it has queues. */
struct sender {
	struct sender *next;
	union addr addr;
	uint32_t fragments, queues;
};

struct key {
	union addr src, dst;
	uint32_t id;
	const struct iface *dev;	/* v6 of link scope; else null */
	uint8_t family, proto;		/* v6: proto 0 */
	uint8_t hook;			/* who defragments */
};

struct queue {
	struct queue *next;		/* in the bucket */
	struct queue *later, **link;	/* by deadline */
	struct key key;
	int64_t deadline;
	struct piece *pieces;
	struct run *runs;
	unsigned n_pieces, room, n_runs, runs_room;
	uint32_t len, meat, max_size, max_df, memory;
	bool first_in, last_in, trust;
	uint16_t shortest;		/* header of all fragments */
	uint8_t ecn;			/* bits 1 << ECN of each fragment */
	struct sender *sender;		/* v4 */
	uint32_t seen;			/* sender->fragments, when last used */
	const struct iface *dev;	/* of the last fragment */
	/* Of the first fragment: all before its payload, and where the v6
	 * next-header byte is that announces the fragment header. */
	uint8_t header[HEADER_MAX];
	uint16_t header_len, next_at;
	uint8_t ll[14], ll_len, type;
	bool has_mac, has_vlan;
	uint16_t vlan;
	uint32_t mark;
};

struct frag_queues {
	struct queue *buckets[N_BUCKETS];
	struct queue *oldest[2], **newest[2];	/* by family_index */
	struct sender *senders[N_BUCKETS];
	uint32_t memory[2];
	/* Of the datagram put together last. */
	uint32_t list;			/* its packet's frag_list */
	uint16_t *sizes;
	unsigned n_sizes, sizes_room;
	bool roomy;			/* see use_sizes */
	uint8_t ll[14];
	uint8_t *out;			/* buffer of a piece on its way out */
};

struct frag_queues *
frag_new(void)
{
	struct frag_queues *f = mem_alloc(1, sizeof(*f));

	*f = (struct frag_queues){ .list = 0 };
	for (unsigned i = 0; i < 2; i++)
		f->newest[i] = &f->oldest[i];
	return f;
}

/* ---- queues ---- */

static unsigned
bucket(const struct key *k)
{
	uint64_t h = k->src.q[0] ^ k->src.q[1];

	h = (h ^ k->dst.q[0] ^ k->dst.q[1]) * UINT64_C(0x9e3779b97f4a7c15);
	h = (h ^ k->id) * UINT64_C(0xff51afd7ed558ccd);
	return (unsigned)(h >> 40) % N_BUCKETS;
}

static bool
key_equal(const struct key *a, const struct key *b)
{
	return a->id == b->id && a->family == b->family &&
	    a->proto == b->proto && a->hook == b->hook && a->dev == b->dev &&
	    addr_equal(&a->src, &b->src) && addr_equal(&a->dst, &b->dst);
}

static struct sender **
senders(struct frag_queues *f, const union addr *addr)
{
	return &f->senders[(addr->w[0] * UINT32_C(0x9e3779b9) >> 16) %
	    N_BUCKETS];
}

static void
sender_put(struct frag_queues *f, struct sender *s)
{
	struct sender **at;

	if (s == NULL || --s->queues > 0)
		return;
	at = senders(f, &s->addr);
	while (*at != s)
		at = &(*at)->next;
	*at = s->next;
	free(s);
}

static struct sender *
sender_get(struct frag_queues *f, const union addr *addr)
{
	struct sender **first = senders(f, addr), *s = *first;

	while (s != NULL && !addr_equal(&s->addr, addr))
		s = s->next;
	if (s == NULL) {
		s = mem_alloc(1, sizeof(*s));
		*s = (struct sender){ .next = *first, .addr = *addr };
		*first = s;
	}
	s->queues++;
	return s;
}

static void
purge(struct frag_queues *f, struct queue *q)
{
	for (unsigned i = 0; i < q->n_pieces; i++)
		free(q->pieces[i].data);
	f->memory[family_index(q->key.family)] -= q->memory;
	q->memory = 0;
	q->n_pieces = q->n_runs = 0;
}

static void
unlink_timer(struct frag_queues *f, struct queue *q)
{
	unsigned i = family_index(q->key.family);

	*q->link = q->later;
	if (q->later != NULL)
		q->later->link = q->link;
	else
		f->newest[i] = q->link;
}

static void
start_timer(struct sim *sim, struct queue *q)
{
	struct frag_queues *f = sim->frags;
	unsigned i = family_index(q->key.family);
	long seconds = i == 0 ? env_sysctl(sim->env, "net.ipv4.ipfrag_time",
	    30) : env_sysctl(sim->env,
	    "net.netfilter.nf_conntrack_frag6_timeout", 60);

	q->deadline = ct_tick(sim->now) + seconds * INT64_C(1000000000);
	q->later = NULL;
	q->link = f->newest[i];
	*q->link = q;
	f->newest[i] = &q->later;
}

static void
kill_queue(struct frag_queues *f, struct queue *q)
{
	struct queue **at = &f->buckets[bucket(&q->key)];

	while (*at != q)
		at = &(*at)->next;
	*at = q->next;
	unlink_timer(f, q);
	purge(f, q);
	sender_put(f, q->sender);
	free(q->pieces);
	free(q->runs);
	free(q);
}

void
frag_free(struct frag_queues *f)
{
	if (f == NULL)
		return;
	for (unsigned i = 0; i < 2; i++)
		while (f->oldest[i] != NULL)
			kill_queue(f, f->oldest[i]);
	free(f->sizes);
	free(f->out);
	free(f);
}

/* Null if there is too much in memory for a new one. */
static struct queue *
find_queue(struct sim *sim, const struct key *k)
{
	struct frag_queues *f = sim->frags;
	struct queue *q = f->buckets[bucket(k)];
	unsigned i = family_index(k->family);
	long high = env_sysctl(sim->env, i == 0 ? "net.ipv4.ipfrag_high_thresh"
	    : "net.netfilter.nf_conntrack_frag6_high_thresh", 4 << 20);

	while (q != NULL && !key_equal(&q->key, k))
		q = q->next;
	if (q != NULL)
		return q;
	if (high <= 0 || f->memory[i] > (unsigned long)high)
		return NULL;
	q = mem_alloc(1, sizeof(*q));
	*q = (struct queue){ .key = *k, .next = f->buckets[bucket(k)] };
	f->buckets[bucket(k)] = q;
	if (k->family == AF_INET) {
		q->sender = sender_get(f, &k->src);
		q->seen = q->sender->fragments;
	}
	start_timer(sim, q);
	return q;
}

/* ---- fragments into a queue ---- */

enum inserted { INSERTED, DUPLICATE, OVERLAP };

/* inet_frag_queue_insert: fragments that come in order at the end grow the
 * last run; any other is a run of its own.  What lies within one run is
 * taken for a duplicate. */
static enum inserted
insert_run(struct queue *q, uint32_t start, uint32_t end)
{
	struct run *last = q->n_runs > 0 ? &q->runs[q->n_runs - 1] : NULL;
	unsigned at = 0;

	for (unsigned i = 0; i < q->n_runs; i++) {
		const struct run *r = &q->runs[i];

		if (start >= r->end)
			at = i + 1;
		else if (end > r->start)
			return start >= r->start && end <= r->end ?
			    DUPLICATE : OVERLAP;
	}
	if (last != NULL && start == last->end) {
		last->end = end;
		return INSERTED;
	}
	vec_room(q->runs, q->n_runs, q->runs_room);
	memmove(&q->runs[at + 1], &q->runs[at],
	    (q->n_runs - at) * sizeof(q->runs[0]));
	q->runs[at] = (struct run){ start, end };
	q->n_runs++;
	return INSERTED;
}

static enum inserted
insert(struct frag_queues *f, struct queue *q, const struct packet *p,
    uint32_t header, uint32_t start, uint32_t end)
{
	enum inserted how = insert_run(q, start, end);
	struct piece piece = { .off = start, .len = end - start };
	unsigned at = q->n_pieces;
	uint32_t cost = PIECE_OVERHEAD + header + piece.len;

	if (how != INSERTED)
		return how;
	piece.have = p->have <= header ? 0 : p->have - header;
	if (piece.have > piece.len)
		piece.have = piece.len;
	piece.data = mem_alloc(piece.have + 1, 1);
	memcpy(piece.data, p->data + header, piece.have);
	vec_room(q->pieces, q->n_pieces, q->room);
	while (at > 0 && q->pieces[at - 1].off > start) {
		q->pieces[at] = q->pieces[at - 1];
		at--;
	}
	q->pieces[at] = piece;
	q->n_pieces++;
	q->memory += cost;
	f->memory[family_index(q->key.family)] += cost;
	q->meat += piece.len;
	q->dev = p->in;
	if (q->n_pieces == 1 || header < q->shortest)
		q->shortest = (uint16_t)header;
	q->trust |= p->trust == CSUM_TRUST || p->have < p->len;
	return INSERTED;
}

/* The end that a fragment tells: must agree with the others'. */
static bool
set_end(struct queue *q, uint32_t end, bool last)
{
	if (last) {
		if (end < q->len || (q->last_in && end != q->len))
			return false;
		q->last_in = true;
		q->len = end;
	} else if (end > q->len) {
		if (q->last_in)
			return false;
		q->len = end;
	}
	return true;
}

static void
keep_first(struct queue *q, const struct packet *p, uint32_t header)
{
	q->first_in = true;
	memcpy(q->header, p->data, header);
	q->header_len = (uint16_t)header;
	q->type = p->type;
	q->mark = p->mark;
	q->has_mac = p->has_mac;
	q->has_vlan = p->has_vlan;
	q->vlan = p->vlan;
	q->ll_len = p->ll != NULL && p->ll_len <= sizeof(q->ll) ? p->ll_len :
	    0;
	if (q->ll_len > 0)
		memcpy(q->ll, p->ll, q->ll_len);
}

static bool
is_complete(const struct queue *q)
{
	return q->first_in && q->last_in && q->meat == q->len;
}

/* ip_frag_ecn_table: what is ored into the field; 0xff: such a mixture of
 * fragments is dropped. */
static uint8_t
ecn_of(uint8_t bits)
{
	enum { NOT_ECT = 1, CE = 8 };

	if ((bits & NOT_ECT) && bits != NOT_ECT)
		return 0xff;
	return (bits & CE) && bits != CE ? 3 : 0;
}

static void
note_sizes(struct frag_queues *f, const struct queue *q, struct packet *p)
{
	f->n_sizes = 0;
	f->roomy = q->shortest >= q->header_len;
	for (unsigned i = 0; i < q->n_pieces; i++) {
		vec_room(f->sizes, f->n_sizes, f->sizes_room);
		f->sizes[f->n_sizes++] = (uint16_t)q->pieces[i].len;
	}
	if (++f->list == 0)
		f->list = 1;
	p->frag_list = f->list;
	p->frag_head = p->len - q->len + q->pieces[0].len;
}

/* The packet at hand becomes the whole datagram: 'header' bytes of the first
 * fragment's, then all payload; the frame's header is the first one's too. */
static void
assemble(struct frag_queues *f, struct queue *q, struct packet *p,
    uint32_t header)
{
	bool known = true;

	memcpy(p->data, q->header, header);
	p->len = header + q->len;
	p->have = header;
	for (unsigned i = 0; i < q->n_pieces; i++) {
		const struct piece *c = &q->pieces[i];
		uint8_t *to = p->data + header + c->off;

		memcpy(to, c->data, c->have);
		memset(to + c->have, 0, c->len - c->have);
		if (known)
			p->have = header + c->off + c->have;
		known &= c->have == c->len;
	}
	if (q->trust)
		p->trust = CSUM_TRUST;
	p->type = q->type;
	p->mark = q->mark;
	p->has_mac = q->has_mac;
	p->has_vlan = q->has_vlan;
	p->vlan = q->vlan;
	memcpy(f->ll, q->ll, sizeof(f->ll));
	p->ll = q->ll_len > 0 ? f->ll : NULL;
	p->ll_len = q->ll_len;
	note_sizes(f, q, p);
}

/* ---- IPv4 ---- */

/* ip_frag_reasm */
static enum verdict
finish4(struct frag_queues *f, struct queue *q, struct packet *p)
{
	uint8_t ecn = ecn_of(q->ecn);

	if (ecn == 0xff || q->header_len + q->len > IP_MAX) {
		kill_queue(f, q);
		return V_DROP;
	}
	assemble(f, q, p, q->header_len);
	put16(p->data + 2, p->len);
	p->data[1] |= ecn;
	p->max_frag = (uint16_t)(q->max_df > q->max_size ? q->max_df :
	    q->max_size);
	p->frag_df = q->max_df == q->max_size;
	put16(p->data + 6, p->frag_df ? FRAG_DF : 0);
	ip_csum_set(p->data);
	pkt_decode(p);
	kill_queue(f, q);
	return V_ACCEPT;
}

/* ip_frag_too_far: so many others came from that host since the last one of
 * this datagram that its number may have been used again.  It starts anew. */
static void
check_distance(struct sim *sim, struct queue *q)
{
	long max = env_sysctl(sim->env, "net.ipv4.ipfrag_max_dist", 64);
	uint32_t start = q->seen;

	if (max <= 0)
		return;
	q->seen = ++q->sender->fragments;
	if (q->n_pieces == 0 || q->seen - start <= (uint32_t)max)
		return;
	unlink_timer(sim->frags, q);
	start_timer(sim, q);
	purge(sim->frags, q);
	q->first_in = q->last_in = q->trust = false;
	q->len = q->meat = 0;
	q->ecn = 0;
	q->dev = NULL;
}

/* ip_frag_queue */
static enum verdict
queue4(struct sim *sim, struct queue *q, struct packet *p)
{
	struct frag_queues *f = sim->frags;
	unsigned field = get16(p->data + 6);
	uint32_t header = (p->data[0] & 15u) * 4;
	uint32_t start = (field & FRAG_OFFSET) * 8u, end = start + p->len -
	    header;
	bool last = (field & FRAG_MF) == 0;
	enum inserted how;

	check_distance(sim, q);
	if (!last)
		end &= ~7u;
	if (!set_end(q, end, last) || end == start) {
		kill_queue(f, q);
		return V_DROP;
	}
	how = insert(f, q, p, header, start, end);
	if (how == OVERLAP)
		kill_queue(f, q);
	if (how != INSERTED)
		return V_DROP;
	q->ecn |= (uint8_t)(1 << (p->data[1] & 3));
	if (start == 0)
		keep_first(q, p, header);
	if (end - start + header > q->max_size)
		q->max_size = end - start + header;
	if ((field & FRAG_DF) && end - start + header > q->max_df)
		q->max_df = end - start + header;
	return is_complete(q) ? finish4(f, q, p) : V_STOLEN;
}

static enum verdict
frag_in4(struct sim *sim, struct packet *p, enum hook hook)
{
	struct key k = { .family = AF_INET, .hook = (uint8_t)hook };
	struct queue *q;

	if (p->have < IP4_HEADER || p->have < (p->data[0] & 15u) * 4 ||
	    (get16(p->data + 6) & (FRAG_MF | FRAG_OFFSET)) == 0)
		return V_ACCEPT;
	pkt_src(p, &k.src);
	pkt_dst(p, &k.dst);
	k.id = get16(p->data + 4);
	k.proto = p->data[9];
	q = find_queue(sim, &k);
	return q == NULL ? V_DROP : queue4(sim, q, p);
}

/* ---- IPv6 ---- */

/* find_prev_fhdr: where the fragment header is, and the byte that announces
 * it.  False: there is none. */
static bool
find_fragment6(const struct packet *p, uint32_t *at, uint32_t *next_at)
{
	uint32_t off = IP6_HEADER, size;
	unsigned header = p->data[6];

	*next_at = 6;
	while (header != IPPROTO_FRAGMENT) {
		if ((header != IPPROTO_HOPOPTS && header != IPPROTO_ROUTING &&
		    header != IPPROTO_AH && header != IPPROTO_DSTOPTS) ||
		    p->have < off + 2)
			return false;
		size = header == IPPROTO_AH ? (p->data[off + 1] + 2u) * 4 :
		    (p->data[off + 1] + 1u) * 8;
		*next_at = off;
		header = p->data[off];
		off += size;
	}
	*at = off;
	return off <= p->len;
}

/* ipv6frag_thdr_truncated: a first fragment without its upper-layer header,
 * which is not put together with others (RFC 8200, 4.5). */
static bool
is_truncated6(const struct packet *p, uint32_t off)
{
	unsigned header = IPPROTO_FRAGMENT;
	const uint8_t *h;

	for (;;) {
		uint32_t size;

		if (header == IPPROTO_TCP)
			return off + 20 > p->len;
		if (header == IPPROTO_UDP || header == IPPROTO_ICMPV6)
			return off + 8 > p->len;
		if (header != IPPROTO_HOPOPTS && header != IPPROTO_ROUTING &&
		    header != IPPROTO_AH && header != IPPROTO_DSTOPTS &&
		    header != IPPROTO_FRAGMENT)
			return header != IPPROTO_NONE && off + 1 > p->len;
		h = pkt_at(p, off, header == IPPROTO_FRAGMENT ? 4 : 2, NULL);
		if (h == NULL || (header == IPPROTO_FRAGMENT &&
		    (get16(h + 2) & 0xfff8) != 0))
			return false;
		size = header == IPPROTO_FRAGMENT ? FRAG_HEADER :
		    header == IPPROTO_AH ? (h[1] + 2u) * 4 : (h[1] + 1u) * 8;
		header = h[0];
		off += size;
	}
}

/* nf_ct_frag6_reasm */
static enum verdict
finish6(struct frag_queues *f, struct queue *q, struct packet *p)
{
	uint32_t header = q->header_len - (uint32_t)FRAG_HEADER;
	uint8_t ecn = ecn_of(q->ecn);

	if (ecn == 0xff || header - IP6_HEADER + q->len > IP_MAX) {
		kill_queue(f, q);
		return V_DROP;
	}
	assemble(f, q, p, header);
	p->data[q->next_at] = q->header[header];
	put16(p->data + 4, p->len - IP6_HEADER);
	p->data[1] |= (uint8_t)(ecn << 4);
	p->max_frag = (uint16_t)(q->max_size + IP6_HEADER > IP_MAX ? IP_MAX :
	    q->max_size + IP6_HEADER);
	pkt_decode(p);
	kill_queue(f, q);
	return V_ACCEPT;
}

/* nf_ct_frag6_queue: what contradicts the queue is dropped alone; an overlap
 * takes all with it; a length that is no multiple of 8 is left to the host
 * that it is for. */
static enum verdict
queue6(struct frag_queues *f, struct queue *q, struct packet *p, uint32_t at,
    uint32_t next_at)
{
	unsigned field = get16(p->data + at + 2);
	uint32_t header = at + FRAG_HEADER, payload = get16(p->data + 4);
	uint32_t start = field & 0xfff8, end = start + payload + IP6_HEADER -
	    header;
	bool last = (field & 1) == 0;

	if (payload + IP6_HEADER < header || end > IP_MAX)
		return V_DROP;
	if (!last && (end & 7) != 0) {
		kill_queue(f, q);
		return V_ACCEPT;
	}
	if (!set_end(q, end, last) || end == start)
		return V_DROP;
	switch (insert(f, q, p, header, start, end)) {
	case DUPLICATE:
		return V_STOLEN;
	case OVERLAP:
		kill_queue(f, q);
		return V_DROP;
	case INSERTED:
		break;
	}
	q->ecn |= (uint8_t)(1 << (p->data[1] >> 4 & 3));
	if (payload > q->max_size)
		q->max_size = payload;
	if (start == 0) {
		keep_first(q, p, header);
		q->next_at = (uint16_t)next_at;
	}
	return is_complete(q) ? finish6(f, q, p) : V_STOLEN;
}

static bool
is_link_scope(const union addr *a)
{
	return a->b[0] == 0xff || (a->b[0] == 0xfe && (a->b[1] & 0xc0) == 0x80);
}

static enum verdict
frag_in6(struct sim *sim, struct packet *p, enum hook hook)
{
	struct key k = { .family = AF_INET6, .hook = (uint8_t)hook };
	uint32_t at, next_at;
	struct queue *q;

	if (p->have < IP6_HEADER || get16(p->data + 4) == 0 ||
	    !find_fragment6(p, &at, &next_at))
		return V_ACCEPT;
	if (is_truncated6(p, at))
		return V_ACCEPT;
	if (p->len < at + FRAG_HEADER)
		return V_DROP;
	if (p->have < at + FRAG_HEADER || at + FRAG_HEADER > HEADER_MAX)
		return V_ACCEPT;
	pkt_src(p, &k.src);
	pkt_dst(p, &k.dst);
	k.id = get32(p->data + at + 4);
	if (is_link_scope(&k.dst))
		k.dev = p->in;
	q = find_queue(sim, &k);
	return q == NULL ? V_DROP : queue6(sim->frags, q, p, at, next_at);
}

enum verdict
frag_in(struct sim *sim, struct packet *p, enum hook hook)
{
	if (hook != HOOK_INPUT && (p->ct != NULL || p->untracked))
		return V_ACCEPT;
	return p->family == AF_INET ? frag_in4(sim, p, hook) :
	    frag_in6(sim, p, hook);
}

/* ---- time is over ---- */

/* ip_expire, ip6frag_expire_frag_queue: the sender is told if the first
 * fragment is there; in IPv4, by the host that the datagram is for only. */
static void
answer_expired(struct sim *sim, const struct queue *q, struct packet *p)
{
	const struct piece *c = &q->pieces[0];
	enum reason reason;
	unsigned icmp;

	memcpy(p->data, q->header, q->header_len);
	memcpy(p->data + q->header_len, c->data, c->have);
	p->len = q->header_len + c->len;
	p->have = q->header_len + c->have;
	p->in = p->rcv = q->dev;
	p->type = q->type;
	pkt_decode(p);
	if (p->family == AF_INET6)
		answer_icmp(sim, p, 3, 1, 0);
	else if (route_input(sim, p, &reason, &icmp) == RV_LOCAL &&
	    p->route_type == ROUTE_LOCAL)
		answer_icmp(sim, p, 11, 1, 0);
}

static void
expire(struct sim *sim, struct queue *q)
{
	int64_t now = sim->now;
	struct packet *p = NULL;

	sim->now = q->deadline;
	if (q->first_in && q->dev != NULL)
		p = sim_packet_get(sim, IP_MAX);
	if (p != NULL) {
		answer_expired(sim, q, p);
		sim_packet_put(sim);
	}
	sim->now = now;
	kill_queue(sim->frags, q);
}

void
frag_clock(struct sim *sim, int64_t now)
{
	struct frag_queues *f = sim->frags;

	for (;;) {
		struct queue *a = f->oldest[0], *b = f->oldest[1];

		if (a == NULL || (b != NULL && b->deadline < a->deadline))
			a = b;
		if (a == NULL || a->deadline > now)
			return;
		expire(sim, a);
	}
}

/* ---- the way out ---- */

typedef void emit_fn(struct sim *, const struct packet *);

/* How a packet is cut: 'header' bytes go into each piece, then at most
 * 'room' of the rest. */
struct cut {
	uint32_t header, room;
	uint32_t next_at;		/* v6: byte that names the next one */
	uint32_t id;			/* v6 */
	const uint16_t *sizes;		/* as it came in; null: fill the room */
	unsigned n_sizes;
	bool df;			/* v4: on each piece */
};

/* Translation writes into the L4 header (nf_nat_proto.c). */
static void
pull_by_nat(struct packet *p)
{
	uint32_t size = p->proto == IPPROTO_TCP ? 20 :
	    p->proto == IPPROTO_SCTP ? 12 : 8;

	if (p->ct != NULL && (p->ct->status & (CTS_SRC_NAT | CTS_DST_NAT)) &&
	    p->len >= p->l4 + size)
		pkt_pull(p, p->l4 + size);
}

/* Moves 'n' bytes of payload into the first of the sizes. */
static void
pull_sizes(struct frag_queues *f, uint32_t n)
{
	while (n > f->sizes[0] && f->n_sizes > 1) {
		uint32_t more = n - f->sizes[0];

		if (more > f->sizes[1])
			more = f->sizes[1];
		f->sizes[0] = (uint16_t)(f->sizes[0] + more);
		f->sizes[1] = (uint16_t)(f->sizes[1] - more);
		if (f->sizes[1] == 0) {
			f->n_sizes--;
			memmove(&f->sizes[1], &f->sizes[2],
			    (f->n_sizes - 1) * sizeof(f->sizes[0]));
		}
	}
}

/* The sizes that it came in, if they still fit (ip_do_fragment).  Not if a
 * fragment came with a shorter header than the first: there is no room for
 * the longer one before it, as packets come from a device that leaves little
 * (veth). */
static void
use_sizes(struct frag_queues *f, struct packet *p, struct cut *c)
{
	uint32_t sum = 0;

	if (p->frag_list == 0 || p->frag_list != f->list || !f->roomy)
		return;
	pull_by_nat(p);
	pull_sizes(f, p->frag_head - c->header);
	if (f->n_sizes < 2)
		return;
	for (unsigned i = 0; i < f->n_sizes; i++) {
		sum += f->sizes[i];
		if (f->sizes[i] > c->room ||
		    ((f->sizes[i] & 7) != 0 && i + 1 < f->n_sizes))
			return;
	}
	if (c->header + sum != p->len)
		return;			/* it grew or shrank on its way */
	c->sizes = f->sizes;
	c->n_sizes = f->n_sizes;
	c->df = false;
}

/* ip_options_fragment: what is not to be copied becomes no-operations. */
static void
blank_options(uint8_t *ip, uint32_t header)
{
	uint32_t i = IP4_HEADER, n;

	while (i < header && ip[i] != 0) {
		if (ip[i] == 1) {
			i++;
			continue;
		}
		n = i + 1 < header ? ip[i + 1] : 0;
		if (n < 2 || i + n > header)
			return;
		if (!(ip[i] & 0x80))
			memset(ip + i, 1, n);
		i += n;
	}
}

static void
finish_piece4(const struct packet *whole, const struct cut *c,
    struct packet *piece, uint32_t off, bool last)
{
	unsigned field = get16(whole->data + 6);
	unsigned at = (field & FRAG_OFFSET) + off / 8;

	if (!last || (field & FRAG_MF))
		at |= FRAG_MF;
	if (c->df)
		at |= FRAG_DF;
	put16(piece->data + 2, piece->len);
	put16(piece->data + 6, at);
	if (off > 0 && !whole->local)
		blank_options(piece->data, c->header);
	ip_csum_set(piece->data);
}

static void
finish_piece6(const struct packet *whole, const struct cut *c,
    struct packet *piece, uint32_t off, bool last)
{
	uint8_t *fh = piece->data + c->header;

	fh[0] = whole->data[c->next_at];
	fh[1] = 0;
	put16(fh + 2, off | (last ? 0 : 1));
	put32(fh + 4, c->id);
	piece->data[c->next_at] = IPPROTO_FRAGMENT;
	put16(piece->data + 4, piece->len - IP6_HEADER);
}

static void
emit_piece(struct sim *sim, const struct packet *whole, const struct cut *c,
    uint32_t off, uint32_t n, emit_fn *emit)
{
	bool v6 = whole->family == AF_INET6;
	uint32_t header = c->header + (v6 ? FRAG_HEADER : 0);
	uint32_t from = c->header + off;
	struct packet piece = *whole;

	if (sim->frags->out == NULL)
		sim->frags->out = mem_alloc(IP_MAX + HEADER_MAX, 1);
	piece.data = sim->frags->out;
	piece.len = header + n;
	piece.have = whole->have <= from ? 0 : whole->have - from;
	if (piece.have > n)
		piece.have = n;
	memcpy(piece.data, whole->data, c->header);
	memcpy(piece.data + header, whole->data + from, n);
	piece.have += header;
	if (v6)
		finish_piece6(whole, c, &piece, off, from + n == whole->len);
	else
		finish_piece4(whole, c, &piece, off, from + n == whole->len);
	pkt_decode(&piece);
	emit(sim, &piece);
}

static void
emit_pieces(struct sim *sim, struct packet *p, struct cut *c,
    emit_fn *emit)
{
	uint32_t left = p->len - c->header, off = 0;

	use_sizes(sim->frags, p, c);
	for (unsigned i = 0; left > 0; i++) {
		uint32_t n = left;

		if (c->sizes != NULL)
			n = i < c->n_sizes ? c->sizes[i] : left;
		else if (n > c->room)
			n = c->room & ~7u;
		if (n == 0)
			return;
		emit_piece(sim, p, c, off, n, emit);
		off += n;
		left -= n;
	}
}

/* ip_finish_output, ip_fragment */
static bool
frag_out4(struct sim *sim, struct packet *p, unsigned mtu, emit_fn *emit)
{
	struct cut c = { .header = (p->data[0] & 15u) * 4,
	    .df = p->frag_df };

	if (p->len <= mtu && p->max_frag == 0) {
		emit(sim, p);
		return true;
	}
	if ((get16(p->data + 6) & FRAG_DF) &&
	    (p->max_frag == 0 || p->max_frag > mtu))
		return false;
	if (p->max_frag != 0 && p->max_frag < mtu)
		mtu = p->max_frag;
	if (p->have < c.header || mtu < c.header + 8)
		return false;
	c.room = mtu - c.header;
	emit_pieces(sim, p, &c, emit);
	return true;
}

/* ip6_find_1stfragopt: the headers that each piece has.  False: they run
 * over the end. */
static bool
unfragmentable(const struct packet *p, struct cut *c)
{
	bool routing = false;

	c->header = IP6_HEADER;
	c->next_at = 6;
	for (;;) {
		unsigned next = p->data[c->next_at];

		if (next == IPPROTO_ROUTING)
			routing = true;
		else if (next != IPPROTO_HOPOPTS &&
		    (next != IPPROTO_DSTOPTS || routing))
			return c->header <= HEADER_MAX - FRAG_HEADER;
		if (p->have < c->header + 2)
			return false;
		c->next_at = c->header;
		c->header += (p->data[c->header + 1] + 1u) * 8;
		if (c->header > p->have)
			return false;
	}
}

/* ip6_finish_output, ip6_fragment */
static bool
frag_out6(struct sim *sim, struct packet *p, unsigned mtu, emit_fn *emit)
{
	struct cut c = { .id = sim_random(sim) };

	if (p->len <= mtu && (p->max_frag == 0 || p->len <= p->max_frag)) {
		emit(sim, p);
		return true;
	}
	if (p->max_frag == 0 || p->max_frag > mtu || !unfragmentable(p, &c))
		return false;
	mtu = p->max_frag < 1280 ? 1280 : p->max_frag;
	if (mtu < c.header + FRAG_HEADER + 8)
		return false;
	c.room = mtu - c.header - FRAG_HEADER;
	emit_pieces(sim, p, &c, emit);
	return true;
}

bool
frag_out(struct sim *sim, struct packet *p, unsigned mtu,
    void (*emit)(struct sim *, const struct packet *))
{
	if (mtu == 0)			/* not known */
		mtu = UINT32_MAX;
	if (p->have < (p->family == AF_INET ? IP4_HEADER : IP6_HEADER)) {
		emit(sim, p);
		return true;
	}
	return p->family == AF_INET ? frag_out4(sim, p, mtu, emit) :
	    frag_out6(sim, p, mtu, emit);
}

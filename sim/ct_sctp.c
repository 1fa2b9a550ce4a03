/* SCTP.  Kernel: nf_conntrack_proto_sctp.c. */
#include "base/crc32c.h"
#include "sim/ct_track.h"

enum {
	COMMON_HEADER = 12, CHUNK_HEADER = 4, INIT_HEADER = 16,
	FLAG_T = 1,			/* SCTP_CHUNK_FLAG_T */
	/* Of ct_sctp.flags: SCTP_FLAG_HEARTBEAT_VTAG_FAILED; and that the tag
	 * of a direction is not known, since a listing does not tell it. */
	HEARTBEAT_FAILED = 1, LEARN_ORIGINAL = 2, LEARN_REPLY = 4
};

enum chunk_type {			/* enum sctp_cid */
	DATA, INIT, INIT_ACK, SACK, HEARTBEAT, HEARTBEAT_ACK, ABORT, SHUTDOWN,
	SHUTDOWN_ACK, ERROR, COOKIE_ECHO, COOKIE_ACK, ECNE, CWR,
	SHUTDOWN_COMPLETE, N_CHUNK_TYPES
};

#define NO SCTP_CT_NONE
#define CL SCTP_CT_CLOSED
#define CW SCTP_CT_COOKIE_WAIT
#define CE SCTP_CT_COOKIE_ECHOED
#define ES SCTP_CT_ESTABLISHED
#define SS SCTP_CT_SHUTDOWN_SENT
#define SR SCTP_CT_SHUTDOWN_RECD
#define SA SCTP_CT_SHUTDOWN_ACK_SENT
#define HS SCTP_CT_HEARTBEAT_SENT
#define IV N_SCTP_CT_STATES

/* [direction][chunk][state] -> state; chunks without a row change nothing. */
static const uint8_t moves[N_CT_DIRS][N_CHUNK_TYPES][N_SCTP_CT_STATES] = {
	[CT_ORIGINAL] = {
		/*		     NO  CL  CW  CE  ES  SS  SR  SA  HS */
		[INIT] =	   { CL, CL, CW, CE, ES, CL, CL, SA, CW },
		[INIT_ACK] =	   { CL, CL, CW, CE, ES, SS, SR, SA, CL },
		[ABORT] =	   { CL, CL, CL, CL, CL, CL, CL, CL, CL },
		[SHUTDOWN] =	   { CL, CL, CW, CE, SS, SS, SR, SA, CL },
		[SHUTDOWN_ACK] =   { SA, CL, CW, CE, ES, SA, SA, SA, SA },
		[ERROR] =	   { CL, CL, CW, CE, ES, SS, SR, SA, CL },
		[COOKIE_ECHO] =	   { CL, CL, CE, CE, ES, SS, SR, SA, CL },
		[COOKIE_ACK] =	   { CL, CL, CW, ES, ES, SS, SR, SA, CL },
		[SHUTDOWN_COMPLETE] = { CL, CL, CW, CE, ES, SS, SR, CL, CL },
		[HEARTBEAT] =	   { HS, CL, CW, CE, ES, SS, SR, SA, HS },
		[HEARTBEAT_ACK] =  { CL, CL, CW, CE, ES, SS, SR, SA, HS },
	},
	[CT_REPLY] = {
		[INIT] =	   { IV, CL, CW, CE, ES, SS, SR, SA, IV },
		[INIT_ACK] =	   { IV, CW, CW, CE, ES, SS, SR, SA, IV },
		[ABORT] =	   { IV, CL, CL, CL, CL, CL, CL, CL, IV },
		[SHUTDOWN] =	   { IV, CL, CW, CE, SR, SS, SR, SA, IV },
		[SHUTDOWN_ACK] =   { IV, CL, CW, CE, ES, SA, SA, SA, IV },
		[ERROR] =	   { IV, CL, CW, CL, ES, SS, SR, SA, IV },
		[COOKIE_ECHO] =	   { IV, CL, CE, CE, ES, SS, SR, SA, IV },
		[COOKIE_ACK] =	   { IV, CL, CW, ES, ES, SS, SR, SA, IV },
		[SHUTDOWN_COMPLETE] = { IV, CL, CW, CE, ES, SS, SR, CL, IV },
		[HEARTBEAT] =	   { IV, CL, CW, CE, ES, SS, SR, SA, HS },
		[HEARTBEAT_ACK] =  { IV, CL, CW, CE, ES, SS, SR, SA, ES },
	},
};

#undef NO
#undef CL
#undef CW
#undef CE
#undef ES
#undef SS
#undef SR
#undef SA
#undef HS
#undef IV

static bool
moves_state(unsigned type)
{
	return type < N_CHUNK_TYPES && type != DATA && type != SACK &&
	    type != ECNE && type != CWR;
}

static unsigned
next_state(enum ct_dir dir, unsigned state, unsigned type)
{
	return moves_state(type) ? moves[dir][type][state] : state;
}

/* A chunk, and where it is. */
struct chunk {
	uint32_t off;
	unsigned count;			/* how many came before */
	const uint8_t *h;
};

static bool
chunk_at(const struct ct_pass *p, struct chunk *c)
{
	c->h = c->off < p->pkt->len ?
	    ct_bytes(p->pkt, c->off, CHUNK_HEADER) : NULL;
	return c->h != NULL;
}

static bool
chunk_first(const struct ct_pass *p, struct chunk *c)
{
	*c = (struct chunk){ .off = p->l4 + COMMON_HEADER };
	return chunk_at(p, c);
}

static bool
chunk_next(const struct ct_pass *p, struct chunk *c)
{
	c->off += (get16(c->h + 2) + 3u) & ~3u;
	c->count++;
	return chunk_at(p, c);
}

/* The initiate tag of an INIT or INIT ACK; false: not there. */
static bool
chunk_tag(const struct ct_pass *p, const struct chunk *c, uint32_t *tag)
{
	const uint8_t *h = ct_bytes(p->pkt, c->off + CHUNK_HEADER,
	    INIT_HEADER);

	if (h == NULL)
		return false;
	*tag = get32(h);
	return true;
}

/* A set of chunk types. */
struct types { uint64_t bits[4]; };

static bool
has(const struct types *t, unsigned type)
{
	return t->bits[type / 64] >> type % 64 & 1;
}

/* do_basic_checks: INIT, INIT ACK and SHUTDOWN COMPLETE alone, cookies
 * first, no chunk of length 0. */
static bool
chunks_sound(const struct ct_pass *p, struct types *types)
{
	bool alone = false, more;
	struct chunk c;

	*types = (struct types){ { 0 } };
	for (more = chunk_first(p, &c); more; more = chunk_next(p, &c)) {
		unsigned type = c.h[0];

		if (type == INIT || type == INIT_ACK ||
		    type == SHUTDOWN_COMPLETE)
			alone = true;
		if (((type == COOKIE_ACK || type == COOKIE_ECHO || alone) &&
		    c.count != 0) || get16(c.h + 2) == 0)
			return false;
		types->bits[type / 64] |= UINT64_C(1) << type % 64;
	}
	return c.count != 0;
}

/* sctp_new. */
static bool
begin(struct ct_pass *p, uint32_t vtag)
{
	struct ct_sctp *s = &p->ct->sctp;
	struct chunk c;
	bool more;

	*s = (struct ct_sctp){ .state = SCTP_CT_NONE };
	for (more = chunk_first(p, &c); more; more = chunk_next(p, &c)) {
		unsigned type = c.h[0];
		unsigned state = next_state(CT_ORIGINAL, SCTP_CT_NONE, type);

		if (state == SCTP_CT_NONE || state == N_SCTP_CT_STATES)
			return false;
		if (type == INIT) {
			if (vtag != 0 ||
			    !chunk_tag(p, &c, &s->vtag[CT_REPLY]))
				return false;
		} else if (type == HEARTBEAT) {
			s->vtag[CT_ORIGINAL] = vtag;
		} else if (type == SHUTDOWN_ACK) {
			s->vtag[CT_REPLY] = vtag;
		}
	}
	return true;
}

static bool
crc_ok(const struct ct_pass *p)
{
	static const uint8_t zero[4];
	const struct packet *pkt = p->pkt;
	const uint8_t *h = pkt->data + p->l4;
	uint32_t crc;

	if (p->hook != HOOK_PREROUTING || !p->set->checksum ||
	    pkt->trust == CSUM_TRUST || pkt->have < pkt->len)
		return true;
	crc = crc32c(~UINT32_C(0), h, 8);
	crc = crc32c(crc, zero, 4);
	crc = ~crc32c(crc, h + COMMON_HEADER, ct_l4_len(p) - COMMON_HEADER);
	return (crc & 0xff) == h[8] && (crc >> 8 & 0xff) == h[9] &&
	    (crc >> 16 & 0xff) == h[10] && crc >> 24 == h[11];
}

/* One packet's run through its chunks. */
struct run {
	struct ct_sctp *s;
	enum ct_dir dir, other;
	uint32_t vtag;
	struct types types;
	unsigned old, new;
	bool ignore;
};

/* RFC 9260, 8.5.1: with the T bit it is the peer's tag. */
static bool
tag_of_end(const struct run *r, const struct chunk *c)
{
	return r->vtag == r->s->vtag[c->h[1] & FLAG_T ? r->other : r->dir];
}

/* A heartbeat or its answer with another tag than before: seen once it is
 * let through, and a failed heartbeat that is answered renews the tags.
 * False: invalid; *skip: the chunk changes nothing. */
static bool
heartbeat(struct run *r, unsigned type, bool *skip)
{
	struct ct_sctp *s = r->s;

	*skip = false;
	if (s->vtag[r->dir] == 0) {
		s->vtag[r->dir] = r->vtag;
		return true;
	}
	if (r->vtag == s->vtag[r->dir]) {
		s->flags &= (uint8_t)~HEARTBEAT_FAILED;
		return true;
	}
	if (has(&r->types, DATA) || r->ignore)
		return false;
	if (type == HEARTBEAT) {
		s->flags |= HEARTBEAT_FAILED;
		s->last_dir = (uint8_t)r->dir;
		r->ignore = true;
		*skip = true;
		return true;
	}
	if ((s->flags & HEARTBEAT_FAILED) == 0 || s->last_dir == r->dir)
		return false;
	s->flags &= (uint8_t)~HEARTBEAT_FAILED;
	s->vtag[r->dir] = r->vtag;
	s->vtag[r->other] = 0;
	return true;
}

/* The checks of a chunk by its type. */
static bool
chunk_ok(struct run *r, const struct chunk *c, bool *skip)
{
	*skip = false;
	switch (c->h[0]) {
	case INIT:
		return r->vtag == 0;
	case ABORT:
	case SHUTDOWN_COMPLETE:
		return tag_of_end(r, c);
	case COOKIE_ECHO:
		return r->vtag == r->s->vtag[r->dir];
	case COOKIE_ACK:
		r->s->init[r->dir] = r->s->init[r->other] = 0;
		return true;
	case HEARTBEAT:
	case HEARTBEAT_ACK:
		return heartbeat(r, c->h[0], skip);
	default:
		return true;
	}
}

static bool
take_init(const struct ct_pass *p, struct run *r, const struct chunk *c)
{
	struct ct_sctp *s = r->s;
	uint32_t tag;

	if (!chunk_tag(p, c, &tag))
		return false;
	/* One with the tag that is known is old or comes again. */
	if (r->old == SCTP_CT_NONE || s->vtag[r->other] != tag) {
		if (s->init[r->dir] && s->init[r->other])
			s->init[r->other] = 0;
		s->init[r->dir] = 1;
	}
	s->vtag[r->other] = tag;
	/* A repeated INIT does not keep the entry alive. */
	if (r->new == SCTP_CT_CLOSED && r->old == SCTP_CT_CLOSED &&
	    p->ct->status & CTS_CONFIRMED)
		r->ignore = true;
	return true;
}

static bool
take_init_ack(const struct ct_pass *p, struct run *r, const struct chunk *c)
{
	struct ct_sctp *s = r->s;
	uint32_t tag, known = s->vtag[r->other];

	if (!chunk_tag(p, c, &tag))
		return false;
	if (!s->init[r->other] && known != 0 && known != tag)
		return false;
	if (s->init[r->dir] && s->init[r->other] && known != tag)
		return false;
	s->vtag[r->other] = tag;
	return true;
}

static bool
take_chunk(const struct ct_pass *p, struct run *r, const struct chunk *c)
{
	struct ct *ct = p->ct;
	bool skip;

	if (!chunk_ok(r, c, &skip))
		return false;
	if (skip)
		return true;
	r->old = r->s->state;
	r->new = next_state(r->dir, r->old, c->h[0]);
	if (r->new == N_SCTP_CT_STATES)
		return false;
	if (c->h[0] == INIT && !take_init(p, r, c))
		return false;
	if (c->h[0] == INIT_ACK && !take_init_ack(p, r, c))
		return false;
	r->s->state = (uint8_t)r->new;
	if (r->old != r->new && r->new == SCTP_CT_ESTABLISHED)
		ct->status |= CTS_ASSURED;
	return true;
}

/* Chunks whose tag is checked one by one, or not at all. */
static bool
has_own_tag_rule(const struct types *t)
{
	return has(t, INIT) || has(t, SHUTDOWN_COMPLETE) ||
	    has(t, COOKIE_ECHO) || has(t, ABORT) || has(t, SHUTDOWN_ACK) ||
	    has(t, HEARTBEAT) || has(t, HEARTBEAT_ACK);
}

static void
learn_tag(struct run *r)
{
	uint8_t bit = r->dir == CT_ORIGINAL ? LEARN_ORIGINAL : LEARN_REPLY;

	if ((r->s->flags & bit) == 0 || has(&r->types, INIT))
		return;
	r->s->flags &= (uint8_t)~bit;
	r->s->vtag[r->dir] = r->vtag;
}

static bool
begins_nothing(const struct types *t)
{
	return has(t, ABORT) || has(t, SHUTDOWN_COMPLETE) ||
	    has(t, COOKIE_ACK);
}

enum track
ct_track_sctp(struct ct_pass *p)
{
	const uint8_t *h = ct_bytes(p->pkt, p->l4, COMMON_HEADER);
	struct run r = { .s = &p->ct->sctp, .dir = p->dir,
	    .other = p->dir == CT_REPLY ? CT_ORIGINAL : CT_REPLY };
	struct chunk c;
	bool more;

	if (h == NULL)
		return ct_invalid(p, "no whole SCTP header");
	if (!crc_ok(p))
		return ct_invalid(p, "bad SCTP checksum");
	r.vtag = get32(h + 4);
	if (!chunks_sound(p, &r.types))
		return ct_invalid(p, "malformed SCTP chunks");
	if ((p->ct->status & CTS_CONFIRMED) == 0 &&
	    (begins_nothing(&r.types) || !begin(p, r.vtag)))
		return ct_invalid(p, "no association begins with this");
	learn_tag(&r);
	if (!has_own_tag_rule(&r.types) && r.vtag != r.s->vtag[r.dir])
		return ct_invalid(p, "another verification tag");
	for (more = chunk_first(p, &c); more; more = chunk_next(p, &c))
		if (!take_chunk(p, &r, &c))
			return ct_invalid(p, "a chunk that this state or "
			    "its verification tag does not allow");
	if (r.ignore)
		p->why = "does not extend its life";
	else
		ct_refresh(p, p->set->sctp[r.new]);
	return TRACK_ACCEPT;
}

void
ct_sctp_adopt(struct ct *ct)
{
	ct->sctp = (struct ct_sctp){ .state = ct->sctp.state,
	    .flags = LEARN_ORIGINAL | LEARN_REPLY };
}

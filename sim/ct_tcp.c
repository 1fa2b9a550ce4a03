/* TCP: the state table, window tracking, timeouts.
 * Kernel: nf_conntrack_proto_tcp.c.
 *
 * Both directions share one state.  A packet is first looked up in the
 * table by its class; some moves have rules of their own (before_window);
 * then the packet must fit the windows (in_window); then the state changes
 * and a timeout is chosen. */
#include "sim/ct_track.h"

#include "sim/expect.h"

enum { TCP_HEADER = 20, MAX_ACK_WINDOW = 66000, MAX_SCALE = 14 };

enum { FIN = 1, SYN = 2, RST = 4, PSH = 8, ACK = 16, URG = 32 };

enum side_flags {			/* IP_CT_TCP_FLAG_x, also last_flags */
	WINDOW_SCALE = 0x01, SACK_PERM = 0x02, CLOSE_INIT = 0x04,
	LIBERAL = 0x08, UNACKED = 0x10, MAXACK_SET = 0x20,
	CHALLENGE_ACK = 0x40, SIMULTANEOUS = 0x80
};

enum segment_class {			/* enum tcp_bit_set */
	C_SYN, C_SYNACK, C_FIN, C_ACK, C_RST, C_NONE, N_CLASSES
};

#define NO TCP_CT_NONE
#define SS TCP_CT_SYN_SENT
#define SR TCP_CT_SYN_RECV
#define ES TCP_CT_ESTABLISHED
#define FW TCP_CT_FIN_WAIT
#define CW TCP_CT_CLOSE_WAIT
#define LA TCP_CT_LAST_ACK
#define TW TCP_CT_TIME_WAIT
#define CL TCP_CT_CLOSE
#define S2 TCP_CT_SYN_SENT2
enum { IV = N_TCP_CT_STATES, IG };	/* invalid, ignored */

static const uint8_t moves[N_CT_DIRS][N_CLASSES][N_TCP_CT_STATES] = {
	[CT_ORIGINAL] = {
		/*	     NO  SS  SR  ES  FW  CW  LA  TW  CL  S2 */
		[C_SYN] =    { SS, SS, IG, IG, IG, IG, IG, SS, SS, S2 },
		[C_SYNACK] = { IV, IV, SR, IV, IV, IV, IV, IV, IV, SR },
		[C_FIN] =    { IV, IV, FW, FW, LA, LA, LA, TW, CL, IV },
		[C_ACK] =    { ES, IV, ES, ES, CW, CW, TW, TW, CL, IV },
		[C_RST] =    { IV, CL, CL, CL, CL, CL, CL, CL, CL, CL },
		[C_NONE] =   { IV, IV, IV, IV, IV, IV, IV, IV, IV, IV },
	},
	[CT_REPLY] = {
		[C_SYN] =    { IV, S2, IV, IV, IV, IV, IV, SS, IV, S2 },
		[C_SYNACK] = { IV, SR, IG, IG, IG, IG, IG, IG, IG, SR },
		[C_FIN] =    { IV, IV, FW, FW, LA, LA, LA, TW, CL, IV },
		[C_ACK] =    { IV, IG, SR, ES, CW, CW, TW, TW, CL, IG },
		[C_RST] =    { IV, CL, CL, CL, CL, CL, CL, CL, CL, CL },
		[C_NONE] =   { IV, IV, IV, IV, IV, IV, IV, IV, IV, IV },
	},
};

/* tcp_valid_flags, by FIN SYN RST ACK URG; PSH and above do not matter. */
static const bool valid_flags[64] = {
	[SYN] = true, [SYN | URG] = true, [SYN | ACK] = true,
	[RST] = true, [RST | ACK] = true,
	[FIN | ACK] = true, [FIN | ACK | URG] = true,
	[ACK] = true, [ACK | URG] = true,
};

/* What conntrack looks at in a segment. */
struct segment {
	uint32_t seq, ack, end;		/* end: seq and what it takes up */
	uint16_t win;
	uint8_t flags;
	enum segment_class class;
	const uint8_t *options;
	uint32_t n_options;		/* bytes, as far as they are known */
	bool has_options;		/* the header is longer than 20 */
};

/* A move between states, on its way through the rules. */
struct move { unsigned old, new; };

enum step {
	STEP_WINDOW,			/* go on with the window check */
	STEP_MOVE,			/* make the move without it */
	STEP_IGNORE,			/* let it pass, nothing changes */
	STEP_INVALID,
	STEP_REPEAT
};

static inline bool
before(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b) < 0;
}

static inline bool
after(uint32_t a, uint32_t b)
{
	return before(b, a);
}

/* ---- reading a segment ---- */

static enum segment_class
class_of(uint8_t flags)
{
	if (flags & RST)
		return C_RST;
	if (flags & SYN)
		return flags & ACK ? C_SYNACK : C_SYN;
	if (flags & FIN)
		return C_FIN;
	return flags & ACK ? C_ACK : C_NONE;
}

/* tcp_error; null: the segment is sound, and 's' filled in. */
static const char *
read_segment(const struct ct_pass *p, struct segment *s)
{
	const uint8_t *h = ct_bytes(p->pkt, p->l4, TCP_HEADER);
	uint32_t len = ct_l4_len(p), hlen, known;

	if (h == NULL)
		return "no whole TCP header";
	hlen = (h[12] >> 4) * 4u;
	if (hlen < TCP_HEADER || len < hlen)
		return "bad TCP header length";
	if (!ct_checksum_ok(p, IPPROTO_TCP, len, 16))
		return "bad TCP checksum";
	s->flags = h[13];
	if (!valid_flags[s->flags & (FIN | SYN | RST | ACK | URG)])
		return "TCP flags that do not go together";
	s->class = class_of(s->flags);
	s->seq = get32(h + 4);
	s->ack = get32(h + 8);
	s->win = get16(h + 14);
	s->end = s->seq + len - hlen + (s->flags & SYN ? 1 : 0) +
	    (s->flags & FIN ? 1 : 0);
	s->has_options = hlen > TCP_HEADER;
	s->options = h + TCP_HEADER;
	s->n_options = hlen - TCP_HEADER;
	known = p->pkt->have - p->l4 - TCP_HEADER;
	if (s->n_options > known)
		s->n_options = known;
	return NULL;
}

/* The option at s->options[*at]: its kind, length and data; moves *at behind
 * it.  False: no more, or what follows is no option. */
struct option { uint8_t kind, len; const uint8_t *data; };

static bool
next_option(const struct segment *s, uint32_t *at, struct option *o)
{
	const uint8_t *p = s->options;
	uint32_t n = s->n_options;

	while (*at < n && p[*at] == 1)
		++*at;			/* no-operation */
	if (*at >= n || p[*at] == 0 || n - *at < 2)
		return false;
	o->kind = p[*at];
	o->len = p[*at + 1];
	o->data = p + *at + 2;
	if (o->len < 2 || o->len > n - *at)
		return false;
	*at += o->len;
	return true;
}

enum { OPT_SCALE = 3, OPT_SACK_PERM = 4, OPT_SACK = 5 };

/* tcp_options: what a SYN says of its sender. */
static void
read_options(const struct segment *s, struct ct_tcp_side *side)
{
	struct option o;
	uint32_t at = 0;

	if (!s->has_options)
		return;
	side->scale = 0;
	side->flags &= LIBERAL;
	while (next_option(s, &at, &o)) {
		if (o.kind == OPT_SACK_PERM && o.len == 2)
			side->flags |= SACK_PERM;
		if (o.kind == OPT_SCALE && o.len == 3) {
			side->scale = o.data[0] > MAX_SCALE ? MAX_SCALE :
			    o.data[0];
			side->flags |= WINDOW_SCALE;
		}
	}
}

/* tcp_sack: the highest right edge of the first SACK option, or 'ack'. */
static uint32_t
highest_sack(const struct segment *s, uint32_t ack)
{
	static const uint8_t timestamp_only[4] = { 1, 1, 8, 10 };
	struct option o;
	uint32_t at = 0;

	if (s->n_options == 12 && memcmp(s->options, timestamp_only, 4) == 0)
		return ack;
	while (next_option(s, &at, &o)) {
		if (o.kind != OPT_SACK || o.len < 10 || (o.len - 2) % 8 != 0)
			continue;
		for (unsigned i = 0; i < o.len - 2u; i += 8)
			if (after(get32(o.data + i + 4), ack))
				ack = get32(o.data + i + 4);
		return ack;
	}
	return ack;
}

/* ---- windows ---- */

static uint32_t
at_least_1(uint32_t win)
{
	return win == 0 ? 1 : win;
}

/* tcp_init_sender: by a SYN. */
static void
init_sender(struct ct_tcp_side *sender, struct ct_tcp_side *receiver,
    const struct segment *s, enum ct_dir dir)
{
	sender->end = sender->maxend = s->end;
	sender->maxwin = at_least_1(s->win);
	read_options(s, sender);
	/* RFC 7323: both have to say it. */
	if (dir == CT_REPLY &&
	    (sender->flags & receiver->flags & WINDOW_SCALE) == 0)
		sender->scale = receiver->scale = 0;
}

/* The first segment that is seen of this side. */
static void
meet_sender(struct ct_tcp_side *sender, struct ct_tcp_side *receiver,
    const struct segment *s, uint32_t sack)
{
	sender->end = s->end;
	sender->maxwin = at_least_1((uint32_t)s->win << sender->scale);
	sender->maxend = s->end + sender->maxwin;
	if (receiver->maxwin == 0)
		receiver->end = receiver->maxend = sack;
	else if (sack == receiver->end + 1)
		receiver->end++;	/* the answer to a keepalive */
}

/* nf_tcp_log_invalid: liberal tracking accepts what does not fit. */
static enum step
misfit(struct ct_pass *p, const struct ct_tcp_side *sender, enum step step,
    const char *why)
{
	if (sender->flags & LIBERAL || p->set->tcp_liberal)
		return STEP_MOVE;
	p->why = why;
	return step;
}

static bool
ends_in_window(const struct ct_tcp_side *sender,
    const struct ct_tcp_side *receiver, uint32_t end)
{
	return after(end, sender->end - receiver->maxwin - 1);
}

/* The lower bound for acknowledgements. */
static bool
ack_is_recent(const struct ct_tcp_side *sender,
    const struct ct_tcp_side *receiver, uint32_t sack)
{
	uint32_t room = sender->maxwin > MAX_ACK_WINDOW ? sender->maxwin :
	    MAX_ACK_WINDOW;

	return after(sack, receiver->end - room - 1);
}

/* Data beyond what the receiver allowed. */
static enum step
over_window(struct ct_pass *p, struct ct_tcp_side *sender,
    const struct ct_tcp_side *receiver, uint32_t end, uint32_t sack)
{
	uint32_t overshot = end - sender->maxend + 1;

	if (receiver->maxwin != 0 && ends_in_window(sender, receiver, end) &&
	    ack_is_recent(sender, receiver, sack) &&
	    overshot <= receiver->maxwin && before(sack, receiver->end + 1)) {
		sender->end = end;
		sender->flags |= UNACKED;
		return misfit(p, sender, STEP_IGNORE, "a little more data "
		    "than the receiver's window takes; ignored");
	}
	return misfit(p, sender, STEP_INVALID,
	    "data beyond the receiver's window");
}

static enum step
fits(struct ct_pass *p, struct ct_tcp_side *sender,
    const struct ct_tcp_side *receiver, const struct segment *s, uint32_t sack)
{
	if (!before(s->seq, sender->maxend + 1))
		return over_window(p, sender, receiver, s->end, sack);
	if (!before(sack, receiver->end + 1))
		return misfit(p, sender, STEP_INVALID,
		    "it acknowledges data that was not seen");
	if (receiver->maxwin != 0 &&
	    !ends_in_window(sender, receiver, s->end))
		return misfit(p, sender, STEP_IGNORE,
		    "old data, acknowledged already; ignored");
	if (!ack_is_recent(sender, receiver, sack))
		return misfit(p, sender, STEP_IGNORE,
		    "a very old acknowledgement; ignored");
	return STEP_WINDOW;
}

static void
update_sides(struct ct_tcp_side *sender, struct ct_tcp_side *receiver,
    const struct segment *s, uint32_t sack)
{
	uint32_t win = s->win, swin;

	if ((s->flags & SYN) == 0)
		win <<= sender->scale;
	swin = win + (sack - s->ack);
	if (sender->maxwin < swin)
		sender->maxwin = swin;
	if (after(s->end, sender->end)) {
		sender->end = s->end;
		sender->flags |= UNACKED;
	}
	if (s->flags & ACK && ((sender->flags & MAXACK_SET) == 0 ||
	    after(s->ack, sender->maxack))) {
		sender->maxack = s->ack;
		sender->flags |= MAXACK_SET;
	}
	if (receiver->maxwin != 0 && after(s->end, sender->maxend))
		receiver->maxwin += s->end - sender->maxend;
	if (after(sack + win, receiver->maxend - 1))
		receiver->maxend = sack + win + (win == 0 ? 1 : 0);
	if (s->ack == receiver->end)
		receiver->flags &= (uint8_t)~UNACKED;
}

static void
count_retransmission(struct ct_tcp *tcp, const struct segment *s,
    enum ct_dir dir)
{
	if (tcp->last_dir == dir && tcp->last_seq == s->seq &&
	    tcp->last_ack == s->ack && tcp->last_end == s->end &&
	    tcp->last_win == s->win) {
		tcp->retrans++;
		return;
	}
	tcp->last_dir = (uint8_t)dir;
	tcp->last_seq = s->seq;
	tcp->last_ack = s->ack;
	tcp->last_end = s->end;
	tcp->last_win = s->win;
	tcp->retrans = 0;
}

/* What it acknowledges is longer or shorter than what was sent: a helper
 * changed it on the way. */
static uint32_t
moved_by_nat(const struct ct_pass *p, uint32_t ack)
{
	const struct ct_help *help = help_of(ct_expects(p->table), p->ct);

	return (uint32_t)seqadj_offset(&help->seq[!p->dir], ack - 1);
}

/* tcp_in_window. */
static enum step
in_window(struct ct_pass *p, const struct segment *seg)
{
	struct ct_tcp *tcp = &p->ct->tcp;
	struct ct_tcp_side *sender = &tcp->seen[p->dir];
	struct ct_tcp_side *receiver = &tcp->seen[!p->dir];
	struct segment s = *seg;
	uint32_t sack = s.ack;
	enum step step;

	if (receiver->flags & SACK_PERM)
		sack = highest_sack(&s, s.ack);
	if (p->ct->status & CTS_SEQ_ADJUST) {
		uint32_t moved = moved_by_nat(p, s.ack);

		s.ack -= moved;
		sack -= moved;
	}
	if (sender->maxwin == 0 && (s.flags & SYN) == 0) {
		meet_sender(sender, receiver, &s, sack);
	} else if (s.flags & SYN && (sender->maxwin == 0 ||
	    (after(s.end, sender->end) && (tcp->state == TCP_CT_SYN_SENT ||
	    tcp->state == TCP_CT_SYN_RECV)))) {
		bool first = sender->maxwin == 0;

		init_sender(sender, receiver, &s, p->dir);
		/* Simultaneous open. */
		if ((s.flags & ACK) == 0 && (first || p->dir == CT_REPLY))
			return STEP_MOVE;
	}
	/* Some stacks set ACK in a reset, and acknowledge 0. */
	if ((s.flags & ACK) == 0 || (s.flags & RST && s.ack == 0))
		s.ack = sack = receiver->end;
	/* A reset that answers a SYN. */
	if (s.flags & RST && s.seq == 0 && tcp->state == TCP_CT_SYN_SENT)
		s.seq = s.end = sender->end;
	step = fits(p, sender, receiver, &s, sack);
	if (step != STEP_WINDOW)
		return step;
	update_sides(sender, receiver, &s, sack);
	if (s.class == C_ACK)
		count_retransmission(tcp, &s, p->dir);
	return STEP_MOVE;
}

/* ---- moves with rules of their own ---- */

/* tcp_new: the first segment of a connection. */
static bool
begin(struct ct_pass *p, const struct segment *s)
{
	struct ct_tcp *tcp = &p->ct->tcp;
	struct ct_tcp_side *side = &tcp->seen[CT_ORIGINAL];
	unsigned state = moves[CT_ORIGINAL][s->class][TCP_CT_NONE];

	if (state >= N_TCP_CT_STATES ||
	    (state != TCP_CT_SYN_SENT && !p->set->tcp_loose))
		return false;
	*tcp = (struct ct_tcp){ .last_index = C_NONE };
	side->end = side->maxend = s->end;
	side->maxwin = at_least_1(s->win);
	if (state == TCP_CT_SYN_SENT) {
		read_options(s, side);
	} else {
		/* Picked up in the middle: its windows are not known. */
		side->maxend += side->maxwin;
		tcp->seen[CT_ORIGINAL].flags = tcp->seen[CT_REPLY].flags =
		    SACK_PERM | LIBERAL;
	}
	return true;
}

/* nf_conntrack_tcp_established. */
static bool
is_established(const struct ct *ct)
{
	return ct->tcp.state == TCP_CT_ESTABLISHED &&
	    (ct->status & CTS_ASSURED) != 0;
}

/* tcp_can_early_drop. */
static bool
is_closing(const struct ct_tcp *tcp)
{
	return tcp->state >= TCP_CT_FIN_WAIT && tcp->state <= TCP_CT_CLOSE;
}

/* A SYN after the end: may it begin a new connection at once? */
static bool
may_reopen(const struct ct_tcp *tcp, enum ct_dir dir)
{
	return ((tcp->seen[0].flags | tcp->seen[1].flags) & CLOSE_INIT) != 0 ||
	    (tcp->last_dir == dir && tcp->last_index == C_RST);
}

/* The server answers a SYN that was ignored: the two are in step, and the
 * entry was not.  It takes over what the SYN said. */
static void
resync(struct ct_tcp *tcp, enum ct_dir dir)
{
	struct ct_tcp_side *client = &tcp->seen[tcp->last_dir];
	struct ct_tcp_side *server = &tcp->seen[dir];

	client->end = client->maxend = tcp->last_end;
	client->maxwin = at_least_1(tcp->last_win);
	client->scale = tcp->last_wscale;
	tcp->last_flags &= (uint8_t)~CHALLENGE_ACK;
	client->flags = tcp->last_flags;
	*server = (struct ct_tcp_side){ .flags = server->flags & LIBERAL };
}

static void
remember_syn(struct ct_tcp *tcp, const struct segment *s, unsigned state)
{
	struct ct_tcp_side seen = { 0 };

	read_options(s, &seen);
	tcp->last_flags = seen.flags & (WINDOW_SCALE | SACK_PERM);
	tcp->last_wscale = seen.scale;
	/* RFC 5961: the answer may be a challenge ACK, which is not the ACK
	 * of the last FIN. */
	if (state == TCP_CT_LAST_ACK)
		tcp->last_flags |= CHALLENGE_ACK;
}

/* TCP_CONNTRACK_IGNORE. */
static enum step
ignored(struct ct_pass *p, const struct segment *s, struct move *m)
{
	struct ct_tcp *tcp = &p->ct->tcp;

	if (s->class == C_SYNACK && tcp->last_index == C_SYN &&
	    tcp->last_dir != p->dir && s->ack == tcp->last_end) {
		m->old = TCP_CT_SYN_SENT;
		m->new = TCP_CT_SYN_RECV;
		resync(tcp, p->dir);
		return STEP_WINDOW;
	}
	tcp->last_index = (uint8_t)s->class;
	tcp->last_dir = (uint8_t)p->dir;
	tcp->last_seq = s->seq;
	tcp->last_end = s->end;
	tcp->last_win = s->win;
	if (s->class == C_SYN && p->dir == CT_ORIGINAL)
		remember_syn(tcp, s, m->old);
	/* Perhaps a challenge ACK. */
	if (m->old == TCP_CT_SYN_SENT && s->class == C_ACK &&
	    p->dir == CT_REPLY)
		tcp->last_ack = s->ack;
	p->why = "out of step with this state; ignored";
	return STEP_IGNORE;
}

static enum step
reopen(struct ct_pass *p, const struct segment *s, struct move *m)
{
	if (m->old < TCP_CT_TIME_WAIT)
		return STEP_WINDOW;
	if (!may_reopen(&p->ct->tcp, p->dir))
		return ignored(p, s, m);
	ct_kill(p->table, p->ct);
	return STEP_REPEAT;
}

static enum step
last_ack(struct ct_pass *p, const struct segment *s, const struct move *m)
{
	struct ct_tcp *tcp = &p->ct->tcp;

	if (m->old != TCP_CT_LAST_ACK || s->class != C_ACK ||
	    tcp->last_dir == p->dir || tcp->last_index != C_SYN ||
	    (tcp->last_flags & CHALLENGE_ACK) == 0)
		return STEP_WINDOW;
	tcp->last_flags &= (uint8_t)~CHALLENGE_ACK;
	p->why = "a challenge ACK; ignored";
	return STEP_IGNORE;
}

/* A reset against the peer's highest acknowledgement: the only number that
 * it may have (RFC 5961); with another one the peer may challenge it. */
static enum step
reset_number(struct ct_pass *p, const struct segment *s, struct move *m)
{
	const struct ct_tcp *tcp = &p->ct->tcp;
	const struct ct_tcp_side *peer = &tcp->seen[!p->dir];

	if ((peer->flags & MAXACK_SET) == 0 || tcp->last_index == C_SYN)
		return STEP_MOVE;
	/* Seems to answer a SYN that was let through. */
	if (s->seq == 0 && !is_established(p->ct))
		return STEP_WINDOW;
	if (before(s->seq, peer->maxack) && !p->set->tcp_ignore_invalid_rst) {
		p->why = "a reset before what was acknowledged";
		return STEP_INVALID;
	}
	if (!is_established(p->ct) || s->seq == peer->maxack)
		return STEP_WINDOW;
	if (tcp->last_index == C_ACK && tcp->last_dir == p->dir &&
	    s->seq == tcp->last_end)
		return STEP_WINDOW;
	m->new = m->old;
	return STEP_MOVE;
}

static enum step
reset(struct ct_pass *p, const struct segment *s, struct move *m)
{
	const struct ct_tcp *tcp = &p->ct->tcp;
	uint32_t status = p->ct->status;
	enum step step;

	if (is_closing(tcp))
		return STEP_MOVE;	/* what is known is outdated */
	step = reset_number(p, s, m);
	if (step != STEP_MOVE)
		return step;
	/* It answers a SYN or an ACK that was ignored. */
	if (((status & CTS_SEEN_REPLY && tcp->last_index == C_SYN &&
	    tcp->last_dir != p->dir) ||
	    ((status & CTS_ASSURED) == 0 && tcp->last_index == C_ACK)) &&
	    s->ack == tcp->last_end)
		return STEP_MOVE;
	if (m->old == TCP_CT_SYN_SENT && tcp->last_index == C_ACK &&
	    tcp->last_dir == CT_REPLY && s->seq == tcp->last_ack)
		return STEP_MOVE;	/* it answers a challenge ACK */
	return STEP_WINDOW;
}

static enum step
before_window(struct ct_pass *p, const struct segment *s, struct move *m)
{
	struct ct_tcp *tcp = &p->ct->tcp;

	switch (m->new) {
	case TCP_CT_SYN_SENT:
		return reopen(p, s, m);
	case IG:
		return ignored(p, s, m);
	case IV:
		p->why = "not allowed in this state";
		return STEP_INVALID;
	case TCP_CT_TIME_WAIT:
		return last_ack(p, s, m);
	case TCP_CT_SYN_SENT2:
		tcp->last_flags |= SIMULTANEOUS;
		return STEP_WINDOW;
	case TCP_CT_SYN_RECV:
		if (p->dir == CT_REPLY && s->class == C_ACK &&
		    tcp->last_flags & SIMULTANEOUS)
			m->new = TCP_CT_ESTABLISHED;
		return STEP_WINDOW;
	case TCP_CT_CLOSE:
		return s->class == C_RST ? reset(p, s, m) : STEP_WINDOW;
	default:
		return STEP_WINDOW;
	}
}

/* nf_tcp_handle_invalid: two ends that seem to be done with each other, out
 * of the window, should not stay ESTABLISHED for days. */
static void
lower_timeout(struct ct_pass *p, const struct segment *s)
{
	struct ct *ct = p->ct;
	struct ct_tcp *tcp = &ct->tcp;
	int64_t left = ct->timeout - p->tick;

	if ((ct->status & CTS_ASSURED) == 0 ||
	    ct->status & CTS_FIXED_TIMEOUT ||
	    (s->class != C_RST && s->class != C_FIN))
		return;
	if (tcp->last_dir == p->dir ||
	    (tcp->last_index != C_FIN && tcp->last_index != C_RST)) {
		tcp->last_index = (uint8_t)s->class;
		tcp->last_dir = (uint8_t)p->dir;
	} else if (left >= INT64_C(120000000000) && left > p->set->tcp_unack) {
		ct->timeout = p->tick + p->set->tcp_unack;
	}
}

/* ---- the state ---- */

static int64_t
choose_timeout(const struct ct_pass *p, const struct segment *s,
    unsigned state)
{
	const struct ct_settings *set = p->set;
	const struct ct_tcp *tcp = &p->ct->tcp;
	int64_t normal = set->tcp[state];

	if (tcp->retrans >= set->tcp_max_retrans && normal > set->tcp_retrans)
		return set->tcp_retrans;
	if (s->class == C_RST)
		return set->tcp[TCP_CT_CLOSE];
	if ((tcp->seen[0].flags | tcp->seen[1].flags) & UNACKED &&
	    normal > set->tcp_unack)
		return set->tcp_unack;
	if (tcp->last_win == 0 && normal > set->tcp_retrans)
		return set->tcp_retrans;
	return normal;
}

/* Makes the move and lets the connection live on. */
static void
make_move(struct ct_pass *p, const struct segment *s, const struct move *m)
{
	struct ct *ct = p->ct;
	struct ct_tcp *tcp = &ct->tcp;
	int64_t timeout;

	tcp->last_index = (uint8_t)s->class;
	tcp->last_dir = (uint8_t)p->dir;
	tcp->state = (uint8_t)m->new;
	if (m->old != m->new && m->new == TCP_CT_FIN_WAIT)
		tcp->seen[p->dir].flags |= CLOSE_INIT;
	timeout = choose_timeout(p, s, m->new);
	if ((ct->status & CTS_SEEN_REPLY) == 0) {
		if (s->flags & RST) {
			ct_account(p);
			ct_kill(p->table, ct);
			return;
		}
		/* A repeated SYN does not keep the entry alive. */
		if (s->class == C_SYN && m->old == TCP_CT_SYN_SENT)
			return;
		if (m->new == TCP_CT_ESTABLISHED &&
		    timeout > p->set->tcp_unack)
			timeout = p->set->tcp_unack;
	} else if (m->new == TCP_CT_ESTABLISHED &&
	    (m->old == TCP_CT_SYN_RECV || m->old == TCP_CT_ESTABLISHED)) {
		ct->status |= CTS_ASSURED;
	}
	ct_refresh(p, timeout);
}

enum track
ct_track_tcp(struct ct_pass *p)
{
	struct segment s;
	const char *fault = read_segment(p, &s);
	struct move m;
	enum step step;

	if (fault != NULL)
		return ct_invalid(p, fault);
	if ((p->ct->status & CTS_CONFIRMED) == 0 && !begin(p, &s))
		return ct_invalid(p, "no connection begins with this");
	m.old = p->ct->tcp.state;
	m.new = moves[p->dir][s.class][m.old];
	step = before_window(p, &s, &m);
	if (step == STEP_WINDOW) {
		step = in_window(p, &s);
		if (step == STEP_INVALID)
			lower_timeout(p, &s);
	}
	switch (step) {
	case STEP_WINDOW:
	case STEP_MOVE:
		make_move(p, &s, &m);
		return TRACK_ACCEPT;
	case STEP_IGNORE:
		return TRACK_ACCEPT;
	case STEP_INVALID:
		return TRACK_INVALID;
	case STEP_REPEAT:
		return TRACK_REPEAT;
	}
	return TRACK_INVALID;
}

void
ct_tcp_adopt(struct ct *ct)
{
	ct->tcp = (struct ct_tcp){ .state = ct->tcp.state,
	    .last_index = C_NONE, .last_win = 1,
	    .seen = { { .flags = SACK_PERM | LIBERAL },
		{ .flags = SACK_PERM | LIBERAL } } };
}

/* Text that helpers change in translated connections, and the TCP numbers
 * that follow when it grows or shrinks.
 * Kernel: nf_nat_helper.c, nf_conntrack_seqadj.c. */
#include "sim/internal.h"

#include <netinet/in.h>

#include "sim/expect.h"

enum { TCP_HEADER = 20, ACK = 16, SACK = 5, SACK_BLOCK = 8 };

/* ---- changing text ---- */

static void
put_length(struct packet *p)
{
	if (p->family == AF_INET) {
		put16(p->data + 2, p->len);
		ip_csum_set(p->data);
	} else {
		put16(p->data + 4, p->len - 40);
	}
}

static uint8_t *
csum_of(const struct packet *p)
{
	return p->data + p->l4 + (p->proto == IPPROTO_TCP ? 16 : 6);
}

/* The sum of the pseudo-header alone: the rest is left to the hardware. */
static void
put_partial(struct packet *p)
{
	put16(csum_of(p), csum_fold(csum_pseudo(p, p->proto,
	    p->len - p->l4)) ^ 0xffffu);
}

void
nat_checksum(struct packet *p, bool whole)
{
	uint32_t len = p->len - p->l4;
	uint16_t sum;

	if (!p->csum_left)
		return;
	put_partial(p);
	if (!whole)
		return;
	sum = csum_fold(csum_add(0, p->data + p->l4, len));
	put16(csum_of(p), sum == 0 ? 0xffffu : sum);
}

/* nf_nat_csum_recalc.  What was left to the hardware when it was captured
 * stays so. */
static void
leave_checksum(struct packet *p, bool partial)
{
	put_partial(p);
	p->csum_left |= !partial;
	p->trust = CSUM_TRUST;
}

/* mangle_contents. */
static bool
replace(struct packet *p, uint32_t off, uint32_t len, const char *text,
    uint32_t n)
{
	if (p->have < p->len || p->len - len + n > 65535)
		return false;
	pkt_pull(p, p->len);
	memmove(p->data + off + n, p->data + off + len, p->len - off - len);
	memcpy(p->data + off, text, n);
	p->len = p->have = p->len - len + n;
	put_length(p);
	return true;
}

/* nf_ct_seqadj_set: one change in a window, and what is sent again is not
 * changed twice. */
static void
note_change(struct packet *p, struct seqadj *adj, int32_t diff)
{
	uint32_t seq = get32(p->data + p->l4 + 4);

	if (diff == 0)
		return;
	p->ct->status |= CTS_SEQ_ADJUST;
	if (adj->before == adj->after || (int32_t)(adj->pos - seq) < 0) {
		adj->pos = seq;
		adj->before = adj->after;
		adj->after += diff;
	}
}

bool
nat_mangle(struct packet *p, struct seqadj *adj, uint32_t off, uint32_t len,
    const char *text, uint32_t n)
{
	bool partial = nat_is_partial(p), tcp = p->proto == IPPROTO_TCP;

	if (!replace(p, off, len, text, n))
		return false;
	if (tcp)
		note_change(p, adj, (int32_t)n - (int32_t)len);
	else
		put16(p->data + p->l4 + 4, p->len - p->l4);
	if (tcp || partial || get16(csum_of(p)) != 0)
		leave_checksum(p, partial);
	return true;
}

/* ---- numbers ---- */

/* A number of 4 bytes, and the checksum over it. */
static void
put_number(uint8_t *at, uint32_t v, uint8_t *sum)
{
	uint8_t new[4];

	put32(new, v);
	if (sum != NULL)
		csum_update(sum, at, new, 4);
	memcpy(at, new, 4);
}

/* What the receiver had, in the numbers of who sent it. */
static uint32_t
undo(const struct seqadj *s, uint32_t ack)
{
	return ack - (uint32_t)seqadj_offset(s, ack - (uint32_t)s->before);
}

/* What a capture lacks cannot be changed. */
static bool
has(const struct packet *p, uint32_t n)
{
	return p->l4 <= p->have && n <= p->have - p->l4;
}

/* nf_ct_sack_adjust; false: the options cannot be read. */
static bool
adjust_sack(uint8_t *tcp, uint32_t n, const struct seqadj *other, uint8_t *sum)
{
	for (uint32_t at = TCP_HEADER, size; at < n; at += size) {
		uint8_t *o = tcp + at;

		size = 1;
		if (o[0] == 0)
			return true;
		if (o[0] == 1)
			continue;
		if (at + 1 == n || o[1] < 2 || at + o[1] > n)
			return false;
		size = o[1];
		if (o[0] != SACK || size < 2 + SACK_BLOCK ||
		    (size - 2) % SACK_BLOCK != 0)
			continue;
		for (uint32_t i = 2; i < size; i += 4)
			put_number(o + i, undo(other, get32(o + i)), sum);
	}
	return true;
}

bool
nat_seq_adjust(struct packet *p, const struct seqadj *by_dir, enum ct_dir dir)
{
	uint8_t *tcp = p->data + p->l4, *sum;
	uint32_t n;

	if (!has(p, TCP_HEADER))
		return p->len >= p->l4 + (uint32_t)TCP_HEADER;
	n = (tcp[12] >> 4) * 4u;
	sum = nat_is_partial(p) ? NULL : tcp + 16;
	put_number(tcp + 4, get32(tcp + 4) + (uint32_t)seqadj_offset(&by_dir[dir],
	    get32(tcp + 4)), sum);
	if ((tcp[13] & ACK) == 0)
		return true;
	put_number(tcp + 8, undo(&by_dir[!dir], get32(tcp + 8)), sum);
	if (!has(p, n))
		return p->len >= p->l4 + n;
	return adjust_sack(tcp, n, &by_dir[!dir], sum);
}

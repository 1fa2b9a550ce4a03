/* What matches of headers share: ports, ranges, and one function that both
 * tests and explains.
 *
 * Such a match is written as one test(data, ctx, why).  With a null 'why' it
 * is the eval; else it also says what failed, through MISS.  EVAL_BY makes
 * the two members of struct ext out of it. */
#ifndef EXT_L4_H
#define EXT_L4_H

#include "ext/ext.h"

/* Static text for ctx->need where a capture was cut. */
extern const char need_bytes[];

/* Says what failed; always TRI_NO. */
enum tri miss(struct sbuf *why, const char *fmt, ...)
	    __attribute__((format(printf, 2, 3), cold));
#define MISS(why, ...)							\
	((why) == NULL ? TRI_NO : miss((why), __VA_ARGS__))

/* TRI_UNKNOWN, with what would have to be known. */
static inline enum tri
unknown(struct ctx *ctx, const char *need)
{
	ctx->need = need;
	return TRI_UNKNOWN;
}

/* Drops the packet: TRI_NO with ctx->hotdrop. */
enum tri hotdrop(struct ctx *, struct sbuf *why, const char *reason);

/* The explain of a test: the same with no effect on 'ctx'. */
void	explain_by(enum tri (*test)(const void *, struct ctx *, struct sbuf *),
	    const void *data, struct ctx *, struct sbuf *);

#define EVAL_BY(name)							\
static enum tri								\
name##_eval(const void *data, struct ctx *ctx)				\
{									\
	return name##_test(data, ctx, NULL);				\
}									\
static void								\
name##_explain(const void *data, struct ctx *ctx, struct sbuf *why)	\
{									\
	explain_by(name##_test, data, ctx, why);			\
}									\
struct ext

/* As ext_l4, but answers if only the first 'known' of the 'n' bytes that
 * must be there were captured. */
const uint8_t *l4_part(struct ctx *, unsigned n, unsigned known,
	    enum tri *result);
/* Were the first 'n' bytes of the L4 header captured? */
static inline bool
l4_known(const struct ctx *ctx, unsigned n)
{
	return ctx->pkt->have >= ctx->pkt->l4 + n;
}
/* 'n' bytes from offset 'off' as the kernel's skb_header_pointer; null:
 * *result is TRI_NO (the packet is too short) or TRI_UNKNOWN (cut). */
const uint8_t *packet_bytes(struct ctx *, uint32_t off, uint32_t n,
	    enum tri *result);
/* Explains why l4_part answered null with 'result'; returns it. */
enum tri l4_missed(const struct ctx *, enum tri result, struct sbuf *why);

/* TOS or traffic class. */
static inline uint8_t
packet_dsfield(const struct packet *p)
{
	return p->family == AF_INET ? p->data[1] :
	    (uint8_t)(get16(p->data) >> 4);
}

/* ---- ranges ---- */

static inline bool
in_range(uint32_t v, uint32_t lo, uint32_t hi)
{
	return v >= lo && v <= hi;
}

/* "tcp dport is 8080, rule wants not 1:1024" */
enum tri range_miss(struct sbuf *why, const char *what, uint32_t v,
	    uint32_t lo, uint32_t hi, bool invert);
/* Test of a range that may be inverted. */
static inline enum tri
range_test(struct sbuf *why, const char *what, uint32_t v, uint32_t lo,
    uint32_t hi, bool invert)
{
	if (in_range(v, lo, hi) != invert)
		return TRI_YES;
	return why == NULL ? TRI_NO :
	    range_miss(why, what, v, lo, hi, invert);
}

/* " --opt lo:hi", or " --opt lo" if they are equal; "! " if 'invert'. */
void	save_range(struct sbuf *, bool invert, const char *opt, uint32_t lo,
	    uint32_t hi);
/* As iptables -L: " name:lo" or " names:lo:hi", "!" behind the colon;
 * nothing if it is 0 to 'max' and not inverted. */
void	list_range(struct sbuf *, bool invert, const char *name, uint32_t lo,
	    uint32_t hi, uint32_t max);

/* ---- ports ---- */

/* Ranges of ports in host order; tcp, udp, sctp, dccp have it first. */
struct ports { uint16_t src[2], dst[2]; };

enum { PORTS_SRC = 1 << 0, PORTS_DST = 1 << 1 };	/* inverted */

/* All ports. */
void	ports_init(void *data, int family);
/* "tcp sport is ..." and the same for dport; 'l4' has 4 bytes. */
enum tri ports_test(const struct ports *, unsigned invert,
	    const char *proto, const uint8_t *l4, struct sbuf *why);
/* The same for ext->lower, behind lower_l4. */
void	ports_lower(const struct ports *, unsigned invert, struct lower *);
/* Reads "a", "a:b", ":b", "a:" with names of services, where a reversed
 * range is an error (tcp, sctp), and as libxtables' XTTYPE_PORTRC, where it
 * just never matches and numbers are decimal (udp, dccp). */
bool	opt_ports_ordered(struct opt_arg *);
bool	opt_ports_any(struct opt_arg *);

#define OPTS_PORTS(type, reader)					\
	{ "--sport", "--source-port", 1, OPT_INVERT, reader,		\
	    .offset = offsetof(struct type, ports.src),			\
	    .inv_offset = offsetof(struct type, invert),		\
	    .inv_bit = PORTS_SRC },					\
	{ "--dport", "--destination-port", 1, OPT_INVERT, reader,	\
	    .offset = offsetof(struct type, ports.dst),			\
	    .inv_offset = offsetof(struct type, invert),		\
	    .inv_bit = PORTS_DST }

/* ---- lists of names ---- */

/* The next word of a list: 'len' characters, words are separated by 'sep',
 * empty ones skipped, as strtok does.  Null at the end. */
const char *next_word(const char **s, char sep, size_t *len);
bool	word_is(const char *word, size_t len, const char *name); /* any case */

#endif

/* Helpers of connections: what they read in the packets, one file each.
 * Sheet: 3.8.  Kernel: nf_conntrack_helper.c, nf_confirm.
 *
 * A helper is a const struct; helper.c has the table of them.  It sees the
 * packets of its connections at the end of INPUT and POSTROUTING, as rules and
 * translation left them. */
#ifndef SIM_HELPER_H
#define SIM_HELPER_H

#include "sim/internal.h"

#include "sim/expect.h"

struct helper;

/* A packet that a helper looks at. */
struct helping {
	const struct helper *helper;
	struct sim *sim;
	struct packet *pkt;
	enum hook hook;
	struct ct *ct;
	struct ct_help *help;
	struct expects *expects;
	enum ctinfo info;
	enum ct_dir dir;
};

struct helper {
	uint8_t max_expected;		/* at a time, of one connection */
	uint16_t timeout;		/* of an expectation, in seconds */
	enum verdict (*help)(struct helping *);
};

extern const struct helper helper_amanda, helper_ftp, helper_irc,
	    helper_netbios_ns, helper_sane, helper_snmp, helper_tftp;

/* What runs when a packet of a connection with a helper ends. */
enum verdict help_packet(struct sim *, struct packet *, enum hook);
/* The connection comes from a listing: what was said in it before is not
 * known. */
void	help_adopt(struct expects *, struct ct *);

/* For helpers.  'n' bytes at 'off' behind the start of the L4 header; null: it
 * is shorter, or they are not known (that is told). */
const uint8_t *help_bytes(struct helping *, uint32_t off, uint32_t n);
/* All that is behind 'header' bytes of L4 header, *n of it; null: nothing. */
const uint8_t *help_payload(struct helping *, uint32_t header, uint32_t *n);
/* The same of a TCP segment of a connection that has seen both directions;
 * *seq is where it starts. */
const uint8_t *help_segment(struct helping *, uint32_t *seq, uint32_t *n);
/* nf_ct_expect_related. */
enum expected help_expect(struct helping *, const struct expect *);
/* The same in a translated connection: the peer is sent to the port that it
 * is told, or to another one if that is expected already; 0: there is none. */
uint16_t help_expect_port(struct helping *, struct expect *);
/* Puts 'text' in the place of 'len' bytes of a TCP or UDP packet at 'at'. */
enum verdict help_mangle(struct helping *, const uint8_t *at, uint32_t len,
	    const char *text);
/* nf_ct_refresh: the connection lives on for so long. */
void	help_refresh(struct helping *, unsigned seconds);
/* Says once that what the helper does to such packets is not known here. */
void	help_not_modelled(struct helping *);
/* nf_ct_helper_log, and V_DROP. */
enum verdict help_drop(struct helping *, const char *why);

/* Is the connection translated (IPS_NAT_MASK)? */
static inline bool
help_has_nat(const struct helping *h)
{
	return (h->ct->status & (CTS_SRC_NAT | CTS_DST_NAT)) != 0;
}

#endif

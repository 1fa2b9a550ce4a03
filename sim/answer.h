/* Answers that the host makes by itself: ICMP errors, TCP resets, redirects.
 * Sheet: 6.3, section 5.  Kernel: icmp.c, nf_reject_ipv4.c, _ipv6.c. */
#ifndef SIM_ANSWER_H
#define SIM_ANSWER_H

#include "model/ctx.h"

struct answer_limits;

struct answer_limits *answer_limits_new(const struct env *);
void	answer_limits_free(struct answer_limits *);
/* icmp_send / icmpv6_send about 'cause': builds it, rate-limits it, sends it
 * through OUTPUT.  'info' is the second word (MTU, pointer, gateway).  An
 * IPv4 redirect has ip_rt_send_redirect's own limit. */
void	answer_icmp(struct sim *, struct packet *cause, unsigned type,
	    unsigned code, uint32_t info);
/* The same for a packet that the routing decision refuses: IPv4 has one more
 * limit there (ip_error). */
void	answer_no_route(struct sim *, struct packet *cause, unsigned type,
	    unsigned code);
/* IPv6: tells the sender of a packet that leaves by the device it came in by
 * of the better first hop, pkt->nexthop. */
void	answer_redirect6(struct sim *, struct packet *cause);
/* REJECT (services.reject). */
void	answer_reject(struct sim *, struct packet *cause, enum hook,
	    unsigned how);

/* TEE (services.tee): a copy that no connection counts. */
void	answer_tee(struct sim *, const struct packet *, enum hook,
	    const union addr *gateway, const struct iface *oif);

#endif

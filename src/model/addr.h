/* Addresses of both families, and what names them.
 *
 * 'family' is AF_INET or AF_INET6 everywhere: the kernel's own numbers
 * (NFPROTO_IPV4 2, NFPROTO_IPV6 10), as conntrack prints them. */
#ifndef MODEL_ADDR_H
#define MODEL_ADDR_H

#include "base/sbuf.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

/* In network byte order; IPv4 uses w[0] and leaves the rest zero. */
union addr {
	uint8_t b[16];
	uint32_t w[4];
	uint64_t q[2];
};

static inline bool
addr_equal(const union addr *a, const union addr *b)
{
	return a->q[0] == b->q[0] && a->q[1] == b->q[1];
}

/* Is (a & mask) == (b & mask)? */
static inline bool
addr_equal_masked(const union addr *a, const union addr *b,
    const union addr *mask)
{
	return (((a->q[0] ^ b->q[0]) & mask->q[0]) |
	    ((a->q[1] ^ b->q[1]) & mask->q[1])) == 0;
}

static inline bool
addr_is_zero(const union addr *a)
{
	return (a->q[0] | a->q[1]) == 0;
}

unsigned family_bits(int family);		/* 32 or 128 */
unsigned family_addr_size(int family);		/* 4 or 16 bytes */
/* <0, 0, >0 as numbers, most significant byte first. */
int	 addr_cmp(const union addr *, const union addr *);
void	 addr_mask(union addr *, int family, unsigned prefix);
/* The prefix length of a contiguous mask, -1 if it is not contiguous. */
int	 addr_prefix(const union addr *mask, int family);
/* Reads 'len' characters as an address of 'family'; only numeric forms. */
bool	 addr_parse(union addr *, int family, const char *, size_t len);
/* Same, of either family: v4 if it has no colon. */
bool	 addr_parse_any(union addr *, int *family, const char *, size_t len);
/* As inet_ntop: v6 compressed. */
void	 addr_print(struct sbuf *, int family, const union addr *);
/* v6 as eight groups of four digits, as LOG and /proc print it. */
void	 addr_print_full(struct sbuf *, int family, const union addr *);

/* ---- what an address is (in.h, ipv6.h) ---- */

/* Is it for use inside (RFC 1918, RFC 4193)? */
static inline bool
addr_is_private(int family, const union addr *a)
{
	if (family == AF_INET6)
		return (a->b[0] & 0xfe) == 0xfc;
	return a->b[0] == 10 || (a->b[0] == 192 && a->b[1] == 168) ||
	    (a->b[0] == 172 && a->b[1] >> 4 == 1);
}

static inline uint32_t
addr4_host(const union addr *a)
{
	return (uint32_t)a->b[0] << 24 | (uint32_t)a->b[1] << 16 |
	    (uint32_t)a->b[2] << 8 | a->b[3];
}

static inline bool
addr4_is_multicast(const union addr *a)
{
	return a->b[0] >> 4 == 0xe;
}

/* The rest of 0/8 is ordinary since 5.3. */
static inline bool
addr4_is_zeronet(const union addr *a)
{
	return a->w[0] == 0;
}

static inline bool
addr4_is_loopback(const union addr *a)
{
	return a->b[0] == 127;
}

static inline bool
addr4_is_lbcast(const union addr *a)
{
	return a->w[0] == UINT32_MAX;
}

static inline bool
addr6_is_multicast(const union addr *a)
{
	return a->b[0] == 0xff;
}

static inline bool
addr6_is_linklocal(const union addr *a)
{
	return a->b[0] == 0xfe && (a->b[1] & 0xc0) == 0x80;
}

static inline bool
addr6_is_loopback(const union addr *a)
{
	static const union addr loopback = { .b = { [15] = 1 } };

	return addr_equal(a, &loopback);
}

/* Does it mean something on one link alone? (rt6_need_strict) */
static inline bool
addr6_is_scoped(const union addr *a)
{
	return addr6_is_multicast(a) || addr6_is_linklocal(a) ||
	    addr6_is_loopback(a);
}

/* Protocol numbers and names as iptables prints them: the small table of
 * xtables (tcp, udp, udplite, icmp, ipv6-icmp, esp, ah, sctp, ipv6-mh; all is
 * 0), then /etc/protocols' common names.  Null if the number has no name. */
const char *proto_name(unsigned proto);
/* Number of a name (any case) or decimal number; -1 if it is neither. */
int	 proto_parse(const char *, size_t len);

#endif

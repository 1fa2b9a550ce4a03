/* Fields: what rules can ask of a packet, one list.  The analysis works on
 * points of the space that they span (model/hs.h).
 *
 *	id, name, bits, kind
 *
 * FIELD_NUMBER	a number, tested by ranges
 * FIELD_ADDR	an address as a number (32 or 128 bits, by family)
 * FIELD_IFACE	an interface's name; "" is none
 * FIELD_SMALL	up to 11 bits, tested by ranges and masks
 * FIELD_MARK	32 bits, tested by values under masks */
#ifndef MODEL_FIELD_H
#define MODEL_FIELD_H

#include <stdbool.h>
#include <stdint.h>

__extension__ typedef unsigned __int128 u128;

enum field_kind { FIELD_NUMBER, FIELD_ADDR, FIELD_IFACE, FIELD_SMALL,
    FIELD_MARK };

#define FIELDS(X)							\
	X(F_SRC,	"src",		128,	FIELD_ADDR)		\
	X(F_DST,	"dst",		128,	FIELD_ADDR)		\
	X(F_PROTO,	"proto",	8,	FIELD_SMALL)		\
	X(F_SPORT,	"sport",	16,	FIELD_NUMBER)		\
	X(F_DPORT,	"dport",	16,	FIELD_NUMBER)		\
	X(F_ICMP,	"icmp",		16,	FIELD_NUMBER)	/* type << 8 | code, either family */ \
	X(F_IN,		"in",		0,	FIELD_IFACE)		\
	X(F_OUT,	"out",		0,	FIELD_IFACE)		\
	X(F_CT,		"ct",		10,	FIELD_SMALL)	/* enum field_ct */ \
	X(F_FRAG,	"fragment",	1,	FIELD_SMALL)	/* 1: not the first */ \
	X(F_TCPFLAGS,	"tcpflags",	8,	FIELD_SMALL)	/* byte 13 */ \
	X(F_LENGTH,	"length",	16,	FIELD_NUMBER)	/* L3 bytes */	\
	X(F_TTL,	"ttl",		8,	FIELD_SMALL)	/* or hop limit */ \
	X(F_TOS,	"tos",		8,	FIELD_SMALL)	/* or traffic class */ \
	X(F_MARK,	"mark",		32,	FIELD_MARK)		\
	X(F_CONNMARK,	"connmark",	32,	FIELD_MARK)	/* 0 without a connection */ \
	X(F_PKTTYPE,	"pkttype",	3,	FIELD_SMALL)	/* enum pkt_type, as -m pkttype sees it */ \
	X(F_MAC,	"mac",		49,	FIELD_NUMBER)	/* MAC_NONE: no Ethernet source */ \
	X(F_SRCTYPE,	"srctype",	4,	FIELD_SMALL)	/* RTN_x, if no snapshot tells */ \
	X(F_DSTTYPE,	"dsttype",	4,	FIELD_SMALL)		\
	X(F_UID,	"uid",		33,	FIELD_NUMBER)	/* OWNER_NONE: no socket */ \
	X(F_GID,	"gid",		33,	FIELD_NUMBER)		\
	X(F_PHYSIN,	"physin",	0,	FIELD_IFACE)	/* bridge port */ \
	X(F_PHYSOUT,	"physout",	0,	FIELD_IFACE)		\
	X(F_MSS,	"mss",		17,	FIELD_NUMBER)	/* MSS_NONE: no such option */ \
	X(F_SPI,	"spi",		32,	FIELD_NUMBER)	/* of AH, ESP */ \
	X(F_CT_PROTO,	"ctproto",	8,	FIELD_SMALL)		\
	X(F_CT_ORIGSRC,	"ctorigsrc",	128,	FIELD_ADDR)		\
	X(F_CT_ORIGDST,	"ctorigdst",	128,	FIELD_ADDR)		\
	X(F_CT_REPLSRC,	"ctreplsrc",	128,	FIELD_ADDR)		\
	X(F_CT_REPLDST,	"ctrepldst",	128,	FIELD_ADDR)		\
	X(F_CT_ORIGSPORT, "ctorigsrcport", 16,	FIELD_NUMBER)		\
	X(F_CT_ORIGDPORT, "ctorigdstport", 16,	FIELD_NUMBER)		\
	X(F_CT_REPLSPORT, "ctreplsrcport", 16,	FIELD_NUMBER)		\
	X(F_CT_REPLDPORT, "ctrepldstport", 16,	FIELD_NUMBER)

#define X(id, name, bits, kind) id,
enum field { FIELDS(X) N_FIELDS };
#undef X

struct field_info { const char *name; uint8_t bits, kind; };
extern const struct field_info field_info[N_FIELDS];

#define MAC_NONE	(UINT64_C(1) << 48)
#define OWNER_NONE	(UINT64_C(1) << 32)
#define OWNER_KERNEL	UINT32_MAX	/* of its ICMP socket, which nobody owns */
#define MSS_NONE	(UINT64_C(1) << 16)

/* F_CT: the packet's relation to a connection.  State in the low 3 bits; the
 * others only with a connection, which INVALID and UNTRACKED have not. */
enum field_ct {
	FCT_INVALID = 0, FCT_NEW, FCT_RELATED, FCT_ESTABLISHED, FCT_UNTRACKED,
	FCT_STATE = 7,
	FCT_REPLY = 1 << 3,		/* direction */
	FCT_EXPECTED = 1 << 4,		/* status */
	FCT_SEEN_REPLY = 1 << 5,
	FCT_ASSURED = 1 << 6,
	FCT_CONFIRMED = 1 << 7,
	FCT_SRC_NAT = 1 << 8,
	FCT_DST_NAT = 1 << 9
};
enum { N_FCT_STATES = FCT_UNTRACKED + 1, N_FCT_BITS = 7 };
extern const char *const fct_state_names[N_FCT_STATES];	/* "NEW" */
extern const char *const fct_bit_names[N_FCT_BITS];	/* of 1 << 3 and on */

/* Can a packet have this value of a FIELD_SMALL field?  (A NEW packet is
 * never of the reply direction.) */
bool	field_valid(enum field, unsigned value, int family);

/* Values from 'lo' to 'hi', both included. */
struct range { u128 lo, hi; };

/* One packet of a set, by fields: a witness. */
struct point {
	int family;
	uint64_t asked;			/* bits 1 << enum field: the set asks */
	u128 value[N_FIELDS];		/* a usual value where it does not */
	char iface[4][16];		/* F_IN, F_OUT, F_PHYSIN, F_PHYSOUT */
	/* Conditions outside the fields ("-m string ...") that it must also
	 * meet or must not; null if none. */
	const char *also;
};

/* Where a field of kind FIELD_IFACE is in point.iface. */
unsigned field_iface(enum field);

/* An address as the number that F_SRC, F_DST hold. */
union addr;
u128	addr_number(const union addr *, int family);
void	number_addr(u128, int family, union addr *);
/* The same of an interface's name, 16 bytes at most, the first the most
 * significant; number_iface writes all 16, zeros behind the name. */
u128	iface_number(const char *name);
void	number_iface(u128, char *name);

/* What a packet has of a field.  False: the packet has no such field (ports of
 * a fragment behind the first), or it is not known (a capture was cut; the
 * type of an address that nobody stated).  As in the matches, F_TCPFLAGS and
 * F_MSS are what stands in the place of a TCP header in later fragments, too.
 * Interfaces go to 'name' (16 bytes). */
struct packet;
bool	field_read(const struct packet *, enum field, u128 *value, char *name);

#endif

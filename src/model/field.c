#include "model/field.h"

#include "model/lower.h"
#include "model/packet.h"

#include <netinet/in.h>

#define X(id, name, bits, kind) [id] = { name, bits, kind },
const struct field_info field_info[N_FIELDS] = { FIELDS(X) };
#undef X

const char *const fct_state_names[N_FCT_STATES] = { "INVALID", "NEW",
    "RELATED", "ESTABLISHED", "UNTRACKED" };
const char *const fct_bit_names[N_FCT_BITS] = { "reply", "expected",
    "seen-reply", "assured", "confirmed", "snat", "dnat" };

/* nf_conntrack_core.c: resolve_normal_ct.  A packet of the reply direction
 * is ESTABLISHED or RELATED; NEW is the original direction before any reply;
 * ESTABLISHED has seen one.  What has no connection has no status. */
static bool
valid_ct(unsigned v)
{
	unsigned state = v & FCT_STATE, status = v & ~(unsigned)FCT_STATE;

	if (v & FCT_ASSURED && !(v & FCT_SEEN_REPLY))
		return false;
	switch (state) {
	case FCT_INVALID:
	case FCT_UNTRACKED:
		return status == 0;
	case FCT_NEW:
		return !(v & (FCT_REPLY | FCT_SEEN_REPLY | FCT_EXPECTED));
	case FCT_RELATED:
		return true;
	case FCT_ESTABLISHED:
		return v & FCT_SEEN_REPLY && v & FCT_CONFIRMED;
	default:
		return false;
	}
}

bool
field_valid(enum field f, unsigned v, int family)
{
	if (v >> field_info[f].bits != 0)
		return false;
	if (f == F_CT)
		return valid_ct(v);
	if (f == F_PKTTYPE)
		return v < PKT_LOOPBACK;	/* never seen as such */
	if (f == F_SRCTYPE || f == F_DSTTYPE)
		return v < 12;
	if (f == F_PROTO)
		/* IPv6's hop-by-hop options are never the upper layer. */
		return family == AF_INET || v != 0;
	return true;
}

unsigned
field_iface(enum field f)
{
	return f == F_IN ? 0 : f == F_OUT ? 1 : f == F_PHYSIN ? 2 : 3;
}

u128
addr_number(const union addr *a, int family)
{
	u128 v = 0;

	for (unsigned i = 0; i < (family == AF_INET ? 4 : 16); i++)
		v = v << 8 | a->b[i];
	return v;
}

void
number_addr(u128 v, int family, union addr *a)
{
	memset(a, 0, sizeof(*a));
	for (unsigned i = family == AF_INET ? 4 : 16; i-- > 0; v >>= 8)
		a->b[i] = (uint8_t)v;
}

u128
iface_number(const char *name)
{
	size_t len = strnlen(name, IFNAME_SIZE);
	u128 v = 0;

	for (size_t i = 0; i < IFNAME_SIZE; i++)
		v = v << 8 | (i < len ? (uint8_t)name[i] : 0);
	return v;
}

void
number_iface(u128 v, char *name)
{
	for (unsigned i = IFNAME_SIZE; i-- > 0; v >>= 8)
		name[i] = (char)(uint8_t)v;
}

#include "ext/ctstate.h"

#include <strings.h>

static const char *const names[] = {
	"INVALID", "NEW", "RELATED", "ESTABLISHED", "UNTRACKED", "SNAT", "DNAT"
};
enum { N_NAMES = sizeof(names) / sizeof(names[0]) };

/* xt_conntrack.c: an IP_CT_UNTRACKED packet has no ct, nor has an invalid
 * one. */
unsigned
ctstate_of(const struct packet *p)
{
	static const uint8_t of_info[] = {
		[CTI_ESTABLISHED] = CTST_ESTABLISHED,
		[CTI_RELATED] = CTST_RELATED, [CTI_NEW] = CTST_NEW,
		[CTI_ESTABLISHED_REPLY] = CTST_ESTABLISHED,
		[CTI_RELATED_REPLY] = CTST_RELATED,
	};
	unsigned states;

	if (p->ct == NULL)
		return p->untracked ? CTST_UNTRACKED : CTST_INVALID;
	states = of_info[p->ctinfo];
	if (p->ct->status & CTS_SRC_NAT)
		states |= CTST_SNAT;
	if (p->ct->status & CTS_DST_NAT)
		states |= CTST_DNAT;
	return states;
}

static unsigned
read_one(const char *s, size_t len, unsigned allowed)
{
	/* As iptables looks them up: N is NEW, D is DNAT, I is INVALID. */
	for (unsigned i = 0; len > 0 && i < N_NAMES; i++)
		if ((allowed >> i & 1) && strncasecmp(names[i], s, len) == 0)
			return 1u << i;
	return 0;
}

unsigned
ctstate_read(const char *s, unsigned allowed)
{
	unsigned states = 0, one;

	for (;; s++) {
		size_t len = strcspn(s, ",");

		one = read_one(s, len, allowed);
		if (one == 0)
			return 0;
		states |= one;
		s += len;
		if (*s == '\0')
			return states;
	}
}

void
ctstate_print(struct sbuf *out, unsigned states)
{
	const char *sep = "";

	for (unsigned i = 0; i < N_NAMES; i++)
		if (states >> i & 1) {
			sbuf_printf(out, "%s%s", sep, names[i]);
			sep = ",";
		}
}

void
lower_has_ct(struct lower *l, bool has)
{
	static const struct range with = { FCT_NEW, FCT_ESTABLISHED };

	l->test(l, F_CT, FCT_STATE, &with, 1, !has);
}

/* F_CT counts the first five in their order, and has no others. */
void
lower_ctstate(struct lower *l, unsigned states, bool negate)
{
	unsigned nat = (states & CTST_SNAT ? FCT_SRC_NAT : 0) |
	    (states & CTST_DNAT ? FCT_DST_NAT : 0);
	unsigned mask = FCT_STATE | nat, n = 0, v;
	struct range r[4 * (FCT_STATE + 1)];

	for (v = 0; v <= mask; v++) {
		if ((v & ~mask) != 0 ||
		    ((v & nat) == 0 && !(states >> v & 1)))
			continue;
		if (n == 0 || r[n - 1].hi + 1 != v)
			r[n++].lo = v;
		r[n - 1].hi = v;
	}
	l->test(l, F_CT, mask, r, n, negate);
}

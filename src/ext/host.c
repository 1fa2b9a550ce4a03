#include "ext/host.h"

#include "ext/ext.h"

#include <arpa/inet.h>

bool
host_read(const char *s, size_t len, int family, union addr *a)
{
	char text[INET6_ADDRSTRLEN];
	struct in_addr in;

	if (addr_parse(a, family, s, len))
		return true;
	if (family != AF_INET || len >= sizeof(text))
		return false;
	memcpy(text, s, len);
	text[len] = '\0';
	if (strpbrk(text, " \t\n") != NULL || inet_aton(text, &in) == 0)
		return false;
	a->w[0] = in.s_addr;
	return true;
}

bool
plen_read(const char *s, int family, unsigned *plen)
{
	const char *end = s;
	union addr mask;
	uint64_t n;
	int prefix;

	if (read_number(&end, family_bits(family), &n) && *end == '\0') {
		*plen = (unsigned)n;
		return true;
	}
	if (!host_read(s, strlen(s), family, &mask))
		return false;
	prefix = addr_prefix(&mask, family);
	*plen = prefix < 0 ? PLEN_NONE : (unsigned)prefix;
	return true;
}

bool
plenmask_read(const char *s, int family, union addr *mask)
{
	unsigned plen;

	if (!plen_read(s, family, &plen))
		return false;
	addr_mask(mask, family, plen == PLEN_NONE ? family_bits(family) :
	    plen);
	return true;
}

bool
hostmask_read(const char *s, int family, union addr *a, union addr *mask)
{
	const char *slash = strchr(s, '/');

	*a = (union addr){ .q = { 0, 0 } };
	addr_mask(mask, family, family_bits(family));
	if (slash != NULL && !plenmask_read(slash + 1, family, mask))
		return false;
	return host_read(s, slash != NULL ? (size_t)(slash - s) : strlen(s),
	    family, a);
}

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

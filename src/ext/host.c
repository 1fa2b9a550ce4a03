#include "ext/host.h"

#include <arpa/inet.h>

#include "ext/ext.h"

bool
read_host(const char *s, size_t len, int family, union addr *out)
{
	struct in_addr in;
	char text[64];

	*out = (union addr){ .q = { 0, 0 } };
	if (family == AF_INET6)
		return addr_parse(out, family, s, len);
	if (len == 0 || len >= sizeof(text))
		return false;
	memcpy(text, s, len);
	text[len] = '\0';
	if (!inet_aton(text, &in))
		return false;
	out->w[0] = in.s_addr;
	return true;
}

bool
read_plenmask(const char *s, int family, union addr *mask)
{
	unsigned bits = family_bits(family);
	const char *end = s;
	uint64_t n;

	if (read_number(&end, UINT32_MAX, &n) && *end == '\0') {
		addr_mask(mask, family, n > bits ? bits : (unsigned)n);
		return true;
	}
	if (!addr_parse(mask, family, s, strlen(s)))
		return false;
	if (addr_prefix(mask, family) < 0)
		addr_mask(mask, family, bits);
	return true;
}

bool
read_hostmask(const char *s, int family, union addr *addr, union addr *mask)
{
	const char *slash = strchr(s, '/');

	addr_mask(mask, family, family_bits(family));
	if (slash != NULL && !read_plenmask(slash + 1, family, mask))
		return false;
	return read_host(s, slash != NULL ? (size_t)(slash - s) : strlen(s),
	    family, addr);
}

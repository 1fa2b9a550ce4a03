/* The standard option readers.  Numbers are read as xtables_strtoul does:
 * decimal, 0x hexadecimal or 0 octal, no sign but "+". */
#include "ext/ext.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>

static bool
read_any_number(const char **s, uint64_t max, uint64_t *out)
{
	const char *p = *s;
	char *end;

	while (isspace((unsigned char)*p))
		p++;
	if (*p == '-')
		return false;
	errno = 0;
	*out = strtoull(p, &end, 0);
	if (end == p || errno != 0 || *out > max)
		return false;
	*s = end;
	return true;
}

bool
read_number(const char **s, uint64_t max, uint64_t *out)
{
	const char *p = *s;
	uint64_t v = 0;

	if (*p < '1' || *p > '9')
		return read_any_number(s, max, out);
	for (; *p >= '0' && *p <= '9'; p++)
		if (__builtin_mul_overflow(v, 10, &v) ||
		    __builtin_add_overflow(v, (uint64_t)(*p - '0'), &v))
			return false;
	if (v > max)
		return false;
	*s = p;
	*out = v;
	return true;
}

/* One number that is the whole word, within min and max of the option. */
static bool
whole_number(struct opt_arg *a, uint64_t type_max, uint64_t *v)
{
	uint64_t max = a->opt->max ? a->opt->max : type_max;
	const char *s = a->text;

	if (read_number(&s, max, v) && *s == '\0' && *v >= a->opt->min)
		return true;
	return opt_error(a, "bad value for option \"%s\", or out of range "
	    "(%llu-%llu)", a->opt->name, (unsigned long long)a->opt->min,
	    (unsigned long long)max);
}

static void *
target(struct opt_arg *a)
{
	return (char *)a->data + a->opt->offset;
}

bool
opt_u8(struct opt_arg *a)
{
	uint64_t v;

	if (!whole_number(a, UINT8_MAX, &v))
		return false;
	*(uint8_t *)target(a) = (uint8_t)v;
	return true;
}

bool
opt_u16(struct opt_arg *a)
{
	uint64_t v;

	if (!whole_number(a, UINT16_MAX, &v))
		return false;
	*(uint16_t *)target(a) = (uint16_t)v;
	return true;
}

bool
opt_u32(struct opt_arg *a)
{
	uint64_t v;

	if (!whole_number(a, UINT32_MAX, &v))
		return false;
	*(uint32_t *)target(a) = (uint32_t)v;
	return true;
}

bool
opt_u64(struct opt_arg *a)
{
	uint64_t v;

	if (!whole_number(a, UINT64_MAX, &v))
		return false;
	*(uint64_t *)target(a) = v;
	return true;
}

/* xtoptions.c, xtopt_parse_mint: an empty part is the type's end; order of
 * the two is not looked at. */
static bool
number_range(struct opt_arg *a, uint64_t type_max, uint64_t v[2])
{
	uint64_t max = a->opt->max ? a->opt->max : type_max;
	const char *s = a->text;

	v[0] = 0;
	if (*s != ':' && *s != '\0' && !read_number(&s, max, &v[0]))
		goto bad;
	v[1] = v[0];
	if (*s == '\0')
		return true;
	if (*s++ != ':')
		goto bad;
	v[1] = max;
	if (*s != '\0' && !read_number(&s, max, &v[1]))
		goto bad;
	if (*s == '\0')
		return true;
bad:
	return opt_error(a, "bad value for option \"%s\" near \"%s\", or out "
	    "of range (0-%llu)", a->opt->name, s, (unsigned long long)max);
}

bool
opt_u16range(struct opt_arg *a)
{
	uint64_t v[2];
	uint16_t *out = target(a);

	if (!number_range(a, UINT16_MAX, v))
		return false;
	out[0] = (uint16_t)v[0];
	out[1] = (uint16_t)v[1];
	return true;
}

bool
opt_u32range(struct opt_arg *a)
{
	uint64_t v[2];
	uint32_t *out = target(a);

	if (!number_range(a, UINT32_MAX, v))
		return false;
	out[0] = (uint32_t)v[0];
	out[1] = (uint32_t)v[1];
	return true;
}

bool
opt_mark(struct opt_arg *a)
{
	const char *s = a->text;
	uint32_t *out = target(a);
	uint64_t value, mask = UINT32_MAX;

	if (!read_number(&s, UINT32_MAX, &value))
		return opt_error(a, "bad mark value for option \"%s\", or "
		    "out of range", a->opt->name);
	if (*s == '/' && (s++, !read_number(&s, UINT32_MAX, &mask)))
		return opt_error(a, "bad mask value for option \"%s\", or "
		    "out of range", a->opt->name);
	if (*s != '\0')
		return opt_error(a, "trailing garbage after value for option "
		    "\"%s\"", a->opt->name);
	out[0] = (uint32_t)value;
	out[1] = (uint32_t)mask;
	return true;
}

bool
opt_text(struct opt_arg *a)
{
	size_t len = strlen(a->text);

	if (a->opt->max != 0 && len > a->opt->max)
		return opt_error(a, "argument must have a maximum length of "
		    "%llu characters", (unsigned long long)a->opt->max);
	if (len < a->opt->min)
		return opt_error(a, "argument must have a minimum length of "
		    "%llu characters", (unsigned long long)a->opt->min);
	*(const char **)target(a) = arena_strndup(a->arena, a->text, len);
	return true;
}

bool
opt_flag(struct opt_arg *a)
{
	*(bool *)target(a) = true;
	return true;
}

/* xtables.c, __numeric_to_ipaddr: parts in any base; an address of fewer
 * than four parts is a network, filled up with zeros on the right. */
static bool
read_addr4(const char *s, size_t len, bool is_mask, union addr *out)
{
	char text[20];

	memset(out, 0, sizeof(*out));
	if (addr_parse(out, AF_INET, s, len))
		return true;
	if (len >= sizeof(text))
		return false;
	memcpy(text, s, len);
	text[len] = '\0';
	s = text;
	for (int i = 0; i < 4; i++) {
		uint64_t byte;

		if (!read_number(&s, UINT8_MAX, &byte))
			return false;
		out->b[i] = (uint8_t)byte;
		if (*s == '\0')
			return i == 3 || !is_mask;
		if (*s++ != '.')
			return false;
	}
	return false;
}

static bool
read_mask(const char *s, int family, union addr *mask)
{
	size_t len = strlen(s);
	uint64_t prefix;

	if (family == AF_INET ? strchr(s, '.') != NULL &&
	    read_addr4(s, len, true, mask) : addr_parse(mask, family, s, len))
		return true;
	if (!read_number(&s, family_bits(family), &prefix) || *s != '\0')
		return false;
	addr_mask(mask, family, (unsigned)prefix);
	return true;
}

bool
read_addr_mask(const char *s, int family, union addr *addr,
    union addr *mask)
{
	const char *slash = strrchr(s, '/');
	size_t len = slash ? (size_t)(slash - s) : strlen(s);

	if (slash == NULL)
		addr_mask(mask, family, family_bits(family));
	else if (!read_mask(slash + 1, family, mask))
		return false;
	memset(addr, 0, sizeof(*addr));
	if (addr_is_zero(mask))		/* "any/0": the name is not looked at */
		return true;
	return family == AF_INET ? read_addr4(s, len, false, addr) :
	    addr_parse(addr, family, s, len);
}

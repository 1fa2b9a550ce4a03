/* Names of ICMP and ICMPv6 types and codes, as iptables spells them. */
#ifndef MODEL_ICMP_H
#define MODEL_ICMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct icmp_name {
	const char *name;		/* null ends a table */
	uint8_t type, code_min, code_max;
};

/* In iptables' order: a type, its codes, then the next type; of several
 * names for one thing the first is the one that is printed. */
extern const struct icmp_name icmp_names[], icmp6_names[];

static inline const struct icmp_name *
icmp_names_of(bool v6)
{
	return v6 ? icmp6_names : icmp_names;
}

/* The entry of a name in any case, by unique prefix too; null: none. */
const struct icmp_name *icmp_name_find(const struct icmp_name *,
	    const char *, size_t len);
/* The name of exactly this type and code, else of the type; null: none. */
const char *icmp_name_of(const struct icmp_name *, unsigned type,
	    unsigned code);

#endif

/* What -m icmp and -m icmp6 share. */
#ifndef EXT_ICMP_H
#define EXT_ICMP_H

#include "ext/l4.h"

struct icmp {
	uint8_t type;
	uint8_t code[2];		/* from, to */
	uint8_t invert;
};

/* Reads a name, "type", "type/code" or "type/from:to". */
bool	opt_icmp_type(struct opt_arg *);
void	icmp_list(const struct icmp *, const char *name, struct sbuf *);
/* type 255 is any type if 'any'. */
enum tri icmp_test(const struct icmp *, struct ctx *, struct sbuf *why,
	    bool any);
/* The ext->lower of both. */
bool	icmp_lower(const struct icmp *, struct lower *, bool any);

#endif

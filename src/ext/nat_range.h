/* What the targets of table nat share: reading and printing of address and
 * port ranges.  The data of each is a struct nat_range. */
#ifndef EXT_NAT_RANGE_H
#define EXT_NAT_RANGE_H

#include "ext/ext.h"

/* "ADDR[-ADDR][:PORT[-PORT[/BASE]]]", v6 addresses in [] before ports. */
bool	nat_read_to(struct opt_arg *);
/* "PORT[-PORT[/BASE]]" */
bool	nat_read_ports(struct opt_arg *);
/* A flag: opt->min is the enum nat_flags. */
bool	nat_read_flag(struct opt_arg *);
/* 'before' the range ("to:", "--to-source "), without its leading colon if
 * 'skip_colon', and before each flag 'dashes'. */
void	nat_print(const struct nat_range *, int family, const char *before,
	    const char *dashes, bool skip_colon, struct sbuf *);
/* nf_nat_setup_info for the packet with the range's address replaced by
 * 'addr'. */
enum verdict nat_to(struct ctx *, const struct nat_range *,
	    const union addr *, enum nat_manip);

/* For ext->change: what becomes of address and port. */
void	nat_change(const struct nat_range *, struct changes *, enum nat_manip);
/* ... and of an address that becomes one of the host's own. */
void	nat_change_own(struct changes *, enum field);

#endif

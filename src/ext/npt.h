/* What SNPT and DNPT share: prefix translation that leaves checksums valid
 * (RFC 6296; ip6t_NPT.c). */
#ifndef EXT_NPT_H
#define EXT_NPT_H

#include "ext/ext.h"

struct npt {
	union addr from, to;
	uint8_t from_len, to_len;
};

extern const struct opt npt_opts[];

bool	npt_check(struct ext_check *);
void	npt_save(const void *, const struct ext_print *, struct sbuf *);
void	npt_list(const struct npt *, const char *name, struct sbuf *);
/* Translates the address at 'at' (8: source, 24: destination), and the other
 * one of a packet that an ICMPv6 error quotes. */
enum verdict npt_act(const struct npt *, struct ctx *, unsigned at);

#endif

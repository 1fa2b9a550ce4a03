/* What -m hbh and -m dst share: a header of options. */
#ifndef EXT_OPTS6_H
#define EXT_OPTS6_H

#include "ext/hdr6.h"

#include <stddef.h>

enum { OPTS6_LEN = 1 << 0, OPTS6_OPTS = 1 << 1 };

struct opts6_option {
	uint8_t type;
	uint8_t length;			/* 255: any */
};

struct opts6 {
	uint32_t length;
	const struct opts6_option *options;	/* in their order, n of them */
	uint8_t n;
	uint8_t given, invert;		/* OPTS6_x */
};

#define OPTS6(name)							\
	{ "--" name "-len", NULL, 1, OPT_INVERT, opt_u32,		\
	    .offset = offsetof(struct opts6, length),			\
	    .inv_offset = offsetof(struct opts6, invert),		\
	    .inv_bit = OPTS6_LEN },					\
	{ "--" name "-opts", NULL, 1, 0, .read = opts6_read }

bool	opts6_read(struct opt_arg *);
bool	opts6_check(struct ext_check *);
void	opts6_save(const struct opts6 *, const char *name, struct sbuf *);
void	opts6_list(const struct opts6 *, const char *name, struct sbuf *);
enum tri opts6_test(const struct opts6 *, unsigned header, const char *name,
	    struct ctx *, struct sbuf *why);

#endif

/* What -m ttl and -m hl share: a byte equal to, below or above a value. */
#ifndef EXT_TTL_H
#define EXT_TTL_H

#include "ext/l4.h"

enum ttl_mode { TTL_EQ, TTL_NE, TTL_LT, TTL_GT };

struct ttl {
	uint8_t value;
	uint8_t invert;
	uint8_t mode;			/* enum ttl_mode */
};

#define OPTS_TTL(name)							\
	{ "--" name "-eq", "--" name, 1, OPT_INVERT, opt_u8,		\
	    .offset = offsetof(struct ttl, value),			\
	    .inv_offset = offsetof(struct ttl, invert), .inv_bit = 1,	\
	    .excludes = 7 },						\
	{ "--" name "-lt", NULL, 1, 0, opt_u8,				\
	    .offset = offsetof(struct ttl, value), .excludes = 7 },	\
	{ "--" name "-gt", NULL, 1, 0, opt_u8,				\
	    .offset = offsetof(struct ttl, value), .excludes = 7 }

bool	ttl_check(struct ext_check *);
/* " --ttl-eq 64" for name "ttl" */
void	ttl_save(const struct ttl *, const char *name, struct sbuf *);
/* " TTL match TTL == 64" for name "TTL" */
void	ttl_list(const struct ttl *, const char *name, struct sbuf *);
enum tri ttl_value_test(const struct ttl *, const char *name, unsigned value,
	    struct sbuf *why);
/* The ext->lower of both. */
bool	ttl_lower(const void *data, struct lower *);

#endif

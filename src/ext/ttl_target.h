/* What -j TTL and -j HL share: a byte set, lowered or raised (xt_HL.c). */
#ifndef EXT_TTL_TARGET_H
#define EXT_TTL_TARGET_H

#include "ext/ext.h"

enum ttl_action { TTL_SET, TTL_DEC, TTL_INC };

struct ttl_target { uint8_t value, action; };

/* The options for name "ttl"; each excludes the others. */
#define OPTS_TTL_TARGET(word)						\
	{ .name = "--" word "-set", .args = 1, .read = ttl_target_read,	\
	    .excludes = 7 },						\
	{ .name = "--" word "-dec", .args = 1, .read = ttl_target_read,	\
	    .min = 1, .excludes = 7 },					\
	{ .name = "--" word "-inc", .args = 1, .read = ttl_target_read,	\
	    .min = 1, .excludes = 7 }

bool	ttl_target_read(struct opt_arg *);
bool	ttl_target_check(struct ext_check *);
/* " --ttl-set 64" for name "ttl" */
void	ttl_target_save(const struct ttl_target *, const char *name,
	    struct sbuf *);
/* " TTL set to 64" for name "TTL" */
void	ttl_target_list(const struct ttl_target *, const char *name,
	    struct sbuf *);
enum verdict ttl_target_act(const void *, struct ctx *);
void	ttl_target_explain(const void *, struct ctx *, struct sbuf *);

void	ttl_target_change(const void *data, struct changes *);

#endif

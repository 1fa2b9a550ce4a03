/* Changing: a target says what becomes of the fields of packets that it is
 * used on.  ext->change calls these; the analysis listens. */
#ifndef MODEL_CHANGE_H
#define MODEL_CHANGE_H

#include "model/addr.h"
#include "model/env.h"
#include "model/field.h"
#include "model/hook.h"

struct changes {
	int family;
	const struct env *env;
	enum hook hook;			/* HOOK_NONE: any */
	/* The bits of 'mask' become those of 'value'; bits of 'value' outside
	 * 'mask' are turned round (FIELD_MARK, FIELD_SMALL); the others
	 * stay. */
	void	(*set)(struct changes *, enum field, u128 mask, u128 value);
	/* It becomes one of these; n 0: anything. */
	void	(*choose)(struct changes *, enum field, const struct range *,
		    unsigned n);
	/* The bits of 'mask' become those of the other field. */
	void	(*copy)(struct changes *, enum field to, enum field from,
		    uint32_t mask);
};

static inline void
change_unknown(struct changes *c, enum field f)
{
	c->choose(c, f, NULL, 0);
}

#endif

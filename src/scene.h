/* Scenes: the rules and the host that tests are about, and which of the
 * rules their packets hit. */
#ifndef SCENE_H
#define SCENE_H

#include "inputs.h"
#include "parsers/expect.h"

struct scene {
	struct scene *next;
	struct inputs in;
	/* Rules of both families in the order they stand. */
	const struct rule **rules;
	bool *hit;
	unsigned n_rules;
};

/* The scene of a file: what it names, else what 'usual' (the command line)
 * does.  Files that name the same share one of 'scenes'.  Null after errors,
 * in usual->diags. */
struct scene *scene_of(struct scene **scenes, struct inputs *usual,
	    const struct expect_file *);
/* Notes the rules that this simulator counted packets of. */
void	scene_cover(struct scene *, const struct sim *);
void	scenes_free(struct scene *);	/* null-safe */

#endif

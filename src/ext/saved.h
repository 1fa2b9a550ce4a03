/* What ext->save printed, taken apart again: options with their words.  For
 * forms that show a rule as a structure (JSON, XML) or quote otherwise. */
#ifndef EXT_SAVED_H
#define EXT_SAVED_H

#include "ext/ext.h"

struct saved_word {
	const char *text;
	bool quoted;
};

struct saved_opt {
	const char *name;		/* "--dport"; null: words before any option */
	bool invert;
	unsigned first, n;		/* its words, in saved->words */
};

struct saved {
	struct saved_opt *opts;
	struct saved_word *words;
	unsigned n_opts, n_words, room_opts, room_words;
	char *text;			/* what the words point into */
	size_t room;
};

#define SAVED_INIT { NULL, NULL, 0, 0, 0, 0, NULL, 0 }

/* Takes 'text' apart into 's', which is used again.  'ext' tells how many
 * words an option takes; null: the options are iptables' own (-s, -p); what
 * the extension does not know takes all words that are no options. */
void	saved_read(struct saved *s, const char *text, const struct ext *ext);
/* The word behind an option of a match or target of 'r'; null if it is not
 * there.  Good until 's' is used again. */
const char *saved_option(struct saved *s, const struct rule *r,
	    const struct use *, const char *name);
void	saved_free(struct saved *);

#endif

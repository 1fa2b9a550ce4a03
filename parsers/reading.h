/* What the files that read one command share: cmdline.c finds the options,
 * ownopts.c has those of iptables itself, uses.c those of matches and
 * targets.  Nobody else includes it. */
#ifndef PARSERS_READING_H
#define PARSERS_READING_H

#include "parsers/cmdline.h"

enum { NAME_LONGEST = 28 };		/* XT_EXTENSION_MAXNAMELEN - 1 */

/* ---- where reading is (cmdline.c) ---- */

struct at {
	unsigned next;			/* the next word to look at */
	unsigned first;			/* the "!" or name of the option at hand */
	const char *cluster;		/* the rest of "-nvx", or null */
	bool invert;
	char letter;			/* of the option, if iptables' own */
	bool skip;			/* the line is for the other family */
	struct word arg;		/* of the option at hand */
	unsigned last;			/* its last word */
};

struct loc at_loc(const struct cmdline *, const struct at *);
/* Reports at the option at hand; false. */
bool	at_error(struct cmdline *, const struct at *, const char *fmt, ...)
	    __attribute__((format(printf, 3, 4)));
/* Is there a next word that does not look like an option or "!"? */
bool	at_has_arg(const struct cmdline *, const struct at *);
/* Takes the next word as at->arg. */
void	at_take(struct cmdline *, struct at *);
/* Takes what is written into the option's own word, from 'text' on. */
void	at_take_rest(struct cmdline *, struct at *, const char *text);
/* If at->arg is "!", as in old dumps: inverts and takes the next word. */
void	at_old_invert(struct cmdline *, struct at *);

/* ---- iptables' own options (ownopts.c) ---- */

struct own_opt {
	char letter;
	const char *name;
	enum { ARG_NO, ARG_YES, ARG_MAYBE } arg;
	bool (*read)(struct cmdline *, struct at *);
	unsigned command;		/* what it commands */
	unsigned with;			/* commands that it may go with */
	uint8_t invert;			/* bit of rule->invert, 0: never */
};

extern const struct own_opt own_opts[];	/* ends with a null name */
/* Reads one; 'inner' is what stands behind "=" or in the rest of a cluster,
 * or null. */
bool	own_read(struct cmdline *, struct at *, const struct own_opt *,
	    const char *inner);
/* The addresses of -s and -d. */
bool	own_addresses(struct cmdline *);
/* Do the options that were given go with the command? */
bool	own_fit(struct cmdline *);

/* ---- matches and targets (uses.c) ---- */

/* Null: there is none that we know. */
const struct ext *use_find(struct cmdline *, enum ext_kind,
	    const struct word *name);
/* Loads it: options may follow.  'name' is kept of those we do not know. */
struct reading *use_load(struct cmdline *, const struct ext *,
	    const struct word *name, struct loc);
/* The last one loaded that we do not know; null: none. */
struct reading *use_unknown(struct cmdline *);
/* xshared.c, load_proto: the first option that nobody knows loads the match
 * of the protocol, once.  Next to a match that we do not know, the option
 * must be its for certain. */
bool	use_imply(struct cmdline *, struct at *, const char *opt, size_t len);
/* Reads an option of a match that we do not know. */
bool	use_read_unknown(struct cmdline *, struct at *, struct reading *);
/* iptables-save printed "[unsupported revision]" in the place of the options
 * of what was loaded last: it becomes one that we do not know.  Takes the two
 * words; false: these are other words. */
bool	use_unsupported(struct cmdline *, struct at *);
/* Reads option 'index' of what is being read. */
bool	use_read(struct cmdline *, struct at *, struct reading *,
	    unsigned index, const char *inner);
/* All options were read: matches in their order, then the target. */
bool	use_finish_all(struct cmdline *);

#endif

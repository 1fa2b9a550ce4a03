/* Words: a line of a ruleset cut into arguments.
 *
 * Two dialects: that of iptables-restore (double quotes, and a backslash
 * that counts only inside them), and that of the shell (both quotes,
 * backslash, comments; expansion, redirection and control are refused).
 *
 * The words of one line share one buffer which the next line uses again:
 * they are borrowed until then.  Each is terminated by a 0. */
#ifndef PARSERS_WORDS_H
#define PARSERS_WORDS_H

#include "base/diag.h"

struct word {
	const char *text;
	uint32_t len;
	uint32_t off, size;		/* where it is written, quotes and all */
};

struct words {
	struct word *v;
	unsigned n, room;
	const struct source *src;
	struct loc at;			/* of words_add */
	char *text;			/* what the words point into */
	size_t text_room;
};

#define WORDS_INIT { NULL, 0, 0, NULL, { NULL, 0, 0 }, NULL, 0 }

void	words_free(struct words *);
/* Cuts [off, end) of 'src' as iptables-restore does. False after an error. */
bool	words_save(struct words *, const struct source *src, size_t off,
	    size_t end, struct diags *);
/* Cuts one command of a shell script that begins at *off and moves *off
 * behind it.  Lines that are continued are one command.  No words: a blank
 * line or a comment.  False after an error, *off behind the line. */
bool	words_shell(struct words *, const struct source *src, size_t *off,
	    struct diags *);
/* Words that come from elsewhere, all at one place: begin, then add; the
 * texts are borrowed. */
void	words_begin(struct words *, struct loc);
void	words_add(struct words *, const char *text, size_t len);
struct loc word_loc(const struct words *, unsigned i);
/* From the first word 'from' to the end of word 'to'. */
struct loc words_loc(const struct words *, unsigned from, unsigned to);
/* Prints a word so that words_save reads it back: quoted if it must be. */
void	word_save(struct sbuf *, const char *text);

#endif

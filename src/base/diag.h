/* Diagnostics: what we tell the user about his input, with the place.
 *
 *	rules.v4:2:20: error: --length: expected ..., got '9:3'
 *	  -A INPUT -m length --length 9:3 -j DROP
 *	                     ^~~~~~~~~~~
 *
 * A parser reports and goes on; the caller looks at 'errors' at the end.
 * Text quoted from the input is printed with control characters escaped. */
#ifndef BASE_DIAG_H
#define BASE_DIAG_H

#include "base/arena.h"
#include "base/sbuf.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* One input text, kept whole so that diagnostics can quote it. */
struct source {
	const char *name;		/* "rules.v4", "<stdin>", ... */
	const char *text;
	size_t size;			/* below 4 GiB */
};

/* A place in a source: byte range.  Line and column are found when needed. */
struct loc {
	const struct source *src;	/* null: no place known */
	uint32_t off, len;
};

enum diag_level { DIAG_NOTE, DIAG_WARNING, DIAG_ERROR };

struct diag {
	struct diag *next;
	enum diag_level level;
	struct loc loc;
	const char *text;
	const char *id;			/* of the finding that it is, or null */
};

struct diags {
	struct arena *arena;		/* owns the entries */
	struct diag *first, *last;
	unsigned errors, warnings;
	bool ids;			/* print them, too */
};

enum {
	DIAG_LONGEST = 1000,		/* more of a message is cut */
	DIAG_MAX_ERRORS = 20,		/* parsers stop after so many */
	DIAG_MAX_WARNINGS = 100		/* later ones are only counted */
};

void	diag_init(struct diags *, struct arena *);
void	diag_add(struct diags *, enum diag_level, struct loc,
	    const char *fmt, ...) __attribute__((format(printf, 4, 5)));
void	diag_print(const struct diags *, FILE *);
/* Says which finding the one told last is; false, as of those who tell:
 * return cmdline_error(...) || diag_id(c->diags, "FW1002"). */
bool	diag_id(struct diags *, const char *id);
/* Has the limit of errors been reached? */
bool	diag_full(const struct diags *);

#define diag_error(d, loc, ...)	diag_add((d), DIAG_ERROR, (loc), __VA_ARGS__)
#define diag_warn(d, loc, ...)	diag_add((d), DIAG_WARNING, (loc), __VA_ARGS__)

/* A place in 'src' that is 'len' bytes from 'off'. */
struct loc loc_at(const struct source *src, size_t off, size_t len);
/* Line and column of 'loc', both from 1; counts from the start of the text. */
void	loc_line(struct loc, unsigned *line, unsigned *col);

/* Reads the file 'path' ("-": standard input) whole into 'arena'.  Null and
 * an error in 'diags' if it cannot be read.  The text is terminated by a 0
 * that 'size' does not count. */
const struct source *source_read(const char *path, struct arena *,
	    struct diags *);
/* A source made of 'text', which must outlive it. */
const struct source *source_text(const char *name, const char *text,
	    struct arena *);

/* Appends 'len' bytes of hostile text: control characters and bytes that are
 * not UTF-8 come out as \xNN, so that nothing reaches a terminal raw.  Of
 * what would be longer than SAFE_LONGEST the beginning, and how long it was:
 * no line that iptables-restore takes is, if it can be read. */
enum { SAFE_LONGEST = 1 << 14 };
void	sbuf_safe(struct sbuf *, const char *, size_t len);
/* Is it UTF-8 without control characters? */
bool	text_is_clean(const char *, size_t len);

#endif

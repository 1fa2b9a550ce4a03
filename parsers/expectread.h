/* What the files that read expectations share (parsers/expect*.c); nobody
 * else includes it.  All report at a place and return false. */
#ifndef PARSERS_EXPECTREAD_H
#define PARSERS_EXPECTREAD_H

#include "parsers/expect.h"

struct expect_reader {
	const struct source *src;
	struct expect_file *file;
	struct arena *arena;
	struct diags *diags;
	struct expect_rules **last_rules;
	struct expect_test **last_test;	/* where the next one goes */
	struct expect_test *test;	/* the one at hand, or null */
	struct expect_line **last_line;
	unsigned errors;		/* there were when the test began */
};

#define EXPECT_VERDICTS "ACCEPT, DROP, REJECT, QUEUE, STOLEN, LOST or DEPENDS"

/* A piece of text, and where it is written. */
struct expect_word {
	const char *text;
	size_t len;
	struct loc loc;
	bool quoted;
};

bool	expect_error(struct expect_reader *, struct loc, const char *fmt, ...)
	    __attribute__((format(printf, 3, 4)));
bool	expect_is(const struct expect_word *, const char *);

/* ---- the file ---- */

void	expect_add_rules(struct expect_reader *, const struct expect_word *,
	    int family);
bool	expect_set_context(struct expect_reader *,
	    const struct expect_word *);
void	expect_add_test(struct expect_reader *, const struct expect_word *name,
	    struct loc);
struct expect_line *expect_add_line(struct expect_reader *);
/* All of the line was read: does it contradict itself? */
bool	expect_check(struct expect_reader *, const struct expect_line *);

/* ---- parts of a line ---- */

/* "ACCEPT|REJECT".  The second: does it look like one? */
bool	expect_verdicts(struct expect_reader *, const struct expect_word *,
	    unsigned *verdicts);
bool	expect_looks_like_verdict(const struct expect_word *);
/* "filter/INPUT#4", "filter/INPUT policy" */
bool	expect_by(struct expect_reader *, const struct expect_word *,
	    struct expect_by *);
/* One end more. */
bool	expect_end(struct expect_reader *, const struct expect_word *,
	    struct expect_nat *);
/* Lines of the log with this prefix; null: no line at all. */
struct expect_log *expect_log(struct expect_reader *, struct expect_line *,
	    const struct expect_word *prefix, struct loc);

/* ---- JSON ---- */

bool	expect_read_json(struct expect_reader *);

#endif

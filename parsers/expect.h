/* Expectation files: what packets must come to (nfwalk test).
 *
 *	ruleset edge1.rules
 *	test "ssh from the bastion only"
 *	  eth0 tcp 192.0.2.5 > 198.51.100.10:22   ACCEPT by filter/INPUT
 *	  eth0 tcp any       > 198.51.100.10:22   DROP
 *
 * or the same as JSON, which is told by its brace; docs/expectations.md has
 * both.  All of it lives in the arena that was given.
 *
 * expect.c		files, and the line language
 * expect_parts.c	verdicts, rules, translations: what both forms share
 * expect_json.c	JSON */
#ifndef PARSERS_EXPECT_H
#define PARSERS_EXPECT_H

#include "model/event.h"
#include "parsers/pktspec.h"

/* An allowed end of a translation: "10.0.0.1-10.0.0.9:8000-8010". */
struct expect_end {
	struct expect_end *next;
	int family;			/* 0: any address */
	union addr lo, hi;
	bool has_port;
	uint16_t port_lo, port_hi;
};

struct expect_nat {
	struct loc loc;
	bool said;
	bool none;			/* there must be no translation */
	bool set;			/* "in {...}": whatever the rules choose */
	bool ports;			/* of 'redirect': ends are ports alone */
	struct expect_end *ends;
};

struct expect_by {
	struct loc loc;
	bool said;
	enum table_id table;
	const char *chain;
	uint32_t rule;			/* 0: any of the chain, or of those that
					 * it called */
	bool policy;			/* the chain's policy and nothing else */
};

struct expect_log {
	struct expect_log *next;
	struct loc loc;
	const char *prefix;		/* null: no line at all */
	bool counted;
	uint32_t count;			/* else one at least */
};

/* A line: what comes to be of a packet, or of packets. */
struct expect_line {
	struct expect_line *next;
	struct loc loc;			/* of the packet */
	const char *words;		/* the packet as it was written */
	struct pktspec packet;
	bool flow;			/* it came before: nothing is expected */
	struct loc verdict_loc;
	unsigned verdicts;		/* bits 1 << enum disposition */
	struct expect_by by;
	struct expect_nat dnat, snat, redirect;
	struct expect_log *logs;
};

struct expect_test {
	struct expect_test *next;
	struct loc loc;
	const char *name;
	struct expect_line *lines;
};

struct expect_rules {
	struct expect_rules *next;
	struct loc loc;
	const char *path;		/* as seen from here, not from the file */
	int family;			/* 0: the file's own */
};

struct expect_file {
	const struct source *src;
	struct expect_rules *rules;
	const char *context;		/* a snapshot's folder, or null */
	struct expect_test *tests;
};

/* Reads the file ("-": standard input).  False after errors, each at its
 * place, of files that are named and cannot be read too; the rest was read
 * all the same. */
bool	expect_read(const char *path, struct expect_file *, struct arena *,
	    struct diags *);
bool	expect_read_source(const struct source *, struct expect_file *,
	    struct arena *, struct diags *);
/* Is it about more than one packet, by "any"? */
static inline bool
expect_is_set(const struct pktspec *p)
{
	return (p->has & (SPEC_ANY_SRC | SPEC_ANY_DST)) != 0;
}
/* What was said, in the words of the language: "in {10.0.0.1:80}". */
void	expect_print_verdicts(unsigned verdicts, struct sbuf *);
void	expect_print_by(const struct expect_by *, struct sbuf *);
void	expect_print_nat(const struct expect_nat *, struct sbuf *);
void	expect_print_log(const struct expect_log *, struct sbuf *);

#endif

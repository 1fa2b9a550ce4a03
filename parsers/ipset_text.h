/* The text of 'ipset save' in words, and what stands between the commas of an
 * element.  Used by parsers/ipset.c and ipset_elem.c. */
#ifndef PARSERS_IPSET_TEXT_H
#define PARSERS_IPSET_TEXT_H

#include "base/diag.h"
#include "ext/ipset.h"
#include "model/env.h"

enum { TOK_MAX = 64 };			/* words of a line */

struct tok { const char *s; size_t len; };

struct reader {
	struct env *env;
	const struct source *src;
	struct diags *diags;
	struct tok words[TOK_MAX];	/* of the line */
	unsigned n, at;
	unsigned ranged;		/* elements that ranges have made */
	bool exist;			/* -exist was given */
	bool ok;
};

/* What an element may be besides a single one: ranges. */
struct span {
	struct ipset_elem elem;
	union addr addr_to[2];		/* last address, if 'ranged' */
	bool ranged[2], has_cidr[2];
	uint16_t port_to;
	const char *at_member;		/* list:set: before or after it */
	bool before;
};

/* Splits a line; text in double quotes is one word, without them.  False:
 * it is empty or a comment, or it was reported. */
bool	tok_split(struct reader *, const char *s, const char *end);
/* The line's next word; at its end an empty one, behind the last. */
struct tok tok_next(struct reader *);
bool	tok_is(struct tok, const char *);
/* The part of 'w' before the first 'sep'; *rest is what is behind it, or an
 * empty word with a null text. */
struct tok tok_cut(struct tok w, char sep, struct tok *rest);
bool	tok_number(struct tok, uint64_t max, uint64_t *);
const char *tok_copy(struct reader *, struct tok);

/* The following report what is wrong and return false or null. */
bool	tok_error(struct reader *, struct tok, const char *what);
bool	tok_next_number(struct reader *, uint64_t max, uint64_t *);
bool	tok_name(struct reader *, struct tok, const char **name);
struct ipset *tok_set(struct reader *);

/* "a", "a/len", and in IPv4 "a-b": address 'i' of the element. */
bool	span_addr(struct reader *, struct tok, int family, unsigned i,
	    struct span *);
bool	span_ports(struct reader *, struct tok, struct span *);
/* "80", "tcp:80-90", "icmp:echo-request", "gre:0". */
bool	span_proto_port(struct reader *, struct tok, bool v6, struct span *);
bool	span_mac(struct reader *, struct tok, struct ipset_elem *);
bool	span_iface(struct reader *, struct tok, struct ipset_elem *);

/* The rest of a line "add" or "del" (parsers/ipset_elem.c). */
bool	ipset_change(struct reader *, bool add);

#endif

/* What the files that read packets in words share (parsers/spec*.c); nobody
 * else includes it.
 *
 * specwords.c	words and numbers
 * specfields.c	addresses, protocols, and the options behind "A > B"
 * specforms.c	the forms: "A > B", iptables', tcpdump's, conntrack's
 * pktspec.c	all of it; pktbuild.c makes the bytes */
#ifndef PARSERS_SPECREAD_H
#define PARSERS_SPECREAD_H

#include "parsers/pktspec.h"

enum { SPEC_MAX_WORDS = 96 };

struct spec_word { const char *s; uint32_t len; };

struct spec_reader {
	const struct source *src;
	struct pktspec *p;		/* being filled in */
	struct arena *arena;
	struct diags *diags;
	bool sets;			/* an address may be "any" */
	unsigned n, at;			/* words in all, word being read */
	uint32_t end;			/* offset behind the last one */
	struct spec_word words[SPEC_MAX_WORDS];
};

/* ---- words ---- */

/* Splits the text into r->words: at space, at a comma that ends a word, at
 * '>' and '->'; quotes keep one together. */
bool	spec_split(struct spec_reader *, const char *s, const char *end);
/* Reports at word 'i', or behind the last one; returns false. */
bool	spec_fail(struct spec_reader *, unsigned i, const char *fmt, ...)
	    __attribute__((format(printf, 3, 4)));
/* Is it this word, in any case? */
bool	spec_is(const struct spec_word *, const char *);
/* The word at hand; one of length 0 behind the last. */
const struct spec_word *spec_here(const struct spec_reader *);
/* A whole word as a number up to 'max', base 0. */
bool	spec_number(const struct spec_word *, uint64_t max, uint64_t *);
/* Moves to the next word, which option 'name' needs; null and an error if
 * there is none.  The second reads it as a number. */
const struct spec_word *spec_value(struct spec_reader *, const char *name);
bool	spec_value_number(struct spec_reader *, const char *name, uint64_t max,
	    uint64_t *);
/* Makes two words of NAME=VALUE, if the word at hand is one. */
void	spec_split_equals(struct spec_reader *);
/* Index of a word, -1: none. */
int	spec_find_word(const struct spec_reader *, const char *);

/* ---- fields ---- */

/* Where the parts of a sender or receiver go. */
struct spec_endpoint {
	union addr *addr;
	uint16_t *port;
	unsigned has, has_port, has_any;	/* noted in pktspec.has */
};

struct spec_endpoint spec_source(struct pktspec *);
struct spec_endpoint spec_destination(struct pktspec *);
/* These read 'len' characters, or word 'i', and report at word 'i'. */
bool	spec_read_address(struct spec_reader *, unsigned i, const char *,
	    size_t len, struct spec_endpoint);
bool	spec_read_port_word(struct spec_reader *, unsigned i, const char *,
	    size_t len, struct spec_endpoint);
bool	spec_read_endpoint(struct spec_reader *, unsigned i,
	    struct spec_endpoint);
bool	spec_read_iface(struct spec_reader *, unsigned i,
	    char name[IFNAME_SIZE]);
/* An interface, or "local". */
bool	spec_read_in(struct spec_reader *, unsigned i);
bool	spec_is_proto(const struct spec_word *, int *proto);
/* 'word' is how it was written; null: it goes without saying. */
void	spec_set_proto(struct pktspec *, int proto,
	    const struct spec_word *word);
bool	spec_is_icmp(const struct pktspec *);
/* 'icmp' between IPv6 addresses is ICMPv6. */
void	spec_icmp_by_family(struct pktspec *);
/* An ICMP type: a name, N, N/M. */
bool	spec_icmp_type(struct pktspec *, const struct spec_word *);
/* Flags by name, several joined by '/', '+' or ','. */
bool	spec_flag_list(const char *, size_t len, unsigned *flags);
/* The values of options at hand: flags syn,ack or [S.]; payload's length;
 * ctstate NEW. */
bool	spec_read_flags(struct spec_reader *);
bool	spec_read_length(struct spec_reader *);
bool	spec_read_state(struct spec_reader *);
/* The option of this name, whatever the word at hand is. */
bool	spec_read_named(struct spec_reader *, const char *name);
/* All that stands behind "A > B". */
bool	spec_read_options(struct spec_reader *);

/* ---- forms ---- */

bool	spec_read_any(struct spec_reader *);

#endif

/* Kernel LOG lines, read back into packets.
 *
 *	[UFW BLOCK] IN=eth0 OUT= MAC=... SRC=203.0.113.7 DST=198.51.100.10
 *	LEN=60 TOS=0x00 PREC=0x00 TTL=52 ID=4711 DF PROTO=TCP SPT=51514
 *	DPT=8080 WINDOW=64240 RES=0x00 SYN URGP=0
 *
 * (one line).  What stands before IN= is the rule's prefix, with whatever
 * the log daemon wrote before it. */
#ifndef PARSERS_FROMLOG_H
#define PARSERS_FROMLOG_H

#include "parsers/pktspec.h"

struct logged {
	struct pktspec spec;
	const char *before;		/* text before "IN=", in the source */
	uint32_t before_len;
	bool forwarded;			/* IN= and OUT= both name a device */
};

/* The next line of 'src' from '*off' that has IN= and SRC=; '*off' moves
 * behind it.  False: no more, or an error in 'diags'. */
bool	fromlog_next(const struct source *src, size_t *off, struct logged *,
	    struct arena *, struct diags *);

#endif

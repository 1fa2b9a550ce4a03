/* A set of packets, as options say it: --src, -p, --dport and their like.
 *
 * A "!" before a value means all but these; but for interfaces, flags and
 * marks a value may be a list with commas.  What an option needs is implied:
 * --dport any protocol with ports, --syn TCP, --icmp-type the family's ICMP;
 * a -p that contradicts it is an error. */
#ifndef ASKED_H
#define ASKED_H

#include "analysis/analysis.h"
#include "args.h"

struct asked {
	const char *command;		/* for messages */
	struct query q[2];		/* by family_index */
	/* The option that rules this family out; null: it may be asked. */
	const char *without[2];
	unsigned given;			/* options, bits by place in the table */
	bool protos[2][256];		/* that it may be ... */
	bool has_protos, l4;		/* ... if said; with an L4 header */
	bool in, out, state;		/* this was said */
};

void	asked_init(struct asked *, const char *command);
void	asked_free(struct asked *);
/* Their ctx is the struct asked. */
extern const struct arg asked_args[];
/* All options were read: completes the queries.  False after args_error: no
 * packet can be all of that. */
bool	asked_finish(struct asked *);

/* Reads the number of boxes to list; false after args_error. */
bool	read_boxes(const char *command, const struct arg *, const char *,
	    unsigned *);
/* Reads "a", "a/24", "a-b" as numbers of the family that it is of; false: it
 * is none of these. */
bool	read_addr_range(const char *, size_t len, int *family, struct range *);

#endif

/* Sets of packets and who decides them, as reports of query and diff tell
 * them: facts and texts, made by src/told.c. */
#ifndef REPORTS_REGIONS_H
#define REPORTS_REGIONS_H

#include "model/env.h"
#include "model/rule.h"

#include <stdio.h>

struct cJSON;

/* The values of one field that a box has: "10.0.0.0-10.0.0.255" (docs/
 * query.md).  Fields that may be anything are left out. */
struct box_field { const char *name, **values; unsigned n; };
struct packet_box {
	const char *words;		/* "tcp any > any:22 in eth0" */
	struct box_field *fields;
	unsigned n;
};
struct packet_set {
	struct packet_box *boxes;	/* disjoint if complete; else these are
					 * some of the packets, or */
	unsigned n;
	bool around;			/* they all are in these */
	bool complete;
	double count;			/* if complete */
	const char *witness;		/* one of them in words, or null */
};

/* Who decides, and how. */
struct decider {
	const struct rule *rule;
	const struct chain *chain;	/* whose policy or, of a user chain,
					 * whose end; or null */
	const char *verdict;		/* "ACCEPT"; "RETURN": end of a chain */
	const char *effects;		/* what was done to it, or null */
};

/* ---- query ---- */

struct query_region {
	struct decider by;
	const char *may;		/* what it hangs on; null: certain */
	/* The simulator could not run the witness, because; null: it has, or
	 * it was not asked to. */
	const char *not_replayed;
	int family;
	struct packet_set packets;
};
struct query_report {
	const struct query_region *regions;
	unsigned n;
	unsigned n_families;		/* that were asked */
	bool partial;			/* some regions may be missing */
	const char *path;		/* "in", or null: */
	const char *entry;		/* "filter/INPUT" */
	const struct env *env;
};

void	text_query(const struct query_report *, bool color, FILE *);
void	json_query(const struct query_report *, FILE *);
void	csv_query(const struct query_report *, FILE *);
void	md_query(const struct query_report *, FILE *);

/* ---- the service matrix ---- */

/* Protocols and, if not all, their ports ("dport") or types ("icmp"), as
 * values; no protocols: all. */
struct matrix_service {
	const char *words;		/* "tcp 22,443", "all" */
	bool partly;			/* not from or to every address, or it
					 * hangs on memory or chance */
	struct box_field protos, details;
};
/* Interfaces between which no rule makes a difference. */
struct matrix_zone {
	const char *name;		/* "eth0", "veth1, veth2 and 7 more" */
	const char **ifaces;		/* all of them; "br-+": that begin so; */
	unsigned n;			/* none: those that no rule names */
};
/* New connections from one zone to another. */
struct matrix_cell {
	const struct matrix_zone *from, *to;	/* null: this host */
	struct matrix_service *services;	/* accepted */
	unsigned n;
	const char *witness;		/* one of them, or null */
};
struct matrix_family {
	int family;
	const struct matrix_cell *cells;
	unsigned n;
};
struct matrix_report {
	const struct matrix_family *families;
	unsigned n;
	const struct env *env;
};

void	text_matrix(const struct matrix_report *, bool color, FILE *);
void	json_matrix(const struct matrix_report *, FILE *);
void	md_matrix(const struct matrix_report *, FILE *);
void	csv_matrix(const struct matrix_report *, FILE *);

/* ---- pieces ---- */

/* A member: the name and the array of values. */
void	json_field(struct cJSON *, const struct box_field *);
/* Of a set the members complete, count, boxes, witness. */
void	json_packets(struct cJSON *, const struct packet_set *);
/* As json_decider, and "verdict"; "rule" is "end" at a user chain's end. */
struct cJSON *json_deciding(const struct decider *);

struct sbuf;
/* In the cell of a table: a few boxes at most; who decides, and how. */
void	md_packets(struct sbuf *, const struct packet_set *);
void	md_deciding(struct sbuf *, const struct decider *);

struct teller;
/* As lines of words that begin at 'indent', a few boxes at most. */
void	text_packets(struct teller *, const struct packet_set *,
	    unsigned indent);
/* "DROP     filter/INPUT policy            rules:3", not ended. */
void	text_decider(struct teller *, const struct decider *);
/* "before" and the text on lines that begin at 'indent'. */
void	text_line(struct teller *, unsigned indent, const char *before,
	    const char *text);
void	text_assumed(struct teller *, const struct env *);

#endif

/* What a firewall's log would have: an event for each line of LOG, and for
 * each packet that did not get through, in the forms that log stores take,
 * one JSON object on a line (docs/formats.md).
 *
 * reports/logged.c	listens to the simulator
 * reports/logged_json.c	what both forms have
 * reports/ecs_json.c	Elastic Common Schema, and the names of Elastic's
 *			iptables integration
 * reports/ocsf_json.c	OCSF: Network Activity, class 4001 */
#ifndef REPORTS_LOGGED_H
#define REPORTS_LOGGED_H

#include "model/conn.h"
#include "model/words.h"
#include "reports/summary.h"

struct cJSON;

/* One event; all of it is borrowed for the call. */
struct logged {
	const char *capture;		/* and the number of its frame, from 1 */
	unsigned frame;
	int64_t time;			/* nanoseconds since the epoch */
	const char *line;		/* of LOG; null: it did not get through */
	unsigned level;			/* of LOG: that of syslog */
	enum disposition disposition;	/* without 'line' */
	enum reason reason;
	const struct rule *rule;	/* LOG's, or who decided; or null */
	const struct chain *chain;
	const char *in, *out;		/* interfaces; null: none */
	const uint8_t *l3;		/* the packet as it was then */
	uint32_t have, bytes;
	const uint8_t *mac[2];		/* source and destination, or null */
	bool has_flow;
	struct flow_key flow;		/* before it was translated */
	struct flow_key nat;		/* as it was then */
	bool translated[2];		/* its source, its destination */
};

enum { LOGGED_NESTED = 4 };		/* packets within packets: answers */

struct logged_report {
	struct sink sink;		/* first: give this to the simulator */
	struct sink *next;		/* is told everything too; or null */
	FILE *ecs, *ocsf;		/* null: not wanted */
	/* Of the packet at hand. */
	const char *capture;
	unsigned frame;
	int64_t time;
	const struct rule *hit;
	struct logged_nat {
		bool is;
		struct tuple first, last;	/* before all, after all */
	} nat[LOGGED_NESTED];
};

void	logged_init(struct logged_report *);
bool	logged_wanted(const struct logged_report *);
/* A packet begins; it has ended. */
void	logged_begin(struct logged_report *, const char *capture,
	    unsigned frame, int64_t time);
void	logged_end(struct logged_report *, const struct summary_packet *);

struct cJSON *ecs_event(const struct logged *);
struct cJSON *ocsf_event(const struct logged *);

/* ---- pieces of both ---- */

/* Adds the rule or policy, if there is one, as object 'object': its
 * reference as 'id' and "name", the chain as "category", the table as 'table',
 * "-A INPUT -j DROP" as 'text'. */
struct logged_names { const char *object, *id, *table, *text; };
void	logged_rule(struct cJSON *, const struct logged *,
	    const struct logged_names *);
/* Adds "ip" and "port" of an end of a flow. */
void	logged_end_of(struct cJSON *, const struct flow_key *, bool source);
/* "DROP tcp 192.0.2.1:1 > ... by filter/INPUT#4", or the line. */
void	logged_message(const struct logged *, struct sbuf *);
/* Flags of TCP, or -1. */
int	logged_tcp_flags(const struct logged *);

#endif

/* What a page tells of a replay beside its summary: flows, a timeline, and
 * some packets with the path that each took.
 *
 * All of it is bounded: packets and flows beyond the limits are counted.  Of
 * packets those that did not get through are kept first, then those that were
 * changed, then first ones of flows, and of each kind the earliest. */
#ifndef REPORTS_HISTORY_H
#define REPORTS_HISTORY_H

#include "reports/summary.h"

enum { HISTORY_PACKETS = 2000, HISTORY_FLOWS = 20000, HISTORY_BINS = 120 };

/* One thing that happened to a packet. */
struct history_step {
	enum event_kind kind;
	unsigned depth;			/* of user chains */
	const struct rule *rule;
	const struct chain *chain;
	const struct iface *iface;
	enum verdict verdict;		/* EV_POLICY */
	const char *text;		/* "" if there is nothing to say */
};

struct history_packet {
	unsigned file, frame;		/* frame: from 1 */
	int64_t time;
	enum disposition disposition;
	enum reason reason;
	const struct rule *rule;
	const struct chain *chain;
	const struct iface *in;		/* null: made by the host */
	uint32_t bytes;
	unsigned flow;			/* its number; 0: of none */
	const char *words;		/* null: no IP */
	struct history_step *steps;
	unsigned n_steps;
};

/* Packets of one connection, or of one pair of ends that has none. */
struct history_flow {
	unsigned number;		/* from 1, in the order of time */
	struct flow_key key;		/* its first packet's way */
	const char *words;		/* "tcp 192.0.2.1:1024 > ..." */
	const char *translated;		/* "destination A => B", or null */
	const char *state;		/* conntrack's last word, or null */
	const struct iface *in;		/* of the first packet */
	/* The end of the first packet, or of the first that did not get
	 * through. */
	enum disposition disposition;
	enum reason reason;
	const struct rule *rule;
	const struct chain *chain;
	struct counts all, lost;	/* lost: did not get through */
	int64_t first, last;
};

struct history_bin { uint64_t passed, lost; };

struct history;

struct history *history_new(struct arena *);
void	history_free(struct history *);	/* null-safe */
/* For the simulator; must see the events of every packet. */
struct sink *history_sink(struct history *);
/* A packet begins; it has ended.  'file' is the index of its capture. */
void	history_begin(struct history *);
void	history_add(struct history *, const struct summary_packet *,
	    int64_t time, unsigned file);
/* Has there been only one capture? */
void	history_captures(struct history *, unsigned n);

/* ---- afterwards ---- */

/* In the order of time. */
const struct history_packet *const *history_packets(struct history *,
	    unsigned *n);
/* Those with lost packets first, most first; then by time. */
const struct history_flow *const *history_flows(struct history *,
	    unsigned *n);
/* Flows that were too many to keep apart. */
uint64_t history_flows_beyond(const struct history *);
/* Bins of equal length from the first packet on; *n up to HISTORY_BINS. */
const struct history_bin *history_timeline(const struct history *,
	    unsigned *n, int64_t *start, int64_t *length);
/* "p-17", of several captures "p-2-17"; "17", "2:17". */
const char *history_anchor(const struct history *,
	    const struct history_packet *, struct arena *);
const char *history_name(const struct history *,
	    const struct history_packet *, struct arena *);

#endif

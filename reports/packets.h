/* -f jsonl: one JSON object for each packet of a replay, on a line. */
#ifndef REPORTS_PACKETS_H
#define REPORTS_PACKETS_H

#include "reports/summary.h"

struct packets_report {
	FILE *file;			/* null: not wanted, nothing is done */
	struct sbuf sent;		/* what left because of this packet */
	unsigned n_sent;
	struct sbuf line;
};

/* A packet begins; what leaves because of it; it has ended. */
void	packets_report_begin(struct packets_report *);
void	packets_report_sent(struct packets_report *, const struct iface *dev,
	    const uint8_t *l3, uint32_t have);
void	packets_report_put(struct packets_report *,
	    const struct summary_packet *, int64_t time, const char *capture);
void	packets_report_free(struct packets_report *);

#endif

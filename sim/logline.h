/* The text of LOG and TRACE lines, byte for byte.  Sheet: 6.1, 2.1.
 * Kernel: nf_log_syslog.c. */
#ifndef SIM_LOGLINE_H
#define SIM_LOGLINE_H

#include "model/ctx.h"

enum log_flags {			/* NF_LOG_x */
	LOGF_TCPSEQ = 1, LOGF_TCPOPT = 2, LOGF_IPOPT = 4, LOGF_UID = 8,
	LOGF_MACDECODE = 32
};

/* Appends prefix and the whole line, without level and newline. */
void	logline(struct sbuf *, const struct packet *, enum hook,
	    unsigned flags, const char *prefix);

#endif

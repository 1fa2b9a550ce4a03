/* Packets as a pcapng file (draft-ietf-opsawg-pcapng), each with what became
 * of it as its comment: Wireshark shows it, and filters by it
 * (frame.comment contains "DROP").  Little-endian; times in nanoseconds. */
#ifndef REPORTS_PCAPNG_H
#define REPORTS_PCAPNG_H

#include "base/arena.h"
#include "base/sbuf.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct summary_packet;

struct pcapng_packet {
	const char *iface;		/* interface that it came in by */
	bool ether;			/* or raw IP */
	bool inbound;			/* or the host's own */
	const uint8_t *data;
	uint32_t have, len;		/* bytes known; there were */
	int64_t time;			/* nanoseconds since the epoch */
	const char *comment;		/* any text; cut at 4096 bytes */
};

struct pcapng;

/* Begins a file; the stream stays the caller's. */
struct pcapng *pcapng_new(FILE *, struct arena *);
void	pcapng_put(struct pcapng *, const struct pcapng_packet *);

/* "DROP RULE_DROP filter/INPUT#4 (rules:12)\n-A INPUT ... -j DROP" */
void	pcapng_comment(const struct summary_packet *, struct sbuf *);

#endif

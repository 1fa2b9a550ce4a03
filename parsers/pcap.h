/* Capture files: frames of several files in the order of time, and raw IP
 * files to write packets to.
 *
 * libpcap does the reading: pcap and pcapng, micro- and nanoseconds, either
 * byte order.  Whatever the link type was, a frame comes out in one of two
 * shapes: Ethernet or raw IP.  A Linux cooked frame of an Ethernet or
 * loopback device gets an Ethernet header made of what its own header says;
 * other link types than those named in pcap.c are skipped and counted. */
#ifndef PARSERS_PCAP_H
#define PARSERS_PCAP_H

#include "base/arena.h"
#include "base/diag.h"

enum cap_link { CAP_ETHER, CAP_RAW, CAP_OTHER };

/* A frame; borrowed until the next one is asked for. */
struct capture {
	const uint8_t *data;
	uint32_t len;			/* bytes captured */
	uint32_t wire_len;		/* bytes there were, at least 'len' */
	int64_t time;			/* nanoseconds since the epoch */
	unsigned number;		/* in its file, from 1 */
	unsigned file;			/* which file, from 0 */
	enum cap_link link;		/* CAP_OTHER: not readable, skip it */
	int ifindex;			/* of a cooked v2 header, else 0 */
	int type;			/* PKT_x of a cooked header, else -1 */
	/* Destination address of a made-up Ethernet header, for the reader
	 * to fill in what the cooked one left out; else null. */
	uint8_t *dst_mac;
};

struct captures;

/* Opens all; "-" is standard input.  Null and errors in 'diags' if one
 * cannot be read.  With 'partial' a file that ends in the middle of a frame
 * is a warning and ends there; else it is an error. */
struct captures *captures_open(const char *const *paths, unsigned n,
	    bool partial, struct diags *);
/* The next frame in time (of frames of the same time, the earlier file's).
 * False at the end, or after an error was reported. */
bool	captures_next(struct captures *, struct capture *);
/* Frames of file 'i' that were skipped for their link type. */
unsigned captures_skipped(const struct captures *, unsigned i);
/* Has any file times finer than microseconds? */
bool	captures_nanoseconds(const struct captures *);
/* How far the reading is, in bytes of all files that have a size. */
void	captures_progress(const struct captures *, uint64_t *done,
	    uint64_t *total);
void	captures_close(struct captures *);	/* null-safe */

/* A capture file of raw IP packets being written to 'file', which stays the
 * caller's and is closed by the caller. */
struct pcap_out;

struct pcap_out *pcap_out_new(FILE *file, bool nanoseconds);
void	pcap_out_put(struct pcap_out *, const uint8_t *l3, uint32_t have,
	    uint32_t len, int64_t time);
void	pcap_out_end(struct pcap_out *);	/* null-safe */

#endif

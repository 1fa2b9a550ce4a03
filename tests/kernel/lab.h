/* The lab: this machine's kernel as the oracle of the simulator.
 *
 * A *scenario* is a text: rulesets, what the host looks like, packets; no
 * expected output.  The lab builds a host of it in a network namespace of
 * its own (R, with the peers of its interfaces in a second one, P), injects
 * the packets, and records what the kernel did: rule counters, TRACE and LOG
 * lines, the connection list, the packets that left.  It writes the case as
 * a folder, has './nfwalk replay' do the same, and compares.
 *
 *	scn.c		scenario text into struct scn
 *	spec.c		the words of a packet line into struct spec
 *	build.c		struct spec to bytes and back
 *	host.c		namespaces, interfaces, sysctls, sockets
 *	kernel.c	runs a scenario: injects, captures, writes the folder
 *	pcapfile.c	capture files
 *	compare.c	two folders of artefacts
 *	gen.c genpkt.c	random scenarios, each a function of its seed
 *	reduce.c	makes a failing scenario small
 *	lab.c		commands, workers, counts
 *
 * The text format is described in scenarios/README. */
#ifndef KERNEL_LAB_H
#define KERNEL_LAB_H

#include "base/diag.h"

#include <stdbool.h>
#include <stdint.h>

struct bytes {
	uint8_t *data;
	uint32_t len;
};

/* ---- Interfaces.  Their last character is the worker's slot, so that
 * kernel log lines of workers can be told apart. */
enum dev { DEV_LAN, DEV_WAN, DEV_DMZ, N_DEVS, DEV_LOCAL = N_DEVS, DEV_NONE };

extern const char *const dev_stem[N_DEVS];	/* "lan", "wan", "dmz" */
extern const uint8_t dev_mac[N_DEVS][6];	/* the host's side */
extern const uint8_t peer_mac[N_DEVS][6];	/* source of what arrives */

/* ---- Scenario (scn.c) */
struct token {
	struct loc loc;
	const char *text;		/* unquoted, terminated */
	uint32_t len;
	bool quoted;
};

struct line {
	struct loc loc;
	struct token *tokens;
	unsigned n;
};

struct scn {
	const struct source *src;
	const char *rules, *rules6, *ipset;	/* null: section not there */
	unsigned rules_line, rules6_line, ipset_line;
	struct line *setup, *packets;
	unsigned n_setup, n_packets;
	bool v6;				/* the host has IPv6 */
	double gap;				/* seconds before each packet */
	bool random_ports;			/* mask what the kernel chose */
};

/* Null and errors in 'diags' if the text is wrong. Checks packet lines. */
struct scn *scn_parse(const struct source *, struct arena *, struct diags *);
/* The text with the names of interfaces made those of 'slot'; same length. */
char	*scn_rename(const char *text, char slot, struct arena *);

/* ---- Packets in words (spec.c, build.c) */
enum spec_kind {
	SPEC_PACKET, SPEC_REPLY, SPEC_ERROR, SPEC_AGAIN, SPEC_HEX, SPEC_FRAME
};

enum { N_EXT = 6 };

struct spec {
	enum spec_kind kind;
	const char *label;
	double delay, gap;
	enum dev dev;			/* DEV_NONE: where the other one left */
	struct token ref;		/* reply, error, again: of what */
	int family;
	uint8_t src[16], dst[16];
	int64_t proto, sport, dport;	/* -1: none */
	/* Below, -1 stands for "as it should be". */
	int64_t ttl, tos, id, frag, flow, ver, ihl, totlen, plen, ipsum, cut;
	int64_t nexthdr;		/* protocol byte in place of proto's */
	bool df, mf, evil, badipsum;
	struct bytes ipopt;
	struct { uint8_t type; struct bytes body; } ext[N_EXT];
	unsigned n_ext;
	int64_t fragid;			/* of an IPv6 fragment header */
	int64_t flags, seq, ackno, win, urgp, res, doff;
	bool fresh_flags;		/* no flag word seen on this line yet */
	struct bytes tcpopt;
	int64_t udplen, sum, vtag;
	bool badsum, nosum;
	int64_t type, code, icmpid, icmpseq, word;
	struct token quote;		/* text null: none */
	bool quote_in;			/* what arrived, not what left */
	int64_t qlen;
	struct bytes payload, raw;
	uint8_t smac[6], dmac[6];
	bool has_smac, has_dmac;
	int64_t pad, ethertype;
	int64_t split;			/* 0: whole; payload per fragment */
	const char *order;		/* of fragments, "2,1"; null: all */
	int64_t repeat;
	const char *vary;		/* "sport", "dport", "src", "dst" */
};

void	spec_init(struct spec *);
bool	spec_has_ports(int64_t proto);
/* What comes before the options: label, delay, interface, kind, and for a
 * packet its protocol and addresses; *rest is the first option's token. */
bool	spec_head(const struct line *, struct spec *, unsigned *rest,
	    struct arena *, struct diags *);
/* The options from token 'from' on, applied to what 'spec' says already. */
bool	spec_options(const struct line *, unsigned from, struct spec *,
	    struct arena *, struct diags *);
bool	spec_hex(const struct token *, struct bytes *, struct arena *,
	    struct diags *);

/* The L3 packet.  'quoted': bytes that an ICMP error quotes, or none. */
struct bytes build_packet(const struct spec *, struct bytes quoted,
	    struct arena *);
/* Cuts an IPv4 or IPv6 packet into fragments; returns how many. */
unsigned build_split(const struct bytes *, unsigned size, unsigned fragid,
	    struct bytes *out, unsigned max, struct arena *);
struct bytes build_frame(const struct spec *, struct bytes l3, struct arena *);
/* Fills addresses, ports, TCP and ICMP fields from 'l3'.  False: no packet. */
bool	build_read(struct spec *, struct bytes l3);
/* Makes of what build_read found the answer to it. */
void	build_reverse(struct spec *);
uint16_t inet_sum(const uint8_t *, uint32_t len, uint32_t start);
/* Where the payload of the IP packet begins, and its protocol; v6 extension
 * headers are skipped.  0: not an IP packet. */
uint32_t build_l4(struct bytes l3, uint8_t *proto, bool *fragment);
/* One line about a packet for people. */
void	build_describe(struct bytes l3, struct sbuf *);

/* ---- The host (host.c) */
struct host;

/* False, with the reason in 'why', where this machine does not permit it.
 * Switches on what must be logged; *was_logging: it was on before. */
bool	host_possible(struct sbuf *why, bool *was_logging);
/* A worker's slot: taken until the process ends. 0: none free. */
char	host_slot(void);
/* Leaves it as it was, unless another lab is at work. */
void	host_done(bool was_logging);
struct host *host_new(char slot, bool v6);
void	host_free(struct host *);
bool	host_setup(struct host *, const struct scn *, struct sbuf *error);
bool	host_load(struct host *, const struct scn *, struct sbuf *error);
bool	host_snapshot(struct host *, const char *dir);
bool	host_artefacts(struct host *, const char *dir);
int	host_tx(const struct host *, enum dev);
/* Has nothing on the host answer by itself to what goes to this port. */
void	host_swallow(struct host *, uint16_t port, uint8_t proto);
/* Sends an IP packet from the host. errno, 0 if it went. */
int	host_send(struct host *, struct bytes l3);
/* Waits until all that was injected has been handled. */
bool	host_barrier(struct host *);
/* Calls 'each' for what left and for what was delivered to the host (dev
 * DEV_LOCAL) since the last call. */
void	host_collect(struct host *, struct arena *,
	    void (*each)(void *, enum dev, struct bytes), void *);
/* Runs a program; its standard input is 'in' (or null), its output goes to
 * the file 'out' (or is dropped), its errors are added to 'err' (or dropped).
 * Returns its exit code, -1 if it could not run. */
int	run_program(char *const argv[], const char *in, const char *out,
	    struct sbuf *err);

/* ---- Running a scenario (kernel.c) */
struct sent {
	enum dev dev;
	uint64_t time;			/* nanoseconds since the epoch */
	struct bytes frame;		/* Ethernet; for DEV_LOCAL IP */
	struct bytes l3;
};

struct left {
	enum dev dev;			/* DEV_LOCAL: delivered to the host */
	unsigned cause;			/* index of the packet line */
	struct bytes l3;
};

struct record {
	struct sent *sent;
	unsigned n_sent, room_sent;
	struct left *left;
	unsigned n_left, room_left;
};

enum run { RUN_OK, RUN_BAD, RUN_NO_LOAD };

/* Runs it and writes the folder 'dir': snapshot, captures, 'kernel/'. */
enum run kernel_run(const struct scn *, char slot, int kmsg, const char *dir,
	    struct record *, struct arena *, struct sbuf *error);
int	kernel_log_open(void);

/* ---- Capture files (pcapfile.c) */
bool	pcap_write_frames(const char *path, const struct record *, enum dev);
bool	pcap_write_left(const char *path, const struct record *, enum dev);
/* The packets of a raw-IP capture; 0 packets if there is no such file. */
unsigned pcap_read(const char *path, struct bytes **, struct arena *);

/* ---- Comparison (compare.c) */
/* Compares the artefacts in 'a' (the kernel's) and 'b'; what differs is
 * told in 'report', by name in 'what'.  False: something differs. */
bool	compare(const char *a, const char *b, char slot,
	    const struct scn *, const struct record *, struct sbuf *what,
	    struct sbuf *report);
char	*read_file(const char *path, struct arena *);
bool	write_file(const char *path, const char *text);

/* ---- Random scenarios (gen.c, genpkt.c) */
struct rng { uint64_t s; };

uint32_t rng_u32(struct rng *);
unsigned rng_below(struct rng *, unsigned n);
bool	rng_chance(struct rng *, unsigned percent);
/* One of a null-terminated list. */
const char *rng_of(struct rng *, const char *const *);

void	gen_scenario(uint64_t seed, struct sbuf *out);
void	gen_packets(struct rng *, bool v6, struct sbuf *out);

/* ---- Making a failing scenario small (reduce.c) */
/* 'fails' tells whether a text still fails; the smallest found so far. */
char	*reduce(const char *text, bool (*fails)(void *, const char *),
	    void *arg, struct arena *);

#endif

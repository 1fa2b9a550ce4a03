/* TCP: what happened to each segment in this kernel's hands (Linux 6.18),
 * row by row. */
#include "tests/ct_run.h"

#include <criterion/criterion.h>

enum { C, S };				/* who sends: client, server */

enum {
	NO = TCP_CT_NONE, SS = TCP_CT_SYN_SENT, SR = TCP_CT_SYN_RECV,
	ES = TCP_CT_ESTABLISHED, FW = TCP_CT_FIN_WAIT, CW = TCP_CT_CLOSE_WAIT,
	LA = TCP_CT_LAST_ACK, TW = TCP_CT_TIME_WAIT, CL = TCP_CT_CLOSE,
	S2 = TCP_CT_SYN_SENT2
};

struct row {
	int from;
	const char *flags;		/* of "FSRPAUEC" */
	uint32_t seq, ack;
	unsigned win, len;
	enum seen { INV, NEW, EST } seen;
	unsigned state;			/* NO: there is no connection */
	unsigned timeout;
	const char *options;
	unsigned n_options;
};

struct story {
	const char *name, *sysctl, *value;
	struct row rows[20];
};

#define RO(from_, flags_, seq_, ack_, win_, len_, seen_, state_, time_,	\
    text, n)								\
	{ .from = from_, .flags = flags_, .seq = seq_, .ack = ack_,	\
	    .win = win_, .len = len_, .seen = seen_, .state = state_,	\
	    .timeout = time_, .options = text, .n_options = n }
#define R(from_, flags_, seq_, ack_, win_, len_, seen_, state_, time_)	\
	RO(from_, flags_, seq_, ack_, win_, len_, seen_, state_, time_, NULL, 0)

static const struct story stories[] = {
	{ .name = "a whole life, and a new one at once", .rows = {
		R(C, "S", 1000, 0, 1000, 0, NEW, SS, 120),
		R(S, "SA", 5000, 1001, 1000, 0, EST, SR, 60),
		R(C, "A", 1001, 5001, 1000, 0, EST, ES, 432000),
		R(C, "PA", 1001, 5001, 1000, 100, EST, ES, 300),
		R(S, "A", 5001, 1101, 1000, 0, EST, ES, 432000),
		R(C, "FA", 1101, 5001, 1000, 0, EST, FW, 120),
		R(S, "A", 5001, 1102, 1000, 0, EST, CW, 60),
		R(S, "FA", 5001, 1102, 1000, 0, EST, LA, 30),
		R(C, "A", 1102, 5002, 1000, 0, EST, TW, 120),
		R(C, "A", 1102, 5002, 1000, 0, EST, TW, 120),
		R(C, "S", 900000, 0, 1000, 0, NEW, SS, 120),
	} },
	{ .name = "the server closes first, both at once", .rows = {
		R(C, "S", 1000, 0, 1000, 0, NEW, SS, 120),
		R(S, "SA", 5000, 1001, 1000, 0, EST, SR, 60),
		R(C, "A", 1001, 5001, 1000, 0, EST, ES, 432000),
		R(S, "FA", 5001, 1001, 1000, 0, EST, FW, 120),
		R(C, "FA", 1001, 5001, 1000, 0, EST, LA, 30),
		R(S, "A", 5002, 1002, 1000, 0, EST, TW, 120),
		R(C, "A", 1002, 5002, 1000, 0, EST, TW, 120),
		R(S, "S", 77000, 0, 1000, 0, NEW, SS, 120),
	} },
	{ .name = "refused", .rows = {
		R(C, "S", 1000, 0, 1000, 0, NEW, SS, 120),
		R(S, "RA", 0, 1001, 0, 0, EST, NO, 0),
	} },
	{ .name = "aborted by the client before an answer", .rows = {
		R(C, "S", 1000, 0, 1000, 0, NEW, SS, 120),
		R(C, "R", 1001, 0, 0, 0, NEW, NO, 0),
	} },
	{ .name = "what no connection begins with", .rows = {
		R(C, "SA", 1000, 1, 1000, 0, INV, NO, 0),
		R(C, "FA", 1000, 1, 1000, 0, INV, NO, 0),
		R(C, "R", 1000, 0, 0, 0, INV, NO, 0),
		R(C, "RA", 1000, 1, 0, 0, INV, NO, 0),
		R(C, "", 1000, 0, 1000, 0, INV, NO, 0),
		R(C, "F", 1000, 0, 1000, 0, INV, NO, 0),
		R(C, "SF", 1000, 0, 1000, 0, INV, NO, 0),
		R(C, "SR", 1000, 0, 1000, 0, INV, NO, 0),
		R(C, "P", 1000, 0, 1000, 0, INV, NO, 0),
		R(C, "FPU", 1000, 0, 1000, 0, INV, NO, 0),
	} },
	{ .name = "flags that do not matter", .rows = {
		R(C, "SEC", 1000, 0, 1000, 0, NEW, SS, 120),
		R(S, "SAE", 5000, 1001, 1000, 0, EST, SR, 60),
		R(C, "AUP", 1001, 5001, 1000, 10, EST, ES, 300),
	} },
	{ .name = "picked up in the middle", .rows = {
		R(C, "A", 1000, 5000, 1000, 0, NEW, ES, 300),
		R(S, "A", 5000, 1000, 1000, 0, EST, ES, 300),
		R(C, "PA", 1000, 5000, 1000, 10, EST, ES, 300),
		R(S, "A", 5000, 1010, 1000, 0, EST, ES, 432000),
		R(C, "PA", 900000, 5000, 1000, 10, EST, ES, 432000),
	} },
	{ .name = "not picked up",
	    .sysctl = "net.netfilter.nf_conntrack_tcp_loose", .value = "0",
	    .rows = {
		R(C, "A", 1000, 5000, 1000, 0, INV, NO, 0),
		R(C, "PA", 1000, 5000, 1000, 10, INV, NO, 0),
	} },
	{ .name = "the edges of the windows", .rows = {
		R(C, "S", 1000, 0, 1000, 0, NEW, SS, 120),
		R(S, "SA", 5000, 1001, 1000, 0, EST, SR, 60),
		R(C, "A", 1001, 5001, 1000, 0, EST, ES, 432000),
		R(C, "PA", 2001, 5001, 1000, 0, EST, ES, 300),
		R(C, "PA", 2002, 5001, 1000, 0, EST, ES, 300),
		R(C, "PA", 2001, 5001, 1000, 10, EST, ES, 300),
		R(S, "A", 5001, 2012, 1000, 0, INV, ES, 300),
		R(S, "A", 5001, 2011, 1000, 0, EST, ES, 432000),
		R(S, "A", 5001, 2010, 1000, 0, EST, ES, 432000),
		R(C, "A", 1010, 5001, 1000, 0, EST, ES, 432000),
		R(C, "A", 1011, 5001, 1000, 0, EST, ES, 432000),
		R(S, "PA", 900000, 2011, 1000, 0, INV, ES, 432000),
		R(C, "A", 2011, 5002, 1000, 0, INV, ES, 432000),
		R(C, "A", 2011, 4294967295, 1000, 0, EST, ES, 432000),
		R(C, "A", 2011, 4294905856, 1000, 0, EST, ES, 432000),
	} },
	{ .name = "windows do not matter",
	    .sysctl = "net.netfilter.nf_conntrack_tcp_be_liberal", .value = "1",
	    .rows = {
		R(C, "S", 1000, 0, 1000, 0, NEW, SS, 120),
		R(S, "SA", 5000, 1001, 1000, 0, EST, SR, 60),
		R(C, "A", 1001, 5001, 1000, 0, EST, ES, 432000),
		R(C, "PA", 900000, 5001, 1000, 10, EST, ES, 432000),
		R(S, "A", 5001, 7000000, 1000, 0, EST, ES, 432000),
		R(S, "R", 17, 0, 0, 0, INV, ES, 432000),
	} },
	{ .name = "resets", .rows = {
		R(C, "S", 1000, 0, 1000, 0, NEW, SS, 120),
		R(S, "SA", 5000, 1001, 1000, 0, EST, SR, 60),
		R(C, "A", 1001, 5001, 1000, 0, EST, ES, 432000),
		R(C, "PA", 1001, 5001, 1000, 10, EST, ES, 300),
		R(S, "A", 5001, 1011, 1000, 0, EST, ES, 432000),
		R(S, "R", 5000, 0, 0, 0, INV, ES, 432000),
		R(S, "R", 5005, 0, 0, 0, EST, ES, 10),
		R(C, "PA", 1011, 5001, 1000, 10, EST, ES, 300),
		R(S, "R", 5001, 0, 0, 0, EST, CL, 10),
		R(S, "R", 1, 0, 0, 0, EST, CL, 10),
	} },
	{ .name = "a reset behind its own data", .rows = {
		R(C, "S", 1000, 0, 1000, 0, NEW, SS, 120),
		R(S, "SA", 5000, 1001, 1000, 0, EST, SR, 60),
		R(C, "A", 1001, 5001, 1000, 0, EST, ES, 432000),
		R(C, "PA", 1001, 5001, 1000, 10, EST, ES, 300),
		R(S, "PA", 5001, 1011, 1000, 20, EST, ES, 300),
		R(S, "R", 5021, 0, 0, 0, EST, CL, 10),
	} },
	{ .name = "any reset number",
	    .sysctl = "net.netfilter.nf_conntrack_tcp_ignore_invalid_rst",
	    .value = "1",
	    .rows = {
		R(C, "S", 1000, 0, 1000, 0, NEW, SS, 120),
		R(S, "SA", 5000, 1001, 1000, 0, EST, SR, 60),
		R(C, "A", 1001, 5001, 1000, 0, EST, ES, 432000),
		R(C, "PA", 1001, 5001, 1000, 10, EST, ES, 300),
		R(S, "A", 5001, 1011, 1000, 0, EST, ES, 432000),
		R(S, "R", 5000, 0, 0, 0, EST, ES, 10),
	} },
	{ .name = "a SYN that the server had forgotten about", .rows = {
		R(C, "S", 1000, 0, 1000, 0, NEW, SS, 120),
		R(S, "SA", 5000, 1001, 1000, 0, EST, SR, 60),
		R(C, "A", 1001, 5001, 1000, 0, EST, ES, 432000),
		R(C, "S", 800000, 0, 2000, 0, EST, ES, 432000),
		R(S, "SA", 70000, 800001, 3000, 0, EST, SR, 60),
		R(C, "A", 800001, 70001, 2000, 0, EST, ES, 432000),
		R(C, "A", 800001, 900000, 2000, 0, INV, ES, 432000),
	} },
	{ .name = "a SYN answered by a reset", .rows = {
		R(C, "S", 1000, 0, 1000, 0, NEW, SS, 120),
		R(S, "SA", 5000, 1001, 1000, 0, EST, SR, 60),
		R(C, "A", 1001, 5001, 1000, 0, EST, ES, 432000),
		R(C, "S", 800000, 0, 2000, 0, EST, ES, 432000),
		R(S, "RA", 0, 800001, 0, 0, EST, CL, 10),
	} },
	{ .name = "a SYN does not excuse the client's reset", .rows = {
		R(C, "S", 1000, 0, 1000, 0, NEW, SS, 120),
		R(S, "SA", 5000, 1001, 1000, 0, EST, SR, 60),
		R(C, "A", 1001, 5001, 1000, 0, EST, ES, 432000),
		R(C, "S", 800000, 0, 2000, 0, EST, ES, 432000),
		R(C, "RA", 700000, 800001, 0, 0, INV, ES, 432000),
	} },
	{ .name = "half open: an ACK for a SYN, and a reset", .rows = {
		R(C, "S", 1000, 0, 1000, 0, NEW, SS, 120),
		R(S, "A", 5000, 777, 1000, 0, EST, SS, 120),
		R(C, "R", 777, 0, 0, 0, EST, CL, 10),
		R(C, "S", 1000, 0, 1000, 0, NEW, SS, 120),
	} },
	{ .name = "after the server's reset", .rows = {
		R(C, "S", 1000, 0, 1000, 0, NEW, SS, 120),
		R(S, "SA", 5000, 1001, 1000, 0, EST, SR, 60),
		R(C, "A", 1001, 5001, 1000, 0, EST, ES, 432000),
		R(S, "R", 5001, 0, 0, 0, EST, CL, 10),
		R(C, "S", 800000, 0, 1000, 0, EST, CL, 10),
		R(S, "SA", 70000, 800001, 1000, 0, EST, SR, 60),
		R(C, "A", 800001, 70001, 1000, 0, EST, ES, 432000),
	} },
	{ .name = "after the client's reset", .rows = {
		R(C, "S", 1000, 0, 1000, 0, NEW, SS, 120),
		R(S, "SA", 5000, 1001, 1000, 0, EST, SR, 60),
		R(C, "A", 1001, 5001, 1000, 0, EST, ES, 432000),
		R(C, "R", 1001, 0, 0, 0, EST, CL, 10),
		R(C, "S", 800000, 0, 1000, 0, NEW, SS, 120),
	} },
	{ .name = "a challenge ACK is not the last ACK", .rows = {
		R(C, "S", 1000, 0, 1000, 0, NEW, SS, 120),
		R(S, "SA", 5000, 1001, 1000, 0, EST, SR, 60),
		R(C, "A", 1001, 5001, 1000, 0, EST, ES, 432000),
		R(C, "FA", 1001, 5001, 1000, 0, EST, FW, 120),
		R(S, "A", 5001, 1002, 1000, 0, EST, CW, 60),
		R(S, "FA", 5001, 1002, 1000, 0, EST, LA, 30),
		R(C, "S", 800000, 0, 1000, 0, EST, LA, 30),
		R(S, "A", 5002, 1002, 1000, 0, EST, LA, 30),
		R(C, "A", 1002, 5002, 1000, 0, EST, TW, 120),
	} },
	{ .name = "both open", .rows = {
		R(C, "S", 1000, 0, 1000, 0, NEW, SS, 120),
		R(S, "S", 5000, 0, 1000, 0, EST, S2, 120),
		R(C, "SA", 1000, 5001, 1000, 0, EST, SR, 60),
		R(S, "SA", 5000, 1001, 1000, 0, EST, SR, 60),
		R(C, "A", 1001, 5001, 1000, 0, EST, ES, 432000),
	} },
	{ .name = "both open, an ACK is enough", .rows = {
		R(C, "S", 1000, 0, 1000, 0, NEW, SS, 120),
		R(S, "S", 5000, 0, 1000, 0, EST, S2, 120),
		R(C, "SA", 1000, 5001, 1000, 0, EST, SR, 60),
		R(S, "A", 5001, 1001, 1000, 0, EST, ES, 432000),
	} },
	{ .name = "repeated ACKs", .rows = {
		R(C, "S", 1000, 0, 1000, 0, NEW, SS, 120),
		R(S, "SA", 5000, 1001, 1000, 0, EST, SR, 60),
		R(C, "A", 1001, 5001, 1000, 0, EST, ES, 432000),
		R(S, "A", 5001, 1001, 1000, 0, EST, ES, 432000),
		R(S, "A", 5001, 1001, 1000, 0, EST, ES, 432000),
		R(S, "A", 5001, 1001, 1000, 0, EST, ES, 432000),
		R(S, "A", 5001, 1001, 1000, 0, EST, ES, 300),
		R(S, "A", 5001, 1001, 1000, 0, EST, ES, 300),
		R(C, "A", 1001, 5001, 1000, 0, EST, ES, 432000),
	} },
	{ .name = "a closed window", .rows = {
		R(C, "S", 1000, 0, 1000, 0, NEW, SS, 120),
		R(S, "SA", 5000, 1001, 1000, 0, EST, SR, 60),
		R(C, "A", 1001, 5001, 1000, 0, EST, ES, 432000),
		R(S, "A", 5001, 1001, 0, 0, EST, ES, 300),
		R(S, "A", 5001, 1001, 1000, 0, EST, ES, 432000),
	} },
	{ .name = "a server that repeats its SYN+ACK", .rows = {
		R(C, "S", 1000, 0, 1000, 0, NEW, SS, 120),
		R(S, "SA", 5000, 1001, 1000, 0, EST, SR, 60),
		R(S, "SA", 5000, 1001, 1000, 0, EST, SR, 60),
		R(S, "SA", 9000, 1001, 1000, 0, EST, SR, 60),
		R(C, "A", 1001, 5001, 1000, 0, EST, ES, 432000),
	} },
	{ .name = "invalid FIN both ways", .rows = {
		R(C, "S", 1000, 0, 1000, 0, NEW, SS, 120),
		R(S, "SA", 5000, 1001, 1000, 0, EST, SR, 60),
		R(C, "A", 1001, 5001, 1000, 0, EST, ES, 432000),
		R(C, "PA", 1001, 5001, 1000, 10, EST, ES, 300),
		R(S, "A", 5001, 1011, 1000, 0, EST, ES, 432000),
		R(C, "FA", 900000, 5001, 1000, 0, INV, ES, 432000),
		R(S, "FA", 900000, 1011, 1000, 0, INV, ES, 300),
	} },
	{ .name = "scaled windows", .rows = {
		RO(C, "S", 1000, 0, 1000, 0, NEW, SS, 120,
		    "\x01\x03\x03\x07", 4),
		RO(S, "SA", 5000, 1001, 1000, 0, EST, SR, 60,
		    "\x01\x03\x03\x02", 4),
		R(C, "A", 1001, 5001, 1000, 0, EST, ES, 432000),
		R(S, "PA", 132001, 1001, 1000, 10, EST, ES, 300),
		R(S, "PA", 205001, 1001, 1000, 10, EST, ES, 300),
		R(C, "PA", 5001, 5001, 1000, 10, EST, ES, 300),
		R(C, "PA", 10001, 5001, 1000, 10, INV, ES, 300),
	} },
	{ .name = "scaled by one side only", .rows = {
		RO(C, "S", 1000, 0, 1000, 0, NEW, SS, 120,
		    "\x01\x03\x03\x07", 4),
		R(S, "SA", 5000, 1001, 1000, 0, EST, SR, 60),
		R(C, "A", 1001, 5001, 1000, 0, EST, ES, 432000),
		R(S, "PA", 132001, 1001, 1000, 10, INV, ES, 432000),
	} },
	{ .name = "scale above 14", .rows = {
		RO(C, "S", 1000, 0, 1, 0, NEW, SS, 120,
		    "\x01\x03\x03\xff", 4),
		RO(S, "SA", 5000, 1001, 1000, 0, EST, SR, 60,
		    "\x01\x03\x03\x0f", 4),
		R(C, "A", 1001, 5001, 1, 0, EST, ES, 432000),
		R(S, "PA", 21385, 1001, 1000, 10, EST, ES, 300),
		R(S, "PA", 54153, 1001, 1000, 10, INV, ES, 300),
	} },
	{ .name = "selective acknowledgements", .rows = {
		RO(C, "S", 1000, 0, 1000, 0, NEW, SS, 120,
		    "\x01\x01\x04\x02", 4),
		RO(S, "SA", 5000, 1001, 1000, 0, EST, SR, 60,
		    "\x01\x01\x04\x02", 4),
		R(C, "A", 1001, 5001, 1000, 0, EST, ES, 432000),
		R(C, "PA", 1001, 5001, 1000, 100, EST, ES, 300),
		R(C, "PA", 1101, 5001, 1000, 100, EST, ES, 300),
		RO(S, "A", 5001, 1001, 1000, 0, EST, ES, 300,
		    "\x01\x01\x05\x0a\x00\x00\x04\x4d\x00\x00\x04\xb1", 12),
		RO(S, "A", 5001, 1001, 1000, 0, INV, ES, 300,
		    "\x01\x01\x05\x0a\x00\x00\x04\x4d\x00\x00\x04\xb2", 12),
		R(S, "A", 5001, 1101, 1000, 0, EST, ES, 300),
	} },
	{ .name = "SACK that nobody offered", .rows = {
		R(C, "S", 1000, 0, 1000, 0, NEW, SS, 120),
		R(S, "SA", 5000, 1001, 1000, 0, EST, SR, 60),
		R(C, "A", 1001, 5001, 1000, 0, EST, ES, 432000),
		R(C, "PA", 1001, 5001, 1000, 100, EST, ES, 300),
		RO(S, "A", 5001, 1001, 1000, 0, EST, ES, 300,
		    "\x01\x01\x05\x0a\x00\x00\x23\x8d\x00\x00\x23\xf1", 12),
	} },
	{ .name = "options cut short", .rows = {
		RO(C, "S", 1000, 0, 1000, 0, NEW, SS, 120,
		    "\x02\x04\x05\xb4\x03\x03\x07\x04", 8),
		RO(S, "SA", 5000, 1001, 1000, 0, EST, SR, 60,
		    "\x04\x00\x00\x00", 4),
		RO(C, "A", 1001, 5001, 1000, 0, EST, ES, 432000,
		    "\x22\x01\x00\x00", 4),
	} },
};

static unsigned
flag_bits(const char *s)
{
	unsigned bits = 0;

	for (; *s != '\0'; s++)
		bits |= 1u << (strchr("FSRPAUEC", *s) - "FSRPAUEC");
	return bits;
}

static void
make(struct ct_run *r, const struct row *w, bool v6)
{
	const char *client = v6 ? "2001:db8:1::2" : "192.0.2.2";
	const char *server = v6 ? "2001:db8:2::2" : "198.51.100.2";
	unsigned head = 20 + (w->n_options + 3) / 4 * 4;
	uint8_t h[60 + 100] = { 0 };

	put16(h, w->from == C ? 1024 : 80);
	put16(h + 2, w->from == C ? 80 : 1024);
	put32(h + 4, w->seq);
	put32(h + 8, w->ack);
	h[12] = (uint8_t)(head / 4 << 4);
	h[13] = (uint8_t)flag_bits(w->flags);
	put16(h + 14, w->win);
	if (w->n_options != 0)
		memcpy(h + 20, w->options, w->n_options);
	run_packet(r, w->from == C ? client : server,
	    w->from == C ? server : client, IPPROTO_TCP, h, head + w->len);
	run_checksum(r, IPPROTO_TCP, 16);
}

static void
tell(const struct story *s, bool v6)
{
	struct ct_run r;

	run_init(&r);
	if (s->sysctl != NULL)
		run_sysctl(&r, s->sysctl, s->value);
	run_start(&r);
	for (const struct row *w = s->rows; w->flags != NULL; w++) {
		static const char *const names[] = {
			[INV] = "INVALID", [NEW] = "NEW",
			[EST] = "ESTABLISHED",
		};
		const struct ct *ct;
		const char *seen;
		unsigned state;
		long n = w - s->rows + 1;

		make(&r, w, v6);
		seen = run_in(&r);
		ct = run_first(&r);
		state = ct ? ct->tcp.state : NO;
		cr_expect_str_eq(seen, names[w->seen], "%s: row %ld: %s",
		    s->name, n, seen);
		cr_expect_eq(state, w->state, "%s: row %ld: %s",
		    s->name, n, ct_tcp_names[state]);
		cr_expect_eq(ct ? ct_remaining(ct, r.sim.now) : 0, w->timeout,
		    "%s: row %ld: %u", s->name, n,
		    ct ? ct_remaining(ct, r.sim.now) : 0);
	}
	run_end(&r);
}

Test(ct_tcp, stories)
{
	for (size_t i = 0; i < sizeof(stories) / sizeof(stories[0]); i++) {
		tell(&stories[i], false);
		tell(&stories[i], true);
	}
}

static const struct row open_rows[] = {
	R(C, "S", 1000, 0, 1000, 0, NEW, SS, 0),
	R(S, "SA", 5000, 1001, 1000, 0, NEW, SS, 0),
	R(C, "A", 1001, 5001, 1000, 0, NEW, SS, 0),
};

static void
open_connection(struct ct_run *r)
{
	for (unsigned i = 0; i < 3; i++) {
		make(r, &open_rows[i], false);
		run_in(r);
	}
}

/* A SYN that comes again does not keep the entry alive. */
Test(ct_tcp, repeated_syn)
{
	struct ct_run r;

	run_init(&r);
	run_start(&r);
	make(&r, &open_rows[0], false);
	run_in(&r);
	run_wait(&r, 50000);
	make(&r, &open_rows[0], false);
	cr_expect_str_eq(run_in(&r), "NEW");
	cr_expect_eq(ct_remaining(run_first(&r), r.sim.now), 70);
	cr_expect_eq(run_first(&r)->packets[CT_ORIGINAL], 1);
	run_wait(&r, 69999);
	cr_expect_not_null(run_first(&r));
	run_wait(&r, 1);
	cr_expect_null(run_first(&r));
	run_end(&r);
}

Test(ct_tcp, checksums)
{
	struct ct_run r;
	uint8_t *h;

	run_init(&r);
	run_start(&r);
	make(&r, &open_rows[0], false);
	h = r.pkt.data + r.pkt.l4;
	h[16] ^= 1;
	cr_expect_str_eq(run_in(&r), "INVALID");
	r.pkt.trust = CSUM_TRUST;
	cr_expect_str_eq(run_in(&r), "NEW");
	/* The sum of the pseudo-header alone: left to the hardware. */
	make(&r, &open_rows[0], false);
	put16(h + 16, csum_fold(csum_pseudo(&r.pkt, IPPROTO_TCP, 20)) ^
	    0xffffu);
	cr_expect_str_eq(run_in(&r), "NEW");
	/* Nobody checks what the host sends. */
	h[16] ^= 1;
	cr_expect_eq(ct_in(&r.sim, &r.pkt, HOOK_OUTPUT), V_ACCEPT);
	cr_expect_not_null(r.pkt.ct);
	ct_put(&r.sim, &r.pkt);
	run_end(&r);
}

Test(ct_tcp, cut_packets)
{
	struct ct_run r;

	run_init(&r);
	run_start(&r);
	make(&r, &(struct row)R(C, "S", 1, 0, 9, 50, NEW, SS, 0),
	    false);
	r.pkt.have = 40;		/* the header is all that is known */
	cr_expect_str_eq(run_in(&r), "NEW");
	r.pkt.have = 39;
	cr_expect_str_eq(run_in(&r), "INVALID");
	run_end(&r);
}

Test(ct_tcp, header_length)
{
	struct ct_run r;

	run_init(&r);
	run_start(&r);
	make(&r, &open_rows[0], false);
	r.pkt.data[r.pkt.l4 + 12] = 0x40;
	run_checksum(&r, IPPROTO_TCP, 16);
	cr_expect_str_eq(run_in(&r), "INVALID");
	r.pkt.data[r.pkt.l4 + 12] = 0x60;
	run_checksum(&r, IPPROTO_TCP, 16);
	cr_expect_str_eq(run_in(&r), "INVALID");
	run_end(&r);
}

Test(ct_tcp, accounting)
{
	struct ct_run r;
	struct ct *ct;

	run_init(&r);
	run_start(&r);
	open_connection(&r);
	ct = run_first(&r);
	cr_expect_eq(ct->packets[CT_ORIGINAL], 2);
	cr_expect_eq(ct->bytes[CT_ORIGINAL], 80);
	cr_expect_eq(ct->packets[CT_REPLY], 1);
	/* Neither what is ignored nor what is invalid counts. */
	make(&r, &(struct row)R(C, "S", 900000, 0, 9, 0, NEW, SS, 0), false);
	cr_expect_str_eq(run_in(&r), "ESTABLISHED");
	make(&r, &(struct row)R(C, "A", 1001, 6001, 9, 0, NEW, SS, 0), false);
	cr_expect_str_eq(run_in(&r), "INVALID");
	cr_expect_eq(ct->packets[CT_ORIGINAL], 2);
	run_end(&r);
}

Test(ct_tcp, set_closing)
{
	struct ct_run r;

	run_init(&r);
	run_start(&r);
	open_connection(&r);
	ct_set_closing(r.sim.ct, run_first(&r));
	cr_expect_eq(run_first(&r)->tcp.state, TCP_CT_CLOSE);
	cr_expect_eq(ct_remaining(run_first(&r), r.sim.now), 10);
	run_end(&r);
}

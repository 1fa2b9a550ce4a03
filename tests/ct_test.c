/* Connection tracking but for TCP; the table; listings. */
#include "tests/ct_run.h"

#include "parsers/conntrack.h"

#include <criterion/criterion.h>
#include <stdlib.h>

#define A "192.0.2.2"
#define B "198.51.100.2"
#define A6 "2001:db8:1::2"
#define B6 "2001:db8:2::2"

static const char *
udp(struct ct_run *r, const char *src, unsigned sport, const char *dst,
    unsigned dport)
{
	uint8_t h[12] = { 0 };

	put16(h, sport);
	put16(h + 2, dport);
	put16(h + 4, sizeof(h));
	run_packet(r, src, dst, IPPROTO_UDP, h, sizeof(h));
	run_checksum(r, IPPROTO_UDP, 6);
	return run_in(r);
}

static uint32_t
left(struct ct_run *r)
{
	return ct_remaining(run_first(r), r->sim.now);
}

Test(ct, udp_stream)
{
	struct ct_run r;

	run_init(&r);
	run_start(&r);
	cr_expect_str_eq(udp(&r, A, 1000, B, 53), "NEW");
	cr_expect_str_eq(udp(&r, A, 1000, B, 53), "NEW");
	run_wait(&r, 500);
	cr_expect_str_eq(udp(&r, B, 53, A, 1000), "ESTABLISHED");
	cr_expect_str_eq(udp(&r, A, 1000, B, 53), "ESTABLISHED");
	cr_expect_eq(left(&r), 30);
	cr_expect_eq(run_first(&r)->status & CTS_ASSURED, 0);
	/* Two seconds after the first packet, and not at that moment. */
	run_wait(&r, 1500);
	udp(&r, A, 1000, B, 53);
	cr_expect_eq(left(&r), 30);
	run_wait(&r, 4);
	udp(&r, A, 1000, B, 53);
	cr_expect_eq(left(&r), 120);
	cr_expect_neq(run_first(&r)->status & CTS_ASSURED, 0);
	run_wait(&r, 119999);
	cr_expect_str_eq(udp(&r, B, 53, A, 1000), "ESTABLISHED");
	run_wait(&r, 120000);
	cr_expect_str_eq(udp(&r, B, 53, A, 1000), "NEW");
	run_end(&r);
}

/* A first reply that comes late is timed as if there were none. */
Test(ct, udp_late_reply)
{
	struct ct_run r;

	run_init(&r);
	run_start(&r);
	udp(&r, A, 1000, B, 53);
	run_wait(&r, 10000);
	udp(&r, B, 53, A, 1000);
	cr_expect_eq(left(&r), 30);
	udp(&r, B, 53, A, 1000);
	cr_expect_eq(left(&r), 120);
	run_end(&r);
}

Test(ct, udp_faults)
{
	static const struct { unsigned len, field; const char *seen; } row[] = {
		{ 12, 12, "NEW" }, { 12, 8, "NEW" }, { 12, 7, "INVALID" },
		{ 12, 13, "INVALID" }, { 7, 7, "INVALID" },
	};
	struct ct_run r;
	uint8_t h[12];

	run_init(&r);
	run_start(&r);
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		memset(h, 0, sizeof(h));
		put16(h, 100 + (unsigned)i);
		put16(h + 2, 53);
		put16(h + 4, row[i].field);
		run_packet(&r, A, B, IPPROTO_UDP, h, row[i].len);
		cr_expect_str_eq(run_in(&r), row[i].seen, "row %zu", i);
	}
	udp(&r, A, 1, B, 2);
	r.pkt.trust = CSUM_VERIFY;	/* another packet, not seen before */
	r.pkt.data[r.pkt.l4 + 7] ^= 1;
	cr_expect_str_eq(run_in(&r), "INVALID");
	run_end(&r);
}

/* By RFC 3828 the pseudo-header has 136; this kernel wants 17. */
Test(ct, udplite)
{
	struct ct_run r;
	uint8_t h[12] = { 0, 1, 0, 2 };

	run_init(&r);
	run_start(&r);
	run_packet(&r, A, B, IPPROTO_UDPLITE, h, sizeof(h));
	run_checksum(&r, IPPROTO_UDPLITE, 6);
	cr_expect_str_eq(run_in(&r), "INVALID");
	run_checksum(&r, IPPROTO_UDP, 6);
	cr_expect_str_eq(run_in(&r), "NEW");
	put16(r.pkt.data + r.pkt.l4 + 6, 0);
	cr_expect_str_eq(run_in(&r), "INVALID");
	put16(r.pkt.data + r.pkt.l4 + 4, 7);
	run_checksum(&r, IPPROTO_UDP, 6);
	cr_expect_str_eq(run_in(&r), "INVALID");
	run_end(&r);
}

static const char *
icmp(struct ct_run *r, const char *src, const char *dst, unsigned type,
    unsigned id, const void *data, uint32_t len)
{
	uint8_t h[200] = { (uint8_t)type };
	bool v6 = strchr(src, ':') != NULL;

	put16(h + 4, id);
	if (len != 0)
		memcpy(h + 8, data, len);
	run_packet(r, src, dst, v6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP, h,
	    8 + len);
	run_checksum(r, v6 ? IPPROTO_ICMPV6 : 0, 2);
	return run_in(r);
}

Test(ct, icmp)
{
	struct ct_run r;

	run_init(&r);
	run_start(&r);
	cr_expect_str_eq(icmp(&r, A, B, 8, 7, "", 0), "NEW");
	cr_expect_str_eq(icmp(&r, B, A, 0, 7, "", 0), "ESTABLISHED");
	cr_expect_str_eq(icmp(&r, B, A, 0, 8, "", 0), "INVALID");
	cr_expect_str_eq(icmp(&r, A, B, 13, 7, "", 0), "NEW");
	cr_expect_str_eq(icmp(&r, A, B, 9, 7, "", 0), "INVALID");
	cr_expect_str_eq(icmp(&r, A, B, 19, 7, "", 0), "INVALID");
	cr_expect_eq(left(&r), 30);
	run_end(&r);
}

Test(ct, icmpv6)
{
	struct ct_run r;

	run_init(&r);
	run_start(&r);
	cr_expect_str_eq(icmp(&r, A6, B6, 128, 7, "", 0), "NEW");
	cr_expect_str_eq(icmp(&r, B6, A6, 129, 7, "", 0), "ESTABLISHED");
	cr_expect_str_eq(icmp(&r, B6, A6, 129, 8, "", 0), "INVALID");
	for (unsigned type = 130; type <= 136; type++)
		cr_expect_str_eq(icmp(&r, A6, B6, type, 0, "", 0),
		    "UNTRACKED", "%u", type);
	cr_expect_str_eq(icmp(&r, A6, B6, 143, 0, "", 0), "UNTRACKED");
	cr_expect_str_eq(icmp(&r, A6, B6, 138, 0, "", 0), "INVALID");
	run_end(&r);
}

/* Errors belong to what they quote, if they go where it came from. */
static void
errors(const char *a, const char *b, const char *other, unsigned type)
{
	struct ct_run r;
	uint8_t quote[80];
	uint32_t len;

	run_init(&r);
	run_start(&r);
	udp(&r, a, 1000, b, 53);
	len = r.pkt.len;
	memcpy(quote, r.pkt.data, len);
	cr_expect_str_eq(icmp(&r, b, a, type, 0, quote, len), "RELATED");
	cr_expect_str_eq(icmp(&r, other, a, type, 0, quote, len), "RELATED");
	cr_expect_str_eq(icmp(&r, b, other, type, 0, quote, len), "INVALID");
	cr_expect_str_eq(icmp(&r, b, a, type, 0, quote, len - 8), "RELATED");
	cr_expect_str_eq(icmp(&r, b, a, type, 0, quote, len - 9), "INVALID");
	quote[len - 12] ^= 1;
	cr_expect_str_eq(icmp(&r, b, a, type, 0, quote, len), "INVALID");
	/* It counts for nothing. */
	cr_expect_eq(run_first(&r)->packets[CT_REPLY], 0);
	cr_expect_eq(run_first(&r)->status & CTS_SEEN_REPLY, 0);
	run_end(&r);
}

Test(ct, icmp_errors)
{
	errors(A, B, "203.0.113.9", 3);
	errors(A6, B6, "2001:db8::9", 1);
}

/* Of SCTP the chunks: type, flags, initiate tag. */
struct sctp_row {
	const char *src, *dst;
	uint32_t vtag;
	unsigned type;
	uint32_t tag;
	const char *seen;
	enum ct_sctp_state state;
	unsigned timeout;
};

static uint32_t
crc32c(const uint8_t *p, size_t n)
{
	uint32_t crc = ~UINT32_C(0);

	while (n-- > 0) {
		crc ^= *p++;
		for (unsigned i = 0; i < 8; i++)
			crc = crc >> 1 ^ (crc & 1 ? 0x82f63b78 : 0);
	}
	return ~crc;
}

static const char *
sctp(struct ct_run *r, const struct sctp_row *w)
{
	bool client = strcmp(w->src, A) == 0;
	uint8_t h[32] = { 0 };
	uint32_t crc;

	put16(h, client ? 1000 : 2000);
	put16(h + 2, client ? 2000 : 1000);
	put32(h + 4, w->vtag);
	h[12] = (uint8_t)w->type;
	put16(h + 14, 20);
	put32(h + 16, w->tag);
	crc = crc32c(h, sizeof(h));
	for (unsigned i = 0; i < 4; i++)
		h[8 + i] = (uint8_t)(crc >> 8 * i);
	run_packet(r, w->src, w->dst, IPPROTO_SCTP, h, sizeof(h));
	return run_in(r);
}

Test(ct, sctp)
{
	static const struct sctp_row rows[] = {
		{ A, B, 0, 0, 0, "INVALID", 0, 0 },	/* DATA */
		{ A, B, 9, 6, 0, "INVALID", 0, 0 },	/* ABORT */
		{ A, B, 5, 1, 1, "INVALID", 0, 0 },	/* INIT with a tag */
		{ A, B, 0, 1, 1, "NEW", SCTP_CT_CLOSED, 10 },
		{ B, A, 1, 2, 2, "ESTABLISHED", SCTP_CT_COOKIE_WAIT, 3 },
		{ A, B, 2, 10, 0, "ESTABLISHED", SCTP_CT_COOKIE_ECHOED, 3 },
		{ B, A, 1, 11, 0, "ESTABLISHED", SCTP_CT_ESTABLISHED, 210 },
		{ A, B, 2, 0, 0, "ESTABLISHED", SCTP_CT_ESTABLISHED, 210 },
		{ A, B, 3, 0, 0, "INVALID", SCTP_CT_ESTABLISHED, 210 },
		{ A, B, 2, 7, 0, "ESTABLISHED", SCTP_CT_SHUTDOWN_SENT, 3 },
		{ B, A, 1, 8, 0, "ESTABLISHED", SCTP_CT_SHUTDOWN_ACK_SENT, 3 },
		{ A, B, 2, 14, 0, "ESTABLISHED", SCTP_CT_CLOSED, 10 },
	};
	struct ct_run r;

	run_init(&r);
	run_start(&r);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		cr_expect_str_eq(sctp(&r, &rows[i]), rows[i].seen, "row %zu",
		    i);
		if (rows[i].timeout == 0) {
			cr_expect_null(run_first(&r), "row %zu", i);
			continue;
		}
		cr_assert_not_null(run_first(&r));
		cr_expect_eq(run_first(&r)->sctp.state, rows[i].state,
		    "row %zu", i);
		cr_expect_eq(left(&r), rows[i].timeout, "row %zu", i);
	}
	r.pkt.data[30] ^= 1;
	cr_expect_str_eq(run_in(&r), "INVALID");
	run_end(&r);
}

Test(ct, others)
{
	struct ct_run r;
	static const uint8_t pptp[8] = { 0x20, 1, 0x88, 0x0b, 0, 0, 0, 9 };

	run_init(&r);
	run_start(&r);
	run_packet(&r, A, B, 50, "12345678", 8);
	cr_expect_str_eq(run_in(&r), "NEW");
	cr_expect_eq(left(&r), 600);
	run_packet(&r, B, A, 50, "other", 5);
	cr_expect_str_eq(run_in(&r), "ESTABLISHED");
	run_packet(&r, A, B, 50, "", 0);
	cr_expect_str_eq(run_in(&r), "ESTABLISHED");
	cr_expect_eq(run_first(&r)->status & CTS_ASSURED, 0);
	run_packet(&r, A, B, IPPROTO_GRE, pptp, 8);
	cr_expect_str_eq(run_in(&r), "NEW");
	run_packet(&r, A, B, IPPROTO_GRE, "\x20\1\x08\0\0\0\0\1", 8);
	cr_expect_str_eq(run_in(&r), "INVALID");
	/* No next header: nothing to track. */
	run_packet(&r, A6, B6, 59, "", 0);
	cr_expect_str_eq(run_in(&r), "INVALID");
	run_packet(&r, A6, B6, IPPROTO_DSTOPTS, "\x32\0\1\4\0\0\0\0", 8);
	cr_expect_str_eq(run_in(&r), "NEW");
	run_end(&r);
}

/* What is dropped before it was confirmed leaves nothing. */
Test(ct, unconfirmed)
{
	struct ct_run r;

	run_init(&r);
	run_start(&r);
	for (unsigned i = 0; i < 3; i++) {
		udp(&r, A, 1, B, 2);
		ct_kill(r.sim.ct, run_first(&r));
		ct_put(&r.sim, &r.pkt);
		cr_expect_eq(ct_in(&r.sim, &r.pkt, HOOK_PREROUTING), V_ACCEPT);
		cr_expect_eq(r.pkt.ctinfo, CTI_NEW);
		cr_expect_eq(ct_count(r.sim.ct), 1);
		ct_put(&r.sim, &r.pkt);
		cr_expect_eq(ct_count(r.sim.ct), 0);
	}
	run_end(&r);
}

/* Packets that have their ct already, or shall have none. */
Test(ct, attached)
{
	struct ct_run r;
	struct packet answer = { .ctinfo = CTI_UNTRACKED };
	struct ct *ct;

	run_init(&r);
	run_start(&r);
	udp(&r, A, 1, B, 2);
	ct_in(&r.sim, &r.pkt, HOOK_PREROUTING);
	ct = r.pkt.ct;
	ct_attach(&answer, &r.pkt);
	cr_expect_eq(answer.ct, ct);
	cr_expect_eq(answer.ctinfo, CTI_RELATED_REPLY);
	cr_expect_eq(ct_in(&r.sim, &answer, HOOK_OUTPUT), V_ACCEPT);
	cr_expect_eq(answer.ctinfo, CTI_RELATED_REPLY);
	ct_put(&r.sim, &r.pkt);
	ct_notrack(&r.pkt);
	cr_expect_eq(ct_in(&r.sim, &r.pkt, HOOK_PREROUTING), V_ACCEPT);
	cr_expect_null(r.pkt.ct);
	run_end(&r);
}

static const char *
udp_zone(struct ct_run *r, bool back, uint16_t orig, uint16_t reply)
{
	uint8_t h[8] = { 0, back ? 2 : 1, 0, back ? 1 : 2, 0, 8, 0, 0 };

	run_packet(r, back ? B : A, back ? A : B, IPPROTO_UDP, h, sizeof(h));
	r->pkt.zone_set = orig != 0 || reply != 0;
	r->pkt.zone_orig = orig;
	r->pkt.zone_reply = reply;
	return run_in(r);
}

Test(ct, zones)
{
	struct ct_run r;

	run_init(&r);
	run_start(&r);
	cr_expect_str_eq(udp_zone(&r, false, 7, 7), "NEW");
	cr_expect_str_eq(udp_zone(&r, true, 0, 0), "NEW");
	cr_expect_str_eq(udp_zone(&r, true, 7, 7), "ESTABLISHED");
	cr_expect_str_eq(udp_zone(&r, false, 0, 0), "ESTABLISHED");
	run_end(&r);
	run_init(&r);
	run_start(&r);
	cr_expect_str_eq(udp_zone(&r, false, 9, 0), "NEW");
	cr_expect_str_eq(udp_zone(&r, true, 0, 0), "ESTABLISHED");
	cr_expect_str_eq(udp_zone(&r, false, 9, 0), "ESTABLISHED");
	/* New, but the reply would be the other's. */
	cr_expect_str_eq(udp_zone(&r, false, 0, 0), "DROP");
	run_end(&r);
}

Test(ct, table_full)
{
	struct ct_run r;

	run_init(&r);
	run_sysctl(&r, "net.netfilter.nf_conntrack_max", "3");
	run_sysctl(&r, "net.netfilter.nf_conntrack_buckets", "1");
	run_start(&r);
	for (unsigned i = 1; i <= 3; i++) {
		udp(&r, A, i, B, 53);
		udp(&r, B, 53, A, i);
	}
	/* What is not assured makes room, a bucketful at once. */
	cr_expect_str_eq(udp(&r, A, 4, B, 53), "NEW");
	cr_expect_eq(ct_count(r.sim.ct), 1);
	for (unsigned i = 5; i <= 6; i++)
		udp(&r, A, i, B, 53);
	run_wait(&r, 3000);
	for (unsigned i = 4; i <= 6; i++) {
		udp(&r, B, 53, A, i);
		udp(&r, A, i, B, 53);
	}
	cr_expect_str_eq(udp(&r, A, 7, B, 53), "DROP");
	cr_expect_eq(ct_count(r.sim.ct), 3);
	/* What is over does not count. */
	run_wait(&r, 121000);
	cr_expect_str_eq(udp(&r, A, 7, B, 53), "NEW");
	run_end(&r);
}

/* A translation whose reply tuple is another's is dropped at the end. */
Test(ct, clash)
{
	struct ct_run r;
	struct tuple want;

	run_init(&r);
	run_start(&r);
	udp(&r, A, 1, B, 53);
	want = run_first(&r)->tuple[CT_ORIGINAL];
	/* Another source that would look like A. */
	r.pkt.data[15] = 3;
	ip_csum_set(r.pkt.data);
	run_checksum(&r, IPPROTO_UDP, 6);
	cr_assert_eq(ct_in(&r.sim, &r.pkt, HOOK_PREROUTING), V_ACCEPT);
	cr_expect_not(ct_taken(r.sim.ct, &r.pkt.ct->tuple[CT_REPLY],
	    r.pkt.ct));
	ct_alter_reply(r.sim.ct, r.pkt.ct, &want);
	cr_expect(ct_taken(r.sim.ct, &r.pkt.ct->tuple[CT_REPLY], r.pkt.ct));
	cr_expect_eq(ct_confirm(&r.sim, &r.pkt, HOOK_POSTROUTING), V_DROP);
	ct_put(&r.sim, &r.pkt);
	cr_expect_eq(ct_count(r.sim.ct), 1);
	run_end(&r);
}

/* The table against a list that is searched from end to end. */
struct twin { uint8_t host; uint16_t port; bool there; };

Test(ct, twin)
{
	enum { N = 3000, STEPS = 60000 };
	struct twin *twins = calloc(N, sizeof(*twins));
	struct ct_run r;
	uint32_t x = 1;
	unsigned n = 0;

	run_init(&r);
	run_start(&r);
	for (unsigned i = 0; i < STEPS; i++) {
		struct twin *t;
		char src[20];
		const char *seen;

		x = x * 1664525 + 1013904223;
		t = &twins[(uint64_t)x * N >> 32];
		t->host = (uint8_t)((t - twins) % 200 + 1);
		t->port = (uint16_t)((t - twins) / 200 + 1);
		snprintf(src, sizeof(src), "192.0.2.%u", t->host);
		if (x >> 3 & 1) {
			seen = udp(&r, src, t->port, B, 53);
			cr_assert_str_eq(seen, "NEW");
			n += !t->there;
			t->there = true;
		} else if (t->there) {
			struct tuple tuple = { .family = AF_INET,
			    .proto = IPPROTO_UDP, .sport = htons(t->port),
			    .dport = htons(53) };
			enum ct_dir dir;
			struct ct *ct;

			inet_pton(AF_INET, src, &tuple.src);
			inet_pton(AF_INET, B, &tuple.dst);
			ct = ct_find(r.sim.ct, &tuple, 0, &dir);
			cr_assert_not_null(ct);
			cr_assert_eq(dir, CT_ORIGINAL);
			ct_kill(r.sim.ct, ct);
			ct_put(&r.sim, &r.pkt);
			t->there = false;
			n--;
			cr_assert_null(ct_find(r.sim.ct, &tuple, 0, &dir));
		}
		cr_assert_eq(ct_count(r.sim.ct), n);
	}
	free(twins);
	run_end(&r);
}

/* ---- listings ---- */

static const char *const listing[] = {
	"ipv4     2 tcp      6 431999 ESTABLISHED src=192.0.2.2 "
	"dst=198.51.100.2 sport=1024 dport=80 packets=3 bytes=172 "
	"src=198.51.100.2 dst=203.0.113.1 sport=80 dport=1024 packets=2 "
	"bytes=112 [ASSURED] mark=17 use=1\n",
	"ipv4     2 udp      17 29 src=192.0.2.2 dst=198.51.100.2 sport=1 "
	"dport=53 packets=1 bytes=29 [UNREPLIED] src=198.51.100.2 "
	"dst=192.0.2.2 sport=53 dport=1 packets=0 bytes=0 mark=0 zone=7 "
	"use=1\n",
	"ipv4     2 udp      17 29 src=192.0.2.3 dst=198.51.100.2 sport=1 "
	"dport=5002 zone-orig=9 src=198.51.100.2 dst=192.0.2.3 sport=5002 "
	"dport=1 mark=0 use=1\n",
	"ipv4     2 icmp     1 29 src=192.0.2.2 dst=198.51.100.2 type=8 "
	"code=0 id=77 src=198.51.100.2 dst=192.0.2.2 type=0 code=0 id=77 "
	"mark=0 use=1\n",
	"ipv6     10 icmpv6   58 29 src=2001:db8::2 dst=2001:db8::3 type=128 "
	"code=0 id=7 [UNREPLIED] src=2001:db8::3 dst=2001:db8::2 type=129 "
	"code=0 id=7 mark=0 use=1\n",
	"ipv4     2 gre      47 179 src=192.0.2.2 dst=198.51.100.2 "
	"srckey=0x0 dstkey=0x9 src=198.51.100.2 dst=192.0.2.2 srckey=0x9 "
	"dstkey=0x0 [ASSURED] mark=0 use=1\n",
	"ipv4     2 unknown  50 599 src=192.0.2.2 dst=198.51.100.2 "
	"[UNREPLIED] src=198.51.100.2 dst=192.0.2.2 mark=0 use=1\n",
	"ipv4     2 sctp     132 209 ESTABLISHED src=192.0.2.2 "
	"dst=198.51.100.2 sport=1 dport=2 src=198.51.100.2 dst=192.0.2.2 "
	"sport=2 dport=1 [ASSURED] mark=0 use=1\n",
	"ipv4     2 tcp      6 119 SYN_SENT src=192.0.2.2 dst=198.51.100.2 "
	"sport=1 dport=21 [UNREPLIED] src=198.51.100.2 dst=192.0.2.2 "
	"sport=21 dport=1 mark=0 helper=ftp use=1\n",
};

enum { N_LINES = sizeof(listing) / sizeof(listing[0]) };

static void
add(const struct ct *proto, void *arg)
{
	struct ct_run *r = arg;

	cr_expect_not_null(ct_add(r->sim.ct, proto, r->sim.now));
}

static bool
read_text(struct ct_run *r, const char *text, struct diags *d)
{
	diag_init(d, &r->arena);
	return conntrack_read(source_text("conntrack", text, &r->arena), d,
	    add, r);
}

Test(ct, listing_round_trip)
{
	struct ct_run r;
	struct sbuf in = SBUF_INIT, out = SBUF_INIT;
	struct diags d;

	run_init(&r);
	run_start(&r);
	for (unsigned i = 0; i < N_LINES; i++)
		sbuf_puts(&in, listing[i]);
	cr_expect(read_text(&r, sbuf_text(&in), &d));
	cr_expect_eq(d.errors, 0);
	run_list(&r, &out);
	cr_expect_str_eq(sbuf_text(&out), sbuf_text(&in));
	sbuf_free(&in);
	sbuf_free(&out);
	run_end(&r);
}

/* Without the family, and as /proc has it. */
Test(ct, listing_forms)
{
	static const char *const forms[] = {
		"udp      17 29 src=192.0.2.2 dst=198.51.100.2 sport=1 "
		"dport=53 [UNREPLIED] src=198.51.100.2 dst=192.0.2.2 sport=53 "
		"dport=1 mark=0 use=1",
		"ipv4     2 udp      17 29 src=192.0.2.2 dst=198.51.100.2 "
		"sport=1 dport=53 [UNREPLIED] src=198.51.100.2 dst=192.0.2.2 "
		"sport=53 dport=1 mark=0 secctx=system_u:object_r:x "
		"zone=0 use=2\n",
		"ipv4     2 udp      17 29 src=192.0.2.2 dst=198.51.100.2 "
		"sport=1 dport=53 [UNREPLIED] src=198.51.100.2 dst=192.0.2.2 "
		"sport=53 dport=1 mark=0 delta-time=3 use=1 id=4027348021\n"
		"conntrack v1.4.7 (conntrack-tools): 1 flow entries have been "
		"shown.\n",
	};
	static const char want[] =
	    "ipv4     2 udp      17 29 src=192.0.2.2 dst=198.51.100.2 sport=1 "
	    "dport=53 [UNREPLIED] src=198.51.100.2 dst=192.0.2.2 sport=53 "
	    "dport=1 mark=0 use=1\n";

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		struct sbuf out = SBUF_INIT;
		struct ct_run r;
		struct diags d;

		run_init(&r);
		run_start(&r);
		cr_expect(read_text(&r, forms[i], &d));
		run_list(&r, &out);
		cr_expect_str_eq(sbuf_text(&out), want, "form %zu", i);
		sbuf_free(&out);
		run_end(&r);
	}
}

Test(ct, listing_errors)
{
	static const struct { const char *line; unsigned off; } row[] = {
		{ "ipv4 2 tcp 6 x ESTABLISHED", 13 },
		{ "ipv4 2 tcp 999 5 ESTABLISHED", 11 },
		{ "ipv4 2 tcp 6 5 ESTAB src=192.0.2.1", 15 },
		{ "ipv4 2 udp 17 5 src=192.0.2.999", 16 },
		{ "ipv4 2 udp 17 5 src=2001:db8::1", 16 },
		{ "ipv4 2 udp 17 5 src=192.0.2.1 dst=192.0.2.2 sport=65536",
		    44 },
		{ "ipv4 2 udp 17 5 src=192.0.2.1 dst=192.0.2.2 color=1", 44 },
		{ "ipv4 2 udp 17 5 dst=192.0.2.1", 16 },
		{ "ipv4 2 udp 17 5 src=192.0.2.1 dst=192.0.2.2", 43 },
		{ "udp 17", 6 },
		{ "udp", 3 },
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct ct_run r;
		struct diags d;

		run_init(&r);
		run_start(&r);
		cr_expect_not(read_text(&r, row[i].line, &d), "row %zu", i);
		cr_expect_eq(d.errors, 1, "row %zu", i);
		cr_expect_eq(d.first->loc.off, row[i].off, "row %zu: %u", i,
		    d.first->loc.off);
		run_end(&r);
	}
}

/* A connection from a listing goes on: its windows are learned. */
Test(ct, snapshot_goes_on)
{
	struct ct_run r;
	struct diags d;
	uint8_t h[30] = { 0 };

	run_init(&r);
	run_start(&r);
	read_text(&r, listing[0], &d);
	cr_expect_neq(run_first(&r)->status & CTS_SRC_NAT, 0);
	put16(h, 80);
	put16(h + 2, 1024);
	put32(h + 4, 123456);
	put32(h + 8, 999999);
	h[12] = 0x50;
	h[13] = 0x10;
	put16(h + 14, 500);
	run_packet(&r, B, "203.0.113.1", IPPROTO_TCP, h, sizeof(h));
	run_checksum(&r, IPPROTO_TCP, 16);
	cr_expect_str_eq(run_in(&r), "ESTABLISHED");
	cr_expect_eq(run_first(&r)->packets[CT_REPLY], 3);
	cr_expect_eq(run_first(&r)->tcp.state, TCP_CT_ESTABLISHED);
	run_end(&r);
}

/* Helpers where no kernel can be asked: what a capture or a listing lacks,
 * what is not modelled, and how long masters are kept. */
#include "tests/ct_run.h"

#include <criterion/criterion.h>

#include "sim/expect.h"

#define A "192.0.2.1"
#define B "192.0.2.2"

static const char *
send_udp(struct ct_run *r, const char *src, uint16_t sport, const char *dst,
    uint16_t dport, enum ct_helper helper, const char *data, uint32_t n)
{
	uint8_t u[64] = { 0 };

	put16(u, sport);
	put16(u + 2, dport);
	put16(u + 4, 8 + n);
	memcpy(u + 8, data, n);
	run_packet(r, src, dst, IPPROTO_UDP, u, 8 + n);
	r->pkt.tmpl_helper = (uint8_t)helper;
	return run_in(r);
}

/* A segment of A to B (or back); 'cut' bytes of it are not known. */
static const char *
send_tcp(struct ct_run *r, bool back, uint8_t flags, uint32_t seq,
    uint32_t ack, const char *data, uint32_t cut)
{
	uint32_t n = (uint32_t)strlen(data);
	uint8_t t[128] = { 0 };

	put16(t, back ? 21 : 5000);
	put16(t + 2, back ? 5000 : 21);
	put32(t + 4, seq);
	put32(t + 8, ack);
	t[12] = 5 << 4;
	t[13] = flags;
	put16(t + 14, 8192);
	memcpy(t + 20, data, n);
	run_packet(r, back ? B : A, back ? A : B, IPPROTO_TCP, t, 20 + n);
	run_checksum(r, IPPROTO_TCP, 16);
	r->pkt.have -= cut;
	r->pkt.tmpl_helper = CT_HELPER_FTP;
	return run_in(r);
}

static void
start(struct ct_run *r)
{
	run_init(r);
	run_start(r);
	r->sim.env = r->env;
	r->sim.services = &sim_services;
}

static void
open_up(struct ct_run *r)
{
	send_tcp(r, false, 2, 1000, 0, "", 0);
	send_tcp(r, true, 18, 5000, 1001, "", 0);
	send_tcp(r, false, 16, 1001, 5001, "A\n", 0);
}

Test(helper, not_modelled)
{
	struct ct_run r;

	start(&r);
	send_udp(&r, A, 5060, B, 5060, CT_HELPER_SIP, "", 0);
	cr_expect_eq(r.env->n_assumptions, 0);
	send_udp(&r, A, 5060, B, 5060, CT_HELPER_SIP, "INVITE", 6);
	send_udp(&r, A, 5060, B, 5060, CT_HELPER_SIP, "INVITE", 6);
	cr_assert_eq(r.env->n_assumptions, 1);
	cr_expect(strstr(r.env->assumptions[0], "helper sip is not modelled"));
	run_end(&r);
}

Test(helper, cut)
{
	struct ct_run r;

	start(&r);
	open_up(&r);
	cr_expect_str_eq(send_tcp(&r, false, 16, 1003, 5001,
	    "PORT 192,0,2,1,1,1\r\n", 5), "ESTABLISHED");
	cr_assert_eq(r.env->n_assumptions, 1);
	cr_expect(strstr(r.env->assumptions[0], "packets that are cut"));
	cr_expect_eq(ct_expects(r.sim.ct)->n, 0);
	/* The whole of it is read. */
	send_tcp(&r, false, 16, 1003, 5001, "PORT 192,0,2,1,1,1\r\n", 0);
	cr_expect_eq(ct_expects(r.sim.ct)->n, 1);
	cr_expect_eq(r.env->n_assumptions, 1);
	run_end(&r);
}

static bool
copy(struct ct *ct, void *arg)
{
	*(struct ct *)arg = *ct;
	return false;
}

/* Nobody knows what ended with a newline before a listing was made. */
Test(helper, adopted)
{
	struct ct_run r;
	struct ct old;

	start(&r);
	open_up(&r);
	ct_each(r.sim.ct, copy, &old);
	ct_kill(r.sim.ct, run_first(&r));
	ct_put(&r.sim, &r.pkt);
	old.timeout = INT64_C(300000000000);
	cr_assert_not_null(ct_add(r.sim.ct, &old, r.sim.now));
	send_tcp(&r, false, 16, 1050, 5001, "PORT 192,0,2,1,1,1", 0);
	cr_expect_eq(ct_expects(r.sim.ct)->n, 0);
	send_tcp(&r, true, 16, 5001, 1050, "227 (192,0,2,2,1,1)\r\n", 0);
	cr_expect_eq(ct_expects(r.sim.ct)->n, 1);
	run_end(&r);
}

/* A child keeps its master, and what belongs to that, from being used anew;
 * all of it comes free with the child. */
Test(helper, masters)
{
	struct ct_run r;
	struct ct *master;

	start(&r);
	send_udp(&r, A, 7, B, 69, CT_HELPER_TFTP, "\0\1", 2);
	master = run_first(&r);
	cr_expect_str_eq(send_udp(&r, B, 9, A, 7, CT_HELPER_NONE, "", 0),
	    "RELATED");
	cr_expect_eq(master->slaves, 1);
	ct_kill(r.sim.ct, master);
	ct_put(&r.sim, &r.pkt);
	cr_expect_eq(master->helper, CT_HELPER_TFTP);
	for (uint16_t i = 0; i < 100; i++) {
		send_udp(&r, A, i, B, 69, CT_HELPER_TFTP, "\0\1", 2);
		cr_expect_neq(run_first(&r), master);
	}
	cr_expect_eq(ct_expects(r.sim.ct)->n, 100);
	/* Over, with their masters. */
	run_wait(&r, 31000);
	cr_expect_str_eq(send_udp(&r, B, 9, A, 8, CT_HELPER_NONE, "", 0),
	    "NEW");
	ct_count(r.sim.ct);		/* removes what is over */
	cr_expect_eq(ct_expects(r.sim.ct)->n, 0);
	ct_put(&r.sim, &r.pkt);
	cr_expect_eq(ct_count(r.sim.ct), 1);
	cr_expect_eq(master->slaves, 0);
	run_end(&r);
}

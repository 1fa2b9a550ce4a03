/* Packets made and given to conntrack, for the tests of sim/ct*.c. */
#ifndef TESTS_CT_RUN_H
#define TESTS_CT_RUN_H

#include "sim/internal.h"

#include <arpa/inet.h>
#include <netinet/in.h>

/* Conntrack and the little of a simulator that it needs. */
struct ct_run {
	struct arena arena;
	struct env *env;
	struct sim sim;
	uint8_t buf[PKT_HEADROOM + 2048 + PKT_TAILROOM];
	struct packet pkt;
};

static inline void
run_sysctl(struct ct_run *r, const char *name, const char *value)
{
	map_set(&r->env->sysctls, &r->arena, name, strlen(name),
	    arena_strdup(&r->arena, value));
}

static inline void
run_init(struct ct_run *r)
{
	memset(r, 0, sizeof(*r));
	r->env = env_new(&r->arena);
	r->sim.acct = true;
	r->sim.nesting = 1;
}

/* Behind run_sysctl: reads them. */
static inline void
run_start(struct ct_run *r)
{
	r->sim.ct = ct_table_new(r->env);
	r->sim.now = INT64_C(1700000000) * 1000000000;
	ct_clock(r->sim.ct, r->sim.now);
}

static inline void
run_wait(struct ct_run *r, int64_t milliseconds)
{
	r->sim.now += milliseconds * 1000000;
	ct_clock(r->sim.ct, r->sim.now);
}

static inline void
run_end(struct ct_run *r)
{
	ct_table_free(r->sim.ct);
	arena_free(&r->arena);
}

/* An IP packet around 'len' bytes of 'l4'. */
static inline void
run_packet(struct ct_run *r, const char *src, const char *dst, unsigned proto,
    const void *l4, uint32_t len)
{
	uint8_t *p = r->buf + PKT_HEADROOM;
	bool v6 = strchr(src, ':') != NULL;
	uint32_t head = v6 ? 40 : 20;

	memset(r->buf, 0, sizeof(r->buf));
	r->pkt = (struct packet){ .data = p, .len = head + len,
	    .have = head + len, .ctinfo = CTI_UNTRACKED };
	if (v6) {
		p[0] = 0x60;
		put16(p + 4, len);
		p[6] = (uint8_t)proto;
		p[7] = 64;
		inet_pton(AF_INET6, src, p + 8);
		inet_pton(AF_INET6, dst, p + 24);
	} else {
		p[0] = 0x45;
		put16(p + 2, head + len);
		p[8] = 64;
		p[9] = (uint8_t)proto;
		inet_pton(AF_INET, src, p + 12);
		inet_pton(AF_INET, dst, p + 16);
		ip_csum_set(p);
	}
	if (len != 0)
		memcpy(p + head, l4, len);
	pkt_decode(&r->pkt);
}

/* Sets the checksum at 'field' of the L4 header, as protocol 'pseudo' would
 * (0: without pseudo-header). */
static inline void
run_checksum(struct ct_run *r, unsigned pseudo, unsigned field)
{
	uint8_t *h = r->pkt.data + r->pkt.l4;
	uint32_t len = r->pkt.len - r->pkt.l4;
	uint32_t sum = pseudo ? csum_pseudo(&r->pkt, pseudo, len) : 0;
	uint16_t c;

	put16(h + field, 0);
	c = csum_fold(csum_add(sum, h, len));
	put16(h + field, c == 0 ? 0xffff : c);
}

/* What -m conntrack would see of it. */
static inline const char *
run_state(const struct ct_run *r)
{
	static const char *const names[] = { "ESTABLISHED", "RELATED", "NEW",
	    "ESTABLISHED", "RELATED" };

	if (r->pkt.untracked)
		return "UNTRACKED";
	return r->pkt.ct == NULL ? "INVALID" : names[r->pkt.ctinfo];
}

/* In by PREROUTING, and through; the answer is its state, or "DROP". */
static inline const char *
run_in(struct ct_run *r)
{
	const char *state;
	enum verdict v = ct_in(&r->sim, &r->pkt, HOOK_PREROUTING);

	state = v == V_ACCEPT ? run_state(r) : "DROP";
	if (v == V_ACCEPT && ct_confirm(&r->sim, &r->pkt,
	    HOOK_POSTROUTING) != V_ACCEPT)
		state = "DROP";
	ct_put(&r->sim, &r->pkt);
	return state;
}

static inline bool
run_note(struct ct *ct, void *arg)
{
	*(struct ct **)arg = ct;
	return false;
}

/* The first of the connections there are, or null. */
static inline struct ct *
run_first(struct ct_run *r)
{
	struct ct *ct = NULL;

	ct_each(r->sim.ct, run_note, &ct);
	return ct;
}

static inline bool
run_print_one(struct ct *ct, void *arg)
{
	struct { struct ct_run *r; struct sbuf *out; } *a = arg;

	ct_print(ct, a->r->sim.now, a->out);
	return true;
}

static inline void
run_list(struct ct_run *r, struct sbuf *out)
{
	struct { struct ct_run *r; struct sbuf *out; } a = { r, out };

	sbuf_clear(out);
	ct_each(r->sim.ct, run_print_one, &a);
}

#endif

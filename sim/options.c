#include "sim/options.h"

#include "sim/internal.h"

enum {
	OPT_END = 0, OPT_NOOP = 1, OPT_RR = 7, OPT_TS = 68, OPT_CIPSO = 134,
	OPT_LSRR = 131, OPT_SSRR = 137, OPT_ALERT = 148
};
enum { TS_ONLY = 0, TS_AND_ADDR = 1, TS_PRESPEC = 3 };

/* Milliseconds since midnight UT, in network order (inet_current_timestamp). */
static void
put_time(struct sim *sim, uint8_t *at)
{
	put32(at, (uint32_t)(sim->now / 1000000 % 86400000));
}

/* fib_compute_spec_dst: the address by which the sender would know us. */
static void
spec_dst(struct sim *sim, const struct packet *p, uint8_t at[4])
{
	struct route_query q = { .family = AF_INET, .tos = p->data[1] };
	struct route_answer a = { .type = 0 };
	union addr src, own;

	if (p->route_type == ROUTE_LOCAL) {
		memcpy(at, p->data + 16, 4);
		return;
	}
	pkt_src(p, &src);
	if (src.b[0] != 0) {
		q.dst = src;
		route_lookup(sim, &q, &a);
		if (!addr_is_zero(&a.prefsrc)) {
			memcpy(at, a.prefsrc.b, 4);
			return;
		}
	}
	if (p->in != NULL &&
	    route_select_addr(sim, AF_INET, p->in, &src, &own))
		memcpy(at, own.b, 4);
}

/* Each reader of an option tells which byte of it is wrong (pp_ptr). */
enum { GOOD = -1 };

static int
record_route(struct sim *sim, struct packet *p, uint8_t *o)
{
	if (p->opt_rr != 0)
		return 0;
	if (o[1] < 3)
		return 1;
	if (o[2] < 4)
		return 2;
	if (o[2] <= o[1]) {
		if (o[2] + 3 > o[1])
			return 2;
		spec_dst(sim, p, &o[o[2] - 1]);
		o[2] = (uint8_t)(o[2] + 4);
		p->opt_rr_addr = p->opt_changed = true;
	}
	p->opt_rr = (uint8_t)(o - p->data);
	return GOOD;
}

/* A timestamp option with room left. */
static int
stamp(struct sim *sim, struct packet *p, uint8_t *o)
{
	unsigned at = o[2] - 1u, kind = o[3] & 15;
	union addr a = { .w = { 0 } };

	if (o[2] + 3 > o[1])
		return 2;
	if (kind != TS_ONLY && kind != TS_AND_ADDR && kind != TS_PRESPEC)
		return GOOD;
	if (kind == TS_ONLY) {
		put_time(sim, &o[at]);
		o[2] = (uint8_t)(o[2] + 4);
		p->opt_changed = true;
		return GOOD;
	}
	if (o[2] + 7 > o[1])
		return 2;
	if (kind == TS_PRESPEC) {
		memcpy(a.b, &o[at], 4);
		if (route_addr_type(sim, AF_INET, &a, NULL) == ROUTE_UNICAST)
			return GOOD;
	} else {
		spec_dst(sim, p, &o[at]);
		p->opt_ts_addr = true;
	}
	put_time(sim, &o[at + 4]);
	o[2] = (uint8_t)(o[2] + 8);
	p->opt_changed = true;
	return GOOD;
}

static int
timestamp(struct sim *sim, struct packet *p, uint8_t *o)
{
	int wrong = GOOD;

	if (p->opt_ts != 0)
		return 0;
	if (o[1] < 4)
		return 1;
	if (o[2] < 5)
		return 2;
	if (o[2] <= o[1]) {
		wrong = stamp(sim, p, o);
		if (wrong != GOOD)
			return wrong;
	} else if ((o[3] & 15) != TS_PRESPEC) {
		if (o[3] >> 4 == 15)
			return 3;
		o[3] = (uint8_t)(o[3] + 0x10);
		p->opt_changed = true;
	}
	p->opt_ts = (uint8_t)(o - p->data);
	return GOOD;
}

static int
source_routed(const uint8_t *o, bool *seen)
{
	bool twice = *seen;

	*seen = true;
	return o[1] < 3 ? 1 : o[2] < 4 ? 2 : twice ? 0 : GOOD;
}

static int
read_option(struct sim *sim, struct packet *p, uint8_t *o,
    bool *source_route)
{
	switch (*o) {
	case OPT_LSRR:
	case OPT_SSRR:
		return source_routed(o, source_route);
	case OPT_RR:
		return record_route(sim, p, o);
	case OPT_TS:
		return timestamp(sim, p, o);
	case OPT_ALERT:
		return o[1] < 4 ? 1 : GOOD;
	default:
		return GOOD;
	}
}

/* Walks the options; false and the offset of the bad one in *bad. */
static bool
read_options(struct sim *sim, struct packet *p, bool *source_route,
    unsigned *bad)
{
	uint8_t *o = p->data + 20, *end = p->data + (p->data[0] & 15) * 4;

	while (o < end) {
		int wrong;

		*bad = (unsigned)(o - p->data);
		if (*o == OPT_END) {
			for (o++; o < end; o++)
				if (*o != OPT_END) {
					*o = OPT_END;
					p->opt_changed = true;
				}
			return true;
		}
		if (*o == OPT_NOOP) {
			o++;
			continue;
		}
		if (end - o < 2 || o[1] < 2 || o[1] > end - o)
			return false;
		wrong = read_option(sim, p, o, source_route);
		if (wrong != GOOD) {
			*bad += (unsigned)wrong;
			return false;
		}
		o += o[1];
	}
	return true;
}

bool
options_in(struct sim *sim, struct packet *p)
{
	bool source_route = false;
	unsigned bad;

	p->opt_rr = p->opt_ts = 0;
	p->opt_changed = p->opt_rr_addr = p->opt_ts_addr = false;
	if (!read_options(sim, p, &source_route, &bad)) {
		sim_end(sim, p, DISP_LOST, REASON_BAD_HEADER, NULL, NULL);
		answer_icmp(sim, p, 12, 0, bad << 24);
		return false;
	}
	if (source_route && env_sysctl(sim->env,
	    "net.ipv4.conf.all.accept_source_route", 0) == 0) {
		sim_end(sim, p, DISP_LOST, REASON_MARTIAN, NULL, NULL);
		return false;
	}
	return true;
}

void
options_forward(struct sim *sim, struct packet *p)
{
	union addr own;

	if ((p->opt_rr_addr || p->opt_ts_addr) && p->out != NULL &&
	    route_select_addr(sim, AF_INET, p->out, &p->nexthop, &own)) {
		if (p->opt_rr_addr)
			memcpy(p->data + p->opt_rr +
			    p->data[p->opt_rr + 2] - 5, own.b, 4);
		if (p->opt_ts_addr)
			memcpy(p->data + p->opt_ts +
			    p->data[p->opt_ts + 2] - 9, own.b, 4);
	}
	if (p->opt_changed)
		ip_csum_set(p->data);
}

static unsigned
echo_one(const struct packet *c, uint8_t at, uint8_t *out)
{
	const uint8_t *o = c->data + at;

	memcpy(out, o, o[1]);
	return o[1];
}

unsigned
options_echo(struct sim *sim, const struct packet *c, const union addr *own,
    uint8_t out[40])
{
	unsigned n = 0;

	if (c->opt_rr != 0) {
		uint8_t *o = out;

		n = echo_one(c, c->opt_rr, o);
		if (c->opt_rr_addr && o[2] + 3 <= o[1]) {
			memcpy(&o[o[2] - 1], own->b, 4);
			o[2] = (uint8_t)(o[2] + 4);
		}
	}
	if (c->opt_ts != 0) {
		uint8_t *o = out + n;

		n += echo_one(c, c->opt_ts, o);
		if (c->opt_ts_addr && o[2] + 7 <= o[1]) {
			memcpy(&o[o[2] - 1], own->b, 4);
			put_time(sim, &o[o[2] + 3]);
			o[2] = (uint8_t)(o[2] + 8);
		} else if ((o[3] & 15) == TS_ONLY && o[2] + 3 <= o[1]) {
			put_time(sim, &o[o[2] - 1]);
			o[2] = (uint8_t)(o[2] + 4);
		}
	}
	while (n % 4 != 0)
		out[n++] = OPT_END;
	return n;
}

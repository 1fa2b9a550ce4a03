/* -m hashlimit: a token bucket for each address or port, in tables shared by
 * name.  Kernel: xt_hashlimit.c, revision 3.
 *
 * Rates are kept as iptables does: for packets the time that one takes, in
 * millionths of a second; for bytes 2^32 divided by the rate in chunks of 16
 * bytes.  The first rule that names a table settles its parameters. */
#include "ext/host.h"
#include "ext/rate.h"
#include "ext/store.h"

#include <netinet/in.h>
#include <stdlib.h>

enum mode {				/* XT_HASHLIMIT_x */
	BY_DSTIP = 1 << 0, BY_DSTPORT = 1 << 1, BY_SRCIP = 1 << 2,
	BY_SRCPORT = 1 << 3, INVERT = 1 << 4, BYTES = 1 << 5,
	RATE_MATCH = 1 << 6,
	BY_ANY = BY_DSTIP | BY_DSTPORT | BY_SRCIP | BY_SRCPORT
};

enum {
	SCALE = 1000000, CHUNK_SHIFT = 4, DEFAULT_BURST = 5,
	MAX_BURST = 1000000, GC_INTERVAL = 1000, MAX_SIZE = 1048576,
	DEFAULT_SIZE = 8192,		/* of hosts with a GiB or more */
	BYTE_EXPIRE = 15, BYTE_EXPIRE_BURST = 60, NAME_LEN = 254
};

struct hashlimit {
	uint64_t avg, burst;
	uint32_t size, max, gc_interval, expire;	/* the last two: ms */
	uint32_t interval;		/* of rate-match, seconds */
	uint32_t unit;			/* of the rate as read, seconds */
	uint8_t mode, srcmask, dstmask;
	const char *name;
};

static void
init(void *data, int family)
{
	struct hashlimit *h = data;

	h->burst = DEFAULT_BURST;
	h->gc_interval = GC_INTERVAL;
	h->srcmask = h->dstmask = (uint8_t)family_bits(family);
}

/* ---- reading ---- */

static uint64_t
cost_to_bytes(uint64_t cost)
{
	return ((cost ? UINT32_MAX / cost : UINT32_MAX) - 1) << CHUNK_SHIFT;
}

static uint64_t
bytes_to_cost(uint64_t bytes)
{
	uint32_t chunks = (uint32_t)(bytes >> CHUNK_SHIFT) + 1;

	return chunks ? UINT32_MAX / chunks : 0;
}

static uint64_t
factor(char c)
{
	return c == 'm' ? 1024 * 1024 : c == 'k' ? 1024 : 1;
}

/* "4kb/s"; false: it is a rate in packets. */
static bool
read_bytes(struct hashlimit *h, const char *text)
{
	const char *unit = strstr(text, "b/s");
	uint64_t n;

	if (unit == NULL || unit == text)
		return false;
	n = (uint64_t)atoll(text);
	if (n == 0)
		return false;
	h->avg = bytes_to_cost(n * factor(unit[-1]));
	h->unit = BYTE_EXPIRE;
	h->mode |= BYTES;
	return true;
}

static bool
read_rate(struct opt_arg *a, bool above)
{
	struct hashlimit *h = a->data;
	long long n;

	if (above != a->negate)
		h->mode |= INVERT;
	if (read_bytes(h, a->text))
		return h->avg != 0 || opt_error(a, "Rate too high \"%s\"",
		    a->text);
	if (!rate_read(a->text, &n, &h->unit))
		return opt_error(a, "Bad value for \"%s\" option: \"%s\"",
		    a->opt->name, a->text);
	h->avg = (uint64_t)SCALE * h->unit / (uint64_t)n;
	return h->avg != 0 || opt_error(a, "Rate too fast \"%s\"", a->text);
}

static bool
read_upto(struct opt_arg *a)
{
	return read_rate(a, false);
}

static bool
read_above(struct opt_arg *a)
{
	return read_rate(a, true);
}

/* Without a unit it is a number of packets, which is limited at once. */
static bool
read_burst(struct opt_arg *a)
{
	struct hashlimit *h = a->data;
	const char *s = a->text;

	if (!read_number(&s, UINT64_MAX, &h->burst) || h->burst == 0 ||
	    (*s == '\0' && h->burst > MAX_BURST))
		return opt_error(a, "bad value for option "
		    "\"--hashlimit-burst\", or out of range (1-%u).",
		    MAX_BURST);
	h->burst *= factor(*s);
	return true;
}

static bool
read_mask(struct opt_arg *a)
{
	unsigned plen;

	if (!plen_read(a->text, a->family, &plen) || plen == PLEN_NONE)
		return opt_error(a, "bad value for option \"%s\", neither a "
		    "valid network mask nor valid CIDR (0-%u).", a->opt->name,
		    family_bits(a->family));
	*((uint8_t *)a->data + a->opt->offset) = (uint8_t)plen;
	return true;
}

static bool
read_mode(struct opt_arg *a)
{
	static const struct { const char *name; uint8_t bit; } words[] = {
		{ "dstip", BY_DSTIP }, { "srcip", BY_SRCIP },
		{ "srcport", BY_SRCPORT }, { "dstport", BY_DSTPORT }
	};
	struct hashlimit *h = a->data;
	const char *s = a->text;

	/* strtok: empty parts are skipped. */
	for (s += strspn(s, ",|"); *s != '\0'; s += strspn(s, ",|")) {
		size_t len = strcspn(s, ",|"), i = 0;

		while (i < 4 && (strncmp(words[i].name, s, len) != 0 ||
		    words[i].name[len] != '\0'))
			i++;
		if (i == 4)
			return opt_error(a, "Bad value for "
			    "\"--hashlimit-mode\" option: \"%s\"", a->text);
		h->mode |= words[i].bit;
		s += len;
	}
	return true;
}

static bool
read_name(struct opt_arg *a)
{
	if (*a->text == '\0')
		return opt_error(a, "Argument must have a minimum length of "
		    "1 characters");
	((struct hashlimit *)a->data)->name = arena_strndup(a->arena,
	    a->text, strnlen(a->text, NAME_LEN));
	return true;
}

static bool
read_rate_match(struct opt_arg *a)
{
	((struct hashlimit *)a->data)->mode |= RATE_MATCH;
	return true;
}

static bool
read_interval(struct opt_arg *a)
{
	int n = atoi(a->text);

	if (n <= 0)
		return opt_error(a, "Bad value for "
		    "\"--hashlimit-rate-interval\" option: \"%s\"", a->text);
	((struct hashlimit *)a->data)->interval = (uint32_t)n;
	return true;
}

enum { O_UPTO, O_ABOVE, O_SRCMASK, O_DSTMASK, O_BURST, O_SIZE, O_MAX, O_GC,
    O_EXPIRE, O_MODE, O_NAME, O_RATE_MATCH, O_INTERVAL };
#define AT(member)	.offset = offsetof(struct hashlimit, member)
static const struct opt opts[] = {
	[O_UPTO] = { .name = "--hashlimit-upto", .alias = "--hashlimit",
	    .args = 1, .flags = OPT_INVERT, .read = read_upto,
	    .excludes = 1 << O_ABOVE },
	[O_ABOVE] = { .name = "--hashlimit-above", .args = 1,
	    .flags = OPT_INVERT, .read = read_above,
	    .excludes = 1 << O_UPTO },
	[O_SRCMASK] = { .name = "--hashlimit-srcmask", .args = 1,
	    .read = read_mask, AT(srcmask) },
	[O_DSTMASK] = { .name = "--hashlimit-dstmask", .args = 1,
	    .read = read_mask, AT(dstmask) },
	[O_BURST] = { .name = "--hashlimit-burst", .args = 1,
	    .read = read_burst },
	[O_SIZE] = { .name = "--hashlimit-htable-size", .args = 1,
	    .read = opt_u32, AT(size) },
	[O_MAX] = { .name = "--hashlimit-htable-max", .args = 1,
	    .read = opt_u32, AT(max) },
	[O_GC] = { .name = "--hashlimit-htable-gcinterval", .args = 1,
	    .read = opt_u32, AT(gc_interval) },
	[O_EXPIRE] = { .name = "--hashlimit-htable-expire", .args = 1,
	    .read = opt_u32, AT(expire) },
	[O_MODE] = { .name = "--hashlimit-mode", .args = 1,
	    .read = read_mode },
	[O_NAME] = { .name = "--hashlimit-name", .args = 1,
	    .flags = OPT_REQUIRED, .read = read_name },
	[O_RATE_MATCH] = { .name = "--hashlimit-rate-match",
	    .read = read_rate_match },
	[O_INTERVAL] = { .name = "--hashlimit-rate-interval", .args = 1,
	    .read = read_interval },
	{ .name = NULL }
};
#undef AT

/* ---- checking ---- */

static uint64_t
credits_per_jiffy(unsigned hz)
{
	return power_below(UINT64_MAX / (hz * 60 * 60 * 24));
}

static uint64_t
byte_credits_per_jiffy(unsigned hz)
{
	return power_below(UINT32_MAX / hz);
}

/* user2credits: wraps as the kernel's does. */
static uint64_t
credits(uint64_t user, unsigned hz)
{
	uint64_t second = hz * credits_per_jiffy(hz);

	if (SCALE >= second)
		return user / (SCALE / second);
	return user * (second / SCALE);
}

static uint32_t
byte_credits(uint32_t user, unsigned hz)
{
	return (uint32_t)((uint64_t)user * hz * byte_credits_per_jiffy(hz) >>
	    32);
}

static bool
refuse(struct ext_check *c, const char *why)
{
	diag_error(c->diags, c->loc, "hashlimit: %s", why);
	return false;
}

/* hashlimit_mt_check of libxt_hashlimit.c. */
static bool
settle(struct ext_check *c)
{
	struct hashlimit *h = c->data;
	uint64_t rate = cost_to_bytes(h->avg);

	if (!(c->seen & (1 << O_UPTO | 1 << O_ABOVE)))
		return refuse(c, "You have to specify --hashlimit");
	if (!(c->seen >> O_EXPIRE & 1))
		h->expire = h->unit * 1000;
	if (!(h->mode & BYTES)) {
		if (h->burst > MAX_BURST)
			return refuse(c, "bad value for option "
			    "\"--hashlimit-burst\", or out of range "
			    "(1-1000000).");
	} else if (!(c->seen >> O_BURST & 1)) {
		h->burst = 0;
	} else {
		/* How many times a second's worth it is. */
		if (h->burst < rate || rate == 0)
			return refuse(c, "burst cannot be smaller than the "
			    "rate");
		h->burst = (uint32_t)(h->burst / rate +
		    (h->burst % rate != 0));
		if (!(c->seen >> O_EXPIRE & 1))
			h->expire = BYTE_EXPIRE_BURST * 1000;
	}
	if (!(h->mode & RATE_MATCH))
		return true;
	if (!(h->mode & BYTES))
		h->avg /= h->unit;
	if (h->interval == 0)
		h->interval = h->mode & BYTES ? 1 : h->unit;
	return true;
}

/* hashlimit_mt_check of xt_hashlimit.c, at 250 ticks a second. */
static bool
check(struct ext_check *c)
{
	struct hashlimit *h = c->data;

	if (!settle(c))
		return false;
	if (strcmp(h->name, ".") == 0 || strcmp(h->name, "..") == 0 ||
	    strchr(h->name, '/') != NULL)
		return refuse(c, "the kernel refuses this name");
	if (h->gc_interval == 0 || h->expire == 0)
		return refuse(c, "the kernel refuses an interval of 0");
	if (h->size > MAX_SIZE)
		h->size = MAX_SIZE;
	if (h->max > MAX_SIZE)
		h->max = MAX_SIZE;
	if (h->mode & RATE_MATCH) {
		if (h->avg == 0 || h->avg > UINT32_MAX)
			return refuse(c, "the kernel refuses this rate");
	} else if (h->mode & BYTES) {
		if (byte_credits((uint32_t)h->avg, 250) == 0)
			return refuse(c, "the kernel refuses this rate: it "
			    "is too high");
	} else if (h->burst == 0 || credits(h->avg * h->burst, 250) <
	    credits(h->avg, 250)) {
		return refuse(c, "the kernel refuses this rate and burst: "
		    "their product overflows");
	}
	return true;
}

/* ---- printing ---- */

static const struct { const char *name; uint32_t size; } byte_units[] = {
	{ "m", 1024 * 1024 }, { "k", 1024 }, { "", 1 }
};

/* Prints " 4kb/s burst 8kb"; returns the expiry that goes with it. */
static uint32_t
print_bytes(const struct hashlimit *h, const char *prefix, struct sbuf *out)
{
	uint64_t rate = cost_to_bytes(h->avg);
	unsigned i = 0;

	while (i < 2 && (rate < byte_units[i].size || bytes_to_cost(rate &
	    ~(byte_units[i].size - 1)) != h->avg))
		i++;
	sbuf_printf(out, " %llu%sb/s",
	    (unsigned long long)(rate / byte_units[i].size),
	    byte_units[i].name);
	if (h->burst == 0)
		return BYTE_EXPIRE * 1000;
	rate *= h->burst;
	for (i = 0; i < 2 && rate < byte_units[i].size;)
		i++;
	sbuf_printf(out, " %sburst %llu%sb", prefix,
	    (unsigned long long)(rate / byte_units[i].size),
	    byte_units[i].name);
	return BYTE_EXPIRE_BURST * 1000;
}

static void
print_mode(unsigned mode, char sep, struct sbuf *out)
{
	static const struct { uint8_t bit; const char *name; } words[] = {
		{ BY_SRCIP, "srcip" }, { BY_SRCPORT, "srcport" },
		{ BY_DSTIP, "dstip" }, { BY_DSTPORT, "dstport" }
	};
	char between = ' ';

	for (unsigned i = 0; i < 4; i++)
		if (mode & words[i].bit) {
			sbuf_putc(out, between);
			sbuf_puts(out, words[i].name);
			between = sep;
		}
}

/* What save and list print alike; 'p' is "--hashlimit-" or "". */
static void
print_rest(const struct hashlimit *h, int family, uint32_t expire,
    const char *p, struct sbuf *out)
{
	if (h->size != 0)
		sbuf_printf(out, " %shtable-size %u", p, h->size);
	if (h->max != 0)
		sbuf_printf(out, " %shtable-max %u", p, h->max);
	if (h->gc_interval != GC_INTERVAL)
		sbuf_printf(out, " %shtable-gcinterval %u", p,
		    h->gc_interval);
	if (h->expire != expire)
		sbuf_printf(out, " %shtable-expire %u", p, h->expire);
	if (h->srcmask != family_bits(family))
		sbuf_printf(out, " %ssrcmask %u", p, h->srcmask);
	if (h->dstmask != family_bits(family))
		sbuf_printf(out, " %sdstmask %u", p, h->dstmask);
	if (h->mode & RATE_MATCH) {
		sbuf_printf(out, " %srate-match", p);
		if (h->interval != 1)
			sbuf_printf(out, " %srate-interval %u", p,
			    h->interval);
	}
}

static void
save(const void *data, const struct ext_print *p, struct sbuf *out)
{
	const struct hashlimit *h = data;
	uint32_t expire;

	sbuf_printf(out, " --hashlimit-%s", h->mode & INVERT ? "above" :
	    "upto");
	if (h->mode & BYTES) {
		expire = print_bytes(h, "--hashlimit-", out);
	} else {
		expire = rate_print(out, h->avg, SCALE) * 1000;
		sbuf_printf(out, " --hashlimit-burst %llu",
		    (unsigned long long)h->burst);
	}
	if (h->mode & BY_ANY) {
		sbuf_puts(out, " --hashlimit-mode");
		print_mode(h->mode, ',', out);
	}
	sbuf_printf(out, " --hashlimit-name %s", h->name);
	print_rest(h, p->family, expire, "--hashlimit-", out);
}

static void
list(const void *data, const struct ext_print *p, struct sbuf *out)
{
	const struct hashlimit *h = data;
	uint32_t expire;

	sbuf_printf(out, " limit: %s", h->mode & INVERT ? "above" : "up to");
	if (h->mode & BYTES) {
		expire = print_bytes(h, "", out);
	} else {
		expire = rate_print(out, h->interval != 0 ?
		    h->avg * h->interval : h->avg, SCALE) * 1000;
		sbuf_printf(out, " burst %llu", (unsigned long long)h->burst);
	}
	if (h->mode & BY_ANY) {
		sbuf_puts(out, " mode");
		print_mode(h->mode, '-', out);
	}
	print_rest(h, p->family, expire, "", out);
}

/* ---- running ---- */

struct key {
	union addr src, dst;
	uint16_t sport, dport, zero[2];
};

struct entry {
	struct key key;
	uint64_t expires, prev;		/* ticks */
	union {
		struct { uint64_t credit, cap, cost; };
		struct {		/* rate-match */
			uint32_t interval, prev_over;
			uint64_t current, rate, burst;
		};
	};
};

struct limits {				/* a table */
	struct store entries;
	struct hashlimit cfg;		/* of the first rule */
	int family;
	union addr srcmask, dstmask;
	uint32_t max;
	/* The garbage collector runs each 'gc_period' ticks from the time on
	 * that the first packet was met. */
	uint64_t created, gc_period, expire;
	uint64_t swept;			/* last tick the whole table was gone
					 * through */
};

static void *
memory(const void *data, int family, struct memory *m)
{
	const struct hashlimit *h = data;
	char *key = arena_printf(m->arena, "hashlimit/%s/%d", h->name, family);
	struct limits *l = map_get(&m->names, key, strlen(key));
	uint32_t size = h->size ? h->size : DEFAULT_SIZE;

	if (l != NULL)
		return l;
	l = arena_new(m->arena, struct limits);
	map_set(&m->names, m->arena, key, strlen(key), l);
	store_init(&l->entries, m->arena, sizeof(struct key),
	    sizeof(struct entry));
	l->cfg = *h;
	l->family = family;
	addr_mask(&l->srcmask, family, h->srcmask);
	addr_mask(&l->dstmask, family, h->dstmask);
	l->max = h->max == 0 ? 8 * size : h->max < size ? size : h->max;
	l->gc_period = jiffies_of_ms(h->gc_interval, m->env->hz);
	l->expire = jiffies_of_ms(h->expire, m->env->hz);
	return l;
}

/* proto_ports_offset(): an SPI counts as ports; -1: the protocol has none. */
static int
ports_offset(const struct packet *p)
{
	switch (p->proto) {
	case IPPROTO_TCP: case IPPROTO_UDP: case IPPROTO_UDPLITE:
	case IPPROTO_SCTP: case IPPROTO_DCCP: case IPPROTO_ESP:
		/* IPv6 sees that a fragment has no ports, IPv4 does not. */
		return p->family == AF_INET6 && p->frag != 0 ? -1 : 0;
	case IPPROTO_AH:
		return p->family == AF_INET ? 4 : -1;
	default:
		return -1;
	}
}

/* Sets the ports of the key.  False: *result is the answer. */
static bool
ports_of(const struct limits *l, struct ctx *ctx, struct key *key,
    enum tri *result)
{
	const struct packet *p = ctx->pkt;
	const uint8_t *port = NULL;
	bool cut = p->proto_cut;
	int off = ports_offset(p);

	if (!cut && !p->proto_bad && !(p->family == AF_INET6 &&
	    p->proto == IPPROTO_NONE)) {
		if (off < 0)
			return true;
		port = pkt_at(p, p->l4 + (uint32_t)off, 4, &cut);
	}
	if (port == NULL) {
		*result = cut ? TRI_UNKNOWN : TRI_NO;
		ctx->hotdrop = !cut;
		ctx->need = "the ports, which the capture cut off";
		return false;
	}
	if (l->cfg.mode & BY_SRCPORT)
		memcpy(&key->sport, port, 2);
	if (l->cfg.mode & BY_DSTPORT)
		memcpy(&key->dport, port + 2, 2);
	return true;
}

static bool
key_of(const struct limits *l, struct ctx *ctx, struct key *key,
    enum tri *result)
{
	memset(key, 0, sizeof(*key));
	if (l->cfg.mode & BY_DSTIP) {
		pkt_dst(ctx->pkt, &key->dst);
		key->dst.q[0] &= l->dstmask.q[0];
		key->dst.q[1] &= l->dstmask.q[1];
	}
	if (l->cfg.mode & BY_SRCIP) {
		pkt_src(ctx->pkt, &key->src);
		key->src.q[0] &= l->srcmask.q[0];
		key->src.q[1] &= l->srcmask.q[1];
	}
	return !(l->cfg.mode & (BY_SRCPORT | BY_DSTPORT)) ||
	    ports_of(l, ctx, key, result);
}

/* When the collector last ran. */
static uint64_t
last_gc(const struct limits *l, uint64_t now)
{
	return now - (now - l->created) % l->gc_period;
}

static void
sweep(struct limits *l, uint64_t now)
{
	uint64_t gc = last_gc(l, now);
	struct entry *e;

	if (gc == l->swept)
		return;
	l->swept = gc;
	for (uint32_t at = 0; (e = store_next(&l->entries, &at)) != NULL;)
		if (!jiffies_after(e->expires, gc))
			store_remove(&l->entries, e);
}

static void
fill(struct entry *e, const struct limits *l, unsigned hz)
{
	const struct hashlimit *h = &l->cfg;

	if (h->mode & RATE_MATCH) {
		if (h->mode & BYTES) {
			e->rate = cost_to_bytes((uint32_t)h->avg);
			e->burst = h->burst ? h->burst * e->rate : e->rate;
		} else {
			e->rate = SCALE / h->avg;
			e->burst = h->burst + e->rate;
		}
		e->prev_over = 0;
		e->current = 0;
		e->interval = h->interval;
	} else if (h->mode & BYTES) {
		e->credit = byte_credits_per_jiffy(hz) * hz;
		e->cost = byte_credits((uint32_t)h->avg, hz);
		e->cap = h->burst;	/* refills, not a cap */
	} else {
		e->credit = e->cap = credits(h->avg * h->burst, hz);
		e->cost = credits(h->avg, hz);
	}
}

static void
recalc(struct entry *e, const struct limits *l, uint64_t now, unsigned hz)
{
	uint64_t delta = now - e->prev, before = e->credit, cap;

	if (delta == 0)
		return;
	if (l->cfg.mode & RATE_MATCH) {
		uint64_t interval = (uint64_t)e->interval * hz;

		if (delta < interval)
			return;
		e->prev = now;
		e->prev_over = e->current * interval > delta * e->rate;
		e->current = 0;
		return;
	}
	e->prev = now;
	if (l->cfg.mode & BYTES) {
		cap = byte_credits_per_jiffy(hz) * hz;
		e->credit += byte_credits_per_jiffy(hz) * delta;
		if (before >= e->credit)
			e->credit = cap;
	} else {
		cap = e->cap;
		e->credit += credits_per_jiffy(hz) * delta;
	}
	if (e->credit > cap)
		e->credit = cap;
}

/* In bytes a second is the whole bucket; when it is empty one of the
 * burst's refills is used up. */
static uint64_t
byte_cost(struct entry *e, uint32_t len, unsigned hz)
{
	uint64_t cap = byte_credits_per_jiffy(hz) * hz;
	uint64_t cost = ((uint64_t)(len >> CHUNK_SHIFT) + 1) * e->cost;

	if (cost > cap)
		cost = cap;
	if (e->credit < cost && e->cap != 0) {
		e->cap--;
		e->credit = cap;
	}
	return (uint32_t)cost;
}

static bool
under(const struct hashlimit *h, struct entry *e, uint32_t len, unsigned hz)
{
	uint64_t cost;

	if (h->mode & RATE_MATCH) {
		e->current += h->mode & BYTES ? len : 1;
		return !e->prev_over && e->current <= e->burst;
	}
	cost = h->mode & BYTES ? byte_cost(e, len, hz) : e->cost;
	if (e->credit < cost)
		return false;
	e->credit -= cost;
	return true;
}

static struct entry *
find(const struct limits *l, const struct key *key, uint64_t now)
{
	struct entry *e = store_find(&l->entries, key);

	/* Between its expiry and the collector's run it is still good. */
	return e != NULL && jiffies_after(e->expires, last_gc(l, now)) ? e :
	    NULL;
}

static enum tri
eval(const void *data, struct ctx *ctx)
{
	const struct hashlimit *h = data;
	struct limits *l = ctx->memory;
	uint64_t now = jiffies_of(ctx);
	unsigned hz = ctx->env->hz;
	enum tri result;
	struct key key;
	struct entry *e;

	if (!key_of(l, ctx, &key, &result))
		return result;
	if (l->created == 0)
		l->created = now;
	e = find(l, &key, now);
	if (e != NULL) {
		recalc(e, l, now, hz);
	} else {
		e = store_find(&l->entries, &key);	/* to be collected */
		if (e == NULL && l->entries.n >= l->max)
			sweep(l, now);
		if (e == NULL && l->entries.n >= l->max) {
			ctx->hotdrop = true;
			return TRI_NO;
		}
		if (e == NULL)
			e = store_add(&l->entries, &key);
		e->prev = now;
		fill(e, l, hz);
	}
	e->expires = now + l->expire;
	return tri_of(under(h, e, ctx->pkt->len, hz) != !!(h->mode & INVERT));
}

static void
explain(const void *data, struct ctx *ctx, struct sbuf *out)
{
	const struct hashlimit *h = data;
	const struct limits *l = ctx->memory;
	struct ext_print print = { .family = ctx->pkt->family };
	bool hotdrop = ctx->hotdrop;
	const struct entry *e = NULL;
	enum tri result;
	struct key key;

	if (key_of(l, ctx, &key, &result))
		e = store_find(&l->entries, &key);
	ctx->hotdrop = hotdrop;
	sbuf_printf(out, "table %s has %u entries; ", h->name, l->entries.n);
	if (e == NULL)
		sbuf_puts(out, "none for this packet; rule wants");
	else if (l->cfg.mode & RATE_MATCH)
		sbuf_printf(out, "this packet's: %llu in this interval, "
		    "%llu may be; rule wants",
		    (unsigned long long)e->current,
		    (unsigned long long)e->burst);
	else if (l->cfg.mode & BYTES)
		sbuf_printf(out, "this packet's: %u/1000 s worth and %llu "
		    "refills are left; rule wants", (unsigned)(e->credit *
		    1000 / (byte_credits_per_jiffy(ctx->env->hz) *
		    ctx->env->hz)), (unsigned long long)e->cap);
	else
		sbuf_printf(out, "this packet's: %llu are left; rule wants",
		    (unsigned long long)(e->cost ? e->credit / e->cost : 0));
	list(data, &print, out);
}

/* A bucket for each source and destination is that of two hosts, unless their
 * number is limited. */
static const char *
shared(const void *data, int family)
{
	const struct hashlimit *h = data;
	unsigned bits = family_bits(family);

	if ((h->mode & BY_SRCIP) && (h->mode & BY_DSTIP) &&
	    h->srcmask == bits && h->dstmask == bits)
		return h->max == 0 ? NULL : "one number of buckets for all";
	return !(h->mode & BY_ANY) ? "one token bucket for all packets" :
	    h->mode & BY_SRCIP ? "a token bucket for each source" :
	    h->mode & BY_DSTIP ? "a token bucket for each destination" :
	    "a token bucket for each port";
}

const struct ext ext_m_hashlimit = {
	.name = "hashlimit",
	.traits = EXT_STATEFUL | EXT_SIDE_EFFECT,
	.size = sizeof(struct hashlimit),
	.opts = opts,
	.init = init,
	.check = check,
	.save = save,
	.list = list,
	.memory = memory,
	.eval = eval,
	.explain = explain,
	.shared = shared,
};

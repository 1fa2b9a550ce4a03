/* Boxes in words. */
#include "model/hs.h"

#include "model/icmp.h"
#include "model/words.h"

#include <netinet/in.h>
#include <string.h>

enum { MANY = 8 };			/* values are told; then "..." */

static bool
has_value(const struct hs_dim *d, hs_cell c, unsigned v)
{
	return d->of[v] != 0xffff && cell_has(d, c, d->of[v]);
}

static unsigned
size_of(const struct hs_dim *d)
{
	return 1U << field_info[d->field].bits;
}

/* ---- values on a line ---- */

static void
put_addrs(const struct hs_space *s, u128 lo, u128 hi, struct sbuf *out)
{
	unsigned len = family_bits(s->family);
	u128 size = hi - lo + 1;
	union addr a;

	number_addr(lo, s->family, &a);
	addr_print(out, s->family, &a);
	if (size == 1)
		return;
	if (size != 0 && (size & (size - 1)) == 0 && (lo & (size - 1)) == 0) {
		for (; size > 1; size >>= 1)
			len--;
		sbuf_printf(out, "/%u", len);
		return;
	}
	sbuf_putc(out, '-');
	number_addr(hi, s->family, &a);
	addr_print(out, s->family, &a);
}

static void
put_name(u128 v, struct sbuf *out)
{
	char name[IFNAME_SIZE + 1] = "";

	number_iface(v, name);
	sbuf_safe(out, name, strlen(name));
}

/* How many of the last bytes may be anything in names from lo to hi. */
static unsigned
free_bytes(u128 lo, u128 hi)
{
	unsigned n = 0;

	while (n < IFNAME_SIZE && (lo >> 8 * n & 255) == 0 &&
	    (hi >> 8 * n & 255) == 255)
		n++;
	return n;
}

/* Is it one name, or are they all with a prefix? */
static bool
has_name(u128 lo, u128 hi)
{
	unsigned n = free_bytes(lo, hi);

	return n < IFNAME_SIZE && lo >> 8 * n == hi >> 8 * n;
}

/* Names from lo to hi: one name, a prefix, or what lies between. */
static void
put_names(u128 lo, u128 hi, struct sbuf *out)
{
	unsigned n = free_bytes(lo, hi);

	if (lo == 0 && hi == 0) {
		sbuf_puts(out, "none");
	} else if (has_name(lo, hi)) {
		put_name(lo, out);
		/* A name's end is a 0 too: then it is this name alone. */
		if (n > 0 && (lo >> 8 * n & 255) != 0)
			sbuf_putc(out, '+');
	} else {
		sbuf_puts(out, "other");
	}
}

static void
put_number(enum field f, u128 v, struct sbuf *out)
{
	static const char *const types[] = { "UNSPEC", "UNICAST", "LOCAL",
	    "BROADCAST", "ANYCAST", "MULTICAST", "BLACKHOLE", "UNREACHABLE",
	    "PROHIBIT", "THROW", "NAT", "XRESOLVE" };
	static const char *const pkttypes[] = { "unicast", "broadcast",
	    "multicast" };
	uint64_t n = (uint64_t)v;
	const char *name = f == F_PROTO || f == F_CT_PROTO ?
	    proto_name((unsigned)n) : f == F_SRCTYPE || f == F_DSTTYPE ?
	    types[n] : f == F_PKTTYPE && n < 3 ? pkttypes[n] : NULL;

	if (f == F_MAC && n != MAC_NONE)
		for (int i = 5; i >= 0; i--)
			sbuf_printf(out, "%02x%s", (unsigned)(n >> 8 * i & 255),
			    i ? ":" : "");
	else if ((f == F_MAC && n == MAC_NONE) || (f == F_MSS &&
	    n == MSS_NONE) || ((f == F_UID || f == F_GID) && n == OWNER_NONE))
		sbuf_puts(out, "none");
	else if (f == F_TCPFLAGS || f == F_TOS)
		sbuf_printf(out, "0x%02x", (unsigned)n);
	else if (name != NULL && (n != 0 || f == F_PKTTYPE))
		sbuf_puts(out, name);
	else
		sbuf_putu(out, n);
}

/* A type with all of its codes, or one code, has a name. */
static void
put_icmp(const struct hs_space *s, unsigned lo, unsigned hi, struct sbuf *out)
{
	const struct icmp_name *n = icmp_names_of(s->family == AF_INET6);

	for (; n->name != NULL; n++)
		if (lo == ((unsigned)n->type << 8 | n->code_min) &&
		    hi == ((unsigned)n->type << 8 | n->code_max)) {
			sbuf_puts(out, n->name);
			return;
		}
	sbuf_putu(out, lo >> 8);
	if (hi == (lo | 255) && (lo & 255) == 0)
		return;
	sbuf_printf(out, "/%u", lo & 255);
	if (hi != lo)
		sbuf_printf(out, "-%u/%u", hi >> 8, hi & 255);
}

static void
put_range(const struct hs_space *s, enum field f, u128 lo, u128 hi,
    struct sbuf *out)
{
	if (field_info[f].kind == FIELD_ADDR) {
		put_addrs(s, lo, hi, out);
	} else if (field_info[f].kind == FIELD_IFACE) {
		put_names(lo, hi, out);
	} else if (f == F_ICMP) {
		put_icmp(s, (unsigned)lo, (unsigned)hi, out);
	} else if (hi == lo) {
		put_number(f, lo, out);
	} else if (f == F_PROTO) {
		sbuf_printf(out, "%u-%u", (unsigned)lo, (unsigned)hi);
	} else {
		put_number(f, lo, out);
		sbuf_putc(out, field_info[f].bits == 16 ? ':' : '-');
		put_number(f, hi, out);
	}
}

/* ---- lists of values ---- */

/* The next run of values at or behind *at; moves *at behind it. */
static bool
next_run(const struct hs_dim *d, hs_cell c, unsigned *at, u128 *lo, u128 *hi)
{
	unsigned end, n = d->of != NULL ? size_of(d) : d->n, k = *at;

#define HAS(k) (d->of != NULL ? has_value(d, c, k) : cell_has(d, c, k))
	while (k < n && !HAS(k))
		k++;
	if (k == n)
		return false;
	/* An interface is none, or one of those that follow. */
	for (end = k + 1; end < n && HAS(end) && (d->of != NULL ||
	    field_info[d->field].kind != FIELD_IFACE || d->starts[k] != 0);)
		end++;
#undef HAS
	*at = end;
	*lo = d->of != NULL ? k : d->starts[k];
	*hi = d->of != NULL ? end - 1 : d->starts[end] - 1;
	return true;
}

/* How many values a list of them would have; names between others cannot be
 * said well. */
static unsigned
pieces(const struct hs_dim *d, hs_cell c)
{
	unsigned n = 0, at = 0;
	u128 lo, hi;

	if (d->values == NULL) {
		while (next_run(d, c, &at, &lo, &hi))
			n += field_info[d->field].kind == FIELD_IFACE &&
			    !has_name(lo, hi) ? HS_BITS : 1;
		return n;
	}
	for (uint32_t k = 0; k < d->n; k++)
		n += !cell_has(d, c, k) ? 0 : k < d->n_values ? 1 : d->n;
	return n;
}

static void
put_runs(const struct hs_space *s, const struct hs_dim *d, hs_cell c,
    struct sbuf *out)
{
	unsigned at = 0;
	u128 lo, hi;

	for (unsigned n = 0; next_run(d, c, &at, &lo, &hi); n++) {
		sbuf_puts(out, n ? "," : "");
		if (n == MANY) {
			sbuf_puts(out, "...");
			return;
		}
		put_range(s, (enum field)d->field, lo, hi, out);
	}
}

static void
put_marks(const struct hs_dim *d, hs_cell c, struct sbuf *out)
{
	unsigned n = 0;

	for (uint32_t k = 0; k < d->n; k++) {
		if (!cell_has(d, c, k))
			continue;
		sbuf_puts(out, n ? "," : "");
		if (n++ == MANY) {
			sbuf_puts(out, "...");
			return;
		}
		if (k < d->n_values)
			sbuf_printf(out, "0x%x", d->values[k]);
		else
			sbuf_puts(out, "other");
		if (d->mask != UINT32_MAX)
			sbuf_printf(out, "/0x%x", d->mask);
	}
}

/* ---- small fields, bit by bit ---- */

/* Is the cell all values of 'whole' that are 'value' under 'mask'? */
static bool
as_mask(const struct hs_dim *d, hs_cell c, hs_cell whole, unsigned *mask,
    unsigned *value)
{
	unsigned ones = size_of(d) - 1, any = 0;

	for (unsigned v = 0; v < size_of(d); v++)
		if (has_value(d, c, v)) {
			ones &= v;
			any |= v;
		}
	*mask = ~(ones ^ any) & (size_of(d) - 1);
	*value = ones & *mask;
	for (unsigned v = 0; v < size_of(d); v++)
		if ((v & *mask) == *value && has_value(d, whole, v) &&
		    !has_value(d, c, v))
			return false;
	return *mask != 0;
}

/* "NEW", "ESTABLISHED reply-dnat" */
static void
put_ct(unsigned mask, unsigned value, struct sbuf *out)
{
	if ((mask & FCT_STATE) == FCT_STATE)
		sbuf_puts(out, fct_state_names[value & FCT_STATE]);
	if (mask & FCT_REPLY)
		sbuf_puts(out, value & FCT_REPLY ? " reply" : " original");
	for (unsigned i = 0; i < N_FCT_BITS; i++)
		if ((mask & ~(unsigned)FCT_REPLY) >> (3 + i) & 1)
			sbuf_printf(out, "%c%s", value >> (3 + i) & 1 ? '+' :
			    '-', fct_bit_names[i]);
}

/* Which states are in the cell, in whole or in part. */
static void
states_of(const struct hs_dim *d, hs_cell c, hs_cell whole, unsigned *some,
    unsigned *part)
{
	*some = *part = 0;
	for (unsigned v = 0; v < size_of(d); v++) {
		if (has_value(d, c, v))
			*some |= 1U << (v & FCT_STATE);
		else if (has_value(d, whole, v))
			*part |= 1U << (v & FCT_STATE);
	}
	*part &= *some;
}

/* The bits of a state that differ among the values in the cell. */
static unsigned
differing_bits(const struct hs_dim *d, hs_cell c, unsigned state,
    unsigned *ones)
{
	unsigned any = 0;

	*ones = ~0U;
	for (unsigned v = state; v < size_of(d); v += FCT_STATE + 1)
		if (has_value(d, c, v)) {
			*ones &= v;
			any |= v;
		}
	return *ones ^ any;
}

/* One state of which the cell has a part: by the bits that it has alike and
 * the rest has not, if they tell it from the rest. */
static void
put_state(const struct hs_dim *d, hs_cell c, hs_cell whole, unsigned state,
    struct sbuf *out)
{
	unsigned value, all;
	unsigned told = ~differing_bits(d, c, state, &value) &
	    differing_bits(d, whole, state, &all);

	for (unsigned v = state; v < size_of(d); v += FCT_STATE + 1)
		if (has_value(d, whole, v) && !has_value(d, c, v) &&
		    ((v ^ value) & told) == 0) {
			sbuf_printf(out, "%s in part", fct_state_names[state]);
			return;
		}
	put_ct(told | FCT_STATE, (value & ~(unsigned)FCT_STATE) | state, out);
}

static void
put_states(const struct hs_dim *d, hs_cell c, hs_cell whole, struct sbuf *out)
{
	unsigned some, part, mask, value, rest, none;
	const char *comma = "";

	states_of(d, c, whole, &some, &part);
	if (part != 0 && as_mask(d, c, whole, &mask, &value) &&
	    (mask & FCT_STATE) == 0) {
		put_ct(mask, value, out);
		return;
	}
	states_of(d, whole & ~c, whole, &rest, &none);
	if (part == 0 && __builtin_popcount(rest) == 1 &&
	    __builtin_popcount(some) > 1) {
		sbuf_putc(out, '!');
		some = rest;
	}
	for (unsigned i = 0; i < N_FCT_STATES; i++) {
		if (!(some >> i & 1))
			continue;
		sbuf_puts(out, comma);
		comma = ",";
		if (part >> i & 1)
			put_state(d, c, whole, i, out);
		else
			sbuf_puts(out, fct_state_names[i]);
	}
}

/* "syn", "syn/fin,syn,ack" */
static void
put_flags(unsigned mask, unsigned value, struct sbuf *out)
{
	tcp_flags_print(value, out);
	if (mask == 0x17 && value == 0x02)
		return;			/* what --syn asks */
	sbuf_putc(out, '/');
	tcp_flags_print(mask, out);
}

/* Flags and bits, if the cell or all but the cell is one test of them. */
static bool
put_masked(const struct hs_dim *d, hs_cell c, hs_cell whole, struct sbuf *out)
{
	unsigned mask, value;

	if (d->field != F_TCPFLAGS && d->field != F_TOS)
		return false;
	if (!as_mask(d, c, whole, &mask, &value)) {
		if (!as_mask(d, whole & ~c, whole, &mask, &value))
			return false;
		sbuf_putc(out, '!');
	}
	if (d->field == F_TCPFLAGS)
		put_flags(mask, value, out);
	else if (mask == 0xff)
		sbuf_printf(out, "0x%02x", value);
	else
		sbuf_printf(out, "0x%02x/0x%02x", value, mask);
	return true;
}

/* ---- a dimension ---- */

static void
put_dim(const struct hs_space *s, unsigned i, hs_cell c, hs_cell whole,
    struct sbuf *out)
{
	const struct hs_dim *d = &s->dims[i];
	hs_cell rest = d->bits ? whole & ~c : 0;

	if (d->field == N_FIELDS) {
		sbuf_puts(out, c == 3 ? "any" : c == 2 ? "yes" : "no");
		return;
	}
	if (d->field == F_CT) {
		put_states(d, c, whole, out);
		return;
	}
	if (d->of != NULL && d->bits && put_masked(d, c, whole, out))
		return;
	if (rest != 0 && pieces(d, rest) < pieces(d, c)) {
		sbuf_putc(out, '!');
		c = rest;
	}
	if (d->values != NULL)
		put_marks(d, c, out);
	else
		put_runs(s, d, c, out);
}

void
hs_dim_words(const struct hs_space *s, unsigned i, hs_cell c,
    struct sbuf *out)
{
	put_dim(s, i, c, s->all[i], out);
}

const char *
hs_dim_name(const struct hs_space *s, unsigned i)
{
	return s->dims[i].field == N_FIELDS ? s->dims[i].key :
	    field_info[s->dims[i].field].name;
}

/* ---- a box ---- */

/* Does the box say something of the field? */
static bool
says(const struct hs_space *s, const hs_cell *box, const hs_cell *whole,
    enum field f)
{
	int i = s->of_field[f];

	return i >= 0 && box[i] != whole[i];
}

static void
put_field(const struct hs_space *s, const hs_cell *box, const hs_cell *whole,
    enum field f, struct sbuf *out)
{
	unsigned i = (unsigned)s->of_field[f];

	put_dim(s, i, box[i], whole[i], out);
}

static void
put_side(const struct hs_space *s, const hs_cell *box, const hs_cell *whole,
    enum field addr, enum field port, struct sbuf *out)
{
	bool brackets = s->family == AF_INET6 && says(s, box, whole, addr) &&
	    says(s, box, whole, port);

	sbuf_puts(out, brackets ? "[" : "");
	if (says(s, box, whole, addr))
		put_field(s, box, whole, addr, out);
	else
		sbuf_puts(out, "any");
	sbuf_puts(out, brackets ? "]" : "");
	if (says(s, box, whole, port)) {
		sbuf_putc(out, ':');
		put_field(s, box, whole, port, out);
	}
}

/* "tcp 10.0.0.0/8 > any:80" */
static void
put_ends(const struct hs_space *s, const hs_cell *box, const hs_cell *whole,
    struct sbuf *out)
{
	bool sides = false;

	for (enum field f = F_SRC; f <= F_DPORT; f++)
		sides |= f != F_PROTO && says(s, box, whole, f);
	if (says(s, box, whole, F_PROTO))
		put_field(s, box, whole, F_PROTO, out);
	else
		sbuf_puts(out, sides ? "all" : "any packet");
	if (!sides)
		return;
	sbuf_putc(out, ' ');
	put_side(s, box, whole, F_SRC, F_SPORT, out);
	sbuf_puts(out, " > ");
	put_side(s, box, whole, F_DST, F_DPORT, out);
}

static void
put_more(const struct hs_space *s, unsigned i, hs_cell c, hs_cell whole,
    struct sbuf *out)
{
	const struct hs_dim *d = &s->dims[i];

	sbuf_putc(out, ' ');
	if (d->field == N_FIELDS) {
		sbuf_printf(out, "%s[", c == 2 ? "" : "not ");
		sbuf_safe(out, d->key, strlen(d->key));
		sbuf_putc(out, ']');
		return;
	}
	if (d->field == F_FRAG) {
		sbuf_puts(out, "later fragments");
		return;
	}
	if (d->field != F_CT && d->field != F_TCPFLAGS &&
	    d->field != F_ICMP)
		sbuf_printf(out, "%s ", hs_dim_name(s, i));
	put_dim(s, i, c, whole, out);
}

void
hs_words(const struct hs_space *s, const hs_cell *box, const hs_cell *whole,
    struct sbuf *out)
{
	if (whole == NULL)
		whole = s->all;
	put_ends(s, box, whole, out);
	for (unsigned i = 0; i < s->n; i++) {
		unsigned f = s->dims[i].field;

		if (box[i] == whole[i] || f <= F_DPORT || (f == F_FRAG &&
		    has_value(&s->dims[i], box[i], 0)))
			continue;	/* whole packets go without saying */
		put_more(s, i, box[i], whole[i], out);
	}
}

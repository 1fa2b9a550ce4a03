/* One packet of a box, and boxes in words. */
#include "model/hs.h"


#include <netinet/in.h>
#include <string.h>

/* ---- choosing ---- */

#define V4(a, b, c, d) ((u128)((uint32_t)(a) << 24 | (b) << 16 | (c) << 8 | (d)))
#define DOC6(x) ((u128)0x20010db8 << 96 | (x))
#define ANY_CT (FCT_CONFIRMED | FCT_SEEN_REPLY | FCT_ASSURED)

/* Values that people expect to see, the best first; 0xff..f ends. */
#define END ~(u128)0
static const u128 src4[] = { V4(203, 0, 113, 7), V4(192, 0, 2, 7),
    V4(10, 0, 0, 7), V4(192, 168, 0, 7), END };
static const u128 dst4[] = { V4(198, 51, 100, 10), V4(10, 0, 0, 10),
    V4(192, 168, 0, 10), END };
static const u128 src6[] = { DOC6(7), END };
static const u128 dst6[] = { DOC6(0x10), END };
static const u128 protos[] = { 6, 17, 1, 58, 50, END };
static const u128 sports[] = { 49152, 1024, END };
static const u128 dports[] = { 80, 443, 22, 53, END };
static const u128 pings[] = { 8 << 8, 128 << 8, END };
static const u128 cts[] = { FCT_NEW, FCT_NEW | FCT_CONFIRMED,
    FCT_ESTABLISHED | ANY_CT, FCT_ESTABLISHED | FCT_REPLY | ANY_CT,
    FCT_INVALID, FCT_RELATED | ANY_CT, END };
static const u128 tcps[] = { 0x02, 0x10, 0x12, 0x18, END };
static const u128 lengths[] = { 60, 100, 1000, END };
static const u128 ttls[] = { 64, END };
static const u128 macs[] = { 0x020000000001, END };
static const u128 types[] = { 1, 2, END };
static const u128 dsttypes[] = { 2, 1, END };
static const u128 owners[] = { OWNER_NONE, 1000, 0, END };
static const u128 msss[] = { MSS_NONE, 1460, END };
static const u128 spis[] = { 256, END };
static const u128 none[] = { 0, END };

static const u128 *
usual(enum field f, int family)
{
	static const u128 *const of[N_FIELDS] = {
		[F_PROTO] = protos, [F_SPORT] = sports, [F_DPORT] = dports,
		[F_ICMP] = pings, [F_CT] = cts, [F_TCPFLAGS] = tcps,
		[F_LENGTH] = lengths, [F_TTL] = ttls, [F_MAC] = macs,
		[F_SRCTYPE] = types, [F_DSTTYPE] = dsttypes,
		[F_UID] = owners, [F_GID] = owners, [F_MSS] = msss,
		[F_SPI] = spis, [F_CT_PROTO] = protos,
		[F_CT_ORIGSPORT] = sports, [F_CT_ORIGDPORT] = dports,
		[F_CT_REPLSPORT] = dports, [F_CT_REPLDPORT] = sports,
	};
	bool v4 = family == AF_INET;

	if (f == F_SRC || f == F_CT_ORIGSRC || f == F_CT_REPLDST)
		return v4 ? src4 : src6;
	if (f == F_DST || f == F_CT_ORIGDST || f == F_CT_REPLSRC)
		return v4 ? dst4 : dst6;
	return of[f] != NULL ? of[f] : none;
}

static uint32_t
first_class(const struct hs_dim *d, hs_cell c)
{
	return d->bits ? (uint32_t)__builtin_ctzll(c) : cell_first(c);
}

static u128
value_in(const struct hs_dim *d, uint32_t k)
{
	if (d->of != NULL) {
		for (unsigned v = 0; v < 1U << field_info[d->field].bits; v++)
			if (d->of[v] == k)
				return v;
		return 0;
	}
	/* Not the address of a network, if there is another. */
	if (field_info[d->field].kind == FIELD_ADDR &&
	    d->starts[k + 1] - d->starts[k] > 2)
		return d->starts[k] + 1;
	return d->starts[k];
}

static u128
pick(const struct hs_dim *d, hs_cell c, int family)
{
	for (const u128 *v = usual((enum field)d->field, family); *v != END;
	    v++) {
		uint32_t k = hs_class(d, *v);

		if (k < d->n && cell_has(d, c, k))
			return *v;
	}
	return value_in(d, first_class(d, c));
}

static u128
name_number(const char *name)
{
	char bytes[IFNAME_SIZE] = "";
	u128 v = 0;

	memcpy(bytes, name, strnlen(name, IFNAME_SIZE));
	for (unsigned i = 0; i < IFNAME_SIZE; i++)
		v = v << 8 | (uint8_t)bytes[i];
	return v;
}

static bool
name_fits(const struct hs_dim *d, hs_cell c, const char *name)
{
	return cell_has(d, c, hs_class(d, name_number(name)));
}

/* A name that begins as the class does, and is in it. */
static bool
name_like(const struct hs_dim *d, hs_cell c, uint32_t k, char *name)
{
	static const char more[] = "0x9azA!";
	unsigned len = 0;
	u128 v = d->starts[k];

	memset(name, 0, IFNAME_SIZE);
	for (unsigned i = 0; i < IFNAME_SIZE; i++)
		name[i] = (char)(uint8_t)(v >> 8 * (IFNAME_SIZE - 1 - i));
	while (len < IFNAME_SIZE - 1 && name[len] > ' ')
		len++;
	memset(name + len, 0, IFNAME_SIZE - len);
	if (len != 0 && name_number(name) >= v && name_fits(d, c, name))
		return true;
	for (const char *m = more; *m != '\0' && len < IFNAME_SIZE - 1; m++) {
		name[len] = *m;
		if (name_fits(d, c, name))
			return true;
	}
	/* Behind its last character: "eth" has "etha" but also "eti". */
	while (len > 0) {
		char *last = &name[--len];

		name[len + 1] = '\0';
		for ((*last)++; *last < 127; (*last)++)
			if (name_fits(d, c, name))
				return true;
		*last = '\0';
	}
	return false;
}

static void
pick_name(const struct hs_space *s, const struct hs_dim *d, hs_cell c,
    char *name)
{
	static const char *const usual_names[] = { "eth0", "eth1", "wan",
	    "lan" };
	const char *want = d->field == F_OUT ? "eth1" : "eth0";
	bool phys = d->field == F_PHYSIN || d->field == F_PHYSOUT;

	memset(name, 0, IFNAME_SIZE);
	if (phys && name_fits(d, c, ""))
		return;
	for (const struct iface *i = s->env != NULL && s->env->has_addrs ?
	    s->env->ifaces : NULL; i != NULL; i = i->next)
		if (i != s->env->lo && name_fits(d, c, i->name)) {
			memcpy(name, i->name, IFNAME_SIZE);
			return;
		}
	if (name_fits(d, c, want)) {
		strcpy(name, want);
		return;
	}
	for (unsigned i = 0; i < 4; i++)
		if (name_fits(d, c, usual_names[i])) {
			strcpy(name, usual_names[i]);
			return;
		}
	for (uint32_t k = 0; k < d->n; k++)
		if (cell_has(d, c, k) && d->starts[k] != 0 &&
		    name_like(d, c, k, name))
			return;
	memset(name, 0, IFNAME_SIZE);
}

static void
add_also(const struct hs_space *s, const struct hs_dim *d, bool yes,
    struct point *p)
{
	p->also = p->also == NULL ? arena_printf(s->arena, "%s%s",
	    yes ? "" : "not: ", d->key) : arena_printf(s->arena, "%s; %s%s",
	    p->also, yes ? "" : "not: ", d->key);
}

void
hs_point(const struct hs_space *s, const hs_cell *box, struct point *p)
{
	memset(p, 0, sizeof(*p));
	p->family = s->family;
	for (unsigned f = 0; f < N_FIELDS; f++)
		p->value[f] = usual((enum field)f, s->family)[0];
	if (s->family == AF_INET6)
		p->value[F_ICMP] = 128 << 8;
	strcpy(p->iface[0], "eth0");
	for (unsigned i = 0; i < s->n; i++) {
		const struct hs_dim *d = &s->dims[i];

		if (d->field == N_FIELDS) {
			if (box[i] != s->all[i])
				add_also(s, d, box[i] == 2, p);
			continue;
		}
		if (box[i] != s->all[i])
			p->asked |= UINT64_C(1) << d->field;
		if (d->values != NULL) {
			uint32_t k = first_class(d, box[i]), v;

			if (k < d->n_values) {
				v = d->values[k];
			} else {	/* any other: the least */
				v = 0;
				for (uint32_t j = 0; j < d->n_values; j++)
					if (d->values[j] == v) {
						v = (v - d->mask) & d->mask;
						j = UINT32_MAX;
					}
			}
			p->value[d->field] = (d->part == 0 ? 0 :
			    p->value[d->field]) | v;
		} else if (field_info[d->field].kind == FIELD_IFACE) {
			pick_name(s, d, box[i], p->iface[field_iface(
			    (enum field)d->field)]);
		} else {
			p->value[d->field] = pick(d, box[i], s->family);
		}
	}
	if (!(p->asked >> F_TCPFLAGS & 1) &&
	    (p->value[F_CT] & FCT_STATE) == FCT_ESTABLISHED)
		p->value[F_TCPFLAGS] = 0x10;
}

/* ---- words ---- */

static void
put_addrs(const struct hs_space *s, u128 lo, u128 hi, struct sbuf *out)
{
	unsigned bits = family_bits(s->family), len = bits;
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

	for (unsigned i = 0; i < IFNAME_SIZE; i++)
		name[i] = (char)(uint8_t)(v >> 8 * (IFNAME_SIZE - 1 - i));
	sbuf_safe(out, name, strlen(name));
}

/* Names from lo to hi: one name, a prefix, or what lies between. */
static void
put_names(u128 lo, u128 hi, struct sbuf *out)
{
	unsigned free_bytes = 0;

	if (lo == 0 && hi == 0) {
		sbuf_puts(out, "none");
		return;
	}
	while (free_bytes < 16 && (lo >> 8 * free_bytes & 255) == 0 &&
	    (hi >> 8 * free_bytes & 255) == 255)
		free_bytes++;
	if (free_bytes < 16 && free_bytes > 0 &&
	    lo >> 8 * free_bytes == hi >> 8 * free_bytes) {
		put_name(lo, out);
		/* A name's end is a 0 too: then it is this name alone. */
		if ((lo >> 8 * free_bytes & 255) != 0)
			sbuf_putc(out, '+');
		return;
	}
	if (lo == hi) {
		put_name(lo, out);
		return;
	}
	sbuf_puts(out, "other");
}

static void
put_ct(unsigned v, struct sbuf *out)
{
	sbuf_puts(out, fct_state_names[v & FCT_STATE]);
	for (unsigned i = 0; i < N_FCT_BITS; i++)
		if (v >> (3 + i) & 1)
			sbuf_printf(out, "+%s", fct_bit_names[i]);
}

static void
put_number(const struct hs_space *s, enum field f, u128 v, struct sbuf *out)
{
	uint64_t n = (uint64_t)v;
	const char *name = f == F_PROTO || f == F_CT_PROTO ?
	    proto_name((unsigned)n) : NULL;

	if (f == F_CT)
		put_ct((unsigned)n, out);
	else if (f == F_ICMP)
		sbuf_printf(out, "%u/%u", (unsigned)n >> 8, (unsigned)n & 255);
	else if (f == F_MAC && n != MAC_NONE)
		for (int i = 5; i >= 0; i--)
			sbuf_printf(out, "%02x%s", (unsigned)(n >> 8 * i & 255),
			    i ? ":" : "");
	else if ((f == F_MAC && n == MAC_NONE) || (f == F_MSS &&
	    n == MSS_NONE) || ((f == F_UID || f == F_GID) && n == OWNER_NONE))
		sbuf_puts(out, "none");
	else if (f == F_TCPFLAGS || f == F_TOS)
		sbuf_printf(out, "0x%02x", (unsigned)n);
	else if (name != NULL)
		sbuf_puts(out, name);
	else
		sbuf_putu(out, n);
	(void)s;
}

static void
put_run(const struct hs_space *s, const struct hs_dim *d, uint32_t first,
    uint32_t last, struct sbuf *out)
{
	u128 lo = d->starts[first], hi = d->starts[last + 1] - 1;
	enum field_kind k = field_info[d->field].kind;

	if (k == FIELD_ADDR) {
		put_addrs(s, lo, hi, out);
	} else if (k == FIELD_IFACE) {
		put_names(lo, hi, out);
	} else {
		put_number(s, (enum field)d->field, lo, out);
		if (hi != lo) {
			sbuf_putc(out, d->field == F_SPORT ||
			    d->field == F_DPORT ? ':' : '-');
			put_number(s, (enum field)d->field, hi, out);
		}
	}
}

/* The values of small fields, as runs. */
static void
put_small(const struct hs_space *s, const struct hs_dim *d, hs_cell c,
    struct sbuf *out)
{
	unsigned size = 1U << field_info[d->field].bits, shown = 0;
	bool run_ok = d->field != F_CT;

	for (unsigned v = 0; v < size; v++) {
		unsigned end = v;

		if (d->of[v] == 0xffff || !cell_has(d, c, d->of[v]))
			continue;
		while (run_ok && end + 1 < size && d->of[end + 1] != 0xffff &&
		    cell_has(d, c, d->of[end + 1]))
			end++;
		if (shown++ == 8) {
			sbuf_puts(out, ",...");
			return;
		}
		if (shown > 1)
			sbuf_putc(out, ',');
		put_number(s, (enum field)d->field, v, out);
		if (end > v) {
			sbuf_putc(out, '-');
			put_number(s, (enum field)d->field, end, out);
		}
		v = end;
	}
}

/* Most protocols but a few. */
static bool
put_excluded(const struct hs_space *s, const struct hs_dim *d, hs_cell c,
    struct sbuf *out)
{
	unsigned has = 0, lacks = 0;

	for (unsigned v = 0; v < 256; v++)
		if (d->of[v] != 0xffff) {
			has += cell_has(d, c, d->of[v]);
			lacks += !cell_has(d, c, d->of[v]);
		}
	if (has < 32 || lacks > 8)
		return false;
	for (unsigned v = 0; v < 256; v++)
		if (d->of[v] != 0xffff && !cell_has(d, c, d->of[v])) {
			lacks--;
			sbuf_putc(out, '!');
			put_number(s, (enum field)d->field, v, out);
			if (lacks > 0)
				sbuf_putc(out, ',');
		}
	return true;
}

/* Connection states, with their bits only if these matter. */
static void
put_states(const struct hs_space *s, const struct hs_dim *d, hs_cell c,
    struct sbuf *out)
{
	unsigned whole = 0, some = 0;
	const char *comma = "";

	for (unsigned v = 0; v < 1U << field_info[F_CT].bits; v++)
		if (d->of[v] != 0xffff) {
			if (cell_has(d, c, d->of[v]))
				some |= 1U << (v & FCT_STATE);
			else
				whole |= 1U << (v & FCT_STATE);
		}
	if (some & whole) {		/* a state in part */
		put_small(s, d, c, out);
		return;
	}
	for (unsigned i = 0; i < N_FCT_STATES; i++)
		if (some >> i & 1) {
			sbuf_printf(out, "%s%s", comma, fct_state_names[i]);
			comma = ",";
		}
}

void
hs_dim_words(const struct hs_space *s, unsigned i, hs_cell c,
    struct sbuf *out)
{
	const struct hs_dim *d = &s->dims[i];
	unsigned shown = 0;

	if (d->field == N_FIELDS) {
		sbuf_puts(out, c == 3 ? "any" : c == 2 ? "yes" : "no");
		return;
	}
	if (d->of != NULL) {
		if (d->field == F_CT)
			put_states(s, d, c, out);
		else if (d->field != F_PROTO || !put_excluded(s, d, c, out))
			put_small(s, d, c, out);
		return;
	}
	for (uint32_t k = 0; k < d->n; k++) {
		uint32_t end = k;

		if (!d->bits && k < cell_first(c))
			k = end = cell_first(c);
		if (!cell_has(d, c, k))
			continue;
		if (d->values == NULL)
			while (end + 1 < d->n && cell_has(d, c, end + 1))
				end = d->bits ? end + 1 : cell_last(c);
		if (shown++ == 8) {
			sbuf_puts(out, ",...");
			return;
		}
		if (shown > 1)
			sbuf_putc(out, ',');
		if (d->values != NULL) {
			if (k < d->n_values)
				sbuf_printf(out, "0x%x/0x%x", d->values[k],
				    d->mask);
			else
				sbuf_printf(out, "other/0x%x", d->mask);
		} else {
			put_run(s, d, k, end, out);
		}
		k = end;
	}
}

const char *
hs_dim_name(const struct hs_space *s, unsigned i)
{
	return s->dims[i].field == N_FIELDS ? s->dims[i].key :
	    field_info[s->dims[i].field].name;
}

static void
put_side(const struct hs_space *s, const hs_cell *box, enum field addr,
    enum field port, struct sbuf *out)
{
	int a = s->of_field[addr], p = s->of_field[port];

	if (a >= 0 && box[a] != s->all[a])
		hs_dim_words(s, (unsigned)a, box[a], out);
	else
		sbuf_puts(out, "any");
	if (p >= 0 && box[p] != s->all[p]) {
		sbuf_putc(out, ':');
		hs_dim_words(s, (unsigned)p, box[p], out);
	}
}

void
hs_words(const struct hs_space *s, const hs_cell *box, struct sbuf *out)
{
	int p = s->of_field[F_PROTO];

	if (p >= 0 && box[p] != s->all[p])
		hs_dim_words(s, (unsigned)p, box[p], out);
	else
		sbuf_puts(out, "all");
	sbuf_putc(out, ' ');
	put_side(s, box, F_SRC, F_SPORT, out);
	sbuf_puts(out, " > ");
	put_side(s, box, F_DST, F_DPORT, out);
	for (unsigned i = 0; i < s->n; i++) {
		unsigned f = s->dims[i].field;

		if (box[i] == s->all[i] || f == F_PROTO || f == F_SRC ||
		    f == F_DST || f == F_SPORT || f == F_DPORT ||
		    (f == F_FRAG && cell_has(&s->dims[i], box[i],
		    s->dims[i].of[0])))
			continue;	/* whole packets go without saying */
		sbuf_printf(out, " ");
		if (f == F_FRAG) {
			sbuf_puts(out, "later fragments");
			continue;
		}
		if (f == F_CT) {
			hs_dim_words(s, i, box[i], out);
			continue;
		}
		if (f == N_FIELDS) {
			sbuf_printf(out, "%s[", box[i] == 2 ? "" : "not ");
			sbuf_safe(out, s->dims[i].key, strlen(s->dims[i].key));
			sbuf_putc(out, ']');
			continue;
		}
		sbuf_printf(out, "%s ", hs_dim_name(s, i));
		hs_dim_words(s, i, box[i], out);
	}
}

/* One packet of a box. */
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

static bool
name_fits(const struct hs_dim *d, hs_cell c, const char *name)
{
	return cell_has(d, c, hs_class(d, iface_number(name)));
}

/* A name that begins as the class does, and is in it. */
static bool
name_like(const struct hs_dim *d, hs_cell c, uint32_t k, char *name)
{
	static const char more[] = "0x9azA!";
	unsigned len = 0;
	u128 v = d->starts[k];

	number_iface(v, name);
	while (len < IFNAME_SIZE - 1 && iface_byte((uint8_t)name[len]))
		len++;
	memset(name + len, 0, IFNAME_SIZE - len);
	if (len != 0 && iface_number(name) >= v && name_fits(d, c, name))
		return true;
	for (const char *m = more; *m != '\0' && len < IFNAME_SIZE - 1; m++) {
		name[len] = *m;
		if (name_fits(d, c, name))
			return true;
	}
	/* Behind its last character: "eth" has "etha" but also "eti". */
	while (len > 0) {
		unsigned last = (uint8_t)name[--len];

		name[len + 1] = '\0';
		while (++last < 256) {
			name[len] = (char)last;
			if (iface_byte((uint8_t)last) &&
			    name_fits(d, c, name))
				return true;
		}
		name[len] = '\0';
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

void
hs_usual(const struct hs_space *s, const hs_cell *box, hs_cell *out)
{
	struct point p;

	hs_point(s, box, &p);
	for (unsigned i = 0; i < s->n; i++) {
		const struct hs_dim *d = &s->dims[i];
		uint32_t k;

		if (d->field == N_FIELDS || d->values != NULL)
			k = first_class(d, box[i]);
		else if (field_info[d->field].kind == FIELD_IFACE)
			k = hs_class(d, iface_number(p.iface[field_iface(
			    (enum field)d->field)]));
		else
			k = hs_class(d, p.value[d->field]);
		if (k >= d->n || !cell_has(d, box[i], k))
			k = first_class(d, box[i]);
		out[i] = cell_classes(d, k, k);
	}
}

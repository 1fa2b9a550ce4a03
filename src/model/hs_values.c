/* The values of a box, for machines: exact, one text for each range. */
#include "model/hs.h"

struct teller { void (*each)(const char *, void *); void *arg; struct sbuf b; };

static void
tell(struct teller *t)
{
	t->each(sbuf_text(&t->b), t->arg);
	sbuf_clear(&t->b);
}

/* ---- on a line ---- */

static void
put_decimal(struct sbuf *b, u128 v)
{
	sbuf_putu(b, (uint64_t)v);	/* only addresses have more bits */
}

static void
put_addr(struct sbuf *b, int family, u128 v)
{
	union addr a;

	number_addr(v, family, &a);
	addr_print(b, family, &a);
}

static void
put_name(struct sbuf *b, u128 v)
{
	char name[IFNAME_SIZE + 1] = "";

	number_iface(v, name);
	sbuf_puts(b, name);
}

/* Names of interfaces from 'lo' to 'hi': one, those with a prefix, or "a/b",
 * from a up to, not including, b. */
static void
put_names(struct sbuf *b, u128 lo, u128 hi)
{
	unsigned rest = 0;		/* bytes that may be anything */

	if (hi == 0)
		return;			/* "": no interface */
	while (rest < IFNAME_SIZE && (lo >> 8 * rest & 255) == 0 &&
	    (hi >> 8 * rest & 255) == 255)
		rest++;
	if (rest < IFNAME_SIZE && lo >> 8 * rest == hi >> 8 * rest) {
		put_name(b, lo);
		if (rest > 0 && (lo >> 8 * rest & 255) != 0)
			sbuf_putc(b, '+');
		return;
	}
	put_name(b, lo > 1 ? hs_next_name(lo) : 0);
	sbuf_putc(b, '/');
	put_name(b, hi + 1 != 0 ? hs_next_name(hi + 1) : 0);
}

static void
line_values(const struct hs_space *s, const struct hs_dim *d, hs_cell c,
    struct teller *t)
{
	enum field_kind kind = field_info[d->field].kind;
	uint32_t first = d->bits ? 0 : cell_first(c);
	uint32_t n = d->bits ? d->n : cell_last(c) + 1;

	for (uint32_t k = first, end; k < n; k = end) {
		u128 lo = d->starts[k];

		end = k + 1;
		if (!cell_has(d, c, k))
			continue;
		/* "No interface" stays apart from names. */
		while (end < n && cell_has(d, c, end) &&
		    !(kind == FIELD_IFACE && d->starts[end] == 1))
			end++;
		if (kind == FIELD_IFACE) {
			put_names(&t->b, lo, d->starts[end] - 1);
		} else if (kind == FIELD_ADDR) {
			put_addr(&t->b, s->family, lo);
			sbuf_putc(&t->b, '-');
			put_addr(&t->b, s->family, d->starts[end] - 1);
		} else {
			put_decimal(&t->b, lo);
			sbuf_putc(&t->b, '-');
			put_decimal(&t->b, d->starts[end] - 1);
		}
		tell(t);
	}
}

/* ---- small fields ---- */

static bool
has_value(const struct hs_dim *d, hs_cell c, unsigned v)
{
	return d->of[v] != 0xffff && cell_has(d, c, d->of[v]);
}

static void
number_values(const struct hs_dim *d, hs_cell c, struct teller *t)
{
	unsigned size = 1U << field_info[d->field].bits;

	for (unsigned v = 0, end; v < size; v = end) {
		end = v + 1;
		if (!has_value(d, c, v))
			continue;
		while (end < size && has_value(d, c, end))
			end++;
		sbuf_printf(&t->b, "%u-%u", v, end - 1);
		tell(t);
	}
}

/* One state: by its name alone if all of it is there. */
static void
state_values(const struct hs_dim *d, hs_cell c, unsigned state,
    struct teller *t)
{
	unsigned size = 1U << field_info[F_CT].bits, has = 0, not = 0;

	for (unsigned v = state; v < size; v += FCT_STATE + 1)
		if (d->of[v] != 0xffff)
			has_value(d, c, v) ? has++ : not++;
	if (has == 0)
		return;
	if (not == 0) {
		sbuf_puts(&t->b, fct_state_names[state]);
		tell(t);
		return;
	}
	for (unsigned v = state; v < size; v += FCT_STATE + 1) {
		const char *sep = ":";

		if (!has_value(d, c, v))
			continue;
		sbuf_puts(&t->b, fct_state_names[state]);
		for (unsigned i = 0; i < N_FCT_BITS; i++)
			if (v >> (3 + i) & 1) {
				sbuf_printf(&t->b, "%s%s", sep,
				    fct_bit_names[i]);
				sep = ",";
			}
		if (*sep == ':')
			sbuf_putc(&t->b, ':');
		tell(t);
	}
}

/* ---- marks ---- */

/* With "any other value" in the cell, those that are not are told. */
static void
mark_values(const struct hs_dim *d, hs_cell c, struct teller *t)
{
	bool other = d->n > d->n_values && cell_has(d, c, d->n_values);

	for (uint32_t k = 0; k < d->n_values; k++)
		if (cell_has(d, c, k) != other) {
			sbuf_printf(&t->b, "%s0x%x", other ? "!" : "",
			    d->values[k]);
			tell(t);
		}
}

void
hs_dim_values(const struct hs_space *s, unsigned i, hs_cell c,
    void (*each)(const char *, void *), void *arg)
{
	const struct hs_dim *d = &s->dims[i];
	struct teller t = { each, arg, SBUF_INIT };

	if (d->field == N_FIELDS) {
		each(c == 2 ? "yes" : "no", arg);
	} else if (d->values != NULL) {
		mark_values(d, c, &t);
	} else if (d->of == NULL) {
		line_values(s, d, c, &t);
	} else if (d->field == F_CT) {
		for (unsigned state = 0; state < N_FCT_STATES; state++)
			state_values(d, c, state, &t);
	} else {
		number_values(d, c, &t);
	}
	sbuf_free(&t.b);
}

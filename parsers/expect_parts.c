#include "parsers/expectread.h"

#include "ext/ext.h"

bool
expect_error(struct expect_reader *r, struct loc loc, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	diag_error(r->diags, loc, "%s", arena_vprintf(r->arena, fmt, ap));
	va_end(ap);
	return false;
}

bool
expect_is(const struct expect_word *w, const char *text)
{
	return !w->quoted && w->len == strlen(text) &&
	    memcmp(w->text, text, w->len) == 0;
}

/* The part of 'w' that begins at 'from' and ends before 'end'. */
static struct expect_word
part(const struct expect_word *w, const char *from, const char *end)
{
	struct expect_word p = { from, (size_t)(end - from), w->loc, false };

	/* Where it is written as it stands, the place is the part's own. */
	if (w->len == w->loc.len) {
		p.loc.off += (uint32_t)(from - w->text);
		p.loc.len = (uint32_t)p.len;
	}
	return p;
}

/* ---- verdicts ---- */

enum { NO_VERDICT = 1 << DISP_UNDETERMINED };	/* what cannot be expected */

static unsigned
verdict(const char *s, size_t len)
{
	for (int d = 0; d < N_DISPOSITIONS; d++)
		if (strlen(disposition_names[d]) == len &&
		    memcmp(disposition_names[d], s, len) == 0)
			return 1u << d & ~(unsigned)NO_VERDICT;
	return 0;
}

static const char *
next_bar(const char *s, const char *end)
{
	const char *bar = memchr(s, '|', (size_t)(end - s));

	return bar != NULL ? bar : end;
}

bool
expect_looks_like_verdict(const struct expect_word *w)
{
	const char *end = w->text + w->len;

	for (const char *s = w->text, *bar; s < end; s = bar + 1) {
		bar = next_bar(s, end);
		if (verdict(s, (size_t)(bar - s)) != 0)
			return !w->quoted;
	}
	return false;
}

bool
expect_verdicts(struct expect_reader *r, const struct expect_word *w,
    unsigned *verdicts)
{
	const char *end = w->text + w->len, *s = w->text, *bar;

	do {
		struct expect_word one;
		unsigned v;

		bar = next_bar(s, end);
		one = part(w, s, bar);
		v = verdict(s, one.len);
		if (v == 0)
			return expect_error(r, one.loc, "unknown verdict "
			    "'%.*s': expected " EXPECT_VERDICTS,
			    (int)one.len, s);
		*verdicts |= v;
		s = bar + 1;
	} while (bar < end);
	return true;
}

void
expect_print_verdicts(unsigned verdicts, struct sbuf *b)
{
	size_t before = b->len;

	for (int d = 0; d < N_DISPOSITIONS; d++)
		if (verdicts & 1u << d)
			sbuf_printf(b, "%s%s", b->len > before ? "|" : "",
			    disposition_names[d]);
}

/* ---- who decides ---- */

static bool
table_of(const char *s, size_t len, enum table_id *table)
{
	for (int t = 0; t < N_TABLES; t++)
		if (strlen(table_names[t]) == len &&
		    memcmp(table_names[t], s, len) == 0) {
			*table = (enum table_id)t;
			return true;
		}
	return false;
}

/* Takes "#4" off the end of a chain's name.  False: it is 0. */
static bool
split_number(struct expect_word *name, uint32_t *number)
{
	const char *end = name->text + name->len, *s = end;
	uint32_t n = 0;

	while (s > name->text && s[-1] >= '0' && s[-1] <= '9')
		s--;
	if (s == end || end - s > 9 || s == name->text || s[-1] != '#')
		return true;
	name->len = (size_t)(s - 1 - name->text);
	for (; s < end; s++)
		n = n * 10 + (uint32_t)(*s - '0');
	*number = n;
	return n != 0;
}

bool
expect_by(struct expect_reader *r, const struct expect_word *w,
    struct expect_by *by)
{
	static const char policy[] = " policy";
	const char *slash = memchr(w->text, '/', w->len);
	struct expect_word table, chain;

	if (slash == NULL)
		return expect_error(r, w->loc, "expected TABLE/CHAIN or "
		    "TABLE/CHAIN#RULE, got '%.*s'", (int)w->len, w->text);
	table = part(w, w->text, slash);
	chain = part(w, slash + 1, w->text + w->len);
	by->policy = chain.len > strlen(policy) && memcmp(chain.text +
	    chain.len - strlen(policy), policy, strlen(policy)) == 0;
	if (by->policy)
		chain.len -= strlen(policy);
	if (!table_of(table.text, table.len, &by->table))
		return expect_error(r, table.loc, "unknown table '%.*s'",
		    (int)table.len, table.text);
	if (!split_number(&chain, &by->rule))
		return expect_error(r, chain.loc, "rules count from 1");
	if (by->policy && by->rule != 0)
		return expect_error(r, w->loc, "a rule is no policy");
	if (chain.len == 0)
		return expect_error(r, w->loc, "expected a chain behind the "
		    "'/'");
	by->chain = arena_strndup(r->arena, chain.text, chain.len);
	by->loc = w->loc;
	by->said = true;
	return true;
}

void
expect_print_by(const struct expect_by *by, struct sbuf *b)
{
	sbuf_printf(b, "%s/%s", table_names[by->table], by->chain);
	if (by->rule != 0)
		sbuf_printf(b, "#%u", by->rule);
	if (by->policy)
		sbuf_puts(b, " policy");
}

/* ---- translations ---- */

static bool
read_ports(struct expect_reader *r, const struct expect_word *w,
    struct expect_end *e)
{
	const char *end = w->text + w->len;
	const char *dash = memchr(w->text, '-', w->len);
	struct expect_word lo = part(w, w->text, dash ? dash : end);
	struct expect_word hi = dash ? part(w, dash + 1, end) : lo;

	/* A service's name may have a dash. */
	if (read_port(w->text, w->len, &e->port_lo))
		e->port_hi = e->port_lo;
	else if (!read_port(lo.text, lo.len, &e->port_lo) ||
	    !read_port(hi.text, hi.len, &e->port_hi))
		return expect_error(r, w->loc, "expected a port, got '%.*s'",
		    (int)w->len, w->text);
	if (e->port_lo > e->port_hi)
		return expect_error(r, w->loc, "the range ends before it "
		    "begins");
	e->has_port = true;
	return true;
}

static bool
read_addrs(struct expect_reader *r, const struct expect_word *w,
    struct expect_end *e)
{
	const char *end = w->text + w->len;
	const char *dash = memchr(w->text, '-', w->len);
	struct expect_word lo = part(w, w->text, dash ? dash : end);
	struct expect_word hi = dash ? part(w, dash + 1, end) : lo;
	int family;

	if (!addr_parse_any(&e->lo, &e->family, lo.text, lo.len) ||
	    !addr_parse_any(&e->hi, &family, hi.text, hi.len) ||
	    family != e->family)
		return expect_error(r, w->loc, "expected an address with or "
		    "without a port, got '%.*s'", (int)w->len, w->text);
	if (addr_cmp(&e->lo, &e->hi) > 0)
		return expect_error(r, w->loc, "the range ends before it "
		    "begins");
	return true;
}

/* ADDRS, ADDRS:PORTS, :PORTS, [ADDRS6]:PORTS: the addresses; 'ports' has no
 * text if there are none. */
static struct expect_word
split_end(const struct expect_word *w, struct expect_word *ports)
{
	const char *s = w->text, *end = s + w->len;
	const char *stop = memchr(s, w->len && *s == '[' ? ']' : ':', w->len);

	*ports = (struct expect_word){ NULL, 0, w->loc, false };
	if (stop == NULL)
		return *w;
	if (*stop == ':') {
		if (memchr(stop + 1, ':', (size_t)(end - stop - 1)) != NULL)
			return *w;	/* IPv6 */
		*ports = part(w, stop + 1, end);
		return part(w, s, stop);
	}
	if (stop + 1 < end && stop[1] != ':')
		return *w;		/* no address at all */
	if (stop + 1 < end)
		*ports = part(w, stop + 2, end);
	return part(w, s + 1, stop);
}

bool
expect_end(struct expect_reader *r, const struct expect_word *w,
    struct expect_nat *nat)
{
	struct expect_end *e = arena_new(r->arena, struct expect_end);
	struct expect_end **last = &nat->ends;
	struct expect_word ports = *w, addrs = { NULL, 0, w->loc, false };

	if (!nat->ports)
		addrs = split_end(w, &ports);
	if ((addrs.len != 0 || ports.text == NULL) && !read_addrs(r, &addrs, e))
		return false;
	if (ports.text != NULL && !read_ports(r, &ports, e))
		return false;
	while (*last != NULL)
		last = &(*last)->next;
	*last = e;
	return true;
}

static void
print_range(int family, const struct expect_end *e, struct sbuf *b)
{
	bool brackets = family == AF_INET6 && e->has_port;

	if (brackets)
		sbuf_putc(b, '[');
	addr_print(b, family, &e->lo);
	if (!addr_equal(&e->lo, &e->hi)) {
		sbuf_putc(b, '-');
		addr_print(b, family, &e->hi);
	}
	if (brackets)
		sbuf_putc(b, ']');
}

void
expect_print_nat(const struct expect_nat *nat, struct sbuf *b)
{
	sbuf_puts(b, nat->none ? "none" : nat->set ? "in {" : "");
	for (const struct expect_end *e = nat->ends; e != NULL; e = e->next) {
		if (e != nat->ends)
			sbuf_puts(b, ", ");
		if (e->family != 0)
			print_range(e->family, e, b);
		if (e->has_port)
			sbuf_printf(b, "%s%u", nat->ports ? "" : ":",
			    e->port_lo);
		if (e->port_lo != e->port_hi)
			sbuf_printf(b, "-%u", e->port_hi);
	}
	if (nat->set)
		sbuf_putc(b, '}');
}

/* ---- the log ---- */

struct expect_log *
expect_log(struct expect_reader *r, struct expect_line *line,
    const struct expect_word *prefix, struct loc loc)
{
	struct expect_log *log = arena_new(r->arena, struct expect_log);
	struct expect_log **last = &line->logs;

	*log = (struct expect_log){ .loc = loc };
	if (prefix != NULL)
		log->prefix = arena_strndup(r->arena, prefix->text,
		    prefix->len);
	while (*last != NULL)
		last = &(*last)->next;
	return *last = log;
}

void
expect_print_log(const struct expect_log *log, struct sbuf *b)
{
	if (log->prefix == NULL) {
		sbuf_puts(b, "none");
		return;
	}
	sbuf_putc(b, '"');
	for (const char *s = log->prefix; *s != '\0'; s++) {
		if (*s == '"' || *s == '\\')
			sbuf_putc(b, '\\');
		sbuf_putc(b, *s);
	}
	sbuf_putc(b, '"');
	if (log->counted)
		sbuf_printf(b, " %u", log->count);
}

/* Every extension against its lines in testdata/ext/NAME.t (README there). */
#include "base/sbuf.h"
#include "ext/ext.h"
#include "parsers/load.h"
#include "reports/save.h"

#include <criterion/criterion.h>
#include <ctype.h>
#include <netinet/in.h>
#include <stdlib.h>

#define DIR "testdata/ext/"

/* ---- reading lines ---- */

struct slice {
	const char *text;
	size_t len;
};

static struct slice
trimmed(const char *s, size_t len)
{
	while (len > 0 && isspace((unsigned char)*s))
		s++, len--;
	while (len > 0 && isspace((unsigned char)s[len - 1]))
		len--;
	return (struct slice){ s, len };
}

static bool
is(struct slice f, const char *s)
{
	return strlen(s) == f.len && memcmp(f.text, s, f.len) == 0;
}

/* Up to 'n' fields between " ; "; a ";" inside of a word is not one. */
static unsigned
split(const char *s, size_t len, struct slice *out, unsigned n)
{
	unsigned found = 0;
	size_t start = 0, i;

	for (i = 0; i < len && found + 1 < n; i++)
		if (s[i] == ';' && (i == 0 || s[i - 1] == ' ') &&
		    (i + 1 == len || s[i + 1] == ' ')) {
			out[found++] = trimmed(s + start, i - start);
			start = i + 1;
		}
	out[found++] = trimmed(s + start, len - start);
	return found;
}

struct file {
	const char *path;
	struct arena *arena;
	const struct source *packets;
	unsigned line;
	/* Set by a line "*TABLE CHAIN FAMILIES". */
	enum table_id table;
	char chain[32];
	bool family[2];
};

/* ---- rules ---- */

static struct ruleset *
parse(const struct file *f, int family, struct slice options,
    struct diags *diags)
{
	struct load l = { .arena = f->arena, .diags = diags,
	    .family = family };
	struct sbuf text = SBUF_INIT;
	unsigned hook;

	diag_init(diags, f->arena);
	sbuf_printf(&text, "*%s\n", table_names[f->table]);
	for (hook = 0; hook < N_HOOKS; hook++)
		if (table_hooks[f->table] >> hook & 1)
			sbuf_printf(&text, ":%s ACCEPT [0:0]\n",
			    hook_names[hook]);
	sbuf_printf(&text, "-A %s %.*s\nCOMMIT\n", f->chain,
	    (int)options.len, options.text);
	load_source(&l, source_text("rule", arena_strdup(f->arena,
	    sbuf_text(&text)), f->arena));
	sbuf_free(&text);
	return l.rules[family == AF_INET6];
}

/* The one rule of the ruleset; null if it was refused. */
static const struct rule *
only_rule(const struct file *f, const struct ruleset *rs)
{
	const struct chain *c = rs == NULL ? NULL :
	    chain_find(&rs->tables[f->table], f->chain, strlen(f->chain));

	return c != NULL && c->n == 1 ? c->rules[0] : NULL;
}

static void
spec_of(const struct rule *r, struct sbuf *out)
{
	save_rule_spec(r, out);
	while (out->len > 0 && out->text[0] == ' ')
		memmove(out->text, out->text + 1, out->len--);
}

static void
complain(const struct file *f, int family, struct slice options,
    const char *what, const char *detail)
{
	cr_expect(false, "%s:%u: IPv%d: %.*s: %s%s", f->path, f->line,
	    family == AF_INET ? 4 : 6, (int)options.len, options.text, what,
	    detail);
}

/* Options that are good print as 'want', and that reads back the same, if
 * not only 'saved' is asked of it. */
static void
round_trip(const struct file *f, int family, struct slice options,
    struct slice want, bool good, bool saved)
{
	struct diags diags;
	struct ruleset *rs = parse(f, family, options, &diags), *again = NULL;
	const struct rule *r = only_rule(f, rs);
	struct sbuf text = SBUF_INIT, second = SBUF_INIT;

	if (!good && diags.errors == 0)
		complain(f, family, options, "was not refused", "");
	else if (good && (diags.errors > 0 || r == NULL))
		complain(f, family, options, "was refused: ",
		    diags.first != NULL ? diags.first->text : "?");
	if (good && diags.errors == 0 && r != NULL) {
		struct slice printed;

		spec_of(r, &text);
		printed = (struct slice){ sbuf_text(&text), text.len };
		if (is(want, "="))
			want = options;
		if (want.len != printed.len ||
		    memcmp(want.text, printed.text, want.len) != 0)
			complain(f, family, options, "printed as ",
			    printed.text);
		again = parse(f, family, printed, &diags);
		r = only_rule(f, again);
		if (r != NULL)
			spec_of(r, &second);
		if (!saved && strcmp(sbuf_text(&second), sbuf_text(&text)) != 0)
			complain(f, family, printed, "reads back as ",
			    sbuf_text(&second));
	}
	ruleset_free(rs);
	ruleset_free(again);
	sbuf_free(&text);
	sbuf_free(&second);
}

/* ---- packets ---- */

static unsigned
hex(char c)
{
	return isdigit((unsigned char)c) ? (unsigned)(c - '0') :
	    (unsigned)(tolower((unsigned char)c) - 'a' + 10);
}

/* Finds "FAMILY NAME HEX" in the list of packets. */
static bool
find_packet(const struct file *f, int family, struct slice name,
    struct packet *p)
{
	const char *s = f->packets->text;

	while (*s != '\0') {
		size_t len = strcspn(s, "\n"), i;
		bool six = *s == '6';

		if (len > name.len + 3 && six == (family == AF_INET6) &&
		    memcmp(s + 2, name.text, name.len) == 0 &&
		    s[2 + name.len] == ' ') {
			s += 3 + name.len;
			len -= 3 + name.len;
			p->len = p->have = (uint32_t)(len / 2);
			p->data = arena_alloc(f->arena, len / 2 + 1);
			for (i = 0; i < len / 2; i++)
				p->data[i] = (uint8_t)(hex(s[2 * i]) << 4 |
				    hex(s[2 * i + 1]));
			return true;
		}
		s += len + (s[len] == '\n');
	}
	return false;
}

static const struct iface eth0 = { .name = "eth0", .index = 2, .mtu = 1500 },
    port = { .name = "port1", .index = 3, .mtu = 1500 },
    bridge = { .name = "br0", .index = 4, .mtu = 1500, .bridge = true },
    none = { .name = "tun0", .index = 5, .kind = IFK_NONE };
static struct ct connection = { .mark = 0x10, .status = CTS_CONFIRMED };

/* "NAME=VALUE" or "NAME" behind the packet's name. */
static bool
set_attribute(struct packet *p, struct slice word)
{
	static const uint8_t ether[14] = { 2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1,
	    8, 0 };
	const char *eq = memchr(word.text, '=', word.len);
	unsigned long v = eq != NULL ? strtoul(eq + 1, NULL, 0) : 0;
	struct slice name = { word.text,
	    eq != NULL ? (size_t)(eq - word.text) : word.len };

	if (is(name, "have") && v <= p->len)
		p->have = (uint32_t)v;
	else if (is(name, "mark"))
		p->mark = (uint32_t)v;
	else if (is(name, "type"))
		p->type = (uint8_t)v;
	else if (is(name, "ct"))
		p->ct = &connection;
	else if (is(name, "ether"))
		p->ll = ether, p->ll_len = sizeof(ether), p->has_mac = true;
	else if (is(name, "tun"))
		p->in = p->rcv = &none;
	else if (is(name, "bridge"))
		p->in = p->rcv = &bridge;
	else if (is(name, "port"))
		p->in = p->rcv = &bridge, p->physin = &port;
	else if (is(name, "bridged"))
		p->in = p->rcv = p->out = &bridge,
		    p->physin = p->physout = &port;
	else if (is(name, "local"))
		p->local = true, p->in = p->rcv = NULL, p->out = &eth0;
	else if (is(name, "kernel"))
		p->kernel_made = true;
	else
		return false;
	return true;
}

/* "NAME ATTRIBUTE..." */
static bool
read_packet(const struct file *f, int family, struct slice what,
    struct packet *p)
{
	struct slice word = { what.text, 0 };
	bool first = true;

	*p = (struct packet){ .in = &eth0, .rcv = &eth0 };
	while (what.len > 0) {
		for (word = what, word.len = 0; word.len < what.len &&
		    what.text[word.len] != ' ';)
			word.len++;
		if (first ? !find_packet(f, family, word, p) :
		    !set_attribute(p, word))
			return false;
		first = false;
		what = trimmed(what.text + word.len, what.len - word.len);
	}
	/* Copied to its own size, so that reading beyond it is noticed. */
	p->data = arena_copy(f->arena, p->data, p->have);
	return true;
}

/* ---- evaluation ---- */

static enum route_type
fake_addr_type(struct sim *sim, int family, const union addr *addr,
    const struct iface *dev)
{
	(void)sim;
	(void)family;
	(void)dev;
	return addr->b[0] == 192 ? ROUTE_LOCAL : ROUTE_UNICAST;
}

static void
fake_route(struct sim *sim, const struct route_query *q,
    struct route_answer *answer)
{
	(void)sim;
	*answer = (struct route_answer){ .dev = &eth0, .mtu = 1500,
	    .type = q->dst.b[7] == 1 ? ROUTE_LOCAL : ROUTE_UNICAST };
}

static const struct services services = {
	.addr_type = fake_addr_type, .route = fake_route,
};

/* The tests of -p and -f; what they answer, or null if they hold. */
static const char *
basic(const struct rule *r, const struct packet *p)
{
	bool proto = r->proto == 0 || (p->proto == r->proto) !=
	    !!(r->invert & INV_PROTO);

	if (r->proto != 0 && p->proto_bad)
		return p->frag == 0 ? "hotdrop" : "no";
	if (!proto)
		return "no";
	if (r->flags & RULE_FRAG &&
	    (p->frag != 0) == !!(r->invert & INV_FRAG))
		return "no";
	return NULL;
}

static const char *
evaluate(const struct file *f, const struct rule *r, struct packet *p,
    struct sbuf *why)
{
	struct env *env = env_new(f->arena);
	struct memory memory = { .arena = f->arena, .env = env };
	struct ctx ctx = { .pkt = p, .rule = r, .table = f->table,
	    .hook = r->chain->hook, .env = env, .svc = &services };
	const char *answer = basic(r, p);
	unsigned i;

	env->has_addrs = true;
	for (i = 0; i < r->n_matches && answer == NULL; i++) {
		const struct use *u = &r->matches[i];
		enum tri tri = TRI_UNKNOWN;

		if (u->ext->memory != NULL)
			ctx.memory = u->ext->memory(u->data, p->family,
			    &memory);
		if (u->ext->eval != NULL)
			tri = u->ext->eval(u->data, &ctx);
		if (tri != TRI_YES && u->ext->explain != NULL)
			u->ext->explain(u->data, &ctx, why);
		answer = ctx.hotdrop ? "hotdrop" : tri == TRI_NO ? "no" :
		    tri == TRI_UNKNOWN ? "unknown" : NULL;
		if (tri == TRI_UNKNOWN && u->ext->eval != NULL)
			cr_expect(ctx.need != NULL, "%s:%u: says not what "
			    "would be needed", f->path, f->line);
	}
	return answer == NULL ? "yes" : answer;
}

static void
packet_line(const struct file *f, int family, struct slice options,
    struct slice packet, struct slice want)
{
	struct diags diags;
	struct ruleset *rs = parse(f, family, options, &diags);
	const struct rule *r = only_rule(f, rs);
	struct sbuf why = SBUF_INIT;
	struct packet p;

	if (r == NULL || diags.errors > 0) {
		complain(f, family, options, "was refused", "");
	} else if (!read_packet(f, family, packet, &p)) {
		complain(f, family, packet, "is no packet", "");
	} else {
		const char *got;

		pkt_decode(&p);
		got = evaluate(f, r, &p, &why);
		if (!is(want, got))
			cr_expect(false, "%s:%u: IPv%d: %.*s: %.*s: %s, not "
			    "%.*s (%s)", f->path, f->line,
			    family == AF_INET ? 4 : 6, (int)options.len,
			    options.text, (int)packet.len, packet.text, got,
			    (int)want.len, want.text, sbuf_text(&why));
	}
	ruleset_free(rs);
	sbuf_free(&why);
}

/* ---- files ---- */

static void
set_place(struct file *f, struct slice line)
{
	char table[32] = "", families[8] = "";
	unsigned i;

	sscanf(line.text, "*%31s %31s %7s", table, f->chain, families);
	for (i = 0; i < N_TABLES; i++)
		if (strcmp(table_names[i], table) == 0)
			f->table = (enum table_id)i;
	f->family[0] = strchr(families, '4') != NULL;
	f->family[1] = strchr(families, '6') != NULL;
	cr_assert(f->family[0] || f->family[1], "%s:%u: no family", f->path,
	    f->line);
}

static void
check_line(struct file *f, struct slice line)
{
	static const int families[] = { AF_INET, AF_INET6 };
	struct slice part[3] = { { "", 0 }, { "", 0 }, { "", 0 } };
	unsigned i;

	if (line.len == 0 || line.text[0] == '#')
		return;
	if (line.text[0] == '*') {
		set_place(f, line);
		return;
	}
	cr_assert(split(line.text, line.len, part, 3) == 3,
	    "%s:%u: wants three fields", f->path, f->line);
	for (i = 0; i < 2; i++) {
		if (!f->family[i])
			continue;
		if (part[1].len > 0 && part[1].text[0] == '?')
			packet_line(f, families[i], part[0],
			    trimmed(part[1].text + 1, part[1].len - 1),
			    part[2]);
		else
			round_trip(f, families[i], part[0], part[1],
			    !is(part[2], "FAIL"), is(part[2], "SAVED"));
	}
}

static void
check_file(const char *name)
{
	struct arena arena = ARENA_INIT;
	struct diags diags;
	struct file f = { .arena = &arena, .table = TABLE_FILTER,
	    .chain = "INPUT", .family = { true, true } };
	const struct source *src;

	diag_init(&diags, &arena);
	f.path = arena_printf(&arena, DIR "%s.t", name);
	f.packets = source_read(DIR "packets", &arena, &diags);
	src = source_read(f.path, &arena, &diags);
	cr_expect(f.packets != NULL && src != NULL, "no file %s", f.path);
	for (const char *s = src != NULL ? src->text : ""; *s != '\0';) {
		size_t len = strcspn(s, "\n");

		f.line++;
		check_line(&f, trimmed(s, len));
		s += len + (s[len] == '\n');
	}
	arena_free(&arena);
}

Test(ext, each_has_its_lines)
{
	const struct ext *const *e;

	for (e = ext_all; *e != NULL; e++)
		check_file((*e)->name);
}

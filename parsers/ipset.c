#include "parsers/ipset.h"

#include "parsers/ipset_text.h"

#include <netinet/in.h>

enum { DEFAULT_MAXELEM = 65536 };

/* ---- create ---- */

enum create_option {
	C_FAMILY, C_HASHSIZE, C_MAXELEM, C_NETMASK, C_BITMASK, C_MARKMASK,
	C_TIMEOUT, C_COUNTERS, C_COMMENT, C_SKBINFO, C_FORCEADD, C_BUCKETSIZE,
	C_INITVAL, C_RANGE, C_SIZE, C_GC, C_PROBES, C_RESIZE, N_CREATE
};
static const char *const create_options[N_CREATE] = {
	"family", "hashsize", "maxelem", "netmask", "bitmask", "markmask",
	"timeout", "counters", "comment", "skbinfo", "forceadd", "bucketsize",
	"initval", "range", "size", "gc", "probes", "resize"
};

struct creation {
	struct ipset_def def;
	struct tok netmask, bitmask, range;
};

static bool
read_family(struct reader *r, struct ipset_def *d)
{
	struct tok w = tok_next(r);

	if (tok_is(w, "inet"))
		d->family = AF_INET;
	else if (tok_is(w, "inet6"))
		d->family = AF_INET6;
	else
		return tok_error(r, w, "expected inet or inet6");
	return true;
}

static bool
read_create_option(struct reader *r, enum create_option o,
    struct creation *c)
{
	uint64_t v = 0;
	bool ok = true;

	switch (o) {
	case C_FAMILY:
		return read_family(r, &c->def);
	case C_HASHSIZE: case C_BUCKETSIZE: case C_INITVAL: case C_GC:
	case C_PROBES: case C_RESIZE:	/* not of the content */
		return tok_next_number(r, UINT32_MAX, &v);
	case C_MAXELEM: case C_SIZE:
		ok = tok_next_number(r, UINT32_MAX, &v);
		c->def.maxelem = (uint32_t)v;
		return ok;
	case C_NETMASK:
		c->netmask = tok_next(r);
		return true;
	case C_BITMASK:
		c->bitmask = tok_next(r);
		return true;
	case C_MARKMASK:
		ok = tok_next_number(r, UINT32_MAX, &v);
		c->def.markmask = (uint32_t)v;
		return ok;
	case C_TIMEOUT:
		ok = tok_next_number(r, UINT32_MAX / 1000, &v);
		c->def.timeout = (uint32_t)v;
		c->def.has_timeout = true;
		return ok;
	case C_COUNTERS:
		c->def.counters = true;
		return true;
	case C_COMMENT:
		c->def.comment = true;
		return true;
	case C_SKBINFO:
		c->def.skbinfo = true;
		return true;
	case C_FORCEADD:
		c->def.forceadd = true;
		return true;
	case C_RANGE:
		c->range = tok_next(r);
		return true;
	case N_CREATE:
		break;
	}
	return false;
}

/* netmask and bitmask, when the family is known. */
static bool
read_masks(struct reader *r, struct creation *c)
{
	struct ipset_def *d = &c->def;
	uint64_t len = family_bits(d->family);

	if (c->netmask.s != NULL && (!tok_number(c->netmask, len, &len) ||
	    len == 0))
		return tok_error(r, c->netmask, "expected a prefix length");
	d->netmask = (uint8_t)len;
	addr_mask(&d->mask, d->family, (unsigned)len);
	if (c->bitmask.s != NULL && (!addr_parse(&d->mask, d->family,
	    c->bitmask.s, c->bitmask.len) || addr_is_zero(&d->mask)))
		return tok_error(r, c->bitmask, "expected a mask");
	return true;
}

static bool
read_range(struct reader *r, struct creation *c)
{
	struct ipset_def *d = &c->def;
	struct span s = { .port_to = 0 };
	uint32_t mask;

	if (d->type > IPSET_BITMAP_PORT)
		return c->range.s == NULL ||
		    tok_error(r, c->range, "this type has no range");
	if (c->range.s == NULL)
		return tok_error(r, r->words[r->n - 1],
		    "a bitmap needs a range");
	if (d->type == IPSET_BITMAP_PORT) {
		if (!span_ports(r, c->range, &s))
			return false;
		d->low = s.elem.port;
		d->high = s.port_to;
		return true;
	}
	if (!span_addr(r, c->range, AF_INET, 0, &s))
		return false;
	d->low = get32(s.elem.addr[0].b);
	d->high = get32(s.addr_to[0].b);
	if (s.has_cidr[0]) {
		mask = s.elem.cidr[0] ? UINT32_MAX << (32 - s.elem.cidr[0]) :
		    0;
		d->low &= mask;
		d->high = d->low | ~mask;
	}
	mask = d->netmask ? UINT32_MAX << (32 - d->netmask) : 0;
	d->low &= mask;
	d->high |= ~mask;
	return true;
}

static bool
read_type(struct reader *r, struct ipset_def *d)
{
	/* Names of the time before ipset 6. */
	static const struct { const char *old; enum ipset_type type; } old[] = {
		{ "iphash", IPSET_HASH_IP }, { "nethash", IPSET_HASH_NET },
		{ "ipporthash", IPSET_HASH_IPPORT },
		{ "ipportiphash", IPSET_HASH_IPPORTIP },
		{ "ipportnethash", IPSET_HASH_IPPORTNET },
		{ "ipmap", IPSET_BITMAP_IP },
		{ "macipmap", IPSET_BITMAP_IPMAC },
		{ "portmap", IPSET_BITMAP_PORT },
		{ "setlist", IPSET_LIST_SET }
	};
	struct tok w = tok_next(r);

	for (unsigned i = 0; i < N_IPSET_TYPES; i++)
		if (tok_is(w, ipset_type_names[i])) {
			d->type = (enum ipset_type)i;
			return true;
		}
	for (unsigned i = 0; i < sizeof(old) / sizeof(old[0]); i++)
		if (tok_is(w, old[i].old)) {
			d->type = old[i].type;
			return true;
		}
	return tok_error(r, w, "expected a type of set");
}

static bool
do_create(struct reader *r)
{
	struct creation c = { .def = { .family = AF_INET,
	    .maxelem = DEFAULT_MAXELEM, .markmask = UINT32_MAX } };
	struct tok name = tok_next(r);

	if (!tok_name(r, name, &c.def.name) || !read_type(r, &c.def))
		return false;
	while (r->at < r->n) {
		struct tok w = tok_next(r);
		unsigned i = 0;

		while (i < N_CREATE && !tok_is(w, create_options[i]))
			i++;
		if (i == N_CREATE)
			return tok_error(r, w, "unknown option of a set");
		if (!read_create_option(r, (enum create_option)i, &c))
			return false;
	}
	if (!read_masks(r, &c) || !read_range(r, &c))
		return false;
	if (c.def.type == IPSET_HASH_MAC || c.def.type == IPSET_BITMAP_PORT ||
	    c.def.type == IPSET_LIST_SET)
		c.def.family = AF_UNSPEC;
	if (map_get(&r->env->sets, name.s, name.len) != NULL)
		return r->exist || tok_error(r, name, "a set with this name "
		    "exists already");
	map_set(&r->env->sets, r->env->arena, c.def.name, name.len,
	    ipset_new(&c.def, r->env->arena));
	return true;
}

/* ---- other commands ---- */

static bool
do_add(struct reader *r)
{
	return ipset_change(r, true);
}

static bool
do_del(struct reader *r)
{
	return ipset_change(r, false);
}

static bool
do_flush(struct reader *r)
{
	struct ipset *s;

	if (r->at < r->n) {
		s = tok_set(r);
		if (s != NULL)
			ipset_flush(s);
		return s != NULL;
	}
	for (unsigned i = 0; i < r->env->sets.room; i++)
		if (r->env->sets.slots[i].value != NULL)
			ipset_flush(r->env->sets.slots[i].value);
	return true;
}

static void
put(struct reader *r, const char *name, struct ipset *s)
{
	map_set(&r->env->sets, r->env->arena, name, strlen(name), s);
}

static bool
do_destroy(struct reader *r)
{
	struct tok w;

	if (r->at < r->n) {
		w = r->words[r->at];
		if (tok_set(r) == NULL)
			return false;
		put(r, tok_copy(r, w), NULL);
		return true;
	}
	for (unsigned i = 0; i < r->env->sets.room; i++)
		r->env->sets.slots[i].value = NULL;
	return true;
}

static bool
do_rename(struct reader *r)
{
	struct tok from = tok_next(r), to = tok_next(r);
	struct ipset *s = map_get(&r->env->sets, from.s, from.len);
	const char *name = NULL;

	if (s == NULL)
		return tok_error(r, from, "expected the name of a set that was "
		    "created before");
	if (!tok_name(r, to, &name))
		return false;
	if (map_get(&r->env->sets, to.s, to.len) != NULL)
		return tok_error(r, to, "a set with this name exists already");
	put(r, tok_copy(r, from), NULL);
	put(r, name, s);
	return true;
}

static bool
do_swap(struct reader *r)
{
	unsigned at = r->at;
	struct ipset *a = tok_set(r), *b = a ? tok_set(r) : NULL;

	if (b == NULL)
		return false;
	put(r, tok_copy(r, r->words[at]), b);
	put(r, tok_copy(r, r->words[at + 1]), a);
	return true;
}

static bool
do_nothing(struct reader *r)
{
	(void)r;
	return true;
}

static const struct command {
	const char *names[4];
	bool (*run)(struct reader *);
} commands[] = {
	{ { "add", "-A", "--add", "a" }, do_add },
	{ { "create", "-N", "--create", "n" }, do_create },
	{ { "del", "-D", "--del", "d" }, do_del },
	{ { "flush", "-F", "--flush", "f" }, do_flush },
	{ { "destroy", "-X", "--destroy", "x" }, do_destroy },
	{ { "rename", "-E", "--rename", "e" }, do_rename },
	{ { "swap", "-W", "--swap", "w" }, do_swap },
	{ { "quit", "COMMIT", NULL }, do_nothing },
};

/* The options that may stand anywhere in a line, taken out of it. */
static void
take_flags(struct reader *r)
{
	static const struct { const char *name; bool exist; } flags[] = {
		{ "-exist", true }, { "--exist", true }, { "-!", true },
		{ "-quiet", false }, { "--quiet", false }, { "-q", false }
	};
	enum { N = sizeof(flags) / sizeof(flags[0]) };
	unsigned kept = 0;

	r->exist = false;
	for (unsigned i = 0, j; i < r->n; i++) {
		for (j = 0; j < N && !tok_is(r->words[i], flags[j].name); j++)
			;
		if (j == N)
			r->words[kept++] = r->words[i];
		else if (flags[j].exist)
			r->exist = true;
	}
	r->n = kept;
}

static bool
run_line(struct reader *r)
{
	struct tok w;

	take_flags(r);
	if (r->n == 0)
		return true;
	/* "ipset add ..." of a script. */
	w = tok_next(r);
	if (tok_is(w, "ipset") && r->n > 1)
		w = tok_next(r);
	for (unsigned i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		for (unsigned j = 0; j < 4; j++)
			if (commands[i].names[j] != NULL &&
			    tok_is(w, commands[i].names[j]))
				return commands[i].run(r);
	return tok_error(r, w, "expected create, add or another command of "
	    "ipset restore");
}

bool
ipset_read(struct env *env, const struct source *src, struct diags *diags)
{
	struct reader *r = arena_new(env->arena, struct reader);
	const char *s = src->text, *end = src->text + src->size;

	r->env = env;
	r->src = src;
	r->diags = diags;
	r->ok = true;
	env->has_sets = true;
	while (s < end && !diag_full(diags)) {
		const char *eol = memchr(s, '\n', (size_t)(end - s));

		if (eol == NULL)
			eol = end;
		if (tok_split(r, s, eol))
			run_line(r);
		s = eol + 1;
	}
	return r->ok;
}

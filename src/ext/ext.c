#include "ext/ext.h"

#include <stdarg.h>

/* xtables.c, xtables_find_match: three names of one match. */
static bool
is_icmp6(const char *name, size_t len)
{
	return (len == 6 && memcmp(name, "icmpv6", 6) == 0) ||
	    (len == 9 && memcmp(name, "ipv6-icmp", 9) == 0);
}

const struct ext *
ext_find(enum ext_kind kind, const char *name, size_t len, int family)
{
	if (kind == EXT_MATCH && is_icmp6(name, len)) {
		name = "icmp6";
		len = 5;
	}
	for (const struct ext *const *e = ext_all; *e != NULL; e++)
		if ((*e)->kind == kind &&
		    ((*e)->family == 0 || (*e)->family == family) &&
		    strlen((*e)->name) == len &&
		    memcmp((*e)->name, name, len) == 0)
			return *e;
	return NULL;
}

static bool
name_is(const char *name, const char *s, size_t len)
{
	return name != NULL && strlen(name) == len &&
	    memcmp(name, s, len) == 0;
}

static bool
name_begins(const char *name, const char *s, size_t len)
{
	return name != NULL && strncmp(name, s, len) == 0;
}

int
ext_opt(const struct ext *e, const char *name, size_t len, bool abbrev)
{
	int found = -1;

	if (e->opts == NULL)
		return -1;
	for (int i = 0; e->opts[i].name != NULL; i++)
		if (name_is(e->opts[i].name, name, len) ||
		    name_is(e->opts[i].alias, name, len))
			return i;
	for (int i = 0; abbrev && e->opts[i].name != NULL; i++)
		if (name_begins(e->opts[i].name, name, len) ||
		    name_begins(e->opts[i].alias, name, len))
			found = found == -1 ? i : -2;
	return found;
}

bool
opt_error(struct opt_arg *a, const char *fmt, ...)
{
	va_list ap;
	char *text;

	va_start(ap, fmt);
	text = arena_vprintf(a->diags->arena, fmt, ap);
	va_end(ap);
	diag_error(a->diags, a->loc, "%s: %s", a->ext->name, text);
	return false;
}

bool
ext_read(struct opt_arg *a, unsigned index)
{
	const struct opt *o = &a->ext->opts[index];
	uint64_t bit = UINT64_C(1) << index;

	a->opt = o;
	if ((*a->seen & bit) && !(o->flags & OPT_MULTI))
		return opt_error(a, "option \"%s\" can only be used once",
		    o->name);
	if (a->negate && !(o->flags & OPT_INVERT))
		return opt_error(a, "option \"%s\" cannot be inverted",
		    o->name);
	if (a->negate && o->inv_bit != 0)
		((uint8_t *)a->data)[o->inv_offset] |= o->inv_bit;
	if (o->read != NULL && !o->read(a))
		return false;
	*a->seen |= bit;
	return true;
}

static bool
use_error(const struct ext *e, struct ext_check *c, const char *text,
    const struct opt *o, const struct opt *other)
{
	diag_error(c->diags, c->loc, "%s: option \"%s\" %s%s%s%s", e->name,
	    o->name, text, other ? " \"" : "", other ? other->name : "",
	    other ? "\"" : "");
	return false;
}

bool
ext_finish(const struct ext *e, struct ext_check *c)
{
	const struct opt *o = e->opts;

	for (unsigned i = 0; o != NULL && o[i].name != NULL; i++) {
		uint64_t clash = o[i].excludes & c->seen &
		    ~(UINT64_C(1) << i);

		if (!(c->seen >> i & 1)) {
			if (o[i].flags & OPT_REQUIRED)
				return use_error(e, c, "must be specified",
				    &o[i], NULL);
			continue;
		}
		if (clash != 0)
			return use_error(e, c, "cannot be used together with",
			    &o[i], &o[__builtin_ctzll(clash)]);
	}
	return e->check == NULL || e->check(c);
}

void
save_opt(struct sbuf *out, bool invert, const char *opt)
{
	sbuf_puts(out, invert ? " ! " : " ");
	sbuf_puts(out, opt);
}

void
save_text(struct sbuf *out, const char *text)
{
	static const char plain[] = "_-0123456789"
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
	size_t len = strspn(text, plain);

	if (len > 0 && text[len] == '\0') {
		sbuf_putc(out, ' ');
		sbuf_put(out, text, len);
		return;
	}
	sbuf_puts(out, " \"");
	for (const char *special; (special = strpbrk(text, "\"\\'")) != NULL;
	    text = special + 1) {
		sbuf_put(out, text, (size_t)(special - text));
		sbuf_putc(out, '\\');
		sbuf_putc(out, *special);
	}
	sbuf_puts(out, text);
	sbuf_putc(out, '"');
}

unsigned
ext_traits(const struct use *u)
{
	return u->ext->use_traits != NULL ? u->ext->use_traits(u->data) :
	    u->ext->traits;
}

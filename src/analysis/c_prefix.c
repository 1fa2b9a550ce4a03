/* Log prefixes: FW1009, FW5007, FW5008. */
#include "analysis/audit.h"
#include "analysis/group.h"
#include "ext/saved.h"

check_fn check_prefix;

/* What is kept of a prefix. */
static const struct logger {
	const char *name, *option;
	size_t max;
	bool line;			/* it begins a line, before IN= */
} loggers[] = {
	{ "LOG", "--log-prefix", 29, true },
	{ "NFLOG", "--nflog-prefix", 63, false },
};

/* Does the text of the rule go on where the prefix that was kept ends, before
 * the quote that it began with, or a blank? */
static bool
was_cut(const struct rule *r, const char *prefix, size_t len)
{
	struct loc loc = rule_loc(r);
	const char *text = loc.src->text + loc.off;
	const char *at = memmem(text, loc.len, prefix, len), *end;

	if (at == NULL || at == text)
		return false;
	end = text + loc.len;
	if (at[-1] == '"' || at[-1] == '\'')
		return at + len < end && at[len] != at[-1];
	return at + len < end && at[len] != ' ' && at[len] != '\t';
}

static void
look_at(struct groups *same, const struct rule *r, const struct logger *l,
    const char *prefix)
{
	struct arena *arena = same->out->arena;
	size_t len = strlen(prefix);

	if (len == l->max && was_cut(r, prefix, len))
		finding_add(same->out, "FW1009", r, NULL, "the prefix is "
		    "longer than %zu characters, what is kept of it is \"%s\"",
		    l->max, prefix);
	else if (l->line && prefix[len - 1] != ' ')
		finding_add(same->out, "FW5008", r, NULL, "the prefix \"%s\" "
		    "ends without a space: IN= follows it directly", prefix);
	groups_add(same, arena_printf(arena, "the prefix \"%s\" does not tell "
	    "which rule wrote a line", prefix), r);
}

void
check_prefix(struct audit *a, unsigned family)
{
	struct groups same = { .out = &a->out };
	struct saved saved = SAVED_INIT;

	for (const struct rule *r = rule_first(a->rules[family]); r != NULL;
	    r = rule_next(r))
		for (unsigned i = 0; r->kind == TGT_EXT && i < 2; i++) {
			const char *prefix;

			if (strcmp(r->target.ext->name, loggers[i].name) != 0)
				continue;
			prefix = saved_option(&saved, r, &r->target,
			    loggers[i].option);
			if (prefix != NULL)
				look_at(&same, r, &loggers[i], prefix);
		}
	groups_tell(&same, "FW5007", 2);
	saved_free(&saved);
}

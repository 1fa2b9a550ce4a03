#include "analysis/lookup.h"

#include "ext/ctstate.h"

#include <stdlib.h>

/* ---- what it does ---- */

enum verdict
rule_verdict(const struct rule *r)
{
	switch ((enum target_kind)r->kind) {
	case TGT_ACCEPT:
		return V_ACCEPT;
	case TGT_DROP:
		return V_DROP;
	case TGT_QUEUE:
		return V_QUEUE;
	case TGT_RETURN:
		return V_RETURN;
	case TGT_CHAIN:
		return r->flags & RULE_GOTO ? V_GOTO : V_JUMP;
	case TGT_NONE:
		return V_CONTINUE;
	case TGT_EXT:
		break;
	}
	return (enum verdict)r->target.ext->ends;
}

enum verdict
rule_effect(const struct lookup *l, const struct rule *r)
{
	enum verdict v = rule_verdict(r);

	if (r->kind != TGT_CHAIN || chain_facts(l, r->jump)->ending == V_RETURN)
		return v;
	return chain_facts(l, r->jump)->ending;
}

/* Is the interface test one that all interfaces pass? */
static bool
any_iface(const struct ifmatch *m, bool invert)
{
	return m == NULL || (m->name[0] == '\0' && m->wild && !invert);
}

bool
rule_unconditional(const struct rule *r)
{
	for (unsigned i = 0; i < r->n_matches; i++)
		if (strcmp(r->matches[i].ext->name, "comment") != 0)
			return false;
	return any_iface(r->in, r->invert & INV_IN) &&
	    any_iface(r->out, r->invert & INV_OUT) && r->proto == 0 &&
	    !(r->flags & RULE_FRAG) && !rule_tests_src(r) &&
	    !rule_tests_dst(r);
}

bool
rule_target_is(const struct rule *r, const char *name)
{
	return r->kind == TGT_EXT && strcmp(r->target.ext->name, name) == 0;
}

const struct use *
rule_match(const struct rule *r, const char *name)
{
	for (unsigned i = 0; i < r->n_matches; i++)
		if (strcmp(r->matches[i].ext->name, name) == 0)
			return &r->matches[i];
	return NULL;
}

static bool
iface_may_be(const struct ifmatch *m, bool invert, const char *iface)
{
	if (m == NULL)
		return true;
	return (strncmp(m->name, iface, m->wild ? strlen(m->name) :
	    IFNAME_SIZE) == 0) != invert;
}

bool
rule_in_may_be(const struct rule *r, const char *iface)
{
	return iface_may_be(r->in, r->invert & INV_IN, iface);
}

bool
rule_out_may_be(const struct rule *r, const char *iface)
{
	return iface_may_be(r->out, r->invert & INV_OUT, iface);
}

static bool
is_lo(const struct ifmatch *m, bool invert)
{
	return m != NULL && !invert && !m->wild && strcmp(m->name, "lo") == 0;
}

bool
rule_about_lo(const struct rule *r)
{
	return is_lo(r->in, r->invert & INV_IN) ||
	    is_lo(r->out, r->invert & INV_OUT);
}

bool
rule_only_state(const struct rule *r)
{
	for (unsigned i = 0; i < r->n_matches; i++) {
		const char *name = r->matches[i].ext->name;

		if (strcmp(name, "comment") != 0 &&
		    strcmp(name, "state") != 0 &&
		    strcmp(name, "conntrack") != 0)
			return false;
	}
	return r->proto == 0 && !(r->flags & RULE_FRAG) &&
	    !rule_tests_src(r) && !rule_tests_dst(r);
}

bool
rule_tests_src(const struct rule *r)
{
	struct addr6_spec a;

	rule_addrs(r, r->chain->table->ruleset->family, &a);
	return (r->invert & INV_SRC) || !addr_is_zero(&a.src_mask);
}

bool
rule_tests_dst(const struct rule *r)
{
	struct addr6_spec a;

	rule_addrs(r, r->chain->table->ruleset->family, &a);
	return (r->invert & INV_DST) || !addr_is_zero(&a.dst_mask);
}

/* ---- options ---- */

const char *
use_text(struct lookup *l, const struct rule *r, const struct use *u)
{
	struct ext_print p = { l->rules->family, r, true };

	sbuf_clear(&l->text);
	if (u->ext->save != NULL)
		u->ext->save(u->data, &p, &l->text);
	return sbuf_text(&l->text);
}

const struct saved_opt *
use_option(struct lookup *l, const struct rule *r, const struct use *u,
    const char *option)
{
	saved_read(&l->saved, use_text(l, r, u), u->ext);
	for (unsigned i = 0; i < l->saved.n_opts; i++)
		if (l->saved.opts[i].name != NULL &&
		    strcmp(l->saved.opts[i].name, option) == 0)
			return &l->saved.opts[i];
	return NULL;
}

static const char *
first_word(struct lookup *l, const struct rule *r, const struct use *u,
    const char *option, bool *invert)
{
	const struct saved_opt *o = u ? use_option(l, r, u, option) : NULL;

	if (o == NULL)
		return NULL;
	if (invert != NULL)
		*invert = o->invert;
	return o->n != 0 ? l->saved.words[o->first].text : "";
}

const char *
match_option(struct lookup *l, const struct rule *r, const char *match,
    const char *option, bool *invert)
{
	return first_word(l, r, rule_match(r, match), option, invert);
}

const char *
target_option(struct lookup *l, const struct rule *r, const char *option)
{
	return r->kind != TGT_EXT ? NULL :
	    first_word(l, r, &r->target, option, NULL);
}

bool
mark_read(const char *s, uint32_t *value, uint32_t *mask)
{
	char *end;

	*value = (uint32_t)strtoul(s, &end, 0);
	*mask = UINT32_MAX;
	if (*end == '/')
		*mask = (uint32_t)strtoul(end + 1, &end, 0);
	return end != s && *end == '\0';
}

unsigned
rule_states(struct lookup *l, const struct rule *r)
{
	static const char *const tests[][2] = { { "conntrack", "--ctstate" },
	    { "state", "--state" } };
	unsigned states = ST_ANY;

	for (unsigned i = 0; i < 2; i++) {
		bool invert = false;
		const char *text = match_option(l, r, tests[i][0],
		    tests[i][1], &invert);
		unsigned these = text ? ctstate_read(text, ~0u) : 0;

		/* SNAT and DNAT say nothing of the state. */
		if ((these & ST_ANY) != 0 && (invert || these <= ST_ANY))
			states &= invert ? ~these : these;
	}
	return states;
}

static const char *
ports(struct lookup *l, const struct rule *r, const char *one,
    const char *several)
{
	bool invert = false;
	const char *text = NULL;

	for (unsigned i = 0; i < r->n_matches && text == NULL; i++)
		if (r->matches[i].ext->protos[0] != 0 ||
		    strcmp(r->matches[i].ext->name, "multiport") == 0)
			text = first_word(l, r, &r->matches[i],
			    strcmp(r->matches[i].ext->name, "multiport") == 0 ?
			    several : one, &invert);
	return invert ? NULL : text;
}

const char *
rule_sports(struct lookup *l, const struct rule *r)
{
	return ports(l, r, "--sport", "--sports");
}

const char *
rule_dports(struct lookup *l, const struct rule *r)
{
	return ports(l, r, "--dport", "--dports");
}

bool
rule_tests_l4(struct lookup *l, const struct rule *r)
{
	for (unsigned i = 0; i < r->n_matches; i++)
		if ((r->matches[i].ext->protos[0] != 0 ||
		    strcmp(r->matches[i].ext->name, "multiport") == 0) &&
		    *use_text(l, r, &r->matches[i]) != '\0')
			return true;
	return false;
}

/* ---- keys ---- */

static void
put_iface(struct sbuf *b, const struct ifmatch *m)
{
	if (m != NULL && m->name[0] != '\0')
		sbuf_printf(b, "%s%s", m->name, m->wild ? "+" : "");
	sbuf_putc(b, '\0');
}

static void
put_tests(const struct rule *r, unsigned parts, struct sbuf *b)
{
	struct addr6_spec a;

	rule_addrs(r, r->chain->table->ruleset->family, &a);
	if (parts & KEY_SRC) {
		sbuf_put(b, &a.src, sizeof(a.src));
		sbuf_put(b, &a.src_mask, sizeof(a.src_mask));
	} else {
		sbuf_putc(b, rule_tests_src(r) ? 's' : '-');
	}
	if (parts & KEY_DST) {
		sbuf_put(b, &a.dst, sizeof(a.dst));
		sbuf_put(b, &a.dst_mask, sizeof(a.dst_mask));
	} else {
		sbuf_putc(b, rule_tests_dst(r) ? 'd' : '-');
	}
	if (parts & KEY_IFACES) {
		put_iface(b, r->in);
		put_iface(b, r->out);
	}
	sbuf_printf(b, "%u %u %u ", parts & KEY_PROTO ? r->proto : 0u,
	    r->invert, r->flags & RULE_FRAG);
}

/* Its text but for the words of one option. */
static void
put_without(struct lookup *l, const struct rule *r, const struct use *u,
    const char *option, struct sbuf *b)
{
	const struct saved_opt *o = use_option(l, r, u, option);

	for (unsigned i = 0; i < l->saved.n_opts; i++) {
		const struct saved_opt *p = &l->saved.opts[i];

		sbuf_printf(b, " %d%s", p->invert, p->name ? p->name : "");
		for (unsigned j = p->first; p != o && j < p->first + p->n; j++)
			sbuf_printf(b, " %s", l->saved.words[j].text);
	}
}

static void
put_matches(struct lookup *l, const struct rule *r, unsigned parts,
    const char *without, struct sbuf *b)
{
	for (unsigned i = 0; i < r->n_matches; i++) {
		const struct use *u = &r->matches[i];
		const char *name = u->ext->name;

		if (strcmp(name, "comment") == 0 ||
		    (without != NULL && strcmp(name, without) == 0))
			continue;
		sbuf_printf(b, "-m %s", name);
		if (u->ext == &ext_unknown_match)
			sbuf_printf(b, " %s",
			    ((const struct ext_unknown *)u->data)->name);
		if (!(parts & KEY_DPORT))
			put_without(l, r, u, "--dport", b);
		else if (!(parts & KEY_SPORT))
			put_without(l, r, u, "--sport", b);
		else
			sbuf_puts(b, use_text(l, r, u));
	}
}

static void
put_target(struct lookup *l, const struct rule *r, struct sbuf *b)
{
	sbuf_printf(b, "-j %d%d ", r->kind, r->flags & RULE_GOTO);
	if (r->kind == TGT_CHAIN)
		sbuf_puts(b, r->jump->name);
	if (r->kind != TGT_EXT)
		return;
	sbuf_puts(b, r->target.ext->name);
	if (r->target.ext == &ext_unknown_target)
		sbuf_puts(b,
		    ((const struct ext_unknown *)r->target.data)->name);
	sbuf_puts(b, use_text(l, r, &r->target));
}

void
rule_key(struct lookup *l, const struct rule *r, unsigned parts,
    const char *without, struct sbuf *b)
{
	sbuf_clear(b);
	put_tests(r, parts, b);
	if (parts & KEY_MATCHES)
		put_matches(l, r, parts, without, b);
	if (parts & KEY_TARGET)
		put_target(l, r, b);
}

/* ---- findings ---- */

void
finding_by(struct audit *a, struct finding *f, const struct rule *r)
{
	const struct rule **by = arena_alloc(a->out.arena, (f->n_by + 1) *
	    sizeof(*by));

	if (f->n_by != 0)
		memcpy(by, f->by, f->n_by * sizeof(*by));
	by[f->n_by++] = r;
	f->by = by;
}

void
finding_fix(struct audit *a, struct finding *f, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	f->fix = arena_vprintf(a->out.arena, fmt, ap);
	va_end(ap);
}

const char *
command_of(struct audit *a, const struct chain *c)
{
	const char *name = c->table->ruleset->family == AF_INET6 ?
	    "ip6tables" : "iptables";

	if (c->table->id == TABLE_FILTER)
		return name;
	return arena_printf(a->out.arena, "%s -t %s", name,
	    table_names[c->table->id]);
}

const char *
rule_ref(struct audit *a, const struct rule *r)
{
	return arena_printf(a->out.arena, "%s#%u", r->chain->name, r->number);
}

const char *
counted(struct audit *a, unsigned n, const char *one, const char *many)
{
	return arena_printf(a->out.arena, "%u %s", n, n == 1 ? one : many);
}

const char *
hooks_text(struct audit *a, unsigned hooks)
{
	struct sbuf b = SBUF_INIT;
	const char *text;

	for (int h = 0; h < N_HOOKS; h++)
		if (hooks >> h & 1) {
			bool last = hooks >> (h + 1) == 0;

			sbuf_printf(&b, "%s%s", b.len == 0 ? "" : last ?
			    " and " : ", ", hook_names[h]);
		}
	text = arena_strdup(a->out.arena, sbuf_text(&b));
	sbuf_free(&b);
	return text;
}

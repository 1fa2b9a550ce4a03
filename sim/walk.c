#include "sim/internal.h"

#include <assert.h>

/* ---- the basic tests, in the kernel's order ---- */

/* xt's ifname_compare_aligned; a missing device is the empty name. */
static bool
iface_differs(const struct iface *dev, const struct ifmatch *m)
{
	static const char none[IFNAME_SIZE];
	uint64_t name[2], want[2], mask[2];

	memcpy(name, dev ? dev->name : none, sizeof(name));
	memcpy(want, m->name, sizeof(want));
	memcpy(mask, m->mask, sizeof(mask));
	return (((name[0] ^ want[0]) & mask[0]) |
	    ((name[1] ^ want[1]) & mask[1])) != 0;
}

static enum basic_test
test_addr4(const struct crule *r, const uint8_t *ip)
{
	uint32_t src, dst;

	memcpy(&src, ip + 12, 4);
	memcpy(&dst, ip + 16, 4);
	if (((src & r->v4.src_mask) != r->v4.src) != !!(r->invert & INV_SRC))
		return BASIC_SRC;
	if (((dst & r->v4.dst_mask) != r->v4.dst) != !!(r->invert & INV_DST))
		return BASIC_DST;
	return BASIC_NONE;
}

static enum basic_test
test_addr6(const struct crule *r, const uint8_t *ip)
{
	static const struct addr6_spec any;
	const struct addr6_spec *a = r->v6 ? r->v6 : &any;
	union addr src, dst;

	memcpy(&src, ip + 8, 16);
	memcpy(&dst, ip + 24, 16);
	if (!addr_equal_masked(&src, &a->src, &a->src_mask) !=
	    !!(r->invert & INV_SRC))
		return BASIC_SRC;
	if (!addr_equal_masked(&dst, &a->dst, &a->dst_mask) !=
	    !!(r->invert & INV_DST))
		return BASIC_DST;
	return BASIC_NONE;
}

static enum basic_test
test_iface(const struct crule *r, const struct packet *p)
{
	if (r->in && iface_differs(p->in, r->in) != !!(r->invert & INV_IN))
		return BASIC_IN;
	if (r->out && !p->out_unknown &&
	    iface_differs(p->out, r->out) != !!(r->invert & INV_OUT))
		return BASIC_OUT;
	return BASIC_NONE;
}

/* ip6_packet_match: a chain of headers that cannot be parsed is dropped at
 * once, unless a fragment that is not the first hides its end. */
static enum basic_test
test_proto(const struct crule *r, const struct packet *p, bool *hotdrop)
{
	if (p->family == AF_INET6 && p->proto_bad) {
		*hotdrop = p->frag == 0;
		return BASIC_PROTO;
	}
	if (r->proto == 0 || p->proto_cut)
		return BASIC_NONE;
	if ((p->proto != r->proto) != !!(r->invert & INV_PROTO))
		return BASIC_PROTO;
	return BASIC_NONE;
}

static enum basic_test
test_basic(const struct crule *r, const struct packet *p, bool *hotdrop)
{
	enum basic_test bad = BASIC_NONE;

	if (r->tests & CT_ADDR)
		bad = p->family == AF_INET ? test_addr4(r, p->data) :
		    test_addr6(r, p->data);
	if (bad == BASIC_NONE && (r->tests & CT_IFACE))
		bad = test_iface(r, p);
	if (bad == BASIC_NONE && (r->tests & CT_PROTO))
		bad = test_proto(r, p, hotdrop);
	if (bad == BASIC_NONE && (r->tests & CT_FRAG) &&
	    (p->frag == 0) != !!(r->invert & INV_FRAG))
		bad = BASIC_FRAG;
	return bad;
}

/* ---- one walk ---- */

struct walk {
	struct sim *sim;
	struct compiled *c;
	struct ctx ctx;
	uint32_t base;			/* of the stack */
	bool skip;			/* misses need not be told */
	const struct cchain *start;	/* a built-in one, mostly */
};

static void
emit(struct walk *w, struct event e)
{
	e.packet = w->ctx.pkt;
	e.hook = w->ctx.hook;
	e.table = w->ctx.table;
	e.ctx = &w->ctx;
	sim_emit(w->sim, &e);
}

/* An unknown: what the caller chose for the n-th one, or no. */
static bool
choose(struct walk *w, const struct crule *r, const struct use *u,
    enum basic_test basic)
{
	const struct sim_config *cfg = &w->sim->cfg;
	unsigned n = w->sim->n_unknown++;
	bool yes = n < cfg->n_choices && (cfg->choices[n / 64] >> n % 64 & 1);

	if (w->sim->nesting <= 1) {
		if (w->sim->outcome.unknown == NULL)
			w->sim->outcome.unknown = r->rule;
		w->sim->outcome.n_unknown++;
	}
	if (cfg->sink != NULL)
		emit(w, (struct event){ .kind = EV_UNKNOWN, .rule = r->rule,
		    .use = u, .basic = basic, .taken = yes, .text = w->ctx.need });
	return yes;
}

/* Do the matches hold, left to right?  The first that does not ends it. */
static bool
test_matches(struct walk *w, const struct crule *r)
{
	const struct cmatch *m = &w->c->matches[r->first_match];

	for (const struct cmatch *end = m + r->n_matches; m < end; m++) {
		enum tri t = TRI_UNKNOWN;

		w->ctx.memory = w->sim->fresh == NULL ? m->memory :
		    fresh_memory(w->sim, m->use);
		w->ctx.need = "what this match does";
		if (m->eval != NULL)
			t = m->eval(m->data, &w->ctx);
		if (t == TRI_YES)
			continue;
		if (t == TRI_UNKNOWN && choose(w, r, m->use, BASIC_NONE))
			continue;
		if (w->ctx.sink != NULL)
			emit(w, (struct event){ .rule = r->rule, .use = m->use,
			    .kind = w->ctx.hotdrop ? EV_HOTDROP : EV_MISS });
		return false;
	}
	return true;
}

static bool
rule_matches(struct walk *w, const struct crule *r)
{
	enum basic_test bad;

	w->ctx.rule = r->rule;
	bad = test_basic(r, w->ctx.pkt, &w->ctx.hotdrop);
	if (bad == BASIC_NONE && r->out != NULL && w->ctx.pkt->out_unknown) {
		w->ctx.need = "the device that the packet leaves by";
		if (!choose(w, r, NULL, BASIC_OUT))
			bad = BASIC_OUT;
	}
	if (bad == BASIC_NONE && r->proto != 0 && w->ctx.pkt->proto_cut) {
		w->ctx.need = "the packet's protocol: the capture ends before";
		if (!choose(w, r, NULL, BASIC_PROTO))
			bad = BASIC_PROTO;
	}
	if (bad == BASIC_NONE)
		return r->n_matches == 0 || test_matches(w, r);
	if (w->ctx.sink != NULL)
		emit(w, (struct event){ .rule = r->rule, .basic = bad,
		    .kind = w->ctx.hotdrop ? EV_HOTDROP : EV_MISS });
	return false;
}

/* get_chainname_rulenum: a rule with no test at all and a final verdict is
 * taken for a policy, or for the end of a user chain. */
static const char *
trace_label(const struct crule *r, const struct chain *chain)
{
	if (r->tests != 0 || r->n_matches != 0 || r->invert != 0 ||
	    (r->kind != TGT_ACCEPT && r->kind != TGT_DROP &&
	    r->kind != TGT_RETURN && r->kind != TGT_QUEUE))
		return "rule";
	return chain->hook != HOOK_NONE ? "policy" : "return";
}

static void
trace(struct walk *w, const struct chain *chain, const char *label,
    uint32_t number)
{
	struct sim *sim = w->sim;
	char prefix[128];

	snprintf(prefix, sizeof(prefix), "TRACE: %s:%s:%s:%u ",
	    table_names[w->ctx.table], chain->name, label, number);
	sbuf_clear(&sim->line);
	logline(&sim->line, w->ctx.pkt, w->ctx.hook,
	    LOGF_TCPSEQ | LOGF_TCPOPT | LOGF_IPOPT | LOGF_UID, prefix);
	if (sim->cfg.line != NULL)
		sim->cfg.line(sim->cfg.arg, true, 4, sbuf_text(&sim->line),
		    sim->line.len);
	if (w->ctx.sink != NULL)
		emit(w, (struct event){ .kind = EV_TRACE, .level = 4,
		    .text = sbuf_text(&sim->line) });
}

static enum verdict
act(struct walk *w, const struct crule *r)
{
	const struct ctarget *t = &w->c->targets[r->to];
	enum verdict v;

	w->ctx.memory = w->sim->fresh == NULL ? t->memory :
	    fresh_memory(w->sim, t->use);
	w->ctx.need = "what this target does";
	if (t->act == NULL)
		return choose(w, r, t->use, BASIC_NONE) ? V_DROP : V_CONTINUE;
	w->sim->rejected = false;
	v = t->act(t->data, &w->ctx);
	if (w->ctx.sink != NULL)
		emit(w, (struct event){ .kind = EV_ACTED, .rule = r->rule,
		    .use = t->use, .verdict = v });
	return v;
}

/* What ended the table, told as the end of the packet if it ends it. */
static enum verdict
decided(struct walk *w, enum verdict v, const struct crule *r)
{
	struct sim *sim = w->sim;
	const struct rule *rule = r->rule;

	if (v == V_ACCEPT || v == V_BYPASS)
		sim_accepted(sim, w->ctx.table, rule, NULL);
	else if (v == V_DROP && sim->rejected)
		sim_end(sim, w->ctx.pkt, DISP_REJECT, REASON_RULE_REJECT, rule,
		    NULL);
	else if (v == V_DROP)
		sim_end(sim, w->ctx.pkt, DISP_DROP, REASON_RULE_DROP, rule,
		    NULL);
	else if (v == V_QUEUE)
		sim_end(sim, w->ctx.pkt, DISP_QUEUE, REASON_QUEUE_NO_READER,
		    rule, NULL);
	else
		sim_end(sim, w->ctx.pkt, DISP_STOLEN, REASON_RULE_STOLEN, rule,
		    NULL);
	return v;
}

/* The end of the chain that the walk began in. */
static enum verdict
policy(struct walk *w)
{
	struct cchain *cc = &w->c->chains[w->start - w->c->chains];
	const struct chain *chain = cc->chain;
	enum verdict v = chain->policy;

	if (chain->hook == HOOK_NONE)
		return V_RETURN;	/* a user chain taken by itself */
	cc->packets++;
	cc->bytes += w->ctx.pkt->len;
	if (w->ctx.pkt->traced)
		trace(w, chain, "policy", cc->n + 1);
	if (w->ctx.sink != NULL)
		emit(w, (struct event){ .kind = EV_POLICY, .chain = chain,
		    .verdict = v });
	if (v == V_ACCEPT)
		sim_accepted(w->sim, w->ctx.table, NULL, chain);
	else
		sim_end(w->sim, w->ctx.pkt, DISP_DROP, REASON_POLICY_DROP,
		    NULL, chain);
	return v;
}

/* Leaves a user chain: back to who jumped to it, or to the policy.  'at'
 * and 'chain' move; false: the policy is next. */
static bool
come_back(struct walk *w, const struct cchain **chain, uint32_t *at)
{
	const struct frame_ref *f;

	if (w->c->depth == w->base)
		return false;
	f = &w->c->stack[--w->c->depth];
	*chain = &w->c->chains[f->chain];
	*at = f->next;
	return true;
}

static enum verdict
run(struct walk *w)
{
	struct compiled *c = w->c;
	const struct cchain *chain = w->start;
	uint32_t at = 0;

	for (;;) {
		struct crule *r;
		enum verdict v = V_CONTINUE;

		if (w->skip)
			at = skip_to(c, chain, at, w->ctx.pkt);
		if (at == chain->n) {	/* the end of a chain */
			if (chain->chain->hook != HOOK_NONE)
				return policy(w);
			if (w->ctx.pkt->traced)
				trace(w, chain->chain, "return", chain->n + 1);
			if (w->ctx.sink != NULL)
				emit(w, (struct event){ .kind = EV_RETURN,
				    .chain = chain->chain });
			if (!come_back(w, &chain, &at))
				return policy(w);
			continue;
		}
		r = &c->crules[chain->first + at++];
		if (!rule_matches(w, r)) {
			if (!w->ctx.hotdrop)
				continue;
			sim_end(w->sim, w->ctx.pkt, DISP_DROP, REASON_HOTDROP,
			    r->rule, NULL);
			return V_DROP;
		}
		r->packets++;
		r->bytes += w->ctx.pkt->len;
		if (w->ctx.pkt->traced)
			trace(w, chain->chain, trace_label(r, chain->chain), at);
		if (w->ctx.sink != NULL)
			emit(w, (struct event){ .kind = EV_HIT,
			    .rule = r->rule, .chain = chain->chain });
		if (w->ctx.hotdrop) {	/* inverted after a hotdrop */
			if (r->kind == TGT_EXT)
				act(w, r);
			sim_end(w->sim, w->ctx.pkt, DISP_DROP, REASON_HOTDROP,
			    r->rule, NULL);
			return V_DROP;
		}
		switch ((enum target_kind)r->kind) {
		case TGT_NONE:
			continue;
		case TGT_ACCEPT:
			return decided(w, V_ACCEPT, r);
		case TGT_DROP:
			w->sim->rejected = false;
			return decided(w, V_DROP, r);
		case TGT_QUEUE:
			return decided(w, V_QUEUE, r);
		case TGT_RETURN:
			if (!come_back(w, &chain, &at))
				return policy(w);
			continue;
		case TGT_CHAIN:
			if (!r->go) {
				assert(c->depth < c->room);
				c->stack[c->depth++] = (struct frame_ref){
				    (uint32_t)(chain - c->chains), at };
			}
			chain = &c->chains[r->to];
			at = 0;
			if (w->ctx.sink != NULL)
				emit(w, (struct event){ .kind = EV_ENTER,
				    .chain = chain->chain });
			continue;
		case TGT_EXT:
			v = act(w, r);
			if (w->ctx.hotdrop)
				v = V_DROP;
			break;
		}
		if (v == V_RETURN) {
			if (!come_back(w, &chain, &at))
				return policy(w);
		} else if (v != V_CONTINUE)
			return decided(w, v, r);
	}
}

static struct walk
walk_new(struct sim *sim, struct packet *pkt, enum hook hook,
    enum table_id table, struct compiled *c)
{
	return (struct walk){
		.sim = sim, .c = c, .base = c->depth,
		.skip = sim->cfg.sink == NULL,
		.ctx = { .pkt = pkt, .hook = hook, .table = table,
		    .env = sim->env, .svc = sim->services, .sim = sim,
		    .sink = sim->cfg.sink, .now = sim->now,
		    .chance = sim->cfg.chance },
	};
}

__attribute__((noinline)) enum verdict
walk_chain(struct sim *sim, struct packet *pkt, enum hook hook,
    enum table_id table, struct compiled *c, const struct cchain *start)
{
	struct walk w = walk_new(sim, pkt, hook, table, c);
	enum verdict v;

	w.start = start;
	if (sim->cfg.sink != NULL)
		emit(&w, (struct event){ .kind = EV_TABLE,
		    .chain = start->chain });
	v = run(&w);
	c->depth = w.base;
	return v;
}

bool
walk_rule(struct sim *sim, struct packet *pkt, enum hook hook,
    const struct rule *rule)
{
	enum table_id table = rule->chain->table->id;
	struct compiled *c = sim->compiled[family_index(pkt->family)];
	struct walk w = walk_new(sim, pkt, hook, table, c);
	bool hit = rule_matches(&w, compiled_rule(c, rule));

	if (hit && w.ctx.sink != NULL)
		emit(&w, (struct event){ .kind = EV_HIT, .rule = rule,
		    .chain = rule->chain });
	return hit;
}

enum verdict
walk_table(struct sim *sim, struct packet *pkt, enum hook hook,
    enum table_id table)
{
	struct compiled *c = sim->compiled[family_index(pkt->family)];

	if (c == NULL || !c->tables[table].present ||
	    c->tables[table].builtin[hook] < 0)
		return V_ACCEPT;
	return walk_chain(sim, pkt, hook, table, c,
	    &c->chains[c->tables[table].builtin[hook]]);
}

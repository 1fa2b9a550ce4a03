/* The packet path as data: what runs at each hook, by priority
 * (netfilter_ipv4.h: enum nf_ip_hook_priorities). */
#include "sim/internal.h"

#include "sim/hook.h"

static enum verdict
run_defrag(struct sim *sim, struct packet *p, enum hook hook, enum table_id t)
{
	(void)t;
	return sim->defrag_active[family_index(p->family)] ?
	    frag_in(sim, p, hook) : V_ACCEPT;
}

static enum verdict
run_conntrack(struct sim *sim, struct packet *p, enum hook hook,
    enum table_id t)
{
	(void)t;
	return sim->ct_active[family_index(p->family)] ?
	    ct_in(sim, p, hook) : V_ACCEPT;
}

static enum verdict
run_confirm(struct sim *sim, struct packet *p, enum hook hook, enum table_id t)
{
	(void)t;
	return sim->ct_active[family_index(p->family)] ?
	    ct_confirm(sim, p, hook) : V_ACCEPT;
}

static enum verdict
run_nat(struct sim *sim, struct packet *p, enum hook hook, enum table_id t)
{
	(void)t;
	return sim->nat_active[family_index(p->family)] ?
	    nat_hook(sim, p, hook, walk_table) : V_ACCEPT;
}

/* nf_nat_ipv4_pre_routing: a looped packet keeps its route unless nat changes
 * its destination; then it is like one that comes in. */
static enum verdict
run_nat_in(struct sim *sim, struct packet *p, enum hook hook, enum table_id t)
{
	union addr before, after;
	enum verdict v;

	pkt_dst(p, &before);
	v = run_nat(sim, p, hook, t);
	pkt_dst(p, &after);
	if (!addr_equal(&before, &after))
		p->looped = false;
	return v;
}

/* What makes the kernel route a local packet again when it changes
 * (ipt_mangle_out, ip6t_mangle_out, nf_nat_ipv4_local_fn). */
struct route_key {
	union addr src, dst;
	uint32_t mark, first;
	uint8_t tos, hop_limit;
};

static struct route_key
route_key(const struct packet *p)
{
	struct route_key k = { .mark = p->mark };

	pkt_src(p, &k.src);
	pkt_dst(p, &k.dst);
	if (p->family == AF_INET) {
		k.tos = p->data[1];
	} else {
		k.first = get32(p->data);
		k.hop_limit = p->data[7];
	}
	return k;
}

static enum verdict
run_mangle_out(struct sim *sim, struct packet *p, enum hook hook,
    enum table_id t)
{
	struct route_key old = route_key(p), new;
	enum verdict v = walk_table(sim, p, hook, t);

	if (v != V_ACCEPT && v != V_BYPASS)
		return v;
	new = route_key(p);
	if (!addr_equal(&old.src, &new.src) || !addr_equal(&old.dst, &new.dst) ||
	    old.mark != new.mark || old.tos != new.tos ||
	    old.first != new.first || old.hop_limit != new.hop_limit) {
		if (!route_again(sim, p)) {
			sim_end(sim, p, DISP_LOST, REASON_NO_ROUTE, NULL, NULL);
			return V_DROP;
		}
	}
	return V_ACCEPT;
}

static enum verdict
run_nat_out(struct sim *sim, struct packet *p, enum hook hook, enum table_id t)
{
	struct route_key old = route_key(p), new;
	enum verdict v = run_nat(sim, p, hook, t);

	if (v != V_ACCEPT)
		return v;
	new = route_key(p);
	if (!addr_equal(&old.dst, &new.dst) && !route_again(sim, p)) {
		sim_end(sim, p, DISP_LOST, REASON_NO_ROUTE, NULL, NULL);
		return V_DROP;
	}
	return V_ACCEPT;
}

struct hook_row {
	int priority;
	enum verdict (*run)(struct sim *, struct packet *, enum hook,
	    enum table_id);
	enum table_id table;
	enum reason reason;		/* if it drops without saying why */
};

static const struct hook_row prerouting[] = {
	{ -400, run_defrag, N_TABLES, REASON_DEFRAG_DROP },
	{ -300, walk_table, TABLE_RAW, REASON_RULE_DROP },
	{ -200, run_conntrack, N_TABLES, REASON_CT_DROP },
	{ -150, walk_table, TABLE_MANGLE, REASON_RULE_DROP },
	{ -100, run_nat_in, TABLE_NAT, REASON_NAT_DROP },
};

static const struct hook_row input[] = {
	{ -150, walk_table, TABLE_MANGLE, REASON_RULE_DROP },
	{ 0, walk_table, TABLE_FILTER, REASON_RULE_DROP },
	{ 50, walk_table, TABLE_SECURITY, REASON_RULE_DROP },
	{ 100, run_nat, TABLE_NAT, REASON_NAT_DROP },
	{ 1000, run_confirm, N_TABLES, REASON_CT_CLASH },
};

static const struct hook_row forward[] = {
	{ -150, walk_table, TABLE_MANGLE, REASON_RULE_DROP },
	{ 0, walk_table, TABLE_FILTER, REASON_RULE_DROP },
	{ 50, walk_table, TABLE_SECURITY, REASON_RULE_DROP },
};

static const struct hook_row output[] = {
	{ -400, run_defrag, N_TABLES, REASON_DEFRAG_DROP },
	{ -300, walk_table, TABLE_RAW, REASON_RULE_DROP },
	{ -200, run_conntrack, N_TABLES, REASON_CT_DROP },
	{ -150, run_mangle_out, TABLE_MANGLE, REASON_RULE_DROP },
	{ -100, run_nat_out, TABLE_NAT, REASON_NAT_DROP },
	{ 0, walk_table, TABLE_FILTER, REASON_RULE_DROP },
	{ 50, walk_table, TABLE_SECURITY, REASON_RULE_DROP },
};

static const struct hook_row postrouting[] = {
	{ -150, walk_table, TABLE_MANGLE, REASON_RULE_DROP },
	{ 100, run_nat, TABLE_NAT, REASON_NAT_DROP },
	{ 1000, run_confirm, N_TABLES, REASON_CT_CLASH },
};

#define ROWS(a) { (a), sizeof(a) / sizeof((a)[0]) }
static const struct { const struct hook_row *rows; unsigned n; } hooks[] = {
	[HOOK_PREROUTING] = ROWS(prerouting),
	[HOOK_INPUT] = ROWS(input),
	[HOOK_FORWARD] = ROWS(forward),
	[HOOK_OUTPUT] = ROWS(output),
	[HOOK_POSTROUTING] = ROWS(postrouting),
};
#undef ROWS

enum verdict
hook_run(struct sim *sim, struct packet *p, enum hook hook)
{
	const struct hook_row *r = hooks[hook].rows;

	for (unsigned n = hooks[hook].n; n > 0; n--, r++) {
		enum verdict v = r->run(sim, p, hook, r->table);

		if (v == V_ACCEPT || v == V_BYPASS)
			continue;
		if (v == V_STOLEN)
			sim_end(sim, p, DISP_STOLEN, REASON_DEFRAG_WAIT, NULL,
			    NULL);
		else
			sim_end(sim, p, DISP_DROP, r->reason, NULL, NULL);
		return v;
	}
	return V_ACCEPT;
}

/* One packet through one chain: the walk and nothing around it.  What a rule
 * has memory of is made anew for each, when it is first asked; what a target
 * asks the simulator to do is said to be done, and is not. */
#include "sim/internal.h"

struct fresh {
	struct arena arena;
	struct memory memory;
	struct map made;		/* of a use, by its address */
	int family;
};

void *
fresh_memory(struct sim *sim, const struct use *use)
{
	struct fresh *f = sim->fresh;
	const struct use **key;
	void *made;

	if (use->ext->memory == NULL)
		return NULL;
	made = map_get(&f->made, (const char *)&use, sizeof(use));
	if (made != NULL)
		return made;
	made = use->ext->memory(use->data, f->family, &f->memory);
	key = arena_copy(&f->arena, &use, sizeof(use));
	map_set(&f->made, &f->arena, (const char *)key, sizeof(use), made);
	return made;
}

/* ---- services ---- */

static enum verdict
no_nat(struct sim *sim, struct packet *p, const struct nat_range *range,
    enum nat_manip manip)
{
	(void)sim;
	(void)p;
	(void)range;
	(void)manip;
	return V_ACCEPT;
}

/* Any will do: nothing is translated. */
static bool
no_address(struct sim *sim, const struct packet *p, const struct iface *out,
    union addr *addr)
{
	(void)sim;
	(void)out;
	pkt_src(p, addr);
	return true;
}

static void
no_answer(struct sim *sim, struct packet *p, enum hook hook, unsigned how)
{
	(void)p;
	(void)hook;
	(void)how;
	sim->rejected = true;
}

static void
no_error(struct sim *sim, struct packet *p, unsigned type, unsigned code,
    uint32_t info)
{
	(void)sim;
	(void)p;
	(void)type;
	(void)code;
	(void)info;
}

static void
no_copy(struct sim *sim, const struct packet *p, enum hook hook,
    const union addr *gateway, const struct iface *oif)
{
	(void)sim;
	(void)p;
	(void)hook;
	(void)gateway;
	(void)oif;
}

/* ---- the two questions ---- */

struct once {				/* what is put back afterwards */
	struct fresh fresh;
	struct services services;
	struct sink *sink;
	struct outcome outcome;
	int64_t now;
};

static void
begin(struct sim *sim, struct once *o, const struct packet *p,
    struct sink *sink)
{
	*o = (struct once){ .services = sim_services, .sink = sim->cfg.sink,
	    .outcome = sim->outcome, .now = sim->now,
	    .fresh = { .family = p->family } };
	o->fresh.memory = (struct memory){ .arena = &o->fresh.arena,
	    .env = sim->env, .start = p->time, .frozen = true };
	o->services.nat_setup = no_nat;
	o->services.select_addr = no_address;
	o->services.reject = no_answer;
	o->services.icmp = no_error;
	o->services.tee = no_copy;
	sim->fresh = &o->fresh;
	sim->services = &o->services;
	sim->cfg.sink = sink;
	sim->now = p->time;
	sim->outcome = (struct outcome){ .disposition = N_DISPOSITIONS };
	sim->filter_spoke = false;
	sim->nesting++;			/* the packet's own level */
}

static void
finish(struct sim *sim, struct once *o, struct packet *p, struct ct *ct,
    struct outcome *out)
{
	sim->nesting--;
	if (out != NULL)
		*out = sim->outcome;
	if (p->ct != ct && p->ct != NULL && p->ct->status & CTS_TEMPLATE)
		p->ct = ct;		/* it was in our arena */
	sim->fresh = NULL;
	sim->services = &sim_services;
	sim->cfg.sink = o->sink;
	sim->now = o->now;
	sim->outcome = o->outcome;
	arena_free(&o->fresh.arena);
}

enum verdict
sim_chain(struct sim *sim, struct packet *p, enum hook hook,
    const struct chain *start, struct sink *sink, struct outcome *out)
{
	struct compiled *c = sim->compiled[family_index(p->family)];
	struct ct *ct = p->ct;
	enum verdict v;
	struct once o;

	begin(sim, &o, p, sink);
	v = walk_chain(sim, p, hook, start->table->id, c,
	    compiled_chain(c, start));
	if (v == V_ACCEPT || v == V_BYPASS)
		sim->outcome.disposition = DISP_ACCEPT;
	finish(sim, &o, p, ct, out);
	return v;
}

bool
sim_rule(struct sim *sim, struct packet *p, enum hook hook,
    const struct rule *rule, struct sink *sink, struct outcome *out)
{
	struct ct *ct = p->ct;
	struct once o;
	bool hit;

	begin(sim, &o, p, sink);
	hit = walk_rule(sim, p, hook, rule);
	finish(sim, &o, p, ct, out);
	return hit;
}

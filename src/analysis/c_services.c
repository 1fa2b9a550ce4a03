/* What is open to everybody: administration, data stores, clear text,
 * everything, whoever chooses his source port. */
#include "analysis/exposure.h"

#include <netinet/in.h>
#include <stdlib.h>

enum group { ADMIN, STORE, CLEAR, N_GROUPS };

static const struct service {
	struct kind kind;
	enum group group;
	bool warning;			/* often meant: not an error */
	const char *name;
} services[] = {
	{ { IPPROTO_TCP, 22 }, ADMIN, true, "SSH" },
	{ { IPPROTO_TCP, 23 }, ADMIN, false, "telnet" },
	{ { IPPROTO_TCP, 512 }, ADMIN, false, "rexec" },
	{ { IPPROTO_TCP, 513 }, ADMIN, false, "rlogin" },
	{ { IPPROTO_TCP, 514 }, ADMIN, false, "rsh" },
	{ { IPPROTO_UDP, 623 }, ADMIN, false, "IPMI" },
	{ { IPPROTO_TCP, 2375 }, ADMIN, false, "Docker" },
	{ { IPPROTO_TCP, 2376 }, ADMIN, false, "Docker" },
	{ { IPPROTO_TCP, 2379 }, ADMIN, false, "etcd" },
	{ { IPPROTO_TCP, 3389 }, ADMIN, false, "RDP" },
	{ { IPPROTO_TCP, 5900 }, ADMIN, false, "VNC" },
	{ { IPPROTO_TCP, 5985 }, ADMIN, false, "WinRM" },
	{ { IPPROTO_TCP, 6443 }, ADMIN, false, "Kubernetes" },
	{ { IPPROTO_TCP, 10000 }, ADMIN, false, "Webmin" },
	{ { IPPROTO_TCP, 10250 }, ADMIN, false, "kubelet" },
	{ { IPPROTO_TCP, 16509 }, ADMIN, false, "libvirt" },
	{ { IPPROTO_TCP, 1433 }, STORE, false, "MSSQL" },
	{ { IPPROTO_TCP, 1521 }, STORE, false, "Oracle" },
	{ { IPPROTO_TCP, 2049 }, STORE, false, "NFS" },
	{ { IPPROTO_TCP, 3306 }, STORE, false, "MySQL" },
	{ { IPPROTO_TCP, 5432 }, STORE, false, "PostgreSQL" },
	{ { IPPROTO_TCP, 5984 }, STORE, false, "CouchDB" },
	{ { IPPROTO_TCP, 6379 }, STORE, false, "Redis" },
	{ { IPPROTO_TCP, 9042 }, STORE, false, "Cassandra" },
	{ { IPPROTO_TCP, 9200 }, STORE, false, "Elasticsearch" },
	{ { IPPROTO_TCP, 11211 }, STORE, false, "memcached" },
	{ { IPPROTO_UDP, 11211 }, STORE, false, "memcached" },
	{ { IPPROTO_TCP, 27017 }, STORE, false, "MongoDB" },
	{ { IPPROTO_TCP, 445 }, STORE, false, "SMB" },
	{ { IPPROTO_TCP, 21 }, CLEAR, false, "FTP" },
	{ { IPPROTO_TCP, 23 }, CLEAR, false, "telnet" },
	{ { IPPROTO_UDP, 69 }, CLEAR, false, "TFTP" },
	{ { IPPROTO_TCP, 110 }, CLEAR, false, "POP3" },
	{ { IPPROTO_TCP, 143 }, CLEAR, false, "IMAP" },
	{ { IPPROTO_UDP, 161 }, CLEAR, false, "SNMP" },
	{ { IPPROTO_TCP, 389 }, CLEAR, false, "LDAP" },
	{ { IPPROTO_TCP, 512 }, CLEAR, false, "rexec" },
	{ { IPPROTO_TCP, 513 }, CLEAR, false, "rlogin" },
	{ { IPPROTO_TCP, 514 }, CLEAR, false, "rsh" },
};
enum {
	N_SERVICES = sizeof(services) / sizeof(*services),
	SHOWN = 6,			/* of one rule */
	ALIKE = 5			/* told one by one of a chain */
};

static const struct { const char *id, *advice; } groups[N_GROUPS] = {
	[ADMIN] = { "FW3003", "limit it to the networks that administer the "
	    "host: -s NETWORK" },
	[STORE] = { "FW3004", "limit it to the hosts that use it: -s ADDRESS" },
	[CLEAR] = { "FW3007", "use the encrypted form of the service, or limit "
	    "it to the networks that need it: -s NETWORK" },
};

/* Rules of a chain that open the same. */
struct alike {
	struct alike *next;
	struct finding *last;
	unsigned n;
};

/* What was told already. */
struct told {
	struct arena arena;
	struct map services;		/* by rule: bool [N_SERVICES] */
	struct map texts;		/* by what is told: struct alike */
	struct alike *alike;
};

/* One opening that is looked at. */
struct looking {
	struct told *told;
	struct audit *a;
	unsigned f;
	enum hook hook;
	struct opening *o;
	bool names_iface;
	bool possible;
	const char *condition;
	struct point witness;
};

/* In FORWARD only what names the port is meant for servers behind; the rest
 * is who may go out.  So is what names the input interface while it is not
 * known where outside is. */
static bool
is_about_service(struct looking *k, const struct let_in *in)
{
	const struct rule *r = k->o->rule;

	if (!in->any_iface && k->a->exposure->outside.n == 0) {
		if (k->hook == HOOK_FORWARD || (r->in != NULL &&
		    name_is_inside(r->in->name)))
			return false;
		k->names_iface = true;
	}
	if (k->hook != HOOK_FORWARD)
		return true;
	if (rule_dports(k->a->lookup[k->f], r) == NULL)
		return false;
	return in->out_iface || r->out == NULL || (r->invert & INV_OUT) ||
	    !in->any_dst || name_is_inside(r->out->name) ||
	    (k->a->exposure->outside.n != 0 &&
	    !name_is_outside(k->a, r->out->name));
}

/* Is it for a set, or for who was seen before (who knocked)? */
static bool
chooses_sources(struct looking *k, const struct let_in *in)
{
	struct lookup *l = k->a->lookup[k->f];
	const struct rule *r = k->o->rule;

	return (in->condition != NULL &&
	    strncmp(in->condition, "-m set ", 7) == 0) ||
	    match_option(l, r, "recent", "--rcheck", NULL) != NULL ||
	    match_option(l, r, "recent", "--update", NULL) != NULL;
}

static bool
is_open(struct looking *k, struct kind kind)
{
	struct let_in in;

	opening_lets_in(k->a, k->f, k->hook, k->o, kind, &in);
	if (!in.open || chooses_sources(k, &in) || !is_about_service(k, &in))
		return false;
	if (k->condition == NULL)
		k->condition = in.condition;
	k->witness = in.witness;
	return true;
}

static const char *
services_text(struct looking *k, const unsigned *which, unsigned n)
{
	unsigned shown = n <= SHOWN ? n : SHOWN - 1;
	struct sbuf b = SBUF_INIT;
	const char *text;

	for (unsigned i = 0; i < shown; i++) {
		const struct service *s = &services[which[i]];

		sbuf_printf(&b, "%s%s %u (%s)", i == 0 ? "" :
		    i + 1 == n ? " and " : ", ", proto_name(s->kind.proto),
		    s->kind.port, s->name);
	}
	if (shown < n)
		sbuf_printf(&b, " and %u more like them", n - shown);
	text = arena_printf(k->a->out.arena, "%s %s", sbuf_text(&b),
	    n == 1 ? "is" : "are");
	sbuf_free(&b);
	return text;
}

/* "by eth0 ..." */
static const char *
way_in(const struct looking *k)
{
	const struct rule *r = k->o->rule;

	if (!k->names_iface)
		return k->a->exposure->outside.words;
	if (r->in == NULL || (r->invert & INV_IN))
		return "by what its chain is for, if that is outside";
	return arena_printf(k->a->out.arena, "by %s%s, if that is outside",
	    r->in->name, r->in->wild ? "+" : "");
}

/* What else the finding hangs on. */
static const char *
provided(const struct looking *k)
{
	if (k->condition != NULL)
		return arena_printf(k->a->out.arena, ", where \"%s\" is "
		    "true", k->condition);
	return k->possible ? ", if limits and lists let it" : "";
}

/* Is it the same as was told of several rules of the chain?  It is counted. */
static struct alike *
alike(struct looking *k, enum group g, const char *text)
{
	struct told *t = k->told;
	const char *key = arena_printf(&t->arena, "%u %s %s", g,
	    k->o->rule->chain->name, text);
	struct alike *x = map_get(&t->texts, key, strlen(key));

	if (x == NULL) {
		x = arena_new(&t->arena, struct alike);
		x->next = t->alike;
		t->alike = x;
		map_set(&t->texts, &t->arena, key, strlen(key), x);
	}
	x->n++;
	return x;
}

static void
tell(struct looking *k, enum group g, const unsigned *which, unsigned n)
{
	struct audit *a = k->a;
	const char *text = arena_printf(a->out.arena, "%s open to every "
	    "address that comes in %s%s", services_text(k, which, n),
	    way_in(k), provided(k));
	struct alike *x = alike(k, g, text);
	struct finding *f;
	bool warning = true;

	if (x->n > ALIKE)
		return;
	x->last = f = finding_add(&a->out, groups[g].id, k->o->rule, NULL,
	    "%s", text);

	for (unsigned i = 0; i < n; i++)
		warning &= services[which[i]].warning;
	if (warning)
		f->severity = SEV_WARNING;
	f->possible = k->possible || k->names_iface || k->condition != NULL;
	finding_fix(a, f, "%s", groups[g].advice);
	finding_shows(a, f, &k->witness, openings_of(a, k->f, k->hook)->chain,
	    V_CONTINUE);
}

/* ---- all openings ---- */

static bool *
told_services(struct told *t, const struct rule *r)
{
	bool *of = map_get(&t->services, (const char *)&r, sizeof(r));

	if (of == NULL) {
		const struct rule **key = arena_copy(&t->arena, &r, sizeof(r));

		of = arena_alloc(&t->arena, N_SERVICES * sizeof(*of));
		map_set(&t->services, &t->arena, (const char *)key, sizeof(r),
		    of);
	}
	return of;
}

static void
look_at(struct looking *k)
{
	bool *told = told_services(k->told, k->o->rule);
	unsigned which[N_SERVICES], n;

	for (unsigned g = 0; g < N_GROUPS; g++) {
		n = 0;
		k->names_iface = false;
		k->condition = NULL;
		for (unsigned i = 0; i < N_SERVICES; i++)
			if (services[i].group == g && !told[i] &&
			    is_open(k, services[i].kind)) {
				told[i] = true;
				which[n++] = i;
			}
		if (n != 0)
			tell(k, (enum group)g, which, n);
	}
}

static void
tell_rest(struct audit *a, const struct told *t)
{
	for (const struct alike *x = t->alike; x != NULL; x = x->next)
		if (x->n > ALIKE)
			x->last->message = arena_printf(a->out.arena, "%s; the "
			    "same goes for %s behind it", x->last->message,
			    counted(a, x->n - ALIKE, "more rule",
			    "more rules"));
}

static void
look(struct audit *a, unsigned f, enum hook hook, struct told *told)
{
	struct openings *o = openings_of(a, f, hook);

	for (unsigned i = 0; i < o->n; i++) {
		struct looking k = { .told = told, .a = a, .f = f,
		    .hook = hook, .o = &o->list[i],
		    .possible = o->list[i].possible };

		/* Other checks tell of what lets in everything. */
		if (k.o->rule != NULL && !opening_is_wide(a, f, hook, k.o))
			look_at(&k);
	}
}

check_fn check_services;
void
check_services(struct audit *a, unsigned f)
{
	struct told told = { .arena = ARENA_INIT };

	look(a, f, HOOK_INPUT, &told);
	look(a, f, HOOK_FORWARD, &told);
	tell_rest(a, &told);
	arena_free(&told.arena);
}

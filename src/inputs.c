#include "inputs.h"

#include "parsers/conntrack.h"
#include "parsers/env.h"
#include "shard.h"
#include "sim/sim.h"

#include <stdlib.h>
#include <string.h>

bool
inputs_add(struct inputs *in, const char *path)
{
	if (in->n_files == sizeof(in->files) / sizeof(*in->files))
		return args_error("-r", "too many files, 16 at most");
	in->files[in->n_files++] = (struct input_file){ path, in->family };
	return true;
}

static bool
set_rules(void *ctx, const struct arg *o, const char *value)
{
	(void)o;
	return inputs_add(ctx, value);
}

static bool
set_snapshot(void *ctx, const struct arg *o, const char *value)
{
	struct inputs *in = ctx;

	(void)o;
	in->snapshot = value;
	return true;
}

static bool
set_family(void *ctx, const struct arg *o, const char *value)
{
	struct inputs *in = ctx;

	(void)value;
	in->family = o->alias[1] == '6' ? AF_INET6 : AF_INET;
	return true;
}

/* UID or UID:GID. */
static bool
set_owner(void *ctx, const struct arg *o, const char *value)
{
	struct inputs *in = ctx;
	unsigned uid, gid = 0;
	int end = 0;

	if (sscanf(value, "%u%n:%u%n", &uid, &end, &gid, &end) < 1 ||
	    value[end] != '\0')
		return args_error("nfwalk", "%s: UID or UID:GID, not '%s'",
		    o->name, value);
	in->env->has_owner = true;
	in->env->uid = uid;
	in->env->gid = gid;
	return true;
}

const struct arg rules_args[] = {
	{ "--rules", "-r", "FILE", set_rules,
	    .help = "a ruleset; - is standard input", .kind = ARG_FILE,
	    .more = "As iptables-save, ip6tables-save or iptables-xml writes "
	    "it, a script of iptables commands, or the JSON of nfwalk "
	    "convert; the content tells.", .repeatable = true },
	{ 0 }
};

const struct arg inputs_args[] = {
	{ "--snapshot", "-S", "DIR", set_snapshot,
	    .help = "the host: rulesets, addresses, routes, ...", .kind = ARG_FOLDER,
	    .more = "See nfwalk-snapshot(5). Its rulesets stand in for a "
	    "family that is not given otherwise." },
	{ "--ipv4", "-4", NULL, set_family, .help = "the next FILE is of IPv4",
	    "Without it a file's header comment tells its family, else its "
	    "content, else it is IPv4." },
	{ "--ipv6", "-6", NULL, set_family, .help = "the next FILE is of IPv6" },
	{ 0 }
};

const struct arg owner_args[] = {
	{ "--owner", NULL, "UID[:GID]", set_owner,
	    .help = "whose sockets the host's own packets are from" },
	{ 0 }
};

void
inputs_init(struct inputs *in)
{
	*in = (struct inputs){ .arena = ARENA_INIT };
	diag_init(&in->diags, &in->arena);
	in->load = in->running = (struct load){ .arena = &in->arena,
	    .diags = &in->diags };
	in->env = env_new(&in->arena);
}

static void
load_snapshot_rules(struct inputs *in, const char *name, int family)
{
	const char *path = env_file(in->snapshot, name, &in->arena);
	bool given = in->load.rules[family_index(family)] != NULL;
	struct load *to = given ? &in->running : &in->load;

	if (path == NULL || (given && !in->running_too))
		return;
	to->family = family;
	load_file(to, path);
}

static void
keep_connection(const struct ct *ct, void *arg)
{
	struct inputs *in = arg;

	vec_room(in->connections, in->n_connections, in->room_connections);
	in->connections[in->n_connections++] = *ct;
}

static void
load_connections(struct inputs *in)
{
	const char *path = env_file(in->snapshot, "conntrack", &in->arena);
	const struct source *src = path ? source_read(path, &in->arena,
	    &in->diags) : NULL;

	if (src == NULL)
		return;
	in->env->has_conntrack = true;
	conntrack_read(src, &in->diags, keep_connection, in);
}

void
inputs_connections(const struct inputs *in, const struct replay_shard *shard,
    struct sim *sim)
{
	for (unsigned i = 0; i < in->n_connections; i++) {
		const struct tuple *t = &in->connections[i].tuple[CT_ORIGINAL];
		struct addr_pair pair = addr_pair_of(t->family, &t->src,
		    &t->dst);

		if (shard_has(shard, &pair))
			sim_add_ct(sim, &in->connections[i]);
	}
}

bool
inputs_load(struct inputs *in)
{
	for (unsigned i = 0; i < in->n_files; i++) {
		in->load.family = in->files[i].family;
		load_file(&in->load, in->files[i].path);
	}
	if (in->snapshot != NULL) {
		if (!in->host_only) {
			load_snapshot_rules(in, "iptables-save", AF_INET);
			load_snapshot_rules(in, "ip6tables-save", AF_INET6);
		}
		env_load(in->env, in->snapshot, &in->diags);
		load_connections(in);
	} else {
		env_load_nothing(in->env);
	}
	return in->diags.errors == 0;
}

int
inputs_finish(struct inputs *in, int code)
{
	fflush(stdout);
	diag_print(&in->diags, stderr);
	return in->diags.errors != 0 ? EXIT_INPUT : code;
}

void
inputs_free(struct inputs *in)
{
	ruleset_free(in->load.rules[0]);
	ruleset_free(in->load.rules[1]);
	ruleset_free(in->running.rules[0]);
	ruleset_free(in->running.rules[1]);
	free(in->connections);
	arena_free(&in->arena);
}

static bool
rule_uses(const struct rule *r, const char *name)
{
	for (unsigned i = 0; i < r->n_matches; i++)
		if (strcmp(r->matches[i].ext->name, name) == 0)
			return true;
	return r->kind == TGT_EXT && strcmp(r->target.ext->name, name) == 0;
}

bool
inputs_uses(const struct inputs *in, const char *name)
{
	for (unsigned f = 0; f < 2; f++)
		for (const struct rule *r = in->load.rules[f] ?
		    rule_first(in->load.rules[f]) : NULL; r != NULL;
		    r = rule_next(r))
			if (rule_uses(r, name))
				return true;
	return false;
}

bool
inputs_bridge_ports(const struct inputs *in)
{
	return env_sysctl(in->env, "net.bridge.bridge-nf-call-iptables",
	    inputs_uses(in, "physdev")) != 0;
}

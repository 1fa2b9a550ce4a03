#include "parsers/env.h"

#include <ctype.h>
#include <unistd.h>

#include "parsers/ipset.h"

const char *
env_file(const char *dir, const char *name, struct arena *arena)
{
	const char *path = arena_printf(arena, "%s/%s", dir, name);

	return access(path, F_OK) == 0 ? path : NULL;
}

/* ---- sysctl -a ---- */

static void
read_sysctl(struct env *env, const char *line, size_t len)
{
	const char *eq = memchr(line, '=', len), *value;
	size_t name_len, value_len;

	if (eq == NULL)
		return;			/* "sysctl: reading key ..." */
	name_len = (size_t)(eq - line);
	value = eq + 1;
	value_len = len - name_len - 1;
	while (name_len > 0 && isspace((unsigned char)line[name_len - 1]))
		name_len--;
	while (name_len > 0 && isspace((unsigned char)*line)) {
		line++;
		name_len--;
	}
	while (value_len > 0 && isspace((unsigned char)*value)) {
		value++;
		value_len--;
	}
	while (value_len > 0 &&
	    isspace((unsigned char)value[value_len - 1]))
		value_len--;
	if (name_len > 0 && *line != '#' && *line != ';')
		env_set_sysctl(env, line, name_len, value, value_len);
}

bool
env_read_sysctls(struct env *env, const struct source *src,
    struct diags *diags)
{
	const char *at = src->text, *end = src->text + src->size;

	(void)diags;
	while (at < end) {
		const char *nl = memchr(at, '\n', (size_t)(end - at));
		size_t len = (size_t)((nl != NULL ? nl : end) - at);

		read_sysctl(env, at, len);
		at += len + 1;
	}
	env->has_sysctls = true;
	return true;
}

/* ---- what is missing ---- */

static bool
has_sysctl(const struct env *env, const char *name)
{
	return map_get(&env->sysctls, name, strlen(name)) != NULL;
}

static void
assume_forwarding(struct env *env)
{
	if (!env->has_sysctls)
		env_assume(env, "no sysctl file: forwarding is on, all else "
		    "has the kernel's default (rp_filter 0)");
	else if (!has_sysctl(env, "net.ipv4.ip_forward") &&
	    !has_sysctl(env, "net.ipv4.conf.all.forwarding"))
		env_assume(env, "the sysctl file does not tell "
		    "net.ipv4.ip_forward: forwarding is on");
}

void
env_finish(struct env *env)
{
	for (struct iface *i = env->ifaces; i != NULL; i = i->next)
		env_iface_conf(env, i);
	if (!env->has_addrs)
		env_assume(env, "no ip-addr.json: the host's addresses are "
		    "not known");
	else if (!env->has_routes[0] && !env->has_routes[1])
		env_assume(env, "no ip-route.json: only the routes that "
		    "follow from the addresses are known");
	if (env->has_routes[0] && !env->has_rules[0])
		env_assume(env, "no ip-rule.json: the default policy rules");
	if (env->has_routes[1] && !env->has_rules[1])
		env_assume(env, "no ip6-rule.json: the default policy rules");
	assume_forwarding(env);
}

void
env_load_nothing(struct env *env)
{
	env_assume(env, "no snapshot of the host: its addresses, routes, sets "
	    "and sysctls are not known");
	for (struct iface *i = env->ifaces; i != NULL; i = i->next)
		env_iface_conf(env, i);
}

/* ---- the folder ---- */

static bool
read_addrs(struct env *env, int family, const struct source *src,
    struct diags *diags)
{
	(void)family;
	return env_read_addrs(env, src, diags);
}

static bool
read_sysctls(struct env *env, int family, const struct source *src,
    struct diags *diags)
{
	(void)family;
	return env_read_sysctls(env, src, diags);
}

static bool
read_sets(struct env *env, int family, const struct source *src,
    struct diags *diags)
{
	(void)family;
	return ipset_read(env, src, diags);
}

static bool
read_sockets(struct env *env, int family, const struct source *src,
    struct diags *diags)
{
	(void)family;
	env->has_sockets = true;
	return env_read_sockets(env, src, diags);
}

static const struct snapshot_file {
	const char *name;
	int family;
	bool (*read)(struct env *, int family, const struct source *,
	    struct diags *);
} files[] = {
	{ "ip-addr.json", 0, read_addrs },
	{ "ip-route.json", AF_INET, env_read_routes },
	{ "ip6-route.json", AF_INET6, env_read_routes },
	{ "ip-rule.json", AF_INET, env_read_rules },
	{ "ip6-rule.json", AF_INET6, env_read_rules },
	{ "sysctl", 0, read_sysctls },
	{ "ipset-save", 0, read_sets },
	{ "sockets", 0, read_sockets },
};
enum { N_FILES = sizeof(files) / sizeof(files[0]) };

/* A command that failed on the host leaves an empty file. */
static bool
is_blank(const struct source *src)
{
	for (size_t i = 0; i < src->size; i++)
		if (!isspace((unsigned char)src->text[i]))
			return false;
	return true;
}

static bool
read_file(struct env *env, const struct snapshot_file *f, const char *path,
    struct diags *diags)
{
	const struct source *src = source_read(path, env->arena, diags);

	if (src == NULL)
		return false;
	return is_blank(src) || f->read(env, f->family, src, diags);
}

bool
env_load(struct env *env, const char *dir, struct diags *diags)
{
	bool ok = true;

	if (access(dir, R_OK | X_OK) != 0) {
		diag_error(diags, (struct loc){ 0 },
		    "%s: this snapshot folder cannot be read", dir);
		return false;
	}
	for (unsigned i = 0; i < N_FILES; i++) {
		const char *path = env_file(dir, files[i].name, env->arena);

		if (path != NULL && !read_file(env, &files[i], path, diags))
			ok = false;
	}
	env->has_conntrack = env_file(dir, "conntrack", env->arena) != NULL;
	env_finish(env);
	return ok;
}

#include "model/env.h"

#include <stdarg.h>
#include <stdlib.h>

static struct ifaddr *
add_addr(struct env *env, struct iface *i, int family, const char *text,
    unsigned prefix)
{
	struct ifaddr *a = arena_new(env->arena, struct ifaddr);

	a->family = family;
	addr_parse(&a->addr, family, text, strlen(text));
	a->prefix = (uint8_t)prefix;
	a->scope = 254;
	a->next = i->addrs;
	i->addrs = a;
	return a;
}

struct env *
env_new(struct arena *arena)
{
	struct env *env = arena_new(arena, struct env);

	env->arena = arena;
	env->hz = 250;
	env->fib = arena_new(arena, struct fib *);
	env->last_listener = &env->listeners;
	env->lo = env_add_iface(env, "lo", 2);
	add_addr(env, env->lo, AF_INET6, "::1", 128);
	add_addr(env, env->lo, AF_INET, "127.0.0.1", 8);
	return env;
}

/* ---- interfaces ---- */

struct iface *
env_iface(const struct env *env, const char *name, size_t len)
{
	if (len == 0 || len >= IFNAME_SIZE)
		return NULL;
	for (struct iface *i = env->ifaces; i != NULL; i = i->next)
		if (memcmp(i->name, name, len) == 0 && i->name[len] == '\0')
			return i;
	return NULL;
}

struct iface *
env_iface_index(const struct env *env, int index)
{
	struct iface *i = env->ifaces;

	while (i != NULL && i->index != index)
		i = i->next;
	return i;
}

const struct ifaddr *
iface_net(const struct iface *i, int family, const union addr *addr)
{
	for (const struct ifaddr *x = i->addrs; x != NULL; x = x->next) {
		union addr mask;

		addr_mask(&mask, family, x->prefix);
		if (x->family == family && addr_equal_masked(&x->addr, addr,
		    &mask))
			return x;
	}
	return NULL;
}

/* Devices without link header, by the names that their makers give them. */
static enum iface_kind
kind_by_name(const char *name)
{
	static const char *const bare[] = { "tun", "ppp", "wg", "ipsec", "sit",
	    "gre", "ipip", "tunl", "vti", "ip6tnl", "xfrm", "utun", "nflog" };

	if (strcmp(name, "lo") == 0)
		return IFK_LOOPBACK;
	for (unsigned i = 0; i < sizeof(bare) / sizeof(bare[0]); i++)
		if (strncmp(name, bare[i], strlen(bare[i])) == 0)
			return IFK_NONE;
	return IFK_ETHER;
}

struct iface *
env_add_iface(struct env *env, const char *name, size_t len)
{
	struct iface *i = env_iface(env, name, len), **end = &env->ifaces;
	int index = 1;

	if (i != NULL)
		return i;
	while (*end != NULL) {
		if ((*end)->index >= index && (*end)->index < INT32_MAX)
			index = (*end)->index + 1;
		end = &(*end)->next;
	}
	i = arena_new(env->arena, struct iface);
	if (len >= IFNAME_SIZE)
		len = IFNAME_SIZE - 1;
	memcpy(i->name, name, len);
	i->index = index;
	i->kind = kind_by_name(i->name);
	i->mtu = i->kind == IFK_LOOPBACK ? 65536 : 1500;
	i->up = true;
	i->multicast = i->kind == IFK_ETHER;
	*end = i;
	env_iface_conf(env, i);
	return i;
}

/* ---- sysctls ---- */

void
env_set_sysctl(struct env *env, const char *name, size_t len,
    const char *value, size_t value_len)
{
	char *key = arena_strndup(env->arena, name, len);
	bool slashes = key[strcspn(key, "./")] == '/';

	/* sysctl(8): where the separators are slashes, a dot is a dot. */
	for (char *c = key; slashes && *c != '\0'; c++)
		*c = *c == '/' ? '.' : *c == '.' ? '/' : *c;
	map_set(&env->sysctls, env->arena, key, strlen(key),
	    arena_strndup(env->arena, value, value_len));
}

static bool
sysctl_number(const struct env *env, const char *name, long *out)
{
	const char *text = map_get(&env->sysctls, name, strlen(name));
	char *end;

	if (text == NULL)
		return false;
	*out = strtol(text, &end, 10);
	return end != text;
}

long
env_sysctl(const struct env *env, const char *name, long fallback)
{
	long v;

	return sysctl_number(env, name, &v) ? v : fallback;
}

/* net.FAMILY.conf.WHO.KEY, a dot in the name of an interface is a slash. */
static bool
conf_get(const struct env *env, const char *family, const char *who,
    const char *key, long *out)
{
	char name[128], dev[IFNAME_SIZE];
	size_t n = 0;

	for (; who[n] != '\0' && n < sizeof(dev) - 1; n++)
		dev[n] = who[n] == '.' ? '/' : who[n];
	dev[n] = '\0';
	snprintf(name, sizeof(name), "net.%s.conf.%s.%s", family, dev, key);
	return sysctl_number(env, name, out);
}

/* What the interface itself is set to; an unlisted one has the default. */
static long
conf_own(const struct env *env, const char *family, const struct iface *i,
    const char *key, long fallback)
{
	long v = fallback;

	if (!conf_get(env, family, i->name, key, &v))
		conf_get(env, family, "default", key, &v);
	return v;
}

static long
conf_all(const struct env *env, const char *key, long fallback)
{
	long v = fallback;

	conf_get(env, "ipv4", "all", key, &v);
	return v;
}

static bool
conf_or(const struct env *env, const struct iface *i, const char *key,
    long fallback)
{
	return conf_all(env, key, fallback) != 0 ||
	    conf_own(env, "ipv4", i, key, fallback) != 0;
}

/* Writing ip_forward or conf.all.forwarding writes it to each interface. */
static bool
forwarding4(const struct env *env, const struct iface *i)
{
	long v;

	if (conf_get(env, "ipv4", i->name, "forwarding", &v) ||
	    sysctl_number(env, "net.ipv4.ip_forward", &v) ||
	    conf_get(env, "ipv4", "all", "forwarding", &v) ||
	    conf_get(env, "ipv4", "default", "forwarding", &v))
		return v != 0;
	return true;			/* env_finish says that it is assumed */
}

/* ip6_forward: conf.all, or the interface's force_forwarding. */
static bool
forwarding6(const struct env *env, const struct iface *i)
{
	long v;

	if (conf_own(env, "ipv6", i, "force_forwarding", 0) != 0)
		return true;
	if (conf_get(env, "ipv6", "all", "forwarding", &v))
		return v != 0;
	return true;
}

/* inetdevice.h: IN_DEV_RPFILTER (max), IN_DEV_x (or, and). */
void
env_iface_conf(const struct env *env, struct iface *i)
{
	long all = conf_all(env, "rp_filter", 0);
	long own = conf_own(env, "ipv4", i, "rp_filter", 0);

	i->v4.rp_filter = (uint8_t)(all > own ? all : own);
	i->v4.forwarding = forwarding4(env, i);
	i->v4.accept_local = conf_or(env, i, "accept_local", 0);
	i->v4.route_localnet = conf_or(env, i, "route_localnet", 0);
	i->v4.send_redirects = conf_or(env, i, "send_redirects", 1);
	i->v4.src_valid_mark = conf_or(env, i, "src_valid_mark", 0);
	all = conf_all(env, "accept_redirects", 1);
	own = conf_own(env, "ipv4", i, "accept_redirects", 1);
	i->v4.accept_redirects = i->v4.forwarding ? all != 0 && own != 0 :
	    all != 0 || own != 0;
	i->v4_shared_media = conf_or(env, i, "shared_media", 1);
	i->ignore_linkdown = conf_or(env, i, "ignore_routes_with_linkdown", 0);
	i->v6.forwarding = forwarding6(env, i);
	i->v6.disabled = conf_own(env, "ipv6", i, "disable_ipv6", 0) != 0 ||
	    (i->mtu != 0 && i->mtu < 1280);
	i->v6.use_tempaddr = (uint8_t)(conf_own(env, "ipv6", i, "use_tempaddr",
	    0) >= 2 ? 2 : 0);
}

/* ---- assumptions ---- */

void
env_assume(struct env *env, const char *fmt, ...)
{
	va_list ap;
	const char *text;

	va_start(ap, fmt);
	text = arena_vprintf(env->arena, fmt, ap);
	va_end(ap);
	for (unsigned i = 0; i < env->n_assumptions; i++)
		if (strcmp(env->assumptions[i], text) == 0)
			return;
	if (env->n_assumptions == env->room_assumptions) {
		unsigned room = env->room_assumptions * 2 + 16;
		const char **v = arena_alloc(env->arena, room * sizeof(*v));

		if (env->n_assumptions > 0)
			memcpy(v, env->assumptions,
			    env->n_assumptions * sizeof(*v));
		env->assumptions = v;
		env->room_assumptions = room;
	}
	env->assumptions[env->n_assumptions++] = text;
}

/* ip -j route show table all, ip -j rule show. */
#include "parsers/env.h"

#include <cjson/cJSON.h>
#include <stdlib.h>

#include "parsers/env_json.h"

static const struct name_number types[] = {
	{ "unicast", ROUTE_UNICAST }, { "local", ROUTE_LOCAL },
	{ "broadcast", ROUTE_BROADCAST }, { "anycast", ROUTE_ANYCAST },
	{ "multicast", ROUTE_MULTICAST }, { "blackhole", ROUTE_BLACKHOLE },
	{ "unreachable", ROUTE_UNREACHABLE }, { "prohibit", ROUTE_PROHIBIT },
	{ "throw", ROUTE_THROW }, { NULL, 0 }
};

static const struct name_number scopes[] = {
	{ "global", 0 }, { "universe", 0 }, { "site", 200 }, { "link", 253 },
	{ "host", 254 }, { "nowhere", 255 }, { NULL, 0 }
};

static const struct name_number tables[] = {
	{ "local", 255 }, { "main", 254 }, { "default", 253 }, { NULL, 0 }
};

/* rt_dsfield names, as the kernel's six bits. */
static const struct name_number dscps[] = {
	{ "CS0", 0 }, { "CS1", 8 }, { "CS2", 16 }, { "CS3", 24 },
	{ "CS4", 32 }, { "CS5", 40 }, { "CS6", 48 }, { "CS7", 56 },
	{ "AF11", 10 }, { "AF12", 12 }, { "AF13", 14 }, { "AF21", 18 },
	{ "AF22", 20 }, { "AF23", 22 }, { "AF31", 26 }, { "AF32", 28 },
	{ "AF33", 30 }, { "AF41", 34 }, { "AF42", 36 }, { "AF43", 38 },
	{ "EF", 46 }, { "LE", 1 }, { "VOICE-ADMIT", 44 }, { NULL, 0 }
};

/* The number of a table.  A name of the host's own rt_tables has a number
 * that the snapshot does not tell: one made of the name does as well, since
 * rules and routes are printed with the same names. */
static uint32_t
table_number(const char *text)
{
	int n = text != NULL ? name_number(tables, text) : 254;
	uint32_t hash = 2166136261u;

	if (n >= 0)
		return (uint32_t)n;
	if (*text >= '0' && *text <= '9')
		return (uint32_t)strtoul(text, NULL, 0);
	for (; *text != '\0'; text++)
		hash = (hash ^ (uint8_t)*text) * 16777619u;
	return hash | UINT32_C(0x80000000);
}

/* "default", "10.0.0.0/8", "10.0.0.1". */
static bool
read_prefix(const char *text, int family, union addr *addr, uint8_t *prefix)
{
	size_t len = strcspn(text, "/");
	unsigned long n = family_bits(family);
	char *end;

	memset(addr, 0, sizeof(*addr));
	*prefix = 0;
	if (strcmp(text, "default") == 0 || strcmp(text, "all") == 0 ||
	    strcmp(text, "any") == 0)
		return true;
	if (!addr_parse(addr, family, text, len))
		return false;
	if (text[len] == '/') {
		n = strtoul(text + len + 1, &end, 10);
		if (end == text + len + 1 || *end != '\0' ||
		    n > family_bits(family))
			return false;
	}
	*prefix = (uint8_t)n;
	return true;
}

static void
mask_addr(union addr *a, int family, unsigned prefix)
{
	union addr mask;

	addr_mask(&mask, family, prefix);
	a->q[0] &= mask.q[0];
	a->q[1] &= mask.q[1];
}

/* ---- routes ---- */

static bool
read_hop(struct entry *e, const cJSON *json, int family, struct nexthop *hop)
{
	const cJSON *via = cJSON_GetObjectItemCaseSensitive(json, "via");
	const char *text = entry_text(e, json, "dev");
	uint64_t weight = 1;
	int gw_family = family;

	if (text != NULL)
		hop->dev = env_add_iface(e->env, text, strlen(text));
	text = entry_text(e, json, "gateway");
	if (via != NULL) {
		text = entry_text(e, via, "host");
		if (text == NULL)
			return entry_error(e, "via without a host");
		gw_family = strchr(text, ':') != NULL ? AF_INET6 : AF_INET;
	}
	if (text != NULL) {
		if (!addr_parse(&hop->gateway, gw_family, text, strlen(text)))
			return entry_error(e, "bad gateway %s", text);
		hop->has_gateway = true;
		hop->gateway_family = (uint8_t)gw_family;
	}
	if (!entry_number(e, json, "weight", 65535, &weight))
		return false;
	hop->weight = (uint16_t)weight;
	return true;
}

static bool
read_hops(struct entry *e, struct route *r, int family)
{
	const cJSON *list, *json;
	int n;

	list = cJSON_GetObjectItemCaseSensitive(e->json, "nexthops");
	n = cJSON_IsArray(list) ? cJSON_GetArraySize(list) : 1;
	if (n == 0)
		return true;
	r->hops = arena_alloc(e->env->arena, (size_t)n * sizeof(*r->hops));
	if (!cJSON_IsArray(list)) {
		if (!entry_has(e->json, "dev") &&
		    !entry_has(e->json, "via") &&
		    !entry_has(e->json, "gateway"))
			return true;
		r->n_hops = 1;
		return read_hop(e, e->json, family, r->hops);
	}
	cJSON_ArrayForEach(json, list) {
		if (entry_flag(json, "flags", "dead"))
			continue;
		if (!read_hop(e, json, family, &r->hops[r->n_hops++]))
			return false;
	}
	return true;
}

static bool
read_metrics(struct entry *e, struct route *r)
{
	const cJSON *m;

	cJSON_ArrayForEach(m, cJSON_GetObjectItemCaseSensitive(e->json,
	    "metrics")) {
		uint64_t mtu = r->mtu;

		if (!cJSON_IsNumber(cJSON_GetObjectItemCaseSensitive(m,
		    "mtu")))
			continue;
		if (!entry_number(e, m, "mtu", UINT32_MAX, &mtu))
			return false;
		r->mtu = (unsigned)mtu;
	}
	return true;
}

static bool
read_numbers(struct entry *e, struct route *r, int family)
{
	const char *text;
	uint64_t metric = 0, tos = 0;
	int n;

	if (!entry_number(e, e->json, "metric", UINT32_MAX, &metric) ||
	    !entry_number(e, e->json, "tos", 255, &tos))
		return false;
	r->metric = (uint32_t)metric;
	r->tos = (uint8_t)tos;
	text = entry_text(e, e->json, "scope");
	n = text != NULL ? name_number(scopes, text) :
	    r->type == ROUTE_LOCAL && family == AF_INET ? 254 : 0;
	if (n < 0 || n > 255)
		return entry_error(e, "unknown scope %s", text);
	r->scope = (uint8_t)n;
	text = entry_text(e, e->json, "prefsrc");
	if (text != NULL) {
		if (!addr_parse(&r->prefsrc, family, text, strlen(text)))
			return entry_error(e, "bad prefsrc %s", text);
		r->has_prefsrc = true;
	}
	text = entry_text(e, e->json, "pref");
	r->pref = text == NULL ? 0 : strcmp(text, "high") == 0 ? 1 :
	    strcmp(text, "low") == 0 ? 3 : 0;
	text = entry_text(e, e->json, "protocol");
	r->by_kernel = text != NULL && strcmp(text, "kernel") == 0;
	r->linkdown = entry_flag(e->json, "flags", "linkdown");
	return true;
}

/* 'ip route show table all' without -6 lists both families. */
static int
route_family(struct entry *e, const char *dst)
{
	const char *gateway = entry_text(e, e->json, "gateway");

	if (strchr(dst, ':') != NULL || entry_has(e->json, "pref") ||
	    (gateway != NULL && strchr(gateway, ':') != NULL))
		return AF_INET6;
	return strcmp(dst, "default") == 0 && gateway == NULL ? e->family :
	    AF_INET;
}

static void
read_route(struct entry *e)
{
	struct env *env = e->env;
	const char *dst = entry_text(e, e->json, "dst"), *type;
	struct route *r, **end;
	int n;

	if (dst == NULL) {
		entry_error(e, "a route without \"dst\"");
		return;
	}
	if (route_family(e, dst) != e->family ||
	    entry_flag(e->json, "flags", "dead"))
		return;
	if (entry_has(e->json, "from") || entry_has(e->json, "src")) {
		env_assume(env, "the source-specific route to %s is left out",
		    dst);
		return;
	}
	r = arena_new(env->arena, struct route);
	type = entry_text(e, e->json, "type");
	n = type != NULL ? name_number(types, type) : ROUTE_UNICAST;
	if (n < ROUTE_UNICAST || n > ROUTE_THROW) {
		entry_error(e, "unknown type of route %s", type);
		return;
	}
	r->type = (enum route_type)n;
	if (!read_prefix(dst, e->family, &r->dst, &r->prefix)) {
		entry_error(e, "bad destination %s", dst);
		return;
	}
	mask_addr(&r->dst, e->family, r->prefix);
	r->table = table_number(entry_text(e, e->json, "table"));
	if (!read_numbers(e, r, e->family) || !read_metrics(e, r) ||
	    !read_hops(e, r, e->family))
		return;
	if (e->family == AF_INET && r->n_hops > 0 &&
	    (r->type == ROUTE_BLACKHOLE || r->type == ROUTE_UNREACHABLE ||
	    r->type == ROUTE_PROHIBIT || r->type == ROUTE_THROW))
		r->n_hops = 0;
	end = env->last_route[family_index(e->family)];
	*end = r;
	env->last_route[family_index(e->family)] = &r->next;
}

bool
env_read_routes(struct env *env, int family, const struct source *src,
    struct diags *diags)
{
	unsigned i = family_index(family);

	env->routes[i] = NULL;
	env->last_route[i] = &env->routes[i];
	if (!entries_read(env, src, diags, family, read_route))
		return false;
	env->has_routes[i] = true;
	return true;
}

/* ---- rules ---- */

static struct ifmatch *
read_ifmatch(struct entry *e, const char *key)
{
	const char *name = entry_text(e, e->json, key);
	struct ifmatch *m;
	size_t len;

	if (name == NULL)
		return NULL;
	len = strlen(name);
	if (len == 0 || len >= IFNAME_SIZE) {
		entry_error(e, "%s: bad name of an interface", key);
		return NULL;
	}
	m = arena_new(e->env->arena, struct ifmatch);
	memcpy(m->name, name, len);
	memset(m->mask, 0xff, sizeof(m->mask));
	return m;
}

static bool
read_rule_prefix(struct entry *e, const char *key, const char *len_key,
    union addr *addr, uint8_t *len)
{
	const char *text = entry_text(e, e->json, key);
	uint64_t n;

	if (text == NULL)
		return true;
	if (!read_prefix(text, e->family, addr, len))
		return entry_error(e, "%s: bad address %s", key, text);
	n = *len;
	if (!entry_number(e, e->json, len_key, family_bits(e->family), &n))
		return false;
	*len = (uint8_t)n;
	mask_addr(addr, e->family, *len);
	return true;
}

/* "sport": 80 or "sport_start": 80, "sport_end": 90. */
static bool
read_ports(struct entry *e, const char *key, uint16_t port[2])
{
	char from[16], to[16];
	uint64_t lo = 0, hi;

	snprintf(from, sizeof(from), "%s_start", key);
	snprintf(to, sizeof(to), "%s_end", key);
	if (!entry_number(e, e->json, key, 65535, &lo) ||
	    !entry_number(e, e->json, from, 65535, &lo))
		return false;
	hi = lo;
	if (!entry_number(e, e->json, to, 65535, &hi))
		return false;
	port[0] = (uint16_t)lo;
	port[1] = (uint16_t)hi;
	return true;
}

/* fib4_rules.c, fib6_rules.c: tos compares three bits for IPv4, all six
 * for IPv6; dscp all six. */
static bool
read_tos(struct entry *e, struct ip_rule *r)
{
	const char *dscp = entry_text(e, e->json, "dscp");
	uint64_t tos = 0;
	int n;

	if (dscp != NULL) {
		n = name_number(dscps, dscp);
		if (n < 0 || n > 63)
			return entry_error(e, "unknown dscp %s", dscp);
		r->tos = (uint8_t)(n << 2);
		r->tos_mask = 0xfc;
		return true;
	}
	if (!entry_number(e, e->json, "tos", 255, &tos))
		return false;
	r->tos = (uint8_t)tos;
	r->tos_mask = tos == 0 ? 0 : e->family == AF_INET ? 0x1c : 0xfc;
	return true;
}

static bool
read_selectors(struct entry *e, struct ip_rule *r)
{
	const char *proto = entry_text(e, e->json, "ipproto");
	uint64_t mark = 0, mask = 0;
	int n;

	if (!read_rule_prefix(e, "src", "srclen", &r->src, &r->src_len) ||
	    !read_rule_prefix(e, "dst", "dstlen", &r->dst, &r->dst_len) ||
	    !read_tos(e, r) || !read_ports(e, "sport", r->sport) ||
	    !read_ports(e, "dport", r->dport))
		return false;
	r->has_src = r->src_len != 0;
	r->has_dst = r->dst_len != 0;
	if (entry_has(e->json, "fwmark"))
		mask = UINT32_MAX;
	if (!entry_number(e, e->json, "fwmark", UINT32_MAX, &mark) ||
	    !entry_number(e, e->json, "fwmask", UINT32_MAX, &mask))
		return false;
	r->mark = (uint32_t)(mark & mask);
	r->mask = (uint32_t)mask;
	if (proto != NULL) {
		n = proto_parse(proto, strlen(proto));
		if (n < 0)
			return entry_error(e, "unknown protocol %s", proto);
		r->proto = (uint8_t)n;
	}
	r->in = read_ifmatch(e, "iif");
	r->out = read_ifmatch(e, "oif");
	r->invert = entry_has(e->json, "not");
	r->by_uid = entry_has(e->json, "uid_start");
	r->l3mdev = entry_has(e->json, "l3mdev") ||
	    entry_has(e->json, "tun_id");
	if (r->by_uid)
		env_assume(e->env, "policy rule %u asks for the user of a "
		    "socket: it is taken as not matching", r->priority);
	return !e->bad;
}

static bool
read_action(struct entry *e, struct ip_rule *r)
{
	const char *action = entry_text(e, e->json, "action");
	uint64_t n = 0;

	r->action = ROUTE_UNICAST;
	r->table = table_number(entry_text(e, e->json, "table"));
	if (action != NULL) {
		int type = name_number(types, action);

		if (strcmp(action, "nop") == 0)
			r->action = 0;
		else if (type == ROUTE_BLACKHOLE || type == ROUTE_PROHIBIT ||
		    type == ROUTE_UNREACHABLE)
			r->action = (enum route_type)type;
		else if (strcmp(action, "to_tbl") != 0)
			return entry_error(e, "unknown action %s", action);
	}
	if (entry_has(e->json, "nop"))
		r->action = 0;
	r->is_goto = entry_has(e->json, "goto");
	if (!entry_number(e, e->json, "goto", UINT32_MAX, &n))
		return false;
	r->goto_priority = (uint32_t)n;
	r->suppress_prefix = -1;
	r->suppress_group = -1;
	if (entry_has(e->json, "suppress_prefixlen")) {
		n = 0;
		if (!entry_number(e, e->json, "suppress_prefixlen", 128, &n))
			return false;
		r->suppress_prefix = (int)n;
	}
	if (entry_has(e->json, "suppress_ifgroup")) {
		const char *group = entry_text(e, e->json, "suppress_ifgroup");

		r->suppress_group = strcmp(group ? group : "", "default") == 0 ?
		    0 : strtol(group ? group : "0", NULL, 0);
	}
	return true;
}

static void
read_rule(struct entry *e)
{
	struct ip_rule *r = arena_new(e->env->arena, struct ip_rule);
	struct ip_rule **at = &e->env->rules[family_index(e->family)];
	uint64_t priority = 0;

	if (!entry_number(e, e->json, "priority", UINT32_MAX, &priority))
		return;
	r->priority = (uint32_t)priority;
	if (!read_selectors(e, r) || !read_action(e, r))
		return;
	while (*at != NULL && (*at)->priority <= r->priority)
		at = &(*at)->next;
	r->next = *at;
	*at = r;
}

bool
env_read_rules(struct env *env, int family, const struct source *src,
    struct diags *diags)
{
	env->rules[family_index(family)] = NULL;
	if (!entries_read(env, src, diags, family, read_rule))
		return false;
	env->has_rules[family_index(family)] = true;
	return true;
}

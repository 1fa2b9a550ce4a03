/* ip -d -j addr show: interfaces and addresses. */
#include "parsers/env.h"

#include <cjson/cJSON.h>
#include <stdlib.h>

#include "parsers/env_json.h"

static const struct name_number scopes[] = {
	{ "global", 0 }, { "universe", 0 }, { "site", 200 }, { "link", 253 },
	{ "host", 254 }, { "nowhere", 255 }, { NULL, 0 }
};

static bool
read_mac(const char *text, uint8_t mac[6])
{
	for (int i = 0; i < 6; i++, text += 3) {
		char *end;
		unsigned long v = strtoul(text, &end, 16);

		if (end != text + 2 || *end != (i < 5 ? ':' : '\0'))
			return false;
		mac[i] = (uint8_t)v;
	}
	return true;
}

static enum iface_kind
link_kind(const char *type)
{
	if (strcmp(type, "loopback") == 0)
		return IFK_LOOPBACK;
	return strcmp(type, "ether") == 0 ? IFK_ETHER : IFK_NONE;
}

static bool
read_addr_text(struct entry *e, const cJSON *json, const char *key,
    int family, union addr *out)
{
	const char *text = entry_text(e, json, key);

	return text != NULL && addr_parse(out, family, text, strlen(text));
}

static void
read_addr(struct entry *e, struct iface *i, const cJSON *json,
    struct ifaddr ***end)
{
	struct ifaddr *a;
	const char *family = entry_text(e, json, "family"), *scope;
	uint64_t prefix = 0;
	int number;

	if (family == NULL || (strcmp(family, "inet") != 0 &&
	    strcmp(family, "inet6") != 0))
		return;
	a = arena_new(e->env->arena, struct ifaddr);
	a->family = strcmp(family, "inet") == 0 ? AF_INET : AF_INET6;
	if (!read_addr_text(e, json, "local", a->family, &a->addr)) {
		entry_error(e, "%s: an address without \"local\"", i->name);
		return;
	}
	if (!entry_number(e, json, "prefixlen", family_bits(a->family),
	    &prefix))
		return;
	a->prefix = (uint8_t)prefix;
	a->has_broadcast = read_addr_text(e, json, "broadcast", a->family,
	    &a->broadcast);
	a->has_peer = read_addr_text(e, json, "address", a->family, &a->peer);
	scope = entry_text(e, json, "scope");
	number = scope != NULL ? name_number(scopes, scope) : 0;
	if (number < 0 || number > 255) {
		entry_error(e, "%s: unknown scope", i->name);
		return;
	}
	a->scope = (uint8_t)number;
	a->temporary = entry_true(json, "temporary");
	a->secondary = entry_true(json, "secondary");
	a->deprecated = entry_true(json, "deprecated");
	a->optimistic = entry_true(json, "optimistic");
	a->tentative = entry_true(json, "tentative") ||
	    entry_true(json, "dadfailed");
	**end = a;
	*end = &a->next;
}

static void
read_kind(struct entry *e, struct iface *i, const cJSON *info)
{
	const char *kind = entry_text(e, info, "info_kind");
	const cJSON *data = cJSON_GetObjectItemCaseSensitive(info, "info_data");
	uint64_t id = 0;

	if (kind == NULL)
		return;
	i->bridge = strcmp(kind, "bridge") == 0;
	i->vlan = strcmp(kind, "vlan") == 0;
	if (i->vlan && entry_number(e, data, "id", 4095, &id))
		i->vlan_id = (uint16_t)id;
	if (strcmp(kind, "vrf") == 0)
		env_assume(e->env, "%s is a VRF: its members are routed as if "
		    "they were not in one", i->name);
}

static void
put_index(struct env *env, struct iface *i, int index)
{
	struct iface *other = env_iface_index(env, index);

	if (other != NULL && other != i) {
		int max = 0;

		for (struct iface *j = env->ifaces; j != NULL; j = j->next)
			if (j->index > max && j->index < INT32_MAX)
				max = j->index;
		other->index = max + 1;
	}
	i->index = index;
}

static void
read_iface(struct entry *e)
{
	const cJSON *json = e->json, *a;
	const char *name = entry_text(e, json, "ifname"), *text;
	uint64_t index = 0, mtu, group = 0;
	struct ifaddr **end;
	struct iface *i;

	if (name == NULL || *name == '\0' || strlen(name) >= IFNAME_SIZE) {
		entry_error(e, "an interface without a name of 1 to 15 bytes");
		return;
	}
	for (const char *s = name; *s != '\0'; s++)
		if (!iface_byte((uint8_t)*s)) {
			entry_error(e, "white space or a control character "
			    "in the name of an interface");
			return;
		}
	i = env_add_iface(e->env, name, strlen(name));
	mtu = i->mtu;
	text = entry_text(e, json, "group");
	if (text != NULL && *text >= '0' && *text <= '9')
		i->has_group = entry_number(e, json, "group", UINT32_MAX,
		    &group);
	else if (text != NULL && strcmp(text, "default") == 0)
		i->has_group = true;
	if (!entry_number(e, json, "ifindex", INT32_MAX - 1, &index) ||
	    !entry_number(e, json, "mtu", UINT32_MAX, &mtu))
		return;
	i->group = (uint32_t)group;
	i->mtu = (unsigned)mtu;
	if (index != 0)
		put_index(e->env, i, (int)index);
	text = entry_text(e, json, "link_type");
	if (text != NULL)
		i->kind = link_kind(text);
	text = entry_text(e, json, "address");
	i->has_mac = text != NULL && i->kind == IFK_ETHER &&
	    read_mac(text, i->mac);
	i->up = entry_flag(json, "flags", "UP");
	i->multicast = entry_flag(json, "flags", "MULTICAST");
	i->noarp = entry_flag(json, "flags", "NOARP");
	read_kind(e, i, cJSON_GetObjectItemCaseSensitive(json, "linkinfo"));
	i->addrs = NULL;
	end = &i->addrs;
	cJSON_ArrayForEach(a, cJSON_GetObjectItemCaseSensitive(json,
	    "addr_info"))
		read_addr(e, i, a, &end);
}

/* Names of other interfaces, once all are there. */
static void
read_links(struct entry *e)
{
	const char *name = entry_text(e, e->json, "ifname"), *other;
	struct iface *i, *to;

	if (name == NULL)
		return;
	i = env_iface(e->env, name, strlen(name));
	if (i == NULL)
		return;
	other = entry_text(e, e->json, "master");
	to = other ? env_iface(e->env, other, strlen(other)) : NULL;
	if (to != NULL && to != i)
		i->master = to;
	other = entry_text(e, e->json, "link");
	to = other ? env_iface(e->env, other, strlen(other)) : NULL;
	if (to != NULL && to != i && i->vlan)
		i->lower = to;
}

/* A loop of masters or lower devices, which no kernel makes, is cut. */
static void
cut_loops(struct env *env)
{
	unsigned n = 0;

	for (struct iface *i = env->ifaces; i != NULL; i = i->next)
		n++;
	for (struct iface *i = env->ifaces; i != NULL; i = i->next) {
		struct iface *m = i;
		unsigned steps = 0;

		while (m != NULL && steps++ <= n)
			m = m->master != NULL ? m->master : m->lower;
		if (m != NULL)
			i->master = i->lower = NULL;
	}
}

static void
sort_ifaces(struct env *env)
{
	struct iface *sorted = NULL, *i = env->ifaces, *next;

	for (; i != NULL; i = next) {
		struct iface **at = &sorted;

		next = i->next;
		while (*at != NULL && (*at)->index <= i->index)
			at = &(*at)->next;
		i->next = *at;
		*at = i;
	}
	env->ifaces = sorted;
}

bool
env_read_addrs(struct env *env, const struct source *src, struct diags *diags)
{
	bool ok = entries_read(env, src, diags, 0, read_iface);

	if (!ok)
		return false;
	env->has_addrs = true;
	entries_read(env, src, diags, 0, read_links);
	cut_loops(env);
	sort_ifaces(env);
	return true;
}

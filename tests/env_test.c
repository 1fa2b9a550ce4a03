/* Snapshots of hosts: what ip -j and sysctl -a print, and nonsense. */
#include "parsers/env.h"

#include <criterion/criterion.h>

struct read {
	struct arena arena;
	struct diags diags;
	struct env *env;
};

static void
begin(struct read *r)
{
	memset(r, 0, sizeof(*r));
	diag_init(&r->diags, &r->arena);
	r->env = env_new(&r->arena);
}

static const struct source *
text(struct read *r, const char *s)
{
	return source_text("test", s, &r->arena);
}

static void
end(struct read *r)
{
	arena_free(&r->arena);
}

static struct iface *
iface(struct read *r, const char *name)
{
	struct iface *i = env_iface(r->env, name, strlen(name));

	cr_assert_not_null(i, "%s", name);
	return i;
}

Test(env, interfaces)
{
	static const char json[] =
	    "[{\"ifindex\":7,\"ifname\":\"eth0.5\",\"link\":\"eth0\","
	    "\"flags\":[\"UP\",\"MULTICAST\"],\"link_type\":\"ether\","
	    "\"linkinfo\":{\"info_kind\":\"vlan\",\"info_data\":{\"id\":5}},"
	    "\"addr_info\":[]},"
	    "{\"ifindex\":2,\"ifname\":\"eth0\",\"master\":\"br0\","
	    "\"flags\":[\"UP\",\"NOARP\"],\"mtu\":9000,"
	    "\"link_type\":\"ether\",\"address\":\"02:00:00:00:00:ab\","
	    "\"group\":\"default\",\"addr_info\":["
	    "{\"family\":\"inet\",\"local\":\"192.0.2.1\",\"prefixlen\":24,"
	    "\"broadcast\":\"192.0.2.255\",\"scope\":\"global\"},"
	    "{\"family\":\"inet\",\"local\":\"192.0.2.2\",\"prefixlen\":24,"
	    "\"scope\":\"link\",\"secondary\":true},"
	    "{\"family\":\"inet6\",\"local\":\"2001:db8::1\","
	    "\"prefixlen\":64,\"scope\":\"global\",\"temporary\":true,"
	    "\"deprecated\":true}]},"
	    "{},{\"ifindex\":3,\"ifname\":\"br0\",\"flags\":[],"
	    "\"link_type\":\"ether\",\"linkinfo\":{\"info_kind\":\"bridge\"},"
	    "\"addr_info\":[]},"
	    "{\"ifindex\":9,\"ifname\":\"tun0\",\"flags\":[\"UP\"],"
	    "\"link_type\":\"none\",\"addr_info\":[{\"family\":\"inet\","
	    "\"local\":\"10.8.0.1\",\"address\":\"10.8.0.2\","
	    "\"prefixlen\":32,\"scope\":\"global\"}]}]";
	struct read r;
	struct iface *eth0, *vlan;
	struct ifaddr *a;

	begin(&r);
	cr_assert(env_read_addrs(r.env, text(&r, json), &r.diags));
	eth0 = iface(&r, "eth0");
	vlan = iface(&r, "eth0.5");
	cr_expect_eq(eth0->master, iface(&r, "br0"));
	cr_expect(iface(&r, "br0")->bridge);
	cr_expect_not(iface(&r, "br0")->up);
	cr_expect(vlan->vlan);
	cr_expect_eq(vlan->vlan_id, 5);
	cr_expect_eq(vlan->lower, eth0);
	cr_expect(vlan->multicast);
	cr_expect(eth0->up && eth0->noarp && eth0->has_mac);
	cr_expect_eq(eth0->mac[5], 0xab);
	cr_expect_eq(eth0->mtu, 9000);
	a = eth0->addrs;
	cr_assert_not_null(a);
	cr_expect(a->has_broadcast);
	cr_expect_eq(a->prefix, 24);
	cr_expect(a->next->secondary);
	cr_expect_eq(a->next->scope, 253);
	cr_expect(a->next->next->temporary && a->next->next->deprecated);
	cr_expect_eq(iface(&r, "tun0")->kind, IFK_NONE);
	cr_expect(iface(&r, "tun0")->addrs->has_peer);
	cr_expect_eq(env_iface_index(r.env, 9), iface(&r, "tun0"));
	/* In the order of the index. */
	cr_expect_eq(r.env->ifaces->index, 1);
	cr_expect_eq(r.env->ifaces->next, eth0);
	end(&r);
}

Test(env, routes)
{
	static const char json[] =
	    "[{\"dst\":\"default\",\"gateway\":\"192.0.2.254\","
	    "\"dev\":\"eth0\",\"metric\":100,\"flags\":[\"onlink\"]},"
	    "{\"type\":\"throw\",\"dst\":\"10.63.0.0/16\",\"table\":\"100\","
	    "\"flags\":[]},"
	    "{\"dst\":\"10.50.0.0/16\",\"flags\":[],\"nexthops\":["
	    "{\"gateway\":\"192.0.2.2\",\"dev\":\"eth0\",\"weight\":1,"
	    "\"flags\":[\"dead\"]},{\"via\":{\"family\":\"inet6\","
	    "\"host\":\"2001:db8::5\"},\"dev\":\"eth1\",\"weight\":3,"
	    "\"flags\":[]}]},"
	    "{\"dst\":\"10.65.1.0/24\",\"tos\":\"0x10\",\"dev\":\"eth1\","
	    "\"scope\":\"link\",\"prefsrc\":\"192.0.2.1\",\"flags\":[],"
	    "\"table\":\"vpn\",\"metrics\":[{\"mtu\":1300}]},"
	    "{\"dst\":\"2001:db8::/64\",\"dev\":\"eth0\",\"metric\":256,"
	    "\"flags\":[],\"pref\":\"medium\"},"
	    "{\"dst\":\"default\",\"gateway\":\"2001:db8::9\","
	    "\"dev\":\"eth0\",\"metric\":1024,\"flags\":[],"
	    "\"pref\":\"high\"}]";
	struct read r;
	struct route *t;

	begin(&r);
	cr_assert(env_read_routes(r.env, AF_INET, text(&r, json), &r.diags));
	cr_assert(env_read_routes(r.env, AF_INET6, text(&r, json),
	    &r.diags));
	t = r.env->routes[0];
	cr_expect_eq(t->metric, 100);
	cr_expect_eq(t->prefix, 0);
	cr_expect_eq(t->table, 254);
	cr_expect(t->hops->has_gateway);
	t = t->next;
	cr_expect_eq(t->type, ROUTE_THROW);
	cr_expect_eq(t->table, 100);
	cr_expect_eq(t->n_hops, 0);
	t = t->next;
	cr_expect_eq(t->n_hops, 1);
	cr_expect_eq(t->hops->gateway_family, AF_INET6);
	cr_expect_eq(t->hops->weight, 3);
	t = t->next;
	cr_expect_eq(t->tos, 0x10);
	cr_expect_eq(t->mtu, 1300);
	cr_expect(t->has_prefsrc);
	cr_expect(t->table > 255);
	cr_expect_null(t->next);
	t = r.env->routes[1];
	cr_expect_eq(t->prefix, 64);
	cr_expect_eq(t->next->prefix, 0);
	cr_expect_eq(t->next->pref, 1);
	cr_expect_null(t->next->next);
	end(&r);
}

Test(env, rules)
{
	static const char json[] =
	    "[{\"priority\":32766,\"src\":\"all\",\"table\":\"main\"},"
	    "{\"priority\":5,\"not\":null,\"src\":\"192.0.2.0\","
	    "\"srclen\":24,\"dst\":\"198.51.100.7\",\"tos\":\"0x10\","
	    "\"fwmark\":\"0x7\",\"fwmask\":\"0xff\",\"iif\":\"eth0\","
	    "\"oif\":\"eth1\",\"ipproto\":\"tcp\",\"sport\":80,"
	    "\"dport_start\":1000,\"dport_end\":2000,\"table\":\"vpn\","
	    "\"suppress_prefixlen\":0},"
	    "{\"priority\":6,\"src\":\"all\",\"goto\":32766},"
	    "{\"priority\":7,\"src\":\"all\",\"fwmark\":\"0x9\","
	    "\"action\":\"prohibit\"},"
	    "{\"priority\":8,\"src\":\"all\",\"nop\":null},"
	    "{\"priority\":9,\"src\":\"all\",\"dscp\":\"EF\","
	    "\"table\":\"main\"},"
	    "{\"priority\":10,\"src\":\"all\",\"uid_start\":1,\"uid_end\":2,"
	    "\"table\":\"main\"}]";
	struct read r;
	struct ip_rule *u;

	begin(&r);
	cr_assert(env_read_rules(r.env, AF_INET, text(&r, json), &r.diags));
	u = r.env->rules[0];
	cr_expect_eq(u->priority, 5);
	cr_expect(u->invert && u->has_src && u->has_dst);
	cr_expect_eq(u->src_len, 24);
	cr_expect_eq(u->dst_len, 32);
	cr_expect_eq(u->mark, 7);
	cr_expect_eq(u->mask, 0xff);
	cr_expect_eq(u->tos, 0x10);
	cr_expect_eq(u->tos_mask, 0x1c);
	cr_expect_eq(u->proto, 6);
	cr_expect_eq(u->sport[0], 80);
	cr_expect_eq(u->sport[1], 80);
	cr_expect_eq(u->dport[1], 2000);
	cr_expect_str_eq(u->in->name, "eth0");
	cr_expect_eq(u->suppress_prefix, 0);
	u = u->next;
	cr_expect(u->is_goto);
	cr_expect_eq(u->goto_priority, 32766);
	u = u->next;
	cr_expect_eq(u->action, ROUTE_PROHIBIT);
	cr_expect_eq(u->mask, UINT32_MAX);
	u = u->next;
	cr_expect_eq((int)u->action, 0);
	u = u->next;
	cr_expect_eq(u->tos, 46 << 2);
	u = u->next;
	cr_expect(u->by_uid);
	cr_expect_eq(u->next->priority, 32766);
	cr_expect_eq(r.env->n_assumptions, 1);
	end(&r);
}

Test(env, sysctls)
{
	static const char list[] =
	    "# comment = 1\n"
	    "sysctl: permission denied on key 'kernel.x'\n"
	    "net.ipv4.ip_forward = 1\n"
	    "net.ipv4.conf.all.rp_filter = 1\n"
	    "net.ipv4.conf.eth0/5.rp_filter = 2\n"
	    "net/ipv4/conf/eth0.6/rp_filter=0\n"
	    "net.ipv4.conf.default.send_redirects = 0\n"
	    "net.ipv4.conf.all.send_redirects=0\n"
	    "net.ipv4.tcp_rmem = 4096\t131072\t6291456\n"
	    "net.ipv6.conf.all.forwarding = 0";
	struct read r;
	struct iface *a, *b;

	begin(&r);
	a = env_add_iface(r.env, "eth0.5", 6);
	b = env_add_iface(r.env, "eth0.6", 6);
	cr_expect(a->v4.send_redirects);
	cr_assert(env_read_sysctls(r.env, text(&r, list), &r.diags));
	env_finish(r.env);
	cr_expect_eq(a->v4.rp_filter, 2);
	cr_expect_eq(b->v4.rp_filter, 1);
	cr_expect(a->v4.forwarding);
	cr_expect_not(a->v4.send_redirects);
	cr_expect_not(a->v6.forwarding);
	cr_expect_eq(env_sysctl(r.env, "net.ipv4.tcp_rmem", 0), 4096);
	cr_expect_eq(env_sysctl(r.env, "net.ipv4.nothing", 7), 7);
	cr_expect_eq(env_sysctl(r.env, "comment", 7), 7);
	end(&r);
}

Test(env, assumptions)
{
	struct read r;

	begin(&r);
	for (int i = 0; i < 50; i++)
		env_assume(r.env, "number %d", i % 20);
	cr_expect_eq(r.env->n_assumptions, 20);
	cr_expect_str_eq(r.env->assumptions[19], "number 19");
	end(&r);
}

/* Bad texts: an error with its place and no more harm. */
Test(env, nonsense)
{
	enum what { ADDR, ROUTE, RULE };
	static const struct { enum what what; unsigned off; const char *json; }
	rows[] = {
		{ ADDR, 0, "x" }, { ADDR, 0, "{}" }, { ADDR, 6, "[{\"a\":}" },
		{ ADDR, 1, "[7]" }, { ADDR, 5, "[{}, \"\\\"],[\"]" },
		{ ADDR, 1, "[{\"ifindex\":1}]" },
		{ ADDR, 1, "[{\"ifname\":\"0123456789abcdef\"}]" },
		{ ADDR, 1, "[{\"ifname\":\"e\\u001b0\"}]" },
		{ ADDR, 1, "[{\"ifname\":\"e 0\"}]" },
		{ ADDR, 1, "[{\"ifname\":\"a\",\"ifindex\":-1}]" },
		{ ADDR, 1, "[{\"ifname\":\"a\",\"ifindex\":1e300}]" },
		{ ADDR, 1, "[{\"ifname\":\"a\",\"mtu\":\"x\"}]" },
		{ ADDR, 1, "[{\"ifname\":\"a\",\"addr_info\":["
		    "{\"family\":\"inet\"}]}]" },
		{ ADDR, 1, "[{\"ifname\":\"a\",\"addr_info\":["
		    "{\"family\":\"inet\",\"local\":\"1.2.3.4\","
		    "\"prefixlen\":33}]}]" },
		{ ROUTE, 1, "[{\"dev\":\"a\"}]" },
		{ ROUTE, 1, "[{\"dst\":\"10.0.0.0/33\"}]" },
		{ ROUTE, 19, "[{\"dst\":\"default\"},{\"dst\":\"1.2.3\"}]" },
		{ ROUTE, 1, "[{\"dst\":\"default\",\"type\":\"odd\"}]" },
		{ ROUTE, 1, "[{\"dst\":\"default\",\"gateway\":\"z\"}]" },
		{ ROUTE, 1, "[{\"dst\":\"default\",\"via\":7}]" },
		{ ROUTE, 1, "[{\"dst\":\"default\",\"nexthops\":[7,"
		    "{\"gateway\":\"z\"}]}]" },
		{ ROUTE, 1, "[{\"dst\":\"default\",\"metric\":5e9}]" },
		{ RULE, 1, "[{\"priority\":\"-1\"}]" },
		{ RULE, 1, "[{\"src\":\"10.0.0.0\",\"srclen\":40}]" },
		{ RULE, 1, "[{\"src\":\"nobody\"}]" },
		{ RULE, 1, "[{\"action\":\"unicast\"}]" },
		{ RULE, 1, "[{\"iif\":\"\"}]" },
		{ RULE, 1, "[{\"ipproto\":\"nothing\"}]" },
	};

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct source *src;
		struct read r;
		bool ok;

		begin(&r);
		src = text(&r, rows[i].json);
		ok = rows[i].what == ADDR ?
		    env_read_addrs(r.env, src, &r.diags) :
		    rows[i].what == ROUTE ?
		    env_read_routes(r.env, AF_INET, src, &r.diags) :
		    env_read_rules(r.env, AF_INET, src, &r.diags);
		cr_expect_not(ok, "%s", rows[i].json);
		cr_assert_not_null(r.diags.first, "%s", rows[i].json);
		cr_expect_eq(r.diags.first->loc.off, rows[i].off,
		    "%s: %u", rows[i].json, r.diags.first->loc.off);
		end(&r);
	}
}

/* Masters and lower devices in a circle. */
Test(env, circle)
{
	static const char json[] =
	    "[{\"ifindex\":2,\"ifname\":\"a\",\"master\":\"b\"},"
	    "{\"ifindex\":2,\"ifname\":\"b\",\"master\":\"c\"},"
	    "{\"ifindex\":3,\"ifname\":\"c\",\"link\":\"a\","
	    "\"linkinfo\":{\"info_kind\":\"vlan\",\"info_data\":{}}}]";
	struct read r;

	begin(&r);
	cr_assert(env_read_addrs(r.env, text(&r, json), &r.diags));
	for (struct iface *i = r.env->ifaces; i != NULL; i = i->next) {
		struct iface *m = i;
		int steps = 0;

		while (m != NULL && steps++ < 10)
			m = m->master ? m->master : m->lower;
		cr_expect_null(m, "%s", i->name);
	}
	cr_expect_neq(iface(&r, "a")->index, iface(&r, "b")->index);
	end(&r);
}

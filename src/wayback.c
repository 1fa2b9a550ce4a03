#include "wayback.h"

#include "reports/summary.h"

#include <string.h>

/* The network of one of a device's addresses that an address is in. */
struct net { union addr addr; unsigned prefix; };

static bool
net_of(const struct iface *dev, int family, const union addr *addr,
    struct net *net)
{
	const struct ifaddr *x = dev ? iface_net(dev, family, addr) : NULL;
	union addr mask;

	if (x == NULL)
		return false;
	addr_mask(&mask, family, x->prefix);
	for (unsigned i = 0; i < 2; i++)
		net->addr.q[i] = addr->q[i] & mask.q[i];
	net->prefix = x->prefix;
	return true;
}

static void
put_net(struct sbuf *b, int family, const struct net *n)
{
	addr_print(b, family, &n->addr);
	if (n->prefix < family_bits(family))
		sbuf_printf(b, "/%u", n->prefix);
}

static const char *
kept(struct arena *arena, struct sbuf *b)
{
	const char *text = arena_strdup(arena, sbuf_text(b));

	sbuf_free(b);
	return text;
}

struct ends { struct flow_key came, left; };

/* "iptables -t nat -A POSTROUTING -s 10.0.0.0/24 -d 10.0.0.10 -j MASQUERADE" */
static const char *
masquerade(const struct ends *e, const struct net *from,
    const struct iface *out, bool to_server, struct arena *arena)
{
	struct sbuf b = SBUF_INIT;

	sbuf_printf(&b, "%s -t nat -A POSTROUTING -s ",
	    e->left.family == AF_INET6 ? "ip6tables" : "iptables");
	put_net(&b, e->left.family, from);
	if (to_server) {
		sbuf_puts(&b, " -d ");
		addr_print(&b, e->left.family, &e->left.dst);
	} else {
		sbuf_printf(&b, " -o %s", out->name);
	}
	sbuf_puts(&b, " -j MASQUERADE");
	return kept(arena, &b);
}

/* The server and the client are neighbours. */
static const char *
answered_directly(const struct trace *t, const struct ends *e,
    struct arena *arena, const char **mend)
{
	int family = e->left.family;
	struct net client, server;
	struct sbuf b = SBUF_INIT;

	if (addr_equal(&e->came.dst, &e->left.dst) ||
	    !addr_equal(&e->came.src, &e->left.src) ||
	    !net_of(t->final_out, family, &e->left.src, &client) ||
	    !net_of(t->final_out, family, &e->left.dst, &server) ||
	    !addr_equal(&client.addr, &server.addr))
		return NULL;
	addr_print(&b, family, &e->left.dst);
	sbuf_puts(&b, " answers ");
	addr_print(&b, family, &e->left.src);
	sbuf_puts(&b, " directly, both are in ");
	put_net(&b, family, &client);
	sbuf_printf(&b, " behind %s; the client waits for ",
	    t->final_out->name);
	addr_print(&b, family, &e->came.dst);
	sbuf_puts(&b, " and resets what comes from another address");
	*mend = masquerade(e, &client, t->final_out, true, arena);
	return kept(arena, &b);
}

/* Nobody out there has a route to the source. */
static const char *
no_way_back(const struct trace *t, const struct ends *e, struct arena *arena,
    const char **mend)
{
	int family = e->left.family;
	struct net from, to;
	struct sbuf b = SBUF_INIT;

	if (!addr_is_private(family, &e->left.src) ||
	    addr_is_private(family, &e->left.dst) || t->final_out == NULL ||
	    t->final_out->addrs == NULL ||
	    net_of(t->final_out, family, &e->left.dst, &to))
		return NULL;
	addr_print(&b, family, &e->left.dst);
	sbuf_puts(&b, " would answer to ");
	addr_print(&b, family, &e->left.src);
	sbuf_printf(&b, ", which is private: it leaves %s untranslated, and "
	    "no answer finds back", t->final_out->name);
	if (net_of(t->in, family, &e->left.src, &from))
		*mend = masquerade(e, &from, t->final_out, false, arena);
	return kept(arena, &b);
}

const char *
way_back_broken(const struct trace *t, struct arena *arena, const char **mend)
{
	struct ends e;
	const char *why;

	*mend = NULL;
	if (t->final == NULL || t->delivered || t->in == NULL ||
	    !flow_key_read(&e.came, t->original, t->original_len) ||
	    !flow_key_read(&e.left, t->final, t->final_len) ||
	    e.came.family != e.left.family)
		return NULL;
	why = answered_directly(t, &e, arena, mend);
	return why != NULL ? why : no_way_back(t, &e, arena, mend);
}

#include "inject.h"

#include <stdio.h>

static void note(const struct inject *, const char *, ...)
    __attribute__((format(printf, 2, 3)));

static void
note(const struct inject *j, const char *fmt, ...)
{
	struct sbuf text = SBUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	sbuf_vprintf(&text, fmt, ap);
	va_end(ap);
	j->note(j->arg, sbuf_text(&text));
	sbuf_free(&text);
}

bool
inject_own(const struct env *env, int family, const union addr *addr)
{
	for (const struct iface *i = env->ifaces; i != NULL; i = i->next)
		for (const struct ifaddr *a = i->addrs; a != NULL; a = a->next)
			if (a->family == family && addr_equal(&a->addr, addr))
				return true;
	return false;
}

/* ---- addresses ---- */

static const struct ifaddr *
address_of(const struct iface *dev, int family)
{
	const struct ifaddr *a = dev ? dev->addrs : NULL;

	while (a != NULL && a->family != family)
		a = a->next;
	return a;
}

static void
set_address(const struct inject *j, union addr *to, int family,
    const struct ifaddr *own, const char *usual, const char *what)
{
	struct sbuf text = SBUF_INIT;

	if (own != NULL)
		*to = own->addr;
	else
		addr_parse(to, family, usual, strlen(usual));
	addr_print(&text, family, to);
	note(j, "%s not given: %s", what, sbuf_text(&text));
	sbuf_free(&text);
}

static void
complete_addresses(const struct inject *j, struct pktspec *p)
{
	const struct iface *in = env_iface(j->env, p->in, strlen(p->in));
	const struct iface *out = env_iface(j->env, p->out, strlen(p->out));
	bool v4;

	if (p->family == 0) {
		p->family = j->family ? j->family : p->proto == 58 ?
		    AF_INET6 : AF_INET;
		if (p->proto == 1 && p->family == AF_INET6)
			p->proto = 58;
	}
	v4 = p->family == AF_INET;
	if (!(p->has & SPEC_SRC))
		set_address(j, &p->src, p->family, p->local ?
		    address_of(out, p->family) : NULL, v4 ? "203.0.113.1" :
		    "2001:db8::1", "source address");
	if (!(p->has & SPEC_DST))
		set_address(j, &p->dst, p->family, p->local || p->out[0] ?
		    NULL : address_of(in, p->family), v4 ? "198.51.100.1" :
		    "2001:db8:1::1", "destination address");
	p->has |= SPEC_SRC | SPEC_DST;
}

/* ---- the interface ---- */

/* The device of the longest route of table main to an address. */
static const struct iface *
towards(const struct env *env, int family, const union addr *addr)
{
	const struct route *best = NULL;

	for (const struct route *r = env->routes[family_index(family)];
	    r != NULL; r = r->next) {
		union addr masked = *addr;

		addr_mask(&masked, family, r->prefix);
		if (r->table != 254 || r->n_hops == 0 ||
		    r->hops[0].dev == NULL || !addr_equal(&masked, &r->dst))
			continue;
		if (best == NULL || r->prefix > best->prefix)
			best = r;
	}
	return best ? best->hops[0].dev : NULL;
}

static void
complete_iface(const struct inject *j, struct pktspec *p)
{
	const struct iface *dev = NULL;
	const char *why = ", by the route to its source";

	if (strcmp(p->in, "lo") == 0) {
		memset(p->in, 0, sizeof(p->in));
		p->local = true;
	}
	if (p->local || p->in[0] != '\0')
		return;
	if (inject_own(j->env, p->family, &p->src)) {
		note(j, "interface not given: its source is the host's, so "
		    "the host makes it");
		p->local = true;
		return;
	}
	dev = towards(j->env, p->family, &p->src);
	if (dev == NULL) {
		why = "";
		for (dev = j->env->ifaces; dev != NULL &&
		    dev->kind == IFK_LOOPBACK; dev = dev->next)
			continue;
	}
	memcpy(p->in, dev ? dev->name : "eth0\0\0\0\0\0\0\0\0\0\0\0",
	    IFNAME_SIZE);
	note(j, "interface not given: %s%s", p->in, why);
}

void
inject_complete(const struct inject *j, struct pktspec *p)
{
	complete_addresses(j, p);
	complete_iface(j, p);
	pktspec_complete(p, j->note, j->arg);
}

/* ---- frames ---- */

static const struct iface *
device(const struct inject *j, const char *name)
{
	struct iface *dev;

	if (name[0] == '\0')
		return NULL;
	dev = env_iface(j->env, name, strlen(name));
	if (dev != NULL)
		return dev;
	if (j->env->has_addrs)
		note(j, "interface %s is not in the snapshot: up, without "
		    "addresses", name);
	return env_add_iface(j->env, name, strlen(name));
}

static uint8_t
type_of(const struct pktspec *p, const struct iface *in)
{
	if (p->family == AF_INET6)
		return p->dst.b[0] == 0xff ? PKT_MULTICAST : PKT_HOST;
	if (p->dst.b[0] >> 4 == 14)
		return PKT_MULTICAST;
	if (p->dst.w[0] == UINT32_MAX)
		return PKT_BROADCAST;
	for (const struct ifaddr *a = in->addrs; a != NULL; a = a->next)
		if (a->family == AF_INET && a->has_broadcast &&
		    addr_equal(&a->broadcast, &p->dst))
			return PKT_BROADCAST;
	return PKT_HOST;
}

/* With the sender's MAC address, an Ethernet frame. */
static void
add_ether(const struct inject *j, const struct pktspec *p, struct frame *f)
{
	uint8_t *data = arena_alloc(j->arena, f->len + 14);

	if (f->in->has_mac)
		memcpy(data, f->in->mac, 6);
	memcpy(data + 6, p->mac, 6);
	put16(data + 12, p->family == AF_INET ? 0x0800 : 0x86dd);
	memcpy(data + 14, f->data, f->len);
	f->data = data;
	f->len += 14;
	f->wire_len = f->len;
	f->link = FRAME_ETHER;
}

void
inject_frame(const struct inject *j, const struct pktspec *p, int64_t time,
    struct frame *f)
{
	uint32_t len;
	const uint8_t *data = pktspec_build(p, j->arena, &len);

	*f = (struct frame){ .data = data, .len = len, .wire_len = len,
	    .link = FRAME_RAW_IP, .in = p->local ? NULL : device(j, p->in),
	    .physin = device(j, p->physin), .out = device(j, p->out),
	    .mark = p->mark, .known_type = true, .pkt_type = PKT_HOST,
	    .ct_said = p->ct_said, .untracked = p->untracked,
	    .has_owner = (p->has & SPEC_OWNER) != 0, .uid = p->uid,
	    .gid = p->gid, .src_type = p->src_type,
	    .dst_type = p->dst_type, .time = time, .number = 1 };
	if (f->in == NULL)
		return;
	f->pkt_type = p->has & SPEC_PKTTYPE ? p->pkttype : type_of(p, f->in);
	if (p->has & SPEC_MAC)
		add_ether(j, p, f);
}

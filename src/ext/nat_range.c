#include "ext/nat_range.h"

#include <netinet/in.h>
#include <stdlib.h>

static bool
has_ports(const struct rule *rule)
{
	switch (rule->proto) {
	case IPPROTO_TCP: case IPPROTO_UDP: case IPPROTO_SCTP:
	case IPPROTO_DCCP: case IPPROTO_ICMP:
		return true;
	default:
		return false;
	}
}

/* What follows a range of ports: nothing, or "/BASE", whose rest is ignored
 * if it begins with a good number. */
static bool
read_base(struct opt_arg *a, const char *s)
{
	struct nat_range *r = a->data;
	const char *end;
	uint64_t base;

	if (*s == '\0')
		return true;
	if (*s != '/')
		return opt_error(a, "garbage after port range: '%s'", s);
	end = ++s;
	if (read_number(&end, UINT16_MAX, &base) && base > 0)
		r->port_base = (uint16_t)base;
	else if (!read_port(s, strlen(s), &r->port_base) || r->port_base == 0)
		return opt_error(a, "port '%s' is not valid", s);
	r->flags |= NATF_PORT_OFFSET;
	return true;
}

static bool
read_ports(struct opt_arg *a, const char *s)
{
	struct nat_range *r = a->data;
	const char *start = s;
	uint64_t n;

	if (!has_ports(a->rule))
		return opt_error(a, "ports need -p tcp, udp, sctp or dccp "
		    "before them");
	r->flags |= NATF_PORT;
	if (!read_number(&s, UINT16_MAX, &n)) {
		if (!read_port(start, strlen(start), &r->port_min))
			return opt_error(a, "port '%s' is not valid", start);
		r->port_max = r->port_min;
		return true;
	}
	r->port_min = r->port_max = (uint16_t)n;
	if (*s == '\0')
		return true;
	if (*s == ':')
		return opt_error(a, "port:port is no range, use a dash");
	if (*s != '-')
		return opt_error(a, "garbage after port: '%s'", s);
	start = ++s;			/* no names in a range */
	if (!read_number(&s, UINT16_MAX, &n))
		return opt_error(a, "port '%s' is not valid", start);
	r->port_max = (uint16_t)n;
	if (r->port_max < r->port_min)
		return opt_error(a, "port range ends before it begins");
	return read_base(a, s);
}

bool
nat_read_ports(struct opt_arg *a)
{
	return read_ports(a, a->text);
}

static bool
read_one(struct opt_arg *a, const char *s, size_t len, union addr *out)
{
	*out = (union addr){ .q = { 0, 0 } };
	if (addr_parse(out, a->family, s, len))
		return true;
	return opt_error(a, "'%.*s' is not an address", (int)len, s);
}

static bool
read_addrs(struct opt_arg *a, const char *s, size_t len)
{
	struct nat_range *r = a->data;
	const char *dash = memchr(s, '-', len);
	size_t first = dash != NULL ? (size_t)(dash - s) : len;

	r->flags |= NATF_ADDR;
	if (!read_one(a, s, first, &r->min))
		return false;
	r->max = r->min;
	return dash == NULL || read_one(a, dash + 1, len - first - 1, &r->max);
}

bool
nat_read_to(struct opt_arg *a)
{
	const char *start = strchr(a->text, '['), *end, *colon;

	if (start == NULL) {
		/* One colon is before a port, more make a v6 address. */
		start = a->text;
		end = start + strlen(start);
		colon = strchr(start, ':');
		if (colon != NULL && strchr(colon + 1, ':') != NULL)
			colon = NULL;
		if (colon != NULL)
			end = colon;
	} else {
		end = strchr(++start, ']');
		if (end == NULL || a->family == AF_INET)
			return opt_error(a, "'%s' is not an address", a->text);
		colon = strchr(end + 1, ':');
	}
	if (colon != NULL) {
		if (!read_ports(a, colon + 1))
			return false;
		if (colon == a->text || colon == a->text + 2)
			return true;	/* ":80", "[]:80" */
	}
	return read_addrs(a, start, (size_t)(end - start));
}

bool
nat_read_flag(struct opt_arg *a)
{
	struct nat_range *r = a->data;

	r->flags |= (unsigned)a->opt->min;
	return true;
}

static void
print_addrs(const struct nat_range *r, int family, struct sbuf *out)
{
	bool brackets = family == AF_INET6 && (r->flags & NATF_PORT);

	if (brackets)
		sbuf_putc(out, '[');
	addr_print(out, family, &r->min);
	if (!addr_equal(&r->min, &r->max)) {
		sbuf_putc(out, '-');
		addr_print(out, family, &r->max);
	}
	if (brackets)
		sbuf_putc(out, ']');
}

static void
print_ports(const struct nat_range *r, struct sbuf *out)
{
	sbuf_printf(out, "%u", r->port_min);
	if (r->port_max != r->port_min)
		sbuf_printf(out, "-%u", r->port_max);
	if (r->flags & NATF_PORT_OFFSET)
		sbuf_printf(out, "/%u", r->port_base);
}

void
nat_print(const struct nat_range *r, int family, const char *before,
    const char *dashes, bool skip_colon, struct sbuf *out)
{
	static const struct { unsigned flag; const char *name; } flags[] = {
		{ NATF_RANDOM, "random" },
		{ NATF_RANDOM_FULLY, "random-fully" },
		{ NATF_PERSISTENT, "persistent" }
	};

	if (r->flags & (NATF_ADDR | NATF_PORT))
		sbuf_printf(out, " %s", before);
	if (r->flags & NATF_ADDR)
		print_addrs(r, family, out);
	if (r->flags & NATF_PORT) {
		if ((r->flags & NATF_ADDR) || !skip_colon)
			sbuf_putc(out, ':');
		print_ports(r, out);
	}
	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		if (r->flags & flags[i].flag)
			sbuf_printf(out, " %s%s", dashes, flags[i].name);
}

enum verdict
nat_to(struct ctx *ctx, const struct nat_range *range, const union addr *addr,
    enum nat_manip manip)
{
	struct nat_range r = *range;

	r.flags |= NATF_ADDR;
	r.min = r.max = *addr;
	return ctx->svc->nat_setup(ctx->sim, ctx->pkt, &r, manip);
}

/* Without a range of ports the port stays if it can; that it cannot is left
 * out of account. */
void
nat_change(const struct nat_range *r, struct changes *c, enum nat_manip manip)
{
	struct range addr = { addr_number(&r->min, c->family),
	    addr_number(&r->max, c->family) };
	struct range port = { r->port_min, r->port_max };

	if (r->flags & NATF_ADDR)
		c->choose(c, manip == NAT_DST ? F_DST : F_SRC, &addr, 1);
	if (r->flags & NATF_PORT_OFFSET)
		change_unknown(c, manip == NAT_DST ? F_DPORT : F_SPORT);
	else if (r->flags & NATF_PORT)
		c->choose(c, manip == NAT_DST ? F_DPORT : F_SPORT, &port, 1);
	else if (r->flags & (NATF_RANDOM | NATF_RANDOM_FULLY))
		change_unknown(c, manip == NAT_DST ? F_DPORT : F_SPORT);
}

void
nat_change_own(struct changes *c, enum field f)
{
	struct range *own = NULL;
	unsigned n = 0, room = 0;

	for (const struct iface *i = c->env != NULL ? c->env->ifaces : NULL;
	    i != NULL; i = i->next)
		for (const struct ifaddr *a = i->addrs; a != NULL; a = a->next)
			if (a->family == c->family) {
				u128 v = addr_number(&a->addr, c->family);

				vec_room(own, n, room);
				own[n++] = (struct range){ v, v };
			}
	if (c->env == NULL || !c->env->has_addrs)
		n = 0;
	c->choose(c, f, own, n);
	free(own);
}

#include "ext/icmp.h"

#include "model/icmp.h"

enum { ICMP_HEADER = 8 };

/* "a" or "a:b" of bytes. */
static bool
read_bytes(const char **s, uint8_t out[2])
{
	uint64_t v;

	if (!read_number(s, UINT8_MAX, &v))
		return false;
	out[0] = out[1] = (uint8_t)v;
	if (**s != ':')
		return true;
	(*s)++;
	if (!read_number(s, UINT8_MAX, &v))
		return false;
	out[1] = (uint8_t)v;
	return true;
}

/* A name, by unique prefix.  The multicast listener's are ours, iptables
 * does not have them. */
static const struct icmp_name *
find_name(const struct opt_arg *a)
{
	const struct icmp_name *name = icmp_name_find(
	    icmp_names_of(a->family == AF_INET6), a->text, strlen(a->text));

	return name != NULL && strncmp(name->name, "mld-", 4) != 0 ?
	    name : NULL;
}

bool
opt_icmp_type(struct opt_arg *a)
{
	struct icmp *icmp = a->data;
	const struct icmp_name *name = find_name(a);
	const char *s = a->text;
	uint8_t type[2];

	if (name != NULL) {
		icmp->type = name->type;
		icmp->code[0] = name->code_min;
		icmp->code[1] = name->code_max;
		return true;
	}
	if (!read_bytes(&s, type))
		return opt_error(a, "unknown or ambiguous ICMP type '%s'",
		    a->text);
	if (type[0] != type[1])
		return opt_error(a, "a range of types is not supported");
	icmp->type = type[0];
	icmp->code[0] = 0;
	icmp->code[1] = 0xff;
	if (*s == '/' && (s++, !read_bytes(&s, icmp->code)))
		return opt_error(a, "unknown ICMP code '%s'", a->text);
	if (*s != '\0')
		return opt_error(a, "unknown character '%c'", *s);
	return true;
}

void
icmp_list(const struct icmp *icmp, const char *name, struct sbuf *out)
{
	sbuf_printf(out, " %s%stype %u", name, icmp->invert ? " !" : "",
	    icmp->type);
	if (icmp->code[0] == icmp->code[1])
		sbuf_printf(out, " code %u", icmp->code[0]);
	else if (icmp->code[0] != 0 || icmp->code[1] != 0xff)
		sbuf_printf(out, " codes %u-%u", icmp->code[0],
		    icmp->code[1]);
}

static void
put_type(struct sbuf *out, const struct packet *p, unsigned type,
    unsigned code)
{
	const char *name = icmp_name_of(icmp_names_of(p->family == AF_INET6),
	    type, code);

	sbuf_printf(out, "%u/%u", type, code);
	if (name != NULL)
		sbuf_printf(out, " (%s)", name);
}

static enum tri
explain(const struct icmp *icmp, const struct packet *p, const uint8_t *h,
    struct sbuf *why)
{
	sbuf_puts(why, "icmp type/code is ");
	put_type(why, p, h[0], h[1]);
	sbuf_printf(why, ", rule wants %s", icmp->invert ? "not " : "");
	if (icmp->code[0] == icmp->code[1])
		put_type(why, p, icmp->type, icmp->code[0]);
	else
		sbuf_printf(why, "type %u", icmp->type);
	if (icmp->code[0] != icmp->code[1] &&
	    (icmp->code[0] != 0 || icmp->code[1] != 0xff))
		sbuf_printf(why, " code %u:%u", icmp->code[0], icmp->code[1]);
	return TRI_NO;
}

enum tri
icmp_test(const struct icmp *icmp, struct ctx *ctx, struct sbuf *why,
    bool any)
{
	enum tri result;
	const uint8_t *h = l4_part(ctx, ICMP_HEADER, 2, &result);
	bool match;

	if (h == NULL)
		return l4_missed(ctx, result, why);
	match = (any && icmp->type == 0xff) || (h[0] == icmp->type &&
	    in_range(h[1], icmp->code[0], icmp->code[1]));
	if (match != icmp->invert)
		return TRI_YES;
	return why != NULL ? explain(icmp, ctx->pkt, h, why) : TRI_NO;
}

bool
icmp_lower(const struct icmp *icmp, struct lower *l, bool any)
{
	u128 type = (u128)icmp->type << 8;

	lower_l4(l);
	if (!any || icmp->type != 0xff)
		lower_range(l, F_ICMP, type | icmp->code[0],
		    type | icmp->code[1], icmp->invert);
	else if (icmp->invert)
		lower_never(l);
	return true;
}

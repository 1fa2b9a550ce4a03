/* -m owner: whose socket a packet comes from (xt_owner.c). */
#include "ext/l4.h"

#include <ctype.h>
#include <stddef.h>

enum {					/* the options' bits, in their order */
	OWNER_UID = 1 << 0, OWNER_GID = 1 << 1, OWNER_SOCKET = 1 << 2,
	OWNER_GROUPS = 1 << 3
};

struct ids {
	uint32_t lo, hi;
	/* A name that is in no table of ours: the host knows the number. */
	const char *name;
};

struct owner {
	struct ids uid, gid;
	uint8_t given, invert;		/* OWNER_x */
};

struct id_name { const char *name; uint32_t id; };

/* The users and groups that every Debian has (base-passwd), most of them
 * with the same numbers elsewhere. */
static const struct id_name users[] = {
	{ "root", 0 }, { "daemon", 1 }, { "bin", 2 }, { "sys", 3 },
	{ "sync", 4 }, { "games", 5 }, { "man", 6 }, { "lp", 7 },
	{ "mail", 8 }, { "news", 9 }, { "uucp", 10 }, { "proxy", 13 },
	{ "www-data", 33 }, { "backup", 34 }, { "list", 38 }, { "irc", 39 },
	{ "nobody", 65534 }, { NULL, 0 },
};
static const struct id_name groups[] = {
	{ "root", 0 }, { "daemon", 1 }, { "bin", 2 }, { "sys", 3 },
	{ "adm", 4 }, { "tty", 5 }, { "disk", 6 }, { "lp", 7 },
	{ "mail", 8 }, { "news", 9 }, { "uucp", 10 }, { "man", 12 },
	{ "proxy", 13 }, { "kmem", 15 }, { "dialout", 20 }, { "fax", 21 },
	{ "voice", 22 }, { "cdrom", 24 }, { "floppy", 25 }, { "tape", 26 },
	{ "sudo", 27 }, { "audio", 29 }, { "dip", 30 }, { "www-data", 33 },
	{ "backup", 34 }, { "operator", 37 }, { "list", 38 }, { "irc", 39 },
	{ "src", 40 }, { "shadow", 42 }, { "utmp", 43 }, { "video", 44 },
	{ "sasl", 45 }, { "plugdev", 46 }, { "staff", 50 }, { "games", 60 },
	{ "users", 100 }, { "nogroup", 65534 }, { NULL, 0 },
};

static bool
is_name(const char *s)
{
	if (!isalpha((unsigned char)*s) && *s != '_')
		return false;
	while (isalnum((unsigned char)*s) || strchr("_-.", *s) != NULL) {
		if (*s == '\0')
			return true;
		s++;
	}
	return s[0] == '$' && s[1] == '\0';
}

static bool
read_name(struct opt_arg *a, const struct id_name *table, struct ids *ids)
{
	for (; table->name != NULL; table++)
		if (strcmp(a->text, table->name) == 0) {
			ids->lo = ids->hi = table->id;
			return true;
		}
	ids->name = arena_strdup(a->arena, a->text);
	return true;
}

/* A name, "number", or "from-to", also with ":"; -1 is no number. */
static bool
read_ids(struct opt_arg *a, const struct id_name *table, struct ids *ids)
{
	static const uint64_t max = UINT32_MAX - 1;
	const char *s = a->text;
	uint64_t lo, hi;

	if (is_name(s))
		return read_name(a, table, ids);
	if (!read_number(&s, max, &lo))
		return opt_error(a, "bad value '%s'", a->text);
	hi = lo;
	if ((*s == '-' || *s == ':') && (s++, !read_number(&s, max, &hi)))
		return opt_error(a, "bad value '%s'", a->text);
	if (*s != '\0')
		return opt_error(a, "bad value '%s'", a->text);
	if (hi < lo)
		return opt_error(a, "range '%s' is reversed", a->text);
	ids->lo = (uint32_t)lo;
	ids->hi = (uint32_t)hi;
	return true;
}

static bool
opt_uid(struct opt_arg *a)
{
	struct owner *owner = a->data;

	return read_ids(a, users, &owner->uid);
}

static bool
opt_gid(struct opt_arg *a)
{
	struct owner *owner = a->data;

	return read_ids(a, groups, &owner->gid);
}

static bool
opt_groups(struct opt_arg *a)
{
	if (!(*a->seen & OWNER_GID))
		return opt_error(a, "wants --gid-owner before it");
	return true;
}

static const struct opt opts[] = {
	{ "--uid-owner", NULL, 1, OPT_INVERT, opt_uid,
	    .inv_offset = offsetof(struct owner, invert),
	    .inv_bit = OWNER_UID },
	{ "--gid-owner", NULL, 1, OPT_INVERT, opt_gid,
	    .inv_offset = offsetof(struct owner, invert),
	    .inv_bit = OWNER_GID },
	{ "--socket-exists", NULL, 0, OPT_INVERT,
	    .inv_offset = offsetof(struct owner, invert),
	    .inv_bit = OWNER_SOCKET },
	{ "--suppl-groups", NULL, 0, 0, .read = opt_groups },
	{ 0 },
};

static bool
check(struct ext_check *c)
{
	struct owner *owner = c->data;

	owner->given = (uint8_t)c->seen;
	if (owner->given == 0) {
		diag_error(c->diags, c->loc, "owner: wants --uid-owner, "
		    "--gid-owner or --socket-exists");
		return false;
	}
	return true;
}

static void
put_ids(struct sbuf *out, const struct ids *ids)
{
	if (ids->name != NULL)
		sbuf_puts(out, ids->name);
	else
		sbuf_putu(out, ids->lo);
	if (ids->lo != ids->hi)
		sbuf_printf(out, "-%u", ids->hi);
}

static void
put(const struct owner *o, const char *const names[4], struct sbuf *out)
{
	if (o->given & OWNER_SOCKET)
		save_opt(out, o->invert & OWNER_SOCKET, names[0]);
	if (o->given & OWNER_UID) {
		save_opt(out, o->invert & OWNER_UID, names[1]);
		put_ids(out, &o->uid);
	}
	if (o->given & OWNER_GID) {
		save_opt(out, o->invert & OWNER_GID, names[2]);
		put_ids(out, &o->gid);
	}
	if (o->given & OWNER_GROUPS)
		save_opt(out, false, names[3]);
}

static void
save(const void *data, const struct ext_print *how, struct sbuf *out)
{
	static const char *const names[] = { "--socket-exists",
	    "--uid-owner ", "--gid-owner ", "--suppl-groups" };

	(void)how;
	put(data, names, out);
}

static void
list(const void *data, const struct ext_print *how, struct sbuf *out)
{
	static const char *const names[] = { "owner socket exists",
	    "owner UID match ", "owner GID match ", "incl. suppl. groups" };

	(void)how;
	put(data, names, out);
}

/* A packet that a program sent, whose ids may have been stated. */
static enum tri
user_test(const struct owner *o, struct ctx *ctx, struct sbuf *why)
{
	const struct packet *p = ctx->pkt;

	if ((o->given & (OWNER_UID | OWNER_GID)) == 0)
		return TRI_YES;
	if (!p->has_owner || o->uid.name != NULL || o->gid.name != NULL ||
	    (o->given & OWNER_GROUPS))
		return unknown(ctx, "the owner of its socket");
	if ((o->given & OWNER_UID) && in_range(p->uid, o->uid.lo,
	    o->uid.hi) == !!(o->invert & OWNER_UID))
		return MISS(why, "its socket's user is %u", p->uid);
	if ((o->given & OWNER_GID) && in_range(p->gid, o->gid.lo,
	    o->gid.hi) == !!(o->invert & OWNER_GID))
		return MISS(why, "its socket's group is %u", p->gid);
	return TRI_YES;
}

static enum tri
owner_test(const void *data, struct ctx *ctx, struct sbuf *why)
{
	const struct owner *o = data;

	if (!pkt_has_socket(ctx->pkt))
		return o->given == o->invert ? TRI_YES :
		    MISS(why, "it comes from no socket");
	if (o->given & o->invert & OWNER_SOCKET)
		return MISS(why, "it comes from a socket");
	if (!ctx->pkt->kernel_made)
		return user_test(o, ctx, why);
	if ((o->given ^ o->invert) & (OWNER_UID | OWNER_GID))
		return MISS(why, "the kernel made it: nobody owns it");
	return TRI_YES;
}

EVAL_BY(owner);

/* ---- as fields ---- */

/* The ids, or none of them.  Where a socket is wanted, its lack is no other
 * id. */
static void
lower_ids(const struct ids *ids, enum field f, bool negate, bool socket,
    struct lower *l)
{
	struct range r[2] = { { ids->lo, ids->hi },
	    { OWNER_NONE, OWNER_NONE } };

	lower_ranges(l, f, r, negate && socket ? 2 : 1, negate);
}

/* What no field tells: names that only the host knows, further groups. */
static void
lower_unknown(const struct owner *o, unsigned given, struct lower *l)
{
	struct owner part = *o;
	struct sbuf key = SBUF_INIT;

	part.given = (uint8_t)given;
	part.invert = 0;
	sbuf_puts(&key, "-m owner");
	save(&part, NULL, &key);
	lower_opaque(l, sbuf_text(&key), o->invert & given);
	sbuf_free(&key);
}

/* Packets from no socket match if all is inverted, and only then. */
static bool
lower(const void *data, struct lower *l)
{
	const struct owner *o = data;
	bool socket = o->given != o->invert;
	unsigned group = o->given & (OWNER_GID | OWNER_GROUPS);

	if (socket || o->given & OWNER_SOCKET)
		lower_range(l, F_UID, OWNER_NONE, OWNER_NONE,
		    !(o->given & o->invert & OWNER_SOCKET));
	if (o->uid.name != NULL)
		lower_unknown(o, OWNER_UID, l);
	else if (o->given & OWNER_UID)
		lower_ids(&o->uid, F_UID, o->invert & OWNER_UID, socket, l);
	if (o->gid.name != NULL || o->given & OWNER_GROUPS)
		lower_unknown(o, group, l);
	else if (o->given & OWNER_GID)
		lower_ids(&o->gid, F_GID, o->invert & OWNER_GID, socket, l);
	return true;
}

const struct ext ext_m_owner = {
	.name = "owner",
	.kind = EXT_MATCH,
	.hooks = 1 << HOOK_OUTPUT | 1 << HOOK_POSTROUTING,
	.size = sizeof(struct owner),
	.opts = opts,
	.check = check,
	.save = save,
	.list = list,
	.eval = owner_eval,
	.explain = owner_explain,
	.lower = lower,
};

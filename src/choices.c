#include "choices.h"

#include "base/similar.h"
#include "ext/ext.h"
#include "ext/l4.h"
#include "ids.h"
#include "parsers/conf.h"
#include "reports/catalogue.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

static const char file_name[] = ".nfwalk.conf";

/* ---- options ---- */

static void
add_word(struct words *w, const char *value)
{
	vec_room(w->list, w->n, w->room);
	w->list[w->n++] = value;
}

static bool
is_network(const char *s)
{
	union addr addr, mask;

	return read_addr_mask(s, AF_INET, &addr, &mask) ||
	    read_addr_mask(s, AF_INET6, &addr, &mask);
}

static bool
is_iface(const char *s)
{
	size_t len = strlen(s);

	return len != 0 && len < IFNAME_SIZE + (s[len - 1] == '+') &&
	    strpbrk(s, "/: \t") == NULL;
}

static bool
set_profile(void *ctx, const struct arg *o, const char *value)
{
	struct choices *c = ctx;

	do {
		size_t len = strcspn(value, ",");
		int profile = args_word(c->command, o, value, len);

		if (profile < 0)
			return false;
		c->cfg.profiles |= 1u << profile;
		value += len + (value[len] == ',');
	} while (*value != '\0');
	return true;
}

static bool
set_network(void *ctx, const struct arg *o, const char *value)
{
	struct choices *c = ctx;

	if (!is_network(value))
		return args_error(c->command, "%s: expected a network, got "
		    "'%s'", o->name, value);
	add_word(&c->management, value);
	return true;
}

static bool
set_interface(void *ctx, const struct arg *o, const char *value)
{
	struct choices *c = ctx;

	if (!is_iface(value))
		return args_error(c->command, "%s: '%s' is no interface",
		    o->name, value);
	add_word(&c->outside, value);
	return true;
}

static bool
set_file(void *ctx, const struct arg *o, const char *value)
{
	struct choices *c = ctx;

	if (strcmp(o->name, "--no-config") == 0)
		c->no_file = true;
	else
		c->file = value;
	return true;
}

const struct arg choices_args[] = {
	{ "--profile", NULL, "P,...", set_profile, .help = "what to look for",
	    "Without it: default, which is in each of the others. 'nfwalk "
	    "rules' lists what they look for.", ARG_LIST, profile_names,
	    true },
	{ "--management", NULL, "NET", set_network,
	    .help = "a network that must be able to log in",
	    .repeatable = true },
	{ "--outside", NULL, "IFACE", set_interface,
	    .help = "an interface that is outside", "A + at the end means all "
	    "that begin so.", .repeatable = true },
	{ "--config", NULL, "FILE", set_file,
	    .help = "settings; else .nfwalk.conf", "Without it that of the "
	    "ruleset's folder or the next one above. nfwalk-conf(5) says what "
	    "is in it.", ARG_FILE },
	{ "--no-config", NULL, NULL, set_file, .help = "no settings" },
	{ 0 }
};

void
choices_init(struct choices *c, const char *command, struct arena *arena)
{
	*c = (struct choices){ .command = command, .arena = arena,
	    .fail = FAIL_UNSAID };
}

void
choices_free(struct choices *c)
{
	free(c->management.list);
	free(c->outside.list);
}

/* ---- the file ---- */

struct setting {
	struct choices *c;
	struct diags *diags;
	const struct conf_entry *at;
	const char *folder;		/* of the file, with the slash; "" */
	enum audit_level *levels;
	struct zone_path **last_path;
	/* What options said before. */
	bool has_profiles, has_management, has_outside;
};

static void
wrong(struct setting *s, struct loc loc, const char *word,
    const char *const *known, const char *what)
{
	struct similar near = similar_to(word, strlen(word));
	struct sbuf b = SBUF_INIT;

	sbuf_safe(&b, word, strlen(word));
	if (known != NULL)
		similar_try_all(&near, known);
	diag_error(s->diags, loc, "expected %s, not '%s'%s%s%s", what, sbuf_text(&b),
	    near.best != NULL ? "; did you mean " : "", near.best != NULL ?
	    near.best : "", near.best != NULL ? "?" : "");
	sbuf_free(&b);
}

/* The next word of a list with commas or blanks, and where it is. */
static const char *
next_of(struct setting *s, const char **rest, struct loc *loc)
{
	const char *from = *rest + strspn(*rest, ", \t");
	size_t len = strcspn(from, ", \t");

	if (len == 0)
		return NULL;
	*loc = s->at->value_loc;
	/* A value of several lines is not as the file has it. */
	if ((size_t)(from - s->at->value) + len <= loc->len) {
		loc->off += (uint32_t)(from - s->at->value);
		loc->len = (uint32_t)len;
	}
	*rest = from + len;
	return arena_strndup(s->c->arena, from, len);
}

static int
word_number(const char *word, const char *const *known)
{
	for (int i = 0; known[i] != NULL; i++)
		if (strcasecmp(word, known[i]) == 0)
			return i;
	return -1;
}

static void
read_profiles(struct setting *s)
{
	const char *rest = s->at->value, *word;
	struct loc loc;

	while ((word = next_of(s, &rest, &loc)) != NULL) {
		int i = word_number(word, profile_names);

		if (i < 0)
			wrong(s, loc, word, profile_names, "a profile");
		else if (!s->has_profiles)
			s->c->cfg.profiles |= 1u << i;
	}
}

/* Words that 'is' is true of; of no use if an option gave some. */
static void
read_words(struct setting *s, bool (*is)(const char *), const char *what,
    bool given, struct words *to)
{
	const char *rest = s->at->value, *word;
	struct loc loc;

	while ((word = next_of(s, &rest, &loc)) != NULL)
		if (!is(word))
			wrong(s, loc, word, NULL, what);
		else if (!given)
			add_word(to, word);
}

static void
read_management(struct setting *s)
{
	read_words(s, is_network, "a network", s->has_management,
	    &s->c->management);
}

static void
read_outside(struct setting *s)
{
	read_words(s, is_iface, "an interface", s->has_outside,
	    &s->c->outside);
}

static void
read_baseline(struct setting *s)
{
	s->c->baseline = *s->at->value == '/' ? s->at->value : arena_printf(
	    s->c->arena, "%s%s", s->folder, s->at->value);
}

static void
read_fail_on(struct setting *s)
{
	if (!fail_level(s->at->value, &s->c->fail))
		wrong(s, s->at->value_loc, s->at->value, fail_names,
		    "error, warning, note or never");
}

static void
read_long_chain(struct setting *s)
{
	const char *rest = s->at->value;
	uint64_t n;

	if (read_number(&rest, UINT32_MAX, &n) && *rest == '\0' && n != 0)
		s->c->cfg.long_chain = (unsigned)n;
	else
		wrong(s, s->at->value_loc, s->at->value, NULL,
		    "a number of rules");
}

static void
read_audit(struct setting *s)
{
	static const struct {
		const char *key;
		void (*read)(struct setting *);
	} keys[] = {
		{ "profile", read_profiles }, { "management", read_management },
		{ "outside", read_outside }, { "baseline", read_baseline },
		{ "fail-on", read_fail_on }, { "long-chain", read_long_chain },
	};
	enum { N = sizeof(keys) / sizeof(*keys) };
	const char *names[N + 1] = { NULL };

	for (unsigned i = 0; i < N; i++) {
		names[i] = keys[i].key;
		if (strcmp(s->at->key, keys[i].key) == 0) {
			keys[i].read(s);
			return;
		}
	}
	wrong(s, s->at->key_loc, s->at->key, names, "a setting of [audit]");
}

static void
read_severity(struct setting *s)
{
	static const char *const names[] = { "off", "note", "warning",
	    "error", NULL };
	static const enum audit_level levels[] = { LEVEL_OFF, LEVEL_NOTE,
	    LEVEL_WARNING, LEVEL_ERROR };
	int i = word_number(s->at->value, names);
	const struct check *c = check_find(s->at->key);

	if (c == NULL)
		diag_error(s->diags, s->at->key_loc, "%s", id_unknown(
		    s->at->key, false, s->c->arena));
	if (i < 0)
		wrong(s, s->at->value_loc, s->at->value, names,
		    "off, note, warning or error");
	if (c != NULL && i >= 0)
		s->levels[c - checks] = levels[i];
}

/* ---- zones and paths ---- */

static const struct zone this_host = { .name = "host", .host = true };

static const struct zone *
find_zone(const struct setting *s, const char *name)
{
	const struct zone *z = s->c->zones;

	while (z != NULL && strcmp(z->name, name) != 0)
		z = z->next;
	return z == NULL && strcmp(name, this_host.name) == 0 ? &this_host : z;
}

static void
read_zone(struct setting *s)
{
	struct zone *z;
	struct words ifaces = { .n = 0 }, nets = { .n = 0 };
	const char *rest = s->at->value, *word;
	struct loc loc;

	if (find_zone(s, s->at->key) != NULL) {
		diag_error(s->diags, s->at->key_loc, "there is a zone of this "
		    "name already");
		return;
	}
	while ((word = next_of(s, &rest, &loc)) != NULL)
		if (is_network(word))
			add_word(&nets, word);
		else if (is_iface(word))
			add_word(&ifaces, word);
		else
			wrong(s, loc, word, NULL, "an interface or a network");
	if (ifaces.n + nets.n == 0)
		diag_error(s->diags, s->at->key_loc, "a zone is a list of "
		    "interfaces and networks");
	z = arena_new(s->c->arena, struct zone);
	*z = (struct zone){ .next = s->c->zones, .name = s->at->key,
	    .ifaces = arena_copy(s->c->arena, ifaces.list, ifaces.n *
	    sizeof(*ifaces.list)), .nets = arena_copy(s->c->arena, nets.list,
	    nets.n * sizeof(*nets.list)), .n_ifaces = ifaces.n,
	    .n_nets = nets.n };
	s->c->zones = z;
	free(ifaces.list);
	free(nets.list);
}

/* "tcp/443", "udp/8000-8010", "icmp". */
static bool
read_service(const char *word, struct zone_service *out)
{
	const char *slash = strchr(word, '/'), *dash;
	size_t len = slash != NULL ? (size_t)(slash - word) : strlen(word);
	int proto = proto_parse(word, len);

	if (proto <= 0)
		return false;
	*out = (struct zone_service){ (uint8_t)proto, 0, UINT16_MAX };
	if (slash == NULL)
		return true;
	dash = strchr(++slash, '-');
	if (dash == NULL)
		return read_port(slash, strlen(slash), &out->lo) &&
		    (out->hi = out->lo, true);
	return read_port(slash, (size_t)(dash - slash), &out->lo) &&
	    read_port(dash + 1, strlen(dash + 1), &out->hi) &&
	    out->lo <= out->hi;
}

/* Of IPv4 and IPv6 ICMP is meant. */
static void
add_service(struct setting *s, struct zone_path *p, const char *word,
    struct loc loc)
{
	struct zone_service service, *list;
	enum { ICMP = 1, ICMPV6 = 58 };

	if (!read_service(word, &service)) {
		wrong(s, loc, word, NULL, "none, or PROTOCOL/PORT, "
		    "PROTOCOL/FROM-TO or PROTOCOL");
		return;
	}
	list = arena_alloc(s->c->arena, (p->n_allowed + 2) * sizeof(*list));
	if (p->n_allowed != 0)
		memcpy(list, p->allowed, p->n_allowed * sizeof(*list));
	list[p->n_allowed++] = service;
	if (service.proto == ICMP) {
		service.proto = ICMPV6;
		list[p->n_allowed++] = service;
	}
	p->allowed = list;
}

static const struct zone *
zone_of(struct setting *s, const char *from, const char *to)
{
	const char *name, *names[2] = { NULL, NULL };
	const struct zone *z;

	while (from < to && isspace((unsigned char)*from))
		from++;
	while (to > from && isspace((unsigned char)to[-1]))
		to--;
	name = arena_strndup(s->c->arena, from, (size_t)(to - from));
	z = find_zone(s, name);
	for (const struct zone *k = s->c->zones; z == NULL && k != NULL;
	    k = k->next) {
		struct similar near = similar_to(name, strlen(name));

		similar_try(&near, k->name);
		names[0] = near.best != NULL ? near.best : names[0];
	}
	if (z == NULL)
		wrong(s, s->at->key_loc, name, names, "a zone of [zones], or "
		    "host");
	return z;
}

static void
read_path(struct setting *s)
{
	const char *arrow = strstr(s->at->key, "->"), *rest = s->at->value;
	struct zone_path *p = arena_new(s->c->arena, struct zone_path);
	const char *word;
	struct loc loc;

	if (arrow == NULL) {
		wrong(s, s->at->key_loc, s->at->key, NULL, "ZONE -> ZONE");
		return;
	}
	p->from = zone_of(s, s->at->key, arrow);
	p->to = zone_of(s, arrow + 2, s->at->key + strlen(s->at->key));
	p->loc = s->at->key_loc;
	p->words = arena_printf(s->c->arena, "%s = %s", s->at->key,
	    s->at->value);
	if (strcmp(rest, "none") != 0)
		while ((word = next_of(s, &rest, &loc)) != NULL)
			add_service(s, p, word, loc);
	if (*s->at->value == '\0')
		wrong(s, s->at->key_loc, "", NULL, "none, or what may go");
	if (p->from == NULL || p->to == NULL)
		return;
	if (p->from->host && p->to->host) {
		diag_error(s->diags, s->at->key_loc, "a path is from one zone "
		    "to another");
		return;
	}
	*s->last_path = p;
	s->last_path = &p->next;
}

/* ---- all of it ---- */

static const struct { const char *name; void (*read)(struct setting *); }
sections[] = {
	{ "audit", read_audit }, { "severity", read_severity },
	{ "zones", read_zone }, { "paths", read_path },
};
enum { N_SECTIONS = sizeof(sections) / sizeof(*sections) };

static void
read_entry(struct setting *s)
{
	const char *names[N_SECTIONS + 1] = { NULL };

	for (unsigned i = 0; i < N_SECTIONS; i++) {
		names[i] = sections[i].name;
		if (strcmp(s->at->section, sections[i].name) != 0)
			continue;
		if (*s->at->key != '\0')
			sections[i].read(s);
		return;
	}
	if (*s->at->section == '\0')
		diag_error(s->diags, s->at->key_loc, "expected a [SECTION] "
		    "before: audit, severity, zones or paths");
	else if (*s->at->key == '\0')
		wrong(s, s->at->section_loc, s->at->section, names,
		    "a section: audit, severity, zones or paths");
}

/* The folder of a file, with its slash; "" is the one that we are in. */
static const char *
folder_of(const char *path, struct arena *arena)
{
	const char *slash = strrchr(path, '/');

	return slash == NULL ? "" : arena_strndup(arena, path,
	    (size_t)(slash + 1 - path));
}

/* The paths are part of the configuration, in the order of the file. */
static bool
read_settings(struct choices *c, const char *path, struct diags *diags)
{
	const struct source *src = source_read(path, c->arena, diags);
	struct zone_path *paths = NULL;
	struct conf_entry *entries;
	struct setting s = { .c = c, .diags = diags, .folder =
	    folder_of(path, c->arena),
	    .levels = arena_alloc(c->arena, n_checks * sizeof(*s.levels)),
	    .last_path = &paths, .has_profiles = c->cfg.profiles != 0,
	    .has_management = c->management.n != 0,
	    .has_outside = c->outside.n != 0 };
	unsigned had = diags->errors;

	if (src == NULL)
		return false;
	conf_read(src, &entries, c->arena, diags);
	for (s.at = entries; s.at != NULL; s.at = s.at->next)
		read_entry(&s);
	c->cfg.levels = s.levels;
	c->cfg.paths = paths;
	return diags->errors == had;
}

/* The file of this folder or of one above it; null: there is none. */
static const char *
find_file(const struct inputs *in, struct arena *arena)
{
	enum { MOST = 64 };		/* folders up */
	const char *folder = in->n_files == 0 ? arena_printf(arena, "%s/",
	    in->snapshot) : folder_of(in->files[0].path, arena);
	char *real = realpath(*folder != '\0' ? folder : ".", NULL);
	unsigned depth = 0;
	const char *found = NULL;

	for (const char *s = real; s != NULL && *s != '\0'; s++)
		depth += *s == '/' && s[1] != '\0';
	for (unsigned i = 0; i <= depth && i < MOST && found == NULL; i++) {
		const char *path = arena_printf(arena, "%s%s", folder,
		    file_name);

		if (access(path, F_OK) == 0)
			found = path;
		folder = arena_printf(arena, "%s../", folder);
	}
	free(real);
	return found;
}

bool
choices_settle(struct choices *c, struct inputs *in)
{
	const char *path = c->file;
	bool ok = true;

	if (path == NULL && !c->no_file)
		path = find_file(in, c->arena);
	if (path != NULL) {
		ok = read_settings(c, path, &in->diags);
		env_assume(in->env, "the settings of %s", path);
	}
	if (c->cfg.profiles == 0)
		c->cfg.profiles = PROFILE_DEFAULT;
	c->cfg.management = c->management.list;
	c->cfg.n_management = c->management.n;
	c->cfg.outside = c->outside.list;
	c->cfg.n_outside = c->outside.n;
	return ok;
}

/* 'ss -lntup': who listens.
 *
 *	Netid State  Recv-Q Send-Q Local Address:Port Peer Address:Port Process
 *	tcp   LISTEN 0      128        0.0.0.0:22          0.0.0.0:*
 *	udp   UNCONN 0      0   127.0.0.53%lo:53           0.0.0.0:*
 *	tcp   LISTEN 0      511             *:80                *:*   users:(("
 *
 * "*" is both families, "[::]" IPv6 alone; the owner's name is told to root
 * only. */
#include "parsers/env.h"

#include "ext/ext.h"
#include "ext/l4.h"

#include <ctype.h>
#include <netinet/in.h>
#include <string.h>

enum { COLUMNS = 6, LOCAL = 4 };

struct line {
	struct env *env;
	const struct source *src;
	struct diags *diags;
	const char *text, *end;
	struct { const char *text; size_t len; } column[COLUMNS];
};

static void
bad(const struct line *l, const char *at, size_t len, const char *what)
{
	diag_error(l->diags, loc_at(l->src, (size_t)(at - l->src->text), len),
	    "%s", what);
}

/* Without an owner the last column is not there; 'text' is then at the end. */
static bool
split(struct line *l)
{
	const char *s = l->text;

	for (unsigned i = 0; i < COLUMNS; i++) {
		while (s < l->end && isspace((unsigned char)*s))
			s++;
		if (s == l->end)
			return false;
		l->column[i].text = s;
		while (s < l->end && !isspace((unsigned char)*s))
			s++;
		l->column[i].len = (size_t)(s - l->column[i].text);
	}
	l->text = s;
	return true;
}

/* users:(("sshd",pid=700,fd=3)) */
static const char *
owner(const struct line *l)
{
	static const char begin[] = "users:((\"";
	const char *s = memmem(l->text, (size_t)(l->end - l->text), begin,
	    sizeof(begin) - 1), *quote;

	if (s == NULL)
		return NULL;
	s += sizeof(begin) - 1;
	quote = memchr(s, '"', (size_t)(l->end - s));
	return quote == NULL ? NULL : arena_strndup(l->env->arena, s,
	    (size_t)(quote - s));
}

/* "127.0.0.53%lo", "[fe80::1]%eth0", "*". */
static bool
read_place(struct listener *w, const char *s, size_t len)
{
	const char *percent = memchr(s, '%', len);

	if (percent != NULL) {
		size_t name = len - (size_t)(percent + 1 - s);

		if (name == 0 || name >= sizeof(w->iface))
			return false;
		memcpy(w->iface, percent + 1, name);
		len = (size_t)(percent - s);
	}
	if (len == 1 && *s == '*')
		return true;
	if (len > 2 && s[0] == '[' && s[len - 1] == ']') {
		s++;
		len -= 2;
	}
	return addr_parse_any(&w->addr, &w->family, s, len);
}

static void
read_line(struct line *l)
{
	struct listener w = { .proto = IPPROTO_TCP };
	const char *local, *colon;
	struct listener *kept;
	size_t len;

	if (!split(l)) {
		bad(l, l->text, (size_t)(l->end - l->text), "expected a line "
		    "of 'ss -lntup': protocol, state, queues, addresses");
		return;
	}
	if (word_is(l->column[0].text, l->column[0].len, "udp"))
		w.proto = IPPROTO_UDP;
	else if (!word_is(l->column[0].text, l->column[0].len, "tcp"))
		return;			/* "Netid", sockets of other kinds */
	local = l->column[LOCAL].text;
	len = l->column[LOCAL].len;
	colon = memrchr(local, ':', len);
	if (colon == NULL || !read_port(colon + 1, len -
	    (size_t)(colon + 1 - local), &w.port) ||
	    !read_place(&w, local, (size_t)(colon - local))) {
		bad(l, local, len, "expected ADDRESS:PORT");
		return;
	}
	w.owner = owner(l);
	kept = arena_copy(l->env->arena, &w, sizeof(w));
	*l->env->last_listener = kept;
	l->env->last_listener = &kept->next;
}

bool
env_read_sockets(struct env *env, const struct source *src,
    struct diags *diags)
{
	const char *at = src->text, *end = src->text + src->size;
	unsigned had = diags->errors;

	while (at < end && !diag_full(diags)) {
		const char *nl = memchr(at, '\n', (size_t)(end - at));
		struct line l = { .env = env, .src = src, .diags = diags,
		    .text = at, .end = nl != NULL ? nl : end };

		while (at < l.end && isspace((unsigned char)*at))
			at++;
		if (at < l.end)
			read_line(&l);
		at = l.end + 1;
	}
	return diags->errors == had;
}

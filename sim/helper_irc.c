/* IRC: a client that offers a file or a chat (DCC) tells where it listens.
 * Kernel: nf_conntrack_irc.c, nf_nat_irc.c. */
#include "sim/helper.h"

#include <netinet/in.h>
#include <strings.h>

enum { SEARCHED = 4095 };

/* The text of a message, read from 'at' on. */
struct text { const char *s; long at, n; };

/* Where the client listens, and where that is in the text. */
struct offer {
	uint32_t addr;
	uint16_t port;			/* host order */
	long from, to;
};

static bool
begins(const struct text *t, const char *word)
{
	long n = (long)strlen(word);

	return n <= t->n - t->at && memcmp(t->s + t->at, word,
	    (size_t)n) == 0;
}

/* simple_strtoul, as far as 32 bits of it go. */
static uint32_t
number(struct text *t)
{
	uint32_t v = 0;

	for (; t->at < t->n && t->s[t->at] >= '0' && t->s[t->at] <= '9';
	    t->at++)
		v = v * 10 + (uint32_t)(t->s[t->at] - '0');
	return v;
}

/* parse_dcc: a name, an address as one number, a port.  The line must have
 * an end. */
static bool
read_offer(struct text t, struct offer *o)
{
	for (; t.at < t.n && t.s[t.at] != ' '; t.at++)
		if (t.at >= t.n - 12)
			return false;
	if (t.at++ >= t.n)
		return false;
	if (memchr(t.s + t.at, '\n', (size_t)(t.n - t.at)) == NULL)
		return false;
	o->from = t.at;
	o->addr = number(&t);
	while (t.s[t.at] == ' ')
		t.at++;			/* ends at the newline, at the latest */
	o->port = (uint16_t)number(&t);
	o->to = t.at;
	return true;
}

/* Its own address, or the one that the server knows it by. */
static bool
is_own(const struct helping *h, const struct offer *o)
{
	uint32_t addr = htonl(o->addr);

	return o->port != 0 && (addr == h->ct->tuple[h->dir].src.w[0] ||
	    addr == h->ct->tuple[!h->dir].dst.w[0]);
}

/* nf_nat_irc. */
static enum verdict
translate(struct helping *h, const struct text *t, const struct offer *o,
    struct expect *e)
{
	uint16_t port = help_expect_port(h, e);
	char text[32];

	if (port == 0)
		return help_drop(h, "all ports in use");
	snprintf(text, sizeof(text), "%u %u",
	    ntohl(h->ct->tuple[CT_REPLY].dst.w[0]), port);
	return help_mangle(h, (const uint8_t *)t->s + o->from,
	    (uint32_t)(o->to - o->from), text);
}

static enum verdict
expect(struct helping *h, const struct text *t, const struct offer *o)
{
	struct expect e;

	expect_init(&e, h->ct, NULL, &h->ct->tuple[!h->dir].dst, IPPROTO_TCP,
	    htons(o->port));
	if (help_has_nat(h))
		return translate(h, t, o, &e);
	return help_expect(h, &e) == EXPECT_OK ? V_ACCEPT :
	    help_drop(h, "cannot add expectation");
}

/* Behind the command of a message; false: it is another one. */
static bool
skip_command(struct text *t)
{
	while (t->at < t->n - 10 && strchr(" \r\n", t->s[t->at]) != NULL &&
	    t->s[t->at] != '\0')
		t->at++;
	if (t->at < t->n - 10) {
		if (strncasecmp("PRIVMSG ", t->s + t->at, 8) != 0)
			return false;
		t->at += 8;
	}
	return true;
}

/* To the next text that may hold an offer; false: there is none. */
static bool
next_text(struct text *t)
{
	while (t->at < t->n - 26 && !begins(t, " :"))
		t->at++;
	return t->at < t->n - 26;
}

static enum verdict
help(struct helping *h)
{
	static const char *const kinds[] = { "SEND ", "CHAT ", "MOVE ",
	    "TSEND ", "SCHAT " };
	struct text t = { .at = 0 };
	struct offer o;
	uint32_t seq, n;

	if (h->dir != CT_ORIGINAL)
		return V_ACCEPT;
	t.s = (const char *)help_segment(h, &seq, &n);
	if (t.s == NULL)
		return V_ACCEPT;
	t.n = n < SEARCHED ? (long)n : SEARCHED;
	if (!skip_command(&t))
		return V_ACCEPT;
	while (next_text(&t)) {
		t.at += 2;
		if (!begins(&t, "\1DCC "))
			return V_ACCEPT;
		t.at += 5;
		for (unsigned i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
			if (!begins(&t, kinds[i]))
				continue;
			t.at += (long)strlen(kinds[i]);
			if (read_offer(t, &o) && is_own(h, &o))
				return expect(h, &t, &o);
		}
	}
	return V_ACCEPT;
}

const struct helper helper_irc = { .max_expected = 8, .timeout = 300,
	.help = help };

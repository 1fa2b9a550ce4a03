/* AMANDA: a backup client answers with the ports of up to four streams.
 * Kernel: nf_conntrack_amanda.c, nf_nat_amanda.c. */
#include "sim/helper.h"

#include <netinet/in.h>

enum { UDP_HEADER = 8, MASTER_SECONDS = 300, PORT_DIGITS = 5 };

struct text { const uint8_t *s; uint32_t n; };

/* Where 'word' is, or the end (skb_find_text). */
static uint32_t
find(struct text t, const char *word)
{
	uint32_t n = (uint32_t)strlen(word);

	for (uint32_t i = 0; i + n <= t.n; i++)
		if (memcmp(t.s + i, word, n) == 0)
			return i;
	return t.n;
}

/* What becomes of the packet, which was 'v' until now: translated, the last
 * port decides. */
static enum verdict
expect(struct helping *h, const uint8_t *at, uint32_t len, uint16_t port,
    enum verdict v)
{
	const struct tuple *t = &h->ct->tuple[CT_ORIGINAL];
	struct expect e;
	char text[8];

	expect_init(&e, h->ct, &t->src, &t->dst, IPPROTO_TCP, htons(port));
	if (!help_has_nat(h))
		return help_expect(h, &e) == EXPECT_OK ? v :
		    help_drop(h, "cannot add expectation");
	port = help_expect_port(h, &e);
	if (port == 0)
		return help_drop(h, "all ports in use");
	snprintf(text, sizeof(text), "%u", port);
	return help_mangle(h, at, len, text);
}

/* The port behind a name, if the text from 'start' to 'stop' has it; false:
 * the others are not looked for. */
static bool
read_stream(struct helping *h, const char *name, uint32_t start, uint32_t stop,
    enum verdict *v)
{
	struct text t;
	uint32_t n, at, len = 0;
	unsigned port = 0;

	/* 'stop' is not moved by what was changed before it. */
	t.s = help_payload(h, UDP_HEADER, &n);
	if (t.s == NULL || start > n)
		return false;
	t.s += start;
	t.n = (stop < n ? stop : n) - start;
	at = find(t, name);
	if (at == t.n)
		return true;
	at += (uint32_t)strlen(name);
	n = stop - start - at < PORT_DIGITS ? stop - start - at : PORT_DIGITS;
	if (n > t.n - at)
		return false;
	for (; len < n && t.s[at + len] >= '0' && t.s[at + len] <= '9'; len++)
		port = port * 10 + (unsigned)(t.s[at + len] - '0');
	if ((uint16_t)port == 0)
		return false;
	*v = expect(h, t.s + at, len, (uint16_t)port, *v);
	return true;
}

static enum verdict
help(struct helping *h)
{
	static const char *const streams[] = { "DATA ", "MESG ", "INDEX ",
	    "STATE " };
	enum verdict v = V_ACCEPT;
	uint32_t start, stop;
	struct text t;

	if (h->dir == CT_ORIGINAL)
		return V_ACCEPT;
	/* A backup takes its time. */
	help_refresh(h, MASTER_SECONDS);
	t.s = help_payload(h, UDP_HEADER, &t.n);
	if (t.s == NULL)
		return V_ACCEPT;
	start = find(t, "CONNECT ");
	if (start == t.n)
		return V_ACCEPT;
	start += 8;
	stop = start + find((struct text){ t.s + start, t.n - start }, "\n");
	if (stop == t.n)
		return V_ACCEPT;
	for (unsigned i = 0; i < 4; i++)
		if (!read_stream(h, streams[i], start, stop, &v))
			break;
	return v;
}

const struct helper helper_amanda = { .max_expected = 4, .timeout = 180,
	.help = help };

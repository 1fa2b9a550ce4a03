/* FTP: the port of a data connection is said in the control connection.
 * Kernel: nf_conntrack_ftp.c, nf_nat_ftp.c.
 *
 * A segment is read if it begins where a line may begin: behind one that was
 * seen to end with a newline.  What begins as a command that must be
 * understood, and cannot be, is dropped, so that it comes again in one
 * piece. */
#include "sim/helper.h"

#include <netinet/in.h>
#include <strings.h>

/* What a command or an answer says. */
struct said {
	union addr addr;
	uint16_t port;			/* host order */
	uint32_t off, len;		/* the text of it, in the segment */
};

enum ftp_type { FTP_PORT, FTP_PASV, FTP_EPRT, FTP_EPSV };

struct text { const char *s; uint32_t n; };

struct pattern {
	char word[5];
	uint8_t n;
	enum ftp_type type;
	char skip;			/* up to this one; '\0': nothing */
	char end;			/* of the numbers; '\0': any */
	/* Where the numbers are that 't' begins with, and what they are; the
	 * number of characters, or 0. */
	uint32_t (*read)(struct text t, int family, char end, struct said *);
};

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* ---- numbers ---- */

/* try_number: 'n' of them, up to 'end'. */
static uint32_t
read_numbers(struct text t, uint32_t *v, unsigned n, char sep, char end)
{
	unsigned k = 0;

	memset(v, 0, n * sizeof(*v));
	for (uint32_t i = 0; i < t.n && k < n; i++) {
		char c = t.s[i];

		if (is_digit(c))
			v[k] = v[k] * 10 + (uint32_t)(c - '0');
		else if (c == sep)
			k++;
		else
			return (c == end || end == '\0') && k == n - 1 ? i : 0;
	}
	return 0;
}

static void
set_ip4(union addr *a, const uint32_t v[4])
{
	*a = (union addr){ .w = { htonl(v[0] << 24 | v[1] << 16 | v[2] << 8 |
	    v[3]) } };
}

/* try_rfc959: 192,0,2,1,19,137. */
static uint32_t
read_six(struct text t, int family, char end, struct said *said)
{
	uint32_t v[6], len = read_numbers(t, v, 6, ',', end);

	(void)family;
	if (len == 0)
		return 0;
	set_ip4(&said->addr, v);
	said->port = (uint16_t)(v[4] << 8 | v[5]);
	return len;
}

/* try_rfc1123: the six may stand anywhere. */
static uint32_t
find_six(struct text t, int family, char end, struct said *said)
{
	uint32_t i = 0;

	while (i < t.n && !is_digit(t.s[i]))
		i++;
	if (i == t.n)
		return 0;
	said->off += i;
	return read_six((struct text){ t.s + i, t.n - i }, family, end, said);
}

/* get_port: a number from 'start' to a delimiter; how far that is. */
static uint32_t
port_until(struct text t, uint32_t start, char delim, uint16_t *port)
{
	uint16_t v = 0;

	for (uint32_t i = start; i < t.n; i++) {
		if (t.s[i] == delim) {
			*port = v;
			return v != 0 ? i + 1 : 0;
		}
		if (!is_digit(t.s[i]))
			return 0;
		v = (uint16_t)(v * 10 + (t.s[i] - '0'));
	}
	return 0;
}

static bool
is_delimiter(char c)
{
	return c >= 33 && c <= 126 && !is_digit(c);
}

static uint32_t
read_address(struct text t, int family, char delim, union addr *addr)
{
	uint32_t v[4], n = 0;

	if (family == AF_INET) {
		n = read_numbers(t, v, 4, '.', delim);
		if (n != 0)
			set_ip4(addr, v);
		return n;
	}
	while (n < t.n && t.s[n] != delim && t.s[n] != '\0')
		n++;
	return addr_parse(addr, AF_INET6, t.s, n) ? n : 0;
}

/* try_eprt: |1|192.0.2.1|5001| or |2|2001:db8::1|5001|. */
static uint32_t
read_eprt(struct text t, int family, char end, struct said *said)
{
	uint32_t n;

	(void)end;
	if (t.n <= 3 || !is_delimiter(t.s[0]) || t.s[2] != t.s[0] ||
	    t.s[1] != (family == AF_INET ? '1' : '2'))
		return 0;
	n = read_address((struct text){ t.s + 3, t.n - 3 }, family, t.s[0],
	    &said->addr);
	return n == 0 ? 0 : port_until(t, 3 + n + 1, t.s[0], &said->port);
}

/* try_epsv_response: |||5001|; the address is that of the server. */
static uint32_t
read_epsv(struct text t, int family, char end, struct said *said)
{
	(void)family;
	(void)end;
	if (t.n <= 3 || !is_delimiter(t.s[0]) || t.s[1] != t.s[0] ||
	    t.s[2] != t.s[0])
		return 0;
	return port_until(t, 3, t.s[0], &said->port);
}

/* ---- commands ---- */

static const struct pattern patterns[N_CT_DIRS][2] = {
	[CT_ORIGINAL] = {
		{ "PORT", 4, FTP_PORT, ' ', '\r', read_six },
		{ "EPRT", 4, FTP_EPRT, ' ', '\r', read_eprt },
	},
	[CT_REPLY] = {
		{ "227 ", 4, FTP_PASV, '\0', '\0', find_six },
		{ "229 ", 4, FTP_EPSV, '(', ')', read_epsv },
	},
};

enum found { FOUND_NOTHING, FOUND_PART, FOUND_ALL };

/* find_pattern. */
static enum found
look_for(const struct pattern *p, struct text t, int family, struct said *said)
{
	uint32_t i = p->n;

	if (t.n <= p->n)
		return strncasecmp(t.s, p->word, t.n) == 0 ? FOUND_PART :
		    FOUND_NOTHING;
	if (strncasecmp(t.s, p->word, p->n) != 0)
		return FOUND_NOTHING;
	if (p->skip != '\0') {
		while (i < t.n && t.s[i] != p->skip)
			i++;
		if (i++ >= t.n)
			return FOUND_PART;
	}
	said->off = i;
	said->len = p->read((struct text){ t.s + i, t.n - i }, family, p->end,
	    said);
	return said->len != 0 ? FOUND_ALL : FOUND_PART;
}

/* ---- where lines begin ---- */

static bool
is_line_start(struct ftp_state *ftp, enum ct_dir dir, uint32_t seq)
{
	bool pickup = ftp->pickup[dir];

	for (unsigned i = 0; i < ftp->n_after_nl[dir]; i++)
		if (ftp->after_nl[dir][i] == seq)
			return true;
	ftp->pickup[dir] = false;
	return pickup;
}

/* update_nl_seq: of two the older one goes. */
static void
add_line_start(struct ftp_state *ftp, enum ct_dir dir, uint32_t seq)
{
	uint32_t *v = ftp->after_nl[dir];

	for (unsigned i = 0; i < ftp->n_after_nl[dir]; i++)
		if (v[i] == seq)
			return;
	if (ftp->n_after_nl[dir] < 2)
		v[ftp->n_after_nl[dir]++] = seq;
	else
		v[(int32_t)(v[0] - v[1]) < 0 ? 0 : 1] = seq;
}

/* ---- the helper ---- */

enum { TEXT_MAX = 64 };			/* |2| address |65535| */

/* nf_nat_ftp_fmt_cmd. */
static void
write_port(enum ftp_type type, int family, const union addr *a, uint16_t port,
    char *out)
{
	struct sbuf b = SBUF_INIT;

	if (type == FTP_EPSV) {
		snprintf(out, TEXT_MAX, "|||%u|", port);
	} else if (type == FTP_EPRT) {
		addr_print_full(&b, family, a);
		snprintf(out, TEXT_MAX, "|%u|%s|%u|",
		    family == AF_INET ? 1 : 2, sbuf_text(&b), port);
	} else {
		snprintf(out, TEXT_MAX, "%u,%u,%u,%u,%u,%u", a->b[0], a->b[1],
		    a->b[2], a->b[3], port >> 8, port & 255);
	}
	sbuf_free(&b);
}

/* nf_nat_ftp: the peer is told where it will find the sender. */
static enum verdict
translate(struct helping *h, enum ftp_type type, const char *at, uint32_t len,
    struct expect *e)
{
	uint16_t port = help_expect_port(h, e);
	char text[TEXT_MAX];

	if (port == 0)
		return help_drop(h, "all ports in use");
	write_port(type, h->pkt->family, &h->ct->tuple[!h->dir].dst, port,
	    text);
	return help_mangle(h, (const uint8_t *)at, len, text);
}

static enum verdict
expect(struct helping *h, enum ftp_type type, struct text t,
    const struct said *said)
{
	const struct tuple *sender = &h->ct->tuple[h->dir];
	const struct tuple *other = &h->ct->tuple[!h->dir];
	struct expect e;

	/* Not its own: it may mean to open another host. */
	if (!addr_equal(&said->addr, &sender->src))
		return V_ACCEPT;
	expect_init(&e, h->ct, &other->src, &other->dst, IPPROTO_TCP,
	    htons(said->port));
	if (help_has_nat(h))
		return translate(h, type, t.s + said->off, said->len, &e);
	return help_expect(h, &e) == EXPECT_OK ? V_ACCEPT :
	    help_drop(h, "cannot add expectation");
}

static enum verdict
read_line(struct helping *h, struct text t, bool *part)
{
	const struct pattern *p = patterns[h->dir];
	struct said said = { .addr = h->ct->tuple[h->dir].src };
	enum found found = look_for(p, t, h->pkt->family, &said);
	char why[64];

	if (found == FOUND_NOTHING)
		found = look_for(++p, t, h->pkt->family, &said);
	*part = found == FOUND_PART;
	if (found == FOUND_NOTHING)
		return V_ACCEPT;
	if (found == FOUND_ALL)
		return expect(h, p->type, t, &said);
	snprintf(why, sizeof(why), "partial matching of `%s'", p->word);
	return help_drop(h, why);
}

static enum verdict
help(struct helping *h)
{
	struct ftp_state *ftp = &h->help->ftp;
	enum verdict v = V_ACCEPT;
	bool part = false, ends;
	struct text t;
	uint32_t seq;

	t.s = (const char *)help_segment(h, &seq, &t.n);
	if (t.s == NULL)
		return V_ACCEPT;
	pkt_pull(h->pkt, h->pkt->len);		/* skb_linearize */
	ends = t.s[t.n - 1] == '\n';
	if (is_line_start(ftp, h->dir, seq))
		v = read_line(h, t, &part);
	if (ends && !part)
		add_line_start(ftp, h->dir, seq + t.n);
	return v;
}

const struct helper helper_ftp = { .max_expected = 1, .timeout = 300,
	.help = help };

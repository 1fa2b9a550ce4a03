/* Five artefacts: rule counters, TRACE lines, LOG lines, the connection list
 * and what left.  Masked is what the kernel picks at random, nothing else:
 * the IP ID of packets that the kernel made (one that no injected packet
 * has), the header checksum that follows from it, the ID of IPv6 fragments
 * made on the way out, and, where a scenario says 'random-ports', ports that
 * no injected packet has.  Timeouts of connections may differ by a second:
 * both sides round down, a moment apart. */
#include "lab.h"

#include <ctype.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_DIFF = 24 };			/* lines shown of each artefact */

struct text {
	char **lines;
	unsigned n, cap;
};

struct work {
	const char *a, *b;
	char slot;
	const struct scn *scn;
	const struct record *rec;
	struct sbuf *what, *report;
	struct arena arena;
	uint8_t ids[8192], ports[8192];	/* bits: seen in injected packets */
};

static void	known_numbers(struct work *);
static bool	same_counters(struct work *, const char *file);
static bool	same_lines(struct work *, const char *file);
static bool	same_conntrack(struct work *);
static bool	same_left(struct work *);

static void
verdict(struct work *w, const char *name, bool same)
{
	if (!same)
		sbuf_printf(w->what, "%s%s", w->what->len ? ", " : "", name);
}

bool
compare(const char *a, const char *b, char slot, const struct scn *scn,
    const struct record *rec, struct sbuf *what, struct sbuf *report)
{
	struct work w = { .a = a, .b = b, .slot = slot, .scn = scn,
	    .rec = rec, .what = what, .report = report };
	size_t before = what->len;

	known_numbers(&w);
	verdict(&w, "counters", same_counters(&w, "counters"));
	if (scn->v6)
		verdict(&w, "counters6", same_counters(&w, "counters6"));
	verdict(&w, "trace", same_lines(&w, "trace"));
	verdict(&w, "log", same_lines(&w, "log"));
	verdict(&w, "conntrack", same_conntrack(&w));
	verdict(&w, "packets", same_left(&w));
	arena_free(&w.arena);
	return what->len == before;
}

/* ---- Files */
char *
read_file(const char *path, struct arena *arena)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	char *text;
	ssize_t n;

	if (fd < 0 || fstat(fd, &st)) {
		if (fd >= 0)
			close(fd);
		return NULL;
	}
	text = arena_alloc(arena, (size_t)st.st_size + 1);
	n = read(fd, text, (size_t)st.st_size);
	close(fd);
	text[n > 0 ? n : 0] = 0;
	return text;
}

bool
write_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "we");

	if (!f)
		return false;
	fputs(text, f);
	return !fclose(f);
}

static void
add_line(struct text *t, char *line)
{
	vec_room(t->lines, t->n, t->cap);
	t->lines[t->n++] = line;
}

/* The lines of a file; a missing file has none. */
static struct text
lines_of(struct work *w, const char *dir, const char *file)
{
	struct text t = { NULL, 0, 0 };
	char path[512], *p, *nl;

	snprintf(path, sizeof(path), "%s/%s", dir, file);
	p = read_file(path, &w->arena);
	if (!p) {
		add_line(&t, arena_printf(&w->arena, "(no file %s)", path));
		return t;
	}
	for (; *p; p = nl + 1) {
		nl = strchr(p, '\n');
		if (!nl) {
			add_line(&t, p);
			break;
		}
		*nl = 0;
		add_line(&t, p);
	}
	return t;
}

/* ---- What is known from injected packets */
static void
bit_set(uint8_t *bits, uint32_t i)
{
	bits[i / 8] |= (uint8_t)(1 << i % 8);
}

static bool
bit(const uint8_t *bits, uint32_t i)
{
	return i < 65536 && bits[i / 8] >> i % 8 & 1;
}

static void
known_packet(struct work *w, struct bytes l3, int depth)
{
	struct spec s;
	bool fragment;
	uint8_t proto;
	uint32_t at;

	spec_init(&s);
	if (l3.len >= 6 && l3.data[0] >> 4 == 4)
		bit_set(w->ids, (uint32_t)(l3.data[4] << 8 | l3.data[5]));
	if (!build_read(&s, l3))
		return;
	if (s.sport >= 0) {
		bit_set(w->ports, (uint32_t)s.sport);
		bit_set(w->ports, (uint32_t)s.dport);
	}
	if (s.icmpid >= 0)
		bit_set(w->ports, (uint32_t)s.icmpid);
	at = build_l4(l3, &proto, &fragment);
	if (!depth && (proto == 1 || proto == 58) && at + 28 < l3.len)
		known_packet(w, (struct bytes){ l3.data + at + 8,
		    l3.len - at - 8 }, 1);
}

static void
known_numbers(struct work *w)
{
	unsigned i;

	bit_set(w->ids, 0);		/* 0 is not random either */
	for (i = 0; i < w->rec->n_sent; i++)
		known_packet(w, w->rec->sent[i].l3, 0);
}

/* ---- Telling a difference of lines: the common part is not shown */
static unsigned *
common(const struct text *a, const struct text *b)
{
	unsigned *len = calloc((a->n + 1) * (b->n + 1), sizeof(*len));
	unsigned i, j, width = b->n + 1;

	if (!len)
		return NULL;
	for (i = a->n; i-- > 0;)
		for (j = b->n; j-- > 0;) {
			unsigned *cell = &len[i * width + j];

			if (!strcmp(a->lines[i], b->lines[j]))
				*cell = cell[width + 1] + 1;
			else
				*cell = cell[width] > cell[1] ? cell[width] :
				    cell[1];
		}
	return len;
}

static void
tell(struct work *w, const char *name, const struct text *a,
    const struct text *b)
{
	unsigned *len = common(a, b), i = 0, j = 0, shown = 0;
	unsigned width = b->n + 1;

	sbuf_printf(w->report, "  %s: - kernel, + nfwalk\n", name);
	while (len && (i < a->n || j < b->n)) {
		bool both = i < a->n && j < b->n;

		if (both && !strcmp(a->lines[i], b->lines[j])) {
			i++, j++;
			continue;
		}
		if (++shown > MAX_DIFF) {
			sbuf_puts(w->report, "    ...\n");
			break;
		}
		if (j == b->n || (both &&
		    len[(i + 1) * width + j] >= len[i * width + j + 1]))
			sbuf_printf(w->report, "    -%3u %s\n", i + 1,
			    a->lines[i]), i++;
		else
			sbuf_printf(w->report, "    +%3u %s\n", j + 1,
			    b->lines[j]), j++;
	}
	free(len);
}

static bool
same_text(struct work *w, const char *name, const struct text *a,
    const struct text *b)
{
	unsigned i;
	bool same = a->n == b->n;

	for (i = 0; same && i < a->n; i++)
		same = !strcmp(a->lines[i], b->lines[i]);
	if (!same)
		tell(w, name, a, b);
	return same;
}

/* ---- Counters: tables in any order, comments left out */
static int
by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static struct text
sorted_tables(struct work *w, struct text in)
{
	struct text tables = { NULL, 0, 0 }, out = { NULL, 0, 0 };
	struct sbuf b = SBUF_INIT;
	unsigned i;

	for (i = 0; i < in.n; i++) {
		if (!*in.lines[i] || *in.lines[i] == '#')
			continue;
		sbuf_printf(&b, "%s\n", in.lines[i]);
		if (strcmp(in.lines[i], "COMMIT"))
			continue;
		add_line(&tables, arena_strdup(&w->arena, sbuf_text(&b)));
		sbuf_clear(&b);
	}
	if (b.len)
		add_line(&tables, arena_strdup(&w->arena, sbuf_text(&b)));
	sbuf_free(&b);
	if (tables.n)
		qsort(tables.lines, tables.n, sizeof(char *), by_text);
	for (i = 0; i < tables.n; i++) {
		char *p = tables.lines[i], *nl;

		for (; (nl = strchr(p, '\n')); p = nl + 1) {
			*nl = 0;
			add_line(&out, p);
		}
	}
	free(tables.lines);
	free(in.lines);
	return out;
}

static bool
same_counters(struct work *w, const char *file)
{
	struct text a = sorted_tables(w, lines_of(w, w->a, file));
	struct text b = sorted_tables(w, lines_of(w, w->b, file));
	bool same = same_text(w, file, &a, &b);

	free(a.lines);
	free(b.lines);
	return same;
}

/* ---- Log lines: an ID that no injected packet has is the kernel's */
static bool
id_is_random(const struct work *w, const char *line)
{
	const char *id = strstr(line, " ID=");

	/* In IPv6 it would be that of an echo. */
	return id && !strstr(line, " HOPLIMIT=") &&
	    !bit(w->ids, (uint32_t)strtoul(id + 4, NULL, 10));
}

static char *
without_id(struct work *w, const char *line)
{
	const char *id = strstr(line, " ID=");
	size_t digits;

	if (!id)
		return arena_strdup(&w->arena, line);
	digits = strspn(id + 4, "0123456789");
	return arena_printf(&w->arena, "%.*s ID=*%s", (int)(id - line), line,
	    id + 4 + digits);
}

static char *
mask_ports(struct work *w, char *line)
{
	static const char *const keys[] = { "SPT=", "DPT=", "sport=",
		"dport=" };
	struct sbuf b = SBUF_INIT;
	char *p = line, *out;
	size_t i, n;

	while (*p) {
		for (i = n = 0; i < 4 && !n; i++)
			if (!strncmp(p, keys[i], strlen(keys[i])))
				n = strlen(keys[i]);
		if (!n) {
			sbuf_putc(&b, *p++);
			continue;
		}
		sbuf_put(&b, p, n);
		p += n;
		n = strspn(p, "0123456789");
		if (bit(w->ports, (uint32_t)strtoul(p, NULL, 10)))
			sbuf_put(&b, p, n);
		else
			sbuf_putc(&b, '*');
		p += n;
	}
	out = arena_strdup(&w->arena, sbuf_text(&b));
	sbuf_free(&b);
	return out;
}

static bool
same_lines(struct work *w, const char *file)
{
	struct text a = lines_of(w, w->a, file), b = lines_of(w, w->b, file);
	unsigned i;
	bool same;

	for (i = 0; i < a.n; i++) {
		if (w->scn->random_ports)
			a.lines[i] = mask_ports(w, a.lines[i]);
		if (!id_is_random(w, a.lines[i]))
			continue;
		a.lines[i] = without_id(w, a.lines[i]);
		if (i < b.n)
			b.lines[i] = without_id(w, b.lines[i]);
	}
	for (i = 0; w->scn->random_ports && i < b.n; i++)
		b.lines[i] = mask_ports(w, b.lines[i]);
	same = same_text(w, file, &a, &b);
	free(a.lines);
	free(b.lines);
	return same;
}

/* ---- Connections: in any order */

/* The line with its timeout moved to the end: "...\t<seconds>". */
static char *
timeout_last(struct work *w, const char *line)
{
	const char *p = line, *from;
	int word;

	for (word = 0; word < 4; word++) {
		p += strcspn(p, " ");
		p += strspn(p, " ");
	}
	from = p;
	p += strcspn(p, " ");
	return arena_printf(&w->arena, "%.*s*%s\t%.*s", (int)(from - line),
	    line, p, (int)(p - from), from);
}

static struct text
connections(struct work *w, const char *dir)
{
	struct text t = lines_of(w, dir, "conntrack");
	unsigned i;

	for (i = 0; i < t.n; i++) {
		if (w->scn->random_ports)
			t.lines[i] = mask_ports(w, t.lines[i]);
		t.lines[i] = timeout_last(w, t.lines[i]);
	}
	if (t.n)
		qsort(t.lines, t.n, sizeof(char *), by_text);
	return t;
}

/* Gives 'b' the timeout of 'a' where all else is equal and they are close. */
static char *
near(char *a, char *b)
{
	char *ta = strchr(a, '\t'), *tb = strchr(b, '\t');

	if (!ta || !tb || ta - a != tb - b || strncmp(a, b, (size_t)(ta - a)) ||
	    labs(atol(ta + 1) - atol(tb + 1)) > 1)
		return b;
	return a;
}

static bool
same_conntrack(struct work *w)
{
	struct text a = connections(w, w->a), b = connections(w, w->b);
	unsigned i;
	bool same;

	for (i = 0; i < a.n && i < b.n; i++)
		b.lines[i] = near(a.lines[i], b.lines[i]);
	same = same_text(w, "conntrack", &a, &b);
	free(a.lines);
	free(b.lines);
	return same;
}

/* ---- What left */
static uint32_t
get16(const uint8_t *p)
{
	return (uint32_t)(p[0] << 8 | p[1]);
}

static uint32_t
fragment_header6(struct bytes p)
{
	uint32_t at = 40;
	uint8_t next;

	if (p.len < 48 || p.data[0] >> 4 != 6)
		return 0;
	next = p.data[6];
	while ((next == 0 || next == 43 || next == 60) && at + 8 <= p.len) {
		next = p.data[at];
		at += (p.data[at + 1] + 1U) * 8;
	}
	return next == 44 && at + 8 <= p.len ? at : 0;
}

/* Ports and their checksum away, if the kernel chose one of the ports. */
static void
blank_ports(struct work *w, struct bytes p)
{
	uint8_t proto;
	bool fragment;
	uint32_t at = build_l4(p, &proto, &fragment), i, sum;

	if (!at || fragment || at + 8 > p.len)
		return;
	for (i = 0; i < 2; i++) {
		uint8_t *port = p.data + at + 2 * i;

		if (!spec_has_ports(proto) || bit(w->ports, get16(port)))
			continue;
		port[0] = port[1] = 0;
		sum = at + (proto == 6 ? 16 : 6);
		if (sum + 2 <= p.len)
			p.data[sum] = p.data[sum + 1] = 0;
	}
}

/* Takes over into 'b' what the kernel picked at random in 'a'. */
static void
take_random(struct work *w, struct bytes a, struct bytes b)
{
	uint32_t fa = fragment_header6(a), fb = fragment_header6(b);

	if (a.len >= 20 && b.len >= 20 && a.data[0] == b.data[0] &&
	    a.data[0] >> 4 == 4 && !bit(w->ids, get16(a.data + 4)) &&
	    !inet_sum(a.data, (a.data[0] & 15) * 4U, 0) &&
	    !inet_sum(b.data, (b.data[0] & 15) * 4U, 0)) {
		memcpy(b.data + 4, a.data + 4, 2);
		memcpy(b.data + 10, a.data + 10, 2);
	}
	if (fa && fa == fb)
		memcpy(b.data + fb + 4, a.data + fa + 4, 4);
	if (w->scn->random_ports) {
		blank_ports(w, a);
		blank_ports(w, b);
	}
}

static char *
packet_line(struct work *w, struct bytes p)
{
	struct sbuf b = SBUF_INIT;
	uint32_t i;
	char *out;

	build_describe(p, &b);
	sbuf_puts(&b, " : ");
	for (i = 0; i < p.len && i < 160; i++)
		sbuf_printf(&b, "%02x", p.data[i]);
	/* The rest is told by its sum only. */
	if (i < p.len)
		sbuf_printf(&b, "... sum %04x",
		    inet_sum(p.data + i, p.len - i, 0));
	out = arena_strdup(&w->arena, sbuf_text(&b));
	sbuf_free(&b);
	return out;
}

static bool
same_capture(struct work *w, const char *dev)
{
	struct bytes *pa, *pb;
	struct text a = { NULL, 0, 0 }, b = { NULL, 0, 0 };
	char path[512];
	unsigned na, nb, i;
	bool same;

	snprintf(path, sizeof(path), "%s/out/%s.pcap", w->a, dev);
	na = pcap_read(path, &pa, &w->arena);
	snprintf(path, sizeof(path), "%s/out/%s.pcap", w->b, dev);
	nb = pcap_read(path, &pb, &w->arena);
	for (i = 0; i < na && i < nb; i++)
		take_random(w, pa[i], pb[i]);
	for (i = 0; i < na; i++)
		add_line(&a, packet_line(w, pa[i]));
	for (i = 0; i < nb; i++)
		add_line(&b, packet_line(w, pb[i]));
	same = same_text(w, dev, &a, &b);
	free(a.lines);
	free(b.lines);
	return same;
}

static bool
same_left(struct work *w)
{
	char dev[8];
	unsigned d;
	bool same = true;

	for (d = 0; d < N_DEVS; d++) {
		snprintf(dev, sizeof(dev), "%s%c", dev_stem[d], w->slot);
		same = same_capture(w, dev) && same;
	}
	return same;
}

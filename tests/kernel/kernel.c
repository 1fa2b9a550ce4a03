#include "lab.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { MAX_PIECES = 64 };

/* A packet line that was run. */
struct past {
	struct spec spec;
	unsigned first;			/* index of the first it sent */
	bool sent;
};

struct work {
	const struct scn *scn;
	struct host *host;
	struct record *rec;
	struct arena *arena;
	struct sbuf *error;
	char slot;
	int kmsg;
	struct sbuf trace, log;
	struct past *past;		/* the packet lines run so far */
	unsigned at;			/* packet line being run */
};

static bool	run_line(struct work *, const struct line *);
static bool	inject(struct work *, enum dev, struct bytes frame,
		    struct bytes l3);
static bool	write_folder(struct work *, const char *dir);
static void	swallow_rules(struct host *, const char *rules);

int
kernel_log_open(void)
{
	return open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
}

static bool
fail(struct work *w, const struct line *l, const char *what)
{
	unsigned line, col;

	loc_line(l->loc, &line, &col);
	sbuf_printf(w->error, "%s:%u: %s\n", w->scn->src->name, line, what);
	return false;
}

static bool
make_folders(const char *dir)
{
	static const char *const subs[] = {
		"", "/snap", "/in", "/kernel", "/kernel/out"
	};
	char path[512];
	size_t i;

	for (i = 0; i < sizeof(subs) / sizeof(subs[0]); i++) {
		snprintf(path, sizeof(path), "%s%s", dir, subs[i]);
		if (mkdir(path, 0777) && errno != EEXIST)
			return false;
	}
	return true;
}

static bool
run_packets(struct work *w)
{
	swallow_rules(w->host, w->scn->rules);
	swallow_rules(w->host, w->scn->rules6);
	lseek(w->kmsg, 0, SEEK_END);
	for (w->at = 0; w->at < w->scn->n_packets; w->at++)
		if (!run_line(w, &w->scn->packets[w->at]))
			return false;
	return true;
}

enum run
kernel_run(const struct scn *scn, char slot, int kmsg, const char *dir,
    struct record *rec, struct arena *arena, struct sbuf *error)
{
	struct work w = { .scn = scn, .rec = rec, .arena = arena,
	    .error = error, .slot = slot, .kmsg = kmsg };
	char path[512];
	enum run result = RUN_BAD;

	memset(rec, 0, sizeof(*rec));
	snprintf(path, sizeof(path), "%s/scenario.scn", dir);
	if (!make_folders(dir) || !write_file(path, scn->src->text)) {
		sbuf_printf(error, "cannot write %s\n", dir);
		return RUN_BAD;
	}
	w.past = arena_alloc(arena,
	    (scn->n_packets + 1) * sizeof(struct past));
	w.host = host_new(slot, scn->v6);
	if (!w.host)
		return RUN_BAD;
	if (!host_setup(w.host, scn, error) || !host_load(w.host, scn, error)) {
		result = RUN_NO_LOAD;
	} else {
		snprintf(path, sizeof(path), "%s/snap", dir);
		if (host_snapshot(w.host, path) && run_packets(&w) &&
		    write_folder(&w, dir))
			result = RUN_OK;
	}
	host_free(w.host);
	sbuf_free(&w.trace);
	sbuf_free(&w.log);
	return result;
}

/* ---- Kernel log */

/* One of our devices, or "lo" or nothing while we hold the lock. */
static bool
our_name(const struct work *w, const char *name, bool locked)
{
	size_t len = strcspn(name, " ");
	unsigned d;

	if (!len || (len == 2 && !strncmp(name, "lo", 2)))
		return locked;
	for (d = 0; d < N_DEVS; d++)
		if (len >= 4 && !strncmp(name, dev_stem[d], 3) &&
		    name[3] == w->slot)
			return true;
	return locked && len >= 2 && !strncmp(name, "br", 2);
}

static bool
our_line(const struct work *w, const char *text, bool locked)
{
	const char *in = strstr(text, "IN="), *out = strstr(text, " OUT=");
	bool in_ours, out_ours;

	if (!in || !out)
		return false;
	in_ours = our_name(w, in + 3, locked);
	out_ours = our_name(w, out + 5, locked);
	/* Without the lock, an empty name says nothing. */
	return locked ? in_ours && out_ours : in_ours || out_ours;
}

static bool
drain_log(struct work *w, bool locked)
{
	char rec[8192], *text, *end;
	ssize_t n;

	for (;;) {
		n = read(w->kmsg, rec, sizeof(rec) - 1);
		if (n < 0 && errno == EAGAIN)
			return true;
		if (n < 0 && errno == EPIPE && !locked)
			continue;	/* others wrote while we waited */
		if (n < 0) {
			sbuf_puts(w->error, "the kernel log ran over\n");
			return false;
		}
		rec[n] = 0;
		text = strchr(rec, ';');
		if (!text++)
			continue;
		end = strchrnul(text, '\n');
		*end = 0;
		if (!our_line(w, text, locked))
			continue;
		if (!strncmp(text, "TRACE: ", 7))
			sbuf_printf(&w->trace, "%s\n", text);
		else
			sbuf_printf(&w->log, "<%lu>%s\n",
			    strtoul(rec, NULL, 10) & 7, text);
	}
}

/* ---- Packets of other lines */
static int
line_of(struct work *w, const char *ref)
{
	char *end;
	unsigned long no = strtoul(ref, &end, 10);
	size_t len = strcspn(ref, ".");
	unsigned i;

	if (end != ref && (!*end || *end == '.'))
		return (int)no - 1;
	for (i = w->at; i-- > 0;) {
		const char *l = w->past[i].spec.label;

		if (l && !strncmp(l, ref, len) && !l[len])
			return (int)i;
	}
	return -1;
}

/* A reset or ICMP error that the host made is not what left of a packet. */
static bool
is_own(const struct left *l, struct bytes sent)
{
	uint8_t a, b;
	bool fragment;
	uint32_t at = build_l4(l->l3, &a, &fragment);

	if (!build_l4(sent, &b, &fragment) || a != b)
		return false;
	if (a == 6 && at + 14 <= l->l3.len && l->l3.data[at + 13] & 4) {
		uint32_t from = build_l4(sent, &b, &fragment);

		return from + 14 <= sent.len && sent.data[from + 13] & 4;
	}
	if (a == 1 || a == 58) {
		uint32_t from = build_l4(sent, &b, &fragment);

		return from < sent.len && at < l->l3.len &&
		    sent.data[from] == l->l3.data[at];
	}
	return true;
}

static const struct sent *
sent_by(struct work *w, unsigned line)
{
	const struct past *p = &w->past[line];

	return p->sent ? &w->rec->sent[p->first] : NULL;
}

/* What left of the packet of another line, "name" or "name.3"; where it
 * left.  If nothing did: the packet itself, as if it had left by wan. */
static bool
other_packet(struct work *w, const struct token *ref, struct bytes *l3,
    enum dev *dev)
{
	const char *dot = strchr(ref->text, '.');
	int line = line_of(w, ref->text);
	unsigned i, want = dot ? (unsigned)atoi(dot + 1) : 0, seen = 0;
	const struct sent *sent;

	if (line < 0 || !(sent = sent_by(w, (unsigned)line)))
		return false;
	for (i = 0; i < w->rec->n_left; i++) {
		const struct left *l = &w->rec->left[i];

		if (l->cause != (unsigned)line)
			continue;
		seen++;
		if (want ? seen == want : is_own(l, sent->l3)) {
			*l3 = l->l3;
			*dev = l->dev;
			return true;
		}
	}
	*l3 = sent->l3;
	*dev = sent->dev == DEV_WAN ? DEV_LAN : DEV_WAN;
	return sent->l3.len > 0;
}

static bool
derive(struct work *w, struct spec *s)
{
	struct bytes l3;
	enum dev dev;
	struct spec base;
	int line;

	if (s->kind == SPEC_AGAIN) {
		struct spec keep = *s;

		if ((line = line_of(w, s->ref.text)) < 0)
			return false;
		*s = w->past[line].spec;
		s->label = keep.label;
		s->delay = keep.delay;
		s->repeat = 1;
		s->gap = 0;
		s->id = -1;
		if (keep.dev != DEV_NONE)
			s->dev = keep.dev;
		return true;
	}
	if (!other_packet(w, &s->ref, &l3, &dev))
		return false;
	if (s->dev == DEV_NONE)
		s->dev = dev;
	spec_init(&base);
	if (!build_read(&base, l3) ||
	    (spec_has_ports(base.proto) && !base.dport))
		return false;		/* not even ports: no one answers */
	if (s->kind == SPEC_ERROR) {
		if (base.family != s->family)
			return false;
		memcpy(s->dst, base.src, 16);
		s->quote = s->ref;
		return true;
	}
	build_reverse(&base);
	base.kind = s->kind;
	base.label = s->label;
	base.delay = s->delay;
	base.dev = s->dev;
	base.ref = s->ref;
	*s = base;
	return true;
}

static struct bytes
quoted_by(struct work *w, const struct spec *s)
{
	struct bytes l3 = { NULL, 0 };
	enum dev dev;
	int line;

	if (!s->quote.text)
		return l3;
	if (s->quote_in) {
		const struct sent *sent;

		line = line_of(w, s->quote.text);
		if (line >= 0 && (sent = sent_by(w, (unsigned)line)))
			l3 = sent->l3;
	} else {
		other_packet(w, &s->quote, &l3, &dev);
	}
	if (l3.len > 548)
		l3.len = 548;
	return l3;
}

/* ---- One line */
static void
pause_for(struct work *w, double s)
{
	static const double step = 0.05;
	double now;

	/* The kernel's log is short; others may be writing to it. */
	for (; s > 0; s -= step) {
		now = s < step ? s : step;
		nanosleep(&(struct timespec){ 0, (long)(now * 1e9) }, NULL);
		drain_log(w, false);
	}
}

static void
vary(struct spec *s)
{
	uint8_t *addr;

	if (!s->vary)
		return;
	if (!strcmp(s->vary, "sport"))
		s->sport = (s->sport + 1) & 0xffff;
	else if (!strcmp(s->vary, "dport"))
		s->dport = (s->dport + 1) & 0xffff;
	else {
		addr = *s->vary == 's' ? s->src : s->dst;
		addr[s->family == AF_INET ? 3 : 15]++;
	}
}

static bool
inject_l3(struct work *w, const struct spec *s, struct bytes l3)
{
	struct bytes frame = l3;

	if (s->dev != DEV_LOCAL)
		frame = build_frame(s, l3, w->arena);
	if (s->kind == SPEC_FRAME) {
		l3.len = frame.len > 14 ? frame.len - 14 : 0;
		l3.data = frame.data + 14;
	}
	return inject(w, s->dev, frame, l3);
}

static bool
inject_spec(struct work *w, struct spec *s)
{
	struct bytes pieces[MAX_PIECES], whole;
	unsigned n, i, no = w->rec->n_sent;
	const char *o;

	if (s->id < 0)
		s->id = 0x1001 + no * 7 % 0xe000;
	whole = build_packet(s, quoted_by(w, s), w->arena);
	if (!s->split)
		return inject_l3(w, s, whole);
	n = build_split(&whole, (unsigned)s->split, s->fragid >= 0 ?
	    (unsigned)s->fragid : 0x10000 + no, pieces, MAX_PIECES, w->arena);
	if (!s->order) {
		for (i = 0; i < n; i++)
			if (!inject_l3(w, s, pieces[i]))
				return false;
		return true;
	}
	for (o = s->order; *o; o += strcspn(o, ","), o += *o == ',') {
		i = (unsigned)atoi(o);
		if (i >= 1 && i <= n && !inject_l3(w, s, pieces[i - 1]))
			return false;
	}
	return true;
}

static bool
run_line(struct work *w, const struct line *l)
{
	struct diags diags;
	struct spec s;
	unsigned rest, first = w->rec->n_sent;
	int64_t i;

	diag_init(&diags, w->arena);
	spec_init(&s);
	if (!spec_head(l, &s, &rest, w->arena, &diags))
		return fail(w, l, "this line is wrong");
	if (s.ref.text && !derive(w, &s)) {
		/* Nothing to reply to: the line does nothing. */
		w->past[w->at].spec = s;
		return true;
	}
	if (!spec_options(l, rest, &s, w->arena, &diags))
		return fail(w, l, "this line is wrong");
	for (i = 0; i < s.repeat; i++) {
		struct spec one = s;

		pause_for(w, i ? s.gap : s.delay);
		if (!inject_spec(w, &one))
			return fail(w, l, "this packet cannot be sent");
		vary(&s);
	}
	w->past[w->at] = (struct past){ s, first, w->rec->n_sent > first };
	return true;
}

/* ---- Injection */
static uint64_t
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static void
add_left(void *arg, enum dev d, struct bytes l3)
{
	struct work *w = arg;
	struct record *r = w->rec;

	vec_room(r->left, r->n_left, r->room_left);
	r->left[r->n_left++] = (struct left){ d, w->at, l3 };
}

static void
note_sent(struct work *w, enum dev d, struct bytes frame, struct bytes l3)
{
	struct record *r = w->rec;

	vec_room(r->sent, r->n_sent, r->room_sent);
	r->sent[r->n_sent++] = (struct sent){ d, now(), frame, l3 };
}

/* Sockets for what may reach the host, so that it answers nothing. */
static void
swallow_packet(struct work *w, enum dev d, struct bytes l3)
{
	struct spec s;

	spec_init(&s);
	if (!build_read(&s, l3))
		return;
	host_swallow(w->host, s.dport > 0 ? (uint16_t)s.dport : 0,
	    (uint8_t)s.proto);
	if (d == DEV_LOCAL)
		host_swallow(w->host, s.sport > 0 ? (uint16_t)s.sport : 0,
		    (uint8_t)s.proto);
}

static bool
send_one(struct work *w, enum dev d, struct bytes frame)
{
	int error;

	if (d != DEV_LOCAL) {
		if (send(host_tx(w->host, d), frame.data, frame.len, 0) ==
		    (ssize_t)frame.len)
			return true;
		/* More than the interface takes: it never arrived. */
		w->rec->n_sent--;
		return errno == ENOBUFS || errno == EMSGSIZE;
	}
	/* No socket sends what is neither IPv4 nor IPv6. */
	if (!frame.len || (frame.data[0] >> 4 != 4 &&
	    frame.data[0] >> 4 != 6)) {
		w->rec->n_sent--;
		return true;
	}
	error = host_send(w->host, frame);
	/* Others are the kernel's answers: filtered, unreachable ... */
	if (error == EMSGSIZE)
		w->rec->n_sent--;
	return error != ENOBUFS;
}

/* Nobody can have port 0: the host would refuse it by itself. */
static bool
to_port_0(struct bytes l3)
{
	struct spec s;

	spec_init(&s);
	return build_read(&s, l3) && spec_has_ports(s.proto) && !s.dport &&
	    s.sport > 0;
}

/* Under a lock that all workers share: lines that appear in the log
 * meanwhile are ours, also those that only name 'lo'. */
static bool
inject(struct work *w, enum dev d, struct bytes frame, struct bytes l3)
{
	const char *what = "sending";
	bool ok;

	if (to_port_0(l3))
		return true;
	swallow_packet(w, d, l3);
	pause_for(w, w->scn->gap);
	if (flock(w->kmsg, LOCK_EX))
		return false;
	ok = drain_log(w, false);
	if (ok) {
		note_sent(w, d, frame, l3);
		ok = send_one(w, d, frame);
		if (ok) {
			what = "waiting for the kernel";
			ok = host_barrier(w->host) && drain_log(w, true);
		}
	}
	if (!ok)
		sbuf_printf(w->error, "%s: %s\n", what, strerror(errno));
	flock(w->kmsg, LOCK_UN);
	host_collect(w->host, w->arena, add_left, w);
	return ok;
}

/* Ports that rules translate to. */
static void
swallow_rules(struct host *h, const char *rules)
{
	const char *p = rules;
	unsigned long lo, hi;
	char *end;

	while (p && (p = strstr(p, "--to-"))) {
		p += strcspn(p, " \n");
		while (*p == ' ')
			p++;
		if (!strncmp(p, "--", 2) || *p == '\n')
			continue;
		if (memchr(p, ':', strcspn(p, " \n"))) {
			const char *q = p + strcspn(p, " \n");

			while (q[-1] != ':')
				q--;
			p = q;
		}
		if (!isdigit((unsigned char)*p))
			continue;
		lo = hi = strtoul(p, &end, 10);
		if (*end == '-')
			hi = strtoul(end + 1, &end, 10);
		for (; lo && lo <= hi && lo <= 65535 && hi - lo < 64; lo++) {
			host_swallow(h, (uint16_t)lo, 6);
			host_swallow(h, (uint16_t)lo, 17);
		}
		p = end;
	}
}

/* ---- The folder */

/* A frame that means nothing, so that both sides list the connections at the
 * same time. */
static void
note_end(struct work *w)
{
	static const uint8_t type[2] = { 0x88, 0xB5 };
	struct bytes f = { arena_alloc(w->arena, 60), 60 };

	memcpy(f.data, dev_mac[DEV_LAN], 6);
	memcpy(f.data + 6, peer_mac[DEV_LAN], 6);
	memcpy(f.data + 12, type, 2);
	note_sent(w, DEV_LAN, f, (struct bytes){ NULL, 0 });
}

static bool
write_captures(struct work *w, const char *dir)
{
	char path[512];
	unsigned d;
	bool ok = true;

	for (d = 0; ok && d <= DEV_LOCAL; d++) {
		if (d == DEV_LOCAL)
			snprintf(path, sizeof(path), "%s/in/local.pcap", dir);
		else
			snprintf(path, sizeof(path), "%s/in/%s%c.pcap", dir,
			    dev_stem[d], w->slot);
		ok = pcap_write_frames(path, w->rec, d);
	}
	for (d = 0; ok && d < N_DEVS; d++) {
		snprintf(path, sizeof(path), "%s/kernel/out/%s%c.pcap", dir,
		    dev_stem[d], w->slot);
		ok = pcap_write_left(path, w->rec, d);
	}
	return ok;
}

static bool
write_folder(struct work *w, const char *dir)
{
	char path[512];
	bool ok;

	if (!drain_log(w, false))
		return false;
	note_end(w);
	snprintf(path, sizeof(path), "%s/kernel", dir);
	ok = host_artefacts(w->host, path) && write_captures(w, dir);
	snprintf(path, sizeof(path), "%s/kernel/trace", dir);
	ok = ok && write_file(path, sbuf_text(&w->trace));
	snprintf(path, sizeof(path), "%s/kernel/log", dir);
	return ok && write_file(path, sbuf_text(&w->log));
}

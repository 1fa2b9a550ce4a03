#include "parsers/pcap.h"

#include "model/packet.h"

#include <errno.h>
#include <pcap/pcap.h>
#include <pcap/sll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { ETHER_SIZE = 14, BUFFER_SIZE = 1 << 18 };

struct file {
	const char *path;
	pcap_t *pcap;
	FILE *stream;
	int link;			/* DLT_x */
	bool ended;
	bool nanoseconds;
	uint64_t size;			/* 0: not known */
	unsigned number, skipped;
	uint8_t *scratch;		/* frames given another header */
	uint32_t scratch_size;
	struct capture head;		/* the next frame, unless 'ended' */
};

struct captures {
	struct file *files;
	unsigned n;
	struct file *taken;		/* whose head was handed out */
	bool partial;
	struct diags *diags;
};

static const struct loc nowhere;

/* ---- frames of each link type ---- */

static void
skip_header(struct capture *c, uint32_t n)
{
	c->data += n;
	c->len -= n;
	c->wire_len -= n;
}

static void
raw_ip(struct file *f, struct capture *c)
{
	(void)f;
	c->link = CAP_RAW;
}

static void
ether(struct file *f, struct capture *c)
{
	(void)f;
	c->link = CAP_ETHER;
}

/* BSD loopback: an address family in the byte order of who wrote it. */
static void
null_loop(struct file *f, struct capture *c)
{
	uint32_t family;

	(void)f;
	if (c->len < 4)
		return;
	family = get32(c->data);
	if (family > 0xffff)
		family = __builtin_bswap32(family);
	/* IPv4; IPv6 of Linux, NetBSD and OpenBSD, FreeBSD, macOS. */
	if (family != 2 && family != 10 && family != 24 && family != 28 &&
	    family != 30)
		return;
	skip_header(c, 4);
	c->link = CAP_RAW;
}

enum { ARPHRD_ETHER_ = 1, ARPHRD_LOOPBACK_ = 772 };

/* Puts an Ethernet header in the place of the cooked one of 'header' bytes;
 * what the cooked header has in common: the sender's address, the type. */
static void
cooked(struct file *f, struct capture *c, uint32_t header, unsigned hatype,
    const uint8_t *mac, const uint8_t *proto)
{
	uint32_t n = c->len - header;
	uint8_t *p;

	if (hatype != ARPHRD_ETHER_ && hatype != ARPHRD_LOOPBACK_) {
		unsigned type = get16(proto);

		skip_header(c, header);
		c->link = type == 0x0800 || type == 0x86dd ? CAP_RAW :
		    CAP_OTHER;
		return;
	}
	if (f->scratch_size < n + ETHER_SIZE) {
		f->scratch_size = n + ETHER_SIZE + 2048;
		f->scratch = mem_grow(f->scratch, f->scratch_size, 1);
	}
	p = f->scratch;
	memset(p, c->type == PKT_BROADCAST ? 0xff : 0, 6);
	memcpy(p + 6, mac, 6);
	memcpy(p + 12, proto, 2);
	memcpy(p + ETHER_SIZE, c->data + header, n);
	c->data = p;
	c->len = n + ETHER_SIZE;
	c->wire_len = c->wire_len - header + ETHER_SIZE;
	c->link = CAP_ETHER;
	if (hatype == ARPHRD_ETHER_ && c->type != PKT_BROADCAST)
		c->dst_mac = p;
}

static void
cooked_v1(struct file *f, struct capture *c)
{
	const uint8_t *h = c->data;

	if (c->len < SLL_HDR_LEN)
		return;
	c->type = get16(h);
	cooked(f, c, SLL_HDR_LEN, get16(h + 2), h + 6, h + 14);
}

static void
cooked_v2(struct file *f, struct capture *c)
{
	const uint8_t *h = c->data;

	if (c->len < SLL2_HDR_LEN)
		return;
	c->ifindex = (int)(get32(h + 4) & 0x7fffffff);
	c->type = h[10];
	cooked(f, c, SLL2_HDR_LEN, get16(h + 8), h + 12, h);
}

static const struct link {
	int dlt;
	void (*read)(struct file *, struct capture *);
} links[] = {
	{ DLT_EN10MB, ether }, { DLT_RAW, raw_ip },
	{ 14, raw_ip },			/* DLT_RAW as OpenBSD numbers it */
	{ DLT_IPV4, raw_ip }, { DLT_IPV6, raw_ip },
	{ DLT_NULL, null_loop }, { DLT_LOOP, null_loop },
	{ DLT_LINUX_SLL, cooked_v1 }, { DLT_LINUX_SLL2, cooked_v2 },
};

static const struct link *
find_link(int dlt)
{
	for (size_t i = 0; i < sizeof(links) / sizeof(*links); i++)
		if (links[i].dlt == dlt)
			return &links[i];
	return NULL;
}

static void
decode(struct file *f, struct capture *c)
{
	const struct link *link;

	c->link = CAP_OTHER;
	c->ifindex = 0;
	c->type = -1;
	c->dst_mac = NULL;
	if (f->link == DLT_EN10MB) {
		c->link = CAP_ETHER;
		return;
	}
	link = find_link(f->link);
	if (link != NULL)
		link->read(f, c);
	if (c->link == CAP_OTHER)
		f->skipped++;
}

/* ---- reading ---- */

/* A frame could not be read: the file is cut, or is no capture here. */
static void
read_failed(struct captures *caps, struct file *f)
{
	const char *why = pcap_geterr(f->pcap);
	bool cut = strncmp(why, "truncated dump file", 19) == 0;
	long at = ftell(f->stream);

	diag_add(caps->diags, cut && caps->partial ? DIAG_WARNING : DIAG_ERROR,
	    nowhere, "%s: frame %u (at byte %ld): %s%s", f->path,
	    f->number + 1, at, why, cut && !caps->partial ?
	    "; --partial takes the frames before it" : "");
}

static void
advance(struct captures *caps, struct file *f)
{
	struct pcap_pkthdr *h;
	const u_char *data;
	int r = pcap_next_ex(f->pcap, &h, &data);

	if (r != 1) {
		f->ended = true;
		if (r == PCAP_ERROR)
			read_failed(caps, f);
		return;
	}
	f->head.data = data;
	f->head.len = h->caplen;
	f->head.wire_len = h->len < h->caplen ? h->caplen : h->len;
	/* Precision is nanoseconds: tv_usec holds them. */
	f->head.time = (int64_t)h->ts.tv_sec * 1000000000 +
	    (int64_t)h->ts.tv_usec;
	f->head.number = ++f->number;
	decode(f, &f->head);
}

bool
captures_next(struct captures *caps, struct capture *out)
{
	struct file *first = NULL;

	if (caps->taken != NULL)
		advance(caps, caps->taken);
	if (caps->n == 1) {
		first = caps->files[0].ended ? NULL : &caps->files[0];
	} else {
		for (struct file *f = caps->files; f < caps->files + caps->n;
		    f++)
			if (!f->ended && (first == NULL ||
			    f->head.time < first->head.time))
				first = f;
	}
	if (first == NULL || caps->diags->errors != 0)
		return false;
	caps->taken = first;
	*out = first->head;
	return true;
}

/* What the first bytes tell that libpcap would not say. */
static bool
check_magic(struct file *f, struct diags *diags)
{
	uint8_t magic[4];
	const char *tool = NULL;
	struct stat st;

	if (fstat(fileno(f->stream), &st) != 0 || !S_ISREG(st.st_mode))
		return true;
	f->size = (uint64_t)st.st_size;
	if (fread(magic, 1, 4, f->stream) == 4) {
		if (magic[0] == 0x1f && magic[1] == 0x8b)
			tool = "zcat";
		else if (memcmp(magic, "\x28\xb5\x2f\xfd", 4) == 0)
			tool = "zstdcat";
		else if (memcmp(magic, "\xfd\x37zX", 4) == 0)
			tool = "xzcat";
		f->nanoseconds = memcmp(magic, "\xa1\xb2\x3c\x4d", 4) == 0 ||
		    memcmp(magic, "\x4d\x3c\xb2\xa1", 4) == 0;
	}
	rewind(f->stream);
	if (tool == NULL)
		return true;
	diag_error(diags, nowhere, "%s: compressed; give it as '%s %s | "
	    "nfwalk ... -'", f->path, tool, f->path);
	return false;
}

static bool
open_one(struct file *f, const char *path, struct diags *diags)
{
	char error[PCAP_ERRBUF_SIZE] = "";

	f->path = strcmp(path, "-") == 0 ? "<stdin>" : path;
	f->stream = strcmp(path, "-") == 0 ? stdin : fopen(path, "rb");
	if (f->stream == NULL) {
		diag_error(diags, nowhere, "%s: %s", path, strerror(errno));
		return false;
	}
	setvbuf(f->stream, NULL, _IOFBF, BUFFER_SIZE);
	if (!check_magic(f, diags))
		return false;
	f->pcap = pcap_fopen_offline_with_tstamp_precision(f->stream,
	    PCAP_TSTAMP_PRECISION_NANO, error);
	if (f->pcap == NULL) {
		diag_error(diags, nowhere, "%s: %s", f->path, error);
		return false;
	}
	f->link = pcap_datalink(f->pcap);
	if (find_link(f->link) == NULL) {
		const char *name = pcap_datalink_val_to_description(f->link);

		diag_warn(diags, nowhere, "%s: link type %d (%s) is not read: "
		    "its frames are skipped", f->path, f->link,
		    name ? name : "unknown");
	}
	return true;
}

struct captures *
captures_open(const char *const *paths, unsigned n, bool partial,
    struct diags *diags)
{
	struct captures *caps = mem_alloc(1, sizeof(*caps));
	bool ok = true;

	*caps = (struct captures){ .diags = diags, .partial = partial };
	caps->files = mem_alloc(n, sizeof(*caps->files));
	for (unsigned i = 0; i < n; i++) {
		struct file *f = &caps->files[caps->n++];

		f->head.file = i;
		if (!open_one(f, paths[i], diags))
			ok = false;
		else
			advance(caps, f);
	}
	if (ok && diags->errors == 0)
		return caps;
	captures_close(caps);
	return NULL;
}

unsigned
captures_skipped(const struct captures *caps, unsigned i)
{
	return caps->files[i].skipped;
}

bool
captures_nanoseconds(const struct captures *caps)
{
	for (unsigned i = 0; i < caps->n; i++)
		if (caps->files[i].nanoseconds)
			return true;
	return false;
}

void
captures_progress(const struct captures *caps, uint64_t *done,
    uint64_t *total)
{
	*done = *total = 0;
	for (unsigned i = 0; i < caps->n; i++) {
		const struct file *f = &caps->files[i];
		long at = f->size ? ftell(f->stream) : 0;

		*total += f->size;
		*done += at > 0 ? (uint64_t)at : 0;
	}
}

void
captures_close(struct captures *caps)
{
	if (caps == NULL)
		return;
	for (unsigned i = 0; i < caps->n; i++) {
		struct file *f = &caps->files[i];

		if (f->pcap != NULL)
			pcap_close(f->pcap);	/* closes the stream */
		else if (f->stream != NULL && f->stream != stdin)
			fclose(f->stream);
		free(f->scratch);
	}
	free(caps->files);
	free(caps);
}

/* ---- writing ---- */

struct pcap_out {
	pcap_t *pcap;
	pcap_dumper_t *dumper;
	bool nanoseconds;
};

struct pcap_out *
pcap_out_new(FILE *file, bool nanoseconds)
{
	struct pcap_out *o = mem_alloc(1, sizeof(*o));

	o->nanoseconds = nanoseconds;
	o->pcap = pcap_open_dead_with_tstamp_precision(DLT_RAW, 262144,
	    nanoseconds ? PCAP_TSTAMP_PRECISION_NANO :
	    PCAP_TSTAMP_PRECISION_MICRO);
	o->dumper = o->pcap ? pcap_dump_fopen(o->pcap, file) : NULL;
	return o;
}

void
pcap_out_put(struct pcap_out *o, const uint8_t *l3, uint32_t have,
    uint32_t len, int64_t time)
{
	struct pcap_pkthdr h = { .caplen = have, .len = len };
	int64_t sec = time / 1000000000, nsec = time % 1000000000;

	if (o->dumper == NULL)
		return;
	h.ts.tv_sec = (time_t)sec;
	h.ts.tv_usec = (suseconds_t)(o->nanoseconds ? nsec : nsec / 1000);
	pcap_dump((u_char *)o->dumper, &h, l3);
}

/* The dumper is the caller's stream by another name: pcap_dump_close would
 * close it, and there is nothing else in it to release. */
void
pcap_out_end(struct pcap_out *o)
{
	if (o == NULL)
		return;
	if (o->dumper != NULL)
		pcap_dump_flush(o->dumper);
	if (o->pcap != NULL)
		pcap_close(o->pcap);
	free(o);
}

#include "feed.h"

#include "parsers/pcap.h"
#include "shard.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum {
	ETHER_SIZE = 14, PROBE_FRAMES = 1000,
	COPY_SLOTS = 1 << 15, COPY_PROBES = 8,
	QUIET_FRAMES = 100000,		/* so many without one that goes out */
	AHEAD = 16, FETCH_AHEAD = 6	/* frames; powers of two */
};
#define COPY_TIME INT64_C(2000000000)

/* Something that was injected or sent, and may be captured once more. */
struct copy {
	uint64_t print;			/* 0: free */
	int64_t time;
	const struct iface *origin;	/* where it was captured */
};

/* A frame that was read and waits for its turn. */
struct waiting {
	struct capture c;
	uint8_t *bytes;
	uint32_t room;
	uint32_t foreseen;		/* sim_foresee's number */
	bool ours;			/* it is of the shard */
};

struct input {
	const char *path;
	struct iface *dev;		/* null: told by each frame */
	bool local;
};

struct feed {
	struct feed_config cfg;
	struct captures *caps;
	const struct sim *sim;		/* null: nobody to tell ahead */
	struct waiting ahead[AHEAD];
	uint64_t n_read, n_taken;	/* frames */
	struct input *inputs;
	struct feed_stats stats;
	struct map own;			/* the host's addresses */
	bool has_own;
	struct copy *copies;		/* COPY_SLOTS */
	bool stacked;			/* one may be captured twice */
	bool watching;			/* what is sent may be captured */
	uint64_t quiet;			/* frames since one went out */
	bool ours;			/* the frame that feed_next gave */
	int64_t end;			/* time of the latest frame read */
	const struct iface *origin;	/* of the local frame injected last */
	uint64_t origin_print;
};

struct feed_input
feed_input_parse(const char *arg, struct arena *arena)
{
	const char *eq = strchr(arg, '=');
	struct feed_input in = { arg, NULL };

	/* "dir/a=b.pcap" is a path; "eth0=b.pcap" names the interface. */
	if (eq == NULL || eq == arg || eq - arg >= IFNAME_SIZE ||
	    memchr(arg, '/', (size_t)(eq - arg)) != NULL)
		return in;
	in.iface = arena_strndup(arena, arg, (size_t)(eq - arg));
	in.path = eq + 1;
	return in;
}

/* ---- fingerprints ---- */

static uint64_t
mix(uint64_t h, const void *data, size_t n)
{
	const uint8_t *p = data;
	uint64_t v;

	for (; n >= 8; p += 8, n -= 8) {
		memcpy(&v, p, 8);
		h = (h ^ v) * UINT64_C(0x9fb21c651e98df25);
		h ^= h >> 32;
	}
	for (v = 0; n > 0; n--)
		v = v << 8 | *p++;
	h = (h ^ v) * UINT64_C(0x9fb21c651e98df25);
	return h ^ h >> 29;
}

/* Of what stays the same between copies and when the simulator makes a
 * packet that the host also made: addresses, length, the transport's first
 * bytes without checksum; not the IP header's id.  0: not IP. */
static uint64_t
fingerprint(const uint8_t *l3, uint32_t have, const struct iface *dev)
{
	uint64_t h = (uint64_t)(uintptr_t)dev;
	uint32_t head, n;
	uint8_t l4[16] = { 0 };
	unsigned proto;

	if (have >= 20 && l3[0] >> 4 == 4) {
		head = (l3[0] & 15u) * 4;
		proto = l3[9];
		h = mix(h, l3 + 12, 8);
		h = mix(h, l3 + 2, 2);
		h = mix(h, l3 + 6, 2);
	} else if (have >= 40 && l3[0] >> 4 == 6) {
		head = 40;
		proto = l3[6];
		h = mix(h, l3 + 8, 32);
		h = mix(h, l3 + 4, 2);
	} else {
		return 0;
	}
	n = have > head ? have - head : 0;
	memcpy(l4, l3 + (n ? head : 0), n < 16 ? n : 16);
	if (proto == 1 || proto == 58)
		l4[2] = l4[3] = 0;
	else if (proto == 17 || proto == 136)
		l4[6] = l4[7] = 0;
	h = mix(h ^ proto, l4, 16);
	return h ? h : 1;
}

static void
copy_add(struct feed *f, uint64_t print, int64_t time,
    const struct iface *origin)
{
	struct copy *c, *oldest = NULL;

	for (unsigned i = 0; i < COPY_PROBES; i++) {
		c = &f->copies[(print + i) % COPY_SLOTS];
		if (c->print == 0 || time - c->time > COPY_TIME) {
			oldest = c;
			break;
		}
		if (oldest == NULL || c->time < oldest->time)
			oldest = c;
	}
	*oldest = (struct copy){ print, time, origin };
}

/* Takes the entry away: a copy is one copy.  '*origin' (may be null) is what
 * copy_add was given. */
static bool
copy_take(struct feed *f, uint64_t print, int64_t time,
    const struct iface *captured_on, const struct iface **origin)
{
	for (unsigned i = 0; i < COPY_PROBES; i++) {
		struct copy *c = &f->copies[(print + i) % COPY_SLOTS];

		if (c->print != print || time - c->time > COPY_TIME ||
		    (c->origin != NULL && c->origin == captured_on))
			continue;
		c->print = 0;
		if (origin != NULL)
			*origin = c->origin;
		return true;
	}
	return false;
}

/* Both directions of an interface are kept apart. */
enum { DIR_IN = 0x5bd1e995, DIR_OUT = 0x2545f491, AT_PORT = 0x7ed55d16 };

void
feed_sent(struct feed *f, const struct iface *dev, const uint8_t *l3,
    uint32_t have, int64_t time)
{
	uint64_t print;

	if (!f->watching)
		return;
	print = fingerprint(l3, have, dev);
	if (print != 0)
		copy_add(f, print ^ DIR_OUT, time,
		    print == f->origin_print ? f->origin : NULL);
}

/* ---- where a frame belongs ---- */

struct place {
	const struct iface *captured;	/* on which interface */
	const struct iface *dev;	/* who has it in the end */
	const struct iface *port;	/* bridge port, or null */
	bool mine;			/* the source is one of them */
	bool to_me;			/* the destination is */
	bool known_mac;			/* any of them has an address at all */
	bool no_vlan;			/* tagged for nobody */
};

static void
look_at(struct place *w, const struct iface *dev, const uint8_t *mac)
{
	w->dev = dev;
	if (mac == NULL || !dev->has_mac)
		return;
	w->known_mac = true;
	w->to_me |= memcmp(mac, dev->mac, 6) == 0;
	w->mine |= memcmp(mac + 6, dev->mac, 6) == 0;
}

static const struct iface *
vlan_of(const struct env *env, const struct iface *lower, unsigned id)
{
	for (const struct iface *i = env->ifaces; i != NULL; i = i->next)
		if (i->vlan && i->lower == lower && i->vlan_id == id)
			return i;
	return NULL;
}

/* The tag of an Ethernet frame; 0: none, or only a priority. */
static unsigned
vlan_tag(const struct capture *c)
{
	unsigned type;

	if (c->link != CAP_ETHER || c->len < ETHER_SIZE + 4)
		return 0;
	type = get16(c->data + 12);
	return type == 0x8100 || type == 0x88a8 ?
	    get16(c->data + ETHER_SIZE) & 0xfffu : 0;
}

/* __netif_receive_skb_core: a tag's VLAN first, then the master, again for
 * what that leads to. */
static struct place
place_of(const struct feed *f, const struct capture *c,
    const struct iface *dev)
{
	const uint8_t *mac = c->link == CAP_ETHER && c->len >= ETHER_SIZE ?
	    c->data : NULL;
	unsigned tag = vlan_tag(c);
	struct place w = { .captured = dev };

	look_at(&w, dev, mac);
	for (unsigned i = 0; i < 8; i++) {
		const struct iface *up = NULL;

		if (tag != 0 && (up = vlan_of(f->cfg.env, w.dev, tag)) != NULL)
			tag = 0;
		else if ((up = w.dev->master) != NULL && up->bridge)
			w.port = f->cfg.physdev ? w.dev : NULL;
		if (up == NULL)
			break;
		look_at(&w, up, mac);
	}
	/* A VLAN's own capture has no tags; this one's leads nowhere. */
	w.no_vlan = tag != 0;
	return w;
}

static const uint8_t *
find_l3(const uint8_t *data, uint32_t len, bool ether, uint32_t *have,
    int *family)
{
	uint32_t off = 0;
	unsigned type;

	*family = 0;
	if (ether) {
		if (len < ETHER_SIZE)
			return NULL;
		type = get16(data + 12);
		for (off = ETHER_SIZE; (type == 0x8100 || type == 0x88a8) &&
		    len >= off + 4; off += 4)
			type = get16(data + off + 2);
		if (type != 0x0800 && type != 0x86dd)
			return NULL;
	}
	*have = len - off;
	if (*have >= 20 && data[off] >> 4 == 4)
		*family = AF_INET;
	else if (*have >= 40 && data[off] >> 4 == 6)
		*family = AF_INET6;
	return *family ? data + off : NULL;
}

static const uint8_t *
l3_of(const struct capture *c, uint32_t *have, int *family)
{
	return find_l3(c->data, c->len, c->link == CAP_ETHER, have, family);
}

const uint8_t *
frame_l3(const struct frame *f, uint32_t *have, int *family)
{
	return find_l3(f->data, f->len, f->link == FRAME_ETHER, have, family);
}

static bool
own_source(const struct feed *f, const uint8_t *l3, int family)
{
	const char *addr = (const char *)l3 + (family == AF_INET ? 12 : 8);

	return map_get(&f->own, addr, family_addr_size(family)) != NULL;
}

/* The destination that a cooked header does not have. */
static void
make_dst_mac(const struct capture *c, const struct iface *dev)
{
	uint32_t have;
	int family;
	const uint8_t *l3;

	if (c->type != PKT_MULTICAST) {
		if (c->type != PKT_OTHERHOST && dev->has_mac)
			memcpy(c->dst_mac, dev->mac, 6);
		return;
	}
	l3 = l3_of(c, &have, &family);
	if (family == AF_INET) {
		static const uint8_t prefix[3] = { 0x01, 0x00, 0x5e };

		memcpy(c->dst_mac, prefix, 3);
		memcpy(c->dst_mac + 3, l3 + 17, 3);
		c->dst_mac[3] &= 0x7f;
	} else if (family == AF_INET6) {
		memset(c->dst_mac, 0x33, 2);
		memcpy(c->dst_mac + 2, l3 + 36, 4);
	}
}

/* ---- which interface a capture was taken on ---- */

static struct iface *
named(struct feed *f, const char *name)
{
	struct iface *dev = env_iface(f->cfg.env, name, strlen(name));

	if (dev != NULL)
		return dev;
	if (f->cfg.env->has_addrs)
		env_assume(f->cfg.env, "interface %s is not in the snapshot: "
		    "up, without addresses", name);
	return env_add_iface(f->cfg.env, name, strlen(name));
}

static struct iface *
by_mac(const struct env *env, const struct capture *c)
{
	if (c->link != CAP_ETHER || c->len < ETHER_SIZE)
		return NULL;
	for (struct iface *i = env->ifaces; i != NULL; i = i->next)
		if (i->has_mac && i->kind == IFK_ETHER && !i->vlan &&
		    (memcmp(c->data, i->mac, 6) == 0 ||
		    memcmp(c->data + 6, i->mac, 6) == 0))
			return i;
	return NULL;
}

/* Looks into the file for a frame whose addresses tell. */
static struct iface *
probe(struct feed *f, const char *path, bool *by_frame)
{
	struct arena arena = ARENA_INIT;
	struct diags diags;
	struct captures *caps;
	struct capture c;
	struct iface *dev = NULL;
	struct stat st;

	*by_frame = false;
	if (stat(path, &st) != 0 || !S_ISREG(st.st_mode))
		return NULL;
	diag_init(&diags, &arena);
	caps = captures_open(&path, 1, true, &diags);
	for (unsigned n = 0; caps != NULL && n < PROBE_FRAMES && dev == NULL &&
	    captures_next(caps, &c); n++) {
		if (c.ifindex != 0) {
			*by_frame = true;
			break;
		}
		dev = by_mac(f->cfg.env, &c);
	}
	captures_close(caps);
	arena_free(&arena);
	return dev;
}

static struct iface *
guess(struct feed *f, const char *path)
{
	struct env *env = f->cfg.env;
	struct iface *dev, *only = NULL;
	bool by_frame;

	dev = probe(f, path, &by_frame);
	if (by_frame)
		return NULL;
	if (dev != NULL) {
		env_assume(env, "%s was taken on %s, as its frames' MAC "
		    "addresses say", path, dev->name);
		return dev;
	}
	for (struct iface *i = env->ifaces; i != NULL; i = i->next)
		if (i->kind != IFK_LOOPBACK && only == NULL)
			only = i;
	if (only == NULL)
		only = named(f, "eth0");
	env_assume(env, "%s was taken on %s (say IFACE=CAPTURE if not)", path,
	    only->name);
	return only;
}

/* The interface of a frame in a capture of all interfaces. */
static const struct iface *
by_index(struct feed *f, const struct input *in, int index)
{
	struct iface *dev = index ? env_iface_index(f->cfg.env, index) : NULL;
	char name[IFNAME_SIZE];

	if (dev != NULL)
		return dev;
	snprintf(name, sizeof(name), "if%d", index);
	dev = env_iface(f->cfg.env, name, strlen(name));
	if (dev != NULL)
		return dev;
	env_assume(f->cfg.env, "%s: the snapshot has no interface with index "
	    "%d; it is called %s here", in->path, index, name);
	dev = env_add_iface(f->cfg.env, name, strlen(name));
	return dev;
}

static void
prepare_inputs(struct feed *f)
{
	for (unsigned i = 0; i < f->cfg.n_inputs; i++) {
		const struct feed_input *from = &f->cfg.inputs[i];
		struct input *in = &f->inputs[i];

		in->path = from->path;
		in->local = from->iface && strcmp(from->iface, "local") == 0;
		if (!in->local)
			in->dev = from->iface ? named(f, from->iface) :
			    guess(f, from->path);
		f->stacked |= f->cfg.n_inputs > 1 || in->dev == NULL;
	}
}

static void
collect_own(struct feed *f)
{
	for (const struct iface *i = f->cfg.env->ifaces; i != NULL; i = i->next)
		for (struct ifaddr *a = i->addrs; a != NULL; a = a->next) {
			map_set(&f->own, f->cfg.arena, (const char *)a->addr.b,
			    family_addr_size(a->family), a);
			f->has_own |= i->kind != IFK_LOOPBACK;
		}
}

/* ---- frames ---- */

static void
fill(struct frame *out, const struct capture *c, const struct iface *in)
{
	*out = (struct frame){ .data = c->data, .len = c->len,
	    .wire_len = c->wire_len, .time = c->time, .number = c->number,
	    .in = in, .link = c->link == CAP_ETHER ? FRAME_ETHER :
	    FRAME_RAW_IP };
}

static bool
inject(struct feed *f, bool local)
{
	f->stats.injected++;
	f->stats.local += local;
	return true;
}

/* A frame that the host sent: its own, or one that it forwarded. */
static bool
outgoing(struct feed *f, const struct capture *c, const struct place *w,
    struct frame *out)
{
	uint32_t have;
	int family;
	const uint8_t *l3 = l3_of(c, &have, &family);
	uint64_t print;

	f->watching = true;
	f->quiet = 0;
	if (l3 == NULL) {
		f->stats.forwarded++;
		return false;
	}
	print = fingerprint(l3, have, w->dev);
	if (copy_take(f, print ^ DIR_OUT, c->time, w->captured, NULL)) {
		f->stats.copies++;
		return false;
	}
	if (f->has_own && !own_source(f, l3, family) &&
	    w->dev->kind != IFK_LOOPBACK) {
		f->stats.forwarded++;
		return false;
	}
	fill(out, c, NULL);
	out->known_type = true;
	out->pkt_type = PKT_HOST;
	/* Checksums of what the host sends are often left to the device. */
	out->trust_checksum = true;
	f->origin = w->captured;
	f->origin_print = print;
	return inject(f, true);
}

/* eth_type_trans for a frame that another device takes than it came by. */
static uint8_t
type_of(const struct capture *c, const struct place *w)
{
	static const uint8_t all[6] = { 255, 255, 255, 255, 255, 255 };

	if (w->no_vlan)
		return PKT_OTHERHOST;
	if (c->type >= 0)
		return (uint8_t)c->type;
	if (c->data[0] & 1)
		return memcmp(c->data, all, 6) == 0 ? PKT_BROADCAST :
		    PKT_MULTICAST;
	return w->to_me || !w->known_mac ? PKT_HOST : PKT_OTHERHOST;
}

/* Was the packet injected when it was captured at a port or carrier, or will
 * it be when it is captured on what that belongs to? */
static bool
is_copy(struct feed *f, const struct capture *c, const struct place *w,
    struct frame *out)
{
	uint32_t have;
	int family;
	const uint8_t *l3 = l3_of(c, &have, &family);
	uint64_t print = l3 ? fingerprint(l3, have, w->dev) : 0;

	if (print == 0)
		return false;
	if (copy_take(f, print ^ DIR_IN, c->time, w->captured, NULL))
		return true;
	if (w->dev == w->captured) {
		if (f->cfg.physdev && w->dev->bridge)
			copy_take(f, print ^ AT_PORT, c->time, w->captured,
			    &out->physin);
		return false;
	}
	/* A port's type in a capture of all is for the port's own address: the
	 * bridge's says whether it is for the host. */
	if (out->known_type && out->pkt_type == PKT_OTHERHOST &&
	    c->ifindex != 0) {
		copy_add(f, print ^ AT_PORT, c->time, w->port);
		return true;
	}
	copy_add(f, print ^ DIR_IN, c->time, w->captured);
	return false;
}

static bool
incoming(struct feed *f, const struct capture *c, const struct place *w,
    struct frame *out)
{
	fill(out, c, w->dev);
	out->physin = w->port;
	if (c->link == CAP_ETHER && c->len >= ETHER_SIZE &&
	    (w->dev != w->captured || w->no_vlan || c->type >= 0)) {
		out->known_type = true;
		out->pkt_type = type_of(c, w);
	} else if (c->type >= 0) {
		out->known_type = true;
		out->pkt_type = (uint8_t)c->type;
	}
	if (f->stacked && is_copy(f, c, w, out)) {
		f->stats.copies++;
		return false;
	}
	return inject(f, false);
}

/* A device without link header has no MAC to tell the direction by; what has
 * the host's own source address cannot have come in there. */
static bool
sent_without_mac(const struct feed *f, const struct capture *c,
    const struct iface *dev)
{
	uint32_t have;
	int family;
	const uint8_t *l3;

	if (c->link != CAP_RAW || c->type >= 0 || dev->kind != IFK_NONE)
		return false;
	l3 = l3_of(c, &have, &family);
	return l3 != NULL && own_source(f, l3, family);
}

static bool
convert(struct feed *f, const struct capture *c, struct frame *out)
{
	const struct input *in = &f->inputs[c->file];
	const struct iface *dev = in->dev;
	struct place w;

	f->stats.frames++;
	f->stats.bytes += c->wire_len;
	f->origin_print = 0;
	if (c->link == CAP_OTHER) {
		f->stats.other_link++;
		return false;
	}
	if (in->local) {
		fill(out, c, NULL);
		out->known_type = true;
		out->pkt_type = PKT_HOST;
		return inject(f, true);
	}
	if (dev == NULL)
		dev = by_index(f, in, c->ifindex);
	w = place_of(f, c, dev);
	if (c->type == PKT_OUTGOING || dev->kind == IFK_LOOPBACK ||
	    (c->type < 0 && w.mine) || sent_without_mac(f, c, dev))
		return outgoing(f, c, &w, out);
	if (f->watching && ++f->quiet == QUIET_FRAMES)
		f->watching = false;
	if (c->dst_mac != NULL)
		make_dst_mac(c, dev);
	return incoming(f, c, &w, out);
}

static bool
is_ours(const struct feed *f, const struct capture *c)
{
	struct addr_pair pair = { .family = 0 };
	uint32_t have;
	int family;
	const uint8_t *l3;

	if (f->cfg.shard == NULL)
		return true;
	l3 = c->link == CAP_OTHER ? NULL : l3_of(c, &have, &family);
	if (l3 != NULL)
		addr_pair_read(&pair, l3, have);
	return shard_has(f->cfg.shard, &pair);
}

/* The reader's buffer is used again for the next frame: a copy. */
static bool
read_ahead(struct feed *f)
{
	struct waiting *w = &f->ahead[f->n_read % AHEAD];
	struct frame frame;

	if (!captures_next(f->caps, &w->c))
		return false;
	f->n_read++;
	if (w->room < w->c.len) {
		w->room = w->c.len + 2048;
		w->bytes = mem_grow(w->bytes, w->room, 1);
	}
	if (w->c.len != 0)
		memcpy(w->bytes, w->c.data, w->c.len);
	if (w->c.dst_mac != NULL)
		w->c.dst_mac = w->bytes;
	w->c.data = w->bytes;
	w->ours = is_ours(f, &w->c);
	if (w->c.time > f->end)
		f->end = w->c.time;
	if (f->sim != NULL && w->ours) {
		fill(&frame, &w->c, NULL);
		w->foreseen = sim_foresee(f->sim, &frame);
	}
	return true;
}

static const struct waiting *
take(struct feed *f)
{
	const struct waiting *soon;

	while (f->n_read < f->n_taken + AHEAD && read_ahead(f))
		continue;
	if (f->n_taken == f->n_read)
		return NULL;
	soon = &f->ahead[(f->n_taken + FETCH_AHEAD) % AHEAD];
	if (f->sim != NULL && f->n_taken + FETCH_AHEAD < f->n_read &&
	    soon->ours)
		sim_fetch(f->sim, soon->foreseen);
	return &f->ahead[f->n_taken++ % AHEAD];
}

/* Frames of other shards are taken like ours, but not counted: when the
 * clock starts, what is a copy and which interfaces there are is the same in
 * all shards. */
static bool
convert_any(struct feed *f, const struct waiting *w, struct frame *out)
{
	struct feed_stats before = f->stats;
	bool injected = convert(f, &w->c, out);

	if (!w->ours)
		f->stats = before;
	return injected;
}

bool
feed_next(struct feed *f, struct frame *out, unsigned *file)
{
	const struct waiting *w;

	while ((w = take(f)) != NULL)
		if (convert_any(f, w, out)) {
			if (file != NULL)
				*file = w->c.file;
			f->ours = w->ours;
			return true;
		}
	return false;
}

bool
feed_ours(const struct feed *f)
{
	return f->ours;
}

int64_t
feed_end(const struct feed *f)
{
	return f->end;
}

void
feed_for(struct feed *f, const struct sim *sim)
{
	f->sim = sim;
}

/* ---- life ---- */

struct feed *
feed_open(const struct feed_config *cfg)
{
	struct feed *f = mem_alloc(1, sizeof(*f));
	const char **paths = mem_alloc(cfg->n_inputs + 1, sizeof(*paths));

	*f = (struct feed){ .cfg = *cfg, .watching = true };
	f->inputs = mem_alloc(cfg->n_inputs + 1, sizeof(*f->inputs));
	f->copies = mem_alloc(COPY_SLOTS, sizeof(*f->copies));
	for (unsigned i = 0; i < cfg->n_inputs; i++)
		paths[i] = cfg->inputs[i].path;
	f->caps = captures_open(paths, cfg->n_inputs, cfg->partial,
	    cfg->diags);
	free(paths);
	if (f->caps == NULL) {
		feed_close(f);
		return NULL;
	}
	prepare_inputs(f);
	collect_own(f);
	return f;
}

const struct feed_stats *
feed_stats(const struct feed *f)
{
	return &f->stats;
}

bool
feed_nanoseconds(const struct feed *f)
{
	return captures_nanoseconds(f->caps);
}

void
feed_progress(const struct feed *f, uint64_t *done, uint64_t *total)
{
	captures_progress(f->caps, done, total);
}

void
feed_close(struct feed *f)
{
	if (f == NULL)
		return;
	captures_close(f->caps);
	for (unsigned i = 0; i < AHEAD; i++)
		free(f->ahead[i].bytes);
	free(f->copies);
	free(f->inputs);
	free(f);
}

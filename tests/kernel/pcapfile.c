#include "lab.h"

#include <stdlib.h>
#include <string.h>

/* Classic capture files: nanoseconds are 0xa1b23c4d. */
enum { LINK_ETHERNET = 1, LINK_RAW = 101 };
#define MAGIC_NANO	0xa1b23c4dU
#define MAGIC_MICRO	0xa1b2c3d4U

static void
put_head(FILE *f, uint32_t link)
{
	uint32_t head[6] = { MAGIC_NANO, 2 | 4 << 16, 0, 0, 262144, link };

	fwrite(head, sizeof(head), 1, f);
}

static void
put_record(FILE *f, uint64_t time, struct bytes b)
{
	uint32_t head[4] = { (uint32_t)(time / 1000000000),
	    (uint32_t)(time % 1000000000), b.len, b.len };

	fwrite(head, sizeof(head), 1, f);
	fwrite(b.data, b.len, 1, f);
}

bool
pcap_write_frames(const char *path, const struct record *r, enum dev d)
{
	FILE *f = fopen(path, "we");
	unsigned i;

	if (!f)
		return false;
	put_head(f, d == DEV_LOCAL ? LINK_RAW : LINK_ETHERNET);
	for (i = 0; i < r->n_sent; i++)
		if (r->sent[i].dev == d)
			put_record(f, r->sent[i].time, r->sent[i].frame);
	return !fclose(f);
}

bool
pcap_write_left(const char *path, const struct record *r, enum dev d)
{
	FILE *f = fopen(path, "we");
	unsigned i;

	if (!f)
		return false;
	put_head(f, LINK_RAW);
	for (i = 0; i < r->n_left; i++)
		if (r->left[i].dev == d)
			put_record(f, r->sent[0].time, r->left[i].l3);
	return !fclose(f);
}

static uint32_t
word(const uint8_t *p, bool swap)
{
	uint32_t v;

	memcpy(&v, p, 4);
	return swap ? __builtin_bswap32(v) : v;
}

unsigned
pcap_read(const char *path, struct bytes **out, struct arena *arena)
{
	FILE *f = fopen(path, "re");
	uint8_t head[24];
	struct bytes *v = NULL;
	unsigned n = 0, cap = 0;
	bool swap;

	*out = NULL;
	if (!f)
		return 0;
	if (fread(head, 24, 1, f) != 1) {
		fclose(f);
		return 0;
	}
	swap = word(head, false) != MAGIC_NANO &&
	    word(head, false) != MAGIC_MICRO;
	while (fread(head, 16, 1, f) == 1) {
		uint32_t len = word(head + 8, swap);
		struct bytes b;

		if (len > 262144)
			break;
		b.len = len;
		b.data = arena_alloc(arena, len + 1);
		if (len && fread(b.data, len, 1, f) != 1)
			break;
		vec_room(v, n, cap);
		v[n++] = b;
	}
	fclose(f);
	if (n)
		*out = arena_copy(arena, v, n * sizeof(*v));
	free(v);
	return n;
}

#include "reports/pcapng.h"

#include "base/diag.h"
#include "reports/ref.h"
#include "reports/save.h"
#include "reports/summary.h"

enum {
	BLOCK_SECTION = 0x0a0d0d0a, BLOCK_IFACE = 1, BLOCK_PACKET = 6,
	OPT_END = 0, OPT_COMMENT = 1, OPT_IF_NAME = 2, OPT_EPB_FLAGS = 2,
	OPT_USERAPPL = 4, OPT_IF_TSRESOL = 9,
	LINK_ETHERNET = 1, LINK_RAW = 101,
	LONGEST = 4096			/* of a comment */
};

struct known {
	struct known *next;
	const char *name;
	bool ether;
	uint32_t number;
};

struct pcapng {
	FILE *file;
	struct arena *arena;
	struct known *ifaces;
	uint32_t n_ifaces;
};

/* ---- blocks ---- */

static void
put_le(struct sbuf *b, uint64_t v, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		sbuf_putc(b, (char)(v >> 8 * i & 0xff));
}

static void
pad(struct sbuf *b)
{
	while (b->len % 4 != 0)
		sbuf_putc(b, '\0');
}

static void
put_option(struct sbuf *b, unsigned code, const void *value, size_t size)
{
	put_le(b, code, 2);
	put_le(b, size, 2);
	sbuf_put(b, value, size);
	pad(b);
}

/* Type and length, the body, and the length again. */
static void
write_block(struct pcapng *p, uint32_t type, struct sbuf *body)
{
	struct sbuf head = SBUF_INIT;
	uint32_t size = (uint32_t)body->len + 12;

	put_le(&head, type, 4);
	put_le(&head, size, 4);
	put_le(body, size, 4);
	fwrite(head.text, 1, head.len, p->file);
	fwrite(body->text, 1, body->len, p->file);
	sbuf_free(&head);
	sbuf_free(body);
}

/* What is not UTF-8 or may not be shown is escaped; cut between characters.
 * Lines stay lines. */
static void
put_text(struct sbuf *b, unsigned code, const char *text)
{
	struct sbuf safe = SBUF_INIT;
	size_t n;

	for (const char *s = text; *s != '\0'; s += *s == '\n') {
		n = strcspn(s, "\n");
		if (s != text)
			sbuf_putc(&safe, '\n');
		sbuf_safe(&safe, s, n);
		s += n;
	}
	n = safe.len > LONGEST ? LONGEST : safe.len;
	while (n < safe.len && n > 0 &&
	    ((unsigned char)safe.text[n] & 0xc0) == 0x80)
		n--;
	put_option(b, code, sbuf_text(&safe), n);
	sbuf_free(&safe);
}

/* ---- what they are ---- */

struct pcapng *
pcapng_new(FILE *file, struct arena *arena)
{
	struct pcapng *p = arena_new(arena, struct pcapng);
	struct sbuf b = SBUF_INIT;

	p->file = file;
	p->arena = arena;
	put_le(&b, 0x1a2b3c4d, 4);
	put_le(&b, 1, 2);		/* version 1.0 */
	put_le(&b, 0, 2);
	put_le(&b, UINT64_MAX, 8);	/* length not said */
	put_option(&b, OPT_USERAPPL, "nfwalk", 6);
	put_option(&b, OPT_END, "", 0);
	write_block(p, BLOCK_SECTION, &b);
	return p;
}

static struct known *
add_iface(struct pcapng *p, const char *name, bool ether)
{
	struct known *k = arena_new(p->arena, struct known);
	struct sbuf b = SBUF_INIT;

	k->name = arena_strdup(p->arena, name);
	k->ether = ether;
	k->number = p->n_ifaces++;
	k->next = p->ifaces;
	p->ifaces = k;
	put_le(&b, ether ? LINK_ETHERNET : LINK_RAW, 2);
	put_le(&b, 0, 2);
	put_le(&b, 0, 4);		/* no snap length */
	put_text(&b, OPT_IF_NAME, name);
	put_option(&b, OPT_IF_TSRESOL, "\t", 1);	/* 10^-9 */
	put_option(&b, OPT_END, "", 0);
	write_block(p, BLOCK_IFACE, &b);
	return k;
}

static uint32_t
iface_number(struct pcapng *p, const char *name, bool ether)
{
	struct known *k = p->ifaces;

	while (k != NULL && (k->ether != ether || strcmp(k->name, name) != 0))
		k = k->next;
	return (k != NULL ? k : add_iface(p, name, ether))->number;
}

void
pcapng_put(struct pcapng *p, const struct pcapng_packet *packet)
{
	uint32_t number = iface_number(p, packet->iface, packet->ether);
	uint64_t time = (uint64_t)packet->time;
	struct sbuf b = SBUF_INIT;

	put_le(&b, number, 4);
	put_le(&b, time >> 32, 4);
	put_le(&b, time & UINT32_MAX, 4);
	put_le(&b, packet->have, 4);
	put_le(&b, packet->len, 4);
	sbuf_put(&b, packet->data, packet->have);
	pad(&b);
	put_text(&b, OPT_COMMENT, packet->comment);
	put_option(&b, OPT_EPB_FLAGS, packet->inbound ? "\1\0\0\0" :
	    "\2\0\0\0", 4);
	put_option(&b, OPT_END, "", 0);
	write_block(p, BLOCK_PACKET, &b);
}

void
pcapng_comment(const struct summary_packet *p, struct sbuf *b)
{
	struct sbuf place = SBUF_INIT;

	sbuf_printf(b, "%s %s", disposition_names[p->disposition],
	    reason_names[p->reason]);
	if (p->rule == NULL && p->chain == NULL)
		return;
	sbuf_putc(b, ' ');
	ref_decider(p->rule, p->chain, b);
	if (p->rule != NULL)
		ref_rule_place(p->rule, &place);
	else
		ref_chain_place(p->chain, &place);
	if (place.len != 0)
		sbuf_printf(b, " (%s)", sbuf_text(&place));
	if (p->rule != NULL) {
		sbuf_putc(b, '\n');
		save_rule(p->rule, b);
	}
	sbuf_free(&place);
}

/* -m sctp: ports and chunks of SCTP (xt_sctp.c). */
#include "ext/l4.h"

#include <ctype.h>
#include <stddef.h>
#include <strings.h>

enum { SCTP_HEADER = 12, CHUNK_HEADER = 4, MAX_FLAGS = 4 };
enum { SCTP_CHUNKS = 1 << 2 };		/* besides PORTS_SRC, PORTS_DST */
enum how { CHUNKS_ANY = 1, CHUNKS_ALL, CHUNKS_ONLY };

struct chunk_flags {
	uint8_t type, mask, bits;
};

struct sctp {
	struct ports ports;
	uint8_t given, invert;
	uint8_t how;			/* enum how */
	uint8_t n_flags;
	uint32_t map[8];		/* bits of the chunk types named */
	struct chunk_flags flags[MAX_FLAGS];
};

/* The letters name bits 7 to 0. */
static const struct chunk { const char *name, *flags; uint8_t type; }
chunks[] = {
	{ "DATA", "----IUBE", 0 }, { "INIT", "--------", 1 },
	{ "INIT_ACK", "--------", 2 }, { "SACK", "--------", 3 },
	{ "HEARTBEAT", "--------", 4 }, { "HEARTBEAT_ACK", "--------", 5 },
	{ "ABORT", "-------T", 6 }, { "SHUTDOWN", "--------", 7 },
	{ "SHUTDOWN_ACK", "--------", 8 }, { "ERROR", "--------", 9 },
	{ "COOKIE_ECHO", "--------", 10 }, { "COOKIE_ACK", "--------", 11 },
	{ "ECN_ECNE", "--------", 12 }, { "ECN_CWR", "--------", 13 },
	{ "SHUTDOWN_COMPLETE", "-------T", 14 }, { "I_DATA", "----IUBE", 64 },
	{ "RE_CONFIG", "--------", 130 }, { "PAD", "--------", 132 },
	{ "ASCONF", "--------", 193 }, { "ASCONF_ACK", "--------", 128 },
	{ "FORWARD_TSN", "--------", 192 },
	{ "I_FORWARD_TSN", "--------", 194 },
};
enum { N_CHUNKS = sizeof(chunks) / sizeof(chunks[0]) };

static const char *const hows[] = {
	[CHUNKS_ANY] = "any", [CHUNKS_ALL] = "all", [CHUNKS_ONLY] = "only",
};

static bool
in_map(const uint32_t map[8], unsigned type)
{
	return map[type / 32] >> type % 32 & 1;
}

/* iptables keeps flags by a chunk's place in the table, not by its type, so
 * that those of I_DATA (64, place 15) are lost; so do we. */
static bool
add_flag(struct opt_arg *a, unsigned place, char letter)
{
	struct sctp *sctp = a->data;
	const char *found = strchr(chunks[place].flags, toupper(letter));
	struct chunk_flags *f = sctp->flags;
	uint8_t bit;

	if (found == NULL || letter == '\0')
		return opt_error(a, "invalid flag '%c' for chunk %s", letter,
		    chunks[place].name);
	bit = (uint8_t)(0x80 >> (found - chunks[place].flags));
	while (f < sctp->flags + sctp->n_flags && f->type != place)
		f++;
	if (f == sctp->flags + MAX_FLAGS)
		return opt_error(a, "flags for more than %d chunk types",
		    MAX_FLAGS);
	if (f == sctp->flags + sctp->n_flags)
		sctp->n_flags++;
	f->type = (uint8_t)place;
	f->mask |= bit;
	if (isupper((unsigned char)letter))
		f->bits |= bit;
	return true;
}

static bool
read_chunk(struct opt_arg *a, const char *word, size_t len)
{
	struct sctp *sctp = a->data;
	const char *colon = memchr(word, ':', len);
	size_t i, name = colon ? (size_t)(colon - word) : len;
	unsigned place;

	for (place = 0; place < N_CHUNKS; place++)
		if (word_is(word, name, chunks[place].name))
			break;
	if (place == N_CHUNKS)
		return opt_error(a, "unknown SCTP chunk '%.*s'", (int)name,
		    word);
	sctp->map[chunks[place].type / 32] |= 1U << chunks[place].type % 32;
	for (i = name + 1; i < len; i++)
		if (!add_flag(a, place, word[i]))
			return false;
	return true;
}

static bool
opt_chunks(struct opt_arg *a)
{
	struct sctp *sctp = a->data;
	const char *s = a->text2, *word;
	size_t len;

	if (*s == '-' || *s == '!')
		return opt_error(a, "wants two words: any, all or only, and "
		    "chunk types");
	for (sctp->how = CHUNKS_ANY; sctp->how <= CHUNKS_ONLY; sctp->how++)
		if (strcasecmp(a->text, hows[sctp->how]) == 0)
			break;
	if (sctp->how > CHUNKS_ONLY)
		return opt_error(a, "first word is none of any, all, only");
	if (strcasecmp(s, "ALL") == 0)
		memset(sctp->map, 0xff, sizeof(sctp->map));
	else if (strcasecmp(s, "NONE") != 0)
		while ((word = next_word(&s, ',', &len)) != NULL)
			if (!read_chunk(a, word, len))
				return false;
	return true;
}

static const struct opt opts[] = {
	OPTS_PORTS(sctp, opt_ports_ordered),
	{ "--chunk-types", NULL, 2, OPT_INVERT, opt_chunks,
	    .inv_offset = offsetof(struct sctp, invert),
	    .inv_bit = SCTP_CHUNKS },
	{ 0 },
};

static bool
check(struct ext_check *c)
{
	struct sctp *sctp = c->data;

	sctp->given = (uint8_t)c->seen;
	return true;
}

static void
put_flags(const struct sctp *sctp, unsigned type, struct sbuf *out)
{
	unsigned i, bit;

	for (i = 0; i < sctp->n_flags; i++) {
		const struct chunk_flags *f = &sctp->flags[i];

		if (f->type != type)
			continue;
		sbuf_putc(out, ':');
		for (bit = 0; bit < 8; bit++) {
			char letter = chunks[type].flags[bit];

			if (!(f->mask & 0x80 >> bit))
				continue;
			sbuf_putc(out, f->bits & 0x80 >> bit ? letter :
			    (char)tolower(letter));
		}
	}
}

static void
put_chunk_name(unsigned type, struct sbuf *out)
{
	unsigned i;

	for (i = 0; i < N_CHUNKS; i++)
		if (chunks[i].type == type)
			sbuf_puts(out, chunks[i].name);
}

static void
put_chunks(const struct sctp *sctp, bool numeric, struct sbuf *out)
{
	char before = ' ';
	unsigned type, n = 0;

	sbuf_printf(out, " %s", hows[sctp->how]);
	for (type = 0; type < 256; type++)
		n += in_map(sctp->map, type);
	if (n == 0 || n == 256) {
		sbuf_puts(out, n == 0 ? " NONE" : " ALL");
		return;
	}
	for (type = 0; type < 256; type++) {
		if (!in_map(sctp->map, type))
			continue;
		sbuf_putc(out, before);
		before = ',';
		if (numeric)
			sbuf_printf(out, "0x%04X", type);
		else
			put_chunk_name(type, out);
		if (type < N_CHUNKS)
			put_flags(sctp, type, out);
	}
}

static void
save(const void *data, const struct ext_print *how, struct sbuf *out)
{
	const struct sctp *sctp = data;
	const struct ports *p = &sctp->ports;

	(void)how;
	if (sctp->given & PORTS_SRC)
		save_range(out, sctp->invert & PORTS_SRC, "--sport",
		    p->src[0], p->src[1]);
	if (sctp->given & PORTS_DST)
		save_range(out, sctp->invert & PORTS_DST, "--dport",
		    p->dst[0], p->dst[1]);
	if (sctp->given & SCTP_CHUNKS) {
		save_opt(out, sctp->invert & SCTP_CHUNKS, "--chunk-types");
		put_chunks(sctp, false, out);
	}
}

static void
list(const void *data, const struct ext_print *how, struct sbuf *out)
{
	const struct sctp *sctp = data;
	const struct ports *p = &sctp->ports;

	sbuf_puts(out, " sctp");
	if (sctp->given & PORTS_SRC)
		list_range(out, sctp->invert & PORTS_SRC, "spt", p->src[0],
		    p->src[1], UINT16_MAX);
	if (sctp->given & PORTS_DST)
		list_range(out, sctp->invert & PORTS_DST, "dpt", p->dst[0],
		    p->dst[1], UINT16_MAX);
	if (sctp->given & SCTP_CHUNKS) {
		if (sctp->invert & SCTP_CHUNKS)
			sbuf_puts(out, " !");
		put_chunks(sctp, how->numeric, out);
	}
}

static bool
flags_match(const struct sctp *sctp, const uint8_t *chunk)
{
	unsigned i;

	for (i = 0; i < sctp->n_flags; i++)
		if (sctp->flags[i].type == chunk[0])
			return (chunk[1] & sctp->flags[i].mask) ==
			    sctp->flags[i].bits;
	return true;
}

static bool
is_clear(const uint32_t map[8])
{
	unsigned i;

	for (i = 0; i < 8; i++)
		if (map[i] != 0)
			return false;
	return true;
}

/* Does the list of chunks match?  Without the inversion. */
static enum tri
find_chunks(const struct sctp *sctp, struct ctx *ctx, struct sbuf *why)
{
	const struct packet *p = ctx->pkt;
	uint32_t off = p->l4 + SCTP_HEADER, left[8];
	enum tri result;

	memcpy(left, sctp->map, sizeof(left));
	do {
		const uint8_t *chunk = packet_bytes(ctx, off, CHUNK_HEADER,
		    &result);
		bool wanted;

		if (chunk == NULL && result == TRI_UNKNOWN)
			return result;
		if (chunk == NULL || get16(chunk + 2) == 0)
			return hotdrop(ctx, why, "a chunk of sctp is cut off");
		off += (get16(chunk + 2) + 3U) & ~3U;
		wanted = in_map(sctp->map, chunk[0]) &&
		    flags_match(sctp, chunk);
		if (wanted && sctp->how == CHUNKS_ANY)
			return TRI_YES;
		if (!wanted && sctp->how == CHUNKS_ONLY)
			return TRI_NO;
		if (wanted)
			left[chunk[0] / 32] &= ~(1U << chunk[0] % 32);
	} while (off < p->len);
	return tri_of(sctp->how == CHUNKS_ONLY ||
	    (sctp->how == CHUNKS_ALL && is_clear(left)));
}

static enum tri
test_chunks(const struct sctp *sctp, struct ctx *ctx, struct sbuf *why)
{
	enum tri found = find_chunks(sctp, ctx, why);

	if (found == TRI_UNKNOWN)
		return found;
	/* The false of a packet to be dropped is inverted too: the rule
	 * counts it, and then it is dropped. */
	if ((found == TRI_YES) != !!(sctp->invert & SCTP_CHUNKS))
		return TRI_YES;
	if (why != NULL && !ctx->hotdrop) {
		sbuf_printf(why, "its sctp chunks %s%s",
		    found == TRI_YES ? "match" : "do not match",
		    sctp->invert & SCTP_CHUNKS ? " !" : "");
		put_chunks(sctp, false, why);
	}
	return TRI_NO;
}

static enum tri
sctp_test(const void *data, struct ctx *ctx, struct sbuf *why)
{
	const struct sctp *sctp = data;
	enum tri result;
	const uint8_t *sh = l4_part(ctx, SCTP_HEADER, 4, &result);

	if (sh == NULL)
		return l4_missed(ctx, result, why);
	result = ports_test(&sctp->ports, sctp->invert, "sctp", sh, why);
	if (result != TRI_YES || !(sctp->given & SCTP_CHUNKS))
		return result;
	return test_chunks(sctp, ctx, why);
}

EVAL_BY(sctp);

static bool
lower(const void *data, struct lower *l)
{
	const struct sctp *sctp = data;
	struct sbuf key = SBUF_INIT;

	lower_l4(l);
	ports_lower(&sctp->ports, sctp->invert, l);
	if (sctp->given & SCTP_CHUNKS) {
		sbuf_puts(&key, "-m sctp --chunk-types");
		put_chunks(sctp, false, &key);
		lower_opaque(l, sbuf_text(&key), sctp->invert & SCTP_CHUNKS);
	}
	sbuf_free(&key);
	return true;
}

const struct ext ext_m_sctp = {
	.name = "sctp",
	.kind = EXT_MATCH,
	.protos = { 132 },
	.implied_by = 132,
	.size = sizeof(struct sctp),
	.opts = opts,
	.init = ports_init,
	.check = check,
	.save = save,
	.list = list,
	.eval = sctp_eval,
	.explain = sctp_explain,
	.lower = lower,
};

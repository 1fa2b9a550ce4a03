/* -m bpf: a program of the classic packet filter (xt_bpf.c, filter.c). */
#include "ext/l4.h"

#include <ctype.h>
#include <stddef.h>

enum { MAX_INSNS = 64, N_MEM = 16 };

struct insn {
	uint16_t code;
	uint8_t jt, jf;
	uint32_t k;
};

struct bpf {
	const struct insn *insns;	/* n of them; null: a pinned object */
	const char *path;
	uint16_t n;
};

/* Codes: class in bits 0-2, then size and mode, or operation and source. */
enum { CLASS_LD, CLASS_LDX, CLASS_ST, CLASS_STX, CLASS_ALU, CLASS_JMP,
    CLASS_RET, CLASS_MISC };
enum { SIZE_W = 0x00, SIZE_H = 0x08, SIZE_B = 0x10 };
enum { MODE_IMM = 0x00, MODE_ABS = 0x20, MODE_IND = 0x40, MODE_MEM = 0x60,
    MODE_LEN = 0x80, MODE_MSH = 0xa0 };
enum { SOURCE_X = 0x08, RET_A = 0x10, MISC_TXA = 0x80 };
enum { ALU_ADD = 0x00, ALU_SUB = 0x10, ALU_MUL = 0x20, ALU_DIV = 0x30,
    ALU_OR = 0x40, ALU_AND = 0x50, ALU_LSH = 0x60, ALU_RSH = 0x70,
    ALU_NEG = 0x80, ALU_MOD = 0x90, ALU_XOR = 0xa0 };
enum { JMP_JA = 0x00, JMP_JEQ = 0x10, JMP_JGT = 0x20, JMP_JGE = 0x30,
    JMP_JSET = 0x40 };

/* Offsets from here on ask the kernel for something else than the packet:
 * at the last, one of the words that it knows. */
static const uint32_t off_special = 0x80000000, off_network = 0xfff00000,
    off_ancillary = 0xfffff000;
enum { ANCILLARY_LAST = 60 };

/* ---- reading ---- */

static bool
read_field(const char **s, uint64_t max, uint64_t *out)
{
	while (isspace((unsigned char)**s))
		(*s)++;
	return isdigit((unsigned char)**s) && read_number(s, max, out);
}

static bool
read_insn(struct opt_arg *a, const char **s, struct insn *insn)
{
	uint64_t code, jt, jf, k;

	if (!read_field(s, UINT16_MAX, &code) ||
	    !read_field(s, UINT8_MAX, &jt) || !read_field(s, UINT8_MAX, &jf) ||
	    !read_field(s, UINT32_MAX, &k))
		return opt_error(a, "bad instruction near '%s'", *s);
	*insn = (struct insn){ (uint16_t)code, (uint8_t)jt, (uint8_t)jf,
	    (uint32_t)k };
	return true;
}

static bool
opt_bytecode(struct opt_arg *a)
{
	struct bpf *b = a->data;
	const char *s = a->text;
	struct insn insns[MAX_INSNS];
	uint64_t n;

	if (!read_field(&s, UINT16_MAX, &n) || *s != ',')
		return opt_error(a, "wants the number of instructions first");
	if (n == 0 || n > MAX_INSNS)
		return opt_error(a, "wants 1 to %d instructions", MAX_INSNS);
	while (*s == ',' && s[1] != '\0') {
		s++;
		if (b->n == n)
			return opt_error(a, "more instructions than said");
		if (!read_insn(a, &s, &insns[b->n]))
			return false;
		b->n++;
		s += strcspn(s, ",");
	}
	if (b->n != n)
		return opt_error(a, "fewer instructions than said");
	b->insns = arena_copy(a->arena, insns, b->n * sizeof(insns[0]));
	return true;
}

static const struct opt opts[] = {
	{ "--bytecode", NULL, 1, 0, .read = opt_bytecode },
	{ "--object-pinned", NULL, 1, 0, opt_text,
	    .offset = offsetof(struct bpf, path) },
	{ 0 },
};

/* ---- checking: bpf_check_classic ---- */

static bool
is_code(unsigned code)
{
	static const uint8_t codes[] = {
		0x00, 0x20, 0x28, 0x30, 0x40, 0x48, 0x50, 0x60, 0x80,	/* LD */
		0x01, 0x61, 0x81, 0xb1,			/* LDX */
		0x02, 0x03,				/* ST, STX */
		0x04, 0x0c, 0x14, 0x1c, 0x24, 0x2c, 0x34, 0x3c, 0x44, 0x4c,
		0x54, 0x5c, 0x64, 0x6c, 0x74, 0x7c, 0x84, 0x94, 0x9c, 0xa4,
		0xac,					/* ALU */
		0x05, 0x15, 0x1d, 0x25, 0x2d, 0x35, 0x3d, 0x45,
		0x4d,					/* JMP */
		0x06, 0x16, 0x07, 0x87,			/* RET, MISC */
	};

	return code <= UINT8_MAX && memchr(codes, (int)code, sizeof(codes));
}

static bool
is_load_mem(const struct insn *i)
{
	return i->code == (CLASS_LD | MODE_MEM) ||
	    i->code == (CLASS_LDX | MODE_MEM);
}

static bool
is_store(const struct insn *i)
{
	return (i->code & 7) == CLASS_ST || (i->code & 7) == CLASS_STX;
}

/* One instruction with 'left' ones behind it. */
static bool
is_sound(const struct insn *i, unsigned left)
{
	unsigned class = i->code & 7, operation = i->code & 0xf0;

	if (!is_code(i->code))
		return false;
	if (is_load_mem(i) || is_store(i))
		return i->k < N_MEM;
	if (class == CLASS_JMP)
		return operation == JMP_JA ? i->k < left :
		    i->jt < left && i->jf < left;
	if (class == CLASS_ALU && !(i->code & SOURCE_X)) {
		if (operation == ALU_DIV || operation == ALU_MOD)
			return i->k != 0;
		if (operation == ALU_LSH || operation == ALU_RSH)
			return i->k < 32;
	}
	if (class == CLASS_LD && (i->code & 0xe0) == MODE_ABS &&
	    i->k >= off_ancillary)
		return i->k - off_ancillary <= ANCILLARY_LAST && i->k % 4 == 0;
	return true;
}

/* Is no word of the memory read before it was written? */
static bool
memory_is_set(const struct insn *insns, unsigned n)
{
	uint16_t set[MAX_INSNS + 1], now = 0;
	unsigned pc;

	memset(set, 0xff, sizeof(set));
	for (pc = 0; pc < n; pc++) {
		const struct insn *i = &insns[pc];

		now &= set[pc];
		if (is_store(i))
			now |= (uint16_t)(1U << i->k);
		else if (is_load_mem(i) && !(now >> i->k & 1))
			return false;
		else if ((i->code & 0xff) == (CLASS_JMP | JMP_JA)) {
			set[pc + 1 + i->k] &= now;
			now = UINT16_MAX;
		} else if ((i->code & 7) == CLASS_JMP) {
			set[pc + 1 + i->jt] &= now;
			set[pc + 1 + i->jf] &= now;
			now = UINT16_MAX;
		}
	}
	return true;
}

static bool
check(struct ext_check *c)
{
	const struct bpf *b = c->data;
	unsigned pc;

	if ((b->insns != NULL) == (b->path != NULL)) {
		diag_error(c->diags, c->loc,
		    "bpf: wants either --bytecode or --object-pinned");
		return false;
	}
	for (pc = 0; pc < b->n; pc++)
		if (!is_sound(&b->insns[pc], b->n - pc - 1U)) {
			diag_error(c->diags, c->loc,
			    "bpf: instruction %u is not valid", pc);
			return false;
		}
	if (b->n > 0 && ((b->insns[b->n - 1].code & 7) != CLASS_RET ||
	    !memory_is_set(b->insns, b->n))) {
		diag_error(c->diags, c->loc, "bpf: the program has no end, "
		    "or reads memory that it did not write");
		return false;
	}
	return true;
}

/* ---- printing ---- */

static void
put_insns(const struct bpf *b, char end, struct sbuf *out)
{
	unsigned i;

	for (i = 0; i < b->n; i++)
		sbuf_printf(out, "%u %u %u %u%c", b->insns[i].code,
		    b->insns[i].jt, b->insns[i].jf, b->insns[i].k,
		    i + 1U < b->n ? ',' : end);
}

static void
save(const void *data, const struct ext_print *how, struct sbuf *out)
{
	const struct bpf *b = data;

	(void)how;
	if (b->path != NULL) {
		sbuf_printf(out, " --object-pinned %s", b->path);
		return;
	}
	sbuf_printf(out, " --bytecode \"%u,", b->n);
	put_insns(b, '"', out);
}

/* iptables ends the program with a zero byte here. */
static void
list(const void *data, const struct ext_print *how, struct sbuf *out)
{
	const struct bpf *b = data;

	(void)how;
	sbuf_puts(out, "match bpf ");
	if (b->path != NULL)
		sbuf_printf(out, "pinned %s", b->path);
	else
		put_insns(b, '\0', out);
}

/* ---- running ---- */

struct machine {
	struct ctx *ctx;
	uint32_t a, x, mem[N_MEM];
};

static uint32_t
compute(unsigned operation, uint32_t a, uint32_t b)
{
	switch (operation) {
	case ALU_ADD:
		return a + b;
	case ALU_SUB:
		return a - b;
	case ALU_MUL:
		return a * b;
	case ALU_DIV:
		return a / b;
	case ALU_MOD:
		return a % b;
	case ALU_OR:
		return a | b;
	case ALU_AND:
		return a & b;
	case ALU_XOR:
		return a ^ b;
	case ALU_LSH:
		return a << (b & 31);
	case ALU_RSH:
		return a >> (b & 31);
	default:
		return -a;
	}
}

/* No: beyond the packet, which ends the program with 0. */
static enum tri
load(struct machine *m, uint32_t off, unsigned size, uint32_t *value)
{
	enum tri result;
	const uint8_t *p;

	if (off >= off_network && off < off_ancillary)
		off -= off_network;
	else if (off >= off_special)
		return unknown(m->ctx, "what its program asks of the kernel");
	p = packet_bytes(m->ctx, off, size, &result);
	if (p == NULL)
		return result;
	*value = size == 1 ? *p : size == 2 ? get16(p) : get32(p);
	return TRI_YES;
}

static enum tri
run_load(struct machine *m, const struct insn *i)
{
	unsigned size = (i->code & 0x18) == SIZE_W ? 4 :
	    (i->code & 0x18) == SIZE_H ? 2 : 1;
	uint32_t *to = (i->code & 7) == CLASS_LD ? &m->a : &m->x;
	enum tri result;

	switch (i->code & 0xe0) {
	case MODE_ABS:
		return load(m, i->k, size, to);
	case MODE_IND:
		return load(m, m->x + i->k, size, to);
	case MODE_MSH:
		result = load(m, i->k, 1, to);
		*to = (*to & 0xf) * 4;
		return result;
	case MODE_MEM:
		*to = m->mem[i->k];
		return TRI_YES;
	case MODE_LEN:
		*to = m->ctx->pkt->len;
		return TRI_YES;
	default:
		*to = i->k;
		return TRI_YES;
	}
}

static unsigned
jump(const struct machine *m, const struct insn *i)
{
	uint32_t b = i->code & SOURCE_X ? m->x : i->k;

	switch (i->code & 0xf0) {
	case JMP_JA:
		return i->k;
	case JMP_JEQ:
		return m->a == b ? i->jt : i->jf;
	case JMP_JGT:
		return m->a > b ? i->jt : i->jf;
	case JMP_JGE:
		return m->a >= b ? i->jt : i->jf;
	default:
		return m->a & b ? i->jt : i->jf;
	}
}

/* Yes: go on.  Else the answer is there; *answer is the program's. */
static enum tri
step(struct machine *m, const struct insn *i, unsigned *pc, uint32_t *answer)
{
	uint32_t b = i->code & SOURCE_X ? m->x : i->k;
	unsigned operation = i->code & 0xf0;

	switch (i->code & 7) {
	case CLASS_LD:
	case CLASS_LDX:
		return run_load(m, i);
	case CLASS_ST:
		m->mem[i->k] = m->a;
		return TRI_YES;
	case CLASS_STX:
		m->mem[i->k] = m->x;
		return TRI_YES;
	case CLASS_ALU:
		if (b == 0 && (operation == ALU_DIV || operation == ALU_MOD))
			return TRI_NO;
		m->a = compute(operation, m->a, b);
		return TRI_YES;
	case CLASS_JMP:
		*pc += jump(m, i);
		return TRI_YES;
	case CLASS_RET:
		*answer = i->code & RET_A ? m->a : i->k;
		return TRI_NO;
	default:
		if (i->code & MISC_TXA)
			m->a = m->x;
		else
			m->x = m->a;
		return TRI_YES;
	}
}

static enum tri
bpf_test(const void *data, struct ctx *ctx, struct sbuf *why)
{
	const struct bpf *b = data;
	struct machine m = { .ctx = ctx };
	uint32_t answer = 0;
	enum tri result = TRI_YES;
	unsigned pc;

	if (b->insns == NULL)
		return unknown(ctx, "the pinned program");
	for (pc = 0; pc < b->n && result == TRI_YES; pc++)
		result = step(&m, &b->insns[pc], &pc, &answer);
	if (result == TRI_UNKNOWN || answer != 0)
		return result == TRI_UNKNOWN ? result : TRI_YES;
	return MISS(why, "its program answers 0");
}

EVAL_BY(bpf);

const struct ext ext_m_bpf = {
	.name = "bpf",
	.kind = EXT_MATCH,
	.size = sizeof(struct bpf),
	.opts = opts,
	.check = check,
	.save = save,
	.list = list,
	.eval = bpf_eval,
	.explain = bpf_explain,
};

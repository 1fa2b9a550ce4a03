/* -m cpu: the processor that handles the packet (xt_cpu.c). */
#include "ext/l4.h"

#include <stddef.h>

struct cpu {
	uint32_t number;
	uint8_t invert;
};

static const struct opt opts[] = {
	{ "--cpu", NULL, 1, OPT_REQUIRED | OPT_INVERT, opt_u32,
	    .offset = offsetof(struct cpu, number),
	    .inv_offset = offsetof(struct cpu, invert), .inv_bit = 1 },
	{ 0 },
};

static void
save(const void *data, const struct ext_print *how, struct sbuf *out)
{
	const struct cpu *cpu = data;

	(void)how;
	save_opt(out, cpu->invert, "--cpu");
	sbuf_printf(out, " %u", cpu->number);
}

static void
list(const void *data, const struct ext_print *how, struct sbuf *out)
{
	const struct cpu *cpu = data;

	(void)how;
	sbuf_printf(out, " cpu %s%u", cpu->invert ? "! " : "", cpu->number);
}

static enum tri
eval(const void *data, struct ctx *ctx)
{
	(void)data;
	return unknown(ctx, "the processor that handles it");
}

const struct ext ext_m_cpu = {
	.name = "cpu",
	.kind = EXT_MATCH,
	.size = sizeof(struct cpu),
	.opts = opts,
	.save = save,
	.list = list,
	.eval = eval,
};

/* -j NFQUEUE: hands the packet to a program.  None reads the queue here: the
 * packet is dropped, or with --queue-bypass accepted by this table
 * (nf_queue.c). */
#include "ext/ext.h"

#include <stddef.h>

enum { O_NUM, O_BALANCE, O_BYPASS, O_FANOUT };

struct nfqueue {
	uint16_t first, last;
	bool bypass, fanout;
};

static bool
read_num(struct opt_arg *a)
{
	struct nfqueue *q = a->data;

	if (!opt_u16(a))
		return false;
	q->last = q->first;
	return true;
}

static bool
read_balance(struct opt_arg *a)
{
	struct nfqueue *q = a->data;
	uint16_t range[2];
	struct opt_arg b = *a;

	if (strchr(a->text, ':') == NULL)
		return opt_error(a, "bad range \"%s\"", a->text);
	b.data = range;
	if (!opt_u16range(&b))
		return false;
	if (range[0] >= range[1])
		return opt_error(a, "%u should be less than %u", range[0],
		    range[1]);
	if (range[1] - range[0] == UINT16_MAX)
		return opt_error(a, "too many queues");
	q->first = range[0];
	q->last = range[1];
	return true;
}

static const struct opt opts[] = {
	[O_NUM] = { .name = "--queue-num", .args = 1, .read = read_num,
	    .offset = offsetof(struct nfqueue, first),
	    .excludes = 1 << O_BALANCE },
	[O_BALANCE] = { .name = "--queue-balance", .args = 1,
	    .read = read_balance, .excludes = 1 << O_NUM },
	[O_BYPASS] = { .name = "--queue-bypass", .read = opt_flag,
	    .offset = offsetof(struct nfqueue, bypass) },
	[O_FANOUT] = { .name = "--queue-cpu-fanout", .read = opt_flag,
	    .offset = offsetof(struct nfqueue, fanout) },
	{ .name = NULL }
};

static bool
check(struct ext_check *c)
{
	const struct nfqueue *q = c->data;

	if (!q->fanout || (c->seen & 1 << O_BALANCE))
		return true;
	diag_error(c->diags, c->loc, "NFQUEUE: option \"--queue-cpu-fanout\" "
	    "also requires \"--queue-balance\"");
	return false;
}

static void
print_queues(const struct nfqueue *q, const char *before, const char *dashes,
    struct sbuf *out)
{
	if (q->last > q->first)
		sbuf_printf(out, " %sbalance %u:%u", before, q->first,
		    q->last);
	else
		sbuf_printf(out, " %snum %u", before, q->first);
	if (q->bypass)
		sbuf_printf(out, " %sbypass", dashes);
	if (q->fanout)
		sbuf_printf(out, " %scpu-fanout", dashes);
}

static void
save(const void *data, const struct ext_print *print, struct sbuf *out)
{
	(void)print;
	print_queues(data, "--queue-", "--queue-", out);
}

static void
list(const void *data, const struct ext_print *print, struct sbuf *out)
{
	(void)print;
	print_queues(data, "NFQUEUE ", "", out);
}

static enum verdict
act(const void *data, struct ctx *ctx)
{
	const struct nfqueue *q = data;

	(void)ctx;
	return q->bypass ? V_BYPASS : V_QUEUE;
}

const struct ext ext_t_NFQUEUE = {
	.name = "NFQUEUE",
	.kind = EXT_TARGET,
	.ends = V_QUEUE,
	.size = sizeof(struct nfqueue),
	.opts = opts,
	.check = check,
	.save = save,
	.list = list,
	.act = act,
};

/* -j TPROXY: gives the packet to a local socket without changing it.  What
 * becomes of it hangs on the sockets that are open: not known here. */
#include "ext/ext.h"
#include "ext/host.h"

#include <netinet/in.h>
#include <stddef.h>

struct tproxy {
	union addr addr;
	uint32_t mark, mask;		/* as opt_mark writes them */
	uint16_t port;
};

static bool
read_single_port(struct opt_arg *a)
{
	struct tproxy *t = a->data;

	return read_port(a->text, strlen(a->text), &t->port) ||
	    opt_error(a, "port '%s' is not valid", a->text);
}

static bool
read_ip(struct opt_arg *a)
{
	struct tproxy *t = a->data;

	return host_read(a->text, strlen(a->text), a->family, &t->addr) ||
	    opt_error(a, "'%s' is not an address", a->text);
}

static const struct opt opts[] = {
	{ .name = "--on-port", .args = 1, .flags = OPT_REQUIRED,
	    .read = read_single_port },
	{ .name = "--on-ip", .args = 1, .read = read_ip },
	{ .name = "--tproxy-mark", .args = 1, .read = opt_mark,
	    .offset = offsetof(struct tproxy, mark) },
	{ .name = NULL }
};

static void
save(const void *data, const struct ext_print *print, struct sbuf *out)
{
	const struct tproxy *t = data;

	sbuf_printf(out, " --on-port %u --on-ip ", t->port);
	addr_print(out, print->family, &t->addr);
	sbuf_printf(out, " --tproxy-mark 0x%x/0x%x", t->mark, t->mask);
}

static void
list(const void *data, const struct ext_print *print, struct sbuf *out)
{
	const struct tproxy *t = data;

	sbuf_puts(out, " TPROXY redirect ");
	addr_print(out, print->family, &t->addr);
	sbuf_printf(out, ":%u mark 0x%x/0x%x", t->port, t->mark, t->mask);
}

const struct ext ext_t_TPROXY = {
	.name = "TPROXY",
	.kind = EXT_TARGET,
	.ends = V_ACCEPT,
	.traits = EXT_NEEDS_DEFRAG,
	.tables = 1 << TABLE_MANGLE,
	.hooks = 1 << HOOK_PREROUTING,
	.protos = { IPPROTO_TCP, IPPROTO_UDP },
	.size = sizeof(struct tproxy),
	.opts = opts,
	.save = save,
	.list = list,
};

/* -j CLUSTERIP: one of several hosts with one address answers.  Gone from
 * kernels since 6.3; read and printed, not simulated. */
#include "ext/ext.h"

#include <stddef.h>
#include <stdio.h>

enum { O_NEW, O_HASHMODE, O_CLUSTERMAC, O_TOTAL, O_LOCAL, O_INIT };
enum { FULL = 1 << O_NEW | 1 << O_HASHMODE | 1 << O_CLUSTERMAC |
    1 << O_TOTAL | 1 << O_LOCAL };

static const char *const modes[] = { "sourceip", "sourceip-sourceport",
    "sourceip-sourceport-destport" };
enum { N_MODES = sizeof(modes) / sizeof(modes[0]) };

struct clusterip {
	uint32_t init;
	uint16_t total, local;
	uint8_t mac[6];
	uint8_t mode;			/* index of modes */
	bool new;
};

static bool
read_mode(struct opt_arg *a)
{
	struct clusterip *c = a->data;

	for (c->mode = 0; c->mode < N_MODES; c->mode++)
		if (strcmp(a->text, modes[c->mode]) == 0)
			return true;
	return opt_error(a, "unknown hashmode \"%s\"", a->text);
}

static bool
read_mac(struct opt_arg *a)
{
	struct clusterip *c = a->data;
	unsigned m[6];
	int end = 0;

	if (sscanf(a->text, "%2x:%2x:%2x:%2x:%2x:%2x%n", &m[0], &m[1], &m[2],
	    &m[3], &m[4], &m[5], &end) != 6 || a->text[end] != '\0')
		return opt_error(a, "invalid MAC address \"%s\"", a->text);
	for (unsigned i = 0; i < 6; i++)
		c->mac[i] = (uint8_t)m[i];
	return (c->mac[0] & 1) != 0 ||
	    opt_error(a, "the MAC has to be a multicast address");
}

static const struct opt opts[] = {
	[O_NEW] = { .name = "--new", .read = opt_flag,
	    .offset = offsetof(struct clusterip, new) },
	[O_HASHMODE] = { .name = "--hashmode", .args = 1,
	    .read = read_mode },
	[O_CLUSTERMAC] = { .name = "--clustermac", .args = 1,
	    .read = read_mac },
	[O_TOTAL] = { .name = "--total-nodes", .args = 1, .read = opt_u16,
	    .offset = offsetof(struct clusterip, total), .max = 16 },
	[O_LOCAL] = { .name = "--local-node", .args = 1, .read = opt_u16,
	    .offset = offsetof(struct clusterip, local), .min = 1, .max = 16 },
	[O_INIT] = { .name = "--hash-init", .args = 1, .read = opt_u32,
	    .offset = offsetof(struct clusterip, init) },
	{ .name = NULL }
};

static bool
check(struct ext_check *c)
{
	if (c->seen == 0 || (c->seen & FULL) == FULL)
		return true;
	diag_error(c->diags, c->loc, "CLUSTERIP: invalid parameter "
	    "combination");
	return false;
}

static void
print_options(const struct clusterip *c, const char *const names[5],
    struct sbuf *out)
{
	sbuf_printf(out, " %s%s %s%02X:%02X:%02X:%02X:%02X:%02X", names[0],
	    modes[c->mode], names[1], c->mac[0], c->mac[1], c->mac[2],
	    c->mac[3], c->mac[4], c->mac[5]);
	sbuf_printf(out, " %s%u %s%u %s%u", names[2], c->total, names[3],
	    c->local, names[4], c->init);
}

static void
save(const void *data, const struct ext_print *print, struct sbuf *out)
{
	static const char *const names[] = { "--new --hashmode ",
	    "--clustermac ", "--total-nodes ", "--local-node ",
	    "--hash-init " };
	const struct clusterip *c = data;

	(void)print;
	if (c->new)
		print_options(c, names, out);
}

static void
list(const void *data, const struct ext_print *print, struct sbuf *out)
{
	static const char *const names[] = { "hashmode=", "clustermac=",
	    "total_nodes=", "local_node=", "hash_init=" };
	const struct clusterip *c = data;

	(void)print;
	sbuf_puts(out, " CLUSTERIP");
	if (c->new)
		print_options(c, names, out);
}

const struct ext ext_t_CLUSTERIP = {
	.name = "CLUSTERIP",
	.kind = EXT_TARGET,
	.family = AF_INET,
	.traits = EXT_NEEDS_CT,
	.hooks = 1 << HOOK_INPUT,
	.size = sizeof(struct clusterip),
	.opts = opts,
	.check = check,
	.save = save,
	.list = list,
};

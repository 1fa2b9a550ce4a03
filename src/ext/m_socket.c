/* -m socket: does a socket of this host wait for the packet? (xt_socket.c) */
#include "ext/l4.h"

#include <netinet/in.h>
#include <stddef.h>

enum {					/* the options' bits, in their order */
	SOCKET_TRANSPARENT = 1 << 0, SOCKET_NOWILDCARD = 1 << 1,
	SOCKET_RESTORE = 1 << 2
};

struct socket_use {
	uint8_t given;			/* SOCKET_x */
};

static const struct opt opts[] = {
	{ "--transparent", NULL, 0, 0, .read = NULL },
	{ "--nowildcard", NULL, 0, 0, .read = NULL },
	{ "--restore-skmark", NULL, 0, 0, .read = NULL },
	{ 0 },
};

static bool
check(struct ext_check *c)
{
	struct socket_use *s = c->data;

	s->given = (uint8_t)c->seen;
	return true;
}

static void
save(const void *data, const struct ext_print *how, struct sbuf *out)
{
	const struct socket_use *s = data;

	(void)how;
	if (s->given & SOCKET_TRANSPARENT)
		save_opt(out, false, "--transparent");
	if (s->given & SOCKET_NOWILDCARD)
		save_opt(out, false, "--nowildcard");
	if (s->given & SOCKET_RESTORE)
		save_opt(out, false, "--restore-skmark");
}

static void
list(const void *data, const struct ext_print *how, struct sbuf *out)
{
	sbuf_puts(out, " socket");
	save(data, how, out);
}

/* ICMP errors belong to the socket of the packet that they are about. */
static enum tri
socket_test(const void *data, struct ctx *ctx, struct sbuf *why)
{
	unsigned proto = ctx->pkt->proto;
	bool v6 = ctx->pkt->family == AF_INET6;

	(void)data;
	if (!ctx->pkt->proto_cut && proto != IPPROTO_TCP &&
	    proto != IPPROTO_UDP &&
	    proto != (v6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP))
		return MISS(why, "it is neither tcp, udp nor an icmp error");
	return unknown(ctx, "the sockets of the host");
}

EVAL_BY(socket);

const struct ext ext_m_socket = {
	.name = "socket",
	.kind = EXT_MATCH,
	.traits = EXT_NEEDS_DEFRAG,
	.hooks = 1 << HOOK_PREROUTING | 1 << HOOK_INPUT,
	.size = sizeof(struct socket_use),
	.opts = opts,
	.check = check,
	.save = save,
	.list = list,
	.eval = socket_eval,
	.explain = socket_explain,
};

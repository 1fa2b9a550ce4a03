/* TFTP: a read or write request is answered from another port.
 * Kernel: nf_conntrack_tftp.c, nf_nat_tftp.c. */
#include "sim/helper.h"

#include <netinet/in.h>

enum { UDP_HEADER = 8, READ = 1, WRITE = 2 };

static enum verdict
help(struct helping *h)
{
	const struct tuple *reply = &h->ct->tuple[CT_REPLY];
	struct expect e;
	const uint8_t *op = help_bytes(h, UDP_HEADER, 2);

	if (op == NULL || (get16(op) != READ && get16(op) != WRITE))
		return V_ACCEPT;
	expect_init(&e, h->ct, &reply->src, &reply->dst, IPPROTO_UDP,
	    reply->dport);
	if (help_has_nat(h)) {
		e.saved_port = h->ct->tuple[CT_ORIGINAL].sport;
		e.dir = CT_REPLY;
		e.follow = true;
	}
	return help_expect(h, &e) == EXPECT_OK ? V_ACCEPT :
	    help_drop(h, "cannot add expectation");
}

const struct helper helper_tftp = { .max_expected = 1, .timeout = 300,
	.help = help };

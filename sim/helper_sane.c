/* SANE: a scanner's server answers a request to start with the port of the
 * data.  Kernel: nf_conntrack_sane.c. */
#include "sim/helper.h"

#include <netinet/in.h>

enum { NET_START = 7, REQUEST_SIZE = 8, REPLY_SIZE = 8 };

/* A reply of status 0 that has a port. */
static enum verdict
reply(struct helping *h, const uint8_t *data, uint32_t n)
{
	const struct tuple *t = &h->ct->tuple[CT_ORIGINAL];
	struct expect e;

	if (n < REPLY_SIZE || get32(data) != 0 || get16(data + 4) != 0)
		return V_ACCEPT;
	expect_init(&e, h->ct, &t->src, &t->dst, IPPROTO_TCP,
	    htons(get16(data + 6)));
	return help_expect(h, &e) == EXPECT_OK ? V_ACCEPT :
	    help_drop(h, "cannot add expectation");
}

static enum verdict
help(struct helping *h)
{
	bool *asked = &h->help->sane_asked, was = *asked;
	uint32_t seq, n;
	const uint8_t *data = help_segment(h, &seq, &n);

	if (data == NULL)
		return V_ACCEPT;
	if (h->dir == CT_ORIGINAL) {
		if (n == REQUEST_SIZE)
			*asked = get32(data) == NET_START;
		return V_ACCEPT;
	}
	*asked = false;
	return was ? reply(h, data, n) : V_ACCEPT;
}

const struct helper helper_sane = { .max_expected = 1, .timeout = 300,
	.help = help };

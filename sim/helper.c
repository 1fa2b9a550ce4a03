#include "sim/helper.h"

#include <netinet/in.h>

#include "sim/ct_track.h"

static const struct helper *const helpers[N_CT_HELPERS] = {
	[CT_HELPER_FTP] = &helper_ftp,
	[CT_HELPER_TFTP] = &helper_tftp,
	[CT_HELPER_IRC] = &helper_irc,
	[CT_HELPER_AMANDA] = &helper_amanda,
	[CT_HELPER_SANE] = &helper_sane,
	[CT_HELPER_NETBIOS_NS] = &helper_netbios_ns,
	[CT_HELPER_SNMP] = &helper_snmp,
};

/* ---- what is told once of each helper ---- */

static bool
say_once(struct helping *h, uint32_t *said)
{
	uint32_t bit = 1u << h->ct->helper;

	if (*said & bit)
		return false;
	*said |= bit;
	return true;
}

static bool
has_payload(const struct helping *h)
{
	const uint8_t *l4 = ct_bytes(h->pkt, h->pkt->l4, 20);
	uint32_t header = 8;

	if (h->pkt->proto == IPPROTO_TCP)
		header = l4 != NULL ? (l4[12] >> 4) * 4u : 20;
	return h->pkt->l4 + header < h->pkt->len;
}

void
help_not_modelled(struct helping *h)
{
	if (h->pkt->proto == h->ct->tuple[CT_ORIGINAL].proto &&
	    has_payload(h) && say_once(h, &h->expects->said_not_modelled))
		env_assume(h->sim->env, "helper %s is not modelled: the "
		    "connections that it would expect are NEW, and addresses "
		    "in its packets stay as they are",
		    ct_helper_names[h->ct->helper]);
}

static void
say_cut(struct helping *h)
{
	if (say_once(h, &h->expects->said_cut))
		env_assume(h->sim->env, "helper %s expects nothing of packets "
		    "that are cut: the capture has not all of what they say",
		    ct_helper_names[h->ct->helper]);
}

/* ---- what helpers need ---- */

const uint8_t *
help_bytes(struct helping *h, uint32_t off, uint32_t n)
{
	bool cut = false;
	const uint8_t *bytes = pkt_at(h->pkt, h->pkt->l4 + off, n, &cut);

	if (cut)
		say_cut(h);
	return bytes;
}

const uint8_t *
help_payload(struct helping *h, uint32_t header, uint32_t *n)
{
	uint32_t off = h->pkt->l4 + header;

	if (off >= h->pkt->len)
		return NULL;
	*n = h->pkt->len - off;
	return help_bytes(h, header, *n);
}

const uint8_t *
help_segment(struct helping *h, uint32_t *seq, uint32_t *n)
{
	const uint8_t *tcp = ct_bytes(h->pkt, h->pkt->l4, 20);

	if ((h->info != CTI_ESTABLISHED && h->info != CTI_ESTABLISHED_REPLY) ||
	    tcp == NULL)
		return NULL;
	*seq = get32(tcp + 4);
	return help_payload(h, (tcp[12] >> 4) * 4u, n);
}

enum expected
help_expect(struct helping *h, const struct expect *e)
{
	return expect_add(h->expects, e, h->helper->max_expected,
	    h->helper->timeout);
}

/* nf_nat_exp_find_port. */
uint16_t
help_expect_port(struct helping *h, struct expect *e)
{
	uint16_t port = ntohs(e->tuple.dport);
	unsigned range = UINT16_MAX - port, left = range < 128 ? range : 128;

	e->saved_port = e->tuple.dport;
	e->dir = !h->dir;
	e->follow = true;
	for (uint16_t try = port;;
	    try = (uint16_t)(port + sim_random(h->sim) % range)) {
		enum expected answer;

		e->tuple.dport = htons(try);
		answer = help_expect(h, e);
		if (answer == EXPECT_OK)
			return try;
		if (answer != EXPECT_BUSY || left-- == 0)
			return 0;
		nat_say_random(h->sim);
	}
}

enum verdict
help_mangle(struct helping *h, const uint8_t *at, uint32_t len,
    const char *text)
{
	uint32_t off = (uint32_t)(at - h->pkt->data);

	if (nat_mangle(h->pkt, &h->help->seq[h->dir], off, len, text,
	    (uint32_t)strlen(text)))
		return V_ACCEPT;
	expect_remove_newest(h->expects, h->ct);
	return help_drop(h, "cannot mangle packet");
}

void
help_refresh(struct helping *h, unsigned seconds)
{
	int64_t timeout = seconds * INT64_C(1000000000);

	if ((h->ct->status & CTS_FIXED_TIMEOUT) == 0)
		h->ct->timeout = h->ct->status & CTS_CONFIRMED ?
		    h->expects->tick + timeout : timeout;
}

enum verdict
help_drop(struct helping *h, const char *why)
{
	struct packet bare = *h->pkt;	/* no device is told */
	char prefix[128];

	bare.in = bare.out = bare.physin = bare.physout = NULL;
	snprintf(prefix, sizeof(prefix), "nf_ct_%s: dropping packet: %s ",
	    ct_helper_names[h->ct->helper], why);
	h->sim->services->log(h->sim, &bare, h->hook, 5, LOGF_TCPSEQ |
	    LOGF_TCPOPT | LOGF_IPOPT | LOGF_UID, prefix);
	return V_DROP;
}

/* ---- the hook ---- */

void
help_adopt(struct expects *x, struct ct *ct)
{
	struct ct_help *help = help_of(x, ct);

	help->ftp.pickup[CT_ORIGINAL] = help->ftp.pickup[CT_REPLY] = true;
}

enum verdict
help_packet(struct sim *sim, struct packet *p, enum hook hook)
{
	struct helping h = { .sim = sim, .pkt = p, .hook = hook,
	    .ct = p->ct, .helper = helpers[p->ct->helper],
	    .expects = ct_expects(sim->ct), .info = (enum ctinfo)p->ctinfo,
	    .dir = ctinfo_dir((enum ctinfo)p->ctinfo) };
	enum verdict v = V_ACCEPT;
	bool adjust;

	h.help = help_of(h.expects, h.ct);
	if (h.info == CTI_RELATED_REPLY || p->frag != 0 || p->proto_bad ||
	    p->proto_cut || p->l4 > p->len)
		return V_ACCEPT;
	/* What changes in this packet is for those that follow. */
	adjust = h.ct->status & CTS_SEQ_ADJUST && !p->looped;
	if (h.helper != NULL)
		v = h.helper->help(&h);
	else
		help_not_modelled(&h);
	if (v == V_ACCEPT && adjust &&
	    !nat_seq_adjust(p, h.help->seq, h.dir))
		v = V_DROP;
	return v;
}

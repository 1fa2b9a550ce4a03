/* UDP and UDP-Lite.  Kernel: nf_conntrack_proto_udp.c. */
#include "sim/ct_track.h"

enum { UDP_HEADER = 8, STREAM_AFTER = 2000000000 };

/* udp_error; null: it is sound. */
static const char *
udp_fault(const struct ct_pass *p)
{
	const uint8_t *h = ct_bytes(p->pkt, p->l4, UDP_HEADER);
	uint32_t len = ct_l4_len(p);

	if (h == NULL)
		return "no whole UDP header";
	if (get16(h + 4) > len || get16(h + 4) < UDP_HEADER)
		return "bad UDP length";
	if (get16(h + 6) == 0)
		return NULL;
	return ct_checksum_ok(p, IPPROTO_UDP, len, 6) ? NULL :
	    "bad UDP checksum";
}

/* udplite_error. */
static const char *
udplite_fault(const struct ct_pass *p)
{
	const uint8_t *h = ct_bytes(p->pkt, p->l4, UDP_HEADER);
	uint32_t len = ct_l4_len(p), cover;

	if (h == NULL)
		return "no whole UDP-Lite header";
	cover = get16(h + 4);
	if (cover == 0)
		cover = len;
	else if (cover < UDP_HEADER || cover > len)
		return "bad UDP-Lite coverage";
	if (get16(h + 6) == 0)
		return "no UDP-Lite checksum";
	/* nf_conntrack_proto_udp.c verifies with the number of UDP, so that
	 * checksums by RFC 3828 do not hold. */
	return ct_checksum_ok(p, IPPROTO_UDP, cover, 6) ? NULL :
	    "bad UDP-Lite checksum";
}

enum track
ct_track_udp(struct ct_pass *p)
{
	const char *fault = udp_fault(p);
	struct ct *ct = p->ct;

	if (fault != NULL)
		return ct_invalid(p, fault);
	if ((ct->status & CTS_CONFIRMED) == 0)
		ct->udp_stream = p->tick + STREAM_AFTER;
	if (ct->status & CTS_SEEN_REPLY && p->tick > ct->udp_stream) {
		ct_refresh(p, p->set->udp_stream);
		ct->status |= CTS_ASSURED;
	} else {
		ct_refresh(p, p->set->udp);
	}
	return TRACK_ACCEPT;
}

enum track
ct_track_udplite(struct ct_pass *p)
{
	const char *fault = udplite_fault(p);

	if (fault != NULL)
		return ct_invalid(p, fault);
	if (p->ct->status & CTS_SEEN_REPLY) {
		ct_refresh(p, p->set->udp_stream);
		p->ct->status |= CTS_ASSURED;
	} else {
		ct_refresh(p, p->set->udp);
	}
	return TRACK_ACCEPT;
}

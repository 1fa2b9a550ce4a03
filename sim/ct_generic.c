/* Protocols without a state: GRE and all that has no tracker.
 * Kernel: nf_conntrack_proto_gre.c, generic_packet. */
#include "sim/ct_track.h"

enum track
ct_track_gre(struct ct_pass *p)
{
	if (p->ct->status & CTS_SEEN_REPLY) {
		ct_refresh(p, p->set->gre_stream);
		p->ct->status |= CTS_ASSURED;
	} else {
		ct_refresh(p, p->set->gre);
	}
	return TRACK_ACCEPT;
}

enum track
ct_track_generic(struct ct_pass *p)
{
	ct_refresh(p, p->set->generic);
	return TRACK_ACCEPT;
}

/* Expected connections, and what conntrack keeps of a connection that has a
 * helper.  Sheet: 3.8.  Kernel: nf_conntrack_expect.c, nf_conntrack_helper.c.
 *
 * An expectation is found by where it goes; where it comes from may be left
 * open.  It belongs to its master connection and ends with it, with its time,
 * or with the first connection that meets it.  All helpers that are modelled
 * have one class of expectations. */
#ifndef SIM_EXPECT_H
#define SIM_EXPECT_H

#include "base/arena.h"
#include "model/conn.h"
#include "model/env.h"

struct expect {
	struct tuple tuple;
	union addr src_mask;
	uint16_t sport_mask;
	uint16_t saved_port;		/* for 'follow': as the helper read it */
	struct ct *master;
	bool permanent;			/* the first match does not end it */
	bool follow;			/* its NAT is the master's */
	uint8_t dir;			/* of the master: who will connect */
	int64_t timeout;
	struct expect *next, **prev;	/* of one bucket, newest first */
	struct expect *older;		/* of the same master */
};

/* Where data of a direction was made longer or shorter (nf_ct_seqadj). */
struct seqadj {
	uint32_t pos;
	int32_t before, after;
};

struct ftp_state {			/* nf_ct_ftp_master */
	uint32_t after_nl[N_CT_DIRS][2];
	uint8_t n_after_nl[N_CT_DIRS];
	bool pickup[N_CT_DIRS];		/* not seen from the start */
};

/* nf_conn_help, nf_conn_seqadj. */
struct ct_help {
	struct expect *expects;		/* newest first */
	unsigned n_expects;
	struct seqadj seq[N_CT_DIRS];
	struct ftp_state ftp;
	bool sane_asked;		/* for the port of the data */
	uint32_t next_free;
};

enum { EXPECT_BITS = 8 };

struct expects {
	struct expect *buckets[1 << EXPECT_BITS];
	unsigned n, max;
	int64_t now, tick;
	struct expect *free;
	struct ct_help **helps;		/* by ct->help; [0] is none */
	uint32_t n_helps, room_helps, free_help;
	/* Told once, by enum ct_helper. */
	uint32_t said_not_modelled, said_cut;
	struct arena arena;
};

enum expected { EXPECT_OK, EXPECT_BUSY, EXPECT_FULL };

void	expects_init(struct expects *, const struct env *);
void	expects_free(struct expects *);
/* What a new connection meets, as nf_ct_find_expectation: taken out unless it
 * is permanent, and good until the next call here.  Null: nothing. */
const struct expect *expect_meet(struct expects *, const struct tuple *,
	    uint16_t zone);
/* From anywhere, or from 'src', to a port of 'dst' (nf_ct_expect_init). */
void	expect_init(struct expect *, struct ct *master, const union addr *src,
	    const union addr *dst, unsigned proto, uint16_t dport);
/* nf_ct_expect_related: at most 'max' of its master at a time. */
enum expected expect_add(struct expects *, const struct expect *,
	    unsigned max, unsigned seconds);
/* A connection gets a helper, and ends. */
void	help_new(struct expects *, struct ct *);
void	help_end(struct expects *, struct ct *);
/* nf_ct_remove_expectations; nf_ct_unexpect_related of what was just added. */
void	expect_remove_all(struct expects *, const struct ct *master);
void	expect_remove_newest(struct expects *, const struct ct *master);

static inline struct ct_help *
help_of(const struct expects *x, const struct ct *ct)
{
	return x->helps[ct->help];
}

/* nf_ct_zone: the one that is not the default. */
static inline uint16_t
expect_zone(const uint16_t zone[N_CT_DIRS])
{
	return zone[CT_ORIGINAL] != 0 ? zone[CT_ORIGINAL] : zone[CT_REPLY];
}

/* nf_ct_seq_offset: how far the number 'seq' of direction 'dir' was moved. */
static inline int32_t
seqadj_offset(const struct seqadj *s, uint32_t seq)
{
	return (int32_t)(s->pos - seq) < 0 ? s->after : s->before;
}

#endif

/* Captures as frames for the simulator: which of them came in, by which
 * interface the kernel would have taken them, and which are not to be
 * injected because they are copies of something that is (cli-contract:
 * Packets).
 *
 * A packet is often captured more than once: on a bridge port and on the
 * bridge, on a carrier and on its VLAN, coming in and leaving.  What was
 * injected, and what the simulator sent, is remembered by fingerprint for two
 * seconds, so that its copies are recognised, each once. */
#ifndef FEED_H
#define FEED_H

#include "base/diag.h"
#include "model/env.h"
#include "sim/sim.h"

struct feed_input {
	const char *path;
	/* Interface it was taken on, "local", or null: not said. */
	const char *iface;
};

struct replay_shard;

struct feed_config {
	const struct feed_input *inputs;
	unsigned n_inputs;
	struct env *env;
	struct diags *diags;
	struct arena *arena;
	bool partial;			/* a cut file is no error */
	bool physdev;			/* bridge ports are seen by the rules */
	const struct replay_shard *shard;	/* null: all frames are ours */
};

/* What became of the frames that were read; of those of the shard. */
struct feed_stats {
	uint64_t frames, bytes;		/* read; bytes on the wire */
	uint64_t injected, local;	/* local: of those, made by the host */
	uint64_t copies;		/* of what was injected or sent */
	uint64_t forwarded;		/* outgoing, and not the host's */
	uint64_t other_link;		/* of a link type that is not read */
};

struct feed;

/* Reads "[IFACE=]CAPTURE" into 'in'. */
struct feed_input feed_input_parse(const char *arg, struct arena *);
/* Null and errors in 'diags' if a capture cannot be read. */
struct feed *feed_open(const struct feed_config *);
/* The next frame to inject, borrowed until the next call; 'file' (may be
 * null) is the index of its capture.  False at the end or after an error. */
bool	feed_next(struct feed *, struct frame *, unsigned *file);
/* Is the last one of the shard?  Others only move the clock. */
bool	feed_ours(const struct feed *);
/* When the last frame that was read was captured, whatever became of it. */
int64_t	feed_end(const struct feed *);
/* From now on this simulator is told of the packets to come a little ahead,
 * so that it need not wait for memory. */
void	feed_for(struct feed *, const struct sim *);
/* To be told of everything that the simulator sends. */
void	feed_sent(struct feed *, const struct iface *dev, const uint8_t *l3,
	    uint32_t have, int64_t time);
/* The L3 bytes of a frame, at least a whole IP header of them; null: none. */
const uint8_t *frame_l3(const struct frame *, uint32_t *have, int *family);
const struct feed_stats *feed_stats(const struct feed *);
bool	feed_nanoseconds(const struct feed *);
/* Frames after which it is worth asking how far it is: that asks the files. */
enum { FEED_PROGRESS = 1 << 10 };
void	feed_progress(const struct feed *, uint64_t *done, uint64_t *total);
void	feed_close(struct feed *);	/* null-safe */

#endif

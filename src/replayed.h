/* Captures through the rules, for a page: everything that it tells of them. */
#ifndef REPLAYED_H
#define REPLAYED_H

#include "feed.h"
#include "page.h"
#include "progress.h"

struct replayed {
	struct feed *feed;
	struct sim *sim;
	struct summary *summary;
	struct history *history;
	struct replay_facts facts;
	struct save_counters after;
};

/* False and an error in the inputs' diagnostics: a capture cannot be read. */
bool	replayed_run(struct replayed *, struct inputs *,
	    const struct feed_input *, unsigned n, bool partial,
	    struct progress *);
/* Gives it to the page, which borrows it. */
void	replayed_tell(struct replayed *, struct page *);
void	replayed_free(struct replayed *);	/* after zeroes too */

/* What a simulator has counted, for reports/save.h; it is borrowed. */
struct save_counters counters_of(struct sim *);
/* Runs a frame of capture 'file' and says how it ended. */
void	replayed_frame(struct sim *, const struct frame *, unsigned file,
	    struct summary *, struct summary_packet *);

#endif

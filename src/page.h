/* A page of HTML: what every command tells of itself and of its inputs,
 * gathered for reports/html.h. */
#ifndef PAGE_H
#define PAGE_H

#include "inputs.h"
#include "outputs.h"
#include "reports/html.h"

struct page {
	struct html_report r;		/* commands add their parts */
	struct arena *arena;
	struct html_ruleset *rulesets;
	struct html_input *inputs;
	unsigned room_rulesets, room_inputs;
	struct trace_report *traces;
	unsigned room_traces;
	struct summary_view summary;
};

/* argv as the command got it; all texts will be in the arena. */
void	page_begin(struct page *, int argc, char **argv, struct arena *);
void	page_free(struct page *);
/* The title is the name of the first file that was added. */
void	page_title(struct page *, const char *path);
/* A ruleset to be listed, and the files that it was read from. */
void	page_ruleset(struct page *, const struct ruleset *, const char *label,
	    const char *prefix);
/* A file that went in; it is read for its hash. */
void	page_file(struct page *, const char *path, const char *what);
/* Rulesets and snapshot; asked again, it does nothing. */
void	page_inputs(struct page *, const struct inputs *);
/* A copy of the trace: the original may go. */
void	page_trace(struct page *, const struct trace_report *);
/* What all of this assumed. */
void	page_assumptions(struct page *, const char *const *, unsigned n);

/* Writes the page and puts it in place; also report.css for --html-dir.
 * False and an error if that failed. */
bool	page_write(struct page *, struct output *, struct diags *);

#endif

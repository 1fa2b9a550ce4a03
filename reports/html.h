/* A page of HTML that opens anywhere: one file, no network, readable without
 * script and without style.
 *
 * The facts are those of the other reports; a page shows the parts that it
 * was given.  All markup goes through html_put.c, which is the one place
 * where hostile text is made harmless.
 *
 * html.c		the frame: head, verdict, navigation, sections
 * html_put.c		elements, text, attributes
 * html_link.c		names of rules and chains, with links
 * html_plan.c		which rules are listed: a page has a bounded size
 * html_findings.c	what an audit found, and the pages of its ids
 * html_rules.c		rules by table and chain
 * html_chains.c	who jumps to whom, drawn as SVG
 * html_exposure.c	the service matrix
 * html_flows.c		a replay: timeline, flows, packets and their paths
 * html_trace.c		packets explained
 * html_query.c		regions		html_diff.c	changes
 * html_test.c		expectations
 * html_fleet.c		audits of many hosts
 * html_inputs.c	assumptions, inputs, the command */
#ifndef REPORTS_HTML_H
#define REPORTS_HTML_H

#include "reports/diff.h"
#include "reports/expect.h"
#include "reports/findings.h"
#include "reports/fleet.h"
#include "reports/history.h"
#include "reports/regions.h"
#include "reports/save.h"
#include "reports/summary.h"
#include "reports/trace.h"

/* A ruleset that the page lists. */
struct html_ruleset {
	const struct ruleset *rules;
	const char *label;		/* "IPv6", "before"; "": the usual one */
	const char *prefix;		/* of its anchors: "6-"; "" */
};

/* A file that went in. */
struct html_input {
	const char *name, *what;	/* what: "ruleset", "capture" ... */
	uint64_t size;
	const char *sha256;		/* null: it was a stream */
};

struct html_report {
	const char *title;		/* what it is about: "edge1.rules" */
	const char *kind;		/* the subcommand */
	const char *command;		/* that makes it again */
	const struct html_ruleset *rulesets;
	unsigned n_rulesets;
	const struct html_input *inputs;
	unsigned n_inputs;
	const char *const *assumptions;
	unsigned n_assumptions;
	/* The parts; null or 0: not on this page. */
	const struct findings_report *findings;
	const struct fleet *fleet;
	const struct matrix_report *matrix;
	const struct query_report *query;
	const struct diff_report *diff;
	const struct test_report *test;
	const struct trace_report *traces;
	unsigned n_traces;
	/* Of a replay, all or none. */
	struct history *history;
	const struct summary_view *summary;
	const struct replay_facts *facts;
	const struct save_counters *after;	/* counters after it */
	bool apart;			/* style is in report.css, no script */
};

/* Writes the page. */
void	html_report(const struct html_report *, FILE *);
/* What report.css has to have where 'apart' is set. */
void	html_style(FILE *);

#endif

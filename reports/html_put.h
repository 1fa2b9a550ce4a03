/* Writing HTML: a thin layer over reports/xml_out.h.  Text and attribute
 * values may be hostile (comments of rules, prefixes, interface names, bytes
 * of packets): what is not UTF-8, is a control character or turns the
 * direction of writing comes out as an escape that can be read, what is very
 * long is cut, and the writer escapes markup. */
#ifndef REPORTS_HTML_PUT_H
#define REPORTS_HTML_PUT_H

#include "reports/html.h"
#include "reports/xml_out.h"

enum { HTML_DEPTH = 64, HTML_MAX_TEXT = 4096 };

struct html {
	struct xml_out *w;
	const struct html_report *r;
	struct arena arena;		/* of this page */
	struct sbuf text, safe;		/* scratch of html_put.c */
	const char *open[HTML_DEPTH];	/* elements, outermost first */
	unsigned depth;
	struct html_plan *plan;		/* html_plan.h */
};

/* Begins an element; 'class' may be null.  Elements that are no part of a
 * line begin a new one in the file. */
void	html_open(struct html *, const char *element, const char *class);
/* An attribute of the element that was just begun. */
void	html_attr(struct html *, const char *name, const char *fmt, ...)
	    __attribute__((format(printf, 3, 4)));
void	html_close(struct html *);
void	html_text(struct html *, const char *);
void	html_textf(struct html *, const char *fmt, ...)
	    __attribute__((format(printf, 2, 3)));
/* An element with text in it. */
void	html_put(struct html *, const char *element, const char *class,
	    const char *text);
void	html_putf(struct html *, const char *element, const char *class,
	    const char *fmt, ...) __attribute__((format(printf, 4, 5)));
/* "1,204,000", as an element or as text. */
void	html_count(struct html *, const char *element, const char *class,
	    uint64_t);
void	html_number(struct sbuf *, uint64_t);
/* "1 rule", "1,204 rules" */
void	html_many(struct html *, uint64_t, const char *one);
/* Text of our own that is not to be escaped: style, script. */
void	html_own(struct html *, const char *);
/* What hostile text comes out as, before markup is escaped; borrowed until
 * the next call. */
const char *html_clean(struct html *, const char *, size_t len);

/* A section with its heading; closed by html_close. */
void	html_section(struct html *, const char *id, const char *title);
/* The head of a table: names of columns, a '#' before those of numbers; the
 * body is left open.  Closed by html_end_table. */
void	html_table(struct html *, const char *class,
	    const char *const *columns);
void	html_end_table(struct html *);
/* A verdict as a badge: "ACCEPT", "DROP", "error" ... */
void	html_badge(struct html *, const char *word);
/* Lines, as they are. */
void	html_pre(struct html *, const char *text);

/* Sets of packets and who decides them (html_query.c): boxes in words, a few
 * at most, and a witness; verdict, rule, place and effects. */
void	html_packet_set(struct html *, const struct packet_set *);
void	html_deciding(struct html *, const struct decider *);
void	html_want_decider(struct html *, const struct decider *);

/* ---- links (html_link.c) ---- */

/* "filter/INPUT#4", linked if it is listed. */
void	html_rule(struct html *, const struct rule *);
void	html_chain(struct html *, const struct chain *);
/* Whoever decided: a rule, a policy, or "-". */
void	html_decider(struct html *, const struct rule *,
	    const struct chain *);
/* "edge1.rules:31" */
void	html_place(struct html *, const struct rule *, const struct chain *);
/* How a packet ended: the verdict, who decided, and where that stands. */
struct trace_ending;
void	html_ending(struct html *, const struct trace_ending *);
/* The rule as it is saved. */
void	html_rule_text(struct html *, const struct rule *);
/* What an anchor is called: "r-filter-INPUT-7", "c-filter-INPUT",
 * "t-filter"; null members of a ruleset's prefix are none. */
const char *html_rule_id(struct html *, const struct rule *);
const char *html_chain_id(struct html *, const struct chain *);
const char *html_table_id(struct html *, const struct table *);
/* The page's entry of it; null: it is not one of the page's. */
const struct html_ruleset *html_ruleset_of(const struct html *,
	    const struct ruleset *);

/* Of a replay, how many of 100 rules a packet hit, rounded down. */
unsigned html_rules_hit(const struct html *);

/* ---- parts ---- */

struct html_part {
	const char *id, *title;		/* anchor, entry of the navigation */
	bool	(*has)(const struct html_report *);
	/* Names the rules that it links to (html_plan.h); may be null. */
	void	(*want)(struct html *);
	void	(*put)(struct html *);
};
extern const struct html_part html_fleet, html_fleet_findings,
    html_findings, html_exposure, html_rules,
    html_chains, html_timeline, html_flows, html_packets, html_traces,
    html_query, html_diff, html_tests, html_assumptions, html_inputs;

#endif

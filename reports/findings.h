/* Findings of an audit, told in several forms.  They come in the order of the
 * rules (analysis/audit.h); those that are suppressed are counted, and told
 * only where the form has a place for them. */
#ifndef REPORTS_FINDINGS_H
#define REPORTS_FINDINGS_H

#include "model/env.h"
#include "model/finding.h"

struct findings_report {
	const struct findings *findings;
	const struct ruleset *rules[2];	/* [0] v4, [1] v6; null: none */
	const struct env *env;
	const bool *on;			/* by index in checks[]: looked for */
	const char *host;		/* JSON: who it is, or null: not told */
	bool color, quiet;		/* text: quiet has errors only */
};

typedef void findings_put(const struct findings_report *, FILE *);
/* As gcc writes: "rules:12:1: error: ... [FW2001]", details indented. */
findings_put findings_text;
/* "schema": "nfwalk.audit/1" (cli-contract). */
findings_put findings_json;
/* SARIF 2.1.0 (OASIS). */
findings_put findings_sarif;
/* JUnit XML: a test case for each id that is on. */
findings_put findings_junit;
/* Workflow commands of GitHub: "::error file=...::...". */
findings_put findings_github;
/* GitLab's Code Quality report. */
findings_put findings_gitlab;
/* Markdown for the summary of a CI step; and a spreadsheet's rows. */
findings_put findings_md;
findings_put findings_csv;

/* Where it is: of the rule, the chain, what finding->loc says, or else the
 * ruleset's first file.  'line' 0: the whole file; 'file' null: nowhere. */
struct place { const char *file; unsigned line, col; };
struct place finding_place(const struct findings_report *,
	    const struct finding *);
struct loc finding_loc(const struct ruleset *const rules[2],
	    const struct finding *);
/* What it is about, as a rule or a policy: "-A INPUT -j DROP".  False: about
 * neither. */
bool	finding_subject(const struct finding *, struct sbuf *);
/* What stays the same when lines move: id, family, table, chain and the rule
 * without its comment, with tabs between; hostile bytes escaped. */
void	finding_key(const struct finding *, struct sbuf *);

/* "error", "warning", "note" */
extern const char *const severity_names[];
/* How many of each severity count, and how many are suppressed. */
struct finding_counts { unsigned of[SEV_ERROR + 1], suppressed; };
struct finding_counts findings_count(const struct findings *);
/* "2 errors, 1 warning, 0 notes (3 suppressed)" */
void	finding_counts_print(const struct finding_counts *, struct sbuf *);

/* Names for findings that later runs find again: the hash of file, key, and
 * how many of that key came before.  Ask once for each, in order. */
struct fingerprints {
	struct arena arena;
	struct map seen;
};
uint64_t fingerprint(struct fingerprints *, const struct findings_report *,
	    const struct finding *);

#endif

#include "reports/catalogue.h"

#include "base/mdoc.h"
#include "reports/findings.h"

#include <string.h>

enum { MISCELLANY = 7, FAMILY = 2 };	/* "FW2001": its third letter */

static const char *const families[] = {
	['1' - '0'] = "FW1: WOULD IT LOAD, AND DOES IT MEAN WHAT IT SAYS",
	['2' - '0'] = "FW2: ANOMALIES BETWEEN RULES",
	['3' - '0'] = "FW3: EXPOSURE AND POLICY",
	['4' - '0'] = "FW4: CONNECTION TRACKING",
	['5' - '0'] = "FW5: LOGGING AND LIMITS",
	['6' - '0'] = "FW6: NAT, MARKS, ROUTING",
	['7' - '0'] = "FW7: IPV6 AND ICMP",
	['8' - '0'] = "FW8: OTHER SOFTWARE THAT OWNS CHAINS",
	['9' - '0'] = "FW9: HYGIENE AND EVIDENCE FOR AUDITS",
};

/* "Error, looked for in every profile." */
static void
put_kind(const struct check *c, struct sbuf *b)
{
	struct sbuf line = SBUF_INIT;

	sbuf_printf(&line, "%s, ", severity_names[c->severity]);
	if (c->profiles & PROFILE_DEFAULT)
		sbuf_puts(&line, "looked for in every profile.");
	else if (c->profiles == 0)
		sbuf_printf(&line, "in no profile: --only %s looks for it.",
		    c->id);
	else {
		sbuf_puts(&line, "looked for with --profile ");
		catalogue_profiles(&line, c->profiles);
		sbuf_putc(&line, '.');
	}
	line.text[0] = (char)(line.text[0] - 'a' + 'A');
	mdoc_text(b, sbuf_text(&line));
	sbuf_free(&line);
}

static void
put_check(const struct check *c, struct sbuf *b)
{
	struct sbuf title = SBUF_INIT;

	sbuf_printf(&title, "%s: %s", c->id, c->title);
	mdoc_part(b, sbuf_text(&title));
	put_kind(c, b);
	sbuf_puts(b, ".Pp\n");
	mdoc_text(b, c->what);
	sbuf_puts(b, ".Pp\n");
	mdoc_text(b, c->why);
	sbuf_puts(b, ".Pp\nBad:\n");
	mdoc_lines(b, c->bad);
	sbuf_puts(b, ".Pp\nGood:\n");
	mdoc_lines(b, c->good);
	if (c->standards != NULL) {
		sbuf_puts(b, ".Pp\nSee:\n");
		mdoc_text(b, c->standards);
	}
	sbuf_free(&title);
}

static void
put_reasons(struct sbuf *b)
{
	mdoc_section(b, "REASONS");
	mdoc_text(b, "What nfwalk-trace(1) and nfwalk-replay(1) give as the "
	    "reason of a verdict.");
	sbuf_puts(b, ".Bl -tag -width Ds\n");
	for (int r = 0; r < N_REASONS; r++) {
		struct sbuf text = SBUF_INIT;

		sbuf_printf(b, ".It Dv %s\n", reason_names[r]);
		sbuf_printf(&text, "%s.", reason_texts[r]);
		mdoc_text(b, sbuf_text(&text));
		if (reason_pages[r] != NULL)
			mdoc_text(b, reason_pages[r]);
		sbuf_free(&text);
	}
	sbuf_puts(b, ".El\n");
}

void
catalogue_man(struct sbuf *b)
{
	mdoc_head(b, "nfwalk-rules", MISCELLANY, "findings of nfwalk audit, "
	    "reasons of nfwalk trace");
	mdoc_section(b, "DESCRIPTION");
	mdoc_text(b, "What nfwalk-audit(1) looks for. Each finding has an id "
	    "that is for ever; the digit behind FW is its family. 'nfwalk "
	    "explain ID' prints the same.");
	for (unsigned i = 0; i < n_checks; i++) {
		char family = checks[i].id[FAMILY];

		if (i == 0 || checks[i - 1].id[FAMILY] != family)
			mdoc_section(b, families[family - '0']);
		put_check(&checks[i], b);
	}
	put_reasons(b);
	mdoc_see(b, "nfwalk-audit(1) nfwalk-explain(1) nfwalk-rules(1) "
	    "nfwalk-trace(1)");
}

#include "reports/html.h"

#include "base/sha256.h"
#include "reports/html_assets.h"
#include "reports/html_data.h"
#include "reports/html_plan.h"


/* In the order in which they come. */
static const struct html_part *const parts[] = { &html_tests, &html_traces,
    &html_diff, &html_query, &html_fleet, &html_fleet_findings, &html_findings, &html_exposure, &html_rules,
    &html_chains, &html_timeline, &html_flows, &html_packets,
    &html_assumptions, &html_inputs, NULL };

/* ---- head ---- */

static void
put_base64(struct sbuf *b, const uint8_t *p, size_t n)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789+/";

	for (size_t i = 0; i < n; i += 3) {
		uint32_t v = (uint32_t)p[i] << 16 |
		    (uint32_t)(i + 1 < n ? p[i + 1] : 0) << 8 |
		    (uint32_t)(i + 2 < n ? p[i + 2] : 0);

		for (unsigned k = 0; k < 4; k++)
			sbuf_putc(b, i + k > n ? '=' :
			    digits[v >> (18 - 6 * k) & 63]);
	}
}

/* " 'sha256-...'": this text and no other. */
static void
put_hash(struct sbuf *b, const char *text)
{
	uint8_t digest[SHA256_SIZE];
	struct sha256 s;

	sha256_init(&s);
	sha256_add(&s, text, strlen(text));
	sha256_end(&s, digest);
	sbuf_puts(b, " 'sha256-");
	put_base64(b, digest, sizeof(digest));
	sbuf_putc(b, '\'');
}

/* Nothing may be fetched, and nothing may run but our own script: even if
 * markup got through, it could do nothing. */
static void
put_policy(struct html *h)
{
	struct sbuf b = SBUF_INIT;

	sbuf_puts(&b, "default-src 'none'; style-src");
	if (h->r->apart) {
		sbuf_puts(&b, " 'self' file:");
	} else {
		put_hash(&b, html_css);
		sbuf_puts(&b, "; script-src");
		put_hash(&b, html_js);
	}
	sbuf_puts(&b, "; base-uri 'none'; form-action 'none'");
	html_open(h, "meta", NULL);
	html_attr(h, "http-equiv", "Content-Security-Policy");
	html_attr(h, "content", "%s", sbuf_text(&b));
	html_close(h);
	sbuf_free(&b);
}

static void
meta(struct html *h, const char *name, const char *content)
{
	html_open(h, "meta", NULL);
	html_attr(h, "name", "%s", name);
	html_attr(h, "content", "%s", content);
	html_close(h);
}

static void
put_head(struct html *h)
{
	html_open(h, "head", NULL);
	html_open(h, "meta", NULL);
	html_attr(h, "charset", "utf-8");
	html_close(h);
	put_policy(h);
	meta(h, "viewport", "width=device-width, initial-scale=1");
	meta(h, "color-scheme", "light dark");
	meta(h, "generator", "nfwalk");
	html_putf(h, "title", NULL, "%s - nfwalk %s", h->r->title, h->r->kind);
	html_open(h, h->r->apart ? "link" : "style", NULL);
	if (h->r->apart) {
		html_attr(h, "rel", "stylesheet");
		html_attr(h, "href", "report.css");
	} else {
		html_own(h, html_css);
	}
	html_close(h);
	html_close(h);
}

/* ---- the header: the answer first ---- */

static const char *
verdict(const struct html_report *r)
{
	if (r->test != NULL)
		return r->test->results[TEST_FAILED] != 0 ? "FAIL" :
		    r->test->results[TEST_UNDETERMINED] != 0 ?
		    "UNDETERMINED" : "PASS";
	if (r->diff != NULL)
		return r->diff->equal ? "SAME" : "CHANGED";
	if (r->n_traces == 1)
		return disposition_names[r->traces[0].end.disposition];
	if (r->findings == NULL)
		return NULL;
	for (unsigned i = 0; i < r->findings->findings->n; i++) {
		const struct finding *f = r->findings->findings->list[i];

		if (f->suppressed == NULL && !f->possible &&
		    f->severity == SEV_ERROR)
			return "FAIL";
	}
	return "PASS";
}

static void
fact(struct html *h, uint64_t n, const char *one)
{
	html_open(h, "li", n != 0 ? NULL : "none");
	html_count(h, "b", NULL, n);
	html_textf(h, " %s%s", one, n == 1 ? "" : "s");
	html_close(h);
}

/* "42 DROP" */
static void
fact_word(struct html *h, uint64_t n, const char *word)
{
	html_open(h, "li", NULL);
	html_count(h, "b", NULL, n);
	html_text(h, " ");
	html_badge(h, word);
	html_close(h);
}

static void
put_finding_facts(struct html *h)
{
	struct finding_counts n = findings_count(h->r->findings->findings);

	for (int s = SEV_ERROR; s >= SEV_NOTE; s--)
		fact(h, n.of[s], severity_names[s]);
	if (n.suppressed != 0)
		html_putf(h, "li", NULL, "%u suppressed", n.suppressed);
}

static void
put_replay_facts(struct html *h)
{
	const struct summary_view *v = h->r->summary;

	fact(h, v->total.packets, "packet");
	for (int d = 0; d < N_DISPOSITIONS; d++)
		if (v->by_disposition[d].packets != 0)
			fact_word(h, v->by_disposition[d].packets,
			    disposition_names[d]);
	fact(h, v->flows, "flow");
	html_open(h, "li", NULL);
	html_putf(h, "b", NULL, "%u%%", html_rules_hit(h));
	html_text(h, " of rules hit");
	html_close(h);
}

static void
put_rule_facts(struct html *h)
{
	uint64_t rules = 0, chains = 0;

	for (unsigned i = 0; i < h->r->n_rulesets; i++) {
		const struct ruleset *rs = h->r->rulesets[i].rules;

		rules += rs->n_rules;
		for (unsigned t = 0; t < N_TABLES; t++)
			for (const struct chain *c = rs->tables[t].chains;
			    c != NULL; c = c->next)
				chains += rs->tables[t].present;
	}
	fact(h, rules, "rule");
	fact(h, chains, "chain");
}

static void
put_facts(struct html *h)
{
	const struct html_report *r = h->r;

	html_open(h, "ul", "facts");
	if (r->test != NULL) {
		for (int i = 0; i < N_TEST_RESULTS; i++)
			if (r->test->results[i] != 0)
				fact_word(h, r->test->results[i],
				    test_result_names[i]);
		html_open(h, "li", NULL);
		html_putf(h, "b", NULL, "%u%%", test_percent(r->test));
		html_text(h, " of rules hit");
		html_close(h);
	}
	if (r->diff != NULL)
		fact(h, r->diff->n, "change");
	if (r->query != NULL)
		fact(h, r->query->n, "region");
	if (r->findings != NULL)
		put_finding_facts(h);
	if (r->fleet != NULL) {
		fact(h, r->fleet->n_hosts, "host");
		fact(h, r->fleet->n_rulesets, "distinct ruleset");
		html_open(h, "li", r->fleet->n_differ != 0 ? NULL : "none");
		html_count(h, "b", NULL, r->fleet->n_differ);
		html_text(h, " not like their group");
		html_close(h);
	}
	if (r->summary != NULL)
		put_replay_facts(h);
	if (r->fleet == NULL)
		put_rule_facts(h);
	html_close(h);
}

static void
put_navigation(struct html *h)
{
	html_open(h, "nav", NULL);
	html_attr(h, "aria-label", "Sections");
	for (unsigned i = 0; parts[i] != NULL; i++)
		if (parts[i]->has(h->r)) {
			html_open(h, "a", NULL);
			html_attr(h, "href", "#%s", parts[i]->id);
			html_text(h, parts[i]->title);
			html_close(h);
			html_own(h, "\n");
		}
	html_close(h);
}

/* For the script, which shows them: without it they would do nothing. */
static void
put_tools(struct html *h)
{
	if (h->r->apart)
		return;
	html_open(h, "div", "tools");
	html_attr(h, "id", "tools");
	html_attr(h, "hidden", "%s", "");
	html_open(h, "input", NULL);
	html_attr(h, "type", "search");
	html_attr(h, "id", "search");
	html_attr(h, "placeholder", "Search  ( / )");
	html_attr(h, "aria-label", "Search in this page");
	html_attr(h, "autocomplete", "off");
	html_close(h);
	html_open(h, "span", "found");
	html_attr(h, "id", "found");
	html_attr(h, "role", "status");
	html_close(h);
	html_open(h, "button", NULL);
	html_attr(h, "id", "theme");
	html_attr(h, "type", "button");
	html_text(h, "Dark / light");
	html_close(h);
	html_close(h);
}

static void
put_header(struct html *h)
{
	const char *word = verdict(h->r);

	html_open(h, "a", "skip");
	html_attr(h, "href", "#main");
	html_text(h, "To the content");
	html_close(h);
	html_open(h, "header", NULL);
	html_open(h, "div", "top");
	html_open(h, "h1", NULL);
	html_put(h, "span", "kind", "nfwalk ");
	html_putf(h, "span", "kind", "%s ", h->r->kind);
	html_text(h, h->r->title);
	html_close(h);
	if (word != NULL)
		html_badge(h, word);
	put_tools(h);
	html_close(h);
	put_navigation(h);
	html_close(h);
}

/* ---- all ---- */

/* Also for the script to show. */
static void
put_footer(struct html *h)
{
	static const char *const keys[][2] = { { "/", " search  " },
	    { "j", " next finding  " }, { "k", " the one before  " },
	    { "o", " its rule  " }, { "Esc", " everything again" } };

	if (h->r->apart)
		return;
	html_open(h, "footer", NULL);
	html_attr(h, "id", "keys");
	html_attr(h, "hidden", "%s", "");
	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		html_put(h, "kbd", NULL, keys[i][0]);
		html_text(h, keys[i][1]);
	}
	html_close(h);
}

static void
put_script(struct html *h)
{
	if (h->r->apart)
		return;
	html_data(h);
	html_open(h, "script", NULL);
	html_own(h, html_js);
	html_close(h);
}

static void
put_body(struct html *h)
{
	html_open(h, "body", NULL);
	put_header(h);
	html_open(h, "main", NULL);
	html_attr(h, "id", "main");
	put_facts(h);
	for (unsigned i = 0; parts[i] != NULL; i++)
		if (parts[i]->has(h->r))
			parts[i]->put(h);
	html_close(h);
	put_footer(h);
	put_script(h);
	html_close(h);
}

void
html_report(const struct html_report *r, FILE *file)
{
	struct html h = { .r = r, .arena = ARENA_INIT };

	h.w = xml_out_html(file);
	html_plan_make(&h, parts);
	html_open(&h, "html", NULL);
	html_attr(&h, "lang", "en");
	put_head(&h);
	put_body(&h);
	html_close(&h);
	xml_out_end(h.w);
	sbuf_free(&h.text);
	sbuf_free(&h.safe);
	arena_free(&h.arena);
}

void
html_style(FILE *file)
{
	fputs(html_css, file);
}

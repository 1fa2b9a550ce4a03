#include "reports/replay_csv.h"

#include "reports/csv.h"

static void
put_line(struct csv *c, const struct save_format *f, const struct rule *r,
    const struct chain *chain)
{
	struct sbuf text = SBUF_INIT;
	uint64_t v[2];

	if (r != NULL) {
		save_rule_counters(f, r, v);
		save_rule(r, &text);
	} else {
		save_chain_counters(f, chain, v);
		sbuf_printf(&text, "-P %s %s", chain->name,
		    chain->policy == V_DROP ? "DROP" : "ACCEPT");
	}
	csv_place(c, r, chain);
	csv_count(c, true, v[0]);
	csv_count(c, true, v[1]);
	csv_text(c, sbuf_text(&text));
	csv_end(c);
	sbuf_free(&text);
}

static void
put_ruleset(struct csv *c, const struct save_format *f,
    const struct ruleset *rs)
{
	for (unsigned i = 0; i < rs->n_tables; i++)
		for (const struct chain *ch = rs->tables[rs->order[i]].chains;
		    ch != NULL; ch = ch->next) {
			for (unsigned k = 0; k < ch->n; k++)
				put_line(c, f, ch->rules[k], NULL);
			if (ch->hook != HOOK_NONE)
				put_line(c, f, NULL, ch);
		}
}

void
csv_counters(const struct ruleset *const rules[2],
    const struct save_counters *after, FILE *file)
{
	struct save_format f = { .counters = true, .from = after,
	    .table = -1 };
	struct csv c = CSV_INIT(file);

	csv_header(&c, CSV_PLACE ",packets,bytes,text");
	for (unsigned i = 0; i < 2; i++)
		if (rules[i] != NULL)
			put_ruleset(&c, &f, rules[i]);
	csv_free(&c);
}

#include "confirm.h"

#include "reports/ref.h"
static void
put_in_words(const struct replayer *r, struct finding *f, struct arena *arena)
{
	struct sbuf words = SBUF_INIT, rest = SBUF_INIT;

	witness_words(replayer_witness(r), &words, &rest);
	f->words = arena_strdup(arena, sbuf_text(&words));
	if (rest.len != 0)
		f->rest = arena_strdup(arena, sbuf_text(&rest));
	sbuf_free(&words);
	sbuf_free(&rest);
}

static void
tell_disagreement(const struct finding *f, const char *why)
{
	struct sbuf b = SBUF_INIT;

	if (f->rule != NULL) {
		ref_rule_place(f->rule, &b);
		sbuf_puts(&b, ": ");
	}
	fprintf(stderr, "%sinternal error: %s: the analysis says: %s; %s\n",
	    sbuf_text(&b), f->check->id, f->message, why);
	sbuf_free(&b);
}

bool
confirm_end(struct replayer *r, const char *command, const struct point *p,
    const struct chain *entry, const struct rule *rule,
    const struct chain *policy, enum verdict v)
{
	struct witness_claim c = { .packet = p, .entry = entry,
	    .what = CLAIM_END, .rule = rule, .policy = policy, .verdict = v };
	struct sbuf why = SBUF_INIT;
	bool agrees = witness_check(r, &c, &why) != WITNESS_DISAGREES;

	if (!agrees)
		fprintf(stderr, "nfwalk %s: internal error: %s\n", command,
		    sbuf_text(&why));
	sbuf_free(&why);
	return agrees;
}

unsigned
confirm_findings(struct audit *t, struct env *env)
{
	struct replayer *r = NULL;
	struct sbuf why = SBUF_INIT;
	unsigned bad = 0;

	for (unsigned i = 0; i < t->out.n; i++) {
		struct finding *f = t->out.list[i];
		struct witness_claim c;

		if (!witness_claim_of(f, &c))
			continue;
		if (r == NULL)
			r = replayer_new(t->rules, env);
		switch (witness_check(r, &c, &why)) {
		case WITNESS_AGREES:
			put_in_words(r, f, t->out.arena);
			break;
		case WITNESS_CANNOT:
			f->witness = NULL;
			break;
		case WITNESS_DISAGREES:
			bad++;
			tell_disagreement(f, sbuf_text(&why));
			f->witness = NULL;
			f->possible = true;
			break;
		}
	}
	replayer_free(r);
	sbuf_free(&why);
	return bad;
}

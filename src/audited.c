#include "audited.h"

#include "analysis/exposure.h"
#include "confirm.h"
#include "ext/ext.h"
#include "suppress.h"

#include <stdlib.h>
#include <time.h>

void
audited_wants(const struct audit_config *cfg, struct inputs *in)
{
	struct audit probe = { .cfg = cfg };

	in->running_too = audit_on(&probe, "FW9003");
}

unsigned
audited(struct audit *t, struct inputs *in, const struct audit_config *cfg)
{
	unsigned disagreements;

	t->rules[0] = in->load.rules[0];
	t->rules[1] = in->load.rules[1];
	t->running[0] = in->running.rules[0];
	t->running[1] = in->running.rules[1];
	t->env = in->env;
	t->cfg = cfg;
	t->out.arena = &in->arena;
	audit_sets_new(t, &in->arena);
	audit_run(t);
	disagreements = confirm_findings(t, in->env);
	suppress(t, &in->diags);
	return disagreements;
}

void
audited_free(struct audit *t)
{
	audit_sets_free(t);
	free(t->out.list);
}

void
audited_report(const struct audit *t, struct inputs *in,
    struct findings_report *r)
{
	bool *on = arena_alloc(&in->arena, n_checks);

	for (unsigned i = 0; i < n_checks; i++)
		on[i] = audit_on(t, checks[i].id);
	*r = (struct findings_report){ .findings = &t->out,
	    .rules = { t->rules[0], t->rules[1] }, .env = in->env, .on = on };
}

bool
audited_today(const char *command, int64_t *seconds)
{
	const char *epoch = getenv("SOURCE_DATE_EPOCH"), *s = epoch;
	uint64_t v;

	if (epoch == NULL || *epoch == '\0') {
		*seconds = time(NULL);
		return true;
	}
	if (!read_number(&s, INT64_MAX, &v) || *s != '\0')
		return args_error(command, "SOURCE_DATE_EPOCH: expected "
		    "seconds, got '%s'", epoch);
	*seconds = (int64_t)v;
	return true;
}

#include "audited.h"

#include "analysis/exposure.h"
#include "confirm.h"
#include "ext/ext.h"
#include "suppress.h"

#include <stdlib.h>
#include <string.h>
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

/* What the parsers look for. */
static const char *const at_load[] = { "FW1001", "FW1002", "FW1003", "FW1004",
    "FW1005", "FW1006", "FW1007", "FW1008", "FW1010", "FW1012", "FW1015" };

static bool
is_at_load(const char *id)
{
	for (size_t i = 0; i < sizeof(at_load) / sizeof(*at_load); i++)
		if (strcmp(at_load[i], id) == 0)
			return true;
	return false;
}

bool
audited_unloaded(struct audit *t, struct inputs *in,
    const struct audit_config *cfg)
{
	t->cfg = cfg;
	t->env = in->env;
	t->out.arena = &in->arena;
	for (unsigned f = 0; f < 2; f++) {
		ruleset_free(in->load.rules[f]);
		in->load.rules[f] = NULL;
	}
	for (const struct diag *e = in->diags.first; e != NULL; e = e->next)
		if (e->level == DIAG_ERROR && e->id != NULL)
			finding_add(&t->out, e->id, NULL, NULL, "%.*s",
			    DIAG_LONGEST, e->text)->loc = e->loc;
	return t->out.n != 0;
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
	bool loaded = t->rules[0] != NULL || t->rules[1] != NULL;

	for (unsigned i = 0; i < n_checks; i++)
		on[i] = loaded ? audit_on(t, checks[i].id) :
		    is_at_load(checks[i].id);
	/* Of what does not load nothing was assumed. */
	*r = (struct findings_report){ .findings = &t->out,
	    .rules = { t->rules[0], t->rules[1] }, .on = on,
	    .env = loaded ? in->env : env_new(&in->arena) };
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

#include "ids.h"

#include "args.h"
#include "base/similar.h"
#include "model/event.h"

#include <string.h>
#include <strings.h>

/* What looks most like 'word' among ids of findings, and names of reasons if
 * they are wanted; null: nothing does. */
static const char *
nearest(const char *word, bool reasons)
{
	struct similar s = similar_to(word, strlen(word));

	for (unsigned i = 0; i < n_checks; i++)
		similar_try(&s, checks[i].id);
	for (unsigned i = 0; reasons && i < N_REASONS; i++)
		similar_try(&s, reason_names[i]);
	return s.best;
}

const char *
id_unknown(const char *word, bool reasons, struct arena *arena)
{
	const char *near = nearest(word, reasons);

	return near == NULL ?
	    arena_printf(arena, "there is no finding '%s'", word) :
	    arena_printf(arena, "there is no finding '%s'; did you mean %s?",
	    word, near);
}

const struct check *
id_read(const char *word, size_t len, struct diags *diags, struct loc loc)
{
	char *id = arena_strndup(diags->arena, word, len);
	const struct check *c = check_find(id);

	if (c == NULL)
		diag_warn(diags, loc, "%s", id_unknown(id, false, diags->arena));
	return c;
}

static bool
begins_some(const char *word)
{
	size_t len = strlen(word);

	for (unsigned i = 0; len >= strlen("FW1") && i < n_checks; i++)
		if (strncasecmp(checks[i].id, word, len) == 0)
			return true;
	return false;
}

bool
id_list_add(struct id_list *l, const char *value, const char *command,
    const char *option, struct arena *arena)
{
	for (size_t n; *value != '\0'; value += n + (value[n] == ',')) {
		const char *id;

		n = strcspn(value, ",");
		id = arena_strndup(arena, value, n);
		if (!begins_some(id))
			return args_error(command, "%s: %s", option,
			    id_unknown(id, false, arena));
		vec_room(l->ids, l->n, l->room);
		l->ids[l->n++] = id;
	}
	return true;
}

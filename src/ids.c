#include "ids.h"

#include "args.h"
#include "model/event.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

enum { LONGEST = 32 };

/* How many letters must be changed, put in or taken out (Levenshtein). */
static unsigned
distance(const char *a, const char *b)
{
	unsigned row[LONGEST + 1], n = (unsigned)strlen(b);

	for (unsigned j = 0; j <= n; j++)
		row[j] = j;
	for (unsigned i = 1; *a != '\0'; a++, i++) {
		unsigned corner = row[0];

		row[0] = i;
		for (unsigned j = 1; j <= n; j++) {
			unsigned change = corner + (toupper((unsigned char)*a)
			    != toupper((unsigned char)b[j - 1]));

			corner = row[j];
			row[j] = row[j] < row[j - 1] ? row[j] + 1 :
			    row[j - 1] + 1;
			row[j] = change < row[j] ? change : row[j];
		}
	}
	return row[n];
}

/* What looks most like 'word' among ids of findings, and names of reasons if
 * they are wanted; null: nothing does. */
static const char *
nearest(const char *word, bool reasons)
{
	unsigned n = n_checks + (reasons ? N_REASONS : 0);
	unsigned best = 3, d;
	const char *near = NULL;

	if (strlen(word) > LONGEST)
		return NULL;
	for (unsigned i = 0; i < n; i++) {
		const char *name = i < n_checks ? checks[i].id :
		    reason_names[i - n_checks];

		if ((d = distance(word, name)) < best) {
			best = d;
			near = name;
		}
	}
	return near;
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

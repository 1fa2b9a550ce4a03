#include "fail.h"

#include <string.h>
#include <strings.h>

const char *const fail_names[] = { "error", "warning", "note", "never",
    NULL };
static const unsigned levels[] = { SEV_ERROR, SEV_WARNING, SEV_NOTE,
    FAIL_NEVER };

bool
fail_level(const char *word, unsigned *level)
{
	unsigned i = 0;

	while (fail_names[i] != NULL && strcasecmp(word, fail_names[i]) != 0)
		i++;
	if (fail_names[i] != NULL)
		*level = levels[i];
	return fail_names[i] != NULL;
}

bool
fail_read(const char *command, const struct arg *o, const char *value,
    unsigned *level)
{
	int i;

	if (strcmp(o->name, "--exit-zero") == 0) {
		*level = FAIL_NEVER;
		return true;
	}
	i = args_word(command, o, value, strlen(value));
	if (i >= 0)
		*level = levels[i];
	return i >= 0;
}

bool
fail_is(unsigned level, enum severity severity, bool possible)
{
	return level == FAIL_CERTAIN || level == FAIL_UNSAID ? !possible && severity == SEV_ERROR :
	    severity >= level;
}

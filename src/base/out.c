#include "base/out.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct loc nowhere;

/* A device, a pipe: there is nothing to put in its place. */
static bool
open_special(struct out *o, const char *path)
{
	struct stat st;

	if (stat(path, &st) != 0 || S_ISREG(st.st_mode))
		return false;
	o->file = fopen(path, "w");
	if (o->file == NULL)
		return false;
	o->path = mem_alloc(strlen(path) + 1, 1);
	memcpy(o->path, path, strlen(path) + 1);
	return true;
}

bool
out_open(struct out *o, const char *path, struct diags *diags)
{
	struct sbuf temp = SBUF_INIT;
	mode_t mask;
	int fd;

	*o = (struct out){ NULL, NULL, NULL };
	if (strcmp(path, "-") == 0) {
		o->file = stdout;
		return true;
	}
	if (open_special(o, path))
		return true;
	sbuf_printf(&temp, "%s.XXXXXX", path);
	fd = mkstemp(temp.text);
	if (fd < 0 || (o->file = fdopen(fd, "w")) == NULL) {
		diag_error(diags, nowhere, "%s: %s", path, strerror(errno));
		if (fd >= 0)
			close(fd);
		sbuf_free(&temp);
		return false;
	}
	mask = umask(0);
	umask(mask);
	fchmod(fd, 0666 & ~mask);
	o->temp = temp.text;
	o->path = mem_alloc(strlen(path) + 1, 1);
	memcpy(o->path, path, strlen(path) + 1);
	return true;
}

bool
out_commit(struct out *o, struct diags *diags)
{
	bool ok;

	if (o->file == NULL)
		return false;
	ok = fflush(o->file) == 0 && !ferror(o->file);
	if (o->path == NULL) {
		o->file = NULL;
	} else {
		ok = fclose(o->file) == 0 && ok;
		o->file = NULL;
		ok = ok && (o->temp == NULL || rename(o->temp, o->path) == 0);
	}
	if (!ok)
		diag_error(diags, nowhere, "%s: %s",
		    o->path ? o->path : "<stdout>", strerror(errno));
	if (!ok && o->temp != NULL)
		unlink(o->temp);
	free(o->path);
	free(o->temp);
	*o = (struct out){ NULL, NULL, NULL };
	return ok;
}

void
out_abort(struct out *o)
{
	if (o->path != NULL && o->file != NULL)
		fclose(o->file);
	if (o->temp != NULL)
		unlink(o->temp);
	free(o->path);
	free(o->temp);
	*o = (struct out){ NULL, NULL, NULL };
}

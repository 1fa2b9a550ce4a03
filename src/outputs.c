#include "outputs.h"

#include "base/similar.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool
add(struct outputs *o, const char *name, size_t len, const char *path)
{
	struct similar like = similar_to(name, len);
	struct sbuf all = SBUF_INIT;

	for (unsigned f = 0; o->names[f] != NULL; f++) {
		if (strlen(o->names[f]) != len ||
		    memcmp(o->names[f], name, len) != 0) {
			sbuf_printf(&all, "%s%s", f ? ", " : "", o->names[f]);
			continue;
		}
		sbuf_free(&all);
		if (o->n == MAX_OUTPUTS)
			return args_error(o->command, "too many outputs");
		o->list[o->n++] = (struct output){ .format = f,
		    .path = path };
		return true;
	}
	similar_try_all(&like, o->names);
	args_error(o->command, "'%.*s' is no format: %s%s%s%s", (int)len,
	    name, sbuf_text(&all), like.best ? "; did you mean " : "",
	    like.best ? like.best : "", like.best ? "?" : "");
	sbuf_free(&all);
	return false;
}

bool
outputs_add(struct outputs *o, const char *format, const char *path)
{
	return add(o, format, strlen(format), path);
}

bool
outputs_add_folder(struct outputs *o, const char *folder)
{
	if (!outputs_add(o, "html", folder))
		return false;
	o->list[o->n - 1].folder = folder;
	return true;
}

static bool
set_folder(void *ctx, const struct arg *o, const char *value)
{
	(void)o;
	return outputs_add_folder(ctx, value);
}

static bool
set_format(void *ctx, const struct arg *o, const char *value)
{
	(void)o;
	return outputs_add(ctx, value, "-");
}

static bool
set_output(void *ctx, const struct arg *o, const char *value)
{
	struct outputs *all = ctx;
	const char *eq = strchr(value, '=');

	if (eq == NULL || eq[1] == '\0')
		return args_error(all->command, "%s: FORMAT=FILE, not '%s'",
		    o->name, value);
	return add(all, value, (size_t)(eq - value), eq + 1);
}

/* main answers it, before anything is read. */
static bool
set_schema(void *ctx, const struct arg *o, const char *value)
{
	(void)ctx;
	(void)o;
	(void)value;
	return true;
}

static const char *const color_names[] = { [COLOR_AUTO] = "auto",
    [COLOR_ALWAYS] = "always", [COLOR_NEVER] = "never", NULL };

static bool
set_color(void *ctx, const struct arg *o, const char *value)
{
	struct outputs *all = ctx;
	int when = args_word(all->command, o, value, strlen(value));

	if (when >= 0)
		all->color = (unsigned)when;
	return when >= 0;
}

const struct arg outputs_args[] = {
	{ "--format", "-f", "FORMAT", set_format, .help = "how to write it",
	    "To standard output.", ARG_FORMAT },
	{ "--output", "-o", "FORMAT=FILE", set_output,
	    .help = "the same into FILE", "The file appears when it is complete.",
	    ARG_OUTPUT, .repeatable = true },
	{ "--html-dir", NULL, "DIR", set_folder,
	    .help = "a page of HTML, DIR/report.html", "Its style is in "
	    "DIR/report.css, and it has no script: see nfwalk-page(7).",
	    ARG_FOLDER },
	{ "--schema", NULL, NULL, set_schema,
	    .help = "the JSON Schema of what it would write, no more",
	    "Draft 2020-12; other options but -f and -o do not matter. See "
	    "nfwalk-schema(1)." },
	{ 0 }
};

const struct arg color_args[] = {
	{ "--color", NULL, "WHEN", set_color, .help = "colours", "auto, which is "
	    "the default, means on a terminal, unless NO_COLOR or the "
	    "terminal says otherwise: see nfwalk(1).", ARG_WORD, color_names },
	{ 0 }
};

/* DIR/report.html, in a folder that is there afterwards. */
static bool
open_folder(struct output *o, struct diags *diags)
{
	o->made = mkdir(o->folder, 0777) == 0;
	if (!o->made && errno != EEXIST) {
		diag_error(diags, (struct loc){ 0 }, "%s: %s", o->folder,
		    strerror(errno));
		return false;
	}
	o->path = arena_printf(diags->arena, "%s/report.html", o->folder);
	return true;
}

bool
outputs_open(struct outputs *o, struct diags *diags)
{
	bool ok = true;

	for (unsigned i = 0; i < o->n; i++)
		ok = (o->list[i].folder == NULL ||
		    open_folder(&o->list[i], diags)) &&
		    out_open(&o->list[i].out, o->list[i].path, diags) && ok;
	return ok;
}

void
outputs_abort(struct outputs *o)
{
	for (unsigned i = 0; i < o->n; i++) {
		out_abort(&o->list[i].out);
		if (o->list[i].made)
			rmdir(o->list[i].folder);	/* if it is empty */
	}
}

/* Is the variable set, and not to 0? */
static bool
is_set(const char *name)
{
	const char *value = getenv(name);

	return value != NULL && *value != '\0' && strcmp(value, "0") != 0;
}

bool
use_color(const struct outputs *o)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	if (o->color != COLOR_AUTO)
		return o->color == COLOR_ALWAYS;
	if (no != NULL && *no != '\0')
		return false;
	if (is_set("CLICOLOR_FORCE") || is_set("FORCE_COLOR"))
		return true;
	return term != NULL && strcmp(term, "dumb") != 0 &&
	    (o->paged || isatty(STDOUT_FILENO));
}

bool
output_color(const struct outputs *all, const struct output *o)
{
	return o->out.path == NULL && use_color(all);
}

/* What a command writes, and how it looks: -f FORMAT, -o FORMAT=FILE,
 * --html-dir DIR, --color WHEN. */
#ifndef OUTPUTS_H
#define OUTPUTS_H

#include "args.h"
#include "base/out.h"

enum { MAX_OUTPUTS = 16 };

struct output {
	unsigned format;		/* index in the names */
	const char *path;		/* "-": standard output */
	const char *folder;		/* of --html-dir, or null */
	bool made;			/* ... it was made now */
	struct out out;
};

struct outputs {
	const char *command;		/* for messages */
	const char *const *names;	/* of the formats; ends with null */
	struct output list[MAX_OUTPUTS];
	unsigned n;
	enum { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER } color;
	bool paged;			/* standard output is a pager */
};

/* -f, -o, --html-dir; their ctx is the struct outputs. */
extern const struct arg outputs_args[];
/* --color; the same. */
extern const struct arg color_args[];

/* Adds one; false, and said so, if there is no such format. */
bool	outputs_add(struct outputs *, const char *format, const char *path);
/* Adds the page report.html of 'folder', which outputs_open makes. */
bool	outputs_add_folder(struct outputs *, const char *folder);
/* All can be written, or false and errors in 'diags'. */
bool	outputs_open(struct outputs *, struct diags *);
/* Gives up those that were not committed. */
void	outputs_abort(struct outputs *);

/* Is text for standard output to be coloured?  Where the user left it open a
 * NO_COLOR says no, CLICOLOR_FORCE or FORCE_COLOR yes, and what is no terminal
 * or TERM=dumb no. */
bool	use_color(const struct outputs *);
/* The same of one of the outputs: files have no colours. */
bool	output_color(const struct outputs *, const struct output *);

#endif

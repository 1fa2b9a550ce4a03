/* Manual pages in mdoc(7): what its writers share.  Text comes out in lines
 * that are not too long, a new one for each sentence; "name(5)" becomes a
 * reference; nothing in it is taken for a macro. */
#ifndef BASE_MDOC_H
#define BASE_MDOC_H

#include "base/sbuf.h"

/* .Dd .Dt .Os, NAME: the page 'name'('section'), what it is in a line. */
void	mdoc_head(struct sbuf *, const char *name, int section,
	    const char *summary);
void	mdoc_section(struct sbuf *, const char *title);	/* .Sh */
void	mdoc_part(struct sbuf *, const char *title);	/* .Ss */
/* A paragraph, or the rest of one. */
void	mdoc_text(struct sbuf *, const char *);
/* Lines as they are, indented; 'lines' may end without a newline. */
void	mdoc_lines(struct sbuf *, const char *lines);
/* A macro's argument: spaces do not end it, and it is no macro itself. */
void	mdoc_arg(struct sbuf *, const char *);
/* SEE ALSO of "name(1) name(5)". */
void	mdoc_see(struct sbuf *, const char *);

#endif

/* XML as libxml2 writes it: elements, their attributes and their text.  What
 * is written is escaped; it must be UTF-8 without control characters
 * (sbuf_safe) by itself. */
#ifndef REPORTS_XML_OUT_H
#define REPORTS_XML_OUT_H

#include <stdbool.h>
#include <stdio.h>

struct xml_out;

/* A document in UTF-8 with a line for each element.  Free it with
 * xml_out_end. */
struct xml_out *xml_out_new(FILE *);
/* A page that begins with <!DOCTYPE html>, its lines as they are written. */
struct xml_out *xml_out_html(FILE *);
/* Ends what is still open.  A full disk is told by who closes the file. */
void	xml_out_end(struct xml_out *);

void	xml_start(struct xml_out *, const char *element);
void	xml_attr(struct xml_out *, const char *name, const char *value);
void	xml_attrf(struct xml_out *, const char *name, const char *fmt, ...)
	    __attribute__((format(printf, 3, 4)));
void	xml_text(struct xml_out *, const char *);
/* Markup of our own, as it is. */
void	xml_raw(struct xml_out *, const char *);
/* <element/> if nothing is in it. */
void	xml_end(struct xml_out *);
/* <element></element> always. */
void	xml_end_full(struct xml_out *);
/* Can it be the name of an element or attribute? */
bool	xml_is_name(struct xml_out *, const char *);

#endif

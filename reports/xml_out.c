#include "reports/xml_out.h"

#include "base/arena.h"
#include "base/lib.h"
#include "base/sbuf.h"

#include <libxml/xmlwriter.h>
#include <stdarg.h>
#include <stdlib.h>

#define XML(s)	((const xmlChar *)(s))

#define FUNCTIONS(X)							\
	X(xmlFreeTextWriter) X(xmlNewTextWriter)			\
	X(xmlOutputBufferCreateIO) X(xmlTextWriterEndDTD)		\
	X(xmlTextWriterEndDocument) X(xmlTextWriterEndElement)		\
	X(xmlTextWriterFullEndElement) X(xmlTextWriterSetIndent)	\
	X(xmlTextWriterSetIndentString) X(xmlTextWriterStartDTD)	\
	X(xmlTextWriterStartDocument) X(xmlTextWriterStartElement)	\
	X(xmlTextWriterWriteAttribute) X(xmlTextWriterWriteRaw)		\
	X(xmlTextWriterWriteString) X(xmlValidateNCName)
LIB(libxml, LIBXML, FUNCTIONS)

struct xml_out {
	struct libxml lib;
	xmlTextWriterPtr w;
	struct sbuf value;		/* scratch */
};

static int
write_file(void *file, const char *text, int len)
{
	fwrite(text, 1, (size_t)len, file);
	return len;
}

static struct xml_out *
begin(FILE *file)
{
	struct xml_out *x = mem_alloc(1, sizeof(*x));

	libxml_open(&x->lib);
	x->w = x->lib.xmlNewTextWriter(x->lib.xmlOutputBufferCreateIO(
	    write_file, NULL, file, NULL));
	return x;
}

struct xml_out *
xml_out_new(FILE *file)
{
	struct xml_out *x = begin(file);

	x->lib.xmlTextWriterSetIndent(x->w, 1);
	x->lib.xmlTextWriterSetIndentString(x->w, XML("  "));
	x->lib.xmlTextWriterStartDocument(x->w, NULL, "UTF-8", NULL);
	return x;
}

struct xml_out *
xml_out_html(FILE *file)
{
	struct xml_out *x = begin(file);

	x->lib.xmlTextWriterStartDTD(x->w, XML("html"), NULL, NULL);
	x->lib.xmlTextWriterEndDTD(x->w);
	return x;
}

void
xml_out_end(struct xml_out *x)
{
	x->lib.xmlTextWriterEndDocument(x->w);
	x->lib.xmlFreeTextWriter(x->w);	/* and the output, but not the file */
	sbuf_free(&x->value);
	free(x);
}

void
xml_start(struct xml_out *x, const char *element)
{
	x->lib.xmlTextWriterStartElement(x->w, XML(element));
}

void
xml_attr(struct xml_out *x, const char *name, const char *value)
{
	x->lib.xmlTextWriterWriteAttribute(x->w, XML(name), XML(value));
}

void
xml_attrf(struct xml_out *x, const char *name, const char *fmt, ...)
{
	va_list ap;

	sbuf_clear(&x->value);
	va_start(ap, fmt);
	sbuf_vprintf(&x->value, fmt, ap);
	va_end(ap);
	xml_attr(x, name, sbuf_text(&x->value));
}

void
xml_text(struct xml_out *x, const char *text)
{
	x->lib.xmlTextWriterWriteString(x->w, XML(text));
}

void
xml_raw(struct xml_out *x, const char *text)
{
	x->lib.xmlTextWriterWriteRaw(x->w, XML(text));
}

void
xml_end(struct xml_out *x)
{
	x->lib.xmlTextWriterEndElement(x->w);
}

void
xml_end_full(struct xml_out *x)
{
	x->lib.xmlTextWriterFullEndElement(x->w);
}

bool
xml_is_name(struct xml_out *x, const char *name)
{
	return x->lib.xmlValidateNCName(XML(name), 0) == 0;
}

/* Libraries that few runs need are opened by those that do: to load libxml2,
 * with all that it needs, takes as long as to audit a thousand rules.
 *
 *	#define FUNCTIONS(X)	X(xmlNewTextWriter) X(xmlFreeTextWriter)
 *	LIB(libxml, LIBXML, FUNCTIONS)
 *
 * makes a struct libxml with a pointer to each of what the library's headers
 * declare by these names, and libxml_open(struct libxml *), which fills it.
 * LIBXML is the file to open ("libxml2.so.2", said by the Makefile).  Where
 * LIB_LINKED is defined, the program is linked with the library as usual. */
#ifndef BASE_LIB_H
#define BASE_LIB_H

#include <stddef.h>

/* Opens 'file', once or again, and puts the addresses of 'n' names at 'to',
 * an array of pointers.  If it is missing there is no going on: that is said,
 * and the program ends with exit code 5. */
void	lib_open(const char *file, const char *const *names, size_t n,
	    void *to);

#define LIB_FIELD(name)	__typeof__(&name) name;
#define LIB_NAME(name)	#name,
#define LIB_ADDRESS(n)	.n = &n,

#ifdef LIB_LINKED
#define LIB_OPEN(lib, file, list)					\
	*lib = (__typeof__(*lib)){ list(LIB_ADDRESS) };
#else
#define LIB_OPEN(lib, file, list)					\
	static const char *const names[] = { list(LIB_NAME) };		\
									\
	lib_open(file, names, sizeof(names) / sizeof(*names), lib);
#endif

#define LIB(lib, file, list)						\
	struct lib { list(LIB_FIELD) };					\
									\
	static void							\
	lib##_open(struct lib *lib)					\
	{								\
		LIB_OPEN(lib, file, list)				\
	}

#endif

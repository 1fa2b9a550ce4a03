/* Arena: memory that lives and dies together.
 *
 * Everything allocated from an arena is released by arena_free(); there is
 * no way to release one object.  Allocation never fails: out of memory ends
 * the program.  Memory comes back zeroed, aligned for any type of that size (8
 * bytes, 16 where the size is a multiple of 16).
 *
 * Rules of the program: a pointer points into the same arena or into one
 * that lives longer; a function that allocates takes the arena as its
 * parameter; nothing is returned for the caller to free, except an sbuf. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stdarg.h>
#include <stddef.h>

struct arena_chunk;

struct arena {
	struct arena_chunk *chunks;	/* newest first */
	size_t used;			/* bytes handed out so far */
};

#define ARENA_INIT { NULL, 0 }

void	*arena_alloc(struct arena *, size_t size);
/* Copies 'size' bytes of 'data'; the copy is aligned like arena_alloc's. */
void	*arena_copy(struct arena *, const void *data, size_t size);
/* Copies 'len' characters and terminates the copy. */
char	*arena_strndup(struct arena *, const char *, size_t len);
char	*arena_strdup(struct arena *, const char *);
char	*arena_printf(struct arena *, const char *fmt, ...)
	    __attribute__((format(printf, 2, 3)));
char	*arena_vprintf(struct arena *, const char *fmt, va_list)
	    __attribute__((format(printf, 2, 0)));
void	 arena_free(struct arena *);

/* To be called first, by programs that read much: the heap grows in large
 * steps, of huge pages where the system has them, and keeps what is freed.
 * Asking the kernel for one small page after the other takes longer than most
 * of what is done with them. */
void	 mem_setup(void);

/* malloc and realloc that cannot fail, for what must grow or be given back
 * one by one (hash tables, vectors); release with free(). */
void	*mem_alloc(size_t n, size_t size);
void	*mem_grow(void *, size_t n, size_t size);

/* Memory for big tables that are looked into at random: 'size' bytes, not
 * zeroed, in huge pages where the system has them and 'size' fills one, so
 * that a look costs no walk of the page tables.  Release with free(). */
void	*mem_big(size_t size);

#define arena_new(a, type)	((type *)arena_alloc((a), sizeof(type)))

/* Makes room for one more in a malloc'ed vector 'v' of 'n' elements whose
 * room is 'cap'.  All three are lvalues. */
#define vec_room(v, n, cap)						\
	((n) < (cap) ? (void)0 : (void)((cap) = (cap) ? (cap) * 3 / 2 + 1 : 8, \
	    (v) = mem_grow((v), (cap), sizeof(*(v)))))

#endif

#include "base/arena.h"

#include <malloc.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Chunks are as large as what is there already: a small arena takes little,
 * a large one has few; large ones are huge pages, as the kernel takes long to
 * hand out small ones one by one. */
enum { CHUNK_MIN = 32 * 1024, HUGE_PAGE = 2 << 20, ALIGN = 8, WIDE = 16 };

struct arena_chunk {
	struct arena_chunk *next;
	size_t size, used;
	max_align_t data[];
};

static _Noreturn void
out_of_memory(void)
{
	fputs("nfwalk: out of memory\n", stderr);
	exit(5);
}

/* Huge pages for what is within, if the system has them; else small ones. */
static void *
want_huge(void *p, size_t size)
{
	uintptr_t from = ((uintptr_t)p + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE;
	uintptr_t to = ((uintptr_t)p + size) / HUGE_PAGE * HUGE_PAGE;

	if (from < to)
		madvise((void *)from, to - from, MADV_HUGEPAGE);
	return p;
}

/* Small pages before the first huge one are left out: what has them, from
 * 'first' on, is kept and not used. */
static void
skip_small_pages(char *first)
{
	enum { SOME = 64 };		/* what malloc has around it */
	size_t skip = HUGE_PAGE - (uintptr_t)first % HUGE_PAGE;

	if (skip < 2 * SOME || realloc(first, skip - SOME) == NULL)
		free(first);
}

void
mem_setup(void)
{
#ifdef M_TOP_PAD			/* glibc */
	enum { STEP = 512 << 20, ALONE = 1 << 20 };
	char *first, *end;		/* more than the heap has now */

	mallopt(M_TOP_PAD, STEP);
	mallopt(M_TRIM_THRESHOLD, STEP);
	mallopt(M_MMAP_THRESHOLD, 2 * HUGE_PAGE);
	first = malloc(ALONE / 2);
	end = sbrk(0);
	if (first != NULL && first < end) {	/* it is in the heap */
		want_huge(first, (size_t)(end - first));
		skip_small_pages(first);
	} else {
		free(first);
	}
	mallopt(M_MMAP_THRESHOLD, ALONE);
#endif
}

void *
mem_alloc(size_t n, size_t size)
{
	void *p = calloc(n ? n : 1, size ? size : 1);

	if (p == NULL)
		out_of_memory();
	return want_huge(p, n * size);
}

void *
mem_grow(void *old, size_t n, size_t size)
{
	void *p = reallocarray(old, n, size);

	if (p == NULL)
		out_of_memory();
	return want_huge(p, n * size);
}

void *
mem_big(size_t size)
{
	enum { PAGE = 4096 };
	size_t unit = size >= HUGE_PAGE ? HUGE_PAGE : PAGE;
	void *p;

	size = (size + unit - 1) / unit * unit;
	p = aligned_alloc(unit, size);
	if (p == NULL)
		out_of_memory();
	return want_huge(p, size);
}

static void *
some(size_t size)
{
	void *p = malloc(size);

	if (p == NULL)
		out_of_memory();
	return p;
}

/* 'size' bytes with the head. */
static struct arena_chunk *
chunk_new(size_t size)
{
	struct arena_chunk *c = want_huge(some(size), size);

	c->size = size - sizeof(*c);
	c->used = 0;
	return c;
}

static size_t
next_size(const struct arena *a)
{
	size_t size = CHUNK_MIN;

	while (size < HUGE_PAGE && size < a->used)
		size *= 2;
	return size;
}

/* Big objects get a chunk of their own, behind the one being filled. */
static void *
take_big(struct arena *a, size_t size, bool zero)
{
	struct arena_chunk *c = zero ? mem_alloc(1, sizeof(*c) + size) :
	    some(sizeof(*c) + size);

	c->size = c->used = size;
	if (a->chunks != NULL) {
		c->next = a->chunks->next;
		a->chunks->next = c;
	} else {
		c->next = NULL;
		a->chunks = c;
	}
	return c->data;
}

static void *
take(struct arena *a, size_t size, bool zero)
{
	struct arena_chunk *c = a->chunks;
	char *p;

	if (size > SIZE_MAX - ALIGN - sizeof(*c))
		out_of_memory();
	size = (size + ALIGN - 1) / ALIGN * ALIGN;
	a->used += size;
	if (size > CHUNK_MIN / 4 && size > next_size(a) / 4)
		return take_big(a, size, zero);
	/* What is as big as two words may hold 16-byte integers. */
	if (c != NULL && size % WIDE == 0 && c->used % WIDE != 0 &&
	    c->size - c->used >= ALIGN)
		c->used += ALIGN;
	if (c == NULL || c->size - c->used < size) {
		c = chunk_new(next_size(a));
		c->next = a->chunks;
		a->chunks = c;
	}
	p = (char *)c->data + c->used;
	c->used += size;
	return zero ? memset(p, 0, size) : p;
}

void *
arena_alloc(struct arena *a, size_t size)
{
	return take(a, size, true);
}

void *
arena_copy(struct arena *a, const void *data, size_t size)
{
	void *p = take(a, size, false);

	if (size != 0)
		memcpy(p, data, size);
	return p;
}

char *
arena_strndup(struct arena *a, const char *s, size_t len)
{
	char *p = take(a, len + 1, false);

	memcpy(p, s, len);
	p[len] = '\0';
	return p;
}

char *
arena_strdup(struct arena *a, const char *s)
{
	return arena_strndup(a, s, strlen(s));
}

char *
arena_vprintf(struct arena *a, const char *fmt, va_list ap)
{
	va_list again;
	int n;
	char *p;

	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	p = arena_alloc(a, (size_t)n + 1);
	vsnprintf(p, (size_t)n + 1, fmt, ap);
	return p;
}

char *
arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap;
	char *p;

	va_start(ap, fmt);
	p = arena_vprintf(a, fmt, ap);
	va_end(ap);
	return p;
}

void
arena_free(struct arena *a)
{
	for (struct arena_chunk *c = a->chunks, *next; c != NULL; c = next) {
		next = c->next;
		free(c);
	}
	*a = (struct arena)ARENA_INIT;
}

/* Hash table of entries of one size, found by their first bytes; for what
 * matches remember per address.
 *
 * Entries live in blocks of the arena and never move: a pointer is good
 * until that entry is removed.  Removed entries are used again, so memory
 * follows the greatest number there ever was. */
#ifndef EXT_STORE_H
#define EXT_STORE_H

#include "base/arena.h"

#include <stdbool.h>
#include <stdint.h>

enum { STORE_MAX_BLOCKS = 32 };

struct store {
	struct arena *arena;
	uint32_t key_size, entry_size;	/* the entry begins with the key */
	uint32_t n;			/* entries that are there */
	uint32_t used;			/* handed out, removed ones too */
	uint32_t free;			/* first removed one + 1, or 0 */
	uint32_t *slots;		/* number + 1; 0: empty, ~0: removed */
	uint32_t room, fill;		/* a power of two; not empty ones */
	uint8_t *blocks[STORE_MAX_BLOCKS];	/* doubling in size */
};

/* Both sizes in bytes; 'key_size' > 0 is at most 'entry_size'. */
void	 store_init(struct store *, struct arena *, uint32_t key_size,
	    uint32_t entry_size);
/* The entry with this key; null if there is none. */
void	*store_find(const struct store *, const void *key);
/* A new entry, zero but for its key, which is not yet in the table. */
void	*store_add(struct store *, const void *key);
void	 store_remove(struct store *, void *entry);
void	 store_clear(struct store *);
/* The next entry in the order of their numbers, from *at = 0; null at the
 * end.  The entry may be removed before the next call. */
void	*store_next(const struct store *, uint32_t *at);
/* The number of an entry, and the entry of a number: for links. */
uint32_t store_number(const struct store *, const void *entry);
void	*store_entry(const struct store *, uint32_t number);

#endif

/* Map: text to pointer, open addressing, in an arena.  Keys are borrowed. */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include "base/arena.h"

#include <stdbool.h>
#include <stdint.h>

struct map_slot {
	const char *key;
	uint32_t len, hash;
	void *value;
};

struct map {
	struct map_slot *slots;
	unsigned n, room;		/* room is 0 or a power of two */
};

/* The value of the key of 'len' characters; null if there is none. */
void	*map_get(const struct map *, const char *key, size_t len);
/* Sets it, replacing an earlier value; a null value removes nothing but
 * makes map_get answer null. */
void	 map_set(struct map *, struct arena *, const char *key, size_t len,
	    void *value);

#endif

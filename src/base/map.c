#include "base/map.h"

#include <string.h>

static uint32_t
hash(const char *key, size_t len)
{
	uint32_t h = 2166136261u;	/* FNV-1a */

	for (size_t i = 0; i < len; i++)
		h = (h ^ (unsigned char)key[i]) * 16777619u;
	return h ^ h >> 15;
}

/* The key's slot, or the empty one where it would go. */
static struct map_slot *
find(const struct map *m, const char *key, size_t len)
{
	for (uint32_t i = hash(key, len);; i++) {
		struct map_slot *s = &m->slots[i & (m->room - 1)];

		if (s->key == NULL || (s->len == len &&
		    memcmp(s->key, key, len) == 0))
			return s;
	}
}

void *
map_get(const struct map *m, const char *key, size_t len)
{
	return m->room ? find(m, key, len)->value : NULL;
}

static void
grow(struct map *m, struct arena *arena)
{
	struct map old = *m;

	m->room = old.room ? old.room * 2 : 16;
	m->slots = arena_alloc(arena, m->room * sizeof(*m->slots));
	for (unsigned i = 0; i < old.room; i++)
		if (old.slots[i].key != NULL)
			*find(m, old.slots[i].key, old.slots[i].len) =
			    old.slots[i];
}

void
map_set(struct map *m, struct arena *arena, const char *key, size_t len,
    void *value)
{
	struct map_slot *s;

	if (m->n * 4 >= m->room * 3)
		grow(m, arena);
	s = find(m, key, len);
	if (s->key == NULL) {
		m->n++;
		s->key = key;
		s->len = (uint32_t)len;
	}
	s->value = value;
}

#include "base/map.h"

#include <string.h>

/* Eight bytes at a time, mixed by multiplication; keys are short. */
static uint32_t
hash(const char *key, size_t len)
{
	uint64_t h = len * UINT64_C(0x9e3779b97f4a7c15), word;

	for (; len >= 8; key += 8, len -= 8) {
		memcpy(&word, key, 8);
		h = (h ^ word) * UINT64_C(0xbf58476d1ce4e5b9);
		h ^= h >> 32;
	}
	word = 0;
	memcpy(&word, key, len);
	h = (h ^ word) * UINT64_C(0x94d049bb133111eb);
	return (uint32_t)(h ^ h >> 32);
}

/* The key's slot, or the empty one where it would go. */
static struct map_slot *
find(const struct map *m, const char *key, size_t len, uint32_t h)
{
	for (uint32_t i = h;; i++) {
		struct map_slot *s = &m->slots[i & (m->room - 1)];

		if (s->key == NULL || (s->hash == h && s->len == len &&
		    memcmp(s->key, key, len) == 0))
			return s;
	}
}

void *
map_get(const struct map *m, const char *key, size_t len)
{
	return m->room ? find(m, key, len, hash(key, len))->value : NULL;
}

static void
grow(struct map *m, struct arena *arena)
{
	struct map old = *m;

	m->room = old.room ? old.room * 2 : 16;
	m->slots = arena_alloc(arena, m->room * sizeof(*m->slots));
	for (unsigned i = 0; i < old.room; i++)
		if (old.slots[i].key != NULL)
			*find(m, old.slots[i].key, old.slots[i].len,
			    old.slots[i].hash) = old.slots[i];
}

void
map_set(struct map *m, struct arena *arena, const char *key, size_t len,
    void *value)
{
	uint32_t h = hash(key, len);
	struct map_slot *s;

	if (m->n * 4 >= m->room * 3)
		grow(m, arena);
	s = find(m, key, len, h);
	if (s->key == NULL) {
		m->n++;
		s->key = key;
		s->len = (uint32_t)len;
		s->hash = h;
	}
	s->value = value;
}

#include "ext/store.h"

#include <assert.h>
#include <string.h>

/* Each entry has a header: the hash, and whether it is there. */
struct head {
	uint32_t hash;
	uint32_t next;			/* removed: the next one + 1 */
	uint32_t number;
	bool live;
};

enum { FIRST_BLOCK = 16, MIN_SLOTS = 16, REMOVED = -1 };

static uint32_t
hash_of(const void *key, uint32_t size)
{
	const uint8_t *p = key;
	uint64_t h = UINT64_C(0x9e3779b97f4a7c15) ^ size;

	for (; size > 0; size -= size < 8 ? size : 8, p += 8) {
		uint64_t word = 0;

		memcpy(&word, p, size < 8 ? size : 8);
		h = (h ^ word) * UINT64_C(0xff51afd7ed558ccd);
		h ^= h >> 32;
	}
	return (uint32_t)(h ^ h >> 29);
}

void
store_init(struct store *t, struct arena *arena, uint32_t key_size,
    uint32_t entry_size)
{
	assert(key_size > 0 && key_size <= entry_size);
	*t = (struct store){ .arena = arena, .key_size = key_size,
	    .entry_size = (entry_size + 7) / 8 * 8 };
}

/* Block b holds FIRST_BLOCK << b entries; blocks before it one less than
 * its own number times FIRST_BLOCK. */
static struct head *
head_of(const struct store *t, uint32_t number)
{
	uint32_t i = number / FIRST_BLOCK + 1;
	unsigned b = 31u - (unsigned)__builtin_clz(i);
	uint32_t first = ((1u << b) - 1) * FIRST_BLOCK;
	size_t stride = sizeof(struct head) + t->entry_size;

	/* Blocks are aligned for any type. */
	return (struct head *)(void *)(t->blocks[b] +
	    (number - first) * stride);
}

static void *
entry_of(struct head *h)
{
	return h + 1;
}

void *
store_entry(const struct store *t, uint32_t number)
{
	return entry_of(head_of(t, number));
}

uint32_t
store_number(const struct store *t, const void *entry)
{
	(void)t;
	return ((const struct head *)entry - 1)->number;
}

/* The slot of the key, or the first empty one behind it. */
static uint32_t
slot_of(const struct store *t, const void *key, uint32_t hash)
{
	uint32_t mask = t->room - 1, i = hash & mask;

	for (; t->slots[i] != 0; i = (i + 1) & mask) {
		struct head *h;

		if (t->slots[i] == (uint32_t)REMOVED)
			continue;
		h = head_of(t, t->slots[i] - 1);
		if (h->hash == hash &&
		    memcmp(entry_of(h), key, t->key_size) == 0)
			break;
	}
	return i;
}

void *
store_find(const struct store *t, const void *key)
{
	uint32_t i;

	if (t->n == 0)
		return NULL;
	i = slot_of(t, key, hash_of(key, t->key_size));
	return t->slots[i] ? store_entry(t, t->slots[i] - 1) : NULL;
}

/* Old slots stay in the arena: together they are as large as the new. */
static void
rehash(struct store *t)
{
	uint32_t old = t->room;

	while (t->room < MIN_SLOTS || t->room < (t->n + 1) * 2)
		t->room = t->room ? t->room * 2 : MIN_SLOTS;
	if (t->room != old)
		t->slots = arena_alloc(t->arena, t->room * sizeof(*t->slots));
	else
		memset(t->slots, 0, t->room * sizeof(*t->slots));
	t->fill = t->n;
	for (uint32_t i = 0; i < t->used; i++) {
		struct head *h = head_of(t, i);
		uint32_t s = h->hash & (t->room - 1);

		if (!h->live)
			continue;
		while (t->slots[s] != 0)
			s = (s + 1) & (t->room - 1);
		t->slots[s] = i + 1;
	}
}

static struct head *
new_head(struct store *t)
{
	uint32_t number = t->free - 1;
	uint32_t i = t->used / FIRST_BLOCK + 1;
	unsigned b = 31u - (unsigned)__builtin_clz(i);
	struct head *h;

	if (t->free != 0) {
		h = head_of(t, number);
		t->free = h->next;
		memset(entry_of(h), 0, t->entry_size);
		return h;
	}
	if (t->blocks[b] == NULL)
		t->blocks[b] = arena_alloc(t->arena,
		    ((size_t)FIRST_BLOCK << b) *
		    (sizeof(struct head) + t->entry_size));
	h = head_of(t, t->used);
	h->number = t->used++;
	return h;
}

void *
store_add(struct store *t, const void *key)
{
	uint32_t hash = hash_of(key, t->key_size), i;
	struct head *h;

	if ((t->fill + 1) * 4 > t->room * 3)
		rehash(t);
	h = new_head(t);
	h->hash = hash;
	h->live = true;
	memcpy(entry_of(h), key, t->key_size);
	i = hash & (t->room - 1);
	while (t->slots[i] != 0 && t->slots[i] != (uint32_t)REMOVED)
		i = (i + 1) & (t->room - 1);
	t->fill += t->slots[i] == 0;
	t->slots[i] = h->number + 1;
	t->n++;
	return entry_of(h);
}

void
store_remove(struct store *t, void *entry)
{
	struct head *h = (struct head *)entry - 1;
	uint32_t i = slot_of(t, entry, h->hash);

	assert(h->live && t->slots[i] == h->number + 1);
	/* Nothing was pushed on by this slot if the next is empty. */
	if (t->slots[(i + 1) & (t->room - 1)] == 0) {
		t->slots[i] = 0;
		t->fill--;
	} else {
		t->slots[i] = (uint32_t)REMOVED;
	}
	h->live = false;
	h->next = t->free;
	t->free = h->number + 1;
	t->n--;
}

void
store_clear(struct store *t)
{
	void *e;

	for (uint32_t at = 0; (e = store_next(t, &at)) != NULL;)
		store_remove(t, e);
}

void *
store_next(const struct store *t, uint32_t *at)
{
	while (*at < t->used) {
		struct head *h = head_of(t, (*at)++);

		if (h->live)
			return entry_of(h);
	}
	return NULL;
}

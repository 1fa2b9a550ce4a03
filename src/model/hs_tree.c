/* A packed R-tree: 16 children a node, filled at once.
 *
 * Boxes that span much of one of the first dimensions would spoil the nodes
 * that they are put into: boxes are grouped by which of them they span, a
 * tree for each group.  Within a group they are sorted into slabs by one
 * dimension after the other (sort-tile-recursive). */
#include "base/lanes.h"
#include "model/hs.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { WIDTH = 16, TREE_DIMS = 6, WIDE_DIMS = 3, MAX_LEVELS = 8 };

union lanes {
	struct { int32_t first[WIDTH], last[WIDTH]; };
	struct { eight firsts[WIDTH / 8], lasts[WIDTH / 8]; };
	uint32_t bits[2][WIDTH];	/* low and high half */
	eight halves[2][WIDTH / 8];
};

struct node {
	uint32_t child[WIDTH];		/* node of the level below, or item */
	uint32_t low[WIDTH], high[WIDTH];	/* places in it */
	uint32_t used;
	_Alignas(64) union lanes dim[];	/* tree->n_dims */
};

struct group {
	char *level[MAX_LEVELS];	/* nodes; 0 has items */
	unsigned top;
};

struct hs_tree {
	const struct hs_space *space;
	const struct hs_item *items;
	unsigned n_dims, dims[TREE_DIMS];
	bool all_dims;			/* no dimension is left out */
	size_t node_size;
	struct group groups[1 << WIDE_DIMS];
	unsigned n_groups;
};

static struct node *
node_at(const struct hs_tree *t, const struct group *g, unsigned level,
    uint32_t i)
{
	return (struct node *)(void *)(g->level[level] + i * t->node_size);
}

/* ---- building ---- */

/* Ranges first: they tell most apart. */
static void
choose_dims(struct hs_tree *t)
{
	const struct hs_space *s = t->space;

	for (int bits = 0; bits < 2; bits++)
		for (unsigned i = 0; i < s->n && t->n_dims < TREE_DIMS; i++)
			if (s->dims[i].bits == bits)
				t->dims[t->n_dims++] = i;
	t->all_dims = t->n_dims == s->n;
	t->node_size = (sizeof(struct node) + t->n_dims * sizeof(union lanes) +
	    63) / 64 * 64;
}

static uint64_t
center(const struct hs_dim *d, hs_cell c)
{
	if (d->bits)
		return (uint64_t)__builtin_ctzll(c) + 63 -
		    (uint64_t)__builtin_clzll(c);
	return (uint64_t)cell_first(c) + cell_last(c);
}

struct key { uint64_t by; uint32_t item; };

static int
by_key(const void *a, const void *b)
{
	const struct key *x = a, *y = b;

	return x->by < y->by ? -1 : x->by > y->by;
}

static void
sort_keys(struct key *k, struct key *spare, uint32_t n)
{
	uint64_t all = 0;
	struct key *from = k, *to = spare;

	if (n < 100) {
		qsort(k, n, sizeof(*k), by_key);
		return;
	}
	for (uint32_t i = 0; i < n; i++)
		all |= k[i].by;
	for (unsigned shift = 0; shift < 64 && all >> shift != 0; shift += 11) {
		uint32_t count[2049] = { 0 };
		struct key *swap = from;

		for (uint32_t i = 0; i < n; i++)
			count[(from[i].by >> shift & 2047) + 1]++;
		for (unsigned i = 0; i < 2048; i++)
			count[i + 1] += count[i];
		for (uint32_t i = 0; i < n; i++)
			to[count[from[i].by >> shift & 2047]++] = from[i];
		from = to;
		to = swap;
	}
	if (from != k)
		memcpy(k, from, n * sizeof(*k));
}

static unsigned
sorted_dims(const struct hs_tree *t)
{
	return t->n_dims < WIDE_DIMS ? t->n_dims : WIDE_DIMS;
}

static void
tile(const struct hs_tree *t, struct key *k, struct key *spare, uint32_t n,
    unsigned level)
{
	unsigned left = sorted_dims(t) - level;
	uint32_t nodes = (n + WIDTH - 1) / WIDTH, slabs, size;

	if (n <= WIDTH || left == 0)
		return;
	for (uint32_t i = 0; i < n; i++)
		k[i].by = center(&t->space->dims[t->dims[level]],
		    t->items[k[i].item].box[t->dims[level]]);
	sort_keys(k, spare, n);
	if (left == 1)
		return;
	slabs = (uint32_t)ceil(pow(nodes, 1.0 / left));
	size = (nodes + slabs - 1) / slabs * WIDTH;
	for (uint32_t i = 0; i < n; i += size)
		tile(t, k + i, spare, n - i < size ? n - i : size, level + 1);
}

static void
set_lane(const struct hs_tree *t, struct node *nd, unsigned lane,
    const struct hs_item *it)
{
	nd->low[lane] = nd->high[lane] = it->at;
	for (unsigned i = 0; i < t->n_dims; i++) {
		hs_cell c = it->box[t->dims[i]];

		if (t->space->dims[t->dims[i]].bits) {
			nd->dim[i].bits[0][lane] = (uint32_t)c;
			nd->dim[i].bits[1][lane] = (uint32_t)(c >> 32);
		} else {
			nd->dim[i].first[lane] = (int32_t)cell_first(c);
			nd->dim[i].last[lane] = (int32_t)cell_last(c);
		}
	}
}

/* What is around all lanes of 'below'. */
static void
set_around(const struct hs_tree *t, struct node *nd, unsigned lane,
    const struct node *below)
{
	nd->low[lane] = UINT32_MAX;
	nd->high[lane] = 0;
	for (unsigned j = 0; j < below->used; j++) {
		if (below->low[j] < nd->low[lane])
			nd->low[lane] = below->low[j];
		if (below->high[j] > nd->high[lane])
			nd->high[lane] = below->high[j];
	}
	for (unsigned i = 0; i < t->n_dims; i++) {
		union lanes *to = &nd->dim[i];
		const union lanes *of = &below->dim[i];

		if (t->space->dims[t->dims[i]].bits) {
			for (unsigned j = 0; j < below->used; j++) {
				to->bits[0][lane] |= of->bits[0][j];
				to->bits[1][lane] |= of->bits[1][j];
			}
			continue;
		}
		to->first[lane] = of->first[0];
		to->last[lane] = of->last[0];
		for (unsigned j = 1; j < below->used; j++) {
			if (of->first[j] < to->first[lane])
				to->first[lane] = of->first[j];
			if (of->last[j] > to->last[lane])
				to->last[lane] = of->last[j];
		}
	}
}

static char *
new_level(const struct hs_tree *t, uint32_t nodes)
{
	return memset(mem_big(nodes * t->node_size), 0,
	    nodes * t->node_size);
}

/* Lanes that are not used hold nothing: their ranges are empty. */
static void
empty_lanes(const struct hs_tree *t, struct node *nd)
{
	for (unsigned j = nd->used; j < WIDTH; j++) {
		nd->low[j] = UINT32_MAX;
		for (unsigned i = 0; i < t->n_dims; i++)
			if (!t->space->dims[t->dims[i]].bits) {
				nd->dim[i].first[j] = 1;
				nd->dim[i].last[j] = 0;
			}
	}
}

static void
build_group(struct hs_tree *t, struct key *k, struct key *spare, uint32_t n)
{
	struct group *g = &t->groups[t->n_groups++];
	uint32_t nodes = (n + WIDTH - 1) / WIDTH;

	tile(t, k, spare, n, 0);
	g->level[0] = new_level(t, nodes);
	for (uint32_t i = 0; i < n; i++) {
		struct node *nd = node_at(t, g, 0, i / WIDTH);

		nd->child[nd->used] = k[i].item;
		set_lane(t, nd, nd->used++, &t->items[k[i].item]);
	}
	while (nodes > 1) {
		uint32_t above = (nodes + WIDTH - 1) / WIDTH;

		g->level[g->top + 1] = new_level(t, above);
		for (uint32_t i = 0; i < nodes; i++) {
			struct node *nd = node_at(t, g, g->top + 1, i / WIDTH);

			nd->child[nd->used] = i;
			set_around(t, nd, nd->used++, node_at(t, g, g->top,
			    i));
		}
		for (uint32_t i = 0; i < nodes; i++)
			empty_lanes(t, node_at(t, g, g->top, i));
		g->top++;
		nodes = above;
	}
	empty_lanes(t, node_at(t, g, g->top, 0));
}

/* Which of the first dimensions it spans, as bits. */
static unsigned
wide(const struct hs_tree *t, const hs_cell *box)
{
	unsigned w = 0;

	for (unsigned i = 0; i < sorted_dims(t); i++) {
		const struct hs_dim *d = &t->space->dims[t->dims[i]];

		if (cell_count(d, box[t->dims[i]]) > d->n / 8)
			w |= 1U << i;
	}
	return w;
}

struct hs_tree *
hs_tree_new(const struct hs_space *s, const struct hs_item *items, uint32_t n)
{
	struct hs_tree *t = mem_alloc(1, sizeof(*t));
	struct key *k = mem_alloc(n, sizeof(*k)), *spare = mem_alloc(n,
	    sizeof(*spare));
	uint8_t *spans = mem_alloc(n, 1);

	t->space = s;
	t->items = items;
	choose_dims(t);
	for (uint32_t i = 0; i < n; i++)
		spans[i] = (uint8_t)wide(t, items[i].box);
	for (unsigned g = 0; g < 1 << WIDE_DIMS; g++) {
		uint32_t m = 0;

		for (uint32_t i = 0; i < n; i++)
			if (spans[i] == g)
				k[m++].item = i;
		if (m != 0)
			build_group(t, k, spare, m);
	}
	free(spans);
	free(k);
	free(spare);
	return t;
}

void
hs_tree_free(struct hs_tree *t)
{
	if (t == NULL)
		return;
	for (unsigned g = 0; g < t->n_groups; g++)
		for (unsigned l = 0; l <= t->groups[g].top; l++)
			free(t->groups[g].level[l]);
	free(t);
}

/* ---- asking ---- */

/* The box that is asked about, as the nodes have theirs: first and last, or
 * the two halves of the bits. */
struct tree_box {
	unsigned n, n_sorted;
	bool bits[TREE_DIMS];
	int32_t a[TREE_DIMS], b[TREE_DIMS];
	int32_t around;			/* all ones: lanes that have all of it;
					 * 0: that have some of it */
};

/* The lanes that are asked for, as bits, told by the first dimensions.  Mostly
 * the first two tell that there are none. */
static FOR_WIDE_VECTORS unsigned
lanes_of(const struct tree_box *tb, const struct node *nd, unsigned n_dims)
{
	unsigned mask = 0;

	for (unsigned h = 0; h < WIDTH / 8; h++) {
		eight ok = ~(eight){ 0 };

		for (unsigned i = 0; i < n_dims; i++) {
			const union lanes *l = &nd->dim[i];

			if (!tb->bits[i])
				ok &= (l->firsts[h] <= tb->b[i]) &
				    (l->lasts[h] >= tb->a[i]);
			else
				ok &= ((((l->halves[0][h] ^ tb->around) &
				    tb->a[i]) | ((l->halves[1][h] ^
				    tb->around) & tb->b[i])) != 0) ^
				    tb->around;
			if (i == 1 && any_lane(&ok) == 0)
				break;
		}
		mask |= lane_bits(&ok) << 8 * h;
	}
	return mask & ((1U << nd->used) - 1);
}

/* A range has some of another if it begins before that ends and ends behind
 * where that begins; it has all of it the other way about. */
static struct tree_box
tree_box(const struct hs_tree *t, const hs_cell *box, bool around)
{
	struct tree_box tb = { .n = t->n_dims, .around = around ? -1 : 0 };

	tb.n_sorted = sorted_dims(t);
	for (unsigned i = 0; i < t->n_dims; i++) {
		hs_cell c = box[t->dims[i]];
		int32_t a = (int32_t)(uint32_t)c;
		int32_t b = (int32_t)(uint32_t)(c >> 32);

		tb.bits[i] = t->space->dims[t->dims[i]].bits;
		tb.a[i] = around && !tb.bits[i] ? b : a;
		tb.b[i] = around && !tb.bits[i] ? a : b;
	}
	return tb;
}

struct ask {
	const hs_cell *box;
	bool around;
	uint32_t from, before;		/* places; 'each' may move 'before' */
	bool (*each)(const struct hs_item *, void *);
	void *arg;
};

struct to_do { uint32_t node; uint32_t level; };

static bool
look_at_item(const struct hs_tree *t, const struct ask *q,
    const struct hs_item *it)
{
	if (!t->all_dims && !(q->around ? box_inside(t->space, q->box,
	    it->box) : box_meets(t->space, it->box, q->box)))
		return true;
	return q->each(it, q->arg);
}

static bool
walk(const struct hs_tree *t, const struct group *g, const struct tree_box *tb,
    const struct ask *q)
{
	struct to_do stack[MAX_LEVELS * WIDTH];
	unsigned n = 0;

	stack[n++] = (struct to_do){ 0, g->top };
	while (n > 0) {
		struct to_do at = stack[--n];
		const struct node *nd = node_at(t, g, at.level, at.node);

		/* By others than those that they are sorted by, nodes that are
		 * not the lowest tell little apart. */
		for (unsigned m = lanes_of(tb, nd, at.level == 0 ? tb->n :
		    tb->n_sorted); m != 0; m &= m - 1) {
			unsigned lane = (unsigned)__builtin_ctz(m);
			uint32_t child = nd->child[lane];

			if (nd->low[lane] >= q->before ||
			    nd->high[lane] < q->from)
				continue;
			if (at.level != 0)
				stack[n++] = (struct to_do){ child,
				    at.level - 1 };
			else if (!look_at_item(t, q, &t->items[child]))
				return false;
		}
	}
	return true;
}

static bool
ask(const struct hs_tree *t, const struct ask *q)
{
	struct tree_box tb = tree_box(t, q->box, q->around);

	for (unsigned g = 0; g < t->n_groups; g++)
		if (!walk(t, &t->groups[g], &tb, q))
			return false;
	return true;
}

bool
hs_tree_meet(const struct hs_tree *t, const hs_cell *box, uint32_t before,
    bool (*each)(const struct hs_item *, void *), void *arg)
{
	struct ask q = { box, false, 0, before, each, arg };

	return ask(t, &q);
}

bool
hs_tree_around(const struct hs_tree *t, const hs_cell *box, uint32_t before,
    bool (*each)(const struct hs_item *, void *), void *arg)
{
	struct ask q = { box, true, 0, before, each, arg };

	return ask(t, &q);
}

struct next { struct ask ask; const struct hs_item *best; };

static bool
take_first(const struct hs_item *it, void *arg)
{
	struct next *x = arg;

	x->best = it;
	x->ask.before = it->at;
	return true;
}

const struct hs_item *
hs_tree_next(const struct hs_tree *t, const hs_cell *box, uint32_t from)
{
	struct next x = { { box, false, from, UINT32_MAX, take_first, &x },
	    NULL };

	ask(t, &x.ask);
	return x.best;
}

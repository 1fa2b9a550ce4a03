/* Header spaces: sets of packets.
 *
 * A space has a dimension for each field that the rules at hand ask of, no
 * more.  In each dimension values that no rule tells apart are one class: a
 * dimension is a short list of classes, numbered.  So every field, of 1 bit
 * or 128, is the same: a set of small numbers.  A box is a product of such
 * sets, a set of packets is a list of boxes.
 *
 * In a box each dimension has a cell of 64 bits: dimensions of up to 64
 * classes have a bit for each; others have the first and the last class,
 * which stand in the order of the values.
 *
 * hs_space.c	what rules ask (model/lower.h) becomes dimensions and boxes
 * hs.c		boxes and sets of them
 * hs_point.c	one packet of a box	hs_words.c	boxes in words
 * hs_values.c	boxes for machines
 * hs_tree.c	many boxes, asked for those that meet one */
#ifndef MODEL_HS_H
#define MODEL_HS_H

#include "base/arena.h"
#include "base/sbuf.h"
#include "model/lower.h"
#include "model/rule.h"

typedef uint64_t hs_cell;		/* bits, or first | last << 32 */

enum { HS_MAX_DIMS = 200, HS_BITS = 64 };

struct hs_dim {
	uint8_t field;			/* enum field; N_FIELDS: opaque */
	uint8_t part;			/* FIELD_MARK: which block of bits */
	bool bits;			/* the kind of its cells */
	uint32_t n;			/* classes; 2 at least */
	/* FIELD_NUMBER, ADDR, IFACE: the first value of each class, and one
	 * more behind the last. */
	const u128 *starts;
	const uint32_t *jump;		/* long lists: where to look (find) */
	unsigned shift;
	/* FIELD_SMALL: the class of each value; 0xffff: there is no such.  And
	 * how many values each class has. */
	const uint16_t *of;
	const uint32_t *sizes;
	/* FIELD_MARK: the block's bits, and the value of each class but the
	 * last if that is "any other". */
	uint32_t mask, *values;
	uint32_t n_values;
	const char *key;		/* opaque */
};

struct hs_space {
	struct arena *arena;
	int family;
	const struct env *env;
	unsigned n;			/* dimensions */
	struct hs_dim dims[HS_MAX_DIMS];
	/* The first dimension of a field, -1: nobody asks. */
	int16_t of_field[N_FIELDS], parts[N_FIELDS];
	struct range values[N_FIELDS];	/* that a field can have, on a line */
	hs_cell all[HS_MAX_DIMS];	/* the box of everything */
	struct map keys;		/* opaque: key to dimension + 1 */
	bool overflow;			/* more dimensions were wanted */
	struct hs_collect *collect;	/* until hs_space_finish */
};

/* A set: 'n' boxes of space->n cells each. */
struct hs {
	hs_cell *cells;
	unsigned n, room;		/* malloc'ed, of 'room' boxes */
};

/* ---- the space ---- */

struct hs_space *hs_space_new(int family, const struct env *, struct arena *);
/* Listens to what is asked; then hs_space_finish makes the dimensions. */
struct lower *hs_collector(struct hs_space *);
/* What is told while 'on' are values that targets give: they become classes
 * if rules ask of the field, and make no dimension by themselves. */
void	hs_collect_given(struct hs_space *, bool on);
/* A target makes (value & ~mask) ^ 'x' of a field, or a copy of the other:
 * each class becomes one class, or of each bit of a mark one. */
void	hs_collect_change(struct hs_space *, enum field, uint32_t mask,
	    uint32_t x);
void	hs_collect_copy(struct hs_space *, enum field to, enum field from);
/* Before that: fields of the same kind of the two ends (and of their
 * connection) are to have the same classes, so that hs_mirror is exact. */
void	hs_space_mirror(struct hs_space *);
void	hs_space_finish(struct hs_space *);

/* A test of a small field by one range: they come again and again. */
struct small_test { uint32_t field, lo, hi, mask; bool negate, is; };
enum { SMALL_TESTS = 256 };

/* Listens to a match and cuts a set down to what it matches. */
struct hs_cut {
	struct lower lower;
	const struct hs_space *space;
	const struct hs *from;		/* between hs_cut_begin and _end */
	struct hs now, out;		/* this alternative; those before */
	unsigned limit;			/* boxes */
	bool overflow;			/* more were needed: 'now' is too big */
	bool unknown;			/* it asked what the space has not */
	/* What was made of tests before, by small_slot. */
	struct { struct small_test test; hs_cell cell; } recent[SMALL_TESTS];
};
void	hs_cut_init(struct hs_cut *, const struct hs_space *);
void	hs_cut_free(struct hs_cut *);
/* hs_cut_begin(c, set); match->lower(data, &c->lower); hs_cut_end(c, set); or
 * with the result in another set, while this one stays as it is. */
void	hs_cut_begin(struct hs_cut *, const struct hs *);
void	hs_cut_end(struct hs_cut *, struct hs *);

/* ---- boxes ---- */

static inline uint32_t cell_first(hs_cell c) { return (uint32_t)c; }
static inline uint32_t cell_last(hs_cell c) { return (uint32_t)(c >> 32); }
static inline hs_cell
cell_range(uint32_t first, uint32_t last)
{
	return first | (hs_cell)last << 32;
}

/* The three work on boxes of the space: do they meet, the common part (false:
 * none), is 'a' in 'b'? */
bool	box_meets(const struct hs_space *, const hs_cell *a, const hs_cell *b);
bool	box_and(const struct hs_space *, hs_cell *out, const hs_cell *a,
	    const hs_cell *b);
bool	box_inside(const struct hs_space *, const hs_cell *a,
	    const hs_cell *b);
/* What 'a' has outside 'b', as disjoint boxes, given one by one; each is
 * valid during the call; false from it ends and is returned. */
bool	box_minus(const struct hs_space *, const hs_cell *a, const hs_cell *b,
	    bool (*each)(const hs_cell *, void *), void *arg);
/* The cell of the classes from 'first' to 'last'. */
hs_cell	cell_classes(const struct hs_dim *, uint32_t first, uint32_t last);
/* Is class 'k' in the cell? */
static inline bool
cell_has(const struct hs_dim *d, hs_cell c, uint32_t k)
{
	return d->bits ? c >> k & 1 : k >= cell_first(c) && k <= cell_last(c);
}
/* The class of a value of a line (with starts) or a small field (with of);
 * d->n: no packet has it. */
uint32_t hs_class(const struct hs_dim *, u128 value);
/* The values of a cell of dimension 'from' as a cell of dimension 'to'; both
 * are lines, or both are small fields. */
hs_cell	hs_mirror(const struct hs_space *, unsigned from, hs_cell,
	    unsigned to);
/* How many classes of the dimension a cell has. */
uint32_t cell_count(const struct hs_dim *, hs_cell);
/* Points of a box: the product of the values of the classes in it. */
double	box_count(const struct hs_space *, const hs_cell *);
double	box_share(const struct hs_space *, const hs_cell *part,
	    const hs_cell *whole);

/* ---- sets ---- */

void	hs_add(const struct hs_space *, struct hs *, const hs_cell *box);
/* Makes room for that many in all; who knows saves copying. */
void	hs_reserve(const struct hs_space *, struct hs *, uint32_t room);
/* Takes the box out of the set.  False: more than 'most' boxes would be left;
 * then nothing changed. */
bool	hs_subtract(const struct hs_space *, struct hs *, const hs_cell *box,
	    unsigned most);
/* Boxes that differ in one dimension become one, if that is a box; boxes
 * within others go.  The packets stay the same. */
void	hs_merge(const struct hs_space *, struct hs *);
/* A copy in the arena. */
struct hs *hs_keep(const struct hs_space *, const struct hs *, struct arena *);
void	hs_clear(struct hs *);
void	hs_free(struct hs *);
static inline hs_cell *
hs_box(const struct hs_space *s, const struct hs *set, unsigned i)
{
	return set->cells + (size_t)i * s->n;
}

/* ---- points ---- */

/* A packet of the box, made of usual values where it can be. */
void	hs_point(const struct hs_space *, const hs_cell *, struct point *);
/* The classes of that packet, as a box. */
void	hs_usual(const struct hs_space *, const hs_cell *box, hs_cell *out);
/* The box in words: "tcp 10.0.0.0/8 > any:80 in eth0 NEW"; "any packet".
 * What it has in common with 'whole' (null: all) is not said. */
void	hs_words(const struct hs_space *, const hs_cell *,
	    const hs_cell *whole, struct sbuf *);
/* The values of one dimension: "80,443", "10.0.0.0/8", "!eth0" (all but). */
void	hs_dim_words(const struct hs_space *, unsigned dim, hs_cell,
	    struct sbuf *);
/* The same for machines, exactly (docs/query.md): each value or range of
 * values is given to 'each'. */
void	hs_dim_values(const struct hs_space *, unsigned dim, hs_cell,
	    void (*each)(const char *text, void *), void *arg);
/* The least name from 'v' on that an interface can have, as a number (16
 * bytes, the most significant first); 0 if none is left. */
u128	hs_next_name(u128 v);
/* "in", "tcp flags", ... */
const char *hs_dim_name(const struct hs_space *, unsigned dim);

/* ---- trees ---- */

struct hs_tree;

struct hs_item {
	const hs_cell *box;
	uint32_t at;			/* its place in an order */
};

/* A tree over the items; boxes stay the caller's. */
struct hs_tree *hs_tree_new(const struct hs_space *, const struct hs_item *,
	    uint32_t n);
void	hs_tree_free(struct hs_tree *);	/* null-safe */
/* Calls 'each' for every item with at < before whose box meets 'box', in no
 * particular order; false from it ends the search.  False: ended so. */
bool	hs_tree_meet(const struct hs_tree *, const hs_cell *box,
	    uint32_t before, bool (*each)(const struct hs_item *, void *),
	    void *arg);
/* The same for every item whose box has all of 'box'. */
bool	hs_tree_around(const struct hs_tree *, const hs_cell *box,
	    uint32_t before, bool (*each)(const struct hs_item *, void *),
	    void *arg);
/* The item of the lowest place from 'from' on that meets 'box'; null: none. */
const struct hs_item *hs_tree_next(const struct hs_tree *, const hs_cell *box,
	    uint32_t from);

#endif

/* Header spaces: sets of packets.
 *
 * A space has a dimension for each field that the rules at hand ask of, no
 * more.  In each dimension values that no rule tells apart are one class: a
 * dimension is a short list of classes, numbered.  So every field, of 1 bit
 * or 128, is the same: a set of small numbers.  A box is a product of such
 * sets, a set of packets is a list of boxes.
 *
 * In a box each dimension has a cell of 64 bits: dimensions of up to 64
 * classes (HS_BITS) have a bit for each; others (HS_RANGE) have the first
 * and the last class, which stand in the order of the values.
 *
 * hs_space.c	what rules ask (model/lower.h) becomes dimensions and boxes
 * hs.c		boxes and sets of them
 * hs_tree.c	many boxes, asked for those that meet one */
#ifndef MODEL_HS_H
#define MODEL_HS_H

#include "base/arena.h"
#include "base/sbuf.h"
#include "model/lower.h"
#include "model/rule.h"

typedef uint64_t hs_cell;

struct hs_dim {
	uint8_t field;			/* enum field; N_FIELDS: opaque */
	uint8_t part;			/* FIELD_MARK: which block of bits */
	bool bits;			/* HS_BITS, else HS_RANGE */
	uint32_t n;			/* classes */
};

struct hs_space;

/* A set: 'n' boxes of hs_dims() cells each. */
struct hs {
	hs_cell *cells;
	unsigned n, room;		/* malloc'ed if room is not 0 */
};

#endif

/* Eight numbers at once; gcc and clang make of it what the processor has. */
#ifndef BASE_LANES_H
#define BASE_LANES_H

#include <stdint.h>

typedef int32_t eight __attribute__((vector_size(32)));

/* Functions built for what the processor has, where the linker can choose. */
#if defined(__x86_64__) && defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__)
#define FOR_WIDE_VECTORS __attribute__((target_clones("avx2", "default")))
#else
#define FOR_WIDE_VECTORS
#endif

/* Of lanes that are all ones or zero: is any not zero? */
static inline __attribute__((always_inline)) uint64_t
any_lane(const eight *v)
{
	union { eight v; uint64_t q[4]; } u = { *v };

	return u.q[0] | u.q[1] | u.q[2] | u.q[3];
}

/* The same as bits, the first lane the lowest. */
static inline __attribute__((always_inline)) unsigned
lane_bits(const eight *v)
{
	eight one = *v & (eight){ 1, 2, 4, 8, 16, 32, 64, 128 };
	uint64_t sum = any_lane(&one);

	return (unsigned)((sum | sum >> 32) & 255);
}

#endif

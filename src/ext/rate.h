/* What limit and hashlimit have in common: the kernel's clock tick, and
 * rates as iptables reads and prints them. */
#ifndef EXT_RATE_H
#define EXT_RATE_H

#include "ext/ext.h"

/* The tick that a time of the captures' clock falls into. */
static inline uint64_t
jiffies_at(int64_t ns, unsigned hz)
{
	return (uint64_t)ns / (1000000000 / hz);
}

static inline uint64_t
jiffies_of(const struct ctx *ctx)
{
	return jiffies_at(ctx->now, ctx->env->hz);
}

/* Is tick 'a' after 'b'?  time_after() of the kernel. */
static inline bool
jiffies_after(uint64_t a, uint64_t b)
{
	return (int64_t)(b - a) < 0;
}

/* msecs_to_jiffies: rounds up; a "negative" number is for ever. */
uint64_t jiffies_of_ms(uint32_t ms, unsigned hz);

/* The largest power of two that is not above 'x', POW2_BELOW32/64; x > 0. */
uint64_t power_below(uint64_t x);

/* Reads "N", "N/second", "N/min", ...: a unit's name in any case may be cut.
 * False if it is no rate.  'seconds' of the unit; 'rate' is never 0. */
bool	rate_read(const char *text, long long *rate, uint32_t *seconds);
/* Prints " N/unit" for a 'period', that is scale * seconds / N, in the unit
 * that iptables chooses; returns the unit's seconds, 0 if period is 0. */
uint32_t rate_print(struct sbuf *, uint64_t period, uint32_t scale);

#endif

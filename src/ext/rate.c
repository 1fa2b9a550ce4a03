#include "ext/rate.h"

#include <stdlib.h>
#include <strings.h>

static const struct unit {
	const char *name;		/* as it is printed */
	const char *word;		/* as it is read, to be cut */
	uint32_t seconds;
} units[] = {
	{ "day", "day", 24 * 60 * 60 },
	{ "hour", "hour", 60 * 60 },
	{ "min", "minute", 60 },
	{ "sec", "second", 1 },
};
enum { N_UNITS = sizeof(units) / sizeof(units[0]) };

uint64_t
jiffies_of_ms(uint32_t ms, unsigned hz)
{
	if ((int32_t)ms < 0)
		return (UINT64_C(1) << 62) - 1;	/* MAX_JIFFY_OFFSET */
	return ((uint64_t)ms * hz + 999) / 1000;
}

uint64_t
power_below(uint64_t x)
{
	return UINT64_C(1) << (63 - __builtin_clzll(x));
}

bool
rate_read(const char *text, long long *rate, uint32_t *seconds)
{
	const char *slash = strchr(text, '/');
	size_t len = slash ? strlen(slash + 1) : 0;
	unsigned i = N_UNITS - 1;

	if (slash != NULL) {
		for (i = 0; i < N_UNITS; i++)
			if (strncasecmp(slash + 1, units[i].word, len) == 0)
				break;
		if (len == 0 || i == N_UNITS)
			return false;
	}
	*seconds = units[i].seconds;
	*rate = strtoll(text, NULL, 10);
	return *rate != 0;
}

/* The smallest unit in which the number comes out well: iptables stops
 * where the remainder would be larger than the quotient. */
uint32_t
rate_print(struct sbuf *out, uint64_t period, uint32_t scale)
{
	unsigned i = 1;
	uint64_t mult;

	if (period == 0) {
		sbuf_puts(out, " inf");
		return 0;
	}
	for (; i < N_UNITS; i++) {
		mult = (uint64_t)units[i].seconds * scale;
		if (period > mult || mult / period < mult % period)
			break;
	}
	mult = (uint64_t)units[i - 1].seconds * scale;
	sbuf_printf(out, " %llu/%s", (unsigned long long)(mult / period),
	    units[i - 1].name);
	return units[i - 1].seconds;
}

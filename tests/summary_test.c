/* Flows of a replay's summary: each is counted once. */
#include "reports/summary.h"

#include <criterion/criterion.h>

enum { HOSTS = 60, UDP = 17, ICMP6 = 58, V6_SIZE = 48 };

/* Ports 7 and 9, or an echo request, from 2001:db8::A to 2001:db8::B. */
static void
add(struct summary *s, unsigned proto, unsigned a, unsigned b)
{
	uint8_t l3[V6_SIZE] = { 0x60, 0, 0, 0, 0, 8, (uint8_t)proto, 64,
	    [8] = 0x20, [9] = 0x01, [10] = 0x0d, [11] = 0xb8,
	    [23] = (uint8_t)a, [24] = 0x20, [25] = 0x01, [26] = 0x0d,
	    [27] = 0xb8, [39] = (uint8_t)b };
	struct summary_packet p = { .disposition = DISP_ACCEPT, .l3 = l3,
	    .have = sizeof(l3), .bytes = sizeof(l3), .frame = 1 };

	l3[40] = proto == ICMP6 ? 128 : 0;
	l3[41] = proto == ICMP6 ? 0 : a < b ? 7 : 9;
	l3[43] = proto == ICMP6 ? 0 : a < b ? 9 : 7;
	summary_add(s, &p);
}

/* Neighbouring addresses, both ways: as many flows as pairs. */
Test(summary, flows_of_neighbours)
{
	static const unsigned protos[] = { UDP, ICMP6 };

	for (unsigned i = 0; i < 2; i++) {
		struct arena arena = ARENA_INIT;
		struct summary *s = summary_new(&arena);

		for (unsigned a = 0; a < HOSTS; a++)
			for (unsigned b = 0; b < HOSTS; b++)
				if (a != b)
					add(s, protos[i], a, b);
		cr_assert_eq(summary_view(s)->flows, HOSTS * (HOSTS - 1) / 2);
		cr_assert_eq(summary_view(s)->total.packets,
		    HOSTS * (HOSTS - 1));
		summary_free(s);
		arena_free(&arena);
	}
}

/* The pair of addresses that a packet is of, whichever way it goes. */
#include "model/pair.h"

#include <criterion/criterion.h>

static struct addr_pair
pair_of(const uint8_t *l3, uint32_t have)
{
	struct addr_pair p;

	cr_assert(addr_pair_read(&p, l3, have));
	return p;
}

/* 192.0.2.1 > 198.51.100.1, the header alone. */
#define IP4(proto, frag)						\
	0x45, 0, 0, 60, 0, 0, (frag), 0, 64, (proto), 0, 0,		\
	192, 0, 2, 1, 198, 51, 100, 1
#define IP4_BACK(proto)							\
	0x45, 0, 0, 60, 0, 0, 0, 0, 64, (proto), 0, 0,			\
	198, 51, 100, 1, 192, 0, 2, 1

static const uint8_t tcp[] = { IP4(6, 0), 4, 0, 0, 80 };
static const uint8_t back[] = { IP4_BACK(6), 0, 80, 4, 0 };
/* From a third host, about the first. */
#define ERROR4(frag)							\
	0x45, 0, 0, 56, 0, 0, (frag), 0, 64, 1, 0, 0,			\
	203, 0, 113, 9, 192, 0, 2, 1, 11, 0, 0, 0, 0, 0, 0, 0
static const uint8_t error[] = { ERROR4(0), IP4(6, 0), 4, 0, 0, 80 };
static const uint8_t piece[] = { ERROR4(0x20), IP4(6, 0), 4, 0, 0, 80 };

Test(pair, both_ways)
{
	struct addr_pair a = pair_of(tcp, sizeof(tcp));
	struct addr_pair b = pair_of(back, sizeof(back));

	cr_assert(addr_equal(&a.low, &b.low) && addr_equal(&a.high, &b.high));
	cr_assert_eq(addr_pair_hash(&a), addr_pair_hash(&b));
	cr_assert_not(a.quoted);
}

Test(pair, an_error_is_of_what_it_quotes)
{
	struct addr_pair a = pair_of(tcp, sizeof(tcp));
	struct addr_pair b = pair_of(error, sizeof(error));

	cr_assert(b.quoted);
	cr_assert_eq(addr_pair_hash(&a), addr_pair_hash(&b));
}

Test(pair, an_error_without_it_is_of_its_own)
{
	struct addr_pair cut = pair_of(error, 28 + 19);
	struct addr_pair frag = pair_of(piece, sizeof(piece));

	cr_assert_not(cut.quoted);
	cr_assert_not(frag.quoted);
	cr_assert_eq(addr_pair_hash(&cut), addr_pair_hash(&frag));
}

Test(pair, no_ip)
{
	struct addr_pair p;
	static const uint8_t none[20] = { 0x60 };

	cr_assert_not(addr_pair_read(&p, none, sizeof(none)));
	cr_assert_not(addr_pair_read(&p, none, 0));
	cr_assert_eq(p.family, 0);
}

/* Shards of one run may be made by several versions on several machines: the
 * hash is what it was. */
Test(pair, for_ever)
{
	struct addr_pair p = pair_of(tcp, sizeof(tcp));

	cr_assert_eq(addr_pair_hash(&p), UINT64_C(0xdf378b7d3fb541f));
}

/* SHA-1 against the vectors of FIPS 180-4 and RFC 3174; Community ID against
 * the baseline that its specification publishes. */
#include "base/sha1.h"
#include "model/community.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static void
expect(const void *data, size_t n, const char *want)
{
	uint8_t digest[SHA1_SIZE];
	char text[2 * SHA1_SIZE + 1];

	sha1(data, n, digest);
	for (unsigned i = 0; i < SHA1_SIZE; i++)
		snprintf(text + 2 * i, 3, "%02x", digest[i]);
	cr_assert_str_eq(text, want);
}

Test(sha1, vectors)
{
	static const struct { const char *text, *digest; } cases[] = {
		{ "", "da39a3ee5e6b4b0d3255bfef95601890afd80709" },
		{ "abc", "a9993e364706816aba3e25717850c26c9cd0d89d" },
		{ "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
		    "84983e441c3bd26ebaae4aa1f95129e5e54670f1" },
		{ "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn"
		    "hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
		    "a49b2446a02c645bf419f995b67091253a04a259" },
		{ "0123456701234567012345670123456701234567012345670123456701234567"
		    "0123456701234567012345670123456701234567012345670123456701234567"
		    "0123456701234567012345670123456701234567012345670123456701234567"
		    "0123456701234567012345670123456701234567012345670123456701234567"
		    "0123456701234567012345670123456701234567012345670123456701234567"
		    "0123456701234567012345670123456701234567012345670123456701234567"
		    "0123456701234567012345670123456701234567012345670123456701234567"
		    "0123456701234567012345670123456701234567012345670123456701234567"
		    "0123456701234567012345670123456701234567012345670123456701234567"
		    "0123456701234567012345670123456701234567012345670123456701234567",
		    "dea356a2cddd90c7a7ecedc5ebb563934f460452" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		expect(cases[i].text, strlen(cases[i].text), cases[i].digest);
}

Test(sha1, a_million)
{
	static char a[1000000];

	memset(a, 'a', sizeof(a));
	expect(a, sizeof(a), "34aa973cd4c4daa4f61eeb2bdbad27316534016f");
}

/* Of ICMP the ports are those of baseline_deflt.json, whose second one is the
 * type that answers; a packet has a code there, which is 0. */
static const struct {
	uint8_t proto;
	const char *src;
	uint16_t sport;
	const char *dst;
	uint16_t dport;
	const char *id;
} flows[] = {
	{ 58, "fe80::200:86ff:fe05:80da", 135,
	    "fe80::260:97ff:fe07:69ea", 136,
	    "1:dGHyGvjMfljg6Bppwm3bg0LO8TY=" },
	{ 58, "fe80::260:97ff:fe07:69ea", 136,
	    "fe80::200:86ff:fe05:80da", 135,
	    "1:dGHyGvjMfljg6Bppwm3bg0LO8TY=" },
	{ 58, "fe80::260:97ff:fe07:69ea", 135,
	    "fe80::200:86ff:fe05:80da", 136,
	    "1:zavyT/cezQr1fmImYCwYnMXbgck=" },
	{ 58, "fe80::200:86ff:fe05:80da", 136,
	    "fe80::260:97ff:fe07:69ea", 135,
	    "1:zavyT/cezQr1fmImYCwYnMXbgck=" },
	{ 58, "3ffe:501:1800:2345::2", 3,
	    "3ffe:507:0:1:200:86ff:fe05:80da", 0,
	    "1:2ObVBgIn28oZvibYZhZMBgh7WdQ=" },
	{ 58, "3ffe:501:410:0:2c0:dfff:fe47:33e", 1,
	    "3ffe:507:0:1:200:86ff:fe05:80da", 4,
	    "1:hLZd0XGWojozrvxqE0dWB1iM6R0=" },
	{ 58, "3ffe:507:0:1:200:86ff:fe05:80da", 128,
	    "3ffe:501:0:1001::2", 129,
	    "1:+TW+HtLHvV1xnGhV1lv7XoJrqQg=" },
	{ 58, "3ffe:501:0:1001::2", 129,
	    "3ffe:507:0:1:200:86ff:fe05:80da", 128,
	    "1:+TW+HtLHvV1xnGhV1lv7XoJrqQg=" },
	{ 58, "fe80::200:86ff:fe05:80da", 133,
	    "ff02::2", 134,
	    "1:hO+sN4H+MG5MY/8hIrXPqc4ZQz0=" },
	{ 58, "fe80::260:97ff:fe07:69ea", 134,
	    "ff02::1", 133,
	    "1:pkvHqCL88/tg1k4cPigmZXUtL00=" },
	{ 1, "192.168.0.89", 8,
	    "192.168.0.1", 0,
	    "1:X0snYXpgwiv9TZtqg64sgzUn6Dk=" },
	{ 1, "192.168.0.1", 0,
	    "192.168.0.89", 8,
	    "1:X0snYXpgwiv9TZtqg64sgzUn6Dk=" },
	{ 1, "10.0.0.1", 11,
	    "10.0.0.2", 0,
	    "1:YHxtAirCG//0OzkcVAukqKQN9xM=" },
	{ 6, "2001:470:e5bf:dead:4957:2174:e82c:4887", 63943,
	    "2607:f8b0:400c:c03::1a", 25,
	    "1:/qFaeAR+gFe1KYjMzVDsMv+wgU4=" },
	{ 6, "2607:f8b0:400c:c03::1a", 25,
	    "2001:470:e5bf:dead:4957:2174:e82c:4887", 63943,
	    "1:/qFaeAR+gFe1KYjMzVDsMv+wgU4=" },
	{ 132, "192.168.170.8", 7,
	    "192.168.170.56", 7,
	    "1:MP2EtRCAUIZvTw6MxJHLV7N7JDs=" },
	{ 132, "192.168.170.56", 7,
	    "192.168.170.8", 7,
	    "1:MP2EtRCAUIZvTw6MxJHLV7N7JDs=" },
	{ 6, "128.232.110.120", 34855,
	    "66.35.250.204", 80,
	    "1:LQU9qZlK+B5F3KDmev6m5PMibrg=" },
	{ 6, "66.35.250.204", 80,
	    "128.232.110.120", 34855,
	    "1:LQU9qZlK+B5F3KDmev6m5PMibrg=" },
	{ 17, "192.168.1.52", 54585,
	    "8.8.8.8", 53,
	    "1:d/FP5EW3wiY1vCndhwleRRKHowQ=" },
	{ 17, "8.8.8.8", 53,
	    "192.168.1.52", 54585,
	    "1:d/FP5EW3wiY1vCndhwleRRKHowQ=" },
	{ 46, "10.1.12.1", 0,
	    "10.1.12.2", 0,
	    "1:KHlLkgoJW7ifUTyTSgyVfkFHzKw=" },
	{ 46, "10.1.12.2", 0,
	    "10.1.12.1", 0,
	    "1:KHlLkgoJW7ifUTyTSgyVfkFHzKw=" },
};

Test(community, baseline)
{
	for (size_t i = 0; i < sizeof(flows) / sizeof(*flows); i++) {
		struct flow_key k = { .proto = flows[i].proto,
		    .sport = flows[i].sport, .dport = flows[i].dport };
		char id[COMMUNITY_ID_SIZE];

		k.family = strchr(flows[i].src, ':') ? AF_INET6 : AF_INET;
		inet_pton(k.family, flows[i].src, &k.src);
		inet_pton(k.family, flows[i].dst, &k.dst);
		k.is_icmp = k.proto == 1 || k.proto == 58;
		k.has_ports = k.proto == 6 || k.proto == 17 || k.proto == 132;
		community_id(&k, id);
		cr_assert_str_eq(id, flows[i].id, "%s > %s: %s", flows[i].src,
		    flows[i].dst, id);
		if (k.is_icmp && (k.dport == 136 || k.dport == 8)) {
			k.dport = 0;	/* as in a packet */
			community_id(&k, id);
			cr_assert_str_eq(id, flows[i].id);
		}
	}
}

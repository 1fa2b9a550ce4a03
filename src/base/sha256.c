#include "base/sha256.h"

#include <string.h>

/* The first 32 bits of the fractions of the cube roots of the first primes. */
static const uint32_t k[64] = {
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1,
	0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3,
	0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
	0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
	0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147,
	0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
	0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
	0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
	0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
	0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208,
	0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static uint32_t
rotr(uint32_t v, unsigned n)
{
	return v >> n | v << (32 - n);
}

static uint32_t
get_be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	    (uint32_t)p[2] << 8 | p[3];
}

static void
schedule(const uint8_t *block, uint32_t w[64])
{
	for (unsigned i = 0; i < 16; i++)
		w[i] = get_be32(block + 4 * i);
	for (unsigned i = 16; i < 64; i++) {
		uint32_t a = w[i - 15], b = w[i - 2];

		w[i] = w[i - 16] + (rotr(a, 7) ^ rotr(a, 18) ^ a >> 3) +
		    w[i - 7] + (rotr(b, 17) ^ rotr(b, 19) ^ b >> 10);
	}
}

/* One round of the eight words, whose names move along by one each time:
 * they stay in registers. */
#define ROUND(a, b, c, d, e, f, g, h, n) do {				\
	uint32_t t = (h) + k[n] + w[n] + (((e) & (f)) ^ (~(e) & (g))) +	\
	    (rotr(e, 6) ^ rotr(e, 11) ^ rotr(e, 25));			\
									\
	(d) += t;							\
	(h) = t + (((a) & (b)) ^ ((a) & (c)) ^ ((b) & (c))) +		\
	    (rotr(a, 2) ^ rotr(a, 13) ^ rotr(a, 22));			\
} while (0)

static void
compress(struct sha256 *s, const uint8_t *block)
{
	uint32_t w[64], *v = s->state;
	uint32_t a = v[0], b = v[1], c = v[2], d = v[3];
	uint32_t e = v[4], f = v[5], g = v[6], h = v[7];

	schedule(block, w);
	for (unsigned i = 0; i < 64; i += 8) {
		ROUND(a, b, c, d, e, f, g, h, i);
		ROUND(h, a, b, c, d, e, f, g, i + 1);
		ROUND(g, h, a, b, c, d, e, f, i + 2);
		ROUND(f, g, h, a, b, c, d, e, i + 3);
		ROUND(e, f, g, h, a, b, c, d, i + 4);
		ROUND(d, e, f, g, h, a, b, c, i + 5);
		ROUND(c, d, e, f, g, h, a, b, i + 6);
		ROUND(b, c, d, e, f, g, h, a, i + 7);
	}
	v[0] += a, v[1] += b, v[2] += c, v[3] += d;
	v[4] += e, v[5] += f, v[6] += g, v[7] += h;
}

void
sha256_init(struct sha256 *s)
{
	*s = (struct sha256){ .state = { 0x6a09e667, 0xbb67ae85, 0x3c6ef372,
	    0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19 } };
}

void
sha256_add(struct sha256 *s, const void *data, size_t n)
{
	const uint8_t *p = data;

	while (n > 0) {
		size_t at = s->size % SHA256_BLOCK;
		size_t take = SHA256_BLOCK - at < n ? SHA256_BLOCK - at : n;

		memcpy(s->block + at, p, take);
		s->size += take;
		p += take;
		n -= take;
		if (at + take == SHA256_BLOCK)
			compress(s, s->block);
	}
}

void
sha256_end(struct sha256 *s, uint8_t out[SHA256_SIZE])
{
	static const uint8_t padding[SHA256_BLOCK] = { 0x80 };
	uint64_t bits = s->size * 8;
	size_t at = s->size % SHA256_BLOCK;
	uint8_t length[8];

	sha256_add(s, padding, (at < 56 ? 56 : 120) - at);
	for (unsigned i = 0; i < 8; i++)
		length[i] = (uint8_t)(bits >> (56 - 8 * i));
	sha256_add(s, length, sizeof(length));
	for (unsigned i = 0; i < SHA256_SIZE; i++)
		out[i] = (uint8_t)(s->state[i / 4] >> (24 - i % 4 * 8));
}

void
sha256_print(const uint8_t digest[SHA256_SIZE], char out[2 * SHA256_SIZE + 1])
{
	static const char digits[] = "0123456789abcdef";

	for (unsigned i = 0; i < SHA256_SIZE; i++) {
		out[2 * i] = digits[digest[i] >> 4];
		out[2 * i + 1] = digits[digest[i] & 15];
	}
	out[2 * SHA256_SIZE] = '\0';
}

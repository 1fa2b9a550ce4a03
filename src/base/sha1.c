#include "base/sha1.h"

#include <string.h>

enum { BLOCK = 64 };

static uint32_t
rotl(uint32_t v, unsigned n)
{
	return v << n | v >> (32 - n);
}

static void
schedule(const uint8_t *block, uint32_t w[80])
{
	for (unsigned i = 0; i < 16; i++, block += 4)
		w[i] = (uint32_t)block[0] << 24 | (uint32_t)block[1] << 16 |
		    (uint32_t)block[2] << 8 | block[3];
	for (unsigned i = 16; i < 80; i++)
		w[i] = rotl(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
}

/* The function and the constant of round 'i'. */
static uint32_t
mixed(unsigned i, uint32_t b, uint32_t c, uint32_t d)
{
	if (i < 20)
		return ((b & c) | (~b & d)) + 0x5a827999;
	if (i < 40)
		return (b ^ c ^ d) + 0x6ed9eba1;
	if (i < 60)
		return ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc;
	return (b ^ c ^ d) + 0xca62c1d6;
}

static void
compress(uint32_t state[5], const uint8_t *block)
{
	uint32_t w[80], v[5];

	schedule(block, w);
	memcpy(v, state, sizeof(v));
	for (unsigned i = 0; i < 80; i++) {
		uint32_t t = rotl(v[0], 5) + mixed(i, v[1], v[2], v[3]) +
		    v[4] + w[i];

		memmove(v + 1, v, 4 * sizeof(*v));
		v[2] = rotl(v[2], 30);
		v[0] = t;
	}
	for (unsigned i = 0; i < 5; i++)
		state[i] += v[i];
}

void
sha1(const void *data, size_t n, uint8_t out[SHA1_SIZE])
{
	uint32_t state[5] = { 0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476,
	    0xc3d2e1f0 };
	uint8_t last[2 * BLOCK] = { 0 };
	const uint8_t *p = data;
	uint64_t bits = (uint64_t)n * 8;
	size_t size;

	for (; n >= BLOCK; n -= BLOCK, p += BLOCK)
		compress(state, p);
	if (n != 0)
		memcpy(last, p, n);
	last[n] = 0x80;
	size = n < BLOCK - 8 ? BLOCK : 2 * BLOCK;
	for (unsigned i = 0; i < 8; i++)
		last[size - 1 - i] = (uint8_t)(bits >> 8 * i);
	for (size_t at = 0; at < size; at += BLOCK)
		compress(state, last + at);
	for (unsigned i = 0; i < SHA1_SIZE; i++)
		out[i] = (uint8_t)(state[i / 4] >> (24 - i % 4 * 8));
}

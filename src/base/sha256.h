/* SHA-256 (FIPS 180-4), to say of a file which one it was. */
#ifndef BASE_SHA256_H
#define BASE_SHA256_H

#include <stddef.h>
#include <stdint.h>

enum { SHA256_SIZE = 32, SHA256_BLOCK = 64 };

struct sha256 {
	uint32_t state[8];
	uint64_t size;			/* bytes added so far */
	uint8_t block[SHA256_BLOCK];	/* the last of them */
};

void	sha256_init(struct sha256 *);
void	sha256_add(struct sha256 *, const void *, size_t);
/* Nothing may be added afterwards. */
void	sha256_end(struct sha256 *, uint8_t out[SHA256_SIZE]);
/* "e3b0c442...": lower case, and terminated. */
void	sha256_print(const uint8_t digest[SHA256_SIZE],
	    char out[2 * SHA256_SIZE + 1]);

#endif

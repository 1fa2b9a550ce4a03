/* SHA-1 (FIPS 180-4), for names that others compute with it; it keeps no
 * secrets and proves nothing. */
#ifndef BASE_SHA1_H
#define BASE_SHA1_H

#include <stddef.h>
#include <stdint.h>

enum { SHA1_SIZE = 20 };

/* Of the 'n' bytes of 'data' at once. */
void	sha1(const void *data, size_t n, uint8_t out[SHA1_SIZE]);

#endif

/* CRC-32C (Castagnoli), the checksum of SCTP (RFC 9260, appendix A). */
#ifndef BASE_CRC32C_H
#define BASE_CRC32C_H

#include <stddef.h>
#include <stdint.h>

/* Adds 'n' bytes.  Starts as ~0 and is complemented at the end; stands in
 * the packet least significant byte first. */
uint32_t crc32c(uint32_t crc, const uint8_t *, size_t n);

#endif

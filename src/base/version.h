/* Which nfwalk this is; nothing else says so. */
#ifndef BASE_VERSION_H
#define BASE_VERSION_H

#define NFWALK_VERSION	"0.9.0"
#define NFWALK_DATE	"2026-11-26"

#endif

#include "base/lib.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
lib_open(const char *file, const char *const *names, size_t n, void *to)
{
	void *lib = dlopen(file, RTLD_NOW), *address;

	for (size_t i = 0; i < n; i++) {
		address = lib != NULL ? dlsym(lib, names[i]) : NULL;
		if (address == NULL) {
			fprintf(stderr, "nfwalk: %s\n", dlerror());
			exit(5);
		}
		memcpy((char *)to + i * sizeof(address), &address,
		    sizeof(address));
	}
}

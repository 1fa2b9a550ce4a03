/* SHA-256 against the vectors of FIPS 180-4 and NIST's CAVP. */
#include "base/sha256.h"

#include <criterion/criterion.h>
#include <string.h>

static void
expect(const void *data, size_t n, size_t step, const char *want)
{
	uint8_t digest[SHA256_SIZE];
	char text[2 * SHA256_SIZE + 1];
	struct sha256 s;

	sha256_init(&s);
	for (size_t i = 0; i < n; i += step)
		sha256_add(&s, (const char *)data + i,
		    n - i < step ? n - i : step);
	sha256_end(&s, digest);
	sha256_print(digest, text);
	cr_assert_str_eq(text, want);
}

Test(sha256, vectors)
{
	static const struct { const char *text, *digest; } cases[] = {
		{ "", "e3b0c44298fc1c149afbf4c8996fb924"
		    "27ae41e4649b934ca495991b7852b855" },
		{ "abc", "ba7816bf8f01cfea414140de5dae2223"
		    "b00361a396177a9cb410ff61f20015ad" },
		{ "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
		    "248d6a61d20638b8e5c026930c3e6039"
		    "a33ce45964ff2167f6ecedd419db06c1" },
		{ "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn"
		    "hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
		    "cf5b16a778af8380036ce59e7b049237"
		    "0b249b11e8f07a51afac45037afee9d1" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		for (size_t step = 1; step < 130; step += 43)
			expect(cases[i].text, strlen(cases[i].text), step,
			    cases[i].digest);
}

Test(sha256, a_million)
{
	static char a[1000000];

	memset(a, 'a', sizeof(a));
	expect(a, sizeof(a), 4096, "cdc76e5c9914fb9281a1c7e284d73e67"
	    "f1809a48a497200e046d39ccc7112cd0");
}

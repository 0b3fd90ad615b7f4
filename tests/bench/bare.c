/* SPDX-License-Identifier: Apache-2.0
 *
 * The least a program can do to open shares: load PEM keys, decrypt one
 * RSA-OAEP-256 text with each.  For tests/bench/run.
 * Usage: bare TEXT KEY [TEXT KEY]...
 */
#include <stdio.h>

#include "tests/bench/rsa.h"

static size_t
read_text(const char *path, unsigned char *ret, size_t size)
{
	FILE *f = fopen(path, "rb");
	size_t len;

	if (f == NULL)
		return 0;
	len = fread(ret, 1, size, f);
	(void)fclose(f);
	return len;
}

int
main(int argc, char **argv)
{
	if (argc < 3 || argc % 2 == 0)
		return 2;
	for (int i = 1; i < argc; i += 2) {
		unsigned char text[1024];
		size_t len = read_text(argv[i], text, sizeof text);
		EVP_PKEY *key = bare_load(argv[i + 1]);
		int good = len > 0 && key != NULL &&
		    bare_decrypt(key, text, len);

		EVP_PKEY_free(key);
		if (!good)
			return 1;
	}
	return 0;
}

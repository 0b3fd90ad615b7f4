/* SPDX-License-Identifier: Apache-2.0
 *
 * Runs a fuzz target over files, without libFuzzer: each as it is, cut at
 * every length, with every byte changed, and with something behind it (files
 * beyond STEPS bytes at STEPS places).  Not one file is a failure.
 * usage: NAME FILE|DIR...
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "tests/fuzz/fuzz.h"

#define STEPS 512

static size_t n_files, n_variants;

/* A copy of exactly this size, so that a sanitizer sees its end. */
static void
run(const uint8_t *p, size_t len)
{
	uint8_t *copy = malloc(len > 0 ? len : 1);

	if (copy == NULL)
		abort();
	memcpy(copy, p, len);
	(void)LLVMFuzzerTestOneInput(copy, len);
	free(copy);
}

static void
variants(struct kc_buf *b)
{
	size_t step = b->len / STEPS + 1;

	for (size_t i = 0; i < b->len; i += step) {
		run(b->p, i);
		b->p[i] ^= (uint8_t)(1u << i % 8);
		run(b->p, b->len);
		b->p[i] ^= (uint8_t)(1u << i % 8);
		n_variants += 2;
	}
	for (size_t i = 0; i < 2; i++) {
		fuzz_ok(kc_buf_add(b, i == 0 ? "" : "x", 1, NULL));
		run(b->p, b->len);
		b->len--;
		n_variants++;
	}
}

static int
replay_file(const char *path)
{
	struct kc_err err = { 0 };
	struct kc_buf b = { 0 };

	if (!kc_ok(kc_file_read(path, KC_FILE_MAX, &b, &err))) {
		(void)fprintf(stderr, "%s\n", err.msg);
		return -1;
	}
	/* Named before it runs: what crashes says nothing afterwards. */
	(void)fprintf(stderr, "%s\n", path);
	if (b.p == NULL)
		fuzz_ok(kc_buf_add(&b, "", 0, NULL));
	run(b.p, b.len);
	variants(&b);
	n_files++;
	kc_buf_free(&b);
	return 0;
}

static int
replay_dir(const char *path)
{
	struct dirent **names = NULL;
	struct kc_buf file = { 0 };
	int n = scandir(path, &names, NULL, alphasort), bad = n < 0 ? -1 : 0;

	for (int i = 0; i < n; i++) {
		if (names[i]->d_name[0] != '.') {
			fuzz_ok(kc_path_join(path, names[i]->d_name, &file,
			    NULL));
			bad |= replay_file(kc_buf_str(&file));
		}
		free(names[i]);
	}
	free(names);
	kc_buf_free(&file);
	return bad;
}

int
main(int argc, char **argv)
{
	int bad = 0;

	(void)LLVMFuzzerInitialize(&argc, &argv);
	for (int i = 1; i < argc; i++) {
		struct stat st;

		if (stat(argv[i], &st) == 0 && S_ISDIR(st.st_mode))
			bad |= replay_dir(argv[i]);
		else
			bad |= replay_file(argv[i]);
	}
	(void)printf("%zu files, %zu variants\n", n_files, n_variants);
	return bad == 0 && n_files > 0 ? 0 : 1;
}

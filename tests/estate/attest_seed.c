/* SPDX-License-Identifier: Apache-2.0
 *
 * Seeds for the fuzzing of attestations: attest_seed DIR writes an attestation
 * of an HSM made for it in each shape, behind the HSM's own root.
 */
#include "tests/estate/attested.h"

static void
write_seed(const char *dir, const char *name, const struct t_hsm *h,
    const struct t_paper *t)
{
	struct est_attest found;
	struct kc_buf b = { 0 };
	char path[300];
	FILE *f;

	(void)snprintf(path, sizeof path, "%s/%s", dir, name);
	f = fopen(path, "wbx");
	if (f == NULL) {
		perror(path);
		exit(6);
	}
	t_holds(h, t, &found);
	t_file(h, t, &b);
	(void)fputc((int)(h->root.len >> 8), f);
	(void)fputc((int)(h->root.len & 0xff), f);
	(void)fwrite(h->root.p, 1, h->root.len, f);
	(void)fwrite(b.p, 1, b.len, f);
	if (fclose(f) != 0)
		exit(6);
	kc_buf_free(&b);
}

int
main(int argc, char **argv)
{
	static struct t_hsm h;

	if (argc != 2 || !kc_ok(kc_secret_heap(NULL)))
		return 2;
	t_hsm_new(&h);
	write_seed(argv[1], "rest", &h, &(struct t_paper){ .shape = 'a',
	    .blobs = { .fw = 2 } });
	write_seed(argv[1], "object", &h, &(struct t_paper){ .shape = 'b',
	    .az = true, .blobs = { .fw = 3 } });
	write_seed(argv[1], "bare", &h, &(struct t_paper){ .shape = 'c',
	    .blobs = { .fw = 2 } });
	write_seed(argv[1], "together", &h, &(struct t_paper){ .shape = 'a',
	    .blobs = { .fw = 3, .together = true } });
	t_hsm_free(&h);
	return 0;
}

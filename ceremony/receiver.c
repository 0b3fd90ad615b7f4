/* SPDX-License-Identifier: Apache-2.0
 *
 * The receiver's options and files.
 */
#include "ceremony/receiver.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "sd/pki.h"

#define COLLATERAL_FILE_MAX ((size_t)1 << 20)

void
cer_receiver_free(struct cer_receiver *v)
{
	sd_exchange_free(&v->x);
	sd_collateral_free(&v->collateral);
	for (size_t i = 0; i < SD_COLLATERAL_MAX; i++)
		kc_buf_free(&v->name[i]);
	kc_buf_free(&v->root);
	*v = (struct cer_receiver){ 0 };
}

static int
is_file(const struct dirent *e)
{
	return e->d_name[0] != '.';
}

/* Each file of the folder, in the order of their names. */
static kc_result
read_collateral(const char *dir, struct cer_receiver *v, struct kc_err *err)
{
	struct sd_collateral *c = &v->collateral;
	struct dirent **list = NULL;
	int n = scandir(dir, &list, is_file, alphasort);
	kc_result r = KC_DONE;

	if (n < 0)
		return KC_FAIL(err, KC_EIO, errno, "%s: %s", dir,
		    strerror(errno));
	if (n == 0 || n > SD_COLLATERAL_MAX) {
		r = KC_FAIL(err, n == 0 ? KC_EREFUSED : KC_ELIMIT, 0,
		    "%s holds %d files of collateral, not 1 to %d", dir, n,
		    SD_COLLATERAL_MAX);
		goto out;
	}
	for (int i = 0; i < n; i++) {
		struct kc_buf *name = &v->name[i];

		KC_TRY(r, kc_path_join(dir, list[i]->d_name, name, err));
		c->file[i].name = kc_buf_str(name);
		KC_TRY(r, kc_file_read(kc_buf_str(name), COLLATERAL_FILE_MAX,
		    &c->file[i].data, err));
		c->n++;
	}
	v->pins.collateral = c;
out:
	for (int i = 0; i < n; i++)
		free(list[i]);
	free(list);
	return r;
}

/* A root given for a rehearsal, PEM or DER, down to its DER. */
static kc_result
read_root(const char *path, struct cer_receiver *v, struct kc_err *err)
{
	struct kc_buf file = { 0 };
	struct sd_text t;
	X509 *x = NULL;
	kc_result r;

	KC_TRY(r, kc_file_read(path, SD_CERT_MAX, &file, err));
	t = (struct sd_text){ kc_buf_str(&file), file.len };
	if (sd_pem_at(&t, SD_PEM_CERT))
		r = sd_pem_next(&t, SD_PEM_CERT, &v->root, err);
	else
		r = kc_buf_add(&v->root, file.p, file.len, err);
	if (kc_ok(r))
		r = sd_pki_cert(v->root.p, v->root.len, &x, err);
	if (!kc_ok(r))
		r = kc_prefix(err, "%s", path);
	v->pins.root = &v->root;
out:
	X509_free(x);
	kc_buf_free(&file);
	return r;
}

kc_result
cer_receiver_files(const char *collateral, const char *root,
    struct cer_receiver *ret, struct kc_err *err)
{
	kc_result r = KC_DONE;

	if (collateral != NULL)
		KC_TRY(r, read_collateral(collateral, ret, err));
	if (root != NULL)
		r = read_root(root, ret, err);
out:
	return r;
}

kc_result
cer_receiver_pins(const struct cer_args *a, size_t first, int64_t at_ms,
    struct cer_receiver *ret, struct kc_err *err)
{
	const char *given[RCV_OPTIONS];
	kc_result r = KC_DONE;
	long svn = 0;

	for (size_t i = 0; i < RCV_OPTIONS; i++)
		given[i] = a->opt[first + i].v[0];
	ret->pins = (struct sd_pins)SD_PINS_DEFAULT;
	ret->pins.pool = given[RCV_POOL];
	ret->pins.at_ms = at_ms;
	if (given[RCV_MRSIGNER] != NULL) {
		if (!kc_unhex(given[RCV_MRSIGNER], KC_SHA256,
		    ret->pins.mrsigner))
			return KC_FAIL(err, KC_EUSAGE, 0,
			    "--pin-mrsigner: '%.70s' is not 64 hex digits",
			    given[RCV_MRSIGNER]);
		ret->pins.has_mrsigner = true;
	}
	if (given[RCV_SVN] != NULL) {
		KC_TRY(r, cer_number("--pin-svn", given[RCV_SVN], 0,
		    UINT16_MAX, &svn, err));
		ret->pins.svn_min = (uint16_t)svn;
	}
	r = cer_receiver_files(given[RCV_COLLATERAL], given[RCV_ROOT], ret,
	    err);
out:
	return r;
}

kc_result
cer_receiver_read(const char *path, struct cer_receiver *ret,
    struct kc_err *err)
{
	struct kc_buf file = { 0 };
	kc_result r = kc_file_read(path, SD_EXCHANGE_FILE_MAX, &file, err);

	if (kc_ok(r))
		r = sd_exchange_read(path, file.p, file.len, &ret->x, err);
	kc_buf_free(&file);
	return r;
}

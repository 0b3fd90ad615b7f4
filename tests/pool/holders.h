/* SPDX-License-Identifier: Apache-2.0
 *
 * Three holders on files, quorum 2, and what they do with a pool's files.
 */
#ifndef KC_TESTS_POOL_HOLDERS_H
#define KC_TESTS_POOL_HOLDERS_H

#include <fcntl.h>
#include <ftw.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "pool/exchange.h"
#include "pool/hsm.h"
#include "pool/recovery.h"
#include "pool/store.h"
#include "sd/domain.h"
#include "sd/pemkey.h"
#include "tests/check.h"

#define HOLDERS 3
#define QUORUM 2

/* The files of a test's directory; made once, keys are slow. */
static char dir[256];

static inline const char *
in_dir(const char *name)
{
	static char path[8][512];
	static unsigned next;
	char *p = path[next++ % 8];

	(void)snprintf(p, 512, "%s/%s", dir, name);
	return p;
}

static inline void
put(const char *path, const void *p, size_t len)
{
	struct kc_err err = { 0 };

	t_ok(kc_file_write_new(path, p, len, 0600, &err), &err);
}

static inline void
take(const char *path, struct kc_buf *ret)
{
	struct kc_err err = { 0 };

	t_ok(kc_file_read(path, KC_FILE_MAX, ret, &err), &err);
}

static inline void
holder_file(size_t i, const char *ending, char ret[static 512])
{
	(void)snprintf(ret, 512, "%s/holder-%zu.%s", dir, i, ending);
}

/* Keys, certificates, and request.json for them. */
static inline int
make_holders(void **state)
{
	struct sd_cert cert[HOLDERS] = { 0 };
	struct kc_buf pem = { 0 }, body = { 0 };
	struct kc_err err = { 0 };
	char name[16], key[512], cer[512];

	(void)state;
	t_ok(kc_secret_heap(&err), &err);
	t_dir(dir);
	for (size_t i = 0; i < HOLDERS; i++) {
		(void)snprintf(name, sizeof name, "holder-%zu", i);
		holder_file(i, "key", key);
		holder_file(i, "cer", cer);
		t_ok(pool_exchange_new(&(struct pool_exchange){ .pool = name,
		    .bits = 2048 }, key, cer, POOL_AS_PEM, &pem, &err), &err);
		t_ok(sd_cert_read(cer, pem.p, pem.len, &cert[i], &err), &err);
	}
	t_ok(sd_request_body(cert, HOLDERS, QUORUM, &body, &err), &err);
	put(in_dir("request.json"), body.p, body.len);
	for (size_t i = 0; i < HOLDERS; i++)
		sd_cert_free(&cert[i]);
	kc_buf_free(&pem);
	kc_buf_free(&body);
	return 0;
}

static inline int
remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st;
	(void)type;
	(void)at;
	return remove(path);
}

static inline int
remove_all(void **state)
{
	(void)state;
	return nftw(dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

/* A recovery of the pool in in_dir("p"), with a short key. */
static inline kc_result
start_recovery(const char *name, bool make, struct kc_buf *ret,
    struct kc_err *err)
{
	return pool_init_recovery(&(struct pool_recovery){ .dir = in_dir("p"),
	    .name = name, .bits = 3072, .make = make }, ret, err);
}

/* The holders open the domain in sd for the exchange certificate in pem. */
static inline void
make_blob(const struct kc_buf *sd, const struct kc_buf *pem,
    struct kc_buf *ret)
{
	struct sd_domain d = { 0 };
	struct sd_pemkey *pk[QUORUM] = { NULL };
	struct sd_key key[QUORUM];
	struct sd_opened o = { 0 };
	struct sd_cert exchange = { 0 };
	struct kc_err err = { 0 };
	char path[512];

	t_ok(sd_domain_read("SD.json", sd->p, sd->len, &d, &err), &err);
	for (size_t i = 0; i < QUORUM; i++) {
		holder_file(i, "key", path);
		t_ok(sd_pemkey_load(path, NULL, &pk[i], &err), &err);
		key[i] = sd_pemkey_key(pk[i]);
	}
	t_ok(sd_open("SD.json", &d, key, QUORUM, &o, &err), &err);
	t_ok(sd_cert_read("SDE.cer", pem->p, pem->len, &exchange, &err),
	    &err);
	t_ok(sd_restore_blob(&d, &o.master, &exchange, kc_clock_utc_ms(), ret,
	    &err), &err);
	sd_cert_free(&exchange);
	sd_opened_free(&o);
	for (size_t i = 0; i < QUORUM; i++)
		sd_pemkey_free(&pk[i]);
	sd_domain_free(&d);
}

#endif

/* SPDX-License-Identifier: Apache-2.0
 *
 * PEM private keys: the input is the text of key and certificate, in one
 * file and, cut where the certificate begins, as x.key beside x.cer.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sd/jwe.h"
#include "sd/pemkey.h"
#include "tests/fuzz/fuzz.h"

static char dir[64], key_path[80], cer_path[80];
static int key_fd, cer_fd;

static void
clean_up(void)
{
	(void)unlink(key_path);
	(void)unlink(cer_path);
	(void)rmdir(dir);
}

void
fuzz_start(void)
{
	(void)snprintf(dir, sizeof dir, "%s/pemkey-fuzz-XXXXXX",
	    access("/dev/shm", W_OK) == 0 ? "/dev/shm" : P_tmpdir);
	fuzz_must(mkdtemp(dir) != NULL);
	(void)snprintf(key_path, sizeof key_path, "%s/x.key", dir);
	(void)snprintf(cer_path, sizeof cer_path, "%s/x.cer", dir);
	key_fd = open(key_path, O_RDWR | O_CREAT | O_EXCL, 0600);
	cer_fd = open(cer_path, O_RDWR | O_CREAT | O_EXCL, 0600);
	fuzz_must(key_fd >= 0 && cer_fd >= 0);
	fuzz_must(atexit(clean_up) == 0);
}

static void
put(int fd, const uint8_t *p, size_t len)
{
	fuzz_must(ftruncate(fd, 0) == 0);
	fuzz_must(pwrite(fd, p, len, 0) == (ssize_t)len);
}

/* A loaded key refuses what it did not encrypt, or gives a content key. */
static void
use(struct sd_pemkey *k)
{
	struct sd_key key = sd_pemkey_key(k);
	size_t len = sd_pemkey_cert(k)->n.len;
	struct kc_secret cek = { 0 };
	struct kc_err err = { 0 };
	uint8_t text[1024];
	kc_result r;

	memset(text, 0x5a, sizeof text);
	fuzz_must(key.has_x5t && len <= sizeof text);
	r = key.unwrap(key.ctx, text, len, &cek, &err);
	if (!kc_ok(r))
		fuzz_failed(r, &err);
	fuzz_must(kc_ok(r) ? cek.len == SD_CEK : cek.p == NULL);
	kc_secret_free(&cek);
	r = key.unwrap(key.ctx, text, len - 1, &cek, &err);
	fuzz_failed(r, &err);
}

static void
load(const char *password)
{
	struct kc_secret secret = { 0 };
	struct sd_pemkey *k, *mark;
	struct kc_err err = { 0 };
	kc_result r;

	fuzz_mark(&k, sizeof k);
	mark = k;
	if (password != NULL)
		fuzz_secret(password, strlen(password), &secret);
	r = sd_pemkey_load(key_path, password != NULL ? &secret : NULL, &k,
	    &err);
	kc_secret_free(&secret);
	if (!kc_ok(r)) {
		fuzz_failed(r, &err);
		fuzz_must(k == mark);
		return;
	}
	/* An encrypted key never opens without a password; a private
	 * operation is slow, so each key does one. */
	fuzz_must(password != NULL || !sd_pemkey_encrypted(k));
	if ((password != NULL) == sd_pemkey_encrypted(k))
		use(k);
	sd_pemkey_free(&k);
}

void
fuzz_one(const uint8_t *p, size_t len)
{
	static const char mark[] = "-----BEGIN CERTIFICATE-----";
	const uint8_t *cert = memmem(p, len, mark, sizeof mark - 1);

	put(key_fd, p, len);
	put(cer_fd, p, 0);
	load(NULL);
	load("password");
	if (cert == NULL)
		return;
	put(key_fd, p, (size_t)(cert - p));
	put(cer_fd, cert, len - (size_t)(cert - p));
	load("password");
}

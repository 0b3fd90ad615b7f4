/* SPDX-License-Identifier: Apache-2.0
 *
 * The folder of a rehearsal's software card: made, renewed, mended.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include "base/file.h"
#include "ceremony/room.h"

#define TOKEN_FILE_MAX 65536

/* A rehearsal's software card: a SoftHSM token of its own folder, made when
 * it is first needed.  Its configuration is written anew when the ceremony
 * directory has moved, for it holds an absolute path. */
static kc_result
ensure(const char *store, struct kc_err *err)
{
	struct kc_buf conf = { 0 }, path = { 0 }, have = { 0 }, up = { 0 };
	const char *slash = strrchr(store, '/');
	kc_result r;

	KC_TRY(r, kc_buf_add(&up, store, (size_t)(slash - store), err));
	if (!kc_file_exists(kc_buf_str(&up)))
		KC_TRY(r, kc_dir_new(kc_buf_str(&up), err));
	if (!kc_file_exists(store))
		KC_TRY(r, kc_dir_new(store, err));
	/* Also where the answers keep the card's PIN. */
	KC_TRY(r, kc_file_drop_temps(store, err));
	KC_TRY(r, kc_path_join(store, "tokens", &path, err));
	if (!kc_file_exists(kc_buf_str(&path)))
		KC_TRY(r, kc_dir_new(kc_buf_str(&path), err));
	KC_TRY(r, kc_buf_addf(&conf, err, "directories.tokendir = %s\n"
	    "objectstore.backend = file\nlog.level = ERROR\n"
	    "slots.removable = false\n", kc_buf_str(&path)));
	KC_TRY(r, kc_path_join(store, "softhsm2.conf", &path, err));
	if (kc_file_exists(kc_buf_str(&path))) {
		KC_TRY(r, kc_file_read(kc_buf_str(&path), 65536, &have, err));
		if (have.len == conf.len &&
		    CRYPTO_memcmp(have.p, conf.p, conf.len) == 0)
			goto out;
		if (unlink(kc_buf_str(&path)) != 0) {
			r = KC_FAIL(err, KC_EIO, errno, "cannot renew %s: %s",
			    kc_buf_str(&path), strerror(errno));
			goto out;
		}
	}
	r = kc_file_write_new(kc_buf_str(&path), conf.p, conf.len, 0600,
	    err);
out:
	kc_buf_free(&conf);
	kc_buf_free(&path);
	kc_buf_free(&have);
	kc_buf_free(&up);
	return r;
}

/* bytes under the name path, instead of what has it. */
static kc_result
replace(const char *path, const char *temp, const struct kc_buf *bytes,
    struct kc_err *err)
{
	kc_result r;

	KC_TRY(r, kc_file_write_new(temp, bytes->p, bytes->len, 0600, err));
	if (rename(temp, path) != 0)
		r = KC_FAIL(err, KC_EIO, errno, "cannot renew %s: %s", path,
		    strerror(errno));
out:
	return r;
}

/* Label, serial, flags and SO PIN: what every token that SoftHSM 2.6 has
 * finished making holds.  An attribute begins with its type in 8 bytes. */
static bool
is_whole(const struct kc_buf *file)
{
	static const uint8_t type[][8] = {
		{ 0, 0, 0, 0, 0x80, 0, 0x53, 0x49 },
		{ 0, 0, 0, 0, 0x80, 0, 0x53, 0x4a },
		{ 0, 0, 0, 0, 0x80, 0, 0x53, 0x4b },
		{ 0, 0, 0, 0, 0x80, 0, 0x53, 0x4c },
	};

	for (size_t i = 0; i < sizeof type / sizeof *type; i++)
		if (file->len == 0 || memmem(file->p, file->len, type[i],
		    sizeof type[i]) == NULL)
			return false;
	return true;
}

/* A token that was never finished has no keys, and SoftHSM answers nothing
 * while it sees it: out of its sight. */
static kc_result
set_aside(const char *store, const char *token, struct kc_err *err)
{
	struct kc_buf from = { 0 }, to = { 0 };
	kc_result r;

	KC_TRY(r, kc_buf_addf(&from, err, "%s/tokens/%s", store, token));
	KC_TRY(r, kc_buf_addf(&to, err, "%s/unfinished-%s", store, token));
	if (rename(kc_buf_str(&from), kc_buf_str(&to)) != 0)
		r = KC_FAIL(err, KC_EIO, errno, "cannot set %s aside: %s",
		    kc_buf_str(&from), strerror(errno));
out:
	kc_buf_free(&from);
	kc_buf_free(&to);
	return r;
}

/* SoftHSM 2.6 writes a token's file anew, in place, at every login: killed
 * in between it leaves an empty one, and the token with all its keys is no
 * more (tests/e2e/kill_resume.sh).  So each opening keeps a copy. */
static kc_result
mend(const char *store, const char *token, struct cer_mended *ret,
    struct kc_err *err)
{
	struct kc_buf path = { 0 }, copy = { 0 }, temp = { 0 };
	struct kc_buf now = { 0 }, kept = { 0 };
	kc_result r;

	KC_TRY(r, kc_buf_addf(&path, err, "%s/tokens/%s/token.object", store,
	    token));
	KC_TRY(r, kc_buf_addf(&copy, err, "%s/%s.copy", store, token));
	KC_TRY(r, kc_buf_addf(&temp, err, "%s/%s.part", store, token));
	(void)unlink(kc_buf_str(&temp));
	if (kc_file_exists(kc_buf_str(&path)))
		KC_TRY(r, kc_file_read(kc_buf_str(&path), TOKEN_FILE_MAX,
		    &now, err));
	if (kc_file_exists(kc_buf_str(&copy)))
		KC_TRY(r, kc_file_read(kc_buf_str(&copy), TOKEN_FILE_MAX,
		    &kept, err));
	if (is_whole(&now)) {
		if (now.len != kept.len ||
		    CRYPTO_memcmp(now.p, kept.p, now.len) != 0)
			r = replace(kc_buf_str(&copy), kc_buf_str(&temp),
			    &now, err);
	} else if (is_whole(&kept)) {
		KC_TRY(r, replace(kc_buf_str(&path), kc_buf_str(&temp),
		    &kept, err));
		ret->put_back = true;
	} else {
		KC_TRY(r, set_aside(store, token, err));
		ret->set_aside = true;
	}
out:
	kc_buf_free(&path);
	kc_buf_free(&copy);
	kc_buf_free(&temp);
	kc_buf_free(&now);
	kc_buf_free(&kept);
	return r;
}

kc_result
cer_soft_store(const char *store, struct cer_mended *ret, struct kc_err *err)
{
	struct kc_buf tokens = { 0 };
	const struct dirent *e;
	DIR *d = NULL;
	kc_result r;

	KC_TRY(r, ensure(store, err));
	KC_TRY(r, kc_path_join(store, "tokens", &tokens, err));
	d = opendir(kc_buf_str(&tokens));
	if (d == NULL) {
		r = KC_FAIL(err, KC_EIO, errno, "cannot open %s: %s",
		    kc_buf_str(&tokens), strerror(errno));
		goto out;
	}
	while ((e = readdir(d)) != NULL)
		if (e->d_name[0] != '.')
			KC_TRY(r, mend(store, e->d_name, ret, err));
out:
	if (d != NULL)
		(void)closedir(d);
	kc_buf_free(&tokens);
	return r;
}

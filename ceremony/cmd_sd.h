/* SPDX-License-Identifier: Apache-2.0
 *
 * What the sd commands share.
 */
#ifndef KC_CEREMONY_CMD_SD_H
#define KC_CEREMONY_CMD_SD_H

#include "ceremony/cmd.h"
#include "ceremony/keysource.h"
#include "sd/domain.h"

/* The options of every command that opens something, first in its table. */
enum {
	SDO_JSON, SDO_AT, SDO_KEYS, SDO_PASSWORD_FD, SDO_TOKEN, SDO_PIN_FD,
	SDO_MODULE, SDO_MODULE_ENV, SDO_SITE,
	SDO_OWN			/* the command's own begin here */
};
#define SD_KEY_OPTIONS					\
	{ "--json", CER_FLAG, false },			\
	{ "--at", CER_ONE, false },			\
	{ "--sd-wrapping-keys", CER_LIST, false },	\
	{ "--password-fd", CER_LIST, false },		\
	{ "--token", CER_LIST, false },			\
	{ "--pin-fd", CER_LIST, false },		\
	{ "--module", CER_ONE, false },			\
	{ "--module-env", CER_LIST, false },		\
	{ "--site", CER_ONE, false }

int cer_sd_inspect(struct cer_app *app, int argc, char **argv);
int cer_sd_wrapping_set(struct cer_app *app, int argc, char **argv);
int cer_sd_split(struct cer_app *app, int argc, char **argv);
int cer_sd_prove(struct cer_app *app, int argc, char **argv);
int cer_sd_reshare(struct cer_app *app, int argc, char **argv);
int cer_sd_exchange_key(struct cer_app *app, int argc, char **argv);
int cer_sd_restore_blob(struct cer_app *app, int argc, char **argv);

/* cer_sd_at: --at, or now. */
KC_MUST kc_result cer_sd_at(const struct cer_args *a, size_t opt,
    int64_t *ret_ms, struct kc_err *err);

/* cer_sd_request: the key options of a. */
KC_MUST kc_result cer_sd_request(const struct cer_args *a,
    struct cer_key_request *ret, struct kc_err *err);

/* struct cer_domain: a domain file, read once. */
struct cer_domain {
	struct sd_domain d;
	size_t bytes;
	char sha256[KC_HEX];
};
KC_MUST kc_result cer_sd_read(const char *path, struct cer_domain *ret,
    struct kc_err *err);

/* struct cer_certs: certificates of a --sd-wrapping-keys list; each is named
 * by its path, which is the command line's. */
struct cer_certs {
	size_t n;
	struct sd_cert cert[SD_MAX_HOLDERS];
};
KC_MUST kc_result cer_certs_read(const char *const *paths, size_t n,
    struct cer_certs *ret, struct kc_err *err);
void cer_certs_free(struct cer_certs *c);

/* cer_cert_file: one certificate file.  ret->name = path */
KC_MUST kc_result cer_cert_file(const char *path, struct sd_cert *ret,
    struct kc_err *err);

/* cer_sd_warn: each line of text as a WARNING on stderr. */
void cer_sd_warn(const struct kc_buf *text);

/* cer_sd_weak: a WARNING for each key that RSA hygiene finds fault with.  For
 *  holders of a domain that exists: it is opened all the same. */
KC_MUST kc_result cer_sd_weak(const struct sd_rsa *keys, size_t n,
    struct kc_err *err);

/* cer_sd_written: read a file back; its bytes are exactly these. */
KC_MUST kc_result cer_sd_written(const char *path, const struct kc_buf *want,
    struct kc_err *err);

/* cer_sd_holders: JSON array of who opened which share. */
KC_MUST kc_result cer_sd_holders(const struct sd_domain *d,
    const struct sd_key *keys, const struct sd_opened *o, json_t **ret,
    struct kc_err *err);

/* cer_sd_one_share: "one_share_test" of a domain that opened. */
KC_MUST kc_result cer_sd_one_share(json_t *o, const struct sd_opened *opened,
    struct kc_err *err);

/* cer_sd_x5t: a thumbprint as the files write it (base64url). */
KC_MUST kc_result cer_sd_x5t(json_t *o, const uint8_t x5t[static KC_SHA256],
    struct kc_err *err);

#endif

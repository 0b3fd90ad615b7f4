/* SPDX-License-Identifier: Apache-2.0
 *
 * The sd commands: their table, and what they share.
 */
#include "ceremony/cmd_sd.h"

#include <string.h>

#include "base/b64.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/text.h"
#include "ceremony/commands.h"
#include "ceremony/receiver.h"
#include "sd/cert.h"

kc_result
cer_sd_at(const struct cer_args *a, size_t opt, int64_t *ret_ms,
    struct kc_err *err)
{
	if (a->opt[opt].given)
		return kc_clock_parse(a->opt[opt].v[0], ret_ms, err);
	*ret_ms = kc_clock_utc_ms();
	return KC_DONE;
}

kc_result
cer_sd_request(const struct cer_args *a, struct cer_key_request *ret,
    struct kc_err *err)
{
#define LIST(o) { a->opt[o].v, a->opt[o].n }
	struct cer_key_request rq = {
		.pem = LIST(SDO_KEYS),
		.password_fd = LIST(SDO_PASSWORD_FD),
		.token = LIST(SDO_TOKEN),
		.pin_fd = LIST(SDO_PIN_FD),
		.site = a->opt[SDO_SITE].v[0],
		.module = a->opt[SDO_MODULE].v[0],
		.module_env = LIST(SDO_MODULE_ENV),
	};
#undef LIST
	kc_result r = cer_sd_at(a, SDO_AT, &rq.at_ms, err);

	if (kc_ok(r))
		*ret = rq;
	return r;
}

kc_result
cer_sd_read(const char *path, struct cer_domain *ret, struct kc_err *err)
{
	uint8_t hash[KC_SHA256];
	struct kc_buf file = { 0 };
	kc_result r;

	KC_TRY(r, kc_file_read(path, SD_FILE_MAX, &file, err));
	KC_TRY(r, kc_sha256_one(file.p, file.len, hash, err));
	KC_TRY(r, sd_domain_read(path, file.p, file.len, &ret->d, err));
	kc_hex(hash, sizeof hash, ret->sha256);
	ret->bytes = file.len;
out:
	kc_buf_free(&file);
	return r;
}

kc_result
cer_cert_file(const char *path, struct sd_cert *ret, struct kc_err *err)
{
	struct kc_buf file = { 0 };
	kc_result r = kc_file_read(path, SD_CERT_MAX, &file, err);

	if (!kc_ok(r))
		return r;
	r = sd_cert_read(path, file.p, file.len, ret, err);
	kc_buf_free(&file);
	return r;
}

kc_result
cer_certs_read(const char *const *paths, size_t n, struct cer_certs *ret,
    struct kc_err *err)
{
	struct cer_certs c = { 0 };
	kc_result r = KC_DONE;

	if (n > SD_MAX_HOLDERS)
		return KC_FAIL(err, KC_EREFUSED, 0,
		    "%zu certificates are given; a set has at most %d", n,
		    SD_MAX_HOLDERS);
	for (; c.n < n; c.n++)
		KC_TRY(r, cer_cert_file(paths[c.n], &c.cert[c.n], err));
	*ret = c;
	c = (struct cer_certs){ 0 };
out:
	cer_certs_free(&c);
	return r;
}

void
cer_certs_free(struct cer_certs *c)
{
	for (size_t i = 0; i < c->n; i++)
		sd_cert_free(&c->cert[i]);
	*c = (struct cer_certs){ 0 };
}

void
cer_sd_warn(const struct kc_buf *text)
{
	const char *at = kc_buf_str(text);

	while (*at != '\0') {
		size_t n = strcspn(at, "\n");

		(void)fprintf(stderr, "WARNING: %.*s\n", (int)n, at);
		at += n + (at[n] == '\n');
	}
}

kc_result
cer_sd_weak(const struct sd_rsa *keys, size_t n, struct kc_err *err)
{
	struct kc_buf warn = { 0 };
	kc_result r;

	KC_TRY(r, sd_hygiene_warn(keys, n, &warn, err));
	if (warn.len > 0)
		KC_TRY(r, kc_buf_adds(&warn, "a holder's weak key does not "
		    "stop recovery; give the domain to a new set (sd "
		    "reshare)\n", err));
	cer_sd_warn(&warn);
out:
	kc_buf_free(&warn);
	return r;
}

kc_result
cer_sd_written(const char *path, const struct kc_buf *want,
    struct kc_err *err)
{
	struct kc_buf got = { 0 };
	kc_result r = kc_file_read(path, SD_FILE_MAX, &got, err);

	if (kc_ok(r) && (got.len != want->len ||
	    memcmp(got.p, want->p, got.len) != 0))
		r = KC_FAIL(err, KC_EIO, 0,
		    "%s does not read back as it was written (%zu bytes, "
		    "%zu written)", path, got.len, want->len);
	kc_buf_free(&got);
	return r;
}

kc_result
cer_sd_x5t(json_t *o, const uint8_t x5t[static KC_SHA256], struct kc_err *err)
{
	struct kc_buf b = { 0 };
	kc_result r;

	KC_TRY(r, kc_b64url_encode(x5t, KC_SHA256, &b, err));
	r = kc_json_set_str(o, "x5t_256", kc_buf_str(&b), err);
out:
	kc_buf_free(&b);
	return r;
}

kc_result
cer_sd_one_share(json_t *o, const struct sd_opened *opened,
    struct kc_err *err)
{
	return kc_json_set_str(o, "one_share_test",
	    opened->one_share_fails ? "failed" : "held", err);
}

kc_result
cer_sd_holders(const struct sd_domain *d, const struct sd_key *keys,
    const struct sd_opened *o, json_t **ret, struct kc_err *err)
{
	json_t *arr = json_array();
	kc_result r = KC_DONE;

	for (size_t i = 0; i < o->n_keys; i++) {
		json_t *v = json_pack("{s:s,s:i}", "name", keys[i].name,
		    "share", (int)o->share_of[i] + 1);

		KC_TRY(r, kc_json_add_new(arr, v, err));
		KC_TRY(r, cer_sd_x5t(v, d->share[o->share_of[i]].x5t, err));
	}
	*ret = arr;
	arr = NULL;
out:
	json_decref(arr);
	return r;
}

#define KEYS "(--token URI... | --sd-wrapping-keys KEY...) "
#define CARDS "[--site SITE | --module PATH] [--module-env NAME=VALUE...] "
#define SECRETS "[--password-fd N...] [--pin-fd N...] " CARDS \
	"[--at TIME] [--json]"

const struct cer_cmd cer_sd_commands[] = {
	{ "sd", "inspect", true, cer_sd_inspect,
	  "FILE [--sd-wrapping-keys CER...] [--token URI...] "
	  CARDS "[--json]",
	  "show a security domain's shape, quorum, and whose share is which" },
	{ "sd", "wrapping-set", false, cer_sd_wrapping_set,
	  "--sd-wrapping-keys CER... --sd-quorum M -o DIR [--at TIME] "
	  "[--json]",
	  "check a wrapping set and write what the online host needs" },
	{ "sd", "split", false, cer_sd_split,
	  "--sd-wrapping-keys CER... --sd-quorum M --datum TAG=FILE... "
	  "--security-domain-file OUT [--at TIME] [--json]",
	  "write a new security domain for a wrapping set" },
	{ "sd", "prove", true, cer_sd_prove,
	  "--sd-file FILE " KEYS SECRETS,
	  "open a security domain, check every tag, wipe; write nothing" },
	{ "sd", "reshare", true, cer_sd_reshare,
	  "--sd-file F " KEYS "--new-wrapping-keys CER... --sd-quorum M "
	  "--security-domain-file OUT " SECRETS,
	  "re-encrypt a security domain for a new set of holders" },
	{ "sd", "exchange-key", false, cer_sd_exchange_key,
	  "FILE --pool NAME --pin-mrsigner HEX " CER_RECEIVER_USAGE
	  " [--at TIME] [--json]",
	  "judge the evidence of an exchange key, link by link" },
	{ "sd", "restore-blob", true, cer_sd_restore_blob,
	  "--sd-file F --sd-exchange-key CER --sd-file-restore-blob OUT " KEYS
	  "(--exchange-sha256 HEX --pool NAME --pin-mrsigner HEX "
	  CER_RECEIVER_USAGE " | --without-evidence REASON) " SECRETS,
	  "re-encrypt a security domain for a destination pool" },
	{ 0 },
};

/* SPDX-License-Identifier: Apache-2.0
 *
 * What byok wrap reads: the first byte is the kind, 'k' a KEK's public key,
 * 'u' its kid, 's' its key show, 'b' a blob.
 */
#include <string.h>

#include <openssl/x509.h>

#include "base/json.h"
#include "estate/byok.h"
#include "tests/fuzz/fuzz.h"

#define KID "https://pool-a.managedhsm.azure.net/keys/kek/" \
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define AT INT64_C(1795500000000)
#define PLAIN 32	/* bytes in the blobs of the seeds */

/* Its private half is thrown away; make_seeds reads it here. */
static const char pem[] =
    "-----BEGIN PUBLIC KEY-----\n"
    "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAxAwHy1Vg5L0dxFjcIign\n"
    "Ni+2gbwODx/NVIWKbxh/SjqxIyWNYVpQhsO7Wkab4UeTTOfOHN4tQ6PSuCUMnftB\n"
    "ClwcbjlMjb2uQ4hqgoIhxZmEenmrtpOofUqF5Czw4gI/Ldg9SQsX4zC4UMgUU+mY\n"
    "CL1tFOFn7XPkJIZboaCMLectdktxGMlrAII5hTIYrMkOZFKz3Q+5ar+SF8bXeT4M\n"
    "3ghUQ1C1Xpj5cTjklxLqCUGgqQLP/bq8HHdUSwLwAGkOzvZcaMxNet64cSKYWaFP\n"
    "EUoCTUb+98RbEcrSowpBWmGmliIZLLBvAg+GoRIBSUT/1o20/ff5hkOMMyfJPygN\n"
    "SwIDAQAB\n"
    "-----END PUBLIC KEY-----\n";
static struct est_kek kek;

void
fuzz_start(void)
{
	fuzz_ok(est_kek_read("kek", pem, sizeof pem - 1, KID, "pool-a", &kek,
	    NULL));
}

/* A KEK that is read is one: its size, its name, its fingerprint. */
static void
read_kek(const void *p, size_t len, const char *kid)
{
	struct kc_err err = { 0 };
	uint8_t hash[KC_SHA256];
	unsigned char *der = NULL;
	struct est_kek k;
	kc_result r;
	int n;

	fuzz_mark(&k, sizeof k);
	r = est_kek_read("the input", p, len, kid, "pool-a", &k, &err);
	if (!kc_ok(r)) {
		fuzz_failed(r, &err);
		fuzz_must(fuzz_marked(&k, sizeof k));
		return;
	}
	fuzz_must(k.bits == 2048 || k.bits == 3072 || k.bits == 4096);
	fuzz_must(strcmp(k.kid, kid) == 0);
	fuzz_must(strncasecmp(kid, KID, strlen("https://pool-a.managedhsm."
	    "azure.net/keys/")) == 0);
	n = i2d_PUBKEY(k.key, &der);
	fuzz_must(n > 0);
	fuzz_ok(kc_sha256_one(der, (size_t)n, hash, NULL));
	fuzz_must(memcmp(hash, k.sha256, KC_SHA256) == 0);
	OPENSSL_free(der);
	est_kek_free(&k);
}

static void
read_kid(const uint8_t *p, size_t len)
{
	struct kc_buf kid = { 0 };

	fuzz_ok(kc_buf_add(&kid, p, len, NULL));
	read_kek(pem, sizeof pem - 1, kc_buf_str(&kid));
	kc_buf_free(&kid);
}

/* What is taken says, in its own words, that this KEK only imports. */
static void
read_show(const uint8_t *p, size_t len)
{
	struct kc_err err = { 0 };
	json_t *o = NULL, *key, *ops;
	kc_result r = est_kek_shown(&kek, "the input", p, len, AT, &err);

	if (!kc_ok(r)) {
		fuzz_failed(r, &err);
		return;
	}
	fuzz_ok(kc_json_read("again", p, len, len, &o, NULL));
	key = json_object_get(o, "key");
	ops = json_object_get(key, "key_ops");
	if (ops == NULL)
		ops = json_object_get(key, "keyOps");
	fuzz_must(strcmp(json_string_value(json_object_get(key, "kid")),
	    KID) == 0);
	fuzz_must(json_array_size(ops) == 1);
	fuzz_must(strcmp(json_string_value(json_array_get(ops, 0)),
	    "import") == 0);
	fuzz_must(json_is_true(json_object_get(json_object_get(o,
	    "attributes"), "enabled")));
	json_decref(o);
}

/* A blob that is taken has the sizes it must have. */
static void
read_blob(const uint8_t *p, size_t len)
{
	struct kc_err err = { 0 };
	json_t *o = NULL;
	kc_result r = est_byok_check("the input", p, len, &kek, PLAIN, &err);
	const char *text;

	if (!kc_ok(r)) {
		fuzz_failed(r, &err);
		return;
	}
	fuzz_ok(kc_json_read("again", p, len, len, &o, NULL));
	text = json_string_value(json_object_get(o, "ciphertext"));
	fuzz_must(strlen(text) == (est_byok_bytes(2048, PLAIN) * 4 + 2) / 3);
	fuzz_must(json_object_size(o) == 4);
	fuzz_must(!kc_ok(est_byok_check("the input", p, len, &kek, PLAIN + 1,
	    NULL)));
	json_decref(o);
}

void
fuzz_one(const uint8_t *p, size_t len)
{
	switch (len > 0 ? p[0] : '\0') {
	case 'k':
		read_kek(p + 1, len - 1, KID);
		break;
	case 'u':
		read_kid(p + 1, len - 1);
		break;
	case 's':
		read_show(p + 1, len - 1);
		break;
	case 'b':
		read_blob(p + 1, len - 1);
		break;
	default:
		break;
	}
}

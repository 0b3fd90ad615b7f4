/* SPDX-License-Identifier: Apache-2.0
 *
 * Test vectors in Wycheproof's schema: ours of tests/data, and Wycheproof's
 * own where the folder of vectors is beside the repository.
 */
#ifndef KC_TESTS_VECTORS_H
#define KC_TESTS_VECTORS_H

#include "tests/check.h"

#include <jansson.h>
#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

/* struct t_oaep: how the cases of one file went. */
struct t_oaep {
	size_t valid, refused;	/* as the vectors say */
	size_t label;		/* valid, but with a label: refused */
	size_t other;		/* valid, but outside our lengths: refused */
};

/* t_own: a file of tests/data.  Caller: json_decref */
static inline json_t *
t_own(const char *name)
{
	json_error_t why;
	char path[128];
	json_t *o;

	(void)snprintf(path, sizeof path, "tests/data/%s.json", name);
	o = json_load_file(path, JSON_REJECT_DUPLICATES, &why);
	if (o == NULL)
		fail_msg("%s: %s", path, why.text);
	return o;
}

/* t_wycheproof: a file of Wycheproof; skips the test where it is absent. */
static inline json_t *
t_wycheproof(const char *name)
{
	const char *shared = getenv("CEREMONY_SHARED");
	json_error_t why;
	char path[600];
	json_t *o;

	(void)snprintf(path, sizeof path, "%s/vectors/wycheproof/%s.json",
	    shared != NULL ? shared : "../shared", name);
	o = json_load_file(path, 0, &why);
	if (o == NULL && json_error_code(&why) ==
	    json_error_cannot_open_file) {
		printf("skip: Wycheproof is not at %s\n", path);
		skip();
	}
	if (o == NULL)
		fail_msg("%s: %s", path, why.text);
	return o;
}

static inline const char *
t_str(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));

	if (s == NULL)
		fail_msg("a vector has no text '%s'", key);
	return s;
}

/* t_hex: a member in hex.  ret  caller: OPENSSL_free, also of no bytes */
static inline uint8_t *
t_hex(const json_t *o, const char *key, size_t *ret_len)
{
	const char *hex = t_str(o, key);
	long len = 0;
	uint8_t *p = hex[0] == '\0' ? OPENSSL_zalloc(1) :
	    OPENSSL_hexstr2buf(hex, &len);

	assert_non_null(p);
	*ret_len = (size_t)len;
	return p;
}

/* t_is: the verdict of a case is "valid" or "invalid".  A vector that one
 * may accept or not would need a decision: there is none in these files. */
static inline bool
t_is_valid(const json_t *test)
{
	const char *result = t_str(test, "result");

	if (strcmp(result, "valid") != 0 && strcmp(result, "invalid") != 0)
		fail_msg("case %lld is '%s': decide it", (long long)
		    json_integer_value(json_object_get(test, "tcId")),
		    result);
	return strcmp(result, "valid") == 0;
}

static inline long long
t_id(const json_t *test)
{
	return json_integer_value(json_object_get(test, "tcId"));
}

/* t_private: the private key of a group.  Caller: EVP_PKEY_free */
static inline EVP_PKEY *
t_private(const json_t *group)
{
	BIO *bio = BIO_new_mem_buf(t_str(group, "privateKeyPem"), -1);
	EVP_PKEY *key = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);

	assert_non_null(key);
	BIO_free(bio);
	return key;
}

/* t_for_each: fn for each case of a file; all of them are met. */
static inline void
t_for_each(const json_t *file, void (*fn)(void *ctx, const json_t *group,
    const json_t *test), void *ctx)
{
	json_t *groups = json_object_get(file, "testGroups");
	long long n = 0;

	for (size_t g = 0; g < json_array_size(groups); g++) {
		json_t *group = json_array_get(groups, g);
		json_t *tests = json_object_get(group, "tests");

		for (size_t i = 0; i < json_array_size(tests); i++, n++)
			fn(ctx, group, json_array_get(tests, i));
	}
	assert_true(n > 0);
	assert_int_equal(n, json_integer_value(json_object_get(file,
	    "numberOfTests")));
}

#endif

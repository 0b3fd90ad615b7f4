/* SPDX-License-Identifier: Apache-2.0
 *
 * Who signed a release response: the chain of the pool's host.
 */
#include <string.h>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "estate/look.h"
#include "estate/release_in.h"
#include "sd/pki.h"

kc_result
est_rel_certificates(struct est_rel *r, struct kc_err *err)
{
	kc_result e = est_jws_chain(&r->jws, r->chain, &r->n, err);

	if (!kc_ok(e))
		return est_rel_no(r, err, "the chain cannot be read: %s",
		    err->msg);
	for (size_t i = 0; i + 1 < r->n; i++)
		if (X509_check_issued(r->chain[i + 1], r->chain[i]) !=
		    X509_V_OK || X509_verify(r->chain[i],
		    X509_get0_pubkey(r->chain[i + 1])) != 1) {
			ERR_clear_error();
			return est_rel_no(r, err, "certificate %zu was not "
			    "issued by the next one", i);
		}
	est_rel_say(r, EST_REL_HOLDS, "%zu, each issued by the next", r->n);
	return e;
}

/* Roots from outside, and nothing of the system's. */
static kc_result
add_roots(struct est_rel *r, X509_STORE *store, struct kc_err *err)
{
	struct sd_text t = { r->ask->roots, r->ask->roots_len };
	size_t n = 0;
	kc_result e = KC_DONE;

	while (kc_ok(e) && t.len > 0) {
		struct kc_buf der = { 0 };
		const char *nl = memchr(t.p, '\n', t.len);
		X509 *x = NULL;

		/* Bundles have lines of text between their blocks. */
		if (!sd_pem_at(&t, SD_PEM_CERT)) {
			size_t line = nl != NULL ? (size_t)(nl - t.p) + 1 :
			    t.len;

			t.p += line;
			t.len -= line;
			continue;
		}
		e = sd_pem_next(&t, SD_PEM_CERT, &der, err);
		if (kc_ok(e))
			e = sd_pki_cert(der.p, der.len, &x, err);
		if (kc_ok(e) && (++n > EST_ROOTS_MAX ||
		    X509_STORE_add_cert(store, x) != 1))
			e = KC_FAIL(err, KC_ELIMIT, 0, "more than %d roots",
			    EST_ROOTS_MAX);
		X509_free(x);
		kc_buf_free(&der);
	}
	if (kc_ok(e) && n == 0)
		e = KC_FAIL(err, KC_EFORMAT, 0, "no certificate is in it");
	return kc_ok(e) ? e : kc_prefix(err, "%s", r->ask->roots_name);
}

/* X509_V_OK, or why not. */
static int
verify(struct est_rel *r, X509_STORE *store)
{
	X509_VERIFY_PARAM *param = X509_STORE_get0_param(store);
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	STACK_OF(X509) *others = sk_X509_new_null();
	int why = X509_V_ERR_OUT_OF_MEM;

	for (size_t i = 1; others != NULL && i < r->n; i++)
		(void)sk_X509_push(others, r->chain[i]);
	X509_VERIFY_PARAM_set_time(param, r->ask->at_ms / 1000);
	(void)X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_X509_STRICT);
	(void)X509_VERIFY_PARAM_set_purpose(param, X509_PURPOSE_SSL_SERVER);
	if (ctx != NULL && X509_STORE_CTX_init(ctx, store, r->chain[0],
	    others) == 1)
		why = X509_verify_cert(ctx) == 1 ? X509_V_OK :
		    X509_STORE_CTX_get_error(ctx);
	sk_X509_free(others);
	X509_STORE_CTX_free(ctx);
	ERR_clear_error();
	return why;
}

kc_result
est_rel_root(struct est_rel *r, struct kc_err *err)
{
	X509_STORE *store;
	kc_result e;
	int why;

	if (r->ask->roots == NULL) {
		est_rel_say(r, EST_REL_UNPROVED, "no roots were given: anyone "
		    "could have made this chain");
		return KC_DONE;
	}
	store = X509_STORE_new();
	if (store == NULL)
		return KC_FAIL(err, KC_ENOMEM, 0, "no memory for roots");
	e = add_roots(r, store, err);
	if (kc_ok(e)) {
		why = verify(r, store);
		if (why != X509_V_OK)
			e = est_rel_no(r, err, "the chain does not lead to one "
			    "of the roots: %s",
			    X509_verify_cert_error_string(why));
		else
			est_rel_say(r, EST_REL_HOLDS, "the chain leads to one "
			    "of the roots");
	}
	X509_STORE_free(store);
	return e;
}

kc_result
est_rel_host(struct est_rel *r, struct kc_err *err)
{
	struct est_host host;

	if (!est_host_read(r->ask->kid, &host))
		return KC_FAIL(err, KC_EUSAGE, 0, "'%.120s' is no key's URL",
		    r->ask->kid);
	if (X509_check_host(r->chain[0], host.name, strlen(host.name),
	    X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS |
	    X509_CHECK_FLAG_NEVER_CHECK_SUBJECT, NULL) != 1)
		return est_rel_no(r, err, "the signer's certificate is not of "
		    "%s", host.name);
	est_rel_say(r, EST_REL_HOLDS, "the signer's certificate is of %s",
	    host.name);
	return KC_DONE;
}

kc_result
est_rel_signature(struct est_rel *r, struct kc_err *err)
{
	EVP_PKEY *key = X509_get0_pubkey(r->chain[0]);
	kc_result e;

	if (key == NULL || !EVP_PKEY_is_a(key, "RSA") ||
	    EVP_PKEY_get_bits(key) < EST_RSA_MIN)
		return est_rel_no(r, err, "the signer's key is no RSA key of "
		    "%d bits or more", EST_RSA_MIN);
	e = est_jws_verify(&r->jws, key, err);
	if (!kc_ok(e))
		return est_rel_no(r, err, "%s", err->msg);
	est_rel_say(r, EST_REL_HOLDS, "RS256, by that certificate's key");
	return e;
}

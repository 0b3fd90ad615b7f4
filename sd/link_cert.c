/* SPDX-License-Identifier: Apache-2.0
 *
 * Links of the exchange certificate itself.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "base/clock.h"
#include "sd/link.h"

#define DOMAIN ".managedhsm.azure.net"
#define NAME_MAX_CHARS 253
#define OLD_CN "transfer-key"	/* of 2020, never with evidence */

kc_result
sd_link_self(struct sd_inquiry *j, struct kc_err *err)
{
	if (X509_get_signature_nid(j->cert) != NID_sha256WithRSAEncryption)
		return KC_FAIL(err, KC_EREFUSED, 0, "the certificate is not "
		    "signed with RSA and SHA-256");
	if (X509_NAME_cmp(X509_get_subject_name(j->cert),
	    X509_get_issuer_name(j->cert)) != 0)
		return KC_FAIL(err, KC_EREFUSED, 0,
		    "the certificate's issuer is not its subject");
	if (X509_verify(j->cert, X509_get0_pubkey(j->cert)) != 1)
		return KC_FAIL_SSL(err, KC_EREFUSED, "the certificate's own "
		    "signature does not hold; its key did not sign this name");
	sd_say(j, "its own key signed the certificate, name and evidence");
	return KC_DONE;
}

kc_result
sd_link_dates(struct sd_inquiry *j, struct kc_err *err)
{
	char at[KC_TIME_CHARS];
	kc_result r = sd_cert_dates(&j->x->cert, j->pins->at_ms, err);

	kc_clock_format(j->pins->at_ms, at);
	sd_say(j, "within its dates at %s", at);
	return r;
}

kc_result
sd_link_key(struct sd_inquiry *j, struct kc_err *err)
{
	int64_t from = 0, to = 0;
	kc_result r = sd_cert_span(&j->x->cert, &from, &to, err);

	/* Its dates are a link of their own. */
	if (kc_ok(r))
		r = sd_exchange_check(&j->x->cert, from, err);
	sd_say(j, "RSA %zu", j->x->cert.bits);
	return r;
}

kc_result
sd_link_use(struct sd_inquiry *j, struct kc_err *err)
{
	uint32_t flags = X509_get_extension_flags(j->cert);

	if ((flags & (EXFLAG_INVALID | EXFLAG_CRITICAL)) != 0)
		return KC_FAIL_SSL(err, KC_EREFUSED, "the certificate's "
		    "extensions are malformed, or critical and unknown");
	if ((flags & EXFLAG_CA) != 0)
		return KC_FAIL(err, KC_EREFUSED, 0, "the certificate is a CA");
	if ((flags & EXFLAG_KUSAGE) != 0 &&
	    (X509_get_key_usage(j->cert) & KU_KEY_ENCIPHERMENT) == 0)
		return KC_FAIL(err, KC_EREFUSED, 0,
		    "the certificate's key usage lacks keyEncipherment");
	sd_say(j, "no CA, may encipher keys");
	return KC_DONE;
}

/* A host name in ASCII: letters, digits, hyphen, dot. */
static bool
is_host(const char *s)
{
	size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.");

	return n > 0 && n <= NAME_MAX_CHARS && s[n] == '\0';
}

/* DNS names are compared without regard to case, whole: a pin without a dot
 * is the pool's short name in the public cloud. */
kc_result
sd_link_pool(struct sd_inquiry *j, struct kc_err *err)
{
	char pin[NAME_MAX_CHARS + sizeof DOMAIN];
	const char *pool = j->pins->pool;
	struct kc_buf cn = { 0 };
	kc_result r = sd_pki_cn(j->cert, &cn, err);

	if (!kc_ok(r))
		return r;
	if (!is_host(kc_buf_str(&cn)) ||
	    X509_NAME_entry_count(X509_get_subject_name(j->cert)) != 1) {
		r = KC_FAIL(err, KC_EREFUSED, 0, "the certificate's subject "
		    "is not one common name that is a host name");
		goto out;
	}
	if (!j->x->has_evidence && strcmp(kc_buf_str(&cn), OLD_CN) == 0) {
		r = sd_unproved(j, "a certificate of the old style, CN=%s, "
		    "names no pool", OLD_CN);
		goto out;
	}
	if (pool == NULL) {
		r = sd_unproved(j, "no pool name is pinned; the certificate "
		    "says %.200s", kc_buf_str(&cn));
		goto out;
	}
	if (strlen(pool) > NAME_MAX_CHARS || !is_host(pool)) {
		r = KC_FAIL(err, KC_EREFUSED, 0,
		    "the pinned pool name is no host name");
		goto out;
	}
	(void)snprintf(pin, sizeof pin, "%s%s", pool,
	    strchr(pool, '.') == NULL ? DOMAIN : "");
	if (strcasecmp(kc_buf_str(&cn), pin) != 0)
		r = KC_FAIL(err, KC_EREFUSED, 0, "the certificate is for "
		    "%.100s, not for %.100s", kc_buf_str(&cn), pin);
	else
		sd_say(j, "%.200s, as pinned", kc_buf_str(&cn));
out:
	kc_buf_free(&cn);
	return r;
}

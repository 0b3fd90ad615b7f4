/* SPDX-License-Identifier: Apache-2.0
 *
 * A key release response, link by link.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>

#include "base/text.h"
#include "estate/release_in.h"

static const char *const name[EST_REL_LINKS] = {
	[EST_REL_RESPONSE] = "response",
	[EST_REL_CERTIFICATES] = "certificates",
	[EST_REL_ROOT] = "root", [EST_REL_HOST] = "host",
	[EST_REL_SIGNATURE] = "signature", [EST_REL_KID] = "kid",
	[EST_REL_NONCE] = "nonce", [EST_REL_ENC] = "enc",
	[EST_REL_EXPORTABLE] = "exportable", [EST_REL_POLICY] = "policy",
	[EST_REL_ENVELOPE] = "envelope",
};

static est_rel_fn *const judge[EST_REL_LINKS] = {
	[EST_REL_CERTIFICATES] = est_rel_certificates,
	[EST_REL_ROOT] = est_rel_root, [EST_REL_HOST] = est_rel_host,
	[EST_REL_SIGNATURE] = est_rel_signature, [EST_REL_KID] = est_rel_kid,
	[EST_REL_NONCE] = est_rel_nonce, [EST_REL_ENC] = est_rel_enc,
	[EST_REL_EXPORTABLE] = est_rel_exportable,
	[EST_REL_POLICY] = est_rel_policy,
	[EST_REL_ENVELOPE] = est_rel_envelope,
};

static const char *const unproven[] = {
	("that the key inside the envelope is the one that was asked for: it "
	"was not opened"),
	"that the machine which asked still is what its token said",
	"that nobody else was given the key: each valid token gets it",
	"when it was released: the response has no time of its own",
};

const char *
est_release_name(enum est_release_link link)
{
	return name[link];
}

const char *
est_release_unproven(size_t i)
{
	return i < sizeof unproven / sizeof *unproven ? unproven[i] : NULL;
}

static void
say(struct est_rel *r, enum est_release_state state, const char *text)
{
	char *to = r->ret->text[r->at];
	struct kc_buf b = { 0 };

	r->ret->state[r->at] = state;
	if (kc_ok(kc_text_escape(text, strlen(text), &b, NULL)))
		(void)snprintf(to, EST_RELEASE_TEXT, "%s", kc_buf_str(&b));
	while (to[0] != '\0' && !kc_text_clean(to))
		to[strlen(to) - 1] = '\0';
	kc_buf_free(&b);
}

void
est_rel_say(struct est_rel *r, enum est_release_state state, const char *fmt,
    ...)
{
	char text[EST_RELEASE_TEXT];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	say(r, state, text);
}

kc_result
est_rel_no(struct est_rel *r, struct kc_err *err, const char *fmt, ...)
{
	char text[EST_RELEASE_TEXT];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	say(r, EST_REL_FAILS, text);
	return KC_FAIL(err, KC_EREFUSED, 0, "link %s: %s", name[r->at],
	    r->ret->text[r->at]);
}

/* {"value":"JWS"}, or the JWS alone. */
static kc_result
take_apart(struct est_rel *r, struct kc_err *err)
{
	const struct est_release_ask *ask = r->ask;
	const json_t *response = NULL;
	const char *value = NULL;
	json_t *top = NULL;
	kc_result e;

	if (est_jws_is(ask->p, ask->len)) {
		KC_TRY(e, est_jws_read(ask->name, ask->p, ask->len, &r->jws,
		    err));
	} else {
		KC_TRY(e, kc_json_read(ask->name, ask->p, ask->len,
		    EST_JWS_MAX, &top, err));
		if (json_object_get(top, "key") != NULL ||
		    json_is_object(json_object_get(top, "value"))) {
			e = KC_FAIL(err, KC_EFORMAT, 0, "%s: the shape of the "
			    "first examples, JSON without a signature: "
			    "nothing in it can be verified", ask->name);
			goto out;
		}
		KC_TRY(e, kc_json_str(top, ask->name, "value", &value, err));
		KC_TRY(e, est_jws_read(ask->name, value, strlen(value),
		    &r->jws, err));
	}
	KC_TRY(e, kc_json_obj(r->jws.payload, ask->name, "request",
	    &r->request, err));
	KC_TRY(e, kc_json_obj(r->jws.payload, ask->name, "response", &response,
	    err));
	KC_TRY(e, kc_json_obj(response, "response", "key", &r->bundle, err));
	KC_TRY(e, kc_json_obj(r->bundle, "response.key", "key", &r->key,
	    err));
	est_rel_say(r, EST_REL_HOLDS, "a signed response of a key release");
out:
	json_decref(top);
	return e;
}

kc_result
est_release_verify(const struct est_release_ask *ask, struct est_release *ret,
    struct kc_err *err)
{
	struct est_rel r = { .ask = ask, .ret = ret };
	struct kc_err why = { 0 };
	kc_result e, first = KC_DONE;

	KC_TRY(e, take_apart(&r, err));
	for (int i = EST_REL_CERTIFICATES; i < EST_REL_LINKS; i++) {
		r.at = (enum est_release_link)i;
		e = judge[i](&r, &why);
		if (!kc_ok(e) && e.code != KC_EREFUSED) {
			*err = why;
			goto out;
		}
		if (!kc_ok(e) && kc_ok(first)) {
			first = e;
			*err = why;
		}
		/* Who signed is the ground of all the rest. */
		if (!kc_ok(e) && i <= EST_REL_SIGNATURE)
			break;
	}
	e = first;
out:
	for (size_t i = 0; i < r.n; i++)
		X509_free(r.chain[i]);
	ERR_clear_error();	/* of certificates that nobody could read */
	est_jws_free(&r.jws);
	return e;
}

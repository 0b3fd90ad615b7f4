/* SPDX-License-Identifier: Apache-2.0
 *
 * Thumbprints of a wrapping set, for a register of keys (CMDB).
 */
#include <string.h>

#include <openssl/bn.h>
#include <openssl/x509.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/words.h"
#include "sd/cert.h"
#include "sd/data.h"

/* struct row: one certificate, in words of text. */
struct row {
	const char *file;
	size_t holder, bits;		/* holder counts from 1 */
	char sha256[KC_HEX], sha1[2 * SD_SHA1 + 1];
	char not_after[KC_TIME_CHARS];
	struct kc_buf subject, serial, x5t, words;
};

static void
row_free(struct row *w)
{
	kc_buf_free(&w->subject);
	kc_buf_free(&w->serial);
	kc_buf_free(&w->x5t);
	kc_buf_free(&w->words);
}

/* The subject in the form of RFC 4514, all of it ASCII: a name from outside
 * can move no cursor and end no field. */
static kc_result
subject(X509 *x, struct kc_buf *ret, struct kc_err *err)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *p = NULL;
	long n = 0;
	kc_result r;

	if (bio == NULL || X509_NAME_print_ex(bio, X509_get_subject_name(x),
	    0, XN_FLAG_RFC2253) < 0 || (n = BIO_get_mem_data(bio, &p)) < 0)
		r = KC_FAIL_SSL(err, KC_ENOMEM,
		    "a subject could not be written");
	else
		r = kc_buf_add(ret, p, (size_t)n, err);
	BIO_free(bio);
	return r;
}

static kc_result
serial(const X509 *x, struct kc_buf *ret, struct kc_err *err)
{
	BIGNUM *bn = ASN1_INTEGER_to_BN(X509_get0_serialNumber(x), NULL);
	char *hex = bn != NULL ? BN_bn2hex(bn) : NULL;
	kc_result r = hex == NULL ? KC_FAIL_SSL(err, KC_ENOMEM,
	    "a serial number could not be written") :
	    kc_buf_adds(ret, hex, err);

	OPENSSL_free(hex);
	BN_free(bn);
	return r;
}

static kc_result
row_make(const struct sd_cert *c, const char *file, size_t holder,
    struct row *w, struct kc_err *err)
{
	const unsigned char *at = c->der.p;
	X509 *x = d2i_X509(NULL, &at, (long)c->der.len);
	int64_t from = 0, to = 0;
	uint8_t sha1[SD_SHA1];
	kc_result r;

	*w = (struct row){ .file = file, .holder = holder, .bits = c->bits };
	if (x == NULL)
		return KC_FAIL_SSL(err, KC_ENOMEM,
		    "a certificate could not be read again");
	KC_TRY(r, sd_cert_span(c, &from, &to, err));
	kc_clock_format(to, w->not_after);
	kc_hex(c->x5t, KC_SHA256, w->sha256);
	KC_TRY(r, sd_cert_sha1(c, sha1, err));
	kc_hex(sha1, sizeof sha1, w->sha1);
	KC_TRY(r, subject(x, &w->subject, err));
	KC_TRY(r, serial(x, &w->serial, err));
	KC_TRY(r, sd_x5t_text(c->x5t, &w->x5t, err));
	r = kc_words(c->x5t, KC_SHA256, " ", &w->words, err);
out:
	X509_free(x);
	return r;
}

/* A field of RFC 4180: in quotes, quotes doubled. */
static kc_result
quoted(struct kc_buf *csv, const char *text, struct kc_err *err)
{
	kc_result r;

	KC_TRY(r, kc_buf_adds(csv, "\"", err));
	for (; *text != '\0'; text++)
		KC_TRY(r, kc_buf_addf(csv, err, *text == '"' ? "\"%c" : "%c",
		    *text));
	r = kc_buf_adds(csv, "\"", err);
out:
	return r;
}

static kc_result
to_csv(const struct row *w, struct kc_buf *csv, struct kc_err *err)
{
	kc_result r;

	KC_TRY(r, kc_buf_addf(csv, err, "%zu,%s,", w->holder, w->file));
	KC_TRY(r, quoted(csv, kc_buf_str(&w->subject), err));
	r = kc_buf_addf(csv, err, ",%s,%s,%zu,%s,%s,%s,%s\n",
	    kc_buf_str(&w->serial), w->not_after, w->bits, w->sha256,
	    kc_buf_str(&w->x5t), w->sha1, kc_buf_str(&w->words));
out:
	return r;
}

static json_t *
to_json(const struct row *w)
{
	return json_pack("{s:i,s:s,s:s,s:s,s:s,s:i,s:s,s:s,s:s,s:s}",
	    "holder", (int)w->holder, "file", w->file, "subject",
	    kc_buf_str(&w->subject), "serial", kc_buf_str(&w->serial),
	    "not_after", w->not_after, "bits", (int)w->bits, "sha256",
	    w->sha256, "x5t_256", kc_buf_str(&w->x5t), "sha1", w->sha1,
	    "words", kc_buf_str(&w->words));
}

kc_result
sd_set_thumbprints(const struct sd_cert *certs, const char *const *files,
    size_t n, size_t required, struct kc_buf *ret_csv,
    struct kc_buf *ret_json, struct kc_err *err)
{
	json_t *o = json_pack("{s:[],s:i}", "certificates", "required",
	    (int)required);
	struct row w = { 0 };
	kc_result r;

	KC_TRY(r, kc_buf_adds(ret_csv, "holder,file,subject,serial,not_after,"
	    "bits,sha256,x5t_256,sha1,words\n", err));
	for (size_t i = 0; i < n; i++) {
		KC_TRY(r, row_make(&certs[i], files[i], i + 1, &w, err));
		KC_TRY(r, to_csv(&w, ret_csv, err));
		KC_TRY(r, kc_json_add_new(json_object_get(o, "certificates"),
		    to_json(&w), err));
		row_free(&w);
	}
	KC_TRY(r, kc_json_canon(o, ret_json, err));
	r = kc_buf_adds(ret_json, "\n", err);
out:
	row_free(&w);
	json_decref(o);
	return r;
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * Making and destroying objects on the card.
 */
#include <string.h>

#include "tokens/object.h"
#include "tokens/proto.h"

#define TEMPLATE_MAX 16

/* struct plan: a template and how many of its last attributes a module may
 * refuse.  The least important comes last. */
struct plan {
	CK_ATTRIBUTE a[TEMPLATE_MAX];
	size_t n, must;
};

static CK_BBOOL yes = CK_TRUE, no = CK_FALSE;

static void
put(struct plan *p, CK_ATTRIBUTE_TYPE type, void *v, size_t len)
{
	p->a[p->n++] = (CK_ATTRIBUTE){ type, v, len };
}

static void
put_bool(struct plan *p, CK_ATTRIBUTE_TYPE type, bool v)
{
	put(p, type, v ? &yes : &no, sizeof yes);
}

/* Templates say everything: some modules' default is EXTRACTABLE. */
static void
private_plan(struct plan *p, enum tok_use use, uint8_t *id, size_t id_len)
{
	static char names[2][16] = { "wrapping", "signing" };
	char *label = names[use == TOK_SIGNING];

	put_bool(p, CKA_TOKEN, true);
	put_bool(p, CKA_PRIVATE, true);
	put(p, CKA_ID, id, id_len);
	put(p, CKA_LABEL, label, strlen(label));
	put_bool(p, CKA_SENSITIVE, true);
	put_bool(p, CKA_DECRYPT, use == TOK_WRAPPING);
	/* A wrapping key signs its own certificate and nothing else. */
	put_bool(p, CKA_SIGN, true);
	p->must = p->n;
	put_bool(p, CKA_EXTRACTABLE, false);
	put_bool(p, CKA_UNWRAP, false);
	put_bool(p, CKA_SIGN_RECOVER, false);
	put_bool(p, CKA_DERIVE, false);
}

static void
public_plan(struct plan *p, enum tok_use use, uint8_t *id, size_t id_len,
    CK_ULONG *bits)
{
	static char names[2][16] = { "wrapping", "signing" };
	static uint8_t f4[] = { 1, 0, 1 };
	char *label = names[use == TOK_SIGNING];

	put_bool(p, CKA_TOKEN, true);
	put(p, CKA_ID, id, id_len);
	put(p, CKA_LABEL, label, strlen(label));
	put(p, CKA_MODULUS_BITS, bits, sizeof *bits);
	put(p, CKA_PUBLIC_EXPONENT, f4, sizeof f4);
	put_bool(p, CKA_VERIFY, true);
	put_bool(p, CKA_ENCRYPT, use == TOK_WRAPPING);
	p->must = p->n;
	put_bool(p, CKA_PRIVATE, false);
	put_bool(p, CKA_WRAP, false);
	put_bool(p, CKA_VERIFY_RECOVER, false);
	put_bool(p, CKA_DERIVE, false);
}

static bool
about_template(CK_RV rv)
{
	return rv == CKR_ATTRIBUTE_TYPE_INVALID ||
	    rv == CKR_ATTRIBUTE_VALUE_INVALID ||
	    rv == CKR_ATTRIBUTE_READ_ONLY ||
	    rv == CKR_TEMPLATE_INCONSISTENT;
}

static kc_result
id_is_free(struct tok_mod *m, uint8_t *id, size_t id_len, struct kc_err *err)
{
	CK_ATTRIBUTE t = { CKA_ID, id, id_len };
	CK_OBJECT_HANDLE h[16];
	size_t n = 0;
	kc_result r = tok_obj_find(m, &t, 1, h, 16, &n, err);

	if (kc_ok(r) && n > 0) {
		r = KC_FAIL(err, KC_EEXISTS, 0, "the card holds %zu objects "
		    "with this id already", n);
		kc_certain(err, "nothing on the card was changed");
	}
	return r;
}

static kc_result
size_is_possible(struct tok_mod *m, size_t bits, struct kc_err *err)
{
	struct tok_info i;
	kc_result r = tok_mod_info(m, m->slot, &i, err);

	if (!kc_ok(r))
		return r;
	if (i.rsa_max == 0)
		return KC_FAIL(err, KC_ECARD, 0, "no RSA key is made through "
		    "%s: %s", m->profile->name, m->profile->limits);
	if (bits < i.rsa_min || bits > i.rsa_max)
		return KC_FAIL(err, KC_ECARD, 0, "the card makes RSA keys of "
		    "%lu to %lu bits, not %zu", i.rsa_min, i.rsa_max, bits);
	return r;
}

/* What came out is judged by reading it, not by what was asked. */
static kc_result
judge(struct tok_mod *m, CK_OBJECT_HANDLE priv, struct kc_err *err)
{
	int extractable = tok_obj_bool(m, priv, CKA_EXTRACTABLE);
	int sensitive = tok_obj_bool(m, priv, CKA_SENSITIVE);

	if (extractable == 1 || sensitive == 0)
		return KC_FAIL(err, KC_ECARD, 0, "the card made a key that "
		    "could leave it (EXTRACTABLE %d, SENSITIVE %d); it was "
		    "destroyed", extractable, sensitive);
	return KC_DONE;
}

/* The session is the user's again, whatever the work came to. */
static kc_result
back_to_user(struct tok_mod *m, kc_result r, struct kc_err *err)
{
	kc_result back = tok_mod_as_user(m, kc_ok(r) ? err : NULL);

	return kc_ok(r) ? back : r;
}

kc_result
tok_obj_generate(struct tok_mod *m, const uint8_t *id, size_t id_len,
    enum tok_use use, size_t bits, struct kc_err *err)
{
	CK_MECHANISM mech = { CKM_RSA_PKCS_KEY_PAIR_GEN, NULL, 0 };
	struct plan priv = { 0 }, pub = { 0 };
	CK_OBJECT_HANDLE hpub = 0, hpriv = 0;
	uint8_t want[TOK_ID_MAX];
	CK_ULONG size = bits;
	kc_result r;
	CK_RV rv;

	memcpy(want, id, id_len);
	KC_TRY(r, id_is_free(m, want, id_len, err));
	KC_TRY(r, size_is_possible(m, bits, err));
	KC_TRY(r, tok_mod_as_so(m, err));
	private_plan(&priv, use, want, id_len);
	public_plan(&pub, use, want, id_len, &size);
	/* A refused attribute: ask again without one, the least first. */
	for (;;) {
		rv = m->f->C_GenerateKeyPair(m->session, &mech, pub.a, pub.n,
		    priv.a, priv.n, &hpub, &hpriv);
		if (!about_template(rv))
			break;
		if (pub.n > pub.must)
			pub.n--;
		else if (priv.n > priv.must)
			priv.n--;
		else
			break;
	}
	r = rv == CKR_OK ? judge(m, hpriv, err) :
	    tok_ckr(err, rv, "generating a key pair");
	if (!kc_ok(r) && rv == CKR_OK) {
		(void)m->f->C_DestroyObject(m->session, hpriv);
		(void)m->f->C_DestroyObject(m->session, hpub);
	}
	r = back_to_user(m, r, err);
out:
	return r;
}

kc_result
tok_obj_destroy(struct tok_mod *m, const uint8_t *id, size_t id_len,
    struct kc_err *err)
{
	CK_OBJECT_HANDLE h[TOK_OBJECTS_MAX];
	uint8_t want[TOK_ID_MAX];
	CK_ATTRIBUTE t = { CKA_ID, want, id_len };
	size_t n = 0;
	kc_result r;
	CK_RV rv;

	if (id != NULL)
		memcpy(want, id, id_len);
	KC_TRY(r, tok_obj_find(m, &t, id != NULL ? 1 : 0, h, TOK_OBJECTS_MAX,
	    &n, err));
	for (size_t i = 0; i < n; i++) {
		rv = m->f->C_DestroyObject(m->session, h[i]);
		if (rv != CKR_OK)
			return tok_ckr(err, rv, "destroying an object");
	}
	KC_TRY(r, tok_obj_find(m, &t, id != NULL ? 1 : 0, h, TOK_OBJECTS_MAX,
	    &n, err));
	if (n > 0)
		r = KC_FAIL(err, KC_ECARD, 0,
		    "%zu objects are still on the card", n);
out:
	return r;
}

/* Not by an empty CKA_ID in the template: a module may take that for any. */
kc_result
tok_obj_sweep(struct tok_mod *m, size_t *ret_n, struct kc_err *err)
{
	static const CK_OBJECT_CLASS classes[] = { CKO_PRIVATE_KEY,
		CKO_PUBLIC_KEY, CKO_CERTIFICATE };
	CK_OBJECT_HANDLE h[TOK_OBJECTS_MAX];
	uint8_t id[TOK_ID_MAX];
	size_t n = 0, len = 0, swept = 0;
	kc_result r = KC_DONE;
	CK_RV rv;

	for (size_t c = 0; c < sizeof classes / sizeof *classes; c++) {
		CK_OBJECT_CLASS class = classes[c];
		CK_ATTRIBUTE t = { CKA_CLASS, &class, sizeof class };

		KC_TRY(r, tok_obj_find(m, &t, 1, h, TOK_OBJECTS_MAX, &n,
		    err));
		for (size_t i = 0; i < n; i++) {
			KC_TRY(r, tok_obj_bytes(m, h[i], CKA_ID, id,
			    sizeof id, &len, err));
			if (len > 0)
				continue;
			rv = m->f->C_DestroyObject(m->session, h[i]);
			if (rv != CKR_OK)
				return tok_ckr(err, rv,
				    "destroying an object without an id");
			swept++;
		}
	}
	*ret_n = swept;
out:
	return r;
}

/* --- certificates --- */

static kc_result
drop_certs(struct tok_mod *m, uint8_t *id, size_t id_len, struct kc_err *err)
{
	CK_OBJECT_CLASS class = CKO_CERTIFICATE;
	CK_ATTRIBUTE t[] = { { CKA_CLASS, &class, sizeof class },
		{ CKA_ID, id, id_len } };
	CK_OBJECT_HANDLE h[16];
	size_t n = 0;
	kc_result r = tok_obj_find(m, t, 2, h, 16, &n, err);

	/* An attestation certificate may share the id and not go away. */
	for (size_t i = 0; kc_ok(r) && i < n; i++)
		(void)m->f->C_DestroyObject(m->session, h[i]);
	return r;
}

static kc_result
read_back(struct tok_mod *m, CK_OBJECT_HANDLE h, const struct kc_buf *der,
    struct kc_err *err)
{
	uint8_t got[TOK_CERT_MAX];
	size_t len = 0;
	kc_result r = tok_obj_bytes(m, h, CKA_VALUE, got, sizeof got, &len,
	    err);

	if (kc_ok(r) && (len != der->len || memcmp(got, der->p, len) != 0))
		r = KC_FAIL(err, KC_ECARD, 0, "the card gives back another "
		    "certificate than was stored (%zu bytes, not %zu)", len,
		    der->len);
	return r;
}

/* The parts of a certificate a template repeats, as pointers into it. */
static kc_result
cert_parts(const struct kc_buf *der, struct plan *p, X509 **ret,
    uint8_t *serial, int serial_max, struct kc_err *err)
{
	const unsigned char *s = der->p;
	unsigned char *out = serial;
	const unsigned char *name = NULL;
	size_t name_len = 0;
	X509 *x = d2i_X509(NULL, &s, (long)der->len);
	int len;

	if (x == NULL)
		return KC_FAIL_SSL(err, KC_EBUG, "our certificate is none");
	len = i2d_ASN1_INTEGER(X509_get0_serialNumber(x), NULL);
	if (len < 0 || len > serial_max || X509_NAME_get0_der(
	    X509_get_subject_name(x), &name, &name_len) != 1) {
		X509_free(x);
		return KC_FAIL_SSL(err, KC_EBUG, "our certificate is odd");
	}
	len = i2d_ASN1_INTEGER(X509_get0_serialNumber(x), &out);
	put(p, CKA_VALUE, der->p, der->len);
	put(p, CKA_SUBJECT, (void *)(uintptr_t)name, name_len);
	p->must = p->n;
	put(p, CKA_ISSUER, (void *)(uintptr_t)name, name_len);
	put(p, CKA_SERIAL_NUMBER, serial, (size_t)len);
	put_bool(p, CKA_PRIVATE, false);
	*ret = x;
	return KC_DONE;
}

kc_result
tok_obj_store_cert(struct tok_mod *m, const uint8_t *id, size_t id_len,
    const struct kc_buf *der, struct kc_err *err)
{
	CK_OBJECT_CLASS class = CKO_CERTIFICATE;
	CK_CERTIFICATE_TYPE type = CKC_X_509;
	uint8_t want[TOK_ID_MAX], serial[40];
	CK_OBJECT_HANDLE h = 0;
	struct plan p = { 0 };
	X509 *x = NULL;
	kc_result r;
	CK_RV rv;

	memcpy(want, id, id_len);
	put(&p, CKA_CLASS, &class, sizeof class);
	put(&p, CKA_CERTIFICATE_TYPE, &type, sizeof type);
	put_bool(&p, CKA_TOKEN, true);
	put(&p, CKA_ID, want, id_len);
	KC_TRY(r, cert_parts(der, &p, &x, serial, sizeof serial, err));
	KC_TRY(r, tok_mod_as_so(m, err));
	r = drop_certs(m, want, id_len, err);
	if (kc_ok(r)) {
		do {
			rv = m->f->C_CreateObject(m->session, p.a, p.n, &h);
		} while (about_template(rv) && p.n-- > p.must);
		r = rv == CKR_OK ? read_back(m, h, der, err) :
		    tok_ckr(err, rv, "storing the certificate");
	}
	r = back_to_user(m, r, err);
out:
	X509_free(x);
	return r;
}

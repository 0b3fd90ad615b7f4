/* SPDX-License-Identifier: Apache-2.0
 *
 * A key wrapped by the card, in the card child: which one, may it leave, and
 * under what.
 *
 * The wrapping key is ours, drawn for this one answer: what a card wraps
 * under a key that nobody outside it has cannot be checked by anybody, and
 * modules differ in what they wrap: SoftHSM 2.6.1 adds zeros behind the
 * PKCS #8, and leaves the public half of an EC key out.
 */
#include "tokens/ops.h"

#include <string.h>

#include "tokens/extract.h"

#define AES_BYTES 32
#define FITS_MAX 32

/* PKCS #11 3.0, absent from older headers. */
#define MECH_KWP 0x210bUL
#define MECH_PAD 0x210aUL

static bool
class_fits(CK_OBJECT_CLASS class, const char *type)
{
	return type[0] == '\0' || strcmp(type, class == CKO_PRIVATE_KEY ?
	    "private" : "secret-key") == 0;
}

/* Every object of a class that fits; appended. */
static kc_result
find_class(struct tok_mod *m, CK_OBJECT_CLASS class,
    const struct tok_uri *uri, CK_OBJECT_HANDLE *ret, size_t *n,
    struct kc_err *err)
{
	struct tok_uri want = *uri;
	CK_ATTRIBUTE t[3] = { { CKA_CLASS, &class, sizeof class } };
	CK_ULONG count = 1;
	size_t found = 0;
	kc_result r;

	if (want.id_len != 0)
		t[count++] = (CK_ATTRIBUTE){ CKA_ID, want.id, want.id_len };
	if (want.object[0] != '\0')
		t[count++] = (CK_ATTRIBUTE){ CKA_LABEL, want.object,
			strlen(want.object) };
	KC_TRY(r, tok_obj_find(m, t, count, ret + *n, FITS_MAX, &found,
	    err));
	*n += found;
out:
	return r;
}

static kc_result
find(struct tok_mod *m, const struct tok_uri *uri, CK_OBJECT_HANDLE *ret,
    bool *ret_secret, struct kc_err *err)
{
	CK_OBJECT_HANDLE h[2 * FITS_MAX] = { 0 };
	size_t n = 0, private;
	kc_result r = KC_DONE;

	if (class_fits(CKO_PRIVATE_KEY, uri->type))
		KC_TRY(r, find_class(m, CKO_PRIVATE_KEY, uri, h, &n, err));
	private = n;
	if (class_fits(CKO_SECRET_KEY, uri->type))
		KC_TRY(r, find_class(m, CKO_SECRET_KEY, uri, h, &n, err));
	if (n != 1) {
		r = KC_FAIL(err, KC_ECARD, 0, "%zu private or secret keys on "
		    "the card fit the URI: say which one with id=, object= "
		    "or type=", n);
		goto out;
	}
	*ret = h[0];
	*ret_secret = private == 0;
out:
	return r;
}

/* What the card says of leaving it: only a plain yes will do. */
static kc_result
may_leave(struct tok_mod *m, CK_OBJECT_HANDLE h, struct kc_err *err)
{
	int extractable = tok_obj_bool(m, h, CKA_EXTRACTABLE);

	if (extractable != 1)
		return KC_FAIL(err, KC_EREFUSED, 0, "this key may not leave "
		    "its card (CKA_EXTRACTABLE is %s): it was made so that no "
		    "copy can exist, and nobody can change that; make the key "
		    "in the HSM instead, or bring one that was made to be "
		    "carried", extractable == 0 ? "false" : "not told");
	if (tok_obj_bool(m, h, CKA_WRAP_WITH_TRUSTED) == 1)
		return KC_FAIL(err, KC_EREFUSED, 0, "this key leaves its card "
		    "only under a key that the card's SO trusts "
		    "(CKA_WRAP_WITH_TRUSTED), and none is ours");
	return KC_DONE;
}

static kc_result
describe(struct tok_mod *m, CK_OBJECT_HANDLE h, struct tok_extract *x,
    struct kc_err *err)
{
	size_t len = 0, skip = 0;
	kc_result r;

	KC_TRY(r, tok_obj_bytes(m, h, CKA_LABEL, x->label,
	    sizeof x->label - 1, &len, err));
	x->label[len] = '\0';
	if (strlen(x->label) != len)
		x->label[0] = '\0';
	x->sensitive = tok_obj_bool(m, h, CKA_SENSITIVE);
	x->local = tok_obj_bool(m, h, CKA_LOCAL);
	if (x->secret_key)
		goto out;
	KC_TRY(r, tok_obj_bytes(m, h, CKA_MODULUS, x->n, sizeof x->n,
	    &x->n_len, err));
	while (skip < x->n_len && x->n[skip] == 0)
		skip++;
	x->n_len -= skip;
	memmove(x->n, x->n + skip, x->n_len);
out:
	return r;
}

/* A session object with our value. */
static kc_result
put_aes(struct tok_mod *m, const struct kc_secret *aes,
    CK_OBJECT_HANDLE *ret, struct kc_err *err)
{
	static CK_OBJECT_CLASS class = CKO_SECRET_KEY;
	static CK_KEY_TYPE type = CKK_AES;
	static CK_BBOOL yes = CK_TRUE, no = CK_FALSE;
	CK_ATTRIBUTE t[] = {
		{ CKA_CLASS, &class, sizeof class },
		{ CKA_KEY_TYPE, &type, sizeof type },
		{ CKA_TOKEN, &no, sizeof no },
		{ CKA_PRIVATE, &yes, sizeof yes },
		{ CKA_SENSITIVE, &yes, sizeof yes },
		{ CKA_EXTRACTABLE, &no, sizeof no },
		{ CKA_WRAP, &yes, sizeof yes },
		{ CKA_VALUE, aes->p, aes->len },
	};
	CK_RV rv = m->f->C_CreateObject(m->session, t, sizeof t / sizeof *t,
	    ret);

	return rv == CKR_OK ? KC_DONE : tok_ckr(err, rv,
	    "laying an AES key for one wrapping");
}

/* RFC 5649 by its own mechanism, or by the one that some modules mean it
 * with; what comes is opened and judged by who asked. */
static kc_result
wrap(struct tok_mod *m, CK_OBJECT_HANDLE aes, CK_OBJECT_HANDLE h,
    struct kc_buf *ret, struct kc_err *err)
{
	static const CK_MECHANISM_TYPE ways[] = { MECH_KWP, MECH_PAD };
	uint8_t out[TOK_WRAPPED_MAX];
	CK_ULONG len = 0;
	CK_RV rv = CKR_MECHANISM_INVALID;

	for (size_t i = 0; i < 2 && rv == CKR_MECHANISM_INVALID; i++) {
		CK_MECHANISM mech = { ways[i], NULL, 0 };

		len = sizeof out;
		rv = m->f->C_WrapKey(m->session, &mech, aes, h, out, &len);
	}
	if (rv == CKR_MECHANISM_INVALID)
		return KC_FAIL(err, KC_ECARD, (long)rv, "the card wraps no "
		    "key with AES (CKM_AES_KEY_WRAP_KWP or _PAD), and it is "
		    "not asked for one in clear");
	if (rv != CKR_OK || len > sizeof out)
		return tok_ckr(err, rv, "wrapping the key");
	return kc_buf_add(ret, out, len, err);
}

static kc_result
extract(struct tok_mod *m, const struct tok_uri *uri,
    struct tok_extract *ret, struct kc_err *err)
{
	struct tok_extract x = { 0 };
	CK_OBJECT_HANDLE h = 0, aes = 0;
	kc_result r;

	KC_TRY(r, find(m, uri, &h, &x.secret_key, err));
	KC_TRY(r, may_leave(m, h, err));
	KC_TRY(r, describe(m, h, &x, err));
	KC_TRY(r, kc_secret_random(&x.aes, AES_BYTES, err));
	KC_TRY(r, put_aes(m, &x.aes, &aes, err));
	r = wrap(m, aes, h, &x.wrapped, err);
	(void)m->f->C_DestroyObject(m->session, aes);
	if (!kc_ok(r))
		goto out;
	*ret = x;
	x = (struct tok_extract){ 0 };
out:
	tok_extract_free(&x);
	return r;
}

kc_result
tok_child_extract(struct tok_child *c, struct kc_err *err)
{
	struct tok_extract x = { 0 };
	struct tok_uri uri = { 0 };
	struct tok_msg *m;
	kc_result r;

	tok_get_bytes(&c->in, uri.id, sizeof uri.id, &uri.id_len);
	tok_get_str(&c->in, uri.object, sizeof uri.object);
	tok_get_str(&c->in, uri.type, sizeof uri.type);
	if (!tok_msg_done(&c->in))
		return KC_FAIL(err, KC_EBUG, 0, TOK_NOT_UNDERSTOOD);
	KC_TRY(r, extract(&c->mod, &uri, &x, err));
	m = tok_child_item(c);
	tok_put_u32(m, x.secret_key);
	tok_put_str(m, x.label);
	tok_put_u32(m, (uint32_t)(x.sensitive + 1));
	tok_put_u32(m, (uint32_t)(x.local + 1));
	tok_put_bytes(m, x.n, x.n_len);
	tok_put_bytes(m, x.wrapped.p, x.wrapped.len);
	c->answer = x.aes;
	x.aes = (struct kc_secret){ 0 };
out:
	tok_extract_free(&x);
	return r;
}

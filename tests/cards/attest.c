/* SPDX-License-Identifier: Apache-2.0
 *
 * ATTEST F9: a certificate, signed by the card's own key F9, that says a
 * slot's key was made on this card.
 *
 * Extensions below 1.3.6.1.4.1.41482.3, as Yubico describes them: 3 firmware
 * (three bytes), 7 serial number (an INTEGER), 8 PIN and touch policy (two
 * bytes), 9 form factor (one byte).
 */
#include "tests/cards/card.h"

#include <openssl/err.h>

#include "tests/cards/x509.h"

#define YUBICO "1.3.6.1.4.1.41482.3."
#define LEAF_NAME "YubiKey PIV Attestation %02x"
#define FORM_KEYCHAIN_A 1

static bool
add_serial(X509 *x, uint32_t serial)
{
	ASN1_INTEGER *i = ASN1_INTEGER_new();
	uint8_t *der = NULL;
	int len;
	bool ok = i != NULL && ASN1_INTEGER_set_uint64(i, serial) == 1 &&
	    (len = i2d_ASN1_INTEGER(i, &der)) > 0 &&
	    piv_x509_octets(x, YUBICO "7", der, (size_t)len);

	OPENSSL_free(der);
	ASN1_INTEGER_free(i);
	return ok;
}

static bool
add_extensions(const struct piv_card *c, const struct piv_key *k, X509 *x)
{
	const uint8_t policy[2] = { k->pin_policy, k->touch_policy };
	const uint8_t form = FORM_KEYCHAIN_A;
	const uint32_t serial = c->attested_serial != 0 ?
	    c->attested_serial : c->serial;

	return piv_x509_octets(x, YUBICO "3", c->firmware,
	    sizeof c->firmware) &&
	    (!piv_firmware_from(c, 5, 0) || add_serial(x, serial)) &&
	    piv_x509_octets(x, YUBICO "8", policy, sizeof policy) &&
	    piv_x509_octets(x, YUBICO "9", &form, sizeof form);
}

/* The certificate in the object of F9; caller: X509_free. */
static X509 *
own_certificate(struct piv_card *c)
{
	const struct piv_object *o = piv_object(c, PIV_TAG_ATTEST);
	struct tlv t;
	const uint8_t *p;

	if (o == NULL || !tlv_find(o->data.p, o->data.len, 0x70, &t))
		return NULL;
	p = t.p;
	return d2i_X509(NULL, &p, (long)t.len);
}

uint16_t
piv_attest(struct piv_card *c, const struct apdu *a, struct tlv_out *ret)
{
	const struct piv_key *k = piv_key(c, a->p1);
	const struct piv_key *f9 = piv_key(c, PIV_REF_ATTEST);
	X509 *above = NULL, *x = NULL;
	char name[64];
	uint16_t sw = SW_FAULT;

	if (!piv_firmware_from(c, 4, 3))
		return SW_INS;
	if (k == NULL || k == f9 || a->p2 != 0)
		return SW_P1P2;
	if (k->key == NULL || f9->key == NULL)
		return SW_NOT_FOUND;
	if (k->imported)
		return SW_CONDITIONS;
	above = own_certificate(c);
	if (above == NULL) {
		sw = SW_CONDITIONS;
		goto out;
	}
	(void)snprintf(name, sizeof name, LEAF_NAME, a->p1);
	x = piv_x509_new(name, X509_get_subject_name(above), k->key);
	if (x != NULL && add_extensions(c, k, x) &&
	    X509_sign(x, f9->key, EVP_sha256()) > 0 && piv_x509_der(x, ret))
		sw = SW_OK;
out:
	X509_free(x);
	X509_free(above);
	ERR_clear_error();
	return sw;
}

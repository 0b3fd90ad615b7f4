/* SPDX-License-Identifier: Apache-2.0
 *
 * Certificates of the attestation chain.
 */
#ifndef KC_TESTS_CARDS_X509_H
#define KC_TESTS_CARDS_X509_H

#include <openssl/x509.h>

#include "tests/cards/tlv.h"

/* piv_x509_new: an unsigned certificate, version 3, random serial number,
 * valid from 2016 to 2049.
 *  subject  common name
 *  issuer   NULL: its own subject
 *  Returns NULL when memory runs out; caller: X509_free */
X509 *piv_x509_new(const char *subject, const X509_NAME *issuer,
    EVP_PKEY *key);

/* piv_x509_octets: an extension whose value is these bytes as they are. */
bool piv_x509_octets(X509 *x, const char *oid, const uint8_t *p,
    size_t len);

/* piv_x509_ca: basicConstraints CA, keyUsage keyCertSign, both critical.
 *  last  no CA below it: path length 0 */
bool piv_x509_ca(X509 *x, bool last);

/* piv_x509_der: the certificate's bytes, appended. */
bool piv_x509_der(X509 *x, struct tlv_out *ret);

#endif

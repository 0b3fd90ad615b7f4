/* SPDX-License-Identifier: Apache-2.0
 *
 * Evidence for a key, as a Managed HSM's exchange certificate carries it
 * (spec section 12): an SGX quote of version 3 in Open Enclave's wrapping.
 * No enclave is behind it: the rehearsal's PKI vouches for nothing.
 */
#ifndef KC_POOL_QUOTE_H
#define KC_POOL_QUOTE_H

#include "base/hash.h"
#include "pool/pki.h"

#define POOL_EVIDENCE_OID "1.2.840.113556.10.1.1"

/* The rehearsal's enclave signer and enclave are the SHA-256 of these. */
#define POOL_MRSIGNER_TEXT "REHEARSAL enclave signer of ceremony-pool"
#define POOL_MRENCLAVE_TEXT "REHEARSAL enclave of ceremony-pool"
#define POOL_ENCLAVE_PRODUCT 1
#define POOL_ENCLAVE_SVN 1
#define POOL_QE_SVN 8

/* pool_mrsigner: what a rehearsal's site file pins. */
KC_MUST kc_result pool_mrsigner(uint8_t ret[static KC_SHA256],
    struct kc_err *err);

/* pool_evidence: the extension's value for a public key.
 *  spki  DER SubjectPublicKeyInfo of the key that is vouched for
 *  ret   replaced
 *  Source: spec section 12; Intel SGX ECDSA quote library, quote v3 */
KC_MUST kc_result pool_evidence(const struct pool_pki *pki,
    const struct kc_buf *spki, struct kc_buf *ret, struct kc_err *err);

#endif

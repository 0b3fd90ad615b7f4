/* SPDX-License-Identifier: Apache-2.0
 *
 * The rehearsal's own provisioning PKI, in the shape of Intel's: a root, a
 * PCK Platform CA, a platform's PCK certificate and the signer of TCB
 * information.  Every subject says REHEARSAL; nothing outside trusts it.
 */
#ifndef KC_POOL_PKI_H
#define KC_POOL_PKI_H

#include <stdint.h>

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "base/buf.h"
#include "base/err.h"

#define POOL_ROOT_FILE "rehearsal-root.cer"	/* PEM, for the room */
#define POOL_PKI_FILE "rehearsal-pki.pem"	/* keys and certificates */

/* The platform that the PCK certificate describes. */
#define POOL_FMSPC "00606A000000"
#define POOL_PCEID "0000"
#define POOL_PCESVN 13
#define POOL_CPUSVN 16			/* bytes, and TCB components */
extern const uint8_t pool_cpusvn[POOL_CPUSVN];

enum pool_cert {
	POOL_ROOT,
	POOL_CA,		/* issues PCK certificates */
	POOL_PCK,		/* its key signs the quoting enclave's report */
	POOL_TCB,		/* its key signs TCB information */
	POOL_CERTS
};

/* A piece on its way, as a test may change it: a certificate or CRL before
 * it is signed, bytes before they are signed or sealed in.  What is handed
 * over is named behind each. */
enum pool_piece {
	POOL_PIECE_ROOT = POOL_ROOT,	/* X509 *, as the next three */
	POOL_PIECE_CA = POOL_CA,
	POOL_PIECE_PCK = POOL_PCK,
	POOL_PIECE_TCB = POOL_TCB,
	POOL_PIECE_QE_REPORT,	/* struct kc_buf *: 384 bytes */
	POOL_PIECE_QUOTED,	/* struct kc_buf *: header and report, 432 */
	POOL_PIECE_CHAIN,	/* struct kc_buf *: PEM and a NUL */
	POOL_PIECE_QUOTE,	/* struct kc_buf *: the signed whole */
	POOL_PIECE_EVIDENCE,	/* struct kc_buf *: with its outer header */
	POOL_PIECE_EXCHANGE,	/* X509 * */
	POOL_PIECE_TCB_INFO,	/* struct kc_buf *: JSON text */
	POOL_PIECE_QE_IDENTITY,	/* struct kc_buf *: JSON text */
	POOL_PIECE_ROOT_CRL,	/* X509_CRL * */
	POOL_PIECE_PCK_CRL,	/* X509_CRL * */
};

/* struct pool_edit: what sees each piece; the program itself has none. */
struct pool_edit {
	void *ctx;
	kc_result (*fn)(void *ctx, enum pool_piece piece, void *it,
	    struct kc_err *err);
};

struct pool_pki {
	struct {
		X509 *cert;
		EVP_PKEY *key;
	} of[POOL_CERTS];
	const struct pool_edit *edit;	/* NULL, or a test's */
};

/* pool_pki_make: new keys and certificates.
 *  edit  NULL, or a test's; kept in ret
 *  ret   caller: pool_pki_free */
KC_MUST kc_result pool_pki_make(const struct pool_edit *edit,
    struct pool_pki *ret, struct kc_err *err);
void pool_pki_free(struct pool_pki *p);

/* pool_pki_open: the PKI of the pools in dir; made at first use, and its
 *  root written for the room.  Under pool_lock.
 *  Errors: KC_EFORMAT a damaged file; KC_EIO */
KC_MUST kc_result pool_pki_open(const char *dir, struct pool_pki *ret,
    struct kc_err *err);

/* pool_pki_chain: append certificates as PEM, each followed by its issuer. */
KC_MUST kc_result pool_pki_chain(const struct pool_pki *p,
    enum pool_cert first, struct kc_buf *ret, struct kc_err *err);

/* pool_pki_issuer: who signed that certificate; the root itself. */
enum pool_cert pool_pki_issuer(enum pool_cert c);

/* pool_pki_extend: add extensions by OpenSSL's names for them.
 *  text     a section [x] of name=value lines, and what they refer to */
KC_MUST kc_result pool_pki_extend(X509 *cert, X509 *issuer, const char *text,
    struct kc_err *err);

/* pool_edit_piece: let the test see it. */
KC_MUST kc_result pool_edit_piece(const struct pool_edit *edit,
    enum pool_piece piece, void *it, struct kc_err *err);

/* pool_ecdsa: sign with a P-256 key, SHA-256; r and s as SGX wants them. */
KC_MUST kc_result pool_ecdsa(EVP_PKEY *key, const void *p, size_t len,
    uint8_t ret[static 64], struct kc_err *err);

#endif

/* SPDX-License-Identifier: Apache-2.0
 *
 * The security domain: the file that brings a Managed HSM back.  N holders'
 * certificates each wrap one share of a master key; M shares open it.
 * Bytes in, bytes out: no card, no screen, no file is written here.
 */
#ifndef KC_SD_DOMAIN_H
#define KC_SD_DOMAIN_H

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/secret.h"

#define SD_MAX_HOLDERS 10
#define SD_MAX_DATA 16
#define SD_FILE_MAX ((size_t)64 << 20)

/* struct sd_jwe: one compact JWE, its parts decoded; header is the ASCII
 * text as transmitted (it is authenticated). */
struct sd_jwe {
	struct kc_buf header;
	struct kc_buf ek;	/* encrypted key; empty for "dir" */
	struct kc_buf iv, ciphertext, tag;
};

struct sd_share {
	uint8_t x5t[KC_SHA256];	/* SHA-256 of the holder's certificate */
	struct sd_jwe jwe;
};

struct sd_datum {
	char tag[65];
	struct sd_jwe jwe;
};

/* struct sd_domain: a parsed, checked file (spec sections 5 and 10). */
struct sd_domain {
	size_t required;	/* M */
	size_t n_shares;	/* N */
	struct sd_share share[SD_MAX_HOLDERS];
	size_t n_data;
	struct sd_datum datum[SD_MAX_DATA];
};

/* sd_domain_read: parse and check everything that needs no key.
 *  name  for messages.  ret  caller: sd_domain_free
 *  Errors: KC_EFORMAT, KC_ELIMIT, KC_EALG, each with its place */
KC_MUST kc_result sd_domain_read(const char *name, const void *p, size_t len,
    struct sd_domain *ret, struct kc_err *err);
void sd_domain_free(struct sd_domain *d);

/* struct sd_key: a holder's private wrapping key, wherever it lives.
 *  name     for messages ("holder-2", "cert_0.key")
 *  x5t      SHA-256 of its certificate, if has_x5t; without it every share
 *           is tried
 *  unwrap   RSA-OAEP-256 of ek to a content encryption key in the secure
 *           heap; KC_EMAC or KC_ECARD when it does not decrypt */
struct sd_key {
	const char *name;
	bool has_x5t;
	uint8_t x5t[KC_SHA256];
	void *ctx;
	kc_result (*unwrap)(void *ctx, const uint8_t *ek, size_t len,
	    struct kc_secret *ret_cek, struct kc_err *err);
};

/* struct sd_opened: the outcome of opening.  master is in the secure heap;
 * share_of[i] is the share index of the i-th holder. */
struct sd_opened {
	struct kc_secret master;
	size_t n_keys;
	size_t share_of[SD_MAX_HOLDERS];
	bool one_share_fails;	/* see sd_share_constant */
	struct kc_buf warn;	/* sentences for people, one a line */
};

void sd_opened_free(struct sd_opened *o);

/* sd_open: unwrap the shares of the given keys, combine, and check the MAC
 *  of every datum.  Exactly M combine; every further one must agree.
 *  name  the domain file's, for messages
 *  Errors: KC_EQUORUM too few or the same holder twice; KC_EREFUSED a key of
 *  no holder, or the wrong share's holder by name; KC_EMAC the shares, or
 *  one datum; card errors pass through.  Nothing is returned then. */
KC_MUST kc_result sd_open(const char *name, const struct sd_domain *d,
    const struct sd_key *keys, size_t n_keys, struct sd_opened *ret,
    struct kc_err *err);

/* sd_share_unwrap: unwrap one share with one key and check it by itself;
 *  which share it is in *ret_index.  For steps that take one card at a
 *  time: keep the share in *ret (secure heap) until M are there. */
KC_MUST kc_result sd_share_unwrap(const char *name,
    const struct sd_domain *d, const struct sd_key *key, size_t *ret_index,
    struct kc_secret *ret_share, struct kc_err *err);

/* struct sd_given: a share that a holder gave. */
struct sd_given {
	const char *who;	/* for messages; not NULL */
	size_t index;		/* which share of the domain it is */
	struct kc_secret share;
};

/* sd_combine: shares (from sd_share_unwrap) to the checked master key; the
 *  second half of sd_open, with its errors.
 *  ret  caller: sd_opened_free; given stays the caller's */
KC_MUST kc_result sd_combine(const char *name, const struct sd_domain *d,
    const struct sd_given *given, size_t n, struct sd_opened *ret,
    struct kc_err *err);

/* sd_datum_open: decrypt datum i; plaintext in the secure heap if it fits,
 *  it is the HSM's own ciphertext otherwise: ret is wiped by
 *  sd_plain_free. */
struct sd_plain {
	uint8_t *p;
	size_t len;
};
KC_MUST kc_result sd_datum_open(const struct sd_domain *d, size_t i,
    const struct kc_secret *master, struct sd_plain *ret,
    struct kc_err *err);
void sd_plain_free(struct sd_plain *p);

/* struct sd_input: a datum to put into a new domain. */
struct sd_input {
	const char *tag;
	const void *p;
	size_t len;
};

/* struct sd_cert: a certificate that receives something. */
struct sd_cert {
	const char *name;	/* for messages */
	struct kc_buf der;
	struct kc_buf n, e;	/* modulus and exponent, big-endian */
	size_t bits;
	bool has_dates;		/* false: they cannot be read */
	int64_t from_ms, to_ms;	/* first and last moment, ms UTC */
	uint8_t x5t[KC_SHA256];
};

/* sd_cert_read: PEM (also 65 columns, no final newline) or DER, RSA only.
 *  Errors: KC_EFORMAT; KC_EREFUSED not RSA or below 2048 bits */
KC_MUST kc_result sd_cert_read(const char *name, const void *p, size_t len,
    struct sd_cert *ret, struct kc_err *err);
void sd_cert_free(struct sd_cert *c);
/* sd_cert_dates: KC_EEXPIRED when at (ms UTC) is outside its dates. */
KC_MUST kc_result sd_cert_dates(const struct sd_cert *c, int64_t at_ms,
    struct kc_err *err);

/* sd_split: a new domain: fresh master key, shares for certs, data.
 *  ret_json  the file's bytes.  Checks: 3 <= N <= 10, 2 <= M <= N,
 *  no certificate or key twice. */
KC_MUST kc_result sd_split(const struct sd_cert *certs, size_t n_certs,
    size_t required, const struct sd_input *data, size_t n_data,
    struct kc_buf *ret_json, struct kc_err *err);

/* sd_restore_blob: re-encrypt every datum under a fresh master key wrapped
 *  for the exchange certificate (spec section 7).
 *  The caller has ratified exchange; dates and size are checked here. */
KC_MUST kc_result sd_restore_blob(const struct sd_domain *d,
    const struct kc_secret *master, const struct sd_cert *exchange,
    int64_t at_ms, struct kc_buf *ret_json, struct kc_err *err);

/* sd_blob_open: the HSM's side: open a restore blob with the exchange key
 *  (stand-in pool, tests).  fn sees each datum's plaintext. */
KC_MUST kc_result sd_blob_open(const char *name, const void *p, size_t len,
    const struct sd_key *exchange_key,
    kc_result (*fn)(void *ctx, const char *tag, const struct sd_plain *plain,
    struct kc_err *err), void *ctx, struct kc_err *err);

/* sd_request_body: the download request for a wrapping set (section 4). */
KC_MUST kc_result sd_request_body(const struct sd_cert *certs,
    size_t n_certs, size_t required, struct kc_buf *ret_json,
    struct kc_err *err);

/* sd_request_read: the stand-in pool's side of it. */
KC_MUST kc_result sd_request_read(const char *name, const void *p,
    size_t len, struct sd_cert *ret, size_t max, size_t *ret_n,
    size_t *ret_required, struct kc_err *err);

/* sd_set_check: the rules for a new wrapping set: N, M, no duplicate key or
 *  certificate, dates at at_ms, key usage, the signature of a self-signed
 *  certificate, and sd_hygiene of the keys.
 *  ret_warn  sentences for people, one a line (M = N, 2M <= N, the same
 *            subject twice, CA:TRUE...) */
KC_MUST kc_result sd_set_check(const struct sd_cert *certs, size_t n_certs,
    size_t required, int64_t at_ms, struct kc_buf *ret_warn,
    struct kc_err *err);

#endif

/* SPDX-License-Identifier: Apache-2.0
 *
 * An exchange certificate as it may reach the room: az's PEM, the key as
 * JSON, or the service's HTTP body around that.
 */
#ifndef KC_POOL_CARRIER_H
#define KC_POOL_CARRIER_H

#include <openssl/x509.h>

#include "base/buf.h"
#include "base/err.h"

enum pool_carrier {
	POOL_AS_PEM,	/* as az writes it: 65 columns, no final newline */
	POOL_AS_JWK,
	POOL_AS_BODY,	/* transfer_key is a string that holds the JWK */
	POOL_CARRIERS
};

/* pool_carrier_parse: from "pem", "jwk", "body".  Errors: KC_EUSAGE */
KC_MUST kc_result pool_carrier_parse(const char *name,
    enum pool_carrier *ret, struct kc_err *err);

/* pool_carrier_write: append. */
KC_MUST kc_result pool_carrier_write(X509 *cert, enum pool_carrier as,
    struct kc_buf *ret, struct kc_err *err);

#endif

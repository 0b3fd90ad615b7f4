/* SPDX-License-Identifier: Apache-2.0
 *
 * RFC 7512 URIs, strictly: known attributes only, each once.
 */
#ifndef KC_TOKENS_URI_H
#define KC_TOKENS_URI_H

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

/* struct tok_uri: empty strings and id_len 0 mean "not given". */
struct tok_uri {
	char token[33], manufacturer[33], serial[17], model[17];
	char object[65];
	char type[16];		/* "private", "cert"... or empty */
	uint8_t id[32];
	size_t id_len;
	bool has_slot;
	unsigned long slot;
	char module_path[1024];	/* ?module-path= */
	char pin_file[1024];	/* ?pin-source=file: , percent-decoded */
};

/* tok_uri_parse.  Refused with a sentence: pin-value (it would be in the
 *  process list), unknown attributes, doubled ones, bad escapes.
 *  Errors: KC_EUSAGE */
KC_MUST kc_result tok_uri_parse(const char *text, struct tok_uri *ret,
    struct kc_err *err);

/* tok_uri_format: the URI with model, manufacturer, serial, token and, if
 *  set, id, object and type; as p11tool writes it. */
KC_MUST kc_result tok_uri_format(const struct tok_uri *uri,
    struct kc_buf *ret, struct kc_err *err);

#endif

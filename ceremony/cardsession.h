/* SPDX-License-Identifier: Apache-2.0
 *
 * One card of the command line: found, named, logged in to.
 */
#ifndef KC_CEREMONY_CARDSESSION_H
#define KC_CEREMONY_CARDSESSION_H

#include "ceremony/keysource.h"
#include "tokens/extract.h"

/* struct cer_session: start as {0}; caller: cer_session_close. */
struct cer_session {
	struct tok_card *card;
	struct tok_uri uri;
	struct tok_info info;
	struct kc_buf name;	/* "card 'LABEL' (serial 1234)" */
};

/* cer_session_open: the card that a URI names, not logged in.
 *  rq  of it only how cards are found */
KC_MUST kc_result cer_session_open(struct cer_app *app,
    const struct cer_key_request *rq, const char *token,
    struct cer_session *ret, struct kc_err *err);
/* cer_session_login: with the PIN from descriptor pin_fd (NULL: the URI's
 *  file, the pad or the terminal), which is forgotten then. */
KC_MUST kc_result cer_session_login(struct cer_session *s, const char *pin_fd,
    struct kc_err *err);
void cer_session_close(struct cer_session *s);

/* cer_card_extract: rq's one token, logged in to; the key that its URI
 *  names, wrapped by the card.  ret_name: of the card, appended
 *  ret  caller: tok_extract_free */
KC_MUST kc_result cer_card_extract(struct cer_app *app,
    const struct cer_key_request *rq, struct tok_extract *ret,
    struct kc_buf *ret_name, struct kc_err *err);

#endif

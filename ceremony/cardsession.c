/* SPDX-License-Identifier: Apache-2.0
 *
 * One card of the command line.
 */
#include "ceremony/cardsession.h"

#include "ceremony/pin.h"
#include "ceremony/sitecards.h"

void
cer_session_close(struct cer_session *s)
{
	tok_close(&s->card);
	kc_buf_free(&s->name);
	*s = (struct cer_session){ 0 };
}

kc_result
cer_session_open(struct cer_app *app, const struct cer_key_request *rq,
    const char *token, struct cer_session *ret, struct kc_err *err)
{
	struct cer_site_cards cards = { 0 };
	struct tok_module m = { 0 };
	struct cer_session s = { 0 };
	kc_result r;

	KC_TRY(r, tok_uri_parse(token, &s.uri, err));
	if (rq->site != NULL) {
		KC_TRY(r, cer_site_cards_open(rq->site, &cards, err));
		KC_TRY(r, cer_site_cards_find(app->server, &cards, &s.uri,
		    &m, err));
	} else {
		KC_TRY(r, cer_module(rq->module, rq->module_env.v,
		    rq->module_env.n, &s.uri, &m, err));
	}
	KC_TRY(r, tok_open(app->server, &m, &s.uri, NULL, &s.card, err));
	KC_TRY(r, tok_info(s.card, &s.info, err));
	KC_TRY(r, kc_buf_addf(&s.name, err, "card '%s' (serial %s)",
	    s.info.label, s.info.serial));
	*ret = s;
	s = (struct cer_session){ 0 };
out:
	cer_session_close(&s);
	cer_site_cards_free(&cards);
	return r;
}

kc_result
cer_session_login(struct cer_session *s, const char *pin_fd,
    struct kc_err *err)
{
	struct kc_secret pin = { 0 };
	const char *name = kc_buf_str(&s->name);
	struct kc_buf what = { 0 };
	kc_result r;

	KC_TRY(r, kc_buf_addf(&what, err, "PIN of %s", name));
	KC_TRY(r, cer_card_pin(pin_fd, &s->uri, &s->info, kc_buf_str(&what),
	    &pin, err));
	r = tok_login(s->card, &pin, err);
	if (!kc_ok(r))
		r = kc_prefix(err, "%s", name);
out:
	kc_buf_free(&what);
	kc_secret_free(&pin);
	return r;
}

kc_result
cer_card_extract(struct cer_app *app, const struct cer_key_request *rq,
    struct tok_extract *ret, struct kc_buf *ret_name, struct kc_err *err)
{
	struct cer_session s = { 0 };
	kc_result r;

	KC_TRY(r, cer_session_open(app, rq, rq->token.v[0], &s, err));
	KC_TRY(r, cer_session_login(&s, rq->pin_fd.n > 0 ? rq->pin_fd.v[0] :
	    NULL, err));
	KC_TRY(r, kc_buf_adds(ret_name, kc_buf_str(&s.name), err));
	r = tok_extract(s.card, &s.uri, ret, err);
	if (!kc_ok(r))
		r = kc_prefix(err, "%s", kc_buf_str(&s.name));
out:
	cer_session_close(&s);
	return r;
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * The token commands: their table, and what they share.
 */
#include "ceremony/cmd_token.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/hash.h"
#include "ceremony/commands.h"
#include "ceremony/pin.h"
#include "tokens/profile.h"

/* Elapsed seconds, where someone is looking. */
static bool
show_elapsed(void *ctx, int64_t elapsed_ms)
{
	struct cer_token_cmd *c = ctx;

	if (elapsed_ms >= 1000 && isatty(STDERR_FILENO)) {
		(void)fprintf(stderr, "\r  the card is working: %lld s ",
		    (long long)(elapsed_ms / 1000));
		c->shown = true;
	}
	return true;
}

kc_result
cer_token_args(struct cer_token_cmd *c, const struct cer_opt *table, size_t n,
    size_t min_pos, size_t max_pos, int argc, char **argv,
    struct kc_err *err)
{
	struct cer_args *a = calloc(1, sizeof *a);
	kc_result r;

	if (a == NULL)
		return KC_FAIL(err, KC_ENOMEM, 0, "no memory for arguments");
	c->args = a;
	KC_TRY(r, cer_parse(table, n, min_pos, max_pos, argc, argv, a, err));
	if (a->n_pos > 0)
		KC_TRY(r, tok_uri_parse(a->pos[0], &c->uri, err));
	if (a->opt[O_SITE].given)
		return cer_site_cards_open(a->opt[O_SITE].v[0], &c->site,
		    err);
	r = cer_module(a->opt[O_MODULE].v[0], a->opt[O_ENV].v,
	    a->opt[O_ENV].n, &c->uri, &c->module, err);
out:
	return r;
}

kc_result
cer_token_open(struct cer_app *app, struct cer_token_cmd *c, struct kc_err *err)
{
	kc_result r;

	c->wait = (struct tok_wait){ show_elapsed, c };
	if (c->site.site != NULL)
		KC_TRY(r, cer_site_cards_find(app->server, &c->site, &c->uri,
		    &c->module, err));
	KC_TRY(r, tok_open(app->server, &c->module, &c->uri, &c->wait,
	    &c->card, err));
	r = tok_info(c->card, &c->info, err);
out:
	return r;
}

kc_result
cer_token_login(struct cer_token_cmd *c, struct kc_err *err)
{
	const char *fd = c->args->opt[O_PIN_FD].v[0];
	struct kc_secret pin = { 0 };
	char what[64];
	kc_result r;

	(void)snprintf(what, sizeof what, "PIN of card %s", c->info.serial);
	KC_TRY(r, cer_card_pin(fd, &c->uri, &c->info, what, &pin, err));
	r = tok_login(c->card, &pin, err);
out:
	kc_secret_free(&pin);
	return r;
}

kc_result
cer_token_so(struct cer_token_cmd *c, const char *fd, struct kc_err *err)
{
	const struct tok_profile *p = tok_profile_named(c->info.profile);
	struct kc_secret so = { 0 };
	kc_result r;

	if (p == NULL || !p->so_makes)
		return KC_DONE;
	KC_TRY(r, cer_pin(fd, NULL, NULL, "SO PIN (on PIV: the management "
	    "key in hex)", &so, err));
	r = tok_so_pin(c->card, &so, err);
out:
	kc_secret_free(&so);
	return r;
}

kc_result
cer_token_id(const struct cer_token_cmd *c, const char *text,
    uint8_t ret[static TOK_ID_MAX], size_t *ret_len, struct kc_err *err)
{
	size_t len = text != NULL ? strlen(text) / 2 : 0;

	if (text == NULL && c->uri.id_len > 0) {
		memcpy(ret, c->uri.id, c->uri.id_len);
		*ret_len = c->uri.id_len;
		return KC_DONE;
	}
	if (text == NULL)
		return KC_FAIL(err, KC_EUSAGE, 0,
		    "--id HEX (or id= in the URI) is missing");
	if (len == 0 || len > TOK_ID_MAX || strlen(text) != 2 * len ||
	    !kc_unhex(text, len, ret))
		return KC_FAIL(err, KC_EUSAGE, 0, "--id '%.70s' is not 1 to %d "
		    "bytes of hex", text, TOK_ID_MAX);
	*ret_len = len;
	return KC_DONE;
}

int
cer_token_done(struct cer_token_cmd *c, const char *name, kc_result r,
    const struct kc_err *err)
{
	if (c->shown)
		(void)fputc('\n', stderr);
	tok_close(&c->card);
	cer_site_cards_free(&c->site);
	free(c->args);
	c->args = NULL;
	return kc_ok(r) ? 0 : cer_report(name, err);
}

const struct cer_cmd cer_token_commands[] = {
	{ "token", "list", true, cer_token_list,
	  "[URI] (--site SITE | --module PATH) "
	  "[--module-env NAME=VALUE]... [--pins] [--json]",
	  "List the cards a module shows, or what it consists of" },
	{ "token", "show", true, cer_token_show,
	  "[URI] (--site SITE | --module PATH) [--pin-fd N] [--json]",
	  "Show a card and the keys on it" },
	{ "token", "probe", true, cer_token_probe,
	  "[URI] (--site SITE | --module PATH) [--pin-fd N] "
	  "[--attestation-root FILE] [--json]",
	  "Prove each key by a known answer: decrypt, sign" },
	{ "token", "init", true, cer_token_init,
	  "URI --label L --so-pin-fd N --pin-fd N [--puk-fd N] "
	  "(--site SITE | --module PATH)",
	  "Initialise a card: everything on it is lost" },
	{ "token", "generate", true, cer_token_generate,
	  "URI --id HEX --use wrapping|signing --bits N [--pin-fd N] "
	  "[--so-pin-fd N] [--json]",
	  "Make a key pair on the card" },
	{ "token", "certificate", true, cer_token_certificate,
	  "URI --id HEX --subject CN -o FILE [--pin-fd N] [--so-pin-fd N]",
	  "Make the key's self-signed certificate" },
	{ "token", "sign", true, cer_token_sign,
	  "URI --id HEX FILE -o SIG [--pin-fd N]",
	  "Sign a test text (beginning ceremony-test-v1)" },
	{ "token", "wipe", true, cer_token_wipe,
	  "URI [--yes-wipe SERIAL] [--pin-fd N]",
	  "Destroy every object on the card" },
	{ 0 },
};

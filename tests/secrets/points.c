/* SPDX-License-Identifier: Apache-2.0
 *
 * The memory scan's ceremony: where secrets are reported, and the moments at
 * which the scanner looks.  docs/secrets.md names the same phases.
 */
#include <string.h>

#include "tests/secrets/hook.h"

#include "sd/share.h"

kc_result
__wrap_tok_login(struct tok_card *card, const struct kc_secret *pin,
    struct kc_err *err)
{
	kc_result r;

	hook_secret("pin", pin);
	hook_phase("pin");
	r = __real_tok_login(card, pin, err);
	hook_phase("login");
	return r;
}

kc_result
__wrap_tok_set_pin(struct tok_card *card, const struct kc_secret *pin,
    struct kc_err *err)
{
	kc_result r;

	hook_secret("pin", pin);
	r = __real_tok_set_pin(card, pin, err);
	hook_phase("set-pin");
	return r;
}

kc_result
__wrap_tok_so_pin(struct tok_card *card, const struct kc_secret *so_pin,
    struct kc_err *err)
{
	kc_result r;

	hook_secret("so-pin", so_pin);
	r = __real_tok_so_pin(card, so_pin, err);
	hook_phase("so-login");
	return r;
}

kc_result
__wrap_tok_init(struct tok_card *card, const char *label,
    const struct kc_secret *so_pin, const struct kc_secret *pin,
    const struct kc_secret *puk, struct kc_err *err)
{
	kc_result r;

	hook_secret("so-pin", so_pin);
	hook_secret("pin", pin);
	hook_secret("puk", puk);
	r = __real_tok_init(card, label, so_pin, pin, puk, err);
	hook_phase("init");
	return r;
}

kc_result
__wrap_tok_generate(struct tok_card *card, const uint8_t *id, size_t id_len,
    enum tok_use use, size_t bits, struct tok_key *ret, struct kc_err *err)
{
	kc_result r = __real_tok_generate(card, id, id_len, use, bits, ret,
	    err);

	hook_phase("generate");
	return r;
}

kc_result
__wrap_tok_unwrap(struct tok_card *card, const uint8_t *id, size_t id_len,
    enum tok_oaep way, const uint8_t *ek, size_t ek_len,
    struct kc_secret *ret_cek, struct kc_err *err)
{
	kc_result r = __real_tok_unwrap(card, id, id_len, way, ek, ek_len,
	    ret_cek, err);

	if (kc_ok(r))
		hook_secret("cek", ret_cek);
	hook_phase("decrypt");
	return r;
}

kc_result
__wrap_tok_sign(struct tok_card *card, const uint8_t *id, size_t id_len,
    const uint8_t digest[static 32], struct kc_buf *ret_sig,
    struct kc_err *err)
{
	kc_result r = __real_tok_sign(card, id, id_len, digest, ret_sig, err);

	hook_phase("sign");
	return r;
}

void
__wrap_tok_close(struct tok_card **card)
{
	bool was = card != NULL && *card != NULL;

	__real_tok_close(card);
	if (was)
		hook_phase("close");
}

/* Every share's key comes by here, a card's or a file's. */
kc_result
__wrap_sd_jwe_decrypt_secret(const char *where, const struct sd_jwe *jwe,
    const struct kc_secret *cek, struct kc_secret *ret, struct kc_err *err)
{
	hook_secret("cek", cek);
	return __real_sd_jwe_decrypt_secret(where, jwe, cek, ret, err);
}

kc_result
__wrap_sd_share_check(const char *where, const struct kc_secret *share,
    uint32_t *ret_x, struct kc_err *err)
{
	hook_secret("share", share);
	hook_phase("unwrap");
	return __real_sd_share_check(where, share, ret_x, err);
}

kc_result
__wrap_sd_judge(const char *name, const struct sd_domain *d,
    const struct sd_given *given, size_t n, struct kc_secret *ret,
    struct kc_err *err)
{
	kc_result r;

	hook_phase("shares");
	r = __real_sd_judge(name, d, given, n, ret, err);
	if (kc_ok(r))
		hook_secret("master", ret);
	hook_phase("combine");
	return r;
}

kc_result
__wrap_sd_datum_open(const struct sd_domain *d, size_t i,
    const struct kc_secret *master, struct sd_plain *ret, struct kc_err *err)
{
	kc_result r = __real_sd_datum_open(d, i, master, ret, err);

	hook_phase("prove");
	return r;
}

kc_result
__wrap_sd_restore_blob(const struct sd_domain *d,
    const struct kc_secret *master, const struct sd_cert *exchange,
    int64_t at_ms, struct kc_buf *ret_json, struct kc_err *err)
{
	kc_result r = __real_sd_restore_blob(d, master, exchange, at_ms,
	    ret_json, err);

	hook_phase("restore");
	return r;
}

/* New shares, and the new master key of a restore blob. */
kc_result
__wrap_sd_jwe_wrap(const struct sd_cert *to, const struct kc_secret *plain,
    struct kc_buf *ret, struct kc_err *err)
{
	kc_result r;

	hook_secret(plain->len == SD_SHARE ? "new-share" : "new-master",
	    plain);
	r = __real_sd_jwe_wrap(to, plain, ret, err);
	hook_phase("wrap");
	return r;
}

kc_result
__wrap_tok_extract(struct tok_card *card, const struct tok_uri *uri,
    struct tok_extract *ret, struct kc_err *err)
{
	kc_result r = __real_tok_extract(card, uri, ret, err);

	if (kc_ok(r))
		hook_secret("card-aes", &ret->aes);
	hook_phase("extract");
	return r;
}

/* A key for a managed HSM, from a file or a card. */
static kc_result
target(kc_result r, const struct est_target *t)
{
	if (kc_ok(r))
		hook_secret("target", &t->plain);
	hook_phase("target");
	return r;
}

kc_result
__wrap_est_target_pem(const char *path, const struct kc_secret *password,
    struct est_target *ret, struct kc_err *err)
{
	return target(__real_est_target_pem(path, password, ret, err), ret);
}

kc_result
__wrap_est_target_oct(const char *path, struct est_target *ret,
    struct kc_err *err)
{
	return target(__real_est_target_oct(path, ret, err), ret);
}

kc_result
__wrap_est_target_wrapped(const char *name, const struct est_wrapped *w,
    struct est_target *ret, struct kc_err *err)
{
	return target(__real_est_target_wrapped(name, w, ret, err), ret);
}

kc_result
__wrap_est_byok_wrap(const struct est_kek *k, const struct est_target *t,
    const char *generator, struct kc_buf *ret, struct kc_err *err)
{
	kc_result r = __real_est_byok_wrap(k, t, generator, ret, err);

	hook_phase("byok");
	return r;
}

kc_result
__wrap_aud_append(struct aud_journal *j, const char *kind, const char *step,
    const struct aud_fact *facts, size_t n, uint64_t *ret_n,
    struct kc_err *err)
{
	kc_result r = __real_aud_append(j, kind, step, facts, n, ret_n, err);

	if (strcmp(kind, "step.done") == 0)
		hook_phase("step");
	else if (strcmp(kind, AUD_KIND_CP_END) == 0)
		hook_phase("checkpoint");
	else if (strcmp(kind, "suspend") == 0)
		hook_phase("suspend");
	return r;
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * The memory scan's ceremony: reports to the scanner, and the linker's names
 * of the calls that are wrapped.
 */
#ifndef KC_TESTS_SECRETS_HOOK_H
#define KC_TESTS_SECRETS_HOOK_H

#include "audit/journal.h"
#include "audit/sign.h"
#include "estate/byok.h"
#include "sd/domain.h"
#include "sd/jwe.h"
#include "sd/judge.h"
#include "tokens/card.h"
#include "tokens/extract.h"

#define HOOK_PLANT 64		/* bytes of a planted value */
#define HOOK_DRAWN 32		/* random secrets from this length on */

/* hook_secret: tell the scanner a secret; nothing outside the main process.
 */
void hook_secret(const char *kind, const struct kc_secret *s);

/* hook_phase: let the scanner look, and wait until it has. */
void hook_phase(const char *name);

/* HOOK(ret, name, args): what the linker makes of a wrapped call. */
#define HOOK(ret, name, ...) \
	ret __real_##name(__VA_ARGS__); \
	ret __wrap_##name(__VA_ARGS__)

HOOK(kc_result, kc_secret_heap, struct kc_err *);
HOOK(void, kc_secret_free, struct kc_secret *);
HOOK(kc_result, kc_secret_random, struct kc_secret *, size_t,
    struct kc_err *);
HOOK(kc_result, tok_login, struct tok_card *, const struct kc_secret *,
    struct kc_err *);
HOOK(kc_result, tok_set_pin, struct tok_card *, const struct kc_secret *,
    struct kc_err *);
HOOK(kc_result, tok_so_pin, struct tok_card *, const struct kc_secret *,
    struct kc_err *);
HOOK(kc_result, tok_init, struct tok_card *, const char *,
    const struct kc_secret *, const struct kc_secret *,
    const struct kc_secret *, struct kc_err *);
HOOK(kc_result, tok_generate, struct tok_card *, const uint8_t *, size_t,
    enum tok_use, size_t, struct tok_key *, struct kc_err *);
HOOK(kc_result, tok_unwrap, struct tok_card *, const uint8_t *, size_t,
    enum tok_oaep, const uint8_t *, size_t, struct kc_secret *,
    struct kc_err *);
HOOK(kc_result, tok_sign, struct tok_card *, const uint8_t *, size_t,
    const uint8_t[static 32], struct kc_buf *, struct kc_err *);
HOOK(void, tok_close, struct tok_card **);
HOOK(kc_result, sd_jwe_decrypt_secret, const char *, const struct sd_jwe *,
    const struct kc_secret *, struct kc_secret *, struct kc_err *);
HOOK(kc_result, sd_share_check, const char *, const struct kc_secret *,
    uint32_t *, struct kc_err *);
HOOK(kc_result, sd_judge, const char *, const struct sd_domain *,
    const struct sd_given *, size_t, struct kc_secret *, struct kc_err *);
HOOK(kc_result, sd_datum_open, const struct sd_domain *, size_t,
    const struct kc_secret *, struct sd_plain *, struct kc_err *);
HOOK(kc_result, sd_restore_blob, const struct sd_domain *,
    const struct kc_secret *, const struct sd_cert *, int64_t,
    struct kc_buf *, struct kc_err *);
HOOK(kc_result, sd_jwe_wrap, const struct sd_cert *,
    const struct kc_secret *, struct kc_buf *, struct kc_err *);
HOOK(kc_result, tok_extract, struct tok_card *, const struct tok_uri *,
    struct tok_extract *, struct kc_err *);
HOOK(kc_result, est_target_pem, const char *, const struct kc_secret *,
    struct est_target *, struct kc_err *);
HOOK(kc_result, est_target_oct, const char *, struct est_target *,
    struct kc_err *);
HOOK(kc_result, est_target_wrapped, const char *, const struct est_wrapped *,
    struct est_target *, struct kc_err *);
HOOK(kc_result, est_byok_wrap, const struct est_kek *,
    const struct est_target *, const char *, struct kc_buf *,
    struct kc_err *);
HOOK(kc_result, aud_append, struct aud_journal *, const char *, const char *,
    const struct aud_fact *, size_t, uint64_t *, struct kc_err *);

#endif

/* SPDX-License-Identifier: Apache-2.0
 *
 * Putting a stand-in pool in recovery.
 */
#include "pool/recovery.h"

#include "base/file.h"
#include "pool/exchange.h"
#include "pool/store.h"

/* A new key under the next free number; st is saved. */
static kc_result
new_exchange(const struct pool_recovery *how, const struct pool_pki *pki,
    struct pool_state *st, struct kc_buf *ret, struct kc_err *err)
{
	struct pool_exchange x = {
		.pool = st->name, .bits = how->bits,
		.pki = how->bare ? NULL : pki,
	};
	struct kc_buf key = { 0 }, cer = { 0 };
	int64_t number = st->exchange;
	kc_result r;

	do {
		number++;
		KC_TRY(r, pool_exchange_path(how->dir, st, number, "key",
		    &key, err));
		KC_TRY(r, pool_exchange_path(how->dir, st, number, "cer",
		    &cer, err));
	} while (kc_file_exists(kc_buf_str(&key)) ||
	    kc_file_exists(kc_buf_str(&cer)));
	KC_TRY(r, pool_exchange_new(&x, kc_buf_str(&key), kc_buf_str(&cer),
	    how->as, ret, err));
	st->exchange = number;
	st->mode = POOL_RECOVERY;
	r = pool_save(how->dir, st, err);
out:
	kc_buf_free(&cer);
	kc_buf_free(&key);
	return r;
}

kc_result
pool_init_recovery(const struct pool_recovery *how, struct kc_buf *ret,
    struct kc_err *err)
{
	struct pool_state st = { 0 };
	struct pool_pki pki = { 0 };
	struct kc_buf text = { 0 };
	int lock = -1;
	kc_result r;

	KC_TRY(r, pool_name_check(how->name, err));
	KC_TRY(r, pool_lock(how->dir, &lock, err));
	if (how->make && !pool_exists(how->dir, how->name))
		KC_TRY(r, pool_new(how->dir, how->name, &st, err));
	else
		KC_TRY(r, pool_load(how->dir, how->name, &st, err));
	if (st.mode == POOL_ACTIVE) {
		r = KC_FAIL(err, KC_EREFUSED, 0,
		    "the pool %s is active; recovery begins on a pool that "
		    "is not", how->name);
		goto out;
	}
	KC_TRY(r, pool_pki_open(how->dir, &pki, err));
	KC_TRY(r, new_exchange(how, &pki, &st, &text, err));
	kc_buf_free(ret);
	*ret = text;
	text = (struct kc_buf){ 0 };
out:
	kc_buf_free(&text);
	pool_pki_free(&pki);
	pool_unlock(lock);
	return r;
}

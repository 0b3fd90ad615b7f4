/* SPDX-License-Identifier: Apache-2.0
 *
 * The stand-in pools on disk: POOL/NAME/ holds pool.json, the plaintexts that
 * a real HSM never shows (data-N/TAG.bin) and its exchange keys.  Rehearsal
 * only: nothing here protects anything.
 */
#ifndef KC_POOL_STORE_H
#define KC_POOL_STORE_H

#include <stdint.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/hash.h"
#include "sd/domain.h"

#define POOL_NAME_MAX 24
#define POOL_MARK "REHEARSAL, made by ceremony-pool\n"

enum pool_mode {
	POOL_FRESH,		/* "NotActivated" */
	POOL_ACTIVE,		/* "Active" */
	POOL_RECOVERY,		/* "InRecovery": has an exchange key */
	POOL_MODES
};

/* struct pool_state: pool.json. */
struct pool_state {
	char name[POOL_NAME_MAX + 1];
	char created[KC_TIME_CHARS];
	enum pool_mode mode;
	int64_t exchange;	/* number of the exchange key; 0: none */
	int64_t data;		/* number of the data directory; 0: none */
	size_t n_tags;
	char tag[SD_MAX_DATA][65];
	char blob[KC_HEX];	/* SHA-256 of the blob it came from, or "" */
};

/* struct pool_data: the plaintexts, in order. */
struct pool_data {
	size_t n;
	struct {
		char tag[65];
		uint8_t *p;
		size_t len;
	} item[SD_MAX_DATA];
};

/* pool_data_add: copy one datum in.
 *  Errors: KC_EREFUSED a tag that is no file name or is there already;
 *  KC_ELIMIT too many */
KC_MUST kc_result pool_data_add(struct pool_data *d, const char *tag,
    const void *p, size_t len, struct kc_err *err);
/* pool_data_free: wipe and free; NULL-safe. */
void pool_data_free(struct pool_data *d);

const char *pool_mode_name(enum pool_mode mode);

/* pool_name_check: a Managed HSM's name: 3 to 24 letters, digits, '-',
 * beginning with a letter.  Errors: KC_EREFUSED */
KC_MUST kc_result pool_name_check(const char *name, struct kc_err *err);

/* pool_lock: one writer at a time; *ret_fd closes with the lock.
 *  dir   made when absent */
KC_MUST kc_result pool_lock(const char *dir, int *ret_fd, struct kc_err *err);

void pool_unlock(int fd);

bool pool_exists(const char *dir, const char *name);

/* pool_new: POOL/NAME/ with its first pool.json.  Errors: KC_EEXISTS */
KC_MUST kc_result pool_new(const char *dir, const char *name,
    struct pool_state *ret, struct kc_err *err);

/* pool_load: Errors: KC_EREFUSED no such pool; KC_EFORMAT */
KC_MUST kc_result pool_load(const char *dir, const char *name,
    struct pool_state *ret, struct kc_err *err);

/* pool_save: replace pool.json in one rename. */
KC_MUST kc_result pool_save(const char *dir, const struct pool_state *st,
    struct kc_err *err);

/* pool_path: POOL/NAME/<file> into ret (replacing what it held). */
KC_MUST kc_result pool_path(const char *dir, const char *name,
    const char *file, struct kc_buf *ret, struct kc_err *err);

/* pool_exchange_path: POOL/NAME/exchange-N.<ending> into ret. */
KC_MUST kc_result pool_exchange_path(const char *dir,
    const struct pool_state *st, int64_t number, const char *ending,
    struct kc_buf *ret, struct kc_err *err);

/* pool_store_data: write the plaintexts as the pool's next data directory
 * and note them in *st (not saved). */
KC_MUST kc_result pool_store_data(const char *dir, struct pool_state *st,
    const struct pool_data *data, struct kc_err *err);

/* pool_load_data: ret  caller: pool_data_free */
KC_MUST kc_result pool_load_data(const char *dir,
    const struct pool_state *st, struct pool_data *ret, struct kc_err *err);

#endif

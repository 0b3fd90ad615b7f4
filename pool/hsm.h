/* SPDX-License-Identifier: Apache-2.0
 *
 * What the HSM's side of the files does, for a stand-in pool on disk.
 */
#ifndef KC_POOL_HSM_H
#define KC_POOL_HSM_H

#include <jansson.h>

#include "base/buf.h"
#include "base/err.h"

/* pool_create: a fresh pool with random plaintexts of the real sizes, each
 *  beginning with POOL_MARK; the rehearsal's root is in dir then.
 *  Errors: KC_EEXISTS, KC_EREFUSED */
KC_MUST kc_result pool_create(const char *dir, const char *name,
    struct kc_err *err);

/* pool_download: activate: split the pool's domain for the certificates of
 *  the download request in that file.
 *  ret_sd  the security domain's bytes
 *  Errors: KC_EREFUSED no such pool, a pool in recovery, or a refused set;
 *  KC_EFORMAT */
KC_MUST kc_result pool_download(const char *dir, const char *name,
    const char *request, struct kc_buf *ret_sd, struct kc_err *err);

/* pool_upload: open a restore blob with the exchange key; the pool is active
 *  with its data then.  The blob that made a pool active may come again.
 *  source      compare with this pool's plaintexts; NULL: with none
 *  ret_result  {"data":{tag:sha256},"status":"Success",...} and a newline
 *  Errors: KC_EREFUSED not in recovery, or the data differ; what sd_blob_open
 *  refuses.  The pool is unchanged then. */
KC_MUST kc_result pool_upload(const char *dir, const char *name,
    const char *blob, const char *source, struct kc_buf *ret_result,
    struct kc_err *err);

/* pool_result: the poll answer's text.
 *  data  hashes by tag; stolen; NULL: none */
KC_MUST kc_result pool_result(const char *status, const char *details,
    json_t *data, struct kc_buf *ret, struct kc_err *err);

#endif

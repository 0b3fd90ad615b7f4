/* SPDX-License-Identifier: Apache-2.0
 *
 * Files: read once with a limit; written under a temporary name with O_EXCL,
 * synced, renamed without replacing, directory synced.  Nothing is ever
 * overwritten.
 */
#ifndef KC_BASE_FILE_H
#define KC_BASE_FILE_H

#include <sys/types.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/secret.h"

#define KC_FILE_MAX ((size_t)16 << 20)	/* default limit for an input */

/* kc_file_read: the whole regular file, at most max bytes, into ret.
 *  Errors: KC_EIO (names path and cause), KC_ELIMIT; ret empty on error */
KC_MUST kc_result kc_file_read(const char *path, size_t max,
    struct kc_buf *ret, struct kc_err *err);

/* kc_file_read_secret: the same into the secure heap, unbuffered. */
KC_MUST kc_result kc_file_read_secret(const char *path, size_t max,
    struct kc_secret *ret, struct kc_err *err);

/* kc_file_write_new: create path with exactly these bytes, mode 0600 or as
 *  given, durable on return.
 *  Errors: KC_EEXISTS when path exists; KC_EIO.  On error no file of that
 *  name was made by us and the temporary one is gone. */
KC_MUST kc_result kc_file_write_new(const char *path, const void *p,
    size_t len, mode_t mode, struct kc_err *err);

/* kc_file_reread: what is on the disk is what was written: read past the
 *  cache where the file system can (O_DIRECT), else after the cache was
 *  asked to forget the file.
 *  ret_past  which of the two
 *  Errors: KC_EIO, also for another byte, naming its place */
KC_MUST kc_result kc_file_reread(const char *path, const void *p, size_t len,
    bool *ret_past, struct kc_err *err);

/* kc_file_exists: something of that name is there (also a dead link). */
bool kc_file_exists(const char *path);

/* kc_file_check_new: KC_EEXISTS if path exists; asked before the work. */
KC_MUST kc_result kc_file_check_new(const char *path, struct kc_err *err);

/* kc_file_drop_temps: remove temporary files of interrupted writes in dir
 *  (names .*.kc-tmp-<16 hex>); for resume, under the directory's lock. */
KC_MUST kc_result kc_file_drop_temps(const char *dir, struct kc_err *err);

/* kc_dir_new: make a directory that must not exist, mode 0700, parent
 *  synced.  Errors: KC_EEXISTS, KC_EIO */
KC_MUST kc_result kc_dir_new(const char *path, struct kc_err *err);

/* kc_dir_publish: give the finished directory temp its name, never
 *  replacing; parent synced.  Errors: KC_EEXISTS, KC_EIO; temp stays then */
KC_MUST kc_result kc_dir_publish(const char *temp, const char *path,
    struct kc_err *err);

/* kc_dir_sync: fsync a directory. */
KC_MUST kc_result kc_dir_sync(const char *path, struct kc_err *err);

/* kc_path_join: "dir/name" into ret (replacing what it held). */
KC_MUST kc_result kc_path_join(const char *dir, const char *name,
    struct kc_buf *ret, struct kc_err *err);

#endif

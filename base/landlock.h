/* SPDX-License-Identifier: Apache-2.0
 *
 * Where a process may still write: Landlock, on kernels that have it.  A
 * kernel without it is reported, never refused (design: sandbox).
 */
#ifndef KC_BASE_LANDLOCK_H
#define KC_BASE_LANDLOCK_H

#include "base/err.h"

#define KC_WRITES_MAX 128

/* struct kc_writes: what may be written.
 *  path   a directory: everything below it; another file: itself.  What does
 *         not exist is left out, and so cannot be written
 *  alone  also: no signal to, and no abstract socket of, another process
 *         that did not come of this one */
struct kc_writes {
	const char *path[KC_WRITES_MAX];
	size_t n;
	bool alone;
};

/* kc_landlock_abi: the kernel's version of it; 0: it has none. */
int kc_landlock_abi(void);

/* kc_writes_add: one more.  Errors: KC_EBUG there are KC_WRITES_MAX */
KC_MUST kc_result kc_writes_add(struct kc_writes *w, const char *path,
    struct kc_err *err);

/* kc_writes_only: from now on, in this process and its children, files are
 *  made, written, cut, renamed and removed only there and in /dev/null, and
 *  nothing is executed; for good.  Without Landlock: nothing happens.
 *  Errors: KC_ESANDBOX */
KC_MUST kc_result kc_writes_only(const struct kc_writes *w,
    struct kc_err *err);

#endif

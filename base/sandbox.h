/* SPDX-License-Identifier: Apache-2.0
 *
 * What a process gives up before it touches anything from outside
 * (design: Seccomp before any module is loaded; no exec; environment
 * replaced; no core; not dumpable).
 */
#ifndef KC_BASE_SANDBOX_H
#define KC_BASE_SANDBOX_H

#include "base/err.h"

/* Sanitizers need ptrace at exit; a test proves release builds lack it. */
#if defined(__SANITIZE_ADDRESS__)
#define KC_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define KC_SANITIZED 1
#endif
#endif
#ifndef KC_SANITIZED
#define KC_SANITIZED 0
#endif

enum kc_sandbox {
	KC_SANDBOX_MAIN,	/* no socket of any family, no exec */
	KC_SANDBOX_CARD,	/* sockets of AF_UNIX only, no exec */
};

/* kc_env_replace: if the environment is not exactly the list this program
 *  runs with (PATH LANG TERM TZ HOME), start this program again with it.
 *  Returns only when it is, or on failure (KC_ESANDBOX).
 *  Call first in main, before threads and files. */
KC_MUST kc_result kc_env_replace(char **argv, struct kc_err *err);

/* kc_harden: no core file, not dumpable, umask 077.  In every process,
 *  again in every child. */
KC_MUST kc_result kc_harden(struct kc_err *err);

/* kc_sandbox_enter: load the filter for good; no_new_privs is set. */
KC_MUST kc_result kc_sandbox_enter(enum kc_sandbox kind, struct kc_err *err);

/* kc_swap_active: whether /proc/swaps lists anything; unreadable = true. */
bool kc_swap_active(void);
/* kc_swap_listed: the same of a file like it. */
bool kc_swap_listed(const char *path);

#endif

/* SPDX-License-Identifier: Apache-2.0
 *
 * Where a command may write (base/landlock.h): what it was told to, nothing
 * else.
 */
#ifndef KC_CEREMONY_WRITES_H
#define KC_CEREMONY_WRITES_H

#include "ceremony/room.h"

/* cer_writes_command: for a command that walks no ceremony: the directories
 *  that its options for outputs name (-o, --security-domain-file,
 *  --sd-file-restore-blob, --dir) lie in, and of `audit` the journal's, which
 *  an interrupted commit may have to be rolled back in.
 *  argv  what follows the command's name */
KC_MUST kc_result cer_writes_command(const char *group, int argc,
    char *const *argv, struct kc_err *err);

/* cer_writes_room: for a ceremony: its directory, the medium, where the
 *  export goes, the terminal, and in a rehearsal the software cards. */
KC_MUST kc_result cer_writes_room(const struct cer_room *room,
    struct kc_err *err);

/* cer_writes_module: what the site file says that a module writes. */
void cer_writes_module(const struct cer_module_def *def,
    struct tok_module *ret);

/* cer_writes_place: the directory to allow, so that the place can be written:
 *  itself; or, when it is a mount point or could become one (it is empty or
 *  not there), the nearest one above that is there, for what is mounted later
 *  is not below the directory that it hides.  Never "/".
 *  ret  replaced */
KC_MUST kc_result cer_writes_place(const char *place, struct kc_buf *ret,
    struct kc_err *err);

#endif

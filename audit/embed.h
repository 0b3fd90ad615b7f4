/* SPDX-License-Identifier: Apache-2.0
 *
 * Files that go into every export as they are.
 */
#ifndef KC_AUDIT_EMBED_H
#define KC_AUDIT_EMBED_H

extern const char aud_verify_py[], aud_verify_py_end[];
extern const char aud_readme[], aud_readme_end[];

#endif

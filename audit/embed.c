/* SPDX-License-Identifier: Apache-2.0
 *
 * verify.py and README.txt inside the program: the sandbox lets no export
 * depend on what is installed.
 */
#include "audit/embed.h"

__asm__(".pushsection .rodata\n"
    ".global aud_verify_py\n.global aud_verify_py_end\n"
    "aud_verify_py:\n.incbin \"audit/verify.py\"\n"
    "aud_verify_py_end:\n.byte 0\n"
    ".global aud_readme\n.global aud_readme_end\n"
    "aud_readme:\n.incbin \"audit/export-readme.txt\"\n"
    "aud_readme_end:\n.byte 0\n"
    ".popsection\n");

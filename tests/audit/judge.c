/* SPDX-License-Identifier: Apache-2.0
 *
 * The C verifier for many exports in one process: each line of standard input
 * is a path; the answer is a line "exit code, blank, message".
 */
#include <stdio.h>
#include <string.h>

#include "audit/verify.h"

int
main(void)
{
	const struct aud_verify nothing = { 0 };
	char path[4096];

	while (fgets(path, sizeof path, stdin) != NULL) {
		struct aud_verdict v = { 0 };
		struct kc_err err = { 0 };
		kc_result r;

		path[strcspn(path, "\n")] = '\0';
		r = aud_verify(path, &nothing, &v, &err);
		if (printf("%d %s\n", kc_ok(r) ? 0 : kc_exit(err.code),
		    kc_ok(r) ? "" : err.msg) < 0 || fflush(stdout) != 0)
			return 1;
		aud_verdict_free(&v);
	}
	return 0;
}

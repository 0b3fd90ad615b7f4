/* SPDX-License-Identifier: Apache-2.0
 *
 * The words of findings.
 */
#include "audit/finding.h"

const char *
aud_finding_word(const struct kc_err *err)
{
	static const char *const words[] = {
		[AUD_FOUND_GAP - AUD_FOUND_GAP] = "gap",
		[AUD_FOUND_ORDER - AUD_FOUND_GAP] = "order",
		[AUD_FOUND_CHAIN - AUD_FOUND_GAP] = "chain",
		[AUD_FOUND_RUN - AUD_FOUND_GAP] = "run",
		[AUD_FOUND_CLOCK - AUD_FOUND_GAP] = "clock",
		[AUD_FOUND_CUT - AUD_FOUND_GAP] = "cut",
		[AUD_FOUND_FORK - AUD_FOUND_GAP] = "fork",
		[AUD_FOUND_HEAD - AUD_FOUND_GAP] = "head",
		[AUD_FOUND_FOREIGN - AUD_FOUND_GAP] = "foreign-signer",
		[AUD_FOUND_STRIPPED - AUD_FOUND_GAP] = "too-few-signers",
		[AUD_FOUND_SIGNATURE - AUD_FOUND_GAP] = "signature",
		[AUD_FOUND_FILE - AUD_FOUND_GAP] = "file",
		[AUD_FOUND_FACT - AUD_FOUND_GAP] = "fact",
		[AUD_FOUND_OPEN - AUD_FOUND_GAP] = "open-exception",
	};
	long i = err->native - AUD_FOUND_GAP;

	if (kc_exit(err->code) != 1)
		return NULL;
	return i >= 0 && i < (long)(sizeof words / sizeof *words) ?
	    words[i] : "contradiction";
}

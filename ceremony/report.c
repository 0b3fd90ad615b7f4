/* SPDX-License-Identifier: Apache-2.0
 *
 * Errors and JSON for the command line.
 */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "ceremony/cmd.h"

static const char *
heading(enum kc_code code)
{
	switch (kc_exit(code)) {
	case 1:
		return "REFUSED";
	case 2:
		return "USAGE";
	case 3:
		return "MALFORMED";
	case 4:
		return "CARD";
	case 5:
		return "STOPPED";
	default:
		return "MACHINE";
	}
}

static void
put_escaped(const char *label, const char *text)
{
	struct kc_buf b = { 0 };

	if (text[0] == '\0')
		return;
	if (kc_ok(kc_text_escape(text, strlen(text), &b, NULL)))
		(void)fprintf(stderr, "  %-9s %s\n", label, kc_buf_str(&b));
	kc_buf_free(&b);
}

int
cer_report(const char *command, const struct kc_err *err)
{
	(void)fflush(stdout);
	(void)fprintf(stderr, "ceremony %s: %s: %s\n", command,
	    heading(err->code), kc_sentence(err->code));
	put_escaped("Found", err->msg);
	put_escaped("Certain", err->certain);
	put_escaped("Next", kc_next(err->code));
	return kc_exit(err->code);
}

int
cer_print_json(json_t *v, int exit_code)
{
	struct kc_buf b = { 0 };
	struct kc_err err = { 0 };
	int code = exit_code;

	if (v == NULL || !kc_ok(kc_json_canon(v, &b, &err)) ||
	    printf("%s\n", kc_buf_str(&b)) < 0 || fflush(stdout) != 0)
		code = 6;
	kc_buf_free(&b);
	json_decref(v);
	return code;
}

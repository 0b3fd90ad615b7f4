/* SPDX-License-Identifier: Apache-2.0
 *
 * Known-answer tests of what a ceremony stands on.
 */
#include "ceremony/selftest.h"

#include <string.h>

#include "base/b64.h"
#include "base/hash.h"
#include "base/words.h"
#include "sd/selftest.h"

static kc_result
test_sha256(struct kc_err *err)
{
	/* FIPS 180-2, appendix B.1 */
	uint8_t want[KC_SHA256], got[KC_SHA256];
	kc_result r = kc_sha256_one("abc", 3, got, err);

	if (!kc_ok(r))
		return r;
	if (!kc_unhex("ba7816bf8f01cfea414140de5dae2223"
	    "b00361a396177a9cb410ff61f20015ad", KC_SHA256, want) ||
	    memcmp(want, got, sizeof want) != 0)
		return KC_FAIL(err, KC_ESELFTEST, 0, "SHA-256 of \"abc\"");
	return KC_DONE;
}

static kc_result
test_words(struct kc_err *err)
{
	uint8_t back[2];
	kc_result r = kc_words_parse("aardvark Yucatan", 2, back, err);

	if (!kc_ok(r) || back[0] != 0 || back[1] != 0xff)
		return KC_FAIL(err, KC_ESELFTEST, 0, "PGP words 00 ff");
	return KC_DONE;
}

static const struct {
	const char *name;
	kc_result (*run)(struct kc_err *err);
} tests[] = {
	{ "sha-256", test_sha256 },
	{ "pgp-words", test_words },
};

kc_result
cer_selftest(struct kc_buf *ret_names, size_t *ret_n, struct kc_err *err)
{
	kc_result r = KC_DONE;

	*ret_n = 0;
	for (size_t i = 0; i < sizeof tests / sizeof *tests; i++) {
		KC_TRY(r, tests[i].run(err));
		KC_TRY(r, kc_buf_addf(ret_names, err, "%s ok\n",
		    tests[i].name));
		++*ret_n;
	}
	for (size_t i = 0; i < sd_selftests(); i++) {
		const char *name = "";

		KC_TRY(r, sd_selftest(i, &name, err));
		KC_TRY(r, kc_buf_addf(ret_names, err, "%s ok\n", name));
		++*ret_n;
	}
out:
	return r;
}

static int
cmd_selftest(struct cer_app *app, int argc, char **argv)
{
	static const struct cer_opt table[] = { { "--json", CER_FLAG, false } };
	struct cer_args a;
	struct kc_err err = { 0 };
	struct kc_buf names = { 0 };
	size_t n = 0;
	int code = 0;

	(void)app;
	if (!kc_ok(cer_parse(table, 1, 0, 0, argc, argv, &a, &err)) ||
	    !kc_ok(cer_selftest(&names, &n, &err)))
		code = cer_report("selftest", &err);
	else if (a.opt[0].given)
		code = cer_print_json(json_pack("{s:b,s:i}", "ok", 1,
		    "tests", (int)n), 0);
	else
		(void)printf("%s%zu self-tests passed\n", kc_buf_str(&names),
		    n);
	kc_buf_free(&names);
	return code;
}

const struct cer_cmd cer_selftest_commands[] = {
	{ "selftest", NULL, false, cmd_selftest, "[--json]",
	  "run the known-answer tests" },
	{ 0 },
};

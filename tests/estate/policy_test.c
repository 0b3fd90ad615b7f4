/* SPDX-License-Identifier: Apache-2.0
 *
 * Release policies: what the grammar refuses and where, each mistake that it
 * allows, and which two mean the same.
 */
#include "estate/policy.h"

#include "tests/check.h"

#define TEE "x-ms-isolation-tee."
#define SNP TEE "x-ms-sevsnpvm-"
#define HERE "https://sharedweu.weu.attest.azure.net"
#define ZERO8 "00000000"
#define HOST "ab" ZERO8 ZERO8 ZERO8 ZERO8 ZERO8 ZERO8 ZERO8 "000000"
#define C(claim, value) "{\"claim\":\"" claim "\",\"equals\":" value "}"
#define MINE C(SNP "hostdata", "\"" HOST "\"")
#define NO_DEBUG C(SNP "is-debuggable", "false")
#define A(url, group, list) "{\"authority\":\"" url "\",\"" group "\":[" list \
	"]}"
#define P(list) "{\"version\":\"1.0.0\",\"anyOf\":[" list "]}"
#define ALL(list) P(A(HERE, "allOf", list))
/* Nothing to find but notes. */
#define GOOD ALL(MINE "," NO_DEBUG)
#define WITH(more) ALL(MINE "," NO_DEBUG "," more)

static struct est_policy *
read_ok(const char *text)
{
	struct est_policy *p = calloc(1, sizeof *p);
	struct kc_err err = { 0 };

	assert_non_null(p);
	t_ok(est_policy_read("p.json", text, strlen(text), p, &err), &err);
	return p;
}

static void
drop(struct est_policy **p)
{
	est_policy_free(*p);
	free(*p);
	*p = NULL;
}

static const struct {
	const char *text, *says;
} malformed[] = {
	{ "[]", "p.json:1:1: a policy is an object of \"version\"" },
	{ "{\"version\":\"1.0.0\",\"anyof\":[]}", "has a capital O" },
	{ "{\"version\":\"1.0.0\",\"anyOf\":[],\"x\":1}", "nothing else" },
	{ "{\"version\":\"2\",\"anyOf\":[{}]}",
	  "p.json:1:12: \"version\" is not \"1.0.0\"" },
	{ P(""), "p.json:1:28: there are no authorities (anyOf)" },
	{ P("1"), "1:29: an authority is an object (anyOf[0])" },
	{ P("{\"authority\":7,\"allOf\":[]}"), "\"authority\" is no URL" },
	{ P("{\"authority\":\"a\",\"allOf\":[],\"anyOf\":[]}"),
	  "both \"allOf\" and \"anyOf\"" },
	{ P("{\"authority\":\"a\"}"), "\"allOf\" or \"anyOf\", and nothing" },
	{ P(A("a", "allOf", "")),
	  "\"allOf\" is no list, or an empty one (anyOf[0].allOf)" },
	{ ALL("{\"anyOf\":[]}"), "an empty one (anyOf[0].allOf[0].anyOf)" },
	{ ALL("7"), "a condition is an object (anyOf[0].allOf[0])" },
	{ ALL("{\"equals\":7}"), "neither a \"claim\"" },
	{ ALL("{\"anyOf\":[" MINE "],\"claim\":\"a\"}"),
	  "a group is \"allOf\" or \"anyOf\" alone" },
	{ ALL("{\"claim\":\"\",\"equals\":1}"), "\"claim\" is no name" },
	{ ALL("{\"claim\":\"a\"}"), "a \"claim\" and one operator" },
	{ ALL("{\"claim\":\"a\",\"equals\":1,\"less\":2}"),
	  "a \"claim\" and one operator" },
	{ ALL("{\"claim\":\"a\",\"equal\":1}"), "there is no such operator" },
	{ ALL(C("a", "null")), "a boolean, not null" },
	{ ALL(C("a", "1.5")), "a boolean, not a fraction" },
	{ ALL(C("a", "[1]")), "a string, an integer or a boolean (" },
	{ ALL("{\"claim\":\"a\",\"condition\":\"equals\",\"value\":1}"),
	  "of policies of version 0.2" },
	{ "{\"version\":\"0.2\",\"anyOf\":[" A(HERE, "allOf",
	  "{\"claim\":\"a\",\"condition\":\"less\",\"value\":1}") "]}",
	  "\"equals\" there" },
	{ ALL("{\"claim\":\"a\",\"equals\":1,\"equals\":2}"),
	  "p.json: line 1" },
	{ "{\"key\":{\"kid\":\"x\"}}", "the key has no release policy" },
	{ "{\"key\":{},\"releasePolicy\":{\"encodedPolicy\":\"{}\"}}",
	  "p.json: the policy in it, 1:1: a policy is an object" },
};

static void
each_break_of_the_grammar_is_told_with_its_place(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof malformed / sizeof *malformed; i++) {
		struct est_policy *p = calloc(1, sizeof *p);
		struct kc_err err = { 0 };

		assert_non_null(p);
		t_fails(est_policy_read("p.json", malformed[i].text,
		    strlen(malformed[i].text), p, &err), &err, KC_EFORMAT,
		    malformed[i].says);
		drop(&p);
	}
}

static void
a_tree_without_end_is_refused(void **state)
{
	struct est_policy *p = calloc(1, sizeof *p);
	struct kc_err err = { 0 };
	struct kc_buf b = { 0 };

	(void)state;
	assert_non_null(p);
	t_ok(kc_buf_adds(&b, "{\"version\":\"1.0.0\",\"anyOf\":[{\"authority\":"
	    "\"a\",\"allOf\":[" MINE, &err), &err);
	for (size_t i = 0; i < EST_CONDS_MAX; i++)
		t_ok(kc_buf_adds(&b, ",{\"claim\":\"a\",\"equals\":1}", &err),
		    &err);
	t_ok(kc_buf_adds(&b, "]}]}", &err), &err);
	t_fails(est_policy_read("p", b.p, b.len, p, &err), &err, KC_ELIMIT,
	    "more than 1024 conditions");
	drop(&p);
	p = calloc(1, sizeof *p);
	assert_non_null(p);
	b.len = 0;
	t_ok(kc_buf_adds(&b, "{\"version\":\"1.0.0\",\"anyOf\":[{\"authority\":"
	    "\"a\",\"allOf\":[", &err), &err);
	for (size_t i = 0; i < EST_POLICY_DEPTH; i++)
		t_ok(kc_buf_adds(&b, "{\"anyOf\":[", &err), &err);
	t_ok(kc_buf_adds(&b, MINE, &err), &err);
	for (size_t i = 0; i < EST_POLICY_DEPTH; i++)
		t_ok(kc_buf_adds(&b, "]}", &err), &err);
	t_ok(kc_buf_adds(&b, "]}]}", &err), &err);
	t_fails(est_policy_read("p", b.p, b.len, p, &err), &err, KC_ELIMIT,
	    "or 12 groups in each other");
	drop(&p);
	kc_buf_free(&b);
}

#define KEY(more) "{\"attributes\":{\"exportable\":true},\"key\":{\"kid\":" \
	"\"https://h/keys/k/0\"}," more "}"
#define LEAF "\\\"authority\\\":\\\"" HERE "\\\",\\\"allOf\\\":[{\\\"claim" \
	"\\\":\\\"secureboot\\\",\\\"equals\\\":true}]"
#define TEXT "{\\\"version\\\":\\\"1.0.0\\\",\\\"anyOf\\\":[{" LEAF "}]}"

static const struct {
	const char *code;
	enum est_severity severity;
	const char *text;
	size_t line, col;	/* 0: not looked at */
	const char *says;
} wrong[] = {
	{ "anybody", EST_ERROR, ALL(NO_DEBUG), 1, 29,
	  "any confidential machine of any tenant" },
	{ "anybody", EST_ERROR, ALL(NO_DEBUG ",{\"anyOf\":[" MINE ","
	  C("secureboot", "true") "]}"), 0, 0, "" },
	{ "debug", EST_ERROR, ALL(MINE), 0, 0, "a debugger is not excluded" },
	{ "debug", EST_WARNING, ALL(MINE "," C(TEE "x-ms-compliance-status",
	  "\"azure-compliant-cvm\"")), 0, 0, "but by the compliance status" },
	{ "secure-boot", EST_NOTE, GOOD, 0, 0, "not required" },
	{ "guest-debug", EST_NOTE, GOOD, 0, 0, "the guest's own kernel" },
	{ "opposite", EST_ERROR, WITH(C("x-ms-azurevm-kerneldebug-enabled",
	  "true")), 0, 0, "that can be debugged" },
	{ "migration", EST_NOTE, GOOD, 0, 0, "may be moved" },
	{ "vmpl", EST_NOTE, GOOD, 0, 0, "privilege levels" },
	{ "http", EST_ERROR, P(A("http://sharedweu.weu.attest.azure.net",
	  "allOf", MINE "," NO_DEBUG)), 1, 42, "is no https://HOST" },
	{ "authority-url", EST_ERROR, P(A(HERE ":443", "allOf", MINE ","
	  NO_DEBUG)), 0, 0, "is no https://HOST" },
	{ "authority-host", EST_ERROR, P(A("https://attest.example.net",
	  "allOf", MINE "," NO_DEBUG)), 0, 0, "no host of Azure Attestation" },
	{ "authority-test", EST_ERROR, P(A("https://sharedeus.eus.test.attest"
	  ".azure.net", "allOf", MINE "," NO_DEBUG)), 0, 0, "test instance" },
	{ "region", EST_ERROR, P(A("https://sharedeus.weu.attest.azure.net",
	  "allOf", MINE "," NO_DEBUG)), 0, 0, "'sharedeus.weu'" },
	{ "own-instance", EST_WARNING, P(A("https://ours.weu.attest.azure.net",
	  "allOf", MINE "," NO_DEBUG)), 0, 0, "somebody's own instance" },
	{ "authority-twice", EST_ERROR, P(A(HERE, "allOf", MINE) ","
	  A(HERE "/", "allOf", NO_DEBUG)), 0, 0, "there already (anyOf[0])" },
	{ "authorities", EST_NOTE, P(A(HERE, "allOf", MINE) ","
	  A("https://sharedneu.neu.attest.azure.net", "allOf", MINE)), 0, 0,
	  "any of the 2 authorities" },
	{ "slash", EST_NOTE, P(A(HERE, "allOf", MINE) ","
	  A("https://sharedneu.neu.attest.azure.net/", "allOf", MINE)), 0, 0,
	  "1 of 2 authorities end in '/'" },
	{ "operator", EST_WARNING, WITH("{\"claim\":\"secureboot\","
	  "\"notEquals\":false}"), 0, 0, "'notEquals' is documented" },
	{ "operator", EST_WARNING, WITH("{\"claim\":\"secureboot\","
	  "\"exists\":true}"), 0, 0, "asks for no value" },
	{ "type", EST_WARNING, WITH(C("secureboot", "\"true\"")), 0, 0,
	  "a boolean here, the policy a string" },
	{ "type", EST_WARNING, WITH(C(SNP "vmpl", "\"0\"")), 0, 0,
	  "a number here, the policy a string" },
	{ "type", EST_ERROR, WITH(C("secureboot", "1")), 0, 0,
	  "a boolean here: this value never" },
	{ "type", EST_ERROR, WITH(C(SNP "reportdata", "1")), 0, 0,
	  "a string here: this value never" },
	{ "hex", EST_ERROR, WITH(C(SNP "imageId", "\"02\"")), 0, 0,
	  "32 hex digits here, the policy 2 characters" },
	{ "hex-case", EST_ERROR, WITH(C(SNP "imageId", "\"AB" ZERO8 ZERO8
	  ZERO8 "000000\"")), 0, 0, "in lower case" },
	{ "all-zero", EST_ERROR, ALL(NO_DEBUG "," C(SNP "hostdata", "\"" ZERO8
	  ZERO8 ZERO8 ZERO8 ZERO8 ZERO8 ZERO8 ZERO8 "\"")), 0, 0,
	  "says nothing" },
	{ "version-pinned", EST_WARNING, WITH(C(SNP "tee-svn", "0")), 0, 0,
	  "the next firmware update" },
	{ "measurement-pinned", EST_WARNING, WITH(C(SNP "launchmeasurement",
	  "\"\"")), 0, 0, "advises against it" },
	{ "measurement-pinned", EST_WARNING, WITH(C(SNP "idkeydigest",
	  "\"\"")), 0, 0, "about once a year" },
	{ "token-mechanics", EST_WARNING, WITH(C("iss", "\"" HERE "\"")), 0, 0,
	  "iss is the token's own mechanics" },
	{ "opposite", EST_ERROR, ALL(MINE "," C(SNP "is-debuggable", "true")),
	  0, 0, "that can be debugged" },
	{ "opposite", EST_ERROR, WITH(C("secureboot", "\"false\"")), 0, 0,
	  "without secure boot" },
	{ "opposite", EST_ERROR, WITH(C(SNP "migration-allowed", "true")), 0,
	  0, "moved elsewhere" },
	{ "level", EST_ERROR, WITH(C(TEE "x-ms-attestation-type",
	  "\"azurevm\"")), 0, 0, "never azurevm" },
	{ "level", EST_WARNING, WITH(C("x-ms-attestation-type",
	  "\"sevsnpvm\"")), 0, 0, "a guest's token has azurevm" },
	{ "level", EST_ERROR, WITH(C("x-ms-sevsnpvm-vmpl", "0")), 0, 0,
	  "no token has both" },
	{ "array", EST_ERROR, WITH(C("x-ms-runtime.keys[0].kid", "\"x\"")), 0,
	  0, "never holds" },
	{ "unknown-claim", EST_WARNING, WITH(C("x-ms-azurevm-vmID", "\"x\"")),
	  0, 0, "no claim that this program knows" },
	{ "twice", EST_NOTE, WITH(NO_DEBUG), 0, 0, "there already" },
	{ "never", EST_ERROR, WITH(C(TEE "x-ms-attestation-type",
	  "\"sevsnpvm\"") "," C(TEE "x-ms-attestation-type", "\"tdxvm\"")), 0,
	  0, "cannot have two values" },
	{ "any-of-different", EST_ERROR, P(A(HERE, "anyOf", MINE ","
	  NO_DEBUG)), 1, 29, "the weakest decides" },
	{ "any-of-different", EST_WARNING, WITH("{\"anyOf\":["
	  C("secureboot", "true") "," C(SNP "vmpl", "0") "]}"), 0, 0,
	  "allOf was meant?" },
	{ "version", EST_WARNING, "{\"version\":\"0.2\",\"anyOf\":[" A(HERE,
	  "allOf", "{\"claim\":\"secureboot\",\"condition\":\"equals\","
	  "\"value\":true}") "]}", 0, 0, "API 7.0" },
	{ "immutable", EST_ERROR, KEY("\"releasePolicy\":{\"immutable\":false,"
	  "\"encodedPolicy\":\"" TEXT "\"}"), 0, 0, "puts another" },
	{ "exportable", EST_ERROR, "{\"attributes\":{\"exportable\":false},"
	  "\"key\":{},\"releasePolicy\":{\"encodedPolicy\":\"" TEXT "\"}}", 0,
	  0, "releases nothing" },
};

static const struct est_finding *
find(const struct est_findings *f, const char *code,
    enum est_severity severity, const char *says)
{
	for (size_t i = 0; i < f->n; i++)
		if (strcmp(f->is[i].code, code) == 0 &&
		    f->is[i].severity == severity &&
		    strstr(f->is[i].text, says) != NULL)
			return &f->is[i];
	return NULL;
}

static void
each_mistake_is_found(void **state)
{
	struct est_findings *f = calloc(1, sizeof *f);

	(void)state;
	assert_non_null(f);
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		struct est_policy *p = read_ok(wrong[i].text);
		const struct est_finding *x;

		memset(f, 0, sizeof *f);
		est_policy_find(p, f);
		x = find(f, wrong[i].code, wrong[i].severity, wrong[i].says);
		if (x == NULL)
			fail_msg("%s is not found in %s", wrong[i].code,
			    wrong[i].text);
		if (wrong[i].line > 0) {
			assert_int_equal(x->line, wrong[i].line);
			assert_int_equal(x->col, wrong[i].col);
		}
		drop(&p);
	}
	free(f);
}

/* Not red all the time: each code but notes is absent where it should be. */
static void
a_sound_policy_has_notes_alone(void **state)
{
	static const char *const sound[] = { GOOD,
		WITH(C("secureboot", "true") "," C(SNP "vmpl", "0") ","
		    C(SNP "migration-allowed", "false")),
		P(A("https://ours.weu.attest.azure.net", "allOf", NO_DEBUG ","
		    C("x-ms-policy-hash", "\"abc\""))),
		P(A(HERE, "allOf", C("x-ms-sgx-is-debuggable", "false") ","
		    C("x-ms-sgx-mrsigner", "\"" HOST "\""))),
		WITH("{\"anyOf\":[" C(TEE "x-ms-attestation-type",
		    "\"sevsnpvm\"") "," C(TEE "x-ms-attestation-type",
		    "\"tdxvm\"") "]}") };
	struct est_findings *f = calloc(1, sizeof *f);

	(void)state;
	assert_non_null(f);
	for (size_t i = 0; i < sizeof sound / sizeof *sound; i++) {
		struct est_policy *p = read_ok(sound[i]);

		memset(f, 0, sizeof *f);
		est_policy_find(p, f);
		if (f->count[EST_ERROR] + f->count[EST_WARNING] > 0)
			fail_msg("%s (%s) in %s", f->is[0].text,
			    f->is[0].code, sound[i]);
		drop(&p);
	}
	free(f);
}

static void
a_name_that_looks_like_a_claim_is_suggested(void **state)
{
	struct est_findings *f = calloc(1, sizeof *f);
	struct est_policy *p = read_ok(WITH(C(TEE "is_debuggable", "false")));
	const struct est_finding *x;

	(void)state;
	assert_non_null(f);
	est_policy_find(p, f);
	x = find(f, "unknown-claim", EST_WARNING, "");
	assert_non_null(x);
	assert_string_equal(x->fix, "Is '" SNP "is-debuggable' meant?");
	drop(&p);
	free(f);
}

static void
more_findings_than_there_is_room_for_are_counted(void **state)
{
	struct est_findings *f = calloc(1, sizeof *f);
	struct kc_buf b = { 0 };
	struct kc_err err = { 0 };
	struct est_policy *p;

	(void)state;
	assert_non_null(f);
	t_ok(kc_buf_adds(&b, "{\"version\":\"1.0.0\",\"anyOf\":[{\"authority\":"
	    "\"" HERE "\",\"allOf\":[" MINE, &err), &err);
	for (size_t i = 0; i < EST_FINDINGS_MAX + 50; i++)
		t_ok(kc_buf_addf(&b, &err, ",{\"claim\":\"z%zu\",\"equals\":1}",
		    i), &err);
	t_ok(kc_buf_adds(&b, "]}]}", &err), &err);
	p = read_ok(kc_buf_str(&b));
	est_policy_find(p, f);
	assert_int_equal(f->n, EST_FINDINGS_MAX);
	assert_int_equal(f->count[EST_WARNING], EST_FINDINGS_MAX + 50);
	drop(&p);
	kc_buf_free(&b);
	free(f);
}

static const struct {
	const char *approved, *got;
	const char *says[3];		/* none: the same */
	enum est_strength than;
} pairs[] = {
	{ GOOD, ALL(NO_DEBUG "," MINE), { 0 }, 0 },
	{ GOOD, "{\"anyOf\":[{\"allOf\":[{\"allOf\":[" MINE "]}," NO_DEBUG ","
	  NO_DEBUG "],\"authority\":\"https://SharedWEU.weu.attest.azure.net/"
	  "\"}],\"version\":\"1.0.0\"}", { 0 }, 0 },
	{ GOOD, ALL("{\"anyOf\":[" MINE "]}," NO_DEBUG), { 0 }, 0 },
	{ ALL(MINE), P(A(HERE, "anyOf", MINE)), { 0 }, 0 },
	{ GOOD, ALL(MINE), { "approved and not there: " SNP
	  "is-debuggable equals false" }, EST_WEAKER },
	{ ALL(MINE), GOOD, { "there and not approved: " SNP
	  "is-debuggable equals false" }, EST_STRONGER },
	{ WITH(C("secureboot", "true")), WITH(C("secureboot", "\"true\"")),
	  { "approved and not there: secureboot equals true",
	    "there and not approved: secureboot equals \"true\"" },
	  EST_OTHER },
	{ P(A(HERE, "anyOf", MINE "," NO_DEBUG)), P(A(HERE, "anyOf", MINE)),
	  { "approved and not there" }, EST_STRONGER },
	{ P(A(HERE, "anyOf", MINE)), P(A(HERE, "anyOf", MINE "," NO_DEBUG)),
	  { "there and not approved" }, EST_WEAKER },
	{ GOOD, P(A(HERE, "anyOf", MINE "," NO_DEBUG)),
	  { "approved is all(" }, EST_OTHER },
	{ GOOD, P(A(HERE, "allOf", MINE "," NO_DEBUG) ","
	  A("https://other.weu.attest.azure.net", "allOf", MINE)),
	  { "https://other.weu.attest.azure.net (anyOf[1]): there, and not "
	    "approved" }, EST_WEAKER },
	{ P(A(HERE, "allOf", MINE) "," A("https://b.weu.attest.azure.net",
	  "allOf", MINE)), ALL(MINE), { "(anyOf[1]): approved, and not there" },
	  EST_STRONGER },
	{ GOOD, P(A(HERE, "allOf", MINE "," NO_DEBUG) "," A(HERE "/", "allOf",
	  MINE)), { "(anyOf[1]): there, and not approved" }, EST_WEAKER },
	{ ALL("{\"anyOf\":[" MINE "," NO_DEBUG "]}," C("a", "1")),
	  ALL("{\"anyOf\":[" NO_DEBUG ",{\"anyOf\":[" MINE "]}]},"
	  C("a", "1")), { 0 }, 0 },
	{ ALL("{\"claim\":\"a\",\"less\":1}"), ALL(C("a", "1")),
	  { "a less 1", "a equals 1" }, EST_OTHER },
};

static void
policies_are_compared_by_what_they_mean(void **state)
{
	struct est_differences *d = calloc(1, sizeof *d);
	struct kc_err err = { 0 };

	(void)state;
	assert_non_null(d);
	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
		struct est_policy *a = read_ok(pairs[i].approved);
		struct est_policy *b = read_ok(pairs[i].got);
		size_t n = 0;

		memset(d, 0, sizeof *d);
		t_ok(est_policy_compare(a, b, d, &err), &err);
		while (n < 3 && pairs[i].says[n] != NULL)
			n++;
		if (d->n != n)
			fail_msg("pair %zu: %zu differences, not %zu: %s", i,
			    d->n, n, d->is[0].text);
		for (size_t k = 0; k < n; k++) {
			if (strstr(d->is[k].text, pairs[i].says[k]) == NULL)
				fail_msg("pair %zu: %s", i, d->is[k].text);
			assert_int_equal(d->is[k].than, pairs[i].than);
		}
		drop(&a);
		drop(&b);
	}
	free(d);
}

/* As a recording of the service shows it. */
static void
the_canonical_form_is_the_services(void **state)
{
	struct est_policy *p = read_ok("{\"version\": \"1.0.0\", \"anyOf\": "
	    "[{\"authority\": \"https://a/\", \"allOf\": [{\"equals\": "
	    "\"false\", \"claim\": \"x\"}]}]}");
	struct kc_buf canon = { 0 };
	struct kc_err err = { 0 };
	uint8_t sha[KC_SHA256], want[KC_SHA256];

	(void)state;
	t_ok(est_policy_canon(p, &canon, sha, &err), &err);
	assert_string_equal(kc_buf_str(&canon), "{\"anyOf\":[{\"allOf\":[{"
	    "\"claim\":\"x\",\"equals\":\"false\"}],\"authority\":"
	    "\"https://a/\"}],\"version\":\"1.0.0\"}");
	t_ok(kc_sha256_one(canon.p, canon.len, want, &err), &err);
	assert_memory_equal(sha, want, sizeof sha);
	kc_buf_free(&canon);
	drop(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    each_break_of_the_grammar_is_told_with_its_place),
		cmocka_unit_test(a_tree_without_end_is_refused),
		cmocka_unit_test(each_mistake_is_found),
		cmocka_unit_test(a_sound_policy_has_notes_alone),
		cmocka_unit_test(a_name_that_looks_like_a_claim_is_suggested),
		cmocka_unit_test(
		    more_findings_than_there_is_room_for_are_counted),
		cmocka_unit_test(policies_are_compared_by_what_they_mean),
		cmocka_unit_test(the_canonical_form_is_the_services),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

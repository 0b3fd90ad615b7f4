/* SPDX-License-Identifier: Apache-2.0
 *
 * Files of the estate: the first byte is the kind, 'a' a pool; definitions
 * and records stand beside a list of roles.  What is said is clean text and
 * adds up, and does not depend on how the JSON is written.
 */
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "estate/estate.h"
#include "tests/fuzz/fuzz.h"

#define ID "11111111-1111-4111-8111-111111111111"
#define ROLE "99999999-9999-4999-8999-999999999999"
#define AT INT64_C(1795500000000)

static const char roles[] = "[{\"principalId\":\"" ID "\",\"scope\":\"/\","
    "\"roleDefinitionId\":\"x/" ROLE "\",\"roleName\":\"own\"}]";
static struct est_approved approved;

void
fuzz_start(void)
{
	approved = (struct est_approved){ .site = true, .pool = "pool-a",
		.tenant = ID, .subscription = ID, .location = "westeurope",
		.sku = "Standard_B1", .retention_days = 90,
		.admins = { true, 1, { ID } }, .regions = { true, 0, { 0 } },
		.has_roles = true, .n_roles = 1, .n_custom = 1, .n_keys = 1,
		.role = { { ID, "User", "own", "/" } },
		.custom = { { "own", { true, 1, { "*sign*" } } } },
		.key = { { .name = "kek", .bits = 3072, .has_policy = true,
		.ops = { true, 1, { "import" } } } },
		.accounts = { true, 1, { "safe/c" } }, .backup_days = 30,
		.has_window = true, .to_ms = AT };
}

static kc_result
judge(enum est_kind kind, const void *p, size_t len,
    const struct est_approved *a, struct est_estate *ret, struct kc_err *err)
{
	struct est_file f = { kind, "the input", p, len };
	struct est_file list = { EST_KIND_ROLES, "roles", roles,
		sizeof roles - 1 };

	return kind < EST_KIND_JUDGED ?
	    est_check(&f, &f, 1, a, AT, ret, err) :
	    est_check(&list, &f, 1, a, AT, ret, err);
}

static void
adds_up(const struct est_estate *e)
{
	size_t n[3] = { 0, 0, 0 };

	fuzz_must(e->n > 0 && e->n <= EST_ASSERTIONS_MAX);
	for (size_t i = 0; i < e->n; i++) {
		n[e->is[i].truth]++;
		fuzz_must(e->is[i].text.len > 0);
		fuzz_must(kc_text_clean(kc_buf_str(&e->is[i].text)));
		for (size_t k = 0; k < i; k++)
			fuzz_must(strcmp(e->is[i].name, e->is[k].name) != 0);
	}
	fuzz_must(n[EST_FAILS] == e->fails && n[EST_UNKNOWN] == e->unknown);
	for (size_t i = 0; i < e->n_remarks; i++)
		fuzz_must(kc_text_clean(kc_buf_str(&e->remark[i])));
	fuzz_must(e->unsaid == 0 || e->n_remarks == EST_REMARKS_MAX);
}

/* The same value written another way is judged the same.  Not its hash,
 * which a record has; nor a SAS token, which is looked for in the bytes. */
static void
written_anew(enum est_kind kind, const uint8_t *p, size_t len,
    const struct est_estate *was)
{
	struct kc_buf canon = { 0 };
	struct est_estate e;
	json_t *v = NULL;

	if (kind == EST_KIND_BACKUP || kind >= EST_KIND_JUDGED || !kc_ok(
	    kc_json_read("x", p, len, EST_FILE_MAX, &v, NULL)))
		return;
	if (kc_ok(kc_json_canon(v, &canon, NULL)) &&
	    canon.len <= EST_FILE_MAX) {
		fuzz_ok(judge(kind, canon.p, canon.len, &approved, &e, NULL));
		fuzz_must(e.n == was->n);
		for (size_t i = 0; i < e.n; i++) {
			fuzz_must(strcmp(e.is[i].name, was->is[i].name) == 0);
			fuzz_must(e.is[i].truth == was->is[i].truth);
		}
		est_free(&e);
	}
	kc_buf_free(&canon);
	json_decref(v);
}

void
fuzz_one(const uint8_t *p, size_t len)
{
	static const struct est_approved nothing;
	struct kc_err err = { 0 };
	struct est_estate e;
	enum est_kind kind;
	kc_result r;

	if (len < 2)
		return;
	kind = (enum est_kind)((unsigned)(p[0] - 'a') % EST_KINDS);
	fuzz_mark(&e, sizeof e);
	r = judge(kind, p + 1, len - 1, &approved, &e, &err);
	if (!kc_ok(r)) {
		fuzz_failed(r, &err);
		fuzz_must(fuzz_marked(&e, sizeof e));
		return;
	}
	adds_up(&e);
	written_anew(kind, p + 1, len - 1, &e);
	est_free(&e);
	fuzz_ok(judge(kind, p + 1, len - 1, &nothing, &e, NULL));
	adds_up(&e);
	est_free(&e);
}

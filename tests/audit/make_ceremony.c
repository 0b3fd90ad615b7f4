/* SPDX-License-Identifier: Apache-2.0
 *
 * Writes a small ceremony directory DIR and its export OUT.
 * Usage: make_ceremony DIR OUT [unsigned] [open]
 */
#include "tests/audit/fixture.h"

static kc_result
begin(struct aud_journal *j, const char *dir, struct kc_err *err)
{
	char script[KC_HEX], site[KC_HEX], art[KC_HEX];
	struct kc_buf p = { 0 };
	kc_result r;

	KC_TRY(r, fix_write(dir, "script.yaml",
	    "title: test\npersonal: [person.name]\n", script, err));
	KC_TRY(r, fix_write(dir, "site.yaml", "nonce: 1\n", site, err));
	KC_TRY(r, kc_path_join(dir, "artifacts", &p, err));
	KC_TRY(r, kc_dir_new(kc_buf_str(&p), err));
	KC_TRY(r, fix_write(kc_buf_str(&p), "set.json", "{\"a\":1}\n", art,
	    err));
	KC_TRY(r, aud_run(j, err));
	KC_TRY(r, aud_append(j, "genesis", "", (struct aud_fact[]){
	    AUD_S("mode", "rehearsal"), AUD_S("script", script),
	    AUD_S("site", site), AUD_S("software", script),
	    AUD_I("signers.required", 2) }, 5, NULL, err));
	KC_TRY(r, aud_append(j, "run.begin", "", NULL, 0, NULL, err));
	KC_TRY(r, aud_append(j, "person", "roll-call", (struct aud_fact[]){
	    AUD_S("name", "Zo\xc3\xab \"<b>\" \\ |x|"),
	    AUD_B("present", true) }, 2, NULL, err));
	KC_TRY(r, aud_append(j, "card.intent", "a", (struct aud_fact[]){
	    AUD_S("command.id", "c1") }, 1, NULL, err));
	KC_TRY(r, aud_append(j, "card.done", "a", (struct aud_fact[]){
	    AUD_S("command.id", "c1") }, 1, NULL, err));
	r = aud_append(j, "artifact", "a", (struct aud_fact[]){
	    AUD_S("name", "set.json"), AUD_S("sha256", art),
	    AUD_I("bytes", 8) }, 3, NULL, err);
out:
	kc_buf_free(&p);
	return r;
}

static kc_result
walk(const char *dir, const char *out, bool sign, bool open,
    struct kc_err *err)
{
	struct fix_key k[3] = { 0 };
	struct aud_journal *j = NULL;
	struct aud_text t = { 0 };
	struct kc_buf path = { 0 };
	struct aud_source src = { NULL, dir };
	static const char *const names[] = { "witness-1", "holder-2",
		"holder-3" };
	uint64_t size = 0;
	kc_result r;

	KC_TRY(r, kc_dir_new(dir, err));
	KC_TRY(r, kc_path_join(dir, "journal.db", &path, err));
	KC_TRY(r, aud_create(kc_buf_str(&path), AUD_REHEARSAL, &j, err));
	src.j = j;
	KC_TRY(r, begin(j, dir, err));
	for (size_t i = 0; i < 3; i++) {
		(void)fix_key_make(&k[i], names[i],
		    "critical,digitalSignature", "critical,CA:FALSE");
		KC_TRY(r, aud_signer_add(j, "keys", names[i], &k[i].cert,
		    err));
	}
	KC_TRY(r, aud_checkpoint_freeze(j, "seal", &t, err));
	KC_TRY(r, fix_sign_text(j, &t, k, 3, err));
	aud_text_free(&t);
	if (open) {
		KC_TRY(r, aud_append(j, "exception.open", "x",
		    (struct aud_fact[]){ AUD_I("number", 1) }, 1, NULL,
		    err));
		KC_TRY(r, aud_append(j, "card.intent", "x",
		    (struct aud_fact[]){ AUD_S("command.id", "c2") }, 1,
		    NULL, err));
	}
	KC_TRY(r, aud_run(j, err));
	if (!open)
		KC_TRY(r, aud_append(j, "close", "end", NULL, 0, NULL, err));
	KC_TRY(r, aud_checkpoint_freeze(j, "seal", &t, err));
	KC_TRY(r, fix_sign_text(j, &t, k + 1, 2, err));
	aud_text_free(&t);
	KC_TRY(r, aud_export_size(j, &size, err));
	if (sign) {
		KC_TRY(r, aud_export_freeze(&src, size, "export", &t, err));
		KC_TRY(r, fix_sign_text(j, &t, k, 2, err));
	}
	r = aud_export_write(&src, out, NULL, err);
out:
	for (size_t i = 0; i < 3; i++)
		fix_key_free(&k[i]);
	aud_text_free(&t);
	kc_buf_free(&path);
	aud_close(&j);
	return r;
}

int
main(int argc, char **argv)
{
	struct kc_err err = { 0 };
	bool sign = true, open = false;

	for (int i = 3; i < argc; i++) {
		sign = sign && strcmp(argv[i], "unsigned") != 0;
		open = open || strcmp(argv[i], "open") == 0;
	}
	if (argc < 3 || !kc_ok(walk(argv[1], argv[2], sign, open, &err))) {
		(void)fprintf(stderr, "make_ceremony: %s\n", err.msg);
		return 1;
	}
	return 0;
}

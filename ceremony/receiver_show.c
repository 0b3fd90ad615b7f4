/* SPDX-License-Identifier: Apache-2.0
 *
 * An exchange key and its evidence, for people and as JSON.
 */
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "base/words.h"
#include "ceremony/receiver.h"

static const char *const carriers[] = {
	[SD_CARRIER_CERT] = "certificate",
	[SD_CARRIER_JWK] = "JWK",
	[SD_CARRIER_BODY] = "HTTP body",
};

static const struct {
	const char *text, *json;
} states[] = {
	[SD_LINK_HOLDS] = { "HOLDS", "holds" },
	[SD_LINK_FAILS] = { "FAILS", "fails" },
	[SD_LINK_UNPROVED] = { "UNPROVED", "unproved" },
	[SD_LINK_SKIPPED] = { "NOT REACHED", "not-reached" },
};

kc_result
cer_receiver_show(const struct cer_receiver *v, FILE *to, struct kc_err *err)
{
	struct kc_buf hex = { 0 }, words = { 0 };
	const struct sd_cert *c = &v->x.cert;
	kc_result r;

	KC_TRY(r, kc_hex_groups(c->x5t, KC_SHA256, &hex, err));
	KC_TRY(r, kc_words(c->x5t, KC_SHA256, " ", &words, err));
	if (v->pins.root != NULL)
		(void)fprintf(to, "REHEARSAL: judged under the root that was "
		    "given, not Intel's; nothing below is about a real "
		    "pool\n");
	(void)fprintf(to, "exchange certificate %s (%s, RSA %zu)\n"
	    "  SHA-256 %s\n  words   %s\n", c->name, carriers[v->x.carrier],
	    c->bits, kc_buf_str(&hex), kc_buf_str(&words));
	(void)fflush(to);
out:
	kc_buf_free(&hex);
	kc_buf_free(&words);
	return r;
}

void
cer_evidence_show(const struct cer_receiver *v, const char *why, FILE *to)
{
	const struct sd_evidence *e = &v->found;
	const char *mark = e->rehearsal ? "REHEARSAL, " : "";
	struct kc_buf clean = { 0 };
	char hex[2][KC_HEX];

	if (e->parsed) {
		kc_hex(e->mrenclave, KC_SHA256, hex[0]);
		kc_hex(e->mrsigner, KC_SHA256, hex[1]);
		(void)fprintf(to, "enclave\n  MRENCLAVE %s\n  MRSIGNER  %s\n"
		    "  ISVPRODID %u, ISVSVN %u; quoting enclave's ISVSVN %u\n",
		    hex[0], hex[1], e->prod_id, e->svn, e->qe_svn);
	}
	(void)fprintf(to, "links\n");
	for (size_t i = 0; i < e->n; i++)
		(void)fprintf(to, "  %-11s %-21s %s\n",
		    states[e->link[i].state].text, e->link[i].name,
		    e->link[i].text);
	if (why == NULL)
		(void)fprintf(to, "%sPROVEN: every link that can be checked "
		    "here holds; what is UNPROVED above stays so, and two "
		    "people still compare the words\n", mark);
	else if (kc_ok(kc_text_escape(why, strlen(why), &clean, NULL)))
		(void)fprintf(to, "%sNOT PROVEN: %s\n", mark,
		    kc_buf_str(&clean));
	kc_buf_free(&clean);
	(void)fflush(to);
}

static kc_result
add_links(const struct sd_evidence *e, json_t *o, struct kc_err *err)
{
	json_t *arr = json_array();
	kc_result r = kc_json_set_new(o, "links", arr, err);

	for (size_t i = 0; i < e->n && kc_ok(r); i++)
		r = kc_json_add_new(arr, json_pack("{s:s,s:s,s:s}", "name",
		    e->link[i].name, "state", states[e->link[i].state].json,
		    "text", e->link[i].text), err);
	return r;
}

static kc_result
add_hex(json_t *o, const char *name, const uint8_t *p, struct kc_err *err)
{
	char hex[KC_HEX];

	kc_hex(p, KC_SHA256, hex);
	return kc_json_set_str(o, name, hex, err);
}

kc_result
cer_evidence_json(const struct cer_receiver *v, json_t *o,
    struct kc_err *err)
{
	const struct sd_evidence *e = &v->found;
	kc_result r;

	KC_TRY(r, kc_json_set_bool(o, "evidence", e->proven, err));
	KC_TRY(r, kc_json_set_bool(o, "rehearsal", e->rehearsal, err));
	KC_TRY(r, add_links(e, o, err));
	if (!e->parsed)
		goto out;
	KC_TRY(r, add_hex(o, "mrenclave", e->mrenclave, err));
	KC_TRY(r, add_hex(o, "mrsigner", e->mrsigner, err));
	KC_TRY(r, kc_json_set_int(o, "isvprodid", e->prod_id, err));
	KC_TRY(r, kc_json_set_int(o, "isvsvn", e->svn, err));
	r = kc_json_set_int(o, "qe_isvsvn", e->qe_svn, err);
out:
	return r;
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * The action that says who receives the domain: evidence, a second person's
 * paper, the word.
 */
#include <stdio.h>
#include <string.h>

#include "ceremony/readback.h"
#include "ceremony/exchange.h"
#include "ceremony/steps.h"

#define CERTAIN "nothing was decrypted or encrypted"

/* What it is kept as beside the certificate, when it came as something
 * else. */
static const char *const carrier_file[] = {
	[SD_CARRIER_CERT] = NULL,
	[SD_CARRIER_JWK] = "exchange.jwk.json",
	[SD_CARRIER_BODY] = "exchange.http-body.json",
};
static const char *const carrier_name[] = {
	[SD_CARRIER_CERT] = "certificate",
	[SD_CARRIER_JWK] = "jwk",
	[SD_CARRIER_BODY] = "http-body",
};

/* struct names: what the online side may answer with. */
struct names {
	char text[3][80];
	const char *list[3];
};

static void
name_carriers(const struct cer_room *room, struct names *ret)
{
	static const char *const end[] = { "cer", "jwk.json", "json" };

	for (size_t i = 0; i < 3; i++) {
		(void)snprintf(ret->text[i], sizeof ret->text[i], "%s-SDE.%s",
		    room->site.destination, end[i]);
		ret->list[i] = ret->text[i];
	}
}

/* Ask for the exchange key; what comes is kept only once it is received, so
 * that one that is refused can be replaced. */
static kc_result
fetch(struct cer_room *room, const struct cer_instance *in,
    const struct names *names, struct cer_key *ret, struct kc_err *err)
{
	struct kc_buf ask = { 0 };
	char name[80];
	size_t i;
	kc_result r;

	ret->name = CER_EXCHANGE;
	KC_TRY(r, cer_artifact_adopt(room, in, CER_EXCHANGE, err));
	if (cer_artifact_get(room, CER_EXCHANGE) != NULL) {
		r = cer_artifact_read(room, CER_EXCHANGE, &ret->bytes, err);
		goto out;
	}
	KC_TRY(r, kc_buf_addf(&ask, err, "az keyvault security-domain "
	    "init-recovery --hsm-name %s --sd-exchange-key %s-SDE.cer\n",
	    room->site.destination, room->site.destination));
	(void)snprintf(name, sizeof name, "%s.init-recovery",
	    room->site.destination);
	KC_TRY(r, cer_medium_put(room, in, name, ask.p, ask.len, err));
	KC_TRY(r, cer_medium_take_any(room, in, names->list, 3, &i,
	    &ret->bytes, err));
	ret->name = names->list[i];
out:
	kc_buf_free(&ask);
	return r;
}

/* The room sees the links, then only what is compared. */
static kc_result
show(struct cer_room *room, const struct cer_instance *in,
    const struct cer_key *k, struct kc_err *err)
{
	size_t holds = 0;
	char text[160];

	for (size_t i = 0; i < k->v.found.n; i++)
		holds += k->v.found.link[i].state == SD_LINK_HOLDS;
	(void)snprintf(text, sizeof text, "%s. %zu of %zu links hold; the "
	    "others say why not.", k->reason[0] != '\0' ? "NOT PROVEN" :
	    k->v.found.rehearsal ? "Proven under a REHEARSAL root" : "Proven",
	    holds, k->v.found.n);
	return cer_continue(room, in, "links", text, err);
}

static const char *
evidence_of(const struct cer_key *k)
{
	const struct sd_evidence *ev = &k->v.found;

	if (k->reason[0] != '\0')
		return ev->present ? "not proven: exception" :
		    "none: exception";
	return ev->rehearsal ? "proven under a rehearsal root" : "proven";
}

/* Not proven, and nothing says that it is wrong: two people's cards sign for
 * it, under a number. */
static kc_result
except(struct cer_room *room, const struct cer_instance *in,
    const struct cer_key *k, struct kc_err *err)
{
	const char *by[CER_LIST_MAX], *reason;
	size_t n = 0;
	/* One that an interruption left open goes on under its number. */
	int64_t number = room->st.unproven != 0 ? room->st.unproven :
	    room->st.exceptions + 1;
	struct aud_fact f[6];
	kc_result r;

	if (room->st.unproven == 0 && strcmp(room->st.excepted, k->sha) == 0)
		return KC_DONE;		/* signed, then interrupted */
	KC_TRY(r, cer_node_str(in->step->node, "reason", NULL, &reason,
	    err));
	KC_TRY(r, cer_node_list(in->step->node, "exception_by", by,
	    CER_LIST_MAX, &n, err));
	f[0] = AUD_I("number", number);
	f[1] = AUD_S("expected", "evidence that an enclave of the pool holds "
	    "the exchange key");
	f[2] = AUD_S("happened", k->reason);
	f[3] = AUD_S("action", reason);
	f[4] = AUD_S("decided.by", "two people, by their cards");
	f[5] = AUD_S("exchange.sha256", k->sha);
	if (room->st.unproven == 0)
		KC_TRY(r, cer_row(room, "exception.open", in, f, 6, err));
	for (size_t i = 0; i < n; i++)
		KC_TRY(r, cer_approve(room, in, cer_site_who(&room->site,
		    by[i])->id, "exchange-without-evidence", k->sha, err));
	r = cer_row(room, "exception.close", in, f, 1, err);
out:
	return r;
}

/* An exception is for a script that names who may sign it. */
static kc_result
may_except(const struct cer_instance *in, const struct cer_key *k,
    struct kc_err *err)
{
	if (k->reason[0] == '\0' ||
	    cer_node_get(in->step->node, "exception_by") != NULL)
		return KC_DONE;
	return KC_FAIL(err, KC_EREFUSED, 0, "%s; the script names nobody in "
	    "'exception_by' who could sign for it", k->reason);
}

static kc_result
receive(struct cer_room *room, const struct cer_instance *in,
    const struct cer_key *k, struct kc_err *err)
{
	struct cer_readback rb = { .subject = "exchange", .sha = k->sha,
		.by = cer_step_reader(&room->site, in->step) };
	struct cer_answer a = { 0 };
	struct cer_prompt q = { .kind = CER_ASK_WORD, .key = "receive",
		.person = in->person->id, .name = in->person->name,
		.word = "RECEIVE", .certain = CERTAIN, .text = "Two people "
		"compare the words with their own papers." };
	char what[120];
	kc_result r;

	(void)snprintf(what, sizeof what, "the exchange key of %s",
	    room->site.destination);
	rb.what = what;
	KC_TRY(r, cer_read_back(room, in, &rb, err));
	/* Only what is compared: it must not scroll out of a small screen. */
	room->view.n_lines = 0;
	cer_line(room, k->reason[0] != '\0' ? CER_LINE_NOGO : CER_LINE_OK,
	    "Evidence", "%s", evidence_of(k));
	cer_line(room, CER_LINE_HASH, "Exchange", "%s", k->sha);
	r = cer_ask(room, in, &q, &a, err);
out:
	return r;
}

/* The certificate, and the carrier when it came in another. */
static kc_result
keep(struct cer_room *room, const struct cer_instance *in,
    const struct cer_key *k, struct kc_err *err)
{
	const char *other = carrier_file[k->v.x.carrier];
	struct kc_buf pem = { 0 };
	kc_result r = KC_DONE;

	if (cer_artifact_get(room, CER_EXCHANGE) != NULL)
		return r;
	if (other == NULL) {
		r = cer_artifact_put(room, in, CER_EXCHANGE, k->bytes.p,
		    k->bytes.len, err);
		goto out;
	}
	KC_TRY(r, cer_artifact_put(room, in, other, k->bytes.p, k->bytes.len,
	    err));
	KC_TRY(r, sd_cert_pem(&k->v.x.cert, &pem, err));
	r = cer_artifact_put(room, in, CER_EXCHANGE, pem.p, pem.len, err);
out:
	kc_buf_free(&pem);
	return r;
}

static kc_result
ratified_row(struct cer_room *room, const struct cer_instance *in,
    const struct cer_key *k, struct kc_err *err)
{
	char signer[KC_HEX], enclave[KC_HEX];
	struct aud_fact f[7] = {
		AUD_S("exchange.sha256", k->sha),
		AUD_S("pool", room->site.destination),
		AUD_S("evidence", evidence_of(k)),
		AUD_S("carrier", carrier_name[k->v.x.carrier]),
	};
	size_t n = 4;

	if (k->v.found.parsed) {
		kc_hex(k->v.found.mrsigner, KC_SHA256, signer);
		kc_hex(k->v.found.mrenclave, KC_SHA256, enclave);
		f[n++] = AUD_S("mrsigner", signer);
		f[n++] = AUD_S("mrenclave", enclave);
		f[n++] = AUD_I("svn", k->v.found.svn);
	}
	return cer_row(room, "exchange.ratified", in, f, n, err);
}

kc_result
cer_do_ratify(struct cer_room *room, const struct cer_instance *in,
    struct kc_err *err)
{
	struct cer_key k = { 0 };
	struct names names;
	kc_result r = KC_DONE;

	if (strcmp(room->st.ratified_in, in->id) == 0)
		return r;	/* interrupted after its last row */
	(void)snprintf(room->view.certain, sizeof room->view.certain, "%s",
	    CERTAIN);
	name_carriers(room, &names);
	KC_TRY(r, fetch(room, in, &names, &k, err));
	KC_TRY(r, cer_key_judge(room, in, &k, err));
	KC_TRY(r, may_except(in, &k, err));
	KC_TRY(r, show(room, in, &k, err));
	KC_TRY(r, receive(room, in, &k, err));
	KC_TRY(r, keep(room, in, &k, err));
	if (k.reason[0] != '\0')
		KC_TRY(r, except(room, in, &k, err));
	r = ratified_row(room, in, &k, err);
out:
	if (!kc_ok(r))
		kc_certain(err, "%s", CERTAIN);
	cer_key_free(&k);
	return r;
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * The evidence of an exchange key: the table of its links, and the verdict.
 * A link is judged only if the stage it stands on holds as a whole; what
 * stands on a failed one is skipped, never taken as shown.
 */
#include "sd/evidence.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "sd/link.h"

enum stage {
	ST_NONE,	/* nothing stands on it, or it stands on nothing */
	ST_SELF,	/* the certificate is its key's own */
	ST_PARSED,	/* the evidence is one whole quote */
	ST_PCK,		/* Intel vouches for the PCK key */
	ST_QE_REPORT,	/* the PCK key vouches for an enclave */
	ST_QE,		/* which is Intel's, and holds the attestation key */
	ST_QUOTE,	/* which vouches for the pool's enclave */
	ST_CARRIED,	/* what was carried in is Intel's and current */
	STAGES
};

/* The shared end of the certificate's way: what no evidence shows. */
static kc_result
never_origin(struct sd_inquiry *j, struct kc_err *err)
{
	(void)err;
	return sd_unproved(j, "the enclave vouches for this key; that the "
	    "key was made in it and never left it is not shown");
}

static kc_result
never_signer(struct sd_inquiry *j, struct kc_err *err)
{
	(void)err;
	return sd_unproved(j, "that the pinned MRSIGNER is Microsoft's is "
	    "the site's word: compare it across pools");
}

static kc_result
never_fresh(struct sd_inquiry *j, struct kc_err *err)
{
	(void)err;
	return sd_unproved(j, "a quote has no date: an old exchange key of "
	    "the same pool has the same evidence");
}

static kc_result
never_read_back(struct sd_inquiry *j, struct kc_err *err)
{
	(void)err;
	return sd_unproved(j, "every Managed HSM has such an enclave and "
	    "attestation keys have leaked: two people still compare the "
	    "SHA-256 words from their own screens");
}

/* The links, in the order in which they are judged and printed; their names
 * are a contract, docs/format/exchange-evidence.md. */
static const struct {
	const char *name;
	enum stage in;		/* the stage that it is part of */
	enum stage on;		/* the one it stands on */
	sd_link_fn *fn;
} links[] = {
	{ "certificate-signature", ST_SELF, ST_NONE, sd_link_self },
	{ "certificate-dates", ST_NONE, ST_NONE, sd_link_dates },
	{ "certificate-key", ST_NONE, ST_NONE, sd_link_key },
	{ "certificate-use", ST_NONE, ST_NONE, sd_link_use },
	{ "pool-name", ST_NONE, ST_SELF, sd_link_pool },
	{ "evidence", ST_PARSED, ST_NONE, sd_link_evidence },
	{ "pck-root", ST_PCK, ST_PARSED, sd_link_pck_root },
	{ "pck-chain", ST_PCK, ST_PARSED, sd_link_pck_chain },
	{ "pck-dates", ST_PCK, ST_PARSED, sd_link_pck_dates },
	{ "pck-leaf", ST_PCK, ST_PARSED, sd_link_pck_leaf },
	{ "qe-signature", ST_QE_REPORT, ST_PCK, sd_link_qe_signature },
	{ "qe-identity", ST_QE, ST_QE_REPORT, sd_link_qe_identity },
	{ "qe-debug", ST_QE, ST_QE_REPORT, sd_link_qe_debug },
	{ "qe-svn", ST_QE, ST_QE_REPORT, sd_link_qe_svn },
	{ "qe-binding", ST_QE, ST_QE_REPORT, sd_link_qe_binding },
	{ "quote-signature", ST_QUOTE, ST_QE, sd_link_quote_signature },
	{ "enclave-debug", ST_NONE, ST_QUOTE, sd_link_enclave_debug },
	{ "enclave-signer", ST_NONE, ST_QUOTE, sd_link_enclave_signer },
	{ "enclave-product", ST_NONE, ST_QUOTE, sd_link_enclave_product },
	{ "enclave-svn", ST_NONE, ST_QUOTE, sd_link_enclave_svn },
	{ "key-binding", ST_NONE, ST_QUOTE, sd_link_key_binding },
	{ "collateral", ST_CARRIED, ST_QE_REPORT, sd_link_collateral },
	{ "tcb-status", ST_NONE, ST_CARRIED, sd_link_tcb_status },
	{ "qe-status", ST_NONE, ST_CARRIED, sd_link_qe_status },
	{ "revocation", ST_NONE, ST_CARRIED, sd_link_revocation },
	{ "key-origin", ST_NONE, ST_QUOTE, never_origin },
	{ "signer-is-microsoft", ST_NONE, ST_QUOTE, never_signer },
	{ "freshness", ST_NONE, ST_QUOTE, never_fresh },
	{ "read-back", ST_NONE, ST_NONE, never_read_back },
};
#define LINKS (sizeof links / sizeof *links)
_Static_assert(LINKS <= SD_LINKS_MAX, "room for every link");

void
sd_say(struct sd_inquiry *j, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(j->text, sizeof j->text, fmt, ap);
	va_end(ap);
}

kc_result
sd_unproved(struct sd_inquiry *j, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(j->text, sizeof j->text, fmt, ap);
	va_end(ap);
	j->unproved = true;
	return KC_DONE;
}

/* The text may name a file: escaped, and cut between two characters. */
static void
set(struct sd_link *l, enum sd_link_state state, const char *text)
{
	struct kc_buf b = { 0 };
	size_t n = 0;

	l->state = state;
	if (kc_ok(kc_text_escape(text, strlen(text), &b, NULL)))
		n = b.len < sizeof l->text ? b.len : sizeof l->text - 1;
	while (n > 0 && n < b.len && (b.p[n] & 0xc0) == 0x80)
		n--;
	if (n > 0)
		memcpy(l->text, b.p, n);
	l->text[n] = '\0';
	kc_buf_free(&b);
}

/* Judge every link.  Returns the first that fails; a failure of this machine
 * ends it at once. */
static kc_result
judge(struct sd_inquiry *j, struct sd_evidence *ret, struct kc_err *err)
{
	bool lost[STAGES] = { false };
	kc_result first = KC_DONE;

	for (size_t i = 0; i < LINKS; i++) {
		struct sd_link *l = &ret->link[ret->n++];
		struct kc_err why = { 0 };
		kc_result r;

		l->name = links[i].name;
		j->unproved = false;
		j->text[0] = '\0';
		if (lost[links[i].on]) {
			set(l, SD_LINK_SKIPPED,
			    "stands on what does not hold above");
			lost[links[i].in] = links[i].in != ST_NONE;
			continue;
		}
		r = links[i].fn(j, &why);
		if (kc_ok(r)) {
			set(l, j->unproved ? SD_LINK_UNPROVED :
			    SD_LINK_HOLDS, j->text);
			/* Without evidence nothing is to be read; without
			 * collateral its links say what is missing. */
			if (j->unproved && links[i].in == ST_PARSED)
				lost[ST_PARSED] = true;
			continue;
		}
		set(l, SD_LINK_FAILS, why.msg);
		lost[links[i].in] = links[i].in != ST_NONE;
		if (kc_exit(r.code) != 1 && kc_exit(r.code) != 3) {
			if (err != NULL)
				*err = why;
			return r;
		}
		if (kc_ok(first))
			first = KC_FAIL(err, r.code, why.native,
			    "link %s: %s", l->name, why.msg);
	}
	return first;
}

static void
measure(const struct sd_inquiry *j, struct sd_evidence *ret)
{
	if (j->q.signed_part == NULL)
		return;
	ret->parsed = true;
	memcpy(ret->mrenclave, j->q.enclave.mrenclave, sizeof ret->mrenclave);
	memcpy(ret->mrsigner, j->q.enclave.mrsigner, sizeof ret->mrsigner);
	ret->prod_id = j->q.enclave.prod_id;
	ret->svn = j->q.enclave.svn;
	ret->qe_svn = j->q.qe.svn;
}

static kc_result
verdict(const struct sd_exchange *x, const struct sd_pins *pins,
    struct kc_err *err)
{
	if (!x->has_evidence)
		return KC_FAIL(err, KC_EREFUSED, 0,
		    "not proven: %s carries no evidence", x->cert.name);
	if (pins->pool == NULL || !pins->has_mrsigner)
		return KC_FAIL(err, KC_EREFUSED, 0,
		    "not proven: %s not pinned, so the evidence of %s may be "
		    "that of any pool", pins->pool != NULL ?
		    "the MRSIGNER is" : pins->has_mrsigner ?
		    "the pool's name is" : "the pool's name and MRSIGNER are",
		    x->cert.name);
	return KC_DONE;
}

kc_result
sd_evidence_check(const struct sd_exchange *x, const struct sd_pins *pins,
    struct sd_evidence *ret, struct kc_err *err)
{
	struct sd_inquiry j = { .x = x, .pins = pins };
	kc_result r;

	*ret = (struct sd_evidence){ .present = x->has_evidence,
		.rehearsal = pins->root != NULL };
	r = sd_pki_cert(x->cert.der.p, x->cert.der.len, &j.cert, err);
	if (!kc_ok(r))
		return kc_prefix(err, "%s", x->cert.name);
	r = judge(&j, ret, err);
	measure(&j, ret);
	if (kc_ok(r))
		r = verdict(x, pins, err);
	ret->proven = kc_ok(r);
	sd_found_free(&j.found);
	sd_pck_free(&j.pck);
	X509_free(j.cert);
	return r;
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * Links of the collateral: how up to date platform and quoting enclave are,
 * and whether a certificate of the chain is revoked.
 */
#include <string.h>

#include <openssl/x509v3.h>

#include "base/json.h"
#include "sd/link.h"
#include "sd/signed.h"

#define LEVELS_MAX 1000

kc_result
sd_link_collateral(struct sd_inquiry *j, struct kc_err *err)
{
	const struct sd_collateral *c = j->pins->collateral;

	if (c == NULL || c->n == 0)
		return sd_unproved(j, "none was carried in: TCB status and "
		    "revocation stay open");
	sd_say(j, "%zu files, each signed under the chain's root and within "
	    "its dates", c->n);
	return sd_collateral_check(c, &j->pck, j->pins->at_ms, &j->found,
	    err);
}

/* What a level's status means here.  Only two hold; SWHardeningNeeded
 * because it names advisories that the enclave's own code answers, which a
 * newer ISVSVN shows and no platform can. */
static kc_result
take_status(struct sd_inquiry *j, const json_t *level, const char *whose,
    struct kc_err *err)
{
	const json_t *ids = json_object_get(level, "advisoryIDs");
	const char *status = NULL, *date = NULL;
	struct kc_buf list = { 0 };
	kc_result r;

	KC_TRY(r, kc_json_str(level, "tcbLevels", "tcbStatus", &status, err));
	KC_TRY(r, kc_json_str(level, "tcbLevels", "tcbDate", &date, err));
	for (size_t i = 0; i < json_array_size(ids); i++) {
		const char *id = json_string_value(json_array_get(ids, i));

		KC_TRY(r, kc_buf_addf(&list, err, "%s %s", i == 0 ? ";" : ",",
		    id != NULL ? id : "?"));
	}
	if (strcmp(status, "UpToDate") != 0 &&
	    strcmp(status, "SWHardeningNeeded") != 0)
		r = KC_FAIL(err, KC_EREFUSED, 0, "%s is %.60s by the level "
		    "of %.20s%.100s", whose, status, date, kc_buf_str(&list));
	else
		sd_say(j, "%s is %s by the level of %.20s%.100s", whose,
		    status, date, kc_buf_str(&list));
out:
	kc_buf_free(&list);
	return r;
}

/* Is every SVN of the platform at or above the level's? */
static kc_result
platform_reaches(const struct sd_platform *p, const json_t *level, bool *ret,
    struct kc_err *err)
{
	const json_t *tcb = NULL, *list = NULL;
	int64_t v = 0;
	bool reaches;
	kc_result r;

	KC_TRY(r, kc_json_obj(level, "tcbLevels", "tcb", &tcb, err));
	KC_TRY(r, kc_json_arr(tcb, "tcb", "sgxtcbcomponents",
	    SD_TCB_COMPONENTS, SD_TCB_COMPONENTS, &list, err));
	KC_TRY(r, kc_json_int(tcb, "tcb", "pcesvn", 0, UINT16_MAX, &v, err));
	reaches = p->pcesvn >= v;
	for (size_t i = 0; i < SD_TCB_COMPONENTS; i++) {
		KC_TRY(r, kc_json_int(json_array_get(list, i),
		    "sgxtcbcomponents", "svn", 0, UINT8_MAX, &v, err));
		reaches = reaches && p->component[i] >= v;
	}
	*ret = reaches;
out:
	return r;
}

static kc_result
qe_reaches(const struct sd_report *qe, const json_t *level, bool *ret,
    struct kc_err *err)
{
	const json_t *tcb = NULL;
	int64_t v = 0;
	kc_result r;

	KC_TRY(r, kc_json_obj(level, "tcbLevels", "tcb", &tcb, err));
	KC_TRY(r, kc_json_int(tcb, "tcb", "isvsvn", 0, UINT16_MAX, &v, err));
	*ret = qe->svn >= v;
out:
	return r;
}

/* The first level, from the newest down, that is reached: its status. */
static kc_result
judge_levels(struct sd_inquiry *j, const json_t *info, bool of_qe,
    struct kc_err *err)
{
	const char *whose = of_qe ? "the quoting enclave" : "the platform";
	const json_t *levels = NULL;
	kc_result r = kc_json_arr(info, "it", "tcbLevels", 1, LEVELS_MAX,
	    &levels, err);

	for (size_t i = 0; kc_ok(r) && i < json_array_size(levels); i++) {
		const json_t *level = json_array_get(levels, i);
		bool reached = false;

		r = of_qe ? qe_reaches(&j->q.qe, level, &reached, err) :
		    platform_reaches(&j->platform, level, &reached, err);
		if (kc_ok(r) && reached)
			return take_status(j, level, whose, err);
	}
	if (kc_ok(r))
		r = KC_FAIL(err, KC_EREFUSED, 0,
		    "%s reaches no level that Intel lists", whose);
	return r;
}

/* The TCB info of this platform's family; NULL if none was carried in. */
static kc_result
of_family(struct sd_inquiry *j, const json_t **ret, struct kc_err *err)
{
	uint8_t fmspc[sizeof j->platform.fmspc];
	uint8_t pceid[sizeof j->platform.pceid];
	kc_result r = KC_DONE;

	for (size_t i = 0; i < j->found.n_tcb; i++) {
		const json_t *o = j->found.tcb[i];
		int64_t type = 0;

		KC_TRY(r, sd_signed_hex(o, SD_TCB_INFO, "fmspc", fmspc,
		    sizeof fmspc, err));
		KC_TRY(r, sd_signed_hex(o, SD_TCB_INFO, "pceId", pceid,
		    sizeof pceid, err));
		KC_TRY(r, kc_json_int(o, SD_TCB_INFO, "tcbType", 0, 0, &type,
		    err));
		if (CRYPTO_memcmp(fmspc, j->platform.fmspc, sizeof fmspc) ||
		    CRYPTO_memcmp(pceid, j->platform.pceid, sizeof pceid))
			continue;
		if (*ret != NULL)
			return KC_FAIL(err, KC_EREFUSED, 0, "two TCB infos "
			    "for this platform's FMSPC were carried in");
		*ret = o;
	}
out:
	return r;
}

kc_result
sd_link_tcb_status(struct sd_inquiry *j, struct kc_err *err)
{
	const json_t *info = NULL;
	char fmspc[2 * sizeof j->platform.fmspc + 1];
	kc_result r = of_family(j, &info, err);

	if (!kc_ok(r))
		return r;
	kc_hex(j->platform.fmspc, sizeof j->platform.fmspc, fmspc);
	if (info == NULL)
		return sd_unproved(j, "no TCB info for FMSPC %s was carried "
		    "in", fmspc);
	return judge_levels(j, info, false, err);
}

/* A field of the QE's report under the identity's mask. */
static kc_result
masked(const json_t *qe, const char *key, const char *mask_key,
    const uint8_t *got, size_t len, struct kc_err *err)
{
	uint8_t want[32], mask[32];
	bool same = true;
	kc_result r;

	KC_TRY(r, sd_signed_hex(qe, SD_QE_IDENTITY, key, want, len, err));
	memset(mask, 0xff, sizeof mask);
	if (mask_key != NULL)
		KC_TRY(r, sd_signed_hex(qe, SD_QE_IDENTITY, mask_key, mask,
		    len, err));
	for (size_t i = 0; i < len; i++)
		same = same && (got[i] & mask[i]) == want[i];
	if (!same)
		r = KC_FAIL(err, KC_EREFUSED, 0, "the quoting enclave's "
		    "\"%s\" is not that of Intel's QE identity", key);
out:
	return r;
}

kc_result
sd_link_qe_status(struct sd_inquiry *j, struct kc_err *err)
{
	const struct sd_report *rep = &j->q.qe;
	const json_t *qe = j->found.qe;
	int64_t id = 0;
	kc_result r;

	if (qe == NULL)
		return sd_unproved(j, "no QE identity was carried in");
	KC_TRY(r, masked(qe, "miscselect", "miscselectMask", rep->miscselect,
	    4, err));
	KC_TRY(r, masked(qe, "attributes", "attributesMask", rep->attributes,
	    16, err));
	KC_TRY(r, masked(qe, "mrsigner", NULL, rep->mrsigner, 32, err));
	KC_TRY(r, kc_json_int(qe, SD_QE_IDENTITY, "isvprodid", 0, UINT16_MAX,
	    &id, err));
	if (id != rep->prod_id)
		r = KC_FAIL(err, KC_EREFUSED, 0, "the quoting enclave's "
		    "\"isvprodid\" is not that of Intel's QE identity");
	else
		r = judge_levels(j, qe, true, err);
out:
	return r;
}

static bool
is_revoked(X509_CRL *crl, X509 *x)
{
	X509_REVOKED *row = NULL;

	return X509_CRL_get0_by_cert(crl, &row, x) != 0;
}

kc_result
sd_link_revocation(struct sd_inquiry *j, struct kc_err *err)
{
	struct sd_found *f = &j->found;

	if (f->root_crl != NULL &&
	    (is_revoked(f->root_crl, j->pck.cert[SD_PCK_CA]) ||
	    (f->signer != NULL && is_revoked(f->root_crl, f->signer))))
		return KC_FAIL(err, KC_EREFUSED, 0,
		    "the root revoked the PCK CA or the TCB signer");
	if (f->pck_crl != NULL &&
	    is_revoked(f->pck_crl, j->pck.cert[SD_PCK_LEAF]))
		return KC_FAIL(err, KC_EREFUSED, 0,
		    "the PCK CA revoked this platform's certificate");
	if (f->root_crl == NULL || f->pck_crl == NULL)
		return sd_unproved(j, "no revocation list of %s was carried "
		    "in", f->root_crl != NULL ? "the PCK CA" :
		    f->pck_crl != NULL ? "the root" : "root and PCK CA");
	sd_say(j, "no certificate of the chain is on its issuer's list");
	return KC_DONE;
}

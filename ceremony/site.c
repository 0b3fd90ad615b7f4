/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading a site file.
 */
#include <stdlib.h>
#include <string.h>

#include "ceremony/script.h"
#include "sd/evidence.h"
#include "tokens/card.h"

static const char *const roles[] = { "administrator", "holder", "witness",
	"auditor", "operator", "new-holder" };

static bool
is_role(const char *s)
{
	for (size_t i = 0; i < sizeof roles / sizeof *roles; i++)
		if (strcmp(roles[i], s) == 0)
			return true;
	return false;
}

static kc_result
read_person(struct cer_site *s, const struct cer_node *node,
    struct kc_err *err)
{
	struct cer_person *p = &s->person[s->n_people];
	kc_result r;

	if (s->n_people == CER_PEOPLE_MAX)
		return CER_NODE_FAIL(node, err, "more than %d people",
		    CER_PEOPLE_MAX);
	KC_TRY(r, cer_node_only(node, "id role name", err));
	KC_TRY(r, cer_node_name(node, "id", &p->id, err));
	KC_TRY(r, cer_node_str(node, "role", NULL, &p->role, err));
	KC_TRY(r, cer_node_str(node, "name", NULL, &p->name, err));
	if (!is_role(p->role))
		return CER_NODE_FAIL(cer_node_get(node, "role"), err,
		    "'%.40s' is no role", p->role);
	if (cer_site_person(s, p->id) != NULL)
		return CER_NODE_FAIL(cer_node_get(node, "id"), err,
		    "'%s' is there already", p->id);
	s->n_people++;
out:
	return r;
}

/* A list of files with their hashes: what a module may consist of. */
static kc_result
read_files(const struct cer_node *node, const char *key,
    const struct cer_node **ret, struct kc_err *err)
{
	const struct cer_node *list = cer_node_get(node, key);
	uint8_t sha[KC_SHA256];
	const char *path, *hex;
	kc_result r = KC_DONE;

	if (list != NULL && list->kind != CER_SEQ)
		return CER_NODE_FAIL(list, err, "'%s' is not a list", key);
	for (size_t i = 0; list != NULL && i < list->n; i++) {
		const struct cer_node *one = list->child[i];

		KC_TRY(r, cer_node_only(one, "path sha256", err));
		KC_TRY(r, cer_node_str(one, "path", NULL, &path, err));
		KC_TRY(r, cer_node_str(one, "sha256", NULL, &hex, err));
		if (path[0] != '/')
			return CER_NODE_FAIL(cer_node_get(one, "path"), err,
			    "the path of a module's file must be absolute");
		if (!kc_unhex(hex, sizeof sha, sha))
			return CER_NODE_FAIL(cer_node_get(one, "sha256"),
			    err, "'sha256' must be 64 hex digits");
	}
	*ret = list;
out:
	return r;
}

/* What the module writes: a list of at most TOK_WRITE_MAX paths. */
static kc_result
read_writes(const struct cer_node *node, const struct cer_node **ret,
    struct kc_err *err)
{
	const struct cer_node *list = cer_node_get(node, "paths");

	if (list != NULL && (list->kind != CER_SEQ || list->n > TOK_WRITE_MAX))
		return CER_NODE_FAIL(list, err, "'paths' is not a list of at "
		    "most %d paths", TOK_WRITE_MAX);
	for (size_t i = 0; list != NULL && i < list->n; i++)
		if (list->child[i]->kind != CER_SCALAR ||
		    list->child[i]->text[0] != '/' ||
		    list->child[i]->text[1] == '\0' ||
		    strlen(list->child[i]->text) >= TOK_WRITE_SIZE)
			return CER_NODE_FAIL(list->child[i], err, "a path that "
			    "a module writes must be absolute, not /, and "
			    "shorter than %d bytes", TOK_WRITE_SIZE);
	*ret = list;
	return KC_DONE;
}

static kc_result
read_module(struct cer_site *s, const struct cer_node *node,
    struct kc_err *err)
{
	struct cer_module_def *m = &s->module[s->n_modules];
	kc_result r;

	if (s->n_modules == CER_MODULES_MAX)
		return CER_NODE_FAIL(node, err, "more than %d modules",
		    CER_MODULES_MAX);
	KC_TRY(r, cer_node_only(node, "id path objects config paths", err));
	KC_TRY(r, cer_node_name(node, "id", &m->id, err));
	KC_TRY(r, cer_node_str(node, "path", NULL, &m->path, err));
	if (m->path[0] != '/')
		return CER_NODE_FAIL(cer_node_get(node, "path"), err,
		    "a module's path must be absolute");
	KC_TRY(r, read_files(node, "objects", &m->objects, err));
	KC_TRY(r, read_files(node, "config", &m->config, err));
	KC_TRY(r, read_writes(node, &m->writes, err));
	s->n_modules++;
out:
	return r;
}

static kc_result
read_each(struct cer_site *s, const char *key,
    kc_result (*fn)(struct cer_site *, const struct cer_node *,
    struct kc_err *), struct kc_err *err)
{
	const struct cer_node *list = cer_node_get(s->root, key);
	kc_result r = KC_DONE;

	if (list == NULL || list->kind != CER_SEQ)
		return CER_NODE_FAIL(list != NULL ? list : s->root, err,
		    "'%s' is not a list", key);
	for (size_t i = 0; i < list->n && kc_ok(r); i++)
		r = fn(s, list->child[i], err);
	return r;
}

/* Defaults as in sd/evidence.h: what Managed HSM pools have today. */
static kc_result
read_receiver(struct cer_pinned *p, const struct cer_node *node,
    struct kc_err *err)
{
	static const struct sd_pins usual = SD_PINS_DEFAULT;
	const struct {
		const char *key;
		int64_t *to;
		uint16_t usual;
	} number[] = {
		{ "product", &p->product, usual.prod_id },
		{ "svn", &p->svn, usual.svn_min },
		{ "qe-svn", &p->qe_svn, usual.qe_svn_min },
	};
	const char *hex;
	kc_result r = KC_DONE;

	p->collateral = p->root = "";
	for (size_t i = 0; i < sizeof number / sizeof *number; i++)
		*number[i].to = number[i].usual;
	if (node == NULL)
		return r;
	KC_TRY(r, cer_node_only(node, "mrsigner product svn qe-svn "
	    "collateral rehearsal-root", err));
	KC_TRY(r, cer_node_str(node, "mrsigner", "", &hex, err));
	p->has_mrsigner = cer_node_get(node, "mrsigner") != NULL;
	if (p->has_mrsigner &&
	    !kc_unhex(hex, sizeof p->mrsigner, p->mrsigner))
		return CER_NODE_FAIL(cer_node_get(node, "mrsigner"), err,
		    "'mrsigner' must be 64 hex digits");
	for (size_t i = 0; i < sizeof number / sizeof *number; i++)
		if (cer_node_get(node, number[i].key) != NULL)
			KC_TRY(r, cer_node_int(node, number[i].key, 0,
			    UINT16_MAX, number[i].to, err));
	KC_TRY(r, cer_node_str(node, "collateral", "", &p->collateral, err));
	KC_TRY(r, cer_node_str(node, "rehearsal-root", "", &p->root, err));
out:
	return r;
}

static bool
has_person(const void *site, const char *id)
{
	return cer_site_person(site, id) != NULL;
}

static kc_result
read_site(struct cer_site *s, struct kc_err *err)
{
	const struct cer_node *places;
	uint8_t nonce[16];
	int64_t format;
	kc_result r;

	KC_TRY(r, cer_node_only(s->root, "site format nonce pool destination "
	    "quorum new-quorum signers rsa-floor readers receiver "
	    "attestation places people modules cards spares custody usb "
	    "estate parameters", err));
	KC_TRY(r, cer_node_name(s->root, "site", &s->name, err));
	KC_TRY(r, cer_node_int(s->root, "format", 1, 1, &format, err));
	KC_TRY(r, cer_node_str(s->root, "nonce", NULL, &s->nonce, err));
	if (!kc_unhex(s->nonce, sizeof nonce, nonce))
		return CER_NODE_FAIL(cer_node_get(s->root, "nonce"), err,
		    "'nonce' must be 32 random hex digits");
	KC_TRY(r, cer_parameters_read(s->root, err));
	KC_TRY(r, cer_node_name(s->root, "pool", &s->pool, err));
	KC_TRY(r, cer_node_name(s->root, "destination", &s->destination, err));
	KC_TRY(r, cer_site_numbers(s, err));
	KC_TRY(r, read_receiver(&s->receiver, cer_node_get(s->root,
	    "receiver"), err));
	KC_TRY(r, cer_attest_read(&s->attest, cer_node_get(s->root,
	    "attestation"), err));
	places = cer_node_get(s->root, "places");
	if (places == NULL)
		return CER_NODE_FAIL(s->root, err, "'places' is missing");
	KC_TRY(r, cer_node_only(places, "medium export", err));
	KC_TRY(r, cer_node_str(places, "medium", NULL, &s->medium, err));
	KC_TRY(r, cer_node_str(places, "export", NULL, &s->exports, err));
	KC_TRY(r, read_each(s, "people", read_person, err));
	KC_TRY(r, read_each(s, "modules", read_module, err));
	KC_TRY(r, read_each(s, "cards", cer_site_card, err));
	if (cer_node_get(s->root, "spares") != NULL)
		KC_TRY(r, read_each(s, "spares", cer_site_spare, err));
	if (cer_node_get(s->root, "usb") != NULL)
		KC_TRY(r, read_each(s, "usb", cer_site_usb, err));
	KC_TRY(r, cer_custody_read(&s->custody, cer_node_get(s->root,
	    "custody"), has_person, s, err));
	r = cer_site_estate(s, &s->estate, err);
out:
	return r;
}

kc_result
cer_site_read(const char *path, struct cer_site *ret, struct kc_err *err)
{
	kc_result r;

	KC_TRY(r, cer_yaml_load(path, &ret->bytes, ret->sha256, &ret->root,
	    err));
	r = read_site(ret, err);
out:
	if (!kc_ok(r))
		cer_site_free(ret);
	return r;
}

kc_result
cer_site_parse(const char *name, struct kc_buf *bytes, struct cer_site *ret,
    struct kc_err *err)
{
	kc_result r;

	ret->bytes = *bytes;
	*bytes = (struct kc_buf){ 0 };
	KC_TRY(r, kc_sha256_one(ret->bytes.p, ret->bytes.len, ret->sha256,
	    err));
	KC_TRY(r, cer_yaml_read(name, ret->bytes.p, ret->bytes.len,
	    &ret->root, err));
	if (ret->root->kind != CER_MAP)
		r = CER_NODE_FAIL(ret->root, err,
		    "the file is not a mapping");
	else
		r = read_site(ret, err);
out:
	if (!kc_ok(r))
		cer_site_free(ret);
	return r;
}

void
cer_site_free(struct cer_site *s)
{
	if (s == NULL)
		return;
	free(s->estate);
	cer_node_free(&s->root);
	kc_buf_free(&s->bytes);
	memset(s, 0, sizeof *s);
}

const struct cer_person *
cer_site_person(const struct cer_site *s, const char *id)
{
	for (size_t i = 0; i < s->n_people; i++)
		if (strcmp(s->person[i].id, id) == 0)
			return &s->person[i];
	return NULL;
}

const struct cer_person *
cer_site_who(const struct cer_site *s, const char *id_or_role)
{
	const struct cer_person *p = cer_site_person(s, id_or_role);

	for (size_t i = 0; p == NULL && i < s->n_people; i++)
		if (strcmp(s->person[i].role, id_or_role) == 0)
			p = &s->person[i];
	return p;
}

const struct cer_card_def *
cer_site_card_of(const struct cer_site *s, const char *person)
{
	for (size_t i = 0; i < s->n_cards; i++)
		if (strcmp(s->card[i].person, person) == 0)
			return &s->card[i];
	return NULL;
}

const struct cer_module_def *
cer_site_module(const struct cer_site *s, const char *id)
{
	for (size_t i = 0; i < s->n_modules; i++)
		if (strcmp(s->module[i].id, id) == 0)
			return &s->module[i];
	return NULL;
}

size_t
cer_site_count(const struct cer_site *s, const char *role)
{
	size_t n = 0;

	for (size_t i = 0; i < s->n_people; i++)
		n += strcmp(s->person[i].role, role) == 0;
	return n;
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading a ceremony script: form only; what it means is action.h's.
 */
#include "ceremony/script.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/entry.h"
#include "base/file.h"
#include "ceremony/action.h"
#include "ceremony/readback.h"
#include "ceremony/steps.h"

bool
cer_is_name(const char *s)
{
	size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789-");

	return n > 0 && n <= 40 && s[n] == '\0';
}

kc_result
cer_node_name(const struct cer_node *map, const char *key, const char **ret,
    struct kc_err *err)
{
	kc_result r = cer_node_str(map, key, NULL, ret, err);

	if (kc_ok(r) && !cer_is_name(*ret))
		return CER_NODE_FAIL(cer_node_get(map, key), err,
		    "'%s' must be of a-z, 0-9 and '-', at most 40", key);
	return r;
}

static const char step_fields[] = "id do title by watch say why minutes "
    "for_each approve if uses";

static kc_result
read_fields(const struct cer_step *st, struct kc_err *err)
{
	char fields[400];

	(void)snprintf(fields, sizeof fields, "%s%s%s", step_fields,
	    st->action->fields[0] != '\0' ? " " : "", st->action->fields);
	return cer_node_only(st->node, fields, err);
}

/* Actions whose fields have a form of their own. */
static const struct {
	const char *action;
	kc_result (*fields)(const struct cer_node *step, struct kc_err *err);
} forms[] = {
	{ "evidence.check", cer_evidence_fields },
	{ "attestation.check", cer_attestation_fields },
	{ "policy.check", cer_policy_fields },
	{ "byok.wrap", cer_byok_fields },
};

/* Values of the actions' own fields: a misspelt key name would be a key that
 * nobody makes. */
static kc_result
read_values(const struct cer_step *st, struct kc_err *err)
{
	const struct cer_node *keys = cer_node_get(st->node, "keys");
	const char *name[2], *result, *subject, *set, *card;
	size_t n = 0;
	kc_result r;

	KC_TRY(r, cer_node_list(st->node, "keys", name, 2, &n, err));
	if (keys != NULL && n == 0)
		return CER_NODE_FAIL(keys, err, "'keys' names no key");
	for (size_t i = 0; i < n; i++)
		if (strcmp(name[i], "wrapping") != 0 &&
		    strcmp(name[i], "signing") != 0)
			return CER_NODE_FAIL(keys, err, "'%.40s' is no key of "
			    "a card: wrapping, signing", name[i]);
	KC_TRY(r, cer_node_str(st->node, "result", "await", &result, err));
	if (strcmp(result, "await") != 0)
		return CER_NODE_FAIL(cer_node_get(st->node, "result"), err,
		    "'result' is '%.40s', not await", result);
	KC_TRY(r, cer_node_str(st->node, "set", "new", &set, err));
	if (strcmp(set, "new") != 0)
		return CER_NODE_FAIL(cer_node_get(st->node, "set"), err,
		    "'set' is '%.40s', not new", set);
	KC_TRY(r, cer_node_str(st->node, "card", "stays", &card, err));
	if (strcmp(card, "stays") != 0)
		return CER_NODE_FAIL(cer_node_get(st->node, "card"), err,
		    "'card' is '%.40s', not stays", card);
	if (strcmp(st->action->name, "readback") == 0) {
		KC_TRY(r, cer_node_str(st->node, "subject", NULL, &subject,
		    err));
		if (!cer_readback_subject(subject))
			return CER_NODE_FAIL(cer_node_get(st->node,
			    "subject"), err, "'%.40s' cannot be read back: "
			    CER_READBACK_SUBJECTS, subject);
	}
	if (strcmp(st->action->name, "card.wrong") == 0)
		KC_TRY(r, cer_node_str(st->node, "instead", NULL, &subject,
		    err));
	for (size_t i = 0; i < sizeof forms / sizeof *forms && kc_ok(r); i++)
		if (strcmp(st->action->name, forms[i].action) == 0)
			r = forms[i].fields(st->node, err);
out:
	return r;
}

static kc_result
read_step(struct cer_script *s, const struct cer_node *node, size_t act,
    struct kc_err *err)
{
	struct cer_step *st = &s->step[s->n_steps];
	const char *action;
	kc_result r;

	if (s->n_steps == CER_STEPS_MAX)
		return CER_NODE_FAIL(node, err, "more than %d steps",
		    CER_STEPS_MAX);
	st->node = node;
	st->act = act;
	KC_TRY(r, cer_node_name(node, "id", &st->id, err));
	for (size_t i = 0; i < s->n_steps; i++)
		if (s->step[i].act == act &&
		    strcmp(s->step[i].id, st->id) == 0)
			return CER_NODE_FAIL(cer_node_get(node, "id"), err,
			    "this act has a step '%s' already", st->id);
	KC_TRY(r, cer_node_str(node, "do", NULL, &action, err));
	st->action = cer_action_find(action);
	if (st->action == NULL)
		return CER_NODE_FAIL(cer_node_get(node, "do"), err,
		    "there is no action '%.40s'", action);
	KC_TRY(r, read_fields(st, err));
	KC_TRY(r, read_values(st, err));
	KC_TRY(r, cer_node_str(node, "readback_by", "", &st->reader, err));
	KC_TRY(r, cer_node_str(node, "title", NULL, &st->title, err));
	KC_TRY(r, cer_node_str(node, "by", NULL, &st->by, err));
	KC_TRY(r, cer_node_str(node, "say", "", &st->say, err));
	if (cer_node_get(node, "why") == NULL)
		return CER_NODE_FAIL(node, err, "step '%s' does not say "
		    "'why': the threat it answers", st->id);
	KC_TRY(r, cer_node_str(node, "why", NULL, &st->why, err));
	KC_TRY(r, cer_node_str(node, "for_each", "", &st->for_each, err));
	KC_TRY(r, cer_node_int(node, "minutes", 0, 600, &st->minutes, err));
	KC_TRY(r, cer_node_list(node, "watch", st->watch, CER_LIST_MAX,
	    &st->n_watch, err));
	KC_TRY(r, cer_node_list(node, "approve", st->approve, CER_LIST_MAX,
	    &st->n_approve, err));
	KC_TRY(r, cer_condition_read(s, st, err));
	KC_TRY(r, cer_uses_read(s, st, err));
	KC_TRY(r, cer_marks_check(s, cer_node_get(node, "title"), err));
	KC_TRY(r, cer_marks_check(s, cer_node_get(node, "say"), err));
	s->n_steps++;
out:
	return r;
}

static kc_result
read_act(struct cer_script *s, const struct cer_node *node,
    struct kc_err *err)
{
	struct cer_act *act = &s->act[s->n_acts];
	const struct cer_node *steps;
	kc_result r;

	if (s->n_acts == CER_ACTS_MAX)
		return CER_NODE_FAIL(node, err, "more than %d acts",
		    CER_ACTS_MAX);
	KC_TRY(r, cer_node_only(node, "id title steps", err));
	KC_TRY(r, cer_node_name(node, "id", &act->id, err));
	for (size_t i = 0; i < s->n_acts; i++)
		if (strcmp(s->act[i].id, act->id) == 0)
			return CER_NODE_FAIL(cer_node_get(node, "id"), err,
			    "there is an act '%s' already", act->id);
	KC_TRY(r, cer_node_str(node, "title", NULL, &act->title, err));
	steps = cer_node_get(node, "steps");
	if (steps == NULL || steps->kind != CER_SEQ || steps->n == 0)
		return CER_NODE_FAIL(steps != NULL ? steps : node, err,
		    "act '%s' has no steps", act->id);
	for (size_t i = 0; i < steps->n; i++)
		KC_TRY(r, read_step(s, steps->child[i], s->n_acts, err));
	s->n_acts++;
out:
	return r;
}

kc_result
cer_script_personal(const struct cer_node *root,
    const char *ret[static CER_LIST_MAX], size_t *ret_n, struct kc_err *err)
{
	kc_result r = cer_node_list(root, "personal", ret, CER_LIST_MAX,
	    ret_n, err);

	for (size_t i = 0; kc_ok(r) && i < *ret_n; i++)
		if (!aud_name_ok(ret[i]) || strchr(ret[i], '.') == NULL)
			r = CER_NODE_FAIL(cer_node_get(root, "personal"),
			    err, "'%.70s' is no KIND.FACT of the journal",
			    ret[i]);
	return r;
}

static kc_result
read_sizes(struct cer_script *s, struct kc_err *err)
{
	const char *text[CER_SIZES_MAX];
	kc_result r = cer_node_list(s->root, "sizes", text, CER_SIZES_MAX,
	    &s->n_sizes, err);

	if (!kc_ok(r))
		return r;
	for (size_t i = 0; i < s->n_sizes; i++) {
		s->sizes[i] = strtol(text[i], NULL, 10);
		if (strlen(text[i]) != 4 || (s->sizes[i] != 2048 &&
		    s->sizes[i] != 3072 && s->sizes[i] != 4096))
			return CER_NODE_FAIL(cer_node_get(s->root, "sizes"),
			    err, "'%.20s' is no RSA size of 2048, 3072, 4096",
			    text[i]);
	}
	if (s->n_sizes == 0)
		s->sizes[s->n_sizes++] = 3072;
	return r;
}

static kc_result
read_tree(struct cer_script *s, struct kc_err *err)
{
	const char *personal[CER_LIST_MAX];
	size_t n = 0;
	const struct cer_node *acts;
	int64_t format;
	kc_result r;

	KC_TRY(r, cer_node_only(s->root, "ceremony format title sizes "
	    "personal parameters materials acts", err));
	KC_TRY(r, cer_node_name(s->root, "ceremony", &s->name, err));
	KC_TRY(r, cer_node_int(s->root, "format", 1, 1, &format, err));
	KC_TRY(r, cer_node_str(s->root, "title", NULL, &s->title, err));
	KC_TRY(r, read_sizes(s, err));
	KC_TRY(r, cer_script_personal(s->root, personal, &n, err));
	KC_TRY(r, cer_parameters_read(s->root, err));
	KC_TRY(r, cer_materials_read(s, err));
	acts = cer_node_get(s->root, "acts");
	if (acts == NULL || acts->kind != CER_SEQ || acts->n == 0)
		return CER_NODE_FAIL(acts != NULL ? acts : s->root, err,
		    "there are no acts");
	for (size_t i = 0; i < acts->n && kc_ok(r); i++)
		r = read_act(s, acts->child[i], err);
out:
	return r;
}

kc_result
cer_yaml_load(const char *path, struct kc_buf *bytes,
    uint8_t sha[static KC_SHA256], struct cer_node **root,
    struct kc_err *err)
{
	kc_result r;

	KC_TRY(r, kc_file_read(path, CER_YAML_MAX, bytes, err));
	KC_TRY(r, kc_sha256_one(bytes->p, bytes->len, sha, err));
	KC_TRY(r, cer_yaml_read(path, bytes->p, bytes->len, root, err));
	if ((*root)->kind != CER_MAP)
		r = CER_NODE_FAIL(*root, err, "the file is not a mapping");
out:
	return r;
}

kc_result
cer_script_read(const char *path, struct cer_script *ret, struct kc_err *err)
{
	kc_result r;

	KC_TRY(r, cer_yaml_load(path, &ret->bytes, ret->sha256, &ret->root,
	    err));
	r = read_tree(ret, err);
out:
	if (!kc_ok(r))
		cer_script_free(ret);
	return r;
}

void
cer_script_free(struct cer_script *s)
{
	if (s == NULL)
		return;
	cer_node_free(&s->root);
	kc_buf_free(&s->bytes);
	memset(s, 0, sizeof *s);
}

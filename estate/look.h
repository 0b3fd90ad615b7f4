/* SPDX-License-Identifier: Apache-2.0
 *
 * Inside sd/: one look at the estate, and how its files are read.  Null and
 * absent are alike everywhere, and never false.
 */
#ifndef KC_ESTATE_LOOK_H
#define KC_ESTATE_LOOK_H

#include "base/json.h"
#include "estate/estate.h"

/* struct est_paper: a file under a look.  json NULL: not JSON. */
struct est_paper {
	const struct est_file *file;
	json_t *json;
};

/* struct est_look: one look.  paper[0] is judged, the others are beside. */
struct est_look {
	const struct est_approved *a;
	int64_t at_ms;
	struct est_estate *ret;
	size_t n;
	struct est_paper paper[1 + EST_BESIDE_MAX];
};

/* A kind's own judge. */
typedef kc_result est_look_fn(struct est_look *k, const struct est_paper *p,
    struct kc_err *err);
est_look_fn est_look_pool, est_look_net, est_look_roles, est_look_key,
    est_look_rotation, est_look_backup, est_look_settings;
/* What holds between files, behind the kind's own. */
est_look_fn est_look_cross;

/* est_look_attested: an attestation that stands beside verifies, and its owner
 * root names this host's pool; host "": no file names one. */
KC_MUST kc_result est_look_attested(struct est_look *k, const char *host,
    struct kc_err *err);

/* est_say_that: the next assertion.  fmt may hold text of the file: it is
 * escaped here. */
KC_MUST kc_result est_say_that(struct est_look *k, const char *name,
    enum est_truth truth, struct kc_err *err, const char *fmt, ...)
    KC_PRINTF(5, 6);

/* est_remark: a line that is no assertion. */
KC_MUST kc_result est_remark(struct est_look *k, struct kc_err *err,
    const char *fmt, ...) KC_PRINTF(3, 4);

/* est_known: a remark for each member of o that is not in the blank-separated
 * list.  where: "properties." or "" */
KC_MUST kc_result est_known(struct est_look *k, const json_t *o,
    const char *where, const char *keys, struct kc_err *err);

/* est_word_in: is it one of the blank-separated words? */
bool est_word_in(const char *words, const char *word);

/* est_first: the paper of a kind that stands beside, or NULL. */
const struct est_paper *est_first(const struct est_look *k, enum est_kind kind);

/* A member that may be null or absent: ret NULL (-1, false) then.
 *  where  the file's name, and the place if o is not its top
 *  Errors: KC_EFORMAT of another type */
KC_MUST kc_result est_may_str(const json_t *o, const char *where,
    const char *key, const char **ret, struct kc_err *err);
KC_MUST kc_result est_may_obj(const json_t *o, const char *where,
    const char *key, const json_t **ret, struct kc_err *err);
KC_MUST kc_result est_may_arr(const json_t *o, const char *where,
    const char *key, const json_t **ret, struct kc_err *err);
KC_MUST kc_result est_may_bool(const json_t *o, const char *where,
    const char *key, int *ret, struct kc_err *err);
KC_MUST kc_result est_may_int(const json_t *o, const char *where,
    const char *key, int64_t max, bool *ret_there, int64_t *ret,
    struct kc_err *err);

/* est_may_time: seconds since 1970, or a text of ISO 8601 in UTC; 0 seconds
 *  are no time.  ret_ms */
KC_MUST kc_result est_may_time(const json_t *o, const char *where,
    const char *key, bool *ret_there, int64_t *ret_ms, struct kc_err *err);

/* est_time_parse: ISO 8601 with Z or +00:00. */
KC_MUST kc_result est_time_parse(const char *text, int64_t *ret_ms,
    struct kc_err *err);

/* est_all_text: every item of arr is a text; what names it. */
KC_MUST kc_result est_all_text(const json_t *arr, const char *where,
    const char *what, struct kc_err *err);

/* struct est_host: the host of an https URL, and what follows its '/'. */
#define EST_HOST_MAX 253
struct est_host {
	char name[EST_HOST_MAX + 1];	/* lower case */
	const char *path;	/* into the URL, behind the '/'; may be "" */
};
/* est_host_read: false when url is not https://HOST[/...], without port,
 * user or query. */
bool est_host_read(const char *url, struct est_host *ret);

/* est_host_is: is it the pool, short name or whole? */
bool est_host_is(const char *host, const char *pool);

/* est_listed: is text, without regard to ASCII case, in the list? */
bool est_listed(const struct est_names *list, const char *text);

/* est_names_add: another name to a growing "a, b and 3 more" text.
 *  n  how many there are so far; counted up */
KC_MUST kc_result est_names_add(struct kc_buf *b, size_t *n,
    struct kc_err *err, const char *fmt, ...) KC_PRINTF(4, 5);
/* est_names_end: ends it; the text is b's. */
KC_MUST kc_result est_names_end(struct kc_buf *b, size_t n,
    struct kc_err *err);

/* struct est_compared: what two lists have that the other has not. */
struct est_compared {
	struct kc_buf extra, missing;	/* texts of est_names_add */
	size_t n_extra, n_missing;
};
/* est_compare: a JSON list of texts against an approved list, as sets.
 *  ret  caller: est_compared_free, also on failure */
KC_MUST kc_result est_compare(const json_t *arr, const struct est_names *want,
    struct est_compared *ret, struct kc_err *err);
void est_compared_free(struct est_compared *c);

/* est_say_set: the assertion that arr and the approved list are one set.
 *  arr   NULL: unknown, the file does not say
 *  what  "initial administrators" */
KC_MUST kc_result est_say_set(struct est_look *k, const char *name,
    const char *what, const json_t *arr, const struct est_names *want,
    struct kc_err *err);

/* struct est_facts_key: what others need of a key's JSON. */
struct est_key_facts {
	const char *kid, *recovery;	/* NULL: not said */
	struct est_host host;		/* of kid; name "" if it has none */
	char name[128];			/* "" when the kid is of no shape */
	char version[33];
};
KC_MUST kc_result est_key_facts(const struct est_paper *p,
    struct est_key_facts *ret, struct kc_err *err);

/* struct est_pool_facts: likewise of a pool's. */
struct est_pool_facts {
	const json_t *props;
	const char *uri, *activation;
	struct est_host host;
	int purge;			/* -1: not said */
	const json_t *admins;		/* NULL: not said */
};
KC_MUST kc_result est_pool_facts(const struct est_paper *p,
    struct est_pool_facts *ret, struct kc_err *err);

#endif

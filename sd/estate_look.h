/* SPDX-License-Identifier: Apache-2.0
 *
 * Inside sd/: one look at the estate, and how its files are read.  Null and
 * absent are alike everywhere, and never false.
 */
#ifndef KC_SD_ESTATE_LOOK_H
#define KC_SD_ESTATE_LOOK_H

#include "base/json.h"
#include "sd/estate.h"

/* struct sd_paper: a file under a look.  json NULL: not JSON. */
struct sd_paper {
	const struct sd_estate_file *file;
	json_t *json;
};

/* struct sd_look: one look.  paper[0] is judged, the others are beside. */
struct sd_look {
	const struct sd_approved *a;
	int64_t at_ms;
	struct sd_estate *ret;
	size_t n;
	struct sd_paper paper[1 + SD_BESIDE_MAX];
};

/* A kind's own judge. */
typedef kc_result sd_look_fn(struct sd_look *k, const struct sd_paper *p,
    struct kc_err *err);
sd_look_fn sd_look_pool, sd_look_net, sd_look_roles, sd_look_key,
    sd_look_rotation, sd_look_backup, sd_look_settings;
/* What holds between files, behind the kind's own. */
sd_look_fn sd_look_cross;

/* sd_say_that: the next assertion.  fmt may hold text of the file: it is
 * escaped here. */
KC_MUST kc_result sd_say_that(struct sd_look *k, const char *name,
    enum sd_truth truth, struct kc_err *err, const char *fmt, ...)
    KC_PRINTF(5, 6);

/* sd_remark: a line that is no assertion. */
KC_MUST kc_result sd_remark(struct sd_look *k, struct kc_err *err,
    const char *fmt, ...) KC_PRINTF(3, 4);

/* sd_known: a remark for each member of o that is not in the blank-separated
 * list.  where: "properties." or "" */
KC_MUST kc_result sd_known(struct sd_look *k, const json_t *o,
    const char *where, const char *keys, struct kc_err *err);

/* sd_word_in: is it one of the blank-separated words? */
bool sd_word_in(const char *words, const char *word);

/* sd_first: the paper of a kind that stands beside, or NULL. */
const struct sd_paper *sd_first(const struct sd_look *k, enum sd_kind kind);

/* A member that may be null or absent: ret NULL (-1, false) then.
 *  where  the file's name, and the place if o is not its top
 *  Errors: KC_EFORMAT of another type */
KC_MUST kc_result sd_may_str(const json_t *o, const char *where,
    const char *key, const char **ret, struct kc_err *err);
KC_MUST kc_result sd_may_obj(const json_t *o, const char *where,
    const char *key, const json_t **ret, struct kc_err *err);
KC_MUST kc_result sd_may_arr(const json_t *o, const char *where,
    const char *key, const json_t **ret, struct kc_err *err);
KC_MUST kc_result sd_may_bool(const json_t *o, const char *where,
    const char *key, int *ret, struct kc_err *err);
KC_MUST kc_result sd_may_int(const json_t *o, const char *where,
    const char *key, int64_t max, bool *ret_there, int64_t *ret,
    struct kc_err *err);

/* sd_may_time: seconds since 1970, or a text of ISO 8601 in UTC; 0 seconds
 *  are no time.  ret_ms */
KC_MUST kc_result sd_may_time(const json_t *o, const char *where,
    const char *key, bool *ret_there, int64_t *ret_ms, struct kc_err *err);

/* sd_time_parse: ISO 8601 with Z or +00:00. */
KC_MUST kc_result sd_time_parse(const char *text, int64_t *ret_ms,
    struct kc_err *err);

/* sd_all_text: every item of arr is a text; what names it. */
KC_MUST kc_result sd_all_text(const json_t *arr, const char *where,
    const char *what, struct kc_err *err);

/* struct sd_host: the host of an https URL, and what follows its '/'. */
#define SD_HOST_MAX 253
struct sd_host {
	char name[SD_HOST_MAX + 1];	/* lower case */
	const char *path;	/* into the URL, behind the '/'; may be "" */
};
/* sd_host_read: false when url is not https://HOST[/...], without port,
 * user or query. */
bool sd_host_read(const char *url, struct sd_host *ret);

/* sd_host_is: is it the pool, short name or whole? */
bool sd_host_is(const char *host, const char *pool);

/* sd_listed: is text, without regard to ASCII case, in the list? */
bool sd_listed(const struct sd_names *list, const char *text);

/* sd_names_add: another name to a growing "a, b and 3 more" text.
 *  n  how many there are so far; counted up */
KC_MUST kc_result sd_names_add(struct kc_buf *b, size_t *n,
    struct kc_err *err, const char *fmt, ...) KC_PRINTF(4, 5);
/* sd_names_end: ends it; the text is b's. */
KC_MUST kc_result sd_names_end(struct kc_buf *b, size_t n,
    struct kc_err *err);

/* struct sd_compared: what two lists have that the other has not. */
struct sd_compared {
	struct kc_buf extra, missing;	/* texts of sd_names_add */
	size_t n_extra, n_missing;
};
/* sd_compare: a JSON list of texts against an approved list, as sets.
 *  ret  caller: sd_compared_free, also on failure */
KC_MUST kc_result sd_compare(const json_t *arr, const struct sd_names *want,
    struct sd_compared *ret, struct kc_err *err);
void sd_compared_free(struct sd_compared *c);

/* sd_say_set: the assertion that arr and the approved list are one set.
 *  arr   NULL: unknown, the file does not say
 *  what  "initial administrators" */
KC_MUST kc_result sd_say_set(struct sd_look *k, const char *name,
    const char *what, const json_t *arr, const struct sd_names *want,
    struct kc_err *err);

/* struct sd_facts_key: what others need of a key's JSON. */
struct sd_key_facts {
	const char *kid, *recovery;	/* NULL: not said */
	struct sd_host host;		/* of kid; name "" if it has none */
	char name[128];			/* "" when the kid is of no shape */
	char version[33];
};
KC_MUST kc_result sd_key_facts(const struct sd_paper *p,
    struct sd_key_facts *ret, struct kc_err *err);

/* struct sd_pool_facts: likewise of a pool's. */
struct sd_pool_facts {
	const json_t *props;
	const char *uri, *activation;
	struct sd_host host;
	int purge;			/* -1: not said */
	const json_t *admins;		/* NULL: not said */
};
KC_MUST kc_result sd_pool_facts(const struct sd_paper *p,
    struct sd_pool_facts *ret, struct kc_err *err);

#endif

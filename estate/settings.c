/* SPDX-License-Identifier: Apache-2.0
 *
 * A pool's settings: one is known, and it decides whether Azure's control
 * plane reaches keys past the pool's own roles.
 */
#include <string.h>

#include "estate/look.h"

#define ARM "AllowKeyManagementOperationsThroughARM"
#define SETTINGS_MAX 256

static kc_result
list_of(const struct est_paper *p, const json_t **ret, struct kc_err *err)
{
	const char *key = json_object_get(p->json, "settings") != NULL ?
	    "settings" : "value";

	if (!json_is_array(p->json))
		return kc_json_arr(p->json, p->file->name, key, 0,
		    SETTINGS_MAX, ret, err);
	if (json_array_size(p->json) > SETTINGS_MAX)
		return KC_FAIL(err, KC_ELIMIT, 0, "%s has %zu settings",
		    p->file->name, json_array_size(p->json));
	*ret = p->json;
	return KC_DONE;
}

kc_result
est_look_settings(struct est_look *k, const struct est_paper *p,
    struct kc_err *err)
{
	const char *file = p->file->name, *name = NULL, *value = NULL;
	const char *arm = NULL;
	const json_t *list = NULL;
	kc_result r;

	KC_TRY(r, list_of(p, &list, err));
	if (json_is_object(p->json))
		KC_TRY(r, est_known(k, p->json, "", "settings value", err));
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *o = json_array_get(list, i);

		KC_TRY(r, kc_json_str(o, file, "name", &name, err));
		KC_TRY(r, est_may_str(o, file, "value", &value, err));
		KC_TRY(r, est_known(k, o, "settings.", "name type settingType "
		    "value", err));
		if (strcmp(name, ARM) != 0) {
			KC_TRY(r, est_remark(k, err, "the setting %s (%s) is "
			    "not known to this program and was not judged",
			    name, value != NULL ? value : "no value"));
			continue;
		}
		if (arm != NULL) {
			r = KC_FAIL(err, KC_EFORMAT, 0, "%s has the setting "
			    "%s twice", file, ARM);
			goto out;
		}
		arm = value;
	}
	if (arm == NULL)
		r = est_say_that(k, "arm-key-management", EST_UNKNOWN, err,
		    "the file does not say (%s absent or null)", ARM);
	else
		r = est_say_that(k, "arm-key-management", strcmp(arm, "false")
		    == 0 ? EST_HOLDS : EST_FAILS, err, strcmp(arm, "true") == 0
		    ? "%s is true: Azure's control plane makes and reads keys "
		    "past the pool's own roles" : "%s is %s", ARM, arm);
out:
	return r;
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * Which Cryptoki module serves a card: the command line's or the URI's.
 */
#include "ceremony/cmd.h"

kc_result
cer_module(const char *module, const char *const *env, size_t n_env,
    const struct tok_uri *uri, struct tok_module *ret, struct kc_err *err)
{
	struct tok_module m = { 0 };

	if (module != NULL)
		m.path = module;
	else if (uri != NULL && uri->module_path[0] != '\0')
		m.path = uri->module_path;
	if (m.path == NULL)
		return KC_FAIL(err, KC_EUSAGE, 0,
		    "no card module is named: give --module PATH or "
		    "module-path in the URI");
	if (n_env > TOK_ENV_MAX)
		return KC_FAIL(err, KC_EUSAGE, 0,
		    "--module-env: %zu values; at most %d", n_env,
		    TOK_ENV_MAX);
	for (size_t i = 0; i < n_env; i++)
		m.env[m.n_env++] = env[i];
	*ret = m;
	return KC_DONE;
}

bool
tok_known_soft(const struct tok_info *info)
{
	(void)info;
	return false;
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * Which card module: said on the command line or in the URI, never guessed.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ceremony/cmd.h"

/* Where Debian's packages put them. */
static const char *const usual[] = {
	"/usr/lib/softhsm/libsofthsm2.so",
	"/usr/lib/x86_64-linux-gnu/opensc-pkcs11.so",
	"/usr/lib/aarch64-linux-gnu/opensc-pkcs11.so",
	"/usr/lib/x86_64-linux-gnu/libykcs11.so",
	"/usr/lib/aarch64-linux-gnu/libykcs11.so",
	"/usr/lib/x86_64-linux-gnu/pkcs11/libopencryptoki.so",
	"/usr/lib/aarch64-linux-gnu/pkcs11/libopencryptoki.so",
	"/usr/lib/x86_64-linux-gnu/pkcs11/libtpm2_pkcs11.so",
	"/usr/lib/aarch64-linux-gnu/pkcs11/libtpm2_pkcs11.so",
};

static kc_result
none_given(struct kc_err *err)
{
	char found[400] = "";
	size_t at = 0;

	for (size_t i = 0; i < sizeof usual / sizeof *usual; i++) {
		if (access(usual[i], R_OK) != 0)
			continue;
		at += (size_t)snprintf(found + at, sizeof found - at, "%s%s",
		    at > 0 ? ", " : "", usual[i]);
		if (at >= sizeof found)
			break;
	}
	return KC_FAIL(err, KC_EUSAGE, 0, "which card module? give --module "
	    "PATH or module-path in the URI; found here: %s",
	    found[0] != '\0' ? found : "none");
}

static bool
variable_ok(const char *entry)
{
	static const char *const names[] = { "SOFTHSM2_CONF=", "OPENSC_CONF=",
		"TPM2_PKCS11_STORE=", "TPM2_PKCS11_TCTI=" };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strncmp(entry, names[i], strlen(names[i])) == 0)
			return true;
	return false;
}

kc_result
cer_module(const char *module, const char *const *env, size_t n_env,
    const struct tok_uri *uri, struct tok_module *ret, struct kc_err *err)
{
	struct tok_module m = { .path = module };
	const char *said = uri != NULL && uri->module_path[0] != '\0' ?
	    uri->module_path : NULL;

	if (m.path != NULL && said != NULL && strcmp(m.path, said) != 0)
		return KC_FAIL(err, KC_EUSAGE, 0, "--module names %.200s, the "
		    "URI %.200s: which one?", m.path, said);
	if (m.path == NULL)
		m.path = said;
	if (m.path == NULL)
		return none_given(err);
	if (m.path[0] != '/')
		return KC_FAIL(err, KC_EUSAGE, 0,
		    "module '%.200s': the path must be absolute", m.path);
	if (n_env > TOK_ENV_MAX)
		return KC_FAIL(err, KC_EUSAGE, 0,
		    "--module-env: at most %d variables", TOK_ENV_MAX);
	for (size_t i = 0; i < n_env; i++) {
		if (!variable_ok(env[i]))
			return KC_FAIL(err, KC_EUSAGE, 0, "--module-env "
			    "'%.60s': only SOFTHSM2_CONF, OPENSC_CONF, "
			    "TPM2_PKCS11_STORE and TPM2_PKCS11_TCTI are "
			    "passed on, as NAME=VALUE", env[i]);
		if (strlen(env[i]) > 1024)
			return KC_FAIL(err, KC_EUSAGE, 0,
			    "--module-env '%.40s...' is too long", env[i]);
		m.env[m.n_env++] = env[i];
	}
	*ret = m;
	return KC_DONE;
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * A module that writes is known by its file's name: it is not loaded yet.
 */
#include "tokens/places.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/landlock.h"

#define FIXED_MAX 5

#define OPENCRYPTOKI { "/var/lib/opencryptoki", "/run/lock/opencryptoki", \
	"/var/log/opencryptoki", "/dev/shm" }

/* What the packages of Debian 12 write, apart from what variables name. */
static const struct {
	const char *module;		/* its file's name begins so */
	const char *path[FIXED_MAX];
} known[] = {
	{ "libopencryptoki", OPENCRYPTOKI },
	{ "PKCS11_API", OPENCRYPTOKI },		/* its other name */
	{ "libtpm2_pkcs11", { "/etc/tpm2_pkcs11", "/dev/tpmrm0",
	    "/dev/tpm0" } },
};

/* SoftHSM's configuration names the directory of its tokens. */
static void
softhsm_store(const char *conf, char ret[static TOK_WRITE_SIZE])
{
	static const char key[] = "directories.tokendir";
	char line[TOK_WRITE_SIZE + 64];
	FILE *f = fopen(conf, "re");

	if (f == NULL)
		return;
	while (fgets(line, sizeof line, f) != NULL) {
		char *at = line + strspn(line, " \t");

		if (strncmp(at, key, sizeof key - 1) != 0)
			continue;
		at += sizeof key - 1;
		at += strspn(at, " \t=");
		at[strcspn(at, "\r\n")] = '\0';
		for (size_t n = strlen(at); n > 0 && (at[n - 1] == ' ' ||
		    at[n - 1] == '\t'); n--)
			at[n - 1] = '\0';
		if (strlen(at) < TOK_WRITE_SIZE)
			memcpy(ret, at, strlen(at) + 1);
	}
	(void)fclose(f);
}

static const char *
file_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

static bool
begins(const char *name, const char *with)
{
	return strncmp(name, with, strlen(with)) == 0;
}

/* A directory of its own by a variable, or by the configuration it names. */
static void
find_store(struct tok_places *p, const char *name)
{
	const char *conf = getenv("SOFTHSM2_CONF");
	const char *store = getenv("TPM2_PKCS11_STORE");

	if (conf == NULL && begins(name, "libsofthsm"))
		conf = "/etc/softhsm/softhsm2.conf";
	if (conf != NULL)
		softhsm_store(conf, p->store);
	else if (store != NULL && strlen(store) < sizeof p->store)
		memcpy(p->store, store, strlen(store) + 1);
}

static kc_result
add_known(struct kc_writes *w, const char *name, struct kc_err *err)
{
	kc_result r = KC_DONE;

	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		for (size_t k = 0; begins(name, known[i].module) &&
		    k < FIXED_MAX && known[i].path[k] != NULL; k++)
			KC_TRY(r, kc_writes_add(w, known[i].path[k], err));
out:
	return r;
}

kc_result
tok_places_confine(struct tok_places *p, const char *module,
    struct kc_err *err)
{
	struct kc_writes w = { .alone = true };
	kc_result r = KC_DONE;

	for (size_t i = 0; module != NULL && i < p->n_given; i++)
		KC_TRY(r, kc_writes_add(&w, p->given[i], err));
	if (module != NULL) {
		KC_TRY(r, add_known(&w, file_name(module), err));
		find_store(p, file_name(module));
		if (p->store[0] != '\0')
			KC_TRY(r, kc_writes_add(&w, p->store, err));
	}
	r = kc_writes_only(&w, err);
out:
	return r;
}

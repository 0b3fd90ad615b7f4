/* SPDX-License-Identifier: Apache-2.0
 *
 * The modules that were measured, and how each departs from the standard.
 */
#include "tokens/profile.h"

#include <string.h>

#include <openssl/crypto.h>

/* PIV's well-known default management key, PIN and PUK. */
#define PIV_KEY "010203040506070801020304050607080102030405060708"

static const struct tok_profile rows[] = {
	{ .name = "SoftHSM2", .manufacturer = "SoftHSM", .library = "",
	  .birth = TOK_BIRTH_PLAIN, .keygen = true, .so_digits = 16,
	  .conf_variable = "SOFTHSM2_CONF",
	  .conf = { "/etc/softhsm/softhsm2.conf", "/etc/softhsm2.conf" },
	  .limits = "CKM_RSA_PKCS_OAEP with SHA-1 only (2.6.1); a wrong PIN "
	  "never locks" },
	{ .name = "openCryptoki", .manufacturer = "IBM",
	  .library = "Meta PKCS11", .birth = TOK_BIRTH_FACTORY_SO,
	  .keygen = true, .so_digits = 8, .factory_so = "87654321",
	  .factory_pin = "12345678",
	  .conf = { "/etc/opencryptoki/opencryptoki.conf" },
	  .limits = "PINs of 4 to 8 bytes; every card says serial 123; no "
	  "CKM_SHA256_RSA_PKCS (soft token 3.8)" },
	{ .name = "ykcs11", .manufacturer = "Yubico", .library = "",
	  .birth = TOK_BIRTH_PIV, .so_makes = true, .keygen = true,
	  .attests = true, .constants = true,
	  .so_digits = 48, .factory_so = PIV_KEY, .factory_pin = "123456",
	  .factory_puk = "12345678",
	  .limits = "makes RSA keys of at most 2048 bits before 2.5.0; ids "
	  "are PIV slots: 02 is 9c, 03 is 9d" },
	{ .name = "OpenSC", .manufacturer = "OpenSC", .library = "",
	  .birth = TOK_BIRTH_NONE, .keygen = false, .constants = true,
	  .so_digits = 48,
	  .factory_so = PIV_KEY, .factory_pin = "123456",
	  .factory_puk = "12345678",
	  .conf_variable = "OPENSC_CONF",
	  .conf = { "/etc/opensc/opensc.conf" },
	  .limits = "on PIV cards: no key generation and no initialisation "
	  "over Cryptoki (0.23)" },
	{ .name = "tpm2-pkcs11", .manufacturer = "tpm2-software",
	  .library = "", .birth = TOK_BIRTH_PLAIN, .keygen = true,
	  .so_digits = 16,
	  .limits = "RSA of at most 3072 bits; without a resource manager one "
	  "key in a session" },
};

static const struct tok_profile other = {
	.name = "other", .manufacturer = "", .library = "",
	.birth = TOK_BIRTH_PLAIN, .keygen = true, .so_digits = 16,
	.conf = { "/etc/pkcs11/pkcs11.conf" },
	.limits = "not measured: what the module does is taken as the "
	"standard says",
};

static bool
begins(const unsigned char *field, size_t len, const char *prefix)
{
	return strlen(prefix) <= len &&
	    strncmp((const char *)field, prefix, strlen(prefix)) == 0;
}

const struct tok_profile *
tok_profile_find(const unsigned char *manufacturer, size_t manufacturer_len,
    const unsigned char *library, size_t library_len)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (begins(manufacturer, manufacturer_len,
		    rows[i].manufacturer) &&
		    begins(library, library_len, rows[i].library))
			return &rows[i];
	return &other;
}

const struct tok_profile *
tok_profile_named(const char *name)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (strcmp(rows[i].name, name) == 0)
			return &rows[i];
	return strcmp(name, other.name) == 0 ? &other : NULL;
}

kc_result
tok_profile_so_pin(const struct tok_profile *p, struct kc_secret *ret,
    struct kc_err *err)
{
	static const char digits[] = "0123456789abcdef";
	kc_result r = kc_secret_random(ret, p->so_digits + 1, err);

	if (!kc_ok(r))
		return r;
	for (size_t i = 0; i < p->so_digits; i++)
		ret->p[i] = (uint8_t)digits[ret->p[i] & 15];
	ret->p[p->so_digits] = '\0';
	ret->len = p->so_digits;
	return KC_DONE;
}

bool
tok_profile_is_factory(const struct tok_profile *p,
    const struct kc_secret *pin)
{
	return p->factory_pin != NULL && pin->len == strlen(p->factory_pin) &&
	    CRYPTO_memcmp(pin->p, p->factory_pin, pin->len) == 0;
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * Raw RSA and unpadding on the host, for memcheck: a module that hands over
 * a block of secret bytes, padded well or badly.
 */
#include "tests/consttime.h"

#include <openssl/rsa.h>

#include "tokens/object.h"

#define BYTES 256

static uint8_t block[BYTES];	/* what the card's decryption gives */

static CK_RV
find_init(CK_SESSION_HANDLE s, CK_ATTRIBUTE_PTR t, CK_ULONG n)
{
	(void)s;
	(void)t;
	(void)n;
	return CKR_OK;
}

static CK_RV
find(CK_SESSION_HANDLE s, CK_OBJECT_HANDLE_PTR ret, CK_ULONG max,
    CK_ULONG_PTR n)
{
	static bool given;

	(void)s;
	(void)max;
	*n = given ? 0 : 1;
	*ret = 1;
	given = !given;
	return CKR_OK;
}

static CK_RV
find_final(CK_SESSION_HANDLE s)
{
	(void)s;
	return CKR_OK;
}

static CK_RV
decrypt_init(CK_SESSION_HANDLE s, CK_MECHANISM_PTR mech, CK_OBJECT_HANDLE h)
{
	(void)s;
	(void)h;
	return mech->mechanism == CKM_RSA_X_509 ? CKR_OK :
	    CKR_MECHANISM_INVALID;
}

static CK_RV
decrypt(CK_SESSION_HANDLE s, CK_BYTE_PTR ek, CK_ULONG ek_len, CK_BYTE_PTR out,
    CK_ULONG_PTR n)
{
	(void)s;
	(void)ek;
	(void)ek_len;
	memcpy(out, block, BYTES);
	poison(out, BYTES);
	*n = BYTES;
	return CKR_OK;
}

static void
pad(const char *text)
{
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
	must(RSA_padding_add_PKCS1_OAEP_mgf1(block, BYTES,
	    (const unsigned char *)text, (int)strlen(text), NULL, 0,
	    EVP_sha256(), EVP_sha256()) == 1, "OAEP");
#pragma GCC diagnostic pop
}

/* want NULL: it must be refused. */
static void
unwraps(const char *want)
{
	CK_FUNCTION_LIST f = {
		.C_FindObjectsInit = find_init, .C_FindObjects = find,
		.C_FindObjectsFinal = find_final,
		.C_DecryptInit = decrypt_init, .C_Decrypt = decrypt,
	};
	static struct tok_key key = { .id = { 1 }, .id_len = 1,
		.n_len = BYTES };
	struct tok_mod m = { .f = &f, .session = 1, .selected = true };
	uint8_t zero[BYTES] = { 0 };
	const struct kc_buf ek = { zero, BYTES, BYTES };
	struct kc_secret got = { 0 };
	kc_result r;

	memset(key.n, 0xff, BYTES);
	r = tok_rsa_decrypt(&m, &key, TOK_OAEP_RAW, &ek, &got, NULL);
	must(r.code == (want != NULL ? KC_OK : KC_EMAC), "whether it unpads");
	if (want != NULL) {
		reveal(&got.len, sizeof got.len);
		reveal(got.p, got.len);
		must(got.len == strlen(want) &&
		    memcmp(got.p, want, got.len) == 0, "what was wrapped");
	}
	kc_secret_free(&got);
}

static void
all(void)
{
	static const char text[] = "sixty-four bytes of a key, or of a text "
	    "that is as long as one..";

	pad(text);
	unwraps(text);
	for (size_t at = 0; at < BYTES; at += 51) {
		pad(text);
		block[at] ^= 1;
		unwraps(NULL);
	}
	pad("short");
	unwraps("short");
}

int
main(int argc, char **argv)
{
	return consttime_main(argc, argv, all);
}

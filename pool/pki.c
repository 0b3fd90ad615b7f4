/* SPDX-License-Identifier: Apache-2.0
 *
 * The rehearsal's own provisioning PKI.
 */
#include "pool/pki.h"

#include <openssl/conf.h>
#include <openssl/ec.h>
#include <openssl/x509v3.h>

#include "base/secret.h"

#define DAY_S (24L * 3600)
#define YEAR_S (365 * DAY_S)
#define SERIAL_BYTES 16

const uint8_t pool_cpusvn[POOL_CPUSVN] = { 11, 11, 16, 15, 255, 255 };

/* What a checker looks at is Intel's; what a person looks at is not. */
#define ORGANISATION "REHEARSAL, made by ceremony-pool"

#define CA_KEYS "keyUsage=critical,keyCertSign,cRLSign\n"
#define LEAF_KEYS "keyUsage=critical,digitalSignature,nonRepudiation\n" \
	"basicConstraints=critical,CA:FALSE\n"
#define KEY_IDS "subjectKeyIdentifier=hash\n" \
	"authorityKeyIdentifier=keyid:always\n"

static const struct {
	const char *cn;
	enum pool_cert issuer;
	long years;
	const char *extensions;
} profile[POOL_CERTS] = {
	[POOL_ROOT] = { "REHEARSAL SGX Root CA", POOL_ROOT, 20,
	    "basicConstraints=critical,CA:TRUE,pathlen:1\n" CA_KEYS KEY_IDS },
	[POOL_CA] = { "Intel SGX PCK Platform CA", POOL_ROOT, 15,
	    "basicConstraints=critical,CA:TRUE,pathlen:0\n" CA_KEYS KEY_IDS },
	[POOL_PCK] = { "Intel SGX PCK Certificate", POOL_CA, 7,
	    LEAF_KEYS KEY_IDS
	    "1.2.840.113741.1.13.1=ASN1:SEQUENCE:sgx\n" },
	[POOL_TCB] = { "Intel SGX TCB Signing", POOL_ROOT, 7,
	    LEAF_KEYS KEY_IDS },
};

enum pool_cert
pool_pki_issuer(enum pool_cert c)
{
	return profile[c].issuer;
}

kc_result
pool_edit_piece(const struct pool_edit *edit, enum pool_piece piece,
    void *it, struct kc_err *err)
{
	return edit != NULL ? edit->fn(edit->ctx, piece, it, err) : KC_DONE;
}

void
pool_pki_free(struct pool_pki *p)
{
	if (p == NULL)
		return;
	for (size_t i = 0; i < POOL_CERTS; i++) {
		X509_free(p->of[i].cert);
		EVP_PKEY_free(p->of[i].key);
	}
	*p = (struct pool_pki){ 0 };
}

#define SGX "1.2.840.113741.1.13.1."

/* One member of the SGX extension: its number, type and value. */
static const struct {
	const char *number;
	const char *value;
} members[] = {
	{ "1", "FORMAT:ASCII,OCTETSTRING:REHEARSAL-PPID--" },
	{ "2", "SEQUENCE:tcb" },
	{ "3", "FORMAT:HEX,OCTETSTRING:" POOL_PCEID },
	{ "4", "FORMAT:HEX,OCTETSTRING:" POOL_FMSPC },
	{ "5", "ENUMERATED:1" },
	{ "6", "FORMAT:ASCII,OCTETSTRING:REHEARSAL-SERVER" },
	{ "7", "SEQUENCE:configuration" },
	{ "7.1", "BOOLEAN:TRUE" },
	{ "7.2", "BOOLEAN:TRUE" },
	{ "7.3", "BOOLEAN:TRUE" },
};
#define MEMBERS (sizeof members / sizeof *members)
#define OUTER 7

/* The TCB's components, then PCESVN, then CPUSVN as one string. */
static kc_result
describe_tcb(struct kc_buf *b, struct kc_err *err)
{
	kc_result r;

	for (int i = 0; i < POOL_CPUSVN; i++)
		KC_TRY(r, kc_buf_addf(b, err, "[m2.%d]\na=OID:" SGX "2.%d\n"
		    "b=INTEGER:%u\n", i + 1, i + 1, pool_cpusvn[i]));
	KC_TRY(r, kc_buf_addf(b, err, "[m2.17]\na=OID:" SGX "2.17\n"
	    "b=INTEGER:%d\n[m2.18]\na=OID:" SGX "2.18\n"
	    "b=FORMAT:HEX,OCTETSTRING:", POOL_PCESVN));
	for (size_t i = 0; i < POOL_CPUSVN; i++)
		KC_TRY(r, kc_buf_addf(b, err, "%02X", pool_cpusvn[i]));
	KC_TRY(r, kc_buf_adds(b, "\n[tcb]\n", err));
	for (int i = 1; i <= POOL_CPUSVN + 2; i++)
		KC_TRY(r, kc_buf_addf(b, err, "m%d=SEQUENCE:m2.%d\n", i, i));
out:
	return r;
}

/* The platform in OpenSSL's words for ASN.1; the section is sgx. */
static kc_result
describe_platform(struct kc_buf *b, struct kc_err *err)
{
	kc_result r;

	for (size_t i = 0; i < MEMBERS; i++)
		KC_TRY(r, kc_buf_addf(b, err, "[m%s]\na=OID:" SGX "%s\n"
		    "b=%s\n", members[i].number, members[i].number,
		    members[i].value));
	for (size_t i = 0; i < MEMBERS; i++)
		KC_TRY(r, kc_buf_addf(b, err, "%sm%zu=SEQUENCE:m%s\n",
		    i == 0 ? "[sgx]\n" : i == OUTER ? "[configuration]\n" :
		    "", i, members[i].number));
	r = describe_tcb(b, err);
out:
	return r;
}

kc_result
pool_pki_extend(X509 *cert, X509 *issuer, const char *text,
    struct kc_err *err)
{
	BIO *bio = BIO_new_mem_buf(text, -1);
	CONF *conf = NCONF_new(NULL);
	X509V3_CTX ctx;
	kc_result r = KC_DONE;

	X509V3_set_ctx(&ctx, issuer, cert, NULL, NULL, 0);
	if (bio == NULL || conf == NULL ||
	    NCONF_load_bio(conf, bio, NULL) != 1) {
		r = KC_FAIL_SSL(err, KC_EBUG,
		    "the extensions cannot be read");
		goto out;
	}
	X509V3_set_nconf(&ctx, conf);
	if (X509V3_EXT_add_nconf(conf, &ctx, "x", cert) != 1)
		r = KC_FAIL_SSL(err, KC_ENOMEM,
		    "cannot add a certificate's extensions");
out:
	NCONF_free(conf);
	BIO_free(bio);
	return r;
}

static kc_result
set_serial(X509 *cert, struct kc_err *err)
{
	uint8_t p[SERIAL_BYTES];
	BIGNUM *bn = NULL;
	kc_result r;

	KC_TRY(r, kc_random(p, sizeof p, err));
	p[0] = (uint8_t)((p[0] & 0x3f) | 0x40);
	bn = BN_bin2bn(p, sizeof p, NULL);
	if (bn == NULL || BN_to_ASN1_INTEGER(bn,
	    X509_get_serialNumber(cert)) == NULL)
		r = KC_FAIL_SSL(err, KC_ENOMEM, "cannot number a certificate");
out:
	BN_free(bn);
	return r;
}

/* Everything but extensions and signature. */
static kc_result
begin(X509 *cert, enum pool_cert c, const X509 *issuer, EVP_PKEY *key,
    struct kc_err *err)
{
	X509_NAME *name = X509_get_subject_name(cert);

	if (X509_set_version(cert, X509_VERSION_3) != 1 ||
	    X509_gmtime_adj(X509_getm_notBefore(cert), -DAY_S) == NULL ||
	    X509_gmtime_adj(X509_getm_notAfter(cert),
	    profile[c].years * YEAR_S) == NULL ||
	    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
	    (const unsigned char *)profile[c].cn, -1, -1, 0) != 1 ||
	    X509_NAME_add_entry_by_txt(name, "O", MBSTRING_UTF8,
	    (const unsigned char *)ORGANISATION, -1, -1, 0) != 1 ||
	    X509_set_issuer_name(cert, X509_get_subject_name(issuer)) != 1 ||
	    X509_set_pubkey(cert, key) != 1)
		return KC_FAIL_SSL(err, KC_ENOMEM,
		    "cannot make a certificate");
	return set_serial(cert, err);
}

static kc_result
make_one(struct pool_pki *p, enum pool_cert c, const char *platform,
    struct kc_err *err)
{
	enum pool_cert by = profile[c].issuer;
	struct kc_buf text = { 0 };
	X509 *cert = X509_new();
	EVP_PKEY *key = EVP_EC_gen("P-256");
	kc_result r;

	p->of[c].cert = cert;
	p->of[c].key = key;
	if (cert == NULL || key == NULL)
		return KC_FAIL_SSL(err, KC_ENOMEM, "cannot make a key");
	KC_TRY(r, begin(cert, c, p->of[by].cert, key, err));
	KC_TRY(r, kc_buf_addf(&text, err, "[x]\n%s%s", profile[c].extensions,
	    platform));
	KC_TRY(r, pool_pki_extend(cert, p->of[by].cert, kc_buf_str(&text),
	    err));
	KC_TRY(r, pool_edit_piece(p->edit, (enum pool_piece)c, cert,
	    err));
	if (X509_sign(cert, p->of[by].key, EVP_sha256()) == 0)
		r = KC_FAIL_SSL(err, KC_ENOMEM, "cannot sign a certificate");
out:
	kc_buf_free(&text);
	return r;
}

kc_result
pool_pki_make(const struct pool_edit *edit, struct pool_pki *ret,
    struct kc_err *err)
{
	struct pool_pki p = { .edit = edit };
	struct kc_buf platform = { 0 };
	kc_result r;

	KC_TRY(r, describe_platform(&platform, err));
	for (enum pool_cert c = 0; c < POOL_CERTS; c++)
		KC_TRY(r, make_one(&p, c, kc_buf_str(&platform), err));
	*ret = p;
	p = (struct pool_pki){ 0 };
out:
	kc_buf_free(&platform);
	pool_pki_free(&p);
	return r;
}

kc_result
pool_ecdsa(EVP_PKEY *key, const void *p, size_t len, uint8_t ret[static 64],
    struct kc_err *err)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	ECDSA_SIG *sig = NULL;
	uint8_t der[80];
	const uint8_t *at = der;
	size_t n = sizeof der;
	kc_result r = KC_DONE;

	if (ctx != NULL &&
	    EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, key) == 1 &&
	    EVP_DigestSign(ctx, der, &n, p, len) == 1)
		sig = d2i_ECDSA_SIG(NULL, &at, (long)n);
	if (sig == NULL || BN_bn2binpad(ECDSA_SIG_get0_r(sig), ret, 32) < 0 ||
	    BN_bn2binpad(ECDSA_SIG_get0_s(sig), ret + 32, 32) < 0)
		r = KC_FAIL_SSL(err, KC_ENOMEM, "cannot sign with ECDSA");
	ECDSA_SIG_free(sig);
	EVP_MD_CTX_free(ctx);
	return r;
}

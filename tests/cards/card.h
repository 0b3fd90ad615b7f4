/* SPDX-License-Identifier: Apache-2.0
 *
 * A virtual PIV card with the additions of a YubiKey: what it keeps, and the
 * commands it answers (NIST SP 800-73-4 part 2; Yubico's PIV extensions).
 */
#ifndef KC_TESTS_CARDS_CARD_H
#define KC_TESTS_CARDS_CARD_H

#include <openssl/evp.h>

#include "tests/cards/apdu.h"

#define PIV_KEYS 25		/* 9A 9C 9D 9E, 82 to 95, F9 */
#define PIV_OBJECTS 48
#define PIV_OBJECT_MAX 3052	/* largest data object, in bytes */
#define PIV_MGM_MAX 32		/* longest management key: AES-256 */
#define PIV_PIN_BYTES 8		/* a PIN on the wire, padded with FF */

#define PIV_REF_PIN 0x80
#define PIV_REF_PUK 0x81
#define PIV_REF_MGM 0x9B
#define PIV_REF_SIGN 0x9C
#define PIV_REF_CARD_AUTH 0x9E
#define PIV_REF_ATTEST 0xF9

#define PIV_TAG_DISCOVERY 0x7E
#define PIV_TAG_CHUID 0x5FC102
#define PIV_TAG_ATTEST 0x5FFF01	/* certificate of F9 */

enum piv_pin_policy { PIV_PIN_NEVER = 1, PIV_PIN_ONCE, PIV_PIN_ALWAYS };
enum piv_touch_policy { PIV_TOUCH_NEVER = 1, PIV_TOUCH_ALWAYS,
	PIV_TOUCH_CACHED };

/* struct piv_pin: a PIN or PUK and its counter. */
struct piv_pin {
	uint8_t value[PIV_PIN_BYTES];
	unsigned max, left;	/* tries */
};

/* struct piv_key: the private key of a slot; key is NULL when empty. */
struct piv_key {
	EVP_PKEY *key;
	uint8_t alg;
	uint8_t pin_policy, touch_policy;
	bool imported;		/* else made on this card */
};

/* struct piv_object: a data object as GET DATA gives it, without its 53. */
struct piv_object {
	uint32_t tag;
	struct kc_buf data;
};

struct piv_card {
	/* what the state file keeps */
	uint32_t serial;
	uint8_t firmware[3];
	struct piv_pin pin, puk;
	uint8_t mgm_alg;
	uint8_t mgm_key[PIV_MGM_MAX];
	struct piv_key keys[PIV_KEYS];
	struct piv_object objects[PIV_OBJECTS];	/* tag 0: free */
	/* what ends with the power */
	bool selected;
	bool pin_ok;		/* verified in this session */
	bool pin_fresh;		/* and no private key was used since */
	bool mgm_ok;
	enum { PIV_MGM_IDLE, PIV_MGM_WITNESS, PIV_MGM_CHALLENGE } mgm_step;
	uint8_t mgm_sent[16];	/* witness or challenge */
	/* faults of the objects */
	bool no_chuid;		/* as if it had none */
	uint32_t attested_serial;	/* 0: the card's own */
	bool all_unreadable;
	uint32_t unreadable;	/* this object answers 6F00; 0: none */
	bool changed;		/* the state file is to be written */
};

/* piv_factory: a card as it leaves the factory: factory PIN, PUK and
 * management key, a CHUID made from the serial number, no keys.  serial and
 * firmware stay. */
KC_MUST kc_result piv_factory(struct piv_card *c, struct kc_err *err);

/* piv_power_off: everything that ends with the power. */
void piv_power_off(struct piv_card *c);

/* piv_free: keys and objects. */
void piv_free(struct piv_card *c);

/* piv_handle: carry out one command; an apdu_handler, ctx is the card. */
uint16_t piv_handle(void *ctx, const struct apdu *a, struct tlv_out *ret);

/* piv_firmware_from: the card's firmware is at least this one. */
bool piv_firmware_from(const struct piv_card *c, unsigned major,
    unsigned minor);

/* pins.c */
#define PIV_FACTORY_PIN "123456\xFF\xFF"
#define PIV_FACTORY_PUK "12345678"
#define PIV_FACTORY_TRIES 3
void piv_pins_factory(struct piv_card *c);
uint16_t piv_verify(struct piv_card *c, const struct apdu *a,
    struct tlv_out *ret);
uint16_t piv_change(struct piv_card *c, const struct apdu *a,
    struct tlv_out *ret);
uint16_t piv_unblock(struct piv_card *c, const struct apdu *a,
    struct tlv_out *ret);
uint16_t piv_set_tries(struct piv_card *c, const struct apdu *a,
    struct tlv_out *ret);

/* objects.c */
struct piv_object *piv_object(struct piv_card *c, uint32_t tag);
KC_MUST kc_result piv_object_put(struct piv_card *c, uint32_t tag,
    const void *p, size_t len, struct kc_err *err);
KC_MUST kc_result piv_objects_factory(struct piv_card *c,
    struct kc_err *err);
uint16_t piv_get_data(struct piv_card *c, const struct apdu *a,
    struct tlv_out *ret);
uint16_t piv_put_data(struct piv_card *c, const struct apdu *a,
    struct tlv_out *ret);

/* keys.c; rsa.c holds the arithmetic */
struct piv_key *piv_key(struct piv_card *c, unsigned ref);
unsigned piv_key_ref(size_t index);
void piv_key_clear(struct piv_key *k);
bool piv_key_policies(struct piv_key *k, unsigned ref, const uint8_t *p,
    size_t len);
uint16_t piv_generate(struct piv_card *c, const struct apdu *a,
    struct tlv_out *ret);
uint16_t piv_authenticate(struct piv_card *c, const struct apdu *a,
    struct tlv_out *ret);
uint16_t piv_import(struct piv_card *c, const struct apdu *a,
    struct tlv_out *ret);
uint16_t piv_move(struct piv_card *c, const struct apdu *a,
    struct tlv_out *ret);

unsigned piv_rsa_bits(const struct piv_card *c, unsigned alg);
bool piv_rsa_public(const EVP_PKEY *key, struct tlv_out *ret);
bool piv_rsa_raw(EVP_PKEY *key, const struct tlv *in, struct tlv_out *ret);
EVP_PKEY *piv_rsa_from_crt(const struct tlv part[static 5], unsigned bits);

/* mgm.c */
void piv_mgm_factory(struct piv_card *c);
size_t piv_mgm_bytes(unsigned alg);
bool piv_mgm_is_factory(const struct piv_card *c);
uint16_t piv_mgm_authenticate(struct piv_card *c, const struct apdu *a,
    struct tlv_out *ret);
uint16_t piv_mgm_set(struct piv_card *c, const struct apdu *a,
    struct tlv_out *ret);

/* attest.c; root.c makes the chain above it */
uint16_t piv_attest(struct piv_card *c, const struct apdu *a,
    struct tlv_out *ret);

/* piv_attest_root: give the card an attestation key F9 with a certificate
 * of the root in dir (root.key, root.pem), which is made when it is absent.
 * A card that has one keeps it.  Several cards may ask at once. */
KC_MUST kc_result piv_attest_root(struct piv_card *c, const char *dir,
    struct kc_err *err);

/* state.c */

/* piv_load: the card that was kept in the file.
 *  Errors: KC_EIO, KC_EFORMAT; c is to be freed in any case */
KC_MUST kc_result piv_load(struct piv_card *c, const char *path,
    struct kc_err *err);

/* piv_save: keep the card; the file is the old or the new one, whole. */
KC_MUST kc_result piv_save(const struct piv_card *c, const char *path,
    struct kc_err *err);

#endif

/* SPDX-License-Identifier: Apache-2.0
 *
 * A key that a card just made, before anything relies on it.
 */
#include <stdio.h>
#include <string.h>

#include "ceremony/steps.h"
#include "sd/cert.h"
#include "sd/hygiene.h"
#include "tokens/profile.h"

#define NAME_CHARS 100

static void
name_of(const struct cer_card *card, enum tok_use use,
    char ret[static NAME_CHARS])
{
	(void)snprintf(ret, NAME_CHARS, "the %s key of %.40s",
	    cer_use_name[use], card->def->person);
}

/* Against every other key of which this ceremony has the certificate. */
static kc_result
compare(const struct cer_room *room, const struct cer_card *card,
    enum tok_use use, const struct sd_rsa *key, struct kc_err *err)
{
	char name[NAME_CHARS];
	kc_result r = KC_DONE;

	for (size_t i = 0; i < room->site.n_cards; i++)
		for (size_t u = 0; u < CER_USES; u++) {
			const struct cer_card *other = &room->st.card[i];
			struct sd_cert cert = { 0 };
			struct sd_rsa rsa;

			if (other->cert[u].len == 0 ||
			    (other == card && u == use))
				continue;
			name_of(other, (enum tok_use)u, name);
			KC_TRY(r, sd_cert_read(name, other->cert[u].p,
			    other->cert[u].len, &cert, err));
			rsa = sd_cert_rsa(&cert);
			r = sd_hygiene_pair(&rsa, key, err);
			sd_cert_free(&cert);
			if (!kc_ok(r))
				goto out;
		}
out:
	return r;
}

static bool
is_wanted(const struct cer_room *room, int64_t bits)
{
	for (size_t i = 0; i < room->script.n_sizes; i++)
		if (room->script.sizes[i] == bits)
			return true;
	return false;
}

kc_result
cer_key_size(const struct cer_room *room, const struct tok_info *info,
    size_t *ret, struct kc_err *err)
{
	const struct tok_profile *p = tok_profile_named(info->profile);
	int64_t best = 0;

	for (size_t i = 0; i < room->script.n_sizes; i++) {
		int64_t bits = room->script.sizes[i];

		if (bits > best && bits >= room->site.rsa_floor &&
		    (unsigned long)bits >= info->rsa_min &&
		    (unsigned long)bits <= info->rsa_max)
			best = bits;
	}
	if (best == 0) {
		(void)KC_FAIL(err, KC_EREFUSED, 0, "no size that the script "
		    "names is one that this card makes (%lu to %lu bits) and "
		    "the site file allows (%lld or more); %s: %s",
		    info->rsa_min, info->rsa_max,
		    (long long)room->site.rsa_floor, info->profile,
		    p != NULL ? p->limits : "not measured");
		kc_certain(err, "nothing on the card was changed");
		return (kc_result){ KC_EREFUSED };
	}
	*ret = (size_t)best;
	return KC_DONE;
}

kc_result
cer_key_hygiene(struct cer_room *room, const struct cer_card *card,
    enum tok_use use, const struct tok_key *key, const char *spki_sha,
    struct kc_err *err)
{
	static const uint8_t f4[] = { 1, 0, 1 };
	char name[NAME_CHARS];
	const struct sd_rsa rsa = { .name = name, .n = key->n, .e = key->e,
		.n_len = key->n_len, .e_len = key->e_len };
	kc_result r;

	name_of(card, use, name);
	if (!is_wanted(room, (int64_t)key->bits))
		return KC_FAIL(err, KC_EREFUSED, 0,
		    "the card made a key of %zu bits; the script names other "
		    "sizes", key->bits);
	if ((int64_t)key->bits < room->site.rsa_floor)
		return KC_FAIL(err, KC_EREFUSED, 0,
		    "the card made a key of %zu bits; the site file allows "
		    "none below %lld", key->bits,
		    (long long)room->site.rsa_floor);
	if (key->e_len != sizeof f4 || memcmp(key->e, f4, sizeof f4) != 0)
		return KC_FAIL(err, KC_EREFUSED, 0,
		    "the card's key has a public exponent other than 65537");
	for (size_t i = 0; i < room->site.n_cards; i++)
		for (size_t u = 0; u < CER_USES; u++)
			if ((&room->st.card[i] != card || u != use) &&
			    strcmp(spki_sha,
			    room->st.card[i].spki_sha[u]) == 0)
				return KC_FAIL(err, KC_EREFUSED, 0,
				    "this key is on the card of %s already",
				    room->st.card[i].def->person);
	KC_TRY(r, sd_hygiene(&rsa, 1, err));
	r = compare(room, card, use, &rsa, err);
out:
	return r;
}

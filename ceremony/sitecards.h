/* SPDX-License-Identifier: Apache-2.0
 *
 * The cards of a site file for the single commands: --site instead of
 * --module.
 */
#ifndef KC_CEREMONY_SITECARDS_H
#define KC_CEREMONY_SITECARDS_H

#include "ceremony/cmd.h"
#include "ceremony/script.h"

/* struct cer_site_cards: each distinct module of the site's cards, with the
 * variables it needs.  Start as {0}. */
struct cer_site_cards {
	struct cer_site *site;
	struct kc_buf env[CER_CARDS_MAX];
	struct tok_module module[CER_CARDS_MAX];
	size_t n;
};

/* cer_site_cards_open: read the site file.  A card's store is relative to
 *  the ceremony directory; here that is the folder of the file itself: give
 *  the copy inside the ceremony directory.
 *  ret  caller: cer_site_cards_free */
KC_MUST kc_result cer_site_cards_open(const char *path,
    struct cer_site_cards *ret, struct kc_err *err);
void cer_site_cards_free(struct cer_site_cards *s);

/* cer_site_cards_find: the module that shows a token which uri describes.
 *  ret  points into s.  Device: read only
 *  Errors: KC_ECARDLESS none does; module errors */
KC_MUST kc_result cer_site_cards_find(struct tok_server *server,
    const struct cer_site_cards *s, const struct tok_uri *uri,
    struct tok_module *ret, struct kc_err *err);

#endif

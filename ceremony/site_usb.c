/* SPDX-License-Identifier: Apache-2.0
 *
 * The USB devices that a site file allows.
 */
#include <string.h>

#include "ceremony/script.h"

/* Four hexadecimal digits, as /sys writes them. */
static bool
is_hex4(const char *s)
{
	return strspn(s, "0123456789abcdef") >= 4;
}

kc_result
cer_site_usb(struct cer_site *s, const struct cer_node *node,
    struct kc_err *err)
{
	struct cer_usb_def *u = &s->usb[s->n_usb];
	const char *hid;
	kc_result r;

	if (s->n_usb == CER_USB_MAX)
		return CER_NODE_FAIL(node, err, "more than %d USB devices",
		    CER_USB_MAX);
	KC_TRY(r, cer_node_only(node, "id serial hid", err));
	KC_TRY(r, cer_node_str(node, "id", NULL, &u->id, err));
	KC_TRY(r, cer_node_str(node, "serial", "", &u->serial, err));
	KC_TRY(r, cer_node_str(node, "hid", "no", &hid, err));
	if (strlen(u->id) != 9 || !is_hex4(u->id) || u->id[4] != ':' ||
	    !is_hex4(u->id + 5))
		return CER_NODE_FAIL(cer_node_get(node, "id"), err, "'%.40s' "
		    "is no vendor:product of four lower-case hex digits each",
		    u->id);
	if (strcmp(hid, "yes") != 0 && strcmp(hid, "no") != 0)
		return CER_NODE_FAIL(cer_node_get(node, "hid"), err,
		    "'hid' is yes or no");
	u->hid = strcmp(hid, "yes") == 0;
	s->n_usb++;
out:
	return r;
}

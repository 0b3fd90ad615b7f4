/* SPDX-License-Identifier: Apache-2.0
 *
 * What is plugged in or pulled out while people work: looked for whenever
 * somebody is waited for, written down when a step begins.
 */
#include <stdio.h>
#include <string.h>

#include "ceremony/gonogo.h"

static bool
has(const struct cer_devices *s, const struct cer_device *d)
{
	for (size_t i = 0; i < s->n; i++)
		if (cer_device_same(&s->d[i], d))
			return true;
	return false;
}

static void
keep(struct cer_plugged *p, const struct cer_device *d, bool in)
{
	if (p->n_changes == CER_CHANGES_MAX) {
		p->lost++;
		return;
	}
	p->change[p->n_changes] = *d;
	p->in[p->n_changes++] = in;
}

void
cer_plugged_poll(struct cer_room *room)
{
	struct cer_plugged *p = &room->plugged;
	struct cer_devices now;

	cer_devices_read(room->sys != NULL ? room->sys : CER_SYS, &now);
	for (size_t i = 0; p->looked && i < p->now.n; i++)
		if (!has(&now, &p->now.d[i]))
			keep(p, &p->now.d[i], false);
	for (size_t i = 0; p->looked && i < now.n; i++)
		if (!has(&p->now, &now.d[i]))
			keep(p, &now.d[i], true);
	p->now = now;
	p->looked = true;
}

static kc_result
row(struct cer_room *room, const struct cer_instance *in,
    const struct cer_device *d, bool came, struct kc_err *err)
{
	char what[140];
	bool listed = d->usb && cer_usb_allowed(room->site.usb,
	    room->site.n_usb, d);
	const struct aud_fact f[] = {
		AUD_S("event", came ? "plugged in" : "pulled out"),
		AUD_S("device", what),
		AUD_B("listed", listed),
	};

	if (d->usb)
		(void)snprintf(what, sizeof what, "usb %s at %s%s%s%s", d->id,
		    d->at, d->serial[0] != '\0' ? ", serial " : "",
		    d->serial, d->hid ? ", a HID" : "");
	else
		(void)snprintf(what, sizeof what, "interface %s", d->at);
	if (!listed)
		cer_line(room, CER_LINE_NOGO, came ? "Plugged in" :
		    "Pulled out", "%s", what);
	return cer_row(room, "deviation", in, f, 3, err);
}

kc_result
cer_plugged_note(struct cer_room *room, const struct cer_instance *in,
    struct kc_err *err)
{
	struct cer_plugged *p = &room->plugged;
	const struct aud_fact more[] = {
		AUD_S("event", "more, not kept"),
		AUD_S("device", ""),
		AUD_B("listed", false),
	};
	kc_result r = KC_DONE;

	cer_plugged_poll(room);
	/* After the last word only signatures follow. */
	if (room->st.closed)
		return r;
	for (size_t i = 0; i < p->n_changes; i++)
		KC_TRY(r, row(room, in, &p->change[i], p->in[i], err));
	if (p->lost > 0)
		KC_TRY(r, cer_row(room, "deviation", in, more, 3, err));
	p->n_changes = p->lost = 0;
out:
	return r;
}

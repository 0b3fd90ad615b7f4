/* SPDX-License-Identifier: Apache-2.0
 *
 * A card at its reader.  Being in means being connected: a card that is in
 * connects again until a reader is there, so neither has to start first.
 */
#include "tests/cards/slot.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/hash.h"
#include "tests/cards/control.h"
#include "tests/cards/vpcd.h"

#define RETRY_MS 100
#define OUT_MS 600		/* a hand is no faster */
#define LOG_DATA_MAX 64		/* bytes of a command shown in the log */

/* The answer to reset of a YubiKey 5: ykcs11 looks at nothing else. */
static const uint8_t atr[] = {
	0x3B, 0xFD, 0x13, 0x00, 0x00, 0x81, 0x31, 0xFE, 0x15, 0x80, 0x73,
	0xC0, 0x21, 0xC0, 0x57, 0x59, 0x75, 0x62, 0x69, 0x4B, 0x65, 0x79,
	0x40
};
/* And of a YubiKey NEO. */
static const uint8_t neo[] = {
	0x3B, 0xFC, 0x13, 0x00, 0x00, 0x81, 0x31, 0xFE, 0x15, 0x59, 0x75,
	0x62, 0x69, 0x6B, 0x65, 0x79, 0x4E, 0x45, 0x4F, 0x72, 0x33, 0xE1
};

static void
power_off(struct slot *s)
{
	piv_power_off(&s->card);
	apdu_reset(&s->layer);
}

/* The card leaves the reader, or the reader leaves the card. */
static void
disconnect(struct slot *s)
{
	if (s->fd >= 0) {
		(void)close(s->fd);
		s->out_ms = kc_clock_boot_ms();
	}
	s->fd = -1;
	s->hanging = false;
	kc_buf_free(&s->late);
	power_off(s);
}

static void
pull(struct slot *s)
{
	s->inserted = false;
	disconnect(s);
}

/* pcscd looks every 0.4 s.  A card that is back before it has looked is never
 * seen to go; and when a client's failing reset has marked the reader empty
 * meanwhile, pcscd 1.9.9 never sees it come back either. */
static kc_result
insert(struct slot *s, struct kc_err *err)
{
	int64_t left = s->out_ms + OUT_MS - kc_clock_boot_ms();

	s->inserted = true;
	if (s->fd >= 0)
		return KC_DONE;
	if (s->out_ms != 0 && left > 0)
		(void)poll(NULL, 0, (int)left);
	return vpcd_connect(s->host, s->port, &s->fd, err);
}

/* Only what names an object or a key is shown: never a PIN, a key, or what
 * a key was used on, and no answer but its status word. */
static bool
may_show(uint8_t ins)
{
	return ins == 0xA4 || ins == 0xCB || ins == 0x47;
}

static kc_result
write_log(struct slot *s, const struct kc_buf *in, const char *answer,
    struct kc_err *err)
{
	char head[9], data[2 * LOG_DATA_MAX + 1] = "";
	size_t len = in->len > 5 ? in->len - 5 : 0;

	if (len > 0 && in->p[4] != 0 && in->p[4] < len)
		len = in->p[4];		/* without Le */
	if (s->log == NULL)
		return KC_DONE;
	kc_hex(in->p, in->len < 4 ? in->len : 4, head);
	if (len > 0 && len <= LOG_DATA_MAX && may_show(in->p[1]))
		kc_hex(in->p + 5, len, data);
	else if (len > 0)
		(void)snprintf(data, sizeof data, "[redacted %zu bytes]",
		    len);
	if (fprintf(s->log, "%lu %s%s%s -> %s\n", s->faults.count, head,
	    data[0] != '\0' ? " " : "", data, answer) < 0 ||
	    fflush(s->log) != 0)
		return KC_FAIL(err, KC_EIO, errno, "cannot write the log: %s",
		    strerror(errno));
	return KC_DONE;
}

/* A reader that is gone is no failure of the card's. */
static void
reply(struct slot *s, const void *p, size_t len)
{
	if (!kc_ok(vpcd_send(s->fd, p, len, NULL)))
		disconnect(s);
}

/* Carry the command out; state is kept before anybody learns of it. */
static kc_result
carry_out(struct slot *s, const struct kc_buf *in, struct kc_buf *ret,
    struct kc_err *err)
{
	kc_result r;

	KC_TRY(r, apdu_answer(&s->layer, in->p, in->len, piv_handle, &s->card,
	    ret, err));
	if (s->card.changed && s->state_path != NULL)
		KC_TRY(r, piv_save(&s->card, s->state_path, err));
	s->card.changed = false;
out:
	return r;
}

static kc_result
on_apdu(struct slot *s, const struct kc_buf *in, struct kc_err *err)
{
	struct fault f = fault_next(&s->faults, in->p, in->len);
	const uint8_t wrong[2] = { (uint8_t)(f.value >> 8),
		(uint8_t)f.value };
	struct kc_buf out = { 0 };
	char said[48];
	kc_result r = KC_DONE;

	if (f.kind == FAULT_PULL || f.kind == FAULT_HANG) {
		KC_TRY(r, write_log(s, in, f.kind == FAULT_HANG ?
		    "hangs" : "pulled", err));
		s->hanging = f.kind == FAULT_HANG;
		if (f.kind == FAULT_PULL)
			pull(s);
		goto out;
	}
	if (f.kind == FAULT_STATUS)
		KC_TRY(r, kc_buf_add(&out, wrong, sizeof wrong, err));
	else
		KC_TRY(r, carry_out(s, in, &out, err));
	(void)snprintf(said, sizeof said, "%02x%02x (%zu)%s",
	    out.p[out.len - 2], out.p[out.len - 1], out.len - 2,
	    f.kind == FAULT_PULL_AFTER ? " pulled" :
	    f.kind == FAULT_STATUS ? " false" :
	    f.kind == FAULT_SLOW ? " late" : "");
	KC_TRY(r, write_log(s, in, said, err));
	if (f.kind == FAULT_PULL_AFTER) {
		pull(s);
	} else if (f.kind == FAULT_SLOW) {
		s->late = out;
		out = (struct kc_buf){ 0 };
		s->due_ms = kc_clock_boot_ms() + (int64_t)f.value;
	} else {
		reply(s, out.p, out.len);
	}
out:
	kc_buf_free(&out);
	return r;
}

static kc_result
on_message(struct slot *s, struct kc_err *err)
{
	struct kc_buf in = { 0 };
	kc_result r = KC_DONE;

	if (!kc_ok(vpcd_recv(s->fd, &in, NULL)))
		disconnect(s);
	else if (s->hanging)
		;			/* as deaf as it is mute */
	else if (in.len > 1)
		r = on_apdu(s, &in, err);
	else if (in.len == 1 && in.p[0] == VPCD_ATR)
		reply(s, s->other_atr ? neo : atr, s->other_atr ?
		    sizeof neo : sizeof atr);
	else if (in.len == 1)
		power_off(s);
	kc_buf_free(&in);
	return r;
}

/* --- orders --- */

kc_result
slot_fault_objects(struct slot *s, const char *text, struct kc_err *err)
{
	unsigned long tag = 0;
	char *end = NULL;
	bool all = strcmp(text, "all") == 0;

	if (!all && strcmp(text, "none") != 0) {
		tag = strtoul(text, &end, 16);
		if (*end != '\0' || tag == 0 || tag > 0xFFFFFF)
			return KC_FAIL(err, KC_EUSAGE, 0,
			    "'%s' is no tag of an object", text);
	}
	s->card.all_unreadable = all;
	s->card.unreadable = (uint32_t)tag;
	return KC_DONE;
}

static kc_result
obey(void *ctx, char *line, struct kc_buf *ret, struct kc_err *err)
{
	struct slot *s = ctx;
	char *value = strchr(line, ' ');
	kc_result r;

	if (value != NULL)
		*value++ = '\0';
	if (value != NULL && fault_is(line)) {
		KC_TRY(r, fault_add(&s->faults, line, value, err));
	} else if (value != NULL && strcmp(line, "unreadable") == 0) {
		KC_TRY(r, slot_fault_objects(s, value, err));
	} else if (value == NULL && strcmp(line, "insert") == 0) {
		KC_TRY(r, insert(s, err));
	} else if (value == NULL && strcmp(line, "pull") == 0) {
		pull(s);
	} else if (value == NULL && strcmp(line, "count") == 0) {
		r = kc_buf_addf(ret, err, "%lu", s->faults.count);
		goto out;
	} else if (value == NULL && strcmp(line, "where") == 0) {
		r = kc_buf_adds(ret, s->fd >= 0 ? "in" :
		    s->inserted ? "waiting" : "out", err);
		goto out;
	} else {
		r = KC_FAIL(err, KC_EUSAGE, 0, "the card knows no '%s'",
		    line);
		goto out;
	}
	r = kc_buf_adds(ret, "ok", err);
out:
	return r;
}

/* How long poll may wait. */
static int
patience(const struct slot *s)
{
	int64_t left;

	if (s->late.len > 0) {
		left = s->due_ms - kc_clock_boot_ms();
		return left > 0 ? (int)left : 0;
	}
	return s->inserted && s->fd < 0 ? RETRY_MS : -1;
}

kc_result
slot_run(struct slot *s, struct kc_err *err)
{
	kc_result r = KC_DONE;

	while (kc_ok(r)) {
		struct pollfd p[2];

		if (s->inserted && s->fd < 0 && !kc_ok(insert(s, NULL)))
			s->fd = -1;
		if (s->late.len > 0 && kc_clock_boot_ms() >= s->due_ms) {
			reply(s, s->late.p, s->late.len);
			kc_buf_free(&s->late);
		}
		p[0] = (struct pollfd){ .fd = s->control_fd,
			.events = POLLIN };
		p[1] = (struct pollfd){ .fd = s->late.len > 0 ? -1 : s->fd,
			.events = POLLIN };
		if (poll(p, 2, patience(s)) < 0 && errno != EINTR)
			r = KC_FAIL(err, KC_EIO, errno, "poll: %s",
			    strerror(errno));
		else if (p[0].revents != 0)
			control_serve(s->control_fd, obey, s);
		else if (p[1].revents != 0)
			r = on_message(s, err);
	}
	return r;
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * A virtual PIV card for vpcd.  docs/cards.md describes it.
 *
 *	piv [OPTIONS]			be a card until killed
 *	piv ctl SOCKET WORD...		tell a card something
 */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "tests/cards/control.h"
#include "tests/cards/slot.h"

struct wish {
	const char *attestation_root, *control, *log;
	const char *serial, *attested, *firmware, *pin_tries, *puk_tries;
	bool factory;
};

enum {
	O_HOST = 256, O_PORT, O_STATE, O_SERIAL, O_ATTESTED, O_FIRMWARE, O_ROOT,
	O_FACTORY, O_CONTROL, O_LOG, O_PULLED, O_PIN_TRIES, O_PUK_TRIES,
	O_UNREADABLE, O_NO_CHUID, O_OTHER_ATR, O_FAULT
};

static const struct option options[] = {
	{ "host", required_argument, NULL, O_HOST },
	{ "port", required_argument, NULL, O_PORT },
	{ "state", required_argument, NULL, O_STATE },
	{ "serial", required_argument, NULL, O_SERIAL },
	{ "attested-serial", required_argument, NULL, O_ATTESTED },
	{ "firmware", required_argument, NULL, O_FIRMWARE },
	{ "attestation-root", required_argument, NULL, O_ROOT },
	{ "factory", no_argument, NULL, O_FACTORY },
	{ "control", required_argument, NULL, O_CONTROL },
	{ "log", required_argument, NULL, O_LOG },
	{ "pulled", no_argument, NULL, O_PULLED },
	{ "pin-tries", required_argument, NULL, O_PIN_TRIES },
	{ "puk-tries", required_argument, NULL, O_PUK_TRIES },
	{ "unreadable", required_argument, NULL, O_UNREADABLE },
	{ "no-chuid", no_argument, NULL, O_NO_CHUID },
	{ "other-atr", no_argument, NULL, O_OTHER_ATR },
	{ "pull-at", required_argument, NULL, O_FAULT },
	{ "pull-after", required_argument, NULL, O_FAULT },
	{ "hang-at", required_argument, NULL, O_FAULT },
	{ "status-at", required_argument, NULL, O_FAULT },
	{ "slow-at", required_argument, NULL, O_FAULT },
	{ NULL, 0, NULL, 0 }
};

/* A decimal number from 0 to most. */
static kc_result
number(const char *what, const char *text, unsigned long most,
    unsigned long *ret, struct kc_err *err)
{
	char *end;
	unsigned long v;

	errno = 0;
	v = strtoul(text, &end, 10);
	if (text[0] < '0' || text[0] > '9' || *end != '\0' || errno != 0 ||
	    v > most)
		return KC_FAIL(err, KC_EUSAGE, 0, "%s takes no '%s'", what,
		    text);
	*ret = v;
	return KC_DONE;
}

/* Texts that are kept for later; NULL: o is no such option. */
static const char **
text_of(struct slot *s, struct wish *w, int o)
{
	switch (o) {
	case O_HOST:
		return &s->host;
	case O_STATE:
		return &s->state_path;
	case O_SERIAL:
		return &w->serial;
	case O_ATTESTED:
		return &w->attested;
	case O_FIRMWARE:
		return &w->firmware;
	case O_ROOT:
		return &w->attestation_root;
	case O_CONTROL:
		return &w->control;
	case O_LOG:
		return &w->log;
	case O_PIN_TRIES:
		return &w->pin_tries;
	case O_PUK_TRIES:
		return &w->puk_tries;
	default:
		return NULL;
	}
}

static kc_result
take(struct slot *s, struct wish *w, int o, int at, struct kc_err *err)
{
	const char **text = text_of(s, w, o);
	unsigned long v;
	kc_result r = KC_DONE;

	if (text != NULL) {
		*text = optarg;
		return r;
	}
	switch (o) {
	case O_PORT:
		r = number("--port", optarg, 65535, &v, err);
		s->port = kc_ok(r) ? (unsigned)v : 0;
		break;
	case O_FACTORY:
		w->factory = true;
		break;
	case O_PULLED:
		s->inserted = false;
		break;
	case O_UNREADABLE:
		r = slot_fault_objects(s, optarg, err);
		break;
	case O_NO_CHUID:
		s->card.no_chuid = true;
		break;
	case O_OTHER_ATR:
		s->other_atr = true;
		break;
	case O_FAULT:
		r = fault_add(&s->faults, options[at].name, optarg, err);
		break;
	default:
		r = KC_FAIL(err, KC_EUSAGE, 0, "see docs/cards.md");
		break;
	}
	return r;
}

static kc_result
set_firmware(struct piv_card *c, const char *text, struct kc_err *err)
{
	unsigned v[3];
	char end;

	if (sscanf(text, "%3u.%3u.%3u%c", &v[0], &v[1], &v[2], &end) != 3 ||
	    v[0] > 255 || v[1] > 255 || v[2] > 255)
		return KC_FAIL(err, KC_EUSAGE, 0, "--firmware takes no '%s'",
		    text);
	for (size_t i = 0; i < 3; i++)
		c->firmware[i] = (uint8_t)v[i];
	return KC_DONE;
}

static kc_result
set_left(struct piv_pin *pin, const char *what, const char *text,
    struct kc_err *err)
{
	unsigned long v;
	kc_result r = KC_DONE;

	if (text != NULL) {
		KC_TRY(r, number(what, text, pin->max, &v, err));
		pin->left = (unsigned)v;
	}
out:
	return r;
}

/* The card from its file, or a new one, with what the options change. */
static kc_result
make_card(struct slot *s, const struct wish *w, struct kc_err *err)
{
	struct piv_card *c = &s->card;
	bool old = !w->factory && s->state_path != NULL &&
	    kc_file_exists(s->state_path);
	unsigned long v;
	kc_result r = KC_DONE;

	c->serial = 10000001;
	memcpy(c->firmware, "\5\7\1", 3);
	if (old)
		KC_TRY(r, piv_load(c, s->state_path, err));
	if (w->serial != NULL) {
		KC_TRY(r, number("--serial", w->serial, UINT32_MAX, &v, err));
		c->serial = (uint32_t)v;
	}
	if (w->attested != NULL) {
		KC_TRY(r, number("--attested-serial", w->attested, UINT32_MAX,
		    &v, err));
		c->attested_serial = (uint32_t)v;
	}
	if (w->firmware != NULL)
		KC_TRY(r, set_firmware(c, w->firmware, err));
	if (!old)
		KC_TRY(r, piv_factory(c, err));
	KC_TRY(r, set_left(&c->pin, "--pin-tries", w->pin_tries, err));
	KC_TRY(r, set_left(&c->puk, "--puk-tries", w->puk_tries, err));
	if (w->attestation_root != NULL)
		KC_TRY(r, piv_attest_root(c, w->attestation_root, err));
	if (s->state_path != NULL)
		KC_TRY(r, piv_save(c, s->state_path, err));
	c->changed = false;
out:
	return r;
}

static kc_result
be_card(int argc, char **argv, struct kc_err *err)
{
	struct slot s = SLOT_INIT;
	struct wish w = { 0 };
	kc_result r;
	int o, at = 0;

	while ((o = getopt_long(argc, argv, "", options, &at)) != -1)
		KC_TRY(r, take(&s, &w, o, at, err));
	if (optind != argc) {
		r = KC_FAIL(err, KC_EUSAGE, 0, "'%s' is one word too many",
		    argv[optind]);
		goto out;
	}
	KC_TRY(r, make_card(&s, &w, err));
	if (w.log != NULL && (s.log = fopen(w.log, "ae")) == NULL) {
		r = KC_FAIL(err, KC_EIO, errno, "cannot write %s: %s", w.log,
		    strerror(errno));
		goto out;
	}
	if (w.control != NULL)
		KC_TRY(r, control_listen(w.control, &s.control_fd, err));
	r = slot_run(&s, err);
out:
	piv_free(&s.card);
	return r;
}

static kc_result
be_client(const char *path, const char *const *words, struct kc_err *err)
{
	struct kc_buf answer = { 0 };
	kc_result r = control_ask(path, words, &answer, err);

	if (kc_ok(r))
		(void)puts(kc_buf_str(&answer));
	kc_buf_free(&answer);
	return r;
}

int
main(int argc, char **argv)
{
	struct kc_err err = { 0 };
	kc_result r;

	(void)umask(077);
	if (argc > 3 && strcmp(argv[1], "ctl") == 0)
		r = be_client(argv[2], (const char *const *)&argv[3], &err);
	else
		r = be_card(argc, argv, &err);
	if (!kc_ok(r))
		(void)fprintf(stderr, "piv: %s\n", err.msg);
	return kc_exit(r.code);
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * Messages: bounded writing, distrustful reading.
 */
#include "tokens/proto.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

void
tok_put_u32(struct tok_msg *m, uint32_t v)
{
	if (m->bad || TOK_MSG_MAX - m->len < 4) {
		m->bad = true;
		return;
	}
	for (size_t i = 0; i < 4; i++)
		m->p[m->len++] = (uint8_t)(v >> (8 * i));
}

void
tok_put_bytes(struct tok_msg *m, const void *p, size_t len)
{
	if (len > TOK_MSG_MAX) {
		m->bad = true;
		return;
	}
	tok_put_u32(m, (uint32_t)len);
	if (m->bad || TOK_MSG_MAX - m->len < len) {
		m->bad = true;
		return;
	}
	if (len > 0)
		memcpy(m->p + m->len, p, len);
	m->len += len;
}

void
tok_put_str(struct tok_msg *m, const char *s)
{
	tok_put_bytes(m, s, strlen(s));
}

uint32_t
tok_get_u32(struct tok_msg *m)
{
	uint32_t v = 0;

	if (m->bad || m->len - m->at < 4) {
		m->bad = true;
		return 0;
	}
	for (size_t i = 0; i < 4; i++)
		v |= (uint32_t)m->p[m->at++] << (8 * i);
	return v;
}

void
tok_get_bytes(struct tok_msg *m, void *p, size_t max, size_t *ret_len)
{
	size_t len = tok_get_u32(m);

	*ret_len = 0;
	if (m->bad || len > m->len - m->at || len > max) {
		m->bad = true;
		return;
	}
	if (len > 0)
		memcpy(p, m->p + m->at, len);
	m->at += len;
	*ret_len = len;
}

void
tok_get_str(struct tok_msg *m, char *p, size_t size)
{
	size_t len;

	tok_get_bytes(m, p, size - 1, &len);
	p[len] = '\0';
	if (strlen(p) != len)
		m->bad = true;
}

static uint32_t
info_flags(const struct tok_info *i)
{
	return (uint32_t)i->initialized | (uint32_t)i->pin_set << 1 |
	    (uint32_t)i->pin_low << 2 | (uint32_t)i->pin_last << 3 |
	    (uint32_t)i->pin_locked << 4 | (uint32_t)i->so_low << 5 |
	    (uint32_t)i->so_last << 6 | (uint32_t)i->so_locked << 7 |
	    (uint32_t)i->pin_pad << 8 | (uint32_t)i->factory_pin << 9 |
	    (uint32_t)i->login_required << 10 |
	    (uint32_t)i->write_protected << 11 |
	    (uint32_t)i->so_factory << 12;
}

void
tok_put_info(struct tok_msg *m, const struct tok_info *i)
{
	tok_put_u32(m, (uint32_t)i->slot);
	tok_put_str(m, i->label);
	tok_put_str(m, i->manufacturer);
	tok_put_str(m, i->model);
	tok_put_str(m, i->serial);
	tok_put_str(m, i->reader);
	tok_put_str(m, i->firmware);
	tok_put_str(m, i->hardware);
	tok_put_str(m, i->profile);
	tok_put_u32(m, info_flags(i));
	tok_put_u32(m, (uint32_t)i->pin_min);
	tok_put_u32(m, (uint32_t)i->pin_max);
	tok_put_u32(m, (uint32_t)i->rsa_min);
	tok_put_u32(m, (uint32_t)i->rsa_max);
}

void
tok_get_info(struct tok_msg *m, struct tok_info *i)
{
	uint32_t f;

	memset(i, 0, sizeof *i);
	i->slot = tok_get_u32(m);
	tok_get_str(m, i->label, sizeof i->label);
	tok_get_str(m, i->manufacturer, sizeof i->manufacturer);
	tok_get_str(m, i->model, sizeof i->model);
	tok_get_str(m, i->serial, sizeof i->serial);
	tok_get_str(m, i->reader, sizeof i->reader);
	tok_get_str(m, i->firmware, sizeof i->firmware);
	tok_get_str(m, i->hardware, sizeof i->hardware);
	tok_get_str(m, i->profile, sizeof i->profile);
	f = tok_get_u32(m);
	i->initialized = (f & 1) != 0;
	i->pin_set = (f & 2) != 0;
	i->pin_low = (f & 4) != 0;
	i->pin_last = (f & 8) != 0;
	i->pin_locked = (f & 16) != 0;
	i->so_low = (f & 32) != 0;
	i->so_last = (f & 64) != 0;
	i->so_locked = (f & 128) != 0;
	i->pin_pad = (f & 256) != 0;
	i->factory_pin = (f & 512) != 0;
	i->login_required = (f & 1024) != 0;
	i->write_protected = (f & 2048) != 0;
	i->so_factory = (f & 4096) != 0;
	i->pin_min = tok_get_u32(m);
	i->pin_max = tok_get_u32(m);
	i->rsa_min = tok_get_u32(m);
	i->rsa_max = tok_get_u32(m);
}

/* -1, 0, 1 */
static void
put_tri(struct tok_msg *m, int v)
{
	tok_put_u32(m, (uint32_t)(v + 1));
}

static int
get_tri(struct tok_msg *m)
{
	uint32_t v = tok_get_u32(m);

	if (v > 2)
		m->bad = true;
	return v > 2 ? -1 : (int)v - 1;
}

void
tok_put_key(struct tok_msg *m, const struct tok_key *k)
{
	const int tri[] = { k->has_private, k->has_public, k->decrypt,
		k->sign, k->sensitive, k->extractable, k->never_extractable,
		k->always_sensitive, k->local, k->always_authenticate };

	tok_put_bytes(m, k->id, k->id_len);
	tok_put_str(m, k->label);
	tok_put_u32(m, (uint32_t)k->bits);
	tok_put_bytes(m, k->n, k->n_len);
	tok_put_bytes(m, k->e, k->e_len);
	for (size_t i = 0; i < sizeof tri / sizeof *tri; i++)
		put_tri(m, tri[i]);
	tok_put_bytes(m, k->cert.p, k->cert.len);
}

void
tok_get_key(struct tok_msg *m, struct tok_key *k)
{
	int *const tri[] = { &k->has_private, &k->has_public, &k->decrypt,
		&k->sign, &k->sensitive, &k->extractable,
		&k->never_extractable, &k->always_sensitive, &k->local,
		&k->always_authenticate };
	uint32_t len;

	memset(k, 0, sizeof *k);
	tok_get_bytes(m, k->id, sizeof k->id, &k->id_len);
	tok_get_str(m, k->label, sizeof k->label);
	k->bits = tok_get_u32(m);
	tok_get_bytes(m, k->n, sizeof k->n, &k->n_len);
	tok_get_bytes(m, k->e, sizeof k->e, &k->e_len);
	for (size_t i = 0; i < sizeof tri / sizeof *tri; i++)
		*tri[i] = get_tri(m);
	len = tok_get_u32(m);
	if (m->bad || len > m->len - m->at || len > TOK_CERT_MAX ||
	    !kc_ok(kc_buf_add(&k->cert, m->p + m->at, len, NULL))) {
		m->bad = true;
		return;
	}
	m->at += len;
}

void
tok_put_uri(struct tok_msg *m, const struct tok_uri *u)
{
	tok_put_str(m, u->token);
	tok_put_str(m, u->manufacturer);
	tok_put_str(m, u->serial);
	tok_put_str(m, u->model);
	tok_put_u32(m, u->has_slot);
	tok_put_u32(m, (uint32_t)u->slot);
}

void
tok_get_uri(struct tok_msg *m, struct tok_uri *u)
{
	memset(u, 0, sizeof *u);
	tok_get_str(m, u->token, sizeof u->token);
	tok_get_str(m, u->manufacturer, sizeof u->manufacturer);
	tok_get_str(m, u->serial, sizeof u->serial);
	tok_get_str(m, u->model, sizeof u->model);
	u->has_slot = tok_get_u32(m) != 0;
	u->slot = tok_get_u32(m);
}

bool
tok_msg_done(const struct tok_msg *m)
{
	return !m->bad && m->at == m->len;
}

static kc_result
send_bytes(int fd, const void *p, size_t len, struct kc_err *err)
{
	ssize_t n;

	do {
		n = send(fd, p, len, MSG_NOSIGNAL);
	} while (n < 0 && errno == EINTR);
	if (n < 0 || (size_t)n != len)
		return KC_FAIL(err, KC_ECARD, errno,
		    "a message of %zu bytes could not be sent: %s", len,
		    strerror(errno));
	return KC_DONE;
}

static kc_result
recv_bytes(int fd, uint8_t *p, size_t max, size_t *ret, struct kc_err *err)
{
	ssize_t n;

	do {
		n = recv(fd, p, max, MSG_TRUNC);
	} while (n < 0 && errno == EINTR);
	if (n == 0 || (n < 0 && errno == ECONNRESET))
		return KC_FAIL(err, KC_ECARDLESS, 0,
		    "the other process ended");
	if (n < 0)
		return KC_FAIL(err, KC_ECARD, errno,
		    "a message could not be received: %s", strerror(errno));
	if ((size_t)n > max)
		return KC_FAIL(err, KC_ECARD, -1,
		    "a message has %zd bytes; the limit is %zu", n, max);
	*ret = (size_t)n;
	return KC_DONE;
}

kc_result
tok_send(int fd, const struct tok_msg *m, struct kc_err *err)
{
	if (m->bad || m->len == 0)
		return KC_FAIL(err, KC_EBUG, 0,
		    "a message does not fit in %d bytes", TOK_MSG_MAX);
	return send_bytes(fd, m->p, m->len, err);
}

kc_result
tok_recv(int fd, struct tok_msg *m, struct kc_err *err)
{
	m->len = m->at = 0;
	m->bad = false;
	return recv_bytes(fd, m->p, sizeof m->p, &m->len, err);
}

kc_result
tok_send_secret(int fd, const struct kc_secret *s, struct kc_err *err)
{
	if (s->len == 0 || s->len > TOK_SECRET_MAX)
		return KC_FAIL(err, KC_EUSAGE, 0,
		    "a secret of %zu bytes: 1 to %d can be passed to a card",
		    s->len, TOK_SECRET_MAX);
	return send_bytes(fd, s->p, s->len, err);
}

kc_result
tok_recv_secret(int fd, struct kc_secret *ret, struct kc_err *err)
{
	struct kc_secret s = { 0 };
	kc_result r;

	KC_TRY(r, kc_secret_new(&s, TOK_SECRET_MAX, err));
	KC_TRY(r, recv_bytes(fd, s.p, s.cap, &s.len, err));
	*ret = s;
	s = (struct kc_secret){ 0 };
out:
	kc_secret_free(&s);
	return r;
}

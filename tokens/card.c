/* SPDX-License-Identifier: Apache-2.0
 *
 * Cards from the main process's side: a request, a wait with a budget, a
 * reply that is not trusted.
 */
#include "tokens/card.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "tokens/proto.h"
#include "tokens/server.h"

#define TICK_MS 100
#define BYE_MS 2000		/* a clean end; then it is killed */

/* How long a card may be silent before its process is killed. */
static const int64_t budget_ms[TOK_OPS] = {
	[TOK_OP_LIST] = 20000,
	[TOK_OP_OPEN] = 20000,
	[TOK_OP_INFO] = 20000,
	[TOK_OP_LOGIN] = 60000,		/* a PIN pad waits for a person */
	[TOK_OP_INIT] = 120000,
	[TOK_OP_KEYS] = 20000,
	[TOK_OP_GENERATE] = 900000,	/* RSA-4096 on a slow card */
	[TOK_OP_ERASE] = 60000,
	[TOK_OP_CERTIFICATE] = 60000,
	[TOK_OP_PROBE] = 60000,
	[TOK_OP_UNWRAP] = 60000,
	[TOK_OP_SIGN] = 60000,
	[TOK_OP_WIPE] = 60000,
	[TOK_OP_SWEEP] = 60000,
	[TOK_OP_BYE] = BYE_MS,
};

struct tok_card {
	struct tok_server *server;
	int fd;			/* -1: the child is gone */
	pid_t pid;
	uint32_t seq;
	enum tok_op op;
	int64_t started_ms, limit_ms;
	int64_t most_ms;	/* tok_limit; 0: none */
	struct tok_wait wait;
	uint32_t n_items;	/* still to be received */
	uint32_t n_secrets;
	struct tok_msg msg;
};

/* End the child and say how it ended. */
static int
end_child(struct tok_card *c)
{
	int status = 0;

	if (c->fd >= 0)
		(void)close(c->fd);
	c->fd = -1;
	if (c->pid > 0 && !kc_ok(tok_end(c->server, c->pid, &status, NULL)))
		status = 0;
	c->pid = 0;
	return status;
}

static kc_result
died(struct tok_card *c, struct kc_err *err)
{
	int status = end_child(c);

	if (WIFSIGNALED(status))
		(void)KC_FAIL(err, KC_ECARD, WTERMSIG(status),
		    "the card process died (signal %d, %s)", WTERMSIG(status),
		    strsignal(WTERMSIG(status)));
	else
		(void)KC_FAIL(err, KC_ECARD, status,
		    "the card process ended by itself");
	kc_certain(err, "this program is unharmed; read the card's state "
	    "again before going on");
	return (kc_result){ KC_ECARD };
}

/* Wait for the next packet. */
static kc_result
await(struct tok_card *c, struct kc_err *err)
{
	struct pollfd p = { .fd = c->fd, .events = POLLIN };

	for (;;) {
		int n = poll(&p, 1, TICK_MS);
		int64_t spent = kc_clock_boot_ms() - c->started_ms;

		if (n > 0)
			return KC_DONE;
		if (n < 0 && errno != EINTR) {
			(void)end_child(c);
			return KC_FAIL(err, KC_ECARD, errno,
			    "waiting for the card: %s", strerror(errno));
		}
		if (spent > c->limit_ms) {
			(void)end_child(c);
			(void)KC_FAIL(err, KC_EHANG, 0, "the module did not "
			    "answer within %lld ms; its process was killed",
			    (long long)c->limit_ms);
			kc_certain(err, "this program is unharmed; read the "
			    "card's state again before going on");
			return (kc_result){ KC_EHANG };
		}
		if (c->wait.tick == NULL || c->wait.tick(c->wait.ctx, spent))
			continue;
		(void)end_child(c);
		(void)KC_FAIL(err, KC_ECANCEL, 0,
		    "stopped on request; the card process was killed");
		kc_certain(err, "what the card had begun is known only after "
		    "its state is read again");
		return (kc_result){ KC_ECANCEL };
	}
}

static kc_result
next_packet(struct tok_card *c, struct kc_err *err)
{
	kc_result r = await(c, err);

	if (!kc_ok(r))
		return r;
	r = tok_recv(c->fd, &c->msg, err);
	if (!kc_ok(r))
		return died(c, err);
	return r;
}

/* Whatever does not fit the protocol ends the child. */
static kc_result
nonsense(struct tok_card *c, struct kc_err *err)
{
	(void)end_child(c);
	return KC_FAIL(err, KC_ECARD, 0,
	    "the card process sent an answer that makes no sense");
}

/* Start a request in c->msg; the body follows. */
static kc_result
begin(struct tok_card *c, enum tok_op op, uint32_t n_secrets,
    struct kc_err *err)
{
	if (c->fd < 0)
		return KC_FAIL(err, KC_ECARD, 0,
		    "this card's process has ended: open the card again");
	c->op = op;
	c->msg.len = c->msg.at = 0;
	c->msg.bad = false;
	tok_put_u32(&c->msg, TOK_MAGIC);
	tok_put_u32(&c->msg, ++c->seq);
	tok_put_u32(&c->msg, op);
	tok_put_u32(&c->msg, n_secrets);
	return KC_DONE;
}

/* The head of a reply: the child's error becomes ours. */
static kc_result
read_head(struct tok_card *c, struct kc_err *err)
{
	struct tok_msg *m = &c->msg;
	char msg[sizeof err->msg], certain[sizeof err->certain];
	uint32_t magic = tok_get_u32(m), seq = tok_get_u32(m);
	uint32_t code = tok_get_u32(m);
	uint64_t native = tok_get_u32(m);

	native |= (uint64_t)tok_get_u32(m) << 32;
	c->n_items = tok_get_u32(m);
	c->n_secrets = tok_get_u32(m);
	tok_get_str(m, msg, sizeof msg);
	tok_get_str(m, certain, sizeof certain);
	if (!tok_msg_done(m) || magic != TOK_MAGIC || seq != c->seq ||
	    code >= KC_CODES || c->n_items > TOK_LIST_MAX ||
	    c->n_secrets > 1)
		return nonsense(c, err);
	if (code == KC_OK)
		return KC_DONE;
	(void)KC_FAIL(err, (enum kc_code)code, (long)native, "%s", msg);
	if (certain[0] != '\0')
		kc_certain(err, "%s", certain);
	return (kc_result){ (enum kc_code)code };
}

/* Send what begin started, wait, read the head; items and secret follow.
 * items: how many exactly, or -1 for any number. */
static kc_result
transact(struct tok_card *c, const struct kc_secret *const *secrets,
    uint32_t n_secrets, int items, struct kc_err *err)
{
	kc_result r;

	c->started_ms = kc_clock_boot_ms();
	c->limit_ms = budget_ms[c->op];
	if (c->most_ms > 0 && c->most_ms < c->limit_ms)
		c->limit_ms = c->most_ms;
	if (c->msg.bad)
		return KC_FAIL(err, KC_EUSAGE, 0,
		    "the request does not fit into a message");
	r = tok_send(c->fd, &c->msg, err);
	for (uint32_t i = 0; kc_ok(r) && i < n_secrets; i++)
		r = tok_send_secret(c->fd, secrets[i], err);
	if (!kc_ok(r))
		return r.code == KC_ECARD ? died(c, err) : r;
	KC_TRY(r, next_packet(c, err));
	KC_TRY(r, read_head(c, err));
	if (items >= 0 && c->n_items != (uint32_t)items)
		return nonsense(c, err);
	if (c->n_secrets != (c->op == TOK_OP_UNWRAP))
		return nonsense(c, err);
out:
	return r;
}

/* --- sessions --- */

static kc_result
spawn(struct tok_server *s, const struct tok_module *m,
    const struct tok_wait *wait, struct tok_card **ret, struct kc_err *err)
{
	struct tok_card *c = calloc(1, sizeof *c);
	kc_result r;

	if (c == NULL)
		return KC_FAIL(err, KC_ENOMEM, 0, "no memory for a card");
	c->server = s;
	c->fd = -1;
	if (wait != NULL)
		c->wait = *wait;
	r = tok_spawn(s, m, &c->fd, &c->pid, err);
	if (!kc_ok(r)) {
		free(c);
		return r;
	}
	*ret = c;
	return KC_DONE;
}

kc_result
tok_open(struct tok_server *s, const struct tok_module *m,
    const struct tok_uri *uri, const struct tok_wait *wait,
    struct tok_card **ret, struct kc_err *err)
{
	struct tok_card *c = NULL;
	kc_result r;

	KC_TRY(r, spawn(s, m, wait, &c, err));
	KC_TRY(r, begin(c, TOK_OP_OPEN, 0, err));
	tok_put_uri(&c->msg, uri);
	KC_TRY(r, transact(c, NULL, 0, 1, err));
	KC_TRY(r, next_packet(c, err));
	*ret = c;
	c = NULL;
out:
	tok_close(&c);
	return r;
}

/* Let the module log out and let go of the reader; but not for long. */
void
tok_close(struct tok_card **card)
{
	struct tok_card *c = card != NULL ? *card : NULL;

	if (c == NULL)
		return;
	c->wait = (struct tok_wait){ 0 };
	if (kc_ok(begin(c, TOK_OP_BYE, 0, NULL)))
		if (!kc_ok(transact(c, NULL, 0, 0, NULL)))
			(void)end_child(c);
	(void)end_child(c);
	free(c);
	*card = NULL;
}

void
tok_limit(struct tok_card *card, int64_t max_ms)
{
	card->most_ms = max_ms;
}

int
tok_pid(const struct tok_card *card)
{
	return (int)card->pid;
}

kc_result
tok_list(struct tok_server *s, const struct tok_module *m,
    struct tok_info *ret, size_t max, size_t *ret_n, struct kc_err *err)
{
	struct tok_card *c = NULL;
	uint32_t n;
	kc_result r;

	KC_TRY(r, spawn(s, m, NULL, &c, err));
	KC_TRY(r, begin(c, TOK_OP_LIST, 0, err));
	KC_TRY(r, transact(c, NULL, 0, -1, err));
	n = c->n_items;
	if (n > max) {
		r = KC_FAIL(err, KC_ECARD, 0,
		    "the module shows %u cards; %zu are handled", n, max);
		goto out;
	}
	for (uint32_t i = 0; i < n; i++) {
		KC_TRY(r, next_packet(c, err));
		tok_get_info(&c->msg, &ret[i]);
		if (!tok_msg_done(&c->msg)) {
			r = nonsense(c, err);
			goto out;
		}
	}
	*ret_n = n;
out:
	tok_close(&c);
	return r;
}

kc_result
tok_info(struct tok_card *card, struct tok_info *ret, struct kc_err *err)
{
	struct tok_info info;
	kc_result r;

	KC_TRY(r, begin(card, TOK_OP_INFO, 0, err));
	KC_TRY(r, transact(card, NULL, 0, 1, err));
	KC_TRY(r, next_packet(card, err));
	tok_get_info(&card->msg, &info);
	if (!tok_msg_done(&card->msg))
		return nonsense(card, err);
	*ret = info;
out:
	return r;
}

kc_result
tok_login(struct tok_card *card, const struct kc_secret *pin,
    struct kc_err *err)
{
	uint32_t n = pin != NULL && pin->len > 0;
	kc_result r;

	KC_TRY(r, begin(card, TOK_OP_LOGIN, n, err));
	r = transact(card, &pin, n, 0, err);
out:
	return r;
}

kc_result
tok_init(struct tok_card *card, const char *label,
    const struct kc_secret *so_pin, const struct kc_secret *pin,
    struct kc_err *err)
{
	const struct kc_secret *both[] = { so_pin, pin };
	kc_result r;

	if (label[0] == '\0' || strlen(label) > 32)
		return KC_FAIL(err, KC_EUSAGE, 0,
		    "the label has %zu bytes; 1 to 32 fit a card",
		    strlen(label));
	KC_TRY(r, begin(card, TOK_OP_INIT, 2, err));
	tok_put_str(&card->msg, label);
	r = transact(card, both, 2, 0, err);
out:
	return r;
}

/* --- keys --- */

void
tok_key_free(struct tok_key *key)
{
	if (key != NULL)
		kc_buf_free(&key->cert);
}

static kc_result
next_key(struct tok_card *c, struct tok_key *ret, struct kc_err *err)
{
	struct tok_key k;
	kc_result r = next_packet(c, err);

	if (!kc_ok(r))
		return r;
	tok_get_key(&c->msg, &k);
	if (!tok_msg_done(&c->msg)) {
		tok_key_free(&k);
		return nonsense(c, err);
	}
	*ret = k;
	return KC_DONE;
}

kc_result
tok_keys(struct tok_card *card, struct tok_key *ret, size_t max,
    size_t *ret_n, struct kc_err *err)
{
	size_t n = 0;
	uint32_t want;
	kc_result r;

	KC_TRY(r, begin(card, TOK_OP_KEYS, 0, err));
	KC_TRY(r, transact(card, NULL, 0, -1, err));
	want = card->n_items;
	if (want > max) {
		(void)end_child(card);
		return KC_FAIL(err, KC_ECARD, 0,
		    "the card holds %u keys; %zu are handled", want, max);
	}
	for (; n < want; n++)
		KC_TRY(r, next_key(card, &ret[n], err));
	*ret_n = n;
	n = 0;
out:
	while (n > 0)
		tok_key_free(&ret[--n]);
	return r;
}

/* A request about one key: its id first. */
static kc_result
begin_key(struct tok_card *card, enum tok_op op, const uint8_t *id,
    size_t id_len, struct kc_err *err)
{
	kc_result r;

	if (id_len == 0 || id_len > TOK_ID_MAX)
		return KC_FAIL(err, KC_EUSAGE, 0,
		    "a key id has 1 to %d bytes, not %zu", TOK_ID_MAX,
		    id_len);
	r = begin(card, op, 0, err);
	if (kc_ok(r))
		tok_put_bytes(&card->msg, id, id_len);
	return r;
}

kc_result
tok_generate(struct tok_card *card, const uint8_t *id, size_t id_len,
    enum tok_use use, size_t bits, struct tok_key *ret, struct kc_err *err)
{
	kc_result r;

	KC_TRY(r, begin_key(card, TOK_OP_GENERATE, id, id_len, err));
	tok_put_u32(&card->msg, use);
	tok_put_u32(&card->msg, (uint32_t)bits);
	KC_TRY(r, transact(card, NULL, 0, 1, err));
	r = next_key(card, ret, err);
out:
	return r;
}

kc_result
tok_erase(struct tok_card *card, const uint8_t *id, size_t id_len,
    struct kc_err *err)
{
	kc_result r;

	KC_TRY(r, begin_key(card, TOK_OP_ERASE, id, id_len, err));
	r = transact(card, NULL, 0, 0, err);
out:
	return r;
}

kc_result
tok_sweep(struct tok_card *card, size_t *ret_n, struct kc_err *err)
{
	uint32_t n;
	kc_result r;

	KC_TRY(r, begin(card, TOK_OP_SWEEP, 0, err));
	KC_TRY(r, transact(card, NULL, 0, 1, err));
	KC_TRY(r, next_packet(card, err));
	n = tok_get_u32(&card->msg);
	if (!tok_msg_done(&card->msg)) {
		r = nonsense(card, err);
		goto out;
	}
	*ret_n = n;
out:
	return r;
}

/* The bytes of the one item of a reply. */
static kc_result
item_bytes(struct tok_card *card, size_t max, struct kc_buf *ret,
    struct kc_err *err)
{
	uint8_t bytes[TOK_CERT_MAX];
	size_t len;
	kc_result r = next_packet(card, err);

	if (!kc_ok(r))
		return r;
	tok_get_bytes(&card->msg, bytes, max, &len);
	if (!tok_msg_done(&card->msg) || len == 0)
		return nonsense(card, err);
	return kc_buf_add(ret, bytes, len, err);
}

kc_result
tok_certificate(struct tok_card *card, const uint8_t *id, size_t id_len,
    enum tok_use use, const char *subject, struct kc_buf *ret_der,
    struct kc_err *err)
{
	kc_result r;

	KC_TRY(r, begin_key(card, TOK_OP_CERTIFICATE, id, id_len, err));
	tok_put_u32(&card->msg, use);
	tok_put_str(&card->msg, subject);
	KC_TRY(r, transact(card, NULL, 0, 1, err));
	r = item_bytes(card, TOK_CERT_MAX, ret_der, err);
out:
	return r;
}

kc_result
tok_probe(struct tok_card *card, const uint8_t *id, size_t id_len,
    bool decrypt, bool sign, enum tok_oaep *ret_way, struct kc_err *err)
{
	uint32_t way;
	kc_result r;

	KC_TRY(r, begin_key(card, TOK_OP_PROBE, id, id_len, err));
	tok_put_u32(&card->msg, decrypt);
	tok_put_u32(&card->msg, sign);
	KC_TRY(r, transact(card, NULL, 0, 1, err));
	KC_TRY(r, next_packet(card, err));
	way = tok_get_u32(&card->msg);
	if (!tok_msg_done(&card->msg) || way > TOK_OAEP_RAW ||
	    (way == TOK_OAEP_UNKNOWN) == decrypt)
		return nonsense(card, err);
	*ret_way = (enum tok_oaep)way;
out:
	return r;
}

kc_result
tok_unwrap(struct tok_card *card, const uint8_t *id, size_t id_len,
    enum tok_oaep way, const uint8_t *ek, size_t ek_len,
    struct kc_secret *ret_cek, struct kc_err *err)
{
	kc_result r;

	if (ek_len == 0 || ek_len > TOK_MODULUS_MAX)
		return KC_FAIL(err, KC_EFORMAT, 0, "the encrypted key has %zu "
		    "bytes; 1 to %d are handled", ek_len, TOK_MODULUS_MAX);
	KC_TRY(r, begin_key(card, TOK_OP_UNWRAP, id, id_len, err));
	tok_put_u32(&card->msg, way);
	tok_put_bytes(&card->msg, ek, ek_len);
	KC_TRY(r, transact(card, NULL, 0, 0, err));
	KC_TRY(r, await(card, err));
	r = tok_recv_secret(card->fd, ret_cek, err);
	if (!kc_ok(r))
		r = died(card, err);
out:
	return r;
}

kc_result
tok_sign(struct tok_card *card, const uint8_t *id, size_t id_len,
    const uint8_t digest[static 32], struct kc_buf *ret_sig,
    struct kc_err *err)
{
	kc_result r;

	KC_TRY(r, begin_key(card, TOK_OP_SIGN, id, id_len, err));
	tok_put_bytes(&card->msg, digest, 32);
	KC_TRY(r, transact(card, NULL, 0, 1, err));
	r = item_bytes(card, TOK_MODULUS_MAX, ret_sig, err);
out:
	return r;
}

kc_result
tok_wipe(struct tok_card *card, struct kc_err *err)
{
	kc_result r;

	KC_TRY(r, begin(card, TOK_OP_WIPE, 0, err));
	r = transact(card, NULL, 0, 0, err);
out:
	return r;
}

bool
tok_known_soft(const struct tok_info *info)
{
	static const struct {
		const char *manufacturer, *model;	/* prefixes */
	} soft[] = {
		{ "SoftHSM", "" },
		{ "", "SoftHSM" },
		{ "IBM", "Soft" },
		{ "IBM", "openCryptoki" },
		{ "", "openCryptoki" },
		{ "swtpm", "" },
		{ "IBM", "SW   TPM" },
		{ "IBM", "SW" },
		{ "NSS", "" },
		{ "Mozilla", "" },
		{ "Kryoptic", "" },
	};

	for (size_t i = 0; i < sizeof soft / sizeof *soft; i++)
		if (strncmp(info->manufacturer, soft[i].manufacturer,
		    strlen(soft[i].manufacturer)) == 0 &&
		    strncmp(info->model, soft[i].model,
		    strlen(soft[i].model)) == 0)
			return true;
	return false;
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * Opening a domain inside one process, beside the bare OpenSSL calls that
 * load the same keys and do the same RSA operations, round by round in turn.
 * For tests/bench/run.
 * Usage: inside open ROUNDS DOMAIN EXCHANGE|- KEY...
 *          with EXCHANGE a restore blob is made too
 *          a line each round: CPU and wall ns of ours, then of the bare calls
 *        inside combine ROUNDS DOMAIN KEY...
 *          every quorum of the shares these keys open
 *          a line each round: quorums, CPU and wall ns of all of them
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "sd/hygiene.h"
#include "sd/pemkey.h"
#include "tests/bench/rsa.h"
#include "tests/bench/spent.h"

struct job {
	const char *domain, *exchange;	/* NULL: no blob */
	char **key;
	size_t n;
};

static kc_result
read_domain(const char *path, struct sd_domain *ret, struct kc_err *err)
{
	struct kc_buf file = { 0 };
	kc_result r = kc_file_read(path, SD_FILE_MAX, &file, err);

	if (kc_ok(r))
		r = sd_domain_read(path, file.p, file.len, ret, err);
	kc_buf_free(&file);
	return r;
}

static kc_result
make_blob(const char *path, const struct sd_domain *d,
    const struct sd_opened *o, struct kc_err *err)
{
	struct kc_buf file = { 0 }, blob = { 0 };
	struct sd_cert to = { 0 };
	kc_result r;

	KC_TRY(r, kc_file_read(path, KC_FILE_MAX, &file, err));
	KC_TRY(r, sd_cert_read(path, file.p, file.len, &to, err));
	r = sd_restore_blob(d, &o->master, &to, kc_clock_utc_ms(), &blob,
	    err);
out:
	sd_cert_free(&to);
	kc_buf_free(&file);
	kc_buf_free(&blob);
	return r;
}

/* What a command does between its sandbox and its output. */
static kc_result
ours(const struct job *job, struct kc_err *err)
{
	struct sd_pemkey *pem[SD_MAX_HOLDERS] = { NULL };
	struct sd_key key[SD_MAX_HOLDERS];
	struct sd_rsa rsa[SD_MAX_HOLDERS];
	struct sd_domain d = { 0 };
	struct sd_opened o = { 0 };
	struct kc_buf warn = { 0 };
	kc_result r;

	KC_TRY(r, read_domain(job->domain, &d, err));
	for (size_t i = 0; i < job->n; i++) {
		KC_TRY(r, sd_pemkey_load(job->key[i], NULL, &pem[i], err));
		key[i] = sd_pemkey_key(pem[i]);
		rsa[i] = sd_cert_rsa(sd_pemkey_cert(pem[i]));
	}
	KC_TRY(r, sd_hygiene_warn(rsa, job->n, &warn, err));
	KC_TRY(r, sd_open(job->domain, &d, key, job->n, &o, err));
	if (job->exchange != NULL)
		r = make_blob(job->exchange, &d, &o, err);
out:
	for (size_t i = 0; i < job->n; i++)
		sd_pemkey_free(&pem[i]);
	sd_opened_free(&o);
	sd_domain_free(&d);
	kc_buf_free(&warn);
	return r;
}

/* Key i opens share i: the bench made the domain so. */
static bool
bare(const struct job *job, const struct sd_domain *d)
{
	bool good = true;

	for (size_t i = 0; i < job->n && good; i++) {
		EVP_PKEY *key = bare_load(job->key[i]);
		const struct kc_buf *ek = &d->share[i].jwe.ek;

		good = key != NULL && bare_decrypt(key, ek->p, ek->len);
		EVP_PKEY_free(key);
	}
	return good && (job->exchange == NULL || bare_encrypt(job->exchange));
}

static kc_result
open_rounds(const struct job *job, long rounds, struct kc_err *err)
{
	struct sd_domain d = { 0 };
	kc_result r = read_domain(job->domain, &d, err);

	/* The round before the first fetches what OpenSSL keeps. */
	for (long i = -1; i < rounds && kc_ok(r); i++) {
		struct spent from = spent_now(), a, b;

		KC_TRY(r, ours(job, err));
		a = spent_since(from);
		from = spent_now();
		if (!bare(job, &d))
			r = KC_FAIL_SSL(err, KC_EIO, "the bare calls failed");
		b = spent_since(from);
		if (i >= 0)
			(void)printf("%" PRId64 " %" PRId64 " %" PRId64 " %"
			    PRId64 "\n", a.cpu, a.wall, b.cpu, b.wall);
	}
out:
	sd_domain_free(&d);
	return r;
}

/* Every quorum of the n given shares; how many in *ret_n. */
static kc_result
combine_all(const struct job *job, const struct sd_domain *d,
    const struct sd_given *given, size_t *ret_n, struct kc_err *err)
{
	kc_result r = KC_DONE;

	*ret_n = 0;
	for (uint32_t set = 0; set < 1u << job->n && kc_ok(r); set++) {
		struct sd_given pick[SD_MAX_HOLDERS];
		struct sd_opened o = { 0 };
		size_t m = 0;

		for (size_t i = 0; i < job->n; i++)
			if ((set >> i & 1) != 0)
				pick[m++] = given[i];
		if (m != d->required)
			continue;
		r = sd_combine(job->domain, d, pick, m, &o, err);
		sd_opened_free(&o);
		++*ret_n;
	}
	return r;
}

static kc_result
combine_rounds(const struct job *job, long rounds, struct kc_err *err)
{
	struct sd_given given[SD_MAX_HOLDERS] = { 0 };
	struct sd_domain d = { 0 };
	kc_result r;

	KC_TRY(r, read_domain(job->domain, &d, err));
	for (size_t i = 0; i < job->n; i++) {
		struct sd_pemkey *pem = NULL;
		struct sd_key key;

		KC_TRY(r, sd_pemkey_load(job->key[i], NULL, &pem, err));
		key = sd_pemkey_key(pem);
		given[i].who = job->key[i];
		r = sd_share_unwrap(job->domain, &d, &key, &given[i].index,
		    &given[i].share, err);
		sd_pemkey_free(&pem);
		if (!kc_ok(r))
			goto out;
	}
	for (long i = 0; i < rounds; i++) {
		struct spent from = spent_now(), s;
		size_t n = 0;

		KC_TRY(r, combine_all(job, &d, given, &n, err));
		s = spent_since(from);
		(void)printf("%zu %" PRId64 " %" PRId64 "\n", n, s.cpu,
		    s.wall);
	}
out:
	for (size_t i = 0; i < SD_MAX_HOLDERS; i++)
		kc_secret_free(&given[i].share);
	sd_domain_free(&d);
	return r;
}

int
main(int argc, char **argv)
{
	bool opens = argc > 5 && strcmp(argv[1], "open") == 0;
	bool combines = argc > 4 && strcmp(argv[1], "combine") == 0;
	int first = opens ? 5 : 4;
	struct kc_err err = { 0 };
	struct job job;
	long rounds;
	kc_result r;

	if ((!opens && !combines) || argc - first > SD_MAX_HOLDERS)
		return 2;
	rounds = strtol(argv[2], NULL, 10);
	job = (struct job){ .domain = argv[3], .key = argv + first,
		.n = (size_t)(argc - first) };
	if (opens && strcmp(argv[4], "-") != 0)
		job.exchange = argv[4];
	r = kc_secret_heap(&err);
	if (kc_ok(r))
		r = opens ? open_rounds(&job, rounds, &err) :
		    combine_rounds(&job, rounds, &err);
	if (!kc_ok(r))
		(void)fprintf(stderr, "%s\n", err.msg);
	return kc_ok(r) ? 0 : 1;
}

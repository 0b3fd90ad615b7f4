/* SPDX-License-Identifier: Apache-2.0
 *
 * The action table: each action once, with what it needs and what it leaves.
 */
#include <string.h>

#include "ceremony/steps.h"

#define KEYS (CER_F_WRAPPING | CER_F_SIGNING)
#define WRAPS (CER_F_KNOWN | CER_F_WRAPPING)
#define GONE (CER_F_BAG | CER_F_AWAY | CER_F_RETIRED)

/* Terms that many rows share. */
#define NOTHING { .of = CER_OF_NOBODY }
#define PEOPLE { CER_OF_ROOM, .needs = CER_F_SIGNED_IN }
#define JUDGED { CER_OF_ROOM, .needs = CER_F_SIGNED_IN | CER_F_GO }
#define QUORUM { CER_OF_QUORUM, .needs = WRAPS, .bars = GONE,		\
	.reads = true }
#define SIGNERS { CER_OF_SIGNERS, .needs = CER_F_KNOWN | CER_F_SIGNING,	\
	.bars = GONE, .reads = true }
/* A domain of this set opens: one whose shares are known to be theirs. */
#define OPENS { CER_OF_SET, .needs = CER_F_DOMAIN,			\
	.bars = CER_F_UNCHECKED, .takes = CER_F_UNOPENED }

/* Could one share alone open the domain?  sd/open.h */
#define ONE_SHARE {							\
	{ "held", "domain.opened", "one-share-test", "held" },		\
	{ "failed", "domain.opened", "one-share-test", "failed" } }

static const struct cer_action actions[] = {
	{ "read", "", false, false, cer_do_read, .term = { NOTHING } },
	{ "roll-call", "", false, false, cer_do_roll_call, .term = {
	    { CER_OF_ROOM, .gives = CER_F_SIGNED_IN } } },
	{ "environment", "", false, false, cer_do_environment, .term = {
	    { CER_OF_ROOM, .gives = CER_F_GO } } },
	{ "clock", "", false, false, cer_do_clock, .term = { NOTHING } },
	{ "software", "", false, false, cer_do_software, .term = {
	    NOTHING } },
	{ "site.amend", "", false, false, cer_do_amend, .term = { PEOPLE } },
	{ "card.identify", "keys card", true, false, cer_do_identify,
	  .term = { PEOPLE,
	    { CER_OF_CARD, .needs = CER_F_BOUND, .bars = GONE, .gives =
	      CER_F_KNOWN | KEYS, .reads = true },
	    { CER_OF_OWN_SET, .gives = CER_F_HELD } } },
	{ "card.initialise", "puk card", true, false, cer_do_initialise,
	  .final = true, .term = { PEOPLE,
	    { CER_OF_CARD, .bars = GONE | KEYS, .gives = CER_F_BOUND |
	      CER_F_KNOWN | CER_F_INITIALISED, .reads = true } } },
	{ "card.pin", "card", true, false, cer_do_pin, .term = { PEOPLE,
	    { CER_OF_CARD, .needs = CER_F_BOUND, .bars = GONE,
	      .reads = true } } },
	{ "card.retire", "", true, false, cer_do_retire, .final = true,
	  .term = { PEOPLE,
	    { CER_OF_NEW_SET, .bars = CER_F_UNOPENED },
	    { CER_OF_CARD, .needs = CER_F_BOUND, .bars = GONE, .gives =
	      CER_F_RETIRED, .reads = true } } },
	{ "card.generate", "keys card", true, false, cer_do_generate,
	  .term = { PEOPLE,
	    { CER_OF_CARD, .needs = CER_F_KNOWN | CER_F_INITIALISED, .bars =
	      GONE, .gives = KEYS, .reads = true },
	    { CER_OF_OWN_SET, .gives = CER_F_UNBUILT | CER_F_UNSIGNED |
	      CER_F_HELD } } },
	{ "card.prove", "keys card", true, false, cer_do_prove, .term = {
	    PEOPLE,
	    { CER_OF_CARD, .needs = CER_F_KNOWN | KEYS, .bars = GONE, .gives =
	      CER_F_PROVEN, .reads = true } } },
	{ "card.wrong", "instead", true, false, cer_do_wrong, .term = {
	    PEOPLE,
	    { CER_OF_CARD, .needs = CER_F_KNOWN, .bars = GONE },
	    { CER_OF_INSTEAD, .needs = CER_F_KNOWN, .bars = GONE, .reads =
	      true } } },
	{ "set.build", "", false, false, cer_do_set, .term = { PEOPLE,
	    { CER_OF_SET, .bars = CER_F_DOMAIN, .gives = CER_F_UNSIGNED |
	      CER_F_UNCHECKED, .takes = CER_F_UNBUILT },
	    { CER_OF_EACH, .needs = WRAPS | CER_F_PROVEN, .bars =
	      CER_F_RETIRED } } },
	{ "set.drill", "set", false, false, cer_do_drill, .term = { JUDGED,
	    { CER_OF_EACH, .needs = WRAPS, .bars = GONE, .reads = true } },
	  .outcome = { { "all", "set.drill", "covering", "all" },
	    { "design", "set.drill", "covering", "design" } } },
	{ "domain.import", "", false, false, cer_do_import, .term = { PEOPLE,
	    { CER_OF_SET, .bars = CER_F_UNBUILT | CER_F_UNSIGNED | CER_F_DOMAIN,
	      .gives = CER_F_DOMAIN | CER_F_UNOPENED | CER_F_HELD } } },
	{ "domain.check", "", false, false, cer_do_check, .term = { PEOPLE,
	    { CER_OF_SET, .needs = CER_F_DOMAIN, .takes = CER_F_UNCHECKED },
	    { CER_OF_EACH, .needs = WRAPS } } },
	{ "domain.prove", "set", false, false, cer_do_domain_prove, .term = {
	    JUDGED, OPENS, QUORUM }, .outcome = ONE_SHARE },
	{ "domain.reshare", "", false, false, cer_do_reshare, .final = true,
	  .term = { PEOPLE, OPENS,
	    { CER_OF_EACH_NEW, .needs = WRAPS | CER_F_PROVEN, .bars =
	      CER_F_RETIRED },
	    { CER_OF_NEW_SET, .bars = CER_F_UNSIGNED | CER_F_DOMAIN, .gives =
	      CER_F_DOMAIN | CER_F_UNOPENED }, QUORUM }, .outcome = ONE_SHARE },
	{ "exchange.ratify", "reason exception_by readback_by", false, false,
	  cer_do_ratify, .final = true, .term = {
	    { CER_OF_ROOM, .needs = CER_F_SIGNED_IN, .gives = CER_F_RECEIVER |
	      CER_F_UNSEALED } },
	  .outcome = {
	    { "proven", "exchange.ratified", "evidence", "proven" },
	    { "excepted", "exchange.ratified", "evidence", "none:" },
	    { "excepted", "exchange.ratified", "evidence", "not proven:" } } },
	{ "recovery.unlock", "", false, false, cer_do_unlock, .final = true,
	  .term = {
	    { CER_OF_ROOM, .needs = CER_F_SIGNED_IN | CER_F_RECEIVER, .bars =
	      CER_F_UNSEALED, .gives = CER_F_MASTER }, OPENS, QUORUM },
	  .outcome = ONE_SHARE },
	{ "recovery.blob", "result", false, false, cer_do_blob, .term = {
	    { CER_OF_ROOM, .needs = CER_F_SIGNED_IN | CER_F_MASTER, .takes =
	      CER_F_MASTER } } },
	{ "evidence.check", "kind file beside", false, false,
	  cer_do_evidence, .term = { PEOPLE } },
	{ "byok.wrap", "kek show attestation key oct object blob readback_by",
	  false, false, cer_do_byok, .final = true, .term = {
	    { CER_OF_ROOM, .needs = CER_F_SIGNED_IN, .gives =
	      CER_F_UNSEALED },
	    { CER_OF_CARD, .needs = CER_F_BOUND, .bars = GONE,
	      .reads = true } } },
	{ "attestation.check", "file key", false, false, cer_do_attestation,
	  .term = { PEOPLE } },
	{ "policy.check", "file approved accept", false, false,
	  cer_do_policy, .term = { PEOPLE } },
	{ "readback", "subject", false, false, cer_do_readback, .term = {
	    PEOPLE } },
	{ "custody.seal", "", true, false, cer_do_seal, .term = { PEOPLE,
	    { CER_OF_CARD, .needs = CER_F_KNOWN, .bars = GONE, .gives =
	      CER_F_BAG, .takes = CER_F_IN_READER } } },
	{ "custody.open", "", true, false, cer_do_open, .term = { PEOPLE,
	    { CER_OF_CARD, .needs = CER_F_BAG, .bars = CER_F_AWAY, .takes =
	      CER_F_BAG } } },
	{ "custody.place", "set", false, false, cer_do_place, .term = {
	    PEOPLE,
	    { CER_OF_SET, .needs = CER_F_DOMAIN },
	    { CER_OF_PLANNED, .needs = CER_F_BAG, .gives = CER_F_AWAY } } },
	{ "checkpoint", "", false, true, cer_do_checkpoint, .after = true,
	  .term = {
	    { CER_OF_ROOM, .needs = CER_F_SIGNED_IN, .gives = CER_F_HEAD,
	      .takes = CER_F_UNSEALED },
	    { CER_OF_SETS, .takes = CER_F_UNSIGNED }, SIGNERS } },
	{ "suspend", "", false, false, cer_do_suspend, .term = {
	    { CER_OF_ROOM, .bars = CER_F_MASTER, .gives = CER_F_HEAD, .takes =
	      CER_F_SIGNED_IN },
	    { CER_OF_CARDS, .takes = CER_F_IN_READER } } },
	{ "export", "", false, true, cer_do_export, .after = true, .term = {
	    { CER_OF_ROOM, .needs = CER_F_SIGNED_IN | CER_F_CLOSED, .bars =
	      CER_F_UNSEALED, .gives = CER_F_EXPORTED, .takes =
	      CER_F_UNEXPORTED },
	    SIGNERS } },
	{ "close", "", false, false, cer_do_close, .term = {
	    { CER_OF_ROOM, .needs = CER_F_SIGNED_IN, .bars = CER_F_MASTER,
	      .gives = CER_F_CLOSED | CER_F_UNSEALED | CER_F_UNEXPORTED },
	    { CER_OF_SETS, .bars = CER_F_UNOPENED, .takes = CER_F_HELD },
	    { CER_OF_CARDS, .bars = CER_F_LOOSE } } },
};

const struct cer_action cer_action_end = { .name = "the end", .fields = "",
	.term = {
	    { CER_OF_ROOM, .bars = CER_F_UNEXPORTED | CER_F_MASTER },
	    { CER_OF_SETS, .bars = CER_F_HELD } } };

const struct cer_action *
cer_action_find(const char *name)
{
	for (size_t i = 0; i < sizeof actions / sizeof *actions; i++)
		if (strcmp(actions[i].name, name) == 0)
			return &actions[i];
	return NULL;
}

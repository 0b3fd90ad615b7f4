/* SPDX-License-Identifier: Apache-2.0
 *
 * CA/Browser Forum, Baseline Requirements for TLS server certificates,
 * 6.1.1.1 "CA Key Pair Generation", and ETSI EN 319 411-1, 6.5.1 "Key pair
 * generation and installation" (13A is in its later versions only); their
 * numbers, our words.
 */
#include "audit/form_items.h"

const char aud_items_about[] =
    "Requirements of two standards and the entries that speak of them. It "
    "does not say that a requirement is met: that is for the auditor, who "
    "has the standard's own words. Both speak of key pairs of a "
    "certification authority. The keys made here are the holders' keys to a "
    "security domain; a CA's key that lives in the HSM behind it is made "
    "there, and no entry here shows it being made.";

const struct aud_item aud_items[] = {
	{ "BR 6.1.1.1, root (1)", "A key generation script is prepared and "
	  "followed",
	  { { "genesis", NULL, NULL }, { "software", NULL, NULL },
	    { "step.begin", NULL, NULL }, { "step.done", NULL, NULL },
	    { "step.failed", NULL, NULL } },
	  "who approved the script beforehand; script.yaml is here, its "
	  "SHA-256 is in entry 0" },
	{ "BR 6.1.1.1, root (2)", "A Qualified Auditor witnesses it, or it "
	  "is filmed",
	  { { "person", "role", "auditor" },
	    { "checkpoint.signature", "signer", "auditor" } },
	  "that this auditor is a Qualified Auditor: identities are "
	  "asserted, not proven; whether anything was filmed" },
	{ "BR 6.1.1.1, root (3)", "A Qualified Auditor's report on script, "
	  "integrity and confidentiality", { { NULL, NULL, NULL } },
	  "the report: it is the auditor's own work, and this transcript is "
	  "evidence for it, not in its place" },
	{ "BR 6.1.1.1, all (1)", "In a physically secured environment",
	  { { NULL, NULL, NULL } },
	  "walls, doors, guards and cameras: the station sees nothing of "
	  "them. What it sees of itself is under (5)" },
	{ "BR 6.1.1.1, all (2)", "Personnel in Trusted Roles, multiple "
	  "person control, split knowledge",
	  { { "person", NULL, NULL }, { "set", NULL, NULL },
	    { "set.drill", NULL, NULL }, { "approval", NULL, NULL },
	    { "readback", NULL, NULL }, { "site.amended", NULL, NULL },
	    { "checkpoint.signature", NULL, NULL },
	    { "custody", NULL, NULL } },
	  "that these people hold Trusted Roles in their organisation, and "
	  "that two cards are in two people's hands" },
	{ "BR 6.1.1.1, all (3)", "Keys made in cryptographic modules that "
	  "meet the requirements of the CP or CPS",
	  { { "card.done", "command", "initialise" },
	    { "card.done", "command", "generate" },
	    { "provenance", NULL, NULL } },
	  "the module's certification (FIPS 140, Common Criteria): model and "
	  "firmware are what the card reports or attests" },
	{ "BR 6.1.1.1, all (4)", "Key generation activities are logged",
	  { { "run.begin", NULL, NULL }, { "card.intent", NULL, NULL },
	    { "card.done", NULL, NULL }, { "card.failed", NULL, NULL },
	    { "card.unknown", NULL, NULL },
	    { "checkpoint.end", NULL, NULL } },
	  "what was done in the room without this program" },
	{ "BR 6.1.1.1, all (5)", "Effective controls: the private key was "
	  "generated and protected as the script says",
	  { { "check", NULL, NULL }, { "clock", NULL, NULL },
	    { "provenance", NULL, NULL }, { "domain.check", NULL, NULL },
	    { "exception.open", NULL, NULL },
	    { "exception.close", NULL, NULL }, { "custody", NULL, NULL },
	    { "custody.place", NULL, NULL } },
	  "how cards are kept after the ceremony, and whether station, "
	  "kernel and firmware are honest" },
	{ "EN 319 411-1 GEN-6.5.1-03", "Physically secured environment, "
	  "personnel in trusted roles", { { "person", NULL, NULL } },
	  "the environment; that roles called here are trusted roles there" },
	{ "EN 319 411-1 GEN-6.5.1-04", "At least dual control",
	  { { "approval", NULL, NULL }, { "readback", NULL, NULL },
	    { "checkpoint.signature", NULL, NULL },
	    { "set", NULL, NULL } },
	  "that the cards that signed were in different hands" },
	{ "EN 319 411-1 GEN-6.5.1-05", "As few people as possible",
	  { { "person", NULL, NULL } },
	  "who else was in the room, and how many the practices allow" },
	{ "EN 319 411-1 GEN-6.5.1-06, -07", "Algorithm and key length as in "
	  "TS 119 312",
	  { { "card.done", "command", "generate" } },
	  "what TS 119 312 accepts on the day; the bits of each key are in "
	  "its entry" },
	{ "EN 319 411-1 GEN-6.5.1-11, -12", "A documented procedure: roles, "
	  "functions in each phase, responsibilities, evidence to collect",
	  { { "genesis", NULL, NULL }, { "software", NULL, NULL } },
	  "that the procedure is the organisation's: it is script.yaml here, "
	  "with its hash in entry 0" },
	{ "EN 319 411-1 GEN-6.5.1-13", "A report that the procedure was "
	  "followed and the key's integrity and confidentiality ensured",
	  { { "step.done", NULL, NULL }, { "step.failed", NULL, NULL },
	    { "exception.open", NULL, NULL }, { "close", NULL, NULL } },
	  "confidentiality as such: what is shown is that each control ran" },
	{ "EN 319 411-1 GEN-6.5.1-13A, roles", "Roles that took part",
	  { { "person", NULL, NULL } },
	  "who belongs to the organisation and who does not" },
	{ "EN 319 411-1 GEN-6.5.1-13A, functions", "What each role did in "
	  "each phase",
	  { { "step.begin", NULL, NULL } },
	  "what people did beside the steps" },
	{ "EN 319 411-1 GEN-6.5.1-13A, responsibilities", "Responsibilities "
	  "during and after the ceremony",
	  { { "custody", NULL, NULL }, { "custody.place", NULL, NULL },
	    { "custody.item", NULL, NULL } },
	  "duties after the close that no custody entry names" },
	{ "EN 319 411-1 GEN-6.5.1-13A, evidence", "Evidence collected",
	  { { "artifact", NULL, NULL }, { "medium.put", NULL, NULL },
	    { "medium.take", NULL, NULL },
	    { "checkpoint.body", NULL, NULL } },
	  "paper, bags and film" },
	{ "EN 319 411-1 GEN-6.5.1-13A, date", "Date of the ceremony",
	  { { "genesis", NULL, NULL }, { "clock", NULL, NULL },
	    { "close", NULL, NULL } },
	  "that the station's clock was right: two people compared it" },
	{ "EN 319 411-1 GEN-6.5.1-13A, keys", "Inventory of keys: "
	  "identifier, algorithm, size, fingerprint",
	  { { "card.done", "spki.sha256", NULL },
	    { "card.done", "cert.sha256", NULL } },
	  "keys made in the HSM; all keys here are RSA" },
	{ "EN 319 411-1 GEN-6.5.1-13A, device", "Identifier and model of the "
	  "secure cryptographic device",
	  { { "card.done", "command", "initialise" },
	    { "card.done", "command", "identify" },
	    { "provenance", NULL, NULL } },
	  "more than a card reports of itself, unless it is attested" },
	{ "EN 319 411-1 GEN-6.5.1-13A, settings", "Generation algorithm and "
	  "settings of the device",
	  { { "card.done", "command", "generate" },
	    { "provenance", NULL, NULL } },
	  "the random number generator inside the card" },
	{ "EN 319 411-1 GEN-6.5.1-14", "The report is signed by whoever is "
	  "responsible and, for a root, by somebody independent",
	  { { "signer.add", NULL, NULL },
	    { "checkpoint.signature", NULL, NULL } },
	  "the signers' offices and their independence; manifest.json.p7s "
	  "has the signatures over every file" },
};

const size_t aud_items_n = sizeof aud_items / sizeof *aud_items;

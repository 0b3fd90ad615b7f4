/* SPDX-License-Identifier: Apache-2.0
 *
 * The action table.
 */
#include <string.h>

#include "ceremony/steps.h"

static const struct cer_action actions[] = {
	{ "read", "", false, false, cer_do_read },
	{ "roll-call", "", false, false, cer_do_roll_call },
	{ "environment", "", false, false, cer_do_environment },
	{ "clock", "", false, false, cer_do_clock },
	{ "software", "", false, false, cer_do_software },
	{ "site.amend", "", false, false, cer_do_amend },
	{ "card.identify", "keys", true, false, cer_do_identify },
	{ "card.initialise", "puk", true, false, cer_do_initialise },
	{ "card.pin", "", true, false, cer_do_pin },
	{ "card.retire", "", true, false, cer_do_retire },
	{ "card.generate", "keys", true, false, cer_do_generate },
	{ "card.prove", "keys", true, false, cer_do_prove },
	{ "set.build", "", false, false, cer_do_set },
	{ "set.drill", "set", false, false, cer_do_drill },
	{ "domain.import", "", false, false, cer_do_import },
	{ "domain.check", "", false, false, cer_do_check },
	{ "domain.prove", "set", false, false, cer_do_domain_prove },
	{ "domain.reshare", "", false, false, cer_do_reshare },
	{ "exchange.ratify", "reason exception_by readback_by", false, false,
	  cer_do_ratify },
	{ "recovery.unlock", "", false, false, cer_do_unlock },
	{ "recovery.blob", "result", false, false, cer_do_blob },
	{ "readback", "subject", false, false, cer_do_readback },
	{ "custody.seal", "", true, false, cer_do_seal },
	{ "custody.place", "set", false, false, cer_do_place },
	{ "checkpoint", "", false, true, cer_do_checkpoint },
	{ "suspend", "", false, false, cer_do_suspend },
	{ "export", "", false, true, cer_do_export },
	{ "close", "", false, false, cer_do_close },
};

const struct cer_action *
cer_action_find(const char *name)
{
	for (size_t i = 0; i < sizeof actions / sizeof *actions; i++)
		if (strcmp(actions[i].name, name) == 0)
			return &actions[i];
	return NULL;
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * Watches the readers through fork server and child as the program does, and
 * prints a line for each event, until it is killed.
 */
#include "base/sandbox.h"
#include "tests/tokens/events.h"
#include "tokens/card.h"

int
main(void)
{
	struct tok_server *server = NULL;
	struct tok_watch *w = NULL;
	struct tok_reader_event e;
	struct kc_err err = { 0 };
	char line[EVENT_LINE];
	bool have;
	kc_result r;

	KC_TRY(r, tok_server_start(&server, &err));
	KC_TRY(r, kc_sandbox_enter(KC_SANDBOX_MAIN, &err));
	KC_TRY(r, tok_watch_start(server, &w, &err));
	for (;;) {
		KC_TRY(r, tok_watch_next(w, -1, &e, &have, &err));
		if (!have)
			continue;
		event_line(&e, line);
		(void)puts(line);
		(void)fflush(stdout);
	}
out:
	(void)fprintf(stderr, "watch: %s\n", err.msg);
	tok_watch_stop(&w);
	tok_server_stop(&server);
	return kc_exit(r.code);
}

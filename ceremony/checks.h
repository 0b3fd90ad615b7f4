/* SPDX-License-Identifier: Apache-2.0
 *
 * The checks of the go/no-go list (gonogo.h): each writes what it found and
 * says whether it holds.
 */
#ifndef KC_CEREMONY_CHECKS_H
#define KC_CEREMONY_CHECKS_H

#include "ceremony/room.h"

#define CER_HOLD(name)						\
	bool cer_hold_##name(struct cer_room *room, char *found,	\
	    size_t size)

CER_HOLD(network);
CER_HOLD(radio);
CER_HOLD(usb);
CER_HOLD(swap);
CER_HOLD(process);
CER_HOLD(memory);
CER_HOLD(filter);
CER_HOLD(clock);
CER_HOLD(software);
CER_HOLD(space);
CER_HOLD(power);
CER_HOLD(tokens);
CER_HOLD(modules);
CER_HOLD(tries);

#endif

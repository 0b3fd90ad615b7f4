/* SPDX-License-Identifier: Apache-2.0
 *
 * What a journal asks of its disk, as records on a descriptor.
 *
 * A record is this head, then length bytes.  file: 0 the database, 1 its
 * rollback journal.
 *
 *	I	the database as it is when it is opened: its bytes
 *	O	the rollback journal is opened
 *	W	bytes at offset
 *	T	cut to offset bytes
 *	S	synced: what was asked of this file before is on the disk
 *	D	removed; offset 1: and the directory is synced
 *	A	an append was acknowledged; offset: how many entries there are
 */
#ifndef KC_TESTS_POWER_RECORD_H
#define KC_TESTS_POWER_RECORD_H

#include <stdint.h>

struct record {
	char what;
	uint8_t file;
	uint32_t length;
	int64_t offset;
};

#endif

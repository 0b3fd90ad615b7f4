/* SPDX-License-Identifier: Apache-2.0
 *
 * The database's schema: statements run at creation and compared, text for
 * text, on opening.  Triggers stop our own mistakes, not an attacker.  Every
 * version has the same columns, so every version can be read; only the last
 * is written (audit/upgrade.c).
 */
#ifndef KC_AUDIT_SCHEMA_H
#define KC_AUDIT_SCHEMA_H

#include <stddef.h>

#define AUD_APPLICATION_ID 0x6b636a31	/* "kcj1" */
#define AUD_USER_VERSION 2

struct aud_object {
	const char *name;
	const char *sql;
};

#define AUD_TABLES 2
static const struct aud_object aud_tables[AUD_USER_VERSION][AUD_TABLES] = { {
	{ "meta",
	  "CREATE TABLE meta (one INTEGER PRIMARY KEY CHECK (one = 1), "
	  "id TEXT NOT NULL, mode TEXT NOT NULL) STRICT" },
	{ "entry",
	  "CREATE TABLE entry (n INTEGER PRIMARY KEY, line TEXT NOT NULL, "
	  "facts TEXT NOT NULL, leaf BLOB NOT NULL) STRICT" },
}, {
	{ "meta",
	  "CREATE TABLE meta (one INTEGER PRIMARY KEY CHECK (one = 1), "
	  "id TEXT NOT NULL CHECK (length(id) = 32), mode TEXT NOT NULL "
	  "CHECK (mode IN ('production', 'rehearsal'))) STRICT" },
	{ "entry",
	  "CREATE TABLE entry (n INTEGER PRIMARY KEY CHECK (n >= 0), "
	  "line TEXT NOT NULL, facts TEXT NOT NULL, "
	  "leaf BLOB NOT NULL CHECK (length(leaf) = 32)) STRICT" },
} };
static const struct aud_object aud_triggers[] = {
	{ "entry_order",
	  "CREATE TRIGGER entry_order BEFORE INSERT ON entry WHEN NEW.n IS "
	  "NOT (SELECT coalesce(max(n) + 1, 0) FROM entry) BEGIN SELECT "
	  "raise(ABORT, 'the journal only grows by its next entry'); END" },
	{ "entry_update",
	  "CREATE TRIGGER entry_update BEFORE UPDATE ON entry BEGIN SELECT "
	  "raise(ABORT, 'an entry of the journal is never changed'); END" },
	{ "entry_delete",
	  "CREATE TRIGGER entry_delete BEFORE DELETE ON entry BEGIN SELECT "
	  "raise(ABORT, 'an entry of the journal is never deleted'); END" },
	{ "meta_update",
	  "CREATE TRIGGER meta_update BEFORE UPDATE ON meta BEGIN SELECT "
	  "raise(ABORT, 'the journal keeps its id and mode'); END" },
	{ "meta_delete",
	  "CREATE TRIGGER meta_delete BEFORE DELETE ON meta BEGIN SELECT "
	  "raise(ABORT, 'the journal keeps its id and mode'); END" },
};
#define AUD_TRIGGERS (sizeof aud_triggers / sizeof *aud_triggers)
#define AUD_OBJECTS (AUD_TABLES + AUD_TRIGGERS)

/* aud_object_of: object i of AUD_OBJECTS of a version. */
static inline const struct aud_object *
aud_object_of(int version, size_t i)
{
	return i < AUD_TABLES ? &aud_tables[version - 1][i] :
	    &aud_triggers[i - AUD_TABLES];
}

#endif

-- tincan.sqlite: what a place has said, for other programs. Start with the views at the end.
-- Times in tables are UTC milliseconds since 1970, 0 for never; in views they are text, empty for never.
-- Flags are 0 or 1. There are no keys, passwords, codes or drafts here, nor what somebody has read or saved.

CREATE TABLE about ( -- what this file is: format, schema, made_at, which place it is of, and what it holds in words
	name  TEXT PRIMARY KEY,
	value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE person (
	id         INTEGER PRIMARY KEY,
	handle     TEXT    NOT NULL UNIQUE,
	name       TEXT    NOT NULL,
	department TEXT    NOT NULL,
	team       TEXT    NOT NULL,
	title      TEXT    NOT NULL,
	zone       TEXT    NOT NULL, -- time zone, such as Europe/Berlin
	email      TEXT    NOT NULL, -- by which other programs know the same person
	bot        INTEGER NOT NULL,
	admin      INTEGER NOT NULL,
	state      TEXT    NOT NULL, -- staged (author of something imported), invited, active, suspended, left
	created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE channel (
	id            INTEGER PRIMARY KEY,
	name          TEXT    NOT NULL UNIQUE, -- without #; direct-ID for a direct conversation
	shown         TEXT    NOT NULL,        -- what people see: #name, or the names of a direct conversation
	purpose       TEXT    NOT NULL,
	private       INTEGER NOT NULL,
	direct        TEXT    NOT NULL,        -- ids of the people of a direct conversation; '' for a channel
	stewards_post INTEGER NOT NULL,        -- only its stewards start threads
	everyone      INTEGER NOT NULL,        -- everyone is in it
	archived_at   INTEGER NOT NULL,
	created_at    INTEGER NOT NULL,
	created_by    INTEGER NOT NULL         -- person.id, 0 for nobody
) STRICT;

CREATE TABLE member (
	channel_id INTEGER NOT NULL REFERENCES channel (id),
	person_id  INTEGER NOT NULL REFERENCES person (id),
	steward    INTEGER NOT NULL,
	joined_at  INTEGER NOT NULL,
	PRIMARY KEY (channel_id, person_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE post (
	id         INTEGER PRIMARY KEY,        -- the number people see; order of writing
	channel_id INTEGER NOT NULL REFERENCES channel (id),
	root_id    INTEGER NOT NULL,           -- the post it replies to, 0 for one that starts a thread
	author_id  INTEGER NOT NULL REFERENCES person (id),
	body       TEXT    NOT NULL,           -- '' if deleted; of a hidden post what it says, which no view shows
	at         INTEGER NOT NULL,
	edited_at  INTEGER NOT NULL,
	deleted_at INTEGER NOT NULL,
	imported   INTEGER NOT NULL,
	question   INTEGER NOT NULL,
	answer_id  INTEGER NOT NULL,           -- the reply that answers it, 0 for none
	pinned_at  INTEGER NOT NULL,
	hidden_at  INTEGER NOT NULL,
	hidden_by  INTEGER NOT NULL,
	hidden_why TEXT    NOT NULL
) STRICT;

CREATE TABLE version ( -- what an edited post said before, oldest first
	id      INTEGER PRIMARY KEY,
	post_id INTEGER NOT NULL REFERENCES post (id),
	body    TEXT    NOT NULL,
	at      INTEGER NOT NULL -- when it was written
) STRICT;

CREATE TABLE reaction (
	post_id   INTEGER NOT NULL REFERENCES post (id),
	person_id INTEGER NOT NULL REFERENCES person (id),
	reaction  TEXT    NOT NULL, -- thumbsup, heart, tada, smile, eyes, check
	PRIMARY KEY (post_id, person_id, reaction)
) STRICT, WITHOUT ROWID;

CREATE TABLE tag (
	name    TEXT    NOT NULL,
	post_id INTEGER NOT NULL REFERENCES post (id),
	PRIMARY KEY (name, post_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE decision ( -- the public log of what admins and stewards decided; by_id 0 is the operator
	id     INTEGER PRIMARY KEY,
	at     INTEGER NOT NULL,
	by_id  INTEGER NOT NULL,
	act    TEXT    NOT NULL,
	about  TEXT    NOT NULL,
	why    TEXT    NOT NULL,
	was    TEXT    NOT NULL,
	became TEXT    NOT NULL
) STRICT;

CREATE TABLE announcement ( -- posts that asked an audience whether it has understood them
	post_id      INTEGER PRIMARY KEY REFERENCES post (id),
	for_id       INTEGER NOT NULL, -- in whose name, 0 for the author's own
	must_read    INTEGER NOT NULL,
	due_at       INTEGER NOT NULL,
	published_at INTEGER NOT NULL,
	version      INTEGER NOT NULL, -- of its meaning; each asks again
	asked        INTEGER NOT NULL  -- how many people
) STRICT;

CREATE TABLE answer (
	post_id     INTEGER NOT NULL REFERENCES announcement (post_id),
	version     INTEGER NOT NULL,
	person_id   INTEGER NOT NULL REFERENCES person (id),
	answer      TEXT    NOT NULL, -- understood, question, resolved
	at          INTEGER NOT NULL,
	PRIMARY KEY (post_id, version, person_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE trial ( -- what was tried out, and from when to when; days as 2026-11-22
	name    TEXT NOT NULL,
	purpose TEXT NOT NULL,
	first   TEXT NOT NULL,
	last    TEXT NOT NULL
) STRICT;

CREATE TABLE objective ( -- what it was to reach
	id       INTEGER PRIMARY KEY,
	what     TEXT NOT NULL,
	measure  TEXT NOT NULL,
	baseline REAL,
	target   REAL,
	due      TEXT NOT NULL
) STRICT;

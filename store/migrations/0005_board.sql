-- What the board looks after: channels, reports, and the trial itself.

-- A name that a channel had before: it leads there still, and is nobody else's.
CREATE TABLE former (
	name       TEXT    PRIMARY KEY,
	channel_id INTEGER NOT NULL REFERENCES channel (id)
) STRICT, WITHOUT ROWID;
CREATE INDEX former_channel ON former (channel_id);

-- The departments that a channel belongs to.
CREATE TABLE belongs (
	department TEXT    NOT NULL,
	channel_id INTEGER NOT NULL REFERENCES channel (id),
	PRIMARY KEY (department, channel_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX belongs_channel ON belongs (channel_id, department);

ALTER TABLE member ADD COLUMN placed  INTEGER NOT NULL DEFAULT 0;  -- by their department, not by themselves
ALTER TABLE person ADD COLUMN vouched TEXT    NOT NULL DEFAULT ''; -- the department that an admin or the roster gave them
CREATE INDEX person_invited ON person (invited_at) WHERE state = 1 AND bot = 0;

-- How a report ended. outcome: 0 it waits, 1 the post stands, 2 it was hidden.
ALTER TABLE report ADD COLUMN outcome INTEGER NOT NULL DEFAULT 0;
CREATE INDEX report_newest ON report (at) WHERE closed_at = 0;
CREATE INDEX report_open   ON report (post_id, at) WHERE closed_at = 0;

-- The trial; one row. Its days are those of the organisation: 2026-11-22, '' for not set.
CREATE TABLE trial (
	id       INTEGER PRIMARY KEY CHECK (id = 1),
	name     TEXT NOT NULL DEFAULT '',
	purpose  TEXT NOT NULL DEFAULT '',
	first    TEXT NOT NULL DEFAULT '',
	last     TEXT NOT NULL DEFAULT '',
	zone     TEXT NOT NULL DEFAULT ''
) STRICT;
INSERT INTO trial (id) VALUES (1);

-- What people accept to take part: a row for each time that the text was changed; '' takes it away.
CREATE TABLE terms (
	version INTEGER PRIMARY KEY,
	text    TEXT    NOT NULL,
	at      INTEGER NOT NULL
) STRICT;
CREATE TABLE accepted (
	person_id INTEGER NOT NULL REFERENCES person (id),
	version   INTEGER NOT NULL REFERENCES terms (version),
	at        INTEGER NOT NULL,
	PRIMARY KEY (person_id, version)
) STRICT, WITHOUT ROWID;

-- What the trial is to reach. baseline and target are figures of the measure, NULL while not known.
CREATE TABLE objective (
	id         INTEGER PRIMARY KEY,
	what       TEXT    NOT NULL,
	measure    TEXT    NOT NULL DEFAULT '',
	baseline   REAL,
	target     REAL,
	due        TEXT    NOT NULL DEFAULT '',
	owner_id   INTEGER NOT NULL DEFAULT 0,
	changed_at INTEGER NOT NULL DEFAULT 0 -- after the start; 0 for as it was agreed
) STRICT;

-- Announcements: posts that ask an audience whether it has understood them.

ALTER TABLE post ADD COLUMN announced INTEGER NOT NULL DEFAULT 0;

-- departments: a JSON list, "[]" for all. members: only those of the channel. until: the audience is kept up to date
-- with the roster up to then. pending, understood, questions and resolved count those inside, by their answer to version.
CREATE TABLE announcement (
	post_id      INTEGER PRIMARY KEY REFERENCES post (id),
	for_id       INTEGER NOT NULL DEFAULT 0, -- in whose name, 0 for the author's own
	departments  TEXT    NOT NULL,
	members      INTEGER NOT NULL,
	follows      INTEGER NOT NULL,
	until        INTEGER NOT NULL,
	must_read    INTEGER NOT NULL,
	due_at       INTEGER NOT NULL DEFAULT 0,
	published_at INTEGER NOT NULL,
	version      INTEGER NOT NULL DEFAULT 1,
	version_at   INTEGER NOT NULL,
	reminded_at  INTEGER NOT NULL DEFAULT 0,
	pending      INTEGER NOT NULL DEFAULT 0,
	understood   INTEGER NOT NULL DEFAULT 0,
	questions    INTEGER NOT NULL DEFAULT 0,
	resolved     INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX announcement_must  ON announcement (published_at) WHERE must_read = 1;
CREATE INDEX announcement_until ON announcement (until);

-- Who is asked. handle never changes; department is that of the day they were asked first. published: already at
-- publication. inside: still. answer is to the present version: 0 none, 1 understood, 2 a question, 3 one that is resolved.
CREATE TABLE audience (
	post_id    INTEGER NOT NULL REFERENCES announcement (post_id),
	person_id  INTEGER NOT NULL REFERENCES person (id),
	handle     TEXT    NOT NULL,
	department TEXT    NOT NULL,
	published  INTEGER NOT NULL,
	inside     INTEGER NOT NULL DEFAULT 1,
	answer     INTEGER NOT NULL DEFAULT 0,
	waits      INTEGER NOT NULL, -- must read, inside and not answered
	postponed  INTEGER NOT NULL DEFAULT 0,
	PRIMARY KEY (post_id, person_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX audience_list  ON audience (post_id, department, handle, answer) WHERE inside = 1;
CREATE INDEX audience_waits ON audience (person_id, post_id) WHERE waits = 1;

-- What of a version has been on a person's screen, as ranges of ten-thousandths of its text: "0-1200 3400-10000".
CREATE TABLE sight (
	post_id   INTEGER NOT NULL REFERENCES announcement (post_id),
	version   INTEGER NOT NULL,
	person_id INTEGER NOT NULL REFERENCES person (id),
	parts     TEXT    NOT NULL,
	read_at   INTEGER NOT NULL DEFAULT 0, -- when all of it had been
	PRIMARY KEY (post_id, version, person_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX sight_person ON sight (person_id, post_id);

-- What was answered, for good: a later version asks again and leaves what was said to the earlier one.
CREATE TABLE answer (
	post_id     INTEGER NOT NULL REFERENCES announcement (post_id),
	version     INTEGER NOT NULL,
	person_id   INTEGER NOT NULL REFERENCES person (id),
	answer      INTEGER NOT NULL,
	at          INTEGER NOT NULL, -- of the first answer
	reply_id    INTEGER NOT NULL DEFAULT 0, -- the latest question
	resolved_at INTEGER NOT NULL DEFAULT 0,
	PRIMARY KEY (post_id, version, person_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE reminder (
	post_id INTEGER NOT NULL REFERENCES announcement (post_id),
	at      INTEGER NOT NULL,
	by_id   INTEGER NOT NULL,
	told    INTEGER NOT NULL, -- how many people
	PRIMARY KEY (post_id, at)
) STRICT, WITHOUT ROWID;

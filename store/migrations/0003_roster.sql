-- The roster, and the log of what the admins decide.

ALTER TABLE person ADD COLUMN employee   TEXT    NOT NULL DEFAULT ''; -- its own number in the roster
ALTER TABLE person ADD COLUMN team       TEXT    NOT NULL DEFAULT '';
ALTER TABLE person ADD COLUMN manager_id INTEGER NOT NULL DEFAULT 0;  -- 0: nobody, or not known
ALTER TABLE person ADD COLUMN leader     INTEGER NOT NULL DEFAULT 0;
ALTER TABLE person ADD COLUMN start_date TEXT    NOT NULL DEFAULT ''; -- in the company, 2026-11-22; '' for not known
ALTER TABLE person ADD COLUMN invited_at INTEGER NOT NULL DEFAULT 0;  -- when they got their first code
ALTER TABLE person ADD COLUMN rostered   INTEGER NOT NULL DEFAULT 0;  -- stands in the roster that was imported last
-- How the admins list people. phase: 0 staged, 1 without a code so far, 2 invited, 3 came, 4 suspended, 5 left.
ALTER TABLE person ADD COLUMN phase  INTEGER AS (CASE state WHEN 0 THEN 0 WHEN 1 THEN 1 + (invited_at > 0) ELSE state + 1 END);
ALTER TABLE person ADD COLUMN called TEXT    AS (lower(CASE name WHEN '' THEN handle ELSE name END));
CREATE INDEX person_called ON person (phase, called, id);
CREATE INDEX person_placed ON person (phase, department, called, id);
CREATE INDEX person_seen   ON person (phase, seen_at, id);
CREATE INDEX person_counted    ON person (bot, state, invited_at); -- read alone, to count the roster
CREATE INDEX channel_everyone  ON channel (id) WHERE everyone = 1;
CREATE UNIQUE INDEX person_employee ON person (employee) WHERE employee <> '';
CREATE INDEX person_manager    ON person (manager_id, id) WHERE manager_id <> 0;
CREATE INDEX person_department ON person (department, id);
UPDATE person SET invited_at = coalesce((SELECT min(created_at) FROM code WHERE person_id = person.id AND kind = 0), came_at);

-- Who was on the roster when, and in which department: a row for each change, from then on.
CREATE TABLE standing (
	person_id  INTEGER NOT NULL REFERENCES person (id),
	at         INTEGER NOT NULL,
	on_roster  INTEGER NOT NULL, -- invited or active, and no bot
	department TEXT    NOT NULL,
	leader     INTEGER NOT NULL,
	PRIMARY KEY (person_id, at)
) STRICT, WITHOUT ROWID;
INSERT INTO standing SELECT id, created_at, state IN (1, 2) AND bot = 0, department, leader FROM person WHERE state <> 0;

-- What was decided. channel_id: the channel it is about, 0 for none; what is about a private one is for its members.
-- The operator is 0. Nobody changes a line, whatever program they use.
CREATE TABLE decision (
	id         INTEGER PRIMARY KEY,
	at         INTEGER NOT NULL,
	by_id      INTEGER NOT NULL,
	act        TEXT    NOT NULL,
	about      TEXT    NOT NULL,
	channel_id INTEGER NOT NULL DEFAULT 0,
	why        TEXT    NOT NULL,
	was        TEXT    NOT NULL DEFAULT '',
	became     TEXT    NOT NULL DEFAULT ''
) STRICT;
CREATE TRIGGER decision_stays  BEFORE UPDATE ON decision BEGIN SELECT raise(ABORT, 'a decision stays as it was written'); END;
CREATE TRIGGER decision_stands BEFORE DELETE ON decision BEGIN SELECT raise(ABORT, 'a decision stays as it was written'); END;

-- What needs two admins: who asked, and who said yes, on their own screen or by reading out a code. answer: 0 none so
-- far, 1 yes, 2 no. asked_by: NULL while a code was given that nobody has taken.
CREATE TABLE consent (
	id       INTEGER PRIMARY KEY,
	kind     INTEGER NOT NULL,
	asked_by INTEGER,
	why      TEXT    NOT NULL,
	at       INTEGER NOT NULL,
	answer   INTEGER NOT NULL DEFAULT 0,
	by_id    INTEGER NOT NULL DEFAULT 0, -- the second admin
	hash     BLOB,
	used_at  INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX consent_open ON consent (at) WHERE used_at = 0;

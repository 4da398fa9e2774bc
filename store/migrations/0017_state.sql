-- state: 0 a thread that a person leaves alone, 1 one that they follow, 2 one that they follow with replies not yet read.
CREATE TABLE follow_anew (
	root_id   INTEGER NOT NULL REFERENCES post (id),
	person_id INTEGER NOT NULL REFERENCES person (id),
	state     INTEGER NOT NULL DEFAULT 1,
	read_seq  INTEGER NOT NULL DEFAULT 0,
	own       INTEGER NOT NULL DEFAULT 0,
	apart     INTEGER NOT NULL DEFAULT 0,
	PRIMARY KEY (root_id, person_id)
) STRICT, WITHOUT ROWID;
INSERT INTO follow_anew SELECT root_id, person_id, iif(following, 1 + waiting, 0), read_seq, own, apart FROM follow ORDER BY root_id, person_id;
DROP TABLE follow;
ALTER TABLE follow_anew RENAME TO follow;
CREATE INDEX follow_waiting ON follow (person_id, root_id) WHERE state = 2;
CREATE INDEX follow_apart   ON follow (person_id, root_id) WHERE apart = 1;

-- An index ends with the number of the row anyway.
DROP INDEX inbox_order;
CREATE INDEX inbox_order ON inbox (person_id, at);

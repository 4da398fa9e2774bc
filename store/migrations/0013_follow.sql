-- By thread, so that one tree says both who follows it and where somebody stands in it, and grows at its end.
-- apart: of somebody who may have written nothing in it; who has is found by their posts.
CREATE TABLE follow_anew (
	root_id   INTEGER NOT NULL REFERENCES post (id),
	person_id INTEGER NOT NULL REFERENCES person (id),
	following INTEGER NOT NULL DEFAULT 1,
	read_seq  INTEGER NOT NULL DEFAULT 0,
	own       INTEGER NOT NULL DEFAULT 0,
	waiting   INTEGER NOT NULL DEFAULT 0,
	apart     INTEGER NOT NULL DEFAULT 0,
	PRIMARY KEY (root_id, person_id)
) STRICT, WITHOUT ROWID;
INSERT INTO follow_anew SELECT root_id, person_id, following, read_seq, own, waiting,
	NOT EXISTS (SELECT 1 FROM post p WHERE p.id = f.root_id AND p.author_id = f.person_id)
	AND NOT EXISTS (SELECT 1 FROM post p INDEXED BY post_thread WHERE p.root_id = f.root_id AND p.root_id <> 0 AND +p.author_id = f.person_id)
	FROM follow f ORDER BY root_id, person_id;
DROP TABLE follow;
ALTER TABLE follow_anew RENAME TO follow;
CREATE INDEX follow_waiting ON follow (person_id, root_id) WHERE waiting = 1;
CREATE INDEX follow_apart   ON follow (person_id, root_id) WHERE apart = 1;

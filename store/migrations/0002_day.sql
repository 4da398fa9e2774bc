-- What staff do in a day beside posting: changing, answering, marking and finding.

ALTER TABLE post ADD COLUMN reactions  TEXT    NOT NULL DEFAULT ''; -- how many of each kind, "4.2.0.0.0.0"; '' for none
ALTER TABLE post ADD COLUMN question   INTEGER NOT NULL DEFAULT 0;
ALTER TABLE post ADD COLUMN answer_id  INTEGER NOT NULL DEFAULT 0;  -- the chosen reply of a question
ALTER TABLE post ADD COLUMN pinned_at  INTEGER NOT NULL DEFAULT 0;
ALTER TABLE post ADD COLUMN hidden_at  INTEGER NOT NULL DEFAULT 0;
ALTER TABLE post ADD COLUMN hidden_by  INTEGER NOT NULL DEFAULT 0;
ALTER TABLE post ADD COLUMN hidden_why TEXT    NOT NULL DEFAULT '';
-- What comes after a reading position. A thread that was moved has a low number and a late position.
CREATE INDEX post_position   ON post (channel_id, seq) WHERE root_id = 0;
-- The order of what was talked about last.
CREATE INDEX post_active     ON post (channel_id, max(id, last_reply_id)) WHERE root_id = 0;
CREATE INDEX post_pinned     ON post (channel_id, pinned_at) WHERE pinned_at > 0;
CREATE INDEX post_unanswered ON post (channel_id, id) WHERE question = 1 AND answer_id = 0 AND deleted_at = 0;
CREATE INDEX post_author     ON post (author_id, id);

-- What an edited post said before, oldest first.
CREATE TABLE version (
	id      INTEGER PRIMARY KEY,
	post_id INTEGER NOT NULL REFERENCES post (id),
	body    TEXT    NOT NULL,
	at      INTEGER NOT NULL -- when it was written
) STRICT;
CREATE INDEX version_post ON version (post_id, id);

-- kinds: one bit for each kind of reaction.
CREATE TABLE reaction (
	post_id   INTEGER NOT NULL REFERENCES post (id),
	person_id INTEGER NOT NULL REFERENCES person (id),
	kinds     INTEGER NOT NULL,
	PRIMARY KEY (post_id, person_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE saved (
	person_id INTEGER NOT NULL REFERENCES person (id),
	post_id   INTEGER NOT NULL REFERENCES post (id),
	at        INTEGER NOT NULL,
	PRIMARY KEY (person_id, post_id)
) STRICT, WITHOUT ROWID;

-- What concerns a person. kind: 0 mention, 1 replies in a followed thread, 2 reactions, 3 answer, 4 and 5 what became of a report. One row a post and
-- kind; it comes up again when something is added. by_id is who did it last, n how many did since it was read.
CREATE TABLE inbox (
	id        INTEGER PRIMARY KEY,
	person_id INTEGER NOT NULL REFERENCES person (id),
	kind      INTEGER NOT NULL,
	post_id   INTEGER NOT NULL REFERENCES post (id),
	by_id     INTEGER NOT NULL REFERENCES person (id),
	n         INTEGER NOT NULL DEFAULT 1,
	at        INTEGER NOT NULL,
	unread    INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE UNIQUE INDEX inbox_about ON inbox (person_id, post_id, kind);
CREATE INDEX inbox_order  ON inbox (person_id, at, id);
CREATE INDEX inbox_post   ON inbox (post_id);
CREATE INDEX inbox_unread ON inbox (person_id, post_id) WHERE unread = 1;

CREATE TABLE report (
	id        INTEGER PRIMARY KEY,
	post_id   INTEGER NOT NULL REFERENCES post (id),
	person_id INTEGER NOT NULL REFERENCES person (id),
	why       TEXT    NOT NULL,
	at        INTEGER NOT NULL,
	closed_at INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE UNIQUE INDEX report_once ON report (post_id, person_id);

-- A direct conversation is a private channel without a name; direct names its people, so that there is one for each group.
ALTER TABLE channel ADD COLUMN direct TEXT NOT NULL DEFAULT '';
CREATE UNIQUE INDEX channel_direct ON channel (direct) WHERE direct <> '';
CREATE INDEX channel_named ON channel (name) WHERE direct = '';

ALTER TABLE person ADD COLUMN notify  INTEGER NOT NULL DEFAULT 0; -- 0 nothing, 1 bell, 2 notification
ALTER TABLE person ADD COLUMN seen_at INTEGER NOT NULL DEFAULT 0; -- when they were last here
ALTER TABLE person ADD COLUMN home_active INTEGER NOT NULL DEFAULT 0; -- Home in the order of what was talked about last
-- The words of a person's handle and name, folded, so that part of a name finds them.
CREATE TABLE person_word (
	word      TEXT    NOT NULL,
	person_id INTEGER NOT NULL REFERENCES person (id),
	PRIMARY KEY (word, person_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX person_word_person ON person_word (person_id);

-- Search. folded is what the index was last told of a post, which FTS5 has to be told again to forget it; meta holds
-- who may find it and what it can be filtered by. The tokenizer cuts at spaces only, as fold has done the rest. search_queue holds the posts that changed since.
CREATE TABLE folded (
	id   INTEGER PRIMARY KEY,
	text TEXT NOT NULL,
	meta TEXT NOT NULL
) STRICT;
CREATE VIRTUAL TABLE search USING fts5 (text, meta, content = 'folded', content_rowid = 'id', prefix = '3', tokenize = "unicode61 remove_diacritics 0 categories 'L* N* M* P* S* C*'");
INSERT INTO search (search, rank) VALUES ('secure-delete', 1);
CREATE TABLE search_queue (
	post_id INTEGER PRIMARY KEY
) STRICT;
INSERT INTO search_queue SELECT id FROM post WHERE deleted_at = 0;

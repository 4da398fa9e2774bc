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

-- Search keeps no text: its rowid is the negative post's, so that it reads the newest first, and FTS5 has to be told
-- again what it is to forget. search_queue holds the posts that changed since it was told, and what they were by then;
-- body NULL: nothing. Triggers fill it, so that whatever changes a post is found. meta holds who may find a post and what
-- it can be filtered by. The tokenizer cuts at spaces only, as fold has done the rest.
CREATE VIRTUAL TABLE search USING fts5 (text, meta, content = '', columnsize = 0, tokenize = "unicode61 remove_diacritics 0 categories 'L* N* M* P* S* C*'");
INSERT INTO search (search, rank) VALUES ('secure-delete', 1);
INSERT INTO search (search, rank) VALUES ('pgsz', 1000); -- a page is read whole for each post that a second word is looked up in
CREATE TABLE search_queue (
	post_id    INTEGER PRIMARY KEY,
	body       TEXT,
	channel_id INTEGER NOT NULL DEFAULT 0,
	author_id  INTEGER NOT NULL DEFAULT 0,
	private    INTEGER NOT NULL DEFAULT 0,
	question   INTEGER NOT NULL DEFAULT 0
) STRICT;
INSERT INTO search_queue (post_id) SELECT id FROM post;
CREATE TRIGGER search_new AFTER INSERT ON post BEGIN
	INSERT INTO search_queue (post_id) VALUES (new.id);
END;
CREATE TRIGGER search_changed BEFORE UPDATE OF body, channel_id, author_id, question, deleted_at, hidden_at ON post BEGIN
	INSERT INTO search_queue SELECT old.id, iif(old.deleted_at = 0 AND old.hidden_at = 0, old.body, NULL), old.channel_id, old.author_id, private, old.question
		FROM channel WHERE id = old.channel_id ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER search_gone BEFORE DELETE ON post BEGIN
	INSERT INTO search_queue SELECT old.id, iif(old.deleted_at = 0 AND old.hidden_at = 0, old.body, NULL), old.channel_id, old.author_id, private, old.question
		FROM channel WHERE id = old.channel_id ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER search_closed BEFORE UPDATE OF private ON channel WHEN old.private <> new.private BEGIN
	INSERT INTO search_queue SELECT id, iif(deleted_at = 0 AND hidden_at = 0, body, NULL), old.id, author_id, old.private, question
		FROM post WHERE channel_id = old.id AND root_id = 0 ON CONFLICT DO NOTHING;
	INSERT INTO search_queue SELECT id, iif(deleted_at = 0 AND hidden_at = 0, body, NULL), old.id, author_id, old.private, question
		FROM post WHERE channel_id = old.id AND root_id <> 0 ON CONFLICT DO NOTHING;
END;

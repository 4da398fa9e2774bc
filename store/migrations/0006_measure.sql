-- What the measures are made of.

-- to_id: whose post a reply answers; 0 for a root. heard_at: when somebody other than a root's author first replied,
-- bots and hidden replies aside; 0 for nobody yet. resolved_at: when the answer of a question was chosen.
ALTER TABLE post ADD COLUMN to_id       INTEGER NOT NULL DEFAULT 0;
ALTER TABLE post ADD COLUMN heard_at    INTEGER NOT NULL DEFAULT 0;
ALTER TABLE post ADD COLUMN resolved_at INTEGER NOT NULL DEFAULT 0;
UPDATE post SET to_id = (SELECT r.author_id FROM post r WHERE r.id = post.root_id) WHERE root_id <> 0;
UPDATE post SET heard_at = coalesce((SELECT min(r.at) FROM post r JOIN person a ON a.id = r.author_id
	WHERE r.root_id = post.id AND r.root_id <> 0 AND r.author_id <> post.author_id AND r.hidden_at = 0 AND a.bot = 0), 0) WHERE root_id = 0 AND last_reply_id <> 0;
UPDATE post SET resolved_at = coalesce((SELECT a.at FROM post a WHERE a.id = post.answer_id), 0) WHERE answer_id <> 0;
-- All that is read of the posts of a window; its first column is what bounds it. Posts that a steward has hidden do not count.
CREATE INDEX post_measured ON post (at, author_id, to_id, root_id, channel_id, heard_at) WHERE imported = 0 AND hidden_at = 0;
CREATE INDEX post_archived ON post (channel_id, at, author_id, to_id, root_id, heard_at) WHERE imported = 1 AND hidden_at = 0;
CREATE INDEX post_asked    ON post (at) WHERE question = 1 AND imported = 0;

-- The days on which people were here: month is counted from the year 0 on, days has a bit for each day of it.
CREATE TABLE visit (
	month     INTEGER NOT NULL,
	person_id INTEGER NOT NULL REFERENCES person (id),
	days      INTEGER NOT NULL,
	PRIMARY KEY (month, person_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX visit_person ON visit (person_id);
-- visited_at: the first time.
ALTER TABLE person ADD COLUMN visited_at INTEGER NOT NULL DEFAULT 0;

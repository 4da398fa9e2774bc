-- The index of search is merged by the indexer, in small pieces that let people write in between, and not by whoever's
-- commit happens to be the one. A search looks through up to eight pieces of each size; at 64 of one, which only
-- days without a free moment could make, they are merged at once.
INSERT INTO search (search, rank) VALUES ('automerge', 0);
INSERT INTO search (search, rank) VALUES ('usermerge', 8);
INSERT INTO search (search, rank) VALUES ('crisismerge', 64);

-- An index ends with the number of the post anyway; naming it stored it twice.
DROP INDEX post_roots;
DROP INDEX post_replies;
DROP INDEX post_thread;
DROP INDEX post_author;
DROP INDEX post_unanswered;
CREATE INDEX post_roots      ON post (channel_id) WHERE root_id = 0;
CREATE INDEX post_replies    ON post (channel_id) WHERE root_id <> 0;
CREATE INDEX post_thread     ON post (root_id)    WHERE root_id <> 0;
CREATE INDEX post_author     ON post (author_id);
CREATE INDEX post_unanswered ON post (channel_id) WHERE question = 1 AND answer_id = 0 AND deleted_at = 0;

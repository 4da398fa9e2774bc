-- A post's number is the second in which it was written, or one soon after. So its row holds only by how many
-- milliseconds it was written after that second, before it where it is negative, and at is computed.
DROP INDEX post_archived;
DROP INDEX post_asked;
DROP TRIGGER post_written;
UPDATE post SET at = at - id * 1000;
ALTER TABLE post RENAME COLUMN at TO late;
ALTER TABLE post ADD COLUMN at INTEGER GENERATED ALWAYS AS (id * 1000 + late) VIRTUAL;
CREATE INDEX post_archived ON post (channel_id, at, author_id, to_id, root_id, heard_at) WHERE imported = 1 AND hidden_at = 0;
CREATE INDEX post_asked    ON post (at) WHERE question = 1 AND imported = 0;
CREATE TRIGGER post_written AFTER INSERT ON post
	WHEN new.imported = 0 AND new.at / 86400000 IS NOT (SELECT day FROM written WHERE first <= new.id ORDER BY first DESC LIMIT 1) BEGIN
	INSERT INTO written VALUES (new.id, new.at / 86400000);
END;

-- The day, counted from 1970-01-01 in UTC, on which the posts from first on were written, up to the next row's; those
-- that were imported stand among them and are not meant. A row for each day instead of an index of when every post was
-- written: their numbers rise as they are written, whatever the clock does.
CREATE TABLE written (
	first INTEGER PRIMARY KEY,
	day   INTEGER NOT NULL
) STRICT;
CREATE INDEX written_day ON written (day);
INSERT INTO written SELECT id, day FROM (SELECT id, at / 86400000 AS day, lag(at / 86400000) OVER (ORDER BY id) AS before FROM post WHERE imported = 0) WHERE day IS NOT before;
CREATE TRIGGER post_written AFTER INSERT ON post
	WHEN new.imported = 0 AND new.at / 86400000 IS NOT (SELECT day FROM written WHERE first <= new.id ORDER BY first DESC LIMIT 1) BEGIN
	INSERT INTO written VALUES (new.id, new.at / 86400000);
END;
DROP INDEX post_measured;

-- Entries of an inbox are looked up by post and person, or by the post alone.
DROP INDEX inbox_post;
DROP INDEX inbox_about;
CREATE UNIQUE INDEX inbox_about ON inbox (post_id, person_id, kind);

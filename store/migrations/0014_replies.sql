-- A channel's replies are found by its roots.
DROP INDEX post_replies;
DROP TRIGGER search_closed;
CREATE TRIGGER search_closed BEFORE UPDATE OF private ON channel WHEN old.private <> new.private BEGIN
	INSERT INTO search_queue SELECT id, iif(deleted_at = 0 AND hidden_at = 0, body, NULL), old.id, author_id, old.private, question
		FROM post WHERE channel_id = old.id AND root_id = 0 ON CONFLICT DO NOTHING;
	INSERT INTO search_queue SELECT r.id, iif(r.deleted_at = 0 AND r.hidden_at = 0, r.body, NULL), old.id, r.author_id, old.private, r.question
		FROM post p CROSS JOIN post r ON r.root_id = p.id AND r.root_id <> 0 WHERE p.channel_id = old.id AND p.root_id = 0 ON CONFLICT DO NOTHING;
END;

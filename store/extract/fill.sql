INSERT INTO channel SELECT c.id, iif(c.direct = '', c.name, 'direct-' || c.id),
		iif(c.direct = '', '#' || c.name, (SELECT group_concat(coalesce(nullif(o.name, ''), o.handle), ', ') FROM json_each('[' || c.direct || ']') j CROSS JOIN src.person o ON o.id = j.value)),
		c.purpose, c.private, c.direct, c.stewards_post, c.everyone, c.archived_at, c.created_at, c.created_by
	FROM src.channel c JOIN chosen ON (chosen.private OR c.private = 0) AND chosen.channel IN ('', c.name);

INSERT INTO post SELECT p.id, p.channel_id, 0, p.author_id, p.body, p.at, p.edited_at, p.deleted_at, p.imported, p.question, p.answer_id, p.pinned_at, p.hidden_at, p.hidden_by, p.hidden_why
	FROM chosen CROSS JOIN src.post p WHERE p.root_id = 0 AND p.at >= chosen.since AND p.at < chosen.until AND p.channel_id IN (SELECT id FROM main.channel);
INSERT INTO post SELECT r.id, r.channel_id, r.root_id, r.author_id, r.body, r.at, r.edited_at, r.deleted_at, r.imported, r.question, r.answer_id, r.pinned_at, r.hidden_at, r.hidden_by, r.hidden_why
	FROM src.post r WHERE r.root_id <> 0 AND r.root_id IN (SELECT id FROM main.post WHERE root_id = 0) AND r.channel_id IN (SELECT id FROM main.channel);

INSERT INTO version SELECT id, post_id, body, at FROM src.version WHERE post_id IN (SELECT id FROM main.post);
INSERT INTO reaction SELECT r.post_id, r.person_id, k.word FROM src.reaction r JOIN kind k ON r.kinds & k.bit WHERE r.post_id IN (SELECT id FROM main.post);
INSERT INTO tag SELECT name, post_id FROM src.tag WHERE post_id IN (SELECT id FROM main.post);
INSERT INTO member SELECT channel_id, person_id, steward, joined_at FROM src.member WHERE channel_id IN (SELECT id FROM main.channel);

INSERT INTO announcement SELECT a.post_id, a.for_id, a.must_read, a.due_at, a.published_at, a.version, (SELECT count(*) FROM src.audience u WHERE u.post_id = a.post_id AND u.inside = 1)
	FROM src.announcement a WHERE a.post_id IN (SELECT id FROM main.post);
INSERT INTO answer SELECT a.post_id, a.version, a.person_id, CASE WHEN a.answer = 1 THEN 'understood' WHEN a.resolved_at > 0 THEN 'resolved' ELSE 'question' END, a.at
	FROM src.answer a WHERE a.post_id IN (SELECT post_id FROM main.announcement);
INSERT INTO trial SELECT name, purpose, first, last FROM src.trial;
INSERT INTO objective SELECT id, what, measure, baseline, target, due FROM src.objective;

-- Of a part, only those who have to do with it.
INSERT INTO person SELECT p.id, p.handle, p.name, p.department, p.team, p.title, p.zone, p.email, p.bot, p.admin,
		CASE p.state WHEN 0 THEN 'staged' WHEN 1 THEN 'invited' WHEN 2 THEN 'active' WHEN 3 THEN 'suspended' ELSE 'left' END, p.created_at
	FROM src.person p, chosen WHERE chosen.whole OR p.id IN (SELECT author_id FROM main.post UNION SELECT person_id FROM main.reaction UNION SELECT person_id FROM main.member UNION SELECT person_id FROM main.answer UNION SELECT for_id FROM main.announcement
		UNION SELECT created_by FROM main.channel UNION SELECT hidden_by FROM main.post UNION SELECT j.value FROM main.channel c CROSS JOIN json_each('[' || c.direct || ']') j);

INSERT INTO decision SELECT d.id, d.at, d.by_id, d.act, iif(closed, chosen.closed_name, d.about), iif(closed, '', d.why), iif(closed, '', d.was), iif(closed, '', d.became)
	FROM (SELECT d.*, d.channel_id <> 0 AND d.channel_id NOT IN (SELECT id FROM main.channel) AS closed FROM src.decision d) d, chosen WHERE chosen.whole;

CREATE INDEX post_roots    ON post (channel_id, at, id) WHERE root_id = 0;
CREATE INDEX post_starts   ON post (at, id)             WHERE root_id = 0;
CREATE INDEX post_time     ON post (channel_id, at, id);
CREATE INDEX post_thread   ON post (root_id, id) WHERE root_id <> 0;
CREATE INDEX post_author   ON post (author_id, id);
CREATE INDEX version_post  ON version (post_id, id);

CREATE VIEW people AS SELECT handle, name, department, team, title, bot, state FROM person;
CREATE VIEW channels AS SELECT c.name, c.purpose, c.private, c.archived_at <> 0 AS archived, (SELECT count(*) FROM member m WHERE m.channel_id = c.id) AS members,
	(SELECT count(*) FROM post p WHERE p.channel_id = c.id) AS posts FROM channel c;
CREATE VIEW members AS SELECT c.name AS channel, h.handle, m.steward FROM member m JOIN channel c ON c.id = m.channel_id JOIN person h ON h.id = m.person_id;
-- state: '' for one that can be read, deleted, hidden. reply_to: the post that starts its thread, 0 if it does so itself.
CREATE VIEW posts AS SELECT p.id, c.name AS channel, h.handle AS author, h.name AS author_name, strftime('%Y-%m-%dT%H:%M:%SZ', p.at / 1000, 'unixepoch') AS at, p.root_id AS reply_to,
	iif(p.hidden_at = 0, p.body, '') AS body, iif(p.edited_at = 0, '', strftime('%Y-%m-%dT%H:%M:%SZ', p.edited_at / 1000, 'unixepoch')) AS edited,
	CASE WHEN p.deleted_at <> 0 THEN 'deleted' WHEN p.hidden_at <> 0 THEN 'hidden' ELSE '' END AS state, p.hidden_why, p.question, p.answer_id AS answer, p.imported
	FROM post p JOIN channel c ON c.id = p.channel_id JOIN person h ON h.id = p.author_id;
CREATE VIEW reactions AS SELECT r.post_id AS post, h.handle, r.reaction FROM reaction r JOIN person h ON h.id = r.person_id;
CREATE VIEW versions AS SELECT v.post_id AS post, strftime('%Y-%m-%dT%H:%M:%SZ', v.at / 1000, 'unixepoch') AS at, v.body FROM version v JOIN post p ON p.id = v.post_id WHERE p.hidden_at = 0;
CREATE VIEW decisions AS SELECT strftime('%Y-%m-%dT%H:%M:%SZ', d.at / 1000, 'unixepoch') AS at, coalesce(h.handle, 'the operator') AS by, d.act, d.about, d.why, d.was, d.became
	FROM decision d LEFT JOIN person h ON h.id = d.by_id;

-- Times are integer UTC milliseconds, 0 = never. Flags are 0 or 1.
-- Counters (seq, members, replies, reply_seq, own, waiting) are kept by the acts that change them, so that no screen
-- ever counts rows of history.

CREATE TABLE setting (
	name  TEXT PRIMARY KEY,
	value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE person (
	id          INTEGER PRIMARY KEY,
	handle      TEXT    NOT NULL UNIQUE,
	name        TEXT    NOT NULL DEFAULT '',
	department  TEXT    NOT NULL DEFAULT '',
	title       TEXT    NOT NULL DEFAULT '',
	zone        TEXT    NOT NULL DEFAULT '',
	email       TEXT    NOT NULL DEFAULT '',
	admin       INTEGER NOT NULL DEFAULT 0,
	bot         INTEGER NOT NULL DEFAULT 0,
	state       INTEGER NOT NULL,
	created_at  INTEGER NOT NULL,
	came_at     INTEGER NOT NULL DEFAULT 0,
	welcomed_at INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE UNIQUE INDEX person_email ON person (email) WHERE email <> '';
CREATE INDEX person_admin ON person (id) WHERE admin = 1;

CREATE TABLE sshkey (
	id          INTEGER PRIMARY KEY,
	person_id   INTEGER NOT NULL REFERENCES person (id),
	fingerprint TEXT    NOT NULL UNIQUE,
	kind        TEXT    NOT NULL,
	label       TEXT    NOT NULL,
	public      BLOB    NOT NULL,
	added_at    INTEGER NOT NULL,
	used_at     INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX sshkey_person ON sshkey (person_id);

CREATE TABLE password (
	person_id INTEGER PRIMARY KEY REFERENCES person (id),
	hash      TEXT    NOT NULL,
	set_at    INTEGER NOT NULL
) STRICT;

-- kind: 0 invite, 1 link to one more device, 2 the first admin (no person yet).
CREATE TABLE code (
	id         INTEGER PRIMARY KEY,
	hash       BLOB    NOT NULL UNIQUE,
	kind       INTEGER NOT NULL,
	person_id  INTEGER REFERENCES person (id),
	created_at INTEGER NOT NULL,
	created_by INTEGER NOT NULL,
	expires_at INTEGER NOT NULL,
	used_at    INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX code_person ON code (person_id);

-- seq: live root posts written so far; imported ones do not count, so they are never unread.
CREATE TABLE channel (
	id            INTEGER PRIMARY KEY,
	name          TEXT    NOT NULL UNIQUE,
	purpose       TEXT    NOT NULL DEFAULT '',
	private       INTEGER NOT NULL DEFAULT 0,
	stewards_post INTEGER NOT NULL DEFAULT 0,
	everyone      INTEGER NOT NULL DEFAULT 0,
	imported      INTEGER NOT NULL DEFAULT 0,
	archived_at   INTEGER NOT NULL DEFAULT 0,
	seq           INTEGER NOT NULL DEFAULT 0,
	members       INTEGER NOT NULL DEFAULT 0,
	created_at    INTEGER NOT NULL,
	created_by    INTEGER NOT NULL
) STRICT;

-- read_seq: the root up to which all has been read; own: roots by the person after it. unread = seq - read_seq - own.
CREATE TABLE member (
	person_id  INTEGER NOT NULL REFERENCES person (id),
	channel_id INTEGER NOT NULL REFERENCES channel (id),
	steward    INTEGER NOT NULL DEFAULT 0,
	muted      INTEGER NOT NULL DEFAULT 0,
	read_seq   INTEGER NOT NULL DEFAULT 0,
	own        INTEGER NOT NULL DEFAULT 0,
	joined_at  INTEGER NOT NULL,
	PRIMARY KEY (person_id, channel_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX member_channel ON member (channel_id, person_id);

-- id: the Unix second of writing, or the next free one. seq: position in the channel (root) or thread (reply), 0 if imported.
CREATE TABLE post (
	id            INTEGER PRIMARY KEY,
	channel_id    INTEGER NOT NULL REFERENCES channel (id),
	root_id       INTEGER NOT NULL DEFAULT 0,
	author_id     INTEGER NOT NULL REFERENCES person (id),
	seq           INTEGER NOT NULL DEFAULT 0,
	body          TEXT    NOT NULL,
	at            INTEGER NOT NULL,
	edited_at     INTEGER NOT NULL DEFAULT 0,
	deleted_at    INTEGER NOT NULL DEFAULT 0,
	imported      INTEGER NOT NULL DEFAULT 0,
	revision      INTEGER NOT NULL DEFAULT 0,
	replies       INTEGER NOT NULL DEFAULT 0,
	reply_seq     INTEGER NOT NULL DEFAULT 0,
	last_reply_id INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX post_roots   ON post (channel_id, id) WHERE root_id = 0;
CREATE INDEX post_replies ON post (channel_id, id) WHERE root_id <> 0;
CREATE INDEX post_thread  ON post (root_id, id)    WHERE root_id <> 0;

CREATE TABLE mention (
	person_id INTEGER NOT NULL REFERENCES person (id),
	post_id   INTEGER NOT NULL REFERENCES post (id),
	PRIMARY KEY (person_id, post_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE tag (
	name    TEXT    NOT NULL,
	post_id INTEGER NOT NULL REFERENCES post (id),
	PRIMARY KEY (name, post_id)
) STRICT, WITHOUT ROWID;

-- A thread that a person follows, or has chosen not to. waiting: has replies not yet read.
CREATE TABLE follow (
	person_id INTEGER NOT NULL REFERENCES person (id),
	root_id   INTEGER NOT NULL REFERENCES post (id),
	following INTEGER NOT NULL DEFAULT 1,
	read_seq  INTEGER NOT NULL DEFAULT 0,
	own       INTEGER NOT NULL DEFAULT 0,
	waiting   INTEGER NOT NULL DEFAULT 0,
	PRIMARY KEY (person_id, root_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX follow_root    ON follow (root_id, person_id) WHERE following = 1;
CREATE INDEX follow_waiting ON follow (person_id, root_id) WHERE waiting = 1;

CREATE TABLE draft (
	person_id  INTEGER NOT NULL REFERENCES person (id),
	channel_id INTEGER NOT NULL REFERENCES channel (id),
	root_id    INTEGER NOT NULL DEFAULT 0,
	edit_id    INTEGER NOT NULL DEFAULT 0, -- the post that is being written anew
	body       TEXT    NOT NULL,
	saved_at   INTEGER NOT NULL,
	PRIMARY KEY (person_id, channel_id, root_id, edit_id)
) STRICT, WITHOUT ROWID;

-- What an archive's own key became here. kind: 0 person, 1 channel, 2 post.
CREATE TABLE imported (
	source TEXT    NOT NULL,
	kind   INTEGER NOT NULL,
	key    TEXT    NOT NULL,
	id     INTEGER NOT NULL,
	PRIMARY KEY (source, kind, key)
) STRICT, WITHOUT ROWID;

CREATE INDEX announcement_published ON announcement (published_at);

-- How well the program itself does, by the organisation's day (counted from 1970-01-01) and kind: 0 seconds served,
-- 1 sign-ins that failed, from 2 on keys by how long the screen took to follow. Nothing of anybody.
CREATE TABLE service (
	day  INTEGER NOT NULL,
	kind INTEGER NOT NULL,
	n    INTEGER NOT NULL,
	PRIMARY KEY (day, kind)
) STRICT, WITHOUT ROWID;

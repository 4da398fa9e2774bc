-- The end of the trial.

-- As announced: the last day on which people write, '' while none is; whether the export holds private channels too;
-- who gets it; and the export itself: the name of its file and its SHA-256 in hexadecimal.
ALTER TABLE trial ADD COLUMN ends       TEXT    NOT NULL DEFAULT '';
ALTER TABLE trial ADD COLUMN ends_all   INTEGER NOT NULL DEFAULT 0;
ALTER TABLE trial ADD COLUMN keeper_1   INTEGER NOT NULL DEFAULT 0;
ALTER TABLE trial ADD COLUMN keeper_2   INTEGER NOT NULL DEFAULT 0;
ALTER TABLE trial ADD COLUMN export     TEXT    NOT NULL DEFAULT '';
ALTER TABLE trial ADD COLUMN export_sum TEXT    NOT NULL DEFAULT '';

-- How far it has come: 1 announced, 2 frozen, 3 exported, 4 compared, 5 received by one of the two.
CREATE TABLE ending (
	step  INTEGER NOT NULL,
	by_id INTEGER NOT NULL, -- 0 for the operator
	at    INTEGER NOT NULL,
	PRIMARY KEY (step, by_id)
) STRICT, WITHOUT ROWID;

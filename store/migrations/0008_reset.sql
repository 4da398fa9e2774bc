-- How often an admin has taken a person's ways in away: whoever came in by one of them before is out.
ALTER TABLE person ADD COLUMN resets INTEGER NOT NULL DEFAULT 0;

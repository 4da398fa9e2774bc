-- How a draft is to go out: as a question, or as the form of an announcement is filled in. '': as an ordinary post.
ALTER TABLE draft ADD COLUMN how TEXT NOT NULL DEFAULT '';

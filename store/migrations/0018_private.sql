-- What stands in private channels has an index of its own, beside search: who is in none of them does not even open it, and
-- nobody has what they may not see picked out of what they may.
CREATE VIRTUAL TABLE search_private USING fts5 (words, content = '', columnsize = 0, detail = none, tokenize = "unicode61 remove_diacritics 0 categories 'L* N* M* P* S* C*'");
INSERT INTO search_private (search_private, rank) VALUES ('secure-delete', 1);
INSERT INTO search_private (search_private, rank) VALUES ('pgsz', 1000);
INSERT INTO search_private (search_private, rank) VALUES ('automerge', 0);
INSERT INTO search_private (search_private, rank) VALUES ('usermerge', 8);
INSERT INTO search_private (search_private, rank) VALUES ('crisismerge', 64);

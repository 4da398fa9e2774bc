-- The index of search says which posts have a word and no longer where in them: that was half of its size. What depends
-- on the order of words is looked up in the posts themselves, of which a page of results needs few. What may find a post
-- and what filters it are words among the others that nobody can type.
DROP TABLE search;
CREATE VIRTUAL TABLE search USING fts5 (words, content = '', columnsize = 0, detail = none, tokenize = "unicode61 remove_diacritics 0 categories 'L* N* M* P* S* C*'");
INSERT INTO search (search, rank) VALUES ('secure-delete', 1);
INSERT INTO search (search, rank) VALUES ('pgsz', 1000);
INSERT INTO search (search, rank) VALUES ('automerge', 0);
INSERT INTO search (search, rank) VALUES ('usermerge', 8);
INSERT INTO search (search, rank) VALUES ('crisismerge', 64);

-- Which way of writing `words` a passage was indexed in (`knowledge/words.py`), so that a newer one finds them all.
ALTER TABLE passage ADD COLUMN words_by integer NOT NULL DEFAULT 1;
CREATE INDEX passage_words_by ON passage (words_by);

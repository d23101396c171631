-- What passages are found by: their words, and how rare each word is.

-- The words of the text, its headings and its document's title, each once, as `knowledge/words.py` writes them.
ALTER TABLE passage ADD COLUMN words text[] NOT NULL DEFAULT '{}';

-- New words are merged in as they come: a list of pending ones would have to be read through by every search.
CREATE INDEX passage_words ON passage USING gin (words) WITH (fastupdate = off);
CREATE INDEX passage_language ON passage (language);

-- Neighbours in meaning, for the embedder that comes with Dragoman, one graph for each language: so none hides
-- another, and a language with few passages is looked through one by one. Half the digits find the same passages.
DO $$
DECLARE
    each text;
BEGIN
    FOREACH each IN ARRAY string_to_array(
        'zh en de fr es pt it nl ru cs pl ar fa he tr ja ko vi th id ms lo my ceb km tl hi bn ur', ' '
    ) LOOP
        EXECUTE format(
            'CREATE INDEX passage_meaning_%s ON passage USING hnsw ((embedding::halfvec(384)) halfvec_ip_ops) '
            'WHERE language = %L AND embedded_by = %L',
            each, each, 'multilingual-e5-small'
        );
    END LOOP;
END
$$;

-- In how many passages a word stands.
CREATE TABLE word (
    word text PRIMARY KEY,
    passages bigint NOT NULL
);

-- How many passages there are in a language.
CREATE TABLE passage_count (
    language text PRIMARY KEY,
    passages bigint NOT NULL
);

-- Counts what a statement adds and takes away. One transaction at a time, until it commits: two that counted many
-- words in different orders would stop each other.
CREATE FUNCTION count_added_passages() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    LOCK TABLE word IN SHARE ROW EXCLUSIVE MODE;
    INSERT INTO word (word, passages)
    SELECT each.word, count(*) FROM added CROSS JOIN unnest(added.words) AS each (word) GROUP BY each.word
    ON CONFLICT (word) DO UPDATE SET passages = word.passages + excluded.passages;
    INSERT INTO passage_count (language, passages)
    SELECT language, count(*) FROM added GROUP BY language
    ON CONFLICT (language) DO UPDATE SET passages = passage_count.passages + excluded.passages;
    RETURN NULL;
END
$$;

CREATE FUNCTION count_removed_passages() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    LOCK TABLE word IN SHARE ROW EXCLUSIVE MODE;
    UPDATE word SET passages = word.passages - gone.passages
    FROM (
        SELECT each.word, count(*) AS passages
        FROM removed CROSS JOIN unnest(removed.words) AS each (word) GROUP BY each.word
    ) AS gone
    WHERE word.word = gone.word;
    DELETE FROM word USING removed WHERE word.word = ANY (removed.words) AND word.passages <= 0;
    UPDATE passage_count SET passages = passage_count.passages - gone.passages
    FROM (SELECT language, count(*) AS passages FROM removed GROUP BY language) AS gone
    WHERE passage_count.language = gone.language;
    RETURN NULL;
END
$$;

CREATE TRIGGER passage_added AFTER INSERT ON passage
REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION count_added_passages();
CREATE TRIGGER passage_removed AFTER DELETE ON passage
REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION count_removed_passages();
CREATE TRIGGER passage_changed_added AFTER UPDATE ON passage
REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION count_added_passages();
CREATE TRIGGER passage_changed_removed AFTER UPDATE ON passage
REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION count_removed_passages();

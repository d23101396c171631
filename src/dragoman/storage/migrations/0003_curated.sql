-- Answers that a person approved, in any number of languages.

CREATE TABLE curated_entry (
    id text PRIMARY KEY,
    topic text NOT NULL DEFAULT '',
    -- The order in which entries came, in which lists and tables show them.
    place bigint GENERATED ALWAYS AS IDENTITY
);

CREATE TABLE curated_text (
    entry_id text NOT NULL REFERENCES curated_entry (id) ON DELETE CASCADE,
    language text NOT NULL,
    question text NOT NULL CHECK (question <> ''),
    wordings jsonb NOT NULL DEFAULT '[]',
    answer text NOT NULL CHECK (answer <> ''),
    status text NOT NULL CHECK (status IN ('draft', 'approved')),
    reviewer text,
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    -- The vectors of question and wordings, in this order: float16, little-endian, one after the other.
    -- They are compared in the desk's memory, so that a question costs no search here.
    vectors bytea NOT NULL,
    -- The embedder that made them: those of another cannot be compared.
    embedder text NOT NULL,
    PRIMARY KEY (entry_id, language)
);

-- One row, counted up with every change: a desk reads it to see whether what it has in memory still holds.
CREATE TABLE curated_state (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    version bigint NOT NULL
);
INSERT INTO curated_state (version) VALUES (0);

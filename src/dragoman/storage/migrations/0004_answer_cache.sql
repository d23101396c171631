-- Checked answers, to be given again to the same question from the same knowledge.

CREATE TABLE answer_cache (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- The version of the knowledge that it was written from; once that changes it is dropped.
    version bigint NOT NULL,
    language text NOT NULL,
    -- Who may see it: the name of what the asker has access to.
    scope text NOT NULL,
    -- SHA-256 of the normalised question; its words are not kept.
    text_hash bytea NOT NULL,
    -- Its meaning: float16, little-endian.
    vector bytea NOT NULL,
    embedder text NOT NULL,
    -- What tells it from questions that are merely near: concepts, negation, figures and hashed names.
    marks jsonb NOT NULL,
    answer jsonb NOT NULL,
    stored_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    UNIQUE (version, language, scope, text_hash)
);

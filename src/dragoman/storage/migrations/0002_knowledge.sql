-- What the owner knows: where it came from, the documents read there, and the passages that these are cut into.

-- On a server of one's own this needs its owner once; the embedded one has it in every database.
CREATE EXTENSION IF NOT EXISTS vector;

-- One row, counted up with every change of what answers are made from: whoever keeps something made from it
-- reads this to see whether it still holds.
CREATE TABLE knowledge_state (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    version bigint NOT NULL,
    changed_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
INSERT INTO knowledge_state (version) VALUES (0);

-- To be called in the transaction that changes something. The row stays locked until it commits, so that versions
-- become visible in their order; every desk is told once it has.
CREATE FUNCTION knowledge_changed() RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    changed bigint;
BEGIN
    UPDATE knowledge_state SET version = version + 1, changed_at = clock_timestamp() RETURNING version INTO changed;
    PERFORM pg_notify('dragoman_knowledge', changed::text);
    RETURN changed;
END
$$;

-- A file, an upload, a page or a text that was taken in. A table may give many documents, one of approved answers none.
CREATE TABLE source (
    -- From its location, so that the same place keeps its name.
    id text PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('file', 'upload', 'page', 'text')),
    location text NOT NULL,
    -- The folder or the site that it was found in; what is no longer found there goes.
    found_in text,
    -- SHA-256 of its bytes, hexadecimal: what has not changed is not read again.
    digest text NOT NULL,
    bytes bigint NOT NULL,
    media_type text NOT NULL,
    etag text,
    last_modified text,
    warnings text[] NOT NULL DEFAULT '{}',
    added_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    changed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    -- When it was last looked at, changed or not.
    checked_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX source_found_in ON source USING hash (found_in);
CREATE INDEX source_digest ON source (digest);

CREATE TABLE document (
    -- From its source and its place there, so that a changed page keeps its name.
    id text PRIMARY KEY,
    source text NOT NULL REFERENCES source (id) ON DELETE CASCADE,
    title text NOT NULL,
    topic text NOT NULL DEFAULT '',
    language text NOT NULL,
    url text,
    -- SHA-256 of what it says, hexadecimal. The same content is taken once, wherever it is found.
    content_hash text NOT NULL UNIQUE,
    changed_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX document_source ON document (source);

CREATE TABLE passage (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    document text NOT NULL REFERENCES document (id) ON DELETE CASCADE,
    -- Its position in the document, from 0.
    place int NOT NULL CHECK (place >= 0),
    headings text[] NOT NULL,
    language text NOT NULL,
    text text NOT NULL CHECK (text <> ''),
    -- The version of the knowledge in which it came.
    version bigint NOT NULL,
    embedding vector NOT NULL,
    -- The embedder that made the vector: those of another cannot be compared.
    embedded_by text NOT NULL,
    UNIQUE (document, place)
);

-- The names of topics in the customers' languages.
CREATE TABLE topic_label (
    topic text NOT NULL,
    language text NOT NULL,
    label text NOT NULL CHECK (label <> ''),
    PRIMARY KEY (topic, language)
);

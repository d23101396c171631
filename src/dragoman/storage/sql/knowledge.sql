-- What the owner knows. What changes documents counts the version up first, in the same transaction: that row's lock
-- lets one writer in at a time, and readers see all of a change or nothing.

-- name: version
SELECT version FROM knowledge_state;

-- name: patient
-- Taking a large document in may hold the others up for longer than a customer would be made to wait.
SELECT
    set_config('lock_timeout', '120s', true),
    set_config('statement_timeout', '120s', true);

-- name: lock
SELECT version FROM knowledge_state FOR UPDATE;

-- name: changed
SELECT knowledge_changed() AS version;

-- name: state
SELECT
    version,
    changed_at,
    (
        SELECT coalesce(jsonb_object_agg(language, number), '{}')
        FROM (SELECT language, count(*) AS number FROM document GROUP BY language) AS counted
    ) AS documents,
    (
        SELECT coalesce(jsonb_object_agg(language, number), '{}')
        FROM (SELECT language, count(*) AS number FROM passage GROUP BY language) AS counted
    ) AS passages
FROM knowledge_state;

-- name: sources
SELECT kind, location, found_in, digest, bytes, media_type, etag, last_modified, warnings
FROM source
WHERE
    (%(locations)s::text[] IS NULL OR location = ANY(%(locations)s))
    AND (%(found_in)s::text IS NULL OR found_in = %(found_in)s)
ORDER BY location;

-- name: put_source
INSERT INTO source (
    id, kind, location, found_in, digest, bytes, media_type, etag, last_modified, warnings
)
VALUES (
    %(id)s, %(kind)s, %(location)s, %(found_in)s, %(digest)s, %(bytes)s, %(media_type)s, %(etag)s, %(last_modified)s,
    %(warnings)s
)
ON CONFLICT (id) DO UPDATE SET
    kind = excluded.kind,
    found_in = excluded.found_in,
    digest = excluded.digest,
    bytes = excluded.bytes,
    media_type = excluded.media_type,
    etag = excluded.etag,
    last_modified = excluded.last_modified,
    warnings = excluded.warnings,
    changed_at = CASE WHEN source.digest = excluded.digest THEN source.changed_at ELSE clock_timestamp() END,
    checked_at = clock_timestamp()
RETURNING (xmax = 0) AS added;

-- name: checked
UPDATE source SET checked_at = clock_timestamp(), found_in = coalesce(%(found_in)s, found_in)
WHERE id = %(id)s
RETURNING id;

-- name: remove_sources
DELETE FROM source WHERE id = ANY(%(ids)s) RETURNING id;

-- name: holders
-- Who says already what these hashes stand for.
SELECT content_hash, id, source FROM document WHERE content_hash = ANY(%(hashes)s);

-- name: ids_of_source
SELECT id FROM document WHERE source = %(source)s ORDER BY id;

-- name: drop_outdated
-- Those of a source that it no longer gives, or not in these words.
DELETE FROM document
WHERE
    source = %(source)s
    AND NOT EXISTS (
        SELECT FROM unnest(%(ids)s::text[], %(hashes)s::text[]) AS kept (id, hash)
        WHERE kept.id = document.id AND kept.hash = document.content_hash
    )
RETURNING id;

-- name: move_document
UPDATE document SET url = %(url)s WHERE id = %(id)s AND url IS DISTINCT FROM %(url)s RETURNING id;

-- name: put_document
INSERT INTO document (id, source, title, topic, language, url, content_hash)
VALUES (%(id)s, %(source)s, %(title)s, %(topic)s, %(language)s, %(url)s, %(content_hash)s)
RETURNING id;

-- name: put_passages
INSERT INTO passage (document, place, headings, language, text, version, embedding, embedded_by, words, words_by)
SELECT
    %(document)s, place, ARRAY(SELECT jsonb_array_elements_text(headings)), language, text, %(version)s,
    embedding::vector, %(embedded_by)s, ARRAY(SELECT jsonb_array_elements_text(words)), words_by
FROM unnest(
    %(places)s::int[], %(headings)s::jsonb[], %(languages)s::text[], %(texts)s::text[], %(vectors)s::text[],
    %(words)s::jsonb[], %(words_by)s::int[]
) AS given (place, headings, language, text, embedding, words, words_by)
RETURNING id;

-- name: documents
SELECT
    document.id, document.title, document.topic, document.language, document.url, source.location AS source, source.kind,
    (SELECT count(*) FROM passage WHERE passage.document = document.id) AS passages,
    source.bytes, source.media_type, source.warnings, source.added_at, document.changed_at, source.checked_at
FROM document
JOIN source ON source.id = document.source
WHERE
    (%(ids)s::text[] IS NULL OR document.id = ANY(%(ids)s))
    AND (%(language)s::text IS NULL OR document.language = %(language)s)
    AND (%(after)s::text IS NULL OR document.id > %(after)s)
ORDER BY document.id
LIMIT %(limit)s;

-- name: remove_document
-- Its source goes with the last of its documents, so that the same file can be taken in again.
WITH removed AS (
    DELETE FROM document WHERE id = %(id)s RETURNING source
),
emptied AS (
    DELETE FROM source
    WHERE
        id IN (SELECT source FROM removed)
        AND NOT EXISTS (SELECT FROM document WHERE source = source.id AND document.id <> %(id)s)
),
touched AS (
    UPDATE source SET digest = ''
    WHERE
        id IN (SELECT source FROM removed)
        AND EXISTS (SELECT FROM document WHERE source = source.id AND document.id <> %(id)s)
)
SELECT source FROM removed;

-- name: drop_cached
DELETE FROM answer_cache WHERE version < (SELECT version FROM knowledge_state) RETURNING 1;

-- name: passages
SELECT
    passage.id, passage.document, document.title, passage.headings, passage.language, passage.text, passage.place,
    document.url, passage.version
FROM passage
JOIN document ON document.id = passage.document
WHERE
    (%(ids)s::bigint[] IS NULL OR passage.id = ANY(%(ids)s))
    AND (%(document)s::text IS NULL OR passage.document = %(document)s)
ORDER BY passage.document, passage.place;

-- name: out_of_date
-- Those whose vectors or words another way of making them made; what is not given does not count.
SELECT
    passage.id, passage.document, document.title, passage.headings, passage.language, passage.text, passage.place,
    document.url, passage.version, count(*) OVER () AS remaining
FROM passage
JOIN document ON document.id = passage.document
WHERE passage.embedded_by <> %(embedded_by)s::text OR passage.words_by <> %(words_by)s::int
ORDER BY passage.id
LIMIT %(limit)s;

-- name: put_words
UPDATE passage SET words = ARRAY(SELECT jsonb_array_elements_text(given.words)), words_by = %(words_by)s
FROM unnest(%(ids)s::bigint[], %(words)s::jsonb[]) AS given (id, words)
WHERE passage.id = given.id
RETURNING passage.id;

-- name: put_vectors
UPDATE passage SET embedding = given.embedding::vector, embedded_by = %(embedded_by)s
FROM unnest(%(ids)s::bigint[], %(vectors)s::text[]) AS given (id, embedding)
WHERE passage.id = given.id
RETURNING passage.id;

-- name: topics
-- Every topic that something is known about, by the name it has in a language.
SELECT used.topic, coalesce(topic_label.label, used.topic) AS label
FROM (
    SELECT topic FROM document WHERE topic <> ''
    UNION
    SELECT topic FROM curated_entry WHERE topic <> ''
) AS used
LEFT JOIN topic_label ON topic_label.topic = used.topic AND topic_label.language = %(language)s
ORDER BY used.topic;

-- name: put_topic_labels
INSERT INTO topic_label (topic, language, label)
SELECT topic, language, label
FROM unnest(%(topics)s::text[], %(languages)s::text[], %(labels)s::text[]) AS given (topic, language, label)
ON CONFLICT (topic, language) DO UPDATE SET label = excluded.label
WHERE topic_label.label <> excluded.label
RETURNING topic;

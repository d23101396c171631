-- Approved answers. What changes a text counts the version up in the same transaction, and that of all knowledge.

-- name: curated_version
SELECT version FROM curated_state;

-- name: texts
SELECT
    e.id AS entry, e.topic, t.language, t.question, t.wordings, t.answer, t.status, t.reviewer, t.updated_at,
    CASE WHEN %(with_vectors)s THEN t.vectors END AS vectors, t.embedder
FROM curated_entry AS e
JOIN curated_text AS t ON t.entry_id = e.id
WHERE
    (%(entries)s::text[] IS NULL OR e.id = ANY(%(entries)s))
    AND (%(languages)s::text[] IS NULL OR t.language = ANY(%(languages)s))
    AND (%(status)s::text IS NULL OR t.status = %(status)s)
ORDER BY e.place, t.language;

-- name: put
WITH given AS (
    SELECT *
    FROM unnest(
        %(entries)s::text[], %(topics)s::text[], %(languages)s::text[], %(questions)s::text[], %(wordings)s::text[],
        %(answers)s::text[], %(statuses)s::text[], %(reviewers)s::text[], %(vectors)s::bytea[]
    ) WITH ORDINALITY AS g (entry, topic, language, question, wordings, answer, status, reviewer, vectors, place)
),
entries AS (
    INSERT INTO curated_entry (id, topic)
    SELECT entry, topic
    FROM (SELECT DISTINCT ON (entry) entry, topic, place FROM given ORDER BY entry, place) AS first_of_each
    ORDER BY place
    ON CONFLICT (id) DO UPDATE SET topic = excluded.topic
),
written AS (
    INSERT INTO curated_text (
        entry_id, language, question, wordings, answer, status, reviewer, vectors, embedder
    )
    SELECT entry, language, question, wordings::jsonb, answer, status, reviewer, vectors, %(embedder)s
    FROM given
    ON CONFLICT (entry_id, language) DO UPDATE SET
        question = excluded.question,
        wordings = excluded.wordings,
        answer = excluded.answer,
        status = excluded.status,
        reviewer = excluded.reviewer,
        vectors = excluded.vectors,
        embedder = excluded.embedder,
        updated_at = clock_timestamp()
    RETURNING 1
),
counted AS (
    UPDATE curated_state SET version = version + 1 WHERE EXISTS (SELECT FROM written)
)
SELECT knowledge_changed() FROM (SELECT 1 FROM written LIMIT 1) AS any_written;

-- name: put_vectors
WITH given AS (
    SELECT * FROM unnest(%(entries)s::text[], %(languages)s::text[], %(vectors)s::bytea[])
        AS g (entry, language, vectors)
)
UPDATE curated_text SET vectors = given.vectors, embedder = %(embedder)s
FROM given
WHERE entry_id = given.entry AND curated_text.language = given.language
RETURNING 1;

-- name: remove
WITH removed AS (
    DELETE FROM curated_text
    WHERE
        entry_id = ANY(%(entries)s)
        AND (%(language)s::text IS NULL OR language = %(language)s)
    RETURNING entry_id
),
emptied AS (
    DELETE FROM curated_entry
    WHERE
        id IN (SELECT entry_id FROM removed)
        AND (
            %(language)s::text IS NULL
            OR NOT EXISTS (
                SELECT FROM curated_text
                WHERE entry_id = curated_entry.id AND language <> %(language)s
            )
        )
),
counted AS (
    UPDATE curated_state SET version = version + 1 WHERE EXISTS (SELECT FROM removed)
)
SELECT count(*) AS removed, (SELECT knowledge_changed() FROM (SELECT 1 FROM removed LIMIT 1) AS any_removed) AS version
FROM removed;

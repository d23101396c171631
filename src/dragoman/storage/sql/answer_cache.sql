-- Remembered answers. They live no longer than the version of the knowledge that they were written from.

-- name: newer
SELECT id, language, scope, text_hash, vector, marks, answer
FROM answer_cache
WHERE version = %(version)s AND id > %(after)s AND embedder = %(embedder)s
ORDER BY id
LIMIT %(limit)s;

-- name: put
-- Nothing is kept that was written from knowledge which has changed meanwhile.
INSERT INTO answer_cache (version, language, scope, text_hash, vector, embedder, marks, answer)
SELECT
    %(version)s, %(language)s, %(scope)s, %(text_hash)s, %(vector)s, %(embedder)s, %(marks)s::jsonb, %(answer)s::jsonb
FROM knowledge_state
WHERE version = %(version)s
ON CONFLICT (version, language, scope, text_hash) DO NOTHING
RETURNING id;

-- name: trim
DELETE FROM answer_cache
WHERE
    version <> (SELECT version FROM knowledge_state)
    OR id <= (SELECT max(id) FROM answer_cache) - %(most)s
RETURNING 1;

-- Statements of `storage/search.py`. Inner products: all vectors have length 1, so they are cosines (pgvector's <#>
-- gives them negative).

-- name: counts
SELECT
    (SELECT coalesce(jsonb_object_agg(language, passages), '{}') FROM passage_count WHERE passages > 0) AS languages,
    (SELECT coalesce(jsonb_object_agg(word, passages), '{}') FROM word WHERE word = ANY (%(words)s)) AS words;

-- name: by_words
-- The best of each language by the weights of the question's words that they have.
SELECT id
FROM (
    SELECT passage.id, row_number() OVER (
        PARTITION BY passage.language ORDER BY sum(asked.weight) DESC, passage.id
    ) AS place
    FROM unnest(%(words)s::text[], %(weights)s::float8[]) AS asked (word, weight)
    JOIN passage ON passage.words @> ARRAY[asked.word]
    GROUP BY passage.id
) AS placed
WHERE place <= %(most)s;

-- name: by_meaning
-- The best of each language by meaning, every passage looked at.
WITH asked AS MATERIALIZED (  -- each vector is read once, not for every passage
    SELECT key AS language, value::vector AS vector FROM jsonb_each_text(%(vectors)s::jsonb)
)
SELECT near.id
FROM asked
CROSS JOIN LATERAL (
    SELECT id
    FROM passage
    WHERE language = asked.language AND embedded_by = %(embedder)s
    ORDER BY embedding <#> asked.vector, id
    LIMIT %(most)s
) AS near;

-- name: by_graph
-- The best of one language by meaning, through its graph. The names stand in it as they do in the index.
(
    SELECT id
    FROM passage
    WHERE language = '{language}' AND embedded_by = '{embedder}'
    ORDER BY embedding::halfvec(384) <#> (%(vectors)s::jsonb ->> '{language}')::halfvec(384)
    LIMIT %(most)s
)

-- name: passages
WITH asked AS MATERIALIZED (
    SELECT key AS language, value::vector AS vector FROM jsonb_each_text(%(vectors)s::jsonb)
)
SELECT
    passage.id,
    passage.document,
    document.title,
    passage.headings,
    passage.language,
    passage.text,
    passage.place,
    document.url,
    passage.version,
    CASE WHEN passage.embedded_by = %(embedder)s THEN -(passage.embedding <#> %(vector)s::vector) END AS meaning,
    CASE
        WHEN passage.embedded_by = %(embedder)s
            THEN -(passage.embedding <#> asked.vector)
    END AS compared,
    ARRAY(SELECT word FROM unnest(%(words)s::text[]) AS word WHERE word = ANY (passage.words)) AS words
FROM passage
JOIN document ON document.id = passage.document
JOIN asked ON asked.language = passage.language
WHERE passage.id = ANY (%(ids)s);

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
WITH asked AS MATERIALIZED (  -- the vectors are read once, not for every passage
    SELECT language, CASE WHEN language = %(language)s THEN %(own)s::vector ELSE %(other)s::vector END AS vector
    FROM unnest(%(languages)s::text[]) AS language
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
    ORDER BY embedding::halfvec(384) <#> %({vector})s::halfvec(384)
    LIMIT %(most)s
)

-- name: passages
WITH asked AS MATERIALIZED (SELECT %(own)s::vector AS own, %(other)s::vector AS other)
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
    CASE WHEN passage.embedded_by = %(embedder)s THEN -(passage.embedding <#> asked.own) END AS meaning,
    CASE WHEN passage.embedded_by = %(embedder)s THEN -(passage.embedding <#> asked.other) END AS abroad,
    -- A join, so that the passage's words are taken out of the row once and not once for each of the question's.
    ARRAY(
        SELECT had.word
        FROM unnest(passage.words) AS had (word)
        JOIN unnest(%(words)s::text[]) AS sought (word) ON sought.word = had.word
    ) AS words
FROM passage
JOIN document ON document.id = passage.document
CROSS JOIN asked
WHERE passage.id = ANY (%(ids)s);

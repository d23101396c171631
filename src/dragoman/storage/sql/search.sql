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
SELECT near.id
FROM jsonb_each_text(%(vectors)s::jsonb) AS asked (language, vector)
CROSS JOIN LATERAL (
    SELECT id
    FROM passage
    WHERE language = asked.language AND embedded_by = %(embedder)s
    ORDER BY embedding <#> asked.vector::vector, id
    LIMIT %(most)s
) AS near;

-- name: passages
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
            THEN -(passage.embedding <#> (%(vectors)s::jsonb ->> passage.language)::vector)
    END AS compared,
    ARRAY(SELECT asked FROM unnest(%(words)s::text[]) AS asked WHERE asked = ANY (passage.words)) AS words
FROM passage
JOIN document ON document.id = passage.document
WHERE passage.id = ANY (%(ids)s);

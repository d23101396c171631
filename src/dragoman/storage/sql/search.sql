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
-- The best of each of these languages by meaning, every passage looked at.
SELECT id
FROM (
    SELECT id, row_number() OVER (PARTITION BY language ORDER BY embedding <#> %(vector)s::vector, id) AS place
    FROM passage
    WHERE language = ANY (%(languages)s)
) AS placed
WHERE place <= %(most)s;

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
    -(passage.embedding <#> %(vector)s::vector) AS meaning,
    passage.embedding::real[] AS embedding,
    ARRAY(SELECT asked FROM unnest(%(words)s::text[]) AS asked WHERE asked = ANY (passage.words)) AS words
FROM passage
JOIN document ON document.id = passage.document
WHERE passage.id = ANY (%(ids)s);

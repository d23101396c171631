-- What operators watch: counts of what there is, asked for at a scrape.

-- name: measures
SELECT
    (SELECT version FROM knowledge_state) AS version,
    pg_database_size(current_database()) AS bytes,
    (SELECT count(*) FROM answer_cache) AS remembered,
    (SELECT count(*) FROM passage WHERE embedded_by <> %(embedder)s) AS stale,
    (
        SELECT coalesce(jsonb_object_agg(language, number), '{}')
        FROM (SELECT language, count(*) AS number FROM document GROUP BY language) AS counted
    ) AS documents,
    (
        SELECT coalesce(jsonb_object_agg(language, number), '{}')
        FROM (SELECT language, count(*) AS number FROM passage GROUP BY language) AS counted
    ) AS passages,
    (
        SELECT coalesce(jsonb_object_agg(status, number), '{}')
        FROM (SELECT status, count(*) AS number FROM curated_text GROUP BY status) AS counted
    ) AS curated,
    (
        SELECT coalesce(jsonb_object_agg(state, number), '{}')
        FROM (SELECT state, count(*) AS number FROM job GROUP BY state) AS counted
    ) AS jobs,
    (
        SELECT coalesce(jsonb_object_agg(status, number), '{}')
        FROM (SELECT status, count(*) AS number FROM conversation GROUP BY status) AS counted
    ) AS conversations,
    (
        -- Of all desks on this database. Those of other accounts show no state.
        SELECT coalesce(jsonb_object_agg(state, number), '{}')
        FROM (
            SELECT CASE WHEN state = 'idle' THEN 'idle' ELSE 'busy' END AS state, count(*) AS number
            FROM pg_stat_activity
            WHERE datname = current_database() AND backend_type = 'client backend'
            GROUP BY 1
        ) AS counted
    ) AS connections;

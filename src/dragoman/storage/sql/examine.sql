-- What `dragoman doctor` reads. Nothing here changes anything.

-- name: server
SELECT
    current_setting('server_version') AS version,
    current_setting('server_version_num')::int / 10000 AS major,
    current_setting('server_encoding') AS encoding,
    current_setting('max_connections')::int AS most_connections,
    (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend') AS connections,
    pg_database_size(current_database()) AS bytes,
    extract(epoch FROM clock_timestamp())::float8 AS now,
    (SELECT extversion FROM pg_extension WHERE extname = 'vector') AS vector,
    (SELECT default_version FROM pg_available_extensions WHERE name = 'vector') AS vector_available,
    to_regclass('schema_migration') IS NOT NULL AS has_schema;

-- name: steps
SELECT name, checksum FROM schema_migration ORDER BY name;

-- name: counts
SELECT
    (SELECT version FROM knowledge_state) AS version,
    (SELECT count(*) FROM document) AS documents,
    (
        SELECT coalesce(jsonb_object_agg(embedded_by, number), '{}')
        FROM (SELECT embedded_by, count(*) AS number FROM passage GROUP BY embedded_by) AS counted
    ) AS passages,
    (SELECT count(*) FROM curated_text WHERE status = 'approved') AS approved,
    (SELECT count(*) FROM job WHERE state = 'failed' AND ended_at > clock_timestamp() - interval '7 days') AS failed_jobs,
    (SELECT count(*) FROM job WHERE state IN ('queued', 'running')) AS waiting_jobs;

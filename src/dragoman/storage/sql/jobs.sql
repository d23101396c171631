-- Jobs: queued by whoever asks, taken by one worker at a time, taken over when that one falls silent.

-- name: enqueue
WITH queued AS (
    INSERT INTO job (id, kind, subject, arguments, place, only_once)
    VALUES (%(id)s, %(kind)s, %(subject)s, %(arguments)s::jsonb, %(place)s, %(only_once)s)
    ON CONFLICT (only_once) WHERE state IN ('queued', 'running') DO NOTHING
    RETURNING *
)
SELECT queued.*, pg_notify('dragoman_jobs', '') AS told FROM queued;

-- name: under_way
SELECT * FROM job WHERE only_once = %(only_once)s AND state IN ('queued', 'running');

-- name: claim
WITH next AS (
    SELECT id FROM job
    WHERE
        (place IS NULL OR place = %(place)s)
        AND (
            (state = 'queued' AND not_before <= clock_timestamp())
            OR (state = 'running' AND beat_at < clock_timestamp() - %(silence)s)
        )
    ORDER BY created_at
    LIMIT 1
    FOR UPDATE SKIP LOCKED
)
UPDATE job
SET
    state = 'running',
    worker = %(worker)s,
    tries = tries + 1,
    beat_at = clock_timestamp(),
    started_at = coalesce(started_at, clock_timestamp())
FROM next
WHERE job.id = next.id
RETURNING job.*;

-- name: beat
-- No row: the job is no longer this worker's.
UPDATE job
SET beat_at = clock_timestamp(), done = %(done)s, total = %(total)s, at_hand = %(at_hand)s
WHERE id = %(id)s AND worker = %(worker)s AND state = 'running'
RETURNING cancel_asked;

-- name: end
UPDATE job
SET state = %(state)s, reason = %(reason)s, result = %(result)s::jsonb, ended_at = clock_timestamp(), worker = NULL
WHERE id = %(id)s AND worker = %(worker)s AND state = 'running'
RETURNING id;

-- name: put_back
UPDATE job
SET state = 'queued', worker = NULL, tries = tries - %(forgiven)s, not_before = clock_timestamp() + %(after)s
WHERE id = %(id)s AND worker = %(worker)s AND state = 'running'
RETURNING id;

-- name: cancel
UPDATE job
SET
    cancel_asked = true,
    state = CASE WHEN state = 'queued' THEN 'cancelled' ELSE state END,
    ended_at = CASE WHEN state = 'queued' THEN clock_timestamp() ELSE ended_at END
WHERE id = %(id)s AND state IN ('queued', 'running')
RETURNING id;

-- name: jobs
SELECT * FROM job
WHERE (%(id)s::text IS NULL OR id = %(id)s)
ORDER BY created_at DESC, id
LIMIT %(limit)s;

-- name: forget
DELETE FROM job WHERE ended_at < clock_timestamp() - %(age)s RETURNING id;

-- name: put_site
INSERT INTO site (start_url, limits, every, next_at)
VALUES (%(start_url)s, %(limits)s::jsonb, %(every)s, clock_timestamp() + %(every)s)
ON CONFLICT (start_url) DO UPDATE SET limits = excluded.limits, every = excluded.every, next_at = excluded.next_at
RETURNING start_url;

-- name: remove_site
DELETE FROM site WHERE start_url = %(start_url)s RETURNING start_url;

-- name: enqueue_due_sites
WITH due AS (
    UPDATE site SET next_at = clock_timestamp() + every
    WHERE next_at <= clock_timestamp()
    RETURNING start_url, limits
)
INSERT INTO job (id, kind, subject, arguments, only_once)
SELECT
    'job_' || replace(gen_random_uuid()::text, '-', ''),
    'crawl',
    start_url,
    jsonb_build_object('url', start_url, 'limits', limits),
    'crawl ' || start_url
FROM due
ON CONFLICT (only_once) WHERE state IN ('queued', 'running') DO NOTHING
RETURNING id;

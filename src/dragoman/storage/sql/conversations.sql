-- Every statement is a transaction of its own: one round trip, one flush to disk.
-- What appends takes the conversation's row first; `greatest` keeps `at` in the order of `seq` should a clock step back.

-- name: begin
INSERT INTO conversation (id, channel, token_hash)
VALUES (%(id)s, %(channel)s, %(token_hash)s)
RETURNING id, channel, status, language, chosen_language, live_turn, started_at, last_at;

-- name: get
SELECT id, channel, status, language, chosen_language, live_turn, started_at, last_at
FROM conversation
WHERE id = %(id)s;

-- name: token_hash
SELECT token_hash
FROM conversation
WHERE id = %(id)s;

-- name: accept
WITH before AS (
    SELECT
        id,
        live_turn,
        last_seq + CASE WHEN live_turn IS NULL THEN 1 ELSE 2 END AS seq,
        greatest(last_at, clock_timestamp()) AS at
    FROM conversation
    WHERE
        id = %(id)s
        AND status <> 'resolved'
        AND NOT EXISTS (
            SELECT FROM event WHERE conversation_id = %(id)s AND client_hash = %(client_hash)s::bytea
        )
    FOR UPDATE
),
changed AS (
    UPDATE conversation
    SET
        live_turn = %(turn_id)s,
        unanswered_turn = %(turn_id)s,
        last_seq = before.seq,
        last_at = before.at
    FROM before
    WHERE conversation.id = before.id
),
superseded AS (
    INSERT INTO event (conversation_id, seq, kind, turn_id, at, data)
    SELECT id, seq - 1, 'turn.superseded', live_turn, at, jsonb_build_object('by', %(turn_id)s::text)
    FROM before
    WHERE live_turn IS NOT NULL
)
INSERT INTO event (conversation_id, seq, kind, turn_id, at, data, client_hash)
SELECT id, seq, 'message.customer', %(turn_id)s, at, %(data)s::jsonb, %(client_hash)s::bytea
FROM before
RETURNING conversation_id, seq, kind, turn_id, at, data;

-- name: accepted_before
SELECT event.conversation_id, event.seq, event.kind, event.turn_id, event.at, event.data
FROM conversation
LEFT JOIN event ON event.conversation_id = conversation.id AND event.client_hash = %(client_hash)s::bytea
WHERE conversation.id = %(id)s;

-- name: revive
UPDATE conversation
SET live_turn = %(turn_id)s
WHERE
    id = %(id)s
    AND unanswered_turn = %(turn_id)s
    AND (live_turn IS NULL OR live_turn = %(turn_id)s)
    AND status <> 'resolved'
RETURNING id;

-- name: finish
WITH changed AS (
    UPDATE conversation
    SET
        live_turn = NULL,
        unanswered_turn = NULL,
        language = %(language)s,
        last_seq = last_seq + 1,
        last_at = greatest(last_at, clock_timestamp())
    WHERE id = %(id)s AND live_turn = %(turn_id)s
    RETURNING id, last_seq, last_at
)
INSERT INTO event (conversation_id, seq, kind, turn_id, at, data)
SELECT id, last_seq, 'message.reply', %(turn_id)s, last_at, %(data)s::jsonb
FROM changed
RETURNING conversation_id, seq, kind, turn_id, at, data;

-- name: fail
WITH changed AS (
    UPDATE conversation
    SET
        live_turn = NULL,
        last_seq = last_seq + 1,
        last_at = greatest(last_at, clock_timestamp())
    WHERE id = %(id)s AND live_turn = %(turn_id)s
    RETURNING id, last_seq, last_at
)
INSERT INTO event (conversation_id, seq, kind, turn_id, at, data)
SELECT id, last_seq, 'turn.failed', %(turn_id)s, last_at, %(data)s::jsonb
FROM changed
RETURNING conversation_id, seq, kind, turn_id, at, data;

-- name: append
WITH changed AS (
    UPDATE conversation
    SET
        status = CASE
            WHEN %(kind)s = 'status.changed' THEN %(data)s::jsonb ->> 'status' ELSE status
        END,
        chosen_language = CASE
            WHEN %(kind)s = 'language.chosen' THEN %(data)s::jsonb ->> 'language' ELSE chosen_language
        END,
        last_seq = last_seq + 1,
        last_at = greatest(last_at, clock_timestamp())
    WHERE id = %(id)s
    RETURNING id, last_seq, last_at
)
INSERT INTO event (conversation_id, seq, kind, turn_id, at, data)
SELECT id, last_seq, %(kind)s, %(turn_id)s, last_at, %(data)s::jsonb
FROM changed
RETURNING conversation_id, seq, kind, turn_id, at, data;

-- name: events
SELECT event.conversation_id, event.seq, event.kind, event.turn_id, event.at, event.data
FROM conversation
LEFT JOIN LATERAL (
    SELECT *
    FROM event
    WHERE conversation_id = conversation.id AND seq > %(after)s
    ORDER BY seq
    LIMIT %(limit)s
) AS event ON TRUE
WHERE conversation.id = %(id)s
ORDER BY event.seq;

-- name: latest_events
SELECT event.conversation_id, event.seq, event.kind, event.turn_id, event.at, event.data
FROM conversation
LEFT JOIN LATERAL (
    SELECT *
    FROM event
    WHERE conversation_id = conversation.id AND seq < %(before)s
    ORDER BY seq DESC
    LIMIT %(limit)s
) AS event ON TRUE
WHERE conversation.id = %(id)s
ORDER BY event.seq;

-- name: erase
DELETE FROM conversation
WHERE id = %(id)s
RETURNING id;

-- name: end_idle
WITH idle AS (
    SELECT id
    FROM conversation
    WHERE status <> 'resolved' AND last_at < now() - %(idle)s
    ORDER BY last_at
    LIMIT %(limit)s
    FOR UPDATE SKIP LOCKED
),
changed AS (
    UPDATE conversation
    SET
        status = 'resolved',
        last_seq = last_seq + 1,
        last_at = greatest(last_at, clock_timestamp())
    FROM idle
    WHERE conversation.id = idle.id
    RETURNING conversation.id, conversation.last_seq, conversation.last_at
)
INSERT INTO event (conversation_id, seq, kind, at, data)
SELECT id, last_seq, 'status.changed', last_at, '{"status": "resolved"}'
FROM changed
RETURNING conversation_id, seq;

-- name: erase_older_than
DELETE FROM conversation
WHERE
    id IN (
        SELECT id
        FROM conversation
        WHERE last_at < now() - %(age)s
        ORDER BY last_at
        LIMIT %(limit)s
        FOR UPDATE SKIP LOCKED
    )
RETURNING id;

-- name: latest
SELECT id, last_seq
FROM conversation
WHERE id = ANY(%(ids)s);

-- name: announce
SELECT pg_notify('dragoman_news', news)
FROM unnest(%(news)s::text []) AS news;

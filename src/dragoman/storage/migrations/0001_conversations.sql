-- Conversations as they stand, and their logs.

CREATE TABLE conversation (
    id text PRIMARY KEY,
    channel text NOT NULL,
    status text NOT NULL DEFAULT 'bot' CHECK (status IN ('bot', 'waiting', 'human', 'resolved')),
    language text,
    chosen_language text,
    -- The turn that may still append a reply.
    live_turn text,
    -- The turn of the latest customer message for as long as it has no reply; only that one can be revived.
    unanswered_turn text,
    -- SHA-256 of the token that its owner shows.
    token_hash bytea,
    -- The seq of its latest event. Whoever appends locks this row, so that seq has no gaps.
    last_seq bigint NOT NULL DEFAULT 0,
    started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    last_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- For the two sweeps: what has been idle, and what is too old to keep.
CREATE INDEX conversation_idle ON conversation (last_at) WHERE status <> 'resolved';
CREATE INDEX conversation_old ON conversation (last_at);

CREATE TABLE event (
    conversation_id text NOT NULL REFERENCES conversation (id) ON DELETE CASCADE,
    seq bigint NOT NULL CHECK (seq > 0),
    kind text NOT NULL,
    turn_id text,
    at timestamptz NOT NULL,
    data jsonb NOT NULL,
    -- SHA-256 of the sender's own name for a message: of any length, the index entry has one.
    client_hash bytea,
    PRIMARY KEY (conversation_id, seq)
);

-- The same message twice is one message.
CREATE UNIQUE INDEX event_client ON event (conversation_id, client_hash) WHERE client_hash IS NOT NULL;

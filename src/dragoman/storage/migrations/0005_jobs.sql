-- Long work that goes on after a restart, and the sites that are looked at again and again.

CREATE TABLE job (
    id text PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('add_file', 'crawl')),
    -- What people see: a file's name, a site's address.
    subject text NOT NULL,
    arguments jsonb NOT NULL,
    -- Where it has to be done, as an upload lies on one machine; NULL for anywhere.
    place text,
    -- Work that is pointless twice at once has a name here.
    only_once text,
    state text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'running', 'done', 'failed', 'cancelled')),
    -- Progress: so much, of so much, and what is at hand.
    done int NOT NULL DEFAULT 0,
    total int NOT NULL DEFAULT 0,
    at_hand text NOT NULL DEFAULT '',
    -- Why it failed, for the person who asked for it.
    reason text,
    result jsonb,
    tries int NOT NULL DEFAULT 0,
    worker text,
    -- The worker's last sign of life: without one for a while, another takes the job up.
    beat_at timestamptz,
    cancel_asked boolean NOT NULL DEFAULT false,
    not_before timestamptz NOT NULL DEFAULT clock_timestamp(),
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    started_at timestamptz,
    ended_at timestamptz
);
CREATE INDEX job_waiting ON job (created_at) WHERE state IN ('queued', 'running');
CREATE INDEX job_created ON job (created_at);
CREATE UNIQUE INDEX job_only_once ON job (only_once) WHERE state IN ('queued', 'running');

CREATE TABLE site (
    start_url text PRIMARY KEY,
    -- How far a crawl goes; what is not named is as the program has it.
    limits jsonb NOT NULL,
    -- How often it is crawled again.
    every interval NOT NULL CHECK (every >= interval '1 minute'),
    next_at timestamptz NOT NULL
);
CREATE INDEX site_due ON site (next_at);

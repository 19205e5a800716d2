-- SPDX-License-Identifier: GPL-3.0-or-later
-- Queries of test-data only.

-- name: thing_get
SELECT {columns t} FROM things t WHERE t.id = :arg.thing_id::bigint;

-- name: thing_insert
INSERT INTO things
SELECT r.* FROM jsonb_populate_record(NULL::things, :body::jsonb || jsonb_build_object(
  'id', nextval(pg_get_serial_sequence('things', 'id')), 'organization_id', :call.organization_id::bigint,
  'at', now(), 'data', '{"a": 1}'::jsonb, 'open', true, 'version', 1)) r
RETURNING {columns}

-- name: thing_update
UPDATE things t SET ({writable}) = (SELECT {writable r} FROM jsonb_populate_record(t, :body::jsonb) r)
WHERE t.id = :arg.thing_id::bigint
RETURNING {columns t}

-- name: thing_who
SELECT count(*) AS n, current_setting('transaction_read_only') AS read_only,
  current_setting('app.actor', true) AS actor, current_setting('app.organization_id', true) AS organization,
  current_setting('TimeZone') AS zone
FROM things

-- name: thing_public
SELECT id, title FROM things ORDER BY id

-- name: thing_cast
SELECT :arg.text::bigint AS n

-- name: thing_divide
SELECT 1 / :arg.n::int AS n

-- name: thing_sleep
SELECT pg_sleep(:arg.seconds::float8)

-- name: thing_lock
SELECT id FROM things WHERE id = :arg.thing_id::bigint FOR UPDATE

-- name: thing_raise
SELECT raise_it(:arg.state::text, :arg.detail::text, :arg.field::text)

-- name: thing_delete_parent
DELETE FROM parents WHERE id = 1

-- name: thing_unused
SELECT {columns} FROM things

-- name: thing_pid
SELECT pg_backend_pid() AS pid

-- name: heap_copy
COPY heap (id, title) FROM STDIN

-- name: things_copy
COPY things (organization_id, title) FROM STDIN

-- name: heap_count
SELECT count(*) AS n FROM heap

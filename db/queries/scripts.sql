-- SPDX-License-Identifier: GPL-3.0-or-later
-- Scripts: what is said and asked at doors, on the telephone and by text.

-- name: script_list
SELECT {columns x}
FROM scripts s
CROSS JOIN LATERAL script_document(s.organization_id, s.id) d
CROSS JOIN LATERAL (SELECT s.*, d AS steps, script_warnings(s.languages, d) AS warnings) x
WHERE s.organization_id = :call.organization_id::bigint AND s.id > COALESCE(:page.cursor_1::bigint, 0)
  AND (:query.archived::boolean IS NULL OR (s.archived_at IS NOT NULL) = :query.archived::boolean)
  AND (:query.channel::text IS NULL OR s.channels ? :query.channel::text)
ORDER BY s.id
LIMIT :page.limit::int

-- name: script_get
SELECT {columns x}
FROM scripts s
CROSS JOIN LATERAL script_document(s.organization_id, s.id) d
CROSS JOIN LATERAL (SELECT s.*, d AS steps, script_warnings(s.languages, d) AS warnings) x
WHERE s.organization_id = :call.organization_id::bigint AND s.id = :path.script_id::bigint

-- name: script_add
WITH s AS (INSERT INTO scripts (organization_id, created_by, {writable})
SELECT :call.organization_id::bigint, :call.user_id::bigint, {writable r}
FROM jsonb_populate_record(NULL::scripts, jsonb_strip_nulls(:body::jsonb)) r
RETURNING *)
SELECT {columns x}
FROM s
CROSS JOIN LATERAL script_document(s.organization_id, s.id) d
CROSS JOIN LATERAL (SELECT s.*, d AS steps, script_warnings(s.languages, d) AS warnings) x

-- name: script_update
WITH s AS (UPDATE scripts s
SET ({writable}) = (SELECT {writable r} FROM jsonb_populate_record(s, :body::jsonb) r)
WHERE s.organization_id = :call.organization_id::bigint AND s.id = :path.script_id::bigint
  AND assert_version(s.version, :call.if_match::bigint)
RETURNING *)
SELECT {columns x}
FROM s
CROSS JOIN LATERAL script_document(s.organization_id, s.id) d
CROSS JOIN LATERAL (SELECT s.*, d AS steps, script_warnings(s.languages, d) AS warnings) x

-- name: script_put
SELECT {columns x}
FROM script_put_steps(:call.organization_id::bigint, :path.script_id::bigint, :call.if_match::bigint, :body::jsonb -> 'steps') p
CROSS JOIN LATERAL (SELECT (p.script).*, p.document AS steps,
                    script_warnings((p.script).languages, p.document) AS warnings) x

-- name: script_archive
WITH s AS (UPDATE scripts s SET archived_at = COALESCE(s.archived_at, now())
WHERE s.organization_id = :call.organization_id::bigint AND s.id = :path.script_id::bigint
  AND assert_version(s.version, :call.if_match::bigint)
RETURNING *)
SELECT {columns x}
FROM s
CROSS JOIN LATERAL script_document(s.organization_id, s.id) d
CROSS JOIN LATERAL (SELECT s.*, d AS steps, script_warnings(s.languages, d) AS warnings) x

-- name: script_unarchive
WITH s AS (UPDATE scripts s SET archived_at = NULL
WHERE s.organization_id = :call.organization_id::bigint AND s.id = :path.script_id::bigint
  AND assert_version(s.version, :call.if_match::bigint)
RETURNING *)
SELECT {columns x}
FROM s
CROSS JOIN LATERAL script_document(s.organization_id, s.id) d
CROSS JOIN LATERAL (SELECT s.*, d AS steps, script_warnings(s.languages, d) AS warnings) x

-- name: script_copy
SELECT {columns x}
FROM script_duplicate(:call.organization_id::bigint, :path.script_id::bigint, :call.user_id::bigint, :body.name::text) p
CROSS JOIN LATERAL (SELECT (p.script).*, p.document AS steps,
                    script_warnings((p.script).languages, p.document) AS warnings) x

-- name: script_preview
SELECT {columns p}
FROM (SELECT script_path(s.organization_id, s.id, :body::jsonb -> 'answers') AS steps FROM scripts s
      WHERE s.organization_id = :call.organization_id::bigint AND s.id = :path.script_id::bigint) p

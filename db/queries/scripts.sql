-- SPDX-License-Identifier: GPL-3.0-or-later
-- Scripts: texts and questions for doors, calls and texts.

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

-- name: script_rules
-- Read the data for checking answers, including archived steps and options, because older packs
-- contain them.
SELECT s.id AS script_id, s.version, t.id AS step_id, t.kind, t.required, t.archived_at IS NOT NULL AS archived,
  COALESCE(t.scale_min, 1) AS scale_min, COALESCE(t.scale_max, 5) AS scale_max, t.show_if_option_id AS show_if,
  (extract(epoch FROM t.updated_at) * 1000000)::bigint AS updated_us, o.id AS option_id, o.support_level
FROM scripts s
LEFT JOIN script_steps t ON t.organization_id = s.organization_id AND t.script_id = s.id
LEFT JOIN script_options o ON o.organization_id = t.organization_id AND o.step_id = t.id
WHERE s.organization_id = :call.organization_id::bigint
  AND s.id = COALESCE(:arg.rule_script::bigint, (
    SELECT x.script_id FROM script_steps x
    WHERE x.organization_id = :call.organization_id::bigint AND x.id = :arg.rule_step::bigint))
ORDER BY t.position, t.id, o.position, o.id

-- SPDX-License-Identifier: GPL-3.0-or-later
-- Phone banks. The assignment of people to callers is in db/functions/phonebank
-- (docs/internals/phone-banks.md).

-- name: phone_bank_create
WITH made AS (
  INSERT INTO phone_bank_sessions (organization_id, code, created_by, {writable})
  SELECT :call.organization_id::bigint, joining_code(), :call.user_id::bigint, {writable r}
  FROM jsonb_populate_record(NULL::phone_bank_sessions, jsonb_strip_nulls(:body::jsonb)) r
  WHERE assert_list(:call.organization_id::bigint, (:body::jsonb ->> 'list_id')::bigint)
  RETURNING *),
job AS (SELECT job_enqueue(organization_id, 'phonebank.fill', jsonb_build_object('id', id,
  'guarded', NOT right_has(:call.rights::jsonb, 'manage_voters'))) FROM made)
SELECT {columns made} FROM made, job

-- name: phone_bank_list
SELECT {columns}
FROM phone_bank_sessions
WHERE organization_id = :call.organization_id::bigint
  AND id < CASE WHEN :page.cursor_1::bigint IS NULL THEN 9223372036854775807 ELSE :page.cursor_1::bigint END
  AND (:query.state::text IS NULL OR state = :query.state::text)
ORDER BY id DESC
LIMIT :page.limit::int

-- name: phone_bank_list_mine
SELECT {columns s}
FROM phone_bank_sessions s
WHERE s.organization_id = :call.organization_id::bigint
  AND s.id < CASE WHEN :page.cursor_1::bigint IS NULL THEN 9223372036854775807 ELSE :page.cursor_1::bigint END
  AND (:query.state::text IS NULL OR s.state = :query.state::text)
  AND EXISTS (SELECT FROM phone_bank_callers c
              WHERE c.organization_id = s.organization_id AND c.session_id = s.id AND c.actor = :call.actor::text
                AND c.left_at IS NULL)
ORDER BY s.id DESC
LIMIT :page.limit::int

-- name: phone_bank_get
SELECT {columns} FROM phone_bank_sessions
WHERE organization_id = :call.organization_id::bigint AND id = :path.phone_bank_id::bigint

-- name: phone_bank_update
UPDATE phone_bank_sessions s
SET ({writable}) = (SELECT {writable r} FROM jsonb_populate_record(s, :body::jsonb) r)
WHERE s.organization_id = :call.organization_id::bigint AND s.id = :path.phone_bank_id::bigint
  AND assert_version(s.version, :call.if_match::bigint)
  AND assert_rule(s.state <> 'closed', 'closed', 'This phone bank is closed.')
  AND assert_rule(NOT :body::jsonb ? 'list_id' OR (:body::jsonb ->> 'list_id')::bigint IS NOT DISTINCT FROM s.list_id,
                  'list_fixed', 'The queue was made from its list: make another phone bank.')
RETURNING {columns s}

-- name: phone_bank_open
UPDATE phone_bank_sessions s SET state = 'open', opened_at = COALESCE(s.opened_at, now())
WHERE s.organization_id = :call.organization_id::bigint AND s.id = :path.phone_bank_id::bigint
  AND assert_rule(s.state <> 'closed', 'closed', 'This phone bank is closed.')
  AND assert_rule(s.state <> 'filling', 'filling', 'The queue is not made yet. Try again in a moment.')
RETURNING {columns s}

-- name: phone_bank_pause
UPDATE phone_bank_sessions s SET state = 'paused'
WHERE s.organization_id = :call.organization_id::bigint AND s.id = :path.phone_bank_id::bigint
  AND assert_rule(s.state IN ('open', 'paused'), 'not_open', 'This phone bank is not open.')
RETURNING {columns s}

-- name: phone_bank_close
UPDATE phone_bank_sessions s SET state = 'closed', closed_at = COALESCE(s.closed_at, now())
WHERE s.organization_id = :call.organization_id::bigint AND s.id = :path.phone_bank_id::bigint
RETURNING {columns s}

-- name: phone_bank_fill
SELECT phone_bank_fill(:call.organization_id::bigint, :arg.id::bigint, :arg.guarded::boolean)

-- name: phone_bank_counts
-- All counts are in one statement, so that they are of one moment.
SELECT {columns n} FROM (
  SELECT s.id AS phone_bank_id, t.*, k.attempts, k.reached, k.by_result, c.*,
    CASE WHEN k.attempts > 0 THEN k.reached::double precision / k.attempts ELSE 0 END AS contact_rate,
    (SELECT count(*) FROM phone_bank_calls o WHERE o.organization_id = s.organization_id AND o.session_id = s.id
       AND o.ended_at IS NULL AND o.lease_until > now()) AS on_call
  FROM phone_bank_sessions s
  CROSS JOIN LATERAL (
    SELECT count(*) AS targets, count(*) FILTER (WHERE q.state = 'waiting') AS waiting,
      count(*) FILTER (WHERE q.state = 'waiting' AND q.call_back_at IS NOT NULL) AS call_backs,
      count(*) FILTER (WHERE q.state = 'done') AS done, count(*) FILTER (WHERE q.state = 'left_out') AS left_out,
      count(*) FILTER (WHERE q.last_attempt_at IS NOT NULL) AS called
    FROM phone_bank_targets q WHERE q.organization_id = s.organization_id AND q.session_id = s.id) t
  CROSS JOIN LATERAL (
    SELECT COALESCE(sum(r.n), 0)::bigint AS attempts, COALESCE(sum(r.n) FILTER (WHERE d.reached), 0)::bigint AS reached,
      COALESCE(jsonb_object_agg(r.code, r.n), '{}') AS by_result
    FROM (SELECT COALESCE(v.disposition, 'canvassed') AS code, count(*) AS n FROM voter_contacts v
          WHERE v.organization_id = s.organization_id AND v.phone_bank_session_id = s.id AND v.holds GROUP BY 1) r
    JOIN dispositions d ON d.code = r.code) k
  CROSS JOIN LATERAL (
    SELECT count(*) AS callers,
      count(*) FILTER (WHERE p.last_active_at > now() - interval '10 minutes') AS callers_active
    FROM phone_bank_callers p
    WHERE p.organization_id = s.organization_id AND p.session_id = s.id AND p.left_at IS NULL) c
  WHERE s.organization_id = :call.organization_id::bigint AND s.id = :path.phone_bank_id::bigint) n

-- name: phone_bank_caller_list
SELECT {columns r} FROM (
  SELECT c.* FROM phone_bank_caller_rows c
  WHERE c.organization_id = :call.organization_id::bigint AND c.session_id = :path.phone_bank_id::bigint
    AND c.id > CASE WHEN :page.cursor_1::bigint IS NULL THEN 0 ELSE :page.cursor_1::bigint END
  ORDER BY c.id LIMIT :page.limit::int) r
WHERE assert_phone_bank(:call.organization_id::bigint, :path.phone_bank_id::bigint)
ORDER BY r.id

-- name: phone_bank_caller_get
SELECT {columns c} FROM phone_bank_caller_rows c
WHERE c.organization_id = :call.organization_id::bigint AND c.session_id = :path.phone_bank_id::bigint
  AND c.id = :path.caller_id::bigint

-- name: phone_bank_caller_add
WITH added AS (
  INSERT INTO phone_bank_callers AS c (organization_id, session_id, actor, user_id)
  SELECT s.organization_id, s.id, 'user:' || :body.user_id::bigint, :body.user_id::bigint
  FROM phone_bank_sessions s
  WHERE s.organization_id = :call.organization_id::bigint AND s.id = :path.phone_bank_id::bigint
    AND assert_rule(s.state <> 'closed', 'closed', 'This phone bank is closed.')
    AND assert_participant(s.organization_id, :body.user_id::bigint)
  ON CONFLICT (organization_id, session_id, actor) DO UPDATE SET left_at = NULL
  RETURNING *)
SELECT {columns r} FROM (
  SELECT a.*, actor_name(a.organization_id, a.actor) AS name, 0 AS attempts, 0 AS reached FROM added a) r

-- name: phone_bank_caller_remove
-- Leave a phone bank. No row: the caller does not exist.
SELECT 1 AS done
FROM phone_bank_callers c
CROSS JOIN LATERAL phone_bank_leave(c.organization_id, c.actor, c.session_id) l
WHERE c.organization_id = :call.organization_id::bigint AND c.session_id = :path.phone_bank_id::bigint
  AND c.id = :path.caller_id::bigint

-- name: phone_bank_join
SELECT {columns s} FROM phone_bank_join(:call.organization_id::bigint, :call.actor::text, :call.user_id::bigint,
  :body.code::text) s

-- name: phone_bank_leave
SELECT 1 AS done
FROM phone_bank_enter(:call.organization_id::bigint, :call.actor::text, :path.phone_bank_id::bigint) s
CROSS JOIN LATERAL phone_bank_leave(:call.organization_id::bigint, :call.actor::text, s.id) l

-- name: phone_bank_claim
SELECT {columns c}, f.refused_code, f.refused_message
FROM phone_bank_claim(:call.organization_id::bigint, :call.actor::text, :call.user_id::bigint, :path.phone_bank_id::bigint) f
CROSS JOIN LATERAL (SELECT (f.call).*) c

-- name: phone_bank_call_list
SELECT {columns c}
FROM phone_bank_call_rows c
WHERE c.organization_id = :call.organization_id::bigint AND c.phone_bank_id = :path.phone_bank_id::bigint
  AND c.actor = :call.actor::text
  AND assert_caller(:call.organization_id::bigint, :call.actor::text, :path.phone_bank_id::bigint)
  AND c.id < CASE WHEN :page.cursor_1::bigint IS NULL THEN 9223372036854775807 ELSE :page.cursor_1::bigint END
ORDER BY c.id DESC
LIMIT :page.limit::int

-- name: phone_bank_call_get
SELECT {columns c}
FROM phone_bank_call_rows c
WHERE c.organization_id = :call.organization_id::bigint AND c.phone_bank_id = :path.phone_bank_id::bigint
  AND c.id = :path.call_id::bigint AND c.actor = :call.actor::text
  AND assert_caller(:call.organization_id::bigint, :call.actor::text, :path.phone_bank_id::bigint)

-- name: phone_bank_release
SELECT {columns c}
FROM phone_bank_release(:call.organization_id::bigint, :call.actor::text, :path.phone_bank_id::bigint, :path.call_id::bigint) c

-- name: phone_bank_extend
SELECT {columns c}
FROM phone_bank_extend(:call.organization_id::bigint, :call.actor::text, :path.phone_bank_id::bigint, :path.call_id::bigint) c

-- name: phone_bank_result
SELECT {columns c}
FROM phone_bank_result(:call.organization_id::bigint, :call.actor::text, :call.user_id::bigint, :path.phone_bank_id::bigint,
                       :path.call_id::bigint, :body::jsonb || jsonb_build_object('checked', :arg.checked::jsonb)) c

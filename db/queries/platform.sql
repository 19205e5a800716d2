-- SPDX-License-Identifier: GPL-3.0-or-later
-- Statements of the engine: actors, idempotency, feed, audit log, health.

-- name: actor_by_session
-- expires: microseconds since 1970, as in cc_time; NULL: never.
SELECT s.*, (extract(epoch FROM s.expires_at) * 1000000)::bigint AS expires,
       (SELECT last_seen_at < now() - interval '5 minutes' FROM sessions WHERE id = s.session_id) AS stale
FROM session_by_token(:arg.token_hash::bytea) s

-- name: actor_by_token
SELECT t.*, (extract(epoch FROM t.expires_at) * 1000000)::bigint AS expires, true AS stale
FROM api_token_by_hash(:arg.token_hash::bytea) t

-- name: actor_by_device
SELECT d.*, NULL::bigint AS expires, true AS stale FROM device_by_hash(:arg.token_hash::bytea) d

-- name: session_seen
UPDATE sessions SET last_seen_at = now() WHERE id = :arg.id::bigint AND last_seen_at < now() - interval '5 minutes'

-- name: token_seen
UPDATE api_tokens SET last_used_at = now()
WHERE id = :arg.id::bigint AND organization_id = app_organization_id()
  AND (last_used_at IS NULL OR last_used_at < now() - interval '5 minutes')

-- name: device_seen
UPDATE devices SET last_seen_at = now()
WHERE id = :arg.id::bigint AND organization_id = app_organization_id()
  AND (last_seen_at IS NULL OR last_seen_at < now() - interval '5 minutes')

-- name: session_keys
-- Return the names under which Redis may store the sessions that are being revoked.
SELECT encode(token_hash, 'hex') AS key FROM sessions
WHERE expires_at > now()
  AND CASE :arg.kind::text WHEN 'session' THEN id WHEN 'user' THEN user_id
                       WHEN 'organization' THEN active_organization_id END = :arg.id::bigint

-- name: idempotency_begin
SELECT outcome, status, body, location, etag
FROM idempotency_begin(:arg.scope::text, :arg.key::text, :arg.request_hash::bytea)

-- name: idempotency_finish
UPDATE idempotency_keys SET status = :arg.status::int, body = :arg.body::bytea, location = :arg.location::text,
  etag = :arg.etag::text
WHERE scope = :arg.scope::text AND key = :arg.key::text

-- name: change_list
-- Read a page of the feed in commit-safe order: only changes whose transaction is older than every
-- running transaction, so that a change committed later can never belong before the cursor
-- (docs/internals/audit-and-feed.md). The page size counts the rows that are read. Changes that the
-- actor may not see are removed after the statement, and the cursor still advances.
SELECT xid, id, entity, entity_id, op, version, at,
       scope_hears(:call.organization_id::bigint, :call.actor::text, entity, entity_id) AS heard
FROM changes
WHERE organization_id = :call.organization_id::bigint
  AND (xid, id) > (:arg.xid::xid8, :arg.id::bigint)
  AND xid < pg_snapshot_xmin(pg_current_snapshot())
ORDER BY xid, id
LIMIT :arg.limit_more::int

-- name: change_follow
-- Read a page for live sockets. A last row without an entity means that committed changes wait for
-- an older transaction, so the feed must be read again soon.
(SELECT xid, id, entity, entity_id, op, version, at,
        scope_hears(:call.organization_id::bigint, :call.actor::text, entity, entity_id) AS heard
 FROM changes
 WHERE organization_id = :call.organization_id::bigint
   AND (xid, id) > (:arg.xid::xid8, :arg.id::bigint)
   AND xid < pg_snapshot_xmin(pg_current_snapshot())
 ORDER BY xid, id
 LIMIT :arg.limit_more::int)
UNION ALL
(SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
 FROM changes
 WHERE organization_id = :call.organization_id::bigint
   AND xid >= pg_snapshot_xmin(pg_current_snapshot())
 LIMIT 1)

-- name: change_waiting
SELECT organization_id FROM changes_waiting(:arg.organizations::bigint[], :arg.xids::xid8[], :arg.ids::bigint[]) w (organization_id)

-- name: change_now
SELECT pg_snapshot_xmin(pg_current_snapshot()) AS xid

-- name: feed_generation
-- same_cluster: the transaction numbers in the feed belong to this cluster.
SELECT g.generation, g.system_identifier = c.system_identifier AS same_cluster
FROM feed_generation g CROSS JOIN pg_control_system() c

-- name: change_notify
SELECT pg_notify('cc_changes', :arg.organizations::text)

-- name: change_oldest
-- Return the oldest running transaction that has written, if a later one has ended: the feed waits
-- for it. 0: none.
SELECT CASE WHEN pg_snapshot_xmin(s) < pg_snapshot_xmax(s) THEN pg_snapshot_xmin(s)::text::bigint ELSE 0 END AS oldest
FROM pg_current_snapshot() s

-- name: audit_list
SELECT s.seq, s.at, s.actor, s.action, s.entity, s.entity_id, s.request_id, s.address, s.before, s.after,
  encode(s.hash, 'hex') AS hash
FROM audit_log a
CROSS JOIN LATERAL scope_shown_entry(:call.rights::jsonb, a) s
WHERE a.organization_id = :call.organization_id::bigint
  AND a.seq < COALESCE(:page.cursor_1::bigint, 9223372036854775807)
ORDER BY a.seq DESC
LIMIT :page.limit::int

-- name: context_switch
SELECT set_config('app.organization_id', coalesce(:arg.organization::text, ''), true),
       set_config('app.user_id', coalesce(:arg.person::text, ''), true)

-- name: connection_warm
-- Run on each new connection of the pool before it is lent.
SELECT connection_warm()

-- name: daily_take
SELECT daily_take(:arg.subject::text, :arg.most::int) AS taken

-- name: health_probe
-- Test what requests need: a function of db/functions, and space for a write of some pages, which
-- the caller rolls back. The digits are random, so that they cannot be compressed and really use
-- the space.
INSERT INTO idempotency_keys (scope, key, request_hash, body)
SELECT 'health', gen_random_uuid()::text, '\x00',
       (SELECT string_agg(sha256(convert_to(n::text || random()::text, 'UTF8')), '') FROM generate_series(1, 1000) n)
WHERE NOT EXISTS (SELECT FROM session_by_token('\x00'))

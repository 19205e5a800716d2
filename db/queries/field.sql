-- SPDX-License-Identifier: GPL-3.0-or-later
-- Packs, uploads and conflicts. The rules are the functions of db/functions/field (docs/internals/field-protocol.md).

-- name: field_packs
SELECT now() AS server_time,
       field_packs(:call.organization_id::bigint, :call.actor::text, :call.user_id::bigint, :arg.canvasses::boolean,
                   :arg.checks_in::boolean) AS packs

-- name: field_pack
SELECT p.xid, p.snapshot, p.content, p.made_at, p.expires_at, p.lines, p.n_lines
FROM field_pack(:call.organization_id::bigint, :call.actor::text, :call.user_id::bigint, :arg.kind::text, :arg.pack_id::bigint,
                :arg.since_xid::xid8, :arg.since_id::bigint) p

-- name: field_wiped
SELECT field_wiped(:call.organization_id::bigint, :call.actor::text, :body::jsonb -> 'packs') AS wiped

-- name: field_open
SELECT s.id AS stream_id, s.clock_offset_us, s.next_sequence,
       EXISTS (SELECT FROM field_operations o WHERE o.organization_id = s.organization_id AND o.stream_id = s.id
                 AND o.verdict = 'held' AND o.sequence <= s.next_sequence) AS releases
FROM field_open(:call.organization_id::bigint, :call.actor::text, :body.installation::uuid, :body.device_clock::timestamptz,
                :arg.received::timestamptz, :body.settled::bigint) s

-- name: field_apply
SELECT (a.op).client_id, (a.op).sequence, CASE WHEN a.first IS NULL THEN (a.op).verdict ELSE 'duplicate' END AS verdict,
       a.first, (a.op).code, (a.op).message, (a.op).entity, (a.op).entity_id, (a.op).conflict_id, (a.op).occurred_at,
       a.next_sequence, a.releases
FROM field_apply(:call.organization_id::bigint, :call.actor::text, :call.user_id::bigint, :arg.stream_id::bigint, :arg.operation::jsonb,
                 :arg.refusal::jsonb, :arg.checked::jsonb) a

-- name: field_apply_visits
SELECT (a.op).client_id, (a.op).sequence, CASE WHEN a.first IS NULL THEN (a.op).verdict ELSE 'duplicate' END AS verdict,
       a.first, (a.op).code, (a.op).message, (a.op).entity, (a.op).entity_id, (a.op).conflict_id, (a.op).occurred_at,
       a.next_sequence, a.releases
FROM field_apply_visits(:call.organization_id::bigint, :call.actor::text, :call.user_id::bigint, :arg.stream_id::bigint,
                        :arg.visits::jsonb) a

-- name: field_release
SELECT r.client_id, r.sequence, r.verdict, NULL::text AS first, r.code, r.message, r.entity, r.entity_id,
       r.conflict_id, r.occurred_at
FROM field_release(:call.organization_id::bigint, :call.actor::text, :arg.stream_id::bigint, :arg.next_id::bigint, :arg.checked::jsonb) r
WHERE r.id IS NOT NULL

-- name: field_next
-- Read the operation that field_release will release next.
SELECT o.id, o.kind, o.body, (extract(epoch FROM o.device_occurred_at) * 1000000)::bigint AS occurred_us
FROM field_streams s
JOIN field_operations o ON o.organization_id = s.organization_id AND o.stream_id = s.id
WHERE s.organization_id = :call.organization_id::bigint AND s.id = :arg.stream_id::bigint AND o.verdict = 'held'
  AND o.sequence <= s.next_sequence
ORDER BY o.sequence, o.id LIMIT 1

-- name: field_conflict_list
SELECT {columns}
FROM field_conflicts
WHERE organization_id = :call.organization_id::bigint
  AND id > COALESCE(:page.cursor_1::bigint, 0)
  AND (:query.state::text IS NULL OR state = :query.state::text)
  AND (:query.kind::text IS NULL OR kind = :query.kind::text)
ORDER BY id
LIMIT :page.limit::int

-- name: field_conflict_get
SELECT {columns}
FROM field_conflicts
WHERE organization_id = :call.organization_id::bigint AND id = :path.conflict_id::bigint

-- name: field_conflict_resolve
SELECT r.*
FROM (SELECT CASE WHEN :body.decision::text = 'discard' THEN :path.conflict_id::bigint
    ELSE field_assert_decision(:call.organization_id::bigint, :call.rights::jsonb, :path.conflict_id::bigint, :arg.merged::jsonb)
    END AS conflict) d
CROSS JOIN LATERAL field_resolve(:call.organization_id::bigint, :call.actor::text, d.conflict, :body.decision::text,
                                 :arg.merged::jsonb, :body.note::text, :arg.checked::jsonb) r

-- name: field_conflict_body
-- script_id: the script of the contact that this operation corrects.
SELECT f.kind, o.body, (extract(epoch FROM o.device_occurred_at) * 1000000)::bigint AS occurred_us,
  (SELECT c.script_id FROM voter_contacts c
   WHERE c.organization_id = o.organization_id
     AND (c.id = (o.body ->> 'replaces_id')::bigint OR c.client_id = (o.body ->> 'replaces_client_id')::uuid)
   LIMIT 1) AS script_id
FROM field_conflicts f
JOIN field_operations o ON o.organization_id = f.organization_id AND o.id = f.operation_id
WHERE f.organization_id = :call.organization_id::bigint AND f.id = :path.conflict_id::bigint

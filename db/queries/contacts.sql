-- SPDX-License-Identifier: GPL-3.0-or-later
-- Contacts, consent, follow-ups. The effects of a contact are functions in db/functions/contacts,
-- because they take several statements that must see each other's changes
-- (docs/internals/contacts.md).

-- name: disposition_list
SELECT {columns d} FROM (
  SELECT code, level, position, to_jsonb(channels) AS channels, reached, finishes, effect, quiet_days
  FROM dispositions) d
WHERE position > COALESCE(:page.cursor_1::bigint, 0) AND (:query.channel::text IS NULL OR channels ? :query.channel::text)
ORDER BY position
LIMIT :page.limit::int

-- name: contact_add
SELECT {columns c}, p.refused_code, p.refused_message
FROM contact_post(:call.organization_id::bigint, :call.actor::text, :call.user_id::bigint, :call.rights::jsonb,
                  :body::jsonb || jsonb_build_object('checked', :arg.checked::jsonb)) p
CROSS JOIN LATERAL scope_shown_contact(:call.rights::jsonb, p.contact) v
CROSS JOIN LATERAL (SELECT v.*, v.route_id AS turf_id) c

-- name: contact_add_many
SELECT {columns b}
FROM contact_bulk(:call.organization_id::bigint, :call.actor::text, :call.user_id::bigint, :call.rights::jsonb,
                  :body::jsonb || jsonb_build_object('checked', :arg.checked::jsonb)) b

-- name: contact_take_back
SELECT {columns c}, p.refused_code, p.refused_message
FROM contact_undo(:call.organization_id::bigint, :call.actor::text, :call.user_id::bigint, :call.rights::jsonb,
                  :path.contact_id::bigint, :body::jsonb) p
CROSS JOIN LATERAL scope_shown_contact(:call.rights::jsonb, p.contact) v
CROSS JOIN LATERAL (SELECT v.*, v.route_id AS turf_id) c

-- name: contact_get
SELECT {columns c} FROM (SELECT s.*, s.route_id AS turf_id FROM voter_contacts v
  CROSS JOIN LATERAL scope_shown_contact(:call.rights::jsonb, v) s
  WHERE v.organization_id = :call.organization_id::bigint AND v.id = :path.contact_id::bigint
    AND scope_has_contact(:call.actor::text, :call.user_id::bigint, :call.rights::jsonb, v)) c

-- name: contact_list
SELECT {columns c}
FROM (SELECT v.*, v.route_id AS turf_id FROM contact_page(:call.organization_id::bigint, :call.actor::text,
  :call.user_id::bigint, :call.rights::jsonb, jsonb_strip_nulls(jsonb_build_object('voter_id', :query.voter_id::bigint,
    'door_id', :query.door_id::bigint, 'turf_id', :query.turf_id::bigint, 'canvasser_id', :query.canvasser_id::bigint,
    'since', :query.since::timestamptz, 'until', :query.until::timestamptz, 'holds', :query.only_holding::boolean)),
  :page.cursor_1::timestamptz, :page.cursor_2::bigint, :page.limit::int) r
  CROSS JOIN LATERAL scope_shown_contact(:call.rights::jsonb, r) v) c
ORDER BY c.occurred_at DESC, c.id DESC

-- name: consent_add
SELECT {columns c}, p.refused_code, p.refused_message
FROM consent_record(:call.organization_id::bigint, :call.actor::text, :body::jsonb) p
CROSS JOIN LATERAL (SELECT (p.consent).*, true AS counts) c

-- name: consent_list
SELECT {columns c}
FROM (SELECT l.*, consent_counts(l.organization_id, l.contact_id) AS counts FROM consents l
      WHERE l.organization_id = :call.organization_id::bigint
        AND (:query.voter_id::bigint IS NULL OR l.voter_id = :query.voter_id::bigint)
        AND (:query.about::text IS NULL OR l.address = consent_address(:query.about::text))
        AND (:page.cursor_1::bigint IS NULL OR l.id < :page.cursor_1::bigint)) c
ORDER BY c.id DESC
LIMIT :page.limit::int

-- name: consent_get
SELECT {columns c}
FROM (SELECT l.*, consent_counts(l.organization_id, l.contact_id) AS counts FROM consents l
      WHERE l.organization_id = :call.organization_id::bigint AND l.id = :path.consent_id::bigint) c

-- name: consent_now
SELECT {columns c}
FROM (SELECT consent_current(:call.organization_id::bigint, voter_survivor(:call.organization_id::bigint, :query.voter_id::bigint),
                             consent_address(:query.about::text)) AS words) c

-- name: follow_up_list
SELECT {columns f}, f.sort_at
FROM (SELECT u.*, CASE WHEN u.due_at IS NULL THEN 'infinity' ELSE u.due_at END AS sort_at FROM follow_ups u) f
WHERE f.organization_id = :call.organization_id::bigint
  AND (right_has(:call.rights::jsonb, 'manage_canvass') OR f.assigned_user_id = :call.user_id::bigint)
  AND (:query.mine::boolean IS NOT TRUE OR f.assigned_user_id = :call.user_id::bigint)
  AND (:query.open::boolean IS NULL OR (f.done_at IS NULL) = :query.open::boolean)
  AND (:query.due_before::timestamptz IS NULL OR f.sort_at < :query.due_before::timestamptz)
  AND (:query.voter_id::bigint IS NULL OR f.voter_id = :query.voter_id::bigint)
  AND (:query.kind::text IS NULL OR f.kind = :query.kind::text)
  AND (:page.cursor_1::timestamptz IS NULL OR (f.sort_at, f.id) > (:page.cursor_1::timestamptz, :page.cursor_2::bigint))
ORDER BY f.sort_at, f.id
LIMIT :page.limit::int

-- name: follow_up_get
SELECT {columns f} FROM follow_ups f
WHERE f.organization_id = :call.organization_id::bigint AND f.id = :path.follow_up_id::bigint
  AND (right_has(:call.rights::jsonb, 'manage_canvass') OR f.assigned_user_id = :call.user_id::bigint)

-- name: follow_up_add
INSERT INTO follow_ups (organization_id, voter_id, created_by, kind, note, due_at, assigned_user_id)
SELECT :call.organization_id::bigint, voter_survivor(:call.organization_id::bigint, r.voter_id), :call.user_id::bigint, r.kind,
       r.note, r.due_at, r.assigned_user_id
FROM jsonb_populate_record(NULL::follow_ups, :body::jsonb) r
WHERE assert_member(:call.organization_id::bigint, r.assigned_user_id)
RETURNING {columns}

-- name: follow_up_update
UPDATE follow_ups f
SET ({writable}) = (SELECT {writable r} FROM jsonb_populate_record(f, :body::jsonb) r)
WHERE f.organization_id = :call.organization_id::bigint AND f.id = :path.follow_up_id::bigint
  AND assert_version(f.version, :call.if_match::bigint)
  AND assert_member(f.organization_id, (:body::jsonb ->> 'assigned_user_id')::bigint)
RETURNING {columns f}

-- name: follow_up_done
UPDATE follow_ups f
SET done_at = COALESCE(f.done_at, now()), done_by = CASE WHEN f.done_at IS NULL THEN :call.user_id::bigint ELSE f.done_by END
WHERE f.organization_id = :call.organization_id::bigint AND f.id = :path.follow_up_id::bigint
  AND (right_has(:call.rights::jsonb, 'manage_canvass') OR f.assigned_user_id = :call.user_id::bigint)
RETURNING {columns f}

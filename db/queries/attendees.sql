-- SPDX-License-Identifier: GPL-3.0-or-later
-- Attendees and check-in. Check-ins are functions in db/functions/events, because they take several
-- statements that must see each other's changes (docs/internals/check-in.md).

-- scope_assert_event(organization, actor, event) in the WHERE checks the parent: an event that does
-- not exist, or is outside a device's scope, is 404 instead of an empty page.

-- name: attendee_list
SELECT {columns}, sort_key
FROM event_attendees
WHERE organization_id = :call.organization_id::bigint AND event_id = :path.event_id::bigint
  AND scope_assert_event(:call.organization_id::bigint, :call.actor::text, :path.event_id::bigint)
  AND (sort_key, id) > (CASE WHEN :page.cursor_1::text IS NULL THEN '' ELSE :page.cursor_1::text END COLLATE "C",
                        CASE WHEN :page.cursor_2::bigint IS NULL THEN 0 ELSE :page.cursor_2::bigint END)
  AND (:query.status::text IS NULL OR status = :query.status::text)
  AND (:query.updated_since::timestamptz IS NULL OR updated_at >= :query.updated_since::timestamptz)
  AND (:query.text::text IS NULL
       OR search_finds(concat_ws(' ', first_name, last_name, email, phone), (SELECT search_patterns(:query.text::text))))
ORDER BY sort_key, id
LIMIT :page.limit::int

-- name: attendee_get
SELECT {columns}
FROM event_attendees
WHERE organization_id = :call.organization_id::bigint AND event_id = :path.event_id::bigint AND id = :path.attendee_id::bigint
  AND scope_assert_event(:call.organization_id::bigint, :call.actor::text, :path.event_id::bigint)

-- name: attendee_add
INSERT INTO event_attendees (organization_id, event_id, source, created_by, {writable})
SELECT e.organization_id, e.id, 'staff', :call.user_id::bigint, {writable r}
FROM events e
CROSS JOIN jsonb_populate_record(NULL::event_attendees, jsonb_strip_nulls(:body::jsonb)) r
WHERE e.organization_id = :call.organization_id::bigint AND e.id = :path.event_id::bigint
  AND scope_assert_event(:call.organization_id::bigint, :call.actor::text, :path.event_id::bigint)
  AND assert_email_free(e.organization_id, e.id, :body::jsonb ->> 'email')
RETURNING {columns}

-- name: attendee_update
UPDATE event_attendees a
SET ({writable}) = (SELECT {writable r} FROM jsonb_populate_record(a, :body::jsonb) r)
WHERE a.organization_id = :call.organization_id::bigint AND a.event_id = :path.event_id::bigint
  AND a.id = :path.attendee_id::bigint
  AND scope_assert_event(:call.organization_id::bigint, :call.actor::text, :path.event_id::bigint)
  AND assert_version(a.version, :call.if_match::bigint)
RETURNING {columns a}

-- name: attendee_cancel
UPDATE event_attendees a
SET status = 'cancelled', cancelled_at = COALESCE(a.cancelled_at, now())
WHERE a.organization_id = :call.organization_id::bigint AND a.event_id = :path.event_id::bigint
  AND a.id = :path.attendee_id::bigint
  AND scope_assert_event(:call.organization_id::bigint, :call.actor::text, :path.event_id::bigint)
  AND assert_version(a.version, :call.if_match::bigint)
  AND assert_rule(a.status <> 'attended', 'attendee_attended', 'This person is checked in: undo that first.')
RETURNING {columns a}

-- name: attendee_check_in
SELECT {columns a}, c.refused_code, c.refused_message
FROM check_in(:call.organization_id::bigint, :call.actor::text, :path.event_id::bigint, :path.attendee_id::bigint, 'check_in',
              :body.client_id::uuid, :body.occurred_at::timestamptz) c
CROSS JOIN LATERAL (SELECT (c.attendee).*) a

-- name: attendee_undo_check_in
SELECT {columns a}, c.refused_code, c.refused_message
FROM check_in(:call.organization_id::bigint, :call.actor::text, :path.event_id::bigint, :path.attendee_id::bigint, 'undo',
              :body.client_id::uuid, :body.occurred_at::timestamptz) c
CROSS JOIN LATERAL (SELECT (c.attendee).*) a

-- name: attendee_walk_in
SELECT {columns a}
FROM walk_in(:call.organization_id::bigint, :call.actor::text, :path.event_id::bigint, :call.user_id::bigint,
  :body.client_id::uuid,
             :body.occurred_at::timestamptz, :body::jsonb) a

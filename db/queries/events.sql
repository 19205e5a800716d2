-- SPDX-License-Identifier: GPL-3.0-or-later
-- Events. {columns} and {writable} are made from the type Event, so only columns with special rules
-- are named here (docs/adding-an-endpoint.md).

-- name: event_create
-- Create an event. Absent members get values from the organization, and a free slug is generated.
-- Anybody who knows the slug of an unlisted event can read it, so that slug must not follow from
-- the title alone.
INSERT INTO events (organization_id, created_by, {writable})
SELECT o.id, :call.user_id::bigint, {writable r}
FROM organizations o
CROSS JOIN jsonb_populate_record(NULL::events,
  jsonb_build_object('timezone', o.timezone, 'capacity', o.default_event_capacity)
  || jsonb_strip_nulls(:body::jsonb)
  || jsonb_build_object('slug', COALESCE(:body::jsonb ->> 'slug', event_slug(o.id, :body::jsonb ->> 'title',
       :body::jsonb ->> 'visibility' = 'unlisted')))) r
WHERE o.id = :call.organization_id::bigint
RETURNING {columns}

-- name: event_list
-- CASE instead of COALESCE, because with row-level security PostgreSQL then can use the index for
-- this condition.
SELECT {columns}
FROM scope_events(:call.organization_id::bigint, :call.actor::text) e
WHERE (start_time, id) > (CASE WHEN :page.cursor_1::timestamptz IS NULL THEN '-infinity' ELSE :page.cursor_1::timestamptz END,
                          CASE WHEN :page.cursor_2::bigint IS NULL THEN 0 ELSE :page.cursor_2::bigint END)
  AND start_time >= CASE WHEN :query.starts_after::timestamptz IS NULL THEN '-infinity' ELSE :query.starts_after::timestamptz END
  AND start_time < CASE WHEN :query.starts_before::timestamptz IS NULL THEN 'infinity' ELSE :query.starts_before::timestamptz END
  AND (:query.updated_since::timestamptz IS NULL OR updated_at >= :query.updated_since::timestamptz)
  AND (:query.published::boolean IS NULL OR is_published = :query.published::boolean)
  AND (:query.kind::text IS NULL OR kind = :query.kind::text)
  AND (:query.text::text IS NULL
       OR search_finds(concat_ws(' ', title, short_description, city), (SELECT search_patterns(:query.text::text))))
ORDER BY start_time, id
LIMIT :page.limit::int

-- name: event_get
SELECT {columns} FROM scope_events(:call.organization_id::bigint, :call.actor::text) e WHERE id = :path.event_id::bigint

-- name: event_get_by_slug
SELECT {columns} FROM scope_events(:call.organization_id::bigint, :call.actor::text) e WHERE slug = :path.slug::text

-- name: event_update
-- Change an event. An event that becomes unlisted gets a slug that cannot be guessed, unless it was
-- public before: then its slug is known.
UPDATE events e
SET ({writable}) = (SELECT {writable r} FROM jsonb_populate_record(e, :body::jsonb
  || CASE WHEN :body::jsonb ->> 'visibility' = 'unlisted' AND e.visibility <> 'unlisted'
               AND (e.published_at IS NULL OR e.visibility = 'private') AND NOT :body::jsonb ? 'slug'
          THEN jsonb_build_object('slug', event_slug(e.organization_id, COALESCE(:body::jsonb ->> 'title', e.title), true))
          ELSE '{}' END) r)
WHERE e.organization_id = :call.organization_id::bigint AND e.id = :path.event_id::bigint
  AND assert_version(e.version, :call.if_match::bigint)
RETURNING {columns e}

-- name: event_delete
-- Delete an event, but only if it was never published: a published event may have registrations,
-- and other sites may link to it.
DELETE FROM events
WHERE organization_id = :call.organization_id::bigint AND id = :path.event_id::bigint
  AND assert_version(version, :call.if_match::bigint)
  AND assert_rule(published_at IS NULL, 'event_published',
                  'An event that was published cannot be deleted: cancel it')
RETURNING id

-- name: event_publish
UPDATE events e
SET is_published = true, published_at = COALESCE(e.published_at, now())
WHERE e.organization_id = :call.organization_id::bigint AND e.id = :path.event_id::bigint
  AND assert_version(e.version, :call.if_match::bigint)
  AND assert_rule(e.cancelled_at IS NULL, 'event_cancelled', 'A cancelled event cannot be published: duplicate it')
  AND assert_rule(e.is_published OR NOT event_lacks_link(e), 'virtual_link_needed',
                  'A virtual event needs its link before it is published: set virtual_link')
RETURNING {columns e}

-- name: event_unpublish
UPDATE events e SET is_published = false
WHERE e.organization_id = :call.organization_id::bigint AND e.id = :path.event_id::bigint
  AND assert_version(e.version, :call.if_match::bigint)
RETURNING {columns e}

-- name: event_cancel
UPDATE events e SET cancelled_at = COALESCE(e.cancelled_at, now())
WHERE e.organization_id = :call.organization_id::bigint AND e.id = :path.event_id::bigint
  AND assert_version(e.version, :call.if_match::bigint)
RETURNING {columns e}

-- name: event_duplicate
INSERT INTO events
SELECT r.*
FROM events e
CROSS JOIN jsonb_populate_record(e, jsonb_build_object(
  'id', nextval('events_id_seq'),
  'slug', event_slug(e.organization_id, e.title, e.visibility = 'unlisted'),
  'is_published', false,
  'published_at', NULL,
  'cancelled_at', NULL,
  'created_by', :call.user_id::bigint,
  'created_at', now(),
  'updated_at', now(),
  'registered_count', 0, 'waitlisted_count', 0, 'cancelled_count', 0, 'attended_count', 0,
  'no_show_count', 0, 'registered_heads', 0, 'attended_heads', 0, 'attendees_revision', 0,
  'version', 1)) r
WHERE e.organization_id = :call.organization_id::bigint AND e.id = :path.event_id::bigint
RETURNING {columns}

-- name: public_event_list
-- Strangers' filters are evaluated by public_events_found, whose cost is bounded.
SELECT {columns e}, f.scan_end
FROM public_events_found(:query.organization::text, :query.kind::text, :query.text::text, :query.starts_after::timestamptz,
  :query.starts_before::timestamptz, :page.cursor_1::timestamptz, :page.cursor_2::bigint, :page.limit::int) f
JOIN events e ON e.organization_id = f.organization_id AND e.id = f.id
ORDER BY f.scan_end, e.start_time, e.id

-- name: public_event_get
-- Read a public event by id. Ids can be enumerated, so an unlisted event is found only by its slug.
SELECT {columns} FROM events WHERE id = :path.event_id::bigint AND visibility = 'public'

-- name: public_event_get_by_slug
SELECT {columns e}
FROM events e
WHERE e.organization_id = (SELECT o.id FROM organizations o WHERE o.slug = :path.organization_slug::text)
  AND e.slug = :path.slug::text

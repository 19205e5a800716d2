-- SPDX-License-Identifier: GPL-3.0-or-later
-- Turfs: cut, distribute, walk. The rules are in db/functions/turf; see docs/internals/turf.md.

-- name: turf_preview
SELECT {columns p} FROM turf_preview(:call.organization_id::bigint, :body::jsonb) p

-- name: turf_cut_start
SELECT {columns c} FROM turf_cut_begin(:call.organization_id::bigint, :call.user_id::bigint, :body::jsonb) c

-- name: turf_cut_list
SELECT {columns} FROM turf_cuts
WHERE organization_id = :call.organization_id::bigint AND (:page.cursor_1::bigint IS NULL OR id < :page.cursor_1::bigint)
ORDER BY id DESC LIMIT :page.limit::int

-- name: turf_cut_get
SELECT {columns} FROM turf_cuts WHERE organization_id = :call.organization_id::bigint AND id = :path.cut_id::bigint

-- name: turf_cut_cancel
SELECT {columns c} FROM turf_cut_cancel(:call.organization_id::bigint, :path.cut_id::bigint) c

-- name: turf_cut_publish
SELECT {columns c} FROM turf_publish_cut(:call.organization_id::bigint, :path.cut_id::bigint) c

-- name: turf_list
SELECT {columns t} FROM turfs_shown t
WHERE t.organization_id = :call.organization_id::bigint AND (:page.cursor_1::bigint IS NULL OR t.id > :page.cursor_1::bigint)
  AND (:query.state::text IS NULL OR t.state = :query.state::text)
  AND (:query.assigned_user_id::bigint IS NULL OR t.assigned_user_id = :query.assigned_user_id::bigint)
  AND (:query.event_id::bigint IS NULL OR t.event_id = :query.event_id::bigint)
  AND (:query.cut_id::bigint IS NULL OR t.cut_id = :query.cut_id::bigint)
  AND (right_has(:call.rights::jsonb, 'manage_canvass')
       OR t.id IN (SELECT s.id FROM scope_turfs(:call.organization_id::bigint, :call.actor::text, :call.user_id::bigint) s))
ORDER BY t.id LIMIT :page.limit::int

-- name: turf_list_mine
SELECT {columns t} FROM turfs_shown t
WHERE t.organization_id = :call.organization_id::bigint AND (:page.cursor_1::bigint IS NULL OR t.id > :page.cursor_1::bigint)
  AND t.id IN (SELECT s.id FROM scope_turfs(:call.organization_id::bigint, :call.actor::text, :call.user_id::bigint) s)
ORDER BY t.id LIMIT :page.limit::int

-- name: turf_get
SELECT {columns t} FROM turfs_shown t
WHERE t.organization_id = :call.organization_id::bigint AND t.id = :path.turf_id::bigint
  AND (right_has(:call.rights::jsonb, 'manage_canvass')
       OR t.id IN (SELECT s.id FROM scope_turfs(:call.organization_id::bigint, :call.actor::text, :call.user_id::bigint) s))

-- name: turf_update
SELECT {columns t}
FROM turf_change(:call.organization_id::bigint, :path.turf_id::bigint, :body::jsonb, :call.if_match::bigint) t

-- name: turf_delete
DELETE FROM canvass_routes t
WHERE t.organization_id = :call.organization_id::bigint AND t.id = :path.turf_id::bigint
  AND assert_version(t.version, :call.if_match::bigint)
  AND assert_rule(t.state = 'draft', 'turf_state', 'A turf that was published is closed, not deleted.')
RETURNING t.id

-- name: turf_door_list
SELECT {columns d} FROM turf_doors_shown d
WHERE d.organization_id = :call.organization_id::bigint AND d.route_id = :path.turf_id::bigint
  AND scope_assert_turf(:call.organization_id::bigint, :call.actor::text, :call.user_id::bigint, :call.rights::jsonb,
                        :path.turf_id::bigint)
  AND (right_has(:call.rights::jsonb, 'manage_canvass')
       OR d.door_id IN (SELECT s.door_id FROM scope_doors(:call.organization_id::bigint, :call.actor::text, :call.user_id::bigint) s
                        WHERE s.route_id = :path.turf_id::bigint))
  AND (:page.cursor_1::int IS NULL OR d.position > :page.cursor_1::int)
ORDER BY d.position LIMIT :page.limit::int

-- name: turf_take
SELECT {columns t} FROM turf_take(:call.organization_id::bigint, :call.actor::text, :call.user_id::bigint, :body.code::text) t

-- name: turf_publish
SELECT {columns t} FROM turf_change_state(:call.organization_id::bigint, :path.turf_id::bigint, 'publish', :call.if_match::bigint) t

-- name: turf_unpublish
SELECT {columns t} FROM turf_change_state(:call.organization_id::bigint, :path.turf_id::bigint, 'unpublish', :call.if_match::bigint) t

-- name: turf_take_back
SELECT {columns t} FROM turf_change_state(:call.organization_id::bigint, :path.turf_id::bigint, 'take_back', :call.if_match::bigint) t

-- name: turf_close
SELECT {columns t} FROM turf_change_state(:call.organization_id::bigint, :path.turf_id::bigint, 'close', :call.if_match::bigint) t

-- name: turf_reopen
SELECT {columns t} FROM turf_change_state(:call.organization_id::bigint, :path.turf_id::bigint, 'reopen', :call.if_match::bigint) t

-- name: turf_finish
SELECT {columns t} FROM turf_change_state(:call.organization_id::bigint,
  CASE WHEN right_has(:call.rights::jsonb, 'manage_canvass')
            OR scope_has_turf(:call.organization_id::bigint, :call.actor::text, :call.user_id::bigint, :path.turf_id::bigint)
       THEN :path.turf_id::bigint END, 'done', NULL) t

-- name: turf_return
SELECT {columns t}
FROM turf_return(:call.organization_id::bigint, :call.actor::text, :call.user_id::bigint, :path.turf_id::bigint) t

-- name: turf_expire
SELECT turf_expire(:call.organization_id::bigint) AS n

-- The ground: buildings with their doors, and the streets around --------------------------------------

-- name: turf_cut_snap
SELECT buildings_snap(:call.organization_id::bigint) AS n

-- name: turf_cut_read
SELECT method, state, request ->> 'target_doors' AS target_doors, request ->> 'target_minutes' AS target_minutes,
       COALESCE(request ->> 'mode', 'street') AS mode, COALESCE((request ->> 'by_precinct')::boolean, false) AS by_precinct
FROM turf_cuts WHERE organization_id = :call.organization_id::bigint AND id = :arg.cut_id::bigint

-- name: turf_cut_step
SELECT turf_cut_step(:call.organization_id::bigint, :arg.cut_id::bigint, :arg.step::text, :arg.progress::float8) AS goes_on

-- name: turf_cut_wanted
SELECT state IN ('queued', 'running') AS wanted FROM turf_cuts
WHERE organization_id = :call.organization_id::bigint AND id = :arg.cut_id::bigint

-- name: turf_cut_fail
UPDATE turf_cuts SET state = 'failed', error = :arg.error::text
WHERE organization_id = :call.organization_id::bigint AND id = :arg.cut_id::bigint AND state IN ('queued', 'running')

-- name: turf_cut_store
SELECT turf_cut_store(:call.organization_id::bigint, :arg.cut_id::bigint, :arg.turfs::jsonb, :arg.seconds::float8) AS stored

-- name: turf_cut_points
SELECT b.latitude, b.longitude, COALESCE(b.segment_id, -1) AS segment_id, b.side, COALESCE(b.measure_m, 0) AS measure_m,
       COALESCE(b.setback_m, 0) AS setback_m, COALESCE(house_number(b.number), -1) AS number,
       COALESCE(dense_rank() OVER (ORDER BY b.street_key) - 1, -1) AS street,
       dense_rank() OVER (ORDER BY f.part) - 1 AS part, f.doors
FROM (SELECT x.building_id, x.part,
             array_agg(x.door_id ORDER BY house_number(d.unit) NULLS FIRST, d.unit, d.id) AS doors
      FROM turf_cuts c
      CROSS JOIN LATERAL turf_doors(c.organization_id, c.request) x
      JOIN doors d ON d.organization_id = c.organization_id AND d.id = x.door_id
      WHERE c.organization_id = :call.organization_id::bigint AND c.id = :arg.cut_id::bigint AND x.state = 'free'
      GROUP BY 1, 2) f
JOIN buildings b ON b.organization_id = :call.organization_id::bigint AND b.id = f.building_id
ORDER BY b.id, f.part

-- name: turf_points
-- Read the doors of turfs; of a turf that many people share by one code, only the doors that are
-- free for the actor.
SELECT b.latitude, b.longitude, COALESCE(b.segment_id, -1) AS segment_id, b.side, COALESCE(b.measure_m, 0) AS measure_m,
       COALESCE(b.setback_m, 0) AS setback_m, COALESCE(house_number(b.number), -1) AS number,
       dense_rank() OVER (ORDER BY b.street_key) - 1 AS street, 0 AS part, f.doors
FROM (SELECT d.building_id, array_agg(d.id ORDER BY r.position) AS doors
      FROM canvass_route_doors r
      JOIN doors d ON d.organization_id = r.organization_id AND d.id = r.door_id
      WHERE r.organization_id = :call.organization_id::bigint AND r.route_id = :arg.turf_id::bigint
        AND (:arg.free_for::text IS NULL OR r.state = 'todo' AND r.active
             AND d.do_not_knock_at IS NULL
             AND NOT EXISTS (SELECT FROM doors_hidden h WHERE h.organization_id = r.organization_id AND h.door_id = d.id)
             AND (r.held_until IS NULL OR r.held_until <= now() OR r.held_by = :arg.free_for::text))
      GROUP BY 1) f
JOIN buildings b ON b.organization_id = :call.organization_id::bigint AND b.id = f.building_id
WHERE b.latitude IS NOT NULL
ORDER BY b.id

-- name: turf_segments
SELECT s.id, dense_rank() OVER (ORDER BY s.a) - 1 AS node, s.is_a, s.length_m, s.crossing
FROM (SELECT g.id, CASE WHEN e.is_a THEN g.node_a ELSE g.node_b END AS a, e.is_a, g.length_m,
             CASE g.road_class WHEN 'path' THEN 5 WHEN 'local' THEN 20 WHEN 'collector' THEN 45 WHEN 'arterial' THEN 100
                               ELSE 400 END AS crossing
      FROM segments_within(:call.organization_id::bigint, ST_MakeEnvelope(:arg.west::float8, :arg.south::float8,
        :arg.east::float8,
                                                                     :arg.north::float8, 4326)) g
      CROSS JOIN (VALUES (true), (false)) e (is_a)) s
ORDER BY s.id, s.is_a DESC

-- By hand ------------------------------------------------------------------------------------------

-- name: turf_lock
-- Lock the drafts. Returns 0 when the turf in the path does not exist, whether or not the others
-- do.
SELECT CASE WHEN EXISTS (SELECT FROM canvass_routes t
                         WHERE t.organization_id = :call.organization_id::bigint AND t.id = :path.turf_id::bigint)
            THEN turf_lock_drafts(:call.organization_id::bigint, ARRAY[:path.turf_id::bigint]
                   || ARRAY(SELECT jsonb_array_elements_text(COALESCE(:arg.others::jsonb, '[]'))::bigint))
            ELSE 0 END AS n

-- name: turf_add
SELECT array_to_json(turf_add_doors(:call.organization_id::bigint, :path.turf_id::bigint, :arg.doors::bigint[])) AS lost

-- name: turf_remove
DELETE FROM canvass_route_doors
WHERE organization_id = :call.organization_id::bigint AND route_id = :path.turf_id::bigint
  AND door_id = ANY (:arg.doors::bigint[])

-- name: turf_absorb
WITH last AS (SELECT COALESCE(max(position), 0) AS n FROM canvass_route_doors
              WHERE organization_id = :call.organization_id::bigint AND route_id = :path.turf_id::bigint),
sorted AS (SELECT id, row_number() OVER (ORDER BY route_id, position) AS n FROM canvass_route_doors
           WHERE organization_id = :call.organization_id::bigint AND route_id = ANY (:arg.turfs::bigint[])
             AND route_id <> :path.turf_id::bigint)
UPDATE canvass_route_doors d SET route_id = :path.turf_id::bigint, position = last.n + sorted.n
FROM sorted, last WHERE d.organization_id = :call.organization_id::bigint AND d.id = sorted.id

-- name: turf_insert_copy
SELECT turf_insert_copy(:call.organization_id::bigint, :path.turf_id::bigint, t.name || ' ' || :arg.suffix::text,
  :call.user_id::bigint) AS id
FROM canvass_routes t WHERE t.organization_id = :call.organization_id::bigint AND t.id = :path.turf_id::bigint

-- name: turf_hand_over
UPDATE canvass_route_doors SET route_id = :arg.to_turf::bigint
WHERE organization_id = :call.organization_id::bigint AND route_id = :path.turf_id::bigint
  AND door_id = ANY (:arg.doors::bigint[])

-- name: turf_drop_empty
SELECT turf_drop_empty(:call.organization_id::bigint, :arg.turfs::bigint[])

-- name: turf_walk_store
SELECT turf_walk_store(:call.organization_id::bigint, :arg.turf_id::bigint, :arg.doors::bigint[], :arg.length::float8,
  :arg.minutes::float8)

-- name: turf_briefs
SELECT jsonb_agg(jsonb_build_object('id', t.id, 'name', t.name, 'door_count', t.door_count, 'voter_count', t.voter_count,
                                    'length_m', t.length_m, 'minutes', t.minutes, 'version', t.version)
                 ORDER BY array_position(:arg.turfs::bigint[], t.id)) AS turfs
FROM canvass_routes t WHERE t.organization_id = :call.organization_id::bigint AND t.id = ANY (:arg.turfs::bigint[])

-- One code for many ----------------------------------------------------------------------------------

-- name: turf_hold_begin
SELECT turf_hold_begin(:call.organization_id::bigint, :call.actor::text, :call.user_id::bigint, :path.turf_id::bigint) AS fine,
       :call.actor::text AS actor

-- name: turf_hold
SELECT :path.turf_id::bigint AS turf_id, h.held_until, h.held
FROM turf_hold(:call.organization_id::bigint, :call.actor::text, :path.turf_id::bigint, :arg.doors::bigint[],
  :body.minutes::bigint) h

-- On paper -------------------------------------------------------------------------------------------

-- name: turf_paper
SELECT t.id, t.name, t.code, t.state, t.door_count, t.voter_count, t.length_m, t.minutes, t.notes, t.team, t.version,
       t.script_id, t.expires_at, e.title AS event_title, 
       (SELECT to_char(now() AT TIME ZONE o.timezone, 'YYYY-MM-DD HH24:MI') FROM organizations o
        WHERE o.id = :call.organization_id::bigint) AS printed,
       COALESCE(t.assigned_name, t.takers #>> '{0,name}') AS whose,
       (SELECT o.name FROM organizations o WHERE o.id = :call.organization_id::bigint) AS organization
FROM turfs_shown t
LEFT JOIN events e ON e.organization_id = t.organization_id AND e.id = t.event_id
WHERE t.organization_id = :call.organization_id::bigint AND t.id = :path.turf_id::bigint
  AND (right_has(:call.rights::jsonb, 'manage_canvass')
       OR t.id IN (SELECT s.id FROM scope_turfs(:call.organization_id::bigint, :call.actor::text, :call.user_id::bigint) s))

-- name: turf_paper_doors
SELECT d.position, d.door_id, d.building_id, COALESCE(d.number, '') AS number, COALESCE(d.street, d.address) AS street,
       d.unit, d.state, d.latitude, d.longitude, d.access_note, v.id AS voter_id,
       -- Names in capitals are hard to read aloud, so their case is corrected.
       concat_ws(' ', CASE WHEN n.name = upper(n.name) THEN initcap(n.name) ELSE n.name END, v.name_suffix) AS name,
       concat_ws(' ', d.city, d.zip5) AS place,
       concat_ws(' · ', CASE WHEN c.by_phone THEN v.phones ->> 0 END,
         replace(v.last_disposition, '_', ' ') || to_char(v.last_contact_at, ' MM/DD'),
         (SELECT string_agg(g.name, ', ' ORDER BY g.name) FROM voter_tags w
          JOIN tags g ON g.organization_id = w.organization_id AND g.id = w.tag_id
          WHERE w.organization_id = v.organization_id AND w.voter_id = v.id)) AS known,
       COALESCE(extract(year FROM age(v.birth_date))::int, extract(year FROM now())::int - v.birth_year) AS age,
       v.sex, v.party, v.support_level
FROM turf_doors_shown d
LEFT JOIN turf_people(:call.organization_id::bigint, :path.turf_id::bigint) p ON p.door_id = d.door_id
LEFT JOIN voters v ON v.organization_id = :call.organization_id::bigint AND v.id = p.voter_id
LEFT JOIN doors o ON o.organization_id = d.organization_id AND o.id = d.door_id
CROSS JOIN LATERAL (SELECT concat_ws(' ', v.first_name, v.middle_name, v.last_name) AS name) n
-- Telephone numbers are shown only if the script may be used for calls, as in packs
-- (field_turf_lines).
LEFT JOIN LATERAL (
  SELECT k.channels ? 'phone' AS by_phone FROM canvass_routes t
  JOIN scripts k ON k.organization_id = t.organization_id AND k.id = t.script_id
  WHERE t.organization_id = d.organization_id AND t.id = d.route_id) c ON true
WHERE d.organization_id = :call.organization_id::bigint AND d.route_id = :path.turf_id::bigint AND d.state <> 'done'
  AND o.do_not_knock_at IS NULL
  -- If a person became confidential after the cut, the door is on no paper, not even an
  -- organizer's.
  AND NOT EXISTS (SELECT FROM doors_hidden h WHERE h.organization_id = d.organization_id AND h.door_id = d.door_id)
  AND (right_has(:call.rights::jsonb, 'manage_canvass')
       OR d.door_id IN (SELECT s.door_id FROM scope_doors(:call.organization_id::bigint, :call.actor::text, :call.user_id::bigint) s
                        WHERE s.route_id = :path.turf_id::bigint))
ORDER BY d.position, voter_sort_key(v.first_name, v.last_name) COLLATE "C", v.id

-- name: turf_paper_streets
SELECT s.name, s.road_class, ST_AsGeoJSON(s.line, 6)::jsonb -> 'coordinates' AS line
FROM segments_within(:call.organization_id::bigint, ST_MakeEnvelope(:arg.west::float8, :arg.south::float8, :arg.east::float8,
  :arg.north::float8,
                                                               4326)) s
ORDER BY s.id

-- name: turf_paper_script
-- question: number of a question that can be answered by boxes or on a line; boxes: the letters of
-- its boxes, such as "a|b".
SELECT q.position, q.text, q.boxes, q.options,
       CASE WHEN q.kind <> 'text' THEN (count(*) FILTER (WHERE q.kind <> 'text') OVER (ORDER BY q.position, q.id))::text ELSE '' END AS question
FROM (
  SELECT s.id, s.position, s.kind, COALESCE(s.texts ->> (c.languages ->> 0), s.texts ->> 'en', '') AS text,
         CASE s.kind WHEN 'scale' THEN (SELECT string_agg(n::text, '|' ORDER BY n) FROM generate_series(s.scale_min, s.scale_max) n)
           ELSE o.boxes END AS boxes,
         CASE s.kind WHEN 'support' THEN 'the boxes 1 to 5' ELSE o.options END AS options
  FROM script_steps s JOIN scripts c ON c.organization_id = s.organization_id AND c.id = s.script_id
  CROSS JOIN LATERAL (
    SELECT string_agg(p.letter, '|' ORDER BY p.n) AS boxes, string_agg(p.letter || ' ' || p.text, ' · ' ORDER BY p.n) AS options
    FROM (SELECT row_number() OVER (ORDER BY o.position, o.id) AS n,
                 chr(96 + (row_number() OVER (ORDER BY o.position, o.id))::int) AS letter,
                 COALESCE(o.texts ->> (c.languages ->> 0), o.texts ->> 'en', '') AS text
          FROM script_options o WHERE o.organization_id = s.organization_id AND o.step_id = s.id AND o.archived_at IS NULL) p
    WHERE s.kind IN ('single', 'multi')) o
  WHERE s.organization_id = :call.organization_id::bigint AND s.script_id = :arg.script_id::bigint AND s.archived_at IS NULL) q
ORDER BY q.position, q.id

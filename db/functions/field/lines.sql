-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- The lines of a pack: doors, people, attendees, and changes since a cursor.

-- Returns a person's age band for canvassers, because packs contain no birth dates.
CREATE OR REPLACE FUNCTION age_band(birth_year int) RETURNS text
LANGUAGE sql STABLE
AS $$
  SELECT CASE WHEN age < 25 THEN '18-24' WHEN age < 35 THEN '25-34' WHEN age < 50 THEN '35-49'
              WHEN age < 65 THEN '50-64' WHEN age >= 65 THEN '65+' END
  FROM (SELECT extract(year FROM now()) - birth_year) a (age)
$$;

-- Returns the lines of a turf's pack that belong to no door: turf, script, dispositions, tags.
CREATE OR REPLACE FUNCTION field_turf_head(organization bigint, route bigint)
RETURNS TABLE (part int, rank bigint, door bigint, person bigint, line jsonb)
LANGUAGE sql STABLE
AS $$
  WITH turf AS (
    SELECT r.* FROM canvass_routes r WHERE r.organization_id = organization AND r.id = route
  )
  SELECT 1, 0::bigint, NULL::bigint, NULL::bigint, jsonb_build_object('line', 'turf', 'id', t.id, 'name', t.name,
    'state', t.state, 'notes', t.notes, 'script_id', t.script_id, 'length_m', t.length_m, 'minutes', t.minutes,
    'expires_at', field_time(t.expires_at), 'version', t.version)
  FROM turf t
  UNION ALL
  SELECT 2, s.id, NULL, NULL, jsonb_build_object('line', 'script', 'id', s.id, 'name', s.name,
    'languages', s.languages, 'version', s.version, 'steps', COALESCE((
      SELECT jsonb_agg(jsonb_build_object('id', p.id, 'position', p.position, 'kind', p.kind, 'texts', p.texts,
        'required', p.required, 'scale_min', p.scale_min, 'scale_max', p.scale_max,
        'show_if_option_id', p.show_if_option_id, 'options', COALESCE((
          SELECT jsonb_agg(jsonb_build_object('id', o.id, 'position', o.position, 'texts', o.texts,
            'support_level', o.support_level) ORDER BY o.position, o.id)
          FROM script_options o WHERE o.organization_id = organization AND o.step_id = p.id
            AND o.archived_at IS NULL), '[]')) ORDER BY p.position, p.id)
      FROM script_steps p WHERE p.organization_id = organization AND p.script_id = s.id
        AND p.archived_at IS NULL), '[]'))
  FROM turf t JOIN scripts s ON s.organization_id = organization AND s.id = t.script_id
  UNION ALL
  SELECT 3, d.position, NULL, NULL, jsonb_build_object('line', 'disposition', 'code', d.code, 'level', d.level,
    'position', d.position, 'reached', d.reached, 'finishes', d.finishes, 'channels', to_jsonb(d.channels))
  FROM dispositions d
  UNION ALL
  SELECT 4, g.id, NULL, NULL, jsonb_build_object('line', 'tag', 'id', g.id, 'name', g.name)
  FROM tags g WHERE g.organization_id = organization
$$;

-- Returns all lines of a turf's pack in order. canvasser: the person who takes the pack. person,
-- door: the voter and the door of a line.
CREATE OR REPLACE FUNCTION field_turf_lines(organization bigint, actor text, canvasser bigint, route bigint)
RETURNS TABLE (part int, rank bigint, door bigint, person bigint, line jsonb)
LANGUAGE sql STABLE
AS $$
  WITH turf AS (
    SELECT r.*, s.channels FROM canvass_routes r
    LEFT JOIN scripts s ON s.organization_id = organization AND s.id = r.script_id
    WHERE r.organization_id = organization AND r.id = route
  ), here AS (
    SELECT x.position, x.state, d.id, d.unit, d.precinct, d.do_not_knock_at, d.version, b.id AS building_id,
           b.address, b.city, b.zip5, b.latitude, b.longitude, b.segment_id, b.side, b.inaccessible_at, b.access_note
    FROM scope_doors(organization, actor, canvasser) x
    JOIN doors d ON d.organization_id = organization AND d.id = x.door_id
    JOIN buildings b ON b.organization_id = organization AND b.id = d.building_id
    WHERE x.route_id = route
  )
  SELECT f.* FROM field_turf_head(organization, route) f
  UNION ALL
  SELECT 5, s.id, NULL, NULL, jsonb_build_object('line', 'street', 'id', s.id, 'name', s.name,
    'road_class', s.road_class, 'geometry', ST_AsGeoJSON(s.line, 6)::jsonb)
  FROM (SELECT ST_SetSRID(ST_Expand(ST_Extent(map_point(h.latitude, h.longitude))::geometry, 0.002), 4326) AS box
        FROM here h) area
  JOIN street_segments s ON s.organization_id = organization AND s.line && area.box
  UNION ALL
  SELECT 6, 2 * h.position, h.id, NULL, jsonb_build_object('line', 'door', 'id', h.id, 'position', h.position,
    'state', h.state, 'building_id', h.building_id, 'address', h.address, 'unit', h.unit, 'city', h.city,
    'zip5', h.zip5, 'precinct', h.precinct, 'latitude', h.latitude, 'longitude', h.longitude,
    'segment_id', h.segment_id, 'side', h.side, 'do_not_knock', h.do_not_knock_at IS NOT NULL,
    'inaccessible', h.inaccessible_at IS NOT NULL, 'access_note', h.access_note,
    'last_contact_id', COALESCE(last.id, 0), 'last_contact_at', field_time(last.occurred_at),
    'last_disposition', last.disposition, 'version', h.version)
  FROM here h
  LEFT JOIN LATERAL (
    SELECT c.id, c.occurred_at, c.disposition FROM voter_contacts c
    WHERE c.organization_id = organization AND c.door_id = h.id
    ORDER BY c.occurred_at DESC, c.id DESC LIMIT 1) last ON true
  UNION ALL
  -- People behind a do-not-knock door are left out: their names are not needed there.
  SELECT 6, 2 * h.position + 1, h.id, v.id, jsonb_build_object('line', 'person', 'id', v.id, 'door_id', h.id,
    'household_id', v.household_id, 'first_name', v.first_name, 'last_name', v.last_name,
    'age_band', age_band(v.birth_year), 'party', v.party, 'support_level', v.support_level,
    'last_disposition', v.last_disposition, 'last_contact_at', field_time(v.last_contact_at),
    'quiet_until', field_time(v.quiet_until), 'last_contact_id', COALESCE(last.id, 0),
    'phones', CASE WHEN t.channels ? 'phone' THEN v.phones ELSE '[]' END,
    'tags', COALESCE((SELECT jsonb_agg(g.name ORDER BY g.name) FROM voter_tags w
                      JOIN tags g ON g.organization_id = organization AND g.id = w.tag_id
                      WHERE w.organization_id = organization AND w.voter_id = v.id), '[]'), 'version', v.version)
  FROM here h CROSS JOIN turf t
  JOIN voters_visible v ON v.organization_id = organization AND v.door_id = h.id
  LEFT JOIN LATERAL (
    SELECT max(c.id) AS id FROM voter_contacts c
    WHERE c.organization_id = organization AND c.voter_id = v.id) last ON true
  WHERE h.do_not_knock_at IS NULL AND v.unreachable IS NULL
    AND consent_allows(organization, v.id, 'door', 'campaign')
$$;

CREATE OR REPLACE FUNCTION field_event_lines(organization bigint, event bigint)
RETURNS TABLE (part int, rank bigint, door bigint, person bigint, line jsonb)
LANGUAGE sql STABLE
AS $$
  SELECT 1, 0::bigint, NULL::bigint, NULL::bigint, jsonb_build_object('line', 'event', 'id', e.id, 'title', e.title,
    'start_time', field_time(e.start_time), 'end_time', field_time(e.end_time), 'timezone', e.timezone,
    'version', e.version)
  FROM events e WHERE e.organization_id = organization AND e.id = event
  UNION ALL
  SELECT 7, row_number() OVER (ORDER BY a.sort_key, a.id), NULL, a.id, jsonb_build_object('line', 'attendee',
    'id', a.id, 'first_name', a.first_name, 'last_name', a.last_name, 'status', a.status,
    'guest_count', a.guest_count, 'notes', a.notes, 'checked_in_at', field_time(a.checked_in_at),
    'checked_in_by', a.checked_in_by, 'version', a.version)
  FROM event_attendees a WHERE a.organization_id = organization AND a.event_id = event
$$;

-- Returns the changes since a position in the feed, as far as packs contain them. whole: the whole
-- pack must be sent, because there are too many changes or a delta cannot express them.
CREATE OR REPLACE FUNCTION field_changed(organization bigint, since_xid xid8, since_id bigint, OUT whole boolean,
  OUT doors bigint[], OUT people bigint[], OUT attendees bigint[])
LANGUAGE sql STABLE
AS $$
  WITH news AS (
    SELECT c.entity, c.entity_id, c.op FROM changes c
    WHERE c.organization_id = organization AND (c.xid, c.id) > (since_xid, since_id)
      AND c.xid < pg_snapshot_xmin(pg_current_snapshot())
      AND c.entity IN ('voter', 'door', 'building', 'household', 'consent', 'voter_tag', 'contact', 'attendee',
                       'disposition', 'street_segment', 'script', 'script_step', 'script_option', 'tag')
    LIMIT 20001
  ), contacts AS (
    SELECT v.voter_id, v.door_id, v.building_id FROM news n
    JOIN voter_contacts v ON v.organization_id = organization AND v.id = n.entity_id WHERE n.entity = 'contact'
  )
  SELECT
    -- The change of a removed tag does not name the person.
    (SELECT count(*) > 20000 OR bool_or(n.entity_id IS NULL) OR bool_or(n.entity = 'street_segment')
            OR bool_or(n.entity IN ('voter_tag', 'tag') AND n.op <> 'insert') FROM news n),
    (SELECT array_agg(DISTINCT d) FROM (
       SELECT n.entity_id FROM news n WHERE n.entity = 'door'
       UNION ALL SELECT c.door_id FROM contacts c
       UNION ALL SELECT d.id FROM doors d WHERE d.organization_id = organization AND d.building_id IN (
         SELECT n.entity_id FROM news n WHERE n.entity = 'building' UNION SELECT c.building_id FROM contacts c)) a (d)),
    (SELECT array_agg(DISTINCT p) FROM (
       SELECT n.entity_id FROM news n WHERE n.entity = 'voter'
       UNION ALL SELECT c.voter_id FROM contacts c
       UNION ALL SELECT k.voter_id FROM news n
         JOIN consents k ON k.organization_id = organization AND k.id = n.entity_id WHERE n.entity = 'consent'
       UNION ALL SELECT t.voter_id FROM news n
         JOIN voter_tags t ON t.organization_id = organization AND t.id = n.entity_id WHERE n.entity = 'voter_tag') a (p)),
    (SELECT array_agg(DISTINCT n.entity_id) FROM news n WHERE n.entity = 'attendee')
$$;

GRANT EXECUTE ON FUNCTION age_band(integer), field_turf_head(bigint,bigint), field_turf_lines(bigint,text,bigint,bigint), field_event_lines(bigint,bigint),
  field_changed(bigint,xid8,bigint)
  TO campaign_api;

-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Selects the doors of a cut.

CREATE OR REPLACE FUNCTION house_number(number text) RETURNS int
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT substring(number FROM '^\s*(\d{1,9})')::int $$;

CREATE OR REPLACE FUNCTION turf_streets(request jsonb) RETURNS text[]
LANGUAGE sql IMMUTABLE
AS $$
  SELECT array_agg(s.street ->> 'street' ORDER BY s.n) FROM jsonb_array_elements(request -> 'streets') WITH ORDINALITY s (street, n)
$$;

-- Check a request (TurfRequest in common/api/cc-turf.h): it must select doors in exactly one way,
-- and everything that it names must exist.
CREATE OR REPLACE FUNCTION turf_request_check(organization bigint, request jsonb) RETURNS void
LANGUAGE plpgsql STABLE
AS $$
DECLARE
  method text := request ->> 'method';
  wanted text := CASE method WHEN 'polygon' THEN 'polygon' WHEN 'streets' THEN 'streets' WHEN 'precinct' THEN 'precincts'
                             WHEN 'recut' THEN 'turf_ids' END;
  given record;
BEGIN
  request := jsonb_strip_nulls(request);
  IF wanted IS NOT NULL AND COALESCE(request -> wanted IN ('[]', '{}'), true) THEN
    PERFORM refuse_field(wanted, 'required', format('A cut by %s needs %s.', method, wanted));
  END IF;
  FOR given IN SELECT k FROM unnest(ARRAY['polygon', 'streets', 'precincts', 'turf_ids']) k
    WHERE request ? k AND k IS DISTINCT FROM wanted AND request -> k NOT IN ('[]', '{}') LOOP
    PERFORM refuse_field(given.k, 'not_allowed', format('A cut by %s takes no %s.', method, given.k));
  END LOOP;
  IF request ? 'target_doors' AND request ? 'target_minutes' THEN
    PERFORM refuse_field('target_minutes', 'not_allowed', 'Aim at doors or at minutes, not at both.');
  END IF;
  IF method IN ('auto', 'recut') AND NOT (request ? 'target_doors' OR request ? 'target_minutes') THEN
    PERFORM refuse_field('target_doors', 'required', 'Say how many doors or minutes a turf should have.');
  END IF;
  IF method = 'polygon' THEN
    PERFORM polygon_sent('polygon', request -> 'polygon');
  ELSIF method = 'streets' THEN
    SELECT s.street ->> 'street' AS street INTO given
    FROM jsonb_array_elements(request -> 'streets') WITH ORDINALITY s (street, n)
    WHERE NOT EXISTS (SELECT FROM street_keys(organization, turf_streets(request)) k
                      JOIN buildings b ON b.organization_id = organization AND b.street_key = k.street_key
                      WHERE k.n = s.n) LIMIT 1;
    IF FOUND THEN
      PERFORM refuse_field('streets', 'unknown_reference', format('No building stands in %s.', given.street));
    END IF;
  ELSIF method = 'recut' THEN
    PERFORM filter_ids(request, 'turf_ids');
    SELECT i.value AS id INTO given FROM jsonb_array_elements_text(request -> 'turf_ids') i
    WHERE NOT EXISTS (SELECT FROM canvass_routes t WHERE t.organization_id = organization AND t.id = i.value::bigint
                      AND t.state <> 'closed') LIMIT 1;
    IF FOUND THEN
      PERFORM refuse_field('turf_ids', 'unknown_reference', format('There is no turf %s that could be cut again.', given.id));
    END IF;
  END IF;
  IF request ? 'list_id' AND NOT EXISTS (SELECT FROM voter_lists l WHERE l.organization_id = organization
                                         AND l.id = (request ->> 'list_id')::bigint) THEN
    PERFORM refuse_field('list_id', 'unknown_reference', 'There is no such list.');
  END IF;
  IF request ? 'script_id' AND NOT EXISTS (SELECT FROM scripts s WHERE s.organization_id = organization
      AND s.id = (request ->> 'script_id')::bigint AND s.archived_at IS NULL) THEN
    PERFORM refuse_field('script_id', 'unknown_reference', 'There is no such script.');
  END IF;
END
$$;

-- Returns the doors that a request selects, each with the group (part) by which they are cut.
CREATE OR REPLACE FUNCTION turf_doors_named(organization bigint, request jsonb)
RETURNS TABLE (door_id bigint, building_id bigint, part text)
LANGUAGE plpgsql STABLE ROWS 10000
AS $$
DECLARE
  area geometry;
BEGIN
  CASE request ->> 'method'
  WHEN 'polygon' THEN
    area := filter_polygon('polygon', request -> 'polygon');
    RETURN QUERY SELECT d.id, b.id, ''::text FROM buildings b
      JOIN doors d ON d.organization_id = organization AND d.building_id = b.id
      WHERE b.organization_id = organization AND map_point(b.latitude, b.longitude) && area
        AND ST_Covers(area, map_point(b.latitude, b.longitude));
  WHEN 'streets' THEN
    RETURN QUERY SELECT DISTINCT d.id, b.id, ''::text
      FROM jsonb_array_elements(request -> 'streets') WITH ORDINALITY w (s, n)
      JOIN street_keys(organization, turf_streets(request)) k ON k.n = w.n
      JOIN buildings b ON b.organization_id = organization AND b.street_key = k.street_key
        AND (s ->> 'first' IS NULL OR house_number(b.number) >= (s ->> 'first')::int)
        AND (s ->> 'last' IS NULL OR house_number(b.number) <= (s ->> 'last')::int)
        AND (COALESCE(s ->> 'side', 'both') = 'both'
             OR house_number(b.number) % 2 = CASE s ->> 'side' WHEN 'odd' THEN 1 ELSE 0 END)
      JOIN doors d ON d.organization_id = organization AND d.building_id = b.id;
  WHEN 'precinct' THEN
    RETURN QUERY SELECT d.id, b.id, COALESCE(d.precinct, b.precinct) FROM buildings b
      JOIN doors d ON d.organization_id = organization AND d.building_id = b.id
      WHERE b.organization_id = organization
        AND COALESCE(d.precinct, b.precinct) = ANY (filter_texts(request, 'precincts'));
  WHEN 'recut' THEN
    RETURN QUERY SELECT d.id, d.building_id, ''::text FROM canvass_route_doors r
      JOIN doors d ON d.organization_id = organization AND d.id = r.door_id
      WHERE r.organization_id = organization AND r.route_id = ANY (filter_ids(request, 'turf_ids'))
        AND r.active AND r.state <> 'done';
  ELSE
    RETURN QUERY SELECT d.id, d.building_id, CASE WHEN (request ->> 'by_precinct')::boolean THEN d.precinct END
      FROM doors d WHERE d.organization_id = organization;
  END CASE;
END
$$;

-- Returns for each selected door how a cut uses it:
-- - free: it becomes part of a turf
-- - taken: it is in another active turf (taken_by)
-- - unplaced: it has no position, or only that of its ZIP code
-- - left_out: nobody may be contacted there: do not knock, a confidential address, consent
--   withdrawn by everybody, everybody in a quiet period, or nobody is on the list Without a list,
--   doors without known residents are visited too.
CREATE OR REPLACE FUNCTION turf_doors(organization bigint, request jsonb)
RETURNS TABLE (door_id bigint, building_id bigint, part text, state text, taken_by bigint, voters int, voter_ids jsonb)
LANGUAGE plpgsql STABLE ROWS 10000
AS $$
DECLARE
  list jsonb;
  recut bigint[] := CASE WHEN request ->> 'method' = 'recut' THEN filter_ids(request, 'turf_ids') ELSE '{}' END;
BEGIN
  SELECT l.filter INTO list FROM voter_lists l
  WHERE l.organization_id = organization AND l.id = (request ->> 'list_id')::bigint;
  RETURN QUERY
  -- A recut without its own list is made for the people of the old turfs.
  WITH old AS MATERIALIZED (
    SELECT r.door_id AS door, r.voter_ids AS ids FROM canvass_route_doors r
    WHERE r.organization_id = organization AND r.route_id = ANY (recut) AND r.active AND list IS NULL
      AND r.voter_ids IS NOT NULL),
  wanted AS MATERIALIZED (
    SELECT v.door_id AS door, count(*)::int AS n,
           CASE WHEN list IS NOT NULL OR bool_or(o.door IS NOT NULL) THEN jsonb_agg(v.id ORDER BY v.id) END AS ids
    FROM voters_matching(organization, COALESCE(list, '{}'), 'door') m
    JOIN voters v ON v.organization_id = organization AND v.id = m
    LEFT JOIN old o ON o.door = v.door_id
    WHERE v.door_id IS NOT NULL AND (o.ids IS NULL OR o.ids @> to_jsonb(v.id)) GROUP BY 1),
  lived AS MATERIALIZED (
    SELECT v.door_id AS door, bool_or(v.confidential) AS hidden FROM voters v
    WHERE v.organization_id = organization AND v.door_id IS NOT NULL AND v.merged_into IS NULL
      AND (v.unreachable IS NULL OR v.confidential) GROUP BY 1)
  SELECT h.door_id, h.building_id, h.part,
    CASE WHEN d.do_not_knock_at IS NOT NULL OR l.hidden OR w.door IS NULL AND (list IS NOT NULL OR l.door IS NOT NULL)
           THEN 'left_out'
         WHEN t.route_id IS NOT NULL THEN 'taken'
         WHEN b.latitude IS NULL OR b.location_quality = 'zip' THEN 'unplaced' ELSE 'free' END,
    t.route_id, COALESCE(w.n, 0), w.ids
  FROM turf_doors_named(organization, request) h
  JOIN doors d ON d.organization_id = organization AND d.id = h.door_id
  JOIN buildings b ON b.organization_id = organization AND b.id = h.building_id
  LEFT JOIN wanted w ON w.door = h.door_id
  LEFT JOIN lived l ON l.door = h.door_id
  LEFT JOIN canvass_route_doors t ON t.organization_id = organization AND t.door_id = h.door_id AND t.active
    AND t.route_id <> ALL (recut);
END
$$;

-- Returns the counts of a request, and the turfs that already contain some of its doors.
CREATE OR REPLACE FUNCTION turf_preview(organization bigint, request jsonb,
  OUT doors bigint, OUT voters bigint, OUT buildings bigint, OUT turfs bigint, OUT left_out bigint,
  OUT unplaced bigint, OUT unplaced_doors jsonb, OUT taken bigint, OUT conflicts jsonb)
LANGUAGE plpgsql STABLE
AS $$
BEGIN
  PERFORM turf_request_check(organization, request);
  WITH found AS MATERIALIZED (SELECT * FROM turf_doors(organization, request)),
  taken AS (SELECT f.taken_by AS id, count(*) AS n FROM found f WHERE f.state = 'taken' GROUP BY 1)
  SELECT count(*) FILTER (WHERE f.state = 'free'), COALESCE(sum(f.voters) FILTER (WHERE f.state = 'free'), 0),
    count(DISTINCT f.building_id) FILTER (WHERE f.state = 'free'),
    count(*) FILTER (WHERE f.state = 'left_out'), count(*) FILTER (WHERE f.state = 'unplaced'),
    (SELECT COALESCE(jsonb_agg(jsonb_build_object('door_id', u.door_id, 'address', b.address, 'unit', d.unit)), '[]')
     FROM (SELECT * FROM found WHERE found.state = 'unplaced' ORDER BY found.door_id LIMIT 200) u
     JOIN buildings b ON b.organization_id = organization AND b.id = u.building_id
     JOIN doors d ON d.organization_id = organization AND d.id = u.door_id),
    count(*) FILTER (WHERE f.state = 'taken'),
    (SELECT COALESCE(jsonb_agg(jsonb_build_object('turf_id', t.id, 'name', t.name, 'state', t.state, 'doors', k.n)
                               ORDER BY t.id), '[]')
     FROM taken k JOIN canvass_routes t ON t.organization_id = organization AND t.id = k.id)
  INTO doors, voters, buildings, left_out, unplaced, unplaced_doors, taken, conflicts
  FROM found f;
  -- The number of turfs is computed as by the cut: without a target each part becomes one turf.
  IF request ->> 'target_doors' IS NULL AND request ->> 'target_minutes' IS NULL AND buildings > 2500 AND EXISTS (
    SELECT FROM turf_doors(organization, request) f WHERE f.state = 'free' GROUP BY f.part HAVING count(DISTINCT f.building_id) > 2500) THEN
    PERFORM refuse_field('target_doors', 'required', format('%s buildings are too many for one turf: say how many doors it should have.',
                                                            buildings));
  END IF;
  turfs := CASE WHEN doors = 0 THEN 0
                WHEN request ->> 'target_doors' IS NOT NULL
                  THEN greatest(1, round(doors / (request ->> 'target_doors')::numeric))
                -- Assumes 1.65 minutes per door, and 12 m to the next door at 0.85 m/s.
                WHEN request ->> 'target_minutes' IS NOT NULL
                  THEN greatest(1, round(doors * 1.9 / (request ->> 'target_minutes')::numeric))
                WHEN request ->> 'method' = 'precinct' THEN jsonb_array_length(request -> 'precincts')
                ELSE 1 END;
END
$$;

GRANT EXECUTE ON FUNCTION house_number(text), turf_streets(jsonb),
  turf_request_check(bigint,jsonb), turf_doors_named(bigint,jsonb), turf_doors(bigint,jsonb),
  turf_preview(bigint,jsonb)
  TO campaign_api;

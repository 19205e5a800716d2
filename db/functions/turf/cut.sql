-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Cutting turfs: request, progress, and storing the turfs.

CREATE OR REPLACE FUNCTION turf_cut_begin(organization bigint, person bigint, request jsonb) RETURNS SETOF turf_cuts
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  made turf_cuts;
BEGIN
  PERFORM turf_request_check(organization, request);
  INSERT INTO turf_cuts (organization_id, name, method, request, list_id, script_id, created_by)
  VALUES (organization, request ->> 'name', request ->> 'method', jsonb_strip_nulls(request),
          (request ->> 'list_id')::bigint, (request ->> 'script_id')::bigint, person)
  RETURNING * INTO made;
  PERFORM job_enqueue(organization, 'turf.cut', jsonb_build_object('cut_id', made.id, 'user_id', COALESCE(person, 0),
                                                                   'actor', current_setting('app.actor', true)));
  RETURN NEXT made;
END
$$;

-- Begin the next step of the job. False: the cut was cancelled, or the step was done before.
CREATE OR REPLACE FUNCTION turf_cut_step(organization bigint, cut bigint, step text, done double precision) RETURNS boolean
LANGUAGE plpgsql VOLATILE
AS $$
BEGIN
  UPDATE turf_cuts c SET state = 'running', progress = done, result = jsonb_build_object('step', step)
  WHERE c.organization_id = organization AND c.id = cut AND c.state IN ('queued', 'running');
  RETURN FOUND;
END
$$;

-- Close the old turfs of a recut, because their remaining doors were cut again: drafts are deleted,
-- other turfs are closed and keep their completed doors.
CREATE OR REPLACE FUNCTION turf_cut_close_old(organization bigint, old bigint[]) RETURNS void
LANGUAGE plpgsql VOLATILE
AS $$
BEGIN
  DELETE FROM canvass_routes t WHERE t.organization_id = organization AND t.id = ANY (old) AND t.state = 'draft';
  UPDATE canvass_routes t SET state = 'closed', closed_at = now()
  WHERE t.organization_id = organization AND t.id = ANY (old) AND t.state <> 'closed';
  UPDATE canvass_route_doors d SET active = false, held_by = NULL, held_until = NULL
  WHERE d.organization_id = organization AND d.route_id = ANY (old) AND d.active;
  UPDATE turf_takers k SET returned_at = now()
  WHERE k.organization_id = organization AND k.route_id = ANY (old) AND k.returned_at IS NULL;
END
$$;

-- Compute counts and area of turfs from their doors. Counts the people whom a walk list would name,
-- as turf_preview does.
CREATE OR REPLACE FUNCTION turf_measure(organization bigint, turfs bigint[]) RETURNS void
LANGUAGE sql VOLATILE
AS $$
  UPDATE canvass_routes t SET door_count = c.doors, voter_count = c.voters, doors_done = c.done,
    polygon = COALESCE(c.hull, t.polygon)
  FROM (
    WITH lived AS MATERIALIZED (
      SELECT d.route_id, v.id FROM canvass_route_doors d
      JOIN voters v ON v.organization_id = organization AND v.door_id = d.door_id
      WHERE d.organization_id = organization AND d.route_id = ANY (turfs)
        AND (d.voter_ids IS NULL OR d.voter_ids @> to_jsonb(v.id))),
    asked AS MATERIALIZED (
      SELECT l.route_id, count(*) AS n FROM lived l
      JOIN voters_matching(organization, CASE WHEN cardinality(turfs) > 20 THEN '{}'
        ELSE jsonb_build_object('ids', (SELECT COALESCE(jsonb_agg(id), '[0]') FROM lived)) END, 'door') m ON m = l.id
      GROUP BY 1)
    SELECT d.route_id, count(*) AS doors, count(*) FILTER (WHERE d.state = 'done') AS done,
           COALESCE((SELECT a.n FROM asked a WHERE a.route_id = d.route_id), 0) AS voters,
           -- The area has a margin of about ten metres, so that a single building has an area.
           ST_Buffer(ST_ConvexHull(ST_Collect(map_point(b.latitude, b.longitude))), 0.0001, 'quad_segs=2') AS hull
    FROM canvass_route_doors d
    JOIN doors o ON o.organization_id = organization AND o.id = d.door_id
    JOIN buildings b ON b.organization_id = organization AND b.id = o.building_id
    WHERE d.organization_id = organization AND d.route_id = ANY (turfs) GROUP BY 1) c
  WHERE t.organization_id = organization AND t.id = c.route_id
$$;

-- Trigger: a person became confidential or stopped being so. Update the counts of the turf that
-- contains the person's door, because hidden doors do not count. Imports, which change many people
-- at once, do not update counts of turfs.
CREATE OR REPLACE FUNCTION turf_follow_confidential() RETURNS trigger
LANGUAGE plpgsql VOLATILE
AS $$
BEGIN
  PERFORM turf_measure(NEW.organization_id, ARRAY(
    SELECT d.route_id FROM canvass_route_doors d
    WHERE d.organization_id = NEW.organization_id AND d.door_id = NEW.door_id AND d.active));
  RETURN NULL;
END
$$;

-- Store the drafts of a cut with their doors. @kept of the @sent doors are stored: a door is left
-- out when it was added to another turf meanwhile, or must not be knocked any more. @people:
-- {"door": [voters for whom the cut was made]}.
CREATE OR REPLACE FUNCTION turf_cut_insert(organization bigint, this turf_cuts, turfs jsonb, people jsonb,
  OUT made bigint[], OUT kept bigint, OUT sent bigint)
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  digits int := length(jsonb_array_length(turfs)::text);
BEGIN
  WITH given AS MATERIALIZED (
    SELECT nextval(pg_get_serial_sequence('canvass_routes', 'id')) AS id, t.ordinality AS n, t.value AS turf
    FROM jsonb_array_elements(turfs) WITH ORDINALITY t),
  routes AS (
    INSERT INTO canvass_routes (organization_id, id, cut_id, name, script_id, length_m, minutes, polygon, created_by)
    SELECT organization, g.id, this.id,
           CASE WHEN jsonb_array_length(turfs) = 1 THEN this.name
                ELSE this.name || ' ' || lpad(g.n::text, digits, '0') END
             || CASE WHEN (g.turf ->> 'tower')::boolean
                     THEN COALESCE(' (' || (SELECT b.address FROM doors d
                                            JOIN buildings b ON b.organization_id = organization AND b.id = d.building_id
                                            WHERE d.organization_id = organization
                                              AND d.id = (g.turf #>> '{doors,0}')::bigint) || ')', '')
                     ELSE '' END,
           this.script_id, (g.turf ->> 'length')::float8, (g.turf ->> 'minutes')::float8, NULL, this.created_by
    FROM given g RETURNING id),
  doors_in AS (
    INSERT INTO canvass_route_doors (organization_id, route_id, door_id, position, voter_ids)
    SELECT organization, g.id, d.value::bigint, d.ordinality, people -> d.value
    FROM given g CROSS JOIN LATERAL jsonb_array_elements_text(g.turf -> 'doors') WITH ORDINALITY d
    JOIN doors o ON o.organization_id = organization AND o.id = d.value::bigint AND o.do_not_knock_at IS NULL
    WHERE EXISTS (SELECT FROM routes r WHERE r.id = g.id)
    ORDER BY g.n, d.ordinality
    ON CONFLICT (organization_id, door_id) WHERE active DO NOTHING
    RETURNING 1)
  SELECT (SELECT array_agg(g.id) FROM given g), (SELECT count(*) FROM doors_in),
         (SELECT sum(jsonb_array_length(g.turf -> 'doors')) FROM given g) INTO made, kept, sent;
END
$$;

-- Returns the totals of the turfs of a cut.
CREATE OR REPLACE FUNCTION turf_cut_sums(organization bigint, made bigint[]) RETURNS jsonb
LANGUAGE sql STABLE
AS $$
  SELECT jsonb_build_object('turfs', count(*), 'doors', COALESCE(sum(t.door_count), 0),
    'voters', COALESCE(sum(t.voter_count), 0), 'smallest', min(t.door_count), 'largest', max(t.door_count),
    'length_m', round(sum(t.length_m)::numeric), 'minutes', round(sum(t.minutes)::numeric),
    'metres_a_door', round((sum(t.length_m) / NULLIF(sum(t.door_count), 0))::numeric, 1))
  FROM canvass_routes t WHERE t.organization_id = organization AND t.id = ANY (made)
$$;

-- Store all drafts of a cut, or none. @turfs: [{"doors": [ids in walking order], "length": metres,
-- "minutes", "tower": bool}]. A door is left out, and counted as such, when it was added to another
-- turf meanwhile or must not be knocked any more. False: the cut was cancelled meanwhile.
CREATE OR REPLACE FUNCTION turf_cut_store(organization bigint, cut bigint, turfs jsonb, seconds double precision) RETURNS boolean
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  this turf_cuts;
  bulk text := COALESCE(current_setting('app.bulk', true), '');
  before record;
  people jsonb;
  made bigint[];
  sent bigint;
  kept bigint;
BEGIN
  SELECT * INTO this FROM turf_cuts c
  WHERE c.organization_id = organization AND c.id = cut AND c.state = 'running' FOR UPDATE;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  SELECT * INTO before FROM turf_preview(organization, this.request);
  PERFORM set_config('app.bulk', 'on', true);
  -- Read the people of each door before the old turfs are closed, because a recut refers to their
  -- doors.
  SELECT jsonb_object_agg(f.door_id, f.voter_ids) INTO people FROM turf_doors(organization, this.request) f
  WHERE f.state = 'free' AND f.voter_ids IS NOT NULL;
  IF this.method = 'recut' THEN
    PERFORM turf_cut_close_old(organization, filter_ids(this.request, 'turf_ids'));
  END IF;
  SELECT i.* INTO made, kept, sent FROM turf_cut_insert(organization, this, turfs, people) i;
  DELETE FROM canvass_routes t WHERE t.organization_id = organization AND t.id = ANY (made)
    AND NOT EXISTS (SELECT FROM canvass_route_doors d WHERE d.organization_id = organization AND d.route_id = t.id);
  PERFORM turf_measure(organization, made);
  PERFORM set_config('app.bulk', bulk, true);
  UPDATE turf_cuts c SET state = 'done', progress = 1, result = turf_cut_sums(organization, made) || jsonb_build_object(
      'left_out', before.left_out, 'unplaced', before.unplaced, 'unplaced_doors', before.unplaced_doors,
      'taken', before.taken, 'conflicts', before.conflicts, 'lost_meanwhile', COALESCE(sent - kept, 0),
      'seconds', round(seconds::numeric, 2))
  WHERE c.organization_id = organization AND c.id = cut;
  PERFORM record_bulk('turf', 'insert', COALESCE(cardinality(made), 0));
  RETURN true;
END
$$;

CREATE OR REPLACE FUNCTION turf_cut_cancel(organization bigint, cut bigint) RETURNS SETOF turf_cuts
LANGUAGE sql VOLATILE
AS $$
  UPDATE turf_cuts c SET state = 'cancelled'
  WHERE c.organization_id = organization AND c.id = cut
    AND assert_rule(c.state IN ('queued', 'running', 'cancelled'), 'turf_cut_over', 'This cutting is over already.')
  RETURNING c.*
$$;

GRANT EXECUTE ON FUNCTION turf_cut_begin(bigint,bigint,jsonb),
  turf_cut_step(bigint,bigint,text,double precision), turf_cut_close_old(bigint,bigint[]),
  turf_measure(bigint,bigint[]), turf_cut_insert(bigint,turf_cuts,jsonb,jsonb),
  turf_cut_sums(bigint,bigint[]), turf_cut_store(bigint,bigint,jsonb,double precision),
  turf_cut_cancel(bigint,bigint)
  TO campaign_api;

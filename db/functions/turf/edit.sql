-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Manual changes of a turf's doors, and distributed turfs.

-- Lock the turf's row until the commit, so that no door is given to two actors. False: the turf
-- does not belong to this actor.
CREATE OR REPLACE FUNCTION turf_hold_begin(organization bigint, actor text, person bigint, turf bigint) RETURNS boolean
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  t canvass_routes;
BEGIN
  SELECT * INTO t FROM canvass_routes r WHERE r.organization_id = organization AND r.id = turf FOR UPDATE;
  IF NOT FOUND OR NOT scope_has_turf(organization, actor, person, turf) THEN
    RETURN false;
  END IF;
  PERFORM assert_rule(t.distributed, 'turf_not_distributed', 'This turf is walked as a whole.');
  RETURN true;
END
$$;

-- Reserve exactly @doors of the turf, in this order, for this actor for @minutes.
CREATE OR REPLACE FUNCTION turf_hold(organization bigint, actor text, turf bigint, doors bigint[], minutes bigint,
  OUT held_until timestamptz, OUT held jsonb)
LANGUAGE plpgsql VOLATILE
AS $$
BEGIN
  held_until := date_trunc('second', now() + make_interval(mins => minutes::int));
  UPDATE canvass_route_doors d SET held_by = NULL, held_until = NULL
  WHERE d.organization_id = organization AND d.route_id = turf AND d.held_by = turf_hold.actor AND d.door_id <> ALL (doors);
  UPDATE canvass_route_doors d SET held_by = turf_hold.actor, held_until = turf_hold.held_until
  WHERE d.organization_id = organization AND d.route_id = turf AND d.door_id = ANY (doors);
  SELECT COALESCE(jsonb_agg(to_jsonb(s) - '{organization_id,route_id,held_by,done_at,held_until}'::text[]
                            ORDER BY array_position(doors, s.door_id)), '[]') INTO held
  FROM turf_doors_shown s
  WHERE s.organization_id = organization AND s.route_id = turf AND s.door_id = ANY (doors);
END
$$;

-- Lock drafts that will be changed, in the order of their ids. Published turfs cannot be changed.
CREATE OR REPLACE FUNCTION turf_lock_drafts(organization bigint, turfs bigint[]) RETURNS bigint
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  t record;
  n bigint := 0;
BEGIN
  FOR t IN SELECT r.id, r.state, r.name FROM canvass_routes r
    WHERE r.organization_id = organization AND r.id = ANY (turfs) ORDER BY r.id FOR UPDATE LOOP
    PERFORM assert_rule(t.state = 'draft', 'turf_frozen',
      format('%s is published, so its doors are fixed: unpublish it, or cut again what is left of it.', t.name));
    n := n + 1;
  END LOOP;
  RETURN n;
END
$$;

-- Return those of the wanted doors that may be added to a turf: the rule of turf_doors, evaluated
-- for these doors only.
CREATE OR REPLACE FUNCTION turf_doors_free(organization bigint, wanted bigint[]) RETURNS TABLE (door_id bigint)
LANGUAGE plpgsql STABLE ROWS 10
AS $$
DECLARE
  people bigint[];
  asked bigint[];
  lived bigint[];
  hidden bigint[];
BEGIN
  SELECT COALESCE(array_agg(v.id), '{}'),
         COALESCE(array_agg(v.door_id) FILTER (WHERE v.unreachable IS NULL), '{}'),
         COALESCE(array_agg(v.door_id) FILTER (WHERE v.confidential), '{}') INTO people, lived, hidden
  FROM voters v WHERE v.organization_id = organization AND v.door_id = ANY (wanted) AND v.merged_into IS NULL;
  SELECT array_agg(v.door_id) INTO asked
  FROM voters_matching(organization, jsonb_build_object('ids', to_jsonb(0::bigint || people)), 'door') m
  JOIN voters v ON v.organization_id = organization AND v.id = m;
  RETURN QUERY SELECT d.id FROM doors d
    JOIN buildings b ON b.organization_id = organization AND b.id = d.building_id AND b.latitude IS NOT NULL
      AND b.location_quality <> 'zip'
    WHERE d.organization_id = organization AND d.id = ANY (wanted) AND d.do_not_knock_at IS NULL
      AND d.id <> ALL (hidden) AND (d.id = ANY (asked) OR d.id <> ALL (lived));
END
$$;

-- Move doors into a draft, from other drafts or from no turf. Returns the drafts that lost doors.
CREATE OR REPLACE FUNCTION turf_add_doors(organization bigint, turf bigint, wanted bigint[]) RETURNS bigint[]
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  lost bigint[];
  fresh bigint[];
  last int;
BEGIN
  SELECT COALESCE(array_agg(DISTINCT d.route_id), '{}') INTO lost FROM canvass_route_doors d
  WHERE d.organization_id = organization AND d.active AND d.door_id = ANY (wanted) AND d.route_id <> turf;
  PERFORM turf_lock_drafts(organization, lost);
  SELECT COALESCE(max(d.position), 0) INTO last FROM canvass_route_doors d
  WHERE d.organization_id = organization AND d.route_id = turf;
  -- Doors from another draft keep the list of people that the cut stored with each door.
  UPDATE canvass_route_doors d SET route_id = turf, position = last + n.ordinality
  FROM unnest(wanted) WITH ORDINALITY n (id, ordinality)
  WHERE d.organization_id = organization AND d.active AND d.route_id = ANY (lost) AND d.door_id = n.id;
  fresh := ARRAY(SELECT w FROM unnest(wanted) w WHERE NOT EXISTS (
    SELECT FROM canvass_route_doors d WHERE d.organization_id = organization AND d.active AND d.door_id = w));
  IF fresh <> '{}' THEN
    INSERT INTO canvass_route_doors (organization_id, route_id, door_id, position)
    SELECT organization, turf, n.id, last + n.ordinality FROM unnest(wanted) WITH ORDINALITY n (id, ordinality)
    JOIN turf_doors_free(organization, fresh) f ON f.door_id = n.id;
  END IF;
  RETURN lost;
END
$$;

-- Store the computed walk of a turf. Doors that are not in the walk are put at the end. Two updates
-- are needed, because positions are unique.
CREATE OR REPLACE FUNCTION turf_walk_store(organization bigint, turf bigint, doors bigint[], length double precision,
  takes double precision) RETURNS void
LANGUAGE plpgsql VOLATILE
AS $$
BEGIN
  UPDATE canvass_route_doors d SET position = -COALESCE(n.ordinality, cardinality(doors) + w.position)
  FROM canvass_route_doors w LEFT JOIN unnest(doors) WITH ORDINALITY n (id, ordinality) ON n.id = w.door_id
  WHERE w.organization_id = organization AND w.route_id = turf
    AND d.organization_id = organization AND d.id = w.id;
  UPDATE canvass_route_doors d SET position = -d.position
  WHERE d.organization_id = organization AND d.route_id = turf AND d.position < 0;
  UPDATE canvass_routes t SET length_m = length, minutes = takes WHERE t.organization_id = organization AND t.id = turf;
  PERFORM turf_measure(organization, ARRAY[turf]);
END
$$;

-- Create a draft with the script and cut of an existing one.
CREATE OR REPLACE FUNCTION turf_insert_copy(organization bigint, turf bigint, named text, person bigint) RETURNS bigint
LANGUAGE sql VOLATILE
AS $$
  INSERT INTO canvass_routes (organization_id, cut_id, name, script_id, team, event_id, notes, created_by)
  SELECT organization, t.cut_id, named, t.script_id, t.team, t.event_id, t.notes, person FROM canvass_routes t
  WHERE t.organization_id = organization AND t.id = turf RETURNING id
$$;

-- Delete drafts without doors.
CREATE OR REPLACE FUNCTION turf_drop_empty(organization bigint, turfs bigint[]) RETURNS void
LANGUAGE sql VOLATILE
AS $$
  DELETE FROM canvass_routes t WHERE t.organization_id = organization AND t.id = ANY (turfs) AND t.state = 'draft'
    AND NOT EXISTS (SELECT FROM canvass_route_doors d WHERE d.organization_id = organization AND d.route_id = t.id)
$$;

GRANT EXECUTE ON FUNCTION turf_hold_begin(bigint,text,bigint,bigint),
  turf_hold(bigint,text,bigint,bigint[],bigint), turf_lock_drafts(bigint,bigint[]),
  turf_doors_free(bigint,bigint[]), turf_add_doors(bigint,bigint,bigint[]),
  turf_walk_store(bigint,bigint,bigint[],double precision,double precision),
  turf_insert_copy(bigint,bigint,text,bigint), turf_drop_empty(bigint,bigint[])
  TO campaign_api;

-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Merges doors and buildings that turn out to be the same, with all data that refers to them.

SET LOCAL ROLE campaign_definer;

-- Change the place of contacts and notes after two places were merged.
CREATE OR REPLACE FUNCTION contacts_follow(organization bigint, place text, old bigint, target bigint) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
  IF organization IS DISTINCT FROM app_organization_id() THEN
    RAISE EXCEPTION 'contacts of another organization' USING ERRCODE = 'insufficient_privilege';
  END IF;
  PERFORM set_config('app.forget', 'on', true);
  IF place = 'door' THEN
    UPDATE voter_contacts c SET door_id = target WHERE c.organization_id = organization AND c.door_id = old;
    UPDATE field_notes n SET door_id = target WHERE n.organization_id = organization AND n.door_id = old;
  ELSE
    UPDATE voter_contacts c SET building_id = target WHERE c.organization_id = organization AND c.building_id = old;
  END IF;
  PERFORM set_config('app.forget', '', true);
END
$$;

GRANT EXECUTE ON FUNCTION contacts_follow(bigint,text,bigint,bigint)
  TO campaign_api;

RESET ROLE;

CREATE OR REPLACE FUNCTION place_move(organization bigint, place text, old bigint, target bigint) RETURNS void
LANGUAGE sql VOLATILE
AS $$
  UPDATE place_moves m SET new_id = target WHERE m.organization_id = organization AND m.kind = place AND m.new_id = old;
  INSERT INTO place_moves (organization_id, kind, old_id, new_id) VALUES (organization, place, old, target)
$$;

-- Merge two buildings. The more precise position is kept.
CREATE OR REPLACE FUNCTION buildings_merge(organization bigint, survivor bigint, gone bigint) RETURNS void
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  ranks constant text[] := ARRAY['none', 'zip', 'street', 'range', 'point', 'manual'];
  s buildings;
  g buildings;
  better boolean;
BEGIN
  PERFORM FROM buildings b WHERE b.organization_id = organization AND b.id IN (survivor, gone) ORDER BY b.id FOR UPDATE;
  SELECT b.* INTO s FROM buildings b WHERE b.organization_id = organization AND b.id = survivor;
  SELECT b.* INTO g FROM buildings b WHERE b.organization_id = organization AND b.id = gone;
  better := array_position(ranks, g.location_quality) > array_position(ranks, s.location_quality);
  UPDATE buildings b SET
    (latitude, longitude, location_quality, segment_id, side, measure_m, setback_m) =
      (SELECT p.latitude, p.longitude, p.location_quality, p.segment_id, p.side, p.measure_m, p.setback_m
       FROM (SELECT CASE WHEN better THEN g ELSE s END AS p) x CROSS JOIN LATERAL (SELECT (x.p).*) p),
    city = COALESCE(s.city, g.city), state = COALESCE(s.state, g.state), precinct = COALESCE(s.precinct, g.precinct),
    inaccessible_at = GREATEST(s.inaccessible_at, g.inaccessible_at),
    access_note = NULLIF(concat_ws(E'\n', s.access_note, NULLIF(g.access_note, s.access_note)), '')
  WHERE b.organization_id = organization AND b.id = survivor;
  UPDATE doors d SET building_id = survivor WHERE d.organization_id = organization AND d.building_id = gone;
  PERFORM contacts_follow(organization, 'building', gone, survivor);
  PERFORM place_move(organization, 'building', gone, survivor);
  DELETE FROM buildings b WHERE b.organization_id = organization AND b.id = gone;
END
$$;

-- Merge the turf rows of two doors. If both doors are in one turf, they become one row with the
-- progress of both. If they are in several active turfs, the door stays in the turf with more
-- progress, otherwise in the survivor's.
CREATE OR REPLACE FUNCTION turf_doors_merge(organization bigint, survivor bigint, gone bigint) RETURNS bigint[]
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  ranks constant text[] := ARRAY['todo', 'attempted', 'done'];
  touched bigint[];
  r record;
BEGIN
  SELECT COALESCE(array_agg(DISTINCT d.route_id), '{}') INTO touched FROM canvass_route_doors d
    WHERE d.organization_id = organization AND d.door_id IN (survivor, gone);
  PERFORM FROM canvass_routes t WHERE t.organization_id = organization AND t.id = ANY (touched) ORDER BY t.id FOR NO KEY UPDATE;
  FOR r IN SELECT s.id, g.id AS other, g.state, g.done_at, g.active, g.voter_ids, s.voter_ids AS asked,
        array_position(ranks, g.state) > array_position(ranks, s.state) AS further
      FROM canvass_route_doors s
      JOIN canvass_route_doors g ON g.organization_id = organization AND g.route_id = s.route_id AND g.door_id = gone
      WHERE s.organization_id = organization AND s.door_id = survivor LOOP
    DELETE FROM canvass_route_doors d WHERE d.organization_id = organization AND d.id = r.other;
    UPDATE canvass_route_doors d SET
      state = CASE WHEN r.further THEN r.state ELSE d.state END, done_at = CASE WHEN r.further THEN r.done_at ELSE d.done_at END,
      voter_ids = CASE WHEN r.voter_ids IS NOT NULL AND r.asked IS NOT NULL THEN (
        SELECT jsonb_agg(DISTINCT v) FROM jsonb_array_elements(r.voter_ids || r.asked) v) END
    WHERE d.organization_id = organization AND d.id = r.id;
  END LOOP;
  SELECT d.id INTO r FROM canvass_route_doors d
    WHERE d.organization_id = organization AND d.door_id IN (survivor, gone) AND d.active
    ORDER BY array_position(ranks, d.state) DESC, d.door_id = survivor DESC LIMIT 1;
  DELETE FROM canvass_route_doors d WHERE d.organization_id = organization AND d.door_id IN (survivor, gone)
    AND d.active AND d.id <> r.id AND d.state = 'todo';
  UPDATE canvass_route_doors d SET active = false WHERE d.organization_id = organization
    AND d.door_id IN (survivor, gone) AND d.active AND d.id <> r.id;
  UPDATE canvass_route_doors d SET door_id = survivor WHERE d.organization_id = organization AND d.door_id = gone;
  RETURN touched;
END
$$;

-- Merge two doors with everything that was recorded at either. Returns the turfs whose doors
-- changed.
CREATE OR REPLACE FUNCTION doors_merge(organization bigint, survivor bigint, gone bigint) RETURNS bigint[]
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  touched bigint[];
  turf bigint;
  g doors;
BEGIN
  PERFORM FROM doors d WHERE d.organization_id = organization AND d.id IN (survivor, gone) ORDER BY d.id FOR UPDATE;
  SELECT d.* INTO g FROM doors d WHERE d.organization_id = organization AND d.id = gone;
  UPDATE doors d SET unit = COALESCE(d.unit, g.unit), precinct = COALESCE(d.precinct, g.precinct),
    do_not_knock_at = GREATEST(d.do_not_knock_at, g.do_not_knock_at)
  WHERE d.organization_id = organization AND d.id = survivor;
  UPDATE voters v SET door_id = survivor WHERE v.organization_id = organization AND v.door_id = gone;
  UPDATE households h SET door_id = survivor WHERE h.organization_id = organization AND h.door_id = gone;
  PERFORM contacts_follow(organization, 'door', gone, survivor);
  UPDATE field_conflicts c SET door_id = survivor WHERE c.organization_id = organization AND c.door_id = gone;
  PERFORM field_door_moved(organization, gone, survivor);
  touched := turf_doors_merge(organization, survivor, gone);
  PERFORM place_move(organization, 'door', gone, survivor);
  DELETE FROM doors d WHERE d.organization_id = organization AND d.id = gone;
  PERFORM contact_derive_voters(organization, ARRAY(SELECT v.id FROM voters v
    WHERE v.organization_id = organization AND v.door_id = survivor));
  FOREACH turf IN ARRAY touched LOOP
    PERFORM contact_derive_door(organization, turf, survivor);
  END LOOP;
  RETURN touched;
END
$$;

-- Merge the households of a door into one with the door's key.
CREATE OR REPLACE FUNCTION households_settle(organization bigint, door bigint) RETURNS void
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  key text := (SELECT d.address_key FROM doors d WHERE d.organization_id = organization AND d.id = door);
  homes bigint[] := ARRAY(SELECT h.id FROM households h WHERE h.organization_id = organization
                          AND (h.door_id = door OR h.address_key = key) ORDER BY h.id FOR UPDATE);
BEGIN
  UPDATE voters v SET household_id = homes[1] WHERE v.organization_id = organization AND v.household_id = ANY (homes[2:]);
  DELETE FROM households h WHERE h.organization_id = organization AND h.id = ANY (homes[2:]);
  UPDATE households h SET address_key = key, door_id = door WHERE h.organization_id = organization AND h.id = homes[1]
    AND (h.address_key, h.door_id) IS DISTINCT FROM (key, door);
  PERFORM households_count(organization, homes[1:1]);
END
$$;

GRANT EXECUTE ON FUNCTION place_move(bigint,text,bigint,bigint), buildings_merge(bigint,bigint,bigint), turf_doors_merge(bigint,bigint,bigint),
  doors_merge(bigint,bigint,bigint), households_settle(bigint,bigint)
  TO campaign_api;

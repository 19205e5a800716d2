-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Steps of the job places.rekey, which computes stored keys again after the rules for addresses
-- have changed. Each step may be repeated. Rows are handled one by one by id, so that PostgreSQL's
-- statistics of the organization have no influence.

-- Set the keys of street segments. given: [{id, street_key}]
CREATE OR REPLACE FUNCTION segments_rekey(organization bigint, given jsonb) RETURNS void
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  each record;
BEGIN
  FOR each IN SELECT * FROM jsonb_to_recordset(given) g (id bigint, street_key text) LOOP
    UPDATE street_segments s SET street_key = each.street_key WHERE s.organization_id = organization AND s.id = each.id;
  END LOOP;
  PERFORM record_bulk('street_segment', 'update', jsonb_array_length(given));
END
$$;

-- Set the keys of buildings. given: [{id, building_key, street_key, number, street}]. Buildings
-- that get the same new key are merged; the older one survives. First all old keys are removed,
-- because the new key of one building may be the old key of another.
CREATE OR REPLACE FUNCTION buildings_rekey(organization bigint, given jsonb) RETURNS void
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  each record;
  other bigint;
BEGIN
  FOR each IN SELECT * FROM jsonb_to_recordset(given) g (id bigint) ORDER BY id LOOP
    UPDATE buildings b SET building_key = '~' || b.id WHERE b.organization_id = organization AND b.id = each.id;
  END LOOP;
  FOR each IN SELECT * FROM jsonb_to_recordset(given) g (id bigint, building_key text, street_key text, number text, street text)
      ORDER BY id LOOP
    CONTINUE WHEN NOT EXISTS (SELECT FROM buildings b WHERE b.organization_id = organization AND b.id = each.id);
    SELECT b.id INTO other FROM buildings b
      WHERE b.organization_id = organization AND b.building_key = each.building_key AND b.id <> each.id;
    IF other < each.id THEN
      PERFORM buildings_merge(organization, other, each.id);
      CONTINUE;
    ELSIF FOUND THEN
      PERFORM buildings_merge(organization, each.id, other);
    END IF;
    UPDATE buildings b SET building_key = each.building_key, street_key = each.street_key, number = each.number, street = each.street
    WHERE b.organization_id = organization AND b.id = each.id;
  END LOOP;
  PERFORM record_bulk('building', 'update', jsonb_array_length(given));
END
$$;

-- Set the keys of doors with their households and turfs. given: [{id, address_key, unit}]. Doors
-- that get the same new key are merged.
CREATE OR REPLACE FUNCTION doors_rekey(organization bigint, given jsonb) RETURNS void
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  each record;
  other bigint;
  home bigint;
  turfs bigint[];
BEGIN
  FOR each IN SELECT * FROM jsonb_to_recordset(given) g (id bigint) ORDER BY id LOOP
    UPDATE doors d SET address_key = '~' || d.id WHERE d.organization_id = organization AND d.id = each.id;
    UPDATE households h SET address_key = '~' || h.id WHERE h.organization_id = organization AND h.door_id = each.id;
  END LOOP;
  FOR each IN SELECT * FROM jsonb_to_recordset(given) g (id bigint, address_key text, unit text) ORDER BY id LOOP
    CONTINUE WHEN NOT EXISTS (SELECT FROM doors d WHERE d.organization_id = organization AND d.id = each.id);
    SELECT d.id INTO other FROM doors d
      WHERE d.organization_id = organization AND d.address_key = each.address_key AND d.id <> each.id;
    home := LEAST(other, each.id);
    IF FOUND THEN
      turfs := turfs || doors_merge(organization, home, GREATEST(other, each.id));
    END IF;
    UPDATE doors d SET address_key = each.address_key, unit = COALESCE(each.unit, d.unit)
      WHERE d.organization_id = organization AND d.id = home;
    PERFORM households_settle(organization, home);
  END LOOP;
  IF cardinality(turfs) > 0 THEN
    PERFORM turf_measure(organization, ARRAY(SELECT DISTINCT unnest(turfs)));
  END IF;
  PERFORM record_bulk('door', 'update', jsonb_array_length(given));
END
$$;

-- When a person's address turns out to belong to another door, the turf gets that door instead.
CREATE OR REPLACE FUNCTION turf_follow(organization bigint, voter bigint, old bigint, door bigint) RETURNS void
LANGUAGE sql VOLATILE
AS $$
  INSERT INTO canvass_route_doors (organization_id, route_id, door_id, position, voter_ids)
  SELECT organization, r.route_id, door,
    (SELECT max(l.position) + 1 FROM canvass_route_doors l WHERE l.organization_id = organization AND l.route_id = r.route_id),
    CASE WHEN r.voter_ids IS NOT NULL THEN jsonb_build_array(voter) END
  FROM canvass_route_doors r
  WHERE r.organization_id = organization AND r.door_id = old AND r.active AND r.state <> 'done'
    AND (r.voter_ids IS NULL OR r.voter_ids @> to_jsonb(voter))
  ON CONFLICT (organization_id, door_id) WHERE active DO UPDATE
    SET voter_ids = CASE WHEN canvass_route_doors.voter_ids IS NOT NULL AND NOT canvass_route_doors.voter_ids @> to_jsonb(voter)
                         THEN canvass_route_doors.voter_ids || to_jsonb(voter) ELSE canvass_route_doors.voter_ids END
$$;

-- Set the keys of people. given: [{id, address_key, unit, home}]; home as for voter_home, for
-- people whose address belongs to another door than their present one.
CREATE OR REPLACE FUNCTION voters_rekey(organization bigint, given jsonb) RETURNS void
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  each record;
  key text;
  door bigint;
  home bigint;
  homes bigint[];
  turfs bigint[];
BEGIN
  FOR each IN SELECT g.*, v.door_id, v.household_id
      FROM jsonb_to_recordset(given) g (id bigint, address_key text, unit text, home jsonb)
      CROSS JOIN LATERAL (SELECT k.door_id, k.household_id FROM voters k
                          WHERE k.organization_id = organization AND k.id = g.id OFFSET 0) v LOOP
    key := each.address_key;
    door := each.door_id;
    home := each.household_id;
    IF each.home IS NOT NULL THEN
      SELECT h.address_key, h.door_id, h.household_id INTO key, door, home FROM voter_home(organization, each.home) h;
      PERFORM turf_follow(organization, each.id, each.door_id, door);
      homes := homes || each.household_id || home;
      turfs := turfs || ARRAY(SELECT r.route_id FROM canvass_route_doors r
        WHERE r.organization_id = organization AND r.door_id IN (each.door_id, door) AND r.active);
    END IF;
    UPDATE voters v SET address_key = key, unit = COALESCE(v.unit, each.unit), door_id = door, household_id = home
    WHERE v.organization_id = organization AND v.id = each.id;
  END LOOP;
  IF cardinality(homes) > 0 THEN
    PERFORM households_count(organization, ARRAY(SELECT DISTINCT unnest(homes)));
  END IF;
  IF cardinality(turfs) > 0 THEN
    PERFORM turf_measure(organization, ARRAY(SELECT DISTINCT unnest(turfs)));
  END IF;
  PERFORM record_bulk('voter', 'update', jsonb_array_length(given));
END
$$;

-- Attach buildings whose street was not found before and may be found now.
CREATE OR REPLACE FUNCTION rekey_finish(organization bigint) RETURNS void
LANGUAGE plpgsql VOLATILE
AS $$
BEGIN
  IF geocode_waiting(organization) IS NULL AND EXISTS (SELECT FROM street_segments s WHERE s.organization_id = organization)
     AND EXISTS (SELECT FROM buildings b WHERE b.organization_id = organization AND b.location_quality = 'none') THEN
    PERFORM job_enqueue(organization, 'geocode', '{}');
  END IF;
END
$$;

GRANT EXECUTE ON FUNCTION segments_rekey(bigint,jsonb), buildings_rekey(bigint,jsonb), doors_rekey(bigint,jsonb),
  turf_follow(bigint,bigint,bigint,bigint), voters_rekey(bigint,jsonb), rekey_finish(bigint)
  TO campaign_api;

-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Map layers as tiles and as GeoJSON.

SET LOCAL ROLE campaign_definer;

-- Returns the features of a layer in a box (longitude, latitude). my_doors, my_turfs: only these
-- are shown, and no results of precincts; NULL: all (map_seen). A door where only confidential
-- people live is on no map.
CREATE OR REPLACE FUNCTION map_features(layer text, box geometry, my_doors bigint[], my_turfs bigint[], most int)
RETURNS TABLE (id bigint, place geometry, properties jsonb)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp ROWS 1000
AS $$
DECLARE
  organization bigint := app_organization_id();
BEGIN
  CASE layer
  WHEN 'doors' THEN
    RETURN QUERY
      SELECT d.id, map_point(b.latitude, b.longitude), jsonb_build_object('id', d.id, 'building_id', b.id,
               'turf_id', r.route_id, 'state', COALESCE(r.state, 'none'), 'do_not_knock', d.do_not_knock_at IS NOT NULL,
               'inaccessible', b.inaccessible_at IS NOT NULL)
      FROM buildings b
      JOIN doors d ON d.organization_id = organization AND d.building_id = b.id
      LEFT JOIN canvass_route_doors r ON r.organization_id = organization AND r.door_id = d.id AND r.active
      WHERE b.organization_id = organization AND map_point(b.latitude, b.longitude) && box
        AND (my_doors IS NULL OR d.id = ANY (my_doors))
        AND (EXISTS (SELECT FROM voters_visible v WHERE v.organization_id = organization AND v.door_id = d.id)
             OR NOT EXISTS (SELECT FROM doors_hidden h WHERE h.organization_id = organization AND h.door_id = d.id))
      ORDER BY d.id LIMIT most;
  WHEN 'turfs' THEN
    RETURN QUERY
      SELECT t.id, t.polygon, jsonb_build_object('id', t.id, 'name', t.name, 'state', t.state,
               'door_count', t.door_count, 'doors_done', t.doors_done)
      FROM canvass_routes t
      WHERE t.organization_id = organization AND t.polygon && box
        AND (my_turfs IS NULL OR t.id = ANY (my_turfs))
      ORDER BY t.id LIMIT most;
  WHEN 'precincts' THEN
    RETURN QUERY
      SELECT a.id, a.boundary::geometry, jsonb_build_object('id', a.id, 'code', a.code, 'name', a.name,
               'attempts', COALESCE(n.attempts, 0), 'doors', COALESCE(n.doors, 0), 'reached', COALESCE(n.reached, 0))
      FROM areas a
      LEFT JOIN (
        SELECT d.precinct, count(*) AS attempts, count(DISTINCT d.id) AS doors, count(*) FILTER (WHERE o.reached) AS reached
        FROM voter_contacts c
        JOIN doors d ON d.organization_id = organization AND d.id = c.door_id
        JOIN dispositions o ON o.code = COALESCE(c.disposition, 'canvassed')
        WHERE c.organization_id = organization AND c.holds GROUP BY 1) n ON n.precinct = a.code
      WHERE a.organization_id = organization AND a.kind = 'precinct' AND a.boundary && box AND my_turfs IS NULL
      ORDER BY a.id LIMIT most;
  ELSE
    RETURN QUERY
      SELECT s.id, s.line::geometry, jsonb_build_object('id', s.id, 'name', s.name, 'road_class', s.road_class)
      FROM street_segments s
      WHERE s.organization_id = organization AND s.line && box
      ORDER BY s.id LIMIT most;
  END CASE;
END
$$;

RESET ROLE;

-- Returns the features that an actor may see: without manage_canvass only the actor's own doors and
-- turfs.
CREATE OR REPLACE FUNCTION map_seen(organization bigint, layer text, box geometry, actor text, person bigint, rights jsonb, most int)
RETURNS TABLE (id bigint, place geometry, properties jsonb)
LANGUAGE plpgsql STABLE ROWS 1000
AS $$
DECLARE
  my_doors bigint[];
  my_turfs bigint[];
BEGIN
  IF NOT right_has(rights, 'manage_canvass') THEN
    my_turfs := ARRAY(SELECT t.id FROM scope_turfs(organization, actor, person) t);
    my_doors := ARRAY(SELECT d.door_id FROM scope_doors(organization, actor, person) d WHERE layer = 'doors');
  END IF;
  RETURN QUERY SELECT f.* FROM map_features(layer, box, my_doors, my_turfs, most) f;
END
$$;

-- Returns one tile (Mapbox Vector Tile 2.1) of the usual Web Mercator pyramid, with a small margin
-- so that points on the edge are drawn completely. Doors and streets appear from the zoom level at
-- which they can be distinguished.
CREATE OR REPLACE FUNCTION map_tile(layer text, z int, x int, y int, actor text, person bigint, rights jsonb) RETURNS bytea
LANGUAGE plpgsql STABLE
AS $$
DECLARE
  square geometry;
BEGIN
  IF GREATEST(x, y) >= 1 << z THEN
    RAISE EXCEPTION 'There is no such tile.' USING ERRCODE = 'CC404', DETAIL = 'not_found';
  ELSIF layer = 'doors' AND z < 12 OR layer = 'streets' AND z < 13 THEN
    RETURN ''::bytea;
  END IF;
  square := ST_TileEnvelope(z, x, y);
  RETURN (
    SELECT COALESCE(ST_AsMVT(t, layer, 4096, 'place', 'id' ORDER BY t.id), '')
    FROM (SELECT f.id, ST_AsMVTGeom(ST_Transform(f.place, 3857), square, 4096, 64) AS place, f.properties
          FROM map_seen(app_organization_id(), layer,
                        ST_Transform(ST_TileEnvelope(z, x, y, margin => 64.0 / 4096), 4326), actor, person, rights, 20000) f) t
    WHERE t.place IS NOT NULL);
END
$$;

CREATE OR REPLACE FUNCTION map_geojson(layer text, box geometry, actor text, person bigint, rights jsonb, most int) RETURNS text
LANGUAGE sql STABLE
AS $$
  SELECT json_build_object('type', 'FeatureCollection', 'truncated', count(*) > most,
    'features', COALESCE(json_agg(json_build_object('type', 'Feature', 'id', f.id, 'geometry',
      ST_AsGeoJSON(f.place, 6)::json, 'properties', f.properties) ORDER BY f.id) FILTER (WHERE f.n <= most), '[]'))::text
  FROM (SELECT m.*, row_number() OVER (ORDER BY m.id) AS n
        FROM map_seen(app_organization_id(), layer, box, actor, person, rights, most + 1) m) f
$$;

GRANT EXECUTE ON FUNCTION map_seen(bigint,text,geometry,text,bigint,jsonb,integer),
  map_tile(text,integer,integer,integer,text,bigint,jsonb),
  map_geojson(text,geometry,text,bigint,jsonb,integer)
  TO campaign_api;

SET LOCAL ROLE campaign_definer;

GRANT EXECUTE ON FUNCTION map_features(text,geometry,bigint[],bigint[],integer)
  TO campaign_api, campaign_owner;

RESET ROLE;

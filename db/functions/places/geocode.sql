-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Stores the positions of buildings.

-- Store computed positions of buildings: [{id, quality, latitude, longitude, segment_id, side,
-- measure_m, setback_m}]. Without a position the middle of the ZIP code's area is used. Returns the
-- number of changed rows.
CREATE OR REPLACE FUNCTION geocode_apply(organization bigint, places jsonb) RETURNS bigint
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  n bigint := 0;
  each record;
BEGIN
  -- Buildings are updated one after the other by id: for an organization that the statistics do not
  -- cover, a join with the list would read the whole organization once for each building.
  FOR each IN
    SELECT p.*, ST_Y(z.middle) AS y, ST_X(z.middle) AS x
    FROM jsonb_to_recordset(places) p (id bigint, quality text, latitude double precision, longitude double precision,
           segment_id bigint, side text, measure_m double precision, setback_m double precision)
    LEFT JOIN LATERAL (
      SELECT ST_PointOnSurface(a.boundary) AS middle FROM buildings m
      JOIN areas a ON a.organization_id = organization AND a.kind = 'zip' AND a.code = m.zip5
      WHERE m.organization_id = organization AND m.id = p.id AND p.quality = 'none' OFFSET 0) z ON true
  LOOP
    UPDATE buildings b
    SET latitude = COALESCE(each.latitude, each.y), longitude = COALESCE(each.longitude, each.x),
      location_quality = CASE WHEN each.quality <> 'none' THEN each.quality WHEN each.y IS NOT NULL THEN 'zip' ELSE 'none' END,
      segment_id = each.segment_id, side = each.side, measure_m = each.measure_m, setback_m = each.setback_m,
      precinct = COALESCE(b.precinct, (
        SELECT a.code FROM areas a WHERE a.organization_id = organization AND a.kind = 'precinct' AND each.quality <> 'none'
          AND ST_Covers(a.boundary, map_point(each.latitude, each.longitude)) LIMIT 1))
    WHERE b.organization_id = organization AND b.id = each.id AND b.location_quality NOT IN ('point', 'manual');
    n := n + FOUND::int;
  END LOOP;
  RETURN n;
END
$$;

-- Attach buildings at an address point, or placed by hand, to a segment: the nearest one of their
-- street.
CREATE OR REPLACE FUNCTION geocode_attach(organization bigint, wanted bigint[]) RETURNS void
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  each record;
BEGIN
  FOR each IN
    SELECT w.id AS building_id, s.*
    FROM unnest(wanted) w (id)
    CROSS JOIN LATERAL (
      SELECT k.street_key, map_point(k.latitude, k.longitude) AS at FROM buildings k
      WHERE k.organization_id = organization AND k.id = w.id OFFSET 0) m
    CROSS JOIN LATERAL (
      SELECT s.id, s.length_m * ST_LineLocatePoint(s.line, m.at) AS measure_m,
             ST_Distance(s.line::geography, m.at::geography) AS setback_m,
             CASE WHEN ST_Azimuth(ST_StartPoint(s.line), ST_EndPoint(s.line)) IS NULL THEN NULL
                  WHEN sin(ST_Azimuth(ST_StartPoint(s.line), m.at)
                           - ST_Azimuth(ST_StartPoint(s.line), ST_EndPoint(s.line))) < 0 THEN 'L' ELSE 'R' END AS side
      FROM street_segments s
      WHERE s.organization_id = organization AND s.street_key = m.street_key
      ORDER BY s.line <-> m.at LIMIT 1) s
  LOOP
    UPDATE buildings b
    SET segment_id = each.id, side = each.side, measure_m = each.measure_m, setback_m = each.setback_m
    WHERE b.organization_id = organization AND b.id = each.building_id;
  END LOOP;
END
$$;

-- Does a building match the filter: in the box, along the street (by its key), within the area?
-- NULL restricts nothing.
CREATE OR REPLACE FUNCTION place_asked(b buildings, west double precision, south double precision, east double precision,
  north double precision, street text, area bigint) RETURNS boolean
LANGUAGE sql STABLE
AS $$
  SELECT (west IS NULL OR south IS NULL OR east IS NULL OR north IS NULL
          OR b.longitude BETWEEN west AND east AND b.latitude BETWEEN south AND north)
    AND (street IS NULL OR b.street_key = street)
    AND (area IS NULL OR EXISTS (
           SELECT FROM areas a WHERE a.organization_id = b.organization_id AND a.id = area
             AND ST_Covers(a.boundary, map_point(b.latitude, b.longitude))))
$$;

-- Returns the organization's waiting or running geocoding job, or NULL.
CREATE OR REPLACE FUNCTION geocode_waiting(organization bigint) RETURNS bigint
LANGUAGE sql STABLE
AS $$
  SELECT min(j.id) FROM jobs j WHERE j.kind = 'geocode' AND j.organization_id = organization
    AND j.state IN ('queued', 'running')
$$;

GRANT EXECUTE ON FUNCTION geocode_apply(bigint,jsonb), geocode_attach(bigint,bigint[]),
  place_asked(buildings,double precision,double precision,double precision,double precision,text,bigint),
  geocode_waiting(bigint)
  TO campaign_api;

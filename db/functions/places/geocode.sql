-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Placing buildings on the map.

-- Places of buildings that were worked out: [{id, quality, latitude, longitude, segment_id, side, measure_m,
-- setback_m}]. Where there is none, the middle of the ZIP code's area. Answers how many rows changed.
CREATE OR REPLACE FUNCTION geocode_apply(organization bigint, places jsonb) RETURNS bigint
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  n bigint;
BEGIN
  UPDATE buildings b
  SET latitude = COALESCE(p.latitude, ST_Y(z.middle)), longitude = COALESCE(p.longitude, ST_X(z.middle)),
    location_quality = CASE WHEN p.quality <> 'none' THEN p.quality WHEN z.middle IS NOT NULL THEN 'zip' ELSE 'none' END,
    segment_id = p.segment_id, side = p.side, measure_m = p.measure_m, setback_m = p.setback_m,
    precinct = COALESCE(b.precinct, (
      SELECT a.code FROM areas a WHERE a.organization_id = organization AND a.kind = 'precinct' AND p.quality <> 'none'
        AND ST_Covers(a.boundary, map_point(p.latitude, p.longitude)) LIMIT 1))
  FROM jsonb_to_recordset(places) p (id bigint, quality text, latitude double precision, longitude double precision,
         segment_id bigint, side text, measure_m double precision, setback_m double precision)
  LEFT JOIN LATERAL (
    SELECT ST_PointOnSurface(a.boundary) AS middle FROM buildings m
    JOIN areas a ON a.organization_id = organization AND a.kind = 'zip' AND a.code = m.zip5
    WHERE m.organization_id = organization AND m.id = p.id AND p.quality = 'none') z ON true
  WHERE b.organization_id = organization AND b.id = p.id AND b.location_quality NOT IN ('point', 'manual');
  GET DIAGNOSTICS n = ROW_COUNT;
  RETURN n;
END
$$;

-- Buildings at an address point or put by hand stand at a segment too: the nearest one of their street.
CREATE OR REPLACE FUNCTION geocode_attach(organization bigint, wanted bigint[]) RETURNS void
LANGUAGE sql VOLATILE
AS $$
  UPDATE buildings b
  SET segment_id = s.id, side = s.side, measure_m = s.measure_m, setback_m = s.setback_m
  FROM unnest(wanted) w (id)
  JOIN buildings m ON m.organization_id = organization AND m.id = w.id
  CROSS JOIN LATERAL (
    SELECT s.id, s.length_m * ST_LineLocatePoint(s.line, map_point(m.latitude, m.longitude)) AS measure_m,
           ST_Distance(s.line::geography, map_point(m.latitude, m.longitude)::geography) AS setback_m,
           CASE WHEN ST_Azimuth(ST_StartPoint(s.line), ST_EndPoint(s.line)) IS NULL THEN NULL
                WHEN sin(ST_Azimuth(ST_StartPoint(s.line), map_point(m.latitude, m.longitude))
                         - ST_Azimuth(ST_StartPoint(s.line), ST_EndPoint(s.line))) < 0 THEN 'L' ELSE 'R' END AS side
    FROM street_segments s
    WHERE s.organization_id = organization AND s.street_key = m.street_key
    ORDER BY s.line <-> map_point(m.latitude, m.longitude) LIMIT 1) s
  WHERE b.organization_id = organization AND b.id = w.id
$$;

-- Is a building among those that are asked for: in the box, along the street, within the area. NULL asks nothing.
CREATE OR REPLACE FUNCTION place_asked(b buildings, west double precision, south double precision, east double precision,
  north double precision, street text, area bigint) RETURNS boolean
LANGUAGE sql STABLE
AS $$
  SELECT (west IS NULL OR south IS NULL OR east IS NULL OR north IS NULL
          OR b.longitude BETWEEN west AND east AND b.latitude BETWEEN south AND north)
    AND (street IS NULL OR b.street_key = upper(street) OR b.street_key IN (
           SELECT s.street_key FROM street_segments s
           WHERE s.organization_id = b.organization_id AND lower(s.name) = lower(street)))
    AND (area IS NULL OR EXISTS (
           SELECT FROM areas a WHERE a.organization_id = b.organization_id AND a.id = area
             AND ST_Covers(a.boundary, map_point(b.latitude, b.longitude))))
$$;

-- The organization's geocoding that waits or runs, or NULL.
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

-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Attaches buildings to street segments.

SET LOCAL ROLE campaign_definer;

-- Returns the segment of a position: the nearest one of its own street within 250 m, otherwise the
-- nearest one within 150 m.
CREATE OR REPLACE FUNCTION segment_near(organization bigint, place geometry, street text,
  OUT segment_id bigint, OUT side text, OUT measure_m double precision, OUT setback_m double precision)
RETURNS SETOF record
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
  IF organization IS DISTINCT FROM app_organization_id() THEN
    RAISE EXCEPTION 'streets of another organization' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN QUERY
  WITH near AS (
    SELECT s.id, s.line, s.length_m, s.street_key = street AS same,
           ST_DistanceSphere(ST_ClosestPoint(s.line, place), place) AS metres
    FROM street_segments s
    WHERE s.organization_id = organization AND s.line && ST_Expand(place, 0.004)
    ORDER BY s.line <-> place LIMIT 16),
  best AS (
    SELECT n.*, ST_LineLocatePoint(n.line, place) AS part FROM near n
    WHERE n.metres <= CASE WHEN n.same THEN 250 ELSE 150 END
    ORDER BY n.same IS TRUE DESC, n.metres, n.id LIMIT 1)
  SELECT b.id,
         -- Is the position left of the segment's direction? Judged by the two metres of the segment
         -- around the nearest point.
         CASE WHEN (ST_X(r.b) - ST_X(r.a)) * (ST_Y(place) - ST_Y(r.a))
                 - (ST_Y(r.b) - ST_Y(r.a)) * (ST_X(place) - ST_X(r.a)) >= 0 THEN 'L' ELSE 'R' END,
         b.part * b.length_m, b.metres
  FROM best b CROSS JOIN LATERAL (
    SELECT ST_LineInterpolatePoint(b.line, greatest(b.part - 0.01, 0)) AS a,
           ST_LineInterpolatePoint(b.line, least(b.part + 0.01, 1)) AS b) r;
END
$$;

-- Returns the segments within a part of the map.
CREATE OR REPLACE FUNCTION segments_within(organization bigint, box geometry) RETURNS SETOF street_segments
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
  IF organization IS DISTINCT FROM app_organization_id() THEN
    RAISE EXCEPTION 'streets of another organization' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN QUERY SELECT s.* FROM street_segments s WHERE s.organization_id = organization AND s.line && box;
END
$$;

RESET ROLE;

-- Returns the street keys that buildings or segments have for these names, in any spelling;
-- ordinality is the index of the name.
CREATE OR REPLACE FUNCTION street_keys(organization bigint, names text[]) RETURNS TABLE (n bigint, street_key text)
LANGUAGE sql STABLE ROWS 10
AS $$
  SELECT w.n, b.street_key FROM unnest(names) WITH ORDINALITY w (name, n)
  JOIN buildings b ON b.organization_id = organization AND (lower(b.street) = lower(w.name) OR b.street_key = upper(w.name))
  UNION
  SELECT w.n, s.street_key FROM unnest(names) WITH ORDINALITY w (name, n)
  JOIN street_segments s ON s.organization_id = organization AND lower(s.name) = lower(w.name)
$$;

-- Attach buildings that have a position but no segment, except those known only by ZIP code. Code
-- that moves a building or imports streets sets segment_id to NULL, so that the building is attached
-- again. Returns the number; recorded as one bulk change.
CREATE OR REPLACE FUNCTION buildings_snap(organization bigint) RETURNS bigint
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  bulk text := COALESCE(current_setting('app.bulk', true), '');
  n bigint;
BEGIN
  PERFORM set_config('app.bulk', 'on', true);
  UPDATE buildings b SET segment_id = s.segment_id, side = s.side, measure_m = s.measure_m, setback_m = s.setback_m
  FROM (SELECT f.id AS building, near.* FROM buildings f
        CROSS JOIN LATERAL segment_near(organization, map_point(f.latitude, f.longitude), f.street_key) near
        WHERE f.organization_id = organization AND f.segment_id IS NULL AND f.latitude IS NOT NULL
          AND f.location_quality <> 'zip') s
  WHERE b.organization_id = organization AND b.id = s.building;
  GET DIAGNOSTICS n = ROW_COUNT;
  PERFORM set_config('app.bulk', bulk, true);
  IF n > 0 THEN
    PERFORM record_bulk('building', 'update', n);
  END IF;
  RETURN n;
END
$$;

GRANT EXECUTE ON FUNCTION street_keys(bigint,text[]), buildings_snap(bigint)
  TO campaign_api;

SET LOCAL ROLE campaign_definer;

GRANT EXECUTE ON FUNCTION segment_near(bigint,geometry,text), segments_within(bigint,geometry)
  TO campaign_api;

RESET ROLE;

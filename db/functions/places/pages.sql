-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Pages of buildings and doors with bounded cost, like pages of people
-- (db/functions/voters/pages.sql).

SET LOCAL ROLE campaign_definer;

-- Returns the condition for a building b as SQL text. asked: building_id, location_quality,
-- area_id, and a box by west, south, east and north; absent members restrict nothing.
CREATE OR REPLACE FUNCTION place_condition(organization bigint, asked jsonb) RETURNS text
LANGUAGE sql STABLE
AS $$
  SELECT CASE WHEN asked ? 'building_id' THEN format(' AND b.id = %L', asked ->> 'building_id') ELSE '' END
    || CASE WHEN asked ? 'location_quality' THEN format(' AND b.location_quality = %L', asked ->> 'location_quality') ELSE '' END
    || CASE WHEN asked ?& '{west,south,east,north}' THEN
         format(' AND b.longitude BETWEEN %L AND %L AND b.latitude BETWEEN %L AND %L', asked ->> 'west', asked ->> 'east',
                asked ->> 'south', asked ->> 'north') ELSE '' END
    || CASE WHEN asked ? 'area_id' THEN COALESCE((
         SELECT format(' AND ST_Covers(%L::geometry, map_point(b.latitude, b.longitude))', a.boundary) FROM areas a
         WHERE a.organization_id = organization AND a.id = (asked ->> 'area_id')::bigint), ' AND false') ELSE '' END
$$;

-- Returns statements that find the matching buildings, as SQL text, the cheapest first. Each uses
-- the order of the one index that serves it. $1 is the organization.
CREATE OR REPLACE FUNCTION place_sources(organization bigint, asked jsonb) RETURNS SETOF text
LANGUAGE sql STABLE
AS $$
  SELECT format('SELECT %L::bigint', asked ->> 'building_id') WHERE asked ? 'building_id'
  UNION ALL
  SELECT format('SELECT b.id FROM buildings b WHERE b.organization_id = $1 AND b.location_quality >= %1$L AND b.location_quality <= %1$L
                 ORDER BY b.location_quality', asked ->> 'location_quality') WHERE asked ? 'location_quality'
  UNION ALL
  SELECT format('SELECT b.id FROM buildings b WHERE b.organization_id = $1 AND map_point(b.latitude, b.longitude) && %1$L::geometry
                 ORDER BY map_point(b.latitude, b.longitude) <-> ST_Centroid(%1$L::geometry)', s.shape)
  FROM (SELECT ST_MakeEnvelope((asked ->> 'west')::float8, (asked ->> 'south')::float8, (asked ->> 'east')::float8,
                               (asked ->> 'north')::float8, 4326) WHERE asked ?& '{west,south,east,north}'
        UNION ALL
        SELECT (SELECT a.boundary FROM areas a WHERE a.organization_id = organization AND a.id = (asked ->> 'area_id')::bigint)
        WHERE asked ? 'area_id') s (shape)
$$;

-- Returns all buildings that may match if some index shows that there are at most `most`; otherwise
-- NULL.
CREATE OR REPLACE FUNCTION places_few(organization bigint, asked jsonb, most int) RETURNS bigint[]
LANGUAGE plpgsql STABLE
AS $$
DECLARE
  source text;
  ids bigint[];
BEGIN
  FOR source IN SELECT s FROM place_sources(organization, asked) s LOOP
    EXECUTE 'SELECT COALESCE(array_agg(s.id), ''{}'') FROM (' || source || ' LIMIT $2) s (id)' INTO ids USING organization, most + 1;
    IF cardinality(ids) <= most THEN
      RETURN ids;
    END IF;
  END LOOP;
  RETURN NULL;
END
$$;

-- Returns the next n matching places among these buildings.
CREATE OR REPLACE FUNCTION places_among(organization bigint, doors boolean, ids bigint[], conditions text, after_id bigint, n int)
RETURNS TABLE (id bigint, scan_end boolean)
LANGUAGE plpgsql STABLE
AS $$
BEGIN
  RETURN QUERY EXECUTE format('SELECT p.id, false FROM unnest($2) c (id)
    CROSS JOIN LATERAL (SELECT w.* FROM buildings w WHERE w.organization_id = $1 AND w.id = c.id OFFSET 0) b %s
    WHERE p.id > $3 %s ORDER BY p.id LIMIT $4',
    CASE WHEN doors THEN 'CROSS JOIN LATERAL (SELECT d.id FROM doors d WHERE d.organization_id = $1 AND d.building_id = b.id OFFSET 0) p'
         ELSE 'CROSS JOIN LATERAL (SELECT b.id OFFSET 0) p' END, conditions)
    USING organization, ids, after_id, n;
END
$$;

-- Returns the next n matching places in the order of ids, among the next `most` places; with
-- scan_end the last place that was examined.
CREATE OR REPLACE FUNCTION places_walk(organization bigint, doors boolean, conditions text, after_id bigint, most int, n int,
  OUT ids bigint[], OUT scan_end boolean)
LANGUAGE plpgsql STABLE
AS $$
BEGIN
  EXECUTE format('WITH looked AS MATERIALIZED (
      SELECT p.id, %s AS fits FROM %s p WHERE p.organization_id = $1 AND p.id > $2 ORDER BY p.id LIMIT $3)
    SELECT COALESCE(array_agg(f.id), ''{}''), COALESCE(bool_or(f.ends), false)
    FROM ((SELECT l.id, false FROM looked l WHERE l.fits LIMIT $4)
      UNION ALL (SELECT l.id, true FROM looked l OFFSET $3 - 1 LIMIT 1)
      LIMIT $4) f (id, ends)',
    CASE WHEN conditions = '' THEN 'true'
         WHEN doors THEN format('(SELECT true %s FROM (SELECT w.* FROM buildings w WHERE w.organization_id = $1
                                   AND w.id = p.building_id OFFSET 0) b)', conditions)
         ELSE format('(SELECT true %s FROM (SELECT p.*) b)', conditions) END,
    CASE WHEN doors THEN 'doors' ELSE 'buildings' END)
    INTO ids, scan_end USING organization, after_id, most, n;
END
$$;

-- Returns the next places along a street in walking order, by number, then unit. Reads 500
-- buildings at a time and at most 5,000, until n match. place_key of a building is its number as
-- formatted by place_order; place_key of a door consists of building and unit.
CREATE OR REPLACE FUNCTION places_along(organization bigint, doors boolean, street text, conditions text, after_key text,
  after_id bigint, n int)
RETURNS TABLE (id bigint, place_key text, scan_end boolean)
LANGUAGE plpgsql STABLE
AS $$
DECLARE
  chunk constant int := 500;
  at_place text := CASE WHEN doors THEN split_part(after_key, ' ', 1) ELSE after_key END;
  at_building bigint := CASE WHEN doors AND after_key <> '' THEN split_part(after_key, ' ', 2)::bigint ELSE after_id END;
  looked bigint;
  ids bigint[];
  keys text[];
  end_id bigint;
  end_key text;
  last_id bigint;
  last_key text;
  found int := 0;
BEGIN
  FOR i IN 1 .. 10 LOOP
    EXECUTE format('WITH looked AS MATERIALIZED (
        SELECT b.id, place_order(b.number) COLLATE "C" AS place, (true %1$s) AS fits FROM buildings b
        WHERE b.organization_id = $1 AND b.street_key = $2 AND (place_order(b.number) COLLATE "C", b.id) %2$s ($3 COLLATE "C", $4)
        ORDER BY place_order(b.number) COLLATE "C", b.id LIMIT $5),
      places AS MATERIALIZED (SELECT p.id, p.key, l.fits FROM looked l CROSS JOIN LATERAL (%3$s) p (id, key)
        WHERE (p.key COLLATE "C", p.id) > ($6 COLLATE "C", $7))
      SELECT (SELECT count(*) FROM looked), l.place, l.id, e.id, e.key, f.ids, f.keys
      FROM (SELECT COALESCE(array_agg(w.id), ''{}'') AS ids, COALESCE(array_agg(w.key), ''{}'') AS keys
            FROM (SELECT k.id, k.key FROM places k WHERE k.fits ORDER BY k.key COLLATE "C", k.id LIMIT $8) w) f
      LEFT JOIN (SELECT k.place, k.id FROM looked k ORDER BY k.place COLLATE "C" DESC, k.id DESC LIMIT 1) l ON true
      LEFT JOIN (SELECT k.id, k.key FROM places k ORDER BY k.key COLLATE "C" DESC, k.id DESC LIMIT 1) e ON true',
      conditions, CASE WHEN doors THEN '>=' ELSE '>' END,
      CASE WHEN doors THEN 'SELECT d.id, l.place || '' '' || lpad(l.id::text, 19, ''0'') || '' '' || place_order(d.unit) FROM doors d
                            WHERE d.organization_id = $1 AND d.building_id = l.id OFFSET 0'
           ELSE 'SELECT l.id, l.place' END)
      INTO looked, at_place, at_building, end_id, end_key, ids, keys
      USING organization, street, at_place, at_building, chunk, after_key, after_id, n - found;
    RETURN QUERY SELECT u.i, u.k, false FROM unnest(ids, keys) u (i, k);
    found := found + cardinality(ids);
    last_id := COALESCE(end_id, last_id);
    last_key := COALESCE(end_key, last_key);
    after_key := COALESCE(end_key, after_key);
    after_id := COALESCE(end_id, after_id);
    IF looked < chunk OR found >= n THEN
      RETURN;
    END IF;
  END LOOP;
  RETURN QUERY SELECT last_id, last_key, true WHERE last_id IS NOT NULL;
END
$$;

-- Returns a page of buildings or doors after the cursor: along a street in walking order, otherwise
-- in the order of ids with an empty place_key; scan_end as in voters_page.
CREATE OR REPLACE FUNCTION places_page(organization bigint, doors boolean, asked jsonb, after_key text, after_id bigint, n int)
RETURNS TABLE (id bigint, place_key text, scan_end boolean)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp ROWS 100
SET enable_seqscan = off SET enable_sort = off SET enable_incremental_sort = off
SET enable_hashjoin = off SET enable_mergejoin = off SET max_parallel_workers_per_gather = 0
SET jit = off
AS $$
DECLARE
  given constant jsonb := jsonb_strip_nulls(asked);
  conditions constant text := place_condition(organization, given);
  page record;
  few bigint[];
  most int;
BEGIN
  IF organization IS DISTINCT FROM app_organization_id() THEN
    RAISE EXCEPTION 'places of another organization' USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF given ? 'street_key' THEN
    RETURN QUERY SELECT a.* FROM places_along(organization, doors, given ->> 'street_key', conditions, COALESCE(after_key, ''),
                                              COALESCE(after_id, 0), n) a;
    RETURN;
  END IF;
  few := places_few(organization, given, 500);
  FOREACH most IN ARRAY '{1000,5000}'::int[] LOOP
    IF few IS NOT NULL THEN
      RETURN QUERY SELECT a.id, '', a.scan_end FROM places_among(organization, doors, few, conditions, COALESCE(after_id, 0), n) a;
      RETURN;
    END IF;
    SELECT w.* INTO page FROM places_walk(organization, doors, conditions, COALESCE(after_id, 0), most, n) w;
    EXIT WHEN NOT page.scan_end;
    IF most = 1000 THEN
      few := places_few(organization, given, 5000);
    END IF;
  END LOOP;
  RETURN QUERY SELECT u.i, '', page.scan_end AND u.o = cardinality(page.ids) FROM unnest(page.ids) WITH ORDINALITY u (i, o);
END
$$;

GRANT EXECUTE ON FUNCTION places_page(bigint,boolean,jsonb,text,bigint,integer) TO campaign_api;

RESET ROLE;

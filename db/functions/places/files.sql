-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Imports areas, streets and points from GeoJSON files.

-- Returns a property name in normal form: lower-case letters and digits.
CREATE OR REPLACE FUNCTION place_name(source text) RETURNS text
LANGUAGE sql IMMUTABLE
AS $$ SELECT regexp_replace(lower(source), '[^a-z0-9]', '', 'g') $$;

-- Returns a property of a feature: the one with the given name, otherwise the first one with a
-- usual name. '' counts as absent.
CREATE OR REPLACE FUNCTION place_property(properties jsonb, named text, usual text[]) RETURNS text
LANGUAGE plpgsql IMMUTABLE
AS $$
DECLARE
  name text;
  found_text text;
BEGIN
  IF named IS NOT NULL THEN
    RETURN NULLIF(btrim(properties ->> place_name(named)), '');
  END IF;
  FOREACH name IN ARRAY usual LOOP
    found_text := NULLIF(btrim(properties ->> name), '');
    EXIT WHEN found_text IS NOT NULL;
  END LOOP;
  RETURN found_text;
END
$$;

-- Returns the features of a GeoJSON document, with their number, and their properties under
-- normalized names. Refuses other documents.
CREATE OR REPLACE FUNCTION place_features(document jsonb) RETURNS TABLE (n bigint, properties jsonb, shape jsonb, id text)
LANGUAGE plpgsql STABLE
AS $$
BEGIN
  IF jsonb_typeof(document -> 'features') IS DISTINCT FROM 'array' THEN
    RAISE EXCEPTION 'The file is no GeoJSON FeatureCollection.' USING ERRCODE = 'CC422', DETAIL = 'geojson';
  END IF;
  RETURN QUERY SELECT f.n, COALESCE((
      SELECT jsonb_object_agg(place_name(p.key), p.value) FROM jsonb_each(
        CASE jsonb_typeof(f.feature -> 'properties') WHEN 'object' THEN f.feature -> 'properties' ELSE '{}' END) p), '{}'),
      f.feature -> 'geometry', f.feature ->> 'id'
    FROM jsonb_array_elements(document -> 'features') WITH ORDINALITY f (feature, n);
END
$$;

-- Returns the geometry of a feature in WGS 84, or NULL.
CREATE OR REPLACE FUNCTION place_shape(shape jsonb) RETURNS geometry
LANGUAGE plpgsql IMMUTABLE
AS $$
BEGIN
  RETURN ST_SetSRID(ST_Force2D(ST_GeomFromGeoJSON(shape)), 4326);
EXCEPTION WHEN OTHERS THEN
  RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION place_number(source text) RETURNS int
LANGUAGE sql IMMUTABLE
AS $$ SELECT substring(source FROM '^\s*(\d{1,9})')::int $$;

CREATE OR REPLACE FUNCTION areas_import(organization bigint, document jsonb, named jsonb, OUT read bigint, OUT written bigint,
  OUT skipped bigint)
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  usable bigint;
BEGIN
  PERFORM set_config('app.bulk', 'on', true);
  WITH given AS MATERIALIZED (
    SELECT f.n, place_property(f.properties, named ->> 'code',
             '{code,wardprecinctsubprecinct,wardprecinct,wardprecin,wpcode,precinct,precinctid,zipcode,zip5,zip,zcta5ce20,district,districtcode,geoid,id,name}')
             AS code,
           place_property(f.properties, named ->> 'name', '{name,label,namelsad,neighborhood}') AS name,
           ST_Multi(ST_CollectionExtract(ST_MakeValid(place_shape(f.shape)), 3)) AS boundary
    FROM place_features(document) f),
  -- An area that consists of several features is combined.
  whole AS (
    SELECT g.code, min(g.name) AS name, ST_Multi(ST_Union(g.boundary)) AS boundary, count(*) AS n
    FROM given g WHERE g.code IS NOT NULL AND NOT ST_IsEmpty(g.boundary) GROUP BY g.code),
  put AS (
    INSERT INTO areas AS a (organization_id, kind, code, name, boundary)
    SELECT organization, named ->> 'kind', w.code, w.name, w.boundary FROM whole w
    ON CONFLICT (organization_id, kind, code) DO UPDATE SET name = EXCLUDED.name, boundary = EXCLUDED.boundary
    RETURNING 1)
  SELECT (SELECT count(*) FROM given), (SELECT count(*) FROM put), (SELECT sum(w.n) FROM whole w)
    INTO read, written, usable;
  skipped := read - COALESCE(usable, 0);
  PERFORM set_config('app.bulk', '', true);
  PERFORM record_bulk('area', 'update', written);
END
$$;

-- Returns the names of streets in a file, as input of ccd_address_parse.
CREATE OR REPLACE FUNCTION segment_names(document jsonb, named jsonb) RETURNS TABLE (name text)
LANGUAGE sql STABLE
AS $$
  SELECT DISTINCT place_property(f.properties, named ->> 'name',
           '{street,fullname,fullstreet,fullstreetname,streetname,stname,label,name}')
  FROM place_features(document) f
$$;

-- Import street segments. keys: {name: street_key}.
CREATE OR REPLACE FUNCTION segments_import(organization bigint, document jsonb, named jsonb, keys jsonb, OUT read bigint,
  OUT written bigint, OUT skipped bigint)
LANGUAGE plpgsql VOLATILE
AS $$
BEGIN
  PERFORM set_config('app.bulk', 'on', true);
  WITH given AS MATERIALIZED (
    SELECT f.n, f.properties AS p, COALESCE(place_property(f.properties, named ->> 'id',
               '{id,segmentid,externalid,tlid,linearid,objectid,globalid}'), f.id) AS external_id,
           place_property(f.properties, named ->> 'name',
             '{street,fullname,fullstreet,fullstreetname,streetname,stname,label,name}') AS name,
           ST_GeometryN(ST_LineMerge(place_shape(f.shape)), 1) AS line
    FROM place_features(document) f),
  usable AS (
    SELECT DISTINCT ON (g.external_id) g.* FROM given g
    WHERE g.external_id IS NOT NULL AND keys ->> g.name <> '' AND ST_GeometryType(g.line) = 'ST_LineString'
    ORDER BY g.external_id, g.n),
  put AS (
    INSERT INTO street_segments AS s (organization_id, external_id, name, street_key, left_from, left_to, right_from,
      right_to, zip_left, zip_right, node_a, node_b, road_class, length_m, line)
    SELECT organization, u.external_id, u.name, keys ->> u.name,
      place_number(place_property(u.p, named ->> 'left_from', '{lfrom,lfromadd,lfromhn,leftfrom,fromaddrl,fromleft,lfadd,fraddl}')),
      place_number(place_property(u.p, named ->> 'left_to', '{lto,ltoadd,ltohn,leftto,toaddrl,toleft,ltadd,toaddl}')),
      place_number(place_property(u.p, named ->> 'right_from', '{rfrom,rfromadd,rfromhn,rightfrom,fromaddrr,fromright,rfadd,fraddr}')),
      place_number(place_property(u.p, named ->> 'right_to', '{rto,rtoadd,rtohn,rightto,toaddrr,toright,rtadd,toaddr}')),
      substring(place_property(u.p, named ->> 'zip_left', '{zipleft,zipl,leftzip,lzip}') FROM '^\d{5}'),
      substring(place_property(u.p, named ->> 'zip_right', '{zipright,zipr,rightzip,rzip}') FROM '^\d{5}'),
      -- If the file has no node ids, segments are connected where they end at the same position.
      COALESCE(place_property(u.p, named ->> 'node_a', '{fromnode,nodea,fnode,tnidf,startnode,unode}'),
               ST_AsText(ST_StartPoint(u.line), 6)),
      COALESCE(place_property(u.p, named ->> 'node_b', '{tonode,nodeb,tnode,tnidt,endnode,vnode}'),
               ST_AsText(ST_EndPoint(u.line), 6)),
      CASE lower(place_property(u.p, named ->> 'road_class', '{roadclass,majorroad,mtfcc,class}'))
        WHEN 'collector' THEN 'collector' WHEN 'arterial' THEN 'arterial' WHEN 'trunk' THEN 'trunk'
        WHEN 'path' THEN 'path' WHEN '1' THEN 'arterial' WHEN '2' THEN 'collector'
        WHEN 's1100' THEN 'trunk' WHEN 's1200' THEN 'arterial' WHEN 's1710' THEN 'path' ELSE 'local' END,
      ST_Length(u.line::geography), u.line
    FROM usable u
    ON CONFLICT (organization_id, external_id) DO UPDATE SET name = EXCLUDED.name, street_key = EXCLUDED.street_key,
      left_from = EXCLUDED.left_from, left_to = EXCLUDED.left_to, right_from = EXCLUDED.right_from,
      right_to = EXCLUDED.right_to, zip_left = EXCLUDED.zip_left, zip_right = EXCLUDED.zip_right,
      node_a = EXCLUDED.node_a, node_b = EXCLUDED.node_b, road_class = EXCLUDED.road_class,
      length_m = EXCLUDED.length_m, line = EXCLUDED.line
    RETURNING 1)
  SELECT (SELECT count(*) FROM given), (SELECT count(*) FROM put) INTO read, written;
  skipped := read - written;
  PERFORM set_config('app.bulk', '', true);
  PERFORM record_bulk('street_segment', 'update', written);
END
$$;

-- Returns the addresses of a file, as input of ccd_residence_parse. Parts that the file has in
-- separate columns stay separate.
CREATE OR REPLACE FUNCTION point_lines(document jsonb, named jsonb)
RETURNS TABLE (n bigint, line text, number text, unit text, zip5 text, city text)
LANGUAGE sql STABLE
AS $$
  SELECT f.n, COALESCE(a.line, concat_ws(' ',
           place_property(f.properties, NULL, '{predir,stpredir,predirection,stnamepredirectional,lstpredir}'),
           place_property(f.properties, NULL, '{stpretype,stnamepretype,pretype}'),
           place_property(f.properties, NULL, '{street,streetname,stname,fullstreet,fullname,lstname}'),
           place_property(f.properties, NULL, '{sttype,streettype,posttype,stpostyp,stnameposttype,suffix,lsttype}'),
           place_property(f.properties, NULL, '{sufdir,postdir,stposdir,postdirection,stnamepostdirectional}'))),
         CASE WHEN a.line IS NULL THEN concat_ws(' ',
           place_property(f.properties, NULL, '{housenumber,housenum,house,number,addrnum,addno,addnumber,streetnumber,stnum,addressnumber}'),
           place_property(f.properties, NULL, '{addnumsuf,numbersuffix,housesuffix,streetnumbersuffix}')) END,
         place_property(f.properties, named ->> 'unit', '{unit,unitnumber,unitid,apt,suite}'),
         substring(place_property(f.properties, named ->> 'zip', '{zip5,zip,zipcode,postcode}') FROM '^\d{5}'),
         place_property(f.properties, named ->> 'city', '{city,municipality,postcity}')
  FROM place_features(document) f
  CROSS JOIN LATERAL (SELECT place_property(f.properties, named ->> 'address',
    '{address,fulladdress,fulladdr,addr,streetaddress,siteaddress,rawlocation}')) a (line)
  ORDER BY f.n
$$;

-- Import address points. homes: one object per feature, in the same order, with address_key,
-- building_key, street_key, number, street, line, unit, zip5. Positions that were set by hand are
-- kept.
CREATE OR REPLACE FUNCTION points_import(organization bigint, document jsonb, named jsonb, homes jsonb, OUT read bigint,
  OUT written bigint, OUT skipped bigint)
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  usable bigint;
BEGIN
  PERFORM set_config('app.bulk', 'on', true);
  WITH given AS MATERIALIZED (
    SELECT f.n, h.home, h.home ->> 'building_key' AS building_key, place_shape(f.shape) AS shape,
           place_property(f.properties, named ->> 'city', '{city,municipality,postcity}') AS city,
           place_property(f.properties, named ->> 'precinct', '{precinct,wardprecinct}') AS precinct
    FROM place_features(document) f
    JOIN jsonb_array_elements(homes) WITH ORDINALITY h (home, n) ON h.n = f.n),
  points AS (
    SELECT g.*, ST_PointOnSurface(g.shape) AS point FROM given g
    WHERE g.building_key <> '' AND NOT ST_IsEmpty(g.shape)),
  houses AS (
    SELECT DISTINCT ON (p.building_key) p.* FROM points p ORDER BY p.building_key, p.n),
  put AS (
    INSERT INTO buildings AS b (organization_id, building_key, address, number, street, street_key, city, zip5, precinct,
      latitude, longitude, location_quality)
    SELECT organization, h.building_key, h.home ->> 'line', h.home ->> 'number', h.home ->> 'street',
      h.home ->> 'street_key', h.city, h.home ->> 'zip5', h.precinct, ST_Y(h.point), ST_X(h.point), 'point'
    FROM houses h
    ON CONFLICT (organization_id, building_key) DO UPDATE SET
      latitude = CASE WHEN b.location_quality = 'manual' THEN b.latitude ELSE EXCLUDED.latitude END,
      longitude = CASE WHEN b.location_quality = 'manual' THEN b.longitude ELSE EXCLUDED.longitude END,
      location_quality = CASE WHEN b.location_quality = 'manual' THEN 'manual' ELSE 'point' END,
      segment_id = CASE WHEN b.location_quality IN ('point', 'manual') AND (b.latitude, b.longitude)
        IS NOT DISTINCT FROM (EXCLUDED.latitude, EXCLUDED.longitude) THEN b.segment_id END,
      city = COALESCE(b.city, EXCLUDED.city), precinct = COALESCE(b.precinct, EXCLUDED.precinct)
    RETURNING b.id, b.building_key),
  doors_put AS (
    INSERT INTO doors AS d (organization_id, building_id, address_key, unit, precinct)
    SELECT DISTINCT ON (p.home ->> 'address_key') organization, put.id, p.home ->> 'address_key',
      NULLIF(p.home ->> 'unit', ''), p.precinct
    FROM points p JOIN put USING (building_key)
    ORDER BY p.home ->> 'address_key', p.n
    ON CONFLICT (organization_id, address_key) DO NOTHING)
  SELECT (SELECT count(*) FROM given), (SELECT count(*) FROM put), (SELECT count(*) FROM points)
    INTO read, written, usable;
  skipped := read - usable;
  PERFORM set_config('app.bulk', '', true);
  PERFORM record_bulk('building', 'update', written);
END
$$;

GRANT EXECUTE ON FUNCTION place_name(text), place_property(jsonb,text,text[]),
  place_features(jsonb), place_shape(jsonb), place_number(text), areas_import(bigint,jsonb,jsonb),
  segment_names(jsonb,jsonb), segments_import(bigint,jsonb,jsonb,jsonb), point_lines(jsonb,jsonb),
  points_import(bigint,jsonb,jsonb,jsonb)
  TO campaign_api;

-- SPDX-License-Identifier: GPL-3.0-or-later
-- Areas, streets, buildings and doors, and their positions on the map (docs/internals/voters.md).

-- name: area_list
SELECT {columns a}
FROM areas r
CROSS JOIN LATERAL (SELECT r.id, r.kind, r.code, r.name, NULL::jsonb AS boundary, r.created_at, r.updated_at, r.version) a
WHERE r.organization_id = :call.organization_id::bigint
  AND (:query.kind::text IS NULL OR r.kind = :query.kind::text)
  AND (r.code, r.id) > (CASE WHEN :page.cursor_1::text IS NULL THEN '' ELSE :page.cursor_1::text END,
                        CASE WHEN :page.cursor_2::bigint IS NULL THEN 0 ELSE :page.cursor_2::bigint END)
ORDER BY r.code, r.id
LIMIT :page.limit::int

-- name: area_get
SELECT {columns a}
FROM areas r
CROSS JOIN LATERAL (SELECT r.id, r.kind, r.code, r.name, ST_AsGeoJSON(r.boundary, 6)::jsonb AS boundary, r.created_at,
                           r.updated_at, r.version) a
WHERE r.organization_id = :call.organization_id::bigint AND r.id = :path.area_id::bigint

-- name: area_delete
DELETE FROM areas a
WHERE a.organization_id = :call.organization_id::bigint AND a.id = :path.area_id::bigint
  AND assert_version(a.version, :call.if_match::bigint)
RETURNING a.id

-- name: area_import
SELECT i.read, i.written, i.skipped FROM areas_import(:call.organization_id::bigint, :arg.document::jsonb, :arg.named::jsonb) i

-- name: segment_list
SELECT {columns a}
FROM street_segments r
CROSS JOIN LATERAL (SELECT r.id, r.external_id, r.name, r.street_key, r.left_from, r.left_to, r.right_from, r.right_to,
                           r.zip_left, r.zip_right, r.node_a, r.node_b, r.road_class, r.length_m,
                           ST_AsGeoJSON(r.line, 6)::jsonb AS line, r.updated_at, r.version) a
WHERE r.organization_id = :call.organization_id::bigint
  AND (:arg.street_key::text IS NULL OR r.street_key = :arg.street_key::text)
  AND (r.street_key, r.id) > (CASE WHEN :page.cursor_1::text IS NULL THEN '' ELSE :page.cursor_1::text END,
                              CASE WHEN :page.cursor_2::bigint IS NULL THEN 0 ELSE :page.cursor_2::bigint END)
ORDER BY r.street_key, r.id
LIMIT :page.limit::int

-- name: segment_names
SELECT s.name FROM segment_names(:arg.document::jsonb, :arg.named::jsonb) s WHERE s.name IS NOT NULL

-- name: segment_import
SELECT i.read, i.written, i.skipped
FROM segments_import(:call.organization_id::bigint, :arg.document::jsonb, :arg.named::jsonb, :arg.keys::jsonb) i

-- name: point_lines
SELECT p.line, p.number, p.unit, p.zip5, p.city FROM point_lines(:arg.document::jsonb, :arg.named::jsonb) p ORDER BY p.n

-- name: point_import
SELECT i.read, i.written, i.skipped
FROM points_import(:call.organization_id::bigint, :arg.document::jsonb, :arg.named::jsonb, :arg.keys::jsonb) i

-- name: building_list
SELECT {columns a}, s.place_key, s.scan_end
FROM places_page(:call.organization_id::bigint, false, jsonb_build_object(
       'building_id', :query.building_id::bigint, 'location_quality', :query.location_quality::text, 'west', :query.west::double precision,
       'south', :query.south::double precision, 'east', :query.east::double precision, 'north', :query.north::double precision,
       'street_key', :arg.street_key::text, 'area_id', :query.area_id::bigint), :page.cursor_1::text,
       :page.cursor_2::bigint, :page.limit::int) s
JOIN buildings b ON b.organization_id = :call.organization_id::bigint AND b.id = s.id
CROSS JOIN LATERAL (SELECT b.*, (SELECT count(*) FROM doors d WHERE d.organization_id = b.organization_id
                                 AND d.building_id = b.id) AS n_doors) a
ORDER BY s.scan_end, s.place_key COLLATE "C", b.id

-- name: building_get
SELECT {columns a}
FROM buildings b
CROSS JOIN LATERAL (SELECT b.*, (SELECT count(*) FROM doors d WHERE d.organization_id = b.organization_id
                                 AND d.building_id = b.id) AS n_doors) a
WHERE b.organization_id = :call.organization_id::bigint AND b.id = :path.building_id::bigint

-- name: building_update
WITH made AS (
  UPDATE buildings b
  SET ({writable}) = (SELECT {writable r} FROM jsonb_populate_record(b, :body::jsonb) r),
    location_quality = CASE WHEN NOT :body::jsonb ?| '{latitude,longitude}' THEN b.location_quality
      WHEN :body::jsonb ->> 'latitude' IS NULL THEN 'none' ELSE 'manual' END,
    -- segment_id becomes NULL, so that the next geocoding computes the position along the street
    -- again.
    segment_id = CASE WHEN :body::jsonb ?| '{latitude,longitude}' THEN NULL ELSE b.segment_id END
  WHERE b.organization_id = :call.organization_id::bigint AND b.id = :path.building_id::bigint
    AND assert_version(b.version, :call.if_match::bigint)
  RETURNING b.*)
SELECT {columns a}
FROM made
CROSS JOIN LATERAL (SELECT made.*, (SELECT count(*) FROM doors d WHERE d.organization_id = made.organization_id
                                    AND d.building_id = made.id) AS n_doors) a

-- name: door_list
SELECT {columns a}, s.place_key, s.scan_end
FROM places_page(:call.organization_id::bigint, true, jsonb_build_object(
       'building_id', :query.building_id::bigint, 'location_quality', :query.location_quality::text, 'west', :query.west::double precision,
       'south', :query.south::double precision, 'east', :query.east::double precision, 'north', :query.north::double precision,
       'street_key', :arg.street_key::text, 'area_id', :query.area_id::bigint), :page.cursor_1::text,
       :page.cursor_2::bigint, :page.limit::int) s
JOIN doors d ON d.organization_id = :call.organization_id::bigint AND d.id = s.id
JOIN buildings b ON b.organization_id = :call.organization_id::bigint AND b.id = d.building_id
CROSS JOIN LATERAL (SELECT d.*, b.address, b.latitude, b.longitude, b.location_quality) a
ORDER BY s.scan_end, s.place_key COLLATE "C", d.id

-- name: door_get
SELECT {columns a}
FROM doors d
JOIN buildings b ON b.organization_id = d.organization_id AND b.id = d.building_id
CROSS JOIN LATERAL (SELECT d.*, b.address, b.latitude, b.longitude, b.location_quality) a
WHERE d.organization_id = :call.organization_id::bigint AND d.id = :path.door_id::bigint

-- name: door_update
WITH made AS (
  UPDATE doors d SET ({writable}) = (SELECT {writable r} FROM jsonb_populate_record(d, :body::jsonb) r)
  WHERE d.organization_id = :call.organization_id::bigint AND d.id = :path.door_id::bigint
    AND assert_version(d.version, :call.if_match::bigint)
  RETURNING d.*)
SELECT {columns a}
FROM made
JOIN buildings b ON b.organization_id = made.organization_id AND b.id = made.building_id
CROSS JOIN LATERAL (SELECT made.*, b.address, b.latitude, b.longitude, b.location_quality) a

-- name: geocode_start
-- Return the organization's waiting or running geocoding job, or enqueue one. When a job exists
-- already, `again` of this request has no effect.
SELECT COALESCE(geocode_waiting(:call.organization_id::bigint),
                job_enqueue(:call.organization_id::bigint, 'geocode',
                  jsonb_build_object('again', :body.again::boolean))) AS job_id

-- name: geocode_state
SELECT count(*) FILTER (WHERE b.location_quality = 'point') AS point,
  count(*) FILTER (WHERE b.location_quality = 'range') AS range,
  count(*) FILTER (WHERE b.location_quality = 'street') AS street,
  count(*) FILTER (WHERE b.location_quality = 'zip') AS zip,
  count(*) FILTER (WHERE b.location_quality = 'manual') AS manual,
  count(*) FILTER (WHERE b.location_quality = 'none') AS none,
  count(*) FILTER (WHERE b.location_quality NOT IN ('none', 'zip') AND EXISTS (
    SELECT FROM areas a WHERE a.organization_id = b.organization_id AND a.kind = 'precinct' AND a.code = b.precinct
      AND NOT ST_Covers(a.boundary, map_point(b.latitude, b.longitude)))) AS other_precinct,
  geocode_waiting(:call.organization_id::bigint) IS NOT NULL AS running
FROM buildings b
WHERE b.organization_id = :call.organization_id::bigint

-- name: geocode_segments
SELECT s.id, s.street_key, s.left_from, s.left_to, s.right_from, s.right_to, s.zip_left, s.zip_right,
  ST_AsText(s.line, 7) AS line
FROM street_segments s
WHERE s.organization_id = :call.organization_id::bigint AND s.id > :arg.after::bigint
ORDER BY s.id
LIMIT 20000

-- name: geocode_next
SELECT b.id, b.street_key, b.number, b.zip5, b.location_quality IN ('point', 'manual') AS placed
FROM buildings b
WHERE b.organization_id = :call.organization_id::bigint AND b.id > :arg.after::bigint
  AND (b.location_quality = 'none' OR :arg.again::boolean AND b.location_quality IN ('range', 'street', 'zip')
       OR b.location_quality IN ('point', 'manual') AND b.segment_id IS NULL)
ORDER BY b.id
LIMIT 2000

-- name: geocode_apply
SELECT geocode_apply(:call.organization_id::bigint, :arg.places::jsonb) AS n,
  geocode_attach(:call.organization_id::bigint, ARRAY(SELECT jsonb_array_elements_text(:arg.attach::jsonb)::bigint)) AS attached

-- name: geocode_record
SELECT record_bulk('building', 'update', :arg.n::bigint)

-- Keys derived again ----------------------------------------------------------------------------------

-- name: rekey_segments
SELECT s.id, s.name, s.street_key FROM street_segments s
WHERE s.organization_id = :call.organization_id::bigint AND s.id > :arg.after::bigint
ORDER BY s.id LIMIT 5000

-- name: rekey_segments_apply
SELECT segments_rekey(:call.organization_id::bigint, :arg.given::jsonb)

-- name: rekey_buildings
SELECT b.id, b.building_key AS key, b.address, b.number, b.street, b.street_key, b.city, b.zip5 FROM buildings b
WHERE b.organization_id = :call.organization_id::bigint AND b.id > :arg.after::bigint
ORDER BY b.id LIMIT 1000

-- name: rekey_buildings_held
-- Read the rows after @after that have one of the keys now, by index, independent of PostgreSQL's
-- statistics of the organization.
SELECT b.* FROM unnest(:arg.keys::text[]) w (wanted)
CROSS JOIN LATERAL (
  SELECT k.id, k.building_key AS key, k.address, k.number, k.street, k.street_key, k.city, k.zip5 FROM buildings k
  WHERE k.organization_id = :call.organization_id::bigint AND k.building_key = w.wanted OFFSET 0) b
WHERE b.id > :arg.after::bigint

-- name: rekey_buildings_apply
SELECT buildings_rekey(:call.organization_id::bigint, :arg.given::jsonb)

-- name: rekey_doors
SELECT d.id, d.address_key AS key, d.unit, b.building_key, b.city, b.zip5
FROM (SELECT * FROM doors w WHERE w.organization_id = :call.organization_id::bigint AND w.id > :arg.after::bigint
      ORDER BY w.id LIMIT 1000) d
CROSS JOIN LATERAL (SELECT k.* FROM buildings k WHERE k.organization_id = d.organization_id AND k.id = d.building_id OFFSET 0) b
ORDER BY d.id

-- name: rekey_doors_held
SELECT d.id, d.address_key AS key, d.unit, b.building_key, b.city, b.zip5
FROM unnest(:arg.keys::text[]) w (wanted)
CROSS JOIN LATERAL (SELECT k.* FROM doors k
                    WHERE k.organization_id = :call.organization_id::bigint AND k.address_key = w.wanted OFFSET 0) d
CROSS JOIN LATERAL (SELECT k.* FROM buildings k WHERE k.organization_id = d.organization_id AND k.id = d.building_id OFFSET 0) b
WHERE d.id > :arg.after::bigint

-- name: rekey_doors_apply
SELECT doors_rekey(:call.organization_id::bigint, :arg.given::jsonb)

-- name: rekey_voters
SELECT v.id, v.address_key AS key, v.address, v.unit, v.city, v.state, v.zip5, v.precinct, d.address_key AS door_key
FROM (SELECT * FROM voters w WHERE w.organization_id = :call.organization_id::bigint AND w.id > :arg.after::bigint
        AND (w.address_key IS NOT NULL OR w.address IS NOT NULL)
      ORDER BY w.id LIMIT 2000) v
LEFT JOIN LATERAL (SELECT k.address_key FROM doors k
                   WHERE k.organization_id = v.organization_id AND k.id = v.door_id OFFSET 0) d ON true
ORDER BY v.id

-- name: rekey_voters_apply
SELECT voters_rekey(:call.organization_id::bigint, :arg.given::jsonb)

-- name: rekey_finish
SELECT rekey_finish(:call.organization_id::bigint)

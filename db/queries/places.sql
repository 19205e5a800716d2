-- SPDX-License-Identifier: GPL-3.0-or-later
-- Areas, streets, buildings and doors, and how they come onto the map (docs/internals/voters.md).

-- name: area_list
SELECT {columns a}
FROM areas r
CROSS JOIN LATERAL (SELECT r.id, r.kind, r.code, r.name, NULL::jsonb AS boundary, r.created_at, r.updated_at, r.version) a
WHERE r.organization_id = :organization_id::bigint
  AND (:kind::text IS NULL OR r.kind = :kind::text)
  AND (r.code, r.id) > (CASE WHEN :cursor_1::text IS NULL THEN '' ELSE :cursor_1::text END,
                        CASE WHEN :cursor_2::bigint IS NULL THEN 0 ELSE :cursor_2::bigint END)
ORDER BY r.code, r.id
LIMIT :limit::int

-- name: area_get
SELECT {columns a}
FROM areas r
CROSS JOIN LATERAL (SELECT r.id, r.kind, r.code, r.name, ST_AsGeoJSON(r.boundary, 6)::jsonb AS boundary, r.created_at,
                           r.updated_at, r.version) a
WHERE r.organization_id = :organization_id::bigint AND r.id = :area_id::bigint

-- name: area_delete
DELETE FROM areas a
WHERE a.organization_id = :organization_id::bigint AND a.id = :area_id::bigint
  AND assert_version(a.version, :if_match::bigint)
RETURNING a.id

-- name: area_import
SELECT i.read, i.written, i.skipped FROM areas_import(:organization_id::bigint, :document::jsonb, :named::jsonb) i

-- name: segment_list
SELECT {columns a}
FROM street_segments r
CROSS JOIN LATERAL (SELECT r.id, r.external_id, r.name, r.street_key, r.left_from, r.left_to, r.right_from, r.right_to,
                           r.zip_left, r.zip_right, r.node_a, r.node_b, r.road_class, r.length_m,
                           ST_AsGeoJSON(r.line, 6)::jsonb AS line, r.updated_at, r.version) a
WHERE r.organization_id = :organization_id::bigint
  AND (:street::text IS NULL OR lower(r.name) = lower(:street::text) OR r.street_key = upper(:street::text))
  AND (r.street_key, r.id) > (CASE WHEN :cursor_1::text IS NULL THEN '' ELSE :cursor_1::text END,
                              CASE WHEN :cursor_2::bigint IS NULL THEN 0 ELSE :cursor_2::bigint END)
ORDER BY r.street_key, r.id
LIMIT :limit::int

-- name: segment_names
SELECT s.name FROM segment_names(:document::jsonb, :named::jsonb) s WHERE s.name IS NOT NULL

-- name: segment_import
SELECT i.read, i.written, i.skipped
FROM segments_import(:organization_id::bigint, :document::jsonb, :named::jsonb, :keys::jsonb) i

-- name: point_lines
SELECT p.line, p.unit, p.zip5 FROM point_lines(:document::jsonb, :named::jsonb) p ORDER BY p.n

-- name: point_import
SELECT i.read, i.written, i.skipped
FROM points_import(:organization_id::bigint, :document::jsonb, :named::jsonb, :keys::jsonb) i

-- name: building_list
SELECT {columns a}
FROM buildings b
CROSS JOIN LATERAL (SELECT b.*, (SELECT count(*) FROM doors d WHERE d.organization_id = b.organization_id
                                 AND d.building_id = b.id) AS n_doors) a
WHERE b.organization_id = :organization_id::bigint
  AND b.id > CASE WHEN :cursor_1::bigint IS NULL THEN 0 ELSE :cursor_1::bigint END
  AND (:building_id::bigint IS NULL OR b.id = :building_id::bigint)
  AND (:location_quality::text IS NULL OR b.location_quality = :location_quality::text)
  AND place_asked(b, :west::double precision, :south::double precision, :east::double precision,
                  :north::double precision, :street::text, :area_id::bigint)
ORDER BY b.id
LIMIT :limit::int

-- name: building_get
SELECT {columns a}
FROM buildings b
CROSS JOIN LATERAL (SELECT b.*, (SELECT count(*) FROM doors d WHERE d.organization_id = b.organization_id
                                 AND d.building_id = b.id) AS n_doors) a
WHERE b.organization_id = :organization_id::bigint AND b.id = :building_id::bigint

-- name: building_update
WITH made AS (
  UPDATE buildings b
  SET ({writable}) = (SELECT {writable r} FROM jsonb_populate_record(b, :body::jsonb) r),
    location_quality = CASE WHEN NOT :body::jsonb ?| '{latitude,longitude}' THEN b.location_quality
      WHEN :body::jsonb ->> 'latitude' IS NULL THEN 'none' ELSE 'manual' END,
    -- Where it stands along its street is worked out anew by the next geocoding.
    segment_id = CASE WHEN :body::jsonb ?| '{latitude,longitude}' THEN NULL ELSE b.segment_id END
  WHERE b.organization_id = :organization_id::bigint AND b.id = :building_id::bigint
    AND assert_version(b.version, :if_match::bigint)
  RETURNING b.*)
SELECT {columns a}
FROM made
CROSS JOIN LATERAL (SELECT made.*, (SELECT count(*) FROM doors d WHERE d.organization_id = made.organization_id
                                    AND d.building_id = made.id) AS n_doors) a

-- name: door_list
SELECT {columns a}
FROM doors d
JOIN buildings b ON b.organization_id = d.organization_id AND b.id = d.building_id
CROSS JOIN LATERAL (SELECT d.*, b.address, b.latitude, b.longitude, b.location_quality) a
WHERE d.organization_id = :organization_id::bigint
  AND d.id > CASE WHEN :cursor_1::bigint IS NULL THEN 0 ELSE :cursor_1::bigint END
  AND (:building_id::bigint IS NULL OR d.building_id = :building_id::bigint)
  AND (:location_quality::text IS NULL OR b.location_quality = :location_quality::text)
  AND place_asked(b, :west::double precision, :south::double precision, :east::double precision,
                  :north::double precision, :street::text, :area_id::bigint)
ORDER BY d.id
LIMIT :limit::int

-- name: door_get
SELECT {columns a}
FROM doors d
JOIN buildings b ON b.organization_id = d.organization_id AND b.id = d.building_id
CROSS JOIN LATERAL (SELECT d.*, b.address, b.latitude, b.longitude, b.location_quality) a
WHERE d.organization_id = :organization_id::bigint AND d.id = :door_id::bigint

-- name: door_update
WITH made AS (
  UPDATE doors d SET ({writable}) = (SELECT {writable r} FROM jsonb_populate_record(d, :body::jsonb) r)
  WHERE d.organization_id = :organization_id::bigint AND d.id = :door_id::bigint
    AND assert_version(d.version, :if_match::bigint)
  RETURNING d.*)
SELECT {columns a}
FROM made
JOIN buildings b ON b.organization_id = made.organization_id AND b.id = made.building_id
CROSS JOIN LATERAL (SELECT made.*, b.address, b.latitude, b.longitude, b.location_quality) a

-- name: geocode_start
-- One at a time: a job that waits or runs does this one's work too.
SELECT COALESCE(geocode_waiting(:organization_id::bigint),
                job_enqueue('geocode', :organization_id::bigint, jsonb_build_object('again', :again::boolean))) AS job_id

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
  geocode_waiting(:organization_id::bigint) IS NOT NULL AS running
FROM buildings b
WHERE b.organization_id = :organization_id::bigint

-- name: geocode_segments
SELECT s.id, s.street_key, s.left_from, s.left_to, s.right_from, s.right_to, s.zip_left, s.zip_right,
  ST_AsText(s.line, 7) AS line
FROM street_segments s
WHERE s.organization_id = :organization_id::bigint AND s.id > :after::bigint
ORDER BY s.id
LIMIT 20000

-- name: geocode_next
SELECT b.id, b.street_key, b.number, b.zip5, b.location_quality IN ('point', 'manual') AS placed
FROM buildings b
WHERE b.organization_id = :organization_id::bigint AND b.id > :after::bigint
  AND (b.location_quality = 'none' OR :again::boolean AND b.location_quality IN ('range', 'street', 'zip')
       OR b.location_quality IN ('point', 'manual') AND b.segment_id IS NULL)
ORDER BY b.id
LIMIT 2000

-- name: geocode_apply
SELECT geocode_apply(:organization_id::bigint, :places::jsonb) AS n,
  geocode_attach(:organization_id::bigint, ARRAY(SELECT jsonb_array_elements_text(:attach::jsonb)::bigint)) AS attached

-- name: geocode_record
SELECT record_bulk('building', 'update', :n::bigint)

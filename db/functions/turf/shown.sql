-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Turfs and their doors as the API shows them.

CREATE OR REPLACE VIEW turfs_shown WITH (security_invoker = true) AS
SELECT t.organization_id, t.id, t.cut_id, t.name, t.state, t.script_id, t.code, t.distributed, t.assigned_user_id,
  (SELECT concat_ws(' ', u.first_name, u.last_name) FROM users u WHERE u.id = t.assigned_user_id) AS assigned_name,
  t.team, t.event_id, t.notes, t.door_count, t.voter_count, t.doors_done, t.length_m, t.minutes, t.published_at,
  t.expires_at, t.closed_at, t.created_at, t.updated_at, t.version, t.progress_revision,
  ST_AsGeoJSON(t.polygon, 6)::jsonb AS polygon,
  COALESCE((SELECT jsonb_agg(jsonb_build_object('actor', k.actor, 'user_id', k.user_id,
                               'name', actor_name(t.organization_id, k.actor),
                               'taken_at', to_char(k.taken_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'))
                             ORDER BY k.taken_at, k.id)
            FROM turf_takers k
            WHERE k.organization_id = t.organization_id AND k.route_id = t.id AND k.returned_at IS NULL), '[]') AS takers
FROM canvass_routes t;
GRANT SELECT ON turfs_shown TO campaign_api;

-- The doors of a turf as the API shows them. Residents are counted, not named.
CREATE OR REPLACE VIEW turf_doors_shown WITH (security_invoker = true) AS
SELECT r.organization_id, r.route_id, r.door_id, r.position, r.state, r.done_at,
  CASE WHEN r.held_until > now() THEN r.held_until END AS held_until,
  CASE WHEN r.held_until > now() THEN r.held_by END AS held_by,
  d.building_id, b.address, b.number, b.street, d.unit, b.city, b.zip5, COALESCE(d.precinct, b.precinct) AS precinct,
  b.latitude, b.longitude, b.access_note,
  COALESCE(jsonb_array_length(r.voter_ids), (
    SELECT count(*) FROM voters_visible v WHERE v.organization_id = r.organization_id AND v.door_id = r.door_id
      AND v.unreachable IS NULL)) AS people
FROM canvass_route_doors r
JOIN doors d ON d.organization_id = r.organization_id AND d.id = r.door_id
JOIN buildings b ON b.organization_id = r.organization_id AND b.id = d.building_id;
GRANT SELECT ON turf_doors_shown TO campaign_api;

-- Returns the people whom a walk list names at the doors of a turf: those who may be contacted
-- today and for whom the cut was made. When there is nobody, the result is {0}, because an empty
-- list would mean everybody.
CREATE OR REPLACE FUNCTION turf_people(organization bigint, turf bigint) RETURNS TABLE (door_id bigint, voter_id bigint)
LANGUAGE sql STABLE
AS $$
  WITH lived AS MATERIALIZED (
    SELECT r.door_id, v.id FROM canvass_route_doors r
    JOIN voters v ON v.organization_id = organization AND v.door_id = r.door_id
    WHERE r.organization_id = organization AND r.route_id = turf
      AND (r.voter_ids IS NULL OR r.voter_ids @> to_jsonb(v.id)))
  SELECT l.door_id, l.id FROM lived l
  JOIN voters_matching(organization, jsonb_build_object('ids', (SELECT COALESCE(jsonb_agg(id), '[0]') FROM lived)), 'door') m
    ON m = l.id
$$;

GRANT EXECUTE ON FUNCTION turf_people(bigint,bigint)
  TO campaign_api;

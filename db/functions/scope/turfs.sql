-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Which turfs an actor has.

-- A turf that was handed to this actor: assigned, or with doors that it took out.
CREATE OR REPLACE FUNCTION turf_is_mine(actor text, organization bigint, person bigint, turf bigint) RETURNS boolean
LANGUAGE sql STABLE
AS $$
  SELECT EXISTS (SELECT FROM canvass_routes r
                 WHERE r.organization_id = organization AND r.id = turf AND r.assigned_user_id = person)
      OR EXISTS (SELECT FROM canvass_route_doors d
                 WHERE d.organization_id = organization AND d.route_id = turf AND d.held_by = actor)
$$;

-- Is it this actor's own: assigned to the person, or taken out and not given back?
CREATE OR REPLACE FUNCTION turf_mine(organization bigint, actor text, person bigint, turf bigint) RETURNS boolean
LANGUAGE sql STABLE
AS $$
  SELECT EXISTS (
    SELECT FROM canvass_routes t WHERE t.organization_id = organization AND t.id = turf
      AND t.state IN ('open', 'out', 'done') AND (t.expires_at IS NULL OR t.expires_at > now())
      AND (t.assigned_user_id = person
           OR EXISTS (SELECT FROM turf_takers k WHERE k.organization_id = organization AND k.route_id = turf
                        AND k.actor = turf_mine.actor AND k.returned_at IS NULL)))
$$;

-- The turfs that an actor has now: assigned to the person, named by the device's scope, or taken out (as turf_mine).
CREATE OR REPLACE FUNCTION field_turfs(actor text, organization bigint, person bigint) RETURNS SETOF canvass_routes
LANGUAGE sql STABLE
AS $$
  SELECT r.* FROM canvass_routes r
  WHERE r.organization_id = organization AND r.state IN ('open', 'out', 'done')
    AND (r.expires_at IS NULL OR r.expires_at > now())
    AND (r.assigned_user_id = person
      OR EXISTS (
        SELECT FROM devices d
        WHERE d.organization_id = organization AND d.revoked_at IS NULL
          AND d.id = CASE WHEN actor LIKE 'device:%' THEN substr(actor, 8)::bigint END
          AND d.scope ->> 'turf_id' = r.id::text)
      OR EXISTS (
        SELECT FROM turf_takers k
        WHERE k.organization_id = organization AND k.route_id = r.id AND k.actor = field_turfs.actor
          AND k.returned_at IS NULL))
$$;

GRANT EXECUTE ON FUNCTION turf_is_mine(text,bigint,bigint,bigint),
  turf_mine(bigint,text,bigint,bigint), field_turfs(text,bigint,bigint)
  TO campaign_api;

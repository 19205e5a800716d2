-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- The turfs and doors that an actor may use now.

-- Returns the actor's turfs: assigned to the person, checked out by code and not returned, or named
-- by the device's scope; published, not closed and not expired.
CREATE OR REPLACE FUNCTION scope_turfs(organization bigint, actor text, person bigint) RETURNS SETOF canvass_routes
LANGUAGE sql STABLE
AS $$
  SELECT r.* FROM canvass_routes r
  WHERE r.organization_id = organization AND r.state IN ('open', 'out', 'done')
    AND (r.expires_at IS NULL OR r.expires_at > now())
    AND r.id IN (
      SELECT a.id FROM canvass_routes a WHERE a.organization_id = organization AND a.assigned_user_id = person
      UNION ALL
      SELECT k.route_id FROM turf_takers k
      WHERE k.organization_id = organization AND k.actor = scope_turfs.actor AND k.returned_at IS NULL
      UNION ALL
      SELECT (d.scope ->> 'turf_id')::bigint FROM devices d
      WHERE d.organization_id = organization AND d.revoked_at IS NULL
        AND d.id = CASE WHEN actor LIKE 'device:%' THEN substr(actor, 8)::bigint END)
$$;

-- Returns the doors of these turfs where the actor may knock. In a turf that many people share by
-- one code, these are only the doors that the actor holds, until the lease ends. Hidden doors are
-- left out.
CREATE OR REPLACE FUNCTION scope_doors(organization bigint, actor text, person bigint) RETURNS SETOF canvass_route_doors
LANGUAGE sql STABLE
AS $$
  SELECT d.* FROM scope_turfs(organization, actor, person) t
  JOIN canvass_route_doors d ON d.organization_id = organization AND d.route_id = t.id
  WHERE (NOT t.distributed OR d.held_by = scope_doors.actor AND d.held_until > now())
    AND NOT EXISTS (SELECT FROM doors_hidden h WHERE h.organization_id = organization AND h.door_id = d.door_id)
$$;

-- Does the actor have this turf? PL/pgSQL keeps the plan for the session, because planning takes
-- longer than running it.
CREATE OR REPLACE FUNCTION scope_has_turf(organization bigint, actor text, person bigint, turf bigint) RETURNS boolean
LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan
AS $$
BEGIN
  RETURN EXISTS (SELECT FROM scope_turfs(organization, actor, person) t WHERE t.id = turf);
END
$$;

-- Refuse a turf that does not exist or is not the actor's. Call it in the WHERE of a list below a
-- turf, so that the reply is 404 and not an empty page.
CREATE OR REPLACE FUNCTION scope_assert_turf(organization bigint, actor text, person bigint, rights jsonb, turf bigint)
RETURNS boolean
LANGUAGE plpgsql STABLE
AS $$
BEGIN
  IF NOT (scope_has_turf(organization, actor, person, turf) OR right_has(rights, 'manage_canvass') AND EXISTS (
            SELECT FROM canvass_routes t WHERE t.organization_id = organization AND t.id = turf)) THEN
    PERFORM refuse_not_found();
  END IF;
  RETURN true;
END
$$;

-- Refuse to give a device more than the actor has: the device gets the rights of its profile and
-- the turf of its scope, so the actor must have both. Call it in the WHERE of statements that
-- create a pairing code.
CREATE OR REPLACE FUNCTION scope_assert_device(organization bigint, actor text, person bigint, rights jsonb,
  given_rights jsonb, device_scope jsonb)
RETURNS boolean
LANGUAGE plpgsql STABLE
AS $$
DECLARE
  turf bigint := (device_scope ->> 'turf_id')::bigint;
BEGIN
  IF NOT given_rights <@ rights OR turf IS NOT NULL AND NOT right_has(rights, 'manage_canvass')
     AND NOT scope_has_turf(organization, actor, person, turf) THEN
    RAISE EXCEPTION USING ERRCODE = 'CC403', DETAIL = 'above_own_rights',
      MESSAGE = 'You cannot give a device a right or a turf that you do not have.';
  END IF;
  RETURN true;
END
$$;

-- Is the door, or a door of the building, in the given turf of the actor or, if no turf is given,
-- in any of them?
CREATE OR REPLACE FUNCTION scope_has_place(organization bigint, actor text, person bigint, door bigint, building bigint,
  turf bigint)
RETURNS boolean
LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan
AS $$
BEGIN
  RETURN CASE WHEN door IS NOT NULL THEN EXISTS (
      SELECT FROM scope_doors(organization, actor, person) s
      WHERE s.door_id = door AND s.route_id = COALESCE(turf, s.route_id))
    ELSE EXISTS (
      SELECT FROM doors d JOIN scope_doors(organization, actor, person) s ON s.door_id = d.id
      WHERE d.organization_id = organization AND d.building_id = building AND s.route_id = COALESCE(turf, s.route_id))
    END;
END
$$;

GRANT EXECUTE ON FUNCTION scope_turfs(bigint,text,bigint), scope_doors(bigint,text,bigint),
  scope_has_turf(bigint,text,bigint,bigint), scope_assert_turf(bigint,text,bigint,jsonb,bigint),
  scope_assert_device(bigint,text,bigint,jsonb,jsonb,jsonb),
  scope_has_place(bigint,text,bigint,bigint,bigint,bigint)
  TO campaign_api;

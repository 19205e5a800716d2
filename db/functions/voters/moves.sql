-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Old ids of doors and buildings that were merged into others.

-- Returns the present id of a door or building. Written in PL/pgSQL, which keeps its plan for the
-- connection, because every contact calls this function.
CREATE OR REPLACE FUNCTION place_current(organization bigint, place text, old bigint) RETURNS bigint
LANGUAGE plpgsql STABLE
AS $$
BEGIN
  RETURN COALESCE((SELECT m.new_id FROM place_moves m
                   WHERE m.organization_id = organization AND m.kind = place AND m.old_id = old), old);
END
$$;

-- Returns an uploaded body with present ids, for operations recorded before places were merged.
CREATE OR REPLACE FUNCTION place_body(organization bigint, body jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE
AS $$
BEGIN
  IF body ? 'door_id' THEN
    body := jsonb_set(body, '{door_id}', to_jsonb(place_current(organization, 'door', (body ->> 'door_id')::bigint)));
  END IF;
  IF body ? 'building_id' THEN
    body := jsonb_set(body, '{building_id}', to_jsonb(place_current(organization, 'building', (body ->> 'building_id')::bigint)));
  END IF;
  IF jsonb_typeof(body -> 'doors') = 'array' THEN
    body := jsonb_set(body, '{doors}', (SELECT COALESCE(jsonb_agg(place_body(organization, d.door) ORDER BY d.n), '[]')
      FROM jsonb_array_elements(body -> 'doors') WITH ORDINALITY d (door, n)));
  END IF;
  RETURN body;
END
$$;

-- Returns a voter's row that was stored for an undo, with present ids of its door and household.
CREATE OR REPLACE FUNCTION home_current(v voters) RETURNS voters
LANGUAGE plpgsql STABLE
AS $$
DECLARE
  organization constant bigint := v.organization_id;
  door doors;
BEGIN
  SELECT d.* INTO door FROM doors d
    WHERE d.organization_id = organization AND d.id = place_current(organization, 'door', v.door_id);
  v.door_id := door.id;
  IF door.id IS NOT NULL THEN
    v.address_key := door.address_key;
  END IF;
  SELECT h.id INTO v.household_id FROM households h
    WHERE h.organization_id = organization AND (h.id = v.household_id OR h.door_id = door.id)
    ORDER BY h.id = v.household_id DESC LIMIT 1;
  RETURN v;
END
$$;

GRANT EXECUTE ON FUNCTION place_current(bigint,text,bigint), place_body(bigint,jsonb), home_current(voters)
  TO campaign_api;

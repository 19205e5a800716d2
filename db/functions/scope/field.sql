-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- What was handed out to a phone.

-- A door that was in a pack of this actor, now or once.
CREATE OR REPLACE FUNCTION field_was_given(op field_operations, door bigint) RETURNS boolean
LANGUAGE plpgsql STABLE
AS $$
BEGIN
  RETURN EXISTS (
    SELECT FROM canvass_route_doors x
    WHERE x.organization_id = op.organization_id AND x.door_id = door
      AND (EXISTS (SELECT FROM field_grants g WHERE g.organization_id = op.organization_id AND g.actor = op.actor
                     AND g.kind = 'turf' AND g.pack_id = x.route_id)
           OR EXISTS (SELECT FROM field_turfs(op.actor, op.organization_id, op.user_id) r WHERE r.id = x.route_id)));
END
$$;

GRANT EXECUTE ON FUNCTION field_was_given(field_operations,bigint)
  TO campaign_api;

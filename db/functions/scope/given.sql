-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Places and people that a phone has received, now or earlier: work done there offline is accepted
-- even after the turf was taken away.

CREATE OR REPLACE FUNCTION scope_gave_door(organization bigint, actor text, person bigint, door bigint) RETURNS boolean
LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan
AS $$
BEGIN
  RETURN scope_has_place(organization, actor, person, door, NULL, NULL) OR EXISTS (
    SELECT FROM field_grants g
    WHERE g.organization_id = organization AND g.actor = scope_gave_door.actor AND g.kind = 'turf'
      AND door = ANY (g.doors_ever));
END
$$;

-- Was the voter received? At a received door any resident may be named, because the phone's pack
-- may be older than a move.
CREATE OR REPLACE FUNCTION scope_gave_voter(organization bigint, actor text, person bigint, voter bigint) RETURNS boolean
LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan
AS $$
BEGIN
  RETURN scope_has_voter(organization, actor, person, voter) OR EXISTS (
    SELECT FROM field_grants g
    WHERE g.organization_id = organization AND g.actor = scope_gave_voter.actor AND g.kind = 'turf'
      AND (voter = ANY (g.people_ever) OR EXISTS (
        SELECT FROM voters_visible v WHERE v.organization_id = organization AND v.id = voter
          AND v.door_id = ANY (g.doors_ever))));
END
$$;

-- Was the place received as part of the named turf? If no turf is named, the turf that contains the
-- door now is filled in.
CREATE OR REPLACE FUNCTION scope_gave_turf(organization bigint, actor text, person bigint, visit voter_contacts)
RETURNS boolean
LANGUAGE plpgsql STABLE
AS $$
BEGIN
  RETURN visit.route_id IS NULL
    OR scope_has_place(organization, actor, person, visit.door_id, visit.building_id, visit.route_id)
    OR EXISTS (
      SELECT FROM canvass_route_doors r
      WHERE r.organization_id = organization AND r.route_id = visit.route_id AND r.door_id = visit.door_id AND r.active)
    OR EXISTS (
      SELECT FROM field_grants g
      JOIN doors d ON d.organization_id = organization AND d.id = ANY (g.doors_ever)
        AND CASE WHEN visit.door_id IS NOT NULL THEN d.id = visit.door_id ELSE d.building_id = visit.building_id END
      WHERE g.organization_id = organization AND g.actor = scope_gave_turf.actor AND g.kind = 'turf'
        AND g.pack_id = visit.route_id);
END
$$;

-- Was everything that a visit names received: voter, door, building, turf?
CREATE OR REPLACE FUNCTION scope_gave_visit(organization bigint, actor text, person bigint, visit voter_contacts)
RETURNS boolean
LANGUAGE plpgsql STABLE
AS $$
BEGIN
  RETURN visit.channel = 'door' AND num_nonnulls(visit.phone_bank_session_id, visit.text_campaign_id) = 0
    AND scope_gave_turf(organization, actor, person, visit)
    AND num_nonnulls(visit.door_id, visit.building_id) > 0
    AND (visit.voter_id IS NULL OR scope_gave_voter(organization, actor, person, visit.voter_id))
    AND CASE WHEN visit.door_id IS NOT NULL THEN scope_gave_door(organization, actor, person, visit.door_id)
             ELSE EXISTS (SELECT FROM doors d WHERE d.organization_id = organization AND d.building_id = visit.building_id
                            AND scope_gave_door(organization, actor, person, d.id)) END;
END
$$;

GRANT EXECUTE ON FUNCTION scope_gave_door(bigint,text,bigint,bigint), scope_gave_voter(bigint,text,bigint,bigint),
  scope_gave_turf(bigint,text,bigint,voter_contacts), scope_gave_visit(bigint,text,bigint,voter_contacts)
  TO campaign_api;

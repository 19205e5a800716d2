-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Who may record, correct and undo a contact.

-- Below manage_canvass one records at doors of a turf of one's own, and changes one's own contacts. Calls and
-- texts are recorded through the session that they belong to.
CREATE OR REPLACE FUNCTION contact_assert_scope(actor text, organization bigint, maker bigint, rights jsonb, given jsonb)
RETURNS boolean
LANGUAGE plpgsql STABLE
AS $$
DECLARE
  door bigint := COALESCE((given ->> 'door_id')::bigint, (
    SELECT v.door_id FROM voters v WHERE v.organization_id = organization AND v.id = (given ->> 'voter_id')::bigint));
BEGIN
  IF rights ? 'manage_canvass' THEN
    RETURN true;
  END IF;
  IF EXISTS (SELECT FROM voter_contacts c WHERE c.organization_id = organization
      AND c.id = (given ->> 'replaces_id')::bigint
      AND COALESCE(c.user_id <> maker, c.actor <> contact_assert_scope.actor)) THEN
    RAISE EXCEPTION 'Only who recorded a contact may change it.' USING ERRCODE = 'CC403', DETAIL = 'not_your_contact';
  END IF;
  IF given ->> 'channel' = 'door' AND (given ->> 'replaces_id' IS NOT NULL OR EXISTS (
    SELECT FROM canvass_route_doors r
    WHERE r.organization_id = organization
      AND (r.door_id = door OR (given ->> 'door_id' IS NULL AND given ->> 'voter_id' IS NULL AND r.door_id IN (
             SELECT d.id FROM doors d
             WHERE d.organization_id = organization AND d.building_id = (given ->> 'building_id')::bigint)))
      AND r.route_id = COALESCE((given ->> 'turf_id')::bigint, r.route_id)
      AND turf_is_mine(actor, organization, maker, r.route_id))) THEN
    RETURN true;
  END IF;
  RAISE EXCEPTION 'This is not in a turf of yours.' USING ERRCODE = 'CC403', DETAIL = 'not_your_turf';
END
$$;

-- Whose contacts one sees: below manage_canvass one's own.
CREATE OR REPLACE FUNCTION contact_is_mine(actor text, person bigint, rights jsonb, contact voter_contacts) RETURNS boolean
LANGUAGE sql STABLE
AS $$
  SELECT rights ? 'manage_canvass' OR COALESCE(contact.user_id = person, contact.actor = actor)
$$;

GRANT EXECUTE ON FUNCTION contact_assert_scope(text,bigint,bigint,jsonb,jsonb),
  contact_is_mine(text,bigint,jsonb,voter_contacts)
  TO campaign_api;

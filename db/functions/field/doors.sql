-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Notes, edits of doors, check-ins and walk-ins recorded on phones.

CREATE OR REPLACE FUNCTION field_note(op field_operations, body jsonb, forced boolean) RETURNS field_outcome
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  voter bigint := (body ->> 'voter_id')::bigint;
  door bigint := COALESCE((body ->> 'door_id')::bigint, (SELECT v.door_id FROM voters v
    WHERE v.organization_id = op.organization_id AND v.id = voter));
  visit voter_contacts;
  made bigint;
BEGIN
  visit.channel := 'door';
  visit.voter_id := voter;
  visit.door_id := door;
  IF NOT forced AND NOT scope_gave_visit(op.organization_id, op.actor, op.user_id, visit) THEN
    RETURN field_not_handed_out((body ->> 'door_id')::bigint);
  END IF;
  INSERT INTO field_notes (organization_id, client_id, voter_id, door_id, note, occurred_at, device_occurred_at, actor)
    VALUES (op.organization_id, op.client_id, voter, door, body ->> 'note', op.occurred_at, op.device_occurred_at,
            op.actor)
    RETURNING id INTO made;
  RETURN ROW('applied', NULL, NULL, 'field_note', made, NULL, NULL, NULL)::field_outcome;
END
$$;

-- Edit the known facts of a door. There is a conflict when the present value is neither the value
-- that the person saw (seen) nor the value that the person wants. do_not_knock and inaccessible are
-- dispositions, not edits.
CREATE OR REPLACE FUNCTION field_door_edit(op field_operations, body jsonb, forced boolean) RETURNS field_outcome
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  organization bigint := op.organization_id;
  door bigint := (body ->> 'door_id')::bigint;
  house buildings;
  is_now jsonb;
  wanted jsonb := body - '{door_id,seen}'::text[];
  who record;
BEGIN
  SELECT b.* INTO house FROM doors d JOIN buildings b ON b.organization_id = organization AND b.id = d.building_id
    WHERE d.organization_id = organization AND d.id = door FOR NO KEY UPDATE OF b;
  IF house.id IS NULL THEN
    RETURN ROW('refused', 'unknown_door', 'There is no such door.', NULL, NULL, NULL, NULL, NULL)::field_outcome;
  ELSIF NOT forced AND NOT scope_gave_door(organization, op.actor, op.user_id, door) THEN
    RETURN field_not_handed_out(door);
  END IF;
  is_now := jsonb_build_object('access_note', house.access_note, 'latitude', house.latitude, 'longitude', house.longitude);
  IF NOT forced AND EXISTS (
    SELECT FROM jsonb_each(wanted) w
    WHERE is_now -> w.key <> w.value AND is_now -> w.key <> COALESCE(body -> 'seen' -> w.key, 'null')) THEN
    SELECT a.actor, a.at INTO who FROM audit_log a
      WHERE a.organization_id = organization AND a.entity = 'building' AND a.entity_id = house.id
      ORDER BY a.seq DESC LIMIT 1;
    IF who.actor IS DISTINCT FROM op.actor THEN
      RETURN ROW('conflict', 'edited_meanwhile', 'Somebody else changed the same in the meantime.', 'door', door, is_now,
                 who.actor, who.at)::field_outcome;
    END IF;
  END IF;
  UPDATE buildings b SET
      access_note = CASE WHEN wanted ? 'access_note' THEN wanted ->> 'access_note' ELSE b.access_note END,
      latitude = CASE WHEN wanted ? 'latitude' THEN (wanted ->> 'latitude')::double precision ELSE b.latitude END,
      longitude = CASE WHEN wanted ? 'longitude' THEN (wanted ->> 'longitude')::double precision ELSE b.longitude END,
      location_quality = CASE WHEN wanted ? 'latitude' THEN 'manual' ELSE b.location_quality END
    WHERE b.organization_id = organization AND b.id = house.id;
  RETURN ROW('applied', NULL, NULL, 'door', door, NULL, NULL, NULL)::field_outcome;
END
$$;

-- Check in an attendee. Accepting the conflict of a cancelled attendee undoes the cancellation; for
-- an attendee who is checked in already, nothing more is done.
CREATE OR REPLACE FUNCTION field_check_in(op field_operations, body jsonb, forced boolean) RETURNS field_outcome
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  organization bigint := op.organization_id;
  event bigint := (body ->> 'event_id')::bigint;
  person bigint := (body ->> 'attendee_id')::bigint;
  said record;
  attendee event_attendees;
  conflict boolean;
BEGIN
  IF forced THEN
    UPDATE event_attendees a SET status = 'registered', cancelled_at = NULL
      WHERE a.organization_id = organization AND a.event_id = event AND a.id = person AND a.status = 'cancelled';
  END IF;
  SELECT * INTO said FROM check_in(organization, op.actor, event, person,
    CASE op.kind WHEN 'check_in' THEN 'check_in' ELSE 'undo' END,
    CASE WHEN forced THEN gen_random_uuid() ELSE op.client_id END, op.occurred_at);
  IF NOT FOUND THEN
    RETURN ROW('refused', 'unknown_attendee', 'There is no such person on this door list.', NULL, NULL, NULL, NULL, NULL)::field_outcome;
  END IF;
  attendee := said.attendee;
  IF said.refused_code IS NULL OR forced AND said.refused_code = 'already_checked_in' THEN
    RETURN ROW('applied', NULL, NULL, 'attendee', attendee.id, NULL, NULL, NULL)::field_outcome;
  END IF;
  conflict := said.refused_code = 'attendee_cancelled'
    OR said.refused_code = 'already_checked_in' AND attendee.checked_in_actor <> op.actor;
  RETURN ROW(CASE WHEN conflict THEN 'conflict' ELSE 'refused' END, said.refused_code, said.refused_message, 'attendee',
    attendee.id, jsonb_build_object('status', attendee.status, 'checked_in_at', attendee.checked_in_at,
      'cancelled_at', attendee.cancelled_at), attendee.checked_in_actor, attendee.checked_in_at)::field_outcome;
END
$$;

-- Register a walk-in. Accepting the conflict of an address that is registered already checks in the
-- attendee with that address.
CREATE OR REPLACE FUNCTION field_walk_in(op field_operations, body jsonb, forced boolean) RETURNS field_outcome
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  organization bigint := op.organization_id;
  event bigint := (body ->> 'event_id')::bigint;
  listed event_attendees;
  made event_attendees;
BEGIN
  SELECT a.* INTO listed FROM event_attendees a
    WHERE a.organization_id = organization AND a.event_id = event AND a.email = body ->> 'email'
      AND a.cancelled_at IS NULL AND scope_has_event(organization, op.actor, event);
  IF FOUND AND forced THEN
    PERFORM check_in(organization, op.actor, event, listed.id, 'check_in', gen_random_uuid(), op.occurred_at);
    RETURN ROW('applied', NULL, NULL, 'attendee', listed.id, NULL, NULL, NULL)::field_outcome;
  ELSIF FOUND THEN
    RETURN ROW('conflict', 'email_listed', 'Somebody with this address is on the list already.', 'attendee', listed.id,
      jsonb_build_object('attendee_id', listed.id, 'status', listed.status, 'first_name', listed.first_name,
        'last_name', listed.last_name), listed.checked_in_actor, listed.checked_in_at)::field_outcome;
  END IF;
  SELECT w.* INTO made FROM walk_in(organization, op.actor, event, op.user_id, op.client_id, op.occurred_at, body) w;
  IF NOT FOUND THEN
    RETURN ROW('refused', 'unknown_event', 'There is no such event.', NULL, NULL, NULL, NULL, NULL)::field_outcome;
  END IF;
  RETURN ROW('applied', NULL, NULL, 'attendee', made.id, NULL, NULL, NULL)::field_outcome;
END
$$;

GRANT EXECUTE ON FUNCTION field_note(field_operations,jsonb,boolean),
  field_door_edit(field_operations,jsonb,boolean), field_check_in(field_operations,jsonb,boolean),
  field_walk_in(field_operations,jsonb,boolean)
  TO campaign_api;

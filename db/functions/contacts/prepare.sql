-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Checks and completes a contact before it is stored.

-- Fill in the person and place of a contact from the references that it contains.
CREATE OR REPLACE FUNCTION contact_subject(made voter_contacts) RETURNS voter_contacts
LANGUAGE plpgsql STABLE
AS $$
DECLARE
  organization bigint := made.organization_id;
  place bigint;
BEGIN
  made.door_id := place_current(organization, 'door', made.door_id);
  made.building_id := place_current(organization, 'building', made.building_id);
  IF made.voter_id IS NOT NULL THEN
    made.voter_id := voter_survivor(organization, made.voter_id);
    IF made.door_id IS NULL AND made.channel = 'door' THEN
      SELECT v.door_id INTO made.door_id FROM voters v WHERE v.organization_id = organization AND v.id = made.voter_id;
    END IF;
  END IF;
  IF made.door_id IS NOT NULL THEN
    SELECT d.building_id INTO place FROM doors d WHERE d.organization_id = organization AND d.id = made.door_id;
    IF NOT FOUND THEN
      PERFORM refuse_field('door_id', 'unknown_reference', 'There is no such door.');
    ELSIF made.building_id <> place THEN
      PERFORM refuse_field('building_id', 'other_building', 'The door is in another building.');
    END IF;
    made.building_id := place;
  ELSIF made.building_id IS NOT NULL AND NOT EXISTS (
    SELECT FROM buildings b WHERE b.organization_id = organization AND b.id = made.building_id) THEN
    PERFORM refuse_field('building_id', 'unknown_reference', 'There is no such building.');
  END IF;
  IF made.route_id IS NOT NULL AND NOT EXISTS (
    SELECT FROM canvass_routes r WHERE r.organization_id = organization AND r.id = made.route_id) THEN
    PERFORM refuse_field('turf_id', 'unknown_reference', 'There is no such turf.');
  ELSIF made.route_id IS NULL AND made.channel = 'door' AND made.door_id IS NOT NULL THEN
    SELECT r.route_id INTO made.route_id FROM canvass_route_doors r
      WHERE r.organization_id = organization AND r.door_id = made.door_id AND r.active;
  END IF;
  IF made.script_id IS NOT NULL AND NOT EXISTS (
    SELECT FROM scripts s WHERE s.organization_id = organization AND s.id = made.script_id) THEN
    PERFORM refuse_field('script_id', 'unknown_reference', 'There is no such script.');
  END IF;
  RETURN made;
END
$$;

-- Raise a refusal made by the server's rules (common/rules): field, code, message.
CREATE OR REPLACE FUNCTION contact_refuse(refused jsonb) RETURNS void
LANGUAGE plpgsql STABLE
AS $$
BEGIN
  PERFORM refuse_field(refused ->> 'field', refused ->> 'code', refused ->> 'message');
END
$$;

-- Check the outcome: raise the refusal of the server's check, if there is one; then check that the
-- contact has the references that its outcome needs.
CREATE OR REPLACE FUNCTION contact_check_outcome(made voter_contacts, checked jsonb) RETURNS void
LANGUAGE plpgsql STABLE
AS $$
DECLARE
  need disposition_needs;
  known text[] := array_remove(ARRAY[
    CASE WHEN made.voter_id IS NOT NULL THEN 'voter_id' END, CASE WHEN made.door_id IS NOT NULL THEN 'door_id' END,
    CASE WHEN made.building_id IS NOT NULL THEN 'building_id' END, CASE WHEN made.phone IS NOT NULL THEN 'phone' END],
    NULL);
BEGIN
  IF checked #>> '{refused,field}' = 'disposition' THEN
    PERFORM contact_refuse(checked -> 'refused');
  END IF;
  FOR need IN SELECT n.* FROM disposition_needs n
    WHERE n.disposition = CASE WHEN made.answers IS NULL THEN made.disposition ELSE 'answers' END
    ORDER BY n.position LOOP
    IF NOT need.any_of && known THEN
      PERFORM refuse_field(need.field, 'required', need.message);
    END IF;
  END LOOP;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'contact_record: the outcome was not checked';
  END IF;
END
$$;

-- Make the row from the request; raises CC422 for invalid values. A correction takes person and
-- place from the contact that it replaces if the request has none, and it always takes that
-- contact's time, because both concern the same visit.
CREATE OR REPLACE FUNCTION contact_prepare(organization bigint, actor text, person bigint, given jsonb) RETURNS voter_contacts
LANGUAGE plpgsql STABLE
AS $$
DECLARE
  made voter_contacts;
  old voter_contacts;
  inherited jsonb := '{}'::jsonb;
BEGIN
  given := jsonb_strip_nulls(given);
  IF given ?| '{replaces_id,replaces_client_id}' THEN
    SELECT c.* INTO old FROM voter_contacts c
      WHERE c.organization_id = organization AND (c.id = (given ->> 'replaces_id')::bigint
                                                  OR c.client_id = (given ->> 'replaces_client_id')::uuid)
      LIMIT 1;
    IF NOT FOUND THEN
      PERFORM refuse_field('replaces_id', 'unknown_reference', 'There is no such contact to replace.');
    END IF;
    SELECT jsonb_object_agg(o.key, o.value) INTO inherited FROM jsonb_each(to_jsonb(old)) o
      WHERE o.value <> 'null' AND o.key IN ('channel', 'voter_id', 'door_id', 'building_id', 'phone', 'route_id',
        'script_id', 'phone_bank_session_id', 'text_campaign_id', 'language');
    -- The building of the replaced contact is not the building of another door.
    IF given ? 'door_id' THEN
      inherited := inherited - 'building_id';
    END IF;
  END IF;
  made := jsonb_populate_record(NULL::voter_contacts, inherited || given);
  made.organization_id := organization;
  made.actor := actor;
  made.user_id := person;
  made.route_id := COALESCE((given ->> 'turf_id')::bigint, (inherited ->> 'route_id')::bigint);
  made.replaces_id := old.id;
  made.root_id := COALESCE(old.root_id, old.id);
  made.undone := COALESCE(made.undone, false);
  made.holds := NOT made.undone;
  made.support_level := NULL;
  made.recorded_at := now();
  made.version := 1;
  IF made.client_id IS NULL OR made.channel IS NULL THEN
    PERFORM refuse_field(CASE WHEN made.client_id IS NULL THEN 'client_id' ELSE 'channel' END, 'required',
                         'A value is needed here.');
  END IF;
  made.device_occurred_at := COALESCE(made.device_occurred_at, made.occurred_at);
  made.occurred_at := COALESCE(old.occurred_at, door_time(made.occurred_at), now());
  IF made.undone THEN
    IF old.id IS NULL THEN
      PERFORM refuse_field('replaces_id', 'required', 'Say which contact is taken back.');
    END IF;
    -- An undo concerns the person and place of the contact that it undoes; other values that a
    -- phone sends are ignored.
    made.voter_id := old.voter_id;
    made.door_id := old.door_id;
    made.building_id := old.building_id;
    made.disposition := NULL;
    made.answers := NULL;
    RETURN made;
  END IF;
  RETURN contact_complete(made, given -> 'checked');
END
$$;

-- Complete the row with the result of the server's check of the answers; `checked` contains the
-- script and version that the server used. If another script applies, or the script was changed,
-- CC4S1 is raised: the server reads the script named in COLUMN and repeats the statement.
CREATE OR REPLACE FUNCTION contact_complete(made voter_contacts, checked jsonb) RETURNS voter_contacts
LANGUAGE plpgsql STABLE
AS $$
DECLARE
  checked_script bigint := (checked ->> 'script_id')::bigint;
  current_version bigint;
BEGIN
  IF jsonb_typeof(made.answers) <> 'array' THEN
    PERFORM refuse_field('answers', 'type', 'This is a list of answers.');
  END IF;
  made := contact_subject(made);
  PERFORM contact_check_outcome(made, checked);
  IF made.answers IS NULL AND (made.script_id IS NULL OR made.disposition <> 'canvassed') THEN
    RETURN made;
  END IF;
  made.script_id := COALESCE(made.script_id, checked_script);
  SELECT s.version INTO current_version FROM scripts s
    WHERE s.organization_id = made.organization_id AND s.id = made.script_id;
  IF checked IS NULL OR checked_script IS DISTINCT FROM made.script_id
     OR (checked ->> 'version')::bigint IS DISTINCT FROM current_version THEN
    RAISE EXCEPTION 'The script was changed in the meantime.'
      USING ERRCODE = 'CC4S1', DETAIL = 'script_changed', COLUMN = COALESCE(made.script_id::text, '');
  END IF;
  IF checked ? 'refused' THEN
    PERFORM contact_refuse(checked -> 'refused');
  END IF;
  made.support_level := (checked ->> 'support_level')::int;
  made.answers := CASE WHEN made.answers IS NOT NULL THEN contact_answers_kept(made.answers) END;
  RETURN made;
END
$$;

GRANT EXECUTE ON FUNCTION contact_subject(voter_contacts), contact_refuse(jsonb), contact_check_outcome(voter_contacts,jsonb),
  contact_prepare(bigint,text,bigint,jsonb), contact_complete(voter_contacts,jsonb)
  TO campaign_api;

-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Checks and completes a contact before it is stored.

-- Whom and which place a contact is about, with what follows from it filled in.
CREATE OR REPLACE FUNCTION contact_subject(made voter_contacts) RETURNS voter_contacts
LANGUAGE plpgsql STABLE
AS $$
DECLARE
  organization bigint := made.organization_id;
  place bigint;
BEGIN
  IF made.voter_id IS NOT NULL THEN
    made.voter_id := voter_merged(organization, made.voter_id);
    IF made.door_id IS NULL AND made.channel = 'door' THEN
      SELECT v.door_id INTO made.door_id FROM voters v WHERE v.organization_id = organization AND v.id = made.voter_id;
    END IF;
  END IF;
  IF made.door_id IS NOT NULL THEN
    SELECT d.building_id INTO place FROM doors d WHERE d.organization_id = organization AND d.id = made.door_id;
    IF NOT FOUND THEN
      PERFORM refuse_field('door_id', 'unknown_door', 'There is no such door.');
    ELSIF made.building_id <> place THEN
      PERFORM refuse_field('building_id', 'other_building', 'The door is in another building.');
    END IF;
    made.building_id := place;
  ELSIF made.building_id IS NOT NULL AND NOT EXISTS (
    SELECT FROM buildings b WHERE b.organization_id = organization AND b.id = made.building_id) THEN
    PERFORM refuse_field('building_id', 'unknown_building', 'There is no such building.');
  END IF;
  IF made.route_id IS NOT NULL AND NOT EXISTS (
    SELECT FROM canvass_routes r WHERE r.organization_id = organization AND r.id = made.route_id) THEN
    PERFORM refuse_field('turf_id', 'unknown_turf', 'There is no such turf.');
  ELSIF made.route_id IS NULL AND made.channel = 'door' AND made.door_id IS NOT NULL THEN
    SELECT r.route_id INTO made.route_id FROM canvass_route_doors r
      WHERE r.organization_id = organization AND r.door_id = made.door_id AND r.active;
  END IF;
  IF made.script_id IS NOT NULL AND NOT EXISTS (
    SELECT FROM scripts s WHERE s.organization_id = organization AND s.id = made.script_id) THEN
    PERFORM refuse_field('script_id', 'unknown_script', 'There is no such script.');
  END IF;
  RETURN made;
END
$$;

-- What came of it: a disposition that this channel has, about what its level asks for, or answers.
CREATE OR REPLACE FUNCTION contact_check_outcome(made voter_contacts) RETURNS void
LANGUAGE plpgsql STABLE
AS $$
DECLARE
  outcome dispositions;
BEGIN
  IF (made.disposition IS NULL) = (made.answers IS NULL) THEN
    PERFORM refuse_field('disposition', 'disposition_or_answers',
      'Send either a disposition or answers: answers imply that the person was canvassed.');
  END IF;
  SELECT d.* INTO outcome FROM dispositions d WHERE d.code = COALESCE(made.disposition, 'canvassed');
  IF NOT FOUND THEN
    PERFORM refuse_field('disposition', 'unknown_disposition', 'There is no such disposition.');
  ELSIF made.disposition IS NOT NULL AND NOT made.channel = ANY (outcome.channels) THEN
    PERFORM refuse_field('disposition', 'wrong_channel', 'This cannot be the outcome on this channel.');
  ELSIF outcome.level = 'phone' AND made.phone IS NULL THEN
    PERFORM refuse_field('phone', 'required', 'This disposition is about a number: say which.');
  ELSIF outcome.level = 'building' AND made.building_id IS NULL THEN
    PERFORM refuse_field('building_id', 'required', 'This disposition is about a building or a door in it: say which.');
  ELSIF outcome.level = 'door' AND made.door_id IS NULL THEN
    PERFORM refuse_field('door_id', 'required', 'This disposition is about a door: say which.');
  ELSIF made.voter_id IS NULL AND (made.answers IS NOT NULL OR outcome.effect IN ('moved', 'deceased')) THEN
    PERFORM refuse_field('voter_id', 'required', 'Say whom this is about.');
  ELSIF num_nonnulls(made.voter_id, made.door_id, made.building_id, made.phone) = 0 THEN
    PERFORM refuse_field('voter_id', 'required', 'Say whom or which door this is about.');
  ELSIF outcome.effect IN ('do_not_contact', 'do_not_text') AND num_nonnulls(made.voter_id, made.phone) = 0 THEN
    PERFORM refuse_field('voter_id', 'required', 'Say who does not want to be contacted.');
  END IF;
END
$$;

-- The row that is to be, from what was sent; raises CC422 for what cannot be. A correction takes over whom
-- and where from the row that it replaces, and always its time: it is about that visit.
CREATE OR REPLACE FUNCTION contact_prepare(actor text, organization bigint, maker bigint, given jsonb) RETURNS voter_contacts
LANGUAGE plpgsql STABLE
AS $$
DECLARE
  made voter_contacts;
  old voter_contacts;
  inherited jsonb := '{}';
BEGIN
  given := jsonb_strip_nulls(given);
  IF given ?| '{replaces_id,replaces_client_id}' THEN
    SELECT c.* INTO old FROM voter_contacts c
      WHERE c.organization_id = organization AND (c.id = (given ->> 'replaces_id')::bigint
                                                  OR c.client_id = (given ->> 'replaces_client_id')::uuid)
      LIMIT 1;
    IF NOT FOUND THEN
      PERFORM refuse_field('replaces_id', 'unknown_contact', 'There is no such contact to replace.');
    END IF;
    SELECT jsonb_object_agg(o.key, o.value) INTO inherited FROM jsonb_each(to_jsonb(old)) o
      WHERE o.value <> 'null' AND o.key IN ('channel', 'voter_id', 'door_id', 'building_id', 'phone', 'route_id',
        'script_id', 'phone_bank_session_id', 'text_campaign_id', 'language');
    -- Another door is in a building of its own.
    IF given ? 'door_id' THEN
      inherited := inherited - 'building_id';
    END IF;
  END IF;
  made := jsonb_populate_record(NULL::voter_contacts, inherited || given);
  made.organization_id := organization;
  made.actor := actor;
  made.user_id := maker;
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
    made.disposition := NULL;
    made.answers := NULL;
    RETURN made;
  END IF;
  RETURN contact_complete(made);
END
$$;

-- The second half: checks, and what the answers say of support (the last question that says something).
CREATE OR REPLACE FUNCTION contact_complete(made voter_contacts) RETURNS voter_contacts
LANGUAGE plpgsql STABLE
AS $$
BEGIN
  IF jsonb_typeof(made.answers) <> 'array' THEN
    PERFORM refuse_field('answers', 'type', 'This is a list of answers.');
  END IF;
  made := contact_subject(made);
  PERFORM contact_check_outcome(made);
  IF made.answers IS NOT NULL AND made.script_id IS NULL THEN
    SELECT s.script_id INTO made.script_id FROM contact_said(made.answers) a
      JOIN script_steps s ON s.organization_id = made.organization_id AND s.id = a.step_id ORDER BY a.ord LIMIT 1;
  END IF;
  IF made.answers IS NOT NULL THEN
    PERFORM contact_check_answers(made.organization_id, made.script_id, made.answers);
    SELECT COALESCE(o.support_level, CASE WHEN a.kind = 'number' THEN a.value::int END) INTO made.support_level
      FROM contact_said(made.answers) a
      JOIN script_steps s ON s.organization_id = made.organization_id AND s.id = a.step_id
      LEFT JOIN script_options o ON o.organization_id = made.organization_id AND o.id = a.option_id
      WHERE o.support_level IS NOT NULL OR s.kind = 'support' AND a.kind = 'number'
      ORDER BY s.position DESC, a.ord DESC LIMIT 1;
    made.answers := contact_answers_kept(made.answers);
  END IF;
  IF made.script_id IS NOT NULL AND COALESCE(made.disposition, 'canvassed') = 'canvassed' THEN
    PERFORM contact_check_required(made.organization_id, made.script_id, COALESCE(made.answers, '[]'),
                                   made.device_occurred_at);
  END IF;
  RETURN made;
END
$$;

GRANT EXECUTE ON FUNCTION contact_subject(voter_contacts), contact_check_outcome(voter_contacts),
  contact_prepare(text,bigint,bigint,jsonb), contact_complete(voter_contacts)
  TO campaign_api;

-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- What a contact does: recorded once, corrected and taken back by further rows, and what voters, doors,
-- buildings, numbers, consent and turf say because of it. Nothing here adds up: whatever follows is made anew
-- from the contacts that hold, so the order in which they arrive makes no difference. See docs/internals/contacts.md.

-- A row and its corrections and undos are one matter, named by its first row. holds is the only column that
-- ever changes: this row is what counts now of its matter.
ALTER TABLE voter_contacts
  ADD COLUMN root_id bigint, -- first row of the matter; NULL: this one
  ADD COLUMN holds boolean NOT NULL DEFAULT true,
  ADD COLUMN support_level int; -- what the answers meant when they were given
CREATE INDEX voter_contacts_root_id_idx ON voter_contacts (organization_id, root_id) WHERE root_id IS NOT NULL;
CREATE INDEX voter_contacts_inaccessible_idx ON voter_contacts (organization_id, building_id)
  WHERE disposition = 'inaccessible';
CREATE INDEX voter_contacts_phone_idx ON voter_contacts (organization_id, phone)
  WHERE disposition IN ('wrong_number', 'disconnected');
GRANT UPDATE (holds) ON voter_contacts TO campaign_api;
DROP TRIGGER voter_contacts_touch ON voter_contacts;
CREATE TRIGGER voter_contacts_touch BEFORE UPDATE ON voter_contacts FOR EACH ROW
  WHEN (OLD.* IS DISTINCT FROM NEW.* AND OLD.holds = NEW.holds
        AND current_setting('app.forget', true) IS DISTINCT FROM 'on') EXECUTE FUNCTION touch();
CREATE TRIGGER voter_contacts_append_only BEFORE UPDATE ON voter_contacts FOR EACH ROW
  WHEN (OLD.holds = NEW.holds AND current_setting('app.forget', true) IS DISTINCT FROM 'on')
  EXECUTE FUNCTION refuse_change(); -- but a purge takes number and note out: contacts_forget (0009)
DROP TRIGGER voter_contacts_record ON voter_contacts;
CREATE CONSTRAINT TRIGGER voter_contacts_record AFTER INSERT OR UPDATE OR DELETE ON voter_contacts
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
  WHEN (current_setting('app.bulk', true) IS DISTINCT FROM 'on')
  EXECUTE FUNCTION record_change('contact', '{phone,note,answers,support_level,latitude,longitude}', '{holds}');

-- What answers gave goes when they are taken back; what a person gave stays.
ALTER TABLE voter_tags ADD COLUMN by_contact boolean NOT NULL DEFAULT false;
ALTER TABLE follow_ups ADD COLUMN by_contact boolean NOT NULL DEFAULT false;
CREATE INDEX follow_ups_contact_id_idx ON follow_ups (organization_id, contact_id) WHERE contact_id IS NOT NULL;
ALTER TABLE consents ADD COLUMN contact_id bigint; -- counts while that contact holds
ALTER TABLE consents ADD CONSTRAINT consents_contact_id_fkey FOREIGN KEY (organization_id, contact_id)
  REFERENCES voter_contacts (organization_id, id);

-- The ledger, without what was withdrawn by a contact that was taken back.
CREATE FUNCTION consent_counts(organization bigint, contact bigint) RETURNS boolean
LANGUAGE sql STABLE
AS $$
  SELECT contact IS NULL OR COALESCE((SELECT c.holds FROM voter_contacts c
                                      WHERE c.organization_id = organization AND c.id = contact), true)
$$;
CREATE OR REPLACE FUNCTION consent_allows(organization bigint, voter bigint, reach text, aim text,
  target text DEFAULT NULL)
RETURNS boolean
LANGUAGE sql STABLE
AS $$
  SELECT COALESCE((
    SELECT c.state = 'granted' FROM consents c
    WHERE c.organization_id = organization AND c.voter_id = voter AND (c.address IS NULL OR c.address = target)
      AND c.channel IN ('any', reach) AND c.purpose IN ('any', aim) AND consent_counts(organization, c.contact_id)
    ORDER BY c.occurred_at DESC, c.id DESC LIMIT 1), true)
  AND COALESCE((
    SELECT c.state = 'granted' FROM consents c
    WHERE c.organization_id = organization AND c.address = target
      AND c.channel IN ('any', reach) AND c.purpose IN ('any', aim) AND consent_counts(organization, c.contact_id)
    ORDER BY c.occurred_at DESC, c.id DESC LIMIT 1), true)
$$;
GRANT EXECUTE ON FUNCTION consent_counts(bigint, bigint) TO campaign_api, campaign_definer;

-- Being wrong ----------------------------------------------------------------------------------------

CREATE FUNCTION refuse_field(field text, code text, message text) RETURNS void
LANGUAGE plpgsql IMMUTABLE
AS $$
BEGIN
  RAISE EXCEPTION USING ERRCODE = 'CC422', MESSAGE = message, DETAIL = code, COLUMN = field;
END
$$;

-- What was said of somebody may come late, after a merge: it is told of whom the person became.
CREATE FUNCTION voter_merged(organization bigint, voter bigint) RETURNS bigint
LANGUAGE plpgsql STABLE
AS $$
DECLARE
  at bigint := voter;
  next_one bigint;
BEGIN
  FOR i IN 1 .. 20 LOOP
    SELECT v.merged_into INTO next_one FROM voters v WHERE v.organization_id = organization AND v.id = at;
    IF NOT FOUND THEN
      PERFORM refuse_field('voter_id', 'unknown_voter', 'There is no such person in the voter file.');
    END IF;
    EXIT WHEN next_one IS NULL;
    at := next_one;
  END LOOP;
  RETURN at;
END
$$;

-- Whom and which place a contact is about, with what follows from it filled in.
CREATE FUNCTION contact_subject(made voter_contacts) RETURNS voter_contacts
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

-- What an answer says, one row each: {"step_id": 7, "option_id": 9} (several for a multi, or "option_ids"),
-- or with "text", "number" or "date". kind NULL: it says nothing.
CREATE FUNCTION contact_said(answers jsonb)
RETURNS TABLE (ord bigint, step_id bigint, kind text, option_id bigint, value text)
LANGUAGE sql IMMUTABLE
AS $$
  SELECT a.ord - 1, (a.item ->> 'step_id')::bigint, v.kind, v.option_id, v.value
  FROM jsonb_array_elements(answers) WITH ORDINALITY a (item, ord)
  LEFT JOIN LATERAL (
    SELECT 'option' AS kind, (a.item ->> 'option_id')::bigint AS option_id, NULL AS value
    WHERE a.item ->> 'option_id' IS NOT NULL
    UNION ALL
    SELECT 'option', o.id::bigint, NULL
    FROM jsonb_array_elements_text(CASE jsonb_typeof(a.item -> 'option_ids') WHEN 'array'
                                   THEN a.item -> 'option_ids' ELSE '[]' END) o (id)
    UNION ALL
    SELECT k.name, NULL, a.item ->> k.name FROM (VALUES ('text'), ('number'), ('date')) k (name)
    WHERE a.item ->> k.name IS NOT NULL) v ON true
$$;

-- Answers in the one form in which they are kept and given out.
CREATE FUNCTION contact_answers_kept(answers jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE
AS $$
  SELECT COALESCE(jsonb_agg(jsonb_build_object('step_id', a.step_id, 'option_id', a.option_id,
           'text', CASE a.kind WHEN 'text' THEN a.value END, 'number', CASE a.kind WHEN 'number' THEN a.value::numeric END,
           'date', CASE a.kind WHEN 'date' THEN a.value END) ORDER BY a.ord), '[]')
  FROM contact_said(answers) a
$$;

-- How each kind of question is answered, and in which words that is asked for.
CREATE TABLE answer_kinds (
  step text NOT NULL,
  answer text NOT NULL,
  message text NOT NULL,
  CONSTRAINT answer_kinds_pkey PRIMARY KEY (step, answer)
);
INSERT INTO answer_kinds VALUES
  ('single', 'option', 'This question is answered with one of its options.'),
  ('multi', 'option', 'This question is answered with its options.'),
  ('support', 'option', 'This question is answered with one of its options, or a number from 1 to 5.'),
  ('support', 'number', 'This question is answered with one of its options, or a number from 1 to 5.'),
  ('scale', 'number', 'This question is answered with a number on its scale.'),
  ('number', 'number', 'This question is answered with a number.'),
  ('free_text', 'text', 'This question is answered with a text.'),
  ('date', 'date', 'This question is answered with a date, as 2026-11-03.');
GRANT SELECT ON answer_kinds TO campaign_api, campaign_definer;

-- The first answer that does not fit its question, told as a wrong field.
CREATE FUNCTION contact_check_answers(organization bigint, script bigint, answers jsonb) RETURNS void
LANGUAGE plpgsql STABLE
AS $$
DECLARE
  wrong record;
BEGIN
  SELECT a.ord, f.code, f.message INTO wrong
    FROM (SELECT w.*, count(*) OVER (PARTITION BY w.step_id) AS n FROM contact_said(answers) w) a
    LEFT JOIN script_steps s ON s.organization_id = organization AND s.id = a.step_id AND s.script_id = script
    LEFT JOIN script_options o ON o.organization_id = organization AND o.id = a.option_id
    LEFT JOIN answer_kinds k ON k.step = s.kind AND k.answer = a.kind
    CROSS JOIN LATERAL (VALUES
      (1, s.id IS NULL, 'unknown_step', 'This question is not in the script.'),
      (2, a.kind IS NULL, 'required', 'This answer says nothing.'),
      (3, s.kind = 'text', 'wrong_kind', 'This step is a text to read out: nobody answers it.'),
      (4, k.step IS NULL, 'wrong_kind',
       (SELECT min(w.message) FROM answer_kinds w WHERE w.step = s.kind)),
      (5, a.kind = 'option' AND o.id IS NULL, 'unknown_option', 'There is no such option.'),
      (6, a.kind = 'option' AND o.step_id <> s.id, 'other_step', 'This option belongs to another question.'),
      (7, a.n > 1 AND s.kind <> 'multi', 'one_answer', 'This question takes one answer.'),
      (8, a.kind = 'number' AND a.value !~ '^-?[0-9]+([.][0-9]+)?([eE][-+]?[0-9]+)?$', 'wrong_kind',
       'This question is answered with a number.'),
      (9, a.kind = 'date' AND a.value !~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$', 'wrong_kind',
       'This question is answered with a date, as 2026-11-03.')) f (rank, holds, code, message)
    WHERE f.holds ORDER BY a.ord, f.rank LIMIT 1;
  IF NOT FOUND THEN
    SELECT a.ord, 'scale' AS code, 'This number is outside the scale.' AS message INTO wrong
      FROM contact_said(answers) a
      JOIN script_steps s ON s.organization_id = organization AND s.id = a.step_id
      WHERE a.kind = 'number' AND (
        s.kind = 'support' AND a.value NOT IN ('1', '2', '3', '4', '5')
        OR s.kind = 'scale' AND a.value::numeric NOT BETWEEN COALESCE(s.scale_min, 1) AND COALESCE(s.scale_max, 5))
      ORDER BY a.ord LIMIT 1;
  END IF;
  IF wrong.code IS NOT NULL THEN
    PERFORM refuse_field('answers/' || wrong.ord, wrong.code, wrong.message);
  END IF;
END
$$;

-- A question that must be asked and was shown has an answer. One that the script got after the talk was not
-- there to be asked: an old pack is no reason to lose what somebody said.
CREATE FUNCTION contact_check_required(organization bigint, script bigint, answers jsonb, occurred timestamptz)
RETURNS void
LANGUAGE plpgsql STABLE
AS $$
DECLARE
  missing bigint;
BEGIN
  SELECT s.id INTO missing FROM script_steps s
    WHERE s.organization_id = organization AND s.script_id = script AND s.required AND s.kind <> 'text'
      AND s.archived_at IS NULL AND s.updated_at <= occurred + interval '5 minutes'
      AND NOT EXISTS (SELECT FROM contact_said(answers) a WHERE a.step_id = s.id)
      AND (s.show_if_option_id IS NULL
           OR EXISTS (SELECT FROM contact_said(answers) a WHERE a.option_id = s.show_if_option_id))
    ORDER BY s.position, s.id LIMIT 1;
  IF FOUND THEN
    PERFORM refuse_field('answers', 'question_required', format('Question %s of the script needs an answer.', missing));
  END IF;
END
$$;

-- What came of it: a disposition that this channel has, about what its level asks for, or answers.
CREATE FUNCTION contact_check_outcome(made voter_contacts) RETURNS void
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
CREATE FUNCTION contact_prepare(actor text, organization bigint, maker bigint, given jsonb) RETURNS voter_contacts
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
CREATE FUNCTION contact_complete(made voter_contacts) RETURNS voter_contacts
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

-- What follows, one function for each kind. matter: the rows of one matter -----------------------------

-- Which row counts. A row is beaten by one that replaces it and is not beaten itself, so taking a correction
-- back brings the first word back. Later rows have greater numbers.
CREATE FUNCTION contact_settle(organization bigint, matter bigint[]) RETURNS void
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  each voter_contacts;
  beaten bigint[] := '{}';
BEGIN
  FOR each IN SELECT c.* FROM voter_contacts c
    WHERE c.organization_id = organization AND c.id = ANY (matter) ORDER BY c.id DESC LOOP
    IF each.replaces_id IS NOT NULL AND NOT each.id = ANY (beaten) THEN
      beaten := beaten || each.replaces_id;
    END IF;
    UPDATE voter_contacts c SET holds = NOT c.holds
      WHERE c.organization_id = organization AND c.id = each.id
        AND c.holds <> (NOT each.undone AND NOT each.id = ANY (beaten));
  END LOOP;
END
$$;

-- Every lock, in one order for everybody: building, door, person, number; turf comes after them.
CREATE FUNCTION contact_lock(made voter_contacts) RETURNS void
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  organization bigint := made.organization_id;
  people bigint[];
  places bigint[];
BEGIN
  SELECT array_agg(DISTINCT c.voter_id), array_agg(DISTINCT c.door_id) INTO people, places
    FROM (SELECT made.voter_id, made.door_id UNION ALL
          SELECT c.voter_id, c.door_id FROM voter_contacts c WHERE c.organization_id = organization
            AND (c.root_id = made.root_id OR c.id = made.root_id)) c;
  -- Moved and deceased are heard on the telephone too, and change the door's state.
  places := places || ARRAY(SELECT v.door_id FROM voters v
                            WHERE v.organization_id = organization AND v.id = ANY (people));
  PERFORM FROM buildings b WHERE b.organization_id = organization AND b.id IN (
      SELECT made.building_id UNION ALL
      SELECT d.building_id FROM doors d WHERE d.organization_id = organization AND d.id = ANY (places))
    ORDER BY b.id FOR NO KEY UPDATE;
  PERFORM FROM doors d WHERE d.organization_id = organization AND d.id = ANY (places) ORDER BY d.id FOR NO KEY UPDATE;
  PERFORM FROM voters v WHERE v.organization_id = organization
      AND (v.id = ANY (people) OR v.door_id = ANY (places)) ORDER BY v.id FOR NO KEY UPDATE;
  IF made.phone IS NOT NULL THEN
    PERFORM pg_advisory_xact_lock(hashtextextended(organization || ' ' || made.phone, 11));
  END IF;
END
$$;

-- do_not_knock: the door. inaccessible: the building, until somebody gets to one of its doors later.
CREATE FUNCTION contact_effect_place(organization bigint, matter bigint[]) RETURNS void
LANGUAGE plpgsql VOLATILE
AS $$
BEGIN
  UPDATE doors d SET do_not_knock_at = w.at
    FROM (SELECT x.door_id, (
            SELECT max(c.occurred_at) FROM voter_contacts c
            WHERE c.organization_id = organization AND c.door_id = x.door_id AND c.holds
              AND c.disposition = 'do_not_knock') AS at
          FROM (SELECT DISTINCT c.door_id FROM voter_contacts c
                WHERE c.organization_id = organization AND c.id = ANY (matter)) x) w
    WHERE d.organization_id = organization AND d.id = w.door_id AND d.do_not_knock_at IS DISTINCT FROM w.at
      AND EXISTS (SELECT FROM voter_contacts c WHERE c.organization_id = organization AND c.id = ANY (matter)
                    AND c.disposition = 'do_not_knock');
  UPDATE buildings b SET inaccessible_at = w.at
    FROM (SELECT x.building_id, (
            SELECT max(c.occurred_at) FROM voter_contacts c
            WHERE c.organization_id = organization AND c.building_id = x.building_id AND c.holds
              AND c.disposition = 'inaccessible'
              AND NOT EXISTS (
                SELECT FROM doors d JOIN voter_contacts k ON k.organization_id = organization AND k.door_id = d.id
                WHERE d.organization_id = organization AND d.building_id = x.building_id AND k.holds
                  AND k.channel = 'door' AND k.occurred_at > c.occurred_at
                  AND COALESCE(k.disposition, 'canvassed') NOT IN ('inaccessible', 'address_not_found'))) AS at
          FROM (SELECT DISTINCT c.building_id FROM voter_contacts c
                WHERE c.organization_id = organization AND c.id = ANY (matter) AND c.channel = 'door') x) w
    WHERE b.organization_id = organization AND b.id = w.building_id AND b.inaccessible_at IS DISTINCT FROM w.at;
END
$$;

-- wrong_number, disconnected: the number, the former only as this person's.
CREATE FUNCTION contact_effect_phone(organization bigint, matter bigint[]) RETURNS void
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  told record;
  last_at timestamptz;
BEGIN
  FOR told IN SELECT DISTINCT c.phone, c.disposition AS flag,
                     CASE c.disposition WHEN 'wrong_number' THEN c.voter_id END AS voter_id
              FROM voter_contacts c WHERE c.organization_id = organization AND c.id = ANY (matter)
                AND c.disposition IN ('wrong_number', 'disconnected') LOOP
    SELECT max(c.occurred_at) INTO last_at FROM voter_contacts c
      WHERE c.organization_id = organization AND c.phone = told.phone AND c.disposition = told.flag AND c.holds
        AND (told.flag <> 'wrong_number' OR c.voter_id IS NOT DISTINCT FROM told.voter_id);
    DELETE FROM phone_flags f
      WHERE f.organization_id = organization AND f.phone = told.phone AND f.flag = told.flag
        AND f.voter_id IS NOT DISTINCT FROM told.voter_id AND f.at IS DISTINCT FROM last_at;
    INSERT INTO phone_flags (organization_id, phone, flag, voter_id, at)
      SELECT organization, told.phone, told.flag, told.voter_id, last_at WHERE last_at IS NOT NULL
      ON CONFLICT DO NOTHING;
  END LOOP;
END
$$;

-- moved, deceased: the person is on no list any more. Apart from the rest, since it is an edit of the voter.
CREATE FUNCTION contact_effect_person(organization bigint, matter bigint[]) RETURNS void
LANGUAGE plpgsql VOLATILE
AS $$
BEGIN
  UPDATE voters v SET unreachable = w.disposition,
      moved_at = CASE w.disposition WHEN 'moved' THEN w.occurred_at ELSE v.moved_at END
    FROM (SELECT x.voter_id, l.disposition, l.occurred_at
          FROM (SELECT DISTINCT c.voter_id FROM voter_contacts c
                WHERE c.organization_id = organization AND c.id = ANY (matter)) x
          LEFT JOIN LATERAL (
            SELECT c.disposition, c.occurred_at FROM voter_contacts c
            WHERE c.organization_id = organization AND c.voter_id = x.voter_id AND c.holds
              AND c.disposition IN ('moved', 'deceased')
            ORDER BY c.occurred_at DESC, c.client_id DESC LIMIT 1) l ON true) w
    WHERE v.organization_id = organization AND v.id = w.voter_id
      AND COALESCE(v.unreachable, 'moved') IN ('moved', 'deceased')
      AND (v.unreachable, v.moved_at) IS DISTINCT FROM
          (w.disposition, CASE w.disposition WHEN 'moved' THEN w.occurred_at ELSE v.moved_at END);
END
$$;

-- do_not_contact, do_not_text: withdrawn in the ledger, for as long as the contact holds.
CREATE FUNCTION contact_effect_consent(organization bigint, matter bigint[]) RETURNS void
LANGUAGE sql VOLATILE
AS $$
  INSERT INTO consents (organization_id, client_id, voter_id, address, channel, purpose, state, source, occurred_at,
                        actor, contact_id)
  SELECT organization, c.client_id, c.voter_id, CASE WHEN c.voter_id IS NULL THEN c.phone END,
         CASE c.disposition WHEN 'do_not_text' THEN 'text' ELSE 'any' END, 'any', 'withdrawn', c.channel,
         c.occurred_at, c.actor, c.id
  FROM voter_contacts c
  WHERE c.organization_id = organization AND c.id = ANY (matter) AND c.holds
    AND c.disposition IN ('do_not_contact', 'do_not_text')
  ON CONFLICT DO NOTHING
$$;

-- Options that were taken: a tag, a follow-up, a place at an event. Each at most once, whoever takes it how often.
CREATE FUNCTION contact_effect_tags(organization bigint, matter bigint[]) RETURNS void
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  given record;
BEGIN
  FOR given IN SELECT DISTINCT c.voter_id, o.tag_id FROM voter_contacts c
    JOIN contact_answers a ON a.organization_id = organization AND a.contact_id = c.id
    JOIN script_options o ON o.organization_id = organization AND o.id = a.option_id
    WHERE c.organization_id = organization AND c.id = ANY (matter) AND o.tag_id IS NOT NULL LOOP
    IF EXISTS (
      SELECT FROM voter_contacts c
      JOIN contact_answers a ON a.organization_id = organization AND a.contact_id = c.id
      JOIN script_options o ON o.organization_id = organization AND o.id = a.option_id
      WHERE c.organization_id = organization AND c.voter_id = given.voter_id AND c.holds
        AND o.tag_id = given.tag_id) THEN
      INSERT INTO voter_tags (organization_id, voter_id, tag_id, by_contact)
        VALUES (organization, given.voter_id, given.tag_id, true) ON CONFLICT DO NOTHING;
    ELSE
      DELETE FROM voter_tags t WHERE t.organization_id = organization AND t.voter_id = given.voter_id
        AND t.tag_id = given.tag_id AND t.by_contact;
    END IF;
  END LOOP;
END
$$;

-- One per matter and kind: a correction does not ask for the same yard sign twice. What is done stays.
CREATE FUNCTION contact_effect_follow_ups(organization bigint, matter bigint[]) RETURNS void
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  root bigint := (SELECT min(id) FROM unnest(matter) id);
  asked record;
BEGIN
  FOR asked IN SELECT o.follow_up, c.voter_id, bool_or(c.holds) AS wanted, max(c.user_id) AS maker
    FROM voter_contacts c
    JOIN contact_answers a ON a.organization_id = organization AND a.contact_id = c.id
    JOIN script_options o ON o.organization_id = organization AND o.id = a.option_id
    WHERE c.organization_id = organization AND c.id = ANY (matter) AND o.follow_up IS NOT NULL
    GROUP BY 1, 2 LOOP
    IF NOT asked.wanted THEN
      DELETE FROM follow_ups f WHERE f.organization_id = organization AND f.contact_id = root
        AND f.kind = asked.follow_up AND f.voter_id = asked.voter_id AND f.by_contact AND f.done_at IS NULL;
    ELSIF NOT EXISTS (
      SELECT FROM follow_ups f WHERE f.organization_id = organization AND f.contact_id = root
        AND f.kind = asked.follow_up AND f.voter_id = asked.voter_id) THEN
      INSERT INTO follow_ups (organization_id, voter_id, contact_id, kind, created_by, by_contact)
        VALUES (organization, asked.voter_id, root, asked.follow_up, asked.maker, true);
    END IF;
  END LOOP;
END
$$;

-- One place per person and event, known by a client_id made of both.
CREATE FUNCTION contact_sign_up(organization bigint, event bigint, voter bigint, wanted boolean) RETURNS void
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  act uuid := md5(format('sign-up %s %s %s', organization, event, voter))::uuid;
  there event_attendees;
BEGIN
  SELECT a.* INTO there FROM event_attendees a WHERE a.organization_id = organization AND a.client_id = act
    FOR NO KEY UPDATE;
  IF NOT FOUND AND wanted THEN
    INSERT INTO event_attendees (organization_id, event_id, client_id, email, first_name, last_name, phone, source)
      SELECT organization, event, act, lower(v.emails ->> 0), COALESCE(NULLIF(v.first_name, ''), '–'),
             COALESCE(NULLIF(v.last_name, ''), '–'), v.phones ->> 0, 'canvass'
      FROM voters v WHERE v.organization_id = organization AND v.id = voter
      ON CONFLICT DO NOTHING; -- on the list with the same address already
  ELSIF there.status = 'registered' AND NOT wanted THEN
    UPDATE event_attendees a SET status = 'cancelled', cancelled_at = now()
      WHERE a.organization_id = organization AND a.id = there.id;
  ELSIF there.status = 'cancelled' AND wanted AND NOT EXISTS (
    SELECT FROM event_attendees a WHERE a.organization_id = organization AND a.event_id = event
      AND a.email = there.email AND a.cancelled_at IS NULL) THEN
    UPDATE event_attendees a SET status = 'registered', cancelled_at = NULL
      WHERE a.organization_id = organization AND a.id = there.id;
  END IF;
END
$$;

CREATE FUNCTION contact_effect_sign_ups(organization bigint, matter bigint[]) RETURNS void
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  asked record;
BEGIN
  FOR asked IN SELECT DISTINCT o.event_id, c.voter_id FROM voter_contacts c
    JOIN contact_answers a ON a.organization_id = organization AND a.contact_id = c.id
    JOIN script_options o ON o.organization_id = organization AND o.id = a.option_id
    JOIN events e ON e.organization_id = organization AND e.id = o.event_id AND e.cancelled_at IS NULL
    WHERE c.organization_id = organization AND c.id = ANY (matter) ORDER BY 1, 2 LOOP
    -- The event's row before the audit chain's, as at the door of an event.
    SET CONSTRAINTS event_attendees_count, event_attendees_count_status IMMEDIATE;
    PERFORM contact_sign_up(organization, asked.event_id, asked.voter_id, EXISTS (
      SELECT FROM voter_contacts c
      JOIN contact_answers a ON a.organization_id = organization AND a.contact_id = c.id
      JOIN script_options o ON o.organization_id = organization AND o.id = a.option_id
      WHERE c.organization_id = organization AND c.voter_id = asked.voter_id AND c.holds
        AND o.event_id = asked.event_id));
  END LOOP;
END
$$;

-- The person as the contacts that hold tell: latest by when it happened. What was tried at the door for nobody
-- in particular was tried for everybody behind it. Equal times: the client_id decides, not who came first.
CREATE FUNCTION contact_derive_voters(organization bigint, matter bigint[]) RETURNS void
LANGUAGE plpgsql VOLATILE -- which keeps the plan
AS $$
BEGIN
  UPDATE voters v SET
    support_level = s.support_level, support_at = s.occurred_at,
    last_contact_at = l.occurred_at, last_disposition = l.code,
    reached_at = r.occurred_at, quiet_until = r.occurred_at + NULLIF(r.quiet_days, 0) * interval '1 day',
    contacts_revision = v.contacts_revision + 1
  FROM voters self
  LEFT JOIN LATERAL (
    SELECT c.support_level, c.occurred_at FROM voter_contacts c
    WHERE c.organization_id = organization AND c.voter_id = self.id AND c.holds AND c.support_level IS NOT NULL
    ORDER BY c.occurred_at DESC, c.client_id DESC LIMIT 1) s ON true
  LEFT JOIN LATERAL (
    SELECT c.occurred_at, COALESCE(c.disposition, 'canvassed') AS code
    FROM (SELECT * FROM (
            SELECT c.occurred_at, c.client_id, c.disposition FROM voter_contacts c
            WHERE c.organization_id = organization AND c.voter_id = self.id AND c.holds
            ORDER BY c.occurred_at DESC, c.client_id DESC LIMIT 1) own
          UNION ALL SELECT * FROM (
            SELECT c.occurred_at, c.client_id, c.disposition FROM voter_contacts c
            WHERE c.organization_id = organization AND c.door_id = self.door_id AND c.voter_id IS NULL AND c.holds
              AND c.channel = 'door'
            ORDER BY c.occurred_at DESC, c.client_id DESC LIMIT 1) door) c
    ORDER BY c.occurred_at DESC, c.client_id DESC LIMIT 1) l ON true
  LEFT JOIN LATERAL (
    SELECT c.occurred_at, d.quiet_days FROM voter_contacts c
    JOIN dispositions d ON d.code = COALESCE(c.disposition, 'canvassed')
    WHERE c.organization_id = organization AND c.voter_id = self.id AND c.holds AND d.reached
    ORDER BY c.occurred_at DESC, c.client_id DESC LIMIT 1) r ON true
  WHERE self.organization_id = organization AND v.organization_id = organization AND v.id = self.id
    AND self.id IN (
      SELECT c.voter_id FROM voter_contacts c WHERE c.organization_id = organization AND c.id = ANY (matter)
      UNION ALL
      SELECT b.id FROM voter_contacts c
      JOIN voters b ON b.organization_id = organization AND b.door_id = c.door_id
      WHERE c.organization_id = organization AND c.id = ANY (matter) AND c.voter_id IS NULL AND c.channel = 'door');
END
$$;

-- How far a door of a turf is. Done: for everybody who was spoken of there in this pass, the last word needs no
-- other attempt; that somebody moved or died ends the door only when nobody else lives there.
CREATE FUNCTION contact_door_state(organization bigint, route bigint, door bigint, OUT state text, OUT at timestamptz)
LANGUAGE plpgsql STABLE -- which keeps the plan
AS $$
BEGIN
  WITH told AS (
    SELECT c.occurred_at, c.client_id, d.finishes, COALESCE(d.effect IN ('moved', 'deceased'), false) AS gone,
           CASE WHEN d.level IN ('door', 'building') THEN NULL ELSE c.voter_id END AS voter_id
    FROM voter_contacts c JOIN dispositions d ON d.code = COALESCE(c.disposition, 'canvassed')
    WHERE c.organization_id = organization AND c.door_id = door AND c.route_id = route AND c.holds
      AND c.channel = 'door'),
  people AS (SELECT DISTINCT voter_id FROM told WHERE voter_id IS NOT NULL),
  last AS (
    SELECT DISTINCT ON (p.voter_id) t.* FROM
      (SELECT voter_id FROM people UNION ALL SELECT NULL WHERE NOT EXISTS (SELECT FROM people)) p
    JOIN told t ON t.voter_id IS NULL OR t.voter_id = p.voter_id
    ORDER BY p.voter_id, t.occurred_at DESC, t.client_id DESC)
  SELECT CASE
      WHEN count(*) = 0 THEN 'todo'
      WHEN bool_and(finishes) AND (NOT bool_and(gone) OR NOT EXISTS (
        SELECT FROM voters v WHERE v.organization_id = organization AND v.door_id = door AND v.unreachable IS NULL
          AND NOT v.confidential)) THEN 'done'
      ELSE 'attempted' END, max(occurred_at)
  INTO state, at FROM last;
END
$$;

-- Counts and progress of the turf; its row is the lock, taken last.
CREATE FUNCTION contact_derive_turf(organization bigint, matter bigint[]) RETURNS void
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  each record;
  was text;
  is_now record;
BEGIN
  FOR each IN SELECT DISTINCT r.route_id, r.door_id FROM canvass_route_doors r
    JOIN voter_contacts c ON c.organization_id = organization AND c.id = ANY (matter)
      AND (c.route_id = r.route_id AND c.door_id = r.door_id)
    WHERE r.organization_id = organization AND c.channel = 'door' ORDER BY 1, 2 LOOP
    PERFORM FROM canvass_routes t WHERE t.organization_id = organization AND t.id = each.route_id FOR NO KEY UPDATE;
    SELECT * INTO is_now FROM contact_door_state(organization, each.route_id, each.door_id);
    SELECT r.state INTO was FROM canvass_route_doors r
      WHERE r.organization_id = organization AND r.route_id = each.route_id AND r.door_id = each.door_id
      FOR NO KEY UPDATE;
    UPDATE canvass_route_doors r
      SET state = is_now.state, done_at = CASE is_now.state WHEN 'done' THEN is_now.at END
      WHERE r.organization_id = organization AND r.route_id = each.route_id AND r.door_id = each.door_id
        AND (r.state, r.done_at) IS DISTINCT FROM
            (is_now.state, CASE is_now.state WHEN 'done' THEN is_now.at END);
    UPDATE canvass_routes t
      SET doors_done = t.doors_done + (is_now.state = 'done')::int - (was = 'done')::int,
          progress_revision = t.progress_revision + 1
      WHERE t.organization_id = organization AND t.id = each.route_id AND was <> is_now.state;
  END LOOP;
END
$$;

-- Which functions a matter needs, looked up by what its rows say.
CREATE FUNCTION contact_apply(organization bigint, root bigint) RETURNS void
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  matter bigint[] := ARRAY(SELECT c.id FROM voter_contacts c
                           WHERE c.organization_id = organization AND (c.id = root OR c.root_id = root));
  effects text[];
  options int;
BEGIN
  IF cardinality(matter) > 1 THEN
    PERFORM contact_settle(organization, matter);
  END IF;
  SELECT array_agg(DISTINCT d.effect), count(a.id) FILTER (WHERE a.option_id IS NOT NULL) INTO effects, options
    FROM voter_contacts c
    LEFT JOIN dispositions d ON d.code = c.disposition
    LEFT JOIN contact_answers a ON a.organization_id = organization AND a.contact_id = c.id
    WHERE c.organization_id = organization AND c.id = ANY (matter);
  IF effects && '{do_not_knock,inaccessible}' OR cardinality(matter) > 1 OR EXISTS (
    SELECT FROM voter_contacts c JOIN buildings b ON b.organization_id = organization AND b.id = c.building_id
    WHERE c.organization_id = organization AND c.id = root AND c.channel = 'door'
      AND b.inaccessible_at IS NOT NULL) THEN
    PERFORM contact_effect_place(organization, matter);
  END IF;
  IF effects && '{wrong_number,disconnected}' THEN
    PERFORM contact_effect_phone(organization, matter);
  END IF;
  IF effects && '{moved,deceased}' THEN
    PERFORM contact_effect_person(organization, matter);
  END IF;
  IF effects && '{do_not_contact,do_not_text}' THEN
    PERFORM contact_effect_consent(organization, matter);
  END IF;
  IF options > 0 THEN
    PERFORM contact_effect_tags(organization, matter);
    PERFORM contact_effect_follow_ups(organization, matter);
    PERFORM contact_effect_sign_ups(organization, matter);
  END IF;
  PERFORM contact_derive_voters(organization, matter);
  PERFORM contact_derive_turf(organization, matter);
END
$$;

-- Recording ------------------------------------------------------------------------------------------

-- What a client_id was used for before; refused when it was for something else.
CREATE FUNCTION contact_again(organization bigint, given jsonb,
  OUT contact voter_contacts, OUT refused_code text, OUT refused_message text)
LANGUAGE plpgsql VOLATILE
AS $$
BEGIN
  SELECT c.* INTO contact FROM voter_contacts c
    WHERE c.organization_id = organization AND c.client_id = (given ->> 'client_id')::uuid;
  IF contact.id IS NOT NULL AND (
       COALESCE(voter_known((given ->> 'voter_id')::bigint, organization), contact.voter_id)
         IS DISTINCT FROM voter_known(contact.voter_id, organization)
       OR COALESCE((given ->> 'door_id')::bigint, contact.door_id) IS DISTINCT FROM contact.door_id
       OR COALESCE((given ->> 'building_id')::bigint, contact.building_id) IS DISTINCT FROM contact.building_id
       OR COALESCE((given ->> 'replaces_id')::bigint, contact.replaces_id) IS DISTINCT FROM contact.replaces_id
       OR COALESCE((given ->> 'undone')::boolean, false) <> contact.undone) THEN
    refused_code := 'client_id_reused';
    refused_message := 'This client_id was used for something else.';
  END IF;
END
$$;

-- Like voter_merged, for whom there may be nobody.
CREATE FUNCTION voter_known(voter bigint, organization bigint) RETURNS bigint
LANGUAGE sql STABLE
AS $$ SELECT CASE WHEN EXISTS (SELECT FROM voters v WHERE v.organization_id = organization AND v.id = voter)
                  THEN voter_merged(organization, voter) ELSE voter END $$;

/*
 * Record a contact, once per client_id: sent again it gets the first row and changes nothing.
 *
 * given: client_id, channel, disposition or answers, voter_id, door_id, building_id, phone, turf_id, script_id,
 *   phone_bank_session_id, text_campaign_id, language, note, latitude, longitude, occurred_at, device_occurred_at,
 *   replaces_id or replaces_client_id (correction), undone (takes that one back). Other members are ignored.
 * maker: the person who did it, or NULL. Whether the actor may is asked by the caller (contact_assert_scope).
 * refused_code: client_id_reused, contact_replaced; then contact is the row that stands in the way and nothing
 *   was written. What cannot be is raised as CC422 with the field.
 */
CREATE FUNCTION contact_record(actor text, organization bigint, maker bigint, given jsonb)
RETURNS TABLE (contact voter_contacts, refused_code text, refused_message text)
LANGUAGE plpgsql VOLATILE ROWS 1
AS $$
DECLARE
  made voter_contacts;
BEGIN
  RETURN QUERY SELECT a.* FROM contact_again(organization, given) a WHERE (a.contact).id IS NOT NULL;
  IF FOUND THEN
    RETURN;
  END IF;
  made := contact_prepare(actor, organization, maker, given);
  PERFORM contact_lock(made);
  IF made.replaces_id IS NOT NULL AND contact_beaten(organization, made.replaces_id) THEN
    RETURN QUERY SELECT c, 'contact_replaced', 'This contact was changed or taken back in the meantime.'
      FROM voter_contacts c WHERE c.organization_id = organization AND c.id = made.replaces_id;
    RETURN;
  END IF;
  made.id := nextval('voter_contacts_id_seq');
  INSERT INTO voter_contacts SELECT (made).* ON CONFLICT DO NOTHING;
  IF NOT FOUND THEN -- the same act at the same moment
    RETURN QUERY SELECT a.* FROM contact_again(organization, given) a;
    RETURN;
  END IF;
  INSERT INTO contact_answers (organization_id, contact_id, step_id, option_id, value)
    SELECT organization, made.id, a.step_id, a.option_id, a.value FROM contact_said(made.answers) a;
  PERFORM contact_apply(organization, COALESCE(made.root_id, made.id));
  RETURN QUERY SELECT made, NULL::text, NULL::text;
END
$$;

-- Something that is not beaten itself replaces this row.
CREATE FUNCTION contact_beaten(organization bigint, contact bigint) RETURNS boolean
LANGUAGE plpgsql VOLATILE
AS $$
BEGIN
  RETURN EXISTS (SELECT FROM voter_contacts c WHERE c.organization_id = organization AND c.replaces_id = contact
                   AND NOT contact_beaten(organization, c.id));
END
$$;

GRANT EXECUTE ON FUNCTION refuse_field(text, text, text), voter_merged(bigint, bigint), voter_known(bigint, bigint),
  contact_subject(voter_contacts), contact_said(jsonb), contact_answers_kept(jsonb), contact_check_answers(bigint, bigint, jsonb),
  contact_check_required(bigint, bigint, jsonb, timestamptz), contact_check_outcome(voter_contacts),
  contact_prepare(text, bigint, bigint, jsonb), contact_complete(voter_contacts),
  contact_settle(bigint, bigint[]), contact_lock(voter_contacts), contact_effect_place(bigint, bigint[]),
  contact_effect_phone(bigint, bigint[]), contact_effect_person(bigint, bigint[]),
  contact_effect_consent(bigint, bigint[]), contact_effect_tags(bigint, bigint[]),
  contact_effect_follow_ups(bigint, bigint[]), contact_sign_up(bigint, bigint, bigint, boolean),
  contact_effect_sign_ups(bigint, bigint[]), contact_derive_voters(bigint, bigint[]),
  contact_door_state(bigint, bigint, bigint), contact_derive_turf(bigint, bigint[]), contact_apply(bigint, bigint),
  contact_again(bigint, jsonb), contact_record(text, bigint, bigint, jsonb), contact_beaten(bigint, bigint)
  TO campaign_api;

-- Who may --------------------------------------------------------------------------------------------

CREATE INDEX voter_contacts_occurred_at_idx ON voter_contacts (organization_id, occurred_at, id);

-- A turf that was handed to this actor: assigned, or with doors that it took out.
CREATE FUNCTION turf_is_mine(actor text, organization bigint, person bigint, turf bigint) RETURNS boolean
LANGUAGE sql STABLE
AS $$
  SELECT EXISTS (SELECT FROM canvass_routes r
                 WHERE r.organization_id = organization AND r.id = turf AND r.assigned_user_id = person)
      OR EXISTS (SELECT FROM canvass_route_doors d
                 WHERE d.organization_id = organization AND d.route_id = turf AND d.held_by = actor)
$$;

-- Below manage_canvass one records at doors of a turf of one's own, and changes one's own contacts. Calls and
-- texts are recorded through the session that they belong to.
CREATE FUNCTION contact_assert_scope(actor text, organization bigint, maker bigint, rights jsonb, given jsonb)
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

CREATE FUNCTION contact_post(actor text, organization bigint, maker bigint, rights jsonb, given jsonb)
RETURNS TABLE (contact voter_contacts, refused_code text, refused_message text)
LANGUAGE plpgsql VOLATILE ROWS 1
AS $$
BEGIN
  PERFORM contact_assert_scope(actor, organization, maker, rights, given);
  RETURN QUERY SELECT * FROM contact_record(actor, organization, maker, given);
END
$$;

-- Whose contacts one sees: below manage_canvass one's own.
CREATE FUNCTION contact_is_mine(actor text, person bigint, rights jsonb, contact voter_contacts) RETURNS boolean
LANGUAGE sql STABLE
AS $$
  SELECT rights ? 'manage_canvass' OR COALESCE(contact.user_id = person, contact.actor = actor)
$$;

-- No row: there is no such contact, or it is another's.
CREATE FUNCTION contact_undo(actor text, organization bigint, maker bigint, rights jsonb, taken_back bigint,
  given jsonb)
RETURNS TABLE (contact voter_contacts, refused_code text, refused_message text)
LANGUAGE plpgsql VOLATILE ROWS 1
AS $$
BEGIN
  IF EXISTS (SELECT FROM voter_contacts c WHERE c.organization_id = organization AND c.id = taken_back
               AND contact_is_mine(contact_undo.actor, maker, rights, c)) THEN
    RETURN QUERY SELECT * FROM contact_record(actor, organization, maker,
      given || jsonb_build_object('replaces_id', taken_back, 'undone', true));
  END IF;
END
$$;

-- Many doors with one outcome. Each is a contact of its own, recorded or refused by itself; all locks first, in
-- the order of contact_lock, so that two who do it at once wait for each other and never in a circle.
CREATE FUNCTION contact_bulk(actor text, organization bigint, maker bigint, rights jsonb, given jsonb)
RETURNS TABLE (recorded bigint, results jsonb)
LANGUAGE plpgsql VOLATILE ROWS 1
AS $$
DECLARE
  item jsonb;
  made record;
  why text;
  wrong text;
BEGIN
  recorded := 0;
  results := '[]';
  PERFORM FROM buildings b WHERE b.organization_id = organization AND b.id IN (
      SELECT d.building_id FROM jsonb_array_elements(given -> 'doors') i
      JOIN doors d ON d.organization_id = organization AND d.id = (i ->> 'door_id')::bigint)
    ORDER BY b.id FOR NO KEY UPDATE;
  PERFORM FROM doors d WHERE d.organization_id = organization AND d.id IN (
      SELECT (i ->> 'door_id')::bigint FROM jsonb_array_elements(given -> 'doors') i)
    ORDER BY d.id FOR NO KEY UPDATE;
  PERFORM FROM voters v WHERE v.organization_id = organization AND v.door_id IN (
      SELECT (i ->> 'door_id')::bigint FROM jsonb_array_elements(given -> 'doors') i)
    ORDER BY v.id FOR NO KEY UPDATE;
  FOR item IN SELECT i FROM jsonb_array_elements(given -> 'doors') i LOOP
    why := NULL;
    made := NULL;
    BEGIN
      SELECT p.* INTO made FROM contact_post(actor, organization, maker, rights,
        (given - 'doors') || jsonb_strip_nulls(item) || '{"channel": "door"}') p;
      why := made.refused_code;
      wrong := made.refused_message;
    EXCEPTION WHEN SQLSTATE 'CC422' OR SQLSTATE 'CC403' THEN
      GET STACKED DIAGNOSTICS why := PG_EXCEPTION_DETAIL, wrong := MESSAGE_TEXT;
    END;
    recorded := recorded + (why IS NULL)::int;
    results := results || jsonb_build_object('client_id', item ->> 'client_id', 'door_id', item -> 'door_id',
      'contact_id', CASE WHEN why IS NULL THEN (made.contact).id END, 'code', why,
      'message', CASE WHEN why IS NOT NULL THEN wrong END);
  END LOOP;
  RETURN NEXT;
END
$$;

-- Newest first. The filters that are set make the statement, so that each has its index.
CREATE FUNCTION contact_page(actor text, organization bigint, person bigint, rights jsonb, filter jsonb,
  before_time timestamptz, before_id bigint, wanted int)
RETURNS SETOF voter_contacts
LANGUAGE plpgsql STABLE
AS $$
DECLARE
  conditions text;
BEGIN
  SELECT string_agg(' AND ' || w.condition, '') INTO conditions
    FROM (VALUES
      (filter ? 'voter_id', 'c.voter_id = ($2 ->> ''voter_id'')::bigint'),
      (filter ? 'door_id', 'c.door_id = ($2 ->> ''door_id'')::bigint'),
      (filter ? 'turf_id', 'c.route_id = ($2 ->> ''turf_id'')::bigint'),
      (filter ? 'canvasser_id', 'c.user_id = ($2 ->> ''canvasser_id'')::bigint'),
      (filter ? 'since', 'c.occurred_at >= ($2 ->> ''since'')::timestamptz'),
      (filter ? 'until', 'c.occurred_at < ($2 ->> ''until'')::timestamptz'),
      (filter -> 'holds' = 'true', 'c.holds'),
      (before_time IS NOT NULL, '(c.occurred_at, c.id) < ($3, $4)'),
      (NOT rights ? 'manage_canvass', 'COALESCE(c.user_id = $5, c.actor = $6)')) w (holds, condition)
    WHERE w.holds;
  RETURN QUERY EXECUTE 'SELECT c.* FROM voter_contacts c WHERE c.organization_id = $1' || COALESCE(conditions, '')
    || ' ORDER BY c.occurred_at DESC, c.id DESC LIMIT $7'
    USING organization, filter, before_time, before_id, person, actor, wanted;
END
$$;

-- The ledger ------------------------------------------------------------------------------------------

-- An e-mail address or a telephone number as it is compared.
CREATE FUNCTION consent_address(given text) RETURNS text
LANGUAGE plpgsql IMMUTABLE
AS $$
DECLARE
  digits text := regexp_replace(given, '[^0-9]', '', 'g');
BEGIN
  IF given IS NULL THEN
    RETURN NULL;
  ELSIF given ~ '^[^@[:space:]]+@[^@[:space:]]+$' THEN
    RETURN lower(given);
  ELSIF given ~ '[^-+0-9 ().]' OR length(digits) NOT BETWEEN 7 AND 15 THEN
    PERFORM refuse_field('address', 'address', 'This is neither a telephone number nor an e-mail address.');
  END IF;
  RETURN CASE WHEN given LIKE '+%' THEN '+' WHEN length(digits) = 10 THEN '+1'
              WHEN length(digits) = 11 AND digits LIKE '1%' THEN '+' ELSE '' END || digits;
END
$$;

CREATE FUNCTION consent_record(by_whom text, organization bigint, given jsonb)
RETURNS TABLE (consent consents, refused_code text, refused_message text)
LANGUAGE plpgsql VOLATILE ROWS 1
AS $$
DECLARE
  made consents := jsonb_populate_record(NULL::consents, jsonb_strip_nulls(given));
BEGIN
  made.address := consent_address(made.address);
  IF made.voter_id IS NULL AND made.address IS NULL THEN
    PERFORM refuse_field('voter_id', 'required', 'Say whose word this is: a person or an address.');
  ELSIF made.voter_id IS NOT NULL THEN
    made.voter_id := voter_merged(organization, made.voter_id);
  END IF;
  INSERT INTO consents AS c (organization_id, client_id, voter_id, address, channel, purpose, state, source, note,
                             occurred_at, actor)
    VALUES (organization, made.client_id, made.voter_id, made.address, made.channel, COALESCE(made.purpose, 'any'),
            made.state, made.source, made.note, door_time(made.occurred_at), by_whom)
    ON CONFLICT DO NOTHING RETURNING c.* INTO consent;
  IF NOT FOUND THEN
    SELECT c.* INTO consent FROM consents c WHERE c.organization_id = organization AND c.client_id = made.client_id;
    IF (consent.voter_id, consent.address, consent.channel, consent.state) IS DISTINCT FROM
       (made.voter_id, made.address, made.channel, made.state) THEN
      refused_code := 'client_id_reused';
      refused_message := 'This client_id was used for something else.';
    END IF;
  END IF;
  RETURN NEXT;
END
$$;

-- What counts now, for each channel and purpose: the word that decides, and whether one may.
CREATE FUNCTION consent_current(organization bigint, voter bigint, target text) RETURNS jsonb
LANGUAGE sql STABLE
AS $$
  SELECT jsonb_agg(jsonb_build_object('channel', h.channel, 'purpose', p.purpose,
           'allowed', consent_allows(organization, voter, h.channel, p.purpose, target),
           'state', l.state, 'source', l.source, 'occurred_at', to_char(l.occurred_at AT TIME ZONE 'UTC',
                                                                        'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))
         ORDER BY h.ord, p.ord)
  FROM unnest(ARRAY['door', 'phone', 'text', 'email', 'mail']) WITH ORDINALITY h (channel, ord)
  CROSS JOIN unnest(ARRAY['campaign', 'fundraising', 'volunteer']) WITH ORDINALITY p (purpose, ord)
  LEFT JOIN LATERAL (
    SELECT c.* FROM consents c
    WHERE c.organization_id = organization AND (c.voter_id = voter OR c.address = target)
      AND (c.address IS NULL OR c.address = target)
      AND c.channel IN ('any', h.channel) AND c.purpose IN ('any', p.purpose)
      AND consent_counts(organization, c.contact_id)
    ORDER BY c.occurred_at DESC, c.id DESC LIMIT 1) l ON true
$$;

-- Stands in the WHERE of a statement that gives something to somebody.
CREATE FUNCTION assert_member(organization bigint, person bigint) RETURNS boolean
LANGUAGE plpgsql STABLE
AS $$
BEGIN
  IF person IS NOT NULL AND NOT EXISTS (
    SELECT FROM organization_members m WHERE m.organization_id = organization AND m.user_id = person) THEN
    PERFORM refuse_field('assigned_user_id', 'unknown_member', 'This person is no member of the organization.');
  END IF;
  RETURN true;
END
$$;
GRANT EXECUTE ON FUNCTION assert_member(bigint, bigint) TO campaign_api;

-- Scripts ---------------------------------------------------------------------------------------------

-- Steps with their options, as the API has them; what was archived is left out.
CREATE FUNCTION script_document(organization bigint, script bigint) RETURNS jsonb
LANGUAGE sql STABLE
AS $$
  SELECT COALESCE(jsonb_agg(jsonb_build_object('id', s.id, 'kind', s.kind, 'texts', s.texts, 'required', s.required,
           'scale_min', s.scale_min, 'scale_max', s.scale_max, 'show_if_option_id', s.show_if_option_id,
           'options', (
             SELECT COALESCE(jsonb_agg(jsonb_build_object('id', o.id, 'texts', o.texts,
                      'support_level', o.support_level, 'tag_id', o.tag_id, 'follow_up', o.follow_up,
                      'event_id', o.event_id) ORDER BY o.position, o.id), '[]')
             FROM script_options o
             WHERE o.organization_id = organization AND o.step_id = s.id AND o.archived_at IS NULL))
         ORDER BY s.position, s.id), '[]')
  FROM script_steps s
  WHERE s.organization_id = organization AND s.script_id = script AND s.archived_at IS NULL
$$;

-- Languages of the script in which something is not said.
CREATE FUNCTION script_warnings(languages jsonb, document jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE
AS $$
  SELECT COALESCE(jsonb_agg(w.text ORDER BY w.step, w.option NULLS FIRST, w.ord), '[]')
  FROM (
    SELECT s.ord AS step, NULL::bigint AS option, l.ord, format('Step %s has no text in %s.', s.ord, l.code) AS text
    FROM jsonb_array_elements(document) WITH ORDINALITY s (item, ord)
    CROSS JOIN jsonb_array_elements_text(languages) WITH ORDINALITY l (code, ord)
    WHERE COALESCE(s.item -> 'texts' ->> l.code, '') = ''
    UNION ALL
    SELECT s.ord, o.ord, l.ord, format('Option %s of step %s has no text in %s.', o.ord, s.ord, l.code)
    FROM jsonb_array_elements(document) WITH ORDINALITY s (item, ord)
    CROSS JOIN jsonb_array_elements(s.item -> 'options') WITH ORDINALITY o (item, ord)
    CROSS JOIN jsonb_array_elements_text(languages) WITH ORDINALITY l (code, ord)
    WHERE COALESCE(o.item -> 'texts' ->> l.code, '') = '') w
$$;

-- The first thing in a document that cannot be.
CREATE FUNCTION script_check(organization bigint, steps jsonb) RETURNS void
LANGUAGE plpgsql STABLE
AS $$
DECLARE
  wrong record;
BEGIN
  SELECT w.* INTO wrong FROM (
    SELECT s.ord * 1000 AS rank, format('steps/%s/%s', s.ord - 1, f.field) AS field, f.code, f.message
    FROM jsonb_array_elements(steps) WITH ORDINALITY s (item, ord)
    CROSS JOIN LATERAL (VALUES
      ('options', s.item ->> 'kind' IN ('single', 'multi') AND COALESCE(jsonb_array_length(s.item -> 'options'), 0) = 0,
       'required', 'A question of this kind has options.'),
      ('options', s.item ->> 'kind' NOT IN ('single', 'multi', 'support') AND jsonb_array_length(s.item -> 'options') > 0,
       'not_allowed', 'Only single, multi and support have options.'),
      ('scale_max', (s.item ->> 'scale_min')::int >= (s.item ->> 'scale_max')::int, 'scale',
       'The end of the scale is above its beginning.'),
      ('scale_min', s.item ->> 'kind' <> 'scale'
         AND COALESCE(s.item ->> 'scale_min', s.item ->> 'scale_max') IS NOT NULL, 'not_allowed',
       'Only a scale has these.'),
      ('required', s.item ->> 'kind' = 'text' AND s.item -> 'required' = 'true', 'not_allowed',
       'A text is read out: nobody answers it.'),
      ('show_if_key', num_nonnulls(s.item ->> 'show_if_key', s.item ->> 'show_if_option_id') = 1 AND NOT EXISTS (
         SELECT FROM jsonb_array_elements(steps) WITH ORDINALITY e (item, ord)
         CROSS JOIN jsonb_array_elements(e.item -> 'options') o
         WHERE e.ord < s.ord AND e.item ->> 'kind' IN ('single', 'support')
           AND (o ->> 'key' = s.item ->> 'show_if_key' OR o ->> 'id' = s.item ->> 'show_if_option_id')),
       'show_if', 'This points to an option of an earlier question that takes one answer.'),
      ('show_if_key', num_nonnulls(s.item ->> 'show_if_key', s.item ->> 'show_if_option_id') = 2, 'show_if',
       'Give either the key or the number of the option.')) f (field, holds, code, message)
    WHERE f.holds
    UNION ALL
    SELECT s.ord * 1000 + o.ord, format('steps/%s/options/%s/%s', s.ord - 1, o.ord - 1, f.field), 'unknown', f.message
    FROM jsonb_array_elements(steps) WITH ORDINALITY s (item, ord)
    CROSS JOIN jsonb_array_elements(s.item -> 'options') WITH ORDINALITY o (item, ord)
    CROSS JOIN LATERAL (VALUES
      ('tag_id', o.item ->> 'tag_id' IS NOT NULL AND NOT EXISTS (SELECT FROM tags t
         WHERE t.organization_id = organization AND t.id = (o.item ->> 'tag_id')::bigint), 'There is no such tag.'),
      ('event_id', o.item ->> 'event_id' IS NOT NULL AND NOT EXISTS (SELECT FROM events e
         WHERE e.organization_id = organization AND e.id = (o.item ->> 'event_id')::bigint),
       'There is no such event.')) f (field, holds, message)
    WHERE f.holds) w
    ORDER BY w.rank LIMIT 1;
  IF FOUND THEN
    PERFORM refuse_field(wrong.field, wrong.code, wrong.message);
  END IF;
END
$$;

-- One step with its options, new or known by its number; the options' keys come back with their numbers.
CREATE FUNCTION script_put_step(organization bigint, script bigint, place int, item jsonb, keys jsonb,
  OUT step bigint, OUT found_keys jsonb)
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  o record;
  option bigint;
BEGIN
  found_keys := keys;
  UPDATE script_steps s SET position = place, kind = item ->> 'kind', texts = COALESCE(item -> 'texts', '{}'),
      required = COALESCE((item ->> 'required')::boolean, false), scale_min = (item ->> 'scale_min')::int,
      scale_max = (item ->> 'scale_max')::int, archived_at = NULL,
      show_if_option_id = COALESCE((item ->> 'show_if_option_id')::bigint, (keys ->> (item ->> 'show_if_key'))::bigint)
    WHERE s.organization_id = organization AND s.script_id = script AND s.id = (item ->> 'id')::bigint
      AND s.kind = item ->> 'kind'
    RETURNING s.id INTO step;
  IF NOT FOUND AND item ->> 'id' IS NOT NULL THEN
    PERFORM refuse_field(format('steps/%s/id', place - 1), 'unknown_step',
      'There is no such step of this kind in this script: a question of another kind is a new one.');
  ELSIF NOT FOUND THEN
    INSERT INTO script_steps AS s (organization_id, script_id, position, kind, texts, required, scale_min, scale_max,
                                   show_if_option_id)
      VALUES (organization, script, place, item ->> 'kind', COALESCE(item -> 'texts', '{}'),
        COALESCE((item ->> 'required')::boolean, false), (item ->> 'scale_min')::int, (item ->> 'scale_max')::int,
        COALESCE((item ->> 'show_if_option_id')::bigint, (keys ->> (item ->> 'show_if_key'))::bigint))
      RETURNING s.id INTO step;
  END IF;
  UPDATE script_options p SET archived_at = now()
    WHERE p.organization_id = organization AND p.step_id = step AND p.archived_at IS NULL
      AND NOT EXISTS (SELECT FROM jsonb_array_elements(item -> 'options') i WHERE i ->> 'id' = p.id::text);
  FOR o IN SELECT i.item AS given, i.ord FROM jsonb_array_elements(item -> 'options') WITH ORDINALITY i (item, ord) LOOP
    UPDATE script_options p SET position = o.ord, texts = COALESCE(o.given -> 'texts', '{}'),
        support_level = (o.given ->> 'support_level')::int, tag_id = (o.given ->> 'tag_id')::bigint,
        follow_up = o.given ->> 'follow_up', event_id = (o.given ->> 'event_id')::bigint, archived_at = NULL
      WHERE p.organization_id = organization AND p.step_id = step AND p.id = (o.given ->> 'id')::bigint
      RETURNING p.id INTO option;
    IF NOT FOUND AND o.given ->> 'id' IS NOT NULL THEN
      PERFORM refuse_field(format('steps/%s/options/%s/id', place - 1, o.ord - 1), 'unknown_option',
                           'This question has no such option.');
    ELSIF NOT FOUND THEN
      INSERT INTO script_options AS p (organization_id, step_id, position, texts, support_level, tag_id, follow_up,
                                       event_id)
        VALUES (organization, step, o.ord, COALESCE(o.given -> 'texts', '{}'), (o.given ->> 'support_level')::int,
          (o.given ->> 'tag_id')::bigint, o.given ->> 'follow_up', (o.given ->> 'event_id')::bigint)
        RETURNING p.id INTO option;
    END IF;
    found_keys := found_keys || jsonb_build_object(COALESCE(o.given ->> 'key', '#' || option), option);
  END LOOP;
END
$$;

-- The whole script at once. What the document no longer has is archived: old answers name it. No row: there is
-- no such script.
CREATE FUNCTION script_put_steps(organization bigint, which bigint, expected bigint, steps jsonb)
RETURNS TABLE (script scripts, document jsonb)
LANGUAGE plpgsql VOLATILE ROWS 1
AS $$
DECLARE
  found_script scripts;
  item record;
  kept bigint[] := '{}';
  keys jsonb := '{}';
  put record;
BEGIN
  SELECT s.* INTO found_script FROM scripts s
    WHERE s.organization_id = organization AND s.id = which FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  PERFORM assert_version(found_script.version, expected);
  PERFORM assert_rule(found_script.archived_at IS NULL, 'script_archived', 'This script is archived: duplicate it.');
  steps := jsonb_strip_nulls(steps);
  PERFORM script_check(organization, steps);
  FOR item IN SELECT i.item, i.ord FROM jsonb_array_elements(steps) WITH ORDINALITY i (item, ord) LOOP
    SELECT * INTO put FROM script_put_step(organization, which, item.ord::int, item.item, keys);
    kept := kept || put.step;
    keys := put.found_keys;
  END LOOP;
  UPDATE script_steps s SET archived_at = now()
    WHERE s.organization_id = organization AND s.script_id = which AND s.archived_at IS NULL AND NOT s.id = ANY (kept);
  UPDATE scripts s SET updated_at = clock_timestamp()
    WHERE s.organization_id = organization AND s.id = which RETURNING s.* INTO found_script;
  RETURN QUERY SELECT found_script, script_document(organization, which);
END
$$;

-- A copy, with numbers of its own: keys stand for the old ones while it is made.
CREATE FUNCTION script_duplicate(organization bigint, which bigint, maker bigint, title text)
RETURNS TABLE (script scripts, document jsonb)
LANGUAGE plpgsql VOLATILE ROWS 1
AS $$
DECLARE
  made bigint;
BEGIN
  INSERT INTO scripts AS n (organization_id, name, description, channels, languages, created_by)
    SELECT organization, COALESCE(title, left(s.name, 190) || ' (copy)'), s.description, s.channels, s.languages, maker
    FROM scripts s WHERE s.organization_id = organization AND s.id = which
    RETURNING n.id INTO made;
  IF made IS NOT NULL THEN
    RETURN QUERY SELECT p.* FROM script_put_steps(organization, made, NULL, (
      SELECT COALESCE(jsonb_agg(d.step - 'id' - 'show_if_option_id' || jsonb_build_object(
          'show_if_key', d.step ->> 'show_if_option_id',
          'options', (SELECT COALESCE(jsonb_agg(o - 'id' || jsonb_build_object('key', o ->> 'id')), '[]')
                      FROM jsonb_array_elements(d.step -> 'options') o)) ORDER BY d.ord), '[]')
      FROM jsonb_array_elements(script_document(organization, which)) WITH ORDINALITY d (step, ord))) p;
  END IF;
END
$$;

-- The steps that somebody who answered so far is led through, and those that still want an answer.
CREATE FUNCTION script_path(organization bigint, script bigint, answers jsonb) RETURNS jsonb
LANGUAGE sql STABLE
AS $$
  SELECT COALESCE(jsonb_agg(jsonb_build_object('step_id', s.id, 'answered', a.step_id IS NOT NULL,
           'missing', s.required AND a.step_id IS NULL) ORDER BY s.position, s.id), '[]')
  FROM script_steps s
  LEFT JOIN (SELECT DISTINCT step_id FROM contact_said(answers)) a ON a.step_id = s.id
  WHERE s.organization_id = organization AND s.script_id = script AND s.archived_at IS NULL
    AND (s.show_if_option_id IS NULL
         OR EXISTS (SELECT FROM contact_said(answers) o WHERE o.option_id = s.show_if_option_id))
$$;

GRANT EXECUTE ON FUNCTION turf_is_mine(text, bigint, bigint, bigint),
  contact_assert_scope(text, bigint, bigint, jsonb, jsonb), contact_post(text, bigint, bigint, jsonb, jsonb),
  contact_is_mine(text, bigint, jsonb, voter_contacts), contact_undo(text, bigint, bigint, jsonb, bigint, jsonb),
  contact_bulk(text, bigint, bigint, jsonb, jsonb),
  contact_page(text, bigint, bigint, jsonb, jsonb, timestamptz, bigint, int), consent_address(text),
  consent_record(text, bigint, jsonb), consent_current(bigint, bigint, text), script_document(bigint, bigint),
  script_warnings(jsonb, jsonb), script_check(bigint, jsonb), script_put_step(bigint, bigint, int, jsonb, jsonb),
  script_put_steps(bigint, bigint, bigint, jsonb), script_duplicate(bigint, bigint, bigint, text),
  script_path(bigint, bigint, jsonb) TO campaign_api;

-- Results ---------------------------------------------------------------------------------------------

-- What holds, with what it is counted by. All in one statement, so every count is of one moment.
CREATE FUNCTION results_where(filter jsonb) RETURNS text
LANGUAGE sql IMMUTABLE
AS $$
  SELECT COALESCE(string_agg(' AND ' || w.condition, ''), '')
  FROM (VALUES
    ('turf_id', 'c.route_id = ($2 ->> ''turf_id'')::bigint'),
    ('canvasser_id', 'c.user_id = ($2 ->> ''canvasser_id'')::bigint'),
    ('actor', 'c.actor = $2 ->> ''actor'''),
    ('script_id', 'c.script_id = ($2 ->> ''script_id'')::bigint'),
    ('channel', 'c.channel = $2 ->> ''channel'''),
    ('precinct', 'COALESCE(v.precinct, o.precinct) = $2 ->> ''precinct'''),
    ('since', 'c.occurred_at >= ($2 ->> ''since'')::timestamptz'),
    ('until', 'c.occurred_at < ($2 ->> ''until'')::timestamptz')) w (name, condition)
  WHERE filter ? w.name
$$;

-- Attempts, doors, people and outcomes for each turf, canvasser, precinct, disposition, channel or day. Of a
-- person's support the latest word counts, once in each group.
CREATE FUNCTION results_by(organization bigint, grouping_by text, filter jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE
AS $$
DECLARE
  found_rows jsonb;
  key text := CASE grouping_by
    WHEN 'turf' THEN 'c.route_id::text' WHEN 'canvasser' THEN 'c.actor'
    WHEN 'precinct' THEN 'COALESCE(v.precinct, o.precinct)' WHEN 'disposition' THEN 'd.code'
    WHEN 'channel' THEN 'c.channel' WHEN 'day' THEN '(c.occurred_at AT TIME ZONE ($2 ->> ''timezone''))::date::text'
    ELSE '''all''' END;
BEGIN
  EXECUTE '
  WITH held AS MATERIALIZED (
    SELECT ' || key || ' AS key, c.voter_id, c.door_id, c.support_level, c.occurred_at, c.client_id, d.code, d.reached
    FROM voter_contacts c
    JOIN dispositions d ON d.code = COALESCE(c.disposition, ''canvassed'')
    LEFT JOIN doors o ON o.organization_id = $1 AND o.id = c.door_id
    LEFT JOIN voters v ON v.organization_id = $1 AND v.id = c.voter_id
    WHERE c.organization_id = $1 AND c.holds' || results_where(filter) || '),
  counts AS (
    SELECT key, count(*) AS attempts, count(DISTINCT door_id) AS doors,
           count(DISTINCT voter_id) FILTER (WHERE reached) AS people, count(*) FILTER (WHERE reached) AS reached
    FROM held GROUP BY key),
  codes AS (
    SELECT key, jsonb_object_agg(code, n) AS of_code
    FROM (SELECT key, code, count(*) AS n FROM held GROUP BY key, code) h GROUP BY key),
  levels AS (
    SELECT key, jsonb_object_agg(support_level, n) AS of_level
    FROM (SELECT key, support_level, count(*) AS n
          FROM (SELECT DISTINCT ON (key, voter_id) key, support_level FROM held WHERE support_level IS NOT NULL
                ORDER BY key, voter_id, occurred_at DESC, client_id DESC) l GROUP BY key, support_level) h GROUP BY key)
  SELECT jsonb_agg(jsonb_build_object(''key'', k.key, ''label'', result_label($1, $3, k.key), ''attempts'', k.attempts,
           ''doors'', k.doors, ''people'', k.people, ''reached'', k.reached,
           ''contact_rate'', round(k.reached::numeric / k.attempts, 4),
           ''dispositions'', c.of_code, ''support'', COALESCE(l.of_level, ''{}''),
           ''door_count'', t.door_count, ''doors_done'', t.doors_done) ORDER BY k.key)
  FROM counts k
  JOIN codes c ON c.key IS NOT DISTINCT FROM k.key
  LEFT JOIN levels l ON l.key IS NOT DISTINCT FROM k.key
  LEFT JOIN canvass_routes t ON $3 = ''turf'' AND t.organization_id = $1 AND t.id::text = k.key'
  INTO found_rows USING organization, filter, grouping_by;
  RETURN COALESCE(found_rows, '[]');
END
$$;

-- How a group is called, where its key is a number.
CREATE FUNCTION result_label(organization bigint, grouping_by text, key text) RETURNS text
LANGUAGE plpgsql STABLE
AS $$
BEGIN
  RETURN CASE grouping_by
    WHEN 'turf' THEN (SELECT r.name FROM canvass_routes r WHERE r.organization_id = organization AND r.id = key::bigint)
    WHEN 'canvasser' THEN actor_name(key, organization)
    ELSE key END;
END
$$;

-- How often each option was taken and each number given.
CREATE FUNCTION results_of_answers(organization bigint, filter jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE
AS $$
DECLARE
  found_rows jsonb;
BEGIN
  EXECUTE '
  SELECT jsonb_agg(jsonb_build_object(''step_id'', r.step_id, ''option_id'', r.option_id, ''value'', r.value,
           ''step_texts'', s.texts, ''option_texts'', p.texts, ''count'', r.n)
         ORDER BY s.position, s.id, p.position, p.id, r.value)
  FROM (SELECT a.step_id, a.option_id,
               CASE WHEN k.kind IN (''scale'', ''number'', ''support'', ''date'') THEN a.value END AS value, count(*) AS n
        FROM voter_contacts c
        JOIN contact_answers a ON a.organization_id = $1 AND a.contact_id = c.id
        JOIN script_steps k ON k.organization_id = $1 AND k.id = a.step_id
        LEFT JOIN doors o ON o.organization_id = $1 AND o.id = c.door_id
        LEFT JOIN voters v ON v.organization_id = $1 AND v.id = c.voter_id
        WHERE c.organization_id = $1 AND c.holds' || results_where(filter) || '
        GROUP BY 1, 2, 3) r
  JOIN script_steps s ON s.organization_id = $1 AND s.id = r.step_id
  LEFT JOIN script_options p ON p.organization_id = $1 AND p.id = r.option_id'
  INTO found_rows USING organization, filter;
  RETURN COALESCE(found_rows, '[]');
END
$$;

-- Where a pace or rate is out of the usual, and in which words that is told. Reasons to ask, not proofs; figures
-- from the field: 2 to 4 minutes from door to door, somebody spoken to at 10 to 30 of 100.
CREATE FUNCTION quality_signals(attempts bigint, reached bigint, gaps bigint, median double precision, burst bigint)
RETURNS jsonb
LANGUAGE sql IMMUTABLE
AS $$
  SELECT COALESCE(jsonb_agg(jsonb_build_object('code', s.code, 'message', s.message, 'value', s.value, 'usual', s.usual)
                            ORDER BY s.code), '[]')
  FROM (VALUES
    ('burst', burst >= 15, burst::double precision, '1 in 2 minutes', 'Many doors within two minutes.'),
    ('fast', gaps >= 10 AND median < 45, median, '120 to 240 seconds', 'Half of the doors came very soon after the one before.'),
    ('high_contact_rate', attempts >= 20 AND reached > 0.6 * attempts, reached::double precision / NULLIF(attempts, 0),
     '0.1 to 0.3', 'Far more people were reached than usual.'),
    ('low_contact_rate', attempts >= 50 AND reached < 0.02 * attempts, reached::double precision / NULLIF(attempts, 0),
     '0.1 to 0.3', 'Hardly anybody was reached.')) s (code, holds, value, usual, message)
  WHERE s.holds
$$;

-- Figures of everybody who recorded something, or of one actor. Doors of one building told at the same moment
-- (bulk not home) count as one knock for the pace; more than half an hour without one is a break.
CREATE FUNCTION canvasser_figures(organization bigint, who text, since timestamptz, until timestamptz)
RETURNS TABLE (actor text, name text, attempts bigint, doors bigint, people bigint, reached bigint,
  contact_rate double precision, dispositions jsonb, support jsonb, first_at timestamptz, last_at timestamptz,
  doors_per_hour double precision, median_seconds double precision, signals jsonb)
LANGUAGE sql STABLE
AS $$
  WITH held AS MATERIALIZED (
    SELECT c.actor, c.channel, c.door_id, c.building_id, c.occurred_at
    FROM voter_contacts c
    WHERE c.organization_id = organization AND c.holds AND c.channel = 'door' AND (who IS NULL OR c.actor = who)
      AND (since IS NULL OR c.occurred_at >= since) AND (until IS NULL OR c.occurred_at < until)),
  knocks AS (
    SELECT h.actor, h.occurred_at, extract(epoch FROM h.occurred_at - lag(h.occurred_at) OVER w)::double precision AS gap,
           count(*) OVER (PARTITION BY h.actor ORDER BY h.occurred_at
                          RANGE BETWEEN interval '2 minutes' PRECEDING AND CURRENT ROW) AS within
    FROM (SELECT DISTINCT h.actor, h.occurred_at, h.building_id FROM held h) h
    WINDOW w AS (PARTITION BY h.actor ORDER BY h.occurred_at)),
  pace AS (
    SELECT k.actor, count(k.gap) FILTER (WHERE k.gap <= 1800) AS gaps, max(k.within) AS burst,
           sum(k.gap) FILTER (WHERE k.gap <= 1800) AS seconds,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY k.gap) FILTER (WHERE k.gap <= 1800) AS median
    FROM knocks k GROUP BY k.actor),
  ends AS (SELECT h.actor, min(h.occurred_at) AS first_at, max(h.occurred_at) AS last_at FROM held h GROUP BY h.actor)
  SELECT r ->> 'key', r ->> 'label', (r ->> 'attempts')::bigint, (r ->> 'doors')::bigint, (r ->> 'people')::bigint,
    (r ->> 'reached')::bigint, (r ->> 'contact_rate')::double precision, r -> 'dispositions', r -> 'support',
    e.first_at, e.last_at, CASE WHEN p.seconds > 0 THEN round((p.gaps * 3600 / p.seconds)::numeric, 1) END, p.median,
    quality_signals((r ->> 'attempts')::bigint, (r ->> 'reached')::bigint, p.gaps, p.median, p.burst)
  FROM jsonb_array_elements(results_by(organization, 'canvasser', jsonb_strip_nulls(jsonb_build_object(
    'actor', who, 'since', since, 'until', until, 'channel', 'door')))) r
  JOIN pace p ON p.actor = r ->> 'key'
  JOIN ends e ON e.actor = r ->> 'key'
$$;

GRANT EXECUTE ON FUNCTION results_where(jsonb), results_by(bigint, text, jsonb), result_label(bigint, text, text),
  results_of_answers(bigint, jsonb), quality_signals(bigint, bigint, bigint, double precision, bigint),
  canvasser_figures(bigint, text, timestamptz, timestamptz) TO campaign_api;

-- Maps ------------------------------------------------------------------------------------------------

-- Under the tenant's policy no index of places is used, so the definer reads them, with the organization in
-- every WHERE.
CREATE POLICY buildings_map ON buildings FOR SELECT TO campaign_definer USING (true);
CREATE POLICY doors_map ON doors FOR SELECT TO campaign_definer USING (true);
CREATE POLICY voters_map ON voters FOR SELECT TO campaign_definer USING (true);
CREATE POLICY areas_map ON areas FOR SELECT TO campaign_definer USING (true);
CREATE POLICY street_segments_map ON street_segments FOR SELECT TO campaign_definer USING (true);
CREATE POLICY canvass_routes_map ON canvass_routes FOR SELECT TO campaign_definer USING (true);
CREATE POLICY canvass_route_doors_map ON canvass_route_doors FOR SELECT TO campaign_definer USING (true);
CREATE POLICY voter_contacts_map ON voter_contacts FOR SELECT TO campaign_definer USING (true);
GRANT SELECT ON buildings, doors, voters, areas, street_segments, canvass_routes, canvass_route_doors, voter_contacts
  TO campaign_definer;

SET LOCAL ROLE campaign_definer;

-- What of a layer lies in a box (longitude, latitude). Below manage_canvass doors and turf of one's own, and no
-- results of precincts. A door behind which everybody's address is confidential is on no map.
CREATE FUNCTION map_features(layer text, box geometry, actor text, person bigint, rights jsonb, most int)
RETURNS TABLE (id bigint, place geometry, properties jsonb)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp ROWS 1000
AS $$
DECLARE
  organization bigint := app_organization_id();
  everything boolean := rights ? 'manage_canvass';
BEGIN
  CASE layer
  WHEN 'doors' THEN
    RETURN QUERY
      SELECT d.id, map_point(b.latitude, b.longitude), jsonb_build_object('id', d.id, 'building_id', b.id,
               'turf_id', r.route_id, 'state', COALESCE(r.state, 'none'), 'do_not_knock', d.do_not_knock_at IS NOT NULL,
               'inaccessible', b.inaccessible_at IS NOT NULL)
      FROM buildings b
      JOIN doors d ON d.organization_id = organization AND d.building_id = b.id
      LEFT JOIN canvass_route_doors r ON r.organization_id = organization AND r.door_id = d.id AND r.active
      LEFT JOIN canvass_routes t ON t.organization_id = organization AND t.id = r.route_id
      WHERE b.organization_id = organization AND map_point(b.latitude, b.longitude) && box
        AND (everything OR t.assigned_user_id = person OR r.held_by = map_features.actor)
        AND (EXISTS (SELECT FROM voters v WHERE v.organization_id = organization AND v.door_id = d.id
                       AND NOT v.confidential)
             OR NOT EXISTS (SELECT FROM voters v WHERE v.organization_id = organization AND v.door_id = d.id))
      ORDER BY d.id LIMIT most;
  WHEN 'turfs' THEN
    RETURN QUERY
      SELECT t.id, t.polygon, jsonb_build_object('id', t.id, 'name', t.name, 'state', t.state,
               'door_count', t.door_count, 'doors_done', t.doors_done)
      FROM canvass_routes t
      WHERE t.organization_id = organization AND t.polygon && box
        AND (everything OR t.assigned_user_id = person OR EXISTS (
          SELECT FROM canvass_route_doors r
          WHERE r.organization_id = organization AND r.route_id = t.id AND r.held_by = map_features.actor))
      ORDER BY t.id LIMIT most;
  WHEN 'precincts' THEN
    RETURN QUERY
      SELECT a.id, a.boundary::geometry, jsonb_build_object('id', a.id, 'code', a.code, 'name', a.name,
               'attempts', COALESCE(n.attempts, 0), 'doors', COALESCE(n.doors, 0), 'reached', COALESCE(n.reached, 0))
      FROM areas a
      LEFT JOIN (
        SELECT d.precinct, count(*) AS attempts, count(DISTINCT d.id) AS doors, count(*) FILTER (WHERE o.reached) AS reached
        FROM voter_contacts c
        JOIN doors d ON d.organization_id = organization AND d.id = c.door_id
        JOIN dispositions o ON o.code = COALESCE(c.disposition, 'canvassed')
        WHERE c.organization_id = organization AND c.holds GROUP BY 1) n ON n.precinct = a.code
      WHERE a.organization_id = organization AND a.kind = 'precinct' AND a.boundary && box AND everything
      ORDER BY a.id LIMIT most;
  ELSE
    RETURN QUERY
      SELECT s.id, s.line::geometry, jsonb_build_object('id', s.id, 'name', s.name, 'road_class', s.road_class)
      FROM street_segments s
      WHERE s.organization_id = organization AND s.line && box
      ORDER BY s.id LIMIT most;
  END CASE;
END
$$;
GRANT EXECUTE ON FUNCTION map_features(text, geometry, text, bigint, jsonb, int) TO campaign_api, campaign_owner;

RESET ROLE;

-- One tile (Mapbox Vector Tile 2.1) of the usual Web Mercator pyramid, a little more than its square so that
-- points on the edge are drawn whole. Doors and streets begin where they can be told apart.
CREATE FUNCTION map_tile(layer text, z int, x int, y int, actor text, person bigint, rights jsonb) RETURNS bytea
LANGUAGE plpgsql STABLE
AS $$
DECLARE
  square geometry;
BEGIN
  IF GREATEST(x, y) >= 1 << z THEN
    RAISE EXCEPTION 'There is no such tile.' USING ERRCODE = 'CC404', DETAIL = 'not_found';
  ELSIF layer = 'doors' AND z < 12 OR layer = 'streets' AND z < 13 THEN
    RETURN '';
  END IF;
  square := ST_TileEnvelope(z, x, y);
  RETURN (
    SELECT COALESCE(ST_AsMVT(t, layer, 4096, 'place', 'id' ORDER BY t.id), '')
    FROM (SELECT f.id, ST_AsMVTGeom(ST_Transform(f.place, 3857), square, 4096, 64) AS place, f.properties
          FROM map_features(layer, ST_Transform(ST_TileEnvelope(z, x, y, margin => 64.0 / 4096), 4326), actor, person,
                            rights, 20000) f) t
    WHERE t.place IS NOT NULL);
END
$$;

CREATE FUNCTION map_geojson(layer text, box geometry, actor text, person bigint, rights jsonb, most int) RETURNS text
LANGUAGE sql STABLE
AS $$
  SELECT json_build_object('type', 'FeatureCollection', 'truncated', count(*) > most,
    'features', COALESCE(json_agg(json_build_object('type', 'Feature', 'id', f.id, 'geometry',
      ST_AsGeoJSON(f.place, 6)::json, 'properties', f.properties) ORDER BY f.id) FILTER (WHERE f.n <= most), '[]'))::text
  FROM (SELECT m.*, row_number() OVER (ORDER BY m.id) AS n
        FROM map_features(layer, box, actor, person, rights, most + 1) m) f
$$;
GRANT EXECUTE ON FUNCTION map_tile(text, int, int, int, text, bigint, jsonb),
  map_geojson(text, geometry, text, bigint, jsonb, int) TO campaign_api;

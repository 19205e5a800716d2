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
  WHEN (OLD.* IS DISTINCT FROM NEW.* AND OLD.holds = NEW.holds) EXECUTE FUNCTION touch();
CREATE TRIGGER voter_contacts_append_only BEFORE UPDATE ON voter_contacts FOR EACH ROW
  WHEN (OLD.holds = NEW.holds) EXECUTE FUNCTION refuse_change();
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
LANGUAGE sql VOLATILE
AS $$
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
      WHERE c.organization_id = organization AND c.id = ANY (matter) AND c.voter_id IS NULL AND c.channel = 'door')
$$;

-- How far a door of a turf is. Done: for everybody who was spoken of there in this pass, the last word needs no
-- other attempt; that somebody moved or died ends the door only when nobody else lives there.
CREATE FUNCTION contact_door_state(organization bigint, route bigint, door bigint, OUT state text, OUT at timestamptz)
LANGUAGE sql STABLE
AS $$
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
  FROM last
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
  contact_subject(voter_contacts), contact_said(jsonb), contact_check_answers(bigint, bigint, jsonb),
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

-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Erases one person everywhere, certifies the erasure, and excludes the person from later imports.

-- Returns a keyed hash: without the key, which is derived from SECRET_KEY, names and dates cannot
-- be found by guessing.
CREATE OR REPLACE FUNCTION erasure_mark(key bytea, said text) RETURNS bytea
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
AS $$ SELECT sha256(key || sha256(key || convert_to(said, 'UTF8'))) $$;

-- Returns the marks by which an erased person is recognized: the state's id; the names with the
-- date of birth; the names with our id, as in an earlier export; the names with the door. A row of
-- a file (erased is false) that has a state id or birth date gets no mark for its door: another
-- person with the same names may live there.
CREATE OR REPLACE FUNCTION erasure_marks(organization bigint, key bytea, erased boolean, voter bigint, state_id text,
  last_name text, first_name text, birth_date date, address_key text) RETURNS bytea[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
  SELECT array_remove(ARRAY[
    erasure_mark(key, organization || ' id ' || upper(state_id)),
    erasure_mark(key, organization || ' birth ' || import_key(3, last_name, first_name, birth_date, NULL, NULL)),
    erasure_mark(key, organization || ' number ' || import_key(4, last_name, first_name, NULL, NULL, voter::text)),
    CASE WHEN erased OR state_id IS NULL AND birth_date IS NULL THEN
      erasure_mark(key, organization || ' home ' || import_key(4, last_name, first_name, NULL, NULL, address_key)) END], NULL)
$$;

-- Returns problems without values from the file; code, count and lines stay.
CREATE OR REPLACE FUNCTION import_problems_silent(problems jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
  SELECT COALESCE(jsonb_agg(p.problem || '{"values": []}' ORDER BY p.place), '[]')
  FROM jsonb_array_elements(problems) WITH ORDINALITY p (problem, place)
$$;

-- Remove and return the rows of a file about erased people.
CREATE OR REPLACE FUNCTION import_erased(import bigint, key bytea, n int) RETURNS TABLE (file_no int, line bigint, row_no bigint, code text)
LANGUAGE plpgsql
AS $$
DECLARE
  organization constant bigint := app_organization_id();
BEGIN
  IF NOT EXISTS (SELECT FROM erasure_marks m WHERE m.organization_id = organization) THEN
    RETURN;
  END IF;
  RETURN QUERY
  DELETE FROM staging.rows d
  WHERE d.import_id = import AND d.row_no = ANY (ARRAY(
    SELECT r.row_no FROM staging.rows r
    WHERE r.import_id = import AND EXISTS (
      SELECT FROM unnest(erasure_marks(organization, key, false, r.voter_id, r.state_id, r.last_name, r.first_name,
                                      r.birth_date, r.address_key)) u (mark)
      JOIN erasure_marks m ON m.organization_id = organization AND m.mark = u.mark)
    LIMIT n))
  RETURNING d.file_no, d.line, d.row_no, 'erased';
END
$$;

SET LOCAL ROLE campaign_definer;

-- Remove people from records that the server itself cannot change: contacts and consents keep what
-- happened and when, but lose note, number and place. Returns the number of destroyed copies.
CREATE OR REPLACE FUNCTION person_forget(people bigint[]) RETURNS int
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
  organization constant bigint := app_organization_id();
  copies int;
  n int;
BEGIN
  PERFORM contacts_forget(people);
  PERFORM set_config('app.forget', 'on', true);
  UPDATE voter_contacts c SET latitude = NULL, longitude = NULL,
      answers = (SELECT jsonb_agg(a.answer - 'text' ORDER BY a.place)
                 FROM jsonb_array_elements(c.answers) WITH ORDINALITY a (answer, place))
    WHERE c.organization_id = organization AND c.voter_id = ANY (people);
  UPDATE contact_answers a SET value = NULL
    FROM voter_contacts c, script_steps s
    WHERE c.organization_id = organization AND c.voter_id = ANY (people) AND a.organization_id = organization
      AND a.contact_id = c.id AND s.organization_id = organization AND s.id = a.step_id AND s.kind = 'free_text';
  UPDATE consents c SET address = NULL, note = NULL, source = 'erased'
    WHERE c.organization_id = organization AND c.voter_id = ANY (people);
  PERFORM set_config('app.forget', '', true);
  DELETE FROM field_notes f WHERE f.organization_id = organization AND f.voter_id = ANY (people);
  GET DIAGNOSTICS copies = ROW_COUNT;
  DELETE FROM voter_merges g
    WHERE g.organization_id = organization AND (g.survivor_id = ANY (people) OR g.merged_id = ANY (people));
  GET DIAGNOSTICS n = ROW_COUNT;
  RETURN copies + n;
END
$$;

GRANT EXECUTE ON FUNCTION person_forget(bigint[]) TO campaign_api;

RESET ROLE;

-- Returns the telephone numbers of these people that no other person has.
CREATE OR REPLACE FUNCTION person_numbers(organization bigint, people bigint[]) RETURNS text[]
LANGUAGE sql STABLE
AS $$
  SELECT COALESCE(array_agg(DISTINCT p.number), '{}')
  FROM voters v CROSS JOIN LATERAL jsonb_array_elements_text(v.phones) p (number)
  WHERE v.organization_id = organization AND v.id = ANY (people) AND NOT EXISTS (
    SELECT FROM voters_matching(organization, jsonb_build_object('text', p.number)) m (id)
    JOIN voters o ON o.organization_id = organization AND o.id = m.id
    WHERE m.id <> ALL (people) AND o.phones ? p.number)
$$;

-- Erase calls, texts and follow-ups. The person's number is replaced by an impossible one, whose
-- country code is not assigned.
CREATE OR REPLACE FUNCTION person_forget_talks(organization bigint, people bigint[], numbers text[]) RETURNS int
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  n int;
BEGIN
  UPDATE phone_bank_targets t SET state = 'left_out', outcome = 'no_usable_number', done_at = now(), call_back_at = NULL
    WHERE t.organization_id = organization AND t.voter_id = ANY (people) AND t.state = 'waiting';
  UPDATE phone_bank_calls c SET phone = '+99900000000', ended = COALESCE(c.ended, 'released'), ended_at = COALESCE(c.ended_at, now())
    WHERE c.organization_id = organization AND c.voter_id = ANY (people);
  UPDATE text_messages m SET body = '', phone = '+99900000000', error = CASE WHEN m.state = 'queued' THEN 'erased' ELSE m.error END,
      state = CASE WHEN m.state = 'queued' THEN 'error' ELSE m.state END
    WHERE m.organization_id = organization AND (m.phone = ANY (numbers) OR m.conversation_id IN (
      SELECT c.id FROM text_conversations c WHERE c.organization_id = organization AND c.voter_id = ANY (people)));
  GET DIAGNOSTICS n = ROW_COUNT;
  UPDATE text_conversations c SET phone = '+999' || lpad(c.id::text, 11, '0'), state = 'closed',
      closed_reason = COALESCE(c.closed_reason, 'unusable_number')
    WHERE c.organization_id = organization AND c.voter_id = ANY (people);
  UPDATE follow_ups f SET note = NULL, done_at = COALESCE(f.done_at, now())
    WHERE f.organization_id = organization AND f.voter_id = ANY (people);
  DELETE FROM voter_tags t WHERE t.organization_id = organization AND t.voter_id = ANY (people);
  DELETE FROM phone_flags f WHERE f.organization_id = organization AND (f.voter_id = ANY (people) OR f.phone = ANY (numbers));
  DELETE FROM voter_duplicates d
    WHERE d.organization_id = organization AND (d.voter_id = ANY (people) OR d.other_id = ANY (people));
  RETURN n;
END
$$;

-- Erase registrations for events: those made by a contact, and attendees with the same names and an
-- address or number of the person.
CREATE OR REPLACE FUNCTION person_forget_sign_ups(organization bigint, people bigint[]) RETURNS int
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  n int;
BEGIN
  UPDATE event_attendees a SET first_name = '–', last_name = '–', email = NULL, phone = NULL, notes = NULL
    WHERE a.organization_id = organization AND EXISTS (
      SELECT FROM voters v WHERE v.organization_id = organization AND v.id = ANY (people)
        AND (a.client_id = md5(format('sign-up %s %s %s', organization, a.event_id, v.id))::uuid
             OR name_key(a.last_name) = name_key(v.last_name) AND name_key(a.first_name) = name_key(v.first_name)
                AND (v.phones ? a.phone OR EXISTS (
                       SELECT FROM jsonb_array_elements_text(v.emails) e (address) WHERE lower(e.address) = lower(a.email)))));
  GET DIAGNOSTICS n = ROW_COUNT;
  RETURN n;
END
$$;

-- Erase copies in imports and uploads. words: texts that must not remain in a sample or problem.
CREATE OR REPLACE FUNCTION person_forget_copies(organization bigint, people bigint[], words text[], key bytea) RETURNS int
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  copies int;
  n int;
BEGIN
  DELETE FROM import_changes c WHERE c.organization_id = organization AND c.voter_id = ANY (people);
  GET DIAGNOSTICS copies = ROW_COUNT;
  -- A waiting import reads its file again, because rows are missing, and then leaves the person
  -- out.
  DELETE FROM staging.rows r WHERE r.organization_id = organization AND EXISTS (
    SELECT FROM unnest(erasure_marks(organization, key, false, r.voter_id, r.state_id, r.last_name, r.first_name,
                                      r.birth_date, r.address_key)) u (mark)
    JOIN erasure_marks m ON m.organization_id = organization AND m.mark = u.mark);
  GET DIAGNOSTICS n = ROW_COUNT;
  copies := copies + n;
  UPDATE imports i SET sample = '{}', problems = import_problems_silent(i.problems)
    WHERE i.organization_id = organization AND EXISTS (
      SELECT FROM unnest(words) w (word) WHERE strpos(lower(concat(i.sample, i.problems)), lower(w.word)) > 0);
  UPDATE field_operations o SET body = CASE WHEN o.verdict <> 'applied' THEN '{}'::jsonb END
    WHERE o.organization_id = organization AND o.body IS NOT NULL AND (
      o.entity = 'voter' AND o.entity_id = ANY (people) OR o.body -> 'voter_id' = ANY (ARRAY(SELECT to_jsonb(p) FROM unnest(people) p))
      OR o.entity = 'contact' AND EXISTS (SELECT FROM voter_contacts c WHERE c.organization_id = organization
                                            AND c.id = o.entity_id AND c.voter_id = ANY (people)));
  GET DIAGNOSTICS n = ROW_COUNT;
  copies := copies + n;
  UPDATE field_conflicts c SET theirs = '{}', current = NULL, resolution = NULL, resolution_note = NULL,
      state = CASE c.state WHEN 'open' THEN 'discarded' ELSE c.state END, resolved_at = COALESCE(c.resolved_at, now())
    WHERE c.organization_id = organization AND c.voter_id = ANY (people);
  GET DIAGNOSTICS n = ROW_COUNT;
  RETURN copies + n;
END
$$;

-- Erase the person's voter records: a record without user data is deleted; others stay as empty
-- records, so that counts do not change.
CREATE OR REPLACE FUNCTION person_forget_records(organization bigint, people bigint[], OUT deleted int, OUT emptied int)
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  homes constant bigint[] := ARRAY(SELECT v.household_id FROM voters v
                                   WHERE v.organization_id = organization AND v.id = ANY (people));
BEGIN
  UPDATE voters v SET {Voter.personal: @ = #}, household_id = NULL, door_id = NULL, address_key = NULL,
    unreachable = 'removed', import_hash = NULL, source_id = NULL, other_source_ids = '{}'
    WHERE v.organization_id = organization AND v.id = ANY (people);
  UPDATE voters v SET merged_into = NULL WHERE v.organization_id = organization AND v.id = ANY (people)
    AND NOT voter_has_user_data(v.id);
  DELETE FROM voters v WHERE v.organization_id = organization AND v.id = ANY (people) AND NOT voter_has_user_data(v.id)
    AND NOT EXISTS (SELECT FROM voters o WHERE o.organization_id = organization AND o.merged_into = v.id);
  GET DIAGNOSTICS deleted = ROW_COUNT;
  emptied := array_length(people, 1) - deleted;
  PERFORM households_count(organization, array_remove(homes, NULL));
END
$$;

-- Erase one person with all merged records. A repetition returns the same certificate. No row: the
-- voter does not exist.
CREATE OR REPLACE FUNCTION voter_erase(organization bigint, voter bigint, actor text, key bytea) RETURNS SETOF erasures
LANGUAGE plpgsql VOLATILE ROWS 1
AS $$
DECLARE
  people bigint[];
  numbers text[];
  made erasures;
BEGIN
  RETURN QUERY SELECT * FROM erasures e WHERE e.organization_id = organization AND e.voter_ids @> to_jsonb(voter) LIMIT 1;
  IF FOUND THEN
    RETURN;
  END IF;
  SELECT array_agg(m) INTO people FROM voter_and_merged(organization, voter_current(organization, voter)) m;
  PERFORM FROM voters v WHERE v.organization_id = organization AND v.id = ANY (people) ORDER BY v.id FOR UPDATE;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  PERFORM assert_rule(NOT EXISTS (SELECT FROM imports i WHERE i.organization_id = organization
                                  AND i.state IN ('comparing', 'applying', 'undoing')),
                      'import_running', 'An import is being compared, applied or undone: wait for its end, or cancel it.');
  -- One entry is recorded in the log and the feed: entries for single rows would contain the erased
  -- data.
  PERFORM set_config('app.bulk', 'on', true);
  INSERT INTO erasure_marks (organization_id, mark)
    SELECT DISTINCT organization, m.mark FROM voters v
    CROSS JOIN LATERAL unnest(erasure_marks(organization, key, true, v.id, v.state_id, v.last_name, v.first_name, v.birth_date,
                                           v.address_key)) m (mark)
    WHERE v.organization_id = organization AND v.id = ANY (people)
    ON CONFLICT DO NOTHING;
  numbers := person_numbers(organization, people);
  made.organization_id := organization;
  made.voter_id := voter;
  made.voter_ids := to_jsonb(people);
  made.requested_by := actor;
  SELECT count(*) INTO made.contacts FROM voter_contacts c WHERE c.organization_id = organization AND c.voter_id = ANY (people);
  made.texts := person_forget_talks(organization, people, numbers);
  made.sign_ups := person_forget_sign_ups(organization, people);
  made.copies := person_forget_copies(organization, people, ARRAY(
    SELECT w.word FROM voters v CROSS JOIN LATERAL unnest(ARRAY[v.state_id, v.last_name, v.address]) w (word)
    WHERE v.organization_id = organization AND v.id = ANY (people) AND w.word <> ''), key) + person_forget(people);
  PERFORM job_enqueue(organization, 'import.forget', jsonb_build_object('source_id', s.id)) FROM (
    SELECT DISTINCT unnest(v.source_id || v.other_source_ids) AS id FROM voters v
    WHERE v.organization_id = organization AND v.id = ANY (people)) s WHERE s.id IS NOT NULL;
  SELECT r.deleted, r.emptied INTO made.records_deleted, made.records_emptied FROM person_forget_records(organization, people) r;
  PERFORM set_config('app.bulk', '', true);
  RETURN QUERY INSERT INTO erasures (organization_id, voter_id, voter_ids, records_deleted, records_emptied, contacts, texts,
      sign_ups, copies, requested_by)
    VALUES (organization, made.voter_id, made.voter_ids, made.records_deleted, made.records_emptied, made.contacts, made.texts,
      made.sign_ups, made.copies, made.requested_by) RETURNING *;
  PERFORM record_bulk('voter', 'update', array_length(people, 1));
END
$$;

GRANT EXECUTE ON FUNCTION erasure_mark(bytea,text), erasure_marks(bigint,bytea,boolean,bigint,text,text,text,date,text),
  import_problems_silent(jsonb),
  import_erased(bigint,bytea,integer), person_numbers(bigint,bigint[]), person_forget_talks(bigint,bigint[],text[]),
  person_forget_sign_ups(bigint,bigint[]), person_forget_copies(bigint,bigint[],text[],bytea),
  person_forget_records(bigint,bigint[]), voter_erase(bigint,bigint,text,bytea)
  TO campaign_api;

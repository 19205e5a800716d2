-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Contacts recorded on phones: conflicts and verdicts.

CREATE OR REPLACE FUNCTION field_given(op field_operations, body jsonb) RETURNS jsonb
LANGUAGE sql STABLE
AS $$
  SELECT body || jsonb_build_object('client_id', op.client_id, 'occurred_at', op.occurred_at,
                                    'device_occurred_at', op.device_occurred_at)
$$;

-- Returns the refusal for a place that the phone never received. door: the door that the phone
-- named; the door of a named voter would reveal where that person lives.
CREATE OR REPLACE FUNCTION field_not_handed_out(door bigint) RETURNS field_outcome
LANGUAGE sql IMMUTABLE
AS $$
  SELECT ROW('conflict', 'not_handed_out', 'This was in no turf of the person who was there.',
             CASE WHEN door IS NOT NULL THEN 'door' END, door, NULL, NULL, NULL)::field_outcome
$$;

CREATE OR REPLACE FUNCTION field_not_yours(old voter_contacts) RETURNS field_outcome
LANGUAGE sql IMMUTABLE
AS $$
  SELECT ROW('conflict', 'not_yours', 'Another person recorded this.', 'contact', old.id,
             jsonb_build_object('contact_id', old.id, 'answers', old.answers, 'disposition', old.disposition),
             old.actor, old.occurred_at)::field_outcome
$$;

-- Returns the reason why a visit needs a person's decision, or NULL. The locks of the place must be
-- held.
CREATE OR REPLACE FUNCTION field_contact_conflict(op field_operations, made voter_contacts) RETURNS field_outcome
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  organization bigint := op.organization_id;
  other voter_contacts;
  said voter_contacts := made;
  place doors;
BEGIN
  SELECT c.* INTO other FROM voter_contacts c WHERE c.organization_id = organization AND c.id = made.replaces_id;
  -- A correction copies values from the contact that it corrects: the turf that contained the door
  -- at that time, and the number. Copied values are not new statements, so they are not compared.
  said.route_id := NULLIF(made.route_id, other.route_id);
  said.phone := NULLIF(made.phone, other.phone);
  other.route_id := NULL;
  IF other.id IS NOT NULL AND NOT scope_made_contact(op.actor, op.user_id, other) THEN
    RETURN field_not_yours(other);
  ELSIF NOT (scope_gave_visit(organization, op.actor, op.user_id, said) AND scope_knows_number(organization, said))
     OR other.id IS NOT NULL AND NOT scope_gave_visit(organization, op.actor, op.user_id, other) THEN
    RETURN field_not_handed_out((op.body ->> 'door_id')::bigint);
  END IF;
  IF made.disposition IS DISTINCT FROM 'do_not_knock' THEN
    SELECT d.* INTO place FROM doors d WHERE d.organization_id = organization AND d.id = made.door_id
      AND d.do_not_knock_at < made.occurred_at;
    SELECT c.* INTO other FROM voter_contacts c
      WHERE c.organization_id = organization AND c.door_id = place.id AND c.disposition = 'do_not_knock' AND c.holds
      ORDER BY c.occurred_at DESC, c.id DESC LIMIT 1;
    IF place.id IS NOT NULL AND other.actor IS DISTINCT FROM op.actor THEN
      RETURN ROW('conflict', 'do_not_knock', 'A person here had asked not to be visited again.', 'door', place.id,
                 jsonb_build_object('do_not_knock_at', place.do_not_knock_at, 'contact_id', other.id,
                                    'voter_id', other.voter_id), other.actor, place.do_not_knock_at)::field_outcome;
    END IF;
  END IF;
  SELECT c.* INTO other FROM voter_contacts c
    WHERE c.organization_id = organization AND c.voter_id = made.voter_id AND c.id > op.based_on
      AND c.actor <> op.actor AND c.holds
      AND EXISTS (
        SELECT FROM (SELECT a -> 'step_id' AS step, jsonb_agg(a ORDER BY a) AS said
                     FROM jsonb_array_elements(c.answers) a GROUP BY 1) a
        JOIN (SELECT b -> 'step_id' AS step, jsonb_agg(b ORDER BY b) AS said
              FROM jsonb_array_elements(made.answers) b GROUP BY 1) b USING (step)
        WHERE a.said <> b.said)
    ORDER BY c.occurred_at DESC, c.id DESC LIMIT 1;
  IF other.id IS NOT NULL THEN
    RETURN ROW('conflict', 'answered_meanwhile', 'Another person recorded a different answer to the same question.',
               'contact', other.id, jsonb_build_object('contact_id', other.id, 'answers', other.answers,
               'note', other.note, 'support_level', other.support_level), other.actor, other.occurred_at)::field_outcome;
  END IF;
  RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION field_contact(op field_operations, body jsonb, forced boolean) RETURNS field_outcome
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  given jsonb := field_given(op, body);
  outcome field_outcome;
  made voter_contacts;
  said record;
BEGIN
  IF forced THEN
    SELECT r.* INTO said FROM contact_record(op.organization_id, op.actor, op.user_id, given) r;
  ELSE
    made := contact_prepare(op.organization_id, op.actor, op.user_id, given);
    PERFORM contact_lock(made);
    outcome := field_contact_conflict(op, made);
    IF outcome.verdict IS NOT NULL THEN
      RETURN outcome;
    END IF;
    SELECT s.* INTO said FROM contact_store(made, given) s;
  END IF;
  made := said.contact;
  IF said.refused_code = 'contact_replaced' THEN
    RETURN ROW('conflict', said.refused_code, said.refused_message, 'contact', made.id,
               jsonb_build_object('contact_id', made.id), made.actor, made.occurred_at)::field_outcome;
  ELSIF said.refused_code IS NOT NULL THEN
    RETURN ROW('refused', said.refused_code, said.refused_message, NULL, NULL, NULL, NULL, NULL)::field_outcome;
  END IF;
  RETURN ROW('applied', NULL, NULL, 'contact', made.id, NULL, NULL, NULL)::field_outcome;
END
$$;

-- Record not_home at all of these doors: each is a separate contact with its own client_id, so that
-- each can be undone. All or none are recorded.
CREATE OR REPLACE FUNCTION field_bulk_not_home(op field_operations, body jsonb, forced boolean) RETURNS field_outcome
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  each record;
  outcome field_outcome;
  single field_operations := op;
BEGIN
  FOR each IN SELECT d.door_id, d.client_id FROM jsonb_to_recordset(body -> 'doors') d (door_id bigint, client_id uuid)
    ORDER BY d.door_id LOOP
    single.client_id := each.client_id;
    outcome := field_contact(single, jsonb_build_object('channel', 'door', 'disposition', 'not_home',
      'door_id', each.door_id, 'turf_id', body -> 'turf_id'), forced);
    IF outcome.verdict <> 'applied' THEN
      RAISE EXCEPTION USING ERRCODE = CASE outcome.verdict WHEN 'conflict' THEN 'CC4C9' ELSE 'CC409' END,
        MESSAGE = outcome.message, DETAIL = outcome.code;
    END IF;
  END LOOP;
  RETURN outcome;
END
$$;

-- Undo a contact. A contact that is part of an open conflict is withdrawn from the conflict.
CREATE OR REPLACE FUNCTION field_undo(op field_operations, body jsonb, forced boolean) RETURNS field_outcome
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  organization bigint := op.organization_id;
  target uuid := (body ->> 'contact_client_id')::uuid;
  old voter_contacts;
  waiting bigint;
BEGIN
  UPDATE field_conflicts f SET state = 'withdrawn', resolved_at = now(), resolved_actor = op.actor,
      resolved_by = actor_name(organization, op.actor)
    FROM field_operations o
    WHERE o.organization_id = organization AND o.client_id = target AND o.actor = op.actor
      AND f.organization_id = organization AND f.operation_id = o.id AND f.state = 'open'
    RETURNING f.id INTO waiting;
  IF waiting IS NOT NULL THEN
    RETURN ROW('applied', NULL, NULL, 'conflict', waiting, NULL, NULL, NULL)::field_outcome;
  END IF;
  SELECT c.* INTO old FROM voter_contacts c WHERE c.organization_id = organization AND c.client_id = target;
  old.route_id := NULL; -- whichever turf contained the door
  IF old.id IS NULL THEN
    RETURN ROW('refused', 'unknown_contact', 'There is no such contact to take back.', NULL, NULL, NULL, NULL, NULL)::field_outcome;
  ELSIF NOT forced AND NOT scope_made_contact(op.actor, op.user_id, old) THEN
    RETURN field_not_yours(old);
  ELSIF NOT forced AND NOT scope_gave_visit(organization, op.actor, op.user_id, old) THEN
    RETURN field_not_handed_out(NULL);
  END IF;
  RETURN field_contact(op, jsonb_build_object('replaces_id', old.id, 'undone', true, 'channel', old.channel), true);
END
$$;

-- Resolving a conflict applies the operation, so a resolver without manage_voters may not record a
-- visit at a confidential address: the state of the door would reveal it. Returns the conflict.
CREATE OR REPLACE FUNCTION field_assert_decision(organization bigint, rights jsonb, conflict bigint, merged jsonb)
RETURNS bigint
LANGUAGE plpgsql STABLE
AS $$
DECLARE
  body jsonb;
  old voter_contacts;
  made voter_contacts;
BEGIN
  SELECT COALESCE(merged, o.body) INTO body
    FROM field_conflicts f JOIN field_operations o ON o.organization_id = organization AND o.id = f.operation_id
    WHERE f.organization_id = organization AND f.id = conflict;
  SELECT c.* INTO old FROM voter_contacts c
    WHERE c.organization_id = organization AND (c.id = (body ->> 'replaces_id')::bigint
      OR c.client_id = COALESCE(body ->> 'replaces_client_id', body ->> 'contact_client_id')::uuid)
    LIMIT 1;
  made.organization_id := organization;
  made.channel := COALESCE(body ->> 'channel', old.channel, 'door');
  made.voter_id := (body ->> 'voter_id')::bigint;
  IF scope_hides_place(rights, old) OR scope_hides_place(rights, made) THEN
    PERFORM scope_refuse('not_your_turf');
  END IF;
  RETURN conflict;
END
$$;

-- Does the operation concern a person who was erased after the phone got its pack, or correct a
-- contact with such a person?
CREATE OR REPLACE FUNCTION field_about_erased(op field_operations) RETURNS boolean
LANGUAGE plpgsql STABLE
AS $$
BEGIN
  RETURN EXISTS (
    SELECT FROM erasures e
    WHERE e.organization_id = op.organization_id AND (e.voter_ids @> (op.body -> 'voter_id') OR EXISTS (
      SELECT FROM jsonb_array_elements_text(e.voter_ids) i (id)
      JOIN voter_contacts c ON c.organization_id = op.organization_id AND c.voter_id = i.id::bigint
      WHERE c.id::text = op.body ->> 'replaces_id' OR c.client_id::text = lower(op.body ->> 'replaces_client_id'))));
END
$$;

GRANT EXECUTE ON FUNCTION field_about_erased(field_operations),
  field_assert_decision(bigint,jsonb,bigint,jsonb), field_given(field_operations,jsonb), field_not_handed_out(bigint),
  field_not_yours(voter_contacts),
  field_contact_conflict(field_operations,voter_contacts),
  field_contact(field_operations,jsonb,boolean),
  field_bulk_not_home(field_operations,jsonb,boolean), field_undo(field_operations,jsonb,boolean)
  TO campaign_api;

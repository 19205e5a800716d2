-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Stores a contact once per client_id, in whatever order contacts arrive.

-- Idempotency: return the contact already stored under this client_id; set refused_code if its
-- content differs.
CREATE OR REPLACE FUNCTION contact_by_client_id(organization bigint, given jsonb,
  OUT contact voter_contacts, OUT refused_code text, OUT refused_message text)
LANGUAGE plpgsql VOLATILE
AS $$
BEGIN
  SELECT c.* INTO contact FROM voter_contacts c
    WHERE c.organization_id = organization AND c.client_id = (given ->> 'client_id')::uuid;
  IF contact.id IS NOT NULL AND (
       COALESCE(voter_current(organization, (given ->> 'voter_id')::bigint), (given ->> 'voter_id')::bigint,
                voter_current(organization, contact.voter_id), contact.voter_id)
         IS DISTINCT FROM COALESCE(voter_current(organization, contact.voter_id), contact.voter_id)
       OR COALESCE((given ->> 'door_id')::bigint, contact.door_id) IS DISTINCT FROM contact.door_id
       OR COALESCE((given ->> 'building_id')::bigint, contact.building_id) IS DISTINCT FROM contact.building_id
       OR COALESCE((given ->> 'replaces_id')::bigint, contact.replaces_id) IS DISTINCT FROM contact.replaces_id
       OR COALESCE((given ->> 'undone')::boolean, false) <> contact.undone) THEN
    refused_code := 'client_id_reused';
    refused_message := 'This client_id was used for something else.';
  END IF;
END
$$;

/*
 * Record a contact, once per client_id: a repetition returns the first row and changes nothing.
 *
 * given: client_id, channel, disposition or answers, voter_id, door_id, building_id, phone,
 * turf_id, script_id, phone_bank_session_id, text_campaign_id, language, note, latitude, longitude,
 * occurred_at, device_occurred_at, replaces_id or replaces_client_id (correction), undone (undo).
 * Other members are ignored. checked: result of the server's check of outcome and answers
 * (server/rules/ccd-contact.c): script_id and version that were used, support_level, refused. Not
 * needed for an undo, nor for a disposition set by the program.
 * person: the person who recorded it, or NULL. The caller checks the scope (scope_assert_visit,
 * scope_gave_visit).
 * refused_code: client_id_reused or contact_replaced; then contact is the conflicting row and
 * nothing was written. Invalid values raise CC422 with the field.
 */
CREATE OR REPLACE FUNCTION contact_record(organization bigint, actor text, person bigint, given jsonb)
RETURNS TABLE (contact voter_contacts, refused_code text, refused_message text)
LANGUAGE plpgsql VOLATILE ROWS 1
AS $$
DECLARE
  made voter_contacts;
BEGIN
  IF EXISTS (SELECT FROM voter_contacts c
             WHERE c.organization_id = organization AND c.client_id = (given ->> 'client_id')::uuid) THEN
    RETURN QUERY SELECT a.* FROM contact_by_client_id(organization, given) a;
    RETURN;
  END IF;
  made := contact_prepare(organization, actor, person, given);
  PERFORM contact_lock(made);
  RETURN QUERY SELECT s.* FROM contact_store(made, given) s;
END
$$;

-- The second half of contact_record: store a prepared row. The caller must hold its locks.
CREATE OR REPLACE FUNCTION contact_store(made voter_contacts, given jsonb)
RETURNS TABLE (contact voter_contacts, refused_code text, refused_message text)
LANGUAGE plpgsql VOLATILE ROWS 1
AS $$
DECLARE
  organization bigint := made.organization_id;
  replaced boolean := made.replaces_id IS NOT NULL AND contact_is_replaced(organization, made.replaces_id);
BEGIN
  IF NOT replaced THEN
    made.id := nextval('voter_contacts_id_seq');
    INSERT INTO voter_contacts SELECT (made).* ON CONFLICT DO NOTHING;
  END IF;
  IF replaced OR NOT FOUND THEN -- the same contact was sent twice at the same moment, or another replacement came first
    RETURN QUERY SELECT a.* FROM contact_by_client_id(organization, given) a WHERE (a.contact).id IS NOT NULL;
    IF NOT FOUND THEN
      RETURN QUERY SELECT c, 'contact_replaced', 'This contact was changed or taken back in the meantime.'
        FROM voter_contacts c WHERE c.organization_id = organization AND c.id = made.replaces_id;
    END IF;
    RETURN;
  END IF;
  IF made.answers IS NOT NULL THEN
    INSERT INTO contact_answers (organization_id, contact_id, step_id, option_id, value)
      SELECT organization, made.id, a.step_id, a.option_id, a.value FROM contact_answer_rows(made.answers) a;
  END IF;
  PERFORM contact_apply(made);
  contact := made;
  RETURN NEXT;
END
$$;

-- Is there a contact that replaces this one and is not itself replaced?
CREATE OR REPLACE FUNCTION contact_is_replaced(organization bigint, contact bigint) RETURNS boolean
LANGUAGE plpgsql VOLATILE
AS $$
BEGIN
  RETURN EXISTS (SELECT FROM voter_contacts c WHERE c.organization_id = organization AND c.replaces_id = contact
                   AND NOT contact_is_replaced(organization, c.id));
END
$$;

GRANT EXECUTE ON FUNCTION contact_by_client_id(bigint,jsonb), contact_record(bigint,text,bigint,jsonb),
  contact_store(voter_contacts,jsonb), contact_is_replaced(bigint,bigint)
  TO campaign_api;

-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Who may read, record, correct and undo a contact.

-- May the actor read the contact? Without manage_canvass an actor reads only its own contacts.
CREATE OR REPLACE FUNCTION scope_has_contact(actor text, person bigint, rights jsonb, contact voter_contacts)
RETURNS boolean
LANGUAGE sql STABLE
AS $$
  SELECT right_has(rights, 'manage_canvass') OR scope_made_contact(actor, person, contact)
$$;

-- Must the place of the contact be hidden? True for a visit to a confidential address when the
-- reader lacks manage_voters.
CREATE OR REPLACE FUNCTION scope_hides_place(rights jsonb, contact voter_contacts) RETURNS boolean
LANGUAGE plpgsql STABLE
AS $$
BEGIN
  RETURN contact.channel = 'door' AND contact.voter_id IS NOT NULL AND NOT right_has(rights, 'manage_voters')
    AND scope_confidential(contact.organization_id, contact.voter_id);
END
$$;

-- Returns a contact as the reader may see it: a visit to a confidential address has no place.
CREATE OR REPLACE FUNCTION scope_shown_contact(rights jsonb, contact voter_contacts) RETURNS voter_contacts
LANGUAGE plpgsql STABLE
AS $$
BEGIN
  IF scope_hides_place(rights, contact) THEN
    contact.door_id := NULL;
    contact.building_id := NULL;
    contact.route_id := NULL;
    contact.latitude := NULL;
    contact.longitude := NULL;
  END IF;
  RETURN contact;
END
$$;

-- Returns an audit entry as the reader may see it: an entry about a confidential person has no
-- place.
CREATE OR REPLACE FUNCTION scope_shown_entry(rights jsonb, entry audit_log) RETURNS audit_log
LANGUAGE plpgsql STABLE
AS $$
DECLARE
  places constant text[] := ARRAY['door_id', 'building_id', 'household_id', 'route_id'];
  voter bigint := CASE entry.entity WHEN 'voter' THEN entry.entity_id
                                    ELSE (COALESCE(entry.after, entry.before) ->> 'voter_id')::bigint END;
BEGIN
  IF NOT right_has(rights, 'manage_voters') AND scope_confidential(entry.organization_id, voter) THEN
    entry.before := entry.before - places;
    entry.after := entry.after - places;
  END IF;
  RETURN entry;
END
$$;

-- Was the contact made by the actor, or by the same person with another credential?
CREATE OR REPLACE FUNCTION scope_made_contact(actor text, person bigint, contact voter_contacts) RETURNS boolean
LANGUAGE sql STABLE
AS $$
  SELECT COALESCE(contact.user_id = person, contact.actor = scope_made_contact.actor)
$$;

-- May a visit name this telephone number? It must belong to the person, or to people who live
-- behind the door: otherwise a canvasser could record an opt-out for a stranger's number.
CREATE OR REPLACE FUNCTION scope_knows_number(organization bigint, visit voter_contacts) RETURNS boolean
LANGUAGE plpgsql STABLE
AS $$
BEGIN
  RETURN visit.phone IS NULL OR EXISTS (
    SELECT FROM voters_visible v
    WHERE v.organization_id = organization AND v.phones @> to_jsonb(visit.phone)
      AND CASE WHEN visit.voter_id IS NOT NULL THEN v.id = visit.voter_id ELSE v.door_id = visit.door_id END);
END
$$;

-- May the actor record a contact with this voter at this place? Voter and place must each be in a
-- turf of the actor: access to a door does not allow contacts with people who live elsewhere. Phone
-- banks and text campaigns record no visits.
CREATE OR REPLACE FUNCTION scope_has_visit(organization bigint, actor text, person bigint, visit voter_contacts)
RETURNS boolean
LANGUAGE plpgsql STABLE
AS $$
DECLARE
  door bigint := visit.door_id;
BEGIN
  IF visit.channel <> 'door' OR num_nonnulls(visit.phone_bank_session_id, visit.text_campaign_id) > 0 THEN
    RETURN false;
  ELSIF visit.voter_id IS NOT NULL THEN
    IF NOT scope_has_voter(organization, actor, person, visit.voter_id) THEN
      RETURN false;
    ELSIF door IS NULL THEN
      SELECT v.door_id INTO door FROM voters v WHERE v.organization_id = organization AND v.id = visit.voter_id;
      IF door IS NULL THEN
        RETURN false;
      END IF;
    END IF;
  END IF;
  RETURN scope_has_place(organization, actor, person, door, visit.building_id, visit.route_id);
END
$$;

-- May the actor undo this call or text? It must have made it and still take part in the phone bank
-- or campaign, which assigned the person; turfs play no role.
CREATE OR REPLACE FUNCTION scope_has_talk(organization bigint, actor text, talk voter_contacts) RETURNS boolean
LANGUAGE plpgsql STABLE
AS $$
BEGIN
  RETURN EXISTS (SELECT FROM phone_bank_callers c
                 WHERE c.organization_id = organization AND c.session_id = talk.phone_bank_session_id
                   AND c.actor = scope_has_talk.actor AND c.left_at IS NULL)
      OR EXISTS (SELECT FROM text_texters t
                 WHERE t.organization_id = organization AND t.campaign_id = talk.text_campaign_id
                   AND t.actor = scope_has_talk.actor AND t.left_at IS NULL);
END
$$;

CREATE OR REPLACE FUNCTION scope_refuse(code text) RETURNS void
LANGUAGE plpgsql VOLATILE
AS $$
BEGIN
  RAISE EXCEPTION USING ERRCODE = 'CC403', DETAIL = code, MESSAGE = CASE code
    WHEN 'not_your_contact' THEN 'Only the person who recorded a contact may change it.'
    ELSE 'This is not in a turf of yours.' END;
END
$$;

-- Refuse a contact that the actor may not record. made: the new row; its route_id is the turf that
-- the client named. old: the contact that it corrects (id NULL: there is none, or it does not
-- exist). An actor with manage_canvass is refused only at hidden places. For other actors made must
-- be at a place of the actor's turfs, and old must be the actor's own and at a place of a turf that
-- the actor has now. Calls and texts are recorded through their phone bank or campaign; here they
-- can only be undone.
CREATE OR REPLACE FUNCTION scope_assert_visit(organization bigint, actor text, person bigint, rights jsonb,
  made voter_contacts, old voter_contacts)
RETURNS void
LANGUAGE plpgsql STABLE
AS $$
BEGIN
  old.route_id := NULL;
  made.organization_id := organization;
  IF right_has(rights, 'manage_canvass') THEN
    IF scope_hides_place(rights, made) THEN
      PERFORM scope_refuse('not_your_turf');
    END IF;
    RETURN;
  ELSIF made.replaces_id IS NOT NULL THEN
    IF old.id IS NULL OR NOT scope_made_contact(actor, person, old) THEN
      PERFORM scope_refuse('not_your_contact');
    ELSIF made.undone AND old.channel <> 'door' THEN
      IF NOT scope_has_talk(organization, actor, old) THEN
        PERFORM scope_refuse('not_your_turf');
      END IF;
      RETURN;
    ELSIF NOT scope_has_visit(organization, actor, person, old) THEN
      PERFORM scope_refuse('not_your_turf');
    END IF;
  END IF;
  IF NOT (scope_has_visit(organization, actor, person, made) AND scope_knows_number(organization, made)) THEN
    PERFORM scope_refuse('not_your_turf');
  END IF;
END
$$;

GRANT EXECUTE ON FUNCTION scope_has_contact(text,bigint,jsonb,voter_contacts),
  scope_hides_place(jsonb,voter_contacts), scope_shown_contact(jsonb,voter_contacts), scope_shown_entry(jsonb,audit_log),
  scope_made_contact(text,bigint,voter_contacts), scope_knows_number(bigint,voter_contacts),
  scope_has_visit(bigint,text,bigint,voter_contacts), scope_has_talk(bigint,text,voter_contacts),
  scope_refuse(text), scope_assert_visit(bigint,text,bigint,jsonb,voter_contacts,voter_contacts)
  TO campaign_api;

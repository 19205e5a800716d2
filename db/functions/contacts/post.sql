-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Functions called by the routes of contacts: record, undo, record for a whole building, list.

-- Check that the actor may record this contact. A correction takes absent values from the contact
-- that it replaces, so these are checked, too.
CREATE OR REPLACE FUNCTION contact_assert_scope(organization bigint, actor text, person bigint, rights jsonb, given jsonb)
RETURNS void
LANGUAGE plpgsql STABLE
AS $$
DECLARE
  made voter_contacts := jsonb_populate_record(NULL::voter_contacts, given);
  old voter_contacts;
BEGIN
  IF right_has(rights, 'manage_voters') AND right_has(rights, 'manage_canvass') THEN
    RETURN;
  ELSIF made.replaces_id IS NOT NULL THEN
    SELECT c.* INTO old FROM voter_contacts c WHERE c.organization_id = organization AND c.id = made.replaces_id;
    old.voter_id := COALESCE(voter_current(organization, old.voter_id), old.voter_id);
    made.channel := COALESCE(made.channel, old.channel);
    made.building_id := COALESCE(made.building_id, CASE WHEN made.door_id IS NULL THEN old.building_id END);
    made.door_id := COALESCE(made.door_id, old.door_id);
    made.voter_id := COALESCE(made.voter_id, old.voter_id);
  END IF;
  made.voter_id := COALESCE(voter_current(organization, made.voter_id), made.voter_id);
  made.route_id := (given ->> 'turf_id')::bigint;
  PERFORM scope_assert_visit(organization, actor, person, rights, made, old);
END
$$;

-- Record a contact for a route. A repeated request returns the actor's own contact, never a contact
-- that another actor recorded under the same client_id.
CREATE OR REPLACE FUNCTION contact_post(organization bigint, actor text, person bigint, rights jsonb, given jsonb)
RETURNS TABLE (contact voter_contacts, refused_code text, refused_message text)
LANGUAGE plpgsql VOLATILE ROWS 1
AS $$
DECLARE
  said record;
BEGIN
  PERFORM contact_assert_scope(organization, actor, person, rights, given);
  SELECT r.* INTO said FROM contact_record(organization, actor, person, given) r;
  contact := said.contact;
  refused_code := said.refused_code;
  refused_message := said.refused_message;
  IF refused_code IS NULL AND NOT scope_has_contact(actor, person, rights, contact) THEN
    refused_code := 'client_id_reused';
    refused_message := 'This client_id was used for something else.';
  END IF;
  RETURN NEXT;
END
$$;

-- Undo a contact. Returns no row when the contact does not exist or belongs to another canvasser.
CREATE OR REPLACE FUNCTION contact_undo(organization bigint, actor text, person bigint, rights jsonb, taken_back bigint,
  given jsonb)
RETURNS TABLE (contact voter_contacts, refused_code text, refused_message text)
LANGUAGE plpgsql VOLATILE ROWS 1
AS $$
BEGIN
  IF EXISTS (SELECT FROM voter_contacts c WHERE c.organization_id = organization AND c.id = taken_back
               AND scope_has_contact(contact_undo.actor, person, rights, c)) THEN
    RETURN QUERY SELECT * FROM contact_post(organization, actor, person, rights,
      given || jsonb_build_object('replaces_id', taken_back, 'undone', true));
  END IF;
END
$$;

-- Record one outcome for many doors. Each contact is separate: it is recorded or refused alone. All
-- locks are taken first, in the order of contact_lock, so that two concurrent calls cannot
-- deadlock.
CREATE OR REPLACE FUNCTION contact_bulk(organization bigint, actor text, person bigint, rights jsonb, given jsonb)
RETURNS TABLE (recorded bigint, results jsonb)
LANGUAGE plpgsql VOLATILE ROWS 1
AS $$
DECLARE
  item jsonb;
  made bigint;
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
    BEGIN
      SELECT (p.contact).id, p.refused_code, p.refused_message INTO made, why, wrong FROM contact_post(organization, actor, person, rights,
        (given - 'doors') || jsonb_strip_nulls(item) || '{"channel": "door"}') p;
    EXCEPTION WHEN SQLSTATE 'CC422' OR SQLSTATE 'CC403' THEN
      GET STACKED DIAGNOSTICS why := PG_EXCEPTION_DETAIL, wrong := MESSAGE_TEXT;
    END;
    recorded := recorded + (why IS NULL)::int;
    results := results || jsonb_build_object('client_id', item ->> 'client_id', 'door_id', item -> 'door_id',
      'contact_id', CASE WHEN why IS NULL THEN made END, 'code', why,
      'message', CASE WHEN why IS NOT NULL THEN wrong END);
  END LOOP;
  RETURN NEXT;
END
$$;

-- Returns a page of contacts, newest first. Only given filters become part of the statement, so
-- that each filter can use its index.
CREATE OR REPLACE FUNCTION contact_page(organization bigint, actor text, person bigint, rights jsonb, filter jsonb,
  before_time timestamptz, before_id bigint, wanted int)
RETURNS SETOF voter_contacts
LANGUAGE plpgsql STABLE
AS $$
DECLARE
  conditions text;
BEGIN
  SELECT string_agg(' AND ' || w.condition, '') INTO conditions
    FROM (VALUES
      (filter ? 'voter_id', 'c.voter_id IN (SELECT voter_and_merged($1, ($2 ->> ''voter_id'')::bigint))'),
      (filter ? 'door_id', 'c.door_id = ($2 ->> ''door_id'')::bigint'),
      (filter ? 'turf_id', 'c.route_id = ($2 ->> ''turf_id'')::bigint'),
      (filter ? 'canvasser_id', 'c.user_id = ($2 ->> ''canvasser_id'')::bigint'),
      (filter ? 'since', 'c.occurred_at >= ($2 ->> ''since'')::timestamptz'),
      (filter ? 'until', 'c.occurred_at < ($2 ->> ''until'')::timestamptz'),
      (filter -> 'holds' = 'true', 'c.holds'),
      (before_time IS NOT NULL, '(c.occurred_at, c.id) < ($3, $4)'),
      (NOT right_has(rights, 'manage_voters') AND filter ?| '{door_id,turf_id}', 'NOT scope_hides_place($8, c)'),
      (NOT right_has(rights, 'manage_canvass'), 'scope_made_contact($6, $5, c)'),
      -- Contacts of people are found by user_id, which has an index; contacts of a device or token
      -- have no user_id.
      (NOT right_has(rights, 'manage_canvass') AND person IS NOT NULL, 'c.user_id = $5'),
      (NOT right_has(rights, 'manage_canvass') AND person IS NULL, 'c.user_id IS NULL AND c.actor = $6')) w (holds, condition)
    WHERE w.holds;
  RETURN QUERY EXECUTE 'SELECT c.* FROM voter_contacts c WHERE c.organization_id = $1' || COALESCE(conditions, '')
    || ' ORDER BY c.occurred_at DESC, c.id DESC LIMIT $7'
    USING organization, filter, before_time, before_id, person, actor, wanted, rights;
END
$$;

GRANT EXECUTE ON FUNCTION contact_assert_scope(bigint,text,bigint,jsonb,jsonb),
  contact_post(bigint,text,bigint,jsonb,jsonb),
  contact_undo(bigint,text,bigint,jsonb,bigint,jsonb), contact_bulk(bigint,text,bigint,jsonb,jsonb),
  contact_page(bigint,text,bigint,jsonb,jsonb,timestamp with time zone,bigint,integer)
  TO campaign_api;

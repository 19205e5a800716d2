-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Derives the state of voters, doors and turfs from the contacts that count.

-- Set the derived columns of these people from the contacts that count, including contacts of
-- merged records. The latest contact by occurred_at is used; for equal times the client_id decides,
-- not the order of arrival. An attempt at a door without a person counts for everybody behind the
-- door. Only silent columns (tenant_triggers) are written, so with app.bulk no trigger event is
-- queued. The same holds for contact_derive_door.
CREATE OR REPLACE FUNCTION contact_derive_voters(organization bigint, people bigint[]) RETURNS void
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  bulk text := COALESCE(current_setting('app.bulk', true), '');
BEGIN
  PERFORM set_config('app.bulk', 'on', true);
  -- OFFSET 0: read the few contacts of the person or door first, then take the latest. Otherwise
  -- the planner may walk backwards through all contacts of the organization by time.
  UPDATE voters v SET
    (support_level, support_at) = (
      SELECT c.support_level, c.occurred_at
      FROM (SELECT * FROM voter_contacts o WHERE o.organization_id = organization AND o.voter_id = ANY (w.ids) OFFSET 0) c
      WHERE c.holds AND c.support_level IS NOT NULL
      ORDER BY c.occurred_at DESC, c.client_id DESC LIMIT 1),
    (last_contact_at, last_disposition) = (
      SELECT c.occurred_at, COALESCE(c.disposition, 'canvassed')
      FROM (SELECT * FROM voter_contacts o WHERE o.organization_id = organization AND o.voter_id = ANY (w.ids)
            UNION ALL
            SELECT * FROM voter_contacts d WHERE d.organization_id = organization AND d.door_id = v.door_id
              AND d.voter_id IS NULL AND d.channel = 'door' OFFSET 0) c
      WHERE c.holds
      ORDER BY c.occurred_at DESC, c.client_id DESC LIMIT 1),
    (reached_at, quiet_until) = (
      SELECT c.occurred_at, c.occurred_at + NULLIF(d.quiet_days, 0) * interval '1 day'
      FROM (SELECT * FROM voter_contacts o WHERE o.organization_id = organization AND o.voter_id = ANY (w.ids) OFFSET 0) c
      JOIN dispositions d ON d.code = COALESCE(c.disposition, 'canvassed')
      WHERE c.holds AND d.reached
      ORDER BY c.occurred_at DESC, c.client_id DESC LIMIT 1),
    contacts_revision = v.contacts_revision + 1
  FROM (SELECT p.id, ARRAY(SELECT voter_and_merged(organization, p.id)) AS ids FROM unnest(people) p (id)) w
  WHERE v.organization_id = organization AND v.id = w.id;
  PERFORM set_config('app.bulk', bulk, true);
END
$$;

-- Set the same columns after one new contact. When the person's latest contact is older, only the
-- new contact is used; otherwise the columns are derived from all contacts. The rules (which
-- contact sets support, reached and quiet) are those of contact_derive_voters: change both
-- together. The people's rows are locked (contact_lock).
CREATE OR REPLACE FUNCTION contact_derive_new(made voter_contacts) RETURNS void
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  organization bigint := made.organization_id;
  bulk text := COALESCE(current_setting('app.bulk', true), '');
  said dispositions;
  people bigint[] := ARRAY(
    SELECT v.id FROM voters v WHERE v.organization_id = organization AND v.id = made.voter_id
    UNION ALL
    SELECT v.id FROM voters v WHERE v.organization_id = organization AND v.door_id = made.door_id
      AND made.voter_id IS NULL AND made.channel = 'door');
  late bigint[] := ARRAY(
    SELECT v.id FROM voters v WHERE v.organization_id = organization AND v.id = ANY (people)
      AND (NOT made.holds OR GREATEST(v.last_contact_at, v.support_at, v.reached_at) >= made.occurred_at));
BEGIN
  SELECT d.* INTO said FROM dispositions d WHERE d.code = COALESCE(made.disposition, 'canvassed');
  PERFORM set_config('app.bulk', 'on', true);
  UPDATE voters v SET
    last_contact_at = made.occurred_at,
    last_disposition = said.code,
    support_level = CASE WHEN v.id = made.voter_id THEN COALESCE(made.support_level, v.support_level) ELSE v.support_level END,
    support_at = CASE WHEN v.id = made.voter_id AND made.support_level IS NOT NULL THEN made.occurred_at ELSE v.support_at END,
    reached_at = CASE WHEN v.id = made.voter_id AND said.reached THEN made.occurred_at ELSE v.reached_at END,
    quiet_until = CASE WHEN v.id = made.voter_id AND said.reached
      THEN made.occurred_at + NULLIF(said.quiet_days, 0) * interval '1 day' ELSE v.quiet_until END,
    contacts_revision = v.contacts_revision + 1
  WHERE v.organization_id = organization AND v.id = ANY (people) AND NOT v.id = ANY (late);
  PERFORM set_config('app.bulk', bulk, true);
  IF cardinality(late) > 0 THEN
    PERFORM contact_derive_voters(organization, late);
  END IF;
END
$$;

-- State of a door in a turf. It is 'done' when the latest outcome for every person contacted there
-- in this pass needs no further attempt; 'moved' or 'deceased' alone finishes it only if no one
-- else lives there. Reads the contacts once, latest first: the first row of a person is the
-- person's latest outcome, or a row without a person that came later.
CREATE OR REPLACE FUNCTION contact_door_state(organization bigint, route bigint, door bigint, OUT state text, OUT at timestamptz)
LANGUAGE plpgsql STABLE
AS $$
DECLARE
  outcome record;
  people bigint[] := '{}'::bigint[];
  finished boolean;
  gone boolean;
  all_finished boolean; -- value of the latest row without a person
  all_gone boolean;
  all_at timestamptz;
BEGIN
  FOR outcome IN
    SELECT c.occurred_at, d.finishes, COALESCE(d.effect IN ('moved', 'deceased'), false) AS gone,
           CASE WHEN d.level NOT IN ('door', 'building') THEN c.voter_id END AS voter_id
    -- OFFSET 0: use the index by door instead of reading the turf with all its doors.
    FROM (SELECT * FROM voter_contacts o WHERE o.organization_id = organization AND o.door_id = door OFFSET 0) c
    JOIN dispositions d ON d.code = COALESCE(c.disposition, 'canvassed')
    WHERE c.route_id = route AND c.holds AND c.channel = 'door'
    ORDER BY c.occurred_at DESC, c.client_id DESC LOOP
    IF outcome.voter_id IS NOT NULL AND NOT outcome.voter_id = ANY (people) THEN
      people := people || outcome.voter_id;
      finished := COALESCE(finished, true) AND COALESCE(all_finished, outcome.finishes);
      gone := COALESCE(gone, true) AND COALESCE(all_gone, outcome.gone);
      at := GREATEST(at, COALESCE(all_at, outcome.occurred_at));
    ELSIF outcome.voter_id IS NULL AND all_at IS NULL THEN
      all_finished := outcome.finishes;
      all_gone := outcome.gone;
      all_at := outcome.occurred_at;
    END IF;
  END LOOP;
  IF cardinality(people) = 0 THEN
    finished := all_finished;
    gone := all_gone;
    at := all_at;
  END IF;
  state := CASE
    WHEN finished IS NULL THEN 'todo'
    WHEN finished AND (NOT gone OR NOT EXISTS (
      SELECT FROM voters_visible v WHERE v.organization_id = organization AND v.door_id = door
        AND v.unreachable IS NULL)) THEN 'done'
    ELSE 'attempted' END;
END
$$;

-- Recompute counts and progress of the turf that contains a door. The turf's row is locked last.
CREATE OR REPLACE FUNCTION contact_derive_door(organization bigint, route bigint, door bigint) RETURNS void
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  bulk text := COALESCE(current_setting('app.bulk', true), '');
  was record;
  is_now record;
BEGIN
  PERFORM FROM canvass_routes t WHERE t.organization_id = organization AND t.id = route FOR NO KEY UPDATE;
  SELECT r.state, r.done_at INTO was FROM canvass_route_doors r
    WHERE r.organization_id = organization AND r.route_id = route AND r.door_id = door FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  SELECT s.state, CASE s.state WHEN 'done' THEN s.at END AS done_at INTO is_now FROM contact_door_state(organization, route, door) s;
  IF was.state <> is_now.state OR was.done_at IS DISTINCT FROM is_now.done_at THEN
    UPDATE canvass_route_doors r SET state = is_now.state, done_at = is_now.done_at
      WHERE r.organization_id = organization AND r.route_id = route AND r.door_id = door;
  END IF;
  IF was.state <> is_now.state THEN
    PERFORM set_config('app.bulk', 'on', true);
    UPDATE canvass_routes t
      SET doors_done = t.doors_done + (is_now.state = 'done')::int - (was.state = 'done')::int,
          progress_revision = t.progress_revision + 1
      WHERE t.organization_id = organization AND t.id = route;
    PERFORM set_config('app.bulk', bulk, true);
  END IF;
END
$$;

-- Run the effects of a contact thread, selected by kind.
CREATE OR REPLACE FUNCTION contact_effects(made voter_contacts, thread bigint[], effects text[], options boolean) RETURNS void
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  organization bigint := made.organization_id;
BEGIN
  IF effects && '{do_not_knock,inaccessible}' OR cardinality(thread) > 1 OR made.channel = 'door' AND EXISTS (
    SELECT FROM buildings b WHERE b.organization_id = organization AND b.id = made.building_id
      AND b.inaccessible_at IS NOT NULL) THEN
    PERFORM contact_effect_place(organization, thread);
  END IF;
  IF effects && '{wrong_number,disconnected}' THEN
    PERFORM contact_effect_phone(organization, thread);
  END IF;
  IF effects && '{moved,deceased}' THEN
    PERFORM contact_effect_person(organization, thread);
  END IF;
  IF effects && '{do_not_contact,do_not_text}' THEN
    PERFORM contact_effect_consent(organization, thread);
  END IF;
  IF options THEN
    PERFORM contact_effect_tags(organization, thread);
    PERFORM contact_effect_follow_ups(organization, thread);
    PERFORM contact_effect_sign_ups(organization, thread);
  END IF;
END
$$;

-- Apply the effects of a new contact. Nearly every contact is the only one of its thread: then its
-- own values suffice, without reading the thread.
CREATE OR REPLACE FUNCTION contact_apply(made voter_contacts) RETURNS void
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  organization bigint := made.organization_id;
BEGIN
  IF made.root_id IS NOT NULL THEN
    PERFORM contact_apply_thread(made);
    RETURN;
  END IF;
  PERFORM contact_effects(made, ARRAY[made.id],
    ARRAY(SELECT d.effect FROM dispositions d WHERE d.code = made.disposition), made.answers @? '$[*].option_id ? (@ != null)');
  PERFORM contact_derive_new(made);
  IF made.channel = 'door' AND made.route_id IS NOT NULL THEN
    PERFORM contact_derive_door(organization, made.route_id, made.door_id);
  END IF;
END
$$;

-- Apply a correction or undo: everything that any contact of the thread affects is derived again.
CREATE OR REPLACE FUNCTION contact_apply_thread(made voter_contacts) RETURNS void
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  organization bigint := made.organization_id;
  thread bigint[] := ARRAY(SELECT c.id FROM voter_contacts c
                           WHERE c.organization_id = organization AND (c.id = made.root_id OR c.root_id = made.root_id));
  effects text[];
  options int;
  each record;
BEGIN
  PERFORM contact_set_holds(organization, thread);
  SELECT array_agg(DISTINCT d.effect), count(a.id) FILTER (WHERE a.option_id IS NOT NULL) INTO effects, options
    FROM voter_contacts c
    LEFT JOIN dispositions d ON d.code = c.disposition
    LEFT JOIN contact_answers a ON a.organization_id = organization AND a.contact_id = c.id
    WHERE c.organization_id = organization AND c.id = ANY (thread);
  PERFORM contact_effects(made, thread, effects, options > 0);
  PERFORM contact_derive_voters(organization, ARRAY(
    SELECT c.voter_id FROM voter_contacts c
    WHERE c.organization_id = organization AND c.id = ANY (thread) AND c.voter_id IS NOT NULL
    UNION
    SELECT b.id FROM voter_contacts c
    JOIN voters b ON b.organization_id = organization AND b.door_id = c.door_id
    WHERE c.organization_id = organization AND c.id = ANY (thread) AND c.voter_id IS NULL AND c.channel = 'door'));
  FOR each IN SELECT DISTINCT c.route_id, c.door_id FROM voter_contacts c
    WHERE c.organization_id = organization AND c.id = ANY (thread) AND c.channel = 'door'
      AND c.route_id IS NOT NULL AND c.door_id IS NOT NULL ORDER BY 1, 2 LOOP
    PERFORM contact_derive_door(organization, each.route_id, each.door_id);
  END LOOP;
END
$$;

GRANT EXECUTE ON FUNCTION contact_derive_voters(bigint,bigint[]), contact_derive_new(voter_contacts),
  contact_door_state(bigint,bigint,bigint), contact_derive_door(bigint,bigint,bigint),
  contact_effects(voter_contacts,bigint[],text[],boolean), contact_apply(voter_contacts),
  contact_apply_thread(voter_contacts)
  TO campaign_api;

-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Effects of a contact besides being recorded, one function for each kind of effect. See
-- docs/internals/contacts.md.

-- Set `holds` (the contact counts) for the contacts of a thread. A contact counts unless it is an
-- undo or is replaced by a contact that is not itself replaced. So undoing a correction restores
-- the first contact. Later contacts have greater ids.
CREATE OR REPLACE FUNCTION contact_set_holds(organization bigint, thread bigint[]) RETURNS void
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  each voter_contacts;
  replaced bigint[] := '{}'::bigint[];
BEGIN
  FOR each IN SELECT c.* FROM voter_contacts c
    WHERE c.organization_id = organization AND c.id = ANY (thread) ORDER BY c.id DESC LOOP
    IF each.replaces_id IS NOT NULL AND NOT each.id = ANY (replaced) THEN
      replaced := replaced || each.replaces_id;
    END IF;
    UPDATE voter_contacts c SET holds = NOT c.holds
      WHERE c.organization_id = organization AND c.id = each.id
        AND c.holds <> (NOT each.undone AND NOT each.id = ANY (replaced));
  END LOOP;
END
$$;

-- Take all locks, always in the same order: building, door, person, number; the turf is locked
-- after them. Arrays instead of IN (SELECT …), so that each statement is a lookup by key whatever
-- the planner's statistics are.
CREATE OR REPLACE FUNCTION contact_lock(made voter_contacts) RETURNS void
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  organization bigint := made.organization_id;
  people bigint[] := ARRAY[made.voter_id];
  places bigint[] := ARRAY[made.door_id];
  houses bigint[] := ARRAY[made.building_id];
BEGIN
  IF made.root_id IS NOT NULL THEN
    SELECT people || array_agg(c.voter_id), places || array_agg(c.door_id) INTO people, places
      FROM voter_contacts c WHERE c.organization_id = organization AND (c.root_id = made.root_id OR c.id = made.root_id);
  END IF;
  -- moved and deceased can also be reported by telephone; they change the state of the person's
  -- door.
  IF made.voter_id IS NOT NULL OR made.root_id IS NOT NULL THEN
    places := places || ARRAY(SELECT v.door_id FROM voters v
                              WHERE v.organization_id = organization AND v.id = ANY (people));
    houses := houses || ARRAY(SELECT d.building_id FROM doors d
                              WHERE d.organization_id = organization AND d.id = ANY (places));
  END IF;
  PERFORM contact_lock_places(organization, houses, places, people);
  IF made.phone IS NOT NULL THEN
    PERFORM pg_advisory_xact_lock(hashtextextended(organization || ' ' || made.phone, 11));
  END IF;
END
$$;

CREATE OR REPLACE FUNCTION contact_lock_places(organization bigint, houses bigint[], places bigint[], people bigint[]) RETURNS void
LANGUAGE plpgsql VOLATILE
AS $$
BEGIN
  PERFORM FROM buildings b WHERE b.organization_id = organization AND b.id = ANY (houses) ORDER BY b.id FOR NO KEY UPDATE;
  PERFORM FROM doors d WHERE d.organization_id = organization AND d.id = ANY (places) ORDER BY d.id FOR NO KEY UPDATE;
  PERFORM FROM voters v WHERE v.organization_id = organization
      AND (v.id = ANY (people) OR v.door_id = ANY (places)) ORDER BY v.id FOR NO KEY UPDATE;
END
$$;

-- do_not_knock marks the door. inaccessible marks the building, until a later visit to one of its
-- doors succeeds.
CREATE OR REPLACE FUNCTION contact_effect_place(organization bigint, thread bigint[]) RETURNS void
LANGUAGE plpgsql VOLATILE
AS $$
BEGIN
  UPDATE doors d SET do_not_knock_at = w.at
    FROM (SELECT x.door_id, (
            SELECT max(c.occurred_at) FROM voter_contacts c
            WHERE c.organization_id = organization AND c.door_id = x.door_id AND c.holds
              AND c.disposition = 'do_not_knock') AS at
          FROM (SELECT DISTINCT c.door_id FROM voter_contacts c
                WHERE c.organization_id = organization AND c.id = ANY (thread)) x) w
    WHERE d.organization_id = organization AND d.id = w.door_id AND d.do_not_knock_at IS DISTINCT FROM w.at
      AND EXISTS (SELECT FROM voter_contacts c WHERE c.organization_id = organization AND c.id = ANY (thread)
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
                WHERE c.organization_id = organization AND c.id = ANY (thread) AND c.channel = 'door') x) w
    WHERE b.organization_id = organization AND b.id = w.building_id AND b.inaccessible_at IS DISTINCT FROM w.at;
END
$$;

-- wrong_number and disconnected flag the telephone number; wrong_number only for this person.
CREATE OR REPLACE FUNCTION contact_effect_phone(organization bigint, thread bigint[]) RETURNS void
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  flagged record;
  last_at timestamptz;
BEGIN
  FOR flagged IN SELECT DISTINCT c.phone, c.disposition AS flag,
                     CASE c.disposition WHEN 'wrong_number' THEN c.voter_id END AS voter_id
              FROM voter_contacts c WHERE c.organization_id = organization AND c.id = ANY (thread)
                AND c.disposition IN ('wrong_number', 'disconnected') LOOP
    SELECT max(c.occurred_at) INTO last_at FROM voter_contacts c
      WHERE c.organization_id = organization AND c.phone = flagged.phone AND c.disposition = flagged.flag AND c.holds
        AND (flagged.flag <> 'wrong_number' OR c.voter_id IS NOT DISTINCT FROM flagged.voter_id);
    DELETE FROM phone_flags f
      WHERE f.organization_id = organization AND f.phone = flagged.phone AND f.flag = flagged.flag
        AND f.voter_id IS NOT DISTINCT FROM flagged.voter_id AND f.at IS DISTINCT FROM last_at;
    INSERT INTO phone_flags (organization_id, phone, flag, voter_id, at)
      SELECT organization, flagged.phone, flagged.flag, flagged.voter_id, last_at WHERE last_at IS NOT NULL
      ON CONFLICT DO NOTHING;
  END LOOP;
END
$$;

-- moved and deceased remove the person from lists. This is a separate function, because it edits
-- the voter.
CREATE OR REPLACE FUNCTION contact_effect_person(organization bigint, thread bigint[]) RETURNS void
LANGUAGE plpgsql VOLATILE
AS $$
BEGIN
  UPDATE voters v SET unreachable = w.disposition,
      moved_at = CASE w.disposition WHEN 'moved' THEN w.occurred_at ELSE v.moved_at END
    FROM (SELECT x.voter_id, l.disposition, l.occurred_at
          FROM (SELECT DISTINCT c.voter_id FROM voter_contacts c
                WHERE c.organization_id = organization AND c.id = ANY (thread)) x
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

-- do_not_contact and do_not_text record opt-outs, which are valid as long as the contact counts.
CREATE OR REPLACE FUNCTION contact_effect_consent(organization bigint, thread bigint[]) RETURNS void
LANGUAGE plpgsql VOLATILE
AS $$
#variable_conflict use_column
BEGIN
  INSERT INTO consents (organization_id, client_id, voter_id, address, channel, purpose, state, source, occurred_at,
                        actor, contact_id)
  SELECT organization, c.client_id, c.voter_id, CASE WHEN c.voter_id IS NULL THEN c.phone END,
         CASE c.disposition WHEN 'do_not_text' THEN 'text' ELSE 'any' END, 'any', 'withdrawn', c.channel,
         c.occurred_at, c.actor, c.id
  FROM voter_contacts c
  WHERE c.organization_id = organization AND c.id = ANY (thread) AND c.holds
    AND c.disposition IN ('do_not_contact', 'do_not_text')
  ON CONFLICT DO NOTHING;
END
$$;

-- Effects of chosen options: a tag, a follow-up, a registration for an event. Each effect happens
-- at most once, however many contacts choose the option.
CREATE OR REPLACE FUNCTION contact_effect_tags(organization bigint, thread bigint[]) RETURNS void
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  given record;
BEGIN
  FOR given IN SELECT DISTINCT c.voter_id, o.tag_id FROM voter_contacts c
    JOIN contact_answers a ON a.organization_id = organization AND a.contact_id = c.id
    JOIN script_options o ON o.organization_id = organization AND o.id = a.option_id
    WHERE c.organization_id = organization AND c.id = ANY (thread) AND o.tag_id IS NOT NULL LOOP
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

-- At most one follow-up per contact thread and kind, so correcting a contact does not create a
-- second one. Completed follow-ups are never deleted.
CREATE OR REPLACE FUNCTION contact_effect_follow_ups(organization bigint, thread bigint[]) RETURNS void
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  root bigint := (SELECT min(id) FROM unnest(thread) id);
  asked record;
BEGIN
  FOR asked IN SELECT o.follow_up, c.voter_id, bool_or(c.holds) AS wanted, max(c.user_id) AS maker
    FROM voter_contacts c
    JOIN contact_answers a ON a.organization_id = organization AND a.contact_id = c.id
    JOIN script_options o ON o.organization_id = organization AND o.id = a.option_id
    WHERE c.organization_id = organization AND c.id = ANY (thread) AND o.follow_up IS NOT NULL
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

-- At most one registration per person and event, identified by a client_id made from both.
CREATE OR REPLACE FUNCTION contact_sign_up(organization bigint, event bigint, voter bigint, wanted boolean) RETURNS void
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
      ON CONFLICT DO NOTHING; -- already registered with the same address
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

CREATE OR REPLACE FUNCTION contact_effect_sign_ups(organization bigint, thread bigint[]) RETURNS void
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  asked record;
BEGIN
  FOR asked IN SELECT DISTINCT o.event_id, c.voter_id FROM voter_contacts c
    JOIN contact_answers a ON a.organization_id = organization AND a.contact_id = c.id
    JOIN script_options o ON o.organization_id = organization AND o.id = a.option_id
    JOIN events e ON e.organization_id = organization AND e.id = o.event_id AND e.cancelled_at IS NULL
    WHERE c.organization_id = organization AND c.id = ANY (thread) ORDER BY 1, 2 LOOP
    -- The event's row must be locked before the audit chain, in the same order as in a check-in.
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

GRANT EXECUTE ON FUNCTION contact_set_holds(bigint,bigint[]), contact_lock(voter_contacts),
  contact_lock_places(bigint,bigint[],bigint[],bigint[]),
  contact_effect_place(bigint,bigint[]), contact_effect_phone(bigint,bigint[]),
  contact_effect_person(bigint,bigint[]), contact_effect_consent(bigint,bigint[]),
  contact_effect_tags(bigint,bigint[]), contact_effect_follow_ups(bigint,bigint[]),
  contact_sign_up(bigint,bigint,bigint,boolean), contact_effect_sign_ups(bigint,bigint[])
  TO campaign_api;

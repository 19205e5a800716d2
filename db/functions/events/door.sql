-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Check-in, its undo, and walk-ins at the door of an event. See docs/internals/check-in.md.

CREATE OR REPLACE FUNCTION checked_in_message(attendee event_attendees) RETURNS text
LANGUAGE plpgsql STABLE
AS $$
DECLARE
  zone text;
BEGIN
  SELECT e.timezone INTO zone FROM events e
    WHERE e.organization_id = attendee.organization_id AND e.id = attendee.event_id;
  RETURN format('%s checked this person in at %s%s.', COALESCE(attendee.checked_in_by, 'Somebody'),
    to_char(attendee.checked_in_at AT TIME ZONE zone, 'HH24:MI'),
    CASE WHEN (attendee.checked_in_at AT TIME ZONE zone)::date <> (now() AT TIME ZONE zone)::date
         THEN to_char(attendee.checked_in_at AT TIME ZONE zone, ' "on" FMDD FMMonth') ELSE '' END);
END
$$;

-- Returns the time to store for an action at an event. A device whose clock is years off must not
-- lose a check-in: a time more than a year before both the creation and the beginning of the event
-- becomes now, and so does a time in the future.
CREATE OR REPLACE FUNCTION event_time(organization bigint, event bigint, occurred timestamptz) RETURNS timestamptz
LANGUAGE plpgsql STABLE -- an SQL function would be planned in each call
AS $$
DECLARE
  earliest timestamptz := (SELECT LEAST(e.created_at, e.start_time) - interval '1 year' FROM events e
                           WHERE e.organization_id = organization AND e.id = event);
BEGIN
  RETURN CASE WHEN occurred < earliest THEN now() ELSE door_time(occurred) END;
END
$$;

-- Returns the first result of an action that was sent before.
CREATE OR REPLACE FUNCTION door_again(organization bigint, act uuid, what text, event bigint, person bigint,
  OUT refused_code text, OUT refused_message text, OUT attendee_id bigint)
LANGUAGE plpgsql STABLE
AS $$
DECLARE
  first_act check_ins;
BEGIN
  SELECT c.* INTO first_act FROM check_ins c WHERE c.organization_id = organization AND c.client_id = act;
  IF (first_act.kind, first_act.event_id) IS DISTINCT FROM (what, event)
     OR first_act.attendee_id <> person THEN
    RAISE EXCEPTION 'This client_id was used for something else.'
      USING ERRCODE = 'CC409', DETAIL = 'client_id_reused', COLUMN = 'client_id';
  END IF;
  refused_code := NULLIF(first_act.outcome, 'done');
  refused_message := first_act.message;
  attendee_id := first_act.attendee_id;
END
$$;

-- Do a check-in ('check_in') or its undo ('undo'). No row: the attendee does not exist. A refusal
-- is returned as a row instead of an exception, so that it is stored: the server commits it, then
-- replies 409. The lock on the attendee makes two actions at the same moment run one after the
-- other; the second one sees what the first did.
CREATE OR REPLACE FUNCTION check_in(organization bigint, actor text, event bigint, person bigint, what text, act uuid,
  occurred timestamptz)
RETURNS TABLE (attendee event_attendees, refused_code text, refused_message text)
LANGUAGE plpgsql VOLATILE ROWS 1
AS $$
DECLARE
  verdict record;
BEGIN
  IF NOT scope_has_event(organization, actor, event) THEN
    RETURN;
  END IF;
  SELECT a.* INTO attendee FROM event_attendees a
    WHERE a.organization_id = organization AND a.event_id = event AND a.id = person FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  SELECT v.becomes, v.code, v.message INTO verdict FROM door_verdicts v
    WHERE v.act = what AND v.status = attendee.status;
  refused_code := verdict.code;
  IF refused_code IS NOT NULL THEN
    refused_message := COALESCE(verdict.message, checked_in_message(attendee));
  END IF;
  INSERT INTO check_ins VALUES (organization, act, event, person, what, occurred, now(), actor,
                                COALESCE(refused_code, 'done'), refused_message) ON CONFLICT DO NOTHING;
  IF NOT FOUND THEN
    SELECT d.refused_code, d.refused_message INTO refused_code, refused_message
      FROM door_again(organization, act, what, event, person) d;
  ELSIF refused_code IS NULL AND verdict.becomes = 'attended' THEN
    UPDATE event_attendees a
      SET status = verdict.becomes, checked_in_at = event_time(organization, event, occurred), checked_in_actor = actor,
          checked_in_by = actor_name(organization, actor)
      WHERE a.organization_id = organization AND a.id = person RETURNING a.* INTO attendee;
  ELSIF refused_code IS NULL THEN
    UPDATE event_attendees a
      SET status = verdict.becomes, checked_in_at = NULL, checked_in_actor = NULL, checked_in_by = NULL
      WHERE a.organization_id = organization AND a.id = person RETURNING a.* INTO attendee;
  END IF;
  RETURN NEXT;
END
$$;

-- Register a person at the door and check the person in. No row: the event does not exist.
CREATE OR REPLACE FUNCTION walk_in(organization bigint, actor text, event bigint, person bigint, act uuid, occurred timestamptz,
  given jsonb)
RETURNS SETOF event_attendees
LANGUAGE plpgsql VOLATILE ROWS 1
AS $$
DECLARE
  attendee bigint := nextval('event_attendees_id_seq');
BEGIN
  IF NOT scope_has_event(organization, actor, event) THEN
    RETURN;
  END IF;
  INSERT INTO check_ins VALUES (organization, act, event, attendee, 'walk_in', occurred, now(), actor, 'done', NULL)
    ON CONFLICT DO NOTHING;
  IF NOT FOUND THEN
    RETURN QUERY SELECT a.* FROM door_again(organization, act, 'walk_in', event, NULL) d
      JOIN event_attendees a ON a.organization_id = organization AND a.id = d.attendee_id;
    RETURN;
  END IF;
  PERFORM assert_email_free(organization, event, given ->> 'email');
  RETURN QUERY
    INSERT INTO event_attendees (organization_id, id, event_id, client_id, email, first_name, last_name, phone,
      guest_count, status, source, registered_at, checked_in_at, checked_in_by, checked_in_actor, created_by)
    VALUES (organization, attendee, event, act, given ->> 'email', given ->> 'first_name', given ->> 'last_name',
      given ->> 'phone', COALESCE((given ->> 'guest_count')::int, 0), 'attended', 'walk_in', event_time(organization, event, occurred),
      event_time(organization, event, occurred), actor_name(organization, actor), actor, person)
    RETURNING *;
END
$$;

GRANT EXECUTE ON FUNCTION checked_in_message(event_attendees),
  door_again(bigint,uuid,text,bigint,bigint), event_time(bigint,bigint,timestamp with time zone),
  check_in(bigint,text,bigint,bigint,text,uuid,timestamp with time zone),
  walk_in(bigint,text,bigint,bigint,uuid,timestamp with time zone,jsonb)
  TO campaign_api;

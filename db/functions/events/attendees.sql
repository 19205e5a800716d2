-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Slugs of events, their checks, and order and counts of attendees.

-- Returns a free slug for a title: canvass, canvass-2, canvass-3 … Among thousands of events with
-- the same title, a free number is found by doubling and halving instead of counting up. If another
-- transaction is creating the same slug at this moment, the slug gets random letters instead of
-- waiting. If a slug typed by hand is taken after all, events_slug_key is violated and the reply is
-- 409. secret: the slug must not be guessable from the title.
CREATE OR REPLACE FUNCTION event_slug(organization_id bigint, title text, secret boolean DEFAULT false) RETURNS text
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  base text := COALESCE(NULLIF(slugify(title), ''), 'event');
  low bigint := 1;
  high bigint := 2;
  middle bigint;
BEGIN
  IF secret THEN
    RETURN base || '-' || left(md5(gen_random_uuid()::text), 16);
  END IF;
  IF NOT pg_try_advisory_xact_lock(hashtextextended($1 || '/' || base, 11)) THEN
    RETURN base || '-' || left(md5(random()::text), 8);
  END IF;
  IF NOT EXISTS (SELECT FROM events e WHERE e.organization_id = $1 AND e.slug = base) THEN
    RETURN base;
  END IF;
  WHILE EXISTS (SELECT FROM events e WHERE e.organization_id = $1 AND e.slug = base || '-' || high) LOOP
    low := high;
    high := high * 2;
  END LOOP;
  WHILE high - low > 1 LOOP
    middle := (low + high) / 2;
    IF EXISTS (SELECT FROM events e WHERE e.organization_id = $1 AND e.slug = base || '-' || middle) THEN
      low := middle;
    ELSE
      high := middle;
    END IF;
  END LOOP;
  RETURN base || '-' || high;
END
$$;

-- Trigger for rules that involve two fields of an event. An event that broke such a rule before the
-- rule existed may still be changed in other fields.
CREATE OR REPLACE FUNCTION check_event() RETURNS trigger
LANGUAGE plpgsql VOLATILE
AS $$
BEGIN
  IF TG_OP = 'INSERT' OR (OLD.start_time, OLD.end_time) IS DISTINCT FROM (NEW.start_time, NEW.end_time) THEN
    IF NEW.end_time > NEW.start_time + interval '10 years' THEN
      PERFORM refuse_field('end_time', 'too_large', 'An event ends within ten years.');
    END IF;
  END IF;
  IF (TG_OP = 'INSERT' OR (OLD.end_time, OLD.registration_deadline) IS DISTINCT FROM (NEW.end_time, NEW.registration_deadline))
     AND NEW.registration_deadline > NEW.end_time THEN
    PERFORM refuse_field_hint('registration_deadline', 'too_large', 'The last moment to sign up is not after the end of the event.',
                              'Move it with the event, or send null.');
  END IF;
  IF TG_OP = 'UPDATE' AND NEW.is_published AND OLD.is_published AND event_lacks_link(NEW) AND NOT event_lacks_link(OLD) THEN
    PERFORM refuse_field('virtual_link', 'required', 'A virtual event that is published has a link.');
  END IF;
  RETURN NEW;
END
$$;

-- Does a published virtual event lack its link? A draft may lack it.
CREATE OR REPLACE FUNCTION event_lacks_link(event events) RETURNS boolean
LANGUAGE sql IMMUTABLE
AS $$ SELECT event.location_type = 'virtual' AND event.virtual_link IS NULL $$;

-- Add the difference that one row makes to the event's counts. Deferred, so that the event's row is
-- locked only during the commit; runs before record_change, whose lock comes last (triggers run in
-- order of their names). app.bulk keeps this update out of the feed.
CREATE OR REPLACE FUNCTION count_attendee() RETURNS trigger
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  bulk text := COALESCE(current_setting('app.bulk', true), '');
  place event_attendees := CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
  was text := CASE WHEN TG_OP = 'INSERT' THEN '' ELSE OLD.status END;
  is_now text := CASE WHEN TG_OP = 'DELETE' THEN '' ELSE NEW.status END;
  had bigint := CASE WHEN TG_OP = 'INSERT' THEN 0 ELSE 1 + OLD.guest_count END;
  has bigint := CASE WHEN TG_OP = 'DELETE' THEN 0 ELSE 1 + NEW.guest_count END;
BEGIN
  PERFORM set_config('app.bulk', 'on', true);
  UPDATE events e SET
    registered_count = e.registered_count + (is_now = 'registered')::int - (was = 'registered')::int,
    waitlisted_count = e.waitlisted_count + (is_now = 'waitlisted')::int - (was = 'waitlisted')::int,
    cancelled_count = e.cancelled_count + (is_now = 'cancelled')::int - (was = 'cancelled')::int,
    attended_count = e.attended_count + (is_now = 'attended')::int - (was = 'attended')::int,
    no_show_count = e.no_show_count + (is_now = 'no_show')::int - (was = 'no_show')::int,
    registered_heads = e.registered_heads + (is_now = 'registered')::int * has - (was = 'registered')::int * had,
    attended_heads = e.attended_heads + (is_now = 'attended')::int * has - (was = 'attended')::int * had,
    attendees_revision = e.attendees_revision + 1
  WHERE e.organization_id = place.organization_id AND e.id = place.event_id;
  PERFORM set_config('app.bulk', bulk, true);
  RETURN NULL;
END
$$;

-- Recount after a bulk load, which does not count row by row.
CREATE OR REPLACE FUNCTION count_attendees(organization bigint, event bigint) RETURNS void
LANGUAGE sql VOLATILE
AS $$
  UPDATE events e SET (registered_count, waitlisted_count, cancelled_count, attended_count, no_show_count, registered_heads,
                       attended_heads) =
      (SELECT count(*) FILTER (WHERE a.status = 'registered'), count(*) FILTER (WHERE a.status = 'waitlisted'),
              count(*) FILTER (WHERE a.status = 'cancelled'), count(*) FILTER (WHERE a.status = 'attended'),
              count(*) FILTER (WHERE a.status = 'no_show'),
              COALESCE(sum(1 + a.guest_count) FILTER (WHERE a.status = 'registered'), 0),
              COALESCE(sum(1 + a.guest_count) FILTER (WHERE a.status = 'attended'), 0)
       FROM event_attendees a WHERE a.organization_id = e.organization_id AND a.event_id = e.id),
    attendees_revision = e.attendees_revision + 1
  WHERE e.organization_id = organization AND e.id = event
$$;

-- Trigger: set the sort key, truncated so that it fits into a cursor. It is not a generated column,
-- because the WHEN condition of touch could not compare the whole row then.
CREATE OR REPLACE FUNCTION sort_attendee() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
  NEW.sort_key := voter_sort_key(NEW.first_name, NEW.last_name);
  RETURN NEW;
END
$$;

-- Refuse an address that is registered already. The unique index enforces the same rule: see the
-- comment at the end of this file.
CREATE OR REPLACE FUNCTION assert_email_free(organization bigint, event bigint, address text) RETURNS boolean
LANGUAGE plpgsql STABLE
AS $$
BEGIN
  IF EXISTS (SELECT FROM event_attendees a
             WHERE a.organization_id = organization AND a.event_id = event AND a.email = address
               AND a.cancelled_at IS NULL) THEN
    RAISE EXCEPTION 'Somebody with this address is on the list already.'
      USING ERRCODE = 'CC409', DETAIL = 'email_listed', COLUMN = 'email';
  END IF;
  RETURN true;
END
$$;

GRANT EXECUTE ON FUNCTION event_slug(bigint,text,boolean), count_attendees(bigint,bigint),
  assert_email_free(bigint,bigint,text), event_lacks_link(events), check_event()
  TO campaign_api;

-- Two transactions may pass assert_email_free at the same moment: then the index refuses the second
-- one with the same message (server/data/ccd-constraints.c reads this comment; "[code]" replaces
-- the code "taken").
COMMENT ON INDEX event_attendees_email_key IS '[email_listed] Somebody with this address is on the list already.';

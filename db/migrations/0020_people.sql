-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- One way to fold names for every search, list and key; what an import wrote.

-- Small letters without accents and apostrophes, of any script: what unaccent does not know is taken apart, and loses its
-- marks. Blanks that are not seen and the two small sigmas make no difference. The indexes are made of it (a minute for a
-- million people).
CREATE OR REPLACE FUNCTION voter_fold(source text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT
AS $$
DECLARE
  folded text;
BEGIN
  IF octet_length(source) = length(source) THEN
    RETURN translate(lower(source), '''`', '');
  END IF;
  folded := lower(public.unaccent('public.unaccent'::regdictionary, source));
  IF octet_length(folded) > length(folded) THEN
    folded := regexp_replace(lower(normalize(folded, NFKD)), '[\u0300-\u036f\u02bb\u02bc\u2018\u2019\u00b4\u200b-\u200f\u2060\ufeff]', '', 'g');
    folded := translate(folded, U&'\03C2\00A0\202F\2009', U&'\03C3   ');
  END IF;
  RETURN translate(folded, '''`', '');
END
$$;
GRANT EXECUTE ON FUNCTION voter_fold(text) TO campaign_public;
REINDEX INDEX voters_sort_key_idx;
REINDEX INDEX voters_search_idx;

-- What an import wrote, beside what was there before: an undo leaves alone what was changed since. NULL: written by
-- v0.2.0.

ALTER TABLE import_changes ADD COLUMN after jsonb;

-- The order of attendees folds names as that of voters does.
ALTER TABLE event_attendees NO FORCE ROW LEVEL SECURITY, DISABLE TRIGGER USER;
UPDATE event_attendees SET sort_key = voter_sort_key(first_name, last_name)
  WHERE sort_key <> voter_sort_key(first_name, last_name);
ALTER TABLE event_attendees FORCE ROW LEVEL SECURITY, ENABLE TRIGGER USER;

-- How many people there are, guests included: capacity is in people.
ALTER TABLE events ADD COLUMN registered_heads bigint NOT NULL DEFAULT 0, ADD COLUMN attended_heads bigint NOT NULL DEFAULT 0;
ALTER TABLE events NO FORCE ROW LEVEL SECURITY, DISABLE TRIGGER USER;
ALTER TABLE event_attendees NO FORCE ROW LEVEL SECURITY;
UPDATE events e SET registered_heads = n.registered, attended_heads = n.attended
  FROM (SELECT a.organization_id, a.event_id, COALESCE(sum(1 + a.guest_count) FILTER (WHERE a.status = 'registered'), 0) AS registered,
               COALESCE(sum(1 + a.guest_count) FILTER (WHERE a.status = 'attended'), 0) AS attended
        FROM event_attendees a GROUP BY a.organization_id, a.event_id) n
  WHERE n.organization_id = e.organization_id AND n.event_id = e.id;
ALTER TABLE events FORCE ROW LEVEL SECURITY, ENABLE TRIGGER USER;
ALTER TABLE event_attendees FORCE ROW LEVEL SECURITY;

-- Long events that run, for the public list (public_events_found).
CREATE INDEX events_public_long_idx ON events (start_time, id)
  WHERE is_published AND visibility = 'public' AND end_time - start_time > interval '12 hours';
CREATE INDEX events_public_long_organization_idx ON events (organization_id, start_time, id)
  WHERE is_published AND visibility = 'public' AND end_time - start_time > interval '12 hours';

-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- One text in which every search looks: dots, hyphens and signs of numbers do not part those who have them from those
-- who do not. And further spellings of addresses, whose stored keys are derived anew.

-- ' meetup smith jones meet up' of "Meet-up Smith Jones": what dots and hyphens hold together is one word and its
-- parts, initials apart are one word too ("J R" as "J.R."). A word begins after a blank.
CREATE FUNCTION search_text(source text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT
AS $$
DECLARE
  folded text := ' ' || translate(public.voter_fold(source), '#', ' ');
BEGIN
  IF folded ~ '[.-]|\m[[:alpha:]] [[:alpha:]]\M' THEN
    RETURN regexp_replace(translate(folded, '.-', ''), '(\m[[:alpha:]]) (?=[[:alpha:]]\M)', '\1', 'g') || translate(folded, '.-', '  ');
  END IF;
  RETURN folded;
END
$$;

-- What a part of a person is looked for in: ' rosa l medina jr 12 canal park 3 ["+16175550101"]'.
CREATE FUNCTION voter_search_text(first_name text, middle_name text, last_name text, suffix text, address text, unit text, phones jsonb)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
  SELECT public.search_text(first_name || ' ' || COALESCE(middle_name, '') || ' ' || last_name || ' ' || COALESCE(suffix, '') || ' '
                            || COALESCE(address, '') || ' ' || COALESCE(unit, '') || ' ' || phones::text)
$$;
GRANT EXECUTE ON FUNCTION search_text(text), voter_search_text(text, text, text, text, text, text, jsonb)
  TO campaign_api, campaign_definer, campaign_public;

-- A minute for a million people.
DROP INDEX voters_search_idx;
CREATE INDEX voters_search_idx ON voters USING gin (organization_id,
  voter_search_text(first_name, middle_name, last_name, name_suffix, address, unit, phones) gin_trgm_ops,
  voter_facts(organization_id, party, precinct, zip5, city, sex, registration_status, districts, vote_history, door_id, phones,
              emails) jsonb_path_ops);
ALTER INDEX voters_search_idx ALTER COLUMN 2 SET STATISTICS 500;
ALTER INDEX voters_search_idx ALTER COLUMN 3 SET STATISTICS 0;
DROP FUNCTION voter_search_text(text, text, text, text, jsonb);

-- Numbers of houses and units as they are walked: 2 before 10, 417 before 417 1/2.
CREATE FUNCTION place_order(number text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
BEGIN
  RETURN COALESCE((SELECT string_agg(CASE WHEN m.part[1] < ':' THEN lpad(left(m.part[1], 10), 10, '0') ELSE m.part[1] END, '.' ORDER BY m.o)
    FROM regexp_matches(upper(left(number, 100)), '[0-9]+|[[:alpha:]]+', 'g') WITH ORDINALITY m (part, o)), '');
END
$$;
GRANT EXECUTE ON FUNCTION place_order(text) TO campaign_api, campaign_definer;
CREATE INDEX buildings_along_idx ON buildings (organization_id, street_key, (place_order(number) COLLATE "C"), id);
DROP INDEX buildings_street_key_idx;
DROP FUNCTION IF EXISTS places_page(bigint, boolean, jsonb, bigint, integer);

SET LOCAL ROLE campaign_definer;
INSERT INTO jobs (kind, organization_id, payload)
SELECT 'places.rekey', o.id, convert_to('{}', 'UTF8') FROM organizations o;
RESET ROLE;

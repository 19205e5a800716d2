-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Names of elections in filters, in the form that imports store.

-- Returns the name of an election in the form that imports store: the same result as
-- ccd_election_name (server/voters/ccd-election.c); tests/api/test_import_cases.py compares the
-- two. Imports use the C function row by row; this one is for the few names of a filter.
CREATE OR REPLACE FUNCTION election_name(given text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
DECLARE
  found text := substring(given from '(?<![0-9])(?:\d{1,2}[-/.]\d{1,2}[-/.]\d{4}|\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{8})(?![0-9])');
  words text := regexp_replace(replace(given, COALESCE(found, E'\n'), ' '), '\d{1,2}(:\d{1,2})+|\m(ELECTIONS?|THE|AM|PM)\M', ' ', 'gi');
  day date;
BEGIN
  words := btrim(regexp_replace(upper(words), '[^[:alnum:]\u0080-\uFFFF]+', ' ', 'g'));
  words := regexp_replace(words, '\m(GE|GEN|G)\M', 'GENERAL', 'g');
  words := regexp_replace(words, '\m(PR|PRI|PE|P)\M', 'PRIMARY', 'g');
  words := regexp_replace(words, '\m(PP|PPP)\M', 'PRESIDENTIAL PRIMARY', 'g');
  words := regexp_replace(words, '\m(SP|SPEC|S)\M', 'SPECIAL', 'g');
  words := regexp_replace(regexp_replace(words, '\mMUN\M', 'MUNICIPAL', 'g'), '\mRO\M', 'RUNOFF', 'g');
  IF found IS NULL AND words ~ '^(19[5-9]\d|20\d\d) GENERAL$' THEN
    day := election_day(left(words, 4)::int);
    words := 'GENERAL';
  ELSIF found ~ '^\d{4}[-/.]' THEN
    day := to_date(regexp_replace(found, '[-/.]', '-', 'g'), 'YYYY-MM-DD');
  ELSIF found ~ '^\d{8}$' THEN
    day := to_date(found, CASE WHEN left(found, 4)::int BETWEEN 1850 AND 2100 THEN 'YYYYMMDD' ELSE 'MMDDYYYY' END);
  ELSIF found IS NOT NULL THEN
    day := to_date(regexp_replace(found, '[-/.]', '-', 'g'), 'MM-DD-YYYY');
    words := btrim(regexp_replace(words, '\m(19|20)\d\d\M ?', ''));
  END IF;
  IF day IS NULL THEN
    RETURN btrim(regexp_replace(given, '\s+', ' ', 'g'));
  ELSIF words = '' AND extract(year FROM day)::int % 2 = 0 AND day = election_day(extract(year FROM day)::int) THEN
    words := 'GENERAL';
  END IF;
  RETURN btrim(to_char(day, 'MM/DD/YYYY ') || words);
EXCEPTION WHEN datetime_field_overflow OR invalid_datetime_format THEN
  RETURN btrim(regexp_replace(given, '\s+', ' ', 'g'));
END
$$;

-- Returns the Tuesday after the first Monday of November.
CREATE OR REPLACE FUNCTION election_day(year int) RETURNS date
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT make_date(year, 11, 2) + (8 - extract(isodow FROM make_date(year, 11, 1))::int) % 7 $$;

-- Returns for each election in this member of the filter two patterns for the vote history: one
-- with the name as given, one with the name as imports store it (election_name).
CREATE OR REPLACE FUNCTION filter_elections(filter jsonb, member text) RETURNS jsonb[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
BEGIN
  RETURN (
    SELECT array_agg(jsonb_build_array(jsonb_build_array(jsonb_build_object('election', e)),
                                       jsonb_build_array(jsonb_build_object('election', election_name(e)))))
    FROM unnest(filter_texts(filter, member)) e);
END
$$;

GRANT EXECUTE ON FUNCTION election_name(text), election_day(integer), filter_elections(jsonb,text)
  TO campaign_api, campaign_definer;

-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Finds or creates the door and household of a voter.

-- Find or create door and household of an address. home: address_key, building_key, street_key,
-- number, street and line from ccd_address_parse, and unit, city, state, zip5 and precinct of the
-- person. Without address_key the person has neither door nor household. NULL input gives NULL.
CREATE OR REPLACE FUNCTION voter_home(organization bigint, home jsonb, OUT address_key text, OUT door_id bigint,
  OUT household_id bigint)
LANGUAGE plpgsql VOLATILE
AS $$
#variable_conflict use_column
DECLARE
  building bigint;
BEGIN
  $3 := NULLIF(home ->> 'address_key', '');
  IF $3 IS NULL THEN
    RETURN;
  END IF;
  INSERT INTO buildings AS b (organization_id, building_key, address, number, street, street_key, city, state, zip5,
                              precinct)
    VALUES (organization, home ->> 'building_key', home ->> 'line', home ->> 'number', home ->> 'street',
            home ->> 'street_key', home ->> 'city', home ->> 'state', home ->> 'zip5', home ->> 'precinct')
    ON CONFLICT (organization_id, building_key) DO NOTHING;
  SELECT b.id INTO building FROM buildings b
    WHERE b.organization_id = organization AND b.building_key = home ->> 'building_key';
  INSERT INTO doors AS d (organization_id, building_id, address_key, unit, precinct)
    VALUES (organization, building, $3, NULLIF(home ->> 'unit', ''), home ->> 'precinct')
    ON CONFLICT (organization_id, address_key) DO NOTHING;
  SELECT d.id INTO $4 FROM doors d WHERE d.organization_id = organization AND d.address_key = $3;
  INSERT INTO households AS h (organization_id, address_key, door_id) VALUES (organization, $3, $4)
    ON CONFLICT (organization_id, address_key) DO NOTHING;
  SELECT h.id INTO $5 FROM households h WHERE h.organization_id = organization AND h.address_key = $3;
END
$$;

-- Recompute households.n_voters for these households; @wanted may contain duplicates. An import
-- calls it for all households that it changed.
CREATE OR REPLACE FUNCTION households_count(organization bigint, wanted bigint[]) RETURNS void
LANGUAGE plpgsql VOLATILE
AS $$
BEGIN
  UPDATE households h SET n_voters = c.n
  FROM (SELECT w.id, (SELECT count(*) FROM voters v
                      WHERE v.organization_id = organization AND v.household_id = w.id AND v.merged_into IS NULL
                        AND v.unreachable IS NULL) AS n
        FROM (SELECT DISTINCT u.id FROM unnest(wanted) u (id)) w OFFSET 0) c
  WHERE h.organization_id = organization AND h.id = c.id AND h.n_voters <> c.n;
END
$$;

CREATE OR REPLACE FUNCTION count_household() RETURNS trigger
LANGUAGE plpgsql VOLATILE
AS $$
BEGIN
  PERFORM households_count(COALESCE(NEW.organization_id, OLD.organization_id),
    ARRAY[OLD.household_id, NEW.household_id]);
  RETURN NULL;
END
$$;

-- Check a date of a person's life: dates before 1900-01-02 (files write 1900-01-01 for unknown) and
-- in the future are refused, as in imports (server/voters/ccd-voter-values.c).
CREATE OR REPLACE FUNCTION voter_day_check(field text, day date) RETURNS void
LANGUAGE plpgsql STABLE
AS $$
BEGIN
  IF day NOT BETWEEN '1900-01-02' AND current_date THEN
    PERFORM refuse_field(field, 'bad_date', 'This is no day on which it can have been.');
  END IF;
END
$$;

-- Returns the body of a voter with birth_year computed from birth_date.
CREATE OR REPLACE FUNCTION voter_body(body jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE
AS $$
DECLARE
  born constant date := (body ->> 'birth_date')::date;
  registered constant date := (body ->> 'registered_on')::date;
BEGIN
  IF body ->> 'zip5' = '00000' THEN
    PERFORM refuse_field('zip5', 'bad_zip', 'There is no such ZIP code.');
  END IF;
  PERFORM voter_day_check('birth_date', born);
  PERFORM voter_day_check('registered_on', registered);
  PERFORM voter_day_check('birth_year', make_date((body ->> 'birth_year')::int, 1, 2));
  IF registered < born THEN
    PERFORM refuse_field('registered_on', 'bad_date', 'This is before the person was born.');
  END IF;
  RETURN CASE WHEN born IS NULL THEN body
    ELSE body || jsonb_build_object('birth_year', extract(year FROM born)) END;
END
$$;

-- Returns an object without its null members; nested values are not changed.
CREATE OR REPLACE FUNCTION voter_given(body jsonb) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE
AS $$
BEGIN
  RETURN (
    SELECT COALESCE(jsonb_object_agg(b.key, b.value), '{}') FROM jsonb_each(body) b WHERE b.value <> 'null');
END
$$;

GRANT EXECUTE ON FUNCTION voter_home(bigint,jsonb), households_count(bigint,bigint[]),
  count_household(), voter_day_check(text,date), voter_body(jsonb), voter_given(jsonb)
  TO campaign_api;

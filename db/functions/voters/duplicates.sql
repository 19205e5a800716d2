-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Finds pairs of records that may be one person.

-- Returns the generation (Jr, Sr or a number) at the end of a last name or in the suffix, in one
-- spelling; NULL: none.
CREATE OR REPLACE FUNCTION name_generation(last_name text, suffix text) RETURNS text
LANGUAGE sql IMMUTABLE
AS $$
  SELECT NULLIF(name_key(COALESCE(NULLIF(suffix, ''), substring(last_name FROM '(?i)[ ,](jr|sr|ii|iii|iv|v)\.?\s*$'))), '')
$$;

-- Returns the spellings under which a name may be found: Müller is also found as Mueller and
-- Muller.
CREATE OR REPLACE FUNCTION name_keys(name text) RETURNS SETOF text
LANGUAGE plpgsql IMMUTABLE ROWS 1
AS $$
DECLARE
  long text := name;
  pair text[];
BEGIN
  RETURN NEXT name_key(name);
  IF octet_length(name) > length(name) THEN
    FOREACH pair SLICE 1 IN ARRAY '{{ä,ae},{ö,oe},{ü,ue},{Ä,ae},{Ö,oe},{Ü,ue},{ø,oe},{Ø,oe},{å,aa},{Å,aa}}'::text[] LOOP
      long := replace(long, pair[1], pair[2]);
    END LOOP;
    IF long <> name THEN
      RETURN NEXT name_key(long);
    END IF;
  END IF;
END
$$;

-- Returns the keys of a voter by the rules in the table duplicate_rules; pairs with equal keys are
-- candidates. name_address is checked again in duplicates_find.
CREATE OR REPLACE FUNCTION duplicate_keys(v voters) RETURNS TABLE (rule text, key text)
LANGUAGE plpgsql STABLE ROWS 4
AS $$
DECLARE
  family constant text := regexp_replace(v.last_name, '(?i)[ ,]+(jr|sr|ii|iii|iv|v)\.?\s*$', '');
  n record;
BEGIN
  FOR n IN SELECT l.key AS last_name, f.key AS first_name
           FROM name_keys(family) l (key) CROSS JOIN name_keys(v.first_name) f (key) WHERE l.key <> '' AND f.key <> '' LOOP
    IF v.birth_date IS NOT NULL THEN
      RETURN QUERY VALUES ('name_birth_date', n.last_name || ' ' || n.first_name || ' ' || v.birth_date);
    END IF;
    RETURN QUERY SELECT 'email', 'l ' || n.last_name || ' ' || lower(e) FROM jsonb_array_elements_text(v.emails) e
      UNION ALL SELECT 'email', 'f ' || n.first_name || ' ' || lower(e) FROM jsonb_array_elements_text(v.emails) e
      UNION ALL SELECT 'phone_last_name', n.last_name || ' ' || left(n.first_name, 1) || ' ' || p
        FROM jsonb_array_elements_text(v.phones) p;
    IF v.address_key IS NOT NULL THEN
      RETURN QUERY VALUES ('name_address', n.last_name || ' ' || n.first_name || ' ' || v.address_key);
    END IF;
  END LOOP;
END
$$;

-- Find pairs in the whole organization; open pairs get a new score, decided pairs stay. Two records
-- with different state ids are a pair only when name and date of birth agree, because the state
-- considers them two people. Different generations (Jr, Sr) or different dates of birth exclude a
-- pair. Keys that more than ten records share are ignored. Returns the number of new pairs.
CREATE OR REPLACE FUNCTION duplicates_find(organization bigint) RETURNS bigint
LANGUAGE plpgsql VOLATILE
SET jit = off
AS $$
DECLARE
  n bigint;
BEGIN
  WITH keyed AS MATERIALIZED (
    SELECT k.rule, k.key, v.id FROM voters v CROSS JOIN LATERAL duplicate_keys(v) k
    WHERE v.organization_id = organization AND v.merged_into IS NULL),
  shared AS (
    SELECT k.rule, k.key, array_agg(DISTINCT k.id ORDER BY k.id) AS ids FROM keyed k
    GROUP BY k.rule, k.key HAVING count(DISTINCT k.id) BETWEEN 2 AND 10),
  pairs AS (
    SELECT DISTINCT a.id AS voter_id, b.id AS other_id, s.rule
    FROM shared s CROSS JOIN LATERAL unnest(s.ids) a (id) CROSS JOIN LATERAL unnest(s.ids) b (id)
    WHERE a.id < b.id),
  -- The score of a pair is the sum of the evidence for and against it.
  scored AS (
    SELECT p.voter_id, p.other_id, sum(r.weight) AS score, jsonb_agg(p.rule ORDER BY r.weight DESC, p.rule) AS reasons
    FROM pairs p JOIN duplicate_rules r ON r.name = p.rule
    JOIN voters a ON a.organization_id = organization AND a.id = p.voter_id
    JOIN voters b ON b.organization_id = organization AND b.id = p.other_id
    WHERE (a.birth_date = b.birth_date OR a.birth_date IS NULL OR b.birth_date IS NULL)
      AND (a.birth_year = b.birth_year OR a.birth_year IS NULL OR b.birth_year IS NULL)
      AND (name_generation(a.last_name, a.name_suffix) = name_generation(b.last_name, b.name_suffix)) IS NOT FALSE
      AND (p.rule = 'name_birth_date' OR a.state_id IS NULL OR b.state_id IS NULL)
    GROUP BY p.voter_id, p.other_id),
  put AS (
    INSERT INTO voter_duplicates AS d (organization_id, voter_id, other_id, score, reasons)
    SELECT organization, s.voter_id, s.other_id, s.score, s.reasons FROM scored s
    ON CONFLICT (organization_id, voter_id, other_id) DO UPDATE SET score = EXCLUDED.score, reasons = EXCLUDED.reasons
      WHERE d.state = 'open' AND (d.score, d.reasons) IS DISTINCT FROM (EXCLUDED.score, EXCLUDED.reasons)
    RETURNING d.xmax = 0 AS made),
  -- Open pairs that no longer match are deleted, because a record was corrected.
  gone AS (
    DELETE FROM voter_duplicates d
    WHERE d.organization_id = organization AND d.state = 'open'
      AND NOT EXISTS (SELECT FROM scored s WHERE s.voter_id = d.voter_id AND s.other_id = d.other_id))
  SELECT count(*) FILTER (WHERE put.made) INTO n FROM put;
  RETURN n;
END
$$;

CREATE OR REPLACE FUNCTION duplicates_waiting(organization bigint) RETURNS bigint
LANGUAGE sql STABLE
AS $$
  SELECT min(j.id) FROM jobs j WHERE j.kind = 'duplicates' AND j.organization_id = organization AND j.state = 'queued'
$$;

GRANT EXECUTE ON FUNCTION name_generation(text,text), name_keys(text), duplicate_keys(voters), duplicates_find(bigint),
  duplicates_waiting(bigint)
  TO campaign_api;

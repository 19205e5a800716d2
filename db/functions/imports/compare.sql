-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Finds the voter of each row of a file, and what applying the row would change.

-- Remove and return repeated rows for one person: rows with the same state id or the same id of
-- ours; without either id, rows that are equal in everything. Up to n at a time, in the order of
-- the file.
CREATE OR REPLACE FUNCTION import_repeated(import bigint, n int) RETURNS TABLE (file_no int, line bigint, row_no bigint, code text)
LANGUAGE plpgsql
AS $$
BEGIN
  PERFORM set_config('work_mem', '96MB', true), set_config('enable_nestloop', 'off', true);
  RETURN QUERY
  WITH twice AS MATERIALIZED (
    SELECT r.row_no, 'repeated_id' AS code
    FROM staging.rows r
    JOIN (SELECT s.state_id, min(s.row_no) AS row_no FROM staging.rows s
          WHERE s.import_id = import AND s.state_id IS NOT NULL
          GROUP BY s.state_id HAVING count(*) > 1) f ON f.state_id = r.state_id AND f.row_no < r.row_no
    WHERE r.import_id = import
    UNION
    SELECT r.row_no, 'repeated_id'
    FROM staging.rows r
    JOIN (SELECT s.voter_id, min(s.row_no) AS row_no FROM staging.rows s
          WHERE s.import_id = import AND s.voter_id IS NOT NULL
          GROUP BY s.voter_id HAVING count(*) > 1) f ON f.voter_id = r.voter_id AND f.row_no < r.row_no
    WHERE r.import_id = import
    UNION
    SELECT r.row_no, 'repeated_row'
    FROM staging.rows r
    JOIN (SELECT s.hash, min(s.row_no) AS row_no FROM staging.rows s WHERE s.import_id = import AND s.state_id IS NULL
          GROUP BY s.hash HAVING count(*) > 1) f ON f.hash = r.hash AND f.row_no < r.row_no
    WHERE r.import_id = import AND r.state_id IS NULL AND r.voter_id IS NULL
    ORDER BY row_no LIMIT n),
  gone AS (DELETE FROM staging.rows d USING twice t WHERE d.import_id = import AND d.row_no = t.row_no
           RETURNING d.file_no, d.line, d.row_no, t.code)
  SELECT * FROM gone g ORDER BY g.row_no;
END
$$;

-- Remove and return up to n rows with votes of unknown people.
CREATE OR REPLACE FUNCTION import_strangers(import bigint, n int) RETURNS TABLE (file_no int, line bigint, row_no bigint, code text)
LANGUAGE plpgsql
AS $$
DECLARE
  organization constant bigint := app_organization_id();
BEGIN
  RETURN QUERY
  WITH strange AS MATERIALIZED (
    SELECT r.row_no FROM staging.rows r
    WHERE r.import_id = import
      AND NOT EXISTS (SELECT FROM voters v WHERE v.organization_id = organization AND v.state_id = r.state_id)
    ORDER BY r.row_no LIMIT n),
  gone AS (DELETE FROM staging.rows d USING strange t WHERE d.import_id = import AND d.row_no = t.row_no
           RETURNING d.file_no, d.line, d.row_no)
  SELECT g.*, 'unknown_id' FROM gone g ORDER BY g.row_no;
END
$$;

-- Combine the votes of each person into one row. Returns the number of people, and of rows of
-- unknown people beyond those reported singly.
CREATE OR REPLACE FUNCTION import_fold(import bigint, OUT people bigint, OUT strangers bigint)
LANGUAGE plpgsql
AS $$
DECLARE
  organization constant bigint := app_organization_id();
BEGIN
  PERFORM set_config('work_mem', '96MB', true), set_config('jit', 'off', true);
  DELETE FROM staging.rows r WHERE r.import_id = import
    AND NOT EXISTS (SELECT FROM voters v WHERE v.organization_id = organization AND v.state_id = r.state_id);
  GET DIAGNOSTICS strangers = ROW_COUNT;
  WITH votes AS (DELETE FROM staging.rows r WHERE r.import_id = import RETURNING r.*)
  INSERT INTO staging.rows (import_id, row_no, file_no, line, hash, state_id, confidential, vote_history)
  SELECT import, min(v.row_no), min(v.file_no), min(v.line), min(v.hash), v.state_id, false,
         jsonb_agg(v.vote -> 0 ORDER BY v.row_no)
  FROM (SELECT DISTINCT ON (o.state_id, o.vote_history -> 0 -> 'election') o.row_no, o.file_no, o.line, o.hash,
          o.state_id, o.vote_history AS vote
        FROM votes o ORDER BY o.state_id, o.vote_history -> 0 -> 'election', o.row_no DESC) v
  GROUP BY v.state_id;
  GET DIAGNOSTICS people = ROW_COUNT;
END
$$;

-- Match rows by the voter id of this server, if the state's id gives no match. The id alone is no
-- proof, because the file may come from another server: name or birth date must agree too.
CREATE OR REPLACE FUNCTION import_match_numbers(import bigint) RETURNS void
LANGUAGE sql
AS $$
  INSERT INTO import_matches (organization_id, import_id, row_no, voter_id, rule)
  SELECT v.organization_id, $1, r.row_no, v.id, 1
  FROM staging.rows r
  CROSS JOIN LATERAL (SELECT k.* FROM voters k WHERE k.organization_id = app_organization_id() AND k.id = r.voter_id
                      AND k.merged_into IS NULL OFFSET 0) v
  WHERE r.import_id = $1 AND r.voter_id IS NOT NULL AND (r.state_id IS NULL OR v.state_id IS NULL)
    AND (lower(r.last_name) = lower(v.last_name) OR lower(r.first_name) = lower(v.first_name)
         OR r.birth_date = v.birth_date)
    AND NOT EXISTS (SELECT FROM voters o WHERE o.organization_id = app_organization_id() AND o.state_id = r.state_id)
  ON CONFLICT DO NOTHING
$$;

-- The rules below the state's id and ours. Each rule matches pairs of a row and a voter that are
-- both unmatched and whose key is unique on both sides. Two different state ids are two people
-- whatever else is equal.
-- 2: last and first name, date of birth (else the year) and the door
-- 3: last and first name and the whole date of birth: may have moved
-- 4: last and first name and the door, when one side has no birth date
CREATE OR REPLACE FUNCTION import_match(import bigint) RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
  organization constant bigint := app_organization_id();
BEGIN
  DELETE FROM import_matches m WHERE m.organization_id = organization AND m.import_id = import;
  PERFORM import_match_numbers(import);
  IF NOT EXISTS (SELECT FROM voters v WHERE v.organization_id = organization AND v.state_id IS NULL
                 AND v.merged_into IS NULL)
     AND (NOT EXISTS (SELECT FROM staging.rows r WHERE r.import_id = import AND r.state_id IS NULL)
          OR NOT EXISTS (SELECT FROM voters v WHERE v.organization_id = organization)) THEN
    RETURN;
  END IF;
  FOR rule IN 2..4 LOOP
    INSERT INTO import_matches (organization_id, import_id, row_no, voter_id, rule)
    WITH r AS (
      SELECT r.row_no, r.state_id, k.key
      FROM staging.rows r
      CROSS JOIN LATERAL (SELECT import_key(rule, r.last_name, r.first_name, r.birth_date, r.birth_year, r.address_key)) k (key)
      WHERE r.import_id = import AND k.key IS NOT NULL
        AND NOT EXISTS (SELECT FROM voters v WHERE v.organization_id = organization AND v.state_id = r.state_id)
        AND NOT EXISTS (SELECT FROM import_matches m WHERE m.organization_id = organization
                        AND m.import_id = import AND m.row_no = r.row_no)
    ), v AS (
      SELECT v.id, v.state_id, v.birth_year, k.key
      FROM voters v
      CROSS JOIN LATERAL (SELECT import_key(rule, v.last_name, v.first_name, v.birth_date, v.birth_year, v.address_key)) k (key)
      WHERE v.organization_id = organization AND v.merged_into IS NULL AND k.key IS NOT NULL
        AND NOT EXISTS (SELECT FROM staging.rows s WHERE s.import_id = import AND s.state_id = v.state_id)
        AND NOT EXISTS (SELECT FROM import_matches m WHERE m.organization_id = organization
                        AND m.import_id = import AND m.voter_id = v.id)
    ), lone_r AS (SELECT key, min(row_no) AS row_no, min(state_id) AS state_id FROM r GROUP BY key HAVING count(*) = 1),
    lone_v AS (SELECT key, min(id) AS id, min(state_id) AS state_id, min(birth_year) AS birth_year
               FROM v GROUP BY key HAVING count(*) = 1)
    SELECT organization, import, lone_r.row_no, lone_v.id, rule
    FROM lone_r JOIN lone_v USING (key)
    JOIN staging.rows s ON s.import_id = import AND s.row_no = lone_r.row_no
    WHERE (lone_r.state_id IS NULL OR lone_v.state_id IS NULL)
      AND (rule <> 4 OR s.birth_year IS NULL OR lone_v.birth_year IS NULL);
  END LOOP;
END
$$;

-- Returns the key that a rule compares; NULL: the person lacks data for the rule.
CREATE OR REPLACE FUNCTION import_key(rule int, last_name text, first_name text, birth_date date, birth_year int, address_key text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
  SELECT NULLIF(name_key(last_name), '') || '|' || NULLIF(name_key(first_name), '') || '|' || CASE rule
    WHEN 2 THEN COALESCE(birth_year::text, extract(year FROM birth_date)::text) || '|' || address_key
    WHEN 3 THEN birth_date::text
    WHEN 4 THEN address_key END
$$;

-- Fill the plan for the rows after applied_row, and count. When the plan is made again after a
-- crash, the matches found before are kept.
CREATE OR REPLACE FUNCTION import_compare(import bigint) RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
  organization constant bigint := app_organization_id();
  i imports;
BEGIN
  PERFORM set_config('work_mem', '96MB', true), set_config('jit', 'off', true), set_config('enable_nestloop', 'off', true);
  SELECT * INTO i FROM imports WHERE organization_id = organization AND id = import;
  IF i.applied_row = 0 THEN
    PERFORM import_match(import);
  END IF;
  INSERT INTO staging.plan (import_id, row_no, kind, voter_id)
  SELECT import, p.row_no, p.kind, p.voter_id FROM (
    SELECT r.row_no, v.id AS voter_id,
           CASE WHEN v.id IS NULL THEN 'new'
                WHEN v.import_hash = r.hash AND v.source_id = i.source_id AND v.unreachable IS NULL THEN NULL
                ELSE import_kind(v, r, i.source_id) END AS kind
    FROM staging.rows r
    LEFT JOIN import_matches m ON m.organization_id = organization AND m.import_id = import AND m.row_no = r.row_no
    LEFT JOIN voters v ON v.organization_id = organization AND v.state_id = r.state_id
    WHERE r.import_id = import AND r.row_no > i.applied_row AND m.row_no IS NULL
    UNION ALL
    SELECT r.row_no, v.id, CASE WHEN v.id IS NULL THEN 'new' ELSE import_kind(v, r, i.source_id) END
    FROM import_matches m
    JOIN staging.rows r ON r.import_id = import AND r.row_no = m.row_no
    LEFT JOIN voters v ON v.organization_id = organization AND v.id = m.voter_id
    WHERE m.organization_id = organization AND m.import_id = import AND r.row_no > i.applied_row
  ) p WHERE p.kind IS NOT NULL AND NOT (i.kind = 'history' AND p.kind = 'seen');
  IF i.complete AND i.kind = 'voters' THEN
    INSERT INTO staging.plan (import_id, row_no, kind, voter_id)
    SELECT import, 1000000000000000 + v.id, 'gone', v.id
    FROM voters v
    WHERE v.organization_id = organization AND v.source_id = i.source_id AND v.import_hash IS NOT NULL
      AND v.merged_into IS NULL AND v.created_import_id IS DISTINCT FROM import
      AND 1000000000000000 + v.id > i.applied_row
      AND NOT EXISTS (SELECT FROM staging.rows r WHERE r.import_id = import AND r.state_id = v.state_id)
      AND NOT EXISTS (SELECT FROM staging.refused f WHERE f.import_id = import AND f.state_id = v.state_id)
      AND NOT EXISTS (SELECT FROM import_matches m WHERE m.organization_id = organization
                      AND m.import_id = import AND m.voter_id = v.id);
  END IF;
END
$$;

-- Is the share n / of larger than 1 / most? A valid file does not reach such shares. Counts up to
-- 10 are ignored, unless they are more than half.
CREATE OR REPLACE FUNCTION import_too_many(n bigint, of bigint, most int) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT n > 10 AND n * most > of $$;

-- Do the state ids of new people equal our ids of voters with the same names? Then the file is an
-- own export without its identifying columns that is read as a state's file. Only the first rows
-- are checked, because either the whole file is such an export or no part of it.
CREATE OR REPLACE FUNCTION import_own_numbers(import bigint) RETURNS boolean
LANGUAGE sql STABLE
AS $$
  SELECT count(*) FILTER (WHERE o.same) * 10 > count(*)
  FROM (SELECT p.row_no FROM staging.plan p WHERE p.import_id = $1 AND p.kind = 'new' LIMIT 1000) p
  JOIN staging.rows r ON r.import_id = $1 AND r.row_no = p.row_no
  CROSS JOIN LATERAL (SELECT EXISTS (
    SELECT FROM voters v WHERE v.organization_id = app_organization_id()
      AND v.id = CASE WHEN r.state_id ~ '^[0-9]{1,18}$' THEN r.state_id::bigint END
      AND (name_key(v.last_name), name_key(v.first_name)) IS NOT DISTINCT FROM (name_key(r.last_name), name_key(r.first_name)))) o (same)
$$;

-- Returns the reasons why a person must look at the plan before it is applied.
CREATE OR REPLACE FUNCTION import_doubts(i imports) RETURNS jsonb
LANGUAGE sql STABLE
AS $$
  SELECT COALESCE(jsonb_agg(d.name ORDER BY d.place), '[]')
  FROM (SELECT COALESCE(sum((p ->> 'count')::bigint) FILTER (WHERE p ->> 'code' = 'unknown_id'), 0) AS strangers,
          COALESCE(sum((p ->> 'count')::bigint) FILTER (WHERE p ->> 'code' = 'bad_id'), 0) AS wrecked,
          COALESCE(sum((p ->> 'count')::bigint) FILTER (WHERE p ->> 'code' = 'no_door'), 0) AS no_door
        FROM jsonb_array_elements(i.problems) p) f
  CROSS JOIN LATERAL (VALUES
    (1, 'rejected', import_too_many(i.rows_rejected - f.strangers::bigint, i.rows_read, 20)
       OR (i.rows_rejected - f.strangers) * 2 > i.rows_read),
    (2, 'bad_id', import_too_many(f.wrecked::bigint, i.rows_read, 20)),
    (3, 'no_door', import_too_many(f.no_door::bigint, i.rows_staged, 2)),
    (6, 'own_numbers', import_own_numbers(i.id)),
    (4, 'moved', import_too_many((i.planned ->> 'moved')::bigint, i.rows_staged - (i.planned ->> 'new')::bigint, 4)),
    (5, 'gone', (i.planned ->> 'gone')::bigint > 0 AND (
       SELECT import_too_many(g.n, count(*), 10) OR g.n * 2 > count(*)
       FROM voters v CROSS JOIN (SELECT (i.planned ->> 'gone')::bigint) g (n)
       WHERE v.organization_id = i.organization_id AND v.source_id = i.source_id
         AND v.import_hash IS NOT NULL AND v.merged_into IS NULL
       GROUP BY g.n))) d (place, name, doubtful)
  WHERE d.doubtful
$$;

-- Store the counts of the dry run. Call it after import_staged of the plan.
CREATE OR REPLACE FUNCTION import_planned(import bigint) RETURNS void
LANGUAGE sql
AS $$
  UPDATE imports i
  SET planned_to = COALESCE(n.last, 0),
      planned = CASE WHEN i.applied_row > 0 THEN i.planned ELSE jsonb_build_object(
        'new', n.new, 'changed', n.changed, 'moved', n.moved, 'gone', n.gone,
        'unchanged', i.rows_staged - n.new - n.changed - n.moved) END
  FROM (SELECT max(p.row_no) AS last, count(*) FILTER (WHERE p.kind = 'new') AS new,
          count(*) FILTER (WHERE p.kind = 'changed') AS changed, count(*) FILTER (WHERE p.kind = 'moved') AS moved,
          count(*) FILTER (WHERE p.kind = 'gone') AS gone
        FROM staging.plan p WHERE p.import_id = $1) n
  WHERE i.organization_id = app_organization_id() AND i.id = $1;
  UPDATE imports i SET doubts = import_doubts(i)
  WHERE i.organization_id = app_organization_id() AND i.id = $1 AND i.applied_row = 0
$$;

GRANT EXECUTE ON FUNCTION import_repeated(bigint,integer), import_strangers(bigint,integer), import_fold(bigint),
  import_match_numbers(bigint), import_too_many(bigint,bigint,integer), import_doubts(imports), import_own_numbers(bigint),
  import_match(bigint),
  import_key(integer,text,text,date,integer,text), import_compare(bigint), import_planned(bigint)
  TO campaign_api;

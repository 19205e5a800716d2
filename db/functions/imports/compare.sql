-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Finds the person of each row of a file, and what applying the row would do.

-- Rows that name somebody twice: the second ones go, and are told. By the state's number, or, without one, when
-- everything is equal.
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
    UNION ALL
    SELECT r.row_no, 'repeated_row'
    FROM staging.rows r
    JOIN (SELECT s.hash, min(s.row_no) AS row_no FROM staging.rows s WHERE s.import_id = import AND s.state_id IS NULL
          GROUP BY s.hash HAVING count(*) > 1) f ON f.hash = r.hash AND f.row_no < r.row_no
    WHERE r.import_id = import AND r.state_id IS NULL
    LIMIT n)
  DELETE FROM staging.rows d USING twice t WHERE d.import_id = import AND d.row_no = t.row_no
  RETURNING d.file_no, d.line, d.row_no, t.code;
END
$$;

-- The ladder below the state's number. Each rule takes pairs of a row and a person that nobody has yet, and of which
-- no other row and no other person has the same key. Two different numbers of the state are two people whatever
-- else is equal.
--   2  last and first name, date of birth (else the year) and the door
--   3  last and first name and the whole date of birth: may be a move
--   4  last and first name and the door, where one side has no birth
CREATE OR REPLACE FUNCTION import_match(import bigint) RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
  organization constant bigint := app_organization_id();
BEGIN
  DELETE FROM import_matches m WHERE m.organization_id = organization AND m.import_id = import;
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

-- What a rule compares; NULL: the person has not enough for it.
CREATE OR REPLACE FUNCTION import_key(rule int, last_name text, first_name text, birth_date date, birth_year int, address_key text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
  SELECT NULLIF(name_key(last_name), '') || '|' || NULLIF(name_key(first_name), '') || '|' || CASE rule
    WHEN 2 THEN COALESCE(birth_year::text, extract(year FROM birth_date)::text) || '|' || address_key
    WHEN 3 THEN birth_date::text
    WHEN 4 THEN address_key END
$$;

-- Fills the plan for the rows behind applied_row, and counts. A plan made again after a crash keeps the matches.
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
  ) p WHERE p.kind IS NOT NULL;
  IF i.complete THEN
    INSERT INTO staging.plan (import_id, row_no, kind, voter_id)
    SELECT import, 1000000000000000 + v.id, 'gone', v.id
    FROM voters v
    WHERE v.organization_id = organization AND v.import_hash IS NOT NULL AND v.merged_into IS NULL
      AND v.created_import_id IS DISTINCT FROM import
      AND 1000000000000000 + v.id > i.applied_row
      AND NOT EXISTS (SELECT FROM staging.rows r WHERE r.import_id = import AND r.state_id = v.state_id)
      AND NOT EXISTS (SELECT FROM import_matches m WHERE m.organization_id = organization
                      AND m.import_id = import AND m.voter_id = v.id);
  END IF;
END
$$;

-- Behind import_staged of the plan: the numbers of the dry run.
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
  WHERE i.organization_id = app_organization_id() AND i.id = $1
$$;

GRANT EXECUTE ON FUNCTION import_repeated(bigint,integer), import_match(bigint),
  import_key(integer,text,text,date,integer,text), import_compare(bigint), import_planned(bigint)
  TO campaign_api;

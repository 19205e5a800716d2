-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Progress and daily budgets of imports, and the list of their changes.

CREATE OR REPLACE FUNCTION assert_import(organization bigint, import bigint) RETURNS boolean
LANGUAGE plpgsql STABLE
AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM imports i WHERE i.organization_id = organization AND i.id = import) THEN
    PERFORM refuse_not_found();
  END IF;
  RETURN true;
END
$$;

-- Count the bytes and rows that an import uses today, and refuse when the organization's daily
-- budget is exceeded.
CREATE OR REPLACE FUNCTION import_spend(more_bytes bigint, more_rows bigint) RETURNS boolean
LANGUAGE plpgsql
AS $$
DECLARE
  used import_usage;
BEGIN
  INSERT INTO import_usage AS u (organization_id, day, bytes, n_rows)
    VALUES (app_organization_id(), (now() AT TIME ZONE 'UTC')::date, more_bytes, more_rows)
    ON CONFLICT (organization_id, day) DO UPDATE SET bytes = u.bytes + EXCLUDED.bytes, n_rows = u.n_rows + EXCLUDED.n_rows
    RETURNING u.* INTO used;
  RETURN assert_budget('IMPORT_BYTES_PER_DAY', used.bytes, 'Bytes uploaded for imports today', 'Go on tomorrow (UTC).')
    AND assert_budget('IMPORT_ROWS_PER_DAY', used.n_rows, 'Rows read by imports today', 'Go on tomorrow (UTC).');
END
$$;

-- Call before storing a piece of a file. Refuses the piece when the files of unfinished imports
-- would exceed IMPORT_STORAGE, or today's uploads IMPORT_BYTES_PER_DAY; otherwise adds its bytes to
-- today's.
CREATE OR REPLACE FUNCTION import_keep(more_bytes bigint) RETURNS boolean
LANGUAGE plpgsql
AS $$
BEGIN
  PERFORM assert_budget('IMPORT_STORAGE', more_bytes + (
      SELECT COALESCE(sum(i.file_bytes), 0) FROM imports i
      WHERE i.organization_id = app_organization_id() AND i.state IN ('uploaded', 'reading', 'comparing', 'ready', 'applying')),
    'Bytes of imports that wait', 'Apply or cancel imports first.');
  RETURN import_spend(more_bytes, 0);
END
$$;

CREATE OR REPLACE FUNCTION import_progress(import bigint, done double precision, rows_read bigint, rows_rejected bigint,
  rows_staged bigint) RETURNS boolean
LANGUAGE plpgsql
AS $$
#variable_conflict use_column
DECLARE
  updated imports;
  before bigint := (SELECT i.rows_read FROM imports i WHERE i.organization_id = app_organization_id() AND i.id = import);
BEGIN
  -- When a file is read again, only rows beyond the previously reached row count.
  IF $3 > before THEN
    PERFORM import_spend(0, $3 - before);
  END IF;
  UPDATE imports i
  SET progress = LEAST(done, 1), rows_read = COALESCE($3, i.rows_read), rows_rejected = COALESCE($4, i.rows_rejected),
      rows_staged = COALESCE($5, i.rows_staged)
  WHERE i.organization_id = app_organization_id() AND i.id = import
  RETURNING * INTO updated;
  PERFORM import_notify(updated.id, updated.version);
  RETURN updated.cancel_requested;
END
$$;

-- Returns the names of the voter's columns that differ.
CREATE OR REPLACE FUNCTION import_fields(was jsonb, is_now jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
  SELECT COALESCE(jsonb_agg(f.name ORDER BY f.place), '[]')
  FROM unnest('{{Voter.imported},unreachable}'::text[]) WITH ORDINALITY f (name, place)
  WHERE was ? f.name AND was -> f.name IS DISTINCT FROM is_now -> f.name
$$;

-- Returns the voters that a ready import would change, with ids after @after, read from the plan.
CREATE OR REPLACE FUNCTION import_plan_list(import bigint, wanted text, after bigint, n int)
RETURNS TABLE (voter_id bigint, kind text, name text, old_address text, new_address text, fields jsonb, at timestamptz)
LANGUAGE plpgsql STABLE
AS $$
BEGIN
  RETURN QUERY
  SELECT p.voter_id, p.kind, btrim(v.first_name || ' ' || v.last_name),
    CASE WHEN p.kind = 'moved' AND NOT (v.confidential OR r.confidential) THEN v.address END,
    CASE WHEN p.kind = 'gone' OR v.confidential OR r.confidential THEN NULL ELSE COALESCE(r.address, v.address) END,
    CASE WHEN p.kind = 'gone' THEN '["unreachable"]' ELSE import_fields(to_jsonb(v), to_jsonb(import_merge(v, r))) END,
    NULL::timestamptz
  FROM (SELECT q.* FROM staging.plan q
        WHERE q.import_id = import AND q.voter_id > after AND q.kind IN ('changed', 'moved', 'gone')
          AND (wanted IS NULL OR q.kind = wanted)
        ORDER BY q.voter_id LIMIT n) p
  JOIN voters v ON v.organization_id = app_organization_id() AND v.id = p.voter_id
  LEFT JOIN staging.rows r ON r.import_id = import AND r.row_no = p.row_no
  ORDER BY p.voter_id;
END
$$;

-- Returns the voters that an import changed or, when it is ready, would change.
CREATE OR REPLACE FUNCTION import_change_list(import bigint, wanted text, after bigint, n int)
RETURNS TABLE (voter_id bigint, kind text, name text, old_address text, new_address text, fields jsonb, at timestamptz)
LANGUAGE plpgsql STABLE
AS $$
DECLARE
  organization constant bigint := app_organization_id();
BEGIN
  IF (SELECT i.state FROM imports i WHERE i.organization_id = organization AND i.id = import) = 'ready' THEN
    RETURN QUERY SELECT * FROM import_plan_list(import, wanted, after, n);
    RETURN;
  END IF;
  RETURN QUERY
  SELECT c.voter_id, c.kind, btrim(v.first_name || ' ' || v.last_name),
    CASE WHEN c.kind = 'moved' AND NOT v.confidential THEN c.before ->> 'address' END,
    CASE WHEN NOT v.confidential THEN v.address END, import_fields(c.before, '{}'), c.at
  FROM import_changes c
  JOIN voters v ON v.organization_id = c.organization_id AND v.id = c.voter_id
  WHERE c.organization_id = organization AND c.import_id = import AND c.voter_id > import_change_list.after AND c.kind <> 'seen'
    AND (wanted IS NULL OR c.kind = wanted)
  ORDER BY c.voter_id LIMIT n;
END
$$;

GRANT EXECUTE ON FUNCTION import_fields(jsonb,jsonb), import_plan_list(bigint,text,bigint,integer),
  import_change_list(bigint,text,bigint,integer), assert_import(bigint,bigint), import_spend(bigint,bigint),
  import_keep(bigint),
  import_progress(bigint,double precision,bigint,bigint,bigint)
  TO campaign_api;

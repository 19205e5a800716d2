-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Staging tables of an import, and reports of its progress.

SET LOCAL ROLE campaign_definer;

-- Add to the staging table the columns that files fill, with the types that they have in voters.
DO $$
DECLARE
  missing record;
BEGIN
  FOR missing IN
    SELECT a.attname, format_type(a.atttypid, a.atttypmod) AS type FROM pg_attribute a
    WHERE a.attrelid = 'voters'::regclass AND NOT a.attisdropped AND a.attname = ANY ('{{Voter.imported}}')
      AND NOT EXISTS (SELECT FROM pg_attribute s WHERE s.attrelid = 'staging.rows'::regclass
                      AND s.attname = a.attname AND NOT s.attisdropped)
    ORDER BY a.attnum
  LOOP
    EXECUTE format('ALTER TABLE staging.rows ADD COLUMN %I %s', missing.attname, missing.type);
  END LOOP;
END
$$;

-- Create empty staging tables for an import of this organization. COPY may write to the partition
-- of the rows but not read it. Rows are read through the parent table, whose policy shows only the
-- organization's rows.
CREATE OR REPLACE FUNCTION import_stage(import bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
  parent text;
BEGIN
  PERFORM import_own(import);
  FOREACH parent IN ARRAY ARRAY['rows', 'plan', 'refused'] LOOP
    EXECUTE format('DROP TABLE IF EXISTS staging.%I', parent || '_' || import);
    EXECUTE format('CREATE UNLOGGED TABLE staging.%I (LIKE staging.%I INCLUDING DEFAULTS, CHECK (import_id = %s),
                      CHECK (organization_id = %s)) WITH (autovacuum_enabled = off)',
                   parent || '_' || import, parent, import, app_organization_id());
    EXECUTE format('ALTER TABLE staging.%I ATTACH PARTITION staging.%I FOR VALUES IN (%s)', parent,
                   parent || '_' || import, import);
  END LOOP;
  -- Create the indexes now and not when the rows are there: if a long CREATE INDEX on an unlogged
  -- table is cancelled just before a crash, it leaves a file with which PostgreSQL cannot start.
  FOREACH parent IN ARRAY ARRAY['rows', 'plan'] LOOP
    EXECUTE format('CREATE UNIQUE INDEX %I ON staging.%I (row_no)', parent || '_' || import || '_key', parent || '_' || import);
  END LOOP;
  EXECUTE format('GRANT INSERT ON staging.%I TO campaign_api', 'rows_' || import);
END
$$;

-- Mark the rows (parent "rows") or the plan (parent "plan") as complete: renew their statistics.
CREATE OR REPLACE FUNCTION import_staged(import bigint, parent text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
  PERFORM import_own(import);
  EXECUTE format('ANALYZE staging.%I', parent || '_' || import);
END
$$;

CREATE OR REPLACE FUNCTION import_unstage(import bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
  PERFORM import_own(import);
  EXECUTE format('DROP TABLE IF EXISTS staging.%I', 'rows_' || import);
  EXECUTE format('DROP TABLE IF EXISTS staging.%I', 'plan_' || import);
  EXECUTE format('DROP TABLE IF EXISTS staging.%I', 'refused_' || import);
END
$$;

-- Refuse the import of another organization. Not a SECURITY DEFINER function, so that row-level
-- security applies.
CREATE OR REPLACE FUNCTION import_own(import bigint) RETURNS void
LANGUAGE plpgsql STABLE
AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM imports i WHERE i.organization_id = app_organization_id() AND i.id = import) THEN
    RAISE EXCEPTION 'no such import' USING ERRCODE = 'insufficient_privilege';
  END IF;
END
$$;

-- Report progress in the feed, but not in the audit log.
CREATE OR REPLACE FUNCTION import_notify(import bigint, version bigint) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
  INSERT INTO changes (organization_id, entity, entity_id, op, version)
  VALUES (app_organization_id(), 'import', import, 'update', version)
$$;

GRANT EXECUTE ON FUNCTION import_stage(bigint), import_staged(bigint,text), import_unstage(bigint),
  import_own(bigint), import_notify(bigint,bigint)
  TO campaign_api;

RESET ROLE;

-- Renew the statistics of tables that an import fills, so that the planner knows the organization
-- before autovacuum runs. It has the owner's rights, because only the owner may ANALYZE a table. It
-- needs a separate transaction, which blocks other ANALYZE and VACUUM until its end. Only key
-- columns are analyzed: autovacuum, which is not delayed by this, handles the names; all 60 columns
-- and index expressions would take longer the larger other organizations are.
CREATE OR REPLACE FUNCTION statistics_renew() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
  ANALYZE buildings (organization_id, id, building_key, street_key, segment_id),
    doors (organization_id, id, building_id, address_key), households (organization_id, id, address_key, door_id),
    voters (organization_id, id, source_id, state_id, household_id, door_id),
    import_changes (organization_id, import_id, voter_id, kind);
END
$$;

GRANT EXECUTE ON FUNCTION statistics_renew()
  TO campaign_api;

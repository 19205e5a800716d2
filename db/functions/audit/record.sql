-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- The trigger function that writes each change to the feed and the audit log, and functions that
-- record bulk loads and reads.

SET LOCAL ROLE campaign_definer;

-- Constraint trigger of every tenant table, created by tenant_triggers. TG_ARGV: name of the
-- entity, secret columns, silent columns, column with the organization. The trigger is deferred, so
-- that the chain's lock is taken last and held only during the commit. Its WHEN condition is
-- evaluated when the row is written, so that a bulk load does not queue a million trigger events.
-- Values of secret columns are never logged, only the fact that they changed. A change of silent
-- columns alone (last_used_at) is neither in the feed nor in the log.
CREATE OR REPLACE FUNCTION record_change() RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
  current_row record := CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
  silent text[];
  organization_id bigint;
  operation text := lower(TG_OP);
  before jsonb;
  after jsonb;
  old_row jsonb;
  new_row jsonb;
BEGIN
  IF TG_ARGV[3] = 'id' THEN
    organization_id := current_row.id;
  ELSE
    organization_id := current_row.organization_id;
  END IF;
  IF TG_OP = 'UPDATE' THEN
    -- updated_at and version change with every update, so they are always silent.
    silent := TG_ARGV[2]::text[] || '{updated_at,version}'::text[];
    old_row := to_jsonb(OLD) - silent;
    new_row := to_jsonb(NEW) - silent;
    IF old_row = new_row THEN
      RETURN NULL;
    END IF;
    SELECT jsonb_object_agg(o.key, o.value), jsonb_object_agg(o.key, new_row -> o.key)
      INTO before, after
      FROM jsonb_each(old_row - TG_ARGV[1]::text[]) o
      WHERE o.value <> new_row -> o.key;
  ELSIF TG_OP = 'INSERT' THEN
    after := jsonb_strip_nulls(to_jsonb(NEW) - TG_ARGV[1]::text[]);
  ELSE
    before := jsonb_strip_nulls(to_jsonb(OLD) - TG_ARGV[1]::text[]);
  END IF;
  INSERT INTO changes (organization_id, entity, entity_id, op, version)
    VALUES (organization_id, TG_ARGV[0], current_row.id, operation, current_row.version);
  PERFORM audit_append(organization_id,
    COALESCE(NULLIF(current_setting('app.action', true), ''), TG_ARGV[0] || '.' || operation),
    TG_ARGV[0], current_row.id, before, after);
  RETURN NULL;
END
$$;

-- Record a bulk load that ran with app.bulk = 'on' as one row, after which readers of the feed read
-- the whole entity again. Call it last in the transaction, because it takes the chain's lock
-- immediately.
CREATE OR REPLACE FUNCTION record_bulk(entity text, op text, n_rows bigint) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
  organization bigint := app_organization_id();
BEGIN
  IF organization IS NULL THEN
    RAISE EXCEPTION 'a bulk load needs app.organization_id';
  END IF;
  INSERT INTO changes (organization_id, entity, op) VALUES (organization, $1, $2);
  PERFORM audit_append(organization,
    COALESCE(NULLIF(current_setting('app.action', true), ''), $1 || '.bulk_' || $2),
    $1, NULL, NULL, jsonb_build_object('rows', $3));
END
$$;

-- Record that rows were read: a saved list, an export. Reads are not in the feed, because they
-- change nothing.
CREATE OR REPLACE FUNCTION record_read(action text, entity text, entity_id bigint, n_rows bigint) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
  PERFORM audit_append(app_organization_id(), action, entity, entity_id, NULL, jsonb_build_object('rows', n_rows));
  RETURN true;
END
$$;

GRANT EXECUTE ON FUNCTION record_change()
  TO campaign_owner;

GRANT EXECUTE ON FUNCTION record_bulk(text,text,bigint)
  TO campaign_api, campaign_owner;

GRANT EXECUTE ON FUNCTION record_read(text,text,bigint,bigint)
  TO campaign_api;

RESET ROLE;

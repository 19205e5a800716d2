-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Creates the triggers of tables. Called by the owner in the triggers.sql of each feature.

-- Create the triggers of a tenant table. touch increments `version` in tables that have this
-- column. record_change writes each change under the name @entity to the feed and the audit log
-- (NULL: changes are not recorded; the feature's triggers.sql gives the reason). Values of columns
-- in
-- @secret are never logged; a change of columns in @silent alone is not recorded. @touch_when:
-- condition for incrementing the version.
CREATE OR REPLACE FUNCTION tenant_triggers(name text, entity text, secret text DEFAULT '{}',
  silent text DEFAULT '{}', touch_when text DEFAULT 'OLD.* IS DISTINCT FROM NEW.*',
  organization_column text DEFAULT 'organization_id') RETURNS void
LANGUAGE plpgsql
AS $$
BEGIN
  IF EXISTS (SELECT FROM pg_attribute WHERE attrelid = name::regclass AND attname = 'version') THEN
    EXECUTE format('CREATE OR REPLACE TRIGGER %I BEFORE UPDATE ON %I FOR EACH ROW WHEN (%s)
                    EXECUTE FUNCTION touch()', name || '_touch', name, touch_when);
  END IF;
  IF entity IS NOT NULL THEN
    EXECUTE format('DROP TRIGGER IF EXISTS %I ON %I', name || '_record', name);
    EXECUTE format('CREATE CONSTRAINT TRIGGER %I AFTER INSERT OR UPDATE OR DELETE ON %I
                    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
                    WHEN (current_setting(''app.bulk'', true) IS DISTINCT FROM ''on'')
                    EXECUTE FUNCTION record_change(%L, %L, %L, %L)', name || '_record', name, entity,
                   secret, silent, organization_column);
  END IF;
END
$$;

-- Limit the rows of @name per organization by the setting @setting (budget_guard).
CREATE OR REPLACE FUNCTION budgeted(name text, setting text, what text, way text, counted text DEFAULT 'true') RETURNS void
LANGUAGE plpgsql
AS $$
BEGIN
  EXECUTE format('CREATE OR REPLACE TRIGGER %I BEFORE INSERT ON %I FOR EACH ROW
                  WHEN (current_setting(''app.bulk'', true) IS DISTINCT FROM ''on'')
                  EXECUTE FUNCTION budget_guard(%L, %L, %L, %L, %L)', name || '_budget', name, setting, name, what, way, counted);
END
$$;

-- BEFORE DELETE trigger of a referenced table: sets the column that refers to the deleted row to
-- NULL. TG_ARGV: table, column. ON DELETE SET NULL cannot be used, because it would also clear the
-- column by which tables are distributed, which is part of the key.
CREATE OR REPLACE FUNCTION release_reference() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
  EXECUTE format('UPDATE %I SET %I = NULL WHERE organization_id = $1 AND %I = $2', TG_ARGV[0], TG_ARGV[1],
                 TG_ARGV[1]) USING OLD.organization_id, OLD.id;
  RETURN OLD;
END
$$;

-- Create the trigger by which @name.@reference, which refers to a row of @referred, becomes NULL
-- when that row is deleted.
CREATE OR REPLACE FUNCTION released_with(name text, reference text, referred text) RETURNS void
LANGUAGE plpgsql
AS $$
BEGIN
  EXECUTE format('CREATE OR REPLACE TRIGGER %I BEFORE DELETE ON %I FOR EACH ROW
                  EXECUTE FUNCTION release_reference(%L, %L)',
                 referred || '_release_' || name || '_' || reference, referred, name, reference);
END
$$;

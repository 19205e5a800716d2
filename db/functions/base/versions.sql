-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Versions of rows, and tables that are append-only.

-- Call it in the WHERE of an update: raises an error when the version differs. expected is NULL
-- when the client sent no If-Match.
CREATE OR REPLACE FUNCTION assert_version(current bigint, expected bigint) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
BEGIN
  IF expected IS NOT NULL AND expected IS DISTINCT FROM current THEN
    RAISE EXCEPTION 'This was changed by somebody else in the meantime.'
      USING ERRCODE = 'CC412', DETAIL = 'version_mismatch',
            HINT = format('The version is now %s, not %s.', current, expected);
  END IF;
  RETURN true;
END
$$;

-- BEFORE UPDATE trigger of every table with a version. The triggers have WHEN (OLD.* IS DISTINCT
-- FROM NEW.*), so an update that changes nothing keeps the version, and with it the client's ETag.
CREATE OR REPLACE FUNCTION touch() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
  NEW.version := OLD.version + 1;
  NEW.updated_at := now();
  RETURN NEW;
END
$$;

-- Trigger that makes a table append-only, also for its owner. A superuser can bypass a trigger; the
-- hash chain detects that.
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END
$$;

GRANT EXECUTE ON FUNCTION assert_version(bigint,bigint)
  TO campaign_api;

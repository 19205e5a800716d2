-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Progress of an import in its state.

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

-- Progress of a state, told at once.
CREATE OR REPLACE FUNCTION import_progress(import bigint, done double precision, rows_read bigint, rows_rejected bigint,
  rows_staged bigint) RETURNS boolean
LANGUAGE plpgsql
AS $$
#variable_conflict use_column
DECLARE
  told imports;
BEGIN
  UPDATE imports i
  SET progress = LEAST(done, 1), rows_read = COALESCE($3, i.rows_read), rows_rejected = COALESCE($4, i.rows_rejected),
      rows_staged = COALESCE($5, i.rows_staged)
  WHERE i.organization_id = app_organization_id() AND i.id = import
  RETURNING * INTO told;
  PERFORM import_tell(told.id, told.version);
  RETURN told.cancel_requested;
END
$$;

GRANT EXECUTE ON FUNCTION assert_import(bigint,bigint),
  import_progress(bigint,double precision,bigint,bigint,bigint)
  TO campaign_api;

-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Which voters an export is about, and how their columns are written.

-- Whom an export is about: everybody, or a saved list. Whoever was merged into somebody is not in it.
CREATE OR REPLACE FUNCTION export_voters(list bigint) RETURNS SETOF bigint
LANGUAGE plpgsql STABLE
AS $$
DECLARE
  organization constant bigint := app_organization_id();
BEGIN
  IF list IS NULL THEN
    RETURN QUERY SELECT v.id FROM voters v WHERE v.organization_id = organization AND v.merged_into IS NULL;
  ELSE
    RETURN QUERY SELECT m FROM voter_lists l, voters_matching(organization, l.filter) m
      WHERE l.organization_id = organization AND l.id = list;
  END IF;
END
$$;

-- A column as a cell of the export. A text that a spreadsheet would work out as a formula gets a quote before it, and
-- one that has quotes before such a sign gets one more, so that an import can take it off again (take_quote of
-- server/voters/ccd-voter-row.c).
CREATE OR REPLACE FUNCTION export_cell(value text) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
  SELECT CASE WHEN value ~ '^''*[=+@\t\r-]' AND current_setting('app.export_spreadsheet', true) IS DISTINCT FROM 'false'
              THEN '''' || value ELSE value END
$$;

-- Lists of texts with blanks between, anything else that is not empty as JSON.
CREATE OR REPLACE FUNCTION export_cell(value jsonb) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
  SELECT CASE WHEN value IN ('{}', '[]') THEN NULL
              WHEN jsonb_typeof(value) <> 'array' OR value @? '$[*] ? (@.type() != "string")' THEN value::text
              ELSE export_cell((SELECT string_agg(e, ' ') FROM jsonb_array_elements_text(value) e)) END
$$;

CREATE OR REPLACE FUNCTION export_cell(value anyelement) RETURNS anyelement
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT value $$;

GRANT EXECUTE ON FUNCTION export_voters(bigint), export_cell(text), export_cell(jsonb), export_cell(anyelement)
  TO campaign_api;

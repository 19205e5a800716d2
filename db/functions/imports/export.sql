-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- The voters of an export, and the text of their columns.

-- Returns the voters of an export: all, or those of a saved list; merged records are left out.
-- guarded: as for voters_matching, because membership in a list of a precinct reveals where a
-- person lives.
CREATE OR REPLACE FUNCTION export_voters(list bigint, guarded boolean DEFAULT false) RETURNS SETOF bigint
LANGUAGE plpgsql STABLE
AS $$
DECLARE
  organization constant bigint := app_organization_id();
BEGIN
  IF list IS NULL THEN
    RETURN QUERY SELECT v.id FROM voters v WHERE v.organization_id = organization AND v.merged_into IS NULL;
  ELSE
    RETURN QUERY SELECT m FROM voter_lists l, voters_matching(organization, l.filter, guarded => guarded) m
      WHERE l.organization_id = organization AND l.id = list;
  END IF;
END
$$;

-- Returns a value as a cell of the export. A text that a spreadsheet would evaluate as a formula
-- gets a quote in front; a text that already has quotes before such a character gets one more, so
-- that an import can remove exactly one (server/voters/ccd-voter-row.c).
CREATE OR REPLACE FUNCTION export_cell(value text) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
  SELECT CASE WHEN value ~ '^''+[=+@\t\r＝＋－＠-]' OR value ~ '^[=+@\t\r＝＋－＠-]'
                AND current_setting('app.export_spreadsheet', true) IS DISTINCT FROM 'false'
              THEN '''' || value ELSE value END
$$;

-- Returns a JSON value as a cell: the texts of a list separated by blanks, any other non-empty
-- value as JSON.
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

-- Returns the channels on which the person must not be contacted: those for which consent was
-- withdrawn for the person, or for each of the person's numbers or addresses.
CREATE OR REPLACE FUNCTION export_opted_out(v voters) RETURNS text
LANGUAGE plpgsql STABLE
AS $$
DECLARE
  organization constant bigint := v.organization_id;
BEGIN
  IF NOT EXISTS (SELECT FROM consents c WHERE c.organization_id = organization AND c.voter_id = v.id)
     AND NOT EXISTS (SELECT FROM jsonb_array_elements_text(v.phones || v.emails) a
                     JOIN consents c ON c.organization_id = organization AND c.address = lower(a)) THEN
    RETURN NULL;
  END IF;
  RETURN (
    SELECT string_agg(c.channel, ' ')
    FROM (VALUES ('door', '[]'::jsonb), ('phone', v.phones), ('text', v.phones), ('email', v.emails), ('mail', '[]')) c (channel, places)
    WHERE NOT consent_allows(organization, v.id, c.channel, 'campaign')
       OR c.places <> '[]' AND NOT EXISTS (
         SELECT FROM jsonb_array_elements_text(c.places) a WHERE consent_allows(organization, v.id, c.channel, 'campaign', lower(a))));
END
$$;

GRANT EXECUTE ON FUNCTION export_opted_out(voters), export_voters(bigint,boolean), export_cell(text), export_cell(jsonb), export_cell(anyelement)
  TO campaign_api;

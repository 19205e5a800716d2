-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Which voters an export is about.

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

GRANT EXECUTE ON FUNCTION export_voters(bigint)
  TO campaign_api;

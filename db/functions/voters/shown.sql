-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Parts of the API's view of a voter and of a list.

CREATE OR REPLACE FUNCTION voter_tags_of(organization bigint, voter bigint) RETURNS jsonb
LANGUAGE plpgsql STABLE
AS $$
BEGIN
  RETURN (
    SELECT COALESCE(jsonb_agg(jsonb_build_object('id', t.id, 'name', t.name) ORDER BY t.name, t.id), '[]')
    FROM voter_tags vt JOIN tags t ON t.organization_id = organization AND t.id = vt.tag_id
    WHERE vt.organization_id = organization AND vt.voter_id = voter);
END
$$;

-- Returns the few columns by which people of one household or pair can be distinguished.
CREATE OR REPLACE FUNCTION voter_summary(v voters) RETURNS jsonb
LANGUAGE sql STABLE
AS $$
  SELECT jsonb_build_object('id', v.id, 'first_name', v.first_name, 'last_name', v.last_name,
    'name_suffix', v.name_suffix, 'birth_year', v.birth_year, 'party', v.party, 'support_level', v.support_level,
    'unreachable', v.unreachable)
$$;

-- Returns the filter of a saved list. Call it in the WHERE of paged queries, so that a missing list
-- is 404 and not an empty page.
CREATE OR REPLACE FUNCTION voter_list_filter(organization bigint, list bigint) RETURNS jsonb
LANGUAGE plpgsql STABLE
AS $$
DECLARE
  kept jsonb;
BEGIN
  SELECT l.filter INTO kept FROM voter_lists l WHERE l.organization_id = organization AND l.id = list;
  IF kept IS NULL THEN
    PERFORM refuse_not_found();
  END IF;
  RETURN kept;
END
$$;

-- Returns a filter as it is stored: as sent. An invalid filter is refused now, instead of when the
-- list is used.
CREATE OR REPLACE FUNCTION voter_filter_kept(organization bigint, filter jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE
AS $$
BEGIN
  PERFORM voters_count(organization, voter_filter_sent(organization, 'filter/', filter) || '{"ids": [0]}', NULL, 'any', false);
  RETURN filter;
END
$$;

GRANT EXECUTE ON FUNCTION voter_tags_of(bigint,bigint),
  voter_summary(voters), voter_list_filter(bigint,bigint), voter_filter_kept(bigint,jsonb)
  TO campaign_api;

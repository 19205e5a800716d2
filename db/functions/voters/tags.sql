-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Tags of voters.

CREATE OR REPLACE FUNCTION assert_tags(organization bigint, wanted bigint[], member text) RETURNS void
LANGUAGE plpgsql STABLE
AS $$
BEGIN
  IF EXISTS (SELECT FROM unnest(wanted) w (id) WHERE NOT EXISTS (
               SELECT FROM tags t WHERE t.organization_id = organization AND t.id = w.id)) THEN
    RAISE EXCEPTION 'There is no such tag.' USING ERRCODE = 'CC422', DETAIL = 'unknown_reference', COLUMN = member;
  END IF;
END
$$;

-- Add and remove tags of people; body as Tagging. A repetition changes nothing. Tags are part of
-- the voter's reply, so the voter's revision changes.
CREATE OR REPLACE FUNCTION voters_tag(organization bigint, people bigint[], body jsonb, OUT added bigint, OUT removed bigint)
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  give bigint[] := COALESCE(filter_ids(body, 'add'), '{}');
  take bigint[] := COALESCE(filter_ids(body, 'remove'), '{}');
BEGIN
  PERFORM assert_tags(organization, give, 'add');
  PERFORM assert_tags(organization, take, 'remove');
  WITH gone AS (
    DELETE FROM voter_tags t
    WHERE t.organization_id = organization AND t.voter_id = ANY (people) AND t.tag_id = ANY (take)
      AND t.tag_id <> ALL (give)
    RETURNING t.voter_id),
  come AS (
    INSERT INTO voter_tags (organization_id, voter_id, tag_id)
    SELECT organization, p.id, g.id FROM unnest(people) p (id) CROSS JOIN (SELECT DISTINCT unnest(give)) g (id)
    ON CONFLICT (organization_id, voter_id, tag_id) DO NOTHING
    RETURNING voter_id),
  counted AS (
    UPDATE voters v SET contacts_revision = v.contacts_revision + 1
    WHERE v.organization_id = organization
      AND v.id IN (SELECT gone.voter_id FROM gone UNION SELECT come.voter_id FROM come))
  SELECT (SELECT count(*) FROM come), (SELECT count(*) FROM gone) INTO added, removed;
END
$$;

-- Change the tags of one voter. Returns the voter and the voter's tags after the change; no row if
-- the voter does not exist. VOLATILE, so that the last query sees the change.
CREATE OR REPLACE FUNCTION voter_tag(organization bigint, voter bigint, body jsonb) RETURNS TABLE (person voters, tags jsonb)
LANGUAGE plpgsql VOLATILE ROWS 1
AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM voters v WHERE v.organization_id = organization AND v.id = voter) THEN
    RETURN;
  END IF;
  PERFORM voters_tag(organization, ARRAY[voter], body);
  RETURN QUERY SELECT voter_shown(v, true), voter_tags_of(organization, voter) FROM voters v
    WHERE v.organization_id = organization AND v.id = voter;
END
$$;

-- Change the tags of the voters of a list or filter; recorded as one change.
CREATE OR REPLACE FUNCTION voters_tag_all(organization bigint, body jsonb, OUT voters bigint, OUT added bigint, OUT removed bigint)
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  list bigint := (body ->> 'list_id')::bigint;
  filter jsonb := NULLIF(body -> 'filter', 'null');
  people bigint[];
BEGIN
  IF (list IS NULL) = (filter IS NULL) THEN
    RAISE EXCEPTION 'Name either list_id or filter.' USING ERRCODE = 'CC422', DETAIL = 'one_of', COLUMN = 'list_id';
  ELSIF list IS NOT NULL AND NOT EXISTS (SELECT FROM voter_lists l WHERE l.organization_id = organization AND l.id = list) THEN
    PERFORM refuse_field('list_id', 'unknown_reference', 'There is no such list.');
  END IF;
  people := ARRAY(SELECT voters_matching(organization, COALESCE(voter_filter_sent(organization, 'filter/', filter), voter_list_filter(organization, list))));
  voters := cardinality(people);
  PERFORM set_config('app.bulk', 'on', true);
  SELECT t.added, t.removed INTO added, removed FROM voters_tag(organization, people, body) t;
  PERFORM set_config('app.bulk', '', true);
  IF added + removed > 0 THEN
    PERFORM record_bulk('voter_tag', 'update', added + removed);
  END IF;
END
$$;

GRANT EXECUTE ON FUNCTION assert_tags(bigint,bigint[],text), voters_tag(bigint,bigint[],jsonb),
  voter_tag(bigint,bigint,jsonb), voters_tag_all(bigint,jsonb)
  TO campaign_api;

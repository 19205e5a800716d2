-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Finds people when an index shows that there are few. In the statements $1 is the organization, $2
-- the filter, $3 the maximal number of people to read. Each source is written so that exactly one
-- index can be used for it, independent of statistics: its order is the order of that index (sorts
-- are disabled in voters_page), or its expression is in no other index (sequential scans are
-- disabled).

-- Returns the condition for a person's facts as jsonpath; NULL: the filter contains no such
-- condition.
CREATE OR REPLACE FUNCTION voter_filter_facts(organization bigint, filter jsonb) RETURNS text
LANGUAGE plpgsql STABLE
AS $$
DECLARE
  area areas;
BEGIN
  SELECT a.* INTO area FROM areas a WHERE a.organization_id = organization AND a.id = (filter ->> 'area_id')::bigint;
  RETURN (
    SELECT string_agg('(' || m.one_of || ')', ' && ') FROM (
      SELECT string_agg(format('$."%s".%s == %s', organization, w.path, w.value), ' || ') AS one_of
      FROM (
        SELECT f.key AS member, f.key AS path, to_json(v.value)::text AS value
        FROM jsonb_each(filter) f CROSS JOIN LATERAL unnest(filter_texts(filter, f.key)) v (value)
        WHERE f.key IN ('party', 'precinct', 'zip5', 'sex', 'registration_status')
        UNION ALL
        SELECT 'city', 'city', to_json(voter_fold(filter ->> 'city'))::text WHERE filter ->> 'city' IS NOT NULL
        UNION ALL
        SELECT f.key, f.key, f.value::text FROM jsonb_each(filter) f WHERE f.key IN ('has_door', 'has_phone', 'has_email')
        UNION ALL
        SELECT 'voted_in ' || e.n, 'election', (x.vote #> '{0,election}')::text
        FROM unnest(filter_elections(filter, 'voted_in')) WITH ORDINALITY e (spelled, n)
        CROSS JOIN LATERAL jsonb_array_elements(e.spelled) x (vote)
        UNION ALL
        SELECT 'voted_at_least', 'election', (x.vote #> '{0,election}')::text
        FROM unnest(filter_elections(filter -> 'voted_at_least', 'of')) e (spelled)
        CROSS JOIN LATERAL jsonb_array_elements(e.spelled) x (vote)
        WHERE (filter #>> '{voted_at_least,n}')::int > 0
        UNION ALL
        SELECT 'district ' || d.key, 'district.' || to_json(d.key)::text, d.value::text
        FROM jsonb_each(CASE jsonb_typeof(filter -> 'district') WHEN 'object' THEN filter -> 'district' ELSE '{}' END) d
        WHERE jsonb_typeof(d.value) = 'string'
        UNION ALL
        SELECT 'area', CASE area.kind WHEN 'zip' THEN 'zip5' ELSE 'precinct' END, to_json(area.code)::text
        WHERE area.kind IN ('zip', 'precinct')) w
      GROUP BY w.member) m);
END
$$;

-- Returns SQL text that finds the people within a polygon.
CREATE OR REPLACE FUNCTION voter_place_source(place text) RETURNS text
LANGUAGE sql IMMUTABLE
AS $$
  SELECT format('SELECT v.id FROM buildings b
    CROSS JOIN LATERAL (SELECT w.id FROM doors w WHERE w.organization_id = $1 AND w.building_id = b.id OFFSET 0) d
    CROSS JOIN LATERAL (SELECT w.id FROM voters w WHERE w.organization_id = $1 AND w.door_id = d.id OFFSET 0) v
    WHERE b.organization_id = $1 AND ST_Covers(%1$s, map_point(b.latitude, b.longitude))
    ORDER BY map_point(b.latitude, b.longitude) <-> ST_Centroid(%1$s)', place)
$$;

-- Returns SQL texts of sources. Each source contains every matching person and possibly others. The
-- first ones are read row by row; the last one computes all rows before it returns any, and is used
-- only with `whole`.
CREATE OR REPLACE FUNCTION voter_filter_sources(organization bigint, filter jsonb, whole boolean) RETURNS SETOF text
LANGUAGE plpgsql STABLE
AS $$
DECLARE
  facts constant text := voter_filter_facts(organization, filter);
BEGIN
  IF filter_ids(filter, 'ids') IS NOT NULL THEN
    RETURN NEXT 'SELECT unnest(filter_ids($2, ''ids''))';
  END IF;
  RETURN QUERY
    SELECT format('SELECT t.voter_id FROM unnest(%L::bigint[]) w (tag)
      CROSS JOIN LATERAL (SELECT g.voter_id FROM voter_tags g WHERE g.organization_id = $1 AND g.tag_id >= w.tag
                          AND g.tag_id <= w.tag ORDER BY g.tag_id LIMIT $3) t', w.tags)
    FROM (SELECT filter_ids(filter, 'tags_any') UNION ALL
          (SELECT ARRAY[i] FROM unnest(filter_ids(filter, 'tags_all')) i LIMIT 5)) w (tags)
    WHERE w.tags IS NOT NULL;
  IF jsonb_typeof(filter -> 'polygon') = 'object' THEN
    RETURN NEXT voter_place_source('filter_polygon(''polygon'', $2 -> ''polygon'')');
  END IF;
  RETURN QUERY SELECT voter_place_source(format('%L::geometry', a.boundary)) FROM areas a
    WHERE a.organization_id = organization AND a.id = (filter ->> 'area_id')::bigint AND a.kind NOT IN ('precinct', 'zip');
  IF whole AND (facts IS NOT NULL OR filter ->> 'text' IS NOT NULL) THEN
    RETURN NEXT 'SELECT v.id FROM voters v WHERE ' || COALESCE(format('voter_facts(v.organization_id, v.party, v.precinct, v.zip5, v.city,
        v.sex, v.registration_status, v.districts, v.vote_history, v.door_id, v.phones, v.emails) @@ %L', facts), 'v.organization_id = $1')
      || voter_text_condition(filter ->> 'text');
  END IF;
END
$$;

GRANT EXECUTE ON FUNCTION voter_filter_facts(bigint,jsonb), voter_place_source(text), voter_filter_sources(bigint,jsonb,boolean)
  TO campaign_api, campaign_definer;

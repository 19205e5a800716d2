-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Converts a voter filter into SQL conditions.

-- Returns an array member as texts, whether it contains strings or numbers; NULL: absent.
CREATE OR REPLACE FUNCTION filter_texts(filter jsonb, member text) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
BEGIN
  RETURN (
    SELECT array_agg(t.value) FROM jsonb_array_elements_text(
      CASE jsonb_typeof(filter -> member) WHEN 'array' THEN filter -> member
           WHEN 'null' THEN NULL ELSE jsonb_build_array(filter -> member) END) t
    WHERE filter ? member);
END
$$;

-- Returns an array member as ids, written as ["7", "9"] or [7, 9].
CREATE OR REPLACE FUNCTION filter_ids(filter jsonb, member text) RETURNS bigint[]
LANGUAGE plpgsql IMMUTABLE
AS $$
BEGIN
  RETURN filter_texts(filter, member)::bigint[];
EXCEPTION WHEN invalid_text_representation OR numeric_value_out_of_range THEN
  RAISE EXCEPTION '% is a list of numbers.', member USING ERRCODE = 'CC422', DETAIL = 'filter', COLUMN = member;
END
$$;

-- Are the rings of a polygon or multipolygon closed, as GeoJSON requires?
CREATE OR REPLACE FUNCTION polygon_closed(shape jsonb) RETURNS boolean
LANGUAGE sql IMMUTABLE
AS $$
  SELECT COALESCE(bool_and(r -> 0 = r -> -1 AND jsonb_array_length(r) >= 4), true)
  FROM jsonb_array_elements(CASE shape ->> 'type' WHEN 'Polygon' THEN jsonb_build_array(shape -> 'coordinates')
                                                  ELSE shape -> 'coordinates' END) p,
    jsonb_array_elements(CASE jsonb_typeof(p) WHEN 'array' THEN p ELSE '[]' END) r
  WHERE jsonb_typeof(r) = 'array'
$$;

-- Returns the polygon or multipolygon of a GeoJSON geometry or feature; NULL when there is none.
CREATE OR REPLACE FUNCTION polygon_read(source jsonb) RETURNS geometry
LANGUAGE plpgsql IMMUTABLE
AS $$
DECLARE
  made geometry;
BEGIN
  made := ST_SetSRID(ST_GeomFromGeoJSON(CASE WHEN source ->> 'type' = 'Feature' THEN source -> 'geometry' ELSE source END), 4326);
  RETURN CASE WHEN ST_GeometryType(made) IN ('ST_Polygon', 'ST_MultiPolygon') AND NOT ST_IsEmpty(made)
                   AND ST_NPoints(made) <= 20000 THEN made END;
EXCEPTION WHEN OTHERS THEN
  RETURN NULL;
END
$$;

-- Returns the polygon of a condition. An invalid polygon is repaired, so that lists saved before
-- polygon_sent existed keep working.
CREATE OR REPLACE FUNCTION filter_polygon(member text, source jsonb) RETURNS geometry
LANGUAGE plpgsql IMMUTABLE
AS $$
DECLARE
  made geometry := polygon_read(source);
BEGIN
  IF made IS NULL THEN
    PERFORM refuse_field(member, 'filter', format('%s is no polygon in GeoJSON of at most 20000 points.', member));
  END IF;
  made := ST_Multi(CASE WHEN ST_IsValid(made) THEN made ELSE ST_CollectionExtract(ST_MakeValid(made), 3) END);
  IF ST_IsEmpty(made) OR ST_Area(made) < 1e-10 THEN -- about one square metre
    PERFORM refuse_field(member, 'filter', 'The polygon has no area: it needs three corners that are not in one line.');
  END IF;
  RETURN made;
END
$$;

-- Check a polygon in a request; no other function does this. Touching or overlapping parts are
-- accepted and repaired later; a ring that crosses itself is refused, because its inside is
-- ambiguous.
CREATE OR REPLACE FUNCTION polygon_sent(member text, source jsonb) RETURNS void
LANGUAGE plpgsql IMMUTABLE
AS $$
DECLARE
  given geometry := polygon_read(source);
BEGIN
  IF given IS NOT NULL AND NOT polygon_closed(CASE WHEN source ->> 'type' = 'Feature' THEN source -> 'geometry' ELSE source END) THEN
    PERFORM refuse_field(member, 'ring_open', 'A ring of the polygon ends where it began, after three corners or more.');
  ELSIF given IS NOT NULL AND NOT ST_CoveredBy(ST_Envelope(given), ST_MakeEnvelope(-180, -90, 180, 90, 4326)) THEN
    PERFORM refuse_field_hint(member, 'out_of_range', 'A corner of the polygon is nowhere on Earth.',
                              'GeoJSON has longitude (-180 to 180) first, then latitude (-90 to 90).');
  END IF;
  PERFORM filter_polygon(member, source);
  IF EXISTS (SELECT FROM ST_Dump(given) part WHERE ST_IsValidReason(part.geom) LIKE 'Self-intersection%') THEN
    PERFORM refuse_field(member, 'crosses_itself', 'The drawing crosses itself: draw around the doors once.');
  END IF;
END
$$;

-- Check a filter in a request. member: its position in the body, such as 'filter/'.
CREATE OR REPLACE FUNCTION voter_filter_sent(organization bigint, member text, filter jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE
AS $$
BEGIN
  IF filter -> 'polygon' <> 'null' THEN
    PERFORM polygon_sent(member || 'polygon', filter -> 'polygon');
  END IF;
  IF filter ->> 'area_id' IS NOT NULL
     AND NOT EXISTS (SELECT FROM areas a WHERE a.organization_id = organization AND a.id = (filter ->> 'area_id')::bigint) THEN
    PERFORM refuse_field(member || 'area_id', 'unknown_reference', 'There is no such area.');
  END IF;
  RETURN filter;
END
$$;

-- Returns the condition for searched words as SQL text; a single word with a digit may also be the
-- state's id. guarded: a confidential person is not found by address.
CREATE OR REPLACE FUNCTION voter_text_condition(wanted text, guarded boolean DEFAULT false) RETURNS text
LANGUAGE plpgsql IMMUTABLE
AS $$
DECLARE
  patterns constant text[] := search_patterns(wanted);
  said constant text := COALESCE((
    SELECT string_agg(
      format(' AND voter_search_text(v.first_name, v.middle_name, v.last_name, v.name_suffix, v.address, v.unit, v.phones) LIKE %L', w.pattern)
      || CASE WHEN guarded THEN format(' AND (NOT v.confidential
           OR voter_search_text(v.first_name, v.middle_name, v.last_name, v.name_suffix, NULL, NULL, v.phones) LIKE %L)', w.pattern)
         ELSE '' END, '')
    FROM unnest(patterns) w (pattern)), '');
BEGIN
  RETURN CASE WHEN patterns = '{""}' THEN ' AND false'
    WHEN btrim(wanted) ~ '^\S*\d\S*$' THEN
      format(' AND (true%s OR v.state_id IN (%L, %L))', said, btrim(wanted), upper(btrim(wanted)))
    ELSE said END;
END
$$;

-- Returns the filter members that are one condition each. $1 is the organization, $2 the filter.
-- Conditions on sets have a second form for a single person, which uses an index and never reads
-- the whole set (subqueries with LIMIT or count are never hashed).
CREATE OR REPLACE FUNCTION voter_filter_members() RETURNS TABLE (name text, condition text, each text)
LANGUAGE sql IMMUTABLE ROWS 25
AS $$
  SELECT m.name, m.condition, COALESCE(e.each, m.condition) FROM (VALUES
    ('ids', 'v.id = ANY (filter_ids($2, ''ids''))'),
    ('party', 'v.party = ANY (filter_texts($2, ''party''))'),
    ('precinct', 'v.precinct = ANY (filter_texts($2, ''precinct''))'),
    ('district', 'v.districts @> ($2 -> ''district'')'),
    ('city', 'voter_fold(v.city) = voter_fold($2 ->> ''city'')'),
    ('zip5', 'v.zip5 = ANY (filter_texts($2, ''zip5''))'),
    ('sex', 'v.sex = ($2 ->> ''sex'')'),
    ('registration_status', 'v.registration_status = ANY (filter_texts($2, ''registration_status''))'),
    ('age_min', '(v.birth_date <= current_date - make_interval(years => ($2 ->> ''age_min'')::int)
                  OR v.birth_date IS NULL
                     AND v.birth_year <= extract(year FROM current_date) - ($2 ->> ''age_min'')::int)'),
    ('age_max', '(v.birth_date > current_date - make_interval(years => ($2 ->> ''age_max'')::int + 1)
                  OR v.birth_date IS NULL
                     AND v.birth_year >= extract(year FROM current_date) - ($2 ->> ''age_max'')::int)'),
    ('voted_in', '(SELECT bool_and(v.vote_history @> (e -> 0) OR v.vote_history @> (e -> 1))
                   FROM unnest((SELECT filter_elections($2, ''voted_in''))) e) IS NOT FALSE'),
    ('voted_at_least', '(SELECT count(*) FROM (SELECT DISTINCT unnest(filter_elections($2 -> ''voted_at_least'', ''of''))) o (e)
                         WHERE v.vote_history @> (e -> 0) OR v.vote_history @> (e -> 1))
                        >= ($2 #>> ''{voted_at_least,n}'')::int'),
    ('tags_any', 'v.id IN (SELECT t.voter_id FROM voter_tags t WHERE t.organization_id = $1
                           AND t.tag_id = ANY (filter_ids($2, ''tags_any'')))'),
    ('tags_all', 'v.id IN (SELECT t.voter_id FROM voter_tags t WHERE t.organization_id = $1
                           AND t.tag_id = ANY (filter_ids($2, ''tags_all'')) GROUP BY t.voter_id
                           HAVING count(*) = (SELECT count(DISTINCT i) FROM unnest(filter_ids($2, ''tags_all'')) i))'),
    ('tags_none', 'v.id NOT IN (SELECT t.voter_id FROM voter_tags t WHERE t.organization_id = $1
                                AND t.tag_id = ANY (filter_ids($2, ''tags_none'')))'),
    ('support_levels', 'COALESCE(v.support_level::text, ''none'') = ANY (filter_texts($2, ''support_levels''))'),
    ('last_contact_before', 'v.last_contact_at < ($2 ->> ''last_contact_before'')::timestamptz'),
    ('last_contact_after', 'v.last_contact_at >= ($2 ->> ''last_contact_after'')::timestamptz'),
    ('never_contacted', '(v.last_contact_at IS NULL) = ($2 ->> ''never_contacted'')::boolean'),
    ('reached', '(v.reached_at IS NOT NULL) = ($2 ->> ''reached'')::boolean'),
    ('disposition', 'v.last_disposition = ANY (filter_texts($2, ''disposition''))'),
    ('has_phone', '(v.phones <> ''[]'') = ($2 ->> ''has_phone'')::boolean'),
    ('has_email', '(v.emails <> ''[]'') = ($2 ->> ''has_email'')::boolean'),
    ('has_door', '(v.door_id IS NOT NULL) = ($2 ->> ''has_door'')::boolean'),
    ('polygon', 'v.door_id IN (SELECT d.id FROM buildings b
                   JOIN doors d ON d.organization_id = $1 AND d.building_id = b.id
                   WHERE b.organization_id = $1 AND ST_Covers(filter_polygon(''polygon'', $2 -> ''polygon''),
                                                              map_point(b.latitude, b.longitude)))')) m (name, condition)
  LEFT JOIN (VALUES
    ('tags_any', '(SELECT t.id FROM voter_tags t WHERE t.organization_id = $1 AND t.voter_id = v.id
                   AND t.tag_id = ANY (filter_ids($2, ''tags_any'')) LIMIT 1) IS NOT NULL'),
    ('tags_all', '(SELECT count(*) FROM voter_tags t WHERE t.organization_id = $1 AND t.voter_id = v.id
                   AND t.tag_id = ANY (filter_ids($2, ''tags_all'')))
                  = (SELECT count(DISTINCT i) FROM unnest(filter_ids($2, ''tags_all'')) i)'),
    ('tags_none', '(SELECT t.id FROM voter_tags t WHERE t.organization_id = $1 AND t.voter_id = v.id
                    AND t.tag_id = ANY (filter_ids($2, ''tags_none'')) LIMIT 1) IS NULL'),
    ('polygon', 'ST_Covers(filter_polygon(''polygon'', $2 -> ''polygon''), voter_point($1, v.door_id))')) e (name, each)
    ON e.name = m.name
$$;

-- Returns the position of a door; NULL without a door or position.
CREATE OR REPLACE FUNCTION voter_point(organization bigint, door bigint) RETURNS geometry
LANGUAGE plpgsql STABLE
AS $$
BEGIN
  RETURN (SELECT map_point(b.latitude, b.longitude) FROM doors d
          JOIN buildings b ON b.organization_id = organization AND b.id = d.building_id
          WHERE d.organization_id = organization AND d.id = door LIMIT 1);
END
$$;

-- Returns the condition for residents of an area. A precinct or ZIP code is compared with the value
-- from the voter file, which also covers people who are not on the map.
CREATE OR REPLACE FUNCTION voter_area_condition(organization bigint, area bigint, walking boolean DEFAULT false) RETURNS text
LANGUAGE plpgsql STABLE
AS $$
DECLARE
  found_area areas;
BEGIN
  SELECT a.* INTO found_area FROM areas a WHERE a.organization_id = organization AND a.id = area;
  IF found_area.id IS NULL THEN
    PERFORM refuse_field('area_id', 'unknown_reference', 'There is no such area.');
  END IF;
  RETURN CASE found_area.kind
    WHEN 'precinct' THEN format('v.precinct = %L', found_area.code)
    WHEN 'zip' THEN format('v.zip5 = %L', found_area.code)
    ELSE CASE WHEN walking THEN format('ST_Covers(%L::geometry, voter_point($1, v.door_id))', found_area.boundary)
    ELSE format('v.door_id IN (SELECT d.id FROM areas a
      JOIN buildings b ON b.organization_id = $1 AND ST_Covers(a.boundary, map_point(b.latitude, b.longitude))
      JOIN doors d ON d.organization_id = $1 AND d.building_id = b.id
      WHERE a.organization_id = $1 AND a.id = %s)', found_area.id) END END;
END
$$;

-- Returns the conditions of a filter, one for each given member; null, [] and {} count as absent.
-- $1 is the organization, $2 the filter. guarded: a confidential person is not found by places.
-- walking: the condition is evaluated for one person after the other instead of for all at once.
CREATE OR REPLACE FUNCTION voter_filter_condition(organization bigint, filter jsonb, guarded boolean DEFAULT false,
  walking boolean DEFAULT false) RETURNS text
LANGUAGE plpgsql STABLE
AS $$
DECLARE
  conditions text := CASE WHEN guarded AND EXISTS (
      SELECT FROM jsonb_each(filter) f
      WHERE f.key IN ('polygon', 'area_id', 'precinct', 'district', 'zip5', 'city')
        AND f.value NOT IN ('null', '[]', '{}')) THEN ' AND NOT v.confidential' ELSE '' END;
  member record;
BEGIN
  FOR member IN SELECT k.name, CASE WHEN walking THEN c.each ELSE c.condition END AS condition
    FROM jsonb_object_keys(jsonb_strip_nulls(filter)) k (name)
    LEFT JOIN voter_filter_members() c ON c.name = k.name
    WHERE filter -> k.name NOT IN ('[]', '{}')
  LOOP
    IF member.condition IS NOT NULL THEN
      conditions := conditions || ' AND ' || member.condition;
    ELSIF member.name = 'text' THEN
      conditions := conditions || voter_text_condition(filter ->> 'text', guarded);
    ELSIF member.name = 'area_id' THEN
      conditions := conditions || ' AND ' || voter_area_condition(organization, (filter ->> 'area_id')::bigint, walking);
    ELSE
      PERFORM refuse_field(member.name, 'filter', format('%s is no member of a filter.', member.name));
    END IF;
  END LOOP;
  RETURN conditions;
END
$$;

-- Returns the condition for people who may be contacted on a channel. Its result equals
-- consent_allows for each person, but it works with sets: only people with some withdrawn consent
-- are checked one by one. $1 organization, $3 channel, $4 purpose.
CREATE OR REPLACE FUNCTION voter_reach_condition(channel text) RETURNS text
LANGUAGE plpgsql IMMUTABLE
AS $$
DECLARE
  withdrawn constant text := '(SELECT c.voter_id FROM consents c WHERE c.organization_id = $1
    AND c.state = ''withdrawn'' AND c.voter_id IS NOT NULL AND c.channel IN (''any'', $3))';
  by_address constant text := '(SELECT c.address FROM consents c WHERE c.organization_id = $1
    AND c.state = ''withdrawn'' AND c.address IS NOT NULL AND c.channel IN (''any'', $3))';
  of_all constant text := format(' AND (v.id NOT IN %s OR consent_allows($1, v.id, $3, $4))', withdrawn);
  of_one constant text := format('(v.id NOT IN %s AND p.value NOT IN %s OR consent_allows($1, v.id, $3, $4, p.value))',
                                 withdrawn, by_address);
  flagged constant text := '(SELECT f.phone FROM phone_flags f WHERE f.organization_id = $1)';
BEGIN
  RETURN ' AND v.unreachable IS NULL AND (v.quiet_until IS NULL OR v.quiet_until <= now())' || CASE channel
    WHEN 'door' THEN ' AND NOT v.confidential AND v.door_id IN (SELECT d.id FROM doors d
      WHERE d.organization_id = $1 AND d.do_not_knock_at IS NULL)' || of_all
    WHEN 'mail' THEN ' AND NOT v.confidential AND COALESCE(v.mailing_address, v.address) IS NOT NULL' || of_all
    WHEN 'email' THEN format(' AND v.emails <> ''[]'' AND (v.emails ->> 0 NOT IN %s AND v.id NOT IN %s
      OR EXISTS (SELECT FROM jsonb_array_elements_text(v.emails) p WHERE %s))', by_address, withdrawn, of_one)
    -- Nearly everybody's first number is neither flagged nor withdrawn. The list of numbers is read
    -- only for other people.
    ELSE format(' AND v.phones <> ''[]'' AND (v.phones ->> 0 NOT IN %1$s AND v.phones ->> 0 NOT IN %2$s AND v.id NOT IN %3$s
      OR EXISTS (SELECT FROM jsonb_array_elements_text(v.phones) p
      WHERE (p.value NOT IN %1$s
             OR NOT EXISTS (SELECT FROM phone_flags f WHERE f.organization_id = $1 AND f.phone = p.value
                AND (f.voter_id IS NULL OR f.voter_id = v.id) AND (f.flag <> ''landline'' OR $3 = ''text'')))
        AND %4$s))', flagged, by_address, withdrawn, of_one)
  END;
END
$$;

GRANT EXECUTE ON FUNCTION filter_texts(jsonb,text), filter_ids(jsonb,text), filter_polygon(text,jsonb), polygon_closed(jsonb), polygon_read(jsonb),
  polygon_sent(text,jsonb), voter_filter_sent(bigint,text,jsonb), voter_text_condition(text,boolean),
  voter_filter_members(), voter_point(bigint,bigint), voter_area_condition(bigint,bigint,boolean),
  voter_filter_condition(bigint,jsonb,boolean,boolean), voter_reach_condition(text)
  TO campaign_api, campaign_definer;

-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Finding voters: search, filters and lists. Then duplicates, merges, households and places on the map.
-- See docs/internals/voters.md.

-- What a search compares ---------------------------------------------------------------------------

-- Small letters without accents and apostrophes. unaccent is STABLE only because its rules are a file, which
-- nobody changes under a running installation. plpgsql, because SQL around a STABLE function is not inlined
-- and costs an import several times as much.
CREATE FUNCTION voter_fold(source text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT
AS $$
BEGIN
  IF octet_length(source) = length(source) THEN
    RETURN replace(lower(source), '''', '');
  END IF;
  RETURN replace(lower(public.unaccent('public.unaccent'::regdictionary, source)), '''', '');
END
$$;

-- The order of lists, and what a prefix is looked up in: "medina rosa". Cut off, so that it fits into a cursor.
CREATE FUNCTION voter_sort_key(first_name text, last_name text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT left(public.voter_fold(last_name || ' ' || first_name), 60) $$;

-- What a part is looked for in: ' rosa l. medina 12 canal park ["+16175550101"]'. A word begins after a blank.
CREATE FUNCTION voter_search_text(first_name text, middle_name text, last_name text, address text, phones jsonb)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
  SELECT public.voter_fold(' ' || first_name || ' ' || COALESCE(middle_name, '') || ' ' || last_name || ' '
                           || COALESCE(address, '') || ' ' || phones::text)
$$;
GRANT EXECUTE ON FUNCTION voter_fold(text), voter_sort_key(text, text),
  voter_search_text(text, text, text, text, jsonb) TO campaign_api, campaign_definer;

CREATE INDEX voters_sort_key_idx ON voters (organization_id, (voter_sort_key(first_name, last_name) COLLATE "C"), id);
-- The organization inside, so that a small one does not pay for the Smiths of a large one.
CREATE INDEX voters_search_idx ON voters USING gin (organization_id,
  voter_search_text(first_name, middle_name, last_name, address, phones) gin_trgm_ops);
-- What LIKE is estimated from.
ALTER INDEX voters_search_idx ALTER COLUMN 2 SET STATISTICS 500;

-- The definer reads these: in its functions the organization stands in every WHERE. Under the tenant's policy
-- LIKE and trigrams would not use an index.
CREATE POLICY voters_matching ON voters FOR SELECT TO campaign_definer USING (true);
CREATE POLICY voter_tags_matching ON voter_tags FOR SELECT TO campaign_definer USING (true);
CREATE POLICY areas_matching ON areas FOR SELECT TO campaign_definer USING (true);
CREATE POLICY doors_matching ON doors FOR SELECT TO campaign_definer USING (true);
CREATE POLICY buildings_matching ON buildings FOR SELECT TO campaign_definer USING (true);
CREATE POLICY consents_matching ON consents FOR SELECT TO campaign_definer USING (true);
CREATE POLICY phone_flags_matching ON phone_flags FOR SELECT TO campaign_definer USING (true);
GRANT SELECT ON voters, voter_tags, areas, doors, buildings, consents, phone_flags TO campaign_definer;

-- The members of a filter --------------------------------------------------------------------------

-- An array member as texts, whether it was written as strings or numbers; NULL: absent.
CREATE FUNCTION filter_texts(filter jsonb, member text) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
  SELECT array_agg(t.value) FROM jsonb_array_elements_text(
    CASE jsonb_typeof(filter -> member) WHEN 'array' THEN filter -> member
         WHEN 'null' THEN NULL ELSE jsonb_build_array(filter -> member) END) t
  WHERE filter ? member
$$;

CREATE FUNCTION filter_refuse(member text, message text) RETURNS void
LANGUAGE plpgsql
AS $$
BEGIN
  RAISE EXCEPTION '%', message USING ERRCODE = 'CC422', DETAIL = 'filter', COLUMN = member;
END
$$;

-- Numbers of things: ["7", "9"] or [7, 9].
CREATE FUNCTION filter_ids(filter jsonb, member text) RETURNS bigint[]
LANGUAGE plpgsql IMMUTABLE
AS $$
BEGIN
  RETURN filter_texts(filter, member)::bigint[];
EXCEPTION WHEN invalid_text_representation OR numeric_value_out_of_range THEN
  RAISE EXCEPTION '% is a list of numbers.', member USING ERRCODE = 'CC422', DETAIL = 'filter', COLUMN = member;
END
$$;

-- A polygon or several, from GeoJSON: a geometry or a feature. What is no valid polygon is made one.
CREATE FUNCTION filter_polygon(member text, source jsonb) RETURNS geometry
LANGUAGE plpgsql IMMUTABLE
AS $$
DECLARE
  made geometry;
BEGIN
  BEGIN
    made := ST_SetSRID(ST_GeomFromGeoJSON(CASE WHEN source ->> 'type' = 'Feature' THEN source -> 'geometry'
                                               ELSE source END), 4326);
  EXCEPTION WHEN OTHERS THEN
    made := NULL;
  END;
  IF made IS NULL OR ST_GeometryType(made) NOT IN ('ST_Polygon', 'ST_MultiPolygon') OR ST_IsEmpty(made)
     OR ST_NPoints(made) > 20000 THEN
    RAISE EXCEPTION '% is no polygon in GeoJSON of at most 20000 points.', member
      USING ERRCODE = 'CC422', DETAIL = 'filter', COLUMN = member;
  END IF;
  RETURN ST_Multi(CASE WHEN ST_IsValid(made) THEN made ELSE ST_CollectionExtract(ST_MakeValid(made), 3) END);
END
$$;

-- A word of three letters or more may stand anywhere, a shorter one begins a word. All must be there, in any
-- order: "rosa me" and "medina ro" find Rosa Medina, "12 canal" whoever lives there, "0101" a number that has it.
CREATE FUNCTION voter_text_condition(wanted text) RETURNS text
LANGUAGE plpgsql IMMUTABLE
AS $$
DECLARE
  folded text := voter_fold(wanted);
BEGIN
  -- A number as people write it, with or without the country.
  IF folded ~ '^[-+(). 0-9]+$' AND length(regexp_replace(folded, '\D', '', 'g')) >= 7 THEN
    folded := regexp_replace(folded, '\D', '', 'g');
  END IF;
  RETURN COALESCE((
    SELECT string_agg(format(
      ' AND voter_search_text(v.first_name, v.middle_name, v.last_name, v.address, v.phones) LIKE %L',
      CASE WHEN length(w.word) < 3 THEN '% ' ELSE '%' END
        || replace(replace(replace(w.word, '\', '\\'), '%', '\%'), '_', '\_') || '%'), '')
    FROM (SELECT DISTINCT word FROM regexp_split_to_table(replace(folded, ',', ' '), '\s+') word
          WHERE word <> '' LIMIT 12) w), '');
END
$$;

-- One condition for each member that is there. $1 is the organization, $2 the filter.
CREATE FUNCTION voter_filter_condition(organization bigint, filter jsonb) RETURNS text
LANGUAGE plpgsql STABLE
AS $$
DECLARE
  conditions text := '';
  member record;
  area record;
BEGIN
  FOR member IN SELECT k.name, c.condition
    FROM jsonb_object_keys(jsonb_strip_nulls(filter)) k (name)
    LEFT JOIN (VALUES
      ('ids', 'v.id = ANY (filter_ids($2, ''ids''))'),
      ('party', 'v.party = ANY (filter_texts($2, ''party''))'),
      ('precinct', 'v.precinct = ANY (filter_texts($2, ''precinct''))'),
      ('district', 'v.districts @> ($2 -> ''district'')'),
      ('city', 'lower(v.city) = lower($2 ->> ''city'')'),
      ('zip5', 'v.zip5 = ANY (filter_texts($2, ''zip5''))'),
      ('sex', 'v.sex = ($2 ->> ''sex'')'),
      ('registration_status', 'v.registration_status = ANY (filter_texts($2, ''registration_status''))'),
      ('age_min', '(v.birth_date <= current_date - make_interval(years => ($2 ->> ''age_min'')::int)
                    OR v.birth_date IS NULL
                       AND v.birth_year <= extract(year FROM current_date) - ($2 ->> ''age_min'')::int)'),
      ('age_max', '(v.birth_date > current_date - make_interval(years => ($2 ->> ''age_max'')::int + 1)
                    OR v.birth_date IS NULL
                       AND v.birth_year >= extract(year FROM current_date) - ($2 ->> ''age_max'')::int)'),
      ('voted_in', '(SELECT bool_and(v.vote_history @> jsonb_build_array(jsonb_build_object(''election'', e)))
                     FROM unnest(filter_texts($2, ''voted_in'')) e) IS NOT FALSE'),
      ('voted_at_least', '(SELECT count(*) FROM unnest(filter_texts($2 -> ''voted_at_least'', ''of'')) e
                           WHERE v.vote_history @> jsonb_build_array(jsonb_build_object(''election'', e)))
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
      ('polygon', 'v.door_id IN (SELECT d.id FROM buildings b
                     JOIN doors d ON d.organization_id = $1 AND d.building_id = b.id
                     WHERE b.organization_id = $1 AND ST_Covers(filter_polygon(''polygon'', $2 -> ''polygon''),
                                                                map_point(b.latitude, b.longitude)))')
    ) c (name, condition) ON c.name = k.name
  LOOP
    IF member.condition IS NOT NULL THEN
      conditions := conditions || ' AND ' || member.condition;
    ELSIF member.name = 'text' THEN
      conditions := conditions || voter_text_condition(filter ->> 'text');
    ELSIF member.name = 'area_id' THEN
      SELECT a.id, a.kind, a.code INTO area FROM areas a
        WHERE a.organization_id = organization AND a.id = (filter ->> 'area_id')::bigint;
      IF area.id IS NULL THEN
        PERFORM filter_refuse('area_id', 'There is no such area.');
      END IF;
      -- A precinct or ZIP code is what the file says, also for those who are on no map.
      conditions := conditions || CASE area.kind
        WHEN 'precinct' THEN format(' AND v.precinct = %L', area.code)
        WHEN 'zip' THEN format(' AND v.zip5 = %L', area.code)
        ELSE format(' AND v.door_id IN (SELECT d.id FROM areas a
          JOIN buildings b ON b.organization_id = $1 AND ST_Covers(a.boundary, map_point(b.latitude, b.longitude))
          JOIN doors d ON d.organization_id = $1 AND d.building_id = b.id
          WHERE a.organization_id = $1 AND a.id = %s)', area.id) END;
    ELSE
      PERFORM filter_refuse(member.name, format('%s is no member of a filter.', member.name));
    END IF;
  END LOOP;
  RETURN conditions;
END
$$;

-- Who may be reached on a channel: the same answers as consent_allows for each, as sets. Only whoever somebody
-- withdrew something for is asked one by one. $1 organization, $3 reach, $4 aim.
CREATE FUNCTION voter_reach_condition(reach text) RETURNS text
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
BEGIN
  RETURN ' AND v.unreachable IS NULL AND (v.quiet_until IS NULL OR v.quiet_until <= now())' || CASE reach
    WHEN 'door' THEN ' AND NOT v.confidential AND v.door_id IN (SELECT d.id FROM doors d
      WHERE d.organization_id = $1 AND d.do_not_knock_at IS NULL)' || of_all
    WHEN 'mail' THEN ' AND NOT v.confidential AND COALESCE(v.mailing_address, v.address) IS NOT NULL' || of_all
    WHEN 'email' THEN format(' AND EXISTS (SELECT FROM jsonb_array_elements_text(v.emails) p WHERE %s)', of_one)
    ELSE format(' AND EXISTS (SELECT FROM jsonb_array_elements_text(v.phones) p
      WHERE (p.value NOT IN (SELECT f.phone FROM phone_flags f WHERE f.organization_id = $1)
             OR NOT EXISTS (SELECT FROM phone_flags f WHERE f.organization_id = $1 AND f.phone = p.value
                AND (f.voter_id IS NULL OR f.voter_id = v.id) AND (f.flag <> ''landline'' OR $3 = ''text'')))
        AND %s)', of_one)
  END;
END
$$;
GRANT EXECUTE ON FUNCTION filter_texts(jsonb, text), filter_refuse(text, text), filter_ids(jsonb, text),
  filter_polygon(text, jsonb), voter_text_condition(text), voter_filter_condition(bigint, jsonb),
  voter_reach_condition(text) TO campaign_api, campaign_definer;

SET LOCAL ROLE campaign_definer;

-- Who answers to a filter (VoterFilter in common/api/cc-voter.h), in no order. Whoever was merged into somebody
-- is never among them. With reach (door, phone, text, email, mail) neither is whoever may not be reached so for
-- this purpose (aim): gone, left alone for now, confidential, do not knock, withdrawn, every number flagged.
-- A filter that cannot be understood is CC422 with the member in COLUMN.
CREATE FUNCTION voters_matching(organization bigint, filter jsonb, reach text DEFAULT NULL, aim text DEFAULT 'any')
RETURNS SETOF bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp ROWS 10000
AS $$
BEGIN
  -- Not the tenant's policy but this line keeps organizations apart.
  IF organization IS DISTINCT FROM app_organization_id() THEN
    RAISE EXCEPTION 'voters of another organization' USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF reach NOT IN ('door', 'phone', 'text', 'email', 'mail') THEN
    RAISE EXCEPTION 'reach is door, phone, text, email or mail, not %', reach USING ERRCODE = 'invalid_parameter_value';
  END IF;
  RETURN QUERY EXECUTE
    'SELECT v.id FROM voters v WHERE v.organization_id = $1 AND v.merged_into IS NULL'
    || voter_filter_condition(organization, COALESCE(filter, '{}'))
    || CASE WHEN reach IS NULL THEN '' ELSE voter_reach_condition(reach) END
    USING organization, COALESCE(filter, '{}'), reach, aim;
END
$$;
GRANT EXECUTE ON FUNCTION voters_matching(bigint, jsonb, text, text) TO campaign_api;

RESET ROLE;

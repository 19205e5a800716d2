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
-- guarded: a confidential person is not found by the address.
CREATE FUNCTION voter_text_condition(wanted text, guarded boolean DEFAULT false) RETURNS text
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
    SELECT string_agg(
      format(' AND voter_search_text(v.first_name, v.middle_name, v.last_name, v.address, v.phones) LIKE %L', w.pattern)
      || CASE WHEN guarded THEN format(' AND (NOT v.confidential
           OR voter_search_text(v.first_name, v.middle_name, v.last_name, NULL, v.phones) LIKE %L)', w.pattern)
         ELSE '' END, '')
    FROM (SELECT DISTINCT CASE WHEN length(word) < 3 THEN '% ' ELSE '%' END
            || replace(replace(replace(word, '\', '\\'), '%', '\%'), '_', '\_') || '%' AS pattern
          FROM regexp_split_to_table(replace(folded, ',', ' '), '\s+') word
          WHERE word <> '' LIMIT 12) w), '');
END
$$;

-- One condition for each member that is there; null, [] and {} are as if it were not. $1 is the organization, $2 the
-- filter. guarded: where a confidential person lives is not found out by asking for places.
CREATE FUNCTION voter_filter_condition(organization bigint, filter jsonb, guarded boolean DEFAULT false) RETURNS text
LANGUAGE plpgsql STABLE
AS $$
DECLARE
  conditions text := CASE
    WHEN guarded AND filter ?| '{polygon,area_id,precinct,zip5,city}' THEN ' AND NOT v.confidential' ELSE '' END;
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
    WHERE filter -> k.name NOT IN ('[]', '{}')
  LOOP
    IF member.condition IS NOT NULL THEN
      conditions := conditions || ' AND ' || member.condition;
    ELSIF member.name = 'text' THEN
      conditions := conditions || voter_text_condition(filter ->> 'text', guarded);
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
  filter_polygon(text, jsonb), voter_text_condition(text, boolean), voter_filter_condition(bigint, jsonb, boolean),
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


-- A page of people in the order of (search_key, id), after the cursor. Without text that is the order of names.
-- With text, those come first whose name begins with it, last name before first; then those who have it anywhere:
-- 1,000 of them at most, since nobody reads on so far (voters_matching gives all). guarded: see above.
CREATE FUNCTION voters_search(organization bigint, filter jsonb, guarded boolean, after_key text, after_id bigint,
  n int)
RETURNS TABLE (id bigint, search_key text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp
SET synchronize_seqscans = off
AS $$
DECLARE
  wanted constant text := btrim(regexp_replace(voter_fold(COALESCE(filter ->> 'text', '')), '[\s,]+', ' ', 'g'));
  rest constant text := voter_filter_condition(organization, filter - 'text', guarded);
  parts constant text := voter_text_condition(filter ->> 'text', guarded);
  key constant text := 'voter_sort_key(v.first_name, v.last_name) COLLATE "C"';
  people constant text := format('SELECT v.id, %%s || %s FROM voters v
    WHERE v.organization_id = $1 AND v.merged_into IS NULL %s', key, replace(rest, '%', '%%'));
  found_rows int := 0;
BEGIN
  IF organization IS DISTINCT FROM app_organization_id() THEN
    RAISE EXCEPTION 'voters of another organization' USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF after_key IS NULL OR after_key < '1' THEN
    -- The C collation orders by bytes: whatever begins with the text lies between it and its greatest continuation.
    -- One lower bound only: of two the index would take either.
    RETURN QUERY EXECUTE format(people
        || CASE WHEN after_key IS NULL THEN ' AND %3$s >= $3' ELSE ' AND (%3$s, v.id) > ($4 COLLATE "C", $5)' END
        || CASE WHEN wanted = '' THEN '' ELSE ' AND %3$s < $3 || chr(1114111)' END
        || ' ORDER BY %3$s, v.id LIMIT $6', '''0''', NULL, key)
      USING organization, filter, wanted, substr(after_key, 2), after_id, n;
    GET DIAGNOSTICS found_rows = ROW_COUNT;
  END IF;
  IF wanted <> '' AND found_rows < n THEN
    RETURN QUERY EXECUTE format('SELECT p.id, p.key FROM (' || people || ' %4$s
          AND NOT (%3$s >= $3 AND %3$s < $3 || chr(1114111)) LIMIT 1000) p (id, key)
        WHERE (p.key COLLATE "C", p.id) > ($4 COLLATE "C", $5) ORDER BY p.key COLLATE "C", p.id LIMIT $6',
        '''1''', NULL, key, parts)
      USING organization, filter, wanted,
            CASE WHEN after_key >= '1' THEN after_key ELSE '1' END, CASE WHEN after_key >= '1' THEN after_id ELSE 0 END,
            n - found_rows;
  END IF;
END
$$;

CREATE FUNCTION voters_count(organization bigint, filter jsonb, reach text, aim text, guarded boolean)
RETURNS bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
  n bigint;
BEGIN
  IF organization IS DISTINCT FROM app_organization_id() THEN
    RAISE EXCEPTION 'voters of another organization' USING ERRCODE = 'insufficient_privilege';
  END IF;
  EXECUTE 'SELECT count(*) FROM voters v WHERE v.organization_id = $1 AND v.merged_into IS NULL'
    || voter_filter_condition(organization, COALESCE(filter, '{}'), guarded)
    || CASE WHEN reach IS NULL THEN '' ELSE voter_reach_condition(reach) END
    INTO n USING organization, COALESCE(filter, '{}'), reach, aim;
  RETURN n;
END
$$;
GRANT EXECUTE ON FUNCTION voters_search(bigint, jsonb, boolean, text, bigint, int),
  voters_count(bigint, jsonb, text, text, boolean) TO campaign_api;

RESET ROLE;

-- What is shown ------------------------------------------------------------------------------------

-- A voter as somebody may see it: where a confidential person lives is for those alone who manage voters.
CREATE FUNCTION voter_shown(v voters, manages boolean) RETURNS voters
LANGUAGE plpgsql STABLE
AS $$
BEGIN
  IF v.confidential AND manages IS NOT TRUE THEN
    v.address := NULL;
    v.unit := NULL;
    v.city := NULL;
    v.zip5 := NULL;
    v.zip4 := NULL;
    v.precinct := NULL;
    v.address_key := NULL;
    v.mailing_address := NULL;
    v.door_id := NULL;
    v.household_id := NULL;
  END IF;
  IF v.vote_history <> '[]' THEN
    -- A file need not say how.
    v.vote_history := (SELECT jsonb_agg('{"method": null}' || h.vote ORDER BY h.place)
                       FROM jsonb_array_elements(v.vote_history) WITH ORDINALITY h (vote, place));
  END IF;
  RETURN v;
END
$$;

CREATE FUNCTION voter_tags_of(organization bigint, voter bigint) RETURNS jsonb
LANGUAGE sql STABLE
AS $$
  SELECT COALESCE(jsonb_agg(jsonb_build_object('id', t.id, 'name', t.name) ORDER BY t.name, t.id), '[]')
  FROM voter_tags vt JOIN tags t ON t.organization_id = organization AND t.id = vt.tag_id
  WHERE vt.organization_id = organization AND vt.voter_id = voter
$$;

-- The few facts by which people of one household, or of one pair, are told apart.
CREATE FUNCTION voter_brief(v voters) RETURNS jsonb
LANGUAGE sql STABLE
AS $$
  SELECT jsonb_build_object('id', v.id, 'first_name', v.first_name, 'last_name', v.last_name,
    'name_suffix', v.name_suffix, 'birth_year', v.birth_year, 'party', v.party, 'support_level', v.support_level,
    'unreachable', v.unreachable)
$$;

-- Stands in the WHERE of what is read page by page: of a list that is not there the pages are not empty.
CREATE FUNCTION voter_list_filter(organization bigint, list bigint) RETURNS jsonb
LANGUAGE plpgsql STABLE
AS $$
DECLARE
  kept jsonb;
BEGIN
  SELECT l.filter INTO kept FROM voter_lists l WHERE l.organization_id = organization AND l.id = list;
  IF kept IS NULL THEN
    RAISE EXCEPTION 'There is no such thing, or it is not yours to see'
      USING ERRCODE = 'CC404', DETAIL = 'not_found';
  END IF;
  RETURN kept;
END
$$;

-- A filter as it is kept: as it was sent. Refuses one that cannot be understood, not only when it is used.
CREATE FUNCTION voter_filter_kept(organization bigint, filter jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE
AS $$
BEGIN
  PERFORM voters_count(organization, filter || '{"ids": [0]}', NULL, 'any', false);
  IF filter -> 'polygon' <> 'null' THEN
    PERFORM filter_polygon('polygon', filter -> 'polygon');
  END IF;
  RETURN filter;
END
$$;

SET LOCAL ROLE campaign_definer;

-- That rows were read: a saved list, an export. Reads change nothing, so there is nothing in the feed.
CREATE FUNCTION record_read(action text, entity text, entity_id bigint, n_rows bigint) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
  PERFORM audit_append(app_organization_id(), action, entity, entity_id, NULL, jsonb_build_object('rows', n_rows));
  RETURN true;
END
$$;
GRANT EXECUTE ON FUNCTION record_read(text, text, bigint, bigint) TO campaign_api;

RESET ROLE;

-- Where somebody lives ------------------------------------------------------------------------------

-- The door and household of an address, found or made. home: address_key, building_key, street_key, number,
-- street, line as ccd_address_parse says, besides unit, city, state, zip5, precinct of the person. Without a key
-- there is neither. NULL in, NULL out.
CREATE FUNCTION voter_home(organization bigint, home jsonb, OUT address_key text, OUT door_id bigint,
  OUT household_id bigint)
LANGUAGE plpgsql VOLATILE
AS $$
#variable_conflict use_column
DECLARE
  building bigint;
BEGIN
  $3 := NULLIF(home ->> 'address_key', '');
  IF $3 IS NULL THEN
    RETURN;
  END IF;
  INSERT INTO buildings AS b (organization_id, building_key, address, number, street, street_key, city, state, zip5,
                              precinct)
    VALUES (organization, home ->> 'building_key', home ->> 'line', home ->> 'number', home ->> 'street',
            home ->> 'street_key', home ->> 'city', home ->> 'state', home ->> 'zip5', home ->> 'precinct')
    ON CONFLICT (organization_id, building_key) DO NOTHING;
  SELECT b.id INTO building FROM buildings b
    WHERE b.organization_id = organization AND b.building_key = home ->> 'building_key';
  INSERT INTO doors AS d (organization_id, building_id, address_key, unit, precinct)
    VALUES (organization, building, $3, NULLIF(home ->> 'unit', ''), home ->> 'precinct')
    ON CONFLICT (organization_id, address_key) DO NOTHING;
  SELECT d.id INTO $4 FROM doors d WHERE d.organization_id = organization AND d.address_key = $3;
  INSERT INTO households AS h (organization_id, address_key, door_id) VALUES (organization, $3, $4)
    ON CONFLICT (organization_id, address_key) DO NOTHING;
  SELECT h.id INTO $5 FROM households h WHERE h.organization_id = organization AND h.address_key = $3;
END
$$;

-- Counts who lives in these households anew. An import does it for all that it touched.
CREATE FUNCTION households_count(organization bigint, wanted bigint[]) RETURNS void
LANGUAGE sql VOLATILE
AS $$
  UPDATE households h SET n_voters = c.n
  FROM (SELECT w.id, count(v.id) AS n FROM unnest(wanted) w (id)
        LEFT JOIN voters v ON v.organization_id = organization AND v.household_id = w.id AND v.merged_into IS NULL
          AND v.unreachable IS NULL
        GROUP BY w.id) c
  WHERE h.organization_id = organization AND h.id = c.id AND h.n_voters <> c.n
$$;

CREATE FUNCTION count_household() RETURNS trigger
LANGUAGE plpgsql VOLATILE
AS $$
BEGIN
  PERFORM households_count(COALESCE(NEW.organization_id, OLD.organization_id),
    ARRAY[OLD.household_id, NEW.household_id]);
  RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER voters_household AFTER INSERT OR DELETE ON voters
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
  WHEN (current_setting('app.bulk', true) IS DISTINCT FROM 'on')
  EXECUTE FUNCTION count_household();
CREATE CONSTRAINT TRIGGER voters_household_change AFTER UPDATE ON voters
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
  WHEN ((OLD.household_id, OLD.merged_into, OLD.unreachable)
          IS DISTINCT FROM (NEW.household_id, NEW.merged_into, NEW.unreachable)
        AND current_setting('app.bulk', true) IS DISTINCT FROM 'on')
  EXECUTE FUNCTION count_household();

-- A body of a voter: the year follows the date.
CREATE FUNCTION voter_body(body jsonb) RETURNS jsonb
LANGUAGE sql STABLE
AS $$
  SELECT CASE WHEN body ->> 'birth_date' IS NULL THEN body
    ELSE body || jsonb_build_object('birth_year', extract(year FROM (body ->> 'birth_date')::date)) END
$$;

-- Without its own nulls; what is inside its members stays.
CREATE FUNCTION voter_given(body jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE
AS $$ SELECT COALESCE(jsonb_object_agg(b.key, b.value), '{}') FROM jsonb_each(body) b WHERE b.value <> 'null' $$;

-- Tags ---------------------------------------------------------------------------------------------

CREATE FUNCTION assert_tags(organization bigint, wanted bigint[], member text) RETURNS void
LANGUAGE plpgsql STABLE
AS $$
BEGIN
  IF EXISTS (SELECT FROM unnest(wanted) w (id) WHERE NOT EXISTS (
               SELECT FROM tags t WHERE t.organization_id = organization AND t.id = w.id)) THEN
    RAISE EXCEPTION 'There is no such tag.' USING ERRCODE = 'CC422', DETAIL = 'unknown_reference', COLUMN = member;
  END IF;
END
$$;

-- Gives and takes tags; body as Tagging. Idempotent. A voter's tags are part of how it is shown, so its revision
-- grows.
CREATE FUNCTION voters_tag(organization bigint, people bigint[], body jsonb, OUT added bigint, OUT removed bigint)
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
  told AS (
    UPDATE voters v SET contacts_revision = v.contacts_revision + 1
    WHERE v.organization_id = organization
      AND v.id IN (SELECT gone.voter_id FROM gone UNION SELECT come.voter_id FROM come))
  SELECT (SELECT count(*) FROM come), (SELECT count(*) FROM gone) INTO added, removed;
END
$$;

-- Of one voter; no row: there is none. VOLATILE, so that it sees what it did.
CREATE FUNCTION voter_tag(organization bigint, voter bigint, body jsonb) RETURNS TABLE (person voters, tags jsonb)
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

-- Same for a list or a filter, recorded as one change.
CREATE FUNCTION voters_tag_all(organization bigint, body jsonb, guarded boolean, OUT voters bigint, OUT added bigint,
  OUT removed bigint)
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  list bigint := (body ->> 'list_id')::bigint;
  filter jsonb := NULLIF(body -> 'filter', 'null');
  people bigint[];
BEGIN
  IF (list IS NULL) = (filter IS NULL) THEN
    RAISE EXCEPTION 'Name either list_id or filter.' USING ERRCODE = 'CC422', DETAIL = 'one_of', COLUMN = 'list_id';
  END IF;
  people := ARRAY(SELECT voters_matching(organization, COALESCE(filter, voter_list_filter(organization, list))));
  voters := cardinality(people);
  PERFORM set_config('app.bulk', 'on', true);
  SELECT t.added, t.removed INTO added, removed FROM voters_tag(organization, people, body) t;
  PERFORM set_config('app.bulk', '', true);
  IF added + removed > 0 THEN
    PERFORM record_bulk('voter_tag', 'update', added + removed);
  END IF;
END
$$;

GRANT EXECUTE ON FUNCTION voter_shown(voters, boolean), voter_tags_of(bigint, bigint), voter_brief(voters),
  voter_list_filter(bigint, bigint), voter_filter_kept(bigint, jsonb), voter_home(bigint, jsonb),
  households_count(bigint, bigint[]), count_household(), voter_body(jsonb), voter_given(jsonb), assert_tags(bigint, bigint[], text),
  voters_tag(bigint, bigint[], jsonb), voter_tag(bigint, bigint, jsonb), voters_tag_all(bigint, jsonb, boolean) TO campaign_api;

-- Places from files --------------------------------------------------------------------------------

-- The name of a property as it is compared: letters and digits in small.
CREATE FUNCTION place_name(source text) RETURNS text
LANGUAGE sql IMMUTABLE
AS $$ SELECT regexp_replace(lower(source), '[^a-z0-9]', '', 'g') $$;

-- A property of a feature: the one that was named, else the first that has one of the usual names. '' is none.
CREATE FUNCTION place_property(properties jsonb, named text, usual text[]) RETURNS text
LANGUAGE plpgsql IMMUTABLE
AS $$
DECLARE
  name text;
  found_text text;
BEGIN
  IF named IS NOT NULL THEN
    RETURN NULLIF(btrim(properties ->> place_name(named)), '');
  END IF;
  FOREACH name IN ARRAY usual LOOP
    found_text := NULLIF(btrim(properties ->> name), '');
    EXIT WHEN found_text IS NOT NULL;
  END LOOP;
  RETURN found_text;
END
$$;

-- Features of a GeoJSON document, with their number and the properties under their names as they are compared.
-- Refuses what is none.
CREATE FUNCTION place_features(document jsonb) RETURNS TABLE (n bigint, properties jsonb, shape jsonb, id text)
LANGUAGE plpgsql STABLE
AS $$
BEGIN
  IF jsonb_typeof(document -> 'features') IS DISTINCT FROM 'array' THEN
    RAISE EXCEPTION 'The file is no GeoJSON FeatureCollection.' USING ERRCODE = 'CC422', DETAIL = 'geojson';
  END IF;
  RETURN QUERY SELECT f.n, COALESCE((
      SELECT jsonb_object_agg(place_name(p.key), p.value) FROM jsonb_each(
        CASE jsonb_typeof(f.feature -> 'properties') WHEN 'object' THEN f.feature -> 'properties' ELSE '{}' END) p), '{}'),
      f.feature -> 'geometry', f.feature ->> 'id'
    FROM jsonb_array_elements(document -> 'features') WITH ORDINALITY f (feature, n);
END
$$;

-- The shape of a feature in WGS 84, or NULL.
CREATE FUNCTION place_shape(shape jsonb) RETURNS geometry
LANGUAGE plpgsql IMMUTABLE
AS $$
BEGIN
  RETURN ST_SetSRID(ST_Force2D(ST_GeomFromGeoJSON(shape)), 4326);
EXCEPTION WHEN OTHERS THEN
  RETURN NULL;
END
$$;

CREATE FUNCTION place_number(source text) RETURNS int
LANGUAGE sql IMMUTABLE
AS $$ SELECT substring(source FROM '^\s*(\d{1,9})')::int $$;

CREATE FUNCTION areas_import(organization bigint, document jsonb, named jsonb, OUT read bigint, OUT written bigint,
  OUT skipped bigint)
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  usable bigint;
BEGIN
  PERFORM set_config('app.bulk', 'on', true);
  WITH given AS MATERIALIZED (
    SELECT f.n, place_property(f.properties, named ->> 'code',
             '{code,wardprecinctsubprecinct,wardprecinct,wardprecin,wpcode,precinct,precinctid,zipcode,zip5,zip,zcta5ce20,district,districtcode,geoid,id,name}')
             AS code,
           place_property(f.properties, named ->> 'name', '{name,label,namelsad,neighborhood}') AS name,
           ST_Multi(ST_CollectionExtract(ST_MakeValid(place_shape(f.shape)), 3)) AS boundary
    FROM place_features(document) f),
  -- An area in several features is one.
  whole AS (
    SELECT g.code, min(g.name) AS name, ST_Multi(ST_Union(g.boundary)) AS boundary, count(*) AS n
    FROM given g WHERE g.code IS NOT NULL AND NOT ST_IsEmpty(g.boundary) GROUP BY g.code),
  put AS (
    INSERT INTO areas AS a (organization_id, kind, code, name, boundary)
    SELECT organization, named ->> 'kind', w.code, w.name, w.boundary FROM whole w
    ON CONFLICT (organization_id, kind, code) DO UPDATE SET name = EXCLUDED.name, boundary = EXCLUDED.boundary
    RETURNING 1)
  SELECT (SELECT count(*) FROM given), (SELECT count(*) FROM put), (SELECT sum(w.n) FROM whole w)
    INTO read, written, usable;
  skipped := read - COALESCE(usable, 0);
  PERFORM set_config('app.bulk', '', true);
  PERFORM record_bulk('area', 'update', written);
END
$$;

-- Names of streets in a file, for ccd_address_parse.
CREATE FUNCTION segment_names(document jsonb, named jsonb) RETURNS TABLE (name text)
LANGUAGE sql STABLE
AS $$
  SELECT DISTINCT place_property(f.properties, named ->> 'name',
           '{street,fullname,fullstreet,fullstreetname,streetname,stname,label,name}')
  FROM place_features(document) f
$$;

-- keys: name to street_key.
CREATE FUNCTION segments_import(organization bigint, document jsonb, named jsonb, keys jsonb, OUT read bigint,
  OUT written bigint, OUT skipped bigint)
LANGUAGE plpgsql VOLATILE
AS $$
BEGIN
  PERFORM set_config('app.bulk', 'on', true);
  WITH given AS MATERIALIZED (
    SELECT f.n, f.properties AS p, COALESCE(place_property(f.properties, named ->> 'id',
               '{id,segmentid,externalid,tlid,linearid,objectid,globalid}'), f.id) AS external_id,
           place_property(f.properties, named ->> 'name',
             '{street,fullname,fullstreet,fullstreetname,streetname,stname,label,name}') AS name,
           ST_GeometryN(ST_LineMerge(place_shape(f.shape)), 1) AS line
    FROM place_features(document) f),
  usable AS (
    SELECT DISTINCT ON (g.external_id) g.* FROM given g
    WHERE g.external_id IS NOT NULL AND keys ->> g.name <> '' AND ST_GeometryType(g.line) = 'ST_LineString'
    ORDER BY g.external_id, g.n),
  put AS (
    INSERT INTO street_segments AS s (organization_id, external_id, name, street_key, left_from, left_to, right_from,
      right_to, zip_left, zip_right, node_a, node_b, road_class, length_m, line)
    SELECT organization, u.external_id, u.name, keys ->> u.name,
      place_number(place_property(u.p, named ->> 'left_from', '{lfrom,lfromadd,lfromhn,leftfrom,fromaddrl,fromleft,lfadd,fraddl}')),
      place_number(place_property(u.p, named ->> 'left_to', '{lto,ltoadd,ltohn,leftto,toaddrl,toleft,ltadd,toaddl}')),
      place_number(place_property(u.p, named ->> 'right_from', '{rfrom,rfromadd,rfromhn,rightfrom,fromaddrr,fromright,rfadd,fraddr}')),
      place_number(place_property(u.p, named ->> 'right_to', '{rto,rtoadd,rtohn,rightto,toaddrr,toright,rtadd,toaddr}')),
      substring(place_property(u.p, named ->> 'zip_left', '{zipleft,zipl,leftzip,lzip}') FROM '^\d{5}'),
      substring(place_property(u.p, named ->> 'zip_right', '{zipright,zipr,rightzip,rzip}') FROM '^\d{5}'),
      -- Without nodes of its own, segments meet where they end in the same place.
      COALESCE(place_property(u.p, named ->> 'node_a', '{fromnode,nodea,fnode,tnidf,startnode,unode}'),
               ST_AsText(ST_StartPoint(u.line), 6)),
      COALESCE(place_property(u.p, named ->> 'node_b', '{tonode,nodeb,tnode,tnidt,endnode,vnode}'),
               ST_AsText(ST_EndPoint(u.line), 6)),
      CASE lower(place_property(u.p, named ->> 'road_class', '{roadclass,majorroad,mtfcc,class}'))
        WHEN 'collector' THEN 'collector' WHEN 'arterial' THEN 'arterial' WHEN 'trunk' THEN 'trunk'
        WHEN 'path' THEN 'path' WHEN '1' THEN 'arterial' WHEN '2' THEN 'collector'
        WHEN 's1100' THEN 'trunk' WHEN 's1200' THEN 'arterial' WHEN 's1710' THEN 'path' ELSE 'local' END,
      ST_Length(u.line::geography), u.line
    FROM usable u
    ON CONFLICT (organization_id, external_id) DO UPDATE SET name = EXCLUDED.name, street_key = EXCLUDED.street_key,
      left_from = EXCLUDED.left_from, left_to = EXCLUDED.left_to, right_from = EXCLUDED.right_from,
      right_to = EXCLUDED.right_to, zip_left = EXCLUDED.zip_left, zip_right = EXCLUDED.zip_right,
      node_a = EXCLUDED.node_a, node_b = EXCLUDED.node_b, road_class = EXCLUDED.road_class,
      length_m = EXCLUDED.length_m, line = EXCLUDED.line
    RETURNING 1)
  SELECT (SELECT count(*) FROM given), (SELECT count(*) FROM put) INTO read, written;
  skipped := read - written;
  PERFORM set_config('app.bulk', '', true);
  PERFORM record_bulk('street_segment', 'update', written);
END
$$;

-- Address lines of a file, for ccd_address_parse.
CREATE FUNCTION point_lines(document jsonb, named jsonb)
RETURNS TABLE (n bigint, line text, unit text, zip5 text)
LANGUAGE sql STABLE
AS $$
  SELECT f.n, place_property(f.properties, named ->> 'address', '{address,fulladdress,fulladdr,addr,streetaddress,siteaddress,rawlocation}'),
         place_property(f.properties, named ->> 'unit', '{unit,unitnumber,unitid,apt,suite}'),
         substring(place_property(f.properties, named ->> 'zip', '{zip5,zip,zipcode,postcode}') FROM '^\d{5}')
  FROM place_features(document) f
  ORDER BY f.n
$$;

-- homes: an object per feature, in their order, with address_key, building_key, street_key, number, street, line,
-- unit, zip5. What was placed by hand stays.
CREATE FUNCTION points_import(organization bigint, document jsonb, named jsonb, homes jsonb, OUT read bigint,
  OUT written bigint, OUT skipped bigint)
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  usable bigint;
BEGIN
  PERFORM set_config('app.bulk', 'on', true);
  WITH given AS MATERIALIZED (
    SELECT f.n, h.home, h.home ->> 'building_key' AS building_key, place_shape(f.shape) AS shape,
           place_property(f.properties, named ->> 'city', '{city,municipality,postcity}') AS city,
           place_property(f.properties, named ->> 'precinct', '{precinct,wardprecinct}') AS precinct
    FROM place_features(document) f
    JOIN jsonb_array_elements(homes) WITH ORDINALITY h (home, n) ON h.n = f.n),
  points AS (
    SELECT g.*, ST_PointOnSurface(g.shape) AS point FROM given g
    WHERE g.building_key <> '' AND NOT ST_IsEmpty(g.shape)),
  houses AS (
    SELECT DISTINCT ON (p.building_key) p.* FROM points p ORDER BY p.building_key, p.n),
  put AS (
    INSERT INTO buildings AS b (organization_id, building_key, address, number, street, street_key, city, zip5, precinct,
      latitude, longitude, location_quality)
    SELECT organization, h.building_key, h.home ->> 'line', h.home ->> 'number', h.home ->> 'street',
      h.home ->> 'street_key', h.city, h.home ->> 'zip5', h.precinct, ST_Y(h.point), ST_X(h.point), 'point'
    FROM houses h
    ON CONFLICT (organization_id, building_key) DO UPDATE SET
      latitude = CASE WHEN b.location_quality = 'manual' THEN b.latitude ELSE EXCLUDED.latitude END,
      longitude = CASE WHEN b.location_quality = 'manual' THEN b.longitude ELSE EXCLUDED.longitude END,
      location_quality = CASE WHEN b.location_quality = 'manual' THEN 'manual' ELSE 'point' END,
      segment_id = CASE WHEN b.location_quality IN ('point', 'manual') AND (b.latitude, b.longitude)
        IS NOT DISTINCT FROM (EXCLUDED.latitude, EXCLUDED.longitude) THEN b.segment_id END,
      city = COALESCE(b.city, EXCLUDED.city), precinct = COALESCE(b.precinct, EXCLUDED.precinct)
    RETURNING b.id, b.building_key),
  doors_put AS (
    INSERT INTO doors AS d (organization_id, building_id, address_key, unit, precinct)
    SELECT DISTINCT ON (p.home ->> 'address_key') organization, put.id, p.home ->> 'address_key',
      NULLIF(p.home ->> 'unit', ''), p.precinct
    FROM points p JOIN put USING (building_key)
    ORDER BY p.home ->> 'address_key', p.n
    ON CONFLICT (organization_id, address_key) DO NOTHING)
  SELECT (SELECT count(*) FROM given), (SELECT count(*) FROM put), (SELECT count(*) FROM points)
    INTO read, written, usable;
  skipped := read - usable;
  PERFORM set_config('app.bulk', '', true);
  PERFORM record_bulk('building', 'update', written);
END
$$;

-- Places of buildings that were worked out: [{id, quality, latitude, longitude, segment_id, side, measure_m,
-- setback_m}]. Where there is none, the middle of the ZIP code's area. Answers how many rows changed.
CREATE FUNCTION geocode_apply(organization bigint, places jsonb) RETURNS bigint
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  n bigint;
BEGIN
  UPDATE buildings b
  SET latitude = COALESCE(p.latitude, ST_Y(z.middle)), longitude = COALESCE(p.longitude, ST_X(z.middle)),
    location_quality = CASE WHEN p.quality <> 'none' THEN p.quality WHEN z.middle IS NOT NULL THEN 'zip' ELSE 'none' END,
    segment_id = p.segment_id, side = p.side, measure_m = p.measure_m, setback_m = p.setback_m,
    precinct = COALESCE(b.precinct, (
      SELECT a.code FROM areas a WHERE a.organization_id = organization AND a.kind = 'precinct' AND p.quality <> 'none'
        AND ST_Covers(a.boundary, map_point(p.latitude, p.longitude)) LIMIT 1))
  FROM jsonb_to_recordset(places) p (id bigint, quality text, latitude double precision, longitude double precision,
         segment_id bigint, side text, measure_m double precision, setback_m double precision)
  LEFT JOIN LATERAL (
    SELECT ST_PointOnSurface(a.boundary) AS middle FROM buildings m
    JOIN areas a ON a.organization_id = organization AND a.kind = 'zip' AND a.code = m.zip5
    WHERE m.organization_id = organization AND m.id = p.id AND p.quality = 'none') z ON true
  WHERE b.organization_id = organization AND b.id = p.id AND b.location_quality NOT IN ('point', 'manual');
  GET DIAGNOSTICS n = ROW_COUNT;
  RETURN n;
END
$$;

-- Buildings at an address point or put by hand stand at a segment too: the nearest one of their street.
CREATE FUNCTION geocode_attach(organization bigint, wanted bigint[]) RETURNS void
LANGUAGE sql VOLATILE
AS $$
  UPDATE buildings b
  SET segment_id = s.id, side = s.side, measure_m = s.measure_m, setback_m = s.setback_m
  FROM unnest(wanted) w (id)
  JOIN buildings m ON m.organization_id = organization AND m.id = w.id
  CROSS JOIN LATERAL (
    SELECT s.id, s.length_m * ST_LineLocatePoint(s.line, map_point(m.latitude, m.longitude)) AS measure_m,
           ST_Distance(s.line::geography, map_point(m.latitude, m.longitude)::geography) AS setback_m,
           CASE WHEN ST_Azimuth(ST_StartPoint(s.line), ST_EndPoint(s.line)) IS NULL THEN NULL
                WHEN sin(ST_Azimuth(ST_StartPoint(s.line), map_point(m.latitude, m.longitude))
                         - ST_Azimuth(ST_StartPoint(s.line), ST_EndPoint(s.line))) < 0 THEN 'L' ELSE 'R' END AS side
    FROM street_segments s
    WHERE s.organization_id = organization AND s.street_key = m.street_key
    ORDER BY s.line <-> map_point(m.latitude, m.longitude) LIMIT 1) s
  WHERE b.organization_id = organization AND b.id = w.id
$$;

GRANT EXECUTE ON FUNCTION place_name(text), place_property(jsonb, text, text[]), place_features(jsonb), place_shape(jsonb),
  place_number(text), areas_import(bigint, jsonb, jsonb), segment_names(jsonb, jsonb),
  segments_import(bigint, jsonb, jsonb, jsonb), point_lines(jsonb, jsonb), points_import(bigint, jsonb, jsonb, jsonb),
  geocode_apply(bigint, jsonb), geocode_attach(bigint, bigint[]) TO campaign_api;

-- Is a building among those that are asked for: in the box, along the street, within the area. NULL asks nothing.
CREATE FUNCTION place_asked(b buildings, west double precision, south double precision, east double precision,
  north double precision, street text, area bigint) RETURNS boolean
LANGUAGE sql STABLE
AS $$
  SELECT (west IS NULL OR south IS NULL OR east IS NULL OR north IS NULL
          OR b.longitude BETWEEN west AND east AND b.latitude BETWEEN south AND north)
    AND (street IS NULL OR b.street_key = upper(street) OR b.street_key IN (
           SELECT s.street_key FROM street_segments s
           WHERE s.organization_id = b.organization_id AND lower(s.name) = lower(street)))
    AND (area IS NULL OR EXISTS (
           SELECT FROM areas a WHERE a.organization_id = b.organization_id AND a.id = area
             AND ST_Covers(a.boundary, map_point(b.latitude, b.longitude))))
$$;

-- The organization's geocoding that waits or runs, or NULL.
CREATE FUNCTION geocode_waiting(organization bigint) RETURNS bigint
LANGUAGE sql STABLE
AS $$
  SELECT min(j.id) FROM jobs j WHERE j.kind = 'geocode' AND j.organization_id = organization
    AND j.state IN ('queued', 'running')
$$;
GRANT EXECUTE ON FUNCTION place_asked(buildings, double precision, double precision, double precision,
  double precision, text, bigint), geocode_waiting(bigint) TO campaign_api;

-- Duplicates ---------------------------------------------------------------------------------------

-- Two records that may be one person, the older first. A pair that somebody dismissed stays dismissed: it goes by
-- the voters' own numbers, which a re-import keeps.
CREATE TABLE voter_duplicates (
  organization_id bigint NOT NULL,
  id bigint GENERATED BY DEFAULT AS IDENTITY,
  voter_id bigint NOT NULL,
  other_id bigint NOT NULL,
  score double precision NOT NULL,
  reasons jsonb NOT NULL,
  state text NOT NULL DEFAULT 'open',
  decided_by bigint,
  decided_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  version bigint NOT NULL DEFAULT 1,
  CONSTRAINT voter_duplicates_pkey PRIMARY KEY (organization_id, id),
  CONSTRAINT voter_duplicates_other_id_key UNIQUE (organization_id, voter_id, other_id),
  CONSTRAINT voter_duplicates_voter_id_fkey FOREIGN KEY (organization_id, voter_id)
    REFERENCES voters (organization_id, id) ON DELETE CASCADE,
  CONSTRAINT voter_duplicates_other_id_fkey FOREIGN KEY (organization_id, other_id)
    REFERENCES voters (organization_id, id) ON DELETE CASCADE,
  CONSTRAINT voter_duplicates_decided_by_fkey FOREIGN KEY (decided_by) REFERENCES users (id),
  CONSTRAINT voter_duplicates_other_id_check CHECK (voter_id < other_id),
  CONSTRAINT voter_duplicates_state_check CHECK (state IN ('open', 'dismissed', 'merged'))
);
CREATE INDEX voter_duplicates_score_idx ON voter_duplicates (organization_id, state, score DESC, id DESC);
CREATE INDEX voter_duplicates_other_id_idx ON voter_duplicates (organization_id, other_id);

-- What was made one, with both as they were and what went along: {"contacts": [7], "tags": [3], …}.
CREATE TABLE voter_merges (
  organization_id bigint NOT NULL,
  id bigint GENERATED BY DEFAULT AS IDENTITY,
  survivor_id bigint NOT NULL,
  merged_id bigint NOT NULL,
  survivor_before jsonb NOT NULL,
  merged_before jsonb NOT NULL,
  survivor_after jsonb NOT NULL,
  moved jsonb NOT NULL,
  merged_by bigint,
  merged_at timestamptz NOT NULL DEFAULT now(),
  undone_by bigint,
  undone_at timestamptz,
  updated_at timestamptz NOT NULL DEFAULT now(),
  version bigint NOT NULL DEFAULT 1,
  CONSTRAINT voter_merges_pkey PRIMARY KEY (organization_id, id),
  CONSTRAINT voter_merges_survivor_id_fkey FOREIGN KEY (organization_id, survivor_id)
    REFERENCES voters (organization_id, id) ON DELETE CASCADE,
  CONSTRAINT voter_merges_merged_id_fkey FOREIGN KEY (organization_id, merged_id)
    REFERENCES voters (organization_id, id) ON DELETE CASCADE,
  CONSTRAINT voter_merges_merged_by_fkey FOREIGN KEY (merged_by) REFERENCES users (id),
  CONSTRAINT voter_merges_undone_by_fkey FOREIGN KEY (undone_by) REFERENCES users (id)
);
CREATE UNIQUE INDEX voter_merges_merged_id_key ON voter_merges (organization_id, merged_id) WHERE undone_at IS NULL;
CREATE INDEX voter_merges_merged_at_idx ON voter_merges (organization_id, merged_at, id);

SELECT tenant_table('voter_duplicates', 'voter_duplicate');
SELECT tenant_table('voter_merges', 'voter_merge', 'SELECT, INSERT, UPDATE',
                    secret => '{survivor_before,merged_before,survivor_after,moved}');

-- The rules, with names and weights. A rule is a key: two with equal keys are a pair. Weights add up.
CREATE TABLE duplicate_rules (
  name text NOT NULL,
  weight double precision NOT NULL,
  doc text NOT NULL,
  CONSTRAINT duplicate_rules_pkey PRIMARY KEY (name)
);
INSERT INTO duplicate_rules VALUES
  ('name_birth_date', 0.9, 'same first and last name and date of birth'),
  ('email', 0.6, 'same e-mail address and last name, or first name'),
  ('phone_last_name', 0.4, 'same telephone number and last name, same first letter of the first name'),
  ('name_address', 0.7, 'same name and address, and one of the two came from no state file');
GRANT SELECT ON duplicate_rules TO campaign_api, campaign_definer;

-- The keys of a voter by the rules above; name_address is looked at again in duplicates_find.
CREATE FUNCTION duplicate_keys(v voters) RETURNS TABLE (rule text, key text)
LANGUAGE plpgsql STABLE ROWS 4
AS $$
DECLARE
  first_name constant text := regexp_replace(voter_fold(v.first_name), '[^a-z]', '', 'g');
  last_name constant text := regexp_replace(voter_fold(v.last_name), '[^a-z]', '', 'g');
BEGIN
  IF last_name = '' OR first_name = '' THEN
    RETURN;
  END IF;
  IF v.birth_date IS NOT NULL THEN
    RETURN QUERY VALUES ('name_birth_date', last_name || ' ' || first_name || ' ' || v.birth_date);
  END IF;
  RETURN QUERY SELECT 'email', 'l ' || last_name || ' ' || lower(e) FROM jsonb_array_elements_text(v.emails) e
    UNION ALL SELECT 'email', 'f ' || first_name || ' ' || lower(e) FROM jsonb_array_elements_text(v.emails) e
    UNION ALL SELECT 'phone_last_name', last_name || ' ' || left(first_name, 1) || ' ' || p
      FROM jsonb_array_elements_text(v.phones) p;
  IF v.address_key IS NOT NULL THEN
    RETURN QUERY VALUES ('name_address', last_name || ' ' || first_name || ' ' || v.address_key);
  END IF;
END
$$;

-- Finds pairs in the whole organization; open ones get a new score, decided ones stay. Two with different state
-- ids are a pair only by name and date of birth: the state says that they are two. Generations (Jr, Sr) differ, and
-- so do people with different dates of birth. A key that more than ten share says nothing. Answers how many are new.
CREATE FUNCTION duplicates_find(organization bigint) RETURNS bigint
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  n bigint;
BEGIN
  WITH keyed AS MATERIALIZED (
    SELECT k.rule, k.key, v.id FROM voters v CROSS JOIN LATERAL duplicate_keys(v) k
    WHERE v.organization_id = organization AND v.merged_into IS NULL),
  shared AS (
    SELECT k.rule, k.key, array_agg(DISTINCT k.id ORDER BY k.id) AS ids FROM keyed k
    GROUP BY k.rule, k.key HAVING count(DISTINCT k.id) BETWEEN 2 AND 10),
  pairs AS (
    SELECT DISTINCT a.id AS voter_id, b.id AS other_id, s.rule
    FROM shared s CROSS JOIN LATERAL unnest(s.ids) a (id) CROSS JOIN LATERAL unnest(s.ids) b (id)
    WHERE a.id < b.id),
  -- The pair's own score by what stands for and against it.
  scored AS (
    SELECT p.voter_id, p.other_id, sum(r.weight) AS score, jsonb_agg(p.rule ORDER BY r.weight DESC, p.rule) AS reasons
    FROM pairs p JOIN duplicate_rules r ON r.name = p.rule
    JOIN voters a ON a.organization_id = organization AND a.id = p.voter_id
    JOIN voters b ON b.organization_id = organization AND b.id = p.other_id
    WHERE (a.birth_date = b.birth_date OR a.birth_date IS NULL OR b.birth_date IS NULL)
      AND (a.birth_year = b.birth_year OR a.birth_year IS NULL OR b.birth_year IS NULL)
      AND (a.name_suffix IS NULL OR b.name_suffix IS NULL
           OR lower(rtrim(a.name_suffix, '.')) = lower(rtrim(b.name_suffix, '.')))
      AND (p.rule = 'name_birth_date' OR a.state_id IS NULL OR b.state_id IS NULL)
    GROUP BY p.voter_id, p.other_id),
  put AS (
    INSERT INTO voter_duplicates AS d (organization_id, voter_id, other_id, score, reasons)
    SELECT organization, s.voter_id, s.other_id, s.score, s.reasons FROM scored s
    ON CONFLICT (organization_id, voter_id, other_id) DO UPDATE SET score = EXCLUDED.score, reasons = EXCLUDED.reasons
      WHERE d.state = 'open' AND (d.score, d.reasons) IS DISTINCT FROM (EXCLUDED.score, EXCLUDED.reasons)
    RETURNING d.xmax = 0 AS made),
  -- What was found before and is none any more, since a record was mended.
  gone AS (
    DELETE FROM voter_duplicates d
    WHERE d.organization_id = organization AND d.state = 'open'
      AND NOT EXISTS (SELECT FROM scored s WHERE s.voter_id = d.voter_id AND s.other_id = d.other_id))
  SELECT count(*) FILTER (WHERE put.made) INTO n FROM put;
  RETURN n;
END
$$;

CREATE FUNCTION duplicates_waiting(organization bigint) RETURNS bigint
LANGUAGE sql STABLE
AS $$
  SELECT min(j.id) FROM jobs j WHERE j.kind = 'duplicates' AND j.organization_id = organization AND j.state = 'queued'
$$;

-- Merging ------------------------------------------------------------------------------------------

CREATE FUNCTION merge_refuse(code text, message text) RETURNS void
LANGUAGE plpgsql
AS $$
BEGIN
  RAISE EXCEPTION '%', message USING ERRCODE = 'CC409', DETAIL = code;
END
$$;

-- The survivor with its blanks filled from the other: values of the survivor win, lists are joined, and what
-- protects the person (confidential, unreachable, quiet) holds of both.
CREATE FUNCTION voter_merged(s voters, m voters) RETURNS voters
LANGUAGE plpgsql STABLE
AS $$
DECLARE
  home boolean := s.address IS NULL AND s.address_key IS NULL;
  filled jsonb;
  kept jsonb;
BEGIN
  SELECT COALESCE(jsonb_object_agg(o.key, o.value), '{}') INTO filled
    FROM jsonb_each(to_jsonb(m)) o
    WHERE o.key = ANY ('{state_id,source_id,first_name,middle_name,last_name,name_suffix,birth_date,birth_year,sex,party,
        registration_status,registered_on,precinct,mailing_address}'::text[]
        || CASE WHEN home THEN '{address,unit,city,state,zip5,zip4,address_key,door_id,household_id}'::text[] ELSE '{}' END)
      AND o.value NOT IN ('null', '""') AND to_jsonb(s) -> o.key IN ('null', '""');
  kept := jsonb_build_object(
    'phones', (SELECT COALESCE(jsonb_agg(p.value ORDER BY p.place), '[]') FROM (
       SELECT e.value, min(e.place) AS place FROM jsonb_array_elements(s.phones || m.phones) WITH ORDINALITY e (value, place)
       GROUP BY e.value) p),
    'emails', (SELECT COALESCE(jsonb_agg(p.value ORDER BY p.place), '[]') FROM (
       SELECT e.value, min(e.place) AS place FROM jsonb_array_elements(s.emails || m.emails) WITH ORDINALITY e (value, place)
       GROUP BY e.value) p),
    'vote_history', (SELECT COALESCE(jsonb_agg(p.value ORDER BY p.place), '[]') FROM (
       SELECT DISTINCT ON (e.value ->> 'election') e.value, e.place
       FROM jsonb_array_elements(s.vote_history || m.vote_history) WITH ORDINALITY e (value, place)
       ORDER BY e.value ->> 'election', e.place) p),
    'districts', m.districts || s.districts, 'custom', m.custom || s.custom,
    'confidential', s.confidential OR m.confidential, 'unreachable', COALESCE(s.unreachable, m.unreachable),
    'quiet_until', GREATEST(s.quiet_until, m.quiet_until), 'reached_at', GREATEST(s.reached_at, m.reached_at),
    'contacts_revision', s.contacts_revision + 1);
  IF m.last_contact_at > COALESCE(s.last_contact_at, '-infinity') THEN
    kept := kept || jsonb_build_object('last_contact_at', m.last_contact_at, 'last_disposition', m.last_disposition);
  END IF;
  IF m.support_at > COALESCE(s.support_at, '-infinity') THEN
    kept := kept || jsonb_build_object('support_at', m.support_at, 'support_level', m.support_level);
  END IF;
  RETURN jsonb_populate_record(s, filled || kept);
END
$$;

-- Consents go on to the survivor as new rows of the log, with the time of the old ones: a withdrawal of either
-- holds. Contacts are append-only and name their own row: readers resolve merged_into (voter_and_merged).
CREATE FUNCTION voter_merge(organization bigint, survivor bigint, merged bigint, by_user bigint, actor text)
RETURNS SETOF voter_merges
LANGUAGE plpgsql VOLATILE ROWS 1
AS $$
DECLARE
  s voters;
  m voters;
  after voters;
  made voter_merges;
  tags bigint[];
  follow bigint[];
  flags bigint[];
BEGIN
  PERFORM FROM voters v WHERE v.organization_id = organization AND v.id IN (survivor, merged) ORDER BY v.id FOR UPDATE;
  SELECT v.* INTO s FROM voters v WHERE v.organization_id = organization AND v.id = survivor;
  SELECT v.* INTO m FROM voters v WHERE v.organization_id = organization AND v.id = merged;
  IF s.id IS NULL OR m.id IS NULL THEN
    RAISE EXCEPTION 'There is no such voter.' USING ERRCODE = 'CC422', DETAIL = 'unknown_reference',
      COLUMN = CASE WHEN s.id IS NULL THEN 'survivor_id' ELSE 'merged_id' END;
  END IF;
  SELECT g.* INTO made FROM voter_merges g
    WHERE g.organization_id = organization AND g.merged_id = merged AND g.undone_at IS NULL;
  IF made.survivor_id = survivor THEN
    RETURN NEXT made;
    RETURN;
  END IF;
  IF survivor = merged THEN
    PERFORM merge_refuse('same_voter', 'These are one and the same voter.');
  ELSIF s.merged_into IS NOT NULL OR m.merged_into IS NOT NULL THEN
    PERFORM merge_refuse('voter_merged', 'One of them was merged into another already.');
  ELSIF s.state_id <> m.state_id AND (s.first_name, s.last_name, s.birth_date) IS DISTINCT FROM
        (m.first_name, m.last_name, m.birth_date) THEN
    PERFORM merge_refuse('two_state_ids', 'The state knows them as two people, with different names or birthdays.');
  END IF;
  after := voter_merged(s, m);
  -- First the one that goes, since a state id is there once.
  UPDATE voters v SET merged_into = survivor, unreachable = 'merged',
      state_id = CASE WHEN s.state_id IS NULL THEN NULL ELSE v.state_id END
    WHERE v.organization_id = organization AND v.id = merged;
  PERFORM voter_put(after);
  WITH gone AS (DELETE FROM voter_tags t WHERE t.organization_id = organization AND t.voter_id = merged
                RETURNING t.tag_id),
  come AS (INSERT INTO voter_tags (organization_id, voter_id, tag_id) SELECT organization, survivor, gone.tag_id FROM gone
           ON CONFLICT (organization_id, voter_id, tag_id) DO NOTHING RETURNING tag_id)
  SELECT ARRAY(SELECT tag_id FROM gone), ARRAY(SELECT tag_id FROM come) INTO tags, flags;
  WITH moved AS (UPDATE follow_ups f SET voter_id = survivor WHERE f.organization_id = organization
                 AND f.voter_id = merged RETURNING f.id)
  SELECT ARRAY(SELECT id FROM moved) INTO follow;
  INSERT INTO consents (organization_id, voter_id, address, channel, purpose, state, source, note, occurred_at, actor)
    SELECT organization, survivor, c.address, c.channel, c.purpose, c.state, left('merged: ' || c.source, 200), c.note,
           c.occurred_at, voter_merge.actor
    FROM consents c WHERE c.organization_id = organization AND c.voter_id = merged ORDER BY c.occurred_at, c.id;
  INSERT INTO phone_flags (organization_id, phone, flag, voter_id, at)
    SELECT organization, p.phone, p.flag, survivor, p.at FROM phone_flags p
    WHERE p.organization_id = organization AND p.voter_id = merged ON CONFLICT DO NOTHING;
  UPDATE voter_duplicates d SET state = CASE WHEN (d.voter_id, d.other_id) = (LEAST(survivor, merged), GREATEST(survivor, merged))
      THEN 'merged' ELSE 'dismissed' END, decided_by = by_user, decided_at = now()
    WHERE d.organization_id = organization AND merged IN (d.voter_id, d.other_id) AND d.state = 'open';
  SELECT v.* INTO after FROM voters v WHERE v.organization_id = organization AND v.id = survivor;
  INSERT INTO voter_merges AS g (organization_id, survivor_id, merged_id, survivor_before, merged_before, survivor_after,
      moved, merged_by)
    VALUES (organization, survivor, merged, to_jsonb(s), to_jsonb(m), to_jsonb(after),
            jsonb_build_object('tags', tags, 'tags_new', flags, 'follow_ups', follow), by_user)
    RETURNING g.* INTO made;
  RETURN NEXT made;
END
$$;

-- Writes a whole row over the voter of its number; touch keeps the version.
CREATE FUNCTION voter_put(v voters) RETURNS void
LANGUAGE plpgsql VOLATILE
AS $$
BEGIN
  UPDATE voters o SET (state_id, source_id, household_id, door_id, first_name, middle_name, last_name, name_suffix,
      birth_date, birth_year, sex, party, registration_status, registered_on, precinct, districts, address, unit, city,
      state, zip5, zip4, address_key, mailing_address, phones, emails, vote_history, custom, confidential, unreachable,
      moved_at, merged_into, support_level, support_at, last_contact_at, last_disposition, reached_at, quiet_until)
    = (v.state_id, v.source_id, v.household_id, v.door_id, v.first_name, v.middle_name, v.last_name, v.name_suffix,
      v.birth_date, v.birth_year, v.sex, v.party, v.registration_status, v.registered_on, v.precinct, v.districts,
      v.address, v.unit, v.city, v.state, v.zip5, v.zip4, v.address_key, v.mailing_address, v.phones, v.emails,
      v.vote_history, v.custom, v.confidential, v.unreachable, v.moved_at, v.merged_into, v.support_level, v.support_at,
      v.last_contact_at, v.last_disposition, v.reached_at, v.quiet_until)
    WHERE o.organization_id = v.organization_id AND o.id = v.id;
  -- Apart: a change of the revision does not raise the version, and this must do both.
  UPDATE voters o SET contacts_revision = o.contacts_revision + 1
    WHERE o.organization_id = v.organization_id AND o.id = v.id;
END
$$;

-- Both as they were. Where the survivor was changed since, its newer value stays. Tags and follow-ups go back;
-- consents stay with both, since the log forgets nothing. No row: there is no such merge.
CREATE FUNCTION voter_merge_undo(organization bigint, merge bigint, by_user bigint) RETURNS SETOF voter_merges
LANGUAGE plpgsql VOLATILE ROWS 1
AS $$
DECLARE
  g voter_merges;
  s voters;
  back jsonb;
BEGIN
  SELECT x.* INTO g FROM voter_merges x WHERE x.organization_id = organization AND x.id = merge FOR UPDATE;
  IF g.id IS NULL OR g.undone_at IS NOT NULL THEN
    IF g.id IS NOT NULL THEN
      RETURN NEXT g;
    END IF;
    RETURN;
  END IF;
  SELECT v.* INTO s FROM voters v WHERE v.organization_id = organization AND v.id = g.survivor_id FOR UPDATE;
  IF s.merged_into IS NOT NULL THEN
    PERFORM merge_refuse('survivor_merged', 'The survivor was merged further: undo that first.');
  END IF;
  SELECT COALESCE(jsonb_object_agg(a.key, g.survivor_before -> a.key), '{}') INTO back
    FROM jsonb_each(g.survivor_after) a
    WHERE a.value IS DISTINCT FROM g.survivor_before -> a.key AND to_jsonb(s) -> a.key = a.value
      AND a.key NOT IN ('id', 'organization_id', 'version', 'updated_at', 'contacts_revision');
  PERFORM voter_put(jsonb_populate_record(s, back));
  PERFORM voter_put(jsonb_populate_record(NULL::voters, g.merged_before));
  DELETE FROM voter_tags t WHERE t.organization_id = organization AND t.voter_id = g.survivor_id
    AND t.tag_id IN (SELECT jsonb_array_elements_text(g.moved -> 'tags_new')::bigint);
  INSERT INTO voter_tags (organization_id, voter_id, tag_id)
    SELECT organization, g.merged_id, t.id FROM tags t WHERE t.organization_id = organization
      AND t.id IN (SELECT jsonb_array_elements_text(g.moved -> 'tags')::bigint)
    ON CONFLICT (organization_id, voter_id, tag_id) DO NOTHING;
  UPDATE follow_ups f SET voter_id = g.merged_id WHERE f.organization_id = organization
    AND f.voter_id = g.survivor_id AND f.id IN (SELECT jsonb_array_elements_text(g.moved -> 'follow_ups')::bigint);
  UPDATE voter_duplicates d SET state = 'open', decided_by = NULL, decided_at = NULL
    WHERE d.organization_id = organization AND d.state = 'merged'
      AND (d.voter_id, d.other_id) = (LEAST(g.survivor_id, g.merged_id), GREATEST(g.survivor_id, g.merged_id));
  RETURN QUERY UPDATE voter_merges x SET undone_at = now(), undone_by = by_user
    WHERE x.organization_id = organization AND x.id = merge RETURNING x.*;
END
$$;

-- Where a record's work counts now: the last survivor. Contacts and turf of a merged voter are the survivor's.
CREATE FUNCTION voter_current(organization bigint, voter bigint) RETURNS bigint
LANGUAGE sql STABLE
AS $$
  WITH RECURSIVE chain (id, merged_into, depth) AS (
    SELECT v.id, v.merged_into, 0 FROM voters v WHERE v.organization_id = organization AND v.id = voter
    UNION ALL
    SELECT v.id, v.merged_into, c.depth + 1 FROM chain c
    JOIN voters v ON v.organization_id = organization AND v.id = c.merged_into WHERE c.depth < 20)
  SELECT id FROM chain ORDER BY depth DESC LIMIT 1
$$;

-- The voter and all that were merged into it: whose contacts its history has.
CREATE FUNCTION voter_and_merged(organization bigint, voter bigint) RETURNS SETOF bigint
LANGUAGE sql STABLE ROWS 2
AS $$
  WITH RECURSIVE chain (id, depth) AS (
    SELECT voter, 0
    UNION
    SELECT g.merged_id, c.depth + 1 FROM chain c
    JOIN voter_merges g ON g.organization_id = organization AND g.survivor_id = c.id AND g.undone_at IS NULL
    WHERE c.depth < 20)
  SELECT id FROM chain
$$;
CREATE INDEX voter_merges_survivor_id_idx ON voter_merges (organization_id, survivor_id);

GRANT EXECUTE ON FUNCTION duplicate_keys(voters), duplicates_find(bigint), duplicates_waiting(bigint),
  merge_refuse(text, text), voter_merged(voters, voters), voter_merge(bigint, bigint, bigint, bigint, text),
  voter_put(voters), voter_merge_undo(bigint, bigint, bigint), voter_current(bigint, bigint),
  voter_and_merged(bigint, bigint) TO campaign_api;

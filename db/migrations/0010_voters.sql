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

-- A filter without what asks nothing, as it is kept. Refuses one that cannot be understood.
CREATE FUNCTION voter_filter_kept(organization bigint, filter jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE
AS $$
DECLARE
  kept jsonb;
BEGIN
  SELECT COALESCE(jsonb_object_agg(f.key, f.value), '{}') INTO kept
    FROM jsonb_each(filter) f WHERE f.value NOT IN ('null', '[]', '{}', '""');
  PERFORM voters_count(organization, kept || '{"ids": [0]}', NULL, 'any', false);
  IF kept ? 'polygon' THEN
    PERFORM filter_polygon('polygon', kept -> 'polygon');
  END IF;
  RETURN kept;
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
  RETURN QUERY SELECT v, voter_tags_of(organization, voter) FROM voters v
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
  households_count(bigint, bigint[]), count_household(), voter_body(jsonb), assert_tags(bigint, bigint[], text),
  voters_tag(bigint, bigint[], jsonb), voter_tag(bigint, bigint, jsonb), voters_tag_all(bigint, jsonb, boolean) TO campaign_api;

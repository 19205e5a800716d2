-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Voters that match a filter or a search.

SET LOCAL ROLE campaign_definer;

-- Who answers to a filter (VoterFilter in common/api/cc-voter.h), in no order. Whoever was merged into somebody
-- is never among them. With reach (door, phone, text, email, mail) neither is whoever may not be reached so for
-- this purpose (aim): gone, left alone for now, confidential, do not knock, withdrawn, every number flagged.
-- A filter that cannot be understood is CC422 with the member in COLUMN. guarded: asked by somebody without manage_voters,
-- who does not find confidential people by places, as in voters_search and voters_count.
CREATE OR REPLACE FUNCTION voters_matching(organization bigint, filter jsonb, channel text DEFAULT NULL, purpose text DEFAULT 'any',
  guarded boolean DEFAULT false)
RETURNS SETOF bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp ROWS 10000
SET work_mem = '64MB' -- whoever withdrew is looked up in a hash, however many they are
SET jit = off -- compiling takes longer than reading a million rows
AS $$
BEGIN
  -- Not the tenant's policy but this line keeps organizations apart.
  IF organization IS DISTINCT FROM app_organization_id() THEN
    RAISE EXCEPTION 'voters of another organization' USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF channel NOT IN ('door', 'phone', 'text', 'email', 'mail') THEN
    RAISE EXCEPTION 'reach is door, phone, text, email or mail, not %', channel USING ERRCODE = 'invalid_parameter_value';
  END IF;
  RETURN QUERY EXECUTE
    'SELECT v.id FROM voters v WHERE v.organization_id = $1 AND v.merged_into IS NULL'
    || voter_filter_condition(organization, COALESCE(filter, '{}'), guarded)
    || CASE WHEN channel IS NULL THEN '' ELSE voter_reach_condition(channel) END
    USING organization, COALESCE(filter, '{}'), channel, purpose;
END
$$;

-- A page of people in the order of (search_key, id), after the cursor. Without text that is the order of names.
-- With text, those come first whose name begins with it, last name before first; then those who have it anywhere:
-- 1,000 of them at most, since nobody reads on so far (voters_matching gives all). guarded: see above.
CREATE OR REPLACE FUNCTION voters_search(organization bigint, filter jsonb, guarded boolean, after_key text, after_id bigint,
  n int)
RETURNS TABLE (id bigint, search_key text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp ROWS 50
SET synchronize_seqscans = off
SET jit = off -- compiling takes longer than reading a million rows
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

CREATE OR REPLACE FUNCTION voters_count(organization bigint, filter jsonb, channel text, purpose text, guarded boolean)
RETURNS bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp
SET work_mem = '64MB' -- whoever withdrew is looked up in a hash, however many they are
SET jit = off -- compiling takes longer than reading a million rows
AS $$
DECLARE
  n bigint;
BEGIN
  IF organization IS DISTINCT FROM app_organization_id() THEN
    RAISE EXCEPTION 'voters of another organization' USING ERRCODE = 'insufficient_privilege';
  END IF;
  EXECUTE 'SELECT count(*) FROM voters v WHERE v.organization_id = $1 AND v.merged_into IS NULL'
    || voter_filter_condition(organization, COALESCE(filter, '{}'), guarded)
    || CASE WHEN channel IS NULL THEN '' ELSE voter_reach_condition(channel) END
    INTO n USING organization, COALESCE(filter, '{}'), channel, purpose;
  RETURN n;
END
$$;

GRANT EXECUTE ON FUNCTION voters_matching(bigint,jsonb,text,text,boolean),
  voters_search(bigint,jsonb,boolean,text,bigint,integer),
  voters_count(bigint,jsonb,text,text,boolean)
  TO campaign_api;

RESET ROLE;

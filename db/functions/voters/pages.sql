-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Pages of people with bounded cost for every filter and any number of people.

SET LOCAL ROLE campaign_definer;

-- Scan voters_sort_key_idx from after (after_key, after_id), through keys of one rank below `high`
-- (NULL: to the end), over at most `most` people, until n of them match. With scan_end the last
-- returned row is the last person that was examined. Sorts are disabled, so that only this index
-- has the order. There is a single lower bound, because with two bounds PostgreSQL might use either
-- for the index.
CREATE OR REPLACE FUNCTION voters_walk(organization bigint, filter jsonb, conditions text, rank text, after_key text,
  after_id bigint, high text, most int, n int, OUT ids bigint[], OUT keys text[], OUT scan_end boolean)
LANGUAGE plpgsql STABLE
AS $$
BEGIN
  EXECUTE format('WITH looked AS MATERIALIZED (
      SELECT v.id, v.first_name, v.last_name, v.merged_into IS NULL %1$s AS fits FROM voters v
      WHERE v.organization_id = $1 AND (%2$s, v.id) > ($3 COLLATE "C", $4) %3$s
      ORDER BY %2$s, v.id LIMIT $6)
    SELECT COALESCE(array_agg(p.id), ''{}''), COALESCE(array_agg($8 || %4$s), ''{}''), COALESCE(bool_or(p.ends), false)
    FROM ((SELECT l.id, l.first_name, l.last_name, false FROM looked l WHERE l.fits LIMIT $7)
      UNION ALL (SELECT l.id, l.first_name, l.last_name, true FROM looked l OFFSET $6 - 1 LIMIT 1)
      LIMIT $7) p (id, first_name, last_name, ends)',
    conditions, 'voter_sort_key(v.first_name, v.last_name) COLLATE "C"',
    CASE WHEN high IS NULL THEN '' ELSE 'AND voter_sort_key(v.first_name, v.last_name) COLLATE "C" < $5' END,
    'voter_sort_key(p.first_name, p.last_name)')
    INTO ids, keys, scan_end USING organization, filter, after_key, after_id, high, most, n, rank;
END
$$;

-- Returns everybody who may match the filter if some index shows that there are at most `most` such
-- people; otherwise NULL.
CREATE OR REPLACE FUNCTION voters_few(organization bigint, filter jsonb, most int, whole boolean) RETURNS bigint[]
LANGUAGE plpgsql STABLE
AS $$
DECLARE
  source text;
  ids bigint[];
BEGIN
  FOR source IN SELECT s FROM voter_filter_sources(organization, filter, whole) s LOOP
    EXECUTE 'SELECT COALESCE(array_agg(s.id), ''{}'') FROM (' || source || ' LIMIT $3) s (id)'
      INTO ids USING organization, filter, most + 1;
    IF cardinality(ids) <= most THEN
      RETURN ids;
    END IF;
  END LOOP;
  RETURN NULL;
END
$$;

-- Returns the next n of the given people that match, in page order.
CREATE OR REPLACE FUNCTION voters_among(organization bigint, filter jsonb, ids bigint[], conditions text, wanted text,
  after_key text, after_id bigint, n int)
RETURNS TABLE (id bigint, search_key text, scan_end boolean)
LANGUAGE plpgsql STABLE
AS $$
BEGIN
  RETURN QUERY EXECUTE format('SELECT p.id, p.key, false FROM (
      SELECT v.id, CASE WHEN k.key >= $4 AND k.key < $4 || chr(1114111) THEN ''0'' ELSE ''1'' END || k.key AS key
      FROM (SELECT DISTINCT i FROM unnest($3) i) c (id)
      CROSS JOIN LATERAL (SELECT w.* FROM voters w WHERE w.organization_id = $1 AND w.id = c.id OFFSET 0) v
      CROSS JOIN LATERAL (SELECT voter_sort_key(v.first_name, v.last_name) COLLATE "C" AS key OFFSET 0) k
      WHERE v.merged_into IS NULL %s) p
    WHERE (p.key COLLATE "C", p.id) > ($5 COLLATE "C", $6) ORDER BY p.key COLLATE "C", p.id LIMIT $7', conditions)
    USING organization, filter, ids, wanted, COALESCE(after_key, ''), COALESCE(after_id, 0), n;
END
$$;

-- Finds people who contain the text elsewhere than at the beginning of the name: takes the first
-- 1,000 that voters_search_idx returns, and returns the next n of these in page order.
CREATE OR REPLACE FUNCTION voters_having(organization bigint, conditions text, after_key text, after_id bigint, n int)
RETURNS TABLE (id bigint, search_key text, scan_end boolean)
LANGUAGE plpgsql STABLE
AS $$
BEGIN
  RETURN QUERY EXECUTE format('SELECT p.id, p.key, false FROM (
      SELECT v.id, ''1'' || voter_sort_key(v.first_name, v.last_name) FROM voters v
      WHERE v.organization_id = $1 AND v.merged_into IS NULL %s LIMIT 1000) p (id, key)
    WHERE (p.key COLLATE "C", p.id) > ($2 COLLATE "C", $3) ORDER BY p.key COLLATE "C", p.id LIMIT $4', conditions)
    USING organization, after_key, after_id, n;
END
$$;

-- Returns a page of people in the order of (search_key, id), after the cursor. Without text this is
-- the order of names. With text, people whose name begins with it come first, last name before
-- first name; then people who contain it anywhere: at most 1,000 of these when there is no other
-- filter (voters_matching returns all). guarded: a confidential person is not found by places.
--
-- The steps: People with one of few ids or tags, or within a polygon that contains few people, are
-- read immediately. Otherwise 1,000 people are scanned in the order of names, which suffices for
-- common filters. Otherwise, if an index shows that few people match, these are read and sorted.
-- Otherwise the scan continues, and the page may end before it is full: then the last examined
-- person is returned with scan_end, and the next page begins after that person.
CREATE OR REPLACE FUNCTION voters_page(organization bigint, filter jsonb, guarded boolean, after_key text, after_id bigint,
  n int)
RETURNS TABLE (id bigint, search_key text, scan_end boolean)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp ROWS 50
SET enable_seqscan = off SET enable_sort = off SET enable_incremental_sort = off
SET enable_hashjoin = off SET enable_mergejoin = off SET max_parallel_workers_per_gather = 0
SET jit = off -- JIT compilation takes longer than reading a million rows
AS $$
DECLARE
  asked constant jsonb := jsonb_strip_nulls(COALESCE(filter, '{}'));
  wanted constant text := btrim(regexp_replace(voter_fold(COALESCE(asked ->> 'text', '')), '[\s,]+', ' ', 'g'));
  rest constant text := voter_filter_condition(organization, asked - 'text', guarded, true);
  parts constant text := voter_text_condition(asked ->> 'text', guarded);
  alone constant boolean := wanted <> '' AND rest = '';
  begins constant text := format('(voter_sort_key(v.first_name, v.last_name) COLLATE "C" >= %L
    AND voter_sort_key(v.first_name, v.last_name) COLLATE "C" < %L)', wanted, wanted || chr(1114111));
  others_key constant text := CASE WHEN after_key >= '1' THEN after_key ELSE '1' END;
  others_id constant bigint := CASE WHEN after_key >= '1' THEN after_id ELSE 0 END;
  page record;
  others record;
  few bigint[];
  counted boolean := false;
  most int;
BEGIN
  IF organization IS DISTINCT FROM app_organization_id() THEN
    RAISE EXCEPTION 'voters of another organization' USING ERRCODE = 'insufficient_privilege';
  END IF;
  few := voters_few(organization, asked, 500, false);
  FOREACH most IN ARRAY '{1000,10000}'::int[] LOOP
    IF few IS NOT NULL THEN
      RETURN QUERY SELECT a.* FROM voters_among(organization, asked, few, rest || parts, wanted, after_key, after_id, n) a;
      RETURN;
    END IF;
    SELECT w.* INTO page FROM voters_walk(organization, asked, rest, '0', COALESCE(substr(after_key, 2), wanted), COALESCE(after_id, 0),
      CASE WHEN wanted <> '' THEN wanted || chr(1114111) END, most, CASE WHEN after_key >= '1' THEN 0 ELSE n END) w;
    IF wanted <> '' AND NOT alone AND NOT page.scan_end AND cardinality(page.ids) < n THEN
      SELECT page.ids || w.ids AS ids, page.keys || w.keys AS keys, w.scan_end INTO others
        FROM voters_walk(organization, asked, rest || parts || ' AND NOT ' || begins, '1', substr(others_key, 2), others_id, NULL, most,
                         n - cardinality(page.ids)) w;
      page := others;
    END IF;
    EXIT WHEN NOT page.scan_end;
    IF NOT counted AND (most > 1000 OR cardinality(page.ids) * 10 < n) THEN -- the scan would need at least ten times as many people
      few := voters_few(organization, asked, 5000, true);
      counted := true;
    END IF;
  END LOOP;
  IF few IS NOT NULL AND page.scan_end THEN
    RETURN QUERY SELECT a.* FROM voters_among(organization, asked, few, rest || parts, wanted, after_key, after_id, n) a;
    RETURN;
  END IF;
  RETURN QUERY SELECT u.i, u.k, page.scan_end AND u.o = cardinality(page.ids) FROM unnest(page.ids, page.keys) WITH ORDINALITY u (i, k, o);
  IF alone AND NOT page.scan_end AND cardinality(page.ids) < n THEN
    RETURN QUERY SELECT h.* FROM voters_having(organization, parts || ' AND NOT ' || begins, others_key, others_id,
      n - cardinality(page.ids)) h;
  END IF;
END
$$;

-- Returns a page for a server of v0.2.0, which does not know scan_end: scans until the page is
-- full.
CREATE OR REPLACE FUNCTION voters_search(organization bigint, filter jsonb, guarded boolean, after_key text, after_id bigint,
  n int)
RETURNS TABLE (id bigint, search_key text)
LANGUAGE plpgsql STABLE ROWS 50
AS $$
DECLARE
  row record;
BEGIN
  LOOP
    row := NULL;
    FOR row IN SELECT p.* FROM voters_page(organization, filter, guarded, after_key, after_id, n) p LOOP
      after_key := row.search_key;
      after_id := row.id;
      IF NOT row.scan_end THEN
        id := row.id;
        search_key := row.search_key;
        n := n - 1;
        RETURN NEXT;
      END IF;
    END LOOP;
    EXIT WHEN n <= 0 OR row.scan_end IS NOT TRUE;
  END LOOP;
END
$$;

GRANT EXECUTE ON FUNCTION voters_page(bigint,jsonb,boolean,text,bigint,integer),
  voters_search(bigint,jsonb,boolean,text,bigint,integer)
  TO campaign_api;

RESET ROLE;

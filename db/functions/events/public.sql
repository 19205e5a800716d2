-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- The public list of events, which strangers may request with any filters.

-- Returns the keys of up to n events in the order (start_time, id), after the cursor. Without
-- starts_after these are events that are not over: events that began in the last 12 hours, and
-- longer events, which have separate indexes. The function examines at most 1,000 events: first the
-- long ones, then those of one index (by organization, otherwise by kind, otherwise by time), and
-- applies the other filters to them. When 1,000 events were examined and fewer than n match, the
-- last examined event is returned, too, with scan_end: the next page begins after it.
--
-- Scanning an index in its order is the only bound that holds for all values and statistics. So
-- sorts are disabled, each condition is one range of one index, and the ORDER BY begins with the
-- index's first column: PostgreSQL removes columns with an equality condition from the order, and
-- would then scan events_public_idx through all other organizations and kinds. A trigram index does
-- not help: a word that half of the events contain costs as much, and LIKE is not leakproof, so
-- row-level security forbids using the index.
CREATE OR REPLACE FUNCTION public_events_found(organization text, wanted_kind text, words text, starts_after timestamptz,
  starts_before timestamptz, after_time timestamptz, after_id bigint, n int)
RETURNS TABLE (organization_id bigint, id bigint, scan_end boolean)
LANGUAGE plpgsql STABLE ROWS 50
SET plan_cache_mode = force_generic_plan
SET enable_sort = off SET enable_incremental_sort = off
SET max_parallel_workers_per_gather = 0
AS $$
DECLARE
  most constant int := 1000;
  patterns constant text[] := search_patterns(words);
  one constant bigint := (SELECT o.id FROM organizations o WHERE o.slug = organization);
  first_time constant timestamptz := COALESCE(starts_after, now() - interval '12 hours');
  from_time constant timestamptz := GREATEST(first_time, after_time);
  from_id constant bigint := CASE WHEN after_time >= first_time THEN after_id ELSE 0 END;
  last_time constant timestamptz := COALESCE(starts_before, 'infinity');
  long_time constant timestamptz := GREATEST(now() - interval '366 days', after_time);
  long_id constant bigint := CASE WHEN after_time = long_time THEN after_id ELSE 0 END;
BEGIN
  RETURN QUERY
  WITH looked AS MATERIALIZED (SELECT * FROM (
    (SELECT e.organization_id, e.id, e.kind, e.end_time, concat_ws(' ', e.title, e.short_description, e.city) AS said
     FROM events e
     WHERE starts_after IS NULL AND organization IS NULL AND e.visibility = 'public' AND e.end_time - e.start_time > interval '12 hours'
       AND (e.start_time, e.id) > (long_time, long_id) AND e.start_time < LEAST(first_time, last_time)
     ORDER BY e.start_time, e.id LIMIT most)
    UNION ALL
    (SELECT e.organization_id, e.id, e.kind, e.end_time, concat_ws(' ', e.title, e.short_description, e.city)
     FROM events e
     WHERE starts_after IS NULL AND organization IS NOT NULL AND e.visibility = 'public'
       AND e.end_time - e.start_time > interval '12 hours' AND e.organization_id <= one
       AND (e.organization_id, e.start_time, e.id) > (one, long_time, long_id) AND e.start_time < LEAST(first_time, last_time)
     ORDER BY e.organization_id, e.start_time, e.id LIMIT most)
    UNION ALL
    (SELECT e.organization_id, e.id, e.kind, e.end_time, concat_ws(' ', e.title, e.short_description, e.city)
     FROM events e
     WHERE organization IS NOT NULL AND e.visibility = 'public' AND e.organization_id <= one
       AND (e.organization_id, e.start_time, e.id) > (one, from_time, from_id) AND e.start_time < last_time
     ORDER BY e.organization_id, e.start_time, e.id LIMIT most)
    UNION ALL
    (SELECT e.organization_id, e.id, e.kind, e.end_time, concat_ws(' ', e.title, e.short_description, e.city)
     FROM events e
     WHERE organization IS NULL AND wanted_kind IS NOT NULL AND e.visibility = 'public' AND e.kind <= wanted_kind
       AND (e.kind, e.start_time, e.id) > (wanted_kind, from_time, from_id) AND e.start_time < last_time
     ORDER BY e.kind, e.start_time, e.id LIMIT most)
    UNION ALL
    (SELECT e.organization_id, e.id, e.kind, e.end_time, concat_ws(' ', e.title, e.short_description, e.city)
     FROM events e
     WHERE organization IS NULL AND wanted_kind IS NULL AND e.visibility = 'public'
       AND (e.start_time, e.id) > (from_time, from_id) AND e.start_time < last_time
     ORDER BY e.start_time, e.id LIMIT most)) w LIMIT most)
  (SELECT l.organization_id, l.id, false FROM looked l
   WHERE (wanted_kind IS NULL OR l.kind = wanted_kind) AND (starts_after IS NOT NULL OR l.end_time > now())
     AND search_finds(l.said, patterns)
   LIMIT n)
  UNION ALL
  (SELECT l.organization_id, l.id, true FROM looked l OFFSET most - 1 LIMIT 1)
  LIMIT n;
END
$$;

GRANT EXECUTE ON FUNCTION public_events_found(text,text,text,timestamptz,timestamptz,timestamptz,bigint,integer)
  TO campaign_public;

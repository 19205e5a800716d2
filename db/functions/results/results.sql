-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Counts contacts, answers and canvassers' figures.

-- Returns SQL text that selects the contacts that count, with the columns by which they are
-- grouped. All counts come from a single statement, so that they are of one moment.
CREATE OR REPLACE FUNCTION results_where(filter jsonb) RETURNS text
LANGUAGE sql IMMUTABLE
AS $$
  SELECT COALESCE(string_agg(' AND ' || w.condition, ''), '')
  FROM (VALUES
    ('turf_id', 'c.route_id = ($2 ->> ''turf_id'')::bigint AND NOT p.hidden'),
    ('canvasser_id', 'c.user_id = ($2 ->> ''canvasser_id'')::bigint'),
    ('actor', 'c.actor = $2 ->> ''actor'''),
    ('script_id', 'c.script_id = ($2 ->> ''script_id'')::bigint'),
    ('channel', 'c.channel = $2 ->> ''channel'''),
    ('precinct', 'p.precinct = $2 ->> ''precinct'''),
    ('since', 'c.occurred_at >= ($2 ->> ''since'')::timestamptz'),
    ('until', 'c.occurred_at < ($2 ->> ''until'')::timestamptz')) w (name, condition)
  WHERE filter ? w.name
$$;

-- Returns SQL text for the place of a contact c at the door o, by which contacts are grouped.
-- Without manage_voters, precinct and turf of a confidential person are hidden: a count for the
-- moment of one contact would reveal them.
CREATE OR REPLACE FUNCTION results_places() RETURNS text
LANGUAGE sql IMMUTABLE
AS $$
  SELECT 'LEFT JOIN voters v ON v.organization_id = $1 AND v.id = c.voter_id
    CROSS JOIN LATERAL (SELECT COALESCE(NOT COALESCE(($2 ->> ''manages'')::boolean, false)
      AND (v.confidential OR v.merged_into IS NOT NULL AND scope_confidential($1, v.merged_into)), false) AS hidden) h
    CROSS JOIN LATERAL (SELECT h.hidden, CASE WHEN NOT h.hidden THEN COALESCE(v.precinct, o.precinct) END AS precinct) p'
$$;

-- Returns attempts, doors, people and dispositions for each turf, canvasser, precinct, disposition,
-- channel or day. For support a person's latest level counts, once in each group.
CREATE OR REPLACE FUNCTION results_by(organization bigint, grouping_by text, filter jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE
AS $$
DECLARE
  found_rows jsonb;
  key text := CASE grouping_by
    WHEN 'turf' THEN 'CASE WHEN NOT p.hidden THEN c.route_id::text END' WHEN 'canvasser' THEN 'c.actor'
    WHEN 'precinct' THEN 'p.precinct' WHEN 'disposition' THEN 'd.code'
    WHEN 'channel' THEN 'c.channel' WHEN 'day' THEN '(c.occurred_at AT TIME ZONE ($2 ->> ''timezone''))::date::text'
    ELSE '''all''' END;
BEGIN
  EXECUTE '
  WITH held AS MATERIALIZED (
    SELECT ' || key || ' AS key, c.voter_id, c.door_id, c.support_level, c.occurred_at, c.client_id, d.code, d.reached
    FROM voter_contacts c
    JOIN dispositions d ON d.code = COALESCE(c.disposition, ''canvassed'')
    LEFT JOIN doors o ON o.organization_id = $1 AND o.id = c.door_id
    ' || results_places() || '
    WHERE c.organization_id = $1 AND c.holds' || results_where(filter) || '),
  counts AS (
    SELECT key, count(*) AS attempts, count(DISTINCT door_id) AS doors,
           count(DISTINCT voter_id) FILTER (WHERE reached) AS people, count(*) FILTER (WHERE reached) AS reached
    FROM held GROUP BY key),
  codes AS (
    SELECT key, jsonb_object_agg(code, n) AS of_code
    FROM (SELECT key, code, count(*) AS n FROM held GROUP BY key, code) h GROUP BY key),
  levels AS (
    SELECT key, jsonb_object_agg(support_level, n) AS of_level
    FROM (SELECT key, support_level, count(*) AS n
          FROM (SELECT DISTINCT ON (key, voter_id) key, support_level FROM held WHERE support_level IS NOT NULL
                ORDER BY key, voter_id, occurred_at DESC, client_id DESC) l GROUP BY key, support_level) h GROUP BY key)
  SELECT jsonb_agg(jsonb_build_object(''key'', k.key, ''label'', result_label($1, $3, k.key), ''attempts'', k.attempts,
           ''doors'', k.doors, ''people'', k.people, ''reached'', k.reached,
           ''contact_rate'', round(k.reached::numeric / k.attempts, 4),
           ''dispositions'', c.of_code, ''support'', COALESCE(l.of_level, ''{}''),
           ''door_count'', t.door_count, ''doors_done'', t.doors_done) ORDER BY k.key)
  FROM counts k
  JOIN codes c ON c.key IS NOT DISTINCT FROM k.key
  LEFT JOIN levels l ON l.key IS NOT DISTINCT FROM k.key
  LEFT JOIN canvass_routes t ON $3 = ''turf'' AND t.organization_id = $1 AND t.id::text = k.key'
  INTO found_rows USING organization, filter, grouping_by;
  RETURN COALESCE(found_rows, '[]');
END
$$;

-- Returns the label of a group whose key is an id.
CREATE OR REPLACE FUNCTION result_label(organization bigint, grouping_by text, key text) RETURNS text
LANGUAGE plpgsql STABLE
AS $$
BEGIN
  RETURN CASE grouping_by
    WHEN 'turf' THEN (SELECT r.name FROM canvass_routes r WHERE r.organization_id = organization AND r.id = key::bigint)
    WHEN 'canvasser' THEN actor_name(organization, key)
    ELSE key END;
END
$$;

-- Returns how often each option was chosen, and how often each number was given.
CREATE OR REPLACE FUNCTION results_of_answers(organization bigint, filter jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE
AS $$
DECLARE
  found_rows jsonb;
BEGIN
  EXECUTE '
  SELECT jsonb_agg(jsonb_build_object(''step_id'', r.step_id, ''option_id'', r.option_id, ''value'', r.value,
           ''step_texts'', s.texts, ''option_texts'', p.texts, ''count'', r.n)
         ORDER BY s.position, s.id, p.position, p.id, r.value)
  FROM (SELECT a.step_id, a.option_id,
               CASE WHEN k.kind IN (''scale'', ''number'', ''support'', ''date'') THEN a.value END AS value, count(*) AS n
        FROM voter_contacts c
        JOIN contact_answers a ON a.organization_id = $1 AND a.contact_id = c.id
        JOIN script_steps k ON k.organization_id = $1 AND k.id = a.step_id
        LEFT JOIN doors o ON o.organization_id = $1 AND o.id = c.door_id
        ' || results_places() || '
        WHERE c.organization_id = $1 AND c.holds' || results_where(filter) || '
        GROUP BY 1, 2, 3) r
  JOIN script_steps s ON s.organization_id = $1 AND s.id = r.step_id
  LEFT JOIN script_options p ON p.organization_id = $1 AND p.id = r.option_id'
  INTO found_rows USING organization, filter;
  RETURN COALESCE(found_rows, '[]');
END
$$;

-- Returns signs of unusual pace or contact rates, with their messages. They are reasons to ask the
-- canvasser, not proofs. Usual figures in the field: 2 to 4 minutes from door to door, 10 to 30 of
-- 100 people reached.
CREATE OR REPLACE FUNCTION quality_signals(attempts bigint, reached bigint, gaps bigint, median double precision, burst bigint)
RETURNS jsonb
LANGUAGE sql IMMUTABLE
AS $$
  SELECT COALESCE(jsonb_agg(jsonb_build_object('code', s.code, 'message', s.message, 'value', s.value, 'usual', s.usual)
                            ORDER BY s.code), '[]')
  FROM (VALUES
    ('burst', burst >= 15, burst::double precision, '1 in 2 minutes', 'Many doors within two minutes.'),
    ('fast', gaps >= 10 AND median < 45, median, '120 to 240 seconds', 'Half of the doors came very soon after the one before.'),
    ('high_contact_rate', attempts >= 20 AND reached > 0.6 * attempts, reached::double precision / NULLIF(attempts, 0),
     '0.1 to 0.3', 'Far more people were reached than usual.'),
    ('low_contact_rate', attempts >= 50 AND reached < 0.02 * attempts, reached::double precision / NULLIF(attempts, 0),
     '0.1 to 0.3', 'Hardly anybody was reached.')) s (code, holds, value, usual, message)
  WHERE s.holds
$$;

-- Returns the figures of all actors with contacts, or of one actor. Doors of one building that are
-- recorded at the same moment (bulk not_home) count as one knock for the pace; more than half an
-- hour without a contact counts as a break.
CREATE OR REPLACE FUNCTION canvasser_figures(organization bigint, actor text, since timestamptz, until timestamptz)
RETURNS TABLE (actor text, name text, attempts bigint, doors bigint, people bigint, reached bigint,
  contact_rate double precision, dispositions jsonb, support jsonb, first_at timestamptz, last_at timestamptz,
  doors_per_hour double precision, median_seconds double precision, signals jsonb)
LANGUAGE sql STABLE
AS $$
  WITH held AS MATERIALIZED (
    SELECT c.actor, c.channel, c.door_id, c.building_id, c.occurred_at
    FROM voter_contacts c
    WHERE c.organization_id = organization AND c.holds AND c.channel = 'door' AND (canvasser_figures.actor IS NULL OR c.actor = canvasser_figures.actor)
      AND (since IS NULL OR c.occurred_at >= since) AND (until IS NULL OR c.occurred_at < until)),
  knocks AS (
    SELECT h.actor, h.occurred_at, extract(epoch FROM h.occurred_at - lag(h.occurred_at) OVER w)::double precision AS gap,
           count(*) OVER (PARTITION BY h.actor ORDER BY h.occurred_at
                          RANGE BETWEEN interval '2 minutes' PRECEDING AND CURRENT ROW) AS within
    FROM (SELECT DISTINCT h.actor, h.occurred_at, h.building_id FROM held h) h
    WINDOW w AS (PARTITION BY h.actor ORDER BY h.occurred_at)),
  pace AS (
    SELECT k.actor, count(k.gap) FILTER (WHERE k.gap <= 1800) AS gaps, max(k.within) AS burst,
           sum(k.gap) FILTER (WHERE k.gap <= 1800) AS seconds,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY k.gap) FILTER (WHERE k.gap <= 1800) AS median
    FROM knocks k GROUP BY k.actor),
  ends AS (SELECT h.actor, min(h.occurred_at) AS first_at, max(h.occurred_at) AS last_at FROM held h GROUP BY h.actor)
  SELECT r ->> 'key', r ->> 'label', (r ->> 'attempts')::bigint, (r ->> 'doors')::bigint, (r ->> 'people')::bigint,
    (r ->> 'reached')::bigint, (r ->> 'contact_rate')::double precision, r -> 'dispositions', r -> 'support',
    e.first_at, e.last_at, CASE WHEN p.seconds > 0 THEN round((p.gaps * 3600 / p.seconds)::numeric, 1) END, p.median,
    quality_signals((r ->> 'attempts')::bigint, (r ->> 'reached')::bigint, p.gaps, p.median, p.burst)
  FROM jsonb_array_elements(results_by(organization, 'canvasser', jsonb_strip_nulls(jsonb_build_object(
    'actor', canvasser_figures.actor, 'since', since, 'until', until, 'channel', 'door')))) r
  JOIN pace p ON p.actor = r ->> 'key'
  JOIN ends e ON e.actor = r ->> 'key'
$$;

GRANT EXECUTE ON FUNCTION results_where(jsonb), results_places(), results_by(bigint,text,jsonb),
  result_label(bigint,text,text), results_of_answers(bigint,jsonb),
  quality_signals(bigint,bigint,bigint,double precision,bigint),
  canvasser_figures(bigint,text,timestamp with time zone,timestamp with time zone)
  TO campaign_api;

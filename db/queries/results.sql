-- SPDX-License-Identifier: GPL-3.0-or-later
-- Live results, figures of canvassers, and maps. The counting is in db/functions/results.

-- name: result_list
-- Return counts and a position in the feed. Changes that the feed reports after (xid, 0) may or may
-- not be counted; all earlier ones are.
SELECT results_by(:call.organization_id::bigint, :query.by::text, f.filter) AS rows, now() AS as_of,
       pg_snapshot_xmin(pg_current_snapshot())::text AS xid
FROM (SELECT jsonb_strip_nulls(jsonb_build_object('turf_id', :query.turf_id::bigint, 'canvasser_id', :query.canvasser_id::bigint,
        'script_id', :query.script_id::bigint, 'channel', :query.channel::text, 'precinct', :query.precinct::text,
        'since', :query.since::timestamptz, 'until', :query.until::timestamptz, 'timezone', o.timezone,
        'manages', right_has(:call.rights::jsonb, 'manage_voters'))) AS filter
      FROM organizations o WHERE o.id = :call.organization_id::bigint) f

-- name: result_answers
SELECT results_of_answers(:call.organization_id::bigint, jsonb_strip_nulls(jsonb_build_object(
         'turf_id', :query.turf_id::bigint, 'canvasser_id', :query.canvasser_id::bigint, 'script_id', :query.script_id::bigint,
         'channel', :query.channel::text, 'precinct', :query.precinct::text, 'since', :query.since::timestamptz,
         'until', :query.until::timestamptz, 'manages', right_has(:call.rights::jsonb, 'manage_voters')))) AS rows, now() AS as_of,
       pg_snapshot_xmin(pg_current_snapshot())::text AS xid

-- name: canvasser_list
SELECT {columns f}
FROM canvasser_figures(:call.organization_id::bigint, NULL, :query.since::timestamptz, :query.until::timestamptz) f
WHERE (:page.cursor_1::text IS NULL OR f.actor COLLATE "C" > :page.cursor_1::text)
  AND (:query.only_signals::boolean IS NOT TRUE OR f.signals <> '[]')
ORDER BY f.actor COLLATE "C"
LIMIT :page.limit::int

-- name: canvasser_mine
SELECT {columns m}
FROM (SELECT me.actor, COALESCE(f.name, actor_name(:call.organization_id::bigint, me.actor)) AS name,
        COALESCE(f.attempts, 0) AS attempts, COALESCE(f.doors, 0) AS doors, COALESCE(f.people, 0) AS people,
        COALESCE(f.reached, 0) AS reached, f.contact_rate, COALESCE(f.dispositions, '{}') AS dispositions,
        COALESCE(f.support, '{}') AS support, f.first_at, f.last_at, f.doors_per_hour, f.median_seconds,
        COALESCE(f.signals, '[]') AS signals
      FROM (SELECT :call.actor::text AS actor) me
      LEFT JOIN canvasser_figures(:call.organization_id::bigint, :call.actor::text, :query.since::timestamptz,
        :query.until::timestamptz) f
        ON true) m

-- name: map_tile
SELECT t.tile, md5(t.tile) AS etag
FROM map_tile(:path.layer::text, :path.z::int, :path.x::int, :path.y::int, :call.actor::text, :call.user_id::bigint,
  :call.rights::jsonb) t (tile)

-- name: map_geojson
SELECT t.document, md5(t.document) AS etag
FROM map_geojson(:path.layer::text, ST_MakeEnvelope(:query.west::float8, :query.south::float8, :query.east::float8,
  :query.north::float8, 4326),
                 :call.actor::text, :call.user_id::bigint, :call.rights::jsonb, :query.most::int) t (document)

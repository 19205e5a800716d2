-- SPDX-License-Identifier: GPL-3.0-or-later
-- Live results, the figures of canvassers, and maps. The counting is in 0011_contacts.sql.

-- name: result_list
-- Everything that the feed tells after (xid, 0) may or may not be counted; all before it is.
SELECT results_by(:organization_id::bigint, :by::text, f.filter) AS rows, now() AS as_of,
       pg_snapshot_xmin(pg_current_snapshot())::text AS xid
FROM (SELECT jsonb_strip_nulls(jsonb_build_object('turf_id', :turf_id::bigint, 'canvasser_id', :canvasser_id::bigint,
        'script_id', :script_id::bigint, 'channel', :channel::text, 'precinct', :precinct::text,
        'since', :since::timestamptz, 'until', :until::timestamptz, 'timezone', o.timezone)) AS filter
      FROM organizations o WHERE o.id = :organization_id::bigint) f

-- name: result_answers
SELECT results_of_answers(:organization_id::bigint, jsonb_strip_nulls(jsonb_build_object(
         'turf_id', :turf_id::bigint, 'canvasser_id', :canvasser_id::bigint, 'script_id', :script_id::bigint,
         'channel', :channel::text, 'precinct', :precinct::text, 'since', :since::timestamptz,
         'until', :until::timestamptz))) AS rows, now() AS as_of,
       pg_snapshot_xmin(pg_current_snapshot())::text AS xid

-- name: canvasser_list
SELECT {columns f}
FROM canvasser_figures(:organization_id::bigint, NULL, :since::timestamptz, :until::timestamptz) f
WHERE (:cursor_1::text IS NULL OR f.actor COLLATE "C" > :cursor_1::text)
  AND (:only_signals::boolean IS NOT TRUE OR f.signals <> '[]')
ORDER BY f.actor COLLATE "C"
LIMIT :limit::int

-- name: canvasser_mine
SELECT {columns m}
FROM (SELECT me.actor, COALESCE(f.name, actor_name(me.actor, :organization_id::bigint)) AS name,
        COALESCE(f.attempts, 0) AS attempts, COALESCE(f.doors, 0) AS doors, COALESCE(f.people, 0) AS people,
        COALESCE(f.reached, 0) AS reached, f.contact_rate, COALESCE(f.dispositions, '{}') AS dispositions,
        COALESCE(f.support, '{}') AS support, f.first_at, f.last_at, f.doors_per_hour, f.median_seconds,
        COALESCE(f.signals, '[]') AS signals
      FROM (SELECT :actor::text AS actor) me
      LEFT JOIN canvasser_figures(:organization_id::bigint, :actor::text, :since::timestamptz, :until::timestamptz) f
        ON true) m

-- name: map_tile
SELECT t.tile, md5(t.tile) AS etag
FROM map_tile(:layer::text, :z::int, :x::int, :y::int, :actor::text, :my_user_id::bigint, :my_rights::jsonb) t (tile)

-- name: map_geojson
SELECT t.document, md5(t.document) AS etag
FROM map_geojson(:layer::text, ST_MakeEnvelope(:west::float8, :south::float8, :east::float8, :north::float8, 4326),
                 :actor::text, :my_user_id::bigint, :my_rights::jsonb, :most::int) t (document)

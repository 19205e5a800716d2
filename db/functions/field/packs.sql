-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Packs: which ones an actor may take, their contents, and wiping them.

-- Returns the events at whose door an actor may work: from a week before the event until half a day
-- after it.
CREATE OR REPLACE FUNCTION field_events(organization bigint, actor text) RETURNS SETOF events
LANGUAGE sql STABLE
AS $$
  SELECT e.* FROM scope_events(organization, actor) e
  WHERE e.end_time > now() - interval '12 hours' AND e.start_time < now() + interval '7 days'
    AND e.cancelled_at IS NULL
  ORDER BY e.start_time, e.id LIMIT 50
$$;

-- Returns the packs that an actor may take, and those taken before. A pack that the actor may no
-- longer hold has wipe = true until the device confirms the wipe.
CREATE OR REPLACE FUNCTION field_packs(organization bigint, actor text, person bigint, canvasses boolean, checks_in boolean)
RETURNS jsonb
LANGUAGE sql STABLE
AS $$
  WITH held (kind, id, name, version, size, expires_at) AS (
    SELECT 'turf', r.id, r.name, r.version, 4000 + 700 * r.door_count + 500 * r.voter_count, r.expires_at
    FROM scope_turfs(organization, actor, person) r WHERE canvasses
    UNION ALL
    SELECT 'event', e.id, e.title, e.version,
           1000 + 300 * (e.registered_count + e.attended_count + e.cancelled_count), e.end_time + interval '12 hours'
    FROM field_events(organization, actor) e WHERE checks_in
  ), given AS (
    SELECT g.* FROM field_grants g
    WHERE g.organization_id = organization AND g.actor = field_packs.actor AND g.wiped_at IS NULL
  )
  SELECT COALESCE(jsonb_agg(jsonb_build_object(
    'kind', COALESCE(h.kind, g.kind), 'id', COALESCE(h.id, g.pack_id), 'name', h.name, 'version', h.version,
    'size_estimate', h.size, 'expires_at', field_time(h.expires_at), 'taken_at', field_time(g.taken_at), 'wipe', h.id IS NULL)
    ORDER BY COALESCE(h.kind, g.kind), COALESCE(h.id, g.pack_id)), '[]')
  FROM held h FULL JOIN given g ON g.kind = h.kind AND g.pack_id = h.id
$$;

-- Returns the lines of a pack: all of them (whole), and those changed since a position in the feed
-- (delta). A single statement reads a single snapshot, so lines and position agree. before: the
-- actor's previous grant, or NULL.
CREATE OR REPLACE FUNCTION field_pack_lines(organization bigint, actor text, person bigint, what text, number bigint,
  before field_grants, since_xid xid8, since_id bigint, OUT xid xid8, OUT stale boolean, OUT doors bigint[],
  OUT people bigint[], OUT whole text, OUT n_whole bigint, OUT delta text, OUT n_delta bigint)
LANGUAGE sql STABLE
AS $$
  WITH news AS MATERIALIZED (
    SELECT * FROM field_changed(organization, since_xid, COALESCE(since_id, 0))
  ), pack AS MATERIALIZED (
    SELECT * FROM field_turf_lines(organization, actor, field_pack_lines.person, number) WHERE what = 'turf'
    UNION ALL SELECT * FROM field_event_lines(organization, number) WHERE what = 'event'
  ), ids AS (
    SELECT COALESCE(array_agg(DISTINCT p.door) FILTER (WHERE p.door IS NOT NULL), '{}') AS doors,
           COALESCE(array_agg(DISTINCT p.person) FILTER (WHERE p.person IS NOT NULL), '{}') AS people FROM pack p
  ), fresh AS (
    SELECT p.part, p.rank, p.person, p.line FROM pack p, news n
    WHERE p.part IN (1, 2, 4) OR p.person IS NULL AND p.door = ANY (n.doors) OR p.person = ANY (n.attendees)
       OR what = 'turf' AND p.person = ANY (n.people) OR p.person <> ALL (before.people)
       OR p.person IS NULL AND p.door <> ALL (before.doors)
       -- When a door becomes do-not-knock, its people leave the pack; when it stops being so, they
       -- enter it.
       OR what = 'turf' AND p.person IS NOT NULL AND p.door = ANY (n.doors)
    UNION ALL
    SELECT 9, g.id, NULL, jsonb_build_object('line', 'gone', 'entity', g.entity, 'id', g.id)
    FROM (SELECT 'door' AS entity, unnest(before.doors) AS id, i.doors AS now FROM ids i
          UNION ALL SELECT CASE what WHEN 'turf' THEN 'person' ELSE 'attendee' END, unnest(before.people), i.people
          FROM ids i) g
    WHERE g.id <> ALL (g.now)
  )
  SELECT pg_snapshot_xmin(pg_current_snapshot()), COALESCE(n.whole, false), i.doors, i.people,
         (SELECT string_agg(p.line::text, E'\n' ORDER BY p.part, p.rank, p.person) FROM pack p),
         (SELECT count(*) FROM pack),
         (SELECT string_agg(f.line::text, E'\n' ORDER BY f.part, f.rank, f.person) FROM fresh f),
         (SELECT count(*) FROM fresh)
  FROM ids i, news n
$$;

-- Returns a pack, whole or since a position in the feed, from one snapshot. No row: the actor may
-- not take it. The same content keeps its position in the feed, so that the same bytes are made
-- again and Range and ETag work.
CREATE OR REPLACE FUNCTION field_pack(organization bigint, actor text, person bigint, what text, number bigint, since_xid xid8,
  since_id bigint)
RETURNS TABLE (xid xid8, snapshot boolean, content text, made_at timestamptz, expires_at timestamptz, lines text,
               n_lines bigint)
LANGUAGE plpgsql VOLATILE ROWS 1
AS $$
DECLARE
  before field_grants;
  doors_now bigint[];
  people_now bigint[];
  delta text;
  n_delta bigint;
  stale boolean;
  whole text;
  held boolean;
BEGIN
  IF what = 'turf' THEN
    SELECT true, r.expires_at INTO held, expires_at FROM scope_turfs(organization, actor, field_pack.person) r WHERE r.id = number;
  ELSE
    SELECT true, e.end_time + interval '12 hours' INTO held, expires_at
      FROM field_events(organization, actor) e WHERE e.id = number;
  END IF;
  IF held IS NOT TRUE THEN
    RETURN;
  END IF;
  SELECT g.* INTO before FROM field_grants g
    WHERE g.organization_id = organization AND g.actor = field_pack.actor AND g.kind = what AND g.pack_id = number
    FOR UPDATE;
  since_xid := COALESCE(since_xid, before.cursor_xid, '0'::xid8);
  SELECT n.xid, n.stale, n.doors, n.people, n.whole, n.n_whole, n.delta, n.n_delta
    INTO xid, stale, doors_now, people_now, whole, n_lines, delta, n_delta
    FROM field_pack_lines(organization, field_pack.actor, field_pack.person, what, number, before, since_xid, since_id) n;
  content := encode(sha256(convert_to(whole, 'UTF8')), 'hex');
  made_at := now();
  snapshot := since_id IS NULL OR stale OR before.id IS NULL;
  IF NOT snapshot THEN
    lines := delta;
    n_lines := n_delta;
    doors_now := ARRAY(SELECT DISTINCT unnest(before.doors || doors_now));
    people_now := ARRAY(SELECT DISTINCT unnest(before.people || people_now));
  ELSE
    lines := whole;
    IF before.content = content AND NOT stale THEN
      xid := before.cursor_xid;
      made_at := before.made_at;
    END IF;
  END IF;
  INSERT INTO field_grants AS g (organization_id, actor, kind, pack_id, content, cursor_xid, made_at, doors, people,
                                 doors_ever, people_ever)
    VALUES (organization, actor, what, number, content, xid, made_at, doors_now, people_now, doors_now, people_now)
    ON CONFLICT ON CONSTRAINT field_grants_pack_id_key DO UPDATE
    SET content = excluded.content, cursor_xid = excluded.cursor_xid, made_at = excluded.made_at,
        doors = excluded.doors, people = excluded.people,
        doors_ever = ARRAY(SELECT DISTINCT unnest(g.doors_ever || excluded.doors)),
        people_ever = ARRAY(SELECT DISTINCT unnest(g.people_ever || excluded.people)), taken_at = now(), wiped_at = NULL;
  RETURN NEXT;
END
$$;

-- Record that the device has wiped these packs. Returns the number of packs that were not wiped
-- before.
CREATE OR REPLACE FUNCTION field_wiped(organization bigint, actor text, given jsonb) RETURNS bigint
LANGUAGE sql VOLATILE
AS $$
  WITH done AS (
    UPDATE field_grants g SET wiped_at = now(), doors = '{}', people = '{}'
    FROM jsonb_to_recordset(given) w (kind text, id bigint)
    WHERE g.organization_id = organization AND g.actor = field_wiped.actor AND g.kind = w.kind AND g.pack_id = w.id
      AND g.wiped_at IS NULL
    RETURNING 1)
  SELECT count(*) FROM done
$$;

-- Record that a door was replaced by another one: everybody who received the old door counts as
-- having received the new one. The old door stays in `doors`, so that the next delta removes it
-- from the phone.
CREATE OR REPLACE FUNCTION field_door_moved(organization bigint, old bigint, door bigint) RETURNS void
LANGUAGE sql VOLATILE
AS $$
  UPDATE field_grants g SET doors_ever = array_append(g.doors_ever, door)
  WHERE g.organization_id = organization AND old = ANY (g.doors_ever)
$$;

GRANT EXECUTE ON FUNCTION field_door_moved(bigint,bigint,bigint), field_events(bigint,text),
  field_packs(bigint,text,bigint,boolean,boolean),
  field_pack_lines(bigint,text,bigint,text,bigint,field_grants,xid8,bigint),
  field_pack(bigint,text,bigint,text,bigint,xid8,bigint), field_wiped(bigint,text,jsonb)
  TO campaign_api;

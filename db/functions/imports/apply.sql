-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Applies a compared import in chunks: places, new people, changed people, people who are gone.

-- What people have done that hangs on these persons.
CREATE OR REPLACE FUNCTION import_work(voters bigint[]) RETURNS jsonb
LANGUAGE sql STABLE
AS $$
  SELECT jsonb_build_object(
    'contacts', (SELECT count(*) FROM voter_contacts c WHERE c.organization_id = o.id AND c.voter_id = ANY (voters)),
    'consents', (SELECT count(*) FROM consents c WHERE c.organization_id = o.id AND c.voter_id = ANY (voters)),
    'tags', (SELECT count(*) FROM voter_tags t WHERE t.organization_id = o.id AND t.voter_id = ANY (voters)),
    'follow_ups', (SELECT count(*) FROM follow_ups f WHERE f.organization_id = o.id AND f.voter_id = ANY (voters)),
    'phone_flags', (SELECT count(*) FROM phone_flags f WHERE f.organization_id = o.id AND f.voter_id = ANY (voters)))
  FROM (SELECT app_organization_id()) o (id)
$$;

-- The same of the whole organization, with the doors in turfs.
CREATE OR REPLACE FUNCTION import_work_all() RETURNS jsonb
LANGUAGE sql STABLE
AS $$
  SELECT jsonb_build_object(
    'contacts', (SELECT count(*) FROM voter_contacts c WHERE c.organization_id = o.id AND c.voter_id IS NOT NULL),
    'consents', (SELECT count(*) FROM consents c WHERE c.organization_id = o.id),
    'tags', (SELECT count(*) FROM voter_tags t WHERE t.organization_id = o.id),
    'follow_ups', (SELECT count(*) FROM follow_ups f WHERE f.organization_id = o.id),
    'turf_doors', (SELECT count(*) FROM canvass_route_doors d WHERE d.organization_id = o.id))
  FROM (SELECT app_organization_id()) o (id)
$$;

-- The number of somebody's voters, after they came, moved or went.
CREATE OR REPLACE FUNCTION import_recount(household_ids bigint[]) RETURNS void
LANGUAGE sql
AS $$
  UPDATE households h SET n_voters = c.n
  FROM (SELECT u.id, (SELECT count(*) FROM voters v WHERE v.organization_id = app_organization_id()
                      AND v.household_id = u.id) AS n
        FROM (SELECT DISTINCT id FROM unnest(household_ids) u (id) WHERE id IS NOT NULL) u) c
  WHERE h.organization_id = app_organization_id() AND h.id = c.id AND h.n_voters IS DISTINCT FROM c.n
$$;

-- The places of rows (first, last]: those that are known are used. Doors of confidential people are not made.
CREATE OR REPLACE FUNCTION import_places(import bigint, first bigint, last bigint) RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
  organization constant bigint := app_organization_id();
BEGIN
  INSERT INTO buildings (organization_id, building_key, address, number, street, street_key, city, state, zip5,
                         precinct, created_import_id)
  SELECT DISTINCT ON (r.building_key) organization, r.building_key, COALESCE(r.building_address, r.address), r.number,
         r.street, r.street_key, r.city, r.state, r.zip5, r.precinct, import
  FROM staging.plan p JOIN staging.rows r ON r.import_id = import AND r.row_no = p.row_no
  WHERE p.import_id = import AND p.row_no > first AND p.row_no <= last AND r.row_no > first AND r.row_no <= last
    AND p.kind IN ('new', 'changed', 'moved')
    AND r.address_key IS NOT NULL AND NOT r.confidential
    AND NOT EXISTS (SELECT FROM buildings b WHERE b.organization_id = organization AND b.building_key = r.building_key)
  ORDER BY r.building_key, r.row_no
  ON CONFLICT (organization_id, building_key) DO NOTHING;
  INSERT INTO doors (organization_id, building_id, address_key, unit, precinct, created_import_id)
  SELECT DISTINCT ON (r.address_key) organization, b.id, r.address_key, r.unit, r.precinct, import
  FROM staging.plan p JOIN staging.rows r ON r.import_id = import AND r.row_no = p.row_no
  JOIN buildings b ON b.organization_id = organization AND b.building_key = r.building_key
  WHERE p.import_id = import AND p.row_no > first AND p.row_no <= last AND r.row_no > first AND r.row_no <= last
    AND p.kind IN ('new', 'changed', 'moved')
    AND r.address_key IS NOT NULL AND NOT r.confidential
    AND NOT EXISTS (SELECT FROM doors d WHERE d.organization_id = organization AND d.address_key = r.address_key)
  ORDER BY r.address_key, r.row_no
  ON CONFLICT (organization_id, address_key) DO NOTHING;
  -- New people are counted here, others by import_recount.
  INSERT INTO households AS h (organization_id, address_key, door_id, n_voters, created_import_id)
  SELECT organization, r.address_key, min(d.id), count(*) FILTER (WHERE p.kind = 'new'), import
  FROM staging.plan p JOIN staging.rows r ON r.import_id = import AND r.row_no = p.row_no
  JOIN doors d ON d.organization_id = organization AND d.address_key = r.address_key
  WHERE p.import_id = import AND p.row_no > first AND p.row_no <= last AND r.row_no > first AND r.row_no <= last
    AND p.kind IN ('new', 'changed', 'moved')
    AND r.address_key IS NOT NULL AND NOT r.confidential
  GROUP BY r.address_key
  ON CONFLICT (organization_id, address_key) DO UPDATE
    SET n_voters = h.n_voters + EXCLUDED.n_voters, door_id = COALESCE(h.door_id, EXCLUDED.door_id)
    WHERE EXCLUDED.n_voters > 0 OR h.door_id IS NULL;
END
$$;

CREATE OR REPLACE FUNCTION import_insert(import bigint, source bigint, first bigint, last bigint) RETURNS bigint
LANGUAGE plpgsql
AS $$
DECLARE
  organization constant bigint := app_organization_id();
  n bigint;
BEGIN
  INSERT INTO voters (organization_id, source_id, household_id, door_id, {Voter.imported},
    address_key, unreachable, import_hash, created_import_id, updated_import_id)
  SELECT organization, source, h.id, h.door_id, {Voter.imported: COALESCE(r.@, #)},
    CASE WHEN NOT r.confidential THEN r.address_key END, CASE WHEN r.registration_status = 'removed' THEN 'removed' END, r.hash, import, import
  FROM staging.plan p JOIN staging.rows r ON r.import_id = import AND r.row_no = p.row_no
  LEFT JOIN households h ON h.organization_id = organization AND h.address_key = r.address_key AND NOT r.confidential
  WHERE p.import_id = import AND p.row_no > first AND p.row_no <= last AND r.row_no > first AND r.row_no <= last
    AND p.kind = 'new'
  ORDER BY p.row_no
  ON CONFLICT DO NOTHING; -- somebody entered the person by hand since the comparison
  GET DIAGNOSTICS n = ROW_COUNT;
  RETURN n;
END
$$;

-- Where the person came from before, when this source is the newest.
CREATE OR REPLACE FUNCTION import_sources(v voters, source bigint) RETURNS bigint[]
LANGUAGE sql IMMUTABLE
AS $$
  SELECT CASE WHEN v.source_id IS NULL OR v.source_id = source THEN v.other_source_ids
              ELSE array_append(array_remove(v.other_source_ids, v.source_id), v.source_id) END
$$;

CREATE OR REPLACE FUNCTION import_update(import bigint, source bigint, first bigint, last bigint) RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
  organization constant bigint := app_organization_id();
  touched bigint[];
  homes bigint[];
  work jsonb;
BEGIN
  SELECT array_agg(p.voter_id) INTO touched FROM staging.plan p
    WHERE p.import_id = import AND p.row_no > first AND p.row_no <= last AND p.kind NOT IN ('new', 'seen');
  IF touched IS NULL THEN
    RETURN;
  END IF;
  work := import_work(touched);
  -- MATERIALIZED and OFFSET 0: each person is merged once, and not once per column.
  WITH old AS MATERIALIZED (
    SELECT p.kind, v AS before, m.a AS after, CASE WHEN p.kind = 'gone' THEN NULL ELSE r.hash END AS hash,
           CASE WHEN p.kind = 'gone' THEN v.source_id ELSE source END AS source,
           CASE WHEN (m.a).confidential THEN NULL WHEN r.address IS NOT NULL THEN h.id ELSE v.household_id END AS household_id,
           CASE WHEN (m.a).confidential THEN NULL WHEN r.address IS NOT NULL THEN h.door_id ELSE v.door_id END AS door_id
    FROM staging.plan p
    JOIN voters v ON v.organization_id = organization AND v.id = p.voter_id
    LEFT JOIN staging.rows r ON r.import_id = import AND r.row_no = p.row_no
    CROSS JOIN LATERAL (SELECT CASE WHEN p.kind = 'gone' THEN v ELSE import_merge(v, r) END AS a OFFSET 0) m
    LEFT JOIN households h ON h.organization_id = organization AND h.address_key = r.address_key
    WHERE p.import_id = import AND p.row_no > first AND p.row_no <= last AND p.kind NOT IN ('new', 'seen')
  ), written AS (
    UPDATE voters v SET
      {Voter.imported: @ = (o.after).@}, address_key = (o.after).address_key, moved_at = (o.after).moved_at,
      unreachable = CASE WHEN o.kind = 'gone' THEN COALESCE(v.unreachable, 'gone') ELSE (o.after).unreachable END,
      household_id = CASE WHEN o.kind = 'gone' THEN v.household_id ELSE o.household_id END,
      door_id = CASE WHEN o.kind = 'gone' THEN v.door_id ELSE o.door_id END,
      import_hash = o.hash, source_id = o.source, other_source_ids = import_sources(v, o.source),
      updated_import_id = import
    FROM old o WHERE v.organization_id = organization AND v.id = (o.before).id
    RETURNING o.kind, o.before, v AS now
  ), kept AS (
    INSERT INTO import_changes (organization_id, import_id, voter_id, kind, before)
    SELECT organization, import, (w.now).id, w.kind, b.before
    FROM written w
    CROSS JOIN LATERAL (SELECT import_image(w.before) AS was, import_image(w.now) AS is OFFSET 0) i
    CROSS JOIN LATERAL (SELECT COALESCE(jsonb_object_agg(e.key, e.value), '{}') FROM jsonb_each(i.was) e
                        WHERE e.value IS DISTINCT FROM i.is -> e.key) b (before)
    ON CONFLICT DO NOTHING
  )
  SELECT array_agg((w.before).household_id) || array_agg((w.now).household_id) INTO homes FROM written w
    WHERE (w.before).household_id IS DISTINCT FROM (w.now).household_id;
  PERFORM import_recount(homes);
  IF EXISTS (SELECT FROM jsonb_each_text(work) b, jsonb_each_text(import_work(touched)) a
             WHERE a.key = b.key AND a.value::bigint < b.value::bigint) THEN
    RAISE EXCEPTION 'Contacts, consents, tags or follow-ups would have been lost.'
      USING ERRCODE = 'CC409', DETAIL = 'work_lost';
  END IF;
END
$$;

-- People of whom nothing changed but where they came from, or by which profile.
CREATE OR REPLACE FUNCTION import_see(import bigint, source bigint, first bigint, last bigint) RETURNS void
LANGUAGE sql
AS $$
  WITH old AS MATERIALIZED (
    SELECT v.id, v.source_id, v.other_source_ids, v.import_hash, r.hash
    FROM staging.plan p
    JOIN staging.rows r ON r.import_id = $1 AND r.row_no = p.row_no
    JOIN voters v ON v.organization_id = app_organization_id() AND v.id = p.voter_id
    WHERE p.import_id = $1 AND p.row_no > $3 AND p.row_no <= $4 AND r.row_no > $3 AND r.row_no <= $4
      AND p.kind = 'seen'
  ), kept AS (
    INSERT INTO import_changes (organization_id, import_id, voter_id, kind, before)
    SELECT app_organization_id(), $1, o.id, 'seen', jsonb_build_object('source_id', o.source_id,
             'other_source_ids', o.other_source_ids, 'import_hash', o.import_hash)
    FROM old o ON CONFLICT DO NOTHING
  )
  UPDATE voters v SET import_hash = o.hash, source_id = $2, other_source_ids = import_sources(v, $2)
  FROM old o WHERE v.organization_id = app_organization_id() AND v.id = o.id
$$;

-- The next n rows of the plan. Answers how far it is, and whether that was all.
CREATE OR REPLACE FUNCTION import_apply(import bigint, n int, OUT finished boolean, OUT cancel boolean)
LANGUAGE plpgsql
AS $$
DECLARE
  organization constant bigint := app_organization_id();
  i imports;
  upto bigint;
  made bigint;
BEGIN
  -- Tables that grow from nothing have no statistics worth the name: a chunk is some thousand look-ups by
  -- index, whatever the planner believes.
  PERFORM set_config('work_mem', '64MB', true), set_config('synchronous_commit', 'off', true),
          set_config('jit', 'off', true), set_config('enable_seqscan', 'off', true),
          set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true),
          set_config('enable_material', 'off', true), set_config('enable_bitmapscan', 'off', true);
  n := COALESCE(NULLIF(current_setting('app.import_chunk', true), '')::int, n); -- of a test
  SELECT * INTO i FROM imports WHERE organization_id = organization AND id = import FOR UPDATE;
  SELECT max(c.row_no) INTO upto FROM (
    SELECT p.row_no FROM staging.plan p WHERE p.import_id = import AND p.row_no > i.applied_row
    ORDER BY p.row_no LIMIT n) c;
  finished := upto IS NULL;
  IF finished THEN
    cancel := false;
    RETURN;
  END IF;
  PERFORM import_places(import, i.applied_row, upto);
  made := import_insert(import, i.source_id, i.applied_row, upto);
  PERFORM import_update(import, i.source_id, i.applied_row, upto);
  PERFORM import_see(import, i.source_id, i.applied_row, upto);
  UPDATE imports SET applied_row = upto,
      progress = CASE WHEN upto >= i.rows_read THEN 1 ELSE upto::float8 / i.rows_read END,
      applied = (SELECT jsonb_build_object(
          'new', COALESCE((i.applied ->> 'new')::bigint, 0) + made,
          'changed', COALESCE((i.applied ->> 'changed')::bigint, 0) + count(*) FILTER (WHERE p.kind = 'changed'),
          'moved', COALESCE((i.applied ->> 'moved')::bigint, 0) + count(*) FILTER (WHERE p.kind = 'moved'),
          'gone', COALESCE((i.applied ->> 'gone')::bigint, 0) + count(*) FILTER (WHERE p.kind = 'gone'),
          'unchanged', 0)
        FROM staging.plan p WHERE p.import_id = import AND p.row_no > i.applied_row AND p.row_no <= upto)
    WHERE organization_id = organization AND id = import RETURNING * INTO i;
  PERFORM import_tell(import, i.version);
  cancel := i.cancel_requested;
END
$$;

-- Everything is applied: count once more, tell once. False: work was lost, so it must be undone.
CREATE OR REPLACE FUNCTION import_finish(import bigint) RETURNS boolean
LANGUAGE plpgsql
AS $$
DECLARE
  organization constant bigint := app_organization_id();
  i imports;
  left_over jsonb := import_work_all();
BEGIN
  SELECT * INTO i FROM imports WHERE organization_id = organization AND id = import FOR UPDATE;
  IF EXISTS (SELECT FROM jsonb_each_text(i.work -> 'before') b, jsonb_each_text(left_over) a
             WHERE a.key = b.key AND b.key <> 'tags' AND a.value::bigint < b.value::bigint) THEN
    RETURN false; -- tags may have been taken away by people meanwhile; import_update has looked after them
  END IF;
  UPDATE imports SET state = 'done', progress = 1, finished_at = now(), work = i.work || jsonb_build_object('after', left_over),
    applied = jsonb_build_object('new', 0, 'changed', 0, 'moved', 0, 'gone', 0) || COALESCE(i.applied, '{}')
      || jsonb_build_object('unchanged', i.rows_staged - COALESCE((i.applied ->> 'new')::bigint, 0)
           - COALESCE((i.applied ->> 'changed')::bigint, 0) - COALESCE((i.applied ->> 'moved')::bigint, 0))
    WHERE organization_id = organization AND id = import;
  IF EXISTS (SELECT FROM buildings b WHERE b.organization_id = organization AND b.created_import_id = import) THEN
    PERFORM job_enqueue(organization, 'geocode', jsonb_build_object('import_id', import));
  END IF;
  RETURN true;
END
$$;

GRANT EXECUTE ON FUNCTION import_work(bigint[]), import_work_all(), import_recount(bigint[]),
  import_places(bigint,bigint,bigint), import_insert(bigint,bigint,bigint,bigint),
  import_sources(voters,bigint), import_update(bigint,bigint,bigint,bigint),
  import_see(bigint,bigint,bigint,bigint), import_apply(bigint,integer), import_finish(bigint)
  TO campaign_api;

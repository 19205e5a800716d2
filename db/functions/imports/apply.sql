-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Applies a compared import in chunks: places, new people, changed people, people who are gone.

-- Returns counts of user data (contacts, tags, …) that refers to these voters.
CREATE OR REPLACE FUNCTION import_user_data(voters bigint[]) RETURNS jsonb
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

-- Returns counts of user data of the whole organization, including doors in turfs.
CREATE OR REPLACE FUNCTION import_user_data_all() RETURNS jsonb
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

-- Every statement of a chunk must be a lookup by key, whatever statistics PostgreSQL has of this
-- organization. When statistics have not seen an organization, PostgreSQL assumes one row, and a
-- join then reads the whole organization once for each row of the chunk. So the code uses LATERAL
-- with OFFSET 0, a join whose order is fixed; a loop where rows are changed by id; ON CONFLICT
-- instead of NOT EXISTS; and generic plans (plan_cache_mode of import_apply).

-- Find or create the places of the rows (first, last] of a file. Doors of confidential people are
-- not created.
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
  ORDER BY r.building_key, r.row_no
  ON CONFLICT (organization_id, building_key) DO NOTHING;
  INSERT INTO doors (organization_id, building_id, address_key, unit, precinct, created_import_id)
  SELECT DISTINCT ON (r.address_key) organization, b.id, r.address_key, r.unit, r.precinct, import
  FROM staging.plan p JOIN staging.rows r ON r.import_id = import AND r.row_no = p.row_no
  CROSS JOIN LATERAL (SELECT k.id FROM buildings k
                      WHERE k.organization_id = organization AND k.building_key = r.building_key OFFSET 0) b
  WHERE p.import_id = import AND p.row_no > first AND p.row_no <= last AND r.row_no > first AND r.row_no <= last
    AND p.kind IN ('new', 'changed', 'moved')
    AND r.address_key IS NOT NULL AND NOT r.confidential
  ORDER BY r.address_key, r.row_no
  ON CONFLICT (organization_id, address_key) DO NOTHING;
  -- New people are counted here and all others by households_count; the two agree on who counts.
  INSERT INTO households AS h (organization_id, address_key, door_id, n_voters, created_import_id)
  SELECT organization, r.address_key, min(d.id), count(*) FILTER (WHERE p.kind = 'new' AND r.registration_status IS DISTINCT FROM 'removed'), import
  FROM staging.plan p JOIN staging.rows r ON r.import_id = import AND r.row_no = p.row_no
  CROSS JOIN LATERAL (SELECT k.id FROM doors k
                      WHERE k.organization_id = organization AND k.address_key = r.address_key OFFSET 0) d
  WHERE p.import_id = import AND p.row_no > first AND p.row_no <= last AND r.row_no > first AND r.row_no <= last
    AND p.kind IN ('new', 'changed', 'moved')
    AND r.address_key IS NOT NULL AND NOT r.confidential
  GROUP BY r.address_key
  ON CONFLICT (organization_id, address_key) DO UPDATE
    SET n_voters = h.n_voters + EXCLUDED.n_voters, door_id = COALESCE(h.door_id, EXCLUDED.door_id)
    WHERE EXCLUDED.n_voters > 0 OR h.door_id IS NULL;
END
$$;

-- Store further data that an export has about new people: the channels of their opt-outs, and their
-- tags. For known people the consent and tags of this organization are kept, because they may be
-- newer.
CREATE OR REPLACE FUNCTION import_bring(import bigint, first bigint, last bigint, ids bigint[], hashes bigint[]) RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
  organization constant bigint := app_organization_id();
  each record;
BEGIN
  PERFORM set_config('enable_hashjoin', 'on', true);
  FOR each IN
    SELECT m.id, r.opted_out, r.tags FROM unnest(ids, hashes) m (id, hash)
    JOIN staging.rows r ON r.import_id = import AND r.row_no > first AND r.row_no <= last AND r.hash = m.hash
    WHERE r.opted_out IS NOT NULL OR r.tags IS NOT NULL
  LOOP
    INSERT INTO consents (organization_id, voter_id, channel, state, source, note, occurred_at, actor)
    SELECT organization, each.id, c.channel, 'withdrawn', 'import', 'import ' || import, now(), 'system'
    FROM unnest(string_to_array(each.opted_out, ' ')) c (channel)
    WHERE c.channel IN ('any', 'door', 'phone', 'text', 'email', 'mail');
    INSERT INTO tags (organization_id, name)
    SELECT organization, t.name FROM unnest(string_to_array(each.tags, '; ')) t (name)
    WHERE t.name <> '' ON CONFLICT DO NOTHING;
    INSERT INTO voter_tags (organization_id, voter_id, tag_id)
    SELECT organization, each.id, t.id FROM tags t
    WHERE t.organization_id = organization AND t.name = ANY (string_to_array(each.tags, '; ')) ON CONFLICT DO NOTHING;
  END LOOP;
  PERFORM set_config('enable_hashjoin', 'off', true);
END
$$;

CREATE OR REPLACE FUNCTION import_insert(import bigint, source bigint, first bigint, last bigint) RETURNS bigint
LANGUAGE plpgsql
AS $$
DECLARE
  organization constant bigint := app_organization_id();
  ids bigint[];
  hashes bigint[];
BEGIN
  WITH made AS (
  INSERT INTO voters (organization_id, source_id, household_id, door_id, {Voter.imported},
    address_key, unreachable, import_hash, created_import_id, updated_import_id)
  SELECT organization, source, h.id, h.door_id, {Voter.imported: COALESCE(r.@, #)},
    CASE WHEN NOT r.confidential THEN r.address_key END, CASE WHEN r.registration_status = 'removed' THEN 'removed' END, r.hash, import, import
  FROM staging.plan p JOIN staging.rows r ON r.import_id = import AND r.row_no = p.row_no
  LEFT JOIN LATERAL (SELECT k.id, k.door_id FROM households k
                     WHERE k.organization_id = organization AND k.address_key = r.address_key AND NOT r.confidential
                     OFFSET 0) h ON true
  WHERE p.import_id = import AND p.row_no > first AND p.row_no <= last AND r.row_no > first AND r.row_no <= last
    AND p.kind = 'new'
  ORDER BY p.row_no
  ON CONFLICT DO NOTHING -- a member entered the person by hand since the comparison
  RETURNING id, import_hash)
  SELECT array_agg(m.id), array_agg(m.import_hash) INTO ids, hashes FROM made m;
  IF EXISTS (SELECT FROM staging.rows r WHERE r.import_id = import AND r.row_no > first AND r.row_no <= last
             AND (r.opted_out IS NOT NULL OR r.tags IS NOT NULL)) THEN
    PERFORM import_bring(import, first, last, ids, hashes);
  END IF;
  RETURN COALESCE(array_length(ids, 1), 0);
END
$$;

-- Apply the next n rows of the plan. Returns the progress, and whether all rows are applied.
CREATE OR REPLACE FUNCTION import_apply(import bigint, n int, OUT finished boolean, OUT cancel boolean)
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
  organization constant bigint := app_organization_id();
  i imports;
  upto bigint;
  made bigint;
BEGIN
  -- Tables that grow from nothing have no useful statistics: a chunk is some thousand lookups by
  -- index, whatever the planner assumes.
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
  PERFORM import_apply_seen(import, i.source_id, i.applied_row, upto);
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
  PERFORM import_notify(import, i.version);
  cancel := i.cancel_requested;
END
$$;

-- Everything is applied: count again, and record one change. False: user data was lost, so the
-- import must be undone.
CREATE OR REPLACE FUNCTION import_finish(import bigint) RETURNS boolean
LANGUAGE plpgsql
AS $$
DECLARE
  organization constant bigint := app_organization_id();
  i imports;
  left_over jsonb := import_user_data_all();
BEGIN
  SELECT * INTO i FROM imports WHERE organization_id = organization AND id = import FOR UPDATE;
  IF EXISTS (SELECT FROM jsonb_each_text(i.work -> 'before') b, jsonb_each_text(left_over) a
             WHERE a.key = b.key AND b.key <> 'tags' AND a.value::bigint < b.value::bigint) THEN
    RETURN false; -- members may have removed tags meanwhile; import_update has handled those
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

GRANT EXECUTE ON FUNCTION import_user_data(bigint[]), import_user_data_all(),
  import_places(bigint,bigint,bigint), import_bring(bigint,bigint,bigint,bigint[],bigint[]), import_insert(bigint,bigint,bigint,bigint),
  import_apply(bigint,integer), import_finish(bigint)
  TO campaign_api;

-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Applies the rows of existing people: those that the import changes, and those whose data is
-- unchanged and who only get the source of this import. Each statement finds its rows by key;
-- apply.sql explains why.

-- Returns the person's sources, with this one as the newest.
CREATE OR REPLACE FUNCTION import_sources(v voters, source bigint) RETURNS bigint[]
LANGUAGE sql IMMUTABLE
AS $$
  SELECT CASE WHEN v.source_id IS NULL OR v.source_id = source THEN v.other_source_ids
              ELSE array_append(array_remove(v.other_source_ids, v.source_id), v.source_id) END
$$;

-- Store the voter after merging the row (after), and the data for an undo.
CREATE OR REPLACE FUNCTION import_change(import bigint, kind text, before voters, after voters)
RETURNS void
LANGUAGE plpgsql
AS $$
#variable_conflict use_column
DECLARE
  organization constant bigint := before.organization_id;
  was jsonb;
  is_now jsonb;
BEGIN
  IF after.source_id IS DISTINCT FROM before.source_id THEN
    after.other_source_ids := import_sources(before, after.source_id);
  END IF;
  after.updated_import_id := import;
  UPDATE voters v SET
      {Voter.imported: @ = after.@}, address_key = after.address_key, moved_at = after.moved_at,
      unreachable = after.unreachable, household_id = after.household_id, door_id = after.door_id,
      import_hash = after.import_hash, source_id = after.source_id, other_source_ids = after.other_source_ids,
      updated_import_id = import
    WHERE v.organization_id = organization AND v.id = before.id;
  IF before.merged_into IS NOT NULL THEN
    PERFORM voter_merge_follow(before, after);
  END IF;
  was := import_image(before);
  is_now := import_image(after);
  INSERT INTO import_changes (organization_id, import_id, voter_id, kind, before, after)
    SELECT organization, import, before.id, import_change.kind, COALESCE(jsonb_object_agg(e.key, e.value), '{}'),
           COALESCE(jsonb_object_agg(e.key, is_now -> e.key), '{}')
    FROM jsonb_each(was) e WHERE e.value IS DISTINCT FROM is_now -> e.key
    ON CONFLICT DO NOTHING;
END
$$;

-- Returns the voter after merging the row, at the row's home. A file of votes or an own export does
-- not change the person's source: people who are absent from the source's next complete file become
-- "gone", and an export must not cause that.
CREATE OR REPLACE FUNCTION import_arrive(before voters, r staging.rows, household bigint, door bigint, source bigint, votes boolean)
RETURNS voters
LANGUAGE plpgsql STABLE
AS $$
DECLARE
  after voters := import_merge(before, r);
BEGIN
  IF NOT votes AND r.voter_id IS NULL THEN
    after.source_id := source;
    after.import_hash := r.hash;
  ELSIF before.source_id IS DISTINCT FROM source THEN
    after.other_source_ids := array_append(array_remove(after.other_source_ids, source), source);
  END IF;
  IF after.confidential THEN
    after.household_id := NULL;
    after.door_id := NULL;
  ELSIF r.address IS NOT NULL THEN
    after.household_id := household;
    after.door_id := door;
  END IF;
  RETURN after;
END
$$;

CREATE OR REPLACE FUNCTION import_update(import bigint, source bigint, first bigint, last bigint) RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
  organization constant bigint := app_organization_id();
  touched bigint[];
  homes bigint[];
  work jsonb;
  votes constant boolean := (SELECT i.kind = 'history' FROM imports i
                             WHERE i.organization_id = organization AND i.id = import);
  each record;
  after voters;
BEGIN
  SELECT array_agg(p.voter_id) INTO touched FROM staging.plan p
    WHERE p.import_id = import AND p.row_no > first AND p.row_no <= last AND p.kind NOT IN ('new', 'seen');
  IF touched IS NULL THEN
    RETURN;
  END IF;
  work := import_user_data(touched);
  FOR each IN
    SELECT p.kind, v AS before, r, h.id AS household_id, h.door_id
    FROM staging.plan p
    CROSS JOIN LATERAL (SELECT k FROM voters k WHERE k.organization_id = organization AND k.id = p.voter_id OFFSET 0) k (v)
    LEFT JOIN staging.rows r ON r.import_id = import AND r.row_no = p.row_no
    LEFT JOIN LATERAL (SELECT a.id, a.door_id FROM households a
                       WHERE a.organization_id = organization AND a.address_key = r.address_key OFFSET 0) h ON true
    WHERE p.import_id = import AND p.row_no > first AND p.row_no <= last AND p.kind NOT IN ('new', 'seen')
    ORDER BY p.row_no
  LOOP
    after := each.before;
    IF each.kind = 'gone' THEN
      after.unreachable := COALESCE(after.unreachable, 'gone');
      after.import_hash := NULL;
    ELSE
      after := import_arrive(each.before, each.r, each.household_id, each.door_id, source, votes);
    END IF;
    PERFORM import_change(import, each.kind, each.before, after);
    IF ((each.before).household_id, (each.before).unreachable) IS DISTINCT FROM (after.household_id, after.unreachable) THEN
      homes := homes || (each.before).household_id || after.household_id;
    END IF;
  END LOOP;
  PERFORM households_count(organization, homes);
  IF EXISTS (SELECT FROM jsonb_each_text(work) b, jsonb_each_text(import_user_data(touched)) a
             WHERE a.key = b.key AND a.value::bigint < b.value::bigint) THEN
    RAISE EXCEPTION 'Contacts, consents, tags or follow-ups would have been lost.'
      USING ERRCODE = 'CC409', DETAIL = 'work_lost';
  END IF;
END
$$;

-- Apply the rows of people of whom only the source or the profile changes.
CREATE OR REPLACE FUNCTION import_apply_seen(import bigint, source bigint, first bigint, last bigint) RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
  organization constant bigint := app_organization_id();
  each record;
BEGIN
  FOR each IN
    SELECT v.id, v.source_id, v.other_source_ids, v.import_hash, v.others, r.hash
    FROM staging.plan p
    JOIN staging.rows r ON r.import_id = import AND r.row_no = p.row_no
    CROSS JOIN LATERAL (
      SELECT k.id, k.source_id, k.other_source_ids, k.import_hash, import_sources(k, source) AS others FROM voters k
      WHERE k.organization_id = organization AND k.id = p.voter_id OFFSET 0) v
    WHERE p.import_id = import AND p.row_no > first AND p.row_no <= last AND r.row_no > first AND r.row_no <= last
      AND p.kind = 'seen'
  LOOP
    INSERT INTO import_changes (organization_id, import_id, voter_id, kind, before)
      VALUES (organization, import, each.id, 'seen', jsonb_build_object('source_id', each.source_id,
                'other_source_ids', each.other_source_ids, 'import_hash', each.import_hash))
      ON CONFLICT DO NOTHING;
    UPDATE voters v SET import_hash = each.hash, source_id = source, other_source_ids = each.others
      WHERE v.organization_id = organization AND v.id = each.id;
  END LOOP;
END
$$;

GRANT EXECUTE ON FUNCTION import_sources(voters,bigint),
  import_change(bigint,text,voters,voters), import_arrive(voters,staging.rows,bigint,bigint,bigint,boolean),
  import_update(bigint,bigint,bigint,bigint), import_apply_seen(bigint,bigint,bigint,bigint)
  TO campaign_api;

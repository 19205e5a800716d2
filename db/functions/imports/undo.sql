-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Undoes an applied import.

-- Does the voter have user data? Opt-outs and tags that came with the person in the file do not
-- count; they are recognized by being as old as the record.
CREATE OR REPLACE FUNCTION voter_has_user_data(voter bigint) RETURNS boolean
LANGUAGE plpgsql STABLE
AS $$
DECLARE
  organization constant bigint := app_organization_id();
  came timestamptz := (SELECT v.created_at FROM voters v WHERE v.organization_id = organization AND v.id = voter);
BEGIN
  RETURN EXISTS (SELECT FROM voter_contacts c WHERE c.organization_id = organization AND c.voter_id = voter)
      OR EXISTS (SELECT FROM consents c WHERE c.organization_id = organization AND c.voter_id = voter
                 AND (c.source <> 'import' OR c.recorded_at <> came))
      OR EXISTS (SELECT FROM follow_ups f WHERE f.organization_id = organization AND f.voter_id = voter)
      OR EXISTS (SELECT FROM voter_tags t WHERE t.organization_id = organization AND t.voter_id = voter
                 AND t.created_at <> came);
END
$$;

-- The number of people created by an import that have user data.
CREATE OR REPLACE FUNCTION import_count_with_user_data(import bigint) RETURNS bigint
LANGUAGE sql STABLE
AS $$
  SELECT count(*) FROM voters v
  WHERE v.organization_id = app_organization_id() AND v.created_import_id = import AND voter_has_user_data(v.id)
$$;

CREATE OR REPLACE FUNCTION import_undo_begin(import bigint) RETURNS SETOF imports
LANGUAGE plpgsql
AS $$
DECLARE
  organization constant bigint := app_organization_id();
  i imports;
  n bigint;
BEGIN
  SELECT * INTO i FROM imports WHERE organization_id = organization AND id = import FOR UPDATE;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  IF i.state <> 'done' THEN
    RAISE EXCEPTION 'Only an import that is done can be undone; this one is %.', i.state
      USING ERRCODE = 'CC409', DETAIL = 'import_state';
  END IF;
  SELECT count(*) INTO n FROM imports l WHERE l.organization_id = organization AND l.applied_at > i.applied_at
    AND l.state IN ('applying', 'done', 'undoing');
  IF n > 0 THEN
    RAISE EXCEPTION 'There are % later imports: undo those first.', n USING ERRCODE = 'CC409', DETAIL = 'later_import';
  END IF;
  n := import_count_with_user_data(import);
  IF n > 0 THEN
    RAISE EXCEPTION '% people of this import have contacts, consents, tags or follow-ups by now.', n
      USING ERRCODE = 'CC409', DETAIL = 'has_work';
  END IF;
  PERFORM job_enqueue(organization, 'import', jsonb_build_object('import_id', import));
  RETURN QUERY UPDATE imports SET state = 'undoing', progress = 0 WHERE organization_id = organization AND id = import
    RETURNING *;
END
$$;

-- Restore up to n people whom the import changed; values changed since then stay. Returns the
-- number, and the people's households before and after.
CREATE OR REPLACE FUNCTION import_undo_changes(import bigint, n int, OUT done bigint, OUT homes bigint[])
LANGUAGE plpgsql
AS $$
DECLARE
  organization constant bigint := app_organization_id();
  chosen bigint[] := ARRAY(SELECT x.voter_id FROM import_changes x
                           WHERE x.organization_id = organization AND x.import_id = import LIMIT n);
  each record;
  v voters;
  was voters;
BEGIN
  done := 0;
  FOR each IN DELETE FROM import_changes c
    WHERE c.organization_id = organization AND c.import_id = import AND c.voter_id = ANY (chosen)
    RETURNING c.voter_id, c.before, c.after LOOP
    SELECT o.* INTO v FROM voters o WHERE o.organization_id = organization AND o.id = each.voter_id;
    CONTINUE WHEN NOT FOUND;
    -- v0.2.0, and people who were only seen, stored no `after`: then the present value counts as
    -- written by the import.
    was := voter_without(v, each.before, COALESCE(each.after, (
      SELECT jsonb_object_agg(k.key, to_jsonb(v) -> k.key) FROM jsonb_object_keys(each.before) k (key)), '{}'));
    was := home_current(was); -- the previous place may have been deleted since, or merged into another
    UPDATE voters o SET
        {Voter.imported: @ = was.@}, address_key = was.address_key, moved_at = was.moved_at,
        unreachable = was.unreachable, household_id = was.household_id, door_id = was.door_id,
        import_hash = was.import_hash, source_id = was.source_id, other_source_ids = was.other_source_ids,
        updated_import_id = was.updated_import_id
      WHERE o.organization_id = organization AND o.id = v.id;
    PERFORM voter_merge_follow(v, was);
    done := done + 1;
    homes := homes || v.household_id || was.household_id;
  END LOOP;
END
$$;

-- Undo the next n people. Finished people are removed from import_changes or from voters, so the
-- undo can stop at any time. Statements are lookups by key, as explained in apply.sql.
CREATE OR REPLACE FUNCTION import_undo(import bigint, n int) RETURNS bigint
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
  organization constant bigint := app_organization_id();
  made bigint[];
  homes bigint[];
  more bigint[];
  done bigint;
BEGIN
  PERFORM set_config('work_mem', '64MB', true), set_config('synchronous_commit', 'off', true);
  SELECT u.done, u.homes INTO done, homes FROM import_undo_changes(import, n) u;
  made := ARRAY(SELECT v.id FROM voters v WHERE v.organization_id = organization AND v.created_import_id = import
                  AND NOT voter_has_user_data(v.id) LIMIT GREATEST(n - done, 0));
  WITH taken AS (
    DELETE FROM voters v WHERE v.organization_id = organization AND v.id = ANY (made)
    RETURNING v.household_id)
  SELECT done + count(*), array_agg(t.household_id) INTO done, more FROM taken t;
  PERFORM households_count(organization, homes || more);
  UPDATE imports i SET progress = 0.5 WHERE i.organization_id = organization AND i.id = import;
  PERFORM import_notify(import, i.version) FROM imports i WHERE i.organization_id = organization AND i.id = import;
  RETURN done;
END
$$;

-- Delete places that nothing refers to any more, and set the state. OFFSET 0: checks each place by
-- its id.
CREATE OR REPLACE FUNCTION import_undo_finish(import bigint, last_state text) RETURNS void
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
  organization constant bigint := app_organization_id();
BEGIN
  DELETE FROM households h WHERE h.organization_id = organization AND h.created_import_id = import
    AND NOT EXISTS (SELECT FROM voters v WHERE v.organization_id = organization AND v.household_id = h.id OFFSET 0);
  DELETE FROM doors d WHERE d.organization_id = organization AND d.created_import_id = import
    AND NOT EXISTS (SELECT FROM voters v WHERE v.organization_id = organization AND v.door_id = d.id OFFSET 0)
    AND NOT EXISTS (SELECT FROM households h WHERE h.organization_id = organization AND h.door_id = d.id OFFSET 0)
    AND NOT EXISTS (SELECT FROM canvass_route_doors r WHERE r.organization_id = organization AND r.door_id = d.id OFFSET 0)
    AND NOT EXISTS (SELECT FROM voter_contacts c WHERE c.organization_id = organization AND c.door_id = d.id OFFSET 0);
  DELETE FROM buildings b WHERE b.organization_id = organization AND b.created_import_id = import
    AND NOT EXISTS (SELECT FROM doors d WHERE d.organization_id = organization AND d.building_id = b.id OFFSET 0)
    AND b.id <> ALL (ARRAY(SELECT DISTINCT c.building_id FROM voter_contacts c
                           WHERE c.organization_id = organization AND c.building_id IS NOT NULL));
  DELETE FROM import_matches m WHERE m.organization_id = organization AND m.import_id = import;
  UPDATE imports SET state = last_state, progress = 1, finished_at = now()
    WHERE organization_id = organization AND id = import AND state = 'undoing';
END
$$;

GRANT EXECUTE ON FUNCTION voter_has_user_data(bigint), import_count_with_user_data(bigint),
  import_undo_begin(bigint), import_undo_changes(bigint,integer), import_undo(bigint,integer), import_undo_finish(bigint,text)
  TO campaign_api;

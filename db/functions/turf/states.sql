-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- The states of a turf: publish, check out, return, expire, close.

-- Trigger: a check-out or return is not an edit of the turf, so like progress it changes the
-- revision and not the version.
CREATE OR REPLACE FUNCTION count_takers() RETURNS trigger
LANGUAGE plpgsql
AS $$
DECLARE
  bulk text := COALESCE(current_setting('app.bulk', true), '');
BEGIN
  PERFORM set_config('app.bulk', 'on', true); -- no change is recorded, because only a silent column changes
  UPDATE canvass_routes t SET progress_revision = t.progress_revision + 1
  WHERE t.organization_id = NEW.organization_id AND t.id = NEW.route_id;
  PERFORM set_config('app.bulk', bulk, true);
  RETURN NULL;
END
$$;

-- Returns a new code: six letters and digits that are not easily confused and form no word; unique
-- among active turfs.
CREATE OR REPLACE FUNCTION turf_code(organization bigint) RETURNS text
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  letters constant text := 'BCDFGHJKLMNPQRSTVWXZ23456789';
  bytes bytea;
  made text;
BEGIN
  LOOP
    bytes := uuid_send(gen_random_uuid());
    SELECT string_agg(substr(letters, 1 + get_byte(bytes, i) % length(letters), 1), '') INTO made
    FROM unnest(ARRAY[0, 1, 2, 3, 4, 5]) i;
    EXIT WHEN NOT EXISTS (SELECT FROM canvass_routes t WHERE t.organization_id = organization AND t.code = made
                          AND t.state IN ('open', 'out'));
  END LOOP;
  RETURN made;
END
$$;

CREATE OR REPLACE FUNCTION turf_give_back(organization bigint, turf bigint, person text DEFAULT NULL) RETURNS void
LANGUAGE plpgsql VOLATILE
AS $$
BEGIN
  UPDATE canvass_route_doors d SET held_by = NULL, held_until = NULL
  WHERE d.organization_id = organization AND d.route_id = turf AND d.held_by IS NOT NULL
    AND (person IS NULL OR d.held_by = person);
  UPDATE turf_takers k SET returned_at = now()
  WHERE k.organization_id = organization AND k.route_id = turf AND k.returned_at IS NULL
    AND (person IS NULL OR k.actor = person);
END
$$;

-- Check the doors of a closed turf that is reopened, and activate them: unfinished doors must not
-- be in another active turf.
CREATE OR REPLACE FUNCTION turf_reactivate_doors(organization bigint, turf bigint) RETURNS void
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  gone bigint;
BEGIN
  SELECT count(*) INTO gone FROM canvass_route_doors d
  JOIN canvass_route_doors o ON o.organization_id = organization AND o.door_id = d.door_id AND o.active
    AND o.route_id <> turf
  WHERE d.organization_id = organization AND d.route_id = turf AND d.state <> 'done' AND NOT d.active;
  PERFORM assert_rule(gone = 0, 'turf_doors_taken',
                      format('%s doors of this turf are in other turfs by now.', gone));
  UPDATE canvass_route_doors d SET active = true
  WHERE d.organization_id = organization AND d.route_id = turf AND NOT d.active AND d.state <> 'done';
END
$$;

-- Change a turf's state by an action: publish, unpublish, done, take_back, close, reopen. Each is
-- allowed from certain states; nothing happens when the turf already has the requested state.
CREATE OR REPLACE FUNCTION turf_change_state(organization bigint, turf bigint, verb text, expected bigint) RETURNS SETOF turfs_shown
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  t canvass_routes;
  goal text;
  origins text[];
BEGIN
  SELECT * INTO t FROM canvass_routes r WHERE r.organization_id = organization AND r.id = turf FOR UPDATE;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  PERFORM assert_version(t.version, expected);
  SELECT m.state_to, array_agg(m.state_from ORDER BY m.position) INTO goal, origins FROM state_moves m
    WHERE m.machine = 'turf' AND m.action = verb
      AND (verb <> 'publish' OR (m.state_to = 'out') = (t.assigned_user_id IS NOT NULL))
    GROUP BY m.state_to;
  IF t.state <> goal THEN
    PERFORM assert_rule(t.state = ANY (origins), 'turf_state',
      format('This turf is %s: %s goes from %s.', t.state, replace(verb, '_', ' '), array_to_string(origins, ' or ')));
    PERFORM assert_rule(verb <> 'publish' OR t.door_count > 0, 'turf_empty', 'A turf without doors cannot be published.');
    IF verb = 'reopen' THEN
      PERFORM turf_reactivate_doors(organization, turf);
    ELSIF verb = 'close' THEN
      UPDATE canvass_route_doors d SET active = false
      WHERE d.organization_id = organization AND d.route_id = turf AND d.active;
    END IF;
    IF verb IN ('take_back', 'close', 'unpublish') THEN
      PERFORM turf_give_back(organization, turf);
    END IF;
    UPDATE canvass_routes r SET state = goal,
      code = CASE WHEN verb IN ('publish', 'reopen') THEN turf_code(organization)
                  WHEN verb = 'unpublish' THEN NULL ELSE r.code END,
      published_at = CASE verb WHEN 'publish' THEN now() WHEN 'unpublish' THEN NULL ELSE r.published_at END,
      closed_at = CASE verb WHEN 'close' THEN now() WHEN 'reopen' THEN NULL ELSE r.closed_at END,
      assigned_user_id = CASE WHEN verb = 'take_back' THEN NULL ELSE r.assigned_user_id END,
      expires_at = CASE WHEN verb IN ('publish', 'reopen')
                        THEN CASE WHEN r.expires_at > now() THEN r.expires_at ELSE now() + interval '30 days' END
                        ELSE r.expires_at END
    WHERE r.organization_id = organization AND r.id = turf RETURNING * INTO t;
    IF verb IN ('publish', 'reopen') THEN
      PERFORM job_enqueue(organization, 'turf.expire', jsonb_build_object('turf_id', turf), t.expires_at);
    END IF;
  END IF;
  RETURN QUERY SELECT * FROM turfs_shown s WHERE s.organization_id = organization AND s.id = turf;
END
$$;

-- Publish every draft of a cut. Returns their number.
CREATE OR REPLACE FUNCTION turf_publish_cut(organization bigint, cut bigint) RETURNS SETOF turf_cuts
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  draft bigint;
  n bigint := 0;
BEGIN
  PERFORM FROM turf_cuts c WHERE c.organization_id = organization AND c.id = cut FOR UPDATE;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  PERFORM set_config('app.bulk', 'on', true);
  FOR draft IN SELECT t.id FROM canvass_routes t
    WHERE t.organization_id = organization AND t.cut_id = cut AND t.state = 'draft' AND t.door_count > 0 ORDER BY t.id LOOP
    PERFORM turf_change_state(organization, draft, 'publish', NULL);
    n := n + 1;
  END LOOP;
  PERFORM set_config('app.bulk', '', true);
  UPDATE turf_cuts c SET result = c.result || jsonb_build_object('published', n)
  WHERE c.organization_id = organization AND c.id = cut AND n > 0;
  PERFORM record_bulk('turf', 'update', n);
  RETURN QUERY SELECT * FROM turf_cuts c WHERE c.organization_id = organization AND c.id = cut;
END
$$;

-- Close expired turfs, so that their doors can be used again.
CREATE OR REPLACE FUNCTION turf_expire(organization bigint) RETURNS bigint
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  old bigint;
  n bigint := 0;
BEGIN
  FOR old IN SELECT t.id FROM canvass_routes t WHERE t.organization_id = organization
    AND t.state IN ('open', 'out', 'done') AND t.expires_at <= now() ORDER BY t.id LOOP
    PERFORM turf_change_state(organization, old, 'close', NULL);
    n := n + 1;
  END LOOP;
  RETURN n;
END
$$;

-- Apply a merge-patch to a turf. The assigned person must be a member.
CREATE OR REPLACE FUNCTION turf_change(organization bigint, turf bigint, patch jsonb, expected bigint) RETURNS SETOF turfs_shown
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  t canvass_routes;
  n canvass_routes;
BEGIN
  SELECT * INTO t FROM canvass_routes r WHERE r.organization_id = organization AND r.id = turf FOR UPDATE;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  PERFORM assert_version(t.version, expected);
  n := jsonb_populate_record(t, patch);
  IF n.assigned_user_id IS DISTINCT FROM t.assigned_user_id AND n.assigned_user_id IS NOT NULL AND NOT EXISTS (
    SELECT FROM organization_members m WHERE m.organization_id = organization AND m.user_id = n.assigned_user_id) THEN
    PERFORM refuse_field('assigned_user_id', 'unknown_reference', 'No member of this organization has this number.');
  END IF;
  PERFORM assert_rule(NOT (n.distributed AND n.assigned_user_id IS NOT NULL), 'turf_distributed',
                      'A distributed turf cannot be assigned to a person.');
  UPDATE canvass_routes r SET name = n.name, notes = n.notes, script_id = n.script_id, event_id = n.event_id,
    assigned_user_id = n.assigned_user_id, team = n.team, expires_at = n.expires_at, distributed = n.distributed,
    state = CASE WHEN r.state = 'open' AND n.assigned_user_id IS NOT NULL THEN 'out'
                 WHEN r.state = 'out' AND n.assigned_user_id IS NULL AND r.assigned_user_id IS NOT NULL
                      AND NOT EXISTS (SELECT FROM turf_takers k WHERE k.organization_id = organization
                                        AND k.route_id = turf AND k.returned_at IS NULL) THEN 'open'
                 ELSE r.state END
  WHERE r.organization_id = organization AND r.id = turf;
  IF n.expires_at IS DISTINCT FROM t.expires_at AND n.expires_at IS NOT NULL AND t.state <> 'draft' THEN
    PERFORM job_enqueue(organization, 'turf.expire', jsonb_build_object('turf_id', turf), n.expires_at);
  END IF;
  RETURN QUERY SELECT * FROM turfs_shown s WHERE s.organization_id = organization AND s.id = turf;
END
$$;

-- Check a turf out by its code. Several people may hold one turf; a turf assigned to someone else
-- is refused (turf_assigned).
CREATE OR REPLACE FUNCTION turf_take(organization bigint, actor text, person bigint, typed text) RETURNS SETOF turfs_shown
LANGUAGE plpgsql VOLATILE
AS $$
#variable_conflict use_column
DECLARE
  t canvass_routes;
BEGIN
  SELECT * INTO t FROM canvass_routes r WHERE r.organization_id = organization
    AND r.code = upper(regexp_replace(typed, '[^A-Za-z0-9]', '', 'g')) AND r.state IN ('open', 'out')
    AND (r.expires_at IS NULL OR r.expires_at > now()) FOR UPDATE;
  IF NOT FOUND THEN
    PERFORM refuse_field('code', 'unknown_code', 'No open turf has this code.');
  END IF;
  PERFORM assert_rule(t.assigned_user_id IS NULL OR t.assigned_user_id IS NOT DISTINCT FROM person, 'turf_assigned',
                      'This turf is assigned to another person.');
  INSERT INTO turf_takers (organization_id, route_id, actor, user_id) VALUES (organization, t.id, turf_take.actor, person)
  ON CONFLICT (organization_id, route_id, actor) WHERE returned_at IS NULL DO NOTHING;
  UPDATE canvass_routes r SET state = 'out' WHERE r.organization_id = organization AND r.id = t.id AND r.state = 'open';
  RETURN QUERY SELECT * FROM turfs_shown s WHERE s.organization_id = organization AND s.id = t.id;
END
$$;

-- Return a turf; when no one holds it any more, it is open again.
CREATE OR REPLACE FUNCTION turf_return(organization bigint, actor text, person bigint, turf bigint) RETURNS SETOF turfs_shown
LANGUAGE plpgsql VOLATILE
AS $$
BEGIN
  PERFORM FROM canvass_routes r WHERE r.organization_id = organization AND r.id = turf FOR UPDATE;
  IF NOT scope_has_turf(organization, actor, person, turf) THEN
    RETURN;
  END IF;
  PERFORM turf_give_back(organization, turf, actor);
  UPDATE canvass_routes r SET
    assigned_user_id = CASE WHEN r.assigned_user_id = person THEN NULL ELSE r.assigned_user_id END,
    state = CASE WHEN r.state = 'out' AND (r.assigned_user_id IS NULL OR r.assigned_user_id = person)
                      AND NOT EXISTS (SELECT FROM turf_takers k WHERE k.organization_id = organization
                                        AND k.route_id = turf AND k.returned_at IS NULL) THEN 'open'
                 ELSE r.state END
  WHERE r.organization_id = organization AND r.id = turf;
  RETURN QUERY SELECT * FROM turfs_shown s WHERE s.organization_id = organization AND s.id = turf;
END
$$;

GRANT EXECUTE ON FUNCTION turf_code(bigint), turf_give_back(bigint,bigint,text),
  turf_reactivate_doors(bigint,bigint), turf_change_state(bigint,bigint,text,bigint),
  turf_publish_cut(bigint,bigint), turf_expire(bigint), turf_change(bigint,bigint,jsonb,bigint),
  turf_take(bigint,text,bigint,text), turf_return(bigint,text,bigint,bigint)
  TO campaign_api;

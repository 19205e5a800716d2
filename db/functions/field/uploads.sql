-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Streams of operations from phones: order, verdicts, release of held operations and resolution of
-- conflicts.

-- Returns the stream of an upload, with the clock offset measured again. device_clock was read
-- before the request was sent, received is the time of its first byte: their difference is the
-- offset plus the transfer time, so the smallest of similar measurements is the most precise. One
-- that differs by 5 seconds, or the first in 10 minutes (clocks drift), replaces the stored one.
-- settled: the device sends no operation up to that number again.
CREATE OR REPLACE FUNCTION field_open(organization bigint, actor text, device uuid, device_clock timestamptz,
  received timestamptz, settled bigint)
RETURNS field_streams
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  stream field_streams;
  measured bigint := round(extract(epoch FROM received - device_clock) * 1000000);
BEGIN
  SELECT s.* INTO stream FROM field_streams s
    WHERE s.organization_id = organization AND s.actor = field_open.actor AND s.installation = device;
  IF stream.clock_at > now() - interval '1 minute' AND measured - stream.clock_offset_us BETWEEN -20000 AND 5000000
     AND stream.next_sequence > settled THEN
    RETURN stream;
  END IF;
  INSERT INTO field_streams AS s (organization_id, actor, installation, clock_offset_us, clock_at, next_sequence)
    VALUES (organization, actor, device, measured, now(), settled + 1)
    ON CONFLICT ON CONSTRAINT field_streams_installation_key DO UPDATE
    SET clock_offset_us = CASE WHEN abs(measured - s.clock_offset_us) > 5000000
                                 OR s.clock_at < now() - interval '10 minutes' THEN measured
                               ELSE LEAST(measured, s.clock_offset_us) END,
        clock_at = now(), next_sequence = GREATEST(s.next_sequence, settled + 1)
    RETURNING s.* INTO stream;
  RETURN stream;
END
$$;

-- A body for contact_record, with the result of the server's check.
CREATE OR REPLACE FUNCTION field_checked(body jsonb, checked jsonb) RETURNS jsonb
LANGUAGE sql STABLE -- like jsonb_build_object: the planner cannot inline an IMMUTABLE function over a STABLE one
AS $$ SELECT CASE WHEN checked IS NULL THEN body ELSE body || jsonb_build_object('checked', checked) END $$;

-- Apply one operation. forced: a person has resolved a conflict.
CREATE OR REPLACE FUNCTION field_do(op field_operations, body jsonb, forced boolean) RETURNS field_outcome
LANGUAGE plpgsql VOLATILE
AS $$
BEGIN
  body := place_body(op.organization_id, body);
  RETURN CASE op.kind
    WHEN 'contact' THEN field_contact(op, body, forced)
    WHEN 'bulk_not_home' THEN field_bulk_not_home(op, body, forced)
    WHEN 'undo' THEN field_undo(op, body, forced)
    WHEN 'note' THEN field_note(op, body, forced)
    WHEN 'door_edit' THEN field_door_edit(op, body, forced)
    WHEN 'check_in' THEN field_check_in(op, body, forced)
    WHEN 'undo_check_in' THEN field_check_in(op, body, forced)
    WHEN 'walk_in' THEN field_walk_in(op, body, forced)
    ELSE ROW('refused', 'unknown_kind', 'This server does not know such an operation.', NULL, NULL, NULL, NULL, NULL)::field_outcome
  END;
END
$$;

-- Apply one operation, and convert exceptions into a verdict. Exceptions that mean a failure of the
-- database, or that the server must check the answers again, are raised again. Any other exception
-- becomes a conflict.
CREATE OR REPLACE FUNCTION field_try(op field_operations) RETURNS field_outcome
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  state text;
  said text;
  detail text;
BEGIN
  RETURN field_do(op, op.body, false);
EXCEPTION WHEN OTHERS THEN
  GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, said = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL;
  IF left(state, 2) IN ('08', '40', '53', '55', '57', '58') OR state = 'CC4S1' THEN
    RAISE;
  ELSIF state = 'CC4C9' THEN
    RETURN ROW('conflict', detail, said, NULL, NULL, NULL, NULL, NULL)::field_outcome;
  ELSIF state LIKE 'CC%' THEN
    RETURN ROW('refused', detail, said, NULL, NULL, NULL, NULL, NULL)::field_outcome;
  ELSIF left(state, 2) = '22' OR state IN ('23502', '23503', '23514') THEN
    RETURN ROW('refused', 'invalid', 'A value of this operation cannot be what it is.', NULL, NULL, NULL, NULL, NULL)::field_outcome;
  END IF;
  RAISE WARNING 'field operation % of kind %: % %', op.client_id, op.kind, state, said;
  RETURN ROW('conflict', 'failed', 'This could not be applied by itself.', NULL, NULL, NULL, NULL, NULL)::field_outcome;
END
$$;

-- Decide the next operation of a stream, and store its verdict. The stream's row must be locked.
CREATE OR REPLACE FUNCTION field_decide(op field_operations) RETURNS field_operations
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  outcome field_outcome;
  conflict bigint;
  erased constant boolean := field_about_erased(op);
BEGIN
  IF erased THEN
    outcome := ROW('refused', 'unknown_reference', 'There is no such person in the voter file.', NULL, NULL, NULL, NULL,
                   NULL)::field_outcome;
  ELSIF op.refusal IS NOT NULL THEN
    outcome := ROW('refused', op.refusal ->> 'code', op.refusal ->> 'message', NULL, NULL, NULL, NULL, NULL)::field_outcome;
  ELSE
    outcome := field_try(op);
  END IF;
  IF outcome.verdict = 'conflict' THEN
    INSERT INTO field_conflicts (organization_id, operation_id, kind, code, message, actor, actor_name, installation,
        occurred_at, device_occurred_at, theirs, current, current_actor, current_actor_name, current_at,
        voter_id, door_id, event_id)
      SELECT op.organization_id, op.id, op.kind, outcome.code, outcome.message, op.actor,
        actor_name(op.organization_id, op.actor), s.installation, op.occurred_at, op.device_occurred_at,
        op.body - 'checked',
        outcome.current, outcome.current_actor, actor_name(op.organization_id, outcome.current_actor),
        outcome.current_at, (op.body ->> 'voter_id')::bigint,
        COALESCE((op.body ->> 'door_id')::bigint, CASE outcome.entity WHEN 'door' THEN outcome.entity_id END),
        (op.body ->> 'event_id')::bigint
      FROM field_streams s WHERE s.organization_id = op.organization_id AND s.id = op.stream_id
      RETURNING id INTO conflict;
  END IF;
  UPDATE field_operations o SET verdict = outcome.verdict, code = outcome.code, message = outcome.message,
      entity = outcome.entity, entity_id = outcome.entity_id, conflict_id = conflict, decided_at = now(),
      body = CASE WHEN outcome.verdict = 'applied' THEN NULL WHEN erased THEN '{}' ELSE o.body END
    WHERE o.organization_id = op.organization_id AND o.id = op.id
    RETURNING o.* INTO op;
  RETURN op;
END
$$;

-- Decide an operation in the order of its stream, in which each sequence number is used once.
CREATE OR REPLACE FUNCTION field_settle(op field_operations, at field_streams) RETURNS field_operations
LANGUAGE plpgsql VOLATILE
AS $$
BEGIN
  IF op.sequence < at.next_sequence AND EXISTS (
    SELECT FROM field_operations o WHERE o.organization_id = op.organization_id AND o.stream_id = op.stream_id
      AND o.sequence = op.sequence AND o.id <> op.id AND o.verdict <> 'held') THEN
    op.refusal := COALESCE(op.refusal, jsonb_build_object('code', 'sequence_reused',
      'message', 'Another operation of this device had this number.'));
  END IF;
  op := field_decide(op);
  UPDATE field_streams s SET next_sequence = op.sequence + 1
    WHERE s.organization_id = op.organization_id AND s.id = op.stream_id AND s.next_sequence = op.sequence;
  RETURN op;
END
$$;

-- Accept one operation, and decide it after the operations before it. first: the first verdict, if
-- it was sent before. releases: held operations can be released now. checked: as for
-- contact_record. An operation refused for its number or client_id is not stored.
CREATE OR REPLACE FUNCTION field_apply(organization bigint, actor text, person bigint, stream bigint, given jsonb, refusal jsonb,
  checked jsonb, OUT op field_operations, OUT first text, OUT next_sequence bigint, OUT releases boolean)
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  at field_streams;
  device_time timestamptz := (given ->> 'occurred_at')::timestamptz;
  number bigint := (given ->> 'sequence')::bigint;
  body jsonb := COALESCE(given -> 'body', '{}');
  hash bytea := sha256(convert_to(jsonb_build_array(given -> 'kind', given -> 'occurred_at', body)::text, 'UTF8'));
BEGIN
  SELECT s.* INTO at FROM field_streams s
    WHERE s.organization_id = organization AND s.id = stream AND s.actor = field_apply.actor FOR NO KEY UPDATE;
  next_sequence := at.next_sequence;
  releases := false;
  SELECT o.* INTO op FROM field_operations o
    WHERE o.organization_id = organization AND o.client_id = (given ->> 'client_id')::uuid;
  IF FOUND AND (op.body_hash <> hash OR op.actor <> field_apply.actor) THEN
    op.verdict := 'refused';
    op.code := 'client_id_reused';
    op.message := 'This client_id was used for something else.';
    op.entity := NULL; -- only the actor who used the client_id may learn for what
    op.entity_id := NULL;
    op.conflict_id := NULL;
    op.occurred_at := NULL;
    RETURN;
  ELSIF FOUND AND op.verdict <> 'held' THEN
    first := op.verdict;
    RETURN;
  ELSIF op.id IS NULL THEN
    INSERT INTO field_operations AS o (organization_id, client_id, stream_id, sequence, actor, user_id, kind, occurred_at,
        device_occurred_at, based_on, body, body_hash, refusal)
      VALUES (organization, (given ->> 'client_id')::uuid, stream, number, actor, person, given ->> 'kind',
        LEAST(now(), device_time + at.clock_offset_us * interval '1 microsecond'), device_time,
        (given ->> 'based_on')::bigint, body, hash, refusal)
      RETURNING o.* INTO op;
  END IF;
  IF op.sequence <= at.next_sequence THEN
    op.body := field_checked(op.body, checked);
    op := field_settle(op, at);
    next_sequence := GREATEST(at.next_sequence, op.sequence + 1);
    releases := EXISTS (SELECT FROM field_operations o WHERE o.organization_id = organization AND o.stream_id = stream
                          AND o.verdict = 'held' AND o.sequence <= field_apply.next_sequence);
  END IF;
END
$$;

-- Apply several visits of one stream in one transaction: [{operation, checked}], each as for
-- field_apply, with its own savepoint (field_try). All locks are taken first: the stream's, those
-- of contact_lock, the turfs. If one operation stays undecided, all are applied one by one.
CREATE OR REPLACE FUNCTION field_apply_visits(organization bigint, actor text, person bigint, stream bigint, visits jsonb)
RETURNS TABLE (op field_operations, first text, next_sequence bigint, releases boolean)
LANGUAGE plpgsql VOLATILE ROWS 10
AS $$
DECLARE
  houses bigint[];
  places bigint[];
  people bigint[];
  visit jsonb;
BEGIN
  PERFORM FROM field_streams s WHERE s.organization_id = organization AND s.id = stream FOR NO KEY UPDATE;
  SELECT array_agg((v #>> '{operation,body,building_id}')::bigint), array_agg((v #>> '{operation,body,door_id}')::bigint),
         array_agg((v #>> '{operation,body,voter_id}')::bigint) INTO houses, places, people
    FROM jsonb_array_elements(visits) v;
  places := places || ARRAY(SELECT v.door_id FROM voters v WHERE v.organization_id = organization AND v.id = ANY (people));
  houses := houses || ARRAY(SELECT d.building_id FROM doors d WHERE d.organization_id = organization AND d.id = ANY (places));
  PERFORM contact_lock_places(organization, houses, places, people);
  PERFORM FROM canvass_routes t WHERE t.organization_id = organization AND t.id = ANY (ARRAY(
      SELECT r.route_id FROM canvass_route_doors r
      WHERE r.organization_id = organization AND r.door_id = ANY (places) AND r.active))
    ORDER BY t.id FOR NO KEY UPDATE;
  FOR visit IN SELECT v FROM jsonb_array_elements(visits) v LOOP
    RETURN QUERY SELECT a.* FROM field_apply(organization, actor, person, stream, visit -> 'operation', NULL,
                                             visit -> 'checked') a;
  END LOOP;
END
$$;

-- Release the next held operation. NULL: there is none, or another request has released next_id.
CREATE OR REPLACE FUNCTION field_release(organization bigint, actor text, stream bigint, next_id bigint, checked jsonb)
RETURNS field_operations
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  at field_streams;
  op field_operations;
BEGIN
  SELECT s.* INTO at FROM field_streams s
    WHERE s.organization_id = organization AND s.id = stream AND s.actor = field_release.actor FOR NO KEY UPDATE;
  SELECT o.* INTO op FROM field_operations o
    WHERE o.organization_id = organization AND o.stream_id = stream AND o.verdict = 'held'
      AND o.sequence <= at.next_sequence ORDER BY o.sequence, o.id LIMIT 1;
  IF op.id IS DISTINCT FROM next_id THEN
    RETURN NULL;
  END IF;
  op.body := field_checked(op.body, checked);
  RETURN field_settle(op, at);
END
$$;

-- Resolve a conflict: accept (as sent), merge (with the body given here) or discard. When it cannot
-- be applied, an exception is raised and the conflict stays open. No row: no such conflict.
CREATE OR REPLACE FUNCTION field_resolve(organization bigint, resolver text, number bigint, decision text, merged jsonb,
  remark text, checked jsonb)
RETURNS SETOF field_conflicts
LANGUAGE plpgsql VOLATILE ROWS 1
AS $$
DECLARE
  conflict field_conflicts;
  op field_operations;
  outcome field_outcome;
BEGIN
  SELECT f.* INTO conflict FROM field_conflicts f
    WHERE f.organization_id = organization AND f.id = number FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    RETURN;
  ELSIF conflict.state <> 'open' THEN
    RAISE EXCEPTION USING ERRCODE = 'CC409', DETAIL = 'resolved', MESSAGE = format('%s resolved this already.',
      COALESCE(conflict.resolved_by, 'Somebody'));
  ELSIF decision = 'merge' AND merged IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'CC422', DETAIL = 'required', COLUMN = 'body',
      MESSAGE = 'To merge, send the body that is to be applied.';
  END IF;
  SELECT o.* INTO op FROM field_operations o
    WHERE o.organization_id = organization AND o.id = conflict.operation_id;
  IF decision <> 'discard' THEN
    outcome := field_do(op, field_checked(CASE decision WHEN 'merge' THEN merged ELSE op.body END, checked), true);
    IF outcome.verdict <> 'applied' THEN
      RAISE EXCEPTION USING ERRCODE = 'CC409', DETAIL = outcome.code, MESSAGE = outcome.message;
    END IF;
    UPDATE field_operations o SET entity = outcome.entity, entity_id = outcome.entity_id
      WHERE o.organization_id = organization AND o.id = op.id;
  END IF;
  RETURN QUERY
    UPDATE field_conflicts f SET
      state = CASE decision WHEN 'accept' THEN 'accepted' WHEN 'merge' THEN 'merged' ELSE 'discarded' END,
      resolution = CASE decision WHEN 'merge' THEN merged END, resolution_note = remark, resolved_at = now(),
      resolved_actor = resolver, resolved_by = actor_name(organization, resolver)
    WHERE f.organization_id = organization AND f.id = number RETURNING f.*;
END
$$;

GRANT EXECUTE ON FUNCTION
  field_open(bigint,text,uuid,timestamp with time zone,timestamp with time zone,bigint),
  field_do(field_operations,jsonb,boolean), field_try(field_operations),
  field_decide(field_operations), field_settle(field_operations,field_streams),
  field_apply(bigint,text,bigint,bigint,jsonb,jsonb,jsonb), field_apply_visits(bigint,text,bigint,bigint,jsonb), field_release(bigint,text,bigint,bigint,jsonb),
  field_resolve(bigint,text,bigint,text,jsonb,text,jsonb), field_checked(jsonb,jsonb)
  TO campaign_api;

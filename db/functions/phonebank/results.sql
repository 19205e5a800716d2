-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Records the result of a call.

-- Apply the result of a call to the row of the queue.
CREATE OR REPLACE FUNCTION phone_bank_settle(session phone_bank_sessions, held phone_bank_calls, code text, back_at timestamptz)
RETURNS void
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  what dispositions;
  target phone_bank_targets;
  again boolean; -- the same caller may try another number of the person
  done boolean;
BEGIN
  SELECT d.* INTO what FROM dispositions d WHERE d.code = COALESCE($3, 'canvassed');
  SELECT t.* INTO target FROM phone_bank_targets t
    WHERE t.organization_id = session.organization_id AND t.id = held.target_id;
  again := what.effect IN ('wrong_number', 'disconnected')
    AND usable_number(session.organization_id, held.voter_id, 'phone', session.purpose) IS NOT NULL;
  done := NOT COALESCE(again, false) AND back_at IS NULL
    AND (what.finishes OR target.attempts + 1 >= session.max_attempts);
  UPDATE phone_bank_targets t SET
    attempts = t.attempts + CASE WHEN again THEN 0 ELSE 1 END,
    last_attempt_at = now(), outcome = what.code,
    state = CASE WHEN done OR t.state = 'done' THEN 'done' ELSE 'waiting' END,
    done_at = CASE WHEN done THEN now() ELSE t.done_at END,
    next_at = CASE WHEN NOT done THEN now() + make_interval(mins => session.cool_down_minutes) END,
    call_back_at = CASE WHEN again THEN now() ELSE back_at END,
    call_back_actor = CASE WHEN again OR back_at IS NOT NULL THEN held.actor END,
    -- If this lease had ended and the person was assigned to another caller, that caller keeps the
    -- person.
    lease_until = (SELECT c.lease_until FROM phone_bank_calls c
      WHERE c.organization_id = session.organization_id AND c.target_id = t.id AND c.ended_at IS NULL AND c.id <> held.id)
  WHERE t.organization_id = session.organization_id AND t.id = held.target_id;
END
$$;

-- Record the result of a call. A result is accepted even after the lease has ended, because the
-- call took place. A repetition changes nothing.
CREATE OR REPLACE FUNCTION phone_bank_result(organization bigint, actor text, person bigint, bank bigint, call_id bigint, given jsonb)
RETURNS SETOF phone_bank_call_rows
LANGUAGE plpgsql VOLATILE ROWS 1
AS $$
DECLARE
  session phone_bank_sessions;
  held phone_bank_calls;
  dialled text;
  back_at timestamptz := (given ->> 'call_back_at')::timestamptz;
  zones text;
  contact bigint;
BEGIN
  PERFORM assert_call(organization, bank, call_id);
  session := phone_bank_enter(organization, actor, bank);
  held := phone_bank_hold(organization, actor, bank, call_id);
  dialled := COALESCE(given ->> 'phone', held.phone);
  IF held.client_id = (given ->> 'client_id')::uuid THEN
    RETURN QUERY SELECT r.* FROM phone_bank_call_rows r WHERE r.organization_id = organization AND r.id = call_id;
    RETURN;
  END IF;
  PERFORM assert_rule(COALESCE(held.ended, '') NOT IN ('result', 'released'), 'call_ended', 'This call has ended.');
  IF dialled <> held.phone AND NOT EXISTS (SELECT FROM voters v WHERE v.organization_id = organization
       AND v.id = held.voter_id AND v.phones @> to_jsonb(ARRAY[dialled])) THEN
    PERFORM refuse_field('phone', 'unknown_reference', 'This is no number of the person.');
  END IF;
  IF (given ->> 'disposition' = 'call_back') IS DISTINCT FROM (back_at IS NOT NULL) AND back_at IS NOT NULL THEN
    PERFORM refuse_field('call_back_at', 'not_a_call_back', 'A time goes with the result call_back.');
  END IF;
  IF back_at < now() OR back_at > now() + interval '60 days' THEN
    PERFORM refuse_field('call_back_at', 'out_of_range', 'A call-back is later than now and within sixty days.');
  END IF;
  SELECT t.zone_key INTO zones FROM phone_bank_targets t
    WHERE t.organization_id = organization AND t.id = held.target_id;
  IF NOT hours_open(zones, session.start_hour, session.stop_hour, back_at) THEN
    PERFORM refuse_field_hint('call_back_at', 'outside_hours', format('Calls are made from %s to %s by the clock of the person.',
      session.start_hour, session.stop_hour), format('Their time zone: %s.', zones));
  END IF;
  contact := phone_contact(organization, actor, person, given - 'call_back_at' - 'phone' || jsonb_build_object(
    'channel', 'phone', 'voter_id', held.voter_id, 'phone', dialled, 'script_id', session.script_id,
    'phone_bank_session_id', bank));
  UPDATE phone_bank_calls c
    SET ended = 'result', ended_at = COALESCE(c.ended_at, now()), contact_id = contact,
        client_id = (given ->> 'client_id')::uuid
    WHERE c.organization_id = organization AND c.id = call_id;
  PERFORM phone_bank_settle(session, held, given ->> 'disposition', back_at);
  RETURN QUERY SELECT r.* FROM phone_bank_call_rows r WHERE r.organization_id = organization AND r.id = call_id;
END
$$;

GRANT EXECUTE ON FUNCTION
  phone_bank_settle(phone_bank_sessions,phone_bank_calls,text,timestamp with time zone),
  phone_bank_result(bigint,text,bigint,bigint,bigint,jsonb)
  TO campaign_api;

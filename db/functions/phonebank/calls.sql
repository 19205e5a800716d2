-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Assigns people to callers: claim, release, extend.

-- Returns the next person who is due; no row when nobody is due, or all are being called at this
-- moment. The order: call-backs requested from this caller, overdue call-backs of other callers,
-- people who were never tried, then the person whose last try is oldest.
CREATE OR REPLACE FUNCTION phone_bank_next(organization bigint, actor text, bank bigint, zones text[])
RETURNS SETOF phone_bank_targets
LANGUAGE plpgsql VOLATILE ROWS 1
AS $$
BEGIN
  RETURN QUERY SELECT t.* FROM phone_bank_targets t
    WHERE t.organization_id = organization AND t.session_id = bank AND t.state = 'waiting' AND t.call_back_at <= now()
      AND (t.lease_until IS NULL OR t.lease_until <= now()) AND t.zone_key = ANY (zones)
      AND (t.call_back_actor = phone_bank_next.actor OR t.call_back_at <= now() - interval '5 minutes'
           OR NOT EXISTS (SELECT FROM phone_bank_callers c
                WHERE c.organization_id = organization AND c.session_id = bank AND c.actor = t.call_back_actor
                  AND c.left_at IS NULL AND c.last_active_at > now() - interval '15 minutes'))
    ORDER BY t.call_back_actor IS DISTINCT FROM phone_bank_next.actor, t.call_back_at, t.id LIMIT 1 FOR UPDATE OF t SKIP LOCKED;
  IF NOT FOUND THEN
    RETURN QUERY SELECT t.* FROM phone_bank_targets t
      WHERE t.organization_id = organization AND t.session_id = bank AND t.state = 'waiting'
        AND t.call_back_at IS NULL AND (t.next_at IS NULL OR t.next_at <= now())
        AND (t.lease_until IS NULL OR t.lease_until <= now()) AND t.zone_key = ANY (zones)
      ORDER BY t.last_attempt_at NULLS FIRST, t.position LIMIT 1 FOR UPDATE OF t SKIP LOCKED;
  END IF;
END
$$;

-- Assign the person to the caller if no other caller has the person. NULL: the person cannot be
-- called now; the row of the queue has the reason and the earliest time.
CREATE OR REPLACE FUNCTION phone_bank_hand_out(actor text, person bigint, session phone_bank_sessions, target phone_bank_targets)
RETURNS bigint
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  number text := usable_number(session.organization_id, target.voter_id, 'phone', session.purpose);
  made bigint;
  wait timestamptz;
BEGIN
  IF number IS NULL THEN
    UPDATE phone_bank_targets t SET state = 'left_out', outcome = 'no_usable_number', done_at = now()
      WHERE t.organization_id = session.organization_id AND t.id = target.id;
    RETURN NULL;
  END IF;
  -- A person who refused is not called again, in any phone bank. A person who was called by another
  -- phone bank is not called for some time. A call-back that the person requested overrides both
  -- rules.
  SELECT max(w) INTO wait FROM (
    SELECT v.quiet_until AS w FROM voters v WHERE v.organization_id = session.organization_id AND v.id = target.voter_id
    UNION ALL
    SELECT c.ended_at + make_interval(mins => session.cool_down_minutes) FROM phone_bank_calls c
    WHERE c.organization_id = session.organization_id AND c.voter_id = target.voter_id AND c.ended = 'result'
      AND c.session_id <> session.id) waits;
  IF wait > now() AND target.call_back_at IS NULL THEN
    UPDATE phone_bank_targets t SET next_at = wait
      WHERE t.organization_id = session.organization_id AND t.id = target.id;
    RETURN NULL;
  END IF;
  UPDATE phone_bank_calls c SET ended = 'expired', ended_at = c.lease_until
    WHERE c.organization_id = session.organization_id AND c.voter_id = target.voter_id AND c.ended_at IS NULL
      AND c.lease_until <= now();
  INSERT INTO phone_bank_calls (organization_id, session_id, target_id, voter_id, actor, user_id, phone, lease_until)
    VALUES (session.organization_id, session.id, target.id, target.voter_id, phone_bank_hand_out.actor, person, number,
            now() + make_interval(mins => session.lease_minutes))
    ON CONFLICT (organization_id, voter_id) WHERE ended_at IS NULL DO NOTHING
    RETURNING id INTO made;
  UPDATE phone_bank_targets t SET lease_until = CASE
      WHEN made IS NOT NULL THEN now() + make_interval(mins => session.lease_minutes)
      ELSE (SELECT c.lease_until FROM phone_bank_calls c
            WHERE c.organization_id = session.organization_id AND c.voter_id = target.voter_id AND c.ended_at IS NULL) END
    WHERE t.organization_id = session.organization_id AND t.id = target.id;
  RETURN made;
END
$$;

-- Returns the caller's present call, otherwise assigns the next person. A refusal is a row instead
-- of an exception, so that changes made meanwhile are kept.
CREATE OR REPLACE FUNCTION phone_bank_claim(organization bigint, actor text, person bigint, bank bigint)
RETURNS TABLE (call phone_bank_call_rows, refused_code text, refused_message text)
LANGUAGE plpgsql VOLATILE ROWS 1
AS $$
DECLARE
  session phone_bank_sessions := phone_bank_enter(organization, phone_bank_claim.actor, bank);
  target phone_bank_targets;
  made bigint;
  zones text[] := ARRAY(SELECT z FROM unnest(session.zone_keys) z
                        WHERE hours_open(z, session.start_hour, session.stop_hour, now()));
  due timestamptz;
BEGIN
  SELECT c.id INTO made FROM phone_bank_calls c
    WHERE c.organization_id = organization AND c.session_id = bank AND c.actor = phone_bank_claim.actor AND c.ended_at IS NULL
      AND c.lease_until > now() LIMIT 1;
  IF made IS NULL AND session.state <> 'open' THEN
    refused_code := 'not_open';
    refused_message := 'This phone bank is not open.';
    RETURN NEXT;
    RETURN;
  END IF;
  FOR i IN 1 .. 500 LOOP
    EXIT WHEN made IS NOT NULL;
    SELECT n.* INTO target FROM phone_bank_next(organization, phone_bank_claim.actor, bank, zones) n;
    EXIT WHEN NOT FOUND;
    made := phone_bank_hand_out(phone_bank_claim.actor, person, session, target);
  END LOOP;
  SELECT r.* INTO call FROM phone_bank_call_rows r WHERE r.organization_id = organization AND r.id = made;
  IF made IS NULL THEN
    SELECT min(hours_next(t.zone_key, session.start_hour, session.stop_hour,
                 GREATEST(t.call_back_at, t.next_at, t.lease_until, now()))) INTO due
      FROM (SELECT t.zone_key, min(t.call_back_at) AS call_back_at, min(t.next_at) AS next_at,
                   min(t.lease_until) AS lease_until
            FROM phone_bank_targets t
            WHERE t.organization_id = organization AND t.session_id = bank AND t.state = 'waiting'
            GROUP BY t.zone_key, t.call_back_at IS NULL, t.next_at IS NULL, t.lease_until IS NULL) t;
    refused_code := CASE WHEN due IS NULL THEN 'queue_done' ELSE 'nobody_due' END;
    refused_message := CASE WHEN due IS NULL THEN 'Everybody on this list was called.'
      ELSE format('Nobody can be called at the moment. Ask again at %s UTC.', to_char(due, 'YYYY-MM-DD HH24:MI')) END;
  END IF;
  RETURN NEXT;
END
$$;

-- Lock the row of the queue, then the call: the same order as in phone_bank_claim.
CREATE OR REPLACE FUNCTION phone_bank_hold(organization bigint, actor text, bank bigint, call bigint) RETURNS phone_bank_calls
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  held phone_bank_calls;
BEGIN
  SELECT c.* INTO held FROM phone_bank_calls c
    WHERE c.organization_id = organization AND c.session_id = bank AND c.id = call;
  PERFORM FROM phone_bank_targets t WHERE t.organization_id = organization AND t.id = held.target_id FOR UPDATE;
  SELECT c.* INTO held FROM phone_bank_calls c WHERE c.organization_id = organization AND c.id = call FOR UPDATE;
  IF held.actor <> phone_bank_hold.actor THEN
    RAISE EXCEPTION 'Another caller made this call.' USING ERRCODE = 'CC409', DETAIL = 'not_your_call';
  END IF;
  RETURN held;
END
$$;

CREATE OR REPLACE FUNCTION phone_bank_release(organization bigint, actor text, bank bigint, call_id bigint)
RETURNS SETOF phone_bank_call_rows
LANGUAGE plpgsql VOLATILE ROWS 1
AS $$
DECLARE
  held phone_bank_calls;
BEGIN
  PERFORM assert_call(organization, bank, call_id);
  PERFORM phone_bank_enter(organization, actor, bank);
  held := phone_bank_hold(organization, actor, bank, call_id);
  IF held.ended_at IS NULL THEN
    UPDATE phone_bank_calls c SET ended = 'released', ended_at = now()
      WHERE c.organization_id = organization AND c.id = call_id;
    UPDATE phone_bank_targets t SET lease_until = NULL WHERE t.organization_id = organization AND t.id = held.target_id;
  END IF;
  RETURN QUERY SELECT r.* FROM phone_bank_call_rows r WHERE r.organization_id = organization AND r.id = call_id;
END
$$;

-- Extend the lease, counted from now, if no other caller has the person; at most two hours in
-- total.
CREATE OR REPLACE FUNCTION phone_bank_extend(organization bigint, actor text, bank bigint, call_id bigint)
RETURNS SETOF phone_bank_call_rows
LANGUAGE plpgsql VOLATILE ROWS 1
AS $$
DECLARE
  session phone_bank_sessions;
  held phone_bank_calls;
  ends timestamptz;
BEGIN
  PERFORM assert_call(organization, bank, call_id);
  session := phone_bank_enter(organization, actor, bank);
  held := phone_bank_hold(organization, actor, bank, call_id);
  ends := LEAST(now() + make_interval(mins => session.lease_minutes), held.claimed_at + interval '2 hours');
  PERFORM assert_rule(held.ended_at IS NULL, 'call_ended', 'This call has ended.');
  PERFORM assert_rule(ends > now(), 'too_long', 'A call can be held for two hours.');
  UPDATE phone_bank_calls c SET lease_until = GREATEST(c.lease_until, ends)
    WHERE c.organization_id = organization AND c.id = call_id;
  UPDATE phone_bank_targets t SET lease_until = GREATEST(t.lease_until, ends)
    WHERE t.organization_id = organization AND t.id = held.target_id;
  RETURN QUERY SELECT r.* FROM phone_bank_call_rows r WHERE r.organization_id = organization AND r.id = call_id;
END
$$;

GRANT EXECUTE ON FUNCTION phone_bank_next(bigint,text,bigint,text[]),
  phone_bank_hand_out(text,bigint,phone_bank_sessions,phone_bank_targets),
  phone_bank_claim(bigint,text,bigint,bigint), phone_bank_hold(bigint,text,bigint,bigint),
  phone_bank_release(bigint,text,bigint,bigint), phone_bank_extend(bigint,text,bigint,bigint)
  TO campaign_api;

-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Phone banks: fill the queue, join, leave.

-- Returns the first names of the other members of a household, oldest first; empty when a
-- confidential person lives there.
CREATE OR REPLACE FUNCTION spoken_household(organization bigint, household bigint, person bigint) RETURNS jsonb
LANGUAGE plpgsql STABLE
AS $$
BEGIN
  RETURN COALESCE((
    SELECT jsonb_agg(h.name ORDER BY h.birth_year NULLS LAST, h.id)
    FROM (SELECT v.id, v.birth_year, concat_ws(' ', NULLIF(v.first_name, ''), NULLIF(v.last_name, '')) AS name
          FROM voters_visible v
          WHERE v.organization_id = organization AND v.household_id = household AND v.id <> person
            AND v.unreachable IS NULL AND v.first_name || v.last_name <> ''
            AND NOT EXISTS (SELECT FROM doors_hidden d WHERE d.organization_id = organization AND d.door_id = v.door_id)
          ORDER BY v.birth_year NULLS LAST, v.id LIMIT 20) h), '[]');
END
$$;
GRANT EXECUTE ON FUNCTION spoken_household(bigint,bigint,bigint) TO campaign_api;

-- A call as its caller sees it; for a confidential person without the address.
CREATE OR REPLACE VIEW phone_bank_call_rows WITH (security_invoker = true) AS
SELECT c.organization_id, c.id, c.session_id AS phone_bank_id, c.actor, c.phone, c.claimed_at, c.lease_until, c.ended_at,
  c.ended, c.contact_id, k.disposition, (k.answers IS NOT NULL) AS answered, t.attempts, t.state AS target_state,
  CASE WHEN t.call_back_actor = c.actor THEN t.call_back_at END AS call_back_at, v.id AS voter_id,
  jsonb_build_object('id', v.id, 'first_name', v.first_name, 'last_name', v.last_name, 'city', s.city,
    'precinct', s.precinct, 'party', v.party, 'birth_year', v.birth_year, 'support_level', v.support_level) AS voter,
  b.script_id, CASE WHEN c.ended_at IS NULL THEN s.address END AS address,
  CASE WHEN c.ended_at IS NULL THEN spoken_household(c.organization_id, s.household_id, s.id) ELSE '[]' END AS household
FROM phone_bank_calls c
JOIN phone_bank_sessions b ON b.organization_id = c.organization_id AND b.id = c.session_id
JOIN phone_bank_targets t ON t.organization_id = c.organization_id AND t.id = c.target_id
JOIN voters v ON v.organization_id = c.organization_id AND v.id = c.voter_id
LEFT JOIN voters_visible s ON s.organization_id = c.organization_id AND s.id = c.voter_id
LEFT JOIN voter_contacts k ON k.organization_id = c.organization_id AND k.id = c.contact_id;
GRANT SELECT ON phone_bank_call_rows TO campaign_api;

-- A caller with the counts of calls.
CREATE OR REPLACE VIEW phone_bank_caller_rows WITH (security_invoker = true) AS
SELECT c.organization_id, c.id, c.session_id, c.actor, c.user_id, c.joined_at, c.last_active_at, c.left_at, c.version, c.updated_at,
  actor_name(c.organization_id, c.actor) AS name, k.attempts, k.reached
FROM phone_bank_callers c
CROSS JOIN LATERAL (
  SELECT count(*) AS attempts, count(*) FILTER (WHERE d.reached) AS reached
  FROM voter_contacts v JOIN dispositions d ON d.code = COALESCE(v.disposition, 'canvassed')
  WHERE v.organization_id = c.organization_id AND v.phone_bank_session_id = c.session_id AND v.actor = c.actor
    AND v.holds) k;
GRANT SELECT ON phone_bank_caller_rows TO campaign_api;

-- Fill the queue; called by the job phonebank.fill. A repetition adds nothing. guarded: as for
-- voters_matching, by the rights of the member who created the phone bank.
CREATE OR REPLACE FUNCTION phone_bank_fill(organization bigint, bank bigint, guarded boolean DEFAULT false) RETURNS void
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  session phone_bank_sessions;
  n bigint;
BEGIN
  SELECT s.* INTO session FROM phone_bank_sessions s
    WHERE s.organization_id = organization AND s.id = bank AND s.state = 'filling' FOR UPDATE;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  INSERT INTO phone_bank_targets (organization_id, session_id, voter_id, position, zone_key)
  WITH chosen AS MATERIALIZED (
    SELECT v.id, v.state, v.zip5 FROM voter_lists l
    CROSS JOIN LATERAL voters_matching(organization, l.filter, 'phone', session.purpose, guarded) m
    JOIN voters v ON v.organization_id = organization AND v.id = m
    WHERE l.organization_id = organization AND l.id = session.list_id),
  places AS (
    SELECT state, zip5, zones_of(state, zip5) AS zone_key FROM (SELECT DISTINCT state, zip5 FROM chosen) d)
  SELECT organization, bank, c.id, row_number() OVER (ORDER BY c.id), p.zone_key
  FROM chosen c JOIN places p ON (p.state, p.zip5) IS NOT DISTINCT FROM (c.state, c.zip5);
  GET DIAGNOSTICS n = ROW_COUNT;
  UPDATE phone_bank_sessions s SET state = 'draft', target_count = n,
    zone_keys = ARRAY(SELECT DISTINCT t.zone_key FROM phone_bank_targets t
                      WHERE t.organization_id = organization AND t.session_id = bank)
  WHERE s.organization_id = organization AND s.id = bank;
END
$$;

-- Returns the phone bank for one of its callers. The caller's row is locked, so that the actions of
-- one caller run one after the other.
CREATE OR REPLACE FUNCTION phone_bank_enter(organization bigint, actor text, bank bigint) RETURNS phone_bank_sessions
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  session phone_bank_sessions;
BEGIN
  SELECT s.* INTO session FROM phone_bank_sessions s WHERE s.organization_id = organization AND s.id = bank;
  IF NOT FOUND THEN
    PERFORM refuse_not_found();
  END IF;
  UPDATE phone_bank_callers c SET last_active_at = now()
    WHERE c.organization_id = organization AND c.session_id = bank AND c.actor = phone_bank_enter.actor AND c.left_at IS NULL;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'You are not among the callers: join with the code of this phone bank.'
      USING ERRCODE = 'CC409', DETAIL = 'not_joined';
  END IF;
  RETURN session;
END
$$;

-- Refuse a phone bank that does not exist. Call it in the WHERE of a list, so that a missing phone
-- bank is 404 and not an empty page.
CREATE OR REPLACE FUNCTION assert_phone_bank(organization bigint, bank bigint) RETURNS boolean
LANGUAGE plpgsql STABLE
AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM phone_bank_sessions s WHERE s.organization_id = organization AND s.id = bank) THEN
    PERFORM refuse_not_found();
  END IF;
  RETURN true;
END
$$;

CREATE OR REPLACE FUNCTION assert_call(organization bigint, bank bigint, call bigint) RETURNS boolean
LANGUAGE plpgsql STABLE
AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM phone_bank_calls c
                 WHERE c.organization_id = organization AND c.session_id = bank AND c.id = call) THEN
    PERFORM refuse_not_found();
  END IF;
  RETURN true;
END
$$;

CREATE OR REPLACE FUNCTION assert_caller(organization bigint, actor text, bank bigint) RETURNS boolean
LANGUAGE plpgsql STABLE
AS $$
BEGIN
  RETURN assert_phone_bank(organization, bank) AND assert_rule(
    EXISTS (SELECT FROM phone_bank_callers c WHERE c.organization_id = organization AND c.session_id = bank
              AND c.actor = assert_caller.actor AND c.left_at IS NULL),
    'not_joined', 'You are not among the callers: join with the code of this phone bank.');
END
$$;

-- Leave a phone bank. The caller's present call is released immediately.
CREATE OR REPLACE FUNCTION phone_bank_leave(organization bigint, actor text, bank bigint) RETURNS void
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  held record;
BEGIN
  FOR held IN SELECT c.id, c.target_id FROM phone_bank_calls c WHERE c.organization_id = organization
    AND c.session_id = bank AND c.actor = phone_bank_leave.actor AND c.ended_at IS NULL ORDER BY c.target_id
  LOOP
    UPDATE phone_bank_targets t SET lease_until = NULL WHERE t.organization_id = organization AND t.id = held.target_id;
    UPDATE phone_bank_calls c SET ended = 'released', ended_at = now()
      WHERE c.organization_id = organization AND c.id = held.id AND c.ended_at IS NULL;
  END LOOP;
  UPDATE phone_bank_callers c SET left_at = COALESCE(c.left_at, now())
    WHERE c.organization_id = organization AND c.session_id = bank AND c.actor = phone_bank_leave.actor;
END
$$;

-- Become a caller, also after having left. NULL: no open phone bank has this code.
CREATE OR REPLACE FUNCTION phone_bank_join(organization bigint, actor text, person bigint, typed text) RETURNS SETOF phone_bank_sessions
LANGUAGE plpgsql VOLATILE ROWS 1
AS $$
#variable_conflict use_column
DECLARE
  session phone_bank_sessions;
BEGIN
  SELECT s.* INTO session FROM phone_bank_sessions s
    WHERE s.organization_id = organization AND s.code = joining_code_clean(typed) AND s.state <> 'closed';
  IF NOT FOUND THEN
    PERFORM refuse_field('code', 'unknown_code', 'No phone bank has this code, or it is closed.');
  END IF;
  INSERT INTO phone_bank_callers AS c (organization_id, session_id, actor, user_id)
    VALUES (organization, session.id, phone_bank_join.actor, person)
    ON CONFLICT (organization_id, session_id, actor) DO UPDATE SET left_at = NULL, last_active_at = now();
  RETURN NEXT session;
END
$$;

GRANT EXECUTE ON FUNCTION phone_bank_fill(bigint,bigint,boolean), phone_bank_enter(bigint,text,bigint),
  assert_phone_bank(bigint,bigint), assert_call(bigint,bigint,bigint),
  assert_caller(bigint,text,bigint), phone_bank_leave(bigint,text,bigint),
  phone_bank_join(bigint,text,bigint,text)
  TO campaign_api;

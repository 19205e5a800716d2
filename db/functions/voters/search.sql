-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- All voters that match a filter, and their number.

SET LOCAL ROLE campaign_definer;

-- Returns the voters that match a filter (VoterFilter in common/api/cc-voter.h), unordered. Merged
-- records are never included. With a channel (door, phone, text, email, mail), people who must not
-- be contacted on it for this purpose are left out: unreachable, in a quiet period, confidential,
-- do not knock, consent withdrawn, every number flagged. An invalid filter raises CC422 with the
-- member in COLUMN. guarded: for readers without manage_voters, who must not find confidential
-- people by places; also in voters_page and voters_count.
CREATE OR REPLACE FUNCTION voters_matching(organization bigint, filter jsonb, channel text DEFAULT NULL, purpose text DEFAULT 'any',
  guarded boolean DEFAULT false)
RETURNS SETOF bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp ROWS 10000
SET work_mem = '64MB' -- memory for the hash of people with withdrawn consent
SET jit = off -- JIT compilation takes longer than reading a million rows
AS $$
BEGIN
  -- This check, and not row-level security, separates organizations here: the function has definer
  -- rights.
  IF organization IS DISTINCT FROM app_organization_id() THEN
    RAISE EXCEPTION 'voters of another organization' USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF channel NOT IN ('door', 'phone', 'text', 'email', 'mail') THEN
    RAISE EXCEPTION 'reach is door, phone, text, email or mail, not %', channel USING ERRCODE = 'invalid_parameter_value';
  END IF;
  RETURN QUERY EXECUTE
    'SELECT v.id FROM voters v WHERE v.organization_id = $1 AND v.merged_into IS NULL'
    || voter_filter_condition(organization, COALESCE(filter, '{}'), guarded)
    || CASE WHEN channel IS NULL THEN '' ELSE voter_reach_condition(channel) END
    USING organization, COALESCE(filter, '{}'), channel, purpose;
END
$$;

CREATE OR REPLACE FUNCTION voters_count(organization bigint, filter jsonb, channel text, purpose text, guarded boolean)
RETURNS bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp
SET work_mem = '64MB' -- memory for the hash of people with withdrawn consent
SET jit = off -- JIT compilation takes longer than reading a million rows
AS $$
DECLARE
  n bigint;
BEGIN
  IF organization IS DISTINCT FROM app_organization_id() THEN
    RAISE EXCEPTION 'voters of another organization' USING ERRCODE = 'insufficient_privilege';
  END IF;
  EXECUTE 'SELECT count(*) FROM voters v WHERE v.organization_id = $1 AND v.merged_into IS NULL'
    || voter_filter_condition(organization, COALESCE(filter, '{}'), guarded)
    || CASE WHEN channel IS NULL THEN '' ELSE voter_reach_condition(channel) END
    INTO n USING organization, COALESCE(filter, '{}'), channel, purpose;
  RETURN n;
END
$$;

GRANT EXECUTE ON FUNCTION voters_matching(bigint,jsonb,text,text,boolean),
  voters_count(bigint,jsonb,text,text,boolean)
  TO campaign_api;

RESET ROLE;

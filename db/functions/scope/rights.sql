-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Rights, identified by name.

-- Returns the names of common/api/cc-right.c in the same order; tests/contract compares the two.
CREATE OR REPLACE FUNCTION right_names() RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
  SELECT '{public,signed_in,member,check_in,manage_events,manage_members,manage_devices,manage_tokens,
    manage_organization,view_audit,canvass,manage_canvass,view_voters,manage_voters,export_voters,owner}'::text[]
$$;

CREATE OR REPLACE FUNCTION right_unknown(name text) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
BEGIN
  RAISE EXCEPTION 'There is no right %.', name USING ERRCODE = 'invalid_parameter_value';
END
$$;

-- Does an actor with these rights (a JSON array of names) have this one? An unknown name raises an
-- error instead of being false. A single expression, so that the planner can inline it.
CREATE OR REPLACE FUNCTION right_has(rights jsonb, name text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
  SELECT CASE WHEN name = ANY (right_names()) THEN COALESCE(rights ? name, false) ELSE right_unknown(name) END
$$;

-- Refuse a device. Call it in the WHERE of a list of members: a paired tablet must not show
-- members' names, roles and rights.
CREATE OR REPLACE FUNCTION scope_assert_no_device(actor text) RETURNS boolean
LANGUAGE plpgsql STABLE
AS $$
BEGIN
  IF actor LIKE 'device:%' THEN
    RAISE EXCEPTION 'A device may not see the members of the organization.'
      USING ERRCODE = 'CC403', DETAIL = 'not_for_devices';
  END IF;
  RETURN true;
END
$$;

GRANT EXECUTE ON FUNCTION scope_assert_no_device(text) TO campaign_api;

GRANT EXECUTE ON FUNCTION right_names(), right_unknown(text), right_has(jsonb,text)
  TO campaign_api, campaign_definer;

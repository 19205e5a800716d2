-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Comparing rights by name.

-- The names of common/api/cc-right.c in its order; tests/contract holds the two to each other.
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

-- Does an actor with these rights (a JSON array of names) have this one? A name that does not exist raises
-- instead of being false. One expression, so that the planner sees through it.
CREATE OR REPLACE FUNCTION right_has(rights jsonb, name text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
  SELECT CASE WHEN name = ANY (right_names()) THEN COALESCE(rights ? name, false) ELSE right_unknown(name) END
$$;

GRANT EXECUTE ON FUNCTION right_names(), right_unknown(text), right_has(jsonb,text)
  TO campaign_api, campaign_definer;

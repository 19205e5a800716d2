-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Functions that a server of v0.2.0 calls under their former names while an update replaces the
-- servers one after the other. No other function calls them.

-- See turf_change_state.
CREATE OR REPLACE FUNCTION turf_turn(organization bigint, turf bigint, verb text, expected bigint) RETURNS SETOF turfs_shown
LANGUAGE sql VOLATILE
AS $$
  SELECT * FROM turf_change_state(organization, turf, verb, expected)
$$;

-- See turf_insert_copy.
CREATE OR REPLACE FUNCTION turf_beside(organization bigint, turf bigint, named text, person bigint) RETURNS bigint
LANGUAGE sql VOLATILE
AS $$
  SELECT turf_insert_copy(organization, turf, named, person)
$$;

-- See voter_summary.
CREATE OR REPLACE FUNCTION voter_brief(v voters) RETURNS jsonb
LANGUAGE sql STABLE
AS $$
  SELECT voter_summary(v)
$$;

-- See import_user_data_all.
CREATE OR REPLACE FUNCTION import_work_all() RETURNS jsonb
LANGUAGE sql STABLE
AS $$
  SELECT import_user_data_all()
$$;

GRANT EXECUTE ON FUNCTION turf_turn(bigint,bigint,text,bigint), turf_beside(bigint,bigint,text,bigint),
  voter_brief(voters), import_work_all()
  TO campaign_api;

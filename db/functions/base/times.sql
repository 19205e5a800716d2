-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Times reported by devices, and the text form of times for them.

-- Returns the time to store for an action. The action may have waited for a network, or the
-- device's clock may be slow, so a past time is accepted; a time in the future becomes now.
CREATE OR REPLACE FUNCTION door_time(occurred timestamptz) RETURNS timestamptz
LANGUAGE sql STABLE
AS $$ SELECT CASE WHEN occurred > now() + interval '5 minutes' THEN now() ELSE occurred END $$;

CREATE OR REPLACE FUNCTION field_time(moment timestamptz) RETURNS text
LANGUAGE sql STABLE
AS $$ SELECT to_char(moment AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') $$;

GRANT EXECUTE ON FUNCTION door_time(timestamp with time zone), field_time(timestamp with time zone)
  TO campaign_api;

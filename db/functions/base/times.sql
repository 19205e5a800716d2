-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Times of devices, and how times are written for them.

-- A device's clock may be slow, or the act may have waited for a network; it cannot be ahead of time.
CREATE OR REPLACE FUNCTION door_time(occurred timestamptz) RETURNS timestamptz
LANGUAGE sql STABLE
AS $$ SELECT CASE WHEN occurred > now() + interval '5 minutes' THEN now() ELSE occurred END $$;

CREATE OR REPLACE FUNCTION field_time(moment timestamptz) RETURNS text
LANGUAGE sql STABLE
AS $$ SELECT to_char(moment AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') $$;

GRANT EXECUTE ON FUNCTION door_time(timestamp with time zone), field_time(timestamp with time zone)
  TO campaign_api;

-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Time zones of a person, and whether the present hour is permitted there.

-- Returns the possible time zones of a person as one key: "America/Chicago" or
-- "America/Chicago,America/New_York". When ZIP code and state give different zones, both count.
-- Without any data the zones are Eastern and Pacific: 9 to 21 in both is 12 to 21 Eastern, which is
-- 9 to 18 Pacific. People in other zones have a known state.
CREATE OR REPLACE FUNCTION zones_of(home text, zip text) RETURNS text
LANGUAGE sql STABLE
AS $$
  SELECT array_to_string(CASE
    WHEN by_zip IS NULL THEN COALESCE(by_state, '{America/Los_Angeles,America/New_York}')
    WHEN by_state IS NULL OR by_state @> by_zip THEN by_zip
    ELSE ARRAY(SELECT DISTINCT unnest(by_state || by_zip) ORDER BY 1) END, ',')
  FROM (SELECT
    (SELECT s.zones FROM state_zones s WHERE s.state = upper(home)) AS by_state,
    (SELECT z.zones FROM zip_zones z WHERE z.prefix IN (left(zip, 3), left(zip, 5))
     ORDER BY length(z.prefix) DESC LIMIT 1) AS by_zip) known
$$;

-- Is it between these hours in each of the zones? Daylight saving time is included, because local
-- times are compared.
CREATE OR REPLACE FUNCTION hours_open(zones text, start_hour int, stop_hour int, at timestamptz) RETURNS boolean
LANGUAGE plpgsql STABLE
AS $$
BEGIN
  RETURN (
    SELECT bool_and(extract(hour FROM at AT TIME ZONE z) >= start_hour AND extract(hour FROM at AT TIME ZONE z) < stop_hour)
    FROM unnest(string_to_array(zones, ',')) z);
END
$$;

-- Returns the end of the permitted hours to which this time belongs.
CREATE OR REPLACE FUNCTION hours_end(zones text, stop_hour int, at timestamptz) RETURNS timestamptz
LANGUAGE plpgsql STABLE
AS $$
BEGIN
  RETURN (
    SELECT min((date_trunc('day', at AT TIME ZONE z) + make_interval(hours => stop_hour)) AT TIME ZONE z)
    FROM unnest(string_to_array(zones, ',')) z);
END
$$;

-- Returns the first moment from this time on that is permitted in all zones. NULL: the zones have
-- no common hours.
CREATE OR REPLACE FUNCTION hours_next(zones text, start_hour int, stop_hour int, at timestamptz) RETURNS timestamptz
LANGUAGE plpgsql STABLE
AS $$
BEGIN
  RETURN (
    SELECT min(t) FROM (
      SELECT at AS t UNION ALL
      SELECT ((at AT TIME ZONE z)::date + d + make_interval(hours => start_hour)) AT TIME ZONE z
      FROM unnest(string_to_array(zones, ',')) z, generate_series(0, 2) d) c
    WHERE t >= at AND hours_open(zones, start_hour, stop_hour, t));
END
$$;

GRANT EXECUTE ON FUNCTION zones_of(text,text),
  hours_open(text,integer,integer,timestamp with time zone),
  hours_end(text,integer,timestamp with time zone),
  hours_next(text,integer,integer,timestamp with time zone)
  TO campaign_api;

-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Which events a device may see.

-- A device whose scope names an event sees that one only. Queries ask this for devices alone:
--   AND (:actor::text NOT LIKE 'device:%' OR event_in_scope(…))
CREATE OR REPLACE FUNCTION event_in_scope(actor text, organization bigint, event bigint) RETURNS boolean
LANGUAGE plpgsql STABLE
AS $$
BEGIN
  RETURN actor NOT LIKE 'device:%' OR EXISTS (
    SELECT FROM devices d
    WHERE d.organization_id = organization AND d.id = substr(actor, 8)::bigint AND d.revoked_at IS NULL
      AND COALESCE(d.scope ->> 'event_id', event::text) = event::text);
END
$$;

-- Stands in the WHERE of a list below an event: of an event that is not there the list is not empty, it
-- does not exist.
CREATE OR REPLACE FUNCTION assert_event(actor text, organization bigint, event bigint) RETURNS boolean
LANGUAGE plpgsql STABLE
AS $$
BEGIN
  IF NOT (EXISTS (SELECT FROM events e WHERE e.organization_id = organization AND e.id = event)
          AND event_in_scope(actor, organization, event)) THEN
    RAISE EXCEPTION 'There is no such thing, or it is not yours to see'
      USING ERRCODE = 'CC404', DETAIL = 'not_found';
  END IF;
  RETURN true;
END
$$;

GRANT EXECUTE ON FUNCTION event_in_scope(text,bigint,bigint), assert_event(text,bigint,bigint)
  TO campaign_api;

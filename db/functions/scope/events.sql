-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Which events an actor may see.

-- Returns the events that an actor may see: all events of the organization; for a device restricted
-- to an event only that one, for a device without check_in or a revoked device none.
CREATE OR REPLACE FUNCTION scope_events(organization bigint, actor text) RETURNS SETOF events
LANGUAGE sql STABLE
AS $$
  SELECT e.* FROM events e
  WHERE e.organization_id = organization AND (actor NOT LIKE 'device:%' OR EXISTS (
    SELECT FROM devices d
    WHERE d.organization_id = organization AND d.revoked_at IS NULL
      AND d.id = CASE WHEN actor LIKE 'device:%' THEN substr(actor, 8)::bigint END
      AND COALESCE(d.scope ->> 'event_id', CASE WHEN d.scopes ? 'check_in' THEN e.id::text END) = e.id::text))
$$;

CREATE OR REPLACE FUNCTION scope_has_event(organization bigint, actor text, event bigint) RETURNS boolean
LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan
AS $$
BEGIN
  RETURN EXISTS (SELECT FROM scope_events(organization, actor) e WHERE e.id = event);
END
$$;

-- Refuse an event that the actor may not see. Call it in the WHERE of a list below an event, so
-- that a missing event is 404 and not an empty page.
CREATE OR REPLACE FUNCTION scope_assert_event(organization bigint, actor text, event bigint) RETURNS boolean
LANGUAGE plpgsql STABLE
AS $$
BEGIN
  IF NOT scope_has_event(organization, actor, event) THEN
    PERFORM refuse_not_found();
  END IF;
  RETURN true;
END
$$;

GRANT EXECUTE ON FUNCTION scope_events(bigint,text), scope_has_event(bigint,text,bigint),
  scope_assert_event(bigint,text,bigint)
  TO campaign_api;

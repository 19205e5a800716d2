-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- The changes of the feed that an actor may see.

-- May a device see this change? A device sees its events with their attendees, its turfs with their
-- doors, people and visits, data that canvassers need, and itself. Deletions and bulk changes are
-- shown if the device's rights allow this kind of entity; a device restricted to an event or turf
-- does not see those of other events or turfs.
CREATE OR REPLACE FUNCTION scope_device_hears(organization bigint, actor text, entity text, thing bigint) RETURNS boolean
LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_variable
DECLARE
  device devices;
  above bigint; -- the event to which the attendee belongs
BEGIN
  SELECT d.* INTO device FROM devices d
    WHERE d.organization_id = organization AND d.id = substr(actor, 8)::bigint AND d.revoked_at IS NULL;
  IF entity = 'organization' THEN
    RETURN device.id IS NOT NULL;
  ELSIF entity = 'device' THEN
    RETURN device.id = thing;
  ELSIF entity IN ('event', 'attendee') THEN
    IF thing IS NULL OR NOT (device.scopes ? 'check_in') THEN
      RETURN device.scopes ? 'check_in';
    ELSIF entity = 'attendee' THEN
      SELECT a.event_id INTO above FROM event_attendees a WHERE a.organization_id = organization AND a.id = thing;
      RETURN scope_has_event(organization, actor, above);
    END IF;
    RETURN scope_has_event(organization, actor, thing)
        OR COALESCE((device.scope ->> 'event_id')::bigint, thing) = thing
           AND NOT EXISTS (SELECT FROM events e WHERE e.organization_id = organization AND e.id = thing);
  ELSIF NOT COALESCE(device.scopes ? 'canvass', false) THEN
    RETURN false;
  END IF;
  RETURN CASE entity
    WHEN 'script' THEN true
    WHEN 'script_step' THEN true
    WHEN 'script_option' THEN true
    WHEN 'tag' THEN true
    WHEN 'voter_tag' THEN thing IS NULL
    WHEN 'turf' THEN thing IS NULL OR scope_has_turf(organization, actor, NULL, thing)
                     OR (device.scope ->> 'turf_id')::bigint = thing
    WHEN 'door' THEN thing IS NULL OR scope_has_place(organization, actor, NULL, thing, NULL, NULL)
    WHEN 'building' THEN thing IS NULL OR scope_has_place(organization, actor, NULL, NULL, thing, NULL)
    WHEN 'voter' THEN thing IS NULL OR scope_gave_voter(organization, actor, NULL, thing)
    WHEN 'contact' THEN thing IS NULL OR EXISTS (
      SELECT FROM voter_contacts c WHERE c.organization_id = organization AND c.id = thing
        AND (scope_made_contact(actor, NULL, c) OR c.channel = 'door'
             AND scope_has_place(organization, actor, NULL, c.door_id, c.building_id, NULL)))
    ELSE false END;
END
$$;

-- May an actor see this change? People and API tokens see all changes of the organization. A single
-- expression, so that the planner can inline the function.
CREATE OR REPLACE FUNCTION scope_hears(organization bigint, actor text, entity text, thing bigint) RETURNS boolean
LANGUAGE sql STABLE
AS $$
  SELECT CASE WHEN actor LIKE 'device:%' THEN scope_device_hears(organization, actor, entity, thing) ELSE true END
$$;

GRANT EXECUTE ON FUNCTION scope_device_hears(bigint,text,text,bigint), scope_hears(bigint,text,text,bigint)
  TO campaign_api;

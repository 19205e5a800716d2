-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- What is derived anew from the contacts that count: the state of voters, doors and turf.

-- The person as the contacts that hold tell: latest by when it happened. What was tried at the door for nobody
-- in particular was tried for everybody behind it. Equal times: the client_id decides, not who came first.
CREATE OR REPLACE FUNCTION contact_derive_voters(organization bigint, matter bigint[]) RETURNS void
LANGUAGE plpgsql VOLATILE -- which keeps the plan
AS $$
DECLARE
  people bigint[] := ARRAY(
    SELECT c.voter_id FROM voter_contacts c
    WHERE c.organization_id = organization AND c.id = ANY (matter) AND c.voter_id IS NOT NULL
    UNION
    SELECT b.id FROM voter_contacts c
    JOIN voters b ON b.organization_id = organization AND b.door_id = c.door_id
    WHERE c.organization_id = organization AND c.id = ANY (matter) AND c.voter_id IS NULL AND c.channel = 'door');
BEGIN
  -- OFFSET 0: first the few contacts of the person or door, then the latest of them. Otherwise the planner may
  -- walk back through the whole organization's by time until it meets one.
  UPDATE voters v SET
    (support_level, support_at) = (
      SELECT c.support_level, c.occurred_at
      FROM (SELECT * FROM voter_contacts o WHERE o.organization_id = organization AND o.voter_id = v.id OFFSET 0) c
      WHERE c.holds AND c.support_level IS NOT NULL
      ORDER BY c.occurred_at DESC, c.client_id DESC LIMIT 1),
    (last_contact_at, last_disposition) = (
      SELECT c.occurred_at, COALESCE(c.disposition, 'canvassed')
      FROM (SELECT * FROM voter_contacts o WHERE o.organization_id = organization AND o.voter_id = v.id
            UNION ALL
            SELECT * FROM voter_contacts d WHERE d.organization_id = organization AND d.door_id = v.door_id
              AND d.voter_id IS NULL AND d.channel = 'door' OFFSET 0) c
      WHERE c.holds
      ORDER BY c.occurred_at DESC, c.client_id DESC LIMIT 1),
    (reached_at, quiet_until) = (
      SELECT c.occurred_at, c.occurred_at + NULLIF(d.quiet_days, 0) * interval '1 day'
      FROM (SELECT * FROM voter_contacts o WHERE o.organization_id = organization AND o.voter_id = v.id OFFSET 0) c
      JOIN dispositions d ON d.code = COALESCE(c.disposition, 'canvassed')
      WHERE c.holds AND d.reached
      ORDER BY c.occurred_at DESC, c.client_id DESC LIMIT 1),
    contacts_revision = v.contacts_revision + 1
  WHERE v.organization_id = organization AND v.id = ANY (people);
END
$$;

-- How far a door of a turf is. Done: for everybody who was spoken of there in this pass, the last word needs no
-- other attempt; that somebody moved or died ends the door only when nobody else lives there.
CREATE OR REPLACE FUNCTION contact_door_state(organization bigint, route bigint, door bigint, OUT state text, OUT at timestamptz)
LANGUAGE plpgsql STABLE -- which keeps the plan
AS $$
BEGIN
  WITH told AS (
    SELECT c.occurred_at, c.client_id, d.finishes, COALESCE(d.effect IN ('moved', 'deceased'), false) AS gone,
           CASE WHEN d.level IN ('door', 'building') THEN NULL ELSE c.voter_id END AS voter_id
    FROM voter_contacts c JOIN dispositions d ON d.code = COALESCE(c.disposition, 'canvassed')
    WHERE c.organization_id = organization AND c.door_id = door AND c.route_id = route AND c.holds
      AND c.channel = 'door'),
  people AS (SELECT DISTINCT voter_id FROM told WHERE voter_id IS NOT NULL),
  last AS (
    SELECT DISTINCT ON (p.voter_id) t.* FROM
      (SELECT voter_id FROM people UNION ALL SELECT NULL WHERE NOT EXISTS (SELECT FROM people)) p
    JOIN told t ON t.voter_id IS NULL OR t.voter_id = p.voter_id
    ORDER BY p.voter_id, t.occurred_at DESC, t.client_id DESC)
  SELECT CASE
      WHEN count(*) = 0 THEN 'todo'
      WHEN bool_and(finishes) AND (NOT bool_and(gone) OR NOT EXISTS (
        SELECT FROM voters_visible v WHERE v.organization_id = organization AND v.door_id = door
          AND v.unreachable IS NULL)) THEN 'done'
      ELSE 'attempted' END, max(occurred_at)
  INTO state, at FROM last;
END
$$;

-- Counts and progress of the turf; its row is the lock, taken last.
CREATE OR REPLACE FUNCTION contact_derive_turf(organization bigint, matter bigint[]) RETURNS void
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  each record;
  was text;
  is_now record;
BEGIN
  FOR each IN SELECT DISTINCT r.route_id, r.door_id FROM canvass_route_doors r
    JOIN voter_contacts c ON c.organization_id = organization AND c.id = ANY (matter)
      AND (c.route_id = r.route_id AND c.door_id = r.door_id)
    WHERE r.organization_id = organization AND c.channel = 'door' ORDER BY 1, 2 LOOP
    PERFORM FROM canvass_routes t WHERE t.organization_id = organization AND t.id = each.route_id FOR NO KEY UPDATE;
    SELECT * INTO is_now FROM contact_door_state(organization, each.route_id, each.door_id);
    SELECT r.state INTO was FROM canvass_route_doors r
      WHERE r.organization_id = organization AND r.route_id = each.route_id AND r.door_id = each.door_id
      FOR NO KEY UPDATE;
    UPDATE canvass_route_doors r
      SET state = is_now.state, done_at = CASE is_now.state WHEN 'done' THEN is_now.at END
      WHERE r.organization_id = organization AND r.route_id = each.route_id AND r.door_id = each.door_id
        AND (r.state, r.done_at) IS DISTINCT FROM
            (is_now.state, CASE is_now.state WHEN 'done' THEN is_now.at END);
    UPDATE canvass_routes t
      SET doors_done = t.doors_done + (is_now.state = 'done')::int - (was = 'done')::int,
          progress_revision = t.progress_revision + 1
      WHERE t.organization_id = organization AND t.id = each.route_id AND was <> is_now.state;
  END LOOP;
END
$$;

-- Which functions a matter needs, looked up by what its rows say.
CREATE OR REPLACE FUNCTION contact_apply(organization bigint, root bigint) RETURNS void
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  matter bigint[] := ARRAY(SELECT c.id FROM voter_contacts c
                           WHERE c.organization_id = organization AND (c.id = root OR c.root_id = root));
  effects text[];
  options int;
BEGIN
  IF cardinality(matter) > 1 THEN
    PERFORM contact_settle(organization, matter);
  END IF;
  SELECT array_agg(DISTINCT d.effect), count(a.id) FILTER (WHERE a.option_id IS NOT NULL) INTO effects, options
    FROM voter_contacts c
    LEFT JOIN dispositions d ON d.code = c.disposition
    LEFT JOIN contact_answers a ON a.organization_id = organization AND a.contact_id = c.id
    WHERE c.organization_id = organization AND c.id = ANY (matter);
  IF effects && '{do_not_knock,inaccessible}' OR cardinality(matter) > 1 OR EXISTS (
    SELECT FROM voter_contacts c JOIN buildings b ON b.organization_id = organization AND b.id = c.building_id
    WHERE c.organization_id = organization AND c.id = root AND c.channel = 'door'
      AND b.inaccessible_at IS NOT NULL) THEN
    PERFORM contact_effect_place(organization, matter);
  END IF;
  IF effects && '{wrong_number,disconnected}' THEN
    PERFORM contact_effect_phone(organization, matter);
  END IF;
  IF effects && '{moved,deceased}' THEN
    PERFORM contact_effect_person(organization, matter);
  END IF;
  IF effects && '{do_not_contact,do_not_text}' THEN
    PERFORM contact_effect_consent(organization, matter);
  END IF;
  IF options > 0 THEN
    PERFORM contact_effect_tags(organization, matter);
    PERFORM contact_effect_follow_ups(organization, matter);
    PERFORM contact_effect_sign_ups(organization, matter);
  END IF;
  PERFORM contact_derive_voters(organization, matter);
  PERFORM contact_derive_turf(organization, matter);
END
$$;

GRANT EXECUTE ON FUNCTION contact_derive_voters(bigint,bigint[]),
  contact_door_state(bigint,bigint,bigint), contact_derive_turf(bigint,bigint[]),
  contact_apply(bigint,bigint)
  TO campaign_api;

-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Prepares a new connection before it is lent.

-- Run the frequent writes once. PostgreSQL loads a function and plans its statements at its first
-- call in a session, which takes about 40 ms for a contact. The writes are for an organization that
-- exists only in this call: everything is rolled back at the end, and no other connection uses that
-- id.
CREATE OR REPLACE FUNCTION connection_warm() RETURNS void
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  o constant bigint := -pg_backend_pid();
  actor constant text := 'system';
BEGIN
  PERFORM set_config('app.organization_id', o::text, true);
  INSERT INTO organizations (id, name, slug) VALUES (o, 'Warm', 'warm' || o);
  INSERT INTO buildings (organization_id, id, building_key, address) VALUES (o, 1, '1', '1');
  INSERT INTO doors (organization_id, id, building_id, address_key) VALUES (o, 1, 1, '1');
  INSERT INTO households (organization_id, id, address_key, door_id) VALUES (o, 1, '1', 1);
  INSERT INTO voters (organization_id, id, first_name, last_name, door_id, household_id) VALUES (o, 1, 'A', 'B', 1, 1);
  INSERT INTO scripts (organization_id, id, name) VALUES (o, 1, 'Warm');
  INSERT INTO script_steps (organization_id, id, script_id, position, kind) VALUES (o, 1, 1, 1, 'support');
  INSERT INTO script_options (organization_id, id, step_id, position, support_level) VALUES (o, 1, 1, 1, 1);
  INSERT INTO canvass_routes (organization_id, id, name, state, script_id) VALUES (o, 1, 'Warm', 'out', 1);
  INSERT INTO canvass_route_doors (organization_id, route_id, door_id, position) VALUES (o, 1, 1, 1);
  INSERT INTO turf_takers (organization_id, route_id, actor) VALUES (o, 1, actor);
  INSERT INTO events (organization_id, id, title, slug, start_time, end_time, location_type)
    VALUES (o, 1, 'Warm', 'warm', now(), now(), 'virtual');
  INSERT INTO event_attendees (organization_id, id, event_id, first_name, last_name) VALUES (o, 1, 1, 'A', 'B');
  PERFORM connection_warm_calls(o, actor);
  SET CONSTRAINTS ALL IMMEDIATE; -- run the deferred triggers of feed and audit log, as at a commit
  RAISE EXCEPTION USING ERRCODE = 'CCOK0';
EXCEPTION WHEN SQLSTATE 'CCOK0' THEN
  RETURN;
END
$$;

CREATE OR REPLACE FUNCTION connection_warm_calls(organization bigint, actor text) RETURNS void
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  rights constant jsonb := '["member", "canvass", "check_in"]'::jsonb;
  visit constant jsonb := '{"channel": "door", "door_id": 1, "turf_id": 1, "occurred_at": "2026-01-01T00:00:00Z"}'::jsonb;
  away constant jsonb := '{"disposition": "not_home"}'::jsonb;
  talk constant jsonb := '{"voter_id": 1, "script_id": 1, "answers": [{"step_id": 1, "option_id": 1}]}'::jsonb;
  checked constant jsonb := '{"script_id": 1, "version": 1, "support_level": 1}'::jsonb;
  stream bigint;
  made record;
BEGIN
  PERFORM contact_post(organization, actor, NULL, rights, visit || away
    || jsonb_build_object('client_id', gen_random_uuid(), 'checked', checked));
  SELECT (p.contact).id, scope_shown_contact(rights, p.contact) INTO made
    FROM contact_post(organization, actor, NULL, rights, visit || talk
      || jsonb_build_object('client_id', gen_random_uuid(), 'checked', checked)) p;
  PERFORM contact_undo(organization, actor, NULL, rights, made.id, jsonb_build_object('client_id', gen_random_uuid()));
  SELECT s.id INTO stream FROM field_open(organization, actor, gen_random_uuid(), now(), now(), 0) s;
  FOR i IN 1 .. 2 LOOP
    PERFORM field_apply(organization, actor, NULL, stream, jsonb_build_object('client_id', gen_random_uuid(), 'sequence', i,
      'kind', 'contact', 'based_on', 0, 'occurred_at', '2026-01-01T00:00:00Z',
      'body', visit - 'occurred_at' || CASE i WHEN 1 THEN away ELSE talk END), NULL, checked);
  END LOOP;
  PERFORM check_in(organization, actor, 1, 1, 'check_in', gen_random_uuid(), now());
END
$$;

GRANT EXECUTE ON FUNCTION connection_warm(), connection_warm_calls(bigint,text)
  TO campaign_api;

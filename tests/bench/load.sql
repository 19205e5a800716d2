-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Creates organizations, an owner and a member of each, their sessions, and events of about a
-- kilobyte; the server makes the rows itself. Variables: organizations, per (events of each),
-- attendees, doors, turfs (of each). Ids follow a formula: organization o has the events o, o +
-- organizations, o + 2 * organizations …, so that a list's rows are on many pages, as they are when
-- all organizations write at the same time. Every twentieth event of each is a draft. The token of
-- user u is 'ccs_' || lpad(u, 43, '0'); owners have the ids 1 … organizations, members follow.

\set ON_ERROR_STOP on
BEGIN;
SET LOCAL app.bulk = 'on';
SET LOCAL synchronous_commit = off;

INSERT INTO organizations (id, name, slug)
SELECT o, 'Neighbours of Ward ' || o, 'ward-' || o FROM generate_series(1, :organizations) o;

INSERT INTO users (id, email, email_verified_at, password_hash, first_name, last_name)
SELECT u, 'person-' || u || '@bench.test', now(), '!', 'Pat', 'Person' FROM generate_series(1, 2 * :organizations) u;

INSERT INTO organization_members (organization_id, user_id, role)
SELECT (u - 1) % :organizations + 1, u, CASE WHEN u <= :organizations THEN 'owner' ELSE 'member' END
FROM generate_series(1, 2 * :organizations) u;

INSERT INTO sessions (token_hash, user_id, active_organization_id, kind, expires_at)
SELECT sha256(convert_to('ccs_' || lpad(u::text, 43, '0'), 'UTF8')), u, (u - 1) % :organizations + 1, 'bearer',
  now() + interval '7 days'
FROM generate_series(1, 2 * :organizations) u;

INSERT INTO events (organization_id, id, title, slug, kind, description, short_description, start_time, end_time,
  location_type, address_line_1, city, state, zip, latitude, longitude, virtual_link, virtual_platform, capacity,
  waitlist_enabled, is_published, published_at, visibility, contact_email, contact_phone, created_by)
SELECT o, (i - 1) * :organizations + o, 'Canvass on Maple Street, shift ' || i, 'canvass-on-maple-street-' || i,
  (ARRAY['canvass', 'phone_bank', 'meeting', 'training'])[i % 4 + 1],
  'We meet at the corner at **ten**, practise the opening lines for fifteen minutes, then walk in pairs. '
    || 'Bring: a charged phone, comfortable shoes, water. We bring clipboards, maps and snacks. Back by one '
    || 'o’clock to hand in lists and tell each other how it went. This is shift ' || i % 6 || ' of six.',
  'Knock on doors with us. First-timers welcome, we go in pairs.', at, at + interval '3 hours',
  'in_person', i % 900 + 1 || ' Maple Street', 'Riverside', 'NY', '12550', 41.5 + i % 100 * 0.001,
  -74.0 - o % 100 * 0.001, NULL, NULL, 20 + i % 80, i % 3 = 0, i % 20 <> 0,
  CASE WHEN i % 20 <> 0 THEN now() END, CASE WHEN i % 40 = 13 THEN 'unlisted' ELSE 'public' END,
  'field@bench.test', '+18455550142', o
FROM generate_series(1, :per) i
CROSS JOIN generate_series(1, :organizations) o
CROSS JOIN LATERAL (SELECT date_trunc('hour', now()) + i * 37 % 2000 * interval '1 hour' AS at) t
ORDER BY i, o;

-- The first event of each organization has :attendees attendees, with ids like those of the events; the second event of
-- the first organization has 10,000.
INSERT INTO event_attendees (organization_id, id, event_id, email, first_name, last_name, phone)
SELECT o, (i - 1) * :organizations + o, o, 'guest-' || i || '@bench.test', (ARRAY['Rosa', 'José', 'Wei', 'Amara'])[i % 4 + 1],
  'Guest of ' || i * 7919 % 2000, '+1845555' || lpad((i % 10000)::text, 4, '0')
FROM generate_series(1, :attendees) i CROSS JOIN generate_series(1, :organizations) o
ORDER BY i, o;
INSERT INTO event_attendees (organization_id, id, event_id, email, first_name, last_name, phone)
SELECT 1, :attendees * :organizations + i, :organizations + 1, 'crowd-' || i || '@bench.test',
  (ARRAY['Rosa', 'José', 'Wei', 'Amara'])[i % 4 + 1], 'Guest of ' || i * 7919 % 10000, '+1845555' || lpad((i % 10000)::text, 4, '0')
FROM generate_series(1, 10000) i;
SELECT count(count_attendees(o, o)) FROM generate_series(1, :organizations) o;
SELECT count_attendees(1, :organizations + 1);

-- Each organization gets :doors doors with one person each, in :turfs turfs; the ids follow the
-- same formula as those of the events.
INSERT INTO buildings (organization_id, id, building_key, address)
SELECT o, (i - 1) * :organizations + o, 'b' || i, i || ' Maple Street'
FROM generate_series(1, :doors) i CROSS JOIN generate_series(1, :organizations) o;
INSERT INTO doors (organization_id, id, building_id, address_key)
SELECT organization_id, id, id, building_key FROM buildings;
INSERT INTO voters (organization_id, id, first_name, last_name, door_id)
SELECT organization_id, id, 'Rosa', 'Medina', id FROM doors;
INSERT INTO canvass_routes (organization_id, id, name, state, door_count)
SELECT o, (i - 1) * :organizations + o, 'North ' || i, 'out', :doors / :turfs
FROM generate_series(1, :turfs) i CROSS JOIN generate_series(1, :organizations) o;
INSERT INTO canvass_route_doors (organization_id, route_id, door_id, position)
SELECT organization_id, (id - 1) / :organizations % :turfs * :organizations + organization_id, id, id FROM doors;

SELECT setval(pg_get_serial_sequence('organizations', 'id'), :organizations),
  setval(pg_get_serial_sequence('users', 'id'), 2 * :organizations),
  setval(pg_get_serial_sequence('events', 'id'), :organizations::bigint * :per),
  setval(pg_get_serial_sequence('event_attendees', 'id'), (:attendees::bigint * :organizations + 10000));
COMMIT;
VACUUM ANALYZE;
CHECKPOINT;

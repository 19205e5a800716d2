-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Creates one organization (:large) with :n people, 0.4 :n doors and 0.25 :n buildings, in 300
-- precincts, 50 ZIP codes and 15 districts that follow the addresses, as in a real file; rare
-- values have five people. Triggers and foreign keys are off: this script writes the rows that
-- triggers would write.

SET session_replication_role = replica;
SET synchronous_commit = off;
SELECT setseed(0.5);

INSERT INTO areas (organization_id, kind, code, name, boundary)
SELECT :large, 'precinct', 'P' || p, 'Precinct ' || p, ST_Multi(ST_MakeEnvelope(-75 + p * 0.01, 41, -75 + (p + 1) * 0.01, 42, 4326))
FROM generate_series(0, 299) p;
INSERT INTO areas (organization_id, kind, code, name, boundary)
SELECT :large, 'neighborhood', 'small', 'Small', ST_Multi(ST_MakeEnvelope(-74.5, 41.5, -74.499, 41.51, 4326));

INSERT INTO buildings (organization_id, id, building_key, address, number, street, street_key, city, state, zip5, precinct, latitude,
  longitude, location_quality)
SELECT :large, :base + b, 'b' || b, b % 900 || ' Street ' || b / 100, b % 900, 'Street ' || b / 100, 'street ' || b / 100, 'Riverside', 'NY',
  lpad((12500 + b * 50 / :buildings)::text, 5, '0'), 'P' || b * 300 / :buildings, 41 + random(),
  -75 + (b * 300 / :buildings + random()) * 0.01, CASE WHEN b % (:buildings / 5) = 7 THEN 'manual' ELSE 'range' END
FROM generate_series(0, :buildings - 1) b;
INSERT INTO doors (organization_id, id, building_id, address_key, unit, precinct)
SELECT :large, :base + d, :base + d * 5 / 8, 'd' || d, NULL, 'P' || (d * 5 / 8) * 300 / :buildings
FROM generate_series(0, :doors - 1) d;
INSERT INTO households (organization_id, id, address_key, door_id, n_voters)
SELECT :large, :base + d, 'd' || d, :base + d, 2 FROM generate_series(0, :doors - 1) d;

INSERT INTO voters (organization_id, id, state_id, household_id, door_id, first_name, middle_name, last_name, birth_date, birth_year, sex, party,
  registration_status, precinct, districts, address, city, state, zip5, address_key, phones, emails, vote_history,
  support_level, last_contact_at, last_disposition, reached_at)
SELECT :large, :base + v, 'S' || v, :base + v * 2 / 5, :base + v * 2 / 5, (:firsts::text[])[1 + floor(random() ^ 2 * cardinality(:firsts::text[]))],
  chr((65 + v % 26)::int), (:lasts::text[])[1 + floor(random() ^ 3 * cardinality(:lasts::text[]))] || CASE WHEN random() < 0.4
    THEN (ARRAY['son', 'ez', 'man', 'berg', 'ski', 'ton', 'ova', 'wick'])[1 + v % 8] ELSE '' END,
  date '1930-01-01' + (random() * 27000)::int, NULL, CASE WHEN rare THEN 'X' WHEN v % 2 = 0 THEN 'F' ELSE 'M' END,
  CASE WHEN rare THEN 'LIB' ELSE (ARRAY['DEM', 'REP', 'UNA'])[1 + v % 3] END, CASE WHEN rare THEN 'pending' ELSE 'active' END,
  CASE WHEN rare THEN 'Rare' ELSE 'P' || v * 300 / :n END,
  jsonb_build_object('congress', lpad((v * 15 / :n)::text, 2, '0'), 'ward', CASE WHEN rare THEN '99' ELSE (v * 100 / :n)::text END),
  v % 900 || ' Street ' || v / 400, CASE WHEN rare THEN 'Hamlet' ELSE 'Riverside' END, 'NY',
  CASE WHEN rare THEN '99999' ELSE lpad((12500 + v * 50 / :n)::text, 5, '0') END, 'd' || v * 2 / 5,
  CASE WHEN random() < 0.7 THEN jsonb_build_array('+1845' || lpad((random() * 9999999)::int::text, 7, '0')) ELSE '[]' END,
  CASE WHEN rare THEN '["rare@bench.test"]' ELSE '[]'::jsonb END,
  CASE WHEN rare THEN '[{"election": "2021 SPECIAL", "method": "absentee"}]'
       WHEN v % 2 = 0 THEN '[{"election": "11/05/2024 GENERAL"}]' ELSE '[]'::jsonb END,
  CASE WHEN rare THEN 1 END, CASE WHEN rare THEN now() END, CASE WHEN rare THEN 'refused' END, CASE WHEN rare THEN now() END
FROM (SELECT v, v % (:n / 5) = 7 AS rare FROM generate_series(0::bigint, :n - 1) v) w;

INSERT INTO tags (organization_id, id, name) SELECT :large, :base + t, 'Tag ' || t FROM generate_series(1, 3) t;
INSERT INTO voter_tags (organization_id, voter_id, tag_id)
SELECT :large, :base + v, :base + 1 FROM generate_series(0, :n - 1, 10) v
UNION ALL SELECT :large, :base + v, :base + 2 FROM generate_series(7, :n - 1, :n / 5) v;

INSERT INTO voter_contacts (organization_id, id, client_id, channel, disposition, voter_id, door_id, building_id, occurred_at, actor, user_id)
SELECT :large, :base + c, gen_random_uuid(), 'door', 'not_home', :base + c * 3 % :n, :base + c * 3 % :n * 2 / 5, NULL,
  now() - c * interval '1 minute', 'user:' || :person, CASE WHEN c % (:n / 10) = 7 THEN :person ELSE :person + 1 END
FROM generate_series(0, :n * 3 / 10 - 1) c;
INSERT INTO follow_ups (organization_id, voter_id, kind, due_at, assigned_user_id, done_at)
SELECT :large, :base + f, CASE WHEN f % (:n / 50) = 7 THEN 'ride' ELSE 'yard_sign' END, CASE WHEN f % 2 = 0 THEN now() + f * interval '1 minute' END,
  CASE WHEN f % (:n / 50) = 7 THEN :person END, CASE WHEN f % (:n / 50) = 9 THEN NULL ELSE now() END
FROM generate_series(0, :n / 10 - 1) f;
INSERT INTO consents (organization_id, voter_id, address, channel, state, source, occurred_at, actor)
SELECT :large, :base + c, NULL, 'text', 'withdrawn', 'form', now(), 'user:1' FROM generate_series(0, :n / 5 - 1) c;
INSERT INTO voter_duplicates (organization_id, voter_id, other_id, score, reasons, state)
SELECT :large, :base + d, :base + d + 1, round(random()::numeric, 2), '[]', CASE WHEN d % (:n / 50) = 7 THEN 'dismissed' ELSE 'open' END
FROM generate_series(0, :n / 10 - 1) d;
INSERT INTO audit_log (organization_id, seq, at, action, entity, prev_hash, hash)
SELECT :large, 1000 + a, now(), 'voter.update', 'voter', '', '' FROM generate_series(1, :n / 5) a;
INSERT INTO events (organization_id, id, title, slug, start_time, end_time, location_type, kind)
SELECT :large, :base + e, 'Event ' || e, 'event-' || e, now() + e * interval '1 hour', now() + e * interval '1 hour', 'virtual',
  CASE WHEN e % (:n / 500) = 7 THEN 'rally' ELSE 'canvass' END
FROM generate_series(1, :n / 100) e;
INSERT INTO event_attendees (organization_id, event_id, first_name, last_name, status, sort_key, cancelled_at)
SELECT :large, :base + 1, 'Rosa', 'Medina ' || a, CASE WHEN a % (:n / 50) = 7 THEN 'cancelled' ELSE 'registered' END, 'medina ' || a || ' rosa',
  CASE WHEN a % (:n / 50) = 7 THEN now() END
FROM generate_series(1, :n / 10) a;
INSERT INTO canvass_routes (organization_id, id, name, state, door_count, assigned_user_id)
SELECT :large, :base + r, 'North ' || r, CASE WHEN r % (:doors / 200) = 7 THEN 'done' ELSE 'open' END, 40, CASE WHEN r % (:doors / 200) = 7 THEN :person END
FROM generate_series(0, :doors / 40 - 1) r;
INSERT INTO canvass_route_doors (organization_id, route_id, door_id, position)
SELECT :large, :base + d / 40, :base + d, d % 40 FROM generate_series(0, :doors - 1) d;

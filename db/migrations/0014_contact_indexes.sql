-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- What a contact writes: fewer entries of indexes.

-- A contact has a voter, a door or a turf, and seldom all: a row without one needs no entry there. Every statement asks
-- for one by its number, which implies that it is not NULL.
DROP INDEX voter_contacts_voter_id_idx;
CREATE INDEX voter_contacts_voter_id_idx ON voter_contacts (organization_id, voter_id, occurred_at, id)
  WHERE voter_id IS NOT NULL;
DROP INDEX voter_contacts_door_id_idx;
CREATE INDEX voter_contacts_door_id_idx ON voter_contacts (organization_id, door_id, occurred_at, id)
  WHERE door_id IS NOT NULL;
DROP INDEX voter_contacts_route_id_idx;
CREATE INDEX voter_contacts_route_id_idx ON voter_contacts (organization_id, route_id, occurred_at, id)
  WHERE route_id IS NOT NULL;

-- A contact changes columns of people, doors and turf that no index has. Room on their pages lets PostgreSQL leave the
-- indexes alone (HOT), the one over names above all. Rows that are there keep their pages until they are rewritten.
ALTER TABLE voters SET (fillfactor = 85);
ALTER TABLE canvass_route_doors SET (fillfactor = 85);
ALTER TABLE canvass_routes SET (fillfactor = 70);

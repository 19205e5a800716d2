# SPDX-License-Identifier: GPL-3.0-or-later
"""A street to canvass, inserted directly into the database: a building, its doors with two people each, and a turf
with all of them that a lead assigns to a person."""

import itertools
import uuid

NUMBERS = itertools.count(1)
LATITUDE, LONGITUDE = 42.3651, -71.0805


def act(**more):
    return {"client_id": str(uuid.uuid4()), "occurred_at": "2026-11-01T15:00:00Z", **more}


class Street:
    def __init__(self, org, doors=3, assigned=None, precinct="2-3"):
        self.org = org
        self.server = org.owner.server
        number = next(NUMBERS)
        self.building = self.one("INSERT INTO buildings (organization_id, building_key, address, precinct, latitude, "
                                 "longitude) VALUES (%s, %s, '4 Canal Pk', %s, %s, %s) RETURNING id",
                                 f"b{number}", precinct, LATITUDE + number / 1e5, LONGITUDE)
        self.turf = self.one("INSERT INTO canvass_routes (organization_id, name, state, door_count, polygon) "
                             "VALUES (%s, %s, 'out', %s, ST_SetSRID(ST_Expand(ST_Point(%s, %s), 0.002), 4326)) "
                             "RETURNING id", f"North {number}", doors, LONGITUDE, LATITUDE)
        if assigned:
            org.owner.ok("PATCH", f"/v1/turfs/{self.turf}", {"assigned_user_id": assigned})
        self.doors, self.voters = [], []
        for i in range(doors):
            door = self.one("INSERT INTO doors (organization_id, building_id, address_key, unit, precinct) "
                            "VALUES (%s, %s, %s, %s, %s) RETURNING id", self.building, f"d{number}-{i}", str(i), precinct)
            self.one("INSERT INTO canvass_route_doors (organization_id, route_id, door_id, position) "
                     "VALUES (%s, %s, %s, %s) RETURNING id", self.turf, door, i)
            self.doors.append(door)
            self.voters.append([self.one("INSERT INTO voters (organization_id, first_name, last_name, door_id, precinct) "
                                         "VALUES (%s, 'Rosa', 'Medina', %s, %s) RETURNING id", door, precinct)
                                for _ in range(2)])

    def one(self, statement, *parameters):
        return self.server.sql(statement, (self.org.id, *parameters))[0][0]

    def record(self, client=None, status=201, **given):
        body = act(**{"channel": "door", **given})
        return (client or self.org.owner).ok("POST", "/v1/contacts", body, status=status)

    def doors_done(self):
        return self.server.sql("SELECT doors_done FROM canvass_routes WHERE id = %s", (self.turf,))[0][0]


def script(org, *steps, **fields):
    """Create a script with these steps; returns it as the API replies."""
    made = org.owner.ok("POST", "/v1/scripts", {"name": "Doors", **fields}, status=201)
    return org.owner.ok("PUT", f"/v1/scripts/{made['id']}/steps", {"steps": list(steps)})


def support(**more):
    """A question of five options, one for each support level."""
    return {"kind": "support", "required": True, "texts": {"en": "Will you vote for Ada?"},
            "options": [{"key": str(level), "texts": {"en": str(level)}, "support_level": level}
                        for level in range(1, 6)], **more}

# SPDX-License-Identifier: GPL-3.0-or-later
"""A street with doors, people, a script and a turf, written directly into the database."""

import itertools
import json

_numbers = itertools.count(1)


class Street:
    """Insert `doors` doors with `people` people each, in one open turf. `sql(statement, *parameters)` returns rows."""

    def __init__(self, sql, organization, doors=3, people=2, assigned=None, channels=("door",)):
        self.sql, self.organization = sql, organization
        number = next(_numbers)
        self.place = (10 + number % 1000 / 20, -100 + number // 1000 / 20)  # far away from every other street
        self.script = self.insert("scripts", name=f"Script {number}", channels=json.dumps(list(channels)))
        self.step = self.insert("script_steps", script_id=self.script, position=1, kind="single",
                                texts=json.dumps({"en": "Will you vote?"}))
        self.options = [self.insert("script_options", step_id=self.step, position=n, support_level=n,
                                    texts=json.dumps({"en": f"Level {n}"})) for n in (1, 3, 5)]
        self.turf = self.insert("canvass_routes", name=f"Turf {number}", state="open", script_id=self.script,
                                assigned_user_id=assigned, door_count=doors, voter_count=doors * people)
        self.insert("street_segments", external_id=f"s{number}", name="Canal Pk", street_key="CANAL PARK", node_a="a",
                    node_b="b", length_m=72, line=f"SRID=4326;LINESTRING({self.place[1]} {self.place[0]},{self.place[1]} {self.place[0] + 0.001})")
        self.buildings, self.doors, self.voters = [], [], []
        for position in range(1, doors + 1):
            self.buildings.append(self.insert("buildings", building_key=f"{number}-{position}", latitude=self.place[0],
                                              longitude=self.place[1], address=f"{position} Canal Pk"))
            self.doors.append(self.insert("doors", building_id=self.buildings[-1], address_key=f"{number}-{position}"))
            self.insert("canvass_route_doors", route_id=self.turf, door_id=self.doors[-1], position=position)
            self.voters.append([
                self.insert("voters", first_name="Rosa", last_name=f"Medina {position}.{n}", birth_year=1980, party="D",
                            door_id=self.doors[-1], phones=json.dumps(["+16175550101"])) for n in range(people)])

    def insert(self, table, **values):
        values["organization_id"] = self.organization
        return self.sql(f"INSERT INTO {table} ({', '.join(values)}) VALUES ({', '.join(['%s'] * len(values))}) RETURNING id",
                        *values.values())[0][0]

    def answer(self, voter, option, door=None):
        body = {"channel": "door", "voter_id": voter, "turf_id": self.turf,
                "answers": [{"step_id": self.step, "option_id": self.options[option]}]}
        return {**body, "door_id": door} if door else body

    def outcome(self, door, disposition="not_home"):
        return {"channel": "door", "door_id": door, "turf_id": self.turf, "disposition": disposition}

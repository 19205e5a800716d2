# SPDX-License-Identifier: GPL-3.0-or-later
"""Turfs that people get and lose through the API; their streets and doors are inserted like a bulk load."""

import time
import uuid

from harness.town import Blocks

PAST = "2020-01-01T00:00:00Z"


def act(**more):
    return {"client_id": str(uuid.uuid4()), "occurred_at": "2026-11-01T15:00:00Z", **more}


class Turfs:
    """`count` published turfs of an organization; each consists of one side of a separate street."""

    def __init__(self, org, count, houses=3, people=1):
        self.org = org
        self.blocks = Blocks(org.owner.server, org.id, streets=count, houses=houses, people=people)
        self.all = [self.cut(f"{chr(65 + n)} Street") for n in range(count)]

    def cut(self, street):
        body = {"name": street, "method": "streets", "streets": [{"street": street, "side": "odd"}]}
        made = self.org.owner.ok("POST", "/v1/turf-cuts", body, status=201)
        deadline = time.monotonic() + 120
        while (state := self.org.owner.ok("GET", f"/v1/turf-cuts/{made['id']}")["state"]) in ("queued", "running"):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert state == "done", state
        turf, = self.org.owner.pages("/v1/turfs", {"cut_id": made["id"]})
        return self.turn(turf["id"], "publish")

    def turn(self, turf, verb, body=None, client=None):
        return (client or self.org.owner).ok("POST", f"/v1/turfs/{turf}/{verb}", body)

    def change(self, turf, **fields):
        return self.org.owner.ok("PATCH", f"/v1/turfs/{turf}", fields)

    def doors(self, turf):
        return [door["door_id"] for door in self.org.owner.pages(f"/v1/turfs/{turf}/doors")]

    def voters(self, door):
        return self.blocks.people[door]

    def take(self, turf, client):
        return client.ok("POST", "/v1/turfs/take", {"code": turf["code"]})

    def hold(self, turf, client, doors=1, along=0):
        """Hold the free doors nearest to a position along the first street, in a turf that many people share by one
        code."""
        longitude, latitude = Blocks.place(along, 0)
        held = self.turn(turf["id"], "hold", {"latitude": latitude, "longitude": longitude, "doors": doors}, client)
        return [door["door_id"] for door in held["held"]]


def visit(client, disposition="not_home", **given):
    """Record a contact at a door; returns the API's reply."""
    return client.post("/v1/contacts", act(channel="door", disposition=disposition, **given))

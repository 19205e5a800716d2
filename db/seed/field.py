#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fills the demo organization with its town, voters, a script and turfs, as its staff would: over the API of the
running server.

field.py --api http://127.0.0.1:3000

Does nothing when the organization already has a source of voters."""

import argparse
import csv
import datetime
import io
import json
import sys
import time
import urllib.error
import urllib.request

import town

PEOPLE, STREETS = 6000, 24
EMAIL, PASSWORD = "admin@demo.test", "walk every street together"
SCRIPT = [
    {"kind": "text", "texts": {"en": "Hi, I'm a neighbour with Riverside for All.",
                               "es": "Hola, soy de Riverside para Todos, su vecindario."}},
    {"kind": "support", "required": True,
     "texts": {"en": "Can we count on your vote for the river cleanup?", "es": "¿Contamos con su voto por el río limpio?"},
     "options": [{"texts": {"en": "Strong yes", "es": "Sí, seguro"}, "support_level": 1},
                 {"texts": {"en": "Leaning yes", "es": "Más bien sí"}, "support_level": 2},
                 {"texts": {"en": "Undecided", "es": "No sé"}, "support_level": 3},
                 {"texts": {"en": "Leaning no", "es": "Más bien no"}, "support_level": 4},
                 {"texts": {"en": "No", "es": "No"}, "support_level": 5}]},
    {"kind": "multi", "texts": {"en": "What would help most here?", "es": "¿Qué ayudaría más aquí?"},
     "options": [{"texts": {"en": "Buses", "es": "Autobuses"}}, {"texts": {"en": "Rent", "es": "Alquiler"}},
                 {"texts": {"en": "A clean river", "es": "Un río limpio"}}]},
    {"kind": "single", "texts": {"en": "Would you put up a yard sign?", "es": "¿Pondría un cartel en su jardín?"},
     "options": [{"texts": {"en": "Yes", "es": "Sí"}, "follow_up": "yard_sign"}, {"texts": {"en": "No", "es": "No"}}]},
]


class Api:
    def __init__(self, base):
        self.base, self.token = base, None

    def call(self, method, path, body=None, media="application/json"):
        """The reply's JSON. A refused request ends the program with the server's message."""
        data = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.base + path, data, method=method)
        if data is not None:
            request.add_header("Content-Type", media)
        if self.token:
            request.add_header("Authorization", f"Bearer {self.token}")
        while True:
            try:
                with urllib.request.urlopen(request, timeout=120) as answer:
                    text = answer.read()
                    return json.loads(text) if text else None
            except urllib.error.HTTPError as refusal:
                if refusal.code != 429:
                    sys.exit(f"{method} {path}: {refusal.code} {refusal.read().decode()}")
                time.sleep(int(refusal.headers.get("Retry-After", "1")))

    def wait(self, path, done, failed=("failed", "cancelled")):
        """Wait until a job's row is in one of these states."""
        while True:
            row = self.call("GET", path)
            if row["state"] in done:
                return row
            if row["state"] in failed:
                sys.exit(f"{path}: {row['state']}: {row.get('error')}")
            time.sleep(0.2)


def segments(made):
    """One GeoJSON feature per block. The streets of the grid do not meet, so each has its own nodes."""
    for number in range(made.streets):
        street = made.street(number)
        for block in range(street.blocks):
            ends = [street.point(block * town.BLOCK), street.point((block + 1) * town.BLOCK)]
            yield {"type": "Feature", "geometry": {"type": "LineString", "coordinates": [[y, x] for x, y in ends]},
                   "properties": {"id": f"{street.id}-{block}", "name": street.name, "node_a": f"{street.id}-{block}",
                                  "node_b": f"{street.id}-{block + 1}", "road_class": "local",
                                  "left_from": block * 100 + 1, "left_to": block * 100 + 99,
                                  "right_from": block * 100 + 2, "right_to": block * 100 + 98,
                                  "zip_left": town.ZIP, "zip_right": town.ZIP}}


def points(doors):
    for door in doors:
        yield {"type": "Feature", "geometry": {"type": "Point", "coordinates": [door[10], door[9]]},
               "properties": {"address": f"{door[2]} {door[3]}", "unit": door[4], "city": door[5], "zip": door[7],
                              "precinct": precinct(door)}}


def precinct(door):
    return f"R-{1 + door[1] % 6}"


def voter_file(people, doors):
    """A voter file as a county would send it, with a header. One person's name and address are hidden by the state."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["voter_id", "first_name", "middle_name", "last_name", "suffix", "birth_date", "party", "status",
                     "registration_date", "address", "city", "state", "zip", "phone", "email", "precinct", "confidential"])
    for row in people:
        door = doors[row[1]]
        writer.writerow([f"RV{row[0]:07d}", *row[2:7], row[10], "ACTIVE", row[11],
                         " ".join(filter(None, [str(door[2]), door[3], door[4]])), *door[5:8], row[8], row[7],
                         precinct(door), ""])
    writer.writerow(["RV9999999", *[""] * 15, "yes"])
    return out.getvalue().encode()


def collection(features):
    return json.dumps({"type": "FeatureCollection", "features": list(features)}).encode()


def load_voters(api, body):
    source = api.call("POST", "/v1/voter-sources", {
        "name": "Riverside County clerk (invented)", "provider": "Made by the demo",
        "permitted_use": "Nobody in it is real: use it as you like."})
    api.call("POST", f"/v1/voter-sources/{source['id']}/acknowledge")
    made = api.call("POST", "/v1/imports", {"source_id": source["id"], "name": "The whole town", "profile_key": "generic",
                                            "complete": True, "auto_apply": True})
    api.call("PUT", f"/v1/imports/{made['id']}/file", body, "text/csv")
    api.call("POST", f"/v1/imports/{made['id']}/start")
    api.wait(f"/v1/imports/{made['id']}", {"done"})


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--api", required=True)
    options = parser.parse_args()
    api = Api(options.api)
    api.token = api.call("POST", "/v1/auth/sign-in", {"email": EMAIL, "password": PASSWORD})["token"]
    if api.call("GET", "/v1/voter-sources?limit=1")["data"]:
        return
    made = town.Town(1, STREETS, PEOPLE, datetime.date.today().year)
    rows = list(made.rows())
    doors = {row[0]: row for kind, row in rows if kind == "door"}
    api.call("POST", "/v1/street-segments/import", collection(segments(made)), "application/geo+json")
    api.call("POST", "/v1/address-points/import", collection(points(doors.values())), "application/geo+json")
    load_voters(api, voter_file((row for kind, row in rows if kind == "person"), doors))
    script = api.call("POST", "/v1/scripts", {"name": "River cleanup", "channels": ["door", "phone"],
                                              "languages": ["en", "es"]})
    api.call("PUT", f"/v1/scripts/{script['id']}/steps", {"steps": SCRIPT})
    cut = api.call("POST", "/v1/turf-cuts", {"name": "Riverside", "method": "auto", "target_doors": 50,
                                             "script_id": script["id"]})
    api.wait(f"/v1/turf-cuts/{cut['id']}", {"done"})
    api.call("POST", f"/v1/turf-cuts/{cut['id']}/publish")


if __name__ == "__main__":
    main()

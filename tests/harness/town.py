# SPDX-License-Identifier: GPL-3.0-or-later
"""Places inserted directly into an organization's tables: a real town, or a few blocks of an invented one."""

import collections
import contextlib
import csv
import io
import json

import psycopg2

CLASSES = {1: "arterial", 2: "collector"}


@contextlib.contextmanager
def tenant(server, organization):
    """A superuser's cursor inside a transaction that records no changes, as in a bulk load."""
    connection = psycopg2.connect(server.cluster.url(server.database, "postgres"))
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute("SELECT set_config('app.organization_id', %s, true), set_config('app.bulk', 'on', true)",
                           (str(organization),))
            yield cursor
    finally:
        connection.close()


def copy(cursor, table, columns, rows):
    out = io.StringIO()
    csv.writer(out).writerows(["" if cell is None else cell for cell in row] for row in rows)
    out.seek(0)
    cursor.copy_expert(f"COPY {table} ({', '.join(columns)}) FROM STDIN (FORMAT csv)", out)


def read_streets(folder):
    """Yield (id, name, key, node_a, node_b, class, WKT) of each segment of the real town."""
    features = json.loads((folder / "street_centerlines.geojson").read_text())["features"]
    for number, feature in enumerate(features):
        known = feature["properties"]
        places = feature["geometry"]["coordinates"]
        if feature["geometry"]["type"] == "MultiLineString":
            places = [place for part in places for place in part]
        name = known.get("Street") or known.get("Label") or "Unnamed"
        nodes = [known.get(which) or f"{number}{which}" for which in ("FromNode", "ToNode")]
        yield (known.get("ID") or f"none_{number}", name, name.upper(), *nodes, CLASSES.get(known.get("MajorRoad"), "local"),
               "SRID=4326;LINESTRING(" + ",".join(f"{x} {y}" for x, y, *_ in places) + ")")


def load_town(server, organization, folder, snap=True):
    """Insert streets and doors of the real town. With `snap` the buildings have no segment yet. Returns the number of
    doors."""
    with tenant(server, organization) as cursor:
        streets = list({row[0]: row for row in read_streets(folder)}.values())
        copy(cursor, "street_segments", ["organization_id", "external_id", "name", "street_key", "node_a", "node_b",
                                         "road_class", "line", "length_m"],
             [(organization, *row, 0) for row in streets])
        cursor.execute("UPDATE street_segments SET length_m = ST_Length(line::geography) WHERE organization_id = %s",
                       (organization,))
        cursor.execute("SELECT external_id, id FROM street_segments WHERE organization_id = %s", (organization,))
        segments = dict(cursor.fetchall())
        doors = list(csv.DictReader((folder / "doors.csv").open(encoding="utf-8")))
        buildings = collections.OrderedDict()
        for door in doors:
            buildings.setdefault((door["number"], door["street"], door["zip"], door["lat"], door["lon"]), []).append(door)
        cursor.execute("SELECT nextval(pg_get_serial_sequence('buildings', 'id')) FROM generate_series(1, %s)",
                       (len(buildings),))
        numbers = [row[0] for row in cursor.fetchall()]
        copy(cursor, "buildings", ["organization_id", "id", "building_key", "address", "number", "street", "street_key", "city",
                                   "state", "zip5", "precinct", "latitude", "longitude", "location_quality", "segment_id",
                                   "side", "measure_m", "setback_m"],
             [(organization, number, "|".join(key), f"{key[0]} {key[1].title()}", key[0], key[1].title(), key[1], d["city"],
               d["state"], key[2], d["precinct"] or None, key[3], key[4], "point",
               None if snap else segments.get(d["segment_id"]), None if snap else d["side"] or None,
               None if snap else d["measure_m"] or None, None if snap else d["setback_m"] or None)
              for number, (key, (d, *_)) in zip(numbers, buildings.items())])
        copy(cursor, "doors", ["organization_id", "building_id", "address_key", "unit", "precinct"],
             [(organization, number, f"{d['door_id']}|{d['street']}", d["unit"] or None, d["precinct"] or None)
              for number, group in zip(numbers, buildings.values()) for d in group])
        cursor.execute("ANALYZE buildings, doors, street_segments")
        return len(doors)


class Blocks:
    """An invented town: `streets` parallel streets with `houses` houses on each side, and a cross street at each end."""

    def __init__(self, server, organization, streets=3, houses=10, people=1):
        self.server = server
        self.organization = organization
        self.doors = {}  # (street, number, unit) → door
        self.people = {}  # door → voters
        with tenant(server, organization) as cursor:
            self.cursor = cursor
            for s in range(streets):
                self.street(s, houses, people)
            for s in range(streets - 1):
                for end in (0, 1):
                    self.segment(f"End {end}", f"{s}-{end}", f"{s + 1}-{end}", (end * houses, s), (end * houses, s + 1))
        self.cursor = None

    @staticmethod
    def place(along, across):
        """Return degrees: a house every 15 m, a street every 80 m."""
        return -71.1 + along * 0.00018, 42.37 + across * 0.00072

    def one(self, statement, *parameters):
        self.cursor.execute(statement, parameters)
        return self.cursor.fetchone()[0]

    def segment(self, name, a, b, start, end):
        (x, y), (u, v) = self.place(*start), self.place(*end)
        self.one("INSERT INTO street_segments (organization_id, external_id, name, street_key, node_a, node_b, line, length_m) "
                 "SELECT %s, %s, %s, %s, %s, %s, l, ST_Length(l::geography) "
                 "FROM ST_GeomFromEWKT(%s) l RETURNING id", self.organization, f"{a}/{b}/{name}", name, name.upper(), a, b,
                 f"SRID=4326;LINESTRING({x} {y},{u} {v})")

    def street(self, s, houses, people):
        name = f"{chr(65 + s)} Street"
        self.segment(name, f"{s}-0", f"{s}-1", (0, s), (houses, s))
        for h in range(houses):
            for side in (0, 1):
                x, y = self.place(h + 0.5, s + (0.12 if side else -0.12))
                self.building(name, 2 * h + 1 + side, y, x, people)

    def building(self, street, number, latitude, longitude, people=1, units=(None,), precinct="1"):
        building = self.one(
            "INSERT INTO buildings (organization_id, building_key, address, number, street, street_key, city, precinct, "
            "latitude, longitude, location_quality) VALUES (%s, %s, %s, %s, %s, %s, 'Made', %s, %s, %s, 'point') RETURNING id",
            self.organization, f"{number}|{street}", f"{number} {street}", str(number), street, street.upper(), precinct,
            latitude, longitude)
        for unit in units:
            door = self.one("INSERT INTO doors (organization_id, building_id, address_key, unit, precinct) "
                            "VALUES (%s, %s, %s, %s, %s) RETURNING id", self.organization, building,
                            f"{number}|{street}|{unit}", unit, precinct)
            self.doors[street, number, unit] = door
            self.people[door] = [self.voter(door, i) for i in range(people)]

    def voter(self, door, number=0, **more):
        fields = {"first_name": f"Zoë{number}", "last_name": f"Núñez{door}", "birth_year": 1980, "sex": "F", "party": "DEM",
                  **more}
        return self.one(f"INSERT INTO voters (organization_id, door_id, {', '.join(fields)}) VALUES "
                        f"(%s, %s{', %s' * len(fields)}) RETURNING id", self.organization, door, *fields.values())

    def again(self):
        """Continue writing later: `with blocks.again(): blocks.building(…)`."""
        @contextlib.contextmanager
        def go_on():
            with tenant(self.server, self.organization) as self.cursor:
                yield self
            self.cursor = None
        return go_on()

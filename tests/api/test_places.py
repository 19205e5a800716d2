# SPDX-License-Identifier: GPL-3.0-or-later
"""Places: import from files, manual changes, and positions of buildings."""

import csv
import json
import math
import pathlib
import statistics
import subprocess

import pytest

from harness import services
from harness.client import is_problem

GEOJSON = {"Content-Type": "application/geo+json"}


def collection(*features):
    return json.dumps({"type": "FeatureCollection", "features": [
        {"type": "Feature", "properties": properties, "geometry": geometry} for properties, geometry in features]})


def square(west, south, size=0.01):
    east, north = west + size, south + size
    return {"type": "Polygon", "coordinates": [[[west, south], [east, south], [east, north], [west, north], [west, south]]]}


def line(*points):
    return {"type": "LineString", "coordinates": [list(point) for point in points]}


def upload(org, path, text, status=200, **query):
    place = path + ("?" + "&".join(f"{name}={value}" for name, value in query.items()) if query else "")
    reply = org.owner.request("POST", place, data=text.encode(), headers=GEOJSON, idempotency=False)
    assert reply.status_code == status, f"{reply.status_code} {reply.text[:500]}"
    return reply.json()


def wait(org, job):
    def state():
        return org.owner.server.sql("SELECT state FROM jobs WHERE id = %s", (job,))[0][0]
    services.wait_until(lambda: state() in ("done", "failed"), 60, "the job")
    assert org.owner.server.sql("SELECT state, last_error FROM jobs WHERE id = %s", (job,)) == [("done", None)]


def geocode(org, **body):
    wait(org, org.owner.ok("POST", "/v1/geocoding", body)["job_id"])
    return org.owner.ok("GET", "/v1/geocoding")


def voter(org, address, zip5="02141", **fields):
    return org.owner.ok("POST", "/v1/voters", {"first_name": "Rosa", "last_name": "Medina", "address": address,
                                               "zip5": zip5, **fields}, status=201)


def building(org, made):
    return org.owner.ok("GET", f"/v1/buildings/{org.owner.ok('GET', '/v1/doors/' + str(made['door_id']))['building_id']}")


# A street from west to east, 1 km long at this latitude: even numbers on the north side, which is
# left.
METRE = 1 / (111320 * math.cos(math.radians(42.0)))
OAK = ({"ID": "oak-1", "Street": "Oak St", "L_From": 2, "L_To": 100, "R_From": 1, "R_To": 99, "ZIP_Left": "02141",
        "ZIP_Right": "02141", "FromNode": 1.0, "ToNode": 2.0}, line((-71.0, 42.0), (-71.0 + 1000 * METRE, 42.0)))


def test_files_are_imported_again_without_a_change(org):
    files = [("/v1/areas/import", collection(({"WardPrecinct": "2-3"}, square(-71.0, 42.0)), ({"Other": 1}, square(0, 0)),
                                             ({"WardPrecinct": "2-4"}, None)), {"kind": "precinct"}, (3, 1, 2)),
             ("/v1/street-segments/import", collection(OAK, ({"ID": "nameless"}, OAK[1]), ({"Street": "Elm St"}, OAK[1])), {}, (3, 1, 2)),
             ("/v1/address-points/import", collection(({"address": "12 Oak St", "unit": "3", "zip": "02141"},
                                                       {"type": "Point", "coordinates": [-71.0, 42.0]}),
                                                      ({"address": "Oak St"}, {"type": "Point", "coordinates": [-71.0, 42.0]})), {}, (2, 1, 1))]
    tables = ("areas", "street_segments", "buildings", "doors")
    for path, text, query, (read, written, skipped) in files:
        first = upload(org, path, text, **query)
        assert first == {"read": read, "written": written, "skipped": skipped}, path
    def rows():
        return [org.owner.server.sql(f"SELECT t::text FROM {table} t WHERE organization_id = %s", (org.id,)) for table in tables]
    before = rows()
    for path, text, query, _ in files:
        upload(org, path, text, **query)
    assert rows() == before and all(len(each) == 1 for each in before)


def test_what_was_imported_is_listed(org):
    upload(org, "/v1/areas/import", collection(({"zone": "N", "title": "North"}, square(-71.0, 42.0)), ({"zone": "S"}, square(-71.0, 41.0))),
           kind="other", code="zone", name="title")
    north, south = org.owner.ok("GET", "/v1/areas", query={"kind": "other"})["data"]
    assert (north["code"], north["name"], north["boundary"], south["name"]) == ("N", "North", None, None)
    whole = org.owner.ok("GET", f"/v1/areas/{north['id']}")
    assert whole["boundary"]["type"] == "MultiPolygon"
    assert org.owner.ok("GET", "/v1/areas", query={"kind": "zip"})["data"] == []
    org.owner.ok("DELETE", f"/v1/areas/{north['id']}", status=204)
    upload(org, "/v1/street-segments/import", collection(OAK))
    (oak,) = org.owner.ok("GET", "/v1/street-segments", query={"street": "oak st"})["data"]
    assert (oak["left_to"], oak["node_a"], oak["road_class"]) == (100, "1.0", "local") and 995 < oak["length_m"] < 1005


@pytest.mark.parametrize("text", ["", "x", "{", "[]", "{}", '{"features": 1}', "\x00", '{"features": [{}]}\x00'])
def test_what_is_no_geojson_is_refused(org, text):
    reply = org.owner.request("POST", "/v1/areas/import?kind=zip", data=text.encode(), headers=GEOJSON, idempotency=False)
    assert reply.status_code == 422, f"{reply.status_code} {reply.text[:300]}"


def test_strange_features_are_skipped(org):
    text = json.dumps({"features": [{}, {"properties": []}, {"properties": {"code": "x"}, "geometry": {"type": "Polygon"}}, 1, None,
                                    {"properties": {"code": {"a": 1}}, "geometry": square(0, 0)}]})
    done = upload(org, "/v1/areas/import", text, kind="other")
    assert done["read"] == 6 and done["written"] + done["skipped"] == 6


@pytest.mark.parametrize("text", [
    "Address,Unit,ZIP,Lat,Lon\n12 Oak St,3,02141,42.5,-71.5\nOak St,,02141,42,-71\n\"14 Oak St\",,02141,42.25,-71.25\n16 Oak St,,02141,north,-71\n",
    "Address;Unit;ZIP;Longitude;Latitude\n12 Oak St;3;02141;-71.5;42.5\nOak St;;02141;-71;42\n14 Oak St;;02141;-71.25;42.25\n16 Oak St;;02141;;\n"])
def test_address_points_may_be_a_table(org, text):
    reply = org.owner.request("POST", "/v1/address-points/import", data=text.encode(), headers={"Content-Type": "text/csv"}, idempotency=False)
    assert reply.status_code == 200 and reply.json() == {"read": 4, "written": 2, "skipped": 2}, reply.text
    found = org.owner.ok("GET", "/v1/doors")["data"]
    assert [(d["address"], d["unit"], d["latitude"], d["longitude"]) for d in found] == [("12 Oak St", "3", 42.5, -71.5), ("14 Oak St", None, 42.25, -71.25)]
    assert {d["location_quality"] for d in found} == {"point"}


def test_a_table_without_a_place_is_refused(org):
    reply = org.owner.request("POST", "/v1/address-points/import", data=b"a,b\n1,2\n", headers={"Content-Type": "text/csv"}, idempotency=False)
    assert reply.status_code == 422 and reply.json()["code"] == "columns"


# By hand ------------------------------------------------------------------------------------------


def test_doors_and_buildings_are_found_and_changed(org):
    made = [voter(org, address) for address in ("12 Oak St", "14 Oak St", "3 Elm St")]
    homes = [building(org, each) for each in made]
    for home, longitude in zip(homes, (-71.0, -70.9, -70.8)):
        org.owner.ok("PATCH", f"/v1/buildings/{home['id']}", {"latitude": 42.0, "longitude": longitude})
    box = {"west": -71.05, "south": 41.9, "east": -70.85, "north": 42.1}
    assert [b["id"] for b in org.owner.ok("GET", "/v1/buildings", query=box)["data"]] == [b["id"] for b in homes[:2]]
    assert [d["id"] for d in org.owner.ok("GET", "/v1/doors", query={**box, "limit": 1})["data"]] == [made[0]["door_id"]]
    assert len(org.owner.ok("GET", "/v1/doors", query={"street": "oak st"})["data"]) == 2
    assert [d["id"] for d in org.owner.ok("GET", "/v1/doors", query={"building_id": homes[2]["id"]})["data"]] == [made[2]["door_id"]]

    door = org.owner.ok("PATCH", f"/v1/doors/{made[0]['door_id']}", {"do_not_knock_at": "2026-05-01T10:00:00Z"})
    assert door["do_not_knock_at"] and org.owner.ok("POST", "/v1/voters/count?reach=door", {})["count"] == 2
    org.owner.ok("PATCH", f"/v1/doors/{made[0]['door_id']}", {"do_not_knock_at": None})
    assert org.owner.ok("POST", "/v1/voters/count?reach=door", {})["count"] == 3
    noted = org.owner.ok("PATCH", f"/v1/buildings/{homes[0]['id']}", {"access_note": "Key at 12B"})
    assert noted["access_note"] == "Key at 12B" and noted["location_quality"] == "manual" and noted["n_doors"] == 1
    taken = org.owner.ok("PATCH", f"/v1/buildings/{homes[0]['id']}", {"latitude": None, "longitude": None})
    assert taken["location_quality"] == "none"
    half = org.owner.patch(f"/v1/buildings/{homes[1]['id']}", {"latitude": None})
    assert is_problem(half, 422, "validation_error") and "longitude" in half.text


# Geocoding ----------------------------------------------------------------------------------------


def test_each_building_gets_the_best_place_there_is(org):
    upload(org, "/v1/street-segments/import", collection(OAK))
    upload(org, "/v1/areas/import", collection(({"ZIP_CODE": "02139"}, square(-71.2, 42.2))), kind="zip")
    upload(org, "/v1/areas/import", collection(({"code": "2-3"}, square(-71.005, 41.995, 0.05))), kind="precinct")
    upload(org, "/v1/address-points/import", collection(({"address": "50 Oak St", "zip": "02141"},
                                                         {"type": "Point", "coordinates": [-70.99, 42.0002]})))
    homes = {name: building(org, voter(org, address, **more))["id"] for name, address, more in [
        ("point", "50 OAK STREET", {}), ("left", "26 Oak St", {}), ("right", "75-77 Oak St", {}), ("street", "151 Oak St", {}),
        ("zip", "3 Nowhere Ln", {"zip5": "02139"}), ("none", "3 Nowhere Ln", {"zip5": "99999"}), ("hand", "60 Oak St", {}),
        ("elsewhere", "30 Oak St", {"precinct": "2-4"})]}
    upload(org, "/v1/areas/import", collection(({"code": "2-4"}, square(-60, 40))), kind="precinct")
    org.owner.ok("PATCH", f"/v1/buildings/{homes['hand']}", {"latitude": 42.3, "longitude": -71.3})
    found = geocode(org)
    assert found == {"point": 1, "range": 3, "street": 1, "zip": 1, "manual": 1, "none": 1, "other_precinct": 1, "running": False}
    at = {name: org.owner.ok("GET", f"/v1/buildings/{number}") for name, number in homes.items()}

    def metres(name):
        return ((at[name]["longitude"] + 71.0) / METRE, (at[name]["latitude"] - 42.0) * 111132)

    # The 13th of 50 lots on the left, north side; 11 m from the middle of the street.
    assert metres("left") == pytest.approx((8 + 984 * 12.5 / 50, 11), abs=0.5) and at["left"]["side"] == "L"
    assert metres("right") == pytest.approx((8 + 984 * 37.5 / 50, -11), abs=0.5) and at["right"]["side"] == "R"
    assert metres("street")[0] == pytest.approx(992, abs=0.5) and at["street"]["precinct"] == "2-3"
    assert at["point"]["longitude"] == -70.99 and at["point"]["side"] == "L" and at["hand"]["latitude"] == 42.3
    assert -71.2 < at["zip"]["longitude"] < -71.19 and at["none"]["latitude"] is None

    # A building with a position keeps it, unless geocoding is requested; positions by hand and by
    # address point are kept even then.
    org.owner.server.sql("UPDATE buildings SET latitude = 1, longitude = 1 WHERE id IN %s", ((homes["left"], homes["hand"]),))
    assert geocode(org)["range"] == 3 and org.owner.ok("GET", f"/v1/buildings/{homes['left']}")["latitude"] == 1
    geocode(org, again=True)
    assert org.owner.ok("GET", f"/v1/buildings/{homes['left']}")["latitude"] == at["left"]["latitude"]
    assert org.owner.ok("GET", f"/v1/buildings/{homes['hand']}")["latitude"] == 1
    # Moved along the street, it has another measure and is on the other side.
    org.owner.ok("PATCH", f"/v1/buildings/{homes['hand']}", {"latitude": 41.9998, "longitude": -71.0 + 300 * METRE})
    geocode(org)
    place = org.owner.server.sql("SELECT side, measure_m, setback_m FROM buildings WHERE id = %s", (homes["hand"],))[0]
    assert place[0] == "R" and place[1] == pytest.approx(300, abs=2) and place[2] == pytest.approx(22.2, abs=0.5)
    bulk = org.owner.server.sql("SELECT count(*) FROM audit_log WHERE organization_id = %s AND action = 'geocode.run'", (org.id,))
    assert bulk[0][0] >= 2


def test_the_geocoding_of_one_organization_is_none_of_another(org, api):
    from harness.client import Organization

    other = Organization(api, everybody=False)
    upload(org, "/v1/street-segments/import", collection(OAK))
    home = building(other, voter(other, "26 Oak St"))
    assert geocode(other)["none"] == 1 and geocode(org)["none"] == 0
    assert other.owner.ok("GET", f"/v1/buildings/{home['id']}")["latitude"] is None


# A real town --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def town(shared_data):
    return shared_data / "town-cambridge"


@pytest.fixture(scope="module")
def doors(town):
    """A door for each address and ZIP code of the reference data."""
    found = {}
    with open(town / "doors.csv", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found.setdefault((row["raw_location"].split("#")[0].strip(), row["zip"]), row)
    return found


def metres_between(latitude, longitude, other_latitude, other_longitude):
    return math.hypot((longitude - other_longitude) * 111320 * math.cos(math.radians(latitude)), (latitude - other_latitude) * 111132)


def test_the_town_s_addresses_are_placed(town, doors, binary, tmp_path):
    """The goals: 96 % by range, and a median error within 15 m of the front of the lot."""
    segments = []
    for number, feature in enumerate(json.loads((town / "street_centerlines.geojson").read_text())["features"]):
        p, shape = feature["properties"], feature["geometry"]
        segments.append({"id": number, "name": p.get("Street") or "", "ranges": [int(p.get(k) or 0) for k in ("L_From", "L_To", "R_From", "R_To")],
                         "zips": [p.get("ZIP_Left") or "", p.get("ZIP_Right") or ""],
                         "line": shape["coordinates"] if shape["type"] == "LineString" else shape["coordinates"][0]})
    path = tmp_path / "segments.json"
    path.write_text(json.dumps(segments))
    program = pathlib.Path(binary).resolve().parents[1] / "tests" / "unit" / "geocode-dump"

    def run(lines):
        done = subprocess.run([str(program), str(path)], input="\n".join(lines) + "\n", capture_output=True, text=True, check=True)
        return [row.split("\t") for row in done.stdout.splitlines()[:-1]]

    raw = (town / "raw_locations.txt").read_text().splitlines()
    placed = run(raw)
    assert len(placed) == len(raw) and sum(row[0] == "range" for row in placed) >= 0.96 * len(raw)
    placed = run([f"{address}\t{zip5}" for address, zip5 in doors])
    errors = [metres_between(float(truth["lat"]), float(truth["lon"]), float(row[2]), float(row[1]))
              for truth, row in zip(doors.values(), placed) if row[0] != "none"]
    assert sum(row[0] == "range" for row in placed) >= 0.96 * len(doors)
    assert len(errors) >= 0.99 * len(doors) and statistics.median(errors) <= 15 and statistics.quantiles(errors, n=10)[8] <= 41
    assert sum(row[4] == truth["side"] for truth, row in zip(doors.values(), placed)) >= 0.97 * len(doors)


def test_the_town_end_to_end(town, doors, org):
    """The same through files, the job and the database, checked by precinct."""
    assert upload(org, "/v1/street-segments/import", (town / "street_centerlines.geojson").read_text())["written"] > 2500
    assert upload(org, "/v1/areas/import", (town / "wards_subprecincts_2022.geojson").read_text(), kind="precinct")["written"] == 42
    assert upload(org, "/v1/areas/import", (town / "zipcodes.geojson").read_text(), kind="zip")["written"] >= 5
    some = list(doors.items())[::12]
    # The area's points are far away: a building with a point needs no street, so positions are
    # cleared again.
    features = [({"address": address, "zip": zip5, "precinct": truth["precinct"]}, {"type": "Point", "coordinates": [0, 0]})
                for (address, zip5), truth in some]
    written = upload(org, "/v1/address-points/import", collection(*features))["written"]
    org.owner.server.sql("UPDATE buildings SET latitude = NULL, longitude = NULL, location_quality = 'none' "
                         "WHERE organization_id = %s", (org.id,))
    found = geocode(org)
    assert written >= 0.98 * len(some) and found["range"] >= 0.96 * written and found["none"] == 0
    assert found["other_precinct"] <= 0.02 * written
    truth = {(a.upper(), z): row for (a, z), row in some}
    errors = [metres_between(float(truth[(address.upper(), zip5)]["lat"]), float(truth[(address.upper(), zip5)]["lon"]), latitude, longitude)
              for address, zip5, latitude, longitude in org.owner.server.sql(
                  "SELECT address, zip5, latitude, longitude FROM buildings WHERE organization_id = %s AND location_quality = 'range'", (org.id,))
              if (address.upper(), zip5) in truth]
    assert len(errors) > 0.9 * written and statistics.median(errors) <= 15

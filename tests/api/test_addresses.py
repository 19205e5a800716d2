# SPDX-License-Identifier: GPL-3.0-or-later
"""Addresses: all spellings of one home give one door, and the streets of a file are found by every spelling."""

import json

import pytest

from harness import services

GEOJSON = {"Content-Type": "application/geo+json"}

# Spellings of one address, as found in Census data and in files of clerks.
STREETS = [("Co Rd 12", "77 COUNTY ROAD 12"), ("State Rte 27", "77 State Route 27"), ("Ave D", "77 AVENUE D"), ("O'Connor Dr", "77 O’CONNOR DR"),
           ("E 100 N", "77 EAST 100 NORTH"), ("Fort Hill Rd", "77 FT HILL RD"), ("US Hwy 50", "77 US 50"), ("Mount Auburn St", "77 MT AUBURN ST APT 4"),
           ("State Hwy 9", "77 SR 9"), ("37th Ave", "77 37 AVE"), ("Farm-To-Market Rd 1960", "77 FM 1960"), ("NE 5th St", "77 N E 5 ST"),
           ("Calle Peñón", "77 CALLE PENON"), ("Saint John St", "77 St. John Street"), ("Lake Shore Dr", "77 Lk Shr Dr"), ("Elm St", "77½ Elm Street"),
           ("BIA Rd 7", "77 BUREAU OF INDIAN AFFAIRS ROAD 7"), ("Nat For Dev Rd 12", "77 National Forest Development Road 12"), ("Loop 410", "77 LP 410"),
           ("Co St Aid Hwy 5", "77 COUNTY STATE AID HWY 5"), ("RM 620", "77 RANCH ROAD 620"), ("Elm Loop", "77 Elm Lp")]

HOMES = [["256 County Road 634", "256 Co Rd 634", "256 CR 634", "256 CR-634"], ["6 State Rte 6", "6 SR 6", "6 St Rt 6"], ["101 Avenue D", "101 Ave D"],
         ["18-D Main St", "18D Main St", "18 D MAIN ST"], ["537½ W 26th St", "537 1/2 W 26th St", "537-1/2 West 26 St"], ["12 E 100 N", "12 East 100 North"],
         ["N6W23001 Bluemound Rd", "N6 W23001 Bluemound Road"], ["2 Elm St Apt B", "2 Elm St B", "2 ELM STREET # B", "Apt B, 2 Elm St"],
         ["One Park Plaza", "1 Park Plz"], ["#207-1104 Watkins Glen Ct", "1104 Watkins Glen Ct Unit 207"], ["7 BIA Rd 12", "7 BIA Road 12", "7 Bureau of Indian Affairs Rd 12", "7 BIA 12"],
         ["7 Elm Lp", "7 Elm Loop"], ["RR 2 Box 152", "Rural Route 2 Box 152", "R R 2 BOX 152", "R.F.D. 2 # 152", "Box 152, RR 2"],
         ["HC 1 Box 5", "Highway Contract Route 1 Box 5", "Star Route 1, Box 5", "HCR 1 BOX 5"], ["7 RR 2", "7 Rural Route 2", "7 R R 2"],
         ["7 Hwy FM 1320", "7 FM 1320"], ["7 KENTUCKY 440", "7 KY ST HWY 440"], ["7 TSR 45", "7 Twp Rd 45"], ["7 CR 12 PO Box 9", "7 County Rd 12"]]


def collection(*features):
    return json.dumps({"type": "FeatureCollection", "features": [
        {"type": "Feature", "properties": properties, "geometry": geometry} for properties, geometry in features]})


def upload(org, path, text, media=GEOJSON["Content-Type"]):
    reply = org.owner.request("POST", path, data=text.encode(), headers={"Content-Type": media}, idempotency=False)
    assert reply.status_code == 200, f"{reply.status_code} {reply.text[:500]}"
    return reply.json()


def voter(org, address, **fields):
    return org.owner.ok("POST", "/v1/voters", {"first_name": "Rosa", "last_name": "Medina", "address": address, "zip5": "02141", **fields},
                        status=201)


def every(org, what):
    return list(org.owner.pages(f"/v1/{what}", {"limit": 100}))


def geocode(org):
    job = org.owner.ok("POST", "/v1/geocoding", {})["job_id"]
    services.wait_until(lambda: org.owner.server.sql("SELECT state FROM jobs WHERE id = %s", (job,)) == [("done",)], 60, "the job")
    return org.owner.ok("GET", "/v1/geocoding")


def test_spellings_of_one_home_are_one_door(org):
    for spellings in HOMES:
        doors = {voter(org, spelling)["door_id"] for spelling in spellings}
        assert len(doors) == 1 and None not in doors, spellings
    assert len(every(org, "doors")) == len(every(org, "buildings")) == len(HOMES)


def test_streets_are_found_however_they_are_written(org):
    features = [({"LINEARID": str(n), "FULLNAME": name, "LFROMADD": 1, "LTOADD": 99, "RFROMADD": 2, "RTOADD": 98},
                 {"type": "LineString", "coordinates": [[-71.0, 42.0 + n / 100], [-70.99, 42.0 + n / 100]]}) for n, (name, _) in enumerate(STREETS)]
    assert upload(org, "/v1/street-segments/import", collection(*features))["written"] == len(STREETS)
    for _, address in STREETS:
        voter(org, address)
    found = geocode(org)
    assert (found["range"], found["none"]) == (len(STREETS), 0)


@pytest.mark.parametrize("unit", ["B", "Apt B", "# b"])
def test_the_unit_of_its_own_field_is_the_unit(org, unit):
    made = voter(org, "2 Elm St", unit=unit)
    assert made["door_id"] == voter(org, "2 Elm St Apt B")["door_id"] != voter(org, "2 Elm St")["door_id"]
    assert made["door_id"] == voter(org, "2 Elm St Unit B", unit=unit)["door_id"]
    door = org.owner.ok("GET", f"/v1/doors/{made['door_id']}")
    assert (door["unit"], door["address"]) == ("B", "2 Elm St")
    road = voter(org, "21 Highway 9", unit="4")
    assert road["door_id"] == voter(org, "21 Hwy 9 Apt 4")["door_id"] != voter(org, "21 Highway 9")["door_id"]


def test_without_a_zip_code_the_city_tells_homes_apart(org):
    doors = {city: voter(org, "12 Main St", zip5=None, city=city)["door_id"] for city in ("Springfield", "Boston", "St. Louis")}
    assert len(set(doors.values())) == 3
    assert voter(org, "12 MAIN STREET", zip5=None, city="SAINT LOUIS")["door_id"] == doors["St. Louis"]
    moved = voter(org, "12 Main St", zip5=None, city="Springfield")
    now = org.owner.ok("PATCH", f"/v1/voters/{moved['id']}", {"city": "Boston"})
    assert now["door_id"] == doors["Boston"]
    # With a ZIP code the city's name is not compared.
    assert voter(org, "14 Main St", city="Boston")["door_id"] == voter(org, "14 Main St", city="Allston")["door_id"]


def test_the_fraction_is_part_of_the_number(org):
    upload(org, "/v1/address-points/import", "address,zip,lat,lon\n417 1/2 Oak Way,02141,42,-71\n", "text/csv")
    voter(org, "419½ Oak Way")
    assert [b["number"] for b in every(org, "buildings")] == ["417 1/2", "419 1/2"]


def test_address_points_have_the_unit_in_the_line_and_apart(org):
    lines = [("15 VALENTINE ST #1", "1"), ("15 VALENTINE ST #11", "11"), ("15 VALENTINE ST", "2"), ("15 VALENTINE ST # 3", ""), ("15 VALENTINE ST 4", "4")]
    table = "raw_location,unit,zip,lat,lon\n" + "".join(f"{line},{unit},02139,42,-71\n" for line, unit in lines)
    upload(org, "/v1/address-points/import", table, "text/csv")
    doors = every(org, "doors")
    assert sorted(door["unit"] for door in doors) == ["1", "11", "2", "3", "4"] and len(every(org, "buildings")) == 1
    for door in doors:
        assert voter(org, "15 Valentine St Apt " + door["unit"], zip5="02139")["door_id"] == door["id"]


def test_address_points_may_have_number_and_street_apart(org):
    table = ("House_Number,Street_Name,Street_Type,Pre_Dir,Unit,Zip,Lat,Lon\n2,Elm,St,N,3,02139,42,-71\n4,5th,Ave,,,02139,42,-71\n"
             ",Oak,St,,,02139,42,-71\n")
    assert upload(org, "/v1/address-points/import", table, "text/csv") == {"read": 3, "written": 2, "skipped": 1}
    assert voter(org, "2 North Elm Street #3", zip5="02139")["door_id"] in {door["id"] for door in every(org, "doors")}
    assert voter(org, "4 Fifth Av", zip5="02139")["door_id"] in {door["id"] for door in every(org, "doors")}
    assert len(every(org, "doors")) == 2


def test_whoever_has_no_door_is_found(org):
    at_home = voter(org, "12 Elm St")["id"]
    mailbox = [voter(org, line)["id"] for line in ("PO Box 5", "General Delivery", "Elm St")]
    for wanted, found in ((True, [at_home]), (False, mailbox)):
        rows = org.owner.ok("POST", "/v1/voters/search", {"has_door": wanted})["data"]
        assert sorted(row["id"] for row in rows) == sorted(found)


def test_a_rural_box_is_a_home_with_a_number(org):
    made = voter(org, "Rural Route 2 Box 152")
    building = org.owner.ok("GET", f"/v1/doors/{made['door_id']}")["building_id"]
    assert {key: org.owner.ok("GET", f"/v1/buildings/{building}")[key] for key in ("number", "street")} == {"number": "BOX 152", "street": "RR 2"}
    assert voter(org, "RR 2 Box 153")["door_id"] not in (None, made["door_id"])
    assert len(org.owner.ok("GET", "/v1/doors", query={"street": "Rural Route 2"})["data"]) == 2


def test_along_a_street_places_come_as_they_are_walked(org):
    """Doors found by street are ordered by number and unit, for every page size; another street, and the list of all
    doors, have their own order."""
    walked = [("2 Elm St", None), ("10 Elm St", None), ("10 1/2 Elm St", None), ("10A Elm St", None), ("12 Elm St", "1"), ("12 Elm St", "2"), ("12 Elm St", "10"),
              ("12 Elm St", "B"), ("14 Elm St", None), ("100 Elm St", None), ("1001 Elm St", None)]
    made = [voter(org, address, unit=unit)["door_id"] for address, unit in reversed(walked)][::-1]
    voter(org, "1 Oak St")
    for limit in (1, 2, 5, 100):
        doors = list(org.owner.pages("/v1/doors", {"street": "ELM STREET", "limit": limit}))
        assert [door["id"] for door in doors] == made, limit
        buildings = list(org.owner.pages("/v1/buildings", {"street": "elm st", "limit": limit}))
        assert [b["number"] for b in buildings] == ["2", "10", "10 1/2", "10A", "12", "14", "100", "1001"], limit
    assert [d["id"] for d in every(org, "doors")] == sorted(made + [every(org, "doors")[-1]["id"]])
    second = org.owner.ok("GET", "/v1/doors", query={"street": "Elm St", "building_id": doors[4]["building_id"]})["data"]
    assert [d["unit"] for d in second] == ["1", "2", "10", "B"]


def test_a_street_is_asked_for_in_any_spelling(org):
    for address in ("12 Co Rd 634", "14 County Road 634", "16 Elm St"):
        voter(org, address)
    for street in ("County Road 634", "co rd 634", "CR 634"):
        for what in ("doors", "buildings"):
            assert len(org.owner.ok("GET", f"/v1/{what}", query={"street": street})["data"]) == 2, (what, street)

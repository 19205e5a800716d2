# SPDX-License-Identifier: GPL-3.0-or-later
"""Voters: search, display and changes; tags, lists, households; duplicates and merges."""

import datetime
import json
import random
import uuid

import psycopg2
import pytest

from harness import services
from harness.client import Organization, is_problem, unique

REACHES = ("door", "phone", "text", "email", "mail")
SQUARE = {"type": "Polygon", "coordinates": [[[-71.08, 42.36], [-71.07, 42.36], [-71.07, 42.37], [-71.08, 42.37],
                                              [-71.08, 42.36]]]}


def add(org, last_name="Medina", first_name="Rosa", **fields):
    return org.owner.ok("POST", "/v1/voters", {"first_name": first_name, "last_name": last_name, **fields}, status=201)


def read(client, voter):
    return client.ok("GET", f"/v1/voters/{voter['id']}")


def search(client, text=None, limit=100, **query):
    page = client.ok("GET", "/v1/voters", query={"limit": limit, **({"text": text} if text else {}), **query})
    return [v["id"] for v in page["data"]]


def matching(client, limit=100, **filters):
    found = client.ok("POST", f"/v1/voters/search?limit={limit}", filters)["data"]
    assert client.ok("POST", "/v1/voters/count", filters) == {"count": len(found)}
    return {v["id"] for v in found}


def count(client, reach=None, aim=None, **filters):
    query = "&".join(f"{name}={value}" for name, value in (("reach", reach), ("aim", aim)) if value)
    return client.ok("POST", "/v1/voters/count" + ("?" + query if query else ""), filters)["count"]


def conflict(reply, code):
    assert is_problem(reply, 409, "conflict"), f"{reply.status_code} {reply.text[:500]}"
    assert reply.json()["code"] == code, reply.text


def pointers(reply):
    assert reply.status_code == 422, f"{reply.status_code} {reply.text[:500]}"
    body = reply.json()
    return sorted(each["pointer"] for each in body.get("errors", [])) or [body.get("pointer")]


def sql(org, statement, *parameters):
    return org.owner.server.sql(statement, parameters or None)


def viewer(org):
    return org.add("member", {"view_voters": True})


def audit(org, action):
    return sql(org, "SELECT after FROM audit_log WHERE organization_id = %s AND action = %s ORDER BY seq", org.id, action)


# By hand ------------------------------------------------------------------------------------------


def test_an_address_finds_or_makes_door_and_household(org):
    rosa = add(org, address="12 Canal Pk", unit="3", zip5="02141", city="Cambridge", birth_date="1980-05-31")
    jose = add(org, "Medina", "José", address="12 CANAL PARK", unit="3", zip5="02141")
    next_door = add(org, "Kowalski", address="12 Canal Park", unit="4", zip5="02141")
    assert rosa["birth_year"] == 1980
    assert rosa["door_id"] == jose["door_id"] != next_door["door_id"] and rosa["household_id"] == jose["household_id"]
    home = org.owner.ok("GET", f"/v1/households/{rosa['household_id']}")
    assert home["n_voters"] == 2 and [p["first_name"] for p in home["people"]] == ["José", "Rosa"]
    assert home["unit"] == "3" and home["door_id"] == rosa["door_id"]
    doors = org.owner.ok("GET", "/v1/doors", query={"street": "CANAL PARK"})["data"]
    assert len({d["building_id"] for d in doors}) == 1 and {d["unit"] for d in doors} == {"3", "4"}


def test_moving_counts_both_households(org):
    rosa = add(org, address="12 Canal Pk", zip5="02141")
    jose = add(org, "Medina", "José", address="12 Canal Pk", zip5="02141")
    moved = org.owner.ok("PATCH", f"/v1/voters/{jose['id']}", {"address": "40 Oak St", "zip5": "02139"})
    assert moved["household_id"] not in (None, jose["household_id"])
    assert org.owner.ok("GET", f"/v1/households/{rosa['household_id']}")["n_voters"] == 1
    assert org.owner.ok("GET", f"/v1/households/{moved['household_id']}")["n_voters"] == 1
    gone = org.owner.ok("PATCH", f"/v1/voters/{jose['id']}", {"address": None})
    assert gone["household_id"] is None and gone["door_id"] is None and gone["zip5"] == "02139"
    assert org.owner.ok("GET", f"/v1/households/{moved['household_id']}")["n_voters"] == 0


def test_a_patch_leaves_alone_what_it_does_not_name(org):
    rosa = add(org, address="12 Canal Pk", zip5="02141", phones=["617 555 0101"], custom={"union": "32BJ"})
    assert rosa["phones"] == ["+16175550101"]
    again = org.owner.ok("PATCH", f"/v1/voters/{rosa['id']}", {"party": "DEM"})
    for name in ("address", "door_id", "household_id", "phones", "custom"):
        assert again[name] == rosa[name]
    stale = org.owner.patch(f"/v1/voters/{rosa['id']}", {"party": "REP"}, headers={"If-Match": '"1.0"'})
    assert stale.status_code == 412
    assert read(org.owner, rosa)["party"] == "DEM"


@pytest.mark.parametrize("wrong, pointer", [
    ({"birth_date": "1980-02-30"}, "/birth_date"), ({"birth_date": "31.5.1980"}, "/birth_date"),
    ({"zip5": "2141"}, "/zip5"), ({"phones": ["12"]}, "/phones/0"), ({"emails": ["rosa"]}, "/emails/0"),
    ({"sex": "W"}, "/sex"), ({"state_id": "X1"}, "/state_id"), ({"support_level": 1}, "/support_level"),
    ({"last_name": ""}, "/last_name"), ({"vote_history": [{"method": "mail"}]}, "/vote_history/0/election")])
def test_what_is_wrong_is_named(shared_org, wrong, pointer):
    assert pointers(shared_org.owner.post("/v1/voters", {"first_name": "Rosa", "last_name": "Medina", **wrong})) == [pointer]


# Search -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def people(shared_org):
    made = {}
    for key, last, first, fields in [
            ("rosa", "Medina", "Rosa", {"address": "12 Canal Pk", "zip5": "02141", "phones": ["+16175550101"]}),
            ("jose", "O'Brien", "José", {"address": "1200 Oak St", "zip5": "02139"}),
            ("zoe", "Medinavega", "Zoë", {"address": "7 Rosamond Ave", "zip5": "02139"}),
            ("ann", "Smith", "Ann", {"address": "33 Medina Ct", "zip5": "02139", "phones": ["+12125550101"]})]:
        made[key] = add(shared_org, last, first, **fields)["id"]
    return made


@pytest.mark.parametrize("text, found", [
    ("medina", ["rosa", "zoe", "ann"]), ("MEDINA", ["rosa", "zoe", "ann"]), ("medina ro", ["rosa", "zoe"]),
    ("Medina, Rosa", ["rosa", "zoe"]), ("rosa me", ["rosa", "zoe"]), ("rosa medina", ["rosa", "zoe"]), ("dina", ["rosa", "zoe", "ann"]),
    ("jose", ["jose"]), ("josé", ["jose"]), ("obrien", ["jose"]), ("o'brien", ["jose"]), ("zoe", ["zoe"]),
    ("12 canal", ["rosa"]), ("12", ["rosa", "jose"]), ("oak st", ["jose"]), ("0101", ["ann", "rosa"]),
    ("(617) 555-0101", ["rosa"]), ("6175550101", ["rosa"]), ("+1 617 555 0101", ["rosa"]), ("%", []), ("_", []),
    ("\\", []), ("xyzzy", []), ("m", ["rosa", "zoe", "ann"])])
def test_search_by_name_address_and_number(shared_org, people, text, found):
    assert set(search(shared_org.owner, text)) == {people[key] for key in found}


def test_whose_name_begins_so_comes_first(shared_org, people):
    assert search(shared_org.owner, "medina") == [people["rosa"], people["zoe"], people["ann"]]
    assert search(shared_org.owner, "rosa")[-1] == people["zoe"]


def test_pages_have_everybody_once(org):
    made = [add(org, last, first)["id"] for last in ("Abel", "abel", "Ábel", "Cabeller", "Zabel") for first in "XYZ"]
    for text, limit in [(None, 4), ("abel", 4), ("abel", 9), ("abe", 7), ("abel", 15)]:
        found, cursor = [], None
        while True:
            query = {"limit": limit, **({"text": text} if text else {}), **({"cursor": cursor} if cursor else {})}
            page = org.owner.ok("GET", "/v1/voters", query=query)
            found += [v["id"] for v in page["data"]]
            cursor = page["next_cursor"]
            if cursor is None:
                break
        assert len(found) == len(set(found)) and set(found) == set(made), (text, limit)
        if text == "abel":
            assert set(found[:9]) == set(made[:9])


def test_another_organization_s_voters_are_not_found(org, people):
    assert search(org.owner, "medina") == [] and search(org.owner) == []


def test_the_functions_serve_their_own_organization_only(server, org, people):
    connection = server.cluster.connect(server.database, organization=org.id)
    for statement in ("SELECT * FROM voters_matching(%s, '{}')", "SELECT * FROM voters_search(%s, '{}', false, NULL, NULL, 9)",
                      "SELECT voters_count(%s, '{}', NULL, 'any', false)"):
        with connection.cursor() as cursor, pytest.raises(psycopg2.errors.InsufficientPrivilege):
            cursor.execute(statement, (org.id - 1,))
        connection.rollback()
    connection.close()


# Filters ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def crowd(server, recorder):
    """Thirty people who differ in every filter; .people are the rows as sent."""
    from harness.client import Client

    org = Organization(Client(server, recorder=recorder), everybody=False)
    chance, year = random.Random(7), datetime.date.today().year
    org.people = {}
    org.tags = [org.owner.ok("POST", "/v1/tags", {"name": name}, status=201)["id"] for name in ("host", "donor", "sign")]
    for n in range(30):
        fields = {
            "party": chance.choice(["DEM", "REP", None]), "precinct": chance.choice(["1-1", "2-3", None]), "sex": chance.choice(["F", "M", None]),
            "registration_status": chance.choice(["active", "inactive", None]), "birth_year": chance.choice([year - 17, year - 30, year - 80, None]),
            "districts": {"congress": chance.choice(["05", "07"])}, "city": chance.choice(["Cambridge", "Boston"]),
            "zip5": chance.choice(["02139", "02141"]), "phones": chance.choice([[], ["+16175550101"]]),
            "emails": chance.choice([[], ["a@example.org"]]),
            "vote_history": [{"election": e} for e in ("G20", "G22", "G24") if chance.random() < 0.5]}
        made = add(org, f"Crowd{n}", **fields)
        fields["tags"] = {tag for tag in org.tags if chance.random() < 0.4}
        if fields["tags"]:
            org.owner.ok("POST", f"/v1/voters/{made['id']}/tags", {"add": [str(t) for t in fields["tags"]]})
        org.people[made["id"]] = fields
    return org


def expect(crowd, holds):
    return {number for number, person in crowd.people.items() if holds(person)}


def test_each_filter_finds_who_it_says(crowd):
    year = datetime.date.today().year
    a, b, c = crowd.tags
    votes = lambda p: {v["election"] for v in p["vote_history"]}  # noqa: E731
    cases = [
        ({"party": ["DEM"]}, lambda p: p["party"] == "DEM"),
        ({"party": ["DEM", "REP"], "sex": "F"}, lambda p: p["party"] and p["sex"] == "F"),
        ({"precinct": ["2-3"]}, lambda p: p["precinct"] == "2-3"),
        ({"district": {"congress": "05"}}, lambda p: p["districts"]["congress"] == "05"),
        ({"city": "CAMBRIDGE"}, lambda p: p["city"] == "Cambridge"), ({"zip5": ["02141"]}, lambda p: p["zip5"] == "02141"),
        ({"age_min": 18}, lambda p: (p["birth_year"] or year) <= year - 18),
        ({"age_max": 40}, lambda p: p["birth_year"] and p["birth_year"] >= year - 40),
        ({"registration_status": ["inactive"]}, lambda p: p["registration_status"] == "inactive"),
        ({"voted_in": ["G20", "G24"]}, lambda p: {"G20", "G24"} <= votes(p)),
        ({"voted_at_least": {"n": 2, "of": ["G20", "G22", "G24"]}}, lambda p: len(votes(p)) >= 2),
        ({"tags_any": [str(a), str(b)]}, lambda p: p["tags"] & {a, b}), ({"tags_all": [str(a), str(b)]}, lambda p: {a, b} <= p["tags"]),
        ({"tags_none": [str(c)]}, lambda p: c not in p["tags"]),
        ({"has_phone": True}, lambda p: p["phones"]), ({"has_email": False}, lambda p: not p["emails"]),
        ({"support_levels": ["none"]}, lambda p: True), ({"never_contacted": True}, lambda p: True),
        ({"reached": True}, lambda p: False), ({"party": [], "text": None, "district": {}}, lambda p: True),
        ({"party": ["DEM"], "voted_in": ["G24"], "tags_none": [str(a)], "text": "crowd"},
         lambda p: p["party"] == "DEM" and "G24" in votes(p) and a not in p["tags"]),
    ]
    for filters, holds in cases:
        wanted = expect(crowd, holds)
        assert matching(crowd.owner, **filters) == wanted, filters
        assert filters.get("reached") or wanted, f"nobody to find: {filters}"


def test_what_the_field_found_out(org):
    a, b, c = (add(org, name)["id"] for name in ("Aa", "Bb", "Cc"))
    sql(org, "UPDATE voters SET support_level = 2, last_contact_at = '2026-05-01', last_disposition = 'not_home' WHERE id = %s", a)
    sql(org, "UPDATE voters SET support_level = 5, last_contact_at = '2026-06-01', last_disposition = 'canvassed', "
             "reached_at = '2026-06-01' WHERE id = %s", b)
    for filters, wanted in [
            ({"support_levels": ["2", "none"]}, {a, c}), ({"last_contact_before": "2026-05-15T00:00:00Z"}, {a}),
            ({"last_contact_after": "2026-05-15T00:00:00Z"}, {b}), ({"never_contacted": True}, {c}),
            ({"never_contacted": False}, {a, b}), ({"reached": True}, {b}), ({"reached": False}, {a, c}),
            ({"disposition": ["not_home", "moved"]}, {a}), ({"ids": [str(a), str(c)]}, {a, c})]:
        assert matching(org.owner, **filters) == wanted, filters


def test_polygons_and_areas(org):
    inside = add(org, "Inside", address="4 Canal Pk", zip5="02141", precinct="2-3")
    outside = add(org, "Outside", address="9 Oak St", zip5="02139")
    add(org, "Nowhere")
    for voter, point in ((inside, (42.365, -71.075)), (outside, (42.40, -71.10))):
        building = org.owner.ok("GET", f"/v1/doors/{voter['door_id']}")["building_id"]
        made = org.owner.ok("PATCH", f"/v1/buildings/{building}", {"latitude": point[0], "longitude": point[1]})
        assert made["location_quality"] == "manual"
    area = sql(org, "INSERT INTO areas (organization_id, kind, code, boundary) VALUES "
                    "(%s, 'neighborhood', 'East', ST_Multi(ST_SetSRID(ST_GeomFromGeoJSON(%s), 4326))) RETURNING id",
               org.id, json.dumps(SQUARE))[0][0]
    precinct = sql(org, "INSERT INTO areas (organization_id, kind, code) VALUES (%s, 'precinct', '2-3') RETURNING id", org.id)[0][0]
    assert matching(org.owner, polygon=SQUARE) == {inside["id"]}
    assert matching(org.owner, polygon={"type": "Feature", "geometry": SQUARE, "properties": {}}) == {inside["id"]}
    assert matching(org.owner, area_id=area) == {inside["id"]} == matching(org.owner, area_id=precinct)


@pytest.mark.parametrize("filters, pointer", [
    ({"polygon": {"type": "Point", "coordinates": [1, 2]}}, "/polygon"), ({"polygon": {"type": "nonsense"}}, "/polygon"),
    ({"area_id": 999999999}, "/area_id"), ({"tags_any": ["x"]}, "/tags_any/0"), ({"nobody": 1}, "/nobody"),
    ({"tags_any": ["99999999999999999999999"]}, "/tags_any")])
def test_a_filter_that_cannot_be_understood_is_named(crowd, filters, pointer):
    assert pointers(crowd.owner.post("/v1/voters/search", filters)) == [pointer]


# Who may be reached --------------------------------------------------------------------------------


def reached(org, number, **more):
    return {reach for reach in REACHES if count(org.owner, reach, ids=[str(number)], **more)}


@pytest.mark.parametrize("statement, left", [
    ("SELECT 1", REACHES),
    ("UPDATE voters SET unreachable = 'deceased' WHERE id = %(id)s", ()),
    ("UPDATE voters SET quiet_until = now() + interval '1 day' WHERE id = %(id)s", ()),
    ("UPDATE voters SET quiet_until = now() - interval '1 day' WHERE id = %(id)s", REACHES),
    ("UPDATE voters SET confidential = true WHERE id = %(id)s", ("phone", "text", "email")),
    ("UPDATE doors SET do_not_knock_at = now() WHERE id = %(door)s", ("phone", "text", "email", "mail")),
    ("UPDATE voters SET door_id = NULL WHERE id = %(id)s", ("phone", "text", "email", "mail")),
    ("UPDATE voters SET phones = '[]', emails = '[]' WHERE id = %(id)s", ("door", "mail")),
    ("INSERT INTO phone_flags (organization_id, phone, flag, at) VALUES (%(org)s, '+16175550101', 'disconnected', now())",
     ("door", "email", "mail")),
    ("INSERT INTO phone_flags (organization_id, phone, flag, at) VALUES (%(org)s, '+16175550101', 'landline', now())",
     ("door", "phone", "email", "mail")),
    ("INSERT INTO phone_flags (organization_id, phone, flag, voter_id, at) SELECT %(org)s, '+16175550101', 'wrong_number', "
     "min(id), now() FROM voters WHERE organization_id = %(org)s AND id <> %(id)s", REACHES),
])
def test_who_may_not_be_reached_is_left_out(org, statement, left):
    add(org, "Somebody", "Else")
    rosa = add(org, address="12 Canal Pk", zip5="02141", phones=["+16175550101"], emails=["rosa@example.org"])
    org.owner.server.sql(statement, {"id": rosa["id"], "door": rosa["door_id"], "org": org.id})
    assert reached(org, rosa["id"]) == set(left)


def test_the_filter_agrees_with_consent_allows(org):
    """Random contacts in random order about ten people: the filter's set equals asking for each person."""
    chance, people = random.Random(11), []
    for n in range(10):
        phones = [f"+1617555010{i}" for i in range(10) if chance.random() < 0.3]
        people.append(add(org, f"Person{n}", address=f"{n + 1} Oak St", zip5="02139", phones=phones)["id"])
    for _ in range(60):
        address = f"+1617555010{chance.randrange(10)}" if chance.random() < 0.5 else None
        voter = chance.choice(people) if address is None or chance.random() < 0.5 else None
        sql(org, "INSERT INTO consents (organization_id, voter_id, address, channel, purpose, state, source, occurred_at, actor) "
                 "VALUES (%s, %s, %s, %s, %s, %s, 'form', now() - %s * interval '1 hour', 'system')", org.id, voter, address,
            chance.choice(["any", "door", "phone", "text"]), chance.choice(["any", "fundraising"]),
            chance.choice(["granted", "withdrawn", "withdrawn"]), chance.randrange(100))
    left_out = 0
    for reach in ("door", "phone", "text"):
        for aim in ("any", "campaign", "fundraising"):
            one_by_one = {row[0] for row in sql(
                org, "SELECT v.id FROM voters v WHERE v.organization_id = %s AND CASE WHEN %s = 'door' "
                     "THEN consent_allows(v.organization_id, v.id, 'door', %s) ELSE EXISTS (SELECT FROM "
                     "jsonb_array_elements_text(v.phones) p WHERE consent_allows(v.organization_id, v.id, %s, %s, p)) END",
                org.id, reach, aim, reach, aim)}
            found = sql(org, "SELECT set_config('app.organization_id', %s, false); "
                             "SELECT v FROM voters_matching(%s, '{}', %s, %s) v", str(org.id), org.id, reach, aim)
            assert {row[0] for row in found} == one_by_one, (reach, aim)
            left_out += len(people) - len(one_by_one)
    assert left_out > 10


# Confidential -------------------------------------------------------------------------------------


def test_where_a_confidential_person_lives_is_for_managers(org):
    hidden = add(org, "Hidden", address="12 Canal Pk", zip5="02141", city="Cambridge", precinct="2-3",
                 mailing_address="PO Box 1", confidential=True, phones=["+16175550101"])
    other = add(org, "Open", address="12 Canal Pk", zip5="02141", city="Cambridge", precinct="2-3")
    client = viewer(org)
    shown, whole = read(client, hidden), read(org.owner, hidden)
    for name in ("address", "zip5", "city", "precinct", "mailing_address", "door_id", "household_id"):
        assert shown[name] is None and whole[name] is not None, name
    assert shown["last_name"] == "Hidden" and shown["phones"] == ["+16175550101"]
    for text in ("canal", "12 canal", "12 canal pk"):
        assert search(client, text) == [other["id"]] and set(search(org.owner, text)) == {other["id"], hidden["id"]}, text
    assert search(client, "hidden") == [hidden["id"]] == search(client, "0101")
    for filters in ({"zip5": ["02141"]}, {"city": "Cambridge"}, {"precinct": ["2-3"]}):
        assert matching(client, **filters) == {other["id"]} and len(matching(org.owner, **filters)) == 2, filters
    assert client.ok("GET", "/v1/voters", query={"text": "hidden"})["data"][0]["address"] is None
    assert [p["id"] for p in client.ok("GET", f"/v1/households/{other['household_id']}")["people"]] == [other["id"]]


def test_a_household_tells_nothing_of_a_confidential_person(org):
    """A household reveals neither that a confidential person also lives there nor, by its id, where one lives alone."""
    alone = add(org, "Alone", address="77 Hidden Way", zip5="02141", confidential=True)
    hidden = add(org, "Hidden", address="12 Canal Pk", zip5="02141", confidential=True)
    add(org, "Open", address="12 Canal Pk", zip5="02141")
    client = viewer(org)
    shared = f"/v1/households/{hidden['household_id']}"
    assert client.ok("GET", shared)["n_voters"] == 1 and org.owner.ok("GET", shared)["n_voters"] == 2
    path = f"/v1/households/{alone['household_id']}"
    assert is_problem(client.get(path), 404, "not_found") and org.owner.ok("GET", path)["address"] == "77 Hidden Way"
    # An empty household exists, without people.
    org.owner.ok("PATCH", f"/v1/voters/{alone['id']}", {"address": "1 Other Way"})
    assert client.ok("GET", path)["n_voters"] == 0


def test_districts_tell_where_a_confidential_person_lives(org):
    hidden = add(org, "Hidden", districts={"ward": "3"}, confidential=True)
    other = add(org, "Open", districts={"ward": "3"})
    client = viewer(org)
    assert read(client, hidden)["districts"] == {} and read(org.owner, hidden)["districts"] == {"ward": "3"}
    assert matching(client, district={"ward": "3"}) == {other["id"]}
    assert matching(org.owner, district={"ward": "3"}) == {other["id"], hidden["id"]}
    # Other filters find confidential people, also when the body contains place filters with null.
    assert matching(client, text="hidden") == {hidden["id"]} == matching(client, text="hidden", city=None)


# Tags and lists ------------------------------------------------------------------------------------


def test_tags_are_given_and_taken(org):
    tag, other = (org.owner.ok("POST", "/v1/tags", {"name": name}, status=201) for name in ("volunteer", "host"))
    conflict(org.owner.post("/v1/tags", {"name": "host"}), "taken")
    rosa = add(org)
    etag = org.owner.get(f"/v1/voters/{rosa['id']}").headers["ETag"]
    both = org.owner.ok("POST", f"/v1/voters/{rosa['id']}/tags", {"add": [str(tag["id"]), str(other["id"])]})
    assert [t["name"] for t in both["tags"]] == ["host", "volunteer"]
    again = org.owner.get(f"/v1/voters/{rosa['id']}", headers={"If-None-Match": etag})
    assert again.status_code == 200 and again.headers["ETag"] != etag
    one = org.owner.ok("POST", f"/v1/voters/{rosa['id']}/tags", {"add": [str(tag["id"])], "remove": [str(other["id"])]})
    assert [t["id"] for t in one["tags"]] == [tag["id"]]
    assert pointers(org.owner.post(f"/v1/voters/{rosa['id']}/tags", {"add": ["999999999"]})) == ["/add"]
    assert org.owner.ok("PATCH", f"/v1/tags/{tag['id']}", {"name": "helper"})["name"] == "helper"
    first = org.owner.ok("GET", "/v1/tags", query={"limit": 1})
    rest = org.owner.ok("GET", "/v1/tags", query={"cursor": first["next_cursor"]})
    assert [t["name"] for t in first["data"] + rest["data"]] == ["helper", "host"]
    assert [t["name"] for t in read(org.owner, rosa)["tags"]] == ["helper"]
    org.owner.ok("DELETE", f"/v1/tags/{tag['id']}", status=204)
    assert read(org.owner, rosa)["tags"] == []


def test_a_whole_list_is_tagged_as_one_change(org):
    tag = org.owner.ok("POST", "/v1/tags", {"name": "east"}, status=201)["id"]
    people = [add(org, name, party=party)["id"] for name, party in (("A", "DEM"), ("B", "DEM"), ("C", "REP"))]
    kept = org.owner.ok("POST", "/v1/voter-lists", {"name": "Democrats", "filter": {"party": ["DEM"]}}, status=201)
    done = org.owner.ok("POST", "/v1/voters/tags", {"list_id": kept["id"], "add": [str(tag)]})
    assert done == {"voters": 2, "added": 2, "removed": 0}
    assert org.owner.ok("POST", "/v1/voters/tags", {"filter": {"party": ["DEM"]}, "add": [str(tag)]})["added"] == 0
    assert matching(org.owner, tags_any=[str(tag)]) == set(people[:2])
    assert [row[0] for row in audit(org, "voter.tag_all")] == [{"rows": 2}]
    assert org.owner.ok("POST", "/v1/voters/tags", {"filter": {"ids": [str(people[0])]}, "remove": [str(tag)]})["removed"] == 1
    for body in ({"add": [str(tag)]}, {"list_id": kept["id"], "filter": {}, "add": [str(tag)]}):
        assert pointers(org.owner.post("/v1/voters/tags", body)) == ["/list_id"]
    assert pointers(org.owner.post("/v1/voters/tags", {"list_id": 999999999, "add": []})) == ["/list_id"]


def test_a_list_is_kept_counted_and_its_reading_is_told(org):
    people = [add(org, f"Name{n}", party="DEM" if n else "REP", phones=["+16175550101"] if n < 3 else [])["id"] for n in range(5)]
    kept = org.owner.ok("POST", "/v1/voter-lists", {"name": "Dems", "filter": {"party": ["DEM"], "zip5": []}}, status=201)
    assert kept["filter"]["party"] == ["DEM"] and kept["filter"]["zip5"] == [] and kept["filter"]["sex"] is None
    place = f"/v1/voter-lists/{kept['id']}"
    assert org.owner.ok("GET", place) == kept and org.owner.ok("GET", "/v1/voter-lists")["data"] == [kept]
    assert org.owner.ok("GET", place + "/count") == {"count": 4}
    assert org.owner.ok("GET", place + "/count", query={"reach": "phone"}) == {"count": 2}
    client = viewer(org)
    first = client.ok("POST", place + "/read?limit=3")
    rest = client.ok("POST", place + f"/read?limit=3&cursor={first['next_cursor']}")
    assert [v["id"] for v in first["data"] + rest["data"]] == people[1:] and rest["next_cursor"] is None
    assert [row[0] for row in audit(org, "voter_list.read")] == [{"rows": 3}, {"rows": 1}]
    assert client.post("/v1/voter-lists", {"name": "x", "filter": {}}).status_code == 403
    assert pointers(org.owner.post("/v1/voter-lists", {"name": "x", "filter": {"polygon": {"type": "x"}}})) == ["/filter/polygon"]
    assert pointers(org.owner.post("/v1/voter-lists", {"name": "x", "filter": {"area_id": 999999999}})) == ["/filter/area_id"]
    changed = org.owner.ok("PATCH", place, {"filter": {"party": ["REP"]}})
    assert changed["name"] == "Dems" and org.owner.ok("GET", place + "/count") == {"count": 1}
    org.owner.ok("DELETE", place, status=204)
    assert org.owner.post(place + "/read").status_code == 404 == org.owner.get(place + "/count").status_code


# Duplicates ---------------------------------------------------------------------------------------


def find(org):
    job = org.owner.ok("POST", "/v1/voter-duplicates/find")["job_id"]
    services.wait_until(lambda: sql(org, "SELECT state FROM jobs WHERE id = %s", job)[0][0] in ("done", "failed"), 30, "the job")
    assert sql(org, "SELECT state, last_error FROM jobs WHERE id = %s", job) == [("done", None)]


def pairs(org, state="open"):
    return {(d["voter_id"], d["other_id"]): d
            for d in org.owner.ok("GET", "/v1/voter-duplicates", query={"state": state, "limit": 100})["data"]}


def merge(org, survivor, merged, status=201):
    return org.owner.ok("POST", "/v1/voter-merges", {"survivor_id": survivor["id"], "merged_id": merged["id"]}, status=status)


def test_rules_find_pairs_and_no_others(org):
    def with_state_id(number, voter):
        sql(org, "UPDATE voters SET state_id = %s WHERE id = %s", number, voter["id"])
        return voter["id"]

    home = {"address": "12 Canal Pk", "zip5": "02141"}
    jose = add(org, "Núñez", "José", birth_date="1980-05-31")["id"]
    folded = add(org, "Nunez", "Jose", birth_date="1980-05-31", emails=["jn@example.org"])["id"]
    father = add(org, "Reed", "Sam", name_suffix="Sr", phones=["+16175550102"])["id"]
    add(org, "Reed", "Sam", name_suffix="Jr.", phones=["+16175550102"])
    phone = add(org, "Reed", "Samuel", phones=["+16175550102"])["id"]
    ann = with_state_id("S1", add(org, "Lee", "Ann", **home))
    by_hand = add(org, "Lee", "Ann", **home)["id"]
    two = [with_state_id(f"T{n}", add(org, "Twin", "Ann", address="9 Oak St", zip5="02139", emails=["t@example.org"])) for n in (1, 2)]
    mail = [add(org, "Kim", "Lin", emails=["k@example.org"])["id"], add(org, "Kim", "Linda", emails=["K@example.org"])["id"]]
    find(org)
    found = pairs(org)
    assert {key: value["reasons"] for key, value in found.items() if father not in key and phone not in key} == {
        (jose, folded): ["name_birth_date"], (ann, by_hand): ["name_address"], tuple(mail): ["email"]}
    assert (father, phone) in found and found[(father, phone)]["reasons"] == ["phone_last_name"]
    assert tuple(two) not in found
    scores = [d["score"] for d in org.owner.ok("GET", "/v1/voter-duplicates")["data"]]
    assert scores == sorted(scores, reverse=True)
    before = {key: (d["id"], d["version"]) for key, d in found.items()}
    find(org)
    assert {key: (d["id"], d["version"]) for key, d in pairs(org).items()} == before


def test_pairs_in_any_script_and_spelling(org):
    same = {"birth_date": "1980-05-31"}
    names = [(("Иванова", "Ольга", {}), ("иванова", "ольга", {})), (("王", "明", {}), ("王", "明", {})),
             (("Roe Jr", "Sam", {}), ("Roe", "Sam", {"name_suffix": "Jr."})), (("Müller", "Jan", {}), ("Mueller", "Jan", {})),
             (("Müller", "Eva", {}), ("Muller", "Eva", {})), (("O’Brien", "Ann", {}), ("OBrien", "Ann", {})),
             (("Smith-Jones", "Ann", {}), ("Smith Jones", "Ann", {})),
             (("Nguye\u0302\u0303n", "An", {}), ("Nguyễn", "An", {})), (("Lee\u200b", "Bo", {}), ("Lee", "Bo\u00a0", {})), (("Παπαδόπουλος", "Νίκος", {}), ("ΠΑΠΑΔΌΠΟΥΛΟΣ", "ΝΊΚΟΣ", {}))]
    wanted = {tuple(add(org, last, first, **same, **more)["id"] for last, first, more in pair) for pair in names}
    for last, first, more in (("Петрова", "Ольга", {}), ("李", "明", {}), ("Roe", "Sam", {"name_suffix": "Sr"}), ("Roe III", "Sam", {})):
        add(org, last, first, **same, **more)
    find(org)
    assert set(pairs(org)) == wanted


def test_a_dismissed_pair_stays_dismissed(org):
    for _ in range(2):
        add(org, birth_date="1980-05-31")
    find(org)
    (pair,) = pairs(org).values()
    done = org.owner.ok("POST", f"/v1/voter-duplicates/{pair['id']}/dismiss")
    assert done["state"] == "dismissed" and done["decided_by"] == org.owner.user
    assert org.owner.ok("POST", f"/v1/voter-duplicates/{pair['id']}/dismiss")["version"] == done["version"]
    # A later file contains the same value again.
    sql(org, "UPDATE voters SET emails = '[\"r@example.org\"]', updated_import_id = 9 WHERE organization_id = %s", org.id)
    find(org)
    assert pairs(org) == {} and len(pairs(org, "dismissed")) == 1


def test_a_pair_that_is_none_any_more_goes(org):
    add(org, birth_date="1980-05-31")
    other = add(org, birth_date="1980-05-31")
    find(org)
    assert len(pairs(org)) == 1
    org.owner.ok("PATCH", f"/v1/voters/{other['id']}", {"birth_date": "1981-05-31"})
    find(org)
    assert pairs(org) == {}


WORK = ("id", "version", "updated_at", "contacts_revision")


def test_a_merge_keeps_everything_and_can_be_taken_back(org):
    tags = [str(org.owner.ok("POST", "/v1/tags", {"name": name}, status=201)["id"]) for name in ("both", "mine", "theirs")]
    keep = add(org, "Medina", "Rosa", birth_date="1980-05-31", phones=["+16175550101"], party="DEM", custom={"a": 1})
    gone = add(org, "Medina", "Rosita", birth_date="1980-05-31", phones=["+16175550102", "+16175550101"], party="REP", middle_name="L.",
               address="12 Canal Pk", zip5="02141", custom={"a": 2, "b": 3}, vote_history=[{"election": "G24"}])
    org.owner.ok("POST", f"/v1/voters/{keep['id']}/tags", {"add": tags[:2]})
    org.owner.ok("POST", f"/v1/voters/{gone['id']}/tags", {"add": [tags[0], tags[2]]})
    call = {"client_id": str(uuid.uuid4()), "channel": "phone", "disposition": "language_barrier", "voter_id": gone["id"],
            "phone": "+16175550102", "occurred_at": "2026-01-01T10:00:00Z"}
    call = org.owner.ok("POST", "/v1/contacts", call, status=201)["id"]
    sql(org, "UPDATE voters SET state_id = 'S9' WHERE id = %s", gone["id"])
    sql(org, "INSERT INTO consents (organization_id, voter_id, channel, state, source, occurred_at, actor) "
             "VALUES (%s, %s, 'text', 'withdrawn', 'text: STOP', now(), 'system')", org.id, gone["id"])
    follow = sql(org, "INSERT INTO follow_ups (organization_id, voter_id, kind) VALUES (%s, %s, 'ride') RETURNING id", org.id, gone["id"])[0][0]
    before = [read(org.owner, v) for v in (keep, gone)]

    def history(voter):
        return [each["id"] for each in org.owner.ok("GET", f"/v1/contacts?voter_id={voter['id']}")["data"]]

    made = merge(org, keep, gone)
    assert history(keep) == history(gone) == [call]
    assert merge(org, keep, gone)["id"] == made["id"]
    assert made["merged_before"]["first_name"] == "Rosita" and made["survivor_before"]["party"] == "DEM"
    one, other = (read(org.owner, v) for v in (keep, gone))
    assert (one["first_name"], one["party"], one["middle_name"], one["address"]) == ("Rosa", "DEM", "L.", "12 Canal Pk")
    assert one["state_id"] == "S9" and one["last_disposition"] == "language_barrier" and one["door_id"] == gone["door_id"]
    assert one["phones"] == ["+16175550101", "+16175550102"] and one["custom"] == {"a": 1, "b": 3}
    assert [v["election"] for v in one["vote_history"]] == ["G24"]
    assert {t["name"] for t in one["tags"]} == {"both", "mine", "theirs"} and other["tags"] == []
    assert other["merged_into"] == keep["id"] and other["unreachable"] == "merged"
    assert search(org.owner, "medina") == [keep["id"]]
    assert org.owner.ok("GET", f"/v1/households/{one['household_id']}")["n_voters"] == 1
    assert not count(org.owner, "text", ids=[str(keep["id"])]) and count(org.owner, "phone", ids=[str(keep["id"])])
    assert sql(org, "SELECT voter_id FROM follow_ups WHERE id = %s", follow) == [(keep["id"],)]
    assert sql(org, "SELECT voter_current(%s, %s)", org.id, gone["id"]) == [(keep["id"],)]
    conflict(org.owner.patch(f"/v1/voters/{gone['id']}", {"party": "UNA"}), "voter_merged")

    org.owner.ok("PATCH", f"/v1/voters/{keep['id']}", {"party": "UNA"})
    undone = org.owner.ok("POST", f"/v1/voter-merges/{made['id']}/undo")
    assert undone["undone_at"] and org.owner.ok("POST", f"/v1/voter-merges/{made['id']}/undo")["version"] == undone["version"]
    after = [read(org.owner, v) for v in (keep, gone)]
    for was, now in zip(before, after):
        # Manual changes since the merge stay.
        was = {**was, **({"party": "UNA"} if was["id"] == keep["id"] else {})}
        assert {k: v for k, v in was.items() if k not in WORK} == {k: v for k, v in now.items() if k not in WORK}
    assert sql(org, "SELECT voter_id FROM follow_ups WHERE id = %s", follow) == [(gone["id"],)]
    assert history(keep) == [] and history(gone) == [call]
    assert merge(org, keep, gone)["id"] != made["id"]


def test_merges_that_make_no_sense_are_refused(org):
    one, other, third = (add(org, "Medina", name) for name in ("Rosa", "Rosita", "Ann"))

    def ask(a, b):
        return org.owner.post("/v1/voter-merges", {"survivor_id": a, "merged_id": b})

    conflict(ask(one["id"], one["id"]), "same_voter")
    assert pointers(ask(one["id"], 999999999)) == ["/merged_id"] and pointers(ask(999999999, one["id"])) == ["/survivor_id"]
    merge(org, one, other)
    conflict(ask(third["id"], other["id"]), "voter_merged")
    conflict(ask(other["id"], third["id"]), "voter_merged")
    first = org.owner.ok("GET", "/v1/voter-merges")["data"][0]
    merge(org, third, one)
    assert sql(org, "SELECT voter_current(%s, %s)", org.id, other["id"]) == [(third["id"],)]
    conflict(org.owner.post(f"/v1/voter-merges/{first['id']}/undo"), "survivor_merged")
    sql(org, "UPDATE voters SET state_id = 'X' || id WHERE organization_id = %s AND merged_into IS NULL", org.id)
    fourth = add(org, "Somebody")
    sql(org, "UPDATE voters SET state_id = 'Y' WHERE id = %s", fourth["id"])
    conflict(ask(third["id"], fourth["id"]), "two_state_ids")


def test_a_merged_pair_is_merged_and_leaves_no_other_open(org):
    a, b, c = (add(org, birth_date="1980-05-31") for _ in range(3))
    find(org)
    assert len(pairs(org)) == 3
    merge(org, a, b)
    assert set(pairs(org, "merged")) == {(a["id"], b["id"])} and set(pairs(org)) == {(a["id"], c["id"])}
    find(org)
    assert set(pairs(org)) == {(a["id"], c["id"])}


def test_the_search_knows_suffix_and_unit(org):
    junior = add(org, "Smith", "Harold", name_suffix="Jr", address="4 Canal Park # 109", city="Riverside", state="NY", zip5="12999")["id"]
    senior = add(org, "Smith", "Harold", name_suffix="Sr", address="4 Canal Park # 110", city="Riverside", state="NY", zip5="12999")["id"]
    for text, wanted in (("smith jr", [junior]), ("smith j.r.", [junior]), ("sr harold", [senior]), ("#109", [junior]), ("smith #110", [senior])):
        assert [v["id"] for v in org.owner.ok("GET", "/v1/voters", query={"text": text})["data"]] == wanted, text

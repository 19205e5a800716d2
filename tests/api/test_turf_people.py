# SPDX-License-Identifier: GPL-3.0-or-later
"""The people of a turf: preview, cut and walk list count the same people, by every method."""

import time

import pytest

from harness.client import unique
from harness.town import Blocks, tenant
from harness.turfs import Turfs, visit


@pytest.fixture
def town(org):
    """30 houses in three streets, two people each, of two parties; at every third house one is in a quiet period."""
    blocks = Blocks(org.owner.server, org.id, houses=5)
    with blocks.again():
        for n, door in enumerate(blocks.doors.values()):
            other = blocks.voter(door, 1, party="REP")
            blocks.people[door].append(other)
            if n % 3 == 0:
                blocks.one("UPDATE voters SET quiet_until = now() + interval '1 day' WHERE id = %s RETURNING id", other)
    return blocks


def cut(client, body):
    made = client.ok("POST", "/v1/turf-cuts", body, status=201)
    deadline = time.monotonic() + 60
    while (found := client.ok("GET", f"/v1/turf-cuts/{made['id']}"))["state"] in ("queued", "running"):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert found["state"] == "done", found
    return found["result"], list(client.pages("/v1/turfs", {"cut_id": made["id"]}))


def people_of(org, turf):
    with tenant(org.owner.server, org.id) as cursor:
        cursor.execute("SELECT voter_id FROM turf_people(%s, %s)", (org.id, turf["id"]))
        return {voter for voter, in cursor.fetchall()}


def whole_town():
    (x, y), (u, v) = Blocks.place(-1, -0.5), Blocks.place(30, 5)
    return {"type": "Polygon", "coordinates": [[[x, y], [u, y], [u, v], [x, v], [x, y]]]}


METHODS = {"polygon": lambda: {"polygon": whole_town()}, "streets": lambda: {"streets": [{"street": f"{name} Street"} for name in "ABC"]},
           "precinct": lambda: {"precincts": ["1"]}, "auto": lambda: {"target_doors": 10}}


def checked(org, body):
    """Cut; the preview of the same request has the same figures, and the walk lists name as many people."""
    preview = org.owner.ok("POST", "/v1/turf-previews", body)
    result, turfs = cut(org.owner, body)
    assert (result["doors"], result["voters"]) == (preview["doors"], preview["voters"]), body["method"]
    named = set().union(*(people_of(org, turf) for turf in turfs))
    assert len(named) == result["voters"] == sum(turf["voter_count"] for turf in turfs)
    return named, turfs


@pytest.mark.parametrize("listed", [False, True])
@pytest.mark.parametrize("method", METHODS)
def test_the_preview_the_cut_and_the_walk_are_about_the_same_people(org, town, method, listed):
    body = {"name": "North", "method": method, **METHODS[method]()}
    if listed:
        body["list_id"] = org.owner.ok("POST", "/v1/voter-lists", {"name": "D", "filter": {"party": ["DEM"]}}, status=201)["id"]
    named, turfs = checked(org, body)
    assert len(named) == (30 if listed else 50)
    # A recut concerns the same people, whether the list is given again or not.
    for more in ({"list_id": body["list_id"]}, {}) if listed else ({},):
        again, turfs = checked(org, {"name": "Again", "method": "recut", "turf_ids": [str(turf["id"]) for turf in turfs],
                                     "target_doors": 12, **more})
        assert again == named


def test_a_recut_by_another_list_is_about_that_list(org, town):
    lists = {party: org.owner.ok("POST", "/v1/voter-lists", {"name": party, "filter": {"party": [party]}}, status=201)["id"]
             for party in ("DEM", "REP")}
    democrats, turfs = checked(org, {"name": "North", "method": "auto", "target_doors": 10, "list_id": lists["DEM"]})
    others, _ = checked(org, {"name": "Again", "method": "recut", "turf_ids": [str(turf["id"]) for turf in turfs],
                              "target_doors": 10, "list_id": lists["REP"]})
    assert len(democrats) == 30 and len(others) == 20 and not democrats & others


def test_a_door_that_is_known_by_its_zip_code_alone_is_in_no_turf(org, town):
    far = list(town.doors.values())[:4]
    org.owner.server.sql("UPDATE buildings SET location_quality = 'zip' WHERE id IN (SELECT building_id FROM doors WHERE id = ANY (%s))", (far,))
    preview = org.owner.ok("POST", "/v1/turf-previews", {"name": "North", "method": "auto", "target_doors": 10})
    assert (preview["doors"], preview["unplaced"]) == (26, 4) and {each["door_id"] for each in preview["unplaced_doors"]} == set(far)
    result, turfs = cut(org.owner, {"name": "North", "method": "auto", "target_doors": 10})
    assert (result["doors"], result["unplaced"]) == (26, 4)
    org.owner.ok("POST", f"/v1/turfs/{turfs[0]['id']}/doors", {"add": [str(far[0])]})
    assert org.owner.ok("GET", f"/v1/turfs/{turfs[0]['id']}")["door_count"] == turfs[0]["door_count"]


@pytest.mark.parametrize("ring, code", [
    ([[0, 0], [5, 5], [5, 0], [0, 5], [0, 0]], "crosses_itself"),  # a bow-tie
    ([[0, 0], [5, 0], [5, 5], [2, -2], [0, 5], [0, 0]], "crosses_itself"),
    ([[0, 0], [5, 5], [2, 2], [0, 0]], "filter"), ([[0, 0], [5, 5], [0, 5]], "ring_open"),
    ([[0, 0], [5, 5], [0, 5], [1, 1]], "ring_open"), ([[0, 0], [5, 5], [0, 100000], [0, 0]], "out_of_range"),
    ([[0, 0], [10 ** 8, 5], [0, 5], [0, 0]], "out_of_range")])
def test_a_drawing_that_is_no_area_is_refused(org, town, ring, code):
    """The same error wherever a polygon is sent: alone, in a feature or in a multipolygon."""
    points = [list(Blocks.place(*point)) for point in ring]
    alone = {"type": "Polygon", "coordinates": [points]}
    far = [[10, 10], [11, 10], [11, 11], [10, 10]]
    kept = org.owner.ok("POST", "/v1/voter-lists", {"name": unique("list"), "filter": {}}, status=201)["id"]
    tag = org.owner.ok("POST", "/v1/tags", {"name": unique("tag")}, status=201)["id"]
    for shape in (alone, {"type": "Feature", "properties": {}, "geometry": alone}, {"type": "MultiPolygon", "coordinates": [[far], [points]]}):
        if code == "filter" and shape["type"] == "MultiPolygon":
            continue  # the other part has an area
        cut = {"name": "North", "method": "polygon", "polygon": shape}
        for method, path, body, pointer in (
                ("POST", "/v1/turf-previews", cut, "/polygon"), ("POST", "/v1/turf-cuts", cut, "/polygon"),
                ("POST", "/v1/voters/search", {"polygon": shape}, "/polygon"), ("POST", "/v1/voters/count", {"polygon": shape}, "/polygon"),
                ("POST", "/v1/voter-lists", {"name": unique("list"), "filter": {"polygon": shape}}, "/filter/polygon"),
                ("PATCH", f"/v1/voter-lists/{kept}", {"filter": {"polygon": shape}}, "/filter/polygon"),
                ("POST", "/v1/voters/tags", {"filter": {"polygon": shape}, "add": [str(tag)]}, "/filter/polygon")):
            reply = org.owner.request(method, path, body)
            assert reply.status_code == 422, f"{path} {reply.status_code} {reply.text[:300]}"
            error, = reply.json()["errors"]
            assert (error["code"], error["pointer"]) == (code, pointer), (path, error)


def test_who_speaks_another_language_is_visited_again(org, town):
    _, (turf,) = cut(org.owner, {"name": "North", "method": "streets", "streets": [{"street": "A Street"}]})
    org.owner.ok("POST", f"/v1/turfs/{turf['id']}/publish")
    door = next(iter(org.owner.pages(f"/v1/turfs/{turf['id']}/doors")))["door_id"]
    for voter in town.people[door]:
        assert visit(org.owner, "language_barrier", voter_id=voter, door_id=door, turf_id=turf["id"]).status_code == 201
    state = {each["door_id"]: each["state"] for each in org.owner.pages(f"/v1/turfs/{turf['id']}/doors")}
    assert state[door] == "attempted"


def test_whoever_took_a_turf_by_its_code_records_contacts_in_it(org):
    turfs = Turfs(org, 2)
    mine, other = turfs.all
    turfs.take(mine, org.member)
    door, elsewhere = turfs.doors(mine["id"])[0], turfs.doors(other["id"])[0]
    for given in ({"voter_id": turfs.voters(door)[0]}, {"door_id": door}, {"door_id": door, "turf_id": mine["id"]}):
        assert visit(org.member, **given).status_code == 201, given
    refused = visit(org.member, door_id=elsewhere)
    assert refused.status_code == 403
    turfs.turn(mine["id"], "return", client=org.member)
    assert visit(org.member, door_id=door).status_code == 403


def test_counts_follow_who_becomes_confidential(org, town):
    """The number of people of a turf does not include hidden doors."""
    _, (turf,) = cut(org.owner, {"name": "North", "method": "streets", "streets": [{"street": "A Street"}]})
    one = f"/v1/turfs/{turf['id']}"
    before = org.owner.ok("GET", one)
    door = next(iter(org.owner.pages(one + "/doors")))["door_id"]
    person = town.people[door][0]
    org.owner.ok("PATCH", f"/v1/voters/{person}", {"confidential": True})
    hidden = org.owner.ok("GET", one)
    assert hidden["voter_count"] < before["voter_count"] and hidden["version"] > before["version"]
    org.owner.ok("PATCH", f"/v1/voters/{person}", {"confidential": False})
    assert org.owner.ok("GET", one)["voter_count"] == before["voter_count"]

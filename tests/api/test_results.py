# SPDX-License-Identifier: GPL-3.0-or-later
"""Live results, figures of canvassers and the map: every number is compared with the rows it is made from."""

import math
import random
import threading

import pytest

from harness.client import Organization, is_problem
from harness.field import LATITUDE, LONGITUDE, Street, act, script, support


@pytest.fixture
def fresh(api):
    """A separate organization, because the counts include everything."""
    return Organization(api)


def results(org, by="all", **query):
    more = "".join(f"&{name}={value}" for name, value in query.items())
    return org.owner.ok("GET", f"/v1/canvass/results?by={by}{more}")


def by_key(reply, field):
    return {row["key"]: row[field] for row in reply["rows"]}


def test_counts_by_everything(fresh):
    north, south = Street(fresh, precinct="1-1"), Street(fresh, precinct="1-2", assigned=fresh.member.user)
    step = script(fresh, support())["steps"][0]
    say = lambda level: [{"step_id": step["id"], "option_id": step["options"][level - 1]["id"]}]
    north.record(voter_id=north.voters[0][0], answers=say(1), occurred_at="2026-10-01T15:00:00Z")
    north.record(voter_id=north.voters[0][0], answers=say(3), occurred_at="2026-10-02T15:00:00Z")
    north.record(voter_id=north.voters[1][0], disposition="not_home", occurred_at="2026-10-02T15:00:00Z")
    south.record(fresh.member, voter_id=south.voters[0][0], disposition="refused", occurred_at="2026-10-02T15:00:00Z")
    north.record(voter_id=north.voters[2][0], channel="phone", phone="+16175550101", disposition="no_answer",
                 occurred_at="2026-10-03T02:00:00Z")
    gone = north.record(voter_id=north.voters[2][0], disposition="refused", occurred_at="2026-10-02T15:00:00Z")
    fresh.owner.ok("POST", f"/v1/contacts/{gone['id']}/undo", act())
    row, = results(fresh)["rows"]
    assert (row["attempts"], row["doors"], row["people"], row["reached"], row["contact_rate"]) == (5, 3, 2, 3, 0.6)
    assert row["dispositions"] == {"canvassed": 2, "not_home": 1, "refused": 1, "no_answer": 1}
    assert row["support"] == {"3": 1}  # the latest level of one person
    turfs = results(fresh, "turf")
    assert by_key(turfs, "attempts") == {str(north.turf): 3, str(south.turf): 1, None: 1}
    assert by_key(turfs, "doors_done") == {str(north.turf): 1, str(south.turf): 1, None: None}
    assert by_key(results(fresh, "precinct"), "attempts") == {"1-1": 4, "1-2": 1}
    assert by_key(results(fresh, "channel"), "attempts") == {"door": 4, "phone": 1}
    assert by_key(results(fresh, "disposition"), "attempts") == row["dispositions"]
    assert by_key(results(fresh, "canvasser"), "attempts") == {f"user:{fresh.owner.user}": 4,
                                                               f"user:{fresh.member.user}": 1}
    # 02:00 UTC is still the previous day in the organization's zone.
    assert by_key(results(fresh, "day"), "attempts") == {"2026-10-01": 1, "2026-10-02": 4}
    assert results(fresh, turf_id=north.turf)["rows"][0]["attempts"] == 3
    assert results(fresh, precinct="1-2")["rows"][0]["dispositions"] == {"refused": 1}
    assert results(fresh, canvasser_id=fresh.member.user)["rows"][0]["attempts"] == 1
    assert results(fresh, since="2026-10-02T00:00:00Z", until="2026-10-03T00:00:00Z")["rows"][0]["attempts"] == 3
    assert results(fresh, since="2027-01-01T00:00:00Z")["rows"] == []


def test_answers_are_counted(fresh):
    street = Street(fresh, doors=3)
    made = script(fresh, support(), {"kind": "multi", "texts": {"en": "Help?"}, "options": [{"texts": {}}, {"texts": {}}]},
                  {"kind": "scale", "texts": {}}, {"kind": "free_text", "texts": {}})
    level, helps, scale, text = made["steps"]
    for i, options in enumerate(([0], [0, 1], [])):
        street.record(voter_id=street.voters[i][0], answers=[
            {"step_id": level["id"], "option_id": level["options"][i // 2]["id"]},
            *({"step_id": helps["id"], "option_id": helps["options"][o]["id"]} for o in options),
            {"step_id": scale["id"], "number": 3 + i // 2}, {"step_id": text["id"], "text": f"words {i}"}])
    rows = fresh.owner.ok("GET", f"/v1/canvass/answers?script_id={made['id']}")["rows"]
    counts = {(row["step_id"], row["option_id"], row["value"]): row["count"] for row in rows}
    assert counts == {(level["id"], level["options"][0]["id"], None): 2, (level["id"], level["options"][1]["id"], None): 1,
                      (helps["id"], helps["options"][0]["id"], None): 2, (helps["id"], helps["options"][1]["id"], None): 1,
                      (scale["id"], None, "3"): 2, (scale["id"], None, "4"): 1, (text["id"], None, None): 3}
    assert rows[0]["step_texts"] == {"en": "Will you vote for Ada?"} and rows[0]["option_texts"] == {"en": "1"}


def test_every_count_of_an_answer_is_of_one_moment(fresh):
    """During writes: the sums of each reply agree, and its cursor misses nothing."""
    street = Street(fresh, doors=8)
    stop, failures = threading.Event(), []

    def record(turn):
        draw = random.Random(turn)
        while not stop.is_set():
            body = act(channel="door", voter_id=draw.choice(draw.choice(street.voters)),
                       disposition=draw.choice(["not_home", "refused"]))
            reply = fresh.owner.post("/v1/contacts", body)
            if reply.status_code != 201:
                failures.append(reply.text)

    threads = [threading.Thread(target=record, args=(turn,)) for turn in range(3)]
    [thread.start() for thread in threads]
    try:
        for _ in range(25):
            reply = results(fresh, "turf")
            for row in reply["rows"]:
                assert sum(row["dispositions"].values()) == row["attempts"]
                assert row["dispositions"].get("refused", 0) == row["reached"]
    finally:
        stop.set()
        [thread.join() for thread in threads]
    assert not failures, failures[:1]
    # The counted contacts and those that the feed reports afterwards are all there are.
    first = results(fresh)
    made = street.record(voter_id=street.voters[0][0], disposition="not_home")
    after = fresh.owner.ok("GET", f"/v1/changes?since={first['cursor']}")["data"]
    assert [each["entity_id"] for each in after if each["entity"] == "contact"] == [made["id"]]
    assert results(fresh)["rows"][0]["attempts"] == first["rows"][0]["attempts"] + 1
    total = fresh.owner.server.sql("SELECT count(*) FROM voter_contacts WHERE organization_id = %s", (fresh.id,))
    assert total == [(first["rows"][0]["attempts"] + 1,)]


def walk(street, client, seconds, dispositions):
    for i, disposition in enumerate(dispositions):
        at = f"2026-10-01T{15 + i * seconds // 3600:02}:{i * seconds // 60 % 60:02}:{i * seconds % 60:02}Z"
        street.record(client, door_id=street.doors[i % len(street.doors)], disposition=disposition, occurred_at=at)


def test_the_canvasser_sees_pace_and_signals(fresh):
    street = Street(fresh, doors=30, assigned=fresh.member.user)
    mine = fresh.member.ok("GET", "/v1/canvass/my-results")
    assert mine["attempts"] == 0 and mine["signals"] == [] and mine["median_seconds"] is None
    walk(street, fresh.member, 180, ["not_home"] * 15 + ["come_back"] * 3 + ["not_home"] * 2)
    mine = fresh.member.ok("GET", "/v1/canvass/my-results")
    assert (mine["attempts"], mine["doors"], mine["contact_rate"], mine["median_seconds"], mine["doors_per_hour"]) == (
        20, 20, 0.15, 180, 20)
    assert mine["signals"] == [] and mine["name"]
    walk(street, fresh.owner, 5, ["come_back"] * 30)
    owner = fresh.owner.ok("GET", "/v1/canvass/my-results")
    assert [(each["code"], each["value"]) for each in owner["signals"]] == [
        ("burst", 25), ("fast", 5), ("high_contact_rate", 1)]
    everybody = fresh.owner.ok("GET", "/v1/canvass/canvassers")["data"]
    assert {each["actor"]: each for each in everybody} == {mine["actor"]: mine, owner["actor"]: owner}
    flagged = fresh.owner.ok("GET", "/v1/canvass/canvassers?only_signals=true")["data"]
    assert flagged == [owner]
    assert fresh.owner.ok("GET", "/v1/canvass/my-results?since=2026-11-01T00:00:00Z")["attempts"] == 0
    assert fresh.member.get("/v1/canvass/canvassers").status_code == 403


def test_a_bulk_not_home_is_no_burst(fresh):
    street = Street(fresh, doors=40)
    doors = [{**act(), "door_id": door} for door in street.doors]
    fresh.owner.ok("POST", "/v1/contacts/bulk", {"occurred_at": "2026-11-01T15:00:00Z", "doors": doors})
    mine = fresh.owner.ok("GET", "/v1/canvass/my-results")
    assert mine["attempts"] == 40 and mine["signals"] == []


# Maps ---------------------------------------------------------------------------------------------


def tile_of(latitude, longitude, z):
    x = int((longitude + 180) / 360 * 2 ** z)
    y = int((1 - math.asinh(math.tan(math.radians(latitude))) / math.pi) / 2 * 2 ** z)
    return f"{z}/{x}/{y}"


def fields(data):
    """(number, value) of each field of a protobuf message."""
    at = 0

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    while at < len(data):
        key = varint()
        if key & 7 == 2:
            size = varint()
            yield key >> 3, data[at:at + size]
            at += size
        else:
            yield key >> 3, varint() if key & 7 == 0 else None


def features(tile):
    """{id: {name: value}} of a tile's one layer."""
    found = {}
    for _, layer in fields(tile):
        parts = list(fields(layer))
        keys = [value.decode() for number, value in parts if number == 3]
        values = [next(iter(fields(value))) for number, value in parts if number == 4]
        for number, value in parts:
            if number == 2:
                feature = dict(fields(value))
                tags = list(feature.get(2, b""))
                found[feature[1]] = {keys[tags[i]]: values[tags[i + 1]][1] for i in range(0, len(tags), 2)}
    return found


def fetch(client, layer, z=15):
    reply = client.get(f"/v1/map/{layer}/{tile_of(LATITUDE, LONGITUDE, z)}")
    assert reply.status_code == 200, reply.text
    assert reply.headers["Content-Type"] == "application/vnd.mapbox-vector-tile"
    assert reply.headers["Content-Encoding"] == "gzip"
    return features(reply.content)


BOX = f"west={LONGITUDE - 0.01}&east={LONGITUDE + 0.01}&south={LATITUDE - 0.01}&north={LATITUDE + 0.01}"


def geojson(client, layer, more=""):
    return client.ok("GET", f"/v1/map/{layer}?{BOX}{more}")


@pytest.fixture
def town(fresh):
    """Two streets within one tile: the member has the second one."""
    both = [Street(fresh), Street(fresh, assigned=fresh.member.user)]
    for street in both:
        fresh.owner.server.sql("UPDATE buildings SET latitude = %s, longitude = %s WHERE id = %s",
                               (LATITUDE, LONGITUDE, street.building))
    fresh.owner.server.sql(
        "INSERT INTO areas (organization_id, kind, code, boundary) VALUES (%s, 'precinct', '2-3', "
        "ST_Multi(ST_SetSRID(ST_Expand(ST_Point(%s, %s), 0.003), 4326)))", (fresh.id, LONGITUDE, LATITUDE))
    fresh.owner.server.sql(
        "INSERT INTO street_segments (organization_id, external_id, name, street_key, node_a, node_b, length_m, line) "
        "VALUES (%s, 's1', 'Canal Pk', 'CANAL PARK', 'a', 'b', 72, ST_SetSRID(ST_MakeLine(ST_Point(%s, %s), "
        "ST_Point(%s, %s)), 4326))", (fresh.id, LONGITUDE, LATITUDE, LONGITUDE + 0.001, LATITUDE))
    return both


def test_doors_on_the_map(fresh, town):
    north, south = town
    north.record(voter_id=north.voters[0][0], disposition="refused")
    north.record(door_id=north.doors[1], disposition="do_not_knock")
    everything = fetch(fresh.owner, "doors")
    assert set(everything) == {*north.doors, *south.doors}
    states = {feature: each["state"].decode() for feature, each in everything.items()}
    assert [states[door] for door in north.doors] == ["done", "done", "todo"]
    assert set(fetch(fresh.member, "doors")) == set(south.doors)
    as_json = {each["id"]: each["properties"] for each in geojson(fresh.owner, "doors")["features"]}
    assert {door: each["state"] for door, each in as_json.items()} == states
    assert as_json[north.doors[1]]["do_not_knock"] and not as_json[north.doors[0]]["do_not_knock"]
    assert {each["id"] for each in geojson(fresh.member, "doors")["features"]} == set(south.doors)
    assert geojson(fresh.owner, "doors", "&most=2")["truncated"] and not geojson(fresh.owner, "doors")["truncated"]
    assert fetch(fresh.owner, "doors", z=11) == {}


def test_a_door_of_confidential_people_is_on_no_map(fresh, town):
    north, south = town
    for voter in (*north.voters[0], *south.voters[0], south.voters[1][0]):
        fresh.owner.ok("PATCH", f"/v1/voters/{voter}", {"confidential": True})
    assert set(fetch(fresh.owner, "doors")) == {*north.doors[1:], *south.doors[1:]}
    # A canvasser's map shows what the pack contains: no door of a confidential person.
    assert set(fetch(fresh.member, "doors")) == set(south.doors[2:])
    assert {each["id"] for each in geojson(fresh.member, "doors")["features"]} == set(south.doors[2:])


def test_the_other_layers(fresh, town):
    north, south = town
    north.record(voter_id=north.voters[0][0], disposition="refused")
    assert set(fetch(fresh.owner, "turfs", 13)) == {north.turf, south.turf}
    assert set(fetch(fresh.member, "turfs", 13)) == {south.turf}
    assert fetch(fresh.owner, "turfs", 13)[north.turf]["doors_done"] == 1
    precinct, = fetch(fresh.owner, "precincts").values()
    assert (precinct["code"], precinct["attempts"], precinct["reached"]) == (b"2-3", 1, 1)
    assert fetch(fresh.member, "precincts") == {}
    street, = geojson(fresh.member, "streets")["features"]
    assert street["properties"]["name"] == "Canal Pk" and street["geometry"]["type"] == "LineString"
    assert len(fetch(fresh.member, "streets")) == 1


def test_an_unchanged_tile_is_not_sent_again(fresh, town):
    path = f"/v1/map/doors/{tile_of(LATITUDE, LONGITUDE, 15)}"
    first = fresh.owner.get(path)
    tag = {"If-None-Match": first.headers["ETag"]}
    assert fresh.owner.get(path, headers=tag).status_code == 304
    town[0].record(voter_id=town[0].voters[0][0], disposition="refused")
    again = fresh.owner.get(path, headers=tag)
    assert again.status_code == 200 and again.headers["ETag"] != first.headers["ETag"]


def test_what_is_no_tile(fresh):
    for path in ("/v1/map/doors/3/8/0", "/v1/map/doors/3/0/8", "/v1/map/doors/23/0/0", "/v1/map/sea/3/0/0"):
        assert is_problem(fresh.owner.get(path), 404, "not_found"), path
    reply = fresh.owner.get("/v1/map/doors?west=1&east=0&south=0&north=1")
    assert reply.status_code == 422 and reply.json()["errors"][0]["pointer"] == "east"


def test_the_map_of_another_organization_is_empty(fresh, town, shared_org):
    assert not {*town[0].doors, *town[1].doors} & set(fetch(shared_org.owner, "doors"))
    assert geojson(shared_org.owner, "turfs")["features"] == [] or all(
        each["id"] not in (town[0].turf, town[1].turf) for each in geojson(shared_org.owner, "turfs")["features"])

# SPDX-License-Identifier: GPL-3.0-or-later
"""Packs for phones, uploads from phones, and conflicts that an organizer resolves."""

import datetime
import gzip
import hashlib
import json
import random
import threading
import uuid

import jsonschema
import psycopg2
import pytest
import requests

from harness.client import Client, Organization, is_problem, raw, raw_status, unique
from harness.phone import Phone, stamp
from harness.turfs import PAST, Turfs
from harness.street import Street
from harness.recorder import closed
from harness.services import wait_until

UTC = datetime.timezone.utc


def read_pack(client, kind, number, since=None):
    reply = client.get(f"/v1/field/packs/{kind}/{number}", query={"since": since} if since else None)
    assert reply.status_code == 200, reply.text
    return lines_of(reply.content, client.recorder.document)


def lines_of(content, document):
    """The lines of a pack by type, checked against the document; the end line proves completeness."""
    lines = content.split(b"\n")
    assert lines.pop() == b""
    end = json.loads(lines[-1])
    assert end["line"] == "end" and end["lines"] == len(lines) - 2
    assert end["sha256"] == hashlib.sha256(b"\n".join(lines[:-1]) + b"\n").hexdigest()
    found = {}
    components = closed(document["components"])
    for line in map(json.loads, lines):
        name = "Pack" + line["line"].capitalize()
        jsonschema.validate(line, {"components": components, **components["schemas"][name]})
        found.setdefault(line["line"], []).append(line)
    return found


def ids(pack, line):
    return [each["id"] for each in pack.get(line, [])]


@pytest.fixture
def sql(shared_org):
    return lambda statement, *parameters: shared_org.owner.server.sql(statement, parameters or None)


@pytest.fixture
def walker(shared_org):
    return shared_org.add("member")


def handed(org, street, client):
    """An organizer assigns the turf to a person."""
    org.owner.ok("PATCH", f"/v1/turfs/{street.turf}", {"assigned_user_id": client.user})
    return street


@pytest.fixture
def street(shared_org, sql, walker):
    return handed(shared_org, Street(sql, shared_org.id), walker)


def packs_of(client):
    return {(each["kind"], each["id"]): each for each in client.ok("GET", "/v1/field/packs")["packs"]}


def contacts(sql, client_id):
    return sql("SELECT id, voter_id, disposition, answers, occurred_at, device_occurred_at, actor FROM voter_contacts "
               "WHERE client_id = %s", client_id)


# Packs --------------------------------------------------------------------------------------------


def test_a_pack_has_what_the_walk_needs(walker, street, sql):
    held = packs_of(walker)[("turf", street.turf)]
    assert held["name"].startswith("Turf") and held["wipe"] is False and held["size_estimate"] > 0
    pack = read_pack(walker, "turf", street.turf)
    assert pack["header"][0]["snapshot"] is True and pack["turf"][0]["script_id"] == street.script
    assert ids(pack, "door") == street.doors and [d["position"] for d in pack["door"]] == [1, 2, 3]
    assert ids(pack, "person") == [v for door in street.voters for v in door]
    person = pack["person"][0]
    assert person["age_band"] == "35-49" and person["party"] == "D" and person["phones"] == []
    assert "birth" not in json.dumps(pack) and "6175550101" not in json.dumps(pack)
    assert [o["id"] for o in pack["script"][0]["steps"][0]["options"]] == street.options
    assert "not_home" in [d["code"] for d in pack["disposition"]]
    assert pack["street"][0]["geometry"]["type"] == "LineString"
    assert packs_of(walker)[("turf", street.turf)]["taken_at"] is not None


def test_telephone_numbers_only_for_a_script_that_needs_them(shared_org, walker, sql):
    street = handed(shared_org, Street(sql, shared_org.id, channels=("door", "phone")), walker)
    assert read_pack(walker, "turf", street.turf)["person"][0]["phones"] == ["+16175550101"]


def test_a_pack_never_holds_who_must_not_be_in_it(walker, street, sql, shared_org):
    hidden, gone, closed_door = street.voters[0][0], street.voters[1][0], street.doors[2]
    shared_org.owner.ok("PATCH", f"/v1/voters/{hidden}", {"confidential": True, "last_name": "Secret"})
    sql("UPDATE voters SET unreachable = 'deceased' WHERE id = %s", gone)
    opted = street.voters[1][1]
    street.insert("consents", voter_id=opted, channel="door", state="withdrawn", source="door", occurred_at=stamp(), actor="system")
    sql("UPDATE doors SET do_not_knock_at = now() WHERE id = %s", closed_door)
    pack = read_pack(walker, "turf", street.turf)
    # The whole door of a confidential person is left out, as are the people behind a do-not-knock
    # door.
    assert ids(pack, "door") == street.doors[1:] and ids(pack, "person") == []
    assert [d["do_not_knock"] for d in pack["door"]] == [False, True]
    assert "Secret" not in json.dumps(pack) and "1 Canal Pk" not in json.dumps(pack)


def test_the_same_content_has_the_same_bytes(walker, street, sql):
    path = f"/v1/field/packs/turf/{street.turf}"
    first = walker.get(path)
    street.insert("tags", name=unique("tag"))  # a tag adds an entry to the feed and a line to the pack
    changed = walker.get(path)
    assert changed.headers["ETag"] != first.headers["ETag"]
    street.insert("voter_lists", name="not in any pack")
    again = walker.get(path)
    assert again.headers["ETag"] == changed.headers["ETag"] and again.content == changed.content
    assert walker.get(path, headers={"If-None-Match": again.headers["ETag"]}).status_code == 304
    whole = walker.request("GET", path, stream=True).raw.read(decode_content=False)
    assert gzip.decompress(whole) == again.content
    plain = walker.request("GET", path, headers={"Accept-Encoding": "identity"})
    assert "Content-Encoding" not in plain.headers and plain.content == again.content
    assert plain.headers["ETag"] != again.headers["ETag"]
    for accept in ("gzip", "br, GZIP;q=0.5", "*"):
        packed = walker.request("GET", path, headers={"Accept-Encoding": accept})
        assert packed.headers["Content-Encoding"] == "gzip" and packed.headers["ETag"] == again.headers["ETag"]
    for accept in ("br", "gzip;q=0, *", "*;q=0", ""):
        assert "Content-Encoding" not in walker.request("GET", path, headers={"Accept-Encoding": accept}).headers, accept
    part = walker.request("GET", path, headers={"Range": "bytes=100-", "If-Range": again.headers["ETag"]}, stream=True)
    assert part.status_code == 206 and part.raw.read(decode_content=False) == whole[100:]
    assert is_problem(walker.get(path, query={"since": "made up"}), 422, "validation_error")


def test_a_delta_says_what_changed_and_what_is_gone(walker, street, sql, shared_org):
    cursor = read_pack(walker, "turf", street.turf)["header"][0]["cursor"]
    nothing = read_pack(walker, "turf", street.turf, cursor)
    assert nothing["header"][0]["snapshot"] is False and "door" not in nothing and "person" not in nothing
    sql("UPDATE voters SET last_name = 'Changed' WHERE id = %s", street.voters[0][0])
    sql("UPDATE voters SET door_id = NULL WHERE id = %s", street.voters[1][0])
    shared_org.owner.ok("PATCH", f"/v1/voters/{street.voters[2][0]}", {"confidential": True})
    delta = read_pack(walker, "turf", street.turf, cursor)
    assert ids(delta, "person") == [street.voters[0][0]] and delta["person"][0]["last_name"] == "Changed"
    assert {(g["entity"], g["id"]) for g in delta["gone"]} == {
        ("person", street.voters[1][0]), ("door", street.doors[2]), *(("person", v) for v in street.voters[2])}
    # When a reply is lost, the same delta is sent again.
    assert read_pack(walker, "turf", street.turf, cursor)["gone"] == delta["gone"]
    moved_in = street.insert("voters", first_name="New", last_name="Here", door_id=street.doors[0])
    after = read_pack(walker, "turf", street.turf, delta["header"][0]["cursor"])
    assert ids(after, "person") == [moved_in]
    Phone(walker).one("contact", street.outcome(street.doors[1], "do_not_knock"))
    asked = read_pack(walker, "turf", street.turf, after["header"][0]["cursor"])
    assert [d["id"] for d in asked["door"]] == [street.doors[1]] and asked["door"][0]["do_not_knock"]
    assert ("person", street.voters[1][1]) in {(g["entity"], g["id"]) for g in asked["gone"]}


def test_after_a_bulk_load_the_whole_pack_comes(walker, street, sql, shared_org):
    cursor = read_pack(walker, "turf", street.turf)["header"][0]["cursor"]
    sql("INSERT INTO changes (organization_id, entity, op) VALUES (%s, 'voter', 'update')", shared_org.id)
    pack = read_pack(walker, "turf", street.turf, cursor)
    assert pack["header"][0]["snapshot"] is True and ids(pack, "door") == street.doors
    assert read_pack(walker, "turf", street.turf, pack["header"][0]["cursor"])["header"][0]["snapshot"] is False


@pytest.mark.parametrize("end", [{"assigned_user_id": None}, "close", {"expires_at": PAST}], ids=str)
def test_what_is_taken_back_says_wipe(walker, street, shared_org, end):
    read_pack(walker, "turf", street.turf)
    if end == "close":
        shared_org.owner.ok("POST", f"/v1/turfs/{street.turf}/close")
    else:
        shared_org.owner.ok("PATCH", f"/v1/turfs/{street.turf}", end)
    assert is_problem(walker.get(f"/v1/field/packs/turf/{street.turf}"), 404, "not_found")
    held = packs_of(walker)[("turf", street.turf)]
    assert held["wipe"] is True and held["name"] is None
    wiped = {"packs": [{"kind": "turf", "id": street.turf}]}
    assert walker.ok("POST", "/v1/field/wipes", wiped) == {"wiped": 1}
    assert walker.ok("POST", "/v1/field/wipes", wiped) == {"wiped": 0}
    assert ("turf", street.turf) not in packs_of(walker)
    audit = [row["action"] for row in shared_org.owner.pages("/v1/audit-log", {"limit": 50}) if row["entity"] == "pack"]
    assert audit[:2] == ["pack.wiped", "pack.take"]


def test_nobody_takes_what_is_not_theirs(shared_org, street, api):
    other = shared_org.add("member")
    for client in (other, shared_org.owner):
        assert is_problem(client.get(f"/v1/field/packs/turf/{street.turf}"), 404, "not_found")
        assert ("turf", street.turf) not in packs_of(client)


def test_a_shared_turf_gives_each_their_own_doors(org, sql):
    turfs = Turfs(org, 1)
    turf, = turfs.all
    turfs.change(turf["id"], distributed=True)
    assert org.member.get(f"/v1/field/packs/turf/{turf['id']}").status_code == 404
    turfs.take(turf, org.member)
    first, = turfs.hold(turf, org.member)
    pack = read_pack(org.member, "turf", turf["id"])
    assert ids(pack, "door") == [first]
    second, = turfs.hold(turf, org.member, along=3)  # the nearest doors at the other end: the first door is free again
    delta = read_pack(org.member, "turf", turf["id"], pack["header"][0]["cursor"])
    assert second != first and ids(delta, "door") == [second]
    assert ("door", first) in {(g["entity"], g["id"]) for g in delta["gone"]}
    # The API cannot make time pass, so the end of the lease is moved.
    sql("UPDATE canvass_route_doors SET held_until = now() - interval '1 second' WHERE door_id = %s", second)
    assert ids(read_pack(org.member, "turf", turf["id"]), "door") == []


def pair(shared_org, api, profile, **scope):
    made = shared_org.owner.ok("POST", "/v1/devices", {"name": "Phone", "profile": profile, "scope": scope})
    token = api.ok("POST", "/v1/devices/pair", {"code": made["pairing_code"]})["token"]
    return made["id"], Client(api.server, token=token, recorder=api.recorder)


def soon(shared_org, **fields):
    return shared_org.event(start_time=stamp(hours=1), end_time=stamp(hours=-3), **fields)


def test_a_door_list_as_a_pack(shared_org, api):
    event, other = soon(shared_org), soon(shared_org)
    guests = [shared_org.owner.ok("POST", f"/v1/events/{event['id']}/attendees",
                                  {"first_name": "Ann", "last_name": name, "email": f"{unique()}@example.org"})
              for name in ("Young", "Abbott")]
    _, door = pair(shared_org, api, "door_list", event_id=event["id"])
    assert [key for key in packs_of(door)] == [("event", event["id"])]
    pack = read_pack(door, "event", event["id"])
    assert ids(pack, "attendee") == [guests[1]["id"], guests[0]["id"]] and "example.org" not in json.dumps(pack)
    assert is_problem(door.get(f"/v1/field/packs/event/{other['id']}"), 404, "not_found")
    cursor = pack["header"][0]["cursor"]
    phone = Phone(door)
    assert phone.one("check_in", {"event_id": event["id"], "attendee_id": guests[0]["id"]})["verdict"] == "applied"
    delta = read_pack(door, "event", event["id"], cursor)
    assert ids(delta, "attendee") == [guests[0]["id"]] and delta["attendee"][0]["status"] == "attended"


# Uploads ------------------------------------------------------------------------------------------


def test_each_kind_is_applied(walker, street, sql, shared_org):
    phone = Phone(walker)
    answer = phone.did("contact", street.answer(street.voters[0][0], 0, street.doors[0]), based_on=0)
    away = phone.did("contact", street.outcome(street.doors[1]))
    bulk = [{"door_id": door, "client_id": str(uuid.uuid4())} for door in street.doors[1:]]
    receipt = phone.send(
        answer, away, phone.did("bulk_not_home", {"turf_id": street.turf, "doors": bulk}),
        phone.did("undo", {"contact_client_id": away["client_id"]}),
        phone.did("note", {"door_id": street.doors[0], "note": "Friendly dog"}),
        phone.did("door_edit", {"door_id": street.doors[0], "access_note": "Key at No. 4", "seen": {"access_note": None}}))
    assert [v["verdict"] for v in receipt["verdicts"]] == ["applied"] * 6, receipt
    assert [v["entity"] for v in receipt["verdicts"]] == ["contact"] * 4 + ["field_note", "door"]
    assert receipt["next_sequence"] == 7 and receipt["stopped"] is False
    assert sql("SELECT support_level FROM voters WHERE id = %s", street.voters[0][0]) == [(1,)]
    assert all(contacts(sql, each["client_id"])[0][2] == "not_home" for each in bulk)
    assert sql("SELECT access_note FROM buildings WHERE id = %s", street.buildings[0]) == [("Key at No. 4",)]
    actions = {row["action"] for row in shared_org.owner.pages("/v1/audit-log", {"limit": 100})
               if row["actor"] == f"user:{walker.user}"}
    assert {"field.contact", "field.bulk_not_home", "field.undo", "field.note", "field.door_edit"} <= actions


def test_visits_that_follow_one_another_share_a_transaction(shared_org, sql, walker):
    """Each operation has its own verdict: a refused one or a conflict does not affect the others."""
    street = Street(sql, shared_org.id, assigned=walker.user)
    elsewhere = Street(sql, shared_org.id, doors=1)
    phone = Phone(walker)
    visits = [phone.did("contact", {"channel": "door", "turf_id": street.turf, "door_id": door, "disposition": "not_home"})
              for door in (street.doors[0], elsewhere.doors[0], street.doors[1])]
    visits.append(phone.did("contact", {"channel": "door", "door_id": 987654321, "disposition": "not_home"}))
    visits.append(phone.did("contact", {"channel": "door", "door_id": street.doors[2], "turf_id": street.turf,
                                        "disposition": "not_home"}))
    note = phone.did("note", {"door_id": street.doors[0], "note": "Ring twice"})
    receipt = phone.send(*visits, note)
    assert [each["verdict"] for each in receipt["verdicts"]] == ["applied", "conflict", "applied", "refused", "applied", "applied"]
    assert [each["sequence"] for each in receipt["verdicts"]] == [1, 2, 3, 4, 5, 6] and receipt["next_sequence"] == 7
    written = [row[0] for row in sql("SELECT c.recorded_at FROM voter_contacts c WHERE c.client_id = ANY (%s::uuid[])",
                                     [each["client_id"] for each in visits])]
    assert len(written) == 3 and len(set(written)) == 1
    assert sql("SELECT recorded_at FROM field_notes WHERE client_id = %s", note["client_id"])[0][0] not in written
    again = phone.send(*visits, note)["verdicts"]
    assert {each["verdict"] for each in again} == {"duplicate"}
    assert [each["first"] for each in again] == [each["verdict"] for each in receipt["verdicts"]]


def test_visits_go_one_by_one_when_the_database_cannot_take_them_together(shared_org, sql, walker):
    """A door is locked for longer than a lock may be waited for: the visits before it get their verdicts."""
    street = Street(sql, shared_org.id, assigned=walker.user)
    phone = Phone(walker)
    visits = [phone.did("contact", {"channel": "door", "turf_id": street.turf, "door_id": door, "disposition": "not_home"})
              for door in street.doors]
    server = shared_org.owner.server
    with psycopg2.connect(server.cluster.url(server.database, "postgres")) as holder, holder.cursor() as cursor:
        cursor.execute("SELECT FROM voters WHERE id = %s FOR UPDATE", (street.voters[1][0],))
        receipt = phone.send(*visits)
        assert [each["verdict"] for each in receipt["verdicts"]] == ["applied"] and receipt["stopped"]
    again = phone.send(*visits)["verdicts"]
    assert [each["verdict"] for each in again] == ["duplicate", "applied", "applied"]


def test_sent_again_gets_the_first_answer(walker, street, sql):
    phone = Phone(walker)
    operations = [phone.did("contact", street.outcome(street.doors[0])), phone.did("contact", street.outcome(10 ** 12))]
    first = phone.send(*operations)["verdicts"]
    assert [v["verdict"] for v in first] == ["applied", "refused"] and first[1]["code"] == "unknown_reference"
    again = phone.send(*operations)["verdicts"]
    assert [v["verdict"] for v in again] == ["duplicate"] * 2
    assert [(v["first"], v["entity_id"], v["code"]) for v in again] == [(v["verdict"], v["entity_id"], v["code"]) for v in first]
    assert len(contacts(sql, operations[0]["client_id"])) == 1
    changed = {**operations[0], "body": street.outcome(street.doors[1])}
    assert phone.send(changed)["verdicts"][0]["code"] == "client_id_reused"


def test_what_is_behind_a_gap_is_held_and_released_in_order(walker, street, sql):
    phone = Phone(walker)
    one, two, three = (phone.did("contact", street.outcome(street.doors[n])) for n in range(3))
    held = phone.send(three)
    assert held["verdicts"][0]["verdict"] == "held" and held["next_sequence"] == 1
    assert phone.send(two)["verdicts"][0]["verdict"] == "held"
    assert phone.send(three)["verdicts"][0]["verdict"] == "held"  # not a duplicate, because it was not decided
    assert not contacts(sql, three["client_id"])
    receipt = phone.send(one)
    assert [v["sequence"] for v in receipt["released"]] == [2, 3] and receipt["next_sequence"] == 4
    made = [contacts(sql, each["client_id"])[0][0] for each in (one, two, three)]
    assert made == sorted(made)
    assert phone.send(three)["verdicts"][0]["first"] == "applied"


def test_a_device_that_settled_what_is_missing_is_not_held_up(walker, street):
    phone = Phone(walker)
    phone.sequence = 41
    late = phone.did("contact", street.outcome(street.doors[0]))
    assert phone.send(late)["verdicts"][0]["verdict"] == "held"
    assert [v["verdict"] for v in phone.send(settled=41)["released"]] == ["applied"]


def test_a_number_is_used_once(walker, street):
    phone = Phone(walker)
    phone.one("contact", street.outcome(street.doors[0]))
    phone.sequence = 0
    assert phone.one("contact", street.outcome(street.doors[1]))["code"] == "sequence_reused"


def test_a_wrong_clock_is_corrected_and_both_times_are_kept(walker, street, sql):
    for skew in (86400, -86400, 3):
        phone = Phone(walker, skew)
        operation = phone.did("contact", street.outcome(street.doors[0]), minutes=10)
        receipt = phone.send(operation)
        assert abs(receipt["clock_offset_ms"] / 1000 + skew) < 2
        _, _, _, _, at, device_at, _ = contacts(sql, operation["client_id"])[0]
        true = datetime.datetime.now(UTC) - datetime.timedelta(minutes=10)
        assert abs((at - true).total_seconds()) < 5 and abs((device_at - true).total_seconds() - skew) < 5


def test_late_is_not_refused(walker, street, sql, shared_org):
    read_pack(walker, "turf", street.turf)
    shared_org.owner.ok("POST", f"/v1/turfs/{street.turf}/close")
    assert Phone(walker).one("contact", street.outcome(street.doors[0]), hours=5)["verdict"] == "applied"
    stranger = Phone(shared_org.add("member"))
    verdict = stranger.one("contact", street.outcome(street.doors[0]))
    assert verdict["verdict"] == "conflict" and verdict["code"] == "not_handed_out" and verdict["conflict_id"]


def test_wrong_operations_are_refused_one_by_one(walker, street, shared_org, api):
    phone = Phone(walker)
    receipt = phone.send(
        phone.did("dance", {}), phone.did("note", {"note": ""}), phone.did("note", {"note": "x", "colour": 1}),
        phone.did("contact", {"channel": "door"}), phone.did("contact", {"channel": "door", "door_id": "x", "disposition": "not_home"}),
        phone.did("contact", street.outcome(street.doors[0], "gone fishing")),
        phone.did("contact", street.outcome(street.doors[0])))
    assert [v["verdict"] for v in receipt["verdicts"]] == ["refused"] * 6 + ["applied"], receipt
    assert [v["code"] for v in receipt["verdicts"]][:3] == ["unknown_kind", "too_short", "unknown_field"]
    _, door = pair(shared_org, api, "door_list")
    assert Phone(door).one("contact", street.outcome(street.doors[0]))["code"] == "right"
    for body in ({}, {"installation": "x"}, {"installation": str(uuid.uuid4()), "device_clock": stamp(),
                                              "operations": [{"client_id": "x"}]}):
        assert is_problem(walker.post("/v1/field/uploads", body), 422, "validation_error")


def test_answers_are_checked_like_those_of_the_api(walker, street, sql):
    """Also for held operations: they are checked when they are released, by the script of that moment."""
    late = street.insert("script_steps", script_id=street.script, position=2, kind="free_text", show_if_option_id=street.options[2],
                         texts="{}", updated_at="2026-01-01")
    phone, voter = Phone(walker), street.voters[0][0]

    def answers(*items):
        return {"channel": "door", "voter_id": voter, "turf_id": street.turf, "answers": list(items)}
    yes, no = ({"step_id": street.step, "option_id": street.options[i]} for i in (0, 2))
    why = {"step_id": late, "text": "taxes"}
    receipt = phone.send(
        phone.did("contact", answers(yes, why)), phone.did("contact", answers(no, why)),
        phone.did("contact", {**answers(), "answers": "yes"}), phone.did("contact", answers({"step_id": "x"})),
        phone.did("contact", answers({"step_id": 10 ** 12, "text": "x"})),
        phone.did("contact", {**answers(yes), "disposition": "not_home"}))
    assert [(v["verdict"], v["code"]) for v in receipt["verdicts"]] == [
        ("refused", "not_shown"), ("applied", None), ("refused", "type"), ("refused", "type"), ("refused", "unknown_step"),
        ("refused", "disposition_or_answers")]
    first, second, third = phone.did("contact", answers(no)), phone.did("contact", answers(yes, why)), phone.did(
        "contact", answers(no, why))
    assert [v["verdict"] for v in phone.send(second, third)["verdicts"]] == ["held", "held"]
    released = phone.send(first)["released"]
    assert [(v["sequence"], v["verdict"], v["code"]) for v in released] == [
        (second["sequence"], "refused", "not_shown"), (third["sequence"], "applied", None)]
    # The result of the check is not stored with the operation.
    assert sql("SELECT count(*) FROM field_operations WHERE body ? 'checked'") == [(0,)]


def test_a_revoked_device_is_turned_away(shared_org, api, street):
    number, client = pair(shared_org, api, "canvass", turf_id=street.turf)
    assert ids(read_pack(client, "turf", street.turf), "door") == street.doors
    phone = Phone(client)
    assert phone.one("contact", street.outcome(street.doors[0]))["verdict"] == "applied"
    shared_org.owner.ok("DELETE", f"/v1/devices/{number}")
    reply = client.post("/v1/field/uploads", {"installation": phone.installation, "device_clock": stamp(), "operations": []})
    assert is_problem(reply, 401, "not_authenticated")


def test_a_request_cut_anywhere_changes_nothing_or_whole_operations(walker, street, sql, server):
    phone = Phone(walker)
    operations = [phone.did("contact", street.outcome(door)) for door in street.doors]
    body = json.dumps({"installation": phone.installation, "device_clock": stamp(), "settled": 0,
                       "operations": operations}).encode()
    head = (f"POST /v1/field/uploads HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {walker.token}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n").encode()
    places = sorted(random.Random(7).sample(range(1, len(head + body)), 12))
    for place in places:
        raw(server, (head + body)[:place], seconds=2, half_close=True)
        assert not any(contacts(sql, each["client_id"]) for each in operations), place
    assert raw_status(raw(server, head + body))[-1] == 200
    assert [v["first"] for v in phone.send(*operations)["verdicts"]] == ["applied"] * 3
    assert all(len(contacts(sql, each["client_id"])) == 1 for each in operations)


def test_the_same_upload_from_many_threads_at_once(walker, street, sql):
    phone = Phone(walker)
    operations = [phone.did("contact", street.outcome(door)) for door in street.doors * 3]
    answers, problems = [], []

    def go():
        copy = Phone(Client(walker.server, token=walker.token))
        copy.installation = phone.installation
        try:
            answers.append(copy.send(*operations))
        except AssertionError as problem:
            problems.append(problem)

    threads = [threading.Thread(target=go) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not problems and len(answers) == 8
    for n, operation in enumerate(operations):
        verdicts = sorted(each["verdicts"][n]["verdict"] for each in answers)
        assert verdicts == ["applied"] + ["duplicate"] * 7
        assert len(contacts(sql, operation["client_id"])) == 1


def test_a_server_killed_in_the_middle_leaves_whole_operations(make_server):
    server = make_server()
    organization = Organization(Client(server), everybody=False)
    walker = organization.add("member")
    street = Street(lambda statement, *parameters: server.sql(statement, parameters or None), organization.id,
                    assigned=walker.user)
    phone = Phone(walker)
    operations = [phone.did("contact", street.answer(street.voters[n % 3][0], n % 3)) for n in range(200)]
    ended = []

    def go():
        try:
            ended.append(phone.send(*operations))
        except requests.RequestException:
            pass

    thread = threading.Thread(target=go)
    thread.start()
    written = "SELECT count(*) FROM voter_contacts"
    wait_until(lambda: server.sql(written)[0][0] >= 5, 60, "the first contacts")
    server.kill()
    thread.join()
    server.start()
    survived = server.sql(written)[0][0]
    assert not ended and 5 <= survived < 200, "it was killed in the middle"
    # Every contact has its verdict and its rows in feed and log, and there are no others.
    for table, condition in (("field_operations", "verdict = 'applied'"), ("changes", "entity = 'contact'"),
                             ("audit_log", "entity = 'contact'"), ("contact_answers", "true")):
        assert server.sql(f"SELECT count(*) FROM {table} WHERE {condition}")[0][0] == survived, table
    verdicts = Phone.send(phone, *operations)["verdicts"]
    assert [v["verdict"] for v in verdicts] == ["duplicate"] * survived + ["applied"] * (200 - survived)
    assert server.sql("SELECT count(*), count(DISTINCT client_id) FROM voter_contacts")[0] == (200, 200)


# Conflicts ----------------------------------------------------------------------------------------


@pytest.fixture
def two(shared_org, sql, street, walker):
    """Two people: the first read the turf's pack, then the turf was handed to the second, who read the pack, too."""
    first, second = Phone(walker), Phone(shared_org.add("member"))
    read_pack(walker, "turf", street.turf)
    handed(shared_org, street, second.client)
    read_pack(second.client, "turf", street.turf)
    return first, second


def open_conflict(client, number):
    conflict = client.ok("GET", f"/v1/field/conflicts/{number}")
    assert conflict["state"] == "open"
    assert conflict["id"] in [each["id"] for each in client.pages("/v1/field/conflicts", {"state": "open", "limit": 7})]
    return conflict


def decide(client, number, decision, **more):
    return client.ok("POST", f"/v1/field/conflicts/{number}/resolve", {"decision": decision, **more})


def test_two_answers_to_the_same_question(two, street, shared_org, sql):
    first, second = two
    voter = street.voters[0][0]
    seen = first.one("contact", street.answer(voter, 0), based_on=0)
    verdict = second.one("contact", street.answer(voter, 2), based_on=0)
    assert verdict["verdict"] == "conflict" and verdict["code"] == "answered_meanwhile"
    assert sql("SELECT support_level FROM voters WHERE id = %s", voter) == [(1,)]
    conflict = open_conflict(shared_org.admin, verdict["conflict_id"])
    assert conflict["theirs"]["answers"][0]["option_id"] == street.options[2]
    assert conflict["current"]["answers"][0]["option_id"] == street.options[0]
    assert conflict["actor"] == f"user:{second.client.user}" and conflict["current_actor"] == f"user:{first.client.user}"
    assert conflict["installation"] == second.installation and conflict["voter_id"] == voter and conflict["current_at"]
    done = decide(shared_org.admin, conflict["id"], "accept", note="Asked again")
    assert done["state"] == "accepted" and done["resolved_by"] and done["resolution_note"] == "Asked again"
    assert sql("SELECT support_level FROM voters WHERE id = %s", voter) == [(5,)]
    reply = shared_org.admin.post(f"/v1/field/conflicts/{conflict['id']}/resolve", {"decision": "discard"})
    assert is_problem(reply, 409, "conflict") and reply.json()["code"] == "resolved"
    log = [row["entity"] for row in shared_org.owner.pages("/v1/audit-log", {"limit": 50}) if row["action"] == "conflict.resolve"]
    assert {"conflict", "contact"} <= set(log)
    # No conflict for a person who has seen the other's answer, gives the same answer, or found
    # nobody home.
    assert second.one("contact", street.answer(voter, 1), based_on=10 ** 15)["verdict"] == "applied"
    other = street.voters[0][1]
    first.one("contact", street.answer(other, 0), based_on=0)
    assert second.one("contact", street.answer(other, 0), based_on=0)["verdict"] == "applied"
    assert second.one("contact", street.outcome(street.doors[0]), based_on=seen["entity_id"])["verdict"] == "applied"


def test_discard_leaves_what_stands(two, street, shared_org, sql):
    first, second = two
    first.one("contact", street.answer(street.voters[0][0], 0), based_on=0)
    operation = second.did("contact", street.answer(street.voters[0][0], 2), based_on=0)
    verdict = second.send(operation)["verdicts"][0]
    assert decide(shared_org.owner, verdict["conflict_id"], "discard")["state"] == "discarded"
    assert sql("SELECT support_level FROM voters WHERE id = %s", street.voters[0][0]) == [(1,)]
    assert not contacts(sql, operation["client_id"])
    assert second.send(operation)["verdicts"][0]["first"] == "conflict"


def test_a_house_edited_by_two_is_merged(two, street, shared_org, sql):
    first, second = two
    edit = {"door_id": street.doors[0], "seen": {"access_note": None}}
    assert first.one("door_edit", {**edit, "access_note": "Ring twice"})["verdict"] == "applied"
    assert second.one("door_edit", {**edit, "access_note": "Ring twice"})["verdict"] == "applied"
    verdict = second.one("door_edit", {**edit, "access_note": "Key at No. 4"})
    assert verdict["verdict"] == "conflict" and verdict["code"] == "edited_meanwhile"
    assert first.one("door_edit", {**edit, "access_note": "Dog"})["verdict"] == "applied"  # a change over the person's own change
    number = verdict["conflict_id"]
    for body, status in (({"decision": "merge"}, 422), ({"decision": "merge", "body": {"door_id": 1}}, 422), ({"decision": "x"}, 422)):
        assert shared_org.owner.post(f"/v1/field/conflicts/{number}/resolve", body).status_code == status
    merged = decide(shared_org.owner, number, "merge", body={**edit, "access_note": "Key at No. 4. Dog"})
    assert merged["state"] == "merged" and merged["resolution"]["access_note"].endswith("Dog")
    assert sql("SELECT access_note FROM buildings WHERE id = %s", street.buildings[0]) == [("Key at No. 4. Dog",)]


def test_a_visit_after_somebody_asked_not_to_knock(two, street, shared_org, sql):
    first, second = two
    first.one("contact", street.outcome(street.doors[0], "do_not_knock"), minutes=30)
    assert second.one("contact", street.outcome(street.doors[0]), minutes=60)["verdict"] == "applied"  # before that
    verdict = second.one("contact", street.outcome(street.doors[0]), minutes=5)
    assert verdict["code"] == "do_not_knock"
    assert decide(shared_org.owner, verdict["conflict_id"], "accept")["state"] == "accepted"
    assert sql("SELECT do_not_knock_at IS NOT NULL FROM doors WHERE id = %s", street.doors[0]) == [(True,)]


def test_what_lies_in_conflict_can_be_taken_back(two, street, shared_org):
    first, second = two
    first.one("contact", street.answer(street.voters[0][0], 0), based_on=0)
    operation = second.did("contact", street.answer(street.voters[0][0], 2), based_on=0)
    number = second.send(operation)["verdicts"][0]["conflict_id"]
    assert second.one("undo", {"contact_client_id": operation["client_id"]})["entity"] == "conflict"
    assert shared_org.owner.ok("GET", f"/v1/field/conflicts/{number}")["state"] == "withdrawn"
    made = first.did("contact", street.outcome(street.doors[1]))
    first.send(made)
    assert second.one("undo", {"contact_client_id": made["client_id"]})["code"] == "not_yours"
    assert second.one("undo", {"contact_client_id": str(uuid.uuid4())})["code"] == "unknown_contact"


def test_two_doors_check_the_same_person_in(shared_org, api):
    event = soon(shared_org)
    guest = shared_org.owner.ok("POST", f"/v1/events/{event['id']}/attendees", {"first_name": "Ann", "last_name": "Young",
                                                                               "email": f"{unique()}@example.org"})
    phones = [Phone(pair(shared_org, api, "door_list", event_id=event["id"])[1]) for _ in range(2)]
    body = {"event_id": event["id"], "attendee_id": guest["id"]}
    assert phones[0].one("check_in", body)["verdict"] == "applied"
    assert phones[0].one("check_in", body)["verdict"] == "refused"  # the same door twice
    verdict = phones[1].one("check_in", body)
    assert verdict["verdict"] == "conflict" and verdict["code"] == "already_checked_in"
    assert decide(shared_org.owner, verdict["conflict_id"], "accept")["state"] == "accepted"
    walk = {"event_id": event["id"], "first_name": "Ann", "last_name": "Young", "email": guest["email"]}
    assert phones[1].one("walk_in", walk)["code"] == "email_listed"
    assert phones[1].one("walk_in", {**walk, "email": None})["verdict"] == "applied"
    assert phones[0].one("undo_check_in", body)["verdict"] == "applied"
    assert phones[0].one("undo_check_in", body)["code"] == "not_checked_in"
    gone = shared_org.owner.ok("POST", f"/v1/events/{event['id']}/attendees/{guest['id']}/cancel")
    late = phones[1].one("check_in", body)
    assert gone["status"] == "cancelled" and late["code"] == "attendee_cancelled"
    decide(shared_org.owner, late["conflict_id"], "accept")
    assert shared_org.owner.ok("GET", f"/v1/events/{event['id']}/attendees/{guest['id']}")["status"] == "attended"

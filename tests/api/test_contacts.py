# SPDX-License-Identifier: GPL-3.0-or-later
"""Contacts over the API: who may record them, idempotency, bulk, undo, consent and follow-ups.
tests/db/test_contact_effects.py checks the effects of a contact."""

import datetime
import threading
import uuid

import pytest

from harness.client import is_problem
from harness.field import Street, act, script, support


def refused(reply, status, code):
    kind = {403: "not_authorized", 409: "conflict"}[status]
    assert is_problem(reply, status, kind), f"{reply.status_code} {reply.text[:300]}"
    assert reply.json()["code"] == code
    return True


def pointers(reply):
    assert is_problem(reply, 422, "validation_error"), f"{reply.status_code} {reply.text[:300]}"
    return [each["pointer"] for each in reply.json()["errors"]]


@pytest.fixture
def street(shared_org):
    return Street(shared_org)


def test_dispositions_are_listed_in_their_order(shared_org):
    page = shared_org.member.ok("GET", "/v1/dispositions?channel=phone&limit=3")
    assert [each["code"] for each in page["data"]] == ["canvassed", "not_home", "refused"]
    rest = shared_org.member.ok("GET", f"/v1/dispositions?channel=phone&limit=100&cursor={page['next_cursor']}")
    assert rest["data"][-1]["code"] == "do_not_text" and rest["next_cursor"] is None
    assert all("phone" in each["channels"] for each in page["data"] + rest["data"])


def test_a_contact_with_answers(shared_org, street):
    made = script(shared_org, support())
    step = made["steps"][0]
    body = act(channel="door", voter_id=street.voters[0][0], note="Dog",
               answers=[{"step_id": step["id"], "option_id": step["options"][1]["id"]}])
    reply = shared_org.owner.post("/v1/contacts", body)
    contact = reply.json()
    assert reply.status_code == 201, reply.text
    assert (contact["door_id"], contact["building_id"], contact["turf_id"], contact["script_id"]) == (
        street.doors[0], street.building, street.turf, made["id"])
    assert contact["support_level"] == 2 and contact["disposition"] is None and contact["holds"]
    assert contact["answers"][0]["option_id"] == step["options"][1]["id"]
    again = shared_org.owner.post("/v1/contacts", {**body, "note": "Cat"})
    assert again.json() == contact
    assert shared_org.owner.ok("GET", f"/v1/contacts/{contact['id']}") == contact
    assert street.doors_done() == 1
    assert street.server.sql("SELECT support_level, last_disposition FROM voters WHERE id = %s",
                             (street.voters[0][0],)) == [(2, "canvassed")]
    other = shared_org.owner.post("/v1/contacts", {**body, "voter_id": street.voters[1][0]})
    assert refused(other, 409, "client_id_reused")


def test_what_is_wrong_is_pointed_at(shared_org, street):
    step = script(shared_org, support())["steps"][0]
    owner, voter = shared_org.owner, street.voters[0][0]

    def wrong(**given):
        return pointers(owner.post("/v1/contacts", act(**{"channel": "door", **given})))

    assert wrong(voter_id=10 ** 12, disposition="not_home") == ["/voter_id"]
    assert wrong(voter_id=voter, disposition="busy") == ["/disposition"]
    assert wrong(voter_id=voter) == ["/disposition"]
    assert wrong(voter_id=voter, answers=[{"step_id": step["id"], "number": 9}]) == ["/answers/0"]
    assert wrong(voter_id=voter, disposition="not_home", channel="pigeon") == ["/channel"]
    assert wrong(voter_id=voter, disposition="not_home", undone=True) == ["/undone"]
    assert wrong(disposition="not_home") == ["/voter_id"]
    assert pointers(owner.post("/v1/contacts", {"channel": "door"})) == ["/client_id", "/occurred_at"]


def now():
    return datetime.datetime.now(datetime.timezone.utc).isoformat().replace("+00:00", "Z")


def branching():
    """"Why?" follows the answer no, and "What would help?" follows an answer to "Why?"."""
    return [
        {"kind": "single", "texts": {"en": "Will you vote?"}, "options": [{"key": "yes", "texts": {}}, {"key": "no", "texts": {}}]},
        {"kind": "single", "texts": {"en": "Why?"}, "show_if_key": "no", "options": [{"key": "far", "texts": {}}]},
        {"kind": "free_text", "texts": {"en": "What would help?"}, "show_if_key": "far"},
    ]


def test_what_was_not_shown_is_not_answered(shared_org, street):
    asked, why, what = script(shared_org, *branching())["steps"]
    (yes, no), far = asked["options"], why["options"][0]

    def record(*answers):
        return shared_org.owner.post("/v1/contacts", act(channel="door", voter_id=street.voters[0][0], answers=list(answers),
                                                         occurred_at=now()))
    voted, did_not = ({"step_id": asked["id"], "option_id": option["id"]} for option in (yes, no))
    because = {"step_id": why["id"], "option_id": far["id"]}
    ride = {"step_id": what["id"], "text": "a ride"}
    for answers, place in (((voted, because), 1), ((because,), 0), ((voted, because, ride), 1), ((did_not, ride), 1)):
        reply = record(*answers)
        assert pointers(reply) == [f"/answers/{place}"] and reply.json()["errors"][0]["code"] == "not_shown"
    assert record(voted).status_code == 201
    assert record(did_not, because, ride).status_code == 201
    # The conversation happened before the script had these questions, so both answers are accepted.
    early = act(channel="door", voter_id=street.voters[0][0], answers=[voted, because])
    assert shared_org.owner.post("/v1/contacts", early).status_code == 201


def test_answers_are_checked_by_the_script_as_it_is(shared_org, street):
    """Each process caches scripts. A change takes effect at once, also when another process made it."""
    made = script(shared_org, {"kind": "scale", "texts": {}, "scale_min": 1, "scale_max": 5})
    step = made["steps"][0]

    def record(number, **more):
        return shared_org.owner.post("/v1/contacts", act(channel="door", voter_id=street.voters[0][0], answers=[
            {"step_id": step["id"], "number": number}], **more))
    assert record(5).status_code == 201
    assert pointers(record(6)) == ["/answers/0"]
    shared_org.owner.ok("PUT", f"/v1/scripts/{made['id']}/steps", {"steps": [{**step, "scale_max": 10}]})
    assert record(6).status_code == 201
    again = act(channel="door", voter_id=street.voters[0][0], answers=[{"step_id": step["id"], "number": 8}])
    first = shared_org.owner.ok("POST", "/v1/contacts", again, status=201)
    shared_org.owner.server.sql("UPDATE script_steps SET scale_max = 7 WHERE id = %s", (step["id"],))
    shared_org.owner.server.sql("UPDATE scripts SET version = version + 1 WHERE id = %s", (made["id"],))
    assert pointers(record(8)) == ["/answers/0"]
    assert record(7).status_code == 201
    # A repetition gets the first reply.
    assert shared_org.owner.ok("POST", "/v1/contacts", again, status=201)["id"] == first["id"]


def test_a_correction_is_checked_by_the_script_of_what_it_corrects(shared_org, street):
    """Only the corrected contact contains the script: the new disposition canvassed requires its question to be
    answered."""
    made = script(shared_org, support())
    first = street.record(voter_id=street.voters[0][0], disposition="not_home", script_id=made["id"])
    reply = shared_org.owner.post("/v1/contacts", act(channel="door", replaces_id=first["id"], disposition="canvassed",
                                                       occurred_at=now()))
    assert pointers(reply) == ["/answers"] and reply.json()["errors"][0]["code"] == "question_required"
    step = made["steps"][0]
    second = street.record(replaces_id=first["id"], answers=[{"step_id": step["id"], "option_id": step["options"][0]["id"]}])
    assert (second["script_id"], second["support_level"]) == (made["id"], 1)


def test_outcomes_over_the_api(shared_org, street):
    def wrong(**given):
        reply = shared_org.owner.post("/v1/contacts", act(**{"channel": "door", **given}))
        assert is_problem(reply, 422, "validation_error"), reply.text
        return [(each["pointer"], each["code"]) for each in reply.json()["errors"]]
    voter = street.voters[0][0]
    assert wrong(voter_id=voter) == [("/disposition", "disposition_or_answers")]
    assert wrong(voter_id=voter, disposition="not_home", answers=[]) == [("/disposition", "disposition_or_answers")]
    assert wrong(voter_id=voter, disposition="gone") == [("/disposition", "unknown_disposition")]
    assert wrong(voter_id=voter, disposition="busy") == [("/disposition", "wrong_channel")]
    assert wrong(voter_id=voter, channel="mail", disposition="not_home") == [("/disposition", "wrong_channel")]
    assert wrong(voter_id=10 ** 12, disposition="busy") == [("/voter_id", "unknown_reference")]
    assert wrong(channel="phone", voter_id=voter, disposition="disconnected") == [("/phone", "required")]
    assert wrong(voter_id=voter, answers=[{"step_id": 10 ** 12, "text": "x"}]) == [("/answers/0", "unknown_step")]
    assert wrong(door_id=street.doors[0], answers=[{"step_id": 10 ** 12, "text": "x"}]) == [("/voter_id", "required")]


def test_a_canvasser_records_in_turf_of_his_own(shared_org):
    mine, others = Street(shared_org, assigned=shared_org.member.user), Street(shared_org)
    made = mine.record(shared_org.member, voter_id=mine.voters[0][0], disposition="refused")
    mine.record(shared_org.member, door_id=mine.doors[1], disposition="not_home", turf_id=mine.turf)
    mine.record(shared_org.member, building_id=mine.building, disposition="inaccessible")
    for given in ({"voter_id": others.voters[0][0]}, {"door_id": others.doors[0]},
                  {"door_id": others.doors[0], "turf_id": mine.turf}, {"door_id": mine.doors[0], "turf_id": others.turf},
                  {"voter_id": mine.voters[0][0], "channel": "phone", "phone": "+16175550101"}):
        body = act(**{"channel": "door", "disposition": "not_home", **given})
        assert refused(shared_org.member.post("/v1/contacts", body), 403, "not_your_turf"), given
    # Members see and change their own contacts only.
    theirs = mine.record(voter_id=mine.voters[2][0], disposition="not_home")
    assert is_problem(shared_org.member.get(f"/v1/contacts/{theirs['id']}"), 404, "not_found")
    assert is_problem(shared_org.member.post(f"/v1/contacts/{theirs['id']}/undo", act()), 404, "not_found")
    correction = act(channel="door", disposition="moved", replaces_id=theirs["id"])
    assert refused(shared_org.member.post("/v1/contacts", correction), 403, "not_your_contact")
    mine.record(shared_org.member, disposition="language_barrier", replaces_id=made["id"])
    seen = shared_org.member.ok("GET", f"/v1/contacts?voter_id={mine.voters[0][0]}")["data"]
    assert [(each["disposition"], each["holds"]) for each in seen] == [("language_barrier", True), ("refused", False)]


def test_undo(shared_org, street):
    made = street.record(voter_id=street.voters[0][0], disposition="refused")
    path = f"/v1/contacts/{made['id']}/undo"
    body = act()
    undo = shared_org.owner.post(path, body)
    assert undo.status_code == 200, street.server.log()[-3000:]
    undo = undo.json()
    assert undo["undone"] and undo["replaces_id"] == made["id"] and not undo["holds"]
    assert shared_org.owner.ok("POST", path, body) == undo
    assert refused(shared_org.owner.post(path, act()), 409, "contact_replaced")
    assert street.doors_done() == 0
    assert shared_org.owner.ok("GET", f"/v1/contacts?door_id={street.doors[0]}&only_holding=true")["data"] == []
    assert len(shared_org.owner.ok("GET", f"/v1/contacts?door_id={street.doors[0]}")["data"]) == 2


def test_bulk_not_home_is_judged_door_by_door(shared_org, street):
    doors = [{"client_id": str(uuid.uuid4()), "door_id": door} for door in [*street.doors, 10 ** 12]]
    body = {"occurred_at": "2026-11-01T15:00:00Z", "doors": doors}
    reply = shared_org.owner.post("/v1/contacts/bulk", body)
    assert reply.status_code == 200, street.server.log()[-1500:]
    reply = reply.json()
    assert reply["recorded"] == 3
    assert [each["code"] for each in reply["results"]] == [None, None, None, "unknown_reference"]
    again = shared_org.owner.post("/v1/contacts/bulk", body)
    assert again.status_code == 200 and again.json() == reply, street.server.log()[-1500:]
    assert len(shared_org.owner.ok("GET", f"/v1/contacts?turf_id={street.turf}")["data"]) == 3
    states = street.server.sql("SELECT DISTINCT state FROM canvass_route_doors WHERE route_id = %s", (street.turf,))
    assert states == [("attempted",)]
    assert street.server.sql("SELECT count(*) FROM voters WHERE last_disposition = 'not_home' AND door_id = ANY (%s)",
                             (street.doors,)) == [(6,)]
    answer = shared_org.member.post("/v1/contacts/bulk", {**body, "doors": [
        {"client_id": str(uuid.uuid4()), "door_id": street.doors[0]}]})
    assert answer.status_code == 200, street.server.log()[-1500:]
    answer = answer.json()
    assert answer["results"][0]["code"] == "not_your_turf"


def test_many_at_once_count_exactly(shared_org):
    """Concurrent single and bulk contacts in one turf: the counts equal the rows."""
    street = Street(shared_org, doors=12)
    failures = []

    def one(turn):
        for i in range(12):
            door = (i * 5 + turn) % 12
            body = act(channel="door", voter_id=street.voters[door][turn % 2], disposition="refused")
            reply = shared_org.owner.post("/v1/contacts", body)
            if reply.status_code != 201:
                failures.append(reply.text)

    def bulk(turn):
        doors = [{"client_id": str(uuid.uuid4()), "door_id": street.doors[(i * 7 + turn) % 12]} for i in range(12)]
        reply = shared_org.owner.post("/v1/contacts/bulk", {"occurred_at": "2026-11-01T14:00:00Z", "doors": doors})
        if reply.status_code != 200 or reply.json()["recorded"] != 12:
            failures.append(reply.text)

    threads = [threading.Thread(target=target, args=(turn,)) for turn in range(4) for target in (one, bulk)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert not failures, failures[:2]
    assert street.doors_done() == 12
    assert street.server.sql("SELECT count(*) FROM voter_contacts WHERE route_id = %s", (street.turf,)) == [(96,)]


def test_pages_of_contacts(shared_org):
    street = Street(shared_org, doors=1)
    for i in range(7):
        street.record(voter_id=street.voters[0][0], disposition="not_home",
                      occurred_at=f"2026-10-0{i % 3 + 1}T10:00:00Z")
    path, seen = f"/v1/contacts?turf_id={street.turf}&limit=3", []
    page = shared_org.owner.ok("GET", path)
    while True:
        seen += [(each["occurred_at"], each["id"]) for each in page["data"]]
        if page["next_cursor"] is None:
            break
        page = shared_org.owner.ok("GET", f"{path}&cursor={page['next_cursor']}")
    assert len(seen) == 7 and seen == sorted(seen, reverse=True)
    some = shared_org.owner.ok("GET", f"/v1/contacts?turf_id={street.turf}&since=2026-10-02T00:00:00Z"
                                      f"&until=2026-10-03T00:00:00Z&canvasser_id={shared_org.owner.user}")
    assert len(some["data"]) == 2


# Consent ------------------------------------------------------------------------------------------


def consent(client, status=201, **given):
    return client.ok("POST", "/v1/consents", {"client_id": str(uuid.uuid4()), "channel": "text", "state": "withdrawn",
                                              "source": "form", "occurred_at": "2026-11-01T15:00:00Z", **given},
                     status=status)


def allowed(client, voter, channel="text", purpose="campaign", **query):
    more = "".join(f"&{name}={value}" for name, value in query.items())
    words = client.ok("GET", f"/v1/consents/current?voter_id={voter}{more}")["words"]
    return next(word for word in words if (word["channel"], word["purpose"]) == (channel, purpose))


def test_the_latest_word_counts(shared_org, street):
    owner, voter = shared_org.owner, street.voters[0][0]
    assert allowed(owner, voter) == {"channel": "text", "purpose": "campaign", "allowed": True, "state": None,
                                     "source": None, "occurred_at": None}
    consent(owner, voter_id=voter)
    assert not allowed(owner, voter)["allowed"] and allowed(owner, voter, "phone")["allowed"]
    consent(owner, voter_id=voter, state="granted", occurred_at="2026-10-01T15:00:00Z")  # older: has no effect
    assert allowed(owner, voter)["state"] == "withdrawn"
    consent(owner, voter_id=voter, state="granted", purpose="volunteer", occurred_at="2026-11-02T15:00:00Z")
    assert allowed(owner, voter, purpose="volunteer")["allowed"] and not allowed(owner, voter)["allowed"]
    entries = owner.ok("GET", f"/v1/consents?voter_id={voter}&limit=2")
    assert len(entries["data"]) == 2 and entries["next_cursor"]


def test_whose_every_number_is_opted_out_is_not_texted(shared_org):
    owner = shared_org.owner
    numbers = ["+16175550181", "+16175550182"]
    voter = owner.ok("POST", "/v1/voters", {"first_name": "Ann", "last_name": "Lee", "phones": numbers}, status=201)["id"]
    consent(owner, address=numbers[0])
    assert allowed(owner, voter)["allowed"]  # allowed at the other address
    consent(owner, address=numbers[1])
    assert not allowed(owner, voter)["allowed"] and allowed(owner, voter, "phone")["allowed"] and allowed(owner, voter, "email")["allowed"]


def test_a_withdrawal_by_address_alone(shared_org, street):
    number = f"(617) 555-{street.voters[0][0] % 10000:04}"
    entry = consent(shared_org.owner, address=number)
    assert entry["voter_id"] is None and entry["address"].startswith("+1617555")
    voter = street.voters[0][0]
    plus = entry["address"].replace("+", "%2B")
    assert allowed(shared_org.owner, voter)["allowed"]
    assert not allowed(shared_org.owner, voter, about=plus)["allowed"]
    assert shared_org.owner.ok("GET", f"/v1/consents?about={plus}")["data"] == [entry]
    again = {name: entry[name] for name in ("client_id", "address", "channel", "state", "source", "occurred_at")}
    assert shared_org.owner.ok("POST", "/v1/consents", again, status=201) == entry
    assert refused(shared_org.owner.post("/v1/consents", {**again, "state": "granted"}), 409, "client_id_reused")
    assert pointers(shared_org.owner.post("/v1/consents", {**again, "client_id": str(uuid.uuid4()),
                                                           "address": "call me"})) == ["/address"]
    assert pointers(shared_org.owner.post("/v1/consents", {**again, "client_id": str(uuid.uuid4()),
                                                           "address": None})) == ["/voter_id"]


def test_a_contact_withdraws_and_its_undo_brings_back(shared_org, street):
    voter = street.voters[0][0]
    made = street.record(voter_id=voter, disposition="do_not_contact")
    assert not allowed(shared_org.owner, voter, "mail")["allowed"]
    shared_org.owner.ok("POST", f"/v1/contacts/{made['id']}/undo", act())
    assert allowed(shared_org.owner, voter, "mail") == {"channel": "mail", "purpose": "campaign", "allowed": True,
                                                        "state": None, "source": None, "occurred_at": None}
    entry, = shared_org.owner.ok("GET", f"/v1/consents?voter_id={voter}")["data"]
    assert entry["contact_id"] == made["id"] and entry["counts"] is False


# Follow-ups ---------------------------------------------------------------------------------------


def test_follow_ups(shared_org, street):
    owner, member = shared_org.owner, shared_org.member
    voter = street.voters[0][0]
    made = owner.ok("POST", "/v1/follow-ups", {"voter_id": voter, "kind": "yard_sign"}, status=201)
    path = f"/v1/follow-ups/{made['id']}"
    assert made["done_at"] is None and made["created_by"] == owner.user
    assert is_problem(member.get(path), 404, "not_found") and is_problem(member.post(path + "/done"), 404, "not_found")
    assert pointers(owner.patch(path, {"assigned_user_id": 10 ** 12})) == ["/assigned_user_id"]
    assigned = owner.ok("PATCH", path, {"assigned_user_id": member.user, "due_at": "2026-11-03T12:00:00Z"})
    assert member.ok("GET", path) == assigned
    ids = lambda query: [each["id"] for each in member.ok("GET", f"/v1/follow-ups?voter_id={voter}{query}")["data"]]
    assert ids("&open=true&mine=true") == [made["id"]] and ids("&due_before=2026-11-03T00:00:00Z") == []
    done = member.ok("POST", path + "/done")
    assert done["done_by"] == member.user and member.ok("POST", path + "/done") == done
    assert ids("&open=true") == [] and ids("&open=false&kind=yard_sign") == [made["id"]]
    assert pointers(owner.post("/v1/follow-ups", {"voter_id": 10 ** 12, "kind": "ride"})) == ["/voter_id"]


def test_follow_ups_come_in_the_order_of_their_time(shared_org, street):
    voter, owner = street.voters[0][0], shared_org.owner
    for due in (None, "2026-11-05T00:00:00Z", "2026-11-04T00:00:00Z", None):
        owner.ok("POST", "/v1/follow-ups", {"voter_id": voter, "kind": "ride", "due_at": due}, status=201)
    first = owner.ok("GET", f"/v1/follow-ups?voter_id={voter}&limit=3")
    rest = owner.ok("GET", f"/v1/follow-ups?voter_id={voter}&limit=3&cursor={first['next_cursor']}")
    assert [each["due_at"] for each in first["data"] + rest["data"]] == [
        "2026-11-04T00:00:00Z", "2026-11-05T00:00:00Z", None, None]

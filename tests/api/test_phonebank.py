# SPDX-License-Identifier: GPL-3.0-or-later
"""Phone banks: the queue, assignment, effects of results; nobody is with two callers at once."""

import collections
import datetime
import hashlib
import json
import random
import secrets
import threading
import uuid

import pytest

from harness.client import Client, Organization, is_problem, unique
from harness.services import wait_until

DAY = {"start_hour": 0, "stop_hour": 24}


def now_text(**delta):
    return (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(**delta)).isoformat()


def sql(org, statement, *parameters):
    return org.owner.server.sql(statement, parameters)


def make_voters(org, n, phones=1, state="MA", zip5="02141", tag=None):
    """Create people with distinct numbers; returns their ids in order of creation."""
    first = int(sql(org, "SELECT COALESCE(max(id), 0) FROM voters")[0][0]) * 10 + 2002000000
    made = [row[0] for row in sql(
        org, "INSERT INTO voters (organization_id, first_name, last_name, state, zip5, party, phones) "
             "SELECT %s, 'Rosa', 'Medina ' || i, %s, %s, %s, (SELECT jsonb_agg('+1' || (%s::bigint + i * 10 + p)) "
             "FROM generate_series(1, %s) p) FROM generate_series(1, %s) i RETURNING id",
        org.id, state, zip5, tag, first, phones, n)]
    if n > 100:
        sql(org, "ANALYZE voters")  # as an import does
    return made


def make_list(org, **members):
    return sql(org, "INSERT INTO voter_lists (organization_id, name, filter) VALUES (%s, %s, %s::jsonb) RETURNING id",
               org.id, unique("List"), json.dumps(members))[0][0]


def filled(org, bank):
    wait_until(lambda: org.owner.ok("GET", path_of(bank))["state"] != "filling", 20, "the queue")
    return org.owner.ok("GET", path_of(bank))


def path_of(bank, *more):
    return "/".join([f"/v1/phone-banks/{bank['id']}", *(str(each) for each in more)])


def make_bank(org, people=None, opened=True, **fields):
    """A filled and open phone bank with these people."""
    body = {"name": unique("Bank"), "list_id": make_list(org, **({"ids": people} if people is not None else {})),
            **DAY, **fields}
    bank = filled(org, org.owner.ok("POST", "/v1/phone-banks", body, status=201))
    return org.owner.ok("POST", path_of(bank, "open")) if opened else bank


def join(client, bank):
    return client.ok("POST", "/v1/phone-banks/join", {"code": bank["code"]})


def claim(client, bank):
    return client.post(path_of(bank, "calls"))


def claimed(client, bank):
    reply = claim(client, bank)
    assert reply.status_code == 201, f"{reply.status_code} {reply.text[:500]}"
    return reply.json()


def record(client, call, disposition=None, **more):
    body = {"client_id": str(uuid.uuid4()), "occurred_at": now_text(), **more}
    if disposition is not None:
        body["disposition"] = disposition
    return client.post(f"/v1/phone-banks/{call['phone_bank_id']}/calls/{call['id']}/result", body)


def recorded(client, call, disposition=None, **more):
    reply = record(client, call, disposition, **more)
    assert reply.status_code == 200, f"{reply.status_code} {reply.text[:500]}"
    return reply.json()


def conflict(reply, code):
    assert is_problem(reply, 409, "conflict"), f"{reply.status_code} {reply.text[:500]}"
    assert reply.json()["code"] == code, reply.text
    return reply.json()["detail"]


def refused_code(reply):
    """(pointer, code) of the only wrong field."""
    assert is_problem(reply, 422, "validation_error"), f"{reply.status_code} {reply.text[:500]}"
    (error,) = reply.json()["errors"]
    return error["pointer"], error["code"]


def pointers(reply):
    assert is_problem(reply, 422, "validation_error"), f"{reply.status_code} {reply.text[:500]}"
    return sorted(each["pointer"] for each in reply.json()["errors"])


def counts(org, bank):
    return org.owner.ok("GET", path_of(bank, "counts"))


def in_past(org, bank, what="lease_until"):
    """Move a time into the past, as if it had come."""
    sql(org, f"UPDATE phone_bank_targets SET {what} = {what} - interval '30 days' WHERE session_id = %s", bank["id"])
    if what == "lease_until":
        sql(org, "UPDATE phone_bank_calls SET claimed_at = claimed_at - interval '30 days', "
                 "lease_until = lease_until - interval '30 days' WHERE session_id = %s AND ended_at IS NULL", bank["id"])


# The phone bank itself ----------------------------------------------------------------------------


def test_make_read_change(org):
    people = make_voters(org, 4)
    made = org.owner.ok("POST", "/v1/phone-banks", {"name": "Saturday", "list_id": make_list(org, ids=people)}, status=201)
    assert made["purpose"] == "campaign" and (made["start_hour"], made["stop_hour"]) == (9, 21)
    assert (made["max_attempts"], made["cool_down_minutes"], made["lease_minutes"]) == (3, 240, 15)
    bank = filled(org, made)
    assert bank["state"] == "draft" and bank["target_count"] == 4 and len(bank["code"]) == 8
    assert org.owner.ok("GET", "/v1/phone-banks")["data"][0] == bank
    assert org.owner.ok("GET", "/v1/phone-banks", query={"state": "open"})["data"] == []
    changed = org.owner.ok("PATCH", path_of(bank), {"name": "Sunday", "max_attempts": 2})
    assert changed["name"] == "Sunday" and changed["max_attempts"] == 2 and changed["version"] == bank["version"] + 1
    conflict(org.owner.patch(path_of(bank), {"list_id": make_list(org)}), "list_fixed")
    assert org.owner.patch(path_of(bank), {"name": "x"}, headers={"If-Match": '"1"'}).status_code == 412


@pytest.mark.parametrize("field, values", [
    ("name", ["", None]), ("list_id", [None, 10 ** 12, 0]), ("purpose", ["fun"]), ("start_hour", [24, -1]),
    ("stop_hour", [0, 25, 9]), ("cool_down_minutes", [-1]), ("max_attempts", [0]), ("lease_minutes", [0, 121]),
    ("code", ["x"]), ("state", ["open"]),
])
def test_wrong_values_are_named(shared_org, field, values):
    body = {"name": "x", "list_id": make_list(shared_org)}
    for value in values:
        assert pointers(shared_org.owner.post("/v1/phone-banks", {**body, field: value})) == [f"/{field}"], value


def test_open_pause_close(org):
    bank = make_bank(org, make_voters(org, 2), opened=False)
    join(org.member, bank)
    conflict(claim(org.member, bank), "not_open")
    conflict(org.owner.post(path_of(bank, "pause")), "not_open")
    assert org.owner.ok("POST", path_of(bank, "open"))["opened_at"]
    call = claimed(org.member, bank)
    assert org.owner.ok("POST", path_of(bank, "pause"))["state"] == "paused"
    assert claimed(org.member, bank)["id"] == call["id"], "what goes on goes on"
    recorded(org.member, call, "no_answer")
    conflict(claim(org.member, bank), "not_open")
    org.owner.ok("POST", path_of(bank, "open"))
    call = claimed(org.member, bank)
    assert org.owner.ok("POST", path_of(bank, "close"))["closed_at"]
    recorded(org.member, call, "no_answer")
    conflict(org.owner.post(path_of(bank, "open")), "closed")
    conflict(org.owner.patch(path_of(bank), {"name": "x"}), "closed")
    assert refused_code(org.admin.post("/v1/phone-banks/join", {"code": bank["code"]})) == ("/code", "unknown_code")


def test_a_queue_that_is_not_made_cannot_be_opened(org):
    bank = make_bank(org, make_voters(org, 1), opened=False)
    # The state before the job ran: no move leads back, so triggers are disabled.
    sql(org, "SET LOCAL session_replication_role = replica; UPDATE phone_bank_sessions SET state = 'filling' WHERE id = %s", bank["id"])
    conflict(org.owner.post(path_of(bank, "open")), "filling")


def test_the_queue_leaves_out_whom_nobody_may_call(org):
    fine, gone, dead, wrong, quiet, money, number = make_voters(org, 7)
    nobody = sql(org, "INSERT INTO voters (organization_id, first_name, last_name) VALUES (%s, 'No', 'Phone') RETURNING id",
                 org.id)[0][0]
    sql(org, "UPDATE voters SET unreachable = 'moved' WHERE id = %s", gone)
    phone = {v: sql(org, "SELECT phones ->> 0 FROM voters WHERE id = %s", v)[0][0] for v in (dead, wrong, number)}
    sql(org, "INSERT INTO phone_flags (organization_id, phone, flag, at) VALUES (%s, %s, 'disconnected', now())",
        org.id, phone[dead])
    sql(org, "INSERT INTO phone_flags (organization_id, phone, flag, voter_id, at) VALUES (%s, %s, 'wrong_number', %s, now())",
        org.id, phone[wrong], wrong)
    for voter, purpose, address in ((quiet, "any", None), (money, "fundraising", None), (number, "any", phone[number])):
        sql(org, "INSERT INTO consents (organization_id, voter_id, address, channel, purpose, state, source, occurred_at, "
                 "actor) VALUES (%s, %s, %s, 'phone', %s, 'withdrawn', 'form', now(), 'system')",
            org.id, voter, address, purpose)
    people = [fine, gone, dead, wrong, quiet, money, number, nobody]
    assert make_bank(org, people)["target_count"] == 2
    assert make_bank(org, people, purpose="fundraising")["target_count"] == 1


# Callers --------------------------------------------------------------------------------------------


def test_join_leave_add_remove(org):
    bank = make_bank(org, make_voters(org, 3))
    conflict(claim(org.member, bank), "not_joined")
    conflict(org.member.get(path_of(bank, "calls")), "not_joined")
    assert refused_code(org.member.post("/v1/phone-banks/join", {"code": "ABCDEFGH"})) == ("/code", "unknown_code")
    typed = " " + bank["code"][:4].lower() + "-" + bank["code"][4:] + " "
    assert org.member.ok("POST", "/v1/phone-banks/join", {"code": typed})["id"] == bank["id"]
    assert [each["id"] for each in org.member.ok("GET", "/v1/phone-banks/mine")["data"]] == [bank["id"]]
    call = claimed(org.member, bank)
    assert org.member.post(path_of(bank, "leave")).status_code == 204
    assert org.member.ok("GET", "/v1/phone-banks/mine")["data"] == []
    conflict(claim(org.member, bank), "not_joined")
    added = org.owner.ok("POST", path_of(bank, "callers"), {"user_id": org.admin.user}, status=201)
    assert added["actor"] == f"user:{org.admin.user}" and added["name"] == "Ada Person" and added["left_at"] is None
    assert claimed(org.admin, bank)["voter_id"] == call["voter_id"], "it went back at once"
    listed = org.owner.ok("GET", path_of(bank, "callers"))["data"]
    assert [each["user_id"] for each in listed] == [org.member.user, org.admin.user] and listed[0]["left_at"]
    assert org.owner.delete(path_of(bank, "callers", added["id"])).status_code == 204
    conflict(claim(org.admin, bank), "not_joined")
    assert org.owner.delete(path_of(bank, "callers", 10 ** 12)).status_code == 404
    assert pointers(org.owner.post(path_of(bank, "callers"), {"user_id": 10 ** 12})) == ["/user_id"]
    assert join(org.member, bank) and claimed(org.member, bank)["voter_id"] == call["voter_id"]


def test_a_phone_of_the_field_calls(org, api):
    bank = make_bank(org, make_voters(org, 1))
    made = org.owner.ok("POST", "/v1/devices", {"name": "Pine", "profile": "canvass", "scope": {}})
    token = api.ok("POST", "/v1/devices/pair", {"code": made["pairing_code"]})["token"]
    phone = Client(api.server, token=token, recorder=api.recorder)
    join(phone, bank)
    recorded(phone, claimed(phone, bank), "no_answer")
    assert org.owner.ok("GET", path_of(bank, "callers"))["data"][0]["name"] == "Pine"


# The next call --------------------------------------------------------------------------------------


def test_what_a_caller_sees(org):
    people = make_voters(org, 1, phones=2)
    bank = make_bank(org, people, lease_minutes=5)
    join(org.member, bank)
    call = claimed(org.member, bank)
    phones = sql(org, "SELECT phones FROM voters WHERE id = %s", people[0])[0][0]
    assert call["voter_id"] == people[0] and call["phone"] == phones[0] and call["attempts"] == 0
    assert call["voter"]["first_name"] == "Rosa" and "address" not in call["voter"] and call["ended"] is None
    assert claimed(org.member, bank) == call, "asked again it is the same"
    longer = org.member.ok("POST", path_of(bank, "calls", call["id"], "extend"))
    assert longer["lease_until"] > call["lease_until"]
    join(org.admin, bank)
    conflict(org.admin.post(path_of(bank, "calls", call["id"], "release")), "not_your_call")
    assert org.member.ok("GET", path_of(bank, "calls", call["id"]))["id"] == call["id"]
    assert org.admin.get(path_of(bank, "calls", call["id"])).status_code == 404, "somebody else's call"
    conflict(record(org.admin, call, "no_answer"), "not_your_call")
    assert conflict(claim(org.admin, bank), "nobody_due").startswith("Nobody")
    assert org.member.ok("POST", path_of(bank, "calls", call["id"], "release"))["ended"] == "released"
    assert claimed(org.admin, bank)["voter_id"] == people[0]
    assert [each["id"] for each in org.member.ok("GET", path_of(bank, "calls"))["data"]] == [call["id"]]
    assert org.member.post(path_of(bank, "calls", 10 ** 12, "release")).status_code == 404
    assert org.member.post("/v1/phone-banks/999999999/calls").status_code == 404
    conflict(org.member.post(path_of(bank, "calls", call["id"], "extend")), "call_ended")


def test_order_never_tried_then_the_oldest_try(org):
    people = make_voters(org, 3)
    bank = make_bank(org, people, cool_down_minutes=0)
    join(org.member, bank)
    order = []
    for _ in range(5):
        call = claimed(org.member, bank)
        order.append(call["voter_id"])
        recorded(org.member, call, "no_answer")
    assert order == people + people[:2]


def test_cool_down_and_most_attempts(org):
    people = make_voters(org, 1)
    bank = make_bank(org, people, max_attempts=2)
    join(org.member, bank)
    recorded(org.member, claimed(org.member, bank), "busy")
    conflict(claim(org.member, bank), "nobody_due")
    in_past(org, bank, "next_at")
    assert recorded(org.member, claimed(org.member, bank), "no_answer")["attempts"] == 2
    conflict(claim(org.member, bank), "queue_done")
    assert sql(org, "SELECT state, outcome FROM phone_bank_targets WHERE session_id = %s", bank["id"]) == [("done", "no_answer")]
    assert sql(org, "SELECT count(*) FROM voter_contacts WHERE phone_bank_session_id = %s AND channel = 'phone'",
               bank["id"])[0][0] == 2


def test_the_cool_down_holds_across_phone_banks(org):
    people = make_voters(org, 1)
    one, two = make_bank(org, people), make_bank(org, people, cool_down_minutes=60)
    for bank in (one, two):
        join(org.member, bank)
    recorded(org.member, claimed(org.member, one), "no_answer")
    conflict(claim(org.member, two), "nobody_due")


def test_whoever_opts_out_meanwhile_is_not_handed_out(org):
    first, second, third = make_voters(org, 3)
    bank = make_bank(org, [first, second, third])
    sql(org, "INSERT INTO consents (organization_id, voter_id, channel, state, source, occurred_at, actor) "
             "VALUES (%s, %s, 'any', 'withdrawn', 'form', now(), 'system')", org.id, first)
    sql(org, "UPDATE voters SET unreachable = 'deceased' WHERE id = %s", second)
    join(org.member, bank)
    call = claimed(org.member, bank)
    assert call["voter_id"] == third
    recorded(org.member, call, "do_not_contact")
    conflict(claim(org.member, bank), "queue_done")
    found = counts(org, bank)
    assert (found["left_out"], found["done"], found["waiting"]) == (2, 1, 0)
    assert make_bank(org, [first, second, third])["target_count"] == 0


def test_a_wrong_number_leads_to_the_next_one(org):
    people = make_voters(org, 2, phones=2)
    bank = make_bank(org, people, max_attempts=1)
    join(org.member, bank)
    call = claimed(org.member, bank)
    recorded(org.member, call, "wrong_number")
    again = claimed(org.member, bank)
    assert again["voter_id"] == call["voter_id"] and again["phone"] != call["phone"]
    recorded(org.member, again, "disconnected")
    assert claimed(org.member, bank)["voter_id"] == people[1]
    assert sql(org, "SELECT state, outcome FROM phone_bank_targets WHERE voter_id = %s", people[0]) == [("done", "disconnected")]
    flags = sql(org, "SELECT phone, flag FROM phone_flags WHERE organization_id = %s ORDER BY id", org.id)
    assert flags == [(call["phone"], "wrong_number"), (again["phone"], "disconnected")]


def test_the_number_that_was_dialled(org):
    people = make_voters(org, 1, phones=2)
    bank = make_bank(org, people)
    join(org.member, bank)
    call = claimed(org.member, bank)
    assert pointers(record(org.member, call, "no_answer", phone="+16175559999")) == ["/phone"]
    other = sql(org, "SELECT phones ->> 1 FROM voters WHERE id = %s", people[0])[0][0]
    done = recorded(org.member, call, "wrong_number", phone=other)
    assert sql(org, "SELECT phone FROM voter_contacts WHERE id = %s", done["contact_id"]) == [(other,)]
    assert claimed(org.member, bank)["phone"] == call["phone"]


def test_call_back_at_a_time(org):
    first, second = make_voters(org, 2)
    bank = make_bank(org, [first, second], cool_down_minutes=0)
    join(org.member, bank)
    join(org.admin, bank)
    call = claimed(org.member, bank)
    assert pointers(record(org.member, call, "no_answer", call_back_at=now_text(hours=1))) == ["/call_back_at"]
    assert pointers(record(org.member, call, "call_back", call_back_at=now_text(hours=-1))) == ["/call_back_at"]
    assert pointers(record(org.member, call, "call_back", call_back_at=now_text(days=90))) == ["/call_back_at"]
    assert recorded(org.member, call, "call_back", call_back_at=now_text(hours=3))["call_back_at"]
    assert counts(org, bank)["call_backs"] == 1
    other = claimed(org.admin, bank)
    assert other["voter_id"] == second
    recorded(org.admin, other, "refused")
    conflict(claim(org.admin, bank), "nobody_due")
    # The call-back is due: not for another caller while the caller who agreed to it is present…
    sql(org, "UPDATE phone_bank_targets SET call_back_at = now() WHERE session_id = %s AND call_back_at IS NOT NULL", bank["id"])
    conflict(claim(org.admin, bank), "nobody_due")
    assert claimed(org.member, bank)["voter_id"] == first
    org.member.ok("POST", path_of(bank, "leave"))
    # …and for everybody once that caller has left.
    assert claimed(org.admin, bank)["voter_id"] == first


def test_a_due_call_back_comes_before_the_rest(org):
    people = make_voters(org, 3)
    bank = make_bank(org, people, cool_down_minutes=0)
    join(org.member, bank)
    recorded(org.member, claimed(org.member, bank), "call_back", call_back_at=now_text(hours=2))
    sql(org, "UPDATE phone_bank_targets SET call_back_at = now() WHERE session_id = %s AND call_back_at IS NOT NULL", bank["id"])
    assert claimed(org.member, bank)["voter_id"] == people[0]


def closed_hours(zone="America/New_York"):
    """Hours of that zone that are far from the current one."""
    import zoneinfo

    start = (datetime.datetime.now(zoneinfo.ZoneInfo(zone)).hour + 6) % 24
    return {"start_hour": start, "stop_hour": start + 1}


def test_nobody_is_called_in_their_quiet_hours(org):
    bank = make_bank(org, make_voters(org, 2), **closed_hours())
    join(org.member, bank)
    assert "UTC" in conflict(claim(org.member, bank), "nobody_due")
    join(org.member, make_bank(org, make_voters(org, 1, state="HI", zip5="96813"), **closed_hours()))
    # A permitted hour in New York alone is not enough for a person whose location is unknown.
    hour = (closed_hours()["start_hour"] + 18) % 24
    narrow = {"start_hour": hour, "stop_hour": hour + 1}
    unknown = make_bank(org, make_voters(org, 1, state=None, zip5=None), **narrow)
    join(org.member, unknown)
    conflict(claim(org.member, unknown), "queue_done")


def test_a_call_back_outside_the_hours_is_refused(org):
    bank = make_bank(org, make_voters(org, 1))
    join(org.member, bank)
    call = claimed(org.member, bank)
    org.owner.ok("PATCH", path_of(bank), closed_hours())
    reply = record(org.member, call, "call_back", call_back_at=now_text(minutes=30))
    assert pointers(reply) == ["/call_back_at"] and "America/New_York" in reply.json()["errors"][0]["hint"]
    recorded(org.member, call, "call_back", call_back_at=now_text(hours=6))


# Results --------------------------------------------------------------------------------------------


def test_answers_are_a_result_and_counts_are_exact(org):
    people = make_voters(org, 4)
    script = sql(org, "INSERT INTO scripts (organization_id, name) VALUES (%s, 'Calls') RETURNING id", org.id)[0][0]
    step = sql(org, "INSERT INTO script_steps (organization_id, script_id, position, kind) "
                    "VALUES (%s, %s, 1, 'free_text') RETURNING id", org.id, script)[0][0]
    bank = make_bank(org, people, script_id=script)
    join(org.member, bank)
    join(org.admin, bank)
    call = claimed(org.member, bank)
    both = record(org.member, call, "refused", answers=[{"step_id": step, "text": "yes"}])
    assert pointers(both) == ["/disposition"] or both.status_code == 422
    assert record(org.member, call).status_code == 422
    done = recorded(org.member, call, answers=[{"step_id": step, "text": "yes"}])
    assert done["answered"] and done["ended"] == "result" and done["disposition"] is None
    recorded(org.member, claimed(org.member, bank), "no_answer")
    recorded(org.admin, claimed(org.admin, bank), "refused")
    claimed(org.admin, bank)
    found = counts(org, bank)
    assert {name: found[name] for name in ("targets", "waiting", "done", "left_out", "called", "attempts", "reached",
                                           "callers", "callers_active", "on_call")} == {
        "targets": 4, "waiting": 2, "done": 2, "left_out": 0, "called": 3, "attempts": 3, "reached": 2, "callers": 2,
        "callers_active": 2, "on_call": 1}
    assert found["by_result"] == {"canvassed": 1, "no_answer": 1, "refused": 1}
    assert abs(found["contact_rate"] - 2 / 3) < 1e-9
    assert [(each["attempts"], each["reached"]) for each in org.owner.ok("GET", path_of(bank, "callers"))["data"]] == [
        (2, 1), (1, 1)]


def test_a_result_sent_again_changes_nothing(org):
    bank = make_bank(org, make_voters(org, 1), cool_down_minutes=0)
    join(org.member, bank)
    call = claimed(org.member, bank)
    act = {"client_id": str(uuid.uuid4()), "occurred_at": now_text(), "disposition": "no_answer"}
    path = path_of(bank, "calls", call["id"], "result")
    assert org.member.ok("POST", path, act) == org.member.ok("POST", path, act)
    assert counts(org, bank)["attempts"] == 1
    conflict(record(org.member, call, "no_answer"), "call_ended")
    for wrong in ({"disposition": "nonsense"}, {"disposition": "left_literature"}, {"client_id": "x"}, {"note": 7}):
        assert org.member.post(path_of(bank, "calls", claimed(org.member, bank)["id"], "result"),
                               {**act, "client_id": str(uuid.uuid4()), **wrong}).status_code == 422, wrong


def test_a_lease_runs_out_and_a_late_result_counts(org):
    people = make_voters(org, 1)
    bank = make_bank(org, people, cool_down_minutes=0)
    join(org.member, bank)
    join(org.admin, bank)
    lost = claimed(org.member, bank)
    conflict(claim(org.admin, bank), "nobody_due")
    in_past(org, bank)
    taken = claimed(org.admin, bank)
    assert taken["voter_id"] == people[0] and taken["id"] != lost["id"]
    late = recorded(org.member, lost, "refused")
    assert late["ended"] == "result" and late["contact_id"]
    assert claimed(org.admin, bank)["id"] == taken["id"], "the second caller keeps the call"
    recorded(org.admin, taken, "no_answer")
    found = counts(org, bank)
    assert (found["attempts"], found["reached"], found["done"], found["on_call"]) == (2, 1, 1, 0)
    conflict(claim(org.admin, bank), "queue_done")


# Never two --------------------------------------------------------------------------------------------


def crowd(org, n):
    """Clients of n new members, written directly into the database."""
    tokens = ["ccs_" + secrets.token_urlsafe(32) for _ in range(n)]
    prefix = unique("crowd")
    users = [row[0] for row in sql(
        org, "INSERT INTO users (email, email_verified_at, password_hash, first_name, last_name) "
             "SELECT %s || i || '@example.org', now(), 'none', 'Ada', 'Caller' FROM generate_series(1, %s) i RETURNING id",
        prefix, n)]
    sql(org, "INSERT INTO organization_members (organization_id, user_id) SELECT %s, u FROM unnest(%s) u", org.id, users)
    for user, token in zip(users, tokens):
        sql(org, "INSERT INTO sessions (token_hash, user_id, active_organization_id, kind, expires_at) "
                 "VALUES (%s, %s, %s, 'bearer', now() + interval '1 day')",
            hashlib.sha256(token.encode()).digest(), user, org.id)
    return [Client(org.owner.server, token=token) for token in tokens]


def fresh(client):
    """The same person on a new connection: the old one may have been idle for too long."""
    return Client(client.server, token=client.token)


def enlist(org, bank, clients):
    sql(org, "INSERT INTO phone_bank_callers (organization_id, session_id, actor, user_id) "
             "SELECT %s, %s, 'user:' || s.user_id, s.user_id FROM sessions s WHERE s.token_hash = ANY (%s)",
        org.id, bank["id"], [hashlib.sha256(client.token.encode()).digest() for client in clients])


def together(work):
    """Run all at once; returns their replies in order. An exception in one fails the test."""
    barrier = threading.Barrier(len(work))
    answers, failures = [None] * len(work), []

    def run(i):
        try:
            barrier.wait(60)
            answers[i] = work[i]()
        except Exception as error:  # noqa: BLE001: raised again below
            failures.append(repr(error))

    threads = [threading.Thread(target=run, args=(i,)) for i in range(len(work))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures, failures[:3]
    return answers


def overlaps(org):
    """Overlapping calls of one person, according to the stored times."""
    return sql(org, "SELECT a.id, b.id FROM phone_bank_calls a JOIN phone_bank_calls b ON b.organization_id = "
                    "a.organization_id AND b.voter_id = a.voter_id AND b.id > a.id "
                    "AND tstzrange(a.claimed_at, COALESCE(a.ended_at, 'infinity')) && "
                    "tstzrange(b.claimed_at, COALESCE(b.ended_at, 'infinity')) WHERE a.organization_id = %s", org.id)


@pytest.mark.slow
def test_five_hundred_callers_at_once_get_five_hundred_people(org):
    people = make_voters(org, 1000)
    bank = make_bank(org, people)
    clients = crowd(org, 500)
    enlist(org, bank, clients)
    seen = []
    for _ in range(2):
        calls = together([lambda client=client: claim(fresh(client), bank) for client in clients])
        assert collections.Counter(reply.status_code for reply in calls) == {201: 500}
        handed = [reply.json()["voter_id"] for reply in calls]
        assert len(set(handed)) == 500, "one person is with two callers"
        assert counts(org, bank)["on_call"] == 500
        results = together([lambda client=client, reply=reply: record(fresh(client), reply.json(), "no_answer").status_code
                            for client, reply in zip(clients, calls)])
        assert set(results) == {200}
        seen += handed
    assert sorted(seen) == sorted(people), "everybody once before anybody twice"
    assert not overlaps(org)
    found = counts(org, bank)
    assert (found["attempts"], found["called"], found["on_call"], found["callers"]) == (1000, 1000, 0, 500)


def test_two_phone_banks_do_not_share_a_person(org):
    """Twenty callers in each of two phone banks for the same thirty people."""
    people = make_voters(org, 30)
    banks = [make_bank(org, people, cool_down_minutes=0, max_attempts=20) for _ in range(2)]
    clients = crowd(org, 40)
    for i, bank in enumerate(banks):
        enlist(org, bank, clients[i::2])
    for _ in range(3):
        calls = together([lambda client=client, bank=banks[i % 2]: claim(client, bank) for i, client in enumerate(clients)])
        handed = [reply.json()["voter_id"] for reply in calls if reply.status_code == 201]
        assert len(handed) == len(set(handed)) and 1 <= len(handed) <= 30
        assert {reply.json()["code"] for reply in calls if reply.status_code != 201} <= {"nobody_due"}
        together([lambda client=client, reply=reply: record(client, reply.json(), "no_answer")
                  for client, reply in zip(clients, calls) if reply.status_code == 201])
    assert not overlaps(org)


def test_one_caller_who_asks_many_times_at_once_has_one_person(org):
    bank = make_bank(org, make_voters(org, 20))
    join(org.member, bank)
    copies = [Client(org.member.server, token=org.member.token) for _ in range(12)]
    calls = together([lambda client=client: claim(client, bank).json()["id"] for client in copies])
    assert len(set(calls)) == 1


def test_random_callers_leases_and_ends(org):
    """Claims, results, releases and expired leases in random order: never two callers at once, and the queue is
    consistent."""
    people = make_voters(org, 25)
    bank = make_bank(org, people, cool_down_minutes=0, max_attempts=3)
    clients = crowd(org, 16)
    enlist(org, bank, clients)

    def work(seed):
        chance = random.Random(seed)
        client = clients[seed]
        for _ in range(25):
            reply = claim(client, bank)
            if reply.status_code != 201:
                assert reply.json()["code"] in ("nobody_due", "queue_done"), reply.text
                continue
            what = chance.random()
            if what < 0.2:
                in_past(org, bank)  # all leases of callers have expired
            elif what < 0.4:
                client.post(path_of(bank, "calls", reply.json()["id"], "release"))
            else:
                late = record(client, reply.json(), chance.choice(["no_answer", "busy", "refused", "left_message"]))
                assert late.status_code in (200, 409), late.text

    together([lambda seed=seed: work(seed) for seed in range(len(clients))])
    assert not sql(org, "SELECT voter_id FROM phone_bank_calls WHERE session_id = %s AND ended_at IS NULL "
                        "GROUP BY voter_id HAVING count(*) > 1", bank["id"])
    results = sql(org, "SELECT count(*) FROM phone_bank_calls WHERE session_id = %s AND ended = 'result'", bank["id"])[0][0]
    contacts = sql(org, "SELECT count(*) FROM voter_contacts WHERE phone_bank_session_id = %s", bank["id"])[0][0]
    tries = sql(org, "SELECT sum(attempts) FROM phone_bank_targets WHERE session_id = %s", bank["id"])[0][0]
    assert results == contacts == tries == counts(org, bank)["attempts"]
    found = counts(org, bank)
    assert found["waiting"] + found["done"] + found["left_out"] == len(people)


def test_killed_in_the_middle(make_server):
    """The server is killed during two hundred claims: each answered claim has a different person, and after a restart
    the others get the rest."""
    server = make_server()
    org = Organization(Client(server))
    people = make_voters(org, 200)
    bank = make_bank(org, people, lease_minutes=60)
    clients = crowd(org, 200)
    enlist(org, bank, clients)
    answers = []

    def ask(client):
        try:
            answers.append(claim(client, bank).json().get("voter_id"))
        except OSError:
            pass

    threads = [threading.Thread(target=ask, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    wait_until(lambda: len(answers) > 40, 30, "forty answers")
    server.kill()
    for thread in threads:
        thread.join()
    server.start()
    assigned = [each for each in answers if each is not None]
    assert len(assigned) == len(set(assigned))
    calls = [claim(client, bank) for client in clients]
    assert {reply.status_code for reply in calls} == {201}
    assert sorted(reply.json()["voter_id"] for reply in calls) == sorted(people)
    assert set(assigned) <= {reply.json()["voter_id"] for reply in calls} and not overlaps(org)


def test_a_caller_sees_where_and_with_whom_somebody_lives(org):
    """While the call lasts; the address is hidden for a confidential person, and when one lives in the household."""
    script = org.owner.ok("POST", "/v1/scripts", {"name": "Calls"}, status=201)["id"]
    home = {"address": "12 Canal Pk", "unit": "4", "city": "Cambridge", "state": "MA", "zip5": "02141"}
    rosa, luis, ana = (org.owner.ok("POST", "/v1/voters", {"first_name": name, "last_name": "Medina", "birth_year": year, **home, **more},
                                    status=201)["id"]
                       for name, year, more in (("Rosa", 1970, {"phones": ["+16175550142"]}), ("Luis", 1968, {}), ("Ana", 2001, {})))
    bank = make_bank(org, [rosa], script_id=script)
    join(org.member, bank)
    call = claimed(org.member, bank)
    assert call["script_id"] == script and call["address"].startswith("12 Canal Pk") and call["household"] == ["Luis Medina", "Ana Medina"]
    one = path_of(bank, "calls", call["id"])
    org.owner.ok("PATCH", f"/v1/voters/{luis}", {"confidential": True})
    assert org.member.ok("GET", one)["household"] == []
    org.owner.ok("PATCH", f"/v1/voters/{luis}", {"confidential": False})
    org.owner.ok("PATCH", f"/v1/voters/{rosa}", {"confidential": True})
    hidden = org.member.ok("GET", one)
    assert (hidden["address"], hidden["household"]) == (None, [])
    org.owner.ok("PATCH", f"/v1/voters/{rosa}", {"confidential": False})
    assert org.member.ok("GET", one)["household"] == ["Luis Medina", "Ana Medina"] and ana
    over = org.member.ok("POST", path_of(bank, "calls", call["id"], "release"))
    assert (over["address"], over["household"], over["script_id"]) == (None, [], script)


def test_a_caller_learns_no_place_of_a_confidential_person(org):
    person, = make_voters(org, 1)
    org.owner.ok("PATCH", f"/v1/voters/{person}", {"city": "Cambridge", "precinct": "2-3"})
    bank = make_bank(org, [person])
    join(org.member, bank)
    call = claimed(org.member, bank)
    assert (call["voter"]["city"], call["voter"]["precinct"]) == ("Cambridge", "2-3")
    org.owner.ok("PATCH", f"/v1/voters/{person}", {"confidential": True})
    call = claimed(org.member, bank)  # the caller's current call
    assert call["voter"]["id"] == person and (call["voter"]["city"], call["voter"]["precinct"]) == (None, None)


def test_a_call_is_undone_by_whoever_made_it_and_takes_part(org):
    bank = make_bank(org, make_voters(org, 1))
    join(org.member, bank)
    contact = recorded(org.member, claimed(org.member, bank), "refused")["contact_id"]
    path, body = f"/v1/contacts/{contact}/undo", {"client_id": str(uuid.uuid4()), "occurred_at": now_text()}
    org.member.ok("POST", path_of(bank, "leave"))
    assert org.member.post(path, body).json()["code"] == "not_your_turf"
    join(org.member, bank)
    assert org.member.ok("POST", path, body)["undone"]

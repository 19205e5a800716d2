# SPDX-License-Identifier: GPL-3.0-or-later
"""The door list of an event: attendees, check-ins and refusals."""

import concurrent.futures
import datetime
import random
import threading
import unicodedata
import uuid

import pytest

from harness.client import Client, Organization, is_problem, unique

STATUSES = ("registered", "waitlisted", "cancelled", "attended", "no_show")
NOW = "2026-11-20T23:32:00Z"


def act(**more):
    return {"client_id": str(uuid.uuid4()), "occurred_at": NOW, **more}


def place_of(event):
    return f"/v1/events/{event['id']}"


def add(org, event, client=None, **fields):
    body = {"first_name": "Rosa", "last_name": "Medina", **fields}
    return (client or org.owner).ok("POST", place_of(event) + "/attendees", body, status=201)


def path_of(attendee, verb=None):
    path = f"/v1/events/{attendee['event_id']}/attendees/{attendee['id']}"
    return f"{path}/{verb}" if verb else path


def check_in(client, attendee, verb="check-in", **more):
    return client.post(path_of(attendee, verb), act(**more))


def pointers(reply):
    assert is_problem(reply, 422, "validation_error"), f"{reply.status_code} {reply.text[:500]}"
    return sorted(each["pointer"] for each in reply.json()["errors"])


def conflict(reply, code):
    assert is_problem(reply, 409, "conflict"), f"{reply.status_code} {reply.text[:500]}"
    assert reply.json()["code"] == code, reply.text
    return reply.json()["detail"]


def absent(reply):
    return is_problem(reply, 404, "not_found")


def set_status(org, attendee, status):
    """Only operations of other features reach these statuses, so the row is written directly."""
    org.owner.server.sql(
        "UPDATE event_attendees SET status = %s, cancelled_at = CASE WHEN %s = 'cancelled' THEN now() END, "
        "checked_in_at = CASE WHEN %s = 'attended' THEN now() END WHERE id = %s",
        (status, status, status, attendee["id"]))


def counts(client, event):
    read = client.ok("GET", place_of(event))
    return {status: read[f"{status}_count"] for status in STATUSES if read[f"{status}_count"]}


def door(org, api, **scope):
    made = org.owner.ok("POST", "/v1/devices", {"name": "Front door", "profile": "door_list", "scope": scope})
    token = api.ok("POST", "/v1/devices/pair", {"code": made["pairing_code"]})["token"]
    return made, Client(api.server, token=token, recorder=api.recorder)


@pytest.fixture
def event(shared_org):
    return shared_org.event()


# The list -----------------------------------------------------------------------------------------


def test_add_with_the_least_and_with_everything(shared_org, event):
    reply = shared_org.owner.post(place_of(event) + "/attendees", {"first_name": "Rosa", "last_name": "Medina"})
    made = reply.json()
    assert reply.status_code == 201 and reply.headers["ETag"] == '"1"'
    assert made["status"] == "registered" and made["source"] == "staff" and made["guest_count"] == 0
    assert made["event_id"] == event["id"] and made["organization_id"] == shared_org.id
    assert made["email"] is made["phone"] is made["notes"] is made["checked_in_at"] is made["checked_in_by"] is None
    everything = {"first_name": "Đặng", "last_name": "O’Sullivan-Núñez", "email": "Zoe@Example.org",
                  "phone": "(215) 555-0123", "guest_count": 3, "notes": "Wheelchair\nfront row"}
    full = shared_org.owner.ok("POST", place_of(event) + "/attendees", everything, status=201)
    assert full["email"] == "zoe@example.org" and full["phone"] == "+12155550123"
    assert {k: full[k] for k in ("first_name", "last_name", "guest_count", "notes")} == {
        k: everything[k] for k in ("first_name", "last_name", "guest_count", "notes")}
    assert shared_org.member.ok("GET", path_of(full)) == full


@pytest.mark.parametrize("field, values", [
    ("first_name", ["", " ", "a\nb", "x" * 101, 7, None]),
    ("last_name", ["", "x" * 101, None]),
    ("email", ["x", "a@", 1]),
    ("phone", ["call me", "1"]),
    ("guest_count", [-1, 51, 1.5, "1", None]),
    ("notes", ["x" * 2001]),
    ("status", ["attended"]), ("source", ["direct"]), ("user_id", [1]), ("event_id", [1]), ("version", [1]),
    ("checked_in_at", [NOW]), ("checked_in_by", ["me"]), ("registered_at", [NOW]), ("client_id", ["x"]),
    ("sort_key", ["a"]),
])
def test_wrong_values_are_named(shared_org, field, values):
    event = shared_org.event()
    attendee = add(shared_org, event)
    for value in values:
        body = {"first_name": "Rosa", "last_name": "Medina", field: value}
        assert pointers(shared_org.owner.post(place_of(event) + "/attendees", body)) == [f"/{field}"], value
        assert pointers(shared_org.owner.patch(path_of(attendee), {field: value})) == [f"/{field}"], value
    assert shared_org.owner.ok("GET", path_of(attendee)) == attendee


def test_the_answer_does_not_depend_on_a_race(shared_org, event):
    """A second request that passes the check at the same moment is refused by the unique index, with the same error."""
    email = f"{unique()}@example.org"
    body = {"first_name": "R", "last_name": "M", "email": email}
    clients = [Client(shared_org.owner.server, shared_org.owner.token) for _ in range(16)]
    with concurrent.futures.ThreadPoolExecutor(len(clients)) as pool:
        answers = list(pool.map(lambda client: client.post(place_of(event) + "/attendees", body), clients))
    assert sorted(reply.status_code for reply in answers) == [201] + [409] * 15
    assert {reply.json()["code"] for reply in answers if reply.status_code == 409} == {"email_listed"}


def test_an_address_stands_once_on_a_list(shared_org, event):
    email = f"{unique()}@example.org"
    first = add(shared_org, event, email=email)
    again = shared_org.owner.post(place_of(event) + "/attendees",
                                  {"first_name": "R", "last_name": "M", "email": email.upper()})
    assert "already" in conflict(again, "email_listed")
    walk = shared_org.member.post(place_of(event) + "/walk-ins", act(first_name="R", last_name="M", email=email))
    conflict(walk, "email_listed")
    other = add(shared_org, event)
    assert is_problem(shared_org.owner.patch(path_of(other), {"email": email}), 409, "conflict")
    add(shared_org, shared_org.event(), email=email)
    for _ in range(2):
        add(shared_org, event)  # any number of attendees may lack an address
    shared_org.owner.ok("POST", path_of(first, "cancel"))
    assert add(shared_org, event, email=email)["id"] != first["id"]


def test_many_at_once_with_one_address(shared_org, event):
    body = {"first_name": "R", "last_name": "M", "email": f"{unique()}@example.org"}
    answers = together(12, lambda n: copy_of(shared_org.owner).post(place_of(event) + "/attendees", body))
    assert sorted(reply.status_code for reply in answers) == [201] + [409] * 11
    assert counts(shared_org.owner, event) == {"registered": 1}


def fold(name):
    """Folds names by Unicode rules in Python, independently of the server."""
    plain = "".join(c for c in unicodedata.normalize("NFD", name.lower()) if not unicodedata.combining(c))
    return plain.replace("’", "").replace("'", "").replace("ø", "o").replace("ğ", "g")


def test_order_and_pages(org):
    event = org.event()
    # Accents, capitals and apostrophes are ignored; equal names stand in the order of registration.
    names = [("Ann", "Abbott"), ("Zed", "abbott"), ("Ä", "Ähre"), ("ann", "Baker"), ("A", "de la Cruz"), ("B", "De La Cruz"),
             ("O", "O'Brien"), ("P", "O’Brien"), ("Q", "OBrien"), ("Eve", "Ødegård"), ("Sean", "Ó Súilleabháin"), ("Ann", "Öz"),
             ("Çağla", "Oz"), ("X", "x" * 100), ("Y", "x" * 100), ("Zoe", "Zed"), ("王", "小明")]
    for first, last in random.sample(names, len(names)):
        add(org, event, first_name=first, last_name=last)
    whole = org.member.ok("GET", place_of(event) + "/attendees", query={"limit": 500})["data"]
    listed = [(a["first_name"], a["last_name"]) for a in whole]
    alike = {("X", "x" * 100), ("Y", "x" * 100)}
    sort = {"Sean": "o suilleabhain"} # a blank comes before letters
    expected = sorted(names, key=lambda n: sort.get(n[0], fold(n[1])) + " " + fold(n[0]))
    assert [n for n in listed if n not in alike] == [n for n in expected if n not in alike] and set(listed) == set(names)
    for limit in (1, 3, len(names)):
        assert list(org.member.pages(place_of(event) + "/attendees", {"limit": limit})) == whole
    assert org.member.get(place_of(event) + "/attendees", {"limit": 501}).status_code == 422


def test_a_cursor_is_of_one_list(org):
    event = org.event()
    for _ in range(3):
        add(org, event)
    cursor = org.owner.ok("GET", place_of(event) + "/attendees", query={"limit": 1})["next_cursor"]
    assert pointers(org.owner.get("/v1/events", {"cursor": cursor})) == ["cursor"]
    assert pointers(org.owner.get(place_of(event) + "/attendees", {"cursor": cursor[::-1]})) == ["cursor"]


def test_search_and_filters(org):
    event = org.event()
    rosa = add(org, event, email="rm@example.org", phone="+12155550199")
    jose = add(org, event, first_name="José", last_name="Núñez", email="jose@example.net")
    late = add(org, event, first_name="Late", last_name="Comer")
    set_status(org, late, "waitlisted")

    def found(**query):
        return [a["id"] for a in org.member.ok("GET", place_of(event) + "/attendees", query=query)["data"]]

    for text in ("rosa", "MEDINA", "osa med", "medina r", "rm@ex", "5550199", "(215) 555-0199", "+1 215 555 0199", "555-0199", "Medina, Rosa", "me"):
        assert rosa["id"] in found(text=text), text
    for text in ("NÚÑ", "nunez", "Nunez Jose"):
        assert found(text=text) == [jose["id"]], text
    assert found(text="example.net") == [jose["id"]]
    for nothing in ("%", "_", "xyz", "\\", "medina jos", "null"):
        assert found(text=nothing) == [], nothing
    assert found(status="waitlisted") == [late["id"]] and found(status="attended") == []
    assert found(status="registered", text="example") == [rosa["id"], jose["id"]]
    since = org.owner.ok("GET", path_of(late))["updated_at"]
    assert found(updated_since=since) == [late["id"]]
    assert found(updated_since="2090-01-01T00:00:00Z") == []
    for wrong in ({"status": "here"}, {"text": ""}, {"updated_since": "today"}, {"limit": 0}, {"name": "x"}):
        assert org.member.get(place_of(event) + "/attendees", wrong).status_code == 422, wrong


def test_dots_and_hyphens_part_nobody_from_the_search(org):
    """The same words are found by every search: of attendees, of voters and of events."""
    event = org.event(title="Meet-up: Get-Out-the-Vote")
    names = {"J.R.": "Ewing", "JR": "Hoe", "J R": "Poe", "Ann": "Smith-Jones", "Bea": "Smith Jones", "Cy": "St.John", "Di": "O'Neil-Al"}
    people = {add(org, event, first_name=first, last_name=last, email=None)["id"]: first for first, last in names.items()}
    voters = {org.owner.ok("POST", "/v1/voters", {"first_name": first, "last_name": last}, status=201)["id"]: first for first, last in names.items()}

    def attendees(text):
        return sorted(people[a["id"]] for a in org.member.ok("GET", place_of(event) + "/attendees", query={"text": text})["data"])

    def found(text):
        return sorted(voters[v["id"]] for v in org.owner.ok("GET", "/v1/voters", query={"text": text})["data"])

    for text, wanted in (("jr", ["J R", "J.R.", "JR"]), ("J.R.", ["J R", "J.R.", "JR"]), ("j r", ["J R", "J.R."]), ("smith-jones", ["Ann", "Bea"]), ("smith jones", ["Ann", "Bea"]),
                         ("smithjones", ["Ann"]), ("st john", ["Cy"]), ("stjohn", ["Cy"]), ("st. john", ["Cy"]), ("oneil al", ["Di"]), ("o'neilal", ["Di"]), ("jones, ann", ["Ann"]), ("-", []), (".", [])):
        assert attendees(text) == found(text) == wanted, text
    for text in ("meetup", "meet-up", "meet up", "Get Out the Vote", "get-out-the-vote", "getout", "MEETUP vote"):
        assert [e["id"] for e in org.owner.ok("GET", "/v1/events", query={"text": text})["data"]] == [event["id"]], text
    assert org.owner.ok("GET", "/v1/events", query={"text": "meetdown"})["data"] == []


def test_the_door_finds_every_spelling(org):
    event = org.event()
    people = [("Tom", "O'Brien"), ("Tim", "O’Brien"), ("Tam", "OBrien"), ("Anaïs", "D’Amico"), ("J.R.", "St. John"), ("Ann", "Zed")]
    for first, last in people:
        add(org, event, first_name=first, last_name=last)

    def found(text):
        return {a["first_name"] for a in org.member.ok("GET", place_of(event) + "/attendees", query={"text": text})["data"]}

    three = {"Tom", "Tim", "Tam"}
    for text, wanted in (("obrien", three), ("o'brien", three), ("O’BRIEN", three), ("d'amico", {"Anaïs"}), ("anais damico", {"Anaïs"}),
                         ("st john", {"J.R."}), ("Zed, Ann", {"Ann"}), ("zed ann", {"Ann"})):
        assert found(text) == wanted, text


def test_edit(shared_org, event):
    attendee = add(shared_org, event, email=f"{unique()}@example.org", notes="x")
    first = shared_org.owner.patch(path_of(attendee), {"notes": None, "last_name": "Abbott"}, headers={"If-Match": '"1"'})
    changed = first.json()
    assert first.status_code == 200 and changed["notes"] is None and changed["version"] == 2
    assert changed["email"] == attendee["email"] and first.headers["ETag"] == '"2"'
    late = shared_org.owner.patch(path_of(attendee), {"notes": "y"}, headers={"If-Match": '"1"'})
    assert late.status_code == 412
    assert shared_org.owner.patch(path_of(attendee), {}).json() == changed
    add(shared_org, event, last_name="Aaron")
    listed = shared_org.owner.ok("GET", place_of(event) + "/attendees")["data"]
    assert [a["last_name"] for a in listed] == ["Aaron", "Abbott"], "a new name has its new place"
    for client in (shared_org.member,):
        assert client.patch(path_of(attendee), {"notes": "z"}).status_code == 403
        assert client.post(path_of(attendee, "cancel")).status_code == 403
        assert client.post(place_of(event) + "/attendees", {"first_name": "R", "last_name": "M"}).status_code == 403


def test_cancel(shared_org, event):
    attendee = add(shared_org, event)
    cancelled = shared_org.owner.ok("POST", path_of(attendee, "cancel"))
    assert cancelled["status"] == "cancelled" and cancelled["cancelled_at"]
    assert shared_org.owner.ok("POST", path_of(attendee, "cancel")) == cancelled
    assert counts(shared_org.owner, event) == {"cancelled": 1}
    here = add(shared_org, event)
    check_in(shared_org.member, here)
    conflict(shared_org.owner.post(path_of(here, "cancel")), "attendee_attended")
    stale = shared_org.owner.post(path_of(add(shared_org, event), "cancel"), headers={"If-Match": '"7"'})
    assert stale.status_code == 412


def test_what_is_elsewhere_does_not_exist(shared_org, event, api):
    other = Organization(api, everybody=False)
    theirs = add(other, other.event())
    elsewhere = {**add(shared_org, shared_org.event()), "event_id": event["id"]}  # ours, of another event
    nobody = {"event_id": event["id"], "id": 10**12}
    for attendee in (theirs, elsewhere, nobody):
        assert absent(shared_org.owner.get(path_of(attendee)))
        assert absent(shared_org.owner.patch(path_of(attendee), {"notes": "x"}))
        assert absent(shared_org.owner.post(path_of(attendee, "cancel")))
        assert absent(check_in(shared_org.owner, attendee))
        assert absent(check_in(shared_org.owner, attendee, "undo-check-in"))
    for number in (theirs["event_id"], 10**12):
        assert absent(shared_org.owner.get(f"/v1/events/{number}/attendees"))
        assert absent(shared_org.owner.post(f"/v1/events/{number}/attendees", {"first_name": "R", "last_name": "M"}))
        assert absent(shared_org.owner.post(f"/v1/events/{number}/walk-ins", act(first_name="R", last_name="M")))
    assert counts(other.owner, {"id": theirs["event_id"]}) == {"registered": 1}


def test_a_draft_takes_its_list_with_it(shared_org, event):
    attendee = add(shared_org, event)
    shared_org.owner.ok("DELETE", place_of(event), status=204)
    assert absent(shared_org.owner.get(path_of(attendee)))


# Check-in -----------------------------------------------------------------------------------------


def test_check_in(shared_org, event):
    attendee = add(shared_org, event)
    reply = check_in(shared_org.member, attendee)
    done = reply.json()
    assert reply.status_code == 200 and reply.headers["ETag"] == '"2"'
    assert done["status"] == "attended" and done["checked_in_at"] == NOW and done["checked_in_by"] == "Ada Person"
    assert shared_org.owner.ok("GET", path_of(attendee)) == done
    row = shared_org.owner.server.sql("SELECT checked_in_actor FROM event_attendees WHERE id = %s", (attendee["id"],))
    assert row == [(f"user:{shared_org.member.user}",)]


def test_the_second_is_told_who_and_when(org):
    event = org.event(timezone="Europe/Berlin")
    attendee = add(org, event)
    org.owner.server.sql("UPDATE users SET first_name = 'Ann', last_name = 'Field' WHERE id = %s", (org.member.user,))
    today = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(minutes=1)
    done = check_in(org.member, attendee, occurred_at=today.strftime("%Y-%m-%dT%H:%M:%SZ")).json()
    said = conflict(check_in(org.owner, attendee), "already_checked_in")
    shown = org.owner.server.sql("SELECT to_char(%s::timestamptz AT TIME ZONE 'Europe/Berlin', 'HH24:MI')",
                                 (done["checked_in_at"],))[0][0]
    assert said.startswith(f"Ann Field checked this person in at {shown}")
    # A check-in on another day is reported with its date.
    other = add(org, event)
    check_in(org.member, other)
    assert conflict(check_in(org.owner, other), "already_checked_in") == (
        "Ann Field checked this person in at 00:32 on 21 November.")
    assert org.owner.ok("GET", path_of(attendee)) == done


def test_the_same_act_again(shared_org, event):
    attendee, body = add(shared_org, event), act()
    first = shared_org.member.post(path_of(attendee, "check-in"), body)
    for client in (shared_org.member, shared_org.owner):
        again = client.post(path_of(attendee, "check-in"), {**body, "client_id": body["client_id"].upper()})
        assert again.status_code == 200 and again.content == first.content
    # A refusal is stored, too: a later repetition of the refused check-in does not succeed.
    refused = act()
    said = conflict(shared_org.owner.post(path_of(attendee, "check-in"), refused), "already_checked_in")
    assert check_in(shared_org.owner, attendee, "undo-check-in").status_code == 200
    assert conflict(shared_org.owner.post(path_of(attendee, "check-in"), refused), "already_checked_in") == said
    assert shared_org.member.post(path_of(attendee, "check-in"), body).json()["status"] == "registered"
    assert counts(shared_org.owner, event) == {"registered": 1}
    kept = shared_org.owner.server.sql(
        "SELECT kind, outcome FROM check_ins WHERE attendee_id = %s ORDER BY received_at", (attendee["id"],))
    assert kept == [("check_in", "done"), ("check_in", "already_checked_in"), ("undo", "done")]


def test_an_act_is_of_one_thing(shared_org, event):
    one, two, body = add(shared_org, event), add(shared_org, event), act()
    assert shared_org.member.post(path_of(one, "check-in"), body).status_code == 200
    for path in (path_of(two, "check-in"), path_of(one, "undo-check-in")):
        conflict(shared_org.member.post(path, body), "client_id_reused")
    conflict(shared_org.member.post(place_of(event) + "/walk-ins", {**body, "first_name": "R", "last_name": "M"}),
             "client_id_reused")
    assert counts(shared_org.owner, event) == {"registered": 1, "attended": 1}


def test_acts_of_another_organization_are_apart(shared_org, event, api):
    other, body = Organization(api, everybody=False), act()
    for org, where in ((shared_org, event), (other, other.event())):
        assert org.owner.post(path_of(add(org, where), "check-in"), body).status_code == 200


def test_undo(shared_org, event):
    attendee = add(shared_org, event)
    conflict(check_in(shared_org.member, attendee, "undo-check-in"), "not_checked_in")
    check_in(shared_org.member, attendee)
    body = act()
    undone = shared_org.owner.post(path_of(attendee, "undo-check-in"), body)
    assert undone.status_code == 200 and undone.json()["status"] == "registered"
    assert undone.json()["checked_in_at"] is undone.json()["checked_in_by"] is None
    assert shared_org.owner.post(path_of(attendee, "undo-check-in"), body).content == undone.content
    conflict(check_in(shared_org.owner, attendee, "undo-check-in"), "not_checked_in")
    assert check_in(shared_org.owner, attendee).json()["status"] == "attended"


def test_who_may_be_checked_in(shared_org, event):
    for status in ("waitlisted", "no_show"):
        attendee = add(shared_org, event)
        set_status(shared_org, attendee, status)
        assert check_in(shared_org.member, attendee).json()["status"] == "attended"
    cancelled = add(shared_org, event)
    shared_org.owner.ok("POST", path_of(cancelled, "cancel"))
    conflict(check_in(shared_org.member, cancelled), "attendee_cancelled")


def test_clocks(shared_org, event):
    soon = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(minutes=3)
    past = shared_org.event(start_time="2001-01-05T15:00:00Z", end_time="2001-01-05T18:00:00Z")
    for at, given in ((past, "2001-01-01T00:00:00Z"), (event, soon.strftime("%Y-%m-%dT%H:%M:%SZ"))):
        assert check_in(shared_org.member, add(shared_org, at), occurred_at=given).json()["checked_in_at"] == given
    # The time of a check-in whose clock is years off is replaced by the present time; the check-in
    # is kept.
    for at, given in ((past, "1999-12-01T00:00:00Z"), (event, "1990-01-01T00:00:00Z"), (event, "0001-01-01T00:00:00Z")):
        for done in (check_in(shared_org.member, add(shared_org, at), occurred_at=given).json(),
                     shared_org.member.ok("POST", place_of(at) + "/walk-ins", {**act(occurred_at=given), "first_name": "A", "last_name": "B"})):
            assert done["status"] == "attended" and done["checked_in_at"] == done["updated_at"], done
    ahead = (soon + datetime.timedelta(minutes=5)).strftime("%Y-%m-%dT%H:%M:%SZ")
    done = check_in(shared_org.member, add(shared_org, event), occurred_at=ahead).json()
    assert done["checked_in_at"] == done["updated_at"] < ahead


def test_wrong_acts(shared_org, event):
    attendee = add(shared_org, event)
    for body, wrong in (({}, ["/client_id", "/occurred_at"]), (act(client_id="x"), ["/client_id"]),
                        (act(client_id=None), ["/client_id"]), (act(occurred_at="now"), ["/occurred_at"]),
                        (act(status="attended"), ["/status"])):
        for verb in ("check-in", "undo-check-in"):
            assert pointers(shared_org.member.post(path_of(attendee, verb), body)) == wrong
    assert pointers(shared_org.member.post(place_of(event) + "/walk-ins", act())) == ["/first_name", "/last_name"]
    assert shared_org.owner.ok("GET", path_of(attendee)) == attendee


def test_walk_in(shared_org, event):
    body = act(first_name="Walker", last_name="In", phone="(215) 555-0123", guest_count=2)
    reply = shared_org.member.post(place_of(event) + "/walk-ins", body)
    made = reply.json()
    assert reply.status_code == 201 and made["status"] == "attended" and made["source"] == "walk_in"
    assert made["checked_in_at"] == NOW and made["checked_in_by"] == "Ada Person" and made["guest_count"] == 2
    again = shared_org.owner.post(place_of(event) + "/walk-ins", body)
    assert again.status_code == 201 and again.content == reply.content
    assert counts(shared_org.owner, event) == {"attended": 1}
    assert check_in(shared_org.member, made, "undo-check-in").json()["status"] == "registered"


def test_a_door_device_has_one_event(org, api):
    event, other = org.event(), org.event()
    made, device = door(org, api, event_id=event["id"])
    attendee, elsewhere = add(org, event), add(org, other)
    done = check_in(device, attendee).json()
    assert done["checked_in_by"] == "Front door"
    assert [e["id"] for e in device.ok("GET", "/v1/events")["data"]] == [event["id"]]
    assert device.ok("GET", place_of(event))["attended_count"] == 1
    walked = device.post(place_of(event) + "/walk-ins", act(first_name="R", last_name="M"))
    assert walked.status_code == 201
    assert len(device.ok("GET", place_of(event) + "/attendees")["data"]) == 2
    for reply in (device.get(place_of(other)), device.get(f"/v1/events/by-slug/{other['slug']}"),
                  device.get(place_of(other) + "/attendees"), device.get(path_of(elsewhere)),
                  check_in(device, elsewhere), check_in(device, elsewhere, "undo-check-in"),
                  device.post(place_of(other) + "/walk-ins", act(first_name="R", last_name="M"))):
        assert absent(reply), reply.text
    assert device.patch(path_of(attendee), {"notes": "x"}).status_code == 403
    said = conflict(check_in(org.owner, attendee), "already_checked_in")
    assert said.startswith("Front door checked this person in at ")
    # A device without an event in its scope may use all events.
    _, anywhere = door(org, api)
    assert check_in(anywhere, elsewhere).status_code == 200
    org.owner.ok("DELETE", f"/v1/devices/{made['id']}", status=204)
    assert device.get(place_of(event)).status_code == 401


def test_a_token_is_named(org, api):
    made = org.owner.ok("POST", "/v1/api-tokens", {"name": "Scanner", "scopes": ["check_in"]})
    scanner = Client(api.server, token=made["token"], recorder=api.recorder)
    assert check_in(scanner, add(org, org.event())).json()["checked_in_by"] == "Scanner"


# At the same time ---------------------------------------------------------------------------------


def copy_of(client):
    """A client with a separate connection."""
    return Client(client.server, token=client.token)


def together(n, work):
    """Run work(number) on n threads that begin at the same moment."""
    barrier, answers = threading.Barrier(n), [None] * n

    def run(number):
        barrier.wait()
        answers[number] = work(number)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(n)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_fifty_check_one_person_in(shared_org, event):
    attendee = add(shared_org, event)
    answers = together(50, lambda n: check_in(copy_of(shared_org.member), attendee))
    assert sorted(reply.status_code for reply in answers) == [200] + [409] * 49
    assert {conflict(reply, "already_checked_in") for reply in answers if reply.status_code == 409} == {
        "Ada Person checked this person in at 18:32 on 20 November."}
    assert shared_org.owner.ok("GET", path_of(attendee))["version"] == 2
    assert counts(shared_org.owner, event) == {"attended": 1}
    sql = shared_org.owner.server.sql
    assert sql("SELECT outcome, count(*) FROM check_ins WHERE attendee_id = %s GROUP BY 1 ORDER BY 2",
               (attendee["id"],)) == [("done", 1), ("already_checked_in", 49)]
    assert sql("SELECT count(*) FROM audit_log WHERE entity = 'attendee' AND entity_id = %s "
               "AND action = 'attendee.check_in'", (attendee["id"],)) == [(1,)]


def test_fifty_send_the_same_act(shared_org, event):
    attendee, body = add(shared_org, event), act()
    answers = together(50, lambda n: copy_of(shared_org.member).post(path_of(attendee, "check-in"), body))
    assert {reply.status_code for reply in answers} == {200} and len({reply.content for reply in answers}) == 1
    walk = act(first_name="R", last_name="M")
    answers = together(20, lambda n: copy_of(shared_org.member).post(place_of(event) + "/walk-ins", walk))
    assert {reply.status_code for reply in answers} == {201} and len({reply.content for reply in answers}) == 1
    assert counts(shared_org.owner, event) == {"attended": 2}


def test_counts_are_right_after_anything(org):
    """Eight clients send random check-ins and undos; afterwards each counter equals the number of rows."""
    event, seed = org.event(), random.randrange(10**6)
    attendees = [add(org, event) for _ in range(30)]
    before = org.owner.ok("GET", place_of(event))

    def work(number):
        choose, client = random.Random(seed + number), copy_of(org.owner)
        for _ in range(40):
            attendee = choose.choice(attendees)
            kind = choose.randrange(6)
            if kind <= 1:
                reply = check_in(client, attendee)
            elif kind == 2:
                reply = check_in(client, attendee, "undo-check-in")
            elif kind == 3:
                reply = client.post(path_of(attendee, "cancel"))
            elif kind == 4:
                reply = client.post(place_of(event) + "/walk-ins", act(first_name="R", last_name="M"))
            else:
                reply = client.patch(path_of(attendee), {"notes": str(number)})
            assert reply.status_code in (200, 201, 409), reply.text
        return True

    assert together(8, work) == [True] * 8, seed
    rows = org.owner.server.sql("SELECT status, count(*) FROM event_attendees WHERE event_id = %s GROUP BY 1",
                                (event["id"],))
    assert counts(org.member, event) == dict(rows), seed
    after = org.member.ok("GET", place_of(event))
    assert after["attendees_revision"] > before["attendees_revision"] and after["version"] == 1
    assert after["updated_at"] == event["updated_at"]


# The effect of check-ins on events
# -----------------------------------------------------------------


def test_the_event_s_tag_moves_and_its_version_does_not(org):
    event = org.event()
    place = place_of(event)
    tag = org.owner.get(place).headers["ETag"]
    attendee = add(org, event)
    check_in(org.member, attendee)
    read = org.owner.get(place, headers={"If-None-Match": tag})
    assert read.status_code == 200 and read.headers["ETag"] == '"1.2"' and read.json()["attended_count"] == 1
    assert org.owner.get(place, headers={"If-None-Match": '"1.2"'}).status_code == 304
    # A form that was opened before the check-ins began can still be saved.
    saved = org.owner.patch(place, {"city": "Troy"}, headers={"If-Match": tag})
    assert saved.status_code == 200 and saved.headers["ETag"] == '"2.2"'
    assert org.owner.patch(place, {"city": "Rome"}, headers={"If-Match": tag}).status_code == 412
    assert org.owner.ok("POST", place + "/duplicate")["attended_count"] == 0


def test_heads_are_people_with_their_guests(org):
    event = org.event(capacity=40)

    def heads():
        read = org.owner.ok("GET", place_of(event))
        return read["registered_count"], read["registered_heads"], read["attended_count"], read["attended_heads"]

    party, alone = add(org, event, guest_count=5), add(org, event)
    assert heads() == (2, 7, 0, 0)
    check_in(org.member, party)
    assert heads() == (1, 1, 1, 6)
    org.owner.ok("PATCH", path_of(party), {"guest_count": 3})
    assert heads() == (1, 1, 1, 4)
    check_in(org.owner, party, "undo-check-in")
    org.owner.ok("POST", path_of(alone, "cancel"))
    assert heads() == (1, 4, 0, 0)
    org.owner.ok("POST", place_of(event) + "/walk-ins", {**act(), "first_name": "Walk", "last_name": "In", "guest_count": 2}, status=201)
    assert heads() == (1, 4, 1, 3)
    assert org.owner.ok("POST", place_of(event) + "/duplicate")["attended_heads"] == 0


def test_the_public_sees_no_counts(org, api):
    event = org.event(publish=True)
    add(org, event)
    reply = api.get(f"/v1/public/events/{event['id']}")
    assert not [name for name in reply.json() if name.endswith("_count") or name == "attendees_revision"]
    assert reply.headers["ETag"] == '"2"'
    for path in ("/attendees", "/walk-ins"):
        assert api.get(f"/v1/public/events/{event['id']}{path}").status_code == 404


def test_feed_and_log(org):
    event = org.event()
    attendee = add(org, event, email=f"{unique()}@example.org")
    begin = [change for change in org.owner.pages("/v1/changes")]
    check_in(org.member, attendee)
    check_in(org.member, attendee)
    check_in(org.owner, attendee, "undo-check-in")
    changes = list(org.owner.pages("/v1/changes"))[len(begin):]
    assert [(c["entity"], c["entity_id"], c["op"], c["version"]) for c in changes] == [
        ("attendee", attendee["id"], "update", 2), ("attendee", attendee["id"], "update", 3)]
    log = org.owner.server.sql(
        "SELECT action, actor, before, after FROM audit_log WHERE organization_id = %s AND entity IN ('attendee', 'event') "
        "ORDER BY seq", (org.id,))
    assert [row[:2] for row in log] == [
        ("event.create", f"user:{org.owner.user}"), ("attendee.add", f"user:{org.owner.user}"),
        ("attendee.check_in", f"user:{org.member.user}"), ("attendee.undo_check_in", f"user:{org.owner.user}")]
    assert log[2][2]["status"] == "registered" and log[2][3]["status"] == "attended"
    assert log[2][3]["checked_in_at"].startswith("2026-11-20T23:32:00") and "sort_key" not in log[1][3]
    assert "attended_count" not in log[0][3]


def test_a_check_in_is_told_at_once(org):
    event = org.event()
    attendee = add(org, event)
    newest = list(org.owner.pages("/v1/changes"))
    live = org.owner.socket("/v1/changes/live")
    try:
        check_in(org.member, attendee)
        for _ in range(len(newest) + 5):
            frame = live.recv()
            if '"attendee"' in frame and '"update"' in frame:
                break
        else:
            pytest.fail("the live feed said nothing of the attendee")
    finally:
        live.close()

# SPDX-License-Identifier: GPL-3.0-or-later
"""Erasing a person: nothing of the person is left in any table, file or answer, a certificate says so, and imports leave
the person out. Everything that holds a copy is made through the API before."""

import uuid

import psycopg2
import pytest

from harness.client import Client, Organization, unique
from harness.phone import Phone
from harness.services import wait_until
from harness.turfs import Turfs, act
from test_imports import ANN, HEAD, JO, Imports, table

DAY = {"start_hour": 0, "stop_hour": 24}
QUINN = ["Q9001", "Quinella", "Zyxerased", "1961-07-08", "44 Zyxformer Rd", "Cambridge", "02141", "617-555-0142", "DEM", "1-1"]
WORDS = ["quinella", "zyxerased", "q9001", "1961-07-08", "zyxformer", "zyxlater", "6175550142", "quinn@example.org", "zyxnote"]
# What is said of places and numbers, by which nobody is named any more; and what holds all that is written for a while.
PLACES = {"buildings", "doors", "households"}


def everything(server):
    """Table → its rows as one text, of every table of every schema of ours."""
    connection = psycopg2.connect(server.cluster.url(server.database, "postgres"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT c.oid::regclass::text, c.relname FROM pg_class c WHERE c.relkind IN ('r', 'p') AND c.relnamespace IN "
                       "('public'::regnamespace, 'staging'::regnamespace) AND NOT c.relispartition")
        found = {}
        for name, short in cursor.fetchall():
            cursor.execute(f"SELECT COALESCE(string_agg(t::text, ' '), '') FROM {name} t")
            found[short] = cursor.fetchone()[0].lower()
    connection.close()
    return found


def left(server):
    """Where a word of the person stands still."""
    seen = {(name, word) for name, text in everything(server).items() if name not in PLACES for word in WORDS if word in text}
    seen |= {(str(path.name), word) for path in server.storage.rglob("*") if path.is_file()
             for word in WORDS if word in path.read_text("utf-8", "replace").lower()}
    return seen


@pytest.fixture
def server(make_server):
    """One of its own: every table is looked through."""
    return make_server()


def work_with(org, person, turfs):
    """Contacts, texts, consents, uploads, sign-ups, merges and imports that keep something of the person."""
    owner = org.owner
    other = owner.ok("POST", "/v1/voters", {"first_name": "Quinella", "last_name": "Zyxerased", "address": "9 Zyxformer Rd",
                                            "emails": ["quinn@example.org"]}, status=201)["id"]
    owner.ok("POST", "/v1/voter-merges", {"survivor_id": person, "merged_id": other}, status=201)
    event = org.event(publish=True)
    script = owner.ok("POST", "/v1/scripts", {"name": "Doors"}, status=201)
    script = owner.ok("PUT", f"/v1/scripts/{script['id']}/steps", {"steps": [{"kind": "free_text", "texts": {"en": "Why?"}}]})
    owner.ok("POST", "/v1/contacts", act(channel="phone", disposition="busy", voter_id=person, note="zyxnote", phone="+16175550142"),
             status=201)
    owner.ok("POST", "/v1/contacts", act(channel="phone", voter_id=person, script_id=script["id"], answers=[
        {"step_id": script["steps"][0]["id"], "text": "zyxnote in words"}]), status=201)
    owner.ok("POST", "/v1/consents", {"client_id": str(uuid.uuid4()), "occurred_at": "2026-11-01T15:00:00Z", "channel": "email",
                                      "voter_id": person, "address": "quinn@example.org", "state": "withdrawn",
                                      "source": "zyxnote", "note": "zyxnote"}, status=201)
    owner.ok("POST", "/v1/follow-ups", {"voter_id": person, "kind": "ride", "note": "zyxnote"}, status=201)
    owner.ok("POST", f"/v1/events/{event['id']}/attendees", {"first_name": "Quinella", "last_name": "Zyxerased",
                                                             "email": "quinn@example.org", "notes": "zyxnote"}, status=201)
    verdict = Phone(owner).one("note", {"voter_id": person, "note": "zyxnote"})
    assert verdict["verdict"] in ("applied", "conflict"), verdict
    made = owner.ok("POST", "/v1/voter-lists", {"name": unique("list"), "filter": {"ids": [str(person)]}}, status=201)
    fields = {"list_id": made["id"], **DAY}
    bank = owner.ok("POST", "/v1/phone-banks", {"name": unique("bank"), **fields}, status=201)
    texts = owner.ok("POST", "/v1/text-campaigns", {"name": unique("texts"), "template": "Hi {first_name} {last_name}. Reply STOP to opt out.",
                                                    **fields}, status=201)
    for path, kind in ((f"/v1/phone-banks/{bank['id']}", bank), (f"/v1/text-campaigns/{texts['id']}", texts)):
        wait_until(lambda path=path: owner.ok("GET", path)["state"] != "filling", 20, path)
        owner.ok("POST", f"{path}/open")
        owner.ok("POST", f"{path.rsplit('/', 1)[0]}/join", {"code": kind["code"]})
    owner.ok("POST", f"/v1/phone-banks/{bank['id']}/calls")
    talk, = owner.ok("POST", f"/v1/text-campaigns/{texts['id']}/batches")["conversations"]
    owner.ok("POST", f"/v1/text-campaigns/{texts['id']}/conversations/{talk['id']}/messages", {"client_id": str(uuid.uuid4())}, status=201)
    return other


def test_nothing_of_an_erased_person_is_left(server):
    org = Organization(Client(server))
    imports = Imports(server, org)
    turfs = Turfs(org, 1)
    imports.apply(table(QUINN, JO, ANN, head=HEAD))
    person = imports.voter("Q9001")
    org.owner.ok("PATCH", f"/v1/voters/{person}", {"emails": ["quinn@example.org"]})
    other = work_with(org, person, turfs)
    moved = QUINN[:4] + ["5 Zyxlater Rd"] + QUINN[5:]
    imports.apply(table(moved, JO, ANN, head=HEAD))
    waiting = imports.start(table(moved, JO, ANN, [*QUINN[:9], "1-2"], head=HEAD))  # ready, and a second row is refused
    assert waiting["state"] == "ready" and {name for name, _ in left(server)} >= {"voters", "voter_merges", "import_changes", "rows"}

    path = f"/v1/voters/{other}/erase"  # by either record
    told = org.owner.ok("POST", path)
    assert told["requested_by"] == f"user:{org.owner.user}" and told["voter_id"] == other
    assert (told["records_deleted"] + told["records_emptied"], told["contacts"], told["texts"], told["sign_ups"]) == (2, 2, 1, 1)
    assert told["copies"] >= 4 and org.owner.ok("POST", path)["id"] == told["id"]
    assert [each["id"] for each in org.owner.pages("/v1/erasures")] == [told["id"]]
    entry = next(each for each in org.owner.pages("/v1/audit-log") if each["action"] == "voter.erase" and each["entity"] == "erasure")
    assert entry["entity_id"] == told["id"]
    # The file of the import that waits is there until the import is over; then it goes.
    wait_until(lambda: not {each for each in left(server) if each[0] != "file"}, 20, f"the end of {left(server)}")
    # What was counted is counted still.
    assert server.sql("SELECT count(*) FROM voter_contacts WHERE organization_id = %s", (org.id,))[0][0] == 2

    imports.client.ok("POST", f"/v1/imports/{waiting['id']}/apply")
    done = imports.wait(waiting["id"])
    assert done["state"] == "done", done
    wait_until(lambda: not left(server), 20, f"the end of {left(server)}")
    assert org.owner.ok("POST", "/v1/voters/search", {"text": "zyxerased"})["data"] == []


@pytest.mark.parametrize("row", [QUINN, ["", *QUINN[1:]], ["X1", "QUINELLA", "Zyx'erased", *QUINN[3:]]],
                         ids=["the number", "names and birth", "another number and spelling"])
def test_an_erased_person_stays_out_of_later_imports(server, row):
    imports = Imports(server, Organization(Client(server)))
    imports.apply(table(QUINN, JO, head=HEAD))
    imports.client.ok("POST", f"/v1/voters/{imports.voter('Q9001')}/erase")
    imports.source = imports.new_source()
    ready = imports.start(table(JO, row, ANN, head=HEAD))
    assert [(each["code"], each["count"], each["places"][0]["line"]) for each in ready["problems"] if each["rejected"]] == [("erased", 1, 3)]
    assert (ready["rows_rejected"], ready["planned"]["new"]) == (1, 1) and "zyxerased" not in str(ready).lower(), ready
    imports.client.ok("POST", f"/v1/imports/{ready['id']}/apply")
    assert imports.wait(ready["id"])["state"] == "done"
    assert imports.voters("last_name") == [("Bell",), ("Bell",)]
    # Another organization's import knows nothing of it.
    other = Imports(server, Organization(Client(server)))
    assert other.start(table(row, JO, head=HEAD))["planned"]["new"] == 2


def test_erasing_needs_the_right_and_waits_for_imports(server):
    org = Organization(Client(server))
    voter = org.owner.ok("POST", "/v1/voters", {"first_name": "Quinella", "last_name": "Zyxerased"}, status=201)["id"]
    viewer = org.add("member", {"view_voters": True})
    assert viewer.post(f"/v1/voters/{voter}/erase").status_code == 403
    assert org.owner.post(f"/v1/voters/{voter + 1000}/erase").status_code == 404
    assert Organization(Client(server)).owner.post(f"/v1/voters/{voter}/erase").status_code == 404
    told = org.admin.ok("POST", f"/v1/voters/{voter}/erase")
    assert (told["records_deleted"], told["records_emptied"]) == (1, 0)
    assert org.owner.get(f"/v1/voters/{voter}").status_code == 404

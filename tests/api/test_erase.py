# SPDX-License-Identifier: GPL-3.0-or-later
"""Erasing a person: no table, file or reply contains the person afterwards, a certificate exists, and imports leave
the person out. All copies are made through the API before."""

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
# Tables of places and numbers, which no longer name anybody; and tables that keep replies for a
# limited time.
PLACES = {"buildings", "doors", "households"}


def everything(server):
    """Table → its rows as one text, for every table of every schema of ours."""
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
    """Where a word of the person is still found."""
    seen = {(name, word) for name, text in everything(server).items() if name not in PLACES for word in WORDS if word in text}
    seen |= {(str(path.name), word) for path in server.storage.rglob("*") if path.is_file()
             for word in WORDS if word in path.read_text("utf-8", "replace").lower()}
    return seen


@pytest.fixture
def server(make_server):
    """A separate server for this file, because the tests search every table."""
    return make_server()


def work_with(org, person, turfs):
    """Contacts, texts, consents, uploads, registrations, merges and imports that store data of the person."""
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
    waiting = imports.start(table(moved, JO, ANN, [*QUINN[:9], "1-2"], head=HEAD))  # ready, with a second row that was refused
    assert waiting["state"] == "ready" and {name for name, _ in left(server)} >= {"voters", "voter_merges", "import_changes", "rows"}

    path = f"/v1/voters/{other}/erase"  # by either of the merged records
    certificate = org.owner.ok("POST", path)
    assert certificate["requested_by"] == f"user:{org.owner.user}" and certificate["voter_id"] == other
    assert (certificate["records_deleted"] + certificate["records_emptied"], certificate["contacts"], certificate["texts"], certificate["sign_ups"]) == (2, 2, 1, 1)
    assert certificate["copies"] >= 4 and org.owner.ok("POST", path)["id"] == certificate["id"]
    assert [each["id"] for each in org.owner.pages("/v1/erasures")] == [certificate["id"]]
    entry = next(each for each in org.owner.pages("/v1/audit-log") if each["action"] == "voter.erase" and each["entity"] == "erasure")
    assert entry["entity_id"] == certificate["id"]
    # The file of a waiting import stays until the import ends.
    wait_until(lambda: not {each for each in left(server) if each[0] != "file"}, 20, f"the end of {left(server)}")
    # The two contacts of the erased person remain as rows, so results still count them.
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
    # Erasures of one organization do not affect imports of another.
    other = Imports(server, Organization(Client(server)))
    assert other.start(table(row, JO, head=HEAD))["planned"]["new"] == 2


def with_work(owner, **person):
    """A person with a contact, so that erasing leaves an empty record."""
    made = owner.ok("POST", "/v1/voters", {"first_name": "Quinella", "last_name": "Zyxerased", **person}, status=201)["id"]
    owner.ok("POST", "/v1/contacts", act(channel="phone", disposition="busy", voter_id=made, phone="+16175550142"), status=201)
    return made


def test_an_empty_record_stays_empty(server):
    """No operation writes a person into an erased record, which would be shown as removed and not be erased again."""
    owner = Organization(Client(server)).owner
    person = with_work(owner)
    assert owner.ok("POST", f"/v1/voters/{person}/erase")["records_emptied"] == 1
    other = owner.ok("POST", "/v1/voters", {"first_name": "Quinella", "last_name": "Zyxerased"}, status=201)["id"]
    for reply in (owner.patch(f"/v1/voters/{person}", {"last_name": "Zyxerased"}),
                  owner.post("/v1/voter-merges", {"survivor_id": person, "merged_id": other}),
                  owner.post("/v1/voter-merges", {"survivor_id": other, "merged_id": person})):
        assert (reply.status_code, reply.json()["code"]) == (409, "voter_erased"), reply.text
    said = {"voter_id": person, "note": "zyxnote"}
    consent = {"client_id": str(uuid.uuid4()), "occurred_at": "2026-11-01T15:00:00Z", "channel": "email", "state": "granted",
               "voter_id": person, "address": "quinn@example.org", "source": "zyxnote"}
    for path, body in (("/v1/contacts", act(channel="phone", disposition="busy", phone="+16175550142", **said)),
                       ("/v1/follow-ups", {"kind": "ride", **said}), ("/v1/consents", consent)):
        reply = owner.post(path, body)
        assert (reply.status_code, reply.json()["errors"][0]["code"]) == (422, "unknown_reference"), reply.text
    assert owner.ok("GET", f"/v1/voters/{person}")["last_name"] == ""
    owner.ok("POST", f"/v1/voters/{other}/erase")
    assert {name for name, word in left(server) if word in ("zyxnote", "zyxerased")} == set()


def test_what_a_phone_wrote_of_an_erased_person_is_not_kept(server):
    """A phone was offline when the person was erased: its operation gets a verdict, and nothing about the person is
    stored, for an empty record and for a deleted one."""
    owner = Organization(Client(server)).owner
    emptied = with_work(owner)
    contact = owner.ok("GET", "/v1/contacts", query={"voter_id": emptied})["data"][0]
    gone = owner.ok("POST", "/v1/voters", {"first_name": "Quinella", "last_name": "Zyxerased"}, status=201)["id"]
    for person in (emptied, gone):
        owner.ok("POST", f"/v1/voters/{person}/erase")
    visit = {"channel": "door", "disposition": "not_home", "note": "zyxnote"}
    for kind, body in (("note", {"voter_id": emptied, "note": "zyxnote"}), ("note", {"voter_id": gone, "note": "zyxnote"}),
                       ("contact", {"voter_id": emptied, **visit}), ("contact", {"voter_id": gone, **visit}),
                       ("contact", {"replaces_client_id": contact["client_id"], **visit})):
        verdict = Phone(owner).one(kind, body)
        assert (verdict["verdict"], verdict["code"]) == ("refused", "unknown_reference"), verdict
    assert [each for each in left(server) if each[1] == "zyxnote"] == []


def test_an_export_from_before_and_a_file_without_numbers_bring_nobody_back(server):
    imports = Imports(server, Organization(Client(server)))
    owner = imports.client
    by_phone = owner.ok("POST", "/v1/voters", {"first_name": "Quinella", "last_name": "Zyxerased", "phones": ["+16175550142"]},
                        status=201)["id"]
    imports.apply(table(["Q9002", "Quentin", "Zyxerased", *QUINN[3:]], JO, head=HEAD))
    before = owner.post("/v1/voters/export", {}).content
    for person in (by_phone, imports.voter("Q9002")):
        owner.ok("POST", f"/v1/voters/{person}/erase")
    imports.source = imports.new_source()
    for data, erased in ((before, 2), (table(["", "Quentin", "Zyxerased", "", *QUINN[4:]], JO, head=HEAD), 1)):
        ready = imports.start(data)
        assert [each["count"] for each in ready["problems"] if each["code"] == "erased"] == [erased], ready["problems"]
        assert (ready["planned"]["new"], ready["planned"]["unchanged"]) == (0, 1), ready["planned"]
        owner.ok("POST", f"/v1/imports/{ready['id']}/cancel")
    # Another person at the same door with another state id and the names of an erased person is
    # imported.
    assert imports.start(table(["Q9003", "Quentin", "Zyxerased", "1999-01-01", *QUINN[4:]], head=HEAD))["planned"]["new"] == 1


def test_erasing_needs_the_right_and_waits_for_imports(server):
    org = Organization(Client(server))
    voter = org.owner.ok("POST", "/v1/voters", {"first_name": "Quinella", "last_name": "Zyxerased"}, status=201)["id"]
    viewer = org.add("member", {"view_voters": True})
    assert viewer.post(f"/v1/voters/{voter}/erase").status_code == 403
    assert org.owner.post(f"/v1/voters/{voter + 1000}/erase").status_code == 404
    assert Organization(Client(server)).owner.post(f"/v1/voters/{voter}/erase").status_code == 404
    certificate = org.admin.ok("POST", f"/v1/voters/{voter}/erase")
    assert (certificate["records_deleted"], certificate["records_emptied"]) == (1, 0)
    assert org.owner.get(f"/v1/voters/{voter}").status_code == 404

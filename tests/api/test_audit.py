# SPDX-License-Identifier: GPL-3.0-or-later
"""The audit log: an entry per write, no secrets, and a chain that detects tampering."""

import json
import re

from harness.client import Client, Organization


def log(client):
    return list(client.pages("/v1/audit-log", {"limit": 100}))


def test_an_entry_per_write(org):
    made = org.owner.request("POST", "/v1/events", {"title": "Before", "start_time": "2030-05-01T15:00:00Z",
                                                    "end_time": "2030-05-01T18:00:00Z"},
                             headers={"X-Request-Id": "audit-request-1"})
    event = made.json()
    org.admin.request("PATCH", f"/v1/events/{event['id']}", {"title": "After", "city": None},
                      headers={"X-Request-Id": "audit-request-2"})
    org.owner.ok("POST", f"/v1/events/{event['id']}/publish")
    entries = [entry for entry in log(org.owner) if entry["entity"] == "event" and entry["entity_id"] == event["id"]]
    published, changed, created = entries
    assert [entry["action"] for entry in entries] == ["event.publish", "event.update", "event.create"]
    assert created["actor"] == f"user:{org.owner.user}" and changed["actor"] == f"user:{org.admin.user}"
    assert created["request_id"] == "audit-request-1" and changed["request_id"] == "audit-request-2"
    assert {entry["address"] for entry in entries} == {"127.0.0.1"}
    assert created["before"] is None and created["after"]["title"] == "Before"
    changes = {key for key in changed["after"] if key not in ("version", "updated_at")}
    assert changes == {"title"} and changed["before"]["title"] == "Before" and changed["after"]["title"] == "After"
    assert published["before"]["is_published"] is False and published["after"]["is_published"] is True


def test_a_large_entry_is_first_on_a_full_page(org):
    """The memory for a page is estimated from its first row: the estimate must not refuse a page that fits."""
    events = [org.event() for _ in range(100)]
    most = {"title": 255, "short_description": 500, "address_line_1": 255, "address_line_2": 255, "description": 20_000}
    for character in "\U0001F5F3\U0001F5F4":  # the entry contains old and new values
        body = {field: character * length for field, length in most.items()}
        org.owner.ok("PATCH", f"/v1/events/{events[0]['id']}", headers={"Content-Type": "application/json"},
                     data=json.dumps(body, ensure_ascii=False).encode())
    page = org.owner.ok("GET", "/v1/audit-log", query={"limit": 100})
    assert len(page["data"]) == 100 and page["data"][0]["after"]["description"] == body["description"]


def test_a_delete_keeps_what_was(org):
    event = org.event(title="Doomed")
    org.owner.ok("DELETE", f"/v1/events/{event['id']}")
    entry = log(org.owner)[0]
    assert (entry["action"], entry["entity_id"], entry["after"]) == ("event.delete", event["id"], None)
    assert entry["before"]["title"] == "Doomed"


def test_what_was_refused_or_changed_nothing_leaves_no_entry(org):
    event = org.event()
    before = len(log(org.owner))
    place = f"/v1/events/{event['id']}"
    assert org.owner.patch(place, {"title": ""}).status_code == 422
    assert org.owner.patch(place, {"city": "X"}, headers={"If-Match": '"9"'}).status_code == 412
    assert org.member.patch(place, {"city": "X"}).status_code == 403
    assert org.owner.patch(place, {"title": event["title"]}).status_code == 200
    assert len(log(org.owner)) == before


def test_tokens_and_devices_act_under_their_own_names(org):
    made = org.owner.ok("POST", "/v1/api-tokens", {"name": "t", "scopes": ["manage_events"]})
    event = org.event(client=Client(org.owner.server, token=made["token"]))
    assert log(org.owner)[0]["actor"] == f"token:{made['id']}" and event["created_by"] is None


def test_no_secret_is_in_it(org):
    token = org.owner.ok("POST", "/v1/api-tokens", {"name": "t", "scopes": []})["token"]
    device = org.owner.ok("POST", "/v1/devices", {"name": "d", "profile": "door_list"})
    org.owner.ok("POST", "/v1/invitations", {"email": "secret@example.org", "role": "member"})
    text = str(log(org.owner))
    assert "api_token" in text and "device" in text and "invitation" in text
    for secret in (token, device["pairing_code"], device["pairing_code"].replace("-", ""), "token_hash", "pairing_hash"):
        assert secret not in text, secret


def test_the_chain_has_no_gaps_and_is_newest_first(org):
    org.event()
    entries = log(org.owner)
    assert [entry["seq"] for entry in entries] == list(range(len(entries), 0, -1))
    assert len({entry["hash"] for entry in entries}) == len(entries)
    assert all(re.fullmatch(r"[0-9a-f]{64}", entry["hash"]) for entry in entries)


def test_other_organizations_are_not_in_it(org, api):
    other = Organization(api, everybody=False)
    event = other.event(title="Elsewhere")
    assert "Elsewhere" not in str(log(org.owner)) and "Elsewhere" in str(log(other.owner))
    assert event["id"] not in [entry["entity_id"] for entry in log(org.owner) if entry["entity"] == "event"]


def test_verify_finds_what_was_tampered_with(make_server):
    server = make_server()
    org = Organization(Client(server), everybody=False)
    for _ in range(4):
        org.event()

    def verify():
        return server.command("audit", "verify")

    def tamper(statement):
        """A superuser disables the triggers and changes the log; the change is undone afterwards."""
        server.cluster.sql(None, "CREATE TABLE kept AS SELECT * FROM audit_log; CREATE TABLE heads AS SELECT * FROM "
                           "audit_heads; SET session_replication_role = replica; " + statement, server.database)
        found = verify()
        server.cluster.sql(None, "SET session_replication_role = replica; TRUNCATE audit_log, audit_heads; INSERT INTO "
                           "audit_log SELECT * FROM kept; INSERT INTO audit_heads SELECT * FROM heads; "
                           "DROP TABLE kept, heads", server.database)
        return found

    clean = verify()
    assert clean.returncode == 0 and re.search(r"\b0 problems", clean.stdout), clean.stdout + clean.stderr
    assert int(re.search(r"(\d+) entries", clean.stdout).group(1)) >= 5
    for statement in ("UPDATE audit_log SET actor = 'user:999' WHERE seq = 3",
                      "UPDATE audit_log SET after = '{}' WHERE seq = 3",
                      "UPDATE audit_log SET at = at - interval '1 day' WHERE seq = 3",
                      "DELETE FROM audit_log WHERE seq = 3",
                      "DELETE FROM audit_log WHERE seq = (SELECT max(seq) FROM audit_log)",
                      "DELETE FROM audit_log",
                      "UPDATE audit_log SET seq = seq + 100 WHERE seq = 3",
                      "INSERT INTO audit_log SELECT organization_id, seq + 50, at, actor, action, entity, entity_id, "
                      "request_id, address, before, after, prev_hash, hash FROM audit_log WHERE seq = 3",
                      "UPDATE audit_heads SET seq = seq - 1"):
        found = tamper(statement)
        assert found.returncode == 1 and f"organization {org.id} entry" in found.stdout, (statement, found.stdout)
        assert verify().returncode == 0

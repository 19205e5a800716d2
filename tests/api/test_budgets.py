# SPDX-License-Identifier: GPL-3.0-or-later
"""Limits of what one organization or person may use: each is a setting; exceeding it is refused with an error that
names the limit, the use and the way out, while others are not affected."""

import gzip

import pytest

from harness.client import Client, Organization, is_problem, unique
from test_imports import ANN, HEAD, JO, ROSA, Imports, table

# Setting → (path, body, method and path of the request that deletes one object again, or None).
COUNTED = {
    "LISTS_PER_ORGANIZATION": ("/v1/voter-lists", lambda: {"name": unique("list"), "filter": {}}, "DELETE", "/v1/voter-lists/{id}"),
    "TAGS_PER_ORGANIZATION": ("/v1/tags", lambda: {"name": unique("tag")}, "DELETE", "/v1/tags/{id}"),
    "SCRIPTS_PER_ORGANIZATION": ("/v1/scripts", lambda: {"name": unique("script")}, None, None),
    "PROFILES_PER_ORGANIZATION": ("/v1/voter-profiles", lambda: {"profile": {"name": unique("profile"), "mappings": [
        {"field": "last_name", "columns": ["name"]}]}}, "DELETE", "/v1/voter-profiles/{id}"),
    "TOKENS_PER_ORGANIZATION": ("/v1/api-tokens", lambda: {"name": unique("token"), "scopes": []}, "DELETE", "/v1/api-tokens/{id}"),
    "DEVICES_PER_ORGANIZATION": ("/v1/devices", lambda: {"name": unique("door"), "profile": "door_list"}, "DELETE", "/v1/devices/{id}"),
}


@pytest.fixture(scope="module")
def server(cluster, redis_server, binary):
    from harness import server as harness_server

    made = harness_server.Server(cluster, cluster.new_database(binary), redis_server.url, ORGANIZATIONS_PER_PERSON=2,
                                 IMPORTS_WAITING=2, IMPORT_STORAGE=3000, IMPORT_BYTES_PER_DAY=10000, IMPORT_ROWS_PER_DAY=6,
                                 **{name: 2 for name in COUNTED})
    made.start()
    yield made
    made.remove()


def is_budget_refusal(reply, setting, used, most):
    """Check a refusal: it names the limit's setting, the use and the limit."""
    assert is_problem(reply, 409, "conflict") and reply.json()["code"] == "budget_spent", reply.text
    assert f"{used} of at most {most} ({setting})." in reply.json()["detail"], reply.text
    return True


@pytest.mark.parametrize("setting", COUNTED)
def test_an_organization_has_so_many(server, setting):
    path, body, verb, one = COUNTED[setting]
    org, other = (Organization(Client(server), everybody=False) for _ in range(2))
    made = [org.owner.ok("POST", path, body(), status=201) for _ in range(2)]
    assert is_budget_refusal(org.owner.post(path, body()), setting, 3, 2)
    other.owner.ok("POST", path, body(), status=201)
    if verb:
        org.owner.ok(verb, one.format(id=made[0]["id"]))
        org.owner.ok("POST", path, body(), status=201)


def test_a_person_owns_so_many_organizations(server):
    org = Organization(Client(server), everybody=False)
    org.owner.ok("POST", "/v1/organizations", {"name": unique("Org")}, status=201)
    assert is_budget_refusal(org.owner.post("/v1/organizations", {"name": unique("Org")}), "ORGANIZATIONS_PER_PERSON", 3, 2)
    # Membership in another person's organization does not count against the own limit.
    member = org.add("member")
    member.ok("POST", "/v1/organizations", {"name": unique("Org")}, status=201)


def test_imports_that_wait(server):
    imports = Imports(server, Organization(Client(server), everybody=False))
    first, _ = imports.upload(table(ROSA)), imports.upload(table(JO))
    body = {"source_id": imports.source, "name": "File"}
    assert is_budget_refusal(imports.client.post("/v1/imports", body), "IMPORTS_WAITING", 3, 2)
    imports.client.ok("POST", f"/v1/imports/{first}/cancel")
    imports.client.ok("POST", "/v1/imports", body, status=201)


def upload(imports, number, data):
    return imports.client.put(f"/v1/imports/{number}/file", data=data, headers={"Content-Type": "text/csv"})


def test_bytes_of_imports(server):
    """Waiting files count, and each upload of a day counts, even when it replaces an earlier file."""
    imports = Imports(server, Organization(Client(server), everybody=False))
    number = imports.upload(b"x" * 2000)
    other = imports.client.ok("POST", "/v1/imports", {"source_id": imports.source, "name": "File"}, status=201)["id"]
    assert is_budget_refusal(upload(imports, other, b"y" * 1001), "IMPORT_STORAGE", 3001, 3000)
    upload(imports, other, b"y" * 1000)
    imports.client.ok("POST", f"/v1/imports/{number}/cancel")
    imports.client.ok("POST", f"/v1/imports/{other}/cancel")
    for used in range(3000, 9000, 2000):
        number = imports.client.ok("POST", "/v1/imports", {"source_id": imports.source, "name": "File"}, status=201)["id"]
        assert upload(imports, number, b"z" * 2000).status_code == 200, used
        imports.client.ok("POST", f"/v1/imports/{number}/cancel")
    number = imports.client.ok("POST", "/v1/imports", {"source_id": imports.source, "name": "File"}, status=201)["id"]
    assert is_budget_refusal(upload(imports, number, b"z" * 2000), "IMPORT_BYTES_PER_DAY", 11000, 10000)
    assert imports.get(number)["state"] == "created"


def test_rows_of_imports(server):
    imports = Imports(server, Organization(Client(server), everybody=False))
    imports.apply(table(ROSA, JO, ANN, head=HEAD))
    failed = imports.start(table(*([str(n), *ROSA[1:]] for n in range(4))))
    assert (failed["state"], failed["error_code"]) == ("failed", "budget_spent"), failed
    assert "7 of at most 6 (IMPORT_ROWS_PER_DAY)" in failed["error"]
    assert server.sql("SELECT count(*) FROM staging.rows WHERE import_id = %s", (failed["id"],))[0][0] == 0
    Imports(server, Organization(Client(server), everybody=False)).apply(table(ROSA, JO, ANN, head=HEAD))


def test_a_file_that_unpacks_to_too_much(make_server):
    """Refuses a compression ratio that no voter file has, above a size; a small file with the same ratio is read."""
    server = make_server(IMPORT_UNPACKED=200 << 20)
    imports = Imports(server, Organization(Client(server), everybody=False))
    # A long column makes the file large with few rows, because reading rows takes the time.
    row = (",".join([*ROSA, "x" * 2000]) + "\n").encode()
    for rows, state in ((10000, "ready"), ((70 << 20) // len(row), "failed")):
        packed = gzip.compress((",".join([*HEAD, "remark"]) + "\n").encode() + row * rows)
        made = imports.start(packed, media="application/gzip")
        assert made["state"] == state, made
    assert made["error_code"] == "too_large" and "IMPORT_RATIO" in made["error"] and "IMPORT_UNPACKED" in made["error"]

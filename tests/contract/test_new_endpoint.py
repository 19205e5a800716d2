# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/adding-an-endpoint.md says how an endpoint with a table is added. Take its blocks, put them into a copy of the
sources, build it, use the endpoint over HTTP, and run the suites that find a new endpoint by themselves."""

import os
import subprocess
import sys

import pytest

from harness import client as harness_client
from harness import server as harness_server
from harness import services, sources

FILES_MAX, LINES_MAX = 5, 70


@pytest.fixture(scope="module")
def blocks():
    return sources.blocks_of_page("## An endpoint", "## A column")


@pytest.fixture(scope="module")
def changed(tmp_path_factory, blocks):
    """Build a copy of the sources with the endpoint, and generate its API document again."""
    copy = tmp_path_factory.mktemp("endpoint")
    sources.copy_into(copy, "client-gtk", "docs", "tests")
    for name, where, text in blocks:
        sources.insert_block(copy, name, where, text)
    binary = sources.build(copy)
    made = subprocess.run([str(binary), "openapi"], capture_output=True, text=True, check=True)
    (copy / "docs" / "openapi.json").write_text(made.stdout, encoding="utf-8")
    return copy


@pytest.fixture(scope="module")
def served(changed, cluster, redis_server):
    """Start the copy's server, on a database that the copy has migrated."""
    binary = changed / "build" / "server" / "campaign-centerd"
    database = cluster.new_database(harness_server.binary())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(services, "ROOT", changed)
        patch.setenv("CAMPAIGN_CENTERD_BINARY", str(binary))
        cluster.migrate(database, binary)
        server = harness_server.Server(cluster, database, redis_server.url)
        server.start()
        yield server
        server.remove()


def test_the_endpoint_is_small(blocks):
    lines = sum(text.count("\n") for _, _, text in blocks)
    assert len({name for name, _, _ in blocks}) <= FILES_MAX and lines <= LINES_MAX, lines


@pytest.mark.slow
def test_the_endpoint_works(served):
    stranger = harness_client.Client(served)
    org = harness_client.Organization(stranger)
    other = harness_client.Organization(stranger, everybody=False)
    path = f"/v1/events/{org.event()['id']}/notes"
    cursor = org.admin.ok("GET", "/v1/changes?since=now")["cursor"]
    made = org.admin.post(path, {"text": "Bring chairs."})
    assert made.status_code == 201 and made.json()["created_by"] == org.admin.user
    assert made.headers["Location"] == f"{path}/{made.json()['id']}" and made.headers["ETag"] == '"1"'
    assert org.admin.ok("GET", made.headers["Location"]) == made.json()
    same = org.admin.get(made.headers["Location"], headers={"If-None-Match": '"1"'})
    assert same.status_code == 304
    for text in ("Two", "Three"):
        org.admin.ok("POST", path, {"text": text}, status=201)
    assert [note["text"] for note in org.admin.pages(path, {"limit": 2})] == ["Bring chairs.", "Two", "Three"]
    refused = org.admin.post(path, {"text": ""})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/text")
    missing = org.admin.get("/v1/events/999999999/notes")
    assert (missing.status_code, missing.json()["entity"]) == (404, "event")
    for reply in (other.owner.get(path), other.owner.post(path, {"text": "x"}), other.owner.get(made.headers["Location"])):
        assert reply.status_code == 404
    assert org.member.get(path).status_code == 403
    entry = [each for each in org.owner.ok("GET", "/v1/audit-log?limit=10")["data"] if each["entity"] == "event_note"][-1]
    assert (entry["action"], entry["after"]["text"]) == ("event_note.create", "Bring chairs.")
    logged = [each for each in org.admin.ok("GET", f"/v1/changes?since={cursor}")["data"] if each["entity"] == "event_note"]
    assert [each["op"] for each in logged] == ["insert"] * 3


# Suites that cover the endpoint without changes: arguments of pytest, and one test that must have
# run.
SUITES = {
    "catalog": (["tests/db/test_catalog.py", "tests/db/test_functions.py"], "test_catalog.py::test_nothing_breaks_the_rule"),
    "tenants": (["tests/db/test_tenants.py"], "is_refused[event_notes]"),
    "document": (["tests/contract/test_document.py", "tests/contract/test_routes.py", "tests/contract/test_queries.py"],
                 "test_parents"),
    "plain": (["tests/api/test_plain.py", "tests/api/test_parents.py"], "test_nothing_is_there_for_others"),
    "access": (["tests/access/test_matrix.py", "-k", "EventNote"], "test_route[createEventNote]"),
    "objects": (["tests/access/test_objects.py", "-k", "EventNote or every_id"], "test_every_id_has_its_cell_or_a_reason"),
}


@pytest.mark.slow
@pytest.mark.parametrize("suite", SUITES)
def test_the_suites_find_it(changed, suite):
    arguments, seen = SUITES[suite]
    environment = {**os.environ, "CAMPAIGN_CENTERD_BINARY": str(changed / "build" / "server" / "campaign-centerd")}
    ran = subprocess.run([sys.executable, "-m", "pytest", "-v", "-p", "no:cacheprovider", *arguments], cwd=changed,
                         env=environment, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout[-3000:] + ran.stderr[-1000:]
    assert any(seen in line and "PASSED" in line for line in ran.stdout.splitlines()), ran.stdout[-2000:]


@pytest.mark.slow
def test_lint_finds_nothing_in_it(changed):
    rules = [sys.executable, "tests/lint/lint.py", "--only", "spdx,includes,banned,comments,lengths,queries,names,sql"]
    before = subprocess.run(rules, cwd=services.ROOT, capture_output=True, text=True)
    after = subprocess.run(rules, cwd=changed, capture_output=True, text=True)
    assert set(after.stdout.splitlines()[:-1]) <= set(before.stdout.splitlines()[:-1]), after.stdout[-2000:]

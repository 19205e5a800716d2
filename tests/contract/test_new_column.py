# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/adding-an-endpoint.md says that a column is one struct row and one migration line: take those
lines from the page, put them into a copy of the sources, build it, and use the column over HTTP."""

import pytest

from harness import client as harness_client
from harness import server as harness_server
from harness import services, sources


@pytest.fixture(scope="module")
def changed(tmp_path_factory):
    """Build a copy of the sources with the column."""
    copy = tmp_path_factory.mktemp("column")
    sources.copy_into(copy)
    member, row, migration = sources.lines_of_page(
        r"char \*dress_code;", r"CC_STRING\(cc_event, dress_code.*", r"ALTER TABLE events .*")
    api = copy / "common" / "api"
    sources.insert_before(api / "cc-event.h", "} cc_event;", member)
    sources.insert_before(api / "cc-event.c", "};\nconst cc_type cc_event_type =", row)
    sources.add_migration(copy, "event_dress_code", migration)
    sources.build(copy)
    return copy


@pytest.mark.slow
def test_a_column_is_one_row_and_one_line(changed, cluster, redis_server, monkeypatch):
    binary = changed / "build" / "server" / "campaign-centerd"
    database = cluster.new_database(harness_server.binary())
    monkeypatch.setattr(services, "ROOT", changed)
    monkeypatch.setenv("CAMPAIGN_CENTERD_BINARY", str(binary))
    cluster.migrate(database, binary)
    server = harness_server.Server(cluster, database, redis_server.url)
    server.start()
    try:
        stranger = harness_client.Client(server)
        org = harness_client.Organization(stranger)
        body = {"title": "Gala", "start_time": "2027-05-01T15:00:00Z", "end_time": "2027-05-01T18:00:00Z",
                "dress_code": "Green shirts"}
        made = org.admin.ok("POST", "/v1/events", body)
        assert made["dress_code"] == "Green shirts"
        path = f"/v1/events/{made['id']}"
        assert org.admin.ok("PATCH", path, {"dress_code": None})["dress_code"] is None
        assert org.admin.ok("PATCH", path, {"dress_code": "Any"})["dress_code"] == "Any"
        assert org.admin.patch(path, {"dress_code": "x" * 201}).json()["errors"][0]["pointer"] == "/dress_code"
        org.admin.ok("POST", path + "/publish")
        assert stranger.ok("GET", f"/v1/public/events/{made['id']}")["dress_code"] == "Any"
        assert org.member.ok("GET", "/v1/events")["data"][0]["dress_code"] == "Any"
        entry = org.owner.ok("GET", "/v1/audit-log?limit=2")["data"][1]
        assert entry["before"]["dress_code"] is None and entry["after"]["dress_code"] == "Any"
        document = stranger.ok("GET", "/openapi.json")
        assert document["components"]["schemas"]["EventBody"]["properties"]["dress_code"]["maxLength"] == 200
    finally:
        server.remove()

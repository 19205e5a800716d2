# SPDX-License-Identifier: GPL-3.0-or-later
"""A dump is restored into another cluster: the feed begins again there, and no reader misses a change silently."""

import subprocess

import pytest

from harness import client as harness_client
from harness import services

EVENT = {"title": "Doors", "start_time": "2027-05-01T15:00:00Z", "end_time": "2027-05-01T18:00:00Z"}


@pytest.fixture
def other_cluster(monkeypatch):
    """Created with initdb, because the tests' clusters are copies of one and share its system identifier."""
    monkeypatch.delenv(services.TEMPLATE, raising=False)
    made = services.Cluster()
    yield made
    made.remove()


def move(source, database, target):
    """pg_dump here, pg_restore there; returns the name of the new database."""
    name = target.new_database()
    dump = source.folder / "dump"
    source._run("pg_dump", "-Fc", "-h", str(source.folder), "-U", "postgres", "-f", str(dump), database)
    target._run("pg_restore", "-h", str(target.folder), "-U", "postgres", "-d", name, "--clean", "--if-exists", str(dump))
    return name


@pytest.mark.slow
def test_a_dump_in_another_cluster(make_server, cluster, other_cluster):
    server = make_server()
    org = harness_client.Organization(harness_client.Client(server))
    org.owner.ok("POST", "/v1/events", EVENT)
    old = org.owner.ok("GET", "/v1/changes")["cursor"]

    # The command is refused while a server is connected, because that server would continue the old
    # feed generation.
    refused = server.command("restored")
    assert refused.returncode == 1 and "Stop it first" in refused.stderr
    server.stop()

    restored = make_server(database=move(cluster, server.database, other_cluster), start=False)
    restored.environment.update(DATABASE_URL=other_cluster.url(restored.database),
                                MIGRATION_DATABASE_URL=other_cluster.url(restored.database, "campaign_owner"))
    with pytest.raises(RuntimeError, match="campaign-centerd restored"):
        restored.start()
    done = restored.command("restored")
    assert done.returncode == 0, done.stderr
    assert restored.command("audit", "verify").returncode == 0

    restored.start()
    owner = harness_client.Client(restored, token=org.owner.token)
    gone = owner.get("/v1/changes", query={"since": old})
    assert gone.status_code == 410 and gone.json()["type"].endswith("gone"), gone.text
    assert gone.json()["errors"][0]["code"] == "feed_restarted"
    now = owner.ok("GET", "/v1/changes", query={"since": "now"})["cursor"]
    made = owner.ok("POST", "/v1/events", EVENT)
    page = owner.ok("GET", "/v1/changes", query={"since": now})
    assert [(c["entity"], c["entity_id"]) for c in page["data"]] == [("event", made["id"])]
    # Events from before the restore exist, but the new feed does not contain them.
    assert len(owner.ok("GET", "/v1/events")["data"]) == 2


def test_a_new_generation_in_the_same_cluster(make_server):
    """Running the command without need is harmless."""
    server = make_server()
    org = harness_client.Organization(harness_client.Client(server))
    old = org.owner.ok("GET", "/v1/changes")["cursor"]
    server.stop()
    assert server.command("restored").returncode == 0
    assert server.command("restored").returncode == 0
    server.start()
    owner = harness_client.Client(server, token=org.owner.token)
    assert owner.get("/v1/changes", query={"since": old}).status_code == 410
    assert owner.ok("GET", "/v1/changes")["data"] == []


def test_a_cursor_of_nobody(org):
    """A cursor that the feed did not make stays a wrong value, and does not mean a restarted feed."""
    assert org.owner.get("/v1/changes", query={"since": "AAAA"}).status_code == 422

# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/adding-an-endpoint.md says that a column of a voter is one member, one row and one migration line: take
them from the page, put them into a copy of the sources, build it, and follow the column through import, undo,
merge, purge, export and the log."""

import csv
import io

import pytest

from harness import client as harness_client
from harness import server as harness_server
from harness import services, sources

PROFILE = {"name": "With pronouns", "mappings": [
    {"field": "state_id", "columns": ["ID"], "required": True}, {"field": "first_name", "columns": ["FIRST"]},
    {"field": "last_name", "columns": ["LAST"]}, {"field": "column", "key": "pronouns", "columns": ["PRONOUN"]}]}
OVER = ("ready", "done", "undone", "failed", "cancelled")


@pytest.fixture(scope="module")
def changed(tmp_path_factory):
    copy = tmp_path_factory.mktemp("voter_column")
    sources.copy_into(copy)
    member, row, migration = sources.lines_of_page(
        r"char \*pronouns;", r"CC_STRING\(cc_voter, pronouns.*", r"ALTER TABLE voters .*")
    api = copy / "common" / "api"
    sources.insert_before(api / "cc-voter.h", "} cc_voter;", member)
    sources.insert_before(api / "cc-voter.c", "};\nconst cc_type cc_voter_type =", row)
    sources.add_migration(copy, "voter_pronouns", migration)
    sources.build(copy)
    return copy


@pytest.fixture
def team(changed, cluster, redis_server, monkeypatch):
    """An organization on the changed server, with a database from before the change, so that staging gets the column,
    too."""
    binary = changed / "build" / "server" / "campaign-centerd"
    database = cluster.new_database(harness_server.binary())
    monkeypatch.setattr(services, "ROOT", changed)
    monkeypatch.setenv("CAMPAIGN_CENTERD_BINARY", str(binary))
    cluster.migrate(database, binary)
    server = harness_server.Server(cluster, database, redis_server.url)
    server.start()
    yield harness_client.Organization(harness_client.Client(server))
    server.remove()


class Files:
    def __init__(self, team):
        self.client = team.owner
        self.source = self.client.ok("POST", "/v1/voter-sources", {"name": "County", "permitted_use": "Elections"}, status=201)["id"]
        self.client.ok("POST", f"/v1/voter-sources/{self.source}/acknowledge")
        self.profile = self.client.ok("POST", "/v1/voter-profiles", {"profile": PROFILE}, status=201)["id"]

    def wait(self, number, states=OVER):
        services.wait_until(lambda: self.client.ok("GET", f"/v1/imports/{number}")["state"] in states, 60, f"import {number}")
        return self.client.ok("GET", f"/v1/imports/{number}")

    def load(self, *rows):
        """Import the rows and apply."""
        data = "".join(",".join(row) + "\n" for row in (("ID", "FIRST", "LAST", "PRONOUN"), *rows)).encode()
        number = self.client.ok("POST", "/v1/imports", {"source_id": self.source, "name": "File", "profile_id": self.profile,
                                                        "auto_apply": True}, status=201)["id"]
        self.client.ok("PUT", f"/v1/imports/{number}/file", data=data, headers={"Content-Type": "text/csv"})
        self.client.ok("POST", f"/v1/imports/{number}/start")
        done = self.wait(number, ("done", "undone", "failed", "cancelled"))
        assert done["state"] == "done", done
        return done

    def voters(self):
        found = self.client.ok("GET", "/v1/voters?limit=100")["data"]
        return {each["state_id"]: self.client.ok("GET", f"/v1/voters/{each['id']}") for each in found}

    def pronouns(self):
        return {state_id: each["pronouns"] for state_id, each in self.voters().items()}


def undo_restores(files):
    files.load(("1", "Rosa", "Medina", "she/her"), ("2", "Jo", "Bell", ""))
    assert files.pronouns() == {"1": "she/her", "2": None}
    # Files with the column change and fill its values; a file without the column leaves them
    # unchanged.
    done = files.load(("1", "Rosa", "Medina", "they/them"), ("2", "Jo", "Bell", "he/him"))
    assert done["applied"]["changed"] == 2 and files.pronouns() == {"1": "they/them", "2": "he/him"}
    assert files.load(("1", "Rosa", "Medina", ""))["applied"]["changed"] == 0
    assert files.pronouns()["1"] == "they/them"
    wrong = files.load(("1", "Rosa", "Medina", "x" * 51))
    assert [p["code"] for p in wrong["problems"]] == ["bad_value"] and files.pronouns()["1"] == "they/them"
    for each in files.client.ok("GET", "/v1/imports")["data"][:3]:
        files.client.ok("POST", f"/v1/imports/{each['id']}/undo")
        assert files.wait(each["id"], ("undone", "failed"))["state"] == "undone"
    assert files.pronouns() == {"1": "she/her", "2": None}


def merges_and_back(files):
    keep = files.client.ok("POST", "/v1/voters", {"first_name": "Rosa", "last_name": "Medina"}, status=201)["id"]
    gone = files.voters()["1"]["id"]
    made = files.client.ok("POST", "/v1/voter-merges", {"survivor_id": keep, "merged_id": gone}, status=201)
    assert files.client.ok("GET", f"/v1/voters/{keep}")["pronouns"] == "she/her"
    files.client.ok("POST", f"/v1/voter-merges/{made['id']}/undo")
    assert files.client.ok("GET", f"/v1/voters/{keep}")["pronouns"] is None
    assert files.client.ok("GET", f"/v1/voters/{gone}")["pronouns"] == "she/her"


def purged(files, server):
    person = files.voters()["1"]["id"]
    tag = files.client.ok("POST", "/v1/tags", {"name": "keeps the row"}, status=201)["id"]
    files.client.ok("POST", f"/v1/voters/{person}/tags", {"add": [str(tag)]})
    files.client.ok("POST", f"/v1/voter-sources/{files.source}/purge")
    path = f"/v1/voter-sources/{files.source}/certificate"
    services.wait_until(lambda: files.client.ok("GET", path)["finished_at"], 30, "the purge")
    left = files.client.ok("GET", f"/v1/voters/{person}")
    assert (left["first_name"], left["pronouns"]) == ("", None)
    # After a purge the value is neither in the rows nor in the audit log.
    assert server.sql("SELECT count(*) FROM voters WHERE pronouns IS NOT NULL")[0][0] == 0
    assert server.sql("SELECT count(*) FROM audit_log WHERE concat(before, after) LIKE '%%she/her%%'")[0][0] == 0


def test_a_column_of_a_voter_is_one_row_and_one_line(team):
    files, server = Files(team), team.owner.server
    refused = files.client.post("/v1/voter-profiles", {"profile": {
        "name": "x", "mappings": [{"field": "column", "key": "party", "columns": ["P"]}]}})
    assert refused.json()["errors"][0]["pointer"] == "/profile/mappings/0/key", refused.text
    undo_restores(files)
    text = files.client.post("/v1/voters/export", {}).text
    assert {r["state_id"]: r["pronouns"] for r in csv.DictReader(io.StringIO(text))} == {"1": "she/her", "2": ""}
    by_hand = files.client.ok("PATCH", f"/v1/voters/{files.voters()['2']['id']}", {"pronouns": "he/him"})
    assert by_hand["pronouns"] == "he/him"
    merges_and_back(files)
    purged(files, server)

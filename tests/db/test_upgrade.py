# SPDX-License-Identifier: GPL-3.0-or-later
"""Migrations, API and sync protocol are promises since the first fixture: a release's database is upgraded with all
its data, and its users keep working."""

import collections
import json
import shutil
import threading

import pytest

from harness import campaign, release, services, sources
from harness.authenticator import Authenticator
from harness.client import Client
from harness.phone import stamp
from harness.turfs import act

EVENT = {"title": "Doors", "start_time": "2031-05-01T15:00:00Z", "end_time": "2031-05-01T18:00:00Z"}

# Values that depend on the moment and not on stored data.
OF_THE_MOMENT = {"as_of", "cursor", "next_cursor"}

# Rules printed from common/rules: each release has its own.
OF_THE_PROGRAM = {"dispositions", "disposition_needs", "door_verdicts", "state_machines", "state_moves"}

# Jobs that migrations queue.
DERIVED_ANEW = {"places.rekey"}

pytestmark = pytest.mark.slow


def rows(server, known):
    """Each row of the known tables, in the known columns. A missing column fails."""
    return {table: collections.Counter(json.dumps(row[0], sort_keys=True) for row in server.sql(
                "SELECT to_jsonb(t) FROM (SELECT {} FROM {}) t".format(", ".join(f'"{name}"' for name in columns), table)))
            for table, columns in known.items()}


def done(server, *command):
    result = server.command(*command)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def verify(server):
    done(server, "audit", "verify")
    for organization, in server.sql("SELECT id FROM organizations"):
        assert server.sql("SELECT * FROM audit_verify(%s)", (organization,)) == []


@pytest.fixture
def filled(request, cluster, make_server):
    """The database of the release with a server that was not started."""
    return make_server(database=release.load(request.param, cluster), start=False)


def sign_in(server, facts, who, **more):
    client = Client(server)
    client.sign_in(facts[who]["email"], facts["password"], **more)
    return client


def differences(before, now, place=""):
    """Members that a reply lacks compared to before. Members may be added: readers ignore unknown ones."""
    if isinstance(before, dict) and isinstance(now, dict):
        return [where for name in before if name not in OF_THE_MOMENT
                for where in (differences(before[name], now[name], f"{place}/{name}") if name in now else [f"{place}/{name}"])]
    if isinstance(before, list) and isinstance(now, list) and len(before) == len(now):
        return [where for i, pair in enumerate(zip(before, now)) for where in differences(*pair, f"{place}/{i}")]
    return [] if before == now else [f"{place}: {before!r} is {now!r}"]


def test_differences():
    before = {"data": [{"id": 1, "tags": ["a"]}], "next_cursor": "x"}
    assert differences(before, {"data": [{"id": 1, "tags": ["a"], "new": 2}], "next_cursor": "y"}) == []
    assert differences(before, {"data": [{"id": "1", "tags": ["a"]}]}) == ["/data/0/id: 1 is '1'"]
    assert differences(before, {"data": [{"id": 1}]}) == ["/data/0/tags"]
    assert differences(before, {"data": []}) == ["/data: [{'id': 1, 'tags': ['a']}] is []"]


def read_all(server, facts):
    """Reads of the release's people and devices; returns a client of the owner."""
    owner = sign_in(server, facts, "owner")
    assert owner.ok("GET", "/v1/organization")["id"] == facts["owner"]["organization_id"]
    for path, answer in facts["answers"].items():
        assert differences(answer, owner.ok("GET", path)) == [], path
    for path, count in facts["counts"].items():
        assert len(list(owner.pages(path, {"limit": 100}))) == count, path
    code = Authenticator(facts["admin"]["second_factor"]).code()
    sign_in(server, facts, "admin", code=code).ok("GET", "/v1/audit-log")
    neighbour = sign_in(server, facts, "neighbour")
    assert [each["organization_id"] for each in neighbour.ok("GET", "/v1/events")["data"]] == [
        facts["neighbour"]["organization_id"]]
    assert neighbour.get(f"/v1/voters/{facts['voter_id']}").status_code == 404
    for token in ("api_token", "device_token"):
        Client(server, facts[token]).ok("GET", f"/v1/events/{facts['event_id']}")
    return owner


def decide_old(owner, facts):
    """JSON that the older release stored for later use is understood."""
    merge, = facts["answers"]["/v1/voter-merges?limit=100"]["data"]
    undone = owner.ok("POST", f"/v1/voter-merges/{merge['id']}/undo")
    assert undone["undone_at"]
    assert owner.ok("GET", f"/v1/voters/{merge['merged_id']}")["emails"] == merge["merged_before"]["emails"]
    conflict, = facts["answers"]["/v1/field/conflicts?limit=100"]["data"]
    assert owner.ok("POST", f"/v1/field/conflicts/{conflict['id']}/resolve", {"decision": "accept"})["state"] == "accepted"


def write_some(owner, facts):
    """A new event, contact and check-in, and their entries in the feed."""
    cursor = owner.ok("GET", "/v1/changes", query={"since": "now"})["cursor"]
    event = owner.ok("POST", "/v1/events", EVENT, status=201)
    contact = owner.ok("POST", "/v1/contacts", act(channel="door", disposition="refused", voter_id=facts["turf_voter_id"],
                                                   turf_id=facts["turf_id"]), status=201)
    attendee = facts["waiting_attendee_id"]
    checked_in = owner.ok("POST", f"/v1/events/{facts['event_id']}/attendees/{attendee}/check-in", act(occurred_at=stamp()))
    assert checked_in["status"] == "attended"
    fed = {(each["entity"], each["entity_id"])
           for each in owner.ok("GET", "/v1/changes", query={"since": cursor, "limit": 100})["data"]}
    assert {("event", event["id"]), ("contact", contact["id"]), ("attendee", attendee)} <= fed


@pytest.mark.parametrize("filled", release.names(), indirect=True)
def test_a_filled_database_comes_up_to_date(request, filled):
    facts = release.read(request.node.callspec.params["filled"])
    known = release.tables(filled)
    before = rows(filled, known)
    applied = filled.sql("SELECT * FROM schema_migrations ORDER BY number")
    assert {name: checksum for _, name, checksum, _ in applied} == facts["migrations"]
    done(filled, "migrate")
    after = rows(filled, known)
    queued = after["jobs"] - before["jobs"]
    after["jobs"] -= queued
    for table in OF_THE_PROGRAM:
        after[table] = before[table]
    assert after == before and {json.loads(row)["kind"] for row in queued} <= DERIVED_ANEW
    assert filled.sql("SELECT * FROM schema_migrations ORDER BY number")[:len(applied)] == applied
    verify(filled)
    done(filled, "restored")
    filled.start()
    owner = read_all(filled, facts)
    write_some(owner, facts)
    decide_old(owner, facts)
    verify(filled)
    assert "0 migrations and 0 files of functions" in done(filled, "migrate")


class Work:
    """People who write and read while something else happens."""

    def __init__(self, owner, people=3):
        self.owner, self.ended, self.made, self.problems = owner, threading.Event(), [], []
        self.threads = [threading.Thread(target=self.go) for _ in range(people)]

    def go(self):
        client = Client(self.owner.server, self.owner.token)
        while not self.ended.is_set():
            replies = [client.post("/v1/events", EVENT)]
            if replies[0].status_code == 201:
                self.made.append(replies[0].json()["id"])
            replies += [client.get(path) for path in ("/v1/events", "/v1/changes?limit=5", "/v1/voters?limit=5")]
            self.problems += [reply.text for reply in replies if reply.status_code not in (200, 201)]

    def more(self, count):
        """Wait for this many further events."""
        target = len(self.made) + count
        services.wait_until(lambda: len(self.made) >= target or self.problems, 60, "work")

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *error):
        self.ended.set()
        for thread in self.threads:
            thread.join()


# One more column in each table of an organization. Functions belong to the schema: the release that
# adds a column adapts functions that write whole rows (contact_record).
COLUMNS = """
DO $$
DECLARE
  name text;
BEGIN
  FOR name IN SELECT attrelid::regclass::text FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
      WHERE attname = 'organization_id' AND relkind = 'r' AND relnamespace = 'public'::regnamespace
        AND relname <> 'voter_contacts' LOOP
    EXECUTE format('ALTER TABLE %s ADD COLUMN hint text NOT NULL DEFAULT %L', name, 'none');
  END LOOP;
END
$$;"""


def next_release(folder, migration):
    """Migrations and functions of a hypothetical next release; returns settings for it."""
    for name in ("migrations", "functions"):
        shutil.copytree(services.ROOT / "db" / name, folder / "db" / name)
    sources.add_migration(folder, "hints", migration)
    changed = folder / "db" / "functions" / "events" / "triggers.sql"
    changed.write_text(changed.read_text() + "\n-- another release\n")
    return {"MIGRATIONS_FOLDER": str(folder / "db" / "migrations"), "FUNCTIONS_FOLDER": str(folder / "db" / "functions")}


@pytest.mark.alone
@pytest.mark.parametrize("filled", release.names()[-1:], indirect=True)
def test_an_older_server_goes_on_while_the_schema_becomes_newer(request, filled, tmp_path):
    facts = release.read(request.node.callspec.params["filled"])
    done(filled, "migrate")
    done(filled, "restored")
    owner = sign_in(filled.start(), facts, "owner")
    cursor = owner.ok("GET", "/v1/changes", query={"since": "now"})["cursor"]
    known = {table: columns for table, columns in release.tables(filled).items() if table in ("voters", "voter_contacts", "turf_cuts")}
    before = rows(filled, known)
    filled.environment.update(next_release(tmp_path, "ALTER TABLE events ADD COLUMN hint text NOT NULL DEFAULT 'none';"))
    with Work(owner) as work:
        work.more(10)
        assert "1 migrations and 1 files of functions" in done(filled, "migrate")
        work.more(10)
    assert work.problems == []
    assert filled.sql("SELECT DISTINCT hint FROM events") == [("none",)]
    assert rows(filled, known) == before
    fed = [each["entity_id"] for each in follow(owner, cursor) if each["entity"] == "event"]
    assert sorted(fed) == sorted(work.made)
    write_some(owner, facts)
    verify(filled)
    assert "0 migrations and 0 files of functions" in done(filled, "migrate")


def follow(client, cursor):
    """Everything after a cursor of the feed."""
    while True:
        page = client.ok("GET", "/v1/changes", query={"since": cursor, "limit": 100})
        yield from page["data"]
        if not page["data"]:
            return
        cursor = page["cursor"]


def test_an_older_server_can_do_everything_on_a_newer_schema(make_server, tmp_path):
    """Unknown columns get their defaults: a statement writes only columns that it names."""
    server = make_server()
    server.environment.update(next_release(tmp_path, COLUMNS))
    done(server, "migrate")
    campaign.fill(server)
    verify(server)

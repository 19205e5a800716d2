# SPDX-License-Identifier: GPL-3.0-or-later
"""An evening at the door with a server that is killed repeatedly: each check-in is repeated under its client_id until
it is answered. No acknowledged check-in is missing, and none took effect twice."""

import json
import threading
import time
import uuid

import pytest

from fault import load
from harness import client as harness_client
from harness import server as harness_server
from harness import services

pytestmark = [pytest.mark.alone,
              pytest.mark.skipif(harness_server.is_sanitized(), reason="times mean nothing under a sanitizer")]

CLIENTS = 64
PEOPLE = 20000


@pytest.fixture
def durable_server(binary):
    """A server on a cluster that flushes to the disk as in production, an event with PEOPLE attendees."""
    cluster = services.Cluster(settings=[])
    redis = services.Redis()
    server = harness_server.Server(cluster, cluster.new_database(binary), redis.url, LOG_LEVEL="warning")
    server.start()
    org = harness_client.Organization(harness_client.Client(server), everybody=False)
    event = org.event()["id"]
    server.sql("SET app.bulk = 'on'")
    server.sql("INSERT INTO event_attendees (organization_id, event_id, first_name, last_name) "
               "SELECT %s, %s, 'Guest', 'Number ' || i FROM generate_series(1, %s) i", (org.id, event, PEOPLE))
    server.sql("SELECT count_attendees(%s, %s)", (org.id, event))
    server.sql("RESET app.bulk")
    server.sql("ANALYZE event_attendees")
    yield server, org, event
    server.remove()
    redis.remove()
    cluster.remove()


class Feed:
    """Reads the feed and keeps its cursor across restarts of the server, as a phone does."""

    def __init__(self, server, token):
        self.server = server
        self.connection = load.Connection(server.port, token)
        self.cursor, self.seen = None, []
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self._run)

    def read(self):
        """Read one page; returns whether there may be more."""
        path = "/v1/changes?limit=1000" + (f"&since={self.cursor}" if self.cursor else "")
        reply = self.connection.request("GET", path)
        if reply is None or reply[0] != 200:
            return True
        page = json.loads(reply[2])
        self.seen += [(row["entity_id"], row["version"]) for row in page["data"] if row["entity"] == "attendee"]
        self.cursor = page["cursor"]
        return page["more"]

    def _run(self):
        while not self.ended.is_set():
            if not self.read():
                time.sleep(0.05)

    def finish(self):
        """Read to the end. The feed holds back changes newer than the oldest writing transaction, including ANALYZE
        of autovacuum: the end is reached when everything until now was read."""
        self.ended.set()
        self.thread.join()
        now = self.server.sql("SELECT pg_current_xact_id()::text::bigint")[0][0]
        services.wait_until(lambda: self.server.sql(
            "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")[0][0] > now, 60, "the settling of the feed")
        while self.read():
            pass


def people_of(server, event):
    return [row[0] for row in server.sql("SELECT id FROM event_attendees WHERE event_id = %s ORDER BY id", (event,))]


def check_everybody_in(server, org, event, people, same_id=True, clients=CLIENTS, budget=300):
    """Check everybody in, repeating until answered. Returns the acknowledged ones. Without `same_id` a repetition is
    a new action: the control."""
    acknowledged, told_twice, lock = [], [], threading.Lock()
    deadline = time.monotonic() + budget

    def work(number):
        connection = load.Connection(server.port, org.owner.token)
        for person in people[number::clients]:
            act, tries = str(uuid.uuid4()), 0
            while True:
                tries += 1
                body = {"client_id": act if same_id else str(uuid.uuid4()), "occurred_at": "2026-11-20T23:00:00Z"}
                reply = connection.request("POST", f"/v1/events/{event}/attendees/{person}/check-in", body)
                if reply is not None and reply[0] == 200:
                    with lock:
                        acknowledged.append(person)
                    break
                if reply is not None and reply[0] == 409:
                    with lock:
                        told_twice.append((person, tries))
                    break
                assert time.monotonic() < deadline, f"{person} was not answered: {reply}"
                assert reply is None or reply[0] == 503, reply
                time.sleep(0.01)
        connection.close()

    load.run_clients(clients, work)
    return acknowledged, told_twice


def check(server, org, event, acknowledged):
    """Problems according to the database: (lost, took effect twice)."""
    effects = dict(server.sql(
        "SELECT entity_id, count(*) FROM audit_log WHERE organization_id = %s AND action = 'attendee.check_in' GROUP BY 1",
        (org.id,)))
    attended = {row[0] for row in server.sql(
        "SELECT id FROM event_attendees WHERE event_id = %s AND status = 'attended'", (event,))}
    lost = [person for person in acknowledged if person not in attended or person not in effects]
    twice = [person for person, count in effects.items() if count != 1]
    return lost, twice


def test_server_killed_at_the_door(durable_server, capsys):
    server, org, event = durable_server
    people = people_of(server, event)
    feed = Feed(server, org.owner.token)
    feed.thread.start()
    kills, stop = [], threading.Event()

    def killer():
        while not stop.wait(4):
            server.kill()
            server.start(ready=False)
            kills.append(1)

    thread = threading.Thread(target=killer)
    thread.start()
    begin = time.monotonic()
    acknowledged, told_twice = check_everybody_in(server, org, event, people)
    seconds = time.monotonic() - begin
    stop.set()
    thread.join()
    server.wait_ready()
    assert len(kills) >= 2 and told_twice == [] and sorted(acknowledged) == people
    assert check(server, org, event, acknowledged) == ([], [])
    assert server.sql("SELECT attended_count, registered_count, version FROM events WHERE id = %s", (event,)) == [
        (PEOPLE, 0, 1)]
    assert server.sql("SELECT outcome, count(*) FROM check_ins GROUP BY 1") == [("done", PEOPLE)]
    verify = server.command("audit", "verify")
    assert verify.returncode == 0, verify.stdout
    feed.finish()
    assert sorted(feed.seen) == [(person, 2) for person in people], "the feed has a gap or tells something twice"
    with capsys.disabled():
        print(f"\n{PEOPLE} check-ins, {CLIENTS} clients, {len(kills)} kills, {seconds:.0f} s")


def test_the_checks_see_what_they_are_for(durable_server):
    """The control. With new client_ids some attendees get a conflict with their own first try. And a check-in undone
    in the database, a doubled one, and a feed with a gap are each found."""
    server, org, event = durable_server
    people = people_of(server, event)[:3000]
    stop = threading.Event()

    def killer():
        while not stop.wait(1):
            server.kill()
            server.start(ready=False)

    thread = threading.Thread(target=killer)
    thread.start()
    acknowledged, told_twice = check_everybody_in(server, org, event, people, same_id=False)
    stop.set()
    thread.join()
    server.wait_ready()
    assert told_twice and all(tries > 1 for _, tries in told_twice), "no answer was lost on its way"
    assert len(acknowledged) + len(told_twice) == len(people)
    server.sql("UPDATE event_attendees SET status = 'registered', checked_in_at = NULL WHERE id = %s", (acknowledged[5],))
    assert check(server, org, event, acknowledged) == ([acknowledged[5]], [])
    again = f"/v1/events/{event}/attendees/{acknowledged[5]}/check-in"
    org.owner.ok("POST", again, {"client_id": str(uuid.uuid4()), "occurred_at": "2026-11-20T23:00:00Z"})
    assert check(server, org, event, acknowledged) == ([], [acknowledged[5]])
    # Make the gap before the feed is read; otherwise a page that was read before still contains the
    # row.
    server.sql("DELETE FROM changes WHERE entity = 'attendee' AND entity_id = %s", (acknowledged[7],))
    feed = Feed(server, org.owner.token)
    feed.thread.start()
    feed.finish()
    assert {person for person, _ in feed.seen} == set(people) - {acknowledged[7]}

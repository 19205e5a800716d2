# SPDX-License-Identifier: GPL-3.0-or-later
"""The change feed over the API: pages and the live socket; no reader can miss a change."""

import json
import re
import time

import pytest
import websocket

from harness import services
from harness.client import Organization


def events_of(page):
    return [(c["op"], c["entity_id"], c["version"]) for c in page["data"] if c["entity"] == "event"]


def now(client):
    page = client.ok("GET", "/v1/changes", query={"since": "now"})
    assert page["data"] == [] and page["more"] is False
    return page["cursor"]


def read(client, since, limit=1000):
    """(changes, cursor) of all available pages."""
    found = []
    while True:
        page = client.ok("GET", "/v1/changes", query={"limit": limit, **({"since": since} if since else {})})
        assert len(page["data"]) <= limit
        found += page["data"]
        since = page["cursor"]
        if not page["more"]:
            return found, since


def until(client, since, wanted):
    """Read on until all of `wanted` (op, id, version) have arrived: another test's transaction may hold the feed back
    for a moment."""
    found, deadline = [], time.monotonic() + 10
    while True:
        more, since = read(client, since)
        found += [(c["op"], c["entity_id"], c["version"]) for c in more if c["entity"] == "event"]
        if len(found) >= len(wanted) or time.monotonic() > deadline:
            return found, since


def test_from_the_beginning_and_on(org):
    start = now(org.member)
    event = org.event()
    org.owner.ok("PATCH", f"/v1/events/{event['id']}", {"city": "X"})
    org.owner.ok("DELETE", f"/v1/events/{event['id']}")
    wanted = [("insert", event["id"], 1), ("update", event["id"], 2), ("delete", event["id"], None)]
    found, cursor = until(org.member, start, wanted)
    assert [row[:2] for row in found] == [row[:2] for row in wanted]
    assert found[0][2] == 1 and found[1][2] == 2
    whole, end = read(org.member, None)
    assert [c for c in whole if c["entity"] == "event" and c["entity_id"] == event["id"]][0]["op"] == "insert"
    assert {"organization", "organization_member"} & {c["entity"] for c in whole}
    assert read(org.member, end)[0] == [] and read(org.member, cursor)[0] == []
    assert read(org.member, None, limit=1)[0] == whole


def test_nothing_of_other_organizations(org, api):
    other = Organization(api, everybody=False)
    start, foreign = now(org.member), now(other.owner)
    mine, theirs = org.event(), other.event()
    assert until(org.member, start, [1])[0] == [("insert", mine["id"], 1)]
    assert until(other.owner, foreign, [1])[0] == [("insert", theirs["id"], 1)]
    for cursor in (foreign, foreign[:-1], "x", "AAAA"):
        reply = org.member.get("/v1/changes", {"since": cursor})
        assert reply.status_code == 422 and reply.json()["errors"][0]["pointer"].strip("/") == "since"


@pytest.mark.parametrize("limit", ["0", "1001", "-1", "x"])
def test_limits(shared_org, limit):
    assert shared_org.member.get("/v1/changes", {"limit": limit}).status_code == 422


def write_event(server, organization):
    """An open transaction of another server that wrote an event: (connection, id)."""
    connection = server.cluster.connect(server.database, organization=organization)
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO events (organization_id, title, slug, start_time, end_time, location_type) VALUES "
                       "(%s, 'Late', 'late-' || nextval('events_id_seq'), now(), now(), 'virtual') RETURNING id",
                       (organization,))
        return connection, cursor.fetchone()[0]


def test_who_began_first_and_commits_last_is_not_missed(server, org):
    start = now(org.member)
    first, event_first = write_event(server, org.id)
    second, event_second = write_event(server, org.id)
    second.commit()
    seen, cursor = read(org.member, start)
    assert event_first not in [c["entity_id"] for c in seen]
    first.commit()
    for connection in (first, second):
        connection.close()
    rest, _ = until(org.member, cursor, [None] * (2 - len([c for c in seen if c["entity"] == "event"])))
    ids = [c["entity_id"] for c in seen if c["entity"] == "event"] + [row[1] for row in rest]
    assert sorted(ids) == sorted([event_first, event_second]) and len(ids) == 2


def lag(server):
    return float(re.search(r"^campaign_feed_lag_seconds (\S+)", server.metrics(), re.M)[1])


def test_a_transaction_that_stays_open_shows_in_the_metrics(server, org):
    """The metrics also show an open transaction of another database role, whose age PostgreSQL hides from the
    server's role."""
    connection, _ = write_event(server, org.id)
    try:
        org.event()
        first = lag(server)
        services.wait_until(lambda: lag(server) > first, 10, "the growth of the lag")
    finally:
        connection.rollback()
        connection.close()
    services.wait_until(lambda: lag(server) == 0, 10, "the end of the lag")


# Live ---------------------------------------------------------------------------------------------


def receive(connection, seconds=5):
    connection.settimeout(seconds)
    text = connection.recv()
    return json.loads(text)


@pytest.mark.alone
def test_live(org, recorder):
    connection = org.member.socket("/v1/changes/live?since=now")
    recorder.note("liveChanges", 101)
    recorder.note("liveChanges", 200)
    began = time.monotonic()
    assert receive(connection)["data"] == []
    event = org.event()
    page = receive(connection)
    assert time.monotonic() - began < 2
    assert events_of(page) == [("insert", event["id"], 1)]
    org.owner.ok("PATCH", f"/v1/events/{event['id']}", {"city": "X"})
    assert events_of(receive(connection)) == [("update", event["id"], 2)]
    cursor = page["cursor"]
    connection.close()

    missed = org.event()
    again = org.member.socket(f"/v1/changes/live?since={cursor}")
    seen = []
    while len(seen) < 2:
        seen += events_of(receive(again))
    assert seen == [("update", event["id"], 2), ("insert", missed["id"], 1)]
    again.close()


def test_live_and_pages_say_the_same(org):
    org.event()
    whole, cursor = read(org.member, None)
    connection = org.member.socket("/v1/changes/live")
    page = receive(connection)
    assert page["data"] == whole and page["cursor"] == cursor
    connection.close()


def test_live_of_another_organization_is_silent(org, api):
    other = Organization(api, everybody=False)
    mine = org.member.socket("/v1/changes/live?since=now")
    other.event()
    assert receive(mine)["data"] == []
    event = org.event()
    assert events_of(receive(mine)) == [("insert", event["id"], 1)]
    mine.close()


def closes(connection, seconds=8):
    """Check that the server closes the connection within `seconds`; messages that arrive before the close are
    discarded."""
    deadline = time.monotonic() + seconds
    while True:
        left = deadline - time.monotonic()
        assert left > 0, "the socket is still open"
        connection.settimeout(left)
        try:
            if connection.recv() == "":
                return True
        except (websocket.WebSocketConnectionClosedException, ConnectionError):
            return True


def test_live_ends_with_the_session(org):
    connection = org.member.socket("/v1/changes/live?since=now")
    org.member.ok("POST", "/v1/auth/sign-out")
    assert closes(connection)


def test_live_ends_with_the_membership(org):
    connection = org.member.socket("/v1/changes/live?since=now")
    org.owner.ok("DELETE", f"/v1/members/{org.member.user}")
    assert closes(connection)


def test_live_is_refused(org, api):
    for client, status in ((api, 401), ):
        with pytest.raises(websocket.WebSocketBadStatusException) as caught:
            client.socket("/v1/changes/live")
        assert caught.value.status_code == status
    with pytest.raises(websocket.WebSocketBadStatusException) as caught:
        org.member.socket("/v1/changes/live?since=x")
    assert caught.value.status_code == 422
    assert org.member.get("/v1/changes/live").status_code == 400


def test_the_number_of_sockets_is_bounded(make_server):
    from harness.client import Client

    server = make_server(LIVE_SOCKETS=2)
    org = Organization(Client(server), everybody=False)
    org.event()
    held = [org.owner.socket("/v1/changes/live") for _ in range(2)]
    for connection in held:
        receive(connection)
    with pytest.raises(websocket.WebSocketBadStatusException) as caught:
        org.owner.socket("/v1/changes/live")
    assert caught.value.status_code == 503
    assert org.owner.get("/v1/me").status_code == 200
    for connection in held:
        connection.close()
    deadline = time.monotonic() + 10
    while True:
        try:
            org.owner.socket("/v1/changes/live").close()
            break
        except websocket.WebSocketBadStatusException:
            assert time.monotonic() < deadline, "a closed socket still counts"

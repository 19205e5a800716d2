# SPDX-License-Identifier: GPL-3.0-or-later
"""Many live sockets: each gets every change of its organization once and in order, while others join, stop reading,
lose the right or exceed a limit; and the server stops with all of them open."""

import pathlib
import random
import re
import select
import signal
import socket
import struct
import threading
import time

import pytest

from harness import live, server as harness_server, services
from harness.client import Client, Organization, new_session
from harness.live import Crowd, LiveSocket, Refused
from test_feed import now, read

SLOW_CODE = 4008


@pytest.fixture
def crowd():
    made = Crowd()
    yield made
    made.close()


def follow(client, since="now", **more):
    return LiveSocket(client.server.port, client.token, since, **more)


def colleagues(org, n):
    """Sessions of members, enough to stay below the limit of one person."""
    return [new_session(org.owner, org.member.user, org.id) for _ in range(n)]


def bulk(server, organization, n, entity="bulk"):
    """Many changes in one transaction that sends no notification."""
    server.sql("INSERT INTO changes (organization_id, entity, entity_id, op) "
               "SELECT %s, %s, n, 'update' FROM generate_series(1, %s) n", (organization, entity, n))


def write_some(org, n, done):
    """Concurrent writers, each with its own connection."""
    def work(client):
        for _ in range(n):
            event = org.event(client)
            client.ok("PATCH", f"/v1/events/{event['id']}", {"city": "X"})
        done.append(client)

    threads = [threading.Thread(target=work, args=(new_session(org.owner, org.owner.user, org.id),)) for _ in range(4)]
    for thread in threads:
        thread.start()
    return threads


def test_everybody_gets_everything_once(make_server, crowd):
    """Forty sockets follow from now, forty more join during writes: from the beginning, from now, or from another
    socket's position."""
    server = make_server(LIVE_SOCKETS_PER_PERSON=200)
    org = Organization(Client(server))
    start = now(org.member)
    done, began = [], {}
    for client in colleagues(org, 40):
        began[crowd.add(follow(client, start))] = start
    threads = write_some(org, 15, done)
    for client in colleagues(org, 40):
        seen = [page["cursor"] for each in crowd.sockets[:5] for page in each.pages]
        since = random.choice([None, start, "now", *seen[-3:]])
        began[crowd.add(follow(client, since))] = since
        crowd.read(0.02)
    for thread in threads:
        while thread.is_alive():
            crowd.read(0.02)
    assert len(done) == 4
    last = org.event()["id"]
    crowd.until(lambda: all(each.changes and each.changes[-1]["entity_id"] == last for each in began))
    whole, behind = read(org.member, None)[0], {}
    for since in set(began.values()) - {"now"}:
        behind[since] = read(org.member, since)[0]
    crowd.read(1)  # read messages that should not arrive
    for each, since in began.items():
        changes = each.changes
        wanted = whole[-len(changes):] if since == "now" else behind[since]
        assert changes == wanted, f"from {since}"
        assert each.closed is None
        assert each.pages[-1]["cursor"] == crowd.sockets[0].pages[-1]["cursor"]


def test_sockets_need_no_threads(make_server, crowd):
    server = make_server(LIVE_SOCKETS_PER_PERSON=100)
    org = Organization(Client(server), everybody=False)

    def threads():
        return int(re.search(r"^Threads:\s+(\d+)", pathlib.Path(f"/proc/{server.pid}/status").read_text(), re.M).group(1))

    crowd.add(follow(org.owner))  # including the threads that serve the others
    before = threads()
    for _ in range(60):
        crowd.add(follow(org.owner))
    org.event()
    crowd.until(lambda: all(each.pages for each in crowd.sockets))
    assert threads() <= before + 2
    assert "campaign_live_sockets 61\n" in server.metrics()


def test_nobody_sees_another_organization(server, api, org, crowd):
    other = Organization(api)
    mine = [crowd.add(follow(client)) for client in colleagues(org, 8)]
    theirs = [crowd.add(follow(client)) for client in colleagues(other, 8)]
    ids = {True: [], False: []}
    for number in range(20):
        ids[number % 2 == 0].append((org if number % 2 == 0 else other).event()["id"])

    def events(each):
        return [change["entity_id"] for change in each.changes if change["entity"] == "event"]

    crowd.until(lambda: all(len(events(each)) >= 10 for each in crowd.sockets))
    crowd.read(0.5)
    assert all(events(each) == ids[True] for each in mine)
    assert all(events(each) == ids[False] for each in theirs)


def until_too_slow(server, before, seconds=120):
    """One socket more than `before` was closed because its client did not read."""
    deadline = time.monotonic() + seconds
    while server.log().count("socket.too_slow") == before:
        assert time.monotonic() < deadline
        time.sleep(0.1)


def rows(changes):
    return [(change["entity"], change["entity_id"]) for change in changes]


def test_who_does_not_read_delays_nobody(server, org, crowd):
    """More changes than a queue holds: a client that reads gets all of them."""
    start = now(org.member)
    reading = [crowd.add(follow(client, start)) for client in colleagues(org, 5)]
    deaf = follow(org.admin, start, receive_buffer=32768)
    bulk(server, org.id, 20000)
    crowd.until(lambda: all(len(each.changes) >= 20000 for each in reading))
    wanted = rows(read(org.member, start)[0])
    assert all(rows(each.changes) == wanted for each in reading)

    event = org.event()
    took = crowd.until(lambda: all(each.changes[-1]["entity_id"] == event["id"] for each in reading))
    assert took < (10 if harness_server.is_sanitized() else 2)
    assert all(each.closed is None for each in reading)
    deaf.close()


def test_who_does_not_read_is_closed_with_a_cursor(server, org):
    """Closed after ten seconds, with a cursor from which the rest can be read."""
    start = now(org.member)
    deaf = follow(org.admin, start, receive_buffer=32768)
    closed = server.log().count("socket.too_slow")
    bulk(server, org.id, 20000)
    until_too_slow(server, closed)
    deaf.sock.settimeout(15)
    while deaf.closed is None:
        deaf.read()
    assert deaf.closed == (SLOW_CODE, deaf.pages[-1]["cursor"])
    assert 0 < len(deaf.changes) < 20000
    rest, _ = read(org.member, deaf.closed[1])
    assert rows(deaf.changes) + rows(rest) == rows(read(org.member, start)[0])
    deaf.close()


def test_one_page_that_is_larger_than_what_the_kernel_holds(server, org):
    """The page is sent completely before the close frame once the client reads again: never half a page."""
    start = now(org.member)
    deaf = follow(org.admin, start, receive_buffer=32768)
    closed = server.log().count("socket.too_slow")
    server.sql("INSERT INTO changes (organization_id, entity, entity_id, op) "
               "SELECT %s, repeat('x', 1500), n, 'update' FROM generate_series(1, 500) n", (org.id,))
    until_too_slow(server, closed)
    deaf.sock.settimeout(15)
    while deaf.closed is None:
        deaf.read()
    assert deaf.closed == (SLOW_CODE, deaf.pages[-1]["cursor"]) and len(deaf.changes) == 500
    deaf.close()


# Rights -------------------------------------------------------------------------------------------


def ends(live_socket, seconds=60):
    live_socket.sock.settimeout(seconds)
    deadline = time.monotonic() + seconds
    while live_socket.closed is None:
        assert time.monotonic() < deadline, "the socket is still open"
        live_socket.read()
    return live_socket.closed


def revoke_session(org, client):
    client.ok("POST", "/v1/auth/sign-out")


def revoke_member(org, client):
    org.owner.ok("DELETE", f"/v1/members/{org.member.user}")


def leave_organization(org, client):
    client.ok("POST", "/v1/organization/leave")


def expire(org, client):
    org.owner.server.sql("UPDATE sessions SET expires_at = now() WHERE user_id = %s", (org.member.user,))


@pytest.mark.parametrize("revoke", [revoke_session, revoke_member, leave_organization])
def test_nothing_comes_after_the_right_has_ended(org, crowd, revoke):
    """The reply to the revocation is the limit: later changes are not sent."""
    other = crowd.add(follow(org.owner))
    mine = follow(org.member)
    before = org.event()
    mine.sock.settimeout(10)
    while not mine.changes:  # the first page is empty: it contains the cursor of the socket
        mine.read()
    revoke(org, org.member)
    after = org.event()
    assert ends(mine) == (4401, "credential_ended")
    ids = [change["entity_id"] for change in mine.changes if change["entity"] == "event"]
    assert ids == [before["id"]] and after["id"] not in ids
    crowd.until(lambda: any(change["entity_id"] == after["id"] for change in other.changes))
    assert other.closed is None


def test_a_page_that_was_read_meanwhile_is_not_sent(make_server, crowd):
    """The read of a new socket waits in a stopped backend, while its session ends and an event is made."""
    server = make_server()
    org = Organization(Client(server))
    start = now(org.member)
    other = crowd.add(follow(org.owner, start))
    before = org.event()
    crowd.until(lambda: any(change["entity_id"] == before["id"] for change in other.changes))
    backends = [pid for pid, in server.sql(
        "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
        " AND application_name = 'campaign-centerd-feed'")]
    assert backends
    for pid in backends:
        services.signal_process(pid, signal.SIGSTOP)
    try:
        mine = follow(org.member, start)
        revoke_session(org, org.member)
        after = org.event()
    finally:
        for pid in backends:
            services.signal_process(pid, signal.SIGCONT)
    assert ends(mine) == (4401, "credential_ended")
    assert after["id"] not in [change["entity_id"] for change in mine.changes if change["entity"] == "event"]
    assert other.closed is None


def test_a_session_that_expires(org):
    mine = follow(org.member)
    expire(org, org.member)
    assert ends(mine, seconds=120) == (4401, "credential_ended")  # Redis caches a session for half a minute


@pytest.mark.parametrize("redis", [None, ""])
def test_two_servers(make_server, crowd, redis):
    """Sockets at one server see writes of the other; a session revoked at one ends at the other."""
    one = make_server(redis=redis, SESSION_CACHE=1)
    two = make_server(database=one.database, redis=redis, SESSION_CACHE=1)
    org = Organization(Client(one))
    mine, others = crowd.add(follow(org.member)), crowd.add(follow(org.owner))
    there = Client(two, token=org.owner.token)
    there.ok("PATCH", "/v1/organization", {"name": "Elsewhere"})
    took = crowd.until(lambda: mine.pages and others.pages)
    assert took < (10 if harness_server.is_sanitized() else 3)
    Client(two, token=org.member.token).ok("POST", "/v1/auth/sign-out")
    crowd.until(lambda: mine.closed is not None)
    assert mine.closed == (4401, "credential_ended") and others.closed is None


# Limits -------------------------------------------------------------------------------------------


def refused(client, since="now"):
    with pytest.raises(Refused) as caught:
        follow(client, since)
    return caught.value


def test_limits_of_a_person_an_organization_and_all(make_server, crowd):
    server = make_server(LIVE_SOCKETS=5, LIVE_SOCKETS_PER_ORGANIZATION=4, LIVE_SOCKETS_PER_PERSON=2)
    org = Organization(Client(server))
    other = Organization(Client(server))
    for client in (org.member, new_session(org.owner, org.member.user, org.id)):
        crowd.add(follow(client))
    answer = refused(org.member)
    assert (answer.status, answer.body["code"]) == (429, "too_many_sockets_person")
    assert "/v1/changes" in answer.body["detail"] and int(answer.headers["retry-after"]) > 0

    crowd.add(follow(org.owner))
    crowd.add(follow(org.admin))
    answer = refused(org.owner)
    assert (answer.status, answer.body["code"]) == (503, "too_many_sockets_organization")
    assert "/v1/changes" in answer.body["detail"] and int(answer.headers["retry-after"]) > 0

    last = crowd.add(follow(other.owner))
    answer = refused(other.owner)
    assert (answer.status, answer.body["code"]) == (503, "too_many_sockets")
    assert "/v1/changes" in answer.body["detail"]

    # Open sockets continue, and a released place can be used again.
    org.event()
    crowd.until(lambda: all(each.pages for each in crowd.sockets[:4]))
    last.send_frame(live.CLOSE, b"\x03\xe8")
    crowd.until(lambda: last.closed is not None)
    deadline = time.monotonic() + 60
    while True:
        try:
            follow(other.member).close()
            break
        except Refused:
            assert time.monotonic() < deadline, "a closed socket still counts"


def test_a_refused_handshake_takes_no_place(make_server, crowd):
    server = make_server(LIVE_SOCKETS=1)
    org = Organization(Client(server), everybody=False)
    headers = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13"}
    for _ in range(3):
        assert refused(org.owner, since="x").status == 422
        for version, key in (("12", "AAAAAAAAAAAAAAAAAAAAAA=="), ("13", "short")):
            answer = org.owner.get("/v1/changes/live", headers={**headers, "Sec-WebSocket-Version": version,
                                                               "Sec-WebSocket-Key": key})
            assert answer.status_code == 426
    assert crowd.add(follow(org.owner)).closed is None
    assert refused(org.owner).status == 503


@pytest.mark.parametrize("how", ["closed", "reset"])
def test_a_client_that_leaves_before_the_handshake_takes_no_place(binary, redis_server, how):
    """Its place was reserved before the database was queried; when the result arrives, the client is gone."""
    cluster = services.Cluster()
    server = harness_server.Server(cluster, cluster.new_database(binary), redis_server.url,
                                   CALL_TIMEOUT=60000, STATEMENT_TIMEOUT=60000, LIVE_SOCKETS_PER_PERSON=1)
    try:
        org = Organization(Client(server.start()), everybody=False)
        event = org.event()["id"]

        def is_known():
            """Reads of a known actor have a class of their own."""
            org.owner.ok("GET", f"/v1/events/{event}")
            return not re.search(r'^campaign_request_wait_seconds_count{class="read"} 0$', server.metrics(), re.M)

        services.wait_until(is_known, 20, "the process to know the session")
        cluster.stand_still()
        # Of two sockets the server refuses one, which shows that the other has the place and waits
        # for the database.
        both = [socket.create_connection(("127.0.0.1", server.port), timeout=20) for _ in range(2)]
        for sock in both:
            sock.sendall((f"GET /v1/changes/live?since=now HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                          f"Authorization: Bearer {org.owner.token}\r\nSec-WebSocket-Key: {'A' * 22}==\r\n"
                          "Sec-WebSocket-Version: 13\r\n\r\n").encode())
        answered = select.select(both, [], [], 20)[0][0]
        assert answered.recv(65536).startswith(b"HTTP/1.1 429")
        both.remove(answered)
        if how == "reset":
            both[0].setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        both[0].close()
        answered.close()
        cluster.go_on()
        services.wait_until(lambda: "campaign_live_sockets 0\n" in server.metrics(), 10, "the end of its place")
        mine = follow(org.owner)
        org.event()
        while not mine.pages:
            mine.read()
        mine.close()
    finally:
        cluster.go_on()
        server.remove()
        cluster.remove()


# The protocol -------------------------------------------------------------------------------------


def test_what_a_client_sends_is_answered_or_thrown_away(org):
    mine = follow(org.member)
    mine.send_frame(live.TEXT, b"x" * 60000)
    mine.send_frame(live.TEXT, b"half", fin=False)
    mine.send_frame(live.PING, b"between")
    mine.send_frame(0, b"the other half")
    mine.send_frame(2, b"")
    mine.send_frame(live.PING, b"p" * 125)
    event = org.event()
    mine.sock.settimeout(10)
    while len(mine.pongs) < 1 or mine.pongs[-1] != b"p" * 125 or not mine.changes:
        mine.read()
    assert mine.pongs in ([b"between", b"p" * 125], [b"p" * 125])  # answering the latest ping suffices (RFC 6455 5.5.3)
    assert mine.changes[0]["entity_id"] == event["id"]
    mine.send_frame(live.CLOSE, b"\x03\xe8")
    assert ends(mine) == (1000, "")


@pytest.mark.parametrize("wrong", ["not masked", "long ping", "ping in parts", "extension"])
def test_who_breaks_the_protocol_is_told(org, wrong):
    mine = follow(org.member)
    if wrong == "not masked":
        mine.send_frame(live.TEXT, b"x", masked=False)
    elif wrong == "long ping":
        mine.send_frame(live.PING, b"x" * 126)
    elif wrong == "ping in parts":
        mine.send_frame(live.PING, b"x", fin=False)
    else:
        mine.sock.sendall(bytes([0xc1, 0x80, 1, 2, 3, 4]))
    assert ends(mine) == (1002, "protocol_error")


@pytest.mark.parametrize("parts", [1, 3])
def test_a_message_that_is_too_large_is_told_so(org, parts):
    mine = follow(org.member)
    for part in range(parts):
        mine.send_frame(live.TEXT if part == 0 else 0, b"x" * (90000 // parts), fin=part == parts - 1)
    assert ends(mine) == (1009, "message_too_large")


def test_a_flood_delays_nobody(org, crowd):
    """Two clients send without end; the others' pages are not delayed."""
    flooding = [follow(client) for client in colleagues(org, 2)]
    over = threading.Event()

    def flood(each):
        each.sock.settimeout(0.5)
        while not over.is_set():
            try:
                each.send_frame(live.TEXT, b"x" * 60000)
            except OSError:
                continue

    threads = [threading.Thread(target=flood, args=(each,)) for each in flooding]
    for thread in threads:
        thread.start()
    try:
        mine = crowd.add(follow(org.owner))
        for _ in range(5):
            event = org.event()
            took = crowd.until(lambda: any(change["entity_id"] == event["id"] for change in mine.changes))
            assert took < (10 if harness_server.is_sanitized() else 2)
    finally:
        over.set()
        for thread in threads:
            thread.join()
        for each in flooding:
            each.close()


# Stop ---------------------------------------------------------------------------------------------


def test_the_server_stops_with_sockets_open(make_server, crowd):
    server = make_server(LIVE_SOCKETS_PER_PERSON=100)
    org = Organization(Client(server))
    for number in range(30):
        crowd.add(follow(org.member, None if number % 2 else "now"))
    crowd.add(LiveSocket(server.port + 8, org.member.token, "now"))  # a socket of the side listener
    deaf = follow(org.admin, receive_buffer=4096)
    bulk(server, org.id, 10000)
    crowd.until(lambda: all(len(each.changes) >= 10000 for each in crowd.sockets))
    begin = time.monotonic()
    assert server.stop() == 0
    assert time.monotonic() - begin < (20 if harness_server.is_sanitized() else 8)
    crowd.until(lambda: all(each.closed is not None for each in crowd.sockets))
    assert {each.closed for each in crowd.sockets} == {(1001, "server_stopping")}
    deaf.close()

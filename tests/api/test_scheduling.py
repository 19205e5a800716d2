# SPDX-License-Identifier: GPL-3.0-or-later
"""Fair scheduling: requests that hang in the database, beside requests that must not be delayed. A row locked from
outside keeps a request on its thread for as long as a test needs."""

import contextlib
import json
import os
import pathlib
import re
import signal
import socket
import struct
import threading
import time

import pytest

from harness import client as harness_client
from harness import server as harness_server
from harness.services import wait_until

EVENT = {"title": "T", "start_time": "2030-05-01T15:00:00Z", "end_time": "2030-05-01T18:00:00Z"}
# Timeouts so long that requests hang until the test releases them.
PATIENT = {"STATEMENT_TIMEOUT": 60000, "LOCK_TIMEOUT": 60000, "CALL_TIMEOUT": 60000}


class Blocker:
    """Locks an event's row; requests that change it hang until release()."""

    def __init__(self, server, org):
        self.server, self.org = server, org
        self.event = org.event()["id"]
        self.holder = server.cluster.connect(server.database, role="postgres")
        self.holder.cursor().execute("SELECT FROM events WHERE id = %s FOR UPDATE", (self.event,))
        self.answers, self.threads = [], []

    def hang(self, n, expect=None):
        """Start n requests on a connection each; returns when `expect` of them (default: all) wait for the lock."""
        def change():
            client = harness_client.Client(self.server, token=self.org.owner.token)
            self.answers.append(client.patch(f"/v1/events/{self.event}", {"title": "Changed"}))

        started = [threading.Thread(target=change) for _ in range(n)]
        self.threads += started
        for thread in started:
            thread.start()
        waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = %s"
        expect = n if expect is None else expect
        wait_until(lambda: self.server.sql(waiting, (self.server.database,))[0][0] >= expect, 20, "hanging requests")

    def release(self):
        if self.holder is not None:
            self.holder.rollback()
            self.holder.close()
            self.holder = None
        for thread in self.threads:
            thread.join(30)
        return [answer.status_code for answer in self.answers]


@contextlib.contextmanager
def blocked(server, org):
    made = Blocker(server, org)
    try:
        yield made
    finally:
        made.release()


def figure(server, name, label):
    found = re.search(rf'^{name}{{class="{label}"}} (\S+)$', server.metrics(), re.MULTILINE)
    return float(found.group(1))


def waiting(server, label="ordinary"):
    return figure(server, "campaign_class_waiting", label)


def organization(server):
    return harness_client.Organization(harness_client.Client(server), everybody=False)


def request_bytes(org, method, path, body=None, close=False):
    text = "" if body is None else json.dumps(body)
    lines = [f"{method} {path} HTTP/1.1", "Host: x", f"Authorization: Bearer {org.owner.token}"]
    if body is not None:
        lines += ["Content-Type: application/json", f"Content-Length: {len(text)}"]
    if close:
        lines.append("Connection: close")
    return ("\r\n".join(lines) + "\r\n\r\n" + text).encode()


def read_answer(sock):
    """Status, head and body of one reply with a Content-Length."""
    data = b""
    while b"\r\n\r\n" not in data:
        piece = sock.recv(65536)
        if not piece:
            return None, data, b""
        data += piece
    head, body = data.split(b"\r\n\r\n", 1)
    length = int(re.search(rb"(?i)content-length: (\d+)", head).group(1))
    while len(body) < length:
        body += sock.recv(65536)
    return int(head[9:12]), head, body


def test_an_organization_s_flood_delays_no_other(make_server):
    """Four threads, twelve hanging requests of one organization: a quarter of the threads is reserved for others."""
    server = make_server(THREADS=4, **PATIENT)
    flooder, other = organization(server), organization(server)
    other.owner.ok("GET", "/v1/me")  # its session is cached from now on
    with blocked(server, flooder) as hanging:
        hanging.hang(12, expect=3)
        for _ in range(5):
            assert other.owner.post("/v1/events", EVENT, timeout=10).status_code == 201
        # A reply is sent before its thread counts as idle.
        wait_until(lambda: figure(server, "campaign_class_running", "ordinary") == 3, 10, "the flooder's three threads")
        assert waiting(server) == 9
        assert hanging.release() == [200] * 12


def test_a_connection_does_not_wait_for_another_one_s_request(make_server):
    """Kept-alive connections, all handled before by a thread that now hangs."""
    server = make_server(THREADS=2, **PATIENT)
    org, other = organization(server), organization(server)
    kept = [socket.create_connection(("127.0.0.1", server.port), timeout=10) for _ in range(16)]
    for sock in kept:
        sock.sendall(request_bytes(other, "GET", "/v1/me"))
        assert read_answer(sock)[0] == 200
    with blocked(server, org) as hanging:
        hanging.hang(1)
        for sock in kept:
            sock.sendall(request_bytes(other, "GET", "/v1/events?limit=1"))
        assert [read_answer(sock)[0] for sock in kept] == [200] * 16
    for sock in kept:
        sock.close()


def test_what_needs_no_thread_waits_for_none(make_server):
    server = make_server(THREADS=1, PUBLIC_THREADS=1, **PATIENT)
    org = organization(server)
    event = org.event(publish=True)
    org.owner.ok("GET", "/v1/me")
    api = harness_client.Client(server)
    with blocked(server, org) as hanging:
        hanging.hang(2, expect=1)
        wait_until(lambda: waiting(server) == 1, 10, "the second one in the queue")
        assert api.get("/nowhere", timeout=10).status_code == 404
        assert api.put("/v1/events", timeout=10).status_code == 405
        assert api.get("/v1/me", headers={"Authorization": "Basic x"}, timeout=10).status_code == 401
        assert org.owner.get("/v1/events?limit=x", timeout=10).status_code == 422
        # Other classes have their own threads.
        assert api.get("/health", timeout=10).status_code == 200
        assert api.get("/v1/public/events", timeout=10).status_code == 200
        assert api.get(f"/v1/public/events/{event['id']}", timeout=10).status_code == 200
        assert org.owner.get(f"/v1/events/{event['id']}", timeout=10).status_code == 200
        assert hanging.release() == [200, 200]


def test_reads_that_share_a_round_trip_do_not_share_failures(make_server):
    """A 404 ends the transaction of the others: they are repeated, each for its own organization."""
    server = make_server(**PATIENT)
    orgs = [organization(server) for _ in range(4)]
    events = [org.event()["id"] for org in orgs]
    wrong = []

    def read(number):
        org = orgs[number % len(orgs)]
        attendee = f"/v1/events/{events[number % len(orgs)]}/attendees/1"
        for round_number in range(60):
            at = (number + round_number) % len(orgs)
            status = org.owner.get(f"/v1/events/{events[at]}").status_code
            expected = 200 if orgs[at] is org else 404
            if status != expected or org.owner.get(attendee).status_code != 404:
                wrong.append((number, round_number, status, expected))

    threads = [threading.Thread(target=read, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def states(server):
    """State of every thread in /proc: "T" means stopped."""
    tasks = pathlib.Path(f"/proc/{server.pid}/task").iterdir()
    return [(task / "stat").read_text().rsplit(")", 1)[1].split()[0] for task in tasks]


def test_an_unread_request_is_not_cut_as_a_slow_one(make_server):
    """The whole server is stopped for longer than every timeout while a request waits to be read."""
    server = make_server(IDLE_TIMEOUT=1, REQUEST_TIMEOUT=1, **PATIENT)
    org = organization(server)
    request = request_bytes(org, "GET", "/v1/me")
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as kept:
        kept.sendall(request)
        got = read_answer(kept)
        assert got[0] == 200, (got, server.log()[-1500:])
        os.kill(server.pid, signal.SIGSTOP)
        wait_until(lambda: set(states(server)) == {"T"}, 10, "every thread's stop")
        try:
            kept.sendall(request)
            fresh = socket.create_connection(("127.0.0.1", server.port), timeout=20)
            fresh.sendall(request)
            time.sleep(3)
        finally:
            os.kill(server.pid, signal.SIGCONT)
        got = read_answer(kept)
        assert got[0] == 200, (got, server.log()[-1500:])
        got = read_answer(fresh)
        assert got[0] == 200, (got, server.log()[-1500:])
        fresh.close()
    asked = [line for line in server.log_lines() if line["event"] == "request" and line["route"] == "/v1/me"]
    assert [line["wait_us"] > 2_000_000 for line in asked[-2:]] == [True, True]
    assert all(line["us"] >= line["wait_us"] for line in asked)


def test_a_site_of_many_networks_has_one_turn(make_server):
    """65,536 IPv6 networks are one key, like one IPv4 address: the reserved thread is for others."""
    server = make_server(PUBLIC_THREADS=4, TRUSTED_PROXY="127.0.0.1", **PATIENT)
    holder = server.cluster.connect(server.database, role="postgres")
    holder.cursor().execute("LOCK events IN ACCESS EXCLUSIVE MODE")
    sockets = []

    def ask(address, limit):
        sock = socket.create_connection(("127.0.0.1", server.port), timeout=20)
        sockets.append(sock)
        sock.sendall(f"GET /v1/public/events?limit={limit} HTTP/1.1\r\nHost: x\r\nX-Real-IP: {address}\r\n\r\n".encode())

    for number in range(1, 9):
        ask(f"2001:db8:7:{number}::1", number)
    wait_until(lambda: waiting(server, "public") == 5, 10, "requests in the queue")
    assert figure(server, "campaign_class_running", "public") == 3
    ask("2001:db8:8::1", 9)
    wait_until(lambda: figure(server, "campaign_class_running", "public") == 4, 10, "another site's turn")
    holder.rollback()
    holder.close()
    assert [read_answer(sock)[0] for sock in sockets] == [200] * 9
    for sock in sockets:
        sock.close()


def test_the_wait_for_a_thread_is_told(make_server):
    server = make_server(THREADS=1, **PATIENT)
    org = organization(server)
    with blocked(server, org) as hanging:
        hanging.hang(2, expect=1)
        wait_until(lambda: waiting(server) == 1, 10, "a request in the queue")
        time.sleep(1)
        assert hanging.release() == [200, 200]
    waits = sorted(line["wait_us"] for line in server.log_lines()
                   if line["event"] == "request" and line["op"] == "event.update")
    assert waits[0] < waits[1] and waits[1] > 900_000
    text = server.metrics()
    slow = re.search(r'campaign_request_wait_seconds_sum{class="ordinary"} (\S+)', text)
    assert float(slow.group(1)) > 0.9
    assert 'campaign_request_wait_seconds_bucket{class="read",le="0.001"}' in text


@pytest.mark.parametrize("how", ["closed", "reset"])
def test_a_client_that_leaves_the_queue_is_not_served(make_server, how):
    server = make_server(THREADS=1, **PATIENT)
    org = organization(server)
    with blocked(server, org) as hanging:
        hanging.hang(1)
        with socket.create_connection(("127.0.0.1", server.port), timeout=10) as leaver:
            leaver.sendall(request_bytes(org, "POST", "/v1/events", {**EVENT, "title": "Nobody waits for it"}))
            wait_until(lambda: waiting(server) == 1, 10, "the request in the queue")
            if how == "reset":
                leaver.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        time.sleep(0.2)
        assert hanging.release() == [200]
    wait_until(lambda: [line for line in server.log_lines() if line["event"] == "request.aborted"], 10, "its end")
    assert server.sql("SELECT count(*) FROM events WHERE title = 'Nobody waits for it'")[0][0] == 0
    assert org.owner.get("/v1/me").status_code == 200


def test_pipelined_requests_are_answered_in_their_order(make_server):
    server = make_server(**PATIENT)
    org = organization(server)
    made = request_bytes(org, "POST", "/v1/events", EVENT)
    me = request_bytes(org, "GET", "/v1/me")
    head = request_bytes(org, "HEAD", "/v1/me")
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as sock:
        sock.sendall(me + made + head + made + request_bytes(org, "GET", "/nowhere") + me[:-2] +
                     b"Connection: close\r\n\r\n")
        data = b""
        while piece := sock.recv(65536):
            data += piece
    assert harness_client.raw_status(data) == [200, 201, 200, 201, 404, 200]


def test_a_stop_lets_the_queue_finish(make_server):
    server = make_server(THREADS=1, **PATIENT)
    org = organization(server)
    with blocked(server, org) as hanging:
        hanging.hang(3, expect=1)
        wait_until(lambda: waiting(server) == 2, 10, "requests in the queue")
        server.process.send_signal(signal.SIGTERM)
        wait_until(lambda: harness_server.port_is_free(server.port), 5, "the end of listening")
        assert hanging.release() == [200] * 3
    assert all(answer.headers["Connection"] == "close" for answer in hanging.answers)
    assert server.process.wait(timeout=12) == 0


@pytest.mark.slow
def test_a_stop_refuses_what_still_waits_at_its_end(make_server):
    """Running work has eight seconds: then the queue is refused, and running requests are waited for."""
    server = make_server(THREADS=1, **PATIENT)
    org = organization(server)
    with blocked(server, org) as hanging:
        hanging.hang(3, expect=1)
        wait_until(lambda: waiting(server) == 2, 10, "requests in the queue")
        server.process.send_signal(signal.SIGTERM)
        wait_until(lambda: len(hanging.answers) == 2, 20, "the answers to what waited")
        assert [answer.status_code for answer in hanging.answers] == [503, 503]
        assert all(answer.headers["Retry-After"] for answer in hanging.answers)
        assert server.process.poll() is None
        assert hanging.release() == [503, 503, 200]
    assert server.process.wait(timeout=12) == 0


def test_no_connection_is_held_while_a_password_is_hashed(make_server):
    server = make_server()
    person = harness_client.new_person(harness_client.Client(server))
    ended = threading.Event()
    statuses = []

    def sign_in():
        while not ended.is_set():
            reply = harness_client.Client(server).post(
                "/v1/auth/sign-in", {"email": person.email, "password": harness_client.PASSWORD})
            statuses.append(reply.status_code)

    threads = [threading.Thread(target=sign_in) for _ in range(6)]
    for thread in threads:
        thread.start()
    wait_until(lambda: len(statuses) >= 4, 30, "sign-ins")
    held = [server.sql("SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND state = 'idle in transaction'",
                       (server.database,))[0][0] for _ in range(200) if not time.sleep(0.005)]
    ended.set()
    for thread in threads:
        thread.join()
    assert set(statuses) == {200}
    assert sum(held) / len(held) < 0.5, held

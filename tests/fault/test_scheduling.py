# SPDX-License-Identifier: GPL-3.0-or-later
"""What slow requests of some cost the kept connections of others: ratios of a quiet and a busy time within one
run, in turns."""

import concurrent.futures
import selectors
import socket
import statistics
import threading
import time

import pytest

from harness import client as harness_client
from harness import server as harness_server

pytestmark = [pytest.mark.alone,
              pytest.mark.skipif(harness_server.is_sanitized(), reason="times mean nothing under a sanitizer")]

CONNECTIONS = 32
PER_SECOND = 320  # of all connections together: a tenth of what the server can do
SECONDS = 3
ROUNDS = 3
EVENTS = 300_000  # a search looks at the first 1,000


@pytest.fixture(scope="module")
def place(cluster, redis_server, binary):
    server = harness_server.Server(cluster, cluster.new_database(binary), redis_server.url, LOG_LEVEL="warning",
                                   RATE_LIMIT_API="100000000/60", RATE_LIMIT_LOGIN="100000000/60")
    server.start()
    org = harness_client.Organization(harness_client.Client(server), everybody=False)
    # Without the feed and the audit log, which nobody reads here.
    server.sql("SET session_replication_role = replica; "
               "INSERT INTO events (organization_id, title, slug, start_time, end_time, location_type, visibility, "
               "is_published, published_at) "
               "SELECT %s, 'Event ' || n, 'event-' || n, now() + n * interval '1 minute', "
               "now() + (n + 60) * interval '1 minute', 'virtual', 'public', true, now() FROM generate_series(1, %s) n", (org.id, EVENTS))
    server.sql("RESET session_replication_role")
    server.sql("ANALYZE events")
    yield server, org
    server.remove()


class Reader:
    """Kept connections that ask in turn, so often a second; the seconds of each answer."""

    def __init__(self, server, org, path):
        self.request = (f"GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {org.owner.token}\r\n\r\n").encode()
        self.sockets = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(CONNECTIONS)]
        self.selector = selectors.DefaultSelector()
        for sock in self.sockets:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.selector.register(sock, selectors.EVENT_READ)

    def run(self, seconds):
        took, sent, idle = [], {}, list(self.sockets)
        begin = time.monotonic()
        count = 0
        while time.monotonic() - begin < seconds or sent:
            now = time.monotonic()
            if now - begin < seconds and idle and count <= (now - begin) * PER_SECOND:
                sock = idle.pop(0)
                sent[sock] = now
                sock.sendall(self.request)
                count += 1
            for key, _ in self.selector.select(0.0005):
                answer = key.fileobj.recv(65536)
                assert answer.startswith(b"HTTP/1.1 200"), answer[:200]
                took.append(time.monotonic() - sent.pop(key.fileobj))
                idle.append(key.fileobj)
        return statistics.quantiles(took, n=100)[98]

    def close(self):
        self.selector.close()
        for sock in self.sockets:
            sock.close()


class Busy:
    """`work` over and over from some threads, as long as it is open."""

    def __init__(self, work, threads):
        self.work, self.ended = work, threading.Event()
        self.pool = concurrent.futures.ThreadPoolExecutor(threads)
        self.done = 0
        self.running = [self.pool.submit(self._run) for _ in range(threads)]

    def _run(self):
        while not self.ended.is_set():
            self.work()
            self.done += 1

    def close(self):
        self.ended.set()
        for each in self.running:
            each.result()
        self.pool.shutdown()


def compare(server, org, path, work, threads):
    """Median p99 of the readers, quiet and beside `work`."""
    reader = Reader(server, org, path)
    quiet, beside = [], []
    try:
        reader.run(1)
        for _ in range(ROUNDS):
            quiet.append(reader.run(SECONDS))
            busy = Busy(work, threads)
            time.sleep(0.3)
            try:
                beside.append(reader.run(SECONDS))
            finally:
                busy.close()
            assert busy.done > 0
    finally:
        reader.close()
    print(f"{path}: p99 quiet {[f'{each * 1000:.1f}' for each in quiet]} ms, "
          f"beside {[f'{each * 1000:.1f}' for each in beside]} ms")
    return statistics.median(quiet), statistics.median(beside)


@pytest.mark.parametrize("path", ["/v1/events/1", "/v1/events?limit=5"])
def test_slow_searches_of_visitors_are_not_felt_by_members(place, path):
    server, org = place

    def search():
        reply = harness_client.Client(server).get("/v1/public/events?limit=50&text=zzzzqq")
        assert reply.status_code in (200, 503), reply.text

    quiet, beside = compare(server, org, path, search, threads=4)
    assert beside <= 3 * quiet


def test_sign_ins_are_not_felt_by_members(place):
    server, org = place
    person = harness_client.new_person(harness_client.Client(server))

    def sign_in():
        reply = harness_client.Client(server).post("/v1/auth/sign-in",
                                                   {"email": person.email, "password": harness_client.PASSWORD})
        assert reply.status_code in (200, 503), reply.text

    quiet, beside = compare(server, org, "/v1/events/1", sign_in, threads=40)
    assert beside <= 3 * quiet


def test_an_organization_s_flood_is_not_felt_by_another(place):
    server, org = place
    other = harness_client.Organization(harness_client.Client(server), everybody=False)
    local = threading.local()

    def create():
        if not hasattr(local, "client"):
            local.client = harness_client.Client(server, token=other.owner.token)
        reply = local.client.post("/v1/events", {"title": "T", "start_time": "2030-05-01T15:00:00Z",
                                                 "end_time": "2030-05-01T18:00:00Z"})
        assert reply.status_code in (201, 503), reply.text

    quiet, beside = compare(server, org, "/v1/events?limit=5", create, threads=16)
    assert beside <= 3 * quiet

# SPDX-License-Identifier: GPL-3.0-or-later
"""Kills, stops and floods under load, with a checker of the history. Each test has a control that must fail the
checker, which proves that the checker detects faults."""

import resource
import signal
import socket
import statistics
import subprocess
import threading
import time
import urllib.request

import pytest

from fault import load
from harness import client as harness_client
from harness import server as harness_server
from harness import services

pytestmark = [pytest.mark.alone,
              pytest.mark.skipif(harness_server.is_sanitized(), reason="times mean nothing under a sanitizer")]

CLIENTS = 16
WRITES = 20000


@pytest.fixture(scope="module")
def durable():
    """A cluster that flushes to the disk as in production."""
    cluster = services.Cluster(settings=[])
    yield cluster
    cluster.remove()


@pytest.fixture
def durable_server(durable, binary):
    """A server on that cluster, with a Redis of its own and an organization."""
    redis = services.Redis()
    server = harness_server.Server(durable, durable.new_database(binary), redis.url, LOG_LEVEL="warning")
    server.start()
    org = harness_client.Organization(harness_client.Client(server), everybody=False)
    yield server, redis, org
    server.remove()
    redis.remove()


def rows_of(server):
    return server.sql("SELECT title, count(*) FROM events WHERE title LIKE 'write %%' GROUP BY 1", ())


def kill_and_restart(server, times, gap):
    def run():
        for _ in range(times):
            time.sleep(gap)
            server.kill()
            server.start(ready=False)

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def test_server_killed_under_writes_loses_and_doubles_nothing(durable_server, durable):
    server, _, org = durable_server
    killer = kill_and_restart(server, times=4, gap=2.5)
    acknowledged = load.write_events(server.port, org.owner.token, CLIENTS, WRITES // CLIENTS, budget=240)
    killer.join()
    assert len(acknowledged) == WRITES
    lost, twice = load.check_history(acknowledged, rows_of(server))
    assert (lost, twice) == ([], [])
    server.wait_ready()
    verify = server.command("audit", "verify")
    assert verify.returncode == 0, verify.stdout
    audited = server.sql("SELECT count(*) FROM audit_log WHERE action = 'event.create'")[0][0]
    assert audited == WRITES


def test_the_checker_sees_what_is_missing_and_what_is_doubled(durable_server):
    """The control: the same events are written twice without an Idempotency-Key, and one row is deleted. The checker
    must report both."""
    server, _, org = durable_server
    acknowledged = load.write_events(server.port, org.owner.token, 2, 20, with_keys=False)
    acknowledged += load.write_events(server.port, org.owner.token, 2, 20, with_keys=False)
    server.sql("DELETE FROM events WHERE title = 'write 0-7'")
    lost, twice = load.check_history(acknowledged, rows_of(server))
    assert "write 0-7" in lost and len(twice) == 39


def test_redis_killed_under_load_fails_no_request(durable_server):
    server, redis, org = durable_server
    event = org.event()
    with load.Reads(server.port, org.owner.token, f"/v1/events/{event['id']}") as reads:
        time.sleep(1)
        redis.process.kill()
        redis.process.wait()
        time.sleep(2)
        without = org.owner.ok("GET", "/health")
        fresh = harness_client.new_session(org.owner, org.owner.user, org.id)
        fresh.ok("GET", "/v1/me")
        redis.start()
        services.wait_until(lambda: org.owner.ok("GET", "/health")["redis"] == "up", 5, "Redis' return")
        time.sleep(1)
    assert without["status"] == "degraded" and without["redis"] == "down"
    failed = [answer for answer in reads.answers if answer[2] != 200]
    assert failed == [] and len(reads.answers) > 500


def test_stopped_database_answers_503_in_time_and_comes_back(durable_server, durable):
    server, _, org = durable_server
    event = org.event()
    live = []
    with load.Reads(server.port, org.owner.token, f"/v1/events/{event['id']}", clients=32) as reads:
        time.sleep(1)
        durable.stand_still()
        stopped = time.monotonic()
        try:
            while time.monotonic() - stopped < 10:
                # From another process, because the threads of this one keep its interpreter busy.
                live.append(float(subprocess.check_output(
                    ["curl", "-sf", "-o", "/dev/null", "-w", "%{time_total}", f"{server.internal_url}/livez"])))
                time.sleep(0.1)
        finally:
            durable.go_on()
        continued = time.monotonic()
        time.sleep(2)
    during = [answer for answer in reads.answers if stopped < answer[0] < continued - 3]
    assert during and all(status == 503 and retry for _, _, status, retry in during)
    # Every request that runs when the server is stopped gets a reply. Its time is asserted by the
    # median of the slowest requests and of /livez, because a single request may be slow on a shared
    # machine.
    slowest = sorted(seconds for begin, seconds, _, _ in reads.answers if begin > stopped - 1)[-8:]
    after = [answer for answer in reads.answers if answer[0] > continued + 1]
    print(f"slowest answers {slowest[0]:.2f} to {slowest[-1]:.2f} s, /livez {statistics.median(live) * 1000:.1f} ms, "
          f"at most {max(live) * 1000:.0f}, "
          f"{len(during)} answers while stopped, {len(after)} after")
    assert statistics.median(slowest) < 3
    assert statistics.median(live) < 0.1
    assert after and all(status == 200 for _, _, status, _ in after)


def test_database_killed_and_restarted(durable_server, durable):
    server, _, org = durable_server
    killed = threading.Event()

    def restart():
        time.sleep(1.5)
        durable.kill()
        killed.set()
        durable.start()

    thread = threading.Thread(target=restart)
    thread.start()
    acknowledged = load.write_events(server.port, org.owner.token, CLIENTS, 400, budget=120)
    thread.join()
    assert killed.is_set() and len(acknowledged) == CLIENTS * 400
    server.connection = None
    assert load.check_history(acknowledged, rows_of(server)) == ([], [])


def test_thousands_of_slow_clients_delay_nobody(durable_server):
    server, _, org = durable_server
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 20000), hard))
    head = b"GET /v1/me HTTP/1.1\r\nHost: x\r\nX-Slow: "
    slow = []
    try:
        for _ in range(4000):
            sock = socket.create_connection(("127.0.0.1", server.port), timeout=10)
            sock.sendall(head)
            slow.append(sock)
        took = []
        for _ in range(100):
            begin = time.monotonic()
            with urllib.request.urlopen(f"{server.url}/health", timeout=5) as reply:
                assert reply.status == 200
            took.append(time.monotonic() - begin)
        print(f"4,000 slow clients: a new one waits {statistics.median(took) * 1000:.1f} ms, "
              f"at most {max(took) * 1000:.0f} ms; resident {resident(server):.0f} MiB")
        assert statistics.quantiles(took, n=20)[-1] < 0.1
        # One byte per second keeps no connection open: each is closed when its request should have
        # arrived.
        begin = time.monotonic()
        while time.monotonic() - begin < 25 and slow:
            slow = [sock for sock in slow if still_open(sock)]
            time.sleep(1)
        assert not slow, f"{len(slow)} slow clients are still connected"
    finally:
        for sock in slow:
            sock.close()
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def still_open(sock):
    try:
        sock.setblocking(False)
        sock.send(b"a")
        return sock.recv(1) != b""
    except BlockingIOError:
        return True
    except OSError:
        sock.close()
        return False


def resident(server):
    """MiB."""
    with open(f"/proc/{server.pid}/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize() / 2**20


def test_bombs_leave_memory_flat(durable_server):
    """100 parallel bodies of each kind that might break a parser."""
    server, _, org = durable_server
    bombs = {
        "objects": b"[" + b"{}," * 349524 + b"{}]",
        "objects within the limit": b"[" + b"{}," * 43000 + b"{}]",
        "depth": b"[" * 10000 + b"]" * 10000,
        "duplicate keys": b'{"title":"a","title":"b"}',
        "zeros": b'{"title":[' + b"0," * 60000 + b"0]}",
    }
    before = resident(server)
    peak = [before]
    for name, body in bombs.items():
        statuses = []

        def send(_, body=body, statuses=statuses):
            reply = harness_client.raw(
                server, b"POST /v1/events HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                + f"Authorization: Bearer {org.owner.token}\r\nContent-Length: {len(body)}\r\n".encode()
                + b"Connection: close\r\n\r\n" + body)
            statuses.append(harness_client.raw_status(reply))

        load.run_clients(100, send)
        peak.append(resident(server))
        expected = 413 if len(body) > 128 * 1024 else 400
        assert all(codes in ([expected], []) for codes in statuses), (name, statuses[:5])
        assert any(codes == [expected] for codes in statuses), name
    print(f"memory: {before:.0f} MiB before, {max(peak):.0f} MiB at most")
    assert max(peak) - before < 64


def test_term_lets_requests_finish(durable_server, durable):
    """A write that waits for a lock when the server gets SIGTERM is still answered."""
    server, _, org = durable_server
    event = org.event()
    holder = durable.connect(server.database, role="postgres")
    holder.cursor().execute("SELECT FROM events WHERE id = %s FOR UPDATE", (event["id"],))
    answers = []
    waiter = threading.Thread(target=lambda: answers.append(
        org.owner.patch(f"/v1/events/{event['id']}", {"title": "After the bell"})))
    waiter.start()
    waiting = ("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = %s",
               (server.database,))
    services.wait_until(lambda: server.sql(*waiting)[0][0] == 1, 10, "the write's wait")
    begin = time.monotonic()
    server.process.send_signal(signal.SIGTERM)
    services.wait_until(lambda: harness_server.port_is_free(server.port), 5, "the end of listening")
    holder.rollback()
    holder.close()
    waiter.join()
    assert server.process.wait(timeout=12) == 0
    assert time.monotonic() - begin < 10
    assert answers[0].status_code == 200 and answers[0].json()["title"] == "After the bell"

# SPDX-License-Identifier: GPL-3.0-or-later
"""The log on a pipe that is not read, at the end of the server and at a crash. tests/unit/test-log.c tests its buffer
alone."""

import concurrent.futures
import json
import os
import re
import signal

import pytest

from harness.client import Client, unique
from harness.services import wait_until

THREADS, EACH = 4, 2500  # the lines of these requests are about twice as many as the buffers hold


class Pipe:
    """A pipe as the server's LOG_FILE. Nothing is read before read_all()."""

    def __init__(self, server):
        self.path = server.folder / "log.pipe"
        os.mkfifo(self.path)
        self.reader = os.open(self.path, os.O_RDONLY | os.O_NONBLOCK)
        server.environment["LOG_FILE"] = str(self.path)

    def read_all(self):
        """Until the server closes its end."""
        os.set_blocking(self.reader, True)
        with os.fdopen(self.reader, "rb") as reader:
            return reader.read().decode().splitlines()


@pytest.fixture
def piped(make_server):
    server = make_server(start=False)
    pipe = Pipe(server)
    return server.start(), pipe


def metric(server, name):
    return int(re.search(rf"^{name} (\d+)$", server.metrics(), re.M).group(1))


def ask_often(server, name):
    client = Client(server)
    return [client.get("/v1/me", headers={"X-Request-Id": f"{name}-{n}-{'x' * 40}"}).status_code for n in range(EACH)]


def test_a_pipe_that_nobody_reads_stops_no_request(piped):
    server, pipe = piped
    name = unique("pipe")
    with concurrent.futures.ThreadPoolExecutor(THREADS + 1) as pool:
        found = list(pool.map(lambda thread: ask_often(server, f"{name}-{thread}"), range(THREADS)))
        assert {status for statuses in found for status in statuses} == {401}
        assert metric(server, "campaign_log_pending_bytes") > 0
        dropped = metric(server, "campaign_log_dropped_total")
        assert dropped > 0
        reading = pool.submit(pipe.read_all)
        wait_until(lambda: metric(server, "campaign_log_pending_bytes") == 0, 60, "the log")
        assert Client(server).get("/v1/me", headers={"X-Request-Id": f"{name}-after"}).status_code == 401
        assert server.stop() == 0
        lines = [json.loads(line) for line in reading.result()]
    ids = [line["id"] for line in lines if line["event"] == "request"]
    assert ids[-1] == f"{name}-after"
    reported = sum(line["lines"] for line in lines if line["event"] == "log.dropped")
    ours = [line for line in lines if line.get("id", "").startswith(name)]
    assert reported == dropped and len(ours) + dropped == 2 * (THREADS * EACH + 1)  # request and security.refused
    assert lines[-1]["event"] == "server.stopped"


def test_a_stop_does_not_wait_for_the_pipe(piped):
    server, pipe = piped
    os.write(os.open(pipe.path, os.O_WRONLY), b"x" * 60000)  # the rest is soon full
    for thread in range(2):
        ask_often(server, unique(f"pipe-{thread}"))
    assert server.stop(seconds=20) == 0
    assert not server.problems


def test_a_crash_tells_what_came_before(make_server):
    server = make_server()
    client = Client(server)
    name = unique("crash")
    for n in range(200):
        assert client.get("/v1/me", headers={"X-Request-Id": f"{name}-{n}"}).status_code == 401
    server.process.send_signal(signal.SIGABRT)
    server.process.wait(20)
    ids = [line["id"] for line in server.log_lines() if line["event"] == "request"]
    assert [id for id in ids if id.startswith(name)] == [f"{name}-{n}" for n in range(200)]
    server.process = None  # the test ended the server by a signal

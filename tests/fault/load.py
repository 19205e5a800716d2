# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests over kept-alive connections, with a history of the replies that each client got."""

import http.client
import json
import socket
import threading
import time
import uuid


class Connection:
    """One kept-alive connection, reopened when it breaks. Each request has a deadline."""

    def __init__(self, port, token, timeout=10):
        self.port, self.token, self.timeout = port, token, timeout
        self.http = None

    def request(self, method, path, body=None, key=None):
        """(status, headers, body), or None when the outcome is unknown."""
        try:
            if self.http is None:
                self.http = http.client.HTTPConnection("127.0.0.1", self.port, timeout=self.timeout)
                self.http.connect()
                self.http.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            headers = {"Authorization": f"Bearer {self.token}"}
            if key is not None:
                headers["Idempotency-Key"] = key
            if body is not None:
                body = json.dumps(body)
                headers["Content-Type"] = "application/json"
            self.http.request(method, path, body, headers)
            reply = self.http.getresponse()
            return reply.status, reply.headers, reply.read()
        except (OSError, http.client.HTTPException):
            self.close()
            return None

    def close(self):
        if self.http is not None:
            self.http.close()
            self.http = None


def run_clients(clients, work):
    """Run work(number) on a thread each; re-raises the first exception."""
    errors = []

    def guarded(number):
        try:
            work(number)
        except BaseException as error:  # noqa: BLE001
            errors.append(error)

    threads = [threading.Thread(target=guarded, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


class Reads:
    """Clients that send reads until stop() is called, and keep status and seconds of each reply."""

    def __init__(self, port, token, path, clients=8, timeout=10):
        self.answers = []
        self.lock = threading.Lock()
        self.ended = threading.Event()
        self.threads = [threading.Thread(target=self._run, args=(port, token, path, timeout))
                        for _ in range(clients)]

    def _run(self, port, token, path, timeout):
        connection = Connection(port, token, timeout)
        while not self.ended.is_set():
            begin = time.monotonic()
            reply = connection.request("GET", path)
            with self.lock:
                self.answers.append((begin, time.monotonic() - begin,
                                     reply[0] if reply else None,
                                     reply[1].get("Retry-After") if reply else None))
        connection.close()

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        for thread in self.threads:
            thread.join()


def write_events(port, token, clients, each, with_keys=True, budget=120):
    """Every client creates `each` events, repeating each request until it is acknowledged. Returns the acknowledged
    titles. With with_keys=False, a control, a repeated request may create a second event."""
    acknowledged, lock = [], threading.Lock()
    deadline = time.monotonic() + budget

    def work(number):
        connection = Connection(port, token)
        for turn in range(each):
            title = f"write {number}-{turn}"
            key = str(uuid.uuid4()) if with_keys else None
            while True:
                body = {"title": title, "slug": f"w-{uuid.uuid4().hex}" if key is None else f"w-{key}",
                        "start_time": "2030-01-01T10:00:00Z", "end_time": "2030-01-01T12:00:00Z"}
                reply = connection.request("POST", "/v1/events", body, key)
                if reply is not None and reply[0] == 201:
                    with lock:
                        acknowledged.append(title)
                    break
                assert time.monotonic() < deadline, f"{title} was not acknowledged: {reply}"
                assert reply is None or reply[0] in (409, 503), f"{title}: {reply[0]} {reply[2][:300]}"
        connection.close()

    run_clients(clients, work)
    return acknowledged


def check_history(acknowledged, rows):
    """Returns (titles of acknowledged events that are missing, titles of events that exist more than once)."""
    counts = dict(rows)
    lost = [title for title in acknowledged if title not in counts]
    twice = [title for title, count in counts.items() if count > 1]
    return lost, twice

# SPDX-License-Identifier: GPL-3.0-or-later
"""Cached replies for visitors: the same bytes, without the database, and never older than a change."""

import os
import re
import signal
import socket
import threading
import time

from harness.client import Client, Organization

SOON = {"title": "Rally", "start_time": "2030-05-01T15:00:00Z", "end_time": "2030-05-01T18:00:00Z"}


def figure(server, name):
    return float(re.search(rf"^campaign_public_cache_{name} (\S+)$", server.metrics(), re.M)[1])


def publish(org, **fields):
    event = org.owner.ok("POST", "/v1/events", {**SOON, **fields}, status=201)
    return org.owner.ok("POST", f"/v1/events/{event['id']}/publish")


def paths(org, event):
    return (f"/v1/public/events/{event['id']}", f"/v1/public/organizations/{org.slug}/events/{event['slug']}",
            f"/v1/public/events?organization={org.slug}")


def titles(visitor, path):
    reply = visitor.get(path)
    if reply.status_code == 404:
        return []
    found = reply.json()
    return [event["title"] for event in found.get("data", [found])]


def test_the_second_answer_is_the_first_without_the_database(make_server):
    server = make_server()
    org = Organization(Client(server))
    event, visitor = publish(org), Client(server)
    for path in paths(org, event):
        asked, found = figure(server, "asked_total"), figure(server, "found_total")
        replies = []
        while figure(server, "found_total") == found:  # a reply is cached for a second: the next request may be too late
            replies.append(visitor.get(path))
        assert len(replies) < 20 and {reply.status_code for reply in replies} == {200}
        assert len({reply.content for reply in replies}) == 1
        for name in ("ETag", "Content-Type", "Cache-Control", "Link", "Vary"):
            assert len({reply.headers.get(name) for reply in replies}) == 1, name
        assert len({reply.headers["X-Request-Id"] for reply in replies}) == len(replies)
        assert figure(server, "asked_total") - asked == len(replies) - 1
        etag = replies[0].headers.get("ETag")
        if etag:
            assert visitor.get(path, headers={"If-None-Match": etag}).status_code == 304
        assert not visitor.request("HEAD", path).content


def test_a_change_is_seen_by_the_next_reader(make_server):
    """After any change of the same organization; cached replies of others stay."""
    server = make_server(PUBLIC_CACHE=1048576)
    org, visitor = Organization(Client(server)), Client(server)
    event = publish(org, title="0")
    path = f"/v1/events/{event['id']}"
    for round_ in range(1, 20):
        for public in paths(org, event):
            assert titles(visitor, public) == [str(round_ - 1)]
        org.owner.ok("PATCH", path, {"title": str(round_)}, headers={"If-Match": "*"})
        for public in paths(org, event):
            assert titles(visitor, public) == [str(round_)]
    org.owner.ok("POST", f"{path}/unpublish")
    for public in paths(org, event):
        assert titles(visitor, public) == []


def test_a_change_by_another_process_is_seen_within_a_second(make_server):
    server = make_server()
    org = Organization(Client(server))
    event = publish(org, title="before")
    other = make_server(database=server.database)
    visitor = Client(other)
    for public in paths(org, event):
        assert titles(visitor, public) == ["before"]
    org.owner.ok("PATCH", f"/v1/events/{event['id']}", {"title": "after"}, headers={"If-Match": "*"})
    changed = time.monotonic()
    for public in paths(org, event):
        while titles(visitor, public) != ["after"]:
            assert time.monotonic() - changed < 3  # one second plus the machine's delay
    org.owner.ok("POST", f"/v1/events/{event['id']}/unpublish")
    changed = time.monotonic()
    for public in paths(org, event):
        while titles(visitor, public):
            assert time.monotonic() - changed < 3


def test_a_crowd_asks_the_database_once(make_server):
    """When many clients want the same list, one thread queries the database."""
    server = make_server()
    org = Organization(Client(server))
    publish(org)
    path = f"/v1/public/events?organization={org.slug}"
    clients = [Client(server) for _ in range(32)]
    start = threading.Barrier(len(clients) + 1)
    replies, asked = [], figure(server, "asked_total")

    def read(client):
        client.get("/v1/health")
        start.wait()
        replies.append(client.get(path))

    readers = [threading.Thread(target=read, args=(client,)) for client in clients]
    for reader in readers:
        reader.start()
    start.wait()
    begun = time.monotonic()
    for reader in readers:
        reader.join()
    lives = 1 + int(time.monotonic() - begun)  # one a second
    assert {reply.status_code for reply in replies} == {200} and len({reply.content for reply in replies}) == 1
    assert figure(server, "asked_total") - asked <= lives


def test_nothing_is_kept_where_the_operator_says_so(make_server):
    server = make_server(PUBLIC_CACHE=0)
    org = Organization(Client(server))
    event, visitor = publish(org), Client(server)
    for path in paths(org, event) * 3:
        assert titles(visitor, path) == ["Rally"]
    assert figure(server, "found_total") == 0 == figure(server, "bytes")


def test_all_of_many_at_once_are_answered(make_server):
    """Replies that need no thread: more connections than the event loop handles at once, with no other event to wake
    it."""
    server = make_server(RATE_LIMIT_API="1000000/60")
    org = Organization(Client(server))
    path = paths(org, publish(org))[0]
    request = f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
    sockets = [socket.create_connection(("127.0.0.1", server.port), timeout=20) for _ in range(384)]
    try:
        for _ in range(10):
            os.kill(server.pid, signal.SIGSTOP)  # so that all requests are waiting when the server continues
            for each in sockets:
                each.sendall(request)
            os.kill(server.pid, signal.SIGCONT)
            for each in sockets:
                assert each.recv(65536).startswith(b"HTTP/1.1 200")
    finally:
        for each in sockets:
            each.close()

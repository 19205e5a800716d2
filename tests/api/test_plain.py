# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules for every plain resource of an event in the API document: a POST that creates one, the GET of its Location,
and the list. New resources are covered automatically; special rules have separate tests."""

import re
import time

import pytest

from harness.client import Client, Organization
from harness.samples import sample_body

EVENT = "/v1/events/{event_id}"
ABSENT = 9_000_000_000_000


def plain(document):
    """(path of the list, its POST) of each resource of an event that is listed, created, and read by the POST's
    Location."""
    for template, methods in document["paths"].items():
        post, listed = methods.get("post"), methods.get("get")
        if not template.startswith(EVENT + "/") or template.count("{") > 1 or not (post and listed):
            continue
        if "made" in post["responses"].get("201", {}).get("links", {}):
            yield template, post


@pytest.fixture(scope="module")
def resources(document):
    found = list(plain(document))
    assert EVENT + "/attendees" in dict(found)
    return found


def other_bodies(document, operation, count):
    """Bodies that differ, because some resources must be unique within an event."""
    for number in range(count):
        body = sample_body(document, operation)
        yield {name: value.replace("@", f"{number}@") if name == "email" else value for name, value in body.items()}


def until_told(client, cursor, entity, number):
    """Read the feed until it contains the object: another test's transaction may hold it back for a moment."""
    deadline = time.monotonic() + 10
    while True:
        page = client.ok("GET", "/v1/changes", query={"since": cursor})
        if (entity, number, "insert") in [(each["entity"], each["entity_id"], each["op"]) for each in page["data"]]:
            return
        assert time.monotonic() < deadline, f"the feed does not tell of {entity} {number}"
        cursor = page["cursor"]


def test_what_was_made_is_read_listed_logged_and_told(shared_org, document, resources):
    for template, operation in resources:
        path = template.format(event_id=shared_org.event()["id"])
        cursor = shared_org.owner.ok("GET", "/v1/changes?since=now")["cursor"]
        for count, body in enumerate(other_bodies(document, operation, 3), 1):
            reply = shared_org.owner.post(path, body)
            assert reply.status_code == 201, f"{operation['operationId']}: {reply.text[:300]}"
            made = shared_org.owner.get(reply.headers["Location"])
            assert made.json() == reply.json() and made.headers["ETag"] == reply.headers["ETag"]
            assert made.json().items() >= body.items()
            again = shared_org.owner.get(reply.headers["Location"], headers={"If-None-Match": made.headers["ETag"]})
            assert again.status_code == 304
        listed = [each["id"] for each in shared_org.owner.pages(path, {"limit": 1})]
        assert len(listed) == len(set(listed)) == count and made.json()["id"] in listed
        entry = shared_org.owner.ok("GET", "/v1/audit-log?limit=1")["data"][0]
        assert entry["entity_id"] == made.json()["id"] and entry["actor"] == f"user:{shared_org.owner.user}"
        until_told(shared_org.owner, cursor, entry["entity"], made.json()["id"])


def test_a_body_without_what_is_required_is_refused(shared_org, document, resources):
    for template, operation in resources:
        path = template.format(event_id=shared_org.event()["id"])
        reply = shared_org.owner.post(path, {})
        assert reply.status_code == 422, operation["operationId"]
        assert {each["pointer"].strip("/") for each in reply.json()["errors"]} == set(sample_body(document, operation))


def test_nothing_is_there_for_others(shared_org, server, document, resources):
    stranger = Organization(Client(server), everybody=False)
    for template, operation in resources:
        path = template.format(event_id=shared_org.event()["id"])
        made = shared_org.owner.post(path, sample_body(document, operation))
        for reply in (stranger.owner.get(path), stranger.owner.get(made.headers["Location"]),
                      stranger.owner.post(path, sample_body(document, operation)),
                      shared_org.owner.get(re.sub(r"\d+\Z", str(ABSENT), made.headers["Location"]))):
            assert reply.status_code == 404, f"{operation['operationId']}: {reply.text[:300]}"
        assert stranger.owner.get(path).json()["entity"] == "event"

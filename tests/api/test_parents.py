# SPDX-License-Identifier: GPL-3.0-or-later
"""404 of a list or of a creating operation names the parent in the path (x-parent). 404 of a single object names that
object, whether it or its parent is missing: strangers must not see the difference (tests/access)."""

import pytest

from harness.recorder import METHODS
from harness.samples import sample_body

ABSENT = 9_000_000_000_000

def below(document):
    """(operationId, method, path of missing objects, a valid body, parent) of each operation with a parent."""
    for template, methods in document["paths"].items():
        for method, operation in methods.items():
            if method not in METHODS or "x-parent" not in operation:
                continue
            path = template
            for parameter in operation["parameters"]:
                path = path.replace("{%s}" % parameter["name"], str(ABSENT))
            yield operation["operationId"], method.upper(), path, sample_body(document, operation), operation["x-parent"]


def test_the_missing_parent_is_named(org, document):
    looked = set()
    for name, method, path, body, parent in below(document):
        reply = org.owner.request(method, path, body)
        assert reply.status_code == 404, f"{name}: {reply.status_code} {reply.text[:300]}"
        assert reply.json()["entity"] == parent, name
        looked.add(name)
    assert len(looked) >= 18


@pytest.mark.parametrize("method, body", [("GET", None), ("PATCH", {"first_name": "Rosa"})])
def test_one_thing_below_a_parent_is_named(org, method, body):
    event = org.event()
    reply = org.owner.request(method, f"/v1/events/{event['id']}/attendees/{ABSENT}", body)
    assert (reply.status_code, reply.json()["entity"]) == (404, "attendee")

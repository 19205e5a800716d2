# SPDX-License-Identifier: GPL-3.0-or-later
"""Routes declare Location, parent and scope correctly. The server checks at start that they are declared; this file
checks the values."""

import re

import pytest

from harness.recorder import METHODS

# The parent is the object named by the last {…_id} of the path. Parents whose id has a shorter
# name:
SHORT = {"list": "voter_list", "conversation": "text_conversation"}

# Rights that an ordinary member has or may get for single objects: with these, access to a turf,
# door, voter or event always depends on the object.
PARTIAL = {"canvass", "check_in", "view_voters", "member"}
# Operations with such a right that do not depend on an object, with the reason:
WHOLE = {
    "getDoor": "an address without its people",
}


@pytest.fixture(scope="module")
def operations(document):
    return {operation["operationId"]: (template, method, operation) for template, methods in document["paths"].items()
            for method, operation in methods.items() if method in METHODS}


def test_every_201_has_a_location(operations):
    """Every 201 has a Location header and an OpenAPI link that describes its path; the api suite requests each
    Location."""
    made = {name: operation["responses"]["201"] for name, (_, _, operation) in operations.items()
            if "201" in operation["responses"]}
    assert len(made) > 20
    for name, response in made.items():
        assert "Location" in response["headers"], name
        link = response["links"]["made"]
        template, method, _ = operations[link["operationId"]]
        assert method == "get" and set(link["parameters"]) == set(re.findall(r"{(\w+)}", template)), name


def test_parents(operations):
    """A list or creating operation below another object names that object, also in its 404."""
    seen = set()
    for name, (template, method, operation) in operations.items():
        ids = re.findall(r"{(\w+)_id}", template)
        if "x-parent" in operation:
            assert operation["x-parent"] == SHORT.get(ids[-1], ids[-1]), name
            seen.add(ids[-1])
        elif ids and method == "post":
            assert "201" not in operation["responses"], name
    assert seen >= {"event", *SHORT}


def test_scopes(operations):
    """A right for single objects never covers all objects: tests/access/test_objects.py is based on x-scope."""
    known = {"none", "turf", "door", "voter", "event"}
    open_to_all = set()
    for name, (_, _, operation) in operations.items():
        scope = operation.get("x-scope")
        if scope is None:
            continue
        assert set(scope) <= known and (scope == ["none"] or "none" not in scope), name
        if scope == ["none"] and operation["x-right"] in PARTIAL:
            open_to_all.add(name)
    assert open_to_all == set(WHOLE)


def test_every_path_with_such_an_id_says_its_scope(operations):
    for name, (template, _, operation) in operations.items():
        for what in ("turf", "door", "voter", "event"):
            if f"{{{what}_id}}" in template:
                assert set(operation.get("x-scope", ())) & {what, "none"}, name

# SPDX-License-Identifier: GPL-3.0-or-later
"""What a route says of the things behind its path: Location of what it makes, parent, scope. The server checks at
start that it says so at all; here stands what it must say."""

import re

import pytest

from harness.recorder import METHODS

# The parent is what the last {…_id} of the path names. Where the id has a shorter name than the thing:
SHORT = {"list": "voter_list", "conversation": "text_conversation"}

# Rights that an ordinary member has or may be given for single objects: with these a turf, door, voter or event is
# never open to everybody who has the right.
PARTIAL = {"canvass", "check_in", "view_voters", "member"}
# ... except, with the reason:
WHOLE = {
    "getDoor": "an address without its people",
}


@pytest.fixture(scope="module")
def operations(document):
    return {operation["operationId"]: (template, method, operation) for template, methods in document["paths"].items()
            for method, operation in methods.items() if method in METHODS}


def test_every_201_has_a_location(operations):
    """A header, and a link that says how its path is made: the api suite follows each."""
    made = {name: operation["responses"]["201"] for name, (_, _, operation) in operations.items()
            if "201" in operation["responses"]}
    assert len(made) > 20
    for name, response in made.items():
        assert "Location" in response["headers"], name
        link = response["links"]["made"]
        template, method, _ = operations[link["operationId"]]
        assert method == "get" and set(link["parameters"]) == set(re.findall(r"{(\w+)}", template)), name


def test_parents(operations):
    """A list or a new thing below another one names that one, in its 404 too."""
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
    """Nobody with a right for single objects has it for all of them: the matrix of objects starts from x-scope."""
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

# SPDX-License-Identifier: GPL-3.0-or-later
"""What a route says of the things behind its path: Location of what it makes, parent, scope. The server checks at
start that it says so at all; here stands what it must say."""

import re

import pytest

from harness.recorder import METHODS

# 201 without Location, and why: no operation reads that one thing.
UNREAD = {
    "addPhoneBankCaller": "a caller stands in listPhoneBankCallers",
    "addTexter": "a texter stands in listTexters",
    "claimCall": "a call in hand stands in listMyCalls",
    "createApiToken": "the reply is the only one with the token; listApiTokens",
    "createDevice": "the reply is the only one with the code; listDevices",
    "createInvitation": "listInvitations",
    "createTag": "listTags",
    "mergeVoters": "listVoterMerges",
    "receiveText": "listTexts of its conversation",
    "recordConsent": "the ledger is read as a whole: listConsents",
    "sendText": "listTexts of its conversation",
}

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


def test_every_201_has_a_location_or_a_reason(operations):
    made = {name: operation["responses"]["201"] for name, (_, _, operation) in operations.items()
            if "201" in operation["responses"]}
    without = {name for name, response in made.items() if "Location" not in response.get("headers", {})}
    assert without == set(UNREAD)
    for name, response in made.items():
        if name in UNREAD:
            continue
        link = response["links"]["made"]
        template, method, _ = operations[link["operationId"]]
        assert method == "get" and set(link["parameters"]) == set(re.findall(r"{(\w+)}", template)), name


def test_who_is_not_read_could_not_be(document):
    """A reason of UNREAD ends when a GET of the thing is added: then the operation gets its .location."""
    readable = {template for template, methods in document["paths"].items() if "get" in methods}
    for template in ("/v1/phone-banks/{phone_bank_id}/callers/{caller_id}", "/v1/api-tokens/{token_id}",
                     "/v1/devices/{device_id}", "/v1/invitations/{invitation_id}", "/v1/tags/{tag_id}",
                     "/v1/consents/{consent_id}", "/v1/voter-merges/{merge_id}",
                     "/v1/text-campaigns/{text_campaign_id}/texters/{texter_id}",
                     "/v1/phone-banks/{phone_bank_id}/calls/{call_id}"):
        assert template not in readable, template


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

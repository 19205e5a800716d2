# SPDX-License-Identifier: GPL-3.0-or-later
"""Two records of one person while imports, members and contacts continue: later data is not lost, counts are right."""

import pytest
from harness.field import act, script, support
from test_imports import Imports, table
from test_voters import add, merge, read

HEAD = ["voter_id", "first_name", "last_name", "birth_date", "address", "city", "zip", "phone"]
S1 = ["S1", "Ann", "Lee", "1980-01-01", "2 Elm St", "Riverside", "12999", "8455550133"]
S2 = ["S2", "Ann", "Lee", "1980-01-01", "2 Elm St", "Riverside", "12999", "8455550199"]
S2_MOVED = [*S2[:4], "9 Elm St", "Riverside", "12999", "8455550111"]


@pytest.fixture
def imports(server, org):
    return Imports(server, org)


def undo(org, made):
    return org.owner.ok("POST", f"/v1/voter-merges/{made['id']}/undo")


def household(org, voter):
    return org.owner.ok("GET", f"/v1/households/{voter['household_id']}")


def counts_hold(org):
    wrong = org.owner.server.sql(
        "SELECT h.id, h.n_voters, (SELECT count(*) FROM voters v WHERE v.organization_id = h.organization_id AND v.household_id = h.id "
        "AND v.merged_into IS NULL AND v.unreachable IS NULL) AS n FROM households h WHERE h.organization_id = %s", (org.id,))
    assert [row for row in wrong if row[1] != row[2]] == []
    return True


def record_answer(org, made, voter, at, level):
    """Record an answer of the person at the door."""
    step = made["steps"][0]
    org.owner.ok("POST", "/v1/contacts", {**act(channel="door", voter_id=voter["id"], answers=[
        {"step_id": step["id"], "option_id": step["options"][level - 1]["id"]}]), "occurred_at": at}, status=201)


def test_a_household_counts_its_people_through_merge_and_undo(org):
    home = {"address": "2 Elm St", "zip5": "12999"}
    a, b = add(org, "Lee", "Ann", **home), add(org, "Lee", "Anne", **home)
    other = add(org, "Lee", "Bo", **home)
    for _ in range(2):
        made = merge(org, a, b)
        assert household(org, a)["n_voters"] == len(household(org, a)["people"]) == 2 and counts_hold(org)
        undo(org, made)
        assert household(org, a)["n_voters"] == len(household(org, a)["people"]) == 3 and counts_hold(org)
    # Both records are in one household, and the surviving voter moves while the records are merged.
    made = merge(org, a, b)
    org.owner.ok("PATCH", f"/v1/voters/{a['id']}", {"address": "9 Elm St"})
    assert household(org, other)["n_voters"] == 1 and household(org, read(org.owner, a))["n_voters"] == 1
    undo(org, made)
    assert read(org.owner, a)["address"] == "9 Elm St" and household(org, other)["n_voters"] == 2 and counts_hold(org)


def test_an_import_reaches_the_survivor_and_stays_after_the_undo(imports):
    org = imports.organization
    imports.apply(table(S1, S2, head=HEAD))
    one, two = ({"id": imports.voter(number)} for number in ("S1", "S2"))
    made = merge(org, one, two)
    assert read(org.owner, one)["phones"] == ["+18455550133", "+18455550199"]
    imports.apply(table(S1, S2_MOVED, head=HEAD))
    merged = read(org.owner, one)
    assert "+18455550111" in merged["phones"] and merged["phones"][0] == "+18455550133"
    assert merged["address"] == "2 Elm St" # the merged record itself still has it
    assert counts_hold(org)
    undo(org, made)
    first, second = read(org.owner, one), read(org.owner, two)
    assert (first["phones"], first["address"]) == (["+18455550133"], "2 Elm St")
    assert (second["phones"], second["address"]) == (["+18455550111", "+18455550199"], "9 Elm St")
    assert second["unreachable"] is None and second["merged_into"] is None and counts_hold(org)
    assert imports.start(table(S1, S2_MOVED, head=HEAD))["planned"]["unchanged"] == 2


def test_an_import_goes_on_along_a_chain_of_merges(imports):
    org = imports.organization
    imports.apply(table(S1, S2, head=HEAD))
    a, b, c = imports.voter("S1"), imports.voter("S2"), add(org, "Lee", "Ann")
    first = merge(org, {"id": a}, {"id": b})
    second = merge(org, c, {"id": a})
    assert imports.apply(table(S1, S2_MOVED, head=HEAD))["applied"]["moved"] == 1
    assert read(org.owner, c)["phones"] == ["+18455550133", "+18455550111", "+18455550199"]
    undo(org, second)
    undo(org, first)
    assert [imports.voter(each) for each in ("S1", "S2")] == [a, b] and counts_hold(org)
    assert read(org.owner, {"id": b})["address"] == "9 Elm St" and read(org.owner, {"id": a})["phones"] == ["+18455550133"]
    assert "+18455550111" in read(org.owner, {"id": b})["phones"] and read(org.owner, c)["phones"] == []


def test_an_import_fills_what_the_survivor_has_from_the_other(imports):
    org = imports.organization
    imports.apply(table(S2, head=HEAD))
    by_hand = add(org, "Lee", "Ann")
    two = {"id": imports.voter("S2")}
    made = merge(org, by_hand, two)
    assert read(org.owner, by_hand)["address"] == "2 Elm St" and read(org.owner, by_hand)["state_id"] == "S2"
    imports.apply(table(S2_MOVED, head=HEAD))
    assert read(org.owner, by_hand)["address"] == "9 Elm St" and counts_hold(org)
    undo(org, made)
    assert read(org.owner, two)["state_id"] == "S2" and read(org.owner, by_hand)["state_id"] is None and counts_hold(org)
    # Whatever the undo left, the next file corrects it.
    imports.apply(table(S2_MOVED, head=HEAD))
    assert read(org.owner, two)["address"] == "9 Elm St" and "+18455550111" in read(org.owner, two)["phones"] and counts_hold(org)


def test_what_people_wrote_since_a_merge_stays(org):
    one = add(org, "Lee", "Ann", phones=["+18455550101"], custom={"a": 1})
    two = add(org, "Lee", "Ann", phones=["+18455550102"], birth_date="1980-01-01", address="2 Elm St", zip5="12999", custom={"b": 2})
    made = merge(org, one, two)
    org.owner.ok("PATCH", f"/v1/voters/{one['id']}", {"phones": ["+18455550103", "+18455550101", "+18455550102"], "address": "9 Elm St"})
    undo(org, made)
    first, second = read(org.owner, one), read(org.owner, two)
    assert first["phones"] == ["+18455550103", "+18455550101"] and first["custom"] == {"a": 1}
    assert (first["address"], first["zip5"], first["birth_date"]) == ("9 Elm St", "12999", None)
    assert (second["phones"], second["address"], second["birth_date"]) == (["+18455550102"], "2 Elm St", "1980-01-01")


def test_what_contacts_tell_is_of_all_records_and_goes_back(org):
    one, two = (add(org, "Lee", "Ann", address="2 Elm St", zip5="12999") for _ in range(2))
    asked = script(org, support())
    record_answer(org, asked, two, "2026-05-02T10:00:00Z", 2)
    made = merge(org, one, two)
    assert read(org.owner, one)["support_level"] == 2
    # A contact that arrives late makes the survivor be derived again: the other record's contacts
    # still count.
    record_answer(org, asked, one, "2026-05-01T10:00:00Z", 4)
    late = read(org.owner, one)
    assert (late["support_level"], late["last_contact_at"]) == (2, "2026-05-02T10:00:00Z")
    record_answer(org, asked, two, "2026-05-03T10:00:00Z", 1) # by its old id
    assert read(org.owner, one)["support_level"] == 1
    undo(org, made)
    assert read(org.owner, one)["support_level"] == 1 and read(org.owner, two)["support_level"] == 2
    assert read(org.owner, two)["last_contact_at"] == "2026-05-02T10:00:00Z"


def test_undoing_an_import_leaves_what_people_wrote_since(imports):
    org = imports.organization
    imports.apply(table(S1, S2, head=HEAD))
    done = imports.apply(table([*S1[:4], "7 Oak Ave", *S1[5:7], "8455550122"], S2_MOVED, head=HEAD))
    one, two = ({"id": imports.voter(number)} for number in ("S1", "S2"))
    org.owner.ok("PATCH", f"/v1/voters/{one['id']}", {"phones": ["+18455550122", "+18455550177"], "address": "8 Oak Ave"})
    imports.client.ok("POST", f"/v1/imports/{done['id']}/undo")
    assert imports.wait(done["id"], states=("undone", "failed"))["state"] == "undone"
    first, second = read(org.owner, one), read(org.owner, two)
    assert (first["phones"], first["address"]) == (["+18455550177"], "8 Oak Ave")
    assert (second["phones"], second["address"]) == (["+18455550199"], "2 Elm St") and counts_hold(org)


def test_undoing_an_import_of_a_merged_record_goes_on_to_the_survivor(imports):
    org = imports.organization
    imports.apply(table(S1, S2, head=HEAD))
    made = merge(org, {"id": imports.voter("S1")}, {"id": imports.voter("S2")})
    done = imports.apply(table(S1, S2_MOVED, head=HEAD))
    imports.client.ok("POST", f"/v1/imports/{done['id']}/undo")
    assert imports.wait(done["id"], states=("undone", "failed"))["state"] == "undone"
    assert read(org.owner, {"id": imports.voter("S1")})["phones"] == ["+18455550133", "+18455550199"]
    undo(org, made)
    assert read(org.owner, {"id": imports.voter("S2")})["phones"] == ["+18455550199"] and counts_hold(org)

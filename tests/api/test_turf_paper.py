# SPDX-License-Identifier: GPL-3.0-or-later
"""The walk list on paper: everything a canvasser needs, and a box for each answer."""

import subprocess
import time

import pytest

from harness.town import Blocks
from harness.turfs import visit

STEPS = [
    {"kind": "text", "texts": {"en": "Hello, I am a neighbour."}},
    {"kind": "single", "texts": {"en": "What would help most?"},
     "options": [{"texts": {"en": "Housing"}}, {"texts": {"en": "Buses"}}, {"texts": {"en": "Schools"}}]},
    {"kind": "scale", "texts": {"en": "How likely are you to vote?"}, "scale_min": 0, "scale_max": 3},
    {"kind": "single", "texts": {"en": "A yard sign?"}, "options": [{"texts": {"en": "Yes"}}, {"texts": {"en": "No"}}]},
    {"kind": "free_text", "texts": {"en": "Anything else?"}}]


@pytest.fixture
def town(org):
    return Blocks(org.owner.server, org.id, streets=1, houses=3, people=0)


def walk_list(org, **script):
    """The pages, as text, of a turf of the whole town."""
    made = org.owner.ok("POST", "/v1/scripts", {"name": "Doors", "languages": ["en"], **script}, status=201)
    org.owner.ok("PUT", f"/v1/scripts/{made['id']}/steps", {"steps": STEPS})
    cut = org.owner.ok("POST", "/v1/turf-cuts", {"name": "North", "method": "streets", "streets": [{"street": "A Street"}],
                                                 "script_id": made["id"]}, status=201)
    deadline = time.monotonic() + 60
    while org.owner.ok("GET", f"/v1/turf-cuts/{cut['id']}")["state"] != "done":
        assert time.monotonic() < deadline
        time.sleep(0.05)
    (turf,) = org.owner.pages("/v1/turfs", {"cut_id": cut["id"]})
    org.owner.ok("POST", f"/v1/turfs/{turf['id']}/publish")
    reply = org.owner.get(f"/v1/turfs/{turf['id']}/walk-list", {"paper": "letter"})
    assert reply.status_code == 200, reply.text
    return subprocess.run(["pdftotext", "-layout", "-", "-"], input=reply.content, capture_output=True, check=True).stdout.decode().split("\f")


def person(town, door, **fields):
    with town.again():
        return town.voter(door, **{"first_name": "Zoë", **fields})


def line_of(pages, name):
    """The line of a person, and the lines below it up to the next person."""
    text = "\n".join(pages[1:])
    return text[text.index(name):].split("NH", 2)


def test_parties_are_letters_that_fit(org, town):
    parties = {"Adams": "democratic", "Baker": "republican", "Clark": "unaffiliated", "Davis": "libertarian", "Evans": "constitution"}
    for door, (name, party) in zip(town.doors.values(), parties.items()):
        person(town, door, last_name=name, party=party, sex="M", birth_year=1980)
    pages = walk_list(org)
    for name, letter in zip(parties, ("D", "R", "U", "L", "CON")):
        about = line_of(pages, f"Zoë {name}")[0]
        assert f"M · {letter}" in about and "…" not in about, about


def test_each_question_has_a_box_for_each_answer(org, town):
    person(town, next(iter(town.doors.values())), last_name="Adams", party="democratic")
    pages = walk_list(org)
    assert "1. What would help most?" in pages[0] and "a Housing · b Buses · c Schools" in pages[0]
    assert "2. How likely are you to vote?" in pages[0] and "3. A yard sign?" in pages[0] and "4. Anything else?" in pages[0]
    below = line_of(pages, "Zoë Adams")[1].split("1 2 3 4 5", 1)[-1].split()
    boxes = " ".join(below)
    assert "1 a b c 2 0 1 2 3 3 a b" in boxes, boxes


def test_what_is_known_of_somebody_is_said(org, town):
    doors = list(town.doors.values())
    known = person(town, doors[0], last_name="ADAMS", first_name="ANN", phones='["+18455550133"]', party="democratic")
    tag = org.owner.ok("POST", "/v1/tags", {"name": "Sign"}, status=201)
    org.owner.ok("POST", f"/v1/voters/{known}/tags", {"add": [str(tag["id"])]})
    assert visit(org.owner, "not_home", voter_id=known, door_id=doors[0]).status_code == 201
    org.owner.server.sql("UPDATE buildings SET zip5 = '02141' WHERE organization_id = %s", (org.id,))
    org.owner.server.sql("UPDATE buildings SET number = '417 1/2' WHERE id = (SELECT building_id FROM doors WHERE id = %s)", (doors[0],))
    pages = walk_list(org, channels=["door", "phone"])
    text = "\n".join(pages)
    assert "Ann Adams" in text and "+18455550133 · not home 11/01 · Sign" in text
    assert "A Street · Made 02141" in text and "417 1/2" in text and " mi · " in text and "UTC" not in text
    # A script for doors only shows no telephone numbers.
    org.owner.ok("POST", f"/v1/turfs/{next(org.owner.pages('/v1/turfs'))['id']}/close")
    assert "+18455550133" not in "\n".join(walk_list(org, name="Other", channels=["door"]))

# SPDX-License-Identifier: GPL-3.0-or-later
"""Real events and difficult texts are stored and returned unchanged."""

import json
import re
import unicodedata

import pytest

from harness.client import is_problem, unique

START, END = "2030-05-01T15:00:00Z", "2030-05-01T18:00:00Z"
KINDS = {"CANVASS": "canvass", "PHONE_BANK": "phone_bank", "TEXT_BANK": "text_bank", "RALLY": "rally",
         "FUNDRAISER": "fundraiser", "TRAINING": "training", "MEETING": "meeting", "COMMUNITY": "community"}


def control(text):
    """Characters that a line must not contain: controls, line ends, and overrides of the text direction."""
    return any(unicodedata.category(c) in ("Cc", "Zl", "Zp") or c in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069" for c in text)


def seen(text):
    """Does a name have a visible character besides blanks and marks?"""
    return any(unicodedata.category(c) not in ("Zs", "Cf", "Cc") for c in text)


def words(text):
    """The words of a search: punctuation alone finds nothing; commas, dots and hyphens separate words; apostrophes
    are ignored."""
    return [word for word in re.split(r"[\s,.#-]+", folded(text)) if any(c.isalnum() for c in word)]


def kept(text):
    """The stored form of a name: single blanks of one kind, and no zero-width characters except those that scripts
    need."""
    text = re.sub("[\u00ad\u200b\u2060\ufeff]", "", text)
    text = re.sub("(^|(?<=[\\0-\u058f]))[\u200c-\u200f]+", "", text)
    return re.sub("[ \u00a0\u2000-\u200a\u202f\u205f\u3000]+", " ", text).strip(" ")


def folded(text):
    return text.lower().replace("'", "").replace("`", "")


@pytest.fixture(scope="module")
def mobilize(shared_data):
    folder = shared_data / "events" / "mobilize"
    if not folder.is_dir():
        pytest.skip("the folder of shared data has no events")
    return [event for path in sorted(folder.glob("events_page*.json"))
            for event in json.loads(path.read_text(encoding="utf-8"))["data"]]


@pytest.fixture(scope="module")
def naughty(shared_data):
    path = shared_data / "text-torture" / "blns.json"
    if not path.is_file():
        pytest.skip("the folder of shared data has no hostile text")
    return json.loads(path.read_text(encoding="utf-8"))


def stamp(seconds):
    import datetime

    return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def ours(theirs):
    """A foreign event converted to our fields."""
    place = theirs.get("location") or {}
    lines = list(place.get("address_lines") or []) + ["", ""]
    spot = place.get("location") or {}
    slots = theirs.get("timeslots") or [{"start_date": 1900000000, "end_date": 1900003600}]
    made = {
        "title": theirs["title"], "description": theirs.get("description") or None,
        "short_description": (theirs.get("summary") or "")[:500] or None, "kind": KINDS.get(theirs.get("event_type"), "other"),
        "start_time": stamp(slots[0]["start_date"]), "end_time": stamp(slots[0]["end_date"]),
        "timezone": theirs.get("timezone") or "America/New_York", "address_line_1": lines[0] or None,
        "address_line_2": lines[1] or None, "city": place.get("locality") or None, "state": place.get("region") or None,
        "zip": place.get("postal_code") or None, "location_type": "virtual" if theirs.get("is_virtual") else "in_person"}
    if spot.get("latitude") is not None and spot.get("longitude") is not None:
        made.update(latitude=float(spot["latitude"]), longitude=float(spot["longitude"]))
    return made


def test_real_events(shared_org, mobilize):
    assert len(mobilize) > 50
    kept, refused = 0, []
    for theirs in mobilize:
        wanted = ours(theirs)
        reply = shared_org.owner.post("/v1/events", wanted)
        if reply.status_code == 201:
            read = shared_org.member.ok("GET", f"/v1/events/{reply.json()['id']}")
            assert {key: read[key] for key in wanted} == wanted
            kept += 1
            continue
        # Refused only because of our limits, which the error names.
        assert reply.status_code == 422, reply.text
        reasons = {"description": len(wanted["description"] or "") > 20000, "title": len(wanted["title"]) > 255,
                   "end_time": wanted["end_time"] < wanted["start_time"]}
        for error in reply.json()["errors"]:
            field = error["pointer"].strip("/")
            value = wanted[field]
            assert reasons.get(field) or (isinstance(value, str) and control(value)), (theirs["id"], error)
            refused.append((theirs["id"], field))
    assert kept > len(mobilize) * 0.9, f"{kept} of {len(mobilize)} kept: {refused[:10]}"


def test_hostile_text_as_description(shared_org, naughty):
    """Stored byte for byte; only NUL is refused."""
    assert len(naughty) > 400
    for text in naughty:
        reply = shared_org.owner.post("/v1/events", {"title": "T", "slug": unique("n"), "start_time": START,
                                                     "end_time": END, "description": text})
        if "\0" in text:
            assert reply.status_code == 400
            continue
        assert reply.status_code == 201, (text, reply.text)
        read = shared_org.member.ok("GET", f"/v1/events/{reply.json()['id']}")
        assert read["description"] == text


def test_hostile_text_as_title(shared_org, naughty):
    """Stored, or refused by the rules of a line only; the same in the list and in the public list."""
    titles, refused = {}, 0
    for text in naughty:
        reply = shared_org.owner.post("/v1/events", {"title": text, "start_time": START, "end_time": END})
        if not seen(text) or text != text.strip() or len(text) > 255 or control(text):
            refused += 1
            assert reply.status_code in (400, 422), (text, reply.text)
            if reply.status_code == 422:
                assert [error["pointer"] for error in reply.json()["errors"]] == ["/title"]
            continue
        assert reply.status_code == 201, (text, reply.text)
        titles[reply.json()["id"]] = kept(text)
        assert reply.json()["title"] == kept(text) and reply.json()["slug"]
    assert len(titles) > 400 and refused >= 1
    listed = {event["id"]: event["title"] for event in shared_org.member.pages("/v1/events", {"limit": 100})}
    assert {number: listed[number] for number in titles} == titles


def test_hostile_text_in_filters(shared_org, naughty):
    for text in naughty:
        reply = shared_org.member.get("/v1/events", {"text": text, "limit": 1})
        assert reply.status_code in (200, 400, 422), (text, reply.text)
        if reply.status_code == 200:
            for event in reply.json()["data"]:
                whole = " ".join(event[key] or "" for key in ("title", "short_description", "city"))
                assert all(word in folded(whole) or word in re.sub("[.-]", "", folded(whole)) for word in words(text)) or not text.isascii(), text


@pytest.mark.parametrize("char", ["\x01", "\x08", "\t", "\n", "\r", "\x1b", "\x7f", "\x80", "\x9b", "\u202e", "\u2066"])
def test_controls_in_a_line_are_refused(shared_org, char):
    for field in ("title", "city"):
        body = {"title": "T", "start_time": START, "end_time": END, field: f"a{char}b"}
        reply = shared_org.owner.post("/v1/events", body)
        assert is_problem(reply, 422, "validation_error") and reply.json()["errors"][0]["pointer"] == f"/{field}"


@pytest.mark.parametrize("text", ["𝕬 astral", "e\u0301 decomposed", "é composed", "👩‍👩‍👧‍👦", "שלום עליכם", "Ω", "می\u200cر", "\uffff\U0010ffff"])
def test_text_is_not_changed(shared_org, text):
    made = shared_org.event(title=text, description=text)
    read = shared_org.member.ok("GET", f"/v1/events/{made['id']}")
    assert read["title"] == text and read["description"] == text


@pytest.mark.parametrize("text", ["\u00ad\u200b\ufeffx", "x\u200d\u00a0 y", "x\u2003y\u2060"])
def test_blanks_of_a_name_are_of_one_kind(shared_org, text):
    made = shared_org.event(title=text, description=text)
    assert (made["title"], made["description"]) == (kept(text), text) and kept(text) in ("x", "x y")


def test_lengths_are_in_characters(shared_org):
    assert shared_org.event(title="𝕬" * 255)["title"] == "𝕬" * 255
    reply = shared_org.owner.post("/v1/events", {"title": "𝕬" * 256, "start_time": START, "end_time": END})
    assert reply.status_code == 422 and reply.json()["errors"][0]["code"]

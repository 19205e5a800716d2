# SPDX-License-Identifier: GPL-3.0-or-later
"""The main path from the screen of a phone to the database and back, with the real client and the real server."""

import pytest

from conftest import TITLE
from harness import desktop as harness_desktop
from harness.desktop import DESK, PHONE

# Maximal seconds until a check-in made by another client appears on the screen. The client does not
# poll: without the feed the screen would never show it.
LIVE_SECONDS = 5

# The checked-in person, as named in the list and in sentences.
GRACE, GRACE_SAID = "Hopper, Grace", "Grace Hopper"
OTHER = "Allen, Frances"  # the first person of the list


def in_feed_and_audit(evening, name, verb):
    """Number of entries about the check-in of that person in the audit log and in the change feed."""
    number = evening.attendees[name]
    audit = [entry for entry in evening.owner.pages("/v1/audit-log")
             if entry["entity"] == "attendee" and entry["entity_id"] == number
             and entry["action"] == f"attendee.{verb}"]
    feed = [change for change in evening.owner.ok("GET", "/v1/changes", query={"limit": 1000})["data"]
            if change["entity"] == "attendee" and change["entity_id"] == number]
    return len(audit), len(feed)


def check_in_elsewhere(person, evening, name, title):
    """Check a person in over the API; the screen must show it."""
    reply = evening.act(name)
    assert reply.status_code == 200, reply.text
    seconds = person.wait_here(name, LIVE_SECONDS)
    print(f"{title}: on the screen {seconds * 1000:.0f} ms after the API's answer")


def check_in_and_undo(person, evening):
    """Search, tap, see the toast, and find the check-in in the database; then undo it and check the same."""
    person.search("hop")
    row = person.get_row(GRACE)
    person.app.wait(lambda: person.row(OTHER) is None, 5, "a list of who was searched for")
    row.tap()
    person.app.says(person.word("%s is checked in") % GRACE_SAID)
    person.wait_here(GRACE)
    assert evening.status(GRACE) == ("attended", "Wanda Worker")
    assert in_feed_and_audit(evening, GRACE, "check_in") == (1, 2)  # two entries in the feed: registered, checked in
    person.press("_Undo")
    person.wait_not_here(GRACE)
    assert evening.status(GRACE) == ("registered", None)
    assert in_feed_and_audit(evening, GRACE, "undo_check_in") == (1, 3)
    person.search("")
    person.get_row(OTHER)


@pytest.mark.skipif(harness_desktop.phoc_version() >= (0, 46), reason="this phoc takes no such button from an X server")
def test_back_by_the_mouse(at_desktop, evening):
    person = at_desktop(PHONE)
    person.sign_in(evening.server.url, evening.worker.email)
    person.open_door_list(TITLE)
    person.desktop.press_back()
    person.app.get("push button", person.button("_Door list"), 5)
    person.desktop.press_back()
    person.app.get("label", TITLE, 5)


def test_first_path_phone(at_desktop, evening):
    person = at_desktop(PHONE)
    app, server = person.app, evening.server
    # A wrong password is reported; the right one leads to tonight's event.
    person.sign_in(server.url, evening.worker.email, "not the password")
    app.says("password is wrong", 10)
    person.sign_in(server.url, evening.worker.email)
    app.get("label", TITLE, 10)
    person.open_door_list(TITLE)
    person.get_row(OTHER, 10)
    check_in_and_undo(person, evening)
    # Another client checks a person in and out again; the screen shows both.
    check_in_elsewhere(person, evening, "Dijkstra, Edsger", "phone")
    evening.act("Dijkstra, Edsger", "undo-check-in")
    person.wait_not_here("Dijkstra, Edsger")


def test_second_check_in_says_who(at_desktop, evening):
    person = at_desktop(PHONE).sign_in(evening.server.url, evening.worker.email)
    person.open_door_list(TITLE)
    person.get_row(GRACE, 10)
    evening.check_in_silently(GRACE, "Olga Owner")
    person.get_row(GRACE).tap()
    person.app.says("Olga Owner", dialog=True)
    assert evening.status(GRACE) == ("attended", "Olga Owner")


def test_walk_in(at_desktop, evening):
    person = at_desktop(PHONE).sign_in(evening.server.url, evening.worker.email)
    person.open_door_list(TITLE)
    person.get_row(GRACE, 10)
    person.press("Walk-in")
    app = person.app
    app.get("text", person.word("First name"), dialog=True).set_text("Katherine")
    app.get("text", person.word("Last name"), dialog=True).set_text("Johnson")
    person.answer("Check _in")
    app.says(person.word("%s is checked in") % "Katherine Johnson", 10)
    rows = evening.server.sql(
        "SELECT status, source, checked_in_by FROM event_attendees WHERE event_id = %s AND last_name = 'Johnson'",
        (evening.event["id"],))
    assert rows == [("attended", "walk_in", "Wanda Worker")]
    person.search("john")
    person.wait_here("Johnson, Katherine")


def test_first_path_desk(at_desktop, evening):
    person = at_desktop(DESK).sign_in(evening.server.url, evening.worker.email)
    person.open_door_list(TITLE)
    person.get_row(OTHER, 10)
    check_in_and_undo(person, evening)
    check_in_elsewhere(person, evening, "Dijkstra, Edsger", "desk")


def test_two_screens(at_desktop, evening):
    """A change on one screen appears on the other."""
    first, second = at_desktop(PHONE), at_desktop(DESK)
    for person in (first, second):
        person.sign_in(evening.server.url, evening.worker.email)
        person.open_door_list(TITLE)
        person.get_row(GRACE, 10)
    first.get_row(GRACE).tap()
    first.app.says(first.word("%s is checked in") % GRACE_SAID)
    seconds = second.wait_here(GRACE, LIVE_SECONDS)
    print(f"two screens: the second shows it {seconds * 1000:.0f} ms after the first")


@pytest.fixture
def own_evening(make_server, recorder):
    """An evening on a separate server, which the test may stop."""
    from conftest import Evening
    from harness.client import Client

    return Evening(Client(make_server(), recorder=recorder))


def test_server_away_and_back(at_desktop, own_evening):
    evening, server = own_evening, own_evening.server
    person = at_desktop(PHONE).sign_in(server.url, evening.worker.email)
    person.open_door_list(TITLE)
    person.get_row(GRACE, 10)
    server.stop()
    person.app.says(person.word("No connection"), 15)
    assert person.row(GRACE) is not None, "the list stays"
    person.get_row(GRACE).tap()
    person.app.says(person.word("Not checked in"), 15, dialog=True)
    person.app.get("push button", person.button("_Try again"), dialog=True)
    server.start()
    evening.owner.session.close()
    person.answer("_Close")
    person.app.gone(None, lambda name: person.word("No connection") in name, 40)
    check_in_elsewhere(person, evening, GRACE, "after the server came back")


def test_sign_out_leaves_nothing(at_desktop, evening):
    person = at_desktop(PHONE).sign_in(evening.server.url, evening.worker.email)
    person.open_door_list(TITLE)
    person.get_row(GRACE, 10)
    data = person.desktop.folder / "data"
    assert [path for path in data.rglob("*") if path.is_file()], "there is a local store"
    before = evening.server.sql("SELECT count(*) FROM sessions WHERE user_id = %s AND revoked_at IS NULL",
                                (evening.worker.user,))[0][0]
    person.act("win.account")
    person.press("_Sign out")
    person.app.says(person.word("Sign out?"), dialog=True)
    person.answer("_Sign out")
    person.app.get("text", person.word("Password"), 10)
    person.app.wait(lambda: not [path for path in data.rglob("*") if path.is_file()], 5,
                    "the end of the local files")
    person.app.wait(lambda: evening.server.sql(
        "SELECT count(*) FROM sessions WHERE user_id = %s AND revoked_at IS NULL",
        (evening.worker.user,))[0][0] == before - 1, 5, "the end of the session on the server")

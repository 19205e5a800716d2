# SPDX-License-Identifier: GPL-3.0-or-later
"""The way to the door with a finger: taps, and drags that scroll and check nobody in. A
second client of the same size, seen over AT-SPI, tells where things are on the screen."""

import pytest

from harness import services
from harness.client import PASSWORD

touch = pytest.importorskip("harness.touch", reason="no selenium here")

NAME = "Hopper, Grace"
HEADER = 56


@pytest.fixture
def phone():
    with touch.TouchScreen() as screen:
        screen.run()
        yield screen


def middle(node):
    x, y, width, height = node.extents
    return x + width / 2, y + height / 2


def sign_in(phone, guide, evening):
    app = guide.app
    for label, text in (("Server", evening.server.url), ("E-mail", evening.worker.email),
                        ("Password", PASSWORD)):
        phone.tap(*middle(app.get("text", guide.word(label))))
        phone.type(text)
    before = sessions(evening)
    phone.tap(*middle(app.get("push button", guide.button("_Sign in"))))
    services.wait_until(lambda: sessions(evening) > before, 20, "the sign-in by touch")
    phone.settle()


def sessions(evening):
    return evening.server.sql("SELECT count(*) FROM sessions WHERE user_id = %s", (evening.worker.user,))[0][0]


def test_the_door_by_touch(phone, at_desktop, evening):
    guide = at_desktop()
    phone.settle(20)
    sign_in(phone, guide, evening)
    guide.sign_in(evening.server.url, evening.worker.email)

    phone.tap(*middle(guide.app.get("label", evening.event["title"], 10)))
    guide.open_event(evening.event["title"])
    phone.settle()
    event_header = phone.pixels(0, HEADER)
    phone.tap(*middle(guide.app.get("push button", guide.button("_Door list"))))
    guide.open_door_list()
    row = middle(guide.get_row(NAME))
    phone.settle()
    door_header, list_at_rest = phone.pixels(0, HEADER), phone.pixels(150, 400)
    assert door_header != event_header

    # A drag along the list moves it and checks nobody in.
    phone.drag((180, 600), (180, 300))
    phone.settle()
    assert phone.pixels(150, 400) != list_at_rest
    phone.drag((180, 300), (180, 700))
    phone.settle()
    assert evening.server.sql("SELECT count(*) FROM event_attendees WHERE checked_in_at IS NOT NULL "
                              "AND event_id = %s", (evening.event["id"],)) == [(0,)]

    # A tap checks in.
    phone.tap(*row)
    services.wait_until(lambda: evening.status(NAME)[0] == "attended", 5, "the check-in by touch")
    phone.settle()
    phone.picture("touch-door")

    # And back to the event.
    phone.tap(8, HEADER / 2)
    phone.settle()
    assert phone.pixels(0, HEADER) == event_header

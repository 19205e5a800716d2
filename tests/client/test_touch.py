# SPDX-License-Identifier: GPL-3.0-or-later
"""The path to a check-in with a finger: taps, drags that scroll and check nobody in, the swipe back. A second client
of the same size, the guide, is operated over AT-SPI. It supplies the positions of widgets, and the picture that
the screen under the finger must show before the next touch."""

import pytest

from conftest import TITLE
from harness import services
from harness.client import PASSWORD

touch = pytest.importorskip("harness.touch", reason="no selenium here")
pytestmark = pytest.mark.skipif(not touch.is_possible(), reason="no browser of Debian's here")

FIRST, OTHER, NAME = "Allen, Frances", "Hoare, Tony", "Hopper, Grace"


class Hand:
    """A finger on the phone's screen; it waits until the widget that it shall touch is drawn."""

    def __init__(self, phone, guide):
        self.phone = phone
        self.guide = guide

    def see(self, node, seconds=10, new=True):
        """Wait until the phone's screen equals the guide's in the area of `node`. Unless new=False, that area must
        also have changed since the last touch: otherwise an old page would count as equal while neither client has
        drawn the new one. The guide's pointer is moved away, because hovered widgets are darker."""
        self.guide.desktop.rest()
        if new:
            self.phone.wait_new(node.extents, seconds)
        self.phone.wait_like(self.guide.desktop, node.extents, seconds)
        return node

    def put_on(self, node):
        x, y, width, height = node.extents
        self.phone.tap(x + width / 2, y + height / 2)

    def label(self, text):
        return self.guide.app.get("label", text, 10)

    def button(self, message):
        return self.guide.app.get("push button", self.guide.button(message), 10)


@pytest.fixture
def hand(at_desktop, request):
    with touch.TouchScreen() as phone:
        phone.run()
        yield Hand(phone, at_desktop())
        if request.node.report_of_call.failed:
            phone.picture("failed/touch")


def sign_in(hand, evening):
    hand.see(hand.button("_Sign in"), 30, new=False)
    for field, text in (("Server", evening.server.url), ("E-mail", evening.worker.email), ("Password", PASSWORD)):
        hand.put_on(hand.guide.app.get("text", hand.guide.word(field)))
        hand.phone.type(text)
    hand.put_on(hand.button("_Sign in"))
    hand.guide.sign_in(evening.server.url, evening.worker.email)
    hand.see(hand.label(TITLE), 20)


def open_door_list(hand):
    hand.put_on(hand.label(TITLE))
    hand.guide.open_event(TITLE)
    hand.put_on(hand.see(hand.button("_Door list")))
    hand.guide.open_door_list()
    hand.see(hand.label(FIRST))


def checked_in(evening):
    return [row[0] for row in evening.server.sql(
        "SELECT last_name FROM event_attendees WHERE event_id = %s AND checked_in_at IS NOT NULL",
        (evening.event["id"],))]


def test_the_door_by_touch(hand, evening):
    phone, guide = hand.phone, hand.guide
    sign_in(hand, evening)
    open_door_list(hand)
    first = hand.label(FIRST)

    # A drag along the list scrolls the list, up and down again. At the end of the list, where it
    # cannot scroll, a drag is not a tap either.
    phone.drag((180, 600), (180, 300), hold=0.2)
    phone.wait_new(first.extents)
    phone.drag((180, 300), (180, 700))
    hand.see(first)
    phone.drag((180, 300), (180, 500))
    hand.see(first, new=False)

    # A tap checks in the person of that row and nobody else.
    hand.put_on(hand.see(guide.get_row(NAME), new=False))
    services.wait_until(lambda: evening.status(NAME)[0] == "attended", 10, "the check-in by touch")
    guide.wait_here(NAME)
    hand.see(hand.label("1 of 20 here"))
    phone.picture("touch-door")
    assert checked_in(evening) == ["Hopper"]

    # The button "Back" leads back to the event.
    back = guide.app.get("push button", "Back")
    hand.put_on(back)
    guide.back()
    hand.see(hand.button("_Door list"))


def test_swipe_back(hand, evening):
    phone, guide = hand.phone, hand.guide
    sign_in(hand, evening)
    open_door_list(hand)
    phone.drag((30, 400), (330, 400))
    guide.back()
    hand.see(hand.button("_Door list"))
    phone.drag((30, 400), (330, 400))
    guide.back()
    hand.see(hand.label(TITLE))
    assert checked_in(evening) == []


def test_swipe_back_after_a_tap(hand, evening):
    """After a tap on a row, the row must not keep the touch sequence of the following swipe, neither on the list nor
    on a page."""
    phone, guide = hand.phone, hand.guide
    sign_in(hand, evening)
    hand.put_on(hand.label(TITLE))
    guide.open_event(TITLE)
    hand.see(hand.button("_Door list"))
    phone.drag((30, 400), (330, 400))
    guide.back()
    hand.see(hand.label(TITLE))
    open_door_list(hand)
    hand.put_on(hand.see(guide.get_row(NAME), new=False))
    services.wait_until(lambda: evening.status(NAME)[0] == "attended", 10, "the check-in by touch")
    guide.wait_here(NAME)
    hand.see(hand.label("1 of 20 here"))
    phone.drag((30, 400), (330, 400))
    guide.back()
    hand.see(hand.button("_Door list"))


def test_a_drag_where_nothing_moves(hand, evening):
    """In a list that is too short to scroll, a drag that begins on a row is no tap."""
    phone, guide = hand.phone, hand.guide
    sign_in(hand, evening)
    open_door_list(hand)
    hand.put_on(guide.app.get("entry", guide.word("Search people")))
    phone.type("ho")
    guide.search("ho")
    hand.see(hand.label(NAME))
    x, y, width, height = hand.see(guide.get_row(OTHER), new=False).extents
    phone.drag((x + width / 2, y + height / 2), (x + width / 2, y + 300), steps=6)
    hand.put_on(hand.see(guide.get_row(NAME), new=False))
    services.wait_until(lambda: evening.status(NAME)[0] == "attended", 10, "the check-in by touch")
    hand.see(hand.label("1 of 20 here"))
    assert checked_in(evening) == ["Hopper"]

# SPDX-License-Identifier: GPL-3.0-or-later
"""A picture of every page: both sizes, light and dark, large text, German and Spanish. People look at the pictures
(.dev/results/screens); the test only asserts that each page appears in its language and that every control has a
name."""

import pytest

from conftest import TITLE, Evening
from harness.desktop import DESK, PHONE

VARIANTS = {
    "phone": {"size": PHONE},
    "phone-dark": {"size": PHONE, "dark": True},
    "phone-large-text": {"size": PHONE, "text_scale": 1.5},
    "phone-contrast": {"size": PHONE, "contrast": True},
    "phone-de": {"size": PHONE, "language": "de"},
    "phone-es": {"size": PHONE, "language": "es"},
    "desk": {"size": DESK},
    "desk-dark": {"size": DESK, "dark": True},
}

# Names that GTK 4.8 reports for controls without a name: their types.
NAMELESS = ("", "GtkImage", "GtkButton", "GtkMenuButton", "GtkToggleButton", "GtkSpinner")


class Album:
    """Pictures of one variant, numbered in order."""

    def __init__(self, person, variant):
        self.person = person
        self.variant = variant
        self.nameless = set()

    def take(self, page):
        self.person.app.picture(f"{self.variant}/{page}")
        app = self.person.app
        for node in [*app.all("push button"), *app.all("push button", dialog=True)]:
            if node.name in NAMELESS and not node.labels() and not self.is_a_library_part(node):
                self.nameless.add(f"{page}: {node.role} {node.name!r} at {node.extents}")


    @staticmethod
    def is_a_library_part(node):
        """Return whether the widget is inside an entry row: libadwaita creates and names these."""
        above = node.accessible.get_parent()
        while above is not None and above.get_role_name() != "application":
            if above.get_role_name() == "text":
                return True
            above = above.get_parent()
        return False


def sign_in_pages(person, album, evening):
    person.app.get("push button", person.button("_Sign in"), 10)
    album.take("sign-in")
    person.sign_in(evening.server.url, evening.worker.email, "not the password")
    person.app.says(person.word("The e-mail address or the password is wrong."), 10)
    album.take("sign-in-wrong")
    person.sign_in(evening.server.url, evening.worker.email)


def event_pages(person, album):
    person.app.get("label", TITLE, 10)
    album.take("events-today")
    for section in ("Upcoming", "Past"):
        tabs = list(person.app.all("page tab", lambda name: person.word(section) in name))
        tabs[-1].tap()
        album.take(f"events-{section.lower()}")
    list(person.app.all("page tab", lambda name: person.word("Today") in name))[-1].tap()
    person.open_event(TITLE)
    album.take("event")


def door_pages(person, album, evening):
    person.open_door_list()
    person.get_row("Allen, Frances", 10)
    evening.act("Backus, John")
    person.wait_here("Backus, John")
    album.take("door-list")
    person.get_row("Allen, Frances").tap()
    person.app.says(person.word("%s is checked in") % "Frances Allen")
    person.wait_here("Allen, Frances")
    album.take("door-list-undo")
    person.search("xyzzy")
    person.app.says(person.word("Nobody found"))
    album.take("door-list-nobody")
    person.search("")
    person.get_row("Allen, Frances", 10).tap()
    person.app.says("Wanda Worker", dialog=True)
    album.take("door-list-take-back")
    person.escape()
    person.press("Walk-in")
    person.app.get("text", person.word("First name"), dialog=True)
    album.take("walk-in")
    person.escape()


def other_pages(person, album, evening):
    person.act("win.account")
    person.app.says(evening.worker.email)
    album.take("account")
    person.act("win.shortcuts")
    person.app.wait(lambda: list(person.app.dialogs()), 5, "the window of shortcuts")
    album.take("shortcuts")
    person.escape()
    person.act("win.about")
    person.app.says("Campaign Center", dialog=True)
    album.take("about")
    person.escape()


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_page(at_desktop, evening, variant):
    evening.more_events()
    Evening(evening.owner.anonymous(), guests=[]).take_in(evening.worker)
    person = at_desktop(**VARIANTS[variant])
    album = Album(person, variant)
    sign_in_pages(person, album, evening)
    event_pages(person, album)
    door_pages(person, album, evening)
    other_pages(person, album, evening)
    assert not album.nameless, "\n".join(sorted(album.nameless))


def test_without_a_connection(at_desktop, make_server, recorder):
    """Screens while the server cannot be reached: sign-in, a door list that was loaded before and is still shown, and
    an event page."""
    from harness.client import Client

    evening = Evening(Client(make_server(), recorder=recorder))
    person = at_desktop(PHONE)
    album = Album(person, "phone")
    person.sign_in("http://127.0.0.1:9", evening.worker.email)
    person.app.says(person.word("The server cannot be reached. Check the address and your connection."), 20)
    album.take("sign-in-unreachable")
    person.sign_in(evening.server.url, evening.worker.email)
    person.open_door_list(TITLE)
    person.get_row("Allen, Frances", 10)
    evening.server.stop()
    person.app.says(person.word("No connection"), 20)
    album.take("door-list-no-connection")
    person.back()
    person.app.get("push button", person.button("_Door list"))
    album.take("event-no-connection")

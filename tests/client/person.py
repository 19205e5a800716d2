# SPDX-License-Identifier: GPL-3.0-or-later
"""A person who uses the client: the steps of the tests, with the texts that are on the screen."""

import gettext
import time

from harness import desktop as harness_desktop
from harness.client import PASSWORD

DOMAIN = "campaign-center"


class Person:
    """@language: language of the desktop; texts are looked up in the client's own translations."""

    def __init__(self, desktop, language=""):
        self.desktop = desktop
        self.size = desktop.size
        folder = harness_desktop.binary().parent / "po"
        self.catalog = (gettext.translation(DOMAIN, folder, [language]) if language
                        else gettext.NullTranslations())
        self.app = None

    def word(self, message):
        """A message as it is shown: translated, without the underscore of its mnemonic."""
        return self.catalog.gettext(message).replace("_", "")

    def button(self, message):
        """Return a function: is a name that of this button? With a mnemonic, GTK reports the name twice: "_Undo
        Undo"."""
        raw, word = self.catalog.gettext(message), self.word(message)
        return lambda name: name in (word, f"{raw} {word}")

    def words(self, message):
        """The part of a translated message before the first %s."""
        return self.catalog.gettext(message).partition("%s")[0]

    def start(self, **environment):
        self.app = self.desktop.run(**environment).connect()
        return self

    def restart(self):
        """Close the client with the keyboard, and start it again on the same desktop."""
        self.desktop.key("ctrl+q")
        assert self.app.process.wait(10) == 0
        return self.start()

    @property
    def is_phone(self):
        return self.size[0] < 700

    # --- sign in

    def fill_in(self, server, address, password):
        """Fill in the visible sign-in form; the password is typed with the keyboard."""
        app = self.app
        app.get("text", self.word("Server")).set_text(server)
        app.get("text", self.word("E-mail")).set_text(address)
        field = app.get("text", self.word("Password"))
        field.set_text("")
        field.tap()
        self.desktop.type(password)

    def press(self, message, seconds=5):
        self.app.get("push button", self.button(message), seconds).tap()

    def answer(self, message, seconds=5):
        """Press a button of a dialog by its action instead of the pointer, because dialogs have their own
        coordinates."""
        self.app.get("push button", self.button(message), seconds, dialog=True).do()

    def sign_in(self, server, address, password=PASSWORD):
        self.fill_in(server, address, password)
        self.press("_Sign in")
        return self

    # --- events and the door

    def open_event(self, title):
        self.app.get("label", title, 10).tap()
        self.app.get("push button", self.button("_Door list"), 10)

    def open_door_list(self, title=None):
        if title is not None:
            self.open_event(title)
        self.press("_Door list")
        self.app.get("push button", self.word("Walk-in"), 10)

    def search(self, text):
        field = self.app.get("entry", self.word("Search people"))
        field.set_text("")
        field.tap()
        self.desktop.type(text)
        return field

    def row(self, name):
        """Return the row of the door list with that name, such as "Hopper, Grace", or None."""
        for node in self.app.all("list item"):
            if name in node.labels():
                return node
        return None

    def get_row(self, name, seconds=5):
        return self.app.wait(lambda: self.row(name), seconds, f"{name} on the door list")

    def is_here(self, name):
        """Does the row of that name show a check-in?"""
        row = self.row(name)
        start = self.words("Checked in at %s").strip()
        return row is not None and any(text.startswith(start) for text in row.labels())

    def wait_here(self, name, seconds=5):
        """Wait until the person is shown as checked in; returns the seconds."""
        begun = time.monotonic()
        self.app.wait(lambda: self.is_here(name), seconds, f"{name} checked in on the screen")
        return time.monotonic() - begun

    def wait_not_here(self, name, seconds=5):
        self.app.wait(lambda: self.row(name) is not None and not self.is_here(name), seconds,
                      f"{name} not checked in on the screen")

    def act(self, action):
        """Activate an action of the window, such as win.back."""
        next(node for node in self.app.walk() if node.role == "frame").do(action)

    def escape(self):
        """Close the window above the main one with Escape."""
        self.desktop.key("Escape")
        self.app.alone()

    def back(self):
        self.act("win.back")

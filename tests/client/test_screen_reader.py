# SPDX-License-Identifier: GPL-3.0-or-later
"""A screen reader asks for a window that was closed."""

from harness.desktop import PHONE


def ask_for_a_window_that_is_gone(person):
    """Ask for a window that does not exist. GTK 4.8 answers with the last window in its list, and crashes when that
    window was never shown."""
    app = person.app
    app.root.get_child_at_index(app.root.get_child_count() + 3)
    app.get("push button", person.button("_Sign in"))


def test_asked_for_a_window_that_has_closed(at_desktop):
    """After a dialog was opened and closed, no unshown window remains."""
    person = at_desktop(PHONE)
    ask_for_a_window_that_is_gone(person)
    for action in ("win.shortcuts", "win.about"):
        person.act(action)
        person.app.wait(lambda: list(person.app.dialogs()), 5, "a window above")
        person.escape()
        ask_for_a_window_that_is_gone(person)

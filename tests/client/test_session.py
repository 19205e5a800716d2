# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests of sessions: second factor, several organizations, restart, a device without a keyring."""

import pytest

from conftest import TITLE, Evening
from harness.authenticator import Authenticator
from harness.client import PASSWORD, Client
from harness.desktop import DESK, PHONE

OTHER_TITLE = "Opening of the second office"
# With this setting no secret service answers on the desktop's bus.
NO_KEYRING = {"SECRET_BACKEND": "service"}


def is_signed_out(person):
    person.app.get("text", person.word("Password"), 10)
    person.app.get("push button", person.button("_Sign in"))


def sign_out(person):
    person.act("win.sign-out")
    person.app.says(person.word("Sign out?"), dialog=True)
    person.answer("_Sign out")
    is_signed_out(person)
    person.app.alone()


def kept_files(person):
    return [path for path in (person.desktop.folder / "data").rglob("*") if path.is_file()]


def test_second_factor(at_desktop, evening):
    worker = evening.worker
    authenticator = Authenticator(worker.ok("POST", "/v1/me/totp", {"password": PASSWORD})["secret"])
    recovery = worker.ok("POST", "/v1/me/totp/confirm", {"code": authenticator.code()})["recovery_codes"]
    person = at_desktop(PHONE)
    app = person.app

    # Sign in with a second factor: the password alone is not enough, a wrong code is reported, the
    # right one signs in.
    person.sign_in(evening.server.url, worker.email)
    code = app.get("text", person.word("Second factor"), 10)
    app.says(person.word("Enter the six digits of your authenticator app, or one of your recovery codes."))
    code.set_text(authenticator.wrong())
    person.press("_Sign in")
    app.says(person.word("This code is wrong or has been used. Enter a new one."), 10)
    assert app.find("label", TITLE) is None
    code.set_text(authenticator.code())
    person.press("_Sign in")
    app.get("label", TITLE, 10)

    # At the next sign-in a recovery code works, but only once.
    sign_out(person)
    for works in (True, False):
        person.sign_in(evening.server.url, worker.email)
        app.get("text", person.word("Second factor"), 10).set_text(recovery[0])
        person.press("_Sign in")
        if works:
            app.get("label", TITLE, 10)
            sign_out(person)
    app.says(person.word("This code is wrong or has been used. Enter a new one."), 10)


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_organization_switch(at_desktop, evening, api, size):
    other = Evening(api, guests=[("Ida", "Wells")], title=OTHER_TITLE)
    other.take_in(evening.worker)
    person = at_desktop(size).sign_in(evening.server.url, evening.worker.email)
    app = person.app
    app.wait(lambda: app.find("label", TITLE) or app.find("label", OTHER_TITLE), 10, "the events of one of both")
    here, there = (evening, other) if app.find("label", TITLE) else (other, evening)

    def switch(to, away):
        person.act("win.account")
        app.get("label", to.name_of_organization, 10).tap()
        app.get("label", to.event["title"], 10)
        app.gone("label", away.event["title"])
        assert evening.server.sql(
            "SELECT active_organization_id FROM sessions WHERE user_id = %s AND revoked_at IS NULL "
            "ORDER BY created_at DESC LIMIT 1", (evening.worker.user,)) == [(to.organization.id,)]

    # After a switch, no data of the previous organization is on the screen; feed and door list
    # belong to the new one.
    for to, away in ((there, here), (here, there)):
        switch(to, away)
        guest = min(to.attendees)
        person.open_door_list(to.event["title"])
        person.get_row(guest, 10)
        assert to.act(guest).status_code == 200
        person.wait_here(guest)
        assert person.row(min(away.attendees)) is None


@pytest.fixture
def own_evening(make_server, recorder):
    """An evening on a separate server, which the test may stop."""
    return Evening(Client(make_server(), recorder=recorder))


def test_restart_while_signed_in(at_desktop, own_evening):
    evening = own_evening
    person = at_desktop(PHONE).sign_in(evening.server.url, evening.worker.email)
    person.open_door_list(TITLE)
    person.get_row("Hopper, Grace", 10)

    # After a restart the person is still signed in and sees changes made meanwhile.
    sessions = evening.server.sql("SELECT count(*) FROM sessions")
    person.desktop.key("ctrl+q")
    assert person.app.process.wait(10) == 0
    assert evening.act("Hopper, Grace").status_code == 200
    person.start()
    person.open_door_list(TITLE)
    person.wait_here("Hopper, Grace", 10)
    assert evening.server.sql("SELECT count(*) FROM sessions") == sessions

    # A start without a server shows the stored data, marked as not current.
    evening.server.stop()
    person.restart()
    person.app.says(person.word("No connection"), 20)
    person.open_door_list(TITLE)
    person.wait_here("Hopper, Grace", 10)
    person.get_row("Allen, Frances")

    # The session was ended by another client meanwhile: the client asks for sign-in, and no data is
    # left on the device.
    evening.server.start()
    evening.owner.session.close()
    clients = [session for session in evening.worker.pages("/v1/sessions")
               if session["device_name"].startswith("Campaign Center")]
    assert len(clients) == 1
    evening.worker.ok("DELETE", f"/v1/sessions/{clients[0]['id']}")
    person.restart()
    is_signed_out(person)
    person.app.wait(lambda: not kept_files(person), 5, "the end of the local files")


def keyring_dialog(person):
    person.app.says(person.word("Stay signed in?"), 10, dialog=True)
    for window in person.app.dialogs():
        assert 0 < window.extents[2] <= person.size[0]


def test_without_a_keyring_kept_in_a_file(at_desktop, evening):
    person = at_desktop(PHONE, environment=NO_KEYRING).sign_in(evening.server.url, evening.worker.email)
    keyring_dialog(person)
    person.app.picture("phone/keyring")
    person.answer("Keep in a _file")
    person.app.alone()
    person.app.get("label", TITLE, 10)
    token, = [path for path in kept_files(person) if path.name == "token"]
    assert token.stat().st_mode & 0o777 == 0o600
    person.restart()
    person.app.get("label", TITLE, 10)
    sign_out(person)
    person.app.wait(lambda: not kept_files(person), 5, "the end of the local files")


def test_without_a_keyring_not_kept(at_desktop, evening):
    person = at_desktop(PHONE, environment=NO_KEYRING).sign_in(evening.server.url, evening.worker.email)
    keyring_dialog(person)
    person.answer("Sign in _each time")
    person.app.alone()
    person.app.get("label", TITLE, 10)
    assert not [path for path in person.desktop.folder.rglob("*") if path.is_file() and b"ccs_" in path.read_bytes()]
    person.restart()
    is_signed_out(person)
    assert person.app.get("text", person.word("Server")).text == evening.server.url

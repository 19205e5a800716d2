# SPDX-License-Identifier: GPL-3.0-or-later
"""An organization with an event tonight, and people at separate desktops."""

import datetime
import pathlib
import re
import sys
import uuid

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

from harness import client as harness_client  # noqa: E402
from harness import desktop as harness_desktop  # noqa: E402
from person import Person  # noqa: E402

GUESTS = [("Ada", "Lovelace"), ("Grace", "Hopper"), ("Rosa", "Parks"), ("Edsger", "Dijkstra"),
          ("Barbara", "Liskov"), ("Alan", "Turing"), ("Hedy", "Lamarr"), ("Radia", "Perlman"),
          ("Ken", "Thompson"), ("Frances", "Allen"), ("John", "Backus"), ("Jean", "Bartik"),
          ("Joan", "Clarke"), ("Donald", "Knuth"), ("Adele", "Goldberg"), ("Tony", "Hoare"),
          ("Marisol", "García"), ("Günther", "Öztürk"), ("Annie", "Easley"), ("Mary", "Jackson")]
TITLE = "Town hall with the candidate"


class Evening:
    """Tonight's event of a new organization. .worker is a member who checks people in, .owner acts over the API."""

    def __init__(self, api, guests=None, title=TITLE):
        self.organization = harness_client.Organization(api)
        self.owner = self.organization.owner
        self.worker = self.organization.member
        self.server = api.server
        self.name(self.owner, "Olga", "Owner")
        self.name(self.worker, "Wanda", "Worker")
        begin = datetime.datetime.now(datetime.timezone.utc).replace(minute=0, second=0, microsecond=0)
        self.event = self.organization.event(
            publish=True, title=title, start_time=begin.isoformat(),
            end_time=(begin + datetime.timedelta(hours=3)).isoformat(), timezone="UTC",
            address_line_1="12 Station Road", city="Riverside",
            description="Doors open half an hour before. Bring a neighbour.")
        self.place = f"/v1/events/{self.event['id']}/attendees"
        self.attendees = {}
        for first, last in GUESTS if guests is None else guests:
            made = self.owner.ok("POST", self.place, {"first_name": first, "last_name": last}, status=201)
            self.attendees[f"{last}, {first}"] = made["id"]

    def name(self, person, first, last):
        self.server.sql("UPDATE users SET first_name = %s, last_name = %s WHERE id = %s",
                        (first, last, person.user))

    def take_in(self, person):
        """Make a person of another organization a member of this one, too."""
        self.server.sql(
            "INSERT INTO organization_members (organization_id, user_id, role, permissions, invited_by) "
            "VALUES (%s, %s, 'member', '{}', %s)", (self.organization.id, person.user, self.owner.user))

    @property
    def name_of_organization(self):
        return self.server.sql("SELECT name FROM organizations WHERE id = %s", (self.organization.id,))[0][0]

    def more_events(self):
        """Create an upcoming and a past event, for the pictures."""
        now = datetime.datetime.now(datetime.timezone.utc).replace(minute=0, second=0, microsecond=0)
        for title, days in (("Phone bank at the library", 2), ("Canvass of the old town", 4),
                            ("A training for everybody who wants to knock on doors next month", 9),
                            ("Last week's rally", -7)):
            begin = now + datetime.timedelta(days=days)
            self.organization.event(publish=days > 0, title=title, start_time=begin.isoformat(),
                                    end_time=(begin + datetime.timedelta(hours=2)).isoformat(),
                                    timezone="UTC", city="Riverside")

    def act(self, name, verb="check-in", client=None):
        """Check a person in (or undo it) over the API; returns the reply."""
        body = {"client_id": str(uuid.uuid4()),
                "occurred_at": datetime.datetime.now(datetime.timezone.utc).isoformat()}
        return (client or self.owner).request("POST", f"{self.place}/{self.attendees[name]}/{verb}", body)

    def status(self, name):
        """Status of a person's registration in PostgreSQL."""
        return self.server.sql("SELECT status, checked_in_by FROM event_attendees WHERE id = %s",
                               (self.attendees[name],))[0]

    def check_in_silently(self, name, by):
        """A check-in without an entry in the change feed, so that no screen can show it: triggers are disabled."""
        self.server.sql("SET session_replication_role = replica")
        try:
            self.server.sql("UPDATE event_attendees SET status = 'attended', checked_in_at = now(), "
                            "checked_in_by = %s, checked_in_actor = 'user:1' WHERE id = %s",
                            (by, self.attendees[name]))
        finally:
            self.server.sql("SET session_replication_role = origin")


@pytest.fixture
def evening(api):
    return Evening(api)


@pytest.fixture
def at_desktop(request):
    """at_desktop((360, 720), dark=True) starts the client on a new desktop and returns the person who uses it. After
    the test the client's logs must have no errors; a failed test saves a picture and the widget tree."""
    people = []

    def make(size=harness_desktop.PHONE, language="", environment=None, **more):
        desktop = harness_desktop.Desktop(size, language=language, **more)
        desktop.environment.update(environment or {})
        people.append(Person(desktop, language))
        return people[-1].start()

    try:
        yield make
        failed = getattr(request.node, "report_of_call", None)
        complaints = []
        for number, person in enumerate(people):
            if failed is None or failed.failed:
                person.app.dump(re.sub(r"[^a-z0-9-]+", "-", f"{request.node.name}-{number}"))
            else:
                code = person.app.quit()
                if code not in (0, -15):
                    complaints.append(f"the client ended with {code}")
                for app in person.desktop.apps:
                    complaints += app.complaints()
        assert not complaints, "\n".join(complaints[:20])
    finally:
        for person in people:
            person.desktop.remove()


@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_runtest_makereport(item, call):
    report = (yield).get_result()
    if report.when == "call":
        item.report_of_call = report

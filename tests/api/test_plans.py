# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes do not plan their statements again: a connection keeps the plans that it made. Each frequent write is sent
twenty times; PostgreSQL counts the plans of every statement, including those inside functions and triggers
(pg_stat_statements.track_planning), and none may be planned at each of the last calls."""

import json
import re
import uuid

import pytest

from harness import client as harness_client
from harness import server as harness_server
from harness import services
from harness.client import unique
from harness.field import support, script
from harness.phone import Phone, stamp
from harness.turfs import Turfs, act

WARM, COUNTED = 10, 10
# autovacuum=off: new statistics would make PostgreSQL plan again, which is right and not what is
# tested.
SETTINGS = [*services.FAST, "shared_preload_libraries=pg_stat_statements", "pg_stat_statements.track=all",
            "pg_stat_statements.track_planning=on", "pg_stat_statements.max=20000", "autovacuum=off"]
# Number of plannings of one statement from which the test fails. Sending two texts runs twenty
# jobs. The statements of a job may be planned up to 18 times: on each of three connections five
# custom plans, and the generic plan that is kept.
MANY = {"texts": 19}
# Connections of a server with one thread for ordinary requests and two for slow ones, which are
# warmed.
CONNECTIONS = 3
# A query of PostGIS itself, run when a row with a geometry becomes JSON for the audit log; PostGIS
# keeps no plan.
FOREIGN = "spatial_ref_sys"
STATEMENT = re.compile(r"\b(FROM|INTO|UPDATE)\b")
PLANS = """
SELECT s.queryid, s.toplevel, max(s.query), sum(s.plans), max(1e3 * s.mean_plan_time)
FROM pg_stat_statements s JOIN pg_roles r ON r.oid = s.userid JOIN pg_database d ON d.oid = s.dbid
WHERE d.datname = current_database() AND r.rolname IN ('campaign_api', 'campaign_definer')
GROUP BY 1, 2"""
# Enough people and contacts that the planner prefers indexes.
BALLAST = """
SET app.bulk = 'on';
INSERT INTO buildings (organization_id, building_key, address)
  SELECT %(o)s, 'ballast ' || n, n || ' Elm Row' FROM generate_series(1, 3000) n;
INSERT INTO doors (organization_id, building_id, address_key)
  SELECT organization_id, id, building_key FROM buildings WHERE building_key LIKE 'ballast %%';
INSERT INTO voters (organization_id, door_id, first_name, last_name)
  SELECT organization_id, id, 'Rosa', 'Medina' FROM doors, generate_series(1, 2) WHERE address_key LIKE 'ballast %%';
INSERT INTO voter_contacts (organization_id, client_id, channel, disposition, voter_id, door_id, building_id, occurred_at,
    actor, user_id)
  SELECT v.organization_id, gen_random_uuid(), 'door', 'not_home', v.id, d.id, d.building_id, now() - v.id * interval '1 s',
    'user:' || %(u)s, %(u)s
  FROM voters v JOIN doors d ON d.organization_id = v.organization_id AND d.id = v.door_id
  WHERE d.address_key LIKE 'ballast %%';
ANALYZE;
"""


class Ground:
    """An organization on a separate server: turf, a script whose answers have every effect, an event, a phone bank, a
    text campaign. Every method except the first few is one write, sent for the nth time."""

    def __init__(self, server):
        self.server = server
        self.org = org = harness_client.Organization(harness_client.Client(server))
        turfs = Turfs(org, 2, houses=2 * (WARM + COUNTED), people=2)
        self.turf, self.other_turf = turfs.all
        org.owner.ok("PATCH", f"/v1/turfs/{self.turf['id']}", {"assigned_user_id": org.member.user})
        self.doors = turfs.doors(self.turf["id"])
        self.people = {door: turfs.voters(door) for door in self.doors}
        self.event = org.event(publish=True)
        self.script = self.make_script()
        server.sql(BALLAST % {"o": org.id, "u": org.member.user})
        self.phone = Phone(org.member)
        self.places = f"/v1/events/{self.event['id']}"
        self.guests = [self.post(f"{self.places}/attendees", {"first_name": "Bo", "last_name": "Guest"})["id"] for _ in range(
            2 * (WARM + COUNTED))]
        self.bank = self.made("/v1/phone-banks", script_id=self.script["id"])
        self.campaign = self.made("/v1/text-campaigns", template="Hi {first_name}. Reply STOP to opt out.")
        self.talks = []

    def make_script(self):
        tag = self.post("/v1/tags", {"name": "volunteer"})
        options = [{"key": "1", "texts": {"en": "Yes"}, "tag_id": tag["id"], "follow_up": "yard_sign"},
                   {"key": "2", "texts": {"en": "No"}}, {"key": "3", "texts": {"en": "Come"}, "event_id": self.event["id"]}]
        made = script(self.org, support(), {"kind": "single", "texts": {"en": "Help?"}, "options": options},
                      channels=["door", "phone", "text"])
        self.ask, self.help = made["steps"]
        return made

    def made(self, path, **fields):
        """An open phone bank or text campaign with 60 people with numbers, with the member taking part."""
        first = 2000000000 + 10000 * len(path)
        people = [row[0] for row in self.server.sql(
            "INSERT INTO voters (organization_id, first_name, last_name, state, zip5, phones) SELECT %s, 'Rosa', 'Medina', 'MA', "
            "'02141', jsonb_build_array('+1' || (%s::bigint + i)) FROM generate_series(1, 60) i RETURNING id", (self.org.id, first))]
        listed = self.server.sql("INSERT INTO voter_lists (organization_id, name, filter) VALUES (%s, %s, %s) RETURNING id",
                                 (self.org.id, unique("List"), json.dumps({"ids": people})))[0][0]
        made = self.post(path, {"name": "Saturday", "list_id": listed, "start_hour": 0, "stop_hour": 24, **fields})
        here = f"{path}/{made['id']}"
        services.wait_until(lambda: self.org.owner.ok("GET", here)["state"] != "filling", 30, here)
        self.post(f"{here}/open")
        self.org.member.ok("POST", f"{path}/join", {"code": self.org.owner.ok("GET", here)["code"]})
        return here

    def post(self, path, body=None, client=None):
        return (client or self.org.owner).ok("POST", path, body)

    def answers(self, *, level=1, option=0):
        return [{"step_id": self.ask["id"], "option_id": self.ask["options"][level]["id"]},
                {"step_id": self.help["id"], "option_id": self.help["options"][option]["id"]}]

    def visit(self, n, **more):
        """A canvasser's contact at the nth door."""
        return {"channel": "door", "turf_id": self.turf["id"], "door_id": self.doors[n], **more}

    def talk(self, n, person=0, option=0, **more):
        return self.visit(n, voter_id=self.people[self.doors[n]][person], script_id=self.script["id"],
                          answers=self.answers(option=option), **more)

    def upload(self, *operations):
        receipt = self.phone.send(*operations)
        wrong = [each for each in [*receipt["verdicts"], *receipt["released"]] if each["verdict"] not in ("applied", "held")]
        assert not wrong and not receipt["stopped"], receipt
        return receipt

    # Contacts

    def contact_not_home(self, n):
        self.post("/v1/contacts", act(**self.visit(n, disposition="not_home")), self.org.member)

    def contact_by_lead(self, n):
        self.post("/v1/contacts", act(channel="door", door_id=self.doors[n], disposition="refused"))

    def contact_with_answers(self, n):
        self.post("/v1/contacts", act(**self.talk(n)), self.org.member)

    def contact_with_sign_up(self, n):
        self.post("/v1/contacts", act(**self.talk(n, person=1, option=2)), self.org.member)

    def contact_corrected_and_undone(self, n):
        first = self.post("/v1/contacts", act(**self.talk(n)), self.org.member)
        second = self.post("/v1/contacts", act(**self.talk(n, option=1, replaces_id=first["id"])), self.org.member)
        self.post(f"/v1/contacts/{second['id']}/undo", act(), self.org.member)

    def contact_of_a_place(self, n):
        for disposition in ("do_not_knock", "inaccessible"):
            made = self.post("/v1/contacts", act(channel="door", door_id=self.doors[n], disposition=disposition))
            self.post(f"/v1/contacts/{made['id']}/undo", act())

    def contact_of_a_person(self, n):
        voter = self.people[self.doors[n]][1]
        for disposition in ("moved", "do_not_contact"):
            made = self.post("/v1/contacts", act(channel="door", voter_id=voter, disposition=disposition))
            self.post(f"/v1/contacts/{made['id']}/undo", act())

    def contact_of_a_number(self, n):
        for disposition in ("wrong_number", "disconnected"):
            self.post("/v1/contacts", act(channel="phone", voter_id=self.people[self.doors[n]][0], phone=f"+1617555{n:04}",
                                          disposition=disposition))

    def contacts_at_once(self, n):
        doors = [{"client_id": str(uuid.uuid4()), "door_id": door} for door in self.doors[n:n + 3]]
        made = self.post("/v1/contacts/bulk", {"doors": doors, "disposition": "not_home", "occurred_at": stamp()}, self.org.member)
        assert made["recorded"] == 3, made

    def consent(self, n):
        self.post("/v1/consents", act(voter_id=self.people[self.doors[n]][0], channel="email", state="granted", source="form"))

    def follow_up(self, n):
        made = self.post("/v1/follow-ups", {"voter_id": self.people[self.doors[n]][0], "kind": "ride"})
        self.post(f"/v1/follow-ups/{made['id']}/done")

    # Uploads of a phone

    def upload_contacts(self, n):
        self.upload(self.phone.did("contact", self.visit(n, disposition="not_home")),
                    self.phone.did("contact", self.talk(n), based_on=0),
                    self.phone.did("contact", self.talk(n, person=1, option=2), based_on=0))

    def upload_a_gap_that_closes(self, n):
        early = self.phone.did("contact", self.visit(n, disposition="not_home"))
        late = self.phone.did("contact", self.visit(n + 1, disposition="not_home"))
        assert self.upload(late)["verdicts"][0]["verdict"] == "held"
        assert len(self.upload(early)["released"]) == 1

    def upload_undo(self, n):
        away = self.phone.did("contact", self.visit(n, disposition="refused"))
        self.upload(away, self.phone.did("undo", {"contact_client_id": away["client_id"]}))

    def upload_bulk_not_home(self, n):
        doors = [{"client_id": str(uuid.uuid4()), "door_id": door} for door in self.doors[n:n + 3]]
        self.upload(self.phone.did("bulk_not_home", {"turf_id": self.turf["id"], "doors": doors}))

    def upload_notes(self, n):
        door = self.doors[n]
        self.upload(self.phone.did("note", {"door_id": door, "note": "Ring twice"}),
                    self.phone.did("door_edit", {"door_id": door, "access_note": f"Key {n}", "seen": {"access_note": None}}))

    def upload_at_an_event(self, n):
        guest = {"event_id": self.event["id"], "attendee_id": self.guests[n]}
        self.upload(self.phone.did("check_in", guest), self.phone.did("undo_check_in", guest),
                    self.phone.did("walk_in", {"event_id": self.event["id"], "first_name": "Di", "last_name": "Walkin"}))

    def conflict_resolved(self, n):
        door = self.server.sql("SELECT id FROM doors WHERE address_key = %s", (f"ballast {n + 1}",))[0][0]
        verdict = self.phone.one("contact", {"channel": "door", "door_id": door, "disposition": "not_home"})
        assert verdict["verdict"] == "conflict", verdict
        self.post(f"/v1/field/conflicts/{verdict['conflict_id']}/resolve", {"decision": "accept"})

    # Events

    def event_with_its_changes(self, n):
        made = self.org.event()
        path = f"/v1/events/{made['id']}"
        self.org.owner.ok("PATCH", path, {"title": f"Shift {n}"})
        self.post(f"{path}/publish")
        self.post(f"{path}/cancel")

    def check_in(self, n):
        path = f"{self.places}/attendees/{self.guests[WARM + COUNTED + n]}"
        self.post(f"{path}/check-in", act(), self.org.member)
        self.post(f"{path}/undo-check-in", act(), self.org.member)

    def walk_in(self, n):
        self.post(f"{self.places}/walk-ins", act(first_name="Di", last_name="Walkin"), self.org.member)

    def attendee(self, n):
        made = self.post(f"{self.places}/attendees", {"first_name": "Cy", "last_name": "Guest", "email": f"{unique()}@example.org"})
        self.org.owner.ok("PATCH", f"{self.places}/attendees/{made['id']}", {"guest_count": 2})
        self.post(f"{self.places}/attendees/{made['id']}/cancel")

    # Phone banks and texts

    def call(self, n):
        call = self.post(f"{self.bank}/calls", client=self.org.member)
        self.post(f"{self.bank}/calls/{call['id']}/extend", client=self.org.member)
        self.post(f"{self.bank}/calls/{call['id']}/result", {
            "client_id": str(uuid.uuid4()), "occurred_at": stamp(), "answers": self.answers()}, self.org.member)

    def call_released(self, n):
        call = self.post(f"{self.bank}/calls", client=self.org.member)
        self.post(f"{self.bank}/calls/{call['id']}/release", client=self.org.member)

    def next_talk(self):
        if not self.talks:
            self.talks = self.post(f"{self.campaign}/batches", client=self.org.member)["conversations"]
        return self.talks.pop()

    def texts(self, n):
        talk = self.next_talk()
        path = f"{self.campaign}/conversations/{talk['id']}"
        phone = self.server.sql("SELECT phone FROM text_conversations WHERE id = %s", (talk["id"],))[0][0]
        self.post(f"{path}/messages", {"client_id": str(uuid.uuid4())}, self.org.member)
        self.post("/v1/texts/incoming", {"from": phone, "text": "Yes"})
        self.post(f"{path}/messages", {"client_id": str(uuid.uuid4()), "text": "Thank you"}, self.org.member)
        services.wait_until(lambda: not self.server.sql("SELECT 1 FROM text_messages WHERE state IN ('queued', 'sending')"), 30,
                            "the texts")

    def text_answered(self, n):
        talk = self.next_talk()
        path = f"{self.campaign}/conversations/{talk['id']}"
        self.post("/v1/texts/incoming", {"from": f"+1617556{n:04}", "text": "Stop" if n % 2 else "Yes"})
        self.post(f"{path}/result", {"client_id": str(uuid.uuid4()), "occurred_at": stamp(), "disposition": "refused"},
                  self.org.member)
        self.post(f"{path}/close", client=self.org.member)

    # Voters and turf

    def voter(self, n):
        made = self.post("/v1/voters", {"first_name": "Tess", "last_name": f"Twin {n}"})
        self.org.owner.ok("PATCH", f"/v1/voters/{made['id']}", {"party": "DEM"})
        tag = self.server.sql("SELECT id FROM tags WHERE organization_id = %s", (self.org.id,))[0][0]
        self.post(f"/v1/voters/{made['id']}/tags", {"add": [str(tag)]})

    def turf_out_and_back(self, n):
        path = f"/v1/turfs/{self.other_turf['id']}"
        self.post("/v1/turfs/take", {"code": self.other_turf["code"]}, self.org.member)
        self.post(f"{path}/return", client=self.org.member)


WRITES = [name for name in list(vars(Ground))[list(vars(Ground)).index("contact_not_home"):] if not name.startswith(("_", "next_"))]


@pytest.fixture(scope="module")
def make_ground(binary, redis_server):
    cluster = services.Cluster(SETTINGS)
    servers = []

    def make():
        server = harness_server.Server(cluster, cluster.new_database(binary), redis_server.url, THREADS=1, SLOW_CONNECTIONS=2,
                                       WARM_CONNECTIONS=1)
        servers.append(server)
        server.sql("CREATE EXTENSION pg_stat_statements")
        server.start()
        return Ground(server)

    try:
        yield make
        for server in servers:
            server.remove()
    finally:
        cluster.remove()


@pytest.fixture(scope="module")
def ground(make_ground):
    return make_ground()


def plans(server):
    return {(query, top): (text, count, cost) for query, top, text, count, cost in server.sql(PLANS)}


@pytest.mark.parametrize("write", WRITES)
def test_a_statement_is_planned_once(ground, write):
    send = getattr(ground, write)
    for n in range(WARM):
        send(n)
    before = plans(ground.server)
    for n in range(WARM, WARM + COUNTED):
        send(n)
    again = []
    for key, (text, count, cost) in plans(ground.server).items():
        more = count - (before[key][1] if key in before else 0)
        if more >= MANY.get(write, COUNTED) and FOREIGN not in text:
            again.append(f"{more} plans, {cost:.0f} us each: {' '.join(text.split())[:300]}")
    assert not again, "\n".join(sorted(again))


def test_a_new_connection_has_its_plans(make_ground):
    """The first contact on a connection of the pool: its functions were loaded and planned before."""
    ground = make_ground()
    server = ground.server
    server.stop()
    server.sql("SELECT pg_stat_statements_reset()")
    server.start()
    services.wait_until(lambda: server.sql("SELECT COALESCE(sum(calls), 0) FROM pg_stat_statements WHERE toplevel AND query LIKE "
                                           "'%%connection_warm()'")[0][0] >= CONNECTIONS, 60, "the connections")
    server.sql("SELECT pg_stat_statements_reset()")
    ground.contact_not_home(0)
    # Statements only; an expression alone is planned in microseconds.
    planned = [" ".join(text.split())[:300] for (_, top), (text, count, _) in plans(server).items()
               if count and not top and FOREIGN not in text and STATEMENT.search(text)]
    assert not planned, "\n".join(sorted(planned))

# SPDX-License-Identifier: GPL-3.0-or-later
"""Creates a small campaign that uses every feature, over the API only: afterwards every table has a row. All people
are invented."""

import csv
import io
import json
import sys

from . import release, services
from .authenticator import Authenticator
from .client import PASSWORD, Client, Outbox, register_person
from .phone import Phone, stamp
from .turfs import act

sys.path.append(str(services.ROOT / "db" / "seed"))

import field  # noqa: E402: of db/seed
import town  # noqa: E402

DAY = {"start_hour": 0, "stop_hour": 24}  # hours that permit sending at every time, because the fixture can be made at any hour
HEAD = b"voter_id,first_name,last_name,birth_date,address,city,state,zip,phone,precinct\n"
TRIAL = HEAD + b"T1,Nora,Quill,1971-02-03,3 Trial Row,Riverside,NY,12999,,R-1\nT2,Otto,Quill,1970-05-06,3 Trial Row,Riverside,NY,12999,,R-1\n"
AREAS = field.collection([{"type": "Feature", "properties": {"ward": "R-1"}, "geometry": {"type": "Polygon", "coordinates": [[
    [-74.0, 41.9], [-73.99, 41.9], [-73.99, 41.95], [-74.0, 41.95], [-74.0, 41.9]]]}}])
PROFILE = {"name": "Club list", "mappings": [{"field": "state_id", "columns": ["ID"]}, {"field": "last_name", "columns": ["NAME"]}]}
LENT = HEAD + b"L1,Vera,Lent,1961-02-03,5 Lent Row,Riverside,NY,12999,,R-2\n"
# Appended to lists that are short enough for one page.
ALL = "?limit=100"


class Campaign:
    """Creates the objects in the order in which a campaign would create them. `facts` collects the values that the
    test of upgrades needs."""

    def __init__(self, made):
        self.server = made
        self.facts = {"password": PASSWORD}
        self.nobody = Client(made)
        self.owner = register_person(self.nobody, "owner@example.org", first_name="Olive", last_name="Rivers")
        self.organization = self.organize(self.owner, "Riverside for All", "riverside")
        self.admin = self.invite("admin", "admin@example.org", first_name="Amos", last_name="Brook")
        self.walker = self.invite("member", "walker@example.org", first_name="Wanda", last_name="Ford")
        self.other = self.invite("member", "other@example.org", first_name="Otis", last_name="Marsh")

    def post(self, path, body=None, client=None, **options):
        return (client or self.owner).ok("POST", path, body, **options)

    def wait(self, path, *states):
        services.wait_until(lambda: self.owner.ok("GET", path)["state"] in states, 120, f"{path}: {states}")
        return self.owner.ok("GET", path)

    def organize(self, owner, name, slug):
        made = owner.ok("POST", "/v1/organizations", {"name": name, "slug": slug, "timezone": "America/New_York"}, status=201)
        owner.ok("PUT", "/v1/session/organization", {"organization_id": made["id"]})
        return made["id"]

    def invite(self, role, address, **names):
        person = register_person(self.nobody, address, **names)
        self.post("/v1/invitations", {"email": address, "role": role, "message": "Join us."})
        person.ok("POST", "/v1/invitations/accept", {"token": Outbox(self.server).token(address, prefix="cci_")})
        return person

    def people(self):
        """Add a second organization, an open invitation, a second factor, a token and a paired device."""
        neighbour = register_person(self.nobody, "neighbour@example.org", first_name="Nell", last_name="Hill")
        self.facts["neighbour"] = {"email": neighbour.email, "organization_id": self.organize(neighbour, "Hill Club", "hill")}
        neighbour.ok("POST", "/v1/events", {"title": "Hill walk", "start_time": "2030-06-01T15:00:00Z",
                                            "end_time": "2030-06-01T18:00:00Z"}, status=201)
        self.post("/v1/invitations", {"email": "late@example.org", "role": "member"})
        started = self.post("/v1/me/totp", {"password": PASSWORD}, self.admin)
        self.post("/v1/me/totp/confirm", {"code": Authenticator(started["secret"]).code()}, self.admin)
        self.facts["admin"] = {"email": self.admin.email, "second_factor": started["secret"]}
        self.facts["api_token"] = self.post("/v1/api-tokens", {"name": "Website", "scopes": ["manage_events"]})["token"]
        self.facts["owner"] = {"email": self.owner.email, "organization_id": self.organization}

    def events(self):
        body = {"title": "River cleanup", "start_time": "2030-05-01T15:00:00Z", "end_time": "2030-05-01T18:00:00Z",
                "location_type": "in_person", "address_line_1": "4 Canal Park", "city": "Riverside", "state": "NY",
                "zip": "12999", "capacity": 50, "description": "Gloves are there."}
        event = self.post("/v1/events", body, headers={"Idempotency-Key": "made-with-this-key"})
        self.place = f"/v1/events/{event['id']}"
        self.post(f"{self.place}/publish")
        cancelled = self.post("/v1/events", {**body, "title": "Rained off"})
        self.post(f"/v1/events/{cancelled['id']}/publish")
        self.post(f"/v1/events/{cancelled['id']}/cancel")
        guests = [self.post(f"{self.place}/attendees", {"first_name": name, "last_name": "Guest", "guest_count": 1,
                                                        "email": f"{name.lower()}@example.org"})
                  for name in ("Ada", "Bo", "Cleo")]
        first, second, third = (f"{self.place}/attendees/{guest['id']}" for guest in guests)
        self.post(f"{first}/check-in", act(), self.walker)
        self.post(f"{second}/check-in", act(), self.walker)
        self.post(f"{second}/undo-check-in", act(), self.walker)
        self.post(f"{third}/cancel")
        self.post(f"{self.place}/walk-ins", act(first_name="Dot", last_name="Walkin"), self.walker)
        device = self.post("/v1/devices", {"name": "Door phone", "profile": "door_list", "scope": {"event_id": event["id"]}})
        self.facts["device_token"] = self.post("/v1/devices/pair", {"code": device["pairing_code"]}, self.nobody)["token"]
        self.facts.update(event_id=event["id"], waiting_attendee_id=guests[1]["id"])

    def voters(self):
        """Create the town and its people, a file that names some of them, an import that was undone, and a file that
        was refused."""
        made = town.Town(1, 4, 80, 2026)
        rows = list(made.rows())
        doors = {row[0]: row for kind, row in rows if kind == "door"}
        api = field.Api(self.server.url)
        api.token = self.owner.token
        api.call("POST", "/v1/street-segments/import", field.collection(field.segments(made)), "application/geo+json")
        api.call("POST", "/v1/address-points/import", field.collection(field.points(doors.values())), "application/geo+json")
        api.call("POST", "/v1/areas/import?kind=precinct&code=ward", AREAS, "application/geo+json")
        people = field.voter_file((row for kind, row in rows if kind == "person"), doors)
        field.load_voters(api, people)
        self.post("/v1/voter-profiles", {"profile": PROFILE})
        self.load("Club", without_numbers(people, 6))
        trial, _ = self.load("Trial", TRIAL)
        self.post(f"/v1/imports/{trial}/undo")
        self.wait(f"/v1/imports/{trial}", "undone")
        _, source = self.load("Lent", LENT)
        self.post(f"/v1/voter-sources/{source}/purge")
        certificate = f"/v1/voter-sources/{source}/certificate"
        services.wait_until(lambda: self.owner.ok("GET", certificate)["finished_at"], 60, "the purge")

    def load(self, name, data):
        """Create a source and import a file that is applied; returns (import, source)."""
        source = self.post("/v1/voter-sources", {"name": name, "permitted_use": "Nobody in it is real."})["id"]
        self.post(f"/v1/voter-sources/{source}/acknowledge")
        made = self.post("/v1/imports", {"source_id": source, "name": name, "profile_key": "generic", "auto_apply": True})["id"]
        self.owner.ok("PUT", f"/v1/imports/{made}/file", data=data, headers={"Content-Type": "text/csv"})
        self.post(f"/v1/imports/{made}/start")
        self.wait(f"/v1/imports/{made}", "done")
        return made, source

    def marks(self):
        """Create tags, lists, duplicates, a merge, consent, a follow-up, and an erased person."""
        known = list(self.owner.pages("/v1/voters", {"limit": 100}))
        tag = self.post("/v1/tags", {"name": "volunteer", "description": "Comes along"})
        for voter in known[:5]:
            self.post(f"/v1/voters/{voter['id']}/tags", {"add": [str(tag["id"])]})
        self.callable = self.post("/v1/voter-lists", {"name": "With a telephone", "filter": {"has_phone": True}})["id"]
        twin = {"first_name": "Tess", "last_name": "Twin", "birth_date": "1980-05-31", "city": "Riverside", "state": "NY",
                "zip5": "12999", "phones": ["+18455550190"]}
        three = [self.post("/v1/voters", {**twin, "emails": [f"tess{n}@example.org"]})["id"] for n in range(3)]
        self.post("/v1/voter-duplicates/find")
        services.wait_until(lambda: self.owner.ok("GET", "/v1/voter-duplicates")["data"], 60, "the search for duplicates")
        self.post("/v1/voter-merges", {"survivor_id": three[0], "merged_id": three[1]})
        gone = self.post("/v1/voters", {"first_name": "Gil", "last_name": "Gone", "birth_date": "1971-02-03"})
        self.owner.ok("POST", f"/v1/voters/{gone['id']}/erase")
        self.post("/v1/consents", act(voter_id=known[0]["id"], channel="text", state="withdrawn", source="form"))
        follow_up = self.post("/v1/follow-ups", {"voter_id": known[1]["id"], "kind": "yard_sign",
                                                 "assigned_user_id": self.walker.user})
        self.post(f"/v1/follow-ups/{follow_up['id']}/done", client=self.walker)
        self.post("/v1/follow-ups", {"voter_id": known[2]["id"], "kind": "ride", "due_at": "2030-05-01T12:00:00Z"})
        self.facts["voter_id"] = known[3]["id"]
        assert self.owner.post("/v1/voters/export", {"list_id": self.callable}).status_code == 200

    def turf(self):
        """Create a script, and turfs that are cut, assigned, and checked out by code; both turfs are downloaded as
        packs."""
        script = self.post("/v1/scripts", {"name": "River cleanup", "channels": ["door", "phone", "text"], "languages": ["en", "es"]})
        script = self.owner.ok("PUT", f"/v1/scripts/{script['id']}/steps", {"steps": field.SCRIPT})
        self.script, self.support = script["id"], script["steps"][1]
        cut = self.post("/v1/turf-cuts", {"name": "Riverside", "method": "auto", "target_doors": 15, "script_id": self.script})
        self.wait(f"/v1/turf-cuts/{cut['id']}", "done")
        self.post(f"/v1/turf-cuts/{cut['id']}/publish")
        self.cut = f"/v1/turf-cuts/{cut['id']}"
        # Some houses of the town have no known residents.
        first, second, *_ = sorted(self.owner.pages("/v1/turfs", {"limit": 100}), key=lambda turf: -turf["voter_count"])
        self.owner.ok("PATCH", f"/v1/turfs/{first['id']}", {"assigned_user_id": self.walker.user})
        self.post("/v1/turfs/take", {"code": second["code"]}, self.other)
        self.turfs = [first["id"], second["id"]]
        self.packs = [self.pack(client, turf) for client, turf in zip((self.walker, self.other), self.turfs)]

    def pack(self, client, turf):
        """Download a pack; returns its (doors, people)."""
        reply = client.get(f"/v1/field/packs/turf/{turf}")
        assert reply.status_code == 200, reply.text
        lines = [json.loads(line) for line in reply.content.splitlines()]
        return tuple([line["id"] for line in lines if line["line"] == kind] for kind in ("door", "person"))

    def answer(self, voter, option, **more):
        return {"channel": "door", "voter_id": voter, "turf_id": self.turfs[0], **more,
                "answers": [{"step_id": self.support["id"], "option_id": self.support["options"][option]["id"]}]}

    def contacts(self):
        """Record contacts over the API, and later from a phone; the last operation of another person's phone becomes
        a conflict."""
        doors, people = self.packs[0]
        self.post("/v1/contacts", act(**self.answer(people[0], 0, note="A friendly dog")), self.walker)
        wrong = self.post("/v1/contacts", act(**self.answer(people[1], 4)), self.walker)
        self.post("/v1/contacts", act(**self.answer(people[1], 1, replaces_id=wrong["id"])), self.walker)
        undone = self.post("/v1/contacts", act(channel="door", voter_id=people[2], turf_id=self.turfs[0], disposition="refused"),
                           self.walker)
        self.post(f"/v1/contacts/{undone['id']}/undo", act(), self.walker)
        phone, stranger = Phone(self.walker), Phone(self.other)
        receipt = phone.send(
            phone.did("contact", self.answer(people[3], 2)),
            phone.did("contact", {"channel": "door", "door_id": doors[-1], "turf_id": self.turfs[0], "disposition": "not_home"}),
            phone.did("note", {"door_id": doors[0], "note": "Ring twice"}))
        assert [each["verdict"] for each in receipt["verdicts"]] == ["applied"] * 3, receipt
        verdict = stranger.one("contact", self.answer(people[4], 3))
        assert verdict["verdict"] == "conflict", verdict
        self.facts.update(turf_id=self.turfs[0], turf_voter_id=people[5])

    def calls(self):
        bank = self.post("/v1/phone-banks", {"name": "Saturday calls", "list_id": self.callable, "script_id": self.script, **DAY})
        self.bank = f"/v1/phone-banks/{bank['id']}"
        bank = self.wait(self.bank, "draft")
        self.post(f"{self.bank}/open")
        self.post("/v1/phone-banks/join", {"code": bank["code"]}, self.other)
        for disposition in ("not_home", "disconnected"):
            call = self.post(f"{self.bank}/calls", client=self.other)
            self.post(f"{self.bank}/calls/{call['id']}/result", act(disposition=disposition, occurred_at=stamp()), self.other)

    def texts(self):
        campaign = self.post("/v1/text-campaigns", {
            "name": "Early voting", "list_id": self.callable, **DAY,
            "template": "Hi {first_name}, this is {texter_first_name} with {organization}. Reply STOP to opt out."})
        self.campaign = f"/v1/text-campaigns/{campaign['id']}"
        campaign = self.wait(self.campaign, "draft")
        self.post(f"{self.campaign}/open")
        self.post("/v1/text-campaigns/join", {"code": campaign["code"]}, self.other)
        talk = self.post(f"{self.campaign}/batches", client=self.other)["conversations"][0]
        self.talk = f"{self.campaign}/conversations/{talk['id']}/messages"
        self.post(self.talk, act_once(), self.other)
        services.wait_until(lambda: any(self.server.texts.glob("*.txt")), 30, "the text")
        services.wait_until(lambda: self.messages()[0]["state"] not in ("queued", "sending"), 30, "the word on the text")
        to = next(self.server.texts.glob("*.txt")).read_text(encoding="utf-8").split("To: ")[1].split("\n")[0]
        self.post("/v1/texts/incoming", {"from": to, "text": "Yes, I will be there"})

    def messages(self):
        return self.other.ok("GET", self.talk)["data"]

    def answers(self):
        """Return the API's replies about all these objects that do not change with time."""
        turfs = [f"/v1/turfs/{turf}" for turf in self.turfs]
        paths = ["/v1/organization", self.place, f"{self.place}/attendees{ALL}", "/v1/public/events", self.cut, *turfs,
                 f"{turfs[0]}/doors{ALL}", f"/v1/scripts/{self.script}", self.bank, self.campaign, "/v1/canvass/results",
                 f"/v1/canvass/answers?script_id={self.script}", "/v1/voters?limit=8"]
        paths += [f"/v1/{name}{ALL}" for name in (
            "events", "voter-sources", "voter-profiles", "imports", "tags", "voter-lists", "voter-merges", "voter-duplicates",
            "consents", "follow-ups", "contacts", "turf-cuts", "turfs", "field/conflicts")]
        return {path: self.owner.ok("GET", path) for path in paths}

    def finish(self):
        self.facts["answers"] = self.answers()
        self.facts["counts"] = {f"/v1/{name}": len(list(self.owner.pages(f"/v1/{name}", {"limit": 100})))
                               for name in ("voters", "doors", "buildings", "street-segments", "members")}
        return self.facts


def without_numbers(people, count):
    """The first people of a voter file without state ids, registered again: matched by name, and changed."""
    head, *rows = list(csv.reader(io.StringIO(people.decode())))[:count + 1]
    registered = head.index("registration_date")
    out = io.StringIO()
    csv.writer(out).writerows([head[1:], *([*row[1:registered], "2026-10-01", *row[registered + 1:]] for row in rows)])
    return out.getvalue().encode()


def act_once():
    """Body of a request about a text: it has only the client_id, and the server sets the time."""
    return {"client_id": act()["client_id"]}


# Tables that only the upgrade of an older database fills (tests/db/test_place_keys.py).
MADE_BY_UPDATES = {"place_moves"}


def fill(made):
    campaign = Campaign(made)
    for step in (campaign.people, campaign.events, campaign.voters, campaign.marks, campaign.turf, campaign.contacts,
                 campaign.calls, campaign.texts):
        step()
    empty = [table for table in release.tables(made)
             if table not in MADE_BY_UPDATES and not made.sql(f"SELECT 1 FROM {table} LIMIT 1")]
    assert not empty, f"nothing here fills {', '.join(empty)}: make a row of it over the API"
    return campaign.finish()

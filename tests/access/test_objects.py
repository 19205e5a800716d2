# SPDX-License-Identifier: GPL-3.0-or-later
"""Every id that a route takes × every relation of the actor to the object: the actor has it, had it, or never had it.
One table contains the expected answers with reasons. All states are reached through the API.
tests/access/test_matrix.py checks whether an actor may use a route at all; here the actor may use the route, and
the test checks for which objects."""

import json
import re
import uuid

import pytest

from harness.client import Client, Organization, is_problem
from harness.field import act
from harness.phone import Phone
from harness.recorder import METHODS
from harness.services import ROOT
from harness.turfs import PAST, Turfs, visit
from test_matrix import sample

DOCUMENT = json.loads((ROOT / "docs" / "openapi.json").read_text(encoding="utf-8"))
OPERATIONS = {operation["operationId"]: (method.upper(), path, operation)
              for path, methods in DOCUMENT["paths"].items() for method, operation in methods.items()
              if method in METHODS}

# The states of a turf for one canvasser, and why objects in it may be used or not.
STATES = {
    "assigned": "a lead gave it to this person",
    "taken": "taken out by its code",
    "held": "one code for many: this door is held until the lease ends",
    "not held": "the same turf, but a door that is not held",
    "expired": "assigned, and past its day",
    "closed": "assigned, and closed by a lead",
    "returned": "taken out by its code, and given back",
    "given": "assigned, its pack taken along, and taken back by a lead",
    "another's": "assigned to somebody else",
    "foreign": "another organization's",
}
HAD = ("assigned", "taken", "held", "expired", "closed", "returned", "given")


def only(*states):
    return {state: state in states for state in STATES}


NOW = only("assigned", "taken", "held")  # turfs that the actor has now
TURF = only("assigned", "taken", "held", "not held")  # the same, for the turf as a whole
WORK = only("assigned", "taken", "held", "given")  # has it now or had it before: offline work is never lost
WROTE = only(*HAD)  # an actor keeps access to its own contacts
ASSIGNED = only("assigned")

# Cells: name → (route, where the id stands, expected answers by state, reason). ask_<name> makes
# the calls.
CELLS = {
    "contact_door": ("recordContact", "body.door_id", NOW, "a door of turf that one has"),
    "contact_voter": ("recordContact", "body.voter_id", NOW, "somebody behind such a door"),
    "contact_voter_at_own_door": ("recordContact", "body.voter_id", NOW, "an own door opens nobody who lives elsewhere"),
    "contact_door_of_own_voter": ("recordContact", "body.door_id", NOW, "an own voter opens no other door"),
    "contact_building": ("recordContact", "body.building_id", NOW, "a building with such a door"),
    "contact_turf": ("recordContact", "body.turf_id", ASSIGNED, "the door is in the turf that is named"),
    "correction": ("recordContact", "body.replaces_id", NOW, "what it corrects is one's own, and there still"),
    "correction_door": ("recordContact", "body.door_id", NOW, "a correction is judged like a new contact"),
    "correction_voter": ("recordContact", "body.voter_id", NOW, "the same of the person"),
    "bulk_door": ("recordContacts", "body.doors.[].door_id", NOW, "each door by itself"),
    "bulk_turf": ("recordContacts", "body.turf_id", ASSIGNED, "the doors are in the turf that is named"),
    "undo": ("undoContact", "path.contact_id", NOW, "taking back changes the place too"),
    "read_contact": ("getContact", "path.contact_id", WROTE, "what one wrote down one may read"),
    "list_by_door": ("listContacts", "query.door_id", WROTE, "a list has one's own alone"),
    "list_by_voter": ("listContacts", "query.voter_id", WROTE, "a list has one's own alone"),
    "list_by_turf": ("listContacts", "query.turf_id", WROTE, "a list has one's own alone"),
    "list_by_canvasser": ("listContacts", "query.canvasser_id", ASSIGNED, "of others there is nothing"),
    "upload_door": ("uploadFieldWork", "contact.door_id", WORK, "now or handed out before"),
    "upload_voter": ("uploadFieldWork", "contact.voter_id", WORK, "people too"),
    "upload_voter_at_own_door": ("uploadFieldWork", "contact.voter_id", WORK, "an own door opens nobody else"),
    "upload_building": ("uploadFieldWork", "contact.building_id", WORK, "a building with such a door"),
    "upload_correction": ("uploadFieldWork", "contact.replaces_id", WORK, "one's own, where one was sent"),
    "upload_correction_door": ("uploadFieldWork", "contact.door_id", WORK, "the new place as well"),
    "upload_bulk": ("uploadFieldWork", "bulk_not_home.door_id", WORK, "all doors, or none of it"),
    "upload_undo": ("uploadFieldWork", "undo.contact_client_id", WORK, "one's own, where one was sent"),
    "upload_note_door": ("uploadFieldWork", "note.door_id", WORK, "now or handed out before"),
    "upload_note_voter": ("uploadFieldWork", "note.voter_id", WORK, "people too"),
    "upload_note_voter_at_own_door": ("uploadFieldWork", "note.voter_id", WORK, "an own door opens nobody else"),
    "upload_door_edit": ("uploadFieldWork", "door_edit.door_id", WORK, "now or handed out before"),
    "map": ("getMapFeatures", "place", NOW, "doors on the map are those that one may knock at"),
    "turf": ("getTurf", "path.turf_id", TURF, "a turf that one has"),
    "turf_doors": ("listTurfDoors", "path.turf_id", NOW, "of a shared turf the doors that one holds"),
    "walk_list": ("getTurfWalkList", "path.turf_id", TURF, "a turf that one has"),
    "qr": ("getTurfQr", "path.turf_id", TURF, "a turf that one has"),
    "pack": ("getTurfPack", "path.turf_id", NOW, "of a shared turf the doors that one holds"),
    "hold": ("holdTurfDoors", "path.turf_id", TURF, "a turf that one has (that it is not shared is said)"),
    "finish": ("finishTurf", "path.turf_id", TURF, "a turf that one has"),
    "give_back": ("returnTurf", "path.turf_id", TURF, "a turf that one has; ends the states, so comes last"),
}

# Ids of routes for canvassers, devices and members that have no cell, each with the reason.
NO_STATE = {
    ("recordContact", "body.script_id"): "every canvasser may read every script",
    ("recordContact", "body.answers.[].step_id"): "belongs to the script",
    ("recordContact", "body.answers.[].option_id"): "belongs to the script",
    ("recordContact", "body.phone_bank_session_id"): "with channel door it says nothing; calls go through recordCall",
    ("recordContact", "body.text_campaign_id"): "as phone_bank_session_id",
    ("listFollowUps", "query.voter_id"): "the list has what is assigned to the person alone (tests/api/test_contacts.py)",
    ("getFollowUp", "path.follow_up_id"): "assigned to the person or not (tests/api/test_contacts.py)",
    ("finishFollowUp", "path.follow_up_id"): "assigned to the person or not (tests/api/test_contacts.py)",
    ("getScript", "path.script_id"): "every canvasser may read every script",
    ("previewScript", "path.script_id"): "every canvasser may read every script",
    ("previewScript", "body.answers.[].step_id"): "belongs to the script",
    ("previewScript", "body.answers.[].option_id"): "belongs to the script",
    ("listTurfs", "query.assigned_user_id"): "narrows the turfs that one has",
    ("listTurfs", "query.event_id"): "narrows the turfs that one has",
    ("listTurfs", "query.cut_id"): "narrows the turfs that one has",
    ("confirmWipe", "body.packs.[].id"): "says that nothing is left; of what one never had it changes nothing",
    ("getEvent", "path.event_id"): "test_a_device_has_its_event",
    ("listAttendees", "path.event_id"): "test_a_device_has_its_event",
    ("getAttendee", "path.event_id"): "test_a_device_has_its_event",
    ("getAttendee", "path.attendee_id"): "test_a_device_has_its_event",
    ("checkIn", "path.event_id"): "test_a_device_has_its_event",
    ("checkIn", "path.attendee_id"): "test_a_device_has_its_event",
    ("undoCheckIn", "path.event_id"): "test_a_device_has_its_event",
    ("undoCheckIn", "path.attendee_id"): "test_a_device_has_its_event",
    ("walkIn", "path.event_id"): "test_a_device_has_its_event",
    ("getEventPack", "path.event_id"): "test_a_device_has_its_event",
    **{(name, f"path.{field}"): "whoever takes part (tests/api/test_phonebank.py: not_joined, not_your_call)"
       for name in ("leavePhoneBank", "claimCall", "listMyCalls", "releaseCall", "extendCall", "recordCall", "getCall")
       for field in ("phone_bank_id", "call_id")},
    **{(name, f"path.{field}"): "whoever takes part (tests/api/test_texting.py: not_joined, not_your_conversation)"
       for name in ("leaveTextCampaign", "claimTextBatch", "listMyConversations", "listTexts", "sendText", "recordText",
                    "closeConversation") for field in ("text_campaign_id", "conversation_id")},
    **{("getText", f"path.{field}"): "as sendText" for field in ("text_campaign_id", "conversation_id", "message_id")},
    **{(name, f"body.answers.[].{field}"): "belongs to the script" for name in ("recordCall", "recordText")
       for field in ("step_id", "option_id")},
    ("revokeSession", "path.session_id"): "one's own sessions (tests/api/test_accounts.py)",
    ("switchOrganization", "body.organization_id"): "where one is a member (tests/api/test_organizations.py)",
}
# Rights whose holders may use assigned objects only. Holders of other rights act on the whole
# organization: for those an id is either the organization's or not, which test_matrix.py (paths)
# and test_foreign_is_like_none check.
HANDED_OUT = {"signed_in", "member", "canvass", "check_in"}
MADE_BY_CLIENTS = {"client_id": "made by the client: names nothing that was there before",
                   "provider_id": "the carrier's number of a text"}


def resolve(schema):
    while "$ref" in schema:
        schema = DOCUMENT["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    return schema


def ids_within(schema, path="", depth=0):
    """Paths of the members of a body that contain an id: a.[].b_id."""
    schema = resolve(schema)
    if depth > 8:
        return
    for name, child in schema.get("properties", {}).items():
        if not child.get("readOnly"):
            if re.search(r"(^|_)ids?$", name):
                yield f"{path}{name}"
            yield from ids_within(child, f"{path}{name}.", depth + 1)
    if isinstance(schema.get("items"), dict):
        yield from ids_within(schema["items"], f"{path}[].", depth + 1)
    for member in ("anyOf", "oneOf", "allOf"):
        for child in schema.get(member, ()):
            yield from ids_within(child, path, depth + 1)


def ids_of(name):
    """Every id that a route takes: "path.turf_id", "query.voter_id", "body.doors.[].door_id"."""
    _, _, operation = OPERATIONS[name]
    found = [f"{each['in']}.{each['name']}" for each in operation.get("parameters", ())
             if each["in"] in ("path", "query") and re.search(r"_ids?$", each["name"])]
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if content:
        found += [f"body.{path}" for path in ids_within(content["schema"])]
    return [each for each in dict.fromkeys(found) if each.rsplit(".", 1)[1] not in MADE_BY_CLIENTS]


def test_every_id_has_its_cell_or_a_reason():
    """A new route, or a new id in a body, needs an entry in one of these tables."""
    known = {(route, where) for route, where, _, _ in CELLS.values()}
    wanted = {(name, where) for name, (_, _, operation) in OPERATIONS.items()
              if operation["x-right"] in HANDED_OUT for where in ids_of(name)}
    assert not wanted - known - set(NO_STATE), "ids without a row in CELLS or NO_STATE"
    stale = {key for key in NO_STATE if key not in wanted and not key[1].startswith("path.")}
    assert not stale, "reasons for ids that no route takes"
    assert not set(NO_STATE) & known, "a reason for what has a cell"
    for name, (route, _, verdicts, reason) in CELLS.items():
        assert route in OPERATIONS and set(verdicts) == set(STATES) and reason, name


# The objects in a turf of each state
# ----------------------------------------------------------------------


class Thing:
    """A turf in a state: its door with one person, and the last contact there (by the actor who had it)."""

    def __init__(self, turf, door, voter, building):
        self.turf, self.door, self.voter, self.building = turf, door, voter, building
        self.contact, self.user = None, None


class World:
    def __init__(self, server):
        self.org = Organization(Client(server))
        self.other = Organization(Client(server))
        self.me = self.org.member
        ours, theirs = Turfs(self.org, 8, houses=3), Turfs(self.other, 1, houses=3)
        self.turfs = ours
        names = ["assigned", "taken", "held", "expired", "closed", "returned", "given", "another's"]
        self.things = {name: self.thing(self.org, ours, turf) for name, turf in zip(names, ours.all)}
        self.things["foreign"] = self.thing(self.other, theirs, theirs.all[0])
        self.lend(ours, {turf["id"]: turf for turf in ours.all})
        self.sequence_of_losses()

    @staticmethod
    def thing(org, turfs, turf):
        door = turfs.doors(turf["id"])[0]
        building = org.owner.ok("GET", f"/v1/doors/{door}")["building_id"]
        return Thing(turf["id"], door, turfs.voters(door)[0], building)

    def lend(self, ours, turfs):
        """Every actor gets the turfs that it will have or lose, and records contacts there."""
        for state, thing in self.things.items():
            holder = {"another's": self.org.add("member"), "foreign": self.other.member}.get(state, self.me)
            lead = self.other if state == "foreign" else self.org
            if state in ("taken", "returned"):
                ours.take(turfs[thing.turf], holder)
            elif state == "held":
                ours.change(thing.turf, distributed=True)
                ours.take(turfs[thing.turf], holder)
                thing.door, = ours.hold(turfs[thing.turf], holder)
                rest = [door for door in ours.doors(thing.turf) if door != thing.door]
                thing.voter = ours.voters(thing.door)[0]
                thing.building = lead.owner.ok("GET", f"/v1/doors/{thing.door}")["building_id"]
            else:
                lead.owner.ok("PATCH", f"/v1/turfs/{thing.turf}", {"assigned_user_id": holder.user})
            if state == "given":
                assert holder.get(f"/v1/field/packs/turf/{thing.turf}").status_code == 200
            thing.user = holder.user
            # One contact concerns the door, the other the person, because lists are tested for
            # both.
            thing.contact = self.write(state, thing, holder if WROTE[state] else lead.owner)
        spare = rest[0]
        self.things["not held"] = Thing(self.things["held"].turf, spare, ours.voters(spare)[0],
                                        self.org.owner.ok("GET", f"/v1/doors/{spare}")["building_id"])
        self.things["not held"].contact = self.write("not held", self.things["not held"], self.org.owner)
        self.things["not held"].user = self.org.owner.user

    @staticmethod
    def write(state, thing, client):
        reply = visit(client, voter_id=thing.voter, door_id=thing.door)
        # If setting up the world fails, the affected cells fail later, and their row states what
        # was expected.
        return reply.json() if reply.status_code == 201 else {"id": 10 ** 12, "client_id": str(uuid.uuid4())}

    def sequence_of_losses(self):
        self.turfs.change(self.things["expired"].turf, expires_at=PAST)
        self.turfs.turn(self.things["closed"].turf, "close")
        self.turfs.turn(self.things["returned"].turf, "return", client=self.me)
        self.turfs.turn(self.things["given"].turf, "take-back")

    def mine(self):
        return self.things["assigned"]

    def contact(self, state):
        """A contact that no other cell has corrected or undone, as long as a new one can be recorded."""
        thing = self.things[state]
        return self.write(state, thing, self.me) if NOW[state] else thing.contact


@pytest.fixture(scope="module")
def world(server):
    return World(server)


def done(reply, *more):
    """True for success; False for 404 not_found and for 403 not_your_turf or not_your_contact. Any other reply fails."""
    if reply.status_code < 300 or reply.status_code in more:
        return True
    refused = (is_problem(reply, 404, "not_found") or is_problem(reply, 403, "not_authorized")
               and reply.json()["code"] in ("not_your_turf", "not_your_contact"))
    assert refused, f"{reply.status_code} {reply.text[:300]}"
    return False


def record_visit(world, **given):
    return done(visit(world.me, **given))


def listed(world, **query):
    page = world.me.ok("GET", "/v1/contacts", query=query)["data"]
    assert all(each["user_id"] == world.me.user for each in page if "user_id" in each)
    return bool(page)


def sent(world, kind, body):
    verdict = Phone(world.me).one(kind, body)
    assert verdict["verdict"] in ("applied", "conflict", "refused"), verdict
    assert verdict["verdict"] == "applied" or verdict["code"] in (
        "not_handed_out", "not_yours", "unknown_door", "unknown_reference", "unknown_contact",
        "invalid"), verdict
    return verdict["verdict"] == "applied"


def home(**more):
    return {"channel": "door", "disposition": "not_home", **more}


def bulk(world, door, **more):
    body = {"occurred_at": "2026-11-01T15:00:00Z", "doors": [{"client_id": str(uuid.uuid4()), "door_id": door}], **more}
    result, = world.me.ok("POST", "/v1/contacts/bulk", body)["results"]
    assert result["code"] in (None, "not_your_turf"), result
    return result["code"] is None


def shown(reply):
    return done(reply) and (not reply.headers["Content-Type"].startswith("application/json") or reply.json()["data"] != [])


ASK = {
    "contact_door": lambda w, t, s: record_visit(w, door_id=t.door),
    "contact_voter": lambda w, t, s: record_visit(w, voter_id=t.voter),
    "contact_voter_at_own_door": lambda w, t, s: record_visit(w, voter_id=t.voter, door_id=w.mine().door),
    "contact_door_of_own_voter": lambda w, t, s: record_visit(w, voter_id=w.mine().voter, door_id=t.door),
    "contact_building": lambda w, t, s: record_visit(w, building_id=t.building, disposition="inaccessible"),
    "contact_turf": lambda w, t, s: record_visit(w, door_id=w.mine().door, turf_id=t.turf),
    "correction": lambda w, t, s: record_visit(w, replaces_id=w.contact(s)["id"], disposition="refused"),
    "correction_door": lambda w, t, s: record_visit(w, replaces_id=w.contact("assigned")["id"], door_id=t.door),
    "correction_voter": lambda w, t, s: record_visit(w, replaces_id=w.contact("assigned")["id"], voter_id=t.voter),
    "bulk_door": lambda w, t, s: bulk(w, t.door),
    "bulk_turf": lambda w, t, s: bulk(w, w.mine().door, turf_id=t.turf),
    "undo": lambda w, t, s: done(w.me.post(f"/v1/contacts/{w.contact(s)['id']}/undo", act())),
    "read_contact": lambda w, t, s: done(w.me.get(f"/v1/contacts/{t.contact['id']}")),
    "list_by_door": lambda w, t, s: listed(w, door_id=t.door),
    "list_by_voter": lambda w, t, s: listed(w, voter_id=t.voter),
    # The held and the other door belong to one turf, where the actor recorded a contact.
    "list_by_turf": lambda w, t, s: listed(w, turf_id=t.turf) and s != "not held",
    "list_by_canvasser": lambda w, t, s: listed(w, canvasser_id=t.user) and (t.user != w.me.user or s == "assigned"),
    "upload_door": lambda w, t, s: sent(w, "contact", home(door_id=t.door)),
    "upload_voter": lambda w, t, s: sent(w, "contact", home(voter_id=t.voter)),
    "upload_voter_at_own_door": lambda w, t, s: sent(w, "contact", home(voter_id=t.voter, door_id=w.mine().door)),
    "upload_building": lambda w, t, s: sent(w, "contact", home(building_id=t.building, disposition="inaccessible")),
    "upload_correction": lambda w, t, s: sent(w, "contact", home(replaces_client_id=fresh(w, s)["client_id"])),
    "upload_correction_door": lambda w, t, s: sent(w, "contact", home(
        replaces_client_id=w.contact("assigned")["client_id"], door_id=t.door)),
    "upload_bulk": lambda w, t, s: sent(w, "bulk_not_home", {"doors": [
        {"client_id": str(uuid.uuid4()), "door_id": door} for door in (w.mine().door, t.door)][s == "assigned":]}),
    "upload_undo": lambda w, t, s: sent(w, "undo", {"contact_client_id": fresh(w, s)["client_id"]}),
    "upload_note_door": lambda w, t, s: sent(w, "note", {"door_id": t.door, "note": "Dog"}),
    "upload_note_voter": lambda w, t, s: sent(w, "note", {"voter_id": t.voter, "note": "Dog"}),
    "upload_note_voter_at_own_door": lambda w, t, s: sent(w, "note", {
        "voter_id": t.voter, "door_id": w.mine().door, "note": "Dog"}),
    "upload_door_edit": lambda w, t, s: sent(w, "door_edit", {
        "door_id": t.door, "access_note": "Key", "seen": {"access_note": None}}),
    "map": lambda w, t, s: t.door in {each["id"] for each in w.me.ok(
        "GET", "/v1/map/doors?west=-71.2&east=-71.0&south=42.3&north=42.5")["features"]},
    "turf": lambda w, t, s: done(w.me.get(f"/v1/turfs/{t.turf}")),
    "turf_doors": lambda w, t, s: done(reply := w.me.get(f"/v1/turfs/{t.turf}/doors")) and t.door in {
        each["door_id"] for each in reply.json()["data"]},
    "walk_list": lambda w, t, s: done(w.me.get(f"/v1/turfs/{t.turf}/walk-list")),
    "qr": lambda w, t, s: done(w.me.get(f"/v1/turfs/{t.turf}/qr")),
    "pack": lambda w, t, s: done(reply := w.me.get(f"/v1/field/packs/turf/{t.turf}")) and t.door in {
        line["id"] for line in map(json.loads, reply.text.splitlines()) if line["line"] == "door"},
    "hold": lambda w, t, s: done(w.me.post(f"/v1/turfs/{t.turf}/hold", {"latitude": 0, "longitude": 0, "doors": 1}), 409, 422),
    "finish": lambda w, t, s: done(w.me.post(f"/v1/turfs/{t.turf}/done")),
    # The turf of both held and not held can be returned once.
    "give_back": lambda w, t, s: s == "not held" or done(w.me.post(f"/v1/turfs/{t.turf}/return")),
}


def fresh(world, state):
    """A phone can still send new contacts for a turf that it had before, so each cell uses a new one."""
    if state != "given":
        return world.contact(state)
    operation = (phone := Phone(world.me)).did("contact", home(door_id=world.things["given"].door))
    phone.send(operation)
    return operation


def test_each_cell_can_be_asked():
    assert set(ASK) == set(CELLS)


@pytest.mark.parametrize("name", CELLS)
def test_cell(world, name):
    route, where, verdicts, reason = CELLS[name]
    wrong = []
    for state, wanted in verdicts.items():
        try:
            found = ASK[name](world, world.things[state], state)
        except AssertionError as odd:
            found = str(odd)
        if found is not wanted:
            wrong.append(f"{state} ({STATES[state]}): {found} instead of {wanted}")
    assert not wrong, f"{route} {where}: {reason}\n" + "\n".join(wrong)


# Devices and events --------------------------------------------------------------------------------------


def test_a_device_has_its_event(world):
    """A device may use everything of the event in its scope, and nothing of another: also when two ids name one
    object."""
    events = {name: org.event(start_time="2026-11-30T00:00:00Z", end_time="2030-12-01T00:00:00Z")["id"]
              for name, org in (("named", world.org), ("another's", world.org), ("foreign", world.other))}
    guests = {name: (world.other if name == "foreign" else world.org).owner.ok(
        "POST", f"/v1/events/{event}/attendees", {"first_name": "Ann", "last_name": name})["id"]
        for name, event in events.items()}
    made = world.org.owner.ok("POST", "/v1/devices", {"name": "Door", "profile": "door_list", "scope": {"event_id": events["named"]}})
    token = world.me.anonymous().ok("POST", "/v1/devices/pair", {"code": made["pairing_code"]})["token"]
    device = Client(world.org.owner.server, token=token)

    def asked(event, guest):
        at = f"/v1/events/{event}/attendees/{guest}"
        yield "getEvent", device.get(f"/v1/events/{event}")
        yield "listAttendees", device.get(f"/v1/events/{event}/attendees")
        yield "getAttendee", device.get(at)
        yield "checkIn", device.post(f"{at}/check-in", act())
        yield "undoCheckIn", device.post(f"{at}/undo-check-in", act())
        yield "getEventPack", device.get(f"/v1/field/packs/event/{event}")
        yield "walkIn", device.post(f"/v1/events/{event}/walk-ins", {**act(), "first_name": "Walt", "last_name": "In"})

    for name, event in events.items():
        for route, reply in asked(event, guests[name]):
            assert done(reply) is (name == "named"), f"{route}, {name}: {reply.status_code} {reply.text[:200]}"
    # An attendee of another event is requested below the path of the device's own event.
    for name in ("another's", "foreign"):
        found = {route: done(reply) for route, reply in asked(events["named"], guests[name])}
        assert not any(found[route] for route in ("getAttendee", "checkIn", "undoCheckIn")), (name, found)
        for event in (events["named"], events[name]):
            body = {"event_id": event, "attendee_id": guests[name]}
            assert Phone(device).one("check_in", body)["code"] == "unknown_attendee"
        walk = {"event_id": events[name], "first_name": "Walt", "last_name": "In"}
        assert Phone(device).one("walk_in", walk)["code"] == "unknown_event"


# Another organization's ------------------------------------------------------------------------------------

# A member of a body or query → the object that it names.
NAMES = {
    "voter_id": "voter", "survivor_id": "voter", "merged_id": "voter", "ids": "voter", "door_id": "door",
    "building_id": "building", "turf_id": "turf", "turf_ids": "turf", "replaces_id": "contact", "list_id": "list",
    "script_id": "script", "step_id": "step", "option_id": "option", "show_if_option_id": "option", "tag_id": "tag",
    "event_id": "event", "area_id": "area", "cut_id": "cut", "profile_id": "profile", "source_id": "source",
    "user_id": "user", "assigned_user_id": "user", "canvasser_id": "user", "organization_id": "organization",
    "phone_bank_session_id": "phone_bank", "phone_bank_id": "phone_bank", "text_campaign_id": "text_campaign",
    "from_texter_id": "texter", "to_texter_id": "texter", "call_id": "nothing", "conversation_id": "nothing",
    "follow_up_id": "follow_up", "attendee_id": "attendee", "contact_id": "contact", "import_id": "import",
    "packs.[].id": "turf", "steps.[].id": "step", "steps.[].options.[].id": "option",
}
RANDOM = 10 ** 12
WHERE = [(name, where) for name in OPERATIONS for where in ids_of(name) if not where.startswith("path.")]


def kind_of(where):
    path = where.split(".", 1)[1]
    return NAMES.get(path) or NAMES.get(path.rsplit(".", 1)[-1])


def test_every_id_of_a_body_or_query_is_of_a_known_kind():
    unknown = [f"{name} {where}" for name, where in WHERE if kind_of(where) is None]
    assert not unknown, f"say in NAMES what these name: {unknown}"


def things_of(world, org, thing):
    """One object of each kind, made through the API."""
    def add(path, body, status=201):
        return org.owner.ok("POST", path, body, status=status)
    script = add("/v1/scripts", {"name": "Doors"})
    step = {"kind": "single", "texts": {"en": "Will you vote?"}, "options": [{"key": "y", "texts": {"en": "Yes"}}]}
    step, = org.owner.ok("PUT", f"/v1/scripts/{script['id']}/steps", {"steps": [step]})["steps"]
    lists = add("/v1/voter-lists", {"name": "All", "filter": {}})["id"]
    event = org.event()["id"]
    campaign = add("/v1/text-campaigns", {"name": "Vote", "list_id": lists, "template": "Hi {first_name}"})["id"]
    texter = org.owner.ok("POST", f"/v1/text-campaigns/{campaign}/texters", {"user_id": org.member.user})["id"]
    area = {"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"zone": "N"}, "geometry": {
        "type": "Polygon", "coordinates": [[[-71.2, 42.3], [-71.0, 42.3], [-71.0, 42.5], [-71.2, 42.3]]]}}]}
    org.owner.request("POST", "/v1/areas/import?kind=other&code=zone", data=json.dumps(area).encode(),
                      headers={"Content-Type": "application/geo+json"}, idempotency=False)
    profile = sample(OPERATIONS["createVoterProfile"][2]["requestBody"]["content"]["application/json"]["schema"])
    return {
        "voter": thing.voter, "door": thing.door, "building": thing.building, "turf": thing.turf,
        "contact": thing.contact["id"], "list": lists, "script": script["id"], "step": step["id"],
        "option": step["options"][0]["id"], "tag": add("/v1/tags", {"name": f"sign {thing.door}"})["id"], "event": event,
        "area": org.owner.ok("GET", "/v1/areas?kind=other")["data"][0]["id"],
        "cut": org.owner.ok("GET", f"/v1/turfs/{thing.turf}")["cut_id"],
        "profile": add("/v1/voter-profiles", profile)["id"],
        "source": add("/v1/voter-sources", {"name": "State", "permitted_use": "Elections"})["id"],
        "user": org.member.user if org is world.org else org.owner.user, "organization": org.id,
        "phone_bank": add("/v1/phone-banks", {"name": "Saturday", "list_id": lists})["id"], "text_campaign": campaign,
        "texter": texter, "nothing": RANDOM + 1,
        "follow_up": add("/v1/follow-ups", {"voter_id": thing.voter, "kind": "ride"})["id"],
        "attendee": org.owner.ok("POST", f"/v1/events/{event}/attendees", {"first_name": "Ann", "last_name": "Guest"})["id"],
    }


@pytest.fixture(scope="module")
def both(world):
    return {"own": things_of(world, world.org, world.things["another's"]),
            "foreign": things_of(world, world.other, world.things["foreign"])}


def placed(schema, path, value):
    """The smallest body of a schema with a value at a.[].b_id."""
    schema = resolve(schema)
    for member in ("anyOf", "oneOf", "allOf"):
        if "properties" not in schema and "items" not in schema and schema.get(member):
            schema = resolve(next(each for each in schema[member] if each.get("type") != "null"))
    head, _, rest = path.partition(".")
    if head == "[]":
        return [placed(schema["items"], rest, value)]
    if head == "":
        return value
    made = sample(schema)
    made[head] = [str(value)] if head.endswith("ids") else placed(schema["properties"][head], rest, value)
    return made


# Further members that a body needs before the id is checked: its route, or route and id → members,
# from own objects.
CHOICE = {"kind": "single", "texts": {"en": "Who?"}}
COMPLETE = {
    "recordContact": lambda own: {"disposition": "not_home"},
    "recordContact body.turf_id": lambda own: {"disposition": "not_home", "door_id": own["door"]},
    "recordContact body.script_id": lambda own: {"disposition": "not_home", "door_id": own["door"]},
    "recordContact body.phone_bank_session_id": lambda own: {"disposition": "not_home", "door_id": own["door"]},
    "recordContact body.text_campaign_id": lambda own: {"disposition": "not_home", "door_id": own["door"]},
    "recordContact body.answers.[].step_id": lambda own: {"voter_id": own["voter"]},
    "recordContact body.answers.[].option_id": lambda own: {"voter_id": own["voter"]},
    "recordContacts body.turf_id": lambda own: {"doors": [{"client_id": str(uuid.uuid4()), "door_id": own["door"]}]},
    "previewTurf": lambda own: {"method": "auto", "target_doors": 20},
    "startTurfCut": lambda own: {"method": "auto", "target_doors": 20},
    "previewTurf body.turf_ids": lambda own: {"method": "recut", "target_doors": 20},
    "startTurfCut body.turf_ids": lambda own: {"method": "recut", "target_doors": 20},
}
# Codes of refusals that concern something else than the id.
ABOUT_ANOTHER = {"type", "too_few", "required", "disposition_or_answers", "not_allowed", "unknown_field", "options"}
# Ids that cannot be tested alone, each with the reason.
NOT_ALONE = {("recordCall", "body.answers.[].step_id"), ("recordCall", "body.answers.[].option_id"),
             ("recordText", "body.answers.[].step_id"), ("recordText", "body.answers.[].option_id")}
NOT_ALONE = dict.fromkeys(NOT_ALONE, "needs a call of one's own; the answers are checked as in recordContact")


def asked_with(world, own, name, where, value):
    """Requests are made as an owner, who may use every route: an id that the owner cannot use is closed for everybody
    in the organization."""
    method, template, operation = OPERATIONS[name]
    path = re.sub(r"{(\w+)}", lambda found: str(own[NAMES[found.group(1)]]), template)
    place, field = where.split(".", 1)
    if place == "query":
        return world.org.owner.request(method, path, query={field: value})
    schema = operation["requestBody"]["content"]["application/json"]["schema"]
    body = placed(schema, field, value)
    if method == "PATCH":
        body = {field.split(".")[0]: body[field.split(".")[0]]}
    complete = COMPLETE.get(f"{name} {where}") or COMPLETE.get(name)
    body.update(complete(own) if complete else {})
    if "options" in where:
        body["steps"][0].update(CHOICE, options=[{"key": "a", "texts": {"en": "A"}, **body["steps"][0]["options"][0]}])
    if "client_id" in body:
        body["client_id"] = str(uuid.uuid4())
    return world.org.owner.request(method, path, body, idempotency=False)


def blank(reply, value):
    """A reply without the values that differ between requests. For a created object only the status."""
    if reply.status_code == 201:
        return 201
    problem = reply.json() if reply.content else {}
    for result in problem.get("results", ()):
        result.pop("client_id")
    for changing in ("request_id", "as_of", "cursor", "version", "updated_at"):
        problem.pop(changing, None)
    # Do not replace the same digits inside a timestamp.
    return reply.status_code, re.sub(rf"(?<![\w:.-]){value}(?![\w:]|[.-]\d)", "ID", json.dumps(problem))


@pytest.mark.parametrize("name,where", [row for row in WHERE if row not in NOT_ALONE], ids=lambda value: value)
def test_foreign_is_like_none(world, both, name, where):
    """An id of another organization is answered like an id that does not exist: nothing reveals that it exists."""
    foreign = both["foreign"][kind_of(where)]
    replies = [asked_with(world, both["own"], name, where, value) for value in (foreign, RANDOM)]
    assert replies[0].status_code < 500 and replies[0].status_code not in (401, 403), replies[0].text[:300]
    problem = replies[0].json() if replies[0].status_code == 422 else {"code": None, "errors": []}
    codes = {problem["code"], *(each["code"] for each in problem["errors"])}
    assert not codes & ABOUT_ANOTHER, f"not asked about the id: {replies[0].text[:300]}"
    assert blank(replies[0], foreign) == blank(replies[1], RANDOM)

# SPDX-License-Identifier: GPL-3.0-or-later
"""Hidden data is hidden on every route: the address of a confidential person, a private and an unlisted event, an
attendee and an invited person contain words that occur nowhere else. Every kind of actor calls every route;
bodies, exports, packs, texts of PDFs, errors, the feed, the audit log and a live socket must not contain such a
word for actors without the right. New routes are covered automatically: their parameters follow from the document."""

import base64
import json
import subprocess
import time
import uuid

import pytest

from harness.client import Client, Organization, new_person, unique
from harness.live import LiveSocket
from harness.services import wait_until
from harness.turfs import Turfs, act
from test_matrix import GRANTABLE, OPERATIONS, sample

DAY = {"start_hour": 0, "stop_hour": 24}
# Canary words, by the object that contains them: the person's current and earlier addresses; names
# of residents; a private event; an unlisted event; an attendee; an invited person.
PLACE = ["zyxhidden", "zyxunit", "zyxcity", "zyxprecinct", "zyxdistrict", "zyxmail", "zyxolder", "zyxearlier"]
NAME = ["zyxsecreta"]
PRIVATE = ["zyxprivate"]
UNLISTED = ["zyxunlisted"]
GUEST = ["zyxguest", "6175550177"]
INVITED = ["zyxinvited"]

# PLACES: routes that show places without names. AT_PLACES: these routes and the routes that show
# people behind doors.
PLACES = {"listBuildings", "getBuilding", "updateBuilding", "listDoors", "getDoor", "updateDoor"}
AT_PLACES = PLACES | {"listTurfDoors", "getTurfWalkList", "getTurfPack", "getMapFeatures", "getMapTile", "getHousehold",
                      "getTurf", "previewTurf"}
# Routes that end the actor itself, or delete the objects under test, are called last or not at all.
NOT_ASKED = {"signOut": "ends the actor", "leaveOrganization": "ends the actor", "revokeSession": "ends the actor",
             "switchOrganization": "ends the actor", "changePassword": "takes a hash", "changeEmail": "takes a hash",
             "register": "takes a hash", "signIn": "takes a hash", "startTotp": "takes a hash", "disableTotp": "takes a hash",
             "resetPassword": "takes a hash", "renewRecoveryCodes": "takes a hash",
             "liveChanges": "test_a_live_socket_tells_no_word", "transferOwnership": "ends the owner"}


def word_in(words, text):
    text = text.lower()
    return [word for word in words if word in text]


class World:
    """One organization in which every hidden object takes part in every feature, made through the API."""

    def __init__(self, server):
        self.server = server
        self.org = Organization(Client(server))
        self.owner = self.org.owner
        self.foreign = Organization(Client(server), everybody=False).owner
        self.ids = {}
        self.people()
        self.outreach()
        self.events()
        self.rest()
        self.actors = self.everybody()

    def make(self, name, path, body, status=201):
        made = self.owner.ok("POST", path, body, status=status)
        self.ids.setdefault(name, made["id"])
        return made

    def people(self):
        self.turfs = Turfs(self.org, 1, people=2)
        turf, = self.turfs.all
        self.ids.update(turf_id=turf["id"], cut_id=turf["cut_id"], door_id=self.turfs.doors(turf["id"])[0])
        self.turfs.change(turf["id"], assigned_user_id=self.org.member.user)
        self.neighbour = self.turfs.voters(self.ids["door_id"])[0]
        body = {"first_name": "Zyxsecreta", "last_name": "Person", "address": "7 Zyxearlier Way", "unit": "ZYXUNIT", "city": "Zyxcity",
                "state": "MA", "zip5": "02199", "precinct": "ZYXPRECINCT", "districts": {"congress": "ZYXDISTRICT"},
                "mailing_address": "PO Box 9, Zyxmail", "phones": ["+16175550166"], "emails": ["s@example.org"]}
        made = self.make("voter_id", "/v1/voters", body)
        other = self.make("other_id", "/v1/voters", {**body, "address": "9 Zyxolder Way", "phones": []})
        self.ids["household_id"] = made["household_id"]
        self.ids["tag_id"] = self.make("tag_id", "/v1/tags", {"name": unique("tag")})["id"]
        voter = f"/v1/voters/{made['id']}"
        self.owner.ok("POST", f"{voter}/tags", {"add": [str(self.ids["tag_id"])]})
        self.make("list_id", "/v1/voter-lists", {"name": unique("list"), "filter": {"ids": [str(made["id"]), str(other["id"])]}})
        # The person was visited in the turf before the person became confidential.
        self.owner.ok("PATCH", voter, {"confidential": False, "address": "77 Zyxhidden Lane"})
        self.contact = self.make("contact_id", "/v1/contacts", act(channel="door", disposition="not_home", voter_id=made["id"],
                                                                   latitude=42.37, longitude=-71.1, note="Barks"))
        self.make("merge_id", "/v1/voter-merges", {"survivor_id": made["id"], "merged_id": other["id"]})
        self.owner.ok("PATCH", voter, {"confidential": True})
        hidden = self.owner.ok("PATCH", voter, {"address": "79 Zyxhidden Lane"})  # an address that no other person had before
        self.ids.update(household_id=hidden["household_id"], hidden_door=hidden["door_id"])
        self.ids["building_id"] = self.owner.ok("GET", f"/v1/doors/{hidden['door_id']}")["building_id"]
        self.make("follow_up_id", "/v1/follow-ups", {"voter_id": made["id"], "kind": "call_back", "note": "Soon",
                                                     "assigned_user_id": self.org.member.user})
        self.owner.ok("POST", "/v1/consents", {"client_id": str(uuid.uuid4()), "occurred_at": "2026-11-01T15:00:00Z", "channel": "phone",
                                               "voter_id": made["id"], "state": "granted", "source": "card"})

    def outreach(self):
        fields = {"list_id": self.ids["list_id"], **DAY}
        bank = self.make("phone_bank_id", "/v1/phone-banks", {"name": unique("bank"), **fields})
        texts = self.make("text_campaign_id", "/v1/text-campaigns", {
            "name": unique("texts"), "template": "Hi {first_name} of {city}, precinct {precinct}. Reply STOP to opt out.", **fields})
        for path, made in (("/v1/phone-banks", bank), ("/v1/text-campaigns", texts)):
            one = f"{path}/{made['id']}"
            wait_until(lambda one=one: self.owner.ok("GET", one)["state"] != "filling", 30, one)
            self.owner.ok("POST", f"{one}/open")
        self.codes = {"joinPhoneBank": bank["code"], "joinTextCampaign": texts["code"]}
        caller = self.org.member
        caller.ok("POST", "/v1/phone-banks/join", {"code": bank["code"]})
        caller.ok("POST", "/v1/text-campaigns/join", {"code": texts["code"]})
        self.ids["call_id"] = caller.ok("POST", f"/v1/phone-banks/{bank['id']}/calls")["id"]
        talk, = caller.ok("POST", f"/v1/text-campaigns/{texts['id']}/batches")["conversations"]
        self.ids["conversation_id"] = talk["id"]
        assert "confidential" not in talk["draft"] and not word_in(PLACE, json.dumps(talk)), talk

    def events(self):
        now = {"start_time": "2026-11-01T15:00:00Z", "end_time": "2036-05-01T18:00:00Z"}
        self.private = self.org.event(publish=True, title="Zyxprivate meeting", visibility="private", **now)
        self.unlisted = self.org.event(publish=True, title="Zyxunlisted picnic", visibility="unlisted", **now)
        self.open = self.org.event(publish=True)
        self.ids["event_id"] = self.private["id"]
        guest = {"first_name": "Zyxguest", "last_name": "Zyxguest", "email": "zyxguest@example.org", "phone": "+16175550177",
                 "notes": "zyxguest needs a ramp"}
        made = self.make("attendee_id", f"/v1/events/{self.private['id']}/attendees", guest)
        self.owner.ok("PATCH", f"/v1/events/{self.private['id']}/attendees/{made['id']}", {"notes": "zyxguest needs two ramps"})
        gone = self.owner.ok("POST", f"/v1/events/{self.private['id']}/walk-ins", {
            **act(), "first_name": "Zyxguest", "last_name": "Second", "email": "zyxguest2@example.org"})
        assert gone["id"]
        self.make("invitation_id", "/v1/invitations", {"email": "zyxinvited@example.org", "role": "member"})

    def rest(self):
        self.make("script_id", "/v1/scripts", {"name": "Script"})
        self.make("source_id", "/v1/voter-sources", {"name": "County", "permitted_use": "Elections"})
        self.owner.ok("POST", f"/v1/voter-sources/{self.ids['source_id']}/acknowledge")
        self.make("import_id", "/v1/imports", {"source_id": self.ids["source_id"], "name": "File"})
        self.ids.update(user_id=self.org.admin.user, slug=self.private["slug"], organization_slug=self.org.slug,
                        layer="doors", z=14, x=4957, y=6059)

    def device(self, **scope):
        made = self.owner.ok("POST", "/v1/devices", {"name": "Door", **scope}, status=201)
        self.ids.setdefault("device_id", made["id"])
        anonymous = self.owner.anonymous()
        return Client(self.server, token=anonymous.ok("POST", "/v1/devices/pair", {"code": made["pairing_code"]})["token"])

    def token(self, *scopes):
        made = self.owner.ok("POST", "/v1/api-tokens", {"name": "Canary", "scopes": list(scopes)}, status=201)
        self.ids.setdefault("token_id", made["id"])
        return Client(self.server, token=made["token"])

    def everybody(self):
        """Name → (client, the words that it must never read)."""
        inside, guests = PLACE, []
        outside = PLACE + NAME + PRIVATE + GUEST + INVITED
        without = [right for right in GRANTABLE if right != "manage_voters"]
        actors = {
            "anonymous": (self.owner.anonymous(), outside + UNLISTED),
            "owner of another organization": (self.foreign, outside + UNLISTED),
            "person without organization": (new_person(self.owner), outside + UNLISTED),
            "member": (self.org.member, inside + INVITED),
            "admin without manage_voters": (self.org.add("admin", {"manage_voters": False}), inside),
            "member without check_in": (self.org.add("member", {"check_in": False, "view_audit": True}), inside + GUEST + INVITED),
            "token with all but manage_voters": (self.token(*without), inside),
            "token without scopes": (self.token(), inside + NAME + GUEST + INVITED),
            "door of another event": (self.device(profile="door_list", scope={"event_id": self.open["id"]}),
                                      outside + UNLISTED),
            "canvassing device": (self.device(profile="canvass"), inside + GUEST + INVITED),
        }
        for right in ("view_audit", "view_voters", "export_voters", "manage_canvass", "manage_events"):
            actors[f"member with {right}"] = (self.org.add("member", {right: True}), inside + INVITED + guests)
        return actors

    def paths(self, name):
        """The paths of the route with the ids of this world: one path for each of the two events if the route has an
        event id, otherwise one path."""
        path = OPERATIONS[name][1]
        for parameter in OPERATIONS[name][2].get("parameters", ()):
            if parameter["in"] == "path" and parameter["name"] != "event_id":
                path = path.replace("{%s}" % parameter["name"], str(self.ids.get(parameter["name"], 1)))
        return sorted({path.replace("{event_id}", str(event["id"])) for event in (self.private, self.unlisted)})

    def bodies(self, name):
        """Bodies to send: the sample of the document, and bodies with which a person would look for hidden data."""
        if name == "searchVoters":
            return [{"text": "zyxsecreta"}, {"ids": [str(self.ids["voter_id"]), str(self.ids["other_id"])]},
                    *({"city": "Zyxcity"}, {"precinct": ["ZYXPRECINCT"]}, {"zip5": ["02199"]},
                      {"district": {"congress": "ZYXDISTRICT"}})]
        if name == "exportVoters":
            return [{}, {"list_id": self.ids["list_id"]}]
        if name in self.codes:
            return [{"code": self.codes[name]}]
        if name == "takeTurf":
            return [{"code": self.turfs.all[0]["code"]}]
        if name == "recordContact":
            return [act(channel="door", disposition="not_home", voter_id=self.ids["voter_id"])]
        if name == "previewText":
            return [{"template": "Hi {first_name} of {city}, {precinct}. Reply STOP to opt out."}]
        if name == "sendText":
            return [{"client_id": str(uuid.uuid4())}]
        if name == "uploadFieldWork":
            return [{"installation": str(uuid.uuid4()), "device_clock": "2026-11-01T15:00:00Z", "settled": 0, "operations": [
                {"client_id": str(uuid.uuid4()), "sequence": 1, "kind": "note", "occurred_at": "2026-11-01T15:00:00Z",
                 "body": {"voter_id": self.ids["voter_id"], "note": "x"}}]}]
        content = OPERATIONS[name][2].get("requestBody", {}).get("content", {})
        kind = next((each for each in content if each.endswith("json")), None)
        return [sample({"type": "object", **content[kind]["schema"]})] if kind else [None]

    def queries(self, name):
        """The query strings to send: the sample of the document, and filters that match the hidden person."""
        known = {each["name"] for each in OPERATIONS[name][2].get("parameters", ()) if each["in"] == "query"}
        required = {each["name"]: {"west": -71.2, "south": 42.3, "east": -71.0, "north": 42.4, "by": "precinct"}.get(
                        each["name"], 1) for each in OPERATIONS[name][2].get("parameters", ())
                    if each["in"] == "query" and each.get("required")}
        if name in ("getResults", "getAnswerCounts"):
            at = self.contact["occurred_at"]
            return [{"by": by, "since": at, "until": "2026-11-01T15:00:01Z"} for by in ("precinct", "turf")]
        asked = [required]
        if "text" in known:
            asked += [{**required, "text": word} for word in ("zyxsecreta", "zyxprivate", "zyxhidden", "zyxguest")]
        asked += [{**required, each: self.ids[each]} for each in known if each.endswith("_id") and each in self.ids]
        return asked


@pytest.fixture(scope="module")
def world(server):
    return World(server)


def text_of(reply):
    """A reply as a person may read it, including its headers: the text of a PDF, otherwise the body decoded as UTF-8."""
    if reply.headers.get("Content-Type", "").startswith("application/pdf"):
        return subprocess.run(["pdftotext", "-layout", "-", "-"], input=reply.content, capture_output=True, check=True).stdout.decode()
    head = "\n".join(f"{name}: {value}" for name, value in reply.headers.items())
    return head + reply.content.decode("utf-8", "replace")


def ask(world, client, name):
    """Every reply of one route to one actor."""
    method, _, operation = OPERATIONS[name]
    content = operation.get("requestBody", {}).get("content", {})
    kind = next((each for each in content if each.endswith("json")), "application/json")
    head = {"Content-Type": kind} if operation.get("requestBody") else {}
    for path in world.paths(name):
        for query in world.queries(name):
            for body in world.bodies(name):
                yield client.request(method, path, body, query=query, headers=head)


def asked_of(world, client, name, secret):
    """The words that a route revealed although it must not."""
    revealed = []
    for reply in ask(world, client, name):
        text = text_of(reply)
        assert reply.status_code != 500, (name, text[:500])
        revealed += word_in([word for word in secret if not (name in PLACES and word in PLACE)], text)
        revealed += word_in(NAME, text) if name in AT_PLACES else []
        revealed += word_in(GUEST + INVITED, text) if name == "listAuditLog" else []
    return revealed


READS = [name for name in OPERATIONS if name not in NOT_ASKED and (
    OPERATIONS[name][0] == "GET" or name in (
        "searchVoters", "countVoters", "exportVoters", "readVoterList", "previewText", "previewTurf", "joinPhoneBank",
        "joinTextCampaign", "claimCall", "claimTextBatch", "uploadFieldWork", "takeTurf", "recordContact", "sendText"))]
WRITES = [name for name in OPERATIONS if name not in NOT_ASKED and name not in READS]


# The reading routes are called first, for all actors; the writing routes are called afterwards,
# because they may delete the objects.
@pytest.mark.parametrize("names", [READS, WRITES], ids=["reads", "writes"])
def test_no_route_tells_a_hidden_word(world, names):
    revealed = {(actor, name): words for actor, (client, secret) in world.actors.items() for name in names
            if (words := asked_of(world, client, name, secret))}
    assert not revealed, json.dumps({" ".join(key): sorted(set(words)) for key, words in revealed.items()}, indent=1)


def test_every_word_can_be_seen_by_who_may(world):
    """The control: the owner of a world of the same kind makes the same calls, and the replies contain each of the
    hidden words."""
    fresh = World(world.server)
    seen = "".join(text_of(reply) for name in READS for reply in ask(fresh, fresh.owner, name)).lower()
    assert not [word for word in PLACE + NAME + PRIVATE + UNLISTED + GUEST + INVITED if word not in seen]


def test_a_live_socket_tells_no_word(world):
    fresh = World(world.server)
    live = LiveSocket(world.server.port, fresh.org.member.token)
    fresh.owner.ok("PATCH", f"/v1/voters/{fresh.ids['voter_id']}", {"address": "78 Zyxhidden Lane"})
    deadline = time.monotonic() + 30
    while not any(each["entity"] == "voter" for each in live.changes):
        assert time.monotonic() < deadline
        live.read()
    live.close()
    received = b"".join(live.texts).decode()
    assert not word_in(PLACE + NAME + PRIVATE + UNLISTED + GUEST + INVITED, received + base64.b64encode(received.encode()).decode())


def test_the_feed_of_a_device_names_its_event_alone(world):
    """A tablet with the profile door_list sees, in pages and live, changes of its own event and of that event's
    attendees. It sees no change of another event, a voter or a member. A device with the profile canvass sees
    changes of its turf and of people there, but of no event, attendee or member."""
    fresh = World(world.server)
    door = fresh.device(profile="door_list", scope={"event_id": fresh.open["id"]})
    canvasser = fresh.device(profile="canvass", scope={"turf_id": fresh.ids["turf_id"]})
    sockets = {client: LiveSocket(world.server.port, client.token, since="now") for client in (door, canvasser)}
    guest = {"first_name": "Ada", "last_name": "Guest", "email": f"{unique('guest')}@example.org"}
    for event in (fresh.private, fresh.unlisted, fresh.open):
        come = fresh.owner.ok("POST", f"/v1/events/{event['id']}/attendees", guest, status=201)["id"]
    fresh.owner.ok("PATCH", f"/v1/voters/{fresh.neighbour}", {"first_name": "Renamed"})
    fresh.owner.ok("PATCH", f"/v1/voters/{fresh.ids['voter_id']}", {"address": "79 Zyxhidden Lane"})
    fresh.owner.ok("PATCH", f"/v1/turfs/{fresh.ids['turf_id']}", {"name": "Renamed"})
    last = fresh.owner.ok("PATCH", "/v1/organization", {"description": "Renamed"})["id"]

    for client, live in sockets.items():
        deadline = time.monotonic() + 30
        while not any(each["entity"] == "organization" for each in live.changes):
            assert time.monotonic() < deadline
            live.read()
        live.close()
    whole = {client: [change for page in pages_of(client) for change in page["data"]] for client in sockets}
    assert pages_of(door, limit=7)[-1]["cursor"] == pages_of(door)[-1]["cursor"], "the cursor goes on over what is not heard"

    def things(changes, entity):
        return {each["entity_id"] for each in changes if each["entity"] == entity}

    for changes in (sockets[door].changes, whole[door]):
        assert {each["entity"] for each in changes} <= {"event", "attendee", "organization", "device"}
        assert things(changes, "event") <= {fresh.open["id"]} and things(changes, "attendee") == {come}
        assert things(changes, "organization") == {last} and len(things(changes, "device")) <= 1
    assert things(whole[door], "event") == {fresh.open["id"]}
    for changes in (sockets[canvasser].changes, whole[canvasser]):
        assert not things(changes, "event") | things(changes, "attendee") | things(changes, "member")
        assert fresh.neighbour in things(changes, "voter") and fresh.ids["voter_id"] not in things(changes, "voter")
        assert things(changes, "turf") - {None} == {fresh.ids["turf_id"]}
    for path in (f"/v1/events/{fresh.open['id']}", f"/v1/events/{fresh.private['id']}", f"/v1/events/by-slug/{fresh.open['slug']}"):
        assert canvasser.get(path).status_code == 404, path
    assert canvasser.ok("GET", "/v1/events")["data"] == []
    assert [each["id"] for each in door.ok("GET", "/v1/events")["data"]] == [fresh.open["id"]]


def pages_of(client, limit=500):
    """Every page of the feed from the beginning."""
    pages = [client.ok("GET", "/v1/changes", query={"limit": limit})]
    while pages[-1]["more"]:
        pages.append(client.ok("GET", "/v1/changes", query={"limit": limit, "since": pages[-1]["cursor"]}))
    return pages


def test_whom_a_list_of_a_place_leaves_out(server):
    """A list that is selected by a place must not reveal, to a member without manage_voters, where a confidential
    person lives: its pages, count, export, phone bank and texts all leave the person out."""
    org = Organization(Client(server))
    home = {"city": "Zyxcity", "state": "MA", "zip5": "02199", "precinct": "ZYXPRECINCT", "phones": ["+16175550166"]}
    org.owner.ok("POST", "/v1/voters", {"first_name": "Zyxsecreta", "last_name": "P", "address": "7 Zyx Way", "confidential": True,
                                        **home}, status=201)
    org.owner.ok("POST", "/v1/voters", {"first_name": "Open", "last_name": "P", "address": "9 Zyx Way", **home,
                                        "phones": ["+16175550167"]}, status=201)
    lead = org.add("member", {"view_voters": True, "export_voters": True, "manage_canvass": True})
    for shown, asked in ((1, {"zip5": ["02199"]}), (1, {"precinct": ["ZYXPRECINCT"]}), (1, {"city": "Zyxcity"}), (1, {"text": "zyx way"}),
                        (2, {"has_phone": True})):
        made = org.owner.ok("POST", "/v1/voter-lists", {"name": unique("list"), "filter": asked}, status=201)["id"]
        for client, n in ((lead, shown), (org.owner, 2)):
            assert client.ok("GET", f"/v1/voter-lists/{made}/count", query={"reach": "phone"})["count"] == n, asked
            rows = client.post("/v1/voters/export", {"list_id": made}).text.splitlines()
            assert len(rows) == n + 1 and any("Zyxsecreta" in row for row in rows) == (n == 2), asked
            fields = {"list_id": made, **DAY, "name": unique("work")}
            for path, count, body in (("/v1/phone-banks", "target_count", fields), ("/v1/text-campaigns", "audience_count", {
                    **fields, "template": "Hi. Reply STOP to opt out."})):
                one = f"{path}/{client.ok('POST', path, body, status=201)['id']}"
                wait_until(lambda: client.ok("GET", one)["state"] != "filling", 30, one)
                assert client.ok("GET", one)[count] == n, (asked, path)

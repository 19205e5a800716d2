# SPDX-License-Identifier: GPL-3.0-or-later
"""Every route of the document × every kind of actor × own, foreign, random and deleted ids. The expected result
follows from the route's x-right alone, so a route without its check has a wrong cell, and a route without a row
fails. Each cell has its own person, session and objects, so that cells do not affect each other."""

import functools
import hashlib
import itertools
import json
import re
import secrets

import psycopg2
import pytest

from harness import samples
from harness.authenticator import with_second_factor
from harness.client import Client, Organization
from harness.parts import Notes
from harness.recorder import METHODS
from harness.rows import Rows
from harness.services import ROOT

GRANTABLE = ["check_in", "manage_events", "manage_members", "manage_devices", "manage_tokens", "manage_organization",
             "view_audit", "canvass", "manage_canvass", "view_voters", "manage_voters", "export_voters"]
BASE = {"public", "signed_in", "member"}
ROLES = {"owner": BASE | {*GRANTABLE, "owner"}, "admin": BASE | {*GRANTABLE}, "member": BASE | {"check_in", "canvass"}}
CANARY = {"ours": "canaryours", "theirs": "canarytheirs", "strict": "canarystrict"}
# Marker among an actor's rights: the organization requires a second factor, and the actor has none.
UNPROVEN = "unproven"

# Codes of 403 or 404 in permitted cells that have another reason than "this actor may not" or "no
# such id".
OTHER_REFUSALS = {
    ("getPurgeCertificate", 404): "the sample's source was never purged",
    ("changePassword", 403): "the sample's password is not the person's",
    ("changeEmail", 403): "the sample's password is not the person's",
    ("startTotp", 403): "the sample's password is not the person's",
    ("disableTotp", 403): "the sample's password is not the person's",
    ("renewRecoveryCodes", 403): "the sample's password is not the person's",
    ("signIn", 401): "the sample's account does not exist",
    ("signIn", 403): "the sample's account was registered and not verified",
    ("switchOrganization", 404): "the sample's organization is not the person's",
    ("transferOwnership", 404): "the sample's person is no member",
    ("createApiToken", 403): "the sample gives a right that the actor lacks",
    **{(name, 404): "a token sees its own, and the sample is a person's"
       for name in ("getContact", "undoContact", "getFollowUp", "finishFollowUp")},
    ("getCall", 404): "the sample is somebody else's call",
    ("getCall", 403): "the sample is a call of a phone bank in which nobody takes part",
    ("getText", 403): "the sample is in nobody's conversation",
    ("getText", 404): "the sample is in nobody's conversation",
    ("recordContact", 403): "the sample is about nothing, which is in nobody's turf",
    ("undoContact", 403): "the sample is a call of no phone bank, in which nobody takes part",
    ("getEventPack", 404): "the event is years away",
    ("listMembers", 403): "a device does not see who belongs to the organization",
    ("createDevice", 403): "the profile of the sample gives a right that the actor lacks",
}
# Routes that still find an object after it ended, and their status then (instead of 404).
ENDED = {"resendInvitation": 409, "getInvitation": 200, "getApiToken": 200, "getDevice": 200,
         "getCall": 409, "getText": 409}  # the bank or campaign still exists, but the actor is no caller or texter
# Status and codes with which the engine refuses the actor, whatever the object is.
NOT_ALLOWED = {401: {"credential", "authorization", "session", "token", "device"}, 403: {"right", "no_organization", "second_factor_needed"}}

DOCUMENT = json.loads((ROOT / "docs" / "openapi.json").read_text(encoding="utf-8"))
OPERATIONS = {operation["operationId"]: (method.upper(), path, operation)
              for path, methods in DOCUMENT["paths"].items() for method, operation in methods.items()
              if method in METHODS}


sample = functools.partial(samples.sample, DOCUMENT)


class World:
    """Three organizations, one of which requires a second factor, and objects for the cells, written directly into
    the database."""

    def __init__(self, server):
        self.server = server
        self.connection = psycopg2.connect(server.cluster.url(server.database, "postgres"))
        self.connection.autocommit = True
        self.numbers = itertools.count(1)
        client = Client(server)
        self.organizations = {name: Organization(client, everybody=False) for name in CANARY}
        for name, organization in self.organizations.items():
            organization.owner.ok("PATCH", "/v1/organization", {"name": CANARY[name]})
        with_second_factor(self.organizations["strict"].owner)
        self.organizations["strict"].owner.ok("PATCH", "/v1/organization", {"require_second_factor": True})
        self.devices = {name: self.pair(organization) for name, organization in self.organizations.items()}
        self.paired = {}
        self.rows = Rows(self.every)

    def one(self, statement, *parameters):
        with self.connection.cursor() as cursor:
            named = len(parameters) == 1 and isinstance(parameters[0], dict)
            cursor.execute(statement, parameters[0] if named else parameters)
            return cursor.fetchone()[0] if cursor.description else None

    def every(self, statement):
        with self.connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall()

    def pair(self, organization, profile="door_list"):
        made = organization.owner.ok("POST", "/v1/devices", {"name": "Door", "profile": profile})
        return organization.owner.anonymous().ok("POST", "/v1/devices/pair", {"code": made["pairing_code"]})["token"]

    def secret(self, prefix):
        token = prefix + secrets.token_urlsafe(32)
        return token, hashlib.sha256(token.encode()).digest()

    def person(self, where=None, role="member", permissions=None, name="Somebody"):
        number = next(self.numbers)
        user = self.one("INSERT INTO users (email, email_verified_at, password_hash, first_name, last_name) "
                        "VALUES (%s, now(), 'none', %s, 'Person') RETURNING id", f"cell-{number}@example.org", name)
        if where is not None:
            self.one("INSERT INTO organization_members (organization_id, user_id, role, permissions) "
                     "VALUES (%s, %s, %s, %s)", where.id, user, role, json.dumps(permissions or {}))
        return user

    def session(self, user, where=None, revoked=False):
        token, digest = self.secret("ccs_")
        number = self.one(
            "INSERT INTO sessions (token_hash, user_id, active_organization_id, kind, expires_at, revoked_at) "
            "VALUES (%s, %s, %s, 'bearer', now() + interval '1 day', CASE WHEN %s THEN now() END) RETURNING id",
            digest, user, where and where.id, revoked)
        return token, number

    def api_token(self, where, scopes, name="Cell", revoked=False):
        token, digest = self.secret("cct_")
        number = self.one(
            "INSERT INTO api_tokens (organization_id, name, token_hash, token_prefix, scopes, created_by, expires_at, "
            "revoked_at) VALUES (%s, %s, %s, %s, %s, %s, now() + interval '1 day', CASE WHEN %s THEN now() END) "
            "RETURNING id", where.id, name, digest, token[:8], json.dumps(scopes), where.owner.user, revoked)
        return token, number


@pytest.fixture(scope="module")
def world(server):
    made = World(server)
    yield made
    made.connection.close()


# Actors: name → (world → (token, user, home, rights)). home is "ours" or "theirs": the organization
# whose ids are the actor's own.


def as_person(role, granted=None, home="ours"):
    def make(world):
        where = world.organizations[home]
        user = world.person(where, role, {granted: True} if granted else None)
        return world.session(user, where)[0], user, home, ROLES[role] | ({granted} if granted else set())
    return make


def unproven(role, granted=None):
    """A person without a second factor in an organization that requires one."""
    def make(world):
        where = world.organizations["strict"]
        user = world.person(where, role, {granted: True} if granted else None)
        return world.session(user, where)[0], user, "strict", ROLES[role] | {granted or role, UNPROVEN}
    return make


def unused(world):
    """A session that has expired because it was unused for too long."""
    where = world.organizations["ours"]
    user = world.person(where, "owner")
    token, number = world.session(user, where)
    world.one("UPDATE sessions SET last_seen_at = now() - interval '31 days' WHERE id = %s", number)
    return token, user, "ours", {"public"}


def as_device(profile, right):
    def make(world):
        if profile not in world.paired:
            world.paired[profile] = world.pair(world.organizations["ours"], profile)
        return world.paired[profile], None, "ours", {"public", "member", right}
    return make


def revoked_device(world):
    if "revoked" not in world.paired:
        owner = world.organizations["ours"].owner
        world.paired["revoked"] = world.pair(world.organizations["ours"], "canvass")
        newest = max(each["id"] for each in owner.pages("/v1/devices"))
        owner.ok("DELETE", f"/v1/devices/{newest}")
    return world.paired["revoked"], None, "ours", {"public"}


def as_taken(right):
    """An administrator with one right removed."""
    def make(world):
        where = world.organizations["ours"]
        user = world.person(where, "admin", {right: False})
        return world.session(user, where)[0], user, "ours", ROLES["admin"] - {right}
    return make


def alone(world):
    user = world.person()
    return world.session(user)[0], user, "ours", {"public", "signed_in"}


def revoked(world):
    where = world.organizations["ours"]
    user = world.person(where, "owner")
    return world.session(user, where, revoked=True)[0], user, "ours", {"public"}


def removed(world):
    """A person who was removed from the organization; the person's session still refers to the organization."""
    where = world.organizations["ours"]
    user = world.person(where, "admin")
    token, _ = world.session(user, where)
    world.one("DELETE FROM organization_members WHERE user_id = %s", user)
    return token, user, "ours", {"public", "signed_in"}


def as_token(*scopes):
    def make(world):
        where = world.organizations["ours"]
        return world.api_token(where, scopes)[0], None, "ours", {"public", "member", *scopes}
    return make


def revoked_token(world):
    return world.api_token(world.organizations["ours"], GRANTABLE, revoked=True)[0], None, "ours", {"public"}


ACTORS = {
    "anonymous": lambda world: (None, None, "ours", {"public"}),
    "bad token": lambda world: (world.secret("ccs_")[0], None, "ours", {"public"}),
    "bad api token": lambda world: (world.secret("cct_")[0], None, "ours", {"public"}),
    "bad device": lambda world: (world.secret("ccd_")[0], None, "ours", {"public"}),
    "revoked session": revoked,
    "revoked api token": revoked_token,
    "unused session": unused,
    "revoked device": revoked_device,
    "admin without the demanded second factor": unproven("admin"),
    "member with export_voters without the demanded second factor": unproven("member", "export_voters"),
    "plain member where a second factor is demanded": as_person("member", home="strict"),
    "person without organization": alone,
    "removed member": removed,
    "member": as_person("member"),
    **{f"member with {right}": as_person("member", right) for right in GRANTABLE},
    **{f"admin without {right}": as_taken(right) for right in GRANTABLE},
    "admin": as_person("admin"),
    "owner": as_person("owner"),
    "owner of another organization": as_person("owner", home="theirs"),
    "api token without scopes": as_token(),
    **{f"api token with {right}": as_token(right) for right in GRANTABLE},
    "api token with all scopes": as_token(*GRANTABLE),
    "device": lambda world: (world.devices["ours"], None, "ours", {"public", "member", "check_in"}),
    "canvass device": as_device("canvass", "canvass"),
}


# Objects: path parameter → (world, organization, owner, gone, user) → its value. `gone`: in the
# state after deletion.


def an_event(world, where, whose, gone, published=False, wanted="id"):
    number = next(world.numbers)
    made = world.one(
        "INSERT INTO events (organization_id, title, slug, start_time, end_time, location_type, is_published, "
        "published_at) VALUES (%s, %s, %s, '2030-01-01', '2030-01-02', 'in_person', %s, "
        f"CASE WHEN %s THEN now() END) RETURNING {wanted}",
        where.id, CANARY[whose], f"cell-{number}", published, published)
    if gone:
        world.one(f"DELETE FROM events WHERE organization_id = %s AND {wanted} = %s", where.id, made)
    return made


def a_session(world, where, whose, gone, user):
    return world.session(user or world.person(where), where, revoked=gone)[1]


def a_member(world, where, whose, gone, user):
    made = world.person(where, name=CANARY[whose])
    if gone:
        world.one("DELETE FROM organization_members WHERE user_id = %s", made)
    return made


def an_invitation(world, where, whose, gone, user):
    return world.one(
        "INSERT INTO invitations (organization_id, email, token_hash, status, expires_at, sent_at) VALUES "
        "(%s, %s, %s, %s, now() + interval '1 day', now() - interval '1 day') RETURNING id", where.id,
        f"{CANARY[whose]}-{next(world.numbers)}@example.org", world.secret("cci_")[1], "revoked" if gone else "pending")


def an_api_token(world, where, whose, gone, user):
    return world.api_token(where, [], CANARY[whose], gone)[1]


def a_device(world, where, whose, gone, user):
    return world.one("INSERT INTO devices (organization_id, name, profile, revoked_at) VALUES (%s, %s, 'door_list', "
                     "CASE WHEN %s THEN now() END) RETURNING id", where.id, CANARY[whose], gone)


def a_row(table, columns, values):
    """A row of a tenant table; %(name)s in `values` is the organization's canary word, %(number)s is a new number
    each time."""
    def make(world, where, whose, gone, user):
        made = world.one(
            f"INSERT INTO {table} (organization_id, {columns}) VALUES (%(organization)s, {values}) RETURNING id",
            {"organization": where.id, "name": CANARY[whose], "number": next(world.numbers)})
        if gone:
            world.one(f"DELETE FROM {table} WHERE organization_id = %s AND id = %s", where.id, made)
        return made
    return make


A_VOTER = a_row("voters", "last_name", "%(name)s")
A_BUILDING = a_row("buildings", "building_key, address", "%(name)s || %(number)s, %(name)s")


def a_door(world, where, whose, gone, user):
    building = A_BUILDING(world, where, whose, False, user)
    return a_row("doors", "building_id, address_key", f"{building}, %(name)s || %(number)s")(world, where, whose, gone, user)


def a_pair(table, columns, more=""):
    def make(world, where, whose, gone, user):
        two = [A_VOTER(world, where, whose, False, user) for _ in range(2)]
        return a_row(table, columns, f"{two[0]}, {two[1]}{more}")(world, where, whose, gone, user)
    return make


FIELD_OBJECTS = {
    "voter_id": A_VOTER, "building_id": A_BUILDING, "door_id": a_door,
    "tag_id": a_row("tags", "name", "%(name)s || %(number)s"),
    "list_id": a_row("voter_lists", "name", "%(name)s"),
    "household_id": a_row("households", "address_key", "%(name)s || %(number)s"),
    "area_id": a_row("areas", "kind, code", "'other', %(name)s || %(number)s"),
    "duplicate_id": a_pair("voter_duplicates", "voter_id, other_id, score, reasons", ", 1, '[]'"),
    "merge_id": a_pair("voter_merges", "survivor_id, merged_id, survivor_before, merged_before, survivor_after, moved",
                       ", '{}', '{}', '{}', '{}'"),
    "phone_bank_id": a_row("phone_bank_sessions", "name, code, state", "%(name)s, %(number)s, 'open'"),
    "consent_id": a_row("consents", "channel, state, source, occurred_at, actor, address",
                        "'phone', 'withdrawn', 'form', now(), 'system', '+16175550101'"),
    "text_id": a_row("text_messages", "phone, direction, body, encoding, segments, state, actor",
                     "'+16175550101', 'in', %(name)s, 'gsm7', 1, 'received', 'system'"),
    "text_campaign_id": a_row("text_campaigns", "name, code, template, state", "%(name)s, %(number)s, 'Hi', 'open'"),
}


def a_call(world, where, whose, gone, bank):
    voter = A_VOTER(world, where, whose, False, None)
    target = a_row("phone_bank_targets", "session_id, voter_id, position, zone_key",
                   f"{bank}, {voter}, 1, 'America/New_York'")(world, where, whose, False, None)
    return a_row("phone_bank_calls", "session_id, target_id, voter_id, actor, phone, lease_until",
                 f"{bank}, {target}, {voter}, 'system', '+16175550101', now()")(world, where, whose, gone, None)


def a_conversation(world, where, whose, gone, campaign):
    voter = A_VOTER(world, where, whose, False, None)
    return a_row("text_conversations", "campaign_id, voter_id, phone, zone_key",
                 f"{campaign}, {voter}, '+16175550101', 'America/New_York'")(world, where, whose, gone, None)


A_TEXT = ("phone, direction, body, encoding, segments, state, actor",
          "'+16175550101', 'in', %(name)s, 'gsm7', 1, 'received', 'system'")


def a_message(world, where, whose, gone, conversation):
    campaign = world.one("SELECT campaign_id FROM text_conversations WHERE id = %s", conversation)
    return a_row("text_messages", f"campaign_id, conversation_id, {A_TEXT[0]}", f"{campaign}, {conversation}, {A_TEXT[1]}")(
        world, where, whose, gone, None)


def a_part(table, parent):
    """A caller or texter of a phone bank or text campaign."""
    def make(world, where, whose, gone, within):
        return a_row(table, f"{parent}, actor", f"{within}, 'device:' || %(number)s")(world, where, whose, gone, None)
    return make


# Parts of other objects, which exist independently of the part: path parameter → (the parent's
# parameter, maker).
INSIDE = {
    "call_id": ("phone_bank_id", a_call), "caller_id": ("phone_bank_id", a_part("phone_bank_callers", "session_id")),
    "message_id": ("conversation_id", a_message), "conversation_id": ("text_campaign_id", a_conversation), "texter_id": ("text_campaign_id", a_part("text_texters", "campaign_id")),
}

def a_contact(world, where, whose, gone, user):
    made = world.one("INSERT INTO voter_contacts (organization_id, client_id, channel, disposition, phone, note, occurred_at, "
                     "actor, user_id) VALUES (%s, gen_random_uuid(), 'phone', 'busy', '+16175550101', %s, now(), "
                     "%s, %s) RETURNING id", where.id, CANARY[whose], f"user:{user}", user)
    if gone:
        world.one("DELETE FROM voter_contacts WHERE id = %s", made)
    return made


def a_follow_up(world, where, whose, gone, user):
    voter = world.one("INSERT INTO voters (organization_id, first_name, last_name) VALUES (%s, 'Rosa', 'Medina') "
                      "RETURNING id", where.id)
    made = world.one("INSERT INTO follow_ups (organization_id, voter_id, kind, note, assigned_user_id) "
                     "VALUES (%s, %s, 'ride', %s, %s) RETURNING id", where.id, voter, CANARY[whose], user)
    if gone:
        world.one("DELETE FROM follow_ups WHERE id = %s", made)
    return made


def a_script(world, where, whose, gone, user):
    made = world.one("INSERT INTO scripts (organization_id, name) VALUES (%s, %s) RETURNING id", where.id, CANARY[whose])
    if gone:
        world.one("DELETE FROM scripts WHERE id = %s", made)
    return made


def a_turf(world, where, whose, gone, user):
    """A turf of the actor: assigned to the person, checked out by the newest token and the paired devices."""
    made = world.one("INSERT INTO canvass_routes (organization_id, name, state, assigned_user_id, code) VALUES "
                     "(%s, %s, 'open', %s, upper(left(md5(random()::text), 8))) RETURNING id", where.id, CANARY[whose], user)
    world.one("INSERT INTO turf_takers (organization_id, route_id, actor) SELECT organization_id, %s, 'device:' || id FROM devices "
              "WHERE organization_id = %s AND token_hash IS NOT NULL UNION ALL SELECT organization_id, %s, 'token:' || max(id) FROM api_tokens "
              "WHERE organization_id = %s GROUP BY organization_id", made, where.id, made, where.id)
    if gone:
        world.one("DELETE FROM canvass_routes WHERE organization_id = %s AND id = %s", where.id, made)
    return made


def a_conflict(world, where, whose, gone, user):
    made = world.one(
        "WITH stream AS (INSERT INTO field_streams (organization_id, actor, installation) "
        "VALUES (%s, 'user:1', gen_random_uuid()) RETURNING *), "
        "op AS (INSERT INTO field_operations (organization_id, client_id, stream_id, sequence, actor, kind, occurred_at, "
        "device_occurred_at, body, body_hash) SELECT organization_id, gen_random_uuid(), id, 1, actor, 'door_edit', now(), now(), "
        "'{}', '' FROM stream RETURNING *) "
        "INSERT INTO field_conflicts (organization_id, operation_id, kind, code, message, actor, installation, occurred_at, "
        "device_occurred_at, theirs) SELECT organization_id, id, kind, 'failed', %s, actor, gen_random_uuid(), now(), now(), '{}' "
        "FROM op RETURNING id", where.id, CANARY[whose])
    if gone:
        world.one("DELETE FROM field_conflicts WHERE organization_id = %s AND id = %s", where.id, made)
    return made


def a_turf_cut(world, where, whose, gone, user):
    made = world.one("INSERT INTO turf_cuts (organization_id, name, method) VALUES (%s, %s, 'auto') RETURNING id",
                     where.id, CANARY[whose])
    if gone:
        world.one("DELETE FROM turf_cuts WHERE organization_id = %s AND id = %s", where.id, made)
    return made

A_SOURCE = a_row("voter_sources", "name, permitted_use", "%(name)s, 'elections'")


def an_import(world, where, whose, gone, user):
    source = A_SOURCE(world, where, whose, False, user)
    made = world.one("INSERT INTO imports (organization_id, source_id, name) VALUES (%s, %s, %s) RETURNING id",
                     where.id, source, CANARY[whose])
    if gone:
        world.one("DELETE FROM imports WHERE organization_id = %s AND id = %s", where.id, made)
    return made


FIELD_OBJECTS.update({
    "source_id": A_SOURCE, "import_id": an_import,
    "profile_id": a_row("voter_profiles", "name, profile",
                        "%(name)s || %(number)s, '{\"name\": \"County\", \"mappings\": [{\"field\": \"last_name\", \"columns\": [\"NAME\"]}]}'::jsonb"),
})

OBJECTS = {
    "event_id": lambda world, where, whose, gone, user: an_event(world, where, whose, gone),
    "session_id": a_session, "user_id": a_member, "invitation_id": an_invitation, "token_id": an_api_token,
    "device_id": a_device, **FIELD_OBJECTS,
    "contact_id": a_contact, "follow_up_id": a_follow_up, "script_id": a_script,
    "turf_id": a_turf, "cut_id": a_turf_cut, "conflict_id": a_conflict,
    # Map tiles belong to nobody; tests/api/test_results.py checks their contents.
    "layer": lambda *_: "doors", "z": lambda *_: 14, "x": lambda *_: 4957, "y": lambda *_: 6059,
}


def a_plain_row(world, where, whose, gone, name, outer):
    """The object named by {name}_id: a row of the table whose entity is `name`, within `outer`, with the canary word
    in its text."""
    table = world.rows.tables[name.removesuffix("_id")]
    given = {column: value for column, value in outer.items() if column in world.rows.columns[table]}
    if world.rows.word_column(table):
        given[world.rows.word_column(table)] = CANARY[whose]
    with world.connection.cursor() as cursor:
        made = world.rows.make(cursor, table, where.id, **given)
    if gone:
        world.one(f"DELETE FROM {table} WHERE organization_id = %s AND id = %s", where.id, made)
    return made


def path_of(world, template, right, kind, actor):
    """The path of a cell; `kind` is own, foreign, random or deleted, None when there is no parameter."""
    names = re.findall(r"{([^}]*)}", template)
    if not names:
        return template
    _, user, home, _ = actor
    other = "theirs" if home == "ours" else "ours"
    whose = other if kind == "foreign" else home
    where, gone = world.organizations[whose], kind == "deleted"
    public = right == "public"
    values = {"organization_slug": where.slug}
    for name in names:
        if name == "slug":
            values[name] = "no-such-slug" if kind == "random" else an_event(world, where, whose, gone, public, "slug")
        elif name in INSIDE and kind != "random":
            outer, make = INSIDE[name]
            if outer not in INSIDE:
                values[outer] = OBJECTS[outer](world, where, whose, False, None)
            last = name == names[-1]
            values[name] = make(world, where, whose, gone and last, values[outer])
        elif name not in OBJECTS and name != "organization_slug" and kind != "random":
            # The parents in the path exist; only the object itself is deleted.
            values.update({outer: OBJECTS[outer](world, where, whose, False, None) for outer in values if outer in OBJECTS})
            values[name] = a_plain_row(world, where, whose, gone, name, values)
        elif name in OBJECTS or name != "organization_slug":
            if kind == "random":
                values[name] = 10 ** 12 + next(world.numbers)
            elif public and name == "event_id":
                values[name] = an_event(world, where, whose, gone, public)
            else:
                # A session belongs to a person; another person's is foreign.
                values[name] = OBJECTS[name](world, where, whose, gone, None if kind == "foreign" else user)
    return template.format(**values)


def kinds_of(template):
    if template.startswith("/v1/map/"):
        return ["own"]
    return ["own", "foreign", "random", "deleted"] if "{" in template else [None]


@pytest.fixture(scope="session")
def tally():
    """A line "route cells" for each route that was called."""
    return Notes("cells")


def ask(world, name, kind, actor):
    method, template, operation = OPERATIONS[name]
    client = Client(world.server, token=actor[0])
    body, options = None, {}
    if "requestBody" in operation:
        media, content = next(iter(operation["requestBody"]["content"].items()))
        if media != "application/json":  # a file
            options = {"data": b"x", "headers": {"Content-Type": media}}
        else:
            body = {} if method == "PATCH" else sample(content["schema"])
    path = path_of(world, template, operation["x-right"], kind, actor)
    return client.request(method, path, body, idempotency=False, **options)


def blank(reply):
    """A reply without the values that differ between requests."""
    headers = {k: v for k, v in reply.headers.items() if k not in ("X-Request-Id", "Date", "RateLimit")}
    body = reply.text.replace(reply.headers["X-Request-Id"], "ID")
    return reply.status_code, headers, body


def judge(name, kind, actor, reply):
    """The fault of a cell as text, or None."""
    _, template, operation = OPERATIONS[name]
    right = operation["x-right"]
    token, _, home, rights = actor
    status = reply.status_code
    code = reply.json().get("code") if status >= 400 else None
    if UNPROVEN in rights and right != "public" and not operation.get("x-before-second-factor"):
        return None if (status, code) == (403, "second_factor_needed") else f"{status} {code} without the second factor"
    if right not in rights:
        known = BASE - {"public"} if "signed_in" in rights or "member" in rights else set()
        wanted = 403 if known & rights else 401
        if status != wanted:
            return f"{status} instead of {wanted}"
        if status == 403 and reply.json().get("required") != right:
            return f"403 does not name {right}"
        return None
    if status >= 500:
        return f"{status} {reply.text[:200]}"
    if code in NOT_ALLOWED.get(status, ()) and name != "signIn":
        return f"refused ({status} {code}) though it has {right}"
    gone = kind in ("random", "deleted") or (kind == "foreign" and right != "public")
    if token and token.startswith("ccd_") and right == "member" and "check_in" not in rights and "/v1/events/" in template:
        gone = True  # a device without check_in sees no events
    if gone:
        if kind == "deleted" and status == ENDED.get(name):
            return None
        return None if status == 404 else f"{status} instead of 404: {reply.text[:200]}"
    if status in (401, 403, 404) and (name, status) not in OTHER_REFUSALS:
        return f"{status} {reply.text[:200]}"
    other = CANARY["theirs" if home == "ours" else "ours"]
    if right != "public" and other in reply.text:
        return "shows what is another organization's"
    return None


@pytest.mark.splits
@pytest.mark.parametrize("name", OPERATIONS)
def test_route(world, tally, name):
    _, template, operation = OPERATIONS[name]
    wrong, cells = [], 0
    for who, make in ACTORS.items():
        absent = {}
        for kind in kinds_of(template):
            actor = make(world)
            reply = ask(world, name, kind, actor)
            cells += 1
            fault = judge(name, kind, actor, reply)
            if fault:
                wrong.append(f"{who} × {kind}: {fault}")
            elif reply.status_code == 404 and kind in ("foreign", "random", "deleted"):
                absent[kind] = blank(reply)
        for kind, answer in absent.items():
            if answer != absent.get("random"):
                wrong.append(f"{who}: {kind} differs from random:\n  {answer}\n  {absent.get('random')}")
    tally.add(f"{name} {cells}")
    assert not wrong, f"{len(wrong)} of {cells} cells are wrong:\n" + "\n".join(wrong[:12])


@pytest.mark.closing
def test_the_matrix_is_whole(document, tally, capsys, request):
    """Runs last. The rows are the routes of the served document; the actors include holders and non-holders of every
    right."""
    served = {operation["operationId"] for methods in document["paths"].values()
              for method, operation in methods.items() if method in METHODS}
    assert served == set(OPERATIONS), "docs/openapi.json is not what the server serves"
    if not tally.is_shared and len(request.session.items) < len(OPERATIONS):
        pytest.skip("only a part of the matrix runs")
    cells = {name: int(count) for name, count in map(str.split, tally.all())}
    assert set(cells) == served
    assert sum(cells.values()) == sum(len(kinds_of(path)) for _, path, _ in OPERATIONS.values()) * len(ACTORS)
    with capsys.disabled():
        print(f"\naccess matrix: {len(cells)} routes × {len(ACTORS)} actors, {sum(cells.values())} cells")


def test_a_right_of_the_document_is_a_right_of_the_program():
    rights = {operation["x-right"] for _, _, operation in OPERATIONS.values()}
    assert rights <= BASE | {"owner", *GRANTABLE}

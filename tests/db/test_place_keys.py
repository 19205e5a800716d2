# SPDX-License-Identifier: GPL-3.0-or-later
"""Address keys stored by an older release are derived again after an upgrade: equal doors are merged, and no data
that refers to them is lost."""

import json
import uuid

import pytest

from harness import release, services
from harness.client import Client
from harness.phone import stamp
from harness.town import tenant

pytestmark = pytest.mark.slow

RELEASE = "v0.2.0"
# The keys of one home as that release wrote them: (address, unit, its building's key, its door's
# key).
ROAD = [("256 County Road 634", None, "256 COUNTY ROAD 634 12999", "256 COUNTY ROAD 634 12999"),
        ("256 Co Rd 634", None, "256 CO RD 634 12999", "256 CO RD 634 12999"),
        ("256 CR 634", None, "256 CR 634 12999", "256 CR 634 12999")]
FLAT = [("9 Ave D Apt 3", "3", "9 AVE D 12999", "9 AVE D #3 12999"), ("9 Avenue D", "3", "9 AVENUE D 12999", "9 AVENUE D #3 12999")]
# An address point that contains its unit twice, with the keys of that release and the unit that it
# derived.
TWICE = [("15 Valentine St #1", "1 # 1", "15 VALENTINE ST 12999", "15 VALENTINE ST #11 12999"),
         ("15 Valentine St Apt 1", "1", "15 VALENTINE ST 12999", "15 VALENTINE ST #1 12999")]


class Old:
    """The release's database before the upgrade, written as its server wrote it."""

    def __init__(self, server):
        self.facts = release.read(RELEASE)
        self.server, self.organization = server, self.facts["owner"]["organization_id"]

    def home(self, address, unit, building_key, door_key, people=1, zip5="12999", city="Riverside", door_city=None):
        home = {"building_key": building_key, "address_key": door_key, "street_key": building_key.split(" ", 1)[1].removesuffix(" 12999"),
                "number": address.split()[0], "street": building_key.split(" ", 1)[1].removesuffix(" 12999"), "line": address, "unit": unit,
                "city": door_city or city, "zip5": zip5}
        with tenant(self.server, self.organization) as cursor:
            cursor.execute("SELECT door_id, household_id, address_key FROM voter_home(%s, %s)", (self.organization, json.dumps(home)))
            door, household, key = cursor.fetchone()
            voters = []
            for n in range(people):
                cursor.execute("INSERT INTO voters (organization_id, first_name, last_name, address, unit, city, zip5, address_key, door_id, "
                               "household_id) VALUES (%s, %s, 'Medina', %s, %s, %s, %s, %s, %s, %s) RETURNING id",
                               (self.organization, f"Rosa{n}", address, unit, city, zip5, key, door, household))
                voters.append(cursor.fetchone()[0])
        return door, voters

    def place(self, door, longitude):
        self.server.sql("UPDATE buildings SET latitude = 41.9, longitude = %s, location_quality = 'point' "
                        "WHERE id = (SELECT building_id FROM doors WHERE id = %s)", (longitude, door))

    def contact(self, door, voter, turf, disposition="not_home", at="2026-11-20T10:00:00Z"):
        row = {"organization_id": self.organization, "client_id": str(uuid.uuid4()), "channel": "door", "disposition": disposition,
               "voter_id": voter, "door_id": door, "route_id": turf, "occurred_at": at, "device_occurred_at": at, "recorded_at": at,
               "actor": "user:1", "holds": True, "undone": False, "version": 1}
        with tenant(self.server, self.organization) as cursor:
            cursor.execute("SELECT building_id FROM doors WHERE id = %s", (door,))
            row["building_id"] = cursor.fetchone()[0]
            cursor.execute("INSERT INTO voter_contacts SELECT (jsonb_populate_record(NULL::voter_contacts, %s || jsonb_build_object('id', "
                           "nextval('voter_contacts_id_seq')))).* RETURNING id", (json.dumps(row),))
            return cursor.fetchone()[0]

    def turf(self, *doors, state="out"):
        """An open turf with these doors: (door, state) each."""
        with tenant(self.server, self.organization) as cursor:
            cursor.execute("INSERT INTO canvass_routes (organization_id, name, state, code, door_count) VALUES (%s, 'Old', %s, %s, %s) RETURNING id",
                           (self.organization, state, uuid.uuid4().hex[:6].upper(), len(doors)))
            turf = cursor.fetchone()[0]
            for position, (door, progress) in enumerate(doors, 1):
                cursor.execute("INSERT INTO canvass_route_doors (organization_id, route_id, door_id, position, state, done_at) "
                               "VALUES (%s, %s, %s, %s, %s, CASE WHEN %s = 'done' THEN now() END)",
                               (self.organization, turf, door, position, progress, progress))
        return turf

    def upgraded(self):
        """Upgrade, with the job done; returns a client of the owner."""
        migrated = self.server.command("migrate")
        assert migrated.returncode == 0, migrated.stdout + migrated.stderr
        assert self.server.command("restored").returncode == 0
        self.server.start()
        self.wait()
        owner = Client(self.server)
        owner.sign_in(self.facts["owner"]["email"], self.facts["password"])
        return owner

    def wait(self):
        def states():
            return self.server.sql("SELECT state, last_error FROM jobs WHERE kind = 'places.rekey'")
        services.wait_until(lambda: all(state == "done" or error for state, error in states()), 60, "the keys")
        assert set(states()) == {("done", None)}, [line for line in str(self.server.log()).splitlines() if "rekey" in line][-3:]

    def again(self):
        """Run the job again."""
        self.server.sql("SELECT job_enqueue(%s, 'places.rekey', '{}')", (self.organization,))
        self.wait()

    def keys(self):
        return {table: self.server.sql(f"SELECT {columns} FROM {table} WHERE organization_id = %s ORDER BY 1", (self.organization,))
                for table, columns in (("buildings", "id, building_key, street_key, number, street"), ("doors", "id, address_key, unit, building_id"),
                                       ("households", "id, address_key, door_id, n_voters"), ("voters", "id, address_key, unit, door_id, household_id"),
                                       ("canvass_route_doors", "id, route_id, door_id, state, active"))}


@pytest.fixture
def old(cluster, make_server):
    return Old(make_server(database=release.load(RELEASE, cluster), start=False))


def test_doors_that_are_one_become_one_with_all_that_hangs_on_them(old):
    doors, people = zip(*(old.home(*spelling, people=2) for spelling in ROAD))
    for n, door in enumerate(doors):
        old.place(door, -74 + n / 1000)
    flats, tenants = zip(*(old.home(*spelling) for spelling in FLAT))
    other, others = old.home("12 Elm St", None, "12 ELM ST 12999", "12 ELM ST 12999")
    one = old.turf((doors[0], "todo"), (other, "todo"), (flats[1], "todo"))
    two = old.turf((doors[1], "attempted"), (doors[2], "todo"), (flats[0], "todo"))
    contacts = [old.contact(door, None, turf, at=f"2026-11-2{n}T10:00:00Z") for n, (door, turf) in
                enumerate([(doors[0], None), (doors[1], two), (doors[2], None)])]
    said = old.contact(flats[0], tenants[0][0], two, disposition="refused")
    with tenant(old.server, old.organization) as cursor:
        cursor.execute("INSERT INTO field_notes (organization_id, client_id, door_id, note, occurred_at, device_occurred_at, actor) "
                       "VALUES (%s, gen_random_uuid(), %s, 'Dog', now(), now(), 'user:1')", (old.organization, doors[2]))
        cursor.execute("UPDATE doors SET do_not_knock_at = '2026-11-21' WHERE id = %s", (flats[1],))
    owner = old.upgraded()

    homes = {owner.ok("GET", f"/v1/voters/{voter}")["door_id"] for voters in people for voter in voters}
    (home,) = homes
    assert home == min(doors)
    household = owner.ok("GET", f"/v1/households/{owner.ok('GET', '/v1/voters/' + str(people[2][1]))['household_id']}")
    assert len(household["people"]) == 6 and household["door_id"] == home
    # Contacts of all merged doors belong to the remaining one.
    found = {each["id"]: each for each in owner.pages("/v1/contacts", {"limit": 100})}
    assert {found[contact]["door_id"] for contact in contacts} == {home} and len({found[contact]["building_id"] for contact in contacts}) == 1
    assert all(owner.ok("GET", f"/v1/voters/{voter}")["last_contact_at"] == "2026-11-22T10:00:00Z" for voters in people for voter in voters)
    assert old.server.sql("SELECT door_id FROM field_notes WHERE note = 'Dog'") == [(home,)]
    # The door is in the turf with more progress, which has the combined figures.
    at = {turf: {door["door_id"]: door["state"] for door in owner.pages(f"/v1/turfs/{turf}/doors")} for turf in (one, two)}
    assert home not in at[one] and at[two][home] == "attempted" and other in at[one]
    assert len(at[two]) == owner.ok("GET", f"/v1/turfs/{two}")["door_count"] == 2 and owner.ok("GET", f"/v1/turfs/{one}")["door_count"] == 1
    flat = owner.ok("GET", f"/v1/voters/{tenants[1][0]}")["door_id"]
    assert flat == owner.ok("GET", f"/v1/voters/{tenants[0][0]}")["door_id"] == found[said]["door_id"] and at[two][flat] == "done"
    assert owner.ok("GET", f"/v1/doors/{flat}")["do_not_knock_at"]
    for gone in set(doors) - {home}:
        assert owner.get(f"/v1/doors/{gone}").status_code == 404
    # A contact that a phone recorded at an old door counts at the new one.
    late = owner.ok("POST", "/v1/contacts", {"client_id": str(uuid.uuid4()), "channel": "door", "disposition": "not_home", "door_id": doors[2],
                                             "occurred_at": stamp()}, status=201)
    assert late["door_id"] == home and late["turf_id"] == two
    assert old.server.sql("SELECT * FROM audit_verify(%s)", (old.organization,)) == []
    before = old.keys()
    old.again()
    assert old.keys() == before


def test_what_was_one_door_by_mistake_becomes_two(old):
    """Without ZIP codes, the release had one door for two towns."""
    door, springfield = old.home("12 Main St", None, "12 MAIN ST", "12 MAIN ST", zip5=None, city="Springfield")
    again, boston = old.home("12 Main St", None, "12 MAIN ST", "12 MAIN ST", zip5=None, city="Boston", door_city="Springfield")
    assert door == again
    turf = old.turf((door, "todo"))
    owner = old.upgraded()
    homes = [owner.ok("GET", f"/v1/voters/{voter}") for voter in springfield + boston]
    assert homes[0]["door_id"] == door != homes[1]["door_id"] and homes[0]["household_id"] != homes[1]["household_id"]
    assert {each["door_id"] for each in owner.pages(f"/v1/turfs/{turf}/doors")} == {home["door_id"] for home in homes}
    counts = old.server.sql("SELECT n_voters FROM households WHERE id = ANY (%s)", ([home["household_id"] for home in homes],))
    assert counts == [(1,), (1,)]


def test_a_unit_that_was_read_twice_is_read_once(old):
    (wrong, nobody), (right, people) = (old.home(*spelling, people=n) for n, spelling in enumerate(TWICE))
    owner = old.upgraded()
    home = owner.ok("GET", f"/v1/voters/{people[0]}")["door_id"]
    assert owner.ok("GET", f"/v1/doors/{home}")["unit"] == "1"
    assert owner.ok("GET", "/v1/doors", query={"building_id": owner.ok("GET", f"/v1/doors/{home}")["building_id"]})["data"][1:] == []
    assert home in (wrong, right)


def test_keys_that_change_places_do_not_meet(old):
    """The new key of one building is the old key of another, which itself gets a new key."""
    first, a = old.home("12 County Road 9", None, "12 COUNTY ROAD 9 12999", "12 COUNTY ROAD 9 12999")
    second, b = old.home("12 392 Rd", None, "12 CR 9 12999", "12 CR 9 12999")
    owner = old.upgraded()
    doors = [owner.ok("GET", f"/v1/voters/{voter}")["door_id"] for voter in a + b]
    assert doors == [first, second]
    keys = dict(old.server.sql("SELECT id, address_key FROM doors WHERE id = ANY (%s)", (doors,)))
    assert keys == {first: "12 CR 9 12999", second: "12 392ND RD 12999"}


def test_who_had_no_door_gets_one(old):
    """That release did not recognize a box of a rural route as a home; a mailbox still is none."""
    with tenant(old.server, old.organization) as cursor:
        made = []
        for address in ("RR 2 Box 152", "Rural Route 2 Box 152", "PO Box 5"):
            cursor.execute("INSERT INTO voters (organization_id, first_name, last_name, address, zip5) VALUES (%s, 'Rosa', 'Medina', %s, '12999') "
                           "RETURNING id", (old.organization, address))
            made.append(cursor.fetchone()[0])
    owner = old.upgraded()
    first, second, mailbox = (owner.ok("GET", f"/v1/voters/{voter}") for voter in made)
    assert first["door_id"] == second["door_id"] is not None and mailbox["door_id"] is None
    assert owner.ok("GET", f"/v1/households/{first['household_id']}")["n_voters"] == 2


def test_an_undo_brings_back_a_home_that_became_another(old):
    """A merge stored by the release names a door that was merged since."""
    kept, (survivor,) = old.home(*ROAD[0])
    gone, (merged,) = old.home(*ROAD[1])
    with tenant(old.server, old.organization) as cursor:
        cursor.execute("SELECT id FROM voter_merge(%s, %s, %s, 1, 'user:1')", (old.organization, survivor, merged))
        merge = cursor.fetchone()[0]
    owner = old.upgraded()
    owner.ok("POST", f"/v1/voter-merges/{merge}/undo")
    back = owner.ok("GET", f"/v1/voters/{merged}")
    assert back["door_id"] == kept and back["household_id"] == owner.ok("GET", f"/v1/voters/{survivor}")["household_id"]
    assert old.server.sql("SELECT address_key FROM voters WHERE id = %s", (merged,)) == [("256 CR 634 12999",)]


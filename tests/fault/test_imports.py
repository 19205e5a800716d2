# SPDX-License-Identifier: GPL-3.0-or-later
"""Imports whose server or database is killed in the middle: the result equals that of an undisturbed import."""

import csv
import io
import json
import random
import time

import pytest

from harness import client as harness_client
from harness import server as harness_server
from harness import services

SEEDS = 20
HEAD = ["voter_id", "first_name", "last_name", "birth_date", "address", "city", "zip", "phone", "party", "precinct"]
OVER = ("done", "undone", "cancelled", "failed")


def table(rows):
    out = io.StringIO()
    csv.writer(out).writerows([HEAD, *rows])
    return out.getvalue().encode()


def person(i, **other):
    row = {"voter_id": str(i), "first_name": f"First{i % 17}", "last_name": f"Last{i}", "birth_date": f"19{50 + i % 40}-03-0{1 + i % 9}",
           "address": f"{1 + i // 2} Elm St", "city": "Cambridge", "zip": "02139", "phone": f"617555{i:04}", "party": "DEM", "precinct": "1-1"}
    return [{**row, **other}[name] for name in HEAD]


# Existing people; every fifth has no state id, so that the matching rules must find them.
BASE = [person(i, **({"voter_id": ""} if i % 5 == 0 else {})) for i in range(1, 301)]
NEXT = ([person(i, **({"voter_id": ""} if i % 5 == 0 else {})) for i in range(1, 151)]
        + [person(i, party="REP", **({"voter_id": ""} if i % 5 == 0 else {})) for i in range(151, 221)]
        + [person(i, address=f"{i} Oak Ave") for i in range(221, 271)]
        + [person(i, **({"voter_id": "", "birth_date": ""} if i % 7 == 0 else {})) for i in range(401, 701)]
        + [person(401), ["broken"]])

WHO = "COALESCE(v.state_id, v.first_name || v.last_name)"
SNAPSHOT = [
    f"SELECT {WHO}, v.first_name, v.last_name, v.birth_date::text, v.address, v.address_key, v.party, v.phones, v.unreachable, "
    "v.moved_at IS NOT NULL, h.address_key, h.n_voters, d.address_key, b.building_key, v.import_hash, v.other_source_ids = '{}' "
    "FROM voters v LEFT JOIN households h ON h.organization_id = v.organization_id AND h.id = v.household_id "
    "LEFT JOIN doors d ON d.organization_id = v.organization_id AND d.id = v.door_id "
    "LEFT JOIN buildings b ON b.organization_id = d.organization_id AND b.id = d.building_id WHERE v.organization_id = %s ORDER BY 1, 3, 4",
    "SELECT building_key FROM buildings WHERE organization_id = %s ORDER BY 1",
    "SELECT address_key FROM doors WHERE organization_id = %s ORDER BY 1",
    "SELECT address_key, n_voters FROM households WHERE organization_id = %s ORDER BY 1",
    "SELECT state, rows_read, rows_rejected, rows_staged, planned, applied, problems FROM imports WHERE organization_id = %s ORDER BY id",
    f"SELECT {WHO}, c.kind, c.before - '{{household_id,door_id,source_id,updated_import_id,moved_at}}'::text[] FROM import_changes c "
    "JOIN voters v ON v.organization_id = c.organization_id AND v.id = c.voter_id WHERE c.organization_id = %s ORDER BY 1, 2",
    f"SELECT {WHO}, c.disposition FROM voter_contacts c JOIN voters v ON v.organization_id = c.organization_id AND v.id = c.voter_id "
    "WHERE c.organization_id = %s ORDER BY 1",
]


class Bench:
    """One server on a separate cluster, which may be killed, too."""

    def __init__(self, redis_server, binary):
        self.cluster = services.Cluster()
        self.server = harness_server.Server(self.cluster, self.cluster.new_database(binary), redis_server.url)
        # Small and slow steps, so that a kill falls between them.
        self.server.sql(f"ALTER DATABASE {self.server.database} SET app.import_chunk = '40'")
        self.server.sql("CREATE FUNCTION slowly() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.03); RETURN NULL; END $$")
        self.server.sql("GRANT EXECUTE ON FUNCTION slowly() TO campaign_api")
        for name in ("voters", "households"):
            self.server.sql(f"CREATE TRIGGER slowly AFTER INSERT OR UPDATE ON {name} FOR EACH STATEMENT EXECUTE FUNCTION slowly()")
        self.server.start()

    def organization(self):
        """An organization with the base imported and a contact."""
        made = harness_client.Organization(harness_client.Client(self.server), everybody=False)
        source = made.owner.ok("POST", "/v1/voter-sources", {"name": "County", "permitted_use": "Elections"})["id"]
        made.owner.ok("POST", f"/v1/voter-sources/{source}/acknowledge")
        made.source = source
        self.wait(self.begin(made, BASE))
        self.server.sql("INSERT INTO voter_contacts (organization_id, client_id, channel, disposition, voter_id, occurred_at, actor) "
                        "SELECT organization_id, gen_random_uuid(), 'door', 'not_home', id, now(), 'user:1' FROM voters "
                        "WHERE organization_id = %s AND birth_year % 3 = 0".replace(" % 3", " %% 3"), (made.id,))
        return made

    def begin(self, organization, rows, **more):
        client = organization.owner
        made = client.ok("POST", "/v1/imports", {"source_id": organization.source, "name": "File", "auto_apply": True, **more})
        client.ok("PUT", f"/v1/imports/{made['id']}/file", data=table(rows), headers={"Content-Type": "text/csv"})
        client.ok("POST", f"/v1/imports/{made['id']}/start")
        return made["id"]

    def state(self, number):
        return self.server.sql("SELECT state FROM imports WHERE id = %s", (number,))[0][0]

    def wait(self, number, seconds=60):
        services.wait_until(lambda: self.state(number) in OVER, seconds, f"import {number}")
        return self.state(number)

    def snapshot(self, organization):
        return [self.server.sql(statement, (organization.id,)) for statement in SNAPSHOT]

    def forget_connection(self):
        if self.server.connection is not None:
            self.server.connection.close()
            self.server.connection = None

    def crash(self, database):
        """kill -9 of the server, or of every process of PostgreSQL; then both run again."""
        self.forget_connection()
        self.server.kill()
        if database:
            self.cluster.kill()
            self.cluster.start()
        # The lease would expire in half a minute by itself.
        self.server.sql("UPDATE jobs SET locked_until = now() - interval '1 s' WHERE state = 'running'")
        self.server.start()

    def remove(self):
        self.server.remove()
        self.cluster.remove()


@pytest.fixture(scope="module")
def bench(redis_server, binary):
    made = Bench(redis_server, binary)
    yield made
    made.remove()


@pytest.fixture(scope="module")
def undisturbed(bench):
    """(the people after an undisturbed import, its seconds)."""
    organization = bench.organization()
    began = time.monotonic()
    assert bench.wait(bench.begin(organization, NEXT, complete=True)) == "done"
    took = time.monotonic() - began
    left = bench.snapshot(organization)
    counts = left[4][-1][5]
    assert counts == {"new": 300, "changed": 70, "moved": 50, "unchanged": 150, "gone": 30}, json.dumps(counts)
    return left, took


@pytest.mark.parametrize("seed", range(SEEDS))
def test_killed_in_the_middle(bench, undisturbed, seed):
    chance = random.Random(seed)
    left, took = undisturbed
    organization = bench.organization()
    number = bench.begin(organization, NEXT, complete=True)
    for _ in range(chance.choice((1, 1, 2))):
        time.sleep(chance.uniform(0, took))
        bench.crash(database=seed % 2 == 1)
    assert bench.wait(number) == "done"
    assert bench.snapshot(organization) == left


def test_control_progress_that_is_forgotten_is_seen(bench, undisturbed):
    """The control: the position of the import is not stored with each chunk, and the same kill gives a wrong result."""
    organization = bench.organization()
    number = bench.begin(organization, NEXT, complete=True)
    services.wait_until(lambda: bench.server.sql("SELECT applied_row > 100 FROM imports WHERE id = %s", (number,))[0][0], 30, "chunks")
    bench.server.kill()
    bench.server.sql("UPDATE imports SET applied_row = 0, planned_to = NULL, applied = NULL WHERE id = %s", (number,))
    bench.server.sql("DELETE FROM staging.plan WHERE import_id = %s", (number,))
    bench.server.sql("UPDATE jobs SET locked_until = now() - interval '1 s' WHERE state = 'running'")
    bench.server.start()
    bench.wait(number)
    assert bench.snapshot(organization) != undisturbed[0]


def test_killed_while_undoing(bench):
    organization = bench.organization()
    before = bench.snapshot(organization)[:4]
    number = bench.begin(organization, NEXT, complete=True)
    bench.wait(number)
    organization.owner.ok("POST", f"/v1/imports/{number}/undo")
    services.wait_until(lambda: bench.state(number) == "undoing", 10, "undoing")
    bench.crash(database=True)
    services.wait_until(lambda: bench.state(number) == "undone", 60, "the end of undoing")
    assert bench.snapshot(organization)[:4] == before

# SPDX-License-Identifier: GPL-3.0-or-later
"""Lanes of jobs: a job that a person waits for does not wait for background jobs."""

import psycopg2

from harness.client import Client, Organization
from harness.services import wait_until
from harness.turfs import Turfs
from test_imports import HEAD, ROSA, Imports, table

DAY = {"start_hour": 0, "stop_hour": 24}
LONG = "SELECT count(DISTINCT organization_id) FROM jobs WHERE kind = 'import' AND state = 'running'"


def test_turf_and_phone_banks_are_made_while_imports_run(make_server):
    """A lock stops imports of three organizations: two occupy both threads of the long lane."""
    server = make_server(LOCK_TIMEOUT=60000)
    lock = psycopg2.connect(server.cluster.url(server.database, "postgres"))
    with lock.cursor() as cursor:
        cursor.execute("LOCK TABLE import_matches IN ACCESS EXCLUSIVE MODE")
    for _ in range(3):
        imports = Imports(server, Organization(Client(server), everybody=False))
        number = imports.upload(table(ROSA, head=HEAD))
        imports.client.ok("POST", f"/v1/imports/{number}/start")
    wait_until(lambda: server.sql(LONG)[0][0] == 2, 20, "two imports")
    org = Organization(Client(server), everybody=False)
    assert Turfs(org, 1).all
    body = {"list_id": org.owner.ok("POST", "/v1/voter-lists", {"name": "All", "filter": {}}, status=201)["id"], **DAY}
    bank = org.owner.ok("POST", "/v1/phone-banks", {"name": "Bank", **body}, status=201)
    texts = org.owner.ok("POST", "/v1/text-campaigns", {"name": "Texts", "template": "Hi {first_name}. Reply STOP to opt out.", **body},
                         status=201)
    for path in (f"/v1/phone-banks/{bank['id']}", f"/v1/text-campaigns/{texts['id']}"):
        wait_until(lambda path=path: org.owner.ok("GET", path)["state"] != "filling", 20, path)
    assert server.sql(LONG)[0][0] == 2
    lock.rollback()
    lock.close()
    wait_until(lambda: server.sql("SELECT count(*) FROM imports WHERE state = 'ready'")[0][0] == 3, 60, "the imports")

# SPDX-License-Identifier: GPL-3.0-or-later
"""Migrations are a promise: a database that the release before filled comes up to date with everything in it."""

import pytest
from conftest import ATTENDEE, EVENT, MIGRATIONS, Database

# The last migration of each release that is out there.
RELEASES = [5]


def apply(database, paths):
    for path in paths:
        with database.connect("campaign_owner") as connection, connection.cursor() as cursor:
            cursor.execute(path.read_text())
        connection.close()


def number(path):
    return int(path.name.split("_")[0])


TABLES = ("users", "organizations", "organization_members", "events", "event_attendees", "devices", "changes", "audit_log")


def everything(database):
    """The rows of a release's tables, whatever columns came since."""
    return {table: sorted(database.sql(f"SELECT to_jsonb(t)::text FROM {table} t")) for table in TABLES}


@pytest.mark.slow
@pytest.mark.parametrize("release", RELEASES)
def test_a_filled_database_comes_up_to_date(cluster, release):
    database = Database(cluster, cluster.new_database())
    apply(database, [path for path in MIGRATIONS if number(path) <= release])
    organization, owner = database.new_organization()
    with database.transaction(organization, owner) as cursor:
        cursor.execute(EVENT, (organization, "Doors", "doors"))
        event = cursor.fetchone()[0]
        cursor.execute(ATTENDEE, (organization, event))
        cursor.execute("SELECT refused_code FROM check_in('user:1', %s, %s, %s, 'check_in', gen_random_uuid(), now())",
                       (organization, event, cursor.fetchone()[0]))
        cursor.execute("INSERT INTO devices (organization_id, name, profile) VALUES (%s, 'phone', 'canvass')", (organization,))
    before = everything(database)
    apply(database, [path for path in MIGRATIONS if number(path) > release])
    assert everything(database) == before
    assert database.sql("SELECT * FROM audit_verify(%s)", organization) == []
    # What was there works as before, and what is new is there.
    with database.transaction(organization, owner) as cursor:
        cursor.execute("UPDATE events SET title = 'Doors again' WHERE id = %s", (event,))
        cursor.execute("INSERT INTO voters (organization_id, last_name) VALUES (%s, 'Medina')", (organization,))
    assert database.value("SELECT count(*) FROM voters") == 1
    assert database.sql("SELECT * FROM audit_verify(%s)", organization) == []

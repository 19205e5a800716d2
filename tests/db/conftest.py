# SPDX-License-Identifier: GPL-3.0-or-later
"""A migrated database without the server: guarantees of the schema itself."""

import contextlib
import itertools

import psycopg2
import pytest

from harness import rows, server, services

EVENT = ("INSERT INTO events (organization_id, title, slug, start_time, end_time, location_type) "
         "VALUES (%s, %s, %s, now(), now() + interval '1 hour', 'virtual') RETURNING id")


class Database:
    """One database of the cluster, with helpers for most tests."""

    numbers = itertools.count(1)

    def __init__(self, cluster, name):
        self.cluster = cluster
        self.name = name

    def connect(self, role="campaign_api"):
        return psycopg2.connect(self.cluster.url(self.name, role))

    @contextlib.contextmanager
    def transaction(self, organization=None, user=None, role="campaign_api", connection=None, **settings):
        """Context manager: a transaction with the settings that the server makes for an organization. Yields a
        cursor, and commits at the end."""
        made = connection or self.connect(role)
        try:
            with made, made.cursor() as cursor:
                self.begin(cursor, organization, user, **settings)
                yield cursor
        finally:
            if connection is None:
                made.close()

    @staticmethod
    def begin(cursor, organization=None, user=None, **settings):
        settings["organization_id"] = organization
        settings["user_id"] = user
        for name, value in settings.items():
            if value is not None:
                cursor.execute("SELECT set_config(%s, %s, true)", (f"app.{name}", str(value)))

    def sql(self, statement, *parameters, role="postgres"):
        """Run as superuser, to whom no policy applies."""
        return self.cluster.sql(parameters or None, statement, self.name, role)

    def value(self, statement, *parameters):
        return self.sql(statement, *parameters)[0][0]

    def new_user(self):
        return self.value(
            "INSERT INTO users (email, password_hash, first_name, last_name) "
            "VALUES (%s, 'never', 'Ada', 'Walker') RETURNING id",
            f"person-{next(self.numbers)}@example.test")

    def new_organization(self, owner=None):
        """Created as the server does; returns (organization, owner)."""
        owner = owner or self.new_user()
        with self.transaction(user=owner, actor=f"user:{owner}") as cursor:
            cursor.execute("SELECT organization_begin()")
            organization = cursor.fetchone()[0]
            cursor.execute("INSERT INTO organizations (id, name, slug) VALUES (%s, 'Club', %s)",
                           (organization, f"club-{organization}"))
            cursor.execute("INSERT INTO organization_members (organization_id, user_id, role) "
                           "VALUES (%s, %s, 'owner')", (organization, owner))
        return organization, owner

    def new_event(self, organization, title="Doors", **settings):
        with self.transaction(organization, **settings) as cursor:
            cursor.execute(EVENT, (organization, title, f"doors-{next(self.numbers)}"))
            return cursor.fetchone()[0]

    def one_of_each(self, organization, user):
        """A row in every tenant table that would otherwise be empty."""
        made = rows.Rows(self.sql)
        with self.transaction(organization, user) as cursor:
            for table in rows.tenant_tables():
                made.some(cursor, table, organization)


@pytest.fixture(scope="session")
def template(cluster):
    return cluster.new_database(server.binary())


@pytest.fixture(scope="module")
def db(cluster, template):
    """A copy of the migrated database for each file."""
    name = f"schema_{next(Database.numbers)}"
    cluster.sql(None, f"CREATE DATABASE {name} TEMPLATE {template}", "postgres")
    made = Database(cluster, name)
    made.sql((services.ROOT / "db" / "roles.sql").read_text())
    return made

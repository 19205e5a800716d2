# SPDX-License-Identifier: GPL-3.0-or-later
"""The server with additional routes and job kinds for tests (tests/probe), in the build folder of the program under
test."""

from . import client, server

TABLES = """
CREATE TABLE probe_steps (job_id bigint, step bigint, organization_id bigint, at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (job_id, step));
CREATE TABLE probe_rows (id bigint PRIMARY KEY, name text NOT NULL);
GRANT SELECT, INSERT ON probe_steps, probe_rows TO campaign_api;
"""


def program():
    return server.binary().parents[1] / "tests" / "probe" / "campaign-probe"


def new_server(cluster, redis_url, database=None, **settings):
    """Return a probe server that was not started yet."""
    if database is None:
        database = cluster.new_database(server.binary())
        cluster.sql(None, TABLES, database)
    return server.Server(cluster, database, redis_url, program=program(), **settings)


class Member:
    """An organization inserted into the database, because the probe has no routes for it."""

    def __init__(self, probe):
        self.slug = client.unique("org")
        self.id = probe.sql("INSERT INTO organizations (name, slug) VALUES (%s, %s) RETURNING id",
                            (self.slug, self.slug))[0][0]
        self.user = probe.sql(
            "INSERT INTO users (email, email_verified_at, password_hash, first_name, last_name) "
            "VALUES (%s, now(), 'x', 'Ada', 'Person') RETURNING id", (f"{self.slug}@example.org",))[0][0]
        probe.sql("INSERT INTO organization_members (organization_id, user_id, role) VALUES (%s, %s, 'admin')",
                  (self.id, self.user))
        self.client = client.new_session(client.Client(probe), self.user, self.id)

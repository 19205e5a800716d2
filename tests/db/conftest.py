# SPDX-License-Identifier: GPL-3.0-or-later
"""A migrated database without the server: what the schema promises must hold by itself."""

import contextlib
import itertools

import psycopg2
import pytest

from harness import server, services

EVENT = ("INSERT INTO events (organization_id, title, slug, start_time, end_time, location_type) "
         "VALUES (%s, %s, %s, now(), now() + interval '1 hour', 'virtual') RETURNING id")


ATTENDEE = ("INSERT INTO event_attendees (organization_id, event_id, first_name, last_name) "
            "VALUES (%s, %s, 'Rosa', 'Medina') RETURNING id")


# A row in each table of the field, in the order of their keys.
FIELD = [
    f"INSERT INTO {table} (organization_id, {columns}) VALUES (%(organization)s, {values})"
    for table, columns, values in [
        ("areas", "kind, code", "'precinct', '2-3'"),
        ("street_segments", "external_id, name, street_key, node_a, node_b, length_m, line",
         "'s1', 'Canal Pk', 'CANAL PARK', 'a', 'b', 72, 'SRID=4326;LINESTRING(-71.07 42.36,-71.08 42.37)'"),
        ("buildings", "building_key, address", "'4|CANAL PARK|02141', '4 Canal Pk'"),
        ("doors", "building_id, address_key", "(SELECT id FROM buildings), '4|CANAL PARK|109|02141'"),
        ("households", "address_key, door_id", "'4|CANAL PARK|109|02141', (SELECT id FROM doors)"),
        ("voter_sources", "name, permitted_use", "'State', 'elections'"),
        ("voters", "first_name, last_name, household_id, door_id",
         "'Rosa', 'Medina', (SELECT id FROM households), (SELECT id FROM doors)"),
        ("phone_flags", "phone, flag, at", "'+16175550101', 'disconnected', now()"),
        ("tags", "name", "'volunteer'"),
        ("voter_tags", "voter_id, tag_id", "(SELECT id FROM voters), (SELECT id FROM tags)"),
        ("voter_lists", "name", "'everybody'"),
        ("consents", "voter_id, channel, state, source, occurred_at, actor",
         "(SELECT id FROM voters), 'text', 'withdrawn', 'text: STOP', now(), 'system'"),
        ("scripts", "name", "'Doors'"),
        ("script_steps", "script_id, position, kind", "(SELECT id FROM scripts), 1, 'single'"),
        ("script_options", "step_id, position", "(SELECT id FROM script_steps), 1"),
        ("turf_cuts", "name, method", "'North', 'auto'"),
        ("canvass_routes", "name", "'North 1'"),
        ("canvass_route_doors", "route_id, door_id, position",
         "(SELECT id FROM canvass_routes), (SELECT id FROM doors), 1"),
        ("turf_takers", "route_id, actor", "(SELECT id FROM canvass_routes), 'user:1'"),
        ("voter_contacts", "client_id, channel, disposition, voter_id, occurred_at, actor",
         "gen_random_uuid(), 'door', 'not_home', (SELECT id FROM voters), now(), 'system'"),
        ("contact_answers", "contact_id, step_id", "(SELECT id FROM voter_contacts), (SELECT id FROM script_steps)"),
        ("follow_ups", "voter_id, kind", "(SELECT id FROM voters), 'yard_sign'"),
        ("phone_bank_sessions", "name, code", "'Saturday', 'ABCD2345'"),
        ("phone_bank_callers", "session_id, actor", "(SELECT id FROM phone_bank_sessions), 'user:1'"),
        ("phone_bank_targets", "session_id, voter_id, position, zone_key",
         "(SELECT id FROM phone_bank_sessions), (SELECT id FROM voters), 1, 'America/New_York'"),
        ("phone_bank_calls", "session_id, target_id, voter_id, actor, phone, lease_until",
         "(SELECT id FROM phone_bank_sessions), (SELECT id FROM phone_bank_targets), (SELECT id FROM voters), "
         "'user:1', '+16175550101', now()"),
        ("text_campaigns", "name, code, template", "'Early voting', 'ABCD2345', 'Hi {first_name}'"),
        ("text_texters", "campaign_id, actor", "(SELECT id FROM text_campaigns), 'user:1'"),
        ("text_conversations", "campaign_id, voter_id, phone, zone_key",
         "(SELECT id FROM text_campaigns), (SELECT id FROM voters), '+16175550101', 'America/New_York'"),
        ("text_messages", "campaign_id, conversation_id, phone, direction, body, encoding, segments, state, actor",
         "(SELECT id FROM text_campaigns), (SELECT id FROM text_conversations), '+16175550101', 'out', 'Hi', 'gsm7', 1, "
         "'queued', 'user:1'"),
        ("voter_profiles", "name, profile", "'County', '{}'"),
        ("imports", "source_id, name", "(SELECT id FROM voter_sources), 'November'"),
        ("import_matches", "import_id, row_no, voter_id, rule", "(SELECT id FROM imports), 1, (SELECT id FROM voters), 2"),
        ("import_changes", "import_id, voter_id, kind, before",
         "(SELECT id FROM imports), (SELECT id FROM voters), 'changed', '{}'"),
        ("purge_certificates", "source_id, ids_sha256, requested_by", "(SELECT id FROM voter_sources), '', 'user:1'"),
        ("voter_merges", "survivor_id, merged_id, survivor_before, merged_before, survivor_after, moved",
         "(SELECT id FROM voters), (SELECT id FROM voters), '{}', '{}', '{}', '{}'"),
        # Last: from here on there are two voters.
        ("voters", "last_name", "'Medina'"),
        ("voter_duplicates", "voter_id, other_id, score, reasons",
         "(SELECT min(id) FROM voters), (SELECT max(id) FROM voters), 1, '[]'"),
        ("field_grants", "actor, kind, pack_id, content, cursor_xid, made_at", "'user:1', 'turf', 1, 'x', '3', now()"),
        ("field_streams", "actor, installation", "'user:1', gen_random_uuid()"),
        ("field_operations", "client_id, stream_id, sequence, actor, kind, occurred_at, device_occurred_at, body, body_hash",
         "gen_random_uuid(), (SELECT id FROM field_streams), 1, 'user:1', 'note', now(), now(), '{}', ''"),
        ("field_conflicts", "operation_id, kind, code, message, actor, installation, occurred_at, device_occurred_at, theirs",
         "(SELECT id FROM field_operations), 'note', 'failed', 'No.', 'user:1', gen_random_uuid(), now(), now(), '{}'"),
        ("field_notes", "client_id, door_id, note, occurred_at, device_occurred_at, actor",
         "gen_random_uuid(), (SELECT id FROM doors), 'Dog', now(), now(), 'user:1'"),
    ]]


class Database:
    """One database of the cluster, with the few things that most tests need in it."""

    numbers = itertools.count(1)

    def __init__(self, cluster, name):
        self.cluster = cluster
        self.name = name

    def connect(self, role="campaign_api"):
        return psycopg2.connect(self.cluster.url(self.name, role))

    @contextlib.contextmanager
    def transaction(self, organization=None, user=None, role="campaign_api", connection=None, **settings):
        """A transaction as the server begins it; yields a cursor, commits at the end."""
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
        """Run as the superuser, whom no policy holds; every row."""
        return self.cluster.sql(parameters or None, statement, self.name, role)

    def value(self, statement, *parameters):
        return self.sql(statement, *parameters)[0][0]

    def new_user(self):
        return self.value(
            "INSERT INTO users (email, password_hash, first_name, last_name) "
            "VALUES (%s, 'never', 'Ada', 'Walker') RETURNING id",
            f"person-{next(self.numbers)}@example.test")

    def new_organization(self, owner=None):
        """Made the way the server makes one; returns (organization, owner)."""
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
        """A row in every tenant table that has none by itself."""
        with self.transaction(organization, user) as cursor:
            cursor.execute(EVENT, (organization, "Doors", f"doors-{next(self.numbers)}"))
            event = cursor.fetchone()[0]
            cursor.execute(ATTENDEE, (organization, event))
            cursor.execute("SELECT refused_code FROM check_in(%s, 'user:1', %s, %s, 'check_in', gen_random_uuid(), now())",
                           (organization, event, cursor.fetchone()[0]))
            cursor.execute("INSERT INTO invitations (organization_id, email, token_hash, expires_at) "
                           "VALUES (%s, 'guest@example.test', 'invitation', now())", (organization,))
            cursor.execute("INSERT INTO api_tokens (organization_id, name, token_hash, token_prefix) "
                           "VALUES (%s, 'sync', 'api token', 'cct_abcd')", (organization,))
            cursor.execute("INSERT INTO devices (organization_id, name, profile) "
                           "VALUES (%s, 'phone', 'door_list')", (organization,))
            for statement in FIELD:
                cursor.execute(statement, {"organization": organization})


@pytest.fixture(scope="session")
def template(cluster):
    return cluster.new_database(server.binary())


@pytest.fixture(scope="module")
def db(cluster, template):
    """A fresh copy of the migrated database, one per file."""
    name = f"schema_{next(Database.numbers)}"
    cluster.sql(None, f"CREATE DATABASE {name} TEMPLATE {template}", "postgres")
    made = Database(cluster, name)
    made.sql((services.ROOT / "db" / "roles.sql").read_text())
    return made

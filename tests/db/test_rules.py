# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules of the schema: versions, slugs, owners, actors, idempotency keys."""

import threading

import psycopg2
import pytest

from conftest import EVENT


@pytest.fixture(scope="module")
def org(db):
    """(organization, owner)"""
    return db.new_organization()


def in_thread(work):
    """Run `work` on a thread; result() of the returned object gives its value or raises its exception."""
    class Running(threading.Thread):
        def run(self):
            self.value = self.error = None
            try:
                self.value = work()
            except Exception as error:
                self.error = error

        def result(self):
            self.join(20)
            assert not self.is_alive()
            if self.error is not None:
                raise self.error
            return self.value

    running = Running(daemon=True)
    running.start()
    return running


# Versions


def test_a_change_raises_the_version_and_no_change_does_not(db, org):
    event = db.new_event(org[0])
    update = "UPDATE events SET title = %s WHERE id = %s RETURNING version, updated_at"
    with db.transaction(org[0]) as cursor:
        cursor.execute(update, ("Doors", event))
        first = cursor.fetchone()
        cursor.execute(update, ("Windows", event))
        second = cursor.fetchone()
    assert first[0] == 1 and second[0] == 2 and second[1] > first[1]


def test_assert_version(db, org):
    with db.transaction(org[0]) as cursor:
        cursor.execute("SELECT assert_version(3, NULL), assert_version(3, 3)")
        assert cursor.fetchone() == (True, True)
        with pytest.raises(psycopg2.Error) as error:
            cursor.execute("SELECT assert_version(3, 2)")
    assert (error.value.pgcode, error.value.diag.message_detail) == ("CC412", "version_mismatch")


def test_of_two_writers_with_the_same_version_one_is_refused(db, org):
    event = db.new_event(org[0])
    update = "UPDATE events SET title = %s WHERE id = %s AND assert_version(version, 1)"
    first = db.connect()
    with first.cursor() as cursor:
        db.begin(cursor, org[0])
        cursor.execute(update, ("one", event))

        def second():
            with db.transaction(org[0]) as other:
                other.execute(update, ("two", event))

        running = in_thread(second)
        running.join(0.2)
        first.commit()
        with pytest.raises(psycopg2.Error) as error:
            running.result()
    first.close()
    assert error.value.pgcode == "CC412"
    assert db.value("SELECT title FROM events WHERE id = %s", event) == "one"


def test_signing_in_and_being_used_are_no_edits(db, org):
    db.one_of_each(*org)
    with db.transaction(org[0]) as cursor:
        cursor.execute("UPDATE users SET last_login_at = now() WHERE id = %s RETURNING version", (org[1],))
        assert cursor.fetchone() == (1,)
        cursor.execute("UPDATE api_tokens SET last_used_at = now() RETURNING version")
        assert cursor.fetchone() == (1,)
        cursor.execute("UPDATE users SET first_name = 'Bo' WHERE id = %s RETURNING version", (org[1],))
        assert cursor.fetchone() == (2,)


# Constraints


@pytest.mark.parametrize("column, value, constraint", [
    ("location_type", "'moon'", "events_location_type_check"),
    ("kind", "'riot'", "events_kind_check"),
    ("visibility", "'secret'", "events_visibility_check"),
    ("capacity", "0", "events_capacity_check"),
    ("end_time", "start_time - interval '1 second'", "events_end_time_check"),
    ("title", "''", "events_title_check"),
    ("latitude", "1", "events_longitude_check"),
    ("longitude", "1", "events_longitude_check"),
    ("(latitude, longitude)", "(91, 0)", "events_latitude_check"),
    ("(latitude, longitude)", "(0, -181)", "events_longitude_check"),
])
def test_events_refuse(db, org, column, value, constraint):
    event = db.new_event(org[0])
    with pytest.raises(psycopg2.errors.CheckViolation) as error:
        with db.transaction(org[0]) as cursor:
            cursor.execute(f"UPDATE events SET {column} = {value} WHERE id = %s", (event,))
    assert error.value.diag.constraint_name == constraint


def test_the_same_slug_may_stand_in_two_organizations_but_not_twice_in_one(db, org):
    other = db.new_organization()[0]
    for organization in (org[0], other):
        with db.transaction(organization) as cursor:
            cursor.execute(EVENT, (organization, "Same", "same"))
    with pytest.raises(psycopg2.errors.UniqueViolation) as error:
        with db.transaction(other) as cursor:
            cursor.execute(EVENT, (other, "Same", "same"))
    assert error.value.diag.constraint_name == "events_slug_key"


def test_one_open_invitation_per_address(db, org):
    insert = ("INSERT INTO invitations (organization_id, email, token_hash, status, expires_at) "
              "VALUES (%s, 'twice@example.test', 'x', %s, now())")
    with db.transaction(org[0]) as cursor:
        for status in ("revoked", "declined", "pending"):
            cursor.execute(insert, (org[0], status))
    with pytest.raises(psycopg2.errors.UniqueViolation) as error:
        with db.transaction(org[0]) as cursor:
            cursor.execute(insert, (org[0], "pending"))
    assert error.value.diag.constraint_name == "invitations_email_key"


# Slugs


@pytest.mark.parametrize("title, slug", [
    ("Canvass the 5th Ward!", "canvass-the-5th-ward"),
    ("  Don't stop, don’t  ", "dont-stop-dont"),
    ("Café Olé Ångström", "cafe-ole-angstrom"),
    ("ﬁne ½ ²", "fine-1-2-2"),
    ("Ελληνικά", ""),
    ("--a--b--", "a-b"),
    ("x" * 79 + " yz", "x" * 79),
    ("", ""),
])
def test_slugify(db, title, slug):
    assert db.value("SELECT slugify(%s)", title) == slug


def named(db, organization, title):
    with db.transaction(organization) as cursor:
        cursor.execute("SELECT event_slug(%s, %s)", (organization, title))
        slug = cursor.fetchone()[0]
        cursor.execute(EVENT, (organization, title, slug))
        return slug


def test_equal_titles_get_numbers(db, org):
    assert [named(db, org[0], "Town Hall") for _ in range(10)] == \
        ["town-hall"] + [f"town-hall-{n}" for n in range(2, 11)]
    assert named(db, org[0], "Ελληνικά") == "event"


def test_a_slug_is_found_among_thousands(db):
    organization = db.new_organization()[0]
    db.sql("SET app.bulk = 'on'; INSERT INTO events (organization_id, title, slug, start_time, end_time, "
           "location_type) SELECT %s, 'Many', 'many' || CASE n WHEN 1 THEN '' ELSE '-' || n END, now(), now(), "
           "'virtual' FROM generate_series(1, 5000) n", organization)
    assert named(db, organization, "Many") == "many-5001"


def test_two_who_name_an_event_at_once_do_not_wait_or_clash(db, org):
    first = db.connect()
    with first.cursor() as cursor:
        db.begin(cursor, org[0])
        cursor.execute("SELECT event_slug(%s, 'At Once')", (org[0],))
        assert cursor.fetchone()[0] == "at-once"
        cursor.execute(EVENT, (org[0], "At Once", "at-once"))
        second = in_thread(lambda: named(db, org[0], "At Once")).result()
    first.commit()
    first.close()
    assert second.startswith("at-once-") and second != "at-once"


# Owners


def demote(db, organization, user):
    with db.transaction(organization) as cursor:
        cursor.execute("UPDATE organization_members SET role = 'admin' WHERE organization_id = %s "
                       "AND user_id = %s", (organization, user))


def add_member(db, organization, role):
    user = db.new_user()
    with db.transaction(organization) as cursor:
        cursor.execute("INSERT INTO organization_members (organization_id, user_id, role) VALUES (%s, %s, %s)",
                       (organization, user, role))
    return user


@pytest.mark.parametrize("statement", [
    "UPDATE organization_members SET role = 'member' WHERE role = 'owner'",
    "DELETE FROM organization_members WHERE role = 'owner'",
    "DELETE FROM organization_members",
])
def test_the_last_owner_stays(db, statement):
    organization, _ = db.new_organization()
    add_member(db, organization, "admin")
    with pytest.raises(psycopg2.Error) as error:
        with db.transaction(organization) as cursor:
            cursor.execute(statement)
    diag = error.value.diag
    assert (error.value.pgcode, diag.message_detail, diag.column_name) == ("CC409", "last_owner", "role")


def test_an_account_that_is_the_last_owner_cannot_be_deleted(db):
    _, owner = db.new_organization()
    with pytest.raises(psycopg2.Error) as error:
        db.sql("DELETE FROM users WHERE id = %s", owner)
    assert error.value.pgcode == "CC409"


def test_ownership_passes_in_one_statement(db):
    organization, owner = db.new_organization()
    heir = add_member(db, organization, "member")
    with db.transaction(organization) as cursor:
        cursor.execute("UPDATE organization_members SET role = CASE user_id WHEN %s THEN 'admin' ELSE 'owner' END "
                       "WHERE user_id IN (%s, %s)", (owner, owner, heir))
    assert db.sql("SELECT user_id FROM organization_members WHERE organization_id = %s AND role = 'owner'",
                  organization) == [(heir,)]


def test_an_owner_among_others_may_go(db):
    organization, owner = db.new_organization()
    add_member(db, organization, "owner")
    demote(db, organization, owner)


def test_an_organization_can_be_deleted_with_its_owner(db):
    organization, _ = db.new_organization()
    with db.transaction(organization, role="campaign_owner") as cursor:
        cursor.execute("DELETE FROM organizations WHERE id = %s", (organization,))
        assert cursor.rowcount == 1
    assert db.value("SELECT count(*) FROM organization_members WHERE organization_id = %s", organization) == 0


def race(db, isolation):
    """Two owners step down at the same moment; returns the second one's error."""
    organization, owner = db.new_organization()
    other = add_member(db, organization, "owner")
    first = db.connect()
    first.set_session(isolation_level=isolation)
    second = db.connect()
    second.set_session(isolation_level=isolation)
    update = "UPDATE organization_members SET role = 'admin' WHERE organization_id = %s AND user_id = %s"
    errors = []

    def step_down():
        with db.transaction(organization, connection=second) as cursor:
            cursor.execute("SELECT 1")
            cursor.execute(update, (organization, other))

    try:
        with first.cursor() as cursor:
            db.begin(cursor, organization)
            cursor.execute(update, (organization, owner))
            running = in_thread(step_down)
            running.join(0.3)
            first.commit()
            running.result()
    except psycopg2.Error as error:
        errors.append(error.pgcode)
    first.close()
    second.close()
    left = db.value("SELECT count(*) FROM organization_members WHERE organization_id = %s AND role = 'owner'",
                    organization)
    return errors, left


def test_two_owners_cannot_both_step_down_at_once(db):
    assert race(db, "READ COMMITTED") == (["CC409"], 1)


def test_nor_under_stricter_isolation(db):
    errors, left = race(db, "SERIALIZABLE")
    assert (errors in (["CC409"], ["40001"]), left) == (True, 1)
    assert race(db, "REPEATABLE READ") == (["0A000"], 2)


# Actors


def session(db, user, organization, token, expires="now() + interval '1 hour'"):
    with db.transaction() as cursor:
        cursor.execute(f"INSERT INTO sessions (token_hash, user_id, active_organization_id, kind, expires_at) "
                       f"VALUES (%s, %s, %s, 'bearer', {expires})", (token, user, organization))


def by_token(db, token):
    with db.transaction() as cursor:
        cursor.execute("SELECT user_id, organization_id, role, require_second_factor, has_second_factor "
                       "FROM session_by_token(%s)", (token,))
        return cursor.fetchall()


def test_a_session_is_found_while_it_lives(db, org):
    organization, owner = org
    session(db, owner, organization, "live")
    session(db, owner, organization, "old", expires="now() - interval '1 second'")
    session(db, owner, None, "homeless")
    assert by_token(db, "live") == [(owner, organization, "owner", False, False)]
    assert by_token(db, "old") == []
    assert by_token(db, "unknown") == []
    assert by_token(db, "homeless") == [(owner, None, None, False, False)]
    db.sql("UPDATE sessions SET revoked_at = now() WHERE token_hash = 'live'")
    assert by_token(db, "live") == []


def test_a_removed_member_has_no_role_from_the_next_request_on(db, org):
    organization = org[0]
    member = add_member(db, organization, "admin")
    session(db, member, organization, "member")
    assert by_token(db, "member") == [(member, organization, "admin", False, False)]
    with db.transaction(organization) as cursor:
        cursor.execute("DELETE FROM organization_members WHERE user_id = %s", (member,))
    assert by_token(db, "member") == [(member, None, None, False, False)]


def test_the_second_factor_is_told(db):
    organization, owner = db.new_organization()
    session(db, owner, organization, "second")
    db.sql("UPDATE organizations SET require_second_factor = true WHERE id = %s", organization)
    db.sql("UPDATE users SET totp_secret = 'sealed', totp_confirmed_at = now() WHERE id = %s", owner)
    assert by_token(db, "second") == [(owner, organization, "owner", True, True)]


@pytest.mark.parametrize("expires, revoked, found", [
    (None, None, True), ("1 hour", None, True), ("-1 second", None, False), (None, "-1 second", False)])
def test_api_tokens(db, org, expires, revoked, found):
    db.sql("DELETE FROM api_tokens")
    db.sql("INSERT INTO api_tokens (organization_id, name, token_hash, token_prefix, scopes, expires_at, revoked_at) "
           "VALUES (%s, 'sync', 'api', 'cct_1234', '[\"check_in\"]', now() + %s::interval, now() + %s::interval)",
           org[0], expires, revoked)
    with db.transaction() as cursor:
        cursor.execute("SELECT organization_id, scopes FROM api_token_by_hash('api')")
        assert cursor.fetchall() == ([(org[0], ["check_in"])] if found else [])


def test_devices_are_paired_once_and_end_when_revoked(db, org):
    db.sql("DELETE FROM devices")
    device = db.value("INSERT INTO devices (organization_id, name, profile, scope, pairing_hash, pairing_expires_at) "
                      "VALUES (%s, 'phone', 'door_list', '{\"event_id\": 1}', 'code', now() + interval '1 hour') "
                      "RETURNING id", org[0])

    def ask(function, text):
        with db.transaction() as cursor:
            cursor.execute(f"SELECT organization_id, id FROM {function}(%s)", (text,))
            return cursor.fetchall()

    assert ask("device_by_pairing", "code") == [(org[0], device)]
    assert ask("device_by_hash", "token") == []
    with db.transaction(org[0]) as cursor:
        cursor.execute("UPDATE devices SET pairing_hash = NULL, token_hash = 'token', paired_at = now()")
    assert ask("device_by_pairing", "code") == []
    assert ask("device_by_hash", "token") == [(org[0], device)]
    db.sql("UPDATE devices SET revoked_at = now(), pairing_hash = 'code', pairing_expires_at = now() + interval '1 h'")
    assert ask("device_by_hash", "token") == ask("device_by_pairing", "code") == []
    db.sql("UPDATE devices SET revoked_at = NULL, pairing_expires_at = now() - interval '1 s'")
    assert ask("device_by_pairing", "code") == []


def test_an_invitation_is_found_with_its_organization(db, org):
    db.sql("DELETE FROM invitations")
    db.sql("INSERT INTO invitations (organization_id, email, token_hash, role, expires_at) "
           "VALUES (%s, 'new@example.test', 'invited', 'admin', now())", org[0])
    with db.transaction() as cursor:
        cursor.execute("SELECT organization_id, email, status, role, organization_name "
                       "FROM invitation_by_token('invited')")
        assert cursor.fetchall() == [(org[0], "new@example.test", "pending", "admin", "Club")]


# Idempotency keys


def begin(cursor, key, request="request"):
    cursor.execute("SELECT outcome, status, body, location FROM idempotency_begin('user:1 POST', %s, %s)",
                   (key, request))
    outcome, status, body, location = cursor.fetchone()
    return outcome, status, bytes(body) if body is not None else None, location


def test_a_key_lives_and_dies_with_its_transaction(db):
    first = db.connect()
    with first.cursor() as cursor:
        assert begin(cursor, "k") == ("new", None, None, None)
        with db.transaction() as other:
            assert begin(other, "k")[0] == "running"
            assert begin(other, "another")[0] == "new"
        first.rollback()
        assert begin(cursor, "k")[0] == "new"
        cursor.execute("UPDATE idempotency_keys SET status = 201, body = 'sealed', location = '/v1/events/1' "
                       "WHERE key = 'k'")
        first.commit()
        assert begin(cursor, "k") == ("replay", 201, b"sealed", "/v1/events/1")
        assert begin(cursor, "k", "other request")[0] == "mismatch"
    first.close()


def test_a_write_of_unknown_outcome_is_not_repeated(db):
    with db.transaction() as cursor:
        begin(cursor, "unknown")
    with db.transaction() as cursor:
        assert begin(cursor, "unknown")[0] == "running"


def test_a_key_is_forgotten_after_a_day(db):
    with db.transaction() as cursor:
        begin(cursor, "day")
        cursor.execute("UPDATE idempotency_keys SET status = 200, created_at = now() - interval '24 hours 1 second' "
                       "WHERE key = 'day'")
    with db.transaction() as cursor:
        assert begin(cursor, "day", "other request") == ("new", None, None, None)
    with db.transaction() as cursor:
        assert begin(cursor, "day", "other request")[0] == "running"

# SPDX-License-Identifier: GPL-3.0-or-later
"""Row-level security for the server's role."""

import psycopg2
import pytest

from conftest import EVENT
from harness import rows

TENANT = tuple(rows.tenant_tables())


@pytest.fixture(scope="module")
def two(db):
    """Two organizations with a row in every tenant table: [(organization, owner), …]."""
    made = [db.new_organization(), db.new_organization()]
    for organization, owner in made:
        db.one_of_each(organization, owner)
    return made


def count(cursor, table):
    cursor.execute(f"SELECT count(*) FROM {table}")
    return cursor.fetchone()[0]


@pytest.mark.parametrize("table", TENANT + ("organizations",))
def test_without_a_tenant_there_are_no_rows(db, two, table):
    assert db.value(f"SELECT count(*) FROM {table}") > 0
    with db.transaction() as cursor:
        assert count(cursor, table) == 0
    with db.transaction(role="campaign_owner") as cursor:
        assert count(cursor, table) == 0


@pytest.mark.parametrize("table", TENANT)
def test_a_tenant_does_not_outlive_its_transaction(db, two, table):
    connection = db.connect()
    with db.transaction(two[0][0], connection=connection) as cursor:
        assert count(cursor, table) > 0
    # After a transaction that set the organization, the setting is an empty string on this
    # connection, not absent.
    with db.transaction(connection=connection) as cursor:
        assert count(cursor, table) == 0
    connection.close()


@pytest.mark.parametrize("table", TENANT)
def test_a_query_that_forgot_its_where_returns_own_rows_only(db, two, table):
    organization = two[0][0]
    everything = db.value(f"SELECT count(DISTINCT organization_id) FROM {table}")
    with db.transaction(organization) as cursor:
        cursor.execute(f"SELECT DISTINCT organization_id FROM {table}")
        assert (everything, cursor.fetchall()) == (2, [(organization,)])


def test_a_write_that_forgot_its_where_leaves_others_alone(db, two):
    mine, other = two[0][0], two[1][0]
    with db.transaction(mine) as cursor:
        cursor.execute("UPDATE events SET title = 'mine'")
        assert cursor.rowcount == 1
    assert db.sql("SELECT title FROM events WHERE organization_id = %s", other) == [("Doors",)]
    connection = db.connect()
    with connection.cursor() as cursor:
        db.begin(cursor, mine)
        cursor.execute("DELETE FROM events")
        assert cursor.rowcount == 1
    connection.rollback()
    connection.close()


def test_a_foreign_insert_is_refused(db, two):
    with pytest.raises(psycopg2.errors.InsufficientPrivilege, match="row-level security"):
        with db.transaction(two[0][0]) as cursor:
            cursor.execute(EVENT, (two[1][0], "Doors", "foreign"))


def test_an_insert_without_a_tenant_is_refused(db, two):
    with pytest.raises(psycopg2.errors.InsufficientPrivilege, match="row-level security"):
        with db.transaction() as cursor:
            cursor.execute(EVENT, (two[0][0], "Doors", "nobody"))


@pytest.mark.parametrize("table", ("organization_members", "invitations", "api_tokens", "devices", "events",
                                   "event_attendees"))
def test_a_row_cannot_be_moved_to_another_organization(db, two, table):
    with pytest.raises(psycopg2.errors.InsufficientPrivilege, match="row-level security"):
        with db.transaction(two[0][0]) as cursor:
            cursor.execute(f"UPDATE {table} SET organization_id = %s", (two[1][0],))


@pytest.mark.parametrize("table", TENANT + ("organizations", "users", "jobs"))
def test_truncate_is_refused(db, table):
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        with db.transaction() as cursor:
            cursor.execute(f"TRUNCATE {table} CASCADE")


def test_the_log_cannot_be_written_by_hand(db, two):
    for statement in ("INSERT INTO changes (organization_id, entity, op) VALUES (%s, 'event', 'insert')",
                      "UPDATE audit_log SET actor = 'nobody' WHERE organization_id = %s",
                      "DELETE FROM audit_log WHERE organization_id = %s",
                      "UPDATE audit_heads SET seq = 0 WHERE organization_id = %s"):
        for role in ("campaign_api", "campaign_owner"):
            if role == "campaign_owner" and ("changes" in statement or "SET seq" in statement):
                continue
            with pytest.raises(psycopg2.errors.InsufficientPrivilege):
                with db.transaction(two[0][0], role=role) as cursor:
                    cursor.execute(statement, (two[0][0],))


def test_a_person_sees_where_they_belong(db, two):
    person = two[0][1]
    db.sql("INSERT INTO organization_members (organization_id, user_id) VALUES (%s, %s)", two[1][0], person)
    with db.transaction(user=person) as cursor:
        cursor.execute("SELECT o.id, m.role FROM organization_members m "
                       "JOIN organizations o ON o.id = m.organization_id ORDER BY 1")
        assert cursor.fetchall() == [(two[0][0], "owner"), (two[1][0], "member")]
        cursor.execute("UPDATE organizations SET name = 'mine'")
        assert cursor.rowcount == 0
        cursor.execute("UPDATE organization_members SET role = 'owner'")
        assert cursor.rowcount == 0


def test_the_public_sees_published_events_of_everybody(db, two):
    published = []
    for organization, _ in two:
        for visibility, is_published in (("public", True), ("unlisted", True), ("private", True),
                                         ("public", False)):
            event = db.new_event(organization)
            db.sql("UPDATE events SET visibility = %s, is_published = %s WHERE id = %s", visibility,
                   is_published, event)
            if is_published and visibility != "private":
                published.append(event)
    with db.transaction() as cursor:
        # Membership in the public role does not give its rights without SET ROLE.
        assert count(cursor, "events") == 0
        cursor.execute("SET LOCAL ROLE campaign_public")
        cursor.execute("SELECT id FROM events ORDER BY id")
        assert [row[0] for row in cursor.fetchall()] == sorted(published)
        cursor.execute("SELECT name FROM organizations ORDER BY id")
        assert cursor.fetchall() == [("Club",), ("Club",)]
    for statement in ("SELECT virtual_link FROM events", "SELECT stripe_customer_id FROM organizations",
                      "SELECT email FROM users", "UPDATE events SET title = 'x'"):
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            with db.transaction() as cursor:
                cursor.execute("SET LOCAL ROLE campaign_public")
                cursor.execute(statement)


def test_the_feed_and_the_list_use_their_indexes_under_the_policy(db, two):
    """Only leakproof operators may be evaluated before the policy; those of the keyset pages are."""
    with db.transaction(two[0][0]) as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
        for statement, condition in (
                ("SELECT * FROM changes WHERE organization_id = app_organization_id() "
                 "AND (xid, id) > ('5'::xid8, 7) AND xid < pg_snapshot_xmin(pg_current_snapshot()) "
                 "ORDER BY xid, id LIMIT 51", "ROW(xid, id)"),
                ("SELECT * FROM events WHERE organization_id = app_organization_id() "
                 "AND (start_time, id) > (now(), 7) ORDER BY start_time, id LIMIT 51", "ROW(start_time, id)"),
                ("SELECT * FROM event_attendees WHERE organization_id = app_organization_id() AND event_id = 1 "
                 "AND (sort_key, id) > ('m' COLLATE \"C\", 7) ORDER BY sort_key, id LIMIT 501",
                 "ROW(sort_key, id)")):
            cursor.execute("EXPLAIN " + statement)
            plan = "\n".join(row[0] for row in cursor.fetchall())
            conditions = [line for line in plan.splitlines() if "Index Cond" in line]
            assert any(condition in line for line in conditions), plan

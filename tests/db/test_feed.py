# SPDX-License-Identifier: GPL-3.0-or-later
"""The change feed: no reader can skip a change that commits late. Each history is also read with a naive cursor,
which must lose a row; otherwise the history would prove nothing."""

import threading
import time

import psycopg2
import pytest

from conftest import EVENT

PAGE = 3


class Reader:
    """Pages through the feed of an organization as the server does."""

    # The column is renamed xid_text, because ORDER BY xid would otherwise sort the text, in which
    # 1000 comes before 999.
    columns = "xid::text AS xid_text, id"
    order = "changes.xid, id"
    after = "(xid, id) > (%s::text::xid8, %s) AND xid < pg_snapshot_xmin(pg_current_snapshot())"
    start = ("0", 0)

    def __init__(self, db, organization):
        self.db = db
        self.organization = organization
        self.cursor = self.start
        self.seen = []

    def read(self):
        """All pages there are now."""
        while True:
            with self.db.transaction(self.organization) as cursor:
                cursor.execute(
                    f"SELECT entity_id, {self.columns} FROM changes WHERE organization_id = %s AND entity = 'event' "
                    f"AND {self.after} ORDER BY {self.order} LIMIT {PAGE}", (self.organization, *self.cursor))
                rows = cursor.fetchall()
            if not rows:
                return self.seen
            self.seen += [row[0] for row in rows]
            self.cursor = rows[-1][1:]


class ByNumber(Reader):
    columns = order = "id"
    after = "id > %s"
    start = (0,)


class WithoutHorizon(Reader):
    after = "(xid, id) > (%s::text::xid8, %s)"


def begin_event(db, organization):
    """An open transaction that wrote an event, and so has a transaction id: (connection, id)."""
    connection = db.connect()
    cursor = connection.cursor()
    db.begin(cursor, organization)
    cursor.execute(EVENT, (organization, "Late", f"late-{next(db.numbers)}"))
    return connection, cursor.fetchone()[0]


def test_who_began_first_and_commits_last_is_not_skipped(db):
    organization, _ = db.new_organization()
    readers = [Reader(db, organization), WithoutHorizon(db, organization)]
    a, event_a = begin_event(db, organization)
    b, event_b = begin_event(db, organization)
    b.commit()
    in_between = [reader.read()[:] for reader in readers]
    a.commit()
    good, naive = [reader.read() for reader in readers]
    a.close()
    b.close()
    assert in_between == [[], [event_b]]
    assert good == [event_a, event_b]
    assert naive == [event_b], "this cursor should have lost a row"


def test_who_has_the_lower_number_and_commits_last_is_not_skipped(db):
    """Two transactions get their rows' ids in one order and commit in the other. A trigger of this test delays the
    first one between the two steps, as a busy machine may."""
    organization, _ = db.new_organization()
    db.sql("CREATE FUNCTION pause() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
           "IF current_setting('test.pause', true) = 'on' THEN PERFORM pg_advisory_xact_lock(42); END IF; "
           "RETURN NULL; END $$; GRANT EXECUTE ON FUNCTION pause() TO PUBLIC; "
           "CREATE TRIGGER pause AFTER INSERT ON changes FOR EACH ROW EXECUTE FUNCTION pause()")
    gate = db.connect("postgres")
    gate.cursor().execute("SELECT pg_advisory_lock(42)")
    gate.commit()
    try:
        readers = [Reader(db, organization), ByNumber(db, organization)]
        a, event_a = begin_event(db, organization)
        a.cursor().execute("SET test.pause = 'on'")
        committing = threading.Thread(target=a.commit)
        committing.start()
        deadline = time.monotonic() + 10
        while not db.value("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"):
            assert time.monotonic() < deadline
            time.sleep(0.01)
        b, event_b = begin_event(db, organization)
        b.commit()
        in_between = [reader.read()[:] for reader in readers]
        gate.cursor().execute("SELECT pg_advisory_unlock(42)")
        gate.commit()
        committing.join(10)
        wait_for_older_transactions(db)
        good, naive = [reader.read() for reader in readers]
        a.close()
        b.close()
    finally:
        gate.close()
        db.sql("DROP TRIGGER pause ON changes; DROP FUNCTION pause()")
    assert in_between == [[], [event_b]]
    assert good == [event_a, event_b]
    assert naive == [event_b], "this cursor should have lost a row"


def wait_for_older_transactions(db):
    """Wait until every transaction that began before the last change has ended. Those of the test have, but
    PostgreSQL runs some itself (ANALYZE of autovacuum), which hold the feed back like any other."""
    deadline = time.monotonic() + 30
    while not db.value("SELECT pg_snapshot_xmin(pg_current_snapshot()) > (SELECT max(xid) FROM changes)"):
        assert time.monotonic() < deadline, "a transaction does not end"


def test_a_reader_beside_many_writers_sees_every_change_once(db):
    organization, _ = db.new_organization()
    writers, writes = 6, 30
    errors = []

    def work(number):
        connection = db.connect()
        try:
            for n in range(writes):
                with db.transaction(organization, connection=connection) as cursor:
                    cursor.execute(EVENT, (organization, "Busy", f"busy-{number}-{n}"))
                    if (number + n) % 7 == 0:
                        cursor.execute("SELECT pg_sleep(0.01)")
                    if (number + n) % 11 == 0:
                        connection.rollback()
        except psycopg2.Error as error:
            errors.append(error)
        connection.close()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(writers)]
    for thread in threads:
        thread.start()
    reader = Reader(db, organization)
    while any(thread.is_alive() for thread in threads):
        reader.read()
    assert errors == []
    wait_for_older_transactions(db)
    seen = reader.read()
    events = {row[0] for row in db.sql("SELECT id FROM events WHERE organization_id = %s", organization)}
    assert len(seen) == len(set(seen)) and set(seen) == events
    assert len(events) > writers * writes // 2


def test_deletes_and_versions_are_in_the_feed(db):
    organization, _ = db.new_organization()
    event = db.new_event(organization)
    with db.transaction(organization) as cursor:
        cursor.execute("UPDATE events SET title = 'Other' WHERE id = %s", (event,))
        cursor.execute("UPDATE events SET title = 'Third' WHERE id = %s", (event,))
    with db.transaction(organization) as cursor:
        cursor.execute("DELETE FROM events WHERE id = %s", (event,))
    assert db.sql("SELECT op, version FROM changes WHERE organization_id = %s AND entity = 'event' ORDER BY xid, id",
                  organization) == [("insert", 1), ("update", 2), ("update", 3), ("delete", 3)]


@pytest.mark.parametrize("op", ["insert", "update", "delete"])
def test_changes_name_their_operation(db, op):
    with pytest.raises(psycopg2.errors.CheckViolation):
        db.sql("INSERT INTO changes (organization_id, entity, op) VALUES (1, 'event', %s)", op + "d")

# SPDX-License-Identifier: GPL-3.0-or-later
"""The audit log: entries of writes, and detection of changes to it."""

import threading

import psycopg2
import pytest


def log(db, organization, entity=None):
    return [row for row in db.sql(
        "SELECT actor, action, entity, entity_id, request_id, address, before, after FROM audit_log "
        "WHERE organization_id = %s ORDER BY seq", organization) if entity in (None, row[2])]


def problems(db, organization):
    return db.sql("SELECT seq, problem FROM audit_verify(%s)", organization, role="campaign_owner")


# What is written


def test_a_write_is_logged_with_who_what_and_from_where(db):
    organization, owner = db.new_organization()
    event = db.new_event(organization, actor=f"user:{owner}", action="event.create", request_id="r-1",
                         address="192.0.2.7")
    actor, action, entity, entity_id, request_id, address, before, after = log(db, organization, "event")[0]
    assert (actor, action, entity, entity_id) == (f"user:{owner}", "event.create", "event", event)
    assert (request_id, address, before) == ("r-1", "192.0.2.7", None)
    assert after["title"] == "Doors" and after["id"] == event and "description" not in after


def test_an_update_is_logged_by_what_it_changed(db):
    organization, _ = db.new_organization()
    event = db.new_event(organization)
    with db.transaction(organization) as cursor:
        cursor.execute("UPDATE events SET title = 'Doors', capacity = 5, country = NULL WHERE id = %s", (event,))
    assert log(db, organization, "event")[1] == (
        "system", "event.update", "event", event, None, None,
        {"capacity": None, "country": "US"}, {"capacity": 5, "country": None})


def test_a_delete_is_logged_with_what_was_lost(db):
    organization, _ = db.new_organization()
    event = db.new_event(organization)
    with db.transaction(organization) as cursor:
        cursor.execute("DELETE FROM events WHERE id = %s", (event,))
    before, after = log(db, organization, "event")[1][6:]
    assert before["title"] == "Doors" and after is None
    assert db.sql("SELECT op, entity_id FROM changes WHERE organization_id = %s AND entity = 'event' ORDER BY id",
                  organization) == [("insert", event), ("delete", event)]


def test_an_update_that_changes_nothing_leaves_no_trace(db):
    organization, owner = db.new_organization()
    db.one_of_each(organization, owner)
    before = db.sql("SELECT entity, entity_id, op FROM changes WHERE organization_id = %s", organization)
    rows = log(db, organization)
    with db.transaction(organization) as cursor:
        cursor.execute("UPDATE events SET title = title")
        cursor.execute("UPDATE api_tokens SET last_used_at = now()")
        cursor.execute("UPDATE devices SET last_seen_at = now()")
    assert log(db, organization) == rows
    assert db.sql("SELECT entity, entity_id, op FROM changes WHERE organization_id = %s", organization) == before


def test_secrets_are_not_in_the_log_but_their_change_is(db):
    organization, owner = db.new_organization()
    db.one_of_each(organization, owner)
    with db.transaction(organization, action="device.pairing") as cursor:
        cursor.execute("UPDATE devices SET token_hash = 'device token', pairing_hash = 'pairing code', "
                       "pairing_expires_at = '2031-01-01Z'")
        cursor.execute("UPDATE invitations SET token_hash = 'invitation, again'")
    rows = log(db, organization)
    changed = [(row[2], row[6], row[7]) for row in rows if row[1] == "device.pairing"]
    assert changed == [
        ("device", {"pairing_expires_at": None}, {"pairing_expires_at": "2031-01-01T00:00:00+00:00"}),
        ("invitation", None, None)]
    everything = db.value("SELECT string_agg(audit_log::text, '') FROM audit_log")
    for secret in ("invitation", "api token", "device token", "pairing code"):
        assert secret.encode().hex() not in everything
    for name in ("token_hash", "pairing_hash", "password", "totp"):
        assert name not in everything


def test_a_rolled_back_write_is_not_logged(db):
    organization, _ = db.new_organization()
    rows = log(db, organization)
    with pytest.raises(ZeroDivisionError):
        with db.transaction(organization) as cursor:
            cursor.execute("UPDATE organizations SET name = 'Other'")
            raise ZeroDivisionError
    assert log(db, organization) == rows


def test_a_bulk_load_leaves_one_row(db):
    organization, _ = db.new_organization()
    with db.transaction(organization, bulk="on", actor="system", action="event.import") as cursor:
        cursor.execute("INSERT INTO events (organization_id, title, slug, start_time, end_time, location_type) "
                       "SELECT %s, 'Bulk', 'bulk-' || n, now(), now(), 'virtual' FROM generate_series(1, 100) n",
                       (organization,))
        cursor.execute("SELECT record_bulk('event', 'insert', 100)")
    assert log(db, organization, "event") == [
        ("system", "event.import", "event", None, None, None, None, {"rows": 100})]
    assert db.sql("SELECT op, entity_id FROM changes WHERE organization_id = %s AND entity = 'event'",
                  organization) == [("insert", None)]
    assert problems(db, organization) == []
    with pytest.raises(psycopg2.Error, match="organization_id"):
        with db.transaction() as cursor:
            cursor.execute("SELECT record_bulk('event', 'insert', 100)")


def test_the_log_is_append_only_for_its_owner_too(db):
    organization, _ = db.new_organization()
    for statement in ("UPDATE audit_log SET actor = 'x'", "DELETE FROM audit_log", "TRUNCATE audit_log",
                      "DELETE FROM audit_heads", "TRUNCATE audit_heads"):
        with pytest.raises(psycopg2.errors.InsufficientPrivilege, match="append-only"):
            with db.transaction(organization, role="campaign_owner") as cursor:
                cursor.execute(statement)


# Traces of tampering by a superuser with all triggers disabled.

ROWS = 10  # rows of the organization under test: 2 from its creation, 8 events


@pytest.fixture
def chain(db):
    """An organization with a log of ROWS rows; tamper(statement) changes it and returns the problems found."""
    organization, _ = db.new_organization()
    neighbour, _ = db.new_organization()
    for _ in range(ROWS - 2):
        db.new_event(organization, actor="user:1", action="event.create")
    assert db.value("SELECT count(*) FROM audit_log WHERE organization_id = %s", organization) == ROWS
    assert problems(db, organization) == []

    def tamper(*statements):
        connection = db.connect("postgres")
        with connection, connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")
            for statement in statements:
                cursor.execute(statement.replace("MINE", f"organization_id = {organization}")
                               .replace("ORGANIZATION", str(organization)))
        connection.close()
        assert problems(db, neighbour) == []
        return problems(db, organization)

    return tamper


EDITED = "was edited: its hash is another"
UNLINKED = "does not follow the row before it"


def rehash(seq):
    """Give an edited row the hash of its content."""
    return ("UPDATE audit_log SET hash = audit_hash(organization_id, prev_hash, seq, at, actor, action, "
            f"entity, entity_id, request_id, address, before, after) WHERE MINE AND seq = {seq}")


def forge(seq):
    """A row that correctly follows the one before it."""
    return (f"INSERT INTO audit_log SELECT organization_id, {seq}, at, 'forged', action, entity, entity_id, "
            f"request_id, address, before, after, hash, audit_hash(organization_id, hash, {seq}, at, 'forged', "
            "action, entity, entity_id, request_id, address, before, after) "
            f"FROM audit_log WHERE MINE AND seq = {seq - 1}")


@pytest.mark.parametrize("change", [
    "actor = 'user:666'", "actor = NULL", "actor = ''", "action = 'event.creat'", "entity = 'Event'",
    "entity_id = entity_id + 1", "request_id = ''", "address = '0'", "at = at + interval '1 microsecond'",
    "before = '{}'", "after = NULL", "after = after || '{\"title\": \"Doorz\"}'", "after = after - 'title'",
    # Moving text between two fields must change the canonical text.
    "action = action || '\", \"' || entity, entity = ''",
])
def test_an_edited_row_is_found(chain, change):
    assert chain(f"UPDATE audit_log SET {change} WHERE MINE AND seq = 5") == [(5, EDITED)]


def test_an_edited_row_with_a_new_hash_is_found_by_the_next_one(chain):
    assert chain("UPDATE audit_log SET actor = 'x' WHERE MINE AND seq = 5",
                 rehash(5)) == [(6, UNLINKED)]


def test_an_edited_last_row_with_a_new_hash_is_found_by_the_head(chain):
    assert chain("UPDATE audit_log SET actor = 'x' WHERE MINE AND seq = 10",
                 rehash(10)) == [
        (10, "the head has another hash than the last row")]


def test_a_row_removed_from_the_middle_is_found(chain):
    assert chain("DELETE FROM audit_log WHERE MINE AND seq = 5") == [
        (6, "rows 5 to 5 are missing"), (6, UNLINKED)]


def test_a_row_removed_and_the_rest_closed_up_is_found(chain):
    found = chain("DELETE FROM audit_log WHERE MINE AND seq = 5",
                  "UPDATE audit_log SET seq = seq - 1 WHERE MINE AND seq > 5")
    assert (5, UNLINKED) in found and (5, EDITED) in found
    assert (10, "the end is missing: rows 10 to 10") in found


def test_a_removed_beginning_is_found(chain):
    assert chain("DELETE FROM audit_log WHERE MINE AND seq < 3") == [
        (3, "rows 1 to 2 are missing"), (3, UNLINKED)]


def test_a_removed_tail_is_found(chain):
    assert chain("DELETE FROM audit_log WHERE MINE AND seq > 7") == [(10, "the end is missing: rows 8 to 10")]


def test_a_removed_log_is_found(chain):
    assert chain("DELETE FROM audit_log WHERE MINE") == [(10, "the end is missing: rows 1 to 10")]


def test_a_removed_head_is_found(chain):
    assert chain("DELETE FROM audit_heads WHERE MINE") == [(10, "the chain has no head")]


def test_two_swapped_rows_are_found(chain):
    found = chain("UPDATE audit_log SET seq = -seq WHERE MINE AND seq IN (4, 8)",
                  "UPDATE audit_log SET seq = seq + 12 WHERE MINE AND seq IN (-4, -8)")
    assert {(4, EDITED), (4, UNLINKED), (5, UNLINKED), (8, EDITED), (8, UNLINKED), (9, UNLINKED)} <= set(found)
    assert {seq for seq, _ in found} == {4, 5, 8, 9}


def test_an_inserted_row_is_found(chain):
    found = chain("UPDATE audit_log SET seq = seq + 1000 WHERE MINE AND seq > 5",
                  "UPDATE audit_log SET seq = seq - 999 WHERE MINE AND seq > 1000",
                  forge(6))
    assert {(7, UNLINKED), (7, EDITED), (11, EDITED)} <= set(found)
    assert (11, "rows 11 to 11 stand behind the head") in found


def test_a_row_added_at_the_end_is_found(chain):
    assert chain(forge(11)) == [
        (11, "rows 11 to 11 stand behind the head")]


def test_a_row_of_another_organization_does_not_fit(chain):
    found = chain("DELETE FROM audit_log WHERE MINE AND seq = 2",
                  "INSERT INTO audit_log SELECT ORGANIZATION, seq, at, actor, action, entity, entity_id, "
                  "request_id, address, before, after, prev_hash, hash FROM audit_log WHERE seq = 2 LIMIT 1")
    assert (2, EDITED) in found


def test_a_chain_rewritten_to_the_end_needs_the_head_that_was_kept_elsewhere(db, chain):
    """Tampering that no check inside the database can find, for which audit_head exists."""
    organization = db.value("SELECT max(organization_id) - 1 FROM audit_heads")
    kept = db.sql("SELECT seq, encode(hash, 'hex') FROM audit_head(%s)", organization, role="campaign_owner")
    assert chain("UPDATE audit_log SET actor = 'x' WHERE MINE AND seq = 10",
                 rehash(10),
                 "UPDATE audit_heads h SET hash = l.hash FROM audit_log l "
                 "WHERE l.MINE AND l.seq = 10 AND h.MINE") == []
    assert db.sql("SELECT seq, encode(hash, 'hex') FROM audit_head(%s)", organization,
                  role="campaign_owner") != kept


def test_every_organization_is_named_for_the_check(db):
    organization, _ = db.new_organization()
    named = [row[0] for row in db.sql("SELECT audit_organizations()", role="campaign_owner")]
    assert organization in named and named == sorted(set(named))
    assert set(named) >= {row[0] for row in db.sql("SELECT DISTINCT organization_id FROM audit_log")}
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        db.sql("SELECT audit_verify(%s)", organization, role="campaign_api")


# Writers at once


def test_writers_at_once_leave_a_chain_without_a_gap(db):
    organization, _ = db.new_organization()
    writers, writes = 8, 25
    errors = []

    def work():
        connection = db.connect()
        try:
            for _ in range(writes):
                with db.transaction(organization, connection=connection) as cursor:
                    cursor.execute("INSERT INTO events (organization_id, title, slug, start_time, end_time, "
                                   "location_type) VALUES (%s, 'At once', gen_random_uuid()::text, now(), now(), "
                                   "'virtual')", (organization,))
        except psycopg2.Error as error:
            errors.append(error)
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(writers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert db.sql("SELECT min(seq), max(seq), count(*) FROM audit_log WHERE organization_id = %s", organization) == \
        [(1, writers * writes + 2, writers * writes + 2)]
    assert problems(db, organization) == []


# People

# Columns that identify a person, or may contain a name.
PERSONAL = r"(^|_)(email|phones?|numbers?|first_name|middle_name|last_name|birth_date|notes?|message|address|checked_in_by|actor_name|answers)$"
# Matching columns that concern no person, with the reason.
NOBODYS = {
    ("buildings", "address"): "a place on the map",
    ("buildings", "number"): "a place on the map",
    ("field_conflicts", "message"): "a sentence of the program",
}


def test_the_log_learns_nobody_s_name(db):
    """The log is append-only, so its contents can never be erased: personal columns must not be logged."""
    columns = db.sql("""
        SELECT c.relname, a.attname
        FROM pg_trigger t
        JOIN pg_proc p ON p.oid = t.tgfoid AND p.proname = 'record_change'
        JOIN pg_class c ON c.oid = t.tgrelid
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
        CROSS JOIN LATERAL (SELECT string_to_array(encode(t.tgargs, 'escape'), '\\000')) args (v)
        WHERE a.attname ~ %s AND a.atttypid IN ('text'::regtype, 'jsonb'::regtype, 'date'::regtype)
          AND NOT (a.attname = ANY ((v)[2]::text[]))
        ORDER BY 1, 2""", PERSONAL)
    named = [".".join(each) for each in columns if each not in NOBODYS]
    assert not named, " ".join(named)

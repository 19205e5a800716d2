# SPDX-License-Identifier: GPL-3.0-or-later
"""State machines: the tables of common/rules, the CHECK constraints of the schema and the triggers agree."""

import re

import psycopg2
import pytest

# No trigger: the effect of a check-in comes from door_verdicts.
WITHOUT_TRIGGER = {"event_attendees"}


def machines(db):
    return db.sql("SELECT machine, table_name, column_name, code, noun, states FROM state_machines ORDER BY 1")


def test_every_constraint_names_the_states_of_its_machine(db):
    rows = machines(db)
    assert len(rows) == 6
    for machine, table, column, _, _, states in rows:
        text = db.value("SELECT pg_get_constraintdef(c.oid) FROM pg_constraint c WHERE c.conrelid = %s::regclass "
                        "AND c.conname = %s", table, f"{table}_{column}_check")
        assert set(re.findall(r"'(\w+)'::text", text)) == set(states), (machine, text)


def test_moves_lead_from_states_to_states(db):
    assert db.sql("SELECT m.machine, m.position FROM state_moves m JOIN state_machines s USING (machine) "
                  "WHERE m.state_to <> ALL (s.states) OR m.state_from <> ALL (s.states)") == []


def test_every_machine_has_its_trigger(db):
    found = db.sql("SELECT t.tgrelid::regclass::text, replace(encode(t.tgargs, 'escape'), '\\000', ' ') FROM pg_trigger t "
                   "JOIN pg_proc p ON p.oid = t.tgfoid WHERE p.proname = 'state_move_check' ORDER BY 1")
    assert dict(found) == {table: f"{machine} " for machine, table, *_ in machines(db) if table not in WITHOUT_TRIGGER}


ROWS = {
    "cut": "INSERT INTO turf_cuts (organization_id, name, method, state) VALUES (%s, 'North', 'auto', %s) RETURNING id",
    "turf": "INSERT INTO canvass_routes (organization_id, name, state) VALUES (%s, 'North 1', %s) RETURNING id",
    "phone_bank": "INSERT INTO phone_bank_sessions (organization_id, name, state, code) "
                  "VALUES (%s, 'Saturday', %s, left(gen_random_uuid()::text, 8)) RETURNING id",
    "text_campaign": "INSERT INTO text_campaigns (organization_id, name, template, state, code) "
                     "VALUES (%s, 'Early', 'Hi', %s, left(gen_random_uuid()::text, 8)) RETURNING id",
    "import": "INSERT INTO imports (organization_id, source_id, name, state) "
              "SELECT s.organization_id, s.id, 'November', %s FROM voter_sources s WHERE s.organization_id = %s RETURNING id",
}


@pytest.mark.parametrize("machine", ROWS)
def test_every_pair_of_states(db, machine):
    """The server's role can make each move of the table, and no other."""
    organization, _ = db.new_organization()
    table, column, code, states = db.sql("SELECT table_name, column_name, code, states FROM state_machines "
                                         "WHERE machine = %s", machine)[0]
    moves = set(db.sql("SELECT state_from, state_to FROM state_moves WHERE machine = %s", machine))
    if machine == "import":
        db.sql("INSERT INTO voter_sources (organization_id, name, permitted_use) VALUES (%s, 'State', 'elections')",
               organization)
    for before in states:
        for after in states:
            given = (before, organization) if machine == "import" else (organization, before)
            with db.transaction(organization) as cursor:
                cursor.execute(ROWS[machine], given)
                row = cursor.fetchone()[0]
            change = f"UPDATE {table} SET {column} = %s WHERE organization_id = %s AND id = %s"
            if before == after or (before, after) in moves:
                with db.transaction(organization) as cursor:
                    cursor.execute(change, (after, organization, row))
                continue
            with pytest.raises(psycopg2.Error) as caught, db.transaction(organization) as cursor:
                cursor.execute(change, (after, organization, row))
            assert (caught.value.pgcode, caught.value.diag.message_detail) == ("CC409", code), (before, after)
            assert f"is {before}, so it cannot become {after}." in caught.value.diag.message_primary

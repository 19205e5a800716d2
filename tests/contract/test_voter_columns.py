# SPDX-License-Identifier: GPL-3.0-or-later
"""Each column of `voters` is described by the field table of common/api/cc-voter.c, or listed here with the reason
why not."""

import re

import pytest

from harness import services

# Columns without a row in the field table, with the reason.
NOT_FIELDS = {
    "address_key": "the address in the form that doors are found by; follows the address",
    "created_import_id": "bookkeeping of imports",
    "updated_import_id": "bookkeeping of imports",
    "import_hash": "bookkeeping of imports",
    "other_source_ids": "bookkeeping of sources",
}
# Fields without a column, with the reason.
NOT_COLUMNS = {"tags": "rows of voter_tags"}

# Columns that a purge keeps, with the reason. All others become empty.
SURVIVES = {
    "id": "the certificate counts it, and contacts refer to it",
    "organization_id": "the tenant",
    "confidential": "goes on to hide the door that the contacts name",
    "unreachable": "says that the person was removed",
    "merged_into": "the organization's own work",
    "support_level": "the organization's own work", "support_at": "the organization's own work",
    "last_contact_at": "the organization's own work", "last_disposition": "the organization's own work",
    "reached_at": "the organization's own work", "quiet_until": "protects the person from being asked again",
    "contacts_revision": "a counter", "version": "a counter",
    "created_import_id": "the number of an import", "updated_import_id": "the number of an import",
    "created_at": "when the row was made", "updated_at": "when the row was last changed",
}
# Columns that merging does not write, with the reason.
NOT_MERGED = {
    "id": "the key", "organization_id": "the key", "contacts_revision": "grows with each merge", "version": "grows with each change",
    "created_at": "when the row was made", "updated_at": "when the row was last changed",
}
# Columns of staging.rows that are not columns of voters: the position of the row in the file, its
# building, and further columns of an export.
STAGED = {"organization_id", "import_id", "row_no", "file_no", "line", "hash", "address_key", "building_key", "building_address", "number", "street",
          "street_key", "voter_id", "opted_out", "tags"}
FILLED = {"text": "x", "date": "2000-01-01", "integer": 1990, "bigint": 1, "boolean": True,
          "timestamp with time zone": "2026-01-01T00:00:00Z"}
FILLED_BY_NAME = {"sex": "F", "registration_status": "active", "districts": '{"a": "b"}', "custom": '{"a": "b"}',
                  "phones": '["+16175550101"]', "emails": '["a@b.example"]', "vote_history": '[{"election": "x"}]'}
KEYS = {"source_id", "household_id", "door_id", "other_source_ids"}


@pytest.fixture(scope="module")
def fields():
    """Return the flags of each field, read from the field table."""
    text = (services.ROOT / "common" / "api" / "cc-voter.c").read_text()
    whole = re.search(r"#define OF_FILE \((.*)\)", text).group(1)
    table = text[text.index("cc_field voter_fields[]"):text.index("const cc_type cc_voter_type")]
    found = {}
    for row in re.split(r"\n  (?=CC_)", table)[1:]:
        name = re.match(r"CC_\w+\(cc_voter, (\w+)", row).group(1)
        flags = re.search(r"\.flags = ([A-Z_ |]+)", row)
        found[name] = set((flags.group(1) if flags else "").replace("OF_FILE", whole).replace(" ", "").split("|"))
    return found


def columns(server, table):
    return dict(server.sql("SELECT attname::text, format_type(atttypid, atttypmod) FROM pg_attribute "
                           "WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped", (table,)))


def having(fields, flag):
    return {name for name, flags in fields.items() if flag in flags}


def test_each_column_is_described_or_excused(server, fields):
    there = set(columns(server, "voters"))
    assert there - set(fields) == set(NOT_FIELDS), "a column without a row in common/api/cc-voter.c"
    assert set(fields) - there == set(NOT_COLUMNS)


def test_what_is_not_personal_has_a_reason_to_survive(server, fields):
    by_hand = {"address_key", "household_id", "door_id", "source_id", "other_source_ids", "import_hash"}
    assert set(columns(server, "voters")) - having(fields, "CC_PERSONAL") == set(SURVIVES) | by_hand
    assert not by_hand & set(SURVIVES) and not having(fields, "CC_PERSONAL") & set(SURVIVES)


def test_staging_has_what_is_imported_and_a_merge_keeps_it(server, fields):
    staged, own = columns(server, "staging.rows"), columns(server, "voters")
    imported = having(fields, "CC_IMPORTED")
    assert set(staged) == imported | STAGED
    assert {name: staged[name] for name in imported} == {name: own[name] for name in imported}
    assert set(fields) - having(fields, "CC_MERGEABLE") - set(NOT_COLUMNS) == set(NOT_MERGED)


def test_the_search_index_has_what_is_searchable(server, fields):
    made = server.sql("SELECT pg_get_indexdef('voters_search_idx'::regclass)")[0][0]
    inside = re.search(r"voter_search_text\(([^)]*)\)", made).group(1)
    assert set(inside.replace(" ", "").split(",")) == having(fields, "CC_SEARCHABLE")


def test_what_is_personal_never_reaches_the_log(server, fields):
    arguments = server.sql("SELECT tgargs FROM pg_trigger WHERE tgname = 'voters_record'")[0][0]
    secret = bytes(arguments).split(b"\0")[1].decode().strip("{}").replace(" ", "").split(",")
    assert having(fields, "CC_PERSONAL") | {"address_key"} <= set(secret)


def test_a_purge_leaves_nothing_else(server, org):
    """A purge empties all columns. The test reads the catalog instead of the field table: it compares a purged
    person, whose columns were all filled, with a new row."""
    kinds = {name: kind for name, kind in columns(server, "voters").items() if name not in SURVIVES and name not in KEYS}
    values = {name: FILLED_BY_NAME.get(name, FILLED.get(kind)) for name, kind in kinds.items()}
    assert None not in values.values(), "a type that this test cannot fill"
    source = server.sql("INSERT INTO voter_sources (organization_id, name, permitted_use, purged_at) "
                        "VALUES (%s, 'a', 'b', now()) RETURNING id", (org.id,))[0][0]
    voter = server.sql(f"INSERT INTO voters (organization_id, source_id, {', '.join(values)}) "
                       f"VALUES (%s, %s, {', '.join(['%s'] * len(values))}) RETURNING id", (org.id, source, *values.values()))[0][0]
    server.sql("INSERT INTO follow_ups (organization_id, voter_id, kind) VALUES (%s, %s, 'ride')", (org.id, voter))
    server.sql("SELECT set_config('app.organization_id', %s, true); SELECT purge_step(%s, 10)", (str(org.id), source))
    fresh = server.sql("INSERT INTO voters (organization_id) VALUES (%s) RETURNING id", (org.id,))[0][0]
    left, blank = (server.sql("SELECT to_jsonb(v) FROM voters v WHERE id = %s", (each,))[0][0] for each in (voter, fresh))
    kept = {name for name, value in left.items() if value != blank[name]} - set(SURVIVES)
    assert not kept, f"a purge leaves {sorted(kept)}"
    assert left["unreachable"] == "removed"

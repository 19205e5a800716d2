# SPDX-License-Identifier: GPL-3.0-or-later
"""Generates rows of any tenant table from the catalog: types, keys and checks. A test that needs any row of a table
does not need to know its columns, and a new table needs no line here."""

import re

from . import services

# Values that do not follow from the catalog, (table, column) → SQL; None: use the value by type or
# key. Needed for rules over several columns, for indexes, and for words that a test searches.
HINTS = {
    ("events", "title"): "'Doors'",
    ("invitations", "token_hash"): "'invitation'",
    ("api_tokens", "token_hash"): "'api token'",
    ("voter_duplicates", "other_id"): "(SELECT max(id) FROM voters)",
    ("voter_duplicates", "voter_id"): "(SELECT min(id) FROM voters)",
    ("voters", "first_name"): "'Rosa'",
    ("voter_contacts", "disposition"): "'not_home'",
    ("voter_contacts", "voter_id"): None,
    ("consents", "voter_id"): None,
    ("follow_ups", "voter_id"): None,
    ("field_notes", "door_id"): None,
    ("field_operations", "body"): "'{}'",
}
# Tables whose rows need a second row of another table first.
TWICE = {"voter_duplicates": "voters"}

BY_TYPE = {
    "text": "'{column} {number}'", "character varying": "'{column} {number}'", "bigint": "1", "integer": "1", "smallint": "1",
    "boolean": "false", "jsonb": "'{{}}'", "bytea": "'{column} {number}'", "uuid": "gen_random_uuid()",
    "timestamp with time zone": "now()", "date": "'2030-01-01'", "double precision": "1", "numeric": "1", "real": "1",
    "xid8": "'3'", "interval": "'1 hour'", "inet": "'127.0.0.1'", "text[]": "'{{}}'", "bigint[]": "'{{}}'",
    "geometry(LineString,4326)": "'SRID=4326;LINESTRING(-71.07 42.36,-71.08 42.37)'",
    "geometry(Point,4326)": "'SRID=4326;POINT(-71.07 42.36)'",
}

COLUMNS = """
  SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod),
    a.attnotnull AND NOT a.atthasdef AND a.attidentity = ''
  FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
  WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped
  ORDER BY c.relname, a.attnum"""
KEYS = """
  SELECT f.conrelid::regclass::text, a.attname, f.confrelid::regclass::text, b.attname
  FROM pg_constraint f CROSS JOIN LATERAL unnest(f.conkey, f.confkey) k (own, other)
  JOIN pg_attribute a ON a.attrelid = f.conrelid AND a.attnum = k.own
  JOIN pg_attribute b ON b.attrelid = f.confrelid AND b.attnum = k.other
  WHERE f.contype = 'f' AND f.connamespace = 'public'::regnamespace AND a.attname <> 'organization_id'"""
CHECKS = """
  SELECT conrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint
  WHERE contype = 'c' AND connamespace = 'public'::regnamespace"""
ENTITIES = """
  SELECT t.tgrelid::regclass::text, split_part(encode(t.tgargs, 'escape'), '\\000', 1) FROM pg_trigger t
  WHERE t.tgfoid = 'record_change'::regproc"""


def tenant_tables():
    """Names of the tables that migrations make tenant tables; tests/db/test_catalog.py compares them with the
    catalog."""
    texts = [path.read_text() for path in sorted((services.ROOT / "db" / "migrations").glob("*.sql"))]
    return re.findall(r"^SELECT tenant_(?:table|policy)\('(\w+)'", "\n".join(texts), re.M)


class Rows:
    """`ask(statement)` returns rows of the catalog; it can use any connection."""

    def __init__(self, ask):
        self.columns, self.keys, self.choices, self.number = {}, {}, {}, 0
        for table, column, kind, needed in ask(COLUMNS):
            self.columns.setdefault(table, {})[column] = (kind, needed)
        for table, column, other, key in ask(KEYS):
            self.keys[table, column] = (other, key)
        for table, text in ask(CHECKS):
            # Recognizes CHECK ((kind = ANY (ARRAY['canvass'::text, …
            found = re.match(r"CHECK \(\((\w+) = ANY \(ARRAY\['((?:[^']|'')*)'", text)
            if found:
                self.choices[table, found.group(1)] = f"'{found.group(2)}'"
        self.tables = {entity: table for table, entity in ask(ENTITIES)}

    def _value(self, cursor, table, column, organization):
        if HINTS.get((table, column)) is not None:
            return HINTS[table, column]
        if (table, column) in self.keys:
            other, key = self.keys[table, column]
            self.some(cursor, other, organization)
            return f"(SELECT max({key}) FROM {other}{self._own(other, organization)})"
        if (table, column) in self.choices:
            return self.choices[table, column]
        self.number += 1
        return BY_TYPE[self.columns[table][column][0]].format(column=column, number=self.number)

    def _own(self, table, organization):
        return f" WHERE organization_id = {organization}" if "organization_id" in self.columns[table] else ""

    def some(self, cursor, table, organization):
        """Make sure that the table has a row that the cursor's transaction sees, unless only triggers write to the
        table."""
        cursor.execute(f"SELECT EXISTS (SELECT FROM {table}{self._own(table, organization)}) "
                       f"OR NOT has_table_privilege('{table}', 'INSERT')")
        if not cursor.fetchone()[0]:
            self.make(cursor, table, organization)

    def make(self, cursor, table, organization, **given):
        """Insert a row; `given` has values of columns. Returns its id, if it has one."""
        if table in TWICE:
            for _ in range(2):
                self.make(cursor, TWICE[table], organization)
        values = {"organization_id": str(organization)}
        for column, (_, needed) in self.columns[table].items():
            if column in given:
                values[column] = "%({})s".format(column)
            elif column != "organization_id" and (needed or (table, column) in HINTS):
                values[column] = self._value(cursor, table, column, organization)
        answer = "id" if "id" in self.columns[table] else "organization_id"
        cursor.execute(f"INSERT INTO {table} ({', '.join(values)}) VALUES ({', '.join(values.values())}) RETURNING {answer}",
                       given)
        return cursor.fetchone()[0]

    def word_column(self, table):
        """Return a column that accepts any text."""
        return next((column for column, (kind, _) in self.columns[table].items()
                     if kind == "text" and (table, column) not in self.choices and (table, column) not in self.keys), None)

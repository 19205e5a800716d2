# SPDX-License-Identifier: GPL-3.0-or-later
"""Quality of functions: plpgsql_check finds nothing, and migrations contain only functions that the schema needs
there."""

import importlib.util

from harness import services

# Each PL/pgSQL function of ours; a trigger function once with a table that uses it.
FINDINGS = """
  SELECT p.oid::regprocedure::text, f.lineno, f.level, f.message, f.detail
  FROM pg_proc p
  JOIN pg_language l ON l.oid = p.prolang AND l.lanname = 'plpgsql'
  LEFT JOIN (SELECT tgfoid, min(tgrelid) AS relation FROM pg_trigger WHERE NOT tgisinternal GROUP BY 1) t
    ON t.tgfoid = p.oid
  CROSS JOIN LATERAL plpgsql_check_function_tb(p.oid, COALESCE(t.relation, 0), fatal_errors => false,
    other_warnings => true, extra_warnings => true, performance_warnings => false, security_warnings => true) f
  WHERE p.pronamespace = 'public'::regnamespace AND (p.prorettype <> 'trigger'::regtype OR t.relation IS NOT NULL)
    AND NOT EXISTS (SELECT FROM pg_depend d
                    WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
  ORDER BY 1, 2
"""

# (beginning of the function, part of the message) of findings that are no faults, with the reason.
EXCUSED = {
    ("record_change()", "has no field"): "the table that it is checked with has no organization_id: organizations",
    ("tenant_policy(", "not sanitized"): "rights are written in migrations alone",
    ("tenant_triggers(", "not sanitized"): "conditions are written in triggers.sql alone",
    ("voters_among(", "maybe unmodified"): "RETURN QUERY EXECUTE fills its columns",
    ("voters_having(", "maybe unmodified"): "RETURN QUERY EXECUTE fills its columns",
    ("places_among(", "maybe unmodified"): "RETURN QUERY EXECUTE fills its columns",
    **{(f"{name}(", "not sanitized"): "its text is made by voter_filter_condition and voter_filter_sources, with %L and parameters"
       for name in ("voters_walk", "voters_few", "voters_among", "voters_having")},
    **{(f"{name}(", "not sanitized"): "its text is made by place_condition and place_sources, with %L and parameters"
       for name in ("places_few", "places_among", "places_walk", "places_along")},
    ("", "composite OUT variable"): "RETURNS TABLE with a row and why it was refused",
}


def lint_rules():
    spec = importlib.util.spec_from_file_location("sql_rules", services.ROOT / "tests" / "lint" / "sql.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def is_excused(function, message):
    return any(function.startswith(start) and part in message for start, part in EXCUSED)


def test_plpgsql_check_finds_nothing(db):
    db.sql("CREATE EXTENSION IF NOT EXISTS plpgsql_check")
    found = [row for row in db.sql(FINDINGS) if not is_excused(row[0], row[3])]
    assert found == []


def test_plpgsql_check_sees_a_fault(db):
    db.sql("CREATE EXTENSION IF NOT EXISTS plpgsql_check")
    db.sql("CREATE FUNCTION faulty() RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN (SELECT nothing FROM events); END'")
    try:
        assert [row[0] for row in db.sql(FINDINGS) if not is_excused(row[0], row[3])] == ["faulty()"]
    finally:
        db.sql("DROP FUNCTION faulty()")


def test_the_schema_needs_the_functions_of_migrations(db):
    """Each function of the migrations is used by a policy, index, constraint, default or generated column, or is
    called by another function or by a migration."""
    rules = lint_rules()
    needed = {row[0] for row in db.sql("""
        SELECT DISTINCT p.proname FROM pg_depend d JOIN pg_proc p ON p.oid = d.refobjid
        WHERE d.refclassid = 'pg_proc'::regclass AND p.pronamespace = 'public'::regnamespace
          AND d.classid IN ('pg_policy'::regclass, 'pg_class'::regclass, 'pg_constraint'::regclass, 'pg_attrdef'::regclass)
          AND NOT EXISTS (SELECT FROM pg_depend e
                          WHERE e.classid = 'pg_proc'::regclass AND e.objid = p.oid AND e.deptype = 'e')""")}
    assert needed <= set(rules.IN_MIGRATIONS)
    text = "".join(path.read_text() for path in sorted((services.ROOT / "db" / "migrations").glob("*.sql")))
    for name in set(rules.IN_MIGRATIONS) - needed:
        named = text.count(f"FUNCTION {name}(") + text.count(f", {name}(") # created or granted
        assert text.count(f"{name}(") > named, f"nothing in the schema needs {name}"
    made = {row[0] for row in db.sql("""
        SELECT p.proname FROM pg_proc p
        WHERE p.pronamespace = 'public'::regnamespace
          AND NOT EXISTS (SELECT FROM pg_depend e
                          WHERE e.classid = 'pg_proc'::regclass AND e.objid = p.oid AND e.deptype = 'e')
          AND NOT EXISTS (SELECT FROM schema_definitions s WHERE s.identity = p.oid::regprocedure::text)""")}
    assert made == set(rules.IN_MIGRATIONS)

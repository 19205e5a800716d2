# SPDX-License-Identifier: GPL-3.0-or-later
"""The public list is a walk of an index that ends at its LIMIT, for all values and statistics: checked in the plans
inside of public_events_found."""

import json

import pytest

# First one organization with one kind; then two, of which one has few public events, and a rare
# kind.
EVENTS = """
INSERT INTO events (organization_id, title, slug, kind, start_time, end_time, location_type, is_published, visibility)
  SELECT CASE WHEN n > 8000 AND n %% 50 = 1 THEN %(few)s ELSE %(many)s END, 'Event ' || n, 'walk-' || n,
    CASE WHEN n <= 8000 THEN 'canvass' WHEN n %% 500 = 1 THEN 'rally' ELSE 'training' END,
    now() + n * interval '1 hour', now() + n * interval '1 hour', 'virtual', n %% 10 > 0, 'public'
  FROM generate_series(%(first)s, %(last)s) n"""
FORGET = """
DELETE FROM pg_statistic WHERE starelid = 'events'::regclass;
UPDATE pg_class SET relpages = 0, reltuples = -1 WHERE oid = 'events'::regclass
  OR oid IN (SELECT indexrelid FROM pg_index WHERE indrelid = 'events'::regclass)"""
CALL = "SELECT count(*), bool_or(scan_end) FROM public_events_found(%s, %s, %s, %s, %s, %s, %s, 51)"
LATER = "2200-01-01"


@pytest.fixture(scope="module")
def crowded(db):
    few, many = db.new_organization()[0], db.new_organization()[0]
    db.sql("ALTER TABLE events SET (autovacuum_enabled = off)")
    for first, last in ((1, 8000), (8001, 20000)):
        if first > 1:
            db.sql("ANALYZE events")
        with db.transaction(many, role="postgres", bulk="on") as cursor:
            cursor.execute(EVENTS, {"few": few, "many": many, "first": first, "last": last})
    return {"few": f"club-{few}", "many": f"club-{many}"}


def nodes(plan):
    yield plan
    for each in plan.get("Plans", ()):
        yield from nodes(each)


def walks(db, mode, *asked):
    """The result of the call; and of the statement inside: its scans of events, and all kinds of plan nodes."""
    connection = db.connect("postgres")
    with connection, connection.cursor() as cursor:
        cursor.execute("LOAD 'auto_explain'; SET auto_explain.log_min_duration = 0; SET auto_explain.log_analyze = on; "
                       "SET auto_explain.log_nested_statements = on; SET auto_explain.log_format = json; "
                       f"SET plan_cache_mode = {mode}; SET ROLE campaign_public; SET client_min_messages = log")
        cursor.execute(CALL, asked)
        found = cursor.fetchone()
        notices = list(connection.notices)
    connection.close()
    plans = [json.loads(text[text.index("{"):]) for text in notices if "plan:" in text]
    inside, = [list(nodes(each["Plan"])) for each in plans if "looked" in each["Query Text"] and "MATERIALIZED" in each["Query Text"]]
    scans = [node for node in inside if node.get("Relation Name") == "events" and node["Actual Loops"] > 0]
    return found, scans, {node["Node Type"] for node in inside}


@pytest.mark.parametrize("mode", ("auto", "force_generic_plan", "force_custom_plan"))
@pytest.mark.parametrize("statistics", ("old", "none", "new"))  # in this order
def test_strangers_walk_an_index(db, crowded, statistics, mode):
    if statistics != "old":
        db.sql("ANALYZE events" if statistics == "new" else FORGET)
    few, many = crowded["few"], crowded["many"]
    for index, most, asked in (
            ("events_public_idx", 51, (None, None, None, None, None, None, None)),
            ("events_public_idx", 51, (None, None, None, None, None, "2026-12-12Z", 7)),
            ("events_public_idx", 1000, (None, None, "zzq", None, None, None, None)),
            ("events_public_idx", 0, (None, None, None, LATER, None, None, None)),
            ("events_public_kind_idx", 24, (None, "rally", None, None, None, None, None)),
            ("events_public_kind_idx", 0, (None, "fundraiser", None, None, None, None, None)),
            ("events_public_kind_idx", 0, (None, "canvass", None, LATER, None, None, None)),
            ("events_public_kind_idx", 1000, (None, "training", "zzq", None, None, None, None)),
            ("events_public_organization_idx", 51, (many, None, None, None, None, None, None)),
            ("events_public_organization_idx", 1000, (many, "fundraiser", None, None, None, None, None)),
            ("events_public_organization_idx", 240, (few, None, "zzq", None, None, None, None)),
            ("events_public_organization_idx", 0, ("nobody", None, None, None, None, None, None))):
        _, scans, kinds = walks(db, mode, *asked)
        # Without a start time running events come first: there are none.
        long = ["events_public_long_organization_idx" if asked[0] else "events_public_long_idx"] if asked[3] is None else []
        assert [(scan["Node Type"], scan.get("Index Name")) for scan in scans] == [
            ("Index Scan", name) for name in [*long, index]], asked
        assert sum(scan["Actual Rows"] + scan.get("Rows Removed by Filter", 0) for scan in scans) <= most, asked
        assert not {kind for kind in kinds if "Sort" in kind or "Bitmap" in kind or "Gather" in kind or kind == "Seq Scan"}



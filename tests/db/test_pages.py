# SPDX-License-Identifier: GPL-3.0-or-later
"""The cost of a page does not grow with the organization, for any filter and any statistics; and all pages together
contain every match once, in order. Measured in buffers, not milliseconds. The filters are those of the bench
(tests/bench/scale.py), which uses a million people."""

import json
import sys

import pytest

from harness import services

sys.path.insert(0, str(services.ROOT / "tests" / "bench"))
import scale  # noqa: E402

N, FEW, BASE = 60_000, 4_000, 40_000_000
TABLES = ("voters", "buildings", "doors", "voter_tags", "areas", "voter_contacts", "follow_ups", "voter_duplicates")
# Buffers for a walk over 10,000 people, with a margin for the page's other reads; for a walk over
# 1,000 and 5,000 people found by an index.
WALK, SHORT = 13_000, 10_500
FORGET = """
DELETE FROM pg_statistic WHERE starelid = ANY (%(tables)s::regclass[])
  OR starelid IN (SELECT indexrelid FROM pg_index WHERE indrelid = ANY (%(tables)s::regclass[]));
UPDATE pg_class SET relpages = 0, reltuples = -1 WHERE oid = ANY (%(tables)s::regclass[])
  OR oid IN (SELECT indexrelid FROM pg_index WHERE indrelid = ANY (%(tables)s::regclass[]))"""
PEOPLE = "SELECT id, search_key, scan_end FROM voters_page(%s, %s, %s, %s, %s, %s)"
PLACES = "SELECT id, scan_end, place_key FROM places_page(%s, %s, %s, %s, %s, %s)"
SORT_AT = "CASE WHEN due_at IS NULL THEN 'infinity' ELSE due_at END"
# No index covers columns derived from contacts, nor ages: a page with these filters may be short.
WALKED = ("support_levels", "last_contact", "never_contacted", "reached", "disposition", "age_min", "text son, party", "party, zip, age")


@pytest.fixture(scope="module")
def crowded(db):
    """The id of an organization with 60,000 people, beside one with 4,000; .areas by kind."""
    for table in TABLES:
        db.sql(f"ALTER TABLE {table} SET (autovacuum_enabled = off)")
    made = {}
    for base, n in ((BASE, N), (2 * BASE, FEW)):
        organization, owner = db.new_organization()
        scale.load(db.cluster, db.name, organization, base, owner, n)
        made[base] = organization
    db.sql("VACUUM ANALYZE")
    return made[BASE]


@pytest.fixture(scope="module")
def areas(db, crowded):
    return dict(db.sql("SELECT kind, min(id) FROM areas WHERE organization_id = %s GROUP BY kind", crowded))


@pytest.fixture(scope="module", params=("new", "none"))
def statistics(db, crowded, request):
    """"new": the tables have statistics of ANALYZE. "none": the same database after its statistics were deleted, so
    this comes second."""
    if request.param == "none":
        db.sql(FORGET.replace("%(tables)s", f"'{{{','.join(TABLES)}}}'").replace("%%", "%"))
    return request.param


def questions(areas):
    for name, filter in scale.searches(BASE):
        if "area_id" in filter:
            filter = {**filter, "area_id": areas[filter["area_id"]]}
        yield name, filter


def touched(db, organization, statement, *values):
    """Buffers of a statement, run with the server's role."""
    with db.transaction(organization) as cursor:
        cursor.execute("EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) " + statement, values)
        plan = cursor.fetchone()[0][0]["Plan"]
    return plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]


def rows(db, organization, statement, *values):
    with db.transaction(organization) as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()


def test_a_page_of_people_is_bounded(db, crowded, areas, statistics):
    grown = {}
    for name, filter in questions(areas):
        most = WALK if name.startswith(WALKED) else SHORT
        for guarded in (False, True):
            buffers = touched(db, crowded, PEOPLE, crowded, json.dumps(filter), guarded, None, None, 51)
            if buffers > most:
                grown[name] = buffers
    assert grown == {}


def test_a_page_far_into_the_list_is_as_cheap(db, crowded, statistics):
    key, number = db.sql("SELECT '0' || voter_sort_key(first_name, last_name), id FROM voters WHERE organization_id = %s "
                         "ORDER BY voter_sort_key(first_name, last_name) COLLATE \"C\" DESC, id DESC OFFSET 500 LIMIT 1", crowded)[0]
    for filter in ({}, {"party": ["DEM"]}, {"tags_any": [str(BASE + 1)]}):
        assert touched(db, crowded, PEOPLE, crowded, json.dumps(filter), False, key, number, 51) < 4500, filter
    for doors in (False, True):
        last = db.value(f"SELECT max(id) - 500 FROM {'doors' if doors else 'buildings'} WHERE organization_id = %s", crowded)
        assert touched(db, crowded, PLACES, crowded, doors, "{}", "", last, 101) < 1000


def whole(db, organization, filter, guarded=False, n=101):
    """All pages: (the people in order, number of short pages)."""
    found, key, number, short = [], None, None, 0
    while True:
        page = rows(db, organization, PEOPLE, organization, json.dumps(filter), guarded, key, number, n)
        keys = [(row[1], row[0]) for row in page]
        assert keys == sorted(keys) and (key is None or keys == [] or keys[0] > (key, number)), filter
        assert not any(row[2] for row in page[:-1]), filter
        ends = bool(page) and page[-1][2]
        found += [row[0] for row in (page[:-1] if ends or len(page) == n else page)]
        short += ends
        if not ends and len(page) < n:
            return found, short
        key, number = (page[-1] if ends else page[-2])[1::-1]


def test_all_pages_are_everybody_once(db, crowded, areas):
    for name, filter in questions(areas):
        expected = {row[0] for row in rows(db, crowded, "SELECT * FROM voters_matching(%s, %s)", crowded, json.dumps(filter))}
        if len(expected) > 3000:
            continue
        found, short = whole(db, crowded, filter)
        assert len(found) == len(set(found)) and set(found) == expected, name
        assert short == 0 or name.startswith(WALKED), name


def test_a_server_of_the_version_before_gets_whole_pages(db, crowded):
    filter = json.dumps({"support_levels": ["1"]})
    found = rows(db, crowded, "SELECT id FROM voters_search(%s, %s, false, NULL, NULL, 51)", crowded, filter)
    assert {row[0] for row in found} == {row[0] for row in rows(
        db, crowded, "SELECT * FROM voters_matching(%s, %s)", crowded, filter)} and len(found) == 5


@pytest.mark.parametrize("doors", (False, True))
def test_a_page_of_places_is_bounded_and_whole(db, crowded, areas, statistics, doors):
    street = db.value("SELECT street_key FROM buildings WHERE organization_id = %s ORDER BY id DESC LIMIT 1", crowded)
    rare, = db.sql("SELECT id FROM buildings WHERE organization_id = %s ORDER BY id DESC LIMIT 1", crowded)[0]
    for asked, condition in (
            ({}, "true"), ({"street_key": street}, f"b.street_key = '{street}'"), ({"street_key": "none"}, "false"),
            ({"location_quality": "manual"}, "b.location_quality = 'manual'"), ({"location_quality": "zip"}, "false"),
            ({"location_quality": "range"}, "b.location_quality = 'range'"), ({"building_id": rare}, f"b.id = {rare}"),
            (scale.BOX, "b.longitude BETWEEN -74.5 AND -74.4999 AND b.latitude BETWEEN 41.5 AND 41.52"),
            ({"west": 10, "south": 10, "east": 11, "north": 11}, "false"), ({"area_id": 0}, "false"),
            ({"area_id": areas["precinct"]}, f"(SELECT ST_Covers(a.boundary, map_point(b.latitude, b.longitude)) FROM areas a "
                                             f"WHERE a.organization_id = b.organization_id AND a.id = {areas['precinct']})"),
            ({"street_key": street, "location_quality": "manual"}, f"b.street_key = '{street}' AND b.location_quality = 'manual'")):
        assert touched(db, crowded, PLACES, crowded, doors, json.dumps(asked), None, None, 101) < SHORT, asked
        order = ("1" if "street_key" not in asked else 'place_order(b.number) COLLATE "C", b.id'
                 + (', place_order(d.unit) COLLATE "C", d.id' if doors else ""))
        expected = [row[0] for row in db.sql(
            f"SELECT {'d.id FROM doors d JOIN buildings b ON b.organization_id = d.organization_id AND b.id = d.building_id' if doors else 'b.id FROM buildings b'}"
            f" WHERE b.organization_id = {crowded} AND {condition} ORDER BY {order} LIMIT 300")]
        found, after = [], (None, None)
        while len(found) < 300:
            page = rows(db, crowded, PLACES, crowded, doors, json.dumps(asked), *after, 101)
            found += [row[0] for row in page if not row[1]]
            if not page:
                break
            after = page[-1][2], page[-1][0]
        assert found[:300] == expected, asked


def test_places_serve_their_own_organization_only(db, crowded):
    for statement, values in ((PLACES, (crowded + 1, True, "{}", None, None, 9)), (PEOPLE, (crowded + 1, "{}", False, None, None, 9))):
        with pytest.raises(Exception, match="another organization"):
            rows(db, crowded, statement, *values)


def test_orders_of_lists_are_read_from_an_index(db, crowded, statistics):
    """Pages of pairs and follow-ups, and the contacts of one canvasser among all contacts."""
    for statement in (
            "SELECT id FROM voter_duplicates WHERE organization_id = %(o)s AND state = 'open' AND (score, id) < (0.5, 1) "
            "ORDER BY score DESC, id DESC LIMIT 51",
            f"SELECT id FROM follow_ups WHERE organization_id = %(o)s AND ({SORT_AT}, id) > (now() + interval '1 day', 0) ORDER BY {SORT_AT}, id LIMIT 51",
            f"SELECT id FROM follow_ups WHERE organization_id = %(o)s AND kind = 'x' ORDER BY {SORT_AT}, id LIMIT 51"):
        assert touched(db, crowded, statement % {"o": crowded}) < 300, statement


def test_a_canvasser_s_contacts_are_not_looked_for_among_everybody_s(db, crowded, statistics):
    person = db.new_user()
    for actor, number in ((f"user:{person}", person), ("device:9", None)):
        with db.transaction(crowded) as cursor:
            cursor.execute("SELECT id FROM contact_page(%s, %s, %s, '[]', '{}', NULL, NULL, 51)", (crowded, actor, number))
            assert cursor.fetchall() == []
            cursor.execute("SELECT pg_stat_get_xact_tuples_returned(c.oid) + pg_stat_get_xact_tuples_fetched(c.oid) FROM pg_class c "
                           "WHERE c.oid = 'voter_contacts'::regclass OR c.oid IN (SELECT indexrelid FROM pg_index WHERE indrelid = 'voter_contacts'::regclass)")
            assert sum(row[0] for row in cursor.fetchall()) < 100, actor

#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cost of a page of each list in a large organization and in a small one in the same database: ./dev bench scale
[--rows 1000000]

    scale.py --binary campaign-centerd [--rows N] [--peer-rows 20000] [--strict] [--case WORD]

Pages are requested over HTTP. The cost of a page is the number of buffers (pages of 8 kB, found in memory or read)
that its statements touched, as pg_stat_statements counts them for the server's role under row-level security;
milliseconds are not measured. "page 1" is the first reply, "whole" is the sum of all pages up to the first row or
the end of the list. A page that touches more than MOST buffers grows with the organization; with --strict the exit
code is 1 then."""

import argparse
import json
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "db" / "seed")]

import names  # noqa: E402
from harness import client as harness_client  # noqa: E402
from harness import server as harness_server  # noqa: E402
from harness import services  # noqa: E402

SETTINGS = [*services.FAST, "shared_buffers=512MB", "max_wal_size=8GB", "maintenance_work_mem=256MB",
            "shared_preload_libraries=pg_stat_statements", "pg_stat_statements.track_utility=off"]
MOST = 25_000
FIVE = {"type": "Polygon", "coordinates": [[[-74.5, 41.5], [-74.4999, 41.5], [-74.4999, 41.52], [-74.5, 41.52], [-74.5, 41.5]]]}
HALF = {"type": "Polygon", "coordinates": [[[-75, 41], [-73.5, 41], [-73.5, 42], [-75, 42], [-75, 41]]]}
BOX = {"west": -74.5, "south": 41.5, "east": -74.4999, "north": 41.52}
ELECTION = "2021 SPECIAL"


def searches(base):
    """Filters for POST /v1/voters/search: common, rare, and matching nobody."""
    yield "everybody", {}
    for text in ("%", "_", "a", "son", "medina", "rosa medina", "zzyx", "j.r.", "smith-jones", "#109"):
        yield f"text {text}", {"text": text}
    for member, common, rare, none in (
            ("party", ["DEM"], ["LIB"], ["x"]), ("precinct", ["P7", "P8"], ["Rare"], ["x"]), ("zip5", ["12510"], ["99999"], ["00001"]),
            ("district", {"congress": "05"}, {"ward": "99"}, {"congress": "99"}), ("city", "Riverside", "Hamlet", "Nowhere"),
            ("sex", "F", "X", None), ("registration_status", ["active"], ["pending"], ["removed"]),
            ("tags_any", [base + 1], [base + 2], [base + 3]), ("tags_all", [base + 1], [base + 2], [base + 1, base + 3]),
            ("voted_in", None, [ELECTION], ["x"]), ("voted_at_least", None, {"n": 1, "of": [ELECTION]}, {"n": 1, "of": ["x"]}),
            ("support_levels", ["none"], ["1"], ["5"]), ("last_contact_after", None, "2020-01-01T00:00:00Z", "2090-01-01T00:00:00Z"),
            ("never_contacted", True, False, None), ("reached", False, True, None), ("disposition", None, ["refused"], ["moved"]),
            ("has_email", False, True, None), ("has_door", True, False, None), ("polygon", HALF, FIVE, None),
            ("age_min", 30, 120, None), ("ids", None, [base + 7, base + 8], [base + 5_000_000])):
        for how, value in (("common", common), ("rare", rare), ("nobody", none)):
            if value is not None:
                numbers = isinstance(value, list) and not isinstance(value[0], str)
                yield f"{member} {how}", {member: [str(each) for each in value] if numbers else value}
    yield "area common", {"area_id": "precinct"}
    yield "area polygon", {"area_id": "neighborhood"}
    yield "text son, party rare", {"text": "son", "party": ["LIB"]}
    yield "text son, precinct rare", {"text": "son", "precinct": ["Rare"]}
    yield "text medina, nobody", {"text": "medina", "party": ["x"]}
    yield "precinct, sex rare", {"precinct": ["P7"], "sex": "X"}
    yield "party, zip, age rare", {"party": ["DEM"], "zip5": ["12510"], "age_min": 97}


def lists(base, person):
    """Yield (name, path, query) of the other lists."""
    for what in ("buildings", "doors"):
        yield what, what, {}
        for how, query in (("street", {"street": "Street 20"}), ("street nobody", {"street": "Nowhere Rd"}), ("box", BOX), ("box nowhere", {
                "west": 10, "south": 10, "east": 11, "north": 11}), ("quality rare", {"location_quality": "manual"}),
                ("quality none", {"location_quality": "zip"}), ("building", {"building_id": base + 77}),
                ("area", {"area_id": "precinct"}), ("area polygon", {"area_id": "neighborhood"})):
            yield f"{what} {how}", what, query
    yield "areas", "areas", {}
    for how, query in (("", {}), ("voter", {"voter_id": base + 9}), ("door", {"door_id": base + 9}), ("canvasser rare", {"canvasser_id": person}),
                       ("voter nobody", {"voter_id": base + 1}), ("turf", {"turf_id": base + 7}), ("until", {"until": "2020-01-01T00:00:00Z"}),
                       ("holding", {"only_holding": "true"})):
        yield f"contacts {how}", "contacts", query
    for how, query in (("", {}), ("mine", {"mine": "true"}), ("open", {"open": "true"}), ("kind rare", {"kind": "ride"}), ("kind nobody", {"kind": "x"}),
                       ("voter", {"voter_id": base + 9}), ("due", {"due_before": "2020-01-01T00:00:00Z"})):
        yield f"follow-ups {how}", "follow-ups", query
    for how, query in (("", {}), ("voter", {"voter_id": base + 9}), ("voter nobody", {"voter_id": base + 19_999}), ("about", {"about": "+18455550101"})):
        yield f"consents {how}", "consents", query
    yield "duplicates", "voter-duplicates", {}
    yield "duplicates dismissed", "voter-duplicates", {"state": "dismissed"}
    yield "duplicates merged", "voter-duplicates", {"state": "merged"}
    yield "merges", "voter-merges", {}
    yield "audit", "audit-log", {}
    for how, query in (("", {}), ("kind rare", {"kind": "rally"}), ("kind nobody", {"kind": "training"}), ("text nobody", {"text": "zzyx"}),
                       ("updated", {"updated_since": "2090-01-01T00:00:00Z"}), ("unpublished", {"published": "true"})):
        yield f"events {how}", "events", query
    for how, query in (("", {}), ("status rare", {"status": "cancelled"}), ("status nobody", {"status": "no_show"}), ("text", {"text": "medina 77"}),
                       ("text nobody", {"text": "zzyx"}), ("updated", {"updated_since": "2090-01-01T00:00:00Z"})):
        yield f"attendees {how}", f"events/{base + 1}/attendees", query
    for how, query in (("", {}), ("state rare", {"state": "done"}), ("state nobody", {"state": "closed"}), ("assigned", {"assigned_user_id": person}),
                       ("event nobody", {"event_id": base + 1}), ("cut nobody", {"cut_id": base + 1})):
        yield f"turfs {how}", "turfs", query
    yield "turfs mine", "turfs/mine", {}


def array(items):
    return "ARRAY[" + ",".join("'" + item.replace("'", "''") + "'" for item in items) + "]"


def load(cluster, database, organization, base, person, n):
    given = {"large": organization, "base": base, "person": person, "n": n, "doors": n * 4 // 10, "buildings": n // 4,
             "firsts": array(names.FIRST), "lasts": array(names.LAST)}
    subprocess.run(services.as_service(
        [f"{cluster.bin}/psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-o", "/dev/null", "-d", cluster.url(database, "postgres"),
         *(each for name, value in given.items() for each in ("-v", f"{name}={value}")), "-f", "-"]),
        stdin=open(ROOT / "tests" / "bench" / "scale.sql", "rb"), check=True, cwd="/", env=services.clean_environment())


class Counted:
    """One of the two organizations, with its owner, whose requests are measured."""

    def __init__(self, cluster, server, owner, organization, base):
        self.cluster, self.server, self.owner, self.base = cluster, server, owner, base
        self.areas = dict(self.cluster.sql((organization,), "SELECT kind, min(id) FROM areas WHERE organization_id = %s GROUP BY kind",
                                           server.database))

    def page(self, path, query, body):
        """Request one page; returns (reply, buffers)."""
        self.cluster.sql(None, "SELECT pg_stat_statements_reset()", self.server.database)
        reply = self.owner.get(path, query) if body is None else self.owner.post(path, body, query=query, idempotency=False)
        touched = self.cluster.sql(None, "SELECT COALESCE(sum(shared_blks_hit + shared_blks_read), 0)::bigint FROM pg_stat_statements "
                                   "WHERE userid = 'campaign_api'::regrole", self.server.database)[0][0]
        return reply, touched

    def asked(self, path, query, body):
        """Request pages until a row or the end. Returns (status, rows, buffers of the first page, buffers of the most
        expensive page, number of pages)."""
        query = {"limit": 50, **{key: self.areas[value] if key == "area_id" else value for key, value in query.items()}}
        if body is not None and "area_id" in body:
            body = {**body, "area_id": self.areas[body["area_id"]]}
        first, most, pages = None, 0, 0
        while True:
            reply, touched = self.page(f"/v1/{path}", query, body)
            first, most, pages = touched if first is None else first, max(most, touched), pages + 1
            if reply.status_code != 200:
                return reply.status_code, 0, first, most, pages
            answer = reply.json()
            if answer["data"] or answer["next_cursor"] is None or pages == 500:
                return 200, len(answer["data"]), first, most, pages
            query = {**query, "cursor": answer["next_cursor"]}


def deep(counted, path, page):
    """Buffers of page number `page` of a list."""
    query, touched = {"limit": 100}, 0
    for _ in range(page):
        reply = counted.owner.get(f"/v1/{path}", query)
        cursor = reply.json()["next_cursor"]
        if cursor is None:
            break
        query["cursor"] = cursor
    _, touched = counted.page(f"/v1/{path}", query, None)
    return touched


def compare(large, small, only):
    """Print a line for each query; returns the names of those whose page grows."""
    grown = []
    asked = [(f"search {name}", "voters/search", {}, body) for name, body in searches(large.base)]
    smaller = [("", "voters/search", {}, body) for _, body in searches(small.base)]
    asked += [(*each, None) for each in lists(large.base, 1)]
    smaller += [(*each, None) for each in lists(small.base, 2)]
    print(f"  {'asked':<32} {'small':>8} {'page 1':>8} {'ratio':>7} {'dearest':>8} {'pages':>6} {'rows':>5}")
    for (name, path, query, body), (_, other, other_query, other_body) in zip(asked, smaller):
        if only and only not in name:
            continue
        _, _, few, few_most, _ = small.asked(other, other_query, other_body)
        status, rows, first, most, pages = large.asked(path, query, body)
        print(f"  {name:<32} {few:>8} {first:>8} {first / max(few, 1):>7.1f} {most:>8} {pages:>6} {rows if status == 200 else status:>5}",
              flush=True)
        grown += [name] if most > MOST or status != 200 else []
    return grown


def people(cluster, database):
    """Create the owners of two organizations without a server. Returns (client's token, organization, user) of each."""
    cluster.sql(None, """
      INSERT INTO users (id, email, password_hash, first_name, last_name, email_verified_at)
        SELECT n, 'owner-' || n || '@bench.test', '!', 'Pat', 'Person', now() FROM generate_series(1, 2) n;
      INSERT INTO organizations (id, name, slug) SELECT n, 'Ward ' || n, 'ward-' || n FROM generate_series(1, 2) n;
      INSERT INTO organization_members (organization_id, user_id, role) SELECT n, n, 'owner' FROM generate_series(1, 2) n;
      INSERT INTO sessions (token_hash, user_id, active_organization_id, kind, expires_at)
        SELECT sha256(convert_to('ccs_' || lpad(n::text, 43, '0'), 'UTF8')), n, n, 'bearer', now() + interval '7 days'
        FROM generate_series(1, 2) n""", database)


def measure(cluster, database, binary, only=""):
    cluster.sql(None, "CREATE EXTENSION IF NOT EXISTS pg_stat_statements", database)
    redis = services.Redis()
    server = harness_server.Server(cluster, database, redis.url, program=binary, RATE_LIMIT_API="1000000000/60", STATEMENT_TIMEOUT="60000")
    try:
        server.start()
        owners = []
        for n, base in ((1, 0), (2, 10_000_000)):
            owner = harness_client.Client(server)
            owner.token = f"ccs_{n:043d}"
            owners.append(Counted(cluster, server, owner, n, base))
        grown = compare(*owners, only)
        for path in ("doors", "buildings", "voters", "contacts", "audit-log"):
            if only in f"{path} deep":
                print(f"  {path + ' page 1,000 of 100':<32} {'':>8} {deep(owners[0], path, 1000):>8}", flush=True)
        return grown
    finally:
        server.remove()
        redis.remove()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", required=True)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--peer-rows", type=int, default=20_000)
    parser.add_argument("--case", default="", help="questions that have this word alone")
    parser.add_argument("--strict", action="store_true", help="a page that grows with the organization ends with 1")
    options = parser.parse_args()
    binary = pathlib.Path(options.binary).resolve()
    cluster = services.Cluster(SETTINGS)
    try:
        database = cluster.new_database(binary)
        people(cluster, database)
        load(cluster, database, 2, 10_000_000, 2, options.peer_rows)
        load(cluster, database, 1, 0, 1, options.rows)
        cluster.sql(None, "VACUUM ANALYZE", database)
        grown = measure(cluster, database, binary, options.case)
        print("  grow with the organization: " + (", ".join(grown) or "none"))
        sys.exit(1 if grown and options.strict else 0)
    finally:
        cluster.remove()


if __name__ == "__main__":
    main()

#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures the search among the voters of one organization: ./dev bench search [--rows 1000000]

    search.py --binary campaign-centerd [--rows N] [--queries 400] [--seed 7]

Makes voters with names, streets and telephone numbers that are as frequent as in a real file, and a second
organization with a tenth of them. Then it searches for existing prefixes and parts of names, addresses and
numbers: bare (the SQL function as the server's role, under row-level security) and over HTTP. Prints p50 and p95
in milliseconds. Exits with 1 when a target was missed: prefix 20 ms, part 150 ms (on a quiet machine)."""

import argparse
import bisect
import io
import itertools
import json
import pathlib
import random
import sys
import time

import psycopg2

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "db" / "seed")]

import names  # noqa: E402
from harness import client as harness_client  # noqa: E402
from harness import server as harness_server  # noqa: E402
from harness import services  # noqa: E402

STREETS = ["Main", "Oak", "Canal", "Maple", "Cedar", "Harvard", "Columbia", "Washington", "Lake", "Hill", "Walnut",
           "Spring", "Ridge", "Church", "Willow", "Mill", "Park", "River", "Sunset", "Railroad", "Jefferson",
           "Center", "Highland", "Forest", "Jackson", "Meadow", "Chestnut", "Franklin", "Prospect", "Magnolia"]
KINDS = ["St", "Ave", "Rd", "Dr", "Ln", "Pl", "Ct", "Pk"]
SYLLABLES = ["ab", "an", "bar", "bel", "ber", "con", "dal", "den", "er", "es", "fal", "gar", "gon", "hal", "ham", "in",
             "ka", "kel", "la", "len", "lo", "man", "mar", "mo", "nar", "ner", "o", "pa", "per", "qui", "ra", "rez",
             "ro", "sal", "sen", "son", "sta", "ta", "ter", "ton", "va", "vel", "wa", "wor", "ya", "zim"]
TARGETS = {"prefix": 20, "part": 150}


class Skewed:
    """Picks items with weights of 1 / rank ** power, the distribution of names in a population."""

    def __init__(self, items, power):
        self.items = items
        self.sums = list(itertools.accumulate((n + 1) ** -power for n in range(len(items))))

    def pick(self, chance):
        return self.items[bisect.bisect_left(self.sums, chance.random() * self.sums[-1])]


def rows(chance, organization, n):
    rare = ["".join(chance.choice(SYLLABLES) for _ in range(chance.randint(2, 4))).capitalize() for _ in range(40000)]
    firsts, lasts = Skewed(chance.sample(names.FIRST, len(names.FIRST)), 0.8), Skewed(chance.sample(names.LAST, len(names.LAST)) + rare, 0.75)
    streets = Skewed([f"{a} {b}".strip() for b in ["", *names.LAST[:40]] for a in STREETS], 0.6)
    for _ in range(n):
        address = f"{chance.randint(1, 2400)} {streets.pick(chance)} {chance.choice(KINDS)}"
        phones = [f"+1{chance.randint(201, 989)}{chance.randint(2000000, 9999999)}"] if chance.random() < 0.7 else []
        yield (organization, firsts.pick(chance), chance.choice("ABCDEFGHJKLMNPRST"), lasts.pick(chance), address,
               json.dumps(phones), chance.choice(["DEM", "REP", "UNA"]), f"{chance.randint(1, 60)}-{chance.randint(1, 9)}")


def load(connection, organization, n, seed):
    chance, started = random.Random(seed), time.monotonic()
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('app.organization_id', %s, true), set_config('app.bulk', 'on', true)",
                       (str(organization),))
        made = rows(chance, organization, n)
        while batch := list(itertools.islice(made, 50000)):
            cursor.copy_expert(
                "COPY voters (organization_id, first_name, middle_name, last_name, address, phones, party, precinct) "
                "FROM STDIN", io.StringIO("".join("\t".join(map(str, row)) + "\n" for row in batch)))
    connection.commit()
    print(f"  {n} voters in {time.monotonic() - started:.0f} s", flush=True)


def queries(connection, organization, n, chance):
    """Typical searches: beginnings of a last name, of first and last name, of number and street; and parts of them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT first_name, last_name, address, phones->>0 FROM voters TABLESAMPLE SYSTEM (1) "
                       "WHERE organization_id = %s", (organization,))
        sample = cursor.fetchall()
    prefix, part = [], []
    for _ in range(n):
        first, last, address, phone = chance.choice(sample)
        prefix.append(chance.choice([
            last[:chance.randint(1, 6)], last[:chance.randint(3, 9)], f"{last} {first[:2]}", f"{last}, {first}",
            f"{first} {last[:chance.randint(3, 6)]}", address[:chance.randint(7, 14)]]))
        at = chance.randint(0, max(0, len(last) - 4))
        part.append(chance.choice([
            last[at:at + chance.randint(3, 5)], last[at:at + 4], first[1:5] or first, address.split(" ", 1)[1][1:8],
            phone[-4:] if phone else last, phone[-7:] if phone else last, f"{first[:3]} {address.split()[0]}"]))
    return {"prefix": prefix, "part": [text for text in part if len(text.strip()) >= 3]}


def figures(times):
    ordered = sorted(times)
    return ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.95)], ordered[-1]


def bare(connection, organization, text):
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('app.organization_id', %s, true)", (str(organization),))
        started = time.perf_counter()
        cursor.execute("SELECT count(*) FROM voters_search(%s, %s, false, NULL, NULL, 51) s JOIN voters v "
                       "ON v.organization_id = %s AND v.id = s.id",
                       (organization, json.dumps({"text": text}), organization))
        taken = (time.perf_counter() - started) * 1000
        found = cursor.fetchone()[0]
    connection.rollback()
    return taken, found


def measure(what, texts, ask):
    times, none, worst = [], 0, []
    for text in texts:
        taken, found = ask(text)
        times.append(taken)
        none += found == 0
        worst.append((taken, text, found))
    p50, p95, most = figures(times)
    slow = ", ".join(f"{text!r} {taken:.0f} ms ({found})" for taken, text, found in sorted(worst)[-3:])
    print(f"  {what:<12} {len(texts)} queries: p50 {p50:6.1f}  p95 {p95:6.1f}  max {most:6.1f} ms; "
          f"{none} found nothing; slowest {slow}", flush=True)
    return p95


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", required=True)
    parser.add_argument("--rows", type=int, default=1000000)
    parser.add_argument("--queries", type=int, default=400)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--strict", action="store_true", help="a missed target ends with 1")
    options = parser.parse_args()
    # Memory settings as on a small server, with default durability.
    cluster = services.Cluster(["shared_buffers=512MB", "max_wal_size=4GB", "maintenance_work_mem=256MB"])
    redis = services.Redis()
    server = None
    try:
        server = harness_server.Server(cluster, cluster.new_database(pathlib.Path(options.binary).resolve()), redis.url,
                                       program=pathlib.Path(options.binary).resolve(), RATE_LIMIT_API="1000000000/60")
        server.start()
        large, small = (harness_client.Organization(harness_client.Client(server), everybody=False) for _ in range(2))
        connection = psycopg2.connect(cluster.url(server.database, "campaign_api"))
        # COPY does not work for tables with row-level security, so the superuser loads the rows.
        owner = psycopg2.connect(cluster.url(server.database, "postgres"))
        load(owner, large.id, options.rows, options.seed)
        load(owner, small.id, options.rows // 10, options.seed + 1)
        server.sql("VACUUM ANALYZE voters")
        print("  " + ", ".join(f"{name} {size}" for name, size in server.sql(
            "SELECT relname, pg_size_pretty(pg_relation_size(oid)) FROM pg_class WHERE relname LIKE 'voters%' "
            "AND relkind IN ('r', 'i') ORDER BY pg_relation_size(oid) DESC LIMIT 5")))
        missed = False
        for kind, texts in queries(owner, large.id, options.queries, random.Random(options.seed)).items():
            def http(text):
                started = time.perf_counter()
                reply = large.owner.get("/v1/voters", {"text": text, "limit": 50})
                taken = (time.perf_counter() - started) * 1000
                assert reply.status_code == 200, reply.text
                return taken, len(reply.json()["data"])

            p95 = measure(f"{kind} bare", texts, lambda text: bare(connection, large.id, text))
            p95 = max(p95, measure(f"{kind} HTTP", texts, http))
            missed |= p95 > TARGETS[kind]
        sys.exit(1 if missed and options.strict else 0)
    finally:
        if server is not None:
            server.remove()
        redis.remove()
        cluster.remove()


if __name__ == "__main__":
    main()

# SPDX-License-Identifier: GPL-3.0-or-later
"""Share of planning in the time that each write takes in PostgreSQL.

    ./dev bench --case planning [--seconds 3]

pg_stat_statements counts the statements of the server's role, including those inside functions and triggers, while
two connections send one kind of write. Their first second is not counted, because each connection plans its
statements once. Planning of a statement inside another one is part of the time of the outer one."""

import argparse
import threading
import time

import database
import uploads
from cases import all_cases
from measure import Meter
from results import chart, table

MOST = 0.10  # above this share the bench fails
ON = ("ALTER ROLE campaign_api SET pg_stat_statements.track = 'all'; "
      "ALTER ROLE campaign_api SET pg_stat_statements.track_planning = 'on'")
OFF = "ALTER ROLE campaign_api RESET pg_stat_statements.track; ALTER ROLE campaign_api RESET pg_stat_statements.track_planning"
# The time of an outer statement includes planning of its inner statements, but not its own
# planning.
SUMS = """
SELECT COALESCE(sum(total_plan_time), 0), COALESCE(sum(total_exec_time) FILTER (WHERE toplevel), 0)
  + COALESCE(sum(total_plan_time) FILTER (WHERE toplevel), 0)
FROM pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid WHERE d.datname = current_database()
"""
WORST = """
SELECT plans, calls, total_plan_time, regexp_replace(query, '\\s+', ' ', 'g') FROM pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid
WHERE d.datname = current_database() ORDER BY total_plan_time DESC LIMIT 3
"""


class Share:
    """Result for one kind of write: milliseconds of planning, milliseconds in total, and the three statements with
    the most planning."""

    def __init__(self, server, name, what, requests):
        self.name, self.what, self.requests = name, what, max(1, requests)
        self.plan, self.whole = server.sql(SUMS)[0]
        self.worst = server.sql(WORST)

    @property
    def share(self):
        return self.plan / max(1e-9, self.whole)


def reset(server):
    server.sql("SELECT pg_stat_statements_reset()")


def requests_of(bench, server, meter, case):
    """Run one case with wrk: first warm up, then count."""
    for seconds in (1, bench.options.seconds):
        if case.name == "check-in":
            database.forget_check_ins(bench.cluster, server.database)
        reset(server)
        options = argparse.Namespace(**{**vars(bench.options), "connections": 2, "seconds": seconds})
        run = bench.wrk(meter, case.name, options)
    return Share(server, case.name, case.what, run.requests)


def uploads_of(bench):
    """Measure uploads of phones, with a separate database."""
    name, ids = uploads.seed(bench)
    options = argparse.Namespace(**{**vars(bench.options), "devices": 10, "per_second": 30, "seconds": bench.options.seconds + 2})
    with_plans = prepared(bench, name)
    try:
        timer = threading.Timer(2, reset, [with_plans])
        timer.start()
        phones = uploads.drive(with_plans, options, ids, time.monotonic() + 0.2)
        timer.join()
        return Share(with_plans, "upload", "(-) upload of the field, per contact", sum(phone.contacts for phone in phones))
    finally:
        with_plans.remove()


def prepared(bench, name):
    """A server whose statements are counted."""
    bench.cluster.sql(None, "CREATE EXTENSION IF NOT EXISTS pg_stat_statements", name, "postgres")
    bench.cluster.sql(None, ON, name, "postgres")
    return bench.make_server(name).start()


def run(bench, say):
    say("\nplanning in writes: share of their time in PostgreSQL")
    name = bench.database(bench.options.organizations, bench.options.events)
    shares = []
    try:
        server = prepared(bench, name)
        try:
            meter = Meter(bench.cluster, bench.redis, server)
            shares += [requests_of(bench, server, meter, case) for case in all_cases() if case.writes]
        finally:
            server.remove()
        shares.append(uploads_of(bench))
    finally:
        bench.cluster.sql(None, OFF, name, "postgres")
    judge(bench, say, shares)


def judge(bench, say, shares):
    for each in shares:
        say(f"{each.what:40} {1e3 * each.plan / each.requests:7.1f} of {1e3 * each.whole / each.requests:8.1f} us  {100 * each.share:5.1f} %")
        if each.share > MOST:
            bench.failures.append(f"planning is {100 * each.share:.0f} % of {each.name}, more than {100 * MOST:.0f} %")
            for plans, calls, spent, text in each.worst:
                say(f"    {plans} plans in {calls} calls, {spent:.1f} ms: {text[:120]}")
    bench.results.put("planning", [table("Planning in PostgreSQL, per write", ["write", "planning µs", "in all µs", "share"], [
        [each.what, f"{1e3 * each.plan / each.requests:.1f}", f"{1e3 * each.whole / each.requests:.1f}", f"{100 * each.share:.1f} %"]
        for each in shares])], [
        chart("share", "Share of planning in a write", "%", [each.what for each in shares],
              {"planning": [100 * each.share for each in shares]}, limit=100 * MOST)])

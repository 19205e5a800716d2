#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures the server: ./dev bench (docs/internals/performance.md).

    bench.py --binary campaign-centerd [--rounds 5] [--seconds 3] [--case NAME …] [--peer FOLDER] [--old BUILD]

Without --case and --peer it measures every request compared with its bare statement, planning in writes, and the
cost of memory, routes and organizations. Everything runs on a separate cluster with default durability. Each round
measures every case in turn, so that other load of the machine affects all of them; ratios are computed within a
round. The figures are also stored in .dev/bench.json, from which ./dev bench docs makes docs/benchmarks.md. Exits
with 1 when a request failed; with --strict also when a target was missed."""

import argparse
import os
import sys

import redis

import compare
import crowd
import database
import limits
import live
import pages
import peers
import planning
import results
import signin
import slow
import starts
import tenants
import uploads
from cases import all_cases

from harness import server as harness_server
from harness import services

# A rate limit so high that requests are counted but never refused.
UNLIMITED = "1000000000/60"
# Cases that are not one kind of request but have a module of their own.
ALONE = {"upload": uploads.run, "live": live.run, "slow": slow.run, "signin": signin.run, "tenants": tenants.run, "crowd": crowd.run,
         "starts": starts.run, "planning": planning.run, "limits": limits.run}
REQUESTS = [case.name for case in all_cases()]


def load_options(parser):
    parser.add_argument("--binary", required=True)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=3, help="of each measurement")
    parser.add_argument("--connections", type=int, default=32, help="of wrk and of pgbench")
    parser.add_argument("--events", type=int, default=200000)
    parser.add_argument("--organizations", type=int, default=200)
    parser.add_argument("--setting", action="append", default=[], help="of the server, such as THREADS=4")
    parser.add_argument("--results", default=str(pages.RESULTS), help="JSON file of the figures (.dev/bench.json)")
    parser.add_argument("--strict", action="store_true", help="a missed target is a failure")


def case_options(parser):
    parser.add_argument("--case", action="append", metavar="NAME", choices=[*REQUESTS, "public-one", *ALONE],
                        help=f"only this one; requests: {', '.join(REQUESTS)}, with --peer public-one too; more: {', '.join(ALONE)}")
    parser.add_argument("--peer", metavar="FOLDER", help="beside the servers in FOLDER: axum, fastify")
    parser.add_argument("--old", metavar="BUILD", help="beside another build of ours")
    parser.add_argument("--neighbour", action="append", choices=slow.NEIGHBOURS, help="of the case slow (search)")
    parser.add_argument("--rows", type=int, default=50000, help="of the neighbour import and of the case starts")
    parser.add_argument("--sign-ins", type=int, default=40, help="at once in the case signin")
    parser.add_argument("--people", type=int, default=20000, help="of the case crowd")
    parser.add_argument("--devices", type=int, default=40, help="phones of the case upload")
    parser.add_argument("--per-second", type=int, default=150, help="contacts that they send together")
    parser.add_argument("--limits", action="store_true", help="the same as --case limits")
    parser.add_argument("--no-limits", action="store_true", help="without memory, routes and organizations")
    parser.add_argument("--plans", action="store_true", help="print PostgreSQL's generic plans too")
    parser.add_argument("--pause", action="store_true", help="keep the server until Enter, for a profiler")


def arguments(given=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    load_options(parser)
    case_options(parser)
    options = parser.parse_args(given)
    options.actors = min(200, options.organizations)
    if options.events % (options.organizations * 20) != 0:
        parser.error("--events must be a multiple of 20 times --organizations")
    if options.limits:
        options.case = [*(options.case or []), "limits"]
    beside = options.peer or options.old
    for name in options.case or []:
        if (name not in peers.CASES) if beside else (name == "public-one"):
            parser.error(f"--case {name} {'is not compared with peers' if beside else 'needs --peer or --old'}")
    return options


class Bench:
    def __init__(self, options, given):
        self.options = options
        os.environ["CAMPAIGN_CENTERD_BINARY"] = options.binary
        self.cluster = services.Cluster(database.SETTINGS)
        self.redis = services.Redis()
        version = self.cluster.sql(None, "SHOW server_version", "postgres")[0][0]
        self.results = results.Results(options.results, given, version.split()[0])
        self.databases = {}
        self.runs = 0
        self.failures = []

    def database(self, organizations, events, program=None):
        """Return the name of a database with that load; the cases share it."""
        program = program or self.options.binary
        key = str(program), organizations, events
        if key not in self.databases:
            self.databases[key] = database.load(self.cluster, program, organizations, events)
        return self.databases[key]

    def make_server(self, name, program=None, **more):
        # Tokens are the same in every database of the bench, so sessions cached from the previous
        # database must be dropped.
        redis.Redis(unix_socket_path=str(self.redis.path)).flushall()
        settings = dict(each.split("=", 1) for each in self.options.setting)
        return harness_server.Server(self.cluster, name, self.redis.url, program, **{
            "RATE_LIMIT_API": UNLIMITED, "RATE_LIMIT_LOGIN": UNLIMITED, "RATE_LIMIT_REGISTER": UNLIMITED, **more, **settings})

    def remove(self):
        self.redis.remove()
        self.cluster.remove()

    def wrk(self, meter, case, options, name="ours"):
        self.runs += 1
        run = meter.wrk(case, options, self.runs)
        if run.errors:
            self.failures.append(f"{case} of {name}: {run.errors} of {run.requests:.0f} requests failed")
        if not run.requests:
            self.failures.append(f"{case} of {name}: nothing was answered in a measurement")
        return run

    def target(self, what, held, text):
        if not held and self.options.strict:
            self.failures.append(f"{what} is not {text}")
        return f"{text} {'held' if held else 'MISSED'}"


def say(text):
    print(text, flush=True)


def measure(bench):
    options = bench.options
    if options.peer or options.old:
        peers.run(bench, say)
        return
    if not options.case or set(options.case) & set(REQUESTS):
        compare.Comparison(bench, say).run()
    usual = ["planning", *([] if options.no_limits else ["limits"])]
    for name in ALONE:
        if name in (options.case or usual):
            ALONE[name](bench, say)


def main():
    given = sys.argv[1:]
    options = arguments(given)
    bench = Bench(options, given)
    try:
        measure(bench)
    finally:
        bench.remove()
    for failure in bench.failures:
        say(f"FAILED {failure}")
    sys.exit(1 if bench.failures else 0)


if __name__ == "__main__":
    main()

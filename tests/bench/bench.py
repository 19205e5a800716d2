#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures the server against the bare statements: ./dev bench (docs/internals/performance.md).

    bench.py --binary campaign-centerd [--rounds 5] [--seconds 4] [--case member] [--no-limits | --limits]

Everything runs on a cluster of its own with default durability. Each round runs pgbench and wrk on every
case in turn, so that what else the machine does falls on all of them; ratios are made within a round. Ends
with 1 when a request failed, with --strict also when a target was missed."""

import argparse
import os
import re
import sys

import redis

import database
import limits
import live
import uploads
from measure import Meter, middle, spread

from harness import server as harness_server
from harness import services

# Requests that are counted but never refused.
UNLIMITED = "1000000000/60"


class Case:
    def __init__(self, name, query, what, ratio=None, cpu=None, bare=True):
        self.name, self.query, self.what = name, query, what
        self.ratio, self.cpu, self.bare = ratio, cpu, bare
        self.http, self.plain = [], []


def all_cases():
    return [
        Case("public", "public_event_get", "(a) public event by id", ratio=0.35),
        Case("member", "event_get", "(b) event by id: session, limit, RLS", ratio=0.22, cpu=75),
        Case("list", "event_list", "(c) list of 50", ratio=0.45, cpu=200),
        Case("create", "event_create", "(d) create event", ratio=0.50),
        Case("check-in", "attendee_check_in", "(e) check-in", ratio=0.50),
        Case("door", "attendee_list", "(f) 500 of a door list of 10,000"),
        Case("contact", "contact_add", "(g) contact at a door of a turf", ratio=0.50),
        Case("create-keyed", "event_create", "(-) create event with Idempotency-Key"),
    ]


def script_of(case, text, names, options):
    """A script of pgbench: the statement with its parameters as variables. A variable that nobody defines
    is NULL to pgbench. The title must differ each time, and pgbench has no texts to compute with: so the
    statement puts it in."""
    per = options.events // options.organizations
    lines = [f"\\set organization_id random(1, {options.organizations})"]
    if case.name == "public":
        lines.append(f"\\set i random(0, {per // 20 - 1}) * 20 + random(1, 19)")
    elif case.name == "check-in":
        lines += ["\\set i random(1, 2000)", "\\set event_id :organization_id",
                  f"\\set attendee_id (:i - 1) * {options.organizations} + :organization_id"]
    elif case.name == "contact":
        lines.append(f"\\set door_id (random(1, 500) - 1) * {options.organizations} + :organization_id")
        text = re.sub(r"\$%d\b::jsonb" % (names.index("body") + 1), database.CONTACT, text)
    elif case.name == "door":
        lines += ["\\set organization_id 1", f"\\set event_id {options.organizations + 1}"]
    elif case.name == "member":
        lines.append(f"\\set i random(1, {per})")
    else:
        lines.append("\\set unique random(1, 1000000000000000)")
    if case.query in ("public_event_get", "event_get"):
        lines.append(f"\\set event_id (:i - 1) * {options.organizations} + :organization_id")
    lines += ["\\set user_id :organization_id", f"\\set limit {501 if case.name == 'door' else 51}"]
    text = re.sub(r"\$(\d+)", lambda found: ":" + names[int(found.group(1)) - 1], text)
    text = text.replace(":client_id::uuid", "gen_random_uuid()")
    text = text.replace(":body::jsonb", f"replace(:body::text, '{database.UNIQUE}', :unique::text)::jsonb")
    return "\n".join(lines) + "\n" + text.strip().rstrip(";") + ";\n"


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", required=True)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=4, help="of each measurement")
    parser.add_argument("--connections", type=int, default=32, help="of wrk and of pgbench")
    parser.add_argument("--events", type=int, default=200000)
    parser.add_argument("--organizations", type=int, default=200)
    parser.add_argument("--case", action="append", help="only this one (public, member, list, create, check-in, door, contact, create-keyed, upload, live)")
    parser.add_argument("--devices", type=int, default=40, help="phones of the case upload")
    parser.add_argument("--per-second", type=int, default=150, help="contacts that they send together")
    parser.add_argument("--limits", action="store_true", help="only memory, routes and organizations")
    parser.add_argument("--no-limits", action="store_true", help="without them")
    parser.add_argument("--plans", action="store_true", help="print PostgreSQL's generic plans too")
    parser.add_argument("--setting", action="append", default=[], help="of the server, such as THREADS=4")
    parser.add_argument("--pause", action="store_true", help="keep the server until Enter, for a profiler")
    parser.add_argument("--strict", action="store_true", help="a missed target is a failure")
    options = parser.parse_args()
    options.actors = min(200, options.organizations)
    if options.events % (options.organizations * 20) != 0:
        parser.error("--events must be a multiple of 20 times --organizations")
    return options


class Bench:
    def __init__(self, options):
        self.options = options
        os.environ["CAMPAIGN_CENTERD_BINARY"] = options.binary
        self.cluster = services.Cluster(database.SETTINGS)
        self.redis = services.Redis()
        self.runs = 0
        self.failures = []

    def make_server(self, name, **more):
        # Tokens are the same in every database here: sessions of the one before must not be believed.
        redis.Redis(unix_socket_path=str(self.redis.path)).flushall()
        settings = dict(each.split("=", 1) for each in self.options.setting)
        return harness_server.Server(self.cluster, name, self.redis.url, **{
            "RATE_LIMIT_API": UNLIMITED, "RATE_LIMIT_LOGIN": UNLIMITED, "RATE_LIMIT_REGISTER": UNLIMITED, **more, **settings})

    def remove(self):
        self.redis.remove()
        self.cluster.remove()

    def wrk(self, meter, case, options):
        self.runs += 1
        run = meter.wrk(case, options, self.runs)
        if run.errors:
            self.failures.append(f"{case}: {run.errors} of {run.requests:.0f} requests failed")
        return run

    def compare(self):
        """The cases, round by round."""
        options = self.options
        say(f"loading {options.events:,} events of {options.organizations} organizations")
        name = database.load(self.cluster, options.binary, options.organizations, options.events)
        texts, sizes = database.statements(self.cluster, lambda: self.make_server(name), options.organizations)
        names = database.parameters()
        self.body = texts["event_create"][1][names["event_create"].index("body")]
        texts = {query: text for query, (text, _) in texts.items()}
        cases = [case for case in all_cases() if not options.case or case.name in options.case]
        scripts = {case.name: script_of(case, texts[case.query], names[case.query], options) for case in cases}
        say("bytes of one answer: " + ", ".join(f"{key} {value:,}" for key, value in sizes.items()))
        if options.plans:
            self.print_plans(name, texts, names)
        server = self.make_server(name).start()
        try:
            self.rounds(cases, scripts, name, Meter(self.cluster, self.redis, server))
            if any(case.name == "door" for case in cases):
                self.read_door_list(server)
            if options.pause:
                input(f"server {server.pid} on {server.url}, socket {self.cluster.folder}, {name}: Enter ends it")
        finally:
            server.remove()
        self.print_cases(cases)

    def rounds(self, cases, scripts, name, meter):
        options = self.options
        variables = {"body": self.body, "actor": "user:1", "occurred_at": database.OCCURRED_AT,
                     "rights": '["manage_canvass"]'}
        for number in range(options.rounds + 1):
            seconds, options.seconds = options.seconds, options.seconds if number else 1
            for case in cases:
                plain = self.with_people(case, name, lambda: meter.pgbench(scripts[case.name], name, options, variables))
                http = self.with_people(case, name, lambda: self.wrk(meter, case.name, options))
                if number:  # the first warms caches and connections
                    case.plain.append(plain)
                    case.http.append(http)
                    say(f"round {number} {case.name:13} bare {plain.rate:8.0f}/s  HTTP {http.rate:8.0f}/s  ratio "
                        f"{http.rate / plain.rate:.2f}  server {http.server:.0f} us  foreign {http.foreign:.2f} cores")
            options.seconds = seconds

    def with_people(self, case, name, work):
        """A check-in needs somebody who is not checked in."""
        if case.name == "check-in":
            database.forget_check_ins(self.cluster, name)
        return work()

    def read_door_list(self, server):
        reads = [database.read_door_list(server, self.options.organizations) for _ in range(7)]
        if any(people != 10000 for people, _ in reads):
            self.failures.append(f"the door list has {reads[0][0]} people")
        say(f"the door list of 10,000 in pages of 500, one reader: {spread(1e3 * seconds for _, seconds in reads)} ms")

    def print_plans(self, name, texts, names):
        for query, values in (("event_list", {"organization_id": "7", "limit": "51"}),
                              ("event_get", {"organization_id": "7", "event_id": "1407"}),
                              ("public_event_get", {"event_id": "1407"})):
            given = ", ".join(values.get(each, "NULL") for each in names[query])
            self.print_plan(name, "postgres", "", query, texts[query], given)
            role = "SET ROLE campaign_public; " if query.startswith("public") else ""
            self.print_plan(name, "campaign_api", role + "SELECT set_config('app.organization_id', '7', false); ",
                            query, texts[query], given)

    def print_plan(self, name, role, before, query, text, given):
        import psycopg2

        with psycopg2.connect(self.cluster.url(name, role)) as connection, connection.cursor() as cursor:
            cursor.execute(f"{before}SET jit = off; SET plan_cache_mode = force_generic_plan; PREPARE q AS {text}")
            cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, COSTS, TIMING OFF) EXECUTE q({given})")
            say(f"plan of {query} as {role}:")
            for (line,) in cursor.fetchall():
                say("    " + line[:220])
        connection.close()

    def print_cases(self, cases):
        say("\nper request, medians of the rounds; CPU in us, p50 and p99 in ms, resident memory in MB")
        say(f"{'':40} {'':5} {'req/s':>7} {'p50':>7} {'p99':>7} {'server':>7} {'PG':>6} {'Redis':>6} {'client':>6} "
            f"{'RSS':>6}")
        for case in cases:
            for label, runs in (("bare", case.plain), ("HTTP", case.http)):
                say(f"{case.what if label == 'bare' else '':40} {label:5} {mid(runs, 'rate'):7.0f} "
                    f"{mid(runs, 'p50'):7.2f} {mid(runs, 'p99'):7.2f} {mid(runs, 'server'):7.1f} {mid(runs, 'postgres'):6.1f} "
                    f"{mid(runs, 'redis'):6.1f} {mid(runs, 'generator'):6.1f} {mid(runs, 'resident') / 1024:6.1f}")
        say("\nratios HTTP / bare within a round: median [least-most]")
        for case in cases:
            ratios = [http.rate / plain.rate for http, plain in zip(case.http, case.plain)]
            say(f"{case.what:40} {spread(ratios)}{self.verdict(case, middle(ratios))}")
        say(f"others used {spread([run.foreign for case in cases for run in case.http + case.plain])} cores meanwhile")

    def verdict(self, case, ratio):
        texts = []
        if case.ratio:
            texts.append(self.target(f"ratio of {case.name}", ratio >= case.ratio, f">= {case.ratio:.2f}"))
        if case.cpu:
            cpu = mid(case.http, "server")
            texts.append(f"server {cpu:.0f} us "
                         + self.target(f"CPU of {case.name}", cpu <= case.cpu, f"<= {case.cpu}"))
        return "".join("  " + text for text in texts)

    def target(self, what, held, text):
        if not held and self.options.strict:
            self.failures.append(f"{what} is not {text}")
        return f"{text} {'held' if held else 'MISSED'}"


def mid(runs, member):
    return middle([getattr(run, member) for run in runs])


def say(text):
    print(text, flush=True)


def main():
    options = arguments()
    bench = Bench(options)
    try:
        if options.case and "upload" in options.case:
            uploads.run(bench, say)
        if options.case and "live" in options.case:
            live.run(bench, say)
        alone = options.case is not None and set(options.case) <= {"upload", "live"}
        if not options.limits and not alone:
            bench.compare()
        if not options.no_limits and not alone:
            limits.run(bench, say)
    finally:
        bench.remove()
    for failure in bench.failures:
        say(f"FAILED {failure}")
    sys.exit(1 if bench.failures else 0)


if __name__ == "__main__":
    main()

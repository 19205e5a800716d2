# SPDX-License-Identifier: GPL-3.0-or-later
"""This build of the server compared with other servers and with other builds, on one cluster, one after the other
within a round.

    ./dev bench --peer FOLDER [--old BUILD] [--case member] [--rounds 5] [--seconds 3]

FOLDER contains axum/ (Cargo.toml, program peer-axum) and fastify/ (package.json, server.mjs); they are built from
copies in .dev/peers. A peer serves the routes of the cases below on 127.0.0.1:PORT; PGH (folder of the socket) and
DB name its database, RSOCK the socket of Redis. BUILD is a program campaign-centerd, or a build folder that
contains one; it gets a separate database, which it migrates."""

import argparse
import os
import pathlib
import shutil
import signal
import subprocess
import time
import urllib.error
import urllib.request

from measure import Meter, middle, spread
from results import chart, table

import database
from database import ROOT
from harness import server as harness_server

CONNECTIONS = (32, 256)
# For each case: its title, and the minimal ratio of our rate to that of the peer "axum". Our p99
# must not be higher than axum's.
CASES = {"public": ("public event", 1.0), "public-one": ("public event, the same each time", 2.0),
         "member": ("one event: session, limit, RLS", 1.1), "list": ("list of 50", 1.2), "create": ("create event", 1.0),
         "contact": ("contact at a door", 1.0)}
# Name, folder, build command, run command, environment, cases it supports (None: all).
PEERS = (("axum", "axum", ["cargo", "build", "--release"], ["target/release/peer-axum"], {}, None),
         ("axum-sqlx", "axum", ["cargo", "build", "--release"], ["target/release/peer-axum"], {"SQLX": "1"}, ("member", "list")),
         ("fastify", "fastify", ["npm", "install", "--no-audit", "--no-fund"], ["node", "server.mjs"], {}, None))


class Ours:
    """A build of this server as a competitor."""

    cases = None

    def __init__(self, bench, name, program, database):
        self.name, self.server = name, bench.make_server(database, program=program)

    def start(self):
        self.server.start()
        self.pid, self.url = self.server.pid, self.server.url

    def stop(self):
        self.server.remove()


class Peer:
    def __init__(self, bench, name, command, folder, more, cases, database):
        self.name, self.command, self.folder, self.cases = name, command, folder, cases
        self.port, self.process = harness_server.free_port(), None
        self.url = f"http://127.0.0.1:{self.port}"
        self.ready = f"/v1/public/events/{bench.options.organizations + 1}"
        self.environment = {**os.environ, "PORT": str(self.port), "PGH": str(bench.cluster.folder), "DB": database,
                            "RSOCK": str(bench.redis.path), **more}

    def start(self):
        self.log = open(self.folder / f"{self.name}.log", "w")
        self.process = subprocess.Popen(self.command, cwd=self.folder, env=self.environment, stdout=self.log, stderr=self.log,
                                        start_new_session=True)
        self.pid = self.process.pid
        deadline = time.monotonic() + 20
        while not self.answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the peer {self.name} does not serve {self.ready}: see {self.log.name}")
            time.sleep(0.05)

    def answers(self):
        try:
            with urllib.request.urlopen(self.url + self.ready, timeout=2) as reply:
                return reply.status == 200
        except (urllib.error.URLError, OSError):
            return False

    def stop(self):
        """Stop the process and its children, which are a process group."""
        if self.process is not None:
            if self.process.poll() is None:
                os.killpg(self.process.pid, signal.SIGTERM)
            self.process.wait(20)
            self.log.close()


def copy_changed(source, target):
    """Copy a file if it has changed. Build tools compare times, so an unchanged file keeps its time."""
    if not os.path.exists(target) or pathlib.Path(source).read_bytes() != pathlib.Path(target).read_bytes():
        shutil.copyfile(source, target)


def built(folder, name, source, command, say):
    """Build a copy of a peer. Returns its folder, or None after printing the reason."""
    there = folder / source
    if not there.is_dir():
        say(f"peer {name}: FOLDER has no {source}/")
        return None
    if shutil.which(command[0]) is None:
        say(f"peer {name}: the program {command[0]} is missing; install it to compare with this peer")
        return None
    here = ROOT / ".dev" / "peers" / source
    shutil.copytree(there, here, dirs_exist_ok=True, copy_function=copy_changed,
                    ignore=shutil.ignore_patterns("target", "node_modules"))
    say(f"building the peer {name}")
    log = here / "build.log"
    with log.open("w") as out:
        done = subprocess.run(command, cwd=here, stdout=out, stderr=out, stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        say(f"peer {name}: {' '.join(command)} failed: see {log.relative_to(ROOT)}")
        return None
    return here


def others(bench, say, database):
    """Return the other servers that can run on this machine."""
    found, options, folders = [], bench.options, {}
    for name, source, build, command, more, cases in PEERS if options.peer else ():
        if source not in folders:
            folders[source] = built(pathlib.Path(options.peer).resolve(), name, source, build, say)
        if folders[source]:
            program = folders[source] / command[0]
            command = [str(program) if program.exists() else command[0], *command[1:]]
            found.append(Peer(bench, name, command, folders[source], more, cases, database))
    if options.old:
        program = pathlib.Path(options.old).resolve()
        program = program / "server" / "campaign-centerd" if program.is_dir() else program
        found.append(Ours(bench, "old", program, bench.database(options.organizations, options.events, program)))
    return found


def keep_correct_cases(bench, say, servers, cases):
    """Restrict each server's `cases` to those that it answers correctly: a peer with outdated statements answers some
    with errors, and errors are fast."""
    given = argparse.Namespace(**{**vars(bench.options), "connections": 2, "seconds": 1})
    for each in servers:
        good = []
        for case in cases:
            if each.cases is not None and case not in each.cases:
                continue
            bench.runs += 1
            run = Meter(bench.cluster, bench.redis, each).wrk(case, given, bench.runs)
            if run.requests > run.errors == 0:
                good.append(case)
            else:
                bench.failures.append(f"{each.name} cannot be compared in {case}: {run.errors} of {run.requests:.0f} requests failed")
                say(f"FAILED {bench.failures[-1]}")
        each.cases = good


def measure(bench, say, servers, cases):
    """Return {(connections, case, name): [Run, …]}; a first, short round only warms up."""
    options, found = bench.options, {}
    meters = {each.name: Meter(bench.cluster, bench.redis, each) for each in servers}
    for number in range(options.rounds + 1):
        for connections in CONNECTIONS if number else CONNECTIONS[:1]:
            given = argparse.Namespace(**{**vars(options), "connections": connections, "seconds": options.seconds if number else 1})
            for case in cases:
                for each in servers:
                    if case not in each.cases:
                        continue
                    run = bench.wrk(meters[each.name], case, given, each.name)
                    if number:
                        found.setdefault((connections, case, each.name), []).append(run)
                        say(f"round {number} {connections:3} {case:10} {each.name:10} {run.rate:8.0f}/s  p50 {run.p50:7.2f}  p99 {run.p99:7.2f} "
                            f"ms  server {run.server:6.1f} us  PostgreSQL {run.postgres:6.1f} us  foreign {run.foreign:.2f} cores")
        if not number:
            for name in bench.databases.values():
                database.analyze(bench.cluster, name)
    return found


def ratios(found, connections, case, name, member):
    """Ratios ours / other for each round, without rounds in which one of them had no replies."""
    pairs = zip(found.get((connections, case, "ours"), ()), found.get((connections, case, name), ()))
    return [getattr(own, member) / getattr(other, member) for own, other in pairs if own.requests and other.requests]


def verdict(bench, connections, case, rate, p99):
    what, least = f"{case} with {connections} connections", CASES[case][1]
    return ("  rate " + bench.target(f"rate of {what} against axum", middle(rate) >= least, f">= {least}")
            + "  p99 " + bench.target(f"p99 of {what} against axum", middle(p99) <= 1.0, "<= 1.0"))


def judge(bench, say, found, cases, names):
    for connections in CONNECTIONS:
        say(f"\n{connections} connections: ours / other within a round, median [least-most]")
        say(f"{'':34} {'':10} {'rate':18} p99")
        for case in cases:
            for name in names:
                rate, p99 = (ratios(found, connections, case, name, member) for member in ("rate", "p99"))
                if rate:
                    say(f"{CASES[case][0]:34} {name:10} {spread(rate):18} {spread(p99):18}"
                        + (verdict(bench, connections, case, rate, p99) if name == "axum" else ""))


def row_of(found, connections, case, name):
    runs = found[connections, case, name]
    mid = {member: middle(getattr(run, member) for run in runs) for member in ("rate", "p50", "p99", "server", "postgres", "resident")}
    pairs = {member: [] if name == "ours" else ratios(found, connections, case, name, member) for member in ("rate", "p99")}
    rate, p99 = (spread(found) if found else "" for found in pairs.values())
    return [CASES[case][0], name, f"{mid['rate']:,.0f}", f"{mid['p50']:.1f}", f"{mid['p99']:.1f}", rate, p99,
            f"{mid['server']:.0f} + {mid['postgres']:.0f}", f"{mid['resident'] / 1024:.0f}"]


def store_results(bench, found, cases, names):
    tables, charts, names = [], [], ("ours", *names)
    for connections in CONNECTIONS:
        tables.append(table(f"{connections} connections; CPU of server + PostgreSQL in µs per request", [
            "request", "server", "requests a second", "p50 ms", "p99 ms", "rate: ours / this", "p99: ours / this", "CPU µs", "RSS MB"],
            [row_of(found, connections, case, name) for case in cases for name in names if (connections, case, name) in found]))
        for member, title, unit in (("rate", "Rate", "requests a second"), ("p99", "p99", "ms")):
            series = {name: [middle(getattr(run, member) for run in found[connections, case, name])
                             if (connections, case, name) in found else None for case in cases] for name in names}
            charts.append(chart(f"{member}-{connections}", f"{title}, {connections} connections", unit,
                                [CASES[case][0] for case in cases], series))
    foreign = spread(run.foreign for runs in found.values() for run in runs)
    bench.results.put("peers", tables, charts, [f"Others used {foreign} cores meanwhile."])


def run(bench, say):
    options = bench.options
    cases = [case for case in CASES if not options.case or case in options.case]
    say(f"loading {options.events:,} events of {options.organizations} organizations")
    database = bench.database(options.organizations, options.events)
    there = others(bench, say, database)
    if not there:
        bench.failures.append("no peer can run here")
        return
    servers = [Ours(bench, "ours", None, database), *there]
    started = []
    try:
        for each in servers:
            each.start()
            started.append(each)
        keep_correct_cases(bench, say, servers, cases)
        found = measure(bench, say, servers, cases)
    finally:
        for each in started:
            each.stop()
    names = [each.name for each in there]
    judge(bench, say, found, cases, names)
    store_results(bench, found, cases, names)

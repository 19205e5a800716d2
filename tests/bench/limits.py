# SPDX-License-Identifier: GPL-3.0-or-later
"""Memory of the idle server and of the server with many connections; cost of more routes and more organizations."""

import argparse
import pathlib
import socket
import subprocess
import time

import database
from measure import Meter, resident, spread
from results import table

CONNECTIONS = 1000
ORGANIZATIONS = (10, 10000)
EVENTS = 200000
SESSIONS = 10
ROUNDS = 5


def run(bench, say):
    bench.results.put("limits", [memory(bench, say), routes(bench, say), organizations(bench, say)])


def megabytes(kilobytes):
    return kilobytes / 1024


def ask_once(connection, organizations):
    connection.sendall(f"GET /v1/events/{organizations + 1} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                       f"Authorization: Bearer {database.token(organizations + 1)}\r\n\r\n".encode())
    answer = connection.recv(65536)
    return answer.startswith(b"HTTP/1.1 200 ")


def memory(bench, say):
    """Measure the memory of an idle server, then of the same server with connections that have all been used once and
    stay open."""
    say("\nmemory of the server")
    name = bench.database(20, 4000)
    server = bench.make_server(name).start()
    connections = []
    try:
        time.sleep(1)
        idle = resident(server.pid)
        say(f"idle: {megabytes(idle):.1f} MB " + bench.target("idle memory", idle <= 20 * 1024, "<= 20"))
        failed = 0
        for _ in range(CONNECTIONS):
            connection = socket.create_connection(("127.0.0.1", server.port), timeout=10)
            connections.append(connection)
            failed += not ask_once(connection, 20)
        if failed:
            bench.failures.append(f"{failed} of {CONNECTIONS} connections were not answered")
        used = resident(server.pid)
        say(f"{CONNECTIONS:,} open connections, each used once: {megabytes(used):.1f} MB "
            + bench.target("memory with connections", used <= 80 * 1024, "<= 80"))
    finally:
        for connection in connections:
            connection.close()
        server.remove()
    return table("Resident memory", ["idle MB", f"{CONNECTIONS:,} connections, each used once, MB"],
                 [[f"{megabytes(idle):.1f}", f"{megabytes(used):.1f}"]])


def routes(bench, say):
    """Measure the router alone with made-up route tables, in nanoseconds per lookup."""
    say("\nrouter alone, ns per lookup: median [least-most] of 5")
    program = pathlib.Path(bench.options.binary).resolve().parents[1] / "tests" / "bench" / "router-bench"
    counts = (5, 50, 250)
    found = {count: [] for count in counts}
    for _ in range(5):
        for count in counts:
            found[count].append(float(subprocess.check_output([program, str(count)], text=True)))
    for count in counts:
        say(f"{count:4} routes: {spread(found[count], 0)}")
    return table("A look-up of the router alone", ["routes", "ns"], [[count, spread(found[count], 0)] for count in counts])


def organizations(bench, say):
    """Measure case (b) with few and with many organizations in the database; the number of people who send requests
    is the same."""
    say("\nevent by id of a member (b) by number of organizations")
    servers, runs = {}, {count: [] for count in ORGANIZATIONS}
    try:
        for count in ORGANIZATIONS:
            name = bench.database(count, EVENTS)
            servers[count] = bench.make_server(name).start()
        for number in range(ROUNDS + 1):
            for count in ORGANIZATIONS:
                options = argparse.Namespace(connections=bench.options.connections, organizations=count,
                                             seconds=3 if number else 1, events=EVENTS, actors=SESSIONS)
                measured = bench.wrk(Meter(bench.cluster, bench.redis, servers[count]), "member", options)
                if number:
                    runs[count].append(measured)
    finally:
        for server in servers.values():
            server.remove()
    return tell_organizations(say, runs)


def tell_organizations(say, runs):
    rows = []
    for count in ORGANIZATIONS:
        rate, server, postgres = (spread([getattr(run, member) for run in runs[count]], 0) for member in ("rate", "server", "postgres"))
        say(f"{count:6,} organizations: {rate} /s, server {server} us, PostgreSQL {postgres} us")
        rows.append([f"{count:,}", rate, server, postgres])
    ratios = [many.rate / few.rate for few, many in zip(runs[ORGANIZATIONS[0]], runs[ORGANIZATIONS[1]])]
    say(f"rate with {ORGANIZATIONS[1]:,} / with {ORGANIZATIONS[0]}: {spread(ratios)}")
    return table(f"Event by id of a member, by number of organizations; rate of the last / of the first: {spread(ratios)}",
                 ["organizations", "requests a second", "server µs", "PostgreSQL µs"], rows)

# SPDX-License-Identifier: GPL-3.0-or-later
"""How long the turf cut and the phone bank of an organization take to start while another organization imports a
file.

    ./dev bench --case starts [--rows 1000000]

A cut is timed from its request until the turf is published, a phone bank from its request until it can be opened:
160 doors, 320 people, a new organization each time. Measured first without an import, then repeatedly until the
import has ended."""

import time

from measure import middle
from slow import Other

from harness import client as harness_client
from harness.turfs import Turfs

QUIET, MOST = 5, 2.0
DAY = {"start_hour": 0, "stop_hour": 24}


class TimedTurfs(Turfs):
    def cut(self, street):
        began = time.monotonic()
        made = super().cut(street)
        self.seconds = time.monotonic() - began
        return made


def bank_seconds(owner):
    listed = owner.ok("POST", "/v1/voter-lists", {"name": "All", "filter": {}})["id"]
    began = time.monotonic()
    bank = owner.ok("POST", "/v1/phone-banks", {"name": "Bank", "list_id": listed, **DAY})
    while owner.ok("GET", f"/v1/phone-banks/{bank['id']}")["state"] == "filling":
        time.sleep(0.02)
    return time.monotonic() - began


def once(server):
    org = harness_client.Organization(harness_client.Client(server), everybody=False)
    return TimedTurfs(org, 1, houses=80, people=2).seconds, bank_seconds(org.owner)


def line(say, when, found):
    for what, seconds in zip(("turf cut", "phone bank"), zip(*found)):
        say(f"{when:15} {what:10} middle {middle(seconds):5.2f} s, longest {max(seconds):5.2f} s of {len(seconds)}")


def run(bench, say):
    rows = bench.options.rows
    say(f"\nwhat an organization waits for while another imports {rows:,} voters")
    server = bench.make_server(bench.cluster.new_database(bench.options.binary)).start()
    try:
        busy = Other(server).imported(rows)
        quiet = [once(server) for _ in range(QUIET)]
        line(say, "quiet", quiet)
        beside = []
        busy.begin()
        while busy.is_at_work() or not beside:
            beside.append(once(server))
        busy.end()
        bench.failures += busy.errors
        line(say, "beside import", beside)
        longest = max(max(each) for each in beside)
        say(f"longest {longest:.2f} s {bench.target('a start beside an import', longest <= MOST, f'<= {MOST:.0f} s')}")
    finally:
        server.remove()

# SPDX-License-Identifier: GPL-3.0-or-later
"""Slow requests of others while quiet connections of an organization are measured.

    ./dev bench --case slow [--neighbour search --neighbour walk-list …] [--events 2000000] [--rows 50000]

search: four visitors whose public search finds nothing. walk-list, pack, export: two people of another
organization who request one each every 0.4 seconds. import: a file of --rows voters, once per round. Without
--neighbour: search."""

import http.client
import itertools
import json
import pathlib
import tempfile
import time

import imports
import neighbours
from neighbours import Neighbour

from harness import client as harness_client
from harness.turfs import Turfs

NEIGHBOURS = ("search", "walk-list", "pack", "export", "import")
SEARCH = "/v1/public/events?limit=50&text=zzzzqq"  # the program appends a number, because the cache would answer a repeated search
VOTERS = 20000
PAUSE = 0.4

# People of the other organization, for exports.
SEED = """
INSERT INTO voters (organization_id, first_name, last_name, state, zip5)
  SELECT %s, 'Rosa', 'Medina ' || n, 'MA', '02141' FROM generate_series(1, %s) n
"""


class Asker:
    """One connection per thread, opened again when the server has closed it."""

    def __init__(self, port, token=None):
        self.port, self.lines = port, {}
        self.head = {"Authorization": f"Bearer {token}"} if token else {}

    def ask(self, number, method, path, body=None, allowed=(200,)):
        """Send a request; returns the status as a word."""
        line = self.lines.setdefault(number, http.client.HTTPConnection("127.0.0.1", self.port, timeout=60))
        head = {**self.head, **({"Content-Type": "application/json"} if body is not None else {})}
        line.request(method, path, None if body is None else json.dumps(body), head)
        reply = line.getresponse()
        text = reply.read()
        if reply.status not in allowed:
            raise RuntimeError(f"{method} {path}: {reply.status} {text[:200]!r}")
        return str(reply.status)


class Other:
    """The other organization: it has a published turf of 160 doors, and voters."""

    def __init__(self, server):
        self.server = server
        self.org = harness_client.Organization(harness_client.Client(server), everybody=False)
        self.turf = Turfs(self.org, 1, houses=80, people=2).all[0]["id"]
        self.org.owner.ok("PATCH", f"/v1/turfs/{self.turf}", {"assigned_user_id": self.org.owner.user})
        server.sql(SEED, (self.org.id, VOTERS))
        self.asker = Asker(server.port, self.org.owner.token)

    def walk_list(self):
        return Neighbour(lambda number: self.asker.ask(number, "GET", f"/v1/turfs/{self.turf}/walk-list"), 2, pause=PAUSE)

    def pack(self):
        return Neighbour(lambda number: self.asker.ask(number, "GET", f"/v1/field/packs/turf/{self.turf}"), 2, pause=PAUSE)

    def export(self):
        return Neighbour(lambda number: self.asker.ask(number, "POST", "/v1/voters/export", {}), 2, pause=PAUSE)

    def imported(self, rows):
        """Import the same number of rows each time, into a new source."""
        with tempfile.TemporaryDirectory(prefix="cc-bench-") as folder:
            path = pathlib.Path(folder) / "nc.txt"
            imports.write_file(path, rows, seed=7)
            data = path.read_bytes()
        return Neighbour(lambda number: self.run_import(data), once=True)

    def run_import(self, data):
        ok = self.org.owner.ok
        source = ok("POST", "/v1/voter-sources", {"name": harness_client.unique("County"), "permitted_use": "Elections"})["id"]
        ok("POST", f"/v1/voter-sources/{source}/acknowledge")
        made = ok("POST", "/v1/imports", {"source_id": source, "name": "File", "profile_key": "nc"})["id"]
        ok("PUT", f"/v1/imports/{made}/file", data=data, headers={"Content-Type": "text/tab-separated-values"}, timeout=600)
        for verb, state in (("start", "ready"), ("apply", "done")):
            ok("POST", f"/v1/imports/{made}/{verb}")
            while (now := ok("GET", f"/v1/imports/{made}")["state"]) != state:
                if now in ("failed", "cancelled"):
                    raise RuntimeError(f"the import is {now}")
                time.sleep(0.1)
        return "import"


def neighbour(options, server, other, what):
    if what == "search":
        visitors, numbers = Asker(server.port), itertools.count()
        return Neighbour(lambda number: visitors.ask(number, "GET", f"{SEARCH}{next(numbers)}", allowed=(200, 503)), 4)
    if what == "import":
        return other.imported(options.rows)
    return {"walk-list": other.walk_list, "pack": other.pack, "export": other.export}[what]()


def run(bench, say):
    options = bench.options
    wanted = options.neighbour or ["search"]
    say(f"\nslow requests beside {neighbours.CONNECTIONS} quiet connections; {options.events:,} events")
    name = bench.database(options.organizations, options.events)
    found = {}
    server = bench.make_server(name).start()
    try:
        other = Other(server) if set(wanted) - {"search"} else None
        for what in wanted:
            busy = neighbour(options, server, other, what)
            members = [options.organizations + 1] * neighbours.CONNECTIONS
            found[what] = neighbours.compare(bench, say, server, what, members, busy, "/v1/events/1")
            neighbours.judge(bench, say, what, found[what])
    finally:
        server.remove()
    neighbours.store_results(bench, "slow", found)

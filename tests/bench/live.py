# SPDX-License-Identifier: GPL-3.0-or-later
"""The live feed: many sockets while writers work at a fixed rate.

    ./dev bench --case live [--rounds 5] [--seconds 3]

Each round measures the writers alone, then the same writers with 200 sockets of their organization. At the end it
measures 2,000 sockets of 200 organizations with few writes. A separate process reads the sockets. Each write has a
planned time, whether or not earlier writes are late; the delay of a change is measured from its planned time to
its arrival at a socket. Every socket must get every contact once."""

import collections
import http.client
import json
import multiprocessing
import resource
import selectors
import threading
import time
import uuid

import database
from measure import Meter, middle, resident, spread
from results import chart, table

from harness.live import LiveSocket

WRITERS, DOORS = 10, 60
SOCKETS, RATE = 200, 150
MANY, ORGANIZATIONS, FEW = 2000, 200, 20
TARGET_RATIO, TARGET_DELAY, TARGET_CORES = 2.0, 100, 0.2
# Settings that keep the limits of one person from refusing the bench's people.
SETTINGS = {"LIVE_SOCKETS": "4000"}

# Ten people of each organization, its owner among them; 200 more in the first one.
SEED = """
SET app.bulk = 'on';
INSERT INTO organizations (id, name, slug) OVERRIDING SYSTEM VALUE
  SELECT o, 'Live ' || o, 'live-' || o FROM generate_series(1, %(organizations)s) o;
INSERT INTO users (email, email_verified_at, password_hash, first_name, last_name)
  SELECT 'live-' || n || '@bench.test', now(), 'never', 'Ada', 'Watcher' FROM generate_series(1, %(many)s + %(sockets)s) n;
INSERT INTO organization_members (organization_id, user_id, role)
  SELECT CASE WHEN id > %(many)s THEN 1 ELSE (id - 1) %% %(organizations)s + 1 END, id,
    CASE WHEN id <= %(organizations)s THEN 'owner' ELSE 'member' END FROM users;
INSERT INTO sessions (token_hash, user_id, active_organization_id, kind, device_name, expires_at)
  SELECT sha256(convert_to('ccs_' || lpad(user_id::text, 43, '0'), 'UTF8')), user_id, organization_id, 'bearer', 'bench',
    now() + interval '1 day' FROM organization_members;
INSERT INTO buildings (organization_id, building_key, address)
  SELECT o, n::text, n || ' Canal Pk' FROM generate_series(1, %(doors)s) n, generate_series(1, %(organizations)s) o ORDER BY n, o;
INSERT INTO doors (organization_id, building_id, address_key)
  SELECT organization_id, id, building_key FROM buildings ORDER BY id;
INSERT INTO voters (organization_id, door_id, first_name, last_name)
  SELECT organization_id, id, 'Rosa', 'Medina' FROM doors ORDER BY id;
ANALYZE;
"""


class Writer(threading.Thread):
    """A writer: records contacts at doors as the owners, one organization after the other."""

    def __init__(self, port, number, rate, organizations, begin, end):
        super().__init__()
        self.port, self.number, self.organizations = port, number, organizations
        self.begin, self.end, self.step = begin, end, WRITERS / rate
        self.times, self.sent, self.wrong = [], {}, []

    def run(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        due, count = self.begin + self.number * self.step / WRITERS, 0
        while due < self.end:
            organization = (count * WRITERS + self.number) % self.organizations + 1
            door = count % DOORS * ORGANIZATIONS + organization
            count += 1
            body = json.dumps({"client_id": str(uuid.uuid4()), "channel": "door", "disposition": "not_home", "door_id": door,
                               "occurred_at": database.OCCURRED_AT})
            time.sleep(max(0.0, due - time.monotonic()))
            if time.monotonic() > self.end:
                break  # the planned period is over: this contact does not count
            connection.request("POST", "/v1/contacts", body, {
                "Authorization": f"Bearer {database.token(organization)}", "Content-Type": "application/json"})
            reply = connection.getresponse()
            text = reply.read()
            if reply.status != 201:
                self.wrong.append(f"{reply.status} {text[:200]!r}")
            else:
                self.sent[json.loads(text)["id"]] = due
            self.times.append((due, 1e3 * (time.monotonic() - due)))
            due += self.step
        connection.close()


def watch(pipe, port, users):
    """Main function of a process: opens a socket for each user and reads until the parent process ends it. Sends (arrivals of
    contacts, number of closed sockets); the arrivals are {contact: [seconds, …]}."""
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(limit[1], len(users) + 256), limit[1]))
    sockets = [LiveSocket(port, database.token(user), "now") for user in users]
    selector = selectors.EpollSelector()
    for each in sockets:
        each.sock.setblocking(False)
        each.take(decode=False)
        selector.register(each.sock, selectors.EVENT_READ, each)
    selector.register(pipe, selectors.EVENT_READ)
    pipe.send("open")
    while not pipe.poll():
        for key, _ in selector.select(1):
            if key.data is not None:
                key.data.read(decode=False)
                if key.data.closed is not None:
                    selector.unregister(key.data.sock)
    pipe.recv()
    arrivals, known = collections.defaultdict(list), {}
    for each in sockets:
        for at, text in zip(each.times, each.texts):
            if text not in known:
                known[text] = [change["entity_id"] for change in json.loads(text)["data"] if change["entity"] == "contact"]
            for contact in known[text]:
                arrivals[contact].append(at)
    pipe.send((dict(arrivals), sum(each.closed is not None for each in sockets)))
    for each in sockets:
        each.close()


class Watch:
    def __init__(self, port, users):
        context = multiprocessing.get_context("spawn")
        self.pipe, other = context.Pipe()
        self.process = context.Process(target=watch, args=(other, port, users))
        self.process.start()
        self.pipe.recv()

    def end(self):
        self.pipe.send("end")
        found = self.pipe.recv()
        self.process.join()
        return found


class Phase:
    """Results of one measured period; the first second is not counted."""

    def __init__(self, bench, server, meter, rate, organizations, users):
        watcher = Watch(server.port, users) if users else None
        try:
            self.load(server, meter, rate, organizations, bench.options.seconds)
        finally:
            time.sleep(1 if watcher else 0)  # changes that were written last still have to arrive
            arrivals, closed = watcher.end() if watcher else ({}, 0)
        wrong = [each for writer in self.writers for each in writer.wrong]
        if wrong:
            bench.failures.append(f"live: {len(wrong)} writes failed, such as {wrong[0]}")
        self.delays = sorted(1e3 * (at - due) for contact, due in self.sent.items() for at in arrivals.get(contact, []))
        if watcher:
            each = len(users) // organizations
            short = sum(len(arrivals.get(contact, [])) != each for contact in self.sent)
            if short or closed:
                bench.failures.append(f"live: {short} contacts did not reach all sockets once; {closed} sockets closed")

    def load(self, server, meter, rate, organizations, seconds):
        begin = time.monotonic() + 0.2
        counted, end = begin + 1, begin + 1 + seconds
        self.writers = [Writer(server.port, number, rate, organizations, begin, end) for number in range(WRITERS)]
        for writer in self.writers:
            writer.start()
        time.sleep(max(0.0, counted - time.monotonic()))
        before = meter.snapshot()
        for writer in self.writers:
            writer.join()
        spent = [each / (time.monotonic() - counted) for each in meter.between(before)]
        self.sent = {contact: due for writer in self.writers for contact, due in writer.sent.items() if due >= counted}
        times = sorted(each for writer in self.writers for due, each in writer.times if due >= counted)
        self.rate = len(self.sent) / seconds
        self.p50, self.p99 = part(times, 0.5), part(times, 0.99)
        self.server, self.postgres, self.redis = spent[:3]
        self.resident = resident(server.pid) / 1024

    def line(self):
        delay = f", delay p50 {part(self.delays, 0.5):.0f} p99 {part(self.delays, 0.99):.0f} ms" if self.delays else ""
        return (f"{self.rate:.1f} writes/s, p50 {self.p50:.1f} p99 {self.p99:.0f} ms{delay}; cores: server {self.server:.3f} "
                f"PostgreSQL {self.postgres:.3f} Redis {self.redis:.3f}; {self.resident:.0f} MB")


def part(values, share):
    return values[int(share * (len(values) - 1))] if values else 0.0


def run(bench, say):
    options = bench.options
    name = bench.cluster.new_database(options.binary)
    bench.cluster.sql(None, SEED % {"organizations": ORGANIZATIONS, "many": MANY, "sockets": SOCKETS, "doors": DOORS},
                      name, "postgres")
    server = bench.make_server(name, **SETTINGS).start()
    try:
        meter = Meter(bench.cluster, bench.redis, server)
        measure(bench, say, server, meter)
    finally:
        server.remove()


def measure(bench, say, server, meter):
    crowd = [MANY + number for number in range(1, SOCKETS + 1)]
    pairs = []
    for number in range(bench.options.rounds + 1):
        pair = [Phase(bench, server, meter, RATE, 1, users) for users in ([], crowd)]
        if number:  # the first pair is dropped, because the connections plan their statements in it
            pairs.append(pair)
            for what, phase in zip(("alone", f"{SOCKETS} sockets"), pair):
                say(f"round {number} {what:12} {phase.line()}")
    few = [Phase(bench, server, meter, FEW, ORGANIZATIONS, users) for users in ([], list(range(1, MANY + 1)))]
    for what, phase in zip(("alone", f"{MANY} sockets"), few):
        say(f"{ORGANIZATIONS} organizations {what:13} {phase.line()}")
    judge(bench, say, pairs, few[1])
    store_results(bench, pairs, few)


def judge(bench, say, pairs, many):
    rates = [with_them.rate for _, with_them in pairs]
    ratios = [with_them.p50 / alone.p50 for alone, with_them in pairs]
    delays = [part(with_them.delays, 0.99) for _, with_them in pairs]
    cores = many.server + many.postgres + many.redis
    if not all(phase.sent for pair in pairs for phase in pair) or not many.sent:
        bench.failures.append("live: no write was made in a stretch: its ratios and delays mean nothing")
    say(f"writes kept of {RATE}/s: {spread(rates, 1)} "
        + bench.target("writes beside sockets", middle(rates) >= 0.99 * RATE, f">= {0.99 * RATE:.1f}"))
    say(f"p50 of a write beside {SOCKETS} sockets / alone: {spread(ratios)} "
        + bench.target("p50 beside sockets", middle(ratios) <= TARGET_RATIO, f"<= {TARGET_RATIO}"))
    say(f"delay p99: {spread(delays, 0)} ms " + bench.target("delay", middle(delays) <= TARGET_DELAY, f"<= {TARGET_DELAY} ms"))
    say(f"{MANY} sockets: {cores:.3f} cores of server, PostgreSQL and Redis "
        + bench.target("cores of sockets", cores <= TARGET_CORES, f"<= {TARGET_CORES}"))


def store_results(bench, pairs, few):
    def mid(phases, member):
        return middle(getattr(phase, member) for phase in phases)

    def row(what, phases):
        delays = [part(phase.delays, 0.99) for phase in phases]
        return [what, f"{mid(phases, 'rate'):.1f}", f"{mid(phases, 'p50'):.1f}", f"{mid(phases, 'p99'):.0f}",
                f"{middle(delays):.0f}" if any(delays) else "", f"{mid(phases, 'server'):.3f}", f"{mid(phases, 'postgres'):.3f}",
                f"{mid(phases, 'resident'):.0f}"]

    alone, beside = zip(*pairs)
    rows = [row(f"{RATE}/s, no sockets", alone), row(f"{RATE}/s, {SOCKETS} sockets of one organization", beside),
            row(f"{FEW}/s over {ORGANIZATIONS} organizations, no sockets", few[:1]), row(f"the same, {MANY:,} sockets", few[1:])]
    ratios = [busy.p50 / quiet.p50 for quiet, busy in pairs]
    bench.results.put("live", [table(
        f"Contacts written; p50 beside {SOCKETS} sockets / alone: {spread(ratios)}",
        ["contacts asked for", "written a second", "p50 ms", "p99 ms", "delay p99 ms", "server cores", "PostgreSQL cores", "RSS MB"], rows)], [
        chart("write", "A contact, alone and beside sockets", "ms", ["p50", "p99"], {
            "no sockets": [mid(alone, "p50"), mid(alone, "p99")],
            f"{SOCKETS} sockets": [mid(beside, "p50"), mid(beside, "p99")]})])

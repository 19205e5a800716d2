# SPDX-License-Identifier: GPL-3.0-or-later
"""Many people at once, each far below the rate limit: nobody may be refused, and Redis must count each request once.

    ./dev bench --case crowd [--people 20000]

Each person sends 20 of 100 permitted requests; everybody sends one before anybody sends the second. The requests
go over persistent connections, each of which sends 16 requests without waiting. When the server has stopped and so
returned its leases, the sum of Redis's counters must equal the number of requests."""

import itertools
import multiprocessing
import selectors
import socket
import time

import database
from measure import Meter
from results import table

REQUESTS, QUOTA = 20, 100
PROCESSES, CONNECTIONS, DEPTH = 2, 16, 16
ORGANIZATIONS = 200
ANSWER = b"HTTP/1.1 "

# An event for each organization, with the organization's id; people alternate.
SEED = """
SET app.bulk = 'on';
INSERT INTO organizations (id, name, slug) OVERRIDING SYSTEM VALUE
  SELECT o, 'Crowd ' || o, 'crowd-' || o FROM generate_series(1, %(organizations)s) o;
INSERT INTO users (id, email, email_verified_at, password_hash, first_name, last_name) OVERRIDING SYSTEM VALUE
  SELECT n, 'crowd-' || n || '@bench.test', now(), 'never', 'Ada', 'Crowd' FROM generate_series(1, %(people)s) n;
INSERT INTO organization_members (organization_id, user_id, role) SELECT (id - 1) %% %(organizations)s + 1, id, 'member' FROM users;
INSERT INTO sessions (token_hash, user_id, active_organization_id, kind, device_name, expires_at)
  SELECT sha256(convert_to('ccs_' || lpad(user_id::text, 43, '0'), 'UTF8')), user_id, organization_id, 'bearer', 'bench',
    now() + interval '1 day' FROM organization_members;
INSERT INTO events (id, organization_id, title, slug, start_time, end_time, location_type) OVERRIDING SYSTEM VALUE
  SELECT id, id, 'Event', 'event', now() + interval '1 day', now() + interval '2 days', 'in_person' FROM organizations;
ANALYZE;
"""


def request_of(person):
    return (f"GET /v1/events/{(person - 1) % ORGANIZATIONS + 1} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            f"Authorization: Bearer {database.token(person)}\r\n\r\n").encode()


class Line:
    """A connection that sends a batch and waits for its replies. `statuses` counts the replies of each status."""

    def __init__(self, port):
        self.sock = socket.create_connection(("127.0.0.1", port), timeout=60)
        self.rest, self.waiting, self.statuses = b"", 0, {}

    def send(self, batch):
        self.waiting = len(batch)
        self.sock.sendall(b"".join(batch))

    def read(self):
        """Read replies; True when the batch is answered. A status line may arrive in two pieces."""
        data = self.sock.recv(1 << 18)
        if not data:
            raise ConnectionError(f"closed with {self.waiting} requests open")
        parts = (self.rest + data).split(ANSWER)
        for part in parts[1:-1]:
            self.count(part)
        last = parts[-1]
        if len(parts) > 1 and len(last) >= 3:
            self.count(last)
            last = last[3:]
            self.rest = last[-len(ANSWER):]
        else:
            self.rest = (ANSWER if len(parts) > 1 else b"") + last[-len(ANSWER):]
        return self.waiting == 0

    def count(self, part):
        status = part[:3].decode()
        self.statuses[status] = self.statuses.get(status, 0) + 1
        self.waiting -= 1


def ask(pipe, port, people):
    """Main function of a process that sends the requests of some people. Returns {status: number of replies}."""
    made = {person: request_of(person) for person in people}
    order = iter([made[person] for _ in range(REQUESTS) for person in people])
    selector, lines = selectors.EpollSelector(), [Line(port) for _ in range(CONNECTIONS)]
    busy = 0
    for line in lines:
        selector.register(line.sock, selectors.EVENT_READ, line)
        busy += send_more(line, order)
    while busy:
        for key, _ in selector.select(60):
            if key.data.read():
                busy -= not send_more(key.data, order)
    found = {}
    for line in lines:
        for status, count in line.statuses.items():
            found[status] = found.get(status, 0) + count
    pipe.send(found)


def send_more(line, order):
    batch = list(itertools.islice(order, DEPTH))
    if batch:
        line.send(batch)
    return bool(batch)


def everybody(server, people):
    """Send the requests of all people; returns {status: number of replies}."""
    context, found, running = multiprocessing.get_context("spawn"), {}, []
    for number in range(PROCESSES):
        here, there = context.Pipe()
        process = context.Process(target=ask, args=(there, server.port, range(number + 1, people + 1, PROCESSES)))
        process.start()
        there.close()
        running.append((here, process))
    for here, process in running:
        try:
            for status, count in here.recv().items():
                found[status] = found.get(status, 0) + count
        except EOFError:
            found["none"] = found.get("none", 0) + 1
        process.join()
    return found


def window():
    """Length in seconds of a rate limit's window that does not end soon: windows begin at multiples of their length."""
    return max((86400, 70000), key=lambda length: length - time.time() % length)


def counted(redis):
    """Sum of all counters of the limit class "api" in Redis."""
    keys = list(redis.scan_iter(match="cc:l:api:*", count=1000))
    return sum(int(value) for start in range(0, len(keys), 1000) for value in redis.mget(keys[start:start + 1000]) if value), len(keys)


def other_log_lines(server):
    """Lines of the server's log except those of successful requests: their number and the first five."""
    lines = [line for line in server.log().splitlines() if '"status":200' not in line and '"event":"server.' not in line]
    return [f"{len(lines)} other lines in the log"] * bool(lines) + [line[:250] for line in lines[:5]]


def run(bench, say):
    people = bench.options.people
    say(f"\n{people:,} people, {REQUESTS} requests each of {QUOTA}")
    name = bench.cluster.new_database(bench.options.binary)
    bench.cluster.sql(None, SEED % {"organizations": ORGANIZATIONS, "people": people}, name, "postgres")
    server = bench.make_server(name, RATE_LIMIT_API=f"{QUOTA}/{window()}").start()
    try:
        meter = Meter(bench.cluster, bench.redis, server)
        before, begin = meter.snapshot(), time.monotonic()
        found = everybody(server, people)
        seconds, spent = time.monotonic() - begin, meter.between(before)
        server.stop()
        for line in other_log_lines(server):
            say(line)
    finally:
        server.remove()
    judge(bench, say, found, counted(bench.redis.client()), seconds, spent)


def judge(bench, say, found, counters, seconds, spent):
    asked = bench.options.people * REQUESTS
    total, keys = counters
    own, redis = (1e6 * each / asked for each in (spent[0], spent[2]))
    say(f"{asked:,} requests in {seconds:.1f} s, {asked / seconds:.0f}/s; answers: "
        + ", ".join(f"{count:,} × {status}" for status, count in sorted(found.items()))
        + f"; Redis counts {total:,} of {keys:,} people; server {own:.0f} us, Redis {redis:.1f} us")
    if found != {"200": asked}:
        bench.failures.append(f"crowd: of {asked} requests not all were answered 200: {found}")
    if (total, keys) != (asked, bench.options.people):
        bench.failures.append(f"crowd: Redis counts {total} requests of {keys} people, not {asked} of {bench.options.people}")
    bench.results.put("crowd", [table(f"{bench.options.people:,} people, {REQUESTS} requests each of a quota of {QUOTA}", [
        "requests", "a second", "refused or failed", "counted in Redis", "server µs", "Redis µs"], [
        [f"{asked:,}", f"{asked / seconds:,.0f}", f"{asked - found.get('200', 0):,}", f"{total:,}", f"{own:.0f}", f"{redis:.1f}"]])])

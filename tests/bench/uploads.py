# SPDX-License-Identifier: GPL-3.0-or-later
"""Uploads from the field: many phones that send a few contacts each, at a fixed rate, with feed and audit log on.

    ./dev bench --case upload [--devices 40] [--per-second 150] [--seconds 20]

Each phone belongs to a person with a separate turf; all belong to one organization, whose audit log is one chain,
so that their writes wait for each other. The first fifth of the time is not counted, because every connection of
the server plans its statements first. Each request has a planned time, whether or not earlier ones are late: a
server that is too slow shows a high p99."""

import datetime
import http.client
import json
import random
import statistics
import threading
import time
import uuid

import database
from measure import Meter
from results import table

DOORS = 60
TARGET_RATE, TARGET_P99 = 150, 250

SEED = """
SET app.bulk = 'on';
INSERT INTO organizations (id, name, slug) OVERRIDING SYSTEM VALUE VALUES (1, 'Field', 'field');
INSERT INTO users (email, email_verified_at, password_hash, first_name, last_name)
  SELECT 'walker-' || n || '@bench.test', now(), 'never', 'Ada', 'Walker' FROM generate_series(1, %(devices)s) n;
INSERT INTO organization_members (organization_id, user_id, role) SELECT 1, id, 'member' FROM users;
INSERT INTO sessions (token_hash, user_id, active_organization_id, kind, device_name, expires_at)
  SELECT sha256(convert_to('ccs_' || lpad(id::text, 43, '0'), 'UTF8')), id, 1, 'bearer', 'bench', now() + interval '1 day'
  FROM users;
INSERT INTO scripts (organization_id, name) VALUES (1, 'Doors');
INSERT INTO script_steps (organization_id, script_id, position, kind) SELECT 1, id, 1, 'single' FROM scripts;
INSERT INTO script_options (organization_id, step_id, position, support_level)
  SELECT 1, s.id, n, n FROM script_steps s, generate_series(1, 5) n;
INSERT INTO canvass_routes (organization_id, name, state, script_id, assigned_user_id)
  SELECT 1, 'Turf ' || u.id, 'out', (SELECT id FROM scripts), u.id FROM users u ORDER BY u.id;
INSERT INTO buildings (organization_id, building_key, address)
  SELECT 1, n::text, n || ' Canal Pk' FROM generate_series(1, %(devices)s * %(doors)s) n;
INSERT INTO doors (organization_id, building_id, address_key) SELECT 1, id, building_key FROM buildings ORDER BY id;
INSERT INTO canvass_route_doors (organization_id, route_id, door_id, position)
  SELECT 1, 1 + (d.id - 1) / %(doors)s, d.id, (d.id - 1) %% %(doors)s FROM doors d;
INSERT INTO voters (organization_id, door_id, first_name, last_name)
  SELECT 1, d.id, 'Rosa', 'Medina ' || n FROM doors d, generate_series(1, 2) n ORDER BY d.id, n;
ANALYZE;
"""


class Phone(threading.Thread):
    def __init__(self, server, number, options, begin, ids):
        super().__init__()
        self.server, self.number, self.options, self.begin, self.ids = server, number, options, begin, ids
        self.random = random.Random(number)
        self.installation, self.sequence = str(uuid.UUID(int=self.random.getrandbits(128), version=4)), 0
        self.times, self.contacts, self.wrong = [], 0, []

    def operation(self):
        self.sequence += 1
        door = (self.number - 1) * DOORS + self.random.randint(1, DOORS)
        body = {"channel": "door", "door_id": door, "turf_id": self.number}
        if self.random.random() < 0.6:
            body["disposition"] = "not_home"
        else:
            body.update(voter_id=2 * door, answers=[{"step_id": self.ids[0], "option_id": self.random.choice(self.ids[1])}])
        return {"client_id": str(uuid.UUID(int=self.random.getrandbits(128), version=4)), "sequence": self.sequence,
                "kind": "contact", "based_on": 0, "occurred_at": stamp(), "body": body}

    def run(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=30)
        head = {"Authorization": f"Bearer {database.token(self.number)}", "Content-Type": "application/json"}
        due = self.begin + self.random.random()
        warm = self.begin + self.options.seconds / 5
        while due < self.begin + self.options.seconds:
            operations = [self.operation() for _ in range(self.random.randint(1, 5))]
            time.sleep(max(0.0, due - time.monotonic()))
            body = json.dumps({"installation": self.installation, "device_clock": stamp(), "settled": 0,
                               "operations": operations})
            connection.request("POST", "/v1/field/uploads", body, head)
            reply = connection.getresponse()
            text = reply.read()
            if due >= warm:
                self.times.append(1e3 * (time.monotonic() - due))
            verdicts = [each["verdict"] for each in json.loads(text).get("verdicts", [])]
            if reply.status != 200 or verdicts != ["applied"] * len(operations):
                self.wrong.append(f"{reply.status} {text[:200]!r}")
            self.contacts += len(verdicts)
            due += len(operations) * self.options.devices / self.options.per_second


def stamp():
    return datetime.datetime.now(datetime.timezone.utc).isoformat()


def seed(bench):
    """Make a database with the phones' people and turfs. Returns its name, and the script's step with its options."""
    name = bench.cluster.new_database(bench.options.binary)
    bench.cluster.sql(None, SEED % {"devices": bench.options.devices, "doors": DOORS}, name, "postgres")
    step = bench.cluster.sql(None, "SELECT id FROM script_steps", name, "postgres")[0][0]
    return name, (step, [row[0] for row in bench.cluster.sql(None, "SELECT id FROM script_options", name, "postgres")])


def drive(server, options, ids, begin):
    """Let the phones upload; returns the phones with their results."""
    phones = [Phone(server, number, options, begin, ids) for number in range(1, options.devices + 1)]
    for phone in phones:
        phone.start()
    for phone in phones:
        phone.join()
    return phones


def run(bench, say):
    name, ids = seed(bench)
    server = bench.make_server(name).start()
    try:
        meter = Meter(bench.cluster, bench.redis, server)
        begin, before = time.monotonic() + 0.5, meter.snapshot()
        phones = drive(server, bench.options, ids, begin)
        seconds, spent = time.monotonic() - begin, meter.between(before)
        written = bench.cluster.sql(None, "SELECT (SELECT count(*) FROM voter_contacts), (SELECT count(*) FROM changes "
                                    "WHERE entity = 'contact'), (SELECT count(*) FROM audit_log WHERE entity = 'contact')",
                                    name, "postgres")[0]
    finally:
        server.remove()
    judge(bench, say, phones, seconds, spent, written)


def judge(bench, say, phones, seconds, spent, written):
    options = bench.options
    times = sorted(each for phone in phones for each in phone.times)
    contacts = sum(phone.contacts for phone in phones)
    wrong = [each for phone in phones for each in phone.wrong]
    p50, p99 = statistics.median(times), times[int(0.99 * (len(times) - 1))]
    own, postgres = (1e6 * each / max(1, contacts) for each in spent[:2])
    say(f"{options.devices} phones, {len(times)} uploads, {contacts} contacts in {seconds:.1f} s: {contacts / seconds:.0f}/s "
        f"(asked for {options.per_second}/s)")
    say(f"a request: p50 {p50:.0f} ms, p99 {p99:.0f} ms, most {times[-1]:.0f} ms; per contact: server {own:.0f} us, PostgreSQL "
        f"{postgres:.0f} us of CPU; others used {spent[4] / seconds:.2f} cores")
    if wrong:
        bench.failures.append(f"upload: {len(wrong)} answers were wrong, such as {wrong[0]}")
    if set(written) != {contacts}:
        bench.failures.append(f"upload: {contacts} contacts were applied; contacts, feed and audit log have {written}")
    bench.target("uploads at 150/s", contacts / seconds >= 0.97 * min(TARGET_RATE, options.per_second), f">= {TARGET_RATE}/s")
    say("p99 of an upload: " + bench.target("p99 of uploads", p99 <= TARGET_P99, f"<= {TARGET_P99} ms"))
    bench.results.put("upload", [table(
        f"{options.devices} phones, {options.per_second} contacts a second asked for",
        ["contacts /s", "upload p50 ms", "upload p99 ms", "server µs per contact", "PostgreSQL µs per contact"],
        [[f"{contacts / seconds:.0f}", f"{p50:.0f}", f"{p99:.0f}", f"{own:.0f}", f"{postgres:.0f}"]])],
        notes=[f"Others used {spent[4] / seconds:.2f} cores meanwhile."])

# SPDX-License-Identifier: GPL-3.0-or-later
"""Three devices and one server under every failure of the network: the devices' outbox is the C code for phones
(common/field/cc-outbox, through tests/unit/outbox-driver); the server consists of the real functions (field_open,
field_apply, field_release, field_pack) in real transactions. A run is determined by a seed: requests are lost, cut
after some operations, arrive twice or late, replies are lost, devices crash, clocks are a day off.

FIELD_MODEL_RUNS=10000 sets the number of runs (default 400); FIELD_MODEL_SEED is the first seed. A failure names
its seed."""

import concurrent.futures
import datetime
import json
import os
import random
import subprocess
import uuid

import psycopg2
import pytest

from harness import rules
from harness import server as harness_server
from harness import services
from harness.street import Street

RUNS = int(os.environ.get("FIELD_MODEL_RUNS", "400"))
FIRST = int(os.environ.get("FIELD_MODEL_SEED", "1"))
CODES = {"applied": 1, "duplicate": 2, "conflict": 3, "refused": 4, "held": 5}
NAMES = {code: name for name, code in CODES.items()}
SKEWS = [0, 86400, -86400]
DEVICES = 3


class Outbox:
    """The C code behind a pipe, one outbox per device."""

    def __init__(self):
        program = harness_server.binary().parent.parent / "tests" / "unit" / "outbox-driver"
        self.process = subprocess.Popen([str(program)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, *words):
        self.process.stdin.write(" ".join(str(word) for word in words) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline().split()
        assert answer, f"the outbox ended on {words}"
        return answer

    def close(self):
        self.process.stdin.close()
        assert self.process.wait() == 0


class Server:
    """One organization, and a connection per device with its actor set, as in a request's transaction."""

    def __init__(self, database):
        self.database = database
        self.organization, self.owner = database.new_organization()
        self.root = database.connect("postgres")
        self.root.autocommit = True
        self.actors, self.connections = [], []
        for _ in range(DEVICES):
            number = self.sql("INSERT INTO devices (organization_id, name, profile) VALUES (%s, 'Phone', 'canvass') RETURNING id",
                              self.organization)[0][0]
            self.actors.append(f"device:{number}")
            connection = database.connect()
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute("SELECT set_config('app.organization_id', %s, false), set_config('app.actor', %s, false)",
                               (str(self.organization), self.actors[-1]))
            self.connections.append(connection)

    def sql(self, statement, *parameters):
        with self.root.cursor() as cursor:
            cursor.execute(statement, parameters or None)
            return cursor.fetchall() if cursor.description else []

    def ask(self, device, statement, *parameters):
        """One statement is one transaction."""
        with self.connections[device].cursor() as cursor:
            cursor.execute(statement, (self.organization, self.actors[device], *parameters))
            return cursor.fetchall()

    def close(self):
        for connection in [self.root, *self.connections]:
            connection.close()


class Device:
    """The client's code around the outbox. `store` is its database: it survives a crash, memory does not."""

    def __init__(self, run, number):
        self.run, self.number = run, number
        self.installation = str(uuid.UUID(int=run.random.getrandbits(128), version=4))
        self.skew = datetime.timedelta(seconds=SKEWS[number] + run.random.uniform(-5, 5))
        self.store = {}  # client_id → {sequence, verdict, operation}
        self.seen = {}  # voter → last_contact_id
        self.pack, self.cursor = {}, None
        run.outbox.ask("crash", number)

    def now(self):
        return datetime.datetime.now(datetime.timezone.utc) + self.skew

    def do(self):
        """Do something at a door: stored together with its entry in the outbox."""
        street, choose = self.run.street, self.run.random
        client_id = str(uuid.UUID(int=choose.getrandbits(128), version=4))
        ago = datetime.timedelta(seconds=choose.uniform(0, 7200))
        voter = choose.choice([v for door in street.voters for v in door])
        kind, based_on = "contact", None
        what = choose.random()
        mine = [each for each, kept in self.store.items() if kept["operation"]["kind"] == "contact"]
        if what < 0.5:
            body, based_on = street.answer(voter, choose.randrange(3)), self.seen.get(voter, 0)
        elif what < 0.7:
            body = street.outcome(choose.choice(street.doors))
        elif what < 0.8 and mine:
            kind, body = "undo", {"contact_client_id": choose.choice(mine)}
        elif what < 0.9:
            kind, body = "note", {"door_id": choose.choice(street.doors), "note": "A dog"}
        else:
            body = street.outcome(choose.choice(street.doors), "no such thing")  # refused
        sequence = int(self.run.outbox.ask("add", self.number, client_id)[0])
        self.store[client_id] = {"sequence": sequence, "verdict": 0, "operation": {
            "client_id": client_id, "sequence": sequence, "kind": kind, "body": body, "based_on": based_on,
            "occurred_at": (self.now() - ago).isoformat()}, "true": self.now() - self.skew - ago}

    def request(self, most):
        """The next request, as the outbox says, as if it left now."""
        operations, at = [], 0
        while len(operations) < most:
            answer = self.run.outbox.ask("next", self.number, at)
            if answer == ["-"]:
                break
            operations.append(self.store[answer[0]]["operation"])
            at = int(answer[1]) + 1
        return {"device": self.number, "settled": int(self.run.outbox.ask("settled", self.number)[0]),
                "clock": self.now().isoformat(), "operations": operations}

    def answered(self, verdicts):
        """Give the verdicts of a reply to the outbox, and store those that the outbox calls final, as a device does."""
        for client_id, verdict, first in verdicts:
            final = self.run.outbox.ask("verdict", self.number, client_id, CODES[verdict], CODES.get(first, 0))
            if final == ["1"]:
                self.store[client_id]["verdict"] = CODES[first if verdict == "duplicate" else verdict]

    def crash(self):
        self.run.outbox.ask("crash", self.number)
        for client_id, kept in self.store.items():
            self.run.outbox.ask("restore", self.number, client_id, kept["sequence"], kept["verdict"])

    def refresh(self, lost=False):
        """Take the pack, whole or as a delta."""
        xid, change = (self.cursor, "0") if self.cursor else (None, None)
        rows = self.run.server.ask(
            self.number, "SELECT xid, snapshot, lines FROM field_pack(%s, %s, NULL, 'turf', %s, %s::xid8, %s)",
            self.run.street.turf, xid, change)
        if lost:
            return
        self.cursor, snapshot, lines = rows[0]
        if snapshot:
            self.pack = {}
        for line in map(json.loads, (lines or "").splitlines()):
            if line["line"] == "gone":
                self.pack.pop((line["entity"], line["id"]), None)
            else:
                self.pack[(line["line"], line.get("id", line.get("code")))] = line
        self.seen = {key[1]: line["last_contact_id"] for key, line in self.pack.items() if key[0] == "person"}


class Run:
    """One seed."""

    def __init__(self, server, outbox, seed, resend=True):
        self.server, self.outbox, self.random, self.resend = server, outbox, random.Random(seed), resend
        server.sql("BEGIN")
        server.sql("SELECT set_config('app.bulk', 'on', true)")
        self.street = Street(server.sql, server.organization, doors=2, people=1)
        for actor in server.actors:
            server.sql("UPDATE devices SET scope = %s WHERE id = %s", json.dumps({"turf_id": self.street.turf}),
                       int(actor.split(":")[1]))
        server.sql("COMMIT")
        self.devices = [Device(self, number) for number in range(DEVICES)]
        self.late = []

    def checked(self, kind, body):
        """The server's check of a contact before its statement runs."""
        if kind != "contact":
            return None
        wrong = ("disposition", "unknown_disposition") if body.get("disposition") == "no such thing" else None
        return json.dumps(rules.checked(self.server.sql, self.server.organization, body, wrong))

    def deliver(self, request, most=None):
        """The server's loop, stopped after `most` operations; returns the verdicts so far."""
        number = request["device"]
        device = self.devices[number]
        stream = self.server.ask(number, "SELECT (field_open(%s, %s, %s, %s, clock_timestamp(), %s)).id", device.installation,
                                 request["clock"], request["settled"])[0][0]
        verdicts = []
        for operation in request["operations"][:most]:
            verdicts.append(self.server.ask(
                number, "SELECT (a.op).client_id::text, CASE WHEN a.first IS NULL THEN (a.op).verdict ELSE 'duplicate' END, "
                        "a.first FROM field_apply(%s, %s, NULL, %s, %s, NULL, %s) a", stream, json.dumps(operation),
                self.checked(operation["kind"], operation["body"]))[0])
        while most is None or self.random.random() < 0.5:
            held = self.server.sql("SELECT o.id, o.kind, o.body FROM field_streams s JOIN field_operations o ON "
                                   "o.organization_id = s.organization_id AND o.stream_id = s.id WHERE s.id = %s AND "
                                   "o.verdict = 'held' AND o.sequence <= s.next_sequence ORDER BY o.sequence, o.id LIMIT 1",
                                   stream)
            if not held:
                break
            released = self.server.ask(number, "SELECT client_id::text, verdict, NULL FROM field_release(%s, %s, %s, %s, %s) r "
                                               "WHERE r.id IS NOT NULL", stream, held[0][0], self.checked(*held[0][1:]))
            if not released:
                break
            verdicts += released
        return verdicts

    def upload(self, device):
        chance = self.random.random()
        request = device.request(self.random.randint(1, 6))
        if chance < 0.15:  # lost on the way, to arrive later or never
            self.late.append(request)
        elif chance < 0.3:  # the server dies in between, or the request was cut
            self.deliver(request, self.random.randint(0, len(request["operations"])))
        elif chance < 0.45:  # the reply is lost
            self.deliver(request)
            if not self.resend:  # a broken device considers it done
                device.answered([(each["client_id"], "applied", None) for each in request["operations"]])
        elif chance < 0.55 and len(request["operations"]) > 1:  # a part overtakes the rest: a gap
            request["operations"] = request["operations"][1:]
            device.answered(self.deliver(request))
        else:
            device.answered(self.deliver(request))
        if not self.resend and chance < 0.15:
            device.answered([(each["client_id"], "applied", None) for each in request["operations"]])

    def play(self):
        for _ in range(self.random.randint(12, 24)):
            device = self.random.choice(self.devices)
            chance = self.random.random()
            if chance < 0.5:
                device.do()
            elif chance < 0.8:
                self.upload(device)
            elif chance < 0.87:
                device.crash()
            elif chance < 0.94:
                device.refresh(lost=self.random.random() < 0.3)
            elif self.late:
                self.deliver(self.late.pop(self.random.randrange(len(self.late))))
        # The network is back; requests under way arrive when nobody waits for them any more.
        for device in self.devices:
            for _ in range(200):
                request = device.request(5)
                if not request["operations"]:
                    break
                device.answered(self.deliver(request))
        for request in self.late:
            self.deliver(request)
        # The feed contains a change when no older transaction is running any more.
        services.wait_until(lambda: self.server.sql(
            "SELECT pg_snapshot_xmin(pg_current_snapshot()) > max(xid::text::bigint)::text::xid8 FROM changes "
            "WHERE organization_id = %s", self.server.organization)[0][0], 60, "an older transaction")
        for device in self.devices:
            device.refresh()

    def check(self):
        """The faults found, as sentences."""
        wrong = []
        sql, organization = self.server.sql, self.server.organization
        for device, actor in zip(self.devices, self.server.actors):
            rows = {row[0]: row[1:] for row in sql(
                "SELECT o.client_id::text, o.verdict, o.sequence, o.occurred_at, o.device_occurred_at, o.entity, o.entity_id, "
                "o.conflict_id FROM field_operations o JOIN field_streams s ON s.organization_id = o.organization_id "
                "AND s.id = o.stream_id WHERE o.organization_id = %s AND s.installation = %s", organization, device.installation)}
            if set(rows) != set(device.store):
                wrong.append(f"{actor}: did {len(device.store)} operations, the server has {len(rows)}")
            for client_id, kept in device.store.items():
                verdict, sequence, at, device_at = rows.get(client_id, ("nothing", 0, None, None))[:4]
                if NAMES.get(kept["verdict"]) != verdict:
                    wrong.append(f"{client_id}: the device has {NAMES.get(kept['verdict'])}, the server {verdict}")
                if at and abs((at - kept["true"]).total_seconds()) > 2.5:
                    wrong.append(f"{client_id}: happened at {kept['true']}, written down for {at}")
                if device_at and device_at != datetime.datetime.fromisoformat(kept["operation"]["occurred_at"]):
                    wrong.append(f"{client_id}: the device's time was not kept")
            wrong += self.check_effects(device, rows)
        wrong += self.check_people() + self.check_packs()
        return wrong

    def check_effects(self, device, rows):
        wrong, applied = [], []
        made = {row[0]: row for row in self.server.sql(
            "SELECT client_id::text, id FROM voter_contacts WHERE organization_id = %s AND actor = %s "
            "UNION ALL SELECT client_id::text, -id FROM field_notes WHERE organization_id = %s AND actor = %s",
            *[self.server.organization, self.server.actors[device.number]] * 2) if row[0] in device.store or self.is_mine(row)}
        for client_id, kept in device.store.items():
            verdict, entity = rows.get(client_id, [None])[0], rows.get(client_id, [None] * 7)[4]
            wanted = verdict == "applied" and entity != "conflict"
            if wanted != (client_id in made):
                wrong.append(f"{client_id}: is {verdict}, and {'is' if client_id in made else 'is not'} written down")
            if (verdict == "conflict") != (rows.get(client_id, [None] * 7)[6] is not None):
                wrong.append(f"{client_id}: is {verdict}, with the conflict {rows[client_id][6]}")
            if wanted and kept["operation"]["kind"] == "contact" and client_id in made:
                applied.append((kept["sequence"], made[client_id][1]))
        if [number for _, number in sorted(applied)] != sorted(number for _, number in applied):
            wrong.append(f"device {device.number}: its contacts are not in the order of its numbers")
        if strange := set(made) - set(device.store):
            wrong.append(f"device {device.number}: {len(strange)} rows that nobody made")
        return wrong

    def is_mine(self, row):
        """Rows of this run have higher ids than earlier ones."""
        return row[1] > self.before[0] or -row[1] > self.before[1]

    def check_people(self):
        """Support by the latest answer that counts, computed independently."""
        wrong = []
        levels = dict(zip(self.street.options, (1, 3, 5)))
        for voter in [v for door in self.street.voters for v in door]:
            rows = self.server.sql(
                "SELECT c.answers, c.occurred_at, c.id FROM voter_contacts c WHERE c.organization_id = %s AND c.voter_id = %s "
                "AND c.answers IS NOT NULL AND NOT EXISTS (SELECT FROM voter_contacts u WHERE u.organization_id = c.organization_id "
                "AND u.replaces_id = c.id)", self.server.organization, voter)
            last = max(rows, key=lambda row: row[1:], default=None)
            wanted = levels[last[0][0]["option_id"]] if last else None
            found = self.server.sql("SELECT support_level FROM voters WHERE id = %s", voter)[0][0]
            if found != wanted:
                wrong.append(f"voter {voter}: support {found}, the answers say {wanted}")
            for client_id, other in self.server.sql(
                    "SELECT m.client_id, c.client_id FROM voter_contacts m "
                    "JOIN field_operations o ON o.organization_id = m.organization_id AND o.client_id = m.client_id "
                    "JOIN voter_contacts c ON c.organization_id = m.organization_id AND c.voter_id = m.voter_id AND c.actor <> m.actor "
                    "AND c.id > o.based_on AND c.id < m.id AND c.answers <> m.answers "
                    "WHERE m.organization_id = %s AND m.voter_id = %s AND NOT EXISTS (SELECT FROM voter_contacts u "
                    "WHERE u.organization_id = c.organization_id AND u.replaces_id = c.id AND u.id < m.id)",
                    self.server.organization, voter):
                wrong.append(f"{client_id}: answered over {other}, which the person had not seen")
        return wrong

    def check_packs(self):
        """Reading deltas gives the same pack as a new device gets."""
        rows = self.server.ask(0, "SELECT line FROM field_turf_lines(%s, %s, NULL, %s)", self.street.turf)
        whole = {(line["line"], line.get("id", line.get("code"))): line for line, in rows}
        return [f"device {device.number}: its pack is not what the server has: {different(device.pack, whole)}"
                for device in self.devices if device.pack != whole]


def different(one, two):
    return [(key, one.get(key), two.get(key)) for key in set(one) | set(two) if one.get(key) != two.get(key)][:2]


def play(server, outbox, seed, **options):
    run = Run(server, outbox, seed, **options)
    run.before = server.sql("SELECT (SELECT COALESCE(max(id), 0) FROM voter_contacts), (SELECT COALESCE(max(id), 0) FROM field_notes)")[0]
    run.play()
    return run, run.check()


def play_all(database, seeds):
    server, outbox = Server(database), Outbox()
    operations = conflicts = 0
    try:
        for seed in seeds:
            run, wrong = play(server, outbox, seed)
            assert not wrong, f"seed {seed}:\n" + "\n".join(wrong)
            operations += sum(len(device.store) for device in run.devices)
            conflicts += sum(kept["verdict"] == CODES["conflict"] for device in run.devices for kept in device.store.values())
    finally:
        server.close()
        outbox.close()
    return operations, conflicts


@pytest.mark.slow
def test_all_converge_and_nothing_is_lost_or_done_twice(db, capsys):
    parts = [range(FIRST + n, FIRST + RUNS, 3) for n in range(3)]
    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        results = list(pool.map(lambda seeds: play_all(db, seeds), parts))
    operations, conflicts = (sum(column) for column in zip(*results))
    with capsys.disabled():
        print(f"\nfield model: {RUNS} runs, {operations} operations, {conflicts} conflicts")
    assert operations > 4 * RUNS and conflicts > 0


@pytest.fixture
def broken(db):
    """broken(function, old, new): replaces part of a function by something wrong until the test ends."""
    kept = []

    def breaks(name, old, new):
        text = db.value("SELECT pg_get_functiondef(%s::regproc)", name)
        assert old in text
        kept.append(text)
        db.sql(text.replace(old, new), role="campaign_owner")

    yield breaks
    for text in kept:
        db.sql(text, role="campaign_owner")


BREAKS = {
    "what is sent again is done again": ("field_apply", "given ->> 'client_id'", "gen_random_uuid()::text"),
    "a gap holds nothing up": ("field_apply", "op.sequence <= at.next_sequence", "true"),
    "the device's clock is believed": ("field_apply", "at.clock_offset_us", "0"),
    "a conflict is applied and reported as a conflict": ("field_contact", "RETURN outcome", "NULL"),
    "what is refused is forgotten": ("field_decide", "decided_at = now()", "decided_at = now(), client_id = gen_random_uuid()"),
    "a delta leaves people out": ("field_changed", "n.entity = 'contact'", "n.entity = 'nothing'"),
}


@pytest.mark.parametrize("name", BREAKS)
def test_the_checker_sees_a_broken_rule(db, broken, name):
    broken(*BREAKS[name])
    server, outbox = Server(db), Outbox()
    try:
        for seed in range(1, 60):
            try:
                if play(server, outbox, seed)[1]:
                    return
            except (psycopg2.Error, KeyError):
                return  # so broken that the database refuses it, or the device cannot interpret the reply
        pytest.fail(f"60 runs with {name!r} and nobody noticed")
    finally:
        server.close()
        outbox.process.kill()
        outbox.process.wait()


def test_the_checker_sees_a_device_that_does_not_send_again(db):
    server, outbox = Server(db), Outbox()
    try:
        assert any(play(server, outbox, seed, resend=False)[1] for seed in range(1, 30))
    finally:
        server.close()
        outbox.close()

# SPDX-License-Identifier: GPL-3.0-or-later
"""Light connections with a busy neighbour: how slow or many requests of some clients affect the connections of
others.

Quiet is a separate process with persistent connections, each of which sends requests at a fixed rate. A request's
time starts when it is due, even if the previous reply is late. compare() measures the quiet connections alone and
with the neighbour alternately, so that other load of the machine affects both."""

import heapq
import multiprocessing
import resource
import selectors
import socket
import threading
import time

import database
from measure import Meter, middle, spread
from results import chart, table

CONNECTIONS, PER_SECOND = 32, 10
MOST = 3.0  # maximal ratio of p99: with the neighbour / alone
KEPT = 0.97  # minimal ratio of rates: with the neighbour / alone
SILENT = 60  # seconds without a reply that count as a failed connection
SHARES = (("p50", 0.5), ("p90", 0.9), ("p99", 0.99))


class Line:
    """One persistent connection; it sends the requests of its list in turn."""

    def __init__(self, port, requests):
        self.sock = socket.create_connection(("127.0.0.1", port))
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.requests, self.count = requests, 0
        self.due = self.began = 0.0
        self.buffer, self.wrong = b"", []

    def send(self, began):
        self.began = began
        self.sock.sendall(self.requests[self.count % len(self.requests)])
        self.count += 1

    def is_answered(self):
        """Read available bytes; returns whether the reply is complete."""
        data = self.sock.recv(1 << 18)
        if not data:
            raise ConnectionError("a quiet connection was closed")
        self.buffer += data
        head, end, body = self.buffer.partition(b"\r\n\r\n")
        if not end:
            return False
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
        if len(body) < length:
            return False
        if not head.startswith(b"HTTP/1.1 200"):
            self.wrong.append(self.buffer[:200].decode(errors="replace"))
        self.buffer = b""
        return True


class Lines:
    def __init__(self, port, path, users, connections, per_second):
        ask = [(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {database.token(user)}\r\n\r\n").encode()
               for user in users]
        self.lines = [Line(port, ask[number::connections]) for number in range(connections)]
        self.step = 1 / per_second
        self.selector = selectors.EpollSelector()
        for line in self.lines:
            self.selector.register(line.sock, selectors.EVENT_READ, line)

    def run(self, seconds):
        """Send requests for that many seconds; returns (milliseconds of each reply, errors)."""
        begin = time.monotonic() + 0.01
        self.end, self.took = begin + seconds, []
        self.turns, self.flying = [], 0
        for number, line in enumerate(self.lines):
            line.wrong, line.due = [], begin + number * self.step / len(self.lines)
            heapq.heappush(self.turns, (line.due, number))
        while self.turns or self.flying:
            self.send_due()
            wait = max(0.0, self.turns[0][0] - time.monotonic()) if self.turns else SILENT
            ready = self.selector.select(wait)
            if not ready and not self.turns:
                raise TimeoutError(f"{self.flying} quiet connections had no answer for {SILENT} s")
            for key, _ in ready:
                if key.data.is_answered():
                    self.take(key.data)
        return self.took, [each for line in self.lines for each in line.wrong]

    def send_due(self):
        now = time.monotonic()
        while self.turns and self.turns[0][0] <= now:
            self.lines[heapq.heappop(self.turns)[1]].send(time.monotonic())
            self.flying += 1

    def take(self, line):
        now = time.monotonic()
        self.took.append(1e3 * (now - line.began))
        line.due += self.step
        self.flying -= 1
        if line.due >= self.end:
            return
        if line.due <= now:
            line.send(line.due)
            self.flying += 1
        else:
            heapq.heappush(self.turns, (line.due, self.lines.index(line)))


def process(pipe, *given):
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit[1], limit[1]))
    lines = Lines(*given)
    while (seconds := pipe.recv()) is not None:
        try:
            pipe.send(lines.run(seconds))
        except OSError as error:
            pipe.send(([], [repr(error)]))
            return


class Quiet:
    """`users`: people whose tokens the connections use in turn."""

    def __init__(self, port, path, users, connections=CONNECTIONS, per_second=PER_SECOND):
        context = multiprocessing.get_context("spawn")
        self.pipe, other = context.Pipe()
        self.process = context.Process(target=process, args=(other, port, path, list(users), connections, per_second))
        self.process.start()
        other.close()

    def run(self, seconds):
        self.pipe.send(seconds)
        return self.pipe.recv()

    def close(self):
        try:
            self.pipe.send(None)
        except OSError:
            pass  # the process has ended with an error, which run() has reported
        self.process.join()


class Neighbour:
    """Runs `work(number)` repeatedly on each of `threads` threads. The result of each call is a word; the number of
    each word is counted. With `once` the work runs once, and the quiet connections are measured until it ends."""

    def __init__(self, work, threads=1, once=False, pause=0.0):
        self.work, self.threads, self.once, self.pause = work, threads, once, pause

    def begin(self):
        self.ended, self.counts, self.errors = threading.Event(), {}, []
        self.lock = threading.Lock()
        self.running = [threading.Thread(target=self.go_on, args=(number,)) for number in range(self.threads)]
        for each in self.running:
            each.start()

    def go_on(self, number):
        while not self.ended.is_set():
            try:
                word = self.work(number)
            except Exception as error:  # reported by end(): if the neighbour stopped without an error, its case would seem harmless
                self.errors.append(repr(error))
                return
            with self.lock:
                self.counts[word] = self.counts.get(word, 0) + 1
            if self.once:
                return
            self.ended.wait(self.pause)

    def is_at_work(self):
        return any(each.is_alive() for each in self.running)

    def end(self):
        """End the threads; returns how often each word was returned."""
        self.ended.set()
        for each in self.running:
            each.join()
        return self.counts


class Stretch:
    """Measurements of the quiet connections in one period."""

    def __init__(self, quiet, meter, seconds, goes_on=lambda: False):
        before, begin = meter.snapshot(), time.monotonic()
        self.took, self.wrong = quiet.run(seconds)
        while goes_on() and not self.wrong:
            took, self.wrong = quiet.run(seconds)
            self.took += took
        seconds = time.monotonic() - begin
        self.rate, self.seconds = len(self.took) / seconds, seconds
        self.server, self.postgres = (each / seconds for each in meter.between(before)[:2])
        self.took.sort()
        for name, share in SHARES:
            setattr(self, name, self.took[int(share * (len(self.took) - 1))] if self.took else 0.0)

    def line(self):
        return (f"{self.rate:6.1f}/s  p50 {self.p50:6.2f}  p90 {self.p90:6.2f}  p99 {self.p99:7.2f} ms  cores: server "
                f"{self.server:.2f} PostgreSQL {self.postgres:.2f}")


def beside(quiet, meter, neighbour, seconds):
    """Measure a period with the neighbour; returns the measurement and the neighbour's results."""
    neighbour.begin()
    try:
        time.sleep(0.3)
        return Stretch(quiet, meter, seconds, neighbour.is_at_work if neighbour.once else lambda: False), neighbour
    finally:
        neighbour.end()


def compare(bench, say, server, what, users, neighbour, path):
    """Return [(alone, with the neighbour), …] of the rounds. Failed requests, and a neighbour that did nothing, are
    errors."""
    meter = Meter(bench.cluster, bench.redis, server)
    quiet = Quiet(server.port, path, users)
    pairs = []
    try:
        quiet.run(1)
        for number in range(1, bench.options.rounds + 1):
            alone = Stretch(quiet, meter, bench.options.seconds)
            busy, did = beside(quiet, meter, neighbour, bench.options.seconds)
            words = ", ".join(f"{count} {word}" for word, count in sorted(did.counts.items()))
            say(f"round {number} quiet            {alone.line()}")
            say(f"round {number} beside {what:9} {busy.line()}  ({words or 'nothing'})")
            wrong = alone.wrong + busy.wrong + did.errors
            if wrong or not did.counts:
                bench.failures.append(f"{what}: {wrong[0] if wrong else 'the neighbour did nothing'}")
                break
            pairs.append((alone, busy))
    finally:
        quiet.close()
    return pairs


def ratio(pairs, name):
    return [getattr(busy, name) / max(1e-9, getattr(alone, name)) for alone, busy in pairs]


def judge(bench, say, what, pairs):
    if not pairs:
        return
    p99, rate = ratio(pairs, "p99"), ratio(pairs, "rate")
    say(f"beside {what} / quiet: p50 {spread(ratio(pairs, 'p50'))}, p90 {spread(ratio(pairs, 'p90'))}, p99 {spread(p99)} "
        + bench.target(f"p99 beside {what}", middle(p99) <= MOST, f"<= {MOST:.0f}") + f", rate {spread(rate)} "
        + bench.target(f"rate beside {what}", middle(rate) >= KEPT, f">= {KEPT}"))


def store_results(bench, case, found):
    """Store the table and the chart of a case from {neighbour: pairs}."""
    found = {what: pairs for what, pairs in found.items() if pairs}
    def mid(pairs, which, name):
        return middle(getattr(pair[which], name) for pair in pairs)
    rows = [[what, *(f"{mid(pairs, 0, name):.2f} / {mid(pairs, 1, name):.2f}" for name, _ in SHARES), spread(ratio(pairs, "p99")),
             f"{mid(pairs, 0, 'rate'):.0f} / {mid(pairs, 1, 'rate'):.0f}"] for what, pairs in found.items()]
    bench.results.put(case, [table("Quiet connections, quiet / beside, in ms", [
        "beside", "p50", "p90", "p99", "p99 ratio", "requests a second"], rows)], [
        chart("p99", "p99 of quiet connections", "ms", list(found), {
            "quiet": [mid(pairs, 0, "p99") for pairs in found.values()],
            "beside": [mid(pairs, 1, "p99") for pairs in found.values()]})])

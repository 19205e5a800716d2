# SPDX-License-Identifier: GPL-3.0-or-later
"""The standard run: each request over HTTP beside its bare statement, round by round."""

import database
from cases import all_cases, script_of
from measure import Meter, middle, spread
from results import chart, table

UNEVEN = 2.0  # the busiest thread of a group may use this many times the group's mean
# Thread names whose threads do different kinds of work and are not compared: one listener per port,
# and threads without a name.
UNLIKE = ("MHD-single", "campaign-center")


def mid(runs, member):
    return middle([getattr(run, member) for run in runs])


def ratios_of(case, member):
    """Ratios HTTP / bare, one for each round."""
    return [getattr(http, member) / max(1e-9, getattr(plain, member)) for http, plain in zip(case.http, case.plain)]


class Comparison:
    def __init__(self, bench, say):
        self.bench, self.say, self.options = bench, say, bench.options
        options = self.options
        say(f"loading {options.events:,} events of {options.organizations} organizations")
        self.name = bench.database(options.organizations, options.events)
        texts, sizes = database.statements(bench.cluster, lambda: bench.make_server(self.name), options.organizations)
        self.names = database.parameters()
        self.body = texts["event_create"][1][self.names["event_create"].index("body")]
        self.texts = {query: text for query, (text, _) in texts.items()}
        self.cases = [case for case in all_cases() if not options.case or case.name in options.case]
        say("bytes of one answer: " + ", ".join(f"{key} {value:,}" for key, value in sizes.items()))

    def run(self):
        options = self.options
        if options.plans:
            self.print_plans()
        server = self.bench.make_server(self.name).start()
        try:
            self.rounds(Meter(self.bench.cluster, self.bench.redis, server))
            if any(case.name == "door" for case in self.cases):
                self.read_door_list(server)
            if options.pause:
                input(f"server {server.pid} on {server.url}, socket {self.bench.cluster.folder}, {self.name}: Enter ends it")
        finally:
            server.remove()
        self.print_cases()
        self.print_ratios()
        self.print_threads()
        self.store_results()

    def rounds(self, meter):
        options = self.options
        scripts = {case.name: script_of(case, self.texts[case.query], self.names[case.query], options) for case in self.cases}
        variables = {"body": self.body, "actor": "user:1", "occurred_at": database.OCCURRED_AT,
                     "rights": '["manage_canvass"]'}
        for number in range(options.rounds + 1):
            seconds, options.seconds = options.seconds, options.seconds if number else 1
            for case in self.cases:
                plain = self.with_people(case, lambda: meter.pgbench(scripts[case.name], self.name, options, variables))
                http = self.with_people(case, lambda: self.bench.wrk(meter, case.name, options))
                if number:  # the first round warms caches and connections
                    case.plain.append(plain)
                    case.http.append(http)
                    self.say(f"round {number} {case.name:13} bare {plain.rate:8.0f}/s  HTTP {http.rate:8.0f}/s  ratio "
                             f"{http.rate / plain.rate:.2f}  p99 {plain.p99:.1f} and {http.p99:.1f} ms  server {http.server:.0f} us  "
                             f"foreign {http.foreign:.2f} cores")
            options.seconds = seconds

    def with_people(self, case, work):
        """Run @work; before a check-in, reset all check-ins, because it needs attendees who are not checked in."""
        if case.name == "check-in":
            database.forget_check_ins(self.bench.cluster, self.name)
        return work()

    def read_door_list(self, server):
        reads = [database.read_door_list(server, self.options.organizations) for _ in range(7)]
        if any(people != 10000 for people, _ in reads):
            self.bench.failures.append(f"the door list has {reads[0][0]} people")
        self.say(f"the door list of 10,000 in pages of 500, one reader: {spread(1e3 * seconds for _, seconds in reads)} ms")

    def print_plans(self):
        for query, values in (("event_list", {"organization_id": "7", "limit": "51"}),
                              ("event_get", {"organization_id": "7", "event_id": "1407"}),
                              ("public_event_get", {"event_id": "1407"})):
            given = ", ".join(values.get(each, "NULL") for each in self.names[query])
            self.print_plan("postgres", "", query, given)
            role = "SET ROLE campaign_public; " if query.startswith("public") else ""
            self.print_plan("campaign_api", role + "SELECT set_config('app.organization_id', '7', false); ", query, given)

    def print_plan(self, role, before, query, given):
        import psycopg2

        with psycopg2.connect(self.bench.cluster.url(self.name, role)) as connection, connection.cursor() as cursor:
            cursor.execute(f"{before}SET jit = off; SET plan_cache_mode = force_generic_plan; PREPARE q AS {self.texts[query]}")
            cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, COSTS, TIMING OFF) EXECUTE q({given})")
            self.say(f"plan of {query} as {role}:")
            for (line,) in cursor.fetchall():
                self.say("    " + line[:220])
        connection.close()

    def print_cases(self):
        self.say("\nper request, medians of the rounds; CPU in us, p50 and p99 in ms, resident memory in MB")
        self.say(f"{'':40} {'':5} {'req/s':>7} {'p50':>7} {'p99':>7} {'server':>7} {'PG':>6} {'Redis':>6} {'client':>6} {'RSS':>6}")
        for case in self.cases:
            for label, runs in (("bare", case.plain), ("HTTP", case.http)):
                self.say(f"{case.what if label == 'bare' else '':40} {label:5} {mid(runs, 'rate'):7.0f} "
                         f"{mid(runs, 'p50'):7.2f} {mid(runs, 'p99'):7.2f} {mid(runs, 'server'):7.1f} {mid(runs, 'postgres'):6.1f} "
                         f"{mid(runs, 'redis'):6.1f} {mid(runs, 'generator'):6.1f} {mid(runs, 'resident') / 1024:6.1f}")

    def print_ratios(self):
        self.say("\nratios HTTP / bare within a round: median [least-most]")
        self.say(f"{'':40} {'rate':18} p99")
        for case in self.cases:
            rates = ratios_of(case, "rate")
            self.say(f"{case.what:40} {spread(rates):18} {spread(ratios_of(case, 'p99')):18}{self.verdict(case, middle(rates))}")
        self.say(f"others used {self.foreign()} cores meanwhile")

    def foreign(self):
        return spread([run.foreign for case in self.cases for run in case.http + case.plain])

    def verdict(self, case, ratio):
        texts = []
        if case.ratio:
            texts.append(self.bench.target(f"ratio of {case.name}", ratio >= case.ratio, f">= {case.ratio:.2f}"))
        if case.cpu:
            cpu = mid(case.http, "server")
            texts.append(f"server {cpu:.0f} us "
                         + self.bench.target(f"CPU of {case.name}", cpu <= case.cpu, f"<= {case.cpu}"))
        return "".join("  " + text for text in texts)

    def uneven(self, case):
        """Return {thread name: (number of threads, share of the server's time, [busiest / mean of each round])}."""
        names = {name for run in case.http for name in run.threads if name not in UNLIKE}
        rows = {name: [run.threads[name] for run in case.http if name in run.threads] for name in sorted(names)}
        return {name: (max(row[0] for row in found), middle([row[1] for row in found]), [row[2] for row in found])
                for name, found in rows.items()}

    def print_threads(self):
        self.say("\nthreads that share work and used a tenth of the server's time or more: the busiest / mean, within a round")
        for case in self.cases:
            for name, (count, share, most) in self.uneven(case).items():
                verdict = "" if count == 1 else "  " + self.bench.target(
                    f"evenness of {name} in {case.name}", middle(most) <= UNEVEN, f"<= {UNEVEN}")
                self.say(f"{case.what:40} {count} {name:16} {100 * share:3.0f} % {spread(most)}{verdict}")

    def store_results(self):
        rows, threads = [], []
        for case in self.cases:
            rows.append([case.what, f"{mid(case.http, 'rate'):,.0f}", f"{mid(case.plain, 'rate'):,.0f}", spread(ratios_of(case, "rate")),
                         f"{mid(case.http, 'p99'):.1f}", f"{mid(case.plain, 'p99'):.1f}", spread(ratios_of(case, "p99")),
                         f"{mid(case.http, 'server'):.0f}", f"{mid(case.http, 'postgres'):.0f}", f"{mid(case.plain, 'postgres'):.0f}"])
            threads += [[case.what, name, count, f"{100 * share:.0f} %", spread(most)]
                        for name, (count, share, most) in self.uneven(case).items()]
        labels = [case.what for case in self.cases]
        self.bench.results.put("compare", [
            table("Requests a second, p99 in ms, CPU per request in µs", [
                "request", "HTTP /s", "bare /s", "HTTP / bare", "p99 HTTP", "p99 bare", "p99 HTTP / bare", "server µs", "PostgreSQL µs",
                "PostgreSQL µs, bare"], rows),
            table("Evenness of threads: time of the busiest / mean", ["request", "threads", "number", "of the server's time", "busiest / mean"],
                  threads)], [
            chart("rate", "Rate over HTTP and of the bare statement", "requests a second", labels, {
                "HTTP": [mid(case.http, "rate") for case in self.cases], "bare": [mid(case.plain, "rate") for case in self.cases]}),
            chart("p99", "p99 over HTTP and of the bare statement", "ms", labels, {
                "HTTP": [mid(case.http, "p99") for case in self.cases], "bare": [mid(case.plain, "p99") for case in self.cases]})],
            [f"Others used {self.foreign()} cores meanwhile."])

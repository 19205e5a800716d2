# SPDX-License-Identifier: GPL-3.0-or-later
"""One organization at ten times its limits while another one works at a normal rate.

    ./dev bench --case tenants

Here a person may send ten requests a second. Twenty people of the first organization send 2,000 list requests a
second together, of which 200 may pass; 64 people of the second one read an event five times a second each."""

import re
import subprocess

import neighbours
from database import FOLDER
from neighbours import Neighbour

LIMIT = "10/1"
NOISY, QUIET, TIMES = 20, 64, 10
CONNECTIONS = 40

# Events and people of organization 1, followed by people of organization 2.
SEED = """
SET app.bulk = 'on';
INSERT INTO organizations (id, name, slug) OVERRIDING SYSTEM VALUE SELECT o, 'Tenant ' || o, 'tenant-' || o FROM generate_series(1, 2) o;
INSERT INTO users (email, email_verified_at, password_hash, first_name, last_name)
  SELECT 'tenant-' || n || '@bench.test', now(), 'never', 'Ada', 'Tenant' FROM generate_series(1, %(noisy)s + %(quiet)s) n;
INSERT INTO organization_members (organization_id, user_id, role)
  SELECT CASE WHEN id > %(noisy)s THEN 2 ELSE 1 END, id, 'member' FROM users;
INSERT INTO sessions (token_hash, user_id, active_organization_id, kind, device_name, expires_at)
  SELECT sha256(convert_to('ccs_' || lpad(user_id::text, 43, '0'), 'UTF8')), user_id, organization_id, 'bearer', 'bench',
    now() + interval '1 day' FROM organization_members;
INSERT INTO events (organization_id, title, slug, start_time, end_time, location_type, visibility, is_published, published_at)
  SELECT 1 + n %% 2, 'Event ' || n, 'event-' || n, now() + n * interval '1 minute', now() + (n + 60) * interval '1 minute',
    'in_person', 'public', true, now() FROM generate_series(1, 2000) n ORDER BY n;
ANALYZE;
"""


class Flood(Neighbour):
    """Runs wrk, which needs less CPU time than Python threads."""

    def __init__(self, url, rate, seconds):
        super().__init__(None)
        self.command = ["wrk", "-t2", f"-c{CONNECTIONS}", f"-d{seconds + 2}s", "--timeout", "10s", "-s", str(FOLDER / "tenants.lua"), url,
                        "--", "1", str(NOISY), str(1000 * CONNECTIONS // rate)]

    def begin(self):
        self.counts, self.errors = {}, []
        self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE, text=True)

    def end(self):
        out = self.process.communicate()[0]
        sent, refused = map(int, re.search(r"RESULT (\d+) (\d+)", out).groups())
        self.counts = {"passed": sent - refused, "refused": refused}
        return self.counts


def run(bench, say):
    quota = int(LIMIT.partition("/")[0])
    rate = TIMES * quota * NOISY
    say(f"\none organization asks for {rate} lists a second, of which {quota * NOISY} may pass, beside another")
    name = bench.cluster.new_database(bench.options.binary)
    bench.cluster.sql(None, SEED % {"noisy": NOISY, "quiet": QUIET}, name, "postgres")
    server = bench.make_server(name, RATE_LIMIT_API=LIMIT).start()
    try:
        event = server.sql("SELECT min(id) FROM events WHERE organization_id = 2")[0][0]
        people = range(NOISY + 1, NOISY + QUIET + 1)
        flood = Flood(server.url, rate, bench.options.seconds)
        pairs = neighbours.compare(bench, say, server, "flood", people, flood, f"/v1/events/{event}")
    finally:
        server.remove()
    neighbours.judge(bench, say, "the flood", pairs)
    neighbours.store_results(bench, "tenants", {f"{rate} lists /s of one organization": pairs})

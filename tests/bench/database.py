# SPDX-License-Identifier: GPL-3.0-or-later
"""The bench's cluster, the rows of its databases, and the statements as the server prepares them."""

import http.client
import importlib.util
import json
import pathlib
import re
import subprocess
import sys
import time
import urllib.request
import uuid

import psycopg2

FOLDER = pathlib.Path(__file__).resolve().parent
ROOT = FOLDER.parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from harness import services  # noqa: E402

# Settings for durability have their defaults. The larger values only keep checkpoints and the
# machine's page cache out of the figures. Statements are logged so that their texts can be read
# before measuring.
SETTINGS = ["shared_buffers=512MB", "max_wal_size=8GB", "checkpoint_timeout=30min", "logging_collector=on",
            "log_destination=jsonlog", "log_directory=.", "log_filename=bench.log",
            # pg_stat_statements counts nothing until planning.py turns it on for the server's role.
            "shared_preload_libraries=pg_stat_statements", "pg_stat_statements.track=none"]

OCCURRED_AT = "2026-11-20T23:00:00Z"
# JSON of a contact, built by the statement itself, because pgbench cannot make UUIDs.
CONTACT = ("jsonb_build_object('client_id', gen_random_uuid(), 'channel', 'door', 'disposition', 'not_home', "
           f"'door_id', :door_id::bigint, 'occurred_at', '{OCCURRED_AT}')")
UNIQUE = "(which)"  # placeholder in the title for a value that differs each time


# Rows in the whole database, so that a database with many organizations is as large as one with
# few.
ATTENDEES, DOORS = 400_000, 100_000


def attendees(organizations):
    """Number of attendees of each organization's first event."""
    return max(10, min(2000, ATTENDEES // organizations))


def doors(organizations):
    """Number of doors of each organization."""
    return max(10, min(500, DOORS // organizations))


def analyze(cluster, name):
    """Run ANALYZE, as autovacuum does within the first minute of writes. Plans made for empty tables are dropped."""
    connection = psycopg2.connect(cluster.url(name, "postgres"))
    connection.autocommit = True
    connection.cursor().execute("ANALYZE")
    connection.close()


def token(user):
    return f"ccs_{user:043d}"


def load(cluster, binary, organizations, events):
    """Make a migrated database with that many organizations and events; returns its name."""
    name = cluster.new_database(binary)
    subprocess.run(services.as_service(
        [f"{cluster.bin}/psql", "-X", "-q", "-o", "/dev/null", "-d", cluster.url(name, "postgres"),
         "-v", f"organizations={organizations}", "-v", f"per={events // organizations}",
         "-v", f"attendees={attendees(organizations)}", "-v", f"doors={doors(organizations)}",
         "-v", f"turfs={10 if doors(organizations) >= 100 else 1}", "-f", "-"]),
        stdin=open(FOLDER / "load.sql", "rb"), check=True, cwd="/", env=services.clean_environment())
    return name


def parameters():
    """Names of the parameters of each query, in the order of $1, $2 …"""
    spec = importlib.util.spec_from_file_location("build_queries", ROOT / "db" / "build-queries.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    files, _ = module.collect([str(ROOT / "db" / "queries")])
    # pgbench variables have no dot in their names; no measured statement has the same name with two
    # prefixes.
    return {query.name: [name or "body" for _, name in query.params] for path in files for query in module.read_file(path)}


def ask(server, method, path, user=None, body=None):
    request = urllib.request.Request(server.url + path, method=method)
    if user is not None:
        request.add_header("Authorization", f"Bearer {token(user)}")
    if body is not None:
        request.add_header("Content-Type", "application/json")
    with urllib.request.urlopen(request, body, timeout=10) as reply:
        return reply.read()


def logged_statements(cluster):
    """Return every prepared statement that the server's role has executed, from the log: its text, and its parameters
    by name."""
    path = cluster.folder / "data" / "bench.json"
    text = subprocess.check_output(services.as_service(["cat", str(path)]), cwd="/").decode()
    found = {}
    for line in text.splitlines():
        entry = json.loads(line)
        match = re.match(r"duration: \S+ ms  execute ([^:]+): (.*)", entry.get("message", ""), re.S)
        if match and entry.get("user") == "campaign_api":
            given = re.findall(r"\$\d+ = (?:'((?:[^']|'')*)'|NULL)", entry.get("detail", ""))
            found[match.group(1)] = (match.group(2), [each.replace("''", "'") for each in given])
    return found


def statements(cluster, make_server, organizations):
    """The statements exactly as the server sends them: a server is started with statement logging, and each route is
    called once."""
    cluster.sql(None, "ALTER ROLE campaign_api SET log_min_duration_statement = 0", "postgres")
    server = make_server().start()
    try:
        sizes = {
            "public": len(ask(server, "GET", f"/v1/public/events/{organizations + 1}")),
            "member": len(ask(server, "GET", f"/v1/events/{organizations + 1}", organizations + 1)),
            "list": len(ask(server, "GET", "/v1/events?limit=50", organizations + 1)),
            "create": len(ask(server, "POST", "/v1/events", 1, body(UNIQUE).encode())),
            "check-in": len(ask(server, "POST", "/v1/events/1/attendees/1/check-in", 1, json.dumps(
                {"client_id": str(uuid.uuid4()), "occurred_at": OCCURRED_AT}).encode())),
            "contact": len(ask(server, "POST", "/v1/contacts", 1, json.dumps(
                {"client_id": str(uuid.uuid4()), "channel": "door", "disposition": "not_home", "door_id": 1,
                 "occurred_at": OCCURRED_AT}).encode())),
            "door": len(ask(server, "GET", f"/v1/events/{organizations + 1}/attendees?limit=500", 1)),
        }
    finally:
        server.remove()
        cluster.sql(None, "ALTER ROLE campaign_api RESET log_min_duration_statement", "postgres")
    return logged_statements(cluster), sizes


def forget_check_ins(cluster, name):
    """Undo all check-ins, and vacuum away the dead rows before measuring."""
    cluster.sql(None, "SET app.bulk = 'on'; UPDATE event_attendees SET status = 'registered', checked_in_at = NULL, "
                      "checked_in_by = NULL, checked_in_actor = NULL WHERE status = 'attended'", name)
    cluster.sql(None, "VACUUM event_attendees", name)


def read_door_list(server, organizations):
    """Read the 10,000 attendees in pages of 500 over one connection, as a phone does. Returns (people, seconds)."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port)
    begin, people, cursor = time.monotonic(), 0, None
    while True:
        path = f"/v1/events/{organizations + 1}/attendees?limit=500" + (f"&cursor={cursor}" if cursor else "")
        connection.request("GET", path, headers={"Authorization": f"Bearer {token(1)}"})
        page = json.loads(connection.getresponse().read())
        people += len(page["data"])
        cursor = page["next_cursor"]
        if cursor is None:
            connection.close()
            return people, time.monotonic() - begin


def body(title):
    """The body of the event that requests.lua creates, for the bare statement."""
    text = (FOLDER / "requests.lua").read_text()
    parts = re.search(r"^local body = (.*?)\n\n", text, re.S | re.M).group(1)
    joined = "".join(piece.replace("\\'", "'") for piece in re.findall(r"'((?:[^'\\]|\\.)*)'", parts))
    return '{"title":"Canvass ' + title + joined

# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings, signals, the internal listener and the limits: everything for operators."""

import json
import os
import re
import signal
import socket
import subprocess
import threading
import time

import pytest
import requests

from harness import server as harness_server
from harness import services
from harness.client import Client, Organization, is_problem, new_person
from harness.services import Redis, wait_until

LONG = 86400  # a window that does not end while a test runs, except at midnight UTC


# Settings -----------------------------------------------------------------------------------------


def settings_of(text):
    return dict(line.split("=", 1) for line in text.splitlines() if line and not line.startswith("#"))


def test_config_prints_every_setting_and_no_secret(make_server):
    server = make_server(start=False, MINIO_ACCESS_KEY="topsecretaccess", MINIO_SECRET_KEY="topsecretkey",
                         REDIS_URL="redis://:topsecretredis@127.0.0.1:1/0")
    made = server.command("config")
    assert made.returncode == 0, made.stderr
    found = settings_of(made.stdout)
    assert found["CAMPAIGN_API_PORT"] == str(server.port) and found["RATE_LIMIT_REGISTER"] == "1000000/60"
    for name in ("DATABASE_URL", "MIGRATION_DATABASE_URL", "REDIS_URL", "SECRET_KEY", "MINIO_ACCESS_KEY",
                 "MINIO_SECRET_KEY"):
        assert found[name] == "(set)"
    for secret in ("topsecret", harness_server.SECRET_KEY, server.database + "?"):
        assert secret not in made.stdout + made.stderr
    comments = [line for line in made.stdout.splitlines() if line.startswith("# ")]
    assert len(comments) == len(found) > 30


@pytest.mark.parametrize("settings, expected", [
    ({"CAMPAIGN_API_PROT": "1"}, "CAMPAIGN_API_PROT"), ({"CAMPAIGN_API_PORT": "0"}, "CAMPAIGN_API_PORT"),
    ({"CAMPAIGN_API_PORT": "65001"}, "CAMPAIGN_API_PORT"), ({"CAMPAIGN_API_PORT": "80x"}, "CAMPAIGN_API_PORT"),
    ({"CAMPAIGN_API_PORT": ""}, "CAMPAIGN_API_PORT"), ({"THREADS": "many"}, "THREADS"),
    ({"RATE_LIMIT_API": "100"}, "RATE_LIMIT_API"), ({"RATE_LIMIT_LOGIN": "0/60"}, "RATE_LIMIT_LOGIN"),
    ({"RATE_LIMIT_REGISTER": "3/0"}, "RATE_LIMIT_REGISTER"), ({"SECRET_KEY": "short"}, "SECRET_KEY"),
    ({"SECRET_KEY": "g" * 64}, "SECRET_KEY"), ({"LOG_LEVEL": "loud"}, "LOG_LEVEL"),
    ({"CAMPAIGN_BIND": "nowhere"}, "nowhere"), ({"CAMPAIGN_CONFIG": "/does/not/exist"}, "CAMPAIGN_CONFIG"),
    ({"LOG_FILE": "/does/not/exist/log"}, "LOG_FILE"), ({"REDIS_URL": "http://x"}, "Redis URL"),
    ({"DATABASE_URL": "postgresql:///nothing?host=/does/not/exist"}, ""),
])
def test_wrong_settings_stop_the_start(make_server, settings, expected):
    server = make_server(start=False)
    server.environment.update(settings)
    done = server.command("serve", timeout=30)
    assert done.returncode == 1, (done.returncode, done.stderr)
    lines = [json.loads(line) for line in done.stderr.splitlines()]  # the log, from its first line on
    failed = [line for line in lines if line["event"] == "server.failed"]
    assert len(failed) == 1 and failed[0]["level"] == "error" and expected in failed[0]["message"], done.stderr
    assert harness_server.SECRET_KEY not in done.stderr


def test_what_must_be_set(make_server):
    for name in ("DATABASE_URL", "SECRET_KEY"):
        server = make_server(start=False)
        del server.environment[name]
        done = server.command("serve", timeout=30)
        assert done.returncode == 1 and name in done.stderr


def test_a_file_of_settings(make_server, tmp_path):
    server = make_server(start=False)
    path = tmp_path / "settings"
    path.write_text("# ours\n\nTHREADS=3\nRATE_LIMIT_API=7/60\n")
    server.environment["CAMPAIGN_CONFIG"] = str(path)
    found = settings_of(server.command("config").stdout)
    assert found["THREADS"] == "3" and found["RATE_LIMIT_API"] == "1000000/60"  # the environment wins
    path.write_text("THREADS=3\nNONSENSE=1\n")
    done = server.command("config")
    assert done.returncode == 1 and "line 2" in done.stderr


def test_a_port_in_use(make_server):
    server = make_server(start=False)
    with socket.socket() as taken:
        # Connections of an earlier server on this port may still be in TIME_WAIT.
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", server.port))
        taken.listen()
        done = server.command("serve", timeout=30)
    assert done.returncode == 1 and str(server.port) in done.stderr


def test_version_and_help(server):
    assert server.command("version").stdout == f"campaign-centerd {meson_version()}\n"
    usage = server.command("--help")
    assert usage.returncode == 0 and "\n  serve " in usage.stdout and "\n  help " in usage.stdout
    unknown = server.command("dance")
    assert (unknown.returncode, unknown.stdout, unknown.stderr) == (2, "", usage.stdout)


def meson_version():
    return re.search(r"version: '([\d.]+)'", (services.ROOT / "meson.build").read_text(encoding="utf-8"))[1]


# Signals ------------------------------------------------------------------------------------------


def test_sighup_reads_the_log_level_again(make_server, tmp_path):
    path = tmp_path / "settings"
    path.write_text("LOG_LEVEL=info\n")
    server = make_server(start=False)
    del server.environment["LOG_LEVEL"]
    server.environment["CAMPAIGN_CONFIG"] = str(path)
    server.start()

    def asked():
        requests.get(f"{server.url}/health", timeout=10)
        return len([line for line in server.log_lines() if line["event"] == "request" and line["route"] == "/health"])

    assert asked() == 1
    path.write_text("LOG_LEVEL=error\n")
    os.kill(server.pid, signal.SIGHUP)
    wait_until(lambda: asked() == asked(), 10, "the quieter log")
    quiet = asked()
    path.write_text("LOG_LEVEL=nonsense\n")
    os.kill(server.pid, signal.SIGHUP)
    assert asked() == quiet and server.process.poll() is None
    path.write_text("LOG_LEVEL=info\n")
    os.kill(server.pid, signal.SIGHUP)
    wait_until(lambda: asked() > quiet, 10, "the louder log")


def test_the_log_names_the_versions_and_all_are_tested(make_server):
    """Fails on a machine with library versions that are not in the table: run every suite there, then add the
    versions."""
    server = make_server()
    lines = {line["event"]: line for line in server.log_lines()}
    found = lines["server.versions"]
    (number,), = server.sql("SELECT current_setting('server_version_num')::int")
    assert found["postgresql"] == f"{number // 10000}.{number % 10000}"
    assert all(re.fullmatch(r"\d+\.\d+(\.\d+)?", found[name]) for name in ("libmicrohttpd", "ulfius", "libpq")), found
    assert "server.untested_versions" not in lines, lines["server.untested_versions"]


def test_a_start_has_more_time_than_a_request(make_server):
    """All statements are checked as one: a busy database, here a locked table, must not abort the start."""
    server = make_server(start=False, STATEMENT_TIMEOUT=1000, LOCK_TIMEOUT=9000)
    holder = server.cluster.connect(server.database, role="postgres")
    holder.cursor().execute("LOCK TABLE events")
    starting = threading.Thread(target=server.start)
    starting.start()
    try:
        wait_until(lambda: server.cluster.sql(
            None, "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND "
                  "clock_timestamp() - query_start > interval '1.5 s'", server.database), 10, "a start that goes on waiting")
    finally:
        holder.rollback()
        starting.join()
    assert Client(server).get("/health").status_code == 200


@pytest.mark.alone
def test_sigterm_lets_a_request_finish(make_server):
    """A request that waits for a lock when the signal arrives gets its reply; new ones are refused."""
    server = make_server(LOCK_TIMEOUT=8000, STATEMENT_TIMEOUT=9000, CALL_TIMEOUT=9500)
    org = Organization(Client(server), everybody=False)
    event = org.event()
    holder = server.cluster.connect(server.database, role="postgres")
    holder.cursor().execute("SELECT FROM events WHERE id = %s FOR UPDATE", (event["id"],))
    answers = []
    thread = threading.Thread(target=lambda: answers.append(org.owner.patch(f"/v1/events/{event['id']}", {"city": "Late"})))
    thread.start()
    wait_until(lambda: server.cluster.sql(None, "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'",
                                          server.database), 10, "the wait for the lock")
    began = time.monotonic()
    server.process.send_signal(signal.SIGTERM)

    def refuses():
        try:
            return requests.get(f"{server.url}/health", timeout=2).status_code == 503
        except requests.ConnectionError:
            return True

    wait_until(refuses, 5, "the refusal of new requests")
    assert not answers
    holder.rollback()
    holder.close()
    thread.join(10)
    assert server.process.wait(10) == 0 and time.monotonic() - began < 10
    assert [reply.status_code for reply in answers] == [200] and answers[0].json()["city"] == "Late"


@pytest.mark.slow
@pytest.mark.alone
def test_sigterm_ends_within_ten_seconds_whoever_is_there(make_server):
    """Idle connections, a partial request and a live socket do not delay the stop."""
    server = make_server()
    org = Organization(Client(server), everybody=False)
    live = org.owner.socket("/v1/changes/live")
    held = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(20)]
    for connection in held[:10]:
        connection.sendall(b"POST /v1/auth/sign-in HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
    began = time.monotonic()
    server.process.send_signal(signal.SIGTERM)
    assert server.process.wait(15) == 0
    assert time.monotonic() - began < 10
    for connection in held:
        connection.close()
    live.shutdown()


# The internal listener ----------------------------------------------------------------------------


def test_health_and_its_like(make_server):
    redis = Redis()
    try:
        server = make_server(redis=redis.url)

        def health():
            reply = requests.get(f"{server.url}/health", timeout=10)
            return reply.status_code, reply.json()

        def internal(path):
            return requests.get(server.internal_url + path, timeout=10).status_code

        up = {"status": "healthy", "database": "up", "redis": "up", "storage": "up"}
        wait_until(lambda: health() == (200, up), 10, "health")
        assert internal("/livez") == internal("/readyz") == 200 and internal("/nowhere") == 404
        for path in ("/livez", "/readyz", "/metrics"):
            assert requests.get(server.url + path, timeout=10).status_code == 404
        redis.kill()
        wait_until(lambda: health()[1]["redis"] == "down", 20, "Redis' absence in /health")
        assert health() == (200, {**up, "status": "degraded", "redis": "down"})
        assert internal("/livez") == internal("/readyz") == 200
        redis.start()
        wait_until(lambda: health() == (200, up), 30, "Redis' return in /health")
    finally:
        redis.remove()


def test_without_redis_or_storage(make_server):
    server = make_server(redis="", STORAGE_FOLDER="")
    reply = requests.get(f"{server.url}/health", timeout=10)
    assert reply.json() == {"status": "healthy", "database": "up", "redis": "off", "storage": "off"}
    assert new_person(Client(server)).get("/v1/me").status_code == 200


def test_metrics(make_server):
    server = make_server()
    person = new_person(Client(server))
    for _ in range(7):
        person.get("/v1/me")
    Client(server).get("/v1/me")
    text = server.metrics()
    names = set()
    for line in text.splitlines():
        if line.startswith("#"):
            assert re.fullmatch(r"# (HELP|TYPE) [a-z_]+ .+", line), line
            continue
        match = re.fullmatch(r'([a-z_]+)(\{[a-z_]+="[^"]*"(,[a-z_]+="[^"]*")*\})? ([-+0-9.eE]+|\+Inf|NaN)', line)
        assert match, line
        names.add(match.group(1))
    mine = [line for line in text.splitlines() if "getMe" in line or '"/v1/me"' in line]
    assert [line for line in mine if line.endswith(" 7") or line.endswith(" 8")], mine
    assert any(name.endswith("_bucket") for name in names)
    for word in ("redis", "job", "feed", "database"):
        assert [name for name in names if word in name or (word == "database" and "db" in name) or (
            word == "database" and "pool" in name)], (word, sorted(names))
    assert person.email not in text


# limited(redis) starts a server with a limit of 10 API requests per person, and returns (server,
# person). limited(""): the server has no Redis.


@pytest.fixture
def own_redis():
    """Counters are identified by person and class only, so a test that counts has its own Redis."""
    made = Redis()
    yield made
    made.remove()


@pytest.fixture
def limited(make_server, own_redis):
    """(server, person) with 10 requests for everybody; limited("") without Redis."""
    def make(redis=None):
        server = make_server(redis=own_redis.url if redis is None else redis, RATE_LIMIT_API=f"10/{LONG}")
        return server, new_person(Client(server))
    return make


def figures(reply):
    name, rest, reset = re.fullmatch(r'"(\w+)";r=(\d+);t=(\d+)', reply.headers["RateLimit"]).groups()
    policy = re.fullmatch(r'"(\w+)";q=(\d+);w=(\d+)', reply.headers["RateLimit-Policy"]).groups()
    assert policy[0] == name and 0 < int(reset) <= int(policy[2])
    return name, int(policy[1]), int(rest)


def test_ten_pass_and_the_eleventh_does_not(limited):
    server, person = limited()
    answers = [person.get("/v1/me") for _ in range(13)]
    assert [reply.status_code for reply in answers] == [200] * 10 + [429] * 3
    assert [figures(reply) for reply in answers] == [("api", 10, left) for left in [*range(9, -1, -1), 0, 0, 0]]
    refused = answers[-1]
    assert is_problem(refused, 429, "rate_limited") and 0 < int(refused.headers["Retry-After"]) <= LONG
    assert person.get("/health").status_code == 200  # has no limit
    assert new_person(Client(server)).get("/v1/me").status_code == 200  # another person has a separate quota


def test_every_kind_of_answer_counts(limited):
    _, person = limited()
    answers = [person.get("/v1/events/1"), person.post("/v1/organizations", {}), person.get("/v1/me?x=1"),
               *[person.get("/v1/me") for _ in range(7)]]
    assert not [reply for reply in answers if reply.status_code == 429]
    assert person.get("/v1/me").status_code == 429
    assert person.post("/v1/organizations", {"name": "x"}).status_code == 429


def test_strangers_are_counted_by_address(limited):
    server, _ = limited()
    found = [Client(server, token=token).get(path).status_code for token, path in
             [(None, "/v1/public/events"), ("ccs_" + "x" * 43, "/v1/me"), (None, "/v1/me")] * 5]
    assert found[10:] == [429] * 5 and 429 not in found[:10]


def at_once(server, token, clients, each):
    statuses, barrier = [], threading.Barrier(clients)

    def run():
        client = Client(server, token=token)
        barrier.wait()
        for _ in range(each):
            statuses.append(client.get("/v1/me").status_code)

    threads = [threading.Thread(target=run) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return statuses


@pytest.mark.parametrize("quota", [10, 100])
def test_many_at_once_never_pass_the_quota(make_server, own_redis, quota):
    server = make_server(redis=own_redis.url, RATE_LIMIT_API=f"{quota}/{LONG}")
    person = new_person(Client(server))
    statuses = at_once(server, person.token, 20, 8)
    assert statuses.count(200) == quota and statuses.count(429) == 160 - quota


def test_two_servers_share_a_count(make_server, limited, own_redis):
    first, person = limited()
    second = make_server(redis=own_redis.url, database=first.database, RATE_LIMIT_API=f"10/{LONG}")
    other = Client(second, token=person.token)
    statuses = [client.get("/v1/me").status_code for _ in range(10) for client in (person, other)]
    assert statuses.count(200) == 10


def test_limits_without_redis(limited):
    _, person = limited(redis="")
    assert [person.get("/v1/me").status_code for _ in range(12)] == [200] * 10 + [429] * 2


def test_redis_goes_and_comes(make_server, own_redis):
    """No request fails while Redis is down; the limit stays in force, and Redis is used again automatically."""
    server = make_server(redis=own_redis.url, RATE_LIMIT_API=f"40/{LONG}")
    people = [new_person(Client(server)) for _ in range(2)]
    assert people[0].get("/v1/me").status_code == 200
    own_redis.kill()
    statuses = [people[1].get("/v1/me").status_code for _ in range(45)]
    assert statuses == [200] * 40 + [429] * 5
    assert people[0].get("/v1/me").status_code == 200
    own_redis.start()
    client = own_redis.client()
    deadline = time.monotonic() + 30
    while not client.keys("cc:l:*"):
        assert time.monotonic() < deadline, "Redis came back and is not used"
        assert new_person(Client(server)).get("/v1/me").status_code == 200
    assert client.ttl(client.keys("cc:l:*")[0]) > 0


def test_sign_ins_have_their_own_limit(make_server, own_redis):
    server = make_server(redis=own_redis.url, RATE_LIMIT_LOGIN=f"3/{LONG}")
    person = new_person(Client(server))
    wrong = [Client(server).post("/v1/auth/sign-in", {"email": person.email, "password": "not the one it is"})
             for _ in range(5)]
    assert [reply.status_code for reply in wrong] == [401] * 3 + [429] * 2
    assert figures(wrong[-1])[0] == "login"
    assert person.get("/v1/me").status_code == 200

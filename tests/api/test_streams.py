# SPDX-License-Identifier: GPL-3.0-or-later
"""Bodies that are files, replies that are files, jobs of every lane, COPY: functions of the engine, on a server with
routes for tests (tests/probe)."""

import gzip
import hashlib
import json
import os
import pathlib
import signal
import socket
import subprocess
import threading
import time

import pytest

from harness import client as harness_client
from harness import probe as harness_probe
from harness import server as harness_server
from harness import services
from harness.recorder import Recorder

CSV = {"Content-Type": "text/csv; charset=utf-8"}
BYTES = {"Content-Type": "application/octet-stream"}


@pytest.fixture(scope="module")
def probe(cluster, redis_server):
    made = harness_probe.new_server(cluster, redis_server.url, REQUEST_TIMEOUT=2)
    made.start()
    yield made
    made.remove()


@pytest.fixture(scope="module")
def record(probe):
    return Recorder(harness_client.Client(probe).ok("GET", "/openapi.json"))


@pytest.fixture
def member(probe, record):
    made = harness_probe.Member(probe)
    made.client.recorder = record
    return made


def test_a_body_field_is_never_replaced_by_a_value_of_the_engine(member):
    """An earlier bug: a field called address got the client's IP address, one called actor the caller."""
    sent = {"address": "14 Canal St", "actor": "user:1", "request_id": "mine", "rights": "all", "organization_id": 77,
            "user_id": 78, "limit": 79}
    answer = member.client.ok("POST", "/v1/probe/names", sent)
    assert {name: answer[name] for name in sent} == sent
    assert answer["call_address"] == "127.0.0.1" and answer["call_actor"] == f"user:{member.user}"
    assert (answer["call_organization_id"], answer["call_user_id"]) == (member.id, member.user)

    nothing = member.client.ok("POST", "/v1/probe/names", {})
    assert [nothing[name] for name in sent] == [None] * len(sent), "a field that was left out is NULL"


def left_over(probe):
    return sorted(path.name for path in (probe.storage / "spool").glob("*"))


def put_file(client, name, data, headers=CSV, **options):
    return client.request("PUT", f"/v1/probe/files/{name}", data=data, headers=headers, **options)


def raw_put(probe, client, body, *headers, path="/v1/probe/files/raw", length=None):
    lines = [f"PUT {path} HTTP/1.1", "Host: x", *headers]
    if client is not None:
        lines.append(f"Authorization: Bearer {client.token}")
    if length is not None:
        lines.append(f"Content-Length: {length}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


# Bodies -------------------------------------------------------------------------------------------


def test_a_body_becomes_a_file(probe, member):
    data = os.urandom(3_000_000)
    for headers in (CSV, BYTES):
        reply = put_file(member.client, "kept", data, headers)
        assert reply.status_code == 200, reply.text
        assert reply.json() == {"length": len(data), "sha256": hashlib.sha256(data).hexdigest(),
                                "media": headers["Content-Type"].split(";")[0]}
    kept = probe.storage / "probe" / "kept"
    assert kept.read_bytes() == data and kept.stat().st_mode & 0o077 == 0
    assert put_file(member.client, "kept", b"shorter").status_code == 200
    assert kept.read_bytes() == b"shorter" and left_over(probe) == []
    assert [path.name for path in kept.parent.iterdir() if path.name.startswith("kept")] == ["kept"]


def test_chunks(probe, member):
    def pieces():
        for number in range(200):
            yield f"line {number}\n".encode() * 100

    reply = put_file(member.client, "chunks", pieces())
    assert reply.status_code == 200, reply.text
    assert (probe.storage / "probe" / "chunks").read_bytes() == b"".join(pieces())


def test_a_body_is_never_in_memory(probe, member):
    """400 MB, sent by a client that does not hold them in memory either."""
    def resident():
        status = pathlib.Path(f"/proc/{probe.pid}/status").read_text()
        return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1])

    assert put_file(member.client, "warm", b"x" * 1000).status_code == 200
    before = resident()
    block = b"x" * (1 << 20)
    reply = put_file(member.client, "large", (block for _ in range(400)))
    assert reply.status_code == 200 and reply.json()["length"] == 400 << 20
    with member.client.session.get(f"{probe.url}/v1/probe/files/large", stream=True,
                                   headers={"Authorization": f"Bearer {member.client.token}"}) as fetched:
        assert sum(len(piece) for piece in fetched.iter_content(1 << 20)) == 400 << 20
    (probe.storage / "probe" / "large").unlink()
    assert resident() - before < 20_000 or harness_server.is_sanitized()


def test_pieces_go_on_wherever_the_last_one_ended(probe, member):
    name, data = harness_client.unique("pieces"), os.urandom(100_003)
    at = 0
    for size in (1, 4096, 33_333, 62_573):
        reply = put_file(member.client, name, data[at:at + size], BYTES, query={"offset": at})
        at += size
        assert reply.status_code == 200 and reply.headers["Upload-Offset"] == str(at), reply.text
    assert at == len(data) and (probe.storage / "probe" / name).read_bytes() == data
    for wrong in (0, at - 1, at + 1):  # the first of these is a piece whose reply was lost
        reply = put_file(member.client, name, b"again", BYTES, query={"offset": wrong})
        assert reply.status_code == 409 and reply.json()["code"] == "offset"
        assert reply.headers["Upload-Offset"] == str(at)
    assert (probe.storage / "probe" / name).read_bytes() == data
    assert put_file(member.client, name, b"x", BYTES, query={"offset": -1}).status_code == 422


def test_one_piece_sent_twice_at_once_is_appended_once(probe, member):
    name, codes = harness_client.unique("race"), []
    piece = os.urandom(500_000)
    clients = [harness_client.new_session(member.client, member.user, member.id) for _ in range(6)]
    threads = [threading.Thread(target=lambda each=each: codes.append(
        put_file(each, name, piece, BYTES, query={"offset": 0}).status_code)) for each in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(codes) == [200, 409, 409, 409, 409, 409]
    assert (probe.storage / "probe" / name).read_bytes() == piece


def head_only(probe, client, *headers, length=50_000_000, path="/v1/probe/files/raw"):
    """The reply to a head whose body does not come."""
    return harness_client.raw(probe, raw_put(probe, client, b"", *headers, length=length, path=path), seconds=5)


def test_refused_before_the_body(probe, member):
    typed = "Content-Type: text/csv"
    assert b" 401 " in head_only(probe, None, typed).split(b"\r\n")[0]
    other = harness_probe.Member(probe)
    probe.sql("UPDATE organization_members SET role = 'member' WHERE user_id = %s", (other.user,))
    assert b" 403 " in head_only(probe, other.client, typed).split(b"\r\n")[0]
    assert b" 415 " in head_only(probe, member.client, "Content-Type: image/png").split(b"\r\n")[0]
    assert b" 415 " in head_only(probe, member.client).split(b"\r\n")[0]
    assert b" 415 " in head_only(probe, member.client, typed, "Content-Encoding: gzip").split(b"\r\n")[0]
    assert b" 413 " in head_only(probe, member.client, typed, path="/v1/probe/small").split(b"\r\n")[0]
    assert b" 422 " in head_only(probe, member.client, typed,
                                 path="/v1/probe/files/raw?offset=x").split(b"\r\n")[0]
    assert left_over(probe) == []


def test_too_large_without_a_length(probe, member):
    reply = member.client.request("PUT", "/v1/probe/small", data=iter([b"x" * 600, b"x" * 600]), headers=CSV)
    assert reply.status_code == 413 and reply.json()["code"] == "body_too_large"
    assert member.client.request("PUT", "/v1/probe/small", data=iter([b"x" * 1000]), headers=CSV).status_code == 200
    assert left_over(probe) == []


@pytest.mark.parametrize("data", [b"", None])
def test_an_empty_file(member, data):
    reply = put_file(member.client, "empty", data)
    assert reply.status_code == 422 and reply.json()["code"] == "body_empty"


def test_expect_100_continue(probe, member):
    def first_line(*headers):
        with socket.create_connection(("127.0.0.1", probe.port), timeout=5) as connection:
            connection.sendall(raw_put(probe, member.client, b"", *headers, "Expect: 100-continue", length=5))
            first = connection.recv(4096).split(b"\r\n")[0]
            if b"100" in first:
                connection.sendall(b"hello")
                assert b" 200 " in connection.recv(4096).split(b"\r\n")[0]
            return first

    assert b" 100 " in first_line("Content-Type: text/csv")
    assert b" 415 " in first_line("Content-Type: text/html")


def test_a_client_that_goes_away_leaves_nothing(probe, member):
    with socket.create_connection(("127.0.0.1", probe.port), timeout=5) as connection:
        connection.sendall(raw_put(probe, member.client, b"x" * 100_000, "Content-Type: text/csv", length=200_000,
                                   path="/v1/probe/files/gone"))
        services.wait_until(lambda: left_over(probe), 5, "the body's file")
    services.wait_until(lambda: not left_over(probe), 5, "its end")
    assert not (probe.storage / "probe" / "gone").exists()


def begin_put(probe, member, connection, length, *headers):
    """An upload of which ten bytes are in the file; the server is stopped then."""
    connection.sendall(raw_put(probe, member.client, b"x" * 10, "Content-Type: text/csv", *headers, length=length))
    services.wait_until(lambda: any(path.stat().st_size == 10 for path in (probe.storage / "spool").glob("*")), 5,
                        "the body's first bytes")
    os.kill(probe.pid, signal.SIGSTOP)


@pytest.mark.parametrize("size", [9_000, 50_000])
def test_the_end_of_a_client_that_comes_with_its_last_bytes(probe, member, size):
    """MHD reads less than it has space for, takes that for everything, and must be notified of the end again."""
    mine = harness_client.unique("gone-unread")
    with socket.create_connection(("127.0.0.1", probe.port), timeout=5) as connection:
        begin_put(probe, member, connection, 200_000, f"X-Request-Id: {mine}")
        connection.sendall(b"x" * size)
    os.kill(probe.pid, signal.SIGCONT)
    services.wait_until(lambda: not left_over(probe), 5, "its end")
    assert [line["received"] for line in probe.log_lines()
            if line["event"] == "request.aborted" and line["id"] == mine] == [size + 10]


@pytest.mark.slow
@pytest.mark.alone
def test_a_trickle_is_cut_and_a_slow_client_is_not(probe, member):
    """REQUEST_TIMEOUT is 2 s here, and the minimal rate is 4 KiB a second."""
    def send(size, gap, times):
        with socket.create_connection(("127.0.0.1", probe.port), timeout=20) as connection:
            connection.sendall(raw_put(probe, member.client, b"", "Content-Type: text/csv", length=size * times))
            try:
                for _ in range(times):
                    connection.sendall(b"x" * size)
                    time.sleep(gap)
                return connection.recv(4096)
            except OSError:
                return b""

    for gap in (0.25, 0.1):  # the reaper looks every quarter of a second
        assert send(size=100, gap=gap, times=int(10 / gap)) == b""
    assert b" 200 " in send(size=6000, gap=0.5, times=10).split(b"\r\n")[0]
    services.wait_until(lambda: not left_over(probe), 5, "nothing left over")


def test_what_a_killed_server_left_is_swept(cluster, redis_server):
    server = harness_probe.new_server(cluster, redis_server.url)
    server.start()
    try:
        member = harness_probe.Member(server)
        with socket.create_connection(("127.0.0.1", server.port), timeout=5) as connection:
            connection.sendall(raw_put(server, member.client, b"x" * 9000, "Content-Type: text/csv", length=20_000))
            services.wait_until(lambda: left_over(server), 5, "the body's file")
            server.kill()
        assert len(left_over(server)) == 1
        server.start()
        assert left_over(server) == []
    finally:
        server.remove()


def test_no_room(cluster, redis_server):
    """A file system of 70 MB, of which the server keeps 64 free."""
    if os.geteuid() != 0:
        pytest.skip("mounting needs root")
    server = harness_probe.new_server(cluster, redis_server.url)
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=70m", "tmpfs", str(server.storage)])
    if mounted.returncode != 0:
        server.remove()
        pytest.skip("no mounting here")
    try:
        server.start()
        member = harness_probe.Member(server)
        assert put_file(member.client, "fits", b"x" * 1_000_000).status_code == 200
        announced = put_file(member.client, "much", b"x" * 20_000_000)
        assert announced.status_code == 507 and announced.json()["type"] == "storage_full", announced.text
        block = b"x" * (1 << 20)
        not_announced = put_file(member.client, "much", (block for _ in range(80)))
        assert not_announced.status_code == 507 and not_announced.json()["code"] == "storage_full"
        assert left_over(server) == [] and not (server.storage / "probe" / "much").exists()
        assert put_file(member.client, "fits", b"y" * 1_000_000).status_code == 200
    finally:
        server.stop()
        subprocess.run(["umount", "-l", str(server.storage)], check=True)
        server.remove()


def test_without_a_folder_files_are_refused(cluster, redis_server):
    server = harness_probe.new_server(cluster, redis_server.url, STORAGE_FOLDER="")
    server.start()
    try:
        reply = put_file(harness_probe.Member(server).client, "x", b"x")
        assert reply.status_code == 503 and reply.json()["code"] == "storage_off"
    finally:
        server.remove()


def test_large_json(member):
    """.max_body of a route with a JSON body, and an unsupported Content-Encoding."""
    body = json.dumps({"kind": "k" * 200_000}).encode()
    headers = {"Content-Type": "application/json"}
    assert member.client.request("POST", "/v1/probe/large", data=body, headers=headers).json()["length"] == 200_000
    over = member.client.request("POST", "/v1/probe/large", data=body + b" " * 70_000, headers=headers)
    assert over.status_code == 413
    elsewhere = member.client.request("POST", "/v1/probe/names", data=body, headers=headers)
    assert elsewhere.status_code == 413, "the others keep their limit"
    packed = member.client.request("POST", "/v1/probe/large", data=gzip.compress(body),
                                   headers={**headers, "Content-Encoding": "gzip"})
    assert packed.status_code == 415 and packed.json()["code"] == "content_encoding"


# Answers ------------------------------------------------------------------------------------------


@pytest.fixture
def stored(probe, member):
    data = bytes(range(256)) * 4000
    assert put_file(member.client, "stored", data).status_code == 200
    return data


def fetch(member, **headers):
    return member.client.get("/v1/probe/files/stored", headers={k.replace("_", "-"): v for k, v in headers.items()})


def test_a_file_is_sent(member, stored):
    reply = fetch(member)
    assert reply.status_code == 200 and reply.content == stored
    assert reply.headers["Content-Type"] == "text/csv" and reply.headers["ETag"] == '"v1"'
    assert reply.headers["Accept-Ranges"] == "bytes" and reply.headers["Content-Length"] == str(len(stored))
    assert reply.headers["Content-Disposition"] == (
        'attachment; filename="Gr____e _1_.csv"; filename*=UTF-8\'\'Gr%C3%B6%C3%9Fe%20%221%22.csv')
    assert reply.headers["Cache-Control"] == "private, no-cache" and reply.headers["X-Request-Id"]
    head = member.client.request("HEAD", "/v1/probe/files/stored")
    assert head.status_code == 200 and head.headers["Content-Length"] == str(len(stored)) and not head.content
    assert fetch(member, If_None_Match='"v1"').status_code == 304
    assert fetch(member, If_None_Match='"v0"').status_code == 200
    absent = member.client.get("/v1/probe/files/absent")
    assert absent.status_code == 404 and "Content-Range" not in absent.headers


@pytest.mark.parametrize("asked, first, last", [
    ("bytes=0-0", 0, 0), ("bytes=5-9", 5, 9), ("bytes=1023990-", 1_023_990, 1_023_999),
    ("bytes=-7", 1_023_993, 1_023_999), ("bytes=9-99999999", 9, 1_023_999), ("bytes=-99999999", 0, 1_023_999)])
def test_a_part_of_a_file(member, stored, asked, first, last):
    reply = fetch(member, Range=asked, If_Range='"v1"')
    assert reply.status_code == 206 and reply.content == stored[first:last + 1]
    assert reply.headers["Content-Range"] == f"bytes {first}-{last}/{len(stored)}"


@pytest.mark.parametrize("asked", ["bytes=5-4", "bytes=a-b", "lines=1-2", "bytes=1-2,5-6", "bytes=-", "bytes=",
                                   "bytes=99999999999999999999-"])
def test_a_range_that_is_none_is_passed_over(member, stored, asked):
    reply = fetch(member, Range=asked)
    assert reply.status_code == 200 and reply.content == stored


def test_a_range_behind_the_end(member, stored):
    for asked in ("bytes=1024000-", "bytes=-0"):
        reply = fetch(member, Range=asked)
        assert reply.status_code == 416 and reply.headers["Content-Range"] == "bytes */1024000"
    assert fetch(member, Range="bytes=0-1", If_Range='"v0"').status_code == 200


def test_bytes_from_memory(probe, record):
    client = harness_client.Client(probe, recorder=record)
    data = b"\x89PNG\r\n\0\x1a\n\0\0\xff"
    reply = client.get("/v1/probe/bytes")
    assert reply.content == data and reply.headers["Content-Type"] == "image/png"
    part = client.get("/v1/probe/bytes", headers={"Range": "bytes=5-"})
    assert part.status_code == 206 and part.content == data[5:]
    assert client.get("/v1/probe/bytes", headers={"If-None-Match": '"b1"'}).status_code == 304


def test_requests_go_on_after_files(probe, member, stored):
    """One connection: files, ranges and refusals do not disturb later requests."""
    for _ in range(20):
        assert fetch(member).content == stored
        assert fetch(member, Range="bytes=3-5").content == stored[3:6]
        assert put_file(member.client, "again", b"x" * 70_000).status_code == 200
        assert put_file(member.client, "again", b"x" * 70_000, {"Content-Type": "text/html"}).status_code == 415
    assert len(os.listdir(f"/proc/{probe.pid}/fd")) < 100


def test_the_document_describes_them(probe, record):
    paths = record.document["paths"]
    operation = paths["/v1/probe/files/{name}"]["put"]
    assert set(operation["requestBody"]["content"]) == {"text/csv", "application/octet-stream"}
    assert {"413", "415", "507"} <= set(operation["responses"])
    assert "Idempotency-Key" not in {p["name"] for p in operation["parameters"]}
    fetched = paths["/v1/probe/files/{name}"]["get"]
    assert {"Range", "If-Range", "If-None-Match"} <= {p["name"] for p in fetched["parameters"]}
    for status in ("200", "206"):
        assert set(fetched["responses"][status]["content"]) == {"text/csv", "application/octet-stream"}
    assert {"304", "416"} <= set(fetched["responses"])
    page = harness_client.Client(probe).get("/docs").text
    assert "text/csv, application/octet-stream" in page


# Jobs ---------------------------------------------------------------------------------------------


def enqueue(member, kind, n=0, path="/v1/probe/jobs"):
    member.client.ok("POST", path, {"kind": kind, "n": n}, status=204)
    return member.client.server.sql("SELECT max(id) FROM jobs WHERE kind = %s AND organization_id = %s",
                                    (kind, member.id))[0][0]


def state(probe, job):
    return probe.sql("SELECT state, attempts, last_error FROM jobs WHERE id = %s", (job,))[0]


def wait_done(probe, job, seconds=30):
    services.wait_until(lambda: state(probe, job)[0] in ("done", "failed"), seconds, "the job's end")
    assert state(probe, job)[0] == "done", state(probe, job)


def steps_of(probe, job):
    return [row[0] for row in probe.sql("SELECT step FROM probe_steps WHERE job_id = %s ORDER BY step", (job,))]


@pytest.mark.parametrize("path", ["/v1/probe/jobs", "/v1/probe/sql-jobs"])
def test_a_job_from_c_and_from_sql(probe, member, path):
    job = enqueue(member, "probe.steps", 3, path)
    wait_done(probe, job)
    assert steps_of(probe, job) == [0, 1, 2]
    assert probe.sql("SELECT DISTINCT organization_id FROM probe_steps WHERE job_id = %s", (job,)) == [(member.id,)]


@pytest.mark.slow
def test_a_long_job_delays_no_quick_one(probe, member):
    long = enqueue(member, "probe.steps", 200)
    services.wait_until(lambda: steps_of(probe, long), 10, "its beginning")
    quick = enqueue(member, "probe.quick")
    wait_done(probe, quick)
    assert state(probe, long)[0] == "running", "the quick one did not wait for it"
    wait_done(probe, long)


@pytest.mark.slow
def test_an_organization_holds_one_thread_of_a_lane(probe, member):
    """Three long jobs of one organization run one after the other; another organization's job begins beside the
    first."""
    other = harness_probe.Member(probe)
    first, second, third = (enqueue(member, "probe.steps", 150) for _ in range(3))
    services.wait_until(lambda: steps_of(probe, first), 10, "its beginning")
    wait_done(probe, enqueue(other, "probe.steps", 3))
    assert state(probe, first)[0] == "running" and steps_of(probe, second) == []
    for job in (first, second, third):
        wait_done(probe, job)


@pytest.mark.slow
def test_a_statement_longer_than_lease_and_limits(probe, member):
    """7 s, with a lease of 3 s and a pool that ends statements after 2 s."""
    job = enqueue(member, "probe.statement", 7)
    wait_done(probe, job)
    assert state(probe, job)[1] == 1 and steps_of(probe, job) == [0], "it ran once"


@pytest.mark.slow
def test_a_lost_lease_commits_nothing_more(probe, member):
    job = enqueue(member, "probe.steps", 150)
    services.wait_until(lambda: len(steps_of(probe, job)) > 3, 10, "its first steps")
    probe.sql("UPDATE jobs SET attempts = 77, locked_until = now() + interval '1 hour' WHERE id = %s", (job,))
    done = len(steps_of(probe, job))
    services.wait_until(lambda: '"job_lost"' in probe.log(), 10, "the loss")
    assert len(steps_of(probe, job)) <= done + 1 and state(probe, job)[:2] == ("running", 77)
    probe.sql("UPDATE jobs SET locked_until = now() - interval '1 s', attempts = 1 WHERE id = %s", (job,))
    wait_done(probe, job)
    assert steps_of(probe, job) == list(range(150))


def test_a_failure_is_kept(probe, member):
    job = enqueue(member, "probe.fails")
    services.wait_until(lambda: state(probe, job)[1] == 1 and state(probe, job)[2], 10, "a first try")
    assert state(probe, job) == ("queued", 1, "It does not work today")
    probe.sql("UPDATE jobs SET attempts = 7, run_at = now() WHERE id = %s", (job,))
    services.wait_until(lambda: state(probe, job)[0] == "failed", 10, "the last try")


def test_a_job_that_keeps_ending_its_worker_is_given_up(probe, member):
    job = probe.sql("INSERT INTO jobs (kind, payload, state, attempts, locked_until) "
                    "VALUES ('probe.steps', '{}', 'running', 8, now() - interval '1 s') RETURNING id")[0][0]
    services.wait_until(lambda: state(probe, job)[0] == "failed", 15, "the giving up")
    assert "8 times" in state(probe, job)[2]


def test_a_kind_that_nobody_knows_waits(probe, member):
    job = enqueue(member, "probe.tomorrow")
    wait_done(probe, enqueue(member, "probe.quick"))
    assert state(probe, job) == ("queued", 0, None)


def test_copy(probe, member):
    probe.sql("TRUNCATE probe_rows")
    job = enqueue(member, "probe.copies", 60_000)
    wait_done(probe, job)
    assert probe.sql("SELECT count(*), min(id), max(id), max(name) FILTER (WHERE id = 7) FROM probe_rows") == \
        [(60_000, 1, 60_000, "row 7, ä")]
    out = (probe.storage / "probe" / "out.csv").read_text()
    assert out.splitlines() == [f'{i},"row {i}, ä"' for i in range(1, 60_000)]


def test_copies_that_end_early(probe, member):
    probe.sql("TRUNCATE probe_rows")
    job = enqueue(member, "probe.bad_copies")
    wait_done(probe, job)
    assert probe.sql("SELECT count(*) FROM probe_rows") == [(0,)] and steps_of(probe, job) == [0]

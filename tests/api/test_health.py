# SPDX-License-Identifier: GPL-3.0-or-later
"""Health means that requests succeed: causes of failures show in /readyz, in /health and once in the log."""

import contextlib
import os
import subprocess
import time

import pytest
import requests

from harness.client import Client, Organization
from harness.services import make_folder, wait_until


def ready(server):
    return requests.get(f"{server.internal_url}/readyz", timeout=10).status_code


def health(server):
    reply = requests.get(f"{server.url}/health", timeout=10)
    return reply.status_code, reply.json()["status"], reply.json()["database"], reply.json()["storage"]


@contextlib.contextmanager
def small_disk(size):
    """A folder for services on a separate file system; only root can create one."""
    folder = make_folder("cc-disk-")
    mounted = os.geteuid() == 0 and subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size},mode=0777", "tmpfs", folder], capture_output=True).returncode == 0
    if not mounted:
        folder.rmdir()
        pytest.skip("no file system can be mounted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True)
        folder.rmdir()


def test_a_library_that_cannot_be_loaded(make_server):
    """As when PostgreSQL was updated under a running cluster: connections succeed, functions fail."""
    server = make_server(SESSION_CACHE=0)
    org = Organization(Client(server))
    assert ready(server) == 200

    def library(path):
        server.sql("SET allow_system_table_mods = on")
        server.sql("UPDATE pg_proc SET probin = %s WHERE proname = 'plpgsql_call_handler'", [path])
        server.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                   "WHERE datname = current_database() AND usename <> 'postgres'")

    (good,), = server.sql("SELECT probin FROM pg_proc WHERE proname = 'plpgsql_call_handler'")
    library("$libdir/of_another_version")
    try:
        failed = [org.owner.get("/v1/events") for _ in range(20)]
        assert {reply.status_code for reply in failed} == {503}
        assert "store" not in failed[-1].text and failed[-1].json()["code"] == "database_away"
        wait_until(lambda: ready(server) == 503, 5, "readiness to end")
        assert health(server) == (503, "unhealthy", "down", "up")
        lines = [line for line in server.log_lines() if line["event"] == "database.error" and line["sqlstate"][:2] == "58"]
        assert len(lines) == 1 and lines[0]["level"] == "error"
        assert [line["level"] for line in server.log_lines() if line["event"] == "health.not_ready"] == ["error"]
    finally:
        library(good)
    wait_until(lambda: ready(server) == 200 and org.owner.get("/v1/events").status_code == 200, 10, "requests to succeed")
    assert health(server) == (200, "healthy", "up", "up")
    assert [line["event"] for line in server.log_lines() if line["event"] == "health.ready"]


def test_a_disk_of_the_database_that_is_full(make_server):
    server = make_server()
    org = Organization(Client(server))
    with small_disk("4m") as folder:
        place = folder / "space"
        place.mkdir(mode=0o700)
        subprocess.run(["chown", "--reference", server.cluster.folder / "data", place], check=True)
        server.sql(f"CREATE TABLESPACE small_{server.port} LOCATION '{place}'")
        server.sql(f"ALTER TABLE idempotency_keys SET TABLESPACE small_{server.port}")
        assert ready(server) == 200
        filling = folder / "filling"
        with contextlib.suppress(OSError), open(filling, "wb", buffering=0) as file:
            while file.write(b"x" * 4096):
                pass
        wait_until(lambda: ready(server) == 503, 60, "readiness to end")
        assert health(server)[:3] == (503, "unhealthy", "down")
        assert org.owner.get("/v1/events").status_code == 200  # reads keep working
        filling.unlink()
        wait_until(lambda: ready(server) == 200, 10, "readiness")
        server.sql("ALTER TABLE idempotency_keys SET TABLESPACE pg_default")
        server.sql(f"DROP TABLESPACE small_{server.port}")


def test_a_disk_of_the_storage_that_is_full(make_server):
    with small_disk("32m") as folder:  # less than the reserve
        server = make_server(STORAGE_FOLDER=folder)
        assert health(server) == (200, "degraded", "up", "down") and ready(server) == 200
        server.stop()


def test_a_database_that_stands_still(make_server, cluster):
    """Alive but not ready, and every request gets a reply."""
    server = make_server()
    wait_until(lambda: ready(server) == 200, 10, "readiness")
    cluster.stand_still()
    try:
        wait_until(lambda: ready(server) == 503, 20, "readiness to end")
        began = time.monotonic()
        assert requests.get(f"{server.internal_url}/livez", timeout=10).status_code == 200
        assert time.monotonic() - began < 5
    finally:
        cluster.go_on()
    wait_until(lambda: ready(server) == 200, 20, "readiness")


def test_a_probe_leaves_nothing_behind(make_server):
    server = make_server()
    assert ready(server) == 200 and health(server)[0] == 200
    assert server.sql("SELECT count(*) FROM idempotency_keys WHERE scope = 'health'") == [(0,)]


def test_the_command_says_whether_requests_succeed(make_server):
    """For containers without an HTTP client."""
    server = make_server()
    found = server.command("health")
    assert (found.returncode, found.stdout) == (0, "ready\n")
    server.stop()
    found = server.command("health")
    assert found.returncode == 1 and "did not respond" in found.stderr

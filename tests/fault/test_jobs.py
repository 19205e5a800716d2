# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs while their server is killed or stopped, and jobs of separate workers beside a server that runs none."""

import pytest

from harness import probe as harness_probe
from harness import services

STEPS = 120


@pytest.fixture
def job_server(cluster, redis_server):
    """probe_of(**settings) creates a server with these settings; all servers share one database."""
    servers = []

    def make(**settings):
        database = servers[0].database if servers else None
        made = harness_probe.new_server(cluster, redis_server.url, database, **settings)
        servers.append(made)
        return made

    yield make
    for made in servers:
        made.remove()


def begin(server, steps=STEPS):
    member = harness_probe.Member(server)
    member.client.ok("POST", "/v1/probe/jobs", {"kind": "probe.steps", "n": steps}, status=204)
    job = server.sql("SELECT max(id) FROM jobs WHERE organization_id = %s", (member.id,))[0][0]
    return job


def count(server, job):
    return server.sql("SELECT count(*), count(DISTINCT step) FROM probe_steps WHERE job_id = %s", (job,))[0]


def job_state(server, job):
    return server.sql("SELECT state, attempts FROM jobs WHERE id = %s", (job,))[0]


def wait_for_end(server, job, seconds=40):
    services.wait_until(lambda: job_state(server, job)[0] in ("done", "failed"), seconds, "the job's end")
    assert count(server, job) == (STEPS, STEPS)


def test_killed_in_a_long_job(job_server):
    server = job_server()
    server.start()
    job = begin(server)
    for killed in (1, 2):
        services.wait_until(lambda: job_state(server, job)[1] == killed and count(server, job)[0] >= 15 * killed, 30,
                            "some steps")
        server.kill()
        assert job_state(server, job)[0] == "running"
        server.start()
    wait_for_end(server, job)
    assert job_state(server, job) == ("done", 3)


def test_stopped_in_a_long_job_and_gone_on_without_counting(job_server):
    server = job_server()
    server.start()
    job = begin(server)
    services.wait_until(lambda: count(server, job)[0] >= 10, 30, "some steps")
    assert server.stop() == 0
    assert job_state(server, job) == ("queued", 0) and 10 <= count(server, job)[0] < STEPS
    server.start()
    wait_for_end(server, job)
    assert job_state(server, job) == ("done", 1)


def test_a_worker_of_its_own(job_server):
    server = job_server(SERVE_JOBS=0)
    server.start()
    job = begin(server)
    quick = harness_probe.Member(server)
    assert job_state(server, job) == ("queued", 0)
    assert "campaign_jobs_queued -1" in server.metrics()
    workers = [job_server(), job_server()]
    for worker in workers:
        worker.start(ready=False, command="worker")
    quick.client.ok("POST", "/v1/probe/jobs", {"kind": "probe.quick", "n": 0}, status=204)
    services.wait_until(lambda: count(server, job)[0] >= 10, 30, "some steps")
    for worker in workers:  # kill the worker that has the job: another one continues
        if job_state(server, job)[0] == "running":
            worker.kill()
            break
    services.wait_until(lambda: job_state(server, job)[0] in ("done", "failed"), 60, "the job's end")
    assert count(server, job) == (STEPS, STEPS)
    for worker in workers:
        assert worker.process.poll() is None or worker.process.returncode == -9

# SPDX-License-Identifier: GPL-3.0-or-later
"""An update replaces functions, views and triggers under a server that runs: it goes on answering."""

import shutil
import threading

import pytest

from harness import client as harness_client
from harness import services


@pytest.mark.slow
@pytest.mark.alone
def test_a_server_goes_on_while_functions_are_replaced(make_server, tmp_path):
    server = make_server()
    org = harness_client.Organization(harness_client.Client(server))
    folder = tmp_path / "functions"
    shutil.copytree(services.ROOT / "db" / "functions", folder)
    server.environment["FUNCTIONS_FOLDER"] = str(folder)
    ended, statuses = threading.Event(), []

    def work(number):
        client = harness_client.Client(server, token=org.owner.token)
        n = 0
        while not ended.is_set():
            n += 1
            made = client.post("/v1/events", {"title": f"E {number} {n}", "start_time": "2027-05-01T15:00:00Z",
                                              "end_time": "2027-05-01T18:00:00Z"})
            statuses.append(made.status_code)
            statuses.append(client.get("/v1/changes", query={"limit": 5}).status_code)
            statuses.append(client.post("/v1/tags", {"name": f"tag {number} {n}"}).status_code)

    workers = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for worker in workers:
        worker.start()
    try:
        for turn in range(3):
            for path in folder.rglob("*.sql"):
                path.write_text(path.read_text() + f"-- {turn}\n")
            done = server.command("migrate")
            assert done.returncode == 0, done.stderr
            files = len(list(folder.rglob("*.sql")))
            assert f"0 migrations and {files} files of functions" in done.stdout
    finally:
        ended.set()
        for worker in workers:
            worker.join()
    assert len(statuses) > 50
    assert set(statuses) <= {200, 201}, {status: statuses.count(status) for status in set(statuses)}
    assert server.command("audit", "verify").returncode == 0

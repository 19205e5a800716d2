# SPDX-License-Identifier: GPL-3.0-or-later
"""An update replaces functions, views and triggers while a server is running: the server keeps answering."""

import shutil
import threading

import pytest

from harness import client as harness_client
from harness import services


def update_under_load(make_server, tmp_path, changes):
    """Three updates of the files that `changes` names, with four concurrent writers; returns the statuses of their
    replies."""
    server = make_server(TAGS_PER_ORGANIZATION=1000000)
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
            files = [path for path in folder.rglob("*.sql") if changes(path)]
            for path in files:
                path.write_text(path.read_text() + f"-- {turn}\n")
            done = server.command("migrate")
            assert done.returncode == 0, done.stderr
            assert f"0 migrations and {len(files)} files of functions" in done.stdout
    finally:
        ended.set()
        for worker in workers:
            worker.join()
    assert len(statuses) > 50
    assert server.command("audit", "verify").returncode == 0
    made = statuses.count(201)
    assert server.sql("SELECT (SELECT count(*) FROM events) + (SELECT count(*) FROM tags)") == [(made,)]
    return set(statuses)


@pytest.mark.slow
@pytest.mark.alone
def test_a_server_goes_on_while_functions_are_replaced(make_server, tmp_path):
    assert update_under_load(make_server, tmp_path, lambda path: path.name != "triggers.sql") == {200, 201}


@pytest.mark.slow
@pytest.mark.alone
def test_nothing_is_lost_while_triggers_are_replaced(make_server, tmp_path):
    """Replacing a trigger locks its table: a write at that moment may get 503."""
    assert update_under_load(make_server, tmp_path, lambda path: path.name == "triggers.sql") <= {200, 201, 503}


@pytest.mark.slow
def test_a_parameter_is_renamed_and_a_function_removed(make_server, tmp_path):
    """CREATE OR REPLACE refuses a renamed parameter, so the old function is dropped first; the file also has a
    trigger function, which must stay."""
    server = make_server()
    folder = tmp_path / "functions"
    shutil.copytree(services.ROOT / "db" / "functions", folder)
    server.environment["FUNCTIONS_FOLDER"] = str(folder)
    path = folder / "turf" / "states.sql"
    before = path.read_text()
    assert "RETURNS trigger" in before
    path.write_text(before + "CREATE OR REPLACE FUNCTION renamed(old_name bigint) RETURNS bigint LANGUAGE sql AS 'SELECT old_name';\n")
    assert server.command("migrate").returncode == 0
    path.write_text(before + "CREATE OR REPLACE FUNCTION renamed(new_name bigint) RETURNS bigint LANGUAGE sql AS 'SELECT new_name';\n")
    done = server.command("migrate")
    assert done.returncode == 0, done.stderr
    assert server.sql("SELECT renamed(new_name => 7)") == [(7,)]
    path.write_text(before)
    assert server.command("migrate").returncode == 0
    assert server.sql("SELECT count(*) FROM pg_proc WHERE proname = 'renamed'") == [(0,)]

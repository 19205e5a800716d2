# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the shell sessions of README.md and docs/tutorial.md as printed, against a server with the demo organization."""

import subprocess

import pytest
from harness import services, tutorial_session


@pytest.fixture
def demo(make_server, cluster, binary):
    """Start a server with the demo organization; also returns the name of its database."""
    database = cluster.new_database(binary)
    subprocess.run(["/usr/bin/python3", "db/seed/demo.py", "--url",
                    cluster.url(database, "campaign_owner"), "--psql", f"{cluster.bin}/psql",
                    "--binary", str(binary)], cwd=services.ROOT, check=True)
    return make_server(database=database), database


def test_the_first_example_of_the_readme(demo, tmp_path):
    assert "admin@demo.test" in tutorial_session.run("README.md", demo[0].port, tmp_path)


def test_the_tutorial_can_be_run_twice(demo, cluster, tmp_path):
    server, database = demo
    for number in (1, 2):
        printed = tutorial_session.run("docs/tutorial.md", server.port, tmp_path)
        events = cluster.sql(None, "SELECT count(*) FROM events WHERE title = 'Saturday canvass' AND is_published",
                             database)
        assert events == [(number,)], printed
        attended = cluster.sql(None, "SELECT status FROM event_attendees WHERE email = 'rosa@example.org'", database)
        assert attended == [("attended",)] * number, printed
        people = cluster.sql(None, "SELECT count(*) FROM voters WHERE last_name = 'Okafor' AND first_name = 'Zoë'",
                             database)
        assert people == [(1,)], printed
        visits = cluster.sql(None, "SELECT count(*) FROM voter_contacts c JOIN voters v ON v.id = c.voter_id "
                                   "WHERE v.first_name = 'Zoë' AND v.last_name = 'Okafor'", database)
        assert visits == [(number,)], printed

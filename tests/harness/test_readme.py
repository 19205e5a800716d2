# SPDX-License-Identifier: GPL-3.0-or-later
"""The curl session of README.md, as printed, against a server with the demo organization."""

import subprocess

from harness import readme_session, services


def test_curl_session(make_server, cluster, binary, tmp_path):
    database = cluster.new_database(binary)
    subprocess.run(["/usr/bin/python3", "db/seed/demo.py", "--url",
                    cluster.url(database, "campaign_owner"), "--psql", f"{cluster.bin}/psql",
                    "--binary", str(binary)], cwd=services.ROOT, check=True)
    server = make_server(database=database)
    told = readme_session.run(server.port, tmp_path)
    made = cluster.sql(None, "SELECT count(*) FROM events WHERE created_at > now() - interval '2 min' "
                             "AND created_by IS NOT NULL", database)
    here = cluster.sql(None, "SELECT status FROM event_attendees WHERE last_name = 'Medina' AND email LIKE 'rosa@%'", database)
    assert here == [("attended",)], f"nobody was checked in:\n{told}"
    assert made[0][0] >= 1, f"no event was made:\n{told}"

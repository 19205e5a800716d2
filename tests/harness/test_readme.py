# SPDX-License-Identifier: GPL-3.0-or-later
"""The curl session of README.md, as printed, against a server with the demo organization."""

import re
import subprocess

from harness import services


def session_of_readme():
    """The shell block that begins with curl's sign-in."""
    text = (services.ROOT / "README.md").read_text()
    blocks = [block for block in re.findall(r"```sh\n(.*?)```", text, re.S) if "curl" in block]
    assert len(blocks) == 1, "README.md must have exactly one sh block with a curl session"
    return blocks[0]


def test_curl_session(make_server, cluster, binary, tmp_path):
    session = session_of_readme()
    assert "3000" in session, "the session names the default port"
    database = cluster.new_database(binary)
    subprocess.run(["/usr/bin/python3", "db/seed/demo.py", "--url",
                    cluster.url(database, "campaign_owner"), "--psql", f"{cluster.bin}/psql",
                    "--binary", str(binary)], cwd=services.ROOT, check=True)
    server = make_server(database=database)
    result = subprocess.run(["bash", "-euo", "pipefail", "-c",
                             session.replace("3000", str(server.port))],
                            cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert result.returncode == 0, result.stdout + result.stderr
    assert not re.search('"status":[0-9]', result.stdout), f"a step was refused:\n{result.stdout}"
    made = cluster.sql(None, "SELECT count(*) FROM events WHERE created_at > now() - interval '2 min' "
                             "AND created_by IS NOT NULL", database)
    here = cluster.sql(None, "SELECT status FROM event_attendees WHERE last_name = 'Medina' AND email LIKE 'rosa@%'", database)
    assert here == [("attended",)], f"nobody was checked in:\n{result.stdout}"
    assert made[0][0] >= 1, f"no event was made:\n{result.stdout}"

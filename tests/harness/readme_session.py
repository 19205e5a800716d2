#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the curl session of README.md, as printed but for the port, against a running server; no step may be
refused. usage: readme_session.py PORT"""

import pathlib
import re
import subprocess
import sys
import tempfile

README = pathlib.Path(__file__).resolve().parents[2] / "README.md"


def session(port):
    """The shell block that begins with curl's sign-in."""
    blocks = [block for block in re.findall(r"```sh\n(.*?)```", README.read_text(), re.S) if "curl" in block]
    assert len(blocks) == 1, "README.md must have exactly one sh block with a curl session"
    assert "3000" in blocks[0], "the session names the default port"
    return blocks[0].replace("3000", str(port))


def run(port, folder):
    """What it printed."""
    result = subprocess.run(["bash", "-euo", "pipefail", "-c", session(port)], cwd=folder, capture_output=True,
                            text=True, timeout=120)
    assert result.returncode == 0, result.stdout + result.stderr
    assert not re.search('"status":[0-9]', result.stdout), f"a step was refused:\n{result.stdout}"
    return result.stdout


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        sys.stdout.write(run(int(sys.argv[1]), made))

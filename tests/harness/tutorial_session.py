#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the shell blocks of docs/tutorial.md and the first example of README.md as printed, with another port, against
a running server. Fails when a command fails or the server refuses a request. usage: tutorial_session.py PORT
[RUNS]"""

import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGES = ("README.md", "docs/tutorial.md")


def script(page, port):
    """Return all `sh` blocks of a page that belong to one session, in order."""
    blocks = re.findall(r"```sh\n(.*?)```", (ROOT / page).read_text(), re.S)
    text = "\n".join(blocks)
    assert "3000" in text, f"{page} has no shell block that names the default port 3000"
    return text.replace("3000", str(port))


def run(page, port, folder):
    """Run the session of a page; returns its output."""
    result = subprocess.run(["bash", "-euo", "pipefail", "-c", script(page, port)], cwd=folder, capture_output=True,
                            text=True, timeout=120)
    assert result.returncode == 0, result.stdout + result.stderr
    assert not re.search('"status":[0-9]', result.stdout), f"{page}: the server refused a request:\n{result.stdout}"
    return result.stdout


def main():
    port, runs = int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1
    with tempfile.TemporaryDirectory() as folder:
        for page in PAGES * runs:
            sys.stdout.write(run(page, port, folder))


if __name__ == "__main__":
    main()

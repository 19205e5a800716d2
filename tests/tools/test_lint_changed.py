# SPDX-License-Identifier: GPL-3.0-or-later
"""lint.py --changed checks each file that the branch adds or changes, tracked or not."""

import shutil
import subprocess
import sys

import pytest

from harness.services import ROOT

BAD = "/* SPDX-License-Identifier: GPL-3.0-or-later */\nint   zz( void ){return 1;}\n"


@pytest.fixture
def checkout(tmp_path):
    """Make a repository with the lint and one well formatted file on the branch main, with another branch checked
    out."""
    shutil.copytree(ROOT / "tests" / "lint", tmp_path / "tests" / "lint", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / ".clang-format", tmp_path)
    (tmp_path / "server").mkdir()
    # This file is badly formatted, but it is the same on main, so it is not this branch's fault.
    (tmp_path / "server" / "old.c").write_text(BAD)
    git(tmp_path, "init", "-q", "-b", "main")
    commit(tmp_path)
    git(tmp_path, "checkout", "-q", "-b", "feature")
    return tmp_path


def git(folder, *arguments):
    subprocess.run(["git", "-c", "user.name=T", "-c", "user.email=t@example.test", *arguments], cwd=folder, check=True)


def commit(folder):
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "state")


def findings(folder):
    result = subprocess.run([sys.executable, "tests/lint/lint.py", "--changed", "--only", "format"], cwd=folder,
                            capture_output=True, text=True)
    return result.returncode, [line.split(":")[0] for line in result.stdout.splitlines() if "[format]" in line]


def test_nothing_changed(checkout):
    assert findings(checkout) == (0, [])


def test_an_untracked_file_is_seen(checkout):
    (checkout / "server" / "new.c").write_text(BAD)
    assert findings(checkout) == (1, ["server/new.c"])


def test_a_committed_file_of_the_branch_is_seen(checkout):
    (checkout / "server" / "new.c").write_text(BAD)
    commit(checkout)
    assert findings(checkout) == (1, ["server/new.c"])


def test_a_changed_file_on_main_is_seen(checkout):
    git(checkout, "checkout", "-q", "main")
    (checkout / "server" / "old.c").write_text(BAD + "\n")
    assert findings(checkout) == (1, ["server/old.c"])


def test_without_git_everything_is_looked_at(checkout):
    shutil.rmtree(checkout / ".git")
    assert findings(checkout) == (1, ["server/old.c"])

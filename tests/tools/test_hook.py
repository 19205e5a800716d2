# SPDX-License-Identifier: GPL-3.0-or-later
"""./dev hook makes and removes a pre-commit hook that refuses a banned call, and leaves other hooks alone."""

import shutil
import subprocess

import pytest

from harness.services import ROOT

BAD = """/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

void
zz_copy(char *to, const char *from)
{
  strcpy(to, from);
}
"""
FOREIGN = "#!/bin/sh\necho foreign\nexec ./dev hook --check\n"


@pytest.fixture
def checkout(tmp_path):
    """Make a repository with the files of this one, without its history."""
    for name in git(ROOT, "ls-files").stdout.splitlines():
        if (ROOT / name).is_file():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, tmp_path / name)
    git(tmp_path, "init", "-q")
    git(tmp_path, "config", "user.name", "T")
    git(tmp_path, "config", "user.email", "t@example.test")
    return tmp_path


def git(folder, *arguments, check=True):
    return subprocess.run(["git", *arguments], cwd=folder, check=check, capture_output=True, text=True)


def dev_hook(folder, *arguments):
    return subprocess.run(["./dev", "hook", *arguments], cwd=folder, capture_output=True, text=True)


def commit_banned_call(folder):
    (folder / "server" / "zz.c").write_text(BAD)
    git(folder, "add", "-A")
    return git(folder, "commit", "-q", "-m", "state", check=False)


def hook_of(folder):
    return folder / ".git" / "hooks" / "pre-commit"


def test_a_commit_with_a_finding_is_refused(checkout):
    assert dev_hook(checkout).returncode == 0
    refused = commit_banned_call(checkout)
    assert refused.returncode != 0 and "server/zz.c" in refused.stdout + refused.stderr
    removed = dev_hook(checkout, "--remove")
    assert removed.returncode == 0 and "removed" in removed.stdout + removed.stderr and not hook_of(checkout).exists()


def test_another_hook_is_kept_and_can_call_the_check(checkout):
    hook_of(checkout).parent.mkdir(exist_ok=True)
    hook_of(checkout).write_text(FOREIGN)
    hook_of(checkout).chmod(0o755)
    for arguments in ([], ["--remove"]):
        assert dev_hook(checkout, *arguments).returncode != 0 and hook_of(checkout).read_text() == FOREIGN
    refused = commit_banned_call(checkout)
    assert refused.returncode != 0 and "server/zz.c" in refused.stdout + refused.stderr


def test_nothing_to_remove(checkout):
    nothing = dev_hook(checkout, "--remove")
    assert nothing.returncode == 0 and "there is no" in nothing.stdout + nothing.stderr

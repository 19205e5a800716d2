# SPDX-License-Identifier: GPL-3.0-or-later
"""Files printed from the tables of common/rules are committed and current."""

import difflib
import subprocess

import pytest

from harness import services

MADE = [("sql", "db/functions/rules/rows.sql"), ("states", "docs/internals/states.md")]


@pytest.mark.parametrize("what, name", MADE)
def test_the_committed_file_is_the_program_s(binary, what, name):
    """The command needs neither settings nor a database."""
    made = subprocess.run([str(binary), "rules", what], env={"PATH": "/usr/bin:/bin"}, capture_output=True, text=True)
    assert made.returncode == 0, made.stderr
    committed = (services.ROOT / name).read_text(encoding="utf-8")
    difference = list(difflib.unified_diff(committed.splitlines(), made.stdout.splitlines(), "committed", "made",
                                           lineterm="", n=1))[:20]
    assert made.stdout == committed, (
        f"{name} is not what the program makes; renew it with\n"
        f"  build/server/campaign-centerd rules {what} > {name}\n" + "\n".join(difference))


def test_nothing_else_is_made(binary):
    for arguments in ([], ["all"], ["sql", "states"]):
        made = subprocess.run([str(binary), "rules", *arguments], capture_output=True, text=True)
        assert made.returncode == 2 and made.stdout == "" and "usage" in made.stderr

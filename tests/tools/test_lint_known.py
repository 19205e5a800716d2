# SPDX-License-Identifier: GPL-3.0-or-later
"""A source whose clean result lint remembers is checked again when anything that clang-tidy reads has changed."""

import subprocess
import sys

import pytest

from harness.services import ROOT

sys.path.insert(0, str(ROOT / "tests" / "lint"))

from known import Known  # noqa: E402

RULES = """rule cc
  command = gcc -MD -MF $out.d -c $in -o $out
  deps = gcc
  depfile = $out.d
build a.o: cc ../a.c
build b.o: cc ../b.c
"""


@pytest.fixture
def project(tmp_path):
    (tmp_path / "build").mkdir()
    (tmp_path / ".clang-tidy").write_text("Checks: '*'\n")
    (tmp_path / "a.h").write_text("int a(void);\n")
    (tmp_path / "a.c").write_text('#include "a.h"\nint a(void) { return 1; }\n')
    (tmp_path / "b.c").write_text("int b(void) { return 1; }\n")
    (tmp_path / "build" / "build.ninja").write_text(RULES)
    subprocess.run(["ninja", "-C", "build"], cwd=tmp_path, check=True, capture_output=True)
    return tmp_path


def known(project, command="gcc"):
    commands = [{"directory": str(project / "build"), "file": f"../{name}.c", "output": f"{name}.o", "command": command}
                for name in "ab"]
    return Known(project, "build", commands, project / "store")


def test_only_what_was_remembered_is_clean(project):
    assert not known(project).is_clean("a.c")
    known(project).remember("a.c")
    assert known(project).is_clean("a.c") and not known(project).is_clean("b.c")


@pytest.mark.parametrize("name", ["a.c", "a.h", ".clang-tidy"])
def test_a_change_is_looked_at(project, name):
    known(project).remember("a.c")
    known(project).remember("b.c")
    (project / name).write_text((project / name).read_text() + "\n")
    assert not known(project).is_clean("a.c")
    assert known(project).is_clean("b.c") == (name != ".clang-tidy")


def test_another_compile_command_is_looked_at(project):
    known(project).remember("a.c")
    assert not known(project, "gcc -DX").is_clean("a.c")


def test_what_was_never_built_is_never_clean(project):
    (project / "build" / ".ninja_deps").unlink()
    known(project).remember("a.c")
    assert not known(project).is_clean("a.c")

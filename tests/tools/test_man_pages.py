# SPDX-License-Identifier: GPL-3.0-or-later
"""The manual pages are valid mdoc, and name every command and option that the programs have."""

import re
import subprocess

import pytest

from harness.services import ROOT

PAGES = ROOT / "packaging" / "man"


def text_of(name):
    return (PAGES / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("page", sorted(path.name for path in PAGES.iterdir()))
def test_mandoc_finds_nothing(page):
    done = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", PAGES / page], capture_output=True, text=True)
    assert done.stdout == ""


def test_every_command_of_the_server_is_explained():
    source = (ROOT / "server" / "main.c").read_text(encoding="utf-8")
    commands = re.findall(r'^  \{"([a-z-]+)",', source, re.M)
    assert len(commands) > 8
    assert [name for name in commands if f".It Cm {name}" not in text_of("campaign-centerd.8")] == []


def test_every_command_of_dev_is_explained():
    done = subprocess.run([ROOT / "dev", "help"], capture_output=True, text=True, check=True)
    commands = set(re.findall(r"^  ([a-z]+) ", done.stdout, re.M))
    assert {"up", "test", "hook", "psql"} <= commands
    assert {name for name in commands if f".It Cm {name}" not in text_of("campaign-center-dev.1")} == set()


def test_every_option_of_the_client_is_explained():
    source = (ROOT / "client-gtk/ui/application/ccg-application.c").read_text(encoding="utf-8")
    options = re.findall(r'^    \{"([a-z-]+)", 0, 0,', source, re.M)
    assert {"server", "size"} <= set(options)
    assert [name for name in options if f".It Fl -{name}" not in text_of("campaign-center.1")] == []

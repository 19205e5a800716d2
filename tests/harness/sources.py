# SPDX-License-Identifier: GPL-3.0-or-later
"""A copy of the sources that a test changes by the steps of docs/adding-an-endpoint.md, and builds."""

import os
import re
import shutil
import subprocess

from . import services

COPIED = ["common", "db", "packaging", "server", "meson.build", "meson_options.txt"]


def copy_into(folder, *more):
    for name in (*COPIED, *more):
        source = services.ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, folder / name)


def lines_of_page(*patterns):
    """For each pattern, return the first line of the page that matches."""
    text = (services.ROOT / "docs" / "adding-an-endpoint.md").read_text()
    return [re.search(rf"^ +({pattern})$", text, re.M).group(1) for pattern in patterns]


def blocks_of_page(first, end):
    """Return (file, place, text) of each fenced block between two headings of the page; the line before a block names
    file and place."""
    text = (services.ROOT / "docs" / "adding-an-endpoint.md").read_text()
    part = text[text.index(f"\n{first}\n"):text.index(f"\n{end}\n")]
    found = re.findall(r"^`([^`\n]+)`, ([^\n]+):\n\n```\w+\n(.*?)^```$", part, re.M | re.S)
    assert len(found) == part.count("\n```\n"), "a block without a line that names its file and place"
    return found


def insert_block(folder, name, where, text):
    """Insert a block at the named place: a new file, at the end, or before a line that occurs once."""
    anchor = re.fullmatch(r"before `([^`]+)`", where)
    if where.startswith("a new file"):
        assert name.startswith("db/migrations/NNNN_"), name
        add_migration(folder, name[len("db/migrations/NNNN_"):-len(".sql")], text.rstrip("\n"))
    elif anchor:
        old, line = (folder / name).read_text(), f"\n{anchor.group(1)}\n"
        assert old.count(line) == 1, f"{name} has no single line {anchor.group(1)!r}"
        (folder / name).write_text(old.replace(line, f"\n{text}{anchor.group(1)}\n"))
    else:
        assert where == "at the end", where
        (folder / name).write_text((folder / name).read_text() + text)


def insert_before(path, anchor, line):
    text = path.read_text()
    assert text.count(anchor) == 1, f"{path.name} has no single {anchor!r}"
    path.write_text(text.replace(anchor, f"{line}\n{anchor}"))


def add_migration(folder, name, line):
    migrations = folder / "db" / "migrations"
    last = max(int(path.name[:4]) for path in migrations.glob("*.sql"))
    (migrations / f"{last + 1:04}_{name}.sql").write_text(line + "\n")


def build(folder):
    """Build the program of the copy."""
    environment = {**os.environ, "PATH": "/usr/bin:/bin"}
    for command in (["meson", "setup", "build", "-Dtests=false", "-Dclient=disabled", "--buildtype=debug"],
                    ["ninja", "-C", "build"]):
        result = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
        assert result.returncode == 0, result.stdout[-3000:] + result.stderr[-3000:]
    return folder / "build" / "server" / "campaign-centerd"

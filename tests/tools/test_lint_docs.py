# SPDX-License-Identifier: GPL-3.0-or-later
"""The checks docs and words of tests/lint report each kind of fault that is planted in a small project."""

import sys

import pytest

from harness.services import ROOT

sys.path.insert(0, str(ROOT / "tests" / "lint"))

from docs import check_docs  # noqa: E402
from words import check_words  # noqa: E402

PROJECT = {
    "README.md": "# Campaign\n\nSee [turf](docs/internals/turf.md#cutting) and `turf_cut()` in `server/turf.c`.\n",
    "docs/internals/README.md": "# Internals\n\n- [turf](turf.md)\n",
    "docs/internals/turf.md": "# Turf\n\n## Cutting\n\n`turf_cut` divides doors.\n",
    "server/turf.c": "/* Divide the doors. */\nint turf_cut(void);\n",
    "meson.build": "jansson_dep = dependency('jansson')\n",
    "packaging/apt.txt": "libjansson-dev\n",
    "THIRD-PARTY.md": "# Libraries\n\n| `jansson` | `libjansson-dev` | MIT | JSON |\n",
}


class Collected:
    def __init__(self):
        self.found = []

    def add(self, check, name, line, message):
        self.found.append((check, name, line, message))


def findings(folder, **more):
    for name, text in {**PROJECT, **more}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    collected, names = Collected(), [*PROJECT, *(name for name in more if name not in PROJECT)]
    check_docs(collected, folder, names)
    check_words(collected, folder, names)
    return collected.found


def test_the_project_has_no_findings(tmp_path):
    assert findings(tmp_path) == []


@pytest.mark.parametrize("name, added, message", [
    ("README.md", "[page](docs/none.md)", "the link leads to docs/none.md, which does not exist"),
    ("README.md", "[page](docs/internals/turf.md#walking)", "docs/internals/turf.md has no heading #walking"),
    ("README.md", "`server/none.c`", "no file server/none.c"),
    ("README.md", "`turf_walk`", "nothing in the sources is called turf_walk"),
    ("README.md", "`turf_walk(doors)`", "nothing in the sources is called turf_walk"),
    ("README.md", "`walk()`", "nothing in the sources is called walk"),
    ("README.md", "`TURF_WALK`", "nothing in the sources is called TURF_WALK"),
    ("README.md", "word " * 21, "104 columns: wrap the line at 100"),
    ("docs/internals/README.md", "[other](../other.md)", "the link leads to ../other.md, which does not exist"),
    ("meson.build", "x = dependency('libpq')", "THIRD-PARTY.md has no row for libpq"),
    ("THIRD-PARTY.md", "| `libpq` | `libjansson-dev` | PostgreSQL | x |", "no meson.build links libpq: remove the row"),
    ("THIRD-PARTY.md", "| `jansson` | `libjansson4` | MIT | JSON |", "packaging/apt.txt does not have libjansson4"),
    ("THIRD-PARTY.md", "| `jansson` | `libjansson-dev` | | JSON |",
     "jansson needs a licence as SPDX identifier, such as LGPL-2.1-only"),
    ("THIRD-PARTY.md", "| `jansson` | `libjansson-dev` | LGPL-2.1 | JSON |",
     "jansson needs a licence as SPDX identifier, such as LGPL-2.1-only"),
])
def test_a_fault_of_a_page(tmp_path, name, added, message):
    line = PROJECT[name].count("\n") + 1
    assert findings(tmp_path, **{name: PROJECT[name] + added.rstrip() + "\n"}) == [("docs", name, line, message)]


def test_a_page_that_the_index_does_not_have(tmp_path):
    assert findings(tmp_path, **{"docs/internals/walks.md": "# Walks\n"}) == [
        ("docs", "docs/internals/walks.md", 1, "docs/internals/README.md has no link to this page: add a row to its table")]


@pytest.mark.parametrize("name, text, line", [
    ("server/turf.c", "/* Doors\n * are made anew. */\nint turf_cut(void);\n", 2),
    ("server/turf.c", "int turf_cut(void);\n\nputs(\"made anew\");\n", 3),
    ("db/queries/turf.sql", "SELECT 1;\n-- Doors are made anew.\n", 2),
    ("tests/test_turf.py", "def cut():\n    \"\"\"Doors are made anew.\"\"\"\n", 2),
    ("tests/test_turf.py", "x = 1  # made anew\n", 1),
    ("docs/turf.md", "# Turf\n\nDoors are made anew.\n", 3),
    ("dev", "#!/bin/sh\n# Doors are made anew.\n", 2),
    (".ci/run", "#!/bin/sh\n# Doors are made anew.\n", 2),
    ("docker/Caddyfile", "# Doors are made anew.\n", 1),
    ("server/docs.js", "/* Doors are made anew. */\n", 1),
    ("client-gtk/turf.ui", "<interface>\n<property>Doors are made anew.</property>\n</interface>\n", 2),
])
def test_a_refused_word(tmp_path, name, text, line):
    assert findings(tmp_path, **{name: text}) == [("words", name, line, "'anew': say 'again'")]


@pytest.mark.parametrize("name, text", [
    ("server/turf.c", "int turf_cut(void);\nint anew;\n"),
    ("docs/turf.md", "# Turf\n\n`anew`\n\n```\nanew\n```\n"),
    ("db/migrations/0001_base.sql", "-- made anew\n"),
    ("db/queries/turf.sql", "SELECT 'anew';\n"),
])
def test_what_is_no_comment_and_no_landed_migration(tmp_path, name, text):
    assert findings(tmp_path, **{name: text}) == []

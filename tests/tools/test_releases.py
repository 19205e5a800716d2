# SPDX-License-Identifier: GPL-3.0-or-later
"""A migration of a release is never changed: databases have applied it."""

import shutil

import pytest

from harness import release

RELEASES = release.names()


def test_there_are_releases():
    assert RELEASES, "no fixture: docs/development.md says how a release is made"


@pytest.mark.parametrize("name", RELEASES)
def test_migrations_of_a_release_are_as_they_were(name):
    changed = release.changed_migrations(release.read(name))
    assert changed == [], f"{name} has them: write another migration"


@pytest.mark.parametrize("name", RELEASES)
def test_a_fixture_is_small(name):
    assert (release.FOLDER / f"{name}.sql.gz").stat().st_size < 400 * 1024


@pytest.mark.parametrize("change", ["edit", "rename", "remove"])
def test_a_changed_migration_is_seen(tmp_path, change):
    facts = {"migrations": release.checksums()}
    folder = tmp_path / "migrations"
    shutil.copytree(release.MIGRATIONS, folder)
    (folder / "9999_more.sql").write_text("SELECT 1;\n")
    assert release.changed_migrations(facts, folder) == []
    path = folder / "0004_events.sql"
    if change == "edit":
        path.write_text(path.read_text() + "\n")
    elif change == "rename":
        path.rename(folder / "0004_meetings.sql")
    else:
        path.unlink()
    assert release.changed_migrations(facts, folder) == ["0004_events.sql"]

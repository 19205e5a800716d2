#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fills a database with the campaign of campaign.py and saves the database as the fixture of a release:

    fill_release.py db/fixtures/v0.2.0

writes v0.2.0.sql.gz (a dump) and v0.2.0.json (sign-ins, some replies of the API, checksums of the migrations).
tests/db/test_upgrade.py upgrades each fixture."""

import argparse
import pathlib
import sys

# Replaces this file's own folder in the module path.
sys.path[0] = str(pathlib.Path(__file__).resolve().parents[1])

from harness import campaign, release, server, services  # noqa: E402


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", type=pathlib.Path, help="of the files to write, without .sql.gz and .json")
    path = parser.parse_args().name.resolve()
    cluster, redis = services.Cluster(), services.Redis()
    try:
        made = server.Server(cluster, cluster.new_database(server.binary()), redis.url)
        try:
            facts = campaign.fill(made.start())
        finally:
            made.stop()
        release.save(path, cluster, made.database, facts)
        made.remove()
    finally:
        redis.remove()
        cluster.remove()
    print(f"{path}.sql.gz: {path.with_name(path.name + '.sql.gz').stat().st_size // 1024} KB")


if __name__ == "__main__":
    main()

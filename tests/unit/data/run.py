#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run a program with a temporary PostgreSQL and Redis, which the program may stop and kill; the environment contains
their addresses. usage: run.py PROGRAM [ARGUMENT...]"""

import os
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))

from harness import services  # noqa: E402


def main():
    cluster, redis = services.Cluster(), None
    try:
        redis = services.Redis()
        database, empty = cluster.new_database(), cluster.new_database()
        cluster.sql(None, (HERE / "schema.sql").read_text(), database)
        with tempfile.TemporaryDirectory() as folder:
            environment = {
                **os.environ,
                "TEST_DATABASE_URL": cluster.url(database),
                "TEST_OWNER_URL": cluster.url(empty, "campaign_owner"),
                "TEST_POSTMASTER": str(cluster.pid),
                "TEST_REDIS_URL": redis.url,
                "TEST_REDIS_PID": str(redis.process.pid),
                "TEST_FOLDER": folder,
            }
            return subprocess.run(sys.argv[1:], env=environment).returncode
    finally:
        cluster.remove()
        if redis is not None:
            redis.remove()


if __name__ == "__main__":
    sys.exit(main())

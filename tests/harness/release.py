# SPDX-License-Identifier: GPL-3.0-or-later
"""Databases that a release filled (db/fixtures): written by fill_release.py, loaded by tests/db/test_upgrade.py."""

import collections
import gzip
import hashlib
import json
import re
import subprocess

from . import services

FOLDER = services.ROOT / "db" / "fixtures"
MIGRATIONS = services.ROOT / "db" / "migrations"

# What one version of pg_dump or psql writes or knows and another does not; nothing of the data.
OF_ONE_VERSION = re.compile(r"^(\\(un)?restrict [A-Za-z0-9]+|SET transaction_timeout = 0;)\n", re.M)

# Of the schema itself: what has been applied.
BOOKS = {"schema_migrations", "schema_functions", "schema_definitions"}


def tables(server):
    """{table: its columns} of ours, without the schema's own."""
    found = collections.defaultdict(list)
    for table, column in server.sql("""
            SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
            WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND a.attnum > 0
              AND NOT a.attisdropped
              AND NOT EXISTS (SELECT FROM pg_depend d
                              WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
            ORDER BY c.relname, a.attnum"""):
        found[table].append(column)
    return {table: columns for table, columns in found.items() if table not in BOOKS}


def names():
    """Of the releases that have a fixture."""
    return sorted(path.name.removesuffix(".sql.gz") for path in FOLDER.glob("*.sql.gz"))


def checksums(folder=MIGRATIONS):
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.glob("*.sql"))}


def changed_migrations(told, folder=MIGRATIONS):
    """Migrations of a release that are no longer what the release had."""
    now = checksums(folder)
    return [name for name, checksum in told["migrations"].items() if now.get(name) != checksum]


def save(path, cluster, database, told):
    """Owners and grants are part of it: they are what the policies hold."""
    dump = subprocess.run([f"{cluster.bin}/pg_dump", "-h", str(cluster.folder), "-U", "postgres", database], check=True,
                          capture_output=True, text=True, env=services.clean_environment()).stdout
    path.parent.mkdir(parents=True, exist_ok=True)
    # Without a time, as gzip -n.
    path.with_name(path.name + ".sql.gz").write_bytes(gzip.compress(OF_ONE_VERSION.sub("", dump).encode(), 9, mtime=0))
    told = {**told, "migrations": checksums()}
    answers = told.pop("answers")
    # An answer a line: what another version of a fixture changes can be read.
    lines = [f"  {json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}" for key, value in answers.items()]
    text = json.dumps(told, indent=1, ensure_ascii=False).removesuffix("\n}")
    path.with_name(path.name + ".json").write_text(f"{text},\n \"answers\": {{\n" + ",\n".join(lines) + "\n }\n}\n", encoding="utf-8")


def read(name):
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


def load(name, cluster):
    """A new database with what the release's database had; its name."""
    database = cluster.new_database()
    dump = gzip.decompress((FOLDER / f"{name}.sql.gz").read_bytes())
    done = subprocess.run([f"{cluster.bin}/psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", str(cluster.folder),
                           "-U", "postgres", "-d", database], input=dump, capture_output=True, env=services.clean_environment())
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    return database

# SPDX-License-Identifier: GPL-3.0-or-later
"""Databases with the data of a release (db/fixtures): written by fill_release.py, loaded by tests/db/test_upgrade.py."""

import collections
import gzip
import hashlib
import json
import re
import subprocess

from . import services

FOLDER = services.ROOT / "db" / "fixtures"
MIGRATIONS = services.ROOT / "db" / "migrations"

# Lines of a dump that depend on the version of pg_dump or psql and contain no data.
OF_ONE_VERSION = re.compile(r"^(\\(un)?restrict [A-Za-z0-9]+|SET transaction_timeout = 0;)\n", re.M)

# Tables in which the migrator keeps its own records.
BOOKS = {"schema_migrations", "schema_functions", "schema_definitions"}


def tables(server):
    """Return {table: its columns} of the server's tables, without those of the migrator."""
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
    """Names of the releases with a fixture."""
    return sorted(path.name.removesuffix(".sql.gz") for path in FOLDER.glob("*.sql.gz"))


def checksums(folder=MIGRATIONS):
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.glob("*.sql"))}


def changed_migrations(facts, folder=MIGRATIONS):
    """Names of migrations whose files differ from those of the release."""
    now = checksums(folder)
    return [name for name, checksum in facts["migrations"].items() if now.get(name) != checksum]


def save(path, cluster, database, facts):
    """The dump includes owners and grants, because the policies depend on them."""
    dump = subprocess.run([f"{cluster.bin}/pg_dump", "-h", str(cluster.folder), "-U", "postgres", database], check=True,
                          capture_output=True, text=True, env=services.clean_environment()).stdout
    path.parent.mkdir(parents=True, exist_ok=True)
    # gzip without a time stamp, like gzip -n, so that the same data give the same file.
    path.with_name(path.name + ".sql.gz").write_bytes(gzip.compress(OF_ONE_VERSION.sub("", dump).encode(), 9, mtime=0))
    facts = {**facts, "migrations": checksums()}
    answers = facts.pop("answers")
    # One reply per line, so that a difference between two versions of a fixture is readable.
    lines = [f"  {json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}" for key, value in answers.items()]
    text = json.dumps(facts, indent=1, ensure_ascii=False).removesuffix("\n}")
    path.with_name(path.name + ".json").write_text(f"{text},\n \"answers\": {{\n" + ",\n".join(lines) + "\n }\n}\n", encoding="utf-8")


def read(name):
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


def load(name, cluster):
    """Create a database with the data of the release; returns its name."""
    database = cluster.new_database()
    dump = gzip.decompress((FOLDER / f"{name}.sql.gz").read_bytes())
    done = subprocess.run([f"{cluster.bin}/psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", str(cluster.folder),
                           "-U", "postgres", "-d", database], input=dump, capture_output=True, env=services.clean_environment())
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    return database

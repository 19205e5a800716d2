# SPDX-License-Identifier: GPL-3.0-or-later
"""Counts which statements of the SQL functions ran. plpgsql_check's profiler counts in shared memory while the tests
run; the counts are read before a cluster is removed, and added up over clusters and databases."""

import collections
import json
import os
import pathlib
import re

# Environment variable with the folder for the counts of a run's clusters.
VARIABLE = "CAMPAIGN_SQL_PROFILE"
SETTINGS = ["shared_preload_libraries=plpgsql,plpgsql_check", "plpgsql_check.profiler=on",
            "plpgsql_check.profiler_max_shared_chunks=50000", "track_functions=all"]

OWN = """
SELECT p.oid, p.oid::regprocedure::text, p.proname, md5(p.prosrc), p.prosrc, l.lanname,
       COALESCE((SELECT s.calls FROM pg_stat_user_functions s WHERE s.funcid = p.oid), 0)
  FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang
 WHERE l.lanname IN ('plpgsql', 'sql') AND p.prokind = 'f' AND p.pronamespace = 'public'::regnamespace
   AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')"""
STATEMENTS = """
SELECT stmtid, parent_stmtid, block_num, lineno, stmtname, COALESCE(exec_stmts, 0)
  FROM plpgsql_profiler_function_statements_tb(%s) ORDER BY stmtid"""
# Kinds of statements that contain lists of statements and decide which of them run.
DECIDING = ("IF", "CASE", "FOR", "LOOP", "WHILE", "FOREACH")


def folder():
    named = os.environ.get(VARIABLE)
    return pathlib.Path(named) if named else None


def read_database(cluster, name):
    """Return one row for each function of a database."""
    cluster.sql(None, "CREATE EXTENSION IF NOT EXISTS plpgsql_check", name)
    rows = []
    for oid, signature, function, digest, source, language, calls in cluster.sql(None, OWN, name):
        statements = cluster.sql((oid,), STATEMENTS, name) if language == "plpgsql" else []
        rows.append({"signature": signature, "name": function, "digest": digest, "source": source,
                     "language": language, "calls": calls, "statements": statements})
    return rows


def save(cluster):
    """Save the counts of a cluster before it is removed. If a test has stopped the cluster, its counts are lost."""
    if folder() is None:
        return
    import psycopg2

    try:
        names = [row[0] for row in cluster.sql(
            None, "SELECT datname FROM pg_database WHERE NOT datistemplate AND datname <> 'postgres'", "postgres")]
    except psycopg2.OperationalError:
        return
    for name in names:
        path = folder() / f"{cluster.folder.name}-{name}.json"
        path.write_text(json.dumps(read_database(cluster, name)), encoding="utf-8")


class Function:
    """A function with the counts of all databases. If databases had different texts of it, the most frequent text
    counts."""

    def __init__(self, rows):
        digest = collections.Counter(row["digest"] for row in rows).most_common(1)[0][0]
        rows = [row for row in rows if row["digest"] == digest]
        self.signature, self.name = rows[0]["signature"], rows[0]["name"]
        self.source, self.language = rows[0]["source"], rows[0]["language"]
        self.calls = sum(row["calls"] for row in rows)
        self.statements = {}
        for row in rows:
            for number, parent, block, line, kind, count in row["statements"]:
                known = self.statements.setdefault(number, [parent, block, line, kind, 0])
                known[4] += count
        if self.language == "plpgsql":
            self.calls = max([self.calls, *(each[4] for each in self.statements.values())])

    @property
    def lines(self):
        """{line: number of runs} of the lines at which a statement begins."""
        found = {}
        for _, _, line, _, count in self.statements.values():
            found[line] = max(found.get(line, 0), count)
        return found

    @property
    def branches(self):
        """Number of runs of each conditional list of statements: the branches of IF and CASE, the bodies of loops,
        exception handlers. A missing ELSE is not counted."""
        found, blocks = [], set()
        for number in sorted(self.statements):
            parent, place, _, _, count = self.statements[number]
            if place != 1 or parent not in self.statements:
                continue
            kind = self.statements[parent][3]
            # The first list of statements of a block is its body, the others are its exception
            # handlers.
            if kind.startswith(DECIDING) or (kind == "statement block" and parent in blocks):
                found.append(count)
            blocks.add(parent)
        return found


def load(where):
    """Read the counts of all functions, from the files of all clusters."""
    rows = collections.defaultdict(list)
    for path in sorted(where.glob("*.json")):
        for row in json.loads(path.read_text(encoding="utf-8")):
            rows[row["signature"]].append(row)
    return [Function(each) for each in rows.values()]


def homes(root):
    """Return {function: file} of the sources; db/functions is read after db/migrations, and the last definition
    counts."""
    found = {}
    for path in [*sorted((root / "db" / "migrations").glob("*.sql")), *sorted((root / "db" / "functions").rglob("*.sql"))]:
        for name in re.findall(r"^CREATE\s+(?:OR\s+REPLACE\s+)?FUNCTION\s+(\w+)", path.read_text(encoding="utf-8"), re.M | re.I):
            found[name.lower()] = path.relative_to(root)
    return found

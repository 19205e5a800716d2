#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests db/build-queries.py: recognition of parameters, and errors."""

import importlib.util
import pathlib
import sys
import tempfile
import unittest

PATH = pathlib.Path(__file__).resolve().parents[3] / "db" / "build-queries.py"
sys.dont_write_bytecode = True
spec = importlib.util.spec_from_file_location("build_queries", PATH)
build = importlib.util.module_from_spec(spec)
spec.loader.exec_module(build)


def read(text):
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "x.sql"
        path.write_text(text, encoding="utf-8")
        return build.read_file(str(path))


def one(sql):
    query, = read(f"-- name: q\n{sql}")
    return query.sql.strip(), query.params


class Parameters(unittest.TestCase):
    def test_numbers(self):
        self.assertEqual(one("SELECT :path.a::int, :arg.b, :path.a;"),
                         ("SELECT $1::int, $2, $1", [("path", "a"), ("arg", "b")]))

    def test_sources(self):
        """A name with two sources becomes two parameters; the whole body is a parameter without a name."""
        sql, params = one("SELECT :call.address, :body.address, :body::jsonb, :page.limit, :query.text")
        self.assertEqual(sql, "SELECT $1, $2, $3::jsonb, $4, $5")
        self.assertEqual(params, [("call", "address"), ("body", "address"), ("body", None),
                                  ("page", "limit"), ("query", "text")])
        self.assertEqual([build.c_param(p) for p in params[:3]],
                         ['{CCD_FROM_CALL, CCD_CALL_ADDRESS, "address"}',
                          '{CCD_FROM_BODY, CCD_OWN_NONE, "address"}',
                          '{CCD_FROM_WHOLE_BODY, CCD_OWN_NONE, "body"}'])

    def test_what_is_none(self):
        for sql in ("'it''s :no'", "E'a\\':no'", '"a:no"', "$$ :no $$", "$x$ :no $$ $x$", "a[1:2]",
                    "1::int", "'{}'::jsonb", "U&'\\0061:no'"):
            self.assertEqual(one(f"SELECT {sql}"), (f"SELECT {sql}", []), sql)

    def test_comments(self):
        self.assertEqual(one("SELECT 1 -- :no\n, /* :no /* ' */ :no */ 2"), ("SELECT 1\n,   2", []))

    def test_lines_stay(self):
        query, = read("-- SPDX\n\n-- name: q\n-- about\n/* a\nb */ SELECT :arg.x")
        self.assertEqual(query.line, 3)
        self.assertEqual(query.sql.index("SELECT"), len(query.sql) - len("SELECT $1"))
        self.assertEqual(query.sql.count("\n"), 3)

    def test_parts(self):
        self.assertEqual(one("SELECT {columns e}, {columns} {writable r}")[0],
                         "SELECT {columns e}, {columns} {writable r}")

    def test_errors(self):
        for sql, message in {
            "SELECT 'x": "x.sql:2: query q: quote",
            "SELECT 1\n, /* x": "x.sql:3: query q: comment",
            "SELECT $a$ x": "x.sql:2: query q: $a$",
            "SELECT $1": "parameters are named",
            "SELECT\n :address": "x.sql:3: query q: :address does not say where its value comes from",
            "SELECT :call": "x.sql:2: query q: :call does not say",
            "SELECT :path": "x.sql:2: query q: :path does not say",
            "SELECT :calls.actor": ":calls.actor does not say where",
            "SELECT :call.adress": ":call.adress: call has actor, address,",
            "SELECT :page.cursor_3": ":page.cursor_3: page has limit, cursor_1, cursor_2",
            "SELECT {x}": "expected {columns}",
            "SELECT '{columns}'": "inside quotes",
            "SELECT 1; SELECT 2": "one statement per name",
            "SELECT 1;;": "one statement per name",
            "  -- nothing": "is empty",
        }.items():
            with self.assertRaises(build.Problem) as caught:
                one(sql)
            self.assertIn(message, str(caught.exception))

    def test_names(self):
        for text in ("-- name: Bad\nSELECT 1", "-- name:\nSELECT 1", "SELECT 1\n-- name: a\nSELECT 1"):
            with self.assertRaises(build.Problem):
                read(text)


if __name__ == "__main__":
    unittest.main()

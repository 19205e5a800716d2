#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Turn db/queries/*.sql into the tables of server/data/ccd-db.h.

usage: build-queries.py OUT_C OUT_H [--depfile FILE] FILE-OR-FOLDER...

A folder stands for its *.sql files. With --depfile the folder itself becomes a dependency, so that a new file
triggers a rebuild. Documentation: docs/internals/queries.md. Errors name file:line; the exit status is 1 then."""

import argparse
import os
import re
import sys

NAME_LINE = re.compile(r"--\s*name:\s*(.*?)\s*$")
NAME = re.compile(r"[a-z][a-z0-9_]{0,59}\Z")
PARAMETER = re.compile(r":([A-Za-z_][A-Za-z0-9_]*)(?:\.([A-Za-z_][A-Za-z0-9_]*))?")
WORD = re.compile(r"[A-Za-z_\x80-\U0010ffff][A-Za-z0-9_$\x80-\U0010ffff]*")
DOLLAR = re.compile(r"\$([A-Za-z_][A-Za-z0-9_]*)?\$")

# Sources of parameters. The names for "call" and "page" are fixed (enum ccd_own_value of
# server/data/ccd-db-types.h). The names for path, query and body are fields of the operation's
# types, which the server compares at start. The names for arg are passed by the C code that runs
# the statement.
OWN_NAMES = {
    "call": ("actor", "address", "if_match", "job_id", "organization_id", "request_id", "rights",
             "session_id", "user_id"),
    "page": ("limit", "cursor_1", "cursor_2"),
}
FIELD_SOURCES = ("path", "query", "body", "arg")
PART = re.compile(r"\{(?:(?:columns|writable)(?: [a-z_][a-z0-9_]*)?|[A-Z][A-Za-z]*\.[a-z+-]+(?::[^{}]*)?)\}")


class Problem(Exception):
    def __init__(self, path, line, text):
        super().__init__(f"{path}:{line}: {text}")


class Query:
    def __init__(self, name, path, line):
        self.name = name
        self.path = path
        self.line = line
        self.sql = ""
        self.params = []


class Scanner:
    """Copies one statement, replacing parameters and removing comments. Line breaks stay, so that a position in the
    result still has its line number in the file."""

    def __init__(self, query, text, first_line):
        self.query = query
        self.text = text
        self.first_line = first_line
        self.at = 0
        self.out = []
        self.ended = False  # True: a semicolon was read

    def fail(self, at, message):
        line = self.first_line + self.text.count("\n", 0, at)
        raise Problem(self.query.path, line, f"query {self.query.name}: {message}")

    def copy(self, end):
        piece = self.text[self.at:end]
        if self.ended and piece.strip():
            self.fail(self.at, "text after the semicolon: one statement per name")
        self.out.append(piece)
        self.at = end

    def drop(self, end):
        self.out.append("\n" * self.text.count("\n", self.at, end) or " ")
        self.at = end

    def literal(self, end):
        """Copy a quoted text. A {part} inside quotes is refused, because the server would not replace it."""
        piece = self.text[self.at:end]
        if "{columns" in piece or "{writable" in piece:
            self.fail(self.at, "{columns} and {writable} cannot stand inside quotes")
        self.copy(end)

    def quoted(self, quote, escapes):
        start, at = self.at, self.at + 1
        while at < len(self.text):
            if escapes and self.text[at] == "\\":
                at += 2
            elif self.text[at] != quote:
                at += 1
            elif self.text[at + 1:at + 2] == quote:
                at += 2
            else:
                return at + 1
        self.fail(start, "quote without its end")

    def comment(self):
        depth, at = 0, self.at
        while at < len(self.text):
            if self.text.startswith("/*", at):
                depth, at = depth + 1, at + 2
            elif self.text.startswith("*/", at):
                depth, at = depth - 1, at + 2
                if depth == 0:
                    return at
            else:
                at += 1
        self.fail(self.at, "comment without its end")

    def dollar(self):
        match = DOLLAR.match(self.text, self.at)
        if match is None:
            self.fail(self.at, "$ outside quotes: parameters are named, as in :path.event_id")
        end = self.text.find(match.group(0), match.end())
        if end < 0:
            self.fail(self.at, f"{match.group(0)} without its end")
        self.literal(end + len(match.group(0)))

    def colon(self):
        if self.text.startswith("::", self.at):
            self.copy(self.at + 2)
            return
        match = PARAMETER.match(self.text, self.at)
        if match is None:
            self.copy(self.at + 1)
            return
        param = self.parameter(match)
        if param not in self.query.params:
            self.query.params.append(param)
        if self.ended:
            self.fail(self.at, "text after the semicolon: one statement per name")
        self.out.append(f"${self.query.params.index(param) + 1}")
        self.at = match.end()

    def parameter(self, match):
        """Return (source, name) of a parameter; the name is None for the whole body."""
        source, name = match.groups()
        if source in OWN_NAMES and name in OWN_NAMES[source]:
            return source, name
        if source in OWN_NAMES and name is not None:
            self.fail(self.at, f":{source}.{name}: {source} has {', '.join(OWN_NAMES[source])}")
        if source == "body" or (source in FIELD_SOURCES and name is not None):
            return source, name
        self.fail(self.at, f"{match.group(0)} does not say where its value comes from: :call.x, "
                  ":page.x, :path.x, :query.x, :body.x, :body or :arg.x")

    def brace(self):
        match = PART.match(self.text, self.at)
        if match is None:
            self.fail(self.at, "expected {columns}, {columns x}, {writable}, {writable x} or {Type.flags: pattern}")
        self.copy(match.end())

    def word(self):
        match = WORD.match(self.text, self.at)
        word = match.group(0)
        quote = self.text[match.end():match.end() + 1]
        self.copy(match.end())
        if quote == "'" and word.lower() == "e":
            self.literal(self.quoted("'", escapes=True))

    def step(self):
        c = self.text[self.at]
        if c == "'" or c == '"':
            self.literal(self.quoted(c, escapes=False))
        elif self.text.startswith("--", self.at):
            end = self.text.find("\n", self.at)
            self.drop(len(self.text) if end < 0 else end)
        elif self.text.startswith("/*", self.at):
            self.drop(self.comment())
        elif c == "$":
            self.dollar()
        elif c == ":":
            self.colon()
        elif c in "{}":
            self.brace()
        elif c == ";":
            if self.ended:
                self.fail(self.at, "a second semicolon: one statement per name")
            self.ended = True
            self.at += 1
        elif WORD.match(self.text, self.at):
            self.word()
        else:
            self.copy(self.at + 1)

    def run(self):
        while self.at < len(self.text):
            self.step()
        self.query.sql = "\n".join(l.rstrip() for l in "".join(self.out).split("\n")).rstrip()
        if not self.query.sql:
            raise Problem(self.query.path, self.query.line, f"query {self.query.name} is empty")


def read_file(path):
    with open(path, encoding="utf-8") as file:
        lines = file.read().split("\n")
    shown = "db/queries/" + os.path.basename(path)
    queries, starts = [], []
    for number, line in enumerate(lines, 1):
        match = NAME_LINE.match(line)
        if match is None:
            if not starts and line.strip() and not line.lstrip().startswith("--"):
                raise Problem(shown, number, "text before the first '-- name:' line")
            continue
        if not NAME.match(match.group(1)):
            raise Problem(shown, number, f"'{match.group(1)}' is no name: use a-z, 0-9 and _")
        queries.append(Query(match.group(1), shown, number))
        starts.append(number)
    for index, query in enumerate(queries):
        end = starts[index + 1] - 1 if index + 1 < len(starts) else len(lines)
        # The text begins with the line break of the name line: its lines count from there.
        text = "\n" + "\n".join(lines[query.line:end])
        Scanner(query, text, query.line).run()
    return queries


def collect(paths):
    files, folders = [], []
    for path in paths:
        if os.path.isdir(path):
            folders.append(path)
            files += [os.path.join(path, f) for f in os.listdir(path) if f.endswith(".sql")]
        else:
            files.append(path)
    return sorted(files, key=os.path.basename), folders


def c_string(text):
    text = text.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t").replace("??", "?\\?")
    return '"' + text.replace("\n", '\\n"\n    "') + '"'


def c_param(param):
    source, name = param
    if source == "body" and name is None:
        return '{CCD_FROM_WHOLE_BODY, CCD_OWN_NONE, "body"}'
    own = f"CCD_{source.upper()}_{name.upper()}" if source in OWN_NAMES else "CCD_OWN_NONE"
    return f'{{CCD_FROM_{source.upper()}, {own}, "{name}"}}'


def write_c(path, queries):
    out = [
        "/* Made by db/build-queries.py from db/queries; do not edit. */",
        '#include "server/data/ccd-queries.h"',
        "",
    ]
    for index, query in enumerate(queries):
        params = "NULL"
        if query.params:
            params = f"params_{query.name}"
            rows = "".join(f"\n  {c_param(p)}," for p in query.params)
            out.append(f"static const ccd_param {params}[] = {{{rows}\n}};")
        out += [
            f"const ccd_query ccd_q_{query.name} = {{",
            f'  .name = "{query.name}",',
            f"  .sql =\n    {c_string(query.sql)},",
            f"  .params = {params},",
            f"  .n_params = {len(query.params)},",
            f"  .index = {index},",
            f'  .source = "{query.path}:{query.line}",',
            "};",
            "",
        ]
    out.append("const ccd_query *const ccd_queries[] = {")
    out += [f"  &ccd_q_{query.name}," for query in queries]
    out += ["  NULL,", "};", "", f"const int ccd_n_queries = {len(queries)};", ""]
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join(out))


def write_h(path, queries):
    out = [
        "/* Made by db/build-queries.py from db/queries; do not edit. */",
        "#pragma once",
        "",
        '#include "server/data/ccd-db.h"',
        "",
    ]
    out += [f"extern const ccd_query ccd_q_{query.name}; /* {query.path} */" for query in queries]
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join(out) + "\n")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("out_c")
    parser.add_argument("out_h")
    parser.add_argument("--depfile")
    parser.add_argument("paths", nargs="*")
    options = parser.parse_intermixed_args()

    files, folders = collect(options.paths)
    queries, seen = [], {}
    for path in files:
        for query in read_file(path):
            if query.name in seen:
                other = seen[query.name]
                raise Problem(query.path, query.line,
                              f"query {query.name} is already at {other.path}:{other.line}")
            seen[query.name] = query
            queries.append(query)
    queries.sort(key=lambda query: query.name)
    write_c(options.out_c, queries)
    write_h(options.out_h, queries)
    if options.depfile:
        needs = " ".join(p.replace(" ", "\\ ") for p in folders + files)
        with open(options.depfile, "w", encoding="utf-8") as file:
            file.write(f"{options.out_c} {options.out_h}: {needs}\n")


if __name__ == "__main__":
    try:
        main()
    except (Problem, OSError, UnicodeDecodeError) as error:
        print(error, file=sys.stderr)
        sys.exit(1)

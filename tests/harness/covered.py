#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures which parts of the C and SQL code the tests run. Started by ./dev coverage [SUITE…]: builds with counters,
runs the suites, prints lines and branches by folder, and writes pages with the sources under build-coverage/html."""

import collections
import html
import json
import os
import pathlib
import shutil
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from harness import sql_profile  # noqa: E402
from harness.jobs import RESULTS, ROOT, run, say, sum_up, tail  # noqa: E402
from harness.suites import SUITES, begin_results, execute, with_builds  # noqa: E402

FOLDER = "build-coverage"
PAGES = ROOT / FOLDER / "html"
# Suites that are not counted: they use a separate build or start no server.
USUAL = ("unit", "db", "contract", "api", "client")
LEFT_OUT = ("lint", "fuzz", "asan", "tsan")
STYLE = """body{font:14px sans-serif;margin:2em}pre{line-height:1.3}td,th{padding:2px 12px;text-align:right}
td:first-child,th:first-child{text-align:left}.ran{background:#dfd}.not{background:#fdd}"""


class Row:
    """Counts of a folder: (covered, all) of lines, branches and functions."""

    def __init__(self):
        self.lines, self.branches, self.functions = [0, 0], [0, 0], [0, 0]

    def add(self, lines, branches, functions):
        for mine, more in ((self.lines, lines), (self.branches, branches), (self.functions, functions)):
            mine[0] += more[0]
            mine[1] += more[1]

    @property
    def columns(self):
        return [f"{100 * covered / total:5.1f} % {f'({covered:,} of {total:,})':>19}" if total else ""
                for covered, total in (self.lines, self.branches, self.functions)]


def c_rows():
    """Return {folder: Row} of the C files from gcovr, which also writes the pages."""
    summary, log = ROOT / FOLDER / "coverage.json", RESULTS / "gcovr.log"
    filters = [option for name in ("common", "server", "client-gtk") for option in ("--filter", f"{ROOT}/{name}/")]
    code = run(["gcovr", "-r", str(ROOT), "--object-directory", FOLDER, *filters, "-j", "2", "--json-summary", str(summary),
                "--html-details", str(PAGES / "index.html"), FOLDER], log)
    if code:
        raise RuntimeError(f"gcovr failed:\n{tail(log)}")
    rows = collections.defaultdict(Row)
    for file in json.loads(summary.read_text())["files"]:
        rows[str(pathlib.PurePath(file["filename"]).parent)].add(
            *((file[f"{what}_covered"], file[f"{what}_total"]) for what in ("line", "branch", "function")))
    return rows


def counts(numbers):
    return sum(number > 0 for number in numbers), len(numbers)


def sql_rows(functions, homes):
    """Return {folder: Row} of the SQL functions. Functions in the language SQL have neither lines nor branches."""
    rows = collections.defaultdict(Row)
    for function in functions:
        home = homes.get(function.name)
        if home is not None:
            rows[str(home.parent)].add(counts(list(function.lines.values())), counts(function.branches),
                                       counts([function.calls]))
    return rows


def sql_page(functions, homes):
    """Write a page with the text of each function; lines that ran and lines that did not have two colours."""
    out = [f"<!doctype html><meta charset=utf-8><title>SQL functions</title><style>{STYLE}</style><h1>SQL functions</h1>"]
    for function in sorted(functions, key=lambda each: (str(homes.get(each.name)), each.signature)):
        if function.name not in homes:
            continue
        covered, total = counts(list(function.lines.values()))
        share = f"{covered} of {total} lines" if total else f"{function.calls} calls counted"
        out.append(f"<h3>{html.escape(function.signature)}</h3><p>{homes[function.name]}: {share}</p><pre>")
        for number, line in enumerate(function.source.split("\n"), 1):
            ran = function.lines.get(number)
            kind = "" if ran is None else " class=ran" if ran else " class=not"
            out.append(f"<span{kind}>{html.escape(line) or ' '}</span>\n")
        out.append("</pre>")
    (PAGES / "sql.html").write_text("".join(out), encoding="utf-8")


def print_table(title, rows):
    say(f"\n{title:28}  {'lines':>27}  {'branches':>27}  {'functions':>27}")
    whole = Row()
    for name in sorted(rows):
        say(f"{name:28}  " + "  ".join(f"{column:>27}" for column in rows[name].columns))
        whole.add(rows[name].lines, rows[name].branches, rows[name].functions)
    say(f"{'all of it':28}  " + "  ".join(f"{column:>27}" for column in whole.columns))


def clear_counts():
    for path in (ROOT / FOLDER).rglob("*.gcda"):
        path.unlink()
    shutil.rmtree(PAGES, ignore_errors=True)


def run_suites(names):
    jobs = [job for name in names for job in SUITES[name](FOLDER) if "build-asan" not in job.needs]
    return execute(with_builds(jobs))


def main(names):
    known = [name for name in SUITES if name not in LEFT_OUT]
    if any(name not in known for name in names):
        print(f"dev: coverage takes the suites {' '.join(known)}", file=sys.stderr)
        return 2
    chosen = [name for name in SUITES if name in (names or USUAL)]
    if not begin_results():
        return 2
    clear_counts()
    counted = RESULTS / "sql"
    shutil.rmtree(counted, ignore_errors=True)
    counted.mkdir(mode=0o700)
    os.environ[sql_profile.VARIABLE] = str(counted)
    cases = run_suites(chosen)
    PAGES.mkdir(parents=True, exist_ok=True)
    functions, homes = sql_profile.load(counted), sql_profile.homes(ROOT)
    print_table("C", c_rows())
    if functions:
        print_table("SQL functions", sql_rows(functions, homes))
        sql_page(functions, homes)
    say(f"\npages: {FOLDER}/html/index.html" + (f", {FOLDER}/html/sql.html" if functions else ""))
    return sum_up(cases)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit("dev: interrupted")

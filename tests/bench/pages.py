#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes docs/benchmarks.md and its charts from the bench's results: ./dev bench docs

    pages.py [--results .dev/bench.json] [--docs docs]

The page contains only measured figures: a case that did not run has no section."""

import argparse
import json
import pathlib
import sys

import charts

ROOT = pathlib.Path(__file__).resolve().parents[2]
RESULTS = ROOT / ".dev" / "bench.json"

# For each case its title and what it measures, in the order of the page.
CASES = {
    "compare": ("The server and its bare statements", "Each request over HTTP, and the statement in it alone by pgbench: 32 connections "
                "each, one after the other within a round. The bare statement has no HTTP, no session and no policies."),
    "planning": ("Planning in writes", "The share of a write's time in PostgreSQL that is planning, statements inside of functions and "
                 "triggers included (`pg_stat_statements.track_planning`)."),
    "peers": ("Beside other servers", "The same routes on the same cluster, one server after the other within a round. A ratio of rates above 1 "
              "and a ratio of p99 below 1 mean that this server is ahead."),
    "live": ("Live sockets", "Contacts at a fixed rate, alone and beside sockets of the live feed."),
    "slow": ("Slow requests of others", "Kept connections that read an event ten times a second each, quiet and beside slow requests of others."),
    "signin": ("Sign-ins of others", "The same kept connections, quiet and beside sign-ins."),
    "tenants": ("An organization beyond its limits", "The kept connections of one organization, quiet and beside another one that asks ten times "
                "as much as its limits let through."),
    "crowd": ("Many people at once", "People who each stay below their quota."),
    "upload": ("Uploads of the field", "Phones that send contacts at a fixed rate, with the change feed and the audit log on."),
    "limits": ("Memory, routes and organizations", "What an idle server, open connections, more routes and more organizations cost."),
}


def cells(row):
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in row) + " |"


def machine_line(machine):
    return (f"{machine['processor']}, {machine['cores']} cores, {machine['memory']}, {machine['system']}, "
            f"PostgreSQL {machine['postgresql']}")


def section(name, result, pictures, shared):
    """Return the lines of one case; the file name and text of each chart are added to `pictures`."""
    title, about = CASES[name]
    lines = [f"## {title}", "", about, "", "```sh", result["command"], "```", "",
             f"{result['date']}, commit {result['commit']}" + ("" if shared else f"; {machine_line(result['machine'])}") + ".", ""]
    for table in result["tables"]:
        lines += [f"**{table['title']}**", "", cells(table["columns"]), cells("---" for _ in table["columns"]),
                  *(cells(row) for row in table["rows"]), ""]
    for chart in result["charts"]:
        file = f"{name}-{chart['name']}.svg"
        pictures[file] = charts.svg(chart)
        lines += [f"![{chart['title']}](benchmarks/{file})", ""]
    return lines + [line for note in result["notes"] for line in (f"- {note}",)] + ([""] if result["notes"] else [])


def page(results):
    """Return the text of the page, and {file name: SVG}."""
    unknown = sorted(set(results) - set(CASES))
    if unknown:
        raise ValueError(f"no section is known for: {', '.join(unknown)}")
    machines = {json.dumps(each["machine"], sort_keys=True): each["machine"] for each in results.values()}
    shared = len(machines) == 1
    lines = ["<!-- SPDX-License-Identifier: GPL-3.0-or-later -->", "<!-- Made by ./dev bench docs: do not edit. -->", "# Benchmarks", "",
             "Every figure comes from the command above its table. Ratios are made within a round, and are given as median "
             "[least-most] of the rounds. [internals/performance.md](internals/performance.md) says how things are measured.", ""]
    if shared:
        lines += [f"Measured on {machine_line(*machines.values())}.", ""]
    pictures = {}
    for name in CASES:
        if name in results:
            lines += section(name, results[name], pictures, shared)
    return "\n".join(lines).rstrip() + "\n", pictures


def write(results, docs):
    """Write page and charts, and delete charts of an earlier page."""
    text, pictures = page(results)
    folder = docs / "benchmarks"
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.svg"):
        old.unlink()
    for name, picture in pictures.items():
        (folder / name).write_text(picture)
    (docs / "benchmarks.md").write_text(text)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--results", type=pathlib.Path, default=RESULTS)
    parser.add_argument("--docs", type=pathlib.Path, default=ROOT / "docs")
    options = parser.parse_args()
    if not options.results.exists():
        sys.exit(f"{options.results.name} is not there: the bench's cases write their results into it (./dev bench)")
    results = json.loads(options.results.read_text())
    write(results, options.docs)
    missing = [name for name in CASES if name not in results]
    print(f"{options.docs / 'benchmarks.md'}: {', '.join(name for name in CASES if name in results)}"
          + (f"; not measured: {', '.join(missing)}" if missing else ""))


if __name__ == "__main__":
    main()

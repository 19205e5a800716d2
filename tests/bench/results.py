# SPDX-License-Identifier: GPL-3.0-or-later
"""The figures of the bench as JSON: each case that ran replaces its part of the file, and pages.py makes
docs/benchmarks.md from the file.

{"slow": {"command": "./dev bench --case slow", "date": "2026-11-30", "commit": "4441b89", "machine": {"processor",
"cores", "memory", "system", "postgresql"}, "tables": [{"title": "…", "columns": ["…"], "rows": [["…"]]}],
"charts": [{"name": "p99", "title": "…", "unit": "ms", "labels": ["…"], "series": [{"name": "quiet", "values":
[1.5]}], "limit": 3.0 or null}], "notes": ["…"]}}"""

import datetime
import json
import os
import pathlib
import platform
import re
import shlex
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
# Options that take a path, and the placeholder for the report; None: the option is left out.
PATHS = {"--peer": "FOLDER", "--old": "BUILD", "--results": None, "--binary": None}


def command_of(arguments):
    """The command for the report: paths of this machine are replaced by what they stand for."""
    shown, given = ["./dev", "bench"], iter(arguments)
    for each in given:
        name, equals, _ = each.partition("=")
        if name not in PATHS:
            shown.append(each)
            continue
        if not equals:
            next(given, None)
        if PATHS[name]:
            shown += [name, PATHS[name]]
    return " ".join(shlex.quote(each) for each in shown)


def found(pattern, path, fallback="unknown"):
    try:
        match = re.search(pattern, pathlib.Path(path).read_text(), re.M)
    except OSError:
        match = None
    return match.group(1) if match else fallback


def machine(postgres):
    memory = int(found(r"^MemTotal:\s+(\d+)", "/proc/meminfo", "0")) / 1024 / 1024
    return {"processor": found(r"^model name\s*:\s*(.+)$", "/proc/cpuinfo", platform.machine()),
            "cores": len(os.sched_getaffinity(0)), "memory": f"{memory:.0f} GiB",
            "system": found(r'^PRETTY_NAME="?([^"\n]+)', "/etc/os-release"), "postgresql": postgres}


def commit():
    """Short name of the commit HEAD, with a mark when files differ from it."""
    def git(*arguments):
        return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True).stdout.strip()
    name = git("rev-parse", "--short", "HEAD")
    return name + (" with changes" if git("status", "--porcelain", "--untracked-files=no") else "") if name else "unknown"


class Results:
    def __init__(self, path, arguments, postgres):
        self.path, self.command, self.postgres = pathlib.Path(path), command_of(arguments), postgres

    def put(self, case, tables=(), charts=(), notes=()):
        known = json.loads(self.path.read_text()) if self.path.exists() else {}
        known[case] = {"command": self.command, "date": datetime.date.today().isoformat(), "commit": commit(),
                       "machine": machine(self.postgres), "tables": list(tables), "charts": list(charts), "notes": list(notes)}
        self.path.parent.mkdir(parents=True, exist_ok=True)
        new = self.path.with_suffix(".new")
        new.write_text(json.dumps(known, indent=1) + "\n")
        new.replace(self.path)


def table(title, columns, rows):
    return {"title": title, "columns": list(columns), "rows": [[str(cell) for cell in row] for row in rows]}


def chart(name, title, unit, labels, series, limit=None):
    """`series`: {name: a value for each label}; `limit`: position of the line that marks the target, or None."""
    return {"name": name, "title": title, "unit": unit, "labels": list(labels), "limit": limit,
            "series": [{"name": each, "values": list(values)} for each, values in series.items()]}

#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Builds and runs the test suites, and adds up what passed and failed. Started by ./dev test."""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree

ROOT = pathlib.Path(__file__).resolve().parents[2]
RESULTS = ROOT / ".dev" / "results"
PYTHON = "/usr/bin/python3"

# Each build makes warnings errors: gcc here, clang in the two with sanitizers.
BUILDS = {
    "build-test": ({"CC": "gcc"}, []),
    "build-asan": ({"CC": "clang"}, ["-Db_sanitize=address,undefined", "-Db_lundef=false",
                                     "-Dfuzzers=true"]),
    "build-tsan": ({"CC": "clang"}, ["-Db_sanitize=thread", "-Db_lundef=false"]),
}

# Suite: the builds it needs.
SUITES = {
    "lint": ["build-test"],
    "unit": ["build-test"],
    "db": ["build-test"],
    "contract": ["build-test"],
    "api": ["build-test"],
    "access": ["build-test"],
    "readme": ["build-test"],
    "client": ["build-test", "build-asan"],
    "fault": ["build-test"],
    "fuzz": ["build-asan"],
    "asan": ["build-asan"],
    "tsan": ["build-tsan"],
}


class Tally:
    """Counts over all suites, and what failed by name."""

    def __init__(self):
        self.passed = 0
        self.failed = 0
        self.failures = []

    def add(self, name, ok):
        if ok:
            self.passed += 1
        else:
            self.failed += 1
            self.failures.append(name)

    def add_junit(self, suite, path):
        """Count a JUnit file; false when there is none or nothing ran."""
        try:
            root = ElementTree.parse(path).getroot()
        except (OSError, ElementTree.ParseError):
            return False
        found = False
        for case in root.iter("testcase"):
            found = True
            if case.find("skipped") is not None:
                continue
            bad = case.find("failure") is not None or case.find("error") is not None
            self.add(f"{suite}: {case.get('classname', '')} {case.get('name', '')}", not bad)
        return found

    def add_ended(self, suite, path):
        """Meson's JUnit file has the subtests of a program, but not that the program failed although they all
        passed (a leak, a signal): count each that ended so. The log has a line of JSON for each program."""
        try:
            programs = [json.loads(line) for line in path.read_text(errors="replace").splitlines()]
        except OSError:
            return
        for program in programs:
            name = program["name"].split(" / ")[-1]
            named = any(each.startswith(f"{suite}: ") and name in each.split() for each in self.failures)
            if program["result"] not in ("OK", "SKIP", "EXPECTEDFAIL", "IGNORED") and not named:
                self.add(f"{suite}: {name} ended with {program['returncode']}", False)


def say(text):
    print(text, flush=True)


def run(command, log=None, **environment):
    """Exit code of a command; its output goes to a file when one is named, else to the terminal."""
    where = {**os.environ, **environment}
    if log is None:
        return subprocess.run(command, cwd=ROOT, env=where).returncode
    with open(log, "ab") as file:
        return subprocess.run(command, cwd=ROOT, env=where, stdout=file, stderr=file,
                              stdin=subprocess.DEVNULL).returncode


def show_tail(path, lines=40):
    say("".join(path.read_text(errors="replace").splitlines(keepends=True)[-lines:]))


def build(folder, tally):
    """Configure if needed and compile; whether it worked. Counts as one test."""
    environment, options = BUILDS[folder]
    log = RESULTS / f"{folder}.log"
    say(f"== {folder}")
    started = time.monotonic()
    code = 0
    if not (ROOT / folder / "build.ninja").exists():
        shutil.rmtree(ROOT / folder, ignore_errors=True)
        code = run(["meson", "setup", folder, "--werror", *options], log, **environment)
    if code == 0:
        code = run(["ninja", "-C", folder], log)
    if code != 0:
        show_tail(log)
    say(f"   {folder}: {'built' if code == 0 else 'FAILED'} in {time.monotonic() - started:.0f} s")
    tally.add(f"build: {folder}", code == 0)
    return code == 0


def run_meson(name, folder, suites, tally):
    """Run meson's tests of the named suites."""
    listed = subprocess.run(["meson", "test", "-C", folder, "--list", "--no-rebuild",
                             *[f"--suite={suite}" for suite in suites]],
                            cwd=ROOT, capture_output=True, text=True)
    if listed.returncode != 0 or not listed.stdout.strip():
        say(f"   no tests of the suite {name} in {folder}")
        return
    from harness import server

    code = run(["meson", "test", "-C", folder, "--no-rebuild", "--print-errorlogs",
                "--timeout-multiplier", "4", "--logbase", f"testlog-{name}",
                *[f"--suite={suite}" for suite in suites]], **server.SANITIZERS)
    counted = tally.add_junit(name, ROOT / folder / "meson-logs" / f"testlog-{name}.junit.xml")
    tally.add_ended(name, ROOT / folder / "meson-logs" / f"testlog-{name}.json")
    if code != 0 and (not counted or not any(each.startswith(f"{name}:") for each in tally.failures)):
        tally.add(f"{name}: meson test ended with {code}", False)


def run_pytest(name, target, folder, tally, **environment):
    """Run a folder or file of pytest tests against the server of a build."""
    if not (ROOT / target).exists():
        say(f"   {target} does not exist: skipped")
        return
    path = RESULTS / f"{name}.xml"
    path.unlink(missing_ok=True)
    before = tally.failed
    code = run([PYTHON, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--tb=short", "-rs",
                f"--junitxml={path}", target],
               CAMPAIGN_CENTERD_BINARY=str(ROOT / folder / "server" / "campaign-centerd"),
               **environment)
    counted = tally.add_junit(name, path)
    # 5: nothing was collected, such as a folder that has no tests yet.
    if code not in (0, 5) and (not counted or tally.failed == before):
        tally.add(f"{name}: pytest ended with {code}", False)


def run_lint(tally):
    path = RESULTS / "lint.xml"
    path.unlink(missing_ok=True)
    code = run([PYTHON, "tests/lint/lint.py", "--build", "build-test", "--junit", str(path)])
    if not tally.add_junit("lint", path):
        tally.add(f"lint: ended with {code}", False)


def run_suite(name, tally):
    if name == "lint":
        run_lint(tally)
    elif name == "unit":
        run_meson("unit", "build-test", ["unit"], tally)
    elif name == "fuzz":
        run_meson("fuzz", "build-asan", ["fuzz"], tally)
    elif name == "asan":
        run_meson("asan", "build-asan", ["unit"], tally)
        run_pytest("asan-api", "tests/api", "build-asan", tally)
    elif name == "tsan":
        run_pytest("tsan-api", "tests/api", "build-tsan", tally)
    elif name == "client":
        run_meson("client", "build-test", ["client"], tally)
        run_pytest("client-e2e", "tests/client", "build-test", tally,
                   CAMPAIGN_CLIENT_BINARY=str(ROOT / "build-test" / "client-gtk" / "campaign-center"))
        # The suppressions for GTK's own libraries are named in the tests' environment, by meson.
        run_meson("client-asan", "build-asan", ["client"], tally)
    elif name == "readme":
        run_pytest("readme", "tests/harness/test_readme.py", "build-test", tally)
    else:
        run_pytest(name, f"tests/{name}", "build-test", tally)


def main(arguments):
    sys.path.insert(0, str(ROOT / "tests"))
    unknown = [name for name in arguments if name not in SUITES]
    if unknown:
        print(f"dev: unknown suite: {' '.join(unknown)} (there are: {' '.join(SUITES)})",
              file=sys.stderr)
        return 2
    chosen = [name for name in SUITES if not arguments or name in arguments]
    RESULTS.mkdir(parents=True, exist_ok=True)
    for log in RESULTS.glob("*.log"):
        log.unlink()
    tally = Tally()
    built = {}
    for name in chosen:
        for folder in SUITES[name]:
            if folder not in built:
                built[folder] = build(folder, tally)
        say(f"== {name}")
        if not all(built[folder] for folder in SUITES[name]) and name != "lint":
            tally.add(f"{name}: not run, since its build failed", False)
            continue
        started = time.monotonic()
        run_suite(name, tally)
        say(f"   {name}: {time.monotonic() - started:.0f} s")
    for failure in tally.failures:
        say(f"FAILED {failure}")
    say(f"{tally.passed} passed, {tally.failed} failed")
    return 1 if tally.failed or not tally.passed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

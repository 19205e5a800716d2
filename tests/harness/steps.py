# SPDX-License-Identifier: GPL-3.0-or-later
"""The jobs of a test run: build a folder, run meson's tests, pytest or lint, and read the results."""

import json
import os
import shutil

from . import server, services
from .jobs import RESULTS, ROOT, Case, read_junit, run, tail

PYTHON = "/usr/bin/python3"

# Build folder: environment and options of meson setup. Warnings are errors, except where gcc does
# not optimize: without optimization it reports cases that it would otherwise prove impossible.
BUILDS = {
    "build-test": ({"CC": "gcc"}, ["--werror"]),
    "build-asan": ({"CC": "clang"}, ["--werror", "-Db_sanitize=address,undefined", "-Db_lundef=false",
                                     "-Dfuzzers=true"]),
    "build-tsan": ({"CC": "clang"}, ["--werror", "-Db_sanitize=thread", "-Db_lundef=false"]),
    # Atomic updates: the counters must be exact although the server has many threads.
    "build-coverage": ({"CC": "gcc"}, ["-Db_coverage=true", "-Dbuildtype=debug",
                                       "-Dc_args=-fprofile-update=atomic"]),
}


def configure(folder, job):
    """Create a build folder if it does not exist; returns a failed case if that did not work."""
    environment, options = BUILDS[folder]
    if (ROOT / folder / "build.ninja").exists():
        return []
    shutil.rmtree(ROOT / folder, ignore_errors=True)
    code = run(["meson", "setup", folder, *options], job.log, **environment)
    return [Case(f"build: {folder} cannot be configured", "failed", tail(job.log))] if code else []


def build(folder, job, targets=(), jobs=None):
    """Configure if needed and compile; counts as one test."""
    failed = configure(folder, job)
    if failed:
        return failed
    code = run(["ninja", "-C", folder, *(["-j", str(jobs)] if jobs else []), *targets], job.log)
    return [Case(f"build: {folder}", "failed" if code else "passed", tail(job.log) if code else "")]


def make_template(folder, job):
    """Make the cluster from which the clusters of all suites are copied."""
    made = services.make_template(ROOT / folder / "server" / "campaign-centerd")
    os.environ[services.TEMPLATE] = str(made.folder)
    return []


def checked(job, code, cases, accepted=(0,)):
    """Return the cases, plus a failure when the program failed without a failed case."""
    if code not in accepted and not any(case.outcome == "failed" for case in cases):
        cases.append(Case(f"{job.suite}: {job.name} ended with {code}", "failed", tail(job.log)))
    return cases


def run_meson(folder, suite, job, programs=(), options=()):
    """Run meson's tests of a suite, or only these programs."""
    base = f"testlog-{job.log.stem}"
    junit = ROOT / folder / "meson-logs" / f"{base}.junit.xml"
    report = junit.with_name(f"{base}.json")
    for old in (junit, report):
        old.unlink(missing_ok=True)
    chosen = list(programs) or [f"--suite={suite}"]
    code = run(["meson", "test", "-C", folder, "--no-rebuild", "--print-errorlogs", "--timeout-multiplier", "4",
                "--logbase", base, *options, *chosen], job.log, **server.SANITIZERS)
    cases = read_junit(job.suite, junit)
    return checked(job, code, cases + ended_badly(job, report, cases))


def ended_badly(job, path, cases):
    """Meson's JUnit file contains the subtests of a program, but not the failure of a program whose subtests all
    passed (a leak, a signal). Add a case for each such program; meson's log has one line of JSON per program."""
    named = " ".join(case.name for case in cases if case.outcome == "failed").split()
    found = []
    for line in path.read_text(errors="replace").splitlines() if path.exists() else []:
        program = json.loads(line)
        name = program["name"].split(" / ")[-1]
        if program["result"] not in ("OK", "SKIP", "EXPECTEDFAIL", "IGNORED") and name not in named:
            text = "\n".join(filter(None, (program.get("stdout"), program.get("stderr"))))
            found.append(Case(f"{job.suite}: {name} ended with {program['returncode']}", "failed", text))
    return found


def run_pytest(target, folder, job, marks="", options=(), **environment):
    """Run a folder or file of pytest tests with the server of a build."""
    if not (ROOT / target).exists():
        return [Case(f"{job.suite}: {target}", "skipped", f"{target} does not exist")]
    junit = job.log.with_suffix(".xml")
    junit.unlink(missing_ok=True)
    code = run([PYTHON, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--tb=short", "-rs", f"--junitxml={junit}",
                *(["-m", marks] if marks else []), *options, target], job.log,
               CAMPAIGN_CENTERD_BINARY=str(ROOT / folder / "server" / "campaign-centerd"),
               CAMPAIGN_SEEN_FILE=str(RESULTS / f"{job.suite}.seen"), **environment)
    # Exit code 5: no tests were collected, as for an empty part.
    return checked(job, code, read_junit(job.suite, junit), accepted=(0, 5))


def run_lint(job, options=()):
    junit = job.log.with_suffix(".xml")
    junit.unlink(missing_ok=True)
    code = run([PYTHON, "tests/lint/lint.py", "--build", "build-test", "--junit", str(junit), *options], job.log)
    return checked(job, code, read_junit("lint", junit))

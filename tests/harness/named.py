# SPDX-License-Identifier: GPL-3.0-or-later
"""./dev test -k NAME: finds the tests whose name contains NAME, in meson's runner and in pytest, and builds only the
programs that these tests need."""

import concurrent.futures
import functools
import json
import os
import pathlib
import re
import shlex
import subprocess

from . import server
from .jobs import ROOT, Job, Runner, say, sum_up, tail
from .parts import matches
from .steps import PYTHON, build, configure, run_lint, run_meson, run_pytest

# Suite: (build folder, suite of meson or None, folder of pytest or None). Without a named suite,
# `-k` skips the suites that repeat tests under a sanitizer, and lint, whose checks have single
# words as names.
PLACES = {
    "unit": [("build-test", "unit", None)],
    "lint": [],
    "tools": [("build-test", None, "tests/tools")],
    "db": [("build-test", None, "tests/db")],
    "access": [("build-test", None, "tests/access")],
    "api": [("build-test", None, "tests/api")],
    "tsan": [("build-tsan", None, "tests/api")],
    "asan": [("build-asan", "unit", "tests/api")],
    "contract": [("build-test", None, "tests/contract")],
    "fuzz": [("build-asan", "fuzz", None)],
    "tutorial": [("build-test", None, "tests/harness/test_tutorial.py")],
    "client": [("build-test", "client", "tests/client")],
    "fault": [("build-test", None, "tests/fault")],
}
USUAL = ("unit", "tools", "db", "access", "api", "contract", "tutorial", "client", "fault")
GENERATED = re.compile(r'g_test_add\w*\(\s*[^"\s]')


def introspect(folder, what):
    return json.loads(subprocess.run(["meson", "introspect", folder, f"--{what}"], cwd=ROOT, check=True,
                                     capture_output=True, text=True).stdout)


class Programs:
    """The tests that meson knows in a build folder."""

    def __init__(self, folder):
        self.folder = folder
        self.targets = {target["id"]: target for target in introspect(folder, "targets")}
        self.tests = introspect(folder, "tests")

    def of_suite(self, suite):
        return [test for test in self.tests if any(each.endswith(f":{suite}") for each in test["suite"])]

    def may_match(self, test, name):
        """Whether the program should be built to list its tests: its sources contain the name, or they compose names."""
        if matches(test["name"], name):
            return True
        if test["protocol"] != "tap":
            return False
        for target in (self.targets[each] for each in test["depends"] if each in self.targets):
            for source in (each for group in target["target_sources"] for each in group.get("sources", [])):
                text = pathlib.Path(source).read_text(errors="replace") if source.endswith(".c") else ""
                if matches(text, name) or GENERATED.search(text):
                    return True
        return False

    def files_of(self, test):
        """Targets that ninja must build before the test can run."""
        return [os.path.relpath(path, ROOT / self.folder) for each in test["depends"] if each in self.targets
                for path in self.targets[each]["filename"]]

    def files_of_server(self):
        """Return the programs that pytest's suites of the server start: no unit tests, benchmarks or client."""
        tested = {each for test in self.tests for each in test["depends"]}
        return [os.path.relpath(path, ROOT / self.folder) for number, target in self.targets.items()
                if target["type"] == "executable" and number not in tested
                and not pathlib.Path(target["defined_in"]).is_relative_to(ROOT / "client-gtk")
                and not pathlib.Path(target["defined_in"]).is_relative_to(ROOT / "tests" / "bench")
                and not pathlib.Path(target["defined_in"]).is_relative_to(ROOT / "tests" / "fuzz")
                for path in target["filename"]]

    @staticmethod
    def paths_in(test, name):
        """The paths of a GLib test program that contain the name."""
        listed = subprocess.run([*test["cmd"], "-l"], cwd=ROOT, capture_output=True, text=True,
                                env={**os.environ, **test["env"], **server.SANITIZERS})
        return [line for line in listed.stdout.splitlines() if line.startswith("/") and matches(line, name)]


def collected(target, name):
    """Return the number of tests that pytest would run in a folder."""
    result = subprocess.run([PYTHON, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", "--named", name,
                             target], cwd=ROOT, capture_output=True, text=True)
    if result.returncode not in (0, 5):
        raise RuntimeError(f"{target} cannot be collected:\n{result.stdout[-2000:]}{result.stderr[-2000:]}")
    return sum("::" in line for line in result.stdout.splitlines())


def run_program(folder, test, paths, job):
    """Run one meson test: the whole program, or only these paths. Each path runs separately, because with several -p
    options GLib prints several plans, which meson's reader of TAP refuses."""
    if not paths:
        return run_meson(folder, None, job, programs=[test["name"]])
    return [case for path in paths for case in run_meson(folder, None, job, programs=[test["name"]], options=[
        f"--test-args=-p {shlex.quote(path)}"])]


def meson_jobs(suite, programs, wanted, name):
    """Return jobs for the tests in `wanted`, whose programs are built already."""
    for test in wanted:
        paths = [] if matches(test["name"], name) else programs.paths_in(test, name)
        if paths or matches(test["name"], name):
            yield Job(f"{suite} {test['name']}", suite, functools.partial(run_program, programs.folder, test, paths),
                      alone=True)


def pytest_job(suite, folder, target, name):
    environment = {}
    if suite == "client":
        environment["CAMPAIGN_CLIENT_BINARY"] = str(ROOT / folder / "client-gtk" / "campaign-center")
    return Job(f"{suite} pytest", suite, functools.partial(run_pytest, target, folder, options=("--named", name),
                                                           **environment), alone=True)


def lint_jobs(name):
    listed = subprocess.run([PYTHON, "tests/lint/lint.py", "--list"], cwd=ROOT, check=True, capture_output=True, text=True)
    checks = [check for check in listed.stdout.split() if matches(check, name)]
    if checks:
        yield Job("lint", "lint", functools.partial(run_lint, options=("--only", ",".join(checks), "--jobs", "2")),
                  alone=True)


class Plan:
    """Finds, builds and runs the tests for a name in some suites."""

    def __init__(self, name, suites):
        self.name = name
        self.suites = suites
        self.places = [(suite, *place) for suite in suites for place in PLACES[suite]]
        self.programs = {}
        self.built = []

    def collect(self):
        """Return {target: number of tests} of pytest's folders, collected in parallel."""
        targets = sorted({target for _, _, _, target in self.places if target and (ROOT / target).exists()})
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            return dict(zip(targets, pool.map(lambda each: collected(each, self.name), targets)))

    def build(self, folder, files):
        """Build files in a build folder; False when the build failed."""
        job = Job(folder, folder, functools.partial(build, folder, targets=files), alone=True)
        self.built.append(job)
        Runner([job]).run()
        return not job.failed

    def configure(self, folder):
        if folder in self.programs:
            return True
        job = Job(f"{folder} setup", folder, functools.partial(configure, folder))
        job.cases = configure(folder, job)
        if job.cases:
            self.built.append(job)
            say(tail(job.log))
            return False
        self.programs[folder] = Programs(folder)
        return True

    def candidates(self, folder, kind):
        """Meson's tests whose program or paths may contain the name."""
        programs = self.programs[folder]
        return [test for test in programs.of_suite(kind) if programs.may_match(test, self.name)] if kind else []

    def files(self, counts):
        """{folder: targets for ninja}"""
        wanted = {}
        for suite, folder, kind, target in self.places:
            programs, files = self.programs[folder], wanted.setdefault(folder, set())
            for test in self.candidates(folder, kind):
                files.update(programs.files_of(test))
            if counts.get(target):
                # The end-to-end test of the client needs schema and translations, too: build
                # everything.
                files.update(["all"] if suite == "client" else programs.files_of_server())
        return {folder: sorted(files) for folder, files in wanted.items() if files}

    def jobs(self):
        """Return the jobs that run the tests; None when a build failed."""
        counts, found = self.collect(), []
        if not all([self.configure(folder) for _, folder, _, _ in self.places]):
            return None
        if not all([self.build(folder, files) for folder, files in self.files(counts).items()]):
            return None
        for suite, folder, kind, target in self.places:
            found += meson_jobs(suite, self.programs[folder], self.candidates(folder, kind), self.name)
            if counts.get(target):
                found.append(pytest_job(suite, folder, target, self.name))
        if "lint" in self.suites:
            found += lint_jobs(self.name)
        return found


def main(name, suites):
    chosen = [suite for suite in PLACES if suite in (suites or USUAL)]
    plan = Plan(name, chosen)
    jobs = plan.jobs() if name else []
    if jobs is None:
        return sum_up([case for job in plan.built for case in job.cases])
    if not jobs:
        say(f"no test of {' '.join(chosen)} has a name that contains \"{name}\"")
        say("0 passed, 1 failed")
        return 1
    runner = Runner(jobs)
    runner.run()
    return sum_up(runner.cases)

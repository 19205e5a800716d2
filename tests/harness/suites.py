#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Builds and runs the test suites, and counts the passed and failed tests. Started by ./dev test:

    suites.py [quick | SUITE…] [-k NAME]

docs/development.md says what each suite does."""

import argparse
import fcntl
import functools
import os
import pathlib
import shutil
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from harness import named, services  # noqa: E402
from harness.jobs import RESULTS, ROOT, SLOTS, Job, Runner, sum_up  # noqa: E402
from harness.steps import BUILDS, build, make_template, run_lint, run_meson, run_pytest  # noqa: E402

# --- which jobs there are ---------------------------------------------------------------------


def server_jobs(suite, target, folder, parts=1, quick=False):
    """Return the jobs of a pytest suite with the server: parts that run in parallel, the tests that assert times, and
    the closing tests, which check what all other tests of the folder recorded."""
    few = " and not slow" if quick else ""
    parts = parts if SLOTS > 1 else 1
    needs = (folder, "template")
    jobs = [Job(f"{suite} {number}/{parts}", suite, functools.partial(
        run_pytest, target, folder, marks=f"not alone and not closing{few}", options=("--part", f"{number}/{parts}")),
        needs=needs) for number in range(1, parts + 1)]
    source = "".join(path.read_text() for path in sorted((ROOT / target).glob("test_*.py")))
    if "mark.alone" in source:
        jobs.append(Job(f"{suite} alone", suite, functools.partial(run_pytest, target, folder, marks=f"alone{few}"),
                        needs=needs, alone=True))
    if "mark.closing" in source and not quick:
        jobs.append(Job(f"{suite} closing", suite, functools.partial(run_pytest, target, folder, marks="closing"),
                        after=tuple(job.name for job in jobs), needs=needs))
    return jobs


def meson_job(suite, folder, kind, **options):
    return Job(suite, suite, functools.partial(run_meson, folder, kind), needs=(folder,), **options)


def client_binary(folder):
    return str(ROOT / folder / "client-gtk" / "campaign-center")


def client_jobs(folder):
    """Return the jobs of the client's tests: in process, where it mostly waits, and with the real server, where times
    are measured. meson sets the suppressions for GTK's own libraries in the tests' environment."""
    return [meson_job("client", folder, "client"),
            Job("client-e2e", "client-e2e", functools.partial(
                run_pytest, "tests/client", folder, CAMPAIGN_CLIENT_BINARY=client_binary(folder)),
                needs=(folder, "template"), alone=True)]


def lint_job(changed=False, alone=False):
    options = ["--changed"] if changed else []
    return Job("lint", "lint", functools.partial(run_lint, options=(*options, "--jobs", str(SLOTS if alone else 1))),
               after=("build-test",))


def asan_jobs(folder):
    return [*server_jobs("asan-api", "tests/api", folder, parts=4), meson_job("asan-unit", folder, "unit")]


def tools_jobs(folder, marks=""):
    return [Job("tools", "tools", functools.partial(run_pytest, "tests/tools", folder, marks=marks), after=(folder,))]


def tutorial_jobs(folder):
    return [Job("tutorial", "tutorial", functools.partial(run_pytest, "tests/harness/test_tutorial.py", folder),
                needs=(folder, "template"))]


# Suite: a function that makes its jobs with a build, or with a build of its own, in the order of
# their start.
SUITES = {
    "unit": lambda folder: [meson_job("unit", folder, "unit")],
    "lint": lambda folder: [lint_job()],
    "tools": tools_jobs,
    "db": lambda folder: server_jobs("db", "tests/db", folder, parts=2),
    "access": lambda folder: server_jobs("access", "tests/access", folder, parts=3),
    "api": lambda folder: server_jobs("api", "tests/api", folder, parts=3),
    "tsan": lambda folder: server_jobs("tsan-api", "tests/api", "build-tsan", parts=4),
    "asan": lambda folder: asan_jobs("build-asan"),
    "contract": lambda folder: server_jobs("contract", "tests/contract", folder),
    "fuzz": lambda folder: [meson_job("fuzz", "build-asan", "fuzz")],
    "tutorial": tutorial_jobs,
    "client": lambda folder: [*client_jobs(folder), meson_job("client-asan", "build-asan", "client")],
    "fault": lambda folder: server_jobs("fault", "tests/fault", folder),
}


def quick_jobs():
    return [meson_job("unit", "build-test", "unit"), lint_job(changed=True), *tools_jobs("build-test", marks="not slow"),
            *server_jobs("db", "tests/db", "build-test", parts=2, quick=True),
            *server_jobs("api", "tests/api", "build-test", parts=3, quick=True),
            *server_jobs("contract", "tests/contract", "build-test", quick=True)]


# Jobs that need only the first build; they start before the other builds.
FIRST = ("unit", "tools", "lint")


def with_builds(jobs):
    """Return the jobs together with the builds and the template that they need. The first build uses every core. The
    others run while suites run, with one core each, which is enough with a warm compiler cache."""
    wanted = {name for job in jobs for name in (*job.after, *job.needs)}
    folders = [folder for folder in BUILDS if folder in wanted]
    # The first build serves most suites and makes the template.
    first, others = folders[0], folders[1:]
    made = [Job(first, first, functools.partial(build, first), alone=True)]
    if "template" in wanted:
        made.append(Job("template", "template", functools.partial(make_template, first), needs=(first,), quiet=True))
    made += [job for job in jobs if job.suite in FIRST]
    made += [Job(folder, folder, functools.partial(build, folder, jobs=1), after=(first,)) for folder in others]
    return made + [job for job in jobs if job.suite not in FIRST]


def execute(jobs):
    """Run the jobs; returns their cases."""
    runner = Runner(jobs)
    try:
        runner.run()
        return runner.cases
    finally:
        folder = os.environ.pop(services.TEMPLATE, None)
        if folder:
            shutil.rmtree(folder, ignore_errors=True)


HELD = []


def begin_results():
    """Empty the folder of logs and reports, and lock it until this process ends. False: another run has the lock."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    HELD.append(open(RESULTS / "lock", "w"))
    try:
        fcntl.flock(HELD[0], fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        print("dev: another test run is at work in this checkout", file=sys.stderr)
        return False
    for old in RESULTS.glob("*.*"):
        if old.is_file():
            old.unlink()
    return True


def main(arguments):
    parser = argparse.ArgumentParser(prog="./dev test", description="Build and run the test suites.")
    parser.add_argument("suites", nargs="*", metavar="SUITE", help=f"of: quick {' '.join(SUITES)}")
    parser.add_argument("-k", dest="name", metavar="NAME", help="only the tests whose name contains NAME")
    options = parser.parse_args(arguments)
    unknown = [name for name in options.suites if name not in (*SUITES, "quick")]
    if unknown:
        print(f"dev: unknown suite: {' '.join(unknown)} (there are: quick {' '.join(SUITES)})", file=sys.stderr)
        return 2
    if "quick" in options.suites and (len(options.suites) > 1 or options.name):
        print("dev: quick stands alone: name suites or use -k instead", file=sys.stderr)
        return 2
    if not begin_results():
        return 2
    if options.name is not None:
        return named.main(options.name, options.suites)
    if options.suites == ["quick"]:
        return sum_up(execute(with_builds(quick_jobs())))
    chosen = [name for name in SUITES if not options.suites or name in options.suites]
    if chosen == ["lint"]:
        return sum_up(execute(with_builds([lint_job(alone=True)])))
    return sum_up(execute(with_builds([job for name in chosen for job in SUITES[name]("build-test")])))


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit("dev: interrupted")

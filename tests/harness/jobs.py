# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs jobs in parallel. When all jobs of a suite are done, prints one line with its time, then its failures. A job
that measures runs alone."""

import dataclasses
import os
import pathlib
import subprocess
import threading
import time
import traceback
import xml.etree.ElementTree as ElementTree

ROOT = pathlib.Path(__file__).resolve().parents[2]
# Folder for logs and reports of a run; the tests of the runner set another folder.
RESULTS = pathlib.Path(os.environ.get("CAMPAIGN_TEST_RESULTS", ROOT / ".dev" / "results"))
SLOTS = max(1, min(os.cpu_count() or 1, 4))
# Maximal number of lines shown of one failure.
SHOWN_LINES = 60


def say(text):
    print(text, flush=True)


@dataclasses.dataclass
class Case:
    """The result of one test: "passed", "failed" or "skipped", with the reason as text."""
    name: str
    outcome: str = "passed"
    text: str = ""


@dataclasses.dataclass
class Job:
    """A part of a suite. `work(job)` returns its cases; it may raise. A job starts when the jobs in `after` are done.
    When a job in `needs` had a failure, this job does not run and counts as failed."""
    name: str
    suite: str
    work: object
    after: tuple = ()
    needs: tuple = ()
    alone: bool = False
    quiet: bool = False  # True: the suite gets no line, because its jobs contain no tests
    cases: list = dataclasses.field(default_factory=list)
    started: float = 0
    ended: float = 0

    @property
    def failed(self):
        return [case for case in self.cases if case.outcome == "failed"]

    @property
    def log(self):
        return RESULTS / f"{self.name.replace(' ', '-').replace('/', '-of-')}.log"


def run(command, log, **environment):
    """Run a command whose output is appended to a file; returns the exit code."""
    with open(log, "ab") as file:
        return subprocess.run(command, cwd=ROOT, env={**os.environ, **environment}, stdout=file, stderr=file,
                              stdin=subprocess.DEVNULL).returncode


def tail(path, lines=SHOWN_LINES):
    if not path.exists():
        return ""
    return "\n".join(path.read_text(errors="replace").splitlines()[-lines:])


def case_of(suite, element):
    name = f"{suite}: {element.get('classname', '')} {element.get('name', '')}"
    for outcome, tags in (("failed", ("failure", "error")), ("skipped", ("skipped",))):
        for tag in tags:
            found = element.find(tag)
            if found is not None:
                text = "\n".join(filter(None, (found.get("message"), found.text)))
                return Case(name, outcome, text)
    return Case(name)


def read_junit(suite, path):
    """Read the cases of a JUnit file; none when the file does not exist or is incomplete."""
    try:
        root = ElementTree.parse(path).getroot()
    except (OSError, ElementTree.ParseError):
        return []
    return [case_of(suite, element) for element in root.iter("testcase")]


class Runner:
    """Runs a list of jobs; `cases` has their results afterwards."""

    def __init__(self, jobs, slots=SLOTS):
        self.jobs = jobs
        self.slots = slots
        self.waiting = list(jobs)
        self.running = []
        self.done = {}
        self.changed = threading.Condition()

    @property
    def cases(self):
        return [case for job in self.jobs for case in job.cases]

    def run(self):
        try:
            self.run_all()
        except KeyboardInterrupt:
            # Ctrl-C reached the child processes too; wait until they have removed their clusters.
            with self.changed:
                self.changed.wait_for(lambda: not self.running)
            raise

    def run_all(self):
        with self.changed:
            while self.waiting or self.running:
                job = self.next_job()
                if job is not None:
                    self.start(job)
                elif self.running:
                    self.changed.wait()
                else:
                    raise RuntimeError(f"these wait for each other: {[job.name for job in self.waiting]}")

    def is_ready(self, job):
        known = {each.name for each in self.jobs}
        return all(name in self.done for name in (*job.after, *job.needs) if name in known)

    def next_job(self):
        """Return the first job that may start now. A job that must run alone waits until no other job can start."""
        if len(self.running) >= self.slots or any(job.alone for job in self.running):
            return None
        ready = [job for job in self.waiting if self.is_ready(job)]
        beside = [job for job in ready if not job.alone]
        if beside:
            return beside[0]
        return ready[0] if ready and not self.running else None

    def start(self, job):
        self.waiting.remove(job)
        self.running.append(job)
        job.started = time.monotonic()
        threading.Thread(target=self.work, args=(job,), daemon=True).start()

    def work(self, job):
        lost = [name for name in job.needs if name in self.done and self.done[name].failed]
        try:
            if lost:
                job.cases = [Case(f"{job.suite}: {job.name} was not run, since {lost[0]} failed", "failed")]
            else:
                job.cases = job.work(job)
        except Exception:  # an error of the runner itself must not count as success
            job.cases = [Case(f"{job.suite}: {job.name}", "failed", traceback.format_exc())]
        job.ended = time.monotonic()
        with self.changed:
            self.running.remove(job)
            self.done[job.name] = job
            self.tell(job.suite)
            self.changed.notify_all()

    def tell(self, suite):
        """Print the suite's line, when its last job is done."""
        jobs = [job for job in self.jobs if job.suite == suite]
        if not all(job.name in self.done for job in jobs):
            return
        seconds = max(job.ended for job in jobs) - min(job.started for job in jobs)
        outcomes = [case.outcome for job in jobs for case in job.cases]
        counts = ", ".join(f"{outcomes.count(each)} {each}" for each in ("passed", "failed", "skipped")
                           if each in outcomes)
        if counts or not all(job.quiet for job in jobs):
            say(f"{suite:14} {seconds:5.0f} s  {counts or 'no tests'}")
        for job in jobs:
            for case in job.failed:
                say(f"  FAILED {case.name}")
                for line in case.text.splitlines()[-SHOWN_LINES:]:
                    say(f"    {line}")
            if job.failed:
                say(f"  (the whole output: {os.path.relpath(job.log, ROOT)})")


def sum_up(cases):
    """Print the last lines, and return the exit code. CI reads the very last line."""
    skipped = {}
    for case in cases:
        if case.outcome == "skipped":
            suite = case.name.split(":")[0]
            reason = case.text.splitlines()[0] if case.text else case.name
            skipped[suite, reason] = skipped.get((suite, reason), 0) + 1
    for (suite, reason), count in skipped.items():
        say(f"skipped {count} of {suite}: {reason}")
    for case in cases:
        if case.outcome == "failed":
            say(f"FAILED {case.name}")
    passed, failed = (sum(case.outcome == each for case in cases) for each in ("passed", "failed"))
    say(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0

# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests of the runner of the suites: concurrency, counting, and that every test belongs to exactly one part."""

import functools
import os
import re
import subprocess
import sys
import threading

import pytest

from harness import jobs, parts, server, sql_profile, suites
from harness.services import ROOT


@pytest.fixture(autouse=True)
def results(tmp_path, monkeypatch):
    monkeypatch.setattr(jobs, "RESULTS", tmp_path)
    monkeypatch.setattr(jobs, "ROOT", tmp_path)


class Trace:
    """Makes jobs that record which other jobs run at the same time. A job waits until `wanted` jobs run, or no more
    can start."""

    def __init__(self):
        self.lock = threading.Lock()
        self.running = set()
        self.beside = {}
        self.order = []

    def job(self, name, wanted=None, outcome="passed", **options):
        def work(job):
            with self.lock:
                self.running.add(name)
                self.order.append(name)
                for each in self.running:
                    self.beside.setdefault(each, set()).update(self.running)
            if wanted is not None:
                wanted.wait(10)
            with self.lock:
                self.running.discard(name)
            return [jobs.Case(name, outcome)]
        return jobs.Job(name, options.pop("suite", name), work, **options)


def test_two_run_beside_each_other_and_one_that_measures_does_not():
    trace, both = Trace(), threading.Barrier(2)
    listed = [trace.job("measures", alone=True), trace.job("a", both), trace.job("b", both), trace.job("c")]
    jobs.Runner(listed, slots=2).run()
    assert trace.beside["a"] >= {"a", "b"}
    assert trace.beside["measures"] == {"measures"} and trace.order[-1] == "measures"


def test_one_slot_is_one_at_a_time():
    trace = Trace()
    jobs.Runner([trace.job(name) for name in "abcd"], slots=1).run()
    assert all(beside == {name} for name, beside in trace.beside.items()) and trace.order == list("abcd")


def test_what_needs_a_failed_job_is_not_run_and_counts(capsys):
    trace = Trace()
    runner = jobs.Runner([trace.job("build", outcome="failed"), trace.job("suite", needs=("build",)),
                          trace.job("later", after=("build",))])
    runner.run()
    assert trace.order == ["build", "later"]
    assert jobs.sum_up(runner.cases) == 1
    assert capsys.readouterr().out.splitlines()[-1] == "1 passed, 2 failed"


def test_a_mistake_of_the_runner_is_a_failure(capsys):
    def work(job):
        raise OSError("no such thing")

    runner = jobs.Runner([jobs.Job("x", "x", work)])
    runner.run()
    assert "no such thing" in capsys.readouterr().out and jobs.sum_up(runner.cases) == 1


def test_a_circle_is_found():
    with pytest.raises(RuntimeError, match="wait for each other"):
        jobs.Runner([jobs.Job("a", "a", None, after=("b",)), jobs.Job("b", "b", None, after=("a",))]).run()


def test_nothing_that_ran_is_no_success(capsys):
    assert jobs.sum_up([]) == 1
    assert jobs.sum_up([jobs.Case("a", "skipped", "no reason")]) == 1
    assert jobs.sum_up([jobs.Case("a"), jobs.Case("a: b", "skipped", "no data\nmore")]) == 0
    assert capsys.readouterr().out.splitlines()[-2:] == ["skipped 1 of a: no data", "1 passed, 0 failed"]


def test_a_cut_off_report_is_no_case(tmp_path):
    path = tmp_path / "x.xml"
    path.write_text("<testsuites><testsuite><testcase name='a'/>")
    assert jobs.read_junit("x", path) == []
    path.write_text("<testsuites><testsuite><testcase name='a'/><testcase name='b'><error message='m'>t</error>"
                    "</testcase><testcase name='c'><skipped message='why'/></testcase></testsuite></testsuites>")
    assert [(case.outcome, case.text) for case in jobs.read_junit("x", path)] == [
        ("passed", ""), ("failed", "m\nt"), ("skipped", "why")]


@functools.cache
def collect(*options):
    result = subprocess.run([sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", *options],
                            cwd=ROOT, capture_output=True, text=True)
    return re.findall(r"^tests/\S+::.*$", result.stdout, re.M)


@pytest.mark.slow
@pytest.mark.parametrize("suite, count", [("db", 2), ("api", 3), ("access", 3)])
def test_the_jobs_of_a_suite_run_each_test_once(suite, count):
    made = suites.SUITES[suite]("build-test")
    ran = []
    for job in made:
        keywords = job.work.keywords
        ran.append(collect(*(["-m", keywords["marks"]] if keywords.get("marks") else []), *keywords.get("options", ()),
                           job.work.args[0]))
    assert sorted(each for part in ran for each in part) == sorted(collect(f"tests/{suite}"))
    if jobs.SLOTS > 1:
        assert len([job for job in made if re.search(r"\d/\d$", job.name)]) == count
        assert all(ran[:count]), "a part is empty"


def test_the_tests_of_a_file_stay_together():
    one, other = (collect("tests/api", "--part", f"{number}/2") for number in (1, 2))
    assert not {each.split("::")[0] for each in one} & {each.split("::")[0] for each in other}


def test_a_name_chooses_by_the_name_alone():
    assert parts.matches("test_Sign_in", "sign_IN") and not parts.matches("test_sign_in", "signin")
    found = collect("--named", "SAME_TIME", "tests/api")
    assert found and all("same_time" in each for each in found)
    assert collect("--named", "no such test", "tests/api") == []


def test_k_without_a_match_fails(tmp_path):
    result = subprocess.run([sys.executable, "tests/harness/suites.py", "tutorial", "-k", "no such test"], cwd=ROOT,
                            capture_output=True, text=True, env={**os.environ, "CAMPAIGN_TEST_RESULTS": str(tmp_path)})
    lines = result.stdout.splitlines()
    assert result.returncode == 1 and 'no test of tutorial has a name that contains "no such test"' in lines
    assert lines[-1] == "0 passed, 1 failed"


def test_a_port_is_claimed_by_one_process():
    port = server.free_port()
    code = f"from harness import server; print(server.claim({port}), server.claim(server.PORTS[0] - 10))"
    other = subprocess.run([sys.executable, "-c", code], cwd=ROOT / "tests", capture_output=True, text=True, check=True)
    assert other.stdout.split() == ["False", "True"]


def test_notes_of_several_processes_are_added_up(tmp_path, monkeypatch):
    monkeypatch.setenv("CAMPAIGN_SEEN_FILE", str(tmp_path / "notes"))
    one, other, third = parts.Notes("seen"), parts.Notes("seen"), parts.Notes("cells")
    one.add("a 200")
    one.add("a 200")
    other.add("b 404")
    third.add("a 3")
    assert one.all() == other.all() == {"a 200", "b 404"} and one.is_shared and third.all() == {"a 3"}
    monkeypatch.delenv("CAMPAIGN_SEEN_FILE")
    alone = parts.Notes("seen")
    alone.add("c 200")
    assert alone.all() == {"c 200"} and not alone.is_shared


def function(statements):
    return sql_profile.Function([{"signature": "f()", "name": "f", "digest": "x", "source": "", "language": "plpgsql",
                                  "calls": 0, "statements": statements}])


def test_lines_and_branches_of_a_function():
    """The function: BEGIN IF … RETURN; ELSE x := 1; END IF; EXCEPTION WHEN … RAISE; END"""
    made = function([[0, None, 1, 2, "statement block", 3], [1, 0, 1, 3, "IF", 3], [2, 1, 1, 4, "RETURN", 3],
                     [3, 1, 1, 6, "assignment", 0], [4, 0, 1, 9, "RAISE", 0]])
    assert made.lines == {2: 3, 3: 3, 4: 3, 6: 0, 9: 0} and made.branches == [3, 0, 0] and made.calls == 3

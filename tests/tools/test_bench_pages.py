# SPDX-License-Identifier: GPL-3.0-or-later
"""The page of the bench contains exactly the measured figures; its charts are valid SVG with descriptions for screen
readers."""

import json
import re
import subprocess
import sys
import xml.etree.ElementTree

import pytest

from harness.services import ROOT

BENCH = ROOT / "tests" / "bench"
sys.path.insert(0, str(BENCH))

import charts  # noqa: E402
import pages  # noqa: E402
import results  # noqa: E402

SVG = "{http://www.w3.org/2000/svg}"
MACHINE = {"processor": "Some Processor", "cores": 2, "memory": "8 GiB", "system": "Debian", "postgresql": "15.1"}


def case(command="./dev bench --case slow", machine=None, values=(1.5, 3.25), limit=None):
    return {"command": command, "date": "2026-01-02", "commit": "abc1234", "machine": machine or MACHINE,
            "tables": [results.table("Figures <of> it", ["what", "ms"], [["a | b", 1.5], ["c", 3.25]])],
            "charts": [results.chart("p99", "Some & others", "ms", ["first", "second"], {"quiet": values, "beside": [2, None]}, limit)],
            "notes": ["Others used 0.1 cores meanwhile."]}


@pytest.fixture
def docs(tmp_path):
    (tmp_path / "benchmarks").mkdir()
    (tmp_path / "benchmarks" / "gone-p99.svg").write_text("<svg/>")
    pages.write({"slow": case(), "crowd": case("./dev bench --case crowd")}, tmp_path)
    return tmp_path


def test_each_case_has_its_command_figures_and_date(docs):
    text = (docs / "benchmarks.md").read_text()
    for name in ("slow", "crowd"):
        part = text.split(f"## {pages.CASES[name][0]}\n")[1].split("\n## ")[0]
        assert f"```sh\n./dev bench --case {name}\n```" in part
        assert "2026-01-02, commit abc1234." in part
        assert "| a \\| b | 1.5 |\n| c | 3.25 |" in part
        assert f"(benchmarks/{name}-p99.svg)" in part
    assert text.count("Some Processor, 2 cores, 8 GiB, Debian, PostgreSQL 15.1") == 1


def test_what_was_not_measured_is_not_there(docs):
    text = (docs / "benchmarks.md").read_text()
    titles = re.findall(r"^## (.*)$", text, re.M)
    assert titles == [pages.CASES["slow"][0], pages.CASES["crowd"][0]]
    assert sorted(path.name for path in (docs / "benchmarks").iterdir()) == ["crowd-p99.svg", "slow-p99.svg"]


def test_two_machines_are_told_apart():
    text, _ = pages.page({"slow": case(), "crowd": case(machine={**MACHINE, "cores": 64})})
    assert "Measured on" not in text
    assert "commit abc1234; Some Processor, 2 cores" in text and "commit abc1234; Some Processor, 64 cores" in text


def test_a_case_without_a_section_is_refused():
    with pytest.raises(ValueError, match="unheard"):
        pages.page({"unheard": case()})


def test_every_case_of_the_bench_has_a_section():
    kept = re.findall(r'results\.put\(\s*"(\w+)"|neighbours\.store_results\(bench, "(\w+)"',
                      "".join(path.read_text() for path in BENCH.glob("*.py")))
    assert {one or other for one, other in kept} == set(pages.CASES)


@pytest.mark.parametrize("limit", [None, 3.0])
def test_a_chart_is_whole_and_tells_its_values(limit):
    chart = case(limit=limit)["charts"][0]
    tree = xml.etree.ElementTree.fromstring(charts.svg(chart))
    assert tree.find(f"{SVG}title").text == "Some & others"
    words = tree.find(f"{SVG}desc").text
    assert "first: quiet 1.50, beside 2.00" in words and "second: quiet 3.25" in words
    assert ("The limit is 3.00" in words) == (limit is not None)
    assert "prefers-color-scheme:dark" in tree.find(f"{SVG}style").text
    bars = [each for each in tree.findall(f"{SVG}rect") if each.get("height") == str(charts.BAR)]
    assert len(bars) == 3  # one of the four was not measured
    widths = {float(each.get("width")) for each in bars}
    assert max(widths) == pytest.approx(charts.WIDTH - charts.LEFT - charts.RIGHT)
    assert sorted(width / max(widths) for width in widths) == pytest.approx([1.5 / 3.25, 2 / 3.25, 1], abs=0.01)
    shown = [each.text for each in tree.findall(f"{SVG}text")]
    assert {"1.50", "3.25", "2.00"} <= set(shown) and ("limit 3.00" in shown) == (limit is not None)


def test_a_chart_without_any_time_is_drawn():
    chart = results.chart("p99", "Nothing", "ms", ["first"], {"quiet": [0]})
    xml.etree.ElementTree.fromstring(charts.svg(chart))


def test_a_case_that_runs_again_replaces_its_part_alone(tmp_path):
    path = tmp_path / "more" / "bench.json"
    first = results.Results(path, ["--binary", "somewhere/server", "--case", "slow", "--rounds", "3"], "15.1")
    first.put("slow", notes=["one"])
    first.put("crowd", notes=["two"])
    results.Results(path, ["--case=slow"], "15.1").put("slow", notes=["three"])
    known = json.loads(path.read_text())
    assert known["slow"]["notes"] == ["three"] and known["crowd"]["notes"] == ["two"]
    assert known["slow"]["command"] == "./dev bench --case=slow"
    assert known["crowd"]["command"] == "./dev bench --case slow --rounds 3"
    assert set(known["slow"]["machine"]) == set(MACHINE)


@pytest.mark.parametrize("given, shown", [
    (["--peer", "../peers of mine", "--rounds", "5"], "./dev bench --peer FOLDER --rounds 5"),
    (["--old=build-old", "--results", "x.json"], "./dev bench --old BUILD"),
    (["--binary", "b", "--case", "two words"], "./dev bench --case 'two words'"),
    ([], "./dev bench")])
def test_a_command_names_no_path_of_this_machine(given, shown):
    assert results.command_of(given) == shown


def test_the_program_needs_results(tmp_path):
    done = subprocess.run([sys.executable, str(BENCH / "pages.py"), "--results", str(tmp_path / "none.json"), "--docs", str(tmp_path)],
                          capture_output=True, text=True)
    assert done.returncode == 1 and "none.json is not there" in done.stderr
    assert not (tmp_path / "benchmarks.md").exists()

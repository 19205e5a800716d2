# SPDX-License-Identifier: GPL-3.0-or-later
"""Options and markers of pytest that the runner (suites.py) needs: a part of a folder, tests by name."""

import os
import pathlib

MARKERS = {
    "slow": "takes three seconds or more on a quiet machine; `./dev test quick` leaves the test out",
    "alone": "asserts times; the runner runs the test with nothing beside",
    "closing": "judges what the other tests of the folder did; runs after all of them",
    "splits": "the module's tests may run in different processes, apart from each other",
}


def add_options(parser):
    group = parser.getgroup("campaign")
    group.addoption("--part", metavar="I/N", help="run one of N parts; the tests of a file stay together")
    group.addoption("--named", metavar="NAME", help="run the tests whose name contains NAME (any case)")


def add_markers(config):
    for name, text in MARKERS.items():
        config.addinivalue_line("markers", f"{name}: {text}")


def matches(name, wanted):
    return wanted.lower() in name.lower()


def groups_of(items):
    """Return {key: (weight, items)}: tests with one key must run in one process. The weight of a test is its share of
    the file's bytes, so that parts take about the same time and every process computes the same parts."""
    per_file = {}
    for item in items:
        per_file[item.path] = per_file.get(item.path, 0) + 1
    groups = {}
    for number, item in enumerate(items):
        key = f"{item.path}#{number}" if item.get_closest_marker("splits") else str(item.path)
        weight, members = groups.get(key, (0, []))
        groups[key] = (weight + item.path.stat().st_size / per_file[item.path], members + [item])
    return groups


def part_of(items, part):
    """The items of part "I/N", in their order: the heaviest group is added to the lightest part."""
    index, count = (int(number) for number in part.split("/"))
    if not 1 <= index <= count:
        raise ValueError(f"no part {part}")
    totals, mine = [0.0] * count, set()
    for weight, members in sorted(groups_of(items).values(), key=lambda group: -group[0]):
        target = totals.index(min(totals))
        totals[target] += weight
        if target == index - 1:
            mine.update(members)
    return [item for item in items if item in mine]


def select(config, items):
    """Called by pytest_collection_modifyitems."""
    kept, part, wanted = list(items), config.getoption("part"), config.getoption("named")
    if wanted:
        kept = [item for item in kept if matches(item.name, wanted)]
    if part:
        kept = part_of(kept, part)
    # Closing tests run last, whatever the order of the files.
    kept.sort(key=lambda item: item.get_closest_marker("closing") is not None)
    if len(kept) < len(items):
        config.hook.pytest_deselected(items=[item for item in items if item not in set(kept)])
    items[:] = kept


class Notes:
    """Lines of one kind that tests record for the closing test of their folder: in memory, and in the file
    $CAMPAIGN_SEEN_FILE when the tests of a folder run in several processes."""

    def __init__(self, kind):
        path = os.environ.get("CAMPAIGN_SEEN_FILE")
        self.path = pathlib.Path(path) if path else None
        self.kind = f"{kind} "
        self.lines = set()

    def add(self, line):
        if line in self.lines:
            return
        self.lines.add(line)
        if self.path:
            with open(self.path, "a", encoding="utf-8") as file:
                file.write(f"{self.kind}{line}\n")

    def all(self):
        """Return the lines of this process and of all others."""
        if not self.path or not self.path.exists():
            return set(self.lines)
        return self.lines | {line[len(self.kind):] for line in self.path.read_text(encoding="utf-8").splitlines()
                             if line.startswith(self.kind)}

    @property
    def is_shared(self):
        """Did other processes run the other tests of the folder?"""
        return self.path is not None

# SPDX-License-Identifier: GPL-3.0-or-later
"""Rights by name, and the objects that an actor may use, are each decided in one place."""

import re

from harness.services import ROOT

RIGHTS = ROOT / "common" / "api" / "cc-right.c"
NAMES = ROOT / "db" / "functions" / "scope" / "rights.sql"


def statements():
    """Every file of SQL that runs after the migrations."""
    found = [*(ROOT / "db" / "queries").glob("*.sql"), *(ROOT / "db" / "functions").glob("*/*.sql")]
    assert len(found) > 60
    return {path: re.sub(r"--[^\n]*", "", path.read_text(encoding="utf-8")) for path in found}


def rights_of_the_server():
    return re.findall(r"^\s*\[CC_RIGHT_\w+\] = \"(\w+)\"", RIGHTS.read_text(encoding="utf-8"), re.M)


def test_the_database_knows_the_server_s_rights():
    names = re.search(r"'\{([^}]*)\}'::text\[\]", NAMES.read_text(encoding="utf-8")).group(1)
    assert [name.strip() for name in names.split(",")] == rights_of_the_server()


def test_rights_are_compared_by_the_function_alone_and_all_are_known():
    rights, used = set(rights_of_the_server()), 0
    for path, text in statements().items():
        if path != NAMES:
            assert not re.search(r"rights(?:::jsonb)?\)?\s*(\?|->|@>)", text), f"{path} compares rights by itself"
        for call in re.findall(r"\bright_has\(([^()]*)\)", text):
            name = re.search(r",\s*'(\w+)'$", call)
            if path == NAMES and name is None:
                continue  # the function's own definition and grant
            assert name, f"{path}: right_has({call}) names its right by no literal"
            assert name.group(1) in rights, f"{path}: there is no right {name.group(1)}"
            used += 1
    assert used >= 23


def test_kinds_of_field_work_need_a_right_that_exists():
    text = (ROOT / "common" / "api" / "cc-field.c").read_text(encoding="utf-8")
    table = text[text.index("cc_field_kinds[] = {"):text.index("{0},", text.index("cc_field_kinds[] = {"))]
    kinds = re.findall(r"^  \{\"\w+\", [^,]+, \"(\w+)\"\},$", table, re.M)
    assert len(kinds) == 8 and set(kinds) <= set(rights_of_the_server())


# Names of the scope module, and other files that may use them: path → reason.
OWN = {
    r"\bturf_takers\b": {
        "turf/shown.sql": "who has a turf, as it is shown", "turf/states.sql": "taking and giving back",
        "turf/cut.sql": "a turf that is cut again is given back", "turf/triggers.sql": "triggers of the table",
        "field/warm.sql": "makes rows up, to load what people will call"},
    r"\bfield_grants\b": {
        "field/packs.sql": "writes what it hands out", "field/triggers.sql": "triggers of the table"},
    r"\bheld_by\b": {
        "turf/edit.sql": "hands doors out", "turf/states.sql": "takes them back", "turf/cut.sql": "takes them back",
        "turf/shown.sql": "shows who holds a door", "turf.sql": "doors that nobody else holds are free"},
    r"\.scope ->>": {},
}


def test_no_other_file_decides_whose_something_is():
    """Two files with a rule about "own" objects would soon have two different rules."""
    for what, allowed in OWN.items():
        seen = set()
        for path, text in statements().items():
            name = path.name if path.parent.name == "queries" else f"{path.parent.name}/{path.name}"
            if path.parent.name != "scope" and re.search(what, text):
                seen.add(name)
        assert seen == set(allowed), f"{what}: {seen ^ set(allowed)}"

# SPDX-License-Identifier: GPL-3.0-or-later
"""The tables and API names in docs/glossary.md exist, and the client's translations use its terms."""

import json
import re

import pytest

from harness.services import ROOT

PAGE = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
ROWS = [[cell.strip() for cell in line.strip("|").split("|")] for line in PAGE.splitlines()
        if line.startswith("| ") and not line.startswith(("| term", "| ---"))]
# English term in a sentence of the client → stems of which a translation contains one: the
# glossary's word in its inflections.
STEMS = {
    "es": {"event": ["evento"], "organization": ["organizaci"], "walk-in": ["sin inscripción", "inscripción"]},
    "de": {"event": ["veranstaltung"], "organization": ["organisation"]},
}


def messages(language):
    """Yield (msgid, msgstr) of the client's translation."""
    text = (ROOT / "client-gtk" / "po" / f"{language}.po").read_text(encoding="utf-8")
    for block in text.split("\n\n"):
        found = dict(re.findall(r'^(msgid|msgstr) ((?:"(?:[^"\\]|\\.)*"\n?)+)', block + "\n", re.M))
        if len(found) == 2:
            yield tuple("".join(re.findall(r'"((?:[^"\\]|\\.)*)"', found[key])) for key in ("msgid", "msgstr"))


def test_every_term_has_three_languages_and_a_meaning():
    assert len(ROWS) > 40
    for row in ROWS:
        assert len(row) == 5 and all(row), row


def test_names_exist():
    schema = "\n".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "db/migrations").glob("*.sql")))
    document = json.dumps(json.loads((ROOT / "docs/openapi.json").read_text(encoding="utf-8")))
    rights = (ROOT / "common/api/cc-right.c").read_text(encoding="utf-8")
    for row in ROWS:
        for name in re.findall(r"`(\w+)`", row[4]):
            known = re.search(rf"\b{name}\b", document) or re.search(rf"CREATE TABLE {name}\b", schema)
            assert known or f'"{name}"' in rights, f"{row[0]}: nothing is called {name}"


@pytest.mark.parametrize("language", STEMS)
def test_the_client_uses_the_terms(language):
    for source, translation in messages(language):
        for term, stems in STEMS[language].items():
            if translation and re.search(rf"\b{term}s?\b", source, re.I):
                assert any(stem in translation.lower() for stem in stems), (source, translation, stems)

# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks of SQL, called by lint.py: one file per topic, short functions, one vocabulary, dependencies between
features in one direction, no unused function, no dynamic SQL outside of listed places. docs/internals/database.md
has the rules; tests/db/test_functions.py checks the catalog and plpgsql_check."""

import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[2]
FUNCTIONS = "db/functions/"
FILE_MAX, FUNCTION_FILE_MAX, FUNCTION_MAX = 400, 300, 60

# Functions in migrations, and what needs them before the files of functions are applied.
IN_MIGRATIONS = {
    "app_organization_id": "policies",
    "app_user_id": "policies",
    "organization_is_own": "the policy organizations_own",
    "tenant_policy": "migrations",
    "tenant_table": "migrations",
    "map_point": "the index buildings_point_idx",
    "voter_fold": "voter_sort_key and search_text",
    "search_text": "voter_search_text",
    "voter_sort_key": "the index voters_sort_key_idx",
    "voter_search_text": "the index voters_search_idx",
    "voter_facts": "the index voters_search_idx",
    "place_order": "the index buildings_along_idx",
}

# Functions that build a statement from text, and the reason.
DYNAMIC = {
    "tenant_policy": "makes the policy of any table",
    "tenant_table": "makes the key of any table",
    "tenant_triggers": "makes the triggers of any table",
    "released_with": "makes the trigger of any table",
    "release_reference": "clears a column of any table",
    "import_stage": "one staging partition an import",
    "import_staged": "one staging partition an import",
    "import_unstage": "one staging partition an import",
    "voters_matching": "only the conditions of the filter at hand are in the plan",
    "voters_walk": "only the conditions of the filter at hand are in the plan",
    "voters_few": "reads the index that the filter at hand can use",
    "voters_among": "only the conditions of the filter at hand are in the plan",
    "voters_having": "only the conditions of the text at hand are in the plan",
    "voters_count": "only the conditions of the filter at hand are in the plan",
    "places_few": "reads the index that the question at hand can use",
    "places_among": "only the conditions of the question at hand are in the plan",
    "places_along": "only the conditions of the filter at hand are in the plan",
    "places_walk": "only the conditions of the question at hand are in the plan",
    "contact_page": "only the conditions of the filter at hand are in the plan",
    "results_by": "groups by what is asked for",
    "budget_guard": "counts the table that its trigger names",
    "budgeted": "makes a trigger of the table that it is given",
    "results_of_answers": "only the conditions of the filter at hand are in the plan",
}

# Synonyms of names in the vocabulary.
SYNONYMS = {
    "who": "actor", "by_whom": "actor", "reach": "channel", "aim": "purpose", "holder": "person", "maker": "person",
    "org": "organization", "whose": "person",
}

# Functions that neither a function nor a statement of this version calls, and who calls them.
FOR_OTHERS = {
    "voters_search": "a server of v0.2.0 during an update",
    "place_asked": "a server of v0.2.0 during an update",
    "import_work_all": "a server of v0.2.0 during an update",
    "turf_beside": "a server of v0.2.0 during an update",
    "turf_turn": "a server of v0.2.0 during an update",
    "voter_brief": "a server of v0.2.0 during an update",
    "audit_verify": "an operator, and campaign-centerd audit verify",
    "audit_head": "an operator, and campaign-centerd audit head",
    "audit_organizations": "an operator, and campaign-centerd audit verify",
    "count_attendees": "bulk loads, which count nothing row by row: db/seed",
    "text_message_status": "the carrier's later word on a text: its webhook, to come",
}

DEFINITION = re.compile(r"^CREATE (?:OR REPLACE )?(FUNCTION|VIEW) (\w+)", re.M)
# Statements that are allowed only in single files: rows printed by C, and columns that follow the
# field table.
ALLOWED_IN = {
    "db/functions/rules/rows.sql": re.compile(r"INSERT INTO |DELETE FROM "),
    "db/functions/imports/staging.sql": re.compile(r"DO \$\$"),
}
ALLOWED = re.compile(
    r"CREATE OR REPLACE (FUNCTION|VIEW|TRIGGER) |CREATE CONSTRAINT TRIGGER |DROP TRIGGER IF EXISTS |GRANT |REVOKE |"
    r"SET LOCAL ROLE campaign_definer;|RESET ROLE;|SELECT tenant_triggers\(|SELECT released_with\(|SELECT budgeted\(|COMMENT ON ")


def blank(match):
    return re.sub(r"[^\n]", " ", match.group(0))


def without_comments(text):
    """Replace comments by blank lines; text inside literals stays."""
    return re.sub(r"'(?:[^']|'')*'|--[^\n]*|/\*.*?\*/",
                  lambda found: found.group(0) if found.group(0).startswith("'") else blank(found), text, flags=re.S)


def code_only(text):
    """Return the text without comments and contents of literals; $$ bodies stay."""
    return re.sub(r"'(?:[^']|'')*'", blank, without_comments(text))


class Definition:
    def __init__(self, file, line, kind, name, text):
        self.file, self.line, self.kind, self.name, self.text = file, line, kind, name, text
        head = re.search(r"\(((?:[^()]|\([^()]*\))*)\)", text)
        self.parameters = re.sub(r"\s+", " ", head.group(1)) if kind == "FUNCTION" and head else ""

    def names(self):
        """Names of the input parameters, in order."""
        found = []
        for part in re.split(r",(?![^()]*\))", self.parameters):
            words = part.split()
            if words and words[0] != "OUT":
                found.append(words[0].strip('"'))
        return found


def definitions(file, text):
    """Return each function and view of a file with its whole text."""
    plain = without_comments(text)
    found = []
    for match in DEFINITION.finditer(plain):
        if match.group(1) == "FUNCTION":
            dollar = re.compile(r"\$\w*\$").search(plain, match.end())
            end = plain.index(dollar.group(0), dollar.end()) + len(dollar.group(0)) if dollar else len(plain)
            end = plain.index(";", end)
        else:
            end = plain.index(";", match.end())
        found.append(Definition(file, plain.count("\n", 0, match.start()) + 1, *match.groups(),
                                plain[match.start():end + 1]))
    return found


def statements(text):
    """Yield (line, beginning) of each statement at the top level of a file."""
    plain = re.sub(r"(\$\w*\$).*?\1", blank, code_only(text), flags=re.S)
    at = 0
    for piece in plain.split(";"):
        stripped = piece.lstrip()
        if stripped:
            start = at + len(piece) - len(stripped)
            yield text.count("\n", 0, start) + 1, text[start:start + 80]
        at += len(piece) + 1


def check_order(findings, files, order_lines):
    listed = [line for line in order_lines if line and not line.startswith("#")]
    for name in files:
        if name[len(FUNCTIONS):] not in listed:
            findings.add("sql", FUNCTIONS + "ORDER", 1, f"{name} is not in this list")
    for name in listed:
        if FUNCTIONS + name not in files:
            findings.add("sql", FUNCTIONS + "ORDER", 1, f"there is no {name}")
    return listed


def check_sizes(findings, texts, defined):
    for name, text in texts.items():
        most = FUNCTION_FILE_MAX if name.startswith(FUNCTIONS) else FILE_MAX
        lines = text.count("\n")
        if lines > most:
            findings.add("sql", name, 1, f"{lines} lines; at most {most}")
    for each in defined:
        lines = each.text.count("\n") + 1
        if each.kind == "FUNCTION" and lines > FUNCTION_MAX:
            findings.add("sql", each.file, each.line, f"{each.name} has {lines} lines; at most {FUNCTION_MAX}")


def check_places(findings, texts, defined):
    """Functions and views must be defined in db/functions, whose files contain nothing else."""
    for each in defined:
        if each.file.startswith("db/migrations/") and each.name not in IN_MIGRATIONS:
            findings.add("sql", each.file, each.line, f"{each.name} belongs into db/functions")
    for name, text in texts.items():
        if name.startswith(FUNCTIONS):
            for line, beginning in statements(text):
                if not ALLOWED.match(beginning) and not (name in ALLOWED_IN and ALLOWED_IN[name].match(beginning)):
                    findings.add("sql", name, line, f"neither function, view, trigger nor grant: {beginning[:40]!r}")


def check_parameters(findings, defined):
    for each in defined:
        names = each.names()
        for name in names:
            if name in SYNONYMS:
                findings.add("sql", each.file, each.line, f"{each.name}: {name} is called {SYNONYMS[name]}")
        for name in ("organization", "organization_id"):
            if name in names[1:]:
                findings.add("sql", each.file, each.line, f"{each.name}: {name} comes first")


def calls(text, known):
    return {word for word in re.findall(r"\b[a-z_]\w*", text) if word in known}


def check_arrows(findings, listed, defined):
    """A file may use definitions of its own feature and of features listed above it in ORDER."""
    rank = {}
    for name in listed:
        rank.setdefault(name.split("/")[0], len(rank))
    feature = {each.name: each.file.split("/")[2] for each in defined if each.file.startswith(FUNCTIONS)}
    for each in defined:
        if each.name not in feature or each.file.split("/")[2] not in rank:
            continue
        mine = each.file.split("/")[2]
        body = code_only(each.text)
        for word in set(re.findall(r"\b([a-z_]\w*)\s*\(", body)):
            other = feature.get(word, mine)
            if rank.get(other, 0) > rank[mine]:
                findings.add("sql", each.file, each.line, f"{each.name} calls {word} of {other}, which comes after {mine}")


def check_callers(findings, texts, defined):
    known = {each.name for each in defined}
    used = set(FOR_OTHERS) | set(IN_MIGRATIONS)
    for each in defined:
        used |= calls(each.text, known - {each.name})
    for name, text in texts.items():
        plain = without_comments(text)
        if name.startswith("db/queries/"):
            used |= calls(plain, known)
        elif name.startswith(("db/migrations/", FUNCTIONS)):
            for line, beginning in statements(text):
                if re.match(r"CREATE (OR REPLACE |CONSTRAINT )*TRIGGER|SELECT |CREATE POLICY", beginning):
                    start = sum(len(each) + 1 for each in text.split("\n")[:line - 1])
                    used |= calls(plain[start:plain.index(";", start)], known)
    for each in defined:
        if each.name not in used:
            findings.add("sql", each.file, each.line, f"nothing calls {each.name}")


def check_dynamic(findings, defined):
    seen = set()
    for each in defined:
        if re.search(r"\bEXECUTE\b(?! FUNCTION)", code_only(each.text)):
            seen.add(each.name)
            if each.name not in DYNAMIC:
                findings.add("sql", each.file, each.line, f"{each.name} builds a statement from text")
    for name in sorted(set(DYNAMIC) - seen):
        findings.add("sql", "tests/lint/sql.py", 1, f"{name} builds no statement from text")


def check_sql(findings, names):
    names = [name for name in names if name.startswith("db/") and name.endswith(".sql")]
    texts = {name: (ROOT / name).read_text() for name in names}
    defined = [each for name in names if name.startswith((FUNCTIONS, "db/migrations/"))
               for each in definitions(name, texts[name])]
    listed = check_order(findings, [name for name in names if name.startswith(FUNCTIONS)],
                         (ROOT / FUNCTIONS / "ORDER").read_text().splitlines())
    check_sizes(findings, texts, defined)
    check_places(findings, texts, defined)
    check_parameters(findings, defined)
    check_arrows(findings, listed, defined)
    check_callers(findings, texts, defined)
    check_dynamic(findings, defined)

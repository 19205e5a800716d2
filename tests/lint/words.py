# SPDX-License-Identifier: GPL-3.0-or-later
"""Refuses words in comments, documents and messages; called by lint.py. docs/writing.md has the rule. A word is in this
list when it made the meaning of many sentences unclear and has a plain substitute."""

import io
import re
import tokenize

# Refused pattern: what to write instead.
REFUSED = {
    r"\bmatters?\b(?! of\b)(?! (?:to|for|much|little|less|here|in which)\b)": "say 'contact thread', or what it is",
    r"\b(?:is|are|was|were|be|been) told\b": "say 'reported', 'returned' or 'recorded', and to whom",
    r"\bwhoever\b": "name the actor",
    r"\bof old\b": "say 'from an earlier version'",
    r"\banew\b": "say 'again'",
    r"\brooms?\b": "say 'folder', 'module' or 'space'",
    r"\bin a mouth\b|\bby heart\b": "say it without a picture",
    r"\bnobody knows\b": "say which part does not have it",
    r"\bsomebody else's\b": "name the owner",
}
SQL_COMMENT = re.compile(r"--[^\n]*|/\*.*?\*/", re.S)
C_COMMENT = re.compile(r'/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)
# Landed migrations are never edited.
LEFT_ALONE = ("db/migrations/", "db/fixtures/", "docs/writing.md", "tests/lint/words.py",
              "client-gtk/po/",
              # Words of voters and of addresses, which the program recognizes.
              "common/rules/cc-text-intent.c", "server/voters/ccd-address-words.c", "tests/unit/address-")


def line_of(text, position):
    return text.count("\n", 0, position) + 1


def comments_of_c(text):
    """Comments, and strings: messages of the program."""
    return [(line_of(text, match.start()), match[0]) for match in C_COMMENT.finditer(text)]


def comments_of_xml(text):
    """Comments, and the content of elements: labels of the client."""
    return [(line_of(text, match.start()), match[1] or match[2])
            for match in re.finditer(r"<!--(.*?)-->|>([^<>]*)<", text, re.S)]


def comments_of_sql(text):
    plain = re.sub(r"'(?:[^']|'')*'", lambda match: re.sub(r"[^\n]", " ", match[0]), text) if "/*" not in text else text
    return [(line_of(text, match.start()), match[0]) for match in SQL_COMMENT.finditer(plain)]


def comments_of_python(text):
    """Comments and docstrings."""
    found = []
    begins = True
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            found.append((token.start[0], token.string))
        elif token.type == tokenize.STRING and begins:
            found.append((token.start[0], token.string))
        if token.type in (tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT):
            begins = True
        elif token.type not in (tokenize.NL, tokenize.COMMENT):
            begins = False
    return found


def comments_of_shell(text):
    return [(number, line[line.index("#"):]) for number, line in enumerate(text.split("\n"), 1)
            if line.lstrip().startswith("#") or " # " in line]


def prose_of_page(text):
    plain = re.sub(r"^(```|~~~).*?^\1\s*$", lambda match: re.sub(r"[^\n]", " ", match[0]), text, flags=re.M | re.S)
    return list(enumerate(re.sub(r"`[^`\n]*`", "", plain).split("\n"), 1))


def reader_of(name):
    if name.endswith((".c", ".h")):
        return comments_of_c
    if name.endswith(".sql"):
        return comments_of_sql
    if name.endswith(".py"):
        return comments_of_python
    if name.endswith(".md"):
        return prose_of_page
    if name.endswith((".js", ".css")):
        return comments_of_c
    if name.endswith((".ui", ".xml")):
        return comments_of_xml
    if name.endswith((".sh", ".build", ".yml", ".yaml", "Caddyfile", ".ci/run", "apt.txt")) or name == "dev":
        return comments_of_shell
    return None


def check_words(findings, root, names):
    for name in names:
        reader = reader_of(name)
        if reader is None or name.startswith(LEFT_ALONE):
            continue
        for line, comment in reader((root / name).read_text(encoding="utf-8", errors="replace")):
            for pattern, way_out in REFUSED.items():
                match = re.search(pattern, comment, re.I)
                if match:
                    findings.add("words", name, line + comment.count("\n", 0, match.start()), f"'{match[0]}': {way_out}")

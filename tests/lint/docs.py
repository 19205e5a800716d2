# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks the documents; called by lint.py: links resolve, the index of the internals is complete, named files,
functions and settings exist, lines are wrapped, and every linked library has its licence in THIRD-PARTY.md."""

import fnmatch
import pathlib
import re

WIDTH = 100
INDEXES = {"docs/internals/": "docs/internals/README.md", "docs/decisions/": "docs/decisions/README.md"}
# Generated pages, whose lines may be longer.
GENERATED = ("docs/codes.md", "docs/internals/states.md", "docs/benchmarks.md")
# Pages about the past may name things that no longer exist.
HISTORIES = ("CHANGELOG.md", "docs/decisions/")
# Names that documents may use although no source has them: files made by a running system, and
# names in examples.
MADE = ("build/*", "build-*", ".dev/*", "*.eml", "voters.csv", "pg/*", "run/*", "log/*", "outbox/*", "storage/*",
        "patroni.yml", "compile_commands.json", "*NNNN*", "*NAME*", "*TOPIC*", "dress_code", "pronouns",
        "event_note*", "policy-rc.d", "doc/*",
        # Names that are put together while the program runs, or made by the build.
        "campaign_class_threads", "cc-ops.h", "cc-ops.c", "server/data/ccd-queries.h", "tests/unit/outbox-driver",
        # Names of PostgreSQL, PgBouncer, Citus, libmicrohttpd and the kernel.
        "pg_basebackup", "max_prepared_statements", "create_reference_table", "organizations_102052", "URI_LOG_CALLBACK",
        "STRICT_FOR_CLIENT", "CLIENT_DISCIPLINE_LVL", "SO_RCVLOWAT")
SOURCES = (".c", ".h", ".sql", ".py", ".sh", ".build", ".ui", ".xml", ".json", ".txt", ".in", ".css", ".js")
FENCE = re.compile(r"^(```|~~~).*?^\1\s*$", re.M | re.S)
LINK = re.compile(r"(?<!\\)\[[^\]\[]*(?:\[[^\]]*\][^\]\[]*)*\]\(([^)\s]+)\)|<(?:img|a)\s[^>]*?(?:src|href)=\"([^\"]+)\"")
CODE = re.compile(r"`([^`\n]+)`")


def pages(names):
    return [name for name in names if name.endswith(".md")]


def without_code(text):
    """Return the page with code blocks replaced by blanks, so that line numbers stay the same."""
    return FENCE.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)


def line_of(text, position):
    return text.count("\n", 0, position) + 1


def anchors(text):
    """The anchors of a page's headings, as GitHub makes them."""
    found = set()
    for heading in re.findall(r"^#+\s+(.+?)\s*$", without_code(text), re.M):
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).replace("`", "").lower()
        found.add(re.sub(r"[^\w\- ]", "", plain).replace(" ", "-"))
    return found


def check_links(findings, root, texts):
    for name, text in texts.items():
        for match in LINK.finditer(CODE.sub(lambda code: " " * len(code[0]), without_code(text))):
            target = match[1] or match[2]
            if re.match(r"[a-z]+:", target):
                continue
            path, _, fragment = target.partition("#")
            file = (root / name).parent / path if path else root / name
            if not file.exists():
                findings.add("docs", name, line_of(text, match.start()), f"the link leads to {target}, which does not exist")
            elif fragment and file.suffix == ".md" and fragment not in anchors(file.read_text(encoding="utf-8")):
                findings.add("docs", name, line_of(text, match.start()), f"{path or name} has no heading #{fragment}")


def check_indexes(findings, texts):
    for folder, index in INDEXES.items():
        for name in texts:
            if name.startswith(folder) and name != index and f"]({name[len(folder):]})" not in texts.get(index, ""):
                findings.add("docs", name, 1, f"{index} has no link to this page: add a row to its table")


class Tree:
    """Everything that documents may name: the files, and all words of the sources."""

    def __init__(self, root, names):
        self.files = set(names)
        self.bases = {pathlib.PurePath(name).name for name in names}
        self.folders = {str(parent) for name in names for parent in pathlib.PurePath(name).parents}
        self.words = set()
        for name in names:
            if name.endswith(SOURCES) or "." not in pathlib.PurePath(name).name:
                text = (root / name).read_text(encoding="utf-8", errors="replace")
                self.words.update(re.findall(r"\w+", text))

    def has_file(self, page, token):
        token = token.rstrip("/")
        below = str(pathlib.PurePath(page).parent / token)
        if any(char in token for char in "*?["):
            return any(fnmatch.fnmatch(name, token) or fnmatch.fnmatch(name, f"*/{token}") for name in self.files)
        ends = f"/{token}"
        return (token in self.files or token in self.folders or below in self.files or token in self.bases
                or any(name.endswith(ends) for name in self.files) or any(each.endswith(ends) for each in self.folders))


def is_path(token):
    if not re.fullmatch(r"[\w./*\-]+", token) or token.startswith(("/", "-")) or "//" in token:
        return False
    if re.fullmatch(r"[\w.*\-]+\.(c|h|sql|py|sh|md|ui|json|build|css|js|svg|dot|png)", token):
        return True
    return "/" in token and re.match(r"(common|server|client-gtk|db|tests|docs|packaging|docker|core|ui)/", token) is not None


def check_mentions(findings, root, names, texts):
    tree = Tree(root, names)
    for name, text in texts.items():
        if name.startswith(HISTORIES) or name in GENERATED:
            continue
        plain = without_code(text)
        for match in CODE.finditer(plain):
            token = match[1].strip()
            if any(fnmatch.fnmatch(token, each) for each in MADE):
                continue
            line = line_of(text, match.start())
            called = re.fullmatch(r"([a-z_]\w*)\(.*\)", token)
            word = called[1] if called else token
            if is_path(token):
                if not tree.has_file(name, token):
                    findings.add("docs", name, line, f"no file {token}")
            elif ((called or re.fullmatch(r"[a-z]\w*_\w*|[A-Z]+_[A-Z0-9_]+", word)) and not word.endswith("_")
                  and word not in tree.words):
                findings.add("docs", name, line, f"nothing in the sources is called {word}")


def check_width(findings, texts):
    for name, text in texts.items():
        if name in GENERATED:
            continue
        for number, line in enumerate(without_code(text).split("\n"), 1):
            is_table = line.lstrip().startswith("|")
            has_break = " " in line.strip().lstrip("-*> ").strip()
            if len(line) > WIDTH and not is_table and has_break and not line.startswith(("    ", "<img")):
                findings.add("docs", name, number, f"{len(line)} columns: wrap the line at {WIDTH}")


def check_licences(findings, root, names):
    """Compare the libraries that meson.build files name with the rows of THIRD-PARTY.md and the packages of apt.txt."""
    page = (root / "THIRD-PARTY.md").read_text(encoding="utf-8")
    packages = re.split(r"[\s|]+", (root / "packaging/apt.txt").read_text(encoding="utf-8"))
    linked = {"threads", "m"}
    rows = {}
    for number, line in enumerate(page.split("\n"), 1):
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("| `") and len(cells) == 4:
            rows.update({library: (number, cells) for library in re.findall(r"`([^`]+)`", cells[0])})
    for name in names:
        if name.endswith("meson.build") and not name.startswith("tests/"):
            text = (root / name).read_text(encoding="utf-8")
            for match in re.finditer(r"(?:dependency|find_library)\(\s*'([^']+)'", text):
                linked.add(match[1])
                if match[1] not in rows and match[1] not in ("threads", "m"):
                    findings.add("docs", name, line_of(text, match.start()), f"THIRD-PARTY.md has no row for {match[1]}")
    for library, (number, cells) in rows.items():
        package = cells[1].strip("`")
        if library not in linked and library != "glib-2.0":
            findings.add("docs", "THIRD-PARTY.md", number, f"no meson.build links {library}: remove the row")
        if package not in packages:
            findings.add("docs", "THIRD-PARTY.md", number, f"packaging/apt.txt does not have {package}")
        if not cells[2] or re.search(r"GPL-[\d.]+(?!-only|-or-later|[\d.])", cells[2]):
            findings.add("docs", "THIRD-PARTY.md", number, f"{library} needs a licence as SPDX identifier, such as LGPL-2.1-only")


def check_docs(findings, root, names):
    texts = {name: (root / name).read_text(encoding="utf-8") for name in pages(names) if not name.startswith(".github/")}
    check_links(findings, root, texts)
    check_indexes(findings, texts)
    check_mentions(findings, root, names, texts)
    check_width(findings, texts)
    if (root / "THIRD-PARTY.md").exists():
        check_licences(findings, root, names)

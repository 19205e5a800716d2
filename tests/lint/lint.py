#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The project's own checks, in addition to those of the compiler.

    lint.py [--build FOLDER] [--junit FILE] [--only CHECK,…] [--changed] [--without-build]

Each finding is a line `file:line: message`; the last line counts them. See docs/development.md."""

import argparse
import collections
import concurrent.futures
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree

from docs import check_docs
from known import Known
from sql import check_sql
from words import check_words

ROOT = pathlib.Path(__file__).resolve().parents[2]
PARALLEL = {"jobs": 2}
FUNCTION_WARN, FUNCTION_MAX, FILE_MAX = 60, 100, 1000
# Layout and clang's checks differ between its versions; .clang-format and .clang-tidy are written for this one.
CLANG = 14

BANNED = {
    name: "has no bound" for name in ("strcpy", "strcat", "sprintf", "vsprintf", "gets", "alloca")
} | {
    name: "cuts or loses errors in silence"
    for name in ("strncpy", "strncat", "atoi", "atol", "atoll", "atof", "sscanf", "strtol")
} | {
    name: "is not safe with threads" for name in ("strtok", "gmtime", "localtime", "ctime", "asctime")
} | {"system": "runs a shell"}

# Functions that return a pointer to memory that their next call overwrites (libmicrohttpd since
# 1.0, libpq, SQLite, C).
ONE_PLACE = ("MHD_get_connection_info", "MHD_get_daemon_info", "PQerrorMessage", "sqlite3_errmsg", "strerror",
             "zip_strerror", "inet_ntoa")

# Library header: folders that may include it. Headers without a row may be included everywhere.
LIBRARY_HOMES = {
    r"ulfius\.h|u_.*\.h|microhttpd\.h": ("server/engine/",),
    r"libpq-fe\.h|libpq/.*|hiredis/.*|hiredis\.h": ("server/data/", "tests/unit/data/"),
    r"curl/.*": ("server/providers/",),
    r"libsoup/.*": ("client-gtk/core/", "tests/client/"),
    r"gtk/.*|adwaita\.h|libadwaita.*": ("client-gtk/", "tests/client/"),
    r"glib.*|gio/.*|gobject/.*": ("client-gtk/", "tests/"),
    r"argon2\.h|zxcvbn\.h": ("server/accounts/", "tests/"),
    r"jansson\.h": ("common/codec/", "server/", "tests/"),
}

# Folder: other folders whose headers it may include. A feature never includes another feature.
BASE = ("common/base",)
COMMON = ("common/base", "common/codec", "common/api")
ENGINE = COMMON + ("common/rules", "server/data", "server/engine")
FEATURE = ENGINE + ("server/jobs", "server/providers", "server/rules", "server/canvass")
FOLDERS = {
    "common/base": (),
    "common/codec": BASE,
    "common/api": COMMON,
    "server/canvass": BASE,
    "common/rules": COMMON,
    "common/field": COMMON + ("common/rules",),
    "server/data": COMMON,
    "server/engine": ENGINE,
    "server/jobs": ENGINE,
    "server/providers": ENGINE + ("server/jobs",),
    "server/rules": ENGINE,
    "client-gtk/core": COMMON + ("common/rules", "common/field"),
    "client-gtk/ui": COMMON + ("common/rules", "common/field", "client-gtk/core"),
    "client-gtk/data": (),
}
FEATURES = ("accounts", "organizations", "events", "people", "voters", "contacts", "turf", "field", "phonebank",
            "texting", "messages", "payments", "files", "support", "platform", "sites")
for feature in FEATURES:
    FOLDERS[f"server/{feature}"] = FEATURE

# Folders to which these rules apply. The client's classes have other rules, because G_DEFINE_TYPE
# makes functions.
OURS = ("common/", "server/")

# Beginnings of names of public functions that no program of this project calls, and who calls them.
FOR_OTHERS = {
    "main": "the system",
    "MHD_": "ulfius and libmicrohttpd, in place of their own",
    "cc_outbox_": "the client of the field, to come",
    # Rules that the phone applies without a network; the server's statements use the same tables.
    "cc_door_": "the client of the field, to come",
    "cc_machine_": "the client of the field, to come",
    "cc_outcome_": "the client of the field, to come",
    "cc_text_name": "tests/db: held against text_name in SQL; the client's preview, to come",
    "cc_clock_": "the client of the field, to come",
    "cc_arena_used": "tests of what a decode may take",
    "cc_type_sample": "tests that run over every type",
    "ccd_version": "tests of the table of tested versions",
    "ccd_walk_measure": "the benchmark, which measures walks that others planned",
}

SPDX = "SPDX-License-Identifier: GPL-3.0-or-later"
COMMENT_OF = {".c": "/* ", ".h": "/* ", ".sql": "-- ", ".py": "# ", ".sh": "# ", ".build": "# ", ".ui": "<!-- "}
# Home folders, and the folder of this checkout: committed files must not contain either.
HOMES = [r"/root/", r"/Users/\w", r"/home/(?!user\b|campaign\b)\w", re.escape(str(ROOT) + "/")]
if len(ROOT.parent.parts) > 1 and ROOT.parent.parts[1] not in ("tmp", "usr", "var", "opt", "srv"):
    HOMES.append(re.escape(str(ROOT.parent) + "/"))
MIGRATION = re.compile(r"\b\d{4}_[a-z_]+\.sql")
MACHINE_PATH = re.compile(r"(?<![\w.$}/~-])(?:" + "|".join(HOMES) + ")")
# Checks that read a build folder or run a compiler.
NEED_BUILD = ("headers", "format", "tidy", "ui")
SKIP = ("build", ".dev", ".git", "__pycache__")


class Findings:
    """The findings of each check."""

    def __init__(self):
        self.checks = {}
        self.skipped = []
        self.warnings = 0

    def begin(self, check):
        self.checks.setdefault(check, [])

    def add(self, check, path, line, message):
        self.checks.setdefault(check, []).append(f"{path}:{line}: {message}")

    def skip(self, check, why):
        self.skipped.append(check)
        print(f"{check}: skipped: {why}", flush=True)

    def warn(self, path, line, message):
        self.warnings += 1
        print(f"{path}:{line}: warning: {message}")

    def count(self):
        return sum(len(found) for found in self.checks.values())


def tracked_files():
    """Return the project's own files: tracked or untracked by git but not ignored; without git, everything outside
    build folders."""
    result = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True)
    if result.returncode == 0 and result.stdout:
        names = result.stdout.splitlines()
    else:
        names = [str(path.relative_to(ROOT)) for path in ROOT.rglob("*") if path.is_file()]
    names = [name for name in names if not any(part.startswith(SKIP[0] + "-") or part in SKIP
                                               for part in name.split("/")[:-1])]
    return sorted(name for name in names if (ROOT / name).is_file())


def blank(match):
    """Replace a comment or string by blanks of the same shape, so that lines and columns stay."""
    return re.sub(r"[^\n]", " ", match.group(0))


COMMENT = re.compile(r"/\*.*?\*/", re.S)
STRING = re.compile(r'"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'')
EITHER = re.compile(rf"{COMMENT.pattern}|{STRING.pattern}", re.S)


def code_only(text):
    """C code without comments and contents of strings."""
    return EITHER.sub(blank, text)


def line_of(text, position):
    return text.count("\n", 0, position) + 1


def folder_of(name):
    parts = name.split("/")
    return "/".join(parts[:2]) if len(parts) > 2 else parts[0]


def check_spdx(findings, names):
    for name in names:
        suffix = pathlib.Path(name).suffix
        executable = os.access(ROOT / name, os.X_OK) and not suffix
        if suffix not in COMMENT_OF and not executable:
            continue
        lines = (ROOT / name).read_text(errors="replace").splitlines()
        if not lines:
            continue
        first = lines[1] if lines[0].startswith(("#!", "<?xml")) and len(lines) > 1 else lines[0]
        if SPDX not in first:
            findings.add("spdx", name, 1, f"the first line must be `{COMMENT_OF.get(suffix, '# ')}{SPDX} …`")


def check_includes(findings, names, texts):
    for name in names:
        folder = folder_of(name)
        for number, line in enumerate(texts[name].splitlines(), 1):
            found = re.match(r'\s*#\s*include\s+([<"])([^>"]+)', line)
            if not found:
                continue
            kind, header = found.groups()
            for pattern, homes in LIBRARY_HOMES.items():
                if re.fullmatch(pattern, header) and not name.startswith(homes):
                    findings.add("includes", name, number, f"{header} may be included by {' and '.join(homes)} alone")
            if kind == '"':
                check_own_include(findings, name, number, folder, header)


def check_own_include(findings, name, number, folder, header):
    if header in ("cc-ops.h", "ccd-docs-files.h") or header.endswith("-queries.h") and name.startswith(("server/", "tests/")):
        return  # the build makes this file
    if not (ROOT / header).exists():
        findings.add("includes", name, number, f"{header}: includes are written by path from the root")
        return
    target = folder_of(header)
    if folder in FOLDERS and target != folder and target not in FOLDERS[folder]:
        findings.add("includes", name, number, f"{folder} may not include {target}: see the list of folders in docs/development.md")


def check_banned(findings, names, texts):
    pattern = re.compile(r"(?<![\w>.])(" + "|".join(BANNED) + r")\s*\(")
    for name in names:
        code = code_only(texts[name])
        for found in pattern.finditer(code):
            word = found.group(1)
            findings.add("banned", name, line_of(code, found.start()), f"{word}() {BANNED[word]}")


def check_comments(findings, names, texts):
    for name in names:
        code = code_only(texts[name])
        for found in re.finditer(r"//", code):
            findings.add("comments", name, line_of(code, found.start()), "write /* … */, not //")
        for found in re.finditer(r"/\*\s*(TODO|FIXME|XXX)(?!\s*\(?#\d)", texts[name]):
            findings.add("comments", name, line_of(texts[name], found.start()),
                         f"{found.group(1)} needs the number of an issue")


def functions(code):
    """Yield (name, first line, last line) of each function: its brace is in column 0 after a line that ends in ')'."""
    lines = code.splitlines()
    start = None
    for number, line in enumerate(lines, 1):
        if line.rstrip() == "{" and number > 1 and re.search(r"[)\w]\s*$", lines[number - 2]):
            start = number
        elif line.startswith("}") and start is not None:
            head = next((each for each in reversed(lines[max(0, start - 12):start - 1])
                         if re.match(r"[A-Za-z_]\w*\(", each)), "?(")
            yield head.split("(")[0], start, number
            start = None


def check_answers(findings, names, texts):
    """Such a library function may overwrite the result of its earlier call: a result that is used after another call
    (for another variable, in the same function) must be copied."""
    calls = re.compile(r"(\w+)\s*=\s*(" + "|".join(ONE_PLACE) + r")\s*\(")
    for name in names:
        code = code_only(texts[name])
        lines = code.splitlines()
        for function, first, last in functions(code):
            holders = {}
            for found in calls.finditer("\n".join(lines[first - 1:last])):
                holders.setdefault(found.group(2), set()).add(found.group(1))
            for call, variables in holders.items():
                if len(variables) > 1:
                    findings.add("answers", name, first, f"{function}() keeps two answers of {call}() "
                                 f"({' and '.join(sorted(variables))}): copy each before the next question")


def check_lengths(findings, names, texts):
    for name in names:
        count = texts[name].count("\n")
        if count > FILE_MAX:
            findings.add("lengths", name, 1, f"{count} lines; a file has at most {FILE_MAX}")
        for function, first, last in functions(code_only(texts[name])):
            length = last - first - 1
            if length > FUNCTION_MAX:
                findings.add("lengths", name, first, f"{function}() has {length} lines; at most {FUNCTION_MAX}")
            elif length > FUNCTION_WARN:
                findings.warn(name, first, f"{function}() has {length} lines; aim at 40")


def check_paths(findings, names):
    for name in names:
        if name in ("LICENSE", "tests/lint/lint.py"):
            continue
        try:
            text = (ROOT / name).read_text()
        except UnicodeDecodeError:
            continue
        for number, line in enumerate(text.splitlines(), 1):
            found = MACHINE_PATH.search(line)
            if found:
                findings.add("paths", name, number, f"a path of one machine: {found.group(0)}")
            for migration in () if name.startswith(("tests/", "server/data/")) else MIGRATION.findall(line):
                if not (ROOT / "db" / "migrations" / migration).exists():
                    findings.add("paths", name, number, f"there is no migration {migration}")


def prototypes(code):
    """Yield (name, line) of each function that a header declares; inline functions are not declarations."""
    code = re.sub(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", blank, code, flags=re.M)
    depth, start = 0, 0
    for position, char in enumerate(code):
        if char in "{}":
            depth += 1 if char == "{" else -1
        if depth == 0 and char in ";}":
            statement = code[start:position]
            found = re.search(r"([a-z_]\w*)\s*\([^;{}]*\)[\sA-Z_0-9(),]*$", statement)
            if char == ";" and found and "{" not in statement and not re.match(r"\s*typedef\b", statement):
                yield found.group(1), line_of(code, start + found.start(1))
            start = position + 1


def definitions(code):
    """Yield (name, first line, is it static) of each function that a source file defines."""
    lines = code.splitlines()
    for name, first, _ in functions(code):
        head = next((number for number in range(first - 1, 1, -1) if lines[number - 1].startswith(name + "(")), 0)
        if head:
            yield name, head, lines[head - 2].startswith("static")


def check_homes(findings, names, codes):
    """A public function must be in the file with the header's name, where a reader of a call expects it."""
    homes = {}
    for name in names:
        if name.startswith(OURS) and name.endswith(".c"):
            for function, _, static in definitions(codes[name]):
                if not static:
                    homes[function] = name
    for name in names:
        if not name.startswith(OURS) or not name.endswith(".h") or name.endswith("-private.h"):
            continue
        for function, line in prototypes(codes[name]):
            home = homes.get(function)
            if home is not None and home[:-2] != name[:-2]:
                findings.add("homes", name, line, f"{function}() is defined in {home}: declare it in {home[:-2]}.h")


def check_names(findings, names, codes):
    """A name of one word says too little in a backtrace, which does not show the file."""
    for name in names:
        if not name.startswith(OURS):
            continue
        for function, line, static in definitions(codes[name]):
            if static and "_" not in function:
                findings.add("names", name, line, f"{function}() is one word: say what it does to what")


def check_callers(findings, names, codes):
    """A public function that only tests or its own file call is dead, or should be static."""
    uses = {}
    for name in names:
        if not name.startswith("tests/"):
            declared = {function for function, _ in prototypes(codes[name])} if name.endswith(".h") else ()
            for word, times in collections.Counter(re.findall(r"\b[A-Za-z]\w*", codes[name])).items():
                if times > (word in declared):
                    uses.setdefault(word, set()).add(name)
    for name in names:
        if not name.startswith(OURS) or not name.endswith(".c"):
            continue
        for function, line, static in definitions(codes[name]):
            if not static and not function.startswith(tuple(FOR_OTHERS)) and not uses[function] - {name}:
                findings.add("callers", name, line, f"nothing outside of this file and the tests calls {function}()")


def check_queries(findings, names, texts):
    """A query that no code uses is dead; a query that code uses must exist."""
    defined = {}
    for name in names:
        if name.startswith("db/queries/") and name.endswith(".sql"):
            for number, line in enumerate((ROOT / name).read_text().splitlines(), 1):
                found = re.match(r"--\s*name:\s*(\w+)", line)
                if found:
                    defined[found.group(1)] = (name, number)
    used = set()
    for name in names:
        if name.endswith((".c", ".h")) and name.startswith("server/"):
            code = code_only(texts[name])
            for found in re.finditer(r"\bccd_q_(\w+)", code):
                used.add(found.group(1))
                if found.group(1) not in defined:
                    findings.add("queries", name, line_of(code, found.start()), f"no query {found.group(1)}")
    for query, (name, number) in defined.items():
        if query not in used:
            findings.add("queries", name, number, f"nothing uses the query {query}")


def compile_flags(build):
    """Include folders from pkg-config, and the folder of the generated headers."""
    wanted = ["jansson", "libutf8proc", "libulfius", "libpq", "hiredis", "libmicrohttpd", "glib-2.0",
              "libadwaita-1", "libsoup-3.0", "sqlite3", "libsecret-1"]
    flags = []
    for package in wanted:
        result = subprocess.run(["pkg-config", "--cflags", package], capture_output=True, text=True)
        flags += result.stdout.split()
    flags += [f"-I{ROOT}", f"-I{ROOT / build}", f"-I{ROOT / build / 'common'}", f"-I{ROOT / build / 'server' / 'data'}"]
    return flags


def in_parallel(function, items):
    with concurrent.futures.ThreadPoolExecutor(PARALLEL["jobs"]) as pool:
        return list(pool.map(function, items))


def check_headers(findings, names, build):
    """Each header must compile alone."""
    flags = compile_flags(build)

    def compile_one(name):
        return name, subprocess.run(
            ["gcc", "-std=gnu17", "-D_GNU_SOURCE", "-fsyntax-only", "-Wall", "-Wextra", "-Werror",
             "-Wno-unused-parameter", "-Wno-missing-field-initializers", "-x", "c", *flags, "-include", name,
             "/dev/null"], cwd=ROOT, capture_output=True, text=True)

    for name, result in in_parallel(compile_one, [each for each in names if each.endswith(".h")]):
        if result.returncode != 0:
            report = next((line for line in result.stderr.splitlines() if "error:" in line), result.stderr[:200])
            findings.add("headers", name, 1, f"does not compile alone: {report}")


def clang_tool(findings, check, tool):
    """Return the tool, if its version is the one for which the rules are written; otherwise the check is skipped with
    a message."""
    found = []
    for name in (tool, f"{tool}-{CLANG}"):
        if shutil.which(name):
            version = subprocess.run([name, "--version"], capture_output=True, text=True).stdout
            major = re.search(r"version (\d+)", version)
            found.append(major.group(1) if major else "?")
            if found[-1] == str(CLANG):
                return name
    findings.skip(check, f"{tool} has version {found[0]} here, the rules are written for {CLANG}" if found
                  else f"there is no {tool} here")
    return None


def check_format(findings, names):
    tool = clang_tool(findings, "format", "clang-format")
    if tool is None:
        return

    def format_one(name):
        return subprocess.run([tool, "--dry-run", "-Werror", "--ferror-limit=1", name], cwd=ROOT,
                              capture_output=True, text=True)

    for name, result in zip(names, in_parallel(format_one, names)):
        if result.returncode != 0:
            found = re.search(r":(\d+):\d+: error", result.stderr)
            findings.add("format", name, found.group(1) if found else 1, "not laid out as .clang-format says: ./dev format")


def without_gcc_flags(build):
    """Write a compile_commands.json that clang understands: without warnings that only gcc has."""
    commands = json.loads((ROOT / build / "compile_commands.json").read_text())
    for entry in commands:
        entry["command"] = re.sub(r"\s-(W[\w=+-]+|fstack-clash-protection|ftrivial-auto-var-init=\w+)", "",
                                  entry["command"])
    folder = tempfile.mkdtemp(prefix="cc-tidy-")
    (pathlib.Path(folder) / "compile_commands.json").write_text(json.dumps(commands))
    files = {os.path.realpath(os.path.join(entry["directory"], entry["file"])) for entry in commands}
    return folder, files, Known(ROOT, build, commands, ROOT / ".dev" / "tidy")


def check_tidy(findings, names, build):
    if not (ROOT / build / "compile_commands.json").exists():
        findings.skip("tidy", f"no {build}/compile_commands.json")
        return
    tool = clang_tool(findings, "tidy", "clang-tidy")
    if tool is None:
        return
    folder, compiled, known = without_gcc_flags(build)
    # Tests may use functions that the server must not use.
    sources = [name for name in names if name.endswith(".c") and name.startswith(("common/", "server/", "client-gtk/"))
               and str(ROOT / name) in compiled and not known.is_clean(name)]

    def tidy_one(name):
        return subprocess.run([tool, "--quiet", "-p", folder, name], cwd=ROOT, capture_output=True, text=True)

    seen = set()
    for name, result in zip(sources, in_parallel(tidy_one, sources)):
        if result.returncode == 0 and not result.stdout.strip():
            known.remember(name)
        for line in result.stdout.splitlines():
            found = re.match(r"(.+?):(\d+):\d+: (?:error|warning): (.*)", line)
            if found and found.groups() not in seen:
                seen.add(found.groups())
                # clang-tidy prints paths relative to the build folder.
                path = os.path.relpath(os.path.join(ROOT, build, found.group(1)), ROOT)
                path = path if (ROOT / path).exists() else found.group(1)
                findings.add("tidy", path, found.group(2), found.group(3).replace(",-warnings-as-errors", ""))
    known.forget_old()
    shutil.rmtree(folder, ignore_errors=True)


def check_ui(findings, names, build):
    """Check the client's .ui files: messages of gtk4-builder-tool, and labels with the role of a notice."""
    names = [name for name in names if name.startswith("client-gtk/") and name.endswith(".ui")]
    for name in names:
        text = (ROOT / name).read_text()
        # GTK 4.14 and later ignore the name of such a label: a box around the label must have the
        # role.
        for found in re.finditer(r'<object class="GtkLabel"[^>]*>(?:(?!</?object)[\s\S])*?"accessible-role">(status|alert)', text):
            findings.add("ui", name, line_of(text, found.end()), f"a label with the role {found.group(1)} has no words for a screen reader")
    module = ROOT / build / "tests" / "client" / "ui" / "libui-types.so"
    if not module.exists():
        findings.warn(build, 1, "no libui-types.so: gtk4-builder-tool was not run")
        return
    result = subprocess.run([sys.executable, "tests/harness/on_desktop.py", "360x720", "--", sys.executable,
                             "tests/lint/ui_files.py", str(module), *names], cwd=ROOT, capture_output=True, text=True)
    said = [re.match(r"([^:]+\.ui):(\d+): (.*)", line) for line in result.stdout.splitlines()]
    for found in filter(None, said):
        findings.add("ui", *found.groups())
    if f"validated {len(names)} files" not in result.stdout:
        findings.add("ui", "tests/lint/ui_files.py", 1, f"not all files were validated: {result.stderr.strip()[-200:]}")


def write_junit(findings, path):
    suite = ElementTree.Element("testsuite", name="lint", tests=str(len(findings.checks)))
    for check, found in findings.checks.items():
        case = ElementTree.SubElement(suite, "testcase", classname="lint", name=check)
        if found:
            ElementTree.SubElement(case, "failure", message=f"{len(found)} findings").text = "\n".join(found)
        if check in findings.skipped:
            ElementTree.SubElement(case, "skipped")
    ElementTree.ElementTree(suite).write(path, encoding="utf-8")


def git(*arguments):
    """Return the output lines of a git command; none when it fails."""
    result = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True)
    return result.stdout.splitlines() if result.returncode == 0 else []


def changed_names():
    """Return the files of this branch that differ from where it left the main branch, committed or not, and untracked
    files. On the main branch, or without one: the files that differ from HEAD."""
    for main in ("origin/HEAD", "origin/main", "main", "origin/master", "master"):
        base = git("merge-base", "HEAD", main)
        if base:
            break
    else:
        base = ["HEAD"]
    return set(git("diff", "--name-only", base[0])) | set(git("ls-files", "--others", "--exclude-standard"))


def changed_only(names):
    """Return the changed files of `names`; all of them in a tree without git."""
    if not git("rev-parse", "HEAD"):
        return names
    changed = changed_names()
    # clang-tidy checks a header together with the source of the same name.
    changed |= {str(pathlib.Path(name).with_suffix(".c")) for name in changed if name.endswith(".h")}
    return [name for name in names if name in changed]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default="build-test", help="folder with compile_commands.json")
    parser.add_argument("--junit")
    parser.add_argument("--only", help="checks, with commas: spdx includes banned answers comments lengths paths docs words queries sql "
                                       "homes names callers headers format tidy ui")
    parser.add_argument("--changed", action="store_true", help="headers, format and tidy only for files that differ from the main branch")
    parser.add_argument("--without-build", action="store_true", help="only the checks that need no build folder")
    parser.add_argument("--jobs", type=int, default=PARALLEL["jobs"], help="programs that run at a time")
    parser.add_argument("--list", action="store_true", help="the names of the checks, no more")
    options = parser.parse_args()
    PARALLEL["jobs"] = options.jobs

    names = tracked_files()
    c_names = [name for name in names if name.endswith((".c", ".h"))]
    texts = {name: (ROOT / name).read_text(errors="replace") for name in c_names}
    codes = {name: code_only(text) for name, text in texts.items()}
    slow = changed_only(c_names) if options.changed else c_names
    checks = {
        "spdx": lambda found: check_spdx(found, names),
        "includes": lambda found: check_includes(found, c_names, texts),
        "banned": lambda found: check_banned(found, c_names, texts),
        "answers": lambda found: check_answers(found, c_names, texts),
        "comments": lambda found: check_comments(found, c_names, texts),
        "lengths": lambda found: check_lengths(found, c_names, texts),
        "paths": lambda found: check_paths(found, names),
        "docs": lambda found: check_docs(found, ROOT, names),
        "words": lambda found: check_words(found, ROOT, names),
        "queries": lambda found: check_queries(found, names, texts),
        "sql": lambda found: check_sql(found, names),
        "homes": lambda found: check_homes(found, c_names, codes),
        "names": lambda found: check_names(found, c_names, codes),
        "callers": lambda found: check_callers(found, c_names, codes),
        "headers": lambda found: check_headers(found, slow, options.build),
        "format": lambda found: check_format(found, slow),
        "tidy": lambda found: check_tidy(found, slow, options.build),
        "ui": lambda found: check_ui(found, names, options.build),
    }
    if options.list:
        print("\n".join(checks))
        return 0
    chosen = options.only.split(",") if options.only else list(checks)
    if options.without_build:
        chosen = [check for check in chosen if check not in NEED_BUILD]
    unknown = [check for check in chosen if check not in checks]
    if unknown:
        parser.error(f"no check {' '.join(unknown)}")
    findings = Findings()
    for check in chosen:
        findings.begin(check)
        checks[check](findings)
        for line in findings.checks[check]:
            print(f"{line} [{check}]", flush=True)
    if options.junit:
        write_junit(findings, options.junit)
    skipped = f", skipped: {' '.join(findings.skipped)}" if findings.skipped else ""
    print(f"{findings.count()} findings, {findings.warnings} warnings{skipped}")
    return 1 if findings.count() else 0


if __name__ == "__main__":
    sys.exit(main())

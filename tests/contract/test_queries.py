# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks that the server cannot make at start: the statements that handlers and jobs run. A handler's :path.x,
:query.x and :body.x must be fields of its operation, a job has none of them, and each :arg.x is passed by the file
that runs the statement."""

import importlib.util
import re
import sys

import pytest

from harness import services
from harness.recorder import METHODS

SERVER = services.ROOT / "server"
FUNCTION = re.compile(r"^(static [^\n]*\n)?(\w+) ?\([^;{}]*?\)\n\{\n(.*?)^\}", re.M | re.S)
ROUTE = re.compile(r"\{&(cc_op_\w+),((?:[^{}]|\{[^{}]*\})*)\}")

# Statements whose arguments are passed by position, or by another file of the same feature.
PASSED_ELSEWHERE = {
    ("voters/ccd-rekey-job.c", None): "rekey_page and add_holders",
    ("engine/ccd-sessions.c", None): "by position",
    ("engine/ccd-feed.c", None): "by position",
    ("engine/ccd-feed-page.c", None): "by position",
    ("engine/ccd-feed-read.c", None): "by position",
    ("serve.c", None): "prepared ahead, not run",
    ("field", "checked"): "ccd_contact_once (server/rules)",
    ("turf", "west"): "ccd_turf_ground_box", ("turf", "south"): "ccd_turf_ground_box",
    ("turf", "east"): "ccd_turf_ground_box", ("turf", "north"): "ccd_turf_ground_box",
}


def load_generator():
    sys.dont_write_bytecode = True
    spec = importlib.util.spec_from_file_location("build_queries", services.ROOT / "db" / "build-queries.py")
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


@pytest.fixture(scope="module")
def queries():
    generator = load_generator()
    return {query.name: query for path in sorted((services.ROOT / "db" / "queries").glob("**/*.sql"))
            for query in generator.read_file(str(path))}


class Sources:
    """Functions of the server's C files, with the functions that they call. A call refers to a static function of the
    same file first."""

    def __init__(self):
        self.files = {}
        self.public = {}
        for path in sorted(SERVER.glob("**/*.c")):
            name = str(path.relative_to(SERVER))
            text = path.read_text(encoding="utf-8")
            self.files[name] = (text, {})
            for found in FUNCTION.finditer(text):
                self.files[name][1][found.group(2)] = found.group(3)
                if found.group(1) is None or not found.group(1).startswith("static"):
                    self.public.setdefault(found.group(2), name)

    def reached(self, file, function):
        """{query: (file, function)} of the queries that a function runs, directly or through calls."""
        home = file if function in self.files[file][1] else self.public[function]
        seen, todo, found = set(), [(home, function)], {}
        while todo:
            file, name = todo.pop()
            if (file, name) in seen:
                continue
            seen.add((file, name))
            body = self.files[file][1].get(name, "")
            for each in re.findall(r"ccd_q_(\w+)", body):
                found.setdefault(each, (file, name))
            for word in set(re.findall(r"\b[a-z]\w+\b", body)):
                if word in self.files[file][1]:
                    todo.append((file, word))
                elif word in self.public:
                    todo.append((self.public[word], word))
        return found

    def around(self, file, query):
        """Yield the bodies of the functions of one file that run a query, of their callers, and of the functions that
        those call."""
        bodies = self.files[file][1]
        calls = {name: {word for word in re.findall(r"\b[a-z]\w+\b", body) if word in bodies} for name, body in bodies.items()}
        found = {name for name, body in bodies.items() if re.search(rf"ccd_q_{query}\b", body)}
        before = None
        while before != found:
            before = set(found)
            found |= {name for name, called in calls.items() if called & found}
        return [bodies[name] for name in found | {called for name in found for called in calls[name]}]

    def handlers(self):
        """Yield (C name of the operation, file, function) for each .handler and .prepare of the route tables."""
        for file, (text, _) in self.files.items():
            for route in ROUTE.finditer(text):
                for function in re.findall(r"\.(?:handler|prepare) = (\w+)", route.group(2)):
                    yield route.group(1), file, function


@pytest.fixture(scope="module")
def sources():
    return Sources()


@pytest.fixture(scope="module")
def fields(document):
    """Return {operationId: {"path": names, "query": names, "body": names}}."""
    made = {}
    for methods in document["paths"].values():
        for method, operation in methods.items():
            if method not in METHODS:
                continue
            has = {"path": set(), "query": set(), "body": set()}
            for parameter in operation.get("parameters", []):
                has.setdefault(parameter["in"], set()).add(parameter["name"])
            content = operation.get("requestBody", {}).get("content", {}).get("application/json")
            if "$ref" in (content or {}).get("schema", ()):
                schema = document["components"]["schemas"][content["schema"]["$ref"].rsplit("/", 1)[1]]
                has["body"] = set(schema["properties"])
            made[operation["operationId"]] = has
    return made


def operation_id(c_name):
    first, *rest = c_name.removeprefix("cc_op_").split("_")
    return first + "".join(word.capitalize() for word in rest)


def operation_ids():
    """Return {C name: operationId} of operations whose C name does not follow from the id."""
    made = {}
    for path in (services.ROOT / "common" / "api").glob("*.c"):
        for found in re.finditer(r'const cc_op (cc_op_\w+) = \{\s*\.id = "(\w+)"', path.read_text(encoding="utf-8")):
            made[found.group(1)] = found.group(2)
    return made


def test_a_handler_s_statements_name_fields_of_its_operation(queries, sources, fields):
    ids, wrong, looked = operation_ids(), [], 0
    for c_name, table, function in sources.handlers():
        operation = ids.get(c_name, operation_id(c_name))
        for name, (file, where) in sources.reached(table, function).items():
            for source, field in queries[name].params:
                looked += 1
                if source in ("path", "query") and field not in fields[operation][source]:
                    wrong.append(f"{operation}: {name} (in {file} {where}) has :{source}.{field}")
                if source == "body" and (field not in fields[operation]["body"] if field else not fields[operation]["body"]):
                    wrong.append(f"{operation}: {name} (in {file} {where}) has :body.{field}")
    assert looked > 300, "the statements of handlers were not found"
    assert not wrong, wrong


def test_jobs_and_commands_name_no_request(queries, sources):
    wrong = []
    for file, (text, _) in sources.files.items():
        if not ("ccd_job_query" in text or "ccd_job_once" in text or file == "import-command.c"):
            continue
        for name in set(re.findall(r"ccd_q_(\w+)", text)):
            for source, field in queries[name].params:
                if source not in ("arg", "call") or (source == "call" and field not in ("organization_id", "job_id")):
                    wrong.append(f"{file}: {name} has :{source}.{field}")
    assert not wrong, wrong


def test_every_argument_is_passed(queries, sources):
    wrong, looked = [], 0
    for file, (text, _) in sources.files.items():
        code = re.sub(r"\.query = &ccd_q_\w+", "", text)
        for name in set(re.findall(r"ccd_q_(\w+)", code)):
            for source, field in queries[name].params:
                if source != "arg" or (file, None) in PASSED_ELSEWHERE or (file.split("/")[0], field) in PASSED_ELSEWHERE:
                    continue
                looked += 1
                if not any(f'{{"{field}",' in body for body in sources.around(file, name)):
                    wrong.append(f"{file}: {name} has :arg.{field}, which nothing around it passes")
    assert looked > 100, "the arguments were not found"
    assert not wrong, wrong

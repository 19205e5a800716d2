# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks every reply in the tests against the API document, and records which operations were called."""

import copy
import itertools
import pathlib
import re

import jsonschema

from . import parts

METHODS = ("get", "post", "put", "patch", "delete")
CODES = pathlib.Path(__file__).resolve().parents[2] / "docs" / "codes.md"
# Codes that the routes of tests/probe return; these routes are not part of the API.
CODES_OF_PROBE = {"probe"}


def documented_codes():
    """The error codes of docs/codes.md."""
    return set(re.findall(r"^\| `([a-z_0-9]+)` \| [0-9]", CODES.read_text(encoding="utf-8"), re.M))


def closed(schema):
    """A copy in which objects may only have the described keys. The document leaves replies open, so that the server
    can grow; in tests an undescribed key is an error."""
    if isinstance(schema, list):
        return [closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    made = {key: closed(value) for key, value in schema.items()}
    if isinstance(made.get("properties"), dict) and "additionalProperties" not in made and "type" in made:
        made["additionalProperties"] = False
    return made


class Recorder:
    """check() fails for a status or body that the operation does not describe. `seen` and `followed` contain what
    this process has recorded; with `share` the all_…() functions add what the other processes of the suite have
    recorded."""

    def __init__(self, document, share=False):
        self.document = document
        self.components = closed(copy.deepcopy(document.get("components", {})))
        self.notes = {kind: parts.Notes(kind) for kind in ("seen", "followed")} if share else {}
        self.seen = set()
        self.followed = set()
        self.counts = lambda: True  # function: should the present call be recorded?
        self.operations = []
        self.validators = {}
        self.codes = documented_codes() | CODES_OF_PROBE
        for template, methods in document["paths"].items():
            pattern = re.compile(re.sub(r"\\\{[^}]*\\\}", "[^/]+", re.escape(template)) + r"\Z")
            for method, operation in methods.items():
                if method in METHODS:
                    self.operations.append((method.upper(), pattern, template, operation))
        # A literal segment wins over a parameter, as in the router.
        self.operations.sort(key=lambda row: row[2].count("{"))

    def names(self):
        return {operation["operationId"] for _, _, _, operation in self.operations}

    def never_seen(self):
        return sorted(self.names() - {name for name, _ in self.all_seen()})

    def all_seen(self):
        """Return (operation, status) of each recorded reply, of all processes."""
        if not self.notes:
            return self.seen
        return self.seen | {(name, int(status)) for name, status in map(str.split, self.notes["seen"].all())}

    def all_followed(self):
        """Operations whose Location was requested, in any process."""
        return self.followed | (self.notes["followed"].all() if self.notes else set())

    @property
    def is_shared(self):
        """Did other processes run the suite's other tests?"""
        return bool(self.notes) and self.notes["seen"].is_shared

    def find(self, method, path):
        path = path.split("?")[0]
        method = "GET" if method == "HEAD" else method
        for each, pattern, _, operation in self.operations:
            if each == method and pattern.match(path):
                return operation
        return None

    def _resolve(self, node):
        while isinstance(node, dict) and "$ref" in node:
            target = self.document
            for part in node["$ref"].lstrip("#/").split("/"):
                target = target[part.replace("~1", "/").replace("~0", "~")]
            node = target
        return node

    def _described(self, operation, status):
        """Return (is the status described?, {content type: validator or None})."""
        key = (operation["operationId"], status)
        if key not in self.validators:
            response = self._resolve(operation["responses"].get(str(status)))
            kinds = {}
            for kind, content in ((response or {}).get("content") or {}).items():
                schema = content.get("schema")
                kinds[kind] = None if schema is None else jsonschema.Draft202012Validator(
                    {"components": self.components, **closed(schema)})
            self.validators[key] = (response is not None, kinds)
        return self.validators[key]

    def check(self, method, path, reply):
        operation = self.find(method, path)
        if operation is None:
            return
        name, status = operation["operationId"], reply.status_code
        self.note(name, status)
        if status == 304:
            assert not reply.content and "If-None-Match" in str(operation.get("parameters"))
            return
        described, kinds = self._described(operation, status)
        assert described, f"{name} answered {status}, which its description does not have: {reply.text[:300]}"
        if method == "HEAD":
            return
        if not kinds and name in ("openapi", "docs", "docsStyle", "docsScript"):
            return
        if not kinds:
            assert not reply.content, f"{name} {status} has a body, its description has none"
            return
        kind = reply.headers.get("Content-Type", "").split(";")[0]
        assert kind in kinds, f"{name} {status} is {kind!r}, described as {sorted(kinds)}"
        if kinds[kind] is None or kind == "application/x-ndjson" or not kind.endswith("json"):
            return
        errors = [f"{error.json_path}: {error.message[:300]}"
                  for error in itertools.islice(kinds[kind].iter_errors(reply.json()), 5)]
        assert not errors, f"{name} {status} does not fit its type: {errors}"
        if kind == "application/problem+json":
            self.check_codes(name, reply.json())

    def check_codes(self, name, problem):
        """Fail if a problem contains a code that is not documented."""
        used = {problem["code"], *(each["code"] for each in problem["errors"])}
        assert used <= self.codes, f"{name}: common/api/cc-code-*.c has no row for {sorted(used - self.codes)}"

    def made_by(self, operation):
        """Name of the operation that reads the created object, whose URL is in Location. None: the operation has no
        Location."""
        made = operation["responses"].get("201", {}).get("links", {}).get("made")
        return None if made is None else made["operationId"]

    def creating(self):
        """Names of the operations whose 201 has a Location."""
        return {operation["operationId"] for _, _, _, operation in self.operations if self.made_by(operation)}

    def follow(self, method, path, reply, get):
        """Check the Location of a 201. For the first reply of each operation it is requested with get(path) by the
        creating client; a client without the right to read (403) leaves the check to the next one."""
        operation = self.find(method, path)
        if operation is None or reply.status_code != 201:
            return
        name, reads = operation["operationId"], self.made_by(operation)
        location = reply.headers.get("Location")
        if reads is None:
            assert location is None, f"{name} has a Location that its description does not have: {location}"
            return
        assert location, f"{name} answered 201 without Location"
        found = self.find("GET", location)
        assert found and found["operationId"] == reads, f"{name}: {location} is not a path of {reads}"
        if name in self.followed:
            return
        there = get(location)
        self.check("GET", location, there)
        if there.status_code == 403:
            return
        assert there.status_code == 200, f"{name}: GET {location} answers {there.status_code}: {there.text[:300]}"
        assert there.json()["id"] == reply.json()["id"], f"{name}: {location} is another thing"
        self.followed.add(name)
        if self.notes:
            self.notes["followed"].add(name)

    def note(self, name, status):
        if (name, status) in self.seen or not self.counts():
            return
        self.seen.add((name, status))
        if self.notes:
            self.notes["seen"].add(f"{name} {status}")

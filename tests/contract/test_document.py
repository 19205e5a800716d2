# SPDX-License-Identifier: GPL-3.0-or-later
"""The committed API document is current, valid, and complete enough for generating clients."""

import difflib
import json
import re

import jsonschema
import pytest

from harness import services
from harness.recorder import METHODS

COMMITTED = services.ROOT / "docs" / "openapi.json"
RIGHTS = {"public", "signed_in", "member", "check_in", "manage_events", "manage_members", "manage_devices",
          "manage_tokens", "manage_organization", "view_audit", "canvass",
          "manage_canvass", "view_voters", "manage_voters", "export_voters", "owner"}
LIMITS = {"api", "login", "register", "none"}


@pytest.fixture(scope="module")
def operations(document):
    return [(template, method, operation) for template, methods in document["paths"].items()
            for method, operation in methods.items() if method in METHODS]


def test_the_committed_document_is_the_program_s(server):
    made = server.command("openapi")
    assert made.returncode == 0, made.stderr
    committed = COMMITTED.read_text(encoding="utf-8")
    difference = list(difflib.unified_diff(committed.splitlines(), made.stdout.splitlines(), "committed", "made",
                                           lineterm="", n=1))[:20]
    assert made.stdout == committed, (
        "docs/openapi.json is not what the program makes; renew it with\n"
        "  build/server/campaign-centerd openapi > docs/openapi.json\n" + "\n".join(difference))


def test_the_served_document_is_the_same(document):
    assert document == json.loads(COMMITTED.read_text(encoding="utf-8"))


def test_the_command_needs_no_settings(binary):
    """The document can be printed without a database, for packaging and for builds of clients."""
    import subprocess

    made = subprocess.run([str(binary), "openapi"], env={"PATH": "/usr/bin:/bin"}, capture_output=True, text=True)
    assert made.returncode == 0 and made.stdout == COMMITTED.read_text(encoding="utf-8")


def walk(node, place="#"):
    """Yield every schema with its place, wherever JSON Schema allows one."""
    yield place, node
    for key in ("properties", "$defs", "patternProperties"):
        for name, child in (node.get(key) or {}).items():
            yield from walk(child, f"{place}/{key}/{name}")
    for key in ("items", "additionalProperties", "not"):
        if isinstance(node.get(key), dict):
            yield from walk(node[key], f"{place}/{key}")
    for key in ("anyOf", "oneOf", "allOf", "prefixItems"):
        for index, child in enumerate(node.get(key) or []):
            yield from walk(child, f"{place}/{key}/{index}")


def schemas_of(document, operations):
    for name, schema in document["components"]["schemas"].items():
        yield f"components/{name}", schema
    for template, method, operation in operations:
        place = f"{method} {template}"
        for parameter in operation.get("parameters", []):
            yield f"{place} {parameter['name']}", parameter["schema"]
        for content in operation.get("requestBody", {}).get("content", {}).values():
            yield f"{place} body", content["schema"]
        for status, response in operation["responses"].items():
            for content in resolved(document, response).get("content", {}).values():
                if "schema" in content:
                    yield f"{place} {status}", content["schema"]


def resolved(document, node):
    while "$ref" in node:
        target = document
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        node = target
    return node


def test_every_schema_is_valid(document, operations):
    wrong = []
    for place, schema in schemas_of(document, operations):
        try:
            jsonschema.Draft202012Validator.check_schema(schema)
        except jsonschema.SchemaError as error:
            wrong.append(f"{place}: {error.json_path} {error.message}")
    assert not wrong, wrong


def references(node):
    if isinstance(node, dict):
        if "$ref" in node:
            yield node["$ref"]
        for child in node.values():
            yield from references(child)
    elif isinstance(node, list):
        for child in node:
            yield from references(child)


def test_every_reference_leads_somewhere_and_every_schema_is_used(document):
    known = {f"#/components/{kind}/{name}" for kind in ("schemas", "responses", "headers")
             for name in document["components"][kind]}
    used = set(references(document))
    assert used <= known, used - known
    assert known <= used, known - used


def test_head_of_the_document(document):
    assert document["openapi"].startswith("3.1.")
    assert set(document) <= {"openapi", "info", "jsonSchemaDialect", "servers", "paths", "webhooks", "components",
                             "security", "tags", "externalDocs"}
    assert document["info"]["title"] and document["info"]["version"]
    assert document["paths"] and document["components"]["securitySchemes"]
    assert document["info"]["license"]["identifier"] and document["servers"]
    tags = [tag["name"] for tag in document["tags"]]
    used = {tag for methods in document["paths"].values() for operation in methods.values() for tag in operation["tags"]}
    assert sorted(used) == sorted(tags)


def test_every_operation_says_what_it_is(document, operations):
    schemes = set(document["components"]["securitySchemes"])
    tags = {tag["name"] for tag in document["tags"] if tag["description"].endswith(".")}
    wrong = []
    for template, method, operation in operations:
        name = operation.get("operationId", f"{method} {template}")
        if not re.fullmatch(r"[a-z][A-Za-z0-9]*", operation.get("operationId", "")):
            wrong.append(f"{name}: operationId")
        if not operation.get("summary", "").endswith(".") or not set(operation.get("tags", [None])) <= tags:
            wrong.append(f"{name}: summary or tags")
        if not operation.get("description", "").endswith("."):
            wrong.append(f"{name}: description")
        if operation.get("x-right") not in RIGHTS or operation.get("x-rate-limit") not in LIMITS:
            wrong.append(f"{name}: x-right or x-rate-limit")
        named = {each for choice in operation.get("security", []) for each in choice}
        if not named <= schemes or (operation.get("x-right") != "public" and not named):
            wrong.append(f"{name}: security")
        statuses = set(operation["responses"])
        if not [status for status in statuses if status[0] in "12"]:
            wrong.append(f"{name}: no success")
        if "500" not in statuses or (operation.get("x-right") != "public" and not {"401", "403"} <= statuses):
            wrong.append(f"{name}: responses")
        if operation.get("x-rate-limit") != "none" and "429" not in statuses:
            wrong.append(f"{name}: 429")
        for status, response in operation["responses"].items():
            response = resolved(document, response)
            if not response.get("description"):
                wrong.append(f"{name} {status}: description")
            if status[0] in "45" and "application/problem+json" not in response.get("content", {}) and (
                    name, status) != ("health", "503"):
                wrong.append(f"{name} {status}: no problem document")
    assert not wrong, wrong
    names = [operation["operationId"] for _, _, operation in operations]
    assert len(names) == len(set(names)) and len(names) > 50


def test_every_success_describes_its_body(operations):
    """Every success has a described body, except 204 and the 101 of a WebSocket."""
    without = {operation["operationId"] for _, _, operation in operations for status, response in
               operation["responses"].items() if status in ("200", "201", "202") and not response.get("content")}
    assert not without, without


def test_path_parameters_are_described_and_no_others(operations):
    for template, method, operation in operations:
        described = [p for p in operation.get("parameters", []) if p["in"] == "path"]
        assert {p["name"] for p in described} == set(re.findall(r"{([^}]*)}", template)), (method, template)
        assert all(p["required"] for p in described), (method, template)


def test_a_304_is_described_where_a_condition_is_taken(operations):
    for _, _, operation in operations:
        takes = any(p["name"] == "If-None-Match" for p in operation.get("parameters", []))
        assert takes == ("304" in operation["responses"]), operation["operationId"]


def test_every_field_has_a_description(document, operations):
    wrong = []
    for place, schema in schemas_of(document, operations):
        for inner, node in walk(schema, place):
            for name, child in (node.get("properties") or {}).items():
                if not child.get("description") and "$ref" not in child and name != "data":
                    wrong.append(f"{inner}/{name}")
    for template, method, operation in operations:
        wrong += [f"{method} {template} {p['name']}" for p in operation.get("parameters", [])
                  if not p.get("description")]
    assert not wrong, wrong


def test_examples_fit_their_schema(document, operations):
    wrong, count = [], 0
    for place, schema in schemas_of(document, operations):
        for inner, node in walk(schema, place):
            for example in node.get("examples", []):
                count += 1
                validator = jsonschema.Draft202012Validator({**node, "components": document["components"]})
                wrong += [f"{inner}: {error.message}" for error in validator.iter_errors(example)]
    assert count > 20 and not wrong, wrong


def test_the_answers_of_lists_have_one_shape(operations):
    for _, _, operation in operations:
        query = {p["name"] for p in operation.get("parameters", []) if p["in"] == "query"}
        if "cursor" not in query:
            continue
        schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
        assert set(schema["properties"]) == {"data", "next_cursor"} == set(schema["required"]), operation["operationId"]
        assert "limit" in query


def test_the_page_for_people(server):
    """The page works without the Internet: nothing in it comes from another host."""
    import requests

    page = requests.get(f"{server.url}/docs", timeout=10)
    assert page.status_code == 200 and page.headers["Content-Type"].startswith("text/html")
    for name in ("createEvent", "/v1/auth/sign-in", "manage_events"):
        assert name in page.text
    loaded = re.findall(r"<(?:script|link|img|iframe)[^>]*(?:src|href)=\"([^\"]*)\"", page.text)
    assert loaded and all(each.startswith("/") and not each.startswith("//") for each in loaded), loaded
    assert page.text.count("<script") == 1
    for each in loaded:
        assert requests.get(server.url + each, timeout=10).status_code == 200


def test_the_recorder_can_fail(document):
    """Tests the checker of the api suite: a wrong status, key, type and media type are each found."""
    from harness.recorder import Recorder

    class Reply:
        def __init__(self, status, body, kind="application/json"):
            self.status_code, self.headers = status, {"Content-Type": kind}
            self.content = self.text = json.dumps(body)
            self.json = lambda: body

    health = {"status": "healthy", "database": "up", "redis": "up", "storage": "up"}
    recorder = Recorder(document)
    recorder.check("GET", "/health", Reply(200, health))
    for wrong in (Reply(418, health), Reply(200, {**health, "more": 1}), Reply(200, {**health, "redis": "gone"}),
                  Reply(200, {}), Reply(200, health, "text/html"), Reply(400, {**health}, "application/problem+json")):
        with pytest.raises(AssertionError):
            recorder.check("GET", "/health", wrong)
    assert recorder.seen >= {("health", 200)} and "health" not in recorder.never_seen()
    assert "createEvent" in recorder.never_seen()


def test_problem_documents_have_what_the_document_demands(document, server):
    import requests

    validator = jsonschema.Draft202012Validator(
        {"components": document["components"], "$ref": "#/components/schemas/Problem"})
    wrong = []
    for reply in (requests.get(f"{server.url}/v1/me", timeout=10), requests.get(f"{server.url}/nowhere", timeout=10),
                  requests.post(f"{server.url}/v1/auth/sign-in", json={"email": 1}, timeout=10)):
        assert reply.headers["Content-Type"] == "application/problem+json"
        wrong += [f"{reply.status_code}: {error.message}" for error in validator.iter_errors(reply.json())]
    assert not wrong, wrong
